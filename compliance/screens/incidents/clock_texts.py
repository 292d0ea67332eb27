"""The texts of required reports: the clock, what has to be done, and what is missing. No Streamlit."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from compliance.core.language import N_, NBSP, SOFT_HYPHEN, Language, begun, bold
from compliance.counting.incidents import (
    BREACHES,
    KEPT_MONTHS,
    Clock,
    Duty,
)
from compliance.drawing import charts, elements, incidents
from compliance.wording import breaking, clocks, phrases

FIRST_CARDS: Final = 9
GAPS: Final = {
    "notifiable": N_("assessment of the duty to notify"),
    "decided": N_("date of the decision"),
    "affected": N_("number of data subjects"),
    "informed": N_("whether the data subjects are informed"),
    "type": N_("type of breach"),
    "delay_reason": N_("reason for the delay"),
    "severity": N_("severity"),
    "system": N_("affected system"),
    "cause": N_("cause"),
    "action": N_("action taken"),
}
EARLIER: Final = {
    "early_warning": N_("early warning"),
    "notification": N_("notification of the incident"),
    "progress_report": N_("progress report"),
}
BREACH: Final = N_("Personal data breach")
SIGNIFICANT: Final = N_("Significant incident")
# The spaces between a number of a law and the word that it belongs to.
NUMBER_BEFORE: Final = re.compile(r"\b(art\.|kap\.|ch\.|s\.) (?=\d)")
NUMBER_AFTER: Final = re.compile(r"(?<=\d) (?=kap\.|§)")


def sentences(open_clocks: Sequence[Clock], say: Language) -> list[str]:
    """The page's answer."""
    expired, running = [c for c in open_clocks if c.run_out], [c for c in open_clocks if not c.run_out]
    if not open_clocks:
        return [say(N_("No clock is running.")), say(N_("No report is waiting to be sent."))]
    lines = []
    if expired:
        lines.append(
            say.plural(
                "{count} clock has run out without a report.",
                "{count} clocks have run out without a report.",
                len(expired),
                count=phrases.counted(len(expired), say),
            )
        )
    if running:
        going = say.plural(
            "{count} clock is running.",
            "{count} clocks are running.",
            len(running),
            count=phrases.counted(len(running), say),
        )
        lines.append(f"{going} {_first_runs_out(running, say)}".strip())
    return lines


def _first_runs_out(running: Sequence[Clock], say: Language) -> str:
    limited = [clock for clock in running if clock.duty.ends]
    if not limited:
        return ""
    when = _within(limited[0], say)
    if len(running) == 1:
        return say(N_("It runs out {when}."), when=when)
    return say(N_("The first runs out {when}."), when=when)


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
    """The fields that the export lacks."""
    names = [say(GAPS[gap]) for gap in clock.gaps]
    text = phrases.listed(names, say) if names else say(N_("nothing but the report itself"))
    return begun(text)


def sent_before(duty: Duty, say: Language) -> str:
    """The reports of the incident that have been sent."""
    parts = [f"{say(EARLIER[name])} {clocks.short_day(moment.date(), say)}" for name, moment in duty.earlier]
    text = ", ".join(parts)
    return begun(text)


def clock_cards(
    open_clocks: Sequence[Clock], say: Language, *, address: Callable[[Duty], str] | None
) -> list[incidents.ClockCard]:
    """The clocks as cards; `address` is the link to the point's item if the reader may see items."""
    return [_clock_card(clock, say, address=address) for clock in open_clocks]


def _clock_card(clock: Clock, say: Language, *, address: Callable[[Duty], str] | None) -> incidents.ClockCard:
    figure, rest = clocks.figure_of(clock, say)
    duty = clock.duty
    # points have no items of earlier years
    id_ = charts.anchor(duty.id, address(duty)) if address and duty.outcome else elements.breakable(duty.id)
    return incidents.ClockCard(
        kicker=elements.Html(f"{id_} · {elements.breakable(duty.unit)}") if duty.unit else id_,
        title=title_of(duty, say),
        state="run_out" if clock.run_out else "running" if duty.ends else "open",
        figure=figure,
        rest=rest,
        share=clock.share,
        alt=f"{duty.id}: {figure} {rest}".replace(SOFT_HYPHEN, ""),
        facts=clock_facts(clock, say),
    )


def clock_facts(clock: Clock, say: Language) -> list[charts.Pair]:
    """The facts of a clock: when it runs out, what has to be done, the recipient, and what is missing."""
    duty = clock.duty
    ends = say(N_("Ran out")) if clock.run_out else say(N_("Last day")) if clock.by_day else say(N_("Runs out"))
    note = ""
    if clock.by_day and not duty.limit_months:
        note = say(N_("The export has no time of day: what is sent by then is surely in time."))
    return [
        charts.Pair(ends, bold(clocks.when_it_ends(duty, say)) if duty.ends else "", note),
        charts.Pair(say(N_("To be done")), breaking.add_soft_hyphens(unbroken(say.pick(duty.law)))),
        charts.Pair(say(N_("Recipient")), breaking.add_soft_hyphens(say.pick(duty.recipient))),
        charts.Pair(say(N_("Sent")), sent_before(duty, say)),
        charts.Pair(say(N_("Remains")), missing(clock, say)),
    ]


def unbroken(law: str) -> str:
    """A reference to a law, with no-break spaces between its numbers and their words."""
    return NUMBER_AFTER.sub(NBSP, NUMBER_BEFORE.sub(rf"\1{NBSP}", law))


def clock_table(open_clocks: Sequence[Clock], say: Language) -> charts.Table:
    """The clocks as a table, for those beyond the cards."""
    columns = [
        charts.Column(say(N_("Id")), row_header=True, nowrap=True),
        charts.Column(say(N_("To be done"))),
        charts.Column(say(N_("Time limit")), nowrap=True),
        charts.Column(say(N_("Recipient"))),
        charts.Column(say(N_("Remains"))),
    ]
    return columns, [
        [
            clock.duty.id,
            say.pick(clock.duty.law),
            f"{' '.join(clocks.figure_of(clock, say))}, {clocks.when_it_ends(clock.duty, say)}".removesuffix(", "),
            say.pick(clock.duty.recipient),
            missing(clock, say),
        ]
        for clock in open_clocks
    ]


def basis_line(days: Sequence[tuple[str, date]], say: Language) -> str:
    """The exports that the clocks rest on, with their days: reports sent later are missing."""
    by_day = {day: [source for source, other in days if other == day] for _, day in days}
    parts = [
        say(N_("{sources} of {day}"), sources=phrases.listed(sources, say), day=say.date(day))
        for day, sources in by_day.items()
    ]
    return say(N_("Basis: {exports}. What was sent after that is not seen here."), exports=phrases.listed(parts, say))


def retention_line(say: Language) -> str:
    """How long a report that has not been sent is shown."""
    text = N_("A report that is not sent stays here for {n} months after its time limit.")
    return say(text, n=say.number(KEPT_MONTHS))


def unassessed_text(n: int, say: Language) -> str:
    """How many incidents have not been assessed as significant or not."""
    return say.plural(
        "**{n} incident is not assessed.** If it is significant its clocks have been running since it was discovered:",
        "**{n} incidents are not assessed.** If they are significant their clocks have been running since they were "
        "discovered:",
        n,
    )
