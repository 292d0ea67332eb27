"""Bars and trends of a report as pictures: the same each time, nothing cut off, and true to their values."""

import io
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby

import pytest
from PIL import Image, ImageChops

from compliance.counting.assessing import Status
from compliance.report.blocks import Bar, EffectBar, LineChart, Table
from compliance.report.writers.typesetting import COLOURS, DPI, pictures
from compliance.wording.trends import Level, Trend, TrendPoint
from tests.layers import layered
from tests.reports import sample

WIDTH, IN_A_ROW = 15.6, 2.3
PAPER = (255, 255, 255)
LONG = "Informationssäkerhetsklassningsansvarigorganisationsutvecklingsenhetsförvaltningsledningsgruppen"
TRENDS = [block for block in sample().blocks if isinstance(block, LineChart)]
BARS = next(block for block in sample().blocks if isinstance(block, Table)).bars
TARGET, LIMIT = Level(0.95, "mål 95 %"), Level(0.8, "gräns 80 %")


def bar(share, status="red", *, target=0.95, before=None):
    return Bar("Kommunens hus", share, "", target, status, "Under gränsen", before)


def line(*shares, name="Över tid", labels=None):
    months = labels or [f"mån {n}\n2026" for n in range(len(shares))]
    texts = ("–" if share is None else f"{round(share * 100)} %" for share in shares)
    return LineChart("c", "a", name, Trend(tuple(map(TrendPoint, months, shares, texts)), TARGET, LIMIT))


def ended(name):
    chart = line(1.0, 0.0, 0.9, 1.0)
    return replace(chart, trend=replace(chart.trend, ahead=TrendPoint("31 dec", 0.85, "85 %", name=name), after=2))


ODD = {
    "more than everything": bar(1.2),
    "less than nothing": bar(-0.1, before=1.3),
    "all at the end": bar(1.0, "green", target=1.0, before=1.0),
    "all at the beginning": bar(0.0, target=0.0, before=0.0),
    "no basis": bar(None, "no_basis", before=0.5),
    "nothing to assess": bar(None, "nothing_to_assess"),
    "a word longer than its line": line(0.5, name=LONG * 2),
    "markup, formulas and other scripts": line(0.5, name="$x^2$ <b>&amp;</b> -- 😀 مدرسة Ωμέγα"),
    "a name of several lines": line(0.5, name="en\ntvå och " + "ännu mer " * 24),
    "soft hyphens": line(0.5, name="\xad".join((LONG * 2)[n : n + 3] for n in range(0, 2 * len(LONG), 3))),
    "no name at all": line(0.5, name=""),
    "a size below zero": EffectBar(-20, "−2,0", -20, 101),
    "a size and nothing": EffectBar(0, "±0,0", 0, 0),
    "no moments": line(),
    "one moment": line(0.5),
    "only gaps": line(None, None, None),
    "values at both ends": line(1.0, 0.0, 1.0, 0.95),
    "a named dotted end": ended("Om inget görs"),
    "many moments with long names": line(*(n / 30 for n in range(30)), name=f"{LONG} {LONG}"),
}
EVERY = {**{trend.caption: trend for trend in TRENDS}, **{one.label: one for one in BARS}, **ODD}
CHARTS = layered(EVERY.values(), [TRENDS[0], BARS[0], *ODD.values()])


def drawn(chart, *, width=None):
    """A bar as wide as in a row of a table, or a trend as wide as a page."""
    [picture] = pictures([chart], width_cm=width or (WIDTH if isinstance(chart, LineChart) else IN_A_ROW))
    return picture


def pixels(chart, *, width=None):
    return Image.open(io.BytesIO(drawn(chart, width=width))).convert("RGB")


def colour(text):
    return tuple(bytes.fromhex(text[1:]))


def longest_run(image, wanted):
    """The longest row of pixels of the wanted colours: its y, and its first and last x."""
    runs, pixel = [], image.load()
    for y in range(image.height):
        row = [pixel[x, y] in wanted for x in range(image.width)]
        for is_wanted, group in groupby(enumerate(row), key=lambda pair: pair[1]):
            xs = [x for x, _ in group]
            if is_wanted:
                runs.append((len(xs), y, xs[0], xs[-1]))
    return max(runs, default=(0, 0, 0, 0))[1:]


def share_of(image, *, filled, track):
    """The share of the longest bar that is filled."""
    y, first, last = longest_run(image, {filled, track})
    row = [image.getpixel((x, y)) for x in range(first, last + 1)]
    return row.count(filled) / len(row)


def test_the_same_chart_gives_the_same_bytes_also_in_threads_and_among_others():
    charts = [TRENDS[0], BARS[3], TRENDS[-1], BARS[-1]]
    alone = [drawn(chart) for chart in charts]
    with ThreadPoolExecutor(4) as pool:
        in_threads = list(pool.map(drawn, charts * 2))
    assert in_threads == alone * 2
    assert pictures(BARS, width_cm=IN_A_ROW) == [drawn(one) for one in BARS]
    assert pictures([], width_cm=IN_A_ROW) == []


@pytest.mark.parametrize("chart", CHARTS, ids=EVERY)
def test_nothing_is_cut_off_at_an_edge(chart):
    image = pixels(chart)
    edges = {
        "left": (0, 0, 1, image.height),
        "right": (image.width - 1, 0, image.width, image.height),
        "top": (0, 0, image.width, 1),
        "bottom": (0, image.height - 1, image.width, image.height),
    }
    inked = [name for name, edge in edges.items() if {tone for _, tone in image.crop(edge).getcolors()} != {PAPER}]
    assert inked == []


@pytest.mark.parametrize(("chart", "width"), [(bar(0.5), 2.3), (bar(0.5), 5.0), (line(0.5), 8.0), (line(0.5), 24.0)])
def test_a_picture_has_the_requested_width(chart, width):
    assert pixels(chart, width=width).width == pytest.approx(width / 2.54 * DPI, abs=1)


@pytest.mark.parametrize("name", ["klistrat\x0bfrån\x00annat\x1bhåll", "\ud800", "Öppna\r\nstängda"])
def test_control_characters_do_not_break_a_drawing(name):
    assert drawn(line(0.5, name=name))


@pytest.mark.parametrize("name", ["Ωμέγα", "Йошкар-Ола", "مدرسة", "ᚠᛇᚻ", "Ŝanĝo"])
def test_every_letter_of_a_name_is_drawn(name):
    """A letter that no typeface has would be left out, or be the same box as every other."""
    pictures_of = {drawn(line(0.5, name=name[:letters])) for letters in range(len(name) + 1)}
    assert len(pictures_of) == len(name) + 1


def test_a_soft_hyphen_is_visible_only_where_a_line_ends():
    names = ("Informationsklassning", "Informations\xadklassning", "Informations-klassning")
    whole, soft, hard = (drawn(line(0.5, name=name)) for name in names)
    assert whole == soft != hard
    within, at_end = "Utbildning av enhetens ", "Utbildning av enhetens alla mycket stora "
    for soft, hard in (
        (f"{within}verksamhets\xadutvecklare och utredare", f"{within}verksamhetsutvecklare och utredare"),
        (f"{at_end}verksamhets\xadutvecklare", f"{at_end}verksamhets- utvecklare"),
    ):
        one, other = (pixels(line(0.5, name=name), width=8.0) for name in (soft, hard))
        assert one.size == other.size
        # A hyphen of its own may be a fraction of a pixel further to the right.
        assert sum(ImageChops.difference(one, other).convert("L").histogram()[128:]) < 5


@pytest.mark.parametrize("share", [0.1, 0.5, 0.73, 1.0])
def test_a_bar_is_as_long_as_its_share(share):
    # The target's tick would split the bar, so it is moved to its beginning.
    image = pixels(bar(share, target=0.0), width=WIDTH)
    assert share_of(image, filled=colour(COLOURS["red"]), track=colour(COLOURS["track"])) == pytest.approx(
        share, abs=0.02
    )


@pytest.mark.parametrize("target", [0.2, 0.5, 0.8])
def test_the_target_is_a_tick_at_its_share_taller_than_the_bar(target):
    green, tick = {colour(COLOURS["green"])}, colour(COLOURS["ink"])
    _, left, right = longest_run(pixels(bar(1.0, "green", target=0.0), width=WIDTH), green)
    image = pixels(bar(1.0, "green", target=target), width=WIDTH)
    ink = [(x, y) for x in range(left + 20, right) for y in range(image.height) if image.getpixel((x, y)) == tick]
    xs, ys = {x for x, _ in ink}, {y for _, y in ink}
    assert (sum(xs) / len(xs) - left) / (right - left) == pytest.approx(target, abs=0.02)
    high = sum(image.getpixel((left + 10, y)) in green for y in range(image.height))
    assert len(ys) > 1.3 * high


def test_what_lowers_a_figure_is_an_outline_left_of_zero_and_what_raises_it_a_bar_right_of_it():
    down, up = (pixels(EffectBar(size, "", -50, 50), width=WIDTH) for size in (-50, 50))
    _, left, zero = longest_run(down, {colour(COLOURS["accent"])})
    _, start, right = longest_run(up, {colour(COLOURS["accent"])})
    assert left < zero <= start + 3
    assert start < right
    middle = (left + zero) // 2
    assert down.getpixel((middle, down.height // 2)) == PAPER
    assert up.getpixel(((start + right) // 2, up.height // 2)) == colour(COLOURS["accent"])


@pytest.mark.parametrize("status", ["no_basis", "nothing_to_assess"])
def test_a_missing_share_is_not_drawn_as_a_bar(status):
    _, first, last = longest_run(pixels(bar(None, status)), {colour(COLOURS["track"])})
    assert last - first < 20


def test_statuses_are_told_apart_without_colour():
    signs = []
    for status in Status:
        image = pixels(bar(0.5, status)).convert("1", dither=Image.Dither.NONE)
        signs.append(image.crop((image.width - 30, 0, image.width, image.height)).tobytes())
    assert len(set(signs)) == len(Status)


def test_the_last_review_is_marked_only_if_there_is_one():
    with_, without = pixels(bar(0.5, before=0.25)), pixels(bar(0.5))
    assert with_.size == without.size
    assert with_.tobytes() != without.tobytes()


def test_a_gap_in_a_trend_is_a_gap():
    image = pixels(line(*([0.5] * 5), None, None, None, *([0.5] * 5)))
    blue = colour(COLOURS["accent"])
    y, _, _ = longest_run(image, {blue})
    row = [image.getpixel((x, y)) == blue for x in range(image.width)]
    runs = [len(list(group)) for is_blue, group in groupby(row) if is_blue]
    assert len([run for run in runs if run > 100]) == 2


def test_the_dotted_end_of_a_trend_is_named():
    assert drawn(ended("Om inget görs")) != drawn(ended(""))


@pytest.mark.exhaustive
def test_a_reports_charts_are_drawn_fast():
    charts = [*TRENDS, *BARS]
    drawn(charts[0])
    start = time.process_time()
    for chart in charts:
        drawn(chart)
    assert time.process_time() - start < 2
