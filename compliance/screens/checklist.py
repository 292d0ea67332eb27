"""The checklist of exports: what counts today, what is missing or late, who delivers it, and its template."""

from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.core.jobs import Job
from compliance.core.language import N_
from compliance.core.lengths import LONGEST_NAME
from compliance.correcting import arrangements
from compliance.correcting.templates import template
from compliance.declarations.sources import Source
from compliance.drawing import charts, checklist, elements
from compliance.screens import checklist_texts, downloads, fields, reads, views, widgets
from compliance.screens.checklist_texts import Export
from compliance.screens.downloads import File
from compliance.screens.views import View
from compliance.wording import phrases

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Which source's note is being written.
WRITING: Final = "delivered by"


def draw(view: View) -> None:
    """Draw every export in a row, what is missing first; the first of them to load is named above."""
    widgets.require(Permission.LOAD_EXPORTS)
    say, found = view.say, exports(view)
    widgets.html(charts.section(checklist_texts.headline(found, say), note=checklist_texts.first_step(found, say)))
    with view.database.cursor() as cursor:
        delivered = arrangements.arrangements(cursor, view.scope.organisation, as_of=view.as_of).delivered_by
    with st.container(key="exports", gap=None):
        with st.container(key="export-heads", horizontal=True, gap=None):
            widgets.html(checklist.export_heads(*checklist_texts.heads(say)))
            widgets.html(elements.tag("span", say(N_("Delivered by"))))
        for export in found:
            _row(view, export, delivered.get(export.source.id, ""))


def exports(view: View) -> list[Export]:
    """Every export on the as-of date, what is missing first."""
    basis, imports = reads.basis(view.data, view.as_of), reads.imports(view.data)
    sources, points = list(reads.sources().values()), reads.points()
    return checklist_texts.exports(sources, points, basis, imports, view.scope.organisation, view.as_of)


def _row(view: View, export: Export, note: str) -> None:
    source, heads = export.source, checklist_texts.heads(view.say)
    with st.container(key=f"export-{source.id}", horizontal=True, vertical_alignment="center", gap=None):
        drawn = checklist_texts.row(export, partial(widgets.address, view), view.say)
        widgets.html(checklist.export_row(drawn, heads))
        _note(view, source, note)
        template_button(view, source)
    if st.session_state.get(WRITING) == source.id and not view.sample:
        _note_form(view, source, note)


# --- Who delivers it ----------------------------------------------------------------------------------------------


def _note(view: View, source: Source, note: str) -> None:
    """Draw who delivers a source, as the button that opens its field; the samples' cannot be changed."""
    say = view.say
    if view.sample:
        widgets.html(elements.tag("span", note or phrases.DASH, css="v-mute"))
        return
    label, help_ = note or say(N_("Add")), say(N_("Who delivers {source}?"), source=say.pick(source.title))
    write: Any = {"on_click": _write, "args": (source.id,)}
    st.button(widgets.plain(label), key=f"delivers {source.id}", type="tertiary", help=widgets.plain(help_), **write)


def _write(source: str) -> None:
    st.session_state[WRITING] = source


def _note_form(view: View, source: Source, note: str) -> None:
    """Draw the field for who delivers a source."""
    say = view.say
    with st.form(f"delivery-{source.id}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        label = widgets.plain(say(N_("Who delivers {source}?"), source=say.pick(source.title)))
        hint: Any = {"max_chars": LONGEST_NAME, "placeholder": say(N_("A function, a mail address or a system"))}
        text = fields.line(label, value=note, key=f"delivered by {source.id}", width=460, form=True, **hint)
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


# --- Templates ----------------------------------------------------------------------------------------------------


def template_button(view: View, source: Source) -> None:
    """Draw the button that hands out the template of a source; it is made on the click."""
    say = view.say
    name = say.pick(source.title)
    file = File(
        say(N_("Get template")),
        say(N_("Template {name}"), name=name) + ".xlsx",
        XLSX,
        key=f"template {source.id}",
        make=partial(_template, view, source),
        action=Action.FORM,
        what="template",
        details={"source": source.id},
    )
    downloads.offer_small(view, file, help=say(N_("Download the template: {name}"), name=widgets.plain(name)))


def _template(view: View, source: Source, _job: Job) -> bytes:
    audit.require(view.reader.user, Permission.LOAD_EXPORTS)
    return template(source, view.say)
