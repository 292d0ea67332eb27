"""Packs in a store: installed, of which the newest version counts; switched on and off per organisation and day."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime

import pytest

from compliance.checking import checking, naming
from compliance.core.errors import Refusal
from compliance.correcting.renaming import add_alias
from compliance.counting.assessing import coverage
from compliance.declarations.packs import read_pack
from compliance.declarations.points import POINTS, load_points
from compliance.store import installing, packs, schema
from compliance.store.database import EVERYTHING_KNOWN, Failure, moment
from compliance.store.file import FileDatabase
from tests.line import Line

POINT = """
publisher = "{publisher}"
id = "{id}"
version = "{version}"
product = ">=1.0"
checked_by = "Somebody"
next_review = 2027-12-31
title = {{ sv = "Lokaler", en = "Rooms" }}
short = {{ sv = "Lokaler", en = "Rooms" }}
question = {{ sv = "Är lokalerna låsta?", en = "Are the rooms locked?" }}
items = {{ sv = "lokaler", en = "rooms" }}
fulfilled = {{ sv = "lokaler är låsta", en = "rooms are locked" }}
rule = {{ sv = "Räknar lokaler.", en = "Counts rooms." }}
needs = ["{id}"]
targets = [{{ from = 2018-01-01, target = 0.95, limit = 0.80 }}]
[reasons]
open = {{ sv = "Olåst", en = "Open" }}
"""
SOURCE = """
id = "{id}"
order = 200
title = {{ sv = "Lokaler", en = "Rooms" }}
system = {{ sv = "Lokaler", en = "Rooms" }}
key = ["room"]
rhythm_days = 92
[fields.room]
title = "Room"
type = "text"
required = true
headings = ["Lokal"]
[fields.locked]
title = "Locked"
type = "yes_no"
headings = ["Låst"]
"""


def pack(id_="rooms", *, publisher="city", version="1.0", **files):
    """A pack without a working statement: what is stored of it, not what it counts."""
    values = {"id": id_, "publisher": publisher, "version": version}
    texts = {"point.toml": POINT, "point.sql": "select 1", "source.toml": SOURCE, "example.toml": ""} | files
    return read_pack({name: text.format(**values) for name, text in texts.items()}, origin=f"{publisher}.{id_}")


def install(line, each):
    with line.database.writing() as cursor:
        installing.install(cursor, each, who="Admin")


def declared(line, *, known_at=EVERYTHING_KNOWN):
    with line.database.cursor() as cursor:
        return packs.declared(cursor, None, known_at=known_at)


def test_an_installed_pack_is_a_point_after_the_products_with_a_relation_of_its_source(line):
    before = len(declared(line).points)
    install(line, pack())
    point = declared(line).points[-1]
    assert (point.id, point.number, point.pack) == ("rooms", before + 1, "city.rooms")
    assert "rooms" in declared(line).sources
    with line.database.cursor() as cursor:
        assert cursor.execute("select import_id, room, locked from rooms").fetchall() == []


def test_the_version_that_counts_is_that_of_the_moment(line):
    install(line, pack())
    with line.database.rehearsing() as cursor:
        then = moment(cursor)
    install(line, pack(version="1.1"))
    assert declared(line).packs["city.rooms"].head.version == "1.1"
    assert declared(line, known_at=then).packs["city.rooms"].head.version == "1.0"


def test_a_pack_that_cannot_be_read_leaves_everything_else(line):
    install(line, pack(version="0.9"))
    install(line, pack("keys"))
    number = declared(line).points[-1].number
    with line.database.writing() as cursor:
        broken = "update pack_files set content = 'not toml' where file = 'point.toml' and sha256 = $sha256"
        cursor.execute(broken, {"sha256": pack(version="0.9").sha256})
    packs._FILES.clear()
    packs._declared.cache_clear()
    found = declared(line)
    assert [(point.pack, point.number) for point in found.points if point.pack] == [("city.keys", number)]
    refused = found.refused["city.rooms"]
    assert ("point.toml cannot be read" in str(refused.why), found.sources["rooms"].key) == (True, ("room",))
    taken = naming.faults(pack("rooms", publisher="acme"), found.installed)
    assert {str(fault.why) for fault in taken} == {
        "The name rooms is that of another pack, city.rooms. Choose another."
    }
    moved = pack(version="1.1", **{"source.toml": SOURCE.replace("fields.room", "fields.hall").replace("room", "hall")})
    wrong = checking.check_files(moved.files, origin="", others=found.installed)
    assert any("A field keeps its place" in str(fault.why) for fault in wrong)


@pytest.mark.parametrize(("installed", "given"), [("1.0", "1.0.0"), ("1.0.0", "1.0"), ("01", "1.0")])
def test_versions_that_differ_in_zeros_are_the_same(installed, given):
    """apart: the check let in as another version what the page of settings showed as the same"""
    before, after = pack(version=installed), pack(version=given)
    wrong = [str(fault.why) for fault in checking.check_files(after.files, origin="", others=[before])]
    assert f"The version {installed} is installed with another content. Give this one another version." in wrong
    assert before.order == after.order < pack(version="1.0.1").order < pack(version="1.10").order


def test_what_the_product_has_by_itself_stays_the_products(tmp_path):
    """crashing: a later version of the product makes a table of the name that the relation of a pack's source has"""
    line = Line(tmp_path)
    install(line, pack())
    install(line, pack("systems"))
    found = declared(line)
    assert "has systems itself" in str(found.refused["city.systems"].why)
    assert ([*found.packs], found.sources["systems"].order < 100) == (["city.rooms"], True)
    with line.database.writing() as cursor:
        cursor.execute("drop view rooms")
        cursor.execute("create view actions_of_tomorrow as select 1")
        cursor.execute("update schema_files set name = 'macros of yesterday' where starts_with(name, 'macros ')")
    assert line.rows("select view_name from duckdb_views() where not internal") == [{"view_name": "rooms"}]


def test_the_points_are_numbered_in_the_order_in_which_they_were_first_switched_on(line):
    for id_ in ("rooms", "keys"):
        install(line, pack(id_))
    assert [point.id for point in declared(line).points][-2:] == ["rooms", "keys"]
    with line.database.rehearsing() as cursor:
        then = moment(cursor)
    marked = "select name from schema_files where starts_with(name, 'macros ')"
    mark = line.rows(marked)
    switched_on(line, "city.keys")
    assert [point.id for point in declared(line).points][-2:] == ["keys", "rooms"]
    assert [point.id for point in declared(line, known_at=then).points][-2:] == ["rooms", "keys"]
    # the macros are the same in any order
    assert line.rows(marked) == mark
    with line.database.cursor() as cursor:
        assert schema._mark_of_macros(cursor) == mark[0]["name"]


def switched_on(line, *names):
    with line.database.writing() as cursor:
        for edition, name in enumerate(names, 1):
            sql = "insert into pack_switches values (1, $name, true, date '2026-01-01', $edition, moment(), '')"
            cursor.execute(sql, {"name": name, "edition": edition})


def test_a_name_is_that_of_the_pack_that_was_installed_first_whatever_is_switched_on(line):
    """knocked out: a point called as another pack's source was found right, and then one refused the other"""
    first = pack("rooms", **{"source.toml": SOURCE.replace('"{id}"', '"doors"')})
    second = pack("doors", publisher="acme", **{"source.toml": SOURCE.replace('"{id}"', '"gates"')})
    assert [str(fault.why) for fault in naming.faults(second, [first])] == [
        "The name doors is that of another pack, city.rooms. Choose another."
    ]
    for each in (first, second):
        install(line, each)
    for names in ((), ("acme.doors", "city.rooms")):
        switched_on(line, *names)
        found = declared(line)
        assert [*found.packs] == ["city.rooms"]
        assert str(found.refused["acme.doors"].why).startswith(
            "acme.doors: city.rooms, installed before it, has doors too."
        )


def test_a_pack_is_on_from_its_day_until_it_is_switched_off_from_another(line):
    line.load_table("Systemnamn\nAlfa", source="systems")
    line.load_table("Systemnamn\nBeta", source="systems", organisation="Annan")
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 5, 31), date(2026, 6, 1)]

    def on(organisation):
        with line.database.cursor() as cursor:
            return [each.as_of for each in packs.packs_on(cursor, days) if each.organisation == organisation]

    def switch(organisation, *, on, from_day):
        options = {"on": on, "from_day": from_day, "as_of": days[-1], "who": ""}
        with line.database.writing() as cursor:
            installing.switch(cursor, "city.rooms", organisation, **options)

    switch("Förvaltningen", on=True, from_day=days[1])
    switch("Förvaltningen", on=False, from_day=days[3])
    assert (sorted(on("Förvaltningen")), on("Annan")) == (days[1:3], [])
    # of organisations that have become one, any
    switch("Annan", on=True, from_day=days[3])
    merged = {"kind": "organisation", "old": "Annan", "new": "Förvaltningen", "valid_from": days[0]}
    add_alias(line.database, **merged, order=line.order())
    assert sorted(on("Förvaltningen")) == days[1:]


def test_values_of_ones_own_for_a_point_that_is_not_there_are_refused_with_a_sentence(line, tmp_path):
    (tmp_path / POINTS.name).write_text("[points.exercises]\nnumber = 14\n", "utf-8")
    with line.database.cursor() as cursor, pytest.raises(Refusal, match="has values for a review point exercises"):
        packs.declared(cursor, tmp_path)


def test_values_of_ones_own_are_laid_over_those_of_a_pack(line, tmp_path):
    install(line, pack())
    (tmp_path / POINTS.name).write_text("[points.rooms]\ntargets = [{ from = 2018-01-01, target = 0.5, limit = 0.4 }]")
    with line.database.cursor() as cursor:
        point = packs.declared(cursor, tmp_path).points[-1]
    assert point.target(date(2026, 1, 1)).target == 0.5


def test_values_of_ones_own_for_a_pack_count_before_it_was_installed(line, tmp_path):
    """refused: what was frozen before could not be counted again"""
    with line.database.rehearsing() as cursor:
        then = moment(cursor)
    install(line, pack())
    (tmp_path / POINTS.name).write_text("[points.rooms]\ntargets = [{ from = 2018-01-01, target = 0.5, limit = 0.4 }]")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "rooms.toml").write_text("rhythm_days = 31\n", "utf-8")
    with line.database.cursor() as cursor:
        assert "rooms" not in packs.declared(cursor, tmp_path, known_at=then).sources
        assert packs.declared(cursor, tmp_path).sources["rooms"].rhythm_days == 31


def test_a_frozen_point_of_a_pack_has_no_statement_of_the_products():
    with pytest.raises(ValueError, match=r"the point rooms of city\.rooms is among those of its review"):
        _ = replace(pack().point, statement="").query


def test_whoever_rehearses_a_version_keeps_nobody_from_installing_or_rehearsing_one(line):
    """conflicting: two turns make the same macro of the store at once"""
    later = SOURCE + '[fields.area]\ntitle = "Area"\ntype = "number"\nheadings = ["Yta"]\n'
    install(line, pack())
    area = "select area from rooms union all select area from rooms_at(date '2026-01-01', timestamp '2026-01-01')"
    with line.database.rehearsing() as first, line.database.rehearsing() as second, ThreadPoolExecutor() as elsewhere:
        for cursor in (first, second):
            installing.rehearse(cursor, pack(version="1.1", **{"source.toml": later}))
            assert cursor.execute(area).fetchall() == []
        elsewhere.submit(install, line, pack("keys")).result()
    assert [*declared(line).packs] == ["city.rooms", "city.keys"]
    with line.database.cursor() as cursor, pytest.raises(Failure, match="area"):
        cursor.execute(area)


@pytest.mark.parametrize(
    ("file", "was", "becomes"),
    [
        ("source.toml", 'id = "{id}"', 'id = "imports"'),
        ("source.toml", 'id = "{id}"', 'id = "select"'),
        ("source.toml", 'type = "yes_no"', 'type = "number"\nlimit = 5\nempty_is = "x"'),
        ("point.toml", "targets = [{{ from = 2018-01-01, target = 0.95, limit = 0.80 }}]", "targets = []"),
        ("point.toml", "targets = [{{ from = 2018-01-01,", 'targets = [{{ from = "x",'),
        ("point.toml", "[reasons]", "parameters = [{{ from = 1 }}]\n[reasons]"),
        ("point.sql", "select 1", "-- parameters:\n--   nothing of the kind\n\nselect 1"),
    ],
)
def test_rows_of_a_pack_that_nobody_has_checked_leave_the_store_and_the_points_of_the_product(
    tmp_path, file, was, becomes
):
    """as a backup, or another machine, can bring them"""
    texts = {"point.toml": POINT, "point.sql": "select 1", "source.toml": SOURCE, "example.toml": ""}
    texts[file] = texts[file].replace(was, becomes)
    values = {"id": "rooms", "publisher": "city", "version": f"1.{abs(hash(becomes)) % 10_000}"}
    place = tmp_path / "own.duckdb"
    with FileDatabase.at(place).writing() as cursor:
        cursor.execute(
            "insert into pack_files select $sha, unnest($files), unnest($contents)",
            {"sha": f"{becomes}", "files": [*texts], "contents": [text.format(**values) for text in texts.values()]},
        )
        cursor.execute(
            "insert into packs (pack, sha256, edition, installed_at) values ('city.rooms', $sha, 1, $at)",
            {"sha": f"{becomes}", "at": datetime(2026, 1, 1)},
        )
    copied = tmp_path / "copy.duckdb"
    copied.write_bytes(place.read_bytes())
    with FileDatabase.at(copied).cursor() as cursor:
        found = packs.declared(cursor, None)
        assert [point.id for point in found.points if not point.pack] == [point.id for point in load_points(None)]
        counted = coverage(
            cursor, found.points, days=[date(2026, 1, 1)], known_at=EVERYTHING_KNOWN, level="organisation"
        )
    assert counted is not None


ROWS_OF_PACKS = {
    "packs": {"pack": "'city.rooms'", "sha256": "'a'", "edition": "1", "installed_at": "timestamp '2026-01-01'"},
    "pack_files": {"sha256": "'a'", "file": "'point.toml'", "content": "''"},
    "pack_switches": {
        "organisation_id": "1",
        "pack": "'city.rooms'",
        "is_on": "true",
        "from_day": "date '2026-01-01'",
        "edition": "1",
        "switched_at": "timestamp '2026-01-01'",
    },
}


@pytest.mark.parametrize("missing", [f"{table}.{column}" for table, row in ROWS_OF_PACKS.items() for column in row])
def test_a_row_without_one_of_its_values_leaves_the_store_and_the_points_of_the_product(tmp_path, missing):
    """as a backup, or another machine, can bring it"""
    place = tmp_path / "own.duckdb"
    with FileDatabase.at(place).writing() as cursor:
        for table, row in ROWS_OF_PACKS.items():
            halved = ["null" if missing == f"{table}.{column}" else value for column, value in row.items()]
            for values in (row.values(), halved):
                cursor.execute(f"insert into {table} ({', '.join(row)}) values ({', '.join(values)})")
    copied = tmp_path / "copy.duckdb"
    copied.write_bytes(place.read_bytes())
    with FileDatabase.at(copied).cursor() as cursor:
        found = packs.declared(cursor, None)
        counted = packs.points_on(cursor, found, as_of=date(2026, 1, 1), organisation=None)
        assert [point.id for point in counted if not point.pack] == [point.id for point in load_points(None)]
