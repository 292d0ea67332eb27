"""The checks of the data: their declarations, their findings in real files, who sees them, and their page."""

import io
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache, partial
from types import SimpleNamespace
from typing import NamedTuple

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT
from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, Language
from compliance.correcting.returning import return_workbook
from compliance.counting import quality
from compliance.counting.quality import by_check, findings, load_checks, remarks, sheet_row
from compliance.declarations.queries import names, query, text_of
from compliance.screens import reads
from compliance.screens.quality import page
from compliance.screens.quality import texts as quality_texts
from compliance.screens.quality.texts import Filter
from compliance.store.database import EVERYTHING_KNOWN
from tests.apps import DAY, notes, opened, text
from tests.files import xlsx
from tests.layers import first_of
from tests.line import POINTS, SOURCES, WORDS, Line, read_here
from tests.readers import MINE, THEIRS

CHECKS = load_checks(None)
# The tables here have only the columns that they are about.
OF_ROWS = tuple(check for check in CHECKS if check.id != "missing_columns")
AS_OF = date(2026, 11, 24)


def findings_in(line, as_of=AS_OF, reader=MINE):
    with line.database.cursor() as cursor:
        return findings(cursor, OF_ROWS, SOURCES, WORDS, as_of=as_of, known_at=EVERYTHING_KNOWN, reader=reader)


def points_of(source):
    return {point.id for point in POINTS if source in {*point.needs, *point.uses}}


# --- what is declared --------------------------------------------------------------------------------------------


def test_every_check_is_declared_and_every_declaration_has_its_statement():
    assert sorted(check.id for check in CHECKS) == sorted(names("quality"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_all_texts_of_a_check_exist_in_both_languages(check):
    texts = [check.title, check.explanation, check.todo, check.subject, check.detail, check.number]
    assert [
        by_language
        for by_language in texts
        if by_language is not None and not (by_language.get("sv") and by_language.get("en"))
    ] == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_all_checks_give_the_same_columns_and_ask_for_nothing_but_the_day(check):
    check_query = query("quality", check.id)
    columns = {name: type_ for name, (type_, _) in check_query.columns.items()}
    assert columns == {name: type_ for name, (type_, _) in query("quality", "freshness").columns.items()}
    assert ["check", *columns, "shown", "opened"] == list(quality.Finding.__dataclass_fields__)
    assert set(check_query.parameters) == {"as_of", "known_at"}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_no_check_gives_a_persons_name(check):
    """Rulebook, section 5."""
    last = statement_of(check.id)
    persons = r"\b(email|responsible|reviewed_by|dpo|object_leader|object_owner|risk_owner|cause|title)\b"
    assert not re.search(persons, last)
    assert not re.search(r"from (staff|training)\b(?:(?!from).)*\bname\b", last)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_column_without_a_title_is_empty_or_counts_one(check):
    columns = query("quality", check.id).columns
    for name in ("subject", "detail"):
        assert (getattr(check, name) is None) == (columns[name][1] == "always null")
    assert check.number or columns["number"][1] in {"always 1", "how many rows there are of the system; else 1"}


def statement_of(check):
    """A check's statement, with the relations of all sources that it reads."""
    sql = query("quality", check).sql
    kept = f"macro unmatched_names_at({text_of('macros.sql').partition('macro unmatched_names_at(')[2]}"
    relations = re.findall(r"macro (\w+)(\(.*?);", kept + text_of("sources.sql"), re.S)
    return sql + "".join(body for relation, body in relations if f"{relation}(" in sql)


def references(check):
    """The (source, field) that a check compares."""
    branch = r"'(\w+)'(?: as source)?, '\w+'(?: as wanted)?, '(\w+)'(?:(?!select).)*?where not mentioned"
    return set(re.findall(branch, statement_of(check), re.S))


def test_every_declared_reference_is_checked():
    declared = {(s.id, f.name): f.refers_to for s in SOURCES.values() for f in s.fields if f.refers_to}
    units = {key for key, wanted in declared.items() if wanted == ("staff", "unit")}
    assert references("unmatched_keys") == set(declared) - units
    named = set(re.findall(r"from (\w+)\n", statement_of("units_in_one_source"))) & set(SOURCES)
    assert {source for source, _ in units} <= named


def branches(check):
    """What a statement selects from each source's table."""
    selects = re.findall(r"select((?:(?!\bselect\b).)*?)\n\s+from (\w+)\n", statement_of(check), re.S)
    return [(table, columns) for columns, table in selects if table in SOURCES]


@pytest.mark.parametrize("check", ["unmatched_keys", "unregistered_systems", "units_in_one_source", "unclear_answers"])
def test_the_last_row_of_an_id_counts_if_the_source_says_so(check):
    for table, columns in branches(check):
        ids = [name for name in SOURCES[table].unique if re.search(rf"\b{name}\b", columns.replace("fields", ""))]
        reads_only_what_is_known = f"'{table}'" in columns and " null, import_id" in columns
        assert ids == list(SOURCES[table].unique) or reads_only_what_is_known, (check, table)


@pytest.mark.parametrize("check", ["contradicting_dates", "dates_after_extract"])
def test_several_rows_of_an_id_are_correct_only_if_the_source_says_so(check):
    dated = [(table, columns) for table, columns in branches(check) if " as source" in columns]
    several = {table for table, columns in dated if " null as id" in columns}
    assert several == {table for table, _ in dated if not SOURCES[table].unique}
    assert several


def test_an_organisation_changes_a_severity_in_its_own_file(tmp_path):
    text_ = '[checks.freshness]\nseverity = "notice"\nchanges = "never"\n'
    (tmp_path / "quality.toml").write_text(text_, "utf-8")
    mine = {check.id: check for check in load_checks(tmp_path)}
    assert (mine["freshness"].severity, mine["freshness"].changes) == ("notice", "never")
    assert mine["freshness"].title == next(check for check in CHECKS if check.id == "freshness").title


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            '[checks.freshness]\nowner = "boss"\n',
            "quality.toml: freshness.owner: “boss” is none of coordinator, source_owner, unit.",
        ),
        (
            '[checks.freshness]\nchanges = "often"\n',
            "quality.toml: freshness.changes: “often” is none of always, rows, values, never.",
        ),
        ('[checks.mine]\nseverity = "error"\n', "lacks the key mine.owner"),
    ],
)
def test_a_declaration_that_is_wrong_is_refused_with_its_place(tmp_path, table, message):
    (tmp_path / "quality.toml").write_text(table, "utf-8")
    with pytest.raises(Refusal) as raised:
        load_checks(tmp_path)
    assert message in Language("en").refusal(raised.value)


# --- findings in real files --------------------------------------------------------------------------------------


STAFF = """
AD-konto | Namn       | Avdelning | Enhet | Anställningsdatum
ab12     | Anna Berg  | Förskola  | Norr  | 2020-01-01
cd34     | Carl Dahl  | Förskola  | Söder | 2020-01-01
"""
TRAINING = """
AD-konto | Namn      | Kurs | Status  | Startdatum | Slutfört datum
ab12     | Anna Berg | A    | Godkänd | 2026-10-01 | 2026-10-02
"""
SYSTEMS = """
Systemnamn | Enhet | Status  | Har riskanalys genomförts under det senaste året?
Alfa       | Norr  | I drift | Ja
"""
INCIDENTS = """
Ärende-ID | Rubrik | Inträffade       | Upptäckt         | Enhet | System | Stängd
I1        | Spam   | 2026-10-01 08:00 | 2026-10-01 09:00 | Norr  | Alfa   | 2026-10-02
"""


def load(line, **changed):
    tables = {"staff": STAFF, "training": TRAINING, "systems": SYSTEMS, "incidents": INCIDENTS} | changed
    for name, table in tables.items():
        line.load_table(table, name=f"{name}.csv", source=name)


@pytest.mark.live
def test_an_empty_database_has_no_findings(line):
    with line.database.writing():
        pass
    assert findings_in(line) == []


MESSY = {
    "training": """
        AD-konto | Namn      | Personnr    | Kurs | Status     | Startdatum | Slutfört datum
        ab12     | Anna Berg | 850101-1234 | A    | Klarmärkt  | 2026-10-05 | 2026-10-02
        xx99     | Xerxes X  |             | A    | Godkänd    |            | 2026-12-24
        cd34     | Carl Dahl |             | A    | Godkänd    | i våras    |
        cd34     | Carl Dahl |             |      | Godkänd    |            |
    """,
    "systems": """
        Systemnamn | Enhet  | Centralt/lokalt | Status  | Har riskanalys genomförts under det senaste året?
        Alfa       | Norr   | Lokalt          | I drift | Delvis
        Alfa       | Norrön | Centralt        | I drift | #SAKNAS!
    """,
    "incidents": """
        Ärende-ID | Rubrik            | Inträffade       | Upptäckt         | Enhet | System | Stängd
        I1        | Anna ringde       | 2026-10-03 08:00 | 2026-10-01 09:00 | Norr  | Alfaa  | 2026-10-02
        I1        | Anna ringde igen  | 2026-10-03 08:00 | 2026-10-01 09:00 | Norr  | Alfaa  | 2026-10-02
    """,
}
EXPECTED = {
    "rejected_rows": [("training", 5, None)],
    "contradicting_dates": [("incidents", 3, "I1"), ("training", 2, "A")],
    "unmatched_keys": [("training", 3, "xx99")],
    "unknown_words": [("training", 2, "Klarmärkt")],
    "unclear_answers": [("systems", 2, "Delvis")],
    "duplicates": [("incidents", 2, "I1"), ("systems", 2, "Alfa")],
    "dates_after_extract": [("training", 3, "A")],
    "unreadable_values": [("training", 4, "i våras")],
    "error_cells": [("systems", 3, None)],
    "units_in_one_source": [("systems", 3, "Norrön")],
    "unregistered_systems": [("incidents", 3, "Alfaa")],
    "identity_numbers": [("training", None, None)],
}


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    """The messy exports, which no test changes."""
    with Line(tmp_path_factory.mktemp("messy")).held() as loaded:
        load(loaded, **MESSY)
        yield loaded


@pytest.fixture(scope="module")
def in_messy(messy):
    """The findings in them."""
    return findings_in(messy)


@pytest.mark.live
def test_messy_exports_have_the_expected_findings(in_messy):
    rows = {check: [(f.source, f.row, f.subject) for f in every] for check, every in by_check(in_messy).items()}
    assert rows == EXPECTED


def test_no_finding_contains_a_name_or_the_text_of_an_incident(in_messy):
    texts = " ".join(f"{f.subject} {f.field} {f.detail}" for f in in_messy)
    assert not re.search("Anna|Carl|Xerxes|ringde|850101", texts)


@pytest.mark.exhaustive
def test_exports_grow_old_and_shrink(line):
    long = STAFF + "".join(f"p{n} | Namn | Förskola | Norr | 2020-01-01\n" for n in range(20))
    line.load_table(long, name="before.csv", source="staff", extract_date=date(2026, 10, 1))
    line.load_table(STAFF, name="after.csv", source="staff", extract_date=date(2026, 10, 24))
    assert [(f.check, f.detail, f.number) for f in findings_in(line)] == [("shrinking", "22 → 2", 20)]
    later = findings_in(line, date(2026, 11, 25))
    assert next((f.check, f.detail, f.number) for f in later) == ("freshness", "2026-10-24", 32)


@pytest.mark.exhaustive
def test_rejected_rows_do_not_count_as_gone(line):
    whole = "".join(f"p{n} | Namn | Förskola | Norr | 2020-01-01\n" for n in range(20))
    line.load_table(STAFF + whole, name="before.csv", source="staff", extract_date=date(2026, 11, 1))
    line.load_table(STAFF + whole.replace("Norr", ""), name="after.csv", source="staff", extract_date=date(2026, 11, 2))
    assert set(by_check(findings_in(line))) == {"rejected_rows"}


@pytest.mark.exhaustive
def test_rows_returned_corrected_are_no_longer_rejected(line):
    path = line.folder / "plan.xlsx"
    sheet = [
        ("Åtgärds-ID", "Systemnamn", "Status"),
        ("1", "Alfa", "Pågår"),
        ("2", None, "Pågår"),
        ("3", "#N/A", "Klar"),
    ]
    path.write_bytes(xlsx({"Blad1": sheet}))
    receipts, book = line.load(path, extract_date=AS_OF), read_here(path, name=path.name)
    assert {check: [f.row for f in of_check] for check, of_check in by_check(findings_in(line)).items()} == {
        "rejected_rows": [3, 4],
        "error_cells": [4],
    }
    back = openpyxl.load_workbook(io.BytesIO(return_workbook(tuple(receipts), book, Language("sv"))))
    back.worksheets[0].cell(2, 4).value = back.worksheets[0].cell(3, 4).value = "Alfa"
    back.save(line.folder / "rättad.xlsx")
    line.load(line.folder / "rättad.xlsx")
    assert findings_in(line) == []


def test_every_answer_and_word_that_a_point_reads_is_checked():
    """The checks list fields by hand; those that no point reads may be left out, and are listed here."""
    unread = {
        "activities.mandatory", "deviations.deviation", "incidents.personal_data", "procurements.risk_analysed",
        "processors.third_country", "staff.management", "staff.on_leave", "systems.personal_data",
    }  # fmt: skip
    answers = {f"{s.id}.{f.name}" for s in SOURCES.values() for f in s.fields if f.type == "yes_no"} - unread
    sql = statement_of("unclear_answers")
    assert [name for name in sorted(answers) if f"'{name.split('.')[1]}'" not in sql] == []
    words = {s.id for s in SOURCES.values() for f in s.fields if f.listed or f.empty_is}
    assert [name for name in sorted(words) if name not in statement_of("unknown_words")] == []


@pytest.mark.exhaustive
def test_one_cursor_answers_for_one_day_after_the_other(line):
    """The imports are pinned while the checks run, and not after."""
    line.load_table(STAFF, name="staff.csv", source="staff", extract_date=date(2026, 10, 24))
    with line.database.cursor() as cursor:
        for day, n in ((date(2026, 11, 24), 0), (date(2026, 11, 25), 1), (date(2026, 10, 1), 0)):
            assert (
                len(findings(cursor, OF_ROWS, SOURCES, WORDS, as_of=day, known_at=EVERYTHING_KNOWN, reader=MINE)) == n
            )
        assert cursor.execute(
            "select count(*) from duckdb_functions() where function_name = 'imports_at'"
        ).fetchall() == [(1,)]


def test_a_row_is_shown_as_it_was_read(messy, in_messy):
    finding = by_check(in_messy)["unreadable_values"][0]
    with messy.database.cursor() as cursor:
        row = sheet_row(cursor, finding, SOURCES, reader=MINE)
        assert row.as_read
        assert dict(row.cells) == {
            "AD-konto": "cd34", "Namn": "Carl Dahl", "Kurs": "A", "Status": "Godkänd", "Startdatum": "i våras",
            "Slutfört datum": None,
        }  # fmt: skip
        assert sheet_row(cursor, replace(finding, row=None), SOURCES, reader=MINE) is None


@pytest.mark.exhaustive
def test_a_row_without_stored_cells_is_shown_as_it_was_loaded(line):
    load(line, **MESSY)
    with line.database.writing() as cursor:
        cursor.execute("delete from import_rows")
    by_id = by_check(findings_in(line))
    with line.database.cursor() as cursor:
        row = sheet_row(cursor, by_id["unreadable_values"][0], SOURCES, reader=MINE)
        assert not row.as_read
        assert dict(row.cells)["AD-konto"] == "cd34"
        assert sheet_row(cursor, by_id["rejected_rows"][0], SOURCES, reader=MINE) is None


# --- which points rest on them -----------------------------------------------------------------------------------


def rests(found, rows):
    """The checks that can change each point's figure if each export has so many rows."""
    exports = quality.Exports(SOURCES, dict.fromkeys(SOURCES, rows))
    return remarks(quality.effects(CHECKS, found, POINTS, exports), POINTS)


def changed_by(check, by_point):
    return {point for point, ids in by_point.items() if check in ids}


def test_only_what_can_change_a_figure_is_a_remark_on_it(in_messy):
    """noise: one value in ten thousand marked every point of the overview"""
    few, many = rests(in_messy, 20), rests(in_messy, 10_000)
    assert changed_by("unmatched_keys", few) == points_of("training")
    assert changed_by("rejected_rows", few) == points_of("training")
    assert {id_ for ids in few.values() for id_ in ids}.isdisjoint({"identity_numbers", "unregistered_systems"})
    assert {id_ for ids in many.values() for id_ in ids} <= {check.id for check in CHECKS if check.changes == "always"}
    assert {check.changes for check in CHECKS} == {"always", "rows", "values", "never"}


def test_a_value_is_a_remark_on_the_points_that_read_its_field():
    def found(field):
        return quality.Finding("unreadable_values", "A", "systems", 1, "f", 0, None, 3, "x", field, "not_a_date", 1)

    asked = SOURCES["systems"].field("classified_last_year").heading
    assert changed_by("unreadable_values", rests([found(asked)], 10)) == {"classification", "risk_analysis", "access"}
    assert changed_by("unreadable_values", rests([found("Leverantör")], 10)) == set()
    # the rows of a source on its own have every field, so that a heading that is no field's could be any
    assert changed_by("unreadable_values", rests([found("Vår egen rubrik")], 10)) == points_of("systems")
    assert changed_by("unreadable_values", rests([found(asked)], 100)) == set()


def test_a_point_has_the_findings_of_an_export_it_only_uses():
    finding = quality.Finding("freshness", "A", "classifications", 1, "f", None, None, None, None, None, "", 1)
    assert changed_by("freshness", rests([finding], 10_000)) == {"classification", "access"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_begins_with_what_can_change_most(in_messy, lang):
    say = Language(lang)
    every = quality_texts.remarks(CHECKS, in_messy, Filter())
    effects = quality.effects(CHECKS, in_messy, POINTS, quality.Exports(SOURCES, dict.fromkeys(SOURCES, 20)))
    ordered = quality_texts.by_effect(every, effects)
    points = [len(effects[remark.check.id].points) for remark in ordered]
    assert ", i punkterna " in quality_texts.sentence(ordered, effects, POINTS, Language("sv"))
    assert " kan ändra siffran i punkt" in quality_texts.sentence(ordered[:1], effects, POINTS, Language("sv"))
    assert points == sorted(points, reverse=True)
    assert points[0] > points[-1] == 0
    said = quality_texts.sentence(ordered, effects, POINTS, say)
    assert say.pick(ordered[0].check.title) in said
    assert not re.search(r"\d+ (av|of)", said)
    assert quality_texts.sentence(ordered[-1:], effects, POINTS, say) == say("No remark changes what the figures say.")
    _, rows = quality_texts.remark_table(ordered, effects, POINTS, str, say)
    assert [len(row) for row in rows] == [6] * len(every)
    _, rows = quality_texts.remark_table(ordered[-1:], effects, POINTS, str, say)
    assert [len(row) for row in rows] == [5]


def test_what_is_wrong_is_told_though_no_figure_says_anything_else_for_it():
    check = next(check for check in CHECKS if check.severity == "error")
    few = [
        quality.Finding(check.id, "A", "systems", 1, "f", None, None, n, None, None, "not_a_date", 1) for n in range(17)
    ]
    effects = quality.effects(CHECKS, few, POINTS, quality.Exports(SOURCES, {"systems": 10_000}))
    said = quality_texts.sentence(quality_texts.remarks(CHECKS, few, Filter()), effects, POINTS, Language("sv"))
    assert said == "17 rader innehåller fel och behöver rättas, men de ändrar inte vad siffrorna visar."


# --- what a page says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_findings_are_put_into_words(in_messy, lang):
    say = Language(lang)
    every = quality_texts.remarks(CHECKS, in_messy, Filter())
    assert [remark.check.id for remark in every] == [check.id for check in CHECKS if check.id in EXPECTED]
    for remark in every:
        rows = quality_texts.finding_rows(remark, SOURCES, say)
        assert len(rows) == len(remark.findings)
        assert not re.search(r"\b[a-z]+_[a-z]+\b", str([{**row, say("File"): ""} for row in rows]))
    table = quality_texts.csv_rows(every, SOURCES, say)
    assert len(table) == len(in_messy)


def test_a_pair_of_dates_is_described_as_one_before_the_other(in_messy):
    finding = next(f for f in in_messy if f.field == "completed, started")
    assert quality_texts.field_text(finding, SOURCES, Language("sv")) == "Slutfört datum före Startdatum"
    heading = replace(finding, field="Enhet, avdelning")
    assert quality_texts.field_text(heading, SOURCES, Language("sv")) == "Enhet, avdelning"


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        (Filter(), set(EXPECTED)),
        (Filter(owner="unit"), {"unclear_answers"}),
        (
            Filter(point=next(point for point in POINTS if point.id == "risk_analysis")),
            {"unclear_answers", "duplicates", "error_cells", "units_in_one_source"},
        ),
    ],
)
def test_a_filter_keeps_what_it_says(in_messy, chosen, shown):
    assert {remark.check.id for remark in quality_texts.remarks(CHECKS, in_messy, chosen)} == shown


def test_only_the_coordinator_learns_of_persons_and_incidents(messy, in_messy):
    visible = findings_in(messy, reader=THEIRS)
    assert len(visible) == len(in_messy)
    private = [f for f in visible if f.source in {"staff", "training", "incidents", "breaches"}]
    assert private
    assert {(f.row, f.subject, f.detail) for f in private} == {(None, None, None)}


# --- the page ----------------------------------------------------------------------------------------------------


class Exports(NamedTuple):
    """What a page is opened on, with a check that has found something of persons and of others."""

    check: quality.Check
    counts: dict[str, int]
    opened: Callable[..., AppTest]


@cache
def counts_in(database, day):
    """How much each check has found in exports that no test changes."""
    with database.cursor() as cursor:
        found = findings(cursor, CHECKS, SOURCES, WORDS, as_of=day, known_at=EVERYTHING_KNOWN, reader=MINE)
    return {check: len(every) for check, every in by_check(found).items()}


@pytest.fixture(params=first_of(["messy", "sample"]))
def exports(request, monkeypatch):
    if request.param == "messy":
        database, day, id_ = request.getfixturevalue("messy").database, AS_OF, "duplicates"
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(database.path))
    else:
        database, day, id_ = request.getfixturevalue("sample"), DAY, "rejected_rows"
    [check] = [check for check in CHECKS if check.id == id_]
    page_of = partial(opened, "quality", monkeypatch, as_of=day.isoformat(), check=id_)
    return Exports(check, counts_in(database, day), page_of)


@pytest.mark.live
@pytest.mark.parametrize("lang", first_of(LANGUAGES))
def test_the_page_lists_every_check_with_findings(exports, lang):
    say, counts = Language(lang), exports.counts
    app = exports.opened(lang=lang)
    shown = text(app)
    assert counts[exports.check.id] > 1
    for check in CHECKS:
        assert (f"check={check.id}" in shown) is (check.id in counts)
        if check.id in counts:
            assert say.pick(check.title) in shown
            assert say.pick(check.todo) in shown
    assert [len(table.value) for table in app.dataframe] == [counts[exports.check.id]]
    clean = [say.pick(check.title).lower() for check in CHECKS if check.id not in counts]
    assert all(title in shown for title in clean)


@pytest.mark.exhaustive
def test_management_sees_the_remarks_and_no_rows(exports):
    app = exports.opened(role=MANAGEMENT)
    assert exports.check.title["sv"] in text(app)
    assert "Rader och namn visas bara för samordnaren." in text(app)
    assert not app.dataframe
    assert not app.get("download_button")


@pytest.mark.live
def test_an_analyst_sees_no_row_of_a_person_or_an_incident(exports):
    mine, theirs = (exports.opened(role=role).dataframe[0].value for role in (COORDINATOR, ANALYST))
    private = {"Personallista", "Utbildningsstatus", "Incidenter", "Personuppgiftsincidenter"}
    assert private & set(mine["Källa"])
    assert set(theirs["Källa"]) == set(mine["Källa"]) - private


@pytest.mark.exhaustive
def test_a_link_from_a_point_limits_the_page_to_it(sample, monkeypatch):
    app = opened("quality", monkeypatch, point="processor_agreements", check="rejected_rows")
    assert {source for table in app.dataframe for source in table.value["Källa"]} == {"Personuppgiftsbiträdesavtal"}
    assert "check=rejected_rows&amp;point=processor_agreements" in text(app)
    app.selectbox(key="owner sv").set_value("coordinator").run()
    assert "check=rejected_rows" not in text(app)
    assert not app.dataframe


@pytest.mark.live
def test_a_remark_that_is_not_there_is_said(exports):
    app = exports.opened(check="nothing")
    assert notes(app) == ["Adressen anger ”nothing”, som inte finns. I stället visas: Anmärkningar."]


@pytest.mark.exhaustive
def test_clean_exports_have_no_findings_and_the_page_lists_the_checks(own, monkeypatch, tmp_path):
    line = Line(tmp_path)
    line.database = own
    load(line)
    assert findings_in(line) == []
    monkeypatch.setattr(reads, "checks", lambda: OF_ROWS)
    app = opened("quality", monkeypatch, as_of=AS_OF.isoformat())
    assert "Inga anmärkningar" in text(app)
    assert all(check.title["sv"].lower() in text(app) for check in OF_ROWS)
    assert "v-remark" not in text(opened("overview", monkeypatch, as_of=AS_OF.isoformat()))


@pytest.mark.exhaustive
def test_an_empty_database_leads_to_the_imports(own, monkeypatch):
    app = opened("quality", monkeypatch)
    assert "Ingen export är inläst till och med den" in text(app)
    assert "Inga anmärkningar" not in text(app)


@pytest.mark.exhaustive
def test_choosing_a_finding_shows_its_spreadsheet_row(sample, monkeypatch):
    monkeypatch.setattr(page.st, "dataframe", _first_row_chosen(page.st.dataframe))
    app = opened("quality", monkeypatch, point="processor_agreements", check="rejected_rows")
    assert "Behörighetsgenomgångar" not in text(app)
    assert "v-card-title" in text(app)
    assert "Avtals-ID" in text(app)


def _first_row_chosen(draw):
    """A table in which a person has chosen the first row; AppTest cannot click in one."""

    def drawn(table, **options):
        draw(table, **options)
        return SimpleNamespace(selection=SimpleNamespace(rows=[0]))

    return drawn


@pytest.mark.exhaustive
def test_the_checks_of_the_sample_are_fast_enough_for_the_overview(sample):
    """The sum of planning and running; generous, since others may use the machine."""
    with sample.cursor() as cursor:
        assert any(_seconds(cursor) < 0.6 for _ in range(3))


def _seconds(cursor):
    begun = time.process_time()
    findings(cursor, CHECKS, SOURCES, WORDS, as_of=DAY, known_at=EVERYTHING_KNOWN, reader=MINE)
    return time.process_time() - begun
