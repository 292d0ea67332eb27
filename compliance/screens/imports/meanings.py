"""What was said of words and dates: to look at, to change and to take back."""

from datetime import date

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.correcting import saying
from compliance.drawing import charts
from compliance.loading.meanings import Meaning
from compliance.screens import reads, saying_texts, sayings, widgets
from compliance.screens.caching import read
from compliance.screens.people_texts import when_and_who
from compliance.screens.views import View
from compliance.store.database import Cursor


@read()
def _meanings(cursor: Cursor, organisation: str, as_of: date) -> list[Meaning]:
    return saying.meanings_in_force(cursor, organisation, as_of=as_of)


def settings(view: View) -> None:
    """Draw what an organisation has said of words and dates, each to be changed or taken back."""
    widgets.require(Permission.LOAD_EXPORTS)
    say = view.say
    sayings.confirmation()
    every = [
        m for m in _meanings(view.data, view.scope.organisation, view.as_of) if m.source in reads.sources(view.data)
    ]
    if not every:
        return
    widgets.html(charts.section(say(N_("What words and dates mean")), note=say(saying_texts.PURPOSE)))
    for each in every:
        title = saying_texts.meaning_text(each, reads.sources(view.data)[each.source], say)
        with st.expander(widgets.plain(title), key=f"said {each.source} {each.field} {each.said_of}"):
            widgets.html(charts.caption(when_and_who(each.said_at, each.said_by, say)))
            if not view.sample:
                sayings.change(view, each)
