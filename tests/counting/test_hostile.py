"""Packs that mean harm, installed though no check would let them: each is stopped, and no other figure changes.

What is wrong with each statement is told in `tests/declarations/test_closed.py`, with each file in `tests/checking`.
"""

import threading
import time

import pytest

from compliance.counting import apart
from compliance.counting.assessing import counts
from compliance.store.database import EVERYTHING_KNOWN
from tests.counting.test_counted_apart import (
    DAY,
    ROOMS,
    install,
    load_register,
    load_rooms,
    pack,
    points,
    switch,
)
from tests.layers import layered
from tests.line import Line
from tests.spent import spent

TABLE = "Lokal | Låst\n" + "\n".join(f"Rum {n:04} {'x' * 150} | Ja" for n in range(600))


def items(**said) -> str:
    """An item of each room, with some columns otherwise."""
    columns = {
        "organisation": "organisation",
        "unit": "null",
        "item": "room",
        "label": "room",
        "outcome": "'met'",
        "reason": "if(locked, null, 'open')",
        "detail": "null",
        "due": "null",
        "lost": "false",
        "import_id": "import_id",
        "sheet": "sheet",
        "row": "row",
    }
    return "select " + ", ".join(f"{value} as {name}" for name, value in (columns | said).items())


def of_rooms(**said) -> str:
    return f"{items(**said)} {ROOMS}"


def joined(condition: str, *, of: str, columns: str) -> str:
    """Rooms beside rooms beside rooms: what the list lets in, as each join has its equality."""
    relation = ROOMS.removeprefix("from ")
    joins = " ".join(f"join {relation} as {name} {condition}" for name in of[1:])
    return f"{columns} from {relation} as {of[0]} {joins}"


COUNTED = items(
    organisation="min(a.organisation)", item="count(*)", label="'x'", import_id="min(a.import_id)", sheet="'x'", row="1"
).replace("if(locked, null, 'open')", "if(count(*) > 0, null, 'open')")
OF_A = items(
    organisation="organisation", item="a.room || b.room || c.room", label="a.room", import_id="a.import_id",
    reason="if(a.locked, null, 'open')", sheet="a.sheet", row="a.row",
)  # fmt: skip
HOSTILE = {
    # not run at all
    "a file": ("select * from read_csv('/etc/passwd')", apart.REFUSED),
    "a file as a table": ("select * from '/etc/passwd'", apart.REFUSED),
    "frozen reviews": ("select content as item from frozen_reviews", apart.REFUSED),
    "staff": ("select * from staff_at(as_of := $as_of, known_at := $known_at)", apart.REFUSED),
    "a deletion": ("with a as (delete from imports returning *) select * from a", apart.REFUSED),
    "recursion": ("with recursive a as (select 1 as n union all select n + 1 from a) select * from a", apart.REFUSED),
    "doubling texts": (
        f"with a0 as (select *, room as x {ROOMS}), "
        + ", ".join(f"a{n} as (select * replace (x || x as x) from a{n - 1})" for n in range(1, 25))
        + f" {items()} from a24",
        apart.REFUSED,
    ),
    "a pattern": (f"{items()} {ROOMS} where regexp_matches(room, '(a|a)*(a|a)*b')", apart.REFUSED),
    "another statement": (f"{items()} {ROOMS}; drop table systems", apart.REFUSED),
    # let in by the list
    "an endless join": (joined("using (organisation)", of="abcd", columns=COUNTED), apart.TOO_SLOW),
    "a large answer": (
        joined("using (organisation)", of="abc", columns=OF_A.replace("select", "select distinct", 1)),
        # which of the limits it meets first depends on how DuckDB plans it
        f"{apart.TOO_LARGE} or {apart.TOO_MANY}",
    ),
    "many items": (joined("using (organisation)", of="abc", columns=OF_A), apart.TOO_MANY),
    # wrong at run time only
    "no item": (of_rooms(item="cast(null as varchar)"), apart.ANSWER),
    "an item twice": (of_rooms(item="'one'"), apart.ANSWER),
    "another outcome": (of_rooms(outcome="'fine'"), apart.ANSWER),
    "a reason of its own": (
        of_rooms(outcome="'unmet'", reason="if(locked, 'a' || 'b', 'open')"),
        apart.ANSWER,
    ),
    "an item of another organisation": (of_rooms(organisation="'Bolaget'"), apart.ANSWER),
    "a row of another import": (of_rooms(import_id="import_id + 1"), apart.ANSWER),
    "a column too few": (f"select room as item, 'open' as reason {ROOMS}", apart.BROKEN),
    "a number of a text": (of_rooms(row="cast(room as integer)"), apart.BROKEN),
}


@pytest.fixture
def city(line: Line, monkeypatch) -> Line:
    """A register that is counted by the city's own points, and rooms that are by none."""
    monkeypatch.setattr(apart, "SECONDS", 2.0)
    monkeypatch.setattr(apart, "MOST_ITEMS", 5_000)
    load_register(line)
    return line


def counted(line: Line):
    """The city's own figures, and how the pack's point has failed."""
    with line.database.cursor() as cursor:
        figures = counts(cursor, points(line), days=[DAY], known_at=EVERYTHING_KNOWN).figures("organisation")
    own = [(each.point.id, each.met, each.of, each.status) for each in figures if not each.point.pack]
    return own, [each.failed for each in figures if each.point.pack]


@pytest.mark.live
@pytest.mark.parametrize(
    ("sql", "code"),
    layered(HOSTILE.values(), [HOSTILE["an endless join"], HOSTILE["no item"], HOSTILE["a deletion"]]),
    ids=HOSTILE,
)
def test_a_pack_that_means_harm_fails_alone(city, sql, code):
    before, _ = counted(city)
    install(city, pack(sql))
    switch(city)
    load_rooms(city, table=TABLE)
    began = spent()
    after, failed = counted(city)
    [why] = failed
    assert why in code.split(" or ")
    assert after == before
    assert spent() - began < 10
    # what has failed is not tried again at the next click
    began = spent()
    assert counted(city) == (after, failed)
    assert spent() - began < 2


def test_a_pack_that_means_no_harm_is_counted(city):
    install(city, pack(of_rooms()))
    switch(city)
    load_rooms(city, table=TABLE)
    assert counted(city)[1] == [""]


def test_a_statement_sees_no_longer_texts_than_the_list_counts_with(city):
    install(city, pack(of_rooms(item="left(room, 5)", label="'a'", outcome="if(length(room) = 1000, 'met', 'unmet')")))
    switch(city)
    load_rooms(city, table=f"Lokal | Låst\nlång {'å' * 3000} | Ja")
    with city.database.cursor() as cursor:
        figures = counts(cursor, points(city), days=[DAY], known_at=EVERYTHING_KNOWN).figures("organisation")
    assert [(each.failed, each.met, each.of) for each in figures if each.point.pack] == [("", 1, 1)]


@pytest.mark.live
def test_nobody_waits_for_a_pack_that_does_not_end(city, monkeypatch):
    monkeypatch.setattr(apart, "SECONDS", 6.0)
    sql, code = HOSTILE["an endless join"]
    install(city, pack(f"{sql} -- which nobody has tried yet"))
    switch(city)
    load_rooms(city, table=TABLE)
    failed: list[str] = []
    slow = threading.Thread(target=lambda: failed.extend(counted(city)[1]))
    slow.start()
    time.sleep(0.3)
    with city.database.cursor() as cursor:
        own = [point for point in points(city) if not point.pack]
        assert counts(cursor, own, days=[DAY], known_at=EVERYTHING_KNOWN).figures("organisation")
    assert slow.is_alive()
    slow.join()
    [why] = failed
    assert why in code.split(" or ")
