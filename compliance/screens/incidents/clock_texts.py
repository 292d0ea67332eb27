"""What a report that has to be sent says: the clock that runs, what is to be done, and what is missing."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from compliance.core import clock
from compliance.core.language import N_, NBSP, SOFT_HYPHEN, Language, bold
from compliance.counting.incidents import (
    BREACHES,
    KEPT_MONTHS,
    Clock,
    Duty,
)
from compliance.drawing import charts, elements, incidents
from compliance.wording import breaking, phrases

HOUR: Final = timedelta(hours=1)
# What ran out longer ago than this is told in days.
RECENT_HOURS: Final = 48
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
LANES: Final = {
    "breach": N_("Notification to IMY"),
    "early_warning": N_("Early warning"),
    "notification": N_("Incident notification"),
    "final_report": N_("Final report"),
}
# A number of a law and the word that it belongs to.
NUMBER_BEFORE: Final = re.compile(r"\b(art\.|kap\.|ch\.|s\.) (?=\d)")
NUMBER_AFTER: Final = re.compile(r"(?<=\d) (?=kap\.|§)")


def sentences(found: Sequence[Clock], say: Language) -> list[str]:
    """The page's answer."""
    out, running = [c for c in found if c.run_out], [c for c in found if not c.run_out]
    if not found:
        return [say(N_("No clock is running.")), say(N_("No report is waiting to be sent."))]
    lines = []
    if out:
        lines.append(
            say.plural(
                "{count} clock has run out without a report.",
                "{count} clocks have run out without a report.",
                len(out),
                count=phrases.counted(len(out), say),
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
    """In 31 hours, in 13 days, today."""
    if clock.by_day and clock.days_left == 0:
        return say(N_("today"))
    return say(N_("in {time}"), time=time_left(clock, say, long=True))


def time_left(clock: Clock, say: Language, *, long: bool = False) -> str:
    """31 h or 31 hours, 45 min, 13 days: whole ones, never rounded up."""
    if clock.by_day:
        return say.plural("{n} day", "{n} days", clock.days_left).replace(" ", NBSP)
    return _duration(clock.left, say, long=long)


def _duration(span: timedelta, say: Language, *, long: bool) -> str:
    if span < HOUR:
        minutes = span // timedelta(minutes=1)
        text = say.plural("{n} minute", "{n} minutes", minutes) if long else say(N_("{n} min"), n=minutes)
        return text.replace(" ", NBSP)
    return hours(span / HOUR, say, long=long)


def hours(value: float, say: Language, *, long: bool = False) -> str:
    """Whole hours, cut off: 71,9 hours are 71."""
    whole = int(value)
    text = say.plural("{n} hour", "{n} hours", whole) if long else say(N_("{n} h"), n=say.number(whole))
    return text.replace(" ", NBSP)


def _ago(clock: Clock, say: Language) -> str:
    """3 days ago, 5 hours ago."""
    gone = -clock.left
    if clock.by_day or gone >= RECENT_HOURS * HOUR:
        days = -clock.days_left if clock.by_day else gone // timedelta(days=1)
        return say.plural("{n} day ago", "{n} days ago", days).replace(" ", NBSP)
    if gone < HOUR:
        return say.plural("{n} minute ago", "{n} minutes ago", gone // timedelta(minutes=1)).replace(" ", NBSP)
    return say.plural("{n} hour ago", "{n} hours ago", gone // HOUR).replace(" ", NBSP)


def limit_text(duty: Duty, say: Language) -> str:
    """72 h, or 1 month."""
    if duty.limit_months:
        return say.plural("{n} month", "{n} months", duty.limit_months).replace(" ", NBSP)
    return hours(duty.limit_hours, say)


def figure_of(clock: Clock, say: Language) -> tuple[str, str]:
    """The large figure of a clock and what follows it."""
    of = limit_text(clock.duty, say)
    if clock.run_out:
        return say(N_("Ran out")), _ago(clock, say)
    if clock.duty.ends is None:
        return say(N_("No limit")), say(N_("while the incident is open"))
    if clock.by_day and clock.days_left == 0:
        return say(N_("The last day")), say(N_("of {limit}"), limit=of)
    return time_left(clock, say), say(N_("left of {limit}"), limit=of)


def when_it_ends(duty: Duty, say: Language) -> str:
    """Sun 1 Nov 14.40 in local time; of a limit in days, the day."""
    if duty.deadline:
        return short_moment(clock.local(duty.deadline), say)
    return short_day(duty.last_day, say) if duty.last_day else ""


def short_day(day: date, say: Language) -> str:
    """sön 1 nov, and with its year where that is not plain."""
    return say.date(day, form="EEE d MMM").replace(".", "")


def short_moment(moment: datetime, say: Language) -> str:
    """sön 1 nov 14.40, local time."""
    return f"{short_day(moment.date(), say)}{NBSP}{say.clock(moment)}"


def kind_of(duty: Duty, say: Language) -> str:
    """What it is of, in words."""
    return say(BREACH) if duty.point == BREACHES else say(SIGNIFICANT)


def title_of(duty: Duty, say: Language) -> str:
    """What it is of, with the coordinator's own words where one may see them."""
    kind = breaking.softened(kind_of(duty, say))
    return f"{kind}: {duty.label}" if duty.label else kind


def missing(clock: Clock, say: Language) -> str:
    """The fields of the export that are empty."""
    names = [say(GAPS[gap]) for gap in clock.gaps]
    text = phrases.listed(names, say) if names else say(N_("nothing but the report itself"))
    return text[:1].upper() + text[1:]


def sent_before(duty: Duty, say: Language) -> str:
    """The reports of the incident that were sent before."""
    parts = [f"{say(EARLIER[name])} {short_day(moment.date(), say)}" for name, moment in duty.earlier]
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def clock_cards(
    found: Sequence[Clock], say: Language, *, address: Callable[[Duty], str] | None
) -> list[incidents.ClockCard]:
    """The clocks as cards; `address` leads to the point's item where one may see it."""
    return [_clock_card(clock, say, address=address) for clock in found]


def _clock_card(clock: Clock, say: Language, *, address: Callable[[Duty], str] | None) -> incidents.ClockCard:
    figure, rest = figure_of(clock, say)
    duty = clock.duty
    # of an earlier year the points have no item
    id_ = charts.anchor(duty.id, address(duty)) if address and duty.outcome else elements.written(duty.id)
    return incidents.ClockCard(
        kicker=elements.Html(f"{id_} · {elements.written(duty.unit)}") if duty.unit else id_,
        title=title_of(duty, say),
        state="run_out" if clock.run_out else "running" if duty.ends else "open",
        figure=figure,
        rest=rest,
        share=clock.share,
        alt=f"{duty.id}: {figure} {rest}".replace(SOFT_HYPHEN, ""),
        facts=clock_facts(clock, say),
    )


def clock_facts(clock: Clock, say: Language) -> list[charts.Pair]:
    """When it runs out, what has to be done, who receives it, and what is missing."""
    duty = clock.duty
    ends = say(N_("Ran out")) if clock.run_out else say(N_("Last day")) if clock.by_day else say(N_("Runs out"))
    note = ""
    if clock.by_day and not duty.limit_months:
        note = say(N_("The export has no time of day: what is sent by then is surely in time."))
    return [
        charts.Pair(ends, bold(when_it_ends(duty, say)) if duty.ends else "", note),
        charts.Pair(say(N_("To be done")), breaking.softened(unbroken(say.pick(duty.law)))),
        charts.Pair(say(N_("Recipient")), breaking.softened(say.pick(duty.recipient))),
        charts.Pair(say(N_("Sent")), sent_before(duty, say)),
        charts.Pair(say(N_("Remains")), missing(clock, say)),
    ]


def unbroken(law: str) -> str:
    """A law whose chapter, section and article stay on one line."""
    return NUMBER_AFTER.sub(NBSP, NUMBER_BEFORE.sub(rf"\1{NBSP}", law))


def clock_table(found: Sequence[Clock], say: Language) -> charts.Table:
    """The clocks as a table, for those that no card shows."""
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
            f"{' '.join(figure_of(clock, say))}, {when_it_ends(clock.duty, say)}".removesuffix(", "),
            say.pick(clock.duty.recipient),
            missing(clock, say),
        ]
        for clock in found
    ]


def next_deadline_fact(clock: Clock | None, say: Language, *, basis: bool, address: str) -> charts.Fact:
    """The most urgent clock as one of the overview's facts; without an export nobody knows whether one runs.

    `address` is where the clocks are.
    """
    title = say(N_("Next deadline"))
    if clock is None:
        note = N_("no clock is running") if basis else N_("no export of incidents or breaches is loaded")
        return charts.Fact(title, phrases.DASH, note=say(note))
    figure, rest = figure_of(clock, say)
    what = say(LANES[clock.duty.kind])
    told = f"{clock.duty.id}, {what[:1].lower()}{what[1:]}, {when_it_ends(clock.duty, say)}"
    title = say(N_("Deadline that has run out")) if clock.run_out else title
    return charts.Fact(title, figure, rest, charts.anchor(told, address))


def basis_line(days: Sequence[tuple[str, date]], say: Language) -> str:
    """Which exports the clocks rest on, with their days: what was sent after them is not seen."""
    by_day = {day: [source for source, other in days if other == day] for _, day in days}
    parts = [
        say(N_("{sources} of {day}"), sources=phrases.listed(sources, say), day=say.date(day))
        for day, sources in by_day.items()
    ]
    return say(N_("Basis: {exports}. What was sent after that is not seen here."), exports=phrases.listed(parts, say))


def kept_line(say: Language) -> str:
    """For how long a report that has not been sent is shown."""
    text = N_("A report that is not sent stays here for {n} months after its time limit.")
    return say(text, n=say.number(KEPT_MONTHS))


def unassessed_text(n: int, say: Language) -> str:
    """That nobody has said whether some incidents are significant."""
    return say.plural(
        "**{n} incident is not assessed.** If it is significant its clocks have been running since it was discovered:",
        "**{n} incidents are not assessed.** If they are significant their clocks have been running since they were "
        "discovered:",
        n,
    )
