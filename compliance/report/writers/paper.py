"""Draws bars and trends of a report as static pictures, without a browser and without anything that threads share.

Places are in points from the upper left corner, sizes of type are those of the page: a picture is embedded at the width
that it was made for. Texts come written out, and no more is drawn than they say.
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
from compliance.report.blocks import Bar, LineChart

Kind = Literal["png", "svg"]
Weight = Literal["normal", "bold"]
Points = Sequence[tuple[float, float]]

# The product's own light theme on white paper: an organisation's colours would change the reports of a frozen review.
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

# The shapes of the statuses as signs of text.
SIGNS: Final[dict[Status, str]] = {
    Status.GREEN: "\N{BLACK CIRCLE}",
    Status.YELLOW: "\N{BLACK UP-POINTING TRIANGLE}",
    Status.RED: "\N{BLACK DIAMOND}",
    Status.NO_BASIS: "\N{DOTTED CIRCLE}",
    Status.NOTHING_TO_ASSESS: "\N{EM DASH}",
}

# Sharp in print, and small enough for a trend a point in a file that is sent by e-mail.
DPI: Final = 220
SIZE: Final = 9.0
SMALL: Final = 8.0
LINE: Final = 11.5
EDGE: Final = 1.0
BAR: Final = 8.0
BAR_ROW: Final = 14.0
PLOT_HEIGHT: Final = 100.0
# A trend that is narrower than this is lower too, for two points on a page.
NARROW: Final = 300.0
LOW_PLOT: Final = 52.0
# At most this many moments are each written out; of more, the last alone.
FEW: Final = 6
# What no file in XML can hold, not even escaped; a person pastes it from elsewhere without seeing it.
UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# The second family is there for the letters of a name that the first has not.
FAMILIES: Final = ["IBM Plex Sans", "DejaVu Sans"]

# For the whole process, once: a setting that is changed around each picture would be another thread's too. Without
# hinting a text is as wide as it was measured.
mpl.rcParams.update({"svg.hashsalt": "compliance", "svg.fonttype": "path", "text.hinting": "no_hinting"})
for _weight in ("Regular", "Bold"):
    fontManager.addfont(STATIC / "fonts" / f"IBMPlexSans-{_weight}.ttf")


def picture(chart: LineChart, *, kind: Kind, width_cm: float) -> bytes:
    """The trend, `width_cm` wide (8 or more) and as high as it needs; the same trend, the same bytes."""
    sheet = _Sheet(width_cm / 2.54 * 72)
    return sheet.saved(kind, height=_trend(sheet, chart))


def bar_picture(bar: Bar, *, kind: Kind, width_cm: float) -> bytes:
    """The bar of a row of a table, with the shape of its status at its end; the row says the same in figures."""
    sheet = _Sheet(width_cm / 2.54 * 72)
    middle = BAR_ROW / 2
    _bar(sheet, bar, left=4.5, right=sheet.width - 16, middle=middle)
    _sign(sheet, bar.status, x=sheet.width - 5, y=middle)
    return sheet.saved(kind, height=BAR_ROW)


def writable(text: str) -> str:
    """A text as a report's files can hold it."""
    return UNWRITABLE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


# ---------------------------------------------------------------- a sheet to draw on


@cache
def _font(size: float, weight: Weight) -> FontProperties:
    return FontProperties(family=FAMILIES, size=size, weight=weight)


@lru_cache(4096)
def _wide(text: str, size: float = SIZE, weight: Weight = "normal") -> float:
    """How wide a text is, in points."""
    width, _, _ = text_to_path.get_text_width_height_descent(_shown(text), _font(size, weight), False)
    return float(width)


def _shown(text: str) -> str:
    """What is drawn of a text: all but the places where its words may be parted."""
    return writable(text).replace(SOFT_HYPHEN, "")


class _Sheet:
    """A picture on its way: its width is known, its height when all is drawn."""

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
        """One line of text whose capitals stand around `middle`."""
        font, text = _font(size, weight), _shown(text)
        self._artists.append(
            Text(x, middle + 0.35 * size, text, color=colour, fontproperties=font, ha=align, parse_math=False)
        )

    def saved(self, kind: Kind, *, height: float) -> bytes:
        """The picture as a file that says nothing of when and by what it was made."""
        # A drawing has no ground of its own, so that the word of a draft is seen behind it.
        ground, dpi = (PAPER, DPI) if kind == "png" else ("none", 72)
        figure = Figure(figsize=(self.width / 72, height / 72), facecolor=ground, dpi=dpi)
        places = Affine2D().scale(1, -1).translate(0, height).scale(1 / 72) + figure.dpi_scale_trans
        for level, artist in enumerate(self._artists):
            artist.set_transform(places)
            artist.set_zorder(level)
            figure.add_artist(artist)
        content = io.BytesIO()
        silent = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
        figure.savefig(content, format=kind, dpi=figure.dpi, metadata=silent)
        return content.getvalue()


# ---------------------------------------------------------------- lines of text


def _wrapped(text: str, width: float) -> list[str]:
    """Lines at most `width` wide, which end after spaces, slashes, hyphens and soft hyphens, else anywhere."""
    lines = [""]
    for piece in _pieces(text, width):
        if lines[-1] and _wide(_ended(lines[-1] + piece)) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip(" ")
    return [_ended(line) for line in lines]


def _ended(line: str) -> str:
    """A line without what follows its last letter; the soft hyphen that it ends with is seen."""
    return re.sub(f"{SOFT_HYPHEN}$", "-", line.rstrip(" "))


def _parts(text: str) -> list[str]:
    """A text in parts that end where a line may end; a line break of its own is a space."""
    return re.split(f"(?<=[ /{SOFT_HYPHEN}-])", text.replace("\n", " "))


def _pieces(text: str, width: float) -> Iterator[str]:
    """The parts of a text, those cut that are wider than a whole line."""
    for part in _parts(text):
        rest = part
        while _wide(rest.rstrip(" ")) > width and len(rest) > 2:
            cut = _held(rest, width)
            yield rest[:cut] + "-"
            rest = rest[cut:]
        yield rest


def _held(word: str, width: float) -> int:
    """How many letters of a word, at least one and not all, a line holds with a hyphen after them."""
    low, high = 1, len(word) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _wide(word[:middle] + "-") <= width else (low, middle - 1)
    return low


def _name(sheet: _Sheet, name: str) -> float:
    """What a chart shows, in small type above it; gives where the rest begins."""
    middle = EDGE + 5
    for line in _wrapped(name, sheet.width - 2 * EDGE):
        sheet.text(EDGE, middle, line, colour=MUTE, size=SMALL)
        middle += LINE
    return middle - 4


def _hundred(texts: Sequence[str]) -> str:
    """100 with its sign as the chart's own texts write it."""
    sign = next((found[0] for text in texts if (found := re.search(r"\s?%$", text))), "")
    return f"100{sign}"


# ---------------------------------------------------------------- coverage


def _bar(sheet: _Sheet, bar: Bar, *, left: float, right: float, middle: float) -> None:
    """The bar on its track, with the target and the last review on it."""
    wide, top = right - left, middle - BAR / 2
    if bar.share is not None:
        sheet.box(left, top, wide, BAR, colour=TRACK)
        sheet.box(left, top, wide * _within(bar.share), BAR, colour=MARKS[bar.status])
    elif bar.status == Status.NO_BASIS:
        _hatched(sheet, left, top, wide)
    else:
        sheet.line([(left, middle), (right, middle)], colour=MARKS[bar.status], width=1.0)
    _tick(sheet, left + wide * _within(bar.target), middle)
    if bar.before is not None:
        _ring(sheet, left + wide * _within(bar.before), middle)


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _hatched(sheet: _Sheet, left: float, top: float, wide: float) -> None:
    """Slanted lines in a dashed outline, drawn as lines: not every reader of a picture knows patterns."""
    colour, step, low = MARKS[Status.NO_BASIS], 5.0, top + BAR
    for n in range(int(wide // step)):
        x = left + n * step
        sheet.line([(x, low), (min(x + BAR, left + wide), max(top, low - (left + wide - x)))], colour=RULE, width=1.0)
    outline = [(left, top), (left + wide, top), (left + wide, low), (left, low), (left, top)]
    sheet.line(outline, colour=colour, width=0.7, dashes=(3.5, 2.5))


def _tick(sheet: _Sheet, x: float, middle: float) -> None:
    """The target: taller than the bar, with a halo, so that it is seen on a dark bar too."""
    half = BAR / 2 + 1.5
    upright = [(x, middle - half), (x, middle + half)]
    sheet.line(upright, colour=PAPER, width=4.0)
    sheet.line(upright, colour=INK, width=2.0)


def _ring(sheet: _Sheet, x: float, middle: float) -> None:
    """The last review: a small ring with a halo."""
    sheet.dot(x, middle, 4.2, colour=PAPER)
    sheet.ring(x, middle, 2.6, colour=INK, width=1.2)


def _sign(sheet: _Sheet, status: Status, *, x: float, y: float) -> None:
    """The shape of a status, which says without colour what the colour says."""
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
    """Where the scale of a trend is: its left and right edge, where 0 per cent is, and how high 100 is above that."""

    left: float
    right: float
    low: float
    high: float

    def y(self, share: float) -> float:
        return self.low - _within(share) * self.high

    def xs(self, count: int) -> list[float]:
        """The places of so many moments; the outer ones a little inside the edges."""
        inset = min((self.right - self.left) / max(count, 1) / 2, 14.0)
        step = (self.right - self.left - 2 * inset) / max(count - 1, 1)
        return [self.left + inset + n * step for n in range(count)]


def _trend(sheet: _Sheet, chart: LineChart) -> float:
    """The share as a line between its two levels, each named at its right end; gives the height."""
    hundred = _hundred([moment.text for moment in chart.trend.moments])
    beside = _beside(chart)
    room = max(_wide(text, SIZE, "bold") for _, text, _, _ in beside)
    high = LOW_PLOT if sheet.width < NARROW else PLOT_HEIGHT
    left, low = EDGE + _wide(hundred, SMALL) + 8, _name(sheet, chart.name) + 18 + high
    plot = _Plot(left, max(sheet.width - EDGE - room - 6, left + 30), low, high)
    for share, text in ((0.0, "0"), (0.5, "50"), (1.0, hundred)):
        sheet.text(left - 8, plot.y(share), text, colour=MUTE, size=SMALL, align="right")
    sheet.line([(left, low), (plot.right, low)], colour=RULE, width=1.0)
    _levels(sheet, chart, plot)
    _line(sheet, chart, plot)
    for (_, text, colour, weight), y in zip(beside, spread([plot.y(share) for share, *_ in beside], LINE), strict=True):
        sheet.text(plot.right + 6, y, text, colour=colour, weight=weight)
    return _times(sheet, chart, plot)


def _beside(chart: LineChart) -> list[tuple[float, str, str, Weight]]:
    """What is named to the right of a trend, the highest first: its levels, and the last of many values."""
    last = chart.trend.moments[-1] if len(chart.trend.moments) > FEW else None
    named: list[tuple[float, str, str, Weight]] = [
        (chart.trend.target.share, chart.trend.target.text, INK, "normal"),
        (chart.trend.limit.share, chart.trend.limit.text, MUTE, "normal"),
    ]
    if last and last.share is not None:
        named.append((last.share, last.text, ACCENT, "bold"))
    return sorted(named, key=lambda name: -name[0])


def _levels(sheet: _Sheet, chart: LineChart, plot: _Plot) -> None:
    limit, target = plot.y(chart.trend.limit.share), plot.y(chart.trend.target.share)
    sheet.line([(plot.left, limit), (plot.right, limit)], colour=MUTE, width=1.2, dashes=(1.2, 1.8))
    sheet.line([(plot.left, target), (plot.right, target)], colour=INK, width=1.3)


def _line(sheet: _Sheet, chart: LineChart, plot: _Plot) -> None:
    """The line with its gaps; few moments have a dot and their share each, of many the last has a dot."""
    xs = plot.xs(len(chart.trend.moments))
    known = [(x, plot.y(m.share), m.text) for x, m in zip(xs, chart.trend.moments, strict=True) if m.share is not None]
    drawn = [None if m.share is None else (x, plot.y(m.share)) for x, m in zip(xs, chart.trend.moments, strict=True)]
    for run in runs(drawn):
        if len(run) > 1:
            sheet.line(run, colour=ACCENT, width=2.2)
        else:
            sheet.dot(*run[0], 2.4, colour=ACCENT)
    few = len(chart.trend.moments) <= FEW
    for x, y, text in known if few else known[-1:]:
        sheet.dot(x, y, 3.8, colour=ACCENT)
        if few or x != xs[-1]:
            _value(sheet, x, y, text)


def _value(sheet: _Sheet, x: float, y: float, text: str) -> None:
    """A share above its dot, on a patch of paper that keeps the lines out of it."""
    half, middle = _wide(text, SIZE, "bold") / 2, y - 11
    sheet.box(x - half - 1.5, middle - 5.5, 2 * half + 3, 11, colour=PAPER)
    sheet.text(x, middle, text, colour=ACCENT, weight="bold", align="center")


def _times(sheet: _Sheet, chart: LineChart, plot: _Plot) -> float:
    """The names of the moments under the scale, as many as there is room for, always the last; gives the height."""
    labels = [moment.label.split("\n") for moment in chart.trend.moments]
    xs = plot.xs(len(labels))
    widest = max((_wide(line, SMALL) for lines in labels for line in lines), default=0.0) + 4
    step = xs[1] - xs[0] if len(xs) > 1 else widest
    named = chart.trend.named(max(1, ceil(widest / step)))
    for x, moment in zip(xs, named.moments, strict=True):
        for n, line in enumerate(moment.label.split("\n")):
            sheet.text(x, plot.low + 10 + n * 10, line, colour=MUTE, size=SMALL, align="center")
    return plot.low + 10 * max((len(lines) for lines in labels), default=1) + 8
