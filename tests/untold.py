"""What the product tells of a database, with and without some columns of its exports.

A column that an export does not have accuses nobody: no point, figure, check, extract or page counts its absence.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from compliance.access.reader import EVERYTHING
from compliance.counting import system_cards
from compliance.counting.assessing import items_of
from compliance.counting.figures import figures, load_figures
from compliance.counting.pins import one_day
from compliance.counting.quality import findings, load_checks
from compliance.declarations.sources import Field, Source, table_columns
from compliance.extracts.extracting import extract
from compliance.store.database import EVERYTHING_KNOWN, Cursor
from tests.exports import AS_OF
from tests.line import POINTS, SOURCES, WORDS, Line

DAY: Any = {"as_of": AS_OF, "known_at": EVERYTHING_KNOWN}
Told = dict[str, Any]
Columns = list[tuple[Source, Field]]
OPTIONAL: Columns = [(source, field) for source in SOURCES.values() for field in source.fields if not field.required]
# A column that only excuses (on leave, renewed by itself, a progress report), or sets a limit or an end, is empty where
# it is missing; what the register says of the last year follows the rulebook.
EXCUSED = {"expired", "not_classified", "not_analysed", "outdated", "overdue", "late"}
# Columns of that kind that decide what is counted, and the code of a course, without which its name tells: a figure
# without the column is the one with an empty column.
EMPTY = {
    *("staff.on_leave", "staff.employed_to", "training.course_code", "training.valid_to"),
    *("systems.lifecycle", "processing.status", "processors.renews", "incidents.progress_report"),
}
# The extracts with numbers of things, and what identifies a row of each.
COUNTING = {
    "systems": ("organisation", "system"),
    "incidents": ("organisation", "incident_id"),
    "breaches": ("organisation", "breach_id"),
    "routines": ("organisation", "point", "routine"),
    "access_reviews": ("import_id", "sheet", "row"),
    "agreements": ("organisation", "agreement_id"),
}


@contextmanager
def emptied(line: Line, columns: Columns) -> Iterator[Cursor]:
    """A cursor on which some columns of the exports are empty."""
    with line.database.rehearsing() as cursor:
        for source, field in columns:
            for column, _ in table_columns(field):
                cursor.execute(f"update {source.id} set {column} = null")
        yield cursor


@contextmanager
def without(line: Line, lost: Columns) -> Iterator[Cursor]:
    """A cursor on which the exports never had some columns."""
    with emptied(line, lost) as cursor:
        for source, field in lost:
            of_source = "import_id in (select import_id from imports where source = $source)"
            params = {"field": field.name, "source": source.id}
            cursor.execute(f"delete from import_columns where field = $field and {of_source}", params)
        yield cursor


def read_as_empty(lost: Columns) -> Columns:
    """Those of some columns that are in EMPTY."""
    return [(source, field) for source, field in lost if f"{source.id}.{field.name}" in EMPTY]


def told(cursor: Cursor) -> Told:
    """Items, figures, findings, extracts and systems on the day."""
    # that a column is missing is said of the export, and of nobody else
    checks = tuple(check for check in load_checks(None) if check.id != "missing_columns")
    with one_day(cursor, AS_OF, known_at=EVERYTHING_KNOWN):
        found = findings(cursor, checks, SOURCES, WORDS, reader=EVERYTHING, **DAY)
        extracts = {name: extract(cursor, name, points=POINTS, reader=EVERYTHING, **DAY) for name in COUNTING}
        return {
            "items": {
                (point.number, row["organisation"], row["item"].casefold()): row
                for point, table in zip(POINTS, items_of(cursor, POINTS, **DAY), strict=True)
                for row in table.to_pylist()
            },
            "figures": figures(cursor, load_figures(None), points=POINTS, **DAY),
            "findings": Counter((f.check, f.organisation, f.source, f.subject, f.field) for f in found),
            "extracts": {name: extracts[name].table.to_pylist() for name in COUNTING},
            "systems": {
                (row["organisation"], row["system"]): row
                for row in system_cards.systems(cursor, POINTS, reader=EVERYTHING, **DAY)
            },
        }


def assert_nobody_accused(before: Told, after: Told, lost: Columns) -> None:
    """What was not wrong before is not wrong without the columns, and no number of it has become another.

    Before, what is in EMPTY of them is there and empty.
    """
    names = {f"{source.id}.{field.name}" for source, field in lost}
    for figure, was in zip(after["figures"], before["figures"], strict=True):
        if was.basis and names.intersection(figure.definition.reads):
            assert (figure.part, bool(figure.missing)) == (None, True), figure
        else:
            assert (figure.part, figure.whole) == (was.part, was.whole), figure
    for key, item in after["items"].items():
        was = before["items"].get(key, item)
        if item["outcome"] == "unmet" and item["reason"] not in EXCUSED:
            assert was["outcome"] in {"unmet", "exempt"}, (was, item)
    assert not after["findings"] - before["findings"]
    for name, key in COUNTING.items():
        _assert_numbers(before["extracts"][name], after["extracts"][name], key)
    for name, row in after["systems"].items():
        _assert_demands(before["systems"].get(name, row), row)


def _assert_numbers(before: list[Told], after: list[Told], key: tuple[str, ...]) -> None:
    """A number or an answer of an extract is what it was, or empty."""
    known = {tuple(row[name] for name in key): row for row in before}
    for row in after:
        was = known.get(tuple(row[name] for name in key), row)
        for name, value in row.items():
            if isinstance(value, bool | int | float):
                assert value == was[name], (name, was, row)


def _assert_demands(before: Told, after: Told) -> None:
    for demand in system_cards.DEMANDS:
        if after[f"{demand}_outcome"] == "unmet" and after[f"{demand}_reason"] not in EXCUSED:
            assert before[f"{demand}_outcome"] in {"unmet", "exempt"}, (demand, after)
