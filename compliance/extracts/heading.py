"""The relation of the outlooks: where the figure of every point of each organisation is heading."""

from typing import Any, Final

import pyarrow as pa

from compliance.counting.assessing import Coverage, basis_on
from compliance.counting.outlook import outlooks
from compliance.counting.relations import Inputs, schema
from compliance.declarations.queries import statement
from compliance.review import dossier
from compliance.store.database import Cursor, rows

LOOKED_AHEAD: Final = schema(
    as_of=pa.date32(),
    **dict.fromkeys(("organisation", "point_id"), pa.string()),
    point=pa.int64(),
    **dict.fromkeys(("if_nothing_is_done", "pace", "at_most"), pa.float64()),
    reached=pa.string(),
    **dict.fromkeys(("enough_items", "enough_units"), pa.int64()),
    **dict.fromkeys(("pace_from", "pace_to"), pa.date32()),
)


def looked_ahead(cursor: Cursor, inputs: Inputs) -> pa.Table:
    """The outlook of every point and organisation; a sum of units of few persons only for whoever may not see them."""
    reviewed = _reviewed(cursor, inputs)
    moment: Any = {"as_of": inputs.as_of, "known_at": inputs.known_at}
    found = outlooks(cursor, inputs.points, **moment, persons=inputs.persons, reviewed=reviewed)
    rows_ = [
        {name: getattr(outlook, name) for name in LOOKED_AHEAD.names if hasattr(outlook, name)}
        | {"as_of": now.as_of, "organisation": now.organisation, "point_id": now.point.id, "point": now.point.number}
        | {"pace_from": outlook.before and outlook.before.as_of, "pace_to": outlook.latest and outlook.latest.as_of}
        for outlook in found
        if (now := outlook.now).point in inputs.wanted
    ]
    return pa.Table.from_pylist(rows_, schema=LOOKED_AHEAD)


def _reviewed(cursor: Cursor, inputs: Inputs) -> list[Coverage]:
    """The figures of the last approved review of each organisation, under its name of the day."""
    moment = {"as_of": inputs.as_of, "known_at": inputs.known_at}
    found: list[Coverage] = []
    for name in basis_on(cursor, days=[inputs.as_of], known_at=inputs.known_at).organisations:
        ids = rows(cursor, statement("organisation_ids"), {**moment, "organisation": name})
        for row in ids[:1]:
            earlier = dossier.comparison(cursor, row["organisation_id"], inputs.as_of)
            found += earlier.figures("organisation", name)
    return found
