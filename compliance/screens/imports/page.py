"""The page of imports: its parts, and the inbox with a card a file.

A file is read once and lies in the inbox until it is loaded or taken away, also when one leaves the page. What it would
change is computed anew only when the data or the coordinator's choices change.
"""

from collections.abc import Callable
from typing import Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.correcting.previewing import Preview
from compliance.drawing import charts
from compliance.reading import reading
from compliance.screens import files, reads, widgets
from compliance.screens.imports import card, forms, history, inbox, mapping, names
from compliance.screens.imports.card import Card
from compliance.screens.imports.inbox import Content, Context, Inbox, Item
from compliance.screens.views import View

# More files than these are rehearsed together only where somebody asks for it.
AT_ONCE: Final = 20


# --- The parts of the page ----------------------------------------------------------------------------------------


def _forms(view: View) -> None:
    forms.templates(view)
    forms.questionnaires(view)


def _names(view: View) -> None:
    names.names(view)
    if not view.sample:
        history.rename(view)


PARTS: Final[dict[str, tuple[str, Callable[[View], None]]]] = {
    "load": (N_("Load exports"), lambda view: _load_exports(view)),
    "history": (N_("History"), history.history),
    "forms": (N_("Templates and questions"), _forms),
    "mappings": (N_("Connected columns"), mapping.mappings),
    "names": (N_("Names"), _names),
}


def draw(view: View) -> None:
    """The page's title and its parts; the part that its address names."""
    say = view.say
    part = st.query_params.get("part", "load")
    here = part if part in PARTS else "load"
    text = N_("Drop the files as they came out of the systems. Nothing is saved until you confirm.")
    widgets.html(charts.page_title(say(N_("Imports")), question=say(text) if here == "load" else ""))
    history.unread_cleanings(view)
    with st.container(key="parts"):
        st.segmented_control(
            say(N_("Part of the page")),
            list(PARTS),
            default=here,
            format_func=lambda name: say(PARTS[name][0]),
            key=f"part {here} {say.code}",
            on_change=_choose_part,
            args=(f"part {here} {say.code}",),
            label_visibility="collapsed",
        )
    PARTS[here][1](view)


def _choose_part(key: str) -> None:
    if chosen := st.session_state.get(key):
        st.query_params["part"] = chosen


# --- The inbox ----------------------------------------------------------------------------------------------------


def _load_exports(view: View) -> None:
    """Where files are dropped, a card for each that lies there, and what has been loaded before."""
    if view.sample:
        text = N_(
            "The sample data are there to try with. "
            "Your own exports go into a database of their own, and the two are never mixed."
        )
        widgets.html(charts.note(view.say(text)))
        widgets.start_own_button(view, key="start_imports")
    else:
        _inbox(view)
    history.table(view)


def _inbox(view: View) -> None:
    kept: Inbox = st.session_state.setdefault("inbox", Inbox())
    _receive(view, kept)
    cards = _cards(view, kept)
    _read(view, cards)
    for number, here in enumerate(cards, start=1):
        card.draw(here, number=number, of=len(cards))
    _clear_button(view, kept)
    _load_all(view, cards)


def _receive(view: View, kept: Inbox) -> None:
    """Takes what was dropped into the inbox, where it waits to be read; the drop area is empty again then."""
    dropped = files.field(view.say(N_("Files")), label_visibility="collapsed", key=f"files {kept.drops}")
    for refusal, number in files.refusals():
        text = view.say.plural("{n} file was not taken.", "{n} files were not taken.", number)
        widgets.html(charts.note(f"{text} {view.say.refusal(refusal)}"))
    if dropped:
        files.keep({file.file_id: Content(file) for file in dropped})
        kept.items |= {file.file_id: Item(reading.safe_name(file.name)[0]) for file in dropped}
        kept.drops += 1
        st.rerun()


def _cards(view: View, kept: Inbox) -> list[Card]:
    """The files of the inbox, without those that the ledger has let go of before anything came of them."""
    context = Context(
        view.database, view.data.version, view.as_of, clock.today(), reads.points(), reads.sources(), reads.words()
    )
    contents = {file: _content(file, item) for file, item in kept.items.items()}
    kept.items = {file: item for file, item in kept.items.items() if contents[file]}
    return [card.card(view, context, kept, file, content) for file, content in contents.items() if content]


def _content(file: str, item: Item) -> Content | None:
    content = files.content(file)
    return content if isinstance(content, Content) else Content(None) if item.result else None


def _read(view: View, cards: list[Card]) -> None:
    """Reads what waits for it."""
    unread = [here for here in cards if not here.item.result and here.content.book is None]
    place = st.empty()
    for number, here in enumerate(unread):
        name = widgets.plain(here.item.name)
        text = view.say(N_("Reading {file} ({n} of {of})"), file=name, n=number + 1, of=len(unread))
        place.progress(number / len(unread), text)
        inbox.read(here.content, here.order, here.context)
        files.drop_upload(here.id)
    place.empty()


def _clear_button(view: View, kept: Inbox) -> None:
    """Takes away the cards of all files that are loaded, where there are several."""
    if len(kept.loaded) > 1:
        st.button(
            view.say(N_("Take away the {n} cards of files that are loaded"), n=len(kept.loaded)),
            on_click=card.take_away,
            args=(kept, kept.loaded),
            type="tertiary",
            key="clear",
        )


# --- Loading several ----------------------------------------------------------------------------------------------


def _load_all(view: View, cards: list[Card]) -> None:
    """One button for several files that can be loaded."""
    say = view.say
    ready = [here for here in cards if _is_ready(here)]
    if len(ready) < 2:
        return
    with st.container(border=True, key="card-together"):
        title = say(N_("How the figures change when these {n} files are loaded"), n=len(ready))
        widgets.html(charts.section(title, level=3))
        if len(ready) <= AT_ONCE or st.toggle(say(N_("Work it out")), key="together wanted"):
            _effects_together(view, ready)
    if st.button(say(N_("Load all {n} files"), n=len(ready)), type="primary", key="load all"):
        widgets.require(Permission.LOAD_EXPORTS)
        place = st.empty()
        for number, here in enumerate(sorted(ready, key=lambda here: here.content.order)):
            place.progress(number / len(ready), say(N_("Loading {file}"), file=widgets.plain(here.item.name)))
            if not card.load(here):
                return
        st.rerun()


def _is_ready(here: Card) -> bool:
    preview = here.content.preview
    return not here.item.result and isinstance(preview, Preview) and not card.is_doubtful(preview)


def _effects_together(view: View, ready: list[Card]) -> None:
    with st.spinner(view.say(N_("Working out what the files change"))):
        several = {here.id: (here.content, here.order) for here in ready}
        effect = inbox.together(ready[0].inbox, several, ready[0].context)
    if isinstance(effect, Refusal):
        widgets.html(charts.note(view.say.refusal(effect)))
    else:
        given = {source for here in ready if isinstance(p := here.content.preview, Preview) for source in p.sources}
        card.effects(view, effect, given)
