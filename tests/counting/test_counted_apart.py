"""Points of packs are counted apart: where they are on, within limits; one that fails changes no other figure."""

from datetime import date

import pytest

from compliance.correcting import packs
from compliance.correcting.renaming import add_alias
from compliance.counting.assessing import Status, counts, items
from compliance.declarations.packs import read_pack
from compliance.loading.loading import load, read_request
from compliance.store import packs as stored
from compliance.store.database import EVERYTHING_KNOWN
from tests.line import WORDS, Line, read_here
from tests.store.test_packs import POINT, SOURCE

DAY, BEFORE = date(2026, 11, 24), date(2026, 10, 24)
EXTRACTED = date(2026, 10, 1)
ITEMS = """
organisation, null as unit, room as item, room as label, {outcome} as outcome, {reason} as reason, null as detail,
date '2027-01-31' as due, false as lost, import_id, sheet, row
"""
ROOMS = "from rooms_at(as_of := $as_of, known_at := $known_at)"
SQL = "select " + ITEMS.format(
    outcome="case when locked and $as_of < date '2027-01-31' then 'met' else 'unmet' end",
    reason="case when locked and $as_of < date '2027-01-31' then null else 'open' end",
)
TABLE = """
Lokal   | Låst
Arkivet | Ja
Hallen  | Nej
"""


def pack(sql=f"{SQL} {ROOMS}", **values):
    """A pack whose items are the rooms of its export."""
    values = {"id": "rooms", "publisher": "city", "version": "1.0"} | values
    files = {
        "point.toml": POINT.format(**values),
        "point.sql": f"-- what: Rooms.\n-- grain: one row a room\n-- columns: columns.txt\n\n{sql}\n",
        "source.toml": SOURCE.format(**values),
        "example.toml": "",
    }
    return read_pack(files, origin="city.rooms")


def install(line: Line, each=None) -> None:
    packs.install(line.database, each or pack(), line.order())


def switch(line: Line, *, on=True, organisation="Förvaltningen", from_day=date(2026, 1, 1)) -> None:
    packs.switch(line.database, "city.rooms", organisation, on=on, from_day=from_day, as_of=DAY, order=line.order())


def load_rooms(line: Line, *, table=TABLE, organisation=None, extract_date=EXTRACTED) -> None:
    order = line.order(extract_date=extract_date, **({"organisation": organisation} if organisation else {}))
    with line.database.cursor() as cursor:
        sources = stored.declared(cursor, None).sources
    request = read_request(line.database, order, sources=sources, words=WORDS, today=DAY)
    book = read_here(line.file(table, name="lokaler.csv"), name="lokaler.csv", request=request)
    load(line.database, book, order, sources=sources, words=WORDS)


def points(line: Line):
    with line.database.cursor() as cursor:
        return stored.declared(cursor, None).points


def own(line: Line):
    return points(line)[-1]


def figures(line: Line, *days, level="organisation", known_at=EVERYTHING_KNOWN):
    with line.database.cursor() as cursor:
        found = counts(cursor, points(line), days=[*days] or [DAY], known_at=known_at).figures(level)
    return [(figure.organisation, figure.as_of, figure.met, figure.of) for figure in found if figure.point.pack]


def figure(line: Line, *, day=DAY):
    with line.database.cursor() as cursor:
        found = counts(cursor, points(line), days=[day], known_at=EVERYTHING_KNOWN).figures("organisation")
    return next(figure for figure in found if figure.point.pack)


@pytest.fixture
def rooms(line: Line) -> Line:
    """The pack, on since January, and an export for it."""
    load_register(line)
    install(line)
    switch(line)
    load_rooms(line)
    return line


def load_register(line: Line) -> None:
    line.load_table("System | Enhet | Ansvar\nDiariet | Norr | Lokalt", extract_date=EXTRACTED)


# --- Where it is on ------------------------------------------------------------------------------------------------


def test_a_point_of_a_pack_is_counted_as_the_others(rooms):
    assert figures(rooms) == [("Förvaltningen", DAY, 1, 2)]
    with rooms.database.cursor() as cursor:
        listed = items(cursor, own(rooms), as_of=DAY, known_at=EVERYTHING_KNOWN).to_pylist()
    assert [(row["item"], row["outcome"], row["file"], row["row"]) for row in listed] == [
        ("Arkivet", "met", "lokaler.csv", 2),
        ("Hallen", "unmet", "lokaler.csv", 3),
    ]


def test_before_its_day_and_from_when_it_is_off_there_is_no_row_at_all(rooms):
    switch(rooms, on=False, from_day=DAY)
    assert figures(rooms, date(2025, 12, 31), BEFORE, DAY) == [("Förvaltningen", BEFORE, 1, 2)]
    with rooms.database.cursor() as cursor:
        assert len(items(cursor, own(rooms), as_of=DAY, known_at=EVERYTHING_KNOWN)) == 0
        assert len(items(cursor, own(rooms), as_of=BEFORE, known_at=EVERYTHING_KNOWN)) == 2


def test_where_nobody_has_switched_it_there_is_no_row_at_all(line):
    load_register(line)
    install(line)
    load_rooms(line)
    assert figures(line) == []


def test_where_it_is_on_and_its_export_is_missing_it_has_no_basis(line):
    load_register(line)
    install(line)
    switch(line)
    found = figure(line)
    assert (found.status, found.basis, found.failed, found.off) == (Status.NO_BASIS, False, "", False)


def test_it_is_on_as_it_was_known(rooms):
    before = rooms.wait()
    switch(rooms, on=False)
    assert figures(rooms) == []
    assert figures(rooms, known_at=before) == [("Förvaltningen", DAY, 1, 2)]


def test_of_two_organisations_it_is_counted_where_it_is_on(rooms):
    load_rooms(rooms, organisation="Bolaget", table="Lokal | Låst\nKajen | Nej")
    assert figures(rooms) == [("Förvaltningen", DAY, 1, 2)]
    switch(rooms, organisation="Bolaget", from_day=DAY)
    assert sorted(figures(rooms)) == [("Bolaget", DAY, 0, 1), ("Förvaltningen", DAY, 1, 2)]
    assert figures(rooms, BEFORE) == [("Förvaltningen", BEFORE, 1, 2)]


def test_of_merged_organisations_it_is_on_if_it_is_in_any(rooms):
    load_rooms(rooms, organisation="Bolaget", table="Lokal | Låst\nKajen | Nej")
    switch(rooms, organisation="Bolaget")
    switch(rooms, on=False)
    names = {"kind": "organisation", "old": "Bolaget", "new": "Förvaltningen"}
    add_alias(rooms.database, **names, valid_from=DAY, order=rooms.order())
    assert figures(rooms, BEFORE, DAY) == [("Förvaltningen", DAY, 1, 2)]
