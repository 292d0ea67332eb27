"""From figures to what a page says: its sentences, its texts and the inputs of its charts. No Streamlit here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from compliance.core.language import N_, Language
from compliance.counting.assessing import Coverage, Level
from compliance.counting.explaining import Place
from compliance.counting.extracts import FEW_PERSONS, INCIDENT_SOURCES, few_of
from compliance.counting.separated import BOM, joined
from compliance.declarations.points import Point
from compliance.store.database import Rows
from compliance.wording import phrases

OTHER_UNITS: Final = N_("Other units")


@dataclass(frozen=True)
class Scope:
    """What is looked at: an organisation, or a department or a unit of it."""

    organisation: str
    department: str | None = None
    unit: str | None = None

    @property
    def level(self) -> Level:
        """The level at which the scope is counted."""
        return "unit" if self.unit else "department" if self.department else "organisation"

    @property
    def below(self) -> Level:
        """The level of the parts that the scope is compared by."""
        return "unit" if self.department else "department"

    @property
    def place(self) -> Place:
        """The same for what counts items instead of figures."""
        return Place(self.organisation, self.department, self.unit)

    def holds(self, figure: Coverage) -> bool:
        """Whether a figure of the scope's level is its own."""
        return (
            figure.organisation == self.organisation
            and (self.department is None or figure.department == self.department)
            and (self.unit is None or figure.unit == self.unit)
        )

    def name(self, say: Language) -> str:
        """What a person calls it."""
        return self.unit or self.department or say(N_("The whole organisation"))


def scoped(figures: Iterable[Coverage], whole: Iterable[Coverage], scope: Scope) -> list[Coverage]:
    """The scope's figure for every point and day: `whole` is the organisation's, and says where there is a basis."""
    own = {(figure.point.id, figure.as_of): figure for figure in figures if scope.holds(figure)}
    return [
        own.get((top.point.id, top.as_of))
        or replace(top, department=scope.department, unit=scope.unit, met=0, unmet=0, unknown=0, pending=0, exempt=0)
        for top in whole
        if top.organisation == scope.organisation
    ]


def hidden(figure: Coverage) -> bool:
    """Whether a figure rests on so few persons that only the coordinator may see it (rulebook, section 5)."""
    part = figure.department is not None or figure.unit is not None
    return figure.point.persons and part and 0 < figure.of < FEW_PERSONS


def marked(figures: Iterable[Coverage]) -> list[Coverage]:
    """The figures of a level, those marked that only the coordinator may see."""
    figures = list(figures)
    wholes: dict[tuple[object, ...], list[Coverage]] = {}
    for figure in figures:
        above = (figure.organisation, figure.department if figure.unit else None)
        wholes.setdefault((figure.point.id, figure.as_of, *above), []).append(figure)
    few = {id(figure) for parts in wholes.values() for figure in few_of(parts, small=hidden, size=_persons)}
    return [replace(figure, few=True) if id(figure) in few else figure for figure in figures]


def _persons(figure: Coverage) -> int:
    return figure.of if figure.point.persons else 0


def unseen(figure: Coverage) -> Coverage:
    """A figure as its reader sees it: where it is marked, nothing is counted."""
    return replace(figure, met=0, unmet=0, unknown=0, pending=0, exempt=0) if figure.few else figure


def without_few(figures: Sequence[Coverage], say: Language, whole: Coverage | None = None) -> list[Coverage]:
    """Units of few persons added up as one; left out where even together they are too few.

    Of a `whole` also who belongs to no unit, where those are few: else whoever takes the units from it knows of them.
    """
    rest = _rest(whole, figures) if whole else []
    few = few_of([*figures, *rest], small=lambda figure: figure.few or hidden(figure), size=_persons)
    if not few:
        return list(figures)
    together = replace(
        few[0],
        department=None,
        unit=say(OTHER_UNITS),
        few=False,
        **{name: sum(getattr(figure, name) for figure in few) for name in phrases.OUTCOMES},
    )
    kept = [figure for figure in figures if figure not in few]
    return kept if hidden(together) else [*kept, together]


def _rest(whole: Coverage, parts: Sequence[Coverage]) -> list[Coverage]:
    """Who of a whole is in none of its parts, marked where they are few."""
    left = {name: getattr(whole, name) - sum(getattr(part, name) for part in parts) for name in phrases.OUTCOMES}
    rest = replace(whole, **left)
    return [replace(rest, few=rest.of < FEW_PERSONS)] if _persons(rest) else []


def for_others(point: Point, items: Rows) -> Rows:
    """The items as others than the coordinator may see them: no person, and no free text of an incident.

    The names of persons in other texts are left out by `cleaned`.
    """
    if point.persons:
        return []
    if not INCIDENT_SOURCES.isdisjoint(point.needs):
        return [row | {"label": row["item"], "detail": None} for row in items]
    return items


def cleaned(items: Rows, clean: Callable[[str], str]) -> Rows:
    """The items without the names of persons, which `clean` takes out of what somebody called them."""
    return [
        row | {name: clean(row[name]) for name in ("label", "detail") if row[name] and row[name] != row["item"]}
        for row in items
    ]


# --- The figures' exports ------------------------------------------------------------------------------------------


def last_day_of(imports: Rows, today: date) -> date:
    """The latest extract date of a staff list that is not after today, else of any export, else today."""
    live = [row for row in imports if row["revoked_at"] is None and row["extract_date"] <= today]
    staff = [row["extract_date"] for row in live if row["source"] == "staff"]
    return max(staff or [row["extract_date"] for row in live], default=today)


def swedish_csv(table: Sequence[Mapping[str, object]]) -> bytes:
    """What a table shows, as CSV for Swedish Excel; texts that look like formulas get an apostrophe."""
    rows: list[Iterable[object]] = [table[0].keys(), *(row.values() for row in table)] if table else []
    return BOM + joined(rows, separator=";").encode()
