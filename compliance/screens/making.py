"""Buttons that give a file which is made when it is asked for, how far it is meanwhile, and why one was not made.

Streamlit calls what makes a file in a thread of its own, outside of a run. It says there only that something failed: so
each session keeps what became of its files, and the page tells it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from compliance.core import children
from compliance.core.jobs import SECONDS, Job, make_file
from compliance.core.language import N_, Language
from compliance.counting.separated import swedish_csv
from compliance.drawing import charts
from compliance.screens import widgets
from compliance.screens.views import View
from compliance.store.database import Rows

TICK_SECONDS: Final = 0.5
# A click reaches the page and what makes the file by two ways; one of them may be later.
BEGINNING_SECONDS: Final = 5.0
# Whoever waits longer than this waits for others.
WAITING_SECONDS: Final = 1.0
# What became of a file is news for so long.
NEWS_SECONDS: Final = 300.0
# Fewer rows than these are written before a process of its own has begun.
MANY_ROWS: Final = 5_000


@dataclass(frozen=True)
class File:
    """A file that can be had: what its button says, its name and type, and what makes it; `key` is the button's."""

    label: str
    name: str
    mime: str
    key: str
    make: Callable[[Job], bytes]
    type: Literal["primary", "secondary"] = "secondary"
    width: int | Literal["content"] = "content"


def offer(view: View, *files: File, key: str | None = None) -> None:
    """A button a file, beside each other in a container of that key where there is one; below them how far they are."""
    _offered(view, files, key)


def offer_rows(view: View, label: str, name: str, key: str, rows: Callable[[], Rows]) -> None:
    """A button for a table as CSV for Swedish Excel; many rows are written elsewhere."""

    def make(job: Job) -> bytes:
        table = rows()
        if len(table) > MANY_ROWS:
            return make_file(job, swedish_csv, table)
        return swedish_csv(table)

    offer(view, File(label, name, "text/csv", key=key, make=make))


@st.fragment
def _offered(view: View, files: tuple[File, ...], key: str | None) -> None:
    jobs: dict[str, Job] = st.session_state.setdefault("files asked for", {})
    with st.container(horizontal=key is not None, key=key):
        for file in files:
            _button(view, file, jobs)
    asked = [jobs[file.key] for file in files if file.key in jobs]
    if any(job.finished_at is None for job in asked):
        _progress(view.say, [job for job in asked if job.finished_at is None])
    for job in asked:
        if job.sentence and job.finished_at and time.monotonic() - job.finished_at < NEWS_SECONDS:
            widgets.html(charts.note(job.sentence))


def _button(view: View, file: File, jobs: dict[str, Job]) -> None:
    wanted = _still_there()
    clicked = st.download_button(
        file.label,
        lambda: _content(view, file, jobs, wanted),
        file_name=file.name,
        mime=file.mime,
        key=file.key,
        type=file.type,
        width=file.width,
    )
    if clicked and not _just(jobs.get(file.key)):
        jobs[file.key] = Job(wanted)


def _just(job: Job | None) -> bool:
    """Whether a job is that of the click that the page has just heard of: the making may have been quicker."""
    return job is not None and (job.finished_at is None or time.monotonic() - job.finished_at < BEGINNING_SECONDS)


def _still_there() -> Callable[[], bool]:
    """What tells whether the session is still connected."""
    ran = get_script_run_ctx()
    if ran is None or not runtime.exists():
        return lambda: True
    session = ran.session_id
    return lambda: runtime.get_instance().is_active_session(session)


def _content(view: View, file: File, jobs: dict[str, Job], wanted: Callable[[], bool]) -> bytes:
    job = jobs.get(file.key)
    if job is None or job.claimed or job.finished_at:
        job = jobs[file.key] = Job(wanted)
    job.claimed = True
    try:
        return file.make(job)
    except children.Unwanted:
        raise
    except Exception as error:
        job.sentence = widgets.sentence(error, view.say)
        raise
    finally:
        job.finished_at = time.monotonic()


@st.fragment(run_every=TICK_SECONDS)
def _progress(say: Language, jobs: list[Job]) -> None:
    """How far files are; when all are over, or one that was asked for was never begun, the page is drawn anew."""
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
    if job.parts:
        done, of = job.parts
        return say(N_("The file is being made: part {n} of {of}, {seconds} s."), n=done + 1, of=of, seconds=seconds)
    most = say.number(SECONDS)
    return say(N_("The file is being made: {seconds} s of at most {most}."), seconds=seconds, most=most)
