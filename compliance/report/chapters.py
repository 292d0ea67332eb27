"""The chapters of a report, as the seed declares them, and what covers the clauses of ISO/IEC 27001.

A chapter has the text that a user wrote, or its start text, and the computed blocks that `after` names.
"""

from collections.abc import Callable
from typing import Final

from compliance.core.language import N_, NBSP, Language
from compliance.declarations.sources import product_sources
from compliance.report.blocks import Block, Bullets, Column, Heading, Paragraph, Table, Together
from compliance.report.points import Edition, day_text, section
from compliance.review import judging
from compliance.review.dossier import Dossier
from compliance.review.reviewing import Chapter, State
from compliance.wording import phrases
from compliance.wording.phrases import DASH

HEADINGS: Final = {
    "REPORT": N_("Report"),
    "AREA": N_("Area"),
    "DESCRIPTION": N_("Description"),
    "ACTION": N_("Action"),
    "RESPONSIBLE": N_("Responsible"),
    "RECOMMENDATION": N_("Recommendation"),
    "ANSWER": N_("Answer of the administration"),
    "STATUS": N_("Status"),
    "DUE": N_("To be done by"),
}
# What is said of a clause that nothing covers; an approved paper has no "yet".
EMPTY: Final = N_("This review does not take it up.")


def chapter_title(dossier: Dossier, chapter: Chapter, say: Language) -> str:
    """The numbered title of a chapter: 2.1 Uppföljning 2026."""
    title = _filled(dossier, say.pick(chapter.title), say)
    return f"{chapter.number}{NBSP}{title}" if chapter.number else title


def chapter_text(dossier: Dossier, chapter: Chapter, edition: Edition) -> str:
    """The text that is written in a chapter, else its start text, as the edition has it."""
    written = dossier.written.chapters.get(chapter.id)
    if written is not None:
        return edition.visible(dossier, written)
    return _filled(dossier, edition.visible(dossier, edition.say.pick(chapter.start)), edition.say)


def _filled(dossier: Dossier, text: str, say: Language) -> str:
    """A text with its placeholders replaced. Not str.format: an organisation's text may hold other braces."""
    for name, value in _placeholders(dossier, say).items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _placeholders(dossier: Dossier, say: Language) -> dict[str, str]:
    return {
        "organisation": dossier.organisation,
        "year": str(dossier.year),
        "year_before": str(dossier.year - 1),
        "next_year": str(dossier.year + 1),
        "as_of": say.date(dossier.as_of),
    }


def chapters(dossier: Dossier, state: State, edition: Edition) -> list[Block]:
    """All chapters of a report except optional ones that are empty."""
    return [block for chapter in dossier.chapters for block in _chapter(dossier, chapter, state, edition)]


def _chapter(dossier: Dossier, chapter: Chapter, state: State, edition: Edition) -> list[Block]:
    text = chapter_text(dossier, chapter, edition)
    after = AFTER[chapter.after](dossier, edition) if chapter.after in AFTER else []
    if not text and not after and chapter.optional:
        return []
    if not text and not after:
        after = _nothing(dossier, chapter, state, edition.say)
    heading, body = Heading(chapter_title(dossier, chapter, edition.say), chapter.level), _paragraphs(text)
    # The judgement comes before its grounds; a list stays with the paragraph that introduces it.
    if chapter.after == "assessments":
        return [heading, *after, *body]
    if body and after and isinstance(after[0], Bullets):
        return [heading, *body[:-1], Together((body[-1], after[0])), *after[1:]]
    return [heading, *body, *after]


def _nothing(dossier: Dossier, chapter: Chapter, state: State, say: Language) -> list[Block]:
    """What is below the heading of a chapter without a text: nothing where chapters of its own follow."""
    if state == "draft":
        return [Paragraph(say(N_("Nothing has been written here.")), "note")]
    after = dossier.chapters[dossier.chapters.index(chapter) + 1 :]
    if after and after[0].level > chapter.level:
        return []
    return [Paragraph(say(N_("Nothing is reported under this heading.")))]


def _paragraphs(text: str) -> list[Block]:
    """A user's text as blocks: paragraphs between empty lines, lists where each line begins with a dash and a space."""
    blocks: list[Block] = []
    for part in text.split("\n\n"):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        if lines and all(line[:1] in "-•–*" and line[1:2].isspace() for line in lines):
            blocks.append(Bullets(tuple(line[1:].strip() for line in lines)))
        elif lines:
            blocks.append(Paragraph("\n".join(lines)))
    return blocks


def _points(dossier: Dossier, edition: Edition) -> list[Block]:
    """The list of the points."""
    say = edition.say
    mandatory = say(N_("mandatory practice in the materiality and risk analysis"))
    titles = [(edition.say.plain(answer.point.title), answer.point.mandatory_practice) for answer in dossier.points]
    return [Bullets(tuple(f"{title} ({mandatory})" if marked else title for title, marked in titles))]


def _figures(dossier: Dossier, edition: Edition) -> list[Block]:
    return [section(dossier, answer, edition) for answer in dossier.points]


def _deviations(dossier: Dossier, edition: Edition) -> list[Block]:
    say = edition.say
    if not dossier.deviations:
        return [Paragraph(_without_rows(dossier, "deviations", say), "note")]
    deviations = [row for row in dossier.deviations if row.deviation]
    if not deviations:
        reports = ", ".join(dict.fromkeys(row.report or "" for row in dossier.deviations))
        return [
            Paragraph(say(N_("No deviations were reported in {reports} {year}."), reports=reports, year=dossier.year))
        ]
    named = not edition.public
    columns = _columns(say, REPORT=0.8, AREA=1.4, DESCRIPTION=3, ACTION=2.4, **({"RESPONSIBLE": 1.4} if named else {}))
    rows = tuple(
        (
            row.report or DASH,
            *(edition.visible(dossier, text or DASH) for text in (row.area, row.description, row.action)),
            *((row.responsible or DASH,) if named else ()),
        )
        for row in deviations
    )
    return [Table("", columns, rows)]


def _without_rows(dossier: Dossier, source: str, say: Language) -> str:
    """Why a review has nothing of a source: no export of it is loaded, or the newest has nothing of the year."""
    days = [used.extract_date for used in dossier.imports if used.source == source]
    if days:
        return phrases.no_rows(max(days), dossier.year, say)
    return phrases.not_loaded([say.pick(product_sources()[source].title)], dossier.as_of, say)


def _recommendations(dossier: Dossier, edition: Edition) -> list[Block]:
    """The data protection officer's recommendations; the public version has only their number."""
    say, recommendations = edition.say, dossier.recommendations
    if not recommendations:
        return [Paragraph(_without_rows(dossier, "dpo_recommendations", say), "note")]
    if edition.public:
        return [Paragraph(_recommended(len(recommendations), say))]
    columns = _columns(say, AREA=1.3, RECOMMENDATION=3, ANSWER=2.6, STATUS=1.1, DUE=1.2)
    rows = tuple(
        (
            row.area or DASH,
            row.recommendation or DASH,
            row.answer or DASH,
            row.status or DASH,
            day_text(row.due),
        )
        for row in recommendations
    )
    return [Table(say(N_("Recommendations of the data protection officer")), columns, rows)]


def _recommended(number: int, say: Language) -> str:
    return say.plural(
        "The data protection officer has made one recommendation.",
        "The data protection officer has made {word} recommendations.",
        number,
        word=say.in_words(number),
    )


def _priorities(dossier: Dossier, edition: Edition) -> list[Block]:
    """The areas of the operational plan that the chapter's text does not already mention."""
    text = dossier.written.chapters.get("priorities", "").casefold()
    left = [row for row in dossier.priorities if row.activity.casefold().rstrip(".") not in text]
    if not left:
        return []
    intro = N_("Priority areas of the operational plan:")
    items = tuple(edition.visible(dossier, row.activity) for row in left)
    return [Together((Paragraph(edition.say(intro)), Bullets(items)))]


def _judgement(dossier: Dossier, edition: Edition) -> list[Block]:
    """The head's judgement of the work as a whole; its grounds are the text of the chapter."""
    return [Paragraph(judging.sentence(dossier.written, edition.say), "answer")]


def _columns(say: Language, **widths: float) -> tuple[Column, ...]:
    return tuple(Column(say(HEADINGS[name]), width=width) for name, width in widths.items())


AFTER: Final[dict[str | None, Callable[[Dossier, Edition], list[Block]]]] = {
    "points": _points,
    "figures": _figures,
    "deviations": _deviations,
    "recommendations": _recommendations,
    "priorities": _priorities,
    "assessments": _judgement,
}


# --- What covers a clause ------------------------------------------------------------------------------------------


def covered_by(dossier: Dossier, letter: str, say: Language) -> list[str]:
    """The names of what covers a clause of ISO/IEC 27001:2022, 9.3.2, in a review, without the parts that are empty."""
    clause = next(clause for clause in dossier.clauses if clause.letter == letter)
    return [name for by in clause.by if (name := _covering(dossier, by, say))]


def _covering(dossier: Dossier, by: str, say: Language) -> str:
    """The name of a part that covers a clause, or "" if the review lacks it. `by` is a key below or a chapter."""
    if by == "risks":
        risks = dossier.answer("risk_analysis")
        return phrases.label(risks.point, say) if risks and risks.coverage.coverage is not None else ""
    parts = {
        "carried": (bool(dossier.carried), N_("Decisions of earlier reviews")),
        "decisions": (bool(dossier.decisions), N_("Decisions of this review")),
        "points": (any(a.coverage.coverage is not None for a in dossier.points), N_("The {count} review points")),
        "deviations": (bool(dossier.deviations), N_("Deviations in tertial reports")),
        "recommendations": (bool(dossier.recommendations), N_("Recommendations of the data protection officer")),
    }
    if by in parts:
        exists, name = parts[by]
        return say(name, count=say.in_words(len(dossier.points))) if exists else ""
    chapter = next((chapter for chapter in dossier.chapters if chapter.id == by), None)
    if chapter is None or not dossier.written.chapters.get(by):
        return ""
    return chapter_title(dossier, chapter, say)
