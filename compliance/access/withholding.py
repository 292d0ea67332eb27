"""Texts without the names that a version to hand out must not contain."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations
from typing import Final, NamedTuple

from compliance.declarations.queries import statement
from compliance.store.database import Cursor, rows

WITHHELD: Final = "[…]"
# Characters that are invisible within a word: the soft hyphen, the joiners, the mark at the beginning of a file.
INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
WITHOUT_INVISIBLE: Final = dict.fromkeys(map(ord, INVISIBLE))
# An address identifies a person even if no export has it. The lookbehind lets a match begin only where an address does:
# trying every character would take quadratic time.
EMAIL: Final = re.compile(rf"(?<![\w.+%'{INVISIBLE}-])[\w.+%'{INVISIBLE}-]+@\w[\w.{INVISIBLE}-]*\w")
# What a hyphen, a dot, an underscore or an apostrophe joins is several words: Anna-Karin, anna.berg, Alfa-systemet.
# An invisible character may be within a word or between two.
WORDS: Final = (re.compile(rf"[^\W_](?:[{INVISIBLE}]*[^\W_])*"), re.compile(r"[^\W_]+"))
MOST_WORDS: Final = 8
MOST_BETWEEN: Final = 4
# A name as short as this is more often something else.
SHORTEST: Final = 4
# Swedish endings of a name: Alfas, Journalen, Portalens.
ENDINGS: Final = ("s", "en", "ens", "et", "ets", "n", "ns", "t", "ts")

Words = tuple[str, ...]


class ExportNames(NamedTuple):
    """The names of persons and systems in the exports of all days and organisations."""

    persons: tuple[str, ...]
    systems: tuple[str, ...]


class Names:
    """Names of persons and things, matched whatever their case and ending, and every e-mail address.

    A person's name also matches with the last name first, and without names in between.
    """

    def __init__(self, persons: Iterable[str], things: Iterable[str]) -> None:
        names = {order for name in persons for order in _orders(_words(name))}
        names |= {_words(name) for name in things}
        self._names = {name for name in names if len("".join(name)) >= SHORTEST}
        self._first = {name[0] for name in self._names}
        # Most words begin like no name: they need not be tried without their endings.
        self._begins = {word[:2] for word in self._first}

    def withhold(self, text: str) -> str:
        """The text with each name and address replaced by a mark."""
        return self.without_names(EMAIL.sub(WITHHELD, text))

    def without_names(self, text: str) -> str:
        """The text with each name replaced by a mark."""
        for word in WORDS:
            text = self._withheld(text, word)
        return text

    def _withheld(self, text: str, word: re.Pattern[str]) -> str:
        matches = list(word.finditer(text))
        folded = [_folded(match[0]) for match in matches]
        parts, end, place = [], 0, 0
        while place < len(matches):
            length = self._length(folded, place)
            if length:
                parts += [text[end : matches[place].start()], WITHHELD]
                end = matches[place + length - 1].end()
            place += length or 1
        return "".join([*parts, text[end:]])

    def _length(self, words: list[str], place: int) -> int:
        """The number of words of the longest name at a place; 0 if there is none."""
        word = words[place]
        if self._begins.isdisjoint((word[:1], word[:2])) or self._first.isdisjoint(_bases(word)):
            return 0
        for length in range(min(MOST_WORDS, len(words) - place), 0, -1):
            *first, last = words[place : place + length]
            if not self._names.isdisjoint((*first, base) for base in _bases(last)):
                return length
        return 0


@lru_cache(maxsize=8)
def names_of(persons: tuple[str, ...], things: tuple[str, ...]) -> Names:
    """The names, cached: a draft is read again at every click, and thousands of names have many forms."""
    return Names(persons, things)


def names_of_persons(named: ExportNames, *, responsible: tuple[str, ...]) -> Names:
    """The persons named in any export of any day, and those responsible for decisions."""
    return names_of((*named.persons, *in_full(responsible)), ())


def export_names(cursor: Cursor) -> ExportNames:
    """The persons and systems named in any export of any day."""
    return ExportNames(_names_by(cursor, "persons_named"), _names_by(cursor, "systems_named"))


def _names_by(cursor: Cursor, name: str) -> tuple[str, ...]:
    return tuple(row["name"] for row in rows(cursor, statement(name)))


def in_full(responsible: Iterable[str]) -> list[str]:
    """Those that are full names and not just a role."""
    return [name for name in responsible if " " in name]


def _folded(word: str) -> str:
    return word.translate(WITHOUT_INVISIBLE).casefold()


def _words(name: str) -> Words:
    return tuple(_folded(match[0]) for match in WORDS[0].finditer(name))[:MOST_WORDS]


def _orders(name: Words) -> set[Words]:
    """The forms of a person's name: with any of the middle names, and with the last name first."""
    first, between, last = name[:1], name[1:-1], name[-1:]
    if len(name) < 2 or len(between) > MOST_BETWEEN:
        return {name, last + name[:-1]}
    middles = [part for n in range(len(between) + 1) for part in combinations(between, n)]
    return {order for part in middles for order in (first + part + last, last + first + part)}


def _bases(word: str) -> set[str]:
    """A word, and what it is without each ending."""
    return {word, *(word.removesuffix(ending) for ending in ENDINGS)}
