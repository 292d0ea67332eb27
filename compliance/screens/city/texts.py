"""The texts of the city: who is behind, the table of organisations and points, the lines of a year. No Streamlit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from compliance.core.language import MINUS, N_, NBSP, Language, swedish_order
from compliance.core.remembering import cached_property
from compliance.counting.assessing import Basis, Coverage, Status
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.drawing.city import Multiple
from compliance.wording import breaking, phrases, trends

# How many letters the names of a sentence have, beyond its first.
LETTERS: Final = 60
# So many organisations have room side by side: the points then stand below each other with their names.
MOST_ACROSS: Final = 8
# The address of the overview of an organisation, or of a point of it.
Way = Callable[[str, Point | None], str]
# A table and the names of its columns, the first of them apart.
Matrix = tuple[str, list[str], list[charts.HeatRow]]


@dataclass(frozen=True)
class Standing:
    """An organisation on a day: its figure in every point, and the age in days of its oldest export that counts."""

    organisation: str
    figures: tuple[Coverage, ...]
    age: int | None

    def figure(self, point: Point) -> Coverage | None:
        """Its figure in a point; None of one whose pack is off there."""
        return next((figure for figure in self.figures if figure.point.id == point.id), None)

    def having(self, *statuses: Status) -> int:
        """The number of points with one of these statuses; what is hidden has none."""
        return sum(figure.status in statuses and not figure.few for figure in self.figures)

    @cached_property
    def below(self) -> int:
        """The number of points below the limit."""
        return self.having(Status.RED)

    @property
    def reached(self) -> int:
        """The number of points that reach their target."""
        return self.having(Status.GREEN)

    @property
    def measured(self) -> int:
        """The number of points that can be measured."""
        return self.having(Status.GREEN, Status.YELLOW, Status.RED)

    @property
    def behind(self) -> tuple[object, ...]:
        """A sort key that puts first whoever is most behind."""
        lacking = self.having(Status.NO_BASIS)
        return (-self.below, -self.having(Status.YELLOW), -lacking, swedish_order(self.organisation))


def standings(figures: Sequence[Coverage], basis: Basis) -> list[Standing]:
    """The organisations of a day, those with most points below the limit first."""
    own: dict[str, list[Coverage]] = {}
    for figure in figures:
        own.setdefault(figure.organisation, []).append(figure)
    found = [Standing(name, tuple(every), _age(name, every, basis)) for name, every in own.items()]
    return sorted(found, key=lambda each: each.behind)


def _age(organisation: str, figures: Sequence[Coverage], basis: Basis) -> int | None:
    """The age of the oldest export that a figure of the organisation needs."""
    needed = {source for figure in figures if figure.basis for source in figure.point.needs}
    days = [row["extract_date"] for row in basis.of(organisation) if row["source"] in needed]
    return (figures[0].as_of - min(days)).days if days else None


# --- The answer -----------------------------------------------------------------------------------------------------


def sentences(every: Sequence[Standing], say: Language) -> list[str]:
    """The page's answer: how many organisations are behind, and which of them most."""
    behind = [each for each in every if each.below]
    if not any(each.measured for each in every):
        return [say(N_("No point can be measured."))]
    if not behind:
        return [say(N_("No organisation has a point below its limit."))]
    first = say.plural(
        "{count} of {of} organisations has points below the limit.",
        "{count} of {of} organisations have points below the limit.",
        len(behind),
        count=phrases.counted(len(behind), say),
        of=say.in_words(len(every)),
    )
    most = [each.organisation for each in behind if each.below == behind[0].below]
    second = say.plural(
        "{organisations} has most of them: {count}.",
        "{organisations} have most of them: {count} each.",
        len(most),
        organisations=_organisation_names(most, say),
        count=say.in_words(behind[0].below),
    )
    return [first, second]


def notes(every: Sequence[Standing], say: Language) -> str:
    """Which organisations have no export at all, and which has the oldest."""
    without = [each.organisation for each in every if each.age is None]
    said = [say(N_("No basis: {organisations}."), organisations=_organisation_names(without, say))] if without else []
    if most := max((each.age for each in every if each.age), default=0):
        names = [each.organisation for each in every if each.age == most]
        told = say.plural(
            "{organisations} has the oldest basis: {age}.",
            "{organisations} have the oldest basis: {age}.",
            len(names),
            organisations=_organisation_names(names, say),
            age=say.age(most),
        )
        said.append(told)
    return " ".join(said)


def _organisation_names(names: Sequence[str], say: Language) -> str:
    """The first of some organisations, and how many more there are."""
    shown = [name for place, name in enumerate(names) if not place or sum(map(len, names[: place + 1])) <= LETTERS]
    more = len(names) - len(shown)
    others = say.plural("{count} other", "{count} others", more, count=say.in_words(more))
    return phrases.listed([*map(breaking.add_soft_hyphens, shown), *([others] if more else [])], say)


# --- The table ------------------------------------------------------------------------------------------------------


def are_many(every: Sequence[Standing]) -> bool:
    """Whether there are too many organisations to stand side by side."""
    return len(every) > MOST_ACROSS


def matrix(every: Sequence[Standing], points: Sequence[Point], say: Language, way: Way) -> Matrix:
    """Every point of every organisation; then how many reach the target, and the age of the basis.

    Few organisations stand across, the points down by their names; many stand down, the points across by their numbers.
    """
    names = [_name(each, way) for each in every]
    if not are_many(every):
        rows = [_point_row(point, every, say, way) for point in points]
        return say(N_("Review point")), names, [*rows, *_fact_rows(every, say)]
    heads = [charts.short_head(str(point.number), say.plain(point.short)) for point in points]
    rows = [_row(each, name, points, say, way=way) for each, name in zip(every, names, strict=True)]
    return say(N_("Organisation")), [*heads, *(say(title) for title, _ in FACTS)], rows


def _name(standing: Standing, way: Way) -> str:
    name = standing.organisation
    return charts.anchor(breaking.add_soft_hyphens(name), way(name, None), title=name)


def _row(standing: Standing, name: str, points: Sequence[Point], say: Language, *, way: Way) -> charts.HeatRow:
    cells = [_cell(standing, point, say, way) for point in points]
    return charts.HeatRow(name, cells, [told(standing, say) for _, told in FACTS])


def _point_row(point: Point, every: Sequence[Standing], say: Language, way: Way) -> charts.HeatRow:
    cells = [_cell(each, point, say, way) for each in every]
    return charts.HeatRow(breaking.label(point, say), cells)


def _fact_rows(every: Sequence[Standing], say: Language) -> list[charts.HeatRow]:
    return [charts.HeatRow(say(title), [], [told(each, say) for each in every]) for title, told in FACTS]


def _reached(standing: Standing, say: Language) -> str:
    if not standing.measured:
        return phrases.DASH
    return say(N_("{n} of {of}"), n=say.number(standing.reached), of=say.number(standing.measured))


def _age_text(standing: Standing, say: Language) -> str:
    return phrases.DASH if standing.age is None else say.age(standing.age)


# What is told of an organisation beside its figures.
FACTS: Final = ((N_("At target"), _reached), (N_("Oldest basis"), _age_text))


def _cell(standing: Standing, point: Point, say: Language, way: Way) -> charts.HeatCell:
    figure = standing.figure(point)
    if figure is None:
        return charts.HeatCell(Status.NOTHING_TO_ASSESS, "", say(phrases.OFF))
    text = f"{figure.organisation}: {phrases.sentence(figure, None, say)}"
    address = way(standing.organisation, point)
    return charts.HeatCell(figure.status, phrases.whole_percent(figure, say), phrases.word(figure, say), text, address)


def key(points: Sequence[Point], say: Language) -> str:
    """What the numbers of the columns stand for."""
    return " · ".join(f"{point.number}{NBSP}{say.plain(point.short)}" for point in points)


def without_few(table: pa.Table, every: Sequence[Standing]) -> pa.Table:
    """The rows of an extract without the figures of organisations that the page hides."""
    few = {(each.organisation, figure.point.id) for each in every for figure in each.figures if figure.few}
    places = table.select(["organisation", "id"]).to_pylist()
    return table.filter(pa.array([(row["organisation"], row["id"]) not in few for row in places], pa.bool_()))


# --- The year -------------------------------------------------------------------------------------------------------


def of_all_points(months: Sequence[Standing], say: Language, address: str) -> Multiple:
    """How many of the measurable points of an organisation reach their target, month by month."""
    now, measured = months[-1], [month for month in months if month.measured]
    more = now.reached - measured[0].reached if now.measured else 0
    sign = "+" if more > 0 else MINUS
    return Multiple(
        charts.anchor(now.organisation, address, title=now.organisation),
        [month.reached / month.measured if month.measured else None for month in months],
        _reached(now, say),
        f"{sign}{abs(more)}" if more else "",
        _alt(measured, say),
    )


def _alt(measured: Sequence[Standing], say: Language) -> str:
    if not measured:
        return ""
    text = N_("From {first} points on {first_day} to {last} on {last_day}.")
    first, last = measured[0], measured[-1]
    days = {"first_day": say.date(first.figures[0].as_of), "last_day": say.date(last.figures[0].as_of)}
    return say(text, first=_reached(first, say), last=_reached(last, say), **days)


def of_point(months: Sequence[Coverage], say: Language, address: str) -> Multiple:
    """The coverage of a point in an organisation, month by month."""
    now = months[-1]
    measured = [month for month in months if month.coverage is not None]
    change = say.change(phrases.change(now, measured[0])) if len(measured) > 1 else ""
    return Multiple(
        charts.anchor(now.organisation, address, title=now.organisation),
        [month.coverage for month in months],
        phrases.percent(now, say) if now.coverage is not None else phrases.word(now, say),
        change,
        trends.trend_alt(months, say),
    )
