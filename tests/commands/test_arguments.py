"""Arguments of the command line: every text is masked, and no output quotes an identity number."""

import logging
from pathlib import Path

import pytest
from typer.main import get_command

from compliance.commands import access, keeping, review
from compliance.commands.arguments import Command, Commands, Group
from compliance.commands.cli import app
from compliance.core import logs
from compliance.core.errors import Refusal
from compliance.core.masking import MASK
from tests import once
from tests.command import run_here
from tests.layers import layered

NUMBER = "850709 - 1232"
FAULT = "x 850709-1232"


def commands(group, *names):
    """Every command with its names and its group."""
    for name, command in group.commands.items():
        if isinstance(command, Group):
            yield from commands(command, *names, name)
        else:
            yield (*names, name), command, group


EVERY = list(commands(get_command(app)))


def test_every_command_stands_behind_the_door():
    assert [access.role_app, keeping.person_app, review.review_app]
    assert len(EVERY) > 20
    assert all(isinstance(command, Command) and isinstance(group, Group) for _, command, group in EVERY)


def arguments_for(command, number, *, wrong=""):
    """An argument for each parameter of a command: an identity number wherever it fits."""
    for param in command.params:
        opts = [param.opts[0]] if param.param_type_name == "option" else []
        if opts and (param.is_flag or opts == ["--help"]):
            continue
        kind = param.bare_type if hasattr(param, "bare_type") else str
        value = "2026" if kind is int and param.name != wrong else number
        yield from [*opts, value]


# One that reads, one that loads, and one that keeps a text.
QUICK = {("items",), ("load",), ("revoke",)}


@pytest.mark.parametrize(
    ("names", "command"),
    layered([entry[:2] for entry in EVERY], lambda each: each[0] in QUICK),
    ids=[" ".join(names) for names, *_ in EVERY],
)
def test_nothing_of_a_number_is_said_or_kept(names, command, stage, tmp_path):
    """every_argument: whatever a command does with it"""
    line = stage("draft")
    for wrong in ("", *(param.name for param in command.params if getattr(param, "bare_type", str) is int)):
        done = run_here(line.database.path, *names, *arguments_for(command, NUMBER, wrong=wrong), folder=tmp_path)
        assert "1232" not in done.stdout + done.stderr, done
    done = run_here(line.database.path, *names, NUMBER, f"--{NUMBER}", folder=tmp_path)
    assert "1232" not in done.stdout + done.stderr
    assert "1232" not in str([line.rows(f"from {table}") for table in ("events", "review_texts", "decisions")])


def test_a_command_is_given_no_number(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(once.new(tmp_path / "own.duckdb")))
    own = Commands()

    @own.command("say")
    def say(text: str, more: list[str], to: Path = Path(FAULT), n: int = 1) -> None:
        print(text, *more, to, n)

    own.command("other")(lambda: None)
    get_command(own)(["say", NUMBER, "a", FAULT, "--to", FAULT], standalone_mode=False)
    assert capsys.readouterr().out == f"{MASK} a x {MASK} {FAULT} 1\n"


@pytest.mark.live
@pytest.mark.usefixtures("reads_here")
def test_a_file_is_found_under_its_name_and_told_without_it(stage, tmp_path):
    line = stage("draft")
    path = tmp_path / f"lista {NUMBER}.csv"
    path.write_text("Systemnamn;Enhet\nAlfa;Norr\n", "utf-8")
    done = run_here(line.database.path, "load", path, "--source", "systems", "--extract-date", "2026-11-01")
    assert (done.returncode, f"lista {MASK}.csv as systems" in done.stdout) == (0, True), done
    to = tmp_path / f"ut {NUMBER}.csv"
    done = run_here(line.database.path, "extract", "systems", "--to", to)
    assert (done.returncode, done.stdout.startswith(f"ut {MASK}.csv: ")) == (0, True), done
    assert to.exists()
    done = run_here(line.database.path, "load", tmp_path / f"ingen {NUMBER}.csv")
    assert MASK in done.stderr
    assert "1232" not in str(line.rows("from imports")) + str(line.rows("from events"))


def test_refusals_and_logs_quote_no_number(caplog):
    """refusals_and_logs: a number reaches them from any code, also through an unforeseen exception"""
    refusal = Refusal("No {file} of {row}.", file=Path(f"/home/{FAULT}/a.csv"), row=7)
    assert (str(refusal), refusal.values["row"]) == (f"No /home/x {MASK}/a.csv of 7.", 7)
    assert str(Refusal("No import {id}.", id=8507091232)) == f"No import {MASK}."
    factory = logging.getLogRecordFactory()
    logs.begin()
    try:
        logging.getLogger("compliance").warning("Read %s", FAULT)
        try:
            raise ValueError(FAULT)
        except ValueError:
            logging.getLogger("streamlit").exception("It failed")
    finally:
        logging.setLogRecordFactory(factory)
    assert "1232" not in caplog.text
    assert caplog.text.count(MASK) == 2
