"""The command line, in this process or as another process runs it, on a database of the test's own."""

import contextlib
import gc
import io
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import typer.main

from compliance.core.places import ROOT


def arguments(*said: object) -> list[str]:
    return [sys.executable, "-m", "compliance", *map(str, said)]


def environment(database: Path, **more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"LC_ALL", "LC_MESSAGES", "LANG"}}
    return {**kept, "LANG": "C.UTF-8", "COMPLIANCE_DATABASE": str(database), **more}


def run(database: Path, *said: object, **more: str) -> subprocess.CompletedProcess[str]:
    """What the command gives; whatever happens, nobody is shown a traceback."""
    done: subprocess.CompletedProcess[Any] = subprocess.run(
        arguments(*said), cwd=ROOT, env=environment(database, **more), capture_output=True, timeout=120, check=False
    )
    given = subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in given.stderr, given.stderr
    return given


# To build the commands takes as long as half of them take.
_built_once = cache(typer.main.get_command)


@contextlib.contextmanager
def _umask_kept() -> Iterator[None]:
    before = os.umask(0o022)
    os.umask(before)
    try:
        yield
    finally:
        os.umask(before)


def run_here(database: Path, *said: object, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The same without a process, which takes ten times as long, in a folder; what would be a traceback is raised."""
    called = ["compliance", *map(str, said)]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with (
        patch.dict(os.environ, environment(database), clear=True),
        patch.object(sys, "argv", called),
        patch.object(gc, "freeze"),  # this process goes on
        patch.object(typer.main, "get_command", _built_once),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        _umask_kept(),
        pytest.raises(SystemExit) as ended,
    ):
        runpy.run_module("compliance", run_name="__main__")
    for stream in (out, err):
        stream.flush()
    texts = (stream.buffer.getvalue().decode() for stream in (out, err))
    return subprocess.CompletedProcess(called, int(ended.value.code or 0), *texts)
