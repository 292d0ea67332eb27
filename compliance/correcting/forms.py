"""Workbooks to fill in: text cells that stay text, drop-downs and checks by field type, a hidden sheet."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from openpyxl import Workbook as Book
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from compliance.core.language import N_, Language
from compliance.counting import books
from compliance.counting.separated import starts_formula
from compliance.declarations.sources import Field
from compliance.reading.markers import SHEET, Marker

# Characters that XML, and so a workbook, cannot hold, and those that a sheet name must not.
ILLEGAL: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
NO_SHEET_MARKS: Final = dict.fromkeys(map(ord, "[]:*?/\\'"), " ")
SHEET_NAME: Final = 31
NO_FILE_MARKS: Final = dict.fromkeys(map(ord, '<>:"/\\|?*'), " ")
# A name of this length, with its ending and a number, can be unpacked on every system, which may count bytes.
LONGEST_NAME: Final = 80
MOST_BYTES: Final = 200
LIST_LENGTH: Final = 255
NOT_ALLOWED: Final = N_("This value is not allowed here")
ONE_OF: Final = N_("One of: {words}.")
YES_NO: Final = ("Ja", "Nej")
LEVELS: Final = ("0", "1", "2", "3")
FIRST_DAY: Final = date(1930, 1, 1)
LAST_DAY: Final = date(9999, 12, 31)
FORMATS: Final = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "id": "@"}
EXPECTED: Final = {
    "id": N_("A number or a code. Never a personal identity number."),
    "date": N_("A date, as 2026-10-31."),
    "datetime": N_("A date with a time of day, as 2026-10-31 14:30. Without a time, whole days are counted."),
    "number": N_("A number."),
    "path": N_("The unit, or the whole path to it as Department / Unit."),
}
EXAMPLES: Final[dict[str, object]] = {
    "date": date(2026, 10, 31),
    "datetime": datetime(2026, 10, 31, 14, 30),
    "number": 3,
    "level": "2",
    "yes_no": YES_NO[0],
}

INK, QUIET = "1F2A37", "56606E"
LINE: Final = Side(style="thin", color="C9CED6")
BOX: Final = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
HEAD: Final = PatternFill("solid", fgColor="DDE5EE")
WRONG: Final = PatternFill("solid", fgColor="F8CBAD")
OPEN: Final = PatternFill("solid", fgColor="FFF6CC")
KNOWN: Final = PatternFill("solid", fgColor="EEEFF1")
WRAPPED: Final = Alignment(wrap_text=True, vertical="top")
TOP: Final = Alignment(vertical="top")
UNLOCKED: Final = Protection(locked=False)
AUTHOR: Final = "compliance"


def font(**how: Any) -> Any:
    """The font of the workbooks. It is named, since programs differ in their default font."""
    return Font(**{"name": "Calibri", "size": 11, "color": INK} | how)


def put(sheet: Any, row: int, column: int, value: object, **style: Any) -> Any:
    """Write a cell and return it. A text stays a text even if it begins like a formula, also once it is edited."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = value.translate(ILLEGAL)
        cell.data_type = "s"
        cell.quotePrefix = starts_formula(value)
    else:
        cell.value = value
    for name, attribute in style.items():
        setattr(cell, name, attribute)
    return cell


def head(sheet: Any, row: int, column: int, text: str, *, explained: str = "") -> None:
    """Write a heading, with its explanation as a note."""
    cell = put(sheet, row, column, text, font=font(bold=True), fill=HEAD, border=BOX, alignment=WRAPPED)
    if explained:
        note(cell, explained)


def note(cell: Any, text: str) -> None:
    """Add a note to a cell, large enough to be read without resizing."""
    cell.comment = Comment(text.translate(ILLEGAL), AUTHOR, width=320, height=40 + 20 * (len(text) // 42 + 1))


def title(sheet: Any, text: str, *hints: str) -> None:
    """Write the title of a sheet and, below it, lines on how to use it."""
    put(sheet, 1, 1, text, font=font(bold=True, size=14))
    for row, hint in enumerate(hints, start=2):
        put(sheet, row, 1, hint, font=font(color=QUIET))


def table(sheet: Any, row: int, heads: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Write headings in a row and the lines of a table below them, framed and wrapped, with days as such."""
    for column, text in enumerate(heads, start=1):
        head(sheet, row, column, text)
    for number, line in enumerate(lines, start=row + 1):
        for column, value in enumerate(line, start=1):
            cell = put(sheet, number, column, value, border=BOX, alignment=WRAPPED)
            if cell.is_date:
                cell.number_format = FORMATS["date"]


def widths(sheet: Any, characters: Iterable[int]) -> None:
    """Set the widths of the columns from A on, in characters."""
    for column, width in enumerate(characters, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def choices(field: Field) -> tuple[str, ...]:
    """The words that a field can take, as spreadsheets write them. Empty if the field takes any value."""
    if field.type == "word":
        return tuple(words[0] for words in field.words.values())
    return {"yes_no": YES_NO, "level": LEVELS}.get(field.type, ())


def expected(field: Field, say: Language) -> str:
    """What a field accepts, as a sentence. Empty for a text field."""
    words = [_word(field, code, say) for code in field.words] if field.type == "word" else choices(field)
    if words:
        return say(ONE_OF, words=", ".join(words))
    return say(EXPECTED[field.type]) if field.type in EXPECTED else ""


def _word(field: Field, code: str, say: Language) -> str:
    """A word as spreadsheets write it, and its translation if the reader's language has another word."""
    written, meant = field.words[code][0], say.pick(field.word(code))
    return written if written.casefold() == meant.casefold() else f"{written} ({meant})"


def explanation(field: Field, say: Language) -> str:
    """A field in a few sentences: its name in the reader's language, its help, what it accepts."""
    name = say.pick(field.texts)
    parts = [f"{name}." if name != field.heading else "", say.pick(field.help) if field.help else ""]
    parts += [expected(field, say), f"{say(N_('Must be filled in'))}." if field.required else ""]
    return " ".join(part for part in parts if part)


def example(field: Field) -> object:
    """An example value of a field."""
    if field.example:
        return field.example
    words = choices(field)
    return EXAMPLES.get(field.type) or (words[0] if words else "")


def guard(sheet: Any, field: Field, cells: str, say: Language) -> None:
    """Give cells, such as C5:C504, the drop-down or check of a field, unless it takes any value."""
    if validation := check(field, say):
        validation.add(cells)
        sheet.add_data_validation(validation)


def below(column: int, *, first: int, count: int) -> str:
    """The cells of a column from a row on."""
    letter = get_column_letter(column)
    return f"{letter}{first}:{letter}{first + count - 1}"


def check(field: Field, say: Language) -> Any | None:
    """The drop-down or check for a field's cells, not yet applied to any. None if the field takes any value."""
    words = choices(field)
    if words:
        return _choice(field, words, say)
    if field.type in {"date", "datetime"}:
        first, last = (str((day - date(1899, 12, 30)).days) for day in (FIRST_DAY, LAST_DAY))
        return _check(field, say, type="date", operator="between", formula1=first, formula2=last)
    if field.type == "number":
        return _check(field, say, type="decimal", operator="between", formula1="-1000000000", formula2="1000000000")
    return None


def _choice(field: Field, words: tuple[str, ...], say: Language) -> Any | None:
    """A drop-down. An optional field also accepts a system's own words, after a confirmation."""
    listed = ",".join(words)
    if len(listed) > LIST_LENGTH or any("," in word or '"' in word for word in words):
        return None
    free = field.type == "word" and not field.required
    return _check(field, say, type="list", formula1=f'"{listed}"', errorStyle="warning" if free else "stop")


def offer(sheet: Any, cells: str, words: Sequence[str], say: Language) -> None:
    """Let cells, such as C5:C504, take one of some words, chosen in a list."""
    listed = f'"{",".join(words)}"'
    wrong = {"errorTitle": say(NOT_ALLOWED)[:32], "error": say(ONE_OF, words=", ".join(words))[:LIST_LENGTH]}
    validation = DataValidation(type="list", formula1=listed, allow_blank=True, showErrorMessage=True, **wrong)
    validation.add(cells)
    sheet.add_data_validation(validation)


def _check(field: Field, say: Language, **how: Any) -> Any:
    return DataValidation(
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=say(NOT_ALLOWED)[:32],
        error=expected(field, say)[:LIST_LENGTH],
        **how,
    )


def printable(sheet: Any) -> None:
    """Set a sheet up for printing in landscape, one page wide."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def sheet_name(text: str, taken: Iterable[str] = ()) -> str:
    """A text as a valid sheet name, different from the names already taken."""
    name = " ".join(text.translate(ILLEGAL).translate(NO_SHEET_MARKS).split())[:SHEET_NAME] or "1"
    others = {other.casefold() for other in taken}
    number, unique = 1, name
    while unique.casefold() in others:
        number += 1
        unique = f"{name[: SHEET_NAME - 1 - len(str(number))]} {number}"
    return unique


def file_name(text: str) -> str:
    """A text as the name of a file, still without its ending, and without what could show another one."""
    seen = "".join(mark for mark in text if mark.isspace() or unicodedata.category(mark) not in {"Cc", "Cf", "Cs"})
    name = " ".join(seen.translate(NO_FILE_MARKS).split())[:LONGEST_NAME]
    return name.encode()[:MOST_BYTES].decode(errors="ignore")


def new_book() -> Any:
    """A workbook without sheets."""
    book = Book()
    book.remove(book.active)
    return book


def mark(book: Any, marker: Marker) -> None:
    """Add the hidden sheet that identifies a workbook when it comes back."""
    sheet = book.create_sheet(SHEET)
    sheet.sheet_state = "hidden"
    for row, values in enumerate(marker.rows(), start=1):
        for column, value in enumerate(values, start=1):
            if value:
                put(sheet, row, column, value)


def content(book: Any) -> bytes:
    """The workbook as a file, opened at its first sheet."""
    book.active = 0
    return books.content(book)
