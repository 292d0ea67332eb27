"""What the page of imports draws where files are loaded: an inbox, and a card a file with what it is and changes.

A file is read once and lies in the inbox until it is loaded or taken away, also when one leaves the page. What it would
change is computed anew only when the data or the coordinator's choices change.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import permissions
from compliance.access.permissions import Permission
from compliance.core.errors import Refusal
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_
from compliance.core.saving import DiskFull
from compliance.correcting import previewing, returning
from compliance.correcting.previewing import Preview
from compliance.correcting.returning import Change
from compliance.drawing import charts
from compliance.loading import loading
from compliance.loading.loading import Order, Receipt, add_event
from compliance.loading.validating import withheld_text
from compliance.reading import mapping, reading
from compliance.reading.recognising import Ambiguous, Unrecognised, as_mapping
from compliance.reading.screening import Asked
from compliance.reading.sheets import Workbook
from compliance.screens import files as screens_files
from compliance.screens import making, reads, views, widgets
from compliance.screens.imports import forms, history, texts
from compliance.screens.imports import mapping as imports_mapping
from compliance.screens.imports import names as imports_names
from compliance.screens.making import File
from compliance.screens.views import View
from compliance.store.database import Rows

Opened = Workbook | Refusal
SHOWN_PROBLEMS: Final = 10
SHOWN_CHANGES: Final = 50
# More files than these are rehearsed together only where somebody asks for it.
AT_ONCE: Final = 20


# --- The parts of the page ----------------------------------------------------------------------------------------


def _forms(view: View) -> None:
    forms.templates(view)
    forms.questionnaires(view)


def _names(view: View) -> None:
    imports_names.names(view)
    if not view.sample:
        history.rename(view)


PARTS: Final[dict[str, tuple[str, Callable[[View], None]]]] = {
    "load": (N_("Load exports"), lambda view: inbox(view)),
    "history": (N_("History"), history.history),
    "forms": (N_("Templates and questions"), _forms),
    "mappings": (N_("Connected columns"), imports_mapping.mappings),
    "names": (N_("Names"), _names),
}


def chosen_part(view: View) -> Callable[[View], None]:
    """The page's title and its parts; the part that its address names."""
    say = view.say
    said = st.query_params.get("part", "load")
    here = said if said in PARTS else "load"
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
    return PARTS[here][1]


def _choose_part(key: str) -> None:
    if chosen := st.session_state.get(key):
        st.query_params["part"] = chosen


# --- The inbox ----------------------------------------------------------------------------------------------------


def _kept(name: str) -> dict[Any, Any]:
    kept: dict[Any, Any] = st.session_state.setdefault(name, {})
    return kept


def inbox(view: View) -> None:
    """Where files are dropped, a card for each that lies there, and what has been loaded before."""
    say = view.say
    if view.sample:
        text = N_(
            "The sample data are there to try with. "
            "Your own exports go into a database of their own, and the two are never mixed."
        )
        widgets.html(charts.note(say(text)))
        widgets.start_own_button(view, key="start_imports")
    else:
        _receive(view)
        files = _kept("files")
        for number, file_id in enumerate(files, start=1):
            _card(view, file_id, number=number, of=len(files))
        _clear_button(view)
        _load_all(view, list(files))
    history.table(view)


def _receive(view: View) -> None:
    """Takes what was dropped into the inbox, where it waits to be read; the drop area is empty again then."""
    turn = st.session_state.setdefault("drops", 0)
    files = screens_files.field(view.say(N_("Files")), label_visibility="collapsed", key=f"files {turn}")
    _tell_not_taken(view)
    inbox_ = _kept("files")
    if files:
        screens_files.keep(files)
        inbox_.update({file.file_id: (reading.shown_name(file.name)[0], Dropped(file)) for file in files})
        st.session_state["drops"] = turn + 1
        st.rerun()
    unread = [file_id for file_id, (_, book) in inbox_.items() if isinstance(book, Dropped)]
    place = st.empty()
    for number, file_id in enumerate(unread):
        name, dropped = inbox_[file_id]
        text = view.say(N_("Reading {file} ({n} of {of})"), file=widgets.plain(name), n=number + 1, of=len(unread))
        place.progress(number / len(unread), text)
        inbox_[file_id] = (name, _read(view, file_id, dropped))
        screens_files.has_been_read(file_id)
    place.empty()


def _tell_not_taken(view: View) -> None:
    """Why files of the last drop do not lie here; the drop area itself is empty again."""
    for refusal, number in screens_files.not_taken():
        text = view.say.plural("{n} file was not taken.", "{n} files were not taken.", number)
        widgets.html(charts.note(f"{text} {view.say.refusal(refusal)}"))


@dataclass(frozen=True)
class Dropped:
    """A file that waits to be read: it stays in the inbox also where one leaves the page meanwhile."""

    file: Any


@dataclass(frozen=True)
class Again:
    """A file that is read again when something else is said of it: that decides what is an identity number in it."""

    dropped: Dropped
    asked: Asked
    version: object


def _read(view: View, file_id: str, dropped: Dropped) -> Opened:
    """A file as it is read, with what is said of it."""
    asked = _asked(view, file_id)
    try:
        book = reading.read(dropped.file.getvalue(), name=dropped.file.name, asked=asked)
    except Refusal as refusal:
        return refusal
    if book.told:
        _kept("again")[file_id] = Again(dropped, asked, view.version)
    return book


def _asked(view: View, file_id: str) -> Asked:
    order = _order_of(view, file_id)
    return loading.asked(view.database, order, sources=reads.sources(), words=reads.words(), today=views.today())


def _as_said(view: View, file_id: str, book: Workbook) -> Opened:
    """A file as it is read with what is said of it now, which may be more than when it was read."""
    again, order = _kept("again").get(file_id), _order_of(view, file_id)
    if again is None:
        return book
    if (again.version, again.asked.source, again.asked.day) == (view.version, order.source, order.extract_date):
        return book
    if _asked(view, file_id).said == again.asked.said:
        _kept("again")[file_id] = replace(again, version=view.version)
        return book
    name = _kept("files")[file_id][0]
    with st.spinner(view.say(N_("Reading {file}"), file=widgets.plain(name))):
        found = _read(view, file_id, again.dropped)
    _kept("files")[file_id] = (name, found)
    return found


def _take_away(file_id: str) -> None:
    screens_files.let_go(file_id)
    for name in ("files", "loaded files", "again"):
        _kept(name).pop(file_id, None)
    for key in [key for key in _kept("previews") if key[0] == file_id]:
        del _kept("previews")[key]
    _kept("together").clear()


def _take_all_away(done: list[str]) -> None:
    for file_id in done:
        _take_away(file_id)


def _clear_button(view: View) -> None:
    """Takes away the cards of all files that are loaded, where there are several."""
    done = list(_kept("loaded files"))
    if len(done) > 1:
        st.button(
            view.say(N_("Take away the {n} cards of files that are loaded"), n=len(done)),
            on_click=_take_all_away,
            args=(done,),
            type="tertiary",
            key="clear",
        )


# --- The card of a file -------------------------------------------------------------------------------------------


def _card(view: View, file_id: str, *, number: int, of: int) -> None:
    """A file with its number; whatever is wrong with it, it can be taken away."""
    name, book = _kept("files")[file_id]
    kicker = view.say(N_("File {n} of {of}"), n=number, of=of)
    with st.container(border=True, key=f"card-{file_id}"):
        done = _kept("loaded files").get(file_id)
        widgets.html(charts.card_head(name, kicker=kicker, text=done.text if done else ""))
        if done:
            _done(view, file_id, done)
            return
        book = _as_said(view, file_id, book) if isinstance(book, Workbook) else book
        if isinstance(book, Refusal):
            widgets.html(charts.note(view.say.refusal(book)))
        else:
            with widgets.told():
                _waiting(view, file_id, book)
        _take_away_button(view, file_id)


def _waiting(view: View, file_id: str, book: Workbook) -> None:
    """What a file was taken for and why, what it changes, what is rejected, and the button that loads it."""
    asked = _order_of(view, file_id)
    with st.spinner(view.say(N_("Working out what the file changes"))):
        found = _preview(view, file_id, book, asked)
    left, right = st.columns([5, 7], gap="large")
    with left:
        _what_it_is(view, found, book)
        _choices(view, file_id, found, asked)
    with right:
        if isinstance(found, Preview):
            _doubts(view, file_id, found, book)
            if len(_kept("files")) - len(_kept("loaded files")) == 1:
                widgets.html(charts.section(view.say(N_("How the figures change")), level=3))
                _effects(view, found)
    if isinstance(found, Preview):
        _problems(view, file_id, found)
    _by_hand(view, file_id, book, found, asked)
    if isinstance(found, Preview):
        _load_button(view, file_id, book, found)


@dataclass(frozen=True)
class Loaded:
    """What came of a file: in a sentence, its imports, and of mended rows what was changed in them."""

    text: str
    receipts: tuple[Receipt, ...] = ()
    mended: tuple[Change, ...] = ()


def _done(view: View, file_id: str, done: Loaded) -> None:
    """A file that is loaded: what came of it, what was changed in rows that came back, and the rows still rejected."""
    say = view.say
    if done.mended:
        with st.expander(say(N_("What was changed in the rows"))):
            drawn = texts.mended_table(done.mended[:SHOWN_CHANGES], say)
            widgets.html(charts.table(*drawn, caption=say(N_("Mended values"))))
            _shown_of(view, SHOWN_CHANGES, len(done.mended))
    with st.container(horizontal=True, key=f"done-{file_id}"):
        widgets.link(view, "overview", say(N_("See the overview")))
        if any(receipt.summary.returnable for receipt in done.receipts):
            _rejected_button(view, file_id, done.receipts)
        _take_away_button(view, file_id)


def _take_away_button(view: View, file_id: str) -> None:
    label = N_("Close the card") if file_id in _kept("loaded files") else N_("Take away")
    st.button(view.say(label), key=f"away {file_id}", on_click=_take_away, args=(file_id,), type="tertiary")


def _order_of(view: View, file_id: str) -> Order:
    """What the coordinator has chosen on a card, from the widgets of the run before."""
    chosen = st.session_state
    return Order(
        view.user.name,
        source=chosen.get(f"source {file_id}"),
        organisation=chosen.get(f"organisation {file_id}") or view.scope.organisation,
        extract_date=chosen.get(f"day {file_id}") if chosen.get(f"said {file_id}") else None,
        completes=bool(chosen.get(f"completes {file_id}")),
        through=chosen.get(f"through {file_id}"),
    )


def _choice(asked: Order) -> tuple[object, ...]:
    return (asked.source, asked.organisation, asked.extract_date, asked.completes, asked.through)


def _preview(view: View, file_id: str, book: Workbook, asked: Order) -> Preview | Refusal:
    kept = _kept("previews")
    key = (file_id, _choice(asked), view.version, view.as_of)
    if key not in kept:
        for old in [other for other in kept if other[0] == file_id]:
            del kept[old]
        kept[key] = _tried(view, [(book, asked)])
    answer: Preview | Refusal = kept[key]
    return answer


def _tried(view: View, files: list[tuple[Workbook, Order]]) -> Preview | Refusal:
    try:
        return previewing.preview(
            view.database, files, as_of=view.as_of, points=reads.points(), sources=reads.sources(), words=reads.words()
        )
    except Refusal as refusal:
        return refusal


def _what_it_is(view: View, found: Preview | Refusal, book: Workbook) -> None:
    say = view.say
    if isinstance(found, Refusal):
        widgets.html(charts.note(say.refusal(found)))
        return
    for receipt, comparison in zip(found.receipts, found.comparisons, strict=True):
        widgets.html(charts.pairs(texts.receipt_pairs(receipt, comparison, book, reads.points(), say)))
        for text in texts.remarks(receipt, book, say):
            widgets.html(charts.caption(text))
        if unused := texts.unused(receipt):
            with st.expander(say.plural("{n} column is not used", "{n} columns are not used", len(unused))):
                widgets.html(charts.caption(", ".join(unused)))


def _doubts(view: View, file_id: str, found: Preview, book: Workbook) -> None:
    """What makes one doubt the file, each in a sentence, with the way to mend it where there is one."""
    say = view.say
    for receipt, comparison in zip(found.receipts, found.comparisons, strict=True):
        for text in texts.doubts(receipt, comparison, book, reads.sources(), say):
            widgets.html(charts.note(text))
        for unmatched in comparison.unmatched:
            if unmatched.fit:
                widgets.html(charts.note(texts.fit_text(unmatched, reads.sources(), say)))
                st.button(
                    say(N_("Match by the column {column}"), column=widgets.plain(unmatched.fit.heading)),
                    key=f"fit {file_id}",
                    on_click=_match_by,
                    args=(file_id, unmatched.fit.heading),
                )
        if receipt.through:
            widgets.html(charts.note(say(N_("Matched by the column {column}."), column=receipt.through)))
            if st.session_state.get(f"through {file_id}"):
                st.button(say(N_("Undo")), key=f"unfit {file_id}", on_click=_match_by, args=(file_id, None))


def _match_by(file_id: str, heading: str | None) -> None:
    st.session_state[f"through {file_id}"] = heading


def _choices(view: View, file_id: str, found: Preview | Refusal, asked: Order) -> None:
    """Extract date, source where it is asked for, organisation where there are several, and whether it completes."""
    say = view.say
    if isinstance(found, Preview | loading.Undated) or asked.extract_date:
        _day_choice(view, file_id, found)
    if isinstance(found, Ambiguous) or (asked.source and not isinstance(found, Unrecognised)):
        st.selectbox(
            say(N_("What the file is")),
            list(reads.sources()),
            index=None,
            format_func=lambda id_: say.pick(reads.sources()[id_].title),
            placeholder=say(N_("Found out from its headings")),
            key=f"source {file_id}",
        )
    names = _organisations(view, found)
    if len(names) > 1:
        start = names.index(view.scope.organisation)
        st.selectbox(say(N_("Organisation")), names, index=start, key=f"organisation {file_id}")
    if isinstance(found, Preview) and found.receipts[0].marker is None:
        st.checkbox(say(N_("Completes a file already loaded")), key=f"completes {file_id}")


def _organisations(view: View, found: Preview | Refusal) -> list[str]:
    """Whose a file may be: those that the database has, and the one that the file names."""
    names = list(reads.organisations(view.key, view.as_of))
    named = found.receipts[0].other_organisation if isinstance(found, Preview) else None
    known = {name.casefold() for name in names}
    return [*names, named] if named and named.casefold() not in known else names


def _day_choice(view: View, file_id: str, found: Preview | Refusal) -> None:
    """The extract date, and where it was found."""
    by = texts.FOUND_BY[found.receipts[0].extract_date.by] if isinstance(found, Preview) else None
    day = found.receipts[0].extract_date.day if isinstance(found, Preview) else None
    given: Any = {} if f"day {file_id}" in st.session_state else {"value": day}
    st.date_input(
        view.say(N_("Extract date")) + (f" ({view.say(by)})" if by else ""),
        format="YYYY-MM-DD",
        key=f"day {file_id}",
        on_change=_said_day,
        args=(file_id,),
        max_value=views.LAST_DAY,
        **given,
    )


def _said_day(file_id: str) -> None:
    st.session_state[f"said {file_id}"] = True


def _by_hand(view: View, file_id: str, book: Workbook, found: Preview | Refusal, asked: Order) -> None:
    """The way to say by hand how the file is read: open where that is needed, else folded away."""
    if isinstance(found, Refusal) and not isinstance(found, Unrecognised | loading.NothingToLoad):
        return
    needed = isinstance(found, Refusal) or _is_doubtful(found) or any(compared.lost for compared in found.comparisons)
    with st.expander(view.say(N_("Say how the columns are read")), expanded=needed):
        known = isinstance(found, Preview) and not _is_doubtful(found)
        matches = (
            [m for receipt in found.receipts for m in receipt.matches] if isinstance(found, Preview) and known else []
        )
        imports_mapping.panel(view, file_id, book, matches, said=asked.source)


def _is_doubtful(found: Preview) -> bool:
    """Whether so little of a file is known that it may well be something else."""
    return any(texts.is_doubtful(receipt) for receipt in found.receipts)


def _effects(view: View, found: Preview) -> None:
    say = view.say
    changed = texts.effects(found.before, found.after, say)
    if not changed:
        widgets.html(charts.caption(say(N_("No point changes on {day}."), day=say.date(found.day))))
        for text in texts.waiting(found.after, found.receipts, _there(view, found), reads.sources(), say):
            widgets.html(charts.caption(text))
        return
    widgets.html(charts.dumbbells(changed, label=say(N_("How the figures change"))))
    text = N_("On {day}. Ring: before. Dot: after. Change in percentage points (pp).")
    widgets.html(charts.caption(say(text, day=say.date(found.day))))


def _there(view: View, found: Preview) -> set[str]:
    """The exports that are there on the preview's day, those of the file included."""
    loaded = {row["source"] for row in reads.basis(view.key, found.day).imports}
    return loaded | {receipt.source.id for receipt in found.receipts}


def _problems(view: View, file_id: str, found: Preview) -> None:
    say = view.say
    problems = [problem for receipt in found.receipts for problem in receipt.problems]
    rejected = [problem for problem in problems if problem["kind"] == "rejected"]
    warned = [problem for problem in problems if problem["kind"] != "rejected"]
    if rejected:
        with st.expander(say.plural("{n} row is rejected", "{n} rows are rejected", found.rejected), expanded=True):
            _problem_list(view, rejected, say(N_("Rejected rows")))
            if found.withheld:
                widgets.html(charts.note(withheld_text(found.withheld, say)))
            if found.rejected > found.withheld:
                text = N_(
                    "Send the rows to whoever owns the source. Mended, they are dropped here and complete this file."
                )
                widgets.html(charts.caption(say(text)))
                _rejected_button(view, file_id, found.receipts)
    if warned:
        with st.expander(say.plural("{n} value with a warning", "{n} values with a warning", len(warned))):
            _problem_list(view, warned, say(N_("Values with a warning")))


def _rejected_button(view: View, file_id: str, receipts: tuple[Receipt, ...]) -> None:
    """The rejected rows as a workbook."""
    say, book = view.say, _kept("files")[file_id][1]
    label, name = say(N_("Download the rejected rows")), texts.rejected_name(receipts[0], say)
    make = partial(_rejected, view, receipts, book)
    making.offer(view, File(label, name, forms.XLSX, key=f"rejected {file_id}", make=make))


def _rejected(view: View, receipts: tuple[Receipt, ...], book: Workbook, job: Job) -> bytes:
    permissions.require(view.user, Permission.LOAD_EXPORTS)
    return make_file(job, returning.return_workbook, returning.lean(receipts), replace(book, sheets=()), view.say)


def _problem_list(view: View, problems: Rows, caption: str) -> None:
    say = view.say
    shown, of = texts.of_first_rows(problems, SHOWN_PROBLEMS)
    widgets.html(charts.table(*texts.problem_table(shown, say), caption=caption))
    if of > SHOWN_PROBLEMS:
        widgets.html(charts.caption(say(N_("{n} of {of} rows are shown."), n=SHOWN_PROBLEMS, of=say.number(of))))


def _shown_of(view: View, shown: int, of: int) -> None:
    if of > shown:
        widgets.html(charts.caption(view.say(N_("{n} of {of} are shown."), n=shown, of=view.say.number(of))))


# --- Loading ------------------------------------------------------------------------------------------------------


def _load_button(view: View, file_id: str, book: Workbook, found: Preview) -> None:
    say = view.say
    label = say.plural("Load {n} row", "Load {n} rows", found.loaded).replace(" ", "\N{NO-BREAK SPACE}")
    if st.button(label, type="secondary" if _is_doubtful(found) else "primary", key=f"load {file_id}"):
        widgets.require(Permission.LOAD_EXPORTS)
        with st.spinner(say(N_("Loading {file}"), file=widgets.plain(book.name))):
            done = _load(view, file_id, book)
        if done:
            st.rerun()


def _load(view: View, file_id: str, book: Workbook) -> bool:
    """Loads a file as it was previewed, and keeps a sentence on what came of it; False where it can be tried again."""
    say, order = view.say, _order_of(view, file_id)
    _kept("again").pop(file_id, None)
    try:
        receipts = loading.load(view.database, book, order, sources=reads.sources(), words=reads.words())
    except DiskFull as refusal:
        return not widgets.tell(refusal)
    except Refusal as refusal:
        _kept("loaded files")[file_id] = Loaded(say.refusal(refusal))
        _needed_no_more(file_id)
        return True
    if order.through:
        _remember_match(view, receipts, order)
    text = " ".join(texts.loaded_text(receipt, say) for receipt in receipts)
    _kept("loaded files")[file_id] = Loaded(text, tuple(receipts), _mended(view, receipts))
    if not any(receipt.summary.rejected for receipt in receipts):
        _needed_no_more(file_id)
    return True


def _needed_no_more(file_id: str) -> None:
    """What was read of a file that is loaded: only rejected rows are taken from it after that."""
    _kept("files")[file_id] = (_kept("files")[file_id][0], None)
    screens_files.let_go(file_id)


def _mended(view: View, receipts: list[Receipt]) -> tuple[Change, ...]:
    """What the owner of a source has changed in the rows that came back."""
    with view.database.cursor() as cursor:
        return tuple(change for receipt in receipts for change in returning.mended(cursor, receipt))


def _remember_match(view: View, receipts: list[Receipt], order: Order) -> None:
    """A match by another column holds for the next file with the same headings too."""
    with view.database.writing() as cursor:
        for match in (match for receipt in receipts for match in receipt.matches if not match.combined):
            mapping.remember(cursor, as_mapping(match, through=order.through), who=order.who)
            add_event(cursor, order, "map", f"{match.source.id}: matched by {order.through}")


def _together(view: View, ready: list[str]) -> Preview | Refusal:
    """What several files change together: one alone often lacks what another brings."""
    orders = [_order_of(view, file_id) for file_id in ready]
    key, kept = (tuple(ready), tuple(map(_choice, orders)), view.version, view.as_of), _kept("together")
    if key not in kept:
        kept.clear()
        books = [_kept("files")[file_id][1] for file_id in ready]
        kept[key] = _tried(view, list(zip(books, orders, strict=True)))
    answer: Preview | Refusal = kept[key]
    return answer


def _load_all(view: View, opened: list[str]) -> None:
    """One button for several files that can be loaded."""
    say = view.say
    waiting = {
        key[0] for key, found in _kept("previews").items() if isinstance(found, Preview) and not _is_doubtful(found)
    }
    ready = [file_id for file_id in opened if file_id in waiting and file_id not in _kept("loaded files")]
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
        for number, file_id in enumerate(sorted(ready, key=_source_order)):
            book = _kept("files")[file_id][1]
            place.progress(number / len(ready), say(N_("Loading {file}"), file=widgets.plain(book.name)))
            if not _load(view, file_id, book):
                return
        st.rerun()


def _effects_together(view: View, ready: list[str]) -> None:
    with st.spinner(view.say(N_("Working out what the files change"))):
        together = _together(view, ready)
    if isinstance(together, Refusal):
        widgets.html(charts.note(view.say.refusal(together)))
    else:
        _effects(view, together)


def _source_order(file_id: str) -> int:
    """As in the rehearsal: what others refer to comes first."""
    found = next((p for key, p in _kept("previews").items() if key[0] == file_id and isinstance(p, Preview)), None)
    return min((receipt.source.order for receipt in found.receipts), default=99) if found else 99
