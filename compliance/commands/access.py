"""The command line of those who run the service: roles and the audit trail. It acts as the account that runs it.

Its commands join those of `compliance.commands.cli`.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import typer

from compliance.access import audit, people, roles
from compliance.access.audit import Action
from compliance.access.permissions import ROLES, User, current_user
from compliance.access.roles import Held, Holder
from compliance.access.scopes import Scope
from compliance.commands.arguments import Commands
from compliance.commands.cli import Format, app, day_of, one_of, report, show
from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.store.database import Rows

role_app = Commands(no_args_is_help=True, help="Who may do what in the service.")
app.add_typer(role_app, name="role")
audit_app = Commands(no_args_is_help=True, help="Who did what in the service, and when.")
app.add_typer(audit_app, name="audit")

WHICH: Final = N_("Name the person: --person with a pseudonym of “role list”, or --issuer and --subject.")
Role = Annotated[
    str,
    typer.Argument(
        metavar="|".join(role.id for role in ROLES),
        callback=lambda text: one_of(text, [role.id for role in ROLES], "ROLE"),
    ),
]
Pseudonym = Annotated[str, typer.Option("--person", metavar="ID", help="somebody of “role list”")]
Issuer = Annotated[str, typer.Option("--issuer", metavar="ADDRESS", help="the provider, as server.toml names it")]
Subject = Annotated[str, typer.Option("--subject", metavar="SUB", help="the provider's own id of the person")]
PartOption = Annotated[str | None, typer.Option(metavar="NAME", help="the part that the role is limited to")]


def _user() -> User:
    """The account that runs the command."""
    return replace(current_user(), person=people.system_user())


# --- Roles --------------------------------------------------------------------------------------------------------

ROLE_COLUMNS: Final = (
    "person", "name", "role", "organisation", "department", "unit", "from", "given_at", "given_by", "last_login",
    "issuer", "subject",
)  # fmt: skip


@role_app.command("list")
def list_command(format: Format = "table") -> None:
    """Everybody who has logged in or been given a role, a row per role; that of the provider is of the last login."""
    show([row for holder in roles.holders() for row in _rows(holder)], ROLE_COLUMNS, format, what="roles")


def _rows(holder: Holder) -> Iterator[dict[str, Any]]:
    who = vars(holder.person) | {"last_login": _moment(holder.person.seen_at)}
    none = {"role": "", "organisation": None, "department": None, "unit": None}
    rows = [{**held.row, "from": "provider", "given_at": "", "given_by": ""} for held in holder.by_provider]
    rows += [
        {**grant.held.row, "from": "table", "given_at": _moment(grant.at), "given_by": grant.given_by}
        for grant in holder.by_table
    ]
    for row in rows or [{**none, "from": "", "given_at": "", "given_by": ""}]:
        yield {**who, **row}


def _moment(at: str) -> str:
    """A moment of the register in local time."""
    return f"{clock.local(datetime.fromisoformat(at)):%Y-%m-%d %H:%M:%S}" if at else ""


@role_app.command("give")
def give_command(
    role: Role,
    person: Pseudonym = "",
    issuer: Issuer = "",
    subject: Subject = "",
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="until the person logs in")] = "",
    organisation: PartOption = None,
    department: PartOption = None,
    unit: PartOption = None,
) -> None:
    """Give a role, also to somebody who has not logged in yet: so the first administrator gets in."""
    if (department or unit) and not organisation:
        raise typer.BadParameter("--department and --unit need --organisation", param_hint="--organisation")
    held = Held(role, Scope(organisation, department, unit) if organisation else None)
    roles.check(held)
    who = _known(person, issuer, subject) or people.known(issuer, subject, name)
    roles.give(_user(), who, held)
    print(f"{who} now has the role {role}")


@role_app.command("take")
def take_command(role: Role, person: Pseudonym = "", issuer: Issuer = "", subject: Subject = "") -> None:
    """Take away a role that was given here; it holds from the person's next click."""
    who = _known(person, issuer, subject)
    if who is None:
        raise Refusal(roles.NOBODY)
    roles.take(_user(), who, role)
    print(f"{who} no longer has the role {role}")


def _known(person: str, issuer: str, subject: str) -> str | None:
    """The pseudonym of a person; None for a subject that has none yet. Raise Refusal unless one person is named."""
    if bool(person) == bool(issuer and subject) or bool(issuer) != bool(subject):
        raise Refusal(WHICH)
    if person:
        return person
    return people.find(issuer, subject)


# --- The audit trail ----------------------------------------------------------------------------------------------

AUDIT_COLUMNS: Final = ("number", "at", "person", "name", "action", "what", "details", "seal")
DAYS: Final = 30
EVERY: Final = sys.maxsize


@audit_app.command("list")
def audit_list_command(
    begin: Annotated[str | None, typer.Option("--from", metavar="DATE", help="else thirty days back")] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="that day included; else today, or the last entry's")
    ] = None,
    person: Annotated[str | None, typer.Option("--person", metavar="ID", help="a pseudonym")] = None,
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="such as login, role or extract")] = None,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="part of what an entry says")] = "",
    format: Format = "table",
) -> None:
    """The entries of a time, the newest first."""
    last = day_of(end, "--to") if end else audit.last_day(clock.today())
    first = day_of(begin, "--from") if begin else min(last, clock.today()) - timedelta(days=DAYS)
    action = Action(one_of(kind, [each.value for each in Action], "--kind")) if kind else None
    found: Rows = audit.found(
        begin=clock.midnight(first),
        end=clock.midnight(last + timedelta(days=1)),
        person=person,
        action=action,
        text=text,
        most=EVERY,
    )
    listed = [{**row, "at": _moment(row["at"])} for row in found]
    show(listed, AUDIT_COLUMNS, format, what="audit", begin=first, end=last)


@audit_app.command("verify")
def audit_verify_command(
    seal: Annotated[
        bytes | None,
        typer.Option("--seal", metavar="SEAL", parser=bytes.fromhex, help="one that was noted earlier"),
    ] = None,
) -> None:
    """Check that no entry has been changed or removed; status 1 with a sentence per fault."""
    noted = seal.hex() if seal else ""
    faults = [*audit.verify(noted)]
    for fault in faults:
        report(Refusal(fault.sentence, number=fault.number, seal=noted))
    number, last = audit.last()
    print(f"audit trail: {number} entries, {'not whole' if faults else 'whole'}, latest seal {last}")
    raise typer.Exit(1 if faults else 0)
