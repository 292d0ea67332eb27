"""The texts of which course is which. No Streamlit."""

from typing import Final

from compliance.core.language import N_, Language
from compliance.correcting.courses import Said
from compliance.declarations.points import Point
from compliance.screens.people_texts import when_and_who
from compliance.store.database import Rows
from compliance.wording import phrases

NOBODY: Final = N_("Nobody has begun the course")
PURPOSE: Final = N_("Said once, where the export calls a course something else than the point does.")


def title(point: Point, said: Said | None, say: Language) -> str:
    """A point, and what was said of its course."""
    return f"{phrases.label(point, say)}: {_answer(said, say)}"


def _answer(said: Said | None, say: Language) -> str:
    if said and said.nobody:
        return say(NOBODY)
    return phrases.listed(said.courses, say) if said and said.courses else say(N_("nothing said"))


def said_at(said: Said, say: Language) -> str:
    """When it was said, and by whom."""
    return when_and_who(said.said_at, said.said_by, say)


def labels(courses: Rows, said: Said | None, say: Language) -> dict[str, str]:
    """What each course to choose from is called, with the number of its rows; those said of are among them."""
    counted = {row["course"]: f"{row['course']} ({_rows(row['rows_of'], say)})" for row in courses}
    return counted | {name: name for name in (said.courses if said else ()) if name not in counted}


def _rows(n: int, say: Language) -> str:
    return say.plural("{n} row", "{n} rows", n)
