"""What a page without data shows: which export is missing, and the buttons that load one and give its template."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.core import media
from compliance.core.jobs import Job
from compliance.core.language import N_
from compliance.correcting.templates import template
from compliance.counting.assessing import Status
from compliance.declarations.sources import Source
from compliance.drawing import charts
from compliance.screens import downloads, reads, widgets
from compliance.screens.downloads import File
from compliance.screens.views import View
from compliance.wording import phrases


def not_loaded(view: View, sources: Iterable[str]) -> str:
    """That no export of some sources is loaded."""
    names = [view.say.pick(reads.sources(view.data)[id_].title) for id_ in sources]
    return phrases.not_loaded(names, view.as_of, view.say)


def no_basis(view: View, sources: Collection[str] = (), *, title: str = "") -> None:
    """Draw the state of a page without data: which sources are missing, and how to load them."""
    with st.container(border=True, key="card-empty"):
        title = title or not_loaded(view, sources)
        widgets.html(charts.empty_state(Status.NO_BASIS, view.say(N_("No basis")), title=title))
        load_or_fill_in(view, sources)


def nothing_loaded(view: View) -> bool:
    """Whether no export is loaded by the as-of date; if so, draw that and the button that leads to the imports."""
    if reads.basis(view.data, view.as_of).of(view.scope.organisation):
        return False
    no_basis(view, title=phrases.nothing_loaded(view.as_of, view.say))
    return True


def load_or_fill_in(view: View, sources: Iterable[str]) -> None:
    """Draw the button that leads to the imports, and the template of each source, for those who may load an export."""
    if view.reader.may(Permission.LOAD_EXPORTS):
        with st.container(horizontal=True, key="load-or-fill-in"):
            load_button(view)
            for source in map(reads.sources(view.data).__getitem__, sources):
                name = widgets.plain(view.say.pick(source.title))
                template_button(view, source, label=view.say(N_("Get template: {source}"), source=name))


def load_button(view: View, *, kind: Any = "primary") -> None:
    """Draw the button that leads to the imports, for those who may load an export."""
    if view.reader.may(Permission.LOAD_EXPORTS) and st.button(view.say(N_("Load")), key="load_exports", type=kind):
        st.switch_page("pages/imports.py", query_params=view.address)


def template_button(view: View, source: Source, *, label: str) -> None:
    """Draw the button that hands out the template of a source; it is made on the click."""
    name = view.say.pick(source.title)
    file = File(
        label,
        downloads.file_name(view.say, N_("Template {name}"), "xlsx", name=name),
        media.XLSX,
        key=f"template {source.id}",
        make=partial(_template, view, source),
        action=Action.FORM,
        what="template",
        details={"source": source.id},
    )
    help_ = view.say(N_("Get template: {source}"), source=widgets.plain(name))
    downloads.offer_small(view, file, help=help_)


def _template(view: View, source: Source, _job: Job) -> bytes:
    audit.require(view.reader.user, Permission.LOAD_EXPORTS)
    return template(source, view.say)
