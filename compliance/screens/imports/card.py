"""The card of a file in the inbox: what it is, what is said of it, what it changes, and its loading."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import permissions
from compliance.access.permissions import Permission
from compliance.core.errors import Refusal
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_
from compliance.core.saving import DiskFull
from compliance.correcting import returning
from compliance.correcting.previewing import Effect, Preview
from compliance.drawing import charts
from compliance.loading import loading
from compliance.loading.loading import Order, Receipt
from compliance.loading.validating import withheld_text
from compliance.reading.recognising import Ambiguous, Unrecognised
from compliance.reading.sheets import Workbook
from compliance.screens import downloads, files, reads, views, widgets
from compliance.screens.downloads import File
from compliance.screens.imports import forms, inbox, mapping, texts
from compliance.screens.imports.history import effect
from compliance.screens.imports.inbox import Content, Context, Inbox, Item, Result
from compliance.screens.views import View
from compliance.store.database import Rows

SHOWN_PROBLEMS: Final = 10
GONE: Final = N_("The file does not lie here any more. Drop it again.")


@dataclass(frozen=True)
class Card:
    """A file in the inbox while the page is drawn, with what is said of it now."""

    view: View
    context: Context
    inbox: Inbox
    id: str
    content: Content
    order: Order

    @property
    def item(self) -> Item:
        """What the session keeps of the file."""
        return self.inbox.items[self.id]


def card(view: View, context: Context, kept: Inbox, file: str, content: Content) -> Card:
    """A file with what the coordinator has chosen on its card, from the widgets of the run before."""
    chosen, item = st.session_state, kept.items[file]
    order = Order(
        view.reader.user.name,
        source=chosen.get(f"source {file}"),
        organisation=chosen.get(f"organisation {file}") or view.scope.organisation,
        extract_date=item.extract_date,
        completes=bool(chosen.get(f"completes {file}")),
        through=item.through,
    )
    return Card(view, context, kept, file, content, order)


def draw(here: Card, *, number: int, of: int) -> None:
    """A file with its number; whatever is wrong with it, it can be taken away."""
    item, content = here.item, here.content
    kicker = here.view.say(N_("File {n} of {of}"), n=number, of=of)
    with st.container(border=True, key=f"card-{here.id}"):
        widgets.html(charts.card_head(item.name, kicker=kicker, text=item.result.text if item.result else ""))
        if item.result:
            _loaded(here, item.result)
            return
        if inbox.is_outdated(content, here.order, here.context):
            with st.spinner(here.view.say(N_("Reading {file}"), file=widgets.plain(item.name))):
                inbox.read(content, here.order, here.context)
        if isinstance(content.book, Workbook):
            with widgets.showing_errors():
                _waiting(here, content.book)
        elif content.book:
            widgets.html(charts.note(here.view.say.refusal(content.book)))
        _take_away_button(here)


def _waiting(here: Card, book: Workbook) -> None:
    """What a file was taken for and why, what it changes, what is rejected, and the button that loads it."""
    with st.spinner(here.view.say(N_("Working out what the file changes"))):
        preview = inbox.preview(here.content, here.order, here.context)
    left, right = st.columns([5, 7], gap="large")
    with left:
        _what_it_is(here, preview, book)
        _choices(here, preview)
    with right:
        if isinstance(preview, Preview):
            _doubts(here, preview, book)
            if len(here.inbox.items) - len(here.inbox.loaded) == 1:
                widgets.html(charts.section(here.view.say(N_("How the figures change")), level=3))
                effects(here.view, preview.effect, preview.sources)
    if isinstance(preview, Preview):
        _problems(here, preview)
    _by_hand(here, book, preview)
    if isinstance(preview, Preview):
        _load_button(here, preview)


def _loaded(here: Card, result: Result) -> None:
    """A file that is loaded: what came of it, what was changed in rows that came back, and the rows still rejected."""
    say = here.view.say
    if result.mended:
        with st.expander(say(N_("What was changed in the rows"))):
            widgets.html(charts.table(*texts.mended_table(result.mended, say), caption=say(N_("Mended values"))))
            if result.of > len(result.mended):
                text = N_("{n} of {of} are shown.")
                widgets.html(charts.caption(say(text, n=len(result.mended), of=say.number(result.of))))
    with st.container(horizontal=True, key=f"done-{here.id}"):
        widgets.link(here.view, "overview", say(N_("See the overview")))
        if result.returnable and here.content.receipts:
            _rejected_button(here, here.content.receipts)
        _take_away_button(here)


def _take_away_button(here: Card) -> None:
    label = N_("Close the card") if here.item.result else N_("Take away")
    st.button(
        here.view.say(label), key=f"away {here.id}", on_click=take_away, args=(here.inbox, [here.id]), type="tertiary"
    )


def take_away(kept: Inbox, gone: list[str]) -> None:
    """Take files out of the inbox, with all that is kept of them."""
    for file in gone:
        files.release(file)
        kept.items.pop(file, None)
    kept.together = None


# --- What it is ---------------------------------------------------------------------------------------------------


def _what_it_is(here: Card, preview: Preview | Refusal, book: Workbook) -> None:
    say = here.view.say
    if isinstance(preview, Refusal):
        widgets.html(charts.note(say.refusal(preview)))
        return
    for receipt, comparison in zip(preview.receipts, preview.comparisons, strict=True):
        widgets.html(charts.pairs(texts.receipt_pairs(receipt, comparison, book, here.context.points, say)))
        for text in texts.remarks(receipt, book, say):
            widgets.html(charts.caption(text))
        if unused := texts.unused(receipt):
            with st.expander(say.plural("{n} column is not used", "{n} columns are not used", len(unused))):
                widgets.html(charts.caption(", ".join(unused)))


def _doubts(here: Card, preview: Preview, book: Workbook) -> None:
    """What makes one doubt the file, each in a sentence, with the way to mend it where there is one."""
    say = here.view.say
    for receipt, comparison in zip(preview.receipts, preview.comparisons, strict=True):
        for text in texts.doubts(receipt, comparison, book, here.context.sources, say):
            widgets.html(charts.note(text))
        for unmatched in comparison.unmatched:
            if unmatched.fit:
                widgets.html(charts.note(texts.fit_text(unmatched, here.context.sources, say)))
                st.button(
                    say(N_("Match by the column {column}"), column=widgets.plain(unmatched.fit.heading)),
                    key=f"fit {here.id}",
                    on_click=_match_by,
                    args=(here.item, unmatched.fit.heading),
                )
        if receipt.through:
            widgets.html(charts.note(say(N_("Matched by the column {column}."), column=receipt.through)))
            if here.item.through:
                st.button(say(N_("Undo")), key=f"unfit {here.id}", on_click=_match_by, args=(here.item, None))


def _match_by(item: Item, heading: str | None) -> None:
    item.through = heading


# --- What is said of it -------------------------------------------------------------------------------------------


def _choices(here: Card, preview: Preview | Refusal) -> None:
    """Extract date, source where it is asked for, organisation where there are several, and whether it completes."""
    say = here.view.say
    if isinstance(preview, Preview | loading.Undated) or here.order.extract_date:
        _day_choice(here, preview)
    if isinstance(preview, Ambiguous) or (here.order.source and not isinstance(preview, Unrecognised)):
        st.selectbox(
            say(N_("What the file is")),
            list(here.context.sources),
            index=None,
            format_func=lambda id_: say.pick(here.context.sources[id_].title),
            placeholder=say(N_("Found out from its headings")),
            key=f"source {here.id}",
        )
    names = _organisations(here, preview)
    if len(names) > 1:
        start = names.index(here.view.scope.organisation)
        st.selectbox(say(N_("Organisation")), names, index=start, key=f"organisation {here.id}")
    if isinstance(preview, Preview) and preview.receipts[0].marker is None:
        st.checkbox(say(N_("Completes a file already loaded")), key=f"completes {here.id}")


def _organisations(here: Card, preview: Preview | Refusal) -> list[str]:
    """Whose a file may be: those that the database has, and the one that the file names."""
    names = list(reads.organisations(here.view.data, here.view.as_of))
    named = preview.receipts[0].other_organisation if isinstance(preview, Preview) else None
    known = {name.casefold() for name in names}
    return [*names, named] if named and named.casefold() not in known else names


def _day_choice(here: Card, preview: Preview | Refusal) -> None:
    """The extract date, and where it was found."""
    by = texts.FOUND_BY[preview.receipts[0].extract_date.by] if isinstance(preview, Preview) else None
    day = preview.receipts[0].extract_date.day if isinstance(preview, Preview) else here.item.extract_date
    key = f"day {here.id}"
    given: Any = {} if key in st.session_state else {"value": day}
    st.date_input(
        here.view.say(N_("Extract date")) + (f" ({here.view.say(by)})" if by else ""),
        format="YYYY-MM-DD",
        key=key,
        on_change=_choose_day,
        args=(here.item, key),
        max_value=views.LAST_DAY,
        **given,
    )


def _choose_day(item: Item, key: str) -> None:
    day: date | None = st.session_state.get(key)
    item.extract_date = day


def _by_hand(here: Card, book: Workbook, preview: Preview | Refusal) -> None:
    """The way to say by hand how the file is read: open where that is needed, else folded away."""
    if isinstance(preview, Refusal) and not isinstance(preview, Unrecognised | loading.NothingToLoad):
        return
    known = isinstance(preview, Preview) and not is_doubtful(preview)
    lost = isinstance(preview, Preview) and any(compared.lost for compared in preview.comparisons)
    with st.expander(here.view.say(N_("Say how the columns are read")), expanded=lost or not known):
        receipts = preview.receipts if isinstance(preview, Preview) and known else ()
        matches = [match for receipt in receipts for match in receipt.matches]
        mapping.panel(here.view, here.id, book, matches, said=here.order.source)


def is_doubtful(preview: Preview) -> bool:
    """Whether so little of a file is known that it may well be something else."""
    return any(texts.is_doubtful(receipt) for receipt in preview.receipts)


# --- What it changes ----------------------------------------------------------------------------------------------


def effects(view: View, changed: Effect, given: set[str]) -> None:
    """The points that change; where none does, which exports beside those given they still wait for."""
    if effect(view, changed):
        return
    existing = {row["source"] for row in reads.basis(view.data, changed.day).imports} | given
    for text in texts.waiting(changed.after, given, existing, reads.sources(), view.say):
        widgets.html(charts.caption(text))


def _problems(here: Card, preview: Preview) -> None:
    say = here.view.say
    problems = [problem for receipt in preview.receipts for problem in receipt.problems]
    rejected = [problem for problem in problems if problem["kind"] == "rejected"]
    warned = [problem for problem in problems if problem["kind"] != "rejected"]
    if rejected:
        with st.expander(say.plural("{n} row is rejected", "{n} rows are rejected", preview.rejected), expanded=True):
            _problem_list(here.view, rejected, say(N_("Rejected rows")))
            if preview.withheld:
                widgets.html(charts.note(withheld_text(preview.withheld, say)))
            if preview.rejected > preview.withheld:
                text = N_(
                    "Send the rows to whoever owns the source. Mended, they are dropped here and complete this file."
                )
                widgets.html(charts.caption(say(text)))
                _rejected_button(here, preview.receipts)
    if warned:
        with st.expander(say.plural("{n} value with a warning", "{n} values with a warning", len(warned))):
            _problem_list(here.view, warned, say(N_("Values with a warning")))


def _problem_list(view: View, problems: Rows, caption: str) -> None:
    say = view.say
    shown, of = texts.of_first_rows(problems, SHOWN_PROBLEMS)
    widgets.html(charts.table(*texts.problem_table(shown, say), caption=caption))
    if of > SHOWN_PROBLEMS:
        widgets.html(charts.caption(say(N_("{n} of {of} rows are shown."), n=SHOWN_PROBLEMS, of=say.number(of))))


def _rejected_button(here: Card, receipts: tuple[Receipt, ...]) -> None:
    """The rejected rows as a workbook; the button finds the rows when it is clicked, and does not keep them."""
    say = here.view.say
    label, name = say(N_("Download the rejected rows")), texts.rejected_name(receipts[0], say)
    make = partial(_rejected, here.view, files.finder(here.id))
    downloads.offer(here.view, File(label, name, forms.XLSX, key=f"rejected {here.id}", make=make))


def _rejected(view: View, find: Callable[[], object | None], job: Job) -> bytes:
    permissions.require(view.reader.user, Permission.LOAD_EXPORTS)
    content = find()
    if not isinstance(content, Content):
        raise Refusal(GONE)
    preview = content.preview
    receipts = preview.receipts if isinstance(preview, Preview) else content.receipts
    book = replace(content.workbook, sheets=())
    return make_file(job, returning.return_workbook, returning.only_rejected(receipts), book, view.say)


# --- Loading ------------------------------------------------------------------------------------------------------


def _load_button(here: Card, preview: Preview) -> None:
    say = here.view.say
    label = say.plural("Load {n} row", "Load {n} rows", preview.loaded).replace(" ", "\N{NO-BREAK SPACE}")
    if st.button(label, type="secondary" if is_doubtful(preview) else "primary", key=f"load {here.id}"):
        widgets.require(Permission.LOAD_EXPORTS)
        with st.spinner(say(N_("Loading {file}"), file=widgets.plain(here.item.name))):
            done = load(here)
        if done:
            st.rerun()


def load(here: Card) -> bool:
    """Load a file as it was previewed; False if it can be tried again."""
    try:
        inbox.load(here.item, here.content, here.order, here.context, here.view.say)
    except DiskFull as refusal:
        widgets.show_error(refusal)
        return False
    if not here.content.receipts:
        files.release(here.id)
    return True
