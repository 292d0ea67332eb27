"""How a text can be read: as it is seen, with escapes as their characters, and with letters as digits they look like.

Each reading knows where its characters stand in the text.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from html.entities import html5
from typing import Final

# Characters that NFKC keeps, or turns into others that are no digits, no letters that look like some, and visible.
PLAIN: Final = re.compile(
    "[\t\n\r -~\u00a0-\u00ac\u00ae-\u00b1\u00b4-\u00b8\u00bb\u00bf-\u02af\u2010-\u2027\u2030-\u205e\u20ac]*"
)
# Letters and unassigned code points that are invisible, in fonts or by definition, beyond categories Cc, Cf, Mn and Me.
UNSEEN: Final = re.compile("[\u115f\u1160\u2065\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]")
WHITE_CONTROLS: Final = "\t\n\r\v\f\x85"
# How often a character can be escaped: %252D is a hyphen, escaped twice.
MOST_ESCAPED: Final = 3
# The names of HTML that need no semicolon, and are no letters.
BARE_NAMES: Final = "|".join(name for name in html5 if not name.endswith(";") and not html5[name].isalpha())
# A character of HTML; one of an address (RFC 3986), byte by byte; one of JSON, of a program, or of a workbook's XML.
ESCAPED: Final = re.compile(
    rf"(?P<html>&#[0-9]{{1,9}};?|&#[xX][0-9A-Fa-f]{{1,8}};?|&[A-Za-z][A-Za-z0-9]{{1,31}};|&(?:{BARE_NAMES}))"
    "|(?P<bytes>%[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,3}|%[0-9A-Fa-f]{2})"
    r"|(?P<code>(?:%u|\\u)[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|_x[0-9A-Fa-f]{4}_)"
)
# As RE2 finds them: an escape after a digit, and one of a digit before another.
AMID_DIGITS: Final = (
    rf"[0-9OolI;][^A-Za-z0-9]*(?:&#|&[A-Za-z][A-Za-z0-9]*;|&(?:{BARE_NAMES})"
    r"|%[0-9A-Fa-f][0-9A-Fa-f]|%u[0-9A-Fa-f]|\\[ux][0-9A-Fa-f]|_x[0-9A-Fa-f])"
    r"|(?:&(?:amp;)*#0*(?:4[89]|5[0-7])|&(?:amp;)*#[xX]0*3[0-9]|%(?:25)*3[0-9]|(?:%u|\\u|_x)003[0-9]|\\x3[0-9])"
    "[^A-Za-z0-9]*[0-9OolI]"
)
# Letters that look like 0 and 1, also those of Cyrillic and Greek.
ZEROS: Final = "Oo\u041e\u043e\u039f\u03bf"
ONES: Final = "lI\u0406\u04c0\u04cf\u0399"
AS_DIGITS: Final = str.maketrans(ZEROS + ONES, "0" * len(ZEROS) + "1" * len(ONES))
# Letters between digits, and digits with such letters that stand beside no other letter.
LETTERS: Final = re.compile(f"[{ZEROS}{ONES}]")
AMONG_DIGITS: Final = re.compile(
    f"(?<=[0-9])[{ZEROS}{ONES}]+(?=[0-9])|(?<![^\\W_])(?:[Ss][Ee])?[0-9{ZEROS}{ONES}]+(?![^\\W_])"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is read, and where each of its characters begins and ends in the original."""

    text: str
    begins: Sequence[int]
    ends: Sequence[int]


def readings(text: str) -> list[Reading]:
    """Every way in which a text can be read."""
    written = Reading(text, range(len(text)), range(1, len(text) + 1))
    # Both: an invisible character may split one number, and may separate two.
    found = [written] if PLAIN.fullmatch(text) else [_decimal(written), _visible(written)]
    for _ in range(MOST_ESCAPED):
        if not ESCAPED.search(found[-1].text):
            break
        found.append(_visible(_unescaped(found[-1])))
    return found + [_with_letters_as_digits(reading) for reading in found if LETTERS.search(reading.text)]


def visible(text: str) -> str:
    """The text as a reader sees it: after NFKC, digits of any script as 0–9, without invisible characters."""
    return "".join(map(_visible_letter, text))


def _visible(reading: Reading) -> Reading:
    if reading.text.isascii() and reading.text.isprintable():
        return reading
    letters = enumerate(reading.text)
    return _replaced(reading, ((place, place + 1, _visible_letter(letter)) for place, letter in letters))


def _decimal(reading: Reading) -> Reading:
    return Reading("".join(map(_as_decimal, reading.text)), reading.begins, reading.ends)


def _unescaped(reading: Reading) -> Reading:
    """The reading with each escape as its character."""
    return _replaced(reading, _unescaped_parts(reading.text))


def _unescaped_parts(text: str) -> Iterator[tuple[int, int, str]]:
    """The text in parts: each letter as it is, and each escape as its character."""
    done = 0
    for match in ESCAPED.finditer(text):
        yield from ((place, place + 1, text[place]) for place in range(done, match.start()))
        yield *match.span(), _character(match)
        done = match.end()
    yield from ((place, place + 1, text[place]) for place in range(done, len(text)))


def _character(escape: re.Match[str]) -> str:
    """What an escape stands for; itself if that is nothing."""
    if escape["html"]:
        return unescape(escape[0])
    if escape["code"]:
        return chr(int(escape[0].strip("%\\_uxUX"), 16))
    content = bytes.fromhex(escape[0].replace("%", ""))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _replaced(reading: Reading, parts: Iterable[tuple[int, int, str]]) -> Reading:
    """The reading of other parts: the begin and the end in it of what each replaces, and its text."""
    texts: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for start, end, text in parts:
        texts.append(text)
        begins += [reading.begins[start]] * len(text)
        ends += [reading.ends[end - 1]] * len(text)
    return Reading("".join(texts), begins, ends)


def _with_letters_as_digits(reading: Reading) -> Reading:
    text = AMONG_DIGITS.sub(lambda match: match[0].translate(AS_DIGITS), reading.text)
    return Reading(text, reading.begins, reading.ends)


@lru_cache(maxsize=10_000)
def _visible_letter(letter: str) -> str:
    """A character as it is compared: after NFKC, a digit of any script as 0–9, empty if it is invisible."""
    if letter in WHITE_CONTROLS:
        return " "
    return "".join(map(_as_digit, filter(_is_visible, unicodedata.normalize("NFKC", letter))))


def _is_visible(letter: str) -> bool:
    # Mn and Me: a digit with a mark above or around it is still that digit.
    return unicodedata.category(letter) not in {"Cc", "Cf", "Mn", "Me"} and not UNSEEN.match(letter)


def _as_digit(letter: str) -> str:
    value = unicodedata.digit(letter, None)
    return letter if value is None else str(value)


def _as_decimal(letter: str) -> str:
    # A superscript may be a footnote number: here it is no digit, in the visible text it is one.
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)
