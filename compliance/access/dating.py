"""Whether a clock that was ahead has dated what is kept: the audit trail, and the changes of the store.

Both only go forward: until the clock has caught up, whatever is written is dated as the latest of it. Nothing that is
written is changed, so all that can be done is to tell.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from compliance.access import audit
from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.store.database import Database, newest_moment

# What is over before anybody could act on it, as between two clocks that are set alike, is not told.
SLIGHT: Final = timedelta(minutes=1)
TRAIL: Final = N_(
    "A clock has been ahead: from entry {number} on the audit trail is dated up to {moment}, and it is {now}. "
    "Until {moment} every new entry is dated so too. The order and the seals hold, the times do not. "
    "Set the clock right where the database is kept; what is written stays as it is."
)
STORE: Final = N_(
    "A clock has been ahead: the latest change of the database is dated {moment}, and it is {now}. "
    "Until {moment} every new import and every other change is dated so too. The order holds, the times do not. "
    "Set the clock right where the database is kept; what is written stays as it is."
)


@dataclass(frozen=True)
class Ahead:
    """What is dated ahead of the clock: up to which moment, and what time it was then (UTC).

    `number` is the first entry of the audit trail that is; None of the store.
    """

    moment: datetime
    now: datetime
    number: int | None = None

    def told(self, say: Language) -> str:
        """What it means, in a sentence."""
        moments = {name: say.moment(clock.local(at)) for name, at in (("moment", self.moment), ("now", self.now))}
        if self.number is None:
            return say(STORE, **moments)
        return say(TRAIL, number=say.number(self.number), **moments)


def ahead(database: Database, *, now: datetime) -> list[Ahead]:
    """What is dated ahead of the clock, which says `now` (UTC): the trail, the store, both or none of them."""
    return [*_trail(now), *_store(database, now)]


def _trail(now: datetime) -> Iterator[Ahead]:
    if (moment := audit.last_moment()) > now + SLIGHT:
        yield Ahead(moment, now, audit.first_after(now))


def _store(database: Database, now: datetime) -> Iterator[Ahead]:
    with suppress(Refusal), database.cursor() as cursor:  # A store that cannot be read is told of elsewhere.
        if (moment := newest_moment(cursor)) > now + SLIGHT:
            yield Ahead(moment, now)
