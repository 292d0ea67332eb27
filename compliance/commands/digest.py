"""The command line of the digest: how things stand, as a file to hand on, and the making of it.

Its command joins those of `compliance.commands.cli`.
"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compliance.access.audit import Action
from compliance.access.permissions import current_user
from compliance.access.scopes import Scope
from compliance.commands.arguments import masked_name
from compliance.commands.cli import WHO, AsOf, Spoken, app, hand_out, organisation_named, past_day
from compliance.core.language import Language, folded
from compliance.store import stores

if TYPE_CHECKING:
    from compliance.screens.views import View

Whose = Annotated[str | None, typer.Option("--organisation", metavar="NAME", help="whose, where there are several")]
Department = Annotated[str | None, typer.Option("--department", metavar="NAME", help="of a department alone")]


@app.command("digest")
def digest_command(
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="a name that ends in .eml, .docx or .txt")],
    as_of: AsOf = None,
    organisation: Whose = None,
    department: Department = None,
    language: Spoken = "sv",
) -> None:
    """Make a digest: what has changed since the last one and why, what comes next, and what is missing."""
    from compliance.core import clock
    from compliance.core.saving import save
    from compliance.digest import last
    from compliance.digest.files import KINDS, write_digest
    from compliance.loading.loading import Order
    from compliance.screens.digest.material import digest_of

    kind = next((kind for kind in KINDS if to.suffix.lower() == f".{kind}"), None)
    if kind is None:
        raise typer.BadParameter(f"{masked_name(to)!r} ends in none of .eml, .docx, .txt", param_hint="--to")
    day, say = past_day(as_of), Language(language)
    with stores.own().cursor() as cursor:
        name = organisation_named(cursor, organisation, day)
    view = _view(Scope(name, department), day, say)
    content = write_digest(digest_of(view), kind, say, made_at=clock.now())
    told = {"day": day, **view.scope.names, "format": kind, "bytes": len(content)}
    hand_out(Action.REPORT, "digest", **told)
    save(content, to)
    if department is None:
        last.make(stores.own(), name, as_of=day, order=Order(WHO))
    print(f"{masked_name(to)}: digest of {department or name}, {day}")


def _view(scope: Scope, day: date, say: Language) -> "View":
    """What a reader sees of an organisation, or of a department that is theirs. Raise BadParameter if it has none."""
    from compliance.access.reader import Reader
    from compliance.screens import reads
    from compliance.screens.views import View

    data = reads.data(stores.own())
    if scope.department:
        rows = (row for row in reads.units(data, day) if Scope(scope.organisation).holds(row) and row["department"])
        names = sorted({row["department"] for row in rows})
        found = [name for name in names if folded(name) == folded(scope.department)]
        if not found:
            raise typer.BadParameter(f"name one of {', '.join(names)}", param_hint="--department")
        scope = Scope(scope.organisation, found[0])
    limit = scope if scope.department else None
    return View(Reader(current_user(), say, reads.withheld(data), limit), data, False, day, scope)
