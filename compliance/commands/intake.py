"""The command line of the intake: exports that come by themselves are taken, and loaded or held.

Its command joins those of `compliance.commands.cli`. A scheduler reads the exit status: 0, 1 if something was refused
or has failed, 2 for wrong usage, and 3 if all is done but something is held or waits.
"""

import json
import sys
from typing import Annotated, Final

import typer

from compliance.commands.cli import Spoken, app, print_rows
from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.store import stores

NO_FOLDER: Final = N_(
    "COMPLIANCE_INTAKE does not say in which folder the folders of organisations are, so nothing can come by itself."
)
NOT_THERE: Final = N_("There is no folder {folder}, which COMPLIANCE_INTAKE names.")
COLUMNS: Final = ("outcome", "organisation", "file", "source", "extract_date", "imports", "rows", "sentence")


@app.command("intake")
def intake_command(
    rehearse: Annotated[bool, typer.Option("--rehearse", help="say what would be done, and write nothing")] = False,
    wait: Annotated[
        float,
        typer.Option("--wait", metavar="SECONDS", min=0, max=86_400, help="look again so long while a file is young"),
    ] = 600.0,
    language: Spoken = "sv",
) -> None:
    """Take the exports that have come by themselves; load them, or hold those of which something is to be asked."""
    from compliance.intake.outcomes import Outcome
    from compliance.intake.running import run
    from compliance.intake.taking import Busy

    root, say = places.intake(), Language(places.environment_language())
    if root is None:
        raise Refusal(NO_FOLDER)
    if not root.is_dir():
        raise Refusal(NOT_THERE, folder=root)
    as_table = rehearse or sys.stdout.isatty()

    def print_outcome(outcome: Outcome) -> None:
        if not as_table:
            _print_line(**outcome.line(say))

    own, receipts = places.own_files(), Language(language)
    try:
        done = run(stores.own(), root, own=own, say=receipts, rehearse=rehearse, wait=wait, report=print_outcome)
    except Busy:
        _print_line(outcome="busy")
        return
    loaded = {each.organisation for each in done.outcomes if each.kind == "loaded" and each.organisation}
    for name in () if rehearse else sorted(loaded):
        _make_digest(name)
    if as_table:
        lines = [outcome.line(say) for outcome in done.outcomes]
        print_rows([{name: line.get(name) for name in COLUMNS} for line in lines], COLUMNS, "table")
    else:
        _print_line(outcome="done", counts={str(kind): number for kind, number in done.counts.items()})
    raise typer.Exit(done.status)


def _make_digest(organisation: str) -> None:
    """Make the digest of the day after a load, unless one is made: what came after that is told the next day."""
    from compliance.core import clock
    from compliance.digest import last
    from compliance.intake.acting import WHO
    from compliance.loading.loading import Order

    database, day = stores.own(), clock.today()
    with database.cursor() as cursor:
        is_made = last.last_digests(cursor, organisation, as_of=day).today is not None
    if not is_made:
        last.make(database, organisation, as_of=day, order=Order(WHO))
        _print_line(outcome="digest", organisation=organisation, day=day.isoformat())


def _print_line(**said: object) -> None:
    """A line of JSON at once, for whoever collects the log."""
    print(json.dumps({"event": "intake", **said}, ensure_ascii=False), flush=True)
