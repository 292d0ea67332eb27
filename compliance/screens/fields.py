"""The fields of pages: a text, a day, or a choice between names. Identity numbers in typed text are masked.

Typed text is in the session, in the field itself and in whatever is derived from it. It is masked before any of them
is used.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import streamlit as st

from compliance.core.lengths import LONGEST_TEXT
from compliance.core.masking import Kind, mask_text
from compliance.screens.views import FIRST_DAY, LAST_DAY

Then = Callable[..., object]
Code = TypeVar("Code")


def day(label: str, value: date | None, *, key: str, at: Any = st, **kwargs: Any) -> date | None:
    """Draw a field for a day that can be an as-of date. Return the day."""
    wide: dict[str, Any] = {"min_value": FIRST_DAY, "max_value": LAST_DAY}
    chosen = at.date_input(label, value=value, format="YYYY-MM-DD", key=key, **wide | kwargs)
    return chosen if isinstance(chosen, date) else None


def choice(
    label: str,
    names: Mapping[Code, str],
    *,
    key: str,
    now: Code | None = None,
    draw: Callable[..., Any] = st.selectbox,
    **kwargs: Any,
) -> Code | None:
    """Draw a list of names, with that of now chosen. Return what the chosen one stands for."""
    place = next((place for place, code in enumerate(names) if code == now), None)
    chosen: Code | None = draw(label, [*names], index=place, format_func=_name_in(names), key=key, **kwargs)
    return chosen


def row(label: str, names: Mapping[Code, str], *, key: str, now: Code | None = None, **kwargs: Any) -> Code | None:
    """Draw names beside each other, with that of now chosen. Return what the chosen one stands for."""
    chosen: Code | None = st.segmented_control(
        label, [*names], default=now, format_func=_name_in(names), key=key, **kwargs
    )
    return chosen


def _name_in(names: Mapping[Code, str]) -> Callable[[Code], str]:
    """A function that names what is chosen, which the session keeps; what can be chosen no more stands as it is."""
    return lambda code: names.get(code, str(code))


def line(label: str, *, key: str, at: Any = st, about: date | None = None, **kwargs: Any) -> str:
    """Draw a field of one line in the container `at`. Return its text.

    `about` is the as-of date if the field searches for a case, whose number may begin with a date.
    """
    return _field(at.text_input, label, key, about, {"max_chars": LONGEST_TEXT} | kwargs)


def text(label: str, *, key: str, at: Any = st, **kwargs: Any) -> str:
    """Draw a field of several lines in the container `at`. Return its text."""
    return _field(at.text_area, label, key, None, {"max_chars": LONGEST_TEXT} | kwargs)


def name(label: str, names: Sequence[str], *, key: str, **kwargs: Any) -> str | None:
    """Draw a field to choose one of some names or to write another. Return the name."""
    value: str | None = st.selectbox(
        label, names, index=None, key=key, accept_new_options=True, **_masking(key, None, kwargs), **kwargs
    )
    return _masked(value, None) if value and value not in names else value


def _field(field: Callable[..., str | None], label: str, key: str, about: date | None, kwargs: dict[str, Any]) -> str:
    return _masked(field(label, key=key, **_masking(key, about, kwargs), **kwargs), about)


def _masking(key: str, about: date | None, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The callback that masks a field when it is left. A form allows none; its fields are masked when it is sent."""
    if kwargs.pop("form", False):
        return {}
    return {"on_change": _left, "args": (key, about, kwargs.pop("on_change", None), kwargs.pop("args", ()))}


def _left(key: str, about: date | None, then: Then | None, args: tuple[object, ...]) -> None:
    """Mask the text of a field, then call the field's own callback."""
    value = st.session_state.get(key)
    if value and (masked := _masked(value, about)) != value:
        st.session_state[key] = masked
    if then:
        then(*args)


def _masked(value: str | None, about: date | None) -> str:
    return mask_text((value or "").replace("\0", ""), Kind.CASE if about else Kind.OTHER, about)[0]
