"""The time to process a text is linear in its length, whatever the text consists of.

Only CPU times of this process are compared with each other: a text eight times as long may take up to SLACK times eight
times as long, and times below MOMENT are ignored.
"""

import random
import time
from dataclasses import replace

import pytest

from compliance.access import withholding
from compliance.drawing import elements
from compliance.loading import guessing
from compliance.report.blocks import (
    Bar,
    Bullets,
    Heading,
    LineChart,
    Paragraph,
    Signatures,
    Table,
)
from compliance.report.report import as_document
from compliance.report.slides.contents import Slide, Slides
from compliance.report.slides.layouts import LAYOUTS
from compliance.report.slides.writing import write_slides
from compliance.wording import breaking
from compliance.wording.tables import Head
from compliance.wording.trends import Level, Trend, TrendPoint
from tests.layers import first_of
from tests.line import SOURCES, WORDS
from tests.reports import sample

SHORT, LONG, SLACK, MOMENT = 2_000, 16_000, 3, 0.001
NAMES = withholding.Names(["Anna Berg", "Bo Ek"], ["Alfa", "hus"])
# Pieces that may make a search for words, numbers, addresses, bold parts and line breaks backtrack.
PIECES = (
    "x", "s", "aaaaas", "hus", "enhet-", "1", "1 ", "1,", "85 07 09 ", "x-", "x/", "x.", "x@", "@.", "(", "()", ")",
    ":", "*", "**", "_", "`", "[x](", "<b>", "&", "\ufdd0", "\ufdd0x\ufdd1", "\u00ad", "x\u00ad", "\u200b", "x\u200b",
    "\u0301", "e\u0301", "漢", "å", " ", "\u00a0", "per ", "met 1 ", "art. ", "{x}", "%", "\t",
)  # fmt: skip
STEPS = {
    "hyphenated": breaking.add_soft_hyphens,
    "rich": elements.rich,
    "withheld": NAMES.withhold,
    "data or headings": lambda text: guessing.looks_like_data([text], list(SOURCES.values())),
    "a number": lambda text: guessing._fits_type("number", text, WORDS),
    "similarity": lambda text: guessing._similarity(text, "systemnamn"),
}


def random_text(seed):
    """A few pieces to repeat, and a different end."""
    chance = random.Random(seed)
    pieces = "".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 4)))
    return pieces, chance.choice(("", "!", " x", "-"))


def text_of(piece, end, length):
    return (piece * (length // len(piece) + 1))[:length] + end


def seconds(do, text, *, times=2):
    """The least of some CPU times."""
    measured = []
    for _ in range(times):
        started = time.process_time()
        do(text)
        measured.append(time.process_time() - started)
    return min(measured)


def grows_too_fast(do, piece, end):
    """Whether the time grows faster than the length. A fast enough long text needs no second measurement."""
    long = seconds(do, text_of(piece, end, LONG), times=1)
    if long <= SLACK * LONG / SHORT * MOMENT:
        return False
    short = max(seconds(do, text_of(piece, end, SHORT)), MOMENT)
    return min(long, seconds(do, text_of(piece, end, LONG))) > SLACK * LONG / SHORT * short


@pytest.mark.live
@pytest.mark.parametrize("seeds", first_of([6, 20]))
@pytest.mark.parametrize("name", STEPS)
def test_the_time_is_linear_in_the_length(name, seeds):
    texts = [(piece, "!") for piece in PIECES] + [random_text(seed) for seed in range(seeds)]
    assert [text for text in texts if grows_too_fast(STEPS[name], *text)] == []


# --- files ---------------------------------------------------------------------------------------------------------


def report_of(text):
    """A report with a text everywhere an export or a user may have one."""
    bar, level = Bar(text, 0.5, "50 %", 0.95, "red", "Under gränsen", 0.4), Level(0.95, "mål 95 %")
    blocks = (
        Heading("1 Kort", 1),
        *(Paragraph(text, style) for style in ("answer", "body", "comment", "note")),
        Bullets((text, "kort")),
        Table("Tabell", (Head("Namn"), Head("Text", width=3)), ((text, "a"), ("b", text)), (bar,) * 2, "0–100"),
        LineChart("Över tid", text, "Täckning", Trend((TrendPoint("nov", 0.5, "50 %"),), level, level)),
        Signatures("Underskrift", ((text[:200], ""),)),
    )
    return replace(sample("sv", draft="Utkast"), blocks=blocks, facts=(("Rättar", text),))


def slides_of(text):
    """A slide of each kind, with a text in all its places."""
    table, level = Table(text, (Head(text, width=9), Head(text)), ((text, text),)), Level(0.95, text)
    trend = LineChart("", text, text, Trend((TrendPoint("2026-10-31", 0.5, text),), level, level))
    slides = tuple(
        Slide(
            kind,
            dict.fromkeys(places, text),
            table if "table" in places else None,
            {name: trend for name, place in places.items() if place.kind == "chart"},
            notes=text,
        )
        for kind, places in LAYOUTS.items()
    )
    report = replace(sample("sv", draft=text), title=text, organisation=text, footer=text, blocks=())
    return Slides(report, slides)


def write(text, kind):
    return write_slides(slides_of(text)) if kind == "pptx" else as_document(report_of(text), kind=kind)


@pytest.mark.live
@pytest.mark.parametrize(
    "pieces", first_of([["x-"], [*PIECES, *(random_text(seed)[0] for seed in range(20))]]), ids=len
)
@pytest.mark.parametrize("kind", ["docx", "pdf", "pptx"])
def test_a_report_is_written_whatever_its_texts_are(kind, pieces):
    """A word of 20,000 letters once kept the slides and the year package from being finished, after approval."""
    assert [piece for piece in pieces if takes_too_long(lambda text: write(text, kind), piece)] == []


def takes_too_long(do, piece):
    """Whether the time grows faster than the length, which for a fast enough long text needs one measurement."""
    few, many = (text_of(piece, "", length) for length in (500, 4_000))
    if seconds(do, many, times=1) < SLACK * 8 * 0.05:
        return False
    return seconds(do, many) >= SLACK * 8 * max(seconds(do, few), 0.05)
