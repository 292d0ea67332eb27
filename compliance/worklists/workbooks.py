"""A unit's list as a workbook, and all lists in a zip."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from openpyxl.utils import get_column_letter

from compliance.core.language import N_, Language
from compliance.core.zips import unlike, write_zip
from compliance.correcting import forms
from compliance.wording.tables import Column
from compliance.worklists import mails, sending
from compliance.worklists.lists import WorkList
from compliance.worklists.sending import Noted, Sending

# The columns of an item, their widths in characters.
COLUMNS: Final = (
    Column[Noted](
        N_("Review point"), lambda row, say: f"{row.left.point.number}. {say.plain(row.left.point.title)}", width=30
    ),
    sending.CONCERNS,
    sending.MISSING,
    sending.SINCE,
    Column[Noted](N_("Due"), lambda row, _: row.left.item["due"], width=13),
    sending.TODO,
    sending.RESPONSIBLE,
    sending.STATUS,
    sending.NOTE,
)


def workbook(each: WorkList, all_: Sending, say: Language) -> bytes:
    """The workbook of a list: its heading, why it comes and when to answer, and a row per item."""
    book = forms.new_book()
    sheet = book.create_sheet(forms.sheet_name(say(N_("To do"))))
    hints = [text for text in (sending.purpose(each, all_, say), sending.answering(all_, say)) if text]
    forms.title(sheet, sending.heading(each, all_, say), *hints)
    first = len(hints) + 3
    lines = ([column.cell(noted, say) for column in COLUMNS] for noted in all_.noted(each))
    forms.table(sheet, first, [column.head(say).label for column in COLUMNS], lines)
    forms.widths(sheet, [int(column.width) for column in COLUMNS])
    sheet.freeze_panes = sheet.cell(first + 1, 3)
    sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(COLUMNS))}{first + len(each.left)}"
    sheet.print_title_rows = f"{first}:{first}"
    forms.printable(sheet)
    return forms.content(book)


def all_of_them(lists: Iterable[WorkList], all_: Sending, say: Language, *, moment: datetime) -> bytes:
    """The workbook and the mail of every list, in a zip."""
    return write_zip(_files(lists, all_, say), moment)


def _files(lists: Iterable[WorkList], all_: Sending, say: Language) -> Iterator[tuple[str, bytes]]:
    taken: set[str] = set()
    for each in lists:
        name = unlike(sending.file_name(each, all_, say), taken)
        yield f"{name}.xlsx", workbook(each, all_, say)
        yield f"{name}.txt", mails.mail(each, all_, say).as_file(say)
