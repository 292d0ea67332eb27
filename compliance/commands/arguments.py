"""Commands, and their arguments with identity numbers masked before any command sees them.

A path keeps its name, so that the file can be opened; the name is masked wherever it is printed.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from compliance.commands import needs
from compliance.core.masking import mask_beside_hashes, mask_text


class Command(TyperCommand):
    """A command whose text arguments are masked, and which begins only where there is what it needs."""

    def invoke(self, ctx: Any) -> Any:
        """Mask the arguments and run the command."""
        needs.check(_called(ctx))
        ctx.params = {name: _masked(value) for name, value in ctx.params.items()}
        return super().invoke(ctx)


class Group(TyperGroup):
    """A group of commands whose error messages quote no identity number."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Parse the arguments."""
        return _with_masked_errors(super().make_context, *args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        return _with_masked_errors(super().invoke, ctx)


class Commands(typer.Typer):
    """A Typer application whose commands mask their arguments."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(cls=Group, **kwargs)

    def command(self, name: str | None = None, **kwargs: Any) -> Callable[..., Any]:
        """A decorator that adds a command."""
        return super().command(name, cls=Command, **kwargs)


def masked_name(path: Path) -> str:
    """The name of a file, masked so that it can be printed."""
    return mask_text(path.name)[0]


def _called(ctx: Any) -> str:
    """The name of a command with those of its groups, such as `role give`."""
    return f"{_called(ctx.parent)} {ctx.info_name}".strip() if ctx.parent else ""


def _masked(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return mask_beside_hashes(value)[0] if isinstance(value, str) else value


def _with_masked_errors(action: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return action(*args, **kwargs)
    except typer.TyperException as error:
        message = mask_text(error.format_message())[0]
        vars(error)["format_message"] = lambda: message
        raise
