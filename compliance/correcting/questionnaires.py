"""Questionnaires: one workbook per unit, asking for the values that no system has.

Each sheet is an export of its source. The columns that identify a row are hidden, so overwriting a visible text does
not change which row an answer belongs to. A row also holds its known values, since an answered row replaces the whole
existing row. A row without an answer is skipped when the workbook comes back.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa
from openpyxl.utils import get_column_letter

from compliance.core.language import N_, Language, folded, swedish_order
from compliance.core.zips import unlike
from compliance.correcting import forms
from compliance.counting.assessing import run
from compliance.declarations.points import Point, point_by
from compliance.declarations.queries import query, statement
from compliance.declarations.sources import Field, Source
from compliance.reading.markers import ASKED, Marker
from compliance.store.database import Cursor, Rows, rows

# Headings that no source has: the subject of a row, and its current state.
ABOUT, STATE = N_("What it concerns"), N_("Now")
LABELS: Final = 2
TITLE_ROW, HEADING_ROW = 1, 3
NEW_ROWS: Final = 15
WIDTHS: Final = {"date": 15, "yes_no": 16, "number": 13, "word": 18}
TEXT_WIDTH: Final = 28
READ_FIRST: Final = N_("How to fill it in")
NEW: Final = N_("New procurements")

Unit = str | None
Row = dict[str, Any]


@dataclass(frozen=True)
class Asking:
    """The organisation and the day that questions are asked for, and the rules that decide what is unknown.

    The answers are wanted on a day, at an address; what is not said is left open in the workbooks.
    """

    organisation: str
    as_of: date
    known_at: datetime
    points: tuple[Point, ...]
    sources: dict[str, Source]
    answer_by: date | None = None
    return_to: str = ""


@dataclass(frozen=True)
class Topic:
    """The questions of one source: the fields that are shown, and which of them can be filled in.

    Fields in `anew` are asked even if a value is known; known values of fields in `open` are shown and can be changed.
    `point` is the review point whose items the statement reads.
    """

    source: str
    statement: str
    hint: str
    fields: tuple[str, ...]
    anew: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    point: str | None = None

    def asked(self, row: Row) -> list[str]:
        """The fields of a row that are asked for."""
        return [name for name in self.fields if name in self.anew or row.get(name) is None]


# --- Questions ---------------------------------------------------------------------------------------------------


TOPICS: Final = (
    Topic(
        source="local_instruction",
        statement="questions_on_requirements",
        hint=N_("Give the status of each requirement. Only a row with a status counts. An exemption needs a comment."),
        fields=("status", "confirmed", "comment"),
        anew=("status",),
        open=("confirmed", "comment"),
        point="local_instruction",
    ),
    Topic(
        source="procurements",
        statement="questions_on_procurements",
        hint=N_("Fill in what you know of each procurement. Others are written on the sheet New procurements."),
        fields=(
            "handles_information", "classified", "requirements", "risk_analysed", "processor_assessed",
            "coordinator_consulted", "announced", "contract_date",
        ),
    ),
    Topic(
        source="access_reviews",
        statement="questions_on_systems",
        hint=N_("Fill in the latest review of who has access to each system. Without one, leave the row empty."),
        fields=("reviewed", "accounts_before", "accounts_reviewed", "accounts_removed", "reviewed_by"),
        point="access",
    ),
    Topic(
        source="routines",
        statement="questions_on_routines",
        hint=N_("Name the local routine of each review point, if there is one, and when it was adopted."),
        fields=("routine", "adopted", "next_review", "owner"),
    ),
)  # fmt: skip
Questions = dict[Topic, Rows]


def questions(cursor: Cursor, asking: Asking) -> dict[Unit, Questions]:
    """The questions to each unit, in Swedish alphabetical order. The unit None is the organisation as a whole.

    The organisation is asked for routines, which belong to no unit, and for systems without a unit.
    """
    by_unit: dict[str, tuple[Unit, Questions]] = {}
    for topic in TOPICS:
        for row in _rows(cursor, topic, asking):
            unit = row.get("recipient")
            _, topics = by_unit.setdefault(folded(unit), (unit, {}))
            topics.setdefault(topic, []).append(row)
    return dict(sorted(by_unit.values(), key=lambda entry: swedish_order(entry[0] or "")))


def count(questions: Questions) -> int:
    """The number of rows to answer."""
    return sum(len(rows) for rows in questions.values())


def _rows(cursor: Cursor, topic: Topic, asking: Asking) -> Rows:
    """The rows of a topic with at least one field to ask for."""
    values = {"organisation": asking.organisation, "as_of": asking.as_of, "known_at": asking.known_at}
    sql = statement(topic.statement)
    tables = _beside(cursor, topic, asking)
    for name, table in tables.items():
        cursor.register(name, table)
    try:
        topic_rows = rows(cursor, sql, {name: value for name, value in values.items() if f"${name}" in sql})
    finally:
        for name in tables:
            cursor.unregister(name)
    return [row for row in topic_rows if topic.asked(row)]


def _beside(cursor: Cursor, topic: Topic, asking: Asking) -> dict[str, pa.Table]:
    """The tables that a topic's statement reads besides the exports: the items of a point, or the point numbers."""
    if topic.source == "routines":
        return {"review_points": pa.table({"review_point": [point.number for point in asking.points]})}
    if topic.point is None:
        return {}
    values = point_by(asking.points, topic.point).parameters(asking.as_of)
    items = run(cursor, query("points", topic.point), as_of=asking.as_of, known_at=asking.known_at, values=values)
    return {f"{topic.point}_items": items}


def _labels(topic: Topic, row: Row, asking: Asking, say: Language) -> tuple[str, str]:
    """The subject of a row, and its current state."""
    if topic.source == "local_instruction":
        state = " ".join(str(part) for part in (row["status"], row["confirmed"]) if part)
        return row["requirement"], state or say(N_("Unknown"))
    if topic.source == "procurements":
        dated = next((name for name in ("contract_date", "announced") if row[name]), None)
        heading = say.pick(asking.sources[topic.source].field(dated).texts) if dated else ""
        called = " · ".join(filter(None, (row["reference"], row["title"])))
        return called, f"{heading} {row[dated]}" if dated else say(N_("Unknown"))
    if topic.source == "access_reviews":
        reason = say.pick(point_by(asking.points, "access").reasons[row["reason"]])
        return row["system"], f"{reason} ({row['last_reviewed']})" if row["last_reviewed"] else reason
    point = next(point for point in asking.points if point.number == row["review_point"])
    state = say(N_("Not adopted yet")) if row["routine"] else say(N_("Unknown"))
    return f"{point.number}. {say.pick(point.title)}", state


# --- Workbooks ---------------------------------------------------------------------------------------------------


def questionnaires(by_unit: dict[Unit, Questions], asking: Asking, say: Language) -> bytes:
    """The workbooks of all units that have questions, in a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        taken: set[str] = set()
        for unit, questions in by_unit.items():
            name = unlike(file_name(unit, asking, say).removesuffix(".xlsx"), taken)
            archive.writestr(f"{name}.xlsx", questionnaire(unit, questions, asking, say))
    return file.getvalue()


def questionnaire(unit: Unit, questions: Questions, asking: Asking, say: Language) -> bytes:
    """The workbook of a unit, or of the organisation as a whole if `unit` is None."""
    book = forms.new_book()
    addressee = unit or asking.organisation
    first = book.create_sheet(forms.sheet_name(say(READ_FIRST)))
    sheets = {
        _sheet(book, topic, topic_rows, addressee, asking, say): len(topic_rows)
        for topic, topic_rows in questions.items()
    }
    if unit:
        _new_procurements(book, unit, asking, say)
    _read_first(first, addressee, sheets, asking, say)
    forms.mark(book, Marker(kind="answers"))
    return forms.content(book)


def file_name(unit: Unit, asking: Asking, say: Language) -> str:
    """The name of the workbook. It has no date, so the day on which it is saved becomes its extract date."""
    name = say(N_("Questions to {unit}"), unit=unit or asking.organisation)
    return forms.file_name(name) + ".xlsx"


def _sheet(book: Any, topic: Topic, topic_rows: Rows, addressee: str, asking: Asking, say: Language) -> str:
    """Write the sheet of a topic and return its name."""
    source = asking.sources[topic.source]
    sheet = book.create_sheet(forms.sheet_name(say.pick(source.title), book.sheetnames))
    forms.title(sheet, f"{say.pick(source.title)} · {addressee}", say(topic.hint))
    shown = [source.field(name) for name in topic.fields]
    hidden = [field for field in source.fields if field not in shown]
    _headings(sheet, shown, hidden, labels=LABELS, say=say)
    for number, row in enumerate(topic_rows, start=HEADING_ROW + 1):
        for column, text in enumerate(_labels(topic, row, asking, say), start=1):
            forms.put(sheet, number, column, text, fill=forms.KNOWN, border=forms.BOX, alignment=forms.WRAPPED)
        asked = topic.asked(row)
        for column, field in enumerate(shown, start=LABELS + 1):
            _answer(sheet, number, column, field, row, is_open=field.name in (*asked, *topic.open), asked=asked)
        _hidden(sheet, number, [row.get(field.name) for field in hidden], shown, asked, labels=LABELS)
    _finish(sheet, shown, len(topic_rows), labels=LABELS, say=say)
    name: str = sheet.title
    return name


def _new_procurements(book: Any, unit: str, asking: Asking, say: Language) -> None:
    """Write a sheet for procurements that no list has yet. Rows left empty are skipped when the workbook comes back."""
    source = asking.sources["procurements"]
    sheet = book.create_sheet(forms.sheet_name(say(NEW), book.sheetnames))
    hint = N_("Procurements of this year that are on no other sheet, one row each. Leave the rest empty.")
    forms.title(sheet, f"{say(NEW)} · {unit}", say(hint))
    shown = [field for field in source.fields if field.name != "unit"]
    hidden = [source.field("unit")]
    _headings(sheet, shown, hidden, labels=0, say=say)
    for number in range(HEADING_ROW + 1, HEADING_ROW + 1 + NEW_ROWS):
        for column, field in enumerate(shown, start=1):
            _answer(sheet, number, column, field, {}, is_open=True, asked=[field.name])
        _hidden(sheet, number, [unit], shown, [field.name for field in shown], labels=0)
    _finish(sheet, shown, NEW_ROWS, labels=0, say=say)


def _headings(sheet: Any, shown: list[Field], hidden: list[Field], *, labels: int, say: Language) -> None:
    """Write the headings: the labels, the shown fields, and in hidden columns the other fields and the asked places."""
    for column, text in enumerate((ABOUT, STATE)[:labels], start=1):
        forms.head(sheet, HEADING_ROW, column, say(text))
    for column, field in enumerate(shown, start=labels + 1):
        text = field.heading + (" *" if field.required else "")
        forms.head(sheet, HEADING_ROW, column, text, explained=forms.explanation(field, say))
    rest = [*(field.heading for field in hidden), ASKED]
    for column, text in enumerate(rest, start=labels + len(shown) + 1):
        forms.head(sheet, HEADING_ROW, column, text)
        sheet.column_dimensions[get_column_letter(column)].hidden = True


def _answer(sheet: Any, row: int, column: int, field: Field, values: Row, *, is_open: bool, asked: list[str]) -> None:
    """Write the cell of a field: yellow and unlocked if it can be filled in, else grey and locked."""
    value = None if field.name in asked else values.get(field.name)
    cell = forms.put(sheet, row, column, _written(value), border=forms.BOX, alignment=forms.WRAPPED)
    cell.fill = forms.OPEN if is_open else forms.KNOWN
    cell.number_format = forms.FORMATS.get(field.type, "General")
    if is_open:
        cell.protection = forms.UNLOCKED


def _hidden(sheet: Any, row: int, values: list[Any], shown: list[Field], asked: list[str], *, labels: int) -> None:
    """Write the hidden cells of a row: the known values that are not shown, and the places that were asked."""
    places = ",".join(str(place) for place, field in enumerate(shown, start=labels) if field.name in asked)
    for column, value in enumerate((*map(_written, values), places), start=labels + len(shown) + 1):
        cell = forms.put(sheet, row, column, value)
        if isinstance(value, date):
            cell.number_format = forms.FORMATS["date"]


def _written(value: Any) -> object:
    """A value as a user would type it."""
    if isinstance(value, bool):
        return forms.YES_NO[0] if value else forms.YES_NO[1]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _finish(sheet: Any, shown: list[Field], count_: int, *, labels: int, say: Language) -> None:
    """Add drop-downs, checks and widths, and lock the other cells. The lock is a guide, so it has no password."""
    for column, field in enumerate(shown, start=labels + 1):
        forms.guard(sheet, field, forms.below(column, first=HEADING_ROW + 1, count=count_), say)
    forms.widths(sheet, [*(44, 26)[:labels], *(WIDTHS.get(field.type, TEXT_WIDTH) for field in shown)])
    sheet.freeze_panes = sheet.cell(HEADING_ROW + 1, max(labels, 1) + 1)
    sheet.protection.sheet = True
    sheet.protection.formatRows = False
    forms.printable(sheet)


def _read_first(sheet: Any, addressee: str, sheets: dict[str, int], asking: Asking, say: Language) -> None:
    """Write the sheet that says why the questions are asked, what they cover and how to answer them."""
    forms.title(sheet, say(N_("Questions to {unit}"), unit=addressee))
    lines = [*_why(say), "", *_asked_lines(sheets, say), "", *_how(say)]
    for row, text in enumerate(lines, start=3):
        if text:
            forms.put(sheet, row, 1, text, alignment=forms.WRAPPED)
    for row, (text, fill) in enumerate(_agreed(asking, say), start=len(lines) + 4):
        forms.put(sheet, row, 1, text, font=forms.font(bold=True), fill=fill, border=forms.BOX)
    forms.widths(sheet, [96])
    forms.printable(sheet)


def _agreed(asking: Asking, say: Language) -> Iterator[tuple[str, Any]]:
    """When and where to answer, in yellow if somebody has yet to write it."""
    day, to = asking.answer_by, asking.return_to
    yield answer_line(day, to, say), forms.KNOWN if day and to else forms.OPEN


def answer_line(day: date | None, to: str, say: Language) -> str:
    """By when and to whom to answer, with dots for what nobody has written."""
    return say(N_("Answer by {day} to {to}."), day=say.date(day) if day else "…", to=to or "…")


def _why(say: Language) -> Iterator[str]:
    yield say(
        N_(
            "The answers are used in the yearly management review. We ask only about what no system knows. The grey we "
            "know already."
        )
    )


def _asked_lines(sheets: dict[str, int], say: Language) -> Iterator[str]:
    for name, number in sheets.items():
        yield say.plural("{name}: {n} question", "{name}: {n} questions", number, name=name)
    if not sheets:
        yield say(N_("We have no questions now. Write new procurements on their sheet."))


def _how(say: Language) -> Iterator[str]:
    yield say(N_("1. Fill in the yellow cells. Leave the rows empty that you know nothing about. They change nothing."))
    yield say(
        N_("2. Fill in every column with * in the rows that you answer. Notes say what to write: roles, never names.")
    )
    yield say(N_("3. Save the file under the name that it has, and send it back."))
