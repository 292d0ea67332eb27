"""The texts about the figures: the glossary, and dated time limits. No Streamlit."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from compliance.core.language import N_, Language
from compliance.drawing import charts
from compliance.wording import phrases, rules
from compliance.wording.clocks import LANES
from compliance.wording.tables import Column

Stage = Mapping[str, Any]


def glossary(say: Language) -> list[charts.Pair]:
    """The words of the pages with their meanings."""
    return [charts.Pair(say(term), say(meaning)) for term, meaning in rules.GLOSSARY]


# The dated time limits of a point that has stages.
STAGES: Final[Sequence[Column[Stage]]] = (
    Column(N_("Stage"), lambda stage, say: _stage(stage["stage"], say), row_header=True),
    Column(N_("Time limit"), rules.time_limit),
    Column(N_("Incidents discovered from"), lambda stage, say: say.date(stage["valid_from"])),
    Column(N_("to"), lambda stage, say: _last_day(stage["valid_to"], say)),
)


def _stage(stage: str, say: Language) -> str:
    return say(LANES[stage]) if stage in LANES else stage


def _last_day(day: date, say: Language) -> str:
    return phrases.stored_value(day, say) if day.year == date.max.year else say.date(day)
