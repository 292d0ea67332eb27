"""The naive implementation, held by the worked examples, which hold the product's statements too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from compliance.checking.examples import (
    ORGANISATION,
    Case,
    Table,
    Values,
    codes_of,
    columns_of,
    import_of,
    read_cases,
    rows_of,
    source_by,
    value_of,
)
from compliance.declarations.packs import folder_files, product_packs, read_pack
from compliance.declarations.sources import Source
from compliance.store.database import EVERYTHING_KNOWN
from tests.examples.harness import EXAMPLES, WRITTEN, cases, days_of
from tests.exports import AS_OF, random_exports, with_packs, write_workbook
from tests.layers import first_of
from tests.line import SOURCES
from tests.reference import (
    NEEDS,
    PACK_IDS,
    POINT_IDS,
    Export,
    Item,
    Parameters,
    Row,
    add_months,
    coverage,
    due_is_specified,
    items,
    status,
    swedish,
)

PACKS = [read_pack(folder_files(folder), origin=folder.name) for folder in product_packs()]
EVERY_SOURCE = SOURCES | {id_: source for pack in PACKS for id_, source in pack.sources.items()}
NUMBERS = {name: number for number, name in (POINT_IDS | PACK_IDS).items()}
# Of several moments of knowledge and of other names the reference knows nothing.
BEYOND_IT = {"imported_at", "revoked_at"}
TYPES = {"due": "date", "row": "integer", "basis": "boolean", "coverage": "double", "as_of": "date"}
TYPES |= dict.fromkeys(("met", "unmet", "unknown", "pending", "exempt"), "integer")
# What it says in other words, or not at all.
UNSAID = {"label", "lost", "detail", "due"}
DETAILED = {(8, "incomplete"), (9, "steps_missing"), *((n, "column_missing") for n in POINT_IDS | PACK_IDS)}


def examples(path: str) -> list[Any]:
    """The cases of examples that the reference can answer."""
    return answerable([case for file in sorted(EXAMPLES.glob(path)) for case in cases(file)])


def examples_of_packs() -> list[Any]:
    """Those of the packs that come with the product."""
    each = [read_cases(pack.example, file=pack.name, folder="points", id_=pack.point.id) for pack in PACKS]
    return answerable([case for found in each for case in found])


def answerable(found: list[Case]) -> list[Any]:
    return [pytest.param(case, id=f"{case.id}-{case.number}") for case in found if can_answer(case)]


def can_answer(case: Case) -> bool:
    told = {key for said in case.imports.values() for key in said}
    beyond = case.names or case.aliases or case.parameters or case.beside.get("points") or told & BEYOND_IT
    return not beyond and case.known_at == EVERYTHING_KNOWN


def said_of_courses(case: Case) -> list[dict[str, str]]:
    table = case.given.get("courses_said", Table("", (), ()))
    return [dict(zip(table.names, line.cells, strict=True)) for line in table.lines]


def parameters(case: Case, exports: Sequence[Export]) -> Parameters:
    """The rulebook's own, with what was said last of each course, unless it was taken back."""
    organisations, said = list(dict.fromkeys(each.organisation for each in exports)), {}
    for row in said_of_courses(case):
        key = organisations[int(row["organisation_id"]) - 1], NUMBERS[row["point"]]
        said[key] = frozenset(name.strip().upper() for name in row["courses"].split(",") if name)
        if not said[key] and row["nobody"] == "false":
            del said[key]
    return Parameters(said=said)


def exports_of(case: Case) -> list[Export]:
    """What is given in a case, as the reference takes it."""
    return [export(case, key) for key in case.given if key not in WRITTEN]


def export(case: Case, key: str) -> Export:
    source = source_by(EVERY_SOURCE, key)
    told, columns = import_of(case, key), columns_of(case, key, source)
    rows = [{**dict.fromkeys(columns), **as_read(row, source)} for row in rows_of(source, case.given[key])]
    return Export(
        case.imports.get(key, {}).get("organisation", ORGANISATION),
        told["source"],
        told["extract_date"],
        sorted(rows, key=lambda row: (row["sheet_number"], row["row"])),
        told["file"],
        completes=told["completes"],
        columns=frozenset(columns),
    )


def as_read(row: Values, source: Source) -> Row:
    """A row with a word as its code, or as one that no list knows."""
    codes = {name: row[f"{name}_code"] for name in codes_of(source) if row.get(name)}
    return row | {name: code or ("?", row[name]) for name, code in codes.items()}


def expected(case: Case, names: Sequence[str]) -> list[tuple[Any, ...]]:
    said = [dict(zip(case.expected.names, line.cells, strict=True)) for line in case.expected.lines]
    return [
        tuple(plain(value_of(row[name], TYPES.get(name, "varchar"), where=case.where)) for name in names)
        for row in said
    ]


def plain(said: Any) -> Any:
    """A value as it is compared: names are the same however they are written."""
    return said.casefold() if isinstance(said, str) else round(said, 9) if isinstance(said, float) else said


@pytest.mark.parametrize("case", [*examples("points/*.toml"), *examples_of_packs()])
def test_the_examples_of_a_point_hold_for_the_reference(case: Case) -> None:
    exports, point = exports_of(case), NUMBERS[case.id]
    found = items(exports, point, case.as_of, parameters(case, exports))
    names = [name for name in case.expected.names if name not in UNSAID]
    rows = [tuple(plain(getattr(item, name)) for name in names) for item in found]
    assert sorted(rows, key=repr) == sorted(expected(case, names), key=repr)
    for name, said in (("due", due_is_specified), ("detail", is_detailed)):
        if {name, "item"} <= set(case.expected.names):
            told = {(plain(item.item), plain(getattr(item, name))) for item in found if said(point, item)}
            assert told <= set(expected(case, ["item", name]))


def is_detailed(point: int, item: Item) -> bool:
    """Whether the reference says what a reason names."""
    return (point, item.reason) in DETAILED


@pytest.mark.parametrize("case", examples("app/coverage.toml"))
def test_the_examples_of_coverage_hold_for_the_reference(case: Case) -> None:
    exports, point, level = exports_of(case), NUMBERS[case.beside["point"]], case.beside.get("level", "organisation")
    figures = [{"as_of": day, **one} for day in days_of(case) for one in coverage(exports, day, level)]
    found = [tuple(plain(one[name]) for name in case.expected.names) for one in figures if one["point"] == point]
    assert sorted(found, key=repr) == sorted(expected(case, case.expected.names), key=repr)


def test_months_clamp_to_the_length_of_the_month() -> None:
    assert add_months(date.fromisoformat("2026-01-31"), 1) == date.fromisoformat("2026-02-28")
    assert add_months(date.fromisoformat("2024-02-29"), 12) == date.fromisoformat("2025-02-28")
    assert add_months(date.fromisoformat("2024-02-29"), 24) == date.fromisoformat("2026-02-28")
    assert add_months(date.fromisoformat("2025-08-31"), 6) == date.fromisoformat("2026-02-28")
    assert add_months(date.fromisoformat("2025-12-31"), 2) == date.fromisoformat("2026-02-28")
    assert add_months(date.fromisoformat("2026-02-28"), 12) == date.fromisoformat("2027-02-28")


def test_status_compares_the_unrounded_share() -> None:
    found = [status(Fraction(n, 1000), has_basis=True, target=(100, 90)) for n in (899, 900, 999, 1000)]
    assert found == ["red", "yellow", "yellow", "green"]


def test_alphabetical_is_swedish() -> None:
    names = ["Örn", "zon", "Ål", "Ärla", "ananas", "Bo"]
    assert sorted(names, key=swedish) == ["ananas", "Bo", "zon", "Ål", "Ärla", "Örn"]


# --- random exports --------------------------------------------------------------------------


@pytest.mark.live
def test_random_exports_reach_every_reason() -> None:
    reached: set[tuple[int, str, str | None]] = set()
    for seed in range(40):
        exports = random_exports(seed)
        for point in POINT_IDS:
            reached |= {(point, i.outcome, i.reason) for i in items(exports, point, AS_OF)}
        of_packs = with_packs(exports, seed)
        for point in PACK_IDS:
            reached |= {(point, i.outcome, i.reason) for i in items(of_packs, point, AS_OF)}
    reasons = {point: {reason for p, _, reason in reached if p == point} for point in POINT_IDS | PACK_IDS}
    assert reasons == {point: {None, *words.split()} for point, words in REASONS.items()}


TRAINING = "on_leave newly_employed expired failed started not_started column_missing"
REASONS = {
    1: TRAINING,
    2: TRAINING,
    3: "exempt ongoing not_started no_information column_missing",
    4: "central register_says_yes action_overdue outdated not_classified no_information column_missing",
    5: "central register_says_yes outdated not_analysed no_information",
    6: "not_required need_not_assessed review_overdue ongoing missing column_missing",
    7: "central overdue never_reviewed",
    8: "incomplete review_overdue column_missing",
    9: "exempt no_information afterwards steps_missing column_missing",
    10: "exempt missing in_preparation not_signed expired incomplete no_information column_missing",
    11: "not_due dates_contradict late undocumented open_too_long column_missing",
    12: "not_notifiable no_reason late not_due not_notified not_assessed dates_contradict time_missing column_missing",
    13: "not_assessed late not_due not_sent dates_contradict time_missing column_missing",
    14: "central criticality_unknown no_information plan_missing never_tested outdated column_missing",
    15: "central exception no_information no_strong_authentication outdated column_missing",
    16: "central storage transfer no_information outdated column_missing",
}


@pytest.mark.live
def test_random_exports_repeat_themselves() -> None:
    assert random_exports(3) == random_exports(3)
    assert random_exports(3) != random_exports(4)
    missing = [{e.source for e in random_exports(seed)} for seed in range(20)]
    assert any(not set(NEEDS[12]) <= sources for sources in missing)


@pytest.mark.live
@pytest.mark.parametrize("seed", first_of(range(3)))
def test_a_workbook_has_the_rows_where_the_export_says(seed: int, tmp_path: Path) -> None:
    for random_export in random_exports(seed):
        book = load_workbook(write_workbook(random_export, tmp_path))
        for sheet in book:
            filled = {
                number
                for number, cells in enumerate(sheet.iter_rows(values_only=True), 1)
                if any(cell is not None for cell in cells)
            }
            expected = {row["row"] for row in random_export.rows if row["sheet"] == sheet.title}
            # rows refused for their level are below those that count
            refused = (
                {row for row in filled if row > max(expected)} if random_export.source == "classifications" else set()
            )
            assert filled - refused == {1} | expected
            assert len(refused) <= 3
