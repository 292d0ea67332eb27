"""Whether counting a frozen review again today gives what was frozen, and where it differs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import msgspec

from compliance.core.clock import local_day
from compliance.core.language import N_, Language
from compliance.counting.apart import OUTCOMES
from compliance.counting.assessing import LEVELS, Coverage, counts
from compliance.counting.pins import imports_pinned
from compliance.declarations.points import Point
from compliance.declarations.queries import path_of, statement, text_of
from compliance.loading.purges import Purged, purged_since
from compliance.review.dossier import Dossier, PointAnswer, PointCounts, statements_of_packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor, rows
from compliance.store.packs import declared

What = Literal["figure", "purged", "target", "rule", "import", "statement"]
OutcomeCounts = tuple[int | bool, ...]
Place = tuple[str, str | None, str | None]
# What says that a review does not rest on what it did, or gives other figures.
GRAVE: Final = frozenset({"figure", "import"})
# The sources that tell the departments of the units.
PLACING: Final = frozenset({"staff", "systems"})


@dataclass(frozen=True)
class Difference:
    """A difference today: `where` is the department or unit of a figure, the file of a statement, or the number of an
    import. `was` was frozen, `now` is computed; "" if there is nothing. `explained` is whether the data behind the
    figure has been cleaned since, so that it need not be a fault. A point whose rows were `purged` cannot be counted.
    """

    what: What
    point: Point | None
    where: str
    was: str
    now: str
    explained: bool = False
    purged: Purged | None = None


def verify(cursor: Cursor, frozen: Dossier, *, own: Path | None) -> list[Difference]:
    """Compute a frozen review again from its own imports, with today's rules and statements.

    A pack counts in the version that the review pins, and as it was switched on then.
    """
    every = declared(cursor, own, known_at=frozen.known_at).points
    points = tuple(point for point in every if frozen.answer(point.id))
    return [
        *_imports(cursor, frozen),
        *_rules(frozen, points),
        *figure_differences(cursor, frozen, points),
        *_statements(frozen, points),
    ]


def is_grave(differences: Iterable[Difference]) -> bool:
    """Whether a figure differs or an import is missing, and no cleaning explains it."""
    return any(each.what in GRAVE and not each.explained for each in differences)


def figure_differences(cursor: Cursor, frozen: Dossier, points: tuple[Point, ...]) -> list[Difference]:
    """The figures of organisation, departments and units that a database counts differently from the frozen ones."""
    imports = [used.import_id for used in frozen.imports]
    behind = {"as_of": frozen.as_of, "known_at": frozen.known_at, "imports": imports}
    with imports_pinned(cursor, "pin_review", behind):
        counted = counts(cursor, points, days=[frozen.as_of], known_at=frozen.known_at)
    every = [figure for level in LEVELS for figure in counted.figures(level)]
    figures = [figure for figure in every if figure.organisation == frozen.organisation]
    return compare_figures(frozen, figures, purged=purged_since(cursor, imports, frozen.known_at))


def compare_figures(frozen: Dossier, figures: list[Coverage], *, purged: Mapping[str, Purged]) -> list[Difference]:
    """The figures of organisation, departments and units that differ from the frozen ones.

    A point that reads a `purged` source is not compared. Where such a source tells the departments of the units, a
    difference in a part of the organisation is explained.
    """
    differences = []
    for answer in frozen.points:
        purge = next((purged[name] for name in (*answer.point.needs, *answer.point.uses) if name in purged), None)
        if purge:
            differences.append(Difference("purged", answer.point, "", "", "", explained=True, purged=purge))
            continue
        was = {_place(counted): _counts(counted) for counted in _all(answer)}
        now = {_place(figure): _counts(figure) for figure in figures if figure.point.id == answer.point.id}
        lost = _has_lost(frozen, answer)
        for each in _compared(answer, was=was, now=now):
            placed = bool(each.where) and not PLACING.isdisjoint(purged)
            differences.append(replace(each, explained=lost or placed))
    return differences


def resealing_sentences(frozen: Dossier, say: Language) -> list[str]:
    """When and why a frozen review was sealed again, and the effect on its figures; empty if it was not."""
    sentences = []
    for cleaning in frozen.cleaned:
        day = say.date(local_day(cleaning.at))
        text = N_(
            "Sealed anew on {day}, since rows that it rests on are not what they were. The seal before was {seal}."
        )
        if cleaning.numbers:
            text = N_(
                "Sealed anew on {day}, since personal identity numbers have been removed from it. "
                "The seal before was {seal}."
            )
        sentences.append(say(text, day=day, seal=cleaning.seal))
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
        sentences.append(text)
    return sentences


def _has_lost(frozen: Dossier, answer: PointAnswer) -> bool:
    """Whether the data behind a point was cleaned after the review was frozen."""
    cleaned = {source for each in frozen.cleaned for source in each.sources}
    return not cleaned.isdisjoint((*answer.point.needs, *answer.point.uses))


def _all(answer: PointAnswer) -> Iterable[PointCounts]:
    return (answer.now, *answer.departments, *answer.units)


def _place(counted: PointCounts | Coverage) -> Place:
    return counted.organisation, counted.department, counted.unit


def _counts(counted: PointCounts | Coverage) -> OutcomeCounts:
    return (*(getattr(counted, name) for name in OUTCOMES), counted.basis)


def _compared(
    answer: PointAnswer, *, was: dict[Place, OutcomeCounts], now: dict[Place, OutcomeCounts]
) -> list[Difference]:
    return [
        Difference(
            "figure", answer.point, place[2] or place[1] or "", _as_text(was.get(place)), _as_text(now.get(place))
        )
        for place in dict.fromkeys([*was, *now])
        if was.get(place) != now.get(place)
    ]


def _as_text(counts: OutcomeCounts | None) -> str:
    """met 3, unmet 1 …; zero counts are left out."""
    if counts is None:
        return ""
    text = ", ".join(f"{name} {n}" for name, n in zip(OUTCOMES, counts, strict=False) if n)
    return text or ("0" if counts[-1] else "no basis")


def _rules(frozen: Dossier, points: tuple[Point, ...]) -> list[Difference]:
    """Targets, limits and rule parameters that would apply to the same day today but differ."""
    current = {point.id: point for point in points}
    differences = []
    for answer in frozen.points:
        point = current.get(answer.point.id)
        if point is None:
            differences.append(Difference("rule", answer.point, "", answer.point.id, ""))
            continue
        was, now = answer.point.target(frozen.as_of), point.target(frozen.as_of)
        if was != now:
            levels = [f"{target.target:.4g} / {target.limit:.4g}" for target in (was, now)]
            differences.append(Difference("target", answer.point, "", levels[0], levels[1]))
        parameters = msgspec.to_builtins(point.parameters(frozen.as_of))
        names = dict.fromkeys([*answer.parameters, *parameters])
        differences += [
            Difference("rule", answer.point, name, str(answer.parameters.get(name, "")), str(parameters.get(name, "")))
            for name in names
            if answer.parameters.get(name) != parameters.get(name)
        ]
    return differences


def _imports(cursor: Cursor, frozen: Dossier) -> list[Difference]:
    """The imports behind the review that the database no longer holds unchanged."""
    imports = {row["import_id"]: row for row in rows(cursor, statement("imports"), {"known_at": EVERYTHING_KNOWN})}
    held = {number: row["sha256"] for number, row in imports.items()}
    return [
        Difference("import", None, str(used.import_id), used.sha256, held.get(used.import_id, ""))
        for used in frozen.imports
        if held.get(used.import_id) != used.sha256
    ]


def _statements(frozen: Dossier, points: Iterable[Point]) -> list[Difference]:
    """The SQL files changed since; their figures need not differ."""
    of_packs = statements_of_packs(points)

    def today(name: str) -> str:
        return of_packs.get(name) or (text_of(name) if path_of(name).exists() else "")

    return [
        Difference("statement", None, name, "", "") for name, text in frozen.statements.items() if today(name) != text
    ]
