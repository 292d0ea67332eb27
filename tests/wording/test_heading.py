"""Where a figure is heading, as a head of administration would say it."""

from dataclasses import replace
from datetime import date

import pytest

from compliance.core.language import Language
from compliance.counting.assessing import Coverage
from compliance.counting.outlook import Outlook
from compliance.wording import outlook
from tests.line import POINTS

SV, EN = Language("sv"), Language("en")
DAY, END = date(2026, 10, 31), date(2026, 12, 31)


def figure(met, of, *, id_="classification", day=DAY):
    point = next(point for point in POINTS if point.id == id_)
    return Coverage(point, day, "Förvaltningen", None, None, met, of - met, 0, 0, 0, basis=True)


NOW = Outlook(figure(91, 297))
RISING = replace(
    NOW,
    before=figure(56, 293, day=date(2025, 9, 30)),
    latest=figure(93, 297, day=date(2026, 10, 2)),
    pace=0.0096,
    reached="2028-03",
)


@pytest.mark.parametrize(
    ("told", "swedish", "english"),
    [
        (NOW, "", ""),
        (
            RISING,
            "I samma takt som mellan 30 sep 2025 (19,1 %) och 2 okt 2026 (31,3 %) nås målet i mars 2028.",
            "At the pace between 30 Sep 2025 (19.1%) and 2 Oct 2026 (31.3%) the target is reached in March 2028.",
        ),
        # a review that was frozen with the same day a year before
        (
            replace(RISING, latest=None, before=figure(56, 293, day=date(2025, 10, 31))),
            "I samma takt som mellan 31 okt 2025 (19,1 %) och 31 okt 2026 (30,6 %) nås målet i mars 2028.",
            "At the pace between 31 Oct 2025 (19.1%) and 31 Oct 2026 (30.6%) the target is reached in March 2028.",
        ),
        (
            replace(RISING, reached="not_within_five_years"),
            "I samma takt som mellan 30 sep 2025 (19,1 %) och 2 okt 2026 (31,3 %) nås målet inte inom fem år.",
            "At the pace between 30 Sep 2025 (19.1%) and 2 Oct 2026 (31.3%) the target is not reached within five "
            "years.",
        ),
        (
            replace(RISING, reached="no_change"),
            "Täckningen ändrades knappt mellan 30 sep 2025 (19,1 %) och 2 okt 2026 (31,3 %).",
            "The coverage hardly changed between 30 Sep 2025 (19.1%) and 2 Oct 2026 (31.3%).",
        ),
        (
            replace(RISING, reached="no_clear_direction", reviewed=figure(92, 297, day=date(2025, 11, 15))),
            "Ingen tydlig riktning: täckningen steg mellan 30 sep 2025 (19,1 %) och 2 okt 2026 (31,3 %) men är nu "
            "30,6 %, lägre än i genomgången 2025 (31,0 %).",
            "There is no clear direction: the coverage rose between 30 Sep 2025 (19.1%) and 2 Oct 2026 (31.3%), but is "
            "30.6% now, lower than in the review of 2025 (31.0%).",
        ),
        (
            replace(RISING, pace=-0.01, reached="no_clear_direction", reviewed=figure(90, 297, day=date(2025, 11, 15))),
            "Ingen tydlig riktning: täckningen sjönk mellan 30 sep 2025 (19,1 %) och 2 okt 2026 (31,3 %) men är nu "
            "30,6 %, högre än i genomgången 2025 (30,3 %).",
            "There is no clear direction: the coverage fell between 30 Sep 2025 (19.1%) and 2 Oct 2026 (31.3%), but is "
            "30.6% now, higher than in the review of 2025 (30.3%).",
        ),
        (
            replace(RISING, reached="falling"),
            "Täckningen sjönk mellan 30 sep 2025 (19,1 %) och 2 okt 2026 (31,3 %).",
            "The coverage fell between 30 Sep 2025 (19.1%) and 2 Oct 2026 (31.3%).",
        ),
        (
            replace(NOW, then=figure(86, 297, day=END), lapsing=5),
            "Görs inget är täckningen 29,0 % vid årsskiftet: 5 klassningar slutar gälla.",
            "If nothing is done, coverage will be 29.0% at the end of the year: 5 classifications lapse.",
        ),
        (
            replace(NOW, then=figure(90, 297, day=END), lapsing=1),
            "Görs inget är täckningen 30,3 % vid årsskiftet: en klassning slutar gälla.",
            "If nothing is done, coverage will be 30.3% at the end of the year: one classification lapses.",
        ),
        (
            replace(NOW, enough_items=192, enough_units=67),
            "192 av de 206 som återstår räcker. De finns i 67 enheter.",
            "192 of the 206 left are enough. They are in 67 units.",
        ),
        (
            replace(NOW, enough_items=9, enough_units=1, units=("Norr",)),
            "9 av de 206 som återstår räcker. De finns i Norr.",
            "9 of the 206 left are enough. They are in Norr.",
        ),
        (
            replace(NOW, enough_items=9, enough_units=1, units=(None,)),
            "9 av de 206 som återstår räcker.",
            "9 of the 206 left are enough.",
        ),
        (
            replace(NOW, enough_items=1, enough_units=1, units=("Norr",)),
            "1 av de 206 som återstår räcker.",
            "1 of the 206 left is enough.",
        ),
        (
            replace(NOW, enough_items=2, enough_units=2, units=("Norr", None)),
            "2 av de 206 som återstår räcker. De finns i Norr och bland dem som saknar enhet.",
            "2 of the 206 left are enough. They are in Norr and among those without a unit.",
        ),
        (
            Outlook(figure(25, 29, id_="nis_reporting"), at_most=28 / 29, lost=1),
            "Målet kan inte nås i år, som högst 96,6 %.",
            "The target cannot be reached this year: at most 96.6%.",
        ),
        # nothing lapses and nothing is lost: there is nothing to say
        (replace(NOW, then=figure(91, 297, day=END)), "", ""),
        (Outlook(figure(29, 29, id_="nis_reporting"), at_most=1.0), "", ""),
        # it takes all that is left, which the figure says
        (replace(NOW, enough_items=206, enough_units=70), "", ""),
        # the day itself is the last of the year
        (Outlook(figure(91, 297, day=END), then=figure(91, 297, day=END)), "", ""),
    ],
)
def test_an_outlook_is_a_sentence(told, swedish, english):
    said = [" ".join(outlook.sentences(told, say, names=True)).replace("\N{NO-BREAK SPACE}", " ") for say in (SV, EN)]
    assert said == [swedish, english]


@pytest.mark.parametrize(
    ("month", "met", "swedish"),
    [
        ("2026-10", 297, "Genomgången 2025 räknade med det i oktober 2026, och målet är nått."),
        ("2026-10", 91, "Genomgången 2025 räknade med att målet skulle nås i oktober 2026, men det är inte nått."),
        ("2026-11", 297, "Genomgången 2025 räknade med det i november 2026, och målet är nått."),
        ("2026-11", 0, ""),
        ("2026-11", 91, "Genomgången 2025 räknade med att målet nås i november 2026."),
        ("falling", 91, ""),
        ("no_clear_direction", 91, ""),
    ],
)
def test_a_later_review_says_whether_it_came_true(month, met, swedish):
    expected = Outlook(figure(56, 293, day=date(2025, 11, 15)), reached=month)
    now = Outlook(figure(met, 297 if met else 0))
    assert outlook.came_true(expected, now, SV).replace("\N{NO-BREAK SPACE}", " ") == swedish
