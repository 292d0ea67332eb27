"""The inbox on the page: the field, what is asked once, the effect, the table of files, and the card of one.

A file is read once and stays in the inbox until it is loaded or taken away, even if the user leaves the page. All files
are rehearsed together; that takes seconds with many, so a click stops it and is answered first.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.access.scopes import Scope
from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.correcting import previewing
from compliance.correcting.previewing import Effect
from compliance.drawing import charts
from compliance.loading import loading
from compliance.loading.loading import Receipt
from compliance.reading import reading
from compliance.screens import course_questions, effect_texts, effects, fields, reads, views, widgets
from compliance.screens import files as uploads
from compliance.screens.imports import card, inbox, inbox_texts, intake, texts
from compliance.screens.imports.inbox import (
    RANKS,
    Content,
    Context,
    Dropped,
    Inbox,
    Item,
    Loaded,
    Question,
    Rank,
)
from compliance.screens.imports.intake import Held
from compliance.screens.imports.placing import Places, choices
from compliance.screens.views import View

# The effect of so few files is opened at once.
SHOWN_EFFECT: Final = 3
# Where files stand that would be missed.
WAITING: Final[frozenset[Rank]] = frozenset({"asks", "look", "ready"})


def draw(view: View) -> None:
    """Draw the field to drop files in, what became of them, and what the intake holds."""
    waiting: Inbox = st.session_state.setdefault("inbox", Inbox())
    there = intake.held_files(view)
    clicked = _open(waiting)
    _receive(view, waiting)
    _take_up(view, waiting, there, clicked)
    context = _context(view)
    files = _files(view, waiting)
    # drawn in each run: what follows would be drawn a second time for a moment if its place changed
    place = st.empty()
    _read(view, files, context, place)
    inbox.prepare(files, context)
    files = _files(view, waiting)  # what they name decides whose they are
    _load(view, waiting, files, context, place)
    if waiting.loaded:
        _loaded(view, waiting, waiting.loaded)
    there = [each for each in there if each.id not in waiting.items]
    if files or there:
        _table(view, waiting, files, context, there)


def _context(view: View) -> Context:
    return Context(
        view.database,
        view.data.version,
        view.scope.organisation,
        view.as_of,
        clock.today(),
        reads.points(view),
        reads.sources(view.data),
        reads.words(),
    )


def _receive(view: View, waiting: Inbox) -> None:
    """Move dropped files to the inbox to be read. The new key after each drop empties the field."""
    dropped = uploads.field(
        view.say(N_("Files")), Permission.LOAD_EXPORTS, label_visibility="collapsed", key=f"files {waiting.drops}"
    )
    for refusal, number in uploads.refusals():
        text = view.say.plural("{n} file was not taken.", "{n} files were not taken.", number)
        widgets.html(charts.note(f"{text} {view.say.refusal(refusal)}"))
    if dropped:
        uploads.keep({file.file_id: Content(file) for file in dropped})
        waiting.items |= {file.file_id: Item(reading.safe_name(file.name)[0]) for file in dropped}
        waiting.drops += 1
        waiting.loaded = None
        waiting.opened = dropped[0].file_id if len(dropped) == 1 else None
        st.rerun()


def _take_up(view: View, waiting: Inbox, there: list[Held], clicked: str) -> None:
    """Take up the file of the intake whose row was clicked; what others have dealt with leaves the inbox."""
    say = view.say
    for name in intake.leave_gone(waiting, there):
        widgets.html(charts.note(say(intake.GONE, file=name)))
    if clicked and clicked not in waiting.items:
        wanted = [each for each in there if each.id == clicked]
        refusal = intake.take_up(waiting, wanted) if wanted else Refusal(intake.GONE, file=say(N_("the file")))
        _show_not_taken(view, waiting, refusal)


def _show_not_taken(view: View, waiting: Inbox, refusal: Refusal | None) -> None:
    if refusal:
        waiting.opened = None
        widgets.html(charts.note(view.say.refusal(refusal)))


def _files(view: View, waiting: Inbox) -> list[Dropped]:
    """The files of the inbox with their orders, without those that the ledger has released before they were loaded."""
    contents = {file: _content(file, item) for file, item in waiting.items.items()}
    waiting.items = {file: item for file, item in waiting.items.items() if contents[file]}
    there = {file: content for file, content in contents.items() if content}
    places, order = _places(view, waiting, there), views.order()
    return [_file(file, waiting.items[file], content, places, order) for file, content in there.items()]


def _content(file: str, item: Item) -> Content | None:
    content = uploads.content(file)
    return content if isinstance(content, Content) else Content(None) if item.result else None


def _places(view: View, waiting: Inbox, contents: dict[str, Content]) -> Places:
    open_ = [(c.named, waiting.items[f].organisation) for f, c in contents.items() if not waiting.items[f].result]
    return Places(tuple(open_), waiting.names, view.scope.organisation)


def _file(file: str, item: Item, content: Content, places: Places, order: loading.Order) -> Dropped:
    chosen = replace(
        order,
        source=item.source,
        organisation=places.of(content.named, item.organisation),
        extract_date=item.extract_date,
        completes=item.completes,
        through=item.through,
        accepted=item.accepted,
    )
    return Dropped(file, item, content, chosen)


def _read(view: View, files: Sequence[Dropped], context: Context, place: Any) -> None:
    """Read the files that are not read yet, some at a time, with a progress bar."""
    unread = [file for file in files if inbox.is_unread(file, context)]
    if not unread:
        return
    say, of = view.say, len(unread)

    def progress(number: int, file: Dropped) -> None:
        uploads.drop_upload(file.id)
        text = N_("Reading {n} of {of}: {file}")
        place.progress(number / of, say(text, file=widgets.plain(file.item.name), n=number, of=of))

    inbox.read_all(unread, context, progress=progress)
    place.empty()


# --- The table and what stands above it ---------------------------------------------------------------------------


def _table(view: View, waiting: Inbox, files: list[Dropped], context: Context, there: list[Held]) -> None:
    """Draw what is asked, the effect, the table and the open card; then rehearse anew if anything has changed."""
    places = _places(view, waiting, {file.id: file.content for file in files})
    open_ = [file for file in files if not file.item.result]
    above, place = st.container(), st.empty()
    if waiting.together is None and open_:
        _rehearse(view, waiting, open_, context, place)
    inbox.rehearse_first(open_, context)
    asked = inbox.questions(open_, places)
    ranks = {f.id: inbox_texts.rank(f, asked.get(f.id, ()), context.sources, view.say) for f in files}
    with above:
        _ask_names(view, waiting, places)
        _ask_day(view, [file.item for file in open_ if asked[file.id] == ("day",)])
        progress = _above(view, waiting, open_, ranks, current=inbox.is_current(waiting, open_, context))
    _choose_card(waiting, files, asked, ranks)
    _rows(view, waiting, files, there, asked=asked, ranks=ranks)
    _take_up_all(view, waiting, there)
    _open_card(view, waiting, files, asked, context)
    _take_away_rest(view, waiting, files, ranks)
    if any(ranks[file.id] in WAITING and not file.item.intake for file in open_):
        # static/app.js has the browser ask before such a page is left
        with st.container(key="waiting"):
            text = N_("Files that wait are gone if you reload or close the page.")
            widgets.html(charts.caption(view.say(text)))
    if open_ and not inbox.is_current(waiting, open_, context):
        _rehearse(view, waiting, open_, context, progress.empty())
        st.rerun()


def _rehearse(view: View, waiting: Inbox, files: list[Dropped], context: Context, place: Any) -> None:
    """Rehearse the files together, with a progress bar. A click meanwhile stops it between two files."""
    places = _places(view, waiting, {file.id: file.content for file in files})
    text = view.say(N_("This takes a moment"))
    number = len(files)

    def progress(done: int) -> None:
        place.progress(min(done / number, 1.0), text)

    inbox.rehearse(waiting, files, places, context, progress=progress)
    place.empty()


def _ask_names(view: View, waiting: Inbox, places: Places) -> None:
    """Ask once for each organisation that files name, and the page's is not, whose the files are."""
    say = view.say
    # the organisation of an empty database has only the name that it was given there
    every = view.organisations if reads.imports(view.data) else []
    existing = list(view.reader.organisations(every))
    named = [each.name for each in places.asked.values() if each.name]
    for about, each in places.asked.items():
        if each.name and not view.reader.sees(Scope(each.name)):
            continue
        names = {
            name: widgets.plain(inbox_texts.name_label(name, existing, say))
            for name in choices([each.name] if each.name else named, existing)
        }
        label, key = inbox_texts.name_question(widgets.plain(each.name), each.number, say), f"whose {about}"
        then: Any = {"on_change": _answer, "args": (waiting, about, key), "horizontal": True}
        fields.choice(label, names, now=waiting.names.get(about), draw=st.radio, key=key, **then)


def _ask_day(view: View, undated: list[Item]) -> None:
    """Ask once which day the files were exported that do not say it, if there are several."""
    if len(undated) > 1:
        card.day_field(view, inbox_texts.days_question(len(undated), view.say), undated, day=None)


def _answer(waiting: Inbox, name: str, key: str) -> None:
    if chosen := st.session_state.get(key):
        waiting.names[name], waiting.opened = chosen, None
        # what was accepted concerned the exports of another organisation
        for item in waiting.items.values():
            item.answers = {}


def _above(view: View, waiting: Inbox, files: list[Dropped], ranks: dict[str, Rank], *, current: bool) -> Any:
    """Draw how many files are ready, the button that loads them and the effect. Return the place of the progress."""
    say = view.say
    ready = [file for file in files if ranks[file.id] in {"look", "ready"}]
    left, right = st.columns([8, 4], vertical_alignment="center")
    if sentence := inbox_texts.standing([ranks[file.id] for file in files], say):
        left.markdown(charts.section(sentence), unsafe_allow_html=True)
    if ready and right.button(inbox_texts.load_label(ready, say), type="primary", key="load", width="stretch"):
        widgets.require(Permission.LOAD_EXPORTS)
        waiting.queue, waiting.before = [file.id for file in ready], None
        st.rerun()
    place = st.container()
    if ready and waiting.together:
        with place:
            _effect(view, waiting.together.effect, ready, current=current)
    return st.container()


def _effect(view: View, changed: Effect, ready: list[Dropped], *, current: bool) -> None:
    """Draw how many figures change, and which; if none does, which exports their points still need."""
    say = view.say
    sentence = inbox_texts.changed_text(changed.before, changed.after, say) if current else ""
    dropped = {(receipt.organisation, receipt.source.id) for _, receipt in _receipts(ready)}
    if sentence:
        widgets.html(charts.answer(sentence))
    dated = [(file.item.name, receipt.extract_date.day) for file, receipt in _receipts(ready)]
    for text in effect_texts.later(dict.fromkeys(dated), changed.day, say):
        widgets.html(charts.note(text))
    with st.expander(say(N_("The effect on the figures")), expanded=len(ready) <= SHOWN_EFFECT, key="effect"):
        if not effects.draw(view, changed):
            counting = reads.basis(view.data, changed.day).imports
            existing = {(row["organisation"], row["source"]) for row in counting} | dropped
            for text in texts.waiting(changed.after, dropped, existing, reads.sources(view.data), say):
                widgets.html(charts.caption(text))


def _receipts(ready: list[Dropped]) -> list[tuple[Dropped, Receipt]]:
    """What the files would be loaded as."""
    return [(file, receipt) for file in ready if file.rehearsal for receipt in file.rehearsal.receipts]


def _rows(
    view: View,
    waiting: Inbox,
    files: list[Dropped],
    there: list[Held],
    *,
    asked: dict[str, tuple[Question, ...]],
    ranks: dict[str, Rank],
) -> None:
    """Draw the files as a table, the doubtful first, with those that the intake holds. A row opens its card."""
    say, sources, opens = view.say, reads.sources(view.data), intake.root() is not None
    ordered = _ordered(files, ranks)
    after = sum(RANKS.index(ranks[file.id]) < RANKS.index("held") for file in ordered)
    waiting.listed = tuple(
        [file.id for file in ordered[:after]] + [each.id for each in there] + [f.id for f in ordered[after:]]
    )
    place = waiting.listed.index
    rows = [
        inbox_texts.listed(
            file, ranks[file.id], asked.get(file.id, ()), sources, say, place=place(file.id),
            opened=file.id == waiting.opened,
            origin=intake.origin(view, file.item.intake, file.item.organisation) if file.item.intake else "",
        )
        for file in ordered
    ]  # fmt: skip
    rows[after:after] = [
        inbox_texts.listed_as_held(
            each.file,
            sources,
            say,
            place=place(each.id) if opens else None,
            origin=intake.origin(view, each.file, each.organisation),
        )
        for each in there
    ]
    with st.container(key="inbox"):
        drawn = inbox_texts.table(rows, partial(_address, view), say)
        widgets.html(charts.table(*drawn, caption=say(N_("Files")), stacked=True))


def _ordered(files: list[Dropped], ranks: dict[str, Rank]) -> list[Dropped]:
    return sorted(files, key=lambda file: RANKS.index(ranks[file.id]))


def _take_up_all(view: View, waiting: Inbox, there: list[Held]) -> None:
    """Draw the button that takes up all files that the intake holds, or that they lie on another machine."""
    say = view.say
    if there and not intake.root():
        widgets.html(charts.caption(say(N_("The files lie on the machine where the intake runs."))))
    elif len(there) > 1 and st.button(inbox_texts.take_up_label(len(there), say), key="take up all", type="tertiary"):
        _show_not_taken(view, waiting, intake.take_up(waiting, there))
        st.rerun()


def _address(view: View, place: int) -> str:
    return widgets.address(view, "imports", file=str(place))


def _choose_card(
    waiting: Inbox, files: list[Dropped], asked: dict[str, tuple[Question, ...]], ranks: dict[str, Rank]
) -> None:
    """Open the first card that asks something, or the only one; and the next one when it has been answered."""
    ordered = _ordered(files, ranks)
    asking = [file.id for file in ordered if set(asked.get(file.id, ())) - {"organisation"}]
    if waiting.opened not in [file.id for file in ordered]:
        doubtful = [file.id for file in ordered if ranks[file.id] in {"asks", "refused"} or len(ordered) == 1]
        waiting.opened = next(iter(asking or doubtful), None)
    elif waiting.opened == waiting.asking and waiting.opened not in asking:
        waiting.opened = next(iter(asking), waiting.opened)
    waiting.asking = waiting.opened if waiting.opened in asking else None


def _open(waiting: Inbox) -> str:
    """Open the card of the row that was clicked, and return its file.

    The address forgets it, since the cards of other files open later.
    """
    place = st.query_params.pop("file", "")
    if place.isdecimal() and int(place) < len(waiting.listed):
        waiting.opened = waiting.listed[int(place)]
        return waiting.opened
    return ""


def _open_card(
    view: View, waiting: Inbox, files: list[Dropped], asked: dict[str, tuple[Question, ...]], context: Context
) -> None:
    opened = next((file for file in files if file.id == waiting.opened), None)
    if opened:
        open_ = tuple(file for file in files if asked.get(file.id))
        card.draw(card.Card(view, context, waiting, opened, asked.get(opened.id, ()), open_))


def _take_away_rest(view: View, waiting: Inbox, files: list[Dropped], ranks: dict[str, Rank]) -> None:
    """Draw the buttons that empty the table of the files that cannot be loaded, and of those that are, if several."""
    there = {
        N_("Remove the {count} that cannot be loaded"): [f.id for f in files if ranks[f.id] == "refused"],
        N_("Remove the {count} that are loaded already"): [
            f.id for f in files if f.refusal and ranks[f.id] == "loaded"
        ],
    }
    with st.container(horizontal=True, key="take-away"):
        for label, rest in there.items():
            if len(rest) > 1:
                text = view.say(label, count=view.say.in_words(len(rest)))
                st.button(
                    text, on_click=card.take_away, args=(waiting, rest), type="tertiary", key=f"take away {label}"
                )


# --- Loading ------------------------------------------------------------------------------------------------------


def _load(view: View, waiting: Inbox, files: list[Dropped], context: Context, place: Any) -> None:
    """Load the files that the user has ordered, with a progress bar. If a click interrupts it, the next run goes on.

    What cannot be loaded any more, such as by another choice about it meanwhile, is left out.
    """
    by_id = {file.id: file for file in files if isinstance(file.content.prepared, loading.Prepared)}
    waiting.queue = [file for file in waiting.queue if file in by_id]
    if not waiting.queue and waiting.before is None:
        return
    if waiting.before is None:
        waiting.before, waiting.done = _begin(context), []
    with context.database.cursor():  # the file is opened once for all of them
        for together in _in_sets([by_id[file] for file in waiting.queue]):
            widgets.require(Permission.LOAD_EXPORTS)
            name, total = widgets.plain(together[0].item.name), len(waiting.queue) + len(waiting.done)
            place.progress(
                len(waiting.done) / total,
                view.say(N_("Reading {n} of {of}: {file}"), n=len(waiting.done) + 1, of=total, file=name),
            )
            if not _load_set(view, waiting, together, context):
                waiting.queue, waiting.before = [], None
                return
    waiting.loaded, waiting.before = _sum(waiting, waiting.before, context) if waiting.done else None, None
    st.rerun()


def _begin(context: Context) -> Effect:
    """The figures before loading."""
    with context.database.cursor() as cursor:
        before = previewing.figures_on(cursor, context.points, context.as_of)
    return Effect(context.as_of, before, before)


def _in_sets(files: list[Dropped]) -> list[list[Dropped]]:
    """The files in the order in which they are loaded, those together that are one export."""
    by_prepared = {id(file.content.prepared): file for file in files}
    prepared = [f.content.prepared for f in files if isinstance(f.content.prepared, loading.Prepared)]
    return [[by_prepared[id(each)] for each in together] for together in loading.in_sets(loading.in_order(prepared))]


def _load_set(view: View, waiting: Inbox, files: list[Dropped], context: Context) -> bool:
    """Load files as they were rehearsed, unless there is something to ask by now; False if it can be tried again."""
    for file in files:
        file.item.taken_for, file.item.loaded_day = inbox_texts.taken_for(file, view.say), inbox.extract_day(file)
    settling = intake.Settling([file.item for file in files])
    try:
        stay = inbox.load(files, context, view.say, then=settling.record)
    except Exception as error:
        widgets.show_error(error)
        return False
    settling.put_away(view.say)
    for file in files:
        waiting.queue.remove(file.id)
        if file not in stay:
            waiting.done.append(file.id)
            if not file.content.receipts:
                uploads.release(file.id)
    return True


def _sum(waiting: Inbox, before: Effect, context: Context) -> Loaded:
    """What was loaded, with the figures now."""
    done = [item for file in waiting.done if (item := waiting.items.get(file))]
    results = [item.result for item in done if item.result]
    with context.database.cursor() as cursor:
        after = previewing.figures_on(cursor, context.points, before.day)
    return Loaded(
        sum(bool(result.imports) for result in results),
        sum(result.rows for result in results),
        sum(result.rejected for result in results),
        sum(not result.imports for result in results),
        Effect(before.day, before.before, after),
        tuple((item.name, day) for item in done if item.result and item.result.imports and (day := item.loaded_day)),
    )


def _loaded(view: View, waiting: Inbox, loaded: Loaded) -> None:
    """Draw the receipt: what was loaded, and what it has changed."""
    say = view.say
    with st.container(border=True, key="card-loaded"):
        widgets.html(charts.answer(inbox_texts.loaded_text(loaded, say)))
        if sentence := inbox_texts.changed_text(loaded.effect.before, loaded.effect.after, say, done=True):
            widgets.html(charts.caption(sentence))
        for text in effect_texts.later(loaded.dated, loaded.effect.day, say):
            widgets.html(charts.note(text))
        with st.expander(say(N_("The effect on the figures")), expanded=loaded.files <= SHOWN_EFFECT):
            effects.draw(view, loaded.effect)
        course_questions.draw(view, course_questions.asked(view))
        with st.container(horizontal=True, vertical_alignment="center", key="done"):
            widgets.link(view, "overview", say(N_("See the overview")))
            st.button(say(N_("Close this")), key="close loaded", on_click=_close, args=(waiting,), type="tertiary")


def _close(waiting: Inbox) -> None:
    card.take_away(waiting, waiting.finished)
    waiting.loaded = None
