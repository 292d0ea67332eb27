"""Download buttons whose file is made on the click, with its progress and its errors.

Every file that a page hands out is made here: for whoever the page was drawn for and nobody else, and once the audit
trail tells of it.

Streamlit makes the file in a thread of its own, outside of a run, and shows there only that something failed. So each
session keeps the jobs of its files, and the page reads their state.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import User
from compliance.bending import runs
from compliance.core import children
from compliance.core.errors import Refusal
from compliance.core.jobs import BUSY, SECONDS, Job, make_file
from compliance.core.language import N_, Language
from compliance.core.queueing import Asker, Queue, asking
from compliance.correcting import forms
from compliance.counting.separated import swedish_csv
from compliance.drawing import charts
from compliance.screens import views, widgets
from compliance.screens.views import View
from compliance.store.database import Rows

TICK_SECONDS: Final = 0.5
# A click reaches the page and the thread that makes the file independently, in either order, within this time.
BEGINNING_SECONDS: Final = 5.0
# After this long without a start, a job is waiting for others.
WAITING_SECONDS: Final = 1.0
# How long the error of a job is shown.
NEWS_SECONDS: Final = 300.0
# Fewer rows than these are written faster than a child process starts.
MANY_ROWS: Final = 5_000
# The files that a person can wait for at a time: each has a thread of the server.
ASKED: Final = Queue(of_one=8)

ANOTHER: Final = N_("Your role or your login is not the one that the page was drawn for. Load the page again.")


class FileName(str):
    """The name of a file in the language of the page. `file_name` makes one of a message of the catalogue."""

    __slots__ = ()


def file_name(say: Language, message: str, ending: str, **values: object) -> FileName:
    """A message of the catalogue as the name of a file, without what a name cannot have.

    Example: `file_name(say, N_("Data quality {day}"), "csv", day=view.as_of)`.
    """
    return FileName(f"{forms.file_name(say(message, **values))}.{ending}")


@dataclass(frozen=True)
class File:
    """A file to download: its button's label and key, its name and type, and the function that makes it.

    `action`, `what` and `details` are what the audit trail says of it, besides the view, the format and the size, and
    `details_of` what it says of its content.
    """

    label: str
    name: FileName
    mime: str
    key: str
    make: Callable[[Job], bytes]
    action: Action
    what: str
    details: Mapping[str, object] = field(default_factory=dict)
    details_of: Callable[[bytes], Mapping[str, object]] = lambda _content: {}
    type: Literal["primary", "secondary"] = "secondary"
    width: int | Literal["content"] = "content"


def offer(view: View, *files: File, key: str | None = None) -> None:
    """Draw a button per file, in a row if a container's `key` is given, and below them the progress of each."""
    _draw_offer(view, files, key)


def offer_small(view: View, file: File, **kwargs: Any) -> None:
    """Draw the button of a file that is made at once; the page is not drawn again on the click."""
    make = partial(_content, view, file, {}, wanted=runs.connection(), user=views.asking())
    st.download_button(file.label, make, file_name=file.name, mime=file.mime, key=file.key, on_click="ignore", **kwargs)


def offer_rows(view: View, name: str, rows: Callable[[], Rows], *, key: str, what: str, **details: object) -> None:
    """Draw the button for a table as CSV for Swedish Excel; many rows are written in a child process.

    A name that is none of a file yet is a title, which the day of the view follows. `what` and `details` are what the
    audit trail says of it.
    """
    if not isinstance(name, FileName):
        name = file_name(view.say, N_("{title} {day}"), "csv", title=name, day=view.as_of)

    def make(job: Job) -> bytes:
        table = rows()
        job.rows = len(table)
        if len(table) > MANY_ROWS:
            return make_file(job, swedish_csv, table)
        return swedish_csv(table)

    told: Any = {"action": Action.EXTRACT, "what": what, "details": details}
    offer(view, File(view.say(N_("Download as CSV")), name, "text/csv", key=key, make=make, **told))


@st.fragment
def _draw_offer(view: View, files: tuple[File, ...], key: str | None) -> None:
    widgets.redraw_for_another(view)
    jobs: dict[str, Job] = st.session_state.setdefault("files asked for", {})
    with st.container(horizontal=key is not None, key=key):
        for file in files:
            _button(view, file, jobs)
    requested = [jobs[file.key] for file in files if file.key in jobs]
    if any(job.finished_at is None for job in requested):
        _progress(view.say, [job for job in requested if job.finished_at is None])
    for job in requested:
        if job.sentence and job.finished_at and time.monotonic() - job.finished_at < NEWS_SECONDS:
            widgets.html(charts.note(job.sentence))


def _button(view: View, file: File, jobs: dict[str, Job]) -> None:
    wanted = runs.connection()
    clicked = st.download_button(
        file.label,
        partial(_content, view, file, jobs, wanted=wanted, user=views.asking()),
        file_name=file.name,
        mime=file.mime,
        key=file.key,
        type=file.type,
        width=file.width,
    )
    if clicked and not _is_recent(jobs.get(file.key)):
        jobs[file.key] = Job(wanted)


def _is_recent(job: Job | None) -> bool:
    """Whether a job belongs to the click of this run: its thread may start, or even end, before the page runs."""
    return job is not None and (job.finished_at is None or time.monotonic() - job.finished_at < BEGINNING_SECONDS)


def _content(
    view: View, file: File, jobs: dict[str, Job], *, wanted: Callable[[], bool], user: Callable[[], User]
) -> bytes:
    """Make a file. It runs outside of a run, and long after the page was drawn."""
    job = jobs.get(file.key)
    if job is None or job.claimed or job.finished_at:
        job = jobs[file.key] = Job(wanted)
    job.claimed = True
    try:
        with asking(Asker(view.reader.user.person, partial(_stop_unless, wanted))):
            return _made(view, file, job, user)
    except children.Unwanted:
        raise
    except Exception as error:
        job.sentence = widgets.sentence(error, view.say)
        raise
    finally:
        job.finished_at = time.monotonic()


def _made(view: View, file: File, job: Job, user: Callable[[], User]) -> bytes:
    """The content of a file, once it is told of."""
    with ASKED.turn(seconds=0) as came:
        if not came:
            raise Refusal(BUSY)
        refuse_another(view, user())
        content = file.make(job)
        refuse_another(view, user())
        _record(view, file, job, content)
        return content


def _stop_unless(wanted: Callable[[], bool]) -> None:
    """Raise Unwanted if nobody waits for a file any more."""
    if not wanted():
        raise children.Unwanted


def refuse_another(view: View, user: User) -> None:
    """Raise Refusal unless a user is the one that the view was drawn for, with the same roles and the same limit."""
    if user != view.reader.user:
        if user.person:
            audit.refused(user, "file")
        raise Refusal(ANOTHER)


def _record(view: View, file: File, job: Job, content: bytes) -> None:
    """Tell the audit trail what is handed out, just before it is."""
    form = {"format": file.name.rpartition(".")[2], "bytes": len(content)}
    said = {"day": view.as_of, **view.scope.names, **form, **file.details, **file.details_of(content)}
    counted = {} if job.rows is None else {"rows": job.rows}
    sample = {"sample": True} if view.sample else {}
    audit.record(view.reader.user, file.action, file.what, **said, **counted, **sample)


@st.fragment(run_every=TICK_SECONDS)
def _progress(say: Language, jobs: list[Job]) -> None:
    """Draw the progress of jobs. Rerun the page once all have finished; one never claimed counts as finished."""
    for job in jobs:
        if not job.claimed and time.monotonic() - job.requested_at > BEGINNING_SECONDS:
            job.finished_at = time.monotonic()
    if all(job.finished_at for job in jobs):
        st.rerun()
    for job in jobs:
        if not job.finished_at:
            st.progress(_share(job), _state(job, say))


def _share(job: Job) -> float:
    if job.parts:
        done, of = job.parts
        return done / of
    return min(job.seconds / SECONDS, 1.0)


def _state(job: Job, say: Language) -> str:
    if job.started_at is None and time.monotonic() - job.requested_at > WAITING_SECONDS:
        return say(N_("The file waits for its turn: others are being made."))
    seconds = say.number(int(job.seconds))
    most = say.number(SECONDS)
    return say(N_("The file is being made: {seconds} s of at most {most}."), seconds=seconds, most=most)
