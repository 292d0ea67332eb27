"""The texts of training: a scope, its parts, the months ahead and the persons. No Streamlit."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from compliance.access.disclosure import OTHER_UNITS
from compliance.access.scopes import Scope
from compliance.core.language import N_, NBSP, Language, begun
from compliance.counting.training import CourseState, Listed, Month, Person, PersonCounts, Training, TrainingPart
from compliance.declarations.points import Point
from compliance.drawing import charts, training
from compliance.drawing.charts import PageLink
from compliance.drawing.training import DrillHead, DrillRow, Expiry
from compliance.screens.fact_texts import counted, unknown
from compliance.screens.figure_texts import measured, signs
from compliance.wording import breaking, phrases
from compliance.wording.phrases import DASH
from compliance.wording.tables import Column, Table, table

# The address of the page for a department and a unit.
Address = Callable[[str | None, str | None], str]
FIRST_PARTS: Final = 12
FIRST_PERSONS: Final = 8


def course_name(point: Point, say: Language) -> str:
    """The short name of a course, without the kind that precedes the colon."""
    return _course(say.pick(point.short))


def _course(short: str) -> str:
    return short.partition(": ")[2] or short


# --- The answer and the facts -------------------------------------------------------------------------------------


def sentences(courses: Training, say: Language) -> list[str]:
    """The page's answer: how many lack a course, and where most do."""
    n = courses.whole.n
    if not n.counted:
        return [say(N_("Nobody here has to take the courses."))]
    if not n.missing and n.undated:
        return [undated_sentence(say)]
    if not n.missing:
        return [
            say.plural("The only employee has both courses.", "All {n} employees have both courses.", n.counted),
            *_soon(courses, say),
        ]
    first = say.plural(
        "{n} of {of} employees lacks at least one of the courses.",
        "{n} of {of} employees lack at least one of the courses.",
        n.missing,
        of=say.number(n.counted),
    )
    return [first, *(_most(courses, say) or _soon(courses, say))]


def undated_sentence(say: Language) -> str:
    """Which column the learning platform's export lacks, or one of them does."""
    return f"{phrases.not_in_export(['training.completed'], say)}."


def _most(courses: Training, say: Language) -> list[str]:
    """The part where most lack a course."""
    return [say(N_("{part} has the most."), part=part_name(courses.most, say))] if courses.most else []


def _soon(courses: Training, say: Language) -> list[str]:
    n = courses.whole.n.expiring
    if not n:
        return []
    soon = within(courses, say)
    return [say.plural("{n} has a course that expires {soon}.", "{n} have a course that expires {soon}.", n, soon=soon)]


def within(courses: Training, say: Language) -> str:
    """How many days ahead a course counts as expiring soon: one number, or one per course."""
    first, second = courses.rules.days
    if first == second:
        return say.plural("within {n} day", "within {n} days", first)
    return say(N_("within {n} or {other} days"), n=first, other=second)


def facts(courses: Training, say: Language) -> list[charts.Fact]:
    """The facts: who lacks a course, who has both, the management group, and what expires."""
    n = courses.whole.n
    # most parts of an organisation have no members of the management group, and get no such fact
    management = n.management_in_both > 0 or courses.few_managers or not courses.whole.within
    return [
        _missing_fact(n, say),
        _share_fact(say(N_("Both courses")), n.met_both, n.in_both, say, told=courses.told),
        *([_management_fact(courses, say)] if management else []),
        _expiring_fact(courses, say),
    ]


def _missing_fact(n: PersonCounts, say: Language) -> charts.Fact:
    title = begun(say(N_("lack a course")))
    if not n.missing and n.undated:
        return unknown(title, say)
    one = n.missing - n.missing_both
    split = say(N_("{both} lack both, {one} one of them"), both=say.number(n.missing_both), one=say.number(one))
    return counted(title, n.missing, n.counted, say, note=split)


def _share_fact(title: str, part: int, whole: int, say: Language, *, told: bool) -> charts.Fact:
    if not told or not whole:
        return charts.Fact(title, DASH) if told else unknown(title, say)
    note = say(N_("{n} of {of}"), n=say.number(part), of=say.number(whole))
    return charts.Fact(title, say.percent(part / whole), note=note)


def _management_fact(courses: Training, say: Language) -> charts.Fact:
    """The share of the management group, hidden if it rests on few persons."""
    title, n = say(N_("The management group, both courses")), courses.whole.n
    if courses.few_managers:
        return unknown(title, say, why=phrases.FEW)
    told = courses.told and courses.managers_told
    if told and not n.management_in_both:
        return unknown(title, say, why=N_("the staff list names nobody as management group"))
    return _share_fact(title, n.management_both, n.management_in_both, say, told=told)


def _expiring_fact(courses: Training, say: Language) -> charts.Fact:
    n, title = courses.whole.n, begun(say(N_("expire {soon}"), soon=within(courses, say)))
    if not courses.told:
        return unknown(title, say)
    parts = [
        say(
            N_("{course}: {n} of {of} valid"),
            course=course_name(course.point, say),
            n=say.number(expiring),
            of=say.number(course.met),
        )
        for course, expiring in zip(
            courses.whole.courses, (n.information_security_expiring, n.data_protection_expiring), strict=True
        )
    ]
    return counted(title, n.expiring, n.counted, say, note=". ".join(parts))


def uncounted(courses: Training, say: Language) -> list[str]:
    """How many are not counted, and how many belong to no department."""
    n, texts = courses.whole.n, []
    if n.on_leave:
        texts.append(say.plural("{n} is on leave and not counted.", "{n} are on leave and not counted.", n.on_leave))
    if n.newly_employed:
        texts.append(
            say.plural(
                "{n} is newly employed and not counted yet.",
                "{n} are newly employed and not counted yet.",
                n.newly_employed,
            )
        )
    if n.undated and n.missing:
        texts.append(f"{undated_sentence(say)} ({say.number(n.undated)})")
    lost = 0 if courses.whole.within else n.without_department
    if lost:
        texts.append(
            say.plural(
                "{n} employee is in a unit without a department.",
                "{n} employees are in units without a department.",
                lost,
            )
        )
    return texts


# --- Part by part -------------------------------------------------------------------------------------------------


def part_name(part: TrainingPart, say: Language) -> str:
    """The name of a part."""
    return say(OTHER_UNITS) if part.others else part.unit or part.department or ""


def crumbs(scope: Scope, say: Language, address: Address) -> list[PageLink]:
    """The links to the scopes above that have an address; none for the topmost scope."""
    above = [PageLink(say(N_("The whole organisation")), address(None, None))]
    if scope.unit and scope.department:
        above.append(PageLink(scope.department, address(scope.department, None)))
    steps = [step for step in above if step.address]
    return [*steps, PageLink(scope.name(say))] if steps and scope.level != "organisation" else []


def head(courses: Training, scope: Scope, say: Language, address: Callable[[Point], str]) -> DrillHead:
    """The headings of the columns; a course's name links to its review point."""
    first, second = (
        PageLink(f"{course.point.number} {course_name(course.point, say)}", address(course.point))
        for course in courses.whole.courses
    )
    return DrillHead(
        part=say(N_("Unit")) if scope.department or scope.unit else say(N_("Department")),
        missing=say(N_("lack a course")),
        courses=(first, second),
        expiring=say(N_("expire {soon}"), soon=within(courses, say)),
    )


def rows(
    courses: Training, parts: Sequence[TrainingPart], scope: Scope, say: Language, address: Address
) -> list[DrillRow]:
    """The scope itself, then its parts, each with a link to its own parts."""
    whole = replace(_row(courses.whole, say), name=PageLink(scope.name(say)), whole=bool(courses.parts))
    return [whole, *(replace(_row(part, say), name=_down(part, say, address)) for part in parts)]


def _down(part: TrainingPart, say: Language, address: Address) -> PageLink:
    name = breaking.add_soft_hyphens(part_name(part, say))
    if part.others:
        return PageLink(name)
    return PageLink(name, address(None if part.unit else part.department, part.unit))


def _row(part: TrainingPart, say: Language) -> DrillRow:
    first, second = (measured(course, None, say) for course in part.courses)
    alone = part.unit and not part.department
    return DrillRow(
        name=PageLink(""),
        missing=say.number(part.n.missing) if part.n.counted else DASH,
        of=say(N_("of {of}"), of=say.number(part.n.counted)) if part.n.counted else "",
        courses=(first, second),
        # where nobody has a pass with a day, none is known to expire
        expiring=say.number(part.n.expiring) if part.n.counted and (part.n.expiring or not _undated(part)) else DASH,
        note=say(N_("No department")) if alone else "",
    )


def _undated(part: TrainingPart) -> bool:
    return part.n.undated > 0 and not any(course.met for course in part.courses)


def legend(courses: Training, parts: Sequence[TrainingPart], say: Language) -> list[charts.LegendEntry]:
    """The legend of the statuses in the rows."""
    every = (course for part in (courses.whole, *parts) for course in part.courses)
    return [*signs(every, say, counts=False), charts.LegendEntry("target", say(N_("Target")))]


# --- The months ahead ---------------------------------------------------------------------------------------------


def months(courses: Training, place: int, say: Language) -> list[Expiry]:
    """How many valid courses of one kind expire each month, scaled to the tallest month of both kinds."""
    tallest = max((n for month in courses.months for n in month.ending), default=0) or 1
    return [
        Expiry(
            month=say.short_month(month.first_day),
            year=str(month.first_day.year) if month.first_day.month == 1 or month is courses.months[0] else "",
            count=say.number(month.ending[place]),
            size=month.ending[place] / tallest,
            soon=month.soon[place] / month.ending[place] if month.ending[place] else 0.0,
        )
        for month in courses.months
    ]


def seldom(courses: Training) -> bool:
    """Whether most columns of the months would be empty, as in a unit: then only those that hold something are told."""
    every = [n for month in courses.months for n in month.ending]
    return 2 * sum(n == 0 for n in every) > len(every)


def months_note(courses: Training, place: int, say: Language) -> str:
    """How many of the valid courses expire within the months drawn."""
    ending = sum(month.ending[place] for month in courses.months)
    text = N_("{n} of {of} valid courses expire by the end of {month}.")
    of = courses.whole.courses[place].met
    return say(text, n=say.number(ending), of=say.number(of), month=_month(courses.months[-1].first_day, say))


def months_alt(courses: Training, place: int, say: Language) -> str:
    """The text alternative of the months: how many courses expire."""
    name = _course(say.plain(courses.whole.courses[place].point.short))
    return f"{name}: {months_note(courses, place, say)}"


def months_sentence(courses: Training, say: Language) -> str:
    """How many of the valid courses of each kind expire within the months."""
    parts = (
        say(
            N_("{course} {n} of {of}"),
            course=course_name(course.point, say),
            n=say.number(sum(month.ending[place] for month in courses.months)),
            of=say.number(course.met),
        )
        for place, course in enumerate(courses.whole.courses)
    )
    text = N_("Valid courses that expire by the end of {month}: {courses}.")
    return say(text, month=_month(courses.months[-1].first_day, say), courses="; ".join(parts))


def months_table(courses: Training, say: Language) -> Table:
    """The months ahead in figures, without the months and the courses of which nothing expires."""
    kinds = [place for place in (0, 1) if any(month.ending[place] for month in courses.months)]

    def course(place: int) -> Column[Month]:
        name = {say.code: course_name(courses.rules.points[place], say)}
        return Column(name, lambda month, _: month.ending[place] or "", numeric=True)

    months: Column[Month] = Column(N_("Month"), lambda month, say: _month(month.first_day, say), row_header=True)
    return table([months, *map(course, kinds)], [month for month in courses.months if any(month.ending)], say)


def _month(day: date, say: Language) -> str:
    return say.date(day, form="MMMM y")


# --- The persons, for the coordinator -----------------------------------------------------------------------------


def persons_table(persons: Sequence[Person], which: Listed, courses: Training, say: Language, *, units: bool) -> Table:
    """Persons with both courses; a course that the list is not about is muted."""

    def course(place: int, point: Point) -> Column[Person]:
        def state(person: Person, say: Language) -> str:
            one = person.courses[place]
            text = state_text(one, point, say)
            return text if _wanted(one, which) else training.quiet(text)

        return Column({say.code: course_name(point, say)}, state)

    columns: list[Column[Person]] = [
        Column(N_("Name"), _name, row_header=True),
        Column(N_("Unit"), lambda person, _: person.unit or None),
        *(course(place, point) for place, point in enumerate(courses.rules.points)),
    ]
    return table(columns, persons, say, without=() if units else (N_("Unit"),))


def _name(person: Person, say: Language) -> str:
    return training.name_with_note(person.name, say(N_("management group")) if person.management else "")


def _courses(person: Person, courses: Training) -> list[tuple[CourseState, Point]]:
    return list(zip(person.courses, courses.rules.points, strict=True))


def _wanted(one: CourseState, which: Listed) -> bool:
    """Whether a list is about this course of a person."""
    return one.expiring if which == "expiring" else one.outcome == "unmet"


def state_text(one: CourseState, point: Point, say: Language) -> str:
    """The state of a person's course, with its day."""
    if one.outcome == "met":
        if one.due is None:
            return say(N_("until further notice"))
        text = N_("expires {day}") if one.expiring else N_("valid until {day}")
        return say(text, day=say.date(one.due))
    if one.reason == "expired" and one.due:
        return say(N_("expired {day}"), day=say.date(one.due))
    reason = say.pick(point.reasons[one.reason]) if one.reason in point.reasons else say(phrases.OUTCOMES[one.outcome])
    return reason[:1].lower() + reason[1:]


def reminder_rows(
    persons: Sequence[Person], which: Listed, courses: Training, say: Language
) -> list[dict[str, object]]:
    """The rows for reminders: one per person and course, with translated headings."""
    return [
        _called(person, say)
        | {
            say(N_("Course")): say.plain(point.title),
            say(N_("Reason")): state_text(one, point, say).replace(NBSP, " "),
        }
        for person in persons
        for one, point in _courses(person, courses)
        if _wanted(one, which)
    ]


def person_rows(persons: Sequence[Person], courses: Training, say: Language) -> list[dict[str, object]]:
    """Persons with their e-mail and both courses, for the long list."""
    return [
        _called(person, say)
        | {_course(say.plain(point.short)): state_text(one, point, say) for one, point in _courses(person, courses)}
        for person in persons
    ]


def _called(person: Person, say: Language) -> dict[str, object]:
    return {
        say(N_("Name")): person.name,
        say(N_("E-mail")): person.email or "",
        say(N_("Unit")): person.unit or "",
    }
