"""What is given to the command line: the one door for it, where identity numbers are masked.

A file is looked for under its own name, which is masked wherever it is told.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from compliance.core.masking import mask_text


class Command(TyperCommand):
    """A command that is given no identity number."""

    def invoke(self, ctx: Any) -> Any:
        """Masks the texts that it is given, and does what it is for."""
        ctx.params = {name: _let_in(value) for name, value in ctx.params.items()}
        return super().invoke(ctx)


class Group(TyperGroup):
    """Commands whose complaints about what they are given quote no identity number."""

    def make_context(self, *args: Any, **given: Any) -> Any:
        """What is given, read."""
        return _complaining(super().make_context, *args, **given)

    def invoke(self, ctx: Any) -> Any:
        """Does what the command is for."""
        return _complaining(super().invoke, ctx)


class Commands(typer.Typer):
    """Commands behind the door."""

    def __init__(self, **given: Any) -> None:
        super().__init__(cls=Group, **given)

    def command(self, name: str | None = None, **given: Any) -> Callable[..., Any]:
        """A command of this name."""
        return super().command(name, cls=Command, **given)


def shown(path: Path) -> str:
    """The name of a file, as it may be told."""
    return mask_text(path.name)[0]


def _let_in(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_let_in(each) for each in value]
    return mask_text(value)[0] if isinstance(value, str) else value


def _complaining(does: Callable[..., Any], *args: Any, **given: Any) -> Any:
    try:
        return does(*args, **given)
    except typer.TyperException as error:
        told = mask_text(error.format_message())[0]
        vars(error)["format_message"] = lambda: told
        raise
