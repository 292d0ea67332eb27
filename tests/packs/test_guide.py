"""docs/points.md: what it shows of its example stands in that pack, and its commands run one after another."""

import re
import shlex
from datetime import date

import pytest

from compliance.core import clock
from compliance.core.places import PACKS, ROOT
from compliance.declarations.packs import folder_files
from tests.command import run_here

TEXT = (ROOT / "docs" / "points.md").read_text("utf-8")
EXAMPLE = folder_files(PACKS / "compliance.continuity")
SHOWN = re.findall(r"```(?:toml|sql)\n(.*?)```", TEXT, re.S)
COMMANDS = [line for block in re.findall(r"```\n(.*?)```", TEXT, re.S) for line in block.splitlines()]
SYSTEMS = "Systemnamn;Livscykel\nAlfa;I drift\nBeta;I drift\n"
WRITTEN = "System;På plats;Senast kontrollerat\nAlfa;Ja;2026-11-01\n"


@pytest.mark.parametrize("block", SHOWN)
def test_what_is_shown_stands_in_the_example(block: str) -> None:
    assert [name for name, text in EXAMPLE.items() if block in text]


@pytest.mark.live
def test_its_commands_run_one_after_another_and_the_point_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 24))
    (tmp_path / "data" / "store").mkdir(parents=True)
    database = tmp_path / "data" / "store" / "compliance.duckdb"

    def ran(*said: object) -> str:
        done = run_here(database, *said, folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), (said, done.stdout)
        return done.stdout

    def loaded(name: str, content: str, source: str) -> None:
        (tmp_path / name).write_text(content, "utf-8")
        ran("load", name, "--source", source, "--organisation", "Norr")

    loaded("systems 2026-11-20.csv", SYSTEMS, "systems")
    for command in COMMANDS:
        python, m, compliance, *said = shlex.split(command)
        assert (python, m, compliance) == ("python", "-m", "compliance")
        ran(*said)
    assert len(COMMANDS) > 5
    assert (tmp_path / "licences.zip").exists()
    loaded("licences 2026-11-20.csv", WRITTEN, "licences")
    assert "1/2" in re.sub(r"\s", "", ran("coverage", "--format", "csv")).replace(";", ",") or "licences" in ran(
        "coverage"
    )
