"""The texts about the figures: the glossary, and dated time limits. No Streamlit."""

from datetime import date

from compliance.core.language import N_, Language
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.wording import phrases, rules
from compliance.wording.clocks import LANES


def glossary(say: Language) -> list[charts.Pair]:
    """The words of the pages with their meanings."""
    return [charts.Pair(say(term), say(meaning)) for term, meaning in rules.GLOSSARY]


def stage_table(point: Point, day: date, say: Language) -> charts.Table | None:
    """The dated time limits of a point that has stages; None for others."""
    stages = point.parameters(day).get("stages")
    if not stages:
        return None
    columns = [
        charts.Column(say(N_("Stage")), row_header=True),
        charts.Column(say(N_("Time limit"))),
        charts.Column(say(N_("Incidents discovered from"))),
        charts.Column(say(N_("to"))),
    ]
    return columns, [
        [
            say(LANES[stage["stage"]]) if stage["stage"] in LANES else stage["stage"],
            rules.time_limit(stage, say),
            say.date(stage["valid_from"]),
            phrases.stored_value(stage["valid_to"], say)
            if stage["valid_to"].year == date.max.year
            else say.date(stage["valid_to"]),
        ]
        for stage in stages
    ]
