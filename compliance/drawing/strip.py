"""Units on one scale of 0–100 %: a mark for each, a line for each department, the target as its tick.

Texts arrive formatted and translated, as in charts.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from compliance.counting.assessing import Status
from compliance.drawing.elements import Html, breakable, css_share, tag
from compliance.drawing.geometry import stacked
from compliance.wording.trends import Level

# Marks nearer than this share of the scale, or alike, stand above each other.
APART: Final = 0.02
SCALE: Final = (0.0, 0.5, 1.0)


@dataclass(frozen=True)
class Mark:
    """A unit: its status and share, what it is called with its figure, and where a click leads, if anywhere."""

    status: Status
    share: float
    text: str
    address: str = ""


@dataclass(frozen=True)
class Line:
    """The units of a department; its name may be a link."""

    name: str
    marks: Sequence[Mark]


def strip(lines: Sequence[Line], *, target: Level, alt: str) -> Html:
    """Lines below each other, in the order given, with the target named above and the scale below.

    Example: `strip([Line("Culture", [Mark("red", 0.4, "The library: 40 %")])], target=Level(0.95, "Target 95 %"), …)`.
    """
    rows = (tag("li", _name(line.name), _track(line, target), css="v-units-line") for line in lines)
    drawn = tag("ul", *rows, css="v-units-lines", aria_label=alt)
    above = _labels([(target.share, target.text)], css="v-units-target")
    below = _labels([(share, f"{share:.0%}"[:-1]) for share in SCALE], css="v-units-scale")
    return tag("div", above, drawn, below, css="v-units-strip")


def _name(name: str) -> Html:
    return tag("span", breakable(name), css="v-units-name")


def _labels(labels: Sequence[tuple[float, str]], *, css: str) -> Html:
    """Texts at their place on the scale; what the lines tell by themselves is hidden from screen readers."""
    texts = (tag("span", text, style=f"--x:{css_share(share)}") for share, text in labels)
    return tag("div", tag("div", *texts, css="v-units-track"), css=css, aria_hidden="true")


def _track(line: Line, target: Level) -> Html:
    """The marks of a line around its middle, and the target behind them."""
    marks = sorted(line.marks, key=lambda mark: mark.share)
    levels = stacked([mark.share for mark in marks], APART)
    tick = tag("span", css="v-units-tick", style=f"--x:{css_share(target.share)}", aria_hidden="true")
    drawn = (_mark(mark, level) for mark, level in zip(marks, levels, strict=True))
    dots = tag("ul", *drawn, aria_label=line.name if not isinstance(line.name, Html) else "")
    return tag("div", tick, dots, css="v-units-track", style=f"--levels:{max(levels, default=0) + 1}")


def _mark(mark: Mark, level: int) -> Html:
    """A mark, the second above the middle, the third below it, and so on.

    The table of units has the same links for the keyboard, which need not pass all of these.
    """
    step = (level + 1) // 2 * (-1 if level % 2 else 1)
    css, style = f"v-units-mark v-{mark.status}", f"--x:{css_share(mark.share)};--step:{step}"
    named = {"title": mark.text, "aria_label": mark.text, "style": style}
    if not mark.address:
        return tag("li", tag("span", css=css, role="img", **named))
    return tag("li", tag("a", css=f"v-link {css}", href=mark.address, tabindex="-1", **named))
