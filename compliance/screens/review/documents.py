"""What the page of the review draws of files: reports, year package, hand-off, figures to share; and year by year.

A file is made when somebody asks for it: outside of a run, so without the session.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st

from compliance.access import permissions
from compliance.access.permissions import Permission
from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.report import handing
from compliance.report.blocks import Report
from compliance.report.files import KINDS, Kind, file_name, write_report
from compliance.report.report import as_document
from compliance.review import approving, dossier, peers
from compliance.review.dossier import readable
from compliance.screens import files as screens_files
from compliance.screens import making, widgets
from compliance.screens.making import File
from compliance.screens.review import texts as review_texts
from compliance.screens.reviews import Opened

NAMES: Final[dict[Kind, str]] = {"docx": N_("Word"), "pdf": N_("PDF"), "pptx": N_("Slides (PowerPoint)")}
MIMES: Final[dict[Kind, str]] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def documents(found: Opened) -> None:
    """The reports, and what is made of the review for others; of an earlier version too."""
    found = _of_chosen_version(found)
    _reports(found)
    if found.reads:
        _package(found)
        _hand_off(found)
    _peers(found)


def _of_chosen_version(found: Opened) -> Opened:
    say, versions = found.say, review_texts.versions(found.states)
    if len(versions) == 1:
        return found
    chosen = st.segmented_control(
        say(N_("Version")),
        list(versions),
        default=found.review.version,
        format_func=lambda version: review_texts.version_label(version, versions[version], say),
        key=f"version {found.review.review_id} {say.code}",
        label_visibility="collapsed",
    )
    return _of_version(found, chosen or found.review.version)


def _of_version(found: Opened, version: int) -> Opened:
    """The same review in another version, as it was frozen: what has been approved stays while it is corrected."""
    if version == found.review.version:
        return found
    with found.view.database.cursor() as cursor:
        whole = approving.dossier(cursor, found.review, own=places.own_files(), version=version)
    shown = readable(whole, found.view.reader)
    review = replace(found.review, version=version, state=review_texts.versions(found.states)[version])
    return replace(found, review=review, whole=whole, dossier=shown)


# --- Reports --------------------------------------------------------------------------------------------------------


def _reports(found: Opened) -> None:
    """Each report in two versions: complete, for those who may read it, and one to hand out."""
    say = found.say
    text = N_("In the language of the page. A draft says so on each page.")
    if found.review.state == "approved":
        text = N_("In the language of the page, from what was frozen.")
    widgets.html(charts.section(say(N_("Reports")), note=say(text)))
    if template := places.report_template():
        _tell_template(found, template)
    archive = st.checkbox(say(N_("PDF for archiving (PDF/A)")), key="archive")
    left, right = st.columns(2, gap="large")
    if found.reads:
        with left:
            widgets.html(
                charts.section(say(N_("Complete")), note=say(N_("With names and what remains to be done.")), level=3)
            )
            _report_buttons(found, public=False, archive=archive)
    with right if found.reads else left:
        note = say(N_("Without names, weaknesses of systems and open vulnerabilities."))
        widgets.html(charts.section(say(N_("To hand out")), note=note, level=3))
        _report_buttons(found, public=True, archive=archive)


def _tell_template(found: Opened, template: Path) -> None:
    """Whose look the Word files have: told before one is made, since nothing can be told when that fails."""
    fault = _fault_of_template(str(template), template.stat().st_mtime_ns)
    text = N_("Word files are written in your own template, {file}.")
    if fault:
        text = N_("Your own template {file} cannot be used. {fault}")
    shown = found.say(text, file=template.name, fault=found.say(fault) if fault else "")
    widgets.html(charts.note(shown) if fault else charts.caption(shown))


@st.cache_data(show_spinner=False, max_entries=4)
def _fault_of_template(path: str, mark: int) -> str | None:  # noqa: ARG001 - tried anew when the file changes
    """What is wrong with the organisation's template, if anything is: an empty report is written in it."""
    words = dict.fromkeys(("title", "organisation", "footer", "contents"), "")
    empty = Report(
        language="sv", facts=(), draft=None, page="{page}/{pages}", made_at=datetime(2000, 1, 1), blocks=(), **words
    )
    try:
        as_document(empty, kind="docx", template=Path(path))
    except Refusal as refusal:
        return refusal.message
    return None


def _report_buttons(found: Opened, *, public: bool, archive: bool) -> None:
    files = [
        File(
            found.say(NAMES[kind]),
            file_name(found.whole, kind=kind, say=found.say, public=public),
            MIMES[kind],
            key=f"report {kind} {public}",
            make=partial(_report, found, kind, public=public, archive=archive and kind == "pdf"),
            width=240,
        )
        for kind in KINDS
    ]
    making.offer(found.view, *files)


def _report(found: Opened, kind: Kind, job: Job, *, public: bool, archive: bool) -> bytes:
    """A report of what the page showed when it was asked for."""
    permissions.require(found.view.reader.user, Permission.SEE_REVIEW if public else Permission.READ_REVIEW)
    with found.view.database.cursor() as cursor:
        signed = approving.signatures_of(cursor, found.review)
    given: Any = {"kind": kind, "state": found.review.state, "signed": signed, "say": found.say}
    template = places.report_template()
    return make_file(job, write_report, found.whole, **given, public=public, archive=archive, template=template)


# --- For others -----------------------------------------------------------------------------------------------------


def _package(found: Opened) -> None:
    """The year package: everything that the review rests on, in one file that can be checked by itself."""
    say = found.say
    text = N_(
        "The frozen figures, the rows that they were counted from without names, the SQL, the receipts of the imports, "
        "the reports and a list of SHA-256 sums."
    )
    widgets.html(charts.section(say(N_("Year package")), note=say(text)))
    if found.review.state == "draft":
        widgets.html(charts.caption(say(N_("It is there once the review has been submitted."))))
        return
    name = say(N_("management_review_{year}"), year=found.review.year) + ".zip"
    label = say(N_("Download the year package"))
    making.offer(found.view, File(label, name, "application/zip", key="package", make=partial(_whole_package, found)))


def _whole_package(found: Opened, job: Job) -> bytes:
    from compliance.package.year_package import gathered, whole_package

    permissions.require(found.view.reader.user, Permission.READ_REVIEW)
    with found.view.database.cursor() as cursor:
        given = gathered(cursor, found.review, version=found.review.version)
    return make_file(job, whole_package, given, say=found.say, template=places.report_template())


def _hand_off(found: Opened) -> None:
    """Paragraphs to paste into other reports, and the measures as a file."""
    say, shown = found.say, found.whole
    text = N_("A paragraph for each mandatory practice, for tertial reports and the materiality and risk analysis.")
    widgets.html(charts.section(say(N_("To paste into other reports")), note=say(text)))
    st.code(handing.as_text(shown, say, state=found.review.state), language=None, wrap_lines=True)
    widgets.html(charts.caption(say(N_("The button in the corner copies the text."))))
    st.download_button(
        say(N_("Download the measures (tab-separated)")),
        lambda: _measures(found),
        file_name=say(N_("measures_{year}"), year=found.review.year) + ".txt",
        mime="text/tab-separated-values",
        key="measures",
        on_click="ignore",
    )


def _measures(found: Opened) -> bytes:
    permissions.require(found.view.reader.user, Permission.READ_REVIEW)
    return b"\xef\xbb\xbf" + handing.measures(found.whole, found.say).encode()


def _peers(found: Opened) -> None:
    """The figures to share, and those that others have shared beside one's own."""
    say = found.say
    text = N_("The file holds the numbers of the {count} points and nothing else: no names, no systems, no texts.")
    count = say.in_words(len(found.whole.points))
    widgets.html(charts.section(say(N_("Compare with others")), note=say(text, count=count)))
    st.download_button(
        say(N_("Download our figures")),
        peers.as_peer_file(found.whole),
        file_name=say(N_("figures_{year}"), year=found.review.year) + ".json",
        mime="application/json",
        key="peer file",
        on_click="ignore",
    )
    if not found.view.reader.may(Permission.LOAD_EXPORTS):
        return
    files = screens_files.field(say(N_("The figures of other organisations")), type="json", key="peers")
    widgets.html(charts.caption(say(N_("What you add is kept for as long as the page is open, and nowhere else."))))
    others = []
    for file in files:
        try:
            others.append(peers.read_peer(file.getvalue(), name=file.name))
        except Refusal as refusal:
            widgets.html(charts.note(say.refusal(refusal)))
    if others:
        _compared(found, others)


def _compared(found: Opened, others: list[peers.Peer]) -> None:
    say, own = found.say, peers.as_peer(found.whole)
    for peer in others:
        if peer.year != own.year:
            text = N_("{organisation} has figures of {year}, so they are not compared.")
            widgets.html(charts.note(say(text, organisation=peer.organisation, year=peer.year)))
    points = {answer.point.id: answer.point for answer in found.whole.points}
    drawn = review_texts.peers_table(peers.compare(own, others), points, say)
    widgets.html(charts.table(*drawn, caption=say(N_("Our figures among others'"))))


# --- Year by year ---------------------------------------------------------------------------------------------------


def years(found: Opened) -> None:
    """Every point in every approved review, as it was frozen."""
    say = found.say
    with found.view.database.cursor() as cursor:
        approved = dossier.approved_reviews(cursor, found.review.organisation_id)
    note = say(
        N_("From what was frozen in the approved reviews. A figure is that of its own day, by the rules of then.")
    )
    widgets.html(charts.section(say(N_("Year by year")), note=note if approved else ""))
    if not approved:
        widgets.html(charts.caption(say(N_("No review has been approved yet."))))
        return
    drawn, count = review_texts.years_table(approved, say), say.in_words(len(found.whole.points))
    widgets.html(charts.table(*drawn, caption=say(N_("The {count} review points year by year"), count=count)))
    if len(approved) == 1:
        widgets.html(charts.caption(say(N_("With the next approved review the development shows."))))
