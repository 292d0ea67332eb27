"""Why a figure changed: each cause alone and all together, and all parts sum exactly."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from streamlit.testing.v1 import AppTest

from compliance.access import permissions
from compliance.access.disclosure import Plans
from compliance.access.permissions import ANALYST, MANAGEMENT
from compliance.access.scopes import Scope
from compliance.core.language import Language, tenths
from compliance.counting import explaining
from compliance.counting.assessing import Coverage, coverage
from compliance.counting.explaining import Explanation, Moment, around, explain, explain_all, rounded_to
from compliance.declarations.points import Point, load_points, point_by
from compliance.declarations.queries import statement
from compliance.loading.loading import revoke
from compliance.screens import changes_texts, figure_texts
from compliance.screens.changes_texts import ends
from compliance.screens.point import compare_texts
from compliance.store.database import EVERYTHING_KNOWN, rows
from compliance.wording import changes, phrases
from compliance.wording.changes import sentence, sizes
from tests.apps import opened, text
from tests.layers import first_of
from tests.line import NOON, POINTS, Line
from tests.readers import MINE, THEIRS

A, B = date(2026, 1, 31), date(2026, 10, 31)
ORGANISATION = "Förvaltningen"
CLASSIFICATION = point_by(POINTS, "classification")
WHOLE = Scope(ORGANISATION)
# Met if the register has Ja, unmet if Nej, unknown if empty; Centralt is exempt.
BEFORE = """
System | Enhet | Ansvar   | Klassat
stays  | Norr  | Lokalt   | Ja
does   | Norr  | Lokalt   | Nej
lapses | Norr  | Lokalt   | Ja
gone   | Söder | Lokalt   | Ja
silent | Söder | Lokalt   |
central| Söder | Centralt | Ja
local  | Söder | Lokalt   | Nej
moves  | Norr  | Lokalt   | Nej
"""
AFTER = """
System | Enhet | Ansvar   | Klassat
stays  | Norr  | Lokalt   | Ja
does   | Norr  | Lokalt   | Ja
lapses | Norr  | Lokalt   | Nej
new    | Norr  | Lokalt   | Nej
silent | Söder | Lokalt   | Nej
central| Söder | Lokalt   | Ja
local  | Söder | Centralt | Nej
moves  | Söder | Lokalt   | Nej
"""


def explained(
    line: Line, first: Moment, last: Moment, *, point: Point = CLASSIFICATION, place: Scope = WHOLE
) -> Explanation:
    with line.database.cursor() as cursor:
        return explain(cursor, point, first, last, place=place, reader=MINE)


HEADINGS = {
    "Ansvar": "Centralt/lokalt",
    "Klassat": "Har informationssäkerhetsklassning genomförts under det senaste året?",
}


def systems(line: Line, table: str, day: date, **options: object) -> None:
    """Load a system register with abbreviated headings."""
    for short, heading in HEADINGS.items():
        table = table.replace(short, heading)
    line.load_table(table, source="systems", extract_date=day, **options)


def items_by_cause(explanation: Explanation) -> dict[str, list[str]]:
    """The items of each cause."""
    return {part.cause: sorted((c.after or c.before or {})["item"] for c in part.changes) for part in explanation.parts}


def adds_up(explanation: Explanation) -> bool:
    assert explanation.total is not None
    return sum((part.share or Fraction() for part in explanation.parts), Fraction()) == explanation.total


def imports(line: Line) -> list[dict]:
    return line.rows(statement("imports"), known_at=EVERYTHING_KNOWN)


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> Iterator[Line]:
    """The register before and after, for tests that only read."""
    with Line(tmp_path_factory.mktemp("both")).held() as loaded:
        systems(loaded, BEFORE, A)
        systems(loaded, AFTER, B)
        yield loaded


# --- Each cause --------------------------------------------------------------------------------------------------


def test_what_happened_is_grouped_by_the_change_of_each_item(both: Line) -> None:
    explanation = explained(both, Moment(A), Moment(B))
    assert items_by_cause(explanation) == {
        "done": ["does"],
        "lapsed": ["lapses"],
        "new": ["new"],
        "gone": ["gone"],
        "entered": ["central"],
        "left": ["local"],
    }
    assert (explanation.before.met, explanation.before.of, explanation.after.met, explanation.after.of) == (3, 7, 3, 7)
    assert explanation.total == 0
    assert adds_up(explanation)
    assert "Täckningen är densamma som den" in sentence(explanation, Language("sv"))


def test_an_item_that_moves_enters_the_count_of_one_unit_and_leaves_that_of_the_other(both: Line) -> None:
    north = explained(both, Moment(A), Moment(B), place=Scope(ORGANISATION, None, "norr"))
    south = explained(both, Moment(A), Moment(B), place=Scope(ORGANISATION, None, "Söder"))
    assert items_by_cause(north)["left"] == ["moves"]
    assert items_by_cause(south)["entered"] == ["central", "moves"]
    entered = {change.after["item"]: change.moved for change in south.changes if change.kind == "entered"}
    assert entered == {"central": False, "moves": True}
    assert adds_up(north)
    assert adds_up(south)


@pytest.mark.live
def test_the_size_of_each_cause_is_its_effect_on_the_coverage(line: Line) -> None:
    systems(line, "System | Klassat\na | Ja\nb | Nej\nc | Nej\nd | Nej", A)
    systems(line, "System | Klassat\na | Ja\nb | Ja\nc | Nej\nd | Nej\ne | Ja", B)
    explanation = explained(line, Moment(A), Moment(B))
    # a quarter was met; the denominator becomes five
    assert {part.cause: part.share for part in explanation.parts} == {"done": Fraction(1, 5), "new": Fraction(3, 20)}
    assert explanation.total == Fraction(3, 5) - Fraction(1, 4)


@pytest.mark.live
def test_an_older_day_loaded_later_is_a_correction(line: Line) -> None:
    systems(line, BEFORE, A)
    known_at = NOON + timedelta(minutes=1)
    systems(line, AFTER, B)
    systems(line, BEFORE.replace("does   | Norr  | Lokalt   | Nej", "does | Norr | Lokalt | Ja"), A)
    explanation = explained(line, Moment(A, known_at), Moment(B))
    assert items_by_cause(explanation)["corrected"] == ["does"]
    assert "done" not in items_by_cause(explanation)
    assert adds_up(explanation)


@pytest.mark.live
def test_a_revoked_import_is_a_correction(line: Line) -> None:
    systems(line, BEFORE, A - timedelta(days=31))
    systems(line, AFTER, A)
    known_at = NOON + timedelta(minutes=2)
    revoke(line.database, 2, why="wrong file", order=line.order())
    explanation = explained(line, Moment(A, known_at), Moment(B))
    assert set(items_by_cause(explanation)) == {"corrected"}
    assert len(explanation.parts[0].changes) == 6
    assert adds_up(explanation)
    moments = around(A, imports(line)[0]["revoked_at"])
    assert set(items_by_cause(explained(line, *moments))) == {"done", "lapsed", "new", "gone", "entered", "left"}


OWN_RULE = "parameters = [{ from = 2026-06-01, validity_months = 6 }]"


def own_points(beside: Path, id_: str, rule: str) -> Point:
    """A point with a rule of the organisation's own."""
    own = beside / "own"
    own.mkdir(exist_ok=True)
    (own / "review_points.toml").write_text(f"[points.{id_}]\n{rule}\n", "utf-8")
    return point_by(load_points(own), id_)


def own_point(beside: Path, rule: str) -> Point:
    return own_points(beside, "classification", rule)


@pytest.mark.live
def test_a_changed_rule_is_separated_from_what_happened(line: Line, tmp_path: Path) -> None:
    systems(line, "System\nearly\nlate\nold", A)
    line.load_table(
        "Objekt/System | Klassad datum\nearly | 2026-01-15\nlate | 2026-09-01\nold | 2025-03-01",
        source="classifications",
        extract_date=A,
    )
    point = own_point(tmp_path, OWN_RULE)
    explanation = explained(line, Moment(A), Moment(B), point=point)
    assert items_by_cause(explanation) == {"done": ["late"], "lapsed": ["old"], "rule": ["early"]}
    assert explanation.total == Fraction(1, 3) - Fraction(2, 3)
    assert adds_up(explanation)
    assert "rule" not in items_by_cause(explained(line, Moment(A), Moment(B)))


def test_a_changed_target_moves_the_status_and_no_coverage(line: Line, tmp_path: Path) -> None:
    systems(line, "System | Klassat\na | Ja\nb | Nej", A)
    point = own_point(tmp_path, "targets = [{ from = 2026-06-01, target = 0.5, limit = 0.4 }]")
    explanation = explained(line, Moment(A), Moment(B), point=point)
    assert (explanation.total, explanation.parts, explanation.target_changed) == (0, [], True)
    words = sentence(explanation, Language("sv"))
    assert "Målet har ändrats från 95\u00a0% till 50\u00a0%" in words
    assert "Med det gamla målet hade statusen varit: Under gränsen." in words


def test_an_expired_time_limit_enters_the_count(line: Line) -> None:
    line.load_table(
        "Ärende-ID | Upptäcktes | Enhet | Orsak | Åtgärd | Stängd\n"
        "I1 | 2026-10-20 | Norr | x | y | \nI2 | 2026-05-01 | Norr | x | y | 2026-05-02\n"
        "I3 | 2026-10-01 | Norr | x | y | 2026-11-05",
        source="incidents",
        extract_date=date(2026, 10, 25),
    )
    point = point_by(POINTS, "incident_handling")
    explanation = explained(line, Moment(date(2026, 10, 25)), Moment(date(2026, 11, 24)), point=point)
    assert items_by_cause(explanation) == {"entered": ["I1", "I3"]}
    assert explanation.total == Fraction(1, 3) - 1
    assert adds_up(explanation)


@pytest.mark.exhaustive
def test_everything_at_once_adds_up(line: Line, tmp_path: Path) -> None:
    systems(line, BEFORE, A)
    line.load_table(
        "Objekt/System | Klassad datum\nsilent | 2026-03-01\nlocal | 2025-12-01",
        source="classifications",
        extract_date=A,
    )
    known_at = NOON + timedelta(minutes=2)
    systems(line, AFTER, B)
    systems(line, BEFORE.replace("gone   | Söder | Lokalt   | Ja", "gone | Söder | Lokalt | Nej"), A)
    explanation = explained(line, Moment(A, known_at), Moment(B), point=own_point(tmp_path, OWN_RULE))
    assert {"corrected", "done", "lapsed", "new", "gone", "rule"} <= set(items_by_cause(explanation))
    assert adds_up(explanation)
    shown = sizes(explanation)
    assert shown is not None
    assert sum(shown) == tenths(float(explanation.total or 0))


# --- What cannot be compared -------------------------------------------------------------------------------------


def test_without_a_basis_there_is_no_percentage_and_no_cause(line: Line) -> None:
    systems(line, AFTER, B)
    explanation = explained(line, Moment(A), Moment(B))
    assert explanation.total is None
    assert sizes(explanation) is None
    assert "Ingen export av Systemförteckning är inläst till och med den 31\u00a0januari\u00a02026" in sentence(
        explanation, Language("sv")
    )
    assert changes_texts.causes(explanation, Language("sv"), opened=True) == []


@pytest.mark.live
def test_where_none_can_be_met_for_want_of_a_column_there_is_no_percentage(line: Line) -> None:
    """0 %: one of them is not met for another reason"""
    procurements = """
Dnr | Benämning | Enhet | Avtalsdatum | Innehåller IT/information | Klassning gjord | Infosäkkrav | Avstämd samordnare
U-1 | A         | Norr  | 2026-01-15  | Ja                        | Ja              | Ja          | 2026-01-10
U-2 | B         | Norr  | 2026-01-15  | Ja                        | Nej             | Ja          | 2026-01-10
"""
    line.load_table(procurements, source="procurements", extract_date=A)
    point = point_by(POINTS, "procurement")
    with line.database.cursor() as cursor:
        [figure] = coverage(cursor, (point,), days=[B], known_at=EVERYTHING_KNOWN, level="organisation")
    explanation = explained(line, Moment(A), Moment(B), point=point)
    assert explanation.after.columns == figure.columns == ("processor_assessed",)
    assert (explanation.total, explanation.after.coverage) == (None, None)


@pytest.mark.live
def test_with_nothing_to_assess_there_are_only_counts(line: Line) -> None:
    systems(line, "System | Ansvar\na | Centralt", A)
    systems(line, "System | Ansvar | Klassat\na | Lokalt |\nb | Lokalt |", B)
    explanation = explained(line, Moment(A), Moment(B))
    assert (explanation.total, items_by_cause(explanation)) == (None, {"new": ["b"], "entered": ["a"]})
    words = sentence(explanation, Language("en"))
    assert words.startswith("Nothing to assess on 31\u00a0January\u00a02026")
    assert "1 has been added" in words


@pytest.mark.exhaustive
def test_an_intermediate_state_that_counts_nothing_is_skipped(line: Line) -> None:
    """A correction that empties the first day must not make the sum impossible."""
    systems(line, "System | Klassat\na | Ja\nb | Nej", A)
    known_at = NOON + timedelta(minutes=1)
    systems(line, "System | Ansvar\na | Centralt\nb | Centralt", A)
    systems(line, "System | Klassat\na | Nej\nb | Nej", B)
    explanation = explained(line, Moment(A, known_at), Moment(B))
    assert items_by_cause(explanation) == {"lapsed": ["a"]}
    assert explanation.total == Fraction(-1, 2)
    assert adds_up(explanation)


@pytest.mark.exhaustive
def test_no_rule_change_where_the_old_rule_counts_nothing_on_the_last_day(line: Line, tmp_path: Path) -> None:
    line.load_table(
        "AD-konto | Kurs | Status | Kurskod\na | x | Ej påbörjad | INFOSAK", source="training", extract_date=A
    )
    staff = "AD-konto | Enhet | Anställningsdatum\n"
    line.load_table(staff + "a | Norr | 2020-01-01", source="staff", extract_date=A)
    line.load_table(staff + "b | Norr | 2026-10-20", source="staff", extract_date=B)
    rule = "parameters = [{ from = 2026-06-01, codes = ['INFOSAK'], names = [], validity_months = 24, grace_days = 0 }]"
    own = own_points(tmp_path, POINTS[0].id, rule)
    explanation = explained(line, Moment(A), Moment(B), point=own)
    assert items_by_cause(explanation) == {"new": ["b"], "gone": ["a"]}
    assert adds_up(explanation)


def test_the_same_moment_twice_changes_nothing(both: Line) -> None:
    explanation = explained(both, Moment(B), Moment(B))
    assert (explanation.changes, explanation.total) == ((), 0)


@pytest.mark.live
def test_a_renamed_system_is_the_same_item(line: Line) -> None:
    systems(line, "System | Klassat\nAlfa | Nej\nBeta | Ja", A)
    systems(line, "System | Klassat\nOmega | Ja\nBeta | Ja", B)
    assert items_by_cause(explained(line, Moment(A), Moment(B))) == {"new": ["Omega"], "gone": ["Alfa"]}
    with line.database.writing() as cursor:
        cursor.execute(
            "insert into aliases (alias_id, kind, old_name, new_name, valid_from, made_at, made_by)"
            " values (1, 'system', 'Alfa', 'Omega', date '2026-06-01', $now, 'test')",
            {"now": NOON},
        )
    assert items_by_cause(explained(line, Moment(A), Moment(B))) == {"done": ["Omega"]}


# --- Exactness ---------------------------------------------------------------------------------------------------

OUTCOMES = ("met", "unmet", "unknown", "pending", "exempt")


def random_items(random: Random) -> list[dict]:
    """Items of few ids, so that many stand twice."""
    return [
        {"item": f"i{random.randrange(30)}", "outcome": random.choice(OUTCOMES), "unit": random.choice("NS"), "row": n}
        for n in range(random.randrange(1, 60))
    ]


def counted(items: list[dict], unit: str) -> Coverage:
    n = {o: sum(row["outcome"] == o and row["unit"] == unit for row in items) for o in OUTCOMES}
    return Coverage(CLASSIFICATION, A, ORGANISATION, None, None, *n.values(), basis=True)


def test_the_shares_of_any_items_sum_up_exactly() -> None:
    def inside(row: dict) -> bool:
        return row["unit"] == "N"

    for seed in range(100):
        random = Random(seed)
        before, after = random_items(random), random_items(random)
        first, last = counted(before, "N"), counted(after, "N")
        if not (first.of and last.of):
            continue
        pairs = explaining.differences(before, after, inside=inside, key=lambda row: row["item"])
        weigh = explaining._weigher(first, last)
        changes = [explaining._change("happened", old, new, inside, weigh) for old, new in pairs]
        assert sum(c.share for c in changes) == Fraction(last.met, last.of) - Fraction(first.met, first.of), seed


def test_duplicates_of_an_item_are_paired_with_their_equals() -> None:
    met, unmet = {"item": "x", "outcome": "met"}, {"item": "x", "outcome": "unmet"}
    pairs = explaining.differences([met, unmet], [unmet], inside=lambda _: True, key=lambda row: row["item"])
    assert pairs == [(met, None)]


def test_the_rounded_parts_add_up_to_the_rounded_total() -> None:
    step = Fraction(1, 1000)
    for seed in range(50):
        random = Random(seed)
        parts = random.randrange(1, 9)
        shares = [Fraction(random.randrange(-400, 400), random.randrange(1, 3000)) for _ in range(parts)]
        total = round(sum(shares) / step) + random.choice((-1, 0, 1))
        steps = rounded_to(shares, total, step=step)
        assert sum(steps) == total, seed
        assert all(abs(n - share / step) <= 2 for n, share in zip(steps, shares, strict=True)), seed


def test_rounding_leaves_zero_shares_at_zero() -> None:
    assert rounded_to([Fraction(0), Fraction(6, 10000)], 2, step=Fraction(1, 1000)) == [0, 2]


# --- Moments -----------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_before_an_import_means_the_day_of_the_full_export_that_it_follows(line: Line) -> None:
    systems(line, BEFORE, A)
    systems(line, "System\nextra", B - timedelta(days=10), completes=True)
    systems(line, AFTER, B)
    every = imports(line)
    third = next(row for row in every if row["import_id"] == 3)
    moment = explaining.before_import(third, every)
    assert moment == Moment(A, NOON + timedelta(minutes=3) - timedelta(microseconds=1))
    first = next(row for row in every if row["import_id"] == 1)
    assert explaining.before_import(first, every).day == A


@pytest.mark.exhaustive
def test_a_later_export_does_not_follow_a_revoked_one(line: Line) -> None:
    systems(line, BEFORE, A)
    systems(line, AFTER, A + timedelta(days=31))
    revoke(line.database, 2, why="wrong", order=line.order())
    systems(line, AFTER, B)
    every = imports(line)
    assert explaining.before_import(every[0], every).day == A


@pytest.mark.exhaustive
def test_an_import_follows_neither_a_newer_export_nor_one_of_another_source(line: Line) -> None:
    systems(line, AFTER, B)
    line.load_table("Objekt/System | Klassad datum\na | 2026-01-01", source="classifications", extract_date=A)
    systems(line, BEFORE, B - timedelta(days=31))
    every = imports(line)
    assert explaining.before_import(every[0], every).day == B - timedelta(days=31)
    systems(line, BEFORE + "more | Norr | Lokalt | Ja", B)
    every = imports(line)
    assert explaining.before_import(every[0], every).day == B


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 10, 31), 1, date(2026, 9, 30)),
        (date(2026, 9, 30), 3, date(2026, 6, 30)),
        (date(2026, 2, 28), 3, date(2025, 11, 30)),
        (date(2026, 5, 30), 3, date(2026, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
    ],
)
def test_months_before_a_day(day: date, months: int, expected: date) -> None:
    assert explaining.months_before(day, months) == expected


# --- In words ----------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_the_sentence_names_the_biggest_causes(line: Line) -> None:
    systems(line, "System | Klassat\na | Ja\nb | Ja\nc | Ja\nd | Nej", A)
    systems(line, "System | Klassat\na | Nej\nb | Nej\nc | Ja\nd | Ja", B)
    explanation = explained(line, Moment(A), Moment(B))
    assert sentence(explanation, Language("sv")) == (
        "Täckningen har sjunkit med 25,0 procentenheter sedan den 31\u00a0januari\u00a02026: "
        "2\u00a0system uppfyller inte längre kravet (inte klassat), 1 uppfyller nu kravet."
    )
    assert sentence(explanation, Language("en")) == (
        "The coverage has fallen by 25.0 percentage points since 31\u00a0January\u00a02026: "
        "2\u00a0systems no longer meet the requirement (not classified), 1 now meets the requirement."
    )
    assert ends(explanation, Language("sv"))[2] == "−25,0\u00a0p.e."


@pytest.mark.live
def test_the_cases_of_two_years_are_no_coming_and_going(sample) -> None:
    """same_year: a month before, the cases are of one year"""
    point, say = point_by(POINTS, "incident_handling"), Language("sv")
    place = Scope("Lövsta stadsdelsförvaltning (exempel)")
    with sample.cursor() as cursor:
        [apart] = explain_all(cursor, (point,), Moment(date(2025, 10, 31)), Moment(B), place=place)
        [within] = explain_all(cursor, (point,), Moment(date(2026, 7, 31)), Moment(B), place=place)
    n, then = apart.after.of, apart.before.of
    assert sentence(apart, say).endswith(f". Varje års incidenter räknas för sig: {n} från 2026 och {then} från 2025.")
    assert [changes.cause_text(apart, part, "9", say) for part in apart.parts] == ["9 från 2026", "9 från 2025"]
    assert {row["Orsak"] for row in changes_texts.csv_rows(apart, say)} == {"Från 2025", "Från 2026"}
    assert "har tillkommit" in sentence(within, say)


@pytest.mark.exhaustive
def test_both_courses_tell_the_coming_and_going_of_the_same_staff_alike(sample) -> None:
    place = Scope("Lövsta stadsdelsförvaltning (exempel)")
    with sample.cursor() as cursor:
        both = explain_all(cursor, POINTS[:2], Moment(date(2025, 10, 31)), Moment(B), place=place)
    first, second = (sentence(explanation, Language("sv")).partition("ut), ")[2] for explanation in both)
    assert first == second
    assert re.fullmatch(r"\d+ har börjat, \d+ har slutat\.", first)


@pytest.mark.live
def test_a_point_has_words_of_its_own_for_what_is_now_met(line: Line) -> None:
    for day, status in ((A, "Ej påbörjad"), (B, "Genomförd")):
        table = f"Krav | Enhet | Status\nK1 | Norr | {status}\nK2 | Norr | {status}"
        line.load_table(table, source="local_instruction", extract_date=day)
    explanation = explained(line, Moment(A), Moment(B), point=point_by(POINTS, "local_instruction"))
    assert sentence(explanation, Language("sv")).endswith(": 2\u00a0krav är nu införda.")
    assert sentence(explanation, Language("en")).endswith(": 2\u00a0requirements are now in place.")


def register(met: int, of: int) -> str:
    """A register where so many systems of so many are classified."""
    return "\n".join(["System | Klassat", *(f"s{number} | {'Ja' if number < met else 'Nej'}" for number in range(of))])


@pytest.mark.live
def test_a_change_is_rounded_once_and_the_same_everywhere(line: Line) -> None:
    systems(line, register(1, 3), A)
    systems(line, register(5, 11), B)
    explanation, say = explained(line, Moment(A), Moment(B)), Language("sv")
    # 33,33 % becomes 45,45 %, shown as 33,3 and 45,5: the change is 12,12
    assert [phrases.percent(figure, say) for figure in (explanation.before, explanation.after)] == [
        "33,3\u00a0%",
        "45,5\u00a0%",
    ]
    assert "stigit med 12,1 procentenheter" in sentence(explanation, say)
    assert ends(explanation, say)[2] == "+12,1\u00a0p.e."
    assert sum(sizes(explanation) or []) == 121
    assert ", +12,1 procentenheter sedan dess." in figure_texts.hero(explanation.after, explanation.before, say).note


@pytest.mark.live
def test_a_change_too_small_to_show_is_called_none(line: Line) -> None:
    # 44,12 % becomes 44,07 %
    systems(line, register(15, 34), A)
    systems(line, register(26, 59), B)
    assert "Täckningen är densamma som den" in sentence(explained(line, Moment(A), Moment(B)), Language("sv"))


def test_others_see_no_name_and_no_reason_of_a_person() -> None:
    person = {
        "organisation": ORGANISATION, "item": "a1", "label": "Eva", "unit": "Norr", "outcome": "unmet",
        "reason": "on_leave", "detail": None,
    }  # fmt: skip
    assert THEIRS.changed(POINTS[0], person) == dict.fromkeys(person) | {"outcome": "unmet"}
    assert THEIRS.changed(point_by(POINTS, "incident_handling"), person)["label"] == "a1"


# --- The page ----------------------------------------------------------------------------------------------------


def expected(database, lang: str) -> Explanation:
    with database.cursor() as cursor:
        name = rows(cursor, "select name from organisation_names")[0]["name"]
        approved = Moment(date(2025, 11, 15), datetime(2025, 12, 10, 8, 30))
        return explain(cursor, CLASSIFICATION, approved, Moment(date(2026, 10, 31)), place=Scope(name), reader=MINE)


@pytest.mark.live
@pytest.mark.parametrize("level", first_of(["department", "organisation"]))
def test_both_figures_are_the_pages_and_the_parts_sum_to_their_difference(level, sample, exhaustively):
    days = [date(2025, 10, 31), date(2026, 10, 31)]
    pairs: dict[Scope, list[tuple[Point, list[Coverage]]]] = {}
    with sample.cursor() as cursor:
        every = coverage(cursor, POINTS, days=days, known_at=EVERYTHING_KNOWN, level=level)
        for point in POINTS:
            of_point = [figure for figure in every if figure.point == point]
            figures = {(figure.department, figure.as_of): figure for figure in of_point}
            part = next((figure.department for figure in of_point if figure.as_of == days[1]), None)
            if (part, days[0]) in figures:
                pair = [figures[part, day] for day in days]
                pairs.setdefault(Scope(pair[0].organisation, part), []).append((point, pair))
        few = [(place, those[:4]) for place, those in pairs.items()][:1]
        for place, those in pairs.items() if exhaustively else few:
            compared = tuple(point for point, _ in those)
            changes = explain_all(cursor, compared, Moment(days[0]), Moment(days[1]), place=place)
            for changed, (_, pair) in zip(changes, those, strict=True):
                assert [changed.before, changed.after] == pair
                assert changed.total is None or adds_up(changed)
    assert sum(map(len, pairs.values())) == {"organisation": len(POINTS), "department": 11}[level]


@pytest.mark.exhaustive
@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_page_explains_a_change_that_adds_up_and_can_compare_with_another_day_or_an_import(
    lang, sample, monkeypatch
):
    app = opened("point", monkeypatch, point="classification", lang=lang)
    explanation, say = expected(sample, lang), Language(lang)
    shown = text(app)
    assert sentence(explanation, say) in shown
    assert explanation.parts
    for part, size in zip(explanation.parts, sizes(explanation) or [], strict=True):
        assert f"<strong>{say.number(len(part.changes))}</strong>" in shown
        assert f'<span class="v-ch-figure">{say.signed(size)}</span>' in shown
    assert "<details>" in shown

    if lang == "en":
        return
    choice = next(box for box in app.selectbox if box.label == "Jämför med")
    assert [name.split(":")[0] for name in choice.options[:6]] == [
        "Genomgång 2025 (15\u00a0november\u00a02025)",
        "För ett år sedan", "För tre månader sedan", "För en månad sedan", "Senaste årsskiftet", "En annan dag",
    ]  # fmt: skip
    choice.set_value("month").run()
    assert "sedan den 30\u00a0september\u00a02026" in text(app)
    imported = next(name for name in choice.options if name.startswith("Före import"))
    choice.set_value(f"import {imported.split()[2].rstrip(':')}").run()
    assert not app.exception
    assert "så som det var känt" in text(app)


@pytest.mark.live
@pytest.mark.parametrize("role", first_of([ANALYST, MANAGEMENT]), ids=lambda role: role.id)
def test_others_see_the_causes_without_a_person(role, sample, monkeypatch):
    app = opened("point", monkeypatch, role=role, point="information_security_training")
    assert "v-changes" in text(app)
    assert "<details>" not in text(app)
    assert "Nyanställd" not in text(app)
    assert permissions.current_user().role is role


@pytest.mark.live
def test_a_reader_who_may_see_no_items_can_open_none(sample, monkeypatch):
    app = opened("point", monkeypatch, role=MANAGEMENT, point="classification")
    assert "v-changes" in text(app)
    assert "<details>" not in text(app)


@pytest.mark.live
def test_a_page_with_few_persons_before_says_so(sample, monkeypatch):
    """Five now and three before: the earlier figure is hidden."""
    from compliance.screens import changes as screens_changes

    def few(view, point, first, last):
        figure = Coverage(POINTS[0], A, ORGANISATION, None, "Norr", 2, 1, 0, 0, 0, basis=True)
        return Explanation(first, last, *view.reader.figures([figure], Plans([figure], [])), replace(figure, met=5), ())

    monkeypatch.setattr(screens_changes, "explained", few)
    app = opened("point", monkeypatch, role=MANAGEMENT, point="information_security_training")
    assert "färre än fem personer" in text(app)
    assert "v-changes" not in text(app)


def test_the_knowledge_of_two_weeks_later_is_offered_only_where_it_differs() -> None:
    row = {
        "source": "systems", "organisation": ORGANISATION, "extract_date": A, "revoked_at": None,
        "imported_at": datetime(2026, 2, 1, 8),
    }  # fmt: skip
    late = row | {"imported_at": datetime(2026, 6, 1)}
    asked = compare_texts.known_differently
    assert not asked(CLASSIFICATION, ORGANISATION, [row], A)
    assert asked(CLASSIFICATION, ORGANISATION, [row, late], A)
    assert asked(CLASSIFICATION, ORGANISATION, [row | {"revoked_at": datetime(2026, 6, 1)}], A)
    assert not asked(CLASSIFICATION, ORGANISATION, [late], A)


@pytest.fixture
def revealing(line: Line) -> Line:
    """A year before, Söder had three of the nine in Vård, so the six of Norr would reveal its figure."""
    for day, north, south in ((YEAR_BEFORE, 6, 3), (B, 7, 8)):
        people = [
            f"{u}{n} | {u} | Vård | 2020-01-01" for u, many in (("Norr", north), ("Söder", south)) for n in range(many)
        ]
        line.load_table("\n".join(["AD-konto | Enhet | Avdelning | Anställningsdatum", *people]), extract_date=day)
        courses = ["AD-konto | Kurs | Kurskod | Status | Slutfört datum", "Norr1 | Kurs | ISEC | Godkänd | 2025-01-01"]
        line.load_table("\n".join(courses), extract_date=day)
    return line


YEAR_BEFORE = date(2025, 10, 31)


@pytest.mark.live
def test_a_unit_that_would_reveal_a_sibling_of_few_persons_has_no_change(revealing: Line) -> None:
    def seen(**place: str) -> Explanation:
        with revealing.database.cursor() as cursor:
            first, last, where = Moment(YEAR_BEFORE), Moment(B), Scope(ORGANISATION, **place)
            return explain(cursor, POINTS[0], first, last, place=where, reader=THEIRS, points=POINTS[:2])

    unit, department = seen(unit="Norr"), seen(department="Vård")
    assert (unit.before.few, unit.changes) == (True, ())
    assert (department.before.few, len(department.changes)) == (False, 6)


@pytest.mark.exhaustive
def test_the_page_of_a_unit_that_would_reveal_a_sibling_of_few_persons_shows_no_change(revealing, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(revealing.database.path))

    def compared(**scope: str) -> AppTest:
        point, unfolded = "information_security_training", "changed information_security_training 2026-10-31 Vård Norr"
        return opened("point", monkeypatch, unfolded=unfolded, role=MANAGEMENT, point=point, **scope)

    shown = text(compared(unit="Norr"))
    assert "färre än fem personer" in shown
    assert "v-changes" not in shown
    app = compared(department="Vård")
    assert "v-changes" in text(app)
    next(box for box in app.selectbox if box.label == "Jämför med").set_value("day").run()
    assert "v-changes" not in text(app)
    next(day for day in app.date_input if day.label == "Dag").set_value(YEAR_BEFORE).run()
    assert not app.exception
    assert "v-changes" in text(app)
