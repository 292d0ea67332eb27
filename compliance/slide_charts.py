"""The charts of slides as PowerPoint's own: their figures stand in a workbook inside the file and can be changed.

Marks over lying bars are not drawn alike by all programs, so the target of a bar is a second group of bars on the same
scale: a bar that is not seen, as long as the target, and a thin stroke at its end.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.util import Pt

from compliance.assessing import Status
from compliance.blocks import LineChart
from compliance.lengths import shortened
from compliance.slide_layouts import Place, element, tag
from compliance.slides import BarChart, Chart, CountChart

COLOURS: Final[dict[Status, Any]] = {
    Status.GREEN: MSO_THEME_COLOR.ACCENT_4,
    Status.YELLOW: MSO_THEME_COLOR.ACCENT_5,
    Status.RED: MSO_THEME_COLOR.ACCENT_6,
    Status.NO_BASIS: MSO_THEME_COLOR.TEXT_2,
    Status.NOTHING_TO_ASSESS: MSO_THEME_COLOR.TEXT_2,
}
INK, MUTE, RULE = MSO_THEME_COLOR.TEXT_1, MSO_THEME_COLOR.TEXT_2, MSO_THEME_COLOR.BACKGROUND_2
BLUE: Final = MSO_THEME_COLOR.ACCENT_1
# The scale ends a little after 100 per cent, so that the stroke of that target is seen.
END, STROKE = 1.01, 0.008
# Of the room of a chart of counts what its names have, and of a line what stands at its right end, in cm.
NAMES, LEVELS = 0.5, 3.0
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
        frame = _bars(shape, chart, place, head)
    elif isinstance(chart, LineChart):
        frame = _line(shape, chart, place)
    else:
        frame = _counts(shape, chart, place)
    for kind, forms in (("c:valAx", PERCENT), ("c:dateAx", MONTHS)):
        for form in frame.chart._chartSpace.iterfind(f".//{tag(kind)}/{tag('c:numFmt')}"):
            form.set("formatCode", forms[code])
            form.set("sourceLinked", "0")
    frame.name = chart.caption or frame.name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)


def _added(
    shape: Any, kind: Any, names: Sequence[str | date], series: Sequence[Series], place: Place
) -> tuple[Any, Any]:
    """The chart with its workbook: the names in the first column, and a column a series."""
    data = _CHART_DATA(number_format="0" if len(series) == 1 else "0.0%")
    data.categories = [shortened(name, LONGEST) if isinstance(name, str) else name for name in names]
    for name, values in series:
        data.add_series(shortened(name, LONGEST), values)
    frame = shape.insert_chart(kind, data)
    made = frame.chart
    # The library numbers its axes below zero, which the format does not allow.
    for number in made._chartSpace.iter(tag("c:axId"), tag("c:crossAx")):
        number.set("val", number.get("val").lstrip("-"))
    made.has_title = made.has_legend = False
    made.plots[0].vary_by_categories = False
    made.font.size, made.font.color.theme_color = Pt(place.size), INK
    for axis in (made.category_axis, made.value_axis):
        axis.has_major_gridlines = False
        axis.major_tick_mark = XL_TICK_MARK.NONE
    made.category_axis.format.line.color.theme_color = RULE
    return frame, made


def _fix(made: Any, *, left: float = 0.0, top: float = 0.0, right: float = 0.0, bottom: float = 0.0) -> None:
    """Fixes the plot within the chart, by the shares of it that are left free."""
    parts = {"x": left, "y": top, "w": 1 - left - right, "h": 1 - top - bottom}
    modes = "".join(f'<c:{name}Mode val="edge"/>' for name in "xy")
    sizes = "".join(f'<c:{name} val="{value:.4f}"/>' for name, value in parts.items())
    area = made._chartSpace.find(f".//{tag('c:plotArea')}")
    for old in area.findall(tag("c:layout")):
        area.remove(old)
    inner = f'<c:layoutTarget val="inner"/>{modes}{sizes}'
    area.insert(0, element(f"<c:layout><c:manualLayout>{inner}</c:manualLayout></c:layout>"))


def _set_scale(made: Any, *, between: bool) -> None:
    """The scale from 0 to 100 per cent, with only its ends and its middle written out.

    `between` says that the other axis has room around its names, as bars need it.
    """
    axis = made.value_axis
    for old in axis._element.findall(tag("c:crossBetween")):
        axis._element.remove(old)
    kind = "between" if between else "midCat"
    axis._element.find(tag("c:crosses")).addnext(element(f'<c:crossBetween val="{kind}"/>'))
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, END, 0.5
    axis.format.line.fill.background()
    axis.tick_labels.number_format_is_linked = False
    axis.tick_labels.font.color.theme_color = MUTE


def _label(point: Any, text: str, *, colour: Any, size: float, position: Any) -> None:
    """Writes a text at a point: a figure as it is told, which PowerPoint's own rounding could change."""
    label = point.data_label
    run = label.text_frame.paragraphs[0].add_run()
    run.text = text
    run.font.size, run.font.bold, run.font.color.theme_color = Pt(size), True, colour
    label.position = position
    label.text_frame._txBody.find(tag("a:bodyPr")).set("wrap", "none")


# --- Bars ---------------------------------------------------------------------------------------------------------


def _bars(shape: Any, chart: BarChart, place: Place, head: float) -> Any:
    """Coverage as lying bars in the colours of their status, each with its target; no names, which stand beside."""
    series: list[Series] = [
        (chart.caption, [bar.share for bar in chart.bars]),
        (chart.target, [bar.target for bar in chart.bars]),
        (f"{chart.target} |", [STROKE for _ in chart.bars]),
    ]
    frame, made = _added(shape, XL_CHART_TYPE.BAR_CLUSTERED, [bar.label for bar in chart.bars], series, place)
    _fix(made, left=0.06, right=0.1, top=(head or 1.5) / place.box.height, bottom=0.0 if head else 0.5)
    axis = made.category_axis
    axis.reverse_order, axis.tick_label_position = True, XL_TICK_LABEL_POSITION.NONE
    _set_scale(made, between=True)
    for index, bar in enumerate(chart.bars):
        fill = made.plots[0].series[0].points[index].format.fill
        fill.solid()
        fill.fore_color.theme_color = COLOURS[Status(bar.status)]
    _set_strokes(made)
    return frame


def _set_strokes(made: Any) -> None:
    """Moves target and stroke to bars of their own over the same scale, stacked and higher than those of coverage."""
    area = made._chartSpace.find(f".//{tag('c:plotArea')}")
    group = area.find(tag("c:barChart"))
    _, target, stroke = group.findall(tag("c:ser"))
    over = element(
        '<c:barChart><c:barDir val="bar"/><c:grouping val="stacked"/><c:varyColors val="0"/><c:gapWidth val="30"/>'
        '<c:overlap val="100"/><c:axId val="7001"/><c:axId val="7002"/></c:barChart>'
    )
    made.plots[0].gap_width = 100
    group.addnext(over)
    looks = ((target, "<a:noFill/>"), (stroke, '<a:solidFill><a:schemeClr val="tx1"/></a:solidFill>'))
    for series, look in looks:
        over.find(tag("c:gapWidth")).addprevious(series)
        series.find(tag("c:tx")).addnext(element(f"<c:spPr>{look}</c:spPr>"))
    for axis in _second_axes():
        area.findall(tag("c:valAx"))[-1].addnext(axis)


def _second_axes() -> list[Any]:
    """The axes of the second group: the same scale, neither seen. A deleted scale would not be its own everywhere."""
    scale = element(
        f'<c:valAx><c:axId val="7002"/><c:scaling><c:orientation val="minMax"/><c:max val="{END}"/><c:min val="0"/>'
        '</c:scaling><c:delete val="0"/><c:axPos val="t"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        '<c:tickLblPos val="none"/><c:spPr><a:ln><a:noFill/></a:ln></c:spPr><c:crossAx val="7001"/>'
        '<c:crosses val="autoZero"/><c:crossBetween val="between"/></c:valAx>'
    )
    names = element(
        '<c:catAx><c:axId val="7001"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="1"/>'
        '<c:axPos val="l"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="7002"/><c:crosses val="autoZero"/></c:catAx>'
    )
    return [scale, names]


def _counts(shape: Any, chart: CountChart, place: Place) -> Any:
    """Counts as lying bars, the greatest first, with their names beside them and their numbers at their ends."""
    names, numbers = zip(*chart.counts, strict=True)
    frame, made = _added(shape, XL_CHART_TYPE.BAR_CLUSTERED, names, [(chart.name, numbers)], place)
    _fix(made, left=NAMES, right=0.1)
    made.category_axis.reverse_order = True
    made.value_axis.minimum_scale, made.value_axis.visible = 0, False
    plot = made.plots[0]
    plot.gap_width, plot.has_data_labels = 70, True
    plot.data_labels.position, plot.data_labels.font.bold = XL_LABEL_POSITION.OUTSIDE_END, True
    plot.series[0].format.fill.solid()
    plot.series[0].format.fill.fore_color.theme_color = BLUE
    return frame


# --- A line -------------------------------------------------------------------------------------------------------


def _line(shape: Any, chart: LineChart, place: Place) -> Any:
    """A share over time towards its target; the first and the last month are named, and the last figure told."""
    days = [date.fromisoformat(moment.label) for moment in chart.moments]
    shares, target = [moment.share for moment in chart.moments], chart.target
    series: list[Series] = [(chart.name, shares), (target.text, [target.share for _ in days])]
    frame, made = _added(shape, XL_CHART_TYPE.LINE, days, series, place)
    _fix(made, left=0.12, right=LEVELS / place.box.width, top=0.1, bottom=0.15)
    _set_months(made.category_axis, len(days))
    _set_scale(made, between=False)
    line, level = made.plots[0].series
    _draw(line, colour=BLUE, thick=3.5)
    _draw(level, colour=INK, thick=2)
    _label(level.points[len(days) - 1], target.text, colour=INK, size=place.size, position=XL_LABEL_POSITION.RIGHT)
    if (last := chart.moments[-1]).share is not None:
        position = _beside(last.share, target.share)
        _label(line.points[len(days) - 1], last.text, colour=BLUE, size=place.size, position=position)
    return frame


def _set_months(axis: Any, count: int) -> None:
    """Names the first and the last month, as the language of the file has them."""
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    axis.tick_labels.font.color.theme_color = MUTE
    unit = axis._element.find(tag("c:baseTimeUnit"))
    unit.set("val", "months")
    for name, value in (("majorTimeUnit", "months"), ("majorUnit", max(1, count - 1))):
        unit.addnext(element(f'<c:{name} val="{value}"/>'))


def _draw(series: Any, *, colour: Any, thick: float) -> None:
    series.smooth = False
    series.format.line.width, series.format.line.color.theme_color = Pt(thick), colour
    series.marker.style = XL_MARKER_STYLE.NONE


def _beside(share: float, target: float) -> Any:
    """Where a last figure stands: at its right, unless the name of the target stands there."""
    if abs(share - target) > CLOSE:
        return XL_LABEL_POSITION.RIGHT
    return XL_LABEL_POSITION.ABOVE if share > target else XL_LABEL_POSITION.BELOW
