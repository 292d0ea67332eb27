"""Nobody who may not see persons can compute a figure of fewer than five of them from all that the product shows.

The attacker here shares nothing with the rules in `compliance.access.disclosure`: it writes down each figure that is
shown on any day as a sum of units, and asks by Gaussian elimination which other sums follow from them. A unit whose
figure is the same on two days is the same unknown on both.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest

from compliance.access.disclosure import Arrivals, Day, Plans, Years, side_by_side
from compliance.access.scopes import Scope
from compliance.counting import assessing, explaining, incidents, relations, training
from compliance.counting.assessing import LEVELS, Coverage
from compliance.counting.explaining import Moment, explain
from compliance.counting.figures import load_figures
from compliance.counting.outlook import expected_on, told_ahead
from compliance.declarations.points import Point
from compliance.digest import last
from compliance.digest.digest import DAYS_AHEAD
from compliance.extracts.extracting import extract
from compliance.loading.loading import Order
from compliance.review.dossier import Dossier, few_added_up
from compliance.screens import reads
from compliance.screens.caching import Data
from compliance.screens.digest import material
from compliance.screens.views import View
from compliance.store import stores
from compliance.store.database import EVERYTHING_KNOWN, Cursor
from compliance.store.file import FileDatabase
from tests.apps import DAY as SAMPLED
from tests.line import POINTS
from tests.readers import THEIRS, asked_once, hidden_from
from tests.reviewed import Reviewed

COURSES = tuple(point for point in POINTS if point.persons)
FIGURES = load_figures(None)
LAST = date(2026, 11, 1)
ARRIVED = date(2026, 6, 1), date(2026, 10, 5), date(2026, 10, 6)
BETWEEN = date(2026, 7, 17)
FEW = 5
OTHERS = "Övriga enheter"
Unit = str | None
Place = tuple[str | None, Unit]


@dataclass
class Told:
    """What is told of the persons of an organisation on a day in a course: sums of units, whose numbers are known."""

    units: dict[Unit, Coverage]
    sums: set[frozenset[Unit]] = field(default_factory=set)

    def within(self, department: str | None = None, unit: Unit = None) -> frozenset[Unit]:
        """The units of a place."""
        return frozenset(
            name
            for name, figure in self.units.items()
            if department in (None, figure.department) and unit in (None, name)
        )

    def tell(self, units: Iterable[Unit], figure: Coverage | None) -> None:
        """A figure is shown, and is the sum of some units."""
        units = frozenset(units)
        if figure is not None:
            assert not figure.few
            for name in ("met", "unmet"):
                assert getattr(figure, name) == sum(getattr(self.units[unit], name) for unit in units)
        self.sums.add(units)

    def tell_parts(self, parts: Iterable[Coverage], scope: Scope) -> None:
        """Parts are shown side by side, the others of the scope as a sum or not at all."""
        left = set(self.within(scope.department, scope.unit))
        sums = []
        for part in parts:
            if OTHERS in (part.unit, part.department) or part.unit == "":
                sums.append(part)
            elif not part.few:
                own = self.within(part.department, part.unit)
                self.tell(own, part)
                left -= own
        for part in sums:
            self.tell(self.summed(left, part), part)

    def summed(self, left: set[Unit], figure: Coverage) -> set[Unit]:
        """What a sum is of: all units that are left, or only those of the departments that are left."""
        for name in assessing.OUTCOMES:
            if getattr(figure, name) != sum(getattr(self.units[unit], name) for unit in left):
                return {unit for unit in left if self.units[unit].department}
        return left


Everything = dict[tuple[date, str], Told]


def truth(cursor: Cursor, organisation: str, days: list[date]) -> Everything:
    """The figures of all units as the coordinator sees them; those of no unit are one more."""
    kwargs: Any = {"days": days, "known_at": EVERYTHING_KNOWN}
    units = assessing.coverage(cursor, COURSES, level="unit", **kwargs)
    return {
        (day, point.id): Told(
            {f.unit: f for f in units if (f.organisation, f.as_of, f.point) == (organisation, day, point)}
        )
        for day in days
        for point in COURSES
    }


# --- All that is shown ------------------------------------------------------------------------------------------------


def scopes(told: Told, organisation: str) -> list[Scope]:
    """The organisation, its departments, and its two smallest units; what is shown of every unit is told elsewhere."""
    departments = {figure.department for figure in told.units.values() if figure.department}
    smallest = sorted(told.units.items(), key=lambda item: (item[1].of, str(item[0])))[:2]
    units = [Scope(organisation, figure.department, name) for name, figure in smallest]
    return [Scope(organisation), *(Scope(organisation, name) for name in sorted(departments)), *units]


def tell_figures(cursor: Cursor, every: Everything, organisation: str, days: list[date]) -> None:
    """Overview, heat table, trend and the lists of units: one day alone, and several days together."""
    for told_days in [[day] for day in days] + [days] * (len(days) > 1):
        plans = assessing.plans(cursor, POINTS, days=told_days, known_at=EVERYTHING_KNOWN)
        for level in LEVELS:
            counted = assessing.coverage(cursor, COURSES, days=told_days, known_at=EVERYTHING_KNOWN, level=level)
            own = [figure for figure in counted if figure.organisation == organisation]
            for figure in THEIRS.figures(own, plans):
                if not figure.few:
                    told = every[figure.as_of, figure.point.id]
                    told.tell(told.within(figure.department, figure.unit), figure)
            if level != "organisation" and len(told_days) == 1:
                _tell_lists(every, own, plans, organisation)


def _tell_lists(every: Everything, own: list[Coverage], plans: Any, organisation: str) -> None:
    for point in COURSES:
        of_point = [figure for figure in own if figure.point == point]
        if of_point:
            told = every[of_point[0].as_of, point.id]
            for scope in scopes(told, organisation):
                told.tell_parts(THEIRS.added_up(of_point, scope, plans), scope)


def tell_training(cursor: Cursor, every: Everything, organisation: str, day: date) -> None:
    """The page of training, for every scope."""
    rules = training.rules(POINTS, FIGURES, day)
    plans = hidden_from(cursor, THEIRS, day)
    for scope in scopes(every[day, COURSES[0].id], organisation):
        kwargs: Any = {"place": scope, "as_of": day, "known_at": EVERYTHING_KNOWN, "reader": THEIRS}
        shown = training.training(cursor, rules, **kwargs, plans=plans)
        for place, point in enumerate(COURSES):
            told = every[day, point.id]
            if shown.few:
                assert not shown.parts
                assert not shown.months
                assert not shown.whole.n.persons
                continue
            told.tell(told.within(scope.department, scope.unit), shown.whole.courses[place])
            told.tell_parts((part.courses[place] for part in shown.parts), scope)
            if shown.whole.n.without_department:
                told.tell((unit for unit, figure in told.units.items() if not figure.department), None)
        assert scope.level == "organisation" or not shown.whole.n.management_in_both


def tell_extract(cursor: Cursor, every: Everything, organisation: str, day: date) -> None:
    """The extract of the coverage: other units are a row for each department, and one for the rest of the whole."""
    kwargs: Any = {"points": POINTS, "as_of": day, "known_at": EVERYTHING_KNOWN, "reader": THEIRS}
    table = extract(cursor, "coverage", organisation=organisation, **kwargs).table.to_pylist()
    for point in COURSES:
        told, rows = every[day, point.id], [row for row in table if row["id"] == point.id]
        single = {row["unit"] for row in rows if row["level"] == "unit"}
        shown = {row["department"] for row in rows if row["level"] == "department"}
        for row in rows:
            units = told.within(row["department"], row["unit"])
            if row["level"] == "other_units":
                homes = (
                    {row["department"]} if row["department"] else {f.department for f in told.units.values()} - shown
                )
                units = frozenset(u for u, f in told.units.items() if u not in single and f.department in homes)
            assert sum(told.units[unit].met for unit in units) == row["met"]
            told.tell(units, None)


def tell_review(document: Dossier, every: Everything, organisation: str) -> None:
    """Meeting, handout, slides and reports, which are made of the review with small parts added up."""
    for answer in few_added_up(document, OTHERS).points:
        if answer.point.persons:
            told = every[document.as_of, answer.point.id]
            for parts in (answer.departments, answer.units):
                told.tell_parts(map(answer.figure, parts), Scope(organisation))
            assert answer.heading.enough_units == answer.heading.shown_units


def tell_incidents(cursor: Cursor, every: Everything, organisation: str, day: date) -> None:
    """The number of employed persons of a part, which covers those who are exempt too."""
    plans = hidden_from(cursor, THEIRS, day)
    for scope in scopes(every[day, COURSES[0].id], organisation):
        kwargs: Any = {"as_of": day, "known_at": EVERYTHING_KNOWN, "window_months": 6, "reader": THEIRS}
        year = incidents.incidents(cursor, POINTS, place=scope, **kwargs, plans=plans)
        for told in (every[day, point.id] for point in COURSES):
            # the names of hidden units are not there
            for unit in year.units:
                if unit.unit:
                    told.tell({unit.unit}, None)
            for rate in year.rates:
                if rate.part and scope.level == "organisation":
                    told.tell(told.within(rate.part), None)


def tell_changes(cursor: Cursor, every: Everything, organisation: str, days: list[date]) -> None:
    """Why a figure changed, for every scope: both figures, and no cause that concerns few persons of a part."""
    for point in COURSES:
        for scope in scopes(every[days[-1], point.id], organisation)[1:]:
            first, last = map(Moment, (days[0], days[-1]))
            shown = explain(cursor, point, first, last, place=scope, reader=THEIRS, points=POINTS)
            assert all(len(part.changes) >= FEW for part in shown.parts)
            for figure in (shown.before, shown.after):
                told = every[figure.as_of, point.id]
                units = told.within(scope.department, scope.unit)
                if not figure.few and sum(told.units[unit].of for unit in units) == figure.of:
                    told.tell(units, None)


def tell_outlook(cursor: Cursor, every: Everything, organisation: str, day: date) -> None:
    """What the figure of each part becomes at the end of the year if nothing is done."""
    expected = expected_on(cursor, COURSES, as_of=day, known_at=EVERYTHING_KNOWN)
    hidden = assessing.years(cursor, COURSES, days=[day], known_at=EVERYTHING_KNOWN).hidden
    for point in COURSES:
        units = [each.then for each in expected["unit"] if each.then.point == point]
        told = Told({then.unit: then for then in units if then.organisation == organisation})
        every[day.replace(month=12, day=31), point.id] = told
        for then in (each.then for level in LEVELS for each in told_ahead(expected, level, hidden)):
            if (then.organisation, then.point) == (organisation, point):
                told.tell(told.within(then.department, then.unit), then)


def tell_digest(cursor: Cursor, every: Everything, organisation: str, day: date) -> None:
    """The digest of every scope: the figures of both its days, its causes, and how many courses lapse soon."""
    data = reads.data(stores.own())
    since = material.material_of(View(THEIRS, data, False, day, Scope(organisation))).since
    for place, told in truth(cursor, organisation, [since]).items():
        every.setdefault(place, told)
    soon = day + timedelta(DAYS_AHEAD)
    for scope in scopes(every[day, COURSES[0].id], organisation):
        made = material.material_of(View(THEIRS, data, False, day, scope))
        for point, lapse in made.lapsing:
            if point.persons and lapse is not None:
                told = every.setdefault((soon, point.id), _lapsed(every[day, point.id], data, day, point))
                told.tell(told.within(scope.department, scope.unit), None)
        for each in (each for each in made.explanations if each.after.point.persons):
            if scope.level != "organisation":
                assert all(len(part.changes) >= FEW for part in each.parts)
            if not (each.before.few or each.after.few):
                for figure in (each.before, each.after):
                    told = every[figure.as_of, figure.point.id]
                    told.tell(told.within(scope.department, scope.unit), figure)


def _lapsed(told: Told, data: Data, day: date, point: Point) -> Told:
    """What is true of the units once what lapses soon has lapsed."""
    found, lapsed = reads.lapses(data, day), Counter[tuple[str, Unit]]()
    for row in found.table.to_pylist():
        if row["point"] == point.number and (row["due"] or row["month"]) <= day + timedelta(DAYS_AHEAD):
            lapsed[row["organisation"], row["unit"]] += 1
    units = {}
    for unit, figure in told.units.items():
        n = lapsed[figure.organisation, unit]
        units[unit] = replace(figure, met=figure.met - n, unmet=figure.unmet + n)
    return Told(units)


# --- The attack -------------------------------------------------------------------------------------------------------


def reduced(rows: Iterable[dict[Any, Fraction]]) -> list[tuple[Any, dict[Any, Fraction]]]:
    """The rows in echelon form, each with the unit that it is solved for."""
    solved: list[tuple[Any, dict[Any, Fraction]]] = []
    for row in rows:
        if left := remainder(row, solved):
            pivot = next(iter(left))
            solved.append((pivot, {unit: value / left[pivot] for unit, value in left.items()}))
    return solved


def remainder(row: dict[Any, Fraction], solved: Iterable[tuple[Any, dict[Any, Fraction]]]) -> dict[Any, Fraction]:
    """What is left of a sum after all that is known has been subtracted; nothing if it follows from what is known."""
    left = dict(row)
    for pivot, known in solved:
        if factor := left.get(pivot):
            for unit, value in known.items():
                left[unit] = left.get(unit, Fraction()) - factor * value
    return {unit: value for unit, value in left.items() if value}


def unknowns(told: Told, units: Iterable[Unit]) -> dict[Any, Fraction]:
    """A sum of units as an equation: each unit that has persons with what it is counted to, by which it is known."""
    counted = ((unit, told.units[unit]) for unit in sorted(units, key=str))
    return {(unit, *vars_of(figure)): Fraction(1) for unit, figure in counted if figure.of or figure.exempt}


def vars_of(figure: Coverage) -> tuple[int, ...]:
    """What a unit is counted to."""
    return tuple(getattr(figure, name) for name in assessing.OUTCOMES)


def revealed(days: Iterable[Told]) -> Iterator[tuple[frozenset[Unit], int]]:
    """The groups of fewer than five persons whose figure on a day follows from all that is told of all days.

    The organisation itself is none of them.
    """
    days = list(days)
    solved = reduced(unknowns(told, units) for told in days for units in told.sums)
    for told in days:
        sizes = {unit: figure.of for unit, figure in told.units.items() if 0 < figure.of < FEW}
        whole = {unit for unit, figure in told.units.items() if figure.of}
        for number in range(1, FEW):
            for group in combinations(sorted(sizes, key=str), number):
                size = sum(sizes[unit] for unit in group)
                if size < FEW and {*group} != whole and not remainder(unknowns(told, group), solved):
                    yield frozenset(group), size


def attack(every: Everything) -> None:
    for point in COURSES:
        days = {day: told for (day, id_), told in every.items() if id_ == point.id}
        sizes = {day: {u: f.of for u, f in told.units.items()} for day, told in days.items()}
        assert list(revealed(days.values())) == [], (point.id, sizes, {day: told.sums for day, told in days.items()})


def shown_all(cursor: Cursor, organisation: str, days: list[date], document: Dossier | None) -> Everything:
    """Everything that is told of an organisation on some days."""
    every = truth(cursor, organisation, days)
    tell_figures(cursor, every, organisation, days)
    for day in days[-2:]:
        tell_training(cursor, every, organisation, day)
        tell_extract(cursor, every, organisation, day)
        tell_incidents(cursor, every, organisation, day)
    tell_outlook(cursor, every, organisation, days[-1])
    for day in days[-2:]:
        tell_digest(cursor, every, organisation, day)
        last.make(stores.own(), organisation, as_of=day, order=Order("test"))
    if document:
        tell_changes(cursor, every, organisation, days)
        tell_review(document, every, organisation)
    return every


# --- Organisations by chance ------------------------------------------------------------------------------------------


Sizes = list[tuple[str, str, int]]


def organisation_of(random: Random) -> Sizes:
    """Units with their departments and sizes; many are small, and some belong to no department."""
    departments = random.choice((["Vård"], ["Vård", ""], ["Vård", "Skola"], ["Vård", "Skola", "Teknik", ""]))
    sizes = (0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 9, 12)
    return [
        (f"{department or 'Fri'}{number}", department, random.choice(sizes))
        for department in departments
        for number in range(random.randint(1, 4))
    ]


def later(units: Sizes, random: Random) -> Sizes:
    """The same units with other sizes, most of them as before. One that ends would be told by the whole less itself."""
    return [
        (unit, department, max(1, size + random.choice((0, 0, 0, -3, -1, 1, 4))) if size else 0)
        for unit, department, size in units
    ]


def load(line: Reviewed, name: str, units: Sizes, day: date) -> None:
    staff = ["AD-konto | Enhet | Avdelning | Anställningsdatum | Tjänstledig | Ledningsgrupp"]
    courses = ["AD-konto | Kurs | Kurskod | Status | Slutfört datum"]
    for unit, department, size in units:
        for number in range(size):
            # a person is the same on every day
            random = Random(f"{name} {unit} {number}")
            leave, manages = ("Ja" if random.random() < share else "Nej" for share in (0.1, 0.2))
            staff.append(f"{unit}{number} | {unit} | {department} | 2020-01-01 | {leave} | {manages}")
            for code in ("ISEC", "GDPR"):
                if random.random() < 0.6:
                    courses.append(f"{unit}{number} | {code} | {code} | Godkänd | 2026-01-01")
    fields: Any = {"organisation": name, "extract_date": day}
    line.load_table("\n".join(staff), source="staff", **fields)
    courses += [f"ingen | {code} | {code} | Godkänd | 2026-01-01" for code in ("ISEC", "GDPR")]
    line.load_table("\n".join(courses), source="training", **fields)
    cases = f"Ärende-ID | Upptäcktes | Enhet\n{name} {day} | 2026-05-01 10:00 | Vård0"
    line.load_table(cases, source="incidents", **fields)


def counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets figures, and what is hidden, be counted once, before they are shown to anybody."""
    known: dict[str, Any] = {}
    asked = {assessing: ("coverage", "plans", "years"), relations: ("coverage", "plans")}
    for module, names in (asked | {explaining: ("plans", "years")}).items():
        for name in names:
            monkeypatch.setattr(module, name, asked_once(getattr(module, name), known))


@pytest.mark.live
def test_nothing_shown_on_two_days_reveals_a_figure_of_few_persons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of units of 8 and 9 the one of 8 is hidden beside one of 4; a day later it is of 16, and the other would be."""
    counted_once(monkeypatch)
    sizes = {"Vård1": 8, "Vård2": 4, "Vård3": 9, "Vård4": 40}
    first, second = ARRIVED[1:]
    with Reviewed(tmp_path).held() as line:
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        for day, changed in ((first, {}), (second, {"Vård1": 16})):
            load(line, "Förvaltningen", [(unit, "Vård", n) for unit, n in (sizes | changed).items()], day)
        with line.database.cursor() as cursor:
            every = shown_all(cursor, "Förvaltningen", [first, second], None)
    attack(every)
    # what need not be hidden is shown
    assert frozenset({"Vård4"}) in every[second, COURSES[0].id].sums


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(8))
def test_nothing_shown_reveals_a_figure_of_few_persons(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two organisations in one database, with exports of other sizes on some days of a year, and one with a review."""
    random = Random(seed)
    with Reviewed(tmp_path).held() as line:
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        for number in range(2):
            units = organisation_of(random)
            for day in ARRIVED:
                load(line, f"Förvaltning {number}", units, day)
                units = later(units, random)
        review = line.open(as_of=ARRIVED[-1], organisation="Förvaltning 0")
        document = line.document(review)
        counted_once(monkeypatch)
        with line.database.cursor() as cursor:
            for number in range(2):
                name = f"Förvaltning {number}"
                attack(shown_all(cursor, name, [BETWEEN, *ARRIVED], None if number else document))


@pytest.mark.exhaustive
def test_nothing_shown_of_the_samples_reveals_a_figure_of_few_persons(
    sample_database: FileDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted_once(monkeypatch)
    with sample_database.cursor() as cursor:
        (organisation, *_) = assessing.basis_on(cursor, days=[SAMPLED], known_at=EVERYTHING_KNOWN).organisations
        every = truth(cursor, organisation, [SAMPLED])
        tell_figures(cursor, every, organisation, [SAMPLED])
        tell_extract(cursor, every, organisation, SAMPLED)
        tell_training(cursor, every, organisation, SAMPLED)
    attack(every)
    told = every[SAMPLED, COURSES[0].id]
    # what need not be hidden is shown
    assert sum(len(units) == 1 for units in told.sums) >= len(told.units) // 2


def part_of(department: str | None, unit: Unit, persons: int) -> Coverage:
    """The figure of a part of an organisation, of which all are met."""
    return Coverage(COURSES[0], LAST, "F", department, unit, persons, 0, 0, 0, 0, basis=True)


def years_of(*days: tuple[date, dict[str, int]], called: dict[date, str] | None = None) -> Years:
    """What is hidden throughout the years of days on which exports arrived, with the sizes of the units of Vård."""
    told = [Day(day, 1, (called or {}).get(day, "F"), arrived=True) for day, _ in days]
    units = [
        replace(part_of("Vård", unit, size), as_of=each.day, organisation=each.organisation)
        for each, (_, sizes) in zip(told, days, strict=True)
        for unit, size in sizes.items()
    ]
    whole = [replace(unit, department=None, unit=None) for unit in units]
    return Years(
        units, [replace(each, met=sum(u.met for u in units if u.as_of == each.as_of)) for each in whole], Arrivals(told)
    )


MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


def test_what_is_hidden_on_a_day_is_hidden_throughout_its_year() -> None:
    """Norr is few in March, and Söder is hidden beside it; in June both are many."""
    hidden = years_of((MARCH, {"Norr": 3, "Söder": 6, "Öst": 20}), (JUNE, {"Norr": 9, "Söder": 9, "Öst": 9})).hidden
    assert hidden("F", date(2026, 1, 15)).units == hidden("F", date(2026, 12, 31)).units == {"norr", "söder"}
    assert hidden("F", date(2025, 12, 31)).units == hidden("Another", MARCH).units == frozenset()


def test_until_the_first_export_of_a_year_that_of_the_year_before_counts() -> None:
    """In January 2027 the page still shows the export of March 2026; in June 2027 that of April."""
    april = date(2027, 4, 1)
    hidden = years_of((MARCH, {"Norr": 3, "Söder": 6, "Öst": 20}), (april, {"Norr": 9, "Söder": 9, "Öst": 2})).hidden
    assert hidden("F", date(2027, 1, 15)).units == {"norr", "söder", "öst"}
    assert hidden("F", date(2027, 6, 1)).units == {"norr", "öst"}


def test_an_organisation_with_another_name_hides_what_it_hid_before() -> None:
    hidden = years_of(
        (MARCH, {"Norr": 3, "Söder": 6, "Öst": 20}), (JUNE, {"Norr": 9, "Söder": 9, "Öst": 9}), called={JUNE: "G"}
    ).hidden
    assert hidden("G", JUNE).units == {"norr", "söder"}


def test_a_part_hidden_alone_has_another_beside_it() -> None:
    """Söder was hidden beside Norr, which has ended: of itself alone the whole less the others would tell it."""
    hidden = years_of(
        (MARCH, {"Norr": 3, "Söder": 6, "Öst": 20, "Väst": 40}), (JUNE, {"Söder": 6, "Öst": 20, "Väst": 40})
    )
    assert hidden.hidden("F", JUNE).units == {"norr", "söder", "öst"}


def test_an_organisation_of_few_persons_has_no_figure_beside_others_throughout_the_year() -> None:
    years = years_of((MARCH, {"Norr": 3}), (JUNE, {"Norr": 9}))
    shown = side_by_side([replace(part_of(None, None, 9), as_of=JUNE)], years)
    assert [figure.few for figure in shown] == [True]


def test_units_whose_names_differ_as_case_does_not_are_two() -> None:
    """`casefold` writes ß as ss: the small one of two would be hidden under the name of the other."""
    units = [part_of("Vård", "Hansastraße", 3), part_of("Vård", "Hansastrasse", 20), part_of("Vård", "Öst", 9)]
    plans = Plans(units, [part_of(None, None, 32)])
    assert [plans.hides(unit) for unit in units] == [True, False, True]
    assert plans.hides_part("F", LAST, department="Vård", unit="HANSASTRAßE")


def test_departments_added_up_do_not_tell_those_of_no_department() -> None:
    """Vård is hidden beside few of no department: its sum, of itself alone, would tell them from the whole."""
    vård, skola = part_of("Vård", None, 9), part_of("Skola", None, 2)
    units = [part_of("Vård", "Norr", 9), part_of("Skola", "Öst", 2)]

    def added_up(departments: list[Coverage], persons: int) -> list[tuple[Unit, int]]:
        free = part_of(None, "Fri", persons)
        parts = [unit for unit in units if unit.department in {each.department for each in departments}]
        plans = Plans([*parts, free], [part_of(None, None, sum(each.of for each in (*parts, free)))])
        return [(part.unit, part.of) for part in THEIRS.added_up(departments, Scope("F"), plans)]

    assert added_up([vård], 2) == []
    assert added_up([vård, skola], 2) == []
    # whom nobody hides are told by the whole and the sum, and are many
    assert added_up([vård, skola], 20) == [(OTHERS, 11)]


def test_the_attack_finds_what_is_told_level_by_level() -> None:
    """Units of 6 and 3 in a department that is shown: either tells the other."""

    def unit(name: str, persons: int) -> Coverage:
        return part_of("Vård", name, persons)

    told = Told({"Norr": unit("Norr", 6), "Söder": unit("Söder", 3)})
    told.tell(["Norr", "Söder"], None)
    assert list(revealed([told])) == []
    told.tell(["Norr"], None)
    assert list(revealed([Told(told.units | {"Öst": unit("Öst", 9)}, told.sums)])) == [(frozenset({"Söder"}), 3)]


def test_the_attack_finds_what_two_days_tell_together() -> None:
    """Norr is shown on another day, and has not changed."""
    units = {"Norr": part_of("Vård", "Norr", 6), "Söder": part_of("Vård", "Söder", 3)}
    first, second = Told(units), Told(units | {"Söder": part_of("Vård", "Söder", 5)})
    first.tell(["Norr", "Söder"], None)
    assert list(revealed([first, second])) == []
    second.tell(["Norr"], None)
    assert list(revealed([first, second])) == [(frozenset({"Söder"}), 3)]
