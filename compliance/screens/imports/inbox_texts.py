"""The texts of the inbox: its table of files, what is asked, and what was loaded. No Streamlit."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.core.language import N_, Language, begun
from compliance.correcting.doubts import doubts_of_file
from compliance.counting.assessing import Coverage, Status
from compliance.declarations.sources import Source
from compliance.drawing import charts
from compliance.drawing.elements import Html, breakable, tag
from compliance.intake.rows import IntakeFile
from compliance.loading.loading import AlreadyLoaded, AnsweredList
from compliance.reading.sheets import Workbook
from compliance.screens.imports import inbox, texts
from compliance.screens.imports.inbox import Answer, Dropped, Loaded, Question, Rank
from compliance.wording import breaking, phrases, tables
from compliance.wording.tables import Column, Table

BOTH: Final = 2
# A cell of the table has room for so many characters; the card has the rest.
ROOM: Final = 55
ANSWERED_LIST: Final = N_("Answered work list")
LOOK: Final = N_("See what the unit answers.")
SENTENCES: Final = re.compile(r"(?<=\w\w[.?!]) (?=[A-ZÅÄÖ])")
CLAUSES: Final = re.compile(r"[;:] ")
RANK_WORDS: Final[Mapping[Rank, str]] = {
    "asks": N_("Answer"),
    "refused": N_("Cannot be loaded"),
    "held": N_("Held"),
    "look": N_("Check"),
    "ready": N_("Ready"),
    "loaded": N_("Loaded"),
}
# The ranks in words that the eye finds: shapes as everywhere, since colour alone tells nothing.
SIGNS: Final[Mapping[Rank, str]] = {"asks": "▲", "refused": "◆", "held": "▽", "look": "△", "ready": "●", "loaded": "✓"}


def rank(file: Dropped, asked: Sequence[Question], sources: Mapping[str, Source], say: Language) -> Rank:
    """Where a file stands."""
    if file.item.result:
        return "loaded" if file.item.result.imports or file.item.result.answered else "refused"
    if asked or isinstance(file.refusal, AnsweredList):
        return "asks"
    if file.refusal:
        return "loaded" if isinstance(file.refusal, AlreadyLoaded) else "refused"
    return "look" if warnings(file, sources, say) else "ready"


def asked_text(file: Dropped, question: Question, say: Language) -> str:
    """A question about a file as a sentence."""
    if file.refusal:
        return (
            say(N_("Which day was it exported?"))
            if question == "day"
            else texts.of_file(file.refusal, file.item.name, say)
        )
    if question == "organisation":
        return say(N_("Which organisation does it belong to? Answer above."))
    asked = file.rehearsal.questions if file.rehearsal else ()
    return " ".join(texts.of_file(each, file.item.name, say) for each in asked if each.about == question)


ANSWERED: Final[Mapping[tuple[Question, Answer], str]] = {
    ("what", "accepted"): N_("You have answered that it is {source}."),
    ("headings", "accepted"): N_("You have answered that the headings are the right ones."),
    ("levels", "accepted"): N_("You have answered that it is loaded without levels."),
    ("keys", "accepted"): N_("You have answered that it replaces the export before it."),
    ("keys", "completes"): N_("You have answered that it completes the export before it."),
    ("parts", "accepted"): N_("You have answered that what there is counts."),
    ("parts", "completes"): N_("You have answered that it completes the export before it."),
}


def answered_text(file: Dropped, question: Question, answer: Answer, say: Language) -> str:
    """What the user has answered about a file."""
    return say(ANSWERED[question, answer], source=taken_for(file, say))


def same_label(number: int, say: Language) -> str:
    """The choice that an answer holds for several files."""
    if number == BOTH:
        return say(N_("The same answer for both files"))
    return say(N_("The same answer for all {count} files"), count=say.in_words(number))


def take_up_label(number: int, say: Language) -> str:
    """The button that takes up all files that the intake holds, of which there are several."""
    return say(N_("Take up both")) if number == BOTH else say(N_("Take up all {count}"), count=say.in_words(number))


def warnings(file: Dropped, sources: Mapping[str, Source], say: Language) -> list[str]:
    """What the user should look at before a file is loaded, in sentences."""
    if not file.rehearsal or not isinstance(file.content.book, Workbook):
        return []
    book = file.content.book
    doubts = [texts.doubt_text(doubt, sources, say) for doubt in doubts_of_file(file.rehearsal, book)]
    unsaid = sum(len(texts.without_meaning(receipt)) for receipt in file.rehearsal.receipts)
    return [*doubts, *([unsaid_text(unsaid, say)] if unsaid else [])]


def everything_asked(
    file: Dropped, asked: Sequence[Question], sources: Mapping[str, Source], say: Language
) -> list[str]:
    """What the card of a file asks, and what the user should look at on it, in sentences."""
    refusal = [texts.of_file(file.refusal, file.item.name, say)] if file.refusal else []
    return [*refusal, *(asked_text(file, question, say) for question in asked), *warnings(file, sources, say)]


def unsaid_text(number: int, say: Language) -> str:
    """How many words and columns of dates are asked about, which holds no load."""
    return say(N_("Words and dates to explain on the card: {n}."), n=say.number(number))


@dataclass(frozen=True)
class Listed:
    """A row of the table: a file of the inbox, or one that the intake holds; `place` is None if nothing opens it."""

    rank: Rank
    name: str
    place: int | None
    here: bool = False
    origin: str = ""
    taken_for: str = ""
    day: str = ""
    rows: str = ""
    rejected: str = ""
    remark: str = ""


def listed(
    file: Dropped,
    rank: Rank,
    asked: Sequence[Question],
    sources: Mapping[str, Source],
    say: Language,
    *,
    place: int,
    opened: bool,
    origin: str,
) -> Listed:
    """The row of a file of the inbox: where it stands, what it was taken for, and the begin of what is told."""
    return Listed(
        rank,
        file.item.name,
        place,
        opened,
        origin,
        taken_for(file, say),
        extract_day(file),
        _rows(file, say),
        _rejected(file, say),
        _remark(file, asked, sources, say),
    )


def listed_as_held(
    file: IntakeFile, sources: Mapping[str, Source], say: Language, *, place: int | None, origin: str
) -> Listed:
    """The row of a file that the intake holds, by what is recorded of it."""
    source, is_answer = sources.get(file.source or ""), file.why.get("code") == "answered"
    return Listed(
        "held",
        file.file,
        place,
        origin=origin,
        taken_for=say(ANSWERED_LIST) if is_answer else say.pick(source.title) if source else "",
        day=str(file.extract_date or ""),
        remark=say(LOOK) if is_answer else held_text(file, say),
    )


def held_text(file: IntakeFile, say: Language) -> str:
    """Why a file is held, beside its name."""
    return texts.of_file(file.refusal, file.file, say) if file.refusal and file.refusal.message else ""


def table(rows: Sequence[Listed], address: Callable[[int], str], say: Language) -> Table:
    """The files: where each stands and comes from, what it is taken for, its day and rows, and what is told."""

    def name(row: Listed, _say: Language) -> str:
        opens = row.place is not None
        link = charts.row_link(row.name, address(row.place or 0), here=row.here) if opens else breakable(row.name)
        return Html(link + tag("div", row.origin, css="v-small v-mute")) if row.origin else link

    columns: Sequence[Column[Listed]] = (
        Column(N_("State"), lambda row, say: f"{SIGNS[row.rank]} {say(RANK_WORDS[row.rank])}", nowrap=True),
        Column(N_("File"), name, row_header=True),
        Column(N_("Taken for"), lambda row, _: breaking.add_soft_hyphens(row.taken_for)),
        Column(N_("Extract date"), lambda row, _: row.day, nowrap=True),
        Column(N_("Rows"), lambda row, _: row.rows, numeric=True),
        Column(N_("Rejected"), lambda row, _: row.rejected, numeric=True),
        Column(N_("Remark"), lambda row, _: _begin(row.remark)),
    )
    return tables.table(columns, rows, say)


def _begin(text: str) -> str:
    """The first sentence of a text; of a long one the first clause."""
    sentence = SENTENCES.split(text)[0]
    return sentence if len(sentence) <= ROOM else CLAUSES.split(sentence)[0]


def taken_for(file: Dropped, say: Language) -> str:
    """What a file was recognised as, or was loaded as."""
    if file.is_unnamed:
        return ""
    if isinstance(file.refusal, AnsweredList):
        return say(ANSWERED_LIST)
    receipts = file.rehearsal.receipts if file.rehearsal else ()
    found = [receipt.source for receipt in receipts] or [match.source for match in file.matches]
    return ", ".join(dict.fromkeys(say.pick(source.title) for source in found)) or (file.item.taken_for or "")


def extract_day(file: Dropped) -> str:
    """The extract date of a file, as far as it is known."""
    return str(inbox.extract_day(file) or file.item.loaded_day or file.item.extract_date or "")


def _rows(file: Dropped, say: Language) -> str:
    if file.item.result:
        return say.number(file.item.result.rows) if file.item.result.imports else ""
    return say.number(file.rehearsal.loaded) if file.rehearsal else ""


def _rejected(file: Dropped, say: Language) -> str:
    number = file.item.result.rejected if file.item.result else file.rehearsal.rejected if file.rehearsal else 0
    return say.number(number) if number else ""


def _remark(file: Dropped, asked: Sequence[Question], sources: Mapping[str, Source], say: Language) -> str:
    if result := file.item.result:
        numbers = phrases.listed([str(number) for number in result.imports], say)
        return say(N_("Import {id}"), id=numbers) if result.imports else result.text
    if asked:
        return asked_text(file, asked[0], say)
    if isinstance(file.refusal, AnsweredList):
        return say(LOOK)
    if file.refusal:
        return texts.of_file(file.refusal, file.item.name, say)
    return " ".join(warnings(file, sources, say))


# --- What the intake holds --------------------------------------------------------------------------------------------


def intake_standing(held: Sequence[IntakeFile], late: Sequence[str], say: Language) -> str:
    """What the intake holds, and which exports are late, in a line; empty if there is nothing."""
    failed = sum(file.why.get("code") == "failed" for file in held)
    number, names = len(held), phrases.listed([*late], say)
    holds = say.plural(
        "The intake holds {count} file.", "The intake holds {count} files.", number, count=say.in_words(number)
    )
    fails = say.plural(
        "This machine could not read {count} of them.",
        "This machine could not read {count} of them.",
        failed,
        count=say.in_words(failed),
    )
    are_late = say.plural("{names} is late.", "{names} are late.", len(late), names=names)
    sentences = {holds: number, fails: failed, are_late: len(late)}
    return " ".join(sentence for sentence, number in sentences.items() if number)


# --- Above the table ----------------------------------------------------------------------------------------------


def standing(ranks: Sequence[Rank], say: Language) -> str:
    """How many files are ready, need an answer and cannot be loaded, in a sentence."""
    counted = Counter(ranks)
    ready, asks, refused = counted["ready"] + counted["look"], counted["asks"], counted["refused"]
    sentences = {
        say.plural("{count} file is ready", "{count} files are ready", ready, count=say.in_words(ready)): ready,
        say.plural("{count} needs an answer", "{count} need an answer", asks, count=say.in_words(asks)): asks,
        say(N_("{count} cannot be loaded"), count=say.in_words(refused)): refused,
    }
    return _sentence([text for text, number in sentences.items() if number], say)


def _sentence(parts: Sequence[str], say: Language) -> str:
    text = phrases.listed(parts, say)
    return f"{begun(text)}." if text else ""


def load_label(ready: Sequence[Dropped], say: Language) -> str:
    """The button that loads the files that are ready."""
    total = sum(file.rehearsal.loaded for file in ready if file.rehearsal)
    rows = say.plural("{n} row", "{n} rows", total)
    if len(ready) == 1:
        return _together(say(N_("Load {rows}"), rows=rows))
    return _together(say(N_("Load {files} files"), files=say.in_words(len(ready))))


def _together(label: str) -> str:
    return label.replace(" ", "\N{NO-BREAK SPACE}")


def changed_text(before: Sequence[Coverage], after: Sequence[Coverage], say: Language, *, done: bool = False) -> str:
    """How many points get a figure, how many figures change and which changes most; or, if it is done, did."""
    earlier = {(f.point.id, f.organisation): f for f in before}
    kinds = [(_kind(earlier.get((f.point.id, f.organisation)), f, say), f) for f in after]
    new = sum(kind == "new" for kind, _ in kinds)
    moved = [(earlier[f.point.id, f.organisation], f) for kind, f in kinds if kind == "changed"]
    told = _told_done if done else _changes_in_words
    sentences = told(new, len(moved), say)
    most = _most(moved, say, several=len({f.organisation for f in after}) > 1)
    texts = [text for text, number in zip(sentences, (new, len(moved)), strict=True) if number]
    return _sentence([*texts[:-1], texts[-1] + most] if texts else [], say)


def _changes_in_words(new: int, changed: int, say: Language) -> tuple[str, str]:
    return (
        say.plural("{count} point gets a figure", "{count} points get a figure", new, count=say.in_words(new)),
        say.plural("{count} figure changes", "{count} figures change", changed, count=say.in_words(changed)),
    )


def _told_done(new: int, changed: int, say: Language) -> tuple[str, str]:
    return (
        say.plural("{count} point got a figure", "{count} points got a figure", new, count=say.in_words(new)),
        say.plural("{count} figure changed", "{count} figures changed", changed, count=say.in_words(changed)),
    )


def _most(moved: Sequence[tuple[Coverage, Coverage]], say: Language, *, several: bool) -> str:
    """Which of the changed figures changes most, as the end of a sentence; of `several` organisations, whose it is."""
    sizes = [abs(phrases.change(new, old) or 0) for old, new in moved]
    if not any(sizes):
        return ""
    old, new = moved[sizes.index(max(sizes))]
    text = (
        N_(", point {point}: {before} → {after}") if len(moved) == 1 else N_(", most point {point}: {before} → {after}")
    )
    point = f"{new.point.number} ({new.organisation})" if several else str(new.point.number)
    was = phrases.percent(old, say).removesuffix("%").rstrip()
    return say(text, point=point, before=was, after=phrases.percent(new, say))


def _kind(old: Coverage | None, new: Coverage, say: Language) -> str:
    """Whether a figure is new, reads otherwise than before, or is the same to the reader."""
    if old is None or old.status is Status.NO_BASIS:
        return "same" if new.status is Status.NO_BASIS else "new"
    return "same" if phrases.percent(old, say) == phrases.percent(new, say) else "changed"


def loaded_text(loaded: Loaded, say: Language) -> str:
    """What was loaded, in a sentence."""
    text = say.plural(
        "{count} file with {rows} is loaded.",
        "{count} files with {rows} are loaded.",
        loaded.files,
        count=phrases.counted(loaded.files, say),
        rows=say.plural("{n} row", "{n} rows", loaded.rows),
    )
    if loaded.rejected:
        text += f" {texts.rejected_text(loaded.rejected, say)}"
    if loaded.refused:
        text += f" {begun(say(N_('{count} cannot be loaded'), count=say.in_words(loaded.refused)))}."
    return text


def name_question(name: str, number: int, say: Language) -> str:
    """The question which organisation files belong to that name one, or none; its answers end the sentence."""
    count = phrases.counted(number, say)
    if not name:
        return say.plural(
            "{count} file names no organisation. Does it belong to …?",
            "{count} files name no organisation. Do they belong to …?",
            number,
            count=count,
        )
    return say.plural(
        "{count} file names {name}. Does it belong to …?",
        "{count} files name {name}. Do they belong to …?",
        number,
        count=count,
        name=name,
    )


def days_question(number: int, say: Language) -> str:
    """The question which day several files were exported."""
    text = N_("{count} files do not say when they were exported. Extract date of all:")
    return begun(say(text, count=say.in_words(number)))


def name_label(name: str, existing: Sequence[str], say: Language) -> str:
    """An organisation to choose."""
    return name if name in existing else say(N_("{name} (new)"), name=name)
