"""The one kind of error that a person can act on."""

from pathlib import PurePath

from compliance.core.masking import mask_text


class Refusal(Exception):
    """Something was refused, with a sentence that says what, where and what to do.

    `message` is the English sentence with `{named}` places, which is also the key of its translation;
    `values` fill the places, without identity numbers. Everything that is not a Refusal is a fault of ours and goes to
    the log.
    """

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values = {name: _quoted(value) for name, value in values.items()}
        super().__init__(message.format(**self.values))


def _quoted(value: object) -> object:
    if not isinstance(value, str | int | PurePath):
        return value
    text, masked = mask_text(str(value))
    return text if masked or not isinstance(value, int) else value
