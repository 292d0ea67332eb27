"""Typed text on any page: identity numbers are masked before anything is derived from it."""

import ast

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from compliance.core import clock
from compliance.core.masking import MASK
from compliance.core.places import ROOT
from compliance.screens import fields as screens_fields
from tests.apps import opened, text
from tests.layers import first_of
from tests.reviewed import AS_OF

NUMBER = "850709 - 1232"
TYPED = {"text_input", "text_area", "chat_input", "data_editor"}
SCREENS = sorted((ROOT / "compliance" / "screens").rglob("*.py"))
PAGES = [*SCREENS, *sorted((ROOT / "pages").glob("*.py")), ROOT / "app.py"]


def typed_into(path):
    """The calls in a file by which Streamlit takes typed text, or lets a choice be typed."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in TYPED:
            yield node.attr
        if isinstance(node, ast.keyword) and node.arg == "accept_new_options":
            yield node.arg


@pytest.mark.live
def test_only_one_module_takes_typed_text():
    calls = {path.relative_to(ROOT).as_posix(): set(typed_into(path)) for path in PAGES}
    assert {path: names for path, names in calls.items() if names} == {
        "compliance/screens/fields.py": {"text_input", "text_area", "accept_new_options"}
    }


def fields():
    """A page with every kind of field."""
    from datetime import date

    import streamlit as st

    from compliance.screens import fields as screens_fields

    def left(what):
        st.session_state.setdefault("left", []).append((what, st.session_state[what]))

    values = [
        screens_fields.line("line", key="line", on_change=left, args=("line",)),
        screens_fields.text("text", key="text", on_change=left, args=("text",)),
        screens_fields.line("case", key="case", about=date(2026, 11, 1)),
        screens_fields.name("name", ["Norr"], key="name"),
    ]
    with st.form("form"):
        values += [screens_fields.line("in", key="in", form=True), screens_fields.text("in", key="in text", form=True)]
        st.form_submit_button("send")
    st.session_state["values"] = values


@pytest.mark.live
def test_typed_text_is_masked_in_the_field_and_in_its_value():
    app = AppTest.from_function(fields).run()
    assert app.session_state["values"] == ["", "", "", None, "", ""]
    for number, field in enumerate([*app.text_input, *app.text_area]):
        field.set_value(f"{number} \0{NUMBER}")  # as a text that is pasted may begin
    app.button[0].click().run()
    assert not app.exception
    assert app.session_state["values"] == [f"0 {MASK}", f"3 {MASK}", f"1 {MASK}", None, f"2 {MASK}", f"4 {MASK}"]
    assert app.session_state["left"] == [("line", f"0 {MASK}"), ("text", f"3 {MASK}")]
    assert [app.session_state[key] for key in ("line", "text")] == [f"0 {MASK}", f"3 {MASK}"]


def test_a_typed_name_is_masked(monkeypatch):
    monkeypatch.setattr(st, "selectbox", lambda *_, **kwargs: f"Syd {NUMBER}" if kwargs["accept_new_options"] else None)
    assert screens_fields.name("name", ["Norr"], key="name") == f"Syd {MASK}"


@pytest.mark.live
def test_a_search_for_a_case_number_finds_it():
    """case_id: a number that may be in the store can be searched for"""
    app = AppTest.from_function(fields).run()
    app.text_input(key="case").set_value("20261001-0015").run()
    app.text_input(key="line").set_value("20261001-0015").run()
    app.selectbox[0].set_value("Norr").run()
    assert app.session_state["values"][:4] == [MASK, "", "20261001-0015", "Norr"]


ADDRESSES = {
    "systems": {"q": NUMBER},
    "imports": {"part": NUMBER, "unit": NUMBER},
    "point": {"point": "incident_handling", "item": NUMBER},
    "about": {"organisation": f"x {NUMBER}", "as_of": NUMBER, "lang": NUMBER, "anything": NUMBER},
}


@pytest.mark.live
def test_what_is_written_into_the_address_is_masked_before_it_is_used(stage, monkeypatch):
    stage("draft")
    monkeypatch.setattr(clock, "today", lambda: AS_OF)  # what is shown for a day that is none has been counted
    for page, params in ADDRESSES.items():
        app = opened(page, monkeypatch, **{"as_of": AS_OF.isoformat(), **params})
        assert "1232" not in str(app.query_params), page
        assert "1232" not in text(app) + str([field.value for field in app.text_input]), page


@pytest.mark.live
def test_a_case_that_is_named_in_the_address_is_found(stage, monkeypatch):
    stage("draft")
    app = opened("point", monkeypatch, as_of=AS_OF.isoformat(), point="incident_handling", item="20261001-0015")
    assert app.query_params["item"] == "20261001-0015"


# How many fields each page has, as far as the administration has come.
FIELDS = [
    ("draft", "systems", {"by": "all"}, 1),
    ("draft", "point", {"point": "classification"}, 1),
    ("draft", "imports", {"part": "names"}, 1),
    ("draft", "imports", {"part": "questions"}, 1),
    ("draft", "review", {"part": "points", "point": "dpia"}, 2),
    ("draft", "review", {"part": "decisions"}, 4),
    ("draft", "review", {"part": "sign"}, 1),
    ("draft", "meeting", {"screen": "2"}, 3),
    ("submitted", "review", {"part": "sign"}, 3),
    ("approved", "review", {"part": "sign"}, 2),
]


@pytest.mark.live
@pytest.mark.parametrize(("at", "page", "params", "number"), first_of(FIELDS, 4))
def test_every_field_of_a_page(at, page, params, number, stage, monkeypatch):
    stage(at)
    assert _typed_everywhere(opened(page, monkeypatch, as_of=AS_OF.isoformat(), **params)) == number


def _typed_everywhere(app):
    """Type a number into each field in turn. Return the number of fields."""
    keys = [(kind, field.key) for kind in ("text_input", "text_area") for field in app.get(kind)]
    for kind, key in keys:
        next(field for field in app.get(kind) if field.key == key).set_value(f"{NUMBER} x").run()
        assert not app.exception, key
        assert "1232" not in text(app), key
    kept = app.session_state._state.filtered_state
    # in a form a field is masked only when the form is sent
    assert [
        key for key, value in kept.items() if "1232" in str(value) and not key.startswith(("decision", "new"))
    ] == []
    return len(keys)
