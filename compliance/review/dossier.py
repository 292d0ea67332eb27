"""Everything that a review is: its figures with the rules they follow, its texts and its decisions, as one document.

While a review is a draft the document is computed. When it is submitted the document is frozen as JSON, and from then
on reports, trends and packages are made of that alone: no later import, rule or statement reaches it.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from compliance.access.permissions import Permission
from compliance.access.reader import EVERYTHING, Reader
from compliance.access.scopes import Level, Scope
from compliance.access.withholding import in_full, names_of, persons_named
from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, N_, Language, Texts, month_ends, year_before
from compliance.counting import figures, quality
from compliance.counting.assessing import OUTCOMES, Basis, Coverage, basis_on, coverage
from compliance.counting.explaining import Explanation, Moment, explain_all, since_frozen
from compliance.declarations.points import Point, load_points
from compliance.declarations.queries import statement, text_of
from compliance.declarations.sources import load_sources
from compliance.review import deciding
from compliance.review.deciding import Decision
from compliance.review.reviewing import (
    GROUNDS,
    Chapter,
    Clause,
    Review,
    Written,
    load_chapters,
    load_clauses,
    one_with,
    written,
)
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows
from compliance.wording.changes import sentence

FORMAT: Final = 1
MONTHS: Final = 12
# The statements that the figures are counted with.
COUNTED_WITH: Final = ("macros.sql", "app/units.sql", "app/items.sql", "app/coverage.sql")
REMAINING: Final = frozenset({"unmet", "unknown"})
LAST_DAY: Final = date(9999, 12, 31)


@dataclass(frozen=True)
class Counted:
    """A point counted for a day and a part of the organisation, as `Coverage` without its point."""

    as_of: date
    organisation: str
    department: str | None
    unit: str | None
    met: int
    unmet: int
    unknown: int
    pending: int
    exempt: int
    basis: bool


@dataclass(frozen=True)
class Reason:
    """How many items have an outcome for a reason."""

    outcome: str
    code: str
    number: int


@dataclass(frozen=True)
class Remaining:
    """An item that is unmet or unknown; of points about persons there is none, and of incidents only the id."""

    item: str
    label: str | None
    unit: str | None
    outcome: str
    reason: str
    detail: str | None
    due: date | None


@dataclass(frozen=True)
class PointAnswer:
    """What a review says of a point.

    `point` has the texts, targets and laws that held; `parameters` the numbers and words of its rule. `before` is the
    figure that it is compared with: of the last approved review (`by_review`), else a year before. `changed` says why
    the two differ. `remarks` is how many checks of the data found something grave.
    """

    point: Point
    parameters: dict[str, Any]
    now: Counted
    before: Counted | None
    before_point: Point | None
    by_review: bool
    months: tuple[Counted, ...]
    departments: tuple[Counted, ...]
    units: tuple[Counted, ...]
    reasons: tuple[Reason, ...]
    remaining: tuple[Remaining, ...]
    changed: Texts
    remarks: int

    def at(self, level: Level) -> tuple[Counted, ...]:
        """Its counts at a level on the as-of date."""
        return {"organisation": (self.now,), "department": self.departments, "unit": self.units}[level]

    def figure(self, counted: Counted) -> Coverage:
        """One of its counts as a figure of the point."""
        return Coverage(self.point, **{name: getattr(counted, name) for name in Counted.__dataclass_fields__})

    @property
    def coverage(self) -> Coverage:
        """The figure of the organisation on the as-of date."""
        return self.figure(self.now)

    @property
    def coverage_before(self) -> Coverage | None:
        """The figure that it is compared with, against the target of that day."""
        if self.before is None:
            return None
        return replace(self.figure(self.before), point=self.before_point or self.point, approved=self.by_review)


@dataclass(frozen=True)
class ShownFigure:
    """A figure that is shown beside the points; `definition` with the numbers in force."""

    id: str
    points: tuple[int, ...]
    form: str
    title: Texts
    definition: Texts
    part: int | None
    whole: int | None
    basis: bool


@dataclass(frozen=True)
class ImportUsed:
    """An import that the figures rest on."""

    import_id: int
    source: str
    title: Texts
    file: str
    sha256: str
    extract_date: date
    imported_at: datetime
    loaded: int
    rejected: int
    warnings: int


@dataclass(frozen=True)
class Recommendation:
    """A recommendation of the data protection officer's yearly report."""

    area: str | None
    observation: str | None
    recommendation: str | None
    priority: str | None
    answer: str | None
    responsible: str | None
    status: str | None
    due: date | None


@dataclass(frozen=True)
class Deviation:
    """A row of a tertial report; `deviation` is whether there was one."""

    report: str | None
    area: str | None
    deviation: bool | None
    description: str | None
    action: str | None
    responsible: str | None
    due: date | None


@dataclass(frozen=True)
class Priority:
    """A priority area of the coming year's operational plan."""

    activity_id: str
    activity: str
    review_point: float | None
    mandatory: bool | None
    responsible: str | None
    start: date | None
    due: date | None
    status: str | None


@dataclass(frozen=True)
class Cleaned:
    """What was taken out of a frozen review when a later version of the program cleaned the store (UTC).

    `numbers` are identity numbers of its own texts, `taken_out` rows of the exports that it rests on. Those of
    `sources` are not what they were, so figures can be counted otherwise from them. `seal` is the one before.
    """

    at: datetime
    numbers: int
    taken_out: int
    sources: tuple[str, ...]
    seal: str


@dataclass(frozen=True)
class Dossier:
    """A review as one document. `known_at` is the moment (UTC) whose knowledge its figures rest on; `withheld` has
    those texts that hold names, as a version to hand out says them; `statements` the SQL by file as it was.
    """

    format: int
    organisation: str
    year: int
    as_of: date
    known_at: datetime
    version: int
    why: str | None
    points: tuple[PointAnswer, ...]
    figures: tuple[ShownFigure, ...]
    imports: tuple[ImportUsed, ...]
    recommendations: tuple[Recommendation, ...]
    deviations: tuple[Deviation, ...]
    priorities: tuple[Priority, ...]
    written: Written
    chapters: tuple[Chapter, ...]
    clauses: tuple[Clause, ...]
    decisions: tuple[Decision, ...]
    carried: tuple[Decision, ...]
    last_year: int | None
    withheld: dict[str, str]
    statements: dict[str, str]
    cleaned: tuple[Cleaned, ...] = ()

    def answer(self, point_id: str) -> PointAnswer | None:
        """What it says of a point."""
        return next((answer for answer in self.points if answer.point.id == point_id), None)


@dataclass(frozen=True)
class Compared:
    """What the figures of a day are compared with: an approved review, else another day (`first`)."""

    first: Moment
    review: Dossier | None = None

    def figures(self, level: Level, organisation: str) -> list[Coverage]:
        """Every point at a level as it was approved, of the organisation as it is called now; none without a review."""
        return [
            replace(answer.figure(counted), organisation=organisation, approved=True)
            for answer in (self.review.points if self.review else ())
            for counted in answer.at(level)
        ]


class Named(NamedTuple):
    """What the exports of a day name."""

    persons: tuple[str, ...]
    systems: tuple[str, ...]


# --- Computing ----------------------------------------------------------------------------------------------------


def compute(
    cursor: Cursor,
    review: Review,
    *,
    own: Path | None,
    known_at: datetime = EVERYTHING_KNOWN,
    counted: Dossier | None = None,
    named: Named | None = None,
) -> Dossier:
    """The document of a draft at a moment; a correction that keeps its figures takes those of the earlier version.

    `counted` is a document of the same draft whose figures still hold, and `named` what its exports name: with both,
    only what is written is read anew.
    """
    made = deciding.decisions(cursor, known_at=known_at)
    said: dict[str, Any] = {
        "version": review.version,
        "why": review.corrects,
        "written": written(cursor, review),
        "chapters": load_chapters(own),
        "clauses": load_clauses(own),
        "decisions": tuple(deciding.made_in(made, review)),
        "carried": tuple(deciding.carried(cursor, made, review)),
    }
    if review.figures_of is not None:
        counted = frozen(cursor, review.review_id, review.figures_of)
    if counted is None:
        counted = _Computing(cursor, review, own, known_at).dossier(said)
    found = replace(counted, **said)
    named = named or names_in(cursor, as_of=found.as_of, known_at=found.known_at, organisation=found.organisation)
    return replace(found, withheld=_withheld(found, named))


class _Computing:
    """The figures of one review while they are counted."""

    def __init__(self, cursor: Cursor, review: Review, own: Path | None, known_at: datetime) -> None:
        self.cursor, self.review, self.own, self.known_at = cursor, review, own, known_at
        self.points = load_points(own)
        self.day = review.as_of
        self.compared = compared(cursor, review.organisation_id, review.as_of, known_at=known_at)
        self.sources = load_sources(own)
        self.given = {"as_of": self.day, "known_at": known_at, "organisation": review.organisation, "year": review.year}

    def dossier(self, said: dict[str, Any]) -> Dossier:
        """The whole document."""
        there = basis_on(self.cursor, days=[self.day], known_at=self.known_at)
        return Dossier(
            format=FORMAT,
            organisation=self.review.organisation,
            year=self.review.year,
            as_of=self.day,
            known_at=self.known_at,
            points=self._answers(),
            figures=self._figures(),
            imports=self._imports(there),
            recommendations=tuple(Recommendation(**row) for row in self._rows("recommended", "year")),
            deviations=tuple(Deviation(**row) for row in self._rows("deviated", "year")),
            priorities=tuple(Priority(**row) for row in self._rows("prioritised", "year")),
            last_year=self.compared.review.year if self.compared.review else None,
            withheld={},
            statements=_statements(self.points),
            **said,
        )

    def _rows(self, name: str, *asked: str) -> Rows:
        given = {key: self.given[key] for key in ("as_of", "known_at", "organisation", *asked)}
        return rows(self.cursor, statement(name), given)

    def _answers(self) -> tuple[PointAnswer, ...]:
        months = self._counted("organisation", month_ends(self.day, count=MONTHS))
        units = self._counted("unit", [self.day])
        remarks = self._remarks()
        return tuple(
            self._answer(
                point,
                found,
                months=[figure for figure in months if figure.point is point],
                units=_kept(units, point),
                remarks=len(remarks.get(point.id, ())),
            )
            for point, found in zip(self.points, self._explained(), strict=True)
        )

    def _counted(self, level: Any, days: list[date]) -> list[Coverage]:
        found = coverage(self.cursor, self.points, days=days, known_at=self.known_at, level=level)
        return [figure for figure in found if figure.organisation == self.review.organisation]

    def _answer(
        self,
        point: Point,
        found: Explanation,
        *,
        months: list[Coverage],
        units: tuple[Counted, ...],
        remarks: int,
    ) -> PointAnswer:
        by_day = {figure.as_of: figure for figure in months}
        counted = Counter((row["outcome"], row["reason"] or "") for row in found.items)
        earlier = self.compared.review.answer(point.id) if self.compared.review else None
        before = _count(found.before) if found.before.coverage is not None else None
        told = since_frozen(found, earlier.coverage) if earlier else found
        return PointAnswer(
            point=_as_frozen(point),
            parameters=msgspec.to_builtins(point.parameters(self.day)),
            now=_count(by_day[self.day]),
            before=earlier.now if earlier else before,
            before_point=earlier.point if earlier else None,
            by_review=earlier is not None,
            months=tuple(_count(by_day[day]) for day in month_ends(self.day, count=MONTHS)),
            departments=_departments(units),
            units=units,
            reasons=tuple(Reason(*key, n) for key, n in sorted(counted.items()) if key[0] != "met"),
            remaining=_remaining(point, found.items),
            changed={code: sentence(told, Language(code)) for code in LANGUAGES},
            remarks=remarks,
        )

    def _explained(self) -> list[Explanation]:
        """Why each figure is another than the one that it is compared with."""
        place, last = Scope(self.review.organisation), Moment(self.day, self.known_at)
        return explain_all(self.cursor, self.points, self.compared.first, last, place=place)

    def _figures(self) -> tuple[ShownFigure, ...]:
        found = figures.figures(
            self.cursor, figures.load_figures(self.own), points=self.points, as_of=self.day, known_at=self.known_at
        )
        return tuple(
            ShownFigure(
                id=figure.definition.id,
                points=figure.definition.points,
                form=figure.definition.form,
                title=figure.definition.title,
                definition=figure.explained,
                part=figure.part,
                whole=figure.whole,
                basis=figure.basis,
            )
            for figure in found
            if figure.organisation == self.review.organisation
        )

    def _imports(self, there: Basis) -> tuple[ImportUsed, ...]:
        known = {r["import_id"]: r for r in rows(self.cursor, statement("imports"), {"known_at": EVERYTHING_KNOWN})}
        names = ("import_id", "source", "file", "extract_date", "imported_at", "loaded", "rejected", "warnings")
        return tuple(
            ImportUsed(
                **{name: row[name] for name in names},
                title=self.sources[row["source"]].title if row["source"] in self.sources else {"en": row["source"]},
                sha256=known[row["import_id"]]["sha256"],
            )
            for row in there.of(self.review.organisation)
        )

    def _remarks(self) -> Mapping[str, tuple[str, ...]]:
        checks = quality.load_checks(self.own)
        given: Any = {"as_of": self.day, "known_at": self.known_at, "reader": EVERYTHING}
        found = quality.findings(self.cursor, checks, self.sources, **given)
        return quality.remarks(checks, found, self.points, self.review.organisation)


def names_in(cursor: Cursor, *, as_of: date, known_at: datetime, organisation: str) -> Named:
    """The persons and systems that the exports of a day name."""
    given = {"as_of": as_of, "known_at": known_at, "organisation": organisation}
    systems = [row["name"] for row in rows(cursor, statement("systems_named"), given)]
    return Named(tuple(persons_named(cursor, given)), tuple(systems))


def _withheld(dossier: Dossier, named: Named) -> dict[str, str]:
    """Those texts that name a person or a system, without the names. The names themselves are kept nowhere."""
    persons = (*named.persons, *in_full(responsible(dossier)))
    found = [(text, names_of(persons, named.systems)) for text in _texts(dossier)]
    # what stands in a chapter from the start has no weaknesses, but words that a system may be called by
    found += [(text, names_of(persons, ())) for chapter in dossier.chapters for text in chapter.start.values()]
    return {text: told for text, names in found if (told := names.withhold(text)) != text}


def responsible(dossier: Dossier) -> tuple[str, ...]:
    """Who is responsible for the decisions that a review shows."""
    return tuple(sorted({row.responsible for row in (*dossier.decisions, *dossier.carried) if row.responsible}))


def _texts(dossier: Dossier) -> set[str]:
    """Every text of a dossier that somebody wrote freely and that a version to hand out may show."""
    said = dossier.written
    found = [*said.public_comments.values(), *said.chapters.values()]
    found += [
        text for row in (*dossier.decisions, *dossier.carried) for text in (row.text, row.resource, row.note or "")
    ]
    found += [text or "" for row in dossier.recommendations for text in (row.area, row.recommendation, row.answer)]
    found += [text or "" for row in dossier.deviations for text in (row.area, row.description, row.action)]
    found += [row.activity for row in dossier.priorities]
    return {*found, *(dossier.why or "",)} - {""}


def compared(cursor: Cursor, organisation_id: int, day: date, *, known_at: datetime = EVERYTHING_KNOWN) -> Compared:
    """What an organisation's figures of a day are compared with, everywhere: the last approved review of an earlier
    year, where there is one, else the same day a year before.
    """
    return compared_with(approved(cursor, organisation_id), day, known_at=known_at)


def compared_with(found: Sequence[Dossier], day: date, *, known_at: datetime = EVERYTHING_KNOWN) -> Compared:
    """The same among the approved reviews of an organisation, the oldest first."""
    earlier = [dossier for dossier in found if dossier.year < day.year]
    if not earlier:
        return Compared(Moment(year_before(day), known_at))
    return Compared(Moment(earlier[-1].as_of, earlier[-1].known_at), earlier[-1])


def _count(figure: Coverage) -> Counted:
    return Counted(**{name: getattr(figure, name) for name in Counted.__dataclass_fields__})


def _kept(found: list[Coverage], point: Point) -> tuple[Counted, ...]:
    return tuple(_count(figure) for figure in found if figure.point is point)


def _departments(units: tuple[Counted, ...]) -> tuple[Counted, ...]:
    """The departments of an organisation, each the sum of its units."""
    found: dict[str, list[Counted]] = {}
    for unit in units:
        if unit.department is not None:
            found.setdefault(unit.department.casefold(), []).append(unit)
    return tuple(
        replace(of[0], unit=None, **{name: sum(getattr(unit, name) for unit in of) for name in OUTCOMES})
        for _, of in sorted(found.items())
    )


def _remaining(point: Point, listed: Rows) -> tuple[Remaining, ...]:
    """What is left to do; persons are never listed, and an incident is called by its id alone."""
    if point.persons:
        return ()
    nameless = "incidents" in point.needs
    return tuple(
        Remaining(
            item=row["item"],
            label=None if nameless else row["label"],
            unit=row["unit"],
            outcome=row["outcome"],
            reason=row["reason"] or "",
            detail=row["detail"],
            due=row["due"],
        )
        for row in listed
        if row["outcome"] in REMAINING
    )


def _as_frozen(point: Point) -> Point:
    """The point with its texts, targets and laws; the numbers of its rule stand beside it."""
    return replace(point, dated_parameters=())


def _statements(points: tuple[Point, ...]) -> dict[str, str]:
    wanted = [*COUNTED_WITH, *(f"points/{point.id}.sql" for point in points)]
    return {name: text_of(name) for name in wanted}


# --- Who may read it ----------------------------------------------------------------------------------------------


def readable(dossier: Dossier, reader: Reader) -> Dossier:
    """A review as the reader may read it: its comments and decisions, or what a version to hand out says."""
    if reader.may(Permission.READ_REVIEW):
        return dossier
    written = dossier.written
    public = {id_: dossier.withheld.get(text, text) for id_, text in written.public_comments.items()}
    grounds = written.chapters.get(GROUNDS, "")
    chapters = {GROUNDS: dossier.withheld.get(grounds, grounds)} if grounds else {}
    shown = Written(written.assessments, {}, public, chapters, written.judgement)
    return replace(dossier, written=shown, decisions=(), carried=(), why=None)


# --- Freezing -----------------------------------------------------------------------------------------------------


def as_json(dossier: Dossier) -> str:
    """The document as JSON, the same for the same review."""
    return msgspec.json.encode(dossier, order="deterministic").decode()


@dataclass(frozen=True)
class _Marked:
    """What every frozen review says, whatever the version of the program."""

    format: int


def format_of(content: str | bytes) -> int:
    """The format of a frozen review as JSON, which may be one of another version."""
    return msgspec.json.decode(content, type=_Marked).format


def from_json(text: str) -> Dossier:
    """The document that JSON holds."""
    found = msgspec.json.decode(text, type=Dossier)
    return replace(found, points=tuple(_with_days(answer) for answer in found.points))


def _with_days(answer: PointAnswer) -> PointAnswer:
    """JSON knows no days: those of dated rows are texts in it."""
    before = _dated(answer.before_point) if answer.before_point else None
    return replace(answer, point=_dated(answer.point), before_point=before)


def _dated(point: Point) -> Point:
    def read(row: dict[str, Any]) -> dict[str, Any]:
        return row | {"from": date.fromisoformat(row["from"])}

    return replace(point, targets=tuple(map(read, point.targets)), laws=tuple(map(read, point.laws)))


def sealed(text: str) -> str:
    """The SHA-256 of a document."""
    return hashlib.sha256(text.encode()).hexdigest()


def frozen(cursor: Cursor, review_id: int, version: int) -> Dossier:
    """A version of a review as it was frozen; a Refusal where the database holds something else than was sealed."""
    found = rows(cursor, statement("frozen_review"), {"review_id": review_id, "version": version})
    if not found:
        raise Refusal(N_("Version {version} of the review has never been submitted."), version=version)
    return _unsealed(found[0])


def _unsealed(row: dict[str, Any]) -> Dossier:
    """What is frozen, if it is what the review's state was sealed with."""
    if row["content"] is None or sealed(row["content"]) != row["sha256"]:
        raise Refusal(N_("The frozen review has been changed in the database since it was sealed. Restore a backup."))
    if (told := format_of(row["content"])) != FORMAT:
        raise Refusal(
            N_("The review was frozen by another version of this program, with format {format}. Use that version."),
            format=told,
        )
    return from_json(row["content"])


def approved(cursor: Cursor, organisation_id: int) -> list[Dossier]:
    """The approved reviews of an organisation as they were frozen, the last version of each; the oldest year first.

    Years before it was made of others by merging are told where only one of them has a review.
    """
    by_year: dict[int, Rows] = {}
    one = one_with(cursor, organisation_id, LAST_DAY)
    for row in rows(cursor, statement("approved_reviews")):
        if row["organisation_id"] in one:
            by_year.setdefault(row["year"], []).append(row)
    told = [[row for row in found if row["organisation_id"] == organisation_id] or found for found in by_year.values()]
    return [_unsealed(found[0]) for found in told if len(found) == 1]
