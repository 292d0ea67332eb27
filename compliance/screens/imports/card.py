"""The card of a file in the inbox: what it is, the questions and choices about it, and its rejected rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.core import media
from compliance.core.errors import Refusal
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_, begun
from compliance.core.lengths import LONGEST_NAME
from compliance.correcting import returning
from compliance.correcting.doubts import doubts_of_import
from compliance.correcting.previewing import Rehearsal
from compliance.drawing import charts, elements
from compliance.intake.rows import IntakeFile
from compliance.loading.loading import AlreadyLoaded, AnsweredList, NothingToLoad, Prepared, Receipt, others_in
from compliance.loading.validating import REASONS, withheld_text
from compliance.reading.recognising import written_day
from compliance.reading.sheets import Workbook
from compliance.screens import downloads, effect_texts, fields, files, sayings, views, widgets
from compliance.screens.downloads import File
from compliance.screens.imports import answers, inbox, inbox_texts, intake, mapping, returns, texts
from compliance.screens.imports.inbox import Answer, Content, Context, Dropped, Inbox, Item, Question, Result
from compliance.screens.views import View
from compliance.wording import phrases

DAY_WIDTH: Final = 320
# The label of each answer.
ANSWERS: Final[dict[Question, dict[str, Answer]]] = {
    "what": {N_("Yes, it is"): "accepted"},
    "headings": {N_("Yes, that is right"): "accepted"},
    "levels": {N_("Load it without levels"): "accepted"},
    "keys": {N_("It completes them"): "completes", N_("It replaces them"): "accepted"},
    "parts": {N_("Count what there is"): "accepted", N_("It completes them"): "completes"},
}
# Why the intake holds a file that this card asks by itself, until it is answered.
ASKED_HERE: Final = frozenset({*ANSWERS, "answered", "columns", "day", "organisation", "source"})
GONE: Final = N_("The file is no longer here. Drop it again.")


@dataclass(frozen=True)
class Card:
    """The open file during a run, with what is asked about it, and every file of which something is."""

    view: View
    context: Context
    inbox: Inbox
    file: Dropped
    asked: tuple[Question, ...]
    asking: tuple[Dropped, ...] = ()

    @property
    def item(self) -> Item:
        """The choices about the file."""
        return self.file.item


def draw(card: Card) -> None:
    """Draw the card of a file. The button that takes it away is there even if the file is faulty."""
    item, content = card.item, card.file.content
    with st.container(border=True, key="card-file"):
        widgets.html(charts.card_head(item.name, text=item.result.text if item.result else ""))
        if item.intake and not item.result:
            _origin(card, item.intake)
        if item.result:
            _loaded(card, item.result)
            return
        if isinstance(content.book, Workbook):
            with widgets.showing_errors():
                _waiting(card, content.book)
        elif content.book:
            widgets.html(charts.note(texts.of_file(content.book, item.name, card.view.say)))
        if item.intake:
            _decline(card, item.intake)
        _take_away_button(card)


def _origin(card: Card, file: IntakeFile) -> None:
    """Draw where a file of the intake comes from, and why it is held if nothing else here says it."""
    say = card.view.say
    origin = intake.origin(card.view, file, card.item.organisation)
    widgets.html(elements.tag("div", begun(origin), css="v-caption"))
    why = inbox_texts.held_text(file, say)
    asked = inbox_texts.everything_asked(card.file, card.asked, card.context.sources, say)
    if why and file.why.get("code") not in ASKED_HERE and why not in asked:
        widgets.html(charts.note(f"{say(N_('Why it is held'))}: {why}"))


def _decline(card: Card, file: IntakeFile) -> None:
    """Draw the form that puts a file of the intake away without loading it."""
    say, key = card.view.say, card.file.id
    with st.expander(say(N_("Do not load it"))):
        widgets.html(charts.caption(say(N_("It is put away among those that are not loaded, with your name and why."))))
        why = fields.line(say(N_("Why?")), key=f"why not {key}", max_chars=LONGEST_NAME)
        if st.button(say(N_("Do not load it")), key=f"decline {key}"):
            with widgets.showing_errors():
                intake.decline(card.view.database, file, why, say)
                take_away(card.inbox, [key])
                st.rerun()


def _waiting(card: Card, book: Workbook) -> None:
    """Draw what a file was recognised as and why, what is asked, its rejected rows, and its columns."""
    if isinstance(card.file.refusal, AnsweredList):
        settling = intake.Settling([card.item])
        acts = answers.Acts(partial(settling.record, number=0, receipts=[]), partial(_answered_by_unit, card, settling))
        answers.answers_card(card.view, book, key=card.file.id, acts=acts)
        return
    left, right = st.columns([5, 7], gap="large")
    with left:
        _what_it_is(card, book)
        _choices(card, book)
    with right:
        _questions(card)
        if card.file.rehearsal and not card.file.is_unnamed:
            _doubts(card, card.file.rehearsal, book)
    if not card.file.is_unnamed:
        _meanings(card)
        if card.file.rehearsal:
            _problems(card, card.file.rehearsal)
    _by_hand(card, book)


def _meanings(card: Card) -> None:
    """Draw the form that says what words and dates of the file mean, also where no row can be read before."""
    rehearsal, refusal = card.file.rehearsal, card.file.refusal
    receipts = rehearsal.receipts if rehearsal else ()
    asked = [sayings.Asked(*each) for receipt in receipts for each in texts.without_meaning(receipt)]
    if isinstance(refusal, NothingToLoad):
        asked = [sayings.Asked(*each, rows=0) for each in refusal.month_first]
    if asked:
        organisation = receipts[0].organisation if receipts else card.file.order.organisation
        file = inbox.ready(card.file, card.context)
        about = sayings.About(organisation or card.view.scope.organisation, file, file.day.day if file.day else None)
        sayings.form(card.view, asked, about, key=card.file.id)


def _answered_by_unit(card: Card, settling: intake.Settling, text: str) -> None:
    card.item.taken_for = inbox_texts.taken_for(card.file, card.view.say)
    card.item.result = Result(text, answered=True)
    settling.put_away(card.view.say)
    files.release(card.file.id)


def _loaded(card: Card, result: Result) -> None:
    """Draw the result of a loaded file: what was changed in returned rows, and the rows that are still rejected."""
    say = card.view.say
    if result.corrections:
        with st.expander(say(N_("What was changed in the rows"))):
            widgets.table(
                card.view, texts.CORRECTIONS, result.corrections, caption=say(N_("What was changed in the rows"))
            )
            if result.of > len(result.corrections):
                text = N_("{n} of {of} are shown.")
                widgets.html(charts.caption(say(text, n=len(result.corrections), of=say.number(result.of))))
    with st.container(horizontal=True, key="done-file"):
        if result.returnable and card.file.content.receipts:
            _rejected_button(card, card.file.content.receipts)
        _take_away_button(card)


def _take_away_button(card: Card) -> None:
    file, is_held = card.file.id, card.item.intake and not card.item.result
    st.button(
        card.view.say(N_("Put it back") if is_held else N_("Remove the file")),
        key=f"away {file}",
        on_click=take_away,
        args=(card.inbox, [file]),
        type="tertiary",
    )


def take_away(waiting: Inbox, removed: list[str]) -> None:
    """Remove files from the inbox, with their contents."""
    for file in removed:
        files.release(file)
        waiting.items.pop(file, None)


# --- What it is ---------------------------------------------------------------------------------------------------


def _what_it_is(card: Card, book: Workbook) -> None:
    say, rehearsal = card.view.say, card.file.rehearsal
    if rehearsal is None or card.file.is_unnamed:
        return
    for receipt, comparison in zip(rehearsal.receipts, rehearsal.comparisons, strict=True):
        widgets.html(charts.pairs(texts.receipt_pairs(receipt, comparison, book, card.context.points, say)))
        for text in texts.remarks(receipt, book, say):
            widgets.html(charts.caption(text))
        if unused := texts.unused(receipt):
            with st.expander(say.plural("{n} column is not used", "{n} columns are not used", len(unused))):
                widgets.html(charts.caption(", ".join(unused)))


def _questions(card: Card) -> None:
    """Draw why the file cannot be loaded, or what is asked first, each question with its answers."""
    say = card.view.say
    if card.file.refusal and not card.asked:
        widgets.html(charts.note(texts.of_file(card.file.refusal, card.item.name, say)))
        if isinstance(card.file.refusal, AlreadyLoaded):
            returns.offer(card.view, card.file.refusal.import_id, key=card.file.id)
    for question in ("what",) if card.file.is_unnamed else card.asked:
        widgets.html(charts.note(inbox_texts.asked_text(card.file, question, say)))
        if question in ANSWERS and not card.file.is_unnamed:
            _answers(card, question)
    _answered(card)


def _answers(card: Card, question: Question) -> None:
    """Draw the answers to a question, and whether they hold for the other files of which the same is asked."""
    say, key = card.view.say, f"{question} {card.file.id}"
    others = inbox.alike(card.file, question, card.asking)
    if others:
        names = effect_texts.files_named([file.item.name for file in others], say)
        widgets.html(charts.caption(say(N_("The same is asked of {files}."), files=names)))
        st.checkbox(inbox_texts.same_label(len(others) + 1, say), value=True, key=f"same {key}")
    with st.container(horizontal=True, key=f"answers-{question}"):
        for label, answer in ANSWERS[question].items():
            if answer == "completes" and not _can_complete(card, question):
                continue
            about = [card.file, *others], question, answer
            st.button(say(label), key=f"{answer} {key}", on_click=_answer, args=about)


def _can_complete(card: Card, question: Question) -> bool:
    """Whether the answer that the file completes those before it is one of those to a question."""
    return any("--completes" in asked.options for asked in card.file.asked if asked.about == question)


def _answer(files: list[Dropped], question: Any, answer: Answer) -> None:
    """Keep the answer about the first of the files, and about the others if it holds for them too."""
    own, *others = files
    for file in [own, *others] if st.session_state.get(f"same {question} {own.id}") else [own]:
        file.item.answers[question] = answer
        if answer == "completes":
            file.item.completes = st.session_state[f"completes {file.id}"] = True


def _answered(card: Card) -> None:
    """Draw each answer that was given about the file, with the button that takes it back."""
    for question, answer in card.item.answers.items():
        text = inbox_texts.answered_text(card.file, question, answer, card.view.say)
        with st.container(key=f"answered-{question}", gap=None):
            widgets.html(charts.caption(text))
            key = f"change {question} {card.file.id}"
            label = card.view.say(N_("Change the answer"))
            st.button(label, key=key, on_click=_take_back, args=(card.file, question), type="tertiary")


def _take_back(file: Dropped, question: Any) -> None:
    if file.item.answers.pop(question, None) == "completes":
        file.item.completes = st.session_state[f"completes {file.id}"] = False


def _doubts(card: Card, rehearsal: Rehearsal, book: Workbook) -> None:
    """Draw the doubts about the file as sentences, with the button that resolves one if there is any."""
    say = card.view.say
    for receipt, comparison in zip(rehearsal.receipts, rehearsal.comparisons, strict=True):
        for doubt in doubts_of_import(receipt, comparison, book):
            widgets.html(charts.note(texts.doubt_text(doubt, card.context.sources, say)))
        for unmatched in comparison.unmatched:
            if unmatched.fit:
                widgets.html(charts.note(texts.fit_text(unmatched, card.context.sources, say)))
                st.button(
                    say(N_("Match by the column {column}"), column=widgets.plain(unmatched.fit.heading)),
                    key=f"fit {card.file.id}",
                    on_click=_match_by,
                    args=(card.item, unmatched.fit.heading),
                )
        if receipt.through:
            widgets.html(charts.note(say(N_("Matched by the column {column}."), column=receipt.through)))
            if card.item.through:
                st.button(say(N_("Undo")), key=f"unfit {card.file.id}", on_click=_match_by, args=(card.item, None))


def _match_by(item: Item, heading: str | None) -> None:
    item.through = heading


# --- Choices ------------------------------------------------------------------------------------------------------


def _choices(card: Card, book: Workbook) -> None:
    """Draw the choices: extract date, source if it is unclear, organisation if there are several, completing or not."""
    say, refusal = card.view.say, card.file.refusal
    if refusal is None or "day" in card.asked or card.item.extract_date:
        _day_choice(card)
    others = others_in(book, card.context.sources, card.context.words) if isinstance(refusal, AlreadyLoaded) else []
    if others and not card.item.source:
        titles = phrases.listed([say.pick(source.title) for source in others], say)
        widgets.html(charts.caption(say(N_("It has the columns of {sources} too."), sources=titles)))
    if others or "source" in card.asked or (card.item.source and "columns" not in card.asked):
        names = list(card.context.sources)
        _choice(
            card,
            say(N_("Taken for")),
            names,
            "source",
            format_func=lambda id_: say.pick(card.context.sources[id_].title),
            placeholder=say(N_("Export")),
        )
    existing = card.view.reader.organisations(card.view.organisations)
    names = list(dict.fromkeys([*existing, *card.inbox.names.values()]))
    if len(names) > 1 and refusal is None:
        _choice(card, say(N_("Organisation")), names, "organisation", placeholder=card.file.order.organisation or "")
    if card.file.rehearsal and card.file.rehearsal.receipts[0].marker is None:
        key = f"completes {card.file.id}"
        st.checkbox(
            say(N_("Completes a file already loaded")),
            value=card.item.completes,
            key=key,
            on_change=_choose,
            args=(card.item, "completes", key),
        )


def _choice(card: Card, label: str, names: list[str], about: str, **kwargs: Any) -> None:
    """Draw a choice that may be left open."""
    chosen, key = getattr(card.item, about), f"{about} {card.file.id}"
    st.selectbox(
        label,
        names,
        index=names.index(chosen) if chosen in names else None,
        key=key,
        on_change=_choose,
        args=(card.item, about, key),
        **kwargs,
    )


def _choose(item: Item, about: str, key: str) -> None:
    """Keep a choice beyond its widget. What was accepted of the file as it was before is asked again."""
    setattr(item, about, st.session_state.get(key))
    item.answers = {}


def _day_choice(card: Card) -> None:
    """Draw the extract date, with where it comes from."""
    prepared = card.file.content.prepared
    found = prepared.day if isinstance(prepared, Prepared) else None
    day = card.item.extract_date or (found.day if found else None)
    by = texts.FOUND_BY.get("said" if card.item.extract_date else found.by) if found else None
    label = card.view.say(N_("Extract date")) + (f" ({card.view.say(by)})" if by else "")
    day_field(card.view, label, [card.item], day=day)


def day_field(view: View, label: str, items: list[Item], *, day: date | None) -> None:
    """Draw the field for the extract date of one or several files."""
    say, key = view.say, f"day {len(items)} {items[0].name} {day}"
    fields.line(
        label,
        value=str(day or ""),
        placeholder=say(N_("YYYY-MM-DD")),
        key=key,
        on_change=_choose_day,
        args=(items, key),
        width=DAY_WIDTH,
    )
    if items[0].wrong_day:
        widgets.html(charts.note(say(REASONS["not_a_date"])))


def _choose_day(items: list[Item], key: str) -> None:
    """Take the typed date; an empty field leaves it to the files again."""
    text = st.session_state.get(key) or ""
    day = written_day(text)
    if day and not views.FIRST_DAY <= day <= views.LAST_DAY:
        day = None
    for item in items:
        item.wrong_day = text if text.strip() and not day else ""
        if not item.wrong_day:
            item.extract_date, item.answers = day, {}


def _by_hand(card: Card, book: Workbook) -> None:
    """Draw the panel to map columns by hand, expanded if the file needs it."""
    refusal, rehearsal = card.file.refusal, card.file.rehearsal
    # Two files of one content may be about two things, as a user says: it may be the other that is loaded.
    is_part = isinstance(refusal, AlreadyLoaded) and any(match.said for match in card.file.matches)
    can_be_mapped = is_part or isinstance(refusal, NothingToLoad) or {*card.asked} - {"day", "organisation"}
    if refusal and not can_be_mapped:
        return
    recognised = rehearsal is not None and {"what", "headings"}.isdisjoint(card.asked)
    lost = rehearsal is not None and any(compared.lost for compared in rehearsal.comparisons)
    key = f"columns {card.file.id}"
    with st.expander(card.view.say(N_("Connect the columns")), expanded=lost or not (recognised or is_part), key=key):
        receipts = rehearsal.receipts if rehearsal and recognised else ()
        matches = [match for receipt in receipts for match in receipt.matches]
        if "levels" in card.asked or is_part:
            matches = list(card.file.matches)
        source_id, proposes = card.item.source, not card.file.is_unnamed
        mapping.panel(card.view, card.file.id, book, matches, source_id=source_id, proposes=proposes)


# --- Rejected rows ------------------------------------------------------------------------------------------------


def _problems(card: Card, rehearsal: Rehearsal) -> None:
    say = card.view.say
    problems = [problem for receipt in rehearsal.receipts for problem in receipt.problems]
    rejected = [problem for problem in problems if problem["kind"] == "rejected"]
    warned = [problem for problem in problems if problem["kind"] != "rejected"]
    if rejected:
        with st.expander(texts.rejected_text(rehearsal.rejected, say), expanded=True):
            returns.problem_list(card.view, rejected, say(N_("Rejected rows")))
            if rehearsal.withheld:
                widgets.html(charts.note(withheld_text(rehearsal.withheld, say)))
            if rehearsal.rejected > rehearsal.withheld:
                widgets.html(charts.caption(say(returns.SEND)))
                _rejected_button(card, rehearsal.receipts)
    if warned:
        with st.expander(text := texts.warned_text(len(warned), say)):
            returns.problem_list(card.view, warned, text)


def _rejected_button(card: Card, receipts: tuple[Receipt, ...]) -> None:
    """Draw the download of the rejected rows. The rows are looked up on the click: the button must not hold them."""
    say = card.view.say
    label, name = say(returns.DOWNLOAD), returns.file_name(receipts[0].source, receipts[0].extract_date.day, say)
    make = partial(_rejected, card.view, files.finder(card.file.id))
    told: Any = {"action": Action.FORM, "what": "rejected rows", "details": {"source": receipts[0].source.id}}
    downloads.offer(card.view, File(label, name, media.XLSX, key=f"rejected {card.file.id}", make=make, **told))


def _rejected(view: View, find: Callable[[], object | None], job: Job) -> bytes:
    audit.require(view.reader.user, Permission.LOAD_EXPORTS)
    content = find()
    if not isinstance(content, Content):
        raise Refusal(GONE)
    outcome = content.outcome
    receipts = outcome.receipts if isinstance(outcome, Rehearsal) else content.receipts
    job.rows = sum(receipt.summary.rejected for receipt in receipts)
    book = replace(content.workbook, sheets=())
    return make_file(job, returning.return_workbook, returning.only_rejected(receipts), book, view.say)
