"""The charts of slides as PowerPoint's own: their figures stand in a workbook inside the file and can be changed.

What a kind of chart looks like is a file in `data/report/charts`. Marks over lying bars are not drawn alike by all
programs, so the target of a bar is a second group of bars there on the same scale: a bar that is not seen, as long as
the target, and a thin stroke at its end.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from pptx.chart.data import CategoryChartData
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml.ns import qn
from pptx.util import Pt

from compliance.core.lengths import shortened
from compliance.core.places import REPORT
from compliance.counting.assessing import Status
from compliance.report.blocks import LineChart
from compliance.report.slides.layouts import Place
from compliance.report.slides.slides import BarChart, Chart

COLOURS: Final[dict[Status, Any]] = {
    Status.GREEN: MSO_THEME_COLOR.ACCENT_4,
    Status.YELLOW: MSO_THEME_COLOR.ACCENT_5,
    Status.RED: MSO_THEME_COLOR.ACCENT_6,
    Status.NO_BASIS: MSO_THEME_COLOR.TEXT_2,
    Status.NOTHING_TO_ASSESS: MSO_THEME_COLOR.TEXT_2,
}
# How long the stroke of a target is along the scale, which ends a little after 100 per cent so that it is seen there.
STROKE: Final = 0.008
# A last figure as near as this to its target would be covered by the name of that.
CLOSE: Final = 0.12
LONGEST: Final = 60
# How a scale writes per cent and months.
PERCENT: Final = {"sv": "0\\ %", "en": "0%"}
MONTHS: Final = {"sv": "[$-41D]mmm\\ yyyy", "en": "[$-809]mmm\\ yyyy"}
Series = tuple[str, Sequence[float | None]]
# The library's class has no types.
_CHART_DATA: Final[Any] = CategoryChartData


def add_chart(shape: Any, chart: Chart, place: Place, *, head: float, code: str) -> None:
    """Draws a chart in its placeholder, `head` cm below its top, with per cent and months as a language writes them."""
    if isinstance(chart, BarChart):
        frame = _bars(shape, chart, head / place.box.height)
    elif isinstance(chart, LineChart):
        frame = _line(shape, chart, place)
    else:
        names, numbers = zip(*chart.counts, strict=True)
        frame = _added(shape, "counts", names, (chart.name, numbers))
    frame.chart.font.size = Pt(place.size)
    for kind, forms in (("c:valAx", PERCENT), ("c:dateAx", MONTHS)):
        for form in frame.chart._chartSpace.iterfind(f".//{qn(kind)}/{qn('c:numFmt')}"):
            form.set("formatCode", forms[code])
    frame.name = chart.caption or frame.name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)


def _added(shape: Any, look: str, names: Sequence[str | date], *series: Series) -> Any:
    """A chart of a look with its workbook: the names in the first column, and a column a series."""
    data = _CHART_DATA(number_format="0" if look == "counts" else "0.0%")
    data.categories = [shortened(name, LONGEST) if isinstance(name, str) else name for name in names]
    for name, values in series:
        data.add_series(shortened(name, LONGEST), values)
    data.xml_bytes = lambda _: (REPORT / "charts" / f"{look}.xml").read_bytes()
    frame = shape.insert_chart(None, data)
    frame.chart.replace_data(data)
    return frame


def _bars(shape: Any, chart: BarChart, top: float) -> Any:
    """Coverage as lying bars in the colours of their status, each with its target; no names, which stand beside."""
    shares = (chart.caption, [bar.share for bar in chart.bars])
    targets = (chart.target, [bar.target for bar in chart.bars])
    strokes = (f"{chart.target} |", [STROKE for _ in chart.bars])
    frame = _added(shape, "bars", [bar.label for bar in chart.bars], shares, targets, strokes)
    if top:
        _fill(frame.chart, top)
    for index, bar in enumerate(chart.bars):
        fill = frame.chart.plots[0].series[0].points[index].format.fill
        fill.solid()
        fill.fore_color.theme_color = COLOURS[bar.status]
    return frame


def _fill(made: Any, top: float) -> None:
    """Lets the plot fill its chart below a share of it."""
    for name, share in (("c:y", top), ("c:h", 1 - top)):
        made._chartSpace.find(f".//{qn(name)}").set("val", f"{share:.4f}")


def _line(shape: Any, chart: LineChart, place: Place) -> Any:
    """A share over time towards its target; the first and the last month are named, and the last figure told."""
    days = [date.fromisoformat(moment.label) for moment in chart.trend.moments]
    target, last = chart.trend.target, chart.trend.moments[-1]
    shares = (chart.name, [moment.share for moment in chart.trend.moments])
    frame = _added(shape, "line", days, shares, (target.text, [target.share for _ in days]))
    axis = frame.chart.category_axis._element
    axis.find(qn("c:majorUnit")).set("val", str(max(1, len(days) - 1)))
    line, level = frame.chart.plots[0].series
    _label(level, len(days) - 1, target.text, "r", place.size)
    if last.share is None:
        line._element.remove(line._element.find(qn("c:dLbls")))
    else:
        _label(line, len(days) - 1, last.text, _beside(last.share, target.share), place.size)
    return frame


def _label(series: Any, index: int, text: str, position: str, size: float) -> None:
    """Writes a text at a point: a figure as it is told, which PowerPoint's own rounding could change."""
    label = series._element.find(f".//{qn('c:dLbl')}")
    label.find(qn("c:idx")).set("val", str(index))
    label.find(qn("c:dLblPos")).set("val", position)
    label.find(f".//{qn('a:rPr')}").set("sz", str(round(size * 100)))
    label.find(f".//{qn('a:t')}").text = text


def _beside(share: float, target: float) -> str:
    """Where a last figure stands: at its right, unless the name of the target stands there."""
    if abs(share - target) > CLOSE:
        return "r"
    return "t" if share > target else "b"
