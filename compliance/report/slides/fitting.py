"""How much a place of a slide holds, by the widths of Arial.

Arial is on every machine with Office; other programs have a typeface with the same widths. A text that does not fit
gets a smaller type, and a table goes on over several slides. What even so does not fit is whole in the notes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final, NamedTuple

from compliance.report.blocks import Table
from compliance.report.slides.contents import Slide
from compliance.report.slides.layouts import Place
from compliance.report.writers.widths import arial_width

POINT: Final = 2.54 / 72
LEADING: Final = 1.2
# Bold letters are at most this much wider; a little room is spared, since programs differ.
BOLD, SPARE = 1.09, 1.02
ELLIPSIS: Final = "…"
# The smallest type of a text and of a title, and how much smaller it gets at a time.
LEAST, LEAST_TITLE, STEP = 14.0, 20.0, 2.0
# The margins of a cell, in cm: left and right, above and below. Those of a heat table have little text.
SIDE, ABOVE, NARROW = 0.2, 0.08, 0.05
# The least space between the text before a tab and that after it, in cm.
GAP: Final = 0.4
# A heading that stands is at most this high, in cm.
TALLEST: Final = 6.2
# A heading of so few letters lies in a narrow column too.
SHORT: Final = 2
# No place has room for more lines.
MOST_LINES: Final = 200
_WORD: Final = re.compile("[^ ]+")


# --- Texts --------------------------------------------------------------------------------------------------------


class Fitted(NamedTuple):
    """As much of a text as fits in its place, at a type size; `whole` is whether that is all of it."""

    text: str
    size: float
    whole: bool = True


def fit(text: str, place: Place, *, more: str = ELLIPSIS, most: float = inf) -> Fitted:
    """A text at the largest size up to `most` at which it fits; if it fits at none, what does, ending with `more`."""
    widest = _widest(text)
    for size in (size for size in _sizes(place) if size <= most):
        lines = _lines_of(place, size, text.count("\n") + 1)
        room = room_of(place.box.width - hang_of(text, place, size), size, bold=place.bold)
        fitted, _ = fit_lines(text, room=room, lines=lines, more=more)
        if fitted == text and widest <= room:
            return Fitted(text, size)
    return Fitted(fitted, size, whole=fitted == text)


def hang_of(text: str, place: Place, size: float) -> float:
    """Where the text after a tab or a bullet begins, in cm: beyond the longest text before a tab."""
    if place.bullets or "\t" not in text:
        return place.hangs if place.bullets else 0.0
    longest = max(arial_width(part.partition("\t")[0]) for part in text.split("\n") if "\t" in part)
    return max(place.hangs, longest / 1000 * size * POINT * SPARE + GAP)


def _sizes(place: Place) -> Iterator[float]:
    """The type sizes of a place, its own first."""
    least = LEAST_TITLE if "itle" in place.kind else LEAST
    size = place.size
    yield size
    while size - STEP >= least:
        size -= STEP
        yield size


def _lines_of(place: Place, size: float, paragraphs: int) -> int:
    """How many lines a place holds, of so many paragraphs."""
    return max(1, int((place.box.height - place.spacing * min(paragraphs, MOST_LINES)) / line(size)))


def line(size: float) -> float:
    """The height of a line, in cm."""
    return size * POINT * LEADING


def room_of(width: float, size: float, *, bold: bool) -> float:
    """A width in cm as thousandths of the type size, the unit of `arial_width`."""
    return width / (size * POINT) * 1000 / SPARE / (BOLD if bold else 1)


def fit_lines(text: str, *, room: float, lines: int, more: str) -> tuple[str, int]:
    """As much of a text as fits on so many lines, and how many it takes. A text that is cut ends with `more`."""
    whole: list[str] = []
    left = lines
    paragraphs = text.split("\n")
    for place, paragraph in enumerate(paragraphs):
        end, used = _letters_that_fit(paragraph, room=room, lines=left)
        if end < len(paragraph) or (used == left and place < len(paragraphs) - 1):
            # Lay the paragraph out again, with room for `more` on its last line.
            end, used = _letters_that_fit(paragraph, room=room, lines=left, spared=arial_width(more))
            return "\n".join([*whole, paragraph[:end].rstrip(" ,;:–-") + more]), lines - left + used
        whole.append(paragraph)
        left -= used
    return text, lines - left


def _letters_that_fit(text: str, *, room: float, lines: int, spared: float = 0.0) -> tuple[int, int]:
    """How many letters of a text fit on so many lines, in whole words, and how many lines they take.

    `spared` is left free at the end of the last line. The text before a tab hangs to the left of the lines. A word that
    is wider than a line goes on to the next, as programs draw it.
    """
    used, held, line_so_far = 1, 0, 0.0
    for word in _WORD.finditer(text, text.find("\t") + 1):
        width, space = arial_width(word[0]), arial_width(" ") if line_so_far else 0
        free = room - (spared if used == lines else 0.0)
        if line_so_far + space + width > free and line_so_far:
            used, line_so_far, space = used + 1, 0.0, 0
        if used > lines:
            return held, lines
        if width > room:
            letters, taken, line_so_far = _broken(word[0], room=room, lines=lines - used, spared=spared)
            used += taken
            if letters < len(word[0]):
                return word.start() + letters, used
        elif width > room - (spared if used == lines else 0.0):
            return held, used
        else:
            line_so_far += space + width
        held = word.end()
    return len(text), used


def _broken(word: str, *, room: float, lines: int, spared: float) -> tuple[int, int, float]:
    """How many letters of a word fit on a line and so many more, how many more it takes, and the width of the last."""
    used, width = 0, 0.0
    for place, letter in enumerate(word):
        more = arial_width(letter)
        if width + more > room - (spared if used == lines else 0.0):
            if used == lines:
                return place, used, width
            used, width = used + 1, 0.0
        width += more
    return len(word), used, width


def _widest(text: str) -> int:
    """The width of the widest word, but for what hangs before a tab."""
    texts = (part.partition("\t")[2] or part for part in text.split("\n"))
    return max((arial_width(word) for part in texts for word in _WORD.findall(part)), default=0)


# --- Tables -------------------------------------------------------------------------------------------------------


class Page(NamedTuple):
    """The rows of a table that are on one slide, and the type size of the table."""

    first: int
    end: int
    size: float


@dataclass(frozen=True)
class Grid:
    """A table as it is measured. `bold` are the columns with bold cells; with `upright` long headings stand, but for
    the first, and the cells have narrow margins.
    """

    table: Table
    bold: frozenset[int] = frozenset()
    upright: bool = False

    @property
    def stands(self) -> bool:
        """Whether the headings stand; short ones lie."""
        return self.upright and any(len(column.label) > SHORT for column in self.table.columns[1:])

    def pages(self, place: Place) -> list[Page]:
        """The slides that it takes: one at the largest type size at which it fits, else several at the smallest."""
        for size in _sizes(place):
            heights = [self.row_height(row, size) for row in self.table.rows]
            room = place.box.height - self.head_height(size)
            if sum(heights) <= room and self.breaks_no_word(size):
                return [Page(0, len(heights), size)]
        return _filled(heights, room, size)

    def breaks_no_word(self, size: float) -> bool:
        """Whether every word fits on a line of its cell."""
        heads = () if self.stands else (tuple(column.label for column in self.table.columns),)
        return all(
            _widest(text) <= self.room(place, size, head=row in heads)
            for row in (*heads, *self.table.rows)
            for place, text in enumerate(row)
        )

    def head_height(self, size: float) -> float:
        """The height of the heading; one that stands is as high as it is long."""
        columns = self.table.columns
        if self.stands:
            longest = max(arial_width(column.label) for column in columns[1:])
            return min(TALLEST, longest / 1000 * size * POINT * SPARE * BOLD + 2 * (SIDE + ABOVE))
        return self._height(tuple(column.label for column in columns), size, head=True)

    def row_height(self, row: Sequence[str], size: float) -> float:
        """The height that a row needs, in cm."""
        return self._height(row, size, head=False)

    def _height(self, row: Sequence[str], size: float, *, head: bool) -> float:
        used = (
            fit_lines(text, room=self.room(place, size, head=head), lines=MOST_LINES, more="")[1]
            for place, text in enumerate(row)
        )
        return max(used) * line(size) + 2 * ABOVE

    def room(self, place: int, size: float, *, head: bool = False) -> float:
        """The room of a line in a cell of a column; the first has no margin to its left."""
        margin = NARROW if self.upright else SIDE
        width = self.table.columns[place].width - (SIDE if place == 0 else 2 * margin)
        return room_of(width, size, bold=head or place in self.bold)


def grid_of(slide: Slide) -> Grid:
    """The table of a slide as it is measured."""
    table = slide.table or Table("", (), ())
    bold = frozenset(place for row in table.statuses for place, status in enumerate(row) if status)
    return Grid(table, bold, upright=slide.kind == "heat")


def _filled(heights: Sequence[float], room: float, size: float) -> list[Page]:
    """Pages that are as full as can be; a row that is higher than a page has one to itself."""
    found, first, used = [], 0, 0.0
    for place, height in enumerate(heights):
        if place > first and used + height > room:
            found.append(Page(first, place, size))
            first, used = place, 0.0
        used += height
    return [*found, Page(first, len(heights), size)]
