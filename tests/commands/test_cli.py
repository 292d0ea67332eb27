"""The command line for schedules and for checking by hand: its output, its exit status, and never a traceback."""

import csv
import io
import json
import shutil
import subprocess
import zipfile
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from unittest.mock import patch

import openpyxl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import compliance
from compliance.commands import cli as command_line
from compliance.commands.cli import app
from compliance.core import places
from compliance.core.errors import Hindered
from compliance.extracts.declared import extract_names
from tests import once
from tests.command import arguments, environment, run, run_here
from tests.line import POINTS, Line, reading_here

COVERAGE = [
    "point", "id", "organisation", "department", "unit", "met", "unmet", "unknown", "pending", "exempt",
    "coverage", "status", "basis",
]  # fmt: skip
ITEMS = ["item", "label", "department", "unit", "outcome", "reason", "detail", "due", "file", "sheet", "row"]
REJECTED = ["file", "sheet", "row", "column", "value", "reason", "kind"]
DAY = ("--as-of", "2026-11-24")
STAFF = """
AD-konto | Enhet | Avdelning | Anställningsdatum
p1 | Enhet A | Norr | 2024-01-01
p2 | Enhet A | Norr | 2024-01-01
p3 | Enhet B | Söder | 2024-01-01
"""
TRAINING = """
AD-konto | Kurs | Status | Slutfört datum
p1 | Informationssäkerhet för medarbetare | Godkänd | 2026-01-01
p2 | Informationssäkerhet för medarbetare | Påbörjad |
"""
# What is left to be said once that is loaded.
COURSE = (
    "The export of courses has no row of the course of “E-learning: Data protection” on 1\u00a0November\u00a02026. "
    "Which of its courses is it?\n"
)
INCIDENTS = """
Ärendenummer | Enhet | Upptäckt | Rubrik
I1 | Enhet A | 2026-02-01 | =cmd
I2 | Enhet A | aldrig | fel
"""


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path)


@pytest.fixture
def cli(line):
    """Run a command in this process on the test's own database."""

    def command(*args):
        with reading_here():
            return run_here(line.database.path, *args)

    return command


@pytest.fixture
def process(line):
    """Run a command in a process of its own, as a schedule does."""

    def command(*args, **more):
        return run(line.database.path, *args, **more)

    return command


@pytest.fixture
def empty(line):
    """A line whose database has no import."""
    once.new(line.database.path)
    return line


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A folder with three exports and the database that they are loaded into."""
    line = Line(tmp_path_factory.mktemp("three"))
    files = [line.file(t, name=f"{n}.csv") for n, t in (("s", STAFF), ("t", TRAINING), ("i", INCIDENTS))]
    with reading_here():
        done = run_here(line.database.path, "load", *files, "--extract-date", "2026-11-01")
    assert (done.returncode, done.stderr) == (0, COURSE)
    return line.folder


@pytest.fixture
def copied(line, three):
    """A line with a copy of it."""
    shutil.copytree(three, line.folder, dirs_exist_ok=True)
    return line


@pytest.fixture
def loaded(copied):
    """The same, held open."""
    with copied.held():
        yield copied


def listed(done):
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def table(done):
    assert (done.returncode, done.stderr) == (0, "")
    assert not done.stdout.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(done.stdout, newline="")))


# --- Load --------------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_each_file_is_alone_and_one_that_fails_does_not_stop_the_next(line, cli):
    good, bad, last = (
        line.file(STAFF, name="s.csv"),
        line.file("x\ny", name="bad.csv"),
        line.file(TRAINING, name="t.csv"),
    )
    done = cli("load", good, bad, last, "--extract-date", "2026-11-01")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "import 1: s.csv as staff, extract date 2026-11-01, 3 rows, 0 rejected, 0 warnings",
        "import 2: t.csv as training, extract date 2026-11-01, 2 rows, 0 rejected, 0 warnings",
    ]
    refused, _, left = done.stderr.partition("\n")
    assert (refused.startswith("bad.csv has no sheet with the headings of a known export."), left) == (True, COURSE)
    assert [row["source"] for row in line.rows("from imports order by 1")] == ["staff", "training"]


@pytest.mark.live
def test_what_is_loaded_is_moved_away_and_what_cannot_be_is_told(line, cli):
    first, second = line.file(STAFF, name="s.csv"), line.file(TRAINING, name="t.csv")
    day = ("--extract-date", "2026-11-01")
    assert cli("load", first, *day, "--move", line.folder / "loaded").returncode == 0
    assert (line.folder / "loaded" / "1 s.csv").exists()
    assert not first.exists()
    done = cli("load", second, *day, "--move", second / "folder")
    assert (done.returncode, done.stderr.count("\n")) == (1, 2)
    assert done.stderr.startswith(f"{COURSE}t.csv is loaded, and could not be moved to ")
    assert [row["source"] for row in line.rows("from imports order by 1")] == ["staff", "training"]


@pytest.mark.live
def test_which_course_is_which_holds_no_load_and_is_told_until_it_is_there(line, cli):
    done = cli("load", line.file(TRAINING, name="t.csv"), "--extract-date", "2026-11-01")
    assert (done.returncode, done.stderr) == (0, COURSE)
    other = TRAINING.replace("Informationssäkerhet för medarbetare", "Grundkurs i dataskydd")
    done = cli("load", line.file(other, name="u.csv"), "--extract-date", "2026-11-01", "--completes")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.live
def test_rejected_rows_do_not_make_a_load_fail(line, cli):
    done = cli("load", line.file(INCIDENTS), "--extract-date", "2026-11-01")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 rows, 1 rejected, 0 warnings" in done.stdout


@pytest.mark.live
def test_a_load_that_takes_the_place_of_many_more_rows_says_so(line, cli):
    staff = "AD-konto | Enhet | Anställningsdatum"
    many = line.file(staff + "\na | A | 2020-01-01\nb | A | 2020-01-01\nc | A | 2020-01-01", name="many.csv")
    one = line.file(staff + "\nd | A | 2020-01-01", name="one.csv")
    assert cli("load", many, "--extract-date", "2026-11-01").stderr == ""
    assert "3 rows" in cli("load", one, "--extract-date", "2026-11-02").stderr
    more = line.file(staff + "\ne | A | 2020-01-01", name="more.csv")
    assert cli("load", more, "--extract-date", "2026-11-01", "--completes").stderr == ""
    assert line.rows("select list(completes order by import_id) as completes from imports") == [
        {"completes": [False, False, True]}
    ]


@pytest.mark.live
def test_the_same_file_again_is_one_line_and_nothing_changes(loaded, cli):
    state = loaded.database.state()
    done = cli("load", loaded.folder / "s.csv", "--extract-date", "2026-11-01")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("s.csv has been loaded before, as import 1 on ")
    assert loaded.database.state() == state


@pytest.mark.live
def test_a_file_that_does_not_say_its_day_is_refused(line, cli):
    done = cli("load", line.file(STAFF, name="s.csv"))
    assert (done.returncode, done.stderr) == (
        1,
        "s.csv does not say on which day it was exported. Give its extract date. Answer with --extract-date.\n",
    )
    assert not line.database.exists()


@pytest.mark.live
def test_the_source_is_what_is_said(line, cli):
    either = line.file("Ärende-ID | Enhet | Upptäcktes\n1 | A | 2026-01-01")
    assert cli("load", either, "--extract-date", "2026-11-01").returncode == 1
    done = cli("load", either, "--extract-date", "2026-11-01", "--source", "breaches")
    assert (done.returncode, done.stdout.split(",")[0]) == (0, "import 1: export.csv as breaches")


def test_an_unknown_source_names_the_nearest(line, cli):
    done = cli("load", line.file(STAFF), "--extract-date", "2026-11-01", "--source", "stafff")
    assert done.returncode == 1
    assert done.stderr.startswith("There is no “stafff”. Did you mean staff? There are staff, training,")


@pytest.mark.live
def test_the_organisation_is_what_is_said(line, cli):
    file = line.file(STAFF)
    cli("load", file, "--extract-date", "2026-11-01", "--organisation", "Norra")
    cli("load", file, "--extract-date", "2026-11-02", "--organisation", "Södra")
    done = cli("load", file, "--extract-date", "2026-11-03")
    assert (done.returncode, done.stderr) == (
        1,
        "The database holds several organisations: Norra, Södra. Say which of them is meant. "
        "Answer with --organisation.\n",
    )
    records = listed(cli("coverage", *DAY, "--format", "json"))
    assert [row["organisation"] for row in records] == ["Norra", "Södra"] * len(POINTS)


@pytest.mark.parametrize(
    "args",
    [
        ("load",),
        ("load", "x.csv", "--extract-date", "1 november"),
        ("load", "x.csv", "--extract-date", "2026-02-30"),
        ("load", "x.csv", "--nonsense"),
        ("coverage", "--as-of", "i går"),
        ("coverage", "--by", "person"),
        ("coverage", "--format", "xml"),
        ("items",),
        ("items", "1", "--format", "xml"),
        ("rejected", "--format", "xml"),
        ("imports", "--format", "xml"),
        ("revoke", "1"),
        ("revoke", "one", "--why", "x"),
        ("extract", "coverage"),
        ("extract", "coverage", "--to", "x.csv", "--as-of", "x"),
        ("worklists",),
        ("worklists", "--to", "x.zip", "--organisation", "Ingen"),
        ("nonsense",),
    ],
)
def test_wrong_usage_ends_with_two_and_says_so(empty, monkeypatch, args):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(empty.database.path))
    before = empty.database.state()
    done = CliRunner().invoke(app, args)  # in this process: there are many
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr
    assert empty.database.state() == before


@pytest.mark.usefixtures("empty")
def test_wrong_usage_is_two_for_a_schedule_too(cli):
    done = cli("coverage", "--as-of", "2026-13-01")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a date: write YYYY-MM-DD" in done.stderr


def test_help_names_every_command(cli):
    done = cli("--help")
    assert done.returncode == 0
    assert all(
        name in done.stdout for name in ("load", "coverage", "items", "rejected", "imports", "revoke", "extract")
    )


# --- Unusable files and databases --------------------------------------------------------------------------------


def odd_files(folder):
    (folder / "folder").mkdir()
    (folder / "empty.csv").write_bytes(b"")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04" + bytes(200))
    return [folder / name for name in ("folder", "missing.csv", "empty.csv", "picture.png", "broken.xlsx")]


def test_what_is_no_export_is_one_line_each(line, cli):
    paths = odd_files(line.folder)
    done = cli("load", *paths, "--extract-date", "2026-11-01")
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (1, "", len(paths))
    assert [path.name in text for path, text in zip(paths, lines, strict=True)] == [True] * len(paths)
    assert not line.database.exists()


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + ".xlsx", "å" * 150, "/".join(["x" * 200] * 30)])
def test_a_name_that_no_file_can_have_is_one_line(line, cli, name):
    done = cli("load", "--source", "systems", line.folder / name)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("There is no file ")
    assert not line.database.exists()


@pytest.mark.parametrize("content", [b"rubbish", bytes(50_000)])
@pytest.mark.parametrize(
    ("args", "sentence"), [(("coverage",), "was made by another program. "), (("load", "s.csv"), "cannot be opened: ")]
)
def test_a_database_that_is_none_is_one_line(line, cli, args, sentence, content):
    line.database.path.write_bytes(content)
    file = line.file(STAFF, name="s.csv")
    done = cli(
        *(file if word == "s.csv" else word for word in args), *["--extract-date=2026-11-01"] * (args[0] == "load")
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"The database test.duckdb {sentence}")
    assert line.database.path.read_bytes() == content


def test_a_folder_for_the_database_that_cannot_be_is_one_line(line):
    file = line.file(STAFF, name="s.csv")
    done = run_here(file / "x.duckdb", "load", file, "--extract-date", "2026-11-01")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("The database x.duckdb cannot be used: ")


@pytest.mark.exhaustive
def test_who_stops_listening_sees_no_traceback(copied):
    process = subprocess.Popen(
        arguments("items", "1", "--format", "json"),
        cwd=places.ROOT,
        env=environment(copied.database.path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait(60)


@pytest.mark.exhaustive
def test_it_speaks_swedish_where_the_terminal_does(line, process):
    done = process("load", line.folder / "saknas.csv", LANG="sv_SE.UTF-8")
    assert done.returncode == 1
    assert done.stderr.startswith("Filen ")
    assert done.stderr.endswith("saknas.csv finns inte. Kontrollera namn och mapp.\n")


@pytest.mark.live
def test_what_it_writes_is_utf_8_whatever_the_terminal_and_it_imports_no_library_that_it_does_not_use(copied):
    done = subprocess.run(
        arguments("coverage", "--by", "department", *DAY, "--format", "csv"),
        cwd=places.ROOT,
        env=environment(copied.database.path, PYTHONIOENCODING="latin-1", PYTHONPROFILEIMPORTTIME="1"),
        capture_output=True,
        check=True,
    )
    assert "Söder" in done.stdout.decode("utf-8")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
    assert "pyarrow.compute" in imported
    assert {"numpy", "pandas", "rich", "asyncio", "openpyxl", "streamlit"}.isdisjoint(imported)


# --- Coverage, items, rejected, imports, revoke ------------------------------------------------------------------


@pytest.mark.parametrize("level", ["organisation", "department", "unit"])
def test_coverage_without_any_import_is_every_point_without_basis(empty, cli, level):
    before = empty.database.state()
    records = listed(cli("coverage", "--by", level, "--format", "json"))
    expected = len(POINTS) if level == "organisation" else 0
    assert [(r["point"], r["basis"], r["status"], r["coverage"]) for r in records] == [
        (n, False, "no_basis", None) for n in range(1, expected + 1)
    ]
    assert empty.database.state() == before


def test_coverage_as_json_has_exactly_the_named_keys(loaded, cli):
    records = listed(cli("coverage", *DAY, "--format", "json"))
    assert [list(row) for row in records] == [COVERAGE] * len(POINTS)
    assert [row["point"] for row in records] == [point.number for point in POINTS]
    assert records[0] == {
        "point": 1, "id": "information_security_training", "organisation": "Förvaltningen", "department": None,
        "unit": None, "met": 1, "unmet": 2, "unknown": 0, "pending": 0, "exempt": 0, "coverage": 1 / 3,
        "status": "red", "basis": True,
    }  # fmt: skip


@pytest.mark.live
def test_coverage_by_department_and_by_unit(loaded, cli):
    def shown(level):
        records = listed(cli("coverage", *DAY, "--by", level, "--format", "json"))
        return [(r["department"], r["unit"], r["met"], r["unmet"]) for r in records if r["point"] == 1]

    assert shown("department") == [("Norr", None, 1, 1), ("Söder", None, 0, 1)]
    assert shown("unit") == [("Norr", "Enhet A", 1, 1), ("Söder", "Enhet B", 0, 1)]


@pytest.mark.live
def test_coverage_says_the_same_in_every_format(loaded, cli):
    args = ("coverage", *DAY, "--by", "unit")
    as_json = listed(cli(*args, "--format", "json"))
    as_csv = table(cli(*args, "--format", "csv"))
    as_table = cli(*args).stdout.splitlines()
    plain = {None: "", True: "true", False: "false"}
    wanted = [{k: str(plain[v] if v is None or isinstance(v, bool) else v) for k, v in r.items()} for r in as_json]
    assert as_csv == wanted
    assert as_table[0].split() == COVERAGE
    assert len(as_table) == len(as_json) + 1


def test_csv_is_plain(loaded, cli):
    out = cli("coverage", *DAY, "--format", "csv").stdout
    assert out.split("\r\n")[:2] == [
        ",".join(COVERAGE),
        "1,information_security_training,Förvaltningen,,,1,2,0,0,0,0.3333333333333333,red,true",
    ]


def test_coverage_on_a_day_before_every_export_has_no_basis(loaded, cli):
    records = listed(cli("coverage", "--as-of", "2026-10-31", "--format", "json"))
    assert not any(row["basis"] for row in records)


@pytest.mark.parametrize("point", ["1", "information_security_training"])
def test_items_have_their_row_and_reason(loaded, cli, point):
    records = listed(cli("items", point, *DAY, "--format", "json"))
    assert set(ITEMS) <= set(records[0])
    picked = [(r["item"], r["unit"], r["department"], r["outcome"], r["reason"], r["file"], r["row"]) for r in records]
    assert sorted(picked) == [
        ("p1", "Enhet A", "Norr", "met", None, "s.csv", 2),
        ("p2", "Enhet A", "Norr", "unmet", "started", "s.csv", 3),
        ("p3", "Enhet B", "Söder", "unmet", "not_started", "s.csv", 4),
    ]
    assert [r["due"] for r in records if r["item"] == "p1"] == ["2028-01-01"]


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("point", [1, 4, 12])
def test_a_point_has_no_items_without_any_import_and_says_what_it_lacks(cli, point):
    done = cli("items", point, "--format", "json")
    assert (done.returncode, json.loads(done.stdout), done.stderr.count("\n")) == (0, [], 1)
    assert " loaded up to " in done.stderr
    assert set(ITEMS) <= set(cli("items", point, "--format", "csv").stdout.strip().split(","))


@pytest.mark.usefixtures("empty")
def test_a_point_that_does_not_exist_is_one_line(cli):
    done = cli("items", "99")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    message = f"There is no review point 99. Use a number from 1 to {len(POINTS)}, or an id such as "
    assert done.stderr.startswith(message)


def test_a_text_that_could_be_a_formula_is_none_in_csv(loaded, cli):
    assert [row["label"] for row in table(cli("items", "11", *DAY, "--format", "csv"))] == ["'=cmd"]
    assert [row["label"] for row in listed(cli("items", "11", *DAY, "--format", "json"))] == ["=cmd"]


def test_rejected_says_where_what_and_why(loaded, cli):
    [row] = listed(cli("rejected", "--format", "json"))
    assert list(row)[: len(REJECTED)] == REJECTED
    assert [row[name] for name in REJECTED if name != "sheet"] == [
        "i.csv", 3, "Upptäckt", "aldrig", "not_a_date", "rejected",
    ]  # fmt: skip
    assert cli("rejected", "--format", "csv").stdout.startswith(",".join(REJECTED))
    assert cli("rejected").stdout.split()[: len(REJECTED)] == REJECTED


@pytest.mark.usefixtures("empty")
def test_rejected_and_imports_are_empty_lists_without_any_import(cli):
    assert listed(cli("rejected", "--format", "json")) == listed(cli("imports", "--format", "json")) == []


def test_imports_are_listed_the_newest_first(loaded, cli):
    records = listed(cli("imports", "--format", "json"))
    assert [
        (r["import_id"], r["source"], r["file"], r["extract_date"], r["loaded"], r["rejected"]) for r in records
    ] == [
        (3, "incidents", "i.csv", "2026-11-01", 1, 1),
        (2, "training", "t.csv", "2026-11-01", 2, 0),
        (1, "staff", "s.csv", "2026-11-01", 3, 0),
    ]
    assert {len(row["sha256"]) for row in records} == {64}


@pytest.mark.live
def test_a_revoked_import_no_longer_counts_and_stays_in_the_list(loaded, cli):
    done = cli("revoke", "1", "--why", "fel fil")
    assert (done.returncode, done.stdout, done.stderr) == (0, "import 1 revoked\n", "")
    assert listed(cli("coverage", *DAY, "--format", "json"))[0]["basis"] is False
    [row] = [r for r in listed(cli("imports", "--format", "json")) if r["import_id"] == 1]
    assert (row["why"], row["revoked_by"]) == ("fel fil", row["imported_by"])
    assert cli("load", loaded.folder / "s.csv", "--extract-date", "2026-11-01").returncode == 0


@pytest.mark.parametrize(
    ("number", "why", "message"),
    [("9", "x", "There is no import 9."), ("1", " ", "Say why the import is revoked."), ("-1", "x", "")],
)
def test_a_revocation_that_cannot_be_is_refused(loaded, cli, number, why, message):
    done = cli("revoke", number, "--why", why)
    assert done.returncode == (2 if number == "-1" else 1)
    assert done.stderr.startswith(message)
    assert loaded.rows("from revocations") == []


@pytest.mark.usefixtures("empty")
def test_a_revocation_without_any_import_is_refused(cli):
    done = cli("revoke", "1", "--why", "x")
    assert (done.returncode, done.stderr) == (
        1,
        "There is no import 1. The list of imports shows their numbers.\n",
    )


# --- Extract -----------------------------------------------------------------------------------------------------


def test_an_extract_as_plain_csv_has_the_command_lines_figures(loaded, cli):
    to = loaded.folder / "out.csv"
    done = cli("extract", "coverage", *DAY, "--to", to)
    assert (done.returncode, done.stderr, done.stdout.split(":")[0]) == (0, "", "out.csv")
    content = to.read_bytes()
    assert content.startswith(b"as_of,") or content[:1].isalpha()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    first = [r for r in rows if r["point"] == "1" and not r["department"] and not r["unit"]]
    assert [(r["met"], r["coverage"]) for r in first] == [("1", "0.3333333333333333")]


def test_an_extract_for_swedish_excel_has_semicolons_commas_and_a_mark(loaded, cli):
    to = loaded.folder / "out.csv"
    assert cli("extract", "coverage", *DAY, "--to", to, "--swedish-excel").returncode == 0
    content = to.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert "0,333333" in content.decode("utf-8-sig")
    assert ";" in content.decode("utf-8-sig").splitlines()[0]


@pytest.mark.exhaustive
def test_an_extract_as_excel_and_as_parquet(loaded, cli):
    for name, *more in (("out.xlsx", "--swedish-excel"), ("out.parquet",)):
        assert cli("extract", "coverage", *DAY, "--to", loaded.folder / name, *more).returncode == 0
    read = pq.read_table(loaded.folder / "out.parquet").to_pylist()
    assert [r["coverage"] for r in read if r["point"] == 1 and r["level"] == "organisation"] == [1 / 3]
    book = openpyxl.load_workbook(loaded.folder / "out.xlsx")
    assert book.worksheets[0].max_row == len(read) + 1


@pytest.mark.live
def test_every_extract_can_be_written_without_any_import(empty, monkeypatch, exhaustively):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(empty.database.path))
    names = extract_names() if exhaustively else ["coverage", "items"]
    commands = [["extract", name, "--to", str(empty.folder / f"{name}.csv")] for name in names]
    done = [CliRunner().invoke(app, args) for args in commands]  # in this process: there are many
    assert [(d.exit_code, d.stderr) for d in done] == [(0, "")] * len(done)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("coverag", "--to", "x.csv"), "There is no “coverag”. Did you mean coverage?"),
        (("coverage", "--to", "x.docx"), "The file x.docx can be written as .csv, .xlsx, .parquet only."),
        (("coverage", "--to", "nowhere/x.csv"), "The file x.csv cannot be written:"),
    ],
)
def test_an_extract_that_cannot_be_is_one_line(empty, cli, args, sentence):
    name, option, to = args
    done = cli("extract", name, option, empty.folder / to)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(sentence)


@pytest.mark.exhaustive
def test_the_work_lists_of_an_organisation_are_one_zip(copied, cli):
    to = copied.folder / "lists.zip"
    with copied.held():
        done = cli("worklists", "--to", to, *DAY)
        assert (done.returncode, done.stderr, done.stdout) == (0, "", "lists.zip: 2 lists\n")
        copied.load_table(STAFF.replace("Enhet A", "Annan"), source="staff", organisation="Den andra")
        done = cli("worklists", "--to", to, *DAY)
        assert (done.returncode, "name one of" in done.stderr) == (2, True)
        told = ("--organisation", "förvaltningen", "--mails")
        assert cli("worklists", "--to", to, *DAY, *told).returncode == 0
    with zipfile.ZipFile(to) as archive:
        names = {name.partition(".")[0].split(" ", 2)[-1] for name in archive.namelist()}
        assert names == {"Enhet A", "Enhet B"}
        assert all(name.startswith("Att göra ") for name in archive.namelist())
        mail = message_from_bytes(archive.read("Att göra Enhet A.eml"), policy=policy.default)
        assert "p3" not in mail.get_body().get_content()


def test_the_day_is_today_in_sweden_where_none_is_said(loaded, cli):
    to = loaded.folder / "out.parquet"
    cli("extract", "coverage", "--to", to)
    [day] = set(pq.read_table(to)["as_of"].to_pylist()) if "as_of" in pq.read_schema(to).names else [date.today()]
    assert abs((day - date.today()).days) <= 1


def test_it_says_its_version_and_makes_no_database(tmp_path):
    done = run_here(tmp_path / "own.duckdb", "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{compliance.__version__}\n", "")
    assert not (tmp_path / "own.duckdb").exists()


def test_what_it_writes_is_for_the_account_that_runs_it(loaded, cli, tmp_path):
    """It speaks as the coordinator, whose files name persons."""
    to = tmp_path / "coverage.csv"
    assert cli("extract", "imports", "--to", to).returncode == 0
    assert to.stat().st_mode & 0o777 == 0o600
    assert loaded.database.path.stat().st_mode & 0o777 == 0o600


def test_files_that_cannot_be_loaded_together_now_are_told_of_and_keep_no_others(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "test.duckdb"))
    with patch.object(command_line, "load_set", side_effect=Hindered("The database is busy.")):
        assert command_line._load_set({Path("A.csv"): None, Path("B.csv"): None}, None) == [
            Path("A.csv"),
            Path("B.csv"),
        ]
    assert "The database is busy." in capsys.readouterr().err
