"""The report of a review as a list of blocks, and written as Word or PDF."""

from pathlib import Path
from typing import Final, Literal

from compliance.access.disclosure import OTHER_UNITS
from compliance.core.clock import local_day
from compliance.core.language import N_, Language
from compliance.core.lengths import shortened
from compliance.report.appendix import appendix
from compliance.report.blocks import Block, Heading, PageBreak, Paragraph, Report, Signatures, Together
from compliance.report.chapters import chapters
from compliance.report.decisions import in_full, in_short
from compliance.report.departments import heat
from compliance.report.edition import NO_FUNCTIONS, Edition
from compliance.report.points import answer_sentence, bars_note, points_table
from compliance.review import judging, wording
from compliance.review.approving import Signed, identity_sentences
from compliance.review.dossier import Dossier, few_added_up
from compliance.review.functions import Functions
from compliance.review.reviewing import State
from compliance.review.verifying import resealing_sentences
from compliance.wording import phrases

# How many letters of the grounds the summary shows; the chapter has all of them.
BRIEF_GROUNDS: Final = 700


def report_of(
    dossier: Dossier,
    *,
    state: State,
    signed: Signed,
    say: Language,
    public: bool,
    named: bool = True,
    functions: Functions = NO_FUNCTIONS,
) -> Report:
    """The report of a review in any state. `public` is the version to hand out, without names and weaknesses.

    It shows of those responsible only their `functions`, and adds up departments of few persons; so does one for a
    reader who may not see persons (`named` is False).
    """
    if public or not named:
        dossier = few_added_up(dossier, say(OTHER_UNITS))
    edition = Edition(dossier, say, public, functions)
    title = say(N_("Management review {year}"), year=dossier.year)
    parts = [title, dossier.organisation, *([say(N_("version to hand out"))] if public else [])]
    return Report(
        language=say.code,
        title=title,
        organisation=dossier.organisation,
        facts=tuple(_facts(edition, state, signed)),
        draft=None if state == "approved" else say(N_("Draft")),
        footer=" · ".join(parts),
        contents=say(N_("Contents")),
        page=say(N_("Page {page} of {pages}"), page="{page}", pages="{pages}"),
        made_at=signed.changed_at,
        blocks=tuple(_blocks(edition, state, signed)),
    )


def as_document(
    report: Report, *, kind: Literal["docx", "pdf"], template: Path | None = None, archive: bool = False
) -> bytes:
    """Write the report as a file. `template` is the organisation's own Word file; `archive` asks for PDF/A.

    The writers are imported here: python-docx and typst take long to load.
    """
    if kind == "docx":
        from compliance.report.writers.word import write_word

        return write_word(report, template=template.read_bytes() if template else None)
    from compliance.report.writers.pdf import write_pdf

    return write_pdf(report, archive=archive)


def _facts(edition: Edition, state: State, signed: Signed) -> list[tuple[str, str]]:
    dossier, say = edition.dossier, edition.say
    facts = [
        (say(N_("As-of date")), say.date(dossier.as_of)),
        (say(N_("State")), say(wording.STATES[state])),
        (say(N_("Version")), str(dossier.version)),
    ]
    if dossier.why and dossier.version > 1:
        facts.append((say(N_("Corrects")), edition.visible(dossier.why)))
    if signed.approved_at:
        facts.append((say(N_("Approved")), say.date(local_day(signed.approved_at))))
    if edition.public:
        facts.append((say(N_("To hand out")), say(N_("without names and weaknesses of systems"))))
    return facts


# --- From the verdict to the appendix -----------------------------------------------------------------------------


def _blocks(edition: Edition, state: State, signed: Signed) -> list[Block]:
    *decisions, last = in_full(edition)
    return [
        *_summary(edition),
        *(heat(edition) or [PageBreak()]),
        *chapters(edition, state),
        *decisions,
        # The signatures never stand alone on a page.
        Together((last, *_signatures(edition, signed))),
        *appendix(edition),
    ]


def _summary(edition: Edition) -> list[Block]:
    """The second page: the head's judgement, the points and the decisions."""
    dossier, say = edition.dossier, edition.say
    grounds = edition.visible(judging.grounds(dossier.written))
    return [
        Heading(say(N_("Summary")), 1),
        Paragraph(judging.sentence(dossier.written, say), "verdict"),
        *([Paragraph(shortened(grounds, BRIEF_GROUNDS), "comment")] if grounds else []),
        Paragraph(answer_sentence(edition), "answer"),
        points_table(edition, caption=phrases.all_points(len(dossier.points), say)),
        bars_note(edition),
        *in_short(edition),
    ]


def _signatures(edition: Edition, signed: Signed) -> list[Block]:
    """Who has submitted and approved the review; the public version has only the offices and the days."""
    say = edition.say

    def line(name: str | None, at: object) -> str:
        day = say.date(local_day(at)) if at else ""  # type: ignore[arg-type]
        return day if edition.public else ", ".join(part for part in (name or "", day) if part)

    lines = (
        (say(N_("Submitted by the information security coordinator")), line(signed.submitted_by, signed.submitted_at)),
        (say(N_("Approved by the head of administration")), line(signed.approved_by, signed.approved_at)),
    )
    seal = [f"{say(N_('Seal'))} (SHA-256): {signed.seal}"] if signed.seal else []
    identity = " ".join(identity_sentences(signed, say))
    texts = (*([identity] if identity else []), *seal, *resealing_sentences(edition.dossier, say))
    notes = [Paragraph(text, "note") for text in texts]
    return [Signatures(say(N_("Submission and approval")), lines), *notes]
