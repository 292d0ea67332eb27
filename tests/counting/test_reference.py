"""The naive implementation, checked by hand against the sentences of the rulebook."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.exports import AS_OF, fields_of, random_exports, write_workbook
from tests.layers import first_of
from tests.reference import (
    NEEDS,
    OPEN_END,
    POINT_IDS,
    Export,
    Item,
    Parameters,
    Row,
    add_months,
    coverage,
    items,
    swedish,
)

D = date(2026, 11, 24)
UNKNOWN = ("?", "Avbruten")


def day(text: str) -> date:
    """A date written as 2026-11-24."""
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    """A local time written as 2026-11-24 14:30; without the time it has none."""
    return datetime.fromisoformat(text)


def export(source: str, *rows: Row, on: date = date(2026, 1, 1), lacks: tuple[str, ...] = (), **more: Any) -> Export:
    """An export with these rows, and every column of its source but some."""
    numbered = [{"sheet": "Blad1", "row": n, **row} for n, row in enumerate(rows, 2)]
    columns = frozenset(fields_of(source)) - {*lacks}
    return Export("Org", source, on, numbered, f"{source}.xlsx", columns=columns, **more)


def outcomes(point: int, d: date, *exports: Export) -> dict[str, tuple[str, str | None]]:
    """Outcome and reason of each item."""
    return {item.item: (item.outcome, item.reason) for item in items(list(exports), point, d)}


def only(point: int, d: date, *exports: Export) -> Item:
    """The only item."""
    (item,) = items(list(exports), point, d)
    return item


def verdict(point: int, d: date, *exports: Export) -> tuple[str, str | None]:
    """Outcome and reason of the only item."""
    item = only(point, d, *exports)
    return item.outcome, item.reason


# --- terms and values ------------------------------------------------------------------------


def test_months_clamp_to_the_length_of_the_month() -> None:
    assert add_months(day("2026-01-31"), 1) == day("2026-02-28")
    assert add_months(day("2024-02-29"), 12) == day("2025-02-28")
    assert add_months(day("2024-02-29"), 24) == day("2026-02-28")
    assert add_months(day("2025-08-31"), 6) == day("2026-02-28")
    assert add_months(day("2025-12-31"), 2) == day("2026-02-28")
    assert add_months(day("2026-02-28"), 12) == day("2027-02-28")


def test_alphabetical_is_swedish() -> None:
    names = ["Örn", "zon", "Ål", "Ärla", "ananas", "Bo"]
    assert sorted(names, key=swedish) == ["ananas", "Bo", "zon", "Ål", "Ärla", "Örn"]


# --- exports ---------------------------------------------------------------------------------


def _agreement(number: int, **more: Any) -> Row:
    row = {"agreement_id": f"A{number}", "supplier": "L", "status": "yes", "unit": "Norr"}
    return {**row, "signed": day("2020-01-01"), **more}


def test_a_newer_extract_replaces_an_older_from_its_own_date_on() -> None:
    old = export("processors", _agreement(1), on=day("2026-03-01"))
    new = export("processors", _agreement(2), on=day("2026-06-01"))
    for loaded in ([old, new], [new, old]):
        assert items(loaded, 10, day("2026-02-28")) == []
        assert list(outcomes(10, day("2026-03-01"), *loaded)) == ["A1"]
        assert list(outcomes(10, day("2026-05-31"), *loaded)) == ["A1"]
        assert list(outcomes(10, day("2026-06-01"), *loaded)) == ["A2"]


def test_the_later_loaded_replaces_unless_it_completes() -> None:
    first = export("processors", _agreement(1))
    assert list(outcomes(10, D, first, export("processors", _agreement(2)))) == ["A2"]
    both = outcomes(10, D, first, export("processors", _agreement(2), completes=True))
    assert list(both) == ["A1", "A2"]


def test_the_last_row_of_a_repeated_id_counts() -> None:
    loaded = export("processors", _agreement(1), _agreement(1, agreement_id="a1", status="no"))
    item = only(10, D, loaded)
    assert (item.reason, item.row, item.file) == ("missing", 3, "processors.xlsx")


# --- coverage --------------------------------------------------------------------------------


def _coverage(figures: list[dict[str, Any]], point: int) -> list[dict[str, Any]]:
    return [figure for figure in figures if figure["point"] == point]


def test_without_a_needed_export_there_is_no_basis() -> None:
    loaded = [export("processors", _agreement(1))]
    by_organisation = coverage(loaded, D, "organisation")
    assert len(by_organisation) == 13
    (figure,) = _coverage(by_organisation, 12)
    assert (figure["basis"], figure["status"], figure["coverage"]) == (False, "no_basis", None)
    assert _coverage(coverage(loaded, D, "unit"), 12) == []
    assert _coverage(coverage(loaded, date(2025, 1, 1), "organisation"), 10)[0]["basis"] is False


def test_a_basis_without_items_is_nothing_to_assess() -> None:
    loaded = [export("breaches", _breach("2025-03-01 10:00", notifiable=True))]
    (figure,) = _coverage(coverage(loaded, D, "organisation"), 12)
    assert (figure["basis"], figure["status"]) == (True, "nothing_to_assess")
    assert figure["coverage"] is None


@pytest.mark.parametrize(("met", "others", "status"), [(9, 1, "yellow"), (899, 101, "red"), (8, 0, "green")])
def test_status_compares_the_unrounded_coverage(met: int, others: int, status: str) -> None:
    rows = [_agreement(n) for n in range(met)]
    rows += [_agreement(met + n, status=UNKNOWN) for n in range(others)]
    (figure,) = _coverage(coverage([export("processors", *rows)], D, "organisation"), 10)
    assert (figure["status"], figure["unknown"]) == (status, others)
    assert figure["coverage"] == met / (met + others)


def test_an_item_without_a_unit_counts_in_the_organisation_only() -> None:
    rows = [_agreement(1, unit=None), _agreement(2, unit="NORR"), _agreement(3, unit="Norr")]
    loaded = [export("processors", *rows)]
    assert _coverage(coverage(loaded, D, "organisation"), 10)[0]["met"] == 3
    (figure,) = _coverage(coverage(loaded, D, "unit"), 10)
    assert (figure["unit"].casefold(), figure["met"]) == ("norr", 2)
    assert _coverage(coverage(loaded, D, "department"), 10) == []


def test_the_department_of_a_unit() -> None:
    staff = export(
        "staff",
        _employment("a", unit="Norr", department="Öst"),
        _employment("b", unit="norr", department="ÖST"),
        _employment("c", unit="Norr", department="Väst"),
    )
    systems = export(
        "systems",
        {"system": "S", "unit": "Norr", "department": "Syd"},
        {"system": "T", "unit": "Berg", "department": "Syd"},
    )
    agreements = export("processors", _agreement(1), _agreement(2, unit="berg"))
    departments = _coverage(coverage([staff, systems, agreements], D, "department"), 10)
    assert {f["department"].casefold(): f["met"] for f in departments} == {"öst": 1, "syd": 1}


# --- 1, 2 ------------------------------------------------------------------------------------


def _employment(person: str, start: str = "2020-01-01", **more: Any) -> Row:
    return {"employee_id": person, "unit": "Norr", "employed_from": day(start), **more}


def _course(completed: str | None = None, status: Any = "passed", **more: Any) -> Row:
    row = {"employee_id": "a", "course": "Kurs", "course_code": "isec", "status": status}
    return {**row, "completed": completed and day(completed), **more}


def _trained(*rows: Row, d: date = D) -> tuple[str, str | None]:
    return verdict(1, d, export("staff", _employment("A")), export("training", *rows))


def test_a_pass_is_valid_for_24_months_or_to_its_end() -> None:
    assert _trained(_course("2024-11-24")) == ("met", None)
    assert _trained(_course("2024-11-23")) == ("unmet", "expired")
    assert _trained(_course("2020-01-01", valid_to=D)) == ("met", None)
    assert _trained(_course("2026-11-01", valid_to=day("2026-11-23"))) == ("unmet", "expired")
    assert _trained(_course("2020-01-01", valid_to=OPEN_END)) == ("met", None)
    assert _trained(_course("2024-02-29"), d=day("2026-02-28")) == ("met", None)
    assert _trained(_course("2024-02-29"), d=day("2026-03-01")) == ("unmet", "expired")


def test_the_precedence_of_what_is_not_a_pass() -> None:
    rows = [
        _course(status="not_started"),
        _course(status="started"),
        _course(status="failed"),
        _course("2020-01-01"),
    ]
    reasons = [_trained(*rows[: n + 1])[1] for n in range(4)]
    assert reasons == ["not_started", "started", "failed", "expired"]
    assert _trained(_course("2026-11-25")) == ("unmet", "started")
    assert _trained(_course(None)) == ("unmet", "started")
    assert _trained(_course("2026-01-01", status=UNKNOWN)) == ("unmet", "not_started")


def test_a_course_is_its_whole_code_or_how_its_name_begins() -> None:
    begins = "INFORMATIONSSÄKERHET för medarbetare i staden"
    assert _trained(_course("2026-01-01", course_code=None, course=begins))[0] == "met"
    of_the_course = _course(status="failed")
    assert _trained(_course("2026-01-01", course_code="ISEC2"), of_the_course)[1] == "failed"
    assert _trained(_course("2026-01-01", course_code="GDPR"), of_the_course)[1] == "failed"


def test_without_a_row_of_the_course_there_is_no_basis_unless_nobody_has_begun_it_or_it_is_called_otherwise() -> None:
    loaded = [export("staff", _employment("a")), export("training", _course("2026-01-01", course_code="X"))]

    def of(*said: str) -> list[tuple[str, str | None]]:
        parameters = Parameters(said={(loaded[0].organisation, 1): frozenset(said)})
        return [(item.outcome, item.reason) for item in items(loaded, 1, D, parameters)]

    assert items(loaded, 1, D) == []
    assert _coverage(coverage(loaded, D, "organisation"), 1)[0]["basis"] is False
    assert of() == [("unmet", "not_started")]
    assert of("KURS") == [("met", None)]
    assert of("Kur") == []


def test_the_unit_of_several_employments() -> None:
    rows = [
        _employment("a", unit="Zon"),
        _employment("A", "2021-01-01", unit="Öst"),
        _employment("a", "2021-01-01", unit="Åsen"),
        _employment("a", "2022-01-01", unit="Aktiv", employed_to=day("2026-11-23")),
        _employment("a", "2026-11-25", unit="Bort"),
    ]
    item = only(1, D, export("staff", *rows), export("training", _course("2026-01-01")))
    assert (item.unit, item.outcome, item.due) == ("Åsen", "met", day("2028-01-01"))


def test_exempt_persons() -> None:
    training = export("training", _course("2026-01-01"))
    leave = [_employment("a", on_leave=True), _employment("a", on_leave=None)]
    assert verdict(1, D, export("staff", leave[0]), training) == ("exempt", "on_leave")
    assert verdict(1, D, export("staff", *leave), training) == ("met", None)
    new = export("staff", _employment("a", "2026-10-26"))
    assert verdict(1, D, new, training) == ("exempt", "newly_employed")
    not_new = export("staff", _employment("a", "2026-10-25"))
    assert verdict(1, D, not_new, training) == ("met", None)
    both = export("staff", _employment("a", "2026-10-26", on_leave=True))
    assert verdict(1, D, both, training) == ("exempt", "on_leave")
    returned = export("staff", _employment("a"), _employment("a", "2026-11-01"))
    assert verdict(1, D, returned, training) == ("met", None)


# --- 3 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"status": "done"}, ("met", None)),
        ({"status": "done", "confirmed": date(2026, 11, 25)}, ("unmet", "ongoing")),
        ({"status": "ongoing"}, ("unmet", "ongoing")),
        ({"status": "not_started"}, ("unmet", "not_started")),
        ({"status": "exempt", "comment": "Saknar it"}, ("exempt", "exempt")),
        ({"status": "exempt"}, ("unknown", "no_information")),
        ({"status": UNKNOWN}, ("unknown", "no_information")),
    ],
)
def test_local_instruction(row: Row, expected: tuple[str, str | None]) -> None:
    loaded = export("local_instruction", {"unit": "Norr", "requirement": "K1", **row})
    assert outcomes(3, D, loaded) == {"Norr/K1": expected}


# --- 4, 5, 7 ---------------------------------------------------------------------------------


def _classified(on: str, **more: Any) -> Row:
    return {"system": "ALFA", "classified": day(on), **more}


ALFA = {"system": "Alfa", "unit": "Norr"}


def test_a_system_is_in_use_if_some_row_of_it_is() -> None:
    systems = export(
        "systems",
        {"system": "Alfa", "lifecycle": "retired", "unit": "Bort", "responsibility": "central"},
        {"system": "ALFA", "lifecycle": UNKNOWN, "unit": None},
        {"system": "alfa", "lifecycle": None, "unit": "Norr", "classified_last_year": True},
        {"system": "Beta", "lifecycle": "planned", "unit": "Norr"},
        {"system": "Gamma", "lifecycle": "not_in_operation", "unit": "Norr"},
    )
    item = only(4, D, systems)
    assert (item.item, item.unit, item.row) == ("ALFA", "Norr", 3)
    assert (item.outcome, item.reason) == ("met", "register_says_yes")


def test_classification_within_12_months_and_its_own_end() -> None:
    systems = export("systems", ALFA)

    def of(*rows: Row) -> tuple[str, str | None]:
        return verdict(4, D, systems, export("classifications", *rows))

    assert of(_classified("2025-11-24")) == ("met", None)
    assert of(_classified("2025-11-23")) == ("unmet", "outdated")
    assert of(_classified("2026-10-01", valid_to=day("2026-11-23"))) == ("unmet", "outdated")
    assert of(_classified("2026-10-01", valid_to=OPEN_END)) == ("met", None)
    assert of(_classified("2026-11-25")) == ("unmet", "not_classified")
    assert of(_classified("2026-10-01"), _classified("2026-10-01", valid_to=D)) == ("met", None)
    expired = _classified("2026-10-01", valid_to=day("2026-10-02"))
    assert of(_classified("2026-10-01"), expired) == ("unmet", "outdated")
    assert of(_classified("2026-10-02"), expired) == ("met", None)


@pytest.mark.parametrize(
    ("due", "done", "reason"),
    [
        ("2026-11-23", None, "action_overdue"),
        ("2026-11-24", None, None),
        ("2026-11-23", "2026-11-24", None),
        ("2026-11-23", "2026-11-25", "action_overdue"),
        (None, None, None),
        ("9999-12-31", None, None),
    ],
)
def test_an_overdue_action(due: str | None, done: str | None, reason: str | None) -> None:
    action: Row = {"action_id": "1", "system": "alfa", "status": "Klar"}
    action |= {"due": due and day(due), "done": done and day(done)}
    loaded = [export("systems", ALFA), export("classifications", _classified("2026-10-01"))]
    item = only(4, D, *loaded, export("classification_actions", action))
    assert (item.reason, item.due) == (reason, day("2027-10-01"))


def test_what_the_register_says_without_a_classification() -> None:
    other = export("classifications", {"system": "Beta", "classified": D})
    for answer, without, with_export in [
        (True, ("met", "register_says_yes"), ("met", "register_says_yes")),
        (False, ("unmet", "not_classified"), ("unmet", "not_classified")),
        (None, ("unknown", "no_information"), ("unmet", "not_classified")),
    ]:
        systems = export("systems", {**ALFA, "classified_last_year": answer})
        assert verdict(4, D, systems) == without
        assert verdict(4, D, systems, other) == with_export
    central = export("systems", {**ALFA, "responsibility": "central"})
    assert verdict(4, D, central, other) == ("exempt", "central")


def test_risk_analysis() -> None:
    def of(*days: str) -> tuple[str, str | None]:
        rows = [{"system": "alfa", "analysed": day(text)} for text in days]
        return verdict(5, D, export("systems", ALFA), export("risk_analyses", *rows))

    assert of("2020-01-01", "2025-11-24") == ("met", None)
    assert of("2025-11-23", "2026-11-25") == ("unmet", "outdated")
    assert of("2026-11-25") == ("unmet", "not_analysed")
    assert verdict(5, D, export("systems", ALFA)) == ("unknown", "no_information")


def test_access_reviews_are_due_sooner_where_confidentiality_is_high() -> None:
    systems = export("systems", ALFA)

    def of(reviewed: str, *classified: Row) -> tuple[str, str | None]:
        reviews = export("access_reviews", {"system": "Alfa", "reviewed": day(reviewed)})
        more = [export("classifications", *classified)] if classified else []
        return verdict(7, D, systems, reviews, *more)

    high = _classified("2020-01-01", confidentiality=3)
    assert of("2025-11-24") == ("met", None)
    assert of("2025-11-23") == ("unmet", "overdue")
    assert of("2026-05-24", high) == ("met", None)
    assert of("2026-05-23", high) == ("unmet", "overdue")
    assert of("2026-05-23", high, _classified("2020-01-01", confidentiality=1))[0] == "unmet"
    assert of("2026-05-23", high, _classified("2020-01-02", confidentiality=2))[0] == "met"
    assert of("2026-05-23", high, _classified("2026-11-25", confidentiality=1))[0] == "unmet"
    assert of("2026-11-25") == ("unmet", "never_reviewed")
    assert items([systems], 7, D) == []


# --- 6, 8 ------------------------------------------------------------------------------------


def _processing(**more: Any) -> Row:
    row: Row = {"processing_id": "B1", "name": "Betyg", "unit": "Norr"}
    for name in ("controller", "dpo", "purpose", "data_subjects", "data_categories", "recipients"):
        row[name] = "x"
    return {**row, "third_country": False, "reviewed": day("2025-11-24"), **more}


def _dpia(*dpias: Row, **processing: Any) -> tuple[str, str | None]:
    rows = [{"dpia_id": f"D{n}", "processing_id": "b1", **row} for n, row in enumerate(dpias)]
    more = [export("dpias", *rows)] if rows else []
    return verdict(6, D, export("processing", _processing(**processing)), *more)


def test_what_requires_a_dpia() -> None:
    assert _dpia() == ("unknown", "need_not_assessed")
    assert _dpia(dpia_required=False) == ("exempt", "not_required")
    assert _dpia(dpia_required=True) == ("unmet", "missing")
    assert _dpia({"required": False}) == ("exempt", "not_required")
    assert _dpia({"required": False, "criteria": 1.0}) == ("exempt", "not_required")
    assert _dpia({"required": False, "criteria": 2.0}) == ("unmet", "ongoing")
    assert _dpia({"criteria": 1.0}) == ("unknown", "need_not_assessed")
    assert _dpia({"required": True}, dpia_required=False) == ("unmet", "ongoing")
    assert _dpia({"status": "not_started"}, dpia_required=True) == ("unmet", "missing")


def test_what_meets_a_dpia() -> None:
    done: Row = {"required": True, "status": "approved", "decided": D}
    assert _dpia(done) == ("met", None)
    assert _dpia({**done, "next_review": D}) == ("met", None)
    old = {**done, "next_review": day("2026-11-23")}
    assert _dpia(old) == ("unmet", "review_overdue")
    assert _dpia(old, done) == ("met", None)
    assert _dpia({**done, "next_review": OPEN_END}) == ("met", None)
    assert _dpia({**done, "decided": day("2026-11-25")}) == ("unmet", "ongoing")
    assert _dpia({**done, "decided": None}) == ("unmet", "ongoing")


def test_only_active_processings_are_items() -> None:
    rows = [
        _processing(status="ended"),
        _processing(processing_id="B2", status="planned"),
        _processing(processing_id="B3", status=UNKNOWN),
        _processing(processing_id="B4", status=None),
    ]
    assert list(outcomes(8, D, export("processing", *rows))) == ["B3", "B4"]
    last = export("processing", rows[3], _processing(processing_id="b4", status="ended"))
    assert items([last], 8, D) == []


def test_processing_record() -> None:
    def of(**more: Any) -> tuple[str, str | None, str | None]:
        item = only(8, D, export("processing", _processing(**more)))
        return item.outcome, item.reason, item.detail

    assert of() == ("met", None, None)
    assert of(reviewed=day("2025-11-23")) == ("unmet", "review_overdue", None)
    assert of(reviewed=None) == ("unmet", "review_overdue", None)
    assert of(reviewed=day("2026-11-25")) == ("unmet", "review_overdue", None)
    assert of(dpo=None, purpose=None, reviewed=None) == ("unmet", "incomplete", "dpo, purpose")
    assert of(third_country=None) == ("unmet", "incomplete", "third_country")
    assert of(third_country=True) == ("unmet", "incomplete", "countries, safeguards")
    assert of(third_country=True, countries="USA", safeguards="SCC") == ("met", None, None)


# --- 9, 10 -----------------------------------------------------------------------------------


def _procurement(**more: Any) -> list[Item]:
    row: Row = {"reference": "U1", "title": "T", "unit": "Norr", "handles_information": True}
    row |= {"classified": True, "requirements": True, "processor_assessed": True}
    row |= {"contract_date": day("2026-06-01"), "coordinator_consulted": day("2026-06-01")}
    return items([export("procurements", {**row, **more})], 9, D)


def test_which_procurements_are_items() -> None:
    assert len(_procurement()) == 1
    assert _procurement(contract_date=day("2025-12-31")) == []
    assert len(_procurement(contract_date=day("2026-01-01"))) == 1
    assert len(_procurement(contract_date=D)) == 1
    future = day("2026-11-25")
    assert _procurement(contract_date=future, announced=day("2026-02-01")) == []
    assert len(_procurement(contract_date=None, announced=day("2026-02-01"))) == 1
    assert _procurement(contract_date=None, announced=future) == []
    assert _procurement(contract_date=None) == []


def test_procurement() -> None:
    def of(**more: Any) -> tuple[str, str | None, str | None]:
        (item,) = _procurement(**more)
        return item.outcome, item.reason, item.detail

    assert of() == ("met", None, None)
    assert of(handles_information=False) == ("exempt", "exempt", None)
    assert of(handles_information=None) == ("unknown", "no_information", None)
    after = day("2026-06-02")
    assert of(coordinator_consulted=after, classified=None) == ("unmet", "afterwards", None)
    assert of(coordinator_consulted=None)[1:] == ("steps_missing", "coordinator_consulted")
    assert of(coordinator_consulted=day("2026-11-25"))[1] == "steps_missing"
    missing = of(classified=None, requirements=False, processor_assessed=None)
    assert missing[2] == "classified, requirements, processor_assessed"
    assert of(contract_date=None, announced=after, coordinator_consulted=D) == ("met", None, None)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, ("met", None)),
        ({"status": "not_applicable"}, ("exempt", "exempt")),
        ({"status": "no"}, ("unmet", "missing")),
        ({"status": "in_preparation"}, ("unmet", "in_preparation")),
        ({"status": UNKNOWN}, ("unknown", "no_information")),
        ({"signed": None, "valid_to": date(2020, 1, 1)}, ("unmet", "not_signed")),
        ({"signed": date(2026, 11, 25)}, ("unmet", "not_signed")),
        ({"valid_to": D}, ("met", None)),
        ({"valid_to": date(2026, 11, 23), "instruction": False}, ("unmet", "expired")),
        ({"valid_to": date(2026, 11, 23), "renews": True}, ("met", None)),
        ({"valid_to": OPEN_END}, ("met", None)),
        ({"instruction": False}, ("unmet", "incomplete")),
        ({"instruction": None, "subprocessors": False}, ("unmet", "incomplete")),
    ],
)
def test_agreements(row: Row, expected: tuple[str, str | None]) -> None:
    item = only(10, D, export("processors", _agreement(1, **row)))
    assert (item.outcome, item.reason) == expected
    assert item.due != OPEN_END


# --- 11 --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("discovered", "closed", "expected"),
    [
        ("2026-06-01 10:00", "2026-07-01", ("met", None)),
        ("2026-06-01 10:00", "2026-07-02", ("unmet", "late")),
        ("2026-06-01 10:00", "2026-05-31", ("unknown", "dates_contradict")),
        ("2026-06-01 10:00", "2026-06-01", ("met", None)),
        ("2026-10-25 23:59", None, ("pending", "not_due")),
        ("2026-10-24 00:00", None, ("unmet", "open_too_long")),
        ("2026-10-25 00:00", "2026-11-25", ("pending", "not_due")),
        ("2026-01-01 00:00", "2026-01-02", ("met", None)),
        ("2026-11-24 23:59", None, ("pending", "not_due")),
    ],
)
def test_incidents(discovered: str, closed: str | None, expected: tuple[str, str | None]) -> None:
    row: Row = {"incident_id": "I1", "unit": "Norr", "discovered": at(discovered)}
    row |= {"cause": "c", "action": "a", "closed": day(closed) if closed else None}
    assert verdict(11, D, export("incidents", row)) == expected
    if expected == ("met", None):
        assert verdict(11, D, export("incidents", {**row, "cause": None}))[1] == "undocumented"


def test_incidents_of_other_years_are_no_items() -> None:
    rows = [
        {"incident_id": "I1", "unit": "Norr", "discovered": at("2025-12-31 23:59")},
        {"incident_id": "I2", "unit": "Norr", "discovered": at("2026-11-25 00:01")},
    ]
    assert items([export("incidents", *rows)], 11, D) == []


# --- 12 --------------------------------------------------------------------------------------


def _breach(aware: str, **more: Any) -> Row:
    return {"breach_id": "P1", "unit": "Norr", "aware": at(aware), **more}


def _notified(aware: str, notified: str | None, d: date = D, **more: Any) -> tuple[str, str | None]:
    row = _breach(aware, **{"notifiable": True, **more}, notified=notified and at(notified))
    return verdict(12, d, export("breaches", row))


@pytest.mark.parametrize(
    ("aware", "notified", "expected"),
    [
        # the two examples of the rulebook, and a second more
        ("2026-03-27 15:30", "2026-03-30 16:30", ("met", None)),
        ("2026-03-27 15:30", "2026-03-30 16:30:01", ("unmet", "late")),
        ("2026-10-22 10:00", "2026-10-25 09:00", ("met", None)),
        ("2026-10-22 10:00", "2026-10-25 09:00:01", ("unmet", "late")),
        # 72:00:00 is in time
        ("2026-06-01 10:00", "2026-06-04 10:00", ("met", None)),
        ("2026-06-01 10:00", "2026-06-04 10:00:01", ("unmet", "late")),
        # an hour that occurs twice is the first of the two
        ("2026-10-22 02:30", "2026-10-25 02:30", ("met", None)),
        ("2026-10-22 02:30", "2026-10-25 02:30:01", ("unmet", "late")),
        # a missing time of day
        ("2026-06-01 00:00", "2026-06-03 10:00", ("met", None)),
        ("2026-06-01 10:00", "2026-06-04 00:00", ("unknown", "time_missing")),
        ("2026-06-01 00:00", "2026-06-04 10:00", ("unknown", "time_missing")),
        ("2026-06-01 00:00", "2026-06-05 00:00", ("unmet", "late")),
        # dates that contradict each other
        ("2026-06-01 10:00", "2026-06-01 09:59", ("unknown", "dates_contradict")),
        ("2026-06-01 10:00", "2026-06-01 00:00", ("met", None)),
        ("2026-06-01 10:00", "2026-05-31 00:00", ("unknown", "dates_contradict")),
    ],
)
def test_72_hours(aware: str, notified: str, expected: tuple[str, str | None]) -> None:
    assert _notified(aware, notified) == expected
    assert _notified(aware, notified, notifiable=None) == expected


@pytest.mark.parametrize(
    ("aware", "d", "pending"),
    [
        ("2026-06-01 10:00", "2026-06-03", True),
        ("2026-06-01 10:00", "2026-06-04", False),
        ("2026-06-01 00:00", "2026-06-03", True),
        ("2026-06-01 00:00", "2026-06-04", False),
        # 01:00 and 72 h across the longer day is 00:00: not before the end of the day before
        ("2026-10-23 01:00", "2026-10-25", True),
        ("2026-10-23 00:59", "2026-10-25", False),
        # 23:00 and 72 h across the shorter day is 00:00 of the fourth day
        ("2026-03-26 23:00", "2026-03-29", True),
        ("2026-03-26 22:59", "2026-03-29", False),
    ],
)
def test_the_limit_of_a_breach_not_notified(aware: str, d: str, pending: bool) -> None:
    expected = ("pending", "not_due") if pending else ("unmet", "not_notified")
    assert _notified(aware, None, day(d)) == expected
    assert _notified(aware, "2026-12-01 10:00", day(d)) == expected
    expected = ("pending", "not_due") if pending else ("unmet", "not_assessed")
    assert _notified(aware, None, day(d), notifiable=None) == expected


def test_a_breach_that_is_not_notifiable() -> None:
    assert _notified("2026-11-24 10:00", None, notifiable=False) == ("unmet", "no_reason")
    reason: Row = {"notifiable": False, "not_notified_reason": "Osannolik risk"}
    assert _notified("2026-01-01 00:00", None, **reason) == ("exempt", "not_notifiable")


def test_the_due_date_is_the_local_date_of_the_deadline() -> None:
    for aware, due in [
        ("2026-10-23 00:30", "2026-10-25"),
        ("2026-03-26 23:30", "2026-03-30"),
        ("2026-06-01 10:00", "2026-06-04"),
        ("2026-10-23 00:00", "2026-10-26"),
    ]:
        assert only(12, D, export("breaches", _breach(aware))).due == day(due)


# --- 13 --------------------------------------------------------------------------------------


def _nis(discovered: str, d: str = "2026-11-24", **more: Any) -> dict[str, tuple[str, str | None]]:
    row = {"incident_id": "I", "unit": "Norr", "discovered": at(discovered), "significant": True}
    for name, value in more.items():
        row[name] = at(value) if isinstance(value, str) else value
    by_item = outcomes(13, day(d), export("incidents", row))
    return {name.removeprefix("I/"): result for name, result in by_item.items()}


def test_the_rule_set_is_that_of_the_day_of_discovery() -> None:
    assert list(_nis("2026-01-14 23:59")) == ["notification"]
    assert list(_nis("2026-01-15 00:00")) == ["early_warning", "notification"]
    assert list(_nis("2025-12-31 12:00")) == []


@pytest.mark.parametrize(
    ("discovered", "sent", "expected"),
    [
        ("2026-01-10 10:00", "2026-01-10 16:00", ("met", None)),
        ("2026-01-10 10:00", "2026-01-10 16:00:01", ("unmet", "late")),
        # 6 h without a time of day: never surely in time, late from the second day after
        ("2026-01-10 00:00", "2026-01-10 10:00", ("unknown", "time_missing")),
        ("2026-01-10 23:00", "2026-01-11 00:00", ("unknown", "time_missing")),
        ("2026-01-10 23:00", "2026-01-12 00:00", ("unmet", "late")),
        ("2026-01-10 23:00", "2026-01-09 00:00", ("unknown", "dates_contradict")),
        ("2026-01-10 23:00", None, ("unmet", "not_sent")),
    ],
)
def test_six_hours(discovered: str, sent: str | None, expected: tuple[str, str | None]) -> None:
    assert _nis(discovered, notification=sent) == {"notification": expected}


def test_six_hours_not_sent() -> None:
    assert _nis("2026-01-10 18:00", "2026-01-10")["notification"] == ("pending", "not_due")
    assert _nis("2026-01-10 17:59", "2026-01-10")["notification"] == ("unmet", "not_sent")
    assert _nis("2026-01-10 00:00", "2026-01-10")["notification"] == ("unmet", "not_sent")


@pytest.mark.parametrize(
    ("discovered", "sent", "expected"),
    [
        ("2026-03-28 15:30", "2026-03-29 16:30", ("met", None)),
        ("2026-03-28 15:30", "2026-03-29 16:30:01", ("unmet", "late")),
        ("2026-10-24 12:00", "2026-10-25 11:00", ("met", None)),
        ("2026-10-24 12:00", "2026-10-25 11:00:01", ("unmet", "late")),
        ("2026-06-01 00:00", "2026-06-01 23:00", ("met", None)),
        ("2026-06-01 00:00", "2026-06-02 10:00", ("unknown", "time_missing")),
        ("2026-06-01 00:00", "2026-06-03 10:00", ("unmet", "late")),
    ],
)
def test_early_warning(discovered: str, sent: str, expected: tuple[str, str | None]) -> None:
    assert _nis(discovered, early_warning=sent)["early_warning"] == expected


def test_early_warning_not_sent_without_a_time_of_day() -> None:
    assert _nis("2026-06-01 00:00", "2026-06-01")["early_warning"] == ("pending", "not_due")
    assert _nis("2026-06-01 00:00", "2026-06-02")["early_warning"] == ("unmet", "not_sent")
    assert _nis("2026-06-01 00:00", "2026-06-03")["notification"] == ("pending", "not_due")
    assert _nis("2026-06-01 00:00", "2026-06-04")["notification"] == ("unmet", "not_sent")


def _final(d: str, **more: Any) -> tuple[str, str | None] | None:
    stages = _nis("2026-01-31 08:00", d, notification="2026-01-31 09:00", **more)
    return stages.get("final_report")


def test_final_report_within_a_month_of_the_notification() -> None:
    assert "final_report" not in _nis("2026-06-01 10:00")
    later = _nis("2026-01-30 08:00", "2026-01-30", notification="2026-01-31 09:00")
    assert "final_report" not in later
    assert _final("2026-02-28") == ("pending", "not_due")
    assert _final("2026-03-01") == ("unmet", "not_sent")
    assert _final("2026-11-24", final_report="2026-02-28 23:59") == ("met", None)
    assert _final("2026-11-24", final_report="2026-03-01 00:01") == ("unmet", "late")
    assert _final("2026-11-24", final_report="2026-01-31 07:59") == ("unknown", "dates_contradict")


def test_a_progress_report_moves_the_limit_of_the_final_report() -> None:
    progress = {"progress_report": "2026-02-28 23:00"}
    assert _final("2026-11-24", **progress) == ("pending", "not_due")
    assert _final("2026-11-24", **progress, final_report="2026-10-01") == ("met", None)
    assert _final("2026-11-24", progress_report="2026-03-01 00:01") == ("unmet", "not_sent")
    closed = {**progress, "closed": day("2026-08-31")}
    assert _final("2026-08-30", **closed) == ("pending", "not_due")
    assert _final("2026-09-30", **closed) == ("pending", "not_due")
    assert _final("2026-10-01", **closed) == ("unmet", "not_sent")
    assert _final("2026-11-24", **closed, final_report="2026-09-30 12:00") == ("met", None)
    assert _final("2026-11-24", **closed, final_report="2026-10-01") == ("unmet", "late")


def test_an_incident_not_assessed_is_an_item_only_where_there_is_the_column() -> None:
    row = {"incident_id": "I", "unit": "Norr", "discovered": at("2026-06-01 10:00")}
    assert items([export("incidents", row, lacks=("significant",))], 13, D) == []
    with_column = export("incidents", row)
    assert outcomes(13, D, with_column) == {"I": ("unknown", "not_assessed")}
    assert items([export("incidents", {**row, "significant": False})], 13, D) == []


# --- random exports --------------------------------------------------------------------------


@pytest.mark.live
def test_random_exports_reach_every_reason() -> None:
    reached: set[tuple[int, str, str | None]] = set()
    for seed in range(40):
        exports = random_exports(seed)
        for point in POINT_IDS:
            reached |= {(point, i.outcome, i.reason) for i in items(exports, point, AS_OF)}
    reasons = {point: {reason for p, _, reason in reached if p == point} for point in POINT_IDS}
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
