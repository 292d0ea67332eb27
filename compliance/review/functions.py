"""Which function is responsible for a decision, for those who see no person's name.

The field is free text. Only words of the lists in data/values.toml leave it, so that a name never does.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from compliance.access.withholding import EMAIL, WITHOUT_INVISIBLE
from compliance.core.lengths import few_marks
from compliance.core.places import VALUES
from compliance.declarations.declared import read_with_own

# Of the invisible characters those that part two words.
BETWEEN_WORDS: Final = re.compile("[\u200b\ufeff]")
WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Functions:
    """The functions that an organisation has, in the forms of their words."""

    def __init__(self, words: Iterable[str], ends: Iterable[str], forms: Iterable[str]) -> None:
        endings, words = ("", *forms), tuple(words)
        self._whole = _in_forms(words, endings)
        self._pairs = {pair: written for word in words for pair, written in _in_two(word, endings)}
        self._ends = _in_forms(ends, endings)

    def first(self, text: str) -> str:
        """The first function that a text names, as the lists write it; "" if it names none."""
        words = [match[0].casefold() for match in WORD.finditer(_plain(text))]
        pairs = zip(words, [*words[1:], ""], strict=True) if words else ()
        return next((found for word, after in pairs if (found := self._named(word, after))), "")

    def _named(self, word: str, after: str) -> str:
        """The function that a word is, alone or with the one after it, else the one that it ends with.

        Two words are one function only where the lists part it: "Chef Erna" is no "cheferna".
        """
        whole = self._pairs.get((word, after)) or self._whole.get(word)
        return whole or next((self._ends[end] for end in _ends_of(word) if end in self._ends), "")


def load_functions(own: Path | None) -> Functions:
    """The functions of the lists, with the organisation's own."""
    table = read_with_own(VALUES, own)
    return Functions(table["functions"], table["function_ends"], table["function_forms"])


def _in_forms(words: Iterable[str], endings: tuple[str, ...]) -> Mapping[str, str]:
    """Each form of the words, with its hyphens and without, and how it is written."""
    forms = [word + ending for word in words for ending in endings]
    return {form: written for written in forms for form in (written.casefold(), _bare(written))}


def _in_two(word: str, endings: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], str]]:
    """Each form of a function of two parts, as two words."""
    first, last = re.split(r"[- ]", word.casefold(), maxsplit=1) if re.search(r"[- ]", word) else ("", "")
    return (((first, last + ending), word + ending) for ending in endings if last)


def _plain(text: str) -> str:
    """A text as it is compared: without addresses and invisible characters, each letter as one character."""
    parted = BETWEEN_WORDS.sub(" ", EMAIL.sub(" ", text))
    return unicodedata.normalize("NFC", few_marks(parted.translate(WITHOUT_INVISIBLE)))


def _bare(word: str) -> str:
    return word.replace("-", "").replace(" ", "").casefold()


def _ends_of(word: str) -> Iterator[str]:
    """The ends of a word, the longest first."""
    return (word[start:] for start in range(1, len(word)))
