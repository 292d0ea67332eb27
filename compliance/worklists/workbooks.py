"""A unit's list as a workbook, and all lists in a zip."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from openpyxl.utils import get_column_letter

from compliance.core.language import N_, Language
from compliance.core.zips import write_zip
from compliance.correcting import forms
from compliance.worklists import mails, sending
from compliance.worklists.lists import Left, WorkList
from compliance.worklists.sending import Sending

# Each column: its heading, its width in characters, and what it says of an item.
COLUMNS: Final[tuple[tuple[str, int, Callable[[Left, Sending, Language], object]], ...]] = (
    (N_("Review point"), 30, lambda left, _, say: f"{left.point.number}. {say.plain(left.point.title)}"),
    (N_("What it concerns"), 36, lambda left, _, say: sending.name(left, say)),
    (N_("What is missing"), 34, lambda left, _, say: sending.missing(left, say)),
    (N_("Since"), 18, lambda left, _, say: sending.since(left, say)),
    (N_("Due"), 13, lambda left, _, _say: left.item["due"]),
    (N_("What to do"), 40, lambda left, _, say: sending.todo(left, say)),
    (N_("Responsible"), 34, lambda left, _, say: sending.answers(left, say)),
    (N_("Status"), 22, lambda left, all_, say: sending.status(all_.note(left), say)),
    (N_("Note"), 40, lambda left, all_, _say: note.note if (note := all_.note(left)) else ""),
)


def workbook(each: WorkList, all_: Sending, say: Language) -> bytes:
    """The workbook of a list: its heading, why it comes and when to answer, and a row per item."""
    book = forms.new_book()
    sheet = book.create_sheet(forms.sheet_name(say(N_("To do"))))
    hints = [text for text in (sending.purpose(each, all_, say), sending.answering(all_, say)) if text]
    forms.title(sheet, sending.heading(each, all_, say), *hints)
    first = len(hints) + 3
    for column, (heading, _, _) in enumerate(COLUMNS, start=1):
        forms.head(sheet, first, column, say(heading))
    for row, left in enumerate(each.left, start=first + 1):
        _row(sheet, row, left, all_, say)
    forms.widths(sheet, [width for _, width, _ in COLUMNS])
    sheet.freeze_panes = sheet.cell(first + 1, 3)
    sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(COLUMNS))}{first + len(each.left)}"
    sheet.print_title_rows = f"{first}:{first}"
    forms.printable(sheet)
    return forms.content(book)


def _row(sheet: Any, row: int, left: Left, all_: Sending, say: Language) -> None:
    for column, (_, _, value) in enumerate(COLUMNS, start=1):
        cell = forms.put(sheet, row, column, value(left, all_, say), border=forms.BOX, alignment=forms.WRAPPED)
        if cell.is_date:
            cell.number_format = forms.FORMATS["date"]


def all_of_them(lists: Iterable[WorkList], all_: Sending, say: Language, *, moment: datetime) -> bytes:
    """The workbook and the mail of every list, in a zip."""
    return write_zip(_files(lists, all_, say), moment)


def _files(lists: Iterable[WorkList], all_: Sending, say: Language) -> Iterator[tuple[str, bytes]]:
    taken: set[str] = set()
    for each in lists:
        name = unique = sending.file_name(each, all_, say)
        while unique.casefold() in taken:
            unique = f"{name} {len(taken) + 1}"
        taken.add(unique.casefold())
        yield f"{unique}.xlsx", workbook(each, all_, say)
        yield f"{unique}.txt", mails.mail(each, all_, say).as_file(say)
