"""Every form of value in the rulebook (section 3, "Values"), through the real line."""

from datetime import date, datetime

import openpyxl
import pytest

from tests.layers import first_of
from tests.line import Line


class Last(Line):
    """A line that shows what the last import has loaded, so that all tests can load into the same database."""

    def of_last(self, columns, table):
        last = "(select max(import_id) from imports)"
        return self.rows(f"select {columns} from {table} where import_id = {last} order by sheet_number, row")

    def column(self, name, table):
        return [row[name] for row in self.of_last(name, table)]

    def problems(self):
        return [tuple(row.values()) for row in self.of_last('row, "column", value, reason, kind', "problems")]


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with Last(tmp_path_factory.mktemp("values")).held() as line:
        yield line


HEAD = "AD-konto | Enhet | Anställningsdatum | Anställd t.o.m."


def staff(*days: str) -> str:
    return "\n".join([HEAD, *(f"p{i} | Enhet A | {day} |" for i, day in enumerate(days))])


DATES = {
    "2024-03-05": date(2024, 3, 5),
    "2024-03-05 14:30": date(2024, 3, 5),
    "2024-03-05 14:30:59": date(2024, 3, 5),
    "20240305": date(2024, 3, 5),
    "5.3.2024": date(2024, 3, 5),
    "05/03/2024": date(2024, 3, 5),
    "5 mars 2024": date(2024, 3, 5),
    "31 oktober 2024": date(2024, 10, 31),
    "45356": date(2024, 3, 5),
    "45356,6": date(2024, 3, 5),
    "2024-03-05T14:30": date(2024, 3, 5),
    "2024-03-05T23:30:15.123Z": date(2024, 3, 6),  # in local time
    "2024-03-05T00:00:00Z": date(2024, 3, 5),  # midnight as written is no time of day
    "2024-03-05 23:00+00:00": date(2024, 3, 6),  # midnight as turned
    "2024-03-05T00:30:00+0200": date(2024, 3, 4),
    "2024/03/05": date(2024, 3, 5),
    "2024/3/5 02:30 PM": date(2024, 3, 5),
    "05-03-2024": date(2024, 3, 5),
    "5.3.2024 14.33": date(2024, 3, 5),
    "5 mar. 2024 kl 14:30": date(2024, 3, 5),
    "5. mars 2024 kl. 14.30": date(2024, 3, 5),
    "5 March 2024": date(2024, 3, 5),
    "5-Mar-2024": date(2024, 3, 5),
    "5/Mar/24": date(2024, 3, 5),
    "1 sept 2024": date(2024, 9, 1),
    "1 febr 2024": date(2024, 2, 1),
    "2 May 2024": date(2024, 5, 2),
    "31 okt. 24": date(2024, 10, 31),
    "20000": date(1954, 10, 3),
    "80000": date(2119, 1, 11),
    "2958465": date(9999, 12, 31),
    "tillsvidare": date(9999, 12, 31),
    "Tillsvidare": date(9999, 12, 31),
    "9999-12-31": date(9999, 12, 31),
    "9999-12-31 23:59:59.997": date(9999, 12, 31),
    "9999-12-31T23:59:59.9999999": date(9999, 12, 31),
}


def test_date_forms(line):
    line.load_table(staff(*DATES))
    assert dict(zip(DATES, line.column("employed_from", "staff"), strict=True)) == DATES


def test_unreadable_required_dates_reject_their_rows(line):
    written = ["2024-02-30", "31/02/2024", "i våras", "5 marz 2024", "99999999", "0000-01-01"]
    # a year, a year and a month, numbers that are no serials, two digits of a year without a name, 13:30 PM
    written += ["2025", "2025-03", "202503", "19999", "80001", "5/3/24", "2024-03-05 13:30 PM", "5 ma 2024"]
    line.load_table(staff("2024-03-05", *written))
    assert line.problems() == [
        (row, "Anställningsdatum", cell, "not_a_date", "rejected") for row, cell in enumerate(written, 3)
    ]
    assert line.column("row", "staff") == [2]


def test_first_of_january_1900_is_empty(line):
    line.load_table(f"{HEAD}\np1 | A | 2024-01-01 | 1900-01-01\np2 | A | 1900-01-01 |")
    assert line.column("employed_to", "staff") == [None]
    assert line.problems() == [(3, "Anställningsdatum", "1900-01-01", "missing", "rejected")]


@pytest.mark.live
def test_unreadable_optional_value_is_a_warning(line):
    line.load_table(f"{HEAD}\np1 | A | 2024-01-01 | snart")
    assert line.column("employed_to", "staff") == [None]
    assert line.problems() == [(2, "Anställd t.o.m.", "snart", "not_a_date", "warning")]


def test_ambiguous_slashes_are_day_first_and_reported(line):
    [receipt] = line.load_table(staff("05/03/2024", "12/11/2024"))
    assert line.column("employed_from", "staff") == [date(2024, 3, 5), date(2024, 11, 12)]
    assert receipt.summary.ambiguous == ("employed_from",)


def test_slashes_with_one_large_day_are_not_ambiguous(line):
    [receipt] = line.load_table(staff("05/03/2024", "31/03/2024"))
    assert receipt.summary.ambiguous == ()


def test_a_column_that_can_only_be_month_first_is_unreadable(line):
    line.load_table(staff("03/31/2024", "03/05/2024", "2024-03-05"))
    assert line.column("employee_id", "staff") == ["p2"]
    assert [p[3] for p in line.problems()] == ["month_first", "month_first"]


def test_serials_of_the_1904_system(line, tmp_path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.append(["AD-konto", "Enhet", "Anställningsdatum"])
    sheet.append(["p1", "A", 43894])  # 2024-03-05 counted from 1904
    sheet.append(["p2", "A", date(2024, 3, 5)])
    book.save(tmp_path / "mac.xlsx")
    line.load(tmp_path / "mac.xlsx", extract_date=date(2026, 1, 1))
    assert line.column("employed_from", "staff") == [date(2024, 3, 5), date(2024, 3, 5)]


def test_the_time_of_a_serial_is_rounded_to_the_second(line, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Ärendenummer", "Enhet", "Upptäckt"])
    book.active.append(["I1", "A", 46108.645833333336])
    book.active.append(["I2", "A", datetime(2026, 3, 5, 23, 59, 59, 999000)])
    book.save(tmp_path / "incidenter.xlsx")
    line.load(tmp_path / "incidenter.xlsx", extract_date=date(2026, 4, 1))
    assert line.column("discovered", "incidents") == [datetime(2026, 3, 27, 15, 30), datetime(2026, 3, 6)]


def test_white_space_is_collapsed_and_ids_keep_their_digits(line, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["AD-konto", "Enhet", "Anställningsdatum", "Namn"])
    book.active.append([12345.0, "  Enhet\u00a0 A\n", date(2024, 1, 1), "   "])
    book.active.append([1234567890123, "A", date(2024, 1, 1), "O\u0308rjan"])
    book.save(tmp_path / "p.xlsx")
    line.load(tmp_path / "p.xlsx", extract_date=date(2026, 1, 1))
    assert line.column("employee_id", "staff") == ["12345", "1234567890123"]
    assert line.column("unit", "staff") == ["Enhet A", "A"]
    assert line.column("name", "staff") == [None, "Örjan"]


def test_yes_and_no(line):
    meant = dict.fromkeys(("Ja", "J", "yes", "X", "✓", "1", "SANT", "true"), True)
    meant |= dict.fromkeys(("Nej", "n", "NO", "0", "FALSKT", "False"), False)
    meant |= dict.fromkeys(("Kanske", "?", "2", ""), None)
    table = "\n".join(["Systemnamn | Behandlar personuppgifter", *(f"S{i} | {w}" for i, w in enumerate(meant))])
    line.load_table(table)
    assert dict(zip(meant, line.column("personal_data", "systems"), strict=True)) == meant


def test_numbers(line):
    meant = {"1 742": 1742, "1\u00a0742,5": 1742.5, "85 %": 0.85, "-3": -3, "0.5": 0.5}
    rows = "\n".join(f"S{n} | 2026-01-01 | {written}" for n, written in enumerate(meant))
    line.load_table(f"System | Granskningsdatum | Konton före\n{rows}")
    assert line.column("accounts_before", "access_reviews") == list(meant.values())


def test_error_cells_are_empty_and_counted(line, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Systemnamn", "Enhet", "Leverantör"])
    book.active.append(["S1", "#N/A", "#SAKNAS!"])
    book.active.append(["#REF!", "A", "B"])
    book.active["B2"].data_type = "e"
    book.save(tmp_path / "s.xlsx")
    [receipt] = line.load(tmp_path / "s.xlsx", extract_date=date(2026, 1, 1))
    assert receipt.error_cells == 3
    assert line.of_last("unit, supplier", "systems") == [{"unit": None, "supplier": None}]
    assert [p[3] for p in line.problems()] == ["missing"]


def test_levels_in_columns(line):
    rows = "\n".join(
        f"S | {written} | 2 | T1 | 2026-01-0{n}" for n, written in enumerate(("3", "K3", "Allvarlig (3)"), 1)
    )
    line.load_table(f"Objekt/System | K | R | T | Klassad datum\n{rows}")
    found = line.of_last("confidentiality, integrity, availability", "classifications")
    assert [tuple(row.values()) for row in found] == [(3, 2, 1)] * 3


@pytest.mark.parametrize("heading", first_of(["K/R/T", "KRT", "Klassning"]))
def test_levels_in_one_cell(line, heading):
    written = ["K3 R2 T1", "K3/R2/T1", "k3, r2, t1", "3/2/1"]
    rows = "\n".join(f"S | {cell} | 2026-01-0{n}" for n, cell in enumerate(written, 1))
    line.load_table(f"System | {heading} | Klassad\n{rows}")
    found = line.of_last("confidentiality, integrity, availability", "classifications")
    assert [tuple(row.values()) for row in found] == [(3, 2, 1)] * len(written)


@pytest.mark.parametrize(
    "table",
    first_of(["K | R | T | Klassad\n{0} | 1 | 1 | 2026-01-01", "R | K | T | Klassad\n1 | 1 | {0} | 2026-01-01"]),
)
def test_level_four_is_protective_security_and_not_stored(line, table):
    head, row = table.split("\n")
    rows = "\n".join(f"Hemligt {n} | {row.format(cell)}" for n, cell in enumerate(("4", "K4", "Kvalificerad (4)")))
    line.load_table(f"System | {head}\n{rows}\nÖppet | 1 | 1 | 1 | 2026-01-01")
    assert line.column("system", "classifications") == ["Öppet"]
    assert [p[3:] for p in line.problems()] == [("protective_security", "rejected")] * 3


@pytest.mark.live
def test_level_four_in_one_cell_is_rejected_too(line):
    line.load_table("System | KRT | Klassad\nS | K2 R4 T1 | 2026-01-01\nÖ | K2 R1 T1 | 2026-01-01")
    assert line.column("system", "classifications") == ["Ö"]


def test_fields_combined_from_other_columns(line):
    line.load_table(
        "AD-konto | Förnamn | Efternamn | Enhet | Anställningsdatum | Frånvaroorsak\n"
        "a | Eva | Ek | A | 2024-01-01 | Föräldraledig\n"
        "b | Bo | | A | 2024-01-01 | -\n"
        "c | | | A | 2024-01-01 | ingen\n"
        "d | | | A | 2024-01-01 |"
    )
    assert line.column("name", "staff") == ["Eva Ek", "Bo", None, None]
    assert line.column("on_leave", "staff") == [True, False, False, False]


def test_nine_criteria_are_counted(line):
    heads = " | ".join(f"Kriterium {i}" for i in range(1, 10))
    ticks = " | ".join(["Ja", "Nej", "X", *[""] * 6])
    line.load_table(f"DPIA-ID | Behandlings-ID | {heads}\nD1 | B1 | {ticks}")
    assert line.column("criteria", "dpias") == [2]


def test_any_answer_means_that_the_need_for_an_agreement_is_assessed(line):
    line.load_table(
        "Dnr | Benämning | Enhet | Innehåller IT/information | PUB behövs\n"
        "1 | a | A | Ja | Nej\n2 | b | A | Ja | Ja\n3 | c | A | Ja |"
    )
    assert line.column("processor_assessed", "procurements") == [True, True, None]


def test_a_path_keeps_its_last_part_as_the_unit(line):
    line.load_table("Systemnamn | Organisation\nS1 | A / B / C\nS2 | D\nS3 | Hälso/sjukvård")
    assert line.of_last("unit, department", "systems") == [
        {"unit": "C", "department": "B"},
        {"unit": "D", "department": None},
        {"unit": "Hälso/sjukvård", "department": None},
    ]


def test_an_unknown_status_word_is_kept_and_rejects_nothing(line):
    [receipt] = line.load_table("AD-konto | Kurs | Status\na | K | Klarmarkerad\nb | K | slutförd\nc | K |")
    assert line.of_last("status, status_code", "training") == [
        {"status": "Klarmarkerad", "status_code": None},
        {"status": "slutförd", "status_code": "passed"},
    ]
    assert receipt.summary.unknown_words == (("status", "Klarmarkerad", 1),)
    assert line.problems() == [(4, "Status", None, "missing", "rejected")]


def test_any_text_in_a_required_yes_no_is_unknown_and_empty_is_rejected(line):
    line.load_table("Dnr | Benämning | Enhet | Innehåller IT/information\n1 | a | A | kanske\n2 | b | A |")
    assert line.column("handles_information", "procurements") == [None]
    assert line.problems() == [(3, "Innehåller IT/information", None, "missing", "rejected")]


def test_the_last_row_of_an_id_counts_and_the_others_are_warnings(line):
    line.load_table(
        "Ärendenummer | Enhet | Upptäckt | Rubrik\n"
        "I1 | A | 2026-01-01 | första\ni1 | A | 2026-01-02 | sista\nI1 | A | aldrig | avvisad"
    )
    assert line.problems() == [
        (2, "Ärendenummer", "I1", "duplicate", "warning"),
        (4, "Upptäckt", "aldrig", "not_a_date", "rejected"),
    ]
    assert [item["label"] for item in line.items("11", date(2026, 11, 24))] == ["sista"]
