"""What a unit may answer about an item of its work list, from data/worklists.toml and the organisation's own file."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from compliance.core.errors import Refusal
from compliance.core.language import N_, Language, Texts
from compliance.core.places import WORKLISTS
from compliance.declarations.declared import UNKNOWN, build, read_with_own

# Letters and digits, and signs that mean a word.
PARTS: Final = re.compile(r"[^\W_]+|[✓✔✅☑🗸👍]")


@dataclass(frozen=True)
class Answer:
    """The word that a workbook offers for an answer, in each language, and others that mean the same."""

    said: Texts
    words: tuple[str, ...]


@dataclass(frozen=True)
class Answers:
    """The answers by the status that each sets, and the statuses by the words, as they are compared."""

    by_status: Mapping[str, Answer]
    by_word: Mapping[str, str]

    def offered(self, say: Language) -> list[str]:
        """The words to choose among."""
        return [say.pick(answer.said) for answer in self.by_status.values()]

    def status(self, text: str) -> str | None:
        """The status that a text means; None if it is in no list."""
        return self.by_word.get(compared(text))


def compared(text: str) -> str:
    """A word as words are compared: in lower case, and without marks."""
    return " ".join(PARTS.findall(unicodedata.normalize("NFKC", text).casefold()))


def load_answers(own: Path | None) -> Answers:
    """The answers with the words of the folder `own` beside them. Raise Refusal if a word means two things."""
    table, usual = read_with_own(WORKLISTS, own), read_with_own(WORKLISTS, None)
    if unknown := sorted(table.keys() - usual.keys()):
        raise Refusal(UNKNOWN, file=WORKLISTS.name, key=unknown[0], known=", ".join(usual))
    answers = {status: build(Answer, table[status], file=WORKLISTS.name, at=status) for status in table}
    by_word: dict[str, str] = {}
    for status, answer in answers.items():
        for word in (*answer.said.values(), *answer.words):
            if by_word.setdefault(compared(word), status) != status:
                text = N_("{file}: “{word}” is listed under both {one} and {other}.")
                raise Refusal(text, file=WORKLISTS.name, word=word, one=by_word[compared(word)], other=status)
    return Answers(answers, by_word)
