"""Whether today's computation of a frozen review gives what was frozen, and where it does not."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec

from compliance.core.clock import local_day
from compliance.core.language import N_, Language
from compliance.core.places import QUERIES
from compliance.counting.assessing import LEVELS, OUTCOMES, Coverage, coverage
from compliance.declarations.points import Point, load_points
from compliance.declarations.queries import statement, text_of
from compliance.review.dossier import Counted, Dossier, PointAnswer
from compliance.store.database import EVERYTHING_KNOWN, Cursor, rows

What = Literal["figure", "target", "rule", "import", "statement"]
Counts = tuple[int | bool, ...]
Place = tuple[str, str | None, str | None]


@dataclass(frozen=True)
class Difference:
    """Something that is otherwise today: `where` is the department or unit of a figure, the file of a statement, or the
    number of an import. `was` was frozen, `now` is computed; "" where there is nothing. `explained` is whether what the
    figure rests on has been cleaned since, so that it need not be a fault.
    """

    what: What
    point: Point | None
    where: str
    was: str
    now: str
    explained: bool = False


def verify(cursor: Cursor, frozen: Dossier, *, own: Path | None) -> list[Difference]:
    """Computes a frozen review again, from the imports that it rests on with today's rules and statements."""
    points = load_points(own)
    return [
        *_imports(cursor, frozen),
        *_rules(frozen, points),
        *figures_that_differ(cursor, frozen, points),
        *_statements(frozen),
    ]


def figures_that_differ(cursor: Cursor, frozen: Dossier, points: tuple[Point, ...]) -> list[Difference]:
    """The figures of organisation, departments and units that a database counts otherwise than what was frozen."""
    with _pinned(cursor, frozen):
        found = [
            figure
            for level in LEVELS
            for figure in coverage(cursor, points, days=[frozen.as_of], known_at=frozen.known_at, level=level)
            if figure.organisation == frozen.organisation
        ]
    return differing(frozen, found)


def differing(frozen: Dossier, found: list[Coverage]) -> list[Difference]:
    """The figures of organisation, departments and units that were found otherwise than what was frozen."""
    return [
        replace(difference, explained=_has_lost(frozen, answer))
        for answer in frozen.points
        for difference in _compared(
            answer,
            was={_place(counted): _counts(counted) for counted in _all(answer)},
            now={_place(figure): _counts(figure) for figure in found if figure.point.id == answer.point.id},
        )
    ]


def sealed_anew(frozen: Dossier, say: Language) -> list[str]:
    """When and why a frozen review was sealed anew, and what that means for its figures; nothing where it was not."""
    told = []
    for each in frozen.cleaned:
        day = say.date(local_day(each.at))
        text = N_(
            "Sealed anew on {day}, since rows that it rests on are not what they were. The seal before was {seal}."
        )
        if each.numbers:
            text = N_(
                "Sealed anew on {day}, since personal identity numbers have been removed from it. "
                "The seal before was {seal}."
            )
        told.append(say(text, day=day, seal=each.seal))
    points = [str(answer.point.number) for answer in frozen.points if _has_lost(frozen, answer)]
    if points:
        text = say.plural(
            "Its figures are as they were. Some of what point {points} rests on is not kept any more, or is read anew, "
            "so it can be counted otherwise today: that is no fault.",
            "Its figures are as they were. Some of what points {points} rest on is not kept any more, or is read anew, "
            "so they can be counted otherwise today: that is no fault.",
            len(points),
            points=", ".join(points),
        )
        told.append(text)
    return told


def _has_lost(frozen: Dossier, answer: PointAnswer) -> bool:
    """Whether what a point reads has been cleaned since the review was frozen."""
    cleaned = {source for each in frozen.cleaned for source in each.sources}
    return not cleaned.isdisjoint((*answer.point.needs, *answer.point.uses))


@contextmanager
def _pinned(cursor: Cursor, frozen: Dossier) -> Iterator[None]:
    """Within the block this cursor knows the imports that the review rests on, and no other."""
    table, macro = statement("pin_review").split(";")
    numbers = [used.import_id for used in frozen.imports]
    cursor.execute(table, {"as_of": frozen.as_of, "known_at": frozen.known_at, "imports": numbers})
    cursor.execute(macro)
    try:
        yield
    finally:
        cursor.execute("drop macro table temp.imports_at")


def _all(answer: PointAnswer) -> Iterable[Counted]:
    return (answer.now, *answer.departments, *answer.units)


def _place(counted: Counted | Coverage) -> Place:
    return counted.organisation, counted.department, counted.unit


def _counts(counted: Counted | Coverage) -> Counts:
    return (*(getattr(counted, name) for name in OUTCOMES), counted.basis)


def _compared(answer: PointAnswer, *, was: dict[Place, Counts], now: dict[Place, Counts]) -> list[Difference]:
    return [
        Difference("figure", answer.point, place[2] or place[1] or "", _told(was.get(place)), _told(now.get(place)))
        for place in dict.fromkeys([*was, *now])
        if was.get(place) != now.get(place)
    ]


def _told(counts: Counts | None) -> str:
    """met 3, unmet 1 …; what is none is left out."""
    if counts is None:
        return ""
    said = ", ".join(f"{name} {n}" for name, n in zip(OUTCOMES, counts, strict=False) if n)
    return said or ("0" if counts[-1] else "no basis")


def _rules(frozen: Dossier, points: tuple[Point, ...]) -> list[Difference]:
    """Targets, limits and numbers of the rules that would hold for the same day today."""
    known = {point.id: point for point in points}
    found = []
    for answer in frozen.points:
        point = known.get(answer.point.id)
        if point is None:
            found.append(Difference("rule", answer.point, "", answer.point.id, ""))
            continue
        was, now = answer.point.target(frozen.as_of), point.target(frozen.as_of)
        if was != now:
            told = [f"{target.target:.4g} / {target.limit:.4g}" for target in (was, now)]
            found.append(Difference("target", answer.point, "", told[0], told[1]))
        parameters = msgspec.to_builtins(point.parameters(frozen.as_of))
        names = dict.fromkeys([*answer.parameters, *parameters])
        found += [
            Difference("rule", answer.point, name, str(answer.parameters.get(name, "")), str(parameters.get(name, "")))
            for name in names
            if answer.parameters.get(name) != parameters.get(name)
        ]
    return found


def _imports(cursor: Cursor, frozen: Dossier) -> list[Difference]:
    """The imports that the review rests on which the database no longer holds as they were."""
    known = {row["import_id"]: row for row in rows(cursor, statement("imports"), {"known_at": EVERYTHING_KNOWN})}
    held = {number: row["sha256"] for number, row in known.items()}
    return [
        Difference("import", None, str(used.import_id), used.sha256, held.get(used.import_id, ""))
        for used in frozen.imports
        if held.get(used.import_id) != used.sha256
    ]


def _statements(frozen: Dossier) -> list[Difference]:
    """The files of SQL that have been changed since; their figures need not differ."""

    def today(name: str) -> str:
        return text_of(name) if (QUERIES / name).exists() else ""

    return [
        Difference("statement", None, name, "", "") for name, text in frozen.statements.items() if today(name) != text
    ]
