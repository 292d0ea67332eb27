"""What the pages share: who asks, what is looked at, cached figures, links, and calm words for every error.

Streamlit is imported only here and in the modules ui_*, one a page that draws much. What a page looks at stands in its
address and nowhere else.
"""

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import streamlit as st

from compliance import viewing, viewing_explaining
from compliance.access import permissions
from compliance.access.permissions import Permission, User
from compliance.access.withholding import Names
from compliance.core import places
from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, N_, Language, month_ends, year_before
from compliance.core.masking import Kind, mask_text
from compliance.core.saving import refusal_of
from compliance.counting import assessing, figures, quality, tracing
from compliance.counting.assessing import Basis, Coverage
from compliance.declarations import theming
from compliance.declarations.points import Point, load_points
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, load_sources, load_values
from compliance.demo import demo
from compliance.drawing import charts, elements, plots
from compliance.loading.loading import Order, add_event
from compliance.review import dossier
from compliance.review.dossier import Compared, Dossier, names_of_persons
from compliance.screens import files as screens_files
from compliance.screens.quality import texts as quality_texts
from compliance.serving.words import lang_script
from compliance.store.database import EVERYTHING_KNOWN, Database, Rows, rows
from compliance.viewing import Overview, Scope
from compliance.wording import phrases

CACHED: Final = 200
# So much of what an address says is said again.
MOST_SAID: Final = 80
TREND_MONTHS: Final = 24
SPARK_MONTHS: Final = 12
# The pages without navigation: nothing but what matters.
BARE: Final = frozenset({"meeting"})
# The days that can be looked at, in the list of days and in the address.
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)
Declared = TypeVar("Declared")
MARKS: Final = re.compile(r"([!-/:-@\[-`{-~])")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PageEntry:
    """A page: its file and address, its name, what one must be allowed to open it, and its group in the navigation."""

    id: str
    title: str
    permission: Permission
    group: str = ""

    @property
    def path(self) -> str:
        """The page's script."""
        return f"pages/{self.id}.py"


# The groups of the navigation; the overview stands in none.
REVIEW: Final = N_("The review")
FOLLOW_UP: Final = N_("Follow-up")
BASIS: Final = N_("Basis")
PAGES: Final = (
    PageEntry("overview", N_("Overview"), Permission.SEE_FIGURES),
    PageEntry("review", N_("Management review"), Permission.SEE_REVIEW, REVIEW),
    PageEntry("meeting", N_("Meeting mode"), Permission.SEE_REVIEW, REVIEW),
    PageEntry("decisions", N_("Decisions"), Permission.READ_REVIEW, REVIEW),
    PageEntry("point", N_("Review points"), Permission.SEE_FIGURES, FOLLOW_UP),
    PageEntry("training", N_("Training"), Permission.SEE_FIGURES, FOLLOW_UP),
    PageEntry("systems", N_("Systems"), Permission.SEE_FIGURES, FOLLOW_UP),
    PageEntry("incidents", N_("Incidents"), Permission.SEE_FIGURES, FOLLOW_UP),
    PageEntry("plan", N_("Year wheel"), Permission.SEE_FIGURES, FOLLOW_UP),
    PageEntry("imports", N_("Imports"), Permission.LOAD_EXPORTS, BASIS),
    PageEntry("quality", N_("Data quality"), Permission.SEE_FIGURES, BASIS),
    PageEntry("extracts", N_("Extracts"), Permission.DOWNLOAD_EXTRACTS, BASIS),
    PageEntry("about", N_("About the figures"), Permission.SEE_FIGURES, BASIS),
)


@dataclass(frozen=True)
class View:
    """What is looked at on every page, by whom and in which language.

    `version` changes with the data, the rules and the reviews that are approved, and not with what is written in them.
    """

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

    @cached_property
    def address(self) -> dict[str, str]:
        """The view as it stands in the address of every page."""
        given = {
            "as_of": self.as_of.isoformat(),
            "organisation": self.scope.organisation if len(organisations(self.key, self.as_of)) > 1 else None,
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
    """An order of the person at this machine."""
    return Order(user().name, **given)


def _marks(folder: Path) -> tuple[tuple[str, int], ...]:
    files = [*folder.glob("*.toml"), *folder.glob("sources/*.toml")]
    return tuple((str(path), path.stat().st_mtime_ns) for path in sorted(files))


def declared(load: Callable[[Path], Declared]) -> Declared:
    """What `load` reads of the product's files and the organisation's own: read anew only when one of those changes."""
    found: Declared = _declared(load, places.own_files(), _marks(places.own_files()))
    return found


@lru_cache(maxsize=20)
def _declared(load: Callable[[Path], Any], own: Path, marks: object) -> Any:  # noqa: ARG001 - as said above
    return load(own)


def points() -> tuple[Point, ...]:
    """The review points, with the organisation's own rules."""
    return declared(load_points)


def sources() -> dict[str, Source]:
    """The sources, with the organisation's own words."""
    return declared(load_sources)


def checks() -> tuple[quality.Check, ...]:
    """The checks of the data, with the organisation's own words."""
    return declared(quality.load_checks)


def definitions() -> tuple[figures.Definition, ...]:
    """The figures beside the points, with the organisation's own numbers."""
    return declared(figures.load_figures)


def theme() -> tuple[theming.Theme, Refusal | None]:
    """The organisation's look, or the product's and why that of the organisation is refused."""
    return _theme(places.own_files(), theming.marks(places.own_files()))


@lru_cache(maxsize=4)
def _theme(own: Path, marks: object) -> tuple[theming.Theme, Refusal | None]:  # noqa: ARG001 - read anew with a file
    return theming.usable(own)


def words() -> dict[str, list[str]]:
    """The words of values, with the organisation's own."""
    return load_values(places.own_files())


def view() -> View:
    """What the address says, with a default for what it leaves out."""
    _mask_address()
    found, sample = database()
    version = f"{_data_mark(str(found.path), found.version())} {_marks(places.own_files())}"
    key = (version, str(found.path), user().role.id)
    as_of = _day_of(st.query_params.get("as_of")) or (viewing.last_day_of(imports(key), today()) if sample else today())
    return View(user(), language(), found, sample, as_of, _scope(key, as_of), version)


def _mask_address() -> None:
    """What anybody has written into the address, which is kept wherever addresses are; cases may be named in it."""
    day = _day_of(st.query_params.get("as_of")) or today()
    for name, said in st.query_params.to_dict().items():
        if (masked := mask_text(said, Kind.CASE, day)[0]) != said:
            st.query_params[name] = masked


@st.cache_data(show_spinner=False, max_entries=CACHED)
def _data_mark(path: str, version: str) -> str:  # noqa: ARG001 - read anew when the file changes
    """A text that changes with what pages count: the file changes also when somebody writes in a review."""
    with Database.at(Path(path)).cursor() as cursor:
        return repr(rows(cursor, statement("data_mark")))


def _day_of(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _scope(key: tuple[str, str, str], as_of: date) -> Scope:
    names = organisations(key, as_of)
    organisation = _said("organisation", names) or names[0]
    departments = {row["unit"]: row["department"] for row in units(key, as_of) if row["organisation"] == organisation}
    unit = _said("unit", departments)
    if unit is None and "unit" in st.query_params:
        unit = _said("unit", units_named(key, as_of, organisation))
    if unit:
        return Scope(organisation, departments.get(unit), unit)
    return Scope(organisation, _said("department", departments.values()))


def _said(param: str, names: Iterable[str]) -> str | None:
    """The one of some names that the address says, whatever its case; None where it says none of them."""
    said = st.query_params.get(param, "")
    known = {name.casefold(): name for name in names if name}
    return (said if said in known.values() else known.get(said.casefold())) if said else None


# --- Answers that are kept while the data stay the same -----------------------------------------------------------
# A cached function takes everything that decides its answer; `key` holds the data's version and the person's role.

Key = tuple[str, str, str]


def everybodys(key: Key) -> Key:
    """The key of an answer that is the same whoever asks: counted for one role, it need not be for another."""
    return (*key[:2], "")


def at(key: Key) -> Database:
    """The database that a cached answer is of."""
    return Database.at(Path(key[1]))


@st.cache_data(show_spinner=False, max_entries=CACHED)
def organisations(key: Key, as_of: date) -> tuple[str, ...]:
    """The organisations that there are on a day, as they are called then; an empty database has one without exports."""
    with at(key).cursor() as cursor:
        return assessing.basis(cursor, days=[as_of], known_at=EVERYTHING_KNOWN).organisations


@st.cache_data(show_spinner=False, max_entries=CACHED)
def imports(key: Key) -> Rows:
    """Every import, the newest first."""
    with at(key).cursor() as cursor:
        return rows(cursor, statement("imports"), {"known_at": EVERYTHING_KNOWN})


@st.cache_data(show_spinner=False, max_entries=CACHED)
def units(key: Key, as_of: date) -> Rows:
    """The units of a day with their departments."""
    with at(key).cursor() as cursor:
        return rows(cursor, statement("units"), {"as_of": as_of, "known_at": EVERYTHING_KNOWN})


@st.cache_data(show_spinner=False, max_entries=CACHED)
def units_named(key: Key, as_of: date, organisation: str) -> list[str]:
    """The units that some export names on a day, also those that belong to no department."""
    given = {"as_of": as_of, "known_at": EVERYTHING_KNOWN, "organisation": organisation}
    with at(key).cursor() as cursor:
        return [row["name"] for row in rows(cursor, statement("units_named"), given)]


@st.cache_resource(show_spinner=False, max_entries=CACHED)
def basis(key: Key, as_of: date) -> Basis:
    """The imports that the figures of a day rest on."""
    with at(key).cursor() as cursor:
        return assessing.basis(cursor, days=[as_of], known_at=EVERYTHING_KNOWN)


def coverage(key: Key, days: tuple[date, ...], scope: Scope, ids: tuple[str, ...]) -> list[Coverage]:
    """The figures of some points for a scope, each day.

    They are counted together with those of all points and of the days that pages ask for, since counting more takes
    little longer, and whoever looks at one point soon looks at another.
    """
    usual = _usual_days(max(days))
    asked = usual if usual.issuperset(days) else {*days}
    whole = _kept(everybodys(key), tuple(sorted(asked)), "organisation")
    own: Sequence[Coverage] = whole
    if scope.level != "organisation":
        own = _marked(key, tuple(sorted(asked)), scope.level, scope.unit)
    return [viewing.unseen(figure) for figure in viewing.scoped(_of(own, days, ids), _of(whole, days, ids), scope)]


def _usual_days(as_of: date) -> set[date]:
    return {*month_ends(as_of, count=TREND_MONTHS), *viewing_explaining.days_offered(as_of).values()}


def _of(figures_: Sequence[Coverage], days: tuple[date, ...], ids: tuple[str, ...]) -> list[Coverage]:
    return [figure for figure in figures_ if figure.as_of in days and figure.point.id in ids]


def _counted(key: Key, days: tuple[date, ...], level: assessing.Level) -> list[Coverage]:
    """Every point at a level."""
    with at(key).cursor() as cursor:
        return assessing.coverage(cursor, points(), days=list(days), known_at=EVERYTHING_KNOWN, level=level)


# What is never changed is kept as it is: the other kind of cache copies it for each run.
@st.cache_resource(show_spinner=False, max_entries=CACHED)
def _kept(key: Key, days: tuple[date, ...], level: assessing.Level) -> list[Coverage]:
    return _counted(key, days, level)


@st.cache_resource(show_spinner=False, max_entries=CACHED)
def _marked(key: Key, days: tuple[date, ...], level: assessing.Level, unit: str | None) -> tuple[Coverage, ...]:
    """The figures of a level as the person may see them, or of one unit alone.

    Of a day everybody's are kept; of all units over many days there are too many.
    """
    found = _kept(everybodys(key), days, level) if len(days) == 1 else _counted(key, days, level)
    if not user().may(Permission.SEE_PERSONS):
        found = viewing.marked(found)
    return tuple(figure for figure in found if unit in (None, figure.unit))


def parts(key: Key, as_of: date, scope: Scope, level: assessing.Level, ids: tuple[str, ...]) -> list[Coverage]:
    """The figures of the departments or units within a scope."""
    return [viewing.unseen(figure) for figure in _parts(key, as_of, scope, level, ids)]


def parts_added_up(seen: View, level: assessing.Level, point_id: str) -> list[Coverage]:
    """The figures of the departments or units within what is looked at; what may not be seen is added up as one."""
    found = _parts(seen.key, seen.as_of, seen.scope, level, (point_id,))
    return found if seen.user.may(Permission.SEE_PERSONS) else viewing.without_few(found, seen.say)


def _parts(key: Key, as_of: date, scope: Scope, level: assessing.Level, ids: tuple[str, ...]) -> list[Coverage]:
    found = _of(_marked(key, (as_of,), level, None), (as_of,), ids)
    return [figure for figure in found if scope.holds(figure)]


@st.cache_resource(show_spinner=False, max_entries=CACHED)
def compared(key: Key, as_of: date, organisation: str) -> Compared:
    """What an organisation's figures of a day are compared with."""
    return dossier.compared_with(_approved(key, _organisation_id(key, as_of, organisation)), as_of)


def approved_in(key: Key, as_of: date, organisation: str) -> Dossier | None:
    """The review of a day's year, where it has been approved."""
    found = _approved(key, _organisation_id(key, as_of, organisation))
    return next((review for review in found if review.year == as_of.year), None)


@st.cache_resource(show_spinner=False, max_entries=CACHED)
def _approved(key: Key, organisation_id: int) -> list[Dossier]:
    """The approved reviews of an organisation, each read once."""
    with at(key).cursor() as cursor:
        return dossier.approved(cursor, organisation_id)


@st.cache_data(show_spinner=False, max_entries=CACHED)
def _organisation_id(key: Key, as_of: date, organisation: str) -> int:
    """The number of an organisation on a day; an empty database has one without a number."""
    given = {"as_of": as_of, "known_at": EVERYTHING_KNOWN, "organisation": organisation}
    with at(key).cursor() as cursor:
        found = rows(cursor, statement("organisation_ids"), given)
    return int(found[0]["organisation_id"]) if found else 0


@st.cache_resource(show_spinner=False, max_entries=CACHED)
def before(key: Key, as_of: date, scope: Scope) -> dict[str, Coverage]:
    """The figure of each point that a scope's is compared with: of a part that no review has, that of a year before."""
    found = compared(everybodys(key), as_of, scope.organisation)
    whole, own = (found.figures(level, scope.organisation) for level in ("organisation", scope.level))
    # a unit is the same in another department, or in one that has got another name
    then = replace(scope, department=None) if scope.unit else scope
    if not user().may(Permission.SEE_PERSONS):
        own = viewing.marked(own)
    figures_ = [viewing.unseen(figure) for figure in viewing.scoped(own, whole, then)]
    if not any(map(then.holds, own)):
        day = year_before(as_of)
        ids = tuple(point.id for point in points())
        figures_ = [figure for figure in coverage(key, (day, as_of), scope, ids) if figure.as_of == day]
    return {figure.point.id: figure for figure in figures_}


@st.cache_resource(show_spinner=False, max_entries=CACHED)
def overview(key: Key, as_of: date, scope: Scope) -> Overview:
    """What the overview is made of."""
    ids = tuple(point.id for point in points())
    months = month_ends(as_of, count=SPARK_MONTHS)
    found = coverage(key, tuple(months), scope, ids)
    by_point = {id_: tuple(f for f in found if f.point.id == id_) for id_ in ids}
    return Overview(
        now=tuple(figures_[-1] for figures_ in by_point.values()),
        before=before(key, as_of, scope),
        months=by_point,
        parts=tuple(parts(key, as_of, scope, scope.below, ids)) if not scope.unit else (),
        basis=basis(key, as_of),
        remarks={id_: len(found) for id_, found in remarks(key, as_of, scope.organisation).items()},
    )


@st.cache_data(show_spinner=False, max_entries=CACHED)
def findings(key: Key, as_of: date) -> list[quality.Finding]:
    """What the checks of the data find, as the person may see it."""
    with at(key).cursor() as cursor:
        found = quality.findings(cursor, checks(), sources(), as_of=as_of, known_at=EVERYTHING_KNOWN)
    return found if user().may(Permission.SEE_PERSONS) else quality_texts.for_others(found)


@st.cache_data(show_spinner=False, max_entries=CACHED)
def remarks(key: Key, as_of: date, organisation: str) -> dict[str, tuple[str, ...]]:
    """The checks that found something grave in the exports of each point, by the point's id."""
    return quality.remarks(checks(), findings(key, as_of), points(), organisation)


@st.cache_data(show_spinner=False, max_entries=CACHED)
def items(key: Key, as_of: date, point_id: str) -> Rows:
    """The items of a point as the person may see them."""
    point = next(point for point in points() if point.id == point_id)
    with at(key).cursor() as cursor:
        found: Rows = assessing.traced_items(cursor, point, as_of=as_of, known_at=EVERYTHING_KNOWN).to_pylist()
    return found if user().may(Permission.SEE_PERSONS) else viewing.for_others(point, found)


@st.cache_data(show_spinner=False, max_entries=CACHED)
def beside(key: Key, as_of: date) -> list[figures.Figure]:
    """The figures shown beside the points."""
    with at(key).cursor() as cursor:
        return figures.figures(
            cursor,
            definitions(),
            points=points(),
            as_of=as_of,
            known_at=EVERYTHING_KNOWN,
        )


def names(seen: View) -> Names:
    """The names of persons to be left out of texts. Who has got a decision is read anew: it changes no figure."""
    return names_known(seen.key[:2], seen.as_of, EVERYTHING_KNOWN, seen.scope.organisation, responsible(seen))


def responsible(seen: View) -> tuple[str, ...]:
    """Who has ever been made responsible for a decision."""
    with seen.database.cursor() as cursor:
        return tuple(row["name"] for row in rows(cursor, statement("responsible_named")))


@st.cache_resource(show_spinner=False, max_entries=20)
def names_known(
    key: tuple[str, str], as_of: date, known_at: datetime, organisation: str, responsible: tuple[str, ...]
) -> Names:
    """The names of persons, found once while the data and those who are responsible for decisions stay the same."""
    with at((*key, "")).cursor() as cursor:
        return names_of_persons(
            cursor, as_of=as_of, known_at=known_at, organisation=organisation, responsible=responsible
        )


def row_behind(seen: View, point: Point, item: dict[str, Any]) -> tracing.TracedRow | None:
    """The spreadsheet row behind an item."""
    with seen.database.cursor() as cursor:
        return tracing.row_behind(cursor, point, item, sources())


def register_row(seen: View, register: dict[str, Any]) -> tracing.TracedRow | None:
    """The spreadsheet row behind a system of the register."""
    with seen.database.cursor() as cursor:
        return tracing.register_row(cursor, register, sources(), as_of=seen.as_of, known_at=EVERYTHING_KNOWN)


def row_table(seen: View, traced: tracing.TracedRow | None) -> None:
    """The spreadsheet row behind an item, column by column; for most without those that name somebody, and names."""
    say = seen.say
    if traced is None:
        html(charts.note(say(N_("The row is no longer there: its import has been replaced or revoked."))))
        return
    columns = [charts.Column(say(N_("Column")), row_header=True), charts.Column(say(N_("Value as loaded")))]
    persons = seen.user.may(Permission.SEE_PERSONS)
    clean = str if persons else names(seen).withhold
    rows_ = [[heading, clean(phrases.stored_value(value, say))] for heading, value in traced.shown(persons=persons)]
    html(charts.table(columns, rows_, caption=say(N_("The spreadsheet row"))))
    text = N_("Import {id}, {source}. Columns that the file lacks are left out.")
    html(charts.caption(say(text, id=traced.import_id, source=say.pick(traced.source.title))))


# --- The frame ----------------------------------------------------------------------------------------------------


def frame() -> None:
    """Everything around a page: its style, the navigation, what is looked at, and the page itself."""
    st.set_page_config(layout="wide", page_icon=str(places.STATIC / "icon.svg"))
    st.html(places.STATIC / "style.css")
    _mask_address()
    with told():
        if own := theming.style(theme()[0]):
            st.html(f"<style>{own}</style>")
    say = language()
    st.html(lang_script(say.code), unsafe_allow_javascript=True)
    allowed = [entry for entry in PAGES if user().may(entry.permission)]
    pages = {st.Page(entry.path, title=say(entry.title), default=entry is PAGES[0]): entry for entry in allowed}
    here = st.navigation(list(pages), position="hidden")
    with told(), screens_files.watched():
        _wait_for_samples(say)
        seen = view()
        if pages[here].id not in BARE:
            _top(seen, allowed, pages[here])
            _tell_refused(seen, pages[here])
            _tell_scope(seen)
        # what is mistyped is told first
        _keep_in_address(seen)
        here.run()


def _tell_refused(seen: View, here: PageEntry) -> None:
    """Says what is amiss with the organisation's look on the first page where it is met, and not on every other."""
    _, refusal = theme()
    if refusal is None or not seen.user.may(Permission.LOAD_EXPORTS):
        return
    if st.session_state.setdefault(f"theme {refusal}", here.id) == here.id:
        text = N_("The product's own look is shown. {why}")
        html(charts.note(seen.say(text, why=seen.say.refusal(refusal))))


def _tell_scope(seen: View) -> None:
    """Says where the address names no day, or an organisation, a department or a unit that is not there on the day."""
    scope, shown = seen.scope, seen.scope.name(seen.say)
    day = st.query_params.get("as_of", "")
    if day and _day_of(day) is None:
        elsewhere(seen, N_("the as-of date"), day, seen.say.date(seen.as_of))
    whats = {"organisation": N_("the organisation"), "department": N_("the department"), "unit": N_("the unit")}
    for param, what in whats.items():
        said = st.query_params.get(param, "")
        here = getattr(scope, param) or ""
        # which department a unit belongs to is not the address's to say
        if said.casefold() != here.casefold() and said and not (param == "department" and scope.unit):
            elsewhere(seen, what, said, here if param == "organisation" else shown)


def elsewhere(seen: View, what: str, said: str, shown: str) -> None:
    """Says that what the address names is not there, and what is shown instead."""
    say = seen.say
    text = N_("The address names {what} “{said}”, which is not there. What is shown instead: {shown}.")
    html(charts.note(say(text, what=say(what), said=said[:MOST_SAID], shown=shown)))


@contextmanager
def told() -> Iterator[None]:
    """Says a refusal calmly; anything else goes to the log with a reference, and the page goes on."""
    try:
        yield
    except Exception as error:
        tell(error)


def tell(error: Exception) -> bool:
    """The sentence of an error on the page; True, since it has been told."""
    html(charts.note(sentence(error, language())))
    return True


def sentence(error: Exception, say: Language) -> str:
    """What a person is told of an error: a refusal's own sentence; of all else a reference, which the log has too."""
    if refusal := refusal_of(error):
        return say.refusal(refusal)
    reference = secrets.token_hex(4)
    log.error("Fault %s", reference, exc_info=error)
    text = N_(
        "Something went wrong. Try again. If it happens again, give reference {reference} to those who run the service."
    )
    return say(text, reference=reference)


def _wait_for_samples(say: Language) -> None:
    """Shows how far the sample database is, while it is made at the very first start."""
    if Database.at(places.own_database()).exists():
        return
    if (state := demo.building(places.sample_database())).over:
        if state.why:
            html(charts.note(say.refusal(state.why)))
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
    """Writes the view into the address, so that a copied link shows the same.

    The whole of it, at every run: a link to the same page with another point does not change the browser's address.
    """
    st.query_params.from_dict(st.query_params.to_dict() | seen.address)


def _navigation(seen: View, allowed: list[PageEntry], here: PageEntry) -> None:
    """The pages, grouped; a group of one is that page itself."""
    with st.container(key="nav", horizontal=True, vertical_alignment="center"):
        look, _ = theme()
        if look.name:
            html(charts.brand(look.name, look.logo))
        for group in dict.fromkeys(entry.group for entry in allowed):
            pages = [entry for entry in allowed if entry.group == group]
            if not group or len(pages) == 1:
                for entry in pages:
                    link(seen, entry.id, seen.say(entry.title))
                continue
            place = "here" if here in pages else "there"
            with (
                st.container(key=f"nav-{place}-{group}", width="content"),
                st.popover(seen.say(group), type="tertiary"),
            ):
                for entry in pages:
                    link(seen, entry.id, seen.say(entry.title))


def _top(seen: View, allowed: list[PageEntry], here: PageEntry) -> None:
    _navigation(seen, allowed, here)
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
        names = organisations(seen.key, seen.as_of)
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


def html(fragment: elements.Html) -> None:
    """Draws a fragment of charts.py."""
    st.markdown(fragment, unsafe_allow_html=True)


def plain(text: str) -> str:
    """A text of the user's own for a label, which Streamlit reads as Markdown: a picture in it would be fetched."""
    return MARKS.sub(r"\\\1", text)


def link(seen: View, page: str, label: str, **extra: str) -> None:
    """A link to a page that shows the same view."""
    st.page_link(f"pages/{page}.py", label=label, query_params=seen.address | extra)


def address(seen: View, page: str, **extra: str) -> str:
    """The address of a page that shows the same view, for links within a fragment (charts.anchor)."""
    return f"/{'' if page == PAGES[0].id else page}?{urlencode(seen.address | extra)}"


def link_to_imports(seen: View) -> None:
    """The way to mend that an export is missing, for those who may load one."""
    if seen.user.may(Permission.LOAD_EXPORTS):
        link(seen, "imports", seen.say(N_("Load exports")))


def no_basis(seen: View, title: str, *texts: str) -> None:
    """Where a page has nothing to show: which export is missing, what it would tell, and the way to load it."""
    with st.container(border=True, key="card-empty"):
        html(charts.empty_state("no_basis", seen.say(N_("No basis")), title=title, texts=texts))
        link_to_imports(seen)


def nothing_loaded(seen: View) -> bool:
    """Says that no export is loaded by the day that is looked at, and leads there; False where there is one."""
    if basis(seen.key, seen.as_of).of(seen.scope.organisation):
        return False
    no_basis(seen, seen.say(N_("No export is loaded up to {day}."), day=seen.say.date(seen.as_of)))
    return True


def ways(seen: View) -> viewing.Ways:
    """Where the parts of the scope that is looked at lead: to a point there, or to the overview of the part."""
    below = seen.scope.below

    def point(point: Point, part: str) -> str:
        return address(seen, "point", point=point.id, **({below: part} if part else {}))

    return viewing.Ways(point, lambda part: address(seen, PAGES[0].id, **{below: part}))


def chart(figure: Any, *, alt: str, key: str) -> None:
    """Draws a plotly figure without its tools, with its sentence for those who do not see it."""
    st.plotly_chart(figure, theme=None, config=plots.PLOTLY_CONFIG, alt=alt, key=key)


def as_table(seen: View, table: charts.Table, *, caption: str) -> None:
    """A chart's figures as a table that can be opened under it."""
    with st.expander(seen.say(N_("Show as a table"))):
        html(charts.table(*table, caption=caption))


def mode() -> plots.Mode:
    """Whether the reader's system is dark; plotly must be told."""
    return "dark" if st.context.theme.type == "dark" else "light"
