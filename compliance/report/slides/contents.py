"""What slides consist of, in the reader's language; nothing is drawn here."""

from dataclasses import dataclass, field
from typing import Final, Literal

from compliance.counting.assessing import Status
from compliance.report.blocks import LineChart, Report, Table
from compliance.wording.phrases import DASH

Kind = Literal["front", "verdict", "table", "heat", "three", "point", "pair", "proposed"]
# The shape of each status as a character of the typeface.
MARKS: Final = {
    Status.GREEN: "●",
    Status.YELLOW: "▲",
    Status.RED: "♦",
    Status.NO_BASIS: "○",
    Status.NOTHING_TO_ASSESS: DASH,
}


@dataclass(frozen=True)
class Slide:
    """A slide: its kind, and its texts and charts by the names of their places, a paragraph per line.

    The widths of a table are in cm, and its statuses colour the letters of its cells. `marks` are those of the texts of
    places. `size` is the type size of a table that goes on over several slides; the others have the largest one that
    fits. `notes` are the speaker's notes.
    """

    kind: Kind
    texts: dict[str, str]
    table: Table | None = None
    charts: dict[str, LineChart] = field(default_factory=dict)
    marks: dict[str, Status] = field(default_factory=dict)
    size: float | None = None
    notes: str = ""


@dataclass(frozen=True)
class Slides:
    """All slides of a review in the reader's language. The `report` is that of its paper, without its blocks."""

    report: Report
    slides: tuple[Slide, ...]
