"""The page of the city: every figure as its organisation's own overview has it, and what it says to whom."""

import html
import re
from contextlib import ExitStack
from datetime import date

import pytest

from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT
from compliance.access.scopes import Scope
from compliance.core.jobs import Job
from compliance.core.language import LANGUAGES, Language, month_ends
from compliance.counting.assessing import Coverage, Status, coverage
from compliance.screens import addressing, reads
from compliance.screens.city import page, texts
from compliance.screens.city.texts import Standing
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN
from compliance.store.file import FileDatabase
from compliance.wording import phrases
from tests.apps import links, opened, pages_linked, text
from tests.layers import first_of
from tests.line import POINTS, Line
from tests.readers import reader

DAY, SV = date(2026, 11, 20), Language("sv")
NORTH, SMALL, EMPTY = "Norra <b>förvaltningen</b>", "Ö-kontoret", "Arkivet"
STAFF = "AD-konto | Enhet | Anställningsdatum"
TRAINING = "AD-konto | Kurskod | Kurs | Status | Slutfört datum"
SYSTEMS = "Systemnamn | Enhet\nAlfa | Norr\nBeta | Norr"
CLASSIFIED = "Objekt/System | K | R | T | Klassad datum\nAlfa | 2 | 2 | 2 | 2026-05-01"
PLANNED = "Aktivitets-ID | Aktivitet | Typ | Status\n1 | Möte | Aktivitet | Pågår"


def load(line, organisation, day, **tables):
    for source, table in tables.items():
        line.load_table(table, source=source, name=f"{source}.csv", organisation=organisation, extract_date=day)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """Three organisations: of eight persons and two systems, of three persons, and one without a basis."""
    line = Line(tmp_path_factory.mktemp("city"))
    for organisation, persons in ((NORTH, 8), (SMALL, 3)):
        staff = "\n".join([STAFF, *(f"{organisation[0]}{n} | Norr | 2020-01-01" for n in range(persons))])
        passed = [f"{organisation[0]}0 | INFOSAK | I | Godkänd | 2026-05-01", "annan | GDPR | D | Ej påbörjad |"]
        passed = "\n".join([TRAINING, *passed])
        load(line, organisation, date(2026, 10, 1), staff=staff, training=passed)
    load(line, NORTH, date(2026, 3, 1), systems=SYSTEMS, classifications=CLASSIFIED)
    load(line, EMPTY, date(2026, 10, 1), activities=PLANNED)
    with ExitStack() as held:
        held.enter_context(line.database.cursor())
        yield line.database


@pytest.fixture
def visit(database, monkeypatch):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(database.path))
    return lambda name="city", **named: opened(name, monkeypatch, **({"as_of": DAY.isoformat()} | named))


@pytest.mark.live
@pytest.mark.parametrize("name", first_of(["city", "overview", "point"]))
def test_a_page_is_drawn_no_more_often_while_others_load_file_after_file(visit, monkeypatch, name):
    """endless: each load would have it counted from the beginning, and nobody sees it before the last"""
    drawn, versions, current, version = [], iter(range(99)), addressing.current, FileDatabase.version
    monkeypatch.setattr(addressing, "current", lambda: drawn.append(name) or current())
    visit(name)
    alone = len(drawn)
    monkeypatch.setattr(FileDatabase, "version", lambda self: f"{version(self)} {min(next(versions), 9)}")
    visit(name)
    assert len(drawn) == 2 * alone


def counted(database, days):
    with database.cursor() as cursor:
        return coverage(cursor, POINTS, days=days, known_at=EVERYTHING_KNOWN, level="organisation")


@pytest.mark.live
def test_its_figures_are_those_of_each_organisation(database, visit):
    """Counted for the page alone, or taken of what has been counted for others: both as `coverage` has them."""
    who, data = reader(COORDINATOR), reads.data(database)
    for _ in range(2):
        every = page.standings.__wrapped__(data, who, DAY)
        assert sorted(told(each.figures for each in every)) == sorted(told([counted(database, [DAY])]))
        year = page.year.__wrapped__(data, who, DAY)
        assert sorted(told(year[NORTH])) == sorted(
            told([[figure for figure in counted(database, month_ends(DAY, count=12)) if figure.organisation == NORTH]])
        )
        assert [{figure.as_of for figure in months} for months in year[EMPTY]] == [
            {d} for d in month_ends(DAY, count=12)
        ]
        reads.coverage(View(who, data, sample=False, as_of=DAY, scope=Scope(NORTH)), (DAY,), ())


def told(groups):
    return [
        (f.organisation, f.point.id, f.as_of, f.met, f.unmet, f.unknown, str(f.status)) for each in groups for f in each
    ]


def rows_of(shown):
    """The words of the table, by organisation, which stand across: a cell is its number and its word."""
    [table] = re.findall(r'<table class="v-heat".*?</table>', shown)
    lines = [
        [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in re.findall(r"<tr>.*?</tr>", table)
    ]
    (_, *names), *points = lines
    assert [row[0].partition(" ")[0] for row in points[: len(POINTS)]] == [str(point.number) for point in POINTS]
    return {
        html.unescape(name).replace("\u00ad", ""): [row[place].replace("\u00a0", " ") for row in points]
        for place, name in enumerate(names, 1)
    }


@pytest.mark.live
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_who_is_behind_and_hides_what_rests_on_few_persons(lang, visit):
    say = Language(lang)
    app = visit(role=MANAGEMENT, lang=lang)
    shown, few = text(app), f"– {say(phrases.FEW)}"
    table = rows_of(shown)
    below, none = say(phrases.STATUS_WORDS[Status.RED]), say(phrases.STATUS_WORDS[Status.NO_BASIS])
    # whoever has most below the limit first, then whoever lacks most: a hidden figure is not among either
    assert list(table) == [NORTH, EMPTY, SMALL]
    assert table[NORTH][:2] == [f"12 {below}", f"0 {below}"]
    assert table[NORTH][3] == f"50 {below}"
    assert table[NORTH][-2:] == [say("{n} of {of}", n="0", of="3"), say.age(264).replace("\u00a0", " ")]
    assert table[EMPTY] == [f"– {none}"] * len(POINTS) + ["–", "–"]
    assert table[SMALL][:3] == [few, few, f"– {none}"]
    assert "33" not in " ".join(table[SMALL])
    answer = {"sv": ["En av tre förvaltningar har punkter under gränsen.", "Flest har", ": tre."],
              "en": ["One of three organisations has points below the limit.", "has most of them: three."]}  # fmt: skip
    assert [words for words in answer[lang] if words not in shown] == []
    assert not app.get("download_button")


def test_few_organisations_stand_beside_each_other_and_of_many_the_points_by_their_numbers():
    """A number needs a legend; a name has room only where few stand beside each other."""

    def drawn(n):
        figures = tuple(Coverage(point, DAY, "A", None, None, 0, 1, 0, 0, 0, basis=True) for point in POINTS)
        every = [Standing(f"Förvaltning {place}", figures, 3) for place in range(n)]
        corner, columns, rows = texts.matrix(every, POINTS, SV, lambda name, _: name)
        return corner, len(columns), [SV.plain({"sv": row.label}) for row in rows], [len(row.facts) for row in rows]

    few, many = drawn(texts.MOST_ACROSS), drawn(texts.MOST_ACROSS + 1)
    labels = [phrases.label(point, SV) for point in POINTS]
    assert few == ("Granskningspunkt", 8, [*labels, "Når målet", "Äldsta underlag"], [0] * len(POINTS) + [8, 8])
    assert (many[0], many[1], many[3]) == ("Förvaltning", len(POINTS) + 2, [2] * 9)


@pytest.mark.live
def test_a_click_leads_to_the_organisation_and_to_its_point(visit):
    """a department that is chosen for other pages belongs to one organisation"""
    app = visit(role=COORDINATOR, organisation=NORTH, unit="Norr")
    shown = links(app)
    day = f"as_of={DAY}"
    own = f"{day}&organisation=%C3%96-kontoret"
    assert f"/?{own}" in shown
    assert f"/point?{own}&point=classification" in shown
    assert rows_of(text(app))[SMALL][0].startswith("33 ")
    assert not [link for link in shown if "unit=" in link and "-kontoret" in link]
    # the year of a point, in every organisation
    assert "0 av 3" in text(app).replace("\u00a0", " ")
    app.selectbox[0].set_value("classification").run()
    assert "50,0" in text(app)


@pytest.mark.exhaustive
def test_the_file_has_what_the_page_shows(database, visit):
    for role, few in ((ANALYST, []), (COORDINATOR, [True, True])):
        view = View(reader(role), reads.data(database), sample=False, as_of=DAY, scope=Scope(NORTH))
        lines = page._content(view, Job(lambda: True)).decode("utf-8-sig").splitlines()
        assert any(NORTH in line for line in lines)
        whole = [line for line in lines if SMALL in line and line.split(";")[1] in {"1", "2"} and "Norr" not in line]
        assert [True for _ in whole] == few, role.id


@pytest.mark.live
def test_whoever_sees_one_organisation_is_told_so_and_has_no_link(visit):
    app = visit(role=COORDINATOR, limit=Scope(SMALL))
    assert "gäller alla förvaltningar, och du ser bara Ö-kontoret" in text(app)
    assert NORTH[:5] not in text(app)
    assert "city" not in pages_linked(app)
    assert "city" in pages_linked(visit("overview", role=COORDINATOR))


@pytest.mark.live
def test_whoever_is_limited_to_an_organisation_without_exports_is_told_what_is_missing(visit):
    """an error: no figure was counted of it, since nothing that is loaded names it"""
    app = visit("point", role=COORDINATOR, limit=Scope("Ingenstans"), point="classification")
    assert "Ingen export av Systemförteckning" in text(app)
    assert "mätbara" not in text(visit("overview", role=COORDINATOR, limit=Scope("Ingenstans")))


def test_a_sentence_names_few_and_the_rest_by_number():
    say = Language("sv")

    def standing(name, red=1):
        point = next(point for point in POINTS if point.id == "classification")
        figure = Coverage(point, DAY, name, None, None, 0, 1, 0, 0, 0, basis=True)
        return Standing(name, (figure,) * red, 3)

    long = [standing(f"{letter} {'x' * 50}") for letter in "ABC"]
    assert texts.sentences(long, say)[1] == f"Flest har A {'x' * 50} och två till: en var."
    assert texts.sentences([standing("A", 2), standing("B")], say)[1] == "Flest har A: två."
    assert texts.notes([standing("A"), standing("B")], say) == "Äldst underlag har A och B: 3 dagar.".replace(
        "3 d", "3\u00a0d"
    )
