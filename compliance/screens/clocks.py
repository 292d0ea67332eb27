"""The clocks of required incident reports, which the overview and the page of incidents count down."""

from datetime import date, datetime
from typing import Final

from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core import clock, places
from compliance.counting import incidents
from compliance.counting.incidents import Clock, Duty
from compliance.screens import reads
from compliance.screens.reads import read
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN, Cursor

SOURCES: Final = ("incidents", "breaches")


@read()
def duties(cursor: Cursor, reader: Reader, as_of: date, scope: Scope) -> tuple[Duty, ...]:
    """The required reports, as the reader may see them."""
    return incidents.duties(
        cursor,
        reads.points(),
        as_of=as_of,
        known_at=EVERYTHING_KNOWN,
        place=scope,
        own=places.own_files(),
        reader=reader,
    )


def clocks(view: View) -> tuple[Clock, ...]:
    """The clocks of the view, counted from now if the as-of date is today, else from its 24:00."""
    required = duties(view.data, view.reader, view.as_of, view.scope)
    return incidents.clocks(required, as_of=view.as_of, now=_now(view))


def _now(view: View) -> datetime | None:
    return clock.now() if view.as_of == clock.today() else None
