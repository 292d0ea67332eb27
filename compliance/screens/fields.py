"""The fields of a page in which a person writes: the one door for what is typed, where identity numbers are masked.

What is typed stands in the session, in the field itself and in whatever is made of it; it is masked before all of them.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import streamlit as st

from compliance.core.lengths import LONGEST_TEXT
from compliance.core.masking import Kind, mask_text

Then = Callable[..., object]


def line(label: str, *, key: str, at: Any = st, about: date | None = None, **given: Any) -> str:
    """A field of one line, at a place of the page; gives what it says.

    `about` is the as-of date where a case is looked for, whose number may begin with a date.
    """
    return _field(at.text_input, label, key, about, {"max_chars": LONGEST_TEXT} | given)


def text(label: str, *, key: str, at: Any = st, **given: Any) -> str:
    """A field of several lines, at a place of the page; gives what it says."""
    return _field(at.text_area, label, key, None, {"max_chars": LONGEST_TEXT} | given)


def name(label: str, known: Sequence[str], *, key: str, **given: Any) -> str | None:
    """A field to choose one of some names or to write another; gives the name."""
    said: str | None = st.selectbox(
        label, known, index=None, key=key, accept_new_options=True, **_masking(key, None, given), **given
    )
    return _let_in(said, None) if said and said not in known else said


def _field(field: Callable[..., str | None], label: str, key: str, about: date | None, given: dict[str, Any]) -> str:
    return _let_in(field(label, key=key, **_masking(key, about, given), **given), about)


def _masking(key: str, about: date | None, given: dict[str, Any]) -> dict[str, Any]:
    """What is done first when a field is left; in a form nothing can be, and what was typed is masked as it is sent."""
    if given.pop("form", False):
        return {}
    return {"on_change": _left, "args": (key, about, given.pop("on_change", None), given.pop("args", ()))}


def _left(key: str, about: date | None, then: Then | None, args: tuple[object, ...]) -> None:
    """Masks what stands in a field, and then does what the field is for."""
    said = st.session_state.get(key)
    if said and (masked := _let_in(said, about)) != said:
        st.session_state[key] = masked
    if then:
        then(*args)


def _let_in(said: str | None, about: date | None) -> str:
    return mask_text(said or "", Kind.CASE if about else Kind.OTHER, about)[0]
