"""The clocks of required incident reports, which the overview and the page of incidents count down."""

from datetime import datetime
from typing import Final

from compliance.core import clock, places
from compliance.counting import incidents
from compliance.counting.incidents import Clock, Duty
from compliance.screens import reads
from compliance.screens.caching import cached
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN

SOURCES: Final = ("incidents", "breaches")


@cached(words=False)
def duties(view: View) -> tuple[Duty, ...]:
    """The required reports, as the reader may see them."""
    with view.database.cursor() as cursor:
        return incidents.duties(
            cursor,
            reads.points(view),
            as_of=view.as_of,
            known_at=EVERYTHING_KNOWN,
            place=view.scope,
            own=places.own_files(),
            reader=view.reader,
        )


def clocks(view: View) -> tuple[Clock, ...]:
    """The clocks of the view, counted from now if the as-of date is today, else from its 24:00."""
    required = duties(view)
    return incidents.clocks(required, as_of=view.as_of, now=_now(view))


def _now(view: View) -> datetime | None:
    return clock.now() if view.as_of == clock.today() else None
