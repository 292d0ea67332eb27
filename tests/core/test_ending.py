"""The first process of a container: it ends when told to, and frees who was left behind."""

import signal
import subprocess
import sys

import pytest

from compliance.core.places import ROOT

pytestmark = pytest.mark.live

FIRST = "import os, time; from compliance.core import ending; ending.FIRST = os.getpid()\n"


def first(code):
    """The exit status and the words of a process that takes itself for the first."""
    done = subprocess.run([sys.executable, "-c", FIRST + code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.split(), done.stderr


def test_it_ends_at_once_though_threads_go_on_and_nothing_else_takes_the_signal():
    """SIGTERM was ignored while the samples were built: the system has no default for the first process"""
    code = """
import signal, threading
signal.signal(signal.SIGTERM, signal.SIG_IGN)
ending.heed()
threading.Thread(target=time.sleep, args=(300,)).start()
print("told")
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(300)
"""
    assert first(code) == (128 + signal.SIGTERM, ["told"], "")


def test_an_orphan_is_freed_and_a_child_of_its_own_is_left_to_who_awaits_it():
    code = """
import ctypes, subprocess
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0  # who loses its parent becomes a child of this one
orphan = int(subprocess.check_output(["sh", "-c", "sleep 0.01 >/dev/null & echo $!"]))
while not ending.reap():
    time.sleep(0.01)
assert ending.reap() == orphan, "seen once, it may be somebody's own"
assert ending.reap(orphan) == 0
own = subprocess.Popen(["sh", "-c", "exit 7"])
while not (found := ending.reap()):
    time.sleep(0.01)
print(found == own.pid, own.wait(), ending.reap(found))
"""
    assert first(code) == (0, ["True", "7", "0"], "")


def test_any_other_process_has_what_the_system_gives_it():
    code = """
import signal
ending.FIRST = 1
ending.heed()
print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, ending.reap())
"""
    assert first(code) == (0, ["True", "0"], "")


def test_it_is_heeded_before_what_takes_seconds_to_import():
    code = (
        "import compliance.commands, sys; print(*sorted(name for name in ('typer', 'duckdb') if name in sys.modules))"
    )
    assert first(code) == (0, [], "")
