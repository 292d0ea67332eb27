"""Who sees what: each kind of content for every role, for a role that nobody has yet, and within a limit.

A new role or limit is a column here and a change in compliance/access; no other code checks who the reader is.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from compliance.access.disclosure import Plans
from compliance.access.permissions import (
    ANALYST,
    AT_THIS_MACHINE,
    COORDINATOR,
    MANAGEMENT,
    NO_ROLE,
    ROLES,
    Permission,
    Role,
    User,
)
from compliance.access.permissions import TABLE as TABLE_OF_ROLES
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core.errors import Refusal
from compliance.counting import assessing, explaining, incidents, quality, system_cards, tracing, training
from compliance.counting import relations as counted_relations
from compliance.counting.explaining import Moment
from compliance.counting.figures import load_figures
from compliance.declarations.points import point_by
from compliance.extracts import extracting
from compliance.review import planning
from compliance.review.dossier import readable
from compliance.store.database import EVERYTHING_KNOWN, Cursor
from tests.house.test_house import MODULES
from tests.layers import layered
from tests.line import POINTS, SOURCES, WORDS, Line
from tests.readers import asked_once, hidden_from, reader
from tests.reviewed import at

DAY = date(2026, 11, 1)
BEFORE = date(2026, 10, 1)
ORG = "Förvaltningen"
NAMES = ("Anna Ask", "Bo Berg")
FIGURES = load_figures(None)
TRAINING = point_by(POINTS, "information_security_training")
CLASSIFICATION = point_by(POINTS, "classification")
HANDLING = point_by(POINTS, "incident_handling")
Content = Callable[[Cursor, Reader], Any]

# Norr has six persons, Söder two and Öst five.
STAFF = "AD-konto | Namn | Avdelning | Enhet | Anställningsdatum\n" + "\n".join(
    f"{unit}{n} | {'Anna Ask' if (unit, n) == ('Norr', 0) else f'{unit}a {n}sson'} | {department} | {unit} | 2020-01-01"
    for department, unit, persons in (("Omsorg", "Norr", 6), ("Omsorg", "Söder", 2), ("Skola", "Öst", 5))
    for n in range(persons)
)
COURSES = """
AD-konto | Kurskod | Kurs | Status  | Slutfört datum
Norr0    | INFOSAK | I    | Godkänd | 2026-05-01
Öst0     | INFOSAK | I    | Godkänd | 2026-05-01
annan    | GDPR    | D    | Godkänd | 2026-05-01
"""
SYSTEMS = """
Namn            | Enhet | Objektägare | Objektledare | Status | Ansvarsnivå
Anna Asks lista | Norr  | Anna Ask    | Bo Berg      |        | Lokalt
Beta            | Öst   |             | Bo Berg      |        | Lokalt
"""
PLAN = """
Åtgärds-ID | System          | Krav           | Status | Ansvarig | Planerat klart
1          | Anna Asks lista | Ring Anna Ask  | Pågår  | Bo Berg  | 2026-09-01
"""
INCIDENTS = """
Ärende-ID | Rubrik           | Kategori | Upptäckt | Enhet | Betydande | System          | Orsak | Upplysning skickad
I1        | Anna Ask tappade | Felskick | 2026-10-01 10:00 | Norr  | Ja        | Anna Asks lista | Slarv |
I2        | Brevet kom bort  | Felskick | 2026-10-02 10:00 | Öst   | Nej       | Beta            | Brand |
"""
EXPORTS = {
    "staff": STAFF,
    "training": COURSES,
    "systems": SYSTEMS,
    "classification_actions": PLAN,
    "incidents": INCIDENTS,
}


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Line(tmp_path_factory.mktemp("access")).held() as loaded:
        for source, table in EXPORTS.items():
            loaded.load_table(table, name=f"{source}.csv", source=source, organisation=ORG, extract_date=BEFORE)
        yield loaded


# What no reader is given to, and its caller may hide from one: of the same database it is the same for all of them.
BEFORE_READERS = {
    "rows": (incidents, quality),
    "counts": (assessing, counted_relations),
    "items": (assessing,),
    "items_of": (counted_relations,),
}


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return {}


@pytest.fixture
def counted(line: Line, known: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Cursor]:
    """The database above, of which the same is counted once, before it is shown to any reader."""

    for name, modules in BEFORE_READERS.items():
        for module in modules:
            monkeypatch.setattr(module, name, asked_once(getattr(module, name), known))
    with line.database.cursor() as cursor:
        yield cursor


# --- A function per kind of content -------------------------------------------------------------------------------

AT: dict[str, Any] = {"as_of": DAY, "known_at": EVERYTHING_KNOWN}


def hidden(cursor: Cursor) -> Plans:
    return assessing.plans(cursor, POINTS, days=[DAY], known_at=EVERYTHING_KNOWN)


def unit_figures(cursor: Cursor, who: Reader) -> dict[str, int | str]:
    """The number of persons behind the figure of each unit."""
    kwargs: Any = {"days": [DAY], "known_at": EVERYTHING_KNOWN, "level": "unit"}
    figures = who.figures(assessing.coverage(cursor, (TRAINING,), **kwargs), hidden(cursor))
    return {figure.unit or "": "few" if figure.few else figure.of for figure in figures}


def units_added_up(cursor: Cursor, who: Reader) -> dict[str, int]:
    kwargs: Any = {"days": [DAY], "known_at": EVERYTHING_KNOWN, "level": "unit"}
    figures = who.added_up(assessing.coverage(cursor, (TRAINING,), **kwargs), Scope(ORG), hidden(cursor))
    return {figure.unit or "": figure.of for figure in figures}


def persons(cursor: Cursor, who: Reader) -> int:
    return len(assessing.visible_items(cursor, TRAINING, **AT, reader=who))


def systems(cursor: Cursor, who: Reader) -> list[str]:
    return sorted(row["label"] for row in assessing.visible_items(cursor, CLASSIFICATION, **AT, reader=who))


def incident_items(cursor: Cursor, who: Reader) -> list[str]:
    return sorted(row["label"] for row in assessing.visible_items(cursor, HANDLING, **AT, reader=who))


def changed(cursor: Cursor, who: Reader) -> list[str | None]:
    """The labels of the incidents that have changed a figure."""
    first, last = Moment(date(2026, 1, 1)), Moment(DAY)
    explanation = explaining.explain(cursor, HANDLING, first, last, place=Scope(ORG), reader=who)
    return sorted(row["label"] for change in explanation.changes if (row := change.after))


def duties(cursor: Cursor, who: Reader) -> list[str | None]:
    required = incidents.duties(cursor, POINTS, **AT, place=Scope(ORG), own=None, reader=who)
    return sorted({duty.label for duty in required if duty.label}) or [None]


def causes(cursor: Cursor, who: Reader) -> list[str | None]:
    plans = hidden_from(cursor, who, DAY)
    year = incidents.incidents(cursor, POINTS, **AT, place=Scope(ORG), window_months=6, reader=who, plans=plans)
    return [cause.cause for cause in year.causes]


def card(cursor: Cursor, who: Reader) -> tuple[Any, ...] | None:
    """The object owner, an action with who is responsible, and the title of an incident."""
    request: Any = {"organisation": ORG, "system": "Anna Asks lista", **AT}
    shown = system_cards.card(cursor, POINTS, FIGURES, **request, reader=who)
    if shown is None:
        return None
    (action,), (incident,) = shown.actions, shown.incidents
    return shown.register["object_owner"], action["requirement"], action["responsible"], incident["title"]


def other_card(cursor: Cursor, who: Reader) -> bool:
    """Whether the card of a system of another department is shown."""
    request: Any = {"organisation": ORG, "system": "Beta", **AT}
    return system_cards.card(cursor, POINTS, FIGURES, **request, reader=who) is not None


def plan(cursor: Cursor, who: Reader) -> tuple[Any, ...]:
    (action,) = planning.plan(cursor, planning.load_wheel(None), organisation=ORG, as_of=DAY, reader=who).actions
    return action.subject, action.text, action.responsible


def moments(cursor: Cursor, who: Reader) -> bool:
    """Whether the reports of the year are shown, which concern the whole organisation."""
    return bool(planning.plan(cursor, planning.load_wheel(None), organisation=ORG, as_of=DAY, reader=who).moments)


def to_remind(cursor: Cursor, who: Reader) -> int:
    """The number of named persons who lack a course."""
    rules = training.rules(POINTS, FIGURES, DAY)
    plans = hidden(cursor)
    return len(training.training(cursor, rules, **AT, place=Scope(ORG), reader=who, plans=plans, most=100).missing)


def courses(cursor: Cursor, who: Reader) -> list[tuple[str | None, int]]:
    rules = training.rules(POINTS, FIGURES, DAY)
    shown = training.training(cursor, rules, **AT, place=Scope(ORG, "Omsorg"), reader=who, plans=hidden(cursor))
    return sorted((part.unit or "others", part.n.counted) for part in shown.parts)


def spreadsheet_row(cursor: Cursor, who: Reader) -> dict[str, Any]:
    item = next(
        row
        for row in assessing.items(cursor, CLASSIFICATION, **AT).to_pylist()
        if row["item"].casefold() == "anna asks lista"
    )
    traced = tracing.row_behind(cursor, CLASSIFICATION, item, SOURCES, reader=who)
    assert traced
    return {heading: value for heading, value in traced.columns if heading in {"Namn", "Objektägare"}}


def opened(_: Cursor, who: Reader) -> tuple[bool, ...]:
    """Whether the spreadsheet rows behind the items of three points are shown."""
    return tuple(who.opens(point) for point in (TRAINING, HANDLING, CLASSIFICATION))


def extract(cursor: Cursor, who: Reader) -> list[Any]:
    """How many files it says that it rests on, since a file may be called after a unit; and its rows."""
    found = extracting.extract(cursor, "systems", points=POINTS, **AT, reader=who)
    return [len(found.imports), *sorted((row["system"], row["object_leader"]) for row in found.table.to_pylist())]


# --- The table ----------------------------------------------------------------------------------------------------

# A role of the test: it may see persons, but nothing of the review and no rows of checks.
STEWARD = Role("steward", {"en": "Steward"}, {}, frozenset({Permission.SEE_FIGURES, Permission.SEE_PERSONS}))
READERS = {
    "coordinator": reader(COORDINATOR, names=NAMES),
    "management": reader(MANAGEMENT, names=NAMES),
    "analyst": reader(ANALYST, names=NAMES),
    "new role": reader(STEWARD, names=NAMES),
    "limited": reader(COORDINATOR, names=NAMES, limit=Scope(ORG, "Omsorg")),
}
BOTH = ["Anna Asks lista", "Beta"]
# What is seen by readers who may see names, by the others, and by the one limited to Omsorg.
TABLE: list[tuple[Content, Any, Any, Any]] = [
    (
        unit_figures,
        {"Norr": 6, "Söder": 2, "Öst": 5},
        {"Norr": "few", "Söder": "few", "Öst": 5},
        {"Norr": 6, "Söder": 2},
    ),
    (units_added_up, {"Norr": 6, "Söder": 2, "Öst": 5}, {"Övriga enheter": 8, "Öst": 5}, {"Norr": 6, "Söder": 2}),
    (persons, 13, 0, 8),
    (systems, BOTH, BOTH, BOTH[:1]),
    (incident_items, ["Anna Ask tappade", "Brevet kom bort"], ["I1", "I2"], ["Anna Ask tappade"]),
    (changed, ["Anna Ask tappade"], ["I1"], ["Anna Ask tappade"]),
    (duties, ["Anna Ask tappade"], [None], ["Anna Ask tappade"]),
    (causes, ["Brand", "Slarv"], [None], ["Slarv"]),
    (
        card,
        ("Anna Ask", "Ring Anna Ask", "Bo Berg", "Anna Ask tappade"),
        (None, "Ring […]", None, None),
        ("Anna Ask", "Ring Anna Ask", "Bo Berg", "Anna Ask tappade"),
    ),
    (other_card, True, True, False),
    (
        plan,
        ("Anna Asks lista", "Ring Anna Ask", "Bo Berg"),
        ("Anna Asks lista", "Ring […]", None),
        ("Anna Asks lista", "Ring Anna Ask", "Bo Berg"),
    ),
    (moments, True, True, False),
    (to_remind, 13, 0, 8),
    (courses, [("Norr", 6), ("Söder", 2)], [("others", 8)], [("Norr", 6), ("Söder", 2)]),
    (spreadsheet_row, {"Namn": "Anna Asks lista", "Objektägare": "Anna Ask"}, {"Namn": "[…] lista"}, ...),
    (opened, (True, True, True), (False, False, True), ...),
    (
        extract,
        [5, ("Anna Asks lista", "Bo Berg"), ("Beta", "Bo Berg")],
        [5, ("Anna Asks lista", None), ("Beta", None)],
        [0, ("Anna Asks lista", "Bo Berg")],
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=[content.__name__ for content, *_ in TABLE])
@pytest.mark.parametrize("who", layered(READERS, {"coordinator", "management", "limited"}))
def test_a_reader_gets_what_the_table_says(counted: Cursor, who: str, row: tuple[Content, Any, Any, Any]) -> None:
    content, named, unnamed, limited = row
    expected = {"management": unnamed, "analyst": unnamed, "limited": named if limited is ... else limited}
    assert content(counted, READERS[who]) == expected.get(who, named)


# --- Permissions other than names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "private", "other"),
    [
        ("coordinator", True, True),
        ("management", False, False),
        ("analyst", False, True),
        ("new role", False, False),
        ("limited", False, False),
    ],
)
def test_everybody_sees_how_many_findings_there_are_and_few_see_their_rows(
    counted: Cursor, who: str, private: bool, other: bool
) -> None:
    assert (READERS[who].finds(SOURCES["incidents"]), READERS[who].finds(SOURCES["systems"])) == (private, other)
    every = quality.findings(counted, quality.load_checks(None), SOURCES, WORDS, **AT, reader=READERS["coordinator"])
    findings = quality.findings(counted, quality.load_checks(None), SOURCES, WORDS, **AT, reader=READERS[who])
    assert every
    assert len(findings) == len(every)
    for finding in findings:
        assert finding.shown is (private if finding.source in {"staff", "training", "incidents"} else other)
        assert finding.shown or (finding.row, finding.subject, finding.detail) == (None, None, None)
        row = quality.sheet_row(counted, finding, SOURCES, reader=READERS[who])
        assert row is None or READERS[who].may(Permission.SEE_PERSONS)


@pytest.mark.parametrize(("unit", "rows"), [("Söder", 0), ("Norr", 0), ("Öst", 5)])
def test_the_rows_of_a_hidden_unit_cannot_be_counted_in_an_extract(counted: Cursor, unit: str, rows: int) -> None:
    """An analyst of a unit gets rows without names, and as many as the unit has persons."""
    who = reader(ANALYST, limit=Scope(ORG, None, unit))
    assert len(extracting.extract(counted, "items", points=POINTS, point=TRAINING, **AT, reader=who).table) == rows


@pytest.mark.live
def test_what_stands_in_a_cell_of_a_finding_is_without_names(tmp_path: Path) -> None:
    with Line(tmp_path).held() as line:
        agreements = "Avtals-ID | Leverantör | Status\n1 | Alfa | Fråga Anna Ask"
        name, day = "Avtal från Bo Berg.csv", BEFORE
        line.load_table(agreements, name=name, source="processors", organisation=ORG, extract_date=day)
        shown = {}
        for who in ("coordinator", "analyst"):
            with line.database.cursor() as cursor:
                found = quality.findings(cursor, quality.load_checks(None), SOURCES, WORDS, **AT, reader=READERS[who])
            shown[who] = [(each.subject, each.file) for each in found if each.check == "unknown_words"]
    assert shown == {"coordinator": [("Fråga Anna Ask", name)], "analyst": [("Fråga […]", "Avtal från […].csv")]}


@pytest.mark.live
def test_only_those_who_may_read_a_review_see_its_texts(tmp_path: Path) -> None:
    line = at("approved", tmp_path)
    document = line.document(line.review())
    document.written.comments["access"] = "Anna Berg ska ordna det."
    for who, reads in (("coordinator", True), ("management", True), ("analyst", False), ("new role", False)):
        assert ("Anna Berg" in str(readable(document, READERS[who]).written)) is reads


# --- The limit and the key ----------------------------------------------------------------------------------------


def test_another_department_is_refused(line: Line) -> None:
    with line.database.cursor() as cursor, pytest.raises(Refusal):
        incidents.duties(cursor, POINTS, **AT, place=Scope(ORG, "Skola"), own=None, reader=READERS["limited"])
    norr = replace(READERS["limited"], limit=Scope(ORG, "omsorg", "Norr"))
    assert norr.within(Scope(ORG)) == Scope(ORG, "omsorg", "Norr")
    assert norr.within(Scope(ORG, "Omsorg")) == Scope(ORG, "Omsorg", "Norr")
    with pytest.raises(Refusal):
        norr.within(Scope(ORG, None, "Söder"))
    with pytest.raises(Refusal):
        norr.require_whole()


def test_the_limit_to_an_organisation_is_a_limit_to_its_own_name() -> None:
    own = replace(READERS["limited"], limit=Scope("förvaltningen"))
    own.require_whole()
    assert own.organisations((ORG, "En annan")) == (ORG,)
    assert own.organisations(("En annan",)) == ("förvaltningen",)
    assert READERS["limited"].sees(Scope(ORG, "omsorg", "Norr"))
    assert not READERS["limited"].sees(Scope(ORG))


def test_cache_keys_differ_only_if_readers_may_see_something_else() -> None:
    one = reader(ANALYST)
    renamed = Role("other", {"en": "Other"}, {}, ANALYST.permissions)
    for same in (reader(ANALYST, lang="en"), replace(one, user=User("another", renamed))):
        assert same.cache_key == one.cache_key
    decided = replace(one, withheld=replace(one.withheld, responsible=("Rita Revisor",)))
    limited = reader(ANALYST, limit=Scope(ORG, "Omsorg"))
    elsewhere = reader(ANALYST, limit=Scope(ORG, None, "Omsorg"))
    keys = [reader.cache_key for reader in (one, decided, limited, elsewhere, *READERS.values())]
    assert len({*keys}) == len(keys) - 1  # the analyst of the table has the same key as `one`


def test_every_role_and_permission_of_the_table_is_one_that_code_knows() -> None:
    assert {*TABLE_OF_ROLES["roles"]} == {role.id for role in (*ROLES, AT_THIS_MACHINE, NO_ROLE)}
    assert {*TABLE_OF_ROLES["permissions"]} == {each.value for each in Permission}
    assert (AT_THIS_MACHINE.permissions, NO_ROLE.permissions) == (frozenset(Permission), frozenset())


def test_no_other_module_checks_who_the_reader_is() -> None:
    """The exceptions check SEE_PERSONS again at the act: the file of reminders, and what is held about one person."""
    pattern = re.compile(r"SEE_PERSONS|reader\.limit\b|\b(COORDINATOR|MANAGEMENT|ANALYST)\b")
    asking = {f"{path.parent.name}/{path.name}" for path in MODULES if pattern.search(path.read_text("utf-8"))}
    assert asking == {"access/permissions.py", "access/reader.py", "training/page.py", "commands/keeping.py"}
