"""The decisions of a report: in short in the summary, in full at the end."""

from collections.abc import Sequence
from typing import Final

from compliance.core.language import N_, Language
from compliance.core.lengths import shortened
from compliance.report.blocks import Block, Column, Heading, Paragraph, Table
from compliance.report.points import Edition, day_text
from compliance.review import wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier
from compliance.wording import phrases
from compliance.wording.phrases import DASH

# How many decisions the summary has, and how many letters of each text.
FIRST: Final = 8
BRIEF: Final = 120


def in_short(dossier: Dossier, edition: Edition) -> list[Block]:
    """The decisions of this review and the open ones of earlier reviews, the late ones of those first."""
    say = edition.say
    rows = [*dossier.decisions, *sorted(_open(dossier), key=lambda row: not row.late(dossier.as_of))]
    if not rows:
        return [Paragraph(say(N_("No decision has been made.")), "note")]
    columns = (
        Column(say(N_("No.")), width=1.0),
        Column(say(N_("Decision")), width=5.2),
        Column(say(N_("Responsible")), width=2.6),
        Column(say(N_("To be done by")), width=1.5),
        Column(say(N_("Status")), width=1.9),
    )
    cells = tuple(_short_row(dossier, row, edition) for row in rows[:FIRST])
    more = say(N_("and {n} more"), n=say.number(len(rows) - FIRST))
    note = [Paragraph(more, "note")] if len(rows) > FIRST else []
    return [Table(say(N_("Decisions")), columns, cells), *note]


def _short_row(dossier: Dossier, row: Decision, edition: Edition) -> tuple[str, ...]:
    state = wording.decision_state(dossier, row, edition.say)
    return row.name, _brief(dossier, row, edition), edition.responsible(row) or DASH, day_text(row.due), state


def texts_of(dossier: Dossier, decision: Decision) -> list[str]:
    """The text of a decision and, if it is late, its last note."""
    note = decision.note if decision.late(dossier.as_of) else None
    return [text for text in (decision.text, note) if text]


def _brief(dossier: Dossier, decision: Decision, edition: Edition) -> str:
    """The text and the note on a line each: those that the user made would make a tall row."""
    texts = (" ".join(edition.visible(dossier, text).split()) for text in texts_of(dossier, decision))
    return "\n".join(shortened(text, BRIEF) for text in texts)


def _open(dossier: Dossier) -> list[Decision]:
    return [decision for decision in dossier.carried if decision.open]


def in_full(dossier: Dossier, edition: Edition) -> list[Block]:
    """Every decision with its reason, its resource, who is responsible, and its follow-up. The heading comes first."""
    say = edition.say
    blocks: list[Block] = [Heading(say(N_("Decisions")), 2)]
    if dossier.decisions:
        blocks.append(_table(dossier, dossier.decisions, edition, say(N_("Decisions of this review"))))
    else:
        blocks.append(Paragraph(say(N_("No decision has been made.")), "note"))
    if dossier.carried:
        blocks.append(_table(dossier, dossier.carried, edition, say(N_("Decisions of earlier reviews"))))
    return blocks


def _table(dossier: Dossier, decisions: Sequence[Decision], edition: Edition, caption: str) -> Table:
    say = edition.say
    columns = (
        Column(say(N_("No.")), width=0.9),
        Column(say(N_("Decision")), width=4.6),
        Column(say(N_("Review point")), width=2.5),
        Column(say(N_("Responsible")), width=2.5),
        Column(say(N_("To be done by")), width=1.4),
        Column(say(N_("Status")), width=2.2),
    )
    return Table(caption, columns, tuple(_row(dossier, decision, edition) for decision in decisions))


def _row(dossier: Dossier, decision: Decision, edition: Edition) -> tuple[str, ...]:
    return (
        decision.name,
        _decision(dossier, decision, edition),
        reason(dossier, decision, edition.say),
        edition.responsible(decision) or DASH,
        day_text(decision.due),
        _status(dossier, decision, edition),
    )


def _decision(dossier: Dossier, decision: Decision, edition: Edition) -> str:
    """The text of a decision, with its reason and its resource on a line each."""
    below = ((N_("Reason"), decision.why), (N_("Resource"), decision.resource))
    lines = (f"{edition.say(name)}: {edition.visible(dossier, text)}" for name, text in below if text)
    return "\n".join((edition.visible(dossier, decision.text), *lines))


def reason(dossier: Dossier, decision: Decision, say: Language) -> str:
    """The point that a decision is about, or a dash."""
    answer = dossier.answer(decision.point) if decision.point else None
    return phrases.label(answer.point, say) if answer else DASH


def _status(dossier: Dossier, decision: Decision, edition: Edition) -> str:
    """The state of a decision, the report that follows it up, and the last note, a line each."""
    say = edition.say
    report = say(N_("followed up in {report}"), report=decision.follow_up) if decision.follow_up else ""
    note = edition.visible(dossier, decision.note or "")
    return "\n".join(text for text in (wording.decision_state(dossier, decision, say), report, note) if text)
