"""The charts with axes of the incident page: months by kind, a line of dots per duty, and days until closure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go

from compliance.drawing.elements import escaped
from compliance.drawing.plots import PALETTES, Mode, Palette, add_axis, layout

DOT: Final = 11
LATE_DOT: Final = 14
LANE_HEIGHT: Final = 88
# A lane's name stands so much of a lane above its line.
NAMED: Final = 0.46
# Dots closer than this part of the axis are stacked, by so much of a lane each; many come closer, below the names.
CROWDED: Final = 0.017
STACKED: Final = 0.15
MOST_STACKED: Final = 0.17
# Beyond this part of the axis a figure is to the left of its diamond.
BEYOND: Final = 0.8
# The axis on a phone, and what a letter and the space around a text take of it, in pixels.
NARROW_AXIS, LETTER, SPACE = 300, 9, 8


@dataclass(frozen=True)
class MonthColumn:
    """A month: `tick` is "" if it has no label, `parts` are stacked from below, `total` is the text on top."""

    tick: str
    parts: Sequence[int]
    total: str
    hover: str


def month_columns(months: Sequence[MonthColumn], *, mode: Mode, others: bool, height: int = 390) -> go.Figure:
    """Stacked columns without a value axis. With `others` the last part of each is an outline.

    Example: `month_columns([MonthColumn("nov\\n2025", [2, 1], "3", "November: 3")], mode="light", others=False)`.
    """
    colours = PALETTES[mode]
    figure = go.Figure(layout=layout(colours, height=height))
    places = list(range(len(months)))
    fills = [colours["accent"], colours["blue-2"], colours["blue-3"]]
    parts = max((len(month.parts) for month in months), default=0)
    for place in range(parts):
        fill = colours["bg"] if others and place == parts - 1 else fills[place]
        figure.add_bar(
            x=places,
            y=[month.parts[place] if place < len(month.parts) else 0 for month in months],
            width=0.74,
            marker={"color": fill, "line": {"color": colours["accent"], "width": 1.2}},
            text=[escaped(month.hover) for month in months],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    _add_totals(figure, months, colours=colours)
    ticks = [(index, month.tick) for index, month in enumerate(months) if month.tick]
    figure.update_layout(barmode="stack")
    add_axis(figure, ticks, ends=(-0.55, len(months) - 0.45), colours=colours)
    figure.update_yaxes(visible=False, rangemode="tozero")
    return figure


def _add_totals(figure: go.Figure, months: Sequence[MonthColumn], *, colours: Palette) -> None:
    longest = max((len(month.total) for month in months), default=1)
    fits = round(15 * NARROW_AXIS / max(len(months), 1) / (LETTER * longest))
    figure.add_scatter(
        x=list(range(len(months))),
        y=[sum(month.parts) for month in months],
        mode="text",
        text=[f"<b>{escaped(month.total)}</b>" for month in months],
        textposition="top center",
        textfont={"color": colours["ink"], "size": max(11, min(15, fits))},
        cliponaxis=False,
        hoverinfo="skip",
    )


@dataclass(frozen=True)
class Dot:
    """A case on its line: its value, the hover text, and, if it is late, its figure as text."""

    value: float
    hover: str
    late: str = ""


@dataclass(frozen=True)
class Lane:
    """A duty: its name, its cases, and its limit as a range (a month has no fixed length)."""

    name: str
    dots: Sequence[Dot]
    limit: tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """The axis below the lanes: from zero to its end, with a tick at each step; `unit` follows the last."""

    end: float
    step: float
    unit: str


def duty_dots(lanes: Sequence[Lane], scale: Scale, *, mode: Mode) -> go.Figure:
    """A dot per case on a line per duty, the limit as a tick; a late case is a red diamond with its figure.

    A case beyond the end of the axis is drawn at its end. The names are above the lines, to fit a narrow screen.

    Example: `duty_dots([Lane("Early warning", [Dot(4, "…")], (24, 24))], Scale(96, 24, "h"), mode="light")`.
    """
    colours = PALETTES[mode]
    figure = go.Figure(layout=layout(colours, height=LANE_HEIGHT * len(lanes) + 40))
    for row, lane in enumerate(lanes):
        _add_line(figure, row, scale, colours=colours)
        _add_limit(figure, row, lane.limit, colours=colours)
        _add_dots(figure, row, lane, scale, colours=colours)
        _add_name(figure, row, lane, colours=colours)
    *steps, last = (scale.step * n for n in range(int(scale.end // scale.step) + 1))
    ticks = [*((step, f"{step:g}") for step in steps), (last, f"{last:g}\u00a0{scale.unit}")]
    add_axis(figure, ticks, ends=(-0.02 * scale.end, 1.06 * scale.end), colours=colours)
    figure.update_yaxes(visible=False, range=[len(lanes) - 0.6, -0.72])
    return figure


def _add_name(figure: go.Figure, row: int, lane: Lane, *, colours: Palette) -> None:
    figure.add_annotation(
        x=0,
        xref="paper",
        y=row - NAMED,
        text=escaped(lane.name),
        font={"color": colours["ink"], "size": 15},
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
    )


def _add_line(figure: go.Figure, row: int, scale: Scale, *, colours: Palette) -> None:
    figure.add_shape(
        type="line", x0=0, x1=scale.end, y0=row, y1=row, line={"color": colours["line"], "width": 2}, layer="below"
    )


def _add_limit(figure: go.Figure, row: int, limit: tuple[float, float], *, colours: Palette) -> None:
    """The limit as an upright tick, or as a band if it differs between cases."""
    figure.add_shape(
        type="rect",
        x0=limit[0],
        x1=limit[1],
        y0=row - 0.24,
        y1=row + 0.24,
        line={"color": colours["ink"], "width": 3},
        fillcolor=colours["ink"],
        opacity=1 if limit[0] == limit[1] else 0.35,
        layer="below",
    )


def _add_dots(figure: go.Figure, row: int, lane: Lane, scale: Scale, *, colours: Palette) -> None:
    places = [min(dot.value, scale.end) for dot in lane.dots]
    lifts = stack_lifts([place / scale.end for place in places], gap=CROWDED)
    step = min(STACKED, MOST_STACKED / max(map(abs, lifts), default=1)) if any(lifts) else 0
    heights = [row + step * lift for lift in lifts]
    late = [bool(dot.late) for dot in lane.dots]
    labels = labels_that_fit([dot.late for dot in lane.dots], [place / scale.end for place in places])
    figure.add_scatter(
        x=places,
        y=heights,
        mode="markers+text",
        marker={
            "symbol": ["diamond" if is_late else "circle" for is_late in late],
            "size": [LATE_DOT if is_late else DOT for is_late in late],
            "color": [colours["red"] if is_late else colours["accent"] for is_late in late],
            "line": {"color": colours["bg"], "width": 1.2},
            "opacity": 1,
        },
        text=[f"<b>{escaped(label)}</b>" if label else "" for label in labels],
        textposition=["top left" if place > BEYOND * scale.end else "top right" for place in places],
        textfont={"color": colours["red"], "size": 15},
        customdata=[escaped(dot.hover) for dot in lane.dots],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )


def stack_lifts(places: Sequence[float], *, gap: float) -> list[int]:
    """How many steps each dot of a line moves up or down (0, −1, 1 …) so that it does not cover a close one."""
    last: dict[int, float] = {}
    lifts = [0] * len(places)
    for index in sorted(range(len(places)), key=places.__getitem__):
        lift = next(step for step in _outwards() if places[index] - last.get(step, -1.0) >= gap)
        last[lift] = places[index]
        lifts[index] = lift
    return lifts


def _outwards() -> Sequence[int]:
    return [0, *(step for n in range(1, 1000) for step in (-n, n))]


def labels_that_fit(texts: Sequence[str], places: Sequence[float]) -> list[str]:
    """The texts, with "" for one that would cover the text to its right on a phone; the table has them all."""
    shown = [""] * len(texts)
    free = 2.0
    for index in sorted(range(len(texts)), key=lambda index: -places[index]):
        width = (LETTER * len(texts[index]) + SPACE) / NARROW_AXIS
        start = places[index] - (width if places[index] > BEYOND else 0)
        if texts[index] and start + width <= free:
            shown[index], free = texts[index], start
    return shown


@dataclass(frozen=True)
class StepColumn:
    """How many were closed within a range of days, and whether that is late; `tick` is the days at its right edge."""

    tick: str
    n: int
    text: str
    late: bool
    hover: str


def closing_columns(steps: Sequence[StepColumn], *, mode: Mode, limit: str, height: int = 300) -> go.Figure:
    """Columns of days until closure, with the limit between them; the late ones after it are red.

    Example: `closing_columns([StepColumn("5", 23, "23", False, "0–5: 23")], mode="light", limit="30 days")`.
    """
    colours = PALETTES[mode]
    figure = go.Figure(layout=layout(colours, height=height))
    red = colours["red"]
    figure.add_bar(
        x=list(range(len(steps))),
        y=[step.n for step in steps],
        width=0.84,
        marker={"color": [red if step.late else colours["accent"] for step in steps]},
        text=[f"<b>{escaped(step.text)}</b>" for step in steps],
        textposition="outside",
        textfont={"color": colours["ink"], "size": 15},
        customdata=[escaped(step.hover) for step in steps],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )
    _add_post(figure, sum(not step.late for step in steps) - 0.5, limit, colours=colours)
    ticks = [(-0.5, "0"), *((index + 0.5, step.tick) for index, step in enumerate(steps) if step.tick)]
    add_axis(figure, ticks, ends=(-0.6, max(len(steps) - 0.4, 1)), colours=colours)
    figure.update_yaxes(visible=False, range=[0, max((step.n for step in steps), default=1) * 1.12 + 0.5])
    figure.update_layout(margin={"t": 36})
    return figure


def _add_post(figure: go.Figure, place: float, text: str, *, colours: Palette) -> None:
    figure.add_vline(
        x=place,
        line={"color": colours["ink"], "width": 2},
        annotation={
            "text": escaped(text),
            "font": {"color": colours["ink"], "size": 15},
            "showarrow": False,
            "xanchor": "right" if place > 1 else "left",
            "yanchor": "bottom",
        },
        annotation_position="top",
    )
