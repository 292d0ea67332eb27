"""What the page of imports draws of names that change: suggestions, a form, its effect, and what has been said."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.correcting import renaming
from compliance.correcting.renaming import Alias, Effect, Suggestion
from compliance.drawing import charts, elements
from compliance.screens import fields, ui
from compliance.screens.imports import names_texts, texts
from compliance.screens.ui import View
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows

SHOWN_SUGGESTIONS: Final = 5
WIDTH: Final = 460


@st.cache_data(show_spinner=False, max_entries=ui.CACHED)
def _in_use(key: ui.Key, as_of: date) -> tuple[Rows, list[Suggestion]]:
    """The names in use on a day, and what is suggested of them."""
    with ui.at(key).cursor() as cursor:
        return (
            renaming.names(cursor, as_of=as_of, known_at=EVERYTHING_KNOWN),
            renaming.suggestions(cursor, as_of=as_of, known_at=EVERYTHING_KNOWN),
        )


@st.cache_data(show_spinner=False, max_entries=ui.CACHED)
def _aliases(key: ui.Key) -> list[Alias]:
    """The changes of name that count."""
    with ui.at(key).cursor() as cursor:
        return renaming.aliases(cursor, EVERYTHING_KNOWN)


def names(seen: View) -> None:
    """Names that change, as a part of the page; on the sample data it can only be looked at."""
    ui.require(Permission.LOAD_EXPORTS)
    say, found = seen.say, _aliases(seen.key)
    ui.html(charts.section(say(N_("Names that change")), note=say(names_texts.PURPOSE)))
    if not seen.sample:
        used, suggested = _in_use(seen.key, seen.as_of)
        _suggestions(seen, suggested)
        _form(seen, used)
    if not found:
        ui.html(charts.caption(say(N_("No change of name has been said."))))
        return
    ui.html(charts.table(*names_texts.alias_table(found, say), caption=say(N_("Names that change"))))
    if not seen.sample:
        _removal(seen, {alias.alias_id: alias for alias in found if not alias.follows})


# --- To say one ----------------------------------------------------------------------------------------------------


def _suggestions(seen: View, found: list[Suggestion]) -> None:
    """Each with a button that fills in the form."""
    say = seen.say
    if not found:
        return
    ui.html(charts.section(say(N_("Names that may be the same")), level=3))
    every = len(found) > SHOWN_SUGGESTIONS and st.toggle(
        say(N_("Show all {n} suggestions"), n=say.number(len(found))), key=f"all suggestions {say.code}"
    )
    for item in found if every else found[:SHOWN_SUGGESTIONS]:
        left, right = st.columns([9, 2], vertical_alignment="center")
        with left:
            ui.html(elements.tag("div", elements.rich(names_texts.suggestion_text(item, ui.sources(), say))))
        right.button(say(N_("Use")), key=f"use {item.kind} {item.old_name}", on_click=_use, args=(item,))


def _key(field: str) -> str:
    """The key of a field of the form, which begins anew when a change has been saved."""
    return f"name {field} {st.session_state.get('names said', 0)}"


def _use(item: Suggestion) -> None:
    chosen = {"kind": item.kind, "old": item.old_name, "new": item.new_name, "day": item.since}
    for field, value in chosen.items():
        st.session_state[_key(field)] = value


def _form(seen: View, used: Rows) -> None:
    """The new change of name, what it would do, and the button that saves it."""
    say = seen.say
    with st.container(border=True, key="card-name"):
        ui.html(charts.card_head(say(N_("A name has changed"))))
        left, right = st.columns([5, 7], gap="large")
        with left:
            kind, old, new, day = _fields(seen, used)
        if not (kind and old and new and day):
            return
        with right:
            found = _rehearsed(seen, (kind, old, new, day), _adding(kind=kind, old=old, new=new, day=day))
            _rows_touched(seen, used, kind, old)
            _effect(seen, found, kind)
        if isinstance(found, Effect) and st.button(say(N_("Save the change of name")), type="primary", key="save name"):
            ui.require(Permission.LOAD_EXPORTS)
            renaming.add_alias(seen.database, kind=kind, old=old, new=new, valid_from=day, order=ui.order())
            st.session_state["names said"] = st.session_state.get("names said", 0) + 1
            st.rerun()


def _fields(seen: View, used: Rows) -> tuple[str, str | None, str | None, date | None]:
    """Kind, earlier and new name, of which those in use are offered, and the first day."""
    say = seen.say
    # a default beside a value that a suggestion has filled in is a warning in the log
    first: Any = {} if _key("kind") in st.session_state else {"index": renaming.KINDS.index("unit")}
    kind = st.selectbox(
        say(N_("Kind")),
        renaming.KINDS,
        format_func=lambda kind: say(names_texts.KINDS[kind]),
        key=_key("kind"),
        width=WIDTH,
        **first,
    )
    known = [row["name"] for row in used if row["kind"] == kind]
    old = _name(seen, say(N_("Earlier name")), known, "old")
    new = _name(seen, say(N_("New name")), [name for name in known if name != old], "new")
    given: Any = {} if _key("day") in st.session_state else {"value": seen.as_of}
    day = st.date_input(
        say(N_("From day")),
        format="YYYY-MM-DD",
        min_value=ui.FIRST_DAY,
        max_value=ui.LAST_DAY,
        key=_key("day"),
        width=WIDTH,
        **given,
    )
    return kind, old, new, day


def _name(seen: View, label: str, known: list[str], field: str) -> str | None:
    """A name among those in use, or one that is written."""
    placeholder = seen.say(N_("Choose, or write a name"))
    return fields.name(label, known, placeholder=placeholder, key=_key(field), width=WIDTH)


def _adding(*, kind: str, old: str, new: str, day: date) -> Callable[[Cursor], None]:
    def add(cursor: Cursor) -> None:
        renaming.add_alias_with(cursor, kind=kind, old=old, new=new, valid_from=day, order=ui.order())

    return add


# --- What it does --------------------------------------------------------------------------------------------------


def _rehearsed(seen: View, choice: tuple[str, str, str, date], change: Callable[[Cursor], None]) -> Effect | Refusal:
    """What a change would do, worked out anew only where it, the day or the data are others."""
    kept: dict[str, tuple[object, Effect | Refusal]] = st.session_state.setdefault("name effects", {})
    key, what = (choice, seen.version, seen.as_of), change.__name__
    if what not in kept or kept[what][0] != key:
        kind, old, _, day = choice
        with st.spinner(seen.say(N_("Working out what the change of name does"))):
            try:
                found = renaming.effect(
                    seen.database, change, kind=kind, old=old, valid_from=day, points=ui.points(), as_of=seen.as_of
                )
                kept[what] = (key, found)
            except Refusal as refusal:
                kept[what] = (key, refusal)
    return kept[what][1]


def _rows_touched(seen: View, used: Rows, kind: str, old: str) -> None:
    row = next((row for row in used if row["kind"] == kind and row["name"].lower() == old.lower()), None)
    naming, sources = (row["naming"], row["sources"]) if row else (0, [])
    ui.html(charts.caption(names_texts.rows_text(old, naming, sources, ui.sources(), seen.say)))


def _effect(seen: View, found: Effect | Refusal, kind: str) -> None:
    say = seen.say
    if isinstance(found, Refusal):
        ui.html(charts.note(say.refusal(found)))
        return
    title = names_texts.effect_title(found, kind, say)
    changed = texts.effects(found.before, found.after, say)
    if changed:
        ui.html(charts.section(title, level=3))
        ui.html(charts.dumbbells(changed, label=title))
    ui.html(charts.caption(names_texts.effect_note(found, say, changed=bool(changed))))


# --- To take one back ----------------------------------------------------------------------------------------------


def _removal(seen: View, said: dict[int, Alias]) -> None:
    """One of those that people have said, chosen first and confirmed then."""
    say = seen.say
    chosen = st.selectbox(
        say(N_("Remove a change of name")),
        list(said),
        index=None,
        format_func=lambda id_: names_texts.alias_choice(said[id_]) if id_ in said else "",
        placeholder=say(N_("Choose a change of name")),
        key="remove name",
        width=WIDTH,
    )
    if chosen in said:
        _confirm_removal(seen, said[chosen])


def _confirm_removal(seen: View, alias: Alias) -> None:
    """The second step: what is undone, and the button that does it."""
    say = seen.say

    def remove(cursor: Cursor) -> None:
        renaming.remove_alias_with(cursor, alias.alias_id, ui.order())

    with st.container(border=True, key="card-remove-name"):
        text = say(
            N_("From {day} exports that say {old} count under that name again. The history keeps that it was changed."),
            day=say.date(alias.valid_from),
            old=alias.old_name,
        )
        ui.html(charts.card_head(f"{alias.old_name} → {alias.new_name}", text=text))
        choice = (alias.kind, alias.old_name, alias.new_name, alias.valid_from)
        _effect(seen, _rehearsed(seen, choice, remove), alias.kind)
        if st.button(say(N_("Remove the change of name")), type="primary", key=f"remove name {alias.alias_id}"):
            ui.require(Permission.LOAD_EXPORTS)
            renaming.remove_alias(seen.database, alias.alias_id, ui.order())
            st.rerun()
