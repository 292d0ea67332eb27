"""Words are the same for page, report and frozen review: bold and soft hyphens are added where they are rendered."""

from dataclasses import replace
from datetime import date

import pytest

from compliance.core.language import LANGUAGES, SOFT_HYPHEN, Language, bold
from compliance.counting.assessing import Coverage
from compliance.declarations.sources import product_sources
from compliance.wording import breaking, phrases, trends
from compliance.wording.reasons import detail_text
from compliance.wording.trends import Level, Trend, TrendPoint
from tests.house.test_house import MODULES, imported, module
from tests.line import POINTS

MARKS = ("compliance.core.language.bold", "compliance.wording.breaking.")
# What lays out a text, and so may break its words.
LAID_OUT = ("report.writers.", "report.slides.writing")
MOMENTS = tuple(TrendPoint(f"mån {n}", n / 10, f"{n} %") for n in range(9))
TREND = Trend(MOMENTS, Level(0.9, "mål"), Level(0.8, "gräns"))


def figure(point, **counts):
    none = dict.fromkeys(("met", "unmet", "unknown", "pending", "exempt"), 0)
    return Coverage(
        point, as_of=date(2026, 10, 31), organisation="Norr", department=None, unit=None, basis=True, **none | counts
    )


def unmarked(text):
    return text.replace(bold("")[0], "").replace(bold("")[1], "")


def test_no_text_below_the_pages_is_marked_up():
    rooms = [path for path in MODULES if module(path).split(".")[0] in {"wording", "review", "report"}]
    modules = [
        f"{module(path)}: {name}"
        for path in rooms
        for name in imported(path)
        if not module(path).startswith(LAID_OUT) and f"{name}.".startswith(MARKS)
    ]
    assert modules == []


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.id)
def test_a_points_name_breaks_only_on_a_page(point, code):
    plain, shown = phrases.label(point, Language(code)), breaking.label(point, Language(code))
    assert SOFT_HYPHEN not in plain
    assert shown.replace(SOFT_HYPHEN, "") == plain


@pytest.mark.parametrize(
    "name",
    [
        "Grundskole|förvaltningen", "Stadsdels|förvaltningen", "Stadsbyggnads|kontoret", "Miljö|förvaltningen",
        "Förvaltnings|objekt",
    ],
)  # fmt: skip
def test_the_name_of_an_administration_breaks_where_its_parts_meet(name):
    assert breaking.add_soft_hyphens(name.replace("|", "")) == name.replace("|", SOFT_HYPHEN)


@pytest.mark.parametrize(
    "name", ["Vatten|droppen", "Präst|kragarna", "Ekorr|backarnas", "Objekt|ledarna", "Tallbacken", "a" * 20]
)
def test_a_long_name_of_unknown_parts_breaks_where_a_syllable_begins(name):
    assert breaking.add_soft_hyphens(name.replace("|", "")) == name.replace("|", SOFT_HYPHEN)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("words", [phrases.counts_sentence, phrases.both_percentages])
def test_bold_and_plain_texts_say_the_same(words, code):
    coverage, say = figure(POINTS[3], met=61, unmet=20, unknown=19), Language(code)
    plain, marked = words(coverage, say), words(coverage, say, bold)
    assert unmarked(marked) == plain != marked


def test_a_trend_labels_its_last_moment_and_every_nth_before_it():
    assert [moment.label for moment in TREND.named(4).moments if moment.label] == ["mån 0", "mån 4", "mån 8"]
    assert [moment.label for moment in TREND.named(3).moments if moment.label] == ["mån 2", "mån 5", "mån 8"]
    named = TREND.named(5, first=True).moments
    assert [moment.label for moment in named if moment.label] == ["mån 0", "mån 3", "mån 8"]
    assert [moment.share for moment in named] == [moment.share for moment in MOMENTS]
    ended = replace(TREND, ahead=MOMENTS[0], after=2)
    assert [ended.named(4, apart=apart).moments[-1].label for apart in (2, 3)] == ["mån 8", ""]


@pytest.mark.parametrize(("code", "name"), [("sv", "Om inget görs"), ("en", "Nothing done")])
def test_the_dotted_end_of_a_trend_has_a_name(code, name):
    now, then = figure(POINTS[3], met=1, unmet=1), replace(figure(POINTS[3], met=1, unmet=3), as_of=date(2026, 12, 31))
    ahead = trends.trend([replace(now, as_of=date(2026, 10, 31))], Language(code), date.isoformat, then).ahead
    assert (ahead.lines, ahead.share) == ((name, phrases.percent(then, Language(code))), 0.25)


def test_a_month_without_a_figure_is_a_gap_in_the_trend():
    months = [figure(POINTS[3]), figure(POINTS[3], met=1, unmet=1)]
    course = trends.trend(months, Language("sv"), date.isoformat)
    assert [moment.share for moment in course.moments] == [None, 0.5]
    assert [moment.text for moment in course.measured] == ["50,0\N{NO-BREAK SPACE}%"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_field_that_an_export_lacks_is_told_by_its_name_in_the_database(code):
    fields = [field.name for source in product_sources().values() for field in source.fields if "_" in field.name]
    assert [name for name in fields if "_" in detail_text(POINTS[0], name, Language(code))] == []
