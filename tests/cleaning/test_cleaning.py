"""Cleaning the store of an earlier version once of what must not be stored, and changing nothing else."""

import json
import random
import re
import subprocess
import sys

import duckdb
import pyarrow.parquet as pq
import pytest

from compliance.access.reader import EVERYTHING
from compliance.cleaning import cleaning
from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, Language
from compliance.core.masking import MASK
from compliance.core.places import ROOT
from compliance.counting.assessing import coverage
from compliance.extracts.extracting import extract
from compliance.extracts.files import kind_of, write
from compliance.loading.cleanings import cleaning_sentences, cleanings
from compliance.package.holding import SENTENCES
from compliance.package.year_package import verify_package, write_package
from compliance.report.files import write_report
from compliance.review.approving import signatures_of
from compliance.review.dossier import approved_reviews
from compliance.store import engine
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.file import connect
from compliance.store.schema import CLEANED
from tests.apps import opened as opened_page
from tests.apps import text
from tests.command import run_here
from tests.earlier import CASES, LEVELS, NUMBER, REJECTED, age, build, opened, plant, rewrite_frozen, spellings
from tests.identities import holds_one
from tests.layers import first_of
from tests.line import POINTS
from tests.reviewed import AS_OF, Reviewed, at
from tests.searching import bytes_of, holds, unpacked, values_of
from tests.store.test_disk import full

pytestmark = pytest.mark.live

SEED = 20261126


@pytest.fixture
def uncompressed(monkeypatch):
    """What the program writes hides nothing from a search."""
    monkeypatch.setattr(engine, "NO_EXTENSIONS", engine.NO_EXTENSIONS | {"force_compression": "uncompressed"})


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def aged(built, tmp_path_factory):
    """An administration that an earlier version has left; it is never opened."""
    line = Reviewed(tmp_path_factory.mktemp("aged")).copied_from(built)
    age(line.database.path)
    return line


@pytest.fixture
def line(aged, tmp_path):
    """The same in a folder of the test's own; whatever opens it cleans it."""
    return Reviewed(tmp_path).copied_from(aged)


@pytest.fixture(scope="module")
def cleaned(aged, tmp_path_factory):
    """The same once it has been cleaned, for tests that only read; held open."""
    with Reviewed(tmp_path_factory.mktemp("cleaned")).copied_from(aged).held() as line:
        yield line


@pytest.fixture(scope="module")
def planted(aged, tmp_path_factory):
    """The same with more planted before it was cleaned, each where the test that looks at it says; held open."""
    line = Reviewed(tmp_path_factory.mktemp("planted")).copied_from(aged)
    with opened(line.database.path) as connection:
        for plant_ in (_plant_json, _plant_hash, _plant_nameless, _plant_accounts, _plant_never_kept):
            plant_(connection)
    with line.held():
        yield line


def point(number):
    return next(point for point in POINTS if point.number == number)


INCIDENTS = point(11).id
# What nothing may hold of the administration; a single IV may be part of a word.
HIDDEN = (NUMBER, "Beta-hemligt", "Delta-hemligt", "Hemligt", "System 6", *LEVELS.values(), REJECTED[7])


def problems(line, source):
    """What is listed of an export: row, column, heading, value, reason, kind."""
    sql = (
        'select row, column_number, "column", value, reason, kind from problems inner join imports using (import_id)'
        " where source = $source order by row, column_number"
    )
    return [tuple(row.values()) for row in line.rows(sql, source=source)]


def kept(line, source):
    """The cells as read of an export, by row."""
    sql = "select row, cells from import_rows inner join imports using (import_id) where source = $source"
    return {row["row"]: row["cells"] for row in line.rows(sql, source=source)}


def found_in(path, planted):
    """Which of the texts that were planted stand in the bytes of the file and of what lies beside it."""
    # most of a file is empty room
    content = re.sub(rb"\0{16,}", b"", b"".join(bytes_of(path).values()))
    return [where for where, secret in planted.items() if secret.encode() in content]


# --- Identity numbers ---------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(SEED, SEED + 20))
def test_no_identity_number_is_left_in_any_table_or_byte(tmp_path, uncompressed, seed):
    """Text columns added later are covered automatically."""
    database = at("approved", tmp_path).database
    planted = plant(database.path, spellings(random.Random(seed), 250))
    assert {*planted} - {*found_in(database.path, planted)} == set()
    found = list(values_of(database))
    assert found_in(database.path, planted) == []
    # no hash and no moment, whose digits can look like one
    told = [(t, c, v) for t, c, v in found if c not in {"sha256", "first_sha256", "seal"} and not c.endswith("_at")]
    assert [each for each in told if holds_one(each[2])] == []
    assert {*planted} - {f"{t}.{c}" for t, c, v in found if MASK in v} == set()


def test_identity_numbers_are_masked_in_place(cleaned):
    assert cleaned.column("name", "staff") == [f"Anna {MASK}", "Bo Ek"]
    assert cleaned.rows("select text from review_texts where starts_with(text, 'Ring')") == [
        {"text": f"Ring Anna om {MASK} i morgon"}
    ]
    assert cleaned.decided("2026-1").text == f"Tala med {MASK}"
    assert [(t, c) for t, c, v in values_of(cleaned.database) if NUMBER in v] == []


def test_case_numbers_stay(cleaned):
    """In rows, in cells as read, and as names of items in a frozen review."""
    assert all(map(holds_one, CASES))
    assert sorted(cleaned.column("incident_id", "incidents")) == sorted(CASES)
    cells = " ".join(v for t, _, v in values_of(cleaned.database) if t == "import_rows")
    assert [case for case in CASES if case not in cells] == []
    remaining = [each.item for each in cleaned.document(cleaned.review()).answer(INCIDENTS).remaining]
    assert sorted(remaining) == sorted(CASES)


def test_a_row_whose_id_is_an_identity_number_is_rejected(cleaned):
    assert cleaned.column("employee_id", "staff") == ["p1", "p2"]
    assert problems(cleaned, "staff") == [(4, 1, "AD-konto", MASK, "identity_number", "rejected")]
    assert cleaned.rows("select loaded, rejected, warnings from imports where source = 'staff'") == [
        {"loaded": 2, "rejected": 1, "warnings": 0}
    ]
    assert kept(cleaned, "staff")[4] == [MASK, "Bo", "Norr", "Öst", "2024-01-01"]
    # whose export it was is told among what is doubtful
    assert cleaned.rows("select source, number from import_facts inner join imports using (import_id)") == [
        {"source": "staff", "number": 2}
    ]


def _plant_json(connection):
    said = json.dumps({"fields": {f"konto {NUMBER}": "employee_id"}, "words": {"status": {NUMBER: "passed"}}})
    connection.execute("insert into mappings (headings, mapping) values ($headings, $said)",
                       {"headings": ["enhet", f"konto {NUMBER}"], "said": said})  # fmt: skip
    connection.execute("insert into breaches (import_id, affected) values (1, 8507091232), (1, 4)")


def test_identity_numbers_in_json_lists_and_numbers_are_masked(planted):
    """json: keys and texts of a mapping; list: its headings; number: an integer"""
    (kept,) = planted.rows("select headings, mapping from mappings")
    assert kept["headings"] == ["enhet", f"konto {MASK}"]
    assert json.loads(kept["mapping"]) == {
        "fields": {f"konto {MASK}": "employee_id"},
        "words": {"status": {MASK: "passed"}},
    }
    assert planted.rows("select affected from breaches order by rowid") == [{"affected": None}, {"affected": 4}]


# As the version before this one stored them: none was a number to it.
SPELLINGS = (
    "850709-12 32", "SE850709123201", "168507091232", "850709&#45;1232", "850709%2D1232", "%38%35%30%37%30%39-1232",
    "85O709-l232", "850709&amp;nbsp;12&#51;2", "１６８５０７０９１２３２", "850709_x002D_1232",
)  # fmt: skip


@pytest.mark.parametrize("number", first_of(SPELLINGS))
def test_a_store_of_the_version_before_keeps_no_spelling_that_was_none_to_it(tmp_path, uncompressed, number):
    """rows, ids, cells as read, rejected rows, texts, file names; told as before"""
    line = at("approved", tmp_path)
    with opened(line.database.path) as connection:
        for sql in (
            "update staff set name = 'Anna NUMBER' where employee_id = 'p1'",
            "update staff set employee_id = 'NUMBER' where employee_id = 'p2'",
            "update import_rows set cells = ['NUMBER', 'om NUMBER'] || cells[3:] where row = 3",
            "update imports set file = 'Personal NUMBER.xlsx'",
            "update review_texts set text = text || ' NUMBER'",
            "insert into problems select import_id, 0, null, 9, 1, 'NUMBER', 'NUMBER', 'not_a_date', 'rejected'"
            " from imports where source = 'staff'",
        ):
            connection.execute(sql.replace("NUMBER", number))
    assert found_in(line.database.path, {"it": number}) == ["it"]
    with line.held():
        assert [MASK in name for name in line.column("name", "staff") if "Anna" in name] == [True]
        assert [value for _, _, value in values_of(line.database) if number in value] == []
        assert (MASK in str(kept(line, "staff")), MASK in str(problems(line, "staff"))) == (True, True)
        assert [row["numbers"] > 5 for row in line.rows("select numbers from cleanings")] == [True]
    assert found_in(line.database.path, {"it": number}) == []


DIGEST = f"{'ab' * 10}a8507091232b{'cd' * 16}"


def _plant_hash(connection):
    connection.execute("update imports set sha256 = $digest where import_id = 1", {"digest": DIGEST})
    connection.execute("insert into events (what) values ('version 1: ' || $digest || ', ' || $number)",
                       {"digest": DIGEST, "number": NUMBER})  # fmt: skip


def test_a_hash_is_never_masked(planted):
    """alone and in an event"""
    assert holds_one(DIGEST)
    assert planted.rows("select sha256 from imports where import_id = 1") == [{"sha256": DIGEST}]
    assert planted.rows("select what from events where starts_with(what, 'version 1: ab')") == [
        {"what": f"version 1: {DIGEST}, {MASK}"}
    ]


def test_every_column_is_of_a_type_that_is_known(cleaned):
    """Whoever adds a column of another type must say how it is cleaned."""
    found = {row["data_type"] for row in cleaned.rows("select data_type from duckdb_columns() where not internal")}
    looked_at = {"VARCHAR", "VARCHAR[]", "DOUBLE"}
    assert found - looked_at == {"BIGINT", "BOOLEAN", "DATE", "INTEGER", "SMALLINT", "TIMESTAMP", "TINYINT"}


def _plant_nameless(connection):
    connection.execute(
        "insert into import_columns (import_id, sheet_number, place, heading_row, heading)"
        " select import_id, 0, 5, 1, 'Övrigt' from imports where source = 'staff'"
    )
    connection.execute(
        "update import_rows set cells = list_append(cells, case row when 1 then 'Övrigt' when 2 then $number end)"
        " where import_id = (select import_id from imports where source = 'staff')",
        {"number": NUMBER},
    )


def test_an_unused_column_with_an_identity_number_is_dropped(planted):
    assert {cells[5] for cells in kept(planted, "staff").values()} == {None}
    assert planted.rows("select what from import_facts where fact = 'dropped_column' and what = 'Övrigt'") == [
        {"what": "Övrigt"}
    ]
    assert planted.rows("from import_columns where heading = 'Övrigt'") == []


# What a column of the systems is called beside the others, and what stands in it in which row.
NEVER_KEPT = [
    ("Konfidentialitet", 3, "4"),
    ("Persnr", 4, "okänt"),
    ("Personnummer (12 siffror)", 4, "19850709-xxxx"),
]


def _plant_never_kept(connection):
    ((id_,),) = connection.execute("select import_id from imports where source = 'systems'").fetchall()
    for place, (heading, row, value) in enumerate(NEVER_KEPT, start=5):
        connection.execute("insert into import_columns values ($id, '', null, $heading, 0, $place, 1)",
                           {"id": id_, "heading": heading, "place": place})  # fmt: skip
        connection.execute("update import_rows set cells = list_append(cells, case row when 1 then $heading when $row"
                           " then $text end) where import_id = $id",
                           {"id": id_, "heading": heading, "row": row, "text": value})  # fmt: skip


def test_columns_with_headings_of_identity_numbers_or_levels_are_cleaned_in_every_export(planted):
    """identity: the whole column is dropped. level: the row is, also in an export without levels"""
    rows_of_systems = list(kept(planted, "systems").values())
    for _, _, value in NEVER_KEPT:
        assert not any(value in row for row in rows_of_systems)
    for system, level in {"Betaportalen": True, "Gamma": False}.items():
        assert (system in planted.column("system", "systems")) != level
        assert any(system in row for row in rows_of_systems) != level
    assert [p[:5] for p in problems(planted, "systems")] == [(3, 6, "Konfidentialitet", None, "protective_security")]


ACCOUNTS = [f"850709{n:04}" for n in range(1230, 1240)]


def _plant_accounts(connection):
    connection.execute("delete from staff")
    connection.executemany(
        "insert into staff (import_id, sheet_number, row, employee_id) values (3, 0, ?, ?)", list(enumerate(ACCOUNTS))
    )


def test_accounts_that_have_the_form_by_chance_stay(planted):
    """Most numbers of the column have an invalid check digit."""
    assert planted.column("employee_id", "staff") == ACCOUNTS


# --- Levels -------------------------------------------------------------------------------------------------------


def test_nothing_is_left_of_a_row_refused_for_its_level(cleaned):
    """Level 4 and unreadable levels, in rows that were stored without a level and in rejected ones."""
    assert cleaned.column("system", "classifications") == ["Alfa", "Gamma"]
    assert sorted(kept(cleaned, "classifications")) == [1, 2, 4]
    values = [v for _, _, v in values_of(cleaned.database)]
    assert [secret for secret in HIDDEN if any(secret in v for v in values)] == []


def test_only_the_number_and_column_of_a_refused_row_are_listed(cleaned):
    refused = [p for p in problems(cleaned, "classifications") if p[5] == "rejected"]
    assert [p[:4] for p in refused] == [(row, 2, "K/R/T", None) for row in (3, 5, 6, 7)]
    assert [p[4] for p in refused] == ["protective_security"] * 2 + ["not_a_level", "protective_security"]
    assert len(refused) == len(problems(cleaned, "classifications"))
    assert cleaned.rows("select loaded, rejected, warnings from imports where source = 'classifications'") == [
        {"loaded": 2, "rejected": 4, "warnings": 0}
    ]


def test_levels_readable_today_are_read(cleaned):
    levels = cleaned.rows("select system, confidentiality as k, integrity as r, availability as t from classifications")
    assert [tuple(row.values()) for row in levels] == [("Alfa", 1, 1, 1), ("Gamma", 0, 1, None)]
    assert cleaned.rows("select numbers, taken_out, read_anew from cleanings") == [
        {"numbers": 8, "taken_out": 5, "read_anew": 1}
    ]


@pytest.mark.exhaustive
def test_without_stored_cells_the_problems_decide_which_rows_are_refused(line):
    """The first versions stored neither cells nor the places of columns."""
    with opened(line.database.path) as connection:
        connection.execute("delete from import_rows")
        connection.execute("update import_columns set (sheet_number, place, heading_row) = (null, null, null)")
    with line.database.cursor():
        assert line.column("system", "classifications") == ["Alfa", "Gamma"]
        assert {p[0] for p in problems(line, "classifications") if p[5] == "rejected"} == {3, 5, 6, 7}


# Headings that the version before did not know, and what stands below them in the rows of Betaportalen and Gamma.
UNKNOWN = {
    "Informationsklassning": ("K4 R2 T2", "Rött läge"),
    "Konf.": ("2", "3"),
    "Anteckning": ("Om Betaportalen", "Hemlig"),
}
GONE = ("K4 R2 T2", "Rött läge", "Om Betaportalen")


def _plant_unknown_headings(connection):
    """Level 4 under such headings, also in a field, and in a problem that was listed."""
    ((id_, width),) = connection.execute(
        "select import_id, max(len(cells)) from import_rows inner join imports using (import_id)"
        " where source = 'systems' group by import_id"
    ).fetchall()
    for place, (heading, (beta, gamma)) in enumerate(UNKNOWN.items(), start=width):
        field = "criticality" if place == width else None
        connection.execute("insert into import_columns values ($id, '', $field, $heading, 0, $place, 1)",
                           {"id": id_, "field": field, "heading": heading, "place": place})  # fmt: skip
        connection.execute("update import_rows set cells = list_append(cells, case row when 1 then $heading when 3 then"
                           " $beta when 4 then $gamma end) where import_id = $id",
                           {"id": id_, "heading": heading, "beta": beta, "gamma": gamma})  # fmt: skip
    texts = dict(zip(("beta", "gamma"), UNKNOWN["Informationsklassning"], strict=True))
    connection.execute("update systems set criticality = case row when 3 then $beta when 4 then $gamma end", texts)
    connection.execute("insert into problems values ($id, 0, null, 4, $number, 'Informationsklassning', $text,"
                       " 'too_long', 'warning')", {"id": id_, "number": width + 1, "text": texts["gamma"]})  # fmt: skip
    return width


def test_a_store_of_the_version_before_keeps_level_4_under_no_heading(tmp_path, uncompressed):
    """The row is taken out of everything, and so is a cell that could be level 4; a frozen review says so."""
    line = at("approved", tmp_path)
    with opened(line.database.path) as connection:
        place = _plant_unknown_headings(connection)
    with line.held():
        assert "Betaportalen" not in line.column("system", "systems")
        assert line.rows("select criticality from systems where system = 'Gamma'") == [{"criticality": None}]
        cells = kept(line, "systems")
        assert (3 in cells, cells[4][place:]) == (False, [None, "3", "Hemlig"])
        assert problems(line, "systems") == [
            (3, place + 1, "Informationsklassning", None, "protective_security", "rejected"),
            (4, place + 1, "Informationsklassning", None, "unread_level", "warning"),
        ]
        assert line.rows("select numbers, taken_out, read_anew, blanked from cleanings") == [
            {"numbers": 0, "taken_out": 1, "read_anew": 0, "blanked": 1}
        ]
        assert [s for s in GONE if any(s in value for _, _, value in values_of(line.database))] == []
        document = line.document(line.review())
        assert [(c.taken_out, c.sources) for c in document.cleaned] == [(1, ("systems",))]
        with line.database.cursor() as cursor:
            (cleaning_,) = cleanings(cursor)
        told = " ".join(cleaning_sentences(cleaning_, Language("sv")))
        assert "1 cell som skulle kunna vara nivå 4 har tömts" in told.replace("\N{NO-BREAK SPACE}", " ")
    assert found_in(line.database.path, {secret: secret for secret in GONE}) == []


# --- Figures ------------------------------------------------------------------------------------------------------


def test_figures_follow_todays_rule_and_a_sealed_review_keeps_its_own(cleaned):
    with cleaned.database.cursor() as cursor:
        (now,) = coverage(cursor, (point(4),), days=[AS_OF], known_at=EVERYTHING_KNOWN, level="organisation")
        then = cleaned.document(cleaned.review()).answer(point(4).id).now
    assert ((then.met, then.unmet), (now.met, now.unmet)) == ((3, 0), (2, 1))


# --- A sealed review ----------------------------------------------------------------------------------------------


def test_a_sealed_review_gets_a_second_seal_and_the_first_stays_recorded(aged, cleaned):
    with opened(aged.database.path) as connection:
        ((first,),) = connection.execute(
            "select distinct sha256 from review_states where sha256 is not null"
        ).fetchall()
    with cleaned.database.cursor() as cursor:
        review, document = cleaned.review(), cleaned.document(cleaned.review())
        signatures = signatures_of(cursor, review)
        assert [found.year for found in approved_reviews(cursor, review.organisation_id)] == [2026]
        events = cleaned.rows(
            "select action, what from events where happened_at = (select max(happened_at) from events)"
        )
    assert review.sha256 not in (None, first)
    assert (signatures.submitted_seal, signatures.approved_seal, signatures.seal) == (first, first, review.sha256)
    assert [(c.numbers, c.taken_out, c.seal) for c in document.cleaned] == [(2, 3, first)]
    assert document.cleaned[0].sources == ("classifications", "staff")
    assert {"action": "seal anew", "what": f"review 1, version 1: {review.sha256}, after {first}"} in events
    assert {"action": "clean", "what": "8 identity numbers, 5 rows of exports taken out, 1 read anew"} in events


@pytest.mark.exhaustive
def test_a_submitted_review_is_approved_with_its_second_seal(tmp_path):
    """The package says which of the two seals each person has signed."""
    line = at("submitted", tmp_path)
    with opened(line.database.path) as connection:
        rewrite_frozen(connection, f"Om {INCIDENTS}.", NUMBER)
    with line.database.cursor() as cursor:
        signatures = signatures_of(cursor, line.approve(line.review()))
        assert [document.year for document in approved_reviews(cursor, line.review().organisation_id)] == [2026]
        seals = (signatures.submitted_seal, signatures.approved_seal, signatures.seal)
        assert seals == (signatures.submitted_seal, line.review().sha256, line.review().sha256)
        assert signatures.submitted_seal != signatures.seal
        found = verify_package(packed(tmp_path / "package.zip", line))
    assert (found.faults, found.state, found.seal) == ((), "approved", signatures.seal)


def test_verifying_reports_the_second_seal_and_no_fault_that_it_explains(cleaned):
    done = run_here(cleaned.database.path, "review", "verify", "--year", 2026)
    told = done.stdout.splitlines()
    assert (done.returncode, told[0].startswith("Sealed anew on "), "identity numbers" in told[0]) == (0, True, True)
    assert "so points 1, 2, 4, 5, 6, 7" in told[1] or "points" in told[1]
    assert any(text.startswith("Figure, 4 ") for text in told[2:])


@pytest.mark.exhaustive
def test_a_review_changed_after_sealing_gets_no_second_seal_and_own_words_are_read(line):
    (line.folder / "values.toml").write_text(f'no_level = ["{LEVELS[5]}"]\n', "utf-8")
    with opened(line.database.path) as connection:
        connection.execute("update frozen_reviews set content = replace(content, 'Förvaltningen', 'En annan')")
    changed = "has been changed in the database since it was sealed"
    with line.database.cursor():
        assert line.column("system", "classifications") == ["Alfa", "Gamma", "Delta"]
        review = line.review()
        with pytest.raises(Refusal, match=changed):
            line.document(review)
    assert line.rows("from seals") == []
    assert [(t, c) for t, c, v in values_of(line.database) if NUMBER in v] == []


@pytest.mark.exhaustive
def test_an_unaffected_review_keeps_its_seal(tmp_path):
    line = at("approved", tmp_path)
    with line.database.cursor():
        before = line.review()
    with opened(line.database.path) as connection:
        connection.execute("update events set what = what || $number", {"number": NUMBER})
    with line.database.cursor():
        assert (line.review(), line.rows("from seals")) == (before, [])
        assert [row["taken_out"] for row in line.rows("from cleanings")] == [0]


@pytest.mark.exhaustive
def test_a_package_from_after_the_cleaning_says_what_was_signed(cleaned, tmp_path):
    """It explains why some figures differ from its rows; one from before is as any other."""
    path = packed(tmp_path / "after.zip", cleaned, "docx", "pdf", "pptx")
    done = run_here(tmp_path / "none.duckdb", "verify", path)
    assert (done.returncode, done.stderr) == (0, "")
    head, again, why, *told = done.stdout.splitlines()
    explained = told[told.index(SENTENCES["nothing"]) + 1 :]
    review = cleaned.review()
    assert (", version 1, approved, " in head, f", sha256 {review.sha256}, package" in head) == (True, True)
    first = cleaned.document(review).cleaned[0].seal
    assert (again.startswith("Sealed anew on "), again.endswith(f"The seal before was {first}.")) == (True, True)
    assert (first != review.sha256, why.endswith("can be counted otherwise today: that is no fault.")) == (True, True)
    assert {line.split()[0] for line in explained if line} == {"4"}
    handed_out = unpacked(path.read_bytes())
    assert holds(handed_out, f"Ring Anna om {MASK} i morgon")
    assert not holds(handed_out, *HIDDEN)


def packed(path, line, *kinds):
    """A package with reports."""
    with line.database.cursor() as cursor:
        review, say = line.review(), Language("sv")
        reports = {}
        if kinds:
            document = line.document(review)
            given = {"state": review.state, "signed": signatures_of(cursor, review), "say": say, "public": False}
            reports = {
                f"ledningens_genomgang_2026.{kind}": write_report(document, kind=kind, **given) for kind in kinds
            }
        path.write_bytes(write_package(cursor, review, version=None, reports=reports, say=say))
    return path


@pytest.mark.exhaustive
def test_no_extract_of_a_cleaned_store_has_an_identity_number(cleaned, tmp_path):
    """In any format; case numbers stay."""
    wanted = {"a.csv": "systems", "b.xlsx": "incidents", "c.parquet": "incidents", "d.csv": "missing"}
    with cleaned.database.cursor() as cursor:
        for file, name in wanted.items():
            found = extract(
                cursor,
                name,
                points=POINTS,
                as_of=AS_OF,
                known_at=EVERYTHING_KNOWN,
                point=None,
                own=None,
                reader=EVERYTHING,
            )
            kind = kind_of(tmp_path / file, swedish_excel=name == "missing")
            write(found, tmp_path / file, kind=kind, language=Language("sv"))
    contents = {file: values_in(tmp_path / file) for file in wanted}
    assert [file for file, content in contents.items() if holds(content, CASES[0])] == [*wanted][1:]
    assert [file for file, content in contents.items() if holds(content, *HIDDEN)] == []


def values_in(path):
    """What a file holds, as bytes to search; a file of columns packs its pages."""
    content = path.read_bytes()
    return repr(pq.read_table(path).to_pylist()).encode() if path.suffix == ".parquet" else unpacked(content)


# --- Once, and told -----------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_a_clean_store_stays_the_same_without_a_message(tmp_path, caplog, uncompressed):
    """Even if only the bytes of a rolled back load must go."""
    path = at("approved", tmp_path).database.path
    with opened(path) as connection:
        connection.execute("insert into events (what) select 'Långbåtsregistret' from range(3000)")
        connection.execute("checkpoint")
        connection.execute("delete from events where what = 'Långbåtsregistret'")
        before = tables(connection)
    assert found_in(path, {"freed": "Långbåtsregistret"}) == ["freed"]
    connect(path).close()
    assert (caplog.messages, found_in(path, {"freed": "Långbåtsregistret"})) == ([], [])
    with duckdb.connect(str(path)) as connection:
        after = tables(connection)
    marks = [set(each.pop("schema_files")) for each in (before, after)]
    assert (after == before, [name for name, _ in marks[1] - marks[0]]) == (True, [CLEANED])


@pytest.mark.exhaustive
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_cleaning_is_reported_once_on_the_command_line_and_on_the_page_until_it_is_read(line, monkeypatch, lang):
    """The command line prints it on stderr and goes on; the history keeps it."""
    done = run_here(line.database.path, "imports", "--format", "csv")
    assert (done.returncode, len(done.stdout.splitlines()), len(done.stderr.splitlines())) == (0, 6, 1)
    assert [said in done.stderr for said in ("stood in 8 places", "5 rows", "year packages of 2026")] == [True] * 3
    assert run_here(line.database.path, "imports").stderr == ""

    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    told = {"sv": "Personnummer stod på 8 ställen", "en": "Personal identity numbers stood in 8 places"}[lang]
    with line.database.cursor():
        app = opened_page("imports", monkeypatch, lang=lang)
        assert text(app).count(told) == 1
        next(button for button in app.button if button.key == "cleaning read").click().run()
        assert (not app.exception, told in text(app)) == (True, False)
        assert text(opened_page("imports", monkeypatch, lang=lang, part="history")).count(told) == 1
        assert line.rows("select read_by from cleanings_read") == [{"read_by": "tester"}]


@pytest.mark.exhaustive
def test_if_the_new_file_cannot_be_written_the_old_one_stays_and_is_cleaned_next_time(
    line, tmp_path, monkeypatch, caplog
):
    """Also on a full disk, however little is written before. Nothing of a killed load is left; a new store needs no
    cleaning.
    """
    path = line.database.path
    spilled = path.with_name("test.duckdb.tmp")
    before = path.read_bytes()
    (path.parent / f"{path.name}.cleaned").mkdir()
    with pytest.raises(Refusal, match="must be written anew once"), line.database.cursor():
        pass
    assert path.read_bytes() == before
    (path.parent / f"{path.name}.cleaned").rmdir()
    for part in range(12):
        room = int(path.stat().st_size * part / 20)
        with full(room), pytest.raises(Refusal, match=r"must be written anew once|no room left"):
            connect(path)
        assert [name for name in bytes_of(path) if "cleaned" in name] == []
        with opened(path) as connection:
            assert connection.execute("select count(*) from staff").fetchall() == [(3,)]
    assert caplog.records == []
    spilled.mkdir()
    (spilled / "duckdb_temp_storage_DEFAULT-0.tmp").write_text(NUMBER)
    with line.database.cursor():
        assert sorted(bytes_of(path)) == ["test.duckdb", "test.duckdb.lock", "test.duckdb.turn"]
    assert [(record.levelname, "stood in 8 places" in record.message) for record in caplog.records] == [
        ("WARNING", True)
    ]
    monkeypatch.setattr(cleaning, "clean", lambda *_, **__: pytest.fail("cleaned again"))
    with line.database.cursor():
        assert [row["numbers"] for row in line.rows("from cleanings")] == [8]
    connect(tmp_path / "new.duckdb").close()
    connect(tmp_path / "new.duckdb").close()


# --- The file -----------------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_a_cleaning_killed_at_any_step_leaves_the_old_store_or_the_new_one(line, tmp_path):
    """Each can be opened, is cleaned then if it is the old one, and nothing else is left."""
    folder = tmp_path / "killed"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.stepping", line.database.path, folder, "all"]
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, int(done.stdout or 0) > 40) == (0, True), done.stderr
    expected = dump(folder / "whole.duckdb")
    for path in sorted(folder.glob("[0-9]*.duckdb")):
        assert dump(path) == expected, path.name
    assert [path.name for path in folder.iterdir() if path.suffix != ".duckdb"] == []


def dump(path):
    """All that a store holds once it has been opened, but for the moment of its cleaning and the seals that follow."""
    connect(path).close()
    with duckdb.connect(str(path)) as connection:
        found = tables(connection)
    seals = {"frozen_reviews", "seals", "cleanings", "events", "schema_files"}
    return {table: len(rows) if table in seals else rows for table, rows in found.items()}


def tables(connection):
    """Every table with its rows, in their order."""
    names = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
    return {name: connection.execute(f'from "{name}"').fetchall() for (name,) in names}
