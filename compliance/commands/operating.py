"""The command line of who runs the service: its settings checked before a start, an upgrade tried before it is made.

Its commands join those of `compliance.commands.cli`.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from compliance.commands.cli import AsOf, app, past_day, report
from compliance.core import places
from compliance.core.errors import Refusal
from compliance.declarations.login import LOOPBACK
from compliance.store import stores

if TYPE_CHECKING:
    from compliance.keeping.upgrading import Change, Rehearsed


@app.command("check")
def check_command(
    address: Annotated[str, typer.Option("--address", help="the address that the server is to answer at")] = LOOPBACK[
        1
    ],
    login: Annotated[bool, typer.Option("--login", help="a login must be set up")] = False,
) -> None:
    """Say all that is wrong with the settings, your own declarations and their folder, without starting anything."""
    from compliance.keeping.archive import declarations_in
    from compliance.keeping.declared import wrong_in
    from compliance.serving.checking import check

    wanted, refusals = check(address, login=login)
    there = None
    with suppress(Refusal):  # which `check` has given already
        there = places.own()
        refusals += wrong_in(there.own_files)
    for refusal in refusals:
        report(refusal)
    if wanted and there:
        print(f"database: {stores.public_name(there.address or str(there.database))}")
        print(f"address: {wanted.public_address or address}")
        print(f"login: {wanted.login.issuer if wanted.login else 'none, this machine alone'}")
        print(f"your own: {', '.join(declarations_in(there.own_files)) or 'nothing'}")
    raise typer.Exit(1 if refusals else 0)


@app.command("rehearse-upgrade")
def rehearse_command(
    before: Annotated[
        typer.FileText | None,
        typer.Option(
            "--before",
            metavar="FILE.json|-",
            help="the figures by the version that runs: coverage --by unit --format json",
        ),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Open a copy of the store with this version, and say what its upgrade takes and which figures it moves."""
    from compliance.keeping.upgrading import figures_in, rehearse
    from compliance.review.verifying import is_grave

    done = rehearse(places.own(), day=past_day(as_of), before=figures_in(before) if before else None)
    if done.steps is not None:
        print(f"steps: {', '.join(done.steps) or 'none'}")
    print(f"seconds: {done.seconds:.1f}")
    _print_reviews(done)
    print(f"figures: {done.figures}{'' if before is None else f', {len(done.changes)} changed'}")
    for change in done.changes:
        print(_change_line(change))
    faults = any(is_grave(differences) for _, differences in done.recounted)
    raise typer.Exit(1 if faults or done.changes else 0)


def _print_reviews(done: "Rehearsed") -> None:
    """Print what is otherwise in each review than when it was submitted, but for statements that are written anew."""
    from compliance.commands.review import difference_lines

    for review, differences in done.recounted:
        for line in difference_lines([each for each in differences if each.what != "statement"]):
            print(f"review of {review.year}, {review.organisation}: {line}")


def _change_line(change: "Change") -> str:
    """A changed figure: of its counts those that differ, by name."""
    from compliance.counting.apart import OUTCOMES

    whose = ", ".join(each for each in change.whose if each)
    was, now = (dict(zip(OUTCOMES, each, strict=True)) if each else {} for each in (change.before, change.after))
    names = [name for name in OUTCOMES if was.get(name) != now.get(name)]
    before, after = (", ".join(f"{name} {each[name]}" for name in names) if each else "none" for each in (was, now))
    return f"{whose}: {before} → {after}"
