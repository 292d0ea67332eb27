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

WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Functions:
    """The functions that an organisation has, in the forms of their words."""

    def __init__(self, words: Iterable[str], ends: Iterable[str], forms: Iterable[str]) -> None:
        endings = ("", *forms)
        self._whole = _in_forms(words, endings)
        self._ends = _in_forms(ends, endings)

    def first(self, text: str) -> str:
        """The first function that a text names, as the lists write it; "" if it names none."""
        words = [_bare(match[0]) for match in WORD.finditer(_plain(text))]
        pairs = zip(words, [*words[1:], ""], strict=True) if words else ()
        return next((found for word, after in pairs if (found := self._named(word, after))), "")

    def _named(self, word: str, after: str) -> str:
        """The function that a word is, alone or with the one after it, else the one that it ends with."""
        whole = self._whole.get(word + after) or self._whole.get(word)
        return whole or next((self._ends[end] for end in _ends_of(word) if end in self._ends), "")


def load_functions(own: Path | None) -> Functions:
    """The functions of the lists, with the organisation's own."""
    table = read_with_own(VALUES, own)
    return Functions(table["functions"], table["function_ends"], table["function_forms"])


def _in_forms(words: Iterable[str], endings: tuple[str, ...]) -> Mapping[str, str]:
    """Each form of the words as it is compared, with how it is written."""
    return {_bare(word + ending): word + ending for word in words for ending in endings}


def _plain(text: str) -> str:
    """A text as it is compared: without addresses and invisible characters, each letter as one character."""
    return unicodedata.normalize("NFC", few_marks(EMAIL.sub(" ", text).translate(WITHOUT_INVISIBLE)))


def _bare(word: str) -> str:
    return word.replace("-", "").replace(" ", "").casefold()


def _ends_of(word: str) -> Iterator[str]:
    """The ends of a word, the longest first."""
    return (word[start:] for start in range(1, len(word)))
