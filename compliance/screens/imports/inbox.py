"""The inbox of the page of imports: the files that lie there, what is said of each, and what is read of it.

A session keeps an Inbox, which holds names and choices alone. What is read of a file lies with the ledger of uploads,
which lets go of it with the file or with the session. Its cells lie in files without a name, mapped and not copied, so
that nothing is left of them when the server is killed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.core.saving import DiskFull
from compliance.correcting import previewing, returning
from compliance.correcting.previewing import Effect, Preview
from compliance.correcting.returning import Change
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.loading import loading
from compliance.loading.loading import Order, Receipt, add_event
from compliance.reading import mapping, reading
from compliance.reading.recognising import Words, as_mapping
from compliance.reading.screening import ReadRequest
from compliance.reading.sheets import Workbook
from compliance.screens.imports import texts
from compliance.store.database import Database

SHOWN_CHANGES: Final = 50


@dataclass(frozen=True)
class Result:
    """What came of a file: in a sentence, and of rows that came back the first that were mended, of how many.

    `returnable` is whether rows were rejected that can be mended.
    """

    text: str
    returnable: bool = False
    mended: tuple[Change, ...] = ()
    of: int = 0


@dataclass
class Item:
    """A file in the inbox: its name, what is said of it on its card, and what came of it once it is loaded."""

    name: str
    extract_date: date | None = None
    through: str | None = None
    result: Result | None = None


@dataclass(frozen=True)
class Together:
    """What several files change together, and of which choices and data that holds."""

    key: object
    effect: Effect | Refusal


@dataclass
class Inbox:
    """The files by their id, in the order of their drops, and how often something has been dropped."""

    items: dict[str, Item] = field(default_factory=dict)
    drops: int = 0
    together: Together | None = None

    @property
    def loaded(self) -> list[str]:
        """The files that are loaded and whose cards are not closed."""
        return [file for file, item in self.items.items() if item.result]


@dataclass
class Content:
    """What is read of a file, and what it would change; too much for a session to keep.

    `dropped` is the file as it came. It is kept only if the reading depends on what is said of it, which is `asked`.
    """

    dropped: Any
    asked: ReadRequest | None = None
    version: str = ""
    book: Workbook | Refusal | None = None
    key: object = None
    preview: Preview | Refusal | None = None
    receipts: tuple[Receipt, ...] = ()

    @property
    def workbook(self) -> Workbook:
        """The file as it was read. Raise its Refusal if it was refused."""
        if isinstance(self.book, Workbook):
            return self.book
        raise self.book or LookupError("The file is not read yet.")

    @property
    def order(self) -> int:
        """The place of the file among those that are loaded together: what others refer to comes first."""
        receipts = self.preview.receipts if isinstance(self.preview, Preview) else ()
        return min((receipt.source.order for receipt in receipts), default=99)


@dataclass(frozen=True)
class Context:
    """What files are read and rehearsed against: the data, the days, and what is declared."""

    database: Database
    version: str
    as_of: date
    today: date
    points: tuple[Point, ...]
    sources: dict[str, Source]
    words: Words


def read(content: Content, order: Order, context: Context) -> None:
    """Read a file with what is said of it. The file is kept for another reading if that decided what is read."""
    content.asked, content.version = _asked(order, context), context.version
    content.key = content.preview = None
    kept = content.book is not None
    try:
        content.book = reading.read(content.dropped.getvalue(), name=content.dropped.name, request=content.asked)
    except Refusal as refusal:
        content.book = refusal
    if not kept and not (isinstance(content.book, Workbook) and content.book.depends_on_request):
        content.dropped = None


def is_outdated(content: Content, order: Order, context: Context) -> bool:
    """Whether more is said of a file than when it was read, in a way that may change what is read."""
    if content.dropped is None or content.asked is None or not isinstance(content.book, Workbook):
        return False
    read_with = (content.version, content.asked.source, content.asked.day)
    if read_with == (context.version, order.source, order.extract_date):
        return False
    if _asked(order, context).user_input != content.asked.user_input:
        return True
    content.version = context.version
    return False


def _asked(order: Order, context: Context) -> ReadRequest:
    return loading.read_request(
        context.database, order, sources=context.sources, words=context.words, today=context.today
    )


def preview(content: Content, order: Order, context: Context) -> Preview | Refusal:
    """What a file would change, worked out anew only when the choices, the day or the data change."""
    key = order, context.version, context.as_of
    if content.preview is None or content.key != key:
        content.preview, content.key = _rehearsed([(content.workbook, order)], context), key
    return content.preview


def together(inbox: Inbox, files: Mapping[str, tuple[Content, Order]], context: Context) -> Effect | Refusal:
    """What several files change together: one alone often lacks what another brings."""
    key = tuple((file, order) for file, (_, order) in files.items()), context.version, context.as_of
    if inbox.together is None or inbox.together.key != key:
        books = [(content.workbook, order) for content, order in files.values()]
        found = _rehearsed(books, context)
        inbox.together = Together(key, found.effect if isinstance(found, Preview) else found)
    return inbox.together.effect


def _rehearsed(files: list[tuple[Workbook, Order]], context: Context) -> Preview | Refusal:
    try:
        return previewing.preview(
            context.database,
            files,
            as_of=context.as_of,
            points=context.points,
            sources=context.sources,
            words=context.words,
        )
    except Refusal as refusal:
        return refusal


def load(item: Item, content: Content, order: Order, context: Context, say: Language) -> None:
    """Load a file as it was previewed; its result says what came of it. Raise DiskFull if it can be tried again.

    Of the content only what rejected rows are returned from is kept.
    """
    content.dropped = None
    receipts: list[Receipt] = []
    try:
        receipts = loading.load(context.database, content.workbook, order, sources=context.sources, words=context.words)
    except DiskFull:
        raise
    except Refusal as refusal:
        item.result = Result(say.refusal(refusal))
    else:
        if order.through:
            _remember_match(context.database, receipts, order)
        item.result = _result(context.database, receipts, say)
    rejected = any(receipt.summary.rejected for receipt in receipts)
    content.receipts = returning.only_rejected(tuple(receipts)) if rejected else ()
    content.book, content.preview = replace(content.workbook, sheets=()), None


def _result(database: Database, receipts: Sequence[Receipt], say: Language) -> Result:
    with database.cursor() as cursor:
        mended = [change for receipt in receipts for change in returning.corrections(cursor, receipt)]
    text = " ".join(texts.loaded_text(receipt, say) for receipt in receipts)
    returnable = any(receipt.summary.returnable for receipt in receipts)
    return Result(text, returnable, tuple(mended[:SHOWN_CHANGES]), len(mended))


def _remember_match(database: Database, receipts: Sequence[Receipt], order: Order) -> None:
    """Remember a match by another column for the next file with the same headings."""
    with database.writing() as cursor:
        for match in (match for receipt in receipts for match in receipt.matches if not match.combined):
            mapping.save(cursor, as_mapping(match, through=order.through), who=order.who)
            add_event(cursor, order, "map", f"{match.source.id}: matched by {order.through}")
