"""Questions to the units: workbooks with what no system knows."""

from datetime import date
from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.core import clock, media
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_
from compliance.core.lengths import LONGEST_NAME
from compliance.correcting.arrangements import Arrangements, answer
from compliance.correcting.questionnaires import (
    Asking,
    Questions,
    Unit,
    answer_line,
    count,
    file_name,
    questionnaire,
    questions,
)
from compliance.correcting.questionnaires import questionnaires as all_of_them
from compliance.drawing import charts
from compliance.screens import downloads, fields, reads, views, widgets, written
from compliance.screens.caching import Data
from compliance.screens.downloads import File, FileName
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN

WIDTH: Final = 460
# Whether a day or an address has been saved, until it is told.
SAVED: Final = "answers saved"
# All units among the choices: None is the organisation as a whole.
EVERY: Final = ("all",)
Choice = tuple[str, ...] | Unit


@st.cache_data(show_spinner=False, max_entries=20)
def _questions(data: Data, as_of: date, organisation: str) -> dict[Unit, Questions]:
    """The questions to each unit on a day."""
    with data.database.cursor() as cursor:
        return questions(cursor, _asking(data, as_of, organisation, Arrangements()))


def _asking(data: Data, as_of: date, organisation: str, arranged: Arrangements) -> Asking:
    by = arranged.answer_from(clock.today())
    return Asking(
        organisation,
        as_of,
        EVERYTHING_KNOWN,
        reads.points_on(data, as_of, organisation),
        reads.sources(data),
        by,
        arranged.return_to,
    )


def _arranged(view: View) -> Arrangements:
    return written.arranged(view.data, view.as_of, view.scope.organisation)


def questionnaires(view: View) -> None:
    """Draw the choice of a unit or of all, with their numbers of questions, and the download of the workbook."""
    widgets.require(Permission.LOAD_EXPORTS)
    say, by_unit = view.say, _questions(view.data, view.as_of, view.scope.organisation)
    purpose = N_("About what no system knows. You load the answers like any other file.")
    widgets.html(charts.section(say(N_("Questions to the units")), note=say(purpose)))
    arranged = _arranged(view)
    if not view.sample:
        _when_and_where(view, arranged)
    if not by_unit:
        text = N_("Nothing is unknown on {day}, so there is nothing to ask.")
        widgets.html(charts.caption(say(text, day=say.date(view.as_of))))
        return
    names = {choice: _label(view, choice, by_unit) for choice in (EVERY, *by_unit)}
    chosen = fields.choice(say(N_("Unit")), names, now=EVERY, key=f"questions to {say.code}", width=WIDTH)
    mime = "application/zip" if isinstance(chosen, tuple) else media.XLSX
    label, make = say(N_("Download")), partial(_file, view, chosen, by_unit, arranged)
    told: Any = {"action": Action.FORM, "what": "questions"}
    if chosen and not isinstance(chosen, tuple):
        told["details"] = {"unit": chosen}
    file = File(label, _file_name(view, chosen), mime, key="download questions", make=make, type="primary", **told)
    downloads.offer(view, file)


def _when_and_where(view: View, arranged: Arrangements) -> None:
    """Draw the day and the address that all workbooks say."""
    say = view.say
    with st.form("answers", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"answer by {arranged.answer_by}"
        day = fields.day(say(N_("Answer by")), arranged.answer_by, key=key, width=180)
        field: Any = {"max_chars": LONGEST_NAME, "form": True, "width": WIDTH, "autocomplete": "off"}
        to = fields.line(say(N_("Send answers to")), value=arranged.return_to, key="return to", **field)
        saved = st.form_submit_button(say(N_("Save")))
    if saved:
        widgets.require(Permission.LOAD_EXPORTS)
        with widgets.showing_errors():
            answer(view.database, view.scope.organisation, by=day, to=to, as_of=view.as_of, order=views.order())
            st.session_state[SAVED] = True
            st.rerun()
    if st.session_state.pop(SAVED, False):
        text = answer_line(arranged.answer_from(clock.today()), arranged.return_to, say)
        widgets.html(charts.answer(say(N_("Saved. The workbooks say: “{text}”"), text=text)))
    if arranged.answer_by and arranged.answer_by < clock.today():
        widgets.html(charts.note(say(N_("The day to answer by has passed. The workbooks leave it open."))))


def _file_name(view: View, chosen: Choice) -> FileName:
    if isinstance(chosen, tuple):
        return downloads.file_name(view.say, N_("Questions to the units"), "zip")
    return FileName(
        file_name(chosen, _asking(view.data, view.as_of, view.scope.organisation, Arrangements()), view.say)
    )


def _label(view: View, choice: Choice, by_unit: dict[Unit, Questions]) -> str:
    """A choice with its number of questions."""
    say = view.say
    if isinstance(choice, tuple):
        name, number = say(N_("All units")), sum(map(count, by_unit.values()))
    else:
        name, number = choice or say(N_("The whole organisation")), count(by_unit[choice])
    return say.plural("{name}: {n} question", "{name}: {n} questions", number, name=name)


def _file(view: View, chosen: Choice, by_unit: dict[Unit, Questions], arranged: Arrangements, job: Job) -> bytes:
    """The workbook of a unit, or all of them in a zip."""
    audit.require(view.reader.user, Permission.LOAD_EXPORTS)
    asking = _asking(view.data, view.as_of, view.scope.organisation, arranged)
    if isinstance(chosen, tuple):
        return make_file(job, all_of_them, by_unit, asking, view.say)
    return make_file(job, questionnaire, chosen, by_unit[chosen], asking, view.say)
