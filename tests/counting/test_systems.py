"""The page of the systems: gaps as points and figures count them, one system with all its rows, who sees what."""

import html
import re
from datetime import date
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import duckdb
import pytest

from compliance.access.permissions import ANALYST, MANAGEMENT
from compliance.access.scopes import Scope
from compliance.core.language import Language
from compliance.correcting.renaming import add_alias
from compliance.counting.assessing import basis_on, items
from compliance.counting.figures import figures, load_figures
from compliance.counting.pins import one_day
from compliance.counting.system_cards import DEMANDS, card, is_gap, systems
from compliance.declarations.points import point_by
from compliance.screens.systems import card_texts, group_texts, texts
from compliance.screens.systems.texts import Filter
from compliance.store.database import EVERYTHING_KNOWN
from compliance.wording import phrases
from tests import apps, readers
from tests.layers import first_of
from tests.line import POINTS, SOURCES, Line
from tests.readers import MINE

SAMPLE_DAY = date(2026, 10, 31)
DAY = date(2026, 11, 1)
FIGURES = load_figures(None)
SV, EN = Language("sv"), Language("en")
ODD = "Delta & Å/B? #1 +"
EXPORTS = {
    "register": f"""
        Namn|Enhet|Objekt|Objektägare|Objektledare|Leverantör|Status|Ansvarsnivå|Behandlar personuppgifter
        Alfa | HR | Lön (Bo Berg) | Ove Orm | Anna Ask | Leverans AB | | Lokalt | Ja
        Beta | HR | Lön | Ove Orm | | Leverans AB | | Lokalt | Ja
        Gamma | HR | Kansli | | | | | Centralt | Ja
        {ODD} | Skola | | | Bo Berg | Annan AB | | Lokalt | Nej
        Epsilon | Skola | | | | | Avvecklad | Lokalt | Ja
        Zeta | Skola | | | Cia Ceder | Tredje AB | | | Ja""",
    "klassa": """
        Objekt/System | Informationsmängd | K | R | T | Klassad datum
        alfa | Löner | 3 | 2 | 1 | 2026-05-01
        ALFA | Loggar | 1 | 1 | 2 | 2026-05-01
        Alfa | Löner | 2 | 2 | 1 | 2025-04-01
        Beta | Löner | 2 | 2 | 2 | 2026-06-01
        Alfa | Löner | 1 | 1 | 1 | 2026-12-01""",
    "plan": """
        Åtgärds-ID | System | Krav | Status | Ansvarig | Planerat klart | Klart datum
        1 | Beta | Logga | Pågår | Dan Dal | 2026-09-01 |
        2 | Beta | Kryptera | Klar | Dan Dal | 2026-08-01 | 2026-07-01
        3 | alfa | Öva Dan Dal | Pågår | Dan Dal | 2027-01-01 |
        4 | Gamma | Logga | Pågår | Dan Dal | 2026-09-01 |
        5 | BETA | Testa | Klar | Dan Dal | 2026-10-31 | 2026-11-02
        6 | Beta | Öva | Pågår | Dan Dal | 2026-11-01 |""",
    "risker": """
        Risk-ID | Analysobjekt | Analysdatum | Händelse | Riskvärde | Riskägare | Åtgärd | Ansvarig | Klart senast
        R1 | Alfa | 2026-02-01 | Läckage hos Bo Berg | 12 | Ove Orm | | |
        R2 | Alfa | 2026-02-01 | Stopp | 8 | Ove Orm | | |
        R3 | Alfa | 2026-02-01 | Brand | 9 | Ove Orm | Brandlarm | Dan Dal | 2026-12-01
        R4 | Alfa | 2025-01-01 | Stöld | 16 | Ove Orm | | |""",
    "behörigheter": """
        System | Granskningsdatum | Konton före | Granskade | Borttagna | Granskad av | Underskrift
        Alfa | 2025-08-01 | 9 | 9 | 0 | Eva Ek |
        alfa | 2026-08-01 | 10 | 9 | 2 | Eva Ek |""",
    "register30": """
        Behandlings-ID | Namn | Verksamhetsområde | Status | Ändamål | Mottagare | System
        B1 | Lön till Cia Ceder | HR | | Betala lön | Skatteverket | Alfa; Omega
        B2 | Gammal lön | HR | Avslutad | Betala lön | Skatteverket | Beta
        B3 | Betyg | Skola | | Sätta betyg | Elever | zeta, Delta""",
    "avtal": """
        Avtals-ID | Leverantör | Tjänst/System | Status | Avtalsdatum | Giltigt till
        A1 | Leverans AB | Alfa; Dan Dal frågar | Ja | 2025-01-01 | 2026-01-01
        A2 | Leverans AB | Annat | Ja | 2025-01-01 | 2027-01-01
        A3 | Någon AB | ZETA | Ej tillämpligt | |""",
    "incidenter": """
        Ärende-ID | Rubrik | Kategori | Upptäckt | Enhet | System | Orsak | Stängd
        I1 | Kalle tappade sin mobil | Eva Ek tappar | 2026-03-01 10:00 | HR | ALFA | Slarv | 2026-03-05
        I2 | Kalle fick fel brev | Felskick | 2026-10-01 10:00 | HR | Alfa | Slarv |
        I3 | Kalle igen | Felskick | 2026-12-01 10:00 | HR | Alfa | Slarv |""",
}
PEOPLE = ("Anna Ask", "Ove Orm", "Bo Berg", "Cia Ceder", "Dan Dal", "Eva Ek", "Kalle")


def lines(table):
    return "\n".join(line.strip() for line in table.strip().splitlines())


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """The hand-made exports, loaded by the real line."""
    with Line(tmp_path_factory.mktemp("systems")).held() as loaded:
        for name, table in EXPORTS.items():
            loaded.load_table(lines(table), name=f"{name}.csv", extract_date=DAY)
        yield loaded


@pytest.fixture
def fresh(tmp_path):
    """A database of the test's own."""
    with Line(tmp_path).held() as loaded:
        yield loaded


@pytest.fixture(scope="module")
def by_name(line):
    """The hand-made systems by name."""
    return {row["system"]: row for row in listed_in(line.database, DAY)}


@cache
def listed_in(database, day):
    """The list of a database that no test changes."""
    return of(database, day)


def of(database, day):
    with database.cursor() as cursor:
        return systems(cursor, POINTS, as_of=day, known_at=EVERYTHING_KNOWN, reader=MINE)


@cache
def card_of(database, day, system, who=MINE):
    """Of a database that nothing is loaded into afterwards."""
    with database.cursor() as cursor:
        organisation = basis_on(cursor, days=[day], known_at=EVERYTHING_KNOWN).organisations[0]
        return card(
            cursor,
            POINTS,
            FIGURES,
            organisation=organisation,
            system=system,
            as_of=day,
            known_at=EVERYTHING_KNOWN,
            reader=who,
        )


def short(row):
    """The outcomes of a system, one letter each: Met, Unmet, ? unknown, Exempt, - not required, . no export."""
    letters = {"met": "M", "unmet": "U", "unknown": "?", "exempt": "E", "none": "-", None: "."}
    return " ".join(letters[row[f"{demand}_outcome"]] for demand in DEMANDS)


# --- the list ----------------------------------------------------------------------------------------------------


@pytest.mark.live
def test_each_system_has_its_outcome_in_each_demand(by_name):
    #                 leader, classification, plan, risk analysis, access, processing, agreement
    assert {name: short(row) for name, row in by_name.items()} == {
        "Alfa": "M M M M M M U",  # its own agreement has expired, though another with the supplier is in order
        # a late action is a gap of the plan alone; the only processing that names it has ended; its supplier's
        # agreement will do
        "Beta": "U M U U U U M",
        "Gamma": "U E E E E U E",  # central: exempt except from the two that figures count for all systems
        ODD: "M U - U U - -",  # no personal data, no plan
        "Zeta": "M U - U U M E",  # named next to another, in another case; its agreement is not applicable
    }


def test_systems_with_most_gaps_come_first(by_name):
    assert [(name, row["gaps"]) for name, row in by_name.items()] == [
        ("Beta", 5),
        (ODD, 3),
        ("Zeta", 3),
        ("Gamma", 2),
        ("Alfa", 1),
    ]


@pytest.mark.live
def test_an_unknown_system_has_no_gap_where_an_export_is_missing(fresh):
    line = fresh
    line.load_table(lines(EXPORTS["register"]), name="register.csv", extract_date=DAY)
    alone = {row["system"]: short(row) for row in of(line.database, DAY)}
    # the register has no column for classification and risk analysis: nothing is told, and no gap
    assert alone["Alfa"] == "M . . . . . ."
    assert alone["Gamma"] == "U E . E . . ."
    line.load_table(lines(EXPORTS["avtal"]), name="avtal.csv", extract_date=DAY)
    line.load_table(lines(EXPORTS["plan"]), name="plan.csv", extract_date=DAY)
    more = {row["system"]: short(row) for row in of(line.database, DAY)}
    assert more["Gamma"] == "U E E E . . E"
    assert more["Beta"] == "U . U . . . M"


@pytest.mark.live
def test_without_a_column_for_the_day_it_is_due_no_plan_with_something_left_is_on_time(fresh):
    """Beta's action is done, whenever it was due."""
    line = fresh
    line.load_table("Systemnamn | Status\nAlfa | I drift\nBeta | I drift", source="systems")
    plan = "Åtgärds-ID | System | Krav | Status | Klart datum\n1 | Alfa | A | Pågår |\n2 | Beta | B | Klar | 2026-05-01"
    line.load_table(plan, source="classification_actions")
    assert {row["system"]: (row["plan_outcome"], row["plan_reason"]) for row in of(line.database, DAY)} == {
        "Alfa": (None, "column_missing"),
        "Beta": ("met", None),
    }


@pytest.mark.live
def test_personal_data_without_any_agreement_is_unknown_and_not_forgiven(fresh):
    line = fresh
    line.load_table(
        "Systemnamn | Leverantör | Behandlar personuppgifter\nAlfa | X AB | Ja\nBeta | X AB |\nGamma | Z AB | Ja",
        name="r.csv",
    )
    agreements = "Avtals-ID | Leverantör | Status | Avtalsdatum | Giltigt till | Autoförlängning\nA1 | Y AB | Ja | | |"
    line.load_table(f"{agreements}\nA2 | Z AB | Ja | 2020-01-01 | 2021-01-01 | Ja", name="a.csv")
    both = of(line.database, DAY)
    assert [(r["system"], r["agreement_outcome"], r["agreement_reason"]) for r in both] == [
        ("Alfa", "unknown", "none_found"),
        ("Beta", "none", "not_said"),
        # past its day, it renews automatically, and says so
        ("Gamma", "met", "renews"),
    ]
    assert "förlängs automatiskt" in card_texts.demand_text(both[2], "agreement", POINTS, SV)
    [_, table] = card_texts.sections(card_of(line.database, DAY, "Gamma"), POINTS, SV)[5].table
    assert "förlängs automatiskt" in table[0][-1]


@pytest.mark.parametrize("point_id", ["classification", "risk_analysis", "access"])
@pytest.mark.parametrize("is_sample", first_of([False, True]), ids=["hand-made", "sample"])
def test_the_list_agrees_with_the_point_item_by_item(point_id, is_sample, sample_database, line):
    database, day = (sample_database, SAMPLE_DAY) if is_sample else (line.database, DAY)
    with database.cursor() as cursor:
        point = items(cursor, point_by(POINTS, point_id), as_of=day, known_at=EVERYTHING_KNOWN).to_pylist()
    listed = {
        row["system"]: (row[f"{point_id}_outcome"], row[f"{point_id}_reason"], row[f"{point_id}_due"], row["unit"])
        for row in listed_in(database, day)
    }
    late = ("unmet", "action_overdue")

    def told(item):
        judged = (item["outcome"], item["reason"], item["due"])
        return ("met", None, None) if judged[:2] == late else judged

    assert listed == {item["item"]: (*told(item), item["unit"]) for item in point}


@pytest.mark.parametrize("is_sample", first_of([False, True]), ids=["hand-made", "sample"])
def test_the_list_agrees_with_the_figures(is_sample, sample_database, line):
    database, day = (sample_database, SAMPLE_DAY) if is_sample else (line.database, DAY)
    wanted = {"object_leaders", "systems_without_processing", "classification_actions_overdue"}
    definitions = tuple(figure for figure in FIGURES if figure.id in wanted)
    with database.cursor() as cursor:
        found = figures(cursor, definitions, points=POINTS, as_of=day, known_at=EVERYTHING_KNOWN)
    counted = {figure.definition.id: figure for figure in found}
    listed = listed_in(database, day)
    leaders, unnamed = counted["object_leaders"], counted["systems_without_processing"]
    assert (sum(is_gap(row, "leader") for row in listed), len(listed)) == (leaders.whole - leaders.part, leaders.whole)
    assert sum(is_gap(row, "processing") for row in listed) == unnamed.part
    assert sum(row["personal_data"] is True for row in listed) == unnamed.whole
    if not is_sample:
        assert (leaders.part, leaders.whole, unnamed.part, unnamed.whole) == (3, 5, 2, 4)
        # two overdue actions are Beta's; Gamma's is counted too, though Gamma is exempt from having a plan
        assert counted["classification_actions_overdue"].part == sum(row["overdue"] for row in listed) == 3


def test_the_filter_lets_through_by_gap_and_by_name_or_unit(by_name):
    def names(**filters):
        return [name for name, row in by_name.items() if Filter(**filters).lets(row)]

    assert names(gap="plan") == ["Beta"]
    assert names(gap="processing") == ["Beta", "Gamma"]
    assert names(text=" skola ") == [ODD, "Zeta"]
    assert names(gap="risk_analysis", text="delta & å") == [ODD]


def test_the_answer_is_a_sentence_built_from_the_figures(by_name):
    listed = list(by_name.values())
    assert texts.sentences(listed, EN) == [
        "2 of 5 systems lack an object leader.",
        "5 have at least one gap.",
    ]
    assert texts.sentences(listed[2:3], SV) == [
        "Det enda systemet har en objektledare.",
        "1 har minst en brist.",
    ]
    assert texts.sentences([listed[2] | {"gaps": 0}], EN)[1] == "No gap is known."


def test_the_facts_leave_out_what_is_exempt(by_name):
    leader, classified, late, unrecorded = texts.facts(list(by_name.values()), EN)
    assert (leader.value, leader.rest) == ("2", "of 5")
    # one of five is central; Delta and Zeta are unmet
    assert (classified.value, classified.rest, classified.note) == ("2", "of 4", "1 exempt")
    assert (late.value, late.rest) == ("1", "of 2")
    assert (unrecorded.value, unrecorded.rest) == ("2", "of 4")


@pytest.mark.live
def test_every_outcome_of_the_samples_has_a_short_word_in_both_languages(sample_database):
    for row in listed_in(sample_database, SAMPLE_DAY):
        for demand in DEMANDS:
            for say in (SV, EN):
                assert 0 < len(texts.mark(row, demand, POINTS, say).word) < 30
                assert not re.search("[a-z]_[a-z]", card_texts.demand_text(row, demand, POINTS, say))


def test_the_pages_of_a_long_list_meet_without_gap_or_overlap():
    turned = [texts.turns(page, 111, lambda **extra: extra["part"], EN) for page in (1, 2, 3)]
    assert [here for _, here, _ in turned] == ["1 to 50 of 111", "51 to 100 of 111", "101 to 111 of 111"]
    assert [(before.address, after.address) for before, _, after in turned] == [("", "2"), ("1", "3"), ("2", "")]
    assert turned[1][2].text == "Next →"
    assert [texts.pages_of(n) for n in (0, 1, 50, 51)] == [1, 1, 1, 2]


# --- one system --------------------------------------------------------------------------------------------------


def test_one_system_has_the_rows_of_every_export_that_are_about_it(line):
    alfa = card_of(line.database, DAY, "aLFA")
    assert (alfa.register["system"], alfa.register["object_leader"], alfa.register["in_use"]) == (
        "Alfa",
        "Anna Ask",
        True,
    )
    # what is classified after the day has not happened yet
    assert [(row["classified"].year, row["latest"]) for row in alfa.classifications] == [
        (2026, True),
        (2026, True),
        (2025, False),
    ]
    assert card_texts.levels(alfa.latest_classification) == "K3 R2 T2"
    assert alfa.latest_classification[0]["valid_until"] == date(2027, 5, 1)
    assert [(row["action_id"], row["state"]) for row in alfa.actions] == [("3", "open")]
    assert [(row["risk_id"], row["above"], row["unplanned"]) for row in alfa.risks] == [
        ("R1", True, True),
        ("R3", True, False),
        ("R2", False, True),
        ("R4", True, True),
    ]
    assert [row["risk_id"] for row in alfa.latest_risks] == ["R1", "R3", "R2"]
    assert [(row["accounts_before"], row["accounts_removed"]) for row in alfa.reviews] == [(10, 2), (9, 0)]
    assert [row["processing_id"] for row in alfa.processings] == ["B1"]
    assert [(row["agreement_id"], row["named"], row["reason"]) for row in alfa.agreements] == [
        ("A1", True, "expired"),
        ("A2", False, None),
    ]
    assert [(row["incident_id"], row["closed"]) for row in alfa.incidents] == [("I2", None), ("I1", date(2026, 3, 5))]


@pytest.mark.live
def test_without_a_column_for_their_value_no_risk_is_said_to_be_within_the_tolerance(fresh):
    fresh.load_table("Systemnamn | Status\nAlfa | I drift", source="systems")
    fresh.load_table("Analysobjekt | Analysdatum | Händelse\nAlfa | 2026-05-01 | Brand", source="risk_analyses")
    sections = card_texts.sections(card_of(fresh.database, DAY, "Alfa"), POINTS, SV)
    risks = next(section for section in sections if section.source == "risk_analyses")
    assert risks.sentence == "Uppgift saknas i exporten: Riskvärde."


@pytest.mark.live
def test_done_open_and_overdue_actions_are_separated_as_in_the_figures(line):
    beta = card_of(line.database, DAY, "Beta")
    assert [(row["action_id"], row["state"], row["done"]) for row in beta.actions] == [
        ("1", "late", None),
        ("5", "late", None),  # done the day after, whatever its status says
        ("6", "open", None),  # due on the day
        ("2", "done", date(2026, 7, 1)),
    ]


@pytest.mark.live
def test_a_renamed_system_keeps_its_rows(line):
    day = date(2026, 11, 20)
    add_alias(line.database, kind="system", old="Alfa", new="Nya Alfa", valid_from=day, order=line.order())
    listed = {row["system"]: short(row) for row in of(line.database, day)}
    assert listed["Nya Alfa"] == "M M M M M M U"
    renamed = card_of(line.database, day, "alfa")
    assert renamed.register["system"] == "Nya Alfa"
    assert [len(rows) for rows in (renamed.processings, renamed.agreements, renamed.incidents)] == [1, 2, 2]


@pytest.mark.live
def test_a_system_that_is_not_in_use_has_a_card_and_no_row_in_the_list(line, by_name):
    epsilon = card_of(line.database, DAY, "Epsilon")
    assert "Epsilon" not in by_name
    assert (epsilon.register["in_use"], epsilon.register["lifecycle"]) == (False, "Avvecklad")
    sentence = card_texts.card_sentence(epsilon, None, SV)
    assert sentence == "Epsilon är inte i drift och räknas inte i granskningspunkterna."
    assert card_of(line.database, DAY, "Omega") is None


def test_the_sentence_of_a_system_names_its_gaps(line, by_name):
    gamma = card_of(line.database, DAY, "Gamma")
    sentence = card_texts.card_sentence(gamma, by_name["Gamma"], EN)
    assert sentence == "Gamma has two gaps: object leader and processing."


@pytest.mark.live
def test_nothing_known_says_in_a_line_whether_the_export_is_missing_or_silent(line, fresh):
    alone = fresh
    alone.load_table(lines(EXPORTS["register"]), name="register.csv", extract_date=DAY)
    for database, text in (
        (line.database, "Inget är registrerat om risker och incidenter."),
        (alone.database, phrases.not_loaded(["Riskanalyser", "Incidenter"], DAY, SV)),
    ):
        beta = card_of(database, DAY, "Beta")
        wanted = {"risk_analyses", "incidents"}
        empty = [s for s in card_texts.sections(beta, POINTS, SV) if s.source in wanted]
        assert [section.table for section in empty] == [None, None]
        assert card_texts.empty_sections(empty, beta, SOURCES, DAY, SV) == text


@pytest.mark.live
def test_only_the_coordinator_gets_persons_names_and_titles(line):
    alfa = card_of(line.database, DAY, "Alfa")
    assert all(name in repr(alfa) for name in ("Anna Ask", "Ove Orm", "Dan Dal", "Eva Ek", "Kalle"))
    theirs = card_of(line.database, DAY, "Alfa", readers.reader(ANALYST, names=PEOPLE))
    assert [name for name in PEOPLE if name in repr(theirs)] == []
    assert theirs.register["led"]


# --- the page ----------------------------------------------------------------------------------------------------


@pytest.fixture
def own(line, monkeypatch):
    """The app on the hand-made exports."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))


def opened(monkeypatch, **params):
    return apps.opened("systems", monkeypatch, **({"as_of": DAY.isoformat()} | params))


def text(app):
    return html.unescape(apps.text(app))


def names(app):
    """The systems of the list in their order, each with the parameters of its address."""
    links = re.findall(
        r'<th scope="row"><a class="v-link[^"]*" href="([^"]+)">([^<]+)</a>', " ".join(m.value for m in app.markdown)
    )
    return {html.unescape(name): dict(parse_qsl(urlsplit(html.unescape(address)).query)) for address, name in links}


@pytest.mark.live
@pytest.mark.parametrize("lang", first_of(["sv", "en"]))
def test_the_samples_open_with_their_answer(sample, monkeypatch, lang):
    app = opened(monkeypatch, lang=lang, as_of=SAMPLE_DAY.isoformat())
    listed = listed_in(sample, SAMPLE_DAY)
    assert all(sentence in text(app) for sentence in texts.sentences(listed, Language(lang)))
    # the departments, each with a link to its systems
    departments = [group.name for group in group_texts.groups(listed, "department")]
    assert list(names(app)) == [name or group_texts.WITHOUT["department"] for name in departments]
    third = opened(monkeypatch, lang=lang, as_of=SAMPLE_DAY.isoformat(), part="3")
    assert list(names(third)) == [row["system"] for row in listed[100:150]]


@pytest.mark.live
def test_an_object_leader_has_their_systems_and_nobody_is_named_in_an_address(own, monkeypatch):
    links = names(opened(monkeypatch, by="object_leader"))
    assert list(links) == ["Utan objektledare", "Bo Berg", "Cia Ceder", "Anna Ask"]
    assert not any(name in repr(links.values()) for name in PEOPLE)
    app = opened(monkeypatch, **links["Bo Berg"])
    assert "System · Hela förvaltningen · Bo Berg" in text(app)
    assert names(app) == {ODD: links["Bo Berg"] | {"part": "1", "system": ODD}}
    assert list(names(opened(monkeypatch, **links["Utan objektledare"]))) == ["Beta", "Gamma"]
    units = names(opened(monkeypatch))
    assert {name: links.get("unit") for name, links in units.items()} == {"HR": "HR", "Skola": "Skola"}


def test_systems_are_grouped_by_what_their_exports_tell(by_name):
    listed = list(by_name.values())
    whole, unit = Scope("A"), Scope("A", None, "HR")
    assert group_texts.kinds(listed, whole, named=True) == ["unit", "object_leader"]
    assert group_texts.kinds(listed, whole, named=False) == ["unit"]
    assert group_texts.kinds(listed, unit, named=True) == ["object_leader"]
    assert group_texts.kinds([row | {"unit": None} for row in listed], whole, named=False) == []
    assert group_texts.chosen({}, [], whole) == "all"
    assert group_texts.chosen({"by": "object_leader"}, ["unit"], whole) == "unit"
    columns, shown = group_texts.group_table(group_texts.groups(listed, "unit"), listed, lambda group: group.name, SV)
    assert [column.label for column in columns[:4]] == ["Enhet", "Med brist", "System", "Utan objektledare"]
    #                                  gap, systems, leader, classified, plan, risk, access, processing, agreement
    assert [row[1:] for row in shown] == [list("332011121"), list("220202200")]


@pytest.mark.live
def test_the_gap_and_the_text_are_kept_in_the_address(own, monkeypatch):
    app = opened(monkeypatch, gap="risk_analysis", part="7" * 5000)
    assert list(names(app)) == ["Beta", ODD, "Zeta"]
    assert app.button_group(key="gap risk_analysis sv").value == "risk_analysis"
    app.text_input(key="systems text").set_value("skola").run()
    assert app.query_params["q"] == "skola"
    assert "part" not in app.query_params
    assert list(names(app)) == [ODD, "Zeta"]
    assert names(app)["Zeta"]["gap"] == "risk_analysis"
    assert "Inget system passar" in text(opened(monkeypatch, q="finns inte"))
    assert list(names(opened(monkeypatch, unit="HR", gap="nonsense"))) == ["Beta", "Gamma", "Alfa"]


@pytest.mark.live
def test_a_name_with_odd_signs_opens_by_its_link(own, monkeypatch):
    address = names(opened(monkeypatch, by="all"))[ODD]
    app = opened(monkeypatch, **address)
    assert f"{ODD} har tre brister: klassning, riskanalys och behörigheter." in text(app)


@pytest.mark.live
def test_a_name_that_the_register_does_not_have_gives_a_sentence_and_the_list(own, monkeypatch):
    app = opened(monkeypatch, system="Omega")
    assert "Adressen anger ”Omega”, som inte finns." in text(app)
    assert len(names(app)) == 5


@pytest.mark.live
def test_the_coordinator_sees_who_leads_and_the_spreadsheet_row(own, monkeypatch):
    shown = text(opened(monkeypatch, system="alfa"))
    assert [name for name in PEOPLE if name not in shown] == []
    assert "register.csv, rad 2" in shown
    assert "K3 R2 T2" in shown
    assert "Avtalet har gått ut" in shown
    assert "/point?as_of=2026-11-01&point=risk_analysis" in shown
    assert "Raden i kalkylarket" in shown


@pytest.mark.live
@pytest.mark.parametrize("role", first_of([ANALYST, MANAGEMENT]), ids=lambda role: role.id)
def test_others_see_that_somebody_is_named_but_not_who(own, monkeypatch, role):
    shown = text(opened(monkeypatch, role=role, system="Alfa"))
    assert [name for name in PEOPLE if name in shown] == []
    assert "Utsedd" in shown
    assert "I2" in shown
    # an analyst sees the row without the columns that name a person
    assert ("Raden i kalkylarket" in shown) == (role is ANALYST)
    assert [name for name in PEOPLE if name in text(opened(monkeypatch, role=role))] == []


@pytest.mark.live
def test_an_empty_database_says_what_is_missing(fresh, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(fresh.database.path))
    app = opened(monkeypatch, lang="en")
    assert "No export of System register is loaded up to 1\N{NO-BREAK SPACE}November\N{NO-BREAK SPACE}2026." in text(
        app
    )


@pytest.mark.live
def test_a_block_that_finds_the_imports_once_serves_those_within_and_stays_as_it_was(sample_database):
    """A system's card asks for items within it."""
    at, point = {"as_of": SAMPLE_DAY, "known_at": EVERYTHING_KNOWN}, POINTS[3]
    with sample_database.cursor() as cursor:
        alone = items(cursor, point, **at).to_pylist()
        with one_day(cursor, SAMPLE_DAY, known_at=EVERYTHING_KNOWN):
            assert items(cursor, point, **at).to_pylist() == alone
            files = cursor.execute(
                "select distinct file from temp.chosen_imports('systems', $as_of, $known_at)", at
            ).fetchall()
        assert {row["file"] for row in alone} == {file for (file,) in files}
        with pytest.raises(duckdb.CatalogException):
            cursor.execute("from temp.chosen_imports('systems', $as_of, $known_at)", at)
