"""The body of a page, below the frame, and its parts: a click in one draws it alone."""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import TypeVar

import streamlit as st

from compliance.screens import addressing, files, reads, views, widgets
from compliance.screens.views import View

Draw = Callable[[View], None]
Each = TypeVar("Each")


def body(draw: Draw) -> Draw:
    """The `draw` of a page as a fragment.

    It is drawn of the view as it is at the click: what others have loaded or written since is in it. If the view itself
    is another, the frame follows, after the click has been answered.
    """

    @wraps(draw)
    def drawn(view: View) -> None:
        _draw(draw, view, [view])

    return drawn


@st.fragment
def _draw(draw: Draw, view: View, first: list[View]) -> None:
    """Draw the body: with the frame the `first` time, and alone at each click in it."""
    # an error that leaves a fragment would be drawn twice
    with widgets.showing_errors():
        widgets.redraw_for_another(view)
        if first:
            draw(first.pop())
        else:
            _draw_anew(draw, view)


def _draw_anew(draw: Draw, view: View) -> None:
    with files.watched():
        now = addressing.current()
        draw(now)
        if now.cache_key != view.cache_key:
            st.rerun()


def part(view: View, draw: Callable[[], None], *, label: str = "", key: str = "") -> None:
    """Draw a part of the page that a click in it draws again without the rest.

    With a `label` it is folded, and drawn once it is open. A click on data that have changed draws the whole page; a
    page that is being drawn goes on, or it would never end while others load file after file.
    """
    first = [view]

    @st.fragment
    def drawn() -> None:
        with widgets.showing_errors():
            widgets.redraw_for_another(view)
            if first:
                first.pop()
            elif reads.data(views.database()[0]) != view.data:
                st.rerun()
            if not label:
                draw()
            elif (box := st.expander(label, key=key, on_change="rerun")).open:
                with box:
                    draw()

    drawn()


def with_more(
    view: View, listed: Sequence[Each], draw: Callable[[Sequence[Each]], None], *, first: int, key: str
) -> None:
    """Draw the first of some things, and those after them folded."""
    draw(listed[:first])
    if rest := listed[first:]:
        part(view, partial(draw, rest), label=view.say.plural("Show {n} more", "Show {n} more", len(rest)), key=key)
