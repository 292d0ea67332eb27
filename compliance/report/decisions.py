"""The decisions of a report: how each stands, on the second page in short and at the end in full."""

from collections.abc import Sequence
from typing import Final

from compliance.core.language import N_, Language
from compliance.core.lengths import shortened
from compliance.report.blocks import Block, Column, Heading, Paragraph, Table
from compliance.report.points import Reader, day_text
from compliance.review import wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier
from compliance.wording import phrases
from compliance.wording.phrases import DASH

# So many decisions are told in short, and so many letters of each.
FIRST: Final = 8
BRIEF: Final = 120


def in_short(dossier: Dossier, reader: Reader) -> list[Block]:
    """The decisions of this review and the open ones of earlier reviews, on a few lines."""
    say = reader.say
    made = [*dossier.decisions, *sorted(_open(dossier), key=lambda row: not row.late(dossier.as_of))]
    if not made:
        return [Paragraph(say(N_("No decisions have been made in this review.")), "note")]
    columns = (
        Column(say(N_("No.")), width=1.0),
        Column(say(N_("Decision")), width=6.2),
        Column(say(N_("Due")), width=1.4),
        Column(say(N_("Status")), width=2.0),
    )
    rows = tuple(
        (row.name, _brief(dossier, row, reader), day_text(row.due), wording.decision_state(dossier, row, say))
        for row in made[:FIRST]
    )
    more = say.plural("and {n} more, at the end", "and {n} more, at the end", len(made) - FIRST)
    left = [Paragraph(more, "note")] if len(made) > FIRST else []
    return [Table(say(N_("Decisions")), columns, rows), *left]


def texts_of(dossier: Dossier, decision: Decision) -> list[str]:
    """What is decided, and, if it is late, what was noted last."""
    note = decision.note if decision.late(dossier.as_of) else None
    return [text for text in (decision.text, note) if text]


def _brief(dossier: Dossier, decision: Decision, reader: Reader) -> str:
    """The same, a short line each."""
    return "\n".join(shortened(reader.told(dossier, text), BRIEF) for text in texts_of(dossier, decision))


def _open(dossier: Dossier) -> list[Decision]:
    return [decision for decision in dossier.carried if decision.open]


def in_full(dossier: Dossier, reader: Reader) -> list[Block]:
    """Every decision with its reason, what it takes, who answers for it, and how it has been followed up."""
    say = reader.say
    found: list[Block] = [Heading(say(N_("Decisions")), 2)]
    if dossier.decisions:
        found.append(_table(dossier, dossier.decisions, reader, say(N_("Decisions of this review"))))
    else:
        found.append(Paragraph(say(N_("No decisions have been made in this review.")), "note"))
    if dossier.carried:
        found.append(_table(dossier, dossier.carried, reader, say(N_("Decisions of earlier reviews"))))
    return found


def _table(dossier: Dossier, made: Sequence[Decision], reader: Reader, caption: str) -> Table:
    say, named = reader.say, not reader.public
    columns = (
        Column(say(N_("No.")), width=0.9),
        Column(say(N_("Decision")), width=3.9),
        Column(say(N_("Review point")), width=2.7),
        *((Column(say(N_("Responsible")), width=2.9),) if named else ()),
        Column(say(N_("Due")), width=1.4),
        Column(say(N_("Status")), width=2.6),
    )
    return Table(caption, columns, tuple(_row(dossier, decision, reader) for decision in made))


def _row(dossier: Dossier, decision: Decision, reader: Reader) -> tuple[str, ...]:
    named = not reader.public
    return (
        decision.name,
        _decision(dossier, decision, reader),
        reason(dossier, decision, reader.say),
        *((decision.responsible or DASH,) if named else ()),
        day_text(decision.due),
        _status(dossier, decision, reader),
    )


def _decision(dossier: Dossier, decision: Decision, reader: Reader) -> str:
    """What is decided, with what it takes on a line of its own."""
    text, resource = (reader.told(dossier, said) for said in (decision.text, decision.resource))
    told = reader.say(N_("Resource: {resource}"), resource=resource)
    return f"{text}\n{told}" if resource else text


def reason(dossier: Dossier, decision: Decision, say: Language) -> str:
    """The point that is the reason of a decision."""
    answer = dossier.answer(decision.point) if decision.point else None
    return phrases.label(answer.point, say) if answer else DASH


def _status(dossier: Dossier, decision: Decision, reader: Reader) -> str:
    """How it stands, in which report it is followed up, and what was noted there last, a line each."""
    say = reader.say
    report = say(N_("followed up in {report}"), report=decision.follow_up) if decision.follow_up else ""
    note = reader.told(dossier, decision.note or "")
    return "\n".join(text for text in (wording.decision_state(dossier, decision, say), report, note) if text)
