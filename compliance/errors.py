"""The one kind of error that a person can act on."""


class Refusal(Exception):
    """Something was refused, with a sentence that says what, where and what to do.

    `message` is the English sentence with `{named}` places, which is also the key of its translation;
    `values` fill the places. Everything that is not a Refusal is a fault of ours and goes to the log.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message.format(**values))
        self.message = message
        self.values = values
