"""What every page draws with: fragments, links, tables, and calm words for every error."""

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st

from compliance.access import permissions
from compliance.access.permissions import Permission
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.saving import refusal_of
from compliance.counting import tracing
from compliance.counting.assessing import Status
from compliance.drawing import charts, elements, plots
from compliance.loading.loading import add_event
from compliance.screens import reads, views
from compliance.screens.views import View
from compliance.store import stores
from compliance.wording import phrases

# So much of what an address says is said again.
HOME: Final = "overview"
MOST_SAID: Final = 80
MARKS: Final = re.compile(r"([!-/:-@\[-`{-~])")
log = logging.getLogger(__name__)


def require(permission: Permission) -> None:
    """The first statement of every page, and of every action: stops with a sentence where the person may not."""
    try:
        permissions.require(views.user(), permission)
    except Refusal as refusal:
        html(charts.note(views.language().refusal(refusal)))
        st.stop()


def row_table(view: View, traced: tracing.TracedRow | None) -> None:
    """The spreadsheet row behind an item, column by column."""
    say = view.say
    if traced is None:
        html(charts.note(say(N_("The row is no longer there: its import has been replaced or revoked."))))
        return
    columns = [charts.Column(say(N_("Column")), row_header=True), charts.Column(say(N_("Value as loaded")))]
    rows_ = [[heading, phrases.stored_value(value, say)] for heading, value in traced.columns]
    html(charts.table(columns, rows_, caption=say(N_("The spreadsheet row"))))
    text = N_("Import {id}, {source}. Columns that the file lacks are left out.")
    html(charts.caption(say(text, id=traced.import_id, source=say.pick(traced.source.title))))


def elsewhere(view: View, what: str, said: str, shown: str) -> None:
    """Says that what the address names is not there, and what is shown instead."""
    say = view.say
    text = N_("The address names {what} “{said}”, which is not there. What is shown instead: {shown}.")
    html(charts.note(say(text, what=say(what), said=said[:MOST_SAID], shown=shown)))


@contextmanager
def told() -> Iterator[None]:
    """Says a refusal calmly; anything else goes to the log with a reference, and the page goes on."""
    try:
        yield
    except Exception as error:
        tell(error)


def tell(error: Exception) -> bool:
    """The sentence of an error on the page; True, since it has been told."""
    html(charts.note(sentence(error, views.language())))
    return True


def sentence(error: Exception, say: Language) -> str:
    """What a person is told of an error: a refusal's own sentence; of all else a reference, which the log has too."""
    if refusal := refusal_of(error):
        return say.refusal(refusal)
    reference = secrets.token_hex(4)
    log.error("Fault %s", reference, exc_info=error)
    text = N_(
        "Something went wrong. Try again. If it happens again, give reference {reference} to those who run the service."
    )
    return say(text, reference=reference)


def start_own_button(view: View, *, key: str, kind: Any = "primary") -> None:
    """One click that begins a database of one's own; the samples stay in theirs."""
    if st.button(view.say(N_("Start with your own exports")), key=key, type=kind):
        require(Permission.START_OWN_DATABASE)
        with stores.own().writing() as cursor:
            add_event(cursor, views.order(), "start", "own database")
        st.switch_page("pages/imports.py", query_params={"lang": view.say.code})


def html(fragment: elements.Html) -> None:
    """Draws a fragment of charts.py."""
    st.markdown(fragment, unsafe_allow_html=True)


def plain(text: str) -> str:
    """A text of the user's own for a label, which Streamlit reads as Markdown: a picture in it would be fetched."""
    return MARKS.sub(r"\\\1", text)


def link(view: View, page: str, label: str, **extra: str) -> None:
    """A link to a page that shows the same view."""
    st.page_link(f"pages/{page}.py", label=label, query_params=view.address | extra)


def address(view: View, page: str, **extra: str) -> str:
    """The address of a page that shows the same view, for links within a fragment (charts.anchor)."""
    return f"/{'' if page == HOME else page}?{urlencode(view.address | extra)}"


def link_to_imports(view: View) -> None:
    """The way to mend that an export is missing, for those who may load one."""
    if view.reader.may(Permission.LOAD_EXPORTS):
        link(view, "imports", view.say(N_("Load exports")))


def no_basis(view: View, title: str, *texts: str) -> None:
    """Where a page has nothing to show: which export is missing, what it would tell, and the way to load it."""
    with st.container(border=True, key="card-empty"):
        html(charts.empty_state(Status.NO_BASIS, view.say(N_("No basis")), title=title, texts=texts))
        link_to_imports(view)


def nothing_loaded(view: View) -> bool:
    """Says that no export is loaded by the day that is looked at, and leads there; False where there is one."""
    if reads.basis(view.data, view.as_of).of(view.scope.organisation):
        return False
    no_basis(view, view.say(N_("No export is loaded up to {day}."), day=view.say.date(view.as_of)))
    return True


def chart(figure: Any, *, alt: str, key: str) -> None:
    """Draws a plotly figure without its tools, with its sentence for those who do not see it."""
    st.plotly_chart(figure, theme=None, config=plots.PLOTLY_CONFIG, alt=alt, key=key)


def as_table(view: View, table: charts.Table, *, caption: str) -> None:
    """A chart's figures as a table that can be opened under it."""
    with st.expander(view.say(N_("Show as a table"))):
        html(charts.table(*table, caption=caption))


def mode() -> plots.Mode:
    """Whether the reader's system is dark; plotly must be told."""
    return "dark" if st.context.theme.type == "dark" else "light"
