"""The texts of what lapses month by month: the answer, the table and the lists. No Streamlit."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from compliance.access.scopes import Scope
from compliance.core.language import N_, Language
from compliance.counting.assessing import Coverage, Status
from compliance.counting.lapsing import Lapsing
from compliance.declarations.points import Point
from compliance.drawing.elements import Html
from compliance.drawing.lapsing import LapsingCell, LapsingRow
from compliance.store.database import Rows
from compliance.wording import phrases, reasons
from compliance.wording.tables import Column


@dataclass(frozen=True)
class Months:
    """What lapses in a scope: how many of each point in each month, and the points that cannot be told of, with why."""

    found: Lapsing
    as_of: date
    counted: Counter[tuple[int, date]]
    silent: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many items lapse in all."""
        return sum(self.counted.values())

    @property
    def by_month(self) -> Counter[date]:
        """How many items lapse in each month."""
        by_month: Counter[date] = Counter()
        for (_, month), n in self.counted.items():
            by_month[month] += n
        return by_month


@dataclass(frozen=True)
class Chosen:
    """What the address asks for: the items of a point, by its id, that lapse in a month, or those of all until then."""

    month: date
    point: str = ""

    def months(self, found: Lapsing) -> tuple[date, ...]:
        """The months whose items are asked for."""
        return (self.month,) if self.point else tuple(month for month in found.months if month <= self.month)


@dataclass(frozen=True)
class Ways:
    """The link to a point, and the address of the items of a cell."""

    point: Callable[[Point], Html]
    cell: Callable[[Point, date], str]


def chosen(found: Lapsing, lapses: str, point: Point | None) -> Chosen | None:
    """What an address with a month, YYYY-MM, asks for; None if the month is none of the table's."""
    month = next((month for month in found.months if f"{month:%Y-%m}" == lapses), None)
    return Chosen(month, point.id if point in found.points else "") if month else None


def why_silent(figure: Coverage, say: Language, *, past: bool, told: bool) -> str:
    """Why nothing is said to be ahead of a point; "" if it is.

    It is `past` if a later export is loaded, and not `told` of few persons.
    """
    if figure.few or figure.status is Status.NO_BASIS:
        return phrases.word(figure, say)
    if past:
        return say(N_("A later export is loaded"))
    return "" if told else say(phrases.FEW)


def answer(shown: Months, say: Language) -> str:
    """How many items lapse in a year, how many of them this year, and when most do; "" where it cannot be told."""
    if not shown.total:
        return _nothing(shown, say)
    year = shown.as_of.year
    soon = sum(n for month, n in shown.by_month.items() if month.year == year)
    month, most = max(shown.by_month.items(), key=lambda each: (each[1], -each[0].toordinal()))
    year_end = (
        say(N_(", **{n}** of them before the end of the year"), n=say.number(soon)) if soon and shown.total > 1 else ""
    )
    first = say.plural(
        "If nothing is done, **{n}** item stops being valid within twelve months{year_end}.",
        "If nothing is done, **{n}** items stop being valid within twelve months{year_end}.",
        shown.total,
        year_end=year_end,
    )
    if shown.total == 1:
        return first
    return f"{first} {say(N_('Most in {month}: **{n}**.'), month=say.date(month, form='MMMM y'), n=say.number(most))}"


def _nothing(shown: Months, say: Language) -> str:
    """That nothing lapses, as far as it can be told; "" where nothing can."""
    if not shown.silent:
        return say(N_("Nothing stops being valid in the next twelve months."))
    told = len(shown.silent) < len(shown.found.points)
    return say(N_("Nothing that has a figure stops being valid in the next twelve months.")) if told else ""


def month_head(month: date, say: Language) -> str:
    """The heading of a month: nov 2026."""
    return f"{say.short_month(month)} {month.year}"


def note(say: Language) -> str:
    """What the table counts."""
    return say(
        N_(
            "Counts what is valid on the as-of date and is not at the end of the month, if nothing is done. "
            "The stronger the blue, the more. A number leads to its items."
        )
    )


def table_rows(shown: Months, chosen: Chosen | None, ways: Ways, say: Language) -> list[LapsingRow]:
    """A row for each point that lasts."""
    return [_row(shown, point, chosen, ways, say=say) for point in shown.found.points]


def _row(shown: Months, point: Point, chosen: Chosen | None, ways: Ways, *, say: Language) -> LapsingRow:
    label, months = ways.point(point), shown.found.months
    numbers = [shown.counted[point.number, month] for month in months]
    cells = [
        LapsingCell(
            n,
            say.number(n),
            title=f"{phrases.label(point, say)}, {month_head(month, say)}",
            address=ways.cell(point, month),
            chosen=chosen == Chosen(month, point.id),
        )
        for month, n in zip(months, numbers, strict=True)
    ]
    return LapsingRow(label, cells, say.number(sum(numbers)), why=shown.silent.get(point.id, ""))


def sums(shown: Months, say: Language) -> LapsingRow:
    """What lapses of all points in each month."""
    by_month = shown.by_month
    cells = [LapsingCell(by_month[month], say.number(by_month[month])) for month in shown.found.months]
    return LapsingRow(Html(say(N_("All points"))), cells, say.number(shown.total))


def asked_points(shown: Months, asked: Chosen) -> list[Point]:
    """The points that are asked for, without those that nothing is said of."""
    points = [point for point in shown.found.points if asked.point in ("", point.id)]
    return [point for point in points if point.id not in shown.silent]


def title(shown: Months, asked: Chosen, say: Language) -> str:
    """What the list shows, and how many items."""
    points, months = asked_points(shown, asked), asked.months(shown.found)
    n = sum(shown.counted[point.number, month] for point in points for month in months)
    values = {"month": say.date(asked.month, form="MMMM y"), "n": say.number(n)}
    if asked.point:
        name = next(phrases.label(point, say) for point in shown.found.points if point.id == asked.point)
        return say(N_("{point}: {n} stop being valid in {month}"), point=name, **values)
    return say(N_("Stop being valid up to and including {month}: {n}"), **values)


def item_rows(shown: Months, items: Rows, say: Language) -> list[dict[str, object]]:
    """The items with the last day that they are valid, else the month, under translated headings."""
    points = {point.number: point for point in shown.found.points}
    return [
        {
            say(N_("Point")): phrases.label(points[row["point"]], say),
            say(N_("Unit")): row["unit"] or "",
            say(N_("Item")): _called(row, say),
            say(N_("Valid until")): row["due"].isoformat() if row["due"] else f"{row['month']:%Y-%m}",
        }
        for row in items
    ]


def _called(row: Mapping[str, Any], say: Language) -> str:
    name = reasons.item_name(str(row["item"]), say)
    return f"{row['label']} ({name})" if row["label"] and row["label"] != row["item"] else name


def parts(shown: Months, scope: Scope, asked: Chosen, point: Point) -> list[Coverage]:
    """How many items of a point lapse in each unit in what is asked for, as those that are met.

    Those of no unit are among them, but for persons, whom no rule of small numbers would hide.
    """
    months, by_unit = asked.months(shown.found), Counter[tuple[str, str | None, str]]()
    for row in shown.found.parts(scope):
        if row["point"] == point.number and row["month"] in months and (row["unit"] or not point.persons):
            by_unit[row["organisation"], row["department"], row["unit"]] += row["n"]
    return [Coverage(point, shown.as_of, *place, n, 0, 0, 0, 0, basis=True) for place, n in by_unit.items()]


# How many items of each unit lapse.
UNITS: Final[Sequence[Column[Coverage]]] = (
    Column(N_("Point"), lambda part, say: phrases.label(part.point, say)),
    Column(N_("Unit"), lambda part, _: part.unit or None, row_header=True),
    Column(N_("Number"), lambda part, _: part.met, numeric=True),
)
