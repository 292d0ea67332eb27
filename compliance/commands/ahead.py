"""Counting ahead: what pages ask for today is counted in the background before somebody visits them.

    begin(over)         # a thread counts until `over` is set

A page that is costly to count has a function `ahead(view)`, which counts what the page asks for and yields after each
step. Between two steps the store is not held, and the thread waits until no page is running. It
begins anew when the data or the day have changed.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from compliance.access import permissions
from compliance.access.permissions import ROLES, Permission, User
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.bending import runs
from compliance.core.language import Language
from compliance.declarations import settings
from compliance.screens import addressing, reads, reviews, views
from compliance.screens.caching import Data
from compliance.screens.city import page as city
from compliance.screens.digest import page as digest
from compliance.screens.extracts import page as extracts
from compliance.screens.frame import PAGES
from compliance.screens.incidents import page as incidents
from compliance.screens.overview import page as overview
from compliance.screens.plan import page as plan
from compliance.screens.point import page as point
from compliance.screens.quality import page as quality
from compliance.screens.systems import page as systems
from compliance.screens.training import page as training
from compliance.screens.views import View
from compliance.screens.worklists import page as worklists

# How often it looks for new data, and whether the pages are at rest.
LOOK_SECONDS: Final = 1.0
REST_SECONDS: Final = 0.02
# In the order in which they are counted.
COUNTED: Final[dict[str, Callable[[View], Iterator[None]]]] = {
    "overview": overview.ahead,
    "city": city.ahead,
    "point": point.ahead,
    "plan": plan.ahead,
    "review": reviews.ahead,
    "extracts": extracts.ahead,
    "training": training.ahead,
    "systems": systems.ahead,
    "incidents": incidents.ahead,
    "quality": quality.ahead,
    "worklists": worklists.ahead,
    "digest": digest.ahead,
}
PERMISSIONS: Final = {entry.id: entry.permission for entry in PAGES}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Usual:
    """What an address without parameters shows: the data and the day."""

    data: Data
    sample: bool
    as_of: date


def begin(over: threading.Event) -> None:
    """Count ahead in the background until the event is set."""
    threading.Thread(target=_keep_counting, args=(over,), name="counting ahead", daemon=True).start()


def _keep_counting(over: threading.Event) -> None:
    counted, failed = None, ""
    while not over.wait(LOOK_SECONDS):
        try:
            counted = count(over, counted)
        except Exception as error:
            if failed != repr(error):
                log.exception("Nothing can be counted ahead")
            failed = repr(error)


def count(over: threading.Event, counted: Usual | None = None) -> Usual | None:
    """Count what pages ask for, unless it has been `counted`. Return what has been; None if the data changed."""
    wanted = usual()
    if wanted is None or wanted == counted:
        return counted
    for _ in _steps(wanted):
        while runs.is_running() and not over.wait(REST_SECONDS):
            pass
        if over.is_set() or usual() != wanted:
            return None
    return wanted


def usual() -> Usual | None:
    """What an address without parameters shows now; None if nothing has been loaded."""
    store, sample = views.usual_store()
    if not store.exists():
        return None
    data = reads.data(store)
    return Usual(data, sample, addressing.usual_day(data, sample=sample)) if reads.imports(data) else None


def _steps(wanted: Usual) -> Iterator[None]:
    """Count what each page asks for, then the overview of each part."""
    whole = [
        View(reader, wanted.data, wanted.sample, wanted.as_of, Scope(organisation))
        for organisation in views.organisations(wanted.data, wanted.as_of)
        for reader in _readers(wanted.data)
    ]
    for page in COUNTED:
        yield from _of_page(page, whole)
    yield from _of_page("overview", [part for view in whole for part in _parts(view)])


def _of_page(page: str, views_: list[View]) -> Iterator[None]:
    """Count what a page asks for. If it fails here, it will say so to whoever visits it."""
    try:
        for view in views_:
            if view.reader.may(PERMISSIONS[page]):
                yield from COUNTED[page](view)
    except Exception:
        log.exception("The page %s cannot be counted ahead", page)


def _parts(view: View) -> list[View]:
    """Every department, and one unit: with it all units are counted."""
    units = [row for row in reads.units(view.data, view.as_of) if view.scope.holds(row)]
    scopes = [replace(view.scope, department=row["department"]) for row in units if row["department"]]
    scopes += [replace(view.scope, department=row["department"], unit=row["unit"]) for row in units[:1]]
    return [replace(view, scope=scope) for scope in dict.fromkeys(scopes)]


def _readers(data: Data) -> list[Reader]:
    """A reader of each role that sees figures; without a login there is one."""
    with_login = settings.current().login is not None
    users = [User("", role) for role in ROLES] if with_login else [permissions.current_user()]
    readers = (Reader(user, Language("sv"), reads.withheld(data), user.limit) for user in users)
    return [reader for reader in readers if reader.may(Permission.SEE_FIGURES)]
