"""A point's rule in words: its parameters, since when it applies, its time limits; and the glossary."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from compliance.core.language import N_, Language
from compliance.declarations.points import Point, in_force

PARAMETERS: Final = {
    "validity_months": N_("valid for {n} months"),
    "grace_days": N_("newly employed for {n} days"),
    "least_criteria": N_("at least {n} criteria"),
    "interval_months": N_("every {n} months"),
    "strict_interval_months": N_("every {n} months where confidentiality is high"),
    "strict_level": N_("high confidentiality: level {n}"),
    "limit_days": N_("within {n} days"),
    "limit_hours": N_("within {n} hours"),
    "codes": N_("course codes {n}"),
    "names": N_("course names that begin with {n}"),
}
GLOSSARY: Final = (
    (N_("Review point"), N_("One of the {count} questions of the yearly management review.")),
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
    (N_("Met"), N_("The requirement is fulfilled, with evidence in an export.")),
    (N_("Not met"), N_("The requirement is not fulfilled.")),
    (N_("Unknown"), N_("The export does not say, or it cannot be decided. It counts in the denominator.")),
    (N_("Pending"), N_("The time limit has not run out. It is shown beside the figure.")),
    (N_("Exempt"), N_("Out of scope for a stated reason. It is shown beside the figure.")),
)


def parameter_text(value: object, say: Language) -> str:
    """A parameter of a rule: a number or a list of words."""
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return (
        say.number(value, decimals=0 if float(value).is_integer() else 2)
        if isinstance(value, int | float)
        else str(value)
    )


def dated(rows_: Sequence[Mapping[str, Any]], day: date, say: Language) -> str:
    """Since when the target has been in force."""
    started = [row["from"] for row in rows_ if row["from"] <= day]
    return say(N_("in force since {day}"), day=say.date(max(started))) if started else ""


def parameter_texts(point: Point, day: date, say: Language) -> list[str]:
    """The parameters of a point's rule, each in words."""
    parameters = in_force(point.dated_parameters, day) if point.dated_parameters else {}
    return [
        say(PARAMETERS[name], n=parameter_text(value, say)) for name, value in parameters.items() if name in PARAMETERS
    ]


def time_limit(stage: Mapping[str, Any], say: Language) -> str:
    """The time limit of a stage in words: 24 hours, 1 month."""
    if stage["limit_months"]:
        return say.plural("{n} month", "{n} months", stage["limit_months"])
    return say.plural("{n} hour", "{n} hours", stage["limit_hours"])
