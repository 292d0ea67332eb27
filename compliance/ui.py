"""What the pages share: who asks, what is looked at, cached figures, links, and calm words for every error.

The only module of the package that imports Streamlit. What a page looks at stands in its address and nowhere else.
"""

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import streamlit as st

from compliance import (
    assessing,
    charts,
    demo,
    extracts,
    figures,
    loading,
    permissions,
    places,
    previewing,
    reading,
    tracing,
    viewing,
)
from compliance.assessing import Basis, Coverage
from compliance.database import EVERYTHING_KNOWN, Database, Rows, rows
from compliance.errors import Refusal
from compliance.language import LANGUAGES, N_, Language, month_ends, year_before
from compliance.loading import Order, add_event
from compliance.permissions import Permission, User
from compliance.points import Point, load_points
from compliance.previewing import Preview
from compliance.queries import query, statement
from compliance.reading import Workbook
from compliance.sources import Source, load_sources, load_values
from compliance.viewing import Overview, Scope

CACHED: Final = 200
TREND_MONTHS: Final = 24
SPARK_MONTHS: Final = 12
# The days that can be looked at, in the list of days and in the address.
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)
MARKS: Final = re.compile(r"([!-/:-@\[-`{-~])")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PageEntry:
    """A page: its file and address, its name in the navigation, and what one must be allowed to open it."""

    id: str
    title: str
    permission: Permission

    @property
    def path(self) -> str:
        """The page's script."""
        return f"pages/{self.id}.py"


PAGES: Final = (
    PageEntry("overview", N_("Overview"), Permission.SEE_FIGURES),
    PageEntry("point", N_("Review points"), Permission.SEE_FIGURES),
    PageEntry("imports", N_("Imports"), Permission.LOAD_EXPORTS),
    PageEntry("extracts", N_("Extracts"), Permission.DOWNLOAD_EXTRACTS),
    PageEntry("about", N_("About the figures"), Permission.SEE_FIGURES),
)


@dataclass(frozen=True)
class View:
    """What is looked at on every page, by whom and in which language; `version` changes with the data and the rules."""

    user: User
    say: Language
    database: Database
    sample: bool
    as_of: date
    scope: Scope
    version: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What every cached answer depends on: the data, where they are, and what the person may see."""
        return self.version, str(self.database.path), self.user.role.id

    @property
    def address(self) -> dict[str, str]:
        """The view as it stands in the address of every page."""
        given = {
            "as_of": self.as_of.isoformat(),
            "organisation": self.scope.organisation if len(organisations(self.key)) > 1 else None,
            "department": self.scope.department if not self.scope.unit else None,
            "unit": self.scope.unit,
            "lang": self.say.code if self.say.code != "sv" else None,
        }
        return {name: value for name, value in given.items() if value}


# --- Who, where and when ------------------------------------------------------------------------------------------


def user() -> User:
    """The person who asks."""
    return permissions.current_user()


def language() -> Language:
    """The language in the address, else Swedish."""
    said = st.query_params.get("lang", "sv")
    return Language(said if said in LANGUAGES else "sv")


def require(permission: Permission) -> None:
    """The first statement of every page, and of every action: stops with a sentence where the person may not."""
    try:
        permissions.require(user(), permission)
    except Refusal as refusal:
        html(charts.note(language().refusal(refusal)))
        st.stop()


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def today() -> date:
    """The day in Sweden."""
    return datetime.now(ZoneInfo("Europe/Stockholm")).date()


def database() -> tuple[Database, bool]:
    """The organisation's own database, or the samples' where it has none yet; and whether it is the samples'."""
    own = Database.at(places.own_database())
    return (own, False) if own.exists() else (Database.at(places.sample_database()), True)


def order(**given: Any) -> Order:
    """An order of the person at this machine, now."""
    return Order(user().name, now(), **given)


def _marks(folder: Path) -> tuple[tuple[str, int], ...]:
    files = [*folder.glob("*.toml"), *folder.glob("sources/*.toml")]
    return tuple((str(path), path.stat().st_mtime_ns) for path in sorted(files))


def points() -> tuple[Point, ...]:
    """The review points, with the organisation's own rules."""
    return _points(places.own_files(), _marks(places.own_files()))


@lru_cache(maxsize=4)
def _points(own: Path, marks: object) -> tuple[Point, ...]:  # noqa: ARG001 - read anew when a file changes
    return load_points(own)


def sources() -> dict[str, Source]:
    """The sources, with the organisation's own words."""
    return _sources(places.own_files(), _marks(places.own_files()))


@lru_cache(maxsize=4)
def _sources(own: Path, marks: object) -> dict[str, Source]:  # noqa: ARG001 - as above
    return load_sources(own)


def words() -> dict[str, list[str]]:
    """The words of values, with the organisation's own."""
    return load_values(places.own_files())


def view() -> View:
    """What the address says, with a default for what it leaves out."""
    found, sample = database()
    version = f"{found.version()} {_marks(places.own_files())}"
    key = (version, str(found.path), user().role.id)
    as_of = _day_of(st.query_params.get("as_of")) or (viewing.last_day_of(imports(key), today()) if sample else today())
    return View(user(), language(), found, sample, as_of, _scope(key, as_of), version)


def _day_of(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _scope(key: tuple[str, str, str], as_of: date) -> Scope:
    names = organisations(key)
    said = st.query_params.get("organisation")
    organisation = said if said in names else names[0]
    unit, department = st.query_params.get("unit"), st.query_params.get("department")
    if unit:
        there = [row for row in units(key, as_of) if row["organisation"] == organisation and row["unit"] == unit]
        department = there[0]["department"] if there else None
    return Scope(organisation, department or None, unit or None)


# --- Answers that are kept while the data stay the same -----------------------------------------------------------
# A cached function takes everything that decides its answer; `key` holds the data's version and the person's role.

Key = tuple[str, str, str]


def _at(key: Key) -> Database:
    return Database.at(Path(key[1]))


@st.cache_data(show_spinner=False, max_entries=CACHED)
def organisations(key: Key) -> tuple[str, ...]:
    """The organisations that the database knows; an empty one has one without exports."""
    with _at(key).cursor() as cursor:
        return assessing.basis(cursor, days=[date.max], known_at=EVERYTHING_KNOWN).organisations


@st.cache_data(show_spinner=False, max_entries=CACHED)
def imports(key: Key) -> Rows:
    """Every import, the newest first."""
    with _at(key).cursor() as cursor:
        return rows(cursor, statement("imports"), {"known_at": EVERYTHING_KNOWN})


@st.cache_data(show_spinner=False, max_entries=CACHED)
def units(key: Key, as_of: date) -> Rows:
    """The units of a day with their departments."""
    with _at(key).cursor() as cursor:
        return rows(cursor, statement("units"), {"as_of": as_of, "known_at": EVERYTHING_KNOWN})


@st.cache_data(show_spinner=False, max_entries=CACHED)
def basis(key: Key, as_of: date) -> Basis:
    """The imports that the figures of a day rest on."""
    with _at(key).cursor() as cursor:
        return assessing.basis(cursor, days=[as_of], known_at=EVERYTHING_KNOWN)


@st.cache_data(show_spinner=False, max_entries=CACHED)
def coverage(key: Key, days: tuple[date, ...], scope: Scope, ids: tuple[str, ...]) -> list[Coverage]:
    """The figures of some points for a scope, each day."""
    wanted = tuple(point for point in points() if point.id in ids)
    with _at(key).cursor() as cursor:
        whole = assessing.coverage(cursor, wanted, days=list(days), known_at=EVERYTHING_KNOWN, level="organisation")
        own = whole
        if scope.level != "organisation":
            own = assessing.coverage(cursor, wanted, days=list(days), known_at=EVERYTHING_KNOWN, level=scope.level)
    return viewing.scoped(own, whole, scope)


@st.cache_data(show_spinner=False, max_entries=CACHED)
def parts(key: Key, as_of: date, scope: Scope, level: assessing.Level, ids: tuple[str, ...]) -> list[Coverage]:
    """The figures of the departments or units within a scope."""
    wanted = tuple(point for point in points() if point.id in ids)
    with _at(key).cursor() as cursor:
        found = assessing.coverage(cursor, wanted, days=[as_of], known_at=EVERYTHING_KNOWN, level=level)
    return [figure for figure in found if scope.holds(figure)]


@st.cache_data(show_spinner=False, max_entries=CACHED)
def overview(key: Key, as_of: date, scope: Scope) -> Overview:
    """What the overview is made of."""
    ids = tuple(point.id for point in points())
    months = month_ends(as_of, count=SPARK_MONTHS)
    found = coverage(key, (year_before(as_of), *months), scope, ids)
    by_point = {id_: tuple(f for f in found if f.point.id == id_ and f.as_of in months) for id_ in ids}
    return Overview(
        now=tuple(figures_[-1] for figures_ in by_point.values()),
        before={f.point.id: f for f in found if f.as_of == year_before(as_of)},
        months=by_point,
        parts=tuple(parts(key, as_of, scope, scope.below, ids)) if not scope.unit else (),
        basis=basis(key, as_of),
    )


@st.cache_data(show_spinner=False, max_entries=CACHED)
def items(key: Key, as_of: date, point_id: str) -> Rows:
    """The items of a point as the person may see them."""
    point = next(point for point in points() if point.id == point_id)
    with _at(key).cursor() as cursor:
        found: Rows = assessing.items(cursor, point, as_of=as_of, known_at=EVERYTHING_KNOWN).to_pylist()
    return found if user().may(Permission.SEE_PERSONS) else viewing.for_others(point, found)


@st.cache_data(show_spinner=False, max_entries=CACHED)
def beside(key: Key, as_of: date) -> list[figures.Figure]:
    """The figures shown beside the points."""
    with _at(key).cursor() as cursor:
        return figures.figures(
            cursor,
            figures.load_figures(places.own_files()),
            points=points(),
            as_of=as_of,
            known_at=EVERYTHING_KNOWN,
        )


def row_behind(seen: View, point: Point, item: dict[str, Any]) -> tracing.TracedRow | None:
    """The spreadsheet row behind an item."""
    with seen.database.cursor() as cursor:
        return tracing.row_behind(cursor, point, item, basis(seen.key, seen.as_of), sources())


# --- The frame ----------------------------------------------------------------------------------------------------


def frame() -> None:
    """Everything around a page: its style, the navigation, what is looked at, and the page itself."""
    st.set_page_config(layout="wide", page_icon=str(places.STATIC / "icon.svg"))
    st.html(places.STATIC / "style.css")
    say = language()
    st.html(f"<script>document.documentElement.lang='{say.code}'</script>", unsafe_allow_javascript=True)
    allowed = [entry for entry in PAGES if user().may(entry.permission)]
    here = st.navigation(
        [st.Page(entry.path, title=say(entry.title), default=entry is PAGES[0]) for entry in allowed], position="hidden"
    )
    with told():
        _wait_for_samples(say)
        seen = view()
        _keep_in_address(seen)
        _top(seen, allowed)
        here.run()


@contextmanager
def told() -> Iterator[None]:
    """Says a refusal calmly; anything else goes to the log with a reference, and the page goes on."""
    try:
        yield
    except Exception as error:
        tell(error)


def tell(error: Exception) -> bool:
    """The sentence of an error on the page; True, since it has been told."""
    say = language()
    if isinstance(error, Refusal):
        html(charts.note(say.refusal(error)))
        return True
    reference = secrets.token_hex(4)
    log.error("Fault %s", reference, exc_info=error)
    text = N_(
        "Something went wrong. Try again. If it happens again, give reference {reference} to those who run the service."
    )
    html(charts.note(say(text, reference=reference)))
    return True


def _wait_for_samples(say: Language) -> None:
    """Shows how far the sample database is, while it is made at the very first start."""
    if Database.at(places.own_database()).exists() or demo.building(places.sample_database()).over:
        return

    @st.fragment(run_every=1)
    def progress() -> None:
        state = demo.building(places.sample_database())
        if state.over:
            st.rerun()
        html(
            charts.page_title(
                say(N_("The sample data are being loaded")),
                question=say(N_("This is done once and takes less than a minute.")),
            )
        )
        st.progress(state.done / max(state.of, 1), say(N_("{n} of {of} files"), n=state.done, of=state.of))

    progress()
    st.stop()


def _keep_in_address(seen: View) -> None:
    """Writes the view into the address, so that a copied link shows the same."""
    for name, value in seen.address.items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value


def _top(seen: View, allowed: list[PageEntry]) -> None:
    with st.container(key="nav", horizontal=True, vertical_alignment="center"):
        for entry in allowed:
            link(seen, entry.id, seen.say(entry.title))
    with st.container(key="frame", horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        _chooser(seen)
        if seen.sample:
            _sample_badge(seen)


def _chooser(seen: View) -> None:
    """As-of date, organisation, unit and language, chosen once for all pages."""
    say = seen.say
    label = say(N_("Status on {day} · {scope}"), day=say.date(seen.as_of), scope=plain(seen.scope.name(say)))
    with st.popover(label):
        st.date_input(
            say(N_("As-of date")),
            value=seen.as_of,
            format="YYYY-MM-DD",
            min_value=FIRST_DAY,
            max_value=LAST_DAY,
            key=f"as_of {seen.as_of}",
            on_change=_choose_day,
            args=(f"as_of {seen.as_of}",),
        )
        names = organisations(seen.key)
        if len(names) > 1:
            _choice(say(N_("Organisation")), names, seen.scope.organisation, str, _choose_organisation)
        kinds = _scopes(seen)
        chosen = ("unit", seen.scope.unit) if seen.scope.unit else ("department", seen.scope.department or "")
        _choice(say(N_("Department or unit")), kinds, chosen, lambda kind: _scope_name(kind, say), _choose_scope)
        st.segmented_control(
            say(N_("Language")),
            list(LANGUAGES),
            default=say.code,
            format_func=lambda code: LANGUAGES[code],
            key=f"lang {say.code}",
            on_change=_choose_language,
            args=(f"lang {say.code}",),
        )


def _choice(label: str, options: Any, chosen: Any, shown: Callable[[Any], str], then: Callable[[str], None]) -> None:
    """A list whose choice goes into the address; its key holds the present one, so that the address always wins."""
    key = f"{label} {chosen}"
    all_ = list(options) if chosen in options else [chosen, *options]
    st.selectbox(label, all_, index=all_.index(chosen), format_func=shown, key=key, on_change=then, args=(key,))


def _scopes(seen: View) -> list[tuple[str, str]]:
    """The whole, and each department followed by its units."""
    choices: list[tuple[str, str]] = [("department", "")]
    there = [row for row in units(seen.key, seen.as_of) if row["organisation"] == seen.scope.organisation]
    for row in sorted(there, key=lambda row: (row["department"] or "~", row["unit"])):
        if row["department"] and ("department", row["department"]) not in choices:
            choices.append(("department", row["department"]))
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


def _sample_badge(seen: View) -> None:
    with st.container(key="badge", horizontal=True, vertical_alignment="center", width="content"):
        html(charts.badge(seen.say(N_("Sample data, all figures are invented"))))
        if seen.user.may(Permission.START_OWN_DATABASE):
            start_own_button(seen, key="start_badge", kind="tertiary")


def start_own_button(seen: View, *, key: str, kind: Any = "primary") -> None:
    """One click that begins a database of one's own; the samples stay in theirs."""
    if st.button(seen.say(N_("Start with your own exports")), key=key, type=kind):
        require(Permission.START_OWN_DATABASE)
        with Database.at(places.own_database()).writing() as cursor:
            add_event(cursor, order(), "start", "own database")
        st.switch_page("pages/imports.py", query_params={"lang": seen.say.code})


# --- Small things that every page uses ----------------------------------------------------------------------------


def html(fragment: charts.Html) -> None:
    """Draws a fragment of charts.py."""
    st.markdown(fragment, unsafe_allow_html=True)


def plain(text: str) -> str:
    """A text of the user's own for a label, which Streamlit reads as Markdown: a picture in it would be fetched."""
    return MARKS.sub(r"\\\1", text)


def link(seen: View, page: str, label: str, **extra: str) -> None:
    """A link to a page that shows the same view."""
    st.page_link(f"pages/{page}.py", label=label, query_params=seen.address | extra)


def chart(figure: Any, *, alt: str, key: str) -> None:
    """Draws a plotly figure without its tools, with its sentence for those who do not see it."""
    st.plotly_chart(figure, theme=None, config=charts.PLOTLY_CONFIG, alt=alt, key=key)


def mode() -> charts.Mode:
    """Whether the reader's system is dark; plotly must be told."""
    return "dark" if st.context.theme.type == "dark" else "light"


# --- The page of a point ------------------------------------------------------------------------------------------


def chosen_point() -> Point:
    """The point that the address names, by id or number; else the first."""
    said = st.query_params.get("point", "")
    return next((point for point in points() if said in {point.id, str(point.number)}), points()[0])


def months_of(seen: View, point: Point) -> list[Coverage]:
    """The point's figures month by month, the last one on the as-of date."""
    return coverage(seen.key, tuple(month_ends(seen.as_of, count=TREND_MONTHS)), seen.scope, (point.id,))


def year_before_of(seen: View, point: Point) -> Coverage:
    """The point's figure on the same day a year before."""
    return coverage(seen.key, (year_before(seen.as_of),), seen.scope, (point.id,))[0]


def neighbours(seen: View, point: Point) -> None:
    """Links to the point before and the one after, in the seed's order."""
    every = points()
    place = every.index(next(other for other in every if other.id == point.id))
    with st.container(key="neighbours", horizontal=True):
        for step, arrow in ((-1, "\N{LEFTWARDS ARROW} {}"), (1, "{} \N{RIGHTWARDS ARROW}")):
            if 0 <= place + step < len(every):
                other = every[place + step]
                link(seen, "point", arrow.format(viewing.label(other, seen.say)), point=other.id)


def empty_point(seen: View, point: Point, now_: Coverage, before: Coverage) -> None:
    """What is missing, in a sentence, and where to mend it."""
    say = seen.say
    there = {row["source"] for row in basis(seen.key, seen.as_of).imports}
    names = [say.pick(sources()[id_].title) for id_ in point.needs if id_ not in there]
    texts = [text for text in [viewing.earlier_sentence(before, say)] if text]
    if now_.basis:
        title = say(N_("No case is in scope of this point on {day}."), day=say.date(now_.as_of))
        explained = say(N_("The exports are there. This is shown as nothing to assess, not as 100 per cent."))
    else:
        title = viewing.no_basis_sentence(now_, names, say)
        explained = say(N_("The point cannot be counted. It is shown as no basis, not as 0 per cent."))
    with st.container(border=True, key="card-empty"):
        html(charts.empty_state(viewing.status(now_), viewing.word(now_, say), title=title, texts=[explained, *texts]))
        if not now_.basis and seen.user.may(Permission.LOAD_EXPORTS):
            link(seen, "imports", say(N_("Load exports")))


def trend(seen: View, months: list[Coverage]) -> None:
    """The line of the months against target and limit, and its table."""
    say, last = seen.say, months[-1]
    html(charts.section(say(N_("The trend towards the target"))))
    target = charts.Level(last.target.target, say(N_("Target {share}"), share=viewing.share(last.target.target, say)))
    limit = charts.Level(last.target.limit, say(N_("Limit {share}"), share=viewing.share(last.target.limit, say)))
    drawn = charts.trend(
        viewing.trend_points(months, say), mode=mode(), last_text=viewing.percent(last, say), target=target, limit=limit
    )
    chart(drawn, alt=viewing.trend_alt(months, say), key="trend")
    as_table(seen, viewing.trend_table(months, say), caption=say(N_("The trend towards the target")))


def as_table(seen: View, table: tuple[list[charts.Column], list[list[str]]], *, caption: str) -> None:
    """A chart's figures as a table that can be opened under it."""
    with st.expander(seen.say(N_("Show as a table"))):
        html(charts.table(*table, caption=caption))


def reasons(seen: View, point: Point, found: Rows) -> str | None:
    """Why items are not met, the biggest reason first; the one that is chosen filters the items."""
    say = seen.say
    counted = viewing.unmet_reasons(point, found)
    if not counted:
        return None
    html(charts.section(say(N_("Why the target is not reached"))))
    html(charts.reasons(viewing.reason_bars(point, counted, say), label=say(N_("Reasons"))))
    total = sum(n for _, n in counted)
    html(
        charts.caption(
            say(
                N_("{n} {items} do not meet the requirement, or the export does not say."),
                n=say.number(total),
                items=say.pick(point.items),
            )
        )
    )
    codes = [code for code, _ in counted]
    if len(codes) < 2:
        return None
    chosen: str | None = st.pills(
        say(N_("Show only items with this reason")),
        codes,
        format_func=lambda code: viewing.reason_text(point, "unmet", code, say).replace("\N{SOFT HYPHEN}", ""),
        key=f"reason {point.id} {say.code}",
    )
    return chosen


def figures_beside(seen: View, point: Point) -> None:
    """The figures that belong to the point and are no part of its coverage."""
    say = seen.say
    found = [
        f
        for f in beside(seen.key, seen.as_of)
        if point.number in f.definition.points and f.organisation == seen.scope.organisation
    ]
    if not found:
        return
    html(
        charts.section(
            say(N_("Also shown")),
            note=say(N_("For the whole organisation. These figures are no part of the coverage.")),
        )
    )
    html(
        charts.pairs(
            [
                charts.Pair(say.pick(f.definition.title), viewing.figure_text(f, say), say.pick(f.explained))
                for f in found
            ]
        )
    )


def units_of(seen: View, point: Point) -> None:
    """The units, the weakest first: eight, or all."""
    say = seen.say
    found = viewing.worst_first(parts(seen.key, seen.as_of, seen.scope, "unit", (point.id,)))
    if not seen.user.may(Permission.SEE_PERSONS):
        found = viewing.without_few(found, say)
    if not found:
        return
    html(charts.section(say(N_("Units, the weakest first"))))
    every = len(found) > viewing.FIRST_UNITS and st.toggle(
        say(N_("Show all {n} units"), n=say.number(len(found))), key=f"all units {point.id} {say.code}"
    )
    shown = found if every else found[: viewing.FIRST_UNITS]
    target = charts.Level(shown[0].target.target, say(N_("Target")))
    chart(
        charts.unit_bars(viewing.unit_bars(shown, say), mode=mode(), target=target),
        alt=viewing.units_alt(found, say),
        key="units",
    )
    as_table(seen, viewing.units_table(shown, say), caption=say(N_("Units, the weakest first")))


def item_list(seen: View, point: Point, found: Rows, reason: str | None) -> None:
    """The items with their filter, the row behind the one that is chosen, and a CSV of what is shown."""
    say = seen.say
    html(
        charts.section(
            say(N_("The items behind the figure")), note=say(N_("Choose a row to see the spreadsheet row behind it."))
        )
    )
    chosen = _filter(seen, point, found, reason)
    shown = [row for row in found if chosen.lets(row)]
    html(charts.caption(say(N_("{n} of {of} are shown."), n=say.number(len(shown)), of=say.number(len(found)))))
    picked = _item_table(seen, point, shown) if shown else None
    if picked is not None and persons_or_other(seen, point):
        _row_card(seen, point, picked)
    download = viewing.swedish_csv(viewing.item_rows(point, shown, say))
    name = f"{point.id}_{seen.as_of}.csv"
    st.download_button(say(N_("Download as CSV")), download, file_name=name, mime="text/csv", key="items_csv")


def persons_or_other(seen: View, point: Point) -> bool:
    """Whether the rows behind a point's items may be seen: those of persons and incidents by the coordinator only."""
    private = point.persons or not viewing.INCIDENT_SOURCES.isdisjoint(point.needs)
    return not private or seen.user.may(Permission.SEE_PERSONS)


def _filter(seen: View, point: Point, found: Rows, reason: str | None) -> viewing.Filter:
    say = seen.say
    there = [outcome for outcome in viewing.OUTCOMES if any(row["outcome"] == outcome for row in found)]
    start = [outcome for outcome in ("unmet", "unknown") if outcome in there] or there
    left, middle, right = st.columns([4, 3, 3])
    with left:
        outcomes = st.pills(
            say(N_("Outcome")),
            there,
            selection_mode="multi",
            default=start,
            format_func=lambda outcome: (
                f"{say(viewing.OUTCOMES[outcome])} {say.number(sum(row['outcome'] == outcome for row in found))}"
            ),
            key=f"outcome {point.id} {say.code}",
        )
    with middle:
        names = sorted({row["unit"] for row in found if row["unit"]})
        unit = st.selectbox(
            say(N_("Unit")), names, index=None, placeholder=say(N_("All units")), key=f"unit {point.id} {say.code}"
        )
    with right:
        text = st.text_input(say(N_("Search")), placeholder=say(N_("Name or id")), key=f"text {point.id} {say.code}")
    return viewing.Filter(tuple(outcomes), reason, unit, text)


def _item_table(seen: View, point: Point, shown: Rows) -> dict[str, Any] | None:
    say = seen.say
    table = viewing.item_table(point, shown, say)
    event = st.dataframe(
        table,
        hide_index=True,
        height=min(36 * (len(table) + 1) + 3, 420),
        on_select="rerun",
        selection_mode="single-row",
        key=f"items {point.id} {say.code} {seen.as_of}",
        alt=say(N_("{n} items of {point}"), n=len(table), point=say.pick(point.title)),
    )
    picked = event.selection.rows
    return shown[picked[0]] if picked and picked[0] < len(shown) else None


def _row_card(seen: View, point: Point, item: dict[str, Any]) -> None:
    """The spreadsheet row behind an item, field by field as it was loaded."""
    say = seen.say
    with st.container(border=True, key="card-row"):
        reason = viewing.reason_text(point, item["outcome"], item["reason"], say)
        about = ". ".join(
            part
            for part in (say(viewing.OUTCOMES[item["outcome"]]), reason, viewing.detail_text(item["detail"], say))
            if part
        )
        html(charts.card_head(item["label"] or item["item"], kicker=viewing.source_line(item, say), text=about))
        traced = row_behind(seen, point, item)
        if traced is None:
            html(charts.note(say(N_("The row is no longer there: its import has been replaced or revoked."))))
            return
        columns = [charts.Column(say(N_("Column")), row_header=True), charts.Column(say(N_("Value as loaded")))]
        rows_ = [[heading or "", viewing.stored_value(value, say)] for _, heading, value in traced.fields if heading]
        html(charts.table(columns, rows_, caption=say(N_("The spreadsheet row"))))
        text = N_("Import {id}, {source}. Columns that the file lacks are left out.")
        html(charts.caption(say(text, id=traced.import_id, source=say.pick(traced.source.title))))


def how_counted(seen: View, point: Point) -> None:
    """The rule in words, its law, numbers and SQL, and the exports that the figure rests on."""
    say = seen.say
    html(charts.section(say(N_("How the point is counted"))))
    left, right = st.columns([5, 7], gap="large")
    with left:
        html(charts.pairs(viewing.rule_pairs(point, seen.as_of, say)))
    with right:
        used = basis(seen.key, seen.as_of).used(point, seen.scope.organisation, seen.as_of)
        html(charts.section(say(N_("The exports it rests on")), level=3))
        if used:
            html(
                charts.table(
                    *viewing.basis_table(used, sources(), seen.as_of, say), caption=say(N_("The exports it rests on"))
                )
            )
        else:
            html(charts.caption(say(N_("None is loaded."))))
    with st.expander(say(N_("The SQL"))):
        st.code(query("points", point.id).text, language="sql")


# --- The page of imports ------------------------------------------------------------------------------------------
# Files are read once and kept with the session as long as they lie in the drop area; what they would change is
# computed anew only when the data or the coordinator's choices change.

Opened = Workbook | Refusal


def _kept(name: str) -> dict[Any, Any]:
    kept: dict[Any, Any] = st.session_state.setdefault(name, {})
    return kept


def opened_files(seen: View, files: list[Any]) -> list[tuple[str, str]]:
    """Reads the files that are new in the drop area, and forgets those that were taken away; ids and names."""
    say, read_ = seen.say, _kept("read files")
    for gone in set(read_) - {file.file_id for file in files}:
        del read_[gone]
    fresh = [file for file in files if file.file_id not in read_]
    place = st.empty()
    for number, file in enumerate(fresh):
        text = say(
            N_("Reading {file} ({n} of {of})"),
            file=plain(reading.shown_name(file.name)[0]),
            n=number + 1,
            of=len(fresh),
        )
        place.progress(number / len(fresh), text)
        try:
            read_[file.file_id] = reading.read(file.getvalue(), name=file.name)
        except Refusal as refusal:
            read_[file.file_id] = refusal
    place.empty()
    return [(file.file_id, file.name) for file in files]


def import_card(seen: View, file_id: str, name: str, *, number: int, of: int) -> None:
    """A file: what it was taken for and why, what it changes, what is rejected, and the button that loads it."""
    say, book = seen.say, _kept("read files")[file_id]
    done = _kept("loaded files").get(file_id)
    kicker = say(N_("File {n} of {of}"), n=number, of=of)
    with st.container(border=True, key=f"card-{file_id}"):
        if done or isinstance(book, Refusal):
            text = done or say.refusal(book)
            html(charts.card_head(reading.shown_name(name)[0], kicker=kicker, text=text))
            if done:
                link(seen, "overview", say(N_("See the overview")))
            return
        asked = _order_of(seen, file_id)
        with st.spinner(say(N_("Working out what the file changes"))):
            found = _preview(seen, file_id, book, asked)
        left, right = st.columns([5, 7], gap="large")
        with left:
            html(charts.card_head(book.name, kicker=kicker))
            _what_it_is(seen, found, book)
            _choices(seen, file_id, found, asked)
        with right:
            if isinstance(found, Preview) and of == 1:
                _effects(seen, found)
        if isinstance(found, Preview):
            _problems(seen, file_id, found)
            _load_button(seen, file_id, book, found)


def _order_of(seen: View, file_id: str) -> Order:
    """What the coordinator has chosen on a card, from the widgets of the run before."""
    chosen = st.session_state
    return Order(
        seen.user.name,
        now(),
        source=chosen.get(f"source {file_id}"),
        organisation=chosen.get(f"organisation {file_id}") or seen.scope.organisation,
        extract_date=chosen.get(f"day {file_id}") if chosen.get(f"said {file_id}") else None,
        completes=bool(chosen.get(f"completes {file_id}")),
    )


def _preview(seen: View, file_id: str, book: Workbook, asked: Order) -> Preview | Refusal:
    kept = _kept("previews")
    choice = (asked.source, asked.organisation, asked.extract_date, asked.completes)
    key = (file_id, choice, seen.version, seen.as_of)
    if key not in kept:
        for old in [other for other in kept if other[0] == file_id]:
            del kept[old]
        try:
            kept[key] = previewing.preview(
                seen.database, [(book, asked)], as_of=seen.as_of, points=points(), sources=sources(), words=words()
            )
        except Refusal as refusal:
            kept[key] = refusal
    answer: Preview | Refusal = kept[key]
    return answer


def _what_it_is(seen: View, found: Preview | Refusal, book: Workbook) -> None:
    say = seen.say
    if isinstance(found, Refusal):
        html(charts.note(say.refusal(found)))
        return
    for receipt in found.receipts:
        html(charts.pairs(viewing.receipt_pairs(receipt, book, points(), say)))
        notes = viewing.remarks(receipt, book, say)
        if notes:
            html(charts.note(" ".join(notes)))


def _choices(seen: View, file_id: str, found: Preview | Refusal, asked: Order) -> None:
    """Extract date, source where it is asked for, organisation where there are several, and whether it completes."""
    say = seen.say
    by = viewing.FOUND_BY[found.receipts[0].extract_date.by] if isinstance(found, Preview) else None
    day = found.receipts[0].extract_date.day if isinstance(found, Preview) else None
    given: Any = {} if f"day {file_id}" in st.session_state else {"value": day}
    st.date_input(
        say(N_("Extract date")) + (f" ({say(by)})" if by else ""),
        format="YYYY-MM-DD",
        key=f"day {file_id}",
        on_change=_said_day,
        args=(file_id,),
        max_value=LAST_DAY,
        **given,
    )
    doubtful = isinstance(found, Refusal) or any(viewing.is_doubtful(receipt) for receipt in found.receipts)
    if doubtful or asked.source:
        st.selectbox(
            say(N_("What the file is")),
            list(sources()),
            index=None,
            format_func=lambda id_: say.pick(sources()[id_].title),
            placeholder=say(N_("Found out from its headings")),
            key=f"source {file_id}",
        )
    names = organisations(seen.key)
    if len(names) > 1:
        start = names.index(seen.scope.organisation)
        st.selectbox(say(N_("Organisation")), names, index=start, key=f"organisation {file_id}")
    st.checkbox(say(N_("Completes a file already loaded")), key=f"completes {file_id}")


def _said_day(file_id: str) -> None:
    st.session_state[f"said {file_id}"] = True


def _effects(seen: View, found: Preview) -> None:
    say = seen.say
    html(charts.section(say(N_("How the figures change")), level=3))
    changed = viewing.effects(found.before, found.after, say)
    if not changed:
        html(charts.caption(say(N_("No point changes on {day}."), day=say.date(found.day))))
        for text in viewing.waiting(found.after, found.receipts, _there(seen, found), sources(), say):
            html(charts.caption(text))
        return
    html(charts.dumbbells(changed, label=say(N_("How the figures change"))))
    text = N_("On {day}. Ring: before. Dot: after. Change in percentage points (pp).")
    html(charts.caption(say(text, day=say.date(found.day))))


def _there(seen: View, found: Preview) -> set[str]:
    """The exports that are there on the preview's day, those of the file included."""
    loaded = {row["source"] for row in basis(seen.key, found.day).imports}
    return loaded | {receipt.source.id for receipt in found.receipts}


SHOWN_PROBLEMS: Final = 10


def _problems(seen: View, file_id: str, found: Preview) -> None:
    say = seen.say
    problems = [problem for receipt in found.receipts for problem in receipt.problems]
    rejected = [problem for problem in problems if problem["kind"] == "rejected"]
    warned = [problem for problem in problems if problem["kind"] != "rejected"]
    if rejected:
        with st.expander(say.plural("{n} row is rejected", "{n} rows are rejected", found.rejected), expanded=True):
            _problem_list(seen, rejected, say(N_("Rejected rows")))
            st.download_button(
                say(N_("Download the rejected rows")),
                lambda: previewing.rejected_workbook(found.receipts, say),
                file_name=viewing.rejected_name(found.receipts[0], say),
                key=f"rejected {file_id}",
                on_click="ignore",
            )
    if warned:
        with st.expander(say.plural("{n} value with a warning", "{n} values with a warning", len(warned))):
            _problem_list(seen, warned, say(N_("Values with a warning")))


def _problem_list(seen: View, problems: Rows, caption: str) -> None:
    say = seen.say
    html(charts.table(*viewing.problem_table(problems[:SHOWN_PROBLEMS], say), caption=caption))
    if len(problems) > SHOWN_PROBLEMS:
        text = say(N_("{n} of {of} are shown."), n=SHOWN_PROBLEMS, of=say.number(len(problems)))
        html(charts.caption(text))


def _load_button(seen: View, file_id: str, book: Workbook, found: Preview) -> None:
    say = seen.say
    label = say.plural("Load {n} row", "Load {n} rows", found.loaded).replace(" ", "\N{NO-BREAK SPACE}")
    if st.button(label, type="primary", key=f"load {file_id}"):
        require(Permission.LOAD_EXPORTS)
        with st.spinner(say(N_("Loading {file}"), file=plain(book.name))):
            _load(seen, file_id, book)
        st.rerun()


def _load(seen: View, file_id: str, book: Workbook) -> None:
    """Loads a file as it was previewed, and keeps a sentence on what came of it."""
    say = seen.say
    try:
        receipts = loading.load(seen.database, book, _order_of(seen, file_id), sources=sources(), words=words())
    except Refusal as refusal:
        _kept("loaded files")[file_id] = say.refusal(refusal)
        return
    texts = [
        say.plural(
            "{n} row of {source} loaded as import {id}.",
            "{n} rows of {source} loaded as import {id}.",
            receipt.summary.loaded,
            source=say.pick(receipt.source.title),
            id=receipt.import_id,
        )
        for receipt in receipts
    ]
    _kept("loaded files")[file_id] = " ".join(texts)


def _together(seen: View, ready: list[str]) -> Preview | Refusal:
    """What several files change together: one alone often lacks what another brings."""
    orders = [_order_of(seen, file_id) for file_id in ready]
    choices = tuple((o.source, o.organisation, o.extract_date, o.completes) for o in orders)
    key, kept = (tuple(ready), choices, seen.version, seen.as_of), _kept("together")
    if key not in kept:
        kept.clear()
        files = [(_kept("read files")[file_id], order_) for file_id, order_ in zip(ready, orders, strict=True)]
        try:
            kept[key] = previewing.preview(
                seen.database, files, as_of=seen.as_of, points=points(), sources=sources(), words=words()
            )
        except Refusal as refusal:
            kept[key] = refusal
    answer: Preview | Refusal = kept[key]
    return answer


def load_all(seen: View, opened: list[tuple[str, str]]) -> None:
    """One button for several files that can be loaded."""
    say = seen.say
    waiting = {
        key[0]
        for key, found in _kept("previews").items()
        if isinstance(found, Preview) and not any(viewing.is_doubtful(receipt) for receipt in found.receipts)
    }
    ready = [file_id for file_id, _ in opened if file_id in waiting and file_id not in _kept("loaded files")]
    if len(ready) < 2:
        return
    with st.container(border=True, key="card-together"), st.spinner(say(N_("Working out what the files change"))):
        together = _together(seen, ready)
        if isinstance(together, Refusal):
            html(charts.note(say.refusal(together)))
        else:
            _effects(seen, together)
    if st.button(say(N_("Load all {n} files"), n=len(ready)), type="primary", key="load all"):
        require(Permission.LOAD_EXPORTS)
        place = st.empty()
        for number, file_id in enumerate(ready):
            book = _kept("read files")[file_id]
            place.progress(number / len(ready), say(N_("Loading {file}"), file=plain(book.name)))
            _load(seen, file_id, book)
        st.rerun()


SHOWN_IMPORTS: Final = 15


def history(seen: View) -> None:
    """Every import, revoked ones too, and the way to revoke one."""
    say, found = seen.say, imports(seen.key)
    html(charts.section(say(N_("What has been loaded"))))
    if not found:
        html(charts.caption(say(N_("Nothing yet."))))
        return
    every = len(found) > SHOWN_IMPORTS and st.toggle(
        say(N_("Show all {n} imports"), n=say.number(len(found))), key=f"all imports {say.code}"
    )
    shown = found if every else found[:SHOWN_IMPORTS]
    html(charts.table(*viewing.history_table(shown, sources(), say), caption=say(N_("What has been loaded"))))
    live = {row["import_id"]: row for row in found if not row["revoked_at"]}
    if seen.sample or not live or not seen.user.may(Permission.REVOKE_IMPORTS):
        return
    chosen = st.selectbox(
        say(N_("Revoke an import")),
        list(live),
        index=None,
        format_func=lambda id_: f"{id_} · {live[id_]['file']} · {live[id_]['extract_date']}",
        placeholder=say(N_("Choose an import")),
        key="revoke choice",
        width=460,
    )
    if chosen is not None:
        _confirm_revoke(seen, live[chosen])


def _confirm_revoke(seen: View, row: dict[str, Any]) -> None:
    """The second step: what revoking means, why it is done, and the button that does it."""
    say, number = seen.say, row["import_id"]
    with st.container(border=True, key="card-revoke"):
        text = N_("{file} no longer counts in the figures, but stays in the history with your reason.")
        html(charts.card_head(say(N_("Revoke import {id}"), id=number), text=say(text, file=row["file"])))
        why = st.text_area(say(N_("Why is it revoked?")), key=f"why {number}", width=460)
        if st.button(say(N_("Revoke the import")), type="primary", key=f"revoke {number}"):
            require(Permission.REVOKE_IMPORTS)
            loading.revoke(seen.database, number, why=why, order=order())
            st.rerun()


def rename(seen: View) -> None:
    """The name of the organisation, which can be changed."""
    say = seen.say
    with seen.database.cursor() as cursor:
        known = rows(cursor, statement("organisations"), {"known_at": EVERYTHING_KNOWN})
    mine = [row for row in known if row["organisation"] == seen.scope.organisation]
    if not mine:
        return
    html(charts.section(say(N_("The name of the organisation"))))
    with st.form("rename", border=False):
        name = st.text_input(say(N_("Name")), value=seen.scope.organisation, width=460)
        if st.form_submit_button(say(N_("Change the name"))):
            require(Permission.LOAD_EXPORTS)
            loading.rename_organisation(seen.database, mine[0]["organisation_id"], name=name, order=order())
            st.query_params.pop("organisation", None)
            st.rerun()


# --- The page of extracts -----------------------------------------------------------------------------------------

SHOWN_ROWS: Final = 10
FORMATS: Final[dict[extracts.Kind, tuple[str, str, str]]] = {
    "swedish_csv": (N_("CSV for Swedish Excel"), "csv", "text/csv"),
    "xlsx": (N_("Excel workbook"), "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (N_("Plain CSV"), "csv", "text/csv"),
    "parquet": (N_("Parquet"), "parquet", "application/vnd.apache.parquet"),
}


def point_of_extract(seen: View, name: str) -> str | None:
    """The review point that an extract is limited to, where it can be and one is chosen."""
    if name not in {"items", "missing", "coverage"}:
        return None
    titles = {point.id: viewing.label(point, seen.say).replace("\N{SOFT HYPHEN}", "") for point in points()}
    chosen: str | None = st.selectbox(
        seen.say(N_("Review point")),
        list(titles),
        index=None,
        format_func=lambda id_: titles[id_],
        placeholder=seen.say(N_("All points")),
        key=f"extract point {seen.say.code}",
    )
    return chosen


@st.cache_data(show_spinner=False, max_entries=20)
def extracted(key: Key, name: str, as_of: date, organisation: str, point_id: str | None) -> extracts.Extract:
    """A named extract as the person may see it."""
    point = next((point for point in points() if point.id == point_id), None)
    with _at(key).cursor() as cursor:
        return extracts.extract(
            cursor,
            name,
            points=points(),
            as_of=as_of,
            known_at=EVERYTHING_KNOWN,
            point=point,
            organisation=organisation,
            own=places.own_files(),
            persons=user().may(Permission.SEE_PERSONS),
        )


def extract_preview(seen: View, name: str, point_id: str | None) -> None:
    """The first rows of an extract, and the four ways to take it along; a file is made when it is asked for."""
    say = seen.say
    found = extracted(seen.key, name, seen.as_of, seen.scope.organisation, point_id)
    rows_ = len(found.table)
    html(charts.caption(say.plural("{n} row", "{n} rows", rows_)))
    if part := seen.scope.unit or seen.scope.department:
        html(charts.note(say(N_("The extract covers the whole organisation, not only {part}."), part=part)))
    file = f"{name}{f'_{point_id}' if point_id else ''}_{seen.as_of}"
    with st.container(horizontal=True, key="downloads"):
        for kind, (title, ending, mime) in FORMATS.items():
            st.download_button(
                say(title),
                lambda kind=kind: _extract_bytes(seen, name, point_id, kind),  # type: ignore[misc]
                file_name=f"{file}.{ending}",
                mime=mime,
                type="primary" if kind == "swedish_csv" else "secondary",
                key=f"download {kind}",
                on_click="ignore",
            )
    if rows_:
        shown = extracts.titled(found, say).slice(0, SHOWN_ROWS).to_pylist()
        columns = [charts.Column(title, nowrap=True) for title in shown[0]]
        texts = [[viewing.stored_value(value, say) for value in row.values()] for row in shown]
        html(charts.table(columns, texts, caption=say(N_("The first rows"))))
        if rows_ > SHOWN_ROWS:
            html(charts.caption(say(N_("{n} of {of} are shown."), n=SHOWN_ROWS, of=say.number(rows_))))


def _extract_bytes(seen: View, name: str, point_id: str | None, kind: extracts.Kind) -> bytes:
    permissions.require(seen.user, Permission.DOWNLOAD_EXTRACTS)
    found = extracted(seen.key, name, seen.as_of, seen.scope.organisation, point_id)
    return extracts.as_bytes(found, kind=kind, language=seen.say)
