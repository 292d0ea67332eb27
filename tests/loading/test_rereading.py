"""Reading a loaded export anew from its stored cells: the same as when it was loaded, but for what is known since."""

import io
import unicodedata
from datetime import date, datetime, timedelta

import openpyxl
import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting.renaming import add_alias
from compliance.correcting.returning import returnable
from compliance.correcting.saying import Saying, effect_of_saying, meanings_in_force, say_what
from compliance.counting.assessing import coverage
from compliance.loading.loading import revoke
from compliance.loading.rereading import WHY, Rules, read_anew, readable
from compliance.reading.mapping import ColumnMapping, save
from compliance.store.database import EVERYTHING_KNOWN
from tests.line import POINTS, SOURCES, WORDS, Line

HERE = "Förvaltningen"
DAY = date(2026, 11, 20)
INSTRUCTION = """
Enhet | Krav         | Status
Norr  | Behörigheter | Färdigställd
Norr  | Incidenter   | Pågår
Söder | Behörigheter | färdigställd
"""
# Exports of which a field is read from several columns, in parts, or as yes or no only, and some rows are rejected.
TABLES = {
    "staff": """
AD-konto | Förnamn | Efternamn | Enhet | Anställningsdatum | Frånvaroorsak
p1       | Anna    | Berg      | Norr  | 2024-01-01        | Föräldraledig
p2       | Bo      |           | Söder | igår              | Sjuk
p3       | Cia     | Dal       | Söder | 01-03-2022 14.33  |
p4       | Dan     | Ek        | ?     | 5 mars 2024       | Nej
""",
    "classifications": """
System | KRT      | Klassad    | Ansvarig
Alfa   | K3 R2 T1 | 2026-01-01 | okänd
Beta   | K4 R1 T1 | 2026-01-01 |
Gamma  | 1/2/2    | 2026-02-01 | 850709-1232
""",
    "dpias": f"""
DPIA-ID | Behandlings-ID | {" | ".join(f"Kriterium {n}" for n in range(1, 10))} | Status
d1      | b1             | Ja | Ja | Nej | ? | Ja | Nej | Nej | Nej | Nej | Klar
""",
    "procurements": """
Dnr | Benämning | Enhet | Innehåller IT/information | PUB behövs | Avtalsdatum
1   | Städ      | Norr  | Ja                        | Nej        | 2026-03-01
2   | Mat       | Norr  | kanske                    | oklart     | 2026-02-30
2   | Mat       | Norr  | Ja                        | Ja         | 3/4/2026
""",
}


@pytest.fixture
def line(tmp_path):
    with Line(tmp_path).held() as line:
        yield line


def read_all_anew(line):
    line.wait()
    with line.database.writing() as cursor:
        rules = Rules(SOURCES, WORDS)
        return read_anew(cursor, {row["import_id"] for row in readable(cursor)}, rules, who="test")


@pytest.mark.parametrize("source", TABLES)
def test_an_export_is_read_from_its_cells_as_it_was_from_its_file(line, source):
    line.load_table(TABLES[source], source=source)
    assert line.rows("select count(*) as n from import_rows where import_id = 1") != [{"n": 0}]
    assert read_all_anew(line) == []


def test_so_is_one_with_columns_and_words_that_a_user_has_connected(line):
    with line.database.writing() as cursor:
        fields = {"unit": "verksamhet", "requirement": "punkt", "status": "läge"}
        save(
            cursor,
            ColumnMapping("local_instruction", tuple(fields.values()), fields, {"status": {"Fixat": "done"}}),
            who="",
        )
    line.load_table("Verksamhet | Punkt | Läge\nNorr | A | Fixat")
    assert (line.column("status_code", "local_instruction"), read_all_anew(line)) == (["done"], [])


def say(line, *sayings):
    return say_what(line.database, HERE, sayings, as_of=DAY, sources=SOURCES, words=WORDS, order=line.order())


def figure(line, number=3, *, known_at=EVERYTHING_KNOWN, day=DAY):
    with line.database.cursor() as cursor:
        every = coverage(cursor, (POINTS[number - 1],), days=[day], known_at=known_at, level="organisation")
    [found] = [each for each in every if each.organisation == HERE]
    return found.met, found.unmet, found.unknown


DONE_OF = ("local_instruction", "status", "Färdigställd")
DONE = Saying(*DONE_OF, "done")


def test_a_word_that_is_learnt_counts_at_once_for_any_day_and_in_the_next_export(line):
    line.load_table(INSTRUCTION, extract_date=date(2026, 5, 1))
    line.load_table(INSTRUCTION + "Väst | X | Klar", extract_date=date(2026, 11, 1))
    line.load_table("Enhet | Krav | Status\nNorr | A | Klar", organisation="Annan")
    before = line.wait()
    values = {"as_of": DAY, "points": POINTS, "sources": SOURCES, "words": WORDS}
    effect = effect_of_saying(line.database, HERE, [DONE], **values)
    met = [{f.organisation: f.met for f in each if f.point.number == 3} for each in (effect.before, effect.after)]
    assert met == [{"Annan": 1, HERE: 1}, {"Annan": 1, HERE: 3}]
    assert (figure(line), line.rows("from meanings")) == ((1, 1, 2), [])
    assert [(each.import_id, each.earlier, each.changed) for each in say(line, DONE)] == [(4, 1, 2), (5, 2, 2)]
    assert (figure(line), figure(line, day=date(2026, 6, 1)), figure(line, known_at=before)) == (
        (3, 1, 0),
        (2, 1, 0),
        (1, 1, 2),
    )
    assert line.rows("select import_id, why from revocations order by 1") == [
        {"import_id": 1, "why": WHY},
        {"import_id": 2, "why": WHY},
    ]
    later = {"extract_date": date(2026, 11, 12), "organisation": HERE}
    line.load_table(INSTRUCTION.replace("Pågår", "FÄRDIGSTÄLLD"), **later)
    assert figure(line) == (3, 0, 0)


def test_what_was_said_can_be_changed_and_taken_back(line):
    line.load_table(INSTRUCTION)
    say(line, DONE)
    with line.database.cursor() as cursor:
        assert [(each.said_of, each.meaning, each.said_by) for each in meanings_in_force(cursor, HERE, as_of=DAY)] == [
            ("Färdigställd", "done", "test")
        ]
    say(line, Saying("local_instruction", "status", "färdigställd", "ongoing"))
    assert figure(line) == (0, 3, 0)
    say(line, Saying("local_instruction", "status", "färdigställd", None))
    assert figure(line) == (0, 1, 2)
    with line.database.cursor() as cursor:
        assert meanings_in_force(cursor, HERE, as_of=DAY) == []


@pytest.mark.parametrize(
    "saying",
    [
        Saying("local_instruction", "status", "x", "passed"),
        Saying("local_instruction", "unit", "x", "done"),
        Saying("nothing", "status", "x", "done"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(line, saying):
    line.load_table(INSTRUCTION)
    with pytest.raises(Refusal):
        say(line, DONE, saying)
    assert (line.rows("from meanings"), line.rows("from revocations")) == ([], [])


def test_an_answer_is_learnt_as_well(line):
    line.load_table(TABLES["procurements"], source="procurements")
    assert line.column("handles_information", "procurements") == [True, None, True]
    assert [each.changed for each in say(line, Saying("procurements", "handles_information", "Kanske", "yes"))] == [1]
    assert line.column("handles_information", "procurements where import_id = 2") == [True, True, True]


MONTHS = """
AD-konto | Enhet | Anställningsdatum | Anställd t.o.m.
p1       | Norr  | 2020-01-01        | 05/04/2026
p2       | Norr  | 2020-01-01        | 12/11/2026
"""


def test_the_order_of_day_and_month_is_asked_of_a_column_once(line):
    line.load_table(MONTHS, source="staff")
    facts = "select fact, what from import_facts where fact in ('either_first', 'month_first') and import_id = "
    assert line.rows(f"{facts} 1") == [{"fact": "either_first", "what": "employed_to"}]
    first = Saying("staff", "employed_to", "Anställd t.o.m.", "month")
    assert [each.changed for each in say(line, first)] == [2]
    assert line.column("employed_to", "staff where import_id = 2") == [date(2026, 5, 4), date(2026, 12, 11)]
    assert line.rows(f"{facts} 2") == []
    line.load_table(MONTHS.replace("05/04", "06/04"), source="staff", extract_date=date(2026, 11, 2))
    assert line.column("employed_to", "staff where import_id = 3") == [date(2026, 6, 4), date(2026, 12, 11)]
    say(line, Saying("staff", "employed_to", "anställd  T.O.M.:", "day"))
    assert line.column("employed_to", "staff where import_id = 4")[0] == date(2026, 4, 5)


def test_a_column_that_begins_with_the_month_is_read_once_it_is_said(line):
    line.load_table(MONTHS.replace("05/04", "05/24"), source="staff")
    assert line.column("employed_to", "staff") == [None, None]
    assert line.rows("select what from import_facts where fact = 'month_first'") == [{"what": "employed_to"}]
    say(line, Saying("staff", "employed_to", "Anställd t.o.m.", "month"))
    assert line.column("employed_to", "staff where import_id = 2") == [date(2026, 5, 24), date(2026, 12, 11)]
    assert line.rows("from problems where import_id = 2") == []


def test_rows_that_could_not_be_read_are_loaded_and_lose_nothing_that_is_not_stored(line):
    """of a reason of absence only yes or no is stored, also of a rejected row"""
    line.load_table(
        "AD-konto | Förnamn | Efternamn | Enhet | Anställningsdatum | Frånvaroorsak\n"
        "p1 | Anna | Berg | Norr | 2020-01-01 | Sjuk\n"
        "p2 | Bo | Dal | Norr | 2020-05-24 | \n"
        "p3 | Cia | Ek | Norr | 05/24/2020 | Sjuk\n"
        "p4 | Dan | Ek | Norr | 05/25/2020 | Nej\n",
        source="staff",
    )
    assert line.column("employee_id", "staff") == ["p1", "p2"]
    say(line, Saying("staff", "employed_from", "Anställningsdatum", "month"))
    now = line.rows("select employee_id, name, on_leave from staff where import_id = 2 order by row")
    assert [tuple(row.values()) for row in now] == [
        ("p1", "Anna Berg", True),
        ("p2", "Bo Dal", False),
        ("p3", "Cia Ek", True),
        ("p4", "Dan Ek", False),
    ]
    assert line.rows("select loaded, rejected from imports where import_id = 2") == [{"loaded": 4, "rejected": 0}]


def test_what_completes_an_export_that_is_read_anew_still_counts_after_it(line):
    line.load_table(INSTRUCTION, extract_date=date(2026, 11, 1))
    later = "Enhet | Krav | Status\nNorr | Incidenter | Klar"
    line.load_table(later, extract_date=date(2026, 11, 5), completes=True)
    line.load_table("Enhet | Krav | Status\nVäst | A | Klar", extract_date=date(2026, 10, 1))
    assert figure(line) == (1, 0, 2)
    assert [(each.import_id, each.earlier) for each in say(line, DONE)] == [(4, 1), (5, 2)]
    assert figure(line) == (3, 0, 0)


def test_a_replaced_or_revoked_export_stays_as_it_is(line):
    line.load_table(INSTRUCTION)
    line.load_table(INSTRUCTION.replace("Norr", "Nord"))
    line.load_table(INSTRUCTION, extract_date=date(2026, 11, 3))
    revoke(line.database, 3, why="fel", order=line.order())
    assert [(each.import_id, each.earlier) for each in say(line, DONE)] == [(4, 2)]


def test_serials_of_the_other_system_of_dates_stay_as_they_were(line):
    """versions before did not note which system a workbook has"""
    line.load_table("AD-konto | Enhet | Anställningsdatum\np1 | Norr | 43000", source="staff")
    with line.database.writing() as cursor:
        cursor.execute("update staff set employed_from = employed_from + interval 1462 day")
    assert read_all_anew(line) == []


def test_an_export_is_read_anew_at_a_later_moment_than_any_before(line):
    line.load_table(INSTRUCTION)
    moment = line.rows("select imported_at from imports")[0]["imported_at"]
    say(line, DONE)
    [again] = line.rows(
        "select imported_at, imported_by, sha256 = (select sha256 from imports where import_id = 1) as same"
        " from imports where import_id = 2"
    )
    assert (again["imported_at"] - moment >= timedelta(seconds=1), again["imported_by"], again["same"]) == (
        True,
        "test",
        True,
    )
    assert isinstance(again["imported_at"], datetime)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_word_is_the_same_however_its_accents_are_written(line, form):
    line.load_table(unicodedata.normalize(form, INSTRUCTION.replace("Pågår", "  PÅGÅR ")))
    assert figure(line) == (0, 1, 2)
    assert [each.changed for each in say(line, DONE)] == [2]
    assert figure(line) == (2, 1, 0)


def test_what_is_said_of_a_renamed_organisation_is_said_of_it_and_makes_no_other(line):
    line.load_table(INSTRUCTION)
    add_alias(
        line.database, kind="organisation", old=HERE, new="Nya", valid_from=date(2026, 11, 10), order=line.order()
    )
    say_what(line.database, HERE, [DONE], as_of=DAY, sources=SOURCES, words=WORDS, order=line.order())
    say_what(
        line.database, "Nya", [Saying(*DONE_OF, "ongoing")], as_of=DAY, sources=SOURCES, words=WORDS, order=line.order()
    )
    assert [(row["organisation_id"], row["meaning"]) for row in line.rows("from meanings")] == [
        (1, "done"),
        (1, "ongoing"),
    ]
    assert len(line.rows("from organisation_names")) == 1
    with pytest.raises(Refusal, match="There is no organisation called Ingen"):
        say_what(line.database, "Ingen", [DONE], as_of=DAY, sources=SOURCES, words=WORDS, order=line.order())
    with line.database.cursor() as cursor:
        assert [each.meaning for each in meanings_in_force(cursor, "Nya", as_of=DAY)] == ["ongoing"]


def test_an_answer_that_either_way_means_assessed_still_does(line):
    """PUB behövs: whoever has answered has assessed"""
    line.load_table(
        TABLES["procurements"].replace("Ja                        | Nej", "Ja | Behövs ej"), source="procurements"
    )
    assert line.column("processor_assessed", "procurements") == [None, None, True]
    say(line, Saying("procurements", "processor_assessed", "Behövs ej", "no"))
    assert line.column("processor_assessed", "procurements where import_id = 2") == [True, None, True]


@pytest.mark.parametrize(
    ("word", "meaning", "figures"), [("Pågår", "done", (1, 0, 2)), ("pågår", "not_started", (0, 1, 2))]
)
def test_what_is_said_of_a_word_takes_the_place_of_what_a_list_says(line, word, meaning, figures):
    line.load_table(INSTRUCTION)
    say(line, Saying("local_instruction", "status", word, meaning))
    assert figure(line) == figures
    line.load_table(INSTRUCTION, extract_date=date(2026, 11, 2))
    assert figure(line) == figures


def test_nothing_can_be_said_of_a_field_whose_cells_are_not_stored(line):
    line.load_table(TABLES["staff"], source="staff")
    with pytest.raises(Refusal):
        say(line, Saying("staff", "on_leave", "Heltid", "yes"))


def test_words_of_a_mapping_that_came_later_are_not_those_of_an_export(line):
    line.load_table(INSTRUCTION.replace("Pågår", "Öppen"))
    with line.database.writing() as cursor:
        for status in ("done", "not_started"):
            fields = {"unit": "enhet", "requirement": "krav", "status": "status"}
            words = {"status": {"Öppen": status}}
            save(cursor, ColumnMapping("local_instruction", (*fields.values(), "ort"), fields, words), who="")
            save(cursor, ColumnMapping("local_instruction", tuple(fields.values()), fields, words), who="")
    say(line, DONE)
    assert figure(line) == (2, 0, 1)


def test_words_of_the_mapping_that_an_export_was_loaded_by_stay(line):
    fields = {"unit": "verksamhet", "requirement": "krav", "status": "läge"}
    table = "Verksamhet | Krav | Läge\nNorr | A | Fixat\nNorr | B | Väntar"
    for status in ("done", "not_started"):
        with line.database.writing() as cursor:
            mapping = ColumnMapping("local_instruction", tuple(fields.values()), fields, {"status": {"Fixat": status}})
            save(cursor, mapping, who="")
        if status == "done":
            line.load_table(table)
    for word in ("Väntar", "väntar"):
        say(line, Saying("local_instruction", "status", word, "ongoing"))
        say(line, Saying("local_instruction", "status", word, "not_started"))
    assert line.column("status_code", "local_instruction where import_id = (select max(import_id) from imports)") == [
        "done",
        "not_started",
    ]


def test_rows_that_only_unstored_columns_tell_from_a_footer_stay_rows(line):
    line.load_table(
        "Systemnamn | System-ID | Status | Personnummer |\nAlfa | 1 | Pausad | |\nTotalt | 3 | | 850709-1232 | hm",
        source="systems",
    )
    assert line.column("system", "systems") == ["Alfa", "Totalt"]
    assert [each.changed for each in say(line, Saying("systems", "lifecycle", "Pausad", "retired"))] == [1]
    assert line.column("system", "systems where import_id = 2") == ["Alfa", "Totalt"]


@pytest.mark.parametrize("cell", ["okänd", "(saknas)", "?", "n.a.", "#SAKNAS!", "Nej", "-", ""])
def test_who_gives_no_reason_is_not_away_in_a_row_that_could_not_be_read(line, cell):
    line.load_table(
        "AD-konto | Enhet | Anställningsdatum | Frånvaroorsak\np1 | Norr | 2020-01-01 | Sjuk\n"
        f"p2 | Norr | 05/24/2020 | {cell}\np3 | Norr | 05/25/2020 | Sjuk",
        source="staff",
    )
    say(line, Saying("staff", "employed_from", "Anställningsdatum", "month"))
    assert line.column("on_leave", "staff where import_id = 2") == [True, False, True]


KEYED = "AD-konto | E-post | Enhet | Anställningsdatum\np1 | {} | Norr | 2020-01-01\np2 | {} | Norr | 2020-01-01"


def test_keys_that_were_matched_stay_as_they_were_matched(line):
    line.load_table(KEYED.format("a@x.se", "b@x.se"), name="staff.csv", source="staff", extract_date=date(2026, 9, 1))
    training = "AD-konto | Kurs | Status\na@x.se | GDPR | Fixat\nb@x.se | GDPR | Godkänd"
    line.load_table(training, name="training.csv", source="training", through="E-post", extract_date=date(2026, 10, 1))
    assert line.column("employee_id", "training") == ["p1", "p2"]
    line.load_table(KEYED.format("b@x.se", "c@x.se"), name="new.csv", source="staff", extract_date=date(2026, 9, 15))
    assert [each.changed for each in say(line, Saying("training", "status", "Fixat", "passed"))] == [1]
    assert line.column("employee_id", "training where import_id = 4") == ["p1", "p2"]


RISKS = """
Risk-ID | Analysobjekt | Analysdatum | Händelse | Åtgärd
r1      | Alfa         | 2026-01-01  | Brand    | Larm
r2      | Beta         | 05/24/2026  | Vatten   |
r3      | Gamma        | 05/25/2026  | Stöld    |
"""


def test_a_row_that_came_back_mended_counts_once_when_it_can_be_read_by_itself(line):
    [receipt] = line.load_table(RISKS, name="risker.csv", source="risk_analyses")
    with line.database.cursor() as cursor:
        sent = returnable(cursor, receipt.import_id, SOURCES).workbook(Language("sv"))
    book = openpyxl.load_workbook(io.BytesIO(sent))
    for row in (2, 3):
        book.worksheets[0].cell(row, 5).value = "2026-05-24"
        book.worksheets[0].cell(row, 7).value = "Mendad"
    path = line.folder / "åter.xlsx"
    book.save(path)
    line.load(path)
    at = "as_of := date '2026-11-20', known_at := timestamp '9999-12-31'"
    sql = f"select risk_id, action from risk_analyses_at({at}) order by 1"
    mended = [("r1", "Larm"), ("r2", "Mendad"), ("r3", "Mendad")]
    assert [tuple(row.values()) for row in line.rows(sql)] == mended
    say(line, Saying("risk_analyses", "analysed", "Analysdatum", "month"))
    assert [tuple(row.values()) for row in line.rows(sql)] == mended
