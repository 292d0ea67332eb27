"""The product's figures equal those of a second, naive implementation, on random exports through the real line."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from compliance.core.places import QUERIES
from compliance.correcting.courses import say_which
from compliance.counting.assessing import ITEMS, LEVELS, counts, coverage, items, items_of
from compliance.counting.lapsing import lapsing
from compliance.counting.outlook import outlooks
from compliance.declarations.packs import folder_files, product_packs, read_pack
from compliance.declarations.points import fields_asked
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.packs import declared
from tests import reference
from tests.exports import AS_OF, load_all, random_exports, with_packs
from tests.layers import first_of
from tests.line import POINTS as DECLARED
from tests.line import SOURCES, Line
from tests.machines import machine, with_all_of
from tests.packed import install_all
from tests.untold import OPTIONAL, assert_nobody_accused, emptied, read_as_empty, told, without

# The reference has rules of its own: a point that it does not know is compared with nothing.
POINTS = tuple(point for point in DECLARED if point.number in reference.POINT_IDS)
DAYS = [AS_OF, AS_OF - timedelta(days=1), AS_OF + timedelta(days=45), date(2026, 3, 30), date(2025, 12, 31)]
# It reaches as many outcomes and reasons on these days as other two do; with the others more is compared.
QUICK = 65
SEEDS = first_of([pytest.param(QUICK, marks=pytest.mark.live), *range(6)])
# These reach every outcome and reason that all of them do; coverage is compared on each.
ITEM_DAYS = DAYS[:3]
DETAILED = {
    (8, "incomplete"),
    (9, "steps_missing"),
    *((n, "column_missing") for n in reference.POINT_IDS | reference.PACK_IDS),
}


@pytest.fixture(scope="module", params=SEEDS)
def in_file(request, tmp_path_factory):
    """Random exports, each kind at least once; all that can be compared is, but of the first."""
    exports = random_exports(request.param, disputed=request.param % 2 == 1)
    with Line(tmp_path_factory.mktemp("random")).held() as line:
        load_all(line, exports)
        line.thorough = request.param != QUICK
        line.days = DAYS if line.thorough else ITEM_DAYS
        yield line, exports


@pytest.fixture(scope="module", params=first_of(["file", "postgresql"]))
def loaded(request, in_file, tmp_path_factory):
    """The exports in a store of each kind; what one machine has put into PostgreSQL is read on another one."""
    if request.param == "file":
        yield in_file
        return
    address, folder = request.getfixturevalue("new_postgres_database")(), tmp_path_factory.mktemp("machines")
    with_all_of(in_file[0].database, address, folder / "one")
    line = Line(folder)
    line.database, line.thorough = machine(address, folder / "other"), in_file[0].thorough
    line.days = DAYS if line.thorough else [AS_OF]
    with line.database.cursor():
        yield line, in_file[1]


@pytest.mark.parametrize("loaded", ["file", "postgresql"], indirect=True)
def test_items(loaded):
    """Items computed together equal those of each point alone, and those of the reference."""
    line, exports = loaded
    for day in line.days:
        moment = {"as_of": day, "known_at": EVERYTHING_KNOWN}
        with line.database.cursor() as cursor:
            tables = items_of(cursor, POINTS, **moment)
            together = [table.to_pylist() for table in tables]
            if line.thorough or day == ITEM_DAYS[1]:
                assert together == [items(cursor, point, **moment).to_pylist() for point in POINTS]
        assert all(table.schema == ITEMS for table in tables)
        for point, table in zip(POINTS, together, strict=True):
            agrees(point, table, reference.items(exports, point.number, day), on=day)


def agrees(point, rows, expected, *, on):
    shapes = Counter(shape(point, item) for item in rows), Counter(expected_shape(point, item) for item in expected)
    assert shapes[0] == shapes[1], (point.id, on)
    dues = {key(item.organisation, item.item, item.row): item.due for item in expected if due_is_said(point, item)}
    assert {
        k: d for i in rows if (k := key(i["organisation"], i["item"], i["row"])) in dues for d in [i["due"]]
    } == dues, (point.id, on)


@pytest.fixture(scope="module")
def counted(loaded):
    with loaded[0].database.cursor() as cursor:
        return counts(cursor, POINTS, days=DAYS, known_at=EVERYTHING_KNOWN)


@pytest.mark.parametrize("level", LEVELS)
def test_coverage(loaded, counted, level):
    """What units add up to equals the reference, and a count of the level on a day alone; one level checks each day."""
    line, exports = loaded
    options = {"known_at": EVERYTHING_KNOWN, "level": level}
    alone = DAYS if line.thorough else DAYS[LEVELS.index(level) :: len(LEVELS)]
    together = counted.figures(level)
    with line.database.cursor() as cursor:
        apart = {day: coverage(cursor, POINTS, days=[day], **options) for day in alone}
    for day in DAYS:
        figures = [one for one in together if one.as_of == day]
        assert Counter(map(figure, figures)) == Counter(map(expected_figure, reference.coverage(exports, day, level)))
        assert day not in apart or Counter(map(repr, apart[day])) == Counter(map(repr, figures)), day


OUTLOOK = ("if_nothing_is_done", "pace", "reached", "enough_items", "enough_units", "at_most")


def test_outlook(loaded):
    """On the days that some or all sources have no newer extract, and on one that is history to most."""
    line, exports = loaded
    for day in DAYS if line.thorough else [AS_OF]:
        with line.database.cursor() as cursor:
            found = outlooks(cursor, POINTS, as_of=day, known_at=EVERYTHING_KNOWN)
        expected = {(row["point"], row["organisation"]): row for row in reference.outlook(exports, day)}
        assert len(found) == len(expected)
        for one in found:
            row = expected[one.now.point.number, one.now.organisation]
            assert {name: rounded(getattr(one, name)) for name in OUTLOOK} == {
                name: rounded(row[name]) for name in OUTLOOK
            }, (one.now.point.id, one.now.organisation, day)


def test_lapsing(loaded):
    """Each month counted alone, with the exports of the day."""
    line, exports = loaded
    for day in DAYS if line.thorough else [AS_OF]:
        with line.database.cursor() as cursor:
            found = lapsing(cursor, POINTS, as_of=day, known_at=EVERYTHING_KNOWN)
        places = zip(*(found.table[name].to_pylist() for name in ("organisation", "point", "month")), strict=True)
        assert Counter(places) == reference.lapsing(exports, day, found.months), day


def rounded(value):
    return round(value, 12) if isinstance(value, float) else value


@pytest.mark.exhaustive
def test_a_column_that_no_export_has_accuses_nobody(in_file):
    """All that may be missing at once, and each alone."""
    line, _ = in_file
    alone = (
        [[column] for column in OPTIONAL] if line.thorough and len(line.rows("select * from imports")) % 4 == 0 else []
    )
    with line.database.cursor() as cursor:
        complete = told(cursor)
    for lost in (OPTIONAL, *alone):
        before = complete
        if empty := read_as_empty(lost):
            with emptied(line, empty) as cursor:
                before = told(cursor)
        with without(line, lost) as cursor:
            assert_nobody_accused(before, told(cursor), lost)


def test_every_column_that_a_statement_asks_for_is_declared():
    """Where none of those declared is missing, nobody asks: another would count as there."""
    asked = set().union(*fields_asked().values())
    for path in (QUERIES / "macros.sql", *QUERIES.glob("points/*.sql"), *QUERIES.glob("figures/*.sql")):
        assert set(re.findall(r"lacks\([^()]*'(\w+)'\)", path.read_text("utf-8"))) <= asked, path.name


# --- Packs -----------------------------------------------------------------------------------------------------------

PACKED = {name: number for number, name in reference.PACK_IDS.items()}


@pytest.fixture(scope="module", params=SEEDS)
def in_packs(request, tmp_path_factory):
    """Random exports of what the packs of the product read; each of their points, on from the beginning."""
    exports = with_packs(random_exports(request.param), request.param)
    with Line(tmp_path_factory.mktemp("packs")).held() as line:
        packs = [read_pack(folder_files(folder), origin=folder.name) for folder in product_packs()]
        load_all(line, [export for export in exports if export.source in SOURCES])
        install_all(line.database, packs_of=packs, from_day=date(2018, 1, 1))
        line.sources = SOURCES | {id_: source for pack in packs for id_, source in pack.sources.items()}
        load_all(line, [export for export in exports if export.source not in SOURCES])
        with line.database.cursor() as cursor:
            points = tuple(point for point in declared(cursor, None).points if point.pack)
        yield line, exports, points


def test_items_of_packs(in_packs):
    line, exports, points = in_packs
    for day in DAYS:
        moment = {"as_of": day, "known_at": EVERYTHING_KNOWN}
        with line.database.cursor() as cursor:
            tables = items_of(cursor, points, **moment)
            alone = [items(cursor, point, **moment).to_pylist() for point in points]
        assert [table.to_pylist() for table in tables] == alone
        for point, table in zip(points, tables, strict=True):
            numbered = replace(point, number=PACKED[point.id])
            agrees(numbered, table.to_pylist(), reference.items(exports, numbered.number, day), on=day)


@pytest.mark.parametrize("level", LEVELS)
def test_coverage_of_packs(in_packs, level):
    line, exports, points = in_packs
    with line.database.cursor() as cursor:
        figures = coverage(cursor, points, days=DAYS, known_at=EVERYTHING_KNOWN, level=level)
    found = [(one.as_of, PACKED[one.point.id], *figure(one)[1:]) for one in figures]
    expected = [
        (day, *expected_figure(row))
        for day in DAYS
        for row in reference.coverage(exports, day, level, points=[*PACKED.values()])
    ]
    assert Counter(found) == Counter(expected)


COURSES = [point for point in POINTS if point.course(AS_OF)]


@pytest.mark.live
def test_points_about_a_course_before_and_after_it_is_said_which_it_is(tmp_path):
    """No row is of either course at first; then one is another course of the export, and nobody has begun the other."""
    exports = [
        otherwise_called(export) if export.source == "training" else export
        for export in random_exports(QUICK)
        if export.source in {"staff", "training"}
    ]
    said = {(name, 1): frozenset({"KURS 1"}) for name in reference.organisations(exports)}
    said |= {(name, 2): frozenset() for name in reference.organisations(exports)}
    with Line(tmp_path).held() as line:
        load_all(line, exports)
        agree_on_courses(line, exports, reference.Parameters())
        for (name, number), names in said.items():
            point = next(point for point in COURSES if point.number == number)
            options = {"nobody": not names, "as_of": DAYS[2], "order": line.order()}
            say_which(line.database, name, point, sorted(names), **options)
        agree_on_courses(line, exports, reference.Parameters(said=said))


def otherwise_called(export):
    rows = [{**row, "course_code": None, "course": f"Kurs {n % 3}"} for n, row in enumerate(export.rows)]
    return replace(export, rows=rows)


def agree_on_courses(line, exports, parameters):
    for day in DAYS:
        with line.database.cursor() as cursor:
            figures = coverage(cursor, POINTS, days=[day], known_at=EVERYTHING_KNOWN, level="organisation")
            tables = items_of(cursor, tuple(COURSES), as_of=day, known_at=EVERYTHING_KNOWN)
        expected = reference.coverage(exports, day, "organisation", parameters)
        assert Counter(map(figure, figures)) == Counter(map(expected_figure, expected)), day
        for point, table in zip(COURSES, tables, strict=True):
            agrees(point, table.to_pylist(), reference.items(exports, point.number, day, parameters), on=day)
    with line.database.cursor() as cursor:
        together = coverage(cursor, POINTS, days=DAYS, known_at=EVERYTHING_KNOWN, level="organisation")
    expected = [row for day in DAYS for row in reference.coverage(exports, day, "organisation", parameters)]
    assert Counter(map(figure, together)) == Counter(map(expected_figure, expected))


COUNTS = ("met", "unmet", "unknown", "pending", "exempt")


def figure(counted):
    whose = (counted.point.number, counted.organisation, low(counted.department), low(counted.unit))
    return (*whose, *(getattr(counted, name) for name in COUNTS), counted.coverage, counted.status.value, counted.basis)


def expected_figure(row):
    whose = (row["point"], row["organisation"], low(row["department"]), low(row["unit"]))
    return (*whose, *(row[name] for name in COUNTS), row["coverage"], row["status"], row["basis"])


def due_is_said(point, item):
    return reference.due_is_specified(point.number, item)


def low(text):
    return text.casefold() if text else None


def key(organisation, item, row):
    return organisation, item.casefold(), row


def shape(point, item):
    detail = item["detail"] if (point.number, item["reason"]) in DETAILED else None
    return (
        *key(item["organisation"], item["item"], item["row"]),
        low(item["unit"]),
        item["outcome"],
        item["reason"],
        detail,
        item["file"],
        item["sheet"],
    )


def expected_shape(point, item):
    detail = item.detail if (point.number, item.reason) in DETAILED else None
    return (
        *key(item.organisation, item.item, item.row),
        low(item.unit),
        item.outcome,
        item.reason,
        detail,
        item.file,
        item.sheet,
    )
