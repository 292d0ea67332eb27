"""From figures to what a page says: its sentences, its texts and the inputs of its charts. No Streamlit here."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from compliance.core.language import N_, NBSP, Language
from compliance.counting.assessing import Basis, Coverage, Level, Status
from compliance.counting.explaining import Place
from compliance.counting.extracts import FEW_PERSONS, INCIDENT_SOURCES, few_of
from compliance.counting.separated import BOM, joined
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.drawing import charts, elements, geometry, plots
from compliance.store.database import Rows
from compliance.wording import breaking, phrases, reasons, rules

FIRST_UNITS: Final = 8
OTHER_UNITS: Final = N_("Other units")


@dataclass(frozen=True)
class Scope:
    """What is looked at: an organisation, or a department or a unit of it."""

    organisation: str
    department: str | None = None
    unit: str | None = None

    @property
    def level(self) -> Level:
        """The level at which the scope is counted."""
        return "unit" if self.unit else "department" if self.department else "organisation"

    @property
    def below(self) -> Level:
        """The level of the parts that the scope is compared by."""
        return "unit" if self.department else "department"

    @property
    def place(self) -> Place:
        """The same for what counts items instead of figures."""
        return Place(self.organisation, self.department, self.unit)

    def holds(self, figure: Coverage) -> bool:
        """Whether a figure of the scope's level is its own."""
        return (
            figure.organisation == self.organisation
            and (self.department is None or figure.department == self.department)
            and (self.unit is None or figure.unit == self.unit)
        )

    def name(self, say: Language) -> str:
        """What a person calls it."""
        return self.unit or self.department or say(N_("The whole organisation"))


def scoped(figures: Iterable[Coverage], whole: Iterable[Coverage], scope: Scope) -> list[Coverage]:
    """The scope's figure for every point and day: `whole` is the organisation's, and says where there is a basis."""
    own = {(figure.point.id, figure.as_of): figure for figure in figures if scope.holds(figure)}
    return [
        own.get((top.point.id, top.as_of))
        or replace(top, department=scope.department, unit=scope.unit, met=0, unmet=0, unknown=0, pending=0, exempt=0)
        for top in whole
        if top.organisation == scope.organisation
    ]


def hidden(figure: Coverage) -> bool:
    """Whether a figure rests on so few persons that only the coordinator may see it (rulebook, section 5)."""
    part = figure.department is not None or figure.unit is not None
    return figure.point.persons and part and 0 < figure.of < FEW_PERSONS


def marked(figures: Iterable[Coverage]) -> list[Coverage]:
    """The figures of a level, those marked that only the coordinator may see."""
    figures = list(figures)
    wholes: dict[tuple[object, ...], list[Coverage]] = {}
    for figure in figures:
        above = (figure.organisation, figure.department if figure.unit else None)
        wholes.setdefault((figure.point.id, figure.as_of, *above), []).append(figure)
    few = {id(figure) for parts in wholes.values() for figure in few_of(parts, small=hidden, size=_persons)}
    return [replace(figure, few=True) if id(figure) in few else figure for figure in figures]


def _persons(figure: Coverage) -> int:
    return figure.of if figure.point.persons else 0


def unseen(figure: Coverage) -> Coverage:
    """A figure as its reader sees it: where it is marked, nothing is counted."""
    return replace(figure, met=0, unmet=0, unknown=0, pending=0, exempt=0) if figure.few else figure


def without_few(figures: Sequence[Coverage], say: Language, whole: Coverage | None = None) -> list[Coverage]:
    """Units of few persons added up as one; left out where even together they are too few.

    Of a `whole` also who belongs to no unit, where those are few: else whoever takes the units from it knows of them.
    """
    rest = _rest(whole, figures) if whole else []
    few = few_of([*figures, *rest], small=lambda figure: figure.few or hidden(figure), size=_persons)
    if not few:
        return list(figures)
    together = replace(
        few[0],
        department=None,
        unit=say(OTHER_UNITS),
        few=False,
        **{name: sum(getattr(figure, name) for figure in few) for name in phrases.OUTCOMES},
    )
    kept = [figure for figure in figures if figure not in few]
    return kept if hidden(together) else [*kept, together]


def _rest(whole: Coverage, parts: Sequence[Coverage]) -> list[Coverage]:
    """Who of a whole is in none of its parts, marked where they are few."""
    left = {name: getattr(whole, name) - sum(getattr(part, name) for part in parts) for name in phrases.OUTCOMES}
    rest = replace(whole, **left)
    return [replace(rest, few=rest.of < FEW_PERSONS)] if _persons(rest) else []


# --- One figure in words ------------------------------------------------------------------------------------------


def levels(figure: Coverage, say: Language) -> tuple[geometry.Level, geometry.Level]:
    """The target and the limit of a figure, as a trend names them."""
    target, limit = figure.target.target, figure.target.limit
    return (
        geometry.Level(target, say(N_("Target {share}"), share=phrases.share(target, say))),
        geometry.Level(limit, say(N_("Limit {share}"), share=phrases.share(limit, say))),
    )


def status(figure: Coverage) -> charts.Status:
    """The status as the charts know it."""
    return figure.status.value


# --- The overview -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overview:
    """What the overview is made of: each point's figure now, what it is compared with, its months, and its exports.

    `remarks` is how many checks of the data found something grave in the exports of a point.
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
    n, of = len(view.reached), len(view.measured)
    if not view.basis.imports:
        return [say(N_("No export is loaded yet.")), say(N_("Load the first ones, and the figures appear here."))]
    if not of:
        return [say(N_("No point can be measured yet."))]
    if n == of:
        return [
            say.plural(
                "The only measurable point reaches its target.", "All {n} measurable points reach the target.", of
            )
        ]
    first = (
        say(N_("None of the {of} measurable points reaches the target."), of=say.number(of))
        if n == 0
        else say.plural(
            "{n} of {of} measurable points reaches the target.",
            "{n} of {of} measurable points reach the target.",
            n,
            of=say.number(of),
        )
    )
    worst = view.worst
    far = say(N_("{point} is furthest from its target."), point=say.pick(worst.point.short)) if worst else ""
    return [first, far] if far else [first]


def overview_facts(view: Overview, say: Language) -> list[charts.Fact]:
    """What a manager asks first; the next deadline stands beside."""
    return [_reached_fact(view, say), _worst_fact(view, say), _missing_fact(view, say)]


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
    missing = [figure.point for figure in view.now if figure.status is Status.NO_BASIS]
    value = say.plural("{n} point", "{n} points", len(missing)).replace(" ", NBSP)
    names = [say.pick(point.short) for point in missing]
    note = say(N_("every point has its exports"))
    if len(names) > 2:
        note = say(N_("{first} and {n} more"), first=names[0], n=say.number(len(names) - 1))
    elif names:
        note = say(N_("{points}: no export loaded"), points=phrases.listed(names, say))
    return charts.Fact(say(phrases.STATUS_WORDS[Status.NO_BASIS]), value, note=note)


def age(there: Basis, figure: Coverage) -> int | None:
    """How many days old the oldest export is that the figure needs; None without a basis."""
    if not figure.basis:
        return None
    # of an export and the answers that complete it later, the export's own day counts
    used = there.used(figure.point, figure.organisation, figure.as_of)
    needed = [row["extract_date"] for row in used if row["source"] in figure.point.needs]
    return (figure.as_of - min(needed)).days if needed else None


def legend(view: Overview, say: Language) -> list[charts.LegendEntry]:
    """The signs of the overview, each status with how many points have it."""
    counted = Counter(
        (figure.status, phrases.FEW if figure.few else phrases.STATUS_WORDS[figure.status]) for figure in view.now
    )
    signs = [*phrases.STATUS_WORDS.items(), (Status.NOTHING_TO_ASSESS, phrases.FEW)]
    entries = [
        charts.LegendEntry(kind.value, say(text), say.number(counted[kind, text]))
        for kind, text in signs
        if counted[kind, text]
    ]
    return [
        *entries,
        charts.LegendEntry("target", say(N_("Target"))),
        *(charts.LegendEntry("last_review", phrases.then_named(before, say)) for before in [*view.before.values()][:1]),
        *([charts.LegendEntry("remark", say(N_("Remarks on the exports")))] if any(view.remarks.values()) else []),
    ]


def bullet_head(say: Language) -> charts.BulletHead:
    """The words over the columns of the overview's rows."""
    return charts.BulletHead(
        coverage=say(N_("Coverage")),
        figure=say(N_("Now")),
        status=say(N_("Status")),
        change=say(N_("Change")),
        trend=say(N_("12 months")),
        age=say(N_("Basis")),
    )


def bullet(view: Overview, figure: Coverage, say: Language, *, address: str = "") -> charts.Bullet:
    """One row of the overview; `address` is what a click opens."""
    before, months = view.before.get(figure.point.id), view.months.get(figure.point.id, ())
    days = age(view.basis, figure)
    return charts.Bullet(
        status=status(figure),
        word=phrases.word(figure, say),
        figure=phrases.percent(figure, say),
        share=figure.coverage,
        alt=phrases.sentence(figure, before, say),
        target=figure.target.target,
        last=before.coverage if before else None,
        change=say.change(phrases.change(figure, before)),
        trend=[month.coverage for month in months],
        trend_alt=phrases.trend_alt(months, say),
        age=say(N_("missing")) if days is None else say.age(days),
        address=address,
        **_remarks(view, figure, say),
    )


def _remarks(view: Overview, figure: Coverage, say: Language) -> dict[str, str]:
    """How many remarks there are on a point's exports, as a number and in words; nothing where there are none."""
    n = view.remarks.get(figure.point.id, 0) if figure.basis else 0
    text = say.plural("{n} remark on its exports", "{n} remarks on its exports", n)
    return {"remarks": say.number(n), "remarks_alt": text} if n else {}


@dataclass(frozen=True)
class Ways:
    """Where the heat table leads: the address of a point in a part of the organisation, and that of a part itself."""

    point: Callable[[Point, str], str]
    part: Callable[[str], str]


def heat(
    parts: Sequence[Coverage], now: Sequence[Coverage], scope: Scope, say: Language, *, ways: Ways
) -> tuple[list[elements.Html], list[charts.HeatRow]]:
    """Departments (or the units of one) across, the weakest first, and points down; each leads to its figure."""
    found = {(figure.point.id, _part(figure, scope)): figure for figure in parts}
    order = weakest_first(parts, scope)
    rows = []
    for top in now:
        cells = [_heat_cell(found.get((top.point.id, name)), top, say, name=name, ways=ways) for name in order]
        rows.append(charts.HeatRow(charts.anchor(phrases.label(top.point, say), ways.point(top.point, "")), cells))
    return [charts.anchor(breaking.softened(name), ways.part(name)) for name in order], rows


def weakest_first(parts: Sequence[Coverage], scope: Scope) -> list[str]:
    """The parts of a scope, first whoever has most points below the limit: the same order on every page."""
    names = {name for figure in parts if (name := _part(figure, scope))}
    below = Counter(_part(figure, scope) for figure in parts if figure.status is Status.RED)
    near = Counter(_part(figure, scope) for figure in parts if figure.status is Status.YELLOW)
    return sorted(names, key=lambda name: (-below[name], -near[name], name))


def _part(figure: Coverage, scope: Scope) -> str | None:
    return figure.unit if scope.below == "unit" else figure.department


def _heat_cell(figure: Coverage | None, top: Coverage, say: Language, *, name: str, ways: Ways) -> charts.HeatCell:
    shown = figure or replace(top, met=0, unmet=0, unknown=0)
    told = f"{name}: {phrases.sentence(shown, None, say)}"
    return charts.HeatCell(
        status(shown), phrases.whole_percent(shown, say), phrases.word(shown, say), told, ways.point(top.point, name)
    )


# --- One point ----------------------------------------------------------------------------------------------------


def point_kicker(point: Point, last: int, say: Language) -> str:
    """The line above a point's title."""
    text = say(N_("Review point {n} of {last}"), n=point.number, last=last)
    return f"{text} · {say(phrases.MANDATORY)}" if point.mandatory_practice else text


def hero(figure: Coverage, before: Coverage | None, say: Language) -> charts.Hero:
    """The figure of a point, large, with what it counts."""
    target, limit = phrases.share(figure.target.target, say), phrases.share(figure.target.limit, say)
    ring = ""
    if before and before.coverage is not None and figure.coverage is not None:
        text = N_("The ring: {share} {then}, {change} percentage points since. The tick: the target.")
        parts = {"share": phrases.percent(before, say), "change": say.change(phrases.change(figure, before))}
        ring = say(text, then=phrases.then(before, say), **parts)
    elif figure.coverage is not None:
        ring = say(N_("The tick: the target. There is no earlier figure to compare with."))
    return charts.Hero(
        status=status(figure),
        word=phrases.word(figure, say),
        terms=say(N_("target {target}, limit {limit}"), target=target, limit=limit),
        figure=phrases.percent(figure, say),
        counts=phrases.hero_counts(figure, say),
        share=figure.coverage,
        target=figure.target.target,
        last=before.coverage if before else None,
        alt=phrases.sentence(figure, before, say),
        note=ring,
    )


def answer_parts(figure: Coverage, say: Language) -> list[charts.AnswerPart]:
    """What is met, not met and unknown."""
    kinds: list[tuple[charts.Answer, int, str]] = [
        ("met", figure.met, say(N_("met"))),
        ("unmet", figure.unmet, say(N_("not met"))),
        ("unknown", figure.unknown, say(N_("unknown"))),
    ]
    return [charts.AnswerPart(kind, say.number(n), text, n / figure.of) for kind, n, text in kinds] if figure.of else []


def answers_alt(figure: Coverage, say: Language) -> str:
    """The strip of answers in words."""
    return ", ".join(f"{part.count} {part.label}" for part in answer_parts(figure, say))


def trend_points(months: Sequence[Coverage], say: Language) -> list[plots.TrendPoint]:
    """The months of a trend; every third has its name, January and the first their year."""
    points = []
    for index, figure in enumerate(months):
        name = say.short_month(figure.as_of)
        shown = index == 0 or (len(months) - 1 - index) % 6 == 0
        text = f"{name}\n{figure.as_of.year}" if shown else ""
        points.append(
            plots.TrendPoint(text, figure.coverage, f"{say.date(figure.as_of)}: {phrases.percent(figure, say)}")
        )
    return points


def trend_table(months: Sequence[Coverage], say: Language) -> charts.Table:
    """The trend as a table, the newest first."""
    columns = [
        charts.Column(say(N_("Day")), row_header=True),
        charts.Column(say(N_("Coverage")), numeric=True),
        charts.Column(say(N_("Met")), numeric=True),
        charts.Column(say(N_("Of")), numeric=True),
        charts.Column(say(N_("Status"))),
    ]
    rows = [
        [
            say.date(f.as_of),
            phrases.percent(f, say),
            *((say.number(f.met), say.number(f.of)) if f.basis and not f.few else (phrases.DASH, phrases.DASH)),
            phrases.word(f, say),
        ]
        for f in reversed(months)
    ]
    return columns, rows


def worst_first(units: Sequence[Coverage]) -> list[Coverage]:
    """The units that can be measured, the weakest first; of equals the one with most items."""
    measured = [unit for unit in units if unit.coverage is not None]
    return sorted(measured, key=lambda unit: (unit.coverage or 0.0, -unit.of, unit.unit or ""))


def unit_bars(units: Sequence[Coverage], say: Language) -> list[plots.UnitBar]:
    """Units as bars."""
    return [
        plots.UnitBar(
            name=unit.unit or unit.department or "",
            counts=say(N_("{n} of {of}"), n=say.number(unit.met), of=say.number(unit.of)),
            figure=f"{phrases.whole_percent(unit, say)}{'' if say.code == 'en' else NBSP}%",
            share=unit.coverage,
            status=status(unit),
        )
        for unit in units
    ]


def units_table(units: Sequence[Coverage], say: Language) -> charts.Table:
    """The units as a table."""
    columns = [
        charts.Column(say(N_("Unit")), row_header=True),
        charts.Column(say(N_("Department"))),
        charts.Column(say(N_("Coverage")), numeric=True),
        charts.Column(say(N_("Met")), numeric=True),
        charts.Column(say(N_("Of")), numeric=True),
        charts.Column(say(N_("Status"))),
    ]
    return columns, [
        [
            u.unit or "",
            u.department or "",
            phrases.percent(u, say),
            say.number(u.met),
            say.number(u.of),
            phrases.word(u, say),
        ]
        for u in units
    ]


def reason_bars(point: Point, counted: Sequence[tuple[str, int]], say: Language) -> list[charts.Reason]:
    """The reasons as bars, with each one's share of all that is not met."""
    total = sum(n for _, n in counted)
    return [
        charts.Reason(
            reasons.reason_text(point, "unmet", code, say), say.number(n), say.percent(n / total, decimals=0), n / total
        )
        for code, n in counted
    ]


ITEM_COLUMNS: Final = {
    "item": N_("Id"),
    "label": N_("Name"),
    "department": N_("Department"),
    "unit": N_("Unit"),
    "outcome": N_("Outcome"),
    "reason": N_("Reason"),
    "detail": N_("Detail"),
    "due": N_("Due"),
    "file": N_("File"),
    "sheet": N_("Sheet"),
    "row": N_("Row"),
}


@dataclass(frozen=True)
class Filter:
    """Which items are shown; what is None or empty lets everything through."""

    outcomes: tuple[str, ...] = ()
    reason: str | None = None
    unit: str | None = None
    text: str = ""

    def lets(self, row: Mapping[str, Any]) -> bool:
        """Whether an item is shown."""
        return (
            (not self.outcomes or row["outcome"] in self.outcomes)
            and (self.reason is None or row["reason"] == self.reason)
            and (self.unit is None or row["unit"] == self.unit)
            and self.text.casefold().strip() in f"{row['item']} {row['label']} {row['detail'] or ''}".casefold()
        )


def items_in(items: Rows, scope: Scope) -> Rows:
    """The items of the scope."""
    return [
        row
        for row in items
        if row["organisation"] == scope.organisation
        and (scope.department is None or row["department"] == scope.department)
        and (scope.unit is None or row["unit"] == scope.unit)
    ]


def for_others(point: Point, items: Rows) -> Rows:
    """The items as others than the coordinator may see them: no person, and no free text of an incident.

    The names of persons in other texts are left out by `cleaned`.
    """
    if point.persons:
        return []
    if not INCIDENT_SOURCES.isdisjoint(point.needs):
        return [row | {"label": row["item"], "detail": None} for row in items]
    return items


def cleaned(items: Rows, clean: Callable[[str], str]) -> Rows:
    """The items without the names of persons, which `clean` takes out of what somebody called them."""
    return [
        row | {name: clean(row[name]) for name in ("label", "detail") if row[name] and row[name] != row["item"]}
        for row in items
    ]


def item_rows(point: Point, items: Rows, say: Language) -> list[dict[str, object]]:
    """Items as a person reads them: outcome and reason in words, under translated headings."""
    return [{say(title): _item_value(point, row, name, say) for name, title in ITEM_COLUMNS.items()} for row in items]


def _item_value(point: Point, row: Mapping[str, Any], name: str, say: Language) -> object:
    if name == "outcome":
        return say(phrases.OUTCOMES[row["outcome"]])
    if name == "reason":
        return say.pick(point.reasons[row["reason"]]) if row["reason"] in point.reasons else ""
    if name == "due":
        return row["due"].isoformat() if row["due"] else ""
    if name == "detail":
        return reasons.detail_text(row["detail"], say)
    return "" if row[name] is None else row[name]


def item_table(point: Point, items: Rows, say: Language) -> list[dict[str, object]]:
    """Items as the page lists them: without columns that say nothing here, and with one for where each stands."""
    table = item_rows(point, items, say)
    place = {say(ITEM_COLUMNS[name]) for name in ("file", "sheet", "row")}
    same = {say(ITEM_COLUMNS["item"])} if all(row["item"] == row["label"] for row in items) else set()
    alike = {say(ITEM_COLUMNS["outcome"])} if len({row["outcome"] for row in items}) == 1 else set()
    empty = {title for title in table[0] if all(row[title] == "" for row in table)}
    shown = [title for title in table[0] if title not in place | same | alike | empty]
    source = say(N_("Source"))
    return [
        {title: row[title] for title in shown} | {source: phrases.source_line(item, say)}
        for row, item in zip(table, items, strict=True)
    ]


# --- The figures' exports ------------------------------------------------------------------------------------------


def last_day_of(imports: Rows, today: date) -> date:
    """The latest extract date of a staff list that is not after today, else of any export, else today."""
    live = [row for row in imports if row["revoked_at"] is None and row["extract_date"] <= today]
    staff = [row["extract_date"] for row in live if row["source"] == "staff"]
    return max(staff or [row["extract_date"] for row in live], default=today)


def rule_pairs(point: Point, day: date, say: Language) -> list[charts.Pair]:
    """A point's rule in words, its law, its target and its numbers, as they hold on a day."""
    goal = point.target(day)
    laws = [say.pick(text) for text in point.law(day)]
    targets = say(
        N_("target {target}, limit {limit}"),
        target=phrases.share(goal.target, say),
        limit=phrases.share(goal.limit, say),
    )
    parameters = rules.parameter_texts(point, day, say)
    return [
        charts.Pair(say(N_("Rule")), say.pick(point.rule)),
        charts.Pair(say(N_("Law")), laws[0] if laws else phrases.DASH, " ".join(laws[1:])),
        charts.Pair(say(N_("Target")), targets, rules.dated(point.targets, day, say)),
        *([charts.Pair(say(N_("Numbers of the rule")), "; ".join(parameters))] if parameters else []),
    ]


def _extract_day(extracted: date, day: date, say: Language) -> str:
    """The day of an export, and how long before the as-of date it was, unless that is the same day."""
    return f"{extracted} ({say.age((day - extracted).days)})" if extracted < day else str(extracted)


def basis_table(used: Rows, sources: Mapping[str, Source], day: date, say: Language) -> charts.Table:
    """The exports behind a figure: what, which file, of which day, how many rows and how many rejected."""
    columns = [
        charts.Column(say(N_("Export")), row_header=True),
        charts.Column(say(N_("File"))),
        charts.Column(say(N_("Extract date")), nowrap=True),
        charts.Column(say(N_("Rows")), numeric=True),
        charts.Column(say(N_("Rejected")), numeric=True),
    ]
    return columns, [
        [
            say.pick(sources[row["source"]].title) if row["source"] in sources else row["source"],
            row["file"],
            _extract_day(row["extract_date"], day, say),
            say.number(row["loaded"]),
            say.number(row["rejected"]),
        ]
        for row in used
    ]


def swedish_csv(table: Sequence[Mapping[str, object]]) -> bytes:
    """What a table shows, as CSV for Swedish Excel; texts that look like formulas get an apostrophe."""
    rows: list[Iterable[object]] = [table[0].keys(), *(row.values() for row in table)] if table else []
    return BOM + joined(rows, separator=";").encode()


def local(moment: datetime) -> datetime:
    """A moment in UTC as the clock in Sweden shows it."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Stockholm"))


# --- About the figures --------------------------------------------------------------------------------------------


def glossary(say: Language) -> list[charts.Pair]:
    """The words of the pages and what they mean."""
    return [charts.Pair(say(term), say(meaning)) for term, meaning in rules.GLOSSARY]


def stage_table(point: Point, day: date, say: Language) -> charts.Table | None:
    """The dated time limits of a point that has stages; None for others."""
    stages = point.parameters(day).get("stages")
    if not stages:
        return None
    columns = [
        charts.Column(say(N_("Stage")), row_header=True),
        charts.Column(say(N_("Time limit"))),
        charts.Column(say(N_("Incidents discovered from"))),
        charts.Column(say(N_("to"))),
    ]
    return columns, [
        [
            say(reasons.STAGES[stage["stage"]]) if stage["stage"] in reasons.STAGES else stage["stage"],
            rules.time_limit(stage, say),
            say.date(stage["valid_from"]),
            phrases.stored_value(stage["valid_to"], say)
            if stage["valid_to"].year == date.max.year
            else say.date(stage["valid_to"]),
        ]
        for stage in stages
    ]
