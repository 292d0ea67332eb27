"""A point's rule in words: its parameters, since when it applies, its time limits; and the glossary."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from compliance.core.language import N_, Language
from compliance.declarations.points import Point, in_force

# The name of each parameter, and the unit that it is counted in.
PARAMETERS: Final = {
    "validity_months": (N_("Valid for"), "months"),
    "grace_days": (N_("Newly employed"), "days"),
    "least_criteria": (N_("Least number of criteria"), ""),
    "interval_months": (N_("At least every"), "months"),
    "strict_interval_months": (N_("At least every, where confidentiality is high"), "months"),
    "strict_level": (N_("High confidentiality from level"), ""),
    "limit_days": (N_("Time limit"), "days"),
    "limit_hours": (N_("Time limit"), "hours"),
    "codes": (N_("Course codes"), ""),
    "names": (N_("Courses that begin with"), ""),
}
GLOSSARY: Final = (
    (N_("As-of date"), N_("The day that every figure is true for. What is dated after it has not happened yet.")),
    (N_("Extract date"), N_("The day on which a source system produced an export.")),
    (
        N_("Coverage"),
        N_("Met divided by met, not met and unknown. What is pending or exempt stands beside and is not counted."),
    ),
    (N_("Target and limit"), N_("At or above the target, or at or above the limit, or below it.")),
    (
        N_("No basis"),
        N_("An export that the point needs is missing on the as-of date. It is never shown as 0 per cent."),
    ),
    (N_("Nothing to assess"), N_("The exports are there, and nothing is in scope. It is never shown as 100 per cent.")),
    (N_("Unknown"), N_("The export does not say. It counts in the denominator.")),
    (N_("Pending"), N_("The time limit has not run out. It is shown beside the figure.")),
    (N_("Exempt"), N_("Out of scope for a stated reason. It is shown beside the figure.")),
)


def parameter_text(value: object, unit: str, say: Language) -> str:
    """A parameter of a rule: a number with its unit, or a list of words."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if not isinstance(value, int | float):
        return str(value)
    units = {"months": ("{n} month", "{n} months"), "days": ("{n} day", "{n} days"), "hours": ("{n} hour", "{n} hours")}
    if unit and value == int(value):
        return say.plural(*units[unit], int(value))
    return say.number(value, decimals=0 if value == int(value) else 2)


def dated(rows_: Sequence[Mapping[str, Any]], day: date, say: Language) -> str:
    """Since when the target has been in force."""
    started = [row["from"] for row in rows_ if row["from"] <= day]
    return say(N_("in force since {day}"), day=say.date(max(started))) if started else ""


def parameter_pairs(point: Point, day: date, say: Language) -> list[tuple[str, str]]:
    """The parameters of a point's rule: what each is called, and its value."""
    parameters = in_force(point.dated_parameters, day) if point.dated_parameters else {}
    named = ((PARAMETERS[name], value) for name, value in parameters.items() if name in PARAMETERS)
    return [(say(title), parameter_text(value, unit, say)) for (title, unit), value in named]


def time_limit(stage: Mapping[str, Any], say: Language) -> str:
    """The time limit of a stage in words: 24 hours, 1 month."""
    if stage["limit_months"]:
        return say.plural("{n} month", "{n} months", stage["limit_months"])
    return say.plural("{n} hour", "{n} hours", stage["limit_hours"])
