"""The checklist of exports: what counts today, what is missing or late, who delivers it, its reminder and template."""

from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.core import clock, media
from compliance.core.jobs import Job
from compliance.core.language import N_
from compliance.core.lengths import LONGEST_NAME
from compliance.correcting import arrangements, reminders
from compliance.correcting.arrangements import LONGEST_HOW, Delivering
from compliance.correcting.deliveries import Delivery
from compliance.declarations.declared import as_declared
from compliance.declarations.intake import load_intake
from compliance.declarations.sources import Source
from compliance.drawing import charts, checklist, elements
from compliance.screens import checklist_texts, downloads, fields, no_data, reads, views, widgets, written
from compliance.screens.checklist_texts import Export
from compliance.screens.downloads import File
from compliance.screens.views import View
from compliance.wording import phrases

# Of which source it is being written how it is delivered.
WRITING: Final = "delivered by"
HOW_HEIGHT: Final = 90


def draw(view: View) -> None:
    """Draw how many exports are loaded, where to begin, and each in a row."""
    widgets.require(Permission.LOAD_EXPORTS)
    found = exports(view)
    first = checklist_texts.first_step(found, view.say)
    with st.container(key="exports-head"):
        widgets.html(charts.section(checklist_texts.headline(found, view.say), note=first))
    _remind_all(view, [export.delivery for export in found if export.state == "late"])
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
    with st.container(key="exports", gap=None):
        with st.container(key="export-heads", horizontal=True, gap=None):
            widgets.html(checklist.export_heads(*checklist_texts.heads(say)))
            widgets.html(elements.tag("span", say(N_("Delivered by")), css="v-small"))
        for export in found:
            _row(view, export)


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
        arranged=written.arranged(view.data, view.as_of, view.scope.organisation),
        late_after=as_declared(load_intake).late_after_days,
    )


def _row(view: View, export: Export) -> None:
    source, heads = export.source, checklist_texts.heads(view.say)
    with st.container(key=f"export-{source.id}", horizontal=True, vertical_alignment="center", gap=None):
        drawn = checklist_texts.row(export, partial(widgets.address, view), view.say)
        widgets.html(checklist.export_row(drawn, heads))
        with st.container(key=f"deliverer-{source.id}", gap=None):
            _deliverer(view, export.delivery)
            if export.state in {"late", "expected"} or (export.state == "never" and export.delivery.by.is_arranged):
                _remind(view, export.delivery)
        no_data.template_button(view, source, label=view.say(N_("Get template")))
    if st.session_state.get(WRITING) == source.id and not view.sample:
        _form(view, export.delivery)


# --- Who delivers it --------------------------------------------------------------------------------------------------


def _deliverer(view: View, delivery: Delivery) -> None:
    """Draw who delivers a source, as the button that opens the form; the samples' cannot be changed."""
    say, source, by = view.say, delivery.source, delivery.by
    told = by.name or by.address
    if view.sample:
        widgets.html(elements.tag("span", told or phrases.DASH, css="v-mute"))
        return
    help_ = f"{_question(view, source)} {widgets.plain(' · '.join(filter(None, (by.name, by.address, by.how))))}"
    write: Any = {"on_click": _write, "args": (source.id,), "help": help_}
    st.button(widgets.plain(told or say(N_("Add"))), key=f"delivers {source.id}", type="tertiary", **write)


def _question(view: View, source: Source) -> str:
    return view.say(N_("Who delivers {source}?"), source=widgets.plain(view.say.pick(source.title)))


def _write(source: str) -> None:
    st.session_state[WRITING] = source


def _form(view: View, delivery: Delivery) -> None:
    """Draw the form of how a source is delivered."""
    say, id_, by = view.say, delivery.source.id, delivery.by
    with st.form(f"delivery-{id_}", border=True):
        with st.container(key="delivering", horizontal=True, vertical_alignment="bottom"):
            line: Any = {"form": True, "max_chars": LONGEST_NAME}
            label = _question(view, delivery.source)
            name = fields.line(label, value=by.name, key=f"delivered by {id_}", width=300, **line)
            label = say(N_("Mail address"))
            address = fields.line(label, value=by.address, key=f"delivery address {id_}", width=300, **line)
            label = say(checklist_texts.EVERY_DAYS, n=delivery.source.rhythm_days)
            days = fields.line(label, value=str(by.days or ""), key=f"delivery days {id_}", width=300, form=True)
        text: Any = {"form": True, "max_chars": LONGEST_HOW, "height": HOW_HEIGHT}
        how = fields.text(say(N_("How it is taken out")), value=by.how, key=f"delivery how {id_}", **text)
        with st.container(horizontal=True):
            saved = st.form_submit_button(say(N_("Save")), type="primary")
            left = st.form_submit_button(say(N_("Cancel")))
    if saved:
        widgets.require(Permission.LOAD_EXPORTS)
        with widgets.showing_errors():
            where: Any = {"as_of": view.as_of, "order": views.order()}
            new = Delivering(name, address, how, arrangements.days_of(days))
            arrangements.deliver(view.database, view.scope.organisation, id_, new, **where)
            left = True
    if left:
        st.session_state.pop(WRITING, None)
        st.rerun()


# --- Reminders --------------------------------------------------------------------------------------------------------


def _remind(view: View, delivery: Delivery) -> None:
    """Draw the button that hands out the draft of a reminder; it is made on the click."""
    say, source = view.say, delivery.source
    name = downloads.file_name(say, N_("Reminder {name}"), "eml", name=say.pick(source.title))
    told: Any = {"action": Action.FORM, "what": "reminder", "details": {"source": source.id}}
    file = File(say(N_("Remind")), name, media.EML, f"remind {source.id}", partial(_reminder, view, delivery), **told)
    help_ = say(N_("A draft of a mail about {source}, with its template"), source=widgets.plain(say.pick(source.title)))
    downloads.offer_small(view, file, help=help_, type="tertiary")


def _remind_all(view: View, late: list[Delivery]) -> None:
    """Draw the button that hands out the drafts of the reminders of what is late, if there are several."""
    if len(late) > 1:
        say = view.say
        label = say(N_("Remind of the {count} that are late"), count=say.in_words(len(late)))
        name = downloads.file_name(say, N_("Reminders {day}"), "zip", day=view.as_of)
        told: Any = {"action": Action.FORM, "what": "reminder", "details": {"items": len(late)}}
        file = File(label, name, "application/zip", "remind all", partial(_all_reminders, view, late), **told)
        downloads.offer_small(view, file)


def _reminder(view: View, delivery: Delivery, _job: Job) -> bytes:
    audit.require(view.reader.user, Permission.LOAD_EXPORTS)
    return reminders.reminder(delivery, view.say, asker=view.asker)


def _all_reminders(view: View, late: list[Delivery], _job: Job) -> bytes:
    audit.require(view.reader.user, Permission.LOAD_EXPORTS)
    return reminders.reminders(late, view.say, asker=view.asker, moment=clock.local(clock.now()))
