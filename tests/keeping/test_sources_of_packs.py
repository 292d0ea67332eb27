"""The rows of a source that a pack declares: they live as those of the product's own, in a file and in PostgreSQL."""

import io
import shutil
from datetime import date, datetime

import openpyxl
import pytest

from compliance.access.permissions import ANALYST, COORDINATOR
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting import forms, saying
from compliance.correcting import packs as correcting_packs
from compliance.correcting.templates import HEADING_ROW, template
from compliance.counting import quality
from compliance.counting.assessing import coverage
from compliance.counting.tracing import row_loaded
from compliance.declarations.packs import folder_files, product_packs, read_pack
from compliance.loading.loading import Order, revoke
from compliance.loading.rereading import Rules, read_anew, readable
from compliance.store import installing, packs
from compliance.store.copies import contents
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.file import FileDatabase
from tests.command import run_here
from tests.layers import layered
from tests.line import TODAY, WORDS, Line
from tests.machines import fill, machine
from tests.readers import reader
from tests.store.test_packs import pack

OLD, NEW = date(2024, 1, 31), date(2026, 11, 1)
# A source about persons with a field of each type, and one of things that names persons too.
KEYS = """
id = "keys"
order = 200
title = { sv = "Nycklar", en = "Keys" }
system = { sv = "Nyckelskåpet", en = "The key cabinet" }
key = ["key_id"]
unique = ["key_id"]
rhythm_days = 92
[fields.key_id]
title = "Key"
type = "id"
required = true
headings = ["Nyckel"]
[fields.employee_id]
refers_to = "staff.employee_id"
title = "Account"
type = "id"
person = true
headings = ["AD-konto"]
[fields.name]
title = "Name"
type = "text"
person = true
headings = ["Namn"]
[fields.handed]
title = "Handed out"
type = "date"
happened = true
headings = ["Utlämnad"]
[fields.used]
title = "Last used"
type = "datetime"
headings = ["Senast använd"]
[fields.lost]
title = "Lost"
type = "yes_no"
decides = true
headings = ["Förlorad"]
[fields.doors]
title = "Doors"
type = "number"
headings = ["Dörrar"]
[fields.level]
title = "Level"
type = "level"
letter = "K"
headings = ["Nivå"]
[fields.state]
words.out = ["Ute"]
words.kept = ["I skåpet"]
title = "State"
type = "word"
decides = true
headings = ["Läge"]
[fields.system]
refers_to = "systems.system"
title = "System"
type = "text"
names = "system"
headings = ["System"]
"""
ROOMS = """
id = "rooms"
order = 201
title = { sv = "Serverrum", en = "Server rooms" }
system = { sv = "Fastighet", en = "Estate" }
key = ["room"]
rhythm_days = 92
[fields.room]
title = "Room"
type = "text"
required = true
headings = ["Rum"]
[fields.answers]
title = "Responsible"
type = "text"
person = true
headings = ["Ansvarig"]
[fields.note]
title = "Note"
type = "text"
headings = ["Notering"]
"""
# A field that a later version has last.
MORE = """
[fields.area]
title = "Area"
type = "number"
headings = ["Yta"]
"""
TABLES = {
    "keys": """
Nyckel | AD-konto | Namn          | Utlämnad   | Senast använd    | Förlorad | Dörrar | Nivå | Läge     | System
N1     | anna01   | Anna Berg     | 2024-01-02 | 2024-01-03 07:45 | Nej      | 2,5    | K2   | Ute      | Alfa
N2     | sixten9  | Sixten Hemlig |            |                  | kanske   |        |      | I lådan  | Okänt
N3     | sixten9  | Sixten Hemlig | 2099-01-01 |                  | Ja       | 1e-7   | K4   | I skåpet | alfa
N4     | sixten9  | Sixten Hemlig | nyss       | 2024-01-03       | Ja       | 10     | 3    | I skåpet | alfa
""",
    "rooms": """
Rum | Ansvarig      | Notering
101 | Sixten Hemlig | Sixten Hemlig har nyckel
102 | Anna Berg     | Ring innan
""",
    "systems": """
Systemnamn | Enhet | Centralt/lokalt
Alfa       | Norr  | Lokalt
""",
}
STAFF = """
AD-konto | Namn          | Enhet | Anställningsdatum
sixten9  | Sixten Hemlig | Norr  | 2020-01-01
"""
LOADED = [
    ("N1", "anna01", date(2024, 1, 2), datetime(2024, 1, 3, 7, 45), False, 2.5, 2, "Ute", "out", "Alfa"),
    ("N2", "sixten9", None, None, None, None, None, "I lådan", None, "Okänt"),
    ("N4", "sixten9", None, datetime(2024, 1, 3), True, 10.0, 3, "I skåpet", "kept", "alfa"),
]


def of(text):
    return pack(
        "keys" if "keys" in text.split("\n")[1] else "rooms",
        **{"source.toml": text.replace("{", "{{").replace("}", "}}")},
    )


class Packed(Line):
    """A store of either kind in which packs are installed."""

    address = ""

    def install(self, *given):
        for each in given:
            with self.database.writing() as cursor:
                installing.install(cursor, each, who="Admin")
        return self

    def declared(self):
        """The sources that are declared now."""
        with self.database.cursor() as cursor:
            self.sources = packs.declared(cursor, None).sources
        return self.sources

    def load(self, path, **fields):
        self.declared()
        return super().load(path, **fields)

    def load_all(self, day, *, change=str):
        for source, table in TABLES.items():
            self.load_table(change(table), name=f"{source} {day}.csv", extract_date=day)
        return self

    def command(self, *said):
        """What a command prints that another process runs, in PostgreSQL on another machine."""
        done = run_here(self.address or self.database.path, *said)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return Packed(tmp_path_factory.mktemp("made")).install(of(KEYS), of(ROOMS))


@pytest.fixture(params=layered(["file", "postgresql"], {"file"}))
def line(made, tmp_path, request, monkeypatch):
    line = Packed(tmp_path)
    if request.param == "file":
        shutil.copyfile(made.database.path, line.database.path)
        return line
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path))
    line.address = request.getfixturevalue("postgres_database")
    line.database = machine(line.address, tmp_path / "one")
    fill(line.database, made.database)
    return line


@pytest.fixture
def line_of_machines(tmp_path, postgres_database):
    """Two machines that share a store in PostgreSQL, both of which have shown it."""
    lines = Packed(tmp_path), Packed(tmp_path)
    for place, line in enumerate(lines):
        line.database = machine(postgres_database, tmp_path / str(place))
    with lines[0].database.writing():
        pass
    assert lines[1].rows("from imports") == []
    return lines


AT = "date '2026-11-24', timestamp '2099-01-01'"


def keys(line):
    columns = "key_id, employee_id, handed, used, lost, doors, level, state, state_code, system"
    return [tuple(row.values()) for row in line.rows(f"select {columns} from keys_at({AT}) order by row")]


@pytest.mark.live
def test_values_are_stored_and_read_in_their_types(line):
    """misplaced: one field's value in another's place; leaking: a level that must not be stored is in a cell"""
    line.load_all(NEW)
    assert keys(line) == LOADED
    assert line.rows("select room, answers from rooms order by row") == [
        {"room": "101", "answers": "Sixten Hemlig"}, {"room": "102", "answers": "Anna Berg"}
    ]  # fmt: skip
    assert line.rows("select row from import_rows where list_contains(cells, 'K4')") == []
    assert ("Nivå", "protective_security") in {(row["column"], row["reason"]) for row in line.rows("from problems")}


@pytest.mark.live
def test_what_is_revoked_counts_no_more(line):
    line.load_all(NEW)
    revoke(line.database, 1, why="Fel fil", order=line.order())
    assert keys(line) == []
    assert len(line.rows(f"from rooms_at({AT})")) == 2


@pytest.mark.live
def test_an_export_is_read_anew_and_only_what_was_learnt_is_otherwise(line):
    line.load_all(NEW)
    rules = Rules(line.declared(), WORDS)
    with line.database.writing() as cursor:
        assert read_anew(cursor, {row["import_id"] for row in readable(cursor)}, rules, who="test") == []
    said = [saying.Saying("keys", "state", "I lådan", "kept"), saying.Saying("keys", "lost", "kanske", "no")]
    values = {"as_of": TODAY, "sources": line.declared(), "words": WORDS}
    anew = saying.say_what(line.database, "Förvaltningen", said, order=line.order(), **values)
    assert [(each.earlier, each.changed) for each in anew] == [(1, 1)]
    assert keys(line) == [LOADED[0], (*LOADED[1][:4], False, None, None, "I lådan", "kept", "Okänt"), LOADED[2]]


@pytest.fixture
def stricter(monkeypatch):
    """Has the program be of a version that reads fewer packs: of no point, or of nothing."""

    def refuse(*_, **__):
        raise Refusal("In this version a point is otherwise.")

    def begin(what):
        refused = {"nothing": [], "the point": ["_ask"], "all": ["_ask", "readable_sources"]}[what]
        for name in refused:
            monkeypatch.setattr(packs, name, refuse if name == "_ask" else lambda *_, **__: {})
        packs._declared.cache_clear()

    yield begin
    packs._declared.cache_clear()


def without_sixten(table):
    rows = [row for row in table.splitlines() if "sixten9" not in row]
    return "\n".join(rows).replace("Sixten Hemlig", "Karin Ny").replace("2024-01-", "2026-01-")


@pytest.mark.live
@pytest.mark.parametrize("refused", ["nothing", "the point"])
def test_rows_of_persons_are_purged_and_those_who_are_named_elsewhere_have_a_mark(line, stricter, refused):
    """left: a version of the product that refuses a point does not know its source, and so not the rows"""
    line.load_all(OLD).load_all(NEW, change=without_sixten)
    now = keys(line)
    stricter(refused)
    (line.folder / "retention.toml").write_text("months = 24\n")
    line.command("purge", "--before", "2024-11-01", "--diary", "KS 2026/12", "--really")
    assert line.rows("select distinct import_id from keys") == [{"import_id": 4}]
    assert line.rows("select room, answers, note from rooms where import_id = 2 order by row") == [
        {"room": "101", "answers": "[…] 1", "note": "Sixten Hemlig har nyckel"},
        {"room": "102", "answers": "[…] 2", "note": "Ring innan"},
    ]
    assert keys(line) == now
    assert line.rows("select import_id, whole, rows, texts from purged_imports order by 1") == [
        {"import_id": 1, "whole": True, "rows": 3, "texts": 0},
        {"import_id": 2, "whole": False, "rows": 0, "texts": 2},
        {"import_id": 3, "whole": False, "rows": 0, "texts": 0},
    ]


@pytest.mark.live
def test_of_a_source_that_cannot_be_read_any_more_all_old_rows_are_purged_and_persons_have_a_mark(line, stricter):
    line.load_table(STAFF, source="staff", extract_date=NEW)
    line.load_all(OLD).load_all(NEW)
    assert len(line.rows("from pack_rows where lower(array_to_string(cells, ' ')) like '%sixten%'")) == 6
    stricter("all")
    (line.folder / "retention.toml").write_text("months = 24\n")
    line.command("purge", "--before", "2024-11-01", "--diary", "KS 2026/12", "--really")
    assert line.rows("select distinct import_id from pack_rows order by 1") == [{"import_id": 5}, {"import_id": 6}]
    line.command("person", "remove", "sixten9", "--diary", "KS 1", "--really")
    assert line.rows("from pack_rows where lower(array_to_string(cells, ' ')) like '%sixten%'") == []
    assert line.rows("select count(*) as n from pack_rows") == [{"n": 5}]


@pytest.mark.live
@pytest.mark.parametrize("refused", ["nothing", "the point"])
def test_a_person_who_is_removed_is_in_no_row_of_a_packs_source(line, stricter, refused):
    line.load_all(NEW)
    stricter(refused)
    listed = line.command("person", "list", "sixten9")
    assert listed.count("pack_rows") == 3
    line.command("person", "remove", "sixten9", "--diary", "KS 1", "--really")
    assert keys(line) == LOADED[:1]
    assert line.rows("select answers, note from rooms order by row") == [
        {"answers": "[…]", "note": "[…] har nyckel"}, {"answers": "Anna Berg", "note": "Ring innan"}
    ]  # fmt: skip
    gone = line.rows("select import_id, rows from purged_imports order by 1")
    assert gone == [{"import_id": 1, "rows": 2}, {"import_id": 2, "rows": 0}]


@pytest.mark.live
def test_a_backup_gives_the_packs_and_their_rows_back(line):
    line.load_all(NEW)
    line.command("backup", line.folder / "backup.zip")
    line.install(of(ROOMS.replace("Fastighet", "Hyresvärd")))
    revoke(line.database, 1, why="Fel fil", order=line.order())
    assert keys(line) == []
    line.command("restore", "--replace", line.folder / "backup.zip")
    assert keys(line) == LOADED
    assert line.declared()["rooms"].system["sv"] == "Fastighet"


@pytest.mark.live
def test_a_machine_that_is_running_shows_a_pack_that_another_installs_and_its_rows(line_of_machines):
    one, other = line_of_machines
    assert "keys" not in other.declared()
    one.install(of(KEYS), of(ROOMS)).load_all(NEW)
    assert (keys(other), other.declared()["rooms"].system["sv"]) == (LOADED, "Fastighet")
    other.install(of(ROOMS.replace("Fastighet", "Hyresvärd") + MORE)).load_table("Rum | Yta\n103 | 12", source="rooms")
    assert one.rows("select room, area from rooms where area is not null") == [{"room": "103", "area": 12.0}]
    assert one.declared()["rooms"].system["sv"] == "Hyresvärd"


CONTINUITY = next(folder for folder in product_packs() if folder.name.endswith(".continuity"))
REGISTER = """
Systemnamn | Enhet | Centralt/lokalt | Status  | Verksamhetskritiskt
Alfa       | Norr  | Lokalt          | I drift | Ja
Beta       | Norr  | Lokalt          | I drift | Ja
Gamma      | Norr  | Lokalt          | I drift | Nej
"""
PLANS = """
System | Kontinuitetsplan | Senast övad
Alfa   | Ja               | 2026-10-01
"""


def with_continuity(line):
    """A store in which the point of continuity is on, with an export of both sources."""
    line.load_table(REGISTER, name="systems.csv", source="systems")
    pack = read_pack(folder_files(CONTINUITY), origin=CONTINUITY.name)
    correcting_packs.install(line.database, pack, Order("Admin"))
    on = {"on": True, "from_day": NEW, "as_of": TODAY, "order": Order("Admin")}
    correcting_packs.switch(line.database, pack.name, "Förvaltningen", **on)
    line.load_table(PLANS, name="kontinuitet.csv")


def figure(line):
    with line.database.cursor() as cursor:
        points = packs.points_on(cursor, packs.declared(cursor, None), as_of=TODAY, organisation="Förvaltningen")
        found = coverage(cursor, points, days=[TODAY], known_at=EVERYTHING_KNOWN, level="organisation")
    return [(each.met, each.of) for each in found if each.point.id == "continuity"]


@pytest.mark.live
def test_a_machine_that_is_running_counts_a_pack_that_another_installs(line_of_machines):
    one, other = line_of_machines
    assert figure(other) == []
    with_continuity(one)
    assert figure(other) == figure(one) == [(1, 2)]
    other.load_table(PLANS + "Beta | Ja | 2026-11-01", name="kontinuitet.csv", extract_date=TODAY)
    assert figure(one) == [(2, 2)]


@pytest.mark.exhaustive
def test_packs_and_their_rows_are_moved_to_postgresql_and_back(line, tmp_path, new_postgres_database, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path / "server"))
    with_continuity(line.load_all(NEW))
    path, between, back = line.address or line.database.path, new_postgres_database(), tmp_path / "back" / "back.duckdb"
    with line.database.cursor() as cursor:
        before = contents(cursor)
    for source, target in ((path, between), (between, back)):
        line.command("move", "--from", source, "--to", target)
    moved = Packed(tmp_path)
    moved.database = FileDatabase.at(back)
    with moved.database.cursor() as cursor:
        assert contents(cursor) == before
    assert (keys(moved), figure(moved)) == (LOADED, [(1, 2)])


@pytest.mark.live
def test_checks_go_over_a_packs_source_and_hide_the_rows_of_persons(line):
    line.load_all(NEW)
    checks = quality.load_checks(None)
    for role, shown in ((COORDINATOR, True), (ANALYST, False)):
        with line.database.cursor() as cursor:
            found = quality.findings(
                cursor, checks, line.declared(), WORDS, as_of=TODAY, known_at=EVERYTHING_KNOWN, reader=reader(role)
            )
        told = {(each.check, each.field, each.subject) for each in found if each.source == "keys"}
        assert {check for check, *_ in told} >= {"unmatched_keys", "unknown_words", "unclear_answers", "rejected_rows"}
        assert (("unknown_words", "state", "I lådan") in told) == shown


@pytest.mark.live
@pytest.mark.parametrize("folder", product_packs(), ids=lambda folder: folder.name)
def test_the_template_of_a_packs_source_loads_as_it_is_and_its_rows_are_traced(folder, tmp_path):
    pack = read_pack(folder_files(folder), origin=folder.name)
    line = Packed(tmp_path).install(pack)
    for source in pack.sources.values():
        [receipt] = line.load(filled(template(source, Language("sv")), source, tmp_path / "mall.xlsx"))
        assert (receipt.source.id, receipt.summary.loaded, receipt.summary.warnings) == (source.id, 1, 0)
        with line.database.cursor() as cursor:
            ((sheet, row),) = cursor.execute(f"select sheet, row from {source.id}").fetchall()
            place = {"import_id": receipt.import_id, "sheet": sheet, "row": row}
            traced = row_loaded(cursor, source, **place, reader=reader(COORDINATOR))
        assert {name for name, _, value in traced.fields if value is not None} >= {
            field.name for field in source.fields
        }


def filled(content, source, path):
    book = openpyxl.load_workbook(io.BytesIO(content))
    for column, field in enumerate(source.fields, start=1):
        book.worksheets[0].cell(HEADING_ROW + 1, column).value = forms.example(field)
    book.save(path)
    return path
