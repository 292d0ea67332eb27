"""What the page of training draws: the drill, the months ahead, and for the coordinator the persons to remind."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

import streamlit as st

from compliance.access import permissions
from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.counting import training
from compliance.counting.training import Listed, Rules, Training
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.drawing import training as drawing_training
from compliance.screens import making, ui
from compliance.screens.training import texts
from compliance.screens.ui import Key, View
from compliance.store.database import EVERYTHING_KNOWN, Rows
from compliance.viewing import Scope
from compliance.wording import phrases

# How many rows a page holds; the file has all.
MOST_PARTS: Final = 300
MOST_PERSONS: Final = 500
DRILLED: Final = {
    "organisation": N_("Department by department"),
    "department": N_("Unit by unit"),
    "unit": N_("Both courses"),
}
# The names of the files to remind from.
FILES: Final = {"missing": N_("training_missing_{day}"), "expiring": N_("training_expiring_{day}")}


def _rules(as_of: date) -> Rules:
    return training.rules(ui.points(), ui.definitions(), as_of)


@st.cache_resource(show_spinner=False, max_entries=ui.CACHED)
def courses_of(key: Key, as_of: date, scope: Scope) -> Training:
    """The courses of a scope, with the first persons of each list where the person may see them."""
    most = MOST_PERSONS if ui.user().may(Permission.SEE_PERSONS) else 0
    with ui.at(key).cursor() as cursor:
        return training.training(
            cursor, _rules(as_of), place=scope.place, as_of=as_of, known_at=EVERYTHING_KNOWN, most=most
        )


def missing_sources(seen: View) -> tuple[str, ...]:
    """The sources that the page needs and that are not loaded."""
    return training.missing_sources(ui.basis(seen.key, seen.as_of), _rules(seen.as_of), seen.scope.organisation)


def empty(seen: View, sources: tuple[str, ...]) -> None:
    """What is missing, and where to mend it."""
    say = seen.say
    names = phrases.listed([say.pick(ui.sources()[id_].title) for id_ in sources], say)
    title = say(N_("No export of {sources} is loaded up to {day}."), sources=names, day=say.date(seen.as_of))
    text = say(N_("Who has the courses cannot be counted. It is shown as no basis, not as 0 per cent."))
    ui.html(charts.page_title(say(N_("Training"))))
    ui.no_basis(seen, title, text)


def hidden(seen: View, found: Training) -> bool:
    """Whether what is looked at is of too few persons for the one who looks, as the points' own pages have it."""
    ids = tuple(point.id for point in found.asked.points)
    few = any(course.few for course in ui.coverage(seen.key, (seen.as_of,), seen.scope, ids))
    return not seen.user.may(Permission.SEE_PERSONS) and (few or texts.hidden(found.whole))


def too_few(seen: View) -> None:
    """Why a scope of few persons shows nothing, and the way up."""
    say = seen.say
    way(seen)
    ui.html(charts.page_title(say(N_("Training")), kicker=seen.scope.name(say)))
    ui.html(charts.empty_state("nothing_to_assess", say(phrases.FEW), title=say(phrases.TOO_FEW)))


def address(seen: View, department: str | None, unit: str | None) -> str:
    """The address of this page for another department or unit."""
    scope = Scope(seen.scope.organisation, department, unit)
    return ui.address(replace(seen, scope=scope), "training")


def way(seen: View) -> None:
    """The way down to what is looked at."""
    steps = texts.crumbs(seen.scope, seen.say, lambda *part: address(seen, *part))
    if steps:
        ui.html(drawing_training.crumbs(steps, label=seen.say(N_("Where you are"))))


def drill(seen: View, found: Training, *, persons: bool) -> None:
    """The scope and its parts, whoever lacks most first, each a link one step down."""
    say, scope = seen.say, seen.scope
    title = say(DRILLED[scope.level])
    note = say(N_("Where most lack a course stands first. Follow a name to see what is below it."))
    parts = texts.shown_parts(found, say, persons=persons)
    ui.html(charts.section(title, note=note if parts else ""))
    ui.html(charts.legend(texts.legend(found, parts, say), label=say(N_("Signs"))))
    shown = _folded(seen, parts)
    head = texts.head(found, scope, say, lambda point: _point_address(seen, point))
    rows = texts.rows(found, shown, scope, say, lambda *part: address(seen, *part))
    ui.html(drawing_training.drill(rows, head=head, caption=title))


def _point_address(seen: View, point: Point) -> str:
    return ui.address(seen, "point", point=point.id)


def _folded(seen: View, parts: list[training.Part]) -> list[training.Part]:
    """The first parts, or all that a page holds."""
    if len(parts) <= texts.FIRST_PARTS:
        return parts
    say = seen.say
    label = say(N_("Show all {n}"), n=say.number(min(len(parts), MOST_PARTS)))
    every = st.toggle(label, key=f"all parts {seen.scope} {say.code}")
    return parts[: MOST_PARTS if every else texts.FIRST_PARTS]


def ahead(seen: View, found: Training) -> None:
    """When valid courses expire, a column a month, each course for itself; and the same as a table."""
    say = seen.say
    title = say(N_("When the courses expire"))
    ui.html(charts.section(title))
    keys = drawing_training.expiry_keys(texts.soon_until(found, say), say(N_("later")))
    ui.html(keys)
    for place, column in enumerate(st.columns(2, gap="large")):
        with column:
            name = texts.course_name(found.asked.points[place], say)
            ui.html(charts.section(name, note=texts.months_note(found, place, say), level=3))
            drawn = texts.months(found, place, say)
            ui.html(drawing_training.expiry(drawn, alt=texts.months_alt(found, place, say)))
    ui.as_table(seen, texts.months_table(found, say), caption=title)


def missing(seen: View, found: Training) -> None:
    """Who lacks a course, and why: for the coordinator."""
    n, say = found.whole.n.missing, seen.say
    note = say(N_("Those who lack both courses stand first."))
    ui.html(charts.section(say(N_("Who lacks a course")), note=note if n else ""))
    if not n:
        ui.html(charts.caption(say(N_("Nobody lacks a course."))))
        return
    _list(seen, found, "missing", of=n)


def expiring(seen: View, found: Training) -> None:
    """Whose course expires soon, and when: for the coordinator."""
    n, say = found.whole.n.expiring, seen.say
    title = say(N_("Whose course expires {soon}"), soon=texts.within(found, say))
    ui.html(charts.section(title, note=say(N_("The next one stands first.")) if n else ""))
    if not n:
        ui.html(charts.caption(say(N_("No course expires by then."))))
        return
    _list(seen, found, "expiring", of=n)


def _list(seen: View, found: Training, which: Listed, *, of: int) -> None:
    """The first persons, the others folded, and a file to remind them all from."""
    say = seen.say
    persons = found.missing if which == "missing" else found.expiring
    first = persons[: texts.FIRST_PERSONS]
    caption = say(N_("Who lacks a course")) if which == "missing" else say(N_("Whose course expires"))
    table = texts.persons_table(first, which, found, say, units=not seen.scope.unit)
    ui.html(charts.table(*table, caption=caption))
    if of > len(first):
        with st.expander(say(N_("Show all {n}"), n=say.number(of))):
            _all_persons(seen, found, which, of=of)
    name = say(FILES[which], day=seen.as_of) + ".csv"
    rows = partial(_reminders, seen, found, which)
    making.offer_rows(seen, say(N_("Download for reminders (CSV)")), name, f"reminders {which}", rows)


def _all_persons(seen: View, found: Training, which: Listed, *, of: int) -> None:
    say = seen.say
    persons = found.missing if which == "missing" else found.expiring
    table = texts.person_rows(persons, found, say)
    if of > len(persons):
        n, every = say.number(len(persons)), say.number(of)
        ui.html(charts.caption(say(N_("{n} of {of} are shown. The file has all of them."), n=n, of=every)))
    st.dataframe(
        table,
        hide_index=True,
        height=min(36 * (len(table) + 1) + 3, 420),
        key=f"persons {which} {say.code}",
        alt=say.plural("A list of {n} employee", "A list of {n} employees", len(table)),
    )


def _reminders(seen: View, found: Training, which: Listed) -> Rows:
    """Every person of a list; whoever asks for it must still be allowed to see persons."""
    permissions.require(ui.user(), Permission.SEE_PERSONS)
    with seen.database.cursor() as cursor:
        persons = training.listed(
            cursor, found.asked, which, place=seen.scope.place, as_of=seen.as_of, known_at=EVERYTHING_KNOWN
        )
    return texts.reminder_rows(persons, which, found, seen.say)
