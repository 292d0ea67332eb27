"""One person's data: all of it is found, and removed without a trace of the name, and without breaking anything."""

import json
from dataclasses import replace
from datetime import date

import pytest

from compliance.access import audit, people
from compliance.access.permissions import COORDINATOR
from compliance.access.scopes import Scope
from compliance.core.clock import now
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting import arrangements
from compliance.correcting.arrangements import Delivering
from compliance.declarations.points import load_todo
from compliance.digest.files import KINDS, write_digest
from compliance.loading.purges import purge_sentences, purges
from compliance.review.dossier import seal_of
from compliance.screens import reads
from compliance.screens.digest.material import digest_of
from compliance.screens.views import View
from compliance.store import engine, stores
from compliance.store.database import EVERYTHING_KNOWN
from compliance.worklists import notes, sending, workbooks
from compliance.worklists.lists import Asking, work_lists
from compliance.worklists.notes import Note
from tests.command import run_here
from tests.line import POINTS
from tests.readers import reader
from tests.reviewed import AS_OF, Reviewed
from tests.searching import holds, places_of, unpacked

# Two persons are called Anna Berg, and one whom nobody else is called like.
STAFF = """
AD-konto | Namn          | E-post                    | Enhet | Avdelning | Anställningsdatum
anna01   | Anna Berg     | anna.berg@example.org     | Norr  | Öst       | 2020-01-01
anna02   | Anna Berg     | anna.berg2@example.org    | Norr  | Öst       | 2020-01-01
sixten9  | Sixten Hemlig | sixten.hemlig@example.org | Söder | Öst       | 2020-01-01
sixten9  | Sixten Hemlig | sixten.hemlig@example.org | Söder | Öst       | nyss
"""
TRAINING = """
AD-konto | Namn          | Kurs                                 | Status  | Slutfört datum
sixten9  | Sixten Hemlig | Informationssäkerhet för medarbetare | Godkänd | 2026-01-15
anna01   | Anna Berg     | Informationssäkerhet för medarbetare | Godkänd | 2026-01-15
"""
INCIDENTS = """
Ärendenummer | Enhet | Upptäckt   | Rubrik                          | Orsak
I1           | Norr  | 2026-01-05 | Hemlig, Sixten och Anna Berg ringde | Okänd
"""
SYSTEMS = """
Systemnamn | Enhet | Centralt/lokalt | Objektägare
Alfa       | Norr  | Lokalt          | Sixten Hemlig
Beta       | Söder | Lokalt          | Anna Berg
"""
TABLES = {"staff": STAFF, "training": TRAINING, "incidents": INCIDENTS, "systems": SYSTEMS}
SIXTEN = ("Sixten Hemlig", "Hemlig, Sixten", "sixten.hemlig@example.org", "sixten9")
# The tables of a review, which are not changed.
STAYS = {"decisions", "review_texts", "frozen_reviews"}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    line = Reviewed(tmp_path_factory.mktemp("before"))
    with line.held():
        for source, table in TABLES.items():
            line.load_table(table, name=f"{source}.csv", source=source)
        sixten = Delivering(address="sixten.hemlig@example.org", how="Fråga Sixten Hemlig")
        arrangements.deliver(line.database, "A", "staff", sixten, as_of=AS_OF, order=line.order())
        review = line.open(2026, AS_OF)
        line.discuss(review)
        line.write(review, "comment", "information_security_training", "Sixten Hemlig hör av sig.")
        line.decide(review, "Utbilda Sixten Hemlig", responsible="Sixten Hemlig", due=date(2026, 10, 31))
        line.approve(line.submit(review))
    return line


@pytest.fixture
def line(before, tmp_path, monkeypatch):
    """A copy, whose rewritten file hides nothing from a search, and whose register is beside it."""
    monkeypatch.setattr(engine, "NO_EXTENSIONS", engine.NO_EXTENSIONS | {"force_compression": "uncompressed"})
    line = Reviewed(tmp_path).copied_from(before)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
    return line


def person(line, *said):
    return run_here(line.database.path, "person", *said)


def refused(*_):
    raise Refusal("not written")


def listed(line, wanted):
    done = person(line, "list", wanted, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    return {(row["table"], row["import_id"], row["row"], row["removed"]) for row in json.loads(done.stdout)}


@pytest.mark.live
def test_a_person_is_found_everywhere_by_id_address_or_name_and_never_taken_for_another(line, exhaustively):
    own = {
        ("staff", 1, 4, "row"),
        ("import_rows", 1, 4, "row"),
        ("training", 2, 2, "row"),
        ("import_rows", 2, 2, "row"),
    }
    texts = {("incidents", 3, 2, "text"), ("import_rows", 3, 2, "text"), ("import_rows", 1, 5, "text")}
    texts |= {("systems", 4, 2, "text"), ("import_rows", 4, 2, "text")}
    texts.add(("arrangements", None, None, "text"))
    stays = {(table, None, None, "stays") for table in STAYS}
    with line.held():
        for wanted in ("sixten9", " SIXTEN  hemlig ", "Sixten.Hemlig@example.org")[: 3 if exhaustively else 2]:
            assert listed(line, wanted) == own | texts | stays
        done = person(line, "list", "Anna Berg")
        assert (done.returncode, "Several persons are called so: anna01, anna02" in done.stderr) == (1, True)
        # A text cannot tell which of the two it means.
        assert {table for table, *_ in listed(line, "anna01")} == {"staff", "training", "import_rows"}
        assert listed(line, "Nobody Atall") == set()
    done = person(line, "remove", "Nobody Atall", "--diary", "KS 1", "--really")
    assert (done.returncode, "Nobody is found" in done.stderr) == (1, True)


@pytest.mark.exhaustive
def test_what_is_written_of_a_persons_items_goes_and_the_name_in_other_notes(line):
    written = [
        Note("information_security_training", "SIXTEN9", "Söder", "waiting", "Sjuk"),
        Note("information_security_training", "anna01", "Norr", "waiting", "Ny i höst"),
        Note("access", "Alfa", "Norr", "waiting", "Sixten Hemlig svarar", message="Fråga Sixten Hemlig"),
        Note("access", "Beta", "Norr", "waiting", answer="sixten.hemlig@example.org vet"),
    ]
    notes.write(
        line.database, written, organisation="Förvaltningen", as_of=AS_OF, order=line.order(who="Sixten Hemlig")
    )
    found = {place for place in listed(line, "sixten9") if place[0] == "item_notes"}
    assert found == {("item_notes", None, None, fate) for fate in ("row", "text", "stays")}
    assert person(line, "remove", "sixten9", "--diary", "KS 1", "--really").returncode == 0
    left = [tuple(row[name] for name in ("item", "note", "message", "answer")) for row in line.rows("from item_notes")]
    assert left == [
        ("anna01", "Ny i höst", None, None),
        ("Alfa", "[…] svarar", "Fråga […]", None),
        ("Beta", None, None, "[…] vet"),
    ]


@pytest.mark.live
def test_a_rehearsal_changes_nothing(line):
    line.rows("select 1")  # as it is once somebody has closed it
    content = line.database.path.read_bytes()
    done = person(line, "remove", "sixten9", "--diary", "KS 2026/13")
    assert (done.returncode, "This was a rehearsal" in done.stdout) == (0, True)
    assert line.database.path.read_bytes() == content


@pytest.mark.exhaustive
def test_a_removal_or_a_backup_that_fails_is_told_as_such(line, monkeypatch):
    monkeypatch.setattr("compliance.keeping.persons.rewrite", refused)
    done = person(line, "remove", "sixten9", "--diary", "KS 2026/13", "--really")
    assert (done.returncode, "not written" in done.stderr) == (1, True)
    done = run_here(line.database.path, "backup", line.database.path)
    assert (done.returncode, "already a file" in done.stderr) == (1, True)
    told = [(e["action"], json.loads(e["details"])) for e in audit.register.own().rows("entries", after=0)]
    assert told[-4:] == [("person", {"rows": 2}), ("person", {"failed": 1}), ("backup", {}), ("backup", {"failed": 3})]


def handed_on(line):
    """All that is handed on: the digest in each form, and the drafts of the mails of all units."""
    data, who = reads.data(stores.own()), reader(COORDINATOR)
    told = digest_of(View(replace(who, withheld=reads.withheld(data)), data, False, AS_OF, Scope("Förvaltningen")))
    digests = [write_digest(told, kind, who.say, made_at=now()) for kind in KINDS]
    asking = Asking("Förvaltningen", AS_OF, EVERYTHING_KNOWN, POINTS, load_todo(None), ("chef",))
    with line.database.cursor() as cursor:
        lists, all_ = work_lists(cursor, asking, who), sending.begun(cursor, asking, today=AS_OF)
    return digests, workbooks.drafts(lists, all_, who.say, moment=now())


@pytest.mark.live
def test_no_digest_and_no_draft_names_whoever_is_removed(line):
    """A draft does before. A digest never does, though a comment and a late decision have the name."""
    asked = Note("information_security_training", "anna02", "Norr", message="Fråga Sixten Hemlig")
    notes.write(line.database, [asked], organisation="Förvaltningen", as_of=AS_OF, order=line.order())
    digests, drafts = handed_on(line)
    assert holds(unpacked(drafts), *SIXTEN)
    for said in ("[…] hör av sig", "Utbilda […]"):
        assert [holds(unpacked(file), said) for file in digests] == [True] * 3
    for _ in range(2):
        assert [holds(unpacked(file), *SIXTEN) for file in digests] == [False] * 3
        assert person(line, "remove", "sixten9", "--diary", "KS 1", "--really").returncode in {0, 1}
        digests, drafts = handed_on(line)
    assert not holds(unpacked(drafts), *SIXTEN)


@pytest.mark.live
def test_whoever_is_removed_is_nowhere_but_in_reviews_and_nothing_breaks(before, line, exhaustively):
    """broken: the audit trail has a gap, or a review its seal; traced: the history names whoever was removed"""
    account = people.known("https://id.example.org", "sixten.hemlig@example.org", "Sixten H")
    done = person(line, "remove", "sixten9", "--diary", "KS 2026/13", "--really")
    assert (done.returncode, done.stderr) == (0, "")
    found = places_of(line.database, *SIXTEN)
    assert {place.split(".")[0] for place in found} - {line.database.path.name.split(".")[0]} == STAYS
    assert line.rows("select employee_id from staff order by 1") == [
        {"employee_id": "anna01"}, {"employee_id": "anna02"}
    ]  # fmt: skip
    assert line.rows("select title from incidents") == [{"title": "[…] och Anna Berg ringde"}]
    assert [row["object_owner"] for row in line.rows("from systems order by row")] == ["[…]", "Anna Berg"]
    for row in line.rows("from frozen_reviews"):
        assert seal_of(row["content"]) == row["sha256"]
    verified = run_here(line.database.path, "review", "verify", "--year", "2026")
    assert (verified.returncode, verified.stdout.count("diary number KS 2026/13")) == (0, 2)
    if exhaustively:  # What is counted anew after the removal can be counted again.
        line.approve(line.submit(line.correct(line.review(), anew=True)))
        assert "KS 2026/13" not in run_here(line.database.path, "review", "verify", "--year", "2026").stdout
    with line.database.cursor() as cursor:
        (purge,) = purges(cursor)
    assert (purge.kind, purge.rows, purge.diary) == ("person", 2, "KS 2026/13")
    assert "En person har tagits bort" in " ".join(purge_sentences(purge, Language("sv")))
    assert people.named(account) is None
    assert not any(b"Sixten H" in file.read_bytes() for file in line.folder.glob("register.sqlite*"))
    assert [*audit.verify()] == []
    entry = next(e for e in audit.register.own().rows("entries", after=0) if e["action"] == "person")
    assert (entry["action"], entry["what"], entry["details"]) == ("person", "KS 2026/13", '{"rows": 2}')
