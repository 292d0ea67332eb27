"""The one kind of error that a user can act on."""

from pathlib import PurePath

from compliance.core.masking import mask_text


class Refusal(Exception):
    """A refused operation, with a sentence that says what, where and what to do.

    `message` is the English sentence with `{named}` fields, and the key of its translation. `values` fill the fields,
    with identity numbers masked. Any exception that is not a Refusal is a fault of the product and goes to the log.
    """

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values = {name: _masked(value) for name, value in values.items()}
        super().__init__(message.format(**self.values))


class Asked(Refusal):
    """A refusal that an answer lifts: what it is `about`.

    `options` are those of the command line that give the answer, of which one is enough.
    """

    def __init__(self, message: str, *, about: str, options: tuple[str, ...], **values: object) -> None:
        self.about, self.options = about, options
        super().__init__(message, **values)


def _masked(value: object) -> object:
    if not isinstance(value, str | int | PurePath):
        return value
    text, count = mask_text(str(value))
    # An int without an identity number stays an int, for the formatting of its sentence.
    return text if count or not isinstance(value, int) else value
