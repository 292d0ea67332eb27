"""What was approved stays as it was, whatever comes later; verifying reports exactly what differs today."""

import shutil
import zipfile
from datetime import date, datetime
from threading import Thread
from types import SimpleNamespace

import pytest

from compliance.core.language import LANGUAGES, Language
from compliance.core.places import QUERIES
from compliance.correcting.renaming import add_alias
from compliance.declarations import queries
from compliance.declarations.points import load_points
from compliance.loading.loading import Order, load, rename_organisation, revoke
from compliance.package.year_package import verify_package, write_package
from compliance.report.files import KINDS, write_report
from compliance.report.report import report_of
from compliance.review import approving, verifying
from compliance.review.approving import signatures_of
from compliance.review.reviewing import write
from compliance.store.database import next_moment
from tests.layers import first_of
from tests.line import POINTS, SOURCES, WORDS, read_here
from tests.reviewed import INSTRUCTION, SYSTEMS, WHATEVER, at

MORE = SYSTEMS.replace("Betaportalen | Norr  | Lokalt          | Nej", "Betaportalen | Norr  | Lokalt          | Ja")
TARGET = "[points.classification]\ntargets = [{ from = 2018-01-01, target = 0.30, limit = 0.20 }]\n"
RULE = "parameters = [{ from = 2018-01-01, validity_months = 6 }]\n"


@pytest.fixture
def line(tmp_path):
    with at("approved", tmp_path).held() as line:
        yield line


@pytest.fixture
def statements(tmp_path, monkeypatch):
    """A copy of every statement, to be changed, which the product reads instead of its own."""
    folder = tmp_path / "queries"
    shutil.copytree(QUERIES, folder)
    monkeypatch.setattr(queries, "QUERIES", folder)
    _forget()
    yield folder
    _forget()


def _forget():
    for read in (queries.query, queries.statement, queries.names, queries.own):
        read.cache_clear()


def change(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    _forget()


def frozen(line):
    return line.document(line.review())


def differences_of(line):
    """The differences: what, the number of the point, where, was, now."""
    document = frozen(line)
    with line.database.cursor() as cursor:
        differences = verifying.verify(cursor, document, own=line.folder)
    return [(d.what, d.point and d.point.number, d.where, d.was, d.now) for d in differences]


def reports(line, kinds, *, verified):
    """Every report of the review, complete and to hand out; and files, including the package's in both languages."""
    document = frozen(line)
    with line.database.cursor() as cursor:
        signatures = signatures_of(cursor, line.review())
    params = {"state": line.review().state, "signed": signatures}
    blocks = {
        (code, public): report_of(document, **params, say=Language(code), public=public)
        for code in [*LANGUAGES][: len(kinds) or 1]
        for public in (False, True)
    }
    files = {kind: write_report(document, kind=kind, **params, say=Language("sv"), public=False) for kind in kinds}
    reports = {f"ledningens_genomgang_2026.{kind}": content for kind, content in files.items()}
    with line.database.cursor() as cursor:
        package = write_package(cursor, line.review(), version=None, reports=reports, say=Language("sv"))
    return blocks, files | packed(line.folder / "package.zip", package, verified=verified)


def packed(path, content, *, verified):
    """The files of a package. Its database differs byte by byte each time, but its content is counted and correct."""
    path.write_bytes(content)
    assert not verified or verify_package(path).faults == ()
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist() if name not in {"frozen.duckdb", "SHA256SUMS"}}


def revoke_first(line):
    revoke(line.database, 1, why="Fel fil", order=line.order())


def load_later(line):
    line.load_table(MORE, name="later.csv", source="systems", extract_date=date(2026, 11, 10))
    line.load_table(INSTRUCTION.replace("Pågår", "Klar"), name="same.csv", source="local_instruction")


# --- Frozen ------------------------------------------------------------------------------------------------------


# All files are written from the same blocks; the writers' own tests hold that the same blocks give the same file.
@pytest.mark.live
@pytest.mark.parametrize("kinds", first_of([[], [*KINDS]]), ids=len)
def test_nothing_later_affects_an_approved_review(line, statements, kinds):
    document, (blocks, files) = frozen(line), reports(line, kinds, verified=False)
    load_later(line)
    revoke_first(line)
    rename_organisation(line.database, 1, name="Nya namnet", order=line.order())
    assert differences_of(line) == []
    (line.folder / "review_points.toml").write_text(TARGET + RULE, "utf-8")
    (line.folder / "chapters.toml").write_text('[chapters.policy]\ntitle = { sv = "Nytt", en = "New" }\n', "utf-8")
    (line.folder / "figures.toml").write_text('[figures.both_courses]\ntitle = { sv = "Ny", en = "New" }\n', "utf-8")
    change(statements / "points" / "classification.sql", "unmet('not_classified')", "met()")
    line.follow_up("2026-1", "done", "Efteråt")
    assert frozen(line) == document
    later = reports(line, kinds, verified=bool(kinds))  # that of few exports is verified in tests/package
    assert later[0] == blocks
    assert [name for name in {**files, **later[1]} if files.get(name) != later[1].get(name)] == []
    assert {*kinds, "review.json", "figures.csv", "sql/points/classification.sql"} <= {*files}
    assert {what for what, *_ in differences_of(line)} == {"figure", "target", "rule", "statement"}


@pytest.mark.exhaustive
def test_a_draft_does_follow_what_is_loaded(tmp_path):
    """Before, one and two are met, as in the approved review."""
    line = at("draft", tmp_path)
    with line.held():
        load_later(line)
        after = frozen(line)
    assert [after.answer(id_).now.met for id_ in ("classification", "local_instruction")] == [2, 3]


# --- Verifying ---------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_a_writer_that_waits_for_another_comes_after_it(tmp_path):
    """A moment taken before the lock is held would be earlier than what was written in the meantime."""
    text = {"kind": "comment", "what": "dpia", "text": "Nu", "order": Order("Rolf")}
    with at("draft", tmp_path).held() as line:
        moments = written_after(line, lambda: write(line.database, 1, **text))
        ((written,),) = [row.values() for row in line.rows("select max(written_at) from review_texts")]
        assert min(moments) > written


@pytest.mark.exhaustive
def test_a_writer_that_waits_for_a_freeze_is_not_in_its_recount(tmp_path):
    submission = {"name": "Ylva Nordgren", "own": None, "confirmed": WHATEVER}
    with at("draft", tmp_path).held() as line:
        last, renamed = written_after(line, lambda: approving.submit(line.database, 1, **submission))
        assert min(last, renamed) > frozen(line).known_at
        assert last != renamed
        assert differences_of(line) == []


def written_after(line, do):
    """The moments of a load and of a renaming that wait while something else is done."""
    line.database.moment_after = next_moment
    order, change = Order("Ylva", extract_date=date(2026, 11, 10), source="systems"), {"old": "Norr", "new": "Söder"}
    book = read_here(line.file(MORE, name="late.csv"), name="late.csv")
    waiting = [
        Thread(target=load, args=(line.database, book, order), kwargs={"sources": SOURCES, "words": WORDS}),
        Thread(
            target=add_alias,
            args=(line.database,),
            kwargs={"kind": "unit", **change, "valid_from": date(2026, 1, 1), "order": order},
        ),
    ]
    with line.database.cursor(), line.database.writer:
        for thread in waiting:
            thread.start()
        waiting[0].join(timeout=0.3)  # it is blocked by now
        do()
    for thread in waiting:
        thread.join()
    ((last,),) = [row.values() for row in line.rows("select max(imported_at) from imports")]
    ((renamed,),) = [row.values() for row in line.rows("select max(made_at) from aliases")]
    return last, renamed


def test_a_changed_target_and_a_changed_parameter_of_a_rule_are_reported_and_move_no_figure(line):
    (line.folder / "review_points.toml").write_text(TARGET + RULE, "utf-8")
    assert sorted(differences_of(line)) == [
        ("rule", 4, "validity_months", "12", "6"),
        ("target", 4, "", "0.95 / 0.8", "0.3 / 0.2"),
    ]


def test_a_changed_statement_is_reported_even_if_no_figure_differs(line, statements):
    (statements / "points" / "dpia.sql").write_text("-- Another comment.\n", "utf-8")
    assert differences_of(line) == [("statement", None, "points/dpia.sql", "", "")]


def test_a_statement_that_counts_differently_is_reported_with_every_figure_it_moves(line, statements):
    change(statements / "points" / "classification.sql", "unmet('not_classified')", "met()")
    assert differences_of(line) == [
        ("figure", 4, "", "met 1, unmet 2, exempt 1", "met 3, exempt 1"),
        ("figure", 4, "Öst", "met 1, unmet 2, exempt 1", "met 3, exempt 1"),
        ("figure", 4, "Norr", "met 1, unmet 1", "met 2"),
        ("figure", 4, "Söder", "unmet 1, exempt 1", "met 1, exempt 1"),
        ("statement", None, "points/classification.sql", "", ""),
    ]


def test_a_missing_statement_is_reported(line, statements):
    (statements / "counting" / "units.sql").unlink()
    with line.database.cursor() as cursor:
        changed = verifying._statements(frozen(line), POINTS)
        assert [(d.what, d.where) for d in changed] == [("statement", "app/units.sql")]
        assert verifying._imports(cursor, frozen(line)) == []


def test_a_missing_or_changed_import_is_reported(line):
    document = frozen(line)
    used = {row.source: row for row in document.imports}
    with line.database.writing() as cursor:
        cursor.execute("delete from imports where source = 'systems'")
        cursor.execute("update imports set sha256 = 'other' where source = 'staff'")
    rows = differences_of(line)
    assert [row for row in rows if row[0] == "import"] == [
        ("import", None, str(used["staff"].import_id), used["staff"].sha256, "other"),
        ("import", None, str(used["systems"].import_id), used["systems"].sha256, ""),
    ]
    assert ("figure", 4, "", "met 1, unmet 2, exempt 1", "no basis") in rows
    assert not [row for row in rows if row[0] == "figure" and row[1] == 3]


def test_a_removed_point_is_reported(line, monkeypatch):
    kept = tuple(point for point in load_points(None) if point.number != 4)
    monkeypatch.setattr(verifying, "declared", lambda *_, **__: SimpleNamespace(points=kept))
    rows = differences_of(line)
    assert ("rule", 4, "", "classification", "") in rows
    assert {number for _, number, *_ in rows} == {4}


@pytest.mark.live
def test_verifying_leaves_the_cursor_as_it_was(line):
    with line.database.cursor() as cursor:
        assert verifying.verify(cursor, frozen(line), own=None) == []
        line.load_table(MORE, name="later.csv", source="systems", extract_date=date(2026, 11, 10))
        now = cursor.execute("select count(*) from imports_at(date '2026-11-20', timestamp '9999-12-31')").fetchall()
    assert now == [(3,)]


@pytest.mark.exhaustive
def test_no_items_are_listed_if_the_last_review_is_counted_differently_now(line, statements):
    """The last review was frozen with 1 of 3; if it counts as 3 of 3 today, items cannot explain the change since."""
    change(statements / "points" / "classification.sql", "unmet('not_classified')", "met()")
    review = line.open(2027, date(2027, 1, 31), today=date(2027, 2, 1))
    answer = line.document(review).answer("classification")
    assert (answer.before.met, answer.now.met) == (1, 3)
    assert answer.changed["en"].replace("\u00a0", " ") == (
        "The coverage has risen by 66.7 percentage points since 20 November 2026. "
        "The figure of 20 November 2026 is counted otherwise today, so no items are named."
    )


def test_the_frozen_moment_is_that_of_the_submission(line):
    assert frozen(line).known_at == line.review().submitted_at < datetime(2026, 11, 24, 14)
