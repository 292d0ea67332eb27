"""The settings, and what an organisation has declared, are checked without a start and without a store."""

import pytest

from compliance.keeping import archive, declared
from tests.command import run_here

LOGIN = """
public_address = "https://efterlevnad.example.se"
[login]
issuer = "http://127.0.0.1:9"
client_id = "c"
client_secret = "s"
contact = "Sara"
"""
# What is wrong in a folder: its files, the arguments, and a sentence for each fault.
WRONG = {
    "no fault": ({}, [], []),
    "its own words": ({"worklists.toml": "", "theme.toml": 'name = "Norra"'}, [], []),
    "a login that is wanted": ({}, ["--login"], ["No login is set up: [login] in server.toml."]),
    "an address for others": ({}, ["--address", "0.0.0.0"], ["the server answers this machine alone, and not at 0.0"]),
    "a server's value": ({"server.toml": "drain_seconds = -1"}, [], ["server.toml: drain_seconds is a whole number"]),
    "no TOML": ({"retention.toml": "months = "}, [], ["The file retention.toml cannot be read: Invalid value"]),
    "several files": (
        {"retention.toml": "months = 3", "intake.toml": "change = 20"},
        [],
        ["intake.toml: change is a share from 0 to 1", "retention.toml: months is 0"],
    ),
    "a file that nobody reads": ({"servr.toml": ""}, [], ["Nobody reads servr.toml."]),
    "a source that there is not": ({"sources/system.toml": ""}, [], ["the nearest is sources/systems.toml"]),
    "a source's words": (
        {"sources/systems.toml": "fields = 3"},
        [],
        ["systems.toml cannot be read: fields is not a table."],
    ),
    "chapters of another kind": (
        {"chapters.toml": "chapters = 3"},
        [],
        ["chapters.toml cannot be read: a value is of"],
    ),
    "a template": ({"report_template.docx": "PK"}, [], ["The template is not a Word file that can be read."]),
}


@pytest.mark.parametrize("case", WRONG)
def test_everything_that_is_wrong_is_a_sentence_and_nothing_is_started(case, tmp_path):
    files, arguments, sentences = WRONG[case]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    before = sorted(tmp_path.rglob("*"))
    done = run_here(tmp_path / "own.duckdb", "check", *arguments)
    lines = done.stderr.splitlines()
    assert (done.returncode, len(lines)) == (bool(sentences), len(sentences)), lines
    assert all(sentence in line for sentence, line in zip(sentences, lines, strict=True)), lines
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_set_is_told(tmp_path):
    tmp_path.chmod(0o700)
    (tmp_path / "server.toml").write_text(LOGIN.replace("http://127.0.0.1:9", "https://127.0.0.1:9"), "utf-8")
    (tmp_path / "server.toml").chmod(0o600)
    done = run_here(tmp_path / "own.duckdb", "check", "--login", "--address", "0.0.0.0")
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [
            "database: own.duckdb",
            "address: https://efterlevnad.example.se",
            "login: https://127.0.0.1:9",
            "your own: server.toml",
        ],
    )
    (tmp_path / "server.toml").chmod(0o644)
    open_to_others = run_here(tmp_path / "own.duckdb", "check")
    assert open_to_others.stderr == "Others on this machine can reach server.toml. Make it 0600.\n"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        (
            "COMPLIANCE_DATABSE",
            "/srv/own.duckdb",
            "There is no “COMPLIANCE_DATABSE”. Did you mean COMPLIANCE_DATABASE?",
        ),
        ("COMPLIANCE_LOG", "yaml", "COMPLIANCE_LOG is text, json, and not “yaml”."),
    ],
)
def test_a_variable_that_nobody_reads_or_understands_is_a_fault(variable, value, sentence, tmp_path, monkeypatch):
    monkeypatch.setenv(variable, value)
    done = run_here(tmp_path / "own.duckdb", "check")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert sentence in done.stderr


def test_an_address_of_the_store_that_cannot_be_read_does_not_hide_other_faults(tmp_path, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("COMPLIANCE_LOG", "yaml")
    done = run_here(tmp_path / "own.duckdb", "check")
    assert (done.returncode, done.stderr.count("\n")) == (1, 2), done.stderr


def test_every_file_that_an_organisation_may_have_has_a_reader_or_is_named_as_not_read():
    assert archive.DECLARED - declared.READERS.keys() == {"extracts.toml", "outlook.toml"}
