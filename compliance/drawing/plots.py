"""The charts that have axes, made by plotly from texts already formatted.

Show one: `st.plotly_chart(figure, theme=None, config=plots.PLOTLY_CONFIG, alt="…")`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, Concatenate, Final, NamedTuple, ParamSpec, TypeVar

import plotly.graph_objects as go

from compliance.core.lengths import shortened
from compliance.counting.assessing import Status
from compliance.declarations import theming
from compliance.drawing.elements import escaped
from compliance.drawing.geometry import apart
from compliance.wording.trends import Level, Moment

Mode = theming.Mode
# What the texts beside a trend need: room to its right in pixels, and height in per cent of its axis.
BESIDE: Final = 112
BESIDE_LINE: Final = 8.0
# So many letters of a name stand beside its bar; the table below the chart has all of them.
NAME_LETTERS: Final = 60
PLOTLY_CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


@dataclass(frozen=True)
class Palette:
    """The colours plotly needs; it cannot read the style sheet's tokens. `further` are the shades of further kinds."""

    ink: str
    mute: str
    line: str
    background: str
    accent: str
    further: tuple[str, str]
    status: dict[Status, str]


def _palette(colours: theming.Palette) -> Palette:
    return Palette(
        ink=colours["ink"],
        mute=colours["mute"],
        line=colours["line"],
        background=colours["bg"],
        accent=colours["accent"],
        further=(colours["blue-2"], colours["blue-3"]),
        status={
            Status.GREEN: colours["green"],
            Status.YELLOW: colours["yellow"],
            Status.RED: colours["red"],
            Status.NO_BASIS: colours["none"],
            Status.NOTHING_TO_ASSESS: colours["none"],
        },
    )


# The product's own, whatever an organisation has: the style sheet maps each to its token when the chart is drawn.
PALETTES: dict[Mode, Palette] = {mode: _palette(theming.product().palette(mode)) for mode in theming.MODES}

FONT = "IBM Plex Sans, system-ui, sans-serif"
KEPT: Final = 200
Mark = TypeVar("Mark")
Given = ParamSpec("Given")


def drawn_once(
    draw: Callable[Concatenate[Sequence[Mark], Given], go.Figure],
) -> Callable[Concatenate[Sequence[Mark], Given], go.Figure]:
    """Keeps the latest figures: making one anew takes plotly longer than all the rest of a page that is known."""
    kept: Any = lru_cache(maxsize=KEPT)(draw)

    @wraps(draw)
    def drawn(marks: Sequence[Mark], /, *given: Given.args, **named: Given.kwargs) -> go.Figure:
        return kept(tuple(marks), *given, **named)

    return drawn


@dataclass(frozen=True)
class UnitBar:
    """One unit: name, "7 of 15" below it, the per cent at the bar's end."""

    name: str
    counts: str
    figure: str
    share: float | None
    status: Status


class Named(NamedTuple):
    """What a height on the axis is called beside the lines, as HTML, and its type."""

    height: float
    text: str
    font: dict[str, Any]


@drawn_once
def trend(moments: Sequence[Moment], *, mode: Mode, target: Level, limit: Level, height: int = 330) -> go.Figure:
    """A line over the moments, y always 0–100 %; beside it its last value and the names of its levels.

    Example: `trend([Moment("nov\\n2025", 0.14, "14 %")], mode="light", …)`.
    """
    colours = PALETTES[mode]
    figure = go.Figure(layout=layout(colours, height=height))
    shares = [None if moment.share is None else moment.share * 100 for moment in moments]
    figure.add_scatter(
        x=list(range(len(moments))),
        y=shares,
        mode="lines+markers" if _has_lone_value(shares) else "lines",
        connectgaps=False,
        line={"color": colours.accent, "width": 3},
        marker={"size": 5},
        text=[escaped(moment.spoken) for moment in moments],
        hovertemplate="%{text}<extra></extra>",
    )
    named = [
        _add_level(figure, target, colour=colours.ink, line={"width": 2}),
        _add_level(figure, limit, colour=colours.mute, line={"width": 1.5, "dash": "dot"}),
    ]
    _add_beside(figure, named + _add_last(figure, moments, colours=colours))
    figure.update_layout(margin_r=BESIDE)
    ticks = [(index, moment.label) for index, moment in enumerate(moments) if moment.label]
    figure.update_xaxes(
        tickvals=[index for index, _ in ticks],
        ticktext=[two_lines(text) for _, text in ticks],
        range=[-0.35, max(len(moments) - 1, 1) + 0.35],
        showline=True,
        linecolor=colours.line,
    )
    figure.update_yaxes(range=[0, 106], tickvals=[0, 50, 100], ticktext=["0", "50", "100"])
    return figure


def _has_lone_value(shares: Sequence[float | None]) -> bool:
    """Whether some value has a gap on both sides, so that a bare line would not show it."""
    padded = [None, *shares, None]
    return any(
        value is not None and padded[index] is None and padded[index + 2] is None for index, value in enumerate(shares)
    )


def _add_last(figure: go.Figure, moments: Sequence[Moment], *, colours: Palette) -> list[Named]:
    """A dot at the last value that there is; gives what it is called."""
    known = [(index, moment) for index, moment in enumerate(moments) if moment.share is not None]
    if not known:
        return []
    x, last = known[-1]
    y = (last.share or 0.0) * 100
    marker = {"size": 11, "color": colours.accent}
    figure.add_scatter(x=[x], y=[y], mode="markers", marker=marker, cliponaxis=False, hoverinfo="skip")
    return [Named(y, f"<b>{escaped(last.text)}</b>", {"color": colours.ink, "size": 17})]


def _add_level(figure: go.Figure, level: Level, *, colour: str, line: dict[str, Any]) -> Named:
    """A line across the chart; gives what it is called."""
    figure.add_hline(y=level.share * 100, line={"color": colour, **line}, layer="below")
    return Named(level.share * 100, escaped(level.text), {"color": colour, "size": 15})


def _add_beside(figure: go.Figure, named: Sequence[Named]) -> None:
    """Names of heights, to the right of the lines so that none runs through one."""
    downwards = sorted(named, key=lambda name: -name.height)
    places = apart([-name.height for name in downwards], BESIDE_LINE)
    for name, place in zip(downwards, places, strict=True):
        where = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "y": -place, "yanchor": "middle"}
        figure.add_annotation(text=name.text, font=name.font, showarrow=False, **where)


@drawn_once
def unit_bars(units: Sequence[UnitBar], *, mode: Mode, target: Level | None = None, row_height: int = 46) -> go.Figure:
    """Units as horizontal bars in the order given, worst first.

    Example: `unit_bars([UnitBar("HR", "7 of 15", "47 %", 0.47, "red")], mode="light")`.
    """
    colours = PALETTES[mode]
    height = row_height * len(units) + 40
    figure = go.Figure(layout=layout(colours, height=height))
    figure.add_bar(
        orientation="h",
        x=[(unit.share or 0) * 100 for unit in units],
        y=list(range(len(units))),
        width=0.52,
        marker={"color": [colours.status[unit.status] for unit in units]},
        text=[f"\u00a0<b>{escaped(unit.figure)}</b>" for unit in units],
        textposition="outside",
        textfont={"color": colours.ink, "size": 15},
        cliponaxis=False,
        hoverinfo="skip",
    )
    if target is not None:
        _add_target_post(figure, target, colours=colours)
    figure.update_xaxes(visible=False, range=[0, 112])
    figure.update_yaxes(
        tickvals=list(range(len(units))),
        ticktext=[_unit_label(unit, colours=colours) for unit in units],
        range=[len(units) - 0.5, -0.5],
        tickfont={"color": colours.ink},
    )
    figure.update_layout(margin={"t": 30, "b": 4}, hovermode=False)
    return figure


def _unit_label(unit: UnitBar, *, colours: Palette) -> str:
    counts = f'<span style="color:{colours.mute}">{escaped(unit.counts)}</span>'
    return f"{escaped(shortened(unit.name, NAME_LETTERS))}<br>{counts}"


def _add_target_post(figure: go.Figure, target: Level, *, colours: Palette) -> None:
    figure.add_vline(
        x=target.share * 100,
        line={"color": colours.ink, "width": 2},
        annotation={
            "text": escaped(target.text),
            "font": {"color": colours.ink, "size": 15},
            "showarrow": False,
            "xanchor": "center",
            "yanchor": "bottom",
        },
        annotation_position="top",
    )


def two_lines(text: str) -> str:
    """A tick's text; a line break in it becomes plotly's own."""
    return "<br>".join(escaped(line) for line in text.split("\n"))


def layout(colours: Palette, *, height: int) -> go.Layout:
    """What every chart shares: no frame, no grid, no legend, nothing to drag."""
    bare = {"showgrid": False, "zeroline": False, "fixedrange": True, "tickangle": 0}
    axis = {**bare, "tickfont": {"color": colours.mute, "size": 15}, "automargin": True}
    return go.Layout(
        template="none",
        height=height,
        margin={"l": 8, "r": 16, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "color": colours.ink, "size": 15},
        hoverlabel={
            "bgcolor": colours.background,
            "bordercolor": colours.line,
            "font": {"color": colours.ink, "family": FONT, "size": 15},
        },
        showlegend=False,
        dragmode=False,
        xaxis=axis,
        yaxis={**axis, "ticklabelstandoff": 8},
    )
