"""The trends of slides as native PowerPoint charts, whose figures are in an embedded workbook and can be edited.

The look of the chart is a file in `data/report/charts`. The names of the target and the limit stand where the trend is
far from them.
"""

from collections.abc import Sequence
from copy import deepcopy
from datetime import date
from typing import Any, Final

from pptx.chart.data import CategoryChartData
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml.ns import qn
from pptx.util import Pt

from compliance.core.language import N_, Language
from compliance.core.places import REPORT
from compliance.counting.assessing import Status
from compliance.report.blocks import LineChart
from compliance.report.slides.fitting import line
from compliance.report.slides.layouts import Place
from compliance.wording.trends import Level, Trend

COLOURS: Final[dict[Status, Any]] = {
    Status.GREEN: MSO_THEME_COLOR.ACCENT_4,
    Status.YELLOW: MSO_THEME_COLOR.ACCENT_5,
    Status.RED: MSO_THEME_COLOR.ACCENT_6,
    Status.NO_BASIS: MSO_THEME_COLOR.TEXT_2,
    Status.NOTHING_TO_ASSESS: MSO_THEME_COLOR.TEXT_2,
}
# The height of the plot, as a share of that of its chart.
PLOT: Final = 0.75
# So little above or below a figure, a line does not cross its label; and the space between a line and a label.
NEAR: Final = 0.02
# How many moments from the edges of a trend a label is, and how many it covers to each side.
EDGE: Final = 2
# The number formats of per cent and months on a scale.
PERCENT: Final = {"sv": "0\\ %", "en": "0%"}
MONTHS: Final = {"sv": "[$-41D]mmm\\ yyyy", "en": "[$-809]mmm\\ yyyy"}
# The library's class is untyped.
_CHART_DATA: Final[Any] = CategoryChartData


def add_chart(shape: Any, chart: LineChart, place: Place, *, say: Language) -> None:
    """Add a trend to its placeholder, with number formats of the language."""
    frame = _line(shape, chart, place, say=say)
    frame.chart.font.size = Pt(place.size)
    for kind, forms in (("c:valAx", PERCENT), ("c:dateAx", MONTHS)):
        for form in frame.chart._chartSpace.iterfind(f".//{qn(kind)}/{qn('c:numFmt')}"):
            form.set("formatCode", forms[say.code])
    frame.name = chart.name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)


def _line(shape: Any, chart: LineChart, place: Place, *, say: Language) -> Any:
    """A share over time with its target, its limit and its end of the year, each with a label."""
    trend = chart.trend
    frame = shape.insert_chart(None, _data(chart))
    frame.chart.replace_data(_data(chart))
    axis = frame.chart.category_axis._element
    axis.find(qn("c:majorUnit")).set("val", str(max(1, trend.places - 1)))
    share, target, limit, *ahead = frame.chart.plots[0].series
    last = len(trend.moments) - 1
    height = line(place.size) / (PLOT * place.box.height)
    _name_levels((target, limit), trend, height=height, size=place.size, say=say)
    side = _side(trend, height) if ahead else "r"
    if trend.moments[last].share is None or not side:
        _unname(share)
    else:
        _label(share, last, trend.moments[last].text, side, place.size)
    if ahead and trend.ahead:
        _label(ahead[0], last + 1, "\n".join(trend.ahead.lines), "r", place.size)
    return frame


def _name_levels(drawn: Sequence[Any], trend: Trend, *, height: float, size: float, say: Language) -> None:
    """Name the target and the limit on their lines; a limit without a free place is named beside the target."""
    (target, limit), text = drawn, trend.target.text
    moment, side = _free(trend, trend.target, height) or (EDGE, "t")
    if place := _free(trend, trend.limit, height):
        _label(limit, place[0], trend.limit.text, place[1], size)
    else:
        _unname(limit)
        values = {"target": text, "limit": trend.limit.text[:1].lower() + trend.limit.text[1:]}
        text, moment, side = say(N_("{target} · dashed: {limit}"), **values), len(trend.moments) // 2, "t"
    _label(target, moment, text, side, size)


def _data(chart: LineChart) -> Any:
    """The figures of a trend: a row per month, and one for the end of the year if it has one."""
    trend = chart.trend
    shares: list[float | None] = [moment.share for moment in trend.moments]
    days, ahead = [date.fromisoformat(moment.label) for moment in trend.moments], trend.ahead
    if ahead:
        days.append(date(days[-1].year, 12, 31))
    data = _CHART_DATA(number_format="0.0%")
    data.categories = days
    data.add_series(chart.name, [*shares, None] if ahead else shares)
    for level in (trend.target, trend.limit):
        data.add_series(level.text, [level.share for _ in days])
    if ahead:
        data.add_series(ahead.name, [*(None for _ in shares[1:]), shares[-1], ahead.share])
    # The library would write its own look here; the figures then replace those of ours.
    data.xml_bytes = lambda _: (REPORT / "charts" / "line.xml").read_bytes()
    return data


def _free(trend: Trend, level: Level, height: float) -> tuple[int, str] | None:
    """The moment where a level has its name, and above or below the line: where the trend is furthest from the name.

    The name is a share of the scale high. None where a line crosses it everywhere.
    """
    shares = [moment.share for moment in trend.moments]
    other = trend.limit if level is trend.target else trend.target
    # the name of the first months would cover the scale, and the last ones have labels of their own
    moments = range(min(EDGE, len(shares) - 1), max(len(shares) - EDGE, EDGE + 1))

    def distance(place: int, side: int) -> float:
        low, high = sorted((level.share, level.share + side * height))
        if 0 < side * (other.share - level.share) < height or high > 1 + height:
            return 0.0
        near = [share for share in shares[max(0, place - EDGE) : place + EDGE + 1] if share is not None]
        return min((max(low - share, share - high, 0.0) for share in near), default=1.0)

    usual = 1 if level is trend.target else -1
    found = [
        (round(min(distance(place, side), height), 2), side == usual, -place, side)
        for place in moments
        for side in (1, -1)
    ]
    room, _, place, side = max(found)
    return (-place, "t" if side > 0 else "b") if room else None


def _side(trend: Trend, height: float) -> str:
    """Where the last figure has its label, a share of the scale high: above or below it; "" where lines are on both."""
    *before, share = [moment.share or 0.0 for moment in trend.moments]
    lines = [*before[-EDGE:], trend.ahead.share or 0.0] if trend.ahead else before[-EDGE:]
    levels = (trend.target.share, trend.limit.share)
    if max(lines) <= share + NEAR and not any(share <= level <= share + height + NEAR for level in levels):
        return "t"
    free = min(lines) >= share - NEAR and not any(share - height - NEAR <= level <= share for level in levels)
    return "b" if free else ""


def _unname(series: Any) -> None:
    """Remove the labels of a line."""
    series._element.remove(series._element.find(qn("c:dLbls")))


def _label(series: Any, index: int, text: str, position: str, size: float) -> None:
    """Label a point with one or two lines. A figure keeps our rounding, which may differ from PowerPoint's."""
    label = series._element.find(f".//{qn('c:dLbl')}")
    label.find(qn("c:idx")).set("val", str(index))
    label.find(qn("c:dLblPos")).set("val", position)
    label.find(f".//{qn('a:rPr')}").set("sz", str(round(size * 100)))
    [paragraph] = label.iter(qn("a:p"))
    *others, first = reversed(text.split("\n"))
    paragraph.find(f".//{qn('a:t')}").text = first
    for above in others:
        paragraph.addnext(below := deepcopy(paragraph))
        below.find(f".//{qn('a:t')}").text = above
