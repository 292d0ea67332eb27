"""The checklist of exports: what counts today, what is missing or late, who delivers it, and its template."""

from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.core.lengths import LONGEST_NAME
from compliance.correcting import arrangements
from compliance.declarations.sources import Source
from compliance.drawing import charts, checklist, elements
from compliance.screens import checklist_texts, fields, no_data, reads, views, widgets, written
from compliance.screens.checklist_texts import Export
from compliance.screens.views import View
from compliance.wording import phrases

# Which source's note is being written.
WRITING: Final = "delivered by"


def draw(view: View) -> None:
    """Draw how many exports are loaded, where to begin, and each in a row."""
    widgets.require(Permission.LOAD_EXPORTS)
    found = exports(view)
    first = checklist_texts.first_step(found, view.say)
    with st.container(key="exports-head"):
        widgets.html(charts.section(checklist_texts.headline(found, view.say), note=first))
    _rows(view, found)


def begin(view: View) -> None:
    """Draw where to begin in a database without exports, for whoever may load them."""
    if not view.reader.may(Permission.LOAD_EXPORTS):
        return
    found = exports(view)
    widgets.html(charts.section(checklist_texts.first_step(found, view.say)))
    with st.container(horizontal=True):
        no_data.load_button(view)
        widgets.samples_button(view, key="show_samples_instead")
    _rows(view, found)


def _rows(view: View, found: list[Export]) -> None:
    """Draw every export in a row, what is missing first."""
    say = view.say
    delivered = written.arranged(view.data, view.as_of, view.scope.organisation).delivered_by
    with st.container(key="exports", gap=None):
        with st.container(key="export-heads", horizontal=True, gap=None):
            widgets.html(checklist.export_heads(*checklist_texts.heads(say)))
            widgets.html(elements.tag("span", say(N_("Delivered by")), css="v-small"))
        for export in found:
            _row(view, export, delivered.get(export.source.id, ""))


def exports(view: View) -> list[Export]:
    """Every export on the as-of date, what is missing first."""
    return checklist_texts.exports(
        list(reads.sources(view.data).values()),
        reads.points(view),
        reads.definitions(),
        basis=reads.basis(view.data, view.as_of),
        imports=reads.imports(view.data),
        organisation=view.scope.organisation,
        as_of=view.as_of,
    )


def _row(view: View, export: Export, note: str) -> None:
    source, heads = export.source, checklist_texts.heads(view.say)
    with st.container(key=f"export-{source.id}", horizontal=True, vertical_alignment="center", gap=None):
        drawn = checklist_texts.row(export, partial(widgets.address, view), view.say)
        widgets.html(checklist.export_row(drawn, heads))
        _note(view, source, note)
        no_data.template_button(view, source, label=view.say(N_("Get template")))
    if st.session_state.get(WRITING) == source.id and not view.sample:
        _note_form(view, source, note)


# --- Who delivers it ----------------------------------------------------------------------------------------------


def _note(view: View, source: Source, note: str) -> None:
    """Draw who delivers a source, as the button that opens its field; the samples' cannot be changed."""
    say = view.say
    if view.sample:
        widgets.html(elements.tag("span", note or phrases.DASH, css="v-mute"))
        return
    write: Any = {"on_click": _write, "args": (source.id,), "help": f"{_question(view, source)} {widgets.plain(note)}"}
    st.button(widgets.plain(note or say(N_("Add"))), key=f"delivers {source.id}", type="tertiary", **write)


def _question(view: View, source: Source) -> str:
    return view.say(N_("Who delivers {source}?"), source=widgets.plain(view.say.pick(source.title)))


def _write(source: str) -> None:
    st.session_state[WRITING] = source


def _note_form(view: View, source: Source, note: str) -> None:
    """Draw the field for who delivers a source."""
    say = view.say
    with (
        st.form(f"delivery-{source.id}", border=False),
        st.container(key="delivering", horizontal=True, vertical_alignment="bottom"),
    ):
        hint: Any = {"max_chars": LONGEST_NAME}
        text = fields.line(
            _question(view, source), value=note, key=f"delivered by {source.id}", width=460, form=True, **hint
        )
        saved = st.form_submit_button(say(N_("Save")), type="primary")
        left = st.form_submit_button(say(N_("Cancel")))
    if saved:
        widgets.require(Permission.LOAD_EXPORTS)
        with widgets.showing_errors():
            where: Any = {"as_of": view.as_of, "order": views.order()}
            arrangements.deliver(view.database, view.scope.organisation, source.id, text, **where)
            left = True
    if left:
        st.session_state.pop(WRITING, None)
        st.rerun()
