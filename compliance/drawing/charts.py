"""The visual language: HTML fragments of the pages. plots.py has the charts with axes.

Every function is pure. Texts arrive formatted and translated, shares as 0..1 or None. A fragment is one line that
begins with a block element, because `st.markdown` reads anything else as Markdown. In *rich* texts `**61**` becomes
bold; everything else is escaped.

Show a fragment: `st.markdown(charts.headline("3 of 11 points."), unsafe_allow_html=True)`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from compliance.counting.assessing import Status
from compliance.drawing.elements import (
    Html,
    breakable,
    css_share,
    escaped,
    for_screen_reader,
    rich,
    rich_span,
    scrolling_table,
    tag,
    unless_empty,
)
from compliance.drawing.geometry import runs
from compliance.wording import tables
from compliance.wording.tables import Head

Sign = Status | Literal["target", "limit", "last_review", "lapsing", "remark"]
Answer = Literal["met", "unmet", "unknown"]
A_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def stack(*fragments: Html) -> Html:
    """Fragments below each other, as one fragment.

    Example: `stack(bar(...), note("…"))`.
    """
    return tag("div", *fragments, css="v-stack")


def anchor(text: str, address: str, *, title: str = "") -> Html:
    """A link to a page, with an address from `widgets.address`. static/app.js follows it without reloading the app.

    Example: `anchor("4 Classification", "/point?point=classification")`.
    """
    return tag("a", text, css="v-link", href=address, title=title)


@dataclass(frozen=True)
class PageLink:
    """A link to a page; plain text without an address. `here` is whether it leads to the page that is shown."""

    text: str
    address: str = ""
    here: bool = False


def linked(link: PageLink) -> Html:
    """A link, or its text alone.

    Example: `linked(PageLink("Care", "/training?department=Care"))`.
    """
    return anchor(link.text, link.address) if link.address else breakable(link.text)


def page_links(links: Sequence[PageLink]) -> Html:
    """Links of the navigation, one below the other.

    Example: `page_links([PageLink("Training", "/training", here=True)])`.
    """
    return tag("div", *map(_page_link, links), css="v-pages")


def _page_link(link: PageLink) -> Html:
    here = "page" if link.here else ""
    return tag("a", link.text, css="v-link v-page", href=link.address, aria_current=here)


def neighbours(links: Sequence[Html]) -> Html:
    """Links to what stands before and after, side by side.

    Example: `neighbours([anchor("← 3 Local instruction", "/point?point=local_instruction")])`.
    """
    return tag("div", *links, css="v-neighbours")


def row_link(text: str, address: str, *, here: bool = False) -> Html:
    """A link in a row of a table: a click anywhere in the row follows it. `here` is the row that is opened.

    A file's name breaks behind an underscore, and a day in it does not break at its hyphens.

    Example: `row_link("staff.xlsx", "/imports?part=history&import=12")`.
    """
    words = breakable(text).replace("_", "_<wbr>")
    words = Html(A_DAY.sub(lambda day: tag("span", day[0], css="v-id"), words))
    return tag("a", words, css="v-link v-row-link", href=address, aria_current="true" if here else "")


def way_out(text: str, address: str) -> Html:
    """A link that leaves the app: the browser itself follows it.

    Example: `way_out("Log out", "/auth/logout")`.
    """
    return tag("div", tag("a", text, href=address, target="_self"), css="v-way-out")


def brand(name: str, logo: str = "") -> Html:
    """An organisation's name after its logo. Only the logo tells a screen reader the name, so that it hears it once.

    Example: `brand("Mälarköpings kommun", "data:image/png;base64,…")`.
    """
    if not logo:
        return tag("div", name, css="v-brand")
    picture = Html(f'<img src="{escaped(logo)}" alt="{escaped(name)}"/>')
    return tag("div", picture, tag("span", name, aria_hidden="true"), css="v-brand")


def _sign(sign: Sign) -> Html:
    """The bare shape; a word must be next to it."""
    if sign == "remark":
        return tag("span", _remark_sign(), css="v-remark", aria_hidden="true")
    return tag("span", css=f"v-sign v-{sign}", aria_hidden="true")


# ---------------------------------------------------------------- status and text


def status_mark(status: Status, word: str, *, note: str = "", large: bool = False) -> Html:
    """Shape and word of a status, followed by a quiet note.

    Example: `status_mark("red", "Below the limit", note="target 95 %", large=True)`.
    """
    size = " v-large" if large else ""
    word_part = tag("span", word, css="v-word")
    return tag("div", _sign(status), word_part, rich_span("v-mute", note), css=f"v-status v-{status}{size}")


def headline(*sentences: str, kicker: str = "") -> Html:
    """The page's answer as its first heading, a sentence per line.

    Example: `headline("3 of 11 points reach the target.", kicker="Review 2026")`.
    """
    lines = [tag("span", rich(sentence), css="v-line") for sentence in sentences]
    heading = tag("div", *lines, css="v-headline", role="heading", aria_level="1")
    return tag("div", unless_empty(kicker, tag("div", kicker, css="v-kicker")), heading, css="v-top")


def verdict(sentence: str, *, kicker: str, grounds: str) -> Html:
    """The head's judgement of a year in large type, its review above, and the grounds in the head's own words below.

    Example: `verdict("The work is sufficient and …", kicker="The review of 2025 …", grounds="It follows the plan …")`.
    """
    above = tag("div", kicker, css="v-small v-mute")
    judged = tag("div", sentence, css="v-judged")
    return tag("div", above, judged, unless_empty(grounds, comment("", grounds)), css="v-judgement")


def page_title(title: str, *, kicker: str = "", question: str = "") -> Html:
    """A page's title as its first heading, with a line above and a question below.

    Example: `page_title("Classification", kicker="Point 4", question="Is every …?")`.
    """
    heading = tag("div", title, css="v-title", role="heading", aria_level="1")
    above = unless_empty(kicker, tag("div", kicker, css="v-kicker"))
    below = unless_empty(question, tag("div", rich(question), css="v-question"))
    return tag("div", above, heading, below, css="v-top")


def section(title: str, *, note: str = "", level: int = 2) -> Html:
    """A heading within a page, and a quiet sentence under it.

    Example: `section("Department by department", note="Coverage in per cent.")`.
    """
    heading = tag("div", title, css="v-section", role="heading", aria_level=str(level))
    below = unless_empty(note, tag("div", rich(note), css="v-lead"))
    return tag("div", heading, below, css=f"v-head v-level-{level}")


def note(text: str) -> Html:
    """A quiet panel with a rich text, for instance the two percentages.

    Example: `note("**42.1 % of those answered.** 167 of 312 systems lack …")`.
    """
    return tag("div", rich(text), css="v-note")


def answer(text: str) -> Html:
    """A section's answer as a rich sentence, before the details.

    Example: `answer("The coverage has risen by 4.2 percentage points: 31 …")`.
    """
    return tag("div", rich(text), css="v-answer")


def caption(text: str) -> Html:
    """A small quiet line of rich text below something.

    Example: `caption("14 exempt (central responsibility)")`.
    """
    return tag("div", rich(text), css="v-caption")


def badge(text: str) -> Html:
    """A quiet label, for instance that the data are samples.

    Example: `badge("Sample data, all figures are invented")`.
    """
    return tag("div", tag("span", text, css="v-badge"), css="v-badges")


def comment(label: str, text: str) -> Html:
    """A person's own words with their line breaks, and who and when above.

    Example: `comment("The coordinator's comment, 30 October", "New owners were …")`.
    """
    lines = [breakable(line) for line in text.splitlines() if line.strip()]
    words = tag("div", Html("<br/>".join(lines)))
    return tag("div", tag("div", label, css="v-small v-mute"), words, css="v-comment")


def earlier(label: str, text: str) -> Html:
    """What was written before, beside the field of today. Where it is longer than its room, it scrolls.

    Example: `earlier("In the review of 2025", "New owners were …")`.
    """
    return tag("div", comment(label, text), css="v-earlier", role="region", tabindex="0", aria_label=label)


def empty_state(status: Status, word: str, *, title: str, texts: Sequence[str] = ()) -> Html:
    """What is missing, in words, when there is nothing to show.

    Example: `empty_state("no_basis", "No basis", title="No export is loaded.", texts=["…"])`.
    """
    heading = tag("div", rich(title), css="v-empty-title", role="heading", aria_level="2")
    lines = [tag("div", rich(text), css="v-lead") for text in texts]
    return tag("div", status_mark(status, word, large=True), heading, *lines, css="v-empty")


def card_head(title: str, *, kicker: str = "", text: str = "") -> Html:
    """The top of a card: its title (a file's name), its number among the cards, and a sentence.

    Example: `card_head("Courses.xls", kicker="File 1 of 2")`.
    """
    above = unless_empty(kicker, tag("div", kicker, css="v-small v-mute"))
    heading = tag("div", title, css="v-card-title", role="heading", aria_level="2")
    return tag("div", above, heading, unless_empty(text, tag("div", rich(text))), css="v-card-head")


# ---------------------------------------------------------------- facts, legend, pairs


@dataclass(frozen=True)
class Fact:
    """A figure of the strip: `value` is large, `rest` follows it quietly; `label` may be a link, `note` is rich."""

    label: str
    value: str
    rest: str = ""
    note: str = ""


def facts(items: Sequence[Fact]) -> Html:
    """A strip of two to six facts between thin rules.

    Example: `facts([Fact("Reach the target", "3", "of 11", "one more than last time")])`.
    """
    return tag("dl", *(_fact(item) for item in items), css="v-facts")


def _fact(item: Fact) -> Html:
    value = tag("dd", item.value, Html(" " if item.rest else ""), rich_span("v-rest", item.rest))
    note = item.note if isinstance(item.note, Html) else rich(item.note)
    below = unless_empty(note, tag("dd", note, css="v-fact-note"))
    return tag("div", tag("dt", item.label), value, below)


@dataclass(frozen=True)
class LegendEntry:
    """A sign with its word and, for a status, how many points have it."""

    sign: Sign
    word: str
    count: str = ""


def legend(entries: Sequence[LegendEntry], *, label: str) -> Html:
    """A line that explains the signs; `label` names the list to a screen reader.

    Example: `legend([LegendEntry("green", "Reach the target", "3")], label="Signs")`.
    """
    items = (
        tag(
            "li",
            _sign(entry.sign),
            tag("span", f"{entry.word} {entry.count}".strip(), css="v-word"),
            css=f"v-{entry.sign}",
        )
        for entry in entries
    )
    return tag("ul", *items, css="v-legend", aria_label=label)


def headed(title: str, content: Html) -> Html:
    """Something under a heading that only a screen reader gets, where what is seen needs none.

    Example: `headed("The thirteen review points", legend(…))`.
    """
    return tag("div", tag("div", title, css="v-sr", role="heading", aria_level="2"), content, css="v-headed")


@dataclass(frozen=True)
class Pair:
    """A term, its rich value or link, and a small line below."""

    term: str
    value: str
    note: str = ""


def pairs(items: Sequence[Pair]) -> Html:
    """Terms to the left, their values to the right.

    Example: `pairs([Pair("Read as", "**Training**", "6 of 7 columns recognised.")])`.
    """
    return tag("dl", *(pair(item) for item in items), css="v-pairs")


def pair(item: Pair) -> Html:
    """A term and its value, for a list of terms.

    Example: `tag("dl", pair(Pair("Recipient", "IMY")))`.
    """
    below = unless_empty(item.note, tag("div", rich(item.note), css="v-small v-mute"))
    value = item.value if isinstance(item.value, Html) else rich(item.value)
    return tag("div", tag("dt", item.term), tag("dd", value, below))


# ---------------------------------------------------------------- bars


def bar(
    *,
    status: Status,
    share: float | None,
    alt: str,
    target: float | None = None,
    last: float | None = None,
    kept: float | None = None,
    large: bool = False,
) -> Html:
    """A bar of 0–100 % with the target as a tick and the last review as a ring.

    If less is `kept` of it at the end of the year, the part that lapses is in the tint of the status.

    Example: `bar(status="red", share=0.196, target=0.95, last=0.145, kept=0.18, alt="19.6 % of …")`.
    """
    parts = [] if share is None else _fills(share, kept)
    parts += [] if last is None or share is None else [_mark("v-ring", "left", last)]
    parts += [] if target is None or share is None else [_mark("v-tick", "left", target)]
    css = f"v-bar v-{status if share is not None or status == 'nothing_to_assess' else 'no_basis'}"
    return tag("div", *parts, css=css + " v-large" * large, role="img", aria_label=alt)


def _fills(share: float, kept: float | None) -> list[Html]:
    """What is filled of a bar: what lapses lies behind what is kept."""
    if kept is None or kept >= share:
        return [_mark("v-fill", "width", share)]
    return [_mark("v-fill v-lapsing", "width", share), _mark("v-fill", "width", kept)]


def _mark(css: str, side: str, share: float) -> Html:
    return tag("span", css=css, style=f"{side}:{css_share(share)}")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A figure against its target; `kept` is left of its share at the end of the year, and `alt` says it all."""

    status: Status
    word: str
    figure: str
    share: float | None
    alt: str
    target: float | None = None
    last: float | None = None
    kept: float | None = None


def bar_of(now: Measured, *, large: bool = False) -> Html:
    """The bar of a figure.

    Example: `bar_of(Measured(status="red", word="…", figure="19.6 %", share=0.196, alt="19.6 % of …"))`.
    """
    shares = {"share": now.share, "target": now.target, "last": now.last, "kept": now.kept}
    return bar(status=now.status, alt=now.alt, large=large, **shares)


@dataclass(frozen=True)
class BulletHead:
    """The headings of the bullet rows; a screen reader gets them in each row. The bar and its figure have one.

    `then` and `enough` are left out if empty. `age` is left out if None; its heading is empty where no row has an age,
    but some have remarks.
    """

    figure: str
    status: str
    change: str
    then: str = ""
    enough: str = ""
    age: str | None = None


@dataclass(frozen=True)
class Ahead:
    """A figure of the end of the year; without a status it is not measured, but told in words."""

    figure: str
    status: Status | None = None
    word: str = ""


@dataclass(frozen=True, kw_only=True)
class Bullet:
    """A row of a point: its figure, which is told on hovering too.

    A click on the row opens `address`. `then` is what becomes of it by the end of the year, and `enough` what reaches
    the target, or `again` what keeps it. `remarks` is the number of remarks on the exports behind it, shown next to a
    mark, and `remarks_alt` the same in words.
    """

    now: Measured
    change: str = ""
    then: Ahead | None = None
    enough: str = ""
    again: str = ""
    age: str = ""
    remarks: str = ""
    remarks_alt: str = ""
    address: str = ""


def bullet_rows(rows: Sequence[tuple[str, Bullet]], *, name: str, head: BulletHead) -> Html:
    """Points under their headings, each with its name as a link to the left; `name` heads the names.

    Example: `bullet_rows([("1 Training", Bullet(…, address="/point?point=1"))], name="Point", head=BulletHead(…))`.
    """
    heads = tag("div", tag("div", name, css="v-name-head"), bullet_head(head), css="v-row v-row-head")
    return tag("div", heads, *(_named_row(label, row, head) for label, row in rows), css="v-rows")


def _named_row(label: str, row: Bullet, head: BulletHead) -> Html:
    link = tag("a", label, css="v-link v-name", href=row.address)
    return tag("div", tag("div", link), bullet_row(row, head=head), css="v-row")


def bullet_head(head: BulletHead) -> Html:
    """The headings of the bullet rows.

    Example: `bullet_head(BulletHead("Coverage", "Status", "Change", "31 Dec", "Is enough"))`.
    """
    cells = (
        tag("span", word, css=f"v-{place}")
        for place, word in (
            ("cov", ""),
            ("fig", head.figure),
            ("sta", head.status),
            ("chg", head.change),
            *([("out", head.then)] if head.then else []),
            *([("suf", head.enough)] if head.enough else []),
            *([] if head.age is None else [("age", head.age)]),
        )
    )
    return tag("div", *cells, css="v-bullet v-bullet-head", aria_hidden="true")


def _under(head: str, *content: str, css: str) -> Html:
    """A cell; a narrow page, which has no headings, shows its own."""
    shown = head and "".join(content)
    return tag("div", unless_empty(shown, tag("span", f"{head} ", css="v-age-word")), *content, css=css)


def ahead(then: Ahead | None) -> Html:
    """A figure of the end of the year with the shape of its status; nothing without one.

    Example: `ahead(Ahead("74.7 %", "red", "Below the limit"))`.
    """
    if then is None:
        return Html("")
    sign = _sign(then.status) + for_screen_reader(then.word) if then.status else ""
    return Html(sign + breakable(then.figure))


def bullet_row(row: Bullet, *, head: BulletHead) -> Html:
    """A row without the point's name.

    Example: `bullet_row(Bullet(now=Measured(…), change="+5.1"), head=h)`.
    """
    now = row.now
    remarks = unless_empty(row.remarks, _remark_mark(row.remarks, row.remarks_alt))
    cells = (
        tag("div", bar_of(now), css="v-cov"),
        tag("div", for_screen_reader(head.figure), now.figure, css="v-fig"),
        tag("div", for_screen_reader(head.status), status_mark(now.status, now.word), css="v-sta"),
        tag("div", unless_empty(row.change, for_screen_reader(head.change)), row.change, css="v-chg"),
        unless_empty(head.then, _under(head.then, ahead(row.then), css="v-out")),
        unless_empty(head.enough, _under(head.enough if row.enough else "", row.enough or row.again, css="v-suf")),
        Html("") if head.age is None else tag("div", _under(head.age, row.age, css="v-old"), remarks, css="v-age"),
    )
    # Keyboards and screen readers use the link of the name; this one makes the whole row clickable.
    attributes = {"href": row.address, "title": now.alt, "tabindex": "-1", "aria_hidden": "true"}
    overlay = unless_empty(row.address, tag("a", css="v-link v-over", **attributes))
    return tag("div", *cells, overlay, css=f"v-bullet v-row-{now.status}")


def _remark_mark(number: str, text: str) -> Html:
    """A number after a small open triangle with a stroke in it, which no status looks like."""
    return tag("span", _remark_sign(), number, css="v-remark", role="img", title=text, aria_label=text)


def _remark_sign() -> Html:
    edge = tag("polygon", points="8,2 15,14 1,14")
    stroke = tag("line", x1="8", y1="6.5", x2="8", y2="10")
    dot = tag("line", x1="8", y1="12", x2="8", y2="12.2")
    return tag("svg", edge, stroke, dot, viewBox="0 0 16 16", width="14", height="14", aria_hidden="true")


SPARK_WIDTH, SPARK_HEIGHT, SPARK_INSET = 90, 24, 4
SPARK_SPAN = 0.25  # the least range drawn at full height, so that noise does not look like change


def sparkline(values: Sequence[float | None], *, alt: str = "", among: Sequence[float | None] | None = None) -> Html:
    """A line without axes, in which None is a gap. Without `alt` it is hidden from screen readers.

    Its height is that of the values, or of those `among` which it can be compared.

    Example: `sparkline([0.71, None, 0.75], alt="From 71 to 75 % in 12 months")`.
    """
    numbers = [value for value in values if value is not None]
    if not numbers:
        return Html("")
    range_ = [value for value in among or () if value is not None] or numbers
    points = _spark_points(values, low=min(range_), high=max(range_))
    lines = (_polyline(run) for run in runs(points))
    last = [point for point in points if point][-1]
    dot = tag("circle", cx=f"{last[0]:.1f}", cy=f"{last[1]:.1f}", r="2.4")
    spoken = {"role": "img", "aria_label": alt} if alt else {"aria_hidden": "true"}
    size = {"width": str(SPARK_WIDTH), "height": str(SPARK_HEIGHT)}
    box = f"0 0 {SPARK_WIDTH} {SPARK_HEIGHT}"
    return tag("svg", *lines, dot, css="v-spark", viewBox=box, **size, **spoken)


def _spark_points(values: Sequence[float | None], *, low: float, high: float) -> list[tuple[float, float] | None]:
    """The points of the values in the sparkline's box.

    The range is at least SPARK_SPAN, centred on the values and moved within 0–1.
    """
    span = max(high - low, SPARK_SPAN)
    base = min(max((low + high - span) / 2, 0.0), 1.0 - span) if span <= 1 else low
    step = (SPARK_WIDTH - 2 * SPARK_INSET) / max(len(values) - 1, 1)
    height = SPARK_HEIGHT - 2 * SPARK_INSET
    return [
        None if value is None else (SPARK_INSET + index * step, SPARK_INSET + height * (1 - (value - base) / span))
        for index, value in enumerate(values)
    ]


def _polyline(run: Sequence[tuple[float, float]]) -> Html:
    # A polyline of one point is invisible: a lone value becomes a short stroke.
    points = run if len(run) > 1 else [run[0], (run[0][0] + 0.1, run[0][1])]
    return tag("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points))


# ---------------------------------------------------------------- one point


@dataclass(frozen=True, kw_only=True)
class Hero:
    """The figure of a point: `counts` and `note` are rich."""

    now: Measured
    counts: str
    terms: str = ""
    note: str = ""


def hero(item: Hero) -> Html:
    """Status, giant figure, what it counts, its bar, and a line that explains the bar.

    Example: `hero(Hero(now=Measured(…), counts="**61** of …", terms="target 95 %"))`.
    """
    now = item.now
    return tag(
        "div",
        status_mark(now.status, now.word, note=item.terms, large=True),
        tag("div", now.figure, css="v-hero-figure"),
        unless_empty(item.counts, tag("div", rich(item.counts), css="v-hero-counts")),
        bar_of(now, large=True),
        unless_empty(item.note, caption(item.note)),
        css=f"v-hero v-{now.status}",
    )


@dataclass(frozen=True)
class AnswerPart:
    """The items that are met, unmet or unknown, with their count."""

    kind: Answer
    count: str
    label: str
    share: float


def answer_strip(parts: Sequence[AnswerPart], *, alt: str) -> Html:
    """A strip of what is met, unmet and unknown (hatched), with the counts below.

    Example: `answer_strip([AnswerPart("met", "61", "met", 0.2)], alt="61 met, 84 unmet …")`.
    """
    shown = [part for part in parts if part.share > 0]
    strip = (tag("span", css=f"v-{part.kind}", style=f"flex-grow:{part.share:.4f}") for part in shown)
    keys = (
        tag(
            "li",
            tag("span", css=f"v-key v-{part.kind}", aria_hidden="true"),
            tag("strong", part.count),
            f" {part.label}",
        )
        for part in parts
    )
    drawn = tag("div", *strip, css="v-strip", role="img", aria_label=alt)
    return tag("div", drawn, tag("ul", *keys, css="v-keys"), css="v-answered")


@dataclass(frozen=True)
class Reason:
    """A reason why items are unmet: how many have it, and as a share."""

    label: str
    count: str
    percent: str
    share: float


def reasons(items: Sequence[Reason], *, label: str) -> Html:
    """The reasons as bars of one colour, in the order given; `label` names the list.

    Example: `reasons([Reason("Not classified", "52", "21 %", 0.21)], label="Why")`.
    """
    return tag("ul", *(_reason(item) for item in items), css="v-reasons", aria_label=label)


def _reason(item: Reason) -> Html:
    return tag("li", tag("span", item.label, css="v-reason"), *_left(item.share, item.count, item.percent))


def _left(share: float, count: str, note: str) -> tuple[Html, Html]:
    """A bar of how many are left, and their number with a quiet note."""
    track = tag("span", _mark("v-fill", "width", share), css="v-track", aria_hidden="true")
    return track, tag("span", tag("strong", count), " ", rich_span("v-mute v-small", note))


@dataclass(frozen=True)
class UnitRow:
    """A unit: how much is left, as a share of the most, and how much of all is met; the name may be a link.

    `led_by` is a quiet line on who leads it.
    """

    name: str
    address: str
    status: Status
    left: str
    counts: str
    share: float
    led_by: str = ""


def units(items: Sequence[UnitRow], *, label: str) -> Html:
    """Units with bars of what is left, in the order given; `label` names the list.

    Example: `units([UnitRow("HR", "/point?unit=HR", "red", "8 left", "7 of 15", 0.4)], label="Units")`.
    """
    return tag("ul", *(_unit(item) for item in items), css="v-reasons v-units", aria_label=label)


def _unit(item: UnitRow) -> Html:
    name = linked(PageLink(item.name, item.address))
    drawn = _left(item.share, item.left, item.counts)
    led_by = unless_empty(item.led_by, tag("span", item.led_by, css="v-led v-mute v-small"))
    return tag("li", tag("span", _sign(item.status), " ", name, led_by, css="v-reason"), *drawn, css=f"v-{item.status}")


@dataclass(frozen=True)
class Dumbbell:
    """A figure before and after; None if there is none."""

    label: str
    before: float | None
    after: float | None
    before_text: str
    after_text: str
    change: str
    alt: str


def dumbbells(items: Sequence[Dumbbell], *, label: str) -> Html:
    """What an import changes, a figure per row: a ring before, a dot after.

    Example: `dumbbells([Dumbbell("1 Training", 0.81, 0.87, "81.2 %", "86.8 %", "+5.6", "…")], …)`.
    """
    return tag("ul", *(_dumbbell(item) for item in items), css="v-dumbbells", aria_label=label)


def _dumbbell(item: Dumbbell) -> Html:
    ends = [share for share in (item.before, item.after) if share is not None]
    style = f"left:{css_share(min(ends))};right:{css_share(1 - max(ends))}" if len(ends) == 2 else ""
    parts = [tag("span", css="v-span", style=style)] if style else []
    parts += [] if item.before is None else [_mark("v-before", "left", item.before)]
    parts += [] if item.after is None else [_mark("v-after", "left", item.after)]
    return tag(
        "li",
        tag("span", item.label, css="v-db-label"),
        tag("span", *parts, css="v-db-track", role="img", aria_label=item.alt),
        tag("span", item.before_text, css="v-db-before"),
        tag("span", css="v-arrow", aria_hidden="true"),
        tag("strong", item.after_text, css="v-db-after"),
        tag("span", item.change, css="v-db-change"),
    )


@dataclass(frozen=True)
class ChangePart:
    """A cause of a change: a rich label, a quiet note, its signed size, and that size as text.

    `share` is None if there is no percentage to compare: then no bar is drawn. A click on the row shows `opened`.
    """

    label: str
    note: str
    share: float | None
    figure: str
    opened: Html | None = None


def changes(parts: Sequence[ChangePart], *, first: Pair, last: Pair, total: str, label: str) -> Html:
    """What explains a change: between the first and the last figure a row per cause, its bar left or right of zero.

    Example: `changes([ChangePart("**31** …", "Too old", -0.04, "−4.2")], first=Pair("2025", "82.3 %"), …)`.
    """
    return tag("div", _change_end(first, ""), causes(parts, label=label), _change_end(last, total), css="v-changes")


def causes(parts: Sequence[ChangePart], *, label: str) -> Html:
    """The causes alone, their bars on one scale.

    Example: `causes([ChangePart("**31** …", "Too old", -0.04, "−4.2")], label="Reasons")`.
    """
    sizes = [part.share for part in parts if part.share is not None]
    low, high = min([0.0, *sizes]), max([0.0, *sizes])
    return tag("ul", *(tag("li", _change(part, low=low, high=high)) for part in parts), aria_label=label)


def _change_end(end: Pair, total: str) -> Html:
    text = tag("span", tag("strong", end.term), rich_span("v-mute v-small", end.note), css="v-ch-text")
    level = tag("strong", end.value, css="v-ch-level")
    return tag("div", text, level, tag("span", total, css="v-ch-figure"), css="v-ch-row")


def _change(part: ChangePart, *, low: float, high: float) -> Html:
    text = tag("span", tag("span", rich(part.label)), rich_span("v-mute v-small", part.note), css="v-ch-text")
    bar_ = Html("") if part.share is None else _change_bar(part.share, low=low, high=high)
    row = [text, tag("span", bar_, css="v-ch-track", aria_hidden="true"), tag("span", part.figure, css="v-ch-figure")]
    if part.opened is None:
        return tag("div", *row, css="v-ch-row")
    opened = tag("div", part.opened, css="v-ch-opened")
    return tag("details", tag("summary", *row, css="v-ch-row"), opened)


def _change_bar(share: float, *, low: float, high: float) -> Html:
    span = (high - low) or 1.0
    zero, length = -low / span, abs(share) / span
    start = zero - length if share < 0 else zero
    side = "v-ch-down" if share < 0 else "v-ch-up"
    line = tag("span", css="v-ch-nought", style=f"left:{css_share(zero)}")
    return Html(tag("span", css=side, style=f"left:{css_share(start)};width:{css_share(length)}") + line)


# ---------------------------------------------------------------- the review


@dataclass(frozen=True)
class Step:
    """A point in the list of a review: its figure, its verdict, and whether it has been discussed.

    `alt` describes the mark.
    """

    status: Status
    figure: str
    verdict: str
    discussed: bool
    alt: str


def step(item: Step) -> Html:
    """The row next to a point's name: status and figure, verdict, and a mark that is filled once it is discussed.

    Example: `step(Step("red", "19.6 %", "insufficient", True, "discussed"))`.
    """
    done = "v-done" if item.discussed else "v-not_started"
    return tag(
        "div",
        status_mark(item.status, item.figure),
        tag("span", item.verdict, css="v-verdict"),
        tag("span", css=f"v-work-sign {done}", role="img", aria_label=item.alt, title=item.alt),
        css="v-step",
    )


def point_head(title: str, *, kicker: str, question: str) -> Html:
    """A point's title as a heading within a page, smaller than the title of the page.

    Example: `point_head("Classification", kicker="Point 4", question="Is every …?")`.
    """
    heading = tag("div", title, css="v-section", role="heading", aria_level="2")
    return tag(
        "div", tag("div", kicker, css="v-kicker"), heading, tag("div", rich(question), css="v-lead"), css="v-point"
    )


def bullets(items: Sequence[str]) -> Html:
    """A list of lines.

    Example: `bullets(["Classify all systems.", "Name owners."])`.
    """
    return tag("ul", *(tag("li", item) for item in items), css="v-bullets")


Work = Literal["not_started", "ongoing", "done", "cancelled", "late"]


def work_mark(work: Work, word: str, *, note: str = "") -> Html:
    """Shape and word of the state of some work, followed by a quiet note.

    Example: `work_mark("late", "Late", note="since 30 September")`.
    """
    sign = tag("span", css=f"v-work-sign v-{work}", aria_hidden="true")
    return tag("div", sign, tag("span", word, css="v-word"), rich_span("v-mute", note), css=f"v-work v-work-{work}")


@dataclass(frozen=True)
class WorkPart:
    """How many of some things are in a state of work, and that in words."""

    work: Work
    number: int
    text: str


def work_strip(parts: Sequence[WorkPart], *, alt: str) -> Html:
    """A strip with a cell for each thing, by its state of work, and how many are in each state below.

    Example: `work_strip([WorkPart("done", 1, "1 done"), WorkPart("late", 2, "2 late")], alt="…")`.
    """
    cells = (tag("span", css=f"v-cell-{part.work}") for part in parts for _ in range(part.number))
    keys = (tag("li", tag("span", css=f"v-work-sign v-{part.work}", aria_hidden="true"), part.text) for part in parts)
    drawn = tag("div", *cells, css="v-strip v-work-strip", role="img", aria_label=alt)
    return tag("div", drawn, tag("ul", *keys, css="v-keys"), css="v-answered")


@dataclass(frozen=True)
class DecisionRow:
    """A decision: number, text, further facts, its state, and why it was made."""

    name: str
    text: str
    facts: Sequence[str]
    work: Work
    word: str
    note: str = ""
    why: str = ""


def decision(row: DecisionRow) -> Html:
    """A decision: number, text, facts (beside the text if there is room, else below it) and state.

    Example: `decision(DecisionRow("2026-3", "All systems …", ["4 Classification"], "late", "Late"))`.
    """
    facts = tag("div", *(tag("span", fact) for fact in row.facts if fact), css="v-decision-facts")
    why = unless_empty(row.why, tag("div", row.why, css="v-decision-why"))
    name, text = tag("div", row.name, css="v-decision-name"), tag("div", row.text, why, css="v-decision-text")
    drawn = tag("div", name, text, facts, work_mark(row.work, row.word, note=row.note), css="v-decision")
    return tag("div", drawn, css="v-decision-frame")


# ---------------------------------------------------------------- tables


# What `table` draws, made by `wording.tables`.
Table = tables.Table


def table(columns: Sequence[Head], rows: Iterable[Sequence[str]], *, caption: str, stacked: bool = False) -> Html:
    """An HTML table in a scroll area; `caption` names both to a screen reader.

    Where it has no room, the cells of a row stand below each other if it is `stacked`.

    Example: `table([Head("Row", numeric=True)], [["412"]], caption="Rejected rows")`.
    """
    heads = (tag("th", column.label, scope="col", css=_column_css(column)) for column in columns)
    cells = (zip(columns, row, strict=True) for row in rows)
    body = (tag("tr", *(_cell(column, value, stacked=stacked) for column, value in row)) for row in cells)
    return scrolling_table(heads, body, caption=caption, css="v-table v-stacked" if stacked else "v-table")


def _cell(column: Head, value: str, *, stacked: bool) -> Html:
    if column.row_header:
        return tag("th", value, scope="row", css=_column_css(column))
    return tag("td", value, css=_column_css(column), data_head=column.label if stacked else "")


def _column_css(column: Head) -> str:
    classes = {"v-num": column.numeric, "v-bold": column.strong, "v-nowrap": column.nowrap}
    return " ".join(css for css, wanted in classes.items() if wanted)


@dataclass(frozen=True)
class HeatCell:
    """A cell: whole per cent ("–" if there is none), the word of its status, a sentence, and what a click opens."""

    status: Status
    text: str
    word: str
    title: str = ""
    address: str = ""


@dataclass(frozen=True)
class HeatRow:
    """A point, as a text or a link, its cells in the order of the columns, and what the last columns say of it."""

    label: str
    cells: Sequence[HeatCell]
    facts: Sequence[str] = ()


def heat_table(
    columns: Sequence[str],
    rows: Sequence[HeatRow],
    *,
    corner: str,
    caption: str,
    close: bool = False,
    counts_first: bool = False,
) -> Html:
    """Departments across, points down; a cell is a shape and a whole per cent on a tint.

    With `close`, the rows are so low that those of 26 organisations are seen at once. With `counts_first`, the first
    column has room for two numbers.

    Example: `heat_table(["Culture"], [HeatRow("1 …", [HeatCell("red", "72", "Below")])], …)`.
    """
    heads = (tag("th", head, scope="col") for head in (corner, *columns))
    body = (tag("tr", tag("th", row.label, scope="row"), *_heat_cells(row)) for row in rows)
    css = "v-heat" + " v-close" * close + " v-counts-first" * counts_first
    return scrolling_table(heads, body, caption=caption, css=css, style=f"--columns:{len(columns)}")


def _heat_cells(row: HeatRow) -> list[Html]:
    return [*map(_heat_cell, row.cells), *(tag("td", fact, css="v-told") for fact in row.facts)]


def short_head(text: str, whole: str) -> Html:
    """The heading of a narrow column; `whole` is what it stands for.

    Example: `short_head("4", "Classification")`.
    """
    return tag("span", text, for_screen_reader(f" {whole}"), title=whole)


def _heat_cell(cell: HeatCell) -> Html:
    shape = _sign(cell.status) if cell.status in {Status.GREEN, Status.YELLOW, Status.RED} else Html("")
    content: tuple[str, ...] = (shape, cell.text, for_screen_reader(f" {cell.word}"))
    if cell.address:
        content = (tag("a", *content, css="v-link", href=cell.address, title=cell.title),)
    return tag("td", *content, css=f"v-{cell.status}")
