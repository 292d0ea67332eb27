"""How things stand and what will happen by the end of the year: sentences and facts, from figures and decisions."""

from dataclasses import replace
from datetime import date

import pytest

from compliance.core.language import Language
from compliance.counting.assessing import Coverage
from compliance.counting.outlook import Outlook
from compliance.review import situation
from compliance.review.deciding import Decision
from tests.line import POINTS

SV, EN = Language("sv"), Language("en")
DAY, END = date(2026, 10, 31), date(2026, 12, 31)
# Targets 95 % with a limit of 80 %, but for the processor agreements 100 % and 90 %.
CLASSIFICATION, ACCESS, AGREEMENTS = "classification", "access", "processor_agreements"


def figure(id_, met, of=1000, *, day=DAY):
    point = next(point for point in POINTS if point.id == id_)
    return Coverage(point, day, "Förvaltningen", None, None, met, of - met, 0, 0, 0, basis=True)


def ahead(*drops):
    """The figures of today and their outlooks, from (point, met today, met then)."""
    now = [figure(id_, met) for id_, met, _ in drops]
    then = [figure(id_, met, day=END) for id_, _, met in drops]
    return now, {f.point.id: Outlook(f, then=t, lapsing=max(0, f.met - t.met)) for f, t in zip(now, then, strict=True)}


def said(drops, say=SV, **kwargs):
    return [plain(text) for text in situation.sentences(*ahead(*drops), say, **kwargs)]


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{SOFT HYPHEN}", "")


@pytest.mark.parametrize(
    ("drops", "swedish", "english"),
    [
        (
            [(ACCESS, 963, 747), (CLASSIFICATION, 990, 960), (AGREEMENTS, 1000, 1000)],
            "Görs inget når bara två målet vid årsskiftet: Behörighetshantering sjunker till 74,7 %.",
            "If nothing is done, two do at the end of the year: Access management falls to 74.7%.",
        ),
        (
            [(ACCESS, 963, 747), (CLASSIFICATION, 990, 960), (AGREEMENTS, 950, 950)],
            "Görs inget når bara en målet vid årsskiftet: Behörighetshantering sjunker till 74,7 %.",
            "If nothing is done, one does at the end of the year: Access management falls to 74.7%.",
        ),
        # of two that fall the bigger drop is named, although both do
        (
            [(ACCESS, 963, 940), (CLASSIFICATION, 990, 900), (AGREEMENTS, 950, 950)],
            "Görs inget når ingen målet vid årsskiftet: Informationsklassning sjunker till 90,0 %.",
            "If nothing is done, none does at the end of the year: Classification falls to 90.0%.",
        ),
        # the only one: no count is told of it
        (
            [(ACCESS, 963, 940), (AGREEMENTS, 950, 950)],
            "Görs inget sjunker Behörighetshantering till 94,0 % vid årsskiftet.",
            "If nothing is done, Access management falls to 94.0% by the end of the year.",
        ),
        # another reaches its target meanwhile, so the number stays
        (
            [(ACCESS, 963, 940), (CLASSIFICATION, 949, 951), (AGREEMENTS, 1000, 1000)],
            "Görs inget sjunker Behörighetshantering till 94,0 % vid årsskiftet.",
            "If nothing is done, Access management falls to 94.0% by the end of the year.",
        ),
        # below the limit comes after what reaches its target, however big the drop
        (
            [(ACCESS, 940, 100), (CLASSIFICATION, 990, 940), (AGREEMENTS, 1000, 1000)],
            "Görs inget når bara en målet vid årsskiftet: Informationsklassning sjunker till 94,0 %.",
            "If nothing is done, one does at the end of the year: Classification falls to 94.0%.",
        ),
        (
            [(ACCESS, 940, 799), (AGREEMENTS, 1000, 1000)],
            "Görs inget hamnar Behörighetshantering under gränsen före årsskiftet: 79,9 %.",
            "If nothing is done, Access management falls below its limit by the end of the year: 79.9%.",
        ),
        # what falls further without another status is today's worst point, or nothing
        (
            [(ACCESS, 700, 500), (CLASSIFICATION, 940, 810)],
            "Behörighetshantering ligger längst från målet.",
            "Access management is furthest from its target.",
        ),
        ([(ACCESS, 1000, 951)], "", ""),
    ],
)
def test_the_second_sentence_is_the_change_that_matters_most_by_the_end_of_the_year(drops, swedish, english):
    assert said(drops)[1:] == ([swedish] if swedish else [])
    assert said(drops, EN)[1:] == ([english] if english else [])


def test_nothing_is_ahead_of_the_last_day_of_a_year():
    now = figure(ACCESS, 963, day=END)
    told = {ACCESS: Outlook(now, then=replace(now, met=0), lapsing=963)}
    assert situation.then_of(told[ACCESS]) is None
    assert situation.lapsing(told.values(), SV) is None
    assert len(situation.sentences([now], told, SV)) == 1


def test_a_chosen_part_is_named_first():
    assert said([(ACCESS, 700, 700)], place="Äldreomsorg")[0] == "Äldreomsorg: 0 av 1 mätbara punkter når målet."


def test_what_lapses_is_added_up_by_kind_and_the_two_biggest_are_named():
    courses = ("information_security_training", "data_protection_training")
    _, told = ahead((courses[0], 900, 800), (courses[1], 900, 791), (ACCESS, 963, 899), (CLASSIFICATION, 300, 299))
    fact = situation.lapsing(told.values(), SV)
    assert (fact.title, fact.value) == ("Slutar gälla före årsskiftet", "274")
    assert plain(fact.note) == "209 utbildningar, 64 behörighetsgenomgångar m.m."
    one = situation.lapsing(ahead((CLASSIFICATION, 300, 299))[1].values(), SV)
    assert (one.value, plain(one.note)) == ("1", "1 klassning")
    none = situation.lapsing(ahead((CLASSIFICATION, 300, 300))[1].values(), SV)
    assert (none.value, none.note) == ("0", "")


def decision(**fields):
    given = {"decision_id": 1, "review_id": 1, "organisation_id": 1, "year": 2025, "number": 1, "text": "Gör det"}
    rest = {"point": None, "responsible": "", "due": None, "resource": "", "follow_up": None, "note": None}
    return Decision(**given | rest | {"status": "not_started", "followed_up_at": None} | fields)


RED = [figure(id_, 100) for id_ in (ACCESS, "processing_record", "nis_reporting")]


@pytest.mark.parametrize(
    ("about", "value", "note"),
    [
        ([ACCESS], "2 punkter", "8 Registerförteckning, 13 NIS"),
        ([ACCESS, "nis_reporting"], "1 punkt", "8 Registerförteckning"),
        ([], "3 punkter", "punkterna 7, 8 och 13"),
        ([figure.point.id for figure in RED], "0 punkter", "alla har beslut"),
    ],
)
def test_a_point_below_the_limit_is_undecided_unless_an_open_decision_is_about_it(about, value, note):
    fact = situation.undecided(RED, [decision(point=id_) for id_ in about], SV)
    assert (fact.value, plain(fact.note)) == (value, note)


def test_a_closed_decision_decides_nothing_and_no_point_below_the_limit_has_no_note():
    assert situation.undecided(RED[:1], [decision(point=ACCESS, status="done")], SV).value == "1 punkt"
    assert situation.undecided([figure(ACCESS, 1000)], [], SV).note == ""
    assert plain(situation.below_limit(RED[:1], SV).note) == "7 Behörighetshantering"
    assert situation.undecided([figure(ACCESS, 0, of=0)], [], SV) is None
    assert situation.below_limit([figure(ACCESS, 0, of=0)], SV) is None


def test_decisions_are_those_of_the_last_review_without_the_cancelled():
    made = [
        decision(status="done"),
        decision(due=date(2026, 6, 30)),
        decision(due=date(2026, 3, 31), status="ongoing"),
        decision(due=date(2026, 12, 31)),
        decision(status="cancelled", due=date(2026, 1, 31)),
        decision(year=2024),
        decision(year=2026),
        decision(year=2027),
    ]
    fact = situation.decided(made, DAY, SV)
    assert (fact.title, fact.value, fact.note) == ("Beslut 2025", "1 av 4 klart", "två försenade")
    one = situation.decided(made[:2], DAY, SV)
    assert (one.value, one.note) == ("1 av 2 klart", "ett försenat")
    only = situation.decided([decision(year=2026)], DAY, SV)
    assert (only.title, only.value) == ("Beslut 2026", "0 av 1 klart")
    assert situation.decided([decision(status="cancelled")], DAY, SV) is None


def test_a_review_tells_how_many_points_are_discussed_until_it_is_submitted():
    fact = situation.review(2026, "draft", discussed=5, of=13, say=SV)
    assert (fact.title, fact.value, fact.note) == ("Genomgång 2026", "5 av 13", "punkter diskuterade")
    states = [
        situation.review(2026, state, discussed=0, of=13, say=SV).value for state in ("", "submitted", "approved")
    ]
    assert states == ["Ej öppnad", "Inlämnad", "Godkänd"]


def test_open_actions_are_told_with_those_that_are_overdue():
    fact = situation.actions(["late", "open", "open", "done", "cancelled"], SV)
    assert (fact.value, fact.note) == ("3", "försenade: 1")
    assert situation.actions([], SV) is None
