"""What the page of incidents draws: its clocks, the year's figures and charts, and what recurs or is silent."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core import places
from compliance.core.language import N_
from compliance.counting import incidents
from compliance.counting.figures import Definition
from compliance.counting.incidents import HANDLING, INCIDENTS, Clock, Duty, Incidents
from compliance.drawing import charts, elements, plots_incidents
from compliance.drawing import incidents as drawing_incidents
from compliance.screens import ui
from compliance.screens.incidents import clock_texts, texts
from compliance.screens.ui import Key, View
from compliance.store.database import EVERYTHING_KNOWN
from compliance.viewing import Scope
from compliance.wording import phrases

SOURCES = ("incidents", "breaches")


@st.cache_resource(show_spinner=False, max_entries=ui.CACHED)
def duties(key: Key, as_of: date, scope: Scope) -> tuple[Duty, ...]:
    """The reports that are required, as the person may see them."""
    with ui.at(key).cursor() as cursor:
        found = incidents.duties(
            cursor,
            ui.points(),
            as_of=as_of,
            known_at=EVERYTHING_KNOWN,
            place=scope.place,
            own=places.own_files(),
        )
    return found if ui.user().may(Permission.SEE_PERSONS) else incidents.duties_for_others(found)


def of_the_year(seen: View) -> Incidents:
    """What the year's incidents have in common, as the person may see it."""
    found = _of_the_year(seen.key, seen.as_of, seen.scope)
    return found if seen.user.may(Permission.SEE_PERSONS) else incidents.for_others(found, ui.names(seen).withhold)


@st.cache_resource(show_spinner=False, max_entries=ui.CACHED)
def _of_the_year(key: Key, as_of: date, scope: Scope) -> Incidents:
    with ui.at(key).cursor() as cursor:
        return incidents.incidents(
            cursor,
            ui.points(),
            as_of=as_of,
            known_at=EVERYTHING_KNOWN,
            place=scope.place,
            window_months=window_months(as_of),
            free_text=ui.user().may(Permission.SEE_PERSONS),
        )


def window_months(as_of: date) -> int:
    """Within how many months an incident recurs, as the figure beside point 11 has it."""
    months: int = _recurring_figure().parameters(as_of)["window_months"]
    return months


def _recurring_figure() -> Definition:
    return next(d for d in ui.definitions() if d.id == "recurring_incidents")


def clocks(seen: View) -> tuple[Clock, ...]:
    """The clocks of the view: counted from now where the as-of date is today, else from its 24:00."""
    found = duties(seen.key, seen.as_of, seen.scope)
    return incidents.clocks(found, as_of=seen.as_of, now=_now(seen))


def _now(seen: View) -> datetime | None:
    return ui.now() if seen.as_of == ui.today() else None


# --- The page -----------------------------------------------------------------------------------------------------


def basis(seen: View) -> dict[str, date]:
    """Those of the exports that the page needs which are there, with the day of the newest."""
    there = ui.basis(seen.key, seen.as_of).of(seen.scope.organisation)
    days = {id_: [row["extract_date"] for row in there if row["source"] == id_] for id_ in SOURCES}
    return {id_: max(found) for id_, found in days.items() if found}


def _titles(seen: View, sources: Iterable[str]) -> list[str]:
    return [seen.say.pick(ui.sources()[id_].title) for id_ in sources]


def answer(seen: View, found: tuple[Clock, ...], there: dict[str, date]) -> None:
    """The page's answer as its heading, the exports that it rests on, and that one is missing."""
    say = seen.say
    kicker = " · ".join([say(N_("Incidents")), seen.scope.name(say)])
    ui.html(charts.headline(*clock_texts.sentences(found, say), kicker=kicker))
    days = list(zip(_titles(seen, there), there.values(), strict=True))
    ui.html(charts.caption(f"{clock_texts.basis_line(days, say)} {clock_texts.kept_line(say)}"))
    if missing := [id_ for id_ in SOURCES if id_ not in there]:
        _partly(seen, _titles(seen, missing))


def empty(seen: View) -> None:
    """What is missing where no clock can be seen at all, and where to mend it."""
    say = seen.say
    title = say(N_("No export of incidents is loaded up to {day}."), day=say.date(seen.as_of))
    names = phrases.listed(_titles(seen, SOURCES), say)
    text = say(
        N_("The page needs {sources}. Whatever is to be reported then stands here with the time left."), sources=names
    )
    ui.html(charts.page_title(say(N_("Incidents"))))
    ui.no_basis(seen, title, text)


def _partly(seen: View, missing: list[str]) -> None:
    """That one of the two exports is missing, so that its clocks are not seen."""
    say = seen.say
    text = N_("No export of **{sources}** is loaded up to {day}. Its clocks and figures are not seen here.")
    ui.html(charts.note(say(text, sources=phrases.listed(missing, say), day=say.date(seen.as_of))))
    ui.link_to_imports(seen)


def clock_cards(seen: View, found: tuple[Clock, ...]) -> None:
    """The clocks as cards, the most urgent first; of very many the rest as a table."""
    say, most = seen.say, clock_texts.FIRST_CARDS
    if found:
        may = seen.user.may(Permission.SEE_ITEMS)
        cards = clock_texts.clock_cards(found[:most], say, address=partial(_duty_address, seen) if may else None)
        ui.html(drawing_incidents.clock_cards(cards, label=say(N_("Open clocks"))))
    if len(found) > most:
        label = say.plural("{n} more clock", "{n} more clocks", len(found) - most)
        with st.expander(label):
            ui.html(charts.table(*clock_texts.clock_table(found[most:], say), caption=label))


def unassessed(seen: View) -> None:
    """The incidents that nobody has judged to be significant or not."""
    found = [duty for duty in duties(seen.key, seen.as_of, seen.scope) if duty.kind == "assessment"]
    if found:
        lead = _item_address(seen, INCIDENTS)
        links = [charts.anchor(duty.id, lead(duty.id)) if lead else elements.written(duty.id) for duty in found]
        ui.html(drawing_incidents.beside(clock_texts.unassessed_text(len(found), seen.say), *links))


def _duty_address(seen: View, duty: Duty) -> str:
    return ui.address(seen, "point", point=duty.point, item=duty.id)


def _item_address(seen: View, point: str) -> Callable[[str], str] | None:
    """Where an incident's item stands on the page of a point, for those who may see items."""
    if not seen.user.may(Permission.SEE_ITEMS):
        return None
    return lambda id_: ui.address(seen, "point", point=point, item=id_)


def months(seen: View, found: Incidents) -> None:
    """The incidents of twelve months by kind."""
    say = seen.say
    title = say(N_("Incidents by month and kind"))
    ui.html(charts.section(title))
    drawn = texts.month_columns(found.months, say)
    if not drawn.kinds:
        ui.html(charts.caption(say(N_("No incident is known of the last twelve months."))))
        return
    ui.html(drawing_incidents.kinds(drawn.kinds, label=say(N_("Kinds"))))
    ui.chart(
        plots_incidents.month_columns(drawn.months, mode=ui.mode(), others=drawn.others),
        alt=texts.months_alt(found.months, say),
        key="months",
    )
    ui.as_table(seen, texts.months_table(found.months, say), caption=title)


def in_time(seen: View) -> None:
    """The hours from discovery to report, and the days to a final report."""
    say, found = seen.say, duties(seen.key, seen.as_of, seen.scope)
    title = say(N_("From discovery to report"))
    if not texts.sent_reports(found):
        ui.html(charts.section(title))
        ui.html(
            charts.caption(say(N_("No report has been sent this year, or it cannot be told whether it was in time.")))
        )
        return
    ui.html(charts.section(title, note=texts.reports_sentence(found, say)))
    by_hour, by_month = texts.hour_lanes(found, say), texts.day_lanes(found, say)
    for lanes, by_day in ((by_hour, False), (by_month, True)):
        if lanes:
            axis = texts.scale(lanes, say, by_day=by_day)
            ui.chart(
                plots_incidents.duty_dots(lanes, axis, mode=ui.mode()),
                alt=texts.reports_alt([row for row in found if bool(row.limit_months) == by_day], say),
                key="days" if by_day else "hours",
            )
    ui.as_table(seen, texts.reports_table(found, say), caption=title)


def closing(seen: View, found: Incidents) -> None:
    """How many days passed from discovery to closure."""
    say, counts = seen.say, found.counts
    title = say(N_("From discovery to closure"))
    ui.html(charts.section(title, note=texts.closing_sentence(counts, say)))
    if not any(step.n for step in found.steps):
        return
    limit = say(N_("limit {n} days"), n=counts.limit_days)
    ui.chart(
        plots_incidents.closing_columns(texts.closing_columns(found.steps, say), mode=ui.mode(), limit=limit),
        alt=texts.closing_sentence(counts, say),
        key="closing",
    )
    ui.as_table(seen, texts.closing_table(found.steps, say), caption=title)


def causes(seen: View, found: Incidents) -> None:
    """The causes of the year's incidents, the most common first."""
    say = seen.say
    if found.causes:
        ui.html(charts.section(say(N_("Causes"))))
        ui.html(charts.reasons(texts.cause_bars(found.causes, say), label=say(N_("Causes"))))


def recurring(seen: View, found: Incidents) -> None:
    """The incidents that recur in a unit."""
    say, most = seen.say, texts.FIRST_RECURRING
    title = say(N_("Recurring incidents"))
    text = texts.recurring_sentence(found, window_months(seen.as_of), say)
    notes = [say.pick(note) for note in _recurring_figure().notes(seen.as_of)] if found.recurring else []
    ui.html(charts.section(title, note=" ".join([text, *notes])))
    if not found.recurring:
        return
    every = len(found.recurring) > most and st.toggle(
        say(N_("Show all {n}"), n=say.number(len(found.recurring))), key=f"all recurring {say.code}"
    )
    shown = found.recurring if every else found.recurring[:most]
    table = texts.recurring_table(shown, say, address=_item_address(seen, HANDLING))
    ui.html(charts.table(*table, caption=title))


def silent(seen: View, found: Incidents) -> None:
    """The units that have reported nothing this year."""
    say, persons = seen.say, seen.user.may(Permission.SEE_PERSONS)
    title = say(N_("Units that report nothing"))
    if not found.units:
        return
    note = texts.silent_sentence(found.units, say, persons=persons)
    ui.html(charts.section(title, note=note))
    if groups := texts.silent(found.units, say, persons=persons):
        ui.html(drawing_incidents.named(groups, label=title))


def rates(seen: View, found: Incidents) -> None:
    """Incidents for each hundred persons employed, by the parts of the scope."""
    say, persons = seen.say, seen.user.may(Permission.SEE_PERSONS)
    bars = texts.rate_bars(found.rates, say, persons=persons)
    if seen.scope.unit or not bars:
        return
    ui.html(charts.section(say(N_("Incidents per 100 employed")), note=texts.rate_note(found.rates, say)))
    ui.html(charts.reasons(bars, label=say(N_("Incidents per 100 employed"))))
