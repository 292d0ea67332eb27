"""The page of roles: who holds which, giving and taking them, and what each permits."""

from typing import Final, TypeVar

import streamlit as st

from compliance.access import people, roles
from compliance.access.permissions import Permission
from compliance.access.roles import BY_ID, Held, Holder
from compliance.core.language import N_
from compliance.declarations import settings
from compliance.drawing import charts
from compliance.screens import fields, reads, views, widgets
from compliance.screens.bodies import body
from compliance.screens.people_texts import names, scope
from compliance.screens.roles import texts
from compliance.screens.views import View

WIDTH: Final = 620
T = TypeVar("T")
# What has just been done, told once.
NEWS: Final = "role news"
SCOPES: Final = "role scopes"


@body
def draw(view: View) -> None:
    """Draw who holds which role, the forms to give and to take one, what each permits, and the provider's rules."""
    say, login = view.say, settings.current().login
    if login is None:
        text = N_(
            "There is no login: nobody but the person at this machine reaches the product, and may do everything."
        )
        widgets.html(charts.page_title(say(N_("Roles")), question=say(text)))
        _permissions(view)
        return
    holders = roles.holders()
    called = names(people.everybody(), say)
    widgets.html(charts.headline(*texts.state(holders, say), kicker=say(N_("Roles"))))
    if news := st.session_state.pop(NEWS, ""):
        widgets.html(charts.note(news))
    _persons(view, holders, called)
    left, right = st.columns(2, gap="large")
    with left:
        _giving(view, holders, called)
    with right:
        _taking(view, holders, called)
    _permissions(view)
    if login.roles:
        title = say(N_("What the login service gives"))
        text = N_(
            "The values of the claim {claim} give these roles. The rules are in {file} and are read at the next start."
        )
        widgets.html(charts.section(title, note=say(text, claim=login.claim, file=settings.FILE)))
        widgets.html(charts.table(*texts.rules_table(login, say), caption=title))


def _persons(view: View, holders: list[Holder], called: dict[str, str]) -> None:
    say = view.say
    note = say(
        N_(
            "A role that is given or taken here holds from the person's next click. What the login service gives is "
            "known from the last login: it is changed there, and holds from the next one."
        )
    )
    widgets.html(charts.section(say(N_("Persons")), note=note))
    if holders:
        widgets.html(charts.table(*texts.persons_table(holders, called, say), caption=say(N_("Persons"))))
    else:
        widgets.html(charts.note(say(N_("Nothing yet."))))


def _giving(view: View, holders: list[Holder], called: dict[str, str]) -> None:
    """Draw the form that gives a role to somebody who has logged in, or been given one before."""
    say = view.say
    widgets.html(charts.section(say(N_("Give a role"))))
    everybody = (holder.person.person for holder in texts.in_order(holders))
    others = [person for person in everybody if person != view.reader.user.person]
    person = _choice(say(N_("Person")), {id_: called.get(id_, "") for id_ in others}, key="give to")
    role = _choice(say(N_("Role")), {id_: texts.role(id_, say) for id_ in BY_ID}, key="give role")
    if role:
        widgets.html(charts.caption(say.pick(BY_ID[role].held_by)))
    units = reads.units(view.data, view.as_of)
    limits = texts.scopes(view.organisations, units)
    offered = st.session_state.get(SCOPES, limits)
    st.session_state[SCOPES] = limits
    limit = _choice(say(N_("Scope")), {each: scope(each, say) for each in limits}, key="give scope", now=limits[0])
    if limit:
        text = N_("Whoever is limited to a part can see and download, but change nothing.")
        widgets.html(charts.caption(say(text)))
    clicked = st.button(say(N_("Give a role")), type="primary", key="give", disabled=not (person and role))
    if clicked and offered != limits:
        # a scope that is gone leaves the first in its place, which is everything
        text = N_("The parts of the organisation have changed since this was drawn. Choose the scope again.")
        widgets.html(charts.note(say(text)))
    elif clicked and person and role:
        widgets.require(Permission.MANAGE_ROLES)
        with widgets.showing_errors():
            roles.give(views.user(), person, Held(role, limit))
            st.session_state[NEWS] = say(
                N_("{name} now has the role {role}."), name=called[person], role=texts.role(role, say)
            )
            st.rerun()


def _taking(view: View, holders: list[Holder], called: dict[str, str]) -> None:
    """Draw the choice of a role that was given here, and the confirmation that it is taken away."""
    say = view.say
    widgets.html(charts.section(say(N_("Remove a role"))))
    given = texts.taken_away(grant for holder in holders for grant in holder.by_table)
    if not given:
        widgets.html(charts.caption(say(N_("Nothing yet."))))
        return
    names = {each: f"{called.get(each[0], '')} · {texts.role(each[1], say)}" for each in given}
    chosen = _choice(say(N_("Remove a role")), names, key="take")
    if chosen in given:
        _confirm(view, *chosen, called=called)


def _confirm(view: View, person: str, role: str, *, called: dict[str, str]) -> None:
    say, title = view.say, texts.role(role, view.say)
    with st.container(border=True, key="card-take-role"):
        widgets.html(charts.card_head(f"{called[person]} · {title}"))
        if st.button(say(N_("Remove a role")), type="primary", key=f"take {person} {role}"):
            widgets.require(Permission.MANAGE_ROLES)
            with widgets.showing_errors():
                roles.take(views.user(), person, role)
                st.session_state[NEWS] = say(
                    N_("{name} no longer has the role {role}."), name=called[person], role=title
                )
                st.rerun()


def _choice(label: str, names: dict[T, str], *, key: str, now: T | None = None) -> T | None:
    """Draw a list to choose from."""
    return fields.choice(label, names, now=now, placeholder="", key=key, width=WIDTH)


def _permissions(view: View) -> None:
    say = view.say
    widgets.html(charts.section(say(N_("What each role permits"))))
    widgets.html(charts.pairs(texts.holders_pairs(say)))
    caption = say(N_("What each role permits"))
    widgets.html(charts.table(*texts.permissions_table(say), caption=caption))
