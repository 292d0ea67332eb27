"""Every command but those of closed lists is refused where there is no database, and then nothing is written."""

import os
from pathlib import Path
from typing import Any

import duckdb
import pytest
import typer.main

import compliance.commands.access
import compliance.commands.digest
import compliance.commands.intake
import compliance.commands.keeping
import compliance.commands.operating
import compliance.commands.points
import compliance.commands.review
import compliance.commands.samples  # noqa: F401 - their commands join the others
from compliance.commands import needs
from compliance.commands.cli import app
from compliance.store.file import connect
from tests.command import run, run_here

# What is said for a parameter that a command cannot do without, by its name, else by its type.
SAID = {"year": "2026", "role": "analyst", "before": "2026-01-01", "import_id": "1", "on": "on", "start": "2026-01-01"}


def commands(group: Any, before: str = "") -> dict[str, Any]:
    """Every command by its name."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        found |= commands(command, f"{name} ") if hasattr(command, "commands") else {f"{before}{name}": command}
    return found


COMMANDS = commands(typer.main.get_command(app))
LET_THROUGH = needs.MAKING | needs.OF_A_FILE
REFUSED = sorted({*COMMANDS} - LET_THROUGH)


def said(name: str, folder: Path) -> list[str]:
    """A command with whatever it cannot do without; its files are in a folder."""
    words = name.split()
    for param in COMMANDS[name].params:
        if param.required:
            value = SAID.get(param.name, str(folder / "out.zip"))
            words += [param.opts[0], value] if param.param_type_name == "option" else [value]
    return words


def held(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder, however deep, but for the locks of those who have opened a database of DuckDB."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for at, folders, files in os.walk(folder)
        for path in (Path(at, name) for name in (*folders, *files))
        if path.suffix not in (".lock", ".turn") or not path.with_suffix("").exists()
    }


def place(kind: str, folder: Path) -> Path:
    """What `COMPLIANCE_DATABASE` names by mistake."""
    database = folder / "store" / "own.duckdb"
    database.parent.mkdir()
    if kind == "a missing folder":
        return database.parent / "none" / "below" / "own.duckdb"
    if kind == "a folder":
        database.mkdir()
    elif kind == "a text":
        database.write_text("Namn;Enhet\n" * 5_000, "utf-8")
    elif kind == "a short text":
        database.write_text("Namn", "utf-8")
    elif kind == "an empty file":
        database.touch()
    elif kind == "the beginning of a database":
        with connect(folder / "whole.duckdb"):
            pass
        database.write_bytes((folder / "whole.duckdb").read_bytes()[:4096])
    elif kind.startswith("a link"):
        database.symlink_to("nowhere.duckdb" if kind == "a link to nothing" else database.name)
    elif kind == "another program's":
        with duckdb.connect(str(database)) as other:
            other.execute("create table persons (name varchar)")
    elif kind == "within a file":
        database.touch()
        return database / "own.duckdb"
    return database


SENTENCES = {
    "a missing file": "There is no database yet.",
    "a missing folder": "There is no database yet.",
    "a link to nothing": "There is no database yet.",
    "an empty file": "There is no database yet.",
    "the beginning of a database": "There is no database yet.",
    "a folder": "cannot be used: Is a directory.",
    "within a file": "cannot be used: Not a directory.",
    "a link to itself": "cannot be used: Too many levels of symbolic links.",
    "another program's": "was made by another program.",
    "a text": "was made by another program.",
    "a short text": "was made by another program.",
}


def test_the_lists_name_commands_that_there_are() -> None:
    assert {*COMMANDS} >= LET_THROUGH | needs.OF_THE_REGISTER
    assert len(REFUSED) > 20


@pytest.mark.parametrize("name", REFUSED)
def test_a_command_is_refused_where_there_is_no_database(name: str, tmp_path: Path) -> None:
    refused(name, place("a missing folder", tmp_path), tmp_path, "There is no database yet.")


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", SENTENCES)
def test_a_command_is_refused_whatever_is_there(kind: str, tmp_path: Path) -> None:
    database = place(kind, tmp_path)
    for name in REFUSED:
        refused(name, database, tmp_path, SENTENCES[kind])


def refused(name: str, database: Path, folder: Path, sentence: str) -> None:
    before = held(folder)
    done = run_here(database, *said(name, folder))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), (name, done)
    assert sentence in done.stderr, name
    assert held(folder) == before, name


@pytest.mark.exhaustive
def test_a_database_in_postgresql_that_nobody_has_filled_is_none(
    postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path / "copies"))
    for name in REFUSED:
        done = run_here(postgres_database, *said(name, tmp_path))  # type: ignore[arg-type]
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), (name, done)
        assert "There is no database yet." in done.stderr, name
        assert held(tmp_path) == {}, name


@pytest.mark.live
def test_nothing_of_a_process_is_left_where_there_is_no_database(tmp_path: Path) -> None:
    """Neither a lock, a register, a log nor a folder; and what was there before stays as it was."""
    good = tmp_path / "extracts"
    good.mkdir()
    (good / "datapackage.json").write_text('{"resources": []}', "utf-8")
    before = held(tmp_path)
    for words in (["extract", "--all", str(good)], ["maintain"], ["audit", "verify"]):
        done = run(tmp_path / "mistyped" / "own.duckdb", *words)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            "There is no database yet. Load an export first. "
            f"It is looked for in {tmp_path / 'mistyped' / 'own.duckdb'}.\n"
        )
    assert held(tmp_path) == before


def test_what_is_to_be_moved_is_looked_for_before_anything_is_made(tmp_path: Path) -> None:
    done = run_here(tmp_path / "own.duckdb", "move", "--from", tmp_path / "no.duckdb", "--to", tmp_path / "new" / "own")
    assert (done.returncode, done.stderr) == (1, "There is no database in no.duckdb.\n")
    assert held(tmp_path) == {}


def test_a_new_command_is_refused_as_long_as_no_list_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))
    with pytest.raises(Exception, match="There is no database yet"):
        needs.check("something new")
    assert held(tmp_path) == {}
