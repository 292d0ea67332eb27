"""Checks of the data: what may be wrong in the exports behind the figures, how serious it is and who fixes it.

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
# The severities that make a figure doubtful.
REMARKS: Final = frozenset({"error", "warning"})


@dataclass(frozen=True)
class Check:
    """What a check looks for, how serious a finding is, who fixes it and how.

    `subject`, `detail` and `number` are the headings of those columns of its findings; None if they are empty.
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
        """Whether its findings make a figure doubtful."""
        return self.severity in REMARKS


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
    return tuple(_check(id_, entry) for id_, entry in read_with_own(QUALITY, own)["checks"].items())


def findings(
    cursor: Cursor,
    checks: tuple[Check, ...],
    sources: dict[str, Source],
    *,
    as_of: date,
    known_at: datetime,
    reader: Reader,
) -> list[Finding]:
    """Run every check on the imports behind the figures of a day; findings in the order of the checks.

    Every reader sees how many there are; where a row is about persons or incidents, few see which.
    """
    with rhythms(cursor, sources), _pinned(cursor, as_of=as_of, known_at=known_at):
        return [
            _visible(Finding(check.id, **row), reader)
            for check in checks
            for row in _rows(cursor, query("quality", check.id), as_of=as_of, known_at=known_at)
        ]


def _visible(finding: Finding, reader: Reader) -> Finding:
    """A finding as the reader may see it; a cell can name anybody, as can the name of a file or a sheet."""
    texts: dict[str, Any] = {name: text and reader.text(text) for name, text in vars(finding).items() if name in TEXTS}
    finding = replace(finding, **texts, opened=reader.named)
    if reader.finds(finding.source):
        return finding
    return replace(finding, row=None, subject=None, detail=None, shown=False, opened=False)


def _rows(cursor: Cursor, query: Query, *, as_of: date, known_at: datetime) -> Rows:
    params, sql = {"as_of": as_of, "known_at": known_at}, query.sql
    return rows(cursor, sql, {name: value for name, value in params.items() if f"${name}" in sql})


@contextmanager
def rhythms(cursor: Cursor, sources: dict[str, Source]) -> Iterator[None]:
    """Within the block the relation `source_rhythms` exists: how often each source should be exported."""
    every = sources.values()
    table = pa.table({"source": [s.id for s in every], "rhythm_days": [s.rhythm_days for s in every]})
    cursor.register("source_rhythms", table)
    try:
        yield
    finally:
        cursor.unregister("source_rhythms")


@contextmanager
def _pinned(cursor: Cursor, *, as_of: date, known_at: datetime) -> Iterator[None]:
    """Within the block the imports behind the day are computed once; planning takes longer than running."""
    table, macro = statement("pin_basis").split(";")
    cursor.execute(table, {"as_of": as_of, "known_at": known_at})
    cursor.execute(macro)
    try:
        yield
    finally:
        cursor.execute("drop macro table temp.imports_at")


def by_check(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Group the findings by check, in the order of the checks."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.check, []).append(finding)
    return grouped


def rests_on(point: Point, source: str) -> bool:
    """Whether a point reads a source."""
    return source in point.needs or source in point.uses


def remarks(
    checks: tuple[Check, ...], findings: Iterable[Finding], points: tuple[Point, ...], organisation: str
) -> dict[str, tuple[str, ...]]:
    """The checks with serious findings in the exports of each point of an organisation, by point id."""
    pairs = {(finding.check, finding.source) for finding in findings if finding.organisation == organisation}
    return {
        point.id: tuple(
            check.id
            for check in checks
            if check.remark and any(id_ == check.id and rests_on(point, source) for id_, source in pairs)
        )
        for point in points
    }


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


def _check(id_: str, entry: Table) -> Check:
    with complete(
        N_("The file {file} lacks the key {key} of the check {check}. Add it and start again."),
        file=QUALITY.name,
        check=id_,
    ):
        check = Check(
            id=id_,
            severity=entry["severity"],
            owner=entry["owner"],
            title=entry["title"],
            explanation=entry["explanation"],
            todo=entry["todo"],
            subject=entry.get("subject"),
            detail=entry.get("detail"),
            number=entry.get("number"),
        )
    _refuse_unknown("severity", check.severity, get_args(Severity), check=id_)
    _refuse_unknown("owner", check.owner, get_args(Owner), check=id_)
    return check


def _refuse_unknown(key: str, value: str, allowed: tuple[str, ...], *, check: str) -> None:
    if value not in allowed:
        raise Refusal(
            N_("The file {file} gives the check {check} the {key} {said}. Choose one of {all}."),
            file=QUALITY.name,
            check=check,
            key=key,
            said=value,
            all=", ".join(allowed),
        )
