"""The whole review from the command line: it refuses what the pages refuse, and every exit has its status."""

import csv
import hashlib
import io
import json
import sys
import zipfile

import docx
import pytest

from compliance.commands import cli, review
from compliance.core.places import ROOT
from compliance.review.reviewing import review_of
from tests import once
from tests.command import run
from tests.layers import first_of
from tests.reports import drawn_once
from tests.reviewed import IDS, SYSTEMS, TODAY, Reviewed, at

MORE = SYSTEMS.replace("Betaportalen | Norr  | Lokalt          | Nej", "Betaportalen | Norr  | Lokalt          | Ja")


@pytest.fixture(scope="module", autouse=True)
def _drawn_once():
    with drawn_once():
        yield


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


# --- A whole year ------------------------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_a_whole_review_is_done_from_the_command_line(stage, done, refused):
    line = stage("loaded")
    output = done(line, "review", "open", *YEAR, "--as-of", "2026-11-20")
    assert output == "review of 2026, Förvaltningen: opened as of 2026-11-20\n"
    for number, id_ in enumerate(IDS, start=1):
        point = number if number % 2 else id_
        done(line, "review", "write", *YEAR, "--point", point, "--comment", f"Om {id_}", "--assessment", "delvis")
    done(line, "review", "write", *YEAR, "--chapter", "year", "--text", "Ett år.\nTvå stycken.")
    decide = ("--text", "Klassa", "--point", "4", "--responsible", "Objektägare", "--due", "2027-03-31")
    output = done(line, "review", "decide", *YEAR, *decide, "--resource", "20 timmar", "--follow-up", "T1")
    assert output == "decision 2026-1\n"
    who = ("--name", "Ylva Nordgren")
    assert "has judged the work as a whole" in refused(line, "review", "submit", *YEAR, *who)
    done(line, "review", "judge", *YEAR, "--sufficient", "ja", "--effect", "partly", "--grounds", "Det går framåt.")
    output = refused(line, "review", "submit", *YEAR, *who)
    left = output.split("confirmed: ")[1].rstrip(".").split(", ")
    assert {"chapter:changes", "point:dpia"} <= {*left}
    assert "chapter:year" not in left
    confirmed = [part for name in left for part in ("--confirm", name)]
    assert done(line, "review", "submit", *YEAR, *who, *confirmed).endswith("version 1 is submitted\n")
    assert "Somebody else must approve it" in refused(line, "review", "approve", *YEAR, "--name", "nordgren YLVA")
    assert done(line, "review", "approve", *YEAR, "--name", "Rolf Ahlberg").endswith("version 1 is approved\n")
    assert done(line, "review", "follow-up", "--decision", "2026-1", "--status", "pågår", "--note", "Hälften")
    assert done(line, "review", "verify", *YEAR) == "No difference\n"
    document = line.document(line.review())
    assert document.written.chapters == {"year": "Ett år.\nTvå stycken.", "assessment": "Det går framåt."}
    assert document.written.judgement == {"sufficient": "yes", "effect": "partly"}
    assert document.written.assessments == dict.fromkeys(IDS, "partly")
    (decision,) = document.decisions
    assert (decision.point, decision.responsible, decision.resource, decision.follow_up) == (
        "classification", "Objektägare", "20 timmar", "T1",
    )  # fmt: skip
    assert line.decided("2026-1").status == "ongoing"


WHY = ("--name", "Rolf Ahlberg", "--why", "Punkt 4")


def test_a_submitted_review_is_sent_back(stage, done):
    assert done(stage("submitted"), "review", "send-back", *YEAR, *WHY).endswith("version 1 is draft\n")


@pytest.mark.parametrize(("anew", "figures_of"), [((), 1), (("--anew",), None)])
def test_an_approved_review_is_corrected(stage, done, anew, figures_of):
    line = stage("approved")
    assert done(line, "review", "correct", *YEAR, *WHY, *anew).endswith("version 2 is draft\n")
    assert line.review().figures_of == figures_of


# --- Refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_a_draft_that_is_not_complete_is_refused_whatever_is_said(stage, refused):
    line = stage("draft")
    line.write(line.review(), "comment", "dpia", "")
    output = refused(line, "review", "submit", *YEAR, "--name", "Ylva Nordgren")
    assert output.endswith("A comment or an assessment is missing for point 6.")
    assert "has not been submitted" in refused(line, "review", "approve", *YEAR, "--name", "Rolf Ahlberg")
    assert "has not been submitted" in refused(line, "review", "verify", *YEAR)
    assert "has not been submitted" in refused(line, "review", "package", *YEAR, "--to", "x.zip")
    assert line.rows("from frozen_reviews") == []


@pytest.mark.live
@pytest.mark.parametrize("state", first_of(["submitted", "approved"]))
def test_what_is_locked_stays_locked(stage, refused, state):
    line = stage(state)
    for args in (
        ("write", *YEAR, "--point", "6", "--comment", "Efteråt"),
        ("write", *YEAR, "--point", "6", "--assessment", ""),
        ("write", *YEAR, "--chapter", "policy", "--text", "Efteråt"),
        ("decide", *YEAR, "--text", "Efteråt"),
        ("decide", *YEAR, "--number", "1", "--text", "Efteråt"),
        ("withdraw", "--decision", "2026-1"),
        ("submit", *YEAR, "--name", "Ylva Nordgren"),
    ):
        assert f"has been {state}" in refused(line, "review", *args)


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
    for args in (("review", "submit", *YEAR, "--name", "A B"), ("report", *YEAR, "--to", tmp_path / "x.pdf")):
        assert refused(line, *args) == "There is no review of 2026. Open one first."
    assert done(line, "review", "list", "--format", "json") == "[]\n"
    assert "There is no decision 2026-1." in refused(
        line, "review", "follow-up", "--decision", "2026-1", "--status", "done"
    )
    assert line.database.state() == before


@pytest.mark.exhaustive
def test_of_several_organisations_every_command_asks_which(stage, refused, done, tmp_path):
    line = stage("approved")
    line.load_table(SYSTEMS.replace("Alfa", "Omega"), name="o.csv", source="systems", organisation="Andra")
    line.decide(line.open(organisation="Andra"), "Annat")
    commands = {
        "submit": ("--name", "Ylva Nordgren"),
        "approve": ("--name", "Ylva Nordgren"),
        "send-back": ("--name", "Ylva Nordgren", "--why", "x"),
        "correct": ("--name", "Ylva Nordgren", "--why", "x"),
        "write": ("--point", "1", "--comment", "x"),
        "decide": ("--text", "x"),
        "verify": (),
        "hand-off": ("--to", tmp_path / "x.tsv"),
        "figures": ("--to", tmp_path / "x.json"),
        "package": ("--to", tmp_path / "x.zip"),
    }
    output = "The database holds several organisations: Andra, Förvaltningen. Say which of them is meant."
    for name, args in commands.items():
        assert refused(line, "review", name, *YEAR, *args) == output, name
    assert refused(line, "report", *YEAR, "--to", tmp_path / "x.docx") == output
    assert refused(line, "review", "follow-up", "--decision", "2026-1", "--status", "done") == output
    assert "has been approved" in refused(
        line, "review", "write", *YEAR, "--point", "1", "--comment", "x", "--organisation", "förvaltningen"
    )
    assert done(line, "review", "decide", *YEAR, "--text", "Mer", "--organisation", "ANDRA") == "decision 2026-2\n"
    assert done(line, "review", "withdraw", "--decision", "2026-1", "--organisation", "Andra")
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
    ("review", "write", *YEAR),
    ("review", "write", *YEAR, "--point", "4"),
    ("review", "write", *YEAR, "--comment", "x"),
    ("review", "write", *YEAR, "--chapter", "policy"),
    ("review", "write", *YEAR, "--chapter", "policy", "--text", "x", "--point", "4"),
    ("review", "write", *YEAR, "--point", "4", "--comment", "x", "--text", "x"),
    ("review", "write", *YEAR, "--point", "4", "--assessment", "bra"),
    ("review", "write", *YEAR, "--chapter", "nothing", "--text", "x"),
    ("review", "decide", *YEAR),
    ("review", "decide", *YEAR, "--text", "x", "--due", "snart"),
    ("review", "follow-up", "--decision", "2026-1", "--status", "snart"),
    ("review", "submit", *YEAR),
    ("review", "approve", "--name", "Rolf Ahlberg"),
    ("review", "send-back", *YEAR, "--name", "Rolf Ahlberg"),
    ("review", "verify", *YEAR, "--version", "0"),
    ("review", "list", "--format", "xml"),
    ("review", "hand-off", *YEAR, "--to", "x.doc"),
    ("review", "figures", *YEAR, "--to", "x.csv"),
    ("review", "compare", *YEAR),
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


def test_a_text_that_is_refused_leaves_the_others_unwritten(stage, refused):
    line = stage("draft")
    long = "x" * 20_001
    output = refused(line, "review", "write", *YEAR, "--point", "6", "--comment", "Nytt", "--public-comment", long)
    assert "20001 characters" in output
    assert line.rows("from review_texts where text = 'Nytt'") == []


@pytest.mark.live
def test_an_assessment_is_said_in_either_language(stage, done):
    line, said = stage("draft"), "select last(text order by edition) as text from review_texts where what = 'dpia'"
    for text, code in {
        "DELVIS": "partly", "Otillräckligt": "insufficient", "sufficient": "sufficient", "partly sufficient": "partly"
    }.items():  # fmt: skip
        done(line, "review", "write", *YEAR, "--point", "6", "--assessment", text)
        assert line.rows(f"{said} and kind = 'assessment'") == [{"text": code}]


# --- Decisions ---------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_a_decision_is_changed_in_part_and_taken_out(stage, done, refused):
    line = stage("draft")
    assert done(line, "review", "decide", *YEAR, "--number", "1", "--responsible", "Objektägare") == "decision 2026-1\n"
    decision = line.decided("2026-1")
    assert (decision.text, decision.point, decision.responsible, decision.follow_up) == (
        "Klassa Betaportalen", "classification", "Objektägare", "T1",
    )  # fmt: skip
    assert "T4 is none of" in refused(line, "review", "decide", *YEAR, "--text", "x", "--follow-up", "T4")
    assert "There is no review point 99" in refused(line, "review", "decide", *YEAR, "--text", "x", "--point", "99")
    assert "There is no decision 7" in refused(line, "review", "decide", *YEAR, "--number", "7", "--text", "x")
    assert done(line, "review", "withdraw", "--decision", "2026-1") == "decision 2026-1 withdrawn\n"
    assert "There is no decision 2026-1." in refused(line, "review", "withdraw", "--decision", "2026-1")


def test_lists_are_tables_json_and_harmless_csv(stage, done):
    line = stage("draft")
    line.decide(line.review(), "=1+1\nrad två", responsible="@någon")
    (first, second) = json.loads(done(line, "review", "decisions", "--format", "json"))
    assert list(first) == list(review.DECISION_COLUMNS)
    assert (first["decision"], first["due"], first["status"], second["text"]) == (
        "2026-1", "2027-03-31", "not_started", "=1+1\nrad två",
    )  # fmt: skip
    output = list(csv.DictReader(io.StringIO(done(line, "review", "decisions", "--format", "csv"), newline="")))
    assert (output[1]["text"], output[1]["responsible"], output[1]["due"]) == ("'=1+1\nrad två", "'@någon", "")
    heading, row = done(line, "review", "list").splitlines()
    assert heading.split() == list(review.REVIEW_COLUMNS)
    assert row.split()[:5] == ["2026", "Förvaltningen", "2026-11-20", "1", "draft"]


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


# --- Reports, package and hand-off -------------------------------------------------------------------------------


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
    assert "Decisions of this review" in slides
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


def test_the_hand_off_is_paragraphs_or_measures(stage, done, tmp_path):
    line = stage("submitted")
    done(line, "review", "hand-off", *YEAR, "--to", tmp_path / "h.txt")
    done(line, "review", "hand-off", *YEAR, "--to", tmp_path / "h.tsv", "--language", "en")
    text, table = ((tmp_path / name).read_bytes().decode("utf-8") for name in ("h.txt", "h.tsv"))
    assert text.startswith("\ufeffLedningens genomgång 2026, Förvaltningen")
    assert text.count("\r\n") == text.count("\n") > 10
    assert table.startswith("\ufeffYear\tNo.\tAction\t")
    assert table.count("\r\n") == table.count("\n") == 2


@pytest.mark.live
def test_figures_are_compared_with_those_of_others(stage, done, command, refused, tmp_path):
    line = stage("approved")
    own = tmp_path / "own.json"
    assert done(line, "review", "figures", *YEAR, "--to", own) == "own.json: review of 2026, version 1, approved\n"
    figures = json.loads(own.read_text("utf-8"))
    figures["organisation"] = "Grannen"
    figures["figures"] = {"classification": {"met": 3, "of": 3}, "unheard_of": {"met": 1, "of": 1}}
    other, old = tmp_path / "other.json", tmp_path / "old.json"
    other.write_text(json.dumps(figures), "utf-8")
    old.write_text(json.dumps(figures | {"year": 2025}), "utf-8")
    records = json.loads(done(line, "review", "compare", *YEAR, other, own, "--format", "json"))
    assert [row["id"] for row in records] == ["local_instruction", "classification", "risk_analysis"]
    assert records[1] == {
        "point": 4, "id": "classification", "own": 1 / 3, "least": 1 / 3, "median": 2 / 3, "greatest": 1.0,
        "organisations": 2,
    }  # fmt: skip
    status, out, err = command(line, "review", "compare", *YEAR, old)
    assert (status, err) == (0, "Grannen tells of 2025, and is left out: the comparison is of 2026.\n")
    assert "0.3333" in out
    assert "There is no file" in refused(line, "review", "compare", *YEAR, tmp_path / "gone.json")
    assert "does not hold the figures" in refused(line, "review", "compare", *YEAR, ROOT / "README.md")


# --- In a process of its own ---------------------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_another_process_signs_as_well(tmp_path, refused):
    line = at("submitted", tmp_path)
    output = refused(line, "review", "approve", *YEAR, "--name", "Nordgren Ylva", speaking="sv_SE.UTF-8")
    assert output == "Ylva Nordgren har lämnat in ledningens genomgång 2026. Någon annan måste godkänna den."
    output = run(line.database.path, "review", "approve", *YEAR, "--name", "Rolf Ahlberg")
    assert (output.returncode, output.stderr) == (0, "")
    with line.database.cursor() as cursor:
        assert review_of(cursor, 2026).state == "approved"
