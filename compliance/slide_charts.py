"""The charts of a report as PowerPoint's own: their figures stand in a workbook inside the file and can be changed.

A bar lies, has the colour of its status and its figure and word beside it. Marks over lying bars are not drawn alike by
all programs, so the target is a second group of bars on the same scale: a bar that is not seen, as long as the target,
and a thin stroke at its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_MARKER_STYLE, XL_TICK_MARK
from pptx.enum.chart import XL_TICK_LABEL_POSITION as TICK_LABELS
from pptx.enum.dml import MSO_LINE, MSO_THEME_COLOR
from pptx.slide import Slide
from pptx.util import Pt

from compliance.blocks import Bar, BarChart, Chart, CountChart, LineChart, Status, with_short_names
from compliance.language import NBSP
from compliance.slide_design import Box, element, emu, tag
from compliance.slide_tables import paged
from compliance.slide_text import height, line_count, width

MARKS: Final[dict[Status, Any]] = {
    "green": MSO_THEME_COLOR.ACCENT_4,
    "yellow": MSO_THEME_COLOR.ACCENT_5,
    "red": MSO_THEME_COLOR.ACCENT_6,
    "no_basis": MSO_THEME_COLOR.TEXT_2,
    "nothing_to_assess": MSO_THEME_COLOR.TEXT_2,
}
INK, MUTE, RULE = MSO_THEME_COLOR.TEXT_1, MSO_THEME_COLOR.TEXT_2, MSO_THEME_COLOR.BACKGROUND_2
PAPER, BLUE = MSO_THEME_COLOR.BACKGROUND_1, MSO_THEME_COLOR.ACCENT_1
SIZES: Final = (16.0, 14.0, 12.0)
# The scale ends a little after 100 per cent, so that the stroke of that target is seen.
END, STROKE = 1.01, 0.005
ROW, GAP = 1.5, 0.25
AXIS: Final = 0.9
LINE: Final = 7.0
Series = tuple[str, Sequence[float | None]]
# The library's class has no types.
_CHART_DATA: Final[Any] = CategoryChartData
# At most this many moments are each written out; of more, the last alone.
FEW: Final = 6


@dataclass(frozen=True)
class Drawing:
    """A chart, or as many of its bars as a slide holds, with its height in cm, its type and the room of its labels."""

    chart: Chart
    height: float
    size: float
    labels: float = 0.0


# ---------------------------------------------------------------- layout


def drawings(chart: Chart, *, room: float, most: float) -> list[Drawing]:
    """The chart on as few slides as hold it, each at most `most` cm high; none where that is too low for it."""
    chart = with_short_names(chart)
    if isinstance(chart, LineChart):
        return [Drawing(chart, min(most, 12.0), SIZES[1])] if most >= LINE else []
    below = AXIS if isinstance(chart, BarChart) else 0.0
    names = [bar.label for bar in chart.bars] if isinstance(chart, BarChart) else [name for name, _, _ in chart.counts]
    pages = [_bar_pages(names, size=size, room=room, most=most - below) for size in SIZES]
    rows, size, labels = next((found for found in pages if len(found[0]) == 1), pages[-1])
    return [Drawing(_some(chart, page), high + below, size, labels) for page, high in rows if most - below >= high]


def _bar_pages(
    names: Sequence[str], *, size: float, room: float, most: float
) -> tuple[list[tuple[range, float]], float, float]:
    """Which bars stand together and how high they are, in this type; and how wide the names are beside them."""
    labels = min(0.47 * room, max((width(name, size=size) for name in names), default=0.0) + 0.5)
    heights = [height(line_count(name, size=size, room=labels - 0.3), size=size) + GAP for name in names]
    # All rows of a chart are equally high, so the one with the longest name decides.
    row = max(heights, default=ROW)
    pages = paged([row] * len(names), most=most)
    return [(page, len(page) * max(row, min(ROW, most / max(1, len(page))))) for page in pages], size, labels


def _some(chart: BarChart | CountChart, page: range) -> Chart:
    if isinstance(chart, BarChart):
        bars = tuple(chart.bars[index] for index in page)
        return BarChart(chart.caption, chart.alt, bars, chart.target, chart.before)
    return CountChart(chart.caption, chart.alt, chart.name, tuple(chart.counts[index] for index in page))


# ---------------------------------------------------------------- drawing


def add_chart(slide: Slide, drawing: Drawing, box: Box, *, percent: str) -> None:
    """Draws the chart on the slide with its alternative text; `percent` is how its scale writes per cent."""
    chart = drawing.chart
    if isinstance(chart, BarChart):
        frame = _bars(slide, chart, drawing, box)
    elif isinstance(chart, LineChart):
        frame = _line(slide, chart, drawing, box)
    else:
        frame = _counts(slide, chart, drawing, box)
    for form in () if isinstance(chart, CountChart) else frame.chart._chartSpace.iter(tag("c:numFmt")):
        form.set("formatCode", percent)
    frame.name = chart.caption or frame.name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)


def _bars(slide: Slide, chart: BarChart, drawing: Drawing, box: Box) -> Any:
    series: list[Series] = [
        (chart.caption, [bar.share for bar in chart.bars]),
        (chart.target, [bar.target for bar in chart.bars]),
        (f"{chart.target} |", [STROKE for _ in chart.bars]),
    ]
    data = _data([bar.label for bar in chart.bars], series, form="0.0%")
    frame, made = _added(slide, XL_CHART_TYPE.BAR_CLUSTERED, data, drawing, box)
    plot_room = box.width - drawing.labels
    _place(made, box, left=drawing.labels, below=AXIS)
    _set_names(made, drawing.size)
    _set_scale(made, size=SIZES[-1], between=True)
    for bar, share, target in zip(chart.bars, _points(made, 0), _points(made, 1), strict=True):
        _draw_bar(bar, share, target, size=drawing.size, room=plot_room)
    _set_strokes(made)
    return frame


def _data(names: Sequence[str], series: Sequence[Series], *, form: str) -> Any:
    """What the chart's workbook holds: the names in its first column, and a column a series."""
    made: Any = _CHART_DATA(number_format=form)
    made.categories = names
    for name, values in series:
        made.add_series(name, values)
    return made


def _added(slide: Any, kind: Any, data: Any, drawing: Drawing, box: Box) -> tuple[Any, Any]:
    frame = slide.shapes.add_chart(kind, *map(emu, box), data)
    made = frame.chart
    # The library numbers its axes below zero, which the format does not allow.
    for number in made._chartSpace.iter(tag("c:axId"), tag("c:crossAx")):
        number.set("val", number.get("val").lstrip("-"))
    made.has_title = False
    made.has_legend = False
    made.plots[0].vary_by_categories = False
    made.font.size = Pt(drawing.size)
    made.font.color.theme_color = INK
    return frame, made


def _points(made: Any, series: int) -> list[Any]:
    found = made.plots[0].series[series]
    return [found.points[index] for index in range(len(found.values))]


def _place(made: Any, box: Box, *, left: float, below: float, right: float = 0.0, above: float = 0.0) -> None:
    """Fixes the plot within the chart, so that its names get the room that was measured for them."""
    parts = {
        "x": left / box.width,
        "y": above / box.height,
        "w": (box.width - left - right) / box.width,
        "h": (box.height - below - above) / box.height,
    }
    modes = "".join(f'<c:{name}Mode val="edge"/>' for name in "xy")
    sizes = "".join(f'<c:{name} val="{value:.4f}"/>' for name, value in parts.items())
    layout = element(
        f'<c:layout><c:manualLayout><c:layoutTarget val="inner"/>{modes}{sizes}</c:manualLayout></c:layout>'
    )
    area = made._chartSpace.find(f".//{tag('c:plotArea')}")
    for old in area.findall(tag("c:layout")):
        area.remove(old)
    area.insert(0, layout)


def _set_names(made: Any, size: float) -> None:
    """The axis of names: the first on top, no ticks, a thin line."""
    axis = made.category_axis
    axis.reverse_order = True
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.has_major_gridlines = False
    axis.tick_labels.font.size = Pt(size)
    axis.tick_labels.font.color.theme_color = INK
    axis.format.line.color.theme_color = RULE
    # Without this PowerPoint leaves names out where it finds them crowded.
    axis._element.find(tag("c:noMultiLvlLbl")).addprevious(element('<c:tickLblSkip val="1"/>'))
    # So the scale stands under the last bar, although the axis runs downwards.
    made.value_axis._element.find(tag("c:crosses")).set("val", "max")


def _set_scale(made: Any, *, size: float, between: bool) -> None:
    """The scale from 0 to 100 per cent, with only its ends and its middle written out.

    `between` says that the other axis has room around its names, as bars need it.
    """
    axis = made.value_axis
    for old in axis._element.findall(tag("c:crossBetween")):
        axis._element.remove(old)
    kind = "between" if between else "midCat"
    axis._element.find(tag("c:crosses")).addnext(element(f'<c:crossBetween val="{kind}"/>'))
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, END, 0.5
    axis.has_major_gridlines = False
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.format.line.fill.background()
    labels = axis.tick_labels
    labels.number_format_is_linked = False
    labels.font.size = Pt(size)
    labels.font.color.theme_color = MUTE


def _draw_bar(bar: Bar, share: Any, target: Any, *, size: float, room: float) -> None:
    """The bar in its colour, with its figure and word in it or after it; an outline where there is no basis."""
    target.format.fill.background()
    words = f"{bar.text}  {bar.word}"
    if bar.share is None:
        if bar.status == "no_basis":
            target.format.line.color.theme_color = MARKS[bar.status]
            target.format.line.dash_style = MSO_LINE.DASH
            target.format.line.width = Pt(1)
        _label(target, words, size=size, colour=MUTE, position=XL_LABEL_POSITION.INSIDE_BASE)
        return
    share.format.fill.solid()
    share.format.fill.fore_color.theme_color = MARKS[bar.status]
    inside = width(words, size=size, bold=True) + 0.6 <= bar.share / END * room
    position = XL_LABEL_POSITION.INSIDE_BASE if inside else XL_LABEL_POSITION.OUTSIDE_END
    _label(share, words, size=size, colour=PAPER if inside else INK, position=position)


def _label(point: Any, text: str, *, size: float, colour: Any, position: Any) -> None:
    """Writes a text at a point: the figure as the report has it, which PowerPoint's own rounding could change."""
    label = point.data_label
    run = label.text_frame.paragraphs[0].add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size), True
    run.font.color.theme_color = colour
    label.position = position
    body = label.text_frame._txBody.find(tag("a:bodyPr"))
    body.set("wrap", "none")


def _set_strokes(made: Any) -> None:
    """Moves target and stroke to bars of their own over the same scale, stacked and higher than those of coverage."""
    area = made._chartSpace.find(f".//{tag('c:plotArea')}")
    group = area.find(tag("c:barChart"))
    _, target, stroke = group.findall(tag("c:ser"))
    over = element(
        '<c:barChart><c:barDir val="bar"/><c:grouping val="stacked"/><c:varyColors val="0"/><c:gapWidth val="22"/>'
        '<c:overlap val="100"/><c:axId val="7001"/><c:axId val="7002"/></c:barChart>'
    )
    over.find(tag("c:gapWidth")).addprevious(target)
    over.find(tag("c:gapWidth")).addprevious(stroke)
    made.plots[0].gap_width = 70
    group.addnext(over)
    drawn = '<c:spPr><a:solidFill><a:schemeClr val="tx1"/></a:solidFill></c:spPr>'
    hidden = "<c:spPr><a:noFill/></c:spPr>"
    for series, look in ((target, hidden), (stroke, drawn)):
        series.find(tag("c:tx")).addnext(element(look))
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


def _counts(slide: Slide, chart: CountChart, drawing: Drawing, box: Box) -> Any:
    series = [(chart.name, [number for _, number, _ in chart.counts])]
    data = _data([name for name, _, _ in chart.counts], series, form="#,##0")
    frame, made = _added(slide, XL_CHART_TYPE.BAR_CLUSTERED, data, drawing, box)
    plot_room = box.width - drawing.labels
    written = max((width(text, size=drawing.size, bold=True) for _, _, text in chart.counts), default=0.0) + 0.5
    _place(made, box, left=drawing.labels, below=0)
    _set_names(made, drawing.size)
    made.value_axis.minimum_scale = 0
    made.value_axis.maximum_scale = max([1, *(n for _, n, _ in chart.counts)]) * plot_room / (plot_room - written)
    made.value_axis.has_major_gridlines = False
    made.value_axis.visible = False
    plot = made.plots[0]
    plot.gap_width = 70
    plot.series[0].format.fill.solid()
    plot.series[0].format.fill.fore_color.theme_color = BLUE
    for (_, _, text), point in zip(chart.counts, _points(made, 0), strict=True):
        _label(point, text, size=drawing.size, colour=INK, position=XL_LABEL_POSITION.OUTSIDE_END)
    return frame


def _line(slide: Slide, chart: LineChart, drawing: Drawing, box: Box) -> Any:
    series: list[Series] = [
        (chart.name, [moment.share for moment in chart.moments]),
        *((level.text, [level.share for _ in chart.moments]) for level in (chart.target, chart.limit)),
    ]
    data = _data([moment.label for moment in chart.moments], series, form="0.0%")
    frame, made = _added(slide, XL_CHART_TYPE.LINE_MARKERS, data, drawing, box)
    beside = _beside(chart, size=drawing.size)
    named = max(width(text, size=drawing.size, bold=True) for text in beside)
    deep = max(moment.label.count("\n") + 1 for moment in chart.moments)
    below = height(deep, size=drawing.size) + 0.4
    _place(made, box, left=1.9, below=below, right=min(named + 0.6, 0.4 * box.width), above=0.3)
    _set_moments(made)
    _set_scale(made, size=drawing.size, between=len(chart.moments) < 2)
    line, target, limit = made.plots[0].series
    _draw_line(line, chart, size=drawing.size)
    _draw_level(target, beside[1], colour=INK, thick=2.0, dash=None, size=drawing.size)
    _draw_level(limit, beside[2], colour=MUTE, thick=1.75, dash=MSO_LINE.ROUND_DOT, size=drawing.size)
    return frame


def _beside(chart: LineChart, *, size: float) -> tuple[str, str, str]:
    """What stands at the right end: the last figure, and the names of the levels clear of it where they are as high."""
    last = chart.moments[-1]
    gap = ceil((width(last.text, size=size, bold=True) + 0.4) / width(NBSP, size=size, bold=True)) * NBSP
    target, limit = (
        gap + level.text if last.share is not None and abs(last.share - level.share) < 0.1 else level.text
        for level in (chart.target, chart.limit)
    )
    return last.text, target, limit


def _set_moments(made: Any) -> None:
    axis = made.category_axis
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.tick_label_position = TICK_LABELS.LOW
    axis.tick_labels.font.color.theme_color = MUTE
    axis.format.line.color.theme_color = RULE


def _draw_line(series: Any, chart: LineChart, *, size: float) -> None:
    series.smooth = False
    series.format.line.width = Pt(3)
    series.format.line.color.theme_color = BLUE
    series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 9
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.theme_color = BLUE
    series.marker.format.line.color.theme_color = BLUE
    known = [index for index, moment in enumerate(chart.moments) if moment.share is not None]
    levels = [chart.target.share, chart.limit.share]
    for index in known if len(known) <= FEW else known[-1:]:
        moment, last = chart.moments[index], index == len(chart.moments) - 1
        position = XL_LABEL_POSITION.RIGHT if last else _free(moment.share or 0.0, levels)
        _label(series.points[index], moment.text, size=size, colour=INK, position=position)


def _free(share: float, levels: Sequence[float]) -> Any:
    """Above a value, or below it where above a line would cross the figure or the scale would end."""
    crossed = any(share <= level < share + 0.1 for level in (*levels, 1.0))
    free = share > 0.1 and not any(share - 0.1 < level < share for level in levels)
    return XL_LABEL_POSITION.BELOW if crossed and free else XL_LABEL_POSITION.ABOVE


def _draw_level(series: Any, name: str, *, colour: Any, thick: float, dash: Any, size: float) -> None:
    """A level as a line over the whole width, with its name at the right end."""
    series.smooth = False
    series.format.line.width = Pt(thick)
    series.format.line.color.theme_color = colour
    if dash is not None:
        series.format.line.dash_style = dash
    series.marker.style = XL_MARKER_STYLE.NONE
    last = series.points[len(series.values) - 1]
    _label(last, name, size=size, colour=colour, position=XL_LABEL_POSITION.RIGHT)
