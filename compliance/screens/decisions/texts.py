"""What the page of decisions says: a row a decision, the groups, and how each was followed up."""

from collections.abc import Sequence
from datetime import date

from compliance.core import clock
from compliance.core.language import N_, Language
from compliance.drawing import charts
from compliance.review.deciding import CLOSED, FOLLOWED_UP, Decision
from compliance.review.wording import DECISION_STATUSES, FOLLOW_UPS
from compliance.store.database import Rows


def grouped(found: Sequence[Decision], day: date, say: Language) -> list[tuple[str, list[Decision]]]:
    """The open decisions: the late ones first, then by the report that follows them up."""
    left = sorted((d for d in found if d.open), key=lambda d: (d.due or date.max, d.year, d.number))
    groups = [(say(N_("Late")), [d for d in left if d.late(day)])]
    for name in FOLLOWED_UP:
        title = say(N_("Followed up in: {report}"), report=say(FOLLOW_UPS[name]))
        groups.append((title, [d for d in left if d.follow_up == name and not d.late(day)]))
    groups.append((say(N_("Without follow-up")), [d for d in left if not d.follow_up and not d.late(day)]))
    return [(title, decisions) for title, decisions in groups if decisions]


def closed(found: Sequence[Decision]) -> list[Decision]:
    """The decisions that are done or cancelled, the latest first."""
    return [d for d in reversed(found) if d.status in CLOSED]


def follow_up_table(found: Rows, say: Language) -> charts.Table:
    """How a decision has been followed up, the latest first."""
    columns = [
        charts.Column(say(N_("When")), nowrap=True, row_header=True),
        charts.Column(say(N_("Status"))),
        charts.Column(say(N_("Comment"))),
    ]
    return columns, [
        [say.moment(clock.local(row["written_at"])), say(DECISION_STATUSES[row["status"]]), row["note"] or ""]
        for row in reversed(found)
    ]
