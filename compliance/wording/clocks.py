"""A required report in words: how much of its time is left, how long ago it ran out, and when it ends."""

from datetime import date, timedelta
from typing import Final

from compliance.core import clock as core_clock
from compliance.core.language import N_, NBSP, Language
from compliance.counting.incidents import Clock, Duty

HOUR: Final = timedelta(hours=1)
# Expired longer ago than this is given in days.
RECENT_HOURS: Final = 48
LANES: Final = {
    "breach": N_("Notification to IMY"),
    "early_warning": N_("Early warning"),
    "notification": N_("Incident notification"),
    "final_report": N_("Final report"),
}


def time_left(clock: Clock, say: Language, *, long: bool = False) -> str:
    """31 h or 31 hours, 45 min, 13 days: whole units, never rounded up."""
    if clock.by_day:
        return say.plural("{n} day", "{n} days", clock.days_left).replace(" ", NBSP)
    return _duration(clock.left, say, long=long)


def _duration(span: timedelta, say: Language, *, long: bool = True) -> str:
    if span < HOUR:
        minutes = span // timedelta(minutes=1)
        text = say.plural("{n} minute", "{n} minutes", minutes) if long else say(N_("{n} min"), n=minutes)
        return text.replace(" ", NBSP)
    return hours(span / HOUR, say, long=long)


def hours(value: float, say: Language, *, long: bool = False) -> str:
    """Whole hours, truncated: 71.9 hours are 71."""
    whole = int(value)
    text = say.plural("{n} hour", "{n} hours", whole) if long else say(N_("{n} h"), n=say.number(whole))
    return text.replace(" ", NBSP)


def _ago(clock: Clock, say: Language) -> str:
    """3 days ago, 5 hours ago."""
    gone = -clock.left
    if clock.by_day or gone >= RECENT_HOURS * HOUR:
        time = say.plural("{n} day", "{n} days", -clock.days_left if clock.by_day else gone.days)
    else:
        time = _duration(gone, say)
    return say(N_("{time} ago"), time=time).replace(" ", NBSP)


def limit_text(duty: Duty, say: Language) -> str:
    """72 h, or 1 month."""
    if duty.limit_months:
        return say.plural("{n} month", "{n} months", duty.limit_months).replace(" ", NBSP)
    return hours(duty.limit_hours, say)


def figure_of(clock: Clock, say: Language) -> tuple[str, str]:
    """The large figure of a clock and the words after it."""
    of = limit_text(clock.duty, say)
    if clock.run_out:
        return say(N_("Ran out")), _ago(clock, say)
    if clock.duty.ends is None:
        return say(N_("No limit while the incident is open")), ""
    if clock.by_day and clock.days_left == 0:
        return say(N_("The last day")), say(N_("of {of}"), of=of)
    return time_left(clock, say), say(N_("left of {limit}"), limit=of)


def when_it_ends(clock: Clock, say: Language) -> str:
    """Sun 1 Nov 14.40 in local time; for a limit in days, the day."""
    duty, year = clock.duty, clock.as_of.year
    if duty.deadline:
        moment = core_clock.local(duty.deadline)
        return f"{short_day(moment.date(), say, year=year)}{NBSP}{say.clock(moment)}"
    return short_day(duty.last_day, say, year=year) if duty.last_day else ""


def short_day(day: date, say: Language, *, year: int) -> str:
    """sön 1 nov, and its year unless that is `year`."""
    return say.date(day, form="EEE d MMM" if day.year == year else "EEE d MMM y").replace(".", "")
