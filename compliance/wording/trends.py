"""A figure over time: its months, and the target and the limit that it is compared with."""

from dataclasses import dataclass

from compliance.core.language import N_, Language
from compliance.counting.assessing import Coverage
from compliance.wording.phrases import share as share_text


@dataclass(frozen=True)
class Level:
    """A level that a line is compared with, 0–1, and what it is called."""

    share: float
    text: str


def levels(figure: Coverage, say: Language) -> tuple[Level, Level]:
    """The target and the limit of a figure, as a trend names them."""
    target, limit = figure.target.target, figure.target.limit
    return (
        Level(target, say(N_("Target {share}"), share=share_text(target, say))),
        Level(limit, say(N_("Limit {share}"), share=share_text(limit, say))),
    )
