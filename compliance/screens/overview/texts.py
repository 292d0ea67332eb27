"""The texts of the overview: its answer, its facts, a row per point, and the heat table of parts. No Streamlit."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from compliance.access.scopes import Scope
from compliance.core.language import MINUS, N_, Language
from compliance.counting.assessing import Basis, Coverage, Status
from compliance.counting.incidents import Clock, next_deadline
from compliance.counting.outlook import Outlook
from compliance.declarations.points import Point
from compliance.drawing import charts, elements
from compliance.wording import breaking, clocks, outlook, phrases, trends

REVIEW_STATES: Final = {
    "": N_("Not opened"),
    "draft": N_("Ongoing"),
    "submitted": N_("Submitted"),
    "approved": N_("Approved"),
}


@dataclass(frozen=True)
class Overview:
    """The figures of the overview: each point now, what it is compared with, its months, its parts and its exports.

    `remarks` is the number of checks with serious findings in the exports of a point, `outlooks` where it is heading.
    """

    now: tuple[Coverage, ...]
    before: Mapping[str, Coverage]
    months: Mapping[str, tuple[Coverage, ...]]
    parts: tuple[Coverage, ...]
    basis: Basis
    remarks: Mapping[str, int] = field(default_factory=dict)
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)

    @property
    def measured(self) -> list[Coverage]:
        """The figures that can be computed."""
        return [figure for figure in self.now if figure.coverage is not None]

    @property
    def reached(self) -> list[Coverage]:
        """Those at or above their target."""
        return [figure for figure in self.now if figure.status is Status.GREEN]

    @property
    def worst(self) -> Coverage | None:
        """The figure furthest from its target."""
        below = [figure for figure in self.measured if figure.status is not Status.GREEN]
        return max(below, key=_gap, default=None)


def _gap(figure: Coverage) -> float:
    return figure.target.target - (figure.coverage or 0.0)


def overview_sentences(view: Overview, say: Language) -> list[str]:
    """The page's answer."""
    if not view.basis.imports:
        return [say(N_("No export is loaded yet."))]
    first, worst = phrases.reached_sentence(view.now, say), view.worst
    far = say(N_("{point} is furthest from its target."), point=say.pick(worst.point.short)) if worst else ""
    return [first, far] if far else [first]


def overview_facts(view: Overview, say: Language) -> list[charts.Fact]:
    """What has changed since the figures compared with, and the age that most exports have."""
    return [fact for fact in (_change_fact(view, say), _age_fact(view, say)) if fact]


def _change_fact(view: Overview, say: Language) -> charts.Fact | None:
    earlier = [figure for figure in view.before.values() if figure.coverage is not None]
    if not earlier:
        return None
    more = len(view.reached) - sum(figure.status is Status.GREEN for figure in earlier)
    sign = "+" if more > 0 else MINUS if more else "±"
    year = earlier[0].as_of.year
    since = say(N_("since the review of {year}"), year=year) if earlier[0].approved else say(N_("in a year"))
    return charts.Fact(say(phrases.STATUS_WORDS[Status.GREEN]), f"{sign}{abs(more)}", note=since)


def _age_fact(view: Overview, say: Language) -> charts.Fact | None:
    days = common_age(view)
    if days is None:
        return None
    n = sum(age(view.basis, figure) == days for figure in view.now)
    of = say(N_("{n} of {of} points"), n=say.number(n), of=say.number(len(view.now)))
    return charts.Fact(say(N_("Basis")), say.age(days), note=of)


def next_deadline_fact(
    unsent: Sequence[Clock], say: Language, *, lacking: Sequence[str], day: date, address: str
) -> charts.Fact:
    """The time limit that comes first of those that can still be met, else how many have passed.

    `lacking` are the exports without which it is not known, `address` is that of the page of incidents.
    """
    title = charts.anchor(say(N_("Next deadline")), address)
    if clock := next_deadline(tuple(unsent)):
        return charts.Fact(title, clocks.figure_of(clock, say)[0], note=clocks.when_it_ends(clock, say))
    passed = sum(clock.run_out for clock in unsent)
    note = say.plural("{n} has passed", "{n} have passed", passed) if passed else say(N_("No clock is running."))
    if lacking and not passed:
        note = phrases.not_loaded(lacking, day, say)
    return charts.Fact(title, phrases.DASH, note=note)


def review_fact(state: str, year: int, say: Language, *, address: str) -> charts.Fact:
    """The state of the year's review, which is empty if none has been opened."""
    title = charts.anchor(say(N_("Review {year}"), year=year), address)
    return charts.Fact(title, say(REVIEW_STATES[state]))


def left_fact(title: str, late: Sequence[bool], say: Language, *, address: str) -> charts.Fact:
    """How many decisions or actions are open, and how many of them are late; `late` says of each open one if it is."""
    note = say(N_("overdue: {n}"), n=say.number(sum(late))) if any(late) else ""
    return charts.Fact(charts.anchor(title, address), say.number(len(late)), note=note)


def common_age(view: Overview) -> int | None:
    """The age in days that the exports of most points have; None if no two have the same."""
    ages = Counter(days for figure in view.now if (days := age(view.basis, figure)) is not None)
    days, n = max(ages.items(), key=lambda counted: (counted[1], -counted[0]), default=(0, 0))
    return days if n > 1 else None


def age(basis: Basis, figure: Coverage) -> int | None:
    """The age in days of the oldest export that the figure needs; None without a basis."""
    if not figure.basis:
        return None
    # of an export and the answers that complete it later, the export's own day counts
    imports = basis.used(figure.point, figure.organisation, figure.as_of)
    needed = [row["extract_date"] for row in imports if row["source"] in figure.point.needs]
    return (figure.as_of - min(needed)).days if needed else None


def legend(view: Overview, say: Language) -> list[charts.LegendEntry]:
    """The legend of the overview, each status with its number of points."""
    counted = Counter((figure.status, phrases.status_text(figure)) for figure in view.now)
    entries = [
        charts.LegendEntry(kind, say(text), say.number(counted[kind, text]))
        for kind, text in phrases.SIGNS
        if counted[kind, text]
    ]
    return [
        *entries,
        charts.LegendEntry("target", say(N_("Target"))),
        *(charts.LegendEntry("last_review", phrases.then_label(before, say)) for before in [*view.before.values()][:1]),
        *(
            [charts.LegendEntry("remark", say(N_("Remarks that can change the figure")))]
            if any(view.remarks.values())
            else []
        ),
    ]


def bullet_head(view: Overview, say: Language) -> charts.BulletHead:
    """The headings of the rows; that of the age only if some exports are of another than most."""
    common = common_age(view)
    others = any(age(view.basis, figure) not in (None, common) for figure in view.now)
    return charts.BulletHead(
        coverage=say(N_("Coverage")),
        figure=say(N_("Now")),
        status=say(N_("Status")),
        change=say(N_("Change")),
        trend=say(N_("12 months")),
        outlook=say(N_("Outlook")) if any(outlook.short(each, say) for each in view.outlooks.values()) else "",
        age=say(N_("Basis")) if others else "",
    )


def bullet(view: Overview, figure: Coverage, say: Language, *, address: str = "") -> charts.Bullet:
    """The row of a point; `address` is what a click opens."""
    before, months = view.before.get(figure.point.id), view.months.get(figure.point.id, ())
    days, heading = age(view.basis, figure), view.outlooks.get(figure.point.id)
    return charts.Bullet(
        status=figure.status,
        word=phrases.word(figure, say),
        figure=phrases.percent(figure, say),
        share=figure.coverage,
        alt=phrases.sentence(figure, before, say),
        target=figure.target.target,
        last=before.coverage if before else None,
        change=say.change(phrases.change(figure, before)),
        trend=[month.coverage for month in months],
        trend_alt=trends.trend_alt(months, say),
        outlook=outlook.short(heading, say) if heading else "",
        age="" if days in (None, common_age(view)) else say.age(days or 0),
        address=address,
        **_remarks(view, figure, say),
    )


def _remarks(view: Overview, figure: Coverage, say: Language) -> dict[str, str]:
    """The number of remarks on a point's exports, as a number and in words; empty if there are none."""
    n = view.remarks.get(figure.point.id, 0) if figure.basis else 0
    return {"remarks": say.number(n), "remarks_alt": phrases.remarks(n, say)} if n else {}


@dataclass(frozen=True)
class Ways:
    """The links of the heat table: the address of a point in a part, and that of a part itself."""

    point: Callable[[Point, str], str]
    part: Callable[[str], str]


def heat(
    parts: Sequence[Coverage], now: Sequence[Coverage], scope: Scope, say: Language, *, ways: Ways
) -> tuple[list[elements.Html], list[charts.HeatRow]]:
    """The heat table: departments (or the units of one) across, the weakest first, and points down."""
    by_point_and_part = {(figure.point.id, _part(figure, scope)): figure for figure in parts}
    order = weakest_first(parts, scope)
    rows = []
    for top in now:
        cells = [
            _heat_cell(by_point_and_part.get((top.point.id, name)), top, say, name=name, ways=ways) for name in order
        ]
        rows.append(charts.HeatRow(charts.anchor(breaking.label(top.point, say), ways.point(top.point, "")), cells))
    return [charts.anchor(breaking.add_soft_hyphens(name), ways.part(name)) for name in order], rows


def weakest_first(parts: Sequence[Coverage], scope: Scope) -> list[str]:
    """The parts of a scope, those with most points below the limit first: the same order on every page."""
    names = {name for figure in parts if (name := _part(figure, scope))}
    below = Counter(_part(figure, scope) for figure in parts if figure.status is Status.RED)
    near = Counter(_part(figure, scope) for figure in parts if figure.status is Status.YELLOW)
    return sorted(names, key=lambda name: (-below[name], -near[name], name))


def _part(figure: Coverage, scope: Scope) -> str | None:
    return figure.unit if scope.below == "unit" else figure.department


def _heat_cell(figure: Coverage | None, top: Coverage, say: Language, *, name: str, ways: Ways) -> charts.HeatCell:
    shown = figure or replace(top, met=0, unmet=0, unknown=0)
    alt = f"{name}: {phrases.sentence(shown, None, say)}"
    return charts.HeatCell(
        shown.status,
        phrases.whole_percent(shown, say),
        phrases.word(shown, say),
        alt,
        ways.point(top.point, name),
    )
