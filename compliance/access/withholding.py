"""Texts without the names that a version to hand out must not hold."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from itertools import combinations
from typing import Any, Final

from compliance.declarations.queries import statement
from compliance.store.database import Cursor, rows

WITHHELD: Final = "[…]"
# What shows nothing where it stands in a word: the soft hyphen, the joiners, the mark at the beginning of a file.
UNSEEN: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
NOT_SEEN: Final = dict.fromkeys(map(ord, UNSEEN))
# An address tells who somebody is, also where no export knows it. It is sought from the beginning of its text alone.
EMAIL: Final = re.compile(rf"(?<![\w.+%'{UNSEEN}-])[\w.+%'{UNSEEN}-]+@\w[\w.{UNSEEN}-]*\w")
# What a hyphen, a dot, an underscore or an apostrophe joins is several words: Anna-Karin, anna.berg, Alfa-systemet.
# What is unseen may stand within a word or between two.
WORDS: Final = (re.compile(rf"[^\W_](?:[{UNSEEN}]*[^\W_])*"), re.compile(r"[^\W_]+"))
MOST_WORDS: Final = 8
MOST_BETWEEN: Final = 4
# A name as short as this is more often something else.
SHORTEST: Final = 4
# What Swedish adds to a name that it speaks of: Alfas, Journalen, Portalens.
ENDINGS: Final = ("s", "en", "ens", "et", "ets", "n", "ns", "t", "ts")

Words = tuple[str, ...]


class Names:
    """Names of persons and things, found in a text whatever their case and ending; and every e-mail address.

    Of a person also with the last name first, and without names in between.
    """

    def __init__(self, persons: Iterable[str], things: Iterable[str]) -> None:
        known = {told for name in persons for told in _orders(_words(name))}
        known |= {_words(name) for name in things}
        self._known = {name for name in known if len("".join(name)) >= SHORTEST}
        self._first = {name[0] for name in self._known}

    def withhold(self, text: str) -> str:
        """The text with a mark in the place of each name and address."""
        text = EMAIL.sub(WITHHELD, text)
        for word in WORDS:
            text = self._withheld(text, word)
        return text

    def _withheld(self, text: str, word: re.Pattern[str]) -> str:
        found = list(word.finditer(text))
        folded = [_folded(match[0]) for match in found]
        kept, end, place = [], 0, 0
        while place < len(found):
            length = self._length(folded, place)
            if length:
                kept += [text[end : found[place].start()], WITHHELD]
                end = found[place + length - 1].end()
            place += length or 1
        return "".join([*kept, text[end:]])

    def _length(self, words: list[str], place: int) -> int:
        """How many words from a place on are the longest name there; 0 where none is."""
        if self._first.isdisjoint(_bases(words[place])):
            return 0
        for length in range(min(MOST_WORDS, len(words) - place), 0, -1):
            *first, last = words[place : place + length]
            if not self._known.isdisjoint((*first, base) for base in _bases(last)):
                return length
        return 0


@lru_cache(maxsize=8)
def names_of(persons: tuple[str, ...], things: tuple[str, ...]) -> Names:
    """The names, made once: a draft is read anew at every click, and thousands of names are written in many ways."""
    return Names(persons, things)


def names_of_persons(
    cursor: Cursor, *, as_of: date, known_at: datetime, organisation: str, responsible: tuple[str, ...]
) -> Names:
    """The names of persons that the exports of a day know, and of who has got a decision."""
    given = {"as_of": as_of, "known_at": known_at, "organisation": organisation}
    return Names([*persons_named(cursor, given), *in_full(responsible)], [])


def persons_named(cursor: Cursor, given: dict[str, Any]) -> list[str]:
    """The names of persons that the exports of a day know."""
    return [row["name"] for row in rows(cursor, statement("persons_named"), given)]


def in_full(responsible: Iterable[str]) -> list[str]:
    """Those that are names of persons and not only a role."""
    return [name for name in responsible if " " in name]


def _folded(word: str) -> str:
    return word.translate(NOT_SEEN).casefold()


def _words(name: str) -> Words:
    return tuple(_folded(match[0]) for match in WORDS[0].finditer(name))[:MOST_WORDS]


def _orders(name: Words) -> set[Words]:
    """How a person's name is written: with more or fewer of the names in between, and with the last name first."""
    first, between, last = name[:1], name[1:-1], name[-1:]
    if len(name) < 2 or len(between) > MOST_BETWEEN:
        return {name, last + name[:-1]}
    kept = [part for n in range(len(between) + 1) for part in combinations(between, n)]
    return {told for part in kept for told in (first + part + last, last + first + part)}


def _bases(word: str) -> set[str]:
    """What a word is without its ending, if that is one."""
    return {word, *(word.removesuffix(ending) for ending in ENDINGS)}
