"""The texts of the year wheel: the wheel, the list, the promises, the actions and the calendar. No Streamlit."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from compliance.core.language import N_, NBSP, Language, begun
from compliance.correcting.deliveries import Delivery
from compliance.counting.assessing import Coverage, Status
from compliance.declarations.points import Point
from compliance.drawing import wheel as drawing_wheel
from compliance.drawing import wheel_layout
from compliance.drawing.elements import Html
from compliance.drawing.wheel import ACTION_SIGNS, MomentRow, Promise, Swatch, Wheel
from compliance.drawing.wheel_layout import Layout, Span
from compliance.review.calendars import Event
from compliance.review.deciding import Decision
from compliance.review.planning import RINGS, Action, Occasion, Plan, Source, State
from compliance.screens.figure_texts import measured
from compliance.wording import breaking, phrases
from compliance.wording.tables import Column, Table, table

FIRST_ACTIONS: Final = 8
KINDS: Final = {
    "priority_area": N_("priority area"),
    "activity": N_("activity"),
    "control": N_("control"),
    "measure": N_("Action"),
    "report": N_("Report"),
    "review": N_("review"),
}
STATES: Final[Mapping[State, str]] = {
    "late": N_("Late"),
    "ongoing": N_("Ongoing"),
    "unknown": N_("Unknown"),
    "not_started": N_("To come"),
    "done": N_("Done"),
    "cancelled": N_("Cancelled"),
}
REVIEWS: Final[Mapping[State, str]] = {
    "unknown": N_("No management review has been opened yet."),
    "done": N_("The review was approved on {day}."),
    "late": N_("The review should have been held on {day}."),
}
ACTION_TITLES: Final[Mapping[Source, str]] = {
    "classification": N_("Actions from classifications"),
    "recommendation": N_("Recommendations of the data protection officer"),
    "deviation": N_("Deviations in tertial reports"),
}
# The export behind each list.
ACTION_EXPORTS: Final[Mapping[Source, str]] = {
    "classification": "classification_actions",
    "recommendation": "dpo_recommendations",
    "deviation": "deviations",
}


@dataclass(frozen=True)
class Item:
    """A moment with its number in the wheel and the list."""

    number: int
    moment: Occasion


@dataclass(frozen=True)
class Year:
    """What the page shows: the plan, the review of its year if the wheel has one, and the open decisions.

    `deliveries` are for the calendar file alone.
    """

    plan: Plan
    review: Occasion | None
    decisions: tuple[Decision, ...]
    deliveries: tuple[Delivery, ...] = ()

    @property
    def items(self) -> list[Item]:
        """Every moment of the year, numbered by day; the priority areas have their own section."""
        every = [*self.plan.dated, *([self.review] if self.review else [])]
        ordered = sorted(every, key=lambda moment: (moment.due or moment.start or date.max, RINGS.index(moment.ring)))
        return [Item(number, moment) for number, moment in enumerate(ordered, start=1)]

    @property
    def listed(self) -> list[Item]:
        """The items in the order of the list: late first, then ongoing or to come, then finished."""
        return sorted(self.items, key=lambda item: (wheel_layout.PRIORITY.index(item.moment.state), item.number))


# --- The answer ---------------------------------------------------------------------------------------------------


def sentences(year: Year, say: Language) -> list[str]:
    """The page's answer: how much is late, and when the review is held."""
    moments = [item.moment for item in year.items]
    late = sum(moment.state == "late" for moment in moments)
    told = "activities" in year.plan.extracts and all(moment.due_told for moment in moments)
    first = say(N_("Nothing of the year is overdue.")) if told else ""
    if late:
        first = say.plural("One item is overdue.", "{word} items are overdue.", late, word=phrases.counted(late, say))
    areas = sum(area.state == "late" for area in year.plan.areas)
    late_areas = say.plural(
        "One prioritised area is overdue.",
        "{word} prioritised areas are overdue.",
        areas,
        word=phrases.counted(areas, say),
    )
    review = _review_sentence(year.review, say) if year.review else ""
    return [text for text in (first, late_areas if areas else "", review) if text]


def _review_sentence(review: Occasion, say: Language) -> str:
    text = REVIEWS.get(review.state, N_("The review is held on {day}."))
    return say(text, day=say.date(review.due, form="d MMMM"))


def short_day(day: date | None, say: Language) -> str:
    """A day as 31 okt; a dash if there is none."""
    return say.date(day, form="d MMM") if day else phrases.DASH


def _day_of(day: date | None, year: int | None, say: Language) -> str:
    """A day, with its year unless that is `year`."""
    return short_day(day, say) if day is None or day.year == year else f"{short_day(day, say)}{NBSP}{day.year}"


# --- The wheel ----------------------------------------------------------------------------------------------------


def layout(year: Year, say: Language) -> Layout:
    """The position in the wheel of each moment with a day."""
    spans = [
        Span(
            str(item.number),
            RINGS.index(item.moment.ring),
            *_shares(item.moment, year.plan.year),
            item.moment.state,
            _hover(item, year, say),
        )
        for item in year.items
        if item.moment.start or item.moment.due
    ]
    return wheel_layout.lay_out(spans)


def _shares(moment: Occasion, year: int) -> tuple[float, float]:
    """Start and end as shares of the year: without a start the last day alone, without an end the rest of the year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    start = max(moment.start or moment.due or first, first)
    end = min(moment.due or last, last)
    days = (last - first).days + 1
    return (start - first).days / days, ((end - first).days + 1) / days


def _hover(item: Item, year: Year, say: Language) -> str:
    """The tooltip of an arc."""
    moment = item.moment
    day = _day_of(moment.due, year.plan.year, say)
    return f"{item.number} {say.pick(moment.title)}, {day}, {state_word(moment, year.plan.as_of, say)}"


def wheel(year: Year, laid: Layout, say: Language) -> Wheel:
    """The wheel with the hand on the as-of date."""
    as_of = year.plan.as_of
    first = date(as_of.year, 1, 1)
    days = (date(as_of.year, 12, 31) - first).days + 1
    return Wheel(
        year=str(as_of.year),
        months=[say.date(date(as_of.year, month, 1), form="MMM")[:3] for month in range(1, 13)],
        here=as_of.month - 1,
        hand=((as_of - first).days + 0.5) / days,
        hand_text=short_day(as_of, say),
        layout=laid,
        alt=wheel_alt(year, say),
    )


def wheel_alt(year: Year, say: Language) -> str:
    """The wheel in a sentence: the number of items, their states, and the day of the hand."""
    by_state = Counter(item.moment.state for item in year.items)
    parts = [f"{say(STATES[state]).lower()} {say.number(by_state[state])}" for state in STATES if by_state[state]]
    text = N_("Year wheel of {year} with {n} items: {states}. The hand stands on {day}. All are in the list beside it.")
    return say(
        text,
        year=year.plan.year,
        n=say.number(len(year.items)),
        states=phrases.listed(parts, say),
        day=say.date(year.plan.as_of),
    )


def swatches(year: Year, say: Language) -> list[Swatch]:
    """The legend of the arcs, with the number in each state."""
    by_state = Counter(item.moment.state for item in year.items)
    return [
        Swatch(state, say(STATES[state]), say.number(by_state[state]))
        for state in wheel_layout.PRIORITY
        if by_state[state]
    ]


def wheel_notes(year: Year, laid: Layout, say: Language) -> list[str]:
    """How to read the wheel, and what it does not show."""
    texts = [say(N_("From the inside: activities, controls, reports. An arc ends on the day when the item is due."))]
    if sum(len(arc.numbers) for arc in laid.arcs) < len(year.items):
        texts.append(say(N_("A dashed number has no room in the wheel.")))
    return texts


def state_word(moment: Occasion, as_of: date, say: Language) -> str:
    """The state of a moment in words."""
    if moment.state == "late":
        return say.plural("{n} day late", "{n} days late", moment.days_late(as_of)).replace(" ", NBSP)
    if moment.state == "not_started" and moment.start and moment.start <= as_of:
        return say(N_("Not started")).lower()
    return say(STATES[moment.state]).lower()


# --- The list -----------------------------------------------------------------------------------------------------

PointLink = Callable[[Point], Html]


def moment_rows(year: Year, laid: Layout, points: Sequence[Point], link: PointLink, say: Language) -> list[MomentRow]:
    """The list next to the wheel; `link` returns the link to a point."""
    drawn = {number for arc in laid.arcs for number in arc.numbers}
    return [
        MomentRow(
            number=str(item.number),
            day=_day_of(item.moment.due, year.plan.year, say),
            title=breaking.add_soft_hyphens(say.pick(item.moment.title)),
            about=_about(item.moment, year.plan.year, points, link, say=say),
            state=item.moment.state,
            word=state_word(item.moment, year.plan.as_of, say),
            drawn=str(item.number) in drawn,
            undrawn=say(N_("A dashed number has no room in the wheel.")),
        )
        for item in year.listed
    ]


def _about(moment: Occasion, year: int, points: Sequence[Point], link: PointLink, *, say: Language) -> Html:
    """The kind of a moment, its first day and its review point."""
    if moment.kind in ("report", "review"):
        return Html("")
    begins = say(N_("from {day}"), day=_day_of(moment.start, year, say)) if moment.start else ""
    kind = _kind(moment, say)
    point = next((point for point in points if point.number == moment.point), None)
    mandatory = say(phrases.MANDATORY) if moment.mandatory else ""
    return drawing_wheel.dotted([kind, begins, mandatory, *([link(point)] if point else [])])


def _kind(moment: Occasion, say: Language) -> str:
    return say(KINDS.get(moment.kind, KINDS["activity"])).capitalize()


def earlier_title(plan: Plan, say: Language) -> str:
    """How many items of earlier years' plans are still overdue."""
    return say.plural(
        "{n} item of an earlier plan was never finished",
        "{n} items of earlier plans were never finished",
        len(plan.earlier),
    )


# The unfinished items of earlier plans.
EARLIER: Final[Sequence[Column[Occasion]]] = (
    Column(N_("Item of the year"), lambda moment, say: say.pick(moment.title), row_header=True),
    Column(N_("Type"), _kind),
    Column(N_("To be done by"), lambda moment, say: say.date(moment.due), nowrap=True),
)


# --- The promises -------------------------------------------------------------------------------------------------


def promises(plan: Plan, figures: Sequence[Coverage], link: PointLink, say: Language) -> list[Promise]:
    """The prioritised areas of the plan, each with the figure of its point."""
    own = {figure.point.number: figure for figure in figures}
    return [_promise(area, own.get(area.point or 0), plan, link, say=say) for area in plan.areas]


def _promise(area: Occasion, figure: Coverage | None, plan: Plan, link: PointLink, *, say: Language) -> Promise:
    day = _day_of(area.due, plan.year, say)
    promise = Promise(
        text=breaking.add_soft_hyphens(say.pick(area.title)),
        about=say(N_("by {day}"), day=day) if area.due else "",
        state=area.state,
        word=state_word(area, plan.as_of, say).capitalize(),
        missing=phrases.word(figure, say) if figure else say(N_("No review point measures it.")),
    )
    if figure is None or figure.few:
        return promise
    return replace(
        promise,
        point=link(figure.point),
        now=measured(figure, None, say),
        counts=phrases.counts_sentence(figure, say),
        terms=say(N_("target {share}"), share=phrases.share(figure.target.target, say)),
    )


def promises_sentence(plan: Plan, figures: Sequence[Coverage], say: Language) -> str:
    """How many of the prioritised areas reach the target of their point."""
    shown = {figure.point.number: figure for figure in figures if figure.coverage is not None}
    of = [shown[area.point] for area in plan.areas if area.point in shown]
    reached = sum(figure.status is Status.GREEN for figure in of)
    text = N_("**{n}** of **{of}** measured areas reach the target of their review point.")
    return say(text, n=say.number(reached), of=say.number(len(of))) if of else ""


# --- The actions --------------------------------------------------------------------------------------------------


def action_counts(actions: Sequence[Action], say: Language) -> list[tuple[State, str]]:
    """How many are overdue, open and done; how many are cancelled, or that no column tells of, if any are.

    That none is overdue is not said of actions of which no column tells when they are due.
    """
    by_state = Counter(action.state for action in actions)
    untold = by_state["untold"] == len(actions)
    if_any = {"cancelled", "untold"} | ({"late"} if not all(action.due_told for action in actions) else set())
    return [
        (sign, f"{say(phrases.ACTION_STATES[state])} {say.number(by_state[state])}")
        for state, sign in ACTION_SIGNS.items()
        if by_state[state] or not (untold or state in if_any)
    ]


def action_table(actions: Sequence[Action], plan: Plan, say: Language) -> Table:
    """Actions of one source, with who is responsible if the reader may see names."""
    source = actions[0].source
    subject = N_("System") if source == "classification" else N_("Area")
    text = N_("Recommendation") if source == "recommendation" else N_("Action")
    columns: Sequence[Column[Action]] = (
        Column(N_("Status"), lambda action, say: _action_mark(action, plan.as_of, say), nowrap=True),
        Column(N_("To be done by"), lambda action, say: _day_of(action.due, None, say), nowrap=True),
        Column(N_("Report"), lambda action, _: action.report or "", nowrap=True),
        Column(subject, lambda action, _: breaking.add_soft_hyphens(action.subject or phrases.DASH), row_header=True),
        Column(text, lambda action, _: action.text or None),
        Column(N_("Responsible"), lambda action, _: action.responsible or None),
    )
    reported = () if source == "deviation" else (N_("Report"),)
    return table(columns, actions, say, without=reported if plan.named else (*reported, N_("Responsible")))


def _action_mark(action: Action, as_of: date, say: Language) -> Html:
    note = ""
    if action.state == "late" and action.due:
        days = (as_of - action.due).days
        note = say.plural("{n} day", "{n} days", days).replace(" ", NBSP)
    return drawing_wheel.work(
        drawing_wheel.ACTION_SIGNS[action.state], say(phrases.ACTION_STATES[action.state]), note=note
    )


def action_note(source: Source, actions: Sequence[Action], say: Language) -> str:
    """What a list contains, and how its actions are judged."""
    if source == "classification":
        return ""
    if source == "recommendation":
        years = {action.report for action in actions}
        return say(N_("Of the report for {year}."), year=", ".join(sorted(year for year in years if year)))
    return say(
        N_(
            "Actions of this year's and last year's reports. The export has no status: "
            "an action counts as done when a later report has no deviation in the same area."
        )
    )


def actions_sentence(plan: Plan, say: Language) -> str:
    """How many of the actions left are overdue, of those that a column tells it of; empty if none is left."""
    late = sum(action.state == "late" for action in plan.actions)
    left = late + sum(action.state == "open" and action.due_told for action in plan.actions)
    if not left:
        return ""
    return say.plural(
        "**{n}** of **{of}** actions that are left to do is overdue.",
        "**{n}** of **{of}** actions that are left to do are overdue.",
        late,
        of=say.number(left),
    )


def undated_sentence(decisions: Sequence[Decision], say: Language) -> str:
    """How many open decisions lack a date, and so are not in the calendar file; empty if none does."""
    n = sum(decision.due is None for decision in decisions)
    text = say.plural(
        "{n} decision has no date and is not in the calendar file.",
        "{n} decisions have no date and are not in the calendar file.",
        n,
    )
    return text if n else ""


# --- The calendar -------------------------------------------------------------------------------------------------


def events(year: Year, say: Language, *, clean: Callable[[str], str]) -> list[Event]:
    """The events of the calendar file: every moment, open action, open decision and expected export that has a day.

    `clean` removes names of persons from a text. The persons responsible, and who delivers, are left out.
    """
    plan, moments = year.plan, [item.moment for item in year.items]
    return [
        *(_moment_event(moment, plan, say, clean) for moment in [*moments, *plan.areas] if moment.due),
        *(
            _action_event(action, plan, say, clean)
            for action in plan.actions
            if action.state in ("late", "open") and action.due
        ),
        *(_decision_event(decision, plan, say, clean) for decision in year.decisions if decision.due),
        *(_delivery_event(each, each.due, plan, say) for each in year.deliveries if each.due),
    ]


def _delivery_event(delivery: Delivery, due: date, plan: Plan, say: Language) -> Event:
    """That the next export of a source is expected."""
    source = delivery.source
    summary = say(N_("New export: {source}"), source=say.plain(source.title))
    latest = say(N_("The newest is of {day}."), day=say.date(delivery.newest))
    return Event(f"export/{source.id}", due, summary, f"{latest} {_known_on(plan, say)}", say(N_("Export")))


def _known_on(plan: Plan, say: Language) -> str:
    return say(N_("As known on {day}."), day=say.date(plan.as_of))


def _moment_event(moment: Occasion, plan: Plan, say: Language, clean: Callable[[str], str]) -> Event:
    kind = _kind(moment, say)
    begins = begun(say(N_("from {day}"), day=say.date(moment.start)) + ".") if moment.start else ""
    status = f"{say(STATES[moment.state])}."
    description = " ".join(part for part in (f"{kind}.", begins, status, _known_on(plan, say)) if part)
    return Event(
        f"{moment.kind}/{moment.id.lower()}", moment.due or plan.as_of, clean(say.pick(moment.title)), description, kind
    )


def _action_event(action: Action, plan: Plan, say: Language, clean: Callable[[str], str]) -> Event:
    title = say(ACTION_TITLES[action.source])
    subject = action.subject if action.source == "classification" else clean(action.subject or "")
    summary = ": ".join(part for part in (subject, clean(action.text or "")) if part)
    description = f"{title}. {say(phrases.ACTION_STATES[action.state])}. {_known_on(plan, say)}"
    return Event(action.key, action.due or plan.as_of, summary, description, title)


def _decision_event(decision: Decision, plan: Plan, say: Language, clean: Callable[[str], str]) -> Event:
    kind = say(N_("Decision"))
    summary = f"{kind} {decision.name}: {clean(decision.text)}"
    key = f"decision/{decision.decision_id}"
    return Event(key, decision.due or plan.as_of, summary, _known_on(plan, say), kind)
