"""The inbox of dropped files: the choices about each, and its content as read.

The session holds an Inbox with names and choices only. The content of a file is held by the ledger of uploads, which
releases it with the file or the session. Its cells are in unnamed files that are mapped into memory, so that nothing is
left of them if the server is killed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from compliance.access.audit import Action
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
    """The result of loading a file: a sentence, and the first corrections in returned rows, out of how many.

    `returnable` is whether any of the rejected rows can be corrected.
    """

    text: str
    returnable: bool = False
    corrections: tuple[Change, ...] = ()
    of: int = 0


@dataclass
class Item:
    """A file in the inbox: its name, the choices on its card, and the result once it is loaded."""

    name: str
    extract_date: date | None = None
    through: str | None = None
    result: Result | None = None


@dataclass(frozen=True)
class Together:
    """The effect of several files together, with the choices and data that it was computed for."""

    key: object
    effect: Effect | Refusal


@dataclass
class Inbox:
    """The files by id in the order they were dropped, and the number of drops."""

    items: dict[str, Item] = field(default_factory=dict)
    drops: int = 0
    together: Together | None = None

    @property
    def loaded(self) -> list[str]:
        """The loaded files whose cards are still open."""
        return [file for file, item in self.items.items() if item.result]


@dataclass
class Content:
    """A file as read, and what it would change; too large for the session.

    `dropped` is the uploaded file. It is kept only if reading it depends on the choices, which are the `request`.
    """

    dropped: Any
    request: ReadRequest | None = None
    version: str = ""
    book: Workbook | Refusal | None = None
    key: object = None
    preview: Preview | Refusal | None = None
    receipts: tuple[Receipt, ...] = ()

    @property
    def workbook(self) -> Workbook:
        """The file as read. Raise its Refusal if it was refused."""
        if isinstance(self.book, Workbook):
            return self.book
        raise self.book or LookupError("The file is not read yet.")

    @property
    def order(self) -> int:
        """The position of the file when several are loaded: sources that others refer to come first."""
        receipts = self.preview.receipts if isinstance(self.preview, Preview) else ()
        return min((receipt.source.order for receipt in receipts), default=99)


@dataclass(frozen=True)
class Context:
    """What files are read and rehearsed against: the data, the days, and the declarations."""

    database: Database
    version: str
    as_of: date
    today: date
    points: tuple[Point, ...]
    sources: dict[str, Source]
    words: Words


def read(content: Content, order: Order, context: Context) -> None:
    """Read a file with the choices about it. The upload is kept for reading again if the result depends on them."""
    content.request, content.version = _request(order, context), context.version
    content.key = content.preview = None
    read_before = content.book is not None
    try:
        content.book = reading.read(content.dropped.getvalue(), name=content.dropped.name, request=content.request)
    except Refusal as refusal:
        content.book = refusal
    if not read_before and not (isinstance(content.book, Workbook) and content.book.depends_on_request):
        content.dropped = None


def is_outdated(content: Content, order: Order, context: Context) -> bool:
    """Whether the choices about a file have changed since it was read, in a way that may change the result."""
    if content.dropped is None or content.request is None or not isinstance(content.book, Workbook):
        return False
    read_with = (content.version, content.request.source, content.request.day)
    if read_with == (context.version, order.source, order.extract_date):
        return False
    if _request(order, context).user_input != content.request.user_input:
        return True
    content.version = context.version
    return False


def _request(order: Order, context: Context) -> ReadRequest:
    return loading.read_request(
        context.database, order, sources=context.sources, words=context.words, today=context.today
    )


def preview(content: Content, order: Order, context: Context) -> Preview | Refusal:
    """What a file would change, computed again only if the choices, the day or the data change."""
    key = order, context.version, context.as_of
    if content.preview is None or content.key != key:
        content.preview, content.key = _rehearsed([(content.workbook, order)], context), key
    return content.preview


def together(inbox: Inbox, files: Mapping[str, tuple[Content, Order]], context: Context) -> Effect | Refusal:
    """What several files change together: one alone often lacks what another has."""
    key = tuple((file, order) for file, (_, order) in files.items()), context.version, context.as_of
    if inbox.together is None or inbox.together.key != key:
        books = [(content.workbook, order) for content, order in files.values()]
        preview = _rehearsed(books, context)
        inbox.together = Together(key, preview.effect if isinstance(preview, Preview) else preview)
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
    """Load a file as previewed, and set its result. Raise DiskFull if loading can be tried again.

    Only the receipts with rejected rows are kept of the content, for the workbook of rows to correct.
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
            _save_match(context.database, receipts, order)
        item.result = _result(context.database, receipts, say)
    rejected = any(receipt.summary.rejected for receipt in receipts)
    content.receipts = returning.only_rejected(tuple(receipts)) if rejected else ()
    content.book, content.preview = replace(content.workbook, sheets=()), None


def _result(database: Database, receipts: Sequence[Receipt], say: Language) -> Result:
    with database.cursor() as cursor:
        corrections = [change for receipt in receipts for change in returning.corrections(cursor, receipt)]
    text = " ".join(texts.loaded_text(receipt, say) for receipt in receipts)
    returnable = any(receipt.summary.returnable for receipt in receipts)
    return Result(text, returnable, tuple(corrections[:SHOWN_CHANGES]), len(corrections))


def _save_match(database: Database, receipts: Sequence[Receipt], order: Order) -> None:
    """Remember a match by another column for the next file with the same headings."""
    with database.writing() as cursor:
        for match in (match for receipt in receipts for match in receipt.matches if not match.combined):
            mapping.save(cursor, as_mapping(match, through=order.through), who=order.who)
            what = f"{match.source.id}: matched by {order.through}"
            add_event(cursor, order, "map", what, action=Action.MAPPING, told=match.source.id)
