"""What the intake loads of the exports of unseen administrations gives the figures of the second implementation.

They come in any order, halved, shrunk to a fifth, twice, cut off, as cp1252, in the folder of another organisation and
with a heading that nobody knows. Nothing is replaced, and of each file that is not loaded it is said why.
"""

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import openpyxl
import pytest

from compliance.core.language import Language
from compliance.counting.assessing import coverage
from compliance.intake.judging import Held, Loadable, Refused, Verdict
from compliance.store.database import EVERYTHING_KNOWN
from tests import exports as made
from tests import reference
from tests.arriving import came, judged, load_all
from tests.counting.test_agreement import POINTS, expected_figure, figure
from tests.exports import AS_OF, fields_of, random_exports, write_workbook
from tests.layers import first_of
from tests.line import Line
from tests.reference import Export

# Of the days before, on which the store was filled.
BEFORE = AS_OF - timedelta(days=60)
DAYS = [AS_OF, AS_OF - timedelta(days=1), BEFORE]
SEEDS = first_of([pytest.param(3, marks=pytest.mark.live), *range(40)])


@dataclass(frozen=True)
class Coming:
    """A file that comes, what was done to it, and the export that it is; None if nothing of it may ever count."""

    name: str
    content: bytes
    organisation: str
    done: str
    export: Export | None


def coming(base: list[Export], chance: Random, folder) -> list[Coming]:
    """A newer file of each export, most of them with something done to them."""
    names = sorted({export.organisation for export in base})
    found: list[Coming] = []
    for number, old in enumerate(each for each in base if not each.completes):
        day = AS_OF - timedelta(days=chance.randint(0, 5))
        done = chance.choice([*DONE, "nothing", "nothing"])
        export = replace(old, extract_date=day, file=f"{old.source} {number} {day}.xlsx", rows=_rows(old, done, chance))
        organisation = chance.choice(names) if done == "elsewhere" else old.organisation
        content, name = write_workbook(export, folder).read_bytes(), export.file
        if done == "cp1252" and len({row["sheet"] for row in export.rows}) == 1:
            content, name = as_cp1252(content), name.replace(".xlsx", ".csv")
        if done == "cut":
            content = content[: len(content) // 2]
        if done == "unknown":
            content = without_heading(content, old.source)
        lost = done in ("cut", "unknown")
        found.append(
            Coming(name, content, organisation, done, None if lost else replace(export, organisation=organisation))
        )
        if done == "doubled":
            found.append(replace(found[-1], name=f"kopia {name}"))
    chance.shuffle(found)
    return found


DONE = ("halved", "fifth", "doubled", "cp1252", "elsewhere", "unknown", "cut", "reordered")


def _rows(export: Export, done: str, chance: Random) -> list[reference.Row]:
    rows = list(export.rows)
    if done == "reordered":
        values = [{k: v for k, v in row.items() if k not in ("sheet", "row")} for row in rows]
        chance.shuffle(values)
        return [
            row | value
            for row, value in zip(({"sheet": r["sheet"], "row": r["row"]} for r in rows), values, strict=True)
        ]
    part = {"halved": 2, "fifth": 5}.get(done, 1)
    return rows[: max(1, len(rows) // part)]


def as_cp1252(content: bytes) -> bytes:
    """A workbook of one sheet as the CSV file that Excel for Windows writes."""
    file = io.StringIO(newline="")
    [sheet] = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    csv.writer(file, delimiter=";").writerows(
        [_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)
    )
    return file.getvalue().encode("cp1252")


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "Ja" if cell else "Nej"
    if isinstance(cell, datetime):
        return str(cell.date() if cell.time() == datetime.min.time() else cell)
    return "" if cell is None else str(cell).replace("✓", "Ja")


def without_heading(content: bytes, source: str) -> bytes:
    """A workbook with a heading that nobody knows in the place of one that its source cannot do without."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    needed = {field["headings"][0] for field in fields_of(source).values() if field.get("required")}
    for sheet in book:
        cell = next(cell for cell in sheet[1] if cell.value in needed)
        cell.value = "Fält 17"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_loaded_gives_the_figures_of_the_second_implementation(seed, tmp_path):
    chance, base = Random(seed), random_exports(seed, as_of=BEFORE)
    with Line(tmp_path).held() as line:
        made.load_all(line, base)
        files = coming(base, chance, tmp_path)
        ready = [came(line, file.name, file.content, file.organisation) for file in files]
        verdicts = judged(line, ready, change=chance.choice([0.1, 0.3, 1.0]))
        known = line.rows("select import_id from imports")
        pairs = list(zip(files, verdicts, strict=True))
        receipts = [receipt for each in load_all(line, verdicts) for receipt in each]
        for file, verdict in pairs:
            assert_named(file, verdict)
            assert_not_wrong(base, file, verdict)
        assert [receipt.replaces for receipt in receipts if receipt.replaces] == []
        assert line.rows("select import_id from revocations") == []
        assert len(line.rows("select import_id from imports")) == len(known) + len(receipts)
        loaded = [_export(receipt, pairs) for receipt in receipts]
        for day in DAYS:
            with line.database.cursor() as cursor:
                found = coverage(cursor, POINTS, days=[day], known_at=EVERYTHING_KNOWN, level="organisation")
            expected = reference.coverage([*base, *loaded], day, "organisation")
            assert Counter(map(figure, found)) == Counter(map(expected_figure, expected)), day


def _export(receipt, judged_files):
    """The export that a receipt is of."""
    whose = receipt.organisation, receipt.source.id, receipt.extract_date.day
    return next(
        file.export
        for file, verdict in judged_files
        if isinstance(verdict, Loadable)
        and file.export
        and (file.organisation, file.export.source, file.export.extract_date) == whose
    )


def assert_named(file: Coming, verdict: Verdict) -> None:
    """A file that is not loaded is held or refused, with a sentence in both languages."""
    if not isinstance(verdict, Loadable):
        assert isinstance(verdict, Refused if file.done == "cut" else Held), (file.name, file.done, verdict)
        assert all(len(Language(code).refusal(verdict.refusal)) > 10 for code in ("sv", "en")), file.name


def assert_not_wrong(base: list[Export], file: Coming, verdict: Verdict) -> None:
    """What can be seen to be wrong is not loaded."""
    before = _in_effect(base, file)
    shrunk = file.done == "fifth" and before and len(before.rows) > 5
    assert not (isinstance(verdict, Loadable) and (file.done in ("unknown", "cut") or shrunk)), (file.name, file.done)


def _in_effect(base: list[Export], file: Coming) -> Export | None:
    """The whole export of the same kind that counts on the day of a file, if none completes it."""
    if file.export is None:
        return None
    same = [
        e for e in base if (e.organisation, e.source) == (file.organisation, file.export.source)
        if e.extract_date <= file.export.extract_date
    ]  # fmt: skip
    return same[0] if len(same) == 1 else None
