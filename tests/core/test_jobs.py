"""Slow files are made in a child process: the same bytes, a few at once, with a time limit, leaving nothing behind."""

import tempfile
import threading
import time
from dataclasses import replace

import pytest

from compliance.core import children, job_worker, jobs
from compliance.core.errors import Refusal
from compliance.core.jobs import Job, JobFailed, make_file
from compliance.core.queueing import Asker, asking
from compliance.report.report import as_document
from tests.reports import sample


def echo(*args, **kwargs):
    return repr((args, kwargs)).encode()


def refuse():
    raise Refusal("The file {file} is {n} too many.", file="a", n=2)


def fail():
    raise ValueError("850612-1238")


def run_out():
    raise MemoryError


@pytest.fixture
def really(monkeypatch, tmp_path):
    """A real child process, and a temporary folder of its own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.live
def test_a_child_gives_the_same_bytes_and_leaves_nothing(really):
    report = replace(sample("sv", draft="Utkast"), blocks=sample().blocks[:4])
    assert make_file(Job(), as_document, report, kind="pdf") == as_document(report, kind="pdf")
    assert list(really.iterdir()) == []


@pytest.mark.live
def test_a_late_child_gives_a_sentence(really):
    with pytest.raises(Refusal, match="not ready after 0 seconds"):
        make_file(Job(), as_document, sample(), kind="pdf", seconds=0.0)
    assert list(really.iterdir()) == []


@pytest.mark.live
def test_an_unwanted_child_is_killed(really, monkeypatch):
    monkeypatch.setattr(children, "POLL_SECONDS", 0.0)
    with pytest.raises(children.Unwanted):
        make_file(Job(wanted=lambda: False), as_document, sample(), kind="pdf")
    assert list(really.iterdir()) == []


@pytest.mark.live
def test_a_child_that_dies_is_reported_without_its_content(really, monkeypatch):
    monkeypatch.setattr(children, "environment", lambda folder: {})
    with pytest.raises(JobFailed, match="died with code 1"):
        make_file(Job(), as_document, sample(), kind="pdf")


@pytest.mark.live
def test_arguments_reach_the_maker_and_its_result_comes_back():
    assert make_file(Job(), echo, 1, "å", name=(None, 2.5)) == repr(((1, "å"), {"name": (None, 2.5)})).encode()


@pytest.mark.usefixtures("made_here")
def test_a_refusal_of_the_maker_comes_back():
    with pytest.raises(Refusal, match="The file a is 2 too many"):
        make_file(Job(), refuse)


@pytest.mark.usefixtures("made_here")
def test_a_fault_of_the_maker_is_located_without_quoting_a_cell():
    with pytest.raises(JobFailed, match=r"^ValueError at .*test_jobs\.py:\d+$") as failure:
        make_file(Job(), fail)
    assert "1238" not in str(failure.value)


@pytest.mark.usefixtures("made_here")
def test_too_much_memory_gives_a_sentence():
    with pytest.raises(Refusal, match="more memory"):
        make_file(Job(), run_out)


@pytest.mark.parametrize(("persons", "more"), [(["Bo", "Bo"], "Bo"), (["Bo", "Bo", "Eva"], "Ida")])
def test_two_files_of_a_person_are_made_at_once_and_three_of_all(monkeypatch, persons, more):
    """crowd: another one waits, and is refused after a while"""
    monkeypatch.setattr(jobs, "TURN_SECONDS", 0.0)
    go, entered = threading.Event(), threading.Barrier(len(persons) + 1)

    def make(person, job):
        with asking(Asker(person)):
            make_file(job, echo)

    def held(job, order, answer, *, seconds):
        entered.wait(10)
        go.wait(10)
        answer.write(b'{"problem": null}\n' + job_worker._make(order)[1])
        return 0

    monkeypatch.setattr(jobs, "_run", held)
    makers = [threading.Thread(target=make, args=(person, Job())) for person in persons]
    for one in makers:
        one.start()
    entered.wait(10)
    job = Job()
    with pytest.raises(Refusal, match="turn"):
        make(more, job)
    assert job.started_at is None
    go.set()
    for one in makers:
        one.join(10)


def test_a_child_reports_its_progress(tmp_path, monkeypatch):
    job = Job(folder=tmp_path, started_at=time.monotonic())
    children.report_progress(1, 5)
    assert job.parts is None
    monkeypatch.setattr(children, "_folder", [tmp_path])
    children.report_progress(2, 5)
    assert job.parts == (2, 5)
