"""What the page of incidents draws: its clocks, the year's figures and charts, and what recurs or is silent."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial

import streamlit as st

from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core.language import N_
from compliance.counting import incidents
from compliance.counting.figures import Definition
from compliance.counting.incidents import HANDLING, INCIDENTS, Clock, Duty, Incidents
from compliance.drawing import charts, elements, plots_incidents
from compliance.drawing import incidents as drawing_incidents
from compliance.screens import clocks, reads, widgets
from compliance.screens.incidents import clock_texts, texts
from compliance.screens.reads import Data
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN
from compliance.wording import phrases


@st.cache_resource(show_spinner=False, max_entries=reads.CACHED, hash_funcs=reads.READERS)
def of_the_year(data: Data, reader: Reader, as_of: date, scope: Scope) -> Incidents:
    """What the year's incidents have in common, as the reader sees it."""
    with data.database.cursor() as cursor:
        return incidents.incidents(
            cursor,
            reads.points(),
            as_of=as_of,
            known_at=EVERYTHING_KNOWN,
            place=scope,
            window_months=window_months(as_of),
            reader=reader,
        )


def window_months(as_of: date) -> int:
    """Within how many months an incident recurs, as the figure beside point 11 has it."""
    months: int = _recurring_figure().parameters(as_of)["window_months"]
    return months


def _recurring_figure() -> Definition:
    return next(d for d in reads.definitions() if d.id == "recurring_incidents")


# --- The page -----------------------------------------------------------------------------------------------------


def draw(view: View) -> None:
    """The clocks that run, and what the year's incidents have in common."""
    existing = basis(view)
    if not existing:
        empty(view)
        return
    running = clocks.clocks(view)
    answer(view, running, existing)
    clock_cards(view, running)
    unassessed(view)
    if "incidents" in existing:
        _year(view, of_the_year(view.data, view.reader, view.as_of, view.scope))
    else:
        in_time(view)


def _year(view: View, year: Incidents) -> None:
    duties = clocks.duties(view.data, view.reader, view.as_of, view.scope)
    widgets.html(charts.facts(texts.facts(year, duties, view.say)))
    left, right = st.columns([7, 5], gap="large")
    with left:
        months(view, year)
    with right:
        in_time(view)
    left, right = st.columns([7, 5], gap="large")
    with left:
        closing(view, year)
    with right:
        rates(view, year)
    left, right = st.columns([5, 7], gap="large")
    with left:
        causes(view, year)
    with right:
        recurring(view, year)
    silent(view, year)


def basis(view: View) -> dict[str, date]:
    """Those of the exports that the page needs which are there, with the day of the newest."""
    there = reads.basis(view.data, view.as_of).of(view.scope.organisation)
    days = {id_: [row["extract_date"] for row in there if row["source"] == id_] for id_ in clocks.SOURCES}
    return {id_: max(found) for id_, found in days.items() if found}


def _titles(view: View, sources: Iterable[str]) -> list[str]:
    return [view.say.pick(reads.sources()[id_].title) for id_ in sources]


def answer(view: View, found: tuple[Clock, ...], there: dict[str, date]) -> None:
    """The page's answer as its heading, the exports that it rests on, and that one is missing."""
    say = view.say
    kicker = " · ".join([say(N_("Incidents")), view.scope.name(say)])
    widgets.html(charts.headline(*clock_texts.sentences(found, say), kicker=kicker))
    days = list(zip(_titles(view, there), there.values(), strict=True))
    widgets.html(charts.caption(f"{clock_texts.basis_line(days, say)} {clock_texts.kept_line(say)}"))
    if missing := [id_ for id_ in clocks.SOURCES if id_ not in there]:
        _partly(view, _titles(view, missing))


def empty(view: View) -> None:
    """What is missing where no clock can be seen at all, and where to mend it."""
    say = view.say
    title = say(N_("No export of incidents is loaded up to {day}."), day=say.date(view.as_of))
    names = phrases.listed(_titles(view, clocks.SOURCES), say)
    text = say(
        N_("The page needs {sources}. Whatever is to be reported then stands here with the time left."), sources=names
    )
    widgets.html(charts.page_title(say(N_("Incidents"))))
    widgets.no_basis(view, title, text)


def _partly(view: View, missing: list[str]) -> None:
    """That one of the two exports is missing, so that its clocks are not seen."""
    say = view.say
    text = N_("No export of **{sources}** is loaded up to {day}. Its clocks and figures are not seen here.")
    widgets.html(charts.note(say(text, sources=phrases.listed(missing, say), day=say.date(view.as_of))))
    widgets.link_to_imports(view)


def clock_cards(view: View, found: tuple[Clock, ...]) -> None:
    """The clocks as cards, the most urgent first; of very many the rest as a table."""
    say, most = view.say, clock_texts.FIRST_CARDS
    if found:
        may = view.reader.may(Permission.SEE_ITEMS)
        cards = clock_texts.clock_cards(found[:most], say, address=partial(_duty_address, view) if may else None)
        widgets.html(drawing_incidents.clock_cards(cards, label=say(N_("Open clocks"))))
    if len(found) > most:
        label = say.plural("{n} more clock", "{n} more clocks", len(found) - most)
        with st.expander(label):
            widgets.html(charts.table(*clock_texts.clock_table(found[most:], say), caption=label))


def unassessed(view: View) -> None:
    """The incidents that nobody has judged to be significant or not."""
    found = [
        duty for duty in clocks.duties(view.data, view.reader, view.as_of, view.scope) if duty.kind == "assessment"
    ]
    if found:
        lead = _item_address(view, INCIDENTS)
        links = [charts.anchor(duty.id, lead(duty.id)) if lead else elements.breakable(duty.id) for duty in found]
        widgets.html(drawing_incidents.line_with_links(clock_texts.unassessed_text(len(found), view.say), *links))


def _duty_address(view: View, duty: Duty) -> str:
    return widgets.address(view, "point", point=duty.point, item=duty.id)


def _item_address(view: View, point: str) -> Callable[[str], str] | None:
    """Where an incident's item stands on the page of a point, for those who may see items."""
    if not view.reader.may(Permission.SEE_ITEMS):
        return None
    return lambda id_: widgets.address(view, "point", point=point, item=id_)


def months(view: View, found: Incidents) -> None:
    """The incidents of twelve months by kind."""
    say = view.say
    title = say(N_("Incidents by month and kind"))
    widgets.html(charts.section(title))
    drawn = texts.month_columns(found.months, say)
    if not drawn.kinds:
        widgets.html(charts.caption(say(N_("No incident is known of the last twelve months."))))
        return
    widgets.html(drawing_incidents.kinds(drawn.kinds, label=say(N_("Kinds"))))
    widgets.chart(
        plots_incidents.month_columns(drawn.months, mode=widgets.mode(), others=drawn.others),
        alt=texts.months_alt(found.months, say),
        key="months",
    )
    widgets.as_table(view, texts.months_table(found.months, say), caption=title)


def in_time(view: View) -> None:
    """The hours from discovery to report, and the days to a final report."""
    say, found = view.say, clocks.duties(view.data, view.reader, view.as_of, view.scope)
    title = say(N_("From discovery to report"))
    if not texts.sent_reports(found):
        widgets.html(charts.section(title))
        widgets.html(
            charts.caption(say(N_("No report has been sent this year, or it cannot be told whether it was in time.")))
        )
        return
    widgets.html(charts.section(title, note=texts.reports_sentence(found, say)))
    by_hour, by_month = texts.hour_lanes(found, say), texts.day_lanes(found, say)
    for lanes, by_day in ((by_hour, False), (by_month, True)):
        if lanes:
            axis = texts.scale(lanes, say, by_day=by_day)
            widgets.chart(
                plots_incidents.duty_dots(lanes, axis, mode=widgets.mode()),
                alt=texts.reports_alt([row for row in found if bool(row.limit_months) == by_day], say),
                key="days" if by_day else "hours",
            )
    widgets.as_table(view, texts.reports_table(found, say), caption=title)


def closing(view: View, found: Incidents) -> None:
    """How many days passed from discovery to closure."""
    say, counts = view.say, found.counts
    title = say(N_("From discovery to closure"))
    widgets.html(charts.section(title, note=texts.closing_sentence(counts, say)))
    if not any(step.n for step in found.steps):
        return
    limit = say(N_("limit {n} days"), n=counts.limit_days)
    widgets.chart(
        plots_incidents.closing_columns(texts.closing_columns(found.steps, say), mode=widgets.mode(), limit=limit),
        alt=texts.closing_sentence(counts, say),
        key="closing",
    )
    widgets.as_table(view, texts.closing_table(found.steps, say), caption=title)


def causes(view: View, found: Incidents) -> None:
    """The causes of the year's incidents, the most common first."""
    say = view.say
    if found.causes:
        widgets.html(charts.section(say(N_("Causes"))))
        widgets.html(charts.reasons(texts.cause_bars(found.causes, say), label=say(N_("Causes"))))


def recurring(view: View, found: Incidents) -> None:
    """The incidents that recur in a unit."""
    say, most = view.say, texts.FIRST_RECURRING
    title = say(N_("Recurring incidents"))
    text = texts.recurring_sentence(found, window_months(view.as_of), say)
    notes = [say.pick(note) for note in _recurring_figure().notes(view.as_of)] if found.recurring else []
    widgets.html(charts.section(title, note=" ".join([text, *notes])))
    if not found.recurring:
        return
    every = len(found.recurring) > most and st.toggle(
        say(N_("Show all {n}"), n=say.number(len(found.recurring))), key=f"all recurring {say.code}"
    )
    shown = found.recurring if every else found.recurring[:most]
    table = texts.recurring_table(shown, say, address=_item_address(view, HANDLING))
    widgets.html(charts.table(*table, caption=title))


def silent(view: View, found: Incidents) -> None:
    """The units that have reported nothing this year."""
    say = view.say
    title = say(N_("Units that report nothing"))
    if not found.units:
        return
    note = texts.silent_sentence(found.units, say)
    widgets.html(charts.section(title, note=note))
    if groups := texts.silent(found.units, say):
        widgets.html(drawing_incidents.name_groups(groups, label=title))


def rates(view: View, found: Incidents) -> None:
    """Incidents for each hundred persons employed, by the parts of the scope."""
    say = view.say
    bars = texts.rate_bars(found.rates, say)
    if view.scope.unit or not bars:
        return
    widgets.html(charts.section(say(N_("Incidents per 100 employed")), note=texts.rate_note(found.rates, say)))
    widgets.html(charts.reasons(bars, label=say(N_("Incidents per 100 employed"))))
