"""What the page of the data's quality draws: the remarks with their filter, their rows, and the row behind one."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import streamlit as st

from compliance.core.language import N_
from compliance.counting import quality
from compliance.counting.assessing import Status
from compliance.counting.quality import Finding
from compliance.drawing import charts
from compliance.screens import downloads, reads, widgets
from compliance.screens.quality import texts
from compliance.screens.quality.texts import Filter, Remark
from compliance.screens.views import View
from compliance.wording import breaking, phrases

SHOWN_ROWS: Final = 500


def draw(view: View) -> None:
    """What in the exports can make a figure wrong, remark by remark."""
    say = view.say
    question = say(N_("What in the exports can make a figure wrong, and whose job it is to mend it."))
    widgets.html(charts.page_title(say(N_("Data quality")), question=question))
    findings = found_here(view)
    every = texts.remarks(reads.checks(), findings, Filter())
    if not every:
        nothing_found(view)
        return
    if part := view.scope.unit or view.scope.department:
        widgets.html(charts.note(say(N_("The checks cover the whole organisation, not only {part}."), part=part)))
    shown = texts.remarks(reads.checks(), findings, chosen(view, every))
    if shown:
        widgets.html(charts.legend(texts.legend(shown, say), label=say(N_("Severity"))))
    else:
        widgets.html(charts.caption(say(N_("No remark is of this kind."))))
    for each in shown:
        remark(view, each)
    download(view, shown)
    widgets.html(charts.caption(texts.clean_sentence(reads.checks(), every, say)))


def found_here(view: View) -> list[Finding]:
    """The findings of the organisation that is looked at."""
    return [
        finding
        for finding in reads.findings(view.data, view.reader, view.as_of)
        if finding.organisation == view.scope.organisation
    ]


def nothing_found(view: View) -> None:
    """That nothing was found, or that there is nothing to look in."""
    say = view.say
    if widgets.nothing_loaded(view):
        return
    title = say(
        N_("The checks found nothing in the exports that the figures of {day} rest on."), day=say.date(view.as_of)
    )
    looked = texts.clean_sentence(reads.checks(), [], say)
    widgets.html(charts.empty_state(Status.GREEN, say(N_("No remarks")), title=title, texts=[looked]))


def chosen(view: View, found: Sequence[Remark]) -> Filter:
    """What of the remarks is asked for: severity, whose job, source and review point."""
    say = view.say
    severities = [s for s in texts.SEVERITIES if any(r.check.severity == s for r in found)]
    owners = [o for o in texts.OWNERS if any(r.check.owner == o for r in found)]
    names = [id_ for id_ in reads.sources() if any(id_ in r.sources for r in found)]
    first, second, third, fourth = st.columns([3, 3, 3, 3])
    with first:
        picked = st.pills(
            say(N_("Severity")),
            severities,
            selection_mode="multi",
            format_func=lambda s: say(texts.SEVERITIES[s]),
            key=f"severity {say.code}",
        )
    with second:
        owner = st.selectbox(
            say(N_("Whose job it is")),
            owners,
            index=None,
            format_func=lambda o: say(texts.OWNERS[o]),
            placeholder=say(N_("Everyone")),
            key=f"owner {say.code}",
        )
    with third:
        source = st.selectbox(
            say(N_("Source")),
            names,
            index=None,
            format_func=lambda id_: say.pick(reads.sources()[id_].title),
            placeholder=say(N_("All sources")),
            key=f"source {say.code}",
        )
    with fourth:
        point = _point(view)
    said = st.query_params.get("point", "")
    if said and point is None and not reads.point_named(said):
        widgets.not_found(view, N_("the review point"), said, say(N_("All points")))
    return Filter(tuple(picked), owner, source, next((p for p in reads.points() if p.id == point), None))


def _point(view: View) -> str | None:
    """The review point that the findings are limited to: the one in the address, until another is chosen."""
    say, ids = view.say, [point.id for point in reads.points()]
    said = st.query_params.get("point", "")
    named = reads.point_named(said)
    titles = {point.id: phrases.label(point, say) for point in reads.points()}
    picked: str | None = st.selectbox(
        say(N_("Review point")),
        ids,
        index=ids.index(named.id) if named else None,
        format_func=lambda id_: titles[id_],
        placeholder=say(N_("All points")),
        key=f"point {said} {say.code}",
    )
    return picked


def remark(view: View, shown: Remark) -> None:
    """One remark: how grave it is, what it is, whose job, what to do, the points that rest on it, and its rows."""
    say, check = view.say, shown.check
    with st.container(key=f"remark-{check.id}"):
        left, right = st.columns([6, 6], gap="medium")
        with left:
            count = say.plural("{n} finding", "{n} findings", len(shown.found))
            word = say(texts.SEVERITIES[check.severity])
            widgets.html(charts.status_mark(texts.SIGNS[check.severity], word, note=count))
            widgets.html(charts.section(say.pick(check.title), note=say.pick(check.explanation)))
            _points(view, shown)
        with right:
            widgets.html(charts.pairs(texts.remark_pairs(shown, reads.sources(), say)))
        _rows(view, shown)


def _points(view: View, shown: Remark) -> None:
    """Links to the points that rest on the exports of a remark."""
    points = texts.points_of(shown, reads.points())
    if not points:
        widgets.html(charts.caption(view.say(N_("No review point rests on it."))))
        return
    widgets.html(charts.caption(view.say(N_("Points that rest on it"))))
    with st.container(key=f"rests-{shown.check.id}", horizontal=True):
        for point in points:
            widgets.link(view, "point", breaking.label(point, view.say), point=point.id)


def visible(shown: Remark) -> Remark:
    """A remark with those findings whose rows the reader sees."""
    return Remark(shown.check, tuple(finding for finding in shown.found if finding.shown))


def _rows(view: View, shown: Remark) -> None:
    """The findings as a table that can be opened, and the spreadsheet row of the one that is chosen."""
    say, allowed = view.say, visible(shown)
    if not allowed.found:
        widgets.html(charts.caption(say(N_("The rows are shown to the coordinator only."))))
        return
    first = Remark(shown.check, allowed.found[:SHOWN_ROWS])
    with st.expander(say(N_("Show the rows"))):
        if len(allowed.found) < len(shown.found) or len(first.found) < len(allowed.found):
            values = {"n": say.number(len(first.found)), "of": say.number(len(shown.found))}
            widgets.html(charts.caption(say(N_("{n} of {of} are shown."), **values)))
        table = texts.finding_rows(first, reads.sources(), say)
        event = st.dataframe(
            table,
            hide_index=True,
            height=min(36 * (len(table) + 1) + 3, 420),
            on_select="rerun",
            selection_mode="single-row",
            key=f"findings {shown.check.id} {say.code} {view.as_of}",
            alt=say.pick(shown.check.title),
        )
        picked = event.selection.rows
        if picked and picked[0] < len(table) and first.found[picked[0]].opened:
            _row_card(view, first.found[picked[0]])


def _row_card(view: View, finding: Finding) -> None:
    """The spreadsheet row of a finding as it was read, beside its headings."""
    say = view.say
    with st.container(border=True, key=f"card-{finding.check}"):
        title = texts.source_title(finding.source, reads.sources(), say)
        if finding.row is None:
            text = say(
                N_("The finding is about the whole file {file}, import {id}."), file=finding.file, id=finding.import_id
            )
            widgets.html(charts.card_head(title, text=text))
            return
        widgets.html(charts.card_head(texts.place_line(finding, say), kicker=title))
        with view.database.cursor() as cursor:
            row = quality.sheet_row(cursor, finding, reads.sources(), reader=view.reader)
        if row is None:
            widgets.html(charts.note(say(N_("The row was not loaded, and its cells have not been kept."))))
            return
        widgets.html(charts.table(*texts.row_table(row, say), caption=say(N_("The spreadsheet row"))))


def download(view: View, shown: Sequence[Remark]) -> None:
    """The findings that are shown, as CSV."""
    say = view.say
    visible_ = [visible(remark_) for remark_ in shown]
    if any(remark_.found for remark_ in visible_):
        rows = partial(texts.csv_rows, visible_, reads.sources(), say)
        downloads.offer_rows(view, say(N_("Download as CSV")), f"quality_{view.as_of}.csv", "findings_csv", rows)
