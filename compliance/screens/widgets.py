"""What every page draws with: fragments, links, tables, and errors as sentences."""

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlencode

import pyarrow as pa
import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.saving import refusal_of
from compliance.counting import tracing
from compliance.declarations import settings, theming
from compliance.drawing import charts, elements, plots
from compliance.loading.loading import add_event
from compliance.screens import views
from compliance.screens.views import View
from compliance.store import stores
from compliance.wording import phrases, tables
from compliance.wording.tables import Column, Row

HOME: Final = "overview"
# How many characters of a parameter of the address are repeated on the page.
MOST_SHOWN: Final = 80
# The height of a table that scrolls.
TALLEST: Final = 420
AS_TABLE: Final = N_("Show as a table")
MARKS: Final = re.compile(r"([!-/:-@\[-`{-~])")
# What makes a link of an address though each of its signs is escaped.
LINKED: Final = re.compile(r"\b(?:https?:|www)(?=[/.])|@(?=\w)", re.IGNORECASE)
log = logging.getLogger(__name__)


def require(permission: Permission) -> None:
    """Stop the run with a sentence if the person lacks a permission; the first statement of every page and action."""
    with _stopping(views.language()):
        audit.require(views.user(), permission)


def whole_only(view: View) -> None:
    """Stop the run with a sentence if the reader is limited to a part of the organisation."""
    with _stopping(view.say):
        view.reader.require_whole()


def everywhere_only(view: View) -> None:
    """Stop the run with a sentence if the reader is limited to an organisation or a part of one."""
    with _stopping(view.say):
        view.reader.require_everywhere()


@contextmanager
def _stopping(say: Language) -> Iterator[None]:
    """Stop the run with its sentence if the block raises a refusal."""
    try:
        yield
    except Refusal as refusal:
        html(charts.note(say.refusal(refusal)))
        st.stop()


def redraw_for_another(view: View) -> None:
    """Run the whole page again if the user has another role or limit than the one that it was drawn for.

    The first statement of a fragment, which runs alone and long after the page.
    """
    if views.user() != view.reader.user:
        st.rerun()


def row_table(view: View, traced: tracing.TracedRow | None) -> None:
    """Draw the spreadsheet row behind an item, column by column."""
    say = view.say
    if traced is None:
        html(charts.note(say(N_("The row is no longer there: its import has been replaced or revoked."))))
        return
    rows_ = ([heading, phrases.stored_value(value, say)] for heading, value in traced.columns)
    drawn = tables.plain((N_("Column"), N_("Value as loaded")), rows_, say)
    html(charts.table(*drawn, caption=say(N_("The spreadsheet row"))))
    text = N_("Import {id}, {source}. Columns that the file lacks are left out.")
    html(charts.caption(say(text, id=traced.import_id, source=say.pick(traced.source.title))))


def not_found(view: View, value: str, shown: str) -> None:
    """Draw that what the address names does not exist, and what is shown instead."""
    text = N_("The address names “{said}”, which is not there. Shown instead: {shown}.")
    html(charts.note(view.say(text, said=value[:MOST_SHOWN], shown=shown)))


@contextmanager
def showing_errors() -> Iterator[None]:
    """Show an error raised in the block, and go on with the page."""
    try:
        yield
    except Exception as error:
        show_error(error)


def show_error(error: Exception) -> None:
    """Draw the sentence of an error."""
    html(charts.note(sentence(error, views.language())))


def sentence(error: Exception, say: Language) -> str:
    """The sentence of a refusal; any other error is logged, and its sentence gives the reference to the log."""
    if refusal := refusal_of(error):
        return say.refusal(refusal)
    reference = secrets.token_hex(4)
    log.error("Fault %s", reference, exc_info=error)
    text = N_(
        "Something went wrong. Try again. If it happens again, give reference {reference} to those who run the service."
    )
    return say(text, reference=reference)


def start_own_button(view: View, *, key: str, kind: Any = "primary") -> None:
    """Draw what happens when the organisation's own database is started, and the button that starts it."""
    say = view.say
    with st.popover(say(N_("Start with your own exports")), type=kind, key=f"{key}_first"):
        text = N_(
            "An empty database of your own is made. The sample data stay and are never mixed with it. "
            "“Show the sample data”, under the day at the top, leads back to them."
        )
        everybody = [say(N_("Everybody who logs in sees the new one."))] if settings.current().login else []
        html(charts.caption(" ".join([say(text), *everybody])))
        if st.button(say(N_("Make the database")), key=key, type="primary"):
            require(Permission.START_OWN_DATABASE)
            with stores.own().writing() as cursor:
                add_event(cursor, views.order(), "start", "own database", action=Action.START, told="own database")
            st.switch_page("pages/imports.py", query_params=view.language)


def samples_button(view: View, *, key: str = "show_samples") -> None:
    """Draw the button that shows the samples beside the own database, to whoever sees all of it."""
    if not view.sample and view.reader.everywhere:
        _switch(view, N_("Show the sample data"), key=key, params=views.SAMPLES)


def own_button(view: View) -> None:
    """Draw the button that leads from the samples back to the own database."""
    _switch(view, N_("Back to your own data"), key="show_own", kind="primary")


def _switch(
    view: View, label: str, *, key: str, params: Mapping[str, str] | None = None, kind: Any = "secondary"
) -> None:
    if st.button(view.say(label), key=key, type=kind):
        st.switch_page(f"pages/{HOME}.py", query_params=view.language | dict(params or {}))


def brand() -> None:
    """Draw the organisation's name and logo, if its theme has them."""
    look, _ = theming.current()
    if look.name:
        html(charts.brand(look.name, look.logo))


def html(fragment: elements.Html, *, width: Any = "auto") -> None:
    """Draw a fragment made by `compliance.drawing`."""
    st.markdown(fragment, unsafe_allow_html=True, width=width)


def plain(text: str) -> str:
    """A user's text escaped for a label, which Streamlit reads as Markdown: it would fetch a picture in it."""
    return MARKS.sub(r"\\\1", LINKED.sub("\\g<0>\N{WORD JOINER}", text.replace("\n", " ")))


def link(view: View, page: str, label: str, **extra: str) -> None:
    """Draw a link to a page that shows the same view."""
    st.page_link(f"pages/{page}.py", label=label, query_params=view.address | extra)


def address(view: View, page: str, **extra: str) -> str:
    """The address of a page that shows the same view, for links within a fragment (charts.anchor)."""
    # the view of most links is that of the page, which is written once
    params = (
        urlencode(view.address | extra)
        if view.address.keys() & extra
        else "&".join(filter(None, (view.query, urlencode(extra))))
    )
    return f"/{'' if page == HOME else page}?{params}"


def chart(figure: Any, *, alt: str, key: str) -> None:
    """Draw a plotly figure without its tools, with a text alternative."""
    st.plotly_chart(figure, theme=None, config=plots.PLOTLY_CONFIG, alt=alt, key=key)


def figure(
    view: View,
    title: str,
    *,
    note: str = "",
    fragment: elements.Html | None = None,
    plot: Any = None,
    alt: str = "",
    key: str = "",
    table: charts.Table | None = None,
) -> None:
    """Draw a section with its chart: a fragment, or a plotly figure with a text alternative, and both as a table."""
    head = charts.section(title, note=note)
    html(charts.stack(head, fragment) if fragment else head)
    if plot is not None:
        chart(plot, alt=alt, key=key)
    if table is not None:
        as_table(view, table, caption=title)


def table(
    view: View, columns: Sequence[Column[Row]], rows: Iterable[Row], *, caption: str, stacked: bool = False
) -> None:
    """Draw a table of some rows."""
    html(charts.table(*tables.table(columns, rows, view.say), caption=caption, stacked=stacked))


def headline(view: View, title: str, sentences: Iterable[str], *, part: str = "") -> None:
    """Draw the answer of a page below its title, a sentence of the catalogue, and the part that it is about."""
    kicker = " · ".join(filter(None, [view.say(title), view.scope.name(view.say), part]))
    html(charts.headline(*sentences, kicker=kicker))


def beside(shares: Sequence[int], *draw: Callable[[], object]) -> None:
    """Draw parts of a page side by side, as wide as their shares of it."""
    for column, part in zip(st.columns(shares, gap="large"), draw, strict=True):
        with column:
            part()


def first_or_all(view: View, listed: Sequence[Row], first: int, *, key: str, most: int | None = None) -> Sequence[Row]:
    """Draw, below more than the first, the toggle that shows all, or as many as a page holds. Return those shown."""
    if len(listed) <= first:
        return listed
    every = listed[:most]
    label = view.say(N_("Show all {n}"), n=view.say.number(len(every)))
    return every if st.toggle(label, key=f"{key} {view.say.code}") else listed[:first]


def as_table(view: View, table: charts.Table, *, caption: str) -> None:
    """Draw a chart's figures as a table that can be opened below it."""
    with st.expander(view.say(AS_TABLE)):
        html(charts.table(*table, caption=caption))


def grid(table: Sequence[Mapping[str, object]], *, key: str, alt: str, height: int = TALLEST) -> None:
    """Draw a table of rows that scrolls and can be sorted."""
    height = min(36 * (len(table) + 1) + 3, height)
    st.dataframe(table, hide_index=True, height=height, key=key, alt=alt)


def selectable(
    table: list[dict[str, object]] | pa.Table, *, key: str, alt: str, wide: Sequence[str] = (), height: int = TALLEST
) -> int | None:
    """Draw a table of rows that can be selected, some columns `wide`. Return the place of the selected row, or None.

    The selection outlives the rows that it was made in, so that it may point beyond the present ones.
    """
    return next(iter(_selected(table, "single-row", key=key, alt=alt, wide=wide, height=height)), None)


def ticked(table: list[dict[str, object]], *, key: str, alt: str, wide: Sequence[str] = ()) -> list[int]:
    """Draw a table of rows that can be ticked, some columns of it `wide`. Return the places of those that are."""
    return _selected(table, "multi-row", key=key, alt=alt, wide=wide)


def _selected(
    table: list[dict[str, object]] | pa.Table,
    mode: Any,
    *,
    key: str,
    alt: str,
    wide: Sequence[str] = (),
    height: int = TALLEST,
) -> list[int]:
    event = st.dataframe(
        table,
        hide_index=True,
        height=min(36 * (len(table) + 1) + 3, height),
        on_select="rerun",
        selection_mode=mode,
        column_config={title: st.column_config.Column(width="medium") for title in wide},
        key=key,
        alt=alt,
    )
    return [place for place in event.selection.rows if place < len(table)]


def mode() -> plots.Mode:
    """The colour mode of the reader's browser, which plotly does not detect itself."""
    return "dark" if st.context.theme.type == "dark" else "light"
