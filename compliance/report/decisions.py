"""The decisions of a report: in short in the summary, in full at the end."""

from collections.abc import Sequence
from typing import Final

from compliance.core.language import N_, Language
from compliance.core.lengths import shortened
from compliance.report.blocks import Block, Heading, Paragraph, Table, table
from compliance.report.edition import Edition, joined
from compliance.review import wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier
from compliance.wording import phrases
from compliance.wording.phrases import DASH
from compliance.wording.tables import Column

# How many decisions the summary has, and how many letters of each text.
FIRST: Final = 8
BRIEF: Final = 120


def in_short(edition: Edition) -> list[Block]:
    """The decisions of this review and the open ones of earlier reviews, the late ones of those first."""
    dossier, say = edition.dossier, edition.say
    carried = sorted((row for row in dossier.carried if row.open), key=lambda row: not row.late(dossier.as_of))
    rows = [*dossier.decisions, *carried]
    if not rows:
        return [Paragraph(say(N_("No decision has been made.")), "note")]
    columns: tuple[Column[Decision], ...] = (
        Column(N_("No."), lambda row, _: row.name, width=1.0),
        Column(N_("Decision"), lambda row, _: _brief(row, edition), width=5.2),
        Column(N_("Responsible"), lambda row, _: edition.responsible(row) or DASH, width=2.6),
        Column(N_("To be done by"), lambda row, _: row.due, width=1.5),
        Column(N_("Status"), lambda row, say: wording.decision_state(dossier, row, say), width=1.9),
    )
    more = say(N_("and {n} more"), n=say.number(len(rows) - FIRST))
    note = [Paragraph(more, "note")] if len(rows) > FIRST else []
    return [table(columns, rows[:FIRST], say, caption=say(N_("Decisions"))), *note]


def texts_of(dossier: Dossier, decision: Decision) -> list[str]:
    """The text of a decision and, if it is late, its last note."""
    note = decision.note if decision.late(dossier.as_of) else None
    return [text for text in (decision.text, note) if text]


def _brief(decision: Decision, edition: Edition) -> str:
    """The text and the note on a line each: those that the user made would make a tall row."""
    texts = (" ".join(edition.visible(text).split()) for text in texts_of(edition.dossier, decision))
    return "\n".join(shortened(text, BRIEF) for text in texts)


def in_full(edition: Edition) -> list[Block]:
    """Every decision with its reason, its resource, who is responsible, and its follow-up. The heading comes first."""
    dossier, say = edition.dossier, edition.say
    blocks: list[Block] = [Heading(say(N_("Decisions")), 2)]
    if dossier.decisions:
        blocks.append(_table(dossier.decisions, edition, say(N_("Decisions of this review"))))
    else:
        blocks.append(Paragraph(say(N_("No decision has been made.")), "note"))
    if dossier.carried:
        blocks.append(_table(dossier.carried, edition, say(N_("Decisions of earlier reviews"))))
    return blocks


def _table(decisions: Sequence[Decision], edition: Edition, caption: str) -> Table:
    columns: tuple[Column[Decision], ...] = (
        Column(N_("No."), lambda row, _: row.name, width=0.9),
        Column(N_("Decision"), lambda row, _: _decision(row, edition), width=4.6),
        Column(N_("Review point"), lambda row, say: reason(edition.dossier, row, say), width=2.5),
        Column(N_("Responsible"), lambda row, _: edition.responsible(row) or DASH, width=2.5),
        Column(N_("To be done by"), lambda row, _: row.due, width=1.4),
        Column(N_("Status"), lambda row, _: _status(row, edition), width=2.2),
    )
    return table(columns, decisions, edition.say, caption=caption)


def _decision(decision: Decision, edition: Edition) -> str:
    """The text of a decision, with its reason and its resource on a line each."""
    below = ((N_("Reason"), decision.why), (N_("Resource"), decision.resource))
    lines = (f"{edition.say(name)}: {edition.visible(text)}" for name, text in below if text)
    return "\n".join((edition.visible(decision.text), *lines))


def reason(dossier: Dossier, decision: Decision, say: Language) -> str:
    """The point that a decision is about, or a dash."""
    answer = dossier.answer(decision.point) if decision.point else None
    return phrases.label(answer.point, say) if answer else DASH


def _status(decision: Decision, edition: Edition) -> str:
    """The state of a decision, the report that follows it up, and the last note, a line each."""
    say = edition.say
    report = say(N_("followed up in {report}"), report=decision.follow_up) if decision.follow_up else ""
    note = edition.visible(decision.note)
    return joined((wording.decision_state(edition.dossier, decision, say), report, note), "\n")
