"""Where a long Swedish compound may break: for pages and writers, which ask for it at their edge; no words have it."""

import re
from collections.abc import Iterable
from typing import Final

from compliance.core.language import SOFT_HYPHEN, Language
from compliance.declarations.points import Point

# After the s that joins two parts, also where the second begins with one; st is seldom a joint.
JOINING_S: Final = re.compile(r"(?<=\w{4}[^\Ws]s)(?<!ans)(?!sning)(?=[bcdfghjklmnpqrsvxz]\w{4,})")
LAST_PART: Final = re.compile(
    r"(?<=\w{5})(?=(?:enhet|hus|team|grupp|skola|handlägg|verksamhet|boende|ansvarig|rapportering|hantering|incident"
    r"|förteckning|överföring|avtal|arbete)\w*\W*$)"
)
# No word is longer, and to look for the parts of what is takes a time that grows with the square of its length.
LONGEST_WORD: Final = 100


def label(point: Point, say: Language) -> str:
    """A point's number and short name, which says itself where its words may break."""
    return f"{point.number} {say.pick(point.short)}"


def softened(text: str, hyphens: Iterable[str] = ()) -> str:
    """A text whose long compounds may break where a Swede would break them.

    `hyphens` are texts that show the places of their own words; else a word breaks after the s that joins its parts,
    or before a last part that names of units and of the field often have.
    """
    shown = {word.replace(SOFT_HYPHEN, ""): word for given in hyphens for word in given.split()}
    words = text.split(" ")
    broken = {word: _broken(word) if len(word) <= LONGEST_WORD else word for word in words}
    return " ".join(shown.get(word) or broken[word] for word in words)


def _broken(word: str) -> str:
    return LAST_PART.sub(SOFT_HYPHEN, JOINING_S.sub(SOFT_HYPHEN, word))
