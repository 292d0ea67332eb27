"""The card of a unit's work list that came back: what it says, and the button that takes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.access.scopes import Scope
from compliance.core.errors import Refusal
from compliance.declarations.answers import load_answers
from compliance.declarations.declared import as_declared
from compliance.drawing import charts
from compliance.reading.sheets import Workbook
from compliance.screens import views, widgets, written
from compliance.screens.caching import read
from compliance.screens.imports import answers_texts as texts
from compliance.screens.views import View
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor
from compliance.wording.tables import records
from compliance.worklists import answering
from compliance.worklists.answering import NOT_OURS, TAKEN_BEFORE, Answer, Known, Returned
from compliance.worklists.lists import Asking

# So many lists that came back are compared at a time.
KEPT: Final = 10


@read(KEPT, by=written.mark("item_notes"))
def _known(cursor: Cursor, as_of: date, organisation: str, back: Returned) -> Known:
    points = packs.points_on(cursor, packs.current(cursor), as_of=as_of, organisation=organisation)
    return answering.what_is_known(cursor, Asking(organisation, as_of, EVERYTHING_KNOWN, points, {}, ()), back)


@dataclass(frozen=True)
class Acts:
    """What else is done when an answer is taken: in its transaction, and after it with what was done in a sentence."""

    within: Callable[[Cursor], object]
    after: Callable[[str], object]


def answers_card(view: View, book: Workbook, *, key: str, acts: Acts) -> None:
    """Draw what a unit says in its list, and the button that takes it.

    Raise Refusal if the list has lost what makes it one, or is of an organisation that the reader does not see.
    """
    back = answering.returned(book)
    day = answering.day_of(back, view.as_of)
    with view.database.cursor() as cursor:
        organisation = answering.organisation_of(cursor, back, day)
        before = answering.taken_on(cursor, back)
    if not view.reader.sees(Scope(organisation)):
        raise Refusal(NOT_OURS, organisation=back.marker.organisation)
    known = _known(view.data, day, organisation, back)
    found = answering.compared(back, known, as_declared(load_answers))
    _says(view, back, known, found, key=key)
    if before:
        widgets.html(charts.note(view.say(TAKEN_BEFORE, day=view.say.date(before, form="d MMMM"))))
    elif found:
        _taking(view, back, known, found, key=key, acts=acts)


def _says(view: View, back: Returned, known: Known, found: Sequence[Answer], *, key: str) -> None:
    """Draw which unit answers, each answer, and what becomes of those that need a look."""
    say = view.say
    widgets.html(charts.section(texts.heading(back, known, say), note=texts.origin(back, known, say)))
    for sentence in texts.remarks(back, found, known, say):
        widgets.html(charts.caption(sentence))
    if found:
        widgets.grid(records(texts.COLUMNS, found, say), key=f"answers {key}", alt=texts.heading(back, known, say))


def _taking(view: View, back: Returned, known: Known, found: Sequence[Answer], *, key: str, acts: Acts) -> None:
    """Draw the button that takes the answers, and take them."""
    say, changed = view.say, False
    if number := answering.counted(found)["changed"]:
        label = say.plural("Take also the one that has changed", "Take also the {n} that have changed", number)
        changed = st.checkbox(label, key=f"changed {key}")
    number = sum(answer.sets_status for answer in answering.wanted(found, changed=changed))
    if st.button(texts.taking(number, say), type="primary", key=f"take {key}"):
        widgets.require(Permission.LOAD_EXPORTS)
        answering.take(view.database, back, found, known, changed=changed, order=views.order(), then=acts.within)
        acts.after(texts.taken(back, known, number, say))
        st.rerun()
