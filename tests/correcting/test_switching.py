"""Installing and switching packs: what is refused, who is told, and what the figure would be before either."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from compliance.access import audit
from compliance.access.audit import Action
from compliance.core.errors import Refusal
from compliance.core.places import PACKS
from compliance.correcting import packs
from compliance.correcting.packs import Whose
from compliance.declarations.packs import folder_files, product_packs, read_pack
from compliance.store import packs as stored

DAY = date(2026, 11, 24)
ORG = "Förvaltningen"
NAME = "compliance.continuity"


def continuity(**changed):
    files = folder_files(PACKS / NAME)
    for old, new in changed.values():
        assert old in files["point.toml"]
        files["point.toml"] = files["point.toml"].replace(old, new)
    return read_pack(files, origin=NAME)


def newer():
    return continuity(version=('version = "1.0"', 'version = "1.1"'))


def switch(line, *, on=True, from_day=DAY, organisation=ORG, pack=NAME):
    packs.switch(line.database, pack, organisation, on=on, from_day=from_day, as_of=DAY, order=line.order())


@pytest.fixture
def loaded(line):
    line.load_table("System | Verksamhetskritiskt\nAlfa | Ja\nBeta | Ja", source="systems")
    return line


def on_days(line, *days):
    with line.database.cursor() as cursor:
        there = stored.declared(cursor, None)
        every = (stored.points_on(cursor, there, as_of=day, organisation=ORG) for day in days)
        return [any(point.pack for point in points) for points in every]


def test_a_pack_counts_from_the_day_that_it_is_switched_on_and_switching_off_keeps_what_was(loaded):
    packs.install(loaded.database, continuity(), loaded.order())
    assert on_days(loaded, DAY) == [False]
    switch(loaded, from_day=date(2026, 3, 1))
    switch(loaded, on=False, from_day=date(2026, 6, 1))
    days = date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1)
    assert on_days(loaded, *days) == [False, True, True, False]


def test_what_was_done_is_in_the_history_and_the_trail(loaded, monkeypatch):
    told = []
    monkeypatch.setattr(audit, "record", lambda _user, action, what, **details: told.append((action, what, details)))
    monkeypatch.setattr(audit.stores, "own", lambda: loaded.database)
    pack = continuity()
    packs.install(loaded.database, pack, loaded.order())
    switch(loaded)
    events = [tuple(row.values()) for row in loaded.rows("select who, action, what from events order by happened_at")][
        -2:
    ]
    assert events == [
        ("test", "install point", f"{NAME} 1.0: {pack.sha256}"),
        ("test", "switch point", f"{NAME}: on from {DAY} in {ORG}"),
    ]
    assert told == [
        (Action.INSTALLATION, NAME, {"version": "1.0", "sum": pack.sha256}),
        (Action.SWITCHING, NAME, {"organisation": ORG, "on": True, "valid_from": DAY}),
    ]


def test_nothing_is_installed_twice_or_under_a_name_that_is_taken(loaded):
    packs.install(loaded.database, continuity(), loaded.order())
    with pytest.raises(Refusal, match="installed already"):
        packs.install(loaded.database, continuity(), loaded.order())
    other = continuity(publisher=('publisher = "compliance"', 'publisher = "city"'))
    with pytest.raises(Refusal, match=r"city\.continuity is not installed: point\.toml, line 3: The name continuity"):
        packs.install(loaded.database, other, loaded.order())
    packs.install(loaded.database, newer(), loaded.order())
    assert loaded.rows("select count(*) as n from packs") == [{"n": 2}]


def test_a_pack_that_is_wrong_is_not_installed(loaded):
    wrong = continuity(target=("target = 0.95", "target = 95"))
    with pytest.raises(Refusal, match=r"compliance\.continuity is not installed: point\.toml, line \d+: "):
        packs.install(loaded.database, wrong, loaded.order())
    assert loaded.rows("select count(*) as n from packs") == [{"n": 0}]


def test_a_pack_that_was_checked_beside_others_than_are_there_is_not_installed(loaded):
    def check(*_args, **_kwargs):
        with loaded.database.writing() as cursor:
            cursor.execute("insert into packs values ('city.rooms', '', 1, moment(), '')")
        return []

    with pytest.raises(Refusal, match="at the same time"):
        packs.install(loaded.database, continuity(), loaded.order(), check=check)


def test_a_pack_is_installed_though_others_are_switched_on_meanwhile(loaded):
    """refused: the order of the versions turned, which was told as another installation"""

    def check(*_args, **_kwargs):
        with loaded.database.writing() as cursor:
            cursor.execute("insert into pack_switches values (1, 'city.b', true, current_date, 1, moment(), '')")
        return []

    with loaded.database.writing() as cursor:
        cursor.execute("insert into packs values ('city.a', '', 1, moment(), ''), ('city.b', '', 2, moment(), '')")
    packs.install(loaded.database, continuity(), loaded.order(), check=check)
    assert loaded.rows("select count(*) as n from packs") == [{"n": 3}]


def test_nothing_is_switched_that_is_not_there(loaded):
    with pytest.raises(Refusal, match="not installed"):
        switch(loaded)
    packs.install(loaded.database, continuity(), loaded.order())
    with pytest.raises(Refusal, match="no organisation called Elsewhere"):
        switch(loaded, organisation="Elsewhere")
    assert loaded.rows("select count(*) as n from pack_switches") == [{"n": 0}]


def test_the_effect_is_seen_before_and_writes_nothing(loaded):
    whose = Whose(NAME, ORG, DAY, None)
    effect = packs.effect_of_having(loaded.database, whose, version=continuity())
    assert (effect.before, [figure.basis for figure in effect.after]) == ((), [False])
    assert loaded.rows("select count(*) as n from packs") == [{"n": 0}]
    packs.install(loaded.database, continuity(), loaded.order())
    assert packs.effect_of_having(loaded.database, whose).before == ()
    switch(loaded)
    effect = packs.effect_of_having(loaded.database, whose, version=newer())
    assert [len(effect.before), len(effect.after)] == [1, 1]


def test_the_effect_of_a_version_is_seen_after_it_is_installed(loaded):
    packs.install(loaded.database, continuity(), loaded.order())
    switch(loaded)
    lower = continuity(version=('version = "1.0"', 'version = "1.1"'), target=("target = 0.95", "target = 0.90"))
    packs.install(loaded.database, lower, loaded.order())
    with loaded.database.cursor() as cursor:
        [version] = stored.versions(cursor)
    effect = packs.effect_of_version(loaded.database, Whose(NAME, ORG, DAY, None), version.installed_at)
    assert [figure.target.target for figure in (*effect.before, *effect.after)] == [0.95, 0.90]


def test_several_can_see_at_once_what_packs_would_change_that_are_not_installed(loaded):
    each = [read_pack(folder_files(folder), origin=folder.name) for folder in product_packs()]

    def see(pack):
        return packs.effect_of_having(loaded.database, Whose(pack.name, ORG, DAY, None), version=pack).before

    with ThreadPoolExecutor(6) as pool:
        assert [*pool.map(see, each * 4)] == [()] * 12
    with loaded.database.cursor() as cursor:
        assert stored.declared(cursor, None).packs == {}
