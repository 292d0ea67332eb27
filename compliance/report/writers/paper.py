"""Draw the bars and trends of a report as static pictures, without a browser and without state shared by threads.

Coordinates are in points from the upper left corner. Type sizes are those of the page, since a picture is embedded at
the width it was drawn for. Texts arrive written out.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import ceil
from typing import Final, Literal

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon, Rectangle
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from compliance.core.language import SOFT_HYPHEN
from compliance.core.places import STATIC
from compliance.counting.assessing import Status
from compliance.declarations import theming
from compliance.drawing.geometry import runs, spread
from compliance.report.blocks import Bar, Effect, LineChart
from compliance.wording.trends import Moment

Kind = Literal["png", "svg"]
Weight = Literal["normal", "bold"]
Points = Sequence[tuple[float, float]]

# The product's light theme, not the organisation's: a new look must not change the reports of a frozen review.
COLOURS: Final = theming.product().light
PAPER: Final = "#FFFFFF"
INK: Final = COLOURS["ink"]
MUTE: Final = COLOURS["mute"]
RULE: Final = COLOURS["line"]
TRACK: Final = COLOURS["track"]
ACCENT: Final = COLOURS["accent"]
MARKS: Final[dict[Status, str]] = {
    Status.GREEN: COLOURS["green"],
    Status.YELLOW: COLOURS["yellow"],
    Status.RED: COLOURS["red"],
    Status.NO_BASIS: COLOURS["none"],
    Status.NOTHING_TO_ASSESS: COLOURS["none"],
}
WORDS: Final[dict[Status, str]] = {
    Status.GREEN: COLOURS["green-text"],
    Status.YELLOW: COLOURS["yellow-text"],
    Status.RED: COLOURS["red-text"],
    Status.NO_BASIS: COLOURS["none-text"],
    Status.NOTHING_TO_ASSESS: COLOURS["none-text"],
}

# The tints of a heat table's cells, each with the colour of text on it.
TINTS: Final[dict[Status | None, tuple[str, str]]] = {
    Status.GREEN: (COLOURS["green-tint"], COLOURS["green-text"]),
    Status.YELLOW: (COLOURS["yellow-tint"], COLOURS["yellow-text"]),
    Status.RED: (COLOURS["red-tint"], COLOURS["red-on-tint"]),
}

# Sharp in print, and small enough to e-mail a file with a trend per point.
DPI: Final = 220
SIZE: Final = 9.0
SMALL: Final = 8.0
LINE: Final = 11.5
EDGE: Final = 1.0
BAR: Final = 8.0
BAR_ROW: Final = 12.0
OUTLINE: Final = 1.1
PLOT_HEIGHT: Final = 100.0
# A narrower trend is lower too, so that two points fit on a page.
NARROW: Final = 300.0
LOW_PLOT: Final = 52.0
# Up to this many moments each have their value; of more, only the last.
FEW: Final = 6
# Characters that XML cannot hold, not even escaped. Users paste them unseen from elsewhere.
UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# The second family has letters of names that the first lacks.
FAMILIES: Final = ["IBM Plex Sans", "DejaVu Sans"]

# Set once for the process: changed around each picture, they would change in other threads too. Without hinting a text
# is exactly as wide as measured.
mpl.rcParams.update({"svg.hashsalt": "compliance", "svg.fonttype": "path", "text.hinting": "no_hinting"})
for _weight in ("Regular", "Bold"):
    fontManager.addfont(STATIC / "fonts" / f"IBMPlexSans-{_weight}.ttf")


def picture(chart: LineChart, *, kind: Kind, width_cm: float) -> bytes:
    """Draw the trend, `width_cm` wide (at least 8) and as high as needed. The same trend gives the same bytes."""
    sheet = _Sheet(width_cm / 2.54 * 72)
    return sheet.saved(kind, height=_trend(sheet, chart))


def bar_picture(bar: Bar | Effect, *, kind: Kind, width_cm: float) -> bytes:
    """Draw the bar of a table's row, with the shape of its status at the end. The row has the same in figures."""
    sheet = _Sheet(width_cm / 2.54 * 72)
    middle = BAR_ROW / 2
    if isinstance(bar, Effect):
        _effect(sheet, bar, left=4.5, right=sheet.width - 4.5, middle=middle)
        return sheet.saved(kind, height=BAR_ROW)
    _bar(sheet, bar, left=4.5, right=sheet.width - 16, middle=middle)
    _sign(sheet, bar.status, x=sheet.width - 5, y=middle)
    return sheet.saved(kind, height=BAR_ROW)


def writable(text: str) -> str:
    """The text as the XML of a report's files can hold it."""
    return UNWRITABLE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


# ---------------------------------------------------------------- a sheet to draw on


@cache
def _font(size: float, weight: Weight) -> FontProperties:
    return FontProperties(family=FAMILIES, size=size, weight=weight)


@lru_cache(4096)
def _width(text: str, size: float = SIZE, weight: Weight = "normal") -> float:
    """The width of a text in points."""
    width, _, _ = text_to_path.get_text_width_height_descent(_drawable(text), _font(size, weight), False)
    return float(width)


def _drawable(text: str) -> str:
    """The text without soft hyphens, which would be drawn."""
    return writable(text).replace(SOFT_HYPHEN, "")


class _Sheet:
    """A picture in the making. Its height is known only when everything is drawn."""

    def __init__(self, width: float) -> None:
        self.width = width
        self._artists: list[Artist] = []

    def box(self, x: float, y: float, width: float, height: float, *, colour: str) -> None:
        self._artists.append(Rectangle((x, y), width, height, facecolor=colour, edgecolor="none", linewidth=0))

    def line(self, points: Points, *, colour: str, width: float, dashes: tuple[float, float] | None = None) -> None:
        line = Line2D([x for x, _ in points], [y for _, y in points], color=colour, linewidth=width)
        line.set_solid_capstyle("butt" if len(points) == 2 else "round")
        if dashes is not None:
            line.set_linestyle((0, dashes))
            line.set_dash_capstyle("butt")
        self._artists.append(line)

    def ring(self, x: float, y: float, radius: float, *, colour: str, width: float, dashed: bool = False) -> None:
        style = (0, (1.6, 1.2)) if dashed else "solid"
        self._artists.append(
            Circle((x, y), radius, facecolor=PAPER, edgecolor=colour, linewidth=width, linestyle=style)
        )

    def dot(self, x: float, y: float, radius: float, *, colour: str) -> None:
        self._artists.append(Circle((x, y), radius, facecolor=colour, edgecolor="none", linewidth=0))

    def shape(self, points: Points, *, colour: str) -> None:
        self._artists.append(Polygon(points, closed=True, facecolor=colour, edgecolor="none", linewidth=0))

    def text(
        self,
        x: float,
        middle: float,
        text: str,
        *,
        colour: str = INK,
        size: float = SIZE,
        weight: Weight = "normal",
        align: Literal["left", "center", "right"] = "left",
    ) -> None:
        """A line of text whose capitals are centred on `middle`."""
        font, text = _font(size, weight), _drawable(text)
        self._artists.append(
            Text(x, middle + 0.35 * size, text, color=colour, fontproperties=font, ha=align, parse_math=False)
        )

    def saved(self, kind: Kind, *, height: float) -> bytes:
        """The picture as a file, without the time and the software that would change its bytes."""
        # An SVG is transparent, so that the watermark of a draft shows through.
        ground, dpi = (PAPER, DPI) if kind == "png" else ("none", 72)
        figure = Figure(figsize=(self.width / 72, height / 72), facecolor=ground, dpi=dpi)
        # matplotlib counts upwards from the lower left corner, in pixels.
        to_figure = Affine2D().scale(1, -1).translate(0, height).scale(1 / 72) + figure.dpi_scale_trans
        for level, artist in enumerate(self._artists):
            artist.set_transform(to_figure)
            artist.set_zorder(level)
            figure.add_artist(artist)
        content = io.BytesIO()
        metadata = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
        figure.savefig(content, format=kind, dpi=figure.dpi, metadata=metadata)
        return content.getvalue()


# ---------------------------------------------------------------- lines of text


def _wrapped(text: str, width: float) -> list[str]:
    """Lines of at most `width`, broken after spaces, slashes, hyphens and soft hyphens, or anywhere if they must."""
    lines = [""]
    for piece in _pieces(text, width):
        if lines[-1] and _width(_line_end(lines[-1] + piece)) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip(" ")
    return [_line_end(line) for line in lines]


def _line_end(line: str) -> str:
    """The line without spaces at its end; a soft hyphen at its end becomes visible."""
    return re.sub(f"{SOFT_HYPHEN}$", "-", line.rstrip(" "))


def _parts(text: str) -> list[str]:
    """The parts of a text, each ending where a line may end; a line break in it is a space."""
    return re.split(f"(?<=[ /{SOFT_HYPHEN}-])", text.replace("\n", " "))


def _pieces(text: str, width: float) -> Iterator[str]:
    """The parts of a text, with those wider than a line cut into several."""
    for part in _parts(text):
        rest = part
        while _width(rest.rstrip(" ")) > width and len(rest) > 2:
            cut = _letters_that_fit(rest, width)
            yield rest[:cut] + "-"
            rest = rest[cut:]
        yield rest


def _letters_that_fit(word: str, width: float) -> int:
    """How many letters of a word fit on a line with a hyphen after them, at least one and not all."""
    low, high = 1, len(word) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _width(word[:middle] + "-") <= width else (low, middle - 1)
    return low


def _name(sheet: _Sheet, name: str) -> float:
    """Write what a chart shows in small type above it, if it is told; return where the rest begins."""
    if not name:
        return EDGE
    middle = EDGE + 5
    for line in _wrapped(name, sheet.width - 2 * EDGE):
        sheet.text(EDGE, middle, line, colour=MUTE, size=SMALL)
        middle += LINE
    return middle - 4


def _hundred(texts: Sequence[str]) -> str:
    """100 with a per cent sign as the texts of the chart write it."""
    sign = next((match[0] for text in texts if (match := re.search(r"\s?%$", text))), "")
    return f"100{sign}"


# ---------------------------------------------------------------- coverage


def _bar(sheet: _Sheet, bar: Bar, *, left: float, right: float, middle: float) -> None:
    """The bar on its track, with marks for the target and the last review."""
    width, top = right - left, middle - BAR / 2
    if bar.share is not None:
        sheet.box(left, top, width, BAR, colour=TRACK)
        sheet.box(left, top, width * _clamped(bar.share), BAR, colour=MARKS[bar.status])
    elif bar.status == Status.NO_BASIS:
        _hatched(sheet, left, top, width)
    else:
        sheet.line([(left, middle), (right, middle)], colour=MARKS[bar.status], width=1.0)
    _tick(sheet, left + width * _clamped(bar.target), middle)
    if bar.before is not None:
        _ring(sheet, left + width * _clamped(bar.before), middle)


def _effect(sheet: _Sheet, bar: Effect, *, left: float, right: float, middle: float) -> None:
    """A bar from zero, and the line of zero: what lowers the figure to its left, as an outline."""
    scale = (right - left) / ((bar.high - bar.low) or 1.0)
    zero = left - bar.low * scale
    if bar.size:
        start, width = zero + min(bar.size, 0.0) * scale, abs(bar.size) * scale
        sheet.box(start, middle - BAR / 2, width, BAR, colour=ACCENT)
        if bar.size < 0 and width > 2 * OUTLINE:
            inner = (start + OUTLINE, middle - BAR / 2 + OUTLINE, width - 2 * OUTLINE, BAR - 2 * OUTLINE)
            sheet.box(*inner, colour=PAPER)
    sheet.line([(zero, EDGE), (zero, BAR_ROW - EDGE)], colour=INK, width=0.8)


def _clamped(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _hatched(sheet: _Sheet, left: float, top: float, width: float) -> None:
    """Slanted lines in a dashed outline. They are drawn as lines, since not every viewer supports patterns."""
    colour, step, low, right = MARKS[Status.NO_BASIS], 5.0, top + BAR, left + width
    for n in range(int(width // step)):
        x = left + n * step
        # 45 degrees, cut at the right edge.
        sheet.line([(x, low), (min(x + BAR, right), max(top, low - (right - x)))], colour=RULE, width=1.0)
    outline = [(left, top), (right, top), (right, low), (left, low), (left, top)]
    sheet.line(outline, colour=colour, width=0.7, dashes=(3.5, 2.5))


def _tick(sheet: _Sheet, x: float, middle: float) -> None:
    """The target: a tick taller than the bar, with a halo that makes it visible on a dark bar."""
    half = BAR / 2 + 1.5
    upright = [(x, middle - half), (x, middle + half)]
    sheet.line(upright, colour=PAPER, width=4.0)
    sheet.line(upright, colour=INK, width=2.0)


def _ring(sheet: _Sheet, x: float, middle: float) -> None:
    """The last review: a small ring with a halo."""
    sheet.dot(x, middle, 4.2, colour=PAPER)
    sheet.ring(x, middle, 2.6, colour=INK, width=1.2)


def _sign(sheet: _Sheet, status: Status, *, x: float, y: float) -> None:
    """The shape of a status, which is distinct without its colour."""
    colour = MARKS[status]
    if status == Status.GREEN:
        sheet.dot(x, y, 3.1, colour=colour)
    elif status == Status.YELLOW:
        sheet.shape([(x, y - 3.4), (x + 3.7, y + 3.0), (x - 3.7, y + 3.0)], colour=colour)
    elif status == Status.RED:
        sheet.shape([(x, y - 4.2), (x + 4.2, y), (x, y + 4.2), (x - 4.2, y)], colour=colour)
    elif status == Status.NO_BASIS:
        sheet.ring(x, y, 3.1, colour=colour, width=1.0, dashed=True)
    else:
        sheet.line([(x - 3.4, y), (x + 3.4, y)], colour=colour, width=1.6)


# ---------------------------------------------------------------- a share over time


@dataclass(frozen=True)
class _Plot:
    """The scale of a trend: its left and right edge, the y of 0 per cent, and the height of 100 per cent above it."""

    left: float
    right: float
    low: float
    high: float

    def y(self, share: float) -> float:
        return self.low - _clamped(share) * self.high

    def xs(self, count: int) -> list[float]:
        """The xs of so many moments, the outer ones a little inside the edges."""
        inset = min((self.right - self.left) / max(count, 1) / 2, 14.0)
        step = (self.right - self.left - 2 * inset) / max(count - 1, 1)
        return [self.left + inset + n * step for n in range(count)]


def _drawn(chart: LineChart) -> list[Moment]:
    """Every moment of a trend, with the one that is ahead of it."""
    return [*chart.trend.moments, *([chart.trend.ahead] if chart.trend.ahead else [])]


def _trend(sheet: _Sheet, chart: LineChart) -> float:
    """Draw the share as a line, with its two levels named at their right ends; return the height."""
    hundred = _hundred([moment.text for moment in _drawn(chart)])
    labels = _end_labels(chart)
    room = max(_width(text, SIZE, "bold") for _, text, _, _ in labels)
    high = LOW_PLOT if sheet.width < NARROW else PLOT_HEIGHT
    left, low = EDGE + _width(hundred, SMALL) + 8, _name(sheet, chart.name) + 18 + high
    plot = _Plot(left, max(sheet.width - EDGE - room - 6, left + 30), low, high)
    for share, text in ((0.0, "0"), (0.5, "50"), (1.0, hundred)):
        sheet.text(left - 8, plot.y(share), text, colour=MUTE, size=SMALL, align="right")
    sheet.line([(left, low), (plot.right, low)], colour=RULE, width=1.0)
    _levels(sheet, chart, plot)
    _line(sheet, chart, plot)
    ys = spread([plot.y(share) for share, *_ in labels], LINE, top=plot.y(1.0) - LINE / 2, bottom=low)
    for (_, text, colour, weight), y in zip(labels, ys, strict=True):
        sheet.text(plot.right + 6, y, text, colour=colour, weight=weight)
    return _times(sheet, chart, plot)


def _end_labels(chart: LineChart) -> list[tuple[float, str, str, Weight]]:
    """The labels to the right of a trend, the highest first: its levels, and the last of many values."""
    last = chart.trend.moments[-1] if len(chart.trend.moments) > FEW else None
    labels: list[tuple[float, str, str, Weight]] = [
        (chart.trend.target.share, chart.trend.target.text, INK, "normal"),
        (chart.trend.limit.share, chart.trend.limit.text, MUTE, "normal"),
    ]
    if last and last.share is not None:
        labels.append((last.share, last.text, ACCENT, "bold"))
    if (ahead := chart.trend.ahead) and ahead.share is not None:
        labels += [(ahead.share, line, ACCENT, "normal") for line in ahead.lines]
    return sorted(labels, key=lambda label: -label[0])


def _levels(sheet: _Sheet, chart: LineChart, plot: _Plot) -> None:
    limit, target = plot.y(chart.trend.limit.share), plot.y(chart.trend.target.share)
    sheet.line([(plot.left, limit), (plot.right, limit)], colour=MUTE, width=1.2, dashes=(1.2, 1.8))
    sheet.line([(plot.left, target), (plot.right, target)], colour=INK, width=1.3)


def _line(sheet: _Sheet, chart: LineChart, plot: _Plot) -> None:
    """The line with its gaps. Few moments have a dot and their value each; of many, only the last has a dot."""
    xs = plot.xs(chart.trend.places)[: len(chart.trend.moments)]
    dots = [(x, plot.y(m.share), m.text) for x, m in zip(xs, chart.trend.moments, strict=True) if m.share is not None]
    points = [None if m.share is None else (x, plot.y(m.share)) for x, m in zip(xs, chart.trend.moments, strict=True)]
    if (ahead := chart.trend.ahead) and ahead.share is not None and points[-1]:
        end = (plot.xs(chart.trend.places)[-1], plot.y(ahead.share))
        sheet.line([points[-1], end], colour=ACCENT, width=2.0, dashes=(1.0, 1.6))
    for run in runs(points):
        if len(run) > 1:
            sheet.line(run, colour=ACCENT, width=2.2)
        else:
            sheet.dot(*run[0], 2.4, colour=ACCENT)
    few = len(chart.trend.moments) <= FEW
    for x, y, text in dots if few else dots[-1:]:
        sheet.dot(x, y, 3.8, colour=ACCENT)
        if few or x != xs[-1]:
            _value(sheet, x, y, text)


def _value(sheet: _Sheet, x: float, y: float, text: str) -> None:
    """A value above its dot, on a patch of paper that covers the lines behind it."""
    half, middle = _width(text, SIZE, "bold") / 2, y - 11
    sheet.box(x - half - 1.5, middle - 5.5, 2 * half + 3, 11, colour=PAPER)
    sheet.text(x, middle, text, colour=ACCENT, weight="bold", align="center")


def _times(sheet: _Sheet, chart: LineChart, plot: _Plot) -> float:
    """Write the names of the moments below the scale, as many as fit and always the last; return the height."""
    labels = [moment.label.split("\n") for moment in _drawn(chart)]
    xs = plot.xs(chart.trend.places)
    widest = max((_width(line, SMALL) for lines in labels for line in lines), default=0.0) + 4
    step = xs[1] - xs[0] if len(xs) > 1 else widest
    every = max(1, ceil(widest / step))
    named = chart.trend.named(every, apart=every)
    places = [*zip(xs, named.moments, strict=False), *([(xs[-1], chart.trend.ahead)] if chart.trend.ahead else [])]
    for x, moment in places:
        for n, line in enumerate(moment.label.split("\n")):
            sheet.text(x, plot.low + 10 + n * 10, line, colour=MUTE, size=SMALL, align="center")
    return plot.low + 10 * max((len(lines) for lines in labels), default=1) + 8
