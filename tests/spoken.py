"""Whose words are on a page: every sentence of the product in both languages, and the words that give a language away.

What stands in the exports is the user's, Swedish by nature, and never counted.
"""

import re
import tomllib
from functools import cache
from typing import Any

from compliance.bending.words import translations, words
from compliance.core.language import LANGUAGES
from compliance.core.places import ROOT
from compliance.store.database import rows
from compliance.store.file import FileDatabase
from tests.core.test_language import catalogue
from tests.sampled import made

# Words that a sentence of a language hardly does without, and the other language never has.
TELLING = {
    "en": r"the|and|of|with|from|are|has|have|this|that|which|when|where|is|by|each|before|after|since|"
    r"choose|show|search|page|previous|next|help|upload|month|year|close|open|clear|select|results?",
    "sv": r"och|att|inte|är|på|som|eller|ska|det|den|av|till|från|med|visa|välj|öppna|stäng|sök|"
    r"nästa|föregående|hjälp|månad|finns|utan|före|efter|sedan|enhet(?:er|en)?",
}
PLACE = re.compile(r"\{\w+\}")
LETTERS_OF_A_SENTENCE = 9


def plain(text: str) -> str:
    """A text as it is seen: without soft hyphens, stars of bold words, and more than one space at a time."""
    return re.sub(r"\s+", " ", text.replace("\u00ad", "").replace("**", "")).strip()


@cache
def sentences() -> list[dict[str, str]]:
    """Every text of the product in both languages: the catalogue, the declarative files, and Streamlit's own words."""
    found = []
    for english, swedish in catalogue().items():
        forms = [(english, swedish)] if isinstance(english, str) else zip(english, swedish, strict=True)
        found += [{"en": plain(en), "sv": plain(sv)} for en, sv in forms]
    for path in (ROOT / "data").rglob("*.toml"):
        found += [
            {code: plain(text[code]) for code in LANGUAGES} for text in texts(tomllib.loads(path.read_text("utf-8")))
        ]
    return found


def texts(value: Any) -> list[dict[str, str]]:
    """The texts with two languages anywhere in a declaration."""
    if isinstance(value, dict):
        if all(isinstance(value.get(code), str) for code in LANGUAGES):
            return [value]
        return [text for inner in value.values() for text in texts(inner)]
    return [text for inner in value for text in texts(inner)] if isinstance(value, list) else []


def streamlits(code: str) -> set[str]:
    """What Streamlit says by itself, all of it in English, where the app has another word in this language."""
    ours = {own: text for places in translations(code).values() for own, text in places.items()}
    return (
        {own for places in words().values() for own in places if ours.get(own, own) != own} if code != "en" else set()
    )


@cache
def foreign(code: str) -> tuple[frozenset[str], re.Pattern[str], re.Pattern[str]]:
    """What must not stand on a page of a language: whole texts, sentences with values in them, and telling words."""
    [other] = set(LANGUAGES) - {code}
    own = {pair[code] for pair in sentences()}
    others = ({pair[other] for pair in sentences()} | streamlits(code)) - own
    with_values = [text for text in others if PLACE.search(text) and enough(text)]
    forms = "|".join(".+?".join(re.escape(part) for part in PLACE.split(text)) for text in sorted(with_values))
    exact = {text for text in others if not PLACE.search(text) and re.search(r"[^\W\d_]{2}", text)}
    return frozenset(exact), re.compile(f"(?:{forms})", re.S), re.compile(rf"\b(?:{TELLING[other]})\b", re.I)


def enough(text: str) -> bool:
    """Whether a sentence has letters enough beside its places to be known again."""
    return len(re.sub(r"[\W\d_]", "", PLACE.sub("", text))) >= LETTERS_OF_A_SENTENCE


@cache
def users() -> tuple[frozenset[str], tuple[str, ...]]:
    """Every text of the sample database; and those with a telling word, the longest first."""
    columns = (
        "select table_name, column_name from duckdb_columns() "
        "where data_type like 'VARCHAR%' and not internal and column_name not in ('cells', 'content')"
    )
    found = set()
    with FileDatabase.at(made()).cursor() as cursor:
        for column in rows(cursor, columns):
            name, table = column["column_name"], column["table_name"]
            values = rows(cursor, f'select distinct "{name}"::varchar as value from "{table}"')
            found |= {plain(row["value"]).rstrip(".") for row in values if row["value"]}
    telling = re.compile(rf"\b(?:{'|'.join(TELLING.values())})\b", re.I)
    return frozenset(found), tuple(sorted((text for text in found if telling.search(text)), key=len, reverse=True))


def slips(code: str, shown: list[str]) -> list[str]:
    """The texts of a page of a language that are not in it."""
    exact, forms, telling = foreign(code)
    theirs, _ = users()
    found = []
    for text in sorted({plain(text) for text in shown}):
        if text.rstrip(".") in theirs:
            continue
        if text in exact or forms.fullmatch(text) or telling.search(without_users(text)):
            found.append(text)
    return found


def without_users(text: str) -> str:
    """A text without the user's own words in it."""
    for theirs in users()[1]:
        if theirs in text or (len(text) > 20 and text in theirs):
            text = text.replace(theirs, "") if theirs in text else ""
    return text
