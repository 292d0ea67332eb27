"""The page of work lists: the units, one unit's items with status and note, and its list as a workbook and a mail."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.core import clock, media
from compliance.core.errors import Refusal
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_
from compliance.core.masking import mask_text
from compliance.declarations.answers import load_answers
from compliance.declarations.declared import as_declared
from compliance.drawing import charts
from compliance.screens import downloads, fields, no_data, reads, reviews, views, widgets, written
from compliance.screens.bodies import body
from compliance.screens.caching import read
from compliance.screens.downloads import File, FileName
from compliance.screens.views import View
from compliance.screens.worklists import texts
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor
from compliance.wording import phrases
from compliance.worklists import mails, notes, sending, workbooks
from compliance.worklists.lists import Asking, Left, WorkList, work_lists
from compliance.worklists.notes import CHANGED_MEANWHILE, LONGEST_NOTE, STATUSES, TEXTS, Note
from compliance.worklists.sending import Sending

NOTE_HEIGHT: Final = 90
MAIL_HEIGHT: Final = 340
ATTACH: Final = N_("A link attaches no workbook: attach it yourself, or open the draft, which has it.")
TOO_LONG: Final = N_("The text is too long for a link: copy it into the mail, or open the draft.")
# The texts of an item that are written here, and who reads each.
HELP: Final = {
    "message": N_("It is in the workbook and in the mail to the unit."),
    "note": N_("It is for you alone: it is in no file and in no mail."),
}


@read(10)
def _lists(cursor: Cursor, reader: Reader, as_of: date, organisation: str) -> tuple[WorkList, ...]:
    """The list of each unit. What is written of the items is not cached with them."""
    return work_lists(cursor, _asking(cursor, as_of, organisation), reader)


def _asking(cursor: Cursor, as_of: date, organisation: str) -> Asking:
    managers, declared = tuple(reads.words()["managers"]), packs.current(cursor)
    points = packs.points_on(cursor, declared, as_of=as_of, organisation=organisation)
    return Asking(organisation, as_of, EVERYTHING_KNOWN, points, declared.todo, managers)


def _sending(view: View) -> Sending:
    shared = _begun(view.data, view.as_of, view.scope.organisation, clock.today())
    return replace(shared, asker=view.asker, answers=as_declared(load_answers))


@read(10, by=written.mark("item_notes", "arrangements", "unit_answers"))
def _begun(cursor: Cursor, as_of: date, organisation: str, today: date) -> Sending:
    return sending.begun(cursor, _asking(cursor, as_of, organisation), today=today)


def ahead(view: View) -> Iterator[None]:
    """Count the lists of all units."""
    if view.reader.whole and view.scope.level == "organisation":
        _lists(view.data, view.reader, view.as_of, view.scope.organisation)
        yield


@body
def draw(view: View) -> None:
    """Draw the lists within the scope; of a unit, its items."""
    widgets.whole_only(view)
    say = view.say
    widgets.html(charts.page_title(say(N_("Work lists"))))
    reviews.show_unsaved()
    if no_data.nothing_loaded(view):
        return
    with st.spinner(say(N_("This takes a moment"))):
        every = _lists(view.data, view.reader, view.as_of, view.scope.organisation)
    lists = [each for each in every if view.scope.holds(each.left[0].item)]
    if not lists:
        widgets.html(charts.caption(say(N_("Nothing is left to do on {day}."), day=say.date(view.as_of))))
        return
    all_ = _sending(view)
    chosen = lists[0] if view.scope.unit else _units(view, lists, all_)
    if chosen:
        _unit(view, chosen, all_)


def _units(view: View, lists: list[WorkList], all_: Sending) -> WorkList | None:
    """Draw the units, and the downloads of all lists. Return the chosen unit's."""
    say = view.say
    widgets.html(charts.section(texts.summary(lists, say), note=say(N_("Choose a unit to see and send its list."))))
    _every(view, lists)
    _persons(view, lists)
    lists = _marked_or_unanswered(view, lists, all_)
    table = texts.units(lists, all_, say)
    key = f"units left {say.code} {texts.mark([each.unit for each in lists])}"
    place = widgets.selectable(table, key=key, alt=texts.summary(lists, say))
    return None if place is None else lists[place]


def _marked_or_unanswered(view: View, lists: list[WorkList], all_: Sending) -> list[WorkList]:
    """Draw the button that marks all lists as sent, and the choice of those without an answer. Return those to show."""
    say, late = view.say, texts.unanswered(lists, all_)
    with st.container(horizontal=True, vertical_alignment="center", key="sent-or-answered"):
        label = say(N_("Mark all units as sent"))
        st.button(label, key="mark all sent", on_click=_mark_sent, args=(view, lists))
        text = say(N_("Have not answered ({n})"), n=say.number(len(late)))
        return late if late and st.checkbox(text, key=f"unanswered {say.code}") else lists


def _every(view: View, lists: list[WorkList]) -> None:
    """Draw the downloads of the workbooks of all lists, and of the drafts of their mails."""
    say, units = view.say, view.say(N_("All units")).lower()
    told: Any = {"action": Action.EXTRACT, "what": "work list", "details": {"items": sum(len(x.left) for x in lists)}}
    books: Any = {"key": "all lists", "make": partial(_all, view, lists, workbooks.all_of_them), "type": "primary"}
    mails_: Any = {"key": "all drafts", "make": partial(_all, view, lists, workbooks.drafts)}
    names = [downloads.file_name(say, name, "zip", unit=units) for name in (N_("To do {unit}"), N_("Mails {unit}"))]
    files = [
        File(say(N_("Download all lists")), names[0], "application/zip", **books, **told),
        File(say(N_("Download all mails as drafts")), names[1], "application/zip", **mails_, **told),
    ]
    downloads.offer(view, *files, key="all-files")


def _persons(view: View, lists: list[WorkList]) -> None:
    if texts.is_about_persons(lists):
        text = N_("The lists name persons who lack a course.")
        widgets.html(charts.caption(view.say(text)))


def _unit(view: View, each: WorkList, all_: Sending) -> None:
    """Draw a unit's list: whom it goes to, its files, its items, and what is written of those chosen."""
    say = view.say
    widgets.html(charts.section(texts.heading(each, all_, say), note=texts.contact(each, say)))
    if view.scope.unit:
        _persons(view, [each])
    _files(view, each, all_)
    with st.expander(say(N_("The text of a mail"))):
        _mail(view, each, all_)
    st.button(say(N_("Mark all as sent")), key="mark sent", on_click=_mark_sent, args=(view, [each]))
    if day := sending.last_sent(each, all_):
        widgets.html(charts.caption(f"{say(N_('Last sent'))}: {say.date(day)}"))
    chosen = _items(view, each, all_)
    if chosen:
        _writing(view, chosen, all_)
    else:
        widgets.html(charts.caption(say(N_("Tick items to write their status and a note."))))


def _files(view: View, each: WorkList, all_: Sending) -> None:
    say, name = view.say, sending.file_name(each, all_, view.say)
    told: Any = {"action": Action.EXTRACT, "what": "work list", "details": {"items": len(each.left)}}
    if each.unit:
        told["details"]["unit"] = each.unit
    book, text = say(N_("Download the workbook")), say(N_("Download the mail as a draft"))
    make: Any = {"make": partial(_workbook, view, each), "type": "primary"}
    files = [File(book, FileName(f"{name}.xlsx"), media.XLSX, key="list", **make, **told)]
    files.append(File(text, FileName(f"{name}.eml"), media.EML, key="draft", make=partial(_draft, view, each), **told))
    downloads.offer(view, *files, key="list-files")


def _mail(view: View, each: WorkList, all_: Sending) -> None:
    say, mail = view.say, mails.mail(each, all_, view.say)
    pairs = [
        charts.Pair(say(N_("To")), mail.to or phrases.DASH),
        charts.Pair(say(N_("Subject")), mail.subject),
    ]
    widgets.html(charts.pairs(pairs))
    with st.container(key="mail-text"):
        st.code(mail.text, language=None, wrap_lines=True, height=MAIL_HEIGHT)
    st.link_button(say(N_("Open in the mail program")), mail.link)
    widgets.html(charts.caption(say(ATTACH if mail.whole else TOO_LONG)))


def _items(view: View, each: WorkList, all_: Sending) -> list[Left]:
    """Draw the items of a list. Return those that are ticked."""
    say = view.say
    key = f"left {say.code} {texts.mark([(left.point.id, left.item['item']) for left in each.left])}"
    places = widgets.ticked(
        texts.items(each, all_, say),
        key=key,
        alt=texts.heading(each, all_, say),
        wide=(say(N_("Status")), say(N_("What is missing"))),
    )
    return [each.left[place] for place in places]


def _writing(view: View, chosen: list[Left], all_: Sending) -> None:
    """Draw the form of the chosen items: status, message and own note; of several, what is left empty is kept."""
    say = view.say
    first = all_.note(chosen[0]) if len(chosen) == 1 else None
    mark = _form_mark(chosen, all_)
    with st.form(f"write {mark}", border=True):
        codes = list(STATUSES)
        st.pills(
            say(N_("Status")),
            codes,
            default=first.status if first else None,
            format_func=lambda code: say(STATUSES[code]),
            key=f"status {mark}",
        )
        args: Any = {"max_chars": LONGEST_NOTE, "height": NOTE_HEIGHT, "form": True}
        for name, explained in HELP.items():
            value = getattr(first, name) if first else ""
            fields.text(say(TEXTS[name]), value=value, key=f"{name} {mark}", help=say(explained), **args)
        if len(chosen) > 1:
            widgets.html(charts.caption(say(N_("What is left empty here stays as each item has it."))))
        st.form_submit_button(say(N_("Save")), type="primary", on_click=_save, args=(view, chosen, mark))


def _form_mark(chosen: list[Left], all_: Sending) -> str:
    """A mark of the chosen items and what is written of them: there is another form once anything is."""
    return texts.mark([(left.point.id, left.item["item"], all_.note(left)) for left in chosen])


def _save(view: View, chosen: list[Left], mark: str) -> None:
    """Write what the form says. If others have written of the items since it was drawn, its text is shown to copy."""
    status = st.session_state.get(f"status {mark}")
    written = {name: mask_text(st.session_state.get(f"{name} {mark}") or "")[0] for name in HELP}
    with reviews.keeping_unsaved("\n\n".join(filter(None, written.values()))):
        audit.require(views.user(), Permission.LOAD_EXPORTS)
        all_ = _sending(view)
        if _form_mark(chosen, all_) != mark:
            raise Refusal(CHANGED_MEANWHILE)
        _write(view, texts.written(chosen, all_, status=status, **written))


def _write(view: View, written: list[Note]) -> None:
    kwargs: Any = {"organisation": view.scope.organisation, "as_of": view.as_of, "order": views.order()}
    notes.write(view.database, written, **kwargs)


def _mark_sent(view: View, lists: list[WorkList]) -> None:
    """Write that every item of some lists was sent, all at once."""
    with reviews.keeping_unsaved():
        audit.require(views.user(), Permission.LOAD_EXPORTS)
        _write(view, texts.sent(lists, _sending(view)))


# --- Files --------------------------------------------------------------------------------------------------------


def _workbook(view: View, each: WorkList, job: Job) -> bytes:
    audit.require(view.reader.user, Permission.LOAD_EXPORTS)
    return make_file(job, workbooks.workbook, each, _sending(view), view.say)


def _draft(view: View, each: WorkList, job: Job) -> bytes:
    audit.require(view.reader.user, Permission.LOAD_EXPORTS)
    return make_file(job, workbooks.draft, each, _sending(view), view.say)


def _all(view: View, lists: list[WorkList], make: Callable[..., bytes], job: Job) -> bytes:
    audit.require(view.reader.user, Permission.LOAD_EXPORTS)
    return make_file(job, make, lists, _sending(view), view.say, moment=clock.local(clock.now()))
