"""The card of a file in the inbox: what it is, the choices about it, what it changes, and loading it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.access.scopes import Scope
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
from compliance.screens.imports import forms, inbox, mapping, returns, texts
from compliance.screens.imports.history import effect
from compliance.screens.imports.inbox import Content, Context, Inbox, Item, Result
from compliance.screens.views import View
from compliance.store.database import Rows

SHOWN_PROBLEMS: Final = 10
GONE: Final = N_("The file does not lie here any more. Drop it again.")


@dataclass(frozen=True)
class Card:
    """A file in the inbox during a run, with the current choices as its order."""

    view: View
    context: Context
    inbox: Inbox
    id: str
    content: Content
    order: Order

    @property
    def item(self) -> Item:
        """What the session stores of the file."""
        return self.inbox.items[self.id]


def card_of(view: View, context: Context, waiting: Inbox, file: str, content: Content) -> Card:
    """The card of a file, with the choices in its widgets at the end of the previous run."""
    chosen, item = st.session_state, waiting.items[file]
    order = views.order(
        source=chosen.get(f"source {file}"),
        organisation=chosen.get(f"organisation {file}") or view.scope.organisation,
        extract_date=item.extract_date,
        completes=bool(chosen.get(f"completes {file}")),
        through=item.through,
    )
    return Card(view, context, waiting, file, content, order)


def draw(card: Card, *, number: int, of: int) -> None:
    """Draw the card of a file. The button that takes it away is there even if the file is faulty."""
    item, content = card.item, card.content
    kicker = card.view.say(N_("File {n} of {of}"), n=number, of=of)
    with st.container(border=True, key=f"card-{card.id}"):
        widgets.html(charts.card_head(item.name, kicker=kicker, text=item.result.text if item.result else ""))
        if item.result:
            _loaded(card, item.result)
            return
        if inbox.is_outdated(content, card.order, card.context):
            with st.spinner(card.view.say(N_("Reading {file}"), file=widgets.plain(item.name))):
                inbox.read(content, card.order, card.context)
        if isinstance(content.book, Workbook):
            with widgets.showing_errors():
                _waiting(card, content.book)
        elif content.book:
            widgets.html(charts.note(card.view.say.refusal(content.book)))
        _take_away_button(card)


def _waiting(card: Card, book: Workbook) -> None:
    """Draw what a file was recognised as and why, what it changes, its rejected rows, and the button that loads it."""
    with st.spinner(card.view.say(N_("Working out what the file changes"))):
        preview = inbox.preview(card.content, card.order, card.context)
    left, right = st.columns([5, 7], gap="large")
    with left:
        _what_it_is(card, preview, book)
        _choices(card, preview)
    with right:
        if isinstance(preview, Preview):
            _doubts(card, preview, book)
            if len(card.inbox.items) - len(card.inbox.loaded) == 1:
                widgets.html(charts.section(card.view.say(N_("How the figures change")), level=3))
                effects(card.view, preview.effect, preview.sources)
    if isinstance(preview, Preview):
        _problems(card, preview)
    _by_hand(card, book, preview)
    if isinstance(preview, Preview):
        _load_button(card, preview)


def _loaded(card: Card, result: Result) -> None:
    """Draw the result of a loaded file: what was changed in returned rows, and the rows that are still rejected."""
    say = card.view.say
    if result.corrections:
        with st.expander(say(N_("What was changed in the rows"))):
            widgets.html(
                charts.table(*texts.corrections_table(result.corrections, say), caption=say(N_("Mended values")))
            )
            if result.of > len(result.corrections):
                text = N_("{n} of {of} are shown.")
                widgets.html(charts.caption(say(text, n=len(result.corrections), of=say.number(result.of))))
    with st.container(horizontal=True, key=f"done-{card.id}"):
        widgets.link(card.view, "overview", say(N_("See the overview")))
        if result.returnable and card.content.receipts:
            _rejected_button(card, card.content.receipts)
        _take_away_button(card)


def _take_away_button(card: Card) -> None:
    label = N_("Close the card") if card.item.result else N_("Take away")
    st.button(
        card.view.say(label), key=f"away {card.id}", on_click=take_away, args=(card.inbox, [card.id]), type="tertiary"
    )


def take_away(waiting: Inbox, removed: list[str]) -> None:
    """Remove files from the inbox, with their contents."""
    for file in removed:
        files.release(file)
        waiting.items.pop(file, None)
    waiting.together = None


# --- What it is ---------------------------------------------------------------------------------------------------


def _what_it_is(card: Card, preview: Preview | Refusal, book: Workbook) -> None:
    say = card.view.say
    if isinstance(preview, Refusal):
        widgets.html(charts.note(say.refusal(preview)))
        if isinstance(preview, loading.AlreadyLoaded):
            returns.offer(card.view, preview.import_id, key=card.id)
        return
    for receipt, comparison in zip(preview.receipts, preview.comparisons, strict=True):
        widgets.html(charts.pairs(texts.receipt_pairs(receipt, comparison, book, card.context.points, say)))
        for text in texts.remarks(receipt, book, say):
            widgets.html(charts.caption(text))
        if unused := texts.unused(receipt):
            with st.expander(say.plural("{n} column is not used", "{n} columns are not used", len(unused))):
                widgets.html(charts.caption(", ".join(unused)))


def _doubts(card: Card, preview: Preview, book: Workbook) -> None:
    """Draw the doubts about the file as sentences, with the button that resolves one if there is any."""
    say = card.view.say
    for receipt, comparison in zip(preview.receipts, preview.comparisons, strict=True):
        for text in texts.doubts(receipt, comparison, book, card.context.sources, say):
            widgets.html(charts.note(text))
        for unmatched in comparison.unmatched:
            if unmatched.fit:
                widgets.html(charts.note(texts.fit_text(unmatched, card.context.sources, say)))
                st.button(
                    say(N_("Match by the column {column}"), column=widgets.plain(unmatched.fit.heading)),
                    key=f"fit {card.id}",
                    on_click=_match_by,
                    args=(card.item, unmatched.fit.heading),
                )
        if receipt.through:
            widgets.html(charts.note(say(N_("Matched by the column {column}."), column=receipt.through)))
            if card.item.through:
                st.button(say(N_("Undo")), key=f"unfit {card.id}", on_click=_match_by, args=(card.item, None))


def _match_by(item: Item, heading: str | None) -> None:
    item.through = heading


# --- Choices ------------------------------------------------------------------------------------------------------


def _choices(card: Card, preview: Preview | Refusal) -> None:
    """Draw the choices: extract date, source if it is unclear, organisation if there are several, completing or not."""
    say = card.view.say
    if isinstance(preview, Preview | loading.Undated) or card.order.extract_date:
        _day_choice(card, preview)
    if isinstance(preview, Ambiguous) or (card.order.source and not isinstance(preview, Unrecognised)):
        st.selectbox(
            say(N_("What the file is")),
            list(card.context.sources),
            index=None,
            format_func=lambda id_: say.pick(card.context.sources[id_].title),
            placeholder=say(N_("Found out from its headings")),
            key=f"source {card.id}",
        )
    names = _organisations(card, preview)
    if len(names) > 1:
        start = names.index(card.view.scope.organisation)
        st.selectbox(say(N_("Organisation")), names, index=start, key=f"organisation {card.id}")
    if isinstance(preview, Preview) and preview.receipts[0].marker is None:
        st.checkbox(say(N_("Completes a file already loaded")), key=f"completes {card.id}")


def _organisations(card: Card, preview: Preview | Refusal) -> list[str]:
    """The organisations that a file may belong to: those of the database, and the one that the file names."""
    names = list(card.view.reader.organisations(reads.organisations(card.view.data, card.view.as_of)))
    named = preview.receipts[0].other_organisation if isinstance(preview, Preview) else None
    if named and not card.view.reader.sees(Scope(named)):
        return names
    folded = {name.casefold() for name in names}
    return [*names, named] if named and named.casefold() not in folded else names


def _day_choice(card: Card, preview: Preview | Refusal) -> None:
    """Draw the extract date, with where it comes from."""
    by = texts.FOUND_BY[preview.receipts[0].extract_date.by] if isinstance(preview, Preview) else None
    day = preview.receipts[0].extract_date.day if isinstance(preview, Preview) else card.item.extract_date
    key = f"day {card.id}"
    initial: Any = {} if key in st.session_state else {"value": day}
    st.date_input(
        card.view.say(N_("Extract date")) + (f" ({card.view.say(by)})" if by else ""),
        format="YYYY-MM-DD",
        key=key,
        on_change=_choose_day,
        args=(card.item, key),
        max_value=views.LAST_DAY,
        **initial,
    )


def _choose_day(item: Item, key: str) -> None:
    day: date | None = st.session_state.get(key)
    item.extract_date = day


def _by_hand(card: Card, book: Workbook, preview: Preview | Refusal) -> None:
    """Draw the panel to map columns by hand, expanded if the file needs it."""
    if isinstance(preview, Refusal) and not isinstance(preview, Unrecognised | loading.NothingToLoad):
        return
    recognised = isinstance(preview, Preview) and not is_doubtful(preview)
    lost = isinstance(preview, Preview) and any(compared.lost for compared in preview.comparisons)
    with st.expander(card.view.say(N_("Say how the columns are read")), expanded=lost or not recognised):
        receipts = preview.receipts if isinstance(preview, Preview) and recognised else ()
        matches = [match for receipt in receipts for match in receipt.matches]
        mapping.panel(card.view, card.id, book, matches, source_id=card.order.source)


def is_doubtful(preview: Preview) -> bool:
    """Whether so few columns of a file are recognised that it may be something else."""
    return any(texts.is_doubtful(receipt) for receipt in preview.receipts)


# --- What it changes ----------------------------------------------------------------------------------------------


def effects(view: View, changed: Effect, dropped: set[str]) -> None:
    """Draw the points that change; if none does, which exports the points of the `dropped` sources still need."""
    if effect(view, changed):
        return
    existing = {row["source"] for row in reads.basis(view.data, changed.day).imports} | dropped
    for text in texts.waiting(changed.after, dropped, existing, reads.sources(), view.say):
        widgets.html(charts.caption(text))


def _problems(card: Card, preview: Preview) -> None:
    say = card.view.say
    problems = [problem for receipt in preview.receipts for problem in receipt.problems]
    rejected = [problem for problem in problems if problem["kind"] == "rejected"]
    warned = [problem for problem in problems if problem["kind"] != "rejected"]
    if rejected:
        with st.expander(say.plural("{n} row is rejected", "{n} rows are rejected", preview.rejected), expanded=True):
            _problem_list(card.view, rejected, say(N_("Rejected rows")))
            if preview.withheld:
                widgets.html(charts.note(withheld_text(preview.withheld, say)))
            if preview.rejected > preview.withheld:
                text = N_(
                    "Send the rows to whoever owns the source. Mended, they are dropped here and complete this file."
                )
                widgets.html(charts.caption(say(text)))
                _rejected_button(card, preview.receipts)
    if warned:
        with st.expander(say.plural("{n} value with a warning", "{n} values with a warning", len(warned))):
            _problem_list(card.view, warned, say(N_("Values with a warning")))


def _problem_list(view: View, problems: Rows, caption: str) -> None:
    say = view.say
    shown, of = texts.of_first_rows(problems, SHOWN_PROBLEMS)
    widgets.html(charts.table(*texts.problem_table(shown, say), caption=caption))
    if of > SHOWN_PROBLEMS:
        widgets.html(charts.caption(say(N_("{n} of {of} rows are shown."), n=SHOWN_PROBLEMS, of=say.number(of))))


def _rejected_button(card: Card, receipts: tuple[Receipt, ...]) -> None:
    """Draw the download of the rejected rows. The rows are looked up on the click: the button must not hold them."""
    say = card.view.say
    label, name = say(N_("Download the rejected rows")), texts.rejected_name(receipts[0], say)
    make = partial(_rejected, card.view, files.finder(card.id))
    told: Any = {"action": Action.FORM, "what": "rejected rows", "details": {"source": receipts[0].source.id}}
    downloads.offer(card.view, File(label, name, forms.XLSX, key=f"rejected {card.id}", make=make, **told))


def _rejected(view: View, find: Callable[[], object | None], job: Job) -> bytes:
    audit.require(view.reader.user, Permission.LOAD_EXPORTS)
    content = find()
    if not isinstance(content, Content):
        raise Refusal(GONE)
    preview = content.preview
    receipts = preview.receipts if isinstance(preview, Preview) else content.receipts
    job.rows = sum(receipt.summary.rejected for receipt in receipts)
    book = replace(content.workbook, sheets=())
    return make_file(job, returning.return_workbook, returning.only_rejected(receipts), book, view.say)


# --- Loading ------------------------------------------------------------------------------------------------------


def _load_button(card: Card, preview: Preview) -> None:
    say = card.view.say
    label = say.plural("Load {n} row", "Load {n} rows", preview.loaded).replace(" ", "\N{NO-BREAK SPACE}")
    if st.button(label, type="secondary" if is_doubtful(preview) else "primary", key=f"load {card.id}"):
        widgets.require(Permission.LOAD_EXPORTS)
        with st.spinner(say(N_("Loading {file}"), file=widgets.plain(card.item.name))):
            finished = load(card)
        if finished:
            st.rerun()


def load(card: Card) -> bool:
    """Load a file as it was previewed; False if it can be tried again."""
    try:
        inbox.load(card.item, card.content, card.order, card.context, card.view.say)
    except DiskFull as refusal:
        widgets.show_error(refusal)
        return False
    if not card.content.receipts:
        files.release(card.id)
    return True
