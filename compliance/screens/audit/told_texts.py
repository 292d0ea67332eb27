"""What an entry of the audit trail says, in words: what was done, about what, and its details. No Streamlit."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from compliance.access.scopes import PARTS
from compliance.core.language import Language, Texts, begun
from compliance.core.places import AUDIT_TABLE
from compliance.declarations.declared import read_toml
from compliance.screens.people_texts import THEN, who

Words = Mapping[str, Texts]
TABLE: Final = read_toml(AUDIT_TABLE)
ACTIONS: Final[Words] = TABLE["actions"]
# What an entry is about, alone or with a number or a name.
SUBJECTS: Final[Words] = TABLE["subjects"]
NUMBERED: Final[Words] = TABLE["numbered"]
DETAILS: Final[Words] = TABLE["details"]
FLAGS: Final[Mapping[str, Words]] = TABLE["flags"]
NAMED: Final = re.compile(r"(.+) (\S+)")
BETWEEN: Final = re.compile(r"(: |, )")
# The details whose values are pseudonyms, and those that are numbers but not amounts.
PERSONS: Final = frozenset({"of", "to"})
NUMBERS: Final = frozenset({"failed", "imported", "review", "version", "year"})
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
Named = Mapping[str, str]


def done(action: str, say: Language) -> str:
    """What was done."""
    return say.pick(ACTIONS.get(action, ACTIONS["other"]))


def subject(what: str, named: Named, say: Language) -> str:
    """What it was about. `named` has what the codes of points, sources and the like stand for."""
    parts = BETWEEN.split(what)
    told = "".join(part if BETWEEN.fullmatch(part) else _subject(part, named, say) for part in parts)
    return begun(told) if _has_words(parts[0], named) else told


def _has_words(part: str, named: Named) -> bool:
    """Whether a part is told in words; an address or the name of a file begins as it is written."""
    numbered = NAMED.fullmatch(part)
    return part in SUBJECTS or part in named or bool(numbered and numbered[1] in NUMBERED)


def _subject(part: str, named: Named, say: Language) -> str:
    match = NAMED.fullmatch(part)
    if part in SUBJECTS:
        return _small(say.pick(SUBJECTS[part]))
    if match and match[1] in NUMBERED:
        name = match[2]
        return f"{_small(say.pick(NUMBERED[match[1]]))} {name if name.isdigit() else f'({named.get(name, name)})'}"
    return named.get(part, part)


def details(found: dict[str, Any], *, called: Named, named: Named, say: Language) -> str:
    """The details of an entry, such as "Was given; person: Bo Ek". `called` names persons by pseudonym."""
    return begun("; ".join(filter(None, _details(found, called, named, say))))


def _details(found: dict[str, Any], called: Named, named: Named, say: Language) -> Iterator[str]:
    why = str(found.get("why", ""))
    if parts := [str(found[name]) for name in PARTS if name in found]:
        yield f"{_small(say.pick(DETAILS['within']))}: {THEN.join(parts)}"
    for name, value in found.items():
        if name in PARTS or f"{{{name}}}" in why:
            continue
        if name in FLAGS and isinstance(value, bool):
            text = FLAGS[name].get("yes" if value else "no")
            yield say.pick(text) if text else ""
        else:
            shown = _sentence(why, found, say) if name == "why" else _value(name, value, called, named, say)
            yield f"{_small(say.pick(DETAILS[name]))}: {shown}" if name in DETAILS else shown


def _small(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _sentence(why: str, values: dict[str, Any], say: Language) -> str:
    """The sentence of a refusal, in the reader's language where it is kept with its values."""
    try:
        return say(why, **values)
    except (KeyError, IndexError, ValueError):
        return why


def _value(name: str, value: Any, called: Named, named: Named, say: Language) -> str:
    if isinstance(value, int):
        return str(value) if name in NUMBERS else say.number(value)
    text = str(value)
    if name == "kind":
        return done(text, say)
    if name in PERSONS:
        return who(text, called, say)
    return _day(text, say) if DAY.fullmatch(text) else named.get(text, text)


@lru_cache(maxsize=1_000)
def _day(text: str, say: Language) -> str:
    """A day in words, which takes longer than everything else of an entry."""
    return say.date(date.fromisoformat(text))
