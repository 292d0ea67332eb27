"""No cell makes the product slow: long texts are truncated with a warning, and each step takes linear time."""

import csv
import time
from datetime import date
from itertools import cycle

import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.core.lengths import few_marks
from compliance.correcting.returning import return_workbook
from compliance.counting.assessing import coverage
from compliance.declarations.sources import normal
from compliance.loading import guessing
from compliance.loading.loading import clean_text
from compliance.reading.reading import safe_name
from compliance.reading.recognising import known_headings
from compliance.store.database import EVERYTHING_KNOWN
from tests.files import xlsx
from tests.layers import first_of
from tests.line import POINTS, SOURCES, WORDS, read_here, rehearsed

DAY = date(2026, 11, 1)
LONG, TEXT, NAME, ID, REQUIREMENT = 20_000, 10_000, 200, 200, 1_000
VALID = {
    "date": "2026-01-01", "datetime": "2026-01-01 10:00", "yes_no": "Ja", "number": "1", "level": "2", "id": "x1",
    "text": "Alfa", "path": "A / B",
}  # fmt: skip
READ_AS = {"date", "datetime", "yes_no", "number", "level"}
LEAST, LETTERS, MORE_LETTERS, MANY_LETTERS = 200, 20_000, 200_000, 1_000_000
# Of so many times as many letters, what takes linear time takes as many times as long, and a step that looks at each
# place again and again 64 times. A machine may be twice as slow from one moment to the next.
TIMES, AT_MOST = 8, 16


def valid(field):
    return next(iter(field.words.values()))[0] if field.type == "word" else VALID[field.type]


def written(line, rows, *, name="export.csv"):
    """A CSV that says its separator: what stands in its cells could be taken for another."""
    path = line.folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("sep=;\n")
        csv.writer(file, delimiter=";").writerows(rows)
    return path


def loaded(line, rows, **said):
    return line.load(written(line, rows), **{"extract_date": DAY} | said)


# --- what is kept ----------------------------------------------------------------------------------------------------


# The first has an id, a path, a name and free texts.
@pytest.mark.live
@pytest.mark.parametrize("sources", first_of([["systems"], [*SOURCES]]), ids=len)
def test_every_text_of_every_source_has_its_limit(line, sources):
    for source in map(SOURCES.get, sources):
        texts = [field for field in source.fields if field.type not in READ_AS]
        ids, cut = [f for f in texts if f.is_id], [f for f in texts if not f.is_id]
        rows = [[field.heading for field in source.fields], [valid(field) for field in source.fields]]
        rows += [["å" * (TEXT + 1) if field in cut else valid(field) for field in source.fields]]
        rows += [["å" * (ID + 1) if field is one else valid(field) for field in source.fields] for one in ids]
        [receipt] = loaded(line, rows, source=source.id)
        assert (receipt.summary.loaded, receipt.summary.rejected) == (2, len(ids))
        [stored] = line.rows(f"from {source.id} where row = 3")
        assert {field.name: len(stored[field.name]) for field in cut} == {field.name: field.limit for field in cut}
        told = {(p["column"], p["kind"]) for p in receipt.problems if p["reason"] == "too_long"}
        assert told == {*((f.heading, "rejected") for f in ids), *((f.heading, "warning") for f in cut)}
        assert all(len(problem["value"] or "") <= NAME for problem in receipt.problems)
    assert max(len(cell or "") for row in line.rows("select cells from import_rows") for cell in row["cells"]) == TEXT


def test_the_limits_are_those_of_the_rulebook():
    limits = {(s.id, f.name): f.limit for s in SOURCES.values() for f in s.fields if f.type not in READ_AS}
    assert {limits[source.id, field.name] for source in SOURCES.values() for field in source.fields if field.is_id} == {
        ID
    }
    names = {"unit", "department", "system", "supplier", "course", "name"}
    assert {limit for (_, name), limit in limits.items() if name in names} == {NAME}
    assert {limit for (_, name), limit in limits.items() if name == "requirement"} == {REQUIREMENT}
    free = {"purpose", "cause", "comment", "description", "title", "event", "email", "security", "status"}
    assert {limit for (_, name), limit in limits.items() if name in free} == {TEXT}
    assert SOURCES["routines"].field("routine").is_id


@pytest.mark.live
def test_paths_and_lists_are_split_before_they_are_truncated(line):
    unit, department = "u" * 300, "d" * 300
    rows = [["Systemnamn", "Organisation"], ["a", f"Staden / {department} / {unit}"]]
    rows += [["b", f"{'x' * LONG} / Norr / Öster"], ["c", f"Norr / {'x' * LONG}"], ["d", " / ".join(["x" * 90] * 4)]]
    [receipt] = loaded(line, rows)
    found = line.rows("select unit, department from systems order by row")
    assert [(row["unit"], row["department"]) for row in found] == [
        ("u" * NAME, "d" * NAME), ("Öster", "Norr"), ("x" * NAME, "Norr"), ("x" * 90, "x" * 90),
    ]  # fmt: skip
    assert [p[:2] + p[3:] for p in line.problems()] == [
        (row, "Organisation", "too_long", "warning") for row in (2, 3, 4)
    ]
    assert receipt.summary.warnings == 3


def test_each_name_of_a_list_is_truncated_separately(line):
    many = ", ".join(f"System {n}" for n in range(60))
    rows = [["Behandlings-ID", "Namn", "Enhet", "System"], ["1", "a", "A", many], ["2", "b", "B", f"{'s' * 300}; Alfa"]]
    rows += [["3", "c", "C", f"Alfa, {'s' * NAME}"]]
    loaded(line, rows, source="processing")
    assert line.column("system", "processing") == [many, f"{'s' * NAME}; Alfa", f"Alfa, {'s' * NAME}"]
    assert [(p[0], p[3]) for p in line.problems()] == [(3, "too_long")]


@pytest.mark.live
def test_combined_fields_have_a_limit_too(line):
    loaded(
        line,
        [["AD-konto", "Förnamn", "Efternamn", "Enhet", "Anställningsdatum"], ["a", "f" * 150, "e" * 150, "A", DAY]],
    )
    assert line.column("name", "staff") == [f"{'f' * 150} {'e' * 49}"]
    assert [p[1:2] + p[3:] for p in line.problems()] == [("Förnamn", "too_long", "warning")]


def test_white_space_is_collapsed_before_a_text_is_measured(line):
    loaded(line, [["Systemnamn", "Leverantör"], ["  " * LONG + "Alfa" + "\n" * LONG, "A" + " " * LONG + "B"]])
    assert line.rows("select system, supplier from systems") == [{"system": "Alfa", "supplier": "A B"}]
    assert line.problems() == []


def test_unused_columns_are_truncated_and_reported_too(line):
    loaded(line, [["Systemnamn", "Anteckning", "Frånvaroorsak"], ["Alfa", "x" * LONG, "y" * LONG]])
    assert [(p[1], len(p[2]), p[3]) for p in line.problems()] == [("Anteckning", NAME, "too_long")]


@pytest.mark.live
def test_identity_numbers_are_masked_before_a_text_is_truncated(line):
    loaded(line, [["Systemnamn", "Anteckning"], ["x" * 190 + " 19121212-1212", "y" * 9_995 + " 19121212-1212"]])
    kept = str(line.rows("from import_rows")) + str(line.rows("from systems"))
    assert "1912" not in kept


def test_a_truncated_heading_still_says_what_its_column_is(line):
    question = "Fråga " * 100
    rows = [["Systemnamn", question, question + "personnummer", question + "sjukfrånvaro"], ["Alfa", "ja", "nej", "jo"]]
    [receipt] = loaded(line, rows)
    headings = [row["heading"] for row in line.rows("select heading from import_columns order by place")]
    assert [len(heading) <= NAME for heading in headings] == [True] * 3
    assert [column.heading.split("… ")[-1] for match in receipt.matches for column in match.dropped] == ["personnummer"]
    assert line.rows("select cells from import_rows where row = 2") == [{"cells": ["Alfa", "ja", None, None]}]


def test_names_of_files_and_sheets_are_truncated(line):
    path = line.folder / "bok.xlsx"
    path.write_bytes(xlsx({"Blad1": [["Systemnamn"], ["Alfa"]]}))
    assert len(safe_name("ö" * LONG + ".xlsx")[0]) == NAME
    assert safe_name("a" + "\u0301\u0323" * LONG + ".xlsx")[0].endswith(".xlsx")
    table = "<table><tr><td>Systemnamn</td></tr><tr><td>Alfa</td></tr></table>"
    book = read_here(table.encode(), name="export.xls")
    assert all(len(sheet.name) <= NAME for sheet in book.sheets)


def test_combining_marks_are_limited(line):
    loaded(line, [["Systemnamn"], ["A" + "\u0301\u0323" * LONG + "lfa"], ["O\u0308" * 90]])
    assert [len(name) for name in line.column("system", "systems")] == [34 - 1, 90]


def test_a_long_id_is_named_if_no_row_can_be_loaded(line):
    with pytest.raises(Refusal) as refusal:
        loaded(line, [["Ärendenummer", "Enhet", "Upptäckt"], ["9" * 201, "A", DAY]])
    assert "Ett id får ha högst 200 tecken" in Language("sv").refusal(refusal.value)


# --- time ------------------------------------------------------------------------------------------------------------

# Texts that a step which looks at each place again and again takes very long for.
HARD = [
    "a", ":", "()", "(", ")", "x ", " ", "\N{NO-BREAK SPACE}", "per ", "Uttagen 2026-01-01 - 2", "1", "1 ", "1.", "1-",
    "/", " / ", "x,", ",", "\u0301\u0323", "a\u0301\u0323", "\u200b", "\u200d1", "K3 ", "'", '"', "2026-01-01 ", "<b>",
    "#", "\t", "\u00ad", "a@a.", "- ", "Förvaltning: ", "👩\u200d", "\ufdfa", "*", "Totalt ", "=", "\n",
    "850709-1232 ", "ǅ",
]  # fmt: skip


def of(text, size):
    return (text * (size // len(text) + 1))[:size]


def growth(action, size):
    """How many times as long an action of a number of letters takes as that of few of them, in processor time.

    What it takes of hardly any is left out, once it has been done before: it takes that of any number.
    """
    took = []
    for letters in (LEAST // 2, LEAST, size // TIMES, size):
        started = time.process_time()
        action(letters)
        took.append(time.process_time() - started)
    _, fixed, few, many = took
    return (many - fixed) / (few - fixed)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "size"), [("systems", MORE_LETTERS), *((name, MANY_LETTERS) for name in SOURCES)])
def test_loading_takes_linear_time_in_a_cell(line, name, size):
    """Every hard text in a cell of a field, of an unused column, above the headings and among them."""
    source = SOURCES[name]
    head, row = [field.heading for field in source.fields], [valid(field) for field in source.fields]
    places = [n for n, field in enumerate(source.fields) if field.type not in READ_AS or not field.required]
    # of a million letters each source has some of the texts
    hard = HARD if size < MANY_LETTERS else HARD[source.order % 4 :: 4]

    def load(letters):
        short = [of(text, letters // 20) for text in HARD]
        rows = [[*short, "Uttagen 2026-11-01"], [*head, *short], [*row, *short]]
        for place, text in zip(cycle(places), hard):
            rows.append([*(of(text, letters) if n == place else cell for n, cell in enumerate(row)), of(text, letters)])
        [receipt] = loaded(line, [*rows, row], source=name, extract_date=None)
        assert receipt.summary.loaded >= 2

    assert growth(load, size) < AT_MOST


@pytest.mark.exhaustive
def test_guessing_rehearsing_and_returning_take_linear_time_in_a_cell(line):
    """Guesses for an unrecognised file, rehearsal with the points of its source, and the workbook that is sent back."""
    reading = [point for point in POINTS if "systems" in point.needs]

    def figures(cursor, receipts):
        return coverage(cursor, reading, days=[DAY], known_at=EVERYTHING_KNOWN, level="unit")

    def propose_and_rehearse(letters):
        hard = [of(text, letters // 10) + "x" for text in HARD]
        path = written(line, [[f"{text} {n}" for n, text in enumerate(hard)], hard, hard])
        [sheet] = read_here(path, name=path.name).sheets
        columns = guessing.candidates(sheet, 0, WORDS, known_headings(SOURCES.values()))
        guessing.looks_like_data(hard, SOURCES.values())
        for source in SOURCES.values():
            guessing.guesses(source, columns, words=WORDS, known={}, before={})
        rows = [
            ["Systemnamn", "Enhet", *map(str, range(len(hard)))],
            *([text, text] for text in hard),
            ["Alfa", "A"],
        ]
        path = written(line, [*rows, ["", "utan namn", *hard]])
        book = read_here(path, name=path.name)
        receipts, _ = rehearsed(line.database, book, line.order(extract_date=DAY), figures)
        assert return_workbook(tuple(receipts), book, Language("sv"))

    assert growth(propose_and_rehearse, MANY_LETTERS) < AT_MOST


@pytest.mark.live
@pytest.mark.parametrize("size", first_of([LETTERS, MANY_LETTERS]))
def test_headings_names_and_typed_texts_take_linear_time(size):
    def read(letters):
        for text in HARD:
            long = of(text, letters)
            normal(long), normal("K" + long), safe_name(long), few_marks(long), clean_text(long[:TEXT])

    assert growth(read, size) < AT_MOST
