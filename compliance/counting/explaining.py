"""Why a point's figure differs between two moments: which items changed, and what each did to the coverage.

A change is walked in three legs: what was corrected of the first day, what happened up to the second day by the rules
of the first, and what the rules of the second day judge otherwise. Within a leg, with c the coverage before and n the
denominator after, an item that brings `met` and `of` to the count changes the coverage by (met - c * of) / n. These
sum up to the leg's change exactly, in whatever order they are taken, and the legs to the whole.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Literal

from compliance.access.disclosure import hidden, unseen
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core.language import year_before
from compliance.counting.assessing import OUTCOMES, Assessed, Coverage, assessed, coverage
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows

Leg = Literal["corrected", "happened", "rule"]
Kind = Literal["done", "lapsed", "new", "gone", "entered", "left"]
Cause = Kind | Literal["rule", "corrected"]
Row = dict[str, Any]
# A state between two moments: (leg that leads there, day, known at, day of the rules).
Stop = tuple[Leg, date, datetime, date]
# The items of each point, by its id, at each stop.
States = dict[tuple[str, Stop], Assessed]

# In the order they are told.
CAUSES: Final[tuple[Cause, ...]] = ("done", "lapsed", "new", "gone", "entered", "left", "rule", "corrected")
COUNTED: Final = frozenset({"met", "unmet", "unknown"})
INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Moment:
    """A day that is described, and until when (UTC) what was loaded of it counts."""

    day: date
    known_at: datetime = EVERYTHING_KNOWN


@dataclass(frozen=True)
class Change:
    """An item that changed within a leg: as it was and as it became; None where it was not there.

    `share` is what it did to the coverage (0-1), None where there is no coverage to compare. `moved` is whether it came
    from, or went to, another unit.
    """

    leg: Leg
    kind: Kind
    before: Row | None
    after: Row | None
    share: Fraction | None
    moved: bool = False


@dataclass(frozen=True)
class Part:
    """The changes of one cause."""

    cause: Cause
    changes: tuple[Change, ...]

    @property
    def share(self) -> Fraction | None:
        """What they did to the coverage together."""
        shares = [change.share for change in self.changes]
        return None if None in shares else sum((share for share in shares if share is not None), Fraction())


@dataclass(frozen=True)
class Explanation:
    """A point's figure at two moments, and every item that makes the difference.

    `items` are those of the organisation at the last moment. `recounted` is whether the first figure was frozen and is
    counted otherwise by now, so that no item can tell the difference.
    """

    first: Moment
    last: Moment
    before: Coverage
    after: Coverage
    changes: tuple[Change, ...]
    items: Rows = field(default_factory=list)
    recounted: bool = False

    @property
    def total(self) -> Fraction | None:
        """The difference of the coverages, exactly; None where one of them is missing."""
        first, last = _coverage(self.before), _coverage(self.after)
        return None if first is None or last is None else last - first

    @property
    def target_changed(self) -> bool:
        """Whether another target or limit holds; it moves the status, never the coverage."""
        return self.before.target != self.after.target

    @cached_property
    def parts(self) -> list[Part]:
        """The changes by cause. On one and the same day everything is a correction, so it is told by kind."""
        by_cause: defaultdict[Cause, list[Change]] = defaultdict(list)
        for change in self.changes:
            by_kind = change.leg == "happened" or self.first.day == self.last.day
            by_cause[change.kind if by_kind else _cause(change.leg, change.kind)].append(change)
        return [Part(cause, tuple(by_cause[cause])) for cause in CAUSES if by_cause[cause]]


def _cause(leg: Leg, kind: Kind) -> Cause:
    return kind if leg == "happened" else leg


def _coverage(figure: Coverage) -> Fraction | None:
    return Fraction(figure.met, figure.of) if figure.basis and figure.of else None


def since_frozen(found: Explanation, before: Coverage) -> Explanation:
    """The same from a figure as it was frozen."""
    before = replace(before, few=before.few or found.before.few)
    if all(getattr(before, name) == getattr(found.before, name) for name in (*OUTCOMES, "basis")):
        return replace(found, before=before)
    return replace(found, before=before, changes=(), recounted=True)


# --- Between which moments ----------------------------------------------------------------------------------------


def months_before(day: date, months: int) -> date:
    """A day some calendar months earlier, clamped; the last day of a month stays one."""
    total = day.year * 12 + day.month - 1 - months
    first = date(total // 12, total % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    ends = (day + timedelta(days=1)).month != day.month
    return last if ends else last.replace(day=min(day.day, last.day))


def turn_of_year(day: date) -> date:
    """The last day of the year before."""
    return date(day.year - 1, 12, 31)


def days_offered(day: date) -> dict[str, date]:
    """The days that a figure can be compared with in one choice, by the name of the choice."""
    return {
        "year": year_before(day),
        "quarter": months_before(day, 3),
        "month": months_before(day, 1),
        "turn": turn_of_year(day),
    }


def before_import(found: Row, imports: Rows) -> Moment:
    """The day of the full export that an import follows, as it was known just before; else the import's own day."""
    earlier = [row for row in imports if _follows(found, row)]
    day = max((row["extract_date"] for row in earlier), default=found["extract_date"])
    return Moment(day, found["imported_at"] - INSTANT)


def _follows(found: Row, row: Row) -> bool:
    """Whether a row of the imports is an earlier full export of the same source, not revoked by then."""
    return bool(
        all(row[name] == found[name] for name in ("organisation", "source"))
        and not row["completes"]
        and row["imported_at"] < found["imported_at"]
        and row["extract_date"] <= found["extract_date"]
        and (row["revoked_at"] is None or row["revoked_at"] >= found["imported_at"])
    )


def after_import(found: Row) -> Moment:
    """The import's own day, as it was known when it had been loaded."""
    return Moment(found["extract_date"], found["imported_at"])


def around(day: date, moment: datetime) -> tuple[Moment, Moment]:
    """A day as known just before and just after something was loaded or revoked at a moment."""
    return Moment(day, moment - INSTANT), Moment(day, moment)


# --- The difference -----------------------------------------------------------------------------------------------


def explain(cursor: Cursor, point: Point, first: Moment, last: Moment, *, place: Scope, reader: Reader) -> Explanation:
    """Why the figure of a place differs between two moments, as the reader sees it.

    Where a figure rests on few persons, or tells one that does, nothing is counted in it and no change is told.
    """
    place = reader.within(place)
    (found,) = explain_all(cursor, (point,), first, last, place=place)
    if reader.named:
        return found
    before = _shown(cursor, found.before, first, place, reader)
    after = _shown(cursor, found.after, last, place, reader)
    changes = () if before.few or after.few else tuple(_told(point, change, reader) for change in found.changes)
    return replace(found, before=before, after=after, changes=changes, items=[])


def _shown(cursor: Cursor, figure: Coverage, moment: Moment, place: Scope, reader: Reader) -> Coverage:
    """One of the two figures as it is on the overview."""
    if place.level == "organisation" or not figure.point.persons:
        return figure
    parts = coverage(cursor, (figure.point,), days=[moment.day], known_at=moment.known_at, level=place.level)
    few = any(part.few for part in reader.figures(parts) if place.holds(part))
    return unseen(replace(figure, few=few or hidden(figure)))


def _told(point: Point, change: Change, reader: Reader) -> Change:
    before, after = (reader.changed(point, row) if row else None for row in (change.before, change.after))
    return replace(change, before=before, after=after)


def explain_all(
    cursor: Cursor, points: tuple[Point, ...], first: Moment, last: Moment, *, place: Scope
) -> list[Explanation]:
    """Why each point's figure of a place differs between two moments."""
    start = first if _learned(cursor, first, last) else replace(first, known_at=last.known_at)
    routes = [(point, _route(point, start, last)) for point in points]
    states = _states(cursor, routes, place=place)
    found = [_explained(cursor, point, route, states, place=place) for point, route in routes]
    return [replace(explanation, first=first) for explanation in found]


def _learned(cursor: Cursor, first: Moment, last: Moment) -> bool:
    """Whether anything about the first day has become known since; most often nothing has, and a leg is saved."""
    if first.known_at == last.known_at:
        return False
    marks = [
        rows(cursor, statement("known"), {"as_of": first.day, "known_at": moment.known_at}) for moment in (first, last)
    ]
    return marks[0] != marks[1]


def _explained(cursor: Cursor, point: Point, route: list[Stop], found: States, *, place: Scope) -> Explanation:
    states = [found[point.id, stop] for stop in route]
    figures = [_figure(point, day, state, place) for (_, day, _, _), state in zip(route, states, strict=True)]
    (_, first_day, first_known, _), (_, last_day, last_known, _) = route[0], route[-1]
    first, last = Moment(first_day, first_known), Moment(last_day, last_known)
    ends = {0, len(route) - 1}
    stops = [number for number, figure in enumerate(figures) if number in ends or figure.of]
    compared = all(figures[number].of for number in ends)
    key = _keys(cursor, point, states, last=last)
    changes: list[Change] = []
    for start, end in pairwise(stops):
        # where nothing can be counted in between, the legs on both sides are walked as one: what happened is in it
        leg: Leg = route[end][0] if end - start == 1 else "happened"
        pairs = differences(states[start].items, states[end].items, inside=place.holds, key=key)
        weigh = _weigher(figures[start], figures[end]) if compared else None
        changes += [_change(leg, old, new, place.holds, weigh) for old, new in pairs]
    after = _figure(point, last.day, states[-1], place)
    return Explanation(first, last, figures[0], after, tuple(changes), states[-1].items)


def _route(point: Point, first: Moment, last: Moment) -> list[Stop]:
    """The states from the first moment to the last."""
    route: list[Stop] = [("corrected", first.day, first.known_at, first.day)]
    if last.known_at != first.known_at:
        route.append(("corrected", first.day, last.known_at, first.day))
    if last.day != first.day:
        route.append(("happened", last.day, last.known_at, first.day))
    if point.parameters(last.day) != point.parameters(first.day):
        route.append(("rule", last.day, last.known_at, last.day))
    return route


def _states(cursor: Cursor, routes: Sequence[tuple[Point, list[Stop]]], *, place: Scope) -> States:
    """The items of each point at each stop; all stops with the same knowledge are asked for together."""
    found: States = {}
    wanted = {(point.id, stop): (point, stop) for point, route in routes for stop in route}
    for known_at in dict.fromkeys(stop[2] for _, stop in wanted.values()):
        together = {key: asked for key, asked in wanted.items() if asked[1][2] == known_at}
        asked = [(point, stop[1], stop[3]) for point, stop in together.values()]
        answers = assessed(cursor, asked, known_at=known_at, organisation=place.organisation)
        found |= dict(zip(together, answers, strict=True))
    return found


def _figure(point: Point, day: date, state: Assessed, place: Scope) -> Coverage:
    n = Counter(row["outcome"] for row in state.items if place.holds(row))
    counts = (n["met"], n["unmet"], n["unknown"], n["pending"], n["exempt"])
    return Coverage(point, day, place.organisation, place.department, place.unit, *counts, state.basis)


def _keys(cursor: Cursor, point: Point, states: Sequence[Assessed], *, last: Moment) -> Callable[[Row], str]:
    """How an item is told again: by its id; a system by the name that it has at the last moment."""
    called: dict[str, str] = {}
    if point.needs[0] == "systems":
        names = sorted({row["item"] for state in states for row in state.items})
        given = {"what": "system", "names": names, "as_of": last.day, "known_at": last.known_at}
        called = {row["name"]: row["called"] for row in rows(cursor, statement("names_called"), given)}

    def key(row: Row) -> str:
        item: str = row["item"]
        return called.get(item, item).casefold()

    return key


def differences(
    before: Iterable[Row], after: Iterable[Row], *, inside: Callable[[Row], bool], key: Callable[[Row], str]
) -> list[tuple[Row | None, Row | None]]:
    """The items that count differently before and after; where an id stands twice, those that are alike are paired."""
    left, right = _grouped(before, key), _grouped(after, key)
    return [pair for name in dict.fromkeys([*left, *right]) for pair in _pairs(left[name], right[name], inside)]


def _grouped(items: Iterable[Row], key: Callable[[Row], str]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in items:
        found[key(row)].append(row)
    return found


def _pairs(before: list[Row], after: list[Row], inside: Callable[[Row], bool]) -> list[tuple[Row | None, Row | None]]:
    if len(before) == len(after) == 1:  # nearly all
        return [(before[0], after[0])] if _counts(before[0], inside) != _counts(after[0], inside) else []
    left, right = list(before), []
    for row in after:
        alike = next((old for old in left if _counts(old, inside) == _counts(row, inside)), None)
        if alike is None:
            right.append(row)
        else:
            left.remove(alike)
    rest = max(len(left), len(right))
    pairs = zip([*left, *[None] * (rest - len(left))], [*right, *[None] * (rest - len(right))], strict=True)
    return [(old, new) for old, new in pairs if _counts(old, inside) != _counts(new, inside)]


def _counts(row: Row | None, inside: Callable[[Row], bool]) -> tuple[int, int]:
    """What an item brings to numerator and denominator."""
    if row is None or row["outcome"] not in COUNTED or not inside(row):
        return 0, 0
    return int(row["outcome"] == "met"), 1


Weigh = Callable[[int, int], Fraction]


def _weigher(before: Coverage, after: Coverage) -> Weigh:
    """What a difference of numerator and denominator does to the coverage."""
    share = Fraction(before.met, before.of)
    return lambda met, of: (met - share * of) / after.of


def _change(
    leg: Leg, before: Row | None, after: Row | None, inside: Callable[[Row], bool], weigh: Weigh | None
) -> Change:
    (met0, of0), (met1, of1) = _counts(before, inside), _counts(after, inside)
    kind: Kind
    if of0 and of1:
        kind = "done" if met1 else "lapsed"
    elif of1:
        kind = "entered" if before else "new"
    else:
        kind = "left" if after else "gone"
    share = weigh(met1 - met0, of1 - of0) if weigh else None
    elsewhere = before if kind == "entered" else after if kind == "left" else None
    return Change(leg, kind, before, after, share, moved=elsewhere is not None and not inside(elsewhere))


# --- Rounding -----------------------------------------------------------------------------------------------------


def rounded_to(shares: Sequence[Fraction], total: int, *, step: Fraction) -> list[int]:
    """Shares in whole steps that sum up to `total`: each rounded, and those nearest to their next step moved there."""
    exact = [share / step for share in shares]
    found = [round(share) for share in exact]
    movable = [place for place, share in enumerate(exact) if share] or list(range(len(exact)))
    while movable and sum(found) != total:
        way = 1 if sum(found) < total else -1
        place = max(movable, key=lambda place: way * (exact[place] - found[place]))
        found[place] += way
    return found
