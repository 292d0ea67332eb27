"""A child process has limits, is killed when late or unwanted, and leaves nothing behind when its parent is killed."""

import signal
import sys

import pytest

from compliance.core import children


def run(folder, *, does=None, seconds=60.0, patience=60.0, **kwargs):
    """Run the reader, or code in its place."""
    module = "compliance.reading.worker"
    if does:
        (folder / "stands_in.py").write_text(f"import os, sys; from compliance.core.children import begin; {does}")
        module = "stands_in"
    with children.nameless_file() as file:
        return children.run(module, folder=folder, stdin=file, seconds=seconds, patience=patience, **kwargs)


@pytest.mark.live
def test_a_late_child_is_killed(tmp_path):
    with pytest.raises(children.Late):
        run(tmp_path, patience=0.0)


@pytest.mark.live
def test_a_child_that_uses_up_its_processor_time_is_not_late(tmp_path, monkeypatch):
    """blamed: a busy machine made the register of a city too large, since the clock went on without the child"""
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(children.TimeOver) as ended:
        run(tmp_path, does="begin(sys.argv[1:])\nwhile True: pass", seconds=1.0)
    assert ended.type is children.TimeOver


@pytest.mark.live
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_that_somebody_else_ends_is_told_from_one_that_ends_itself(tmp_path, monkeypatch, number):
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(children.Killed, match=number.name):
        run(tmp_path, does=f"os.kill(os.getpid(), {number:d})")
    assert run(tmp_path, does="os.abort()") == -signal.SIGABRT


@pytest.mark.live
def test_a_child_that_cannot_be_started_is_told_as_one_that_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with pytest.raises(children.Killed, match="No such file"):
        run(tmp_path)


@pytest.mark.live
def test_an_unwanted_child_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "POLL_SECONDS", 0.0)
    with pytest.raises(children.Unwanted):
        run(tmp_path, wanted=lambda: False)


@pytest.mark.live
def test_a_child_in_time_ends_normally(tmp_path):
    assert run(tmp_path, wanted=lambda: True) == 0
    assert (tmp_path / "answer.json").exists()


def test_an_orphaned_child_exits_and_leaves_nothing(tmp_path, monkeypatch):
    """killed server: neither a running process nor its files remain"""
    folder, ended = tmp_path / "child", []
    folder.mkdir()
    (folder / "0.arrow").write_text("x")
    monkeypatch.setattr(children.os, "_exit", ended.append)
    children._end_with(parent=-1, folder=folder)
    assert (ended, folder.exists()) == ([1], False)
