"""The PostgreSQL of the tests, which those of the store and the scripts of faults rest on."""

import pytest
from adbc_driver_postgresql import dbapi

from tests.postgres import server

pytestmark = pytest.mark.live


def said(address, statement):
    """What a statement gives through the driver of the product."""
    with dbapi.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.parametrize("_time", [1, 2])
def test_each_test_has_an_empty_database_of_its_own(_time, postgres_database):
    said(postgres_database, "create table told (x text)")
    assert said(postgres_database, "insert into told values ('å') returning x") == [("å",)]


@pytest.mark.exhaustive
def test_a_standby_has_what_was_committed_when_the_first_ends_without_warning():
    with server() as first:
        address = first.create("kept")
        second = first.standby(synchronous=True)
        try:
            said(address, "create table told as select 1 as x")
            first.stop(at_once=True)
            second.promote()
            assert said(second.address("kept"), "update told set x = 2 returning x") == [(2,)]
        finally:
            second.remove()
