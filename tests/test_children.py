"""A child process has limits, ends when it is late or unwanted, and leaves nothing behind when its parent is killed."""

import pytest

from compliance.core import children


def run(folder, **said):
    with children.nameless_file() as file:
        return children.run("compliance.reading.worker", folder=folder, stdin=file, **said)


def test_a_child_that_is_late_is_ended(tmp_path):
    with pytest.raises(children.TimeOver):
        run(tmp_path, seconds=0.0)


def test_a_child_that_nobody_waits_for_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "POLL_SECONDS", 0.0)
    with pytest.raises(children.Unwanted):
        run(tmp_path, seconds=60.0, wanted=lambda: False)


def test_a_child_in_time_ends_by_itself(tmp_path):
    assert run(tmp_path, seconds=60.0, wanted=lambda: True) == 0
    assert (tmp_path / "answer.json").exists()


def test_a_child_whose_parent_is_gone_leaves_nothing(tmp_path, monkeypatch):
    """killed_server: neither a process that goes on, nor what it has written"""
    folder, ended = tmp_path / "child", []
    folder.mkdir()
    (folder / "0.arrow").write_text("x")
    monkeypatch.setattr(children.os, "_exit", ended.append)
    children._end_with(parent=-1, folder=folder)
    assert (ended, folder.exists()) == ([1], False)
