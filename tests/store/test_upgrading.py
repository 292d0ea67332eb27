"""A store that 0.11 left is opened with today's product, and nothing of it is lost; one from before is refused."""

import re
from datetime import date

import duckdb
import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting import courses, saying
from compliance.correcting.arrangements import arrangements
from compliance.correcting.renaming import add_alias, aliases
from compliance.counting.assessing import coverage
from compliance.loading.cleanings import cleanings, mark_read
from compliance.review.approving import dossier
from compliance.review.deciding import DecisionContent, decide, decisions
from compliance.review.dossier import seal_of
from compliance.review.reviewing import open_review, review_of
from compliance.review.verifying import verify
from compliance.store import schema
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.file import connect
from compliance.worklists.notes import notes
from tests.line import POINTS, Line
from tests.store.kept_stores import FOLDER, store_of_0_11

AS_OF = date(2026, 11, 20)
# Point, met, unmet, unknown, as 0.11 counted them.
FIGURES = [(1, 1, 2, 0), (2, 1, 2, 0), (3, 2, 1, 0), (4, 1, 2, 0), (5, 0, 0, 3), (11, 0, 0, 1)]
ROWS = {"staff": 3, "training": 2, "systems": 3, "local_instruction": 6, "incidents": 2, "import_rows": 25}


@pytest.fixture
def line(tmp_path):
    line = Line(tmp_path)
    line.database.path.write_bytes(store_of_0_11())
    return line


def applied(line):
    return {row["name"] for row in line.rows("from schema_files") if not row["name"].startswith("macros ")}


def shape(connection):
    """The tables, with their columns in order."""
    sql = "select table_name, column_name, data_type from duckdb_columns() where not internal"
    return connection.execute(f"{sql} order by table_name, column_index").fetchall()


def test_the_baseline_is_what_0_11_leaves(tmp_path):
    (tmp_path / "kept.duckdb").write_bytes(store_of_0_11())
    with duckdb.connect(tmp_path / "kept.duckdb") as kept, duckdb.connect() as new:
        new.execute("create table schema_files (name varchar, applied_at timestamp)")
        new.execute(schema._schema()[0][schema.BASELINE])
        assert shape(new) == shape(kept)


def test_it_has_all_that_it_had_and_can_be_written(line):
    with line.database.cursor() as cursor:
        found = coverage(cursor, POINTS, days=[AS_OF], known_at=EVERYTHING_KNOWN, level="organisation")
        counted = [(f.point.number, f.met, f.unmet, f.unknown) for f in found if f.basis and f.of]
        assert counted == FIGURES
        assert {name: len(line.rows(f"from {name}")) for name in ROWS} == ROWS
        organisation = line.rows("from organisation_names")[0]["name"]
        assert courses.answers(cursor, organisation, as_of=AS_OF).keys() == {"data_protection_training"}
        assert [each.said_of for each in saying.meanings_in_force(cursor, organisation, as_of=AS_OF)] == ["Närvarat"]
        assert arrangements(cursor, organisation, as_of=AS_OF).answer_by == date(2026, 12, 15)
        noted = notes(cursor, POINTS, organisation=organisation, as_of=AS_OF, known_at=EVERYTHING_KNOWN)
        assert [note.note for note in noted.by_key.values()] == ["Påmind"]
    add_alias(line.database, kind="unit", old="Norr", new="Norra", valid_from=date(2026, 11, 9), order=line.order())
    with line.database.cursor() as cursor:
        assert {alias.old_name for alias in aliases(cursor, EVERYTHING_KNOWN)} == {"Beta", "Norr"}
    line.load_table("AD-konto | Enhet | Anställningsdatum\np1 | Norr | 2024-01-01", extract_date=date(2026, 11, 10))
    assert applied(line) == {*schema._schema()[0]}


def test_its_approved_review_is_counted_again_to_the_same_figures(line):
    with line.database.cursor() as cursor:
        frozen = dossier(cursor, review_of(cursor, 2026), own=None)
        found = verify(cursor, frozen, own=None)
    # Which course is that of the point was said after it was approved, and a rule may be written otherwise today.
    assert {difference.what for difference in found} <= {"statement", "figure"}
    assert {d.point.id for d in found if d.what == "figure"} == {"data_protection_training"}
    for row in line.rows("from frozen_reviews"):
        assert seal_of(row["content"]) == row["sha256"]


def test_a_decision_made_before_reasons_were_asked_for_has_none_and_can_be_given_one(line):
    with duckdb.connect(line.database.path) as before:
        before.execute(
            "insert into decisions (decision_id, review_id, number, text, edition, withdrawn, written_at)"
            " values (90, 1, 9, 'Klassa', 1, false, '2026-11-20 09:00')"
        )
    with line.database.cursor() as cursor:
        made = next(row for row in decisions(cursor) if row.decision_id == 90)
        assert (made.text, made.why) == ("Klassa", "")
    review = open_review(line.database, year=2025, as_of=None, order=line.order(), today=AS_OF)
    content = DecisionContent("Utbilda", why="Efter incidenten")
    decide(line.database, review.review_id, content, order=line.order(), points=())
    with line.database.cursor() as cursor:
        assert [row.why for row in decisions(cursor) if row.year == 2025] == ["Efter incidenten"]


def test_what_0_11_did_at_its_upgrade_is_told_until_it_is_read(line):
    with line.database.cursor() as cursor:
        assert [(each.exports, each.changed, each.read) for each in cleanings(cursor)] == [(1, 1, False)]
    mark_read(line.database, line.order())
    with line.database.cursor() as cursor:
        assert [each.read for each in cleanings(cursor)] == [True]


LATER = "create table later (a integer)"


def with_later(monkeypatch, **more):
    """Let the program have steps after the baseline."""
    files, macros, _ = schema._schema()
    steps = {f"{name}.sql": text for name, text in more.items()}
    monkeypatch.setattr(schema, "_schema", lambda: ({**files, **steps}, macros, f"of {sorted(more)}"))


def test_later_steps_are_taken_once_each(line, monkeypatch):
    with_later(monkeypatch, _900_later=LATER)
    assert line.rows("from later") == []
    with_later(monkeypatch, _900_later=LATER, _901_more="alter table later add column b integer")
    assert line.rows("select a, b from later") == []
    assert applied(line) == {*schema._schema()[0]}


def test_an_upgrade_that_fails_leaves_everything_as_it_was(line, monkeypatch):
    with duckdb.connect(line.database.path) as before:
        marks = before.execute("from schema_files order by all").fetchall()
    with_later(monkeypatch, _900_later=LATER, _901_broken="create tabel")
    with pytest.raises(duckdb.ParserException):
        line.rows("from imports")
    with duckdb.connect(line.database.path) as after:
        assert after.execute("from schema_files order by all").fetchall() == marks
    monkeypatch.undo()
    assert len(line.rows("from imports")) == 7


def test_one_that_a_later_0_11_has_changed_is_refused_as_newer(line):
    with duckdb.connect(line.database.path) as later:
        later.execute("insert into schema_files values ('530_later.sql', now()::timestamp)")
    with pytest.raises(Refusal, match=r"^The database test\.duckdb was written by a newer version .*530_later\.sql"):
        line.rows("from imports")


@pytest.mark.parametrize("left", [["001_house.sql"], ["001_house.sql", "520_meanings.sql"]], ids=["0.10", "half"])
def test_a_store_from_before_is_refused_with_what_to_do_and_stays_as_it_was(line, left):
    """also one that 0.11 had not finished upgrading"""
    with duckdb.connect(line.database.path) as older:
        older.execute("delete from schema_files where not list_contains(?, name)", [left])
    before = line.database.path.read_bytes()
    with pytest.raises(Refusal) as refusal:
        line.rows("from imports")
    assert line.database.path.read_bytes() == before
    for language in ("sv", "en"):
        sentence = Language(language).refusal(refusal.value)
        assert [part for part in (" 0.11", "v0.11.0", "compliance-0.11.0.tar.gz") if part not in sentence] == []


def test_a_copy_of_a_shared_store_keeps_the_mark_of_what_it_holds(line):
    """and none of the steps, which 0.11 takes on no copy"""
    with duckdb.connect(line.database.path) as copy:
        copy.execute(f"delete from schema_files where name = '{schema.LAST_STEP_OF_0_11}'")
        copy.execute(f"insert into schema_files values ('{schema.FOLLOWS}7 x', now()::timestamp)")
    connect(line.database.path).close()
    assert applied(line) == {*schema._schema()[0], f"{schema.FOLLOWS}7 x"}


def test_every_kept_store_is_named():
    named = re.findall(r"^\| `(\w+)` \| v", (FOLDER / "README.md").read_text("utf-8"), re.M)
    assert [f"{name}.duckdb.xz" for name in named] == sorted(path.name for path in FOLDER.glob("*.xz"))
