"""Where a figure is heading, in the sentences of a head of administration."""

from datetime import date
from typing import Any, Final

from compliance.access.disclosure import OTHER_UNITS
from compliance.core.language import N_, Language
from compliance.counting.outlook import NO_CLEAR_DIRECTION, Outlook
from compliance.wording import phrases

PACES: Final = {
    "not_within_five_years": N_(
        "At the pace between {first} ({before}) and {last} ({latest}) the target is not reached within five years."
    ),
    "no_change": N_("The coverage hardly changed between {first} ({before}) and {last} ({latest})."),
    "falling": N_("The coverage fell between {first} ({before}) and {last} ({latest})."),
}
MONTH: Final = N_("At the pace between {first} ({before}) and {last} ({latest}) the target is reached in {month}.")
# It goes one way in a year, and the other since the last review.
ROSE: Final = N_(
    "There is no clear direction: the coverage rose between {first} ({before}) and {last} ({latest}), but is {now} "
    "now, lower than in the review of {year} ({reviewed})."
)
FELL: Final = N_(
    "There is no clear direction: the coverage fell between {first} ({before}) and {last} ({latest}), but is {now} "
    "now, higher than in the review of {year} ({reviewed})."
)
# What is said of a target that no month is named for.
WITHOUT_MONTH: Final = frozenset({*PACES, NO_CLEAR_DIRECTION, "reached"})
# So many units are named; of more, the number says enough.
NAMED: Final = 4


def sentences(outlook: Outlook, say: Language, *, names: bool = False) -> list[str]:
    """What can be said of where a figure is heading; with `names`, also which units have what is enough."""
    told = (at_most(outlook, say), pace(outlook, say), if_nothing(outlook, say), enough(outlook, say, names=names))
    return [text for text in told if text]


def if_nothing(outlook: Outlook, say: Language) -> str:
    """The coverage at the end of the year if nothing is done, and what lapses until then; "" where nothing changes."""
    then = outlook.then
    if then is None or then.as_of <= outlook.now.as_of:
        return ""
    share = phrases.percent(then, say)
    if text := lapse(outlook, say):
        return say(
            N_("If nothing is done, coverage will be {share} at the end of the year: {why}."), share=share, why=text
        )
    if share == phrases.percent(outlook.now, say):
        return ""
    return say(N_("If nothing is done, coverage will be {share} at the end of the year."), share=share)


def lapse(outlook: Outlook, say: Language) -> str:
    """How many of what a figure counts lapse until the end of the year, within a sentence; "" where none do."""
    words = outlook.now.point.lapsing
    if not outlook.lapsing or not words:
        return ""
    return say.pick(words["one" if outlook.lapsing == 1 else "many"]).format(n=say.number(outlook.lapsing))


def pace(outlook: Outlook, say: Language) -> str:
    """When the target is reached at the pace between two days, with the figures of both."""
    before, latest = outlook.before, outlook.latest or outlook.now
    if before is None or outlook.reached is None:
        return ""
    first, last = (say.date(figure.as_of, form="d MMM y") for figure in (before, latest))
    values = {"before": phrases.percent(before, say), "latest": phrases.percent(latest, say)}
    if outlook.reached == NO_CLEAR_DIRECTION:
        return say(ROSE if (outlook.pace or 0) > 0 else FELL, first=first, last=last, **values, **_since(outlook, say))
    if told := PACES.get(outlook.reached):
        return say(told, first=first, last=last, **values)
    return say(MONTH, first=first, last=last, **values, month=month(outlook.reached, say))


def _since(outlook: Outlook, say: Language) -> dict[str, Any]:
    """The figures of now and of the last approved review, which is always there where it shows another direction."""
    reviewed = outlook.reviewed or outlook.now
    shares = {"now": phrases.percent(outlook.now, say), "reviewed": phrases.percent(reviewed, say)}
    return {**shares, "year": reviewed.as_of.year}


def month(reached: str, say: Language) -> str:
    """A month of the form YYYY-MM in words: mars 2028."""
    return say.date(date.fromisoformat(f"{reached}-01"), form="MMMM y")


def enough(outlook: Outlook, say: Language, *, names: bool = False) -> str:
    """How many of what is left reach the target, and how many units have them; "" where it takes all."""
    left = outlook.now.unmet + outlook.now.unknown
    if outlook.enough_items is None or outlook.enough_items == left:
        return ""
    values = {"of": say.number(left)}
    # one item can be any of them, wherever it is
    if outlook.enough_items == 1 or not outlook.units_told or outlook.now.unit:
        return say.plural(
            "{n} of the {of} left is enough.", "{n} of the {of} left are enough.", outlook.enough_items, **values
        )
    units = say.plural("one unit", "{n} units", outlook.units_told)
    if names and 0 < len(outlook.units) <= NAMED:
        units = phrases.listed([_place(name, say) for name in outlook.units], say)
    return say(
        N_("{enough} of the {of} left are enough. They are in {units}."),
        **values,
        enough=say.number(outlook.enough_items),
        units=units,
    )


def _place(unit: str | None, say: Language) -> str:
    """Where something is, after the word in."""
    if unit is None:
        return say(N_("among those without a unit"))
    return unit.lower() if unit == say(OTHER_UNITS) else unit


def at_most(outlook: Outlook, say: Language) -> str:
    """The highest coverage that the year can still reach; "" if nothing is lost."""
    if outlook.at_most is None or not outlook.lost:
        return ""
    share = highest(outlook, say)
    if outlook.at_most < outlook.now.target.target:
        return say(N_("The target cannot be reached this year: at most {share}."), share=share)
    return say(N_("At most {share} this year, since what is late stays late."), share=share)


def highest(outlook: Outlook, say: Language) -> str:
    """The highest share that the year can still reach, rounded like the coverage."""
    target = outlook.now.target
    return say.percent(outlook.at_most, limits=(target.target, target.limit))


def came_true(expected: Outlook, now: Outlook, say: Language) -> str:
    """Whether the target was reached in the month that an earlier review expected; "" without one, or a figure now."""
    if expected.reached is None or expected.reached in WITHOUT_MONTH:
        return ""
    values = {"year": expected.now.as_of.year, "month": month(expected.reached, say)}
    coverage, target = now.now.coverage, now.now.target.target
    if coverage is None:
        return ""
    if coverage >= target:
        return say(N_("The review of {year} expected it in {month}, and it is reached."), **values)
    if expected.reached > f"{now.now.as_of:%Y-%m}":
        return say(N_("The review of {year} expected the target in {month}."), **values)
    return say(N_("The review of {year} expected the target in {month}; it is not reached."), **values)
