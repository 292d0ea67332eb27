"""Databases apart from every store, where the statements of packs run."""

import threading
import time

import pytest

from compliance.declarations.packs import folder_files, product_packs, read_pack
from compliance.store import apart, engine
from compliance.store.database import Failure

ENDLESS = "select count(*) from range(10000000) as a, range(10000000) as b"
PACK = read_pack(folder_files(product_packs()[0]), origin="a pack")
AT = "(as_of := date '2026-01-01', known_at := timestamp '2026-01-01')"


@pytest.fixture(scope="module")
def cursor():
    with apart.instance(PACK.sources) as made:
        yield made


def test_it_has_the_relations_of_the_product_and_of_the_pack(cursor):
    for relation in ("systems_in_use_at", *(f"{source}_at" for source in PACK.sources)):
        assert cursor.execute(f"select * from {relation}{AT}").fetchall() == []


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "attach '/tmp/x.duckdb'",
        "copy (select 1) to '/tmp/x'",
        "set memory_limit = '100GB'",
        "set enable_external_access = true",
        "install httpfs",
        "load httpfs",
    ],
)
def test_it_reaches_nothing_and_keeps_its_limits(cursor, sql):
    with pytest.raises(Failure):
        cursor.execute(sql)
    ((memory, threads),) = cursor.execute(
        "select current_setting('memory_limit'), current_setting('threads')"
    ).fetchall()
    assert (memory, threads) == ("244.1 MiB", 1)


def test_what_runs_too_long_in_it_is_interrupted(cursor):
    began = time.thread_time()
    with engine.watched(cursor, seconds=0.2) as late, pytest.raises(Failure):
        cursor.execute(ENDLESS).fetchall()
    assert late.is_set()
    assert 0.2 <= time.thread_time() - began < 5
    assert cursor.execute("select 1").fetchall() == [(1,)]


def test_it_may_take_longer_while_others_use_the_processor_but_not_for_ever(cursor, monkeypatch):
    """blamed: on a busy machine a good statement was refused, and its point not counted for five minutes"""
    with engine.watched(cursor, seconds=0.02) as late:
        threading.Event().wait(0.1)
    assert not late.is_set()
    monkeypatch.setattr(engine, "PATIENCE", 0.001)
    with engine.watched(cursor, seconds=100.0), pytest.raises(Failure):
        cursor.execute(ENDLESS).fetchall()
