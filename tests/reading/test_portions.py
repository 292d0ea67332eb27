"""A large sheet is read in portions at once: what is read is what reading the whole gives, or it is read whole."""

import io
import random
import zipfile
from datetime import date, datetime
from typing import Any

import pytest

from compliance.reading import portions, workbooks
from tests import files
from tests.layers import first_of, layered
from tests.line import read_here

NUMBER, ERROR, FLAG = "<c><v>7</v></c>", '<c t="e"><v>#N/A</v></c>', '<c t="b"><v>1</v></c>'
NOTHING, FORMULA = '<c s="0"/>', "<c><f>A1</f></c>"


def row(number: int, *cells: str, tag: str = "row") -> str:
    """A row whose cells tell their places."""
    placed = (cell.replace("<c", f'<c r="{chr(65 + at)}{number}"', 1) for at, cell in enumerate(cells))
    return f'<{tag} spans="1:3" r="{number}">{"".join(placed)}</{tag}>'


def table(rows: range, *, step: int = 1) -> str:
    return "".join(row(n, files.text_cell(f"text {n}"), NUMBER, files.text_cell(n % 7)) for n in rows[::step])


def prefixed(xml: str) -> str:
    return xml.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")


ORDINARY = files.sheet_xml(table(range(1, 60)))
# Read in portions.
DIVIDED = {
    "texts": files.raw_xlsx(ORDINARY),
    "prefix": files.raw_xlsx(prefixed(ORDINARY)),
    "gaps": files.raw_xlsx(files.sheet_xml(table(range(1, 90), step=7) + table(range(400, 440)))),
    "begins below and beside": files.xlsx(
        {"A": [[n, None, date(2026, 1, 1)] for n in range(50)]}, first_row=6, first_column=4
    ),
    "shared texts beside a cover": files.xlsx(
        {"Om": [["Rapport"]], "Data": [[f"t{n % 9}", n / 7, datetime(2026, 1, 1, 8), n % 2 == 0] for n in range(80)]}
    ),
    "errors and flags": files.raw_xlsx(
        files.sheet_xml("".join(row(n, NUMBER, ERROR if n % 5 == 0 else FLAG) for n in range(1, 80)))
    ),
    "wider below": files.raw_xlsx(
        files.sheet_xml("".join(row(n, *[NUMBER] * (1 + n // 9)) for n in range(1, 80)) + row(81, NOTHING) + row(82))
    ),
    "empty texts": files.raw_xlsx(files.sheet_xml("".join(row(n, files.text_cell(""), NUMBER) for n in range(1, 80)))),
    "written by hand": files.raw_xlsx(ORDINARY.replace("<row", "\n  <row").replace("</sheetData>", "\n</sheetData>")),
    "rows without cells": files.raw_xlsx(
        files.sheet_xml(table(range(1, 20)) + "".join(f'<row r="{n}" ht="9"/>' for n in range(20, 30)) + row(60, FLAG))
    ),
    "a tail": files.raw_xlsx(ORDINARY.replace("</sheetData>", f"</sheetData><views>{'<v/>' * 200}</views>")),
}
# Read whole, as a place may not be what it seems.
WHOLE = {
    "no numbers": files.raw_xlsx(files.sheet_xml(f"<row>{NUMBER}</row>" * 80)),
    "a comment": files.raw_xlsx(ORDINARY.replace("</row>", "</row><!-- </row><row r='9'> -->", 1)),
    "a row further up": files.raw_xlsx(files.sheet_xml(table(range(1, 40)) + row(3, FLAG) + table(range(40, 60)))),
    "a row twice": files.raw_xlsx(files.sheet_xml(table(range(1, 40)) + table(range(39, 60)))),
    "a cell of another row": files.raw_xlsx(ORDINARY.replace('r="B50"', 'r="B20"')),
    "a cell far below": files.raw_xlsx(ORDINARY.replace('r="B10"', 'r="B50"')),
    "formulas without values": files.raw_xlsx(files.sheet_xml(table(range(1, 40)) + row(40, FORMULA, "<c><v/></c>"))),
    "600 columns": files.raw_xlsx(files.sheet_xml(table(range(1, 40)) + '<row r="40"><c r="WA40"><v>1</v></c></row>')),
    "a far corner": files.raw_xlsx(files.sheet_xml(table(range(1, 40)), dimension="A1:XFD1048576")),
    "many rows without cells": files.raw_xlsx(
        files.sheet_xml(table(range(1, 20)) + "".join(f'<row r="{n}" ht="9"/>' for n in range(20, 90)) + row(90, FLAG))
    ),
    "an end within a row": files.raw_xlsx(ORDINARY.replace("text 12<", "text </sheetData>12<")),
    "damaged": files.raw_xlsx(ORDINARY[:-300]),
    "no rows": files.raw_xlsx(
        ORDINARY.replace("<sheetData>", "<sheetData/><other>").replace("</sheetData>", "</other>")
    ),
}


# What is tried before `make test-all`: the ordinary, and what would be lost, twice or moved.
TRIED = {
    "shared texts beside a cover",
    "wider below",
    "rows without cells",
    "a row twice",
    "a cell far below",
    "no rows",
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of a few rows."""
    monkeypatch.setattr(portions, "LEAST", 0)
    monkeypatch.setattr(portions, "SHARE", 0)
    monkeypatch.setattr(portions, "PORTION", 600)
    monkeypatch.setattr(workbooks, "PIECE", 100)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many sheets each reading in portions gave."""
    results: list[int] = []
    read_portions = portions.read_portions

    def noted(*arguments: Any, **named: Any) -> Any:
        sheets = read_portions(*arguments, **named)
        results.append(len(sheets))
        return sheets

    monkeypatch.setattr("compliance.reading.workbooks.read_portions", noted)
    return results


def both(content: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """What is read in portions, if it can be, and what is read whole."""
    first = outcome(content)
    monkeypatch.setattr(portions, "LEAST", 1 << 40)
    return first, outcome(content)


def outcome(content: bytes) -> Any:
    try:
        book = read_here(content, name="a.xlsx")
    except Exception as refusal:
        return str(refusal)
    return [(sheet.name, sheet.cells.to_pylist(), sheet.errors, sheet.error_places) for sheet in book.sheets], book.cut


@pytest.mark.parametrize("name", layered([*DIVIDED, *WHOLE], TRIED))
def test_portions_are_what_the_whole_is(name, counted, monkeypatch):
    """lost, twice or moved: a cell at the border of two portions"""
    portioned, whole = both({**DIVIDED, **WHOLE}[name], monkeypatch)
    assert portioned == whole
    assert any(counted) == (name in DIVIDED)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_the_workbook_has_twice_is_left_to_the_library(monkeypatch, counted):
    """two_sheets_in_one: which of them counts is for the library to say"""
    file = io.BytesIO(DIVIDED["texts"])
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", ORDINARY.replace("text 1<", "other<"))
    portioned, whole = both(file.getvalue(), monkeypatch)
    assert (portioned, counted) == (whole, [])


@pytest.mark.parametrize(("constant", "value"), [("LEAST", 10_000), ("LARGEST", -1), ("SHARE", 9)])
def test_only_what_is_large_beside_its_workbook_is_divided(constant, value, counted, monkeypatch):
    """shared_texts: what each portion reads again would take longer, or more memory, than it saves"""
    monkeypatch.setattr(portions, constant, value)
    outcome(DIVIDED["texts"])
    assert counted == []


@pytest.mark.parametrize("seed", first_of(range(200)))
def test_portions_of_a_random_sheet_are_what_the_whole_is(seed, monkeypatch):
    """chance: places, gaps, kinds and numbers of cells, some of them where they do not belong"""
    chance = random.Random(seed)
    kinds = [files.text_cell("å"), files.text_cell(""), NUMBER, ERROR, FLAG, NOTHING, FORMULA, "<c><v></v></c>"]
    numbers = sorted(chance.sample(range(1, 300), 60))
    if chance.random() < 0.3:
        chance.shuffle(numbers)
    body = "".join(
        row(n, *chance.choices(kinds, [9, 1, 9, 1, 1, 1, 0.02, 0.02], k=chance.randrange(6))) for n in numbers
    )
    monkeypatch.setattr(portions, "PORTION", chance.randrange(50, 2000))
    portioned, whole = both(files.raw_xlsx(files.sheet_xml(body)), monkeypatch)
    assert portioned == whole
