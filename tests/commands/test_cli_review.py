"""The review on the command line: opened, listed, reported, packed and counted again, but never written or signed."""

import csv
import hashlib
import io
import json
import sys
import zipfile

import docx
import pytest

from compliance.commands import cli, review
from tests import once
from tests.reviewed import SYSTEMS, TODAY, Reviewed, at

MORE = SYSTEMS.replace("Betaportalen | Norr  | Lokalt          | Nej", "Betaportalen | Norr  | Lokalt          | Ja")


@pytest.fixture
def command(monkeypatch, capsys):
    """Run a command in this process like `python -m compliance`, and return its status, stdout and stderr."""

    def invoke(line, *args, speaking="C.UTF-8"):
        line.wait()
        monkeypatch.setattr(review, "day_of", lambda text, option: cli.day_of(text, option) if text else TODAY)
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        monkeypatch.delenv("LC_ALL", raising=False)
        monkeypatch.setenv("LC_MESSAGES", speaking)
        monkeypatch.setattr(sys, "argv", ["compliance", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out, captured.err

    return invoke


@pytest.fixture
def done(command):
    """Run a command that must succeed, and return its output."""

    def invoke(line, *args, **more):
        status, out, err = command(line, *args, **more)
        assert (status, err) == (0, ""), (args, err)
        return out

    return invoke


@pytest.fixture
def refused(command):
    """Run a command that must be refused with one line, and return that line."""

    def invoke(line, *args, **more):
        status, out, err = command(line, *args, **more)
        assert (status, out, err.count("\n")) == (1, "", 1), (args, out, err)
        return err.strip()

    return invoke


@pytest.fixture
def stage(tmp_path):
    """Return a function that gives a line at a stage of the review, held open while the test lasts."""
    held = []

    def open_(name):
        line = at(name, tmp_path)
        held.append(line.database.cursor())
        held[-1].__enter__()
        return line

    yield open_
    for cursor in held:
        cursor.__exit__(None, None, None)


YEAR = ("--year", "2026")


def test_no_command_writes_or_signs_a_review():
    """that is done on its page only, where four eyes are kept apart"""
    named = [command.name for command in review.review_app.registered_commands]
    assert named == ["open", "list", "verify", "package"]


def test_a_review_is_opened(stage, done):
    line = stage("loaded")
    output = done(line, "review", "open", *YEAR, "--as-of", "2026-11-20")
    assert output == "review of 2026, Förvaltningen: opened as of 2026-11-20\n"
    assert line.review().state == "draft"


# --- Refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_a_draft_is_neither_counted_again_nor_packed(stage, refused):
    line = stage("draft")
    assert "has not been submitted" in refused(line, "review", "verify", *YEAR)
    assert "has not been submitted" in refused(line, "review", "package", *YEAR, "--to", "x.zip")
    assert line.rows("from frozen_reviews") == []


def test_a_day_of_another_year_and_a_second_review_are_refused(stage, refused):
    line = stage("draft")
    assert "is open already" in refused(line, "review", "open", *YEAR)
    assert "is not in 2025" in refused(line, "review", "open", "--year", "2025", "--as-of", "2026-01-01")
    assert "is not in 2027" in refused(line, "review", "open", "--year", "2027")
    assert "has not come yet" in refused(line, "review", "open", "--year", "2027", "--as-of", "2027-01-01")


@pytest.mark.live
def test_without_any_import_there_is_no_review_and_none_is_made(tmp_path, refused, done):
    line = Reviewed(tmp_path)
    once.new(line.database.path)
    before = line.database.state()
    for args in (("review", "verify", *YEAR), ("report", *YEAR, "--to", tmp_path / "x.pdf")):
        assert refused(line, *args) == "There is no review of 2026. Open one first."
    assert done(line, "review", "list", "--format", "json") == "[]\n"
    assert line.database.state() == before


@pytest.mark.exhaustive
def test_of_several_organisations_every_command_asks_which(stage, refused, done, tmp_path):
    line = stage("approved")
    line.load_table(SYSTEMS.replace("Alfa", "Omega"), name="o.csv", source="systems", organisation="Andra")
    line.decide(line.open(organisation="Andra"), "Annat")
    commands = {"verify": (), "package": ("--to", tmp_path / "x.zip")}
    output = "The database holds several organisations: Andra, Förvaltningen. Say which of them is meant."
    for name, args in commands.items():
        assert refused(line, "review", name, *YEAR, *args) == output, name
    assert refused(line, "report", *YEAR, "--to", tmp_path / "x.docx") == output
    assert "has not been submitted" in refused(line, "review", "verify", *YEAR, "--organisation", "ANDRA")
    assert "There is no organisation Tredje" in refused(
        line, "review", "open", "--year", "2025", "--organisation", "Tredje"
    )
    listed = json.loads(done(line, "review", "list", "--format", "json", "--organisation", "andra"))
    assert [(row["organisation"], row["state"]) for row in listed] == [("Andra", "draft")]
    assert not list(tmp_path.glob("x.*"))


WRONG = [
    ("review", "open"),
    ("review", "open", "--year", "sjutton"),
    ("review", "open", "--year", "0"),
    ("review", "open", "--year", "10000"),
    ("review", "open", *YEAR, "--as-of", "20261120"),
    ("review", "write", *YEAR, "--point", "4", "--comment", "x"),
    ("review", "approve", *YEAR, "--name", "Rolf Ahlberg"),
    ("review", "verify", *YEAR, "--version", "0"),
    ("review", "list", "--format", "xml"),
    ("review", "package", *YEAR, "--to", "x.tar"),
    ("review", "nothing"),
    ("report", *YEAR, "--to", "x.doc"),
    ("report", *YEAR, "--to", "x"),
    ("report", *YEAR, "--to", "x.pdf", "--language", "no"),
    ("report", *YEAR, "--to", "x.docx", "--archive"),
    ("verify",),
]


@pytest.mark.live
def test_wrong_usage_is_told_and_changes_nothing(stage, command):
    line = stage("draft")
    before = line.database.state()
    ended = {args: command(line, *args) for args in WRONG}
    assert {args: status for args, (status, *_) in ended.items() if status != 2} == {}
    assert [args for args, (_, out, err) in ended.items() if out or "Traceback" in err or not err] == []
    assert line.database.state() == before


def test_the_list_is_a_table_json_or_harmless_csv(stage, done):
    line = stage("draft")
    heading, row = done(line, "review", "list").splitlines()
    assert heading.split() == list(review.REVIEW_COLUMNS)
    assert row.split()[:5] == ["2026", "Förvaltningen", "2026-11-20", "1", "draft"]
    line.load_table(SYSTEMS.replace("Alfa", "Omega"), name="o.csv", source="systems", organisation="=1+1")
    line.open(organisation="=1+1")
    listed = list(csv.DictReader(io.StringIO(done(line, "review", "list", "--format", "csv"), newline="")))
    assert sorted(row["organisation"] for row in listed) == ["'=1+1", "Förvaltningen"]


# --- Verifying ---------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_verify_tells_a_line_a_difference_and_its_status_says_whether_figures_differ(stage, done, command):
    line = stage("approved")
    own = line.folder / "review_points.toml"
    own.write_text("[points.classification]\ntargets = [{ from = 2018-01-01, target = 0.3, limit = 0.2 }]\n", "utf-8")
    assert done(line, "review", "verify", *YEAR) == "Target and limit, 4 Classification: 95% / 80% → 30% / 20%\n"
    with line.database.writing() as cursor:
        cursor.execute("update systems set classified_last_year = true where system = 'Gamma'")
    status, out, err = command(line, "review", "verify", *YEAR, speaking="sv_SE.UTF-8")
    assert (status, err) == (1, "")
    assert out.splitlines()[1:] == [
        "Tal, 4 Informationsklassning: 1 uppfyllt, 2 ej uppfyllt, 1 undantaget"
        " → 2 uppfyllt, 1 ej uppfyllt, 1 undantaget",
        "Tal, 4 Informationsklassning, Öst: 1 uppfyllt, 2 ej uppfyllt, 1 undantaget"
        " → 2 uppfyllt, 1 ej uppfyllt, 1 undantaget",
        "Tal, 4 Informationsklassning, Söder: 1 ej uppfyllt, 1 undantaget → 1 uppfyllt, 1 undantaget",
    ]


@pytest.mark.live
def test_verify_tells_an_import_that_is_missing_or_another_also_where_no_figure_differs(stage, command):
    line = stage("approved")
    with line.database.writing() as cursor:
        cursor.execute("update imports set sha256 = 'another' where source = 'staff'")
    status, out, _ = command(line, "review", "verify", *YEAR)
    assert (status, out.count("\n")) == (1, 1)
    assert out.startswith("Import, 3: ")
    assert out.endswith(" → another\n")


@pytest.mark.exhaustive
def test_an_earlier_version_is_verified_and_reported_too_and_the_report_of_a_draft_says_so(
    stage, done, refused, tmp_path
):
    line = stage("approved")
    line.correct(line.review(), anew=True)
    assert done(line, "review", "verify", *YEAR, "--version", "1") == "No difference\n"
    assert "has not been submitted" in refused(line, "review", "verify", *YEAR)
    assert "has not been submitted" in refused(line, "review", "verify", *YEAR, "--version", "2")
    assert "Version 3 of the review has never been submitted" in refused(
        line, "review", "verify", *YEAR, "--version", "3"
    )
    to = tmp_path / "r.docx"
    assert done(line, "report", *YEAR, "--to", to, "--version", "1") == "r.docx: review of 2026, version 1, approved\n"
    assert "Utkast" not in words(to)
    assert done(line, "report", *YEAR, "--to", to) == "r.docx: review of 2026, version 2, draft\n"
    assert "Utkast" in words(to)
    assert "There is no version 3" in refused(line, "report", *YEAR, "--to", to, "--version", "3")


# --- Reports and package -------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_a_report_is_written_in_every_kind_complete_or_to_hand_out(stage, done, refused, tmp_path):
    line = stage("approved")
    assert done(line, "report", *YEAR, "--to", tmp_path / "a.PDF", "--archive").endswith("version 1, approved\n")
    assert (tmp_path / "a.PDF").read_bytes().startswith(b"%PDF-")
    done(line, "report", *YEAR, "--to", tmp_path / "a.pptx", "--language", "en")
    template = docx.Document()
    template.core_properties.keywords = "vår mall"
    template.save(line.folder / "report_template.docx")
    done(line, "report", *YEAR, "--to", tmp_path / "a.docx")
    done(line, "report", *YEAR, "--to", tmp_path / "b.docx", "--public")
    slides, complete, public = (words(tmp_path / name) for name in ("a.pptx", "a.docx", "b.docx"))
    assert "The board is asked" in slides
    assert "Betaportalen" in complete
    assert "Utkast" not in complete
    assert "Betaportalen" not in public
    # The Word file uses the organisation's own template.
    assert docx.Document(tmp_path / "a.docx").core_properties.keywords == "vår mall"
    gone = tmp_path / "no" / "a.docx"
    assert "cannot be written" in refused(line, "report", *YEAR, "--to", gone)


def words(path):
    """The text of every part of a Word file."""
    with zipfile.ZipFile(path) as file:
        return " ".join(file.read(name).decode("utf-8", "replace") for name in file.namelist() if name.endswith(".xml"))


@pytest.mark.exhaustive
def test_a_package_is_written_and_verified_by_itself(stage, done, refused, command, tmp_path):
    line = stage("approved")
    to = tmp_path / "p.zip"
    made = done(line, "review", "package", *YEAR, "--to", to)
    seal = hashlib.sha256(zipfile.ZipFile(to).read("SHA256SUMS")).hexdigest()
    assert made == f"p.zip: review of 2026, Förvaltningen, version 1, package sha256 {seal}\n"
    assert done(line, "verify", to).splitlines()[-1] == "No difference"
    elsewhere = Reviewed(tmp_path / "elsewhere")
    out = done(elsewhere, "verify", to).splitlines()
    assert out[0].startswith("p.zip: review of 2026, Förvaltningen, version 1, approved, as of 2026-11-20")
    assert out[0].endswith(f"package sha256 {seal}")
    assert out[1].startswith("Submitted for approval: Ylva Nordgren, 2026-")
    assert out[-1].startswith("Nothing in it contradicts the rest. But no seal is known here")
    assert done(elsewhere, "verify", to, "--seal", seal.upper()).splitlines()[-1] == "No difference"
    assert "Only the seal of the review is known" in done(elsewhere, "verify", to, "--seal", line.review().sha256)
    status, out, _ = command(elsewhere, "verify", to, "--seal", seal[:-1])
    assert (status, "The seal of the package is not one that is known" in out) == (1, True)
    assert not elsewhere.database.exists()
    (tmp_path / "not.zip").write_bytes(b"PK nothing")
    refused(elsewhere, "verify", tmp_path / "not.zip")
    refused(elsewhere, "verify", tmp_path / "gone.zip")
    assert command(elsewhere, "verify", tampered(to))[0] == 1


def tampered(path):
    """A package without its database, so that nothing is counted again."""
    other = path.with_name("other.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            if name != "frozen.duckdb":
                target.writestr(name, source.read(name))
    return other
