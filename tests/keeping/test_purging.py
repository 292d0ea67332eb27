"""Purging rows of persons by a decision: nothing of them is left in the file, and nothing is counted wrongly since."""

import shutil
from contextlib import suppress
from datetime import date, datetime
from itertools import product

import pytest

from compliance.access import audit, sessions
from compliance.access.identity import Identity
from compliance.core import clock, places
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.counting.assessing import coverage
from compliance.counting.figures import figures as counted
from compliance.counting.figures import load_figures
from compliance.declarations.queries import statement
from compliance.package.year_package import write_package
from compliance.review.dossier import approved_reviews, seal_of
from compliance.review.verifying import verify
from compliance.store import engine, shared
from compliance.store.database import EVERYTHING_KNOWN
from compliance.worklists import notes
from compliance.worklists.notes import Note
from tests.apps import opened, text
from tests.command import run_here
from tests.layers import first_of
from tests.line import POINTS
from tests.machines import with_all_of
from tests.reviewed import Reviewed
from tests.searching import bytes_of, holds, places_of

OLD, LATER, NEW = date(2024, 1, 31), date(2024, 3, 31), date(2026, 11, 1)
THEN, NOW = date(2024, 6, 30), date(2026, 11, 20)
# The names of persons who are only in old exports, one of them in a text and in a row that was rejected.
GONE = ("Sixten Hemlig", "sixten.hemlig@example.org", "hemlig9", "Gunvor Borta")
STAFF = """
AD-konto | Namn          | E-post                    | Enhet | Avdelning | Anställningsdatum | Smeknamn
p1       | Anna Berg     | anna@example.org          | Norr  | Öst       | 2020-01-01        |
p2       | Bo Ek         | bo@example.org            | Söder | Öst       | 2020-01-01        |
hemlig9  | Sixten Hemlig | sixten.hemlig@example.org | Söder | Öst       | 2020-01-01        | Gunvor Borta
p4       | Sixten Hemlig |                           | Söder | Öst       | Sixten Hemlig     |
"""
TRAINING = """
AD-konto | Namn          | Kurs                                 | Status  | Slutfört datum
p1       | Anna Berg     | Informationssäkerhet för medarbetare | Godkänd | 2024-01-15
hemlig9  | Sixten Hemlig | Informationssäkerhet för medarbetare | Godkänd | 2024-01-15
"""
INCIDENTS = """
Ärendenummer | Enhet | Upptäckt   | Rubrik                | Orsak                 | Åtgärd | Stängd
I1           | Norr  | 2024-01-05 | Sixten Hemlig ringde  | Sixten Hemlig gjorde  | Byte   | 2024-01-09
I2           | Norr  | 2024-01-08 | Mejl till fel person  | Sixten Hemlig gjorde  | Byte   | 2024-01-09
I3           | Söder | 2024-01-20 | Fel                   | Annat                 |        | 2024-01-22
"""
SYSTEMS = """
Systemnamn | Enhet | Centralt/lokalt | Objektägare
Alfa       | Norr  | Lokalt          | Sixten Hemlig
Beta       | Söder | Lokalt          | Anna Berg
"""
TABLES = {"staff": STAFF, "training": TRAINING, "incidents": INCIDENTS, "systems": SYSTEMS}
# The others have no basis, before as after.
MEASURED = tuple(point for point in POINTS if TABLES.keys() >= {*point.needs})


def clean(table: str) -> str:
    """The same export as a later one has it, without whoever is gone."""
    lines = [line for line in table.splitlines() if "hemlig9" not in line and "p4" not in line]
    return "\n".join(lines).replace("Sixten Hemlig", "Karin Ny").replace("2024-01-", "2026-01-")


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """Three years of exports, with an approved review of 2024 that rests on the old ones."""
    line = Reviewed(tmp_path_factory.mktemp("before"))
    with line.held():
        for day, change in ((OLD, str), (NEW, clean)):
            for source, table in TABLES.items():
                line.load_table(change(table), name=f"{source} {day}.csv", source=source, extract_date=day)
        line.done(2024, THEN)
    (line.folder / "retention.toml").write_text("months = 24\n")
    return line


@pytest.fixture
def line(before, tmp_path):
    return Reviewed(tmp_path).copied_from(before)


@pytest.fixture(scope="module")
def purged(before, tmp_path_factory):
    """The same after a purge, whose new file hides nothing from a search."""
    line = Reviewed(tmp_path_factory.mktemp("purged")).copied_from(before)
    killed = line.folder / ".restoring-killed"
    killed.mkdir()
    beside = [line.database.path.with_name(f"test.duckdb{suffix}") for suffix in (".rewritten", ".cleaned")]
    for file in (killed / "archived.duckdb", *beside):
        shutil.copyfile(line.database.path, file)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(engine, "NO_EXTENSIONS", engine.NO_EXTENSIONS | {"force_compression": "uncompressed"})
        done = purge(line, "2024-11-01", "--really")
    assert (done.returncode, done.stderr) == (0, "")
    assert [path for path in (killed, *beside) if path.exists()] == []
    assert "The review of 2024, version 1, cannot be recounted in points 1 and 2." in done.stdout
    return line


def purge(line, before, *more, diary="KS 2026/12"):
    return run_here(line.database.path, "purge", "--before", before, "--diary", diary, *more)


def figures(line, *days, level):
    with line.database.cursor() as cursor:
        return coverage(cursor, MEASURED, days=days, known_at=EVERYTHING_KNOWN, level=level)


def beside(line, day):
    """The figures that are shown beside the points."""
    given = {"points": MEASURED, "as_of": day, "known_at": EVERYTHING_KNOWN}
    with line.database.cursor() as cursor:
        return [(f.definition, f.part, f.whole) for f in counted(cursor, load_figures(None), **given)]


def counts(found):
    """What is counted of figures that the rows that were purged are no basis of."""
    return [
        (f.as_of, f.point.number, f.department, f.unit, f.met, f.of, f.exempt)
        for f in found
        if f.as_of == NOW or f.point.number not in (1, 2)
    ]


@pytest.mark.live
def test_a_rehearsal_tells_what_would_go_and_changes_nothing(line):
    # what a test has written is in the log beside the file until somebody else closes the file
    with line.database.cursor():
        pass
    content = line.database.path.read_bytes()
    done = purge(line, "2024-11-01")
    assert (done.returncode, done.stderr, line.database.path.read_bytes()) == (0, "", content)
    table = [tuple(row.split()) for row in done.stdout.split("\n\n")[0].splitlines()[1:]]
    assert table == [
        ("3", "incidents", "2024-01-31", "0", "8", "4"),
        ("1", "staff", "2024-01-31", "3", "0", "5"),
        ("4", "systems", "2024-01-31", "0", "2", "3"),
        ("2", "training", "2024-01-31", "2", "0", "3"),
    ]
    assert "cannot be recounted in points 1 and 2. It is kept as it is." in done.stdout
    assert "of days until 31 October 2026, say" in done.stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert "This was a rehearsal" in done.stdout


@pytest.mark.exhaustive
def test_what_was_written_of_items_before_the_day_goes_too(line):
    for now, item in ((datetime(2024, 5, 1, 12), "Alfa"), (None, "Beta")):
        told = {"organisation": "Förvaltningen", "as_of": NOW, "order": line.order(now=now)}
        notes.write(line.database, [Note("access", item, "Norr", "waiting", "Sixten Hemlig svarar")], **told)
        asked = {"organisation_id": 1, "unit": item, "as_of": NOW, "sha256": item, "items": 1, "who": "test"}
        with line.database.writing() as cursor:
            cursor.execute(statement("add_unit_answer"), asked)
    assert "One note on an item goes too." in purge(line, "2024-11-01").stdout
    assert purge(line, "2024-11-01", "--really").returncode == 0
    assert [row["item"] for row in line.rows("from item_notes")] == ["Beta"]
    assert [row["unit"] for row in line.rows("from unit_answers")] == ["Beta"]


@pytest.mark.exhaustive
def test_only_what_is_older_than_the_limit_and_replaced_is_purged_and_only_by_a_decision(line):
    for why, done in {
        "still within": purge(line, "2025-01-01", "--really"),
        "needs the number": purge(line, "2024-11-01", "--really", diary=" "),
        "Nothing is to be purged": purge(line, "2024-01-31", "--really"),
    }.items():
        assert (done.returncode, why in done.stderr) == (1, True), done.stderr
    (line.folder / "retention.toml").write_text("months = 3\n")
    assert "a whole number from 13" in purge(line, "2024-11-01").stderr
    (line.folder / "retention.toml").unlink()
    assert "has no limit" in purge(line, "2024-11-01").stderr
    (line.folder / "retention.toml").write_text("months = 24\n")
    line.open(2023, THEN.replace(year=2023))
    line.load_table(STAFF, source="staff", extract_date=date(2023, 1, 31), name="older.csv")
    assert "a review that is not approved yet needs them: imports 9." in purge(line, "2024-11-01").stdout
    with line.database.writing() as cursor:
        cursor.execute("insert into revocations select import_id, moment(), 'x', 'x' from range(5, 9) as t (import_id)")
    assert "Nothing is to be purged" in purge(line, "2024-11-01", "--really").stderr


@pytest.mark.live
def test_nothing_of_those_who_are_gone_is_left_in_the_file(before, purged):
    assert {place.split(".")[0] for place in places_of(before.database, *GONE)} >= {
        "staff", "training", "incidents", "systems", "import_rows", "problems"
    }  # fmt: skip
    assert places_of(purged.database, *GONE) == []
    assert not any(holds(content, *GONE) for content in bytes_of(purged.database.path).values())
    # What was loaded, when and by whom stays, with the rows that figures of today rest on.
    assert len(purged.rows("from imports")) == 8
    assert [row["name"] for row in purged.rows("from staff order by row")] == ["Anna Berg", "Bo Ek"]
    assert [row["cause"] for row in purged.rows("from incidents where import_id = 3 order by row")] == [
        "[…] 2", "[…] 2", "[…] 6"
    ]  # fmt: skip
    (event,) = purged.rows("select who, what from events where action = 'purge'")
    assert event == {"who": "command line", "what": "KS 2026/12: 5 rows, 10 texts"}
    assert "Nothing is to be purged" in purge(purged, "2024-11-01", "--really").stderr


@pytest.mark.live
def test_figures_of_today_stay_and_those_of_purged_days_say_so(before, purged, exhaustively):
    """nought: a day whose rows are purged seems to have nobody to train; fallen back: an older export takes its place;
    recurring: two incidents with different causes seem to have the same, since both are gone"""
    for level in ("unit", "department") if exhaustively else ("unit",):
        assert counts(figures(purged, THEN, NOW, level=level)) == counts(figures(before, THEN, NOW, level=level))
    gone = figures(purged, THEN, level="organisation")[:2]
    assert [(f.coverage, f.basis, f.purged.diary) for f in gone] == [(None, False, "KS 2026/12")] * 2
    table = run_here(purged.database.path, "coverage", "--as-of", str(THEN)).stdout
    assert [" purged 20" in row for row in table.splitlines()[1:4]] == [True, True, False]
    others = [each for each in beside(before, THEN) if "staff" not in each[0].needs]
    assert [each for each in beside(purged, THEN) if "staff" not in each[0].needs] == others
    assert (2, 3) in [(part, whole) for _, part, whole in others]


@pytest.mark.live
def test_a_review_keeps_its_figures_and_its_seal_and_says_why_it_cannot_be_recounted(before, purged):
    """accused: verify tells a difference where rows were purged; silent: it tells that everything is right"""
    done = run_here(purged.database.path, "review", "verify", "--year", "2024")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len([one for one in lines if "Cannot be recounted" in one and "diary number KS 2026/12" in one]) == 2
    for row, was in zip(purged.rows("from frozen_reviews"), before.rows("from frozen_reviews"), strict=True):
        assert row == was
        assert seal_of(row["content"]) == row["sha256"]
    with purged.database.cursor() as cursor:
        (frozen,) = approved_reviews(cursor, 1)
        assert [answer.coverage.coverage for answer in frozen.points][:2] == [2 / 3, None]
        found = verify(cursor, frozen, own=None)
    assert [(each.what, each.point.number) for each in found if each.what != "statement"] == [
        ("purged", 1), ("purged", 2)
    ]  # fmt: skip


def refused(*_, **__):
    raise Refusal("not pushed")


def files_of(postgres, name):
    """The files of one database, and those of all, in which a person stands; other tests of this run have the same."""
    own = postgres.ask("select oid from pg_database where datname = current_database()", name)
    found = files_with(postgres.folder / "data", GONE)
    return [file for file in found if not file.startswith("base/") or file.startswith(f"base/{own}/")]


def files_with(folder, names):
    """The files of a folder in which a name stands; those that a server removes meanwhile have none."""
    found = []
    for file in folder.rglob("*"):
        with suppress(OSError):
            if file.is_file() and any(name.encode() in file.read_bytes() for name in names):
                found.append(file.relative_to(folder).as_posix())
    return found


@pytest.mark.exhaustive
def test_nothing_of_them_is_left_on_any_machine_nor_in_postgresql(
    before, postgres, postgres_database, tmp_path, monkeypatch
):
    """recycled: rows in the log, in files that were truncated, in samples of the planner, or in the copy of a server"""
    monkeypatch.setattr(engine, "NO_EXTENSIONS", engine.NO_EXTENSIONS | {"force_compression": "uncompressed"})
    folders = [tmp_path / "one", tmp_path / "two"]

    def at(folder, *said):
        monkeypatch.setenv("COMPLIANCE_FOLDER", str(folder))
        done = run_here(postgres_database, *said)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    with_all_of(before.database, postgres_database, folders[0])
    shutil.copy(before.folder / "retention.toml", folders[0])
    with places.working_at(places.place(postgres_database)):
        sessions.begin(Identity("https://id.example.org", GONE[2], GONE[0], ()), token=GONE[3], now=clock.now())
    at(folders[1], "imports")
    name = postgres_database.rpartition("/")[2].partition("?")[0]
    postgres.ask("analyze; checkpoint", name)
    assert [files_with(folder, GONE) for folder in folders] == [["copy.duckdb"]] * 2
    holding = {file.partition("/")[0] for file in files_with(postgres.folder / "data", GONE)}
    assert "base" in holding
    assert holding <= {"base", "pg_wal"}  # another worker's purge may have begun the log anew
    purge = ("purge", "--before", "2024-11-01", "--diary", "KS 2026/12", "--really")
    with monkeypatch.context() as patched:
        patched.setattr(shared, "push", refused)
        patched.setenv("COMPLIANCE_FOLDER", str(folders[0]))
        done = run_here(postgres_database, *purge)
    assert (done.returncode, done.stderr) == (1, "not pushed\n")
    with places.working_at(places.place(postgres_database)):
        *_, told, failed = [(row["action"], row["details"]) for row in audit.register.own().rows("entries", after=0)]
    assert (told[0], failed[0], '"failed"' in failed[1]) == ("purge", "purge", True)
    told = at(folders[0], *purge)
    told += at(folders[0], "person", "remove", GONE[0], "--diary", "KS 2026/13", "--really")
    assert "PostgreSQL may still" not in told
    at(folders[1], "maintain")
    assert [files_with(folder, GONE) for folder in folders] == [[]] * 2
    assert files_of(postgres, name) == []


@pytest.mark.exhaustive
def test_a_package_says_it_too(purged, tmp_path):
    """A package that is made afterwards says why it has no rows; one from before the purge is as it was."""
    path = tmp_path / "new.zip"
    with purged.database.cursor() as cursor:  # without its reports, which take long
        path.write_bytes(write_package(cursor, purged.review(2024), version=None, reports={}, say=Language("sv")))
    done = run_here(purged.database.path, "verify", path)
    assert (done.returncode, done.stderr) == (0, "")
    told = [line for line in done.stdout.splitlines() if ": cannot be recounted: purged on 20" in line]
    assert [(line.split()[0], line.endswith("(diary number KS 2026/12).")) for line in told] == [
        ("1", True),
        ("2", True),
    ]


SAID = {
    "sv": {
        "imports": "Rader om personer före 1 november 2024 har gallrats enligt beslutet med diarienummer KS 2026/12.",
        "point": "Raderna bakom 30 juni 2024 är borta: gallrat",
        "training": "Raderna bakom 30 juni 2024 är borta: gallrat",
        "overview": "gallrat",
    },
    "en": {
        "imports": "Rows of persons before 1 November 2024 have been purged by the decision with the diary number"
        " KS 2026/12.",
        "point": "The rows behind 30 June 2024 were purged on",
        "training": "The rows behind 30 June 2024 were purged on",
        "overview": "purged on",
    },
}
PARAMETERS = {"imports": {"part": "history"}, "point": {"point": "information_security_training"}}


@pytest.mark.live
@pytest.mark.parametrize(("lang", "page"), first_of(product(SAID, SAID["sv"])))
def test_the_pages_say_what_was_purged(purged, monkeypatch, lang, page):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(purged.database.path))
    day = NOW if page == "imports" else THEN
    with purged.database.cursor():
        shown = opened(page, monkeypatch, lang=lang, as_of=str(day), **PARAMETERS.get(page, {}))
        said = text(shown).replace("\N{NO-BREAK SPACE}", " ")
    assert SAID[lang][page] in said
    if page == "imports":
        assert said.count({"sv": "; gallrat ", "en": "; purged on "}[lang]) == 4
