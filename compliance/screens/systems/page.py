"""The page of systems: by department or object leader, the list, and everything that is known of one system."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, TypeVar, cast

import streamlit as st

from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core.language import N_, number_in
from compliance.core.lengths import LONGEST_NAME
from compliance.counting import system_cards, tracing
from compliance.counting.assessing import Status
from compliance.counting.system_cards import Card
from compliance.counting.tracing import TracedRow
from compliance.declarations.points import Point
from compliance.drawing import charts, systems
from compliance.screens import fields, no_data, reads, widgets
from compliance.screens.bodies import body
from compliance.screens.caching import Data, cached, read
from compliance.screens.systems import card_texts, group_texts
from compliance.screens.systems import texts as systems_texts
from compliance.screens.systems.group_texts import Group, Kind
from compliance.screens.systems.texts import Filter
from compliance.screens.views import View
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows
from compliance.wording import breaking, phrases

Listed = TypeVar("Listed")


@read()
def systems_in_use(cursor: Cursor, reader: Reader, as_of: date) -> Rows:
    """Every system in use on a day, those with most gaps first."""
    return system_cards.systems(
        cursor, packs.current(cursor).points, as_of=as_of, known_at=EVERYTHING_KNOWN, reader=reader
    )


@read()
def card_of(cursor: Cursor, reader: Reader, as_of: date, organisation: str, system: str) -> Card | None:
    """A system as the reader may see it; None if the register has none of that name."""
    return system_cards.card(
        cursor,
        packs.current(cursor).points,
        reads.definitions(),
        organisation=organisation,
        system=system,
        as_of=as_of,
        known_at=EVERYTHING_KNOWN,
        reader=reader,
    )


@cached()
def _traced(data: Data, reader: Reader, as_of: date, organisation: str, system: str) -> TracedRow | None:
    """The row of the register about a system."""
    if (card := card_of(data, reader, as_of, organisation, system)) is None:
        return None
    kwargs: Any = {"as_of": as_of, "known_at": EVERYTHING_KNOWN, "reader": reader}
    with data.database.cursor() as cursor:
        return tracing.register_row(cursor, card.register, reads.sources(data), **kwargs)


def system_param() -> str:
    """The name of the system in the address; empty for the list."""
    return st.query_params.get("system", "").strip()


def chosen(view: View) -> Card | None:
    """The system that the address names, if the register has it."""
    return (
        card_of(view.data, view.reader, view.as_of, view.scope.organisation, system_param()) if system_param() else None
    )


# --- All systems --------------------------------------------------------------------------------------------------


def ahead(view: View) -> Iterator[None]:
    """Count what the list of systems asks for."""
    systems_in_use(view.data, view.reader, view.as_of)
    yield


@body
def draw(view: View) -> None:
    """Draw the system that the address names, else the list."""
    if card := chosen(view):
        one_system(view, card)
    else:
        all_systems(view)


def all_systems(view: View) -> None:
    """Draw the answer, the facts, and the departments or the systems; or what is missing if there is no system."""
    say = view.say
    rows = list(filter(view.scope.holds, systems_in_use(view.data, view.reader, view.as_of)))
    if not rows:
        _no_systems(view)
        return
    allowed = group_texts.kinds(rows, view.scope, named=view.reader.named)
    by = group_texts.chosen(st.query_params.to_dict(), allowed, view.scope)
    group = _group(rows, by)
    if group:
        rows = group.rows
        _back(view, "by")
    part = group.title(say) if group else ""
    widgets.headline(view, N_("Systems"), systems_texts.sentences(rows, say), part=part)
    if system_param():
        widgets.not_found(view, system_param(), say(N_("All systems")))
    widgets.html(charts.facts(systems_texts.facts(rows, say)))
    if beside := [breaking.label(point, say) for point in _of_packs(view)]:
        text = N_("Not counted here: {points}. Each system's page has them, and so have the points themselves.")
        widgets.html(charts.caption(say(text, points=phrases.listed(beside, say))))
    if allowed and not group:
        _how(view, allowed, by)
    if group or by == group_texts.ALL:
        widgets.html(charts.section(say(systems_texts.LIST), note=say(systems_texts.EXPLAINED)))
        _list(view, rows)
        _missing(view, rows)
    else:
        _groups(view, rows, cast(Kind, by))


def _group(rows: Rows, by: str) -> Group | None:
    """The group that the address names, if there is one."""
    id_ = st.query_params.get("group")
    if by == group_texts.ALL or not id_:
        return None
    return next((group for group in group_texts.groups(rows, cast(Kind, by)) if group.id == id_), None)


def _how(view: View, allowed: list[Kind], by: str) -> None:
    """Draw the choice of what the systems are shown by."""
    say = view.say
    names = {kind: say(group_texts.HEADS[kind]) for kind in allowed} | {group_texts.ALL: say(N_("All systems"))}
    key = f"by {by} {say.code}"
    then: Any = {"on_change": _choose_how, "args": (key,)}
    fields.row(say(N_("Shown by")), names, now=by, key=key, label_visibility="collapsed", **then)


def _choose_how(key: str) -> None:
    """Write the choice to the address, without what was chosen within another."""
    for other in ("part", "system", "gap", "q", "group"):
        st.query_params.pop(other, None)
    if value := st.session_state.get(key):
        st.query_params["by"] = value


def _groups(view: View, rows: Rows, kind: Kind) -> None:
    """Draw a page of the groups, each with a link to its systems."""
    say, every = view.say, group_texts.groups(rows, kind)
    (page, part), title = _page(every), say(group_texts.TITLES[kind])
    widgets.html(charts.section(title, note=say(systems_texts.EXPLAINED)))
    drawn = group_texts.group_table(part, rows, partial(_group_address, view), say)
    with st.container(key="groups"):
        widgets.html(charts.table(*drawn, caption=title, stacked=True))
    _pager(view, page, len(every), lambda **extra: widgets.address(view, "systems", by=kind, **extra))
    _missing(view, rows)


def _group_address(view: View, group: Group) -> str:
    """The address of a group's systems: of a department or unit the page of that part, so that other pages follow."""
    if group.kind == "object_leader" or not group.name:
        return widgets.address(view, "systems", by=group.kind, group=group.id)
    scope = Scope(view.scope.organisation, group.rows[0]["department"], group.name if group.kind == "unit" else None)
    return widgets.address(replace(view, scope=scope), "systems")


def _no_systems(view: View) -> None:
    say, scope = view.say, view.scope
    widgets.html(charts.page_title(say(N_("Systems"))))
    if any(row["source"] == "systems" for row in reads.basis(view.data, view.as_of).of(scope.organisation)):
        title = say(N_("No system in use belongs to {scope}."), scope=scope.name(say))
        widgets.html(charts.empty_state(Status.NOTHING_TO_ASSESS, say(N_("Nothing to assess")), title=title))
        return
    no_data.no_basis(view, ["systems"])


def _missing(view: View, rows: Rows) -> None:
    """Draw which requirements no export covers, and where to load one."""
    texts = systems_texts.missing_texts(rows, reads.sources(view.data), view.as_of, view.say)
    if texts:
        widgets.html(charts.caption(" ".join(texts)))
        no_data.load_button(view, kind="secondary")


def _list(view: View, rows: Rows) -> None:
    """Draw the filter, and a page of the systems that pass it."""
    say = view.say
    chosen_filter = _filter(view, rows)
    shown = [row for row in rows if chosen_filter.lets(row)]
    if not shown:
        widgets.html(charts.note(say(N_("No system fits. Change the filter or the text."))))
        return
    (page, part), demands = _page(shown), systems_texts.shown_demands(rows)

    def addresses(**extra: str) -> str:
        return widgets.address(view, "systems", **(_kept("by", "group") | chosen_filter.address | extra))

    drawn = systems_texts.entries(part, demands, reads.points(view), partial(addresses, part=str(page)), say)
    heads = systems_texts.heads(demands, say)
    widgets.html(systems.system_list(heads, drawn, caption=say(systems_texts.LIST)))
    _pager(view, page, len(shown), addresses)
    if view.reader.may(Permission.DOWNLOAD_EXTRACTS):
        widgets.link(view, "extracts", say(N_("Download all that is known of the systems")))


def _pager(view: View, page: int, count: int, addresses: systems_texts.Addresses) -> None:
    """Draw the ways to the other pages of a list, if it has any."""
    if count > systems_texts.PAGE:
        turns = systems_texts.turns(page, count, addresses, view.say)
        widgets.html(systems.pager(*turns, label=view.say(N_("Pages of the list"))))


def _page(listed: list[Listed]) -> tuple[int, list[Listed]]:
    """The page of a list that the address names, and what is on it."""
    page = number_in(st.query_params.get("part"), most=systems_texts.pages_of(len(listed)))
    return page, listed[(page - 1) * systems_texts.PAGE : page * systems_texts.PAGE]


def _filter(view: View, rows: Rows) -> Filter:
    """Draw the choice of a gap and of a text. Both are written to the address, which wins."""
    say, gaps = view.say, systems_texts.gaps(rows, view.say)
    gap, text = st.query_params.get("gap", ""), st.query_params.get("q", "")
    if st.session_state.get("systems text") not in {None, text}:
        st.session_state["systems text"] = text
    left, right = st.columns([8, 3])
    if gaps:
        left.pills(
            say(N_("Show only systems")),
            list(gaps),
            default=gap if gap in gaps else None,
            format_func=gaps.__getitem__,
            key=f"gap {gap} {say.code}",
            on_change=_choose,
            args=("gap", f"gap {gap} {say.code}"),
        )
    with right:
        fields.line(
            say(N_("Search")),
            value=text,
            key="systems text",
            max_chars=LONGEST_NAME,
            on_change=_choose,
            args=("q", "systems text"),
        )
    return Filter(gap if gap in gaps else "", text)


def _choose(name: str, key: str) -> None:
    """Write a choice to the address, and go back to the first page."""
    for other in ("part", "system", name):
        st.query_params.pop(other, None)
    if value := st.session_state.get(key):
        st.query_params[name] = value


# --- One system ---------------------------------------------------------------------------------------------------


def one_system(view: View, card: Card) -> None:
    """Draw everything that is known of a system."""
    say = view.say
    row, own = _row_of(view, card), _own_items(view, card)
    _back(view, "by", "group", "gap", "q", "part")
    sentence = card_texts.card_sentence(card, row, say, own=own)
    widgets.html(charts.headline(sentence, kicker=card_texts.card_kicker(card, say)))
    widgets.html(charts.facts(card_texts.card_facts(card, say)))
    widgets.beside((5, 7), partial(_register, view, card), partial(_demands, view, row, own))
    _sections(view, card)
    if view.reader.may(Permission.SEE_ITEMS):
        _spreadsheet_row(view)


def _row_of(view: View, card: Card) -> dict[str, Any] | None:
    """The system's row in the list; None if it is not in use."""
    named = view.scope.organisation, card.register["system"].lower()
    rows = systems_in_use(view.data, view.reader, view.as_of)
    return next((row for row in rows if (row["organisation"], row["system"].lower()) == named), None)


def _back(view: View, *kept: str) -> None:
    """Draw the way back to the page before, with what was chosen there."""
    label = view.say(N_("Systems"))
    with st.container(key="neighbours", horizontal=True):
        widgets.link(view, "systems", f"\N{LEFTWARDS ARROW} {label}", **_kept(*kept))


def _kept(*names: str) -> dict[str, str]:
    """Those parameters that the address has."""
    return {name: st.query_params[name] for name in names if name in st.query_params}


def _register(view: View, card: Card) -> None:
    widgets.html(charts.section(view.say(N_("What the register says"))))
    widgets.html(charts.pairs(card_texts.register_pairs(card, view.say)))


def _own_items(view: View, card: Card) -> card_texts.Own:
    """What the system is in the points of packs that count systems: its items."""
    named = view.scope.organisation, card.register["system"].lower()
    return [
        (point, item)
        for point in _of_packs(view)
        for item in reads.items(view.data, view.reader, view.as_of, point.id)
        if (item["organisation"], item["item"].lower()) == named
    ]


def _of_packs(view: View) -> list[Point]:
    """The points of packs whose items are systems."""
    return [point for point in reads.points(view) if point.pack and point.needs[0] == "systems" and not point.persons]


def _demands(view: View, row: dict[str, Any] | None, own: card_texts.Own) -> None:
    """Draw what is asked of a system that is in use."""
    if row is None:
        return
    title, addresses = view.say(N_("What is asked of the system")), partial(widgets.address, view)
    widgets.html(charts.section(title))
    table = card_texts.demand_table(row, reads.points(view), addresses, view.say, own=own)
    widgets.html(charts.table(*table, caption=title, stacked=True))


def _sections(view: View, card: Card) -> None:
    """Draw a section per export that has something of the system, and in a line which have nothing."""
    say, every = view.say, card_texts.sections(card, reads.points(view), view.say)
    drawn = [section for section in every if section.table is not None]
    half = (len(drawn) + 1) // 2
    for column, part in zip(st.columns(2, gap="large"), (drawn[:half], drawn[half:]), strict=True):
        with column:
            for section in part:
                _section(section)
    if empty := [section for section in every if section.table is None]:
        widgets.html(charts.caption(card_texts.empty_sections(empty, card, reads.sources(view.data), view.as_of, say)))


def _section(section: card_texts.Section) -> None:
    widgets.html(charts.section(section.title))
    if section.sentence:
        widgets.html(charts.answer(section.sentence))
    if section.table is not None:
        widgets.html(charts.table(*section.table, caption=section.title, stacked=True))
    if section.below:
        widgets.html(charts.caption(section.below))


def _spreadsheet_row(view: View) -> None:
    """Draw the row of the register as it was loaded."""
    with st.expander(view.say(N_("The spreadsheet row"))):
        widgets.row_table(view, _traced(view.data, view.reader, view.as_of, view.scope.organisation, system_param()))
