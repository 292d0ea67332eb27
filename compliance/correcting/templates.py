"""A workbook template for each source, filled in by hand if no system exports the data. It loads as it is.

Headings are those of the systems, so always Swedish; explanations are in the reader's language.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from openpyxl.utils import get_column_letter

from compliance.core.language import N_, Language
from compliance.correcting import forms
from compliance.declarations.sources import Field, Source

# The label before the extract date, as the rules of recognition expect it.
EXTRACT_DATE: Final = "Uttagsdatum"
DAY_ROW, HEADING_ROW = 2, 4
PREPARED_ROWS: Final = 500
REQUIRED: Final = " *"
WIDTHS: Final = {"date": 14, "datetime": 18, "yes_no": 14, "number": 13, "level": 12, "id": 16, "word": 20}
TEXT_WIDTH: Final = 26
INSTRUCTIONS: Final = N_("How to fill it in")
DAY: Final = N_("The day for which the rows are true. Left empty, it is the day on which the file is saved.")


def template(source: Source, say: Language) -> bytes:
    """The empty workbook of a source: a sheet to fill in, and a sheet that explains its columns."""
    book = forms.new_book()
    name = forms.sheet_name(say.pick(source.title))
    _form(book.create_sheet(name), source, say)
    _instructions(book.create_sheet(forms.sheet_name(say(INSTRUCTIONS), [name])), source, say)
    return forms.content(book)


def _form(sheet: Any, source: Source, say: Language) -> None:
    """Write title, extract date and headings. Rows below are formatted without cells, so an empty one is not a row."""
    forms.title(sheet, say.pick(source.title))
    _extract_date(sheet, say)
    hint = N_("Fill in every column with *. Each heading has a note, and the sheet {sheet} explains them all.")
    forms.put(sheet, DAY_ROW + 1, 1, say(hint, sheet=say(INSTRUCTIONS)), font=forms.font(italic=True))
    for column, field in enumerate(source.fields, start=1):
        text = field.heading + (REQUIRED if field.required else "")
        forms.head(sheet, HEADING_ROW, column, text, explained=forms.explanation(field, say))
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width = WIDTHS.get(field.type, TEXT_WIDTH)
        dimension.number_format = forms.FORMATS.get(field.type, "General")
        forms.guard(sheet, field, forms.below(column, first=HEADING_ROW + 1, count=PREPARED_ROWS), say)
    sheet.freeze_panes = sheet.cell(HEADING_ROW + 1, 1)


def _extract_date(sheet: Any, say: Language) -> None:
    """Write the cell for the day that the answers describe. Left empty, the file's own date is used."""
    explained = say(DAY)
    bold = forms.font(bold=True)
    forms.note(forms.put(sheet, DAY_ROW, 1, EXTRACT_DATE, font=bold), explained)
    cell = forms.put(sheet, DAY_ROW, 2, None, fill=forms.OPEN, border=forms.BOX, number_format=forms.FORMATS["date"])
    forms.guard(sheet, Field(name="day", title="", type="date", headings=()), cell.coordinate, say)


def _instructions(sheet: Any, source: Source, say: Language) -> None:
    """Write one row per column of the form. Headings follow a column letter, so that no export is recognised here."""
    forms.title(sheet, say(INSTRUCTIONS), *_steps(source, say))
    first = sheet.max_row + 2
    heads = [N_("Column"), N_("Meaning"), N_("Must be filled in"), N_("Example")]
    lines = [_line(place, field, say) for place, field in enumerate(source.fields, start=1)]
    forms.table(sheet, first, [say(text) for text in heads], lines)
    for row, field in enumerate(source.fields, start=first + 1):
        sheet.cell(row, len(heads)).number_format = forms.FORMATS.get(field.type, "General")
    forms.widths(sheet, [40, 76, 14, 32])
    sheet.freeze_panes = sheet.cell(first + 1, 1)
    forms.printable(sheet)


def _steps(source: Source, say: Language) -> Iterator[str]:
    yield say(N_("Write one row at a time on the first sheet, below the headings. The headings must stay as they are."))
    yield f"{EXTRACT_DATE}: {say(DAY)}"
    yield say(
        N_("Save the file as .xlsx and load it on the page Imports. It is recognised as {source}."),
        source=say.pick(source.title),
    )


def _line(place: int, field: Field, say: Language) -> list[object]:
    """The row for a column of the form: letter and heading, explanation, whether it is required, an example."""
    return [
        f"{get_column_letter(place)} · {field.heading}",
        forms.explanation(replace(field, required=False), say),
        say(N_("Yes")) if field.required else say(N_("No")),
        forms.example(field),
    ]
