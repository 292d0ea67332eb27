"""What an organisation has said of its exports after they were loaded: what a word means, and how dates are written.

It counts in whatever is read afterwards. Nothing is ever changed: a later saying takes the place of an earlier one.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from compliance.declarations.queries import statement
from compliance.declarations.sources import normal
from compliance.reading.mapping import with_words
from compliance.reading.recognising import Match
from compliance.store.database import EVERYTHING_KNOWN, Cursor, rows

# What can be said of a column of dates: which part of 05/02/2024 is first.
ORDERS: Final = ("day", "month")


@dataclass(frozen=True)
class Meaning:
    """What was said: the code of a word in a field, or, of a column of dates by its heading, which part is first."""

    source: str
    field: str
    said_of: str
    meaning: str
    said_at: datetime
    said_by: str

    @property
    def of_dates(self) -> bool:
        """Whether it is about a column of dates."""
        return self.meaning in ORDERS


def meanings(cursor: Cursor, organisation_id: int) -> list[Meaning]:
    """What an organisation has said and not taken back."""
    params = {"organisation_id": organisation_id, "known_at": EVERYTHING_KNOWN}
    return [Meaning(**row) for row in rows(cursor, statement("meanings"), params)]


def add_meaning(
    cursor: Cursor, organisations: list[int], source: str, field: str, said_of: str, meaning: str | None, *, who: str
) -> None:
    """Say what a word or a column means to some organisations; None takes it back."""
    said = {"source": source, "field": field, "said_of": said_of, "meaning": meaning}
    cursor.execute(statement("add_meaning"), said | {"organisations": organisations, "who": who})


def with_meanings(matches: list[Match], said: Collection[Meaning]) -> list[Match]:
    """The sheets with what their organisation has said of their words and dates."""
    return [_with_meanings(match, [each for each in said if each.source == match.source.id]) for match in matches]


def _with_meanings(match: Match, said: list[Meaning]) -> Match:
    words: Mapping[str, dict[str, str]] = defaultdict(dict)
    for each in said:
        if not each.of_dates:
            words[each.field][each.said_of] = each.meaning
    orders = {
        each.field: each.meaning == "month"
        for each in said
        for column in match.columns.get(each.field, ())[:1]
        if each.of_dates and normal(column.heading) == normal(each.said_of)
    }
    return replace(match, source=with_words(match.source, [words]), month_first=orders)
