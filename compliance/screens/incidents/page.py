"""The page of incidents: clocks, the year's figures and charts, recurring incidents and units without any."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.counting import incidents
from compliance.counting.figures import Definition
from compliance.counting.incidents import INCIDENTS, Clock, Incidents
from compliance.drawing import charts, plots_incidents
from compliance.drawing import incidents as drawing_incidents
from compliance.drawing.plots import Mode
from compliance.screens import clocks, no_data, reads, widgets
from compliance.screens.bodies import body, with_more
from compliance.screens.caching import cached
from compliance.screens.incidents import clock_texts, texts
from compliance.screens.incidents.clock_texts import Address
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN


@cached(words=False)
def of_the_year(view: View) -> Incidents:
    """The statistics of the year's incidents, as the reader may see them."""
    plans = reads.hidden_from(view.data, view.reader, (view.as_of,))
    with view.database.cursor() as cursor:
        return incidents.incidents(
            cursor,
            reads.points(view),
            as_of=view.as_of,
            known_at=EVERYTHING_KNOWN,
            place=view.scope,
            window_months=window_months(view.as_of),
            reader=view.reader,
            plans=plans,
        )


def window_months(as_of: date) -> int:
    """Within how many months an incident counts as recurring, from the figure shown with point 11."""
    months: int = _recurring_figure().parameters(as_of)["window_months"]
    return months


def _recurring_figure() -> Definition:
    return next(d for d in reads.definitions() if d.id == "recurring_incidents")


# --- The page -----------------------------------------------------------------------------------------------------


def ahead(view: View) -> Iterator[None]:
    """Count what the page asks for."""
    of_the_year(view)
    yield


@body
def draw(view: View) -> None:
    """Draw the running clocks, and the statistics of the year's incidents."""
    existing = basis(view)
    if not existing:
        empty(view)
        return
    unsent = clocks.clocks(view)
    answer(view, unsent, existing)
    clock_cards(view, unsent)
    unassessed(view)
    if "incidents" in existing:
        _year(view, of_the_year(view))
    else:
        in_time(view)


def _year(view: View, year: Incidents) -> None:
    duties = clocks.duties(view)
    widgets.html(charts.facts(texts.facts(year, duties, view.say)))
    widgets.beside((7, 5), partial(months, view, year), partial(in_time, view))
    if year.counts.discovered:
        widgets.beside((7, 5), partial(closing, view, year), partial(rates, view, year))
        widgets.beside((5, 7), partial(causes, view, year), partial(recurring, view, year))
        silent(view, year)


def basis(view: View) -> dict[str, date]:
    """The exports that the page needs and that are loaded, with their newest extract date."""
    imports = reads.basis(view.data, view.as_of).of(view.scope.organisation)
    days = {id_: [row["extract_date"] for row in imports if row["source"] == id_] for id_ in clocks.SOURCES}
    return {id_: max(dates) for id_, dates in days.items() if dates}


def answer(view: View, unsent: tuple[Clock, ...], existing: dict[str, date]) -> None:
    """Draw the page's answer as its heading, the exports it rests on, and a note if one is missing."""
    say = view.say
    widgets.headline(view, N_("Incidents"), clock_texts.sentences(unsent, say))
    days = [(say.pick(reads.sources(view.data)[id_].title), day) for id_, day in existing.items()]
    widgets.html(charts.caption(clock_texts.basis_line(days, say)))
    if lacking := [id_ for id_ in clocks.SOURCES if id_ not in existing]:
        widgets.html(charts.note(no_data.not_loaded(view, lacking)))
        no_data.load_or_fill_in(view, lacking)


def empty(view: View) -> None:
    """Draw the page without any export: what is missing, and where to load it."""
    widgets.html(charts.page_title(view.say(N_("Incidents"))))
    no_data.no_basis(view, clocks.SOURCES)


def clock_cards(view: View, unsent: tuple[Clock, ...]) -> None:
    """Draw the first clocks that can still be met as cards, and everything else that is not sent a row each."""
    say, address = view.say, _item_address(view)
    if running := [clock for clock in unsent if clock.state == "running"][: clock_texts.FIRST_CARDS]:
        cards = clock_texts.clock_cards(running, say, address=address)
        widgets.html(drawing_incidents.clock_cards(cards, label=say(N_("Next deadline"))))
    for title, listed in clock_texts.lists(unsent, say):
        widgets.html(charts.section(title))
        rows = partial(_rows, view, title)
        with_more(view, listed, rows, first=clock_texts.FIRST_ROWS, key=f"more {title}")


def _rows(view: View, title: str, listed: Sequence[Clock]) -> None:
    """Draw clocks a row each."""
    table = clock_texts.clock_table(listed, view.say, address=_item_address(view))
    widgets.html(charts.table(*table, caption=title, stacked=True))


def unassessed(view: View) -> None:
    """Draw the incidents that have not been assessed as significant or not."""
    duties = [duty for duty in clocks.duties(view) if duty.kind == "assessment"]
    if duties:
        lead = _item_address(view)
        links = [clock_texts.case(INCIDENTS, duty.id, lead) for duty in duties]
        widgets.html(drawing_incidents.line_with_links(clock_texts.unassessed_text(len(duties), view.say), *links))


def _item_address(view: View) -> Address | None:
    """The address of an item on the page of a point; None if the reader may not see items."""
    if not view.reader.may(Permission.SEE_ITEMS):
        return None
    return lambda point, id_: widgets.address(view, "point", point=point, item=id_)


def months(view: View, year: Incidents) -> None:
    """Draw the incidents of twelve months by kind."""
    say = view.say
    title = say(N_("Incidents by month and kind"))
    drawn = texts.month_columns(year.months, say)
    if not drawn.kinds:
        return
    widgets.figure(
        view,
        title,
        fragment=drawing_incidents.kinds(drawn.kinds, lead=say(N_("This year")), label=title),
        plot=_months_drawn(view, widgets.mode()),
        alt=texts.months_alt(year.months, say),
        key="months",
        table=texts.months_table(year.months, say),
    )


@cached()
def _months_drawn(view: View, mode: Mode) -> Any:
    drawn = texts.month_columns(of_the_year(view).months, view.say)
    return plots_incidents.month_columns(drawn.months, mode=mode, others=drawn.others)


def in_time(view: View) -> None:
    """Draw the hours from discovery to report, and the days to a final report."""
    say, duties = view.say, clocks.duties(view)
    title = say(N_("From discovery to report"))
    if not texts.sent_reports(duties):
        return
    widgets.html(charts.section(title, note=texts.reports_sentence(duties, say)))
    for by_day in (False, True):
        if drawn := _dots_drawn(view, widgets.mode(), by_day=by_day):
            alt = texts.reports_alt([row for row in duties if bool(row.limit_months) == by_day], say)
            widgets.chart(drawn, alt=alt, key="days" if by_day else "hours")
    widgets.as_table(view, texts.reports_table(duties, say), caption=title)


@cached()
def _dots_drawn(view: View, mode: Mode, *, by_day: bool) -> Any | None:
    """The reports as dots in hours or in days; None if there are none."""
    duties = clocks.duties(view)
    lanes = texts.day_lanes(duties, view.say) if by_day else texts.hour_lanes(duties, view.say)
    return plots_incidents.duty_dots(lanes, texts.scale(lanes, view.say, by_day=by_day), mode=mode) if lanes else None


def closing(view: View, year: Incidents) -> None:
    """Draw how many days passed from discovery to closure."""
    say, counts = view.say, year.counts
    title = say(N_("From discovery to closure"))
    if told := texts.closing_sentence(counts, say):
        drawn = _closing_drawn(view, widgets.mode())
        table = texts.closing_table(year.steps, say) if drawn else None
        widgets.figure(view, title, note=told, plot=drawn, alt=told, key="closing", table=table)


@cached()
def _closing_drawn(view: View, mode: Mode) -> Any | None:
    """The days until closure as columns; None if nothing has been closed."""
    say, year = view.say, of_the_year(view)
    if not any(step.n for step in year.steps):
        return None
    limit = say(N_("limit {limit}"), limit=texts.days(year.counts.limit_days, say))
    return plots_incidents.closing_columns(texts.closing_columns(year.steps, say), mode=mode, limit=limit)


def causes(view: View, year: Incidents) -> None:
    """Draw the causes of the year's incidents, the most common first."""
    say, title = view.say, view.say(N_("Causes"))
    if year.causes:
        bars = texts.cause_bars(year.causes, say)
        widgets.figure(view, title, fragment=charts.reasons(bars, label=title))


def recurring(view: View, year: Incidents) -> None:
    """Draw the incidents that recur in a unit."""
    say = view.say
    title = say(N_("Recurring incidents"))
    text = texts.recurring_sentence(year, window_months(view.as_of), say)
    notes = [say.pick(note) for note in _recurring_figure().notes(view.as_of)] if year.recurring else []
    widgets.html(charts.section(title, note=" ".join([text, *notes])))
    if year.recurring:
        shown = widgets.first_or_all(view, year.recurring, texts.FIRST_RECURRING, key="all recurring")
        table = texts.recurring_table(shown, say, address=_item_address(view))
        widgets.html(charts.table(*table, caption=title, stacked=True))


def silent(view: View, year: Incidents) -> None:
    """Draw the units that have reported nothing this year."""
    say = view.say
    title = say(N_("Units that report nothing"))
    if not year.units:
        return
    groups = texts.silent(year.units, say)
    drawn = drawing_incidents.name_groups(groups, label=title) if groups else None
    widgets.figure(view, title, note=texts.silent_sentence(year.units, say), fragment=drawn)


def rates(view: View, year: Incidents) -> None:
    """Draw the incidents per hundred employed persons, by the parts of the scope."""
    say = view.say
    bars = texts.rate_bars(year.rates, say)
    if view.scope.unit or not bars:
        return
    title, note = say(N_("Incidents per 100 employed")), texts.rate_note(year.rates, say)
    widgets.figure(view, title, note=note, fragment=charts.reasons(bars, label=title))
