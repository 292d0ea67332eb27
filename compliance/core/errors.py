"""The one kind of error that a user can act on."""

from datetime import date
from pathlib import PurePath
from typing import Any

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

    def as_json(self) -> dict[str, Any]:
        """What JSON holds of it, for another process: `refusal_from_json` makes it again."""
        values = {name: _as_json(value) for name, value in self.values.items()}
        return {"message": self.message, "values": values, "hindered": isinstance(self, Hindered)}

    def __reduce__(self) -> Any:
        """As JSON in a pickle too: the sentence could have braces, and an error among the values be anything."""
        return refusal_from_json, (self.as_json(),)


def refusal_from_json(told: dict[str, Any]) -> Refusal:
    """The refusal that another process has written as JSON, with whether the machine is its cause."""
    kind = Hindered if told["hindered"] else Refusal
    return kind(told["message"], **{name: _from_json(value) for name, value in told["values"].items()})


def _as_json(value: object) -> object:
    if isinstance(value, Refusal):
        return {"refusal": value.as_json()}
    if type(value) is date:
        return {"date": value.isoformat()}
    if isinstance(value, dict):
        return {"texts": value}
    return value if isinstance(value, str | int | float) else str(value)


def _from_json(value: Any) -> object:
    if not isinstance(value, dict):
        return value
    if "texts" in value:
        return value["texts"]
    return refusal_from_json(value["refusal"]) if "refusal" in value else date.fromisoformat(value["date"])


class Hindered(Refusal):
    """A refusal by the machine, not for what was asked: unchanged, the same may succeed later.

    Such are a full disk, a temporary folder or a database that cannot be used or is busy, and a child process that
    could not be started, was killed by somebody else, or did not get its share of the processor in time. Of all other
    refusals what was asked for is the cause, also of a child that uses up its own processor time or memory.
    """


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
