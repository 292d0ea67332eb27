"""Files that come by themselves, for tests: read in this process, and judged as those of one run."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from compliance.core.errors import Refusal
from compliance.declarations.intake import Intake, load_intake
from compliance.intake.judging import Loadable, Ready, Rules, Verdict, judge
from compliance.intake.taking import Taken
from compliance.loading.loading import (
    AlreadyLoaded,
    Order,
    Receipt,
    in_order,
    load_ready,
    mappings_of,
    prepare,
    read_request,
)
from tests.line import POINTS, SOURCES, TODAY, WORDS, Line, read_here

CAME = datetime(2026, 11, 24, 9)


def table(text: str, *, encoding: str = "utf-8") -> bytes:
    """A CSV file of a table with | between its columns."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    for row in text.strip("\n").splitlines():
        writer.writerow([cell.strip() for cell in row.split("|")])
    return file.getvalue().encode(encoding)


def came(line: Line, name: str, content: bytes, organisation: str | None = "Norra", *, folder: str = "") -> Ready:
    """A file in the folder of an organisation, as it is read."""
    sum_, order = hashlib.sha256(content).hexdigest(), Order("intake", organisation=organisation)
    request = read_request(line.database, order, sources=SOURCES, words=WORDS, today=TODAY)
    taken = Taken(folder or organisation or "?", name, sum_, len(content), Path(name), CAME)
    try:
        book = read_here(content, name=name, request=request)
        prepared: Any = prepare(book, order, sources=SOURCES, words=WORDS, mappings=mappings_of(line.database))
    except Refusal as refusal:
        prepared = refusal
    return Ready(taken, organisation, prepared)


def judged(line: Line, files: Sequence[Ready], **declared: Any) -> list[Verdict]:
    """What is to be done with each file; `declared` are values of the organisation's own file."""
    line.wait()
    verdicts = judge(line.database, files, rules(**declared))
    return [verdicts[file.taken] for file in files]


def rules(*, today: date = TODAY, **declared: Any) -> Rules:
    """What files are judged by on a day."""
    own: Intake = replace(load_intake(None), **declared)
    return Rules(own, POINTS, SOURCES, WORDS, today)


def load_all(line: Line, verdicts: Iterable[Verdict]) -> list[list[Receipt]]:
    """Load what may be loaded as the intake does, in its order; what is the same as another is there by then."""
    loadable = [verdict.prepared for verdict in verdicts if isinstance(verdict, Loadable)]
    receipts = []
    for prepared in in_order(loadable):
        line.wait()
        with suppress(AlreadyLoaded):
            receipts.append(load_ready(line.database, prepared, words=WORDS))
    return receipts
