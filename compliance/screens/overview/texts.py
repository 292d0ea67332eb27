"""The texts of the overview: its answer, its facts, a row per point, and the heat table of parts. No Streamlit."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from compliance.access.scopes import Scope
from compliance.core.language import N_, NBSP, Language
from compliance.counting.assessing import Basis, Coverage, Status
from compliance.counting.incidents import Clock
from compliance.declarations.points import Point
from compliance.drawing import charts, elements
from compliance.loading.purges import purged_text
from compliance.wording import breaking, clocks, phrases, trends


@dataclass(frozen=True)
class Overview:
    """The figures of the overview: each point now, what it is compared with, its months, its parts and its exports.

    `remarks` is the number of checks with serious findings in the exports of a point.
    """

    now: tuple[Coverage, ...]
    before: Mapping[str, Coverage]
    months: Mapping[str, tuple[Coverage, ...]]
    parts: tuple[Coverage, ...]
    basis: Basis
    remarks: Mapping[str, int] = field(default_factory=dict)

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
    """The main facts; the next deadline is made by `next_deadline_fact`."""
    return [_reached_fact(view, say), _worst_fact(view, say), _missing_fact(view, say)]


def next_deadline_fact(clock: Clock | None, say: Language, *, basis: bool, address: str) -> charts.Fact:
    """The most urgent clock as a fact. Without a `basis` it is unknown whether any clock runs.

    `address` is that of the page of incidents.
    """
    title = say(N_("Next deadline"))
    if clock is None:
        note = N_("no clock is running") if basis else N_("no export of incidents or breaches is loaded")
        return charts.Fact(title, phrases.DASH, note=say(note))
    figure, rest = clocks.figure_of(clock, say)
    what = say(clocks.LANES[clock.duty.kind])
    text = f"{clock.duty.id}, {what[:1].lower()}{what[1:]}, {clocks.when_it_ends(clock, say)}"
    return charts.Fact(title, figure, rest, charts.anchor(text, address))


def _reached_fact(view: Overview, say: Language) -> charts.Fact:
    earlier = [figure for figure in view.before.values() if figure.coverage is not None]
    note = _more_reached(view, earlier, say) if earlier else say(N_("nothing to compare with"))
    rest = say(N_("of {of}"), of=say.number(len(view.measured)))
    return charts.Fact(say(N_("Reach the target")), say.number(len(view.reached)), rest, note)


def _more_reached(view: Overview, earlier: list[Coverage], say: Language) -> str:
    more = len(view.reached) - len([figure for figure in earlier if figure.status is Status.GREEN])
    when = phrases.then(earlier[0], say)
    if not more:
        return say(N_("as many as {then}"), then=when)
    if more > 0:
        return say.plural("{n} more than {then}", "{n} more than {then}", more, then=when)
    return say.plural("{n} fewer than {then}", "{n} fewer than {then}", -more, then=when)


def _worst_fact(view: Overview, say: Language) -> charts.Fact:
    title = say(N_("Furthest from the target"))
    if view.worst is None:
        return charts.Fact(title, phrases.DASH, note=say(N_("no point is below its target")) if view.measured else "")
    target = say(N_("target {share}"), share=phrases.share(view.worst.target.target, say))
    return charts.Fact(title, phrases.percent(view.worst, say), note=f"{say.pick(view.worst.point.short)}, {target}")


def _missing_fact(view: Overview, say: Language) -> charts.Fact:
    without_basis = [figure for figure in view.now if figure.status is Status.NO_BASIS]
    missing = [figure.point for figure in without_basis]
    value = say.plural("{n} point", "{n} points", len(missing)).replace(" ", NBSP)
    names = [say.pick(point.short) for point in missing]
    note = say(N_("every point has its exports"))
    if len(names) > 2:
        note = say(N_("{first} and {n} more"), first=names[0], n=say.number(len(names) - 1))
    elif names:
        note = phrases.listed(names, say)
        untold = sum(figure.untold for figure in without_basis)
        if untold == len(without_basis):
            note = say(N_("{points}: not in the export"), points=note)
        elif not untold:
            note = say(N_("{points}: no export loaded"), points=note)
    purged = next((figure.purged for figure in without_basis if figure.purged), None)
    if purged:
        note = f"{phrases.listed(names[:2], say)}: {purged_text(purged, say)}"
    return charts.Fact(say(phrases.STATUS_WORDS[Status.NO_BASIS]), value, note=note)


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
    signs = [
        *phrases.STATUS_WORDS.items(),
        (Status.NO_BASIS, phrases.NOT_IN_EXPORT),
        (Status.NOTHING_TO_ASSESS, phrases.FEW),
    ]
    entries = [
        charts.LegendEntry(kind, say(text), say.number(counted[kind, text]))
        for kind, text in signs
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


def bullet_head(say: Language) -> charts.BulletHead:
    """The headings of the rows."""
    return charts.BulletHead(
        coverage=say(N_("Coverage")),
        figure=say(N_("Now")),
        status=say(N_("Status")),
        change=say(N_("Change")),
        trend=say(N_("12 months")),
        age=say(N_("Basis")),
    )


def bullet(view: Overview, figure: Coverage, say: Language, *, address: str = "") -> charts.Bullet:
    """The row of a point; `address` is what a click opens."""
    before, months = view.before.get(figure.point.id), view.months.get(figure.point.id, ())
    days = age(view.basis, figure)
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
        age=say(N_("missing")) if days is None else say.age(days),
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
