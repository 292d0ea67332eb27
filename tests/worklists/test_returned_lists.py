"""A work list that comes back: known whatever it was saved by, read row by row, and taken without changing a figure."""

import csv
import io
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook as Book
from openpyxl import load_workbook

from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, Language
from compliance.correcting import renaming
from compliance.declarations.answers import load_answers
from compliance.declarations.points import load_todo
from compliance.loading.loading import AnsweredList, rename_organisation
from compliance.store.database import EVERYTHING_KNOWN
from compliance.worklists import answering, notes, sending, workbooks
from compliance.worklists.lists import Asking, work_lists
from compliance.worklists.notes import Note
from tests.layers import layered
from tests.line import POINTS, SOURCES, WORDS, Line, prepare, read_here
from tests.readers import MINE
from tests.reviewed import ANSWERS

SV = Language("sv")
DAY, LATER = date(2026, 11, 20), date(2026, 11, 24)
ORGANISATION = "Förvaltningen"
POINT = "classification"
ONLY = tuple(point for point in POINTS if point.id == POINT)
CALC = Path("/usr/lib/libreoffice/program/libsclo.so")
SYSTEMS = f"""
Systemnamn | Enhet | Centralt/lokalt | {ANSWERS}
Alfa       | Norr  | Lokalt          | | Nej
Beta       | Norr  | Lokalt          | | Nej
Gamma      | Norr  | Lokalt          | | Nej
Delta      | Söder | Lokalt          | | Nej
Epsilon    |       | Lokalt          | | Nej
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    line = Line(tmp_path_factory.mktemp("before"))
    with line.held():
        line.load_table(SYSTEMS)
    return line


@pytest.fixture
def line(before, tmp_path):
    with before.copied(tmp_path) as line:
        yield line


def asking(as_of=DAY, organisation=ORGANISATION):
    return Asking(organisation, as_of, EVERYTHING_KNOWN, ONLY, load_todo(None), ())


def sent(line, unit="Norr", say=SV, *, as_of=DAY, organisation=ORGANISATION):
    """The workbook of a unit's list as it is sent."""
    with line.database.cursor() as cursor:
        lists = work_lists(cursor, asking(as_of, organisation), MINE)
        all_ = sending.begun(cursor, asking(as_of, organisation), today=as_of)
    return workbooks.workbook(next(each for each in lists if each.unit == unit), all_, say)


def filled(content, answers, then=lambda _book: None):
    """The workbook as a unit saves it: what it writes as Status and Anteckning of each item, by its name."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    for row in rows_of(sheet):
        if row[1].value in answers:
            row[-3].value, row[-2].value = answers[row[1].value]
    then(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of(sheet):
    return [row for row in sheet.iter_rows() if str(row[-1].value or "").startswith("x")]


def came(line, content, *, as_of=DAY, name="svar.xlsx"):
    """The list as it is read, what is known, and where each answer stands, by the item's name."""
    back = answering.returned(read_here(content, name=name))
    with line.database.cursor() as cursor:
        organisation = answering.organisation_of(cursor, back, answering.day_of(back, as_of))
        known = answering.what_is_known(cursor, asking(answering.day_of(back, as_of), organisation), back)
    return back, known, answering.compared(back, known, load_answers(None))


def states(line, content, **kwargs):
    return {answer.row.concerns: answer.state for answer in came(line, content, **kwargs)[2]}


def take(line, content, *, changed=False, **kwargs):
    back, known, answers = came(line, content, **kwargs)
    answering.take(line.database, back, answers, known, changed=changed, order=line.order())


def stored(line):
    """What is written of each item: status, own note, message and the unit's answer."""
    with line.database.cursor() as cursor:
        every = notes.notes(cursor, ONLY, organisation=ORGANISATION, as_of=LATER, known_at=EVERYTHING_KNOWN)
    return {note.item: (note.status, note.note, note.message, note.answer) for note in every.by_key.values()}


def write(line, *written):
    notes.write(line.database, written, organisation=ORGANISATION, as_of=DAY, order=line.order())


ANSWER = {"Alfa": ("Klart", "I juni"), "Beta": ("klar 3/12", ""), "Gamma": (None, "Fråga oss igen 850709-1232")}


def test_what_a_unit_answers_is_taken_with_one_click_and_changes_no_figure(line):
    write(line, Note(POINT, "Alfa", "Norr", "waiting", "Trög", message="Till juni"))
    content, version = filled(sent(line), ANSWER), line.database.version()
    items = line.items(POINT, DAY)
    assert states(line, content) == {"Beta": "unknown_word", "Alfa": "new", "Gamma": "new"}
    take(line, content)
    assert stored(line) == {
        "Alfa": ("reported", "Trög", "Till juni", "I juni"),
        "Beta": (None, "", "", "klar 3/12"),
        "Gamma": (None, "", "", "Fråga oss igen ******-****"),
    }
    assert (line.database.version(), line.items(POINT, DAY)) == (version, items)
    assert len(line.rows("from imports")) == 1
    (row,) = line.rows("from unit_answers")
    assert (row["unit"], row["as_of"], row["items"], row["taken_by"]) == ("Norr", DAY, 3, "test")


def test_the_same_file_is_taken_once_and_the_same_answer_is_told(line):
    content = filled(sent(line), ANSWER)
    take(line, content)
    with pytest.raises(Refusal, match="taken already"):
        take(line, content)
    again = filled(sent(line), {"Alfa": ("klar!", "I juni"), "Beta": ("Pågår", "")})
    assert states(line, again) == {"Alfa": "same", "Beta": "new"}
    assert len(line.rows("from unit_answers")) == 1


def test_of_two_who_answer_the_second_changes_nothing_unasked(line):
    first, second = sent(line), sent(line)
    take(line, filled(first, {"Alfa": ("Klart", "")}))
    content = filled(second, {"Alfa": ("Inte vårt", "Söders"), "Beta": ("Väntar", "")})
    assert states(line, content) == {"Alfa": "changed", "Beta": "new"}
    take(line, content)
    assert {item: row[0] for item, row in stored(line).items()} == {"Alfa": "reported", "Beta": "waiting"}
    other = filled(second, {"Alfa": ("Inte vårt", "Söders")})
    take(line, other, changed=True)
    assert stored(line)["Alfa"] == ("disputed", "", "", "Söders")


def test_that_a_list_was_marked_as_sent_since_is_no_change(line):
    content = filled(sent(line), ANSWER)
    write(line, Note(POINT, "Alfa", "Norr", "sent"), Note(POINT, "Gamma", "Norr", "disputed"))
    assert states(line, content) == {"Gamma": "changed", "Beta": "unknown_word", "Alfa": "new"}


def test_what_is_written_while_one_looks_is_kept(line):
    back, known, answers = came(line, filled(sent(line), ANSWER))
    write(line, Note(POINT, "Alfa", "Norr", "disputed", "Min"))
    with pytest.raises(Refusal, match="Somebody else has changed it"):
        answering.take(line.database, back, answers, known, changed=False, order=line.order())
    assert (stored(line), line.rows("from unit_answers")) == ({"Alfa": ("disputed", "Min", "", "")}, [])


def test_only_what_is_left_in_the_unit_is_taken(line):
    """Delta's row is copied into the list of Norr; Beta is met since, and Gamma another unit's."""
    content = sent(line)
    (foreign,) = rows_of(load_workbook(io.BytesIO(sent(line, "Söder"))).worksheets[0])

    def add(book):
        sheet = book.worksheets[0]
        for answer in (("Klart", "kopierad"), ("Klart", "utan nyckel")):
            line_ = [cell.value for cell in foreign]
            line_[-3:-1] = answer
            sheet.append(line_ if answer[1] == "kopierad" else [*line_[:-1], None])

    answers = dict.fromkeys(("Alfa", "Beta", "Gamma"), ("Klart", ""))
    content = filled(content, answers, add)
    line.load_table(
        SYSTEMS.replace("Gamma      | Norr ", "Gamma      | Söder").replace(
            "Beta       | Norr  | Lokalt          | | Nej\n", ""
        ),
        extract_date=LATER,
    )
    assert states(line, content, as_of=LATER) == {
        "Delta": "other_unit", "Gamma": "other_unit", "Beta": "not_left", "Alfa": "new",
    }  # fmt: skip
    back = came(line, content, as_of=LATER)[0]
    assert (back.added, back.empty) == (1, 0)
    take(line, content, as_of=LATER)
    assert {item: row[0] for item, row in stored(line).items()} == {"Alfa": "reported"}


def test_two_rows_of_one_item_with_different_answers_are_not_taken(line):
    def copy(book):
        sheet = book.worksheets[0]
        for number, row in enumerate(rows_of(sheet)[:2]):
            values = [cell.value for cell in row]
            values[-3] = values[-3] if number else "Inte vårt"
            sheet.append(values)

    content = filled(sent(line), {"Alfa": ("Klart", ""), "Beta": ("Klart", "")}, copy)
    assert states(line, content) == {"Alfa": "twice", "Beta": "new"}
    assert [answer.state for answer in came(line, content)[2]] == ["twice", "twice", "new"]


def shown_and_moved(book):
    """As Google saves it: sheets in another order, nothing hidden, no list of words."""
    book["compliance"].sheet_state = "visible"
    book.move_sheet("compliance", -1)
    book.active = 0
    for sheet in book.worksheets:
        sheet.data_validations.dataValidation = []
        for column in sheet.column_dimensions.values():
            column.hidden = False


def sorted_rows(book):
    sheet = book.worksheets[0]
    rows = rows_of(sheet)
    values = sorted(([cell.value for cell in row] for row in rows), key=lambda row: row[1], reverse=True)
    for row, line_ in zip(rows, values, strict=True):
        for cell, value in zip(row, line_, strict=True):
            cell.value = value
    sheet.insert_rows(1)
    sheet.insert_cols(1)
    sheet["A1"] = "Ifyllt av Kim"


@pytest.mark.parametrize("lang", layered(LANGUAGES, {"sv"}))
@pytest.mark.parametrize("then", [shown_and_moved, sorted_rows])
def test_a_list_is_known_whatever_a_program_or_a_person_has_moved_in_it(line, then, lang):
    content = filled(sent(line, say=Language(lang)), ANSWER, then)
    assert states(line, content) == {"Beta": "unknown_word", "Alfa": "new", "Gamma": "new"}


@pytest.mark.exhaustive
@pytest.mark.skipif(not CALC.exists(), reason="LibreOffice Calc is not installed")
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_list_is_known_when_libreoffice_has_saved_it(line, kind, tmp_path):
    (tmp_path / "list.xlsx").write_bytes(filled(sent(line), ANSWER))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    args = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        tmp_path / "out",
        tmp_path / "list.xlsx",
    ]
    subprocess.run(args, check=True, capture_output=True, timeout=180)
    content = (tmp_path / "out" / f"list.{kind}").read_bytes()
    assert states(line, content, name=f"list.{kind}") == {"Beta": "unknown_word", "Alfa": "new", "Gamma": "new"}


def load(line, content, name):
    return prepare(read_here(content, name=name), line.order(), sources=SOURCES, words=WORDS)


def as_csv(content):
    file = io.StringIO()
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    csv.writer(file, delimiter=";").writerows([cell.value for cell in row] for row in sheet.iter_rows())
    return file.getvalue().encode("utf-8-sig")


def without(heading):
    def then(book):
        sheet = book.worksheets[0]
        place = next(cell.column for row in sheet.iter_rows() for cell in row if cell.value == heading)
        sheet.delete_cols(place)

    return then


def test_a_list_is_never_loaded_as_an_export_and_without_what_marks_it_it_is_refused(line):
    content = sent(line)
    with pytest.raises(AnsweredList, match="Drop it on the page Imports"):
        load(line, filled(content, ANSWER), "svar.xlsx")
    lost = filled(content, ANSWER, lambda book: book.remove(book["compliance"]))
    for bare, name in ((as_csv(filled(content, ANSWER)), "svar.csv"), (lost, "svar.xlsx")):
        with pytest.raises(Refusal, match="has lost the hidden sheet"):
            load(line, bare, name)
    for heading in ("Nyckel", "Status", "Anteckning"):
        with pytest.raises(Refusal, match=f"lost its column {heading}"):
            came(line, filled(content, ANSWER, without(heading)))


def test_an_empty_list_says_nothing_and_one_of_the_whole_organisation_is_its_own(line):
    back, _, answers = came(line, sent(line))
    assert (back.rows, back.empty, answers) == ((), 3, ())
    take(line, filled(sent(line, None), {"Epsilon": ("Klart", "")}))
    assert stored(line)["Epsilon"][0] == "reported"
    assert [row["unit"] for row in line.rows("from unit_answers")] == [None]


def test_a_list_of_another_organisation_is_refused_and_one_renamed_since_is_known(line):
    line.load_table(SYSTEMS.replace("Söder", "Norr "), organisation="Den andra")
    theirs = filled(sent(line, organisation="Den andra"), {"Delta": ("Klart", ""), "Alfa": ("Klart", "")})
    back, known, answers = came(line, theirs)
    assert (known.organisation, [answer.state for answer in answers]) == ("Den andra", ["new", "new"])
    answering.take(line.database, back, answers, known, changed=False, order=line.order())
    assert stored(line) == {}
    own = filled(sent(line), ANSWER)
    rename_organisation(line.database, 1, name="Nya", order=line.order())
    assert came(line, own)[1].organisation == "Nya"
    stranger = replace(back, marker=replace(back.marker, organisation="Ingen"))
    with line.database.cursor() as cursor, pytest.raises(Refusal, match="no organisation here is called so"):
        answering.organisation_of(cursor, stranger, DAY)


def test_a_system_and_a_unit_that_have_another_name_since_are_known(line):
    content = filled(sent(line), {"Alfa": ("Klart", "")})
    for kind, old, new in (("system", "Alfa", "Alfa 2"), ("unit", "Norr", "Norra")):
        renaming.add_alias(line.database, kind=kind, old=old, new=new, valid_from=LATER, order=line.order())
    line.load_table(SYSTEMS.replace("Alfa", "Alfa 2").replace("Norr ", "Norra"), extract_date=LATER)
    assert states(line, content, as_of=LATER) == {"Alfa": "new"}
    take(line, content, as_of=LATER)
    assert stored(line)["Alfa 2"][0] == "reported"
    with line.database.cursor() as cursor:
        all_ = sending.begun(cursor, asking(LATER), today=LATER)
    assert set(all_.came) == {"norra"}


def test_a_hidden_sheet_that_somebody_has_written_in_takes_nothing_it_should_not(line):
    def other(unit, key="unit"):
        def then(book):
            for row in book["compliance"].iter_rows():
                if row[0].value == key:
                    row[1].value = unit

        return then

    content = sent(line)
    assert states(line, filled(content, ANSWER, other("Söder"))) == dict.fromkeys(ANSWER, "other_unit")
    assert states(line, filled(content, ANSWER, other("2025-11-20", "as_of")))["Alfa"] == "new"
    assert set(states(line, filled(content, ANSWER, other("x" * 9_999, "edition")))) == set(ANSWER)
    with pytest.raises(Refusal):
        came(line, filled(content, ANSWER, other("imorgon", "as_of")))


def test_a_text_longer_than_a_note_is_cut_and_a_formula_is_text(line):
    content = filled(sent(line), {"Alfa": ("Klart", "å" * 5_000), "Beta": ("Pågår", "'=1+1")})
    take(line, content)
    assert len(stored(line)["Alfa"][3]) == notes.LONGEST_NOTE
    assert stored(line)["Beta"][3] == "'=1+1"


def test_a_large_workbook_of_somebody_elses_with_such_a_sheet_is_none(line):
    book = Book()
    book.create_sheet("compliance").append(["kind", "worklist"])
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(Refusal) as refused:
        load(line, file.getvalue(), "annan.xlsx")
    assert not isinstance(refused.value, AnsweredList)
