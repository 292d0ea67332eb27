"""The files of a review: reports, year package, hand-off, figures to share; and the review year by year.

A file is made on the click, outside of a run and so without the session.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.core import media, places
from compliance.core.errors import Refusal
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_
from compliance.declarations.declared import as_declared
from compliance.drawing import charts
from compliance.package.trail import WHAT, packages_made
from compliance.report import handing
from compliance.report.blocks import Report
from compliance.report.files import KINDS, Kind, file_name, write_report
from compliance.report.report import as_document
from compliance.review import approving, peers
from compliance.review.dossier import readable
from compliance.review.functions import load_functions
from compliance.screens import downloads, fields, reads, reviews, widgets, written
from compliance.screens import files as screens_files
from compliance.screens.bodies import part
from compliance.screens.downloads import File, FileName
from compliance.screens.review import texts as review_texts
from compliance.screens.reviews import Opened
from compliance.wording import phrases

NAMES: Final[dict[Kind, str]] = {"docx": N_("Word"), "pdf": N_("PDF"), "pptx": N_("Slides (PowerPoint)")}
MIMES: Final[dict[Kind, str]] = {
    "docx": media.DOCX,
    "pdf": media.PDF,
    "pptx": media.PPTX,
}


def documents(opened: Opened) -> None:
    """Draw the reports and the files for others, of the chosen version."""
    opened = _of_chosen_version(opened)
    _reports(opened)
    if opened.may_read and opened.view.reader.named:
        _package(opened)
    if opened.may_read:
        _hand_off(opened)
    _peers(opened)


def _of_chosen_version(opened: Opened) -> Opened:
    say, versions = opened.say, review_texts.versions(opened.states)
    if len(versions) == 1:
        return opened
    names = {version: review_texts.version_label(version, state, say) for version, state in versions.items()}
    key, now = f"version {opened.review.review_id} {say.code}", opened.review.version
    chosen = fields.row(say(N_("Version")), names, now=now, key=key, label_visibility="collapsed")
    return _of_version(opened, chosen or now)


def _of_version(opened: Opened, version: int) -> Opened:
    """The review in another, frozen version: an approved version stays while a correction is written."""
    if version == opened.review.version:
        return opened
    whole = written.frozen(opened.view.data, opened.review.review_id, version)
    shown = readable(whole, opened.view.reader)
    review = replace(opened.review, version=version, state=review_texts.versions(opened.states)[version])
    return replace(opened, review=review, whole=whole, dossier=shown)


# --- Reports --------------------------------------------------------------------------------------------------------


def _reports(opened: Opened) -> None:
    """Draw each report in two versions: complete, for those who may read it, and one to hand out."""
    say = opened.say
    note = say(N_("The version to hand out has no names, weaknesses of systems or open vulnerabilities."))
    widgets.html(charts.section(say(N_("Reports")), note=note))
    if template := places.report_template():
        _show_template(opened, template)
    archive = st.checkbox(say(N_("PDF for archiving (PDF/A)")), key="archive")
    left, right = st.columns(2, gap="large")
    if opened.may_read:
        with left:
            widgets.html(charts.section(say(N_("Complete")), level=3))
            _report_buttons(opened, public=False, archive=archive)
    with right if opened.may_read else left:
        widgets.html(charts.section(say(N_("To hand out")), level=3))
        _report_buttons(opened, public=True, archive=archive)


def _show_template(opened: Opened, template: Path) -> None:
    """Draw why the own template fails, if it does: an error while a file is made comes too late to show."""
    if fault := _fault_of_template(str(template), template.stat().st_mtime_ns):
        text = N_("Your own template {file} cannot be used. {fault}")
        widgets.html(charts.note(opened.say(text, file=template.name, fault=opened.say(fault))))


@st.cache_data(show_spinner=False, max_entries=4)
def _fault_of_template(path: str, mark: int) -> str | None:  # noqa: ARG001 - part of the cache key
    """The fault of the organisation's template, found by writing an empty report in it; None if it works."""
    words = dict.fromkeys(("title", "organisation", "footer", "contents"), "")
    empty = Report(
        language="sv", facts=(), draft=None, page="{page}/{pages}", made_at=datetime(2000, 1, 1), blocks=(), **words
    )
    try:
        as_document(empty, kind="docx", template=Path(path))
    except Refusal as refusal:
        return refusal.message
    return None


def _report_buttons(opened: Opened, *, public: bool, archive: bool) -> None:
    files = [
        File(
            opened.say(NAMES[kind]),
            FileName(file_name(opened.whole, kind=kind, say=opened.say, public=public)),
            MIMES[kind],
            key=f"report {kind} {public}",
            make=partial(_report, opened, kind, public=public, archive=archive and kind == "pdf"),
            width=240,
            action=Action.REPORT,
            what="report to hand out" if public else "report",
            details=reviews.told_of(opened),
        )
        for kind in KINDS
    ]
    downloads.offer(opened.view, *files)


def _report(opened: Opened, kind: Kind, job: Job, *, public: bool, archive: bool) -> bytes:
    """Make a report of what the page showed at the click."""
    audit.require(opened.view.reader.user, Permission.SEE_REVIEW if public else Permission.READ_REVIEW)
    with opened.view.database.cursor() as cursor:
        signed = approving.signatures_of(cursor, opened.review)
    kwargs: Any = {"kind": kind, "state": opened.review.state, "signed": signed, "say": opened.say}
    kwargs |= {"named": opened.view.reader.named, "functions": as_declared(load_functions)}
    template = places.report_template()
    return make_file(job, write_report, opened.whole, **kwargs, public=public, archive=archive, template=template)


# --- For others -----------------------------------------------------------------------------------------------------


def _package(opened: Opened) -> None:
    """Draw the year package: everything that the review rests on, in one file that can be verified on its own.

    It has a row per person, without names but with units, so that it is for those who may see persons.
    """
    say = opened.say
    text = N_(
        "The frozen figures, the rows that they were counted from without names, the SQL, the receipts of the imports, "
        "the reports and a list of SHA-256 sums."
    )
    widgets.html(charts.section(say(N_("Year package")), note=say(text)))
    if opened.review.state == "draft":
        widgets.html(charts.caption(say(N_("It is there once the review has been submitted."))))
        return
    name = downloads.file_name(say, N_("management_review_{year}"), "zip", year=opened.review.year)
    label = say(N_("Download"))
    told: Any = {"action": Action.PACKAGE, "what": WHAT, "details": reviews.told_of(opened), "details_of": _sealed}
    file = File(label, name, "application/zip", key="package", make=partial(_whole_package, opened), **told)
    downloads.offer(opened.view, file)
    _packages(opened)


def _packages(opened: Opened) -> None:
    """Draw the seals of the packages that were made of the version: whoever has one compares its seal with these."""
    say, review = opened.say, opened.review
    with widgets.showing_errors():
        made = packages_made(review.review_id, review.version, sample=opened.view.sample)
        if not made:
            return
        text = N_(
            "The seal of each package that was made, which holds every file and every signature in it. The command "
            "**verify** shows that of a package: one that is not here was not made here, or has been changed."
        )
        widgets.html(charts.caption(say(text)))
        st.code(review_texts.package_lines(made, say), language=None, wrap_lines=True)


def _sealed(content: bytes) -> dict[str, object]:
    """What the audit trail says of the content of a package."""
    from compliance.package.packing import seal_in

    return {"sha256": seal_in(content)}


def _whole_package(opened: Opened, job: Job) -> bytes:
    from compliance.package.year_package import gathered, whole_package

    audit.require(opened.view.reader.user, Permission.READ_REVIEW)
    opened.view.reader.require_named()
    with opened.view.database.cursor() as cursor:
        parts = gathered(cursor, opened.review, version=opened.review.version)
    return make_file(job, whole_package, parts, say=opened.say, template=places.report_template())


def _hand_off(opened: Opened) -> None:
    """Draw paragraphs to paste into other reports, and the download of the measures."""
    say = opened.say
    text = N_(
        "For T1, T2 and VB, and the materiality and risk analysis. Comments are those of the version to hand out."
    )
    widgets.html(charts.section(say(N_("To paste into other reports")), note=say(text)))
    part(opened.view, partial(_paragraphs, opened))
    file = File(
        say(N_("Download")),
        downloads.file_name(say, N_("{title} {day}"), "txt", title=say(N_("Actions")), day=opened.review.year),
        "text/tab-separated-values",
        key="measures",
        make=partial(_measures, opened),
        action=Action.EXTRACT,
        what="measures",
        details=reviews.told_of(opened),
    )
    downloads.offer_small(opened.view, file)


def _paragraphs(opened: Opened) -> None:
    """Draw the choice of points, and their paragraphs to copy."""
    say, shown = opened.say, opened.whole
    labels = {answer.point.id: phrases.label(answer.point, say) for answer in shown.points}
    chosen = st.multiselect(
        say(N_("Points")),
        list(labels),
        default=handing.usual_points(shown),
        # the session keeps the function
        format_func=lambda id_: widgets.plain(labels.get(id_) or ""),
        placeholder=say(N_("Choose points")),
        key=f"points to paste {opened.review.review_id} {shown.version} {say.code}",
    )
    if chosen:
        text = handing.as_text(shown, say, state=opened.review.state, chosen=chosen)
        st.code(text, language=None, wrap_lines=True)


def _measures(opened: Opened, _job: Job) -> bytes:
    audit.require(opened.view.reader.user, Permission.READ_REVIEW)
    return b"\xef\xbb\xbf" + handing.measures(opened.whole, opened.say).encode()


def _peers(opened: Opened) -> None:
    """Draw the download of figures to share, and a comparison with the figures that others have shared."""
    say = opened.say
    text = N_("The file holds the numbers of the {count} points and nothing else: no names, no systems, no texts.")
    count = say.in_words(len(opened.whole.points))
    widgets.html(charts.section(say(N_("Compare with others")), note=say(text, count=count)))
    file = File(
        say(N_("Download")),
        downloads.file_name(say, N_("{title} {day}"), "json", title=say(N_("The figures")), day=opened.review.year),
        "application/json",
        key="peer file",
        make=lambda _job: peers.as_peer_file(opened.whole),
        action=Action.EXTRACT,
        what="figures to share",
        details=reviews.told_of(opened),
    )
    downloads.offer_small(opened.view, file)
    if not opened.view.reader.may(Permission.LOAD_EXPORTS):
        return
    files = screens_files.field(
        say(N_("The figures of other organisations")), Permission.LOAD_EXPORTS, type="json", key="peers"
    )
    widgets.html(charts.caption(say(N_("What you add is kept for as long as the page is open, and nowhere else."))))
    others = []
    for file in files:
        try:
            others.append(peers.read_peer(file.getvalue(), name=file.name))
        except Refusal as refusal:
            widgets.html(charts.note(say.refusal(refusal)))
    if others:
        _compared(opened, others)


def _compared(opened: Opened, others: list[peers.Peer]) -> None:
    say, own = opened.say, peers.as_peer(opened.whole)
    for peer in others:
        if peer.year != own.year:
            text = N_("{organisation} has figures of {year}, so they are not compared.")
            widgets.html(charts.note(say(text, organisation=peer.organisation, year=peer.year)))
    points = {answer.point.id: answer.point for answer in opened.whole.points}
    compared = [(points[each.point_id], each) for each in peers.compare(own, others) if each.point_id in points]
    widgets.table(opened.view, review_texts.PEERS, compared, caption=say(N_("Compare with others")))


# --- Year by year ---------------------------------------------------------------------------------------------------


def years(opened: Opened) -> None:
    """Draw every point in every approved review, as frozen."""
    say = opened.say
    approved = reads.approved(opened.view.data, opened.review.organisation_id)
    widgets.html(charts.section(say(N_("Year by year"))))
    if not approved:
        widgets.html(charts.caption(say(N_("Nothing yet."))))
        return
    widgets.html(charts.table(*review_texts.years_table(approved, say), caption=say(N_("Year by year"))))
