"""What the page of the systems draws: the list with gaps first, and everything that is known of one system."""

from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core.language import N_, number_in
from compliance.core.lengths import LONGEST_NAME
from compliance.counting import system_cards, tracing
from compliance.counting.assessing import Status
from compliance.counting.system_cards import Card
from compliance.drawing import charts, systems
from compliance.screens import fields, reads, widgets
from compliance.screens.reads import Data
from compliance.screens.systems import card_texts
from compliance.screens.systems import texts as systems_texts
from compliance.screens.systems.texts import Filter
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN, Rows


@st.cache_resource(show_spinner=False, max_entries=reads.CACHED, hash_funcs=reads.READERS)
def listed(data: Data, reader: Reader, as_of: date) -> Rows:
    """Every system in use on a day, those with most gaps first."""
    with data.database.cursor() as cursor:
        return system_cards.systems(cursor, reads.points(), as_of=as_of, known_at=EVERYTHING_KNOWN, reader=reader)


@st.cache_resource(show_spinner=False, max_entries=reads.CACHED, hash_funcs=reads.READERS)
def carded(data: Data, reader: Reader, as_of: date, organisation: str, system: str) -> Card | None:
    """One system as the reader sees it; None where the register has none of that name."""
    with data.database.cursor() as cursor:
        return system_cards.card(
            cursor,
            reads.points(),
            reads.definitions(),
            organisation=organisation,
            system=system,
            as_of=as_of,
            known_at=EVERYTHING_KNOWN,
            reader=reader,
        )


def asked() -> str:
    """The name of the system in the address; nothing where all are asked for."""
    return st.query_params.get("system", "").strip()


def chosen(view: View) -> Card | None:
    """The system that the address names."""
    return carded(view.data, view.reader, view.as_of, view.scope.organisation, asked()) if asked() else None


# --- All systems --------------------------------------------------------------------------------------------------


def draw(view: View) -> None:
    """The system that the address names, else all of them."""
    card = chosen(view)
    if card is None:
        all_systems(view)
    else:
        one_system(view, card)


def all_systems(view: View) -> None:
    """The answer, the facts and the list; what is missing where there is no system."""
    say = view.say
    found = list(filter(view.scope.holds, listed(view.data, view.reader, view.as_of)))
    if not found:
        _no_systems(view)
        return
    kicker = systems_texts.list_kicker(view.scope.name(say), say)
    widgets.html(charts.headline(*systems_texts.sentences(found, say), kicker=kicker))
    if asked():
        unknown = N_("The register has no system called {system}. Here are all of them.")
        widgets.html(charts.note(say(unknown, system=asked())))
    widgets.html(charts.facts(systems_texts.facts(found, say)))
    widgets.html(charts.section(say(systems_texts.LIST), note=say(systems_texts.EXPLAINED)))
    _missing(view, found)
    _list(view, found)


def _no_systems(view: View) -> None:
    say, scope = view.say, view.scope
    widgets.html(charts.page_title(say(N_("Systems"))))
    if any(row["source"] == "systems" for row in reads.basis(view.data, view.as_of).of(scope.organisation)):
        title = say(N_("No system in use belongs to {scope}."), scope=scope.name(say))
        widgets.html(charts.empty_state(Status.NOTHING_TO_ASSESS, say(N_("Nothing to assess")), title=title))
        return
    name = say.pick(reads.sources()["systems"].title)
    title = say(N_("No export of {sources} is loaded up to {day}."), sources=name, day=say.date(view.as_of))
    text = say(N_("The register tells which systems there are, who leads them and whether they handle personal data."))
    widgets.no_basis(view, title, text)


def _missing(view: View, found: Rows) -> None:
    """What no export tells, and where to load one that does."""
    whole = list(filter(Scope(view.scope.organisation).holds, listed(view.data, view.reader, view.as_of)))
    texts = systems_texts.missing_texts(found, whole, reads.sources(), view.say)
    if texts:
        widgets.html(charts.caption(" ".join(texts)))
        with st.container(key="more-systems-imports"):
            widgets.link_to_imports(view)


def _list(view: View, found: Rows) -> None:
    """The filter, the systems that it lets through, page by page."""
    say = view.say
    wanted = _filter(view, found)
    shown = [row for row in found if wanted.lets(row)]
    if not shown:
        widgets.html(charts.note(say(N_("No system fits. Change the filter or the text."))))
        return
    page = _page(len(shown))
    first = (page - 1) * systems_texts.PAGE
    demands = systems_texts.shown_demands(found)

    def addresses(**extra: str) -> str:
        return widgets.address(view, "systems", **(wanted.address | {"part": str(page)} | extra))

    part = shown[first : first + systems_texts.PAGE]
    drawn = systems_texts.entries(part, demands, reads.points(), addresses, say)
    heads = systems_texts.heads(demands, say)
    widgets.html(systems.system_list(heads, drawn, caption=say(systems_texts.LIST)))
    turns = systems_texts.turns(page, len(shown), addresses, say)
    widgets.html(systems.pager(*turns, label=say(N_("Pages of the list"))))
    if view.reader.may(Permission.DOWNLOAD_EXTRACTS):
        with st.container(key="more-systems-extract"):
            widgets.link(view, "extracts", say(N_("Download all that is known of the systems")))


def _page(count: int) -> int:
    """The page of the list that the address names."""
    return number_in(st.query_params.get("part"), most=systems_texts.pages_of(count))


def _filter(view: View, found: Rows) -> Filter:
    """Which gap and which text are asked for; both are kept in the address, which always wins."""
    say, counts = view.say, systems_texts.gap_counts(found)
    said, text = st.query_params.get("gap", ""), st.query_params.get("q", "")
    if st.session_state.get("systems text") not in {None, text}:
        st.session_state["systems text"] = text
    left, right = st.columns([8, 3])
    with left:
        st.pills(
            say(N_("Only systems with a gap in")),
            list(counts),
            default=said if said in counts else None,
            format_func=lambda demand: systems_texts.gap_label(demand, counts[demand], say),
            key=f"gap {said} {say.code}",
            on_change=_choose,
            args=("gap", f"gap {said} {say.code}"),
        )
    with right:
        fields.line(
            say(N_("Search")),
            value=text,
            placeholder=say(N_("System or unit")),
            key="systems text",
            max_chars=LONGEST_NAME,
            on_change=_choose,
            args=("q", "systems text"),
        )
    return Filter(said if said in counts else "", text)


def _choose(name: str, key: str) -> None:
    """Writes a choice into the address, and goes back to the first page."""
    for other in ("part", "system", name):
        st.query_params.pop(other, None)
    if value := st.session_state.get(key):
        st.query_params[name] = value


# --- One system ---------------------------------------------------------------------------------------------------


def one_system(view: View, found: Card) -> None:
    """Everything that is known of one system."""
    say = view.say
    row = _row_of(view, found)
    _back(view)
    sentences = card_texts.card_sentences(found, row, say)
    widgets.html(charts.headline(*sentences, kicker=card_texts.card_kicker(found, say)))
    widgets.html(charts.facts(card_texts.card_facts(found, say)))
    left, right = st.columns([5, 7], gap="large")
    with left:
        widgets.html(charts.section(say(N_("Who leads the object"))))
        widgets.html(charts.pairs(card_texts.leader_pairs(found, say)))
        widgets.html(charts.section(say(N_("What the register says"))))
        widgets.html(charts.pairs(card_texts.register_pairs(found, say)))
    with right:
        if row is not None:
            _demands(view, row)
    _sections(view, found)
    if view.reader.may(Permission.SEE_ITEMS):
        _spreadsheet_row(view, found.register)


def _row_of(view: View, found: Card) -> dict[str, Any] | None:
    """The system's row of the list; None where it is not in use."""
    name = found.register["system"].lower()
    there = (
        row for row in listed(view.data, view.reader, view.as_of) if row["organisation"] == view.scope.organisation
    )
    return next((row for row in there if row["system"].lower() == name), None)


def _back(view: View) -> None:
    said = {name: st.query_params[name] for name in ("gap", "q", "part") if name in st.query_params}
    label = view.say(N_("All systems"))
    with st.container(key="neighbours", horizontal=True):
        widgets.link(view, "systems", f"\N{LEFTWARDS ARROW} {label}", **said)


def _demands(view: View, row: dict[str, Any]) -> None:
    title, addresses = view.say(N_("What is asked of the system")), partial(widgets.address, view)
    widgets.html(charts.section(title))
    widgets.html(charts.table(*card_texts.demand_table(row, reads.points(), addresses, view.say), caption=title))


def _sections(view: View, found: Card) -> None:
    """The exports' parts: how the system is looked after to the left, what it is used for to the right."""
    drawn = card_texts.sections(found, reads.points(), view.say)
    for column, part in zip(st.columns(2, gap="large"), (drawn[:3], drawn[3:]), strict=True):
        with column:
            for section in part:
                _section(view, found, section)


def _section(view: View, found: Card, section: card_texts.Section) -> None:
    widgets.html(charts.section(section.title))
    if section.table is None:
        widgets.html(charts.caption(card_texts.nothing(section, found, reads.sources(), view.say)))
        return
    widgets.html(charts.answer(section.sentence))
    widgets.html(charts.table(*section.table, caption=section.title))
    if section.below:
        widgets.html(charts.caption(section.below))


def _spreadsheet_row(view: View, register: dict[str, Any]) -> None:
    """The row of the register as it was loaded."""
    with st.expander(view.say(N_("The spreadsheet row"))), view.database.cursor() as cursor:
        given: Any = {"as_of": view.as_of, "known_at": EVERYTHING_KNOWN, "reader": view.reader}
        widgets.row_table(view, tracing.register_row(cursor, register, reads.sources(), **given))
