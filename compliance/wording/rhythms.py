"""How often an export is to come, as one says it: every month, every third month, every 45th day."""

from collections.abc import Mapping
from typing import Final

from compliance.core.language import N_, Language

MONTHS_OF_YEAR: Final = 12
DAYS_OF_YEAR: Final = 365.25
BY_DAYS: Final[Mapping[int, str]] = {
    1: N_("every day"),
    2: N_("every other day"),
    7: N_("every week"),
    14: N_("every other week"),
}
BY_MONTHS: Final[Mapping[int, str]] = {
    1: N_("every month"),
    2: N_("every other month"),
    3: N_("every third month"),
    4: N_("every fourth month"),
    6: N_("every half-year"),
    12: N_("every year"),
    24: N_("every other year"),
}


def often(days: int, say: Language) -> str:
    """An interval of so many days; one of whole months, give or take a day, in months."""
    if days in BY_DAYS:
        return say(BY_DAYS[days])
    months = round(days * MONTHS_OF_YEAR / DAYS_OF_YEAR)
    if not months or abs(days - months * DAYS_OF_YEAR / MONTHS_OF_YEAR) > 1:
        return say(N_("every {ordinal} day"), ordinal=say.ordinal(days))
    if months in BY_MONTHS:
        return say(BY_MONTHS[months])
    return say(N_("every {ordinal} month"), ordinal=say.ordinal(months))
