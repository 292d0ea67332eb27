"""Why a point's figure differs between two moments: which items changed, and the effect of each on the coverage.

A change is split into three legs: corrections of the first day, what happened until the second day under the rules of
the first, and what the rules of the second day judge differently. Within a leg, with c the coverage before and n the
denominator after, an item that adds `met` and `of` to the count changes the coverage by (met - c * of) / n. In any
order, these sum exactly to the change of the leg, and the legs to the whole.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any, Final, Literal

from compliance.access.disclosure import FEW_PERSONS, Throughout
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core.language import folded, year_before
from compliance.core.remembering import cached_property
from compliance.counting.apart import OUTCOMES
from compliance.counting.assessing import (
    COLUMN_MISSING,
    Coverage,
    PointItems,
    figure_of,
    plans,
    requested_items,
    years,
)
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows

Leg = Literal["corrected", "happened", "rule"]
Kind = Literal["done", "lapsed", "new", "gone", "entered", "left"]
Cause = Kind | Literal["rule", "corrected"]
# What joins and leaves on its own account, and not by what is done.
COMING: Final = frozenset({"new", "gone"})
Row = dict[str, Any]
# A state on the way: (leg that leads to it, day, known at, day of the rules).
Stop = tuple[Leg, date, datetime, date]
# The items of each point, by its id, at each stop.
States = dict[tuple[str, Stop], PointItems]

# In display order.
CAUSES: Final[tuple[Cause, ...]] = ("done", "lapsed", "new", "gone", "entered", "left", "rule", "corrected")
COUNTED: Final = frozenset({"met", "unmet", "unknown"})
INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Moment:
    """A day to describe, and the time (UTC) up to which loaded imports are known."""

    day: date
    known_at: datetime = EVERYTHING_KNOWN


@dataclass(frozen=True)
class Change:
    """An item that changed within a leg, before and after; None where it did not exist.

    `share` is its effect on the coverage (0-1), None if there is no coverage to compare. `moved` is whether it came
    from, or went to, another unit.
    """

    leg: Leg
    kind: Kind
    before: Row | None
    after: Row | None
    share: Fraction | None
    moved: bool = False


@dataclass(frozen=True)
class CauseChanges:
    """The changes of one cause."""

    cause: Cause
    changes: tuple[Change, ...]

    @property
    def share(self) -> Fraction | None:
        """Their combined effect on the coverage."""
        shares = [change.share for change in self.changes]
        return None if None in shares else sum((share for share in shares if share is not None), Fraction())


@dataclass(frozen=True)
class Explanation:
    """A point's figure at two moments, and every item that makes the difference.

    `items` are those of the organisation at the last moment. `recounted` is True if the first figure was frozen and
    would be counted differently now, so that no items can account for the difference. `withheld` is True if what makes
    the difference concerns too few persons to be told.
    """

    first: Moment
    last: Moment
    before: Coverage
    after: Coverage
    changes: tuple[Change, ...]
    items: Rows = field(default_factory=list)
    recounted: bool = False
    withheld: bool = False

    @property
    def total(self) -> Fraction | None:
        """The exact difference of the coverages; None if either is missing."""
        first, last = _coverage(self.before), _coverage(self.after)
        return None if first is None or last is None else last - first

    @property
    def target_changed(self) -> bool:
        """Whether target or limit changed, which moves the status but never the coverage."""
        return self.before.target != self.after.target

    @property
    def years(self) -> tuple[int, int] | None:
        """The years of the two days, if each has cases of its own: none of one is counted in the other."""
        first, last = self.first.day.year, self.last.day.year
        return (first, last) if self.after.point.of_the_year and first != last else None

    @cached_property
    def parts(self) -> list[CauseChanges]:
        """The changes by cause. Within one day everything is a correction, so they are grouped by kind."""
        by_cause: defaultdict[Cause, list[Change]] = defaultdict(list)
        for change in self.changes:
            by_kind = change.leg == "happened" or self.first.day == self.last.day
            by_cause[change.kind if by_kind else _cause(change.leg, change.kind)].append(change)
        return [CauseChanges(cause, tuple(by_cause[cause])) for cause in CAUSES if by_cause[cause]]


def _cause(leg: Leg, kind: Kind) -> Cause:
    return kind if leg == "happened" else leg


def _coverage(figure: Coverage) -> Fraction | None:
    return Fraction(figure.met, figure.of) if figure.coverage is not None else None


def since_frozen(explanation: Explanation, before: Coverage) -> Explanation:
    """Return the explanation with a frozen figure as its first one."""
    before = replace(before, few=before.few or explanation.before.few)
    if all(getattr(before, name) == getattr(explanation.before, name) for name in (*OUTCOMES, "basis")):
        return replace(explanation, before=before)
    return replace(explanation, before=before, changes=(), recounted=True, withheld=False)


# --- The moments to compare ----------------------------------------------------------------------------------------


def months_before(day: date, months: int) -> date:
    """The day some calendar months earlier, clamped; the last day of a month stays one."""
    total = day.year * 12 + day.month - 1 - months
    first = date(total // 12, total % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    ends = (day + timedelta(days=1)).month != day.month
    return last if ends else last.replace(day=min(day.day, last.day))


def turn_of_year(day: date) -> date:
    """The last day of the previous year."""
    return date(day.year - 1, 12, 31)


def days_offered(day: date) -> dict[str, date]:
    """The days offered for comparison, by the name of the choice."""
    return {
        "year": year_before(day),
        "quarter": months_before(day, 3),
        "month": months_before(day, 1),
        "turn": turn_of_year(day),
    }


def before_import(loaded: Row, imports: Rows) -> Moment:
    """The day of the full export that an import follows, else its own day, as known just before it."""
    earlier = [row for row in imports if _follows(loaded, row)]
    day = max((row["extract_date"] for row in earlier), default=loaded["extract_date"])
    return Moment(day, loaded["imported_at"] - INSTANT)


def _follows(loaded: Row, row: Row) -> bool:
    """Whether `row` is an earlier full export of the same source, not revoked by then."""
    return bool(
        all(row[name] == loaded[name] for name in ("organisation", "source"))
        and not row["completes"]
        and row["imported_at"] < loaded["imported_at"]
        and row["extract_date"] <= loaded["extract_date"]
        and (row["revoked_at"] is None or row["revoked_at"] >= loaded["imported_at"])
    )


def around(day: date, moment: datetime) -> tuple[Moment, Moment]:
    """A day as known just before and just after a load or a revocation."""
    return Moment(day, moment - INSTANT), Moment(day, moment)


# --- The difference -----------------------------------------------------------------------------------------------


def explain(
    cursor: Cursor,
    point: Point,
    first: Moment,
    last: Moment,
    *,
    place: Scope,
    reader: Reader,
    points: tuple[Point, ...] = (),
) -> Explanation:
    """Return why the figure of a place differs between two moments, as the reader may see it.

    A figure that covers or would reveal few persons (in any of the `points`) has empty counts, and its changes are left
    out. They are left out of a part too if one of the causes concerns few persons.
    """
    place = reader.within(place)
    (explanation,) = explain_all(cursor, (point,), first, last, place=place)
    if reader.named:
        changes = tuple(_visible(point, change, reader) for change in explanation.changes)
        return replace(explanation, changes=changes, items=reader.limited(explanation.items))
    explanation = replace(explanation, items=[])
    if point.persons and place.level != "organisation":
        explanation = _of_part(cursor, explanation, points or (point,), reader)
    return replace(explanation, changes=tuple(_visible(point, change, reader) for change in explanation.changes))


def _of_part(cursor: Cursor, explanation: Explanation, points: tuple[Point, ...], reader: Reader) -> Explanation:
    """The explanation of a point about persons in a part of an organisation, to whom small numbers are not told."""
    moments = explanation.first, explanation.last
    hidden = years(cursor, points, days=[moment.day for moment in moments], known_at=EVERYTHING_KNOWN).hidden
    visible = partial(_visible_figure, cursor, points, reader, hidden)
    before, after = map(visible, (explanation.before, explanation.after), moments)
    if before.few or after.few:
        return replace(explanation, before=before, after=after, changes=())
    if any(len(part.changes) < FEW_PERSONS for part in explanation.parts):
        return replace(explanation, changes=(), withheld=True)
    return explanation


def _visible_figure(
    cursor: Cursor,
    points: tuple[Point, ...],
    reader: Reader,
    throughout: Throughout,
    figure: Coverage,
    moment: Moment,
) -> Coverage:
    """One of the two figures as the overview shows it."""
    if not (figure.of or figure.exempt):
        return figure
    day: Any = {"days": [moment.day], "known_at": moment.known_at, "throughout": throughout}
    (shown,) = reader.figures([figure], plans(cursor, points, **day))
    return shown


def _visible(point: Point, change: Change, reader: Reader) -> Change:
    before, after = (reader.changed(point, row) if row else None for row in (change.before, change.after))
    return replace(change, before=before, after=after)


def explain_all(
    cursor: Cursor, points: tuple[Point, ...], first: Moment, last: Moment, *, place: Scope
) -> list[Explanation]:
    """Return why each point's figure of a place differs between two moments."""
    start = first if _learned(cursor, first, last) else replace(first, known_at=last.known_at)
    routes = [(point, _route(point, start, last)) for point in points]
    states = _states(cursor, routes, place=place)
    explanations = [_explained(cursor, point, route, states, place=place) for point, route in routes]
    return [replace(explanation, first=first) for explanation in explanations]


def _learned(cursor: Cursor, first: Moment, last: Moment) -> bool:
    """Whether anything about the first day became known since; if not, as usual, a leg is saved."""
    if first.known_at == last.known_at:
        return False
    marks = [
        rows(cursor, statement("known"), {"as_of": first.day, "known_at": moment.known_at}) for moment in (first, last)
    ]
    return marks[0] != marks[1]


def _explained(cursor: Cursor, point: Point, route: list[Stop], by_stop: States, *, place: Scope) -> Explanation:
    states = [by_stop[point.id, stop] for stop in route]
    figures = [_figure(point, day, state, place) for (_, day, _, _), state in zip(route, states, strict=True)]
    (_, first_day, first_known, _), (_, last_day, last_known, _) = route[0], route[-1]
    first, last = Moment(first_day, first_known), Moment(last_day, last_known)
    ends = {0, len(route) - 1}
    stops = [number for number, figure in enumerate(figures) if number in ends or figure.coverage is not None]
    compared = all(figures[number].coverage is not None for number in ends)
    key = _keys(cursor, point, states, last=last)
    changes: list[Change] = []
    for start, end in pairwise(stops):
        # if a state in between counts nothing, the legs around it merge into one that covers what happened
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
    """The items of each point at each stop; stops with the same knowledge share a query."""
    states: States = {}
    wanted = {(point.id, stop): (point, stop) for point, route in routes for stop in route}
    for known_at in dict.fromkeys(stop[2] for _, stop in wanted.values()):
        together = {key: request for key, request in wanted.items() if request[1][2] == known_at}
        requests = [(point, stop[1], stop[3]) for point, stop in together.values()]
        answers = requested_items(cursor, requests, known_at=known_at, organisation=place.organisation)
        states |= dict(zip(together, answers, strict=True))
    return states


def _figure(point: Point, day: date, state: PointItems, place: Scope) -> Coverage:
    return figure_of(
        point,
        day,
        place=place,
        basis=state.basis,
        counts=Counter(row["outcome"] for row in state.items if place.holds(row)),
        purged=state.purged,
        columns=_columns(state.items, place),
        no_course=state.no_course,
        failed=state.failed,
        off=state.off,
    )


def _columns(items: Rows, place: Scope) -> tuple[str, ...]:
    """The fields for want of which some item is unknown, where none is met: as `coverage.sql` has it."""
    counted = [row for row in items if row["outcome"] in COUNTED and place.holds(row)]
    if any(row["outcome"] == "met" for row in counted):
        return ()
    lacking = (row["detail"] for row in counted if row["reason"] == COLUMN_MISSING)
    return tuple(sorted({name for detail in lacking for name in detail.split(", ")}))


def _keys(cursor: Cursor, point: Point, states: Sequence[PointItems], *, last: Moment) -> Callable[[Row], str]:
    """Return the function that identifies an item across states: by id, a system by its latest name."""
    latest: dict[str, str] = {}
    if point.needs[0] == "systems":
        names = sorted({row["item"] for state in states for row in state.items})
        params = {"what": "system", "names": names, "as_of": last.day, "known_at": last.known_at}
        latest = {row["name"]: row["called"] for row in rows(cursor, statement("names_called"), params)}

    def key(row: Row) -> str:
        item: str = row["item"]
        return folded(latest.get(item, item))

    return key


def differences(
    before: Iterable[Row], after: Iterable[Row], *, inside: Callable[[Row], bool], key: Callable[[Row], str]
) -> list[tuple[Row | None, Row | None]]:
    """Pair the items that count differently before and after; duplicates of an id pair with equals first."""
    left, right = _grouped(before, key), _grouped(after, key)
    return [pair for name in dict.fromkeys([*left, *right]) for pair in _pairs(left[name], right[name], inside)]


def _grouped(items: Iterable[Row], key: Callable[[Row], str]) -> defaultdict[str, list[Row]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in items:
        groups[key(row)].append(row)
    return groups


def _pairs(before: list[Row], after: list[Row], inside: Callable[[Row], bool]) -> list[tuple[Row | None, Row | None]]:
    if len(before) == len(after) == 1:  # nearly all
        return [(before[0], after[0])] if _counts(before[0], inside) != _counts(after[0], inside) else []
    left, right = list(before), []
    for row in after:
        equal = next((old for old in left if _counts(old, inside) == _counts(row, inside)), None)
        if equal is None:
            right.append(row)
        else:
            left.remove(equal)
    rest = max(len(left), len(right))
    pairs = zip([*left, *[None] * (rest - len(left))], [*right, *[None] * (rest - len(right))], strict=True)
    return [(old, new) for old, new in pairs if _counts(old, inside) != _counts(new, inside)]


def _counts(row: Row | None, inside: Callable[[Row], bool]) -> tuple[int, int]:
    """What an item adds to numerator and denominator."""
    if row is None or row["outcome"] not in COUNTED or not inside(row):
        return 0, 0
    return int(row["outcome"] == "met"), 1


Weigh = Callable[[int, int], Fraction]


def _weigher(before: Coverage, after: Coverage) -> Weigh:
    """Return the effect on the coverage of a difference in numerator and denominator."""
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
    """Round shares to steps that sum to `total`, adjusting those closest to their next step."""
    exact = [share / step for share in shares]
    steps = [round(share) for share in exact]
    movable = [place for place, share in enumerate(exact) if share] or list(range(len(exact)))
    while movable and sum(steps) != total:
        sign = 1 if sum(steps) < total else -1
        place = max(movable, key=lambda place: sign * (exact[place] - steps[place]))
        steps[place] += sign
    return steps
