"""The relations of the year's plan: what is planned with its state, and the actions that are left by reports."""

from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa

from compliance.access.reader import EVERYTHING
from compliance.counting.assessing import basis_on
from compliance.counting.relations import Inputs, schema
from compliance.review import planning
from compliance.review.planning import Occasion
from compliance.store.database import Cursor

MOMENTS: Final = schema(
    **dict.fromkeys(("organisation", "point_id", "activity_id", "kind", "activity", "state"), pa.string()),
    point=pa.int64(),
    start=pa.date32(),
    due=pa.date32(),
    days_overdue=pa.int64(),
    mandatory=pa.bool_(),
    earlier=pa.bool_(),
)
ACTIONS: Final = schema(
    **dict.fromkeys(("organisation", "department", "unit", "source", "key", "subject", "text", "report"), pa.string()),
    due=pa.date32(),
    done=pa.date32(),
    responsible=pa.string(),
    state=pa.string(),
)


def year_wheel(cursor: Cursor, inputs: Inputs) -> pa.Table:
    """What is planned for the year of the day, and what is overdue of earlier years, in every organisation.

    A report of the year is named by its id, which is translated; an activity by what its export says.
    """
    found = [row for name in _organisations(cursor, inputs) for row in _moments(cursor, inputs, name)]
    return pa.Table.from_pylist(found, schema=MOMENTS)


def _moments(cursor: Cursor, inputs: Inputs, organisation: str) -> Iterator[dict[str, Any]]:
    declared = planning.load_wheel(inputs.own)
    whose: dict[str, Any] = {"organisation": organisation, "as_of": inputs.as_of, "known_at": inputs.known_at}
    plan = planning.plan(cursor, declared, **whose, reader=EVERYTHING)
    review = planning.review_of_year(cursor, declared, **whose)
    for moment in (*plan.moments, *([review] if review else []), *plan.earlier):
        yield {"organisation": organisation, "earlier": moment in plan.earlier} | _row(moment, inputs)


def _row(moment: Occasion, inputs: Inputs) -> dict[str, Any]:
    own = {name: getattr(moment, name) for name in ("kind", "state", "point", "start", "due", "mandatory")}
    return own | {
        "activity_id": moment.id,
        "activity": moment.id if moment.ring == "reports" else moment.title["en"],
        "point_id": next((point.id for point in inputs.points if point.number == moment.point), None),
        "days_overdue": moment.days_late(inputs.as_of) or None,
    }


def actions(cursor: Cursor, inputs: Inputs) -> pa.Table:
    """The actions after classifications, recommendations and deviations, with their state, in every organisation."""
    declared = planning.load_wheel(inputs.own)
    names = _organisations(cursor, inputs)
    moment: dict[str, Any] = {"as_of": inputs.as_of, "known_at": inputs.known_at}
    rows = [planning.action_rows(cursor, declared, organisation=name, **moment) for name in names]
    return pa.Table.from_pylist([row for each in rows for row in each], schema=ACTIONS)


def _organisations(cursor: Cursor, inputs: Inputs) -> tuple[str, ...]:
    return basis_on(cursor, days=[inputs.as_of], known_at=inputs.known_at).organisations
