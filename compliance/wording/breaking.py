"""Break points of long Swedish compounds, added by pages and writers when they render; stored texts have none."""

import re
from collections.abc import Iterable
from typing import Final

from compliance.core.language import SOFT_HYPHEN, Language
from compliance.declarations.points import Point

# After the s that joins two parts, even if the second starts with s; st is rarely a joint. Before a vowel an s joins
# only after a suffix.
JOINING_S: Final = re.compile(
    r"(?<=\w{4}[^\Ws]s)(?<!ans)(?<!runds)(?!sning)(?=[bcdfghjklmnpqrsvxz]\w{4,})"
    r"|(?<=\w{3}(?:ing|ion|het)s)(?=[aeiouyåäö]\w{4,})"
)
LAST_PART: Final = re.compile(
    r"(?<=\w{5})(?=(?:enhet|hus|team|grupp|skola|handlägg|verksamhet|boende|ansvarig|rapportering|hantering|incident"
    r"|förteckning|förvaltning|överföring|kontor|avtal|arbete)\w*\W*$)|(?<=\w{3})(?=verksamhet\w*\W*$)"
)
# Where neither is found, a long word breaks among consonants, before as many of them as may begin a Swedish word.
UNJOINED: Final = 13
JOINT: Final = 3
CONSONANTS: Final = re.compile(r"(?<=[aeiouyåäöé])[bcdfghjklmnpqrstvwxz]+(?=[aeiouyåäöé])", re.IGNORECASE)
BEGINNING: Final = re.compile(r"((s[kpt]|[bfgkp])[rl]|[dtv]r|s[jklmnptv]|[dgkt]j|[kt]v|kn|.)$", re.IGNORECASE)
# Longer than any word. The search for parts takes time quadratic in the length, so longer texts are left alone.
LONGEST_WORD: Final = 100


def label(point: Point, say: Language) -> str:
    """A point's number and short name, whose soft hyphens are declared."""
    return f"{point.number} {say.pick(point.short)}"


def add_soft_hyphens(text: str, hyphens: Iterable[str] = ()) -> str:
    """Return the text with soft hyphens where a Swedish reader would break its long compounds.

    `hyphens` are texts that already contain soft hyphens, and so declare them for their words. Other words break after
    the s that joins their parts, or before a last part that is common in names of units and in the field.
    """
    declared = {word.replace(SOFT_HYPHEN, ""): word for example in hyphens for word in example.split()}
    words = text.split(" ")
    broken = {word: _broken(word) if len(word) <= LONGEST_WORD else word for word in words}
    return " ".join(declared.get(word) or broken[word] for word in words)


def _broken(word: str) -> str:
    joined = LAST_PART.sub(SOFT_HYPHEN, JOINING_S.sub(SOFT_HYPHEN, word))
    return _at_a_syllable(word) if joined == word and word.isalpha() and len(word) >= UNJOINED else joined


def _at_a_syllable(word: str) -> str:
    """The word with a soft hyphen at many consonants, which join parts, else at the syllable nearest its middle."""
    found = [(len(each[0]) < JOINT, _place(each)) for each in CONSONANTS.finditer(word)]
    within = [(single, abs(at - len(word) / 2), -at) for single, at in found if 3 <= at < len(word) - 3]
    if not within:
        return word
    place = -min(within)[-1]
    return word[:place] + SOFT_HYPHEN + word[place:]


def _place(consonants: re.Match[str]) -> int:
    """Where a syllable begins among some consonants."""
    begun = BEGINNING.search(consonants[0])
    return consonants.start() + (begun.start() if begun else 0)
