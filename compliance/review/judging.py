"""The head's judgement of the work as a whole, in words, and what a review leaves open.

The seed requires it: whether the work is sufficient and has the intended effect.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from compliance.core.language import N_, Language
from compliance.counting.assessing import Status
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier
from compliance.review.reviewing import GROUNDS, JUDGED, Chapter, ReviewTexts

QUESTIONS: Final = {
    "sufficient": N_("Is the work sufficient?"),
    "effect": N_("Does it have the intended effect?"),
}
WORDS: Final = {"yes": N_("Yes"), "partly": N_("Partly"), "no": N_("No")}
SUFFICIENT: Final = {
    "yes": N_("The work is sufficient"),
    "partly": N_("The work is partly sufficient"),
    "no": N_("The work is not sufficient"),
}
EFFECT: Final = {
    "yes": N_("has the intended effect"),
    "partly": N_("has the intended effect in part"),
    "no": N_("does not have the intended effect"),
}


def sentence(written: ReviewTexts, say: Language) -> str:
    """The judgement in one sentence, or why there is none; the grounds are shown next to it."""
    answers = written.judgement
    if answers is None:
        return say(N_("A judgement of the whole was not asked for when this review was made."))
    if unanswered(written):
        return say(N_("The head of administration has not judged the work as a whole yet."))
    first, second = say(SUFFICIENT[answers["sufficient"]]), say(EFFECT[answers["effect"]])
    if (answers["sufficient"] == "no") != (answers["effect"] == "no"):
        return say(N_("{first}, but {second}."), first=first, second=second)
    return say(N_("{first} and {second}."), first=first, second=second)


def grounds(written: ReviewTexts) -> str:
    """The grounds of the head's judgement; empty until written."""
    return written.chapters.get(GROUNDS, "")


def unanswered(written: ReviewTexts) -> list[str]:
    """The questions of `JUDGED` without an answer."""
    return [what for what in JUDGED if what not in (written.judgement or {})]


def missing_judgement(written: ReviewTexts) -> tuple[str, ...]:
    """What the judgement still lacks: answers of `JUDGED`, and `GROUNDS` with at least one letter."""
    has_grounds = any(letter.isalpha() for letter in grounds(written))
    return (*unanswered(written), *(() if has_grounds else (GROUNDS,)))


# --- What is left open --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Concern:
    """Something a review leaves open, which the submitter must confirm.

    `what` is the id of a chapter or a point, or the name of a decision without a day or without anybody responsible.
    """

    kind: Literal["chapter", "day", "responsible", "point"]
    what: str

    @property
    def name(self) -> str:
        """The key that confirms it, as `chapter:year` or `day:2026-2`."""
        return f"{self.kind}:{self.what}"


def concerns(dossier: Dossier) -> tuple[Concern, ...]:
    """What a review leaves open, in the order of the report.

    That is chapters that are empty and may not be, what its decisions lack, and points without a basis.
    """
    needed = [chapter for chapter in single_chapters(dossier) if not chapter.optional]
    chapters = [chapter.id for chapter in needed if is_empty(dossier, chapter)]
    lacking = [(kind, decision.name) for decision in dossier.decisions for kind in _lacking(decision)]
    without_basis = [answer.point.id for answer in dossier.points if answer.coverage.status is Status.NO_BASIS]
    return (
        *(Concern("chapter", id_) for id_ in chapters),
        *(Concern(kind, name) for kind, name in lacking),
        *(Concern("point", id_) for id_ in without_basis),
    )


def _lacking(decision: Decision) -> Iterator[Literal["day", "responsible"]]:
    """What a decision lacks to be followed up."""
    if not decision.responsible:
        yield "responsible"
    if decision.due is None:
        yield "day"


def single_chapters(dossier: Dossier) -> list[Chapter]:
    """The chapters that are written one by one; the grounds are written with the judgement."""
    return [chapter for chapter in dossier.chapters if chapter.id != GROUNDS]


def is_empty(dossier: Dossier, chapter: Chapter) -> bool:
    """Whether a chapter has neither a written text nor an initial one."""
    written = dossier.written.chapters.get(chapter.id)
    return not (any(chapter.start.values()) if written is None else written)
