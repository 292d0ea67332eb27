"""The organisation's limit for keeping rows of persons, from data/retention.toml and its own file."""

from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import RETENTION
from compliance.declarations.declared import UNKNOWN, read_with_own

# A review has a trend of a year.
LEAST: Final = 13
MOST: Final = 1200


def limit_on(today: date, own: Path | None) -> date | None:
    """The day before which exports may be purged, or None if the organisation has set no limit.

    Raise Refusal if the limit is no whole number of months, or too short.
    """
    table = read_with_own(RETENTION, own)
    months = table["months"]
    if unknown := sorted(table.keys() - {"months"}):
        raise Refusal(UNKNOWN, file=RETENTION.name, key=unknown[0], known="months")
    if type(months) is not int or (months and not LEAST <= months <= MOST):
        text = N_("{file}: months is 0 (nothing is purged) or a whole number from {least} to {most}.")
        raise Refusal(text, file=RETENTION.name, least=LEAST, most=MOST)
    return months_before(today, months) if months else None


def months_before(day: date, months: int) -> date:
    """The same day some months earlier, or the last of its month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
