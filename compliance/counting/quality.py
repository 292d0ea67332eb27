"""Checks of the data: what may be wrong in the exports behind the figures, how serious it is and who fixes it.

A check is a statement in `queries/quality/`, whose rows are findings, and an entry in `data/quality.toml`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa

from compliance.access.reader import Reader
from compliance.core.language import Texts
from compliance.core.places import POINTS
from compliance.counting.assessing import packs_on
from compliance.counting.pins import imports_pinned
from compliance.counting.tracing import row_loaded
from compliance.counting.words import words_of
from compliance.declarations.declared import build, read_with_own
from compliance.declarations.points import Point, columns_asked, columns_asked_by
from compliance.declarations.queries import Query, query, statement
from compliance.declarations.sources import Field, Source, Words, no_answer, normal
from compliance.reading.mapping import saved_mappings
from compliance.store.database import Cursor, Rows, rows

QUALITY: Final = POINTS.with_name("quality.toml")
Severity = Literal["error", "warning", "notice"]
Owner = Literal["coordinator", "source_owner", "unit"]
Changes = Literal["always", "rows", "values", "never"]
# The share of the rows of an export from which on findings can change what a figure says.
MANY: Final = 0.02


@dataclass(frozen=True)
class Check:
    """What a check looks for, how serious a finding is, who fixes it and how.

    `changes` is when its findings can change the meaning of a figure: always, where they concern many rows or values of
    an export, or never. `subject`, `detail` and `number` are the headings of those columns of its findings, if they are
    filled. `counts_rows` is whether the number is that of the rows.
    """

    id: str
    severity: Severity
    owner: Owner
    title: Texts
    explanation: Texts
    todo: Texts
    subject: Texts | None = None
    detail: Texts | None = None
    number: Texts | None = None
    changes: Changes = "never"
    counts_rows: bool = False


@dataclass(frozen=True)
class Finding:
    """One row of a check: the import, and the spreadsheet row if there is one, that it is about.

    `field` is a field of the source, or two with a comma between, or a heading as written in the file. `shown` is
    whether the reader may see which row it is, `opened` whether they may open that row.
    """

    check: str
    organisation: str
    source: str
    import_id: int
    file: str
    sheet_number: int | None
    sheet: str | None
    row: int | None
    subject: str | None
    field: str | None
    detail: str | None
    number: int
    shown: bool = True
    opened: bool = True


# What others have written, in a finding.
TEXTS: Final = ("file", "sheet", "subject", "detail")


@dataclass(frozen=True)
class SheetRow:
    """A spreadsheet row: each heading with its value. `as_read` is False for values as they were loaded."""

    cells: tuple[tuple[str, Any], ...]
    as_read: bool


def load_checks(own: Path | None) -> tuple[Check, ...]:
    """The checks in display order, with the organisation's own words from the folder `own`."""
    entries = read_with_own(QUALITY, own)["checks"]
    return tuple(build(Check, entry, file=QUALITY.name, at=id_, id=id_) for id_, entry in entries.items())


def findings(
    cursor: Cursor,
    checks: tuple[Check, ...],
    sources: dict[str, Source],
    words: Words,
    *,
    as_of: date,
    known_at: datetime,
    reader: Reader,
    points: tuple[Point, ...] = (),
) -> list[Finding]:
    """Run every check on the imports behind the figures of a day; findings in the order of the checks.

    Every reader sees how many there are; where a row is about persons or incidents, few see which. What `points` of
    packs ask for is asked for where they are on.
    """
    asked = [*_asked_everywhere(), *_asked_by_packs(cursor, points, as_of=as_of, known_at=known_at)]
    with (
        declared(cursor, sources, words, asked),
        imports_pinned(cursor, "pin_basis", {"as_of": as_of, "known_at": known_at}),
    ):
        return [
            _visible(Finding(check.id, **row), sources, reader)
            for check in checks
            for row in _rows(cursor, query("quality", check.id), as_of=as_of, known_at=known_at)
        ]


def _visible(finding: Finding, sources: Mapping[str, Source], reader: Reader) -> Finding:
    """A finding as the reader may see it; a cell can name anybody, as can the name of a file or a sheet."""
    texts: dict[str, Any] = {name: text and reader.text(text) for name, text in vars(finding).items() if name in TEXTS}
    finding = replace(finding, **texts, opened=reader.named)
    if reader.finds(sources.get(finding.source)):
        return finding
    return replace(finding, row=None, subject=None, detail=None, shown=False, opened=False)


def _rows(cursor: Cursor, query: Query, *, as_of: date, known_at: datetime) -> Rows:
    params, sql = {"as_of": as_of, "known_at": known_at}, query.sql
    return rows(cursor, sql, {name: value for name, value in params.items() if f"${name}" in sql})


def _asked_everywhere() -> Rows:
    return [vars(column) | {"organisation": None} for column in sorted(columns_asked(), key=str)]


def _asked_by_packs(cursor: Cursor, points: tuple[Point, ...], *, as_of: date, known_at: datetime) -> Rows:
    on = packs_on(cursor, points, days=[as_of], known_at=known_at)
    return [
        vars(column) | {"organisation": organisation}
        for _, organisation, pack in sorted(on)
        for point in points
        if point.pack == pack
        for column in sorted(columns_asked_by(point), key=str)
    ]


@contextmanager
def declared(cursor: Cursor, sources: dict[str, Source], words: Words, asked: Rows | None = None) -> Iterator[None]:
    """Within the block there are the relations of what is declared, which checks compare the exports with.

    `source_rhythms`: how often each source should be exported. `columns_asked`: what is asked for, of an
    organisation or of all, by default what the product asks for.
    `words_without_code`: the words that are known although they are stored without a code. `no_answers`: those that say
    in a field that there is no answer.
    """
    every, asked = sources.values(), asked or _asked_everywhere()
    fields = [(source, field) for source in every for field in source.fields]
    relations: dict[str, dict[str, Any]] = {
        "source_rhythms": {"source": [s.id for s in every], "rhythm_days": [s.rhythm_days for s in every]},
        "columns_asked": {name: pa.array([each[name] for each in asked], pa.string()) for name in asked[0]},
    }
    relations["words_without_code"] = _listed(
        (
            source,
            field,
            [word.casefold() for word in (*field.words[field.empty_is], *_connected(cursor, source, field))],
        )
        for source, field in fields
        if field.empty_is
    )
    relations["no_answers"] = _listed(
        (source, field, no_answer(field, words)) for source, field in fields if field.type == "yes_no"
    )
    for name, columns in relations.items():
        cursor.register(name, pa.table(columns))
    try:
        yield
    finally:
        for name in relations:
            cursor.unregister(name)


def _listed(lists: Iterable[tuple[Source, Field, Sequence[str]]]) -> dict[str, Any]:
    """A relation with a row for each word of a field."""
    each = [(source.id, field.name, word) for source, field, words in lists for word in words]
    return {
        name: pa.array(column, pa.string())
        for name, column in zip(("source", "field", "word"), zip(*each, strict=True), strict=True)
    }


def _connected(cursor: Cursor, source: Source, field: Field) -> list[str]:
    """The words that a mapping says are what an empty cell counts as."""
    mappings = [entry.columns for entry in saved_mappings(cursor) if entry.columns.source == source.id]
    return [
        word
        for columns in mappings
        for word, code in columns.words.get(field.name, {}).items()
        if code == field.empty_is
    ]


def by_check(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Group the findings by check, in the order of the checks."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.check, []).append(finding)
    return grouped


def rests_on(point: Point, source: str) -> bool:
    """Whether a point reads a source."""
    return source in point.needs or source in point.uses


@dataclass(frozen=True)
class Exports:
    """The exports that findings are measured by: the declared sources, and how many rows each has."""

    sources: Mapping[str, Source]
    sizes: Mapping[str, int]


def exports_of(imports: Iterable[Mapping[str, Any]], sources: Mapping[str, Source]) -> Exports:
    """The exports behind the figures of an organisation, with the rows that were rejected."""
    sizes: Counter[str] = Counter()
    for row in imports:
        sizes[row["source"]] += row["loaded"] + row["rejected"]
    return Exports(sources, sizes)


@dataclass(frozen=True)
class Reach:
    """What the findings of a check concern: rows, of how many, and the points whose figure they can change by that."""

    rows: int
    of: int
    points: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of the rows, at most 1; of findings about whole files all."""
        return min(self.rows / self.of, 1.0) if self.of and self.rows else 1.0


def effects(
    checks: Sequence[Check], findings: Iterable[Finding], points: Sequence[Point], exports: Exports
) -> dict[str, Reach]:
    """The effect of each check with findings in the exports of an organisation, by its id."""
    return {
        id_: Reach(
            concerned(check, found),
            sum(exports.sizes.get(source, 0) for source in {finding.source for finding in found}),
            tuple(point.id for point in changed_points(check, found, points, exports)),
        )
        for id_, found in by_check(findings).items()
        for check in checks
        if check.id == id_
    }


def remarks(effects: Mapping[str, Reach], points: Iterable[Point]) -> dict[str, tuple[str, ...]]:
    """The checks whose findings can change the meaning of a point's figure, by point id."""
    return {point.id: tuple(id_ for id_, effect in effects.items() if point.id in effect.points) for point in points}


def changed_points(check: Check, findings: Sequence[Finding], points: Iterable[Point], exports: Exports) -> list[Point]:
    """The points whose figure the findings of a check can change the meaning of."""
    by_source: dict[str, list[Finding]] = {}
    for finding in findings:
        by_source.setdefault(finding.source, []).append(finding)
    return [
        point
        for point in points
        if any(rests_on(point, id_) and _changes(check, found, point, exports) for id_, found in by_source.items())
    ]


def _changes(check: Check, found: Sequence[Finding], point: Point, exports: Exports) -> bool:
    """Whether findings in one source can change the meaning of a point's figure."""
    if check.changes in {"always", "never"}:
        return check.changes == "always"
    source = exports.sources.get(found[0].source)
    if check.changes == "values" and source:
        found = [finding for finding in found if _is_read(finding, point, source)]
    return bool(found) and concerned(check, found) >= MANY * exports.sizes.get(found[0].source, 0)


def concerned(check: Check, found: Sequence[Finding]) -> int:
    """How many rows findings concern. One about a whole file concerns none in particular."""
    if check.counts_rows:
        return sum(finding.number for finding in found)
    return len({(f.import_id, f.sheet_number, f.row) for f in found if f.row is not None})


def _is_read(finding: Finding, point: Point, source: Source) -> bool:
    """Whether a point reads a field of a finding. A heading that is no field's could be any field's."""
    fields = {field.name: field for field in source.fields}
    named = (finding.field or "").split(", ")
    ids = {name for name in named if name in fields}
    ids |= {f.name for f in source.fields if any(normal(name) in f.headings for name in named)}
    return not ids or any({name, f"{name}_code"} & words_of(point) for name in ids)


def sheet_row(cursor: Cursor, finding: Finding, sources: dict[str, Source], *, reader: Reader) -> SheetRow | None:
    """The spreadsheet row of a finding as it was read, else as it was loaded; None if neither is stored.

    Only readers who may see names get one: a row of any source can name a person, whatever the finding is about.
    """
    if finding.row is None or not reader.named:
        return None
    params = {"import_id": finding.import_id, "sheet_number": finding.sheet_number, "row": finding.row}
    if cells := rows(cursor, statement("row_as_read"), params):
        return SheetRow(tuple((cell["heading"], cell["cell"]) for cell in cells), as_read=True)
    source = sources[finding.source]
    traced = row_loaded(
        cursor, source, import_id=finding.import_id, sheet=finding.sheet, row=finding.row, reader=reader
    )
    if traced is None:
        return None
    return SheetRow(traced.columns, as_read=False)
