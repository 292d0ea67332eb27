"""The checks of the data: what may be wrong in the exports behind the figures, how grave it is and whose job it is.

A check is a statement in `queries/quality/`, whose rows are findings, and an entry in `data/quality.toml`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal, get_args

import pyarrow as pa

from compliance.access.reader import Reader
from compliance.core.errors import Refusal
from compliance.core.language import N_, Texts
from compliance.core.places import POINTS
from compliance.counting.tracing import row_loaded
from compliance.declarations.declared import Table, complete, read_with_own
from compliance.declarations.points import Point
from compliance.declarations.queries import Query, query, statement
from compliance.declarations.sources import Source
from compliance.store.database import Cursor, Rows, rows

QUALITY: Final = POINTS.with_name("quality.toml")
Severity = Literal["error", "warning", "notice"]
Owner = Literal["coordinator", "source_owner", "unit"]
# What makes a figure doubtful; a notice does not.
REMARKS: Final = frozenset({"error", "warning"})


@dataclass(frozen=True)
class Check:
    """What a check looks for, how grave a finding is, whose job it is and what to do.

    `subject`, `detail` and `number` are what those columns of its findings are called; None where they say nothing.
    """

    id: str
    severity: Severity
    owner: Owner
    title: Texts
    explanation: Texts
    todo: Texts
    subject: Texts | None
    detail: Texts | None
    number: Texts | None

    @property
    def remark(self) -> bool:
        """Whether what it finds makes a figure doubtful."""
        return self.severity in REMARKS


@dataclass(frozen=True)
class Finding:
    """One row of a check: the import, and where there is one the spreadsheet row, that it is about.

    `field` is the name of a field of the source, or of two with a comma between, or a heading as it was written.
    `shown` is whether the reader sees which row it is, `opened` whether they may see that row in full.
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


@dataclass(frozen=True)
class RowRead:
    """A spreadsheet row: each heading with what stands under it. `as_read` is False for values as they were loaded."""

    cells: tuple[tuple[str, Any], ...]
    as_read: bool


def load_checks(own: Path | None) -> tuple[Check, ...]:
    """The checks in the order of the page, with the organisation's own words in the folder `own`."""
    return tuple(_check(id_, given) for id_, given in read_with_own(QUALITY, own)["checks"].items())


def findings(
    cursor: Cursor,
    checks: tuple[Check, ...],
    sources: dict[str, Source],
    *,
    as_of: date,
    known_at: datetime,
    reader: Reader,
) -> list[Finding]:
    """What every check finds in the imports that the figures of a day rest on, in the order of the checks.

    All readers see how much is found; where a row is about persons or incidents, few see which.
    """
    with rhythms(cursor, sources), _pinned(cursor, as_of=as_of, known_at=known_at):
        return [
            _seen(Finding(check.id, **row), reader)
            for check in checks
            for row in _rows(cursor, query("quality", check.id), as_of=as_of, known_at=known_at)
        ]


def _seen(finding: Finding, reader: Reader) -> Finding:
    if reader.finds(finding.source):
        return replace(finding, opened=reader.named)
    return replace(finding, row=None, subject=None, detail=None, shown=False, opened=False)


def _rows(cursor: Cursor, asked: Query, *, as_of: date, known_at: datetime) -> Rows:
    given, sql = {"as_of": as_of, "known_at": known_at}, asked.sql
    return rows(cursor, sql, {name: value for name, value in given.items() if f"${name}" in sql})


@contextmanager
def rhythms(cursor: Cursor, sources: dict[str, Source]) -> Iterator[None]:
    """The relation `source_rhythms`, there while the block lasts: how often each source ought to be exported."""
    every = sources.values()
    table = pa.table({"source": [s.id for s in every], "rhythm_days": [s.rhythm_days for s in every]})
    cursor.register("source_rhythms", table)
    try:
        yield
    finally:
        cursor.unregister("source_rhythms")


@contextmanager
def _pinned(cursor: Cursor, *, as_of: date, known_at: datetime) -> Iterator[None]:
    """Within the block the imports behind the day are found once on this cursor: planning takes longer than looking."""
    table, macro = statement("pin_basis").split(";")
    cursor.execute(table, {"as_of": as_of, "known_at": known_at})
    cursor.execute(macro)
    try:
        yield
    finally:
        cursor.execute("drop macro table temp.imports_at")


def by_check(found: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings of each check that has any, in the order of the checks."""
    grouped: dict[str, list[Finding]] = {}
    for finding in found:
        grouped.setdefault(finding.check, []).append(finding)
    return grouped


def rests_on(point: Point, source: str) -> bool:
    """Whether a point reads a source."""
    return source in point.needs or source in point.uses


def remarks(
    checks: tuple[Check, ...], found: Iterable[Finding], points: tuple[Point, ...], organisation: str
) -> dict[str, tuple[str, ...]]:
    """The checks that found something grave in the exports of each point of an organisation, by the point's id."""
    pairs = {(finding.check, finding.source) for finding in found if finding.organisation == organisation}
    return {
        point.id: tuple(
            check.id
            for check in checks
            if check.remark and any(id_ == check.id and rests_on(point, source) for id_, source in pairs)
        )
        for point in points
    }


def row_read(cursor: Cursor, finding: Finding, sources: dict[str, Source], *, reader: Reader) -> RowRead | None:
    """The spreadsheet row of a finding as it was read, else as it was loaded; None where neither is kept.

    A whole row of any source can name a person, whatever the finding is about.
    """
    if finding.row is None or not reader.named:
        return None
    given = {"import_id": finding.import_id, "sheet_number": finding.sheet_number, "row": finding.row}
    if cells := rows(cursor, statement("row_as_read"), given):
        return RowRead(tuple((cell["heading"], cell["cell"]) for cell in cells), as_read=True)
    source = sources[finding.source]
    traced = row_loaded(
        cursor, source, import_id=finding.import_id, sheet=finding.sheet, row=finding.row, reader=reader
    )
    if traced is None:
        return None
    return RowRead(traced.columns, as_read=False)


def _check(id_: str, given: Table) -> Check:
    with complete(
        N_("The file {file} lacks the key {key} of the check {check}. Add it and start again."),
        file=QUALITY.name,
        check=id_,
    ):
        check = Check(
            id=id_,
            severity=given["severity"],
            owner=given["owner"],
            title=given["title"],
            explanation=given["explanation"],
            todo=given["todo"],
            subject=given.get("subject"),
            detail=given.get("detail"),
            number=given.get("number"),
        )
    _known("severity", check.severity, get_args(Severity), check=id_)
    _known("owner", check.owner, get_args(Owner), check=id_)
    return check


def _known(key: str, said: str, known: tuple[str, ...], *, check: str) -> None:
    if said not in known:
        raise Refusal(
            N_("The file {file} gives the check {check} the {key} {said}. Choose one of {all}."),
            file=QUALITY.name,
            check=check,
            key=key,
            said=said,
            all=", ".join(known),
        )
