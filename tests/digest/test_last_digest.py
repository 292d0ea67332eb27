"""The last digest of an organisation is found under the name that it has."""

from datetime import date

from compliance.digest import last
from compliance.loading.loading import Order, rename_organisation


def test_the_last_digest_of_an_organisation_is_found_by_its_present_name(line):
    line.load_table("systems | 2026-01-01\nSystem\nA")
    (name,) = {row["name"] for row in line.rows("from organisation_names")}
    with line.database.writing() as cursor:
        last.record(cursor, 1, as_of=date(2026, 1, 1), who="a")
        last.record(cursor, 1, as_of=date(2026, 2, 1), who="b")
    rename_organisation(line.database, 1, name="Södra", order=Order("x"))
    with line.database.cursor() as cursor:
        found = last.last_digest(cursor, "Södra", as_of=date.max)
        assert last.last_digest(cursor, "Norra", as_of=date.max) is None
    assert name != "Södra"
    assert found
    assert (found.as_of, found.made_by) == (date(2026, 2, 1), "b")
