"""Files that together are one export of a day, as each says once what it is about: a learning platform's courses."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from compliance.core.language import N_, folded
from compliance.core.lengths import LONGEST_NAME
from compliance.declarations.sources import Source
from compliance.loading.asking import Question
from compliance.reading.recognising import Match
from compliance.reading.sheets import Workbook
from compliance.store.database import Cursor, Rows, rows

NAMED: Final = 3
UNHEARD: Final = N_("No export before was about {parts}. Check that it is what the file is about.")
# Joins the texts of a file that says several fields once.
JOINT: Final = " · "
# The types of fields by whose values a whole export is compared with files about one each.
NAMES: Final = frozenset({"text", "id", "path"})


def parts_of(matches: Sequence[Match]) -> tuple[str, ...]:
    """What the sheets of a source say once; nothing if one of them has a column for it, as then they are a whole."""
    values = [JOINT.join(match.said[place] for place in sorted(match.said))[:LONGEST_NAME] for match in matches]
    return tuple(dict.fromkeys(values)) if all(values) else ()


def alike(row: Mapping[str, Any], parts: Iterable[str]) -> bool:
    """Whether an import is about something that some parts are about."""
    return not {folded(part) for part in row["parts"] or ()}.isdisjoint(map(folded, parts))


def about(cursor: Cursor, matches: Sequence[Match], counting: Rows) -> dict[str, str]:
    """What imports that count are about, each as it is compared: what they say once, or what stands in their rows."""
    told = {folded(part): part for row in counting for part in row["parts"] or ()}
    fields = [field for field in matches[0].source.fields for match in matches if _is_named_once(match, field.name)]
    wholes = [row["import_id"] for row in counting if not row["parts"]]
    if not (fields and wholes) or fields[0].type not in NAMES:
        return told
    return {folded(value): value for value in _values(cursor, matches[0].source, fields[0].name, wholes)} | told


def _is_named_once(match: Match, name: str) -> bool:
    return any(column.place in match.said for column in match.columns.get(name, ()))


def _values(cursor: Cursor, source: Source, field: str, imports: list[int]) -> list[str]:
    """The values of a field in the rows of some imports."""
    sql = f"select distinct {field} as value from {source.id} where list_contains($imports, import_id) order by all"
    return [str(row["value"]) for row in rows(cursor, sql, {"imports": imports}) if row["value"] is not None]


def of_parts(lacking: Sequence[str], day: date, workbook: Workbook, *, is_new: bool) -> Question:
    """Shall the files of a day count though one is missing? Asked where what counted before is lacking.

    A file that `is_new`, about what nothing counted before, can complete what did: it came late.
    """
    text = (
        N_(
            "{file} is one of several files that together are one export, and of {day} there is none about {missing}. "
            "Shall those that there are count all the same?"
        )
        if len(lacking) <= NAMED
        else N_(
            "{file} is one of several files that together are one export, and of {day} there is none about {missing} "
            "and {more} more. Shall those that there are count all the same?"
        )
    )
    return Question(
        "parts",
        text,
        options=("--replaces", "--completes") if is_new else ("--replaces",),
        file=workbook.name,
        day=day,
        missing=", ".join(lacking[:NAMED]),
        more=len(lacking) - NAMED,
    )
