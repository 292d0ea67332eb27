"""Which source a text names: the title above a table, the name of a sheet, the name of a file."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from compliance.declarations.sources import Source, Words
from compliance.reading.sheets import Row, Sheet, Workbook, top_rows

# A sheet with more rows than this is no cover, and a row with more cells no title.
COVER_ROWS: Final = 10
TITLE_CELLS: Final = 2


def named_by(text: str, sources: Collection[Source], words: Words) -> Source | None:
    """The source that a text names: one of which it has a full title, else one whose longest word begins a word in it.

    The name of an organisation names none: Utbildningsförvaltningen is no training. None if two are named as well.
    """
    plain = _plain(text, words)
    best: dict[str, tuple[int, int]] = {}
    for source in sources:
        titles = [len(title) for title in map(_words, source.title.values()) if f" {title} " in f" {plain} "]
        called = [len(word) for word in map(_words, source.called) if f" {word}" in f" {plain}"]
        best[source.id] = (max(titles, default=0), max(called, default=0))
    first = max(best.values(), default=(0, 0))
    named = [source for source in sources if best[source.id] == first and any(first)]
    return named[0] if len(named) == 1 else None


def _plain(text: str, words: Words) -> str:
    """The words of a text without those that name an organisation."""
    own = words["organisation"]
    return " ".join(word for word in _words(text).split() if not any(part in word for part in own))


def _words(text: str) -> str:
    """The words of a text, in lower case, with a space between them: it-system is two."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def sources_named(texts: Iterable[str], sources: Collection[Source], words: Words) -> list[Source]:
    """The source that each of some texts names, without those that name none."""
    return [source for text in texts if (source := named_by(text, sources, words))]


def texts_of_sheet(sheet: Sheet, heading_row: int) -> list[str]:
    """The title above a heading, and the name of the sheet."""
    return [*_joined(top_rows(sheet)[: heading_row - 1]), sheet.name]


def texts_of_file(workbook: Workbook) -> list[str]:
    """The texts of covers, and the name of the file."""
    return [*_texts_of_covers(workbook), workbook.name]


def source_of_file(workbook: Workbook, sources: Collection[Source], words: Words) -> Source | None:
    """The source that a title in any sheet of a file names, else the name of a sheet, else that of the file."""
    texts = [*_texts_of_covers(workbook), *(text for sheet in workbook.sheets for text in _titles(sheet))]
    texts += [*(sheet.name for sheet in workbook.sheets), workbook.name]
    return next(iter(sources_named(texts, sources, words)), None)


def source_of_sheet(workbook: Workbook, number: int, sources: Collection[Source], words: Words) -> Source | None:
    """The source that the title of a sheet names, else its name, else, if it is the only one, the name of the file.

    A text that begins with the name is first: Kursrapport, Informationssäkerhet för medarbetare is no list of staff.
    """
    sheet = workbook.sheets[number]
    texts = [*_titles(sheet), sheet.name, *([workbook.name] if len(workbook.sheets) == 1 else [])]
    firsts = [_words(text).partition(" ")[0] for text in texts]
    return next(iter(sources_named([*firsts, *texts], sources, words)), None)


def _joined(rows: Sequence[Row]) -> list[str]:
    """The text of each row that has few cells; one with more is no title."""
    filled = [[cell for cell in row if cell and cell.strip()] for row in rows]
    return [" ".join(cells) for cells in filled if 0 < len(cells) <= TITLE_CELLS]


def covers(workbook: Workbook) -> list[Sheet]:
    """The sheets that are no tables, beside one that is wider."""
    widest = max(map(_width, workbook.sheets), default=0)
    return [sheet for sheet in workbook.sheets if sheet.cells.num_rows <= COVER_ROWS and _width(sheet) < widest]


def _texts_of_covers(workbook: Workbook) -> Iterator[str]:
    for sheet in covers(workbook):
        yield from _joined([row for row in top_rows(sheet) if _is_said(row)])


def _is_said(row: Row) -> bool:
    """Whether a row of a cover is a title, or what stands beside a word with a colon."""
    cells = [cell.strip() for cell in row if cell and cell.strip()]
    return len(cells) == 1 or bool(cells and cells[0].endswith(":"))


def _titles(sheet: Sheet) -> list[str]:
    """The texts of the first rows that have fewer cells than the table of the sheet."""
    return _joined([row for row in top_rows(sheet) if _filled(row) < _width(sheet)])


def _width(sheet: Sheet) -> int:
    return max(map(_filled, top_rows(sheet)), default=0)


def _filled(row: Row) -> int:
    return sum(bool(cell and cell.strip()) for cell in row)
