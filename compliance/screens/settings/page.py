"""The page of settings: points of one's own, which are installed for all and switched on for an organisation."""

import tomllib
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.checking.child import check_in_child
from compliance.checking.faults import Fault
from compliance.core import clock, places
from compliance.core.errors import Hindered, Refusal
from compliance.core.language import N_
from compliance.correcting import packs
from compliance.correcting.packs import Offer, Whose
from compliance.correcting.previewing import Effect
from compliance.counting.assessing import Coverage
from compliance.declarations.packs import Pack
from compliance.declarations.queries import statement
from compliance.drawing import charts
from compliance.drawing.elements import Html
from compliance.package.packs import zip_files
from compliance.screens import effects, fields, figure_texts, files, no_data, reads, views, widgets
from compliance.screens.bodies import body, part, with_more
from compliance.screens.caching import Data, cached, read
from compliance.screens.settings import texts
from compliance.screens.settings.texts import Entry, Turn
from compliance.screens.views import View
from compliance.store import packs as stored
from compliance.store.database import Cursor, rows
from compliance.store.packs import Version
from compliance.wording import phrases, reasons

# What has just been done, told once.
NEWS: Final = "settings news"
FIELD_WIDTH: Final = 220
FIRST_FAULTS: Final = 5


@read()
def _versions(cursor: Cursor) -> tuple[Version, ...]:
    """The installed version of each pack."""
    return stored.versions(cursor)


@read()
def _history(cursor: Cursor, as_of: date) -> list[Turn]:
    """What was installed and switched, the last first, with organisations as they are called on a day."""
    installed = (
        Turn(row["installed_at"], row["installed_by"], row["pack"], version=_version_in(row["content"] or ""))
        for row in rows(cursor, statement("installs"))
    )
    switched = (Turn(s.switched_at, s.switched_by, s.pack, switch=s) for s in stored.switches(cursor, as_of=as_of))
    return sorted((*installed, *switched), key=lambda turn: turn.at, reverse=True)


def _version_in(content: str) -> str:
    try:
        return str(tomllib.loads(content).get("version", ""))
    except (RecursionError, tomllib.TOMLDecodeError):
        return ""


@cached()
def _wrong(data: Data, origin: str, files: tuple[tuple[str, str], ...]) -> list[Fault]:
    """What is wrong with the files of a pack, beside the packs that are installed."""
    return check_in_child(dict(files), origin=origin, others=reads.declared(data).installed)


@body
def draw(view: View) -> None:
    """Draw the points of one's own: each as a card, then the field for a ZIP, and the history."""
    say, sees = view.say, view.reader.may(Permission.SEE_FIGURES)
    own = places.own_files()
    declared = reads.declared(view.data)
    every = texts.entries(declared, _versions(view.data), packs.offers(own), say)
    on = sum(point.pack != "" for point in reads.points_on(view.data, view.as_of, view.scope.organisation))
    sentences = texts.answer(every, on, view.scope.organisation, say) if sees else texts.installed_answer(every, say)
    widgets.html(charts.headline(*sentences, kicker=say(N_("Settings"))))
    if news := st.session_state.pop(NEWS, ""):
        widgets.html(charts.note(news))
    widgets.html(charts.section(say(N_("Points of your own")), note=say(texts.PURPOSE)))
    if view.sample:
        _no_own_database(view)
    for entry in every:
        _card(view, entry)
    if view.reader.may(Permission.INSTALL_POINTS) and not view.sample:
        _of_zip(view, every)
    _turns(view, every)


def _no_own_database(view: View) -> None:
    """Draw that nothing is changed in the samples, and the button that starts the own database."""
    text = N_("These are the sample data, in which nothing is changed. Points are installed in your own database.")
    widgets.html(charts.note(view.say(text)))
    if view.reader.may(Permission.START_OWN_DATABASE):
        widgets.start_own_button(view, key="start_settings", kind="secondary")


# --- A card -------------------------------------------------------------------------------------------------------


def _card(view: View, entry: Entry) -> None:
    """Draw a pack: what it is, its state, what is wrong with it, and what can be done with it."""
    say, pack = view.say, entry.pack
    with st.container(border=True, key=f"card-pack-{entry.name.replace('.', '-')}"):
        question = say.pick(pack.point.question) if pack else ""
        widgets.html(charts.card_head(texts.title(entry, say), kicker=entry.name, text=question))
        widgets.html(_state(view, entry))
        if pack:
            widgets.html(charts.pairs(texts.pairs(entry, pack, clock.today(), say)))
        if entry.refused:
            widgets.html(charts.note(say.refusal(entry.refused.why)))
        if entry.installed and not view.sample:
            _switching(view, entry)
        if entry.offered:
            _offered(view, entry, entry.offered)
        if pack:
            part(
                view,
                partial(_files, view, pack),
                label=say(N_("Its rule, statement and sum")),
                key=f"files {pack.name}",
            )


def _state(view: View, entry: Entry) -> Html:
    if not view.reader.may(Permission.SEE_FIGURES):
        return texts.places(entry, _places_on(view, entry), view.organisations, view.say)
    switches = (each for each in reads.switches(view.data, view.as_of) if each.pack == entry.name)
    said = [each for each in switches if each.organisation == view.scope.organisation]
    ids = {each.organisation_id for each in said}
    days = sorted({view.as_of, *(each.from_day for each in said if each.from_day > view.as_of)})
    found = reads.packs_on(view.data, tuple(days))
    on = {each.as_of for each in found if each.pack == entry.name and each.organisation_id in ids}
    return texts.state(entry, said, {day: day in on for day in days}, view.say)


def _places_on(view: View, entry: Entry) -> set[str]:
    """The organisations in which a pack is on on the day of the view."""
    return {each.organisation for each in reads.packs_on(view.data, (view.as_of,)) if each.pack == entry.name}


def _files(view: View, pack: Pack) -> None:
    """Draw what a pack counts, by which statement, and its whole sum, which can be copied."""
    say = view.say
    widgets.html(charts.pairs(figure_texts.rule_pairs(pack.point, view.as_of, say)))
    st.code(pack.point.query.text, language="sql", height=300)
    widgets.html(
        charts.caption(say(N_("SHA-256 of this version: whoever gave it to you can say whether it is the same.")))
    )
    st.code(pack.sha256, language=None, wrap_lines=True)


# --- Installing ---------------------------------------------------------------------------------------------------


def _offered(view: View, entry: Entry, offer: Offer) -> None:
    """Draw what is wrong with a version that is offered; or what it changes, and the button that installs it."""
    say, sees, pack = view.say, view.reader.may(Permission.SEE_FIGURES), offer.pack
    wrong = _faults(view, offer)
    if wrong:
        widgets.html(charts.note(texts.wrong(len(wrong), entry, say)))
        listed = [say.refusal(each) for each in wrong]
        key = f"faults {entry.name}"
        with_more(view, listed, lambda some: widgets.html(charts.bullets(some)), first=FIRST_FAULTS, key=key)
    if pack is None or wrong:
        return
    if entry.version:
        widgets.html(charts.note(texts.newer(pack, say)))
    if view.sample:
        return
    if sees and entry.installed:
        label = say(N_("What version {version} would change"), version=pack.head.version)
        part(view, partial(_effect_of, view, pack), label=label, key=f"effect {pack.sha256}")
    if view.reader.may(Permission.INSTALL_POINTS):
        widgets.html(charts.caption(texts.installing(entry, sees_figures=sees, say=say)))
        label = say(N_("Install version {version}"), version=widgets.plain(pack.head.version))
        if st.button(label, key=f"install {pack.sha256}", type="primary"):
            _install(view, pack)


def _faults(view: View, offer: Offer) -> list[Refusal]:
    """What is wrong with a pack that is offered. Those of the product have been checked."""
    if not offer.files or not offer.own:
        return [offer.why] if offer.why else []
    try:
        with st.spinner(view.say(N_("This takes a moment"))):
            return [fault.sentence for fault in _wrong(view.data, offer.origin, tuple(offer.files.items()))]
    except Hindered as hindered:
        return [hindered]


def _install(view: View, pack: Pack) -> None:
    widgets.require(Permission.INSTALL_POINTS)
    with widgets.showing_errors():
        packs.install(view.database, pack, views.order(), check=check_in_child)
        title = view.say.pick(pack.point.title)
        st.session_state[NEWS] = view.say(
            N_("Version {version} of {title} is installed."), version=pack.head.version, title=title
        )
        st.rerun()


def _of_zip(view: View, every: list[Entry]) -> None:
    """Draw the field for a ZIP, and what is in the one that was dropped."""
    say = view.say
    text = N_("Nothing of it is installed before you have seen what it is, with its sum.")
    widgets.html(charts.section(say(N_("Install from a ZIP")), note=say(text)))
    for file in files.field(say(N_("ZIP of a point")), Permission.INSTALL_POINTS, type="zip", key="zip"):
        offer = _in_zip(file)
        there = next((entry for entry in every if entry.name == offer.name), None)
        with st.container(border=True, key=f"card-zip-{file.file_id}"):
            if offer.pack is None:
                widgets.html(charts.card_head(offer.origin))
            else:
                widgets.html(charts.card_head(say.pick(offer.pack.point.title), kicker=file.name))
                widgets.html(charts.pairs(texts.pairs(texts.in_zip(offer, there), offer.pack, clock.today(), say)))
            if offer.pack and there and there.version and there.version.sha256 == offer.pack.sha256:
                widgets.html(charts.caption(say(N_("This version is installed."))))
            else:
                _offered(view, texts.in_zip(offer, there), offer)


def _in_zip(file: Any) -> Offer:
    """The pack in a ZIP that was dropped."""
    try:
        return packs.offer(zip_files(Path(file.name), content=file.getvalue()), file.name, own=places.own_files())
    except Refusal as refusal:
        return Offer(file.name, why=refusal)


# --- Switching ----------------------------------------------------------------------------------------------------


def _switching(view: View, entry: Entry) -> None:
    """Draw the figure that a pack would have and the button that switches it on, or the one that switches it off."""
    say, name = view.say, entry.name
    on = view.scope.organisation in _places_on(view, entry)
    if view.reader.may(Permission.SEE_FIGURES) and on and _is_renewed(view, entry):
        label = say(N_("What the last version changed in the figure"))
        part(view, partial(_effect_since, view, entry), label=label, key=f"since {name}")
    if view.reader.may(Permission.SWITCH_POINTS):
        label = say(N_("Switch off")) if on else say(N_("See the figure and switch on"))
        draw = partial(_switch_off if on else _switch_on, view, entry)
        part(view, draw, label=f"{label} · {widgets.plain(view.scope.organisation)}", key=f"switch {name} {on}")


def _is_renewed(view: View, entry: Entry) -> bool:
    """Whether a version was there before the one that is installed."""
    return sum(turn.pack == entry.name and turn.switch is None for turn in _history(view.data, view.as_of)) > 1


def _switch_on(view: View, entry: Entry) -> None:
    say = view.say
    day = _from_day(view, entry)
    if day is None:
        return
    shown = max(view.as_of, day)
    count = partial(packs.effect_of_having, view.database, _whose(view, entry.name, shown))
    effect = _rehearsed(view, ("on", entry.name, shown), count)
    if isinstance(effect, Refusal):
        widgets.html(charts.note(say.refusal(effect)))
        return
    for figure in effect.after:
        _figure(view, figure)
    if st.button(say(N_("Switch on from {day}"), day=say.date(day)), key=f"on {entry.name}", type="primary"):
        _switch(view, entry, on=True, day=day)


def _switch_off(view: View, entry: Entry) -> None:
    say = view.say
    if day := _from_day(view, entry):
        text = N_("From {day} the point is not counted. What it counted before stays, and so do approved reviews.")
        widgets.html(charts.caption(say(text, day=say.date(day))))
        if st.button(say(N_("Switch off from {day}"), day=say.date(day)), key=f"off {entry.name}", type="primary"):
            _switch(view, entry, on=False, day=day)


def _from_day(view: View, entry: Entry) -> date | None:
    return fields.day(view.say(N_("From")), view.as_of, key=f"from {entry.name} {view.as_of}", width=FIELD_WIDTH)


def _switch(view: View, entry: Entry, *, on: bool, day: date) -> None:
    widgets.require(Permission.SWITCH_POINTS)
    with widgets.showing_errors():
        organisation = view.scope.organisation
        packs.switch(
            view.database, entry.name, organisation, on=on, from_day=day, as_of=view.as_of, order=views.order()
        )
        text = (
            N_("The point {title} is on in {organisation} from {day}.")
            if on
            else N_("The point {title} is off in {organisation} from {day}.")
        )
        title = view.say.plain(entry.installed.point.title) if entry.installed else entry.name
        st.session_state[NEWS] = view.say(text, title=title, organisation=organisation, day=view.say.date(day))
        st.rerun()


# --- Figures ------------------------------------------------------------------------------------------------------


def _figure(view: View, figure: Coverage) -> None:
    """Draw the figure that a pack would have, or what it lacks and the templates of its own exports."""
    say = view.say
    text = N_("Status on {day} · {scope}")
    widgets.html(charts.caption(say(text, day=say.date(figure.as_of), scope=figure.organisation)))
    if figure.coverage is not None:
        widgets.html(charts.hero(figure_texts.hero(figure, None, say)))
        return
    there = {row["source"] for row in reads.basis(view.data, figure.as_of).of(figure.organisation)}
    lacking = [say.pick(figure.point.source(id_).title) for id_ in figure.point.needs if id_ not in there]
    title = phrases.not_loaded(lacking, figure.as_of, say) if lacking else reasons.empty_sentence(figure, say)
    widgets.html(charts.empty_state(figure.status, phrases.word(figure, say), title=title))
    for source in figure.point.sources:
        if source.id not in there and view.reader.may(Permission.LOAD_EXPORTS):
            name = widgets.plain(say.pick(source.title))
            no_data.template_button(view, source, label=say(N_("Get template: {source}"), source=name))


def _effect_of(view: View, pack: Pack) -> None:
    """Draw what a version that is not installed would change."""
    whose = _whose(view, pack.name, view.as_of)
    count = partial(packs.effect_of_having, view.database, whose, version=pack)
    _draw_effect(view, _rehearsed(view, ("version", pack.sha256, view.as_of), count))


def _effect_since(view: View, entry: Entry) -> None:
    """Draw what the last installed version has changed."""
    if entry.version:
        whose, at = _whose(view, entry.name, view.as_of), entry.version.installed_at
        count = partial(packs.effect_of_version, view.database, whose, at)
        _draw_effect(view, _rehearsed(view, ("since", entry.version.sha256, view.as_of), count))


def _draw_effect(view: View, effect: Effect | Refusal) -> None:
    if isinstance(effect, Refusal):
        widgets.html(charts.note(view.say.refusal(effect)))
    else:
        effects.draw(view, effect)


def _whose(view: View, name: str, day: date) -> Whose:
    return Whose(name, view.scope.organisation, day, places.own_files())


def _rehearsed(view: View, about: tuple[object, ...], count: Callable[[], Effect]) -> Effect | Refusal:
    """An effect, counted again only if the data or the organisation differ."""
    key = *about, view.scope.organisation, view.data.version
    kept: dict[object, Effect | Refusal] = st.session_state.setdefault("pack effects", {})
    if key not in kept:
        kept.clear()
        with st.spinner(view.say(N_("This takes a moment"))):
            try:
                kept[key] = count()
            except Refusal as refusal:
                kept[key] = refusal
    return kept[key]


# --- The history --------------------------------------------------------------------------------------------------


def _turns(view: View, every: list[Entry]) -> None:
    """Draw what was installed and switched, when and by whom."""
    turns = _history(view.data, view.as_of)
    if turns:
        label = view.say(N_("History"))
        part(
            view,
            lambda: widgets.table(view, texts.history(every), turns, caption=label),
            label=label,
            key="history of packs",
        )
