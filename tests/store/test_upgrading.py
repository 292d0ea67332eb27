"""A store of every schema since the first commit is opened with today's product, and nothing of it is lost."""

import lzma
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from compliance.correcting.renaming import add_alias, aliases
from compliance.counting.assessing import coverage
from compliance.loading.cleanings import cleanings
from compliance.loading.rereading import WHY
from compliance.review.approving import dossier
from compliance.review.dossier import seal_of
from compliance.review.reviewing import review_of
from compliance.review.verifying import verify
from compliance.store import schema
from compliance.store.database import EVERYTHING_KNOWN
from tests.layers import layered
from tests.line import POINTS, Line

FOLDER = Path(__file__).parent / "kept"
KEPT = sorted(FOLDER.glob("*.xz"), key=lambda path: int(path.name.partition("_")[0]))
AS_OF = date(2026, 11, 20)
# Point, met, unmet, unknown: what the product of each time said of these exports, and today's still does. Of point
# 11 it knows that the incidents have no column for the day of closing, which was taken for an empty cell. Point 2 is
# not among them: no row of the export is of its course, which was 0 of 3.
FIGURES = [(1, 1, 2, 0), (3, 2, 1, 0), (4, 1, 2, 0), (5, 0, 0, 3), (11, 0, 0, 1)]
ROWS = {"staff": 3, "training": 2, "systems": 3, "local_instruction": 6}


@pytest.fixture(params=layered(KEPT, {FOLDER / "5_reviews.duckdb.xz"}), ids=lambda path: path.name.partition(".")[0])
def kept(request, tmp_path):
    """A line whose store is a kept one, and the number of its schema."""
    line = Line(tmp_path)
    line.database.path.write_bytes(lzma.decompress(request.param.read_bytes()))
    return line, int(request.param.name.partition("_")[0])


def figures(line, points=POINTS):
    with line.database.cursor() as cursor:
        found = coverage(cursor, points, days=[AS_OF], known_at=EVERYTHING_KNOWN, level="organisation")
    return [(f.point.number, f.met, f.unmet, f.unknown) for f in found if f.basis and f.met + f.unmet + f.unknown]


@pytest.mark.live
def test_every_schema_is_upgraded_with_all_that_is_in_it_and_can_be_written(kept):
    line, number = kept
    with line.database.cursor():  # opened once, and so upgraded, and cleaned if it never was
        assert figures(line) == FIGURES
        assert {name: len(line.rows(f"from {name}")) for name in ROWS} == ROWS
        check_read_anew(line, number)
        assert len(line.rows("from import_rows where import_id = 1")) == (4 if number > 1 else 0)
        check_review(line, number)
        check_names(line, number)
        line.load_table("AD-konto | Enhet | Anställningsdatum\np1 | Norr | 2024-01-01", extract_date=date(2026, 11, 10))
        assert figures(line, POINTS[:1]) == [(1, 1, 0, 0)]
    assert {row["name"] for row in line.rows("from schema_files")} >= {*schema._schema()[0], *schema.STEPS}


def check_read_anew(line, number):
    """The cause of its incident is Okänd, no answer today: read anew where the row of the headings is stored."""
    with line.database.cursor() as cursor:
        told = [(each.exports, each.changed, each.read) for each in cleanings(cursor)]
    anew = number > 2
    assert told == ([(1, 1, False)] if anew else [])
    assert [r["import_id"] for r in line.rows("from imports order by 1")] == [1, 2, 3, 4, 5, 6, 7][: 6 + anew]
    why = line.rows("select import_id, why from revocations order by 1")
    assert [(row["import_id"], row["why"]) for row in why] == [(4, "wrong day"), (6, WHY)][: 1 + anew]
    assert line.rows("select cause from incidents where import_id = 7") == [{"cause": None}][:anew]
    assert [(row[1], row[3]) for row in line.problems()] == [("Upptäckt", "not_a_date")] * (1 + anew)


@pytest.mark.live
def test_a_copy_of_a_shared_store_takes_no_step_by_itself(tmp_path):
    """what it alone had would be in no other copy, under a number that others give"""
    line = Line(tmp_path)
    line.database.path.write_bytes(lzma.decompress((FOLDER / "12_blanked.duckdb.xz").read_bytes()))
    with duckdb.connect(line.database.path) as copy:
        copy.execute(f"insert into schema_files values ('{schema.FOLLOWS}7 x', now()::timestamp)")
    assert [row["import_id"] for row in line.rows("from imports order by 1")] == [1, 2, 3, 4, 5, 6]


def check_review(line, number):
    """Its approved review is there, with its texts, and is counted again to the same figures."""
    with line.database.cursor() as cursor:
        if number < 5:
            assert line.rows("from reviews") == []
            return
        review = review_of(cursor, 2026)
        frozen = dossier(cursor, review, own=None)
        assert review.state == "approved"
        # A rule may be written otherwise today; its figures must be the same, but for what only a missing column tells,
        # and for those of a course that no row of the export is of.
        found = verify(cursor, frozen, own=None)
        assert {difference.what for difference in found} <= {"statement", "figure"}
        counted = {(d.point.id, d.was, d.now) for d in found if d.what == "figure"}
        closing = {("incident_handling", "unmet 1", "unknown 1")} if number < 11 else set()
        course = {("data_protection_training", "unmet 3", "no basis")}
        course |= {("data_protection_training", f"unmet {n}", "") for n in (1, 2, 3)}
        assert counted == closing | course
    for row in line.rows("from frozen_reviews"):
        assert seal_of(row["content"]) == row["sha256"]
    assert [decision.text for decision in frozen.decisions] == ["Klassa Betaportalen"]
    assert {row["kind"] for row in line.rows("from review_texts")} >= {"comment", "assessment"}


def check_names(line, number):
    """A change of a name is there, and another can be made, which needs every column that names have today."""
    add_alias(line.database, kind="unit", old="Norr", new="Norra", valid_from=date(2026, 11, 9), order=line.order())
    with line.database.cursor() as cursor:
        found = [(alias.old_name, alias.new_name) for alias in aliases(cursor, EVERYTHING_KNOWN)]
    assert sorted(found) == [*([("Beta", "Betaportalen")] if number in range(4, 9) else []), ("Norr", "Norra")]


def test_every_kept_store_is_named_with_what_made_it():
    named = re.findall(r"^\| `(\w+)` \| [0-9a-f]{7}\b", (FOLDER / "README.md").read_text("utf-8"), re.M)
    assert [f"{name}.duckdb.xz" for name in named] == [path.name for path in KEPT]
