"""The command line of those who run the service: the first administrator, roles, and an audit trail that is checked."""

import csv
import io
import json
import re
import sqlite3
from contextlib import closing

import pytest

from compliance.access import people
from compliance.access.roles import Held
from compliance.access.scopes import Scope
from tests import once
from tests.command import run_here
from tests.readers import granted

ADA = ("--issuer", "https://login.example.se", "--subject", "ada")


@pytest.fixture
def cli(tmp_path, monkeypatch):
    """Run a command in this process on a register of the test's own."""
    database = tmp_path / "own.duckdb"
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(database))

    def command(*said):
        return run_here(database, *said)

    return command


def listed(done):
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_the_first_administrator_gets_in_before_anybody_has_logged_in(cli):
    assert cli("role", "give", "administrator", *ADA, "--name", "Ada Ek").returncode == 0
    [row] = listed(cli("role", "list", "--format", "json"))
    assert (row["name"], row["role"], row["from"], row["last_login"]) == ("Ada Ek", "administrator", "table", "")
    assert people.known(ADA[1], ADA[3], "Ada E. Ek") == row["person"]
    assert people.named(row["given_by"]).issuer == people.SYSTEM
    [entry] = listed(cli("audit", "list", "--kind", "role", "--format", "json"))
    assert (entry["what"], json.loads(entry["details"])["to"]) == ("administrator", row["person"])
    assert entry["person"] == row["given_by"]


def test_a_role_is_given_within_a_part_and_taken(cli):
    who = people.known(ADA[1], "bo", "Bo Berg")
    part = ("--organisation", "Norr", "--department", "Omsorg")
    assert cli("role", "give", "analyst", "--person", who, *part).returncode == 0
    assert granted(who) == {who: [Held("analyst", Scope("Norr", "Omsorg"))]}
    assert cli("role", "take", "analyst", "--issuer", ADA[1], "--subject", "bo").returncode == 0
    assert granted() == {}


@pytest.mark.parametrize(
    ("said", "status", "sentence"),
    [
        (("give", "analyst", "--person", "nobody"), 1, "There is no such person."),
        (("give", "analyst", "--subject", "bo"), 1, "Name the person"),
        (("give", "analyst", "--person", "p1", *ADA), 1, "Name the person"),
        (("give", "administrator", *ADA, "--organisation", "Norr"), 1, "concerns the whole service"),
        (("give", "analyst", *ADA, "--unit", "Norr"), 2, "--organisation"),
        (("give", "mayor", *ADA), 2, "is not one of"),
        (("take", "analyst", *ADA), 1, "There is no such person."),
    ],
)
def test_what_cannot_be_given_or_taken_is_refused_and_leaves_nothing(said, status, sentence, cli, tmp_path):
    once.new(tmp_path / "own.duckdb")
    done = cli("role", *said)
    assert done.returncode == status
    assert sentence in done.stderr
    assert [person for person in people.everybody() if person.issuer != people.SYSTEM] == []


def test_the_entries_of_a_time_are_listed_and_the_chain_is_checked(cli, tmp_path):
    for role in ("analyst", "head", "management"):
        cli("role", "give", role, *ADA)
    table = list(csv.DictReader(io.StringIO(cli("audit", "list", "--text", "head", "--format", "csv").stdout)))
    assert [row["what"] for row in table] == ["head"]
    assert listed(cli("audit", "list", "--to", "2026-01-31", "--format", "json")) == []
    seal = listed(cli("audit", "list", "--format", "json"))[0]["seal"]
    whole = cli("audit", "verify", "--seal", seal)
    assert (whole.returncode, whole.stderr) == (0, "")
    # each list that was printed is an entry too, the last one after the seal
    assert re.fullmatch("audit trail: 6 entries, whole, latest seal [0-9a-f]{64}\n", whole.stdout)
    with closing(sqlite3.connect(tmp_path / "register.sqlite")) as raw:
        raw.executescript("drop trigger audit_is_not_removed; delete from audit where number in (1, 5, 6)")
    broken = cli("audit", "verify", "--seal", seal)
    assert broken.returncode == 1
    assert [line.split(" ")[0] for line in broken.stderr.splitlines()] == ["Entries", "The"]
    assert "before entry 2" in broken.stderr
    assert seal in broken.stderr
    assert cli("audit", "verify", "--seal", "noted").returncode == 2
