"""The review as one document: its figures with the rules they follow, its texts and its decisions.

For a draft the document is computed. On submission it is frozen as JSON, and from then on reports, trends and packages
are built from that alone: no later import, rule or statement affects it.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from compliance.access.disclosure import NOTHING, Hidden, Plans, about_incidents, added_up
from compliance.access.permissions import Permission
from compliance.access.reader import EVERYTHING, Reader
from compliance.access.scopes import Level, Scope
from compliance.access.withholding import ExportNames, export_names, in_full, names_of
from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, N_, Language, Texts, folded, month_ends, year_before
from compliance.counting import figures, quality
from compliance.counting.apart import OUTCOMES
from compliance.counting.assessing import (
    UNITS_AND_WHOLE,
    Ahead,
    Basis,
    Coverage,
    basis_on,
    coverage,
    nothing,
    years,
)
from compliance.counting.explaining import Explanation, Moment, explain_all, since_frozen
from compliance.counting.outlook import (
    Between,
    Outlook,
    Place,
    asked_of,
    days_of,
    expected_on,
    few_together,
    look_ahead,
    pace_days,
)
from compliance.declarations.points import Point
from compliance.declarations.queries import relations_on_a_day, statement, text_of
from compliance.declarations.sources import load_values
from compliance.review import deciding
from compliance.review.deciding import Decision
from compliance.review.reviewing import (
    GROUNDS,
    Chapter,
    Clause,
    Review,
    ReviewTexts,
    load_chapters,
    load_clauses,
    merged_with,
    review_texts,
    reviews,
)
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows
from compliance.wording import changes

FORMAT: Final = 1
MONTHS: Final = 12
# What a review keeps of an outlook as it is.
SAID_AHEAD: Final = ("lapsing", "pace", "reached", "enough_items", "enough_units", "at_most", "lost")
# The statements that the figures are counted with.
WITHOUT_COURSE: Final = "app/without_course.sql"
COUNTED_WITH: Final = ("macros.sql", "app/units.sql", "app/items.sql", "app/coverage.sql", WITHOUT_COURSE)
# The folder of the statements that make the relations of a pack's own sources.
OF_PACKS: Final = "packs/"
REMAINING: Final = frozenset({"unmet", "unknown"})
LAST_DAY: Final = date(9999, 12, 31)


@dataclass(frozen=True)
class PointCounts:
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
    columns: tuple[str, ...] = ()
    no_course: bool = False
    failed: str = ""
    off: bool = False


@dataclass(frozen=True)
class Reason:
    """How many items have an outcome for a reason."""

    outcome: str
    code: str
    number: int


@dataclass(frozen=True)
class Remaining:
    """An item that is unmet or unknown; none for points about persons, and for incidents only the id."""

    item: str
    label: str | None
    unit: str | None
    outcome: str
    reason: str
    detail: str | None
    due: date | None


@dataclass(frozen=True)
class Heading:
    """Where a point's figure was heading on the as-of date, as `counting.outlook.Outlook` says it.

    `enough_units` is `Outlook.units_told`, and `shown_units` the same where those of few persons are added up. Where it
    lacks `latest`, its pace was measured from the same day a year before.
    """

    before: PointCounts | None
    then: PointCounts | None
    lapsing: int
    pace: float | None
    reached: str | None
    enough_items: int | None
    enough_units: int | None
    shown_units: int | None
    at_most: float | None
    lost: int
    latest: PointCounts | None = None


@dataclass(frozen=True)
class Cause:
    """A cause of a change in words, the number of its items, and its size in tenths of a percentage point."""

    text: Texts
    number: int
    tenths: int


@dataclass(frozen=True)
class PointAnswer:
    """A point's part of a review.

    `point` has the texts, targets and laws in force, `parameters` those of its rule. `before` is the figure to compare
    with: that of the last approved review (`by_review`), else of a year before. `changed` explains the difference,
    `causes` do in parts that add up to it, with what is told `beside` them; reviews of earlier versions have no causes.
    `remarks` is the number of checks of the data with serious findings. `heading` is where the figure is heading, and
    `expected` what that review said of it; reviews of earlier versions have neither.
    """

    point: Point
    parameters: dict[str, Any]
    now: PointCounts
    before: PointCounts | None
    before_point: Point | None
    by_review: bool
    months: tuple[PointCounts, ...]
    departments: tuple[PointCounts, ...]
    units: tuple[PointCounts, ...]
    reasons: tuple[Reason, ...]
    remaining: tuple[Remaining, ...]
    changed: Texts
    remarks: int
    heading: Heading | None = None
    expected: Heading | None = None
    causes: tuple[Cause, ...] = ()
    beside: Texts = field(default_factory=dict)

    def at(self, level: Level) -> tuple[PointCounts, ...]:
        """Its counts at a level on the as-of date."""
        return {"organisation": (self.now,), "department": self.departments, "unit": self.units}[level]

    def figure(self, counted: PointCounts) -> Coverage:
        """One of its counts as a figure of the point."""
        return Coverage(self.point, **{name: getattr(counted, name) for name in PointCounts.__dataclass_fields__})

    @property
    def coverage(self) -> Coverage:
        """The figure of the organisation on the as-of date."""
        return self.figure(self.now)

    @property
    def outlook(self) -> Outlook:
        """Where the figure is heading."""
        reviewed = self.coverage_before if self.by_review else None
        return replace(self._outlook(self.coverage, self.heading), reviewed=reviewed)

    @property
    def expected_outlook(self) -> Outlook | None:
        """Where the figure to compare with was heading, if it was approved with that."""
        before = self.coverage_before
        return self._outlook(before, self.expected) if before and self.expected else None

    def _outlook(self, now: Coverage, heading: Heading | None) -> Outlook:
        if heading is None:
            return Outlook(now)
        return Outlook(
            now=now,
            before=self.figure(heading.before) if heading.before else None,
            latest=self.figure(heading.latest) if heading.latest else None,
            then=self.figure(heading.then) if heading.then else None,
            **{name: getattr(heading, name) for name in SAID_AHEAD},
        )

    @property
    def coverage_before(self) -> Coverage | None:
        """The figure to compare with, against the target of that day."""
        if self.before is None:
            return None
        return replace(self.figure(self.before), point=self.before_point or self.point, approved=self.by_review)


@dataclass(frozen=True)
class ShownFigure:
    """A figure shown next to the points; `definition` has the numbers in force."""

    id: str
    points: tuple[int, ...]
    form: str
    title: Texts
    definition: Texts
    part: int | None
    whole: int | None
    basis: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportUsed:
    """An import behind the figures."""

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
    """A recommendation of the data protection officer's annual report."""

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
    """What an upgrade up to 0.11 removed from a frozen review when it cleaned the store (UTC).

    `numbers` counts identity numbers in its own texts, `taken_out` rows of the exports behind it. The data of `sources`
    changed, so figures counted from them can differ. `seal` is the previous one.
    """

    at: datetime
    numbers: int
    taken_out: int
    sources: tuple[str, ...]
    seal: str


@dataclass(frozen=True)
class PackUsed:
    """The version of a pack whose point a review has. `sha256` is that of the list of the sums of its files."""

    pack: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Dossier:
    """A review as one document. `known_at` is the moment (UTC) of the knowledge its figures rest on; `withheld` maps
    texts with names to the version to hand out; `statements` holds the SQL, by file, as it was; `packs` are pinned.
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
    written: ReviewTexts
    chapters: tuple[Chapter, ...]
    clauses: tuple[Clause, ...]
    decisions: tuple[Decision, ...]
    carried: tuple[Decision, ...]
    last_year: int | None
    withheld: dict[str, str]
    statements: dict[str, str]
    cleaned: tuple[Cleaned, ...] = ()
    hidden: Hidden = NOTHING
    packs: tuple[PackUsed, ...] = ()

    def answer(self, point_id: str) -> PointAnswer | None:
        """Its part about a point."""
        return next((answer for answer in self.points if answer.point.id == point_id), None)


@dataclass(frozen=True)
class Comparison:
    """What the figures of a day are compared with: an approved review, else another day (`first`)."""

    first: Moment
    review: Dossier | None = None

    def figures(self, level: Level, organisation: str) -> list[Coverage]:
        """Every point at a level as approved, under the organisation's current name; none without a review."""
        found = figures_of(self.review, level, organisation) if self.review else []
        return [replace(figure, approved=True) for figure in found]

    def plans(self, organisation: str) -> Plans:
        """What is hidden of its figures from readers who may not see persons."""
        return plans_of(self.review, organisation) if self.review else Plans([], [])


# --- Computing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drafted:
    """What people have put into a draft: its texts, its decisions, and those that earlier reviews left it."""

    written: ReviewTexts
    decisions: tuple[Decision, ...]
    carried: tuple[Decision, ...]


def drafted(
    texts: ReviewTexts, decisions: Sequence[Decision], all_reviews: Sequence[Review], review: Review, *, one: Set[int]
) -> Drafted:
    """What people have put into a draft, of all decisions and reviews; `one` are the merged organisations."""
    own = tuple(deciding.decisions_of(decisions, review))
    return Drafted(texts, own, tuple(deciding.carried(decisions, all_reviews, review, one=one)))


@dataclass(frozen=True)
class Counted:
    """What is counted of a review's day: of every organisation, but for the remarks, which are of the review's own.

    `months` are the coverage on the days of the trend, and of those `between` which paces are measured; `units` is that
    of the day by unit.
    """

    months: Sequence[Coverage]
    between: Mapping[Place, Between]
    units: Sequence[Coverage]
    expected: Sequence[Ahead]
    figures: Sequence[figures.Figure]
    remarks: Mapping[str, tuple[str, ...]]


def compute(
    cursor: Cursor,
    review: Review,
    *,
    own: Path | None,
    known_at: datetime = EVERYTHING_KNOWN,
    named: ExportNames | None = None,
    counted: Counted | None = None,
) -> Dossier:
    """Compute the document of a draft at a moment; a correction that keeps its figures takes the earlier version's.

    `named` are the names in its exports, and `counted` what has been counted of its day; what is None is read here.
    """
    now = drafted(
        review_texts(cursor, review),
        deciding.decisions(cursor, known_at=known_at),
        reviews(cursor),
        review,
        one=merged_with(cursor, review.organisation_id, review.as_of),
    )
    if review.figures_of is None:
        found = _Computation(cursor, review, own, known_at, counted).dossier(_current(review, now, own))
    else:
        found = load_frozen(cursor, review.review_id, review.figures_of)
    return composed(found, review, now, own=own, named=named or export_names(cursor))


def composed(counted: Dossier, review: Review, now: Drafted, *, own: Path | None, named: ExportNames) -> Dossier:
    """A draft's document with the figures of one that still hold, and with what people have put into it since."""
    document = replace(counted, **_current(review, now, own))
    return replace(document, withheld=_withheld(document, named))


def _current(review: Review, now: Drafted, own: Path | None) -> dict[str, Any]:
    """The parts of a document that are not counted."""
    return {
        "version": review.version,
        "why": review.corrects,
        "written": now.written,
        "chapters": load_chapters(own),
        "clauses": load_clauses(own),
        "decisions": now.decisions,
        "carried": now.carried,
    }


class _Computation:
    """The figures of one review while they are counted."""

    def __init__(
        self, cursor: Cursor, review: Review, own: Path | None, known_at: datetime, counted: Counted | None
    ) -> None:
        self.cursor, self.review, self.own, self.known_at = cursor, review, own, known_at
        every = packs.declared(cursor, own, known_at=known_at)
        self.points = packs.points_on(
            cursor, every, as_of=review.as_of, organisation=review.organisation, known_at=known_at
        )
        self.packs = [every.packs[point.pack] for point in self.points if point.pack]
        self.day = review.as_of
        self.compared = comparison(cursor, review.organisation_id, review.as_of, known_at=known_at)
        self.sources = every.sources
        self.params = {
            "as_of": self.day,
            "known_at": known_at,
            "organisation": review.organisation,
            "year": review.year,
        }
        self.counted = counted or self._count()
        known = years(cursor, self.points, days=[self.day], known_at=known_at)
        self.hidden = known.hidden(review.organisation, self.day)

    def dossier(self, current: dict[str, Any]) -> Dossier:
        """The complete document."""
        basis = basis_on(self.cursor, days=[self.day], known_at=self.known_at)
        return Dossier(
            format=FORMAT,
            organisation=self.review.organisation,
            year=self.review.year,
            as_of=self.day,
            known_at=self.known_at,
            points=self._answers(),
            figures=self._figures(),
            imports=self._imports(basis),
            recommendations=tuple(Recommendation(**row) for row in self._rows("recommended", "year")),
            deviations=tuple(Deviation(**row) for row in self._rows("deviated", "year")),
            priorities=tuple(Priority(**row) for row in self._rows("prioritised", "year")),
            last_year=self.compared.review.year if self.compared.review else None,
            withheld={},
            statements=_statements(self.points),
            hidden=self.hidden,
            packs=tuple(PackUsed(pack.name, pack.head.version, pack.sha256) for pack in self.packs),
            **current,
        )

    def _rows(self, name: str, *names: str) -> Rows:
        values = {key: self.params[key] for key in ("as_of", "known_at", "organisation", *names)}
        return rows(self.cursor, statement(name), values)

    def _count(self) -> Counted:
        options: dict[str, Any] = {"known_at": self.known_at}
        between = pace_days(self.cursor, self.points, as_of=self.day, **options)
        days = sorted({*month_ends(self.day, count=MONTHS), *days_of(between)})
        return Counted(
            coverage(self.cursor, self.points, days=days, level="organisation", **options),
            between,
            coverage(self.cursor, self.points, days=[self.day], level="unit", **options),
            expected_on(self.cursor, self.points, as_of=self.day, **options)["organisation"],
            figures.figures(self.cursor, figures.load_figures(self.own), points=self.points, as_of=self.day, **options),
            self._remarks(),
        )

    def _answers(self) -> tuple[PointAnswer, ...]:
        explained = self._explained()
        months, units = self._mine(self.counted.months), self._mine(self.counted.units)
        headings = self._headings(months, units)
        return tuple(
            self._answer(
                point,
                explanation,
                months=[figure for figure in months if figure.point.id == point.id],
                units=_kept(units, point),
                remarks=len(self.counted.remarks.get(point.id, ())),
                heading=headings[point.id],
            )
            for point, explanation in zip(self.points, explained, strict=True)
        )

    def _mine(self, counted: Sequence[Coverage]) -> list[Coverage]:
        return [figure for figure in counted if figure.organisation == self.review.organisation]

    def _answer(
        self,
        point: Point,
        explanation: Explanation,
        *,
        months: list[Coverage],
        units: tuple[PointCounts, ...],
        remarks: int,
        heading: Heading,
    ) -> PointAnswer:
        by_day = {figure.as_of: figure for figure in months}
        counted = Counter((row["outcome"], row["reason"] or "") for row in explanation.items)
        earlier = self.compared.review.answer(point.id) if self.compared.review else None
        before = _count(explanation.before) if explanation.before.coverage is not None else None
        change = since_frozen(explanation, earlier.coverage) if earlier else explanation
        return PointAnswer(
            point=_as_frozen(point),
            parameters=msgspec.to_builtins(point.parameters(self.day)),
            now=_count(by_day[self.day]),
            before=earlier.now if earlier else before,
            before_point=earlier.point if earlier else None,
            by_review=earlier is not None,
            months=tuple(
                _count(by_day.get(day) or self._off(point, day)) for day in month_ends(self.day, count=MONTHS)
            ),
            departments=_departments(units),
            units=units,
            reasons=tuple(Reason(*key, n) for key, n in sorted(counted.items()) if key[0] != "met"),
            remaining=_remaining(point, explanation.items),
            changed={code: changes.sentence(change, Language(code)) for code in LANGUAGES},
            remarks=remarks,
            heading=heading,
            expected=earlier.heading if earlier else None,
            causes=_causes(change),
            beside={code: told for code in LANGUAGES if (told := changes.beside(change, Language(code)))},
        )

    def _off(self, point: Point, day: date) -> Coverage:
        """The figure of a day on which the point was off."""
        return replace(nothing(point, day, Scope(self.review.organisation)), off=True)

    def _headings(self, months: list[Coverage], units: list[Coverage]) -> dict[str, Heading]:
        """Where each point's figure is heading."""
        mine = [each for each in self.counted.expected if each.then.organisation == self.review.organisation]
        reviewed = self.compared.figures("organisation", self.review.organisation)
        asked = asked_of(months, units, mine, as_of=self.day, between=self.counted.between, reviewed=reviewed)
        public = few_together(asked, lambda *_: self.hidden)
        found = zip(look_ahead(self.cursor, asked), look_ahead(self.cursor, public), strict=True)
        return {outlook.now.point.id: _heading(outlook, told) for outlook, told in found}

    def _explained(self) -> list[Explanation]:
        """Why each figure differs from the one it is compared with."""
        place, last = Scope(self.review.organisation), Moment(self.day, self.known_at)
        return explain_all(self.cursor, self.points, self.compared.first, last, place=place)

    def _figures(self) -> tuple[ShownFigure, ...]:
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
                missing=figure.missing,
            )
            for figure in self.counted.figures
            if figure.organisation == self.review.organisation
        )

    def _imports(self, basis: Basis) -> tuple[ImportUsed, ...]:
        imports = {r["import_id"]: r for r in rows(self.cursor, statement("imports"), {"known_at": EVERYTHING_KNOWN})}
        names = ("import_id", "source", "file", "extract_date", "imported_at", "loaded", "rejected", "warnings")
        return tuple(
            ImportUsed(
                **{name: row[name] for name in names},
                title=self.sources[row["source"]].title if row["source"] in self.sources else {"en": row["source"]},
                sha256=imports[row["import_id"]]["sha256"],
            )
            for row in basis.of(self.review.organisation)
        )

    def _remarks(self) -> Mapping[str, tuple[str, ...]]:
        checks = quality.load_checks(self.own)
        params: Any = {"as_of": self.day, "known_at": self.known_at, "reader": EVERYTHING, "points": self.points}
        findings = quality.findings(self.cursor, checks, self.sources, load_values(self.own), **params)
        mine = [finding for finding in findings if finding.organisation == self.review.organisation]
        used = basis_on(self.cursor, days=[self.day], known_at=self.known_at).of(self.review.organisation)
        exports = quality.exports_of(used, self.sources)
        return quality.remarks(quality.effects(checks, mine, self.points, exports), self.points)


def withheld_anew(frozen: Dossier, named: ExportNames) -> Dossier:
    """A frozen review that also withholds the names in exports that were loaded since."""
    return replace(frozen, withheld=_withheld(frozen, named))


def _withheld(dossier: Dossier, named: ExportNames) -> dict[str, str]:
    """The texts that name a person or a system, with the names removed. The names are not stored.

    What was withheld before stays so: the export with the name may have been purged since.
    """
    persons = (*named.persons, *in_full(responsible(dossier)))
    texts = [(text, names_of(persons, named.systems)) for text in _texts(dossier)]
    # initial chapter texts reveal no weaknesses, but use words that may also be a system's name
    texts += [(text, names_of(persons, ())) for chapter in dossier.chapters for text in chapter.start.values()]
    before = dossier.withheld
    return {text: shown for text, names in texts if (shown := names.withhold(before.get(text, text))) != text}


def responsible(dossier: Dossier) -> tuple[str, ...]:
    """Who is responsible for the decisions that a review shows."""
    return tuple(sorted({row.responsible for row in (*dossier.decisions, *dossier.carried) if row.responsible}))


def _texts(dossier: Dossier) -> set[str]:
    """Every free text of a dossier that a version to hand out may show."""
    written = dossier.written
    texts = [*written.public_comments.values(), *written.chapters.values()]
    texts += [
        text
        for row in (*dossier.decisions, *dossier.carried)
        for text in (row.text, row.why, row.resource, row.note or "")
    ]
    texts += [text or "" for row in dossier.recommendations for text in (row.area, row.recommendation, row.answer)]
    texts += [text or "" for row in dossier.deviations for text in (row.area, row.description, row.action)]
    texts += [row.activity for row in dossier.priorities]
    return {*texts, *(dossier.why or "",)} - {""}


def comparison(cursor: Cursor, organisation_id: int, day: date, *, known_at: datetime = EVERYTHING_KNOWN) -> Comparison:
    """Return what an organisation's figures of a day are compared with, everywhere: its last approved review of an
    earlier year, else the same day a year before.
    """
    return comparison_with(approved_reviews(cursor, organisation_id), day, known_at=known_at)


def comparison_with(reviews: Sequence[Dossier], day: date, *, known_at: datetime = EVERYTHING_KNOWN) -> Comparison:
    """The same, given the organisation's approved reviews, oldest first."""
    earlier = [dossier for dossier in reviews if dossier.year < day.year]
    if not earlier:
        return Comparison(Moment(year_before(day), known_at))
    return Comparison(Moment(earlier[-1].as_of, earlier[-1].known_at), earlier[-1])


def _count(figure: Coverage) -> PointCounts:
    return PointCounts(**{name: getattr(figure, name) for name in PointCounts.__dataclass_fields__})


def _causes(change: Explanation) -> tuple[Cause, ...]:
    """The causes of a change; none where they are not told, nothing can be compared, or each year has its own cases."""
    tenths = changes.sizes(change) if change.years is None else None
    return tuple(
        Cause({code: changes.cause_line(change, part, Language(code)) for code in LANGUAGES}, len(part.changes), size)
        for part, size in zip(change.parts, tenths or (), strict=tenths is not None)
    )


def _heading(outlook: Outlook, public: Outlook) -> Heading:
    return Heading(
        before=_count(outlook.before) if outlook.before else None,
        then=_count(outlook.then) if outlook.then else None,
        shown_units=public.units_told,
        latest=_count(outlook.latest) if outlook.latest else None,
        **{name: getattr(outlook, name) for name in SAID_AHEAD} | {"enough_units": outlook.units_told},
    )


def _kept(counted: list[Coverage], point: Point) -> tuple[PointCounts, ...]:
    return tuple(_count(figure) for figure in counted if figure.point.id == point.id)


def _departments(units: tuple[PointCounts, ...]) -> tuple[PointCounts, ...]:
    """The departments of an organisation, each the sum of its units."""
    by_name: dict[str, list[PointCounts]] = {}
    for unit in units:
        if unit.department is not None:
            by_name.setdefault(folded(unit.department), []).append(unit)
    return tuple(
        replace(units_of[0], unit=None, **{name: sum(getattr(unit, name) for unit in units_of) for name in OUTCOMES})
        for _, units_of in sorted(by_name.items())
    )


def _remaining(point: Point, items: Rows) -> tuple[Remaining, ...]:
    """What is left to do; persons are never listed, and an incident has its id as its only name."""
    if point.persons:
        return ()
    nameless = "incidents" in point.needs or (point.pack and about_incidents(point))
    return tuple(
        Remaining(
            item=row["item"],
            label=None if nameless else row["label"],
            unit=row["unit"],
            outcome=row["outcome"],
            reason=row["reason"] or "",
            detail=None if nameless and point.pack else row["detail"],
            due=row["due"],
        )
        for row in items
        if row["outcome"] in REMAINING
    )


def _as_frozen(point: Point) -> Point:
    """The point with its texts, targets and laws; its statement, and its rule's parameters, are stored next to it."""
    return replace(point, dated_parameters=(), statement="")


def _statements(points: tuple[Point, ...]) -> dict[str, str]:
    wanted = [*COUNTED_WITH, *(f"points/{point.id}.sql" for point in points if not point.pack)]
    return {name: text_of(name) for name in wanted} | statements_of_packs(points)


def statements_of_packs(points: Iterable[Point]) -> dict[str, str]:
    """The statements that packs bring, by file: of the items of their points, and of the relations of their sources."""
    of_packs = [point for point in points if point.pack]
    texts = {f"points/{point.id}.sql": point.statement for point in of_packs}
    return texts | {f"{OF_PACKS}{p.pack}.sql": relations_on_a_day(p.sources) for p in of_packs if p.sources}


# --- Who may read it ----------------------------------------------------------------------------------------------


def readable(dossier: Dossier, reader: Reader) -> Dossier:
    """A review as the reader may read it: with comments and decisions, or as the version to hand out."""
    if reader.may(Permission.READ_REVIEW):
        return dossier
    written = dossier.written
    public = {id_: dossier.withheld.get(text, text) for id_, text in written.public_comments.items()}
    grounds = written.chapters.get(GROUNDS, "")
    chapters = {GROUNDS: dossier.withheld.get(grounds, grounds)} if grounds else {}
    shown = ReviewTexts(written.assessments, {}, public, chapters, written.judgement)
    return replace(dossier, written=shown, decisions=(), carried=(), why=None)


def figures_of(dossier: Dossier, level: Level, organisation: str) -> list[Coverage]:
    """The figures of a review at a level, under a name of its organisation, which may have another one by now."""
    return [
        replace(answer.figure(counted), organisation=organisation)
        for answer in dossier.points
        for counted in answer.at(level)
    ]


def plans_of(dossier: Dossier, organisation: str) -> Plans:
    """What is hidden of such figures from readers who may not see persons, as it was known when the review was made."""
    units, organisations = (figures_of(dossier, level, organisation) for level in UNITS_AND_WHOLE)
    return Plans(units, organisations, lambda *_: dossier.hidden)


def few_added_up(dossier: Dossier, others: str) -> Dossier:
    """A review whose departments and units of few persons are added up as one called `others`, to show to anybody."""
    plans = plans_of(dossier, dossier.organisation)
    return replace(dossier, points=tuple(_few_added_up(answer, plans, others) for answer in dossier.points))


def _few_added_up(answer: PointAnswer, plans: Plans, others: str) -> PointAnswer:
    shown = (_added_up(answer, answer.at(level), plans, others) for level in ("department", "unit"))
    departments, units = (tuple(map(_count, figures)) for figures in shown)
    heading = answer.heading and replace(answer.heading, enough_units=answer.heading.shown_units)
    return replace(answer, departments=departments, units=units, heading=heading)


def _added_up(answer: PointAnswer, parts: Sequence[PointCounts], plans: Plans, others: str) -> list[Coverage]:
    figures_ = [answer.figure(part) for part in parts]
    marked = [replace(figure, few=plans.hides(figure)) for figure in figures_]
    rest = [replace(figure, few=True) for figure in plans.rest(answer.coverage, figures_)]
    return added_up([*marked, *rest], others)


# --- Freezing -----------------------------------------------------------------------------------------------------


def as_json(dossier: Dossier) -> str:
    """Return the document as JSON, the same for the same review."""
    return msgspec.json.encode(dossier, order="deterministic").decode()


@dataclass(frozen=True)
class _Marked:
    """The part of a frozen review that is the same in every format."""

    format: int


def format_of(content: str | bytes) -> int:
    """The format of a frozen review in JSON, possibly of another version."""
    return msgspec.json.decode(content, type=_Marked).format


def from_json(text: str) -> Dossier:
    """Read a document from JSON."""
    dossier = msgspec.json.decode(text, type=Dossier)
    return replace(dossier, points=tuple(_with_days(answer) for answer in dossier.points))


def _with_days(answer: PointAnswer) -> PointAnswer:
    """Turn the texts of dated rows back into dates, which JSON lacks."""
    before = _dated(answer.before_point) if answer.before_point else None
    return replace(answer, point=_dated(answer.point), before_point=before)


def _dated(point: Point) -> Point:
    def read(row: dict[str, Any]) -> dict[str, Any]:
        return row | {"from": date.fromisoformat(row["from"])}

    return replace(point, targets=tuple(map(read, point.targets)), laws=tuple(map(read, point.laws)))


def seal_of(text: str) -> str:
    """The SHA-256 of a document."""
    return hashlib.sha256(text.encode()).hexdigest()


def load_frozen(cursor: Cursor, review_id: int, version: int) -> Dossier:
    """Return a version of a review as it was frozen. Raise Refusal if the database holds anything else."""
    matches = rows(cursor, statement("frozen_review"), {"review_id": review_id, "version": version})
    if not matches:
        raise Refusal(N_("Version {version} of the review has never been submitted."), version=version)
    return _unsealed(matches[0])


def _unsealed(row: dict[str, Any]) -> Dossier:
    """Return the frozen document if it matches the seal of the review's state."""
    if row["content"] is None or seal_of(row["content"]) != row["sha256"]:
        raise Refusal(N_("The frozen review has been changed in the database since it was sealed. Restore a backup."))
    if (format_ := format_of(row["content"])) != FORMAT:
        raise Refusal(
            N_("It was written by another version of this program, with format {format}. Use that version."),
            format=format_,
        )
    return from_json(row["content"])


def approved_reviews(cursor: Cursor, organisation_id: int) -> list[Dossier]:
    """The approved reviews of an organisation as frozen, the last version of each; the oldest year first.

    For a year without a review of its own, that of a merged organisation counts if it is the only one.
    """
    by_year: dict[int, Rows] = {}
    merged = merged_with(cursor, organisation_id, LAST_DAY)
    for row in rows(cursor, statement("approved_reviews")):
        if row["organisation_id"] in merged:
            by_year.setdefault(row["year"], []).append(row)
    chosen = [
        [row for row in reviews_of_year if row["organisation_id"] == organisation_id] or reviews_of_year
        for reviews_of_year in by_year.values()
    ]
    return [_unsealed(reviews_of_year[0]) for reviews_of_year in chosen if len(reviews_of_year) == 1]
