"""The inbox of dropped files: the choices about each, and its content as read and rehearsed.

The session holds an Inbox with names, choices and figures only. The content of a file is held by the ledger of uploads,
which releases it with the file or the session. Its cells are in unnamed files that are mapped into memory, so that
nothing is left of them if the server is killed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import Any, Final, Literal

from compliance.access.audit import Action
from compliance.core.errors import Asked, Refusal
from compliance.core.language import N_, Language
from compliance.core.queueing import carried
from compliance.correcting import previewing, returning
from compliance.correcting.previewing import Effect, Rehearsal
from compliance.correcting.returning import Change
from compliance.declarations.points import Point
from compliance.declarations.sources import Source, Words
from compliance.intake.rows import IntakeFile
from compliance.loading import asking, loading, parts
from compliance.loading.asking import Accepted
from compliance.loading.loading import Order, Prepared, Receipt, add_event
from compliance.reading import mapping, reading
from compliance.reading.mapping import ColumnMapping
from compliance.reading.recognising import Match, as_mapping
from compliance.reading.screening import ReadRequest
from compliance.reading.sheets import Workbook
from compliance.screens.effect_texts import Dated
from compliance.screens.imports import texts
from compliance.screens.imports.placing import Places
from compliance.store.database import Cursor, Database

SHOWN_CHANGES: Final = 50
# Files whose choices have changed are rehearsed first, with those that they are compared with; then all together.
FIRST: Final = 3

# What only the user can answer before a file is loaded: what the refusal or question is about, or whose it is.
Question = str
# The answers that are a press of a button: that it is so, or that the file completes those before it.
Answer = Literal["accepted", "completes"]
# What may differ between files of which the same is asked.
OWN_VALUES: Final = frozenset({"file", "gone", "then"})
# In the order in which files are listed.
Rank = Literal["asks", "refused", "held", "look", "ready", "loaded"]
RANKS: Final[tuple[Rank, ...]] = ("asks", "refused", "held", "look", "ready", "loaded")


@dataclass(frozen=True)
class Result:
    """The result of loading a file: a sentence, and the first corrections in returned rows, out of how many.

    `returnable` is whether any of the rejected rows can be corrected, `answered` whether it was a unit's answer.
    """

    text: str
    imports: tuple[int, ...] = ()
    rows: int = 0
    rejected: int = 0
    returnable: bool = False
    corrections: tuple[Change, ...] = ()
    of: int = 0
    answered: bool = False


@dataclass
class Item:
    """A file in the inbox: its name, the choices about it, and the result once it is loaded.

    `answers` are those that the user has given to questions about it; `wrong_day` is what was typed as its extract date
    and is none; `taken_for` and `loaded_day` are what it was loaded as, and of which day. `intake` is what is recorded
    of a file that the intake holds.
    """

    name: str
    source: str | None = None
    organisation: str | None = None
    extract_date: date | None = None
    completes: bool = False
    through: str | None = None
    answers: dict[Accepted, Answer] = field(default_factory=dict)
    wrong_day: str = ""
    taken_for: str = ""
    loaded_day: date | None = None
    result: Result | None = None
    intake: IntakeFile | None = None

    @property
    def accepted(self) -> frozenset[Accepted]:
        """The questions that the user has answered with yes."""
        return frozenset(question for question, answer in self.answers.items() if answer == "accepted")


@dataclass(frozen=True)
class Together:
    """The effect of the files that are ready, with the choices and data that it was computed for."""

    key: tuple[object, ...]
    effect: Effect


@dataclass(frozen=True)
class Loaded:
    """What a press of the button has loaded: files, rows loaded and rejected, files refused, and the effect.

    `dated` are the loaded files with their extract dates.
    """

    files: int
    rows: int
    rejected: int
    refused: int
    effect: Effect
    dated: tuple[Dated, ...] = ()


@dataclass
class Inbox:
    """The files by id in the order they were dropped, and the number of drops.

    `opened` is the file whose card is open, `asking` that file while something is asked about it, and `listed` the
    files in the order of the table. `names` is the organisation that the user has given for each that files name (see
    `Places`), `together` the effect as last computed. `queue` are the files that the user has ordered to be loaded,
    `done` those of them that are, `before` the figures when loading began, and `loaded` its receipt.
    """

    items: dict[str, Item] = field(default_factory=dict)
    drops: int = 0
    opened: str | None = None
    listed: tuple[str, ...] = ()
    asking: str | None = None
    names: dict[str, str] = field(default_factory=dict)
    together: Together | None = None
    queue: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    before: Effect | None = None
    loaded: Loaded | None = None

    @property
    def finished(self) -> list[str]:
        """The loaded files that are still listed."""
        return [file for file, item in self.items.items() if item.result]


@dataclass
class Content:
    """A file as read, and what it would change; too large for the session.

    `dropped` is the uploaded file, or one that the intake holds. It is kept only if reading it depends on the choices,
    which are the `request`. `book`, `prepared` and `outcome` are of the choices and data of their keys; `named` is the
    organisation that it names.
    """

    dropped: Any
    request: ReadRequest | None = None
    book: Workbook | Refusal | None = None
    read_for: object = None
    prepared: Prepared | Refusal | None = None
    prepared_for: object = None
    named: str | None = None
    outcome: Rehearsal | Refusal | None = None
    outcome_for: object = None
    receipts: tuple[Receipt, ...] = ()

    @property
    def workbook(self) -> Workbook:
        """The file as read. Raise its Refusal if it was refused."""
        if isinstance(self.book, Workbook):
            return self.book
        raise self.book or LookupError("The file is not read yet.")


@dataclass(frozen=True)
class Context:
    """What files are read and rehearsed against: the data, the days, and the declarations."""

    database: Database
    version: str
    organisation: str
    as_of: date
    today: date
    points: tuple[Point, ...]
    sources: dict[str, Source]
    words: Words


@dataclass(frozen=True)
class Dropped:
    """A file during a run, with the current choices as its order."""

    id: str
    item: Item
    content: Content
    order: Order

    @property
    def refusal(self) -> Refusal | None:
        """Why it cannot be read, recognised or loaded, if so."""
        parts = (self.content.book, self.content.prepared, self.content.outcome)
        return next((part for part in parts if isinstance(part, Refusal)), None)

    @property
    def rehearsal(self) -> Rehearsal | None:
        """What loading it would do, if it can be."""
        return None if self.refusal or not isinstance(self.content.outcome, Rehearsal) else self.content.outcome

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What must be answered before it may be loaded."""
        if isinstance(self.refusal, Asked):
            return (self.refusal,)
        return self.rehearsal.questions if self.rehearsal else ()

    @property
    def is_unnamed(self) -> bool:
        """Whether nothing says, or proposes, what it is."""
        asked: Iterable[Asked] = self.asked
        if (
            self.refusal
            and not isinstance(self.refusal, asking.Question)
            and isinstance(self.content.prepared, Prepared)
        ):
            asked = chain.from_iterable(self.content.prepared.questions.values())
        return not self.item.source and any(isinstance(question, asking.Unnamed) for question in asked)

    @property
    def matches(self) -> Sequence[Match]:
        """What its sheets were recognised as."""
        return self.content.prepared.matches if isinstance(self.content.prepared, Prepared) else ()


# --- Reading ------------------------------------------------------------------------------------------------------


def read_all(files: Sequence[Dropped], context: Context, *, progress: Callable[[int, Dropped], object]) -> None:
    """Read files with the choices about each, as many at a time as `reading` lets.

    `progress` is called after each with the number of files done, and may stop the rest by raising.
    """
    mappings = loading.mappings_of(context.database) if files else []
    with ThreadPoolExecutor(reading.READERS) as pool:
        started = {pool.submit(carried(_read), file, context, mappings): file for file in files}
        try:
            for number, each in enumerate(as_completed(started), start=1):
                each.result()
                progress(number, started[each])
        finally:
            pool.shutdown(cancel_futures=True)


def _read(file: Dropped, context: Context, mappings: Sequence[ColumnMapping]) -> None:
    """Read a file. The upload is kept for reading again if the result depends on the choices."""
    content = file.content
    content.request, content.read_for = _request(file.order, context, mappings), _read_as(file, context)
    content.prepared = content.outcome = content.prepared_for = content.outcome_for = None
    read_before = content.book is not None
    try:
        content.book = reading.read(content.dropped.getvalue(), name=content.dropped.name, request=content.request)
    except Refusal as refusal:
        content.book = refusal
    if not read_before and not (isinstance(content.book, Workbook) and content.book.depends_on_request):
        content.dropped = None


def is_unread(file: Dropped, context: Context) -> bool:
    """Whether a file is to be read: for the first time, or again with choices that may change the result."""
    content, order = file.content, file.order
    if file.item.result or content.book is None:
        return not file.item.result
    if content.dropped is None or content.request is None or not isinstance(content.book, Workbook):
        return False
    if content.read_for == _read_as(file, context):
        return False
    if _request(order, context, loading.mappings_of(context.database)).user_input != content.request.user_input:
        return True
    content.read_for = _read_as(file, context)
    return False


def _request(order: Order, context: Context, mappings: Sequence[ColumnMapping]) -> ReadRequest:
    return loading.request_of(
        order, sources=context.sources, words=context.words, today=context.today, mappings=mappings
    )


# --- Rehearsing ---------------------------------------------------------------------------------------------------


def prepare(files: Iterable[Dropped], context: Context) -> None:
    """Recognise the files whose choices, or the data, have changed."""
    waiting = [file for file in files if isinstance(file.content.book, Workbook) and not file.item.result]
    changed = [file for file in waiting if file.content.prepared_for != _read_as(file, context)]
    if changed:
        mappings = loading.mappings_of(context.database)
        with context.database.cursor() as cursor:
            for file in changed:
                file.content.prepared = prepared = _prepared(file, context, mappings)
                if isinstance(prepared, Prepared):
                    file.content.named = loading.organisation_of(cursor, prepared, context.words)
                file.content.prepared_for = _read_as(file, context)


def _read_as(file: Dropped, context: Context) -> object:
    """The choices and the data that a file is read and recognised with."""
    return file.order.source, file.order.extract_date, context.version


def _prepared(file: Dropped, context: Context, mappings: Sequence[ColumnMapping]) -> Prepared | Refusal:
    try:
        return loading.prepare(
            file.content.workbook, file.order, sources=context.sources, words=context.words, mappings=mappings
        )
    except Refusal as refusal:
        return refusal


def _twins(files: Sequence[Dropped]) -> dict[str, Refusal]:
    """The refusals of files that lie here a second time: loaded together, they would meet as loaded before."""
    first: dict[object, Dropped] = {}
    refusals = {}
    for file in files:
        prepared = file.content.prepared
        if isinstance(prepared, Prepared):
            about = parts.parts_of(prepared.matches)
            key = prepared.workbook.sha256, file.order.source, file.order.extract_date, about
            if (twin := first.setdefault(key, file)) is not file:
                text = N_("{file} is the same file as {twin}. Remove one of them.")
                refusals[file.id] = Refusal(text, file=file.item.name, twin=twin.item.name)
    return refusals


def stale(files: Sequence[Dropped], context: Context) -> list[Dropped]:
    """The files whose rehearsal is missing or of other choices or data."""
    return [f for f in files if isinstance(f.content.prepared, Prepared) and f.content.outcome_for != _key(f, context)]


def _key(file: Dropped, context: Context) -> object:
    return file.order, context.version


def rehearse_first(files: Sequence[Dropped], context: Context) -> None:
    """Rehearse the few files whose choices have changed, with those that they are compared with.

    All together take seconds; what the user has just chosen is to be answered at once.
    """
    changed = stale(files, context)
    if not changed or len(changed) > FIRST or len(files) <= FIRST:
        return
    sources = [match.source for file in changed for match in file.matches]
    ids = {id_ for source in sources for id_ in (source.id, *_targets(source))}
    last = max((day for file in changed if (day := extract_day(file))), default=date.max)
    counting = {file.id for id_ in ids for file in _counting([f for f in files if f not in changed], id_, last)}
    beside = [file for file in files if file in changed or file.id in counting]
    twins = _twins(files)
    outcomes, _ = previewing.rehearsed(
        context.database,
        _loadable(beside, context, twins),
        words=context.words,
        then=lambda _cursor, _outcomes: None,
        asked={file.id for file in changed},
    )
    _keep(changed, outcomes | twins, context)


def _counting(files: Sequence[Dropped], source: str, last: date) -> list[Dropped]:
    """The files of a source that would count on a day: the newest full export, and what completes it."""
    found = [f for f in files if (extract_day(f) or date.max) <= last and any(m.source.id == source for m in f.matches)]
    newest = max((extract_day(file) or date.min for file in found if not file.order.completes), default=date.min)
    return [file for file in found if (extract_day(file) or date.max) >= newest]


def extract_day(file: Dropped) -> date | None:
    """The extract date of a file as it is prepared, as far as it is known."""
    prepared = file.content.prepared
    return prepared.day.day if isinstance(prepared, Prepared) and prepared.day else None


def _targets(source: Source) -> set[str]:
    return {each.refers_to[0] for each in source.fields if each.refers_to}


def _loadable(files: Sequence[Dropped], context: Context, twins: Mapping[str, Refusal]) -> dict[str, Prepared]:
    return {
        file.id: ready(file, context)
        for file in files
        if isinstance(file.content.prepared, Prepared) and file.id not in twins
    }


def _keep(files: Sequence[Dropped], outcomes: Mapping[str, Rehearsal | Refusal], context: Context) -> None:
    for file in files:
        if file.id in outcomes:
            file.content.outcome, file.content.outcome_for = outcomes[file.id], _key(file, context)


def is_current(inbox: Inbox, files: Sequence[Dropped], context: Context) -> bool:
    """Whether the joint effect is that of the present files, choices and data."""
    return bool(inbox.together and inbox.together.key == _joint_key(inbox, files, context))


def _joint_key(inbox: Inbox, files: Sequence[Dropped], context: Context) -> tuple[object, ...]:
    return tuple((file.id, file.order) for file in files), tuple(inbox.names.items()), context.version, context.as_of


def rehearse(
    inbox: Inbox, files: Sequence[Dropped], places: Places, context: Context, *, progress: Callable[[int], object]
) -> None:
    """Rehearse all files together, since one alone often lacks what another has."""
    by_id, twins = {file.id: file for file in files}, _twins(files)
    key = _joint_key(inbox, files, context)
    same_data = inbox.together and inbox.together.key[2:] == key[2:]
    preview = previewing.preview(
        context.database,
        _loadable(files, context, twins),
        as_of=context.as_of,
        points=context.points,
        words=context.words,
        counts=lambda file, rehearsal: not (_unplaced(by_id[file], places) or rehearsal.questions),
        progress=progress,
        before=inbox.together.effect if inbox.together and same_data else None,
    )
    _keep(files, preview.outcomes | twins, context)
    inbox.together = Together(key, preview.effect)


# --- What only the user can say -----------------------------------------------------------------------------------


def questions(files: Sequence[Dropped], places: Places) -> dict[str, tuple[Question, ...]]:
    """What the user is asked about each file before it is loaded."""
    return {
        # until it is said whose it is, it is compared with another's exports
        file.id: ("organisation",)
        if _unplaced(file, places) and not file.refusal
        else tuple(question.about for question in file.asked)
        for file in files
    }


def alike(file: Dropped, question: Question, files: Iterable[Dropped]) -> list[Dropped]:
    """The other files of which the same is asked, whatever their names and how many rows it concerns."""
    asked = _asked(file, question)
    return [each for each in files if each.id != file.id and asked and _asked(each, question) == asked]


def _asked(file: Dropped, question: Question) -> list[object]:
    """What is asked of a file, as it is compared with what is asked of others."""
    sources = sorted(match.source.id for match in file.matches)
    return [
        (sources, each.message, sorted((k, str(v)) for k, v in each.values.items() if k not in OWN_VALUES))
        for each in file.asked
        if question == each.about
    ]


def _unplaced(file: Dropped, places: Places) -> bool:
    return places.is_open(file.content.named, file.item.organisation)


# --- Loading ------------------------------------------------------------------------------------------------------


def load(
    files: Sequence[Dropped],
    context: Context,
    say: Language,
    *,
    then: Callable[[Cursor, int, list[Receipt]], object],
) -> list[Dropped]:
    """Load files of a set (see `loading.in_sets`) as rehearsed, and set their results. Return those that stay.

    They stay if something is asked about them. Raise DiskFull if all do. `then` is that of `loading.load_set`.
    """
    together = [ready(file, context) for file in files]
    results = loading.load_set(context.database, together, words=context.words, then=then)
    stay = []
    for file, result in zip(files, results, strict=True):
        if isinstance(result, asking.Question):
            stay.append(file)
        else:
            _settle(file, result, context, say)
    return stay


def _settle(file: Dropped, result: list[Receipt] | Refusal, context: Context, say: Language) -> None:
    """Set the result of a file. Only the receipts with rejected rows are kept of its content.

    They are for the workbook of rows to correct.
    """
    content, receipts = file.content, list[Receipt]()
    if isinstance(result, Refusal):
        file.item.result = Result(texts.of_file(result, file.item.name, say))
    else:
        receipts = result
        if file.order.through:
            _save_match(context.database, receipts, file.order)
        file.item.result = _result(context.database, receipts, say)
    rejected = any(receipt.summary.rejected for receipt in receipts)
    content.receipts = returning.only_rejected(tuple(receipts)) if rejected else ()
    content.dropped = None
    content.book, content.prepared, content.outcome = replace(content.workbook, sheets=()), None, None


def ready(file: Dropped, context: Context) -> Prepared:
    """The file as it was recognised, with the present choices. Raise its Refusal if it was refused."""
    prepared = file.content.prepared
    if isinstance(prepared, Prepared):
        return loading.ordered_anew(prepared, file.order, context.sources)
    raise prepared or LookupError("The file is not recognised yet.")


def _result(database: Database, receipts: Sequence[Receipt], say: Language) -> Result:
    corrections: list[Change] = []
    if returned := [receipt for receipt in receipts if receipt.marker]:
        with database.cursor() as cursor:
            corrections = [change for receipt in returned for change in returning.corrections(cursor, receipt)]
    return Result(
        " ".join(texts.loaded_text(receipt, say) for receipt in receipts),
        tuple(receipt.import_id for receipt in receipts),
        sum(receipt.summary.loaded for receipt in receipts),
        sum(receipt.summary.rejected for receipt in receipts),
        any(receipt.summary.returnable for receipt in receipts),
        tuple(corrections[:SHOWN_CHANGES]),
        len(corrections),
    )


def _save_match(database: Database, receipts: Sequence[Receipt], order: Order) -> None:
    """Remember a match by another column for the next file with the same headings."""
    with database.writing() as cursor:
        for match in (match for receipt in receipts for match in receipt.matches if not match.combined):
            mapping.save(cursor, as_mapping(match, through=order.through), who=order.who)
            what = f"{match.source.id}: matched by {order.through}"
            add_event(cursor, order, "map", what, action=Action.MAPPING, told=match.source.id)
