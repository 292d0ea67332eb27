"""The charts with axes, drawn by plotly. Texts arrive formatted.

Show one: `st.plotly_chart(figure, theme=None, config=plots.PLOTLY_CONFIG, alt="…")`.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go

from compliance.declarations import theming
from compliance.drawing.elements import escaped
from compliance.drawing.geometry import spread
from compliance.wording.trends import Level, TrendPoint

Mode = theming.Mode
Palette = theming.Palette
# What the labels at the end of a trend need: pixels to its right, and pixels of the figure's height for a line.
LABEL_WIDTH: Final = 112
LABEL_LINE: Final = 26.5
# The upper end of the axis, in per cent: a line at 100 has room.
HIGHEST: Final = 106
PLOTLY_CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


# The product's colours, whatever the organisation's: plotly cannot read the style sheet, which maps each to its token
# when the chart is drawn.
PALETTES: dict[Mode, Palette] = {mode: theming.product().palette(mode) for mode in theming.MODES}

FONT = "IBM Plex Sans, system-ui, sans-serif"


class HeightLabel(NamedTuple):
    """A label at a height of the axis, to the right of the lines: its HTML and its font."""

    height: float
    text: str
    font: dict[str, Any]


def trend(
    moments: Sequence[TrendPoint],
    *,
    mode: Mode,
    target: Level,
    limit: Level,
    ahead: TrendPoint | None = None,
    after: int = 0,
    height: int = 330,
) -> go.Figure:
    """A line over the moments, always on 0–100 %, with the last value and the names of the levels at its end.

    A dotted end leads to what is `ahead`, `after` moments later.

    Example: `trend([Moment("nov\\n2025", 0.14, "14 %")], mode="light", …)`.
    """
    colours = PALETTES[mode]
    figure = go.Figure(layout=layout(colours, height=height))
    _add_line(figure, moments, colours=colours)
    labels = [
        _add_level(figure, target, colour=colours["ink"], line={"width": 2}),
        _add_level(figure, limit, colour=colours["mute"], line={"width": 1.5, "dash": "dot"}),
    ]
    labels += _add_last(figure, moments, colours=colours)
    last = len(moments) - 1 + after
    ticks = [(index, moment.label) for index, moment in enumerate(moments) if moment.label]
    if ahead:
        labels += _add_ahead(figure, moments[-1], ahead, places=(len(moments) - 1, last), colours=colours)
        ticks.append((last, ahead.label))
    _add_labels(figure, labels, line=LABEL_LINE * 100 / height)
    figure.update_layout(margin_r=LABEL_WIDTH)
    add_axis(figure, ticks, ends=(-0.35, max(last, 1) + 0.35), colours=colours)
    figure.update_yaxes(range=[0, HIGHEST], tickvals=[0, 50, 100], ticktext=["0", "50", "100"])
    return figure


def _add_line(figure: go.Figure, moments: Sequence[TrendPoint], *, colours: Palette) -> None:
    """Add the moments as a line with gaps where there is no share."""
    shares = [None if moment.share is None else moment.share * 100 for moment in moments]
    figure.add_scatter(
        x=list(range(len(moments))),
        y=shares,
        mode="lines+markers" if _has_lone_value(shares) else "lines",
        connectgaps=False,
        line={"color": colours["accent"], "width": 3},
        marker={"size": 5},
        text=[escaped(moment.tooltip) for moment in moments],
        hovertemplate="%{text}<extra></extra>",
    )


def _has_lone_value(shares: Sequence[float | None]) -> bool:
    """Whether a value has a gap on both sides, so that a line without markers would not show it."""
    padded = [None, *shares, None]
    return any(
        value is not None and padded[index] is None and padded[index + 2] is None for index, value in enumerate(shares)
    )


def _add_last(figure: go.Figure, moments: Sequence[TrendPoint], *, colours: Palette) -> list[HeightLabel]:
    """Add a dot at the last known value; return its label."""
    with_share = [(index, moment) for index, moment in enumerate(moments) if moment.share is not None]
    if not with_share:
        return []
    x, last = with_share[-1]
    y = (last.share or 0.0) * 100
    marker = {"size": 11, "color": colours["accent"]}
    figure.add_scatter(x=[x], y=[y], mode="markers", marker=marker, cliponaxis=False, hoverinfo="skip")
    return [HeightLabel(y, f"<b>{escaped(last.text)}</b>", {"color": colours["ink"], "size": 17})]


def _add_ahead(
    figure: go.Figure, last: TrendPoint, ahead: TrendPoint, *, places: tuple[int, int], colours: Palette
) -> list[HeightLabel]:
    """Add the dotted end of the line; return its labels, a line of text each."""
    ys = [(moment.share or 0.0) * 100 for moment in (last, ahead)]
    figure.add_scatter(
        x=list(places),
        y=ys,
        mode="lines",
        line={"color": colours["accent"], "width": 3, "dash": "dot"},
        text=["", escaped(ahead.tooltip)],
        hovertemplate="%{text}<extra></extra>",
    )
    return [HeightLabel(ys[1], escaped(line), {"color": colours["accent"], "size": 15}) for line in ahead.lines]


def _add_level(figure: go.Figure, level: Level, *, colour: str, line: dict[str, Any]) -> HeightLabel:
    """Add a line across the chart; return its label."""
    figure.add_hline(y=level.share * 100, line={"color": colour, **line}, layer="below")
    return HeightLabel(level.share * 100, escaped(level.text), {"color": colour, "size": 15})


def _add_labels(figure: go.Figure, labels: Sequence[HeightLabel], *, line: float) -> None:
    """Add the labels to the right of the lines, so that no line crosses one; each needs `line` per cent."""
    downwards = sorted(labels, key=lambda label: -label.height)
    # above the months below the axis, and within the chart
    ys = spread([-label.height for label in downwards], line, top=line / 2 - HIGHEST, bottom=-line / 2)
    for label, y in zip(downwards, ys, strict=True):
        position = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "y": -y, "yanchor": "middle"}
        figure.add_annotation(text=label.text, font=label.font, showarrow=False, **position)


def add_axis(
    figure: go.Figure, ticks: Sequence[tuple[float, str]], *, ends: tuple[float, float], colours: Palette
) -> None:
    """Draw the axis below a chart from end to end, with the texts of its ticks, which may have several lines."""
    figure.update_xaxes(
        tickvals=[place for place, _ in ticks],
        ticktext=["<br>".join(map(escaped, text.split("\n"))) for _, text in ticks],
        range=list(ends),
        showline=True,
        linecolor=colours["line"],
    )


def layout(colours: Palette, *, height: int) -> go.Layout:
    """The layout of every chart: no frame, no grid, no legend, nothing to drag."""
    bare = {"showgrid": False, "zeroline": False, "fixedrange": True, "tickangle": 0}
    axis = {**bare, "tickfont": {"color": colours["mute"], "size": 15}, "automargin": True}
    return go.Layout(
        template="none",
        height=height,
        margin={"l": 8, "r": 16, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "color": colours["ink"], "size": 15},
        hoverlabel={
            "bgcolor": colours["bg"],
            "bordercolor": colours["line"],
            "font": {"color": colours["ink"], "family": FONT, "size": 15},
        },
        showlegend=False,
        dragmode=False,
        xaxis=axis,
        yaxis={**axis, "ticklabelstandoff": 8},
    )
