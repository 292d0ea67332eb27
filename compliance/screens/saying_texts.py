"""The texts of what words and columns of exports mean. No Streamlit."""

from collections.abc import Sequence
from typing import Final, Literal

from compliance.core.language import N_, Language
from compliance.declarations.sources import TIMES, Field, Source
from compliance.loading.meanings import Meaning
from compliance.wording import phrases

LONGEST: Final = 40
TITLE: Final = N_("What does it mean?")
PURPOSE: Final = N_("What you say counts at once, also in exports that are loaded already, and in those to come.")
ORDERS: Final = {
    "day": N_("The day is first: 05/04 is 5 April"),
    "month": N_("The month is first: 05/04 is 4 May"),
}
Counted = Literal["unknown", "own", "dates"]


def label(source: Source, field: Field, said_of: str, rows: int, say: Language) -> str:
    """A word of a field, and in how many rows it is, if that is known, or a column of dates by its heading."""
    if field.type in TIMES:
        text = N_("{source}: the column “{heading}”")
        return say(text, source=say.pick(source.title), heading=short(said_of))
    if not rows:
        text = N_("{source}, {field}: “{word}”")
        return say(text, source=say.pick(source.title), field=say.pick(field.texts), word=short(said_of))
    return say.plural(
        "{source}, {field}: “{word}” in {n} row",
        "{source}, {field}: “{word}” in {n} rows",
        rows,
        source=say.pick(source.title),
        field=say.pick(field.texts),
        word=short(said_of),
    )


def meaning_text(meaning: Meaning, source: Source, say: Language) -> str:
    """What was said of a word or a column."""
    field = source.field(meaning.field)
    what = label(source, field, meaning.said_of, 0, say)
    return say(N_("{word} = {meaning}"), word=what, meaning=choice(field, meaning.meaning, say))


def short(text: str) -> str:
    """A text of a cell on one line, cut if it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def choice(field: Field, meaning: str, say: Language) -> str:
    """What can be said of a field, in words."""
    if meaning in ORDERS and field.type in TIMES:
        return say(ORDERS[meaning])
    if field.type == "yes_no":
        return say(N_("Yes")) if meaning == "yes" else say(N_("No"))
    return say.pick(field.word(meaning))


def unsaid(field: Field, say: Language) -> str:
    """What a field counts as while nothing is said."""
    if field.type in TIMES:
        return say(N_("The day is first, if it can be"))
    if field.empty_is:
        return say(N_("Counts as {meaning}"), meaning=choice(field, field.empty_is, say).lower())
    return say(N_("Unknown"))


def saved(changed: Sequence[int], say: Language) -> str:
    """How many exports were read anew, and how many of their rows have other values since."""
    if not changed:
        return say(N_("Saved. It counts in what is loaded from now on."))
    return say.plural(
        "Saved. {count} loaded export has been read anew; {rows} of its rows have other values.",
        "Saved. {count} loaded exports have been read anew; {rows} of their rows have other values.",
        len(changed),
        count=phrases.counted(len(changed), say),
        rows=say.number(sum(changed)),
    )
