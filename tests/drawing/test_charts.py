"""The visual language escapes, serves screen readers, and never draws a gap as zero."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from compliance.core import language
from compliance.core.language import BOLD_BEGINS, BOLD_ENDS, LANGUAGES, Language
from compliance.drawing import (
    charts,
    city,
    elements,
    incidents,
    meeting,
    plots,
    strip,
    systems,
    training,
    wheel,
    wheel_layout,
)
from compliance.drawing.elements import Html
from compliance.drawing.geometry import spread
from compliance.wording.tables import Head
from compliance.wording.trends import UNDONE, Level, Trend, TrendPoint

ROOT = Path(__file__).parents[2]
HOSTILE = "<script>alert('1')</script> \"quoted\" & a\n\nblank **bold"
HEAD = charts.BulletHead(*[HOSTILE] * 6)


def measured(share: float | None = 0.196, text: str = "19.6 %", kept: float | None = None) -> charts.Measured:
    shares = {"share": share, "target": 0.95, "last": 0.145, "kept": kept}
    return charts.Measured(status="red", word=text, figure=text, alt=text, **shares)


def bullet(share: float | None = 0.196, text: str = "19.6 %") -> charts.Bullet:
    return charts.Bullet(
        now=measured(share, text, kept=0.1),
        change=text,
        then=charts.Ahead(text, "red", text),
        enough=text,
        age=text,
    )


def hero(share: float | None = 0.196, text: str = "19.6 %") -> charts.Hero:
    return charts.Hero(now=measured(share, text), counts=text, terms=text, note=text)


H = HOSTILE
FRAGMENTS: dict[str, Callable[[], Html]] = {
    "status_mark": lambda: charts.status_mark("red", H, note=H, large=True),
    "headline": lambda: charts.headline(H, H, kicker=H),
    "verdict": lambda: charts.verdict(H, kicker=H, grounds=H),
    "page_title": lambda: charts.page_title(H, kicker=H, question=H),
    "section": lambda: charts.section(H, note=H),
    "note": lambda: charts.note(H),
    "caption": lambda: charts.caption(H),
    "badge": lambda: charts.badge(H),
    "comment": lambda: charts.comment(H, H),
    "empty_state": lambda: charts.empty_state("no_basis", H, title=H, texts=[H]),
    "card_head": lambda: charts.card_head(H, kicker=H, text=H),
    "facts": lambda: charts.facts([charts.Fact(H, H, H, H)]),
    "headed": lambda: charts.headed(H, elements.rich(H)),
    "legend": lambda: charts.legend([charts.LegendEntry("target", H, H)], label=H),
    "pair": lambda: charts.pair(charts.Pair(H, H, H)),
    "pairs": lambda: charts.pairs([charts.Pair(H, H, H)]),
    "bar": lambda: charts.bar(status="red", share=0.2, target=0.9, last=0.1, alt=H),
    "bar_of": lambda: charts.bar_of(measured(text=H)),
    "bullet_rows": lambda: charts.bullet_rows([(H, bullet(text=H))], name=H, head=HEAD),
    "neighbours": lambda: charts.neighbours([charts.anchor(H, H)]),
    "linked": lambda: charts.stack(charts.linked(charts.PageLink(H, H))),
    "page_links": lambda: charts.page_links([charts.PageLink(H, H, here=True)]),
    "bullet_head": lambda: charts.bullet_head(HEAD),
    "bullet_row": lambda: charts.bullet_row(bullet(text=H), head=HEAD),
    "hero": lambda: charts.hero(hero(text=H)),
    "answer_strip": lambda: charts.answer_strip([charts.AnswerPart("met", H, H, 1.0)], alt=H),
    "reasons": lambda: charts.reasons([charts.Reason(H, H, H, 0.5)], label=H),
    "units": lambda: charts.units([charts.UnitRow(H, H, "red", H, H, 0.5, H)], label=H),
    "dumbbells": lambda: charts.dumbbells([charts.Dumbbell(H, 0.1, 0.2, H, H, H, H)], label=H),
    "answer": lambda: charts.answer(H),
    "causes": lambda: charts.causes([charts.ChangePart(H, H, -0.1, H)], label=H),
    "changes": lambda: charts.changes(
        [charts.ChangePart(H, H, -0.1, H, charts.note(H)), charts.ChangePart(H, H, 0.2, H)],
        first=charts.Pair(H, H, H),
        last=charts.Pair(H, H, H),
        total=H,
        label=H,
    ),
    "row_link": lambda: charts.stack(charts.row_link(H, "/?" + H)),
    "table": lambda: charts.table([Head(H, row_header=True), Head(H)], [[H, H]], caption=H, stacked=True),
    "heat_table": lambda: charts.heat_table(
        [H, H], [charts.HeatRow(H, [charts.HeatCell("red", H, H)], [H])], corner=H, caption=H, close=True
    ),
    "short_head": lambda: charts.stack(charts.short_head(H, H)),
    "city multiples": lambda: city.multiples([city.Multiple(H, [0.1, None, 0.2], H, H, H)], label=H),
    "step": lambda: charts.step(charts.Step("red", H, H, True, H)),
    "point_head": lambda: charts.point_head(H, kicker=H, question=H),
    "bullets": lambda: charts.bullets([H]),
    "work_strip": lambda: charts.work_strip([charts.WorkPart("late", 2, H)], alt=H),
    "earlier": lambda: charts.earlier(H, H),
    "work_mark": lambda: charts.work_mark("late", H, note=H),
    "decision": lambda: charts.decision(charts.DecisionRow(H, H, [H], "late", H, H, H)),
    "stack": lambda: charts.stack(charts.note(H), charts.note(H)),
    "brand": lambda: charts.brand(H, H),
    "ahead": lambda: charts.stack(charts.ahead(charts.Ahead(H, "red", H))),
    "anchor": lambda: charts.stack(charts.anchor(H, H, title=H)),
    "way_out": lambda: charts.way_out(H, H),
}


LEVEL = Level(0.9, H)
FRAGMENTS |= {
    "meeting place": lambda: meeting.place(H, here=2, of=3),
    "meeting question": lambda: meeting.question(H, kicker=H),
    "meeting figure": lambda: meeting.figure(measured(text=H), counts=[H], note=H),
    "meeting comment": lambda: meeting.comment(H, H),
    "meeting room": lambda: meeting.room(charts.note(H), label=H, more=H),
    "meeting facts": lambda: meeting.facts([charts.Fact(H, H, H, H)]),
    "meeting agenda": lambda: meeting.agenda([meeting.AgendaRow(H, H, True, True, "red", H, True, H)], label=H),
    "meeting unmeasured": lambda: meeting.unmeasured(
        [meeting.Unmeasured(H, H, "no_basis", H, H, H, H)], heads=[H], caption=H
    ),
    "meeting heading": lambda: charts.stack(meeting.heading(H)),
    "meeting sentence": lambda: meeting.sentence(H),
    "meeting small": lambda: meeting.small(H),
    "meeting units": lambda: meeting.units([meeting.Unit(H, H, 0.2, "red")], label=H),
    "meeting causes": lambda: meeting.causes([charts.ChangePart(H, H, -0.1, H)], label=H),
    "meeting decisions": lambda: meeting.decisions([meeting.DecisionItem(H, H, H, H, H, H, late=True)], label=H),
    "meeting summary": lambda: meeting.summary(
        [meeting.Row(H, H, measured(text=H, kept=0.1), H, charts.Ahead(H, "red", H), H)],
        heads=[H] * 6,
        caption=H,
    ),
    "meeting trend": lambda: meeting.trend(
        Trend((TrendPoint(H, 0.1, H), TrendPoint(H, None, H)), target=LEVEL, limit=LEVEL), alt=H
    ),
    "meeting clock": lambda: meeting.clock(H, H, over=True),
}


FRAGMENTS |= {
    "incidents clock_cards": lambda: incidents.clock_cards(
        [incidents.ClockCard(kicker=H, title=H, figure=H, rest=H, share=0.5, alt=H, facts=[charts.Pair(H, H, H)])],
        label=H,
    ),
    "incidents kinds": lambda: incidents.kinds([incidents.Kind("kind_1", H, H)], lead=H, label=H),
    "incidents name_groups": lambda: incidents.name_groups({H: [(H, H)]}, label=H),
    "incidents two_lines": lambda: charts.stack(incidents.two_lines(H, H)),
    "incidents ids": lambda: charts.stack(incidents.ids([elements.rich(H)], after=H)),
    "incidents line_with_links": lambda: incidents.line_with_links(H, elements.rich(H)),
}

MARK = systems.Mark("unmet", H)
FRAGMENTS |= {
    "systems demand_mark": lambda: systems.demand_mark(MARK, note=H),
    "systems system_list": lambda: systems.system_list([H, H, H], [systems.Entry(H, H, H, H, H, [MARK])], caption=H),
    "systems pager": lambda: systems.pager(charts.PageLink(H, H), H, charts.PageLink(H, ""), label=H),
}

CELL = measured(text=H)
LINK = charts.PageLink(H, H)
DRILLED = training.DrillRow(name=LINK, missing=H, of=H, courses=(CELL, CELL), expiring=H, note=H, whole=True)
FRAGMENTS |= {
    "training crumbs": lambda: training.crumbs([LINK, charts.PageLink(H)], label=H),
    "training drill": lambda: training.drill(
        [DRILLED, DRILLED], head=training.DrillHead(H, H, (LINK, LINK), H), caption=H
    ),
    "training expiry": lambda: training.expiry([training.Expiry(H, H, H, 0.5, 0.2)], alt=H),
    "training expiry_keys": lambda: training.expiry_keys(H, H),
    "training name_with_note": lambda: training.name_with_note(H, H),
    "training quiet": lambda: training.quiet(H),
}

ARC = wheel_layout.Arc(0, 0.1, 0.3, "late", (H,), H)
FRAGMENTS |= {
    "wheel wheel": lambda: wheel.wheel(
        wheel.Wheel(
            year=H,
            months=[H] * 12,
            here=2,
            hand=0.2,
            hand_text=H,
            layout=wheel_layout.Layout((ARC,), (1, 1, 1), ()),
            alt=H,
        )
    ),
    "wheel swatches": lambda: wheel.swatches([wheel.Swatch("late", H, H)], label=H),
    "wheel moments": lambda: wheel.moments(
        [
            wheel.MomentRow(
                number=H, day=H, title=H, about=elements.rich(H), state="late", word=H, drawn=False, undrawn=H
            )
        ],
        label=H,
    ),
    "wheel work": lambda: wheel.work("unknown", H, note=H),
    "wheel promises": lambda: wheel.promises(
        [
            wheel.Promise(text=H, about=H, state="late", word=H, now=measured(text=H), counts=H, terms=H),
            wheel.Promise(text=H, about=H, state="late", word=H, missing=H),
        ],
        label=H,
    ),
    "wheel counts": lambda: wheel.counts([("late", H)], label=H),
    "wheel dotted": lambda: charts.stack(wheel.dotted([H, H])),
    "strip strip": lambda: strip.strip([strip.Line(H, [strip.Mark("red", 0.2, H, H)])], target=Level(0.9, H), alt=H),
}
# The modules with fragments besides charts.py, by the prefix of their fragments' names.
MODULES = {
    "incidents": incidents,
    "city": city,
    "meeting": meeting,
    "strip": strip,
    "systems": systems,
    "training": training,
    "wheel": wheel,
}


@pytest.mark.parametrize("name", FRAGMENTS)
def test_hostile_values_become_text_in_a_single_well_formed_line(name: str) -> None:
    fragment = FRAGMENTS[name]()
    assert "\n" not in fragment
    assert "\r" not in fragment
    assert re.match(r"<(div|dl|nav|ul)[ >]", fragment), "Markdown would read an inline element"
    tree = ElementTree.fromstring(fragment)
    assert not [element for element in tree.iter() if element.tag == "script"]
    text = "".join(tree.itertext()) + "".join(v for e in tree.iter() for v in e.attrib.values())
    assert "<script>alert('1')</script> \"quoted\" & a" in text


def test_every_fragment_is_tried_with_hostile_values() -> None:
    def fragments(module: ModuleType) -> set[str]:
        return {
            name
            for name, value in vars(module).items()
            if getattr(value, "__module__", "") == module.__name__ and not name.startswith("_")
            if getattr(value, "__annotations__", {}).get("return") is Html
        }

    of_pages = {f"{page} {name}" for page, module in MODULES.items() for name in fragments(module)}
    assert fragments(charts) - {"sparkline"} | of_pages == set(FRAGMENTS)


def test_in_rich_text_only_what_the_sentence_marks_is_bold() -> None:
    say = Language("en")
    text = say("**{n}** of **{of}** ({share})", n="**61**", of="<b>3</b>", share="**a** __b__ *c* [d](e)")
    bold = "<strong>**61**</strong> of <strong>&lt;b&gt;3&lt;/b&gt;</strong>"
    assert elements.rich(text) == f"{bold} (**a** __b__ *c* [d](e))"
    assert text.replace(BOLD_BEGINS, "").replace(BOLD_ENDS, "") == "**61** of <b>3</b> (**a** __b__ *c* [d](e))"
    assert elements.rich(say.plural("**{n} review** is known.", "", 1)) == "<strong>1 review</strong> is known."
    # what comes from an export without a sentence around it
    assert "<dd>**Norr**</dd>" in charts.pairs([charts.Pair("Unit", "**Norr**")])
    # a sentence within another
    within = say("No export of **{sources}** is loaded up to {day}.", sources="**a**", day=language.bold("5 May"))
    assert "<strong>**a**</strong> is loaded up to <strong>5 May</strong>" in elements.rich(within)


def test_a_run_too_long_for_a_word_may_break_and_words_stay_whole() -> None:
    assert elements.tag("p", "a" * 70) == f"<p>{'a' * 40}<wbr>{'a' * 30}</p>"
    assert elements.rich("&" * 41) == f"{'&amp;' * 40}<wbr>&amp;"
    whole = f"{'a' * 40} {'b' * 40}-{'c' * 40}/{'d' * 39}e\u0301 Informationssäkerhetssamordnaren"
    assert "<wbr>" not in elements.tag("p", whole, title="a" * 70)
    assert "<wbr>" not in elements.tag("text", "a" * 70)


def test_markup_is_not_escaped_twice() -> None:
    mark = charts.status_mark("green", "a & b")
    assert elements.escaped(mark) is mark
    assert mark in charts.table([Head("Status")], [[mark]], caption="c")


def test_a_cell_of_a_stacked_table_names_its_column():
    columns = [Head("Fil", row_header=True), Head("Läge <b>")]
    assert 'data-head="Läge &lt;b&gt;">Räknas</td>' in charts.table(
        columns, [["a", "Räknas"]], caption="c", stacked=True
    )
    assert "data-head" not in charts.table(columns, [["a", "Räknas"]], caption="c")


def parts(fragment: str, css: str) -> list[ElementTree.Element]:
    tree = ElementTree.fromstring(fragment)
    return [element for element in tree.iter() if css in element.get("class", "").split()]


def test_a_bar_has_its_sentence_and_is_as_long_as_its_share() -> None:
    drawn = charts.bar(status="red", share=0.196, target=0.95, last=0.145, alt="19.6 % of 95 %")
    assert (drawn.count('role="img"'), drawn.count('aria-label="19.6 % of 95 %"')) == (1, 1)
    styles = [parts(drawn, css)[0].get("style") for css in ("v-fill", "v-tick", "v-ring")]
    assert styles == ["width:19.60%", "left:95.00%", "left:14.50%"]


@pytest.mark.parametrize(("share", "width"), [(-0.5, "0.00%"), (1.7, "100.00%"), (float("nan"), "0.00%")])
def test_a_share_stays_within_the_bar(share: float, width: str) -> None:
    drawn = charts.bar(status="red", share=share, alt="x")
    assert parts(drawn, "v-fill")[0].get("style") == f"width:{width}"


def test_without_a_share_the_bar_is_hatched_and_has_no_target() -> None:
    drawn = charts.bar(status="red", share=None, target=0.95, last=0.1, alt="x")
    assert parts(drawn, "v-no_basis")
    assert len(list(ElementTree.fromstring(drawn).iter())) == 1
    calm = charts.bar(status="nothing_to_assess", share=None, alt="x")
    assert parts(calm, "v-nothing_to_assess")
    assert not parts(calm, "v-no_basis")


def test_a_row_tells_a_screen_reader_what_each_figure_is() -> None:
    head = charts.BulletHead("Coverage", "Status", "Change", "31 Dec", "Enough", "Basis")

    def told(row: charts.Bullet, head: charts.BulletHead = head) -> str:
        return "".join(ElementTree.fromstring(charts.bullet_row(row, head=head)).itertext())

    assert told(bullet(text="7")) == "Coverage 7Status 7Change 731 Dec 7 7Enough 7Basis 7"
    assert told(replace(bullet(text="7"), then=charts.Ahead("at most 8"), enough="", again="9", age="")) == (
        "Coverage 7Status 7Change 731 Dec at most 89"
    )
    without = charts.BulletHead("Coverage", "Status", "Change")
    assert told(bullet(text="7"), without) == "Coverage 7Status 7Change 7"
    assert 'aria-hidden="true"' in charts.bullet_head(head)


def test_what_lapses_of_a_bar_lies_behind_what_is_kept_and_only_where_less_is_kept() -> None:
    def widths(kept: float | None) -> list[str | None]:
        drawn = charts.bar(status="green", share=0.963, kept=kept, alt="x")
        return [part.get("style") for part in parts(drawn, "v-fill")]

    assert widths(0.747) == ["width:96.30%", "width:74.70%"]
    assert widths(None) == widths(0.963) == widths(1.0) == ["width:96.30%"]
    assert len(parts(charts.bar(status="green", share=0.963, kept=0.747, alt="x"), "v-lapsing")) == 1
    assert not parts(charts.bar(status="green", share=None, kept=0.1, alt="x"), "v-fill")


def test_a_gap_splits_the_sparkline_and_is_never_drawn_as_zero() -> None:
    tree = ElementTree.fromstring(charts.sparkline([0.5, 0.6, None, 0.7], alt="x"))
    lines = [element.get("points", "") for element in tree.iter("polyline")]
    assert [len(line.split(" ")) for line in lines] == [2, 2]
    inside = [float(pair.split(",")[1]) for line in lines for pair in line.split(" ")]
    assert all(0 < y < charts.SPARK_HEIGHT for y in inside)
    assert charts.sparkline([]) == charts.sparkline([None, None]) == ""


@pytest.mark.parametrize("values", [[0.0] * 12, [1.0] * 12, [0.0, 1.0], [0.5]])
def test_a_sparkline_stays_in_its_box(values: list[float | None]) -> None:
    tree = ElementTree.fromstring(charts.sparkline(values))
    heights = [float(circle.get("cy", "nan")) for circle in tree.iter("circle")]
    assert len(heights) == 1
    assert 0 < heights[0] < charts.SPARK_HEIGHT
    assert tree.get("aria-hidden") == "true"
    assert tree.get("role") is None


def test_the_strip_leaves_out_empty_parts_and_counts_all() -> None:
    drawn = charts.answer_strip(
        [
            charts.AnswerPart("met", "61", "met", 1.0),
            charts.AnswerPart("unknown", "0", "unknown", 0),
        ],
        alt="61 met",
    )
    strip = parts(drawn, "v-strip")[0]
    assert (len(strip), strip.get("role"), strip.get("aria-label")) == (1, "img", "61 met")
    assert len(list(parts(drawn, "v-keys")[0])) == 2


def test_a_figure_without_a_before_has_no_ring() -> None:
    drawn = charts.dumbbells([charts.Dumbbell("a", None, 0.7, "–", "70 %", "", "new, 70 %")], label="Changes")
    assert not parts(drawn, "v-before")
    assert not parts(drawn, "v-span")
    assert parts(drawn, "v-after")
    assert 'aria-label="Changes"' in drawn
    assert 'aria-label="new, 70 %"' in drawn


def test_a_table_has_a_caption_scopes_and_a_scroll_area_with_a_name() -> None:
    columns = [Head("System", row_header=True), Head("Row", numeric=True)]
    area = ElementTree.fromstring(charts.table(columns, [["A", "412"]], caption="Unmet systems"))
    assert (area.get("role"), area.get("tabindex"), area.get("aria-label")) == (
        "region",
        "0",
        "Unmet systems",
    )
    assert area.findtext("table/caption") == "Unmet systems"
    assert [head.get("scope") for head in area.iter("th")] == ["col", "col", "row"]
    assert [cell.get("class") for cell in area.iter("td")] == ["v-num"]


def test_a_row_of_the_wrong_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        charts.table([Head("a")], [["1", "2"]], caption="c")


def test_a_heat_cell_is_shape_number_and_word() -> None:
    cells = [charts.HeatCell("red", "72", "Below"), charts.HeatCell("no_basis", "–", "No basis")]
    area = ElementTree.fromstring(
        charts.heat_table(["A", "B"], [charts.HeatRow("1", cells)], corner="Point", caption="c")
    )
    worst, missing = area.iter("td")
    assert ["".join(cell.itertext()).split() for cell in (worst, missing)] == [
        ["72", "Below"],
        ["–", "No", "basis"],
    ]
    assert [len(cell.findall("span[@aria-hidden]")) for cell in (worst, missing)] == [1, 0]


def points(*shares: float | None, text: str) -> list[TrendPoint]:
    return [TrendPoint("nov\n2025", share, text, HOSTILE) for share in shares]


LEVELS = {"target": Level(0.95, "Target <95 %>"), "limit": Level(0.8, "Limit 80 %")}


def test_the_trend_keeps_gaps_and_writes_only_the_last_known_value() -> None:
    figure = plots.trend(points(0.1, None, 0.3, None, text="<30 %>"), mode="light", **LEVELS)
    line, last = figure.data
    assert list(line.y) == [10.0, None, 30.0, None]
    assert line.connectgaps is False
    assert (last.x, last.y) == ((2,), (30.0,))
    assert figure.layout.annotations[-1].text == "<b>&lt;30 %&gt;</b>"
    assert "<script" not in "".join(line.text)
    assert line.mode == "lines+markers", "as a line a value between two gaps would be invisible"
    assert figure.layout.xaxis.ticktext[0] == "nov<br>2025"


def test_the_trend_runs_from_0_to_100_without_grid_and_names_its_levels() -> None:
    figure = plots.trend(points(0.1, 0.2, text="20 %"), mode="dark", **LEVELS)
    assert list(figure.layout.yaxis.tickvals) == [0, 50, 100]
    assert not figure.layout.yaxis.showgrid
    assert not figure.layout.showlegend
    assert [shape.y0 for shape in figure.layout.shapes] == [95.0, 80.0]
    assert [shape.line.dash for shape in figure.layout.shapes] == [None, "dot"]
    assert [(note.y, note.text) for note in figure.layout.annotations] == [
        (95.0, "Target &lt;95 %&gt;"),
        (80.0, "Limit 80 %"),
        (20.0, "<b>20 %</b>"),
    ]


def test_labels_of_the_same_height_do_not_overlap() -> None:
    figure = plots.trend(points(1.0, text="100 %"), mode="light", **LEVELS | {"target": Level(1.0, "Target")})
    ys = [note.y for note in figure.layout.annotations]
    assert all(upper - lower >= plots.LABEL_LINE * 100 / figure.layout.height - 0.1 for upper, lower in pairwise(ys))
    assert [note.text for note in figure.layout.annotations] == ["Target", "<b>100 %</b>", "Limit 80 %"]


ENDS = [(0.1, "10 %"), (0.2, "20 %"), (0.95, "95 %")]
AHEAD = TrendPoint("31 dec", 0.1, "10 %", name="Nothing <done>")


@pytest.mark.parametrize(("share", "text"), ENDS)
def test_the_dotted_end_of_the_trend_is_named_also_where_nothing_lapses(share: float, text: str) -> None:
    figure = plots.trend(points(0.1, share, text=text), mode="light", **LEVELS, ahead=AHEAD, after=2)
    labels = sorted(figure.layout.annotations, key=lambda note: -note.y)
    words = [note.text for note in labels]
    assert words[words.index("Nothing &lt;done&gt;") + 1] == "10 %"
    line = plots.LABEL_LINE * 100 / figure.layout.height
    assert all(upper.y - lower.y >= line - 0.1 for upper, lower in pairwise(labels))


@pytest.mark.parametrize(("share", "text"), ENDS)
def test_the_dotted_end_of_the_meetings_trend_is_named_in_two_lines_that_overlap_nothing(
    share: float, text: str
) -> None:
    drawn = meeting.trend(Trend((*points(0.1, share, text=text),), **LEVELS, ahead=AHEAD, after=2), alt="")
    place = f'x="{meeting.RIGHT + 16}.0" y="([0-9.]+)"'
    found = re.findall(rf'<text class="v-m-(?:target|limit|ahead|last)(?:-text)?" {place}.*?>(.*?)</text>', drawn)
    words = [word for _, word in found]
    assert words[words.index("Nothing &lt;done&gt;") + 1] == "10 %"
    ys = [float(y) for y, _ in found]
    assert len(ys) == 5
    assert all(lower - upper >= meeting.LINE - 0.2 for upper, lower in pairwise(ys))
    assert ys[-1] <= meeting.BOTTOM + meeting.BASELINE


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_name_of_the_dotted_end_has_room_beside_the_meetings_trend(code: str) -> None:
    letter = 20 * 0.52  # the width of one in the size of the style sheet
    assert len(Language(code)(UNDONE)) * letter <= meeting.WIDTH - meeting.RIGHT - 16


@pytest.mark.parametrize("ys", [[0, 0, 0], [100, 100, 100], [3, 4, 98], [0, 50, 100]])
def test_labels_that_are_moved_apart_stay_within_their_chart(ys: list[float]) -> None:
    placed = spread(ys, 8, top=4, bottom=96)
    assert placed[0] >= 4
    assert placed[-1] <= 96
    assert all(lower - upper >= 7.9 for upper, lower in pairwise(placed))


@pytest.mark.parametrize("shares", [[], [None, None]])
def test_a_trend_without_values_draws_none(shares: list[float | None]) -> None:
    assert len(plots.trend(points(*shares, text="–"), mode="light", **LEVELS).data) == 1


def test_units_keep_their_order_and_tell_what_is_left_where_all_are_at_nought() -> None:
    """link: a unit is opened by its name, one that is added up of others is not"""
    rows = [charts.UnitRow("<A>", "/point?unit=A", "red", "14 left", "0 of 14", 1.0)]
    rows.append(charts.UnitRow("B", "", "red", "7 left", "0 of 7", 0.5))
    drawn = charts.units(rows, label="Units")
    assert re.findall(r"width:([0-9.]+)%.*?<strong>(.*?)</strong>", drawn) == [
        ("100.00", "14 left"),
        ("50.00", "7 left"),
    ]
    assert 'href="/point?unit=A">&lt;A&gt;</a>' in drawn
    assert drawn.count("<a ") == 1


# ---------------------------------------------------------------- one palette in three files


def tokens() -> dict[str, tuple[str, str]]:
    """The style sheet's colours, light and dark."""
    css = (ROOT / "static" / "style.css").read_text(encoding="utf-8")
    matches = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)
    return {name: (light.upper(), dark.upper()) for name, light, dark in matches}


def test_the_figures_use_the_colours_of_the_style_sheet() -> None:
    css = tokens()
    for index, palette in enumerate((plots.PALETTES["light"], plots.PALETTES["dark"])):
        assert palette == {name: css[name][index] for name in palette}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


TEXT_ON = [
    ("ink", "bg"),
    ("ink", "card"),
    ("mute", "bg"),
    ("mute", "card"),
    ("mute", "quiet"),
    ("ink", "none-tint"),
    ("accent", "bg"),
    ("accent-ink", "accent"),
    ("green-text", "bg"),
    ("green-text", "green-tint"),
    ("yellow-text", "bg"),
    ("yellow-text", "yellow-tint"),
    ("red-text", "bg"),
    ("red-on-tint", "red-tint"),
    ("none-text", "bg"),
    ("none-text", "none-tint"),
]


@pytest.mark.parametrize("index", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_is_readable_on_its_ground(text: str, ground: str, index: int) -> None:
    assert contrast(tokens()[text][index], tokens()[ground][index]) >= 4.5


@pytest.mark.parametrize("index", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("mark", ["green", "yellow", "red", "none", "accent"])
def test_a_mark_has_contrast_against_the_page(mark: str, index: int) -> None:
    assert contrast(tokens()[mark][index], tokens()["bg"][index]) >= 3


def test_the_style_sheet_survives_streamlits_sanitiser() -> None:
    assert "<" not in (ROOT / "static" / "style.css").read_text(encoding="utf-8")


def test_every_class_that_a_fragment_uses_is_styled_or_a_bare_hook() -> None:
    css = (ROOT / "static" / "style.css").read_text(encoding="utf-8")
    source = Path(charts.__file__).read_text(encoding="utf-8")
    used = set(re.findall(r"\bv-[a-z][a-z-]*[a-z]\b", source))
    hooks = {"v-badges", "v-word", "v-reason", "v-level", "v-row", "v-fact"}
    assert {name for name in used if f".{name}" not in css} <= hooks
