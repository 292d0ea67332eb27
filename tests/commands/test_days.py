"""The day that a command is asked for: no command gives the figures of a day to come."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from compliance.core import clock
from tests.command import run_here
from tests.commands.test_needs import COMMANDS, said
from tests.line import Line

STAFF = "AD-konto | Enhet | Anställningsdatum\na1 | Norr | 2020-01-01"
TO = {"digest": ("--to", "x.eml"), "extract": ("coverage", "--to", "x.csv")}
OF_A_DAY = sorted(name for name, command in COMMANDS.items() if any(each.name == "as_of" for each in command.params))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Line:
    line = Line(tmp_path_factory.mktemp("days"))
    line.load_table(STAFF)
    return line


def test_there_are_commands_of_a_day() -> None:
    assert OF_A_DAY == ["coverage", "digest", "extract", "items", "rehearse-upgrade", "review open", "worklists"]


@pytest.mark.parametrize("name", OF_A_DAY)
def test_a_day_to_come_is_refused(name: str, loaded: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 24))
    words = [*name.split(), *TO[name]] if name in TO else said(name, tmp_path)
    if name == "items":
        words = ["items", "1"]
    before = loaded.database.state()
    done = run_here(loaded.database.path, *words, "--as-of", clock.today() + timedelta(days=1), folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, ""), done
    assert "25 November 2026 has not come yet: later exports can still change its figures." in done.stderr
    assert ([*tmp_path.iterdir()], loaded.database.state()) == ([], before)
