"""Which courses of the exports are those of the points: what is asked, and what was said.

A point about a course finds its rows by words that are declared. Where an export has none of them, the organisation
says once which of the export's courses it is, or that nobody has begun it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from compliance.access.audit import Action
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language, folded
from compliance.counting.assessing import basis_on
from compliance.declarations.points import COURSES, Point
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, Rows, rows

QUESTION: Final = N_(
    "The export of courses has no row of the course of “{point}” on {day}. Which of its courses is it?"
)


@dataclass(frozen=True)
class Said:
    """What was last said of a point's course: its names in the exports, or that nobody has begun it."""

    point: str
    courses: tuple[str, ...]
    nobody: bool
    said_at: datetime
    said_by: str

    @property
    def counts(self) -> bool:
        """Whether it has not been taken back."""
        return self.nobody or bool(self.courses)


def courses(cursor: Cursor, organisation: str, *, as_of: date) -> Rows:
    """The courses of the exports that count on a day, with the number of their rows, those of most first."""
    return rows(cursor, statement("courses"), _moment(organisation, as_of))


def answers(cursor: Cursor, organisation: str, *, as_of: date) -> dict[str, Said]:
    """What was said of each point, by its id, in an organisation as it is called on a day."""
    found = rows(cursor, statement("courses_said"), _moment(organisation, as_of))
    return {row["point"]: Said(**row | {"courses": tuple(row["courses"] or ())}) for row in found}


def asked(cursor: Cursor, points: tuple[Point, ...], organisation: str, *, as_of: date) -> tuple[Point, ...]:
    """The points whose course no row of the export is of, so that it has to be said which it is."""
    basis = basis_on(cursor, points, days=[as_of], known_at=EVERYTHING_KNOWN)
    return tuple(point for point in points if (as_of, organisation, point.id) in basis.without_course)


def question(point: Point, day: date, say: Language) -> str:
    """What is asked of a point."""
    return say(QUESTION, point=say.plain(point.short), day=say.date(day))


def say_which(
    database: Database,
    organisation: str,
    point: Point,
    chosen: Sequence[str],
    *,
    nobody: bool,
    as_of: date,
    order: Order,
) -> None:
    """Say which courses are a point's, or that nobody has begun it; neither takes back what was said.

    Raise Refusal if both are said, or if no export has such a course.
    """
    if nobody and chosen:
        raise Refusal(N_("Choose the courses, or that nobody has begun it."))
    with database.writing() as cursor:
        before = answers(cursor, organisation, as_of=as_of).get(point.id)
        known = {folded(row["course"]): row["course"] for row in courses(cursor, organisation, as_of=as_of)}
        known |= {folded(name): name for name in (before.courses if before else ())}
        for name in chosen:
            if folded(name) not in known:
                raise Refusal(N_("No export has a course called {course}."), course=name)
        values = {"point": point.id, "courses": [known[folded(name)] for name in chosen] or None, "nobody": nobody}
        cursor.execute(statement("add_courses_said"), values | _moment(organisation, as_of) | {"who": order.who})
        what = f"{point.id}: {', '.join(chosen) or ('nobody' if nobody else '')}"
        told: dict[str, Any] = {"point": point.id} | ({} if chosen or nobody else {"removed": True})
        add_event(cursor, order, "course", what, action=Action.MAPPING, told=COURSES, **told)


def _moment(organisation: str, as_of: date) -> dict[str, Any]:
    return {"organisation": organisation, "as_of": as_of, "known_at": EVERYTHING_KNOWN}
