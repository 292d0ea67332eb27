"""Charts of a report as pictures: alike each time, nothing cut off, and as long as what they say."""

import io
import re
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import pytest
from lxml import etree
from PIL import Image

from compliance.blocks import Bar, BarChart, CountChart, LineChart, Moment
from compliance.drawing import ACCENT, DPI, INK, MARKS, TRACK, picture
from compliance.geometry import Level
from tests.reports import sample

WIDTH = 15.6
PAPER = (255, 255, 255)
LONG = "Informationssäkerhetsklassningsansvarigorganisationsutvecklingsenhetsförvaltningsledningsgruppen"
CHARTS = [block for block in sample().blocks if isinstance(block, BarChart | LineChart | CountChart)]
TARGET, LIMIT = Level(0.95, "mål 95 %"), Level(0.8, "gräns 80 %")


def bars(*given):
    return BarChart("Rubrik", "Alternativtext", given, "mål", "förra genomgången")


def bar(share, status="red", *, label="Kommunens hus", target=0.95, before=None):
    text = "–" if share is None else f"{round(share * 100)} %"
    return Bar(label, share, text, target, status, "Under gränsen", before)


def line(*shares, name="Över tid", labels=None):
    given = labels or [f"mån {n}\n2026" for n in range(len(shares))]
    texts = ("–" if share is None else f"{round(share * 100)} %" for share in shares)
    return LineChart("c", "a", name, tuple(map(Moment, given, shares, texts)), TARGET, LIMIT)


ODD = {
    "a word longer than its column": bars(bar(0.5, label=LONG)),
    "markup, formulas and other scripts": bars(bar(0.5, label="$x^2$ <b>&amp;</b> -- 😀 مدرسة Ωμέγα")),
    "more than everything and less than nothing": bars(bar(1.2), bar(-0.1), bar(0.0, before=1.3)),
    "a label of several lines": bars(bar(0.5, label="en\ntvå och " + "ännu mer " * 12)),
    "soft hyphens": bars(bar(0.5, label="\xad".join(LONG[n : n + 3] for n in range(0, len(LONG), 3)))),
    "no label at all": bars(bar(0.5, label="")),
    "nothing to draw": bars(),
    "no moments": line(),
    "one moment": line(0.5),
    "only gaps": line(None, None, None),
    "values at both ends": line(1.0, 0.0, 1.0, 0.95),
    "many moments with long names": line(*(n / 30 for n in range(30)), name=f"{LONG} {LONG}"),
    "counts of nothing": CountChart("c", "a", "Antal", ((LONG, 0, "0"), ("", -1, "−1"))),
    "great counts": CountChart("c", "a", LONG, (("a", 10**12, "1 000 000 000 000"), ("b", 1, "1"))),
}
EVERY = {**{chart.caption: chart for chart in CHARTS}, **ODD}


def pixels(chart, *, width=WIDTH):
    return Image.open(io.BytesIO(picture(chart, kind="png", width_cm=width))).convert("RGB")


def colour(text):
    return tuple(bytes.fromhex(text[1:]))


def longest_run(image, wanted):
    """The longest row of pixels of some colours: its height, first and last place."""
    runs, pixel = [], image.load()
    for y in range(image.height):
        row = [pixel[x, y] in wanted for x in range(image.width)]
        for is_wanted, group in groupby(enumerate(row), key=lambda pair: pair[1]):
            places = [x for x, _ in group]
            if is_wanted:
                runs.append((len(places), y, places[0], places[-1]))
    return max(runs, default=(0, 0, 0, 0))[1:]


def share_of(image, *, filled, track):
    """Which part of the longest bar is filled, at its height."""
    y, first, last = longest_run(image, {filled, track})
    row = [image.getpixel((x, y)) for x in range(first, last + 1)]
    return row.count(filled) / len(row)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_chart_gives_the_same_bytes_also_in_threads(kind):
    given = [CHARTS[0], CHARTS[3], CHARTS[-1]]
    alone = [picture(chart, kind=kind, width_cm=WIDTH) for chart in given]
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(lambda chart: picture(chart, kind=kind, width_cm=WIDTH), given * 2))
    assert beside == alone * 2


@pytest.mark.parametrize("chart", EVERY.values(), ids=EVERY)
@pytest.mark.filterwarnings("ignore:Glyph")
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


@pytest.mark.parametrize("width", [12.0, 15.6, 24.0])
def test_a_picture_is_as_wide_as_was_asked(width):
    chart = bars(bar(0.5))
    image = Image.open(io.BytesIO(picture(chart, kind="png", width_cm=width)))
    assert image.width == pytest.approx(width / 2.54 * DPI, abs=1)
    assert image.info["dpi"][0] == pytest.approx(DPI, abs=1)
    drawing = etree.fromstring(picture(chart, kind="svg", width_cm=width))
    assert float(drawing.get("width").removesuffix("pt")) == pytest.approx(width / 2.54 * 72, abs=0.1)


@pytest.mark.parametrize("chart", EVERY.values(), ids=EVERY)
@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_drawing_is_xml_that_needs_no_font_and_tells_no_date(chart):
    content = picture(chart, kind="svg", width_cm=WIDTH)
    drawing = etree.fromstring(content)
    assert not drawing.findall(".//{*}text")
    assert not re.search(rb"20\d\d-\d\d-\d\dT|matplotlib\.org", content)


def test_control_characters_do_not_break_a_drawing():
    etree.fromstring(picture(bars(bar(0.5, label="klistrat\x0bfrån\x00annat\x1bhåll")), kind="svg", width_cm=WIDTH))


def test_a_soft_hyphen_is_seen_only_where_a_line_ends():
    drawn = {
        label: picture(bars(bar(0.5, label=label)), kind="svg", width_cm=WIDTH)
        for label in ("Informationsklassning", "Informations\xadklassning", "Informations-klassning")
    }
    whole, soft, hard = drawn.values()
    assert whole == soft != hard
    # matplotlib notes each line of text beside its outlines.
    for label, line in (
        ("Enhetens verksamhets\xadutvecklare och utredare", b"<!-- Enhetens verksamhetsutvecklare -->"),
        ("Enhetens stora verksamhets\xadutvecklare", b"<!-- Enhetens stora verksamhets- -->"),
    ):
        assert line in picture(bars(bar(0.5, label=label)), kind="svg", width_cm=WIDTH)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.73, 1.0])
def test_a_bar_is_as_long_as_its_share(share):
    # The target's tick is taller than the bar, so it is moved to where the bar begins.
    image = pixels(bars(bar(share, target=0.0)))
    assert share_of(image, filled=colour(MARKS["red"]), track=colour(TRACK)) == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("target", [0.2, 0.5, 0.8])
def test_the_target_is_a_tick_at_its_place_taller_than_the_bar(target):
    image = pixels(bars(bar(1.0, "green", target=0.0), bar(1.0, "green", target=target)))
    green = {colour(MARKS["green"])}
    _, left, right = longest_run(image, green)
    pixel, tick = image.load(), colour(INK)
    ink = [
        (x, y) for x in range(left + 20, right) for y in range(image.height // 2, image.height) if pixel[x, y] == tick
    ]
    xs, ys = {x for x, _ in ink}, {y for _, y in ink}
    assert (sum(xs) / len(xs) - left) / (right - left) == pytest.approx(target, abs=0.02)
    high = sum(image.getpixel((left + 10, y)) in green for y in range(image.height // 2, image.height))
    assert len(ys) > 1.3 * high


@pytest.mark.parametrize("status", ["no_basis", "nothing_to_assess"])
def test_what_cannot_be_computed_is_no_bar(status):
    _, first, last = longest_run(pixels(bars(bar(None, status))), {colour(TRACK)})
    assert last - first < 20


def test_statuses_are_told_apart_without_colour():
    signs = []
    for status in MARKS:
        image = pixels(bars(bar(0.5, status))).convert("1", dither=Image.Dither.NONE)
        right = int(image.width * 0.78)
        signs.append(image.crop((right, 0, right + 80, image.height)).tobytes())
    assert len(set(signs)) == len(MARKS)


def test_the_last_review_is_marked_only_where_there_is_one():
    with_, without = pixels(bars(bar(0.5, before=0.25))), pixels(bars(bar(0.5)))
    assert with_.size == without.size
    assert with_.tobytes() != without.tobytes()


def test_the_greatest_count_has_the_longest_bar():
    image = pixels(CountChart("c", "a", "Antal", (("A", 100, "100"), ("B", 25, "25"))))
    blue = {colour(ACCENT)}
    half = image.height * 3 // 5
    _, first, last = longest_run(image.crop((0, 0, image.width, half)), blue)
    _, begin, end = longest_run(image.crop((0, half, image.width, image.height)), blue)
    assert begin == first
    assert (end - begin) / (last - first) == pytest.approx(0.25, abs=0.01)


def test_a_gap_in_a_trend_is_a_gap():
    image = pixels(line(*([0.5] * 5), None, None, None, *([0.5] * 5)))
    blue = colour(ACCENT)
    y, _, _ = longest_run(image, {blue})
    row = [image.getpixel((x, y)) == blue for x in range(image.width)]
    runs = [len(list(group)) for is_blue, group in groupby(row) if is_blue]
    assert len([run for run in runs if run > 100]) == 2


def test_a_reports_charts_are_drawn_fast():
    picture(CHARTS[0], kind="png", width_cm=WIDTH)
    began = time.process_time()
    for chart in CHARTS:
        picture(chart, kind="png", width_cm=WIDTH)
    assert time.process_time() - began < 2
