"""The page of a point: its figure, trend, reasons, units and items, and below them what explains the figure."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pyarrow as pa
import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.language import N_, bold, month_ends, tenths
from compliance.core.lengths import LONGEST_NAME
from compliance.correcting.courses import question
from compliance.counting import tracing
from compliance.counting.assessing import Coverage, Status
from compliance.declarations.points import Point
from compliance.drawing import charts, plots
from compliance.drawing.elements import Html
from compliance.drawing.plots import Mode
from compliance.review.dossier import REMAINING
from compliance.screens import (
    course_questions,
    downloads,
    fields,
    figure_texts,
    leading,
    no_data,
    reads,
    widgets,
    written,
)
from compliance.screens.bodies import body, part
from compliance.screens.caching import cached
from compliance.screens.point import about, compare, requirements, texts, units
from compliance.screens.views import View
from compliance.store.database import Rows
from compliance.wording import breaking, outlook, phrases, trends
from compliance.wording.reasons import (
    REASONS_TITLE,
    detail_text,
    empty_sentence,
    reason_shares,
    reason_text,
    unmet_reasons,
)
from compliance.wording.tables import Table, table

# Months between two labels of the axis.
TICKS: Final = 6
# So many months are between two labels at least: a telephone has no room for fewer.
APART: Final = 5
TREND_HEIGHT: Final = 270
ITEMS_HEIGHT: Final = 304
# How many tables of items are kept as they were sent.
TABLES: Final = 8


def ahead(view: View) -> Iterator[None]:
    """Count what the pages of all points ask for, a step at a time."""
    for point in reads.points(view):
        items_of(view, point)
        yield
        compare.ahead(view, point)
        yield
    reads.additional_figures(view.data, view.as_of)
    reads.leaders(view.data, view.as_of, view.scope.organisation)


@body
def draw(view: View) -> None:
    """Draw the point that the address names."""
    point = chosen_point(view)
    months = months_of(view, point)
    now = months[-1]
    widgets.html(_head(view, point))
    if now.few:
        title = view.say(phrases.TOO_FEW)
        widgets.html(charts.empty_state(now.status, phrases.word(now, view.say), title=title))
        return
    if now.coverage is None:
        empty_point(view, point, now, _before(view, point))
    else:
        _figure(view, months)
        requirements.draw(view, point)
    _details(view, point, now)
    _folded(view, point, now)


@cached()
def _head(view: View, point: Point) -> Html:
    """The point's title, its question, and the links to the previous and the next point."""
    say, every = view.say, reads.points(view)
    title = charts.page_title(
        breaking.add_soft_hyphens(say.pick(point.title), [say.pick(point.short)]),
        kicker=figure_texts.point_kicker(point, every, say),
        question=breaking.add_soft_hyphens(say.pick(point.question)),
    )
    place = [other.id for other in every].index(point.id)
    links = [
        charts.anchor(arrow.format(breaking.label(every[at], say)), widgets.address(view, "point", point=every[at].id))
        for at, arrow in ((place - 1, "\N{LEFTWARDS ARROW} {}"), (place + 1, "{} \N{RIGHTWARDS ARROW}"))
        if 0 <= at < len(every)
    ]
    behind = units.furthest_behind(view, point)
    told = [leading.line(view), *([charts.answer(behind)] if behind else [])]
    return charts.stack(title, *told, charts.neighbours(links))


def _figure(view: View, months: list[Coverage]) -> None:
    """Draw the figure next to its trend."""
    now = _now(view, months[-1].point)
    widgets.beside((5, 7), partial(widgets.html, now), partial(trend, view, months))


@cached()
def _now(view: View, point: Point) -> Html:
    """The figure and what it is made of, and where it is heading."""
    say, now = view.say, months_of(view, point)[-1]
    heading = reads.outlooks(view)[point.id]
    parts = [charts.hero(figure_texts.hero(now, _before(view, point), say))]
    if both := phrases.both_percentages(now, say, bold):
        strip = charts.answer_strip(texts.answer_parts(now, say), alt=texts.answers_alt(now, say))
        parts += [charts.note(both), strip]
    if note := phrases.not_counted(now, say):
        parts.append(charts.caption(note))
    if ahead := outlook.sentences(heading, say, names=True):
        parts.append(charts.note(" ".join(ahead)))
    return charts.stack(*parts)


def _before(view: View, point: Point) -> Coverage | None:
    """The earlier figure that the point's is compared with."""
    return reads.before(view).get(point.id)


def _details(view: View, point: Point, now: Coverage) -> None:
    """Draw why the figure is weak and what the review says of it, next to what is most left; then units and items."""
    items, allowed = items_of(view, point), view.reader.may(Permission.SEE_ITEMS)
    counted, said = unmet_reasons(point, items) if allowed else [], about.assessment(view, point)
    most_left = units.most_left(view, point)
    # without anything on the left, what is most left has the whole width
    left, right = st.columns([5, 7], gap="large") if counted or said else (st.container(), st.container())
    with left:
        if counted:
            widgets.html(reasons(view, now, counted))
        if said:
            about.draw(view, said)
    if most_left:
        with right:
            widgets.html(most_left)
    units.draw(view, point)
    if allowed and items:
        part(view, partial(item_list, view, point, counted))


def _folded(view: View, point: Point, now: Coverage) -> None:
    """Draw what explains the figure, each part folded; why it changed is open where it has."""
    say = view.say
    with st.container(key="folded", gap="xsmall"):
        if now.coverage is not None:
            _why_changed(view, point, now)
        additional_figures(view, point)
        with st.expander(say(N_("How it is counted"))):
            how_counted(view, point)


def _why_changed(view: View, point: Point, now: Coverage) -> None:
    """Draw why the figure changed, open where it differs from the earlier one: last, since it is counted on its own."""
    differs = bool(tenths(phrases.change(now, _before(view, point)) or 0.0))
    # each point, day and part is opened by itself
    place = filter(None, (view.scope.department, view.scope.unit))
    key = " ".join(["changed", point.id, view.as_of.isoformat(), *place])
    label = view.say(N_("Why did the figure change?"))
    changed = st.expander(label, expanded=differs, key=key, on_change="rerun")
    if changed.open:
        with changed:
            compare.why(view, point)


def chosen_point(view: View) -> Point:
    """The point that the address names by id or number, else the first; draw a note if the named one does not exist."""
    name = st.query_params.get("point", "")
    point = reads.point_named(view, name)
    if name and point is None:
        first = breaking.label(reads.points(view)[0], view.say)
        if off := reads.point_off(view, name):
            text = N_("The point {point} is not on in {organisation} on {day}. Shown instead: {shown}.")
            values = {"organisation": view.scope.organisation, "day": view.say.date(view.as_of), "shown": first}
            widgets.html(charts.note(view.say(text, point=view.say.plain(off.title), **values)))
        else:
            widgets.not_found(view, name, first)
    return point or reads.points(view)[0]


def months_of(view: View, point: Point) -> list[Coverage]:
    """The point's monthly figures, ending on the as-of date."""
    return reads.coverage(view, tuple(month_ends(view.as_of, count=reads.TREND_MONTHS)), (point.id,))


@cached(reads.ITEMS, by=written.mark("item_notes"), words=False)
def items_of(view: View, point: Point) -> Rows:
    """The point's items in the scope, as the reader may see them, with what is written of those that are left."""
    notes = written.item_notes(view.data, view.as_of, view.scope.organisation)
    items = filter(view.scope.holds, reads.items(view.data, view.reader, view.as_of, point.id))
    return [row | added if (added := texts.written(notes, point, row, view.reader)) else row for row in items]


def empty_point(view: View, point: Point, figure: Coverage, before: Coverage | None) -> None:
    """Draw why the point has no figure, and where to load what is missing."""
    say = view.say
    loaded = {row["source"] for row in reads.basis(view.data, view.as_of).of(view.scope.organisation)}
    lacking = [id_ for id_ in point.needs if id_ not in loaded]
    names = [say.pick(reads.sources(view.data)[id_].title) for id_ in lacking]
    earlier = [text for text in [phrases.earlier_sentence(before, say)] if text]
    if figure.told or figure.columns:
        title = empty_sentence(figure, say)
    elif figure.failed:
        title = phrases.missing_sentence(figure, say)
        text = N_("The other points are not affected. Tell {publisher}, who made the point, or have it switched off.")
        earlier.append(say(text, publisher=point.pack.partition(".")[0]))
    elif figure.no_course:
        title = question(point, figure.as_of, say)
    else:
        title = phrases.no_basis_sentence(figure, names, say)
    with st.container(border=True, key="card-empty"):
        widgets.html(charts.empty_state(figure.status, phrases.word(figure, say), title=title, texts=earlier))
        if figure.no_course:
            course_questions.link(view)
        elif figure.status is Status.NO_BASIS and not figure.failed:
            no_data.load_or_fill_in(view, lacking)


def trend(view: View, months: list[Coverage]) -> None:
    """Draw the monthly figures against target and limit, and how the year ends, as a line and as a table."""
    title, point = view.say(N_("The trend towards the target")), months[-1].point
    drawn, alt = _trend(view, point, widgets.mode()), _trend_alt(view, point)
    widgets.figure(view, title, plot=drawn, alt=alt, key="trend", table=_trend_table(view, point))


@cached()
def _trend(view: View, point: Point, mode: Mode) -> Any:
    say, months = view.say, months_of(view, point)
    course = trends.trend(months, say, lambda day: f"{say.short_month(day)}\n{day.year}", _ahead(view, point))
    return plots.trend(
        course.named(TICKS, first=True, apart=APART).moments,
        mode=mode,
        target=course.target,
        limit=course.limit,
        ahead=course.ahead,
        after=course.after,
        height=TREND_HEIGHT,
    )


@cached()
def _trend_alt(view: View, point: Point) -> str:
    months = months_of(view, point)
    return trends.trend_alt(months, view.say, _ahead(view, point))


@cached()
def _trend_table(view: View, point: Point) -> Table:
    """The trend, the newest month first."""
    return table(texts.TREND, reversed(months_of(view, point)), view.say)


def _ahead(view: View, point: Point) -> Coverage | None:
    return reads.outlooks(view)[point.id].then


def reasons(view: View, figure: Coverage, counted: list[tuple[str, int]]) -> Html:
    """Why items are not met, the biggest reason first."""
    say = view.say
    bars = [charts.Reason(*row) for row in reason_shares(figure.point, counted, say)]
    return charts.stack(charts.section(say(REASONS_TITLE)), charts.reasons(bars, label=say(N_("Reasons"))))


def additional_figures(view: View, point: Point) -> None:
    """Draw the figures that belong to the point but are not part of its coverage, folded."""
    if drawn := _additional(view, point):
        with st.expander(view.say(N_("Other"))):
            widgets.html(drawn)


@cached()
def _additional(view: View, point: Point) -> Html | None:
    say = view.say
    figures = [
        f
        for f in view.reader.limited(reads.additional_figures(view.data, view.as_of))
        if point.number in f.definition.points and f.organisation == view.scope.organisation
    ]
    pairs = [
        charts.Pair(say.pick(f.definition.title), phrases.figure_text(f, say, bold), say.pick(f.explained))
        for f in figures
    ]
    note = charts.caption(say(N_("For the whole organisation. They are no part of the coverage.")))
    return charts.stack(note, charts.pairs(pairs)) if pairs else None


def item_list(view: View, point: Point, counted: list[tuple[str, int]]) -> None:
    """Draw the filter, the items, the row behind the selected one, and the download of those shown."""
    say, items = view.say, items_of(view, point)
    widgets.html(charts.section(say(N_("The items behind the figure"))))
    chosen = _filter(view, point, items, counted)
    shown = [row for row in items if chosen.lets(row)]
    picked = _item_table(view, point, chosen, shown) if shown else None
    with st.container(horizontal=True, vertical_alignment="center", key="below-items"):
        note = say(N_("Choose a row to see the spreadsheet row behind it."))
        widgets.html(charts.caption(f"{phrases.shown_of(len(shown), len(items), say)} {note}"))
        _download(view, point, shown)
        if view.reader.may(Permission.LOAD_EXPORTS) and view.reader.whole:
            widgets.link(view, "worklists", say(N_("Work lists")))
    if picked is not None and view.reader.opens(point):
        _row_card(view, point, picked)


def _download(view: View, point: Point, shown: Rows) -> None:
    title, rows = phrases.label(point, view.say), partial(texts.item_rows, point, shown, view.say)
    downloads.offer_rows(view, title, rows, key="items_csv", what="items", point=point.id)


def _filter(view: View, point: Point, items: Rows, counted: list[tuple[str, int]]) -> texts.Filter:
    # an item that the address names is shown whatever its outcome
    say, named = view.say, st.query_params.get("item", "")
    places = iter(st.columns([4, 3, 3, 3]))
    with next(places):
        outcomes = _outcomes(view, point, items, named)
    reasons = {code: reason_text(point, "unmet", code, say) for code, _ in counted}
    units = {name: name for name in sorted({row["unit"] for row in items if row["unit"]})}
    with next(places):
        reason = _narrowed(say(N_("Reason")), reasons, key=f"reason {point.id} {say.code}")
    with next(places):
        unit = _narrowed(say(N_("Unit")), units, key=f"unit {point.id} {say.code}")
    with next(places):
        placeholder, key = say(N_("Search")), f"text {point.id} {say.code} {named}"
        kwargs: Any = {
            "about": view.as_of,
            "placeholder": placeholder,
            "max_chars": LONGEST_NAME,
            "label_visibility": "collapsed",
        }
        text = fields.line(say(N_("Search")), value=named, key=key, **kwargs)
    return texts.Filter(tuple(outcomes), reason, unit, text)


def _narrowed(label: str, names: dict[str, str], *, key: str) -> str | None:
    return fields.choice(label, names, placeholder=label, key=key, label_visibility="collapsed")


def _outcomes(view: View, point: Point, items: Rows, named: str) -> list[str]:
    """Draw the choice of outcomes, at first of those that are left."""
    say, n = view.say, Counter(row["outcome"] for row in items)
    found = [outcome for outcome in phrases.OUTCOMES if n[outcome]]
    left = [outcome for outcome in found if outcome in REMAINING]
    return st.pills(
        say(N_("Outcome")),
        found,
        selection_mode="multi",
        default=found if named else left or found,
        format_func=lambda outcome: f"{say(phrases.OUTCOMES[outcome])} {say.number(n[outcome])}",
        key=f"outcome {point.id} {say.code} {named}",
        label_visibility="collapsed",
    )


def _item_table(view: View, point: Point, chosen: texts.Filter, shown: Rows) -> dict[str, Any] | None:
    say = view.say
    listed = _table(view, point, chosen)
    alt = say(N_("The items behind the figure"))
    key = f"items {point.id} {say.code} {view.as_of}"
    picked = widgets.selectable(listed, key=key, alt=alt, wide=(say(N_("Details")),), height=ITEMS_HEIGHT)
    return shown[picked] if picked is not None else None


@cached(TABLES, by=written.mark("item_notes"))
def _table(view: View, point: Point, chosen: texts.Filter) -> pa.Table:
    """The items that pass a filter, as Streamlit sends them."""
    shown = [row for row in items_of(view, point) if chosen.lets(row)]
    return pa.Table.from_pylist(texts.item_table(point, shown, view.say))


def _row_card(view: View, point: Point, item: dict[str, Any]) -> None:
    """Draw the spreadsheet row behind an item, field by field as it was loaded."""
    say = view.say
    with st.container(border=True, key="card-row"):
        reason = reason_text(point, item["outcome"], item["reason"], say)
        about = ". ".join(
            part
            for part in (say(phrases.OUTCOMES[item["outcome"]]), reason, detail_text(point, item["detail"], say))
            if part
        )
        widgets.html(charts.card_head(item["label"] or item["item"], kicker=phrases.source_line(item, say), text=about))
        with view.database.cursor() as cursor:
            traced = tracing.row_behind(cursor, point, item, reads.sources(view.data), reader=view.reader)
        widgets.row_table(view, traced)


def how_counted(view: View, point: Point) -> None:
    """Draw the rule, its law, parameters, outlook and SQL, and the exports that the figure rests on."""
    say = view.say
    widgets.beside((5, 7), partial(widgets.html, _rule(view, point)), partial(_exports, view, point))
    widgets.html(charts.section(say(N_("SQL")), level=3))
    st.code(point.query.text, language="sql", height=300)


@cached()
def _rule(view: View, point: Point) -> Html:
    rule = figure_texts.rule_pairs(point, view.as_of, view.say)
    return charts.pairs([*rule, *figure_texts.outlook_pairs(point, view.say)])


def _exports(view: View, point: Point) -> None:
    if drawn := _basis(view, point):
        widgets.html(drawn)
        if reads.remarks(view.data, view.as_of, view.scope.organisation)[point.id]:
            widgets.link(view, "quality", view.say(N_("Data quality")), point=point.id)


@cached()
def _basis(view: View, point: Point) -> Html | None:
    """The exports that the figure rests on, and how many remarks there are on them."""
    say, title = view.say, view.say(N_("Basis"))
    used = reads.basis(view.data, view.as_of).used(point, view.scope.organisation, view.as_of)
    imports = [view.reader.row(row, kept=("source",)) for row in used]
    if not imports:
        return None
    exports = figure_texts.basis_table(imports, reads.sources(view.data), view.as_of, say, files=view.reader.whole)
    parts = [charts.section(title, level=3), charts.table(*exports, caption=title)]
    if remarks := reads.remarks(view.data, view.as_of, view.scope.organisation)[point.id]:
        parts.append(charts.caption(f"{phrases.remarks(len(remarks), say)}."))
    return charts.stack(*parts)
