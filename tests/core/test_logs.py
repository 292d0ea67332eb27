"""The log: a traceback of what nobody expects, and a line of what is."""

import logging

import pytest

from compliance.core import logs
from compliance.core.errors import Refusal


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
