"""A unit's list as a workbook and as the draft of a mail, and those of all units in a zip."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from openpyxl.utils import get_column_letter

from compliance.core import drafts as drafts_
from compliance.core import media
from compliance.core.language import N_, Language
from compliance.core.zips import unlike, write_zip
from compliance.correcting import forms
from compliance.reading.markers import KEY, Marker, item_key
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
    sending.MESSAGE,
)
# What the unit fills in.
STATUS: Final = N_("Status")
NOTE: Final = N_("Note")
OPEN_WIDTHS: Final = (22, 40)


def workbook(each: WorkList, all_: Sending, say: Language) -> bytes:
    """The workbook of a list: its heading, why it comes and when to answer, and a row per item to answer in.

    By a hidden sheet and a hidden column it is known when it comes back.
    """
    book = forms.new_book()
    sheet = book.create_sheet(forms.sheet_name(say(N_("To do"))))
    hints = [sending.request(each, all_, say), sending.origin(all_, say), sending.filling_in(all_, say)]
    forms.title(sheet, sending.heading(each, all_, say), *hints)
    _table(sheet, len(hints) + 3, each, all_, say)
    forms.printable(sheet)
    marked: Any = {
        "organisation": all_.organisation,
        "unit": each.unit,
        "as_of": all_.as_of,
        "answer_by": all_.answer_by,
    }
    forms.mark(book, Marker("worklist", **marked, edition=all_.notes.edition))
    return forms.content(book)


def _table(sheet: Any, first: int, each: WorkList, all_: Sending, say: Language) -> None:
    """Write the items below their headings in a row, each with its open cells and its key."""
    heads = [*(column.head(say).label for column in COLUMNS), say(STATUS), say(NOTE), say(KEY)]
    forms.table(sheet, first, heads, (_line(noted, all_, say) for noted in all_.noted(each)))
    forms.widths(sheet, [*(int(column.width) for column in COLUMNS), *OPEN_WIDTHS])
    sheet.column_dimensions[get_column_letter(len(heads))].hidden = True
    status, last = len(COLUMNS) + 1, first + len(each.left)
    for row in range(first + 1, last + 1):
        for column in (status, status + 1):
            sheet.cell(row, column).fill = forms.OPEN
    forms.offer(sheet, forms.below(status, first=first + 1, count=len(each.left)), all_.answers.offered(say), say)
    sheet.freeze_panes = sheet.cell(first + 1, 3)
    sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(heads))}{last}"
    sheet.print_title_rows = f"{first}:{first}"


def _line(noted: Noted, all_: Sending, say: Language) -> list[object]:
    key = item_key(all_.organisation, noted.left.point.id, noted.left.item["item"])
    return [*(column.cell(noted, say) for column in COLUMNS), None, None, key]


def all_of_them(lists: Iterable[WorkList], all_: Sending, say: Language, *, moment: datetime) -> bytes:
    """The workbook of every list, in a zip."""
    return write_zip(((f"{name}.xlsx", workbook(each, all_, say)) for name, each in _files(lists, all_, say)), moment)


def drafts(lists: Iterable[WorkList], all_: Sending, say: Language, *, moment: datetime) -> bytes:
    """The draft of the mail of every list, in a zip."""
    return write_zip(((f"{name}.eml", draft(each, all_, say)) for name, each in _files(lists, all_, say)), moment)


def draft(each: WorkList, all_: Sending, say: Language) -> bytes:
    """The draft of the mail of a list, with its workbook."""
    mail, name = mails.mail(each, all_, say), sending.file_name(each, all_, say)
    return drafts_.draft(mail.to, mail.subject, mail.text, [(f"{name}.xlsx", workbook(each, all_, say), media.XLSX)])


def _files(lists: Iterable[WorkList], all_: Sending, say: Language) -> Iterator[tuple[str, WorkList]]:
    """The lists, each with a file name that no other has."""
    taken: set[str] = set()
    for each in lists:
        yield unlike(sending.file_name(each, all_, say), taken), each
