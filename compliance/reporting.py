"""The report of a review: its chapters as one list of blocks, written as Word or PDF."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from compliance.approving import Signed
from compliance.blocks import Block, Bullets, Column, Heading, PageBreak, Paragraph, Report, Signatures, Table
from compliance.deciding import Decision
from compliance.dossier import Dossier
from compliance.language import N_, NBSP, Language
from compliance.reporting_points import Reader, overview, plain, section, verdict
from compliance.reviewing import Chapter, State
from compliance.verifying import sealed_anew
from compliance.viewing import DASH, local

STATES: Final = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted for approval"),
    "approved": N_("Approved"),
}
DECISION_STATUSES: Final = {
    "not_started": N_("Not started"),
    "ongoing": N_("Ongoing"),
    "done": N_("Done"),
    "cancelled": N_("Cancelled"),
}
HASH_SHOWN: Final = 12


def report_of(dossier: Dossier, *, state: State, signed: Signed, say: Language, public: bool) -> Report:
    """The report of a review in any state; `public` is the version to hand out, without names and weaknesses."""
    reader = Reader(say, public)
    title = say(N_("Management review {year}"), year=dossier.year)
    parts = [title, dossier.organisation, *([say(N_("version to hand out"))] if public else [])]
    return Report(
        language=say.code,
        title=title,
        organisation=dossier.organisation,
        facts=tuple(_facts(dossier, state, signed, reader)),
        draft=None if state == "approved" else say(N_("Draft")),
        footer=" · ".join(parts),
        contents=say(N_("Contents")),
        page=say(N_("Page {page} of {pages}"), page="{page}", pages="{pages}"),
        made_at=signed.changed_at,
        blocks=tuple(_blocks(dossier, state, signed, reader)),
    )


def as_document(
    report: Report, *, kind: Literal["docx", "pdf"], template: Path | None = None, archive: bool = False
) -> bytes:
    """The report as a file. `template` is the organisation's own for Word; `archive` asks for PDF/A."""
    if kind == "docx":
        from compliance.writing_word import write_word

        return write_word(report, template=template.read_bytes() if template else None)
    from compliance.writing_pdf import write_pdf

    return write_pdf(report, archive=archive)


def _facts(dossier: Dossier, state: State, signed: Signed, reader: Reader) -> list[tuple[str, str]]:
    say = reader.say
    facts = [
        (say(N_("As-of date")), say.date(dossier.as_of)),
        (say(N_("State")), say(STATES[state])),
        (say(N_("Version")), str(dossier.version)),
    ]
    if dossier.why and dossier.version > 1:
        facts.append((say(N_("Corrects")), _told(dossier, dossier.why, reader)))
    if signed.approved_at:
        facts.append((say(N_("Approved on")), say.date(local(signed.approved_at).date())))
    if reader.public:
        facts.append((say(N_("Extent")), say(N_("Version to hand out: without names and weaknesses of systems"))))
    return facts


def _told(dossier: Dossier, text: str, reader: Reader) -> str:
    """A text that somebody wrote, as this reader may see it."""
    return dossier.withheld.get(text, text) if reader.public else text


# --- Chapters -----------------------------------------------------------------------------------------------------


def _blocks(dossier: Dossier, state: State, signed: Signed, reader: Reader) -> list[Block]:
    blocks = [block for chapter in dossier.chapters for block in _chapter(dossier, chapter, state, reader)]
    return [*blocks, *_decided(dossier, reader), *_signatures(dossier, signed, reader), *_appendix(dossier, reader)]


def chapter_title(dossier: Dossier, chapter: Chapter, say: Language) -> str:
    """2.1 Uppföljning 2026."""
    title = say.pick(chapter.title).format(**_places(dossier, say))
    return f"{chapter.number}{NBSP}{title}" if chapter.number else title


def chapter_text(dossier: Dossier, chapter: Chapter, say: Language) -> str:
    """What is written in a chapter, else what stands there from the start."""
    written = dossier.written.chapters.get(chapter.id)
    return say.pick(chapter.start).format(**_places(dossier, say)) if written is None else written


def _places(dossier: Dossier, say: Language) -> dict[str, str]:
    return {
        "organisation": dossier.organisation,
        "year": str(dossier.year),
        "year_before": str(dossier.year - 1),
        "next_year": str(dossier.year + 1),
        "as_of": say.date(dossier.as_of),
    }


def _chapter(dossier: Dossier, chapter: Chapter, state: State, reader: Reader) -> list[Block]:
    text = _told(dossier, chapter_text(dossier, chapter, reader.say), reader)
    after = AFTER[chapter.after](dossier, reader) if chapter.after in AFTER else []
    if not text and not after and chapter.optional:
        return []
    if not text and not after and state == "draft":
        after = [Paragraph(reader.say(N_("Nothing has been written here yet.")), "note")]
    return [Heading(chapter_title(dossier, chapter, reader.say), chapter.level), *_paragraphs(text), *after]


def _paragraphs(text: str) -> list[Block]:
    """What somebody wrote: paragraphs between empty lines, and lists of lines that begin with a dash or a bullet."""
    found: list[Block] = []
    for part in text.split("\n\n"):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        if lines and all(line[:1] in "-•–*" for line in lines):
            found.append(Bullets(tuple(line[1:].strip() for line in lines)))
        elif lines:
            found.append(Paragraph("\n".join(lines)))
    return found


def _points(dossier: Dossier, reader: Reader) -> list[Block]:
    """The list of the points, as the seed has it."""
    say = reader.say
    mandatory = say(N_("mandatory practice in the materiality and risk analysis"))
    titles = [(reader.text(answer.point.title), answer.point.mandatory_practice) for answer in dossier.points]
    return [Bullets(tuple(f"{title} ({mandatory})" if marked else title for title, marked in titles))]


def _figures(dossier: Dossier, reader: Reader) -> list[Block]:
    sections = [block for answer in dossier.points for block in section(dossier, answer, reader)]
    return [*overview(dossier, reader), *sections]


def _deviations(dossier: Dossier, reader: Reader) -> list[Block]:
    say = reader.say
    if not dossier.deviations:
        return [Paragraph(say(N_("There is no export of the tertial reports.")), "note")]
    found = [row for row in dossier.deviations if row.deviation]
    if not found:
        reports = ", ".join(dict.fromkeys(row.report or "" for row in dossier.deviations))
        told = say(N_("No deviations were reported in {reports} {year}."), reports=reports, year=dossier.year)
        return [Paragraph(told)]
    named = not reader.public
    columns = _columns(say, REPORT=0.8, AREA=1.4, DESCRIPTION=3, ACTION=2.4, **({"RESPONSIBLE": 1.4} if named else {}))
    rows = tuple(
        (
            row.report or DASH,
            *(_told(dossier, text or DASH, reader) for text in (row.area, row.description, row.action)),
            *((row.responsible or DASH,) if named else ()),
        )
        for row in found
    )
    return [Table(say(N_("Reported deviations {year}"), year=dossier.year), columns, rows)]


def _recommendations(dossier: Dossier, reader: Reader) -> list[Block]:
    """The data protection officer's recommendations; a hand-out says only how many there are."""
    say, found = reader.say, dossier.recommendations
    if not found:
        return [Paragraph(say(N_("There is no export of the data protection officer's yearly report.")), "note")]
    if reader.public:
        told = say.plural(
            "The data protection officer has made {n} recommendation.",
            "The data protection officer has made {n} recommendations.",
            len(found),
        )
        return [Paragraph(told)]
    columns = _columns(say, AREA=1.3, RECOMMENDATION=3, ANSWER=2.6, STATUS=1.1, DUE=1.2)
    rows = tuple(
        (
            row.area or DASH,
            row.recommendation or DASH,
            row.answer or DASH,
            row.status or DASH,
            row.due.isoformat() if row.due else DASH,
        )
        for row in found
    )
    return [Table(say(N_("Recommendations of the data protection officer")), columns, rows)]


def _priorities(dossier: Dossier, reader: Reader) -> list[Block]:
    say = reader.say
    if not dossier.priorities:
        return []
    told = say(N_("Priority areas of the operational plan:"))
    return [Paragraph(told), Bullets(tuple(_told(dossier, row.activity, reader) for row in dossier.priorities))]


def _assessments(dossier: Dossier, reader: Reader) -> list[Block]:
    """The head's verdicts, point by point."""
    say = reader.say
    columns = (Column(say(N_("Review point")), width=4), Column(say(N_("Assessment")), width=2))
    rows = tuple(
        (f"{answer.point.number} {reader.text(answer.point.short)}", verdict(dossier, answer.point.id, say))
        for answer in dossier.points
    )
    return [Table(say(N_("The assessments of the head of administration")), columns, rows)]


AFTER: Final[dict[str | None, Callable[[Dossier, Reader], list[Block]]]] = {
    "points": _points,
    "figures": _figures,
    "deviations": _deviations,
    "recommendations": _recommendations,
    "priorities": _priorities,
    "assessments": _assessments,
}


# --- Decisions, signatures and appendix ---------------------------------------------------------------------------


HEADINGS: Final = {
    "NUMBER": N_("No."),
    "DECISION": N_("Decision"),
    "POINT": N_("Reason"),
    "RESPONSIBLE": N_("Responsible"),
    "DUE": N_("Due"),
    "FOLLOW_UP": N_("Follow-up"),
    "STATUS": N_("Status"),
    "REPORT": N_("Report"),
    "AREA": N_("Area"),
    "DESCRIPTION": N_("Description"),
    "ACTION": N_("Action"),
    "RECOMMENDATION": N_("Recommendation"),
    "ANSWER": N_("Answer of the administration"),
}


def _columns(say: Language, **widths: float) -> tuple[Column, ...]:
    return tuple(Column(say(HEADINGS[name]), width=width) for name, width in widths.items())


def _decided(dossier: Dossier, reader: Reader) -> list[Block]:
    say = reader.say
    found: list[Block] = [Heading(say(N_("Decisions")), 1)]
    if dossier.decisions:
        found.append(_decisions(dossier, dossier.decisions, reader, say(N_("Decisions of this review"))))
    else:
        found.append(Paragraph(say(N_("No decisions have been made in this review.")), "note"))
    if dossier.carried:
        found.append(Heading(say(N_("Decisions of earlier reviews")), 2))
        found.append(
            _decisions(dossier, dossier.carried, reader, say(N_("Decisions carried forward, and their status")))
        )
    return found


def _decisions(dossier: Dossier, made: tuple[Decision, ...], reader: Reader, caption: str) -> Table:
    say, named = reader.say, not reader.public
    widths = {"NUMBER": 1.0, "DECISION": 4.0, "POINT": 1.8}
    widths |= {"RESPONSIBLE": 1.6} if named else {}
    columns = _columns(say, **widths, DUE=1.3, FOLLOW_UP=1.3, STATUS=1.3)
    rows = tuple(
        (
            decision.name,
            _decision(dossier, decision, reader),
            _reason(dossier, decision, reader),
            *((decision.responsible or DASH,) if named else ()),
            decision.due.isoformat() if decision.due else DASH,
            decision.follow_up or DASH,
            say(DECISION_STATUSES[decision.status]),
        )
        for decision in made
    )
    return Table(caption, columns, rows)


def _decision(dossier: Dossier, decision: Decision, reader: Reader) -> str:
    """What is decided, with what it takes on a line of its own."""
    text, resource = (_told(dossier, said, reader) for said in (decision.text, decision.resource))
    told = reader.say(N_("Resource: {resource}"), resource=resource)
    return f"{text}\n{told}" if resource else text


def _reason(dossier: Dossier, decision: Decision, reader: Reader) -> str:
    answer = dossier.answer(decision.point) if decision.point else None
    return f"{answer.point.number} {reader.text(answer.point.short)}" if answer else DASH


def _signatures(dossier: Dossier, signed: Signed, reader: Reader) -> list[Block]:
    """Who has submitted and approved; a hand-out says when, and by which office."""
    say = reader.say

    def line(name: str | None, at: object) -> str:
        day = say.date(local(at).date()) if at else ""  # type: ignore[arg-type]
        return day if reader.public else ", ".join(part for part in (name or "", day) if part)

    lines = (
        (say(N_("Submitted by the information security coordinator")), line(signed.submitted_by, signed.submitted_at)),
        (say(N_("Approved by the head of administration")), line(signed.approved_by, signed.approved_at)),
    )
    seal = [say(N_("Seal of the review (SHA-256): {seal}"), seal=signed.seal)] if signed.seal else []
    notes = [Paragraph(text, "note") for text in (*seal, *sealed_anew(dossier, say))]
    return [Signatures(say(N_("Assessment and decision")), lines), *notes]


def _appendix(dossier: Dossier, reader: Reader) -> list[Block]:
    say = reader.say
    return [
        PageBreak(),
        Heading(say(N_("Appendix: basis")), 1),
        _imports(dossier, reader),
        _targets(dossier, reader),
        Paragraph(say(N_("Coverage is what is met of all that is met, not met or unknown.")), "note"),
        Heading(say(N_("Appendix: ISO/IEC 27001:2022, 9.3.2")), 1),
        _clauses(dossier, reader),
    ]


def _imports(dossier: Dossier, reader: Reader) -> Table:
    say, named = reader.say, not reader.public
    columns = (
        Column(say(N_("Export")), width=2.4),
        *((Column(say(N_("File")), width=2.6),) if named else ()),
        Column(say(N_("Extract date")), width=1.3),
        Column(say(N_("Rows")), "right"),
        Column(say(N_("Rejected")), "right"),
        *((Column("SHA-256", width=1.5),) if named else ()),
    )
    rows = tuple(
        (
            plain(say.pick(used.title)),
            *((used.file,) if named else ()),
            used.extract_date.isoformat(),
            say.number(used.loaded),
            say.number(used.rejected),
            *((used.sha256[:HASH_SHOWN],) if named else ()),
        )
        for used in dossier.imports
    )
    return Table(say(N_("The exports that the figures rest on")), columns, rows)


def _targets(dossier: Dossier, reader: Reader) -> Table:
    """How each point is counted: its rule in words, and the law it follows."""
    say = reader.say
    columns = (
        Column(say(N_("Review point")), width=1.8),
        Column(say(N_("How it is counted")), width=4),
        Column(say(N_("Law")), width=2),
    )
    rows = tuple(
        (
            f"{answer.point.number} {reader.text(answer.point.short)}",
            reader.text(answer.point.rule),
            " ".join(plain(say.pick(law)) for law in answer.point.law(dossier.as_of)[:1]) or DASH,
        )
        for answer in dossier.points
    )
    return Table(say(N_("How the points are counted")), columns, rows)


def _clauses(dossier: Dossier, reader: Reader) -> Table:
    say = reader.say
    columns = (
        Column(say(N_("Clause")), width=0.7),
        Column(say(N_("What shall be considered")), width=3.4),
        Column(say(N_("Covered by")), width=3),
    )
    rows = tuple(
        (
            f"{clause.letter})",
            reader.text(clause.title),
            ", ".join(covered_by(dossier, clause.letter, say)) or say(EMPTY),
        )
        for clause in dossier.clauses
    )
    return Table(say(N_("What a management review shall consider")), columns, rows)


EMPTY: Final = N_("Nothing yet")


def covered_by(dossier: Dossier, letter: str, say: Language) -> list[str]:
    """What in a review covers a clause of ISO/IEC 27001:2022, 9.3.2, in words; nothing where it is empty."""
    clause = next(clause for clause in dossier.clauses if clause.letter == letter)
    return [name for by in clause.by if (name := _covering(dossier, by, say))]


def _covering(dossier: Dossier, by: str, say: Language) -> str:
    """The name of one thing that covers a clause, if it is there."""
    risks = dossier.answer("risk_analysis")
    there = {
        "carried": (bool(dossier.carried), N_("Decisions of earlier reviews")),
        "decisions": (bool(dossier.decisions), N_("Decisions of this review")),
        "points": (any(a.coverage.coverage is not None for a in dossier.points), N_("The thirteen review points")),
        "deviations": (bool(dossier.deviations), N_("Deviations in tertial reports")),
        "recommendations": (bool(dossier.recommendations), N_("Recommendations of the data protection officer")),
        "risks": (risks is not None and risks.coverage.coverage is not None, N_("Review point 5, risk analysis")),
    }
    if by in there:
        found, name = there[by]
        return say(name) if found else ""
    chapter = next((chapter for chapter in dossier.chapters if chapter.id == by), None)
    if chapter is None or not dossier.written.chapters.get(by):
        return ""
    return chapter_title(dossier, chapter, say)
