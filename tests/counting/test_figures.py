"""The figures next to the review points: their declarations, their basis, and an organisation's own numbers."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from compliance.core.errors import Refusal
from compliance.counting.figures import Figure, figures, load_figures, rule_parameters
from compliance.declarations.queries import names
from compliance.store.database import EVERYTHING_KNOWN
from tests.line import POINTS, Line

AS_OF = date(2026, 11, 24)
RISKS = """
Analysobjekt | Analysdatum | Riskvärde | Åtgärd   | Klart senast
Alfa         | 2026-03-01  | 9         | Kryptera | 2026-12-01
Alfa         | 2026-03-01  | 12        |          |
"""


def counted(line: Line, *ids: str, own: Path | None = None, as_of: date = AS_OF) -> list[Figure]:
    """Some figures, since each takes as long."""
    definitions = {definition.id: definition for definition in load_figures(own)}
    wanted = tuple(definitions[id_] for id_ in ids or definitions)
    with line.database.cursor() as cursor:
        return figures(cursor, wanted, points=POINTS, as_of=as_of, known_at=EVERYTHING_KNOWN)


@pytest.fixture(scope="module")
def of_risks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with Line(tmp_path_factory.mktemp("risks")).held() as line:
        line.load_table(RISKS, extract_date=date(2026, 11, 1))
        yield line


def test_every_figure_has_a_statement_and_every_statement_is_a_figure() -> None:
    assert sorted({definition.query.id for definition in load_figures(None)}) == list(names("figures"))


def test_every_figure_belongs_to_a_point_and_explains_itself_in_both_languages() -> None:
    numbers = {point.number for point in POINTS}
    for definition in load_figures(None):
        assert definition.points
        assert numbers.issuperset(definition.points)
        assert set(definition.title) == set(definition.definition) == {"sv", "en"}
        assert definition.form in {"share", "count", "rate"}


def test_a_definition_contains_the_numbers_in_force() -> None:
    for definition in load_figures(None):
        figure = Figure(definition, AS_OF, "Org", None, None, basis=False)
        assert "{" not in "".join(figure.explained.values())


def test_without_a_needed_export_a_figure_has_no_basis(of_risks: Line) -> None:
    risks, actions = counted(of_risks, "risks_without_action", "classification_actions_closed")
    assert (risks.basis, risks.part, risks.whole, risks.share) == (True, 1, 2, 0.5)
    assert (actions.basis, actions.part, actions.whole, actions.share) == (False, None, None, None)


def test_before_the_extract_date_there_is_no_basis(of_risks: Line) -> None:
    (risks,) = counted(of_risks, "risks_without_action", as_of=date(2026, 10, 31))
    assert not risks.basis


def test_a_missing_database_gives_every_figure_without_basis(line: Line) -> None:
    every = counted(line)
    assert len(every) == len(load_figures(None))
    assert not any(figure.basis for figure in every)


def test_nothing_to_count_is_no_share(line: Line) -> None:
    line.load_table("Analysobjekt | Analysdatum | Riskvärde | Åtgärd | Klart senast\nAlfa | 2026-03-01 | 2 | |")
    (risks,) = counted(line, "risks_without_action")
    assert (risks.part, risks.whole, risks.share) == (0, 0, None)


@pytest.mark.live
def test_a_rate_is_per_hundred_and_no_share(line: Line) -> None:
    line.load_table("Ärende-ID | Upptäcktes | Enhet\n1 | 2026-05-01 | Norr", source="incidents")
    line.load_table("AD-konto | Enhet | Anställningsdatum\na1 | Norr | 2020-01-01\na2 | Norr | 2020-01-01")
    (rate,) = counted(line, "incidents_per_employed")
    assert (rate.part, rate.whole, rate.per_hundred, rate.share) == (1, 2, 50.0, None)


def test_a_count_has_no_whole(line: Line) -> None:
    line.load_table("System | Granskningsdatum | Borttagna\nAlfa | 2026-05-01 | 7")
    (removed,) = counted(line, "accounts_removed")
    assert (removed.basis, removed.part, removed.whole) == (True, 7, None)
    assert (removed.share, removed.per_hundred) == (None, None)


def test_an_organisation_has_its_own_tolerance_from_a_day_on(of_risks: Line, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "figures.toml").write_text(
        "[figures.risks_without_action]\nparameters = [{ from = 2026-11-24, tolerance = 9 }]\n", "utf-8"
    )
    (after,) = counted(of_risks, "risks_without_action", own=own)
    (before,) = counted(of_risks, "risks_without_action", own=own, as_of=date(2026, 11, 23))
    assert (after.part, after.whole) == (1, 1)
    assert (before.part, before.whole) == (1, 2)
    assert "över 9" in after.explained["sv"]
    assert "above 8" in before.explained["en"]


def test_a_figure_without_a_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "figures.toml").write_text('[figures.mine]\ntitle = { sv = "Min", en = "Mine" }\n', "utf-8")
    with pytest.raises(Refusal, match=r"figures\.toml lacks the key mine\.points"):
        load_figures(tmp_path)


def test_the_numbers_of_every_rule_are_named_by_their_point() -> None:
    parameters = rule_parameters(POINTS, AS_OF)
    assert parameters["classification_validity_months"] == 12
    assert parameters["data_protection_training_codes"] == ["dataskydd", "gdpr"]
    assert parameters["point_numbers"] == [point.number for point in POINTS]


@pytest.mark.parametrize(
    ("figure", "name", "begins"),
    [
        ("recurring_incidents", "MCFFS 2026:8", date(2026, 7, 1)),
        ("both_courses_management", "MCFFS 2026:11", date(2026, 10, 1)),
    ],
)
def test_a_note_on_a_legal_rule_is_shown_from_the_day_the_rule_applies(figure: str, name: str, begins: date) -> None:
    definition = next(definition for definition in load_figures(None) if definition.id == figure)
    for day, shown in ((begins - timedelta(days=1), False), (begins, True)):
        explained = Figure(definition, day, "Org", None, None, basis=False).explained
        assert [bool(re.search(rf"{name}\b", text)) for text in explained.values()] == [shown, shown]


def test_the_regulations_define_significant_from_their_first_day() -> None:
    nis = next(point for point in POINTS if point.id == "nis_reporting")
    for day, shown in ((date(2026, 6, 30), False), (date(2026, 7, 1), True)):
        newest = nis.law(day)[0]
        assert all(("MCFFS 2026:8" in text and "SFS 2026:623" in text) == shown for text in newest.values())
        assert all("2025:1506" in text for text in newest.values())
