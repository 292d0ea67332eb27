"""What may look like an identity number in a file, depending on its columns: decided before the file leaves the
child.
"""

from dataclasses import replace
from datetime import date

import pytest

from compliance.core.language import Language
from compliance.core.masking import MASK, mask_text
from compliance.correcting.doubts import doubts_of_import
from compliance.loading.loading import prepare
from compliance.reading import mapping
from compliance.reading.mapping import ColumnMapping
from compliance.reading.reading import read
from compliance.reading.recognising import is_identity, known_headings
from compliance.reading.screening import ReadRequest
from compliance.screens.imports.texts import doubt_text, remarks
from tests import files
from tests.identities import check_digit
from tests.layers import first_of
from tests.line import SOURCES, TODAY, WORDS, Line, read_here

SAY = Language("en")
DAY = date(2026, 11, 1)
KNOWN = known_headings(SOURCES.values())


def case(day: str) -> str:
    """A case number that has the form of an identity number."""
    return f"{day}-001{check_digit(f'{day[2:]}001')}"


CASE, OLD, LATE = case("20261031"), case("20200101"), case("20290101")
HEADS = {
    "incidents": ("Ärende-ID | Upptäckt | Enhet", "2026-10-01 | A"),
    "breaches": ("Löpnummer | Fick vetskap | Enhet", "2026-10-01 | A"),
    "classification_actions": ("Åtgärds-ID | System | Åtgärd | Klart senast | Status", "S | x | 2026-12-01 | x"),
    "procurements": ("Dnr | Benämning | Enhet | Innehåller IT/information", "x | A | Ja"),
}


def table(head: str, rest: str, *ids: str) -> str:
    return "\n".join([head, *(f"{id_} | {rest}" for id_ in ids)])


@pytest.mark.parametrize("source", first_of(HEADS))
def test_case_numbers_are_ids_however_few(line, source):
    """A case number with a date around the extract date is kept; another one rejects its row."""
    [receipt] = line.load_table(table(*HEADS[source], CASE, "850709-1232", OLD), source=source)
    [name] = [field.name for field in SOURCES[source].fields if field.case_id]
    assert line.column(name, source) == [CASE]
    assert [(row, value, reason) for row, _, value, reason, _ in line.problems()] == [
        (3, MASK, "identity_number"),
        (4, MASK, "identity_number"),
    ]
    assert receipt.matches[0].by_chance == []
    assert "850709" not in str(line.rows("from import_rows"))


NAMES = """
AD-konto | Förnamn      | Efternamn | Enhet | Anställningsdatum
p1       | 850709       | 1232      | Norr  | 2024-01-01
p2       | Eva 850709-  | 1232 Ek   | Norr  | 2024-01-01
p3       | 19850709     | 1232      | Norr  | 2024-01-01
p4       | Bo           | Ek        | Norr  | 2024-01-01
p5       | 850709       | 1233      | Norr  | 2024-01-01
"""


def test_a_number_across_two_joined_columns_is_masked_in_both(line):
    """First and last name are one text; not with an invalid check digit."""
    line.load_table(NAMES, source="staff")
    assert line.column("name", "staff") == [*[f"{MASK} {MASK}"] * 3, "Bo Ek", "850709 1233"]
    assert "1232" not in str(line.rows("from import_rows"))


@pytest.mark.live
def test_truncating_makes_no_identity_number(line):
    """The part that is cut off showed that the digits are no identity number."""
    rows = "\n".join(f"S{n} | {'x' * 190}{end}" for n, end in enumerate(["8507091232" + "55 y", " 12 abc" * 9]))
    line.load_table(f"Systemnamn | Enhet\n{rows}", source="systems")
    assert line.column("unit", "systems") == ["x" * 190, "x" * 190 + " 12 abc 12"]
    assert "8507091232" not in str(line.rows("from problems"))


def test_which_fields_are_case_numbers():
    declared = {(source.id, field.name) for source in SOURCES.values() for field in source.fields if field.case_id}
    assert declared == {
        ("incidents", "incident_id"),
        ("breaches", "breach_id"),
        ("classification_actions", "action_id"),
        ("procurements", "reference"),
    }


@pytest.mark.live
def test_a_column_of_300_case_numbers_loads_whole(line):
    ids = [f"202610{day:02}-{number:04}" for day in range(1, 31) for number in range(1, 11)]
    assert sum(mask_text(id_)[1] for id_ in ids) > 20
    line.load_table(table(*HEADS["incidents"], *ids))
    assert line.column("incident_id", "incidents") == ids
    assert line.problems() == []


def test_elsewhere_a_case_number_is_masked(line):
    line.load_table(f"Ärende-ID | Upptäckt | Enhet | Rubrik\nA-1 | 2026-10-01 | A | se {CASE}")
    assert line.column("title", "incidents") == [f"se {MASK}"]


@pytest.mark.parametrize(
    ("said", "above", "name", "around"),
    [
        (date(2031, 3, 1), "Rapport per 2032-03-01", "lista 2033-03-01.csv", date(2031, 3, 1)),
        (None, "Rapport per 2032-03-01", "lista 2033-03-01.csv", date(2032, 3, 1)),
        (None, "Rapport", "lista 2033-03-01.csv", date(2033, 3, 1)),
        (None, "Rapport", "lista.csv", TODAY),
    ],
)
def test_the_day_around_which_case_numbers_are_expected(tmp_path, said, above, name, around):
    """The user's extract date, else the file's, else today."""
    far = [case(f"{around.year - years}{around:%m%d}") for years in (6, 5)]
    text = f"{above}\n" + table(*HEADS["incidents"], *far)
    book = read_here(Line(tmp_path).file(text), name=name, request=ReadRequest(SOURCES, WORDS, TODAY, day=said))
    assert book.around == around
    assert book.sheets[0].cells["c0"].to_pylist()[2:] == [MASK, far[1]]


def test_the_day_on_which_a_workbook_was_saved_is_used():
    book = read_here(files.xlsx({"A": [["Ärende-ID"]]}), name="a.xlsx", request=ReadRequest(SOURCES, WORDS, None))
    assert book.modified
    assert book.around == book.modified.date()


def test_a_file_read_for_another_day_is_masked_again_before_it_is_loaded(line):
    """The reader is given a day; if the user changes it later, nothing slips through."""
    path = line.file(table(*HEADS["incidents"], CASE, LATE))
    book = read_here(path, name="a.csv", request=ReadRequest(SOURCES, WORDS, TODAY, day=date(2028, 6, 1)))
    assert book.sheets[0].cells["c0"].to_pylist() == ["Ärende-ID", CASE, LATE]
    prepared = prepare(book, line.order(extract_date=DAY), sources=SOURCES, words=WORDS)
    assert prepared.matches[0].sheet.cells["c0"].to_pylist() == ["Ärende-ID", CASE, MASK]


def test_a_column_mapped_by_hand(line):
    head = "Vårt nr | När | Var | Rubrik"
    fields = {"incident_id": "vårt nr", "discovered": "när", "unit": "var"}
    columns = ColumnMapping("incidents", tuple(heading.casefold() for heading in head.split(" | ")), fields)
    with line.database.writing() as cursor:
        mapping.save(cursor, columns, who="test")
    line.load_table(f"{head}\n{CASE} | 2026-10-01 | A | om {CASE}")
    assert line.column("incident_id", "incidents") == [CASE]


def test_a_heading_of_two_rows(line):
    path = line.folder / "a.xlsx"
    rows = [("Ärende", None, "Enhet"), ("Ärende-ID", "Upptäckt", None), (CASE, "2026-10-01", "A")]
    path.write_bytes(files.xlsx({"A": rows}))
    line.load(path, extract_date=DAY)
    assert line.column("incident_id", "incidents") == [CASE]


def test_above_the_heading_nothing_is_a_case_number():
    rows = [[CASE], ["Ärende-ID", "Upptäckt", "Enhet"], [CASE, "2026-10-01", "A"]]
    book = read_here(files.xlsx({"A": rows}), name="a.xlsx", request=ReadRequest(SOURCES, WORDS, TODAY))
    assert book.sheets[0].cells["c0"].to_pylist() == [MASK, "Ärende-ID", CASE]
    assert (book.masked, book.sheets[0].allowed, book.sheets[0].by_chance) == (1, (0,), ())


@pytest.mark.live
def test_the_child_masks_as_this_process_does(tmp_path):
    content = table(*HEADS["incidents"], CASE, OLD).replace(" | ", ";").encode()
    asked = ReadRequest(SOURCES, WORDS, TODAY, day=DAY)
    book = read(content, name="a.csv", request=asked)
    assert book == read_here(content, name="a.csv", request=asked)
    assert book.sheets[0].cells["c0"].to_pylist() == ["Ärende-ID", CASE, MASK]


# --- Ids of employees ---------------------------------------------------------------------------------------------

STAFF = "AD-konto | Enhet | Anställningsdatum"


def test_employment_numbers_that_look_like_identity_numbers_are_kept_and_reported(line):
    """More than half of the column have an invalid check digit, however few there are."""
    ids = ["8507091232", "8507091233", "8507091234"]
    path = line.file("\n".join([STAFF, *(f"{id_} | A | 2024-01-01" for id_ in ids)]))
    [receipt] = line.load(path, extract_date=DAY)
    assert line.column("employee_id", "staff") == ids
    assert [column.heading for column in receipt.matches[0].by_chance] == ["AD-konto"]
    assert any("AD-konto look like personal identity numbers" in text for text in _told(line, path, receipt))


def test_employment_numbers_that_are_identity_numbers_are_masked(line):
    ids = ["8507091232", "8507091240", "8507091233"]
    path = line.file("\n".join([STAFF, *(f"{id_} | A | 2024-01-01" for id_ in ids)]))
    [receipt] = line.load(path, extract_date=DAY)
    assert line.column("employee_id", "staff") == ["8507091233"]
    assert not any("look like" in text for text in _told(line, path, receipt))


def _told(line, path, receipt):
    from compliance.loading.comparing import compare

    with line.database.cursor() as cursor:
        comparison = compare(cursor, receipt.import_id, receipt.source)
    book = read_here(path, name=path.name)
    doubts = [doubt_text(doubt, SOURCES, SAY) for doubt in doubts_of_import(receipt, comparison, book)]
    return [*doubts, *remarks(receipt, book, SAY)]


# --- Columns that are dropped -------------------------------------------------------------------------------------


ANYWHERE = [
    "Personnummer", "personnr", "Samordningsnummer", "Person-nummer", "Person nr.", "PERSON\u00adNUMMER", "Person_nr",
    "Person\u200bnummer", "Ｐersonnummer", "Personnummer (12 siffror)", "Anhörigs personnummer:", "Anställdas personnr",
    "Person\nnummer", "Person id (personnummer)", "Person.nr/samordningsnr",
]  # fmt: skip
WHOLE = [
    "Persnr", "Pnr", "Idnummer", "SSN", "Pers.nr", "P-nr", "P.nr.", "Id-nummer", "Id nummer:", "s s n", "(Pnr)",
    "Pnr (ÅÅMMDD-NNNN)", "PNR *", "ＳＳＮ",
]  # fmt: skip
OTHER = [
    "Anställningsnummer", "Person id", "Person-id", "Personalnummer", "Telefonnummer", "Nummer", "Pnr och namn",
    "Idnummer 2", "Persnr chef", "Session", "Kostnadsställe", "Person", "nr", "SSN-kod", "Lösenord",
]  # fmt: skip


def test_headings_of_columns_that_are_dropped():
    dropped = [heading for heading in (*ANYWHERE, *WHOLE, *OTHER) if is_identity(heading, WORDS, KNOWN)]
    assert dropped == [*ANYWHERE, *WHOLE]


def test_a_heading_that_is_a_synonym_of_a_field_is_never_dropped(line):
    """An organisation's own word for a field, whatever it looks like."""
    staff = SOURCES["staff"]
    own = replace(staff.field("employee_id"), headings=("pnr", "personnummer för inloggning"))
    sources = SOURCES | {"staff": replace(staff, fields=(own, *staff.fields[1:]))}
    known = known_headings(sources.values())
    assert not is_identity("Pnr", WORDS, known)
    assert not is_identity("Personnummer för inloggning:", WORDS, known)
    assert is_identity("Personnummer", WORDS, known)
    book = read_here(line.file("Pnr | Enhet | Anställningsdatum\nab1 | A | 2024-01-01"), name="a.csv")
    prepared = prepare(book, line.order(extract_date=DAY), sources=sources, words=WORDS)
    assert prepared.matches[0].columns["employee_id"][0].heading == "Pnr"


@pytest.mark.live
def test_dropped_columns_are_not_stored_and_are_reported(line):
    """Dropped for its heading, for a single value, and if most whole numbers have the form with a zero restored."""
    head = f"{STAFF} | Persnr | Anteckning | Nr | Löpnr | Rum"
    rest = [
        "aa1 | A | 2024-01-01 | hemlig | ring 85 07 09 - 1232 | 101011238 | 101011239 | 1",
        "aa2 | A | 2024-01-01 | hemlig | | 203040551 | 203040552 | 101011238",
        "aa3 | A | 2024-01-01 | hemlig | | 12 | 101021235 | 2",
    ]
    numbers = [f"{nine}{check_digit(nine.zfill(9))}" for nine in ("10101123", "20304055")]
    rest = [text.replace("101011238", numbers[0]).replace("203040551", numbers[1]) for text in rest]
    path = line.file("\n".join([head, *rest]))
    [receipt] = line.load(path, extract_date=DAY)
    assert [column.heading for column in receipt.matches[0].dropped] == ["Persnr", "Anteckning", "Nr"]
    assert [column.heading for column in receipt.matches[0].unused] == ["Löpnr", "Rum"]
    kept = str(line.rows("from import_rows"))
    assert not any(text in kept for text in ("hemlig", "1232", numbers[1]))
    told = " ".join(_told(line, path, receipt))
    assert "Columns with personal identity numbers, which are never read: Persnr, Anteckning, Nr." in told
