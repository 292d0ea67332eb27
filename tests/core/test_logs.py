"""The log: a traceback of what nobody expects, and a line of what is."""

import io
import json
import logging
import subprocess
import sys
from contextlib import contextmanager

import click
import pytest

from compliance.core import logs
from compliance.core.errors import Refusal
from compliance.core.places import ROOT


@pytest.fixture
def told(monkeypatch):
    """What a formatter makes of an error that is logged, where KeyError is expected."""
    monkeypatch.setattr(logs, "_BRIEF", [*logs._BRIEF, KeyError])

    def tell(error):
        try:
            raise error
        except Exception as raised:
            info = (type(raised), raised, raised.__traceback__)
        record = logs.Record("uvicorn", logging.ERROR, "a.py", 1, "The message %s of %s", ("1", "850612-1238"), info)
        return logging.Formatter().format(record)

    return tell


def test_what_is_expected_is_one_masked_line_and_a_real_error_has_its_traceback(told):
    assert told(KeyError("850612-1238")) == "The message 1 of ******-****: '******-****'"
    assert told(Refusal("There is no room in {folder}.", folder="a")).splitlines() == [
        "The message 1 of ******-****: There is no room in a."
    ]
    real = told(ValueError("850612-1238")).splitlines()
    assert real[:2] == ["The message 1 of ******-****", "Traceback (most recent call last):"]
    assert real[-1] == "ValueError: ******-****"


# --- As JSON ----------------------------------------------------------------------------------------------------------


@contextmanager
def written_as_json():
    """Standard output, standard error, and a logger of a library that had a handler before the log became JSON.

    No fixture: between that and its test pytest changes the streams.
    """
    with pytest.MonkeyPatch.context() as patched:
        factory, library = logging.getLogRecordFactory(), logging.getLogger("a.library")
        patched.setattr(logging.Handler, "format", logging.Handler.format)
        for name in ("stdout", "stderr"):
            patched.setattr(sys, name, io.StringIO())
        out, err = sys.stdout, sys.stderr
        library.addHandler(before := logging.StreamHandler())
        before.setFormatter(logging.Formatter("%(levelname)s - %(message)s"))
        logging.setLogRecordFactory(logs.Record)
        logs.write_json()
        yield out, err, library
        library.removeHandler(before)
        logging.captureWarnings(capture=False)
        logging.setLogRecordFactory(factory)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_whatever_is_logged_or_printed_is_a_masked_line_of_json():
    with written_as_json() as (out, err, library):
        late = logging.getLogger("another.library")
        late.addHandler(handler := logging.StreamHandler())
        library.warning("Not so\nfor %s", "850612-1238")
        late.error("Nor “so”")
        print("\n  You can now view\nthe app of 850612-1238 at", end=" ")
        print("here.")
        click.secho("It listens", fg="blue", bold=True)
        print("Traceback (most recent call last):", file=sys.stderr)
        late.removeHandler(handler)
        assert [(line["level"], line["logger"], line["message"]) for line in lines(err)] == [
            ("warning", "a.library", "Not so\nfor ******-****"),
            ("error", "another.library", "Nor “so”"),
            ("error", "printed", "Traceback (most recent call last):"),
        ]
        printed = ["  You can now view", "the app of ******-**** at here.", "It listens"]
        assert [line["message"] for line in lines(out)] == printed
        assert all(line["timestamp"].endswith("Z") for line in lines(err))


def test_an_error_is_one_line_with_its_traceback():
    with written_as_json() as (_, err, library):
        try:
            raise ValueError("850612-1238")
        except ValueError:
            library.exception("It failed")
        [line] = lines(err)
        assert line["message"] == "It failed"
        assert line["error"].splitlines()[0] == "Traceback (most recent call last):"
        assert line["error"].splitlines()[-1] == "ValueError: ******-****"


@pytest.mark.live
def test_what_ends_a_thread_or_the_process_is_one_line_each():
    lines_of = "import threading\nfrom compliance.core import logs\nlogs.write_json(); logs.begin()\n"
    lines_of += "threading.Thread(target=lambda: 1 / 0).start()\nthreading.Thread(target=exit).start()\n"
    lines_of += "print('the last words of 850612-1238', end='')\nint('850612-1238')"
    done = subprocess.run([sys.executable, "-c", lines_of], cwd=ROOT, capture_output=True, text=True, check=False)
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert sorted(line["error"].splitlines()[-1] for line in told) == [
        "ValueError: invalid literal for int() with base 10: '******-****'",
        "ZeroDivisionError: division by zero",
    ]
    assert [json.loads(line)["message"] for line in done.stdout.splitlines()] == ["the last words of ******-****"]
    assert done.returncode == 1


def test_a_line_of_the_audit_trail_stays_as_it_is():
    with written_as_json() as (out, _, _):
        trail = logging.getLogger("a.trail")
        logs.print_lines(trail)
        trail.info(json.dumps({"event": "load", "seal": "ab"}))
        assert lines(out) == [{"event": "load", "seal": "ab"}]
