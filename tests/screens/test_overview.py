"""What the overview says of the end of the year, and what must be decided, to whom and with which links."""

import re
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from compliance.access.permissions import ANALYST, COORDINATOR, MANAGEMENT
from compliance.access.scopes import Scope
from compliance.core.language import Language
from compliance.counting.assessing import Basis, Coverage
from compliance.counting.outlook import Outlook
from compliance.drawing.charts import Ahead
from compliance.screens.overview import texts
from compliance.screens.overview.texts import Overview
from tests.apps import links, opened, text
from tests.layers import first_of
from tests.line import POINTS

SV, EN = Language("sv"), Language("en")
DAY, END = date(2026, 10, 31), date(2026, 12, 31)
PART = "Förskola"


def figure(met, of=100, *, id_="access", day=DAY):
    point = next(point for point in POINTS if point.id == id_)
    return Coverage(point, day, "Förvaltningen", None, None, met, of - met, 0, 0, 0, basis=True)


def overview(outlook):
    basis = Basis(("Förvaltningen",), [])
    return Overview(now=(outlook.now,), before={}, parts=(), basis=basis, outlooks={outlook.now.point.id: outlook})


LAPSING = Outlook(figure(96), then=figure(74, day=END), lapsing=22)
LEFT = Outlook(figure(88), then=figure(80, day=END), lapsing=8, enough_items=7)
OF_THE_YEAR = Outlook(figure(25, 29, id_="nis_reporting"), at_most=28 / 29, lost=1)


@pytest.mark.parametrize(
    ("outlook", "then", "cells", "kept"),
    [
        (LAPSING, Ahead("74,0 %", "red", "Under gränsen"), ("", "22 ska göras om"), 0.74),
        (LEFT, Ahead("80,0 %", "yellow", "Nära"), ("7 av 12", ""), 0.80),
        (OF_THE_YEAR, Ahead("högst 96,6 %"), ("", ""), None),
        # what is reached stays reached: nothing is to be redone for it
        (replace(LAPSING, then=figure(95, day=END)), Ahead("95,0 %", "green", "Når målet"), ("", ""), 0.95),
        # it falls below its target, but nothing lapses: the target rises, or people leave
        (replace(LAPSING, lapsing=0), Ahead("74,0 %", "red", "Under gränsen"), ("", ""), 0.74),
        (replace(OF_THE_YEAR, lost=0), None, ("", ""), None),
        # nothing is ahead of the last day of the year, but what is enough still is
        (replace(LEFT, now=figure(88, day=END)), None, ("7 av 12", ""), None),
        (replace(OF_THE_YEAR, now=figure(25, 29, id_="nis_reporting", day=END)), None, ("", ""), None),
        (Outlook(figure(96)), None, ("", ""), None),
    ],
)
def test_a_row_says_what_becomes_of_its_point_and_what_is_enough(outlook, then, cells, kept):
    row = texts.bullet(overview(outlook), outlook.now, SV)
    told = row.then and replace(row.then, figure=row.then.figure.replace("\N{NO-BREAK SPACE}", " "))
    assert (told, (row.enough, row.again), row.now.kept) == (then, cells, kept)
    head = texts.bullet_head(overview(outlook), SV)
    assert head.then == ("31 dec om inget görs" if then else "")
    assert head.enough == ("Räcker till målet" if any(cells) else "")


def test_a_screen_reader_gets_the_figure_of_the_end_of_the_year_with_the_row():
    alt = texts.bullet(overview(LAPSING), LAPSING.now, SV).now.alt
    assert alt.replace("\N{NO-BREAK SPACE}", " ").endswith("når målet, 74,0 % den 31 december om inget görs")
    alt = texts.bullet(overview(LAPSING), LAPSING.now, EN).now.alt
    assert alt.endswith("reaches the target, 74.0% on 31 December if nothing is done")


def test_the_signs_explain_what_lapses_only_where_a_bar_has_it():
    signs = [[entry.sign for entry in texts.legend(overview(each), SV)] for each in (LAPSING, OF_THE_YEAR)]
    assert ["lapsing" in each for each in signs] == [True, False]


def test_the_kicker_names_the_part_that_is_shown():
    assert texts.kicker(Scope("Lövsta"), 2026, SV) == "Ledningens genomgång 2026 · Lövsta"
    unit = Scope("Lövsta", "Äldreomsorg", "Hemtjänst Norr")
    assert texts.kicker(unit, 2026, EN) == "Management review 2026 · Lövsta · Äldreomsorg · Hemtjänst Norr"


def facts(app):
    """The titles of the facts, with the pages that they link to and the month that those are asked for."""
    [strip] = re.findall('<dl class="v-facts">(.*?)</dl>', text(app))
    titles = [re.sub("<[^>]+>", "", title) for title in re.findall("<dt>(.*?)</dt>", strip)]
    ways = [re.search('href="([^"]*)"', title) for title in re.findall("<dt>(.*?)</dt>", strip)]
    return dict(zip(titles, [way and urlsplit(way[1].replace("&amp;", "&")) for way in ways], strict=True))


@pytest.mark.live
def test_each_fact_leads_to_its_list(sample, monkeypatch):
    told = facts(opened("overview", monkeypatch))
    assert {title: way.path for title, way in told.items()} == {
        "Slutar gälla före årsskiftet": "/plan",
        "Under gränsen utan beslut": "/decisions",
        "Nästa tidsfrist": "/incidents",
        "Genomgång 2026": "/review",
        "Beslut 2025": "/decisions",
        "Öppna åtgärder": "/plan",
    }
    assert parse_qs(told["Slutar gälla före årsskiftet"].query)["lapses"] == ["2026-12"]
    assert parse_qs(told["Beslut 2025"].query)["year"] == ["2025"]
    assert "year" not in parse_qs(told["Under gränsen utan beslut"].query)
    assert parse_qs(told["Öppna åtgärder"].query)["part"] == ["actions"]


@pytest.mark.live
def test_the_year_wheel_begins_with_the_part_that_the_address_names(sample, monkeypatch):
    shown = [text(opened("plan", monkeypatch, **part)) for part in ({}, {"part": "actions"})]
    first = [page.index(">Åtgärder<") < page.index(">Årets moment<") for page in shown]
    assert first == [False, True]
    assert "<strong>10</strong> av <strong>70</strong> åtgärder" in shown[1]


@pytest.mark.exhaustive
@pytest.mark.parametrize("role", [ANALYST, MANAGEMENT], ids=lambda role: role.id)
def test_whoever_may_not_read_decisions_sees_what_is_below_the_limit_and_no_link_to_them(sample, monkeypatch, role):
    told = facts(app := opened("overview", monkeypatch, role=role))
    if role is ANALYST:
        assert [title for title in told if "eslut" in title] == []
        assert told["Under gränsen"] is None
        assert not any(address.startswith("/decisions") for address in links(app))
    else:
        assert told["Under gränsen utan beslut"].path == "/decisions"


@pytest.mark.exhaustive
@pytest.mark.parametrize(("role", "limited"), [(COORDINATOR, False), (MANAGEMENT, True)])
def test_a_part_is_named_and_has_the_facts_that_hold_for_it(sample, monkeypatch, role, limited):
    organisation = "Lövsta stadsdelsförvaltning (exempel)"
    limit = Scope(organisation, PART) if limited else None
    app = opened("overview", monkeypatch, role=role, limit=limit, department=PART)
    below = "Under gränsen" if limited else "Under gränsen utan beslut"
    assert [*facts(app)] == ["Slutar gälla före årsskiftet", below, "Nästa tidsfrist"]
    assert f"{PART}: 4 av 11 mätbara punkter når målet." in text(app)
    assert f"Ledningens genomgång 2026 · {organisation} · {PART}" in text(app)


@pytest.mark.live
@pytest.mark.parametrize("lang", first_of(["sv", "en"]))
def test_nothing_is_ahead_of_the_last_day_of_the_year(sample, monkeypatch, lang):
    app = opened("overview", monkeypatch, as_of=END.isoformat(), lang=lang)
    shown = text(app)
    assert "v-out" not in shown
    assert "v-lapsing" not in shown
    assert not any("lapses=" in address for address in links(app))
