"""The chapters of a report, as the seed declares them, and what covers the clauses of ISO/IEC 27001.

A chapter has the text that a user wrote, or its start text, and the computed blocks that `after` names.
"""

from collections.abc import Callable
from typing import Final

from compliance.core.language import N_, NBSP, Language
from compliance.declarations.sources import product_sources
from compliance.report.blocks import Block, Bullets, Heading, Paragraph, Together, table
from compliance.report.edition import Edition
from compliance.report.points import section
from compliance.review import judging
from compliance.review.dossier import Deviation, Dossier, Recommendation
from compliance.review.reviewing import Chapter, State
from compliance.wording import phrases
from compliance.wording.phrases import DASH
from compliance.wording.tables import Column

# What is said of a clause that nothing covers; an approved paper has no "yet".
EMPTY: Final = N_("This review does not take it up.")


def chapter_title(dossier: Dossier, chapter: Chapter, say: Language) -> str:
    """The numbered title of a chapter: 2.1 Uppföljning 2026."""
    title = _filled(dossier, say.pick(chapter.title), say)
    return f"{chapter.number}{NBSP}{title}" if chapter.number else title


def chapter_text(edition: Edition, chapter: Chapter) -> str:
    """The text that is written in a chapter, else its start text, as the edition has it."""
    written = edition.dossier.written.chapters.get(chapter.id)
    if written is not None:
        return edition.visible(written)
    return _filled(edition.dossier, edition.visible(edition.say.pick(chapter.start)), edition.say)


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


def chapters(edition: Edition, state: State) -> list[Block]:
    """All chapters of a report except optional ones that are empty."""
    return [block for chapter in edition.dossier.chapters for block in _chapter(edition, chapter, state)]


def _chapter(edition: Edition, chapter: Chapter, state: State) -> list[Block]:
    text = chapter_text(edition, chapter)
    after = AFTER[chapter.after](edition) if chapter.after in AFTER else []
    if not text and not after and chapter.optional:
        return []
    if not text and not after:
        after = _nothing(edition, chapter, state)
    heading, body = Heading(chapter_title(edition.dossier, chapter, edition.say), chapter.level), _paragraphs(text)
    # The judgement comes before its grounds; a list stays with the paragraph that introduces it.
    if chapter.after == "assessments":
        return [heading, *after, *body]
    if body and after and isinstance(after[0], Bullets):
        return [heading, *body[:-1], Together((body[-1], after[0])), *after[1:]]
    return [heading, *body, *after]


def _nothing(edition: Edition, chapter: Chapter, state: State) -> list[Block]:
    """What is below the heading of a chapter without a text: nothing where chapters of its own follow."""
    say, every = edition.say, edition.dossier.chapters
    if state == "draft":
        return [Paragraph(say(N_("Nothing has been written here.")), "note")]
    after = every[every.index(chapter) + 1 :]
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


def _points(edition: Edition) -> list[Block]:
    """The list of the points."""
    dossier, say = edition.dossier, edition.say
    mandatory = say(N_("mandatory practice in the materiality and risk analysis"))
    titles = [(say.plain(answer.point.title), answer.point.mandatory_practice) for answer in dossier.points]
    return [Bullets(tuple(f"{title} ({mandatory})" if marked else title for title, marked in titles))]


def _figures(edition: Edition) -> list[Block]:
    return [section(edition, answer) for answer in edition.dossier.points]


def _deviations(edition: Edition) -> list[Block]:
    dossier, say, visible = edition.dossier, edition.say, edition.visible
    if not dossier.deviations:
        return [Paragraph(_without_rows(dossier, "deviations", say), "note")]
    deviations = [row for row in dossier.deviations if row.deviation]
    if not deviations:
        reports = ", ".join(dict.fromkeys(row.report or "" for row in dossier.deviations))
        return [
            Paragraph(say(N_("No deviations were reported in {reports} {year}."), reports=reports, year=dossier.year))
        ]
    columns: tuple[Column[Deviation], ...] = (
        Column(N_("Report"), lambda row, _: row.report or DASH, width=0.8),
        Column(N_("Area"), lambda row, _: visible(row.area) or DASH, width=1.4),
        Column(N_("Description"), lambda row, _: visible(row.description) or DASH, width=3),
        Column(N_("Action"), lambda row, _: visible(row.action) or DASH, width=2.4),
        Column(N_("Responsible"), lambda row, _: row.responsible or DASH, width=1.4),
    )
    return [table(columns[:-1] if edition.public else columns, deviations, say)]


def _without_rows(dossier: Dossier, source: str, say: Language) -> str:
    """Why a review has nothing of a source: no export of it is loaded, or the newest has nothing of the year."""
    days = [used.extract_date for used in dossier.imports if used.source == source]
    if days:
        return phrases.no_rows(max(days), dossier.year, say)
    return phrases.not_loaded([say.pick(product_sources()[source].title)], dossier.as_of, say)


RECOMMENDATIONS: Final[tuple[Column[Recommendation], ...]] = (
    Column(N_("Area"), lambda row, _: row.area or DASH, width=1.3),
    Column(N_("Recommendation"), lambda row, _: row.recommendation or DASH, width=3),
    Column(N_("Answer of the administration"), lambda row, _: row.answer or DASH, width=2.6),
    Column(N_("Status"), lambda row, _: row.status or DASH, width=1.1),
    Column(N_("To be done by"), lambda row, _: row.due, width=1.2),
)


def _recommendations(edition: Edition) -> list[Block]:
    """The data protection officer's recommendations; the public version has only their number."""
    say, recommendations = edition.say, edition.dossier.recommendations
    if not recommendations:
        return [Paragraph(_without_rows(edition.dossier, "dpo_recommendations", say), "note")]
    if edition.public:
        return [Paragraph(_recommended(len(recommendations), say))]
    caption = say(N_("Recommendations of the data protection officer"))
    return [table(RECOMMENDATIONS, recommendations, say, caption=caption)]


def _recommended(number: int, say: Language) -> str:
    return say.plural(
        "The data protection officer has made one recommendation.",
        "The data protection officer has made {word} recommendations.",
        number,
        word=say.in_words(number),
    )


def _priorities(edition: Edition) -> list[Block]:
    """The areas of the operational plan that the chapter's text does not already mention."""
    dossier = edition.dossier
    text = dossier.written.chapters.get("priorities", "").casefold()
    left = [row for row in dossier.priorities if row.activity.casefold().rstrip(".") not in text]
    if not left:
        return []
    intro = N_("Priority areas of the operational plan:")
    items = tuple(edition.visible(row.activity) for row in left)
    return [Together((Paragraph(edition.say(intro)), Bullets(items)))]


def _judgement(edition: Edition) -> list[Block]:
    """The head's judgement of the work as a whole; its grounds are the text of the chapter."""
    return [Paragraph(judging.sentence(edition.dossier.written, edition.say), "answer")]


AFTER: Final[dict[str | None, Callable[[Edition], list[Block]]]] = {
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
