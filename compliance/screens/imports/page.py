"""The page of imports: its parts, and the inbox with a card per file.

A file is read once and stays in the inbox until it is loaded or taken away, even if the user leaves the page. What it
would change is computed again only if the data or the choices change.
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
from compliance.screens import checklist, files, reads, widgets
from compliance.screens.imports import card, forms, history, inbox, mapping, names
from compliance.screens.imports.card import Card
from compliance.screens.imports.inbox import Content, Context, Inbox, Item
from compliance.screens.views import View

# More files than this are rehearsed together only on request.
AT_ONCE: Final = 20


# --- The parts of the page ----------------------------------------------------------------------------------------


def _names(view: View) -> None:
    every = reads.organisations(view.data, view.as_of)
    if view.reader.organisations(every) != every:
        text = N_("A change of name holds for all organisations of the database, and you see only {organisation}.")
        widgets.html(charts.note(view.say(text, organisation=view.scope.organisation)))
        return
    names.names(view)
    if not view.sample:
        history.rename(view)


def _settings(view: View) -> None:
    mapping.mappings(view)
    _names(view)


PARTS: Final[dict[str, tuple[str, Callable[[View], None]]]] = {
    "load": (N_("Load"), lambda view: _load_exports(view)),
    "history": (N_("History"), history.history),
    "questions": (N_("Questions to the units"), forms.questionnaires),
    "settings": (N_("Settings"), _settings),
}
# Where the parts of earlier addresses are now.
MOVED: Final = {"forms": "questions", "mappings": "settings", "names": "settings"}


def draw(view: View) -> None:
    """Draw the title, the choice of parts, and the part that the address names."""
    widgets.whole_only(view)
    say = view.say
    part = st.query_params.get("part", "load")
    part = MOVED.get(part, part)
    here = part if part in PARTS else "load"
    widgets.html(charts.page_title(say(N_("Imports"))))
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
    """Draw the field to drop files in, a card for each file in the inbox, and the history."""
    if view.sample:
        widgets.start_own_button(view, key="start_imports")
    else:
        _inbox(view)
    checklist.draw(view)
    history.table(view)


def _inbox(view: View) -> None:
    waiting: Inbox = st.session_state.setdefault("inbox", Inbox())
    _receive(view, waiting)
    cards = _cards(view, waiting)
    _read(view, cards)
    for number, each in enumerate(cards, start=1):
        card.draw(each, number=number, of=len(cards))
    _clear_button(view, waiting)
    _load_all(view, cards)


def _receive(view: View, waiting: Inbox) -> None:
    """Move dropped files to the inbox to be read. The new key after each drop empties the field."""
    dropped = files.field(view.say(N_("Files")), label_visibility="collapsed", key=f"files {waiting.drops}")
    for refusal, number in files.refusals():
        text = view.say.plural("{n} file was not taken.", "{n} files were not taken.", number)
        widgets.html(charts.note(f"{text} {view.say.refusal(refusal)}"))
    if dropped:
        files.keep({file.file_id: Content(file) for file in dropped})
        waiting.items |= {file.file_id: Item(reading.safe_name(file.name)[0]) for file in dropped}
        waiting.drops += 1
        st.rerun()


def _cards(view: View, waiting: Inbox) -> list[Card]:
    """The cards of the inbox, without files that the ledger has released before they were loaded."""
    context = Context(
        view.database, view.data.version, view.as_of, clock.today(), reads.points(), reads.sources(), reads.words()
    )
    contents = {file: _content(file, item) for file, item in waiting.items.items()}
    waiting.items = {file: item for file, item in waiting.items.items() if contents[file]}
    return [card.card_of(view, context, waiting, file, content) for file, content in contents.items() if content]


def _content(file: str, item: Item) -> Content | None:
    content = files.content(file)
    return content if isinstance(content, Content) else Content(None) if item.result else None


def _read(view: View, cards: list[Card]) -> None:
    """Read the files that are not read yet, with a progress bar."""
    unread = [each for each in cards if not each.item.result and each.content.book is None]
    place = st.empty()
    for number, each in enumerate(unread):
        name = widgets.plain(each.item.name)
        text = view.say(N_("Reading {file} ({n} of {of})"), file=name, n=number + 1, of=len(unread))
        place.progress(number / len(unread), text)
        inbox.read(each.content, each.order, each.context)
        files.drop_upload(each.id)
    place.empty()


def _clear_button(view: View, waiting: Inbox) -> None:
    """Draw the button that closes the cards of all loaded files, if there are several."""
    if len(waiting.loaded) > 1:
        st.button(
            view.say(N_("Take away the {n} cards of files that are loaded"), n=len(waiting.loaded)),
            on_click=card.take_away,
            args=(waiting, waiting.loaded),
            type="tertiary",
            key="clear",
        )


# --- Loading several ----------------------------------------------------------------------------------------------


def _load_all(view: View, cards: list[Card]) -> None:
    """Draw the joint effect of all files that are ready, and the button that loads them."""
    say = view.say
    ready = [each for each in cards if _is_ready(each)]
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
        for number, each in enumerate(sorted(ready, key=lambda each: each.content.order)):
            place.progress(number / len(ready), say(N_("Loading {file}"), file=widgets.plain(each.item.name)))
            if not card.load(each):
                return
        st.rerun()


def _is_ready(each: Card) -> bool:
    preview = each.content.preview
    return not each.item.result and isinstance(preview, Preview) and not card.is_doubtful(preview)


def _effects_together(view: View, ready: list[Card]) -> None:
    with st.spinner(view.say(N_("Working out what the files change"))):
        several = {each.id: (each.content, each.order) for each in ready}
        effect = inbox.together(ready[0].inbox, several, ready[0].context)
    if isinstance(effect, Refusal):
        widgets.html(charts.note(view.say.refusal(effect)))
    else:
        dropped = {source for each in ready if isinstance(p := each.content.preview, Preview) for source in p.sources}
        card.effects(view, effect, dropped)
