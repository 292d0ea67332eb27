"""Points of packs are counted apart: where they are on, within limits; one that fails changes no other figure."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from compliance.access.reader import EVERYTHING
from compliance.access.scopes import Scope
from compliance.core import clock
from compliance.core.language import Language
from compliance.correcting import packs
from compliance.correcting.renaming import add_alias
from compliance.counting import apart
from compliance.counting.assessing import Status, ahead, counts, counts_of, items, left_on
from compliance.counting.explaining import Moment, explain
from compliance.counting.lapsing import lapsing
from compliance.counting.quality import findings, load_checks
from compliance.declarations.packs import read_pack
from compliance.loading.loading import load, read_request
from compliance.store import installing
from compliance.store import packs as stored
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.instances import lent
from compliance.wording.phrases import FAILURES, missing_sentence
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


def pack(sql=f"{SQL} {ROOMS}", *, reads="", **values):
    """A pack whose items are the rooms of its export."""
    values = {"id": "rooms", "publisher": "city", "version": "1.0"} | values
    files = {
        "point.toml": reads + POINT.format(**values),
        "point.sql": f"-- what: Rooms.\n-- grain: one row a room\n-- columns: columns.txt\n\n{sql}\n",
        "source.toml": SOURCE.format(**values),
        "example.toml": "",
    }
    return read_pack(files, origin="city.rooms")


def install(line: Line, each=None) -> None:
    """Have a pack in the store as it comes from another machine: nobody has checked it here."""
    line.wait()
    with line.database.writing() as cursor:
        installing.install(cursor, each or pack(), who="test")


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


@pytest.fixture(autouse=True)
def nothing_known():
    """What failed in another test was of other imports with the same numbers."""
    apart._KNOWN.clear()


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


# --- What fails ----------------------------------------------------------------------------------------------------


def answering(**columns):
    """A statement of the rooms, each of them unmet, with something else in some columns."""
    usual = ITEMS.format(outcome="'unmet'", reason="'open'").replace("\n", " ").split(", ")
    parts = {part.split(" as ")[-1].strip(): part for part in usual}
    chosen = (f"{columns[name]} as {name}" if name in columns else part for name, part in parts.items())
    return f"select {', '.join(chosen)} {ROOMS}"


# Statements that do not run, or that answer what are no items; each with its code.
WRONG = {
    "a function that is not let in": ("select getenv('HOME') as item", apart.REFUSED),
    "a table of the store": ("select * from frozen_reviews", apart.REFUSED),
    "no such column": (answering(label="cellar"), apart.BROKEN),
    "a column too few": (answering(row="null").replace("null as row", "null as place"), apart.BROKEN),
    "a number that is none": (answering(row="room"), apart.BROKEN),
    "an outcome that is none": (answering(outcome="lower(room)"), apart.ANSWER),
    "a reason that is none": (answering(reason="if(locked, 'open', room)"), apart.ANSWER),
    "no reason": (answering(reason="if(locked, 'open', null)"), apart.ANSWER),
    "no item": (answering(item="null"), apart.ANSWER),
    "an item twice": (answering(item="left(room, 0)"), apart.ANSWER),
    "another organisation": (answering(organisation="room"), apart.ANSWER),
    "another import": (answering(import_id="import_id + 1"), apart.ANSWER),
    "a day that no calendar has": (answering(due="date '9999-12-31' + 1"), apart.ANSWER),
    "a column that no source has": (
        answering(outcome="'unknown'", reason="if(locked, 'open', 'column_missing')", detail="room"),
        apart.ANSWER,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_statement_that_fails_tells_why_on_its_own_row_alone(line, name):
    sql, code = WRONG[name]
    load_register(line)
    install(line, pack(sql))
    switch(line)
    load_rooms(line)
    with line.database.cursor() as cursor:
        every = counts(cursor, points(line), days=[DAY], known_at=EVERYTHING_KNOWN).figures("organisation")
        alone = counts(cursor, points(line)[:-1], days=[DAY], known_at=EVERYTHING_KNOWN).figures("organisation")
        assert items(cursor, points(line)[-1], as_of=DAY, known_at=EVERYTHING_KNOWN).num_rows == 0
    *others, own = every
    assert others == alone
    assert (own.status, own.basis, own.failed) == (Status.NO_BASIS, False, code)
    assert missing_sentence(own, Language("sv")).startswith("Inte räknad: ")


def test_each_way_to_fail_has_a_sentence():
    codes = {apart.REFUSED, apart.TOO_SLOW, apart.TOO_LARGE, apart.TOO_MANY, apart.BROKEN, apart.ANSWER}
    assert FAILURES.keys() == codes


def test_a_statement_that_takes_too_long_is_stopped_and_not_tried_again(rooms, monkeypatch):
    tried = []

    def endless(wanted, *, known_at, usual=apart.answering):
        tried.append(wanted)
        return (
            ("select count(*) from range(1000000000000)", {}) if len(tried) == 1 else usual(wanted, known_at=known_at)
        )

    monkeypatch.setattr(apart, "answering", endless)
    monkeypatch.setattr(apart, "SECONDS", 0.1)
    assert [figure(rooms).failed for _ in range(3)] == ["too_slow"] * 3
    assert len(tried) == 1
    monkeypatch.setattr(apart, "SECONDS", 60.0)
    # another day is another trial
    assert figure(rooms, day=DAY + timedelta(days=1)).failed == ""
    assert figure(rooms).failed == "too_slow"
    # the machine can have been busy
    monkeypatch.setattr(apart, "now", lambda: clock.now() + apart.AGAIN)
    assert figure(rooms).failed == ""
    monkeypatch.undo()
    # another import is another trial
    load_rooms(rooms, extract_date=DAY)
    assert figure(rooms).failed == ""


def test_rows_that_cannot_be_read_fail_on_the_row_of_their_point_alone(rooms):
    with rooms.database.cursor() as cursor:
        before = counts(cursor, points(rooms)[:-1], days=[DAY], known_at=EVERYTHING_KNOWN).figures("organisation")
    with rooms.database.writing() as cursor:
        cursor.execute("update pack_rows set cells = ['Arkivet', 'kanske']")
    with rooms.database.cursor() as cursor:
        *others, found = counts(cursor, points(rooms), days=[DAY], known_at=EVERYTHING_KNOWN).figures("organisation")
    assert (others, found.failed) == (before, "broken")


def test_a_source_that_nobody_has_declared_is_refused(line):
    load_register(line)
    install(line, pack(reads='uses = ["cellars"]\n'))
    switch(line)
    load_rooms(line)
    assert figure(line).failed == "refused"


def test_nobody_waits_for_a_statement_that_runs(rooms, monkeypatch):
    """Others count, and write, while it runs: it is stopped here only after they have."""
    running: list[Any] = []
    has_begun = threading.Event()

    @contextmanager
    def until_stopped(cursor, *, seconds):
        running.append(cursor)
        late = threading.Event()
        yield late

    def endless(*_, **__):
        has_begun.set()
        return "select count(*) from range(1000000000000)", {}

    monkeypatch.setattr(apart, "watched", until_stopped)
    monkeypatch.setattr(apart, "answering", endless)
    with ThreadPoolExecutor(1) as pool:
        hostile = pool.submit(figure, rooms)
        has_begun.wait()
        with rooms.database.cursor() as cursor:
            city = points(rooms)[:-1]
            assert len(counts(cursor, city, days=[DAY], known_at=EVERYTHING_KNOWN).figures("organisation")) == len(city)
        rooms.load_table("System | Enhet | Ansvar\nKartan | Norr | Lokalt", extract_date=DAY, name="two.csv")
        assert not hostile.done()
        running[0].interrupt()
        assert hostile.result().failed == "broken"


def test_a_statement_that_takes_too_much_memory_is_stopped(rooms, monkeypatch):
    large = "create or replace temp table answer as select repeat('x', 1000) || i as x from range(1000000) as t(i)"
    monkeypatch.setattr(apart, "answering", lambda *_, **__: (large, {}))
    assert figure(rooms).failed == "too_large"


def test_where_many_days_are_too_much_the_last_is_counted_alone(rooms, monkeypatch):
    def asked(wanted, *, known_at, _asked=apart.answering):
        sql, values = _asked(wanted, known_at=known_at)
        return ("select error('too much')" if len(wanted.places) > 1 else sql), values if len(
            wanted.places
        ) == 1 else {}

    monkeypatch.setattr(apart, "answering", asked)
    with rooms.database.cursor() as cursor:
        found = counts(cursor, points(rooms), days=[BEFORE, DAY], known_at=EVERYTHING_KNOWN).figures("organisation")
    assert [(each.as_of, each.failed, each.of) for each in found if each.point.pack] == [
        (BEFORE, "broken", 0),
        (DAY, "", 2),
    ]


def test_more_items_than_may_be_fail_on_their_day_alone(rooms, monkeypatch):
    monkeypatch.setattr(apart, "MOST_ITEMS", 2)
    load_rooms(rooms, table=f"{TABLE}Tornet | Ja", extract_date=DAY)
    with rooms.database.cursor() as cursor:
        found = counts(cursor, points(rooms), days=[BEFORE, DAY], known_at=EVERYTHING_KNOWN).figures("organisation")
    assert [(each.as_of, each.failed, each.of) for each in found if each.point.pack] == [
        (BEFORE, "", 2),
        (DAY, "too_many", 0),
    ]


def test_a_statement_sees_neither_the_store_nor_what_the_one_before_it_has_read(rooms):
    with rooms.database.cursor() as cursor:
        sources = tuple(stored.declared(cursor, None).packs["city.rooms"].sources.values())
    figure(rooms)
    with lent(sources) as cursor:
        assert cursor.execute("select (select count(*) from imports), (select count(*) from pack_rows)").fetchall() == [
            (0, 0)
        ]
        assert cursor.execute("select count(*) from rooms").fetchall() == [(0,)]
        assert cursor.execute("select count(*) from duckdb_tables() where temporary").fetchall() == [(0,)]


def test_a_missing_column_accuses_nobody_whatever_the_pack_says_it_reads(line):
    judged = "judge([if(not coalesce(locked, false), unmet('open', rests_on := ['locked']), null)], columns) as j"
    columns = ITEMS.format(outcome="j.outcome", reason="j.reason").replace("null as detail", "j.detail as detail")
    load_register(line)
    install(line, pack(f"with judged as (select *, {judged} {ROOMS}) select {columns} from judged"))
    switch(line)
    load_rooms(line, table="Lokal\nArkivet")
    found = figure(line)
    assert (found.unknown, found.columns, found.status) == (1, ("locked",), Status.NO_BASIS)
    load_rooms(line, extract_date=DAY)
    assert (figure(line).met, figure(line).unmet) == (1, 1)


# --- Ahead, and back -----------------------------------------------------------------------------------------------


def test_what_lapses_is_ahead_of_a_point_of_a_pack(rooms):
    with rooms.database.cursor() as cursor:
        (found,) = ahead(cursor, (own(rooms),), as_of=DAY, known_at=EVERYTHING_KNOWN).figures("organisation")
        assert (found.then.met, found.lapsing) == (1, 0)
        lapses = lapsing(cursor, (own(rooms),), as_of=DAY, known_at=EVERYTHING_KNOWN)
    assert [(row["month"], row["item"]) for row in lapses.table.to_pylist()] == [(date(2027, 1, 31), "Arkivet")]


def test_nothing_is_ahead_of_one_that_is_off_by_then(rooms):
    switch(rooms, on=False, from_day=date(2026, 12, 1))
    with rooms.database.cursor() as cursor:
        assert ahead(cursor, (own(rooms),), as_of=DAY, known_at=EVERYTHING_KNOWN).figures("organisation") == []
        assert lapsing(cursor, (own(rooms),), as_of=DAY, known_at=EVERYTHING_KNOWN).table.num_rows == 0


def test_what_is_left_is_told_where_it_is_on(rooms):
    days = [date(2025, 12, 31), BEFORE, DAY]
    with rooms.database.cursor() as cursor:
        left = left_on(cursor, [(own(rooms), days)], known_at=EVERYTHING_KNOWN, organisation="Förvaltningen")
    assert {day: [row["item"] for row in found] for day, found in left["rooms"].items()} == {
        BEFORE: ["Hallen"],
        DAY: ["Hallen"],
    }


def test_why_its_figure_differs_is_told_by_its_items(rooms):
    load_rooms(rooms, table="Lokal | Låst\nArkivet | Ja\nHallen | Ja", extract_date=DAY)
    found = explained(rooms, BEFORE, DAY)
    assert [(change.kind, change.after["item"]) for change in found.changes] == [("done", "Hallen")]


def test_before_it_was_on_there_is_no_figure_to_compare(rooms):
    found = explained(rooms, date(2025, 12, 31), DAY)
    assert (found.before.off, found.before.basis, found.after.of, found.total) == (True, False, 2, None)
    assert missing_sentence(found.before, Language("en")).startswith("The point was not switched on on 31")


def test_that_it_was_switched_on_is_learned(rooms):
    moment = rooms.wait()
    switch(rooms, from_day=date(2025, 1, 1))
    with rooms.database.cursor() as cursor:
        day = date(2025, 12, 31)
        first, last = Moment(day, moment), Moment(day)
        found = explain(cursor, own(rooms), first, last, place=Scope("Förvaltningen"), reader=EVERYTHING)
    assert (found.before.off, found.after.off) == (True, False)


def explained(line: Line, first: date, last: date):
    with line.database.cursor() as cursor:
        return explain(cursor, own(line), Moment(first), Moment(last), place=Scope("Förvaltningen"), reader=EVERYTHING)


def test_two_cursors_count_the_same_as_one(rooms):
    days = [BEFORE, DAY]
    with rooms.database.cursor() as cursor:
        one = counts(cursor, points(rooms), days=days, known_at=EVERYTHING_KNOWN)
    two = counts_of(rooms.database, points(rooms), days=days, known_at=EVERYTHING_KNOWN)
    assert two == one


# --- What is asked for ---------------------------------------------------------------------------------------------


def test_a_column_that_it_asks_for_is_missed_where_it_is_on(line):
    load_register(line)
    install(line, pack(reads='reads = ["rooms.locked"]\n'))
    switch(line)
    for name in ("Förvaltningen", "Bolaget"):
        load_rooms(line, table=f"Lokal\n{name}s arkiv", organisation=name)
    with line.database.cursor() as cursor:
        declared = stored.declared(cursor, None)
        moment = {"as_of": DAY, "known_at": EVERYTHING_KNOWN, "reader": EVERYTHING}
        checks = [check for check in load_checks(None) if check.id == "missing_columns"]
        found = findings(cursor, tuple(checks), declared.sources, WORDS, **moment, points=declared.points)
    assert [(each.organisation, each.field) for each in found if each.source == "rooms"] == [
        ("Förvaltningen", "locked")
    ]
