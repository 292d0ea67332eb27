"""A child process has limits, is killed when late or unwanted, and leaves nothing behind when its parent is killed."""

import pytest

from compliance.core import children


def run(folder, **kwargs):
    with children.nameless_file() as file:
        return children.run("compliance.reading.worker", folder=folder, stdin=file, **kwargs)


@pytest.mark.live
def test_a_late_child_is_killed(tmp_path):
    with pytest.raises(children.TimeOver):
        run(tmp_path, seconds=0.0)


@pytest.mark.live
def test_an_unwanted_child_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "POLL_SECONDS", 0.0)
    with pytest.raises(children.Unwanted):
        run(tmp_path, seconds=60.0, wanted=lambda: False)


@pytest.mark.live
def test_a_child_in_time_ends_normally(tmp_path):
    assert run(tmp_path, seconds=60.0, wanted=lambda: True) == 0
    assert (tmp_path / "answer.json").exists()


def test_an_orphaned_child_exits_and_leaves_nothing(tmp_path, monkeypatch):
    """killed server: neither a running process nor its files remain"""
    folder, ended = tmp_path / "child", []
    folder.mkdir()
    (folder / "0.arrow").write_text("x")
    monkeypatch.setattr(children.os, "_exit", ended.append)
    children._end_with(parent=-1, folder=folder)
    assert (ended, folder.exists()) == ([1], False)
