"""The texts of a unit's work list that came back. No Streamlit."""

from collections.abc import Sequence
from typing import Final

from compliance.core.language import N_, Language
from compliance.wording import phrases
from compliance.wording.tables import Column
from compliance.worklists import sending
from compliance.worklists.answering import Answer, Known, Returned, State, counted
from compliance.worklists.workbooks import NOTE

STATES: Final[dict[State, str]] = {
    "unknown_word": N_("Unknown word"),
    "changed": N_("Changed since"),
    "twice": N_("Two answers"),
    "other_unit": N_("Another unit's"),
    "not_left": N_("Not left"),
    "new": N_("New"),
    "same": N_("The same"),
}
# What becomes of answers that are not simply taken.
TOLD: Final[dict[State, str]] = {
    "unknown_word": N_("A word that stands in no list sets no status. It is kept as the unit's answer."),
    "changed": N_("What has been written of since the list was made changes only if you say so."),
    "twice": N_("What stands in two rows with different answers is not taken."),
    "other_unit": N_("What is not left in {unit} is not taken."),
    "not_left": N_("What is not left any more by the exports is not taken."),
}


def _point(answer: Answer, say: Language) -> str:
    point = answer.item[0] if answer.item else None
    return f"{point.number} {phrases.brief(point, say)}" if point else ""


def _says(answer: Answer, say: Language) -> str:
    """The status that an answer sets; else the unit's word."""
    after = sending.status(answer.after, say)
    return after if answer.row.word and answer.state not in {"unknown_word"} and after else answer.row.word


COLUMNS: Final[Sequence[Column[Answer]]] = (
    Column(N_("State"), lambda answer, say: say(STATES[answer.state]), nowrap=True),
    Column(sending.WHAT, lambda answer, _: answer.row.concerns, row_header=True),
    Column(N_("Point"), _point),
    Column(N_("Status now"), lambda answer, say: sending.status(answer.before, say)),
    Column(N_("Says the unit"), _says),
    Column(NOTE, lambda answer, _: answer.row.text),
)


def heading(back: Returned, known: Known, say: Language) -> str:
    """Which unit answers, of what organisation, and how much it says."""
    number = len(back.rows)
    return say.plural(
        "{unit} answers about one thing.", "{unit} answers about {n} things.", number, unit=unit(back, known)
    )


def unit(back: Returned, known: Known) -> str:
    """The unit of a list, or the organisation as a whole."""
    return back.marker.unit or known.organisation


def origin(back: Returned, known: Known, say: Language) -> str:
    """Which list it was: whose and of which day."""
    text = N_("The list of {organisation} of {day}.")
    return say(text, organisation=known.organisation, day=say.date(back.as_of))


def remarks(back: Returned, answers: Sequence[Answer], known: Known, say: Language) -> list[str]:
    """What becomes of answers that are not simply taken, and of rows without any, in sentences."""
    there = counted(answers)
    sentences = [say(text, unit=unit(back, known)) for state, text in TOLD.items() if there[state]]
    if back.added:
        text = say.plural(
            "{n} row was added, and belongs to nothing that is left. It is not taken.",
            "{n} rows were added, and belong to nothing that is left. They are not taken.",
            back.added,
        )
        sentences.append(text)
    if back.empty:
        sentences.append(say.plural("{n} row has no answer.", "{n} rows have no answer.", back.empty))
    return sentences


def taking(number: int, say: Language) -> str:
    """The button that takes an answer, which sets so many statuses."""
    return say(N_("Set statuses ({n})"), n=say.number(number)) if number else say(N_("Take the answer"))


def taken(back: Returned, known: Known, number: int, say: Language) -> str:
    """What was done, in a sentence."""
    text = say.plural(
        "The answer of {unit} is taken: one status is set.",
        "The answer of {unit} is taken: {n} statuses are set.",
        number,
        unit=unit(back, known),
    )
    return text if number else say(N_("The answer of {unit} is taken."), unit=unit(back, known))
