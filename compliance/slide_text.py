"""How much text a box on a slide holds.

PowerPoint lays text out only when somebody looks at it, so the writer measures beforehand. The typeface is Arial: it is
on every machine with Office, on Windows and Mac, on the web and in telephones, and other programs have a twin with the
same widths, so that lines break in the same places everywhere.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from math import ceil
from typing import Any, Final, TypeVar

T = TypeVar("T")
TYPEFACE: Final = "Arial"
POINT: Final = 2.54 / 72
LEADING: Final = 1.2
ELLIPSIS: Final = "\N{NO-BREAK SPACE}…"
# Bold letters are at most this much wider in a text of some length, and a little is left over.
BOLD: Final = 1.09
SPARE: Final = 1.01
# The typeface's advance widths in thousandths of its size.
_GROUPS: Final = {
    222: "ijl'|‘’",
    278: " !,./:;I[\\]ft\u00a0ÌÍÎÏìíîï",
    334: "()-`r¡¨²³´·¸¹“”‹›{}",
    370: '•"*ªº',
    500: "Jcksvxyzçýÿ°^¶",
    556: "#$0123456789?L_abdeghnopqu¢£¤¥§«»àáâãäåèéêëðñòóôõöùúûüþ–€±÷¯µ",
    611: "FTZ¿ßø+<=>~¬×−",
    667: "&ABEKPSVXYÀÁÂÃÄÅÈÉÊËÝÞ",
    722: "CDHNRUwÇÐÑÙÚÛÜ",
    778: "GOQÒÓÔÕÖØ©®",
    889: "%æMm¼½¾",
}
_WIDTHS: Final = {character: width for width, group in _GROUPS.items() for character in group}
_WIDEST: Final = 1015
# Signs that no typeface draws and that XML or PowerPoint cannot hold; a line break stays.
_NO_SIGN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class Fitted:
    """A text as it stands on a slide: its size in points, its height in cm, and whether some of it was left out."""

    text: str
    size: float
    height: float
    cut: bool = False


def plain(value: T) -> T:
    """The same value, however deep, with only signs that a slide can show.

    PowerPoint knows no soft hyphen: it would draw each one.
    """
    changed: Any = value
    if isinstance(value, str):
        changed = _NO_SIGN.sub("\N{REPLACEMENT CHARACTER}", value.replace("\r\n", "\n").replace("\r", "\n"))
        changed = changed.replace("\N{SOFT HYPHEN}", "").replace("\t", " ")
    elif isinstance(value, tuple):
        changed = tuple(plain(item) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        changed = replace(value, **{field.name: plain(getattr(value, field.name)) for field in fields(value)})
    return changed  # type: ignore[no-any-return]


@lru_cache(maxsize=20_000)
def width(text: str, *, size: float, bold: bool = False) -> float:
    """How wide a text is on one line, in cm."""
    thousandths = sum(_WIDTHS.get(character, _WIDEST) for character in text)
    return thousandths / 1000 * size * POINT * SPARE * (BOLD if bold else 1)


def height(lines: int, *, size: float) -> float:
    """How high so many lines are, in cm."""
    return lines * size * POINT * LEADING


def line_count(text: str, *, size: float, room: float, bold: bool = False) -> int:
    """How many lines a text takes in a box `room` cm wide."""
    return sum(_wrapped(line, size=size, room=room, bold=bold) for line in text.split("\n"))


def _wrapped(text: str, *, size: float, room: float, bold: bool) -> int:
    lines, used = 1, 0.0
    space = width(" ", size=size, bold=bold)
    for word in text.split(" "):
        wide = width(word, size=size, bold=bold)
        if used and used + space + wide > room:
            lines, used = lines + 1, 0.0
        # A word that no line holds is broken wherever the line ends.
        broken = max(0, ceil(wide / room) - 1)
        lines, used = lines + broken, (used + space if used else 0.0) + wide - broken * room
    return lines


def fitted(text: str, *, sizes: Iterable[float], room: float, most: int, bold: bool = False) -> Fitted:
    """The text in the first of `sizes` that takes at most `most` lines; its beginning in the last where none does."""
    size = 0.0
    for size in sizes:
        lines = line_count(text, size=size, room=room, bold=bold)
        if lines <= most:
            return Fitted(text, size, height(lines, size=size))
    begun = beginning(text, size=size, room=room, most=most, bold=bold)
    return Fitted(begun, size, height(most, size=size), cut=True)


def beginning(text: str, *, size: float, room: float, most: int, bold: bool = False) -> str:
    """As much of a text as `most` lines hold and an ellipsis: whole words, or whole sentences where little is lost."""
    ends = [found.start() for found in re.finditer(r"[ \n]|$", text)]
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        held = line_count(text[: ends[middle - 1]] + ELLIPSIS, size=size, room=room, bold=bold) <= most
        low, high = (middle, high) if held else (low, middle - 1)
    # A first word that no box holds is cut where it must be.
    kept = text[: ends[low - 1]] if low else _letters(text, size=size, room=room * most, bold=bold)
    return _whole_sentences(kept) + ELLIPSIS


def _letters(text: str, *, size: float, room: float, bold: bool) -> str:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        held = width(text[:middle] + ELLIPSIS, size=size, bold=bold) <= room
        low, high = (middle, high) if held else (low, middle - 1)
    return text[:low]


def _whole_sentences(text: str) -> str:
    ends = [found.end(1) for found in re.finditer(r"([.!?])[ \n]", text + " ")]
    last = ends[-1] if ends else 0
    return text[:last] if last > 0.6 * len(text) else text.rstrip(" \n,;:–-")


def longest_word(texts: Sequence[str], *, size: float, bold: bool = False) -> float:
    """The width of the longest word of several texts, in cm."""
    words = {word for text in texts for word in text.split()}
    return max((width(word, size=size, bold=bold) for word in words), default=0.0)


def longest_line(texts: Sequence[str], *, size: float) -> float:
    """The width of the longest line of several texts that are not wrapped, in cm."""
    return max((width(line, size=size) for text in texts for line in text.split("\n")), default=0.0)
