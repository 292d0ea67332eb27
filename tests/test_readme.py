"""The README says what is so."""

import re

from compliance.core.places import ROOT
from tests.readme import README, filled, pictures


def test_what_is_made_from_declarations_is_up_to_date():
    text = README.read_text("utf-8")
    assert text == filled(text), "run: python -m tests.readme"


def test_its_pictures_are_there():
    assert [path for path in pictures(README.read_text("utf-8")) if not path.exists()] == []


def test_its_make_commands_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README.read_text("utf-8"), re.M))
    assert {"run", "test", "bench"} <= named
    assert [name for name in sorted(named) if not re.search(rf"^{name}:", makefile, re.M)] == []


def test_every_command_of_the_command_line_is_named():
    from compliance.commands.cli import app

    text = README.read_text("utf-8")
    names = [command.name or command.callback.__name__ for command in app.registered_commands]
    assert [name for name in names if f"python -m compliance {name}" not in text] == []


def test_the_folders_and_files_it_names_are_there():
    named = re.findall(r"`((?:compliance|queries|data|tests|static|pages)/[\w./-]*)`", README.read_text("utf-8"))
    made = ("data/store",)
    assert [path for path in named if not path.startswith(made) and not (ROOT / path).exists()] == []
