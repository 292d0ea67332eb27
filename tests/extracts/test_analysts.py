"""What analysts are told to run, run as it stands there on the sample store."""

import re
import shlex
from pathlib import Path

import duckdb
import pytest

from compliance.core.places import ROOT
from tests import sampled
from tests.command import run_here

DOCUMENT = (ROOT / "docs" / "analysts.md").read_text("utf-8")
COMMANDS = re.findall(r"^(?:python -m compliance|export) .*$", DOCUMENT, re.M)


@pytest.mark.exhaustive
def test_every_command_and_statement_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sampled.beside(tmp_path)
    for ending in ("duckdb", "duckdb.made-of"):  # It takes a minute to make, and is then the same.
        (tmp_path / f"sample.{ending}").rename(tmp_path / f"try.{ending}")
    database = tmp_path / "own.duckdb"
    for command in COMMANDS:
        if command.startswith("export"):
            database = tmp_path / command.partition("=")[2]
            continue
        done = run_here(database, *shlex.split(command)[3:], folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), command
    statements = [each for sql in re.findall(r"```sql\n(.*?)```", DOCUMENT, re.S) for each in sql.split(";\n")]
    answers = [duckdb.sql(each).fetchall() for each in statements if each.strip()]
    assert len(answers) == 4
    assert all(answers)
    assert any(since < until for _, _, since, until in answers[2])
    for code in re.findall(r"```python\n(.*?)```", DOCUMENT, re.S):
        exec(code, {})
