"""The texts of the overview: its answer, its facts, a row per point, and the heat table of parts. No Streamlit."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from compliance.access.scopes import Scope
from compliance.core.language import N_, Language
from compliance.counting.assessing import Basis, Coverage, Status
from compliance.counting.incidents import Clock, next_deadline
from compliance.counting.outlook import Outlook
from compliance.declarations.points import Point
from compliance.drawing import charts, elements
from compliance.review import situation
from compliance.screens import figure_texts
from compliance.wording import breaking, clocks, phrases


@dataclass(frozen=True)
class Overview:
    """The figures of the overview: each point now, what it is compared with, its parts and its exports.

    `remarks` is the number of checks with serious findings in the exports of a point, `outlooks` where it is heading.
    """

    now: tuple[Coverage, ...]
    before: Mapping[str, Coverage]
    parts: tuple[Coverage, ...]
    basis: Basis
    remarks: Mapping[str, int] = field(default_factory=dict)
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)


def overview_sentences(view: Overview, scope: Scope, say: Language) -> list[str]:
    """The page's answer, which names the part of the organisation that is shown."""
    if not view.basis.imports:
        return [phrases.nothing_loaded(view.now[0].as_of, say)]
    return situation.sentences(view.now, view.outlooks, say, place=scope.unit or scope.department or "")


def kicker(scope: Scope, year: int, say: Language) -> str:
    """What is shown above the answer: the year's review, and whose figures they are."""
    return " · ".join([f"{say(N_('Management review'))} {year}", *scope.names.values()])


def next_deadline_fact(unsent: Sequence[Clock], say: Language, *, lacking: Sequence[str], address: str) -> charts.Fact:
    """The time limit that comes first of those that can still be met, else how many have passed.

    `lacking` are the exports without which it is not known, `address` is that of the page of incidents.
    """
    title = charts.anchor(say(N_("Next deadline")), address)
    if clock := next_deadline(tuple(unsent)):
        return charts.Fact(title, clocks.figure_of(clock, say)[0], note=clocks.when_it_ends(clock, say))
    passed = sum(clock.run_out for clock in unsent)
    note = say.plural("{n} has passed", "{n} have passed", passed) if passed else say(N_("No clock is running."))
    if lacking and not passed:
        missing = say(phrases.STATUS_WORDS[Status.NO_BASIS])
        note = f"{missing}: {lacking[0]}" if len(lacking) == 1 else missing
    return charts.Fact(title, phrases.DASH, note=note)


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
    return [
        *figure_texts.signs(view.now, say),
        charts.LegendEntry("target", say(N_("Target"))),
        *(charts.LegendEntry("last_review", phrases.then_label(before, say)) for before in [*view.before.values()][:1]),
        *([charts.LegendEntry("lapsing", say(N_("Lapses before the end of the year")))] if _lapses(view) else []),
        *(
            [charts.LegendEntry("remark", say(N_("Remarks that can change the figure")))]
            if any(view.remarks.values())
            else []
        ),
    ]


def _lapses(view: Overview) -> bool:
    """Whether a bar has a part that lapses."""
    pairs = ((each.now.coverage or 0.0, situation.then_of(each)) for each in view.outlooks.values())
    return any(then is not None and (then.coverage or 0.0) < now for now, then in pairs)


def bullet_head(view: Overview, say: Language) -> charts.BulletHead:
    """The headings of the rows: of what is ahead where something is, and of the age where not all have the same."""
    common, headings = common_age(view), view.outlooks.values()
    others = any(age(view.basis, figure) not in (None, common) for figure in view.now)
    return charts.BulletHead(
        figure=say(N_("Coverage")),
        status=say(N_("Status")),
        change=say(N_("Change")),
        then=say(N_("31 Dec if nothing done")) if any(figure_texts.ahead(each, say) for each in headings) else "",
        enough=say(N_("Enough for target"))
        if any(_enough(each, say) or _again(each, say) for each in headings)
        else "",
        age=say(N_("Basis")) if others else "" if any(view.remarks.values()) else None,
    )


def bullet(view: Overview, figure: Coverage, say: Language, *, address: str = "") -> charts.Bullet:
    """The row of a point; `address` is what a click opens."""
    before, days = view.before.get(figure.point.id), age(view.basis, figure)
    heading = view.outlooks.get(figure.point.id)
    then = situation.then_of(heading)
    now = figure_texts.measured(figure, before, say, then)
    return charts.Bullet(
        now=replace(now, alt=_alt(now.alt, then, say)),
        change=say.change(phrases.change(figure, before)),
        then=figure_texts.ahead(heading, say) if heading else None,
        enough=_enough(heading, say) if heading else "",
        again=_again(heading, say) if heading else "",
        age="" if days in (None, common_age(view)) else say.age(days or 0),
        address=address,
        **_remarks(view, figure, say),
    )


def _alt(told: str, then: Coverage | None, say: Language) -> str:
    if then is None:
        return told
    return f"{told}, {say(N_('{share} on 31 December if nothing is done'), share=phrases.percent(then, say))}"


def _enough(heading: Outlook, say: Language) -> str:
    """How many of what is left reach the target."""
    if not heading.enough_items:
        return ""
    left = heading.now.unmet + heading.now.unknown
    return say(N_("{n} of {of}"), n=say.number(heading.enough_items), of=say.number(left))


def _again(heading: Outlook, say: Language) -> str:
    """How many lapse of a point that reaches its target and will not at the end of the year."""
    now, then = heading.now, situation.then_of(heading)
    if now.status is not Status.GREEN or then is None or then.status is Status.GREEN or not heading.lapsing:
        return ""
    return say.plural("{n} to be redone", "{n} to be redone", heading.lapsing)


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
