"""Names that change: suggestions, the form with its effect, and the changes entered so far."""

from collections.abc import Callable
from datetime import date
from typing import Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.correcting import renaming
from compliance.correcting.renaming import Alias, RenamingEffect, Suggestion
from compliance.drawing import charts, elements
from compliance.screens import effect_texts, fields, reads, views, widgets
from compliance.screens.caching import read
from compliance.screens.imports import names_texts
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows

SHOWN_SUGGESTIONS: Final = 5
WIDTH: Final = 460


@read()
def _in_use(cursor: Cursor, as_of: date) -> tuple[Rows, list[Suggestion]]:
    """The names in use on a day, and the suggestions of which may be the same."""
    return (
        renaming.names(cursor, as_of=as_of, known_at=EVERYTHING_KNOWN),
        renaming.suggestions(cursor, as_of=as_of, known_at=EVERYTHING_KNOWN),
    )


@read()
def _aliases(cursor: Cursor) -> list[Alias]:
    """The changes of name in effect."""
    return renaming.aliases(cursor, EVERYTHING_KNOWN)


def names(view: View) -> None:
    """Draw the changes of name, with the forms to add and remove one, which the sample data do not have."""
    widgets.require(Permission.LOAD_EXPORTS)
    say, aliases = view.say, _aliases(view.data)
    widgets.html(charts.section(say(N_("Names that change")), note=say(names_texts.PURPOSE)))
    if not view.sample:
        used, suggested = _in_use(view.data, view.as_of)
        _suggestions(view, suggested)
        _form(view, used)
    if not aliases:
        widgets.html(charts.caption(say(N_("Nothing yet."))))
        return
    widgets.table(view, names_texts.ALIASES, aliases, caption=say(N_("Names that change")))
    if not view.sample:
        _removal(view, {alias.alias_id: alias for alias in aliases if not alias.follows})


# --- Adding --------------------------------------------------------------------------------------------------------


def _suggestions(view: View, suggestions: list[Suggestion]) -> None:
    """Draw the suggestions, each with a button that fills in the form."""
    say = view.say
    if not suggestions:
        return
    widgets.html(charts.section(say(N_("Names that may be the same")), level=3))
    every = len(suggestions) > SHOWN_SUGGESTIONS and st.toggle(
        say(N_("Show all {n}"), n=say.number(len(suggestions))), key=f"all suggestions {say.code}"
    )
    for item in suggestions if every else suggestions[:SHOWN_SUGGESTIONS]:
        left, right = st.columns([9, 2], vertical_alignment="center")
        with left:
            widgets.html(
                elements.tag("div", elements.rich(names_texts.suggestion_text(item, reads.sources(view.data), say)))
            )
        right.button(say(N_("Use")), key=f"use {item.kind} {item.old_name}", on_click=_use, args=(item,))


def _key(field: str) -> str:
    """The key of a field of the form. The count gives an empty form after each saved change."""
    return f"name {field} {st.session_state.get('names said', 0)}"


def _use(item: Suggestion) -> None:
    chosen = {"kind": item.kind, "old": item.old_name, "new": item.new_name, "day": item.since}
    for field, value in chosen.items():
        st.session_state[_key(field)] = value


def _form(view: View, used: Rows) -> None:
    """Draw the form of a new change of name, what it would do, and the button that saves it."""
    say = view.say
    with st.container(border=True, key="card-name"):
        widgets.html(charts.card_head(say(N_("New name"))))
        left, right = st.columns([5, 7], gap="large")
        with left:
            kind, old, new, day = _fields(view, used)
        if not (kind and old and new and day):
            return
        with right:
            rehearsed = _rehearsed(view, (kind, old, new, day), _addition(kind=kind, old=old, new=new, day=day))
            _rows_touched(view, used, kind, old)
            _effect(view, rehearsed, kind)
        if isinstance(rehearsed, RenamingEffect) and st.button(say(N_("Save")), type="primary", key="save name"):
            widgets.require(Permission.LOAD_EXPORTS)
            renaming.add_alias(view.database, kind=kind, old=old, new=new, valid_from=day, order=views.order())
            st.session_state["names said"] = st.session_state.get("names said", 0) + 1
            st.rerun()


def _fields(view: View, used: Rows) -> tuple[str, str | None, str | None, date | None]:
    """Draw the fields. Return kind, earlier and new name, and the first day."""
    say = view.say
    kinds = {kind: say(names_texts.KINDS[kind]) for kind in renaming.KINDS}
    kind = fields.choice(say(N_("Type")), kinds, now="unit", key=_key("kind"), width=WIDTH) or "unit"
    names_in_use = [row["name"] for row in used if row["kind"] == kind]
    old = fields.name(say(N_("Earlier name")), names_in_use, key=_key("old"), width=WIDTH)
    others = [name for name in names_in_use if name != old]
    new = fields.name(say(N_("New name")), others, key=_key("new"), width=WIDTH)
    day = fields.day(say(N_("From")), view.as_of, key=_key("day"), width=WIDTH)
    return kind, old, new, day


def _addition(*, kind: str, old: str, new: str, day: date) -> Callable[[Cursor], None]:
    def add(cursor: Cursor) -> None:
        renaming.add_alias_with(cursor, kind=kind, old=old, new=new, valid_from=day, order=views.order())

    return add


# --- Effect --------------------------------------------------------------------------------------------------------


def _rehearsed(
    view: View, choice: tuple[str, str, str, date], change: Callable[[Cursor], None]
) -> RenamingEffect | Refusal:
    """What a change would do, computed again only if the change, the day or the data differ."""
    cached: dict[str, tuple[object, RenamingEffect | Refusal]] = st.session_state.setdefault("name effects", {})
    key, what = (choice, view.data.version, view.as_of), change.__name__
    if what not in cached or cached[what][0] != key:
        kind, old, _, day = choice
        with st.spinner(view.say(N_("This takes a moment"))):
            try:
                effect = renaming.effect(
                    view.database,
                    change,
                    kind=kind,
                    old=old,
                    valid_from=day,
                    points=reads.points(view),
                    as_of=view.as_of,
                )
                cached[what] = (key, effect)
            except Refusal as refusal:
                cached[what] = (key, refusal)
    return cached[what][1]


def _rows_touched(view: View, used: Rows, kind: str, old: str) -> None:
    row = next((row for row in used if row["kind"] == kind and row["name"].lower() == old.lower()), None)
    naming, sources = (row["naming"], row["sources"]) if row else (0, [])
    widgets.html(charts.caption(names_texts.rows_text(old, naming, sources, reads.sources(view.data), view.say)))


def _effect(view: View, effect: RenamingEffect | Refusal, kind: str) -> None:
    say = view.say
    if isinstance(effect, Refusal):
        widgets.html(charts.note(say.refusal(effect)))
        return
    title = names_texts.effect_title(effect, kind, say)
    changed = effect_texts.effects(effect.before, effect.after, say)
    if changed:
        widgets.html(charts.section(title, level=3))
        widgets.html(charts.dumbbells(changed, label=title))
    widgets.html(charts.caption(names_texts.effect_note(effect, say, changed=bool(changed))))


# --- Removing ------------------------------------------------------------------------------------------------------


def _removal(view: View, aliases: dict[int, Alias]) -> None:
    """Draw the choice of an entered change to remove, and its confirmation."""
    say = view.say
    names = {id_: names_texts.alias_choice(alias) for id_, alias in aliases.items()}
    chosen = fields.choice(say(N_("Remove the change of name")), names, key="remove name", width=WIDTH)
    if chosen in aliases:
        _confirm_removal(view, aliases[chosen])


def _confirm_removal(view: View, alias: Alias) -> None:
    """Draw what the removal undoes, and the button that confirms it."""
    say = view.say

    def remove(cursor: Cursor) -> None:
        renaming.remove_alias_with(cursor, alias.alias_id, views.order())

    with st.container(border=True, key="card-remove-name"):
        text = say(
            N_("From {day} exports that say {old} count under that name again. The history keeps that it was changed."),
            day=say.date(alias.valid_from),
            old=alias.old_name,
        )
        widgets.html(charts.card_head(f"{alias.old_name} → {alias.new_name}", text=text))
        choice = (alias.kind, alias.old_name, alias.new_name, alias.valid_from)
        _effect(view, _rehearsed(view, choice, remove), alias.kind)
        if st.button(say(N_("Remove the change of name")), type="primary", key=f"remove name {alias.alias_id}"):
            widgets.require(Permission.LOAD_EXPORTS)
            renaming.remove_alias(view.database, alias.alias_id, views.order())
            st.rerun()
