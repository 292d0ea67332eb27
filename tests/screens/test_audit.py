"""The page of the audit trail: in words, searched, checked, and its file told of in the trail itself."""

import ast
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from itertools import filterfalse

import pytest
from streamlit.testing.v1 import AppTest

from compliance.access import audit, people, roles
from compliance.access.audit import Action
from compliance.access.identity import WRONG
from compliance.access.permissions import ADMINISTRATOR, NO_ROLE, Permission, User
from compliance.access.roles import Held
from compliance.access.scopes import Scope
from compliance.core import clock, places
from compliance.core.language import Language
from compliance.screens.audit import page, texts, told_texts
from compliance.screens.audit.told_texts import ACTIONS, DETAILS, FLAGS, NUMBERED, PARTS, SUBJECTS
from compliance.wording import tables
from tests.apps import opened, text
from tests.house.test_house import MODULES

SV = Language("sv")


@pytest.fixture
def trail(own):
    """A login that was refused, a role that was given to somebody who has been removed, and their refusal."""
    ada = User("Ada Ek", ADMINISTRATOR, people.known("https://i", "ada", "Ada Ek"))
    bo = people.known("https://i", "bo", "Bo Berg")
    audit.record(audit.UNKNOWN, Action.REFUSAL, "login", why=WRONG, claim="aud")
    roles.give(ada, bo, Held("analyst", Scope("Norr")))
    audit.record(User("Bo Berg", NO_ROLE, bo), Action.REFUSAL, Permission.LOAD_EXPORTS.value)
    people.remove(bo)
    return ada


def shown(app: AppTest) -> list[list[str]]:
    """The cells of the table of entries, without the time."""
    [table] = [part.value for part in app.markdown if "<caption" in part.value and "Logg" in part.value]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", table)[1:]]


@pytest.mark.live
def test_entries_are_told_in_words_with_names_while_they_are_kept(trail, monkeypatch):
    app = opened("audit", monkeypatch, role=ADMINISTRATOR)
    assert "Loggen är hel: 3 poster." in text(app)
    refused, given, login = shown(app)
    assert refused == ["borttagen person", "Nekades", "Läsa in och rätta exporter", ""]
    assert given[:3] == ["Ada Ek", "Ändrade en roll", "Analytiker"]
    assert given[3] == "Avgränsning: Norr; gavs; person: borttagen person"
    assert login[:3] == ["någon okänd", "Nekades", "Logga in"]
    assert login[3].startswith("Skäl: Inloggningen kan inte användas: dess aud är inte")
    assert audit.last()[1] in text(app).replace("<wbr>", "")


@pytest.mark.live
def test_the_search_narrows_what_is_shown_and_in_the_file_which_is_an_entry_itself(trail, monkeypatch):
    app = opened("audit", monkeypatch, role=ADMINISTRATOR)
    app.text_input(key="audit text").set_value("ANALYT").run()
    assert [row[0] for row in shown(app)] == ["Ada Ek"]
    app.text_input(key="audit text").set_value("").run()
    app.selectbox(key="audit what sv").set_value(Action.REFUSAL).run()
    assert [row[0] for row in shown(app)] == ["borttagen person", "någon okänd"]
    app.selectbox(key="audit who sv").set_value(trail.person).run()
    assert "0 poster" in text(app)
    app.date_input(key="audit from sv").set_value(clock.today() + timedelta(days=1)).run()
    assert "0 poster" in text(app)


@pytest.mark.live
def test_the_page_says_where_the_trail_is_broken(trail, monkeypatch):
    with closing(sqlite3.connect(places.own().register)) as raw:
        raw.executescript("drop trigger audit_is_kept; update audit set what = 'head' where number = 2")
    app = opened("audit", monkeypatch, role=ADMINISTRATOR)
    assert "Loggen är <strong>inte hel</strong>." in text(app)
    assert SV(audit.ALTERED, number=2) in text(app)


def test_what_is_downloaded_is_the_search_and_is_told(trail):
    rows = audit.found(begin=datetime(2000, 1, 1), end=datetime(2100, 1, 1), person=None, action=None, text="", most=9)
    entries = texts.entries_in_words(rows, called={}, named={}, say=SV)
    asked = page.Asked(clock.today(), clock.today(), "p1", Action.ROLE, "Bo Berg")
    assert [row["Nr"] for row in tables.records(texts.IN_FILE, entries, SV)] == [3, 2, 1]
    day = clock.today()
    assert page.search_details(asked) == {"begin": day, "end": day, "filtered": True, "kind": "role", "of": "p1"}


# The functions that tell the trail something, and those of their arguments that it is not told.
TELLING = {"audit.record", "audit.refused", "add_event", "hand_out", "show", "downloads.offer_rows"}
# What these functions are given besides; the key of a button is none of the entry.
NOT_TOLD = {"action", "key", "told", "what"}


@cache
def nodes(path):
    """The calls and dictionaries in a file, with the name of each called function."""
    every = ast.walk(ast.parse(path.read_text("utf-8")))
    return [
        (node, ast.unparse(node.func) if isinstance(node, ast.Call) else "")
        for node in every
        if isinstance(node, ast.Call | ast.Dict)
    ]


def records(path):
    """The calls in a file that add an entry."""
    return [node for node, name in nodes(path) if name in TELLING]


def subjects(path):
    """What a file tells that an entry is about, where it says so itself; a number or a name in it is 1."""
    for node, name in nodes(path):
        told = name in TELLING | {"File"}
        values = [word.value for word in node.keywords if word.arg in {"told", "what"}] if told else []
        if isinstance(node, ast.Dict) and "action" in (keys := [getattr(key, "value", "") for key in node.keys]):
            values += [value for key, value in zip(keys, node.values, strict=True) if key == "what"]
        for value in values:
            for each in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
                yield from text_of(each)


def text_of(node):
    """The text of a literal."""
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield "".join(part.value if isinstance(part, ast.Constant) else "1" for part in node.values)


@pytest.mark.live
def test_no_code_of_the_trail_is_without_its_words():
    assert {*ACTIONS} == {action.value for action in Action} | {"other"}
    told = {keyword.arg for path in MODULES for call in records(path) for keyword in call.keywords if keyword.arg}
    assert sorted(told - DETAILS.keys() - FLAGS.keys() - {*PARTS} - NOT_TOLD) == []


@pytest.mark.live
def test_what_an_entry_is_about_has_its_words():
    found = {text for path in MODULES for text in subjects(path)}
    assert len(found) > 20
    assert sorted(filterfalse(has_words, found)) == []


def has_words(text):
    beginning = text.removesuffix(" 1")
    return text in SUBJECTS or beginning in NUMBERED or any(f"{beginning} " in key for key in SUBJECTS)


def test_an_entry_of_the_review_is_told_with_the_names_of_its_point_and_parts():
    named = {"classification": "Informationsklassning", "ongoing": "Pågår"}
    subject = told_texts.subject("review 3: public_comment classification", named, SV)
    assert subject == "Genomgång 3: kommentar i versionen att lämna ut (Informationsklassning)"
    assert told_texts.subject("review 3, version 2", named, SV) == "Genomgång 3, version 2"
    # what has no words stands as it is written
    for as_written in ("https://login.example.se", "personal 2026-10-31.xlsx", "dnr 12: svar.csv"):
        assert told_texts.subject(as_written, named, SV) == as_written
    found = {
        "organisation": "Norr",
        "unit": "Vik",
        "day": "2026-10-31",
        "rows": 1200,
        "year": 2026,
        "status": "ongoing",
    }
    details = told_texts.details(found | {"removed": False}, called={}, named=named, say=Language("en"))
    assert details == "Scope: Norr · Vik; day: 31\u00a0October\u00a02026; rows: 1,200; year: 2026; status: Pågår"
