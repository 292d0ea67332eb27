"""The facts that several pages begin with: how many, of how many, or why that cannot be told. No Streamlit."""

from compliance.core.language import N_, Language
from compliance.drawing.charts import Fact
from compliance.wording import phrases


def counted(title: str, n: int, of: int, say: Language, *, note: str = "") -> Fact:
    """How many of some things are so."""
    return Fact(title, say.number(n), say(N_("of {of}"), of=say.number(of)), note)


def unknown(title: str, say: Language, *, why: str = phrases.NOT_IN_EXPORT) -> Fact:
    """A dash, and a sentence of the catalogue why."""
    return Fact(title, phrases.DASH, note=say(why))
