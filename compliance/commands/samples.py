"""The command that makes the fictitious organisation's database, to try other commands on without a server."""

from pathlib import Path
from typing import Annotated

import typer

from compliance.commands.arguments import masked_name
from compliance.commands.cli import app
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.store import stores


@app.command("samples")
def samples_command(to: Annotated[Path, typer.Argument(metavar="FILE.duckdb")]) -> None:
    """Make a database of the fictitious organisation; with COMPLIANCE_DATABASE other commands use it."""
    from compliance.demo import demo

    database = stores.in_file(to.absolute())
    if to.exists() and not demo.is_built(database):
        text = N_("There is a file {file} already, which stays as it is. Choose another name.")
        raise Refusal(text, file=masked_name(to))
    demo.build(database)
    print(to)
