"""Files of one day that say once what they are about: together they are one export."""

from datetime import date
from itertools import permutations

import pytest

from compliance.core.errors import Refusal
from compliance.correcting.previewing import rehearsed
from compliance.declarations.queries import statement
from compliance.loading import loading
from compliance.loading.asking import Question
from compliance.loading.loading import AlreadyLoaded, in_sets, load_set, prepare
from compliance.loading.rereading import Rules, read_anew
from compliance.reading import mapping
from compliance.reading.mapping import ColumnMapping, Said, heading_keys
from compliance.store.database import EVERYTHING_KNOWN
from tests.files import xlsx
from tests.line import SOURCES, WORDS, read_here

OCTOBER, NOVEMBER, LATE = date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 1)
HEADINGS = ("E-post", "Namn", "Slutförda")
FIELDS = {"employee_id": "e-post", "name": "namn", "status": "slutförda"}
TITLED = ColumnMapping(
    "training",
    tuple(heading_keys(HEADINGS).values()),
    FIELDS,
    said={"course": Said("title", "Kurs: ")},
    shares={"status": {"all": "passed", "some": "started", "none": "not_started"}},
)


@pytest.fixture
def line(line):
    with line.database.writing() as cursor:
        mapping.save(cursor, TITLED, who="test")
    return line


def book(course, persons="abc", share="3/3", *, name=None):
    rows = [(f"{person}@exempel.se", person, share) for person in persons]
    return read_here(xlsx({"Ark1": [(f"Kurs: {course}",), HEADINGS, *rows]}), name=name or f"{course}.xlsx")


def prepared(line, workbook, day=NOVEMBER, **fields):
    order = line.order(**{"extract_date": day, "accepted": frozenset()} | fields)
    return prepare(workbook, order, sources=SOURCES, words=WORDS, mappings=loading.mappings_of(line.database))


def loaded(line, *books, day=NOVEMBER, **fields):
    """The receipts or the refusal of each workbook; they are loaded in their sets."""
    files = [prepared(line, each, day, **fields) for each in books]
    return [result for each in in_sets(files) for result in load_set(line.database, each, words=WORDS)]


def counted(line, day=NOVEMBER):
    with line.database.cursor() as cursor:
        sql = "select distinct course, employee_id, status_code from training_at($day, $known_at) order by all"
        found = cursor.execute(sql, {"day": day, "known_at": EVERYTHING_KNOWN}).fetchall()
    return sorted(f"{course} {person[0]} {status}" for course, person, status in found)


def courses(line, day=NOVEMBER):
    return sorted({each.split()[0] for each in counted(line, day)})


def test_files_about_different_things_of_one_day_complete_each_other(line):
    loaded(line, book("A"))
    loaded(line, book("B"))
    assert courses(line) == ["A", "B"]
    assert line.rows("select parts, completes from imports order by import_id") == [
        {"parts": ["A"], "completes": False},
        {"parts": ["B"], "completes": False},
    ]


@pytest.mark.parametrize("again", ["A", "B", "C"])
def test_a_later_file_about_the_same_takes_the_place_of_the_earlier_alone(line, again):
    loaded(line, book("A"), book("B"), book("C"))
    [[receipt]] = loaded(line, book(again, "x", "1/3", name="igen.xlsx"))
    assert [file for _, file in receipt.replaces] == [f"{again}.xlsx"]
    assert receipt.rows_before == 3
    rest = [f"{c} {p} passed" for c in "ABC" if c != again for p in "abc"]
    assert counted(line) == sorted([*rest, f"{again} x started"])


def test_a_part_can_be_revoked_and_the_others_count(line):
    loaded(line, book("A"), book("B"), book("C"), day=OCTOBER)
    loaded(line, book("A", "b"), book("B", "b"), book("C", "b"))
    for number in (4, 6):
        loading.revoke(line.database, number, why="fel", order=line.order())
    assert counted(line) == ["B b passed"]
    assert courses(line, OCTOBER) == ["A", "B", "C"]


def test_a_new_day_that_lacks_what_counted_is_asked_about_and_nothing_is_loaded(line):
    loaded(line, book("A"), book("B"), book("C"), day=OCTOBER)
    results = loaded(line, book("A", "b"), book("B", "b"))
    assert [(type(result), result.about, result.values["missing"]) for result in results] == [
        (Question, "parts", "C"),
        (Question, "parts", "C"),
    ]
    assert results[0].options == ("--replaces",)
    assert counted(line) == counted(line, OCTOBER)
    assert all(not isinstance(result, Refusal) for result in loaded(line, *(book(c, "b") for c in "CAB")))
    assert counted(line) == ["A b passed", "B b passed", "C b passed"]


def test_what_is_there_counts_if_that_is_said_or_completes_what_counted(line):
    loaded(line, book("A"), book("B"), day=OCTOBER)
    loaded(line, book("C"), completes=True)
    assert courses(line) == ["A", "B", "C"]
    [[receipt]] = loaded(line, book("A", "b"), day=LATE, accepted=frozenset({"parts"}))
    assert receipt.questions == ()
    assert courses(line, LATE) == ["A"]


def test_one_that_comes_a_day_late_completes_those_of_the_day_before(line):
    loaded(line, *(book(c) for c in "ABC"), day=OCTOBER)
    loaded(line, book("A"), book("B"), accepted=frozenset({"parts"}))
    [question] = loaded(line, book("C"), day=LATE)
    assert (question.values["missing"], question.options) == ("A, B", ("--replaces", "--completes"))
    loaded(line, book("C"), day=LATE, completes=True)
    assert courses(line, LATE) == ["A", "B", "C"]
    assert all(not isinstance(r, Refusal) for r in loaded(line, *(book(c, "b") for c in "ABC"), day=date(2026, 12, 31)))


def test_what_nothing_of_an_earlier_day_was_about_is_a_doubt(line):
    heard = lambda *books, **more: [each.unheard for [each] in loaded(line, *books, **more)]  # noqa: E731
    assert heard(book("A"), book("B"), day=OCTOBER) == [(), ()]
    both = "A och B"
    assert heard(book("A", "b"), book("B", "b"), book(both)) == [(), (), (both,)]
    assert heard(book("C"), day=LATE, completes=True) == [("C",)]
    line.load_table("AD-konto | Kurs | Status\na | D | Klar", extract_date=LATE)
    day = date(2026, 12, 31)
    books = book("c"), book("D"), book("Sammanställning")
    assert heard(*books, day=day, accepted=frozenset({"parts"})) == [(), (), ("Sammanställning",)]


def test_many_that_are_missing_are_counted(line):
    loaded(line, *(book(f"K{n:02}") for n in range(14)), day=OCTOBER)
    [question] = loaded(line, book("K00", "b"))
    assert (question.values["missing"], question.values["more"]) == ("K01, K02, K03", 10)


def test_a_whole_export_before_is_compared_by_what_its_rows_say(line):
    whole = "AD-konto | Kurs | Status | Slutfört datum\na | A | Klar | 2026-05-01\na | B | Klar | 2026-05-01"
    line.load_table(whole, extract_date=OCTOBER)
    [question] = loaded(line, book("A", "ab"))
    assert (question.about, question.values["missing"]) == ("parts", "B")
    line.load_table(whole, extract_date=LATE)
    assert courses(line, LATE) == ["A", "B"]


def test_a_whole_export_of_the_day_takes_the_place_of_its_parts(line):
    loaded(line, book("A"), book("B"))
    line.load_table("AD-konto | Kurs | Status\na | W | Klar", extract_date=NOVEMBER)
    assert courses(line) == ["W"]
    [question] = loaded(line, book("A", "b"))
    assert question.values["missing"] == "W"


def test_parts_before_a_whole_export_of_the_day_count_no_more_with_one_after_it(line):
    loaded(line, book("A"), book("B"))
    line.load_table("AD-konto | Kurs | Status\na | W | Klar", extract_date=NOVEMBER)
    loaded(line, book("A", "x"), accepted=frozenset({"parts"}))
    assert counted(line) == ["A x passed"]
    loading.revoke(line.database, 3, why="fel", order=line.order())
    assert counted(line) == ["A x passed", *(f"B {p} passed" for p in "abc")]


def test_a_part_that_completed_the_day_before_counts_with_those_of_its_own_day(line):
    loaded(line, book("A"), book("B"), day=OCTOBER)
    loaded(line, book("C"), completes=True)
    [question] = loaded(line, book("A", "x"))
    assert question.values["missing"] == "B"
    loaded(line, book("A", "x"), book("B", "x"))
    assert counted(line) == ["A x passed", "B x passed", *(f"C {p} passed" for p in "abc")]


def test_one_that_is_loaded_already_is_no_hindrance_for_the_others(line):
    first = [book("A"), book("B")]
    loaded(line, *first)
    results = loaded(line, first[0], book("C"), first[1])
    assert [type(result) for result in results] == [AlreadyLoaded, list, AlreadyLoaded]
    assert courses(line) == ["A", "B", "C"]


def test_one_that_is_asked_about_holds_the_others_if_it_counted_before(line):
    persons = "abcdefghijklmnopqrstuvwxy"
    loaded(line, book("A", persons), book("B"), day=OCTOBER)
    other = [f"{n}x" for n in range(25)]
    results = loaded(line, book("A", other), book("B", "b"), book("C", "b"))
    assert [result.about for result in results] == ["keys", "parts", "parts"]
    assert counted(line) == counted(line, OCTOBER)


@pytest.mark.parametrize("order", list(permutations(range(3)))[::2])
def test_a_rehearsal_asks_as_loading_does(line, order):
    loaded(line, *(book(c) for c in "ABC"), day=OCTOBER)
    files = [prepared(line, book(c, "b")) for c in "ABC"]
    asked = {}
    for chosen in (files, files[:2]):
        by_name = {file.workbook.name: file for n in order if (file := files[n]) in chosen}
        outcomes, _ = rehearsed(line.database, by_name, words=WORDS, then=lambda _cursor, _outcomes: None)
        asked[len(chosen)] = {name: [q.about for q in each.questions] for name, each in outcomes.items()}
    assert asked[3] == {f"{c}.xlsx": [] for c in "ABC"}
    assert asked[2] == {f"{c}.xlsx": ["parts"] for c in "AB"}


def test_files_of_other_days_organisations_and_wholes_are_no_set(line):
    files = [prepared(line, book("A")), prepared(line, book("B"), day=LATE), prepared(line, book("C"))]
    files += [prepared(line, book("D"), organisation="Norra"), prepared(line, book("E"), organisation="norra")]
    assert [[file.workbook.name[0] for file in each] for each in in_sets(files)] == [["A", "C"], ["B"], ["D", "E"]]


def test_sheets_that_are_named_for_a_course_are_parts_of_one_import(line):
    with line.database.writing() as cursor:
        named = ColumnMapping(
            TITLED.source, TITLED.headings, FIELDS, said={"course": Said("sheet")}, shares=TITLED.shares
        )
        mapping.save(cursor, named, who="test")
    sheets = {name: [HEADINGS, ("a@exempel.se", "a", "3/3")] for name in ("A", "B")}
    loaded(line, read_here(xlsx(sheets), name="alla.xlsx"))
    assert line.rows("select parts from imports") == [{"parts": ["A", "B"]}]
    assert courses(line) == ["A", "B"]
    [question] = loaded(line, read_here(xlsx({"A": [HEADINGS, ("b@exempel.se", "b", "3/3")]}), name="a.xlsx"))
    assert question.values["missing"] == "B"


def test_a_part_that_is_read_anew_is_as_it_was(line):
    loaded(line, book("A"), book("B", share="1/3"))
    line.wait()
    with line.database.writing() as cursor:
        assert read_anew(cursor, {1, 2}, Rules(SOURCES, WORDS), who="test") == []
    assert counted(line) == [*(f"A {p} passed" for p in "abc"), *(f"B {p} started" for p in "abc")]


def test_what_completes_parts_counts_and_is_read_anew_with_those_that_came_after_it(line):
    whole = "AD-konto | Kurs | Status\na | W | Klar"
    line.load_table(whole, extract_date=NOVEMBER)
    loaded(line, book("A"), accepted=frozenset({"parts"}))
    line.load_table(whole.replace("W", "X"), name="x.csv", extract_date=NOVEMBER, completes=True)
    loaded(line, book("B"))
    assert courses(line) == ["A", "B", "X"]
    anew = line.rows(statement("imports_to_read_anew"), known_at=EVERYTHING_KNOWN)
    assert [row["import_id"] for row in anew] == [2, 3, 4]


def test_files_that_only_their_names_tell_apart_are_two(line):
    with line.database.writing() as cursor:
        named = ColumnMapping(
            TITLED.source, TITLED.headings, FIELDS, said={"course": Said("file")}, shares=TITLED.shares
        )
        mapping.save(cursor, named, who="test")
    content = xlsx({"Ark1": [HEADINGS, ("a@exempel.se", "a", "3/3")]})
    books = [read_here(content, name=f"{course}.xlsx") for course in "AB"]
    assert all(not isinstance(result, Refusal) for result in loaded(line, *books))
    assert courses(line) == ["A", "B"]
    assert [type(result) for result in loaded(line, *books)] == [AlreadyLoaded] * 2
