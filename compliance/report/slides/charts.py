"""The charts of slides as native PowerPoint charts, whose figures are in an embedded workbook and can be edited.

The look of each kind of chart is a file in `data/report/charts`. Programs draw markers over horizontal bars
differently, so there a target is a stacked pair of bars on the same scale: an invisible one as long as the target, and
a thin stroke at its end.
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
# The length of a target's stroke along the scale, which ends a little after 100 per cent to show the stroke there too.
STROKE: Final = 0.008
# A last figure closer than this to its target would be covered by the target's name.
CLOSE: Final = 0.12
LONGEST: Final = 60
# The number formats of per cent and months on a scale.
PERCENT: Final = {"sv": "0\\ %", "en": "0%"}
MONTHS: Final = {"sv": "[$-41D]mmm\\ yyyy", "en": "[$-809]mmm\\ yyyy"}
Series = tuple[str, Sequence[float | None]]
# The library's class is untyped.
_CHART_DATA: Final[Any] = CategoryChartData


def add_chart(shape: Any, chart: Chart, place: Place, *, head: float, code: str) -> None:
    """Add a chart to its placeholder, `head` cm below its top, with number formats of the language `code`."""
    if isinstance(chart, BarChart):
        frame = _bars(shape, chart, head / place.box.height)
    elif isinstance(chart, LineChart):
        frame = _line(shape, chart, place)
    else:
        names, numbers = zip(*chart.counts, strict=True)
        frame = _insert(shape, "counts", names, (chart.name, numbers))
    frame.chart.font.size = Pt(place.size)
    for kind, forms in (("c:valAx", PERCENT), ("c:dateAx", MONTHS)):
        for form in frame.chart._chartSpace.iterfind(f".//{qn(kind)}/{qn('c:numFmt')}"):
            form.set("formatCode", forms[code])
    frame.name = chart.caption or frame.name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)


def _insert(shape: Any, look: str, names: Sequence[str | date], *series: Series) -> Any:
    """Insert a chart with a look and a workbook, whose columns are the names and each series."""
    data = _CHART_DATA(number_format="0" if look == "counts" else "0.0%")
    data.categories = [shortened(name, LONGEST) if isinstance(name, str) else name for name in names]
    for name, values in series:
        data.add_series(shortened(name, LONGEST), values)
    # The library would write its own look here; the figures then replace those of ours.
    data.xml_bytes = lambda _: (REPORT / "charts" / f"{look}.xml").read_bytes()
    frame = shape.insert_chart(None, data)
    frame.chart.replace_data(data)
    return frame


def _bars(shape: Any, chart: BarChart, top: float) -> Any:
    """Coverage as horizontal bars in the colours of their status, each with its target. The table has their names."""
    shares = (chart.caption, [bar.share for bar in chart.bars])
    targets = (chart.target, [bar.target for bar in chart.bars])
    strokes = (f"{chart.target} |", [STROKE for _ in chart.bars])
    frame = _insert(shape, "bars", [bar.label for bar in chart.bars], shares, targets, strokes)
    if top:
        _fill(frame.chart, top)
    for index, bar in enumerate(chart.bars):
        fill = frame.chart.plots[0].series[0].points[index].format.fill
        fill.solid()
        fill.fore_color.theme_color = COLOURS[bar.status]
    return frame


def _fill(chart: Any, top: float) -> None:
    """Let the plot fill its chart below the share `top` of its height."""
    for name, share in (("c:y", top), ("c:h", 1 - top)):
        chart._chartSpace.find(f".//{qn(name)}").set("val", f"{share:.4f}")


def _line(shape: Any, chart: LineChart, place: Place) -> Any:
    """A share over time with its target; the first and the last month and the last figure have labels."""
    days = [date.fromisoformat(moment.label) for moment in chart.trend.moments]
    target, last = chart.trend.target, chart.trend.moments[-1]
    shares = (chart.name, [moment.share for moment in chart.trend.moments])
    frame = _insert(shape, "line", days, shares, (target.text, [target.share for _ in days]))
    axis = frame.chart.category_axis._element
    axis.find(qn("c:majorUnit")).set("val", str(max(1, len(days) - 1)))
    line, level = frame.chart.plots[0].series
    _label(level, len(days) - 1, target.text, "r", place.size)
    if last.share is None:
        line._element.remove(line._element.find(qn("c:dLbls")))
    else:
        _label(line, len(days) - 1, last.text, _label_position(last.share, target.share), place.size)
    return frame


def _label(series: Any, index: int, text: str, position: str, size: float) -> None:
    """Label a point with a text. A figure keeps the product's rounding, which may differ from PowerPoint's."""
    label = series._element.find(f".//{qn('c:dLbl')}")
    label.find(qn("c:idx")).set("val", str(index))
    label.find(qn("c:dLblPos")).set("val", position)
    label.find(f".//{qn('a:rPr')}").set("sz", str(round(size * 100)))
    label.find(f".//{qn('a:t')}").text = text


def _label_position(share: float, target: float) -> str:
    """The position of the last figure's label: right, or above or below if the target's name is there."""
    if abs(share - target) > CLOSE:
        return "r"
    return "t" if share > target else "b"
