"""The page of the audit trail: whether it is whole, a search, and what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, TypeVar

import streamlit as st

from compliance.access import audit, dating, people
from compliance.access.audit import Action, Fault
from compliance.access.permissions import Permission
from compliance.core import clock
from compliance.core.language import N_, swedish_order
from compliance.declarations.declared import as_declared
from compliance.drawing import charts
from compliance.extracts.declared import load_extracts
from compliance.review.reviewing import load_chapters
from compliance.screens import downloads, fields, reads, views, widgets
from compliance.screens.audit import texts, told_texts
from compliance.screens.audit.texts import Said
from compliance.screens.bodies import body
from compliance.screens.people_texts import names
from compliance.screens.views import View
from compliance.store import register, stores
from compliance.store.database import Rows
from compliance.wording.tables import records

T = TypeVar("T")
# How far back the search goes at first, how many entries it reads, and how many the page shows.
DAYS: Final = 30
MOST: Final = 20_000
SHOWN: Final = 100
SHOWN_FAULTS: Final = 10
# The trail is checked again after this time, also where its last entry is the same.
CHECKED_SECONDS: Final = 60


@dataclass(frozen=True)
class Asked:
    """What is searched for: days in Sweden, both included; a pseudonym, an action and a text if they are chosen."""

    begin: date
    end: date
    person: str | None
    action: Action | None
    text: str


@body
def draw(view: View) -> None:
    """Draw whether the trail is whole, the search, the entries found, and their download."""
    say = view.say
    number, seal = audit.last()
    faults = _faults(register.own().name, seal)
    widgets.html(charts.headline(texts.chain(number, faults, say), kicker=say(N_("Audit trail"))))
    for each in faults[:SHOWN_FAULTS]:
        widgets.html(charts.note(texts.fault(each, say)))
    for ahead in dating.ahead(stores.own(), now=clock.now()):
        widgets.html(charts.note(ahead.told(say)))
    called = names(people.everybody(), say)
    asked = _asked(view, called)
    in_words = partial(texts.entries_in_words, called=called, named=_names_of_codes(view), say=say)
    entries = _found(view, asked, in_words)
    widgets.html(charts.section(say.plural("{n} entry found", "{n} entries found", len(entries))))
    if entries:
        widgets.table(view, texts.ENTRIES, in_words(entries[:SHOWN]), caption=say(N_("Audit trail")))
        _download(view, asked, partial(in_words, entries))
    if len(entries) > SHOWN:
        shown = {"n": say.number(SHOWN), "of": say.number(len(entries))}
        widgets.html(charts.caption(say(N_("{n} of {of} are shown."), **shown)))
    if number:
        _seal(view, number, seal)


@st.cache_data(show_spinner=False, max_entries=10, ttl=CHECKED_SECONDS)
def _faults(place: str, seal: str) -> list[Fault]:  # noqa: ARG001 - parts of the cache key
    """The faults of the chain."""
    return [*audit.verify()]


def _asked(view: View, called: dict[str, str]) -> Asked:
    """Draw the search."""
    say, today = view.say, clock.today()
    persons = {id_: texts.searched(id_, called, say) for id_ in audit.persons()}
    actions = {action: told_texts.done(action.value, say) for action in Action}
    first, second, third, fourth, fifth = st.columns([2, 2, 3, 3, 3])
    usual = today - timedelta(days=DAYS), min(audit.last_day(today), views.LAST_DAY)
    begin = fields.day(say(N_("From")), usual[0], at=first, key=f"audit from {say.code}")
    end = fields.day(say(N_("To and including")), usual[1], at=second, key=f"audit to {say.code}")
    person = _choice(say(N_("Who")), persons, say(N_("Everyone")), draw=third.selectbox, key=f"audit who {say.code}")
    action = _choice(
        say(N_("What")), actions, say(N_("Everything")), draw=fourth.selectbox, key=f"audit what {say.code}"
    )
    text = fields.line(say(N_("Search")), at=fifth, key="audit text")
    return Asked(begin or usual[0], end or usual[1], person, action, text.strip())


def _choice(label: str, options: dict[T, str], every: str, *, draw: Any, key: str) -> T | None:
    """Draw a list to choose from; None is all."""
    names = dict(sorted(options.items(), key=lambda option: swedish_order(option[1])))
    return fields.choice(label, names, draw=draw, placeholder=every, key=key)


def _found(view: View, asked: Asked, in_words: Callable[[Rows], list[Said]]) -> Rows:
    """The entries that are searched for. Draw that there are more, if there are."""
    say = view.say
    rows = audit.found(
        begin=clock.midnight(asked.begin),
        end=clock.midnight(asked.end + timedelta(days=1)),
        person=asked.person,
        action=asked.action,
        text="",
        most=MOST + 1,
    )
    if len(rows) > MOST:
        text = N_("Only the newest {n} entries of this time are searched. Choose a shorter time for the others.")
        widgets.html(charts.note(say(text, n=say.number(MOST))))
    rows = rows[:MOST]
    if not asked.text:
        return rows
    return [row for row, entry in zip(rows, in_words(rows), strict=True) if entry.has(asked.text)]


def _names_of_codes(view: View) -> dict[str, str]:
    """What codes stand for."""
    say = view.say
    named = {source.id: say.plain(source.title) for source in reads.sources(view.data).values()}
    every = reads.declared(view.data).points
    named |= {point.id: say.plain(point.title) for point in every}
    named |= {point.pack: say.plain(point.title) for point in every if point.pack}
    named |= {each.id: say.plain(each.title) for each in load_extracts()}
    named |= {each.id: say.plain(each.title) for each in as_declared(load_chapters)}
    return texts.with_own_codes(named, say)


def _download(view: View, asked: Asked, entries: Callable[[], list[Said]]) -> None:
    """Draw the download of the entries that were found, which is an entry itself."""
    say = view.say

    def rows() -> Rows:
        audit.require(view.reader.user, Permission.SEE_AUDIT)
        return records(texts.IN_FILE, entries(), say)

    values = {"title": say(N_("Audit trail")), "day": f"{asked.begin} {asked.end}"}
    name = downloads.file_name(say, N_("{title} {day}"), "csv", **values)
    downloads.offer_rows(view, name, rows, key="audit csv", what="audit", **search_details(asked))


def search_details(asked: Asked) -> dict[str, Any]:
    """What the trail says of a search that is downloaded."""
    chosen: dict[str, Any] = {
        "begin": asked.begin,
        "end": asked.end,
        "of": asked.person,
        "kind": asked.action.value if asked.action else None,
        "filtered": bool(asked.text),
    }
    return {name: value for name, value in chosen.items() if value}


def _seal(view: View, number: int, seal: str) -> None:
    """Draw the latest seal, and what it is good for."""
    say = view.say
    note = say(
        N_(
            "Note the seal of the latest entry and keep it elsewhere. The command {command} with it then tells "
            "whether entries have been removed from the end, or all of them replaced."
        ),
        command="python -m compliance audit verify --seal",
    )
    widgets.html(charts.section(say(N_("Seal")), note=note))
    widgets.html(charts.pairs([charts.Pair(say(N_("Entry {number}"), number=say.number(number)), seal)]))
