"""The page of extracts: the first rows of a table, and its downloads."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.core import clock, media, places
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_
from compliance.drawing import charts
from compliance.extracts import extracting, folder
from compliance.extracts.declared import extract_by, load_extracts
from compliance.extracts.extracting import Extract
from compliance.extracts.files import Kind, as_bytes
from compliance.extracts.words import dictionary, titled
from compliance.screens import downloads, fields, no_data, reads, widgets
from compliance.screens.bodies import body
from compliance.screens.caching import read
from compliance.screens.downloads import File
from compliance.screens.extracts import texts
from compliance.screens.views import View
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor
from compliance.wording import phrases
from compliance.wording.tables import Head, plain

SHOWN_ROWS: Final = 10
FORMATS: Final[dict[Kind, tuple[str, str, str]]] = {
    "xlsx": (N_("Excel workbook"), "xlsx", media.XLSX),
    "swedish_csv": (N_("CSV for Swedish Excel"), "csv", "text/csv"),
    "csv": (N_("Plain CSV"), "csv", "text/csv"),
    "parquet": (N_("Parquet"), "parquet", "application/vnd.apache.parquet"),
}


def ahead(view: View) -> Iterator[None]:
    """Count the extract that is shown first."""
    first = next(definition for definition in load_extracts() if definition.open_to(view.reader))
    _extract_of(view, first.id, None)
    yield


@body
def draw(view: View) -> None:
    """Draw the choice of an extract, its first rows, and what its columns mean."""
    say = view.say
    question = say(N_("Tables to go on with elsewhere, as they are on {day}."), day=say.date(view.as_of))
    widgets.html(charts.page_title(say(N_("Extracts")), question=question))
    definitions = {definition.id: definition for definition in load_extracts() if definition.open_to(view.reader)}
    left, right = st.columns([4, 8], gap="large")
    with left:
        titles, first = {id_: say.pick(each.title) for id_, each in definitions.items()}, next(iter(definitions))
        chosen = fields.choice(say(N_("Extract")), titles, now=first, draw=st.radio, key=f"extract {say.code}") or first
        point = point_of_extract(view, chosen)
        _every_download(view)
    with right:
        definition = definitions[chosen]
        widgets.html(charts.section(say.pick(definition.title), note=say.pick(definition.purpose)))
        extract_preview(view, chosen, point)
        with st.expander(say(N_("Columns"))):
            heads = (N_("Column"), N_("Name in CSV and Parquet"), N_("Type"), N_("Meaning"))
            drawn = plain(heads, dictionary(definition, say, codes=True), say)
            widgets.html(charts.table(*drawn, caption=say(N_("Columns"))))


def point_of_extract(view: View, name: str) -> str | None:
    """Draw the choice of a review point for extracts that can be limited to one. Return its id."""
    if not extracting.by_point(name):
        return None
    titles = {point.id: phrases.label(point, view.say) for point in reads.points(view)}
    key, every = f"extract point {view.say.code}", view.say(N_("All points"))
    return fields.choice(view.say(N_("Review point")), titles, placeholder=every, key=key)


@read(20)
def extracted(
    cursor: Cursor,
    reader: Reader,
    name: str,
    as_of: date,
    organisation: str,
    point_id: str | None,
    state: str,  # noqa: ARG001 - part of the cache key
) -> Extract:
    """A named extract, as the reader may see it; `state` is that of the store where more than the exports counts."""
    points = packs.current(cursor).points
    return extracting.extract(
        cursor,
        name,
        points=points,
        as_of=as_of,
        known_at=EVERYTHING_KNOWN,
        point=next((point for point in points if point.id == point_id), None),
        organisation=organisation,
        own=places.own_files(),
        reader=reader,
    )


def _extract_of(view: View, name: str, point_id: str | None) -> Extract:
    state = view.database.state() if extract_by(name).written else ""
    return extracted(view.data, view.reader, name, view.as_of, view.scope.organisation, point_id, state)


def extract_preview(view: View, name: str, point_id: str | None) -> None:
    """Draw the first rows of an extract, and its downloads in four formats, which are made on the click."""
    say = view.say
    extract = _extract_of(view, name, point_id)
    count = len(extract.table)
    if not count and no_data.nothing_loaded(view):
        return
    widgets.html(charts.caption(say.plural("{n} row", "{n} rows", count)))
    if part := view.scope.unit or view.scope.department:
        whose = view.scope.organisation if view.reader.whole else part
        widgets.html(charts.note(say(N_("The rows are those of {part}."), part=whose)))
    _downloads(view, name, point_id)
    if count:
        _first_rows(view, extract)


def _first_rows(view: View, extract: Extract) -> None:
    """Draw the first rows: the columns that vary, below what is the same in all rows."""
    say, count = view.say, len(extract.table)
    same, varying = texts.columns(extract, say)
    if same:
        widgets.html(charts.caption(same))
    first = titled(replace(extract, table=extract.table.slice(0, SHOWN_ROWS)), say)
    columns = [Head(say.pick(column.title), nowrap=True) for column in varying]
    shown = [[texts.cell(row[say.pick(each.title)], each, say) for each in varying] for row in first.to_pylist()]
    widgets.html(charts.table(columns, shown, caption=say(N_("The first rows"))))
    if count > SHOWN_ROWS:
        widgets.html(charts.caption(say(N_("{n} of {of} are shown."), n=SHOWN_ROWS, of=say.number(count))))


def _downloads(view: View, name: str, point_id: str | None) -> None:
    """Draw the download of an extract in each format."""
    say = view.say
    point = reads.point_named(view, point_id) if point_id else None
    whole = say.pick(extract_by(name).title)
    called = f"{whole} {phrases.label(point, say)}" if point else whole
    downloads.offer(
        view,
        *(
            File(
                say(title),
                downloads.file_name(say, N_("{title} {day}"), ending, title=called, day=str(view.as_of)),
                mime,
                key=f"download {kind}",
                make=partial(_content, view, name, point_id, kind),
                type="primary" if kind == "xlsx" else "secondary",
                action=Action.EXTRACT,
                what=name,
                details={"point": point_id} if point_id else {},
            )
            for kind, (title, ending, mime) in FORMATS.items()
        ),
        key="downloads",
    )


def _every_download(view: View) -> None:
    """Draw the download of all extracts in one file, and which of them the reader may not have."""
    say = view.say
    downloads.offer(
        view,
        File(
            say(N_("All extracts")),
            downloads.file_name(say, N_("{title} {day}"), "zip", title=say(N_("Extracts")), day=view.as_of),
            "application/zip",
            key="download all",
            make=partial(_every_content, view),
            action=Action.EXTRACT,
            what="all extracts",
        ),
    )
    closed = ", ".join(say.pick(each.title) for each in load_extracts() if not each.open_to(view.reader))
    if closed:
        widgets.html(charts.caption(say(N_("Not open to you: {extracts}"), extracts=closed)))


def _every_content(view: View, job: Job) -> bytes:
    audit.require(view.reader.user, Permission.DOWNLOAD_EXTRACTS)
    with view.database.cursor() as cursor:
        bundle = folder.every_extract(
            cursor,
            points=reads.points(view),
            as_of=view.as_of,
            known_at=EVERYTHING_KNOWN,
            reader=view.reader,
            organisation=view.scope.organisation,
            own=places.own_files(),
        )
    job.rows = bundle.rows
    return make_file(job, folder.zipped, bundle, created=clock.now(), language=view.say)


def _content(view: View, name: str, point_id: str | None, kind: Kind, job: Job) -> bytes:
    audit.require(view.reader.user, Permission.DOWNLOAD_EXTRACTS)
    extract = _extract_of(view, name, point_id)
    job.rows = len(extract.table)
    return make_file(job, as_bytes, extract, kind=kind, language=view.say)
