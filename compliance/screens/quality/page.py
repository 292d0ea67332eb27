"""The page of data quality: the remarks with their filter, their rows, and the spreadsheet row behind one."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import streamlit as st

from compliance.core.language import N_
from compliance.counting import quality
from compliance.counting.assessing import Status
from compliance.counting.quality import Finding
from compliance.drawing import charts
from compliance.screens import downloads, no_data, reads, widgets
from compliance.screens.quality import texts
from compliance.screens.quality.texts import Filter, Remark
from compliance.screens.views import View
from compliance.wording import breaking, phrases

SHOWN_ROWS: Final = 500


def draw(view: View) -> None:
    """Draw what in the exports may make a figure wrong, remark by remark."""
    say = view.say
    question = say(N_("What in the exports can make a figure wrong, and whose job it is to mend it."))
    widgets.html(charts.page_title(say(N_("Data quality")), question=question))
    findings = findings_of(view)
    every = texts.remarks(reads.checks(), findings, Filter())
    if not every:
        no_findings(view)
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


def findings_of(view: View) -> list[Finding]:
    """The findings of the view's organisation."""
    return [
        finding
        for finding in reads.findings(view.data, view.reader, view.as_of)
        if finding.organisation == view.scope.organisation
    ]


def no_findings(view: View) -> None:
    """Draw that the checks found nothing, or that nothing is loaded."""
    say = view.say
    if no_data.nothing_loaded(view):
        return
    title = say(
        N_("The checks found nothing in the exports that the figures of {day} rest on."), day=say.date(view.as_of)
    )
    checked = texts.clean_sentence(reads.checks(), [], say)
    widgets.html(charts.empty_state(Status.GREEN, say(N_("No remarks")), title=title, texts=[checked]))


def chosen(view: View, remarks: Sequence[Remark]) -> Filter:
    """Draw the filter: severity, owner, source and review point. Return what is chosen."""
    say = view.say
    severities = [s for s in texts.SEVERITIES if any(r.check.severity == s for r in remarks)]
    owners = [o for o in texts.OWNERS if any(r.check.owner == o for r in remarks)]
    names = [id_ for id_ in reads.sources() if any(id_ in r.sources for r in remarks)]
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
    name = st.query_params.get("point", "")
    if name and point is None and not reads.point_named(name):
        widgets.not_found(view, N_("the review point"), name, say(N_("All points")))
    return Filter(tuple(picked), owner, source, next((p for p in reads.points() if p.id == point), None))


def _point(view: View) -> str | None:
    """Draw the choice of a review point, initially the one in the address. Return its id."""
    say, ids = view.say, [point.id for point in reads.points()]
    param = st.query_params.get("point", "")
    named = reads.point_named(param)
    titles = {point.id: phrases.label(point, say) for point in reads.points()}
    picked: str | None = st.selectbox(
        say(N_("Review point")),
        ids,
        index=ids.index(named.id) if named else None,
        format_func=lambda id_: titles[id_],
        placeholder=say(N_("All points")),
        key=f"point {param} {say.code}",
    )
    return picked


def remark(view: View, shown: Remark) -> None:
    """Draw a remark: its severity, explanation, owner, what to do, the affected points, and its rows."""
    say, check = view.say, shown.check
    with st.container(key=f"remark-{check.id}"):
        left, right = st.columns([6, 6], gap="medium")
        with left:
            count = say.plural("{n} finding", "{n} findings", len(shown.findings))
            word = say(texts.SEVERITIES[check.severity])
            widgets.html(charts.status_mark(texts.SIGNS[check.severity], word, note=count))
            widgets.html(charts.section(say.pick(check.title), note=say.pick(check.explanation)))
            _points(view, shown)
        with right:
            widgets.html(charts.pairs(texts.remark_pairs(shown, reads.sources(), say)))
        _rows(view, shown)


def _points(view: View, shown: Remark) -> None:
    """Draw links to the points that rest on the exports of a remark."""
    points = texts.points_of(shown, reads.points())
    if not points:
        widgets.html(charts.caption(view.say(N_("No review point rests on it."))))
        return
    widgets.html(charts.caption(view.say(N_("Points that rest on it"))))
    with st.container(key=f"rests-{shown.check.id}", horizontal=True):
        for point in points:
            widgets.link(view, "point", breaking.label(point, view.say), point=point.id)


def visible(shown: Remark) -> Remark:
    """A remark with only the findings whose rows the reader may see."""
    return Remark(shown.check, tuple(finding for finding in shown.findings if finding.shown))


def _rows(view: View, shown: Remark) -> None:
    """Draw the findings as a table that can be opened, and the spreadsheet row of the selected one."""
    say, allowed = view.say, visible(shown)
    if not allowed.findings:
        widgets.html(charts.caption(say(N_("The rows are shown to the coordinator only."))))
        return
    first = Remark(shown.check, allowed.findings[:SHOWN_ROWS])
    with st.expander(say(N_("Show the rows"))):
        if len(allowed.findings) < len(shown.findings) or len(first.findings) < len(allowed.findings):
            values = {"n": say.number(len(first.findings)), "of": say.number(len(shown.findings))}
            widgets.html(charts.caption(say(N_("{n} of {of} are shown."), **values)))
        table = texts.finding_rows(first, reads.sources(), say)
        key = f"findings {shown.check.id} {say.code} {view.as_of}"
        picked = widgets.selectable(table, key=key, alt=say.pick(shown.check.title))
        if picked is not None and first.findings[picked].opened:
            _row_card(view, first.findings[picked])


def _row_card(view: View, finding: Finding) -> None:
    """Draw the spreadsheet row of a finding as it was read, with its headings."""
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
    """Draw the download of the shown findings as CSV."""
    say = view.say
    visible_remarks = [visible(remark_) for remark_ in shown]
    if any(remark_.findings for remark_ in visible_remarks):
        rows = partial(texts.csv_rows, visible_remarks, reads.sources(), say)
        name = f"quality_{view.as_of}.csv"
        downloads.offer_rows(view, say(N_("Download as CSV")), name, "findings_csv", rows, what="findings")
