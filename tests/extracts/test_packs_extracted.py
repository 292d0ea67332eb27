"""Points of packs in extracts: in the reader's words, and without persons for those who may not see them."""

from datetime import date

import pytest

from compliance.core.language import Language
from compliance.extracts.declared import extract_names
from compliance.extracts.extracting import extract
from compliance.extracts.words import titled
from compliance.review.deciding import DecisionContent, decide
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.file import FileDatabase
from tests import packed
from tests.pinned import PLANS, drafted
from tests.readers import MINE, THEIRS

pytestmark = pytest.mark.live

DAY, SV = date(2026, 11, 20), Language("sv")
# The plans without the column that says whether there is one.
UNTOLD = "\n".join("|".join(row.split("|")[::2]) for row in PLANS.strip().splitlines())


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """A review's organisation, with an export of plans that lacks a column."""
    line = drafted(tmp_path_factory.mktemp("extracted"))
    with line.held():
        content = DecisionContent("Öva planerna", point="continuity")
        decide(line.database, line.review().review_id, content, order=line.order(), points=("continuity",))
        line.load_table(UNTOLD, name="plans.csv", source="continuity", extract_date=date(2026, 11, 3))
        yield line


def taken(database, name, *, reader=MINE, day=DAY):
    with database.cursor() as cursor:
        points = packs.declared(cursor, None).points
        return extract(cursor, name, points=points, as_of=day, known_at=EVERYTHING_KNOWN, reader=reader)


@pytest.mark.parametrize(("code", "expected"), [("sv", "Kontinuitetsplan"), ("en", "Continuity plan")])
def test_a_column_of_a_packs_source_has_its_heading(line, code, expected):
    wanted = taken(line.database, "missing")
    names = [column.name for column in wanted.definition.columns]
    rows = [dict(zip(names, row.values(), strict=True)) for row in titled(wanted, Language(code)).to_pylist()]
    details = {(row["label"], row["detail"]) for row in rows if row["point_id"] == "continuity"}
    assert details == {("Alfa", expected), ("Betaportalen", expected)}
    assert {row["id"] for row in rows if row["point_id"] == "continuity"} <= {"Kontinuitetsplaner", "Continuity plans"}


def test_no_extract_names_a_person_of_a_pack_to_those_who_may_not_see_persons(line):
    persons = {"p1", "x7", "x8"}

    def named(reader):
        wanted = [name for name in extract_names() if name not in {"courses", "decisions"}]
        rows = [row for name in wanted for row in taken(line.database, name, reader=reader).table.to_pylist()]
        return persons & {value for row in rows for value in row.values() if isinstance(value, str)}

    assert named(MINE) == persons
    assert named(THEIRS) == set()
    items = [
        row for row in taken(line.database, "items", reader=THEIRS).table.to_pylist() if row["id"] == "consultants"
    ]
    assert len(items) == 3
    assert {row[name] for row in items for name in ("item", "label", "unit", "department", "row")} == {None}


def test_a_unit_of_few_persons_of_a_pack_has_no_figure_for_those_who_may_not_see_persons(line):
    def units(reader):
        rows = taken(line.database, "coverage", reader=reader).table.to_pylist()
        return [row["unit"] for row in rows if row["id"] == "consultants" and row["level"] == "unit"]

    assert (units(MINE), units(THEIRS)) == (["Norr", "Söder"], [])


def test_a_decision_about_a_point_that_is_off_and_an_export_of_its_source_have_their_names(line):
    with line.database.cursor() as cursor:
        points = tuple(point for point in packs.declared(cursor, None).points if point.id != "continuity")
        options = {"points": points, "as_of": DAY, "known_at": EVERYTHING_KNOWN, "reader": MINE}
        decisions, imports = (titled(extract(cursor, name, **options), SV) for name in ("decisions", "imports"))
    assert "Kontinuitetsplaner" in decisions["Granskningspunkt"].to_pylist()
    assert "Kontinuitetsplaner" in imports["Källa"].to_pylist()


@pytest.mark.exhaustive
def test_units_of_few_employees_are_hidden_in_a_packs_point_as_in_the_products(tmp_path):
    """Both count everybody who is employed."""
    day, database = date(2026, 11, 15), FileDatabase.at(packed.beside(tmp_path))
    rows = taken(database, "coverage", reader=THEIRS, day=day).table.to_pylist()
    first, own = (
        {row["unit"] for row in rows if row["id"] == id_ and row["unit"]}
        for id_ in ("information_security_training", "pledges")
    )
    assert first == own
    assert first < {row["unit"] for row in taken(database, "coverage", day=day).table.to_pylist() if row["unit"]}
