"""Fragments of the incident page: clock cards, the legend of kinds, and groups of names.

Texts arrive formatted and translated, as in charts.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from compliance.drawing.charts import Pair, pair
from compliance.drawing.elements import Html, css_share, rich, rich_span, tag

Shade = Literal["kind_1", "kind_2", "kind_3", "kind_others"]


@dataclass(frozen=True, kw_only=True)
class ClockCard:
    """A running clock: what it belongs to, the time that is left, and what remains to be done.

    `figure` is large and `rest` follows it quietly. `share` is the part of the time limit that has passed, or None.
    `kicker` may be a fragment with a link.
    """

    kicker: str
    title: str
    figure: str
    rest: str
    share: float | None
    alt: str
    facts: Sequence[Pair]


def clock_cards(cards: Sequence[ClockCard], *, label: str) -> Html:
    """The clocks as cards, the most urgent first; `label` names the list to a screen reader.

    Example: `clock_cards([ClockCard(title="…", figure="31 h", rest="left of 72 h", …)], label="Open clocks")`.
    """
    return tag("ul", *(_clock_card(card) for card in cards), css="v-clocks", aria_label=label)


def _clock_card(card: ClockCard) -> Html:
    head = Html(
        tag("div", card.kicker, css="v-small v-mute")
        + tag("div", card.title, css="v-clock-title", role="heading", aria_level="2")
    )
    facts = tag("dl", *(pair(fact) for fact in card.facts if fact.value), css="v-clock-facts")
    return tag("li", tag("div", head), _time(card), facts)


def _time(card: ClockCard) -> Html:
    """The large figure, and the part of the limit that has passed as a bar."""
    figure = tag("div", tag("strong", card.figure), " ", rich_span("v-rest", card.rest), css="v-clock-figure")
    fill = Html("") if card.share is None else tag("span", css="v-fill", style=f"width:{css_share(card.share)}")
    bar = tag("div", fill, css="v-clock-bar", role="img", aria_label=card.alt)
    return tag("div", figure, bar, css="v-clock-time")


@dataclass(frozen=True)
class Kind:
    """A kind of incident, with its shade in the columns and its total."""

    shade: Shade
    name: str
    total: str


def kinds(items: Sequence[Kind], *, lead: str, label: str) -> Html:
    """A line above the columns: each kind with its total, in the order of the stack from the top.

    `lead` says what the totals are of.

    Example: `kinds([Kind("kind_1", "Mis-sent", "22")], lead="This year", label="Kinds")`.
    """
    return tag("ul", tag("li", lead, css="v-mute"), *(_kind(item) for item in items), css="v-kinds", aria_label=label)


def _kind(item: Kind) -> Html:
    key = tag("span", css=f"v-key v-{item.shade}", aria_hidden="true")
    return tag("li", key, tag("span", item.name), tag("strong", item.total))


# Names under their headings, each with a quiet note.
Named = Mapping[str, Sequence[tuple[str, str]]]


def name_groups(groups: Named, *, label: str) -> Html:
    """Names in columns, group by group.

    Example: `name_groups({"Culture": [("The library", "12 employed")]}, label="Units")`.
    """
    drawn = (_group(heading, names) for heading, names in groups.items())
    return tag("div", *drawn, css="v-named", role="group", aria_label=label)


def _group(heading: str, names: Iterable[tuple[str, str]]) -> Html:
    listed = tag("ul", *(tag("li", name, " ", rich_span("v-small v-mute", note)) for name, note in names))
    return tag("div", tag("div", heading, css="v-named-head", role="heading", aria_level="3"), listed)


def two_lines(first: str, second: str) -> Html:
    """A table cell with a name and a quiet line below it.

    Example: `two_lines("The library", "Wrong address")`.
    """
    return Html(tag("div", first) + tag("div", second, css="v-mute v-small"))


def ids(items: Sequence[Html], *, after: str = "") -> Html:
    """Ids or links to them, none of which breaks across lines, followed by a quiet text.

    Example: `ids([anchor("INC-1", "/point?…"), escaped("INC-2")])`.
    """
    joined = Html(", ".join(tag("span", item, css="v-id") for item in items))
    return Html(joined + (" " if after else "") + rich_span("v-mute", after))


def line_with_links(text: str, *links: Html) -> Html:
    """A quiet line of rich text, followed by links.

    Example: `line_with_links("Not yet assessed:", anchor("INC-1", "/point?…"))`.
    """
    return tag("div", rich(text), " ", ids(links), css="v-note v-note-wide")
