"""Organisations side by side: the same small chart for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.drawing.charts import sparkline
from compliance.drawing.elements import Html, tag, unless_empty


@dataclass(frozen=True)
class Multiple:
    """An organisation, as a text or a link, its values month by month, the last one in words, and its change.

    `alt` is the line as a sentence.
    """

    name: str
    values: Sequence[float | None]
    figure: str
    change: str = ""
    alt: str = ""


def multiples(items: Sequence[Multiple], *, label: str) -> Html:
    """A line for each organisation, all on one scale; `label` names the list to a screen reader.

    Example: `multiples([Multiple("Culture", [0.5, None, 0.75], "75 %", "+25,0")], label="12 months")`.
    """
    every = [value for item in items for value in item.values]
    return tag("ul", *(_multiple(item, every) for item in items), css="v-multiples", aria_label=label)


def _multiple(item: Multiple, every: Sequence[float | None]) -> Html:
    line = tag("span", sparkline(item.values, alt=item.alt, among=every), css="v-multiple-line")
    figure = tag("span", item.figure, " ", unless_empty(item.change, tag("span", item.change, css="v-mute")))
    return tag("li", tag("span", item.name, css="v-multiple-name"), line, figure)
