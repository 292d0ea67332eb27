"""The year package: what it holds and what it must not, and finding every change to it."""

import csv
import hashlib
import io
import json
import re
import subprocess
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import duckdb
import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting.courses import say_which
from compliance.correcting.renaming import add_alias
from compliance.declarations.sources import FIELD_TYPES, PLAIN, Field, Source, kept_texts, table_columns
from compliance.loading.loading import Order, revoke
from compliance.package import packing, year_package
from compliance.package.packing import NAME, SUMS, pack, unpack
from compliance.package.tables import COLUMNS, cell
from compliance.package.year_package import Fault, message, verify_package, write_package
from compliance.review import reviewing
from compliance.review.approving import approve, submit
from compliance.review.dossier import load_frozen, seal_of
from compliance.review.pinning import MARK, Needs, expression, names_in_statements
from compliance.store.file import FileDatabase
from data.samples.make.layouts import layouts
from tests.layers import first_of
from tests.line import NOON, POINTS, SOURCES
from tests.reviewed import TABLES, WHATEVER, Reviewed, at
from tests.sampled import beside

pytestmark = pytest.mark.live

SV, EN = Language("sv"), Language("en")
REPORTS = {"ledningens_genomgang_2026.pdf": b"%PDF-1.7 of a test"}
# Fields that a package's database may hold as written; every other text is replaced by a mark.
NAMES = {
    "staff": {"department", "unit"},
    "systems": {"department", "system", "unit"},
    "training": {"course", "course_code"},
    "local_instruction": {"requirement", "unit"},
    "classifications": {"system"},
    "classification_actions": {"action_id", "system"},
    "risk_analyses": {"system"},
    "access_reviews": {"system"},
    "processing": {"processing_id", "unit"},
    "dpias": {"processing_id"},
    "processors": {"agreement_id", "unit"},
    "procurements": {"reference", "unit"},
    "incidents": {"incident_id", "unit"},
    "breaches": {"breach_id", "unit"},
}
TYPES = "date|datetime|yes_no|number|level|word|text|id|path"


def packed(database, year, **options):
    with database.cursor() as cursor:
        review = reviewing.review_of(cursor, year)
        return write_package(cursor, review, **({"version": None, "reports": REPORTS, "say": SV} | options))


def files_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def checked(tmp_path, content):
    path = tmp_path / "package.zip"
    path.write_bytes(content)
    return verify_package(path)


def faults(tmp_path, content):
    return [(fault.what, fault.where) for fault in checked(tmp_path, content).faults]


def forged(files, **changed):
    """A changed package with correct sums, as a forger could make it. In a keyword, __ stands for a dot."""
    changes = {name.replace("__", "."): content for name, content in changed.items()}
    kept = {name: content for name, content in {**files, **changes}.items() if content is not None and name != SUMS}
    return pack(kept, NOON)


def opened(tmp_path, content):
    """Open the database of a package, to read or to change it."""
    path = tmp_path / "looked_at.duckdb"
    path.write_bytes(content)
    return duckdb.connect(str(path))


def with_sql(tmp_path, files, sql):
    """The database of a package after some statements."""
    with opened(tmp_path, files["frozen.duckdb"]) as connection:
        connection.execute(sql)
    return (tmp_path / "looked_at.duckdb").read_bytes()


# --- What is packed -----------------------------------------------------------------------------------------------

# The exports that the sample organisation has: a point added later may need another.
SAMPLED = {layout.source for layout in layouts()}
FORMULA = '=HYPERLINK("x")\n- "två", tre'
COURSES = """
AD-konto | Kurs                                 | Kurskod | Status  | Slutfört datum
p1       | Grundkurs i dataskydd                | GDPR    | Godkänd | 2026-02-01
P1       | informationssäkerhet för medarbetare |         | Godkänd | 2026-02-01
p2       | Att leva med missbruk                | STÖD-1  | Godkänd | 2026-02-01
x9       | Grundkurs i dataskydd                | GDPR    | Godkänd | 2026-02-01
"""
INCIDENTS = """
Ärende-ID | Rubrik         | Upptäcktes | Enhet | Orsak            | Åtgärd
INC-1     | Borttappad dator | 2026-03-01 | Norr  | Glömd på bussen  | Spärrad samma dag
"""
OTHERS = "AD-konto | Enhet | Anställningsdatum\nz1 | Grannens enhet | 2020-01-01"
PERSONS = 120


def staff():
    """A staff list, with so many persons that they hardly keep their order or their numbers by chance."""
    persons = [
        f"p{number} | Förnamn{number} Efternamn{number} | adress{number}@kommunen.se | {unit} | Öst | {employed}"
        for number in range(1, PERSONS + 1)
        for unit, employed in [(("Norr", "Söder")[number % 2], date(2020, 1, 1) + timedelta(days=number))]
    ]
    return "\n".join(["AD-konto | Namn | E-post | Enhet | Avdelning | Anställningsdatum", *persons])


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    """A database with a few exports and a submitted review. Its package is `content`, the files in it `files`."""
    line = at("draft", tmp_path_factory.mktemp("submitted"))
    with line.held():
        tables = {"staff": staff(), "training": COURSES, "incidents": INCIDENTS}
        for source, table in tables.items():
            line.load_table(table, name=f"{source}.csv", source=source)
        review = line.review()
        with pytest.raises(Refusal, match="has not been submitted"):
            packed(line.database, 2026)
        line.write(review, "comment", "access", FORMULA)
        line.submit(review)
        line.content = packed(line.database, 2026, say=EN)
    line.files = files_of(line.content)
    line.sources = {*TABLES, *tables}
    return line


@pytest.fixture(scope="module")
def approved(submitted, tmp_path_factory):
    """The same with the review approved, and its package."""
    line = Reviewed(tmp_path_factory.mktemp("approved")).copied_from(submitted)
    with line.held():
        line.approve(line.review())
        line.content = packed(line.database, 2026)
    line.files = files_of(line.content)
    line.sources = submitted.sources
    return line


@pytest.fixture(scope="module")
def small(approved):
    """The files of a package with few rows."""
    return approved.files


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The sample database with the review of 2026 approved, as of the first day with a basis for every point."""
    database = FileDatabase.at(beside(tmp_path_factory.mktemp("sample")).with_name("sample.duckdb"))
    order, day = Order("test"), date(2026, 11, 15)
    database.moment_after = lambda _newest: NOON
    with database.cursor() as cursor:  # Held open, since opening takes longer than most statements.
        draft = reviewing.review_of(cursor, 2026)
        reviewing.choose_day(database, draft.review_id, as_of=day, order=order, today=day)
        with database.writing() as cursor:  # in one transaction, since each takes long
            for point in POINTS:
                for kind, text in (("comment", "Samtalat."), ("assessment", "partly")):
                    reviewing._add_text(cursor, draft.review_id, kind, point.id, text=text, order=order)
        for what in reviewing.JUDGED:
            reviewing.write(database, draft.review_id, kind="judgement", what=what, text="yes", order=order)
        reviewing.write(database, draft.review_id, kind="chapter", what="assessment", text="Skäl.", order=order)
        submit(database, draft.review_id, name="Ylva Nordgren", own=None, confirmed=WHATEVER)
        approve(database, draft.review_id, name="Rolf Ahlberg")
        content = packed(database, 2026)
        yield SimpleNamespace(database=database, content=content, files=files_of(content), sources=SAMPLED)


@pytest.fixture(scope="module", params=first_of(["approved", "sample"]), ids=["few", "samples"])
def house(request):
    """Whose review is packed: that of a few exports, and that of the samples."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def least(house):
    """How many figures, persons, and texts that stay at home, there are at least."""
    return (900, 1500, 5000) if house.sources == SAMPLED else (10, PERSONS, 2 * PERSONS)


@pytest.fixture(scope="module")
def database(house):
    return house.database


@pytest.fixture(scope="module")
def content(house):
    return house.content


@pytest.fixture(scope="module")
def files(house):
    return house.files


@pytest.fixture(scope="module")
def again(database):
    """The files of another package of the same review."""
    return files_of(packed(database, 2026))


@pytest.fixture(scope="module")
def document(database):
    with database.cursor() as cursor:
        review = reviewing.review_of(cursor, 2026)
        return load_frozen(cursor, review.review_id, review.version)


def test_every_figure_is_counted_again_from_the_package_alone(house, document, least, tmp_path):
    result = checked(tmp_path, house.content)
    with house.database.cursor() as cursor:
        review = reviewing.review_of(cursor, 2026)
    assert result.faults == ()
    assert (result.year, result.version, result.state, result.seal) == (2026, 1, "approved", review.sha256)
    assert result.figures == sum(1 + len(answer.departments) + len(answer.units) for answer in document.points)
    assert result.figures > least[0]
    lacking = [point.number for point in POINTS if not house.sources.issuperset(point.needs)]
    assert [answer.point.number for answer in document.points if not answer.now.basis] == lacking


def test_the_review_is_in_it_as_it_was_sealed(files, document):
    assert seal_of(files["review.json"].decode()) in files["signatures.csv"].decode()
    assert json.loads(files["review.json"])["as_of"] == document.as_of.isoformat()


def test_everything_is_on_the_list_that_sha256sum_reads(files, tmp_path):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(["sha256sum", "-c", SUMS, "--strict"], cwd=tmp_path, capture_output=True, check=True)
    assert len(done.stdout.splitlines()) == len(files) - 1


def test_order_and_clock_are_the_same_for_the_same_review(database, content, files, again):
    with database.cursor() as cursor:
        review = reviewing.review_of(cursor, 2026)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == sorted(files)
        assert {entry.date_time for entry in archive.infolist()} == {review.changed_at.timetuple()[:6]}
    assert {name for name in files if files[name] != again[name]} == {"frozen.duckdb", SUMS}


def test_two_packages_have_different_numbers_for_the_same_persons(files, again, tmp_path):
    numbers = []
    for each in (files, again):
        with opened(tmp_path, each["frozen.duckdb"]) as connection:
            sql = "select unit, employed_from, employee_id from staff order by all"
            numbers.append(connection.execute(sql).fetchall())
    assert [row[:2] for row in numbers[0]] == [row[:2] for row in numbers[1]]
    same = sum(one == other for one, other in zip(*numbers, strict=True))
    assert same < len(numbers[0]) / 10


def test_neither_number_nor_row_follows_the_staff_list(database, files, document, tmp_path):
    """Staff lists are sorted by name, so numbers in that order would reveal who is who."""
    staff = next(used.import_id for used in document.imports if used.source == "staff")
    with opened(tmp_path, files["frozen.duckdb"]) as connection:
        ours = connection.execute("select unit, employed_from, row from staff order by row").fetchall()
        people = connection.execute("select employee_id from training").fetchall()
        numbered = connection.execute("select employee_id from staff").fetchall()
    with database.cursor() as cursor:
        sql = "select unit, employed_from, row from staff where import_id = $id order by row"
        theirs = cursor.execute(sql, {"id": staff}).fetchall()
    assert sorted(row[:2] for row in ours) == sorted(row[:2] for row in theirs)
    assert sum(one[:2] == other[:2] for one, other in zip(ours, theirs, strict=True)) < len(ours) / 10
    assert {*people} <= {*numbered}


# --- What never leaves --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def held(files, tmp_path_factory):
    """Every text in the database of the package, by table and column."""
    with opened(tmp_path_factory.mktemp("held"), files["frozen.duckdb"]) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() where data_type = 'VARCHAR' and not internal"
        ).fetchall()
        return {
            (table, column): {
                text for (text,) in connection.execute(f'select distinct "{column}" from {table}').fetchall() if text
            }
            for table, column in columns
        }


@pytest.fixture(scope="module")
def texts(database, document):
    """Every text of the exports behind the review, by source and column."""
    imports = [used.import_id for used in document.imports]
    with database.cursor() as cursor:
        return {
            (source.id, column): {
                text
                for (text,) in cursor.execute(
                    f"select distinct {column} from {source.id} where list_contains($imports, import_id)",
                    {"imports": imports},
                ).fetchall()
                if text
            }
            for source in SOURCES.values()
            for field in source.fields
            for column, type_ in table_columns(field)
            if type_ == "varchar" and column != f"{field.name}_code"
        }


def test_no_text_of_the_exports_is_in_the_database_but_names_of_the_house(texts, held, least):
    kept = {text for (source, column), values in texts.items() if column in NAMES.get(source, ()) for text in values}
    secret = {text for values in texts.values() for text in values} - kept
    assert len(secret) >= least[2]
    codes = {"x", *(cell(number) for number in range(10_000))}
    rows_ = {place: values for place, values in held.items() if not place[0].startswith("frozen_")}
    assert {place: values & secret - codes for place, values in rows_.items() if values & secret - codes} == {}


def test_no_person_is_named_anywhere_but_in_what_was_written_and_signed(texts, files, held, least):
    persons = [("staff", "name"), ("staff", "email"), ("training", "name"), ("training", "email")]
    named = {text.casefold() for place in persons for text in texts[place]}
    ids = {text.casefold() for text in texts["staff", "employee_id"]}
    free = {text.casefold() for column in ("title", "cause", "action") for text in texts["incidents", column]}
    assert len(named) >= least[1]
    assert len(ids) >= least[1]
    assert free
    ours = {name: text.decode().casefold() for name, text in files.items() if name.endswith((".csv", ".sql", ".txt"))}
    ours |= {"database": "\n".join(sorted({text for values in held.values() for text in values})).casefold()}
    del ours["signatures.csv"]
    everything = "\n".join(ours.values())
    assert sorted(text for text in named | free if len(text) > 3 and text in everything) == []
    assert sorted({*re.findall(r"\w+", everything)} & {text for text in ids if not text.isdigit()}) == []


def test_the_bytes_of_the_database_hold_no_name(texts, files):
    """Rows that were written and deleted again would still be in the file."""
    raw = files["frozen.duckdb"]
    some = [*sorted(texts["staff", "name"])[:100], *sorted(texts["staff", "email"])[:100]]
    assert [text for text in some if text.encode() in raw] == []


def test_only_the_fields_that_are_named_here_stay_as_they_were(document):
    stay: dict[str, set[str]] = {}
    for source in SOURCES.values():
        for field in source.fields:
            for column, type_ in table_columns(field):
                sql = expression(source, field, column, type_, reading=reading(document))
                if sql == f"t.{column}" and field.type not in PLAIN and column != f"{field.name}_code":
                    stay.setdefault(source.id, set()).add(column)
    read = {id_ for answer in document.points for id_ in (*answer.point.needs, *answer.point.uses)}
    read &= SAMPLED
    assert {id_: columns for id_, columns in stay.items() if id_ in read} == NAMES


def test_numbers_that_no_figure_rests_on_stay_at_home(document):
    """A macro that names one would hand it out with every package from then on."""
    unread = {"risk_value", "probability", "consequence", "accounts_before", "accounts_removed", "accounts_reviewed",
              "affected"}  # fmt: skip
    assert unread <= {field.name for source in SOURCES.values() for field in source.fields}
    assert unread & names_in_statements(document) == set()


def reading(document):
    return Needs(names_in_statements(document), kept_texts(SOURCES))


def new(type_, **attributes):
    """An unforeseen source, with a field of the same name as one that the statements read."""
    field = Field(name="title", title="Title", type=type_, headings=("rubrik",), **attributes)
    source = Source("news", 99, {"en": "News"}, {"en": "News"}, unique=(), key=(), rhythm_days=1, fields=(field,))
    return source, field


@pytest.mark.parametrize("type_", [*sorted(FIELD_TYPES - PLAIN), "a type of next year"])
def test_a_new_text_never_leaves_by_default(document, type_):
    source, field = new(type_)
    assert "title" in names_in_statements(document)
    sql = expression(source, field, "title", "varchar", reading=reading(document))
    assert sql == f"case when t.title is not null then '{MARK}' end"


def test_a_field_that_no_statement_reads_is_empty(document):
    source, field = new("date")
    assert expression(source, field, "shoe_size", "date", reading=reading(document)) == "cast(null as date)"


def test_a_new_field_that_refers_to_a_person_is_a_number(document):
    source, field = new("id", refers_to=("staff", "employee_id"))
    assert expression(source, field, "title", "varchar", reading=reading(document)) == "cast(p.number as varchar)"


def test_a_second_person_or_a_reference_to_an_address_is_a_mark(document):
    _, first = new("id", refers_to=("staff", "employee_id"))
    second = Field(name="label", title="Manager", type="id", headings=("chef",), refers_to=("staff", "employee_id"))
    third = Field(name="action", title="Address", type="id", headings=("adress",), refers_to=("staff", "email"))
    source = Source("news", 99, {}, {}, unique=("label", "title"), key=(), rhythm_days=1, fields=(first, second, third))
    for field in (second, third):
        sql = expression(source, field, field.name, "varchar", reading=reading(document))
        assert sql == f"case when t.{field.name} is not null then '{MARK}' end"


def test_the_texts_that_a_package_holds_are_declared_and_no_person_is_among_them():
    assert {(s.id, f.name) for s in SOURCES.values() for f in s.fields if f.compared} == {
        ("staff", "unit"), ("staff", "department"), ("systems", "unit"), ("systems", "system"),
        ("systems", "criticality"), ("processors", "unit"), ("training", "course"), ("training", "course_code"),
        ("local_instruction", "requirement"),
    }  # fmt: skip
    assert [(s, f) for s, f in kept_texts(SOURCES) if SOURCES[s].field(f).person] == []


def test_courses_that_no_rule_asks_for_stay_at_home(submitted, tmp_path):
    with opened(tmp_path, submitted.files["frozen.duckdb"]) as connection:
        rows = connection.execute("select course, course_code, employee_id from training order by course").fetchall()
        staff = connection.execute("select employee_id from staff").fetchall()
    assert [row[:2] for row in rows] == [
        ("Grundkurs i dataskydd", "GDPR"),
        ("informationssäkerhet för medarbetare", None),
    ]
    assert {row[2] for row in rows} < {number for (number,) in staff}


@pytest.mark.live
@pytest.mark.parametrize("said", ["otherwise", "nobody", "nothing", "of_others"])
def test_a_course_that_is_called_otherwise_or_has_no_row_is_recounted_as_it_was_said(said, tmp_path):
    """of_others: only somebody who is not employed has a row of it"""
    course = "Informationssäkerhet för medarbetare" if said == "of_others" else "Säker (i jobbet)"
    table = COURSES.replace("P1       | informationssäkerhet för medarbetare", f"x9       | {course}")
    table += f"p2       | {course} i hemlighet | | Godkänd | 2026-02-01\n"
    point = next(point for point in POINTS if point.number == 1)
    with at("draft", tmp_path).held() as line:
        for source, rows in {"staff": staff(), "training": table}.items():
            line.load_table(rows, name=f"{source}.csv", source=source)
        if said in {"otherwise", "nobody"}:
            chosen, nobody = ([course], False) if said == "otherwise" else ([], True)
            where = {"as_of": line.review().as_of, "order": line.order()}
            say_which(line.database, "Förvaltningen", point, chosen, nobody=nobody, **where)
        line.submit(line.review())
        content = packed(line.database, 2026)
    result = checked(tmp_path, content)
    figures = json.loads(files_of(content)["review.json"])["points"][0]["now"]
    assert (result.faults, figures["basis"], figures["no_course"]) == ((), said != "nothing", said == "nothing")
    if said == "otherwise":
        with opened(tmp_path, files_of(content)["frozen.duckdb"]) as connection:
            kept = connection.execute("select distinct course from training where course like 'Säker%'").fetchall()
        assert kept == [(course,)], "no other course of anybody"


# --- Files for people ---------------------------------------------------------------------------------------------


def test_the_csv_files_are_what_the_readme_says(files):
    for name, columns in COLUMNS.items():
        content = files[f"{name}.csv"]
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\r\n") > 0
        assert tuple(next(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))) == columns


def test_the_readme_is_in_both_languages_and_names_every_file(files, submitted):
    text = files["README.txt"].decode()
    assert text.startswith("Ledningens genomgång 2026\n")
    assert "Management review 2026\n" in text
    assert [name for name in files if "/" not in name and name not in ("README.txt",) and name not in text] == []
    assert submitted.files["README.txt"].decode().startswith("Management review 2026\n")
    assert max(map(len, text.splitlines())) <= 96


def test_a_text_that_could_be_a_formula_has_an_apostrophe(submitted):
    rows = csv.DictReader(io.StringIO(submitted.files["texts.csv"].decode("utf-8-sig"), newline=""))
    (text,) = [row["text"] for row in rows if (row["of"], row["kind"]) == ("access", "comment")]
    assert text == "'" + FORMULA.replace("- ", "'- ")


def test_the_figures_are_counted_by_hand_as_the_readme_says(files, tmp_path):
    with opened(tmp_path, files["frozen.duckdb"]) as connection:
        connection.execute(files["sql/macros.sql"].decode())
        *_, whole, _, _ = [
            connection.execute(one).fetchall()
            for one in connection.extract_statements(files["sql/recount.sql"].decode())
        ]
    counted = {row[1]: row[5:10] for row in whole}
    rows = csv.DictReader(io.StringIO(files["figures.csv"].decode("utf-8-sig"), newline=""))
    frozen_ = {
        int(row["point"]): tuple(int(row[name]) for name in ("met", "unmet", "unknown", "pending", "exempt"))
        for row in rows
        if row["kind"] == "now" and row["level"] == "organisation" and row["basis"] == "true"
    }
    counted = {point: counts for point, counts in counted.items() if point in frozen_}
    assert {point: counts for point, counts in frozen_.items() if any(counts)} == counted


def test_the_schema_makes_the_tables_that_are_there(files, tmp_path):
    with duckdb.connect(":memory:") as connection:
        connection.execute(files["sql/schema.sql"].decode())
        connection.execute(files["sql/macros.sql"].decode())
        expected = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    with opened(tmp_path, files["frozen.duckdb"]) as connection:
        tables_ = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert tables_ == expected | {"frozen_figures", "frozen_items"}


# --- States, time and organisations -------------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path):
    """Return a function that copies a line for one test, and holds it open while the test lasts."""
    with ExitStack() as held:
        yield lambda other: held.enter_context(Reviewed(tmp_path).copied_from(other).held())


def one(line):
    with line.database.cursor() as cursor:
        return reviewing.review_of(cursor, 2026)


def test_what_is_only_submitted_says_so(submitted, tmp_path):
    result = checked(tmp_path, forged(submitted.files, frozen__duckdb=None))  # it would be counted
    assert (result.state, [fault.what for fault in result.faults]) == ("submitted", ["missing"])
    told = " ".join(submitted.files["README.txt"].decode().split())
    assert "inlämnad men inte godkänd" in told
    assert "Inlämnad för godkännande: namnet är angivet för hand, vid en dator utan inloggning. Avst" in told
    assert b"approved" not in submitted.files["signatures.csv"]


def test_what_has_been_sent_back_is_a_draft_again(submitted, tmp_path, copied):
    line = copied(submitted)
    line.send_back(one(line))
    with pytest.raises(Refusal, match="has not been submitted"):
        packed(line.database, 2026)


@pytest.mark.exhaustive
def test_a_correction_is_packed_beside_what_it_corrects(approved, small, copied):
    line = copied(approved)
    review = line.correct(line.review())
    with pytest.raises(Refusal, match="Version 2"):
        packed(line.database, 2026)
    line.write(review, "comment", "access", "Rättat.")
    line.approve(line.submit(review))
    before, after = (files_of(packed(line.database, 2026, version=number)) for number in (1, 2))
    with pytest.raises(Refusal):
        packed(line.database, 2026, version=3)
    assert {name for name in small if small[name] != before[name]} <= {"frozen.duckdb", SUMS}
    assert after["figures.csv"] == before["figures.csv"]
    assert ["Rättat." in each["texts.csv"].decode() for each in (before, after)] == [False, True]


@pytest.mark.exhaustive
def test_each_version_is_packed_with_what_was_known_then(approved, small, tmp_path, copied):
    """The names that have changed until then are resolved, and others' organisations left out."""
    line = copied(approved)
    line.load_table(OTHERS, name="other.csv", source="staff", organisation="Grannen")
    for kind, old, new_ in (("unit", "Norr", "Nord"), ("system", "Alfa", "Omega"), ("unit", "Grannens enhet", "Nära")):
        add_alias(line.database, kind=kind, old=old, new=new_, valid_from=date(2026, 1, 1), order=line.order())
    line.approve(line.submit(line.correct(line.review(), anew=True)))
    revoke(line.database, 1, why="Fel fil", order=line.order())
    contents = [packed(line.database, 2026, version=number) for number in (1, 2)]
    results = [checked(tmp_path, content) for content in contents]
    assert [(each.version, each.state, each.faults) for each in results] == [(1, "approved", ()), (2, "approved", ())]
    assert results[0].seal != results[1].seal
    before, files = map(files_of, contents)
    with opened(tmp_path, files["frozen.duckdb"]) as connection:
        named = connection.execute("select old_name from aliases order by 1").fetchall()
        units = connection.execute("select distinct unit from staff order by 1").fetchall()
        names = connection.execute("select name from organisation_names").fetchall()
    assert (named, units) == ([("Alfa",), ("Norr",)], [("Norr",), ("Söder",)])
    assert names == [("Förvaltningen",)]
    assert b"Nord" in files["figures.csv"]
    assert {name for name in small if small[name] != before[name]} <= {"frozen.duckdb", SUMS}


@pytest.mark.exhaustive
def test_organisations_that_have_become_one_are_counted_as_one(tmp_path):
    day = date(2026, 1, 1)
    with at("draft", tmp_path).held() as line:
        line.load_table(COURSES, name="training.csv", source="training")
        line.load_table(OTHERS, name="other.csv", source="staff", organisation="Grannen")
        for old in ("Förvaltningen", "Grannen"):
            new_, order = 'Järva\'s "nya"', line.order()
            add_alias(line.database, kind="organisation", old=old, new=new_, valid_from=day, order=order)
        line.submit(line.review())
        content = packed(line.database, 2026)
    result = checked(tmp_path, content)
    assert (result.organisation, result.faults) == ('Järva\'s "nya"', ())
    assert "Grannens enhet" in files_of(content)["figures.csv"].decode()


# --- Changed packages ---------------------------------------------------------------------------------------------


def zipped(files, form=zipfile.ZIP_DEFLATED):
    """A package with its list of sums left as it was."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", form) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_a_changed_byte_of_any_file_is_found(small, tmp_path, exhaustively):
    path = tmp_path / "changed.zip"
    for name in sorted(small.keys() - {SUMS})[:: 1 if exhaustively else 15]:
        place = len(small[name]) // 2
        changed = small[name][:place] + bytes([small[name][place] ^ 1]) + small[name][place + 1 :]
        path.write_bytes(zipped(small | {name: changed}, zipfile.ZIP_STORED))
        assert unpack(path).damaged == (name,)
    path.write_bytes(zipped(small))
    assert unpack(path).damaged == ()


@pytest.mark.parametrize("places", first_of([23, 460]))
def test_a_damaged_zip_is_never_taken_for_whole(small, tmp_path, places):
    whole, path = zipped(small), tmp_path / "damaged.zip"
    for place in range(0, len(whole), len(whole) // places):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            unpacked = unpack(path)
        except Refusal:
            continue
        same = unpacked.files == {name: content for name, content in small.items() if name != SUMS}
        assert same or unpacked.damaged or unpacked.missing or unpacked.extra


def test_a_file_more_or_less_is_found(small, tmp_path):
    path = tmp_path / "other.zip"
    less = {name: content for name, content in small.items() if name not in {"frozen.duckdb", "texts.csv"}}
    path.write_bytes(zipped(less | {"notes.txt": b"hello"}))
    assert (unpack(path).extra, unpack(path).missing) == (("notes.txt",), ("frozen.duckdb", "texts.csv"))
    assert faults(tmp_path, path.read_bytes()) == [
        ("missing", "frozen.duckdb"),
        ("missing", "texts.csv"),
        ("extra", "notes.txt"),
    ]


def test_a_file_that_has_been_taken_off_the_list_too_is_missed(small, tmp_path):
    faults_ = faults(tmp_path, forged(small, texts__csv=None, frozen__duckdb=None))
    assert faults_ == [("missing", "frozen.duckdb"), ("missing", "texts.csv")]


def test_all_that_is_otherwise_is_found_though_its_sum_is_counted_anew(small, tmp_path):
    """extra: a file added to the list too. statement: not the frozen one. rows: one text less.
    signed: no signature. cell: another figure. missing: the database, which would be counted
    """
    heading = small["signatures.csv"].splitlines(keepends=True)[0]
    texts = b"".join(small["texts.csv"].splitlines(keepends=True)[:-1])
    figures = small["figures.csv"].replace(b",2,1,0,0,0,3,", b",3,0,0,0,0,3,", 1)
    assert figures != small["figures.csv"]
    statement = small["sql/points/access.sql"].replace(b"met()", b"unmet('x')")
    changed = {"signatures.csv": heading, "figures.csv": figures, "texts.csv": texts}
    changed |= {"sql/points/access.sql": statement}
    kept = {name: content for name, content in without_sums(small).items() if name != "frozen.duckdb"}
    added = {"tool.exe": b"MZ", "reports/minutes.txt": b"hello"}
    faults_ = faults(tmp_path, pack({**kept, **changed, **added}, NOON))
    assert sorted((what, where.split(", ")[0]) for what, where in faults_) == [
        ("cell", "figures.csv"),
        ("extra", "reports/minutes.txt"),
        ("extra", "tool.exe"),
        ("missing", "frozen.duckdb"),
        ("rows", "texts.csv"),
        ("signed", "signatures.csv"),
        ("statement", "sql/points/access.sql"),
    ]


def changed_review(files, **others):
    """A package of a review with another figure, a title that could be a format, and a text."""
    document = json.loads(files["review.json"])
    document["points"][2]["now"]["met"] += 1
    document["chapters"][0]["title"] = {"sv": "{year:>99999999999}", "en": "{organisation.__class__}"}
    document["written"]["chapters"][document["chapters"][0]["id"]] = "Text"
    return forged(files, review__json=json.dumps(document).encode(), **others)


def test_a_changed_review_is_found_though_its_sum_is_counted_anew_and_a_title_is_never_taken_for_a_format(
    small, tmp_path
):
    found = faults(tmp_path, changed_review(small, frozen__duckdb=None))  # it would be counted
    assert {what for what, _ in found} == {"missing", "seal", "cell", "rows"}
    # The text that the chapter has now. Its title is not used as a format string.
    assert [where for what, where in found if what == "rows"] == ["texts.csv"]


@pytest.mark.exhaustive
def test_a_figure_of_a_changed_review_is_counted_from_the_rows(small, tmp_path):
    found = checked(tmp_path, changed_review(small)).faults
    assert {fault.what for fault in found} == {"seal", "cell", "figure", "rows"}
    (figure,) = [fault for fault in found if fault.what == "figure"]
    assert (figure.point.number, figure.where, figure.was, figure.now) == (3, "", "met 3, unmet 1", "met 2, unmet 1")


def test_a_changed_row_is_found_though_its_sum_is_counted_anew(small, tmp_path):
    sql = (
        "update systems set classified_last_year = true where system = 'Gamma'; "
        "delete from staff where unit = 'Norr'; "
        "update frozen_items set number = 9 where point = 4; "
        "update frozen_figures set met = 9 where unit = 'Norr'; "
        "update imports set sha256 = 'aa' where source = 'staff'; "
        "create table one as select 1; create view two as select 1; create macro three() as 1"
    )
    changed = with_sql(tmp_path, small, sql)
    faults_ = {(what, where.split(", ")[0]) for what, where in faults(tmp_path, forged(small, frozen__duckdb=changed))}
    figures = {("figure", ""), ("figure", "Söder"), ("figure", "Öst"), ("figure", "Norr")}
    assert {each for each in faults_ if each[0] == "figure"} >= figures
    assert {each for each in faults_ if each[0] != "figure"} == {
        *(("cell", f"frozen.duckdb: {name}") for name in ("frozen_figures", "frozen_items", "imports")),
        *(("extra", f"frozen.duckdb: {name}") for name in ("one", "two", "three")),
    }


def without_sums(files):
    return {name: content for name, content in files.items() if name != SUMS}


# --- Malicious packages -------------------------------------------------------------------------------------------


def with_statement(files, name, sql):
    """A package with a changed statement, in the review and as a file, and a new seal and new sums."""
    document = json.loads(files["review.json"])
    was = hashlib.sha256(files["review.json"]).hexdigest()
    header = re.match(r"(--.*\n)*", document["statements"][name])[0]
    document["statements"][name] = header + sql
    review = json.dumps(document).encode()
    signed = files["signatures.csv"].replace(was.encode(), hashlib.sha256(review).hexdigest().encode())
    changed = {"review.json": review, "signatures.csv": signed, f"sql/{name}": document["statements"][name].encode()}
    return pack({**without_sums(files), **changed}, NOON)


# The first are one for each place of a statement.
MORE_THAN_READING = [
    ("points/access.sql", "copy (select 1) to '{there}'"),
    ("app/coverage.sql", ", a as (select 1) from a; copy (select 1) to '{there}'"),
    ("macros.sql", "create or replace macro renamed(a) as a; install httpfs"),
    ("app/units.sql", "drop table staff"),
    # of the kind of a statement that reads
    ("points/access.sql", "with a as (delete from systems returning *) select * from a"),
    ("points/access.sql", "attach '{there}' as there"),
    ("points/access.sql", "set enable_external_access = true"),
    ("points/access.sql", "select 1; copy (select 1) to '{there}'"),
    ("points/access.sql", "install httpfs"),
    ("points/access.sql", "load httpfs"),
    ("points/access.sql", "pragma version"),
    ("points/access.sql", "create table there as select 1"),
    ("points/access.sql", "export database '{there}'"),
    ("macros.sql", "copy (select 1) to '{there}'"),
    ("macros.sql", "create table there as select 1"),
]


@pytest.mark.parametrize(("name", "sql"), first_of(MORE_THAN_READING, 3))
def test_a_statement_that_does_more_than_read_is_not_run(small, tmp_path, name, sql):
    there = tmp_path / "there"
    faults_ = faults(tmp_path, with_statement(small, name, sql.format(there=there)))
    assert faults_ == [("forbidden", f"sql/{name}")]
    assert not there.exists()


OUTSIDE = [
    "select * from read_csv('/etc/passwd')",
    "select 1 as a) as item union all (select 2",
    "select * from '/etc/passwd'",
    "select * from packed",
    "select",
    "select $no_such_value",
    "select count(*) from (select unnest(range(1000000000)) order by random())",
    "select * from read_text('/etc/passwd')",
    "select * from glob('/*')",
    "select repeat('x', 2000000000) from range(100)",
    "select /* ",
]


@pytest.mark.parametrize("sql", first_of(OUTSIDE, 2))
def test_a_statement_reaches_nothing_outside_the_package(small, tmp_path, sql):
    (fault,) = checked(tmp_path, with_statement(small, "points/access.sql", sql)).faults
    assert fault.what in {"database", "lacking", "forbidden"}
    assert "root:" not in fault.now


ENDLESS = [
    "with recursive t as (select 1 as i union all select i + 1 from t) select count(*) as a from t",
    "select count(*) as a from range(10000000) x, range(10000000) y",
]


@pytest.mark.parametrize("sql", first_of(ENDLESS))
def test_a_statement_without_end_is_ended(small, tmp_path, monkeypatch, sql):
    monkeypatch.setattr(year_package, "SECONDS", 0.3)
    assert faults(tmp_path, with_statement(small, "points/access.sql", sql)) == [("database", "frozen.duckdb")]


OTHERWISE = [("app/units.sql", "select"), ("app/coverage.sql", ", a as (select 1 as point) select * from a")]


@pytest.mark.parametrize(("name", "sql"), first_of(OTHERWISE))
def test_a_statement_that_gives_something_else_is_told(small, tmp_path, name, sql):
    assert faults(tmp_path, with_statement(small, name, sql)) == [("lacking", f"sql/{name}")]


def test_a_missing_statement_is_told(small, tmp_path):
    document = json.loads(small["review.json"])
    del document["statements"]["points/dpia.sql"]
    faults_ = faults(tmp_path, forged(small, review__json=json.dumps(document).encode()))
    assert ("lacking", "sql/points/dpia.sql") in faults_


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_a_database_that_is_none_is_told(small, tmp_path, content):
    raw = small["frozen.duckdb"]
    broken = raw[: len(raw) // 2] if content is None else content
    assert ("database", "frozen.duckdb") in faults(tmp_path, forged(small, frozen__duckdb=broken))


@pytest.mark.parametrize(
    "name",
    [
        "../there",
        "a/../../there",
        "/there",
        "a//b",
        "C:there",
        "a\\b",
        "..",
        ".",
        "a/",
        "",
        "a\nb",
        "./a",
        "a/.",
        "con\x00",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name):
    assert not NAME.fullmatch(name)


def test_a_package_with_such_a_name_is_not_unpacked(small, tmp_path):
    with pytest.raises(Refusal, match="is no year package, or is damaged"):
        checked(tmp_path, zipped(small | {"../there": b"x"}))
    assert not (tmp_path.parent / "there").exists()


def test_the_same_name_twice_is_refused(small, tmp_path):
    target = io.BytesIO(zipped(small))
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("figures.csv", b"another")
    with pytest.raises(Refusal, match="is no year package, or is damaged"):
        checked(tmp_path, target.getvalue())


def bomb():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        zeros = bytes(packing.PACKAGE.bytes // 8)
        for number in range(9):
            archive.writestr(f"{number}.csv", zeros, compresslevel=1)
    return target.getvalue()


def crowd():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(packing.PACKAGE.directory // 250):  # Each takes 46 bytes and its name.
            archive.writestr(f"{number:0250}", b"")
    return target.getvalue()


@pytest.mark.parametrize("make", [bomb, crowd])
def test_a_package_that_is_too_large_is_not_unpacked(tmp_path, monkeypatch, make):
    assert packing.PACKAGE.bytes == 512 << 20
    monkeypatch.setattr(
        packing, "PACKAGE", replace(packing.PACKAGE, bytes=16 << 20)
    )  # So that a file of that size need not be made.
    with pytest.raises(Refusal, match="needs more room when unpacked"):
        checked(tmp_path, make())


def test_a_size_that_is_not_true_is_not_believed(small, tmp_path):
    """The directory gives 1 byte for a file of many. The database, which would be counted, is left out."""
    less = {name: content for name, content in small.items() if name != "frozen.duckdb"}
    raw = zipped(less | {"figures.csv": bytes(10_000_000)})
    size = (10_000_000).to_bytes(4, "little")
    faults_ = faults(tmp_path, raw.replace(size, (1).to_bytes(4, "little")))
    assert ("damaged", "figures.csv") in faults_


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"PK\x05\x06" + bytes(18),
        b"hello, world" * 100,
        zipped({"a.txt": b"x"}),
        zipped({SUMS: b"no sum\n", "review.json": b"{}"}),
        zipped({SUMS: b"\xff\xfe", "review.json": b"{}"}),
        pack({"review.json": b"{}"}, NOON),
        pack({"review.json": b"[" * 100_000}, NOON),
        pack({"review.json": b'{"format": 1}'}, NOON),
        pack({"figures.csv": b""}, NOON),
    ],
)
def test_a_file_that_is_no_package_is_refused_with_a_sentence(tmp_path, content):
    with pytest.raises(Refusal, match="is no year package"):
        checked(tmp_path, content)


def test_a_file_that_is_not_there_is_refused_with_a_sentence(tmp_path):
    for path in (tmp_path / "nowhere.zip", tmp_path):
        with pytest.raises(Refusal, match="cannot be opened"):
            verify_package(path)


def test_a_package_of_another_version_of_the_program_says_so(small, tmp_path):
    document = json.loads(small["review.json"]) | {"format": 99}
    with pytest.raises(Refusal, match="format 99"):
        checked(tmp_path, forged(small, review__json=json.dumps(document).encode()))


# --- Sentences ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("say", [SV, EN], ids=lambda say: say.code)
def test_every_fault_is_told_in_both_languages(say):
    for what in year_package.MESSAGES:
        point = POINTS[0] if what == "figure" else None
        text = message(Fault(what, "Norr", "met 3", "met 2", point), say)
        assert "Norr" in text
        assert "{" not in text
    assert "\x1b" not in message(Fault("cell", "a\x1b[2J", "\u202e", "x" * 9000), say)
    assert len(message(Fault("cell", "a", "", "x" * 9000), say)) < 400
    whole = message(Fault("figure", "", "met 3", "met 2", POINTS[0]), say)
    assert whole.startswith(f"1 {say.pick(POINTS[0].title)}: ")
