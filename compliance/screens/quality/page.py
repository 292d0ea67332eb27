"""The page of data quality: the remarks by what they can change, the rows of one, and the row of a file behind one."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import streamlit as st

from compliance.core.language import N_
from compliance.counting import quality
from compliance.counting.assessing import Status
from compliance.counting.quality import Finding
from compliance.drawing import charts
from compliance.screens import course_questions, downloads, fields, no_data, reads, sayings, widgets
from compliance.screens.bodies import body
from compliance.screens.quality import texts
from compliance.screens.quality.texts import Filter, Remark
from compliance.screens.views import View
from compliance.wording import phrases

SHOWN_ROWS: Final = 500
# The checks whose findings are words, or columns of dates, of which somebody can say what they mean.
ABOUT_MEANINGS: Final = frozenset({"unknown_words", "unclear_answers", "undecided_dates"})


def ahead(view: View) -> Iterator[None]:
    """Count what the page asks for."""
    findings_of(view)
    yield


@body
def draw(view: View) -> None:
    """Draw what the checks have found, by what it can change, and the rows of the remark that the address names."""
    say = view.say
    widgets.html(charts.page_title(say(N_("Data quality"))))
    sayings.confirmation()
    course_questions.draw(view, course_questions.asked(view))
    findings = findings_of(view)
    every = texts.remarks(reads.checks(), findings, Filter())
    if not every:
        no_findings(view)
        return
    begun = st.container()
    chosen = _chosen(view, every)
    effects = reads.effects(view.data, view.as_of, view.scope.organisation, chosen.point.id if chosen.point else None)
    shown = texts.by_effect(texts.remarks(reads.checks(), findings, chosen), effects)
    if shown:
        with begun:
            widgets.html(charts.answer(texts.sentence(shown, effects, reads.points(view), say)))
        table = texts.remark_table(shown, effects, reads.points(view), partial(_address, view), say)
        widgets.html(charts.table(*table, caption=say(N_("Remarks")), stacked=True))
    else:
        widgets.html(charts.caption(say(N_("No remarks"))))
    _opened(view, shown)
    download(view, shown)
    if part := view.scope.unit or view.scope.department:
        widgets.html(charts.caption(say(N_("This covers the whole organisation, not only {part}."), part=part)))
    widgets.html(charts.caption(texts.clean_sentence(reads.checks(), every, say)))


def _address(view: View, check: str) -> str:
    """The address of the page with a check opened, limited to the same point."""
    point = st.query_params.get("point")
    return widgets.address(view, "quality", check=check, **({"point": point} if point else {}))


def _opened(view: View, shown: Sequence[Remark]) -> None:
    """Draw the remark that the address names."""
    named = st.query_params.get("check", "")
    each = next((each for each in shown if each.check.id == named), None)
    if each:
        remark(view, each)
    elif named and named not in {check.id for check in reads.checks()}:
        widgets.not_found(view, named, view.say(N_("Remarks")))


def findings_of(view: View) -> list[Finding]:
    """The findings of the view's organisation."""
    every = reads.findings(view.data, view.reader, view.as_of)
    return [finding for finding in every if finding.organisation == view.scope.organisation]


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


def _chosen(view: View, remarks: Sequence[Remark]) -> Filter:
    """Draw the filter: owner and review point. Return what is chosen."""
    say = view.say
    owners = {o: say(word) for o, word in texts.OWNERS.items() if any(r.check.owner == o for r in remarks)}
    first, second, _ = st.columns([3, 4, 5])
    with first:
        everyone, key = say(N_("Everyone")), f"owner {say.code}"
        owner = fields.choice(say(N_("Responsible")), owners, placeholder=everyone, key=key)
    with second:
        point = _point(view)
    name = st.query_params.get("point", "")
    if name and point is None and not reads.point_named(view, name):
        widgets.not_found(view, name, say(N_("All points")))
    return Filter(owner, next((p for p in reads.points(view) if p.id == point), None))


def _point(view: View) -> str | None:
    """Draw the choice of a review point, initially the one in the address. Return its id."""
    say, param = view.say, st.query_params.get("point", "")
    named = reads.point_named(view, param)
    titles = {point.id: phrases.label(point, say) for point in reads.points(view)}
    now, every, key = named.id if named else None, say(N_("All points")), f"point {param} {say.code}"
    return fields.choice(say(N_("Review point")), titles, now=now, placeholder=every, key=key)


def remark(view: View, shown: Remark) -> None:
    """Draw a remark: its explanation, where it was found, and its rows."""
    say, check = view.say, shown.check
    with st.container(key=f"remark-{check.id}"):
        widgets.html(charts.section(say.pick(check.title), note=say.pick(check.explanation)))
        widgets.html(charts.caption(texts.found_in(shown, reads.sources(view.data), say)))
        _rows(view, shown)
        _meanings(view, visible(shown))


def _meanings(view: View, shown: Remark) -> None:
    """Draw the form that says what the words of a remark mean, if it is about words or dates."""
    if shown.check.id in ABOUT_MEANINGS and shown.findings:
        asked = [
            sayings.Asked(each.source, each.field, each.subject, each.number)
            for each in shown.findings
            if each.field and each.subject
        ]
        sayings.form(view, asked, sayings.About(view.scope.organisation), key=shown.check.id)


def visible(shown: Remark) -> Remark:
    """A remark with only the findings whose rows the reader may see."""
    return Remark(shown.check, tuple(finding for finding in shown.findings if finding.shown))


def _rows(view: View, shown: Remark) -> None:
    """Draw the findings as a table that can be opened, and the spreadsheet row of the selected one."""
    say, allowed = view.say, visible(shown)
    if not allowed.findings:
        widgets.html(charts.caption(say(N_("Rows and names are shown to the coordinator only."))))
        return
    first = Remark(shown.check, allowed.findings[:SHOWN_ROWS])
    if len(first.findings) < len(shown.findings):
        widgets.html(charts.caption(phrases.shown_of(len(first.findings), len(shown.findings), say)))
    table = texts.finding_rows(first, reads.sources(view.data), say)
    key = f"findings {shown.check.id} {say.code} {view.as_of}"
    picked = widgets.selectable(table, key=key, alt=say.pick(shown.check.title))
    if picked is not None and first.findings[picked].opened:
        _row_card(view, first.findings[picked])


def _row_card(view: View, finding: Finding) -> None:
    """Draw the spreadsheet row of a finding as it was read, with its headings."""
    say = view.say
    with st.container(border=True, key=f"card-{finding.check}"):
        title = texts.source_title(finding.source, reads.sources(view.data), say)
        if finding.row is None:
            text = say(
                N_("The finding is about the whole file {file}, import {id}."), file=finding.file, id=finding.import_id
            )
            widgets.html(charts.card_head(title, text=text))
            return
        widgets.html(charts.card_head(texts.place_line(finding, say), kicker=title))
        with view.database.cursor() as cursor:
            row = quality.sheet_row(cursor, finding, reads.sources(view.data), reader=view.reader)
        if row is None:
            widgets.html(charts.note(say(N_("The cells of this import were not kept."))))
            return
        widgets.table(view, texts.row_columns(row), row.cells, caption=say(N_("The spreadsheet row")))


def download(view: View, shown: Sequence[Remark]) -> None:
    """Draw the download of the shown findings as CSV."""
    visible_remarks = [visible(remark_) for remark_ in shown]
    if any(remark_.findings for remark_ in visible_remarks):
        rows = partial(texts.csv_rows, visible_remarks, reads.sources(view.data), view.say)
        downloads.offer_rows(view, view.say(N_("Data quality")), rows, key="findings_csv", what="findings")
