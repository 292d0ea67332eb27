"""How often an export is to come is said as one says it."""

import pytest

from compliance.core.language import Language
from compliance.wording import rhythms
from tests.line import SOURCES


@pytest.mark.parametrize(
    ("days", "swedish", "english"),
    [
        (1, "varje dag", "every day"),
        (7, "varje vecka", "every week"),
        (14, "varannan vecka", "every other week"),
        (31, "varje månad", "every month"),
        (61, "varannan månad", "every other month"),
        (92, "var tredje månad", "every third month"),
        (122, "var fjärde månad", "every fourth month"),
        (152, "var 5:e månad", "every 5th month"),
        (183, "varje halvår", "every half-year"),
        (365, "varje år", "every year"),
        (366, "varje år", "every year"),
        (730, "vartannat år", "every other year"),
        (2, "varannan dag", "every other day"),
        (22, "var 22:a dag", "every 22nd day"),
        (45, "var 45:e dag", "every 45th day"),
        (101, "var 101:a dag", "every 101st day"),
        (111, "var 111:e dag", "every 111th day"),
    ],
)
def test_an_interval_is_said_in_months_where_it_is_whole_months_and_else_in_days(days, swedish, english):
    assert rhythms.often(days, Language("sv")) == swedish
    assert rhythms.often(days, Language("en")) == english


def test_no_export_of_the_product_comes_on_odd_days():
    assert [id_ for id_, source in SOURCES.items() if ":" in rhythms.often(source.rhythm_days, Language("sv"))] == []
