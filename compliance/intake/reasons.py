"""Why a file is held, as refusals: each has a sentence and its values, in whatever language it is read."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, N_, Language, Texts
from compliance.correcting import doubts
from compliance.correcting.doubts import Code, Doubt
from compliance.counting.assessing import Coverage
from compliance.declarations.sources import Source
from compliance.loading.asking import LACKS, Keys
from compliance.loading.comparing import Unmatched
from compliance.loading.loading import FORMULAS
from compliance.loading.parts import UNHEARD
from compliance.wording import phrases

MESSAGES: Final[Mapping[Code, str]] = {
    "replaces": N_(
        "It would take the place of {files}, which is of the same extract date. Load it if it is the right one."
    ),
    "other_organisation": N_(
        "The file names another organisation: {name}. Load the file if it belongs here nevertheless."
    ),
    "future": N_("The extract date {day} is in the future. Correct it, or load the file if that is right."),
    "by_chance": N_(
        "The numbers in {columns} look like personal identity numbers, but most have a wrong check digit. Check that "
        "there are none."
    ),
    "formulas": FORMULAS,
    "keys": LACKS,
    "shrunk": doubts.SHRUNK,
    "likely_owner": doubts.LIKELY_OWNER,
    "unfamiliar": doubts.UNFAMILIAR,
    "lost": N_(
        "Columns of the export before that are not found now: {columns}. Connect them if they are renamed, or load the "
        "file without them."
    ),
    "unmatched": N_(
        "{missing} of {of} in {field} are not found in {source}. Load a newer export of that first, or this file if "
        "that is right."
    ),
    "rejected": N_("{n} of {of} rows would be rejected. Correct them in the file, or load it without them."),
    "unheard": UNHEARD,
}
# Of a doubt that has no sentence here.
LOOK: Final = N_("Somebody has to look at the file before it is loaded.")
MOVES: Final = N_("Point {point} would go from {before} to {after} on {day}. Load the file if that is right.")
LOSES: Final = N_(
    "Point {point} would have no figure on {day}, where it has {before} now. Load the file if that is right."
)


def of_doubt(doubt: Doubt, sources: Mapping[str, Source], *, rows: int) -> Refusal:
    """The sentence of a doubt about a file that has so many rows."""
    values: dict[str, Any] = {}
    for name, value in ({"of": rows} | dict(doubt.values)).items():
        values |= _plain(name, value, sources)
    return Refusal(MESSAGES.get(doubt.code, LOOK), **values)


def _plain(name: str, value: Any, sources: Mapping[str, Source]) -> dict[str, Any]:
    """A value of a doubt, or those within it, as they stand in its sentence."""
    match value:
        case int():
            return {name: number(value)}
        case tuple():
            return {name: ", ".join(value)}
        case Unmatched():
            texts = {"field": value.field.texts, "source": sources[value.target].title}
            return {"missing": number(value.missing), "of": number(value.of), **texts}
        case Keys():
            return {"gone": number(value.then - value.both), "then": number(value.then)}
        case Source():
            return {"key": value.field(value.key[-1]).texts}
    return {name: value}


def of_move(before: Coverage, after: Coverage | None, moved: Sequence[int]) -> Refusal:
    """The sentence of a figure that would move too far, or be lost; `moved` are the numbers of all such points."""
    told: dict[str, Any] = {"point": before.point.number, "day": before.as_of, "points": ", ".join(map(str, moved))}
    if after is None or after.coverage is None:
        return Refusal(LOSES, before=_percent(before), **told)
    was = {code: text.removesuffix("%").rstrip() for code, text in _percent(before).items()}
    return Refusal(MOVES, before=was, after=_percent(after), **told)


def number(value: int) -> Texts:
    """A number as each language writes it."""
    return {code: Language(code).number(value) for code in LANGUAGES}


def _percent(figure: Coverage) -> Texts:
    return {code: phrases.percent(figure, Language(code)) for code in LANGUAGES}
