"""The texts of decisions: the groups, and the table of follow-ups. No Streamlit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from compliance.core import clock
from compliance.core.language import N_, Language, begun
from compliance.drawing import charts
from compliance.review.deciding import CLOSED, FOLLOWED_UP, Decision
from compliance.review.wording import DECISION_STATUSES, FOLLOW_UPS
from compliance.store.database import Rows


def grouped(decisions: Sequence[Decision], day: date, say: Language) -> list[tuple[str, list[Decision]]]:
    """The open decisions in groups: late ones first, then by the report that follows them up."""
    left = sorted((d for d in decisions if d.open), key=lambda d: (d.due or date.max, d.year, d.number))
    groups = [(say(N_("Late")), [d for d in left if d.late(day)])]
    for name in FOLLOWED_UP:
        title = begun(say(N_("followed up in {report}"), report=say(FOLLOW_UPS[name])))
        # the title says in which report
        named = [replace(d, follow_up="") for d in left if d.follow_up == name and not d.late(day)]
        groups.append((title, named))
    groups.append((say(N_("Without follow-up")), [d for d in left if not d.follow_up and not d.late(day)]))
    return [(title, members) for title, members in groups if members]


def closed(decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions that are done or cancelled, the latest first."""
    return [d for d in reversed(decisions) if d.status in CLOSED]


def follow_up_table(history: Rows, say: Language) -> charts.Table:
    """The follow-ups of a decision, the latest first."""
    columns = [
        charts.Column(say(N_("When")), nowrap=True, row_header=True),
        charts.Column(say(N_("Status"))),
        charts.Column(say(N_("Comment"))),
    ]
    return columns, [
        [say.moment(clock.local(row["written_at"])), say(DECISION_STATUSES[row["status"]]), row["note"] or ""]
        for row in reversed(history)
    ]
