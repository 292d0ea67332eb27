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

from compliance.core.places import REPORT
from compliance.counting.assessing import Status
from compliance.report.blocks import LineChart
from compliance.report.slides.layouts import Place
from compliance.wording.trends import Level, Trend

COLOURS: Final[dict[Status, Any]] = {
    Status.GREEN: MSO_THEME_COLOR.ACCENT_4,
    Status.YELLOW: MSO_THEME_COLOR.ACCENT_5,
    Status.RED: MSO_THEME_COLOR.ACCENT_6,
    Status.NO_BASIS: MSO_THEME_COLOR.TEXT_2,
    Status.NOTHING_TO_ASSESS: MSO_THEME_COLOR.TEXT_2,
}
# The height of a label, as a share of the scale.
LABEL: Final = 0.14
# The number formats of per cent and months on a scale.
PERCENT: Final = {"sv": "0\\ %", "en": "0%"}
MONTHS: Final = {"sv": "[$-41D]mmm\\ yyyy", "en": "[$-809]mmm\\ yyyy"}
# The library's class is untyped.
_CHART_DATA: Final[Any] = CategoryChartData


def add_chart(shape: Any, chart: LineChart, place: Place, *, code: str) -> None:
    """Add a trend to its placeholder, with number formats of the language `code`."""
    frame = _line(shape, chart, place)
    frame.chart.font.size = Pt(place.size)
    for kind, forms in (("c:valAx", PERCENT), ("c:dateAx", MONTHS)):
        for form in frame.chart._chartSpace.iterfind(f".//{qn(kind)}/{qn('c:numFmt')}"):
            form.set("formatCode", forms[code])
    frame.name = chart.name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)


def _line(shape: Any, chart: LineChart, place: Place) -> Any:
    """A share over time with its target, its limit and its end of the year, each with a label."""
    trend = chart.trend
    frame = shape.insert_chart(None, _data(chart))
    frame.chart.replace_data(_data(chart))
    axis = frame.chart.category_axis._element
    axis.find(qn("c:majorUnit")).set("val", str(max(1, trend.places - 1)))
    share, target, limit, *ahead = frame.chart.plots[0].series
    last = len(trend.moments) - 1
    _label(target, _free(trend, trend.target, LABEL), trend.target.text, "t", place.size)
    _label(limit, _free(trend, trend.limit, -LABEL), trend.limit.text, "b", place.size)
    if trend.moments[last].share is None:
        share._element.remove(share._element.find(qn("c:dLbls")))
    else:
        _label(share, last, trend.moments[last].text, _side(trend) if ahead else "r", place.size)
    if ahead and trend.ahead:
        _label(ahead[0], last + 1, "\n".join(trend.ahead.lines), "r", place.size)
    return frame


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


def _free(trend: Trend, level: Level, height: float) -> int:
    """The moment where a label above a level, or with a negative height below it, is furthest from the trend."""
    low, high = sorted((level.share, level.share + height))
    shares = [moment.share for moment in trend.moments]

    def distance(place: int) -> float:
        near = [share for share in shares[max(0, place - 2) : place + 3] if share is not None]
        return min((max(low - share, share - high, 0.0) for share in near), default=1.0)

    inner = range(1, len(shares) - 1)
    # the earliest of several, since the last months have labels of their own
    return max(inner, key=lambda place: (round(min(distance(place), LABEL), 2), -place), default=0)


def _side(trend: Trend) -> str:
    """The position of the last figure's label: above or below, where fewer lines are."""
    share = trend.moments[-1].share or 0.0
    ends = trend.ahead.share if trend.ahead and trend.ahead.share is not None else share
    lines: Sequence[float] = (trend.target.share, trend.limit.share, share - 0.01 if ends < share else share + 0.01)
    above = sum(share <= line <= share + LABEL for line in lines)
    below = sum(share - LABEL <= line <= share for line in lines)
    return "t" if above <= below and share + LABEL <= 1 + LABEL / 2 else "b"


def _label(series: Any, index: int, text: str, position: str, size: float) -> None:
    """Label a point with one or two lines. A figure keeps our rounding, which may differ from PowerPoint's."""
    label = series._element.find(f".//{qn('c:dLbl')}")
    label.find(qn("c:idx")).set("val", str(index))
    label.find(qn("c:dLblPos")).set("val", position)
    label.find(f".//{qn('a:rPr')}").set("sz", str(round(size * 100)))
    [paragraph] = label.iter(qn("a:p"))
    *others, first = reversed(text.split("\n"))
    paragraph.find(f".//{qn('a:t')}").text = first
    for line in others:
        paragraph.addnext(below := deepcopy(paragraph))
        below.find(f".//{qn('a:t')}").text = line
