"""The marks of the tests are true, and what a run says of itself."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from compliance.core.places import ROOT

pytestmark = pytest.mark.exhaustive

TESTS = """
import os, socket, subprocess, sys, threading
import pytest
from streamlit.testing.v1 import AppTest

def start():
    subprocess.run([sys.executable, "-c", ""], check=True)

def test_a_process():
    start()

def test_a_fork():
    if not (child := os.fork()):
        os._exit(0)
    os.waitpid(child, 0)

def test_a_server():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))

def test_a_page():
    AppTest.from_string("import streamlit as st; st.write(1)").run(timeout=60)

@pytest.fixture
def started():
    start()

def test_by_its_fixture(started):
    pass

def test_a_thread():
    one = threading.Thread(target=print)
    one.start()
    one.join()

@pytest.mark.live
def test_with_a_mark():
    start()

@pytest.mark.parametrize("value", [pytest.param(1, marks=pytest.mark.exhaustive)])
def test_a_value_with_a_mark(value):
    start()

def test_nothing():
    pass
"""
BURNT = "import time\nwhile time.process_time() < 1: pass"


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *map(str, command)], cwd=ROOT, capture_output=True, text=True)


def test_what_a_test_without_a_mark_starts_is_told(tmp_path: Path) -> None:
    path = tmp_path / "test_it.py"
    path.write_text(TESTS, "utf-8")
    # of another project: neither its settings nor its fixtures are ours
    alone = ("-q", "-c", tmp_path / "none.ini", "--rootdir", tmp_path, "-p", "no:cacheprovider")
    (tmp_path / "none.ini").write_text("[pytest]\n", "utf-8")
    said = run("pytest", "-p", "tests.layers", *alone, path).stdout
    told = dict(re.findall(r"teardown of test_(\w+) _+\nit starts (.*?): mark it", said))
    process = "a process"
    expected = {"a_process": process, "a_fork": process, "a_server": "a server", "a_page": "a page"}
    assert told == expected | {"by_its_fixture": process}
    assert "9 passed" in said


def test_the_last_line_has_the_processor_time_of_orphans_too() -> None:
    done = run("tools.timed", "name", "sh", "-c", f"{sys.executable} -c '{BURNT}' >/dev/null & exit 3")
    line = re.fullmatch(r"name: failed in \d+ s, with (\d+) s of processor time", done.stdout.splitlines()[-1])
    assert line
    assert int(line[1]) >= 1
    assert done.returncode == 3
