"""What lapses month by month if nothing is done, on several pages: the table, and the items of one of its cells."""

from collections import Counter
from typing import Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.counting.assessing import Coverage
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.drawing import lapsing as drawing_lapsing
from compliance.drawing.elements import Html, unless_empty
from compliance.screens import downloads, lapsing_texts, reads, widgets
from compliance.screens.bodies import part
from compliance.screens.caching import cached
from compliance.screens.lapsing_texts import Chosen, Months, Ways
from compliance.screens.views import View
from compliance.store.database import Rows
from compliance.wording import breaking

# The parameter of the address that names a month, and the page that has the items.
LAPSES: Final = "lapses"
PAGE: Final = "plan"
# The height of the list, above the table.
HEIGHT: Final = 330
TITLE: Final = N_("When things lapse")


def asked(view: View) -> Chosen | None:
    """What the address asks for; None if it names no month or point of the table, which is told."""
    lapses = st.query_params.get(LAPSES, "")
    if not lapses or not _has_basis(view):
        return None
    named = st.query_params.get("point", "")
    chosen = lapsing_texts.chosen(reads.lapses(view.data, view.as_of), lapses, reads.point_named(view, named))
    if chosen is None or bool(named) != bool(chosen.point):
        widgets.not_found(view, named if chosen else lapses, view.say(TITLE))
        return None
    return chosen


def draw(view: View, chosen: Chosen | None = None) -> None:
    """Draw when what is valid lapses, after what the address asks for."""
    if not _has_basis(view):
        return
    widgets.html(charts.section(view.say(TITLE)))
    if chosen:
        _listed(view, chosen)
    widgets.html(_table(view, chosen))


def draw_folded(view: View) -> None:
    """Draw the same folded."""
    if _has_basis(view):
        part(view, lambda: widgets.html(_table(view, None)), label=view.say(TITLE), key=f"lapsing {view.say.code}")


def _has_basis(view: View) -> bool:
    return bool(reads.basis(view.data, view.as_of).of(view.scope.organisation))


@cached()
def months(view: View) -> Months:
    """What lapses in the view's scope, as the reader may see it."""
    found, say = reads.lapses(view.data, view.as_of), view.say
    ids = tuple(point.id for point in found.points)
    silent = {}
    for figure in reads.coverage(view, (view.as_of,), ids):
        told = reads.tells_ahead(view, figure.point)
        past = found.is_past(figure.point, view.scope)
        if why := lapsing_texts.why_silent(figure, say, past=past, told=told):
            silent[figure.point.id] = why
    shown = {point.number for point in found.points if point.id not in silent}
    counted = Counter({place: n for place, n in found.counted(view.scope).items() if place[0] in shown})
    return Months(found, view.as_of, counted, silent)


@cached()
def _table(view: View, chosen: Chosen | None) -> Html:
    say, shown = view.say, months(view)
    text = lapsing_texts.answer(shown, say)
    sentence = unless_empty(text, charts.answer(text))
    if not shown.total and not shown.silent:
        return sentence
    table = drawing_lapsing.lapsing(
        [lapsing_texts.month_head(month, say) for month in shown.found.months],
        lapsing_texts.table_rows(shown, chosen, _ways(view), say),
        sums=lapsing_texts.sums(shown, say),
        corner=say(N_("Point")),
        total=say(N_("Total")),
        caption=say(TITLE),
    )
    return charts.stack(sentence, table, charts.caption(lapsing_texts.note(say)))


def _ways(view: View) -> Ways:
    def point(point: Point) -> Html:
        return charts.anchor(breaking.label(point, view.say), widgets.address(view, "point", point=point.id))

    return Ways(point, lambda point, month: widgets.address(view, PAGE, point=point.id, **{LAPSES: f"{month:%Y-%m}"}))


# --- The items ------------------------------------------------------------------------------------------------------


def _listed(view: View, chosen: Chosen) -> None:
    """Draw the items of what is chosen, or how many of each unit where they may not be shown, and the way back."""
    say, shown = view.say, months(view)
    title = lapsing_texts.title(shown, chosen, say)
    widgets.html(charts.section(title, level=3))
    if items := _items(view, chosen):
        rows = lapsing_texts.item_rows(shown, items, say)
        widgets.grid(rows, key=f"lapsing items {say.code}", alt=title, height=HEIGHT)
    if parts := _numbers(view, chosen):
        widgets.table(view, lapsing_texts.UNITS, parts, caption=say(N_("Unit by unit")))
    with st.container(horizontal=True, vertical_alignment="center", key="below-items"):
        if items:
            _download(view, chosen)
        widgets.link(view, PAGE, say(N_("Back to the year wheel")))


def _download(view: View, chosen: Chosen) -> None:
    told = {"end": f"{chosen.month:%Y-%m}"} | ({"point": chosen.point} if chosen.point else {})

    def rows() -> Rows:
        return lapsing_texts.item_rows(months(view), _items(view, chosen), view.say)

    downloads.offer_rows(view, view.say(TITLE), rows, key="lapsing_csv", what="items", **told)


@cached(20)
def _items(view: View, chosen: Chosen) -> Rows:
    """The items of what is chosen that the reader may see, by their last day."""
    shown, reader = months(view), view.reader
    every = [
        row | {"place": place} for place, row in enumerate(shown.found.items(view.scope, chosen.months(shown.found)))
    ]
    seen: Rows = []
    for point in lapsing_texts.asked_points(shown, chosen):
        if _sees_items(view, point):
            seen += reader.items(point, [row for row in every if row["point"] == point.number])
    return sorted(seen, key=lambda row: row["place"])


def _numbers(view: View, chosen: Chosen) -> list[Coverage]:
    """How many lapse by unit, of the points whose items the reader may not see; units of few persons are added up."""
    shown, hidden = months(view), reads.hidden_from(view.data, view.reader, (view.as_of,))
    found = [
        part
        for point in lapsing_texts.asked_points(shown, chosen)
        if not _sees_items(view, point) and reads.tells_units_ahead(view, point)
        for part in view.reader.added_up(lapsing_texts.parts(shown, view.scope, chosen, point), view.scope, hidden)
    ]
    return sorted(found, key=lambda part: (part.point.number, -part.met))


def _sees_items(view: View, point: Point) -> bool:
    """Whether the reader may see the items of a point."""
    return view.reader.may(Permission.SEE_ITEMS) and (view.reader.named or not point.persons)
