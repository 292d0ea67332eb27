"""docs/points.md: what it shows of its example stands in that pack, and its commands run one after another."""

import csv
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
COMMANDS = [line.split(maxsplit=3)[3] for line in TEXT.splitlines() if line.startswith("python -m compliance ")]
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
        ran(*shlex.split(command))
    assert (tmp_path / "licences.zip").exists()
    assert "kommunen.licences" in ran("points", "list")
    loaded("licences 2026-11-20.csv", WRITTEN, "licences")
    [row] = [row for row in csv.DictReader(ran("coverage", "--format", "csv").splitlines()) if row["id"] == "licences"]
    assert (row["met"], row["unknown"]) == ("1", "1")
