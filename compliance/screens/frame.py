"""The frame around every page: navigation, the choice of the view, and notes on what the address gets wrong."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import streamlit as st

from compliance.access import sessions
from compliance.access.permissions import ROLES, Permission, User
from compliance.access.scopes import PARTS, Scope
from compliance.bending.words import lang_script
from compliance.core import clock, places
from compliance.core.language import LANGUAGES, N_, Language, folded
from compliance.core.lengths import shortened
from compliance.counting.assessing import NOT_COME
from compliance.declarations import settings, theming
from compliance.demo import demo
from compliance.drawing import charts
from compliance.drawing.charts import PageLink
from compliance.screens import addressing, fields, reads, views, widgets
from compliance.screens import files as screens_files
from compliance.screens.people_texts import scope
from compliance.screens.views import View
from compliance.serving import front
from compliance.store import stores

# How much of a person's name the frame shows.
LONGEST_LABEL: Final = 40
# The pages without navigation.
BARE: Final = frozenset({"meeting"})


@dataclass(frozen=True)
class PageEntry:
    """A page: its id (script and address), title, the permission to open it, and its group in the navigation.

    `whole` is whether it concerns a whole organisation, so that a reader of a part has no link to it, `several` whether
    it concerns all organisations: only who sees all has a link to it, where there are several.
    """

    id: str
    title: str
    permission: Permission
    group: str = ""
    whole: bool = False
    several: bool = False

    @property
    def path(self) -> str:
        """The page's script."""
        return f"pages/{self.id}.py"


# The groups of the navigation. The overview has none.
REVIEW: Final = N_("The review")
FOLLOW_UP: Final = N_("Follow-up")
BASIS: Final = N_("Basis")
SERVICE: Final = N_("The service")
# The pages that only have a sense where people log in.
WITH_LOGIN: Final = frozenset({"roles"})
PAGES: Final = (
    PageEntry("overview", N_("Overview"), Permission.SEE_FIGURES),
    PageEntry("digest", N_("Digest"), Permission.SEE_FIGURES),
    PageEntry("city", N_("The city"), Permission.SEE_FIGURES, several=True),
    PageEntry("review", N_("Management review"), Permission.SEE_REVIEW, REVIEW),
    PageEntry("meeting", N_("Meeting mode"), Permission.SEE_REVIEW, REVIEW, whole=True),
    PageEntry("decisions", N_("Decisions"), Permission.READ_REVIEW, REVIEW, whole=True),
    PageEntry("point", N_("Review points"), Permission.SEE_FIGURES, FOLLOW_UP),
    PageEntry("training", N_("Training"), Permission.SEE_FIGURES, FOLLOW_UP),
    PageEntry("systems", N_("Systems"), Permission.SEE_FIGURES, FOLLOW_UP),
    PageEntry("incidents", N_("Incidents"), Permission.SEE_FIGURES, FOLLOW_UP),
    PageEntry("plan", N_("Year wheel"), Permission.SEE_FIGURES, FOLLOW_UP),
    PageEntry("worklists", N_("Work lists"), Permission.LOAD_EXPORTS, FOLLOW_UP, whole=True),
    PageEntry("imports", N_("Imports"), Permission.LOAD_EXPORTS, BASIS, whole=True),
    PageEntry("quality", N_("Data quality"), Permission.SEE_FIGURES, BASIS),
    PageEntry("extracts", N_("Extracts"), Permission.DOWNLOAD_EXTRACTS, BASIS),
    PageEntry("about", N_("About the figures"), Permission.SEE_FIGURES, BASIS),
    PageEntry("roles", N_("Roles"), Permission.MANAGE_ROLES, SERVICE),
    PageEntry("settings", N_("Settings"), Permission.SEE_SETTINGS, SERVICE),
    PageEntry("audit", N_("Audit trail"), Permission.SEE_AUDIT, SERVICE),
)


def draw() -> None:
    """Draw the frame: style, navigation and the choice of the view, then run the page itself."""
    st.set_page_config(layout="wide", page_icon=str(places.STATIC / "icon.svg"))
    st.html(places.STATIC / "style.css")
    addressing.mask_address()
    with widgets.showing_errors():
        if own := theming.style(theming.current()[0]):
            st.html(f"<style>{own}</style>")
    say = views.language()
    st.html(lang_script(say.code), unsafe_allow_javascript=True)
    who = views.user()
    allowed = [entry for entry in PAGES if who.may(entry.permission)]
    # All are registered for somebody without a role: of a page that is not, Streamlit says that it does not exist.
    entries = allowed or PAGES
    pages = {copy(_page(entry, say(entry.title))): entry for entry in entries}
    first = [] if widgets.HOME in {entry.id for entry in entries} else [st.Page(_go_on, default=True)]
    here = st.navigation([*first, *pages], position="hidden")
    if not allowed:
        _refuse(who, say)
        return
    if here in first:
        st.switch_page(entries[0].path, query_params=st.query_params.to_dict())
    with widgets.showing_errors(), screens_files.watched():
        _wait_for_samples(say)
        view = addressing.current()
        if pages[here].id not in BARE:
            _top(view, [entry for entry in allowed if _concerns(entry, view)], pages[here])
            _show_away(view)
            _show_theme_refusal(view, pages[here])
            if view.reader.may(Permission.SEE_FIGURES):
                _show_not_found(view)
        # after the notes, which need the address as it was typed
        _keep_in_address(view)
        here.run()


def _concerns(entry: PageEntry, view: View) -> bool:
    """Whether a page has something for the reader that the others lack."""
    if entry.several:
        return view.reader.everywhere and view.of_several
    return view.reader.whole or not entry.whole


@lru_cache(maxsize=200)
def _page(entry: PageEntry, title: str) -> Any:
    """A page as Streamlit knows it, for each run to copy: it looks for the script of each, and notes what it runs."""
    return st.Page(entry.path, title=title, default=entry.id == widgets.HOME)


def _go_on() -> None:
    """The address without a page, for whoever may not open the overview: the frame goes on to another page."""


def _refuse(who: User, say: Language) -> None:
    """Draw that somebody has no role, whom to ask, and the way out."""
    widgets.brand()
    login = settings.current().login
    text = front.no_role(say, who.name, login.contact if login else "")
    widgets.html(charts.page_title(say(front.TITLE), question=text))
    widgets.html(charts.way_out(say(front.LOG_OUT), front.LOGOUT))


def _show_away(view: View) -> None:
    """Draw of when the figures are, while the database that several machines share cannot be reached."""
    if moment := view.data.database.away_since():
        text = N_(
            "The database cannot be reached. What is shown is from {time}, and nothing can be saved until it is back."
        )
        widgets.html(charts.note(view.say(text, time=view.say.moment(clock.local(moment)))))


def _show_theme_refusal(view: View, here: PageEntry) -> None:
    """Draw why the organisation's theme is refused, only on the first page of the session."""
    _, refusal = theming.current()
    if refusal is None or not view.reader.may(Permission.LOAD_EXPORTS):
        return
    if st.session_state.setdefault(f"theme {refusal}", here.id) == here.id:
        text = N_("The product's own look is shown. {why}")
        widgets.html(charts.note(view.say(text, why=view.say.refusal(refusal))))


def _show_not_found(view: View) -> None:
    """Draw a note for each of day, organisation, department and unit that does not exist, and for a day to come."""
    scope, shown = view.scope, view.scope.name(view.say)
    day = st.query_params.get("as_of", "")
    if day and addressing.day_of(day) is None:
        widgets.not_found(view, day, view.say.date(view.as_of))
    if view.as_of > clock.today():
        widgets.html(charts.note(view.say(NOT_COME, day=view.say.date(view.as_of))))
    for param in PARTS:
        value = st.query_params.get(param, "")
        here = getattr(scope, param) or ""
        # the department follows from the unit that the address names, whatever department it names
        follows = param == "department" and bool(st.query_params.get("unit"))
        if folded(value) != folded(here) and value and not follows:
            widgets.not_found(view, value, here if param == "organisation" else shown)


def _wait_for_samples(say: Language) -> None:
    """Draw the progress of the sample database while the first start builds it, and stop the run."""
    if stores.own().exists() and not views.looking():
        return
    if (state := demo.building(stores.samples())).over:
        if state.why:
            widgets.html(charts.note(say.refusal(state.why)))
        return

    @st.fragment(run_every=1)
    def progress() -> None:
        state = demo.building(stores.samples())
        if state.over:
            st.rerun()
        widgets.html(
            charts.page_title(
                say(N_("The sample data are being loaded")),
                question=say(N_("This takes a moment")),
            )
        )
        st.progress(state.done / max(state.of, 1), say(N_("{n} of {of}"), n=state.done, of=state.of))

    progress()
    st.stop()


def _keep_in_address(view: View) -> None:
    """Write the view into the address, so that a copied link shows the same.

    This is done at every run, since a link to the same page with another point does not change the browser's address.
    """
    st.query_params.from_dict(st.query_params.to_dict() | view.address)


def _navigation(view: View, allowed: list[PageEntry], here: PageEntry) -> None:
    """Draw the links to the pages by group. Those of a group of one, and of the only group, are plain links."""
    with st.container(key="nav", horizontal=True, vertical_alignment="center"):
        widgets.brand()
        groups = dict.fromkeys(entry.group for entry in allowed)
        for group in groups:
            pages = [entry for entry in allowed if entry.group == group]
            links = [_page_link(view, entry, here) for entry in pages]
            if not group or len(pages) == 1 or len(groups) == 1:
                for link in links:
                    widgets.html(charts.page_links([link]), width="content")
                continue
            place = "here" if here in pages else "there"
            with st.popover(view.say(group), type="tertiary", key=f"nav-{place}-{group}"):
                widgets.html(charts.page_links(links))


def _page_link(view: View, entry: PageEntry, here: PageEntry) -> PageLink:
    return PageLink(view.say(entry.title), widgets.address(view, entry.id), here=entry is here)


def _top(view: View, allowed: list[PageEntry], here: PageEntry) -> None:
    login = settings.current().login
    _navigation(view, [entry for entry in allowed if login or entry.id not in WITH_LOGIN], here)
    with st.container(key="frame", horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        if view.reader.may(Permission.SEE_FIGURES):
            _chooser(view, several=here.several and _concerns(here, view))
        else:
            with st.popover(LANGUAGES[view.say.code]):
                _language(view)
        if view.sample:
            _sample_badge(view)
        if login:
            _person(view)


def _person(view: View) -> None:
    """Draw who has logged in, with which roles and scope, and the way out."""
    say, user = view.say, view.reader.user
    with st.container(key="person", width="content"), st.popover(_label(user, say), type="tertiary"):
        titles = [say.pick(role.title) for role in ROLES if role.id in user.roles]
        pairs = [
            charts.Pair(say(N_("Logged in as")), user.name or say(front.NAMELESS)),
            charts.Pair(say(N_("Role")), ", ".join(titles)),
            charts.Pair(say(N_("Scope")), scope(user.limit, say)),
        ]
        if session := views.session():
            text = N_("{time} at the latest; sooner if no page is used for {minutes} minutes")
            minutes = say.number(sessions.IDLE.total_seconds() // 60)
            until = say(text, time=say.clock(clock.local(session.ends_at)), minutes=minutes)
            pairs.append(charts.Pair(say(N_("Logged in until")), until))
        widgets.html(charts.pairs(pairs))
        widgets.html(charts.way_out(say(front.LOG_OUT), front.LOGOUT))


def _label(user: User, say: Language) -> str:
    return widgets.plain(shortened(user.name or say(front.NAMELESS), LONGEST_LABEL))


def _chooser(view: View, *, several: bool) -> None:
    """Draw the choice of as-of date, organisation, unit and language, which holds for all pages.

    A page of `several` organisations has no choice of one.
    """
    say = view.say
    place = say(N_("All organisations")) if several else widgets.plain(view.place)
    label = say(N_("Status on {day} · {scope}"), day=say.date(view.as_of), scope=place)
    with st.popover(label):
        key = f"as_of {view.as_of}"
        fields.day(say(N_("As-of date")), view.as_of, key=key, on_change=_choose_day, args=(key,))
        if not several:
            _place(view)
        _language(view)
        widgets.samples_button(view)


def _place(view: View) -> None:
    """Draw the choice of organisation, if there are several, and of department or unit."""
    say = view.say
    names = view.reader.organisations(view.organisations)
    if len(names) > 1:
        _choice(say(N_("Organisation")), names, view.scope.organisation, str, _choose_organisation)
    kinds = _scopes(view)
    chosen = ("unit", view.scope.unit) if view.scope.unit else ("department", view.scope.department or "")
    _choice(say(N_("Department or unit")), kinds, chosen, lambda kind: _scope_name(kind, say), _choose_scope)


def _language(view: View) -> None:
    say, key = view.say, f"lang {view.say.code}"
    fields.row(say(N_("Language")), LANGUAGES, now=say.code, key=key, on_change=_choose_language, args=(key,))


def _choice(label: str, options: Any, chosen: Any, label_of: Callable[[Any], str], then: Callable[[str], None]) -> None:
    """Draw a list whose choice is written to the address. Its key has the current choice, so that the address wins."""
    key = f"{label} {chosen}"
    names = {each: label_of(each) for each in (options if chosen in options else (chosen, *options))}
    fields.choice(label, names, now=chosen, key=key, on_change=then, args=(key,))


def _scopes(view: View) -> list[tuple[str, str]]:
    """The choices of scope within the reader's limit: the whole, then each department followed by its units."""
    organisation, reader = view.scope.organisation, view.reader
    choices: list[tuple[str, str]] = [("department", "")] if reader.whole else []
    units = [row for row in reads.units(view.data, view.as_of) if row["organisation"] == organisation]
    for row in sorted(reader.limited(units), key=lambda row: (row["department"] or "~", row["unit"])):
        department = ("department", row["department"] or "")
        if department not in choices and reader.sees(Scope(organisation, *department[1:])):
            choices.append(department)
        choices.append(("unit", row["unit"]))
    return choices


def _scope_name(kind: tuple[str, str], say: Language) -> str:
    if not kind[1]:
        return say(N_("The whole organisation"))
    return f"\u2003{kind[1]}" if kind[0] == "unit" else kind[1]


def _choose_day(key: str) -> None:
    if chosen := st.session_state.get(key):
        st.query_params["as_of"] = chosen.isoformat()


def _choose_organisation(key: str) -> None:
    for name in ("department", "unit"):
        st.query_params.pop(name, None)
    st.query_params["organisation"] = st.session_state[key]


def _choose_scope(key: str) -> None:
    kind, name = st.session_state[key]
    for other in ("department", "unit"):
        st.query_params.pop(other, None)
    if name:
        st.query_params[kind] = name


def _choose_language(key: str) -> None:
    chosen = st.session_state.get(key) or "sv"
    st.query_params.pop("lang", None)
    if chosen != "sv":
        st.query_params["lang"] = chosen


def _sample_badge(view: View) -> None:
    with st.container(key="badge", horizontal=True, vertical_alignment="center", width="content"):
        widgets.html(charts.badge(view.say(N_("Sample data, all figures are invented"))))
        if view.looking:
            widgets.own_button(view)
        elif view.reader.may(Permission.START_OWN_DATABASE):
            widgets.start_own_button(view, key="start_badge", kind="tertiary")
