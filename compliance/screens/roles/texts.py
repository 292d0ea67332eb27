"""The texts of roles: who holds which, what each permits, and the rules of the provider. No Streamlit."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from compliance.access.permissions import NO_ROLE, ROLES, WORDS
from compliance.access.roles import BY_ID, Grant, Held, Holder
from compliance.access.scopes import Scope
from compliance.core import clock
from compliance.core.language import N_, Language, swedish_order
from compliance.declarations.login import Login
from compliance.drawing import charts
from compliance.screens.people_texts import scope, who
from compliance.store.database import Rows
from compliance.wording import tables


def state(holders: Sequence[Holder], say: Language) -> list[str]:
    """How many have a role, and how many have logged in without one."""
    let_in = sum(holder.user.role is not NO_ROLE for holder in holders)
    waiting = sum(map(_waits, holders))
    sentences = [say.plural("{n} person has a role.", "{n} persons have a role.", let_in)]
    if waiting:
        sentences.append(
            say.plural("**{n}** has logged in without a role.", "**{n}** have logged in without a role.", waiting)
        )
    return sentences


def _waits(holder: Holder) -> bool:
    return bool(holder.person.seen_at) and not existing_roles(holder)


def existing_roles(holder: Holder) -> list[Held]:
    """All roles of a person that exist, wherever they come from."""
    every = [*holder.by_provider, *(grant.held for grant in holder.by_table)]
    return [each for each in every if each.role in BY_ID]


def role(id_: str, say: Language) -> str:
    """The title of a role."""
    return say.pick(BY_ID[id_].title)


def in_order(holders: Sequence[Holder]) -> list[Holder]:
    """Those who wait for a role, the latest login first, then the others by name."""
    waiting = sorted(filter(_waits, holders), key=lambda holder: holder.person.seen_at, reverse=True)
    others = [holder for holder in holders if not _waits(holder)]
    return waiting + sorted(others, key=lambda holder: swedish_order(holder.person.name))


def persons_table(holders: Sequence[Holder], called: dict[str, str], say: Language) -> charts.Table:
    """A row for each role of each person, and one for each person without a role."""
    rows = (row for holder in in_order(holders) for row in _rows(holder, called, say))
    return tables.plain((N_("Person"), N_("Role"), N_("Scope"), N_("Source"), N_("Last login")), rows, say)


def _rows(holder: Holder, called: dict[str, str], say: Language) -> Iterator[list[str]]:
    name, seen = called[holder.person.person], _seen(holder, say)
    if not existing_roles(holder):
        if holder.person.seen_at:
            yield [name, charts.work_mark("late", say.pick(NO_ROLE.title)), "", "", seen]
        return
    shut_out = holder.user.role is NO_ROLE
    provided = say(N_("The login service, at the last login"))
    rows = [(each, provided) for each in holder.by_provider if each.role in BY_ID]
    rows += [(each.held, _given(each, called, say)) for each in holder.by_table if each.held.role in BY_ID]
    for each, source in rows:
        limit = scope(each.limit, say)
        if shut_out:
            limit = charts.work_mark("late", limit, note=say(N_("differs from the other roles: not let in")))
        yield [name, role(each.role, say), limit, source, seen]


def _given(grant: Grant, called: dict[str, str], say: Language) -> str:
    day = say.date(clock.local_day(datetime.fromisoformat(grant.at)))
    return say(N_("Given here by {name}, {day}"), name=who(grant.given_by, called, say), day=day)


def _seen(holder: Holder, say: Language) -> str:
    if not holder.person.seen_at:
        return say(N_("Never"))
    return say.moment(clock.local(datetime.fromisoformat(holder.person.seen_at)))


def scopes(organisations: Sequence[str], units: Rows) -> list[Scope | None]:
    """The scopes that a role can have: everything, then each organisation with its departments and their units."""
    found: list[Scope | None] = [None]
    for organisation in organisations:
        found.append(Scope(organisation))
        own = [row for row in units if row["organisation"] == organisation]
        for row in sorted(own, key=lambda row: (swedish_order(row["department"] or "~"), swedish_order(row["unit"]))):
            department = Scope(organisation, row["department"])
            if department not in found:
                found.append(department)
            found.append(Scope(organisation, row["department"], row["unit"]))
    return found


def permissions_table(say: Language) -> charts.Table:
    """Each permission in words, and which role has it."""
    yes, no = say(N_("Yes")), "\N{EN DASH}"
    rows = (
        [say.pick(words), *(yes if permission in role.permissions else no for role in ROLES)]
        for permission, words in WORDS.items()
    )
    return tables.plain((N_("Permission"), *(say.pick(role.title) for role in ROLES)), rows, say)


def holders_pairs(say: Language) -> list[charts.Pair]:
    """Who may hold each role."""
    return [charts.Pair(say.pick(role.title), say.pick(role.held_by)) for role in ROLES]


def rules_table(login: Login, say: Language) -> charts.Table:
    """The role that each value of the provider gives."""
    rules = ((rule.value, Held.of(rule.row)) for rule in login.roles)
    rows = ([value, role(each.role, say), scope(each.limit, say)] for value, each in rules)
    return tables.plain((N_("Value"), N_("Role"), N_("Scope")), rows, say)


def taken_away(grants: Iterable[Grant]) -> list[tuple[str, str]]:
    """The person and the role of each role that can be taken away here."""
    return [(grant.person, grant.held.role) for grant in grants if grant.held.role in BY_ID]
