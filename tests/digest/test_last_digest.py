"""The last digest of an organisation is found under the name that it has, and one of the day itself apart."""

from datetime import date

from compliance.digest import last
from compliance.loading.loading import Order, rename_organisation


def test_the_last_digest_of_an_organisation_is_found_by_its_present_name(line):
    line.load_table("systems | 2026-01-01\nSystem\nA")
    (name,) = {row["name"] for row in line.rows("from organisation_names")}
    for day, who in ((date(2026, 1, 1), "a"), (date(2026, 2, 1), "b"), (date(2026, 2, 1), "c")):
        last.make(line.database, name, as_of=day, order=Order(who))
    rename_organisation(line.database, 1, name="Södra", order=Order("x"))
    with line.database.cursor() as cursor:
        found = last.last_digests(cursor, "Södra", as_of=date.max)
        assert last.last_digests(cursor, "Norra", as_of=date.max) == last.Last()
        of_the_day = last.last_digests(cursor, "Södra", as_of=date(2026, 2, 1))
    assert name != "Södra"
    assert found.today is None
    assert (found.earlier.as_of, found.earlier.made_by) == (date(2026, 2, 1), "c")
    assert (of_the_day.today.made_by, of_the_day.earlier.made_by) == ("c", "a")
