"""What the page of imports draws: a card a file, what it changes, and the history."""

from typing import Any, Final

import streamlit as st

from compliance import charts, loading, previewing, reading, ui, viewing_imports
from compliance.database import EVERYTHING_KNOWN, Rows, rows
from compliance.errors import Refusal
from compliance.language import N_
from compliance.loading import Order
from compliance.permissions import Permission
from compliance.previewing import Preview
from compliance.queries import statement
from compliance.reading import Workbook
from compliance.ui import View

# Files are read once and kept with the session as long as they lie in the drop area; what they would change is
# computed anew only when the data or the coordinator's choices change.

Opened = Workbook | Refusal


def _kept(name: str) -> dict[Any, Any]:
    kept: dict[Any, Any] = st.session_state.setdefault(name, {})
    return kept


def opened_files(seen: View, files: list[Any]) -> list[tuple[str, str]]:
    """Reads the files that are new in the drop area, and forgets those that were taken away; ids and names."""
    say, read_ = seen.say, _kept("read files")
    for gone in set(read_) - {file.file_id for file in files}:
        del read_[gone]
    fresh = [file for file in files if file.file_id not in read_]
    place = st.empty()
    for number, file in enumerate(fresh):
        text = say(
            N_("Reading {file} ({n} of {of})"),
            file=ui.plain(reading.shown_name(file.name)[0]),
            n=number + 1,
            of=len(fresh),
        )
        place.progress(number / len(fresh), text)
        try:
            read_[file.file_id] = reading.read(file.getvalue(), name=file.name)
        except Refusal as refusal:
            read_[file.file_id] = refusal
    place.empty()
    return [(file.file_id, file.name) for file in files]


def import_card(seen: View, file_id: str, name: str, *, number: int, of: int) -> None:
    """A file: what it was taken for and why, what it changes, what is rejected, and the button that loads it."""
    say, book = seen.say, _kept("read files")[file_id]
    done = _kept("loaded files").get(file_id)
    kicker = say(N_("File {n} of {of}"), n=number, of=of)
    with st.container(border=True, key=f"card-{file_id}"):
        if done or isinstance(book, Refusal):
            text = done or say.refusal(book)
            ui.html(charts.card_head(reading.shown_name(name)[0], kicker=kicker, text=text))
            if done:
                ui.link(seen, "overview", say(N_("See the overview")))
            return
        asked = _order_of(seen, file_id)
        with st.spinner(say(N_("Working out what the file changes"))):
            found = _preview(seen, file_id, book, asked)
        left, right = st.columns([5, 7], gap="large")
        with left:
            ui.html(charts.card_head(book.name, kicker=kicker))
            _what_it_is(seen, found, book)
            _choices(seen, file_id, found, asked)
        with right:
            if isinstance(found, Preview) and of == 1:
                _effects(seen, found)
        if isinstance(found, Preview):
            _problems(seen, file_id, found)
            _load_button(seen, file_id, book, found)


def _order_of(seen: View, file_id: str) -> Order:
    """What the coordinator has chosen on a card, from the widgets of the run before."""
    chosen = st.session_state
    return Order(
        seen.user.name,
        ui.now(),
        source=chosen.get(f"source {file_id}"),
        organisation=chosen.get(f"organisation {file_id}") or seen.scope.organisation,
        extract_date=chosen.get(f"day {file_id}") if chosen.get(f"said {file_id}") else None,
        completes=bool(chosen.get(f"completes {file_id}")),
    )


def _preview(seen: View, file_id: str, book: Workbook, asked: Order) -> Preview | Refusal:
    kept = _kept("previews")
    choice = (asked.source, asked.organisation, asked.extract_date, asked.completes)
    key = (file_id, choice, seen.version, seen.as_of)
    if key not in kept:
        for old in [other for other in kept if other[0] == file_id]:
            del kept[old]
        try:
            kept[key] = previewing.preview(
                seen.database,
                [(book, asked)],
                as_of=seen.as_of,
                points=ui.points(),
                sources=ui.sources(),
                words=ui.words(),
            )
        except Refusal as refusal:
            kept[key] = refusal
    answer: Preview | Refusal = kept[key]
    return answer


def _what_it_is(seen: View, found: Preview | Refusal, book: Workbook) -> None:
    say = seen.say
    if isinstance(found, Refusal):
        ui.html(charts.note(say.refusal(found)))
        return
    for receipt in found.receipts:
        ui.html(charts.pairs(viewing_imports.receipt_pairs(receipt, book, ui.points(), say)))
        notes = viewing_imports.remarks(receipt, book, say)
        if notes:
            ui.html(charts.note(" ".join(notes)))


def _choices(seen: View, file_id: str, found: Preview | Refusal, asked: Order) -> None:
    """Extract date, source where it is asked for, organisation where there are several, and whether it completes."""
    say = seen.say
    by = viewing_imports.FOUND_BY[found.receipts[0].extract_date.by] if isinstance(found, Preview) else None
    day = found.receipts[0].extract_date.day if isinstance(found, Preview) else None
    given: Any = {} if f"day {file_id}" in st.session_state else {"value": day}
    st.date_input(
        say(N_("Extract date")) + (f" ({say(by)})" if by else ""),
        format="YYYY-MM-DD",
        key=f"day {file_id}",
        on_change=_said_day,
        args=(file_id,),
        max_value=ui.LAST_DAY,
        **given,
    )
    doubtful = isinstance(found, Refusal) or any(viewing_imports.is_doubtful(receipt) for receipt in found.receipts)
    if doubtful or asked.source:
        st.selectbox(
            say(N_("What the file is")),
            list(ui.sources()),
            index=None,
            format_func=lambda id_: say.pick(ui.sources()[id_].title),
            placeholder=say(N_("Found out from its headings")),
            key=f"source {file_id}",
        )
    names = ui.organisations(seen.key)
    if len(names) > 1:
        start = names.index(seen.scope.organisation)
        st.selectbox(say(N_("Organisation")), names, index=start, key=f"organisation {file_id}")
    st.checkbox(say(N_("Completes a file already loaded")), key=f"completes {file_id}")


def _said_day(file_id: str) -> None:
    st.session_state[f"said {file_id}"] = True


def _effects(seen: View, found: Preview) -> None:
    say = seen.say
    ui.html(charts.section(say(N_("How the figures change")), level=3))
    changed = viewing_imports.effects(found.before, found.after, say)
    if not changed:
        ui.html(charts.caption(say(N_("No point changes on {day}."), day=say.date(found.day))))
        for text in viewing_imports.waiting(found.after, found.receipts, _there(seen, found), ui.sources(), say):
            ui.html(charts.caption(text))
        return
    ui.html(charts.dumbbells(changed, label=say(N_("How the figures change"))))
    text = N_("On {day}. Ring: before. Dot: after. Change in percentage points (pp).")
    ui.html(charts.caption(say(text, day=say.date(found.day))))


def _there(seen: View, found: Preview) -> set[str]:
    """The exports that are there on the preview's day, those of the file included."""
    loaded = {row["source"] for row in ui.basis(seen.key, found.day).imports}
    return loaded | {receipt.source.id for receipt in found.receipts}


SHOWN_PROBLEMS: Final = 10


def _problems(seen: View, file_id: str, found: Preview) -> None:
    say = seen.say
    problems = [problem for receipt in found.receipts for problem in receipt.problems]
    rejected = [problem for problem in problems if problem["kind"] == "rejected"]
    warned = [problem for problem in problems if problem["kind"] != "rejected"]
    if rejected:
        with st.expander(say.plural("{n} row is rejected", "{n} rows are rejected", found.rejected), expanded=True):
            _problem_list(seen, rejected, say(N_("Rejected rows")))
            st.download_button(
                say(N_("Download the rejected rows")),
                lambda: previewing.rejected_workbook(found.receipts, say),
                file_name=viewing_imports.rejected_name(found.receipts[0], say),
                key=f"rejected {file_id}",
                on_click="ignore",
            )
    if warned:
        with st.expander(say.plural("{n} value with a warning", "{n} values with a warning", len(warned))):
            _problem_list(seen, warned, say(N_("Values with a warning")))


def _problem_list(seen: View, problems: Rows, caption: str) -> None:
    say = seen.say
    ui.html(charts.table(*viewing_imports.problem_table(problems[:SHOWN_PROBLEMS], say), caption=caption))
    if len(problems) > SHOWN_PROBLEMS:
        text = say(N_("{n} of {of} are shown."), n=SHOWN_PROBLEMS, of=say.number(len(problems)))
        ui.html(charts.caption(text))


def _load_button(seen: View, file_id: str, book: Workbook, found: Preview) -> None:
    say = seen.say
    label = say.plural("Load {n} row", "Load {n} rows", found.loaded).replace(" ", "\N{NO-BREAK SPACE}")
    if st.button(label, type="primary", key=f"load {file_id}"):
        ui.require(Permission.LOAD_EXPORTS)
        with st.spinner(say(N_("Loading {file}"), file=ui.plain(book.name))):
            _load(seen, file_id, book)
        st.rerun()


def _load(seen: View, file_id: str, book: Workbook) -> None:
    """Loads a file as it was previewed, and keeps a sentence on what came of it."""
    say = seen.say
    try:
        receipts = loading.load(seen.database, book, _order_of(seen, file_id), sources=ui.sources(), words=ui.words())
    except Refusal as refusal:
        _kept("loaded files")[file_id] = say.refusal(refusal)
        return
    texts = [
        say.plural(
            "{n} row of {source} loaded as import {id}.",
            "{n} rows of {source} loaded as import {id}.",
            receipt.summary.loaded,
            source=say.pick(receipt.source.title),
            id=receipt.import_id,
        )
        for receipt in receipts
    ]
    _kept("loaded files")[file_id] = " ".join(texts)


def _together(seen: View, ready: list[str]) -> Preview | Refusal:
    """What several files change together: one alone often lacks what another brings."""
    orders = [_order_of(seen, file_id) for file_id in ready]
    choices = tuple((o.source, o.organisation, o.extract_date, o.completes) for o in orders)
    key, kept = (tuple(ready), choices, seen.version, seen.as_of), _kept("together")
    if key not in kept:
        kept.clear()
        files = [(_kept("read files")[file_id], order_) for file_id, order_ in zip(ready, orders, strict=True)]
        try:
            kept[key] = previewing.preview(
                seen.database, files, as_of=seen.as_of, points=ui.points(), sources=ui.sources(), words=ui.words()
            )
        except Refusal as refusal:
            kept[key] = refusal
    answer: Preview | Refusal = kept[key]
    return answer


def load_all(seen: View, opened: list[tuple[str, str]]) -> None:
    """One button for several files that can be loaded."""
    say = seen.say
    waiting = {
        key[0]
        for key, found in _kept("previews").items()
        if isinstance(found, Preview) and not any(viewing_imports.is_doubtful(receipt) for receipt in found.receipts)
    }
    ready = [file_id for file_id, _ in opened if file_id in waiting and file_id not in _kept("loaded files")]
    if len(ready) < 2:
        return
    with st.container(border=True, key="card-together"), st.spinner(say(N_("Working out what the files change"))):
        together = _together(seen, ready)
        if isinstance(together, Refusal):
            ui.html(charts.note(say.refusal(together)))
        else:
            _effects(seen, together)
    if st.button(say(N_("Load all {n} files"), n=len(ready)), type="primary", key="load all"):
        ui.require(Permission.LOAD_EXPORTS)
        place = st.empty()
        for number, file_id in enumerate(ready):
            book = _kept("read files")[file_id]
            place.progress(number / len(ready), say(N_("Loading {file}"), file=ui.plain(book.name)))
            _load(seen, file_id, book)
        st.rerun()


SHOWN_IMPORTS: Final = 15


def history(seen: View) -> None:
    """Every import, revoked ones too, and the way to revoke one."""
    say, found = seen.say, ui.imports(seen.key)
    ui.html(charts.section(say(N_("What has been loaded"))))
    if not found:
        ui.html(charts.caption(say(N_("Nothing yet."))))
        return
    every = len(found) > SHOWN_IMPORTS and st.toggle(
        say(N_("Show all {n} imports"), n=say.number(len(found))), key=f"all imports {say.code}"
    )
    shown = found if every else found[:SHOWN_IMPORTS]
    ui.html(
        charts.table(*viewing_imports.history_table(shown, ui.sources(), say), caption=say(N_("What has been loaded")))
    )
    live = {row["import_id"]: row for row in found if not row["revoked_at"]}
    if seen.sample or not live or not seen.user.may(Permission.REVOKE_IMPORTS):
        return
    chosen = st.selectbox(
        say(N_("Revoke an import")),
        list(live),
        index=None,
        format_func=lambda id_: f"{id_} · {live[id_]['file']} · {live[id_]['extract_date']}",
        placeholder=say(N_("Choose an import")),
        key="revoke choice",
        width=460,
    )
    if chosen is not None:
        _confirm_revoke(seen, live[chosen])


def _confirm_revoke(seen: View, row: dict[str, Any]) -> None:
    """The second step: what revoking means, why it is done, and the button that does it."""
    say, number = seen.say, row["import_id"]
    with st.container(border=True, key="card-revoke"):
        text = N_("{file} no longer counts in the figures, but stays in the history with your reason.")
        ui.html(charts.card_head(say(N_("Revoke import {id}"), id=number), text=say(text, file=row["file"])))
        why = st.text_area(say(N_("Why is it revoked?")), key=f"why {number}", width=460)
        if st.button(say(N_("Revoke the import")), type="primary", key=f"revoke {number}"):
            ui.require(Permission.REVOKE_IMPORTS)
            loading.revoke(seen.database, number, why=why, order=ui.order())
            st.rerun()


def rename(seen: View) -> None:
    """The name of the organisation, which can be changed."""
    say = seen.say
    with seen.database.cursor() as cursor:
        known = rows(cursor, statement("organisations"), {"known_at": EVERYTHING_KNOWN})
    mine = [row for row in known if row["organisation"] == seen.scope.organisation]
    if not mine:
        return
    ui.html(charts.section(say(N_("The name of the organisation"))))
    with st.form("rename", border=False):
        name = st.text_input(say(N_("Name")), value=seen.scope.organisation, width=460)
        if st.form_submit_button(say(N_("Change the name"))):
            ui.require(Permission.LOAD_EXPORTS)
            loading.rename_organisation(seen.database, mine[0]["organisation_id"], name=name, order=ui.order())
            st.query_params.pop("organisation", None)
            st.rerun()
