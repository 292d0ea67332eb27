"""The texts of the systems by department, unit or object leader: a row each, with what is missing. No Streamlit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from compliance.access.scopes import Scope
from compliance.core.language import N_, Language, folded
from compliance.counting.system_cards import is_gap
from compliance.drawing import charts
from compliance.screens.systems.texts import GAP_HEADS, shown_demands
from compliance.store.database import Rows
from compliance.wording import breaking
from compliance.wording.tables import Column, Table, table

# What systems are grouped by: the field of a row of the list.
Kind = Literal["department", "unit", "object_leader"]
ALL: Final = "all"
# In an address: the systems that belong to no group.
NONE: Final = "none"
HEADS: Final[Mapping[Kind, str]] = {
    "department": N_("Department"),
    "unit": N_("Unit"),
    "object_leader": N_("Object leader"),
}
WITHOUT: Final[Mapping[Kind, str]] = {
    "department": N_("No department"),
    "unit": N_("No unit"),
    "object_leader": N_("Without an object leader"),
}
TITLES: Final[Mapping[Kind, str]] = {
    "department": N_("Department by department"),
    "unit": N_("Unit by unit"),
    "object_leader": N_("Object leader"),
}


@dataclass(frozen=True)
class Group:
    """The systems of a department, a unit or an object leader; `name` is empty for those that have none."""

    kind: Kind
    name: str
    rows: Rows

    @property
    def id(self) -> str:
        """What names the group in an address, which is logged: never a person."""
        return sha256(folded(self.name).encode()).hexdigest()[:12] if self.name else NONE

    @property
    def with_gap(self) -> int:
        """How many of the systems have a gap."""
        return sum(row["gaps"] > 0 for row in self.rows)

    def title(self, say: Language) -> str:
        """The name of the group for display."""
        return self.name or say(WITHOUT[self.kind])


def kinds(rows: Rows, scope: Scope, *, named: bool) -> list[Kind]:
    """What the systems of a scope can be grouped by; by object leader only for who may see persons."""
    parts: list[Kind] = [] if scope.unit else ["unit"] if scope.department else ["department", "unit"]
    found = [kind for kind in parts if len(groups(rows, kind)) > 1][:1]
    if named and any(row["object_leader"] for row in rows):
        found.append("object_leader")
    return found


def groups(rows: Rows, kind: Kind) -> list[Group]:
    """The groups of a kind, those with most systems that have a gap first."""
    found: dict[str, Group] = {}
    for row in rows:
        name = (row[kind] or "").strip()
        found.setdefault(folded(name), Group(kind, name, [])).rows.append(row)
    gaps = {key: sum(row["gaps"] for row in group.rows) for key, group in found.items()}
    return [found[key] for key in sorted(found, key=lambda key: (-found[key].with_gap, -gaps[key], key))]


def chosen(params: Mapping[str, str], allowed: list[Kind], scope: Scope) -> str:
    """How the systems are shown: by one of `allowed`, or all. A department is shown with its systems."""
    by = params.get("by", "")
    if by in {*allowed, ALL}:
        return by
    listed = scope.department or any(params.get(name) for name in ("gap", "q", "part", "system"))
    return ALL if listed or not allowed or allowed == ["object_leader"] else allowed[0]


def group_table(shown: list[Group], rows: Rows, addresses: Callable[[Group], str], say: Language) -> Table:
    """A row a group: how many systems have a gap, and in how many each requirement is missing."""

    def gaps(demand: str) -> Column[Group]:
        heading = breaking.add_soft_hyphens(say(GAP_HEADS[demand]))
        return Column(heading, lambda group, _: sum(is_gap(row, demand) for row in group.rows), numeric=True)

    columns: list[Column[Group]] = [
        Column(
            HEADS[shown[0].kind],
            lambda group, say: charts.row_link(group.title(say), addresses(group)),
            row_header=True,
        ),
        Column(N_("With a gap"), lambda group, _: group.with_gap, numeric=True, strong=True),
        Column(N_("Systems"), lambda group, _: len(group.rows), numeric=True),
        *map(gaps, shown_demands(rows)),
    ]
    return table(columns, shown, say)
