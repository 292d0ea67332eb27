"""The texts of required reports: the clock, what has to be done, and what is missing. No Streamlit."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from compliance.core.language import N_, NBSP, SOFT_HYPHEN, Language, begun, bold
from compliance.counting.incidents import (
    BREACHES,
    Clock,
    Duty,
)
from compliance.declarations.sources import product_sources
from compliance.drawing import charts, elements, incidents
from compliance.wording import breaking, clocks, phrases
from compliance.wording.tables import Column, Table, table

FIRST_CARDS: Final = 6
FIRST_ROWS: Final = 8
BREACH: Final = N_("Personal data breach")
SIGNIFICANT: Final = N_("Significant incident")
EARLIER: Final = clocks.LANES | {"progress_report": N_("Progress report")}
# The spaces between a number of a law and the word that it belongs to.
NUMBER_BEFORE: Final = re.compile(r"\b(art\.|kap\.|ch\.|s\.) (?=\d)")
NUMBER_AFTER: Final = re.compile(r"(?<=\d) (?=kap\.|§)")


def sentences(unsent: Sequence[Clock], say: Language) -> list[str]:
    """The page's answer: what can still be met, and how much has run out."""
    lines = [say(N_("No clock is running."))]
    if limited := [clock for clock in unsent if clock.state == "running"]:
        text = say.plural(
            "One clock is running. It runs out {when}.",
            "{count} clocks are running. The first runs out {when}.",
            len(limited),
            count=phrases.counted(len(limited), say),
            when=_within(limited[0], say),
        )
        lines = [text]
    if out := sum(clock.run_out for clock in unsent):
        text = say.plural(
            "One time limit has passed and the report has not been sent.",
            "{count} time limits have passed and the reports have not been sent.",
            out,
            count=phrases.counted(out, say),
        )
        lines.append(text)
    return lines


def _within(clock: Clock, say: Language) -> str:
    """The time left: in 31 hours, in 13 days, today."""
    if clock.by_day and clock.days_left == 0:
        return say(N_("today"))
    return say(N_("in {time}"), time=clocks.time_left(clock, say, long=True))


def kind_of(duty: Duty, say: Language) -> str:
    """The kind of case that a report is about."""
    return say(BREACH) if duty.point == BREACHES else say(SIGNIFICANT)


def title_of(duty: Duty, say: Language) -> str:
    """The kind of case, with its title if the reader may see that."""
    kind = breaking.add_soft_hyphens(kind_of(duty, say))
    return f"{kind}: {duty.label}" if duty.label else kind


def missing(clock: Clock, say: Language) -> str:
    """The columns of the export that are empty."""
    source = product_sources()["breaches" if clock.duty.point == BREACHES else "incidents"]
    names = [say.pick(source.field(gap).texts) for gap in clock.gaps]
    lowered = phrases.listed([f"{name[:1].lower()}{name[1:]}" for name in names], say)
    return begun(lowered) or say(N_("Ready to send"))


def sent_before(clock: Clock, say: Language) -> str:
    """The reports of the incident that have been sent."""
    year = clock.as_of.year
    sent = [(say(EARLIER[name]), moment.date()) for name, moment in clock.duty.earlier]
    return begun(", ".join(f"{name.lower()} {clocks.short_day(day, say, year=year)}" for name, day in sent))


# The address of an item of a point.
Address = Callable[[str, str], str]


def clock_cards(running: Sequence[Clock], say: Language, *, address: Address | None) -> list[incidents.ClockCard]:
    """The clocks as cards; `address` is the link to the point's item if the reader may see items."""
    return [_clock_card(clock, say, address=address) for clock in running]


def _clock_card(clock: Clock, say: Language, *, address: Address | None) -> incidents.ClockCard:
    figure, rest = clocks.figure_of(clock, say)
    duty, id_ = clock.duty, _id(clock.duty, address)
    return incidents.ClockCard(
        kicker=elements.Html(f"{id_} · {elements.breakable(duty.unit)}") if duty.unit else id_,
        title=title_of(duty, say),
        figure=figure,
        rest=rest,
        share=clock.share,
        alt=f"{duty.id}: {figure} {rest}".replace(SOFT_HYPHEN, ""),
        facts=clock_facts(clock, say),
    )


def _id(duty: Duty, address: Address | None) -> elements.Html:
    """The id of a case; a link if there is an item, which points do not have of earlier years."""
    return case(duty.point, duty.id, address if duty.outcome else None)


def case(point: str, id_: str, address: Address | None) -> elements.Html:
    """The id of a case, a link to its item of a point if `address` is given."""
    return charts.linked(charts.PageLink(id_, address(point, id_) if address else ""))


def clock_facts(clock: Clock, say: Language) -> list[charts.Pair]:
    """The facts of a clock: when it runs out, what has to be done, the recipient, and what is missing."""
    duty = clock.duty
    note = ""
    if clock.by_day and not duty.limit_months:
        note = say(N_("The export has no time of day: what is sent by then is surely in time."))
    return [
        charts.Pair(say(N_("Time limit")), bold(clocks.when_it_ends(clock, say)), note),
        charts.Pair(say(N_("What to do")), _law(clock, say)),
        charts.Pair(say(N_("Recipient")), breaking.add_soft_hyphens(say.pick(duty.recipient))),
        charts.Pair(say(N_("Sent")), sent_before(clock, say)),
        charts.Pair(say(N_("Left")), missing(clock, say)),
    ]


def unbroken(law: str) -> str:
    """A reference to a law, with no-break spaces between its numbers and their words."""
    return NUMBER_AFTER.sub(NBSP, NUMBER_BEFORE.sub(rf"\1{NBSP}", law))


def clock_table(listed: Sequence[Clock], say: Language, *, address: Address | None) -> Table:
    """Clocks as a table, a row each."""

    def id_(clock: Clock, _: Language) -> elements.Html:
        duty = clock.duty
        return incidents.two_lines(_id(duty, address), " · ".join(filter(None, (duty.label, duty.unit))))

    columns: Sequence[Column[Clock]] = (
        Column(N_("Id"), id_, row_header=True),
        Column(N_("What to do"), _law),
        Column(N_("Time limit"), _time_limit),
        Column(N_("Recipient"), _recipient),
        Column(N_("Left"), missing),
    )
    return table(columns, listed, say)


def _law(clock: Clock, say: Language) -> str:
    return breaking.add_soft_hyphens(unbroken(say.pick(clock.duty.law)))


def _time_limit(clock: Clock, say: Language) -> elements.Html:
    figure, rest = clocks.figure_of(clock, say)
    when = charts.work_mark("late", figure, note=rest) if clock.run_out else f"{figure} {rest}".strip()
    return incidents.two_lines(when, clocks.when_it_ends(clock, say))


def _recipient(clock: Clock, say: Language) -> str:
    """Whom a report goes to; an abbreviation does not break at its hyphen."""
    name = say.pick(clock.duty.recipient)
    return breaking.add_soft_hyphens(name) if " " in name else incidents.ids([elements.escaped(name)])


def lists(unsent: Sequence[Clock], say: Language) -> list[tuple[str, list[Clock]]]:
    """What has no card, under a heading: clocks that run out later, without a limit, and run out."""
    later = [clock for clock in unsent if clock.state == "running"][FIRST_CARDS:]
    groups = [
        (say(N_("Running out later")), later),
        (say(N_("Time limits that have passed")), [clock for clock in unsent if clock.run_out]),
        (say(N_("Without a time limit")), [clock for clock in unsent if clock.state == "unlimited"]),
    ]
    return [group for group in groups if group[1]]


def basis_line(days: Sequence[tuple[str, date]], say: Language) -> str:
    """The exports that the clocks rest on, with their days: reports sent later are missing."""
    by_day = {day: [source for source, other in days if other == day] for _, day in days}
    parts = [
        say(N_("{sources} of {day}"), sources=phrases.listed(sources, say), day=say.date(day))
        for day, sources in by_day.items()
    ]
    return say(N_("Basis: {exports}. What was sent later is not seen here."), exports=phrases.listed(parts, say))


def unassessed_text(n: int, say: Language) -> str:
    """How many incidents have not been assessed as significant or not."""
    return say.plural(
        "**One incident is not assessed.** If it is significant its clocks have been running since it was discovered:",
        "**{word} incidents are not assessed.** If they are significant their clocks have been running since they were "
        "discovered:",
        n,
        word=phrases.counted(n, say),
    )
