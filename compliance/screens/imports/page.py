"""The page of imports: its parts."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from compliance.core.language import N_
from compliance.drawing import charts
from compliance.screens import checklist, fields, widgets
from compliance.screens.bodies import body
from compliance.screens.imports import (
    courses,
    forms,
    history,
    inbox_page,
    inbox_texts,
    intake,
    mapping,
    meanings,
    names,
)
from compliance.screens.views import View


def _names(view: View) -> None:
    every = view.organisations
    if view.reader.organisations(every) != every:
        text = N_("A change of name holds for all organisations of the database, and you see only {organisation}.")
        widgets.html(charts.note(view.say(text, organisation=view.scope.organisation)))
        return
    names.names(view)
    if not view.sample:
        history.rename(view)


def _settings(view: View) -> None:
    mapping.mappings(view)
    meanings.settings(view)
    courses.settings(view)
    _names(view)


PARTS: Final[dict[str, tuple[str, Callable[[View], None]]]] = {
    "load": (N_("Load"), lambda view: _load_exports(view)),
    "history": (N_("History"), history.history),
    "questions": (N_("Questions to the units"), forms.questionnaires),
    "settings": (N_("Interpretations"), _settings),
}
# Where the parts of earlier addresses are now.
MOVED: Final = {"forms": "questions", "mappings": "settings", "names": "settings"}


@body
def draw(view: View) -> None:
    """Draw the title, the choice of parts, and the part that the address names."""
    widgets.whole_only(view)
    say = view.say
    part = st.query_params.get("part", "load")
    part = MOVED.get(part, part)
    here = part if part in PARTS else "load"
    widgets.html(charts.page_title(say(N_("Imports"))))
    history.unread_cleanings(view)
    with st.container(key="parts"):
        names, key = {name: say(title) for name, (title, _) in PARTS.items()}, f"part {here} {say.code}"
        then: Any = {"on_change": _choose_part, "args": (key,), "label_visibility": "collapsed"}
        fields.row(say(N_("Part of the page")), names, now=here, key=key, **then)
    PARTS[here][1](view)


def _choose_part(key: str) -> None:
    if chosen := st.session_state.get(key):
        st.query_params["part"] = chosen
        st.query_params.pop("import", None)


def _standing(view: View) -> None:
    """Draw in a line what the intake holds and which exports are late."""
    say = view.say
    late = [say.pick(export.source.title) for export in checklist.exports(view) if export.state == "late"]
    files = [each.file for each in intake.held_files(view)]
    if sentence := inbox_texts.intake_standing(files, late, say):
        widgets.html(charts.caption(sentence))


def _load_exports(view: View) -> None:
    """Draw the field to drop files in, the files that wait, and the checklist of exports."""
    _standing(view)
    if view.sample:
        widgets.start_own_button(view, key="start_imports")
    else:
        inbox_page.draw(view)
    checklist.draw(view)
