"""Previews: what loading files or revoking an import would change, with nothing written."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from compliance.core.errors import Refusal
from compliance.counting.assessing import Coverage, coverage
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.declarations.sources import Words
from compliance.loading.asking import Question
from compliance.loading.comparing import Comparison, compare
from compliance.loading.loading import Prepared, Receipt, hold_back, rehearse
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database

Figures = tuple[Coverage, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Effect:
    """The coverage of every point on `day` before and after a change."""

    day: date
    before: Figures
    after: Figures


@dataclass(frozen=True)
class Rehearsal:
    """What loading a file would do: each import, compared with the one before it."""

    receipts: tuple[Receipt, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def loaded(self) -> int:
        """The number of rows that would be loaded."""
        return sum(receipt.summary.loaded for receipt in self.receipts)

    @property
    def rejected(self) -> int:
        """The number of rows that would be rejected."""
        return sum(receipt.summary.rejected for receipt in self.receipts)

    @property
    def withheld(self) -> int:
        """The number of rejected rows of which nothing is stored."""
        return sum(receipt.summary.withheld for receipt in self.receipts)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What must be answered before it may be loaded."""
        return tuple(question for receipt in self.receipts for question in receipt.questions)


Outcomes = dict[str, Rehearsal | Refusal]
# Whether a rehearsed file is to count in the figures.
CountsIt = Callable[[str, Rehearsal], bool]


@dataclass(frozen=True)
class Preview:
    """What each of several files would do, or why it is refused, and the effect of those that count on every point."""

    outcomes: Outcomes
    effect: Effect


def preview(
    database: Database,
    files: Mapping[str, Prepared],
    *,
    as_of: date,
    points: tuple[Point, ...],
    words: Words,
    counts: CountsIt = lambda _file, _rehearsal: True,
    progress: Callable[[int], object] = lambda _done: None,
    before: Effect | None = None,
) -> Preview:
    """Load the files in a transaction that is rolled back.

    The figures are those of the as-of date, on which a file of a later day counts in none. `progress` is called with
    the number of files done, and may stop the rehearsal by raising. `before` is an earlier effect on the same data.
    """

    def then(cursor: Cursor, _outcomes: Outcomes) -> Figures:
        return figures_on(cursor, points, as_of)

    outcomes, after = rehearsed(database, files, words=words, counts=counts, progress=progress, then=then)
    if before and before.day == as_of:
        return Preview(outcomes, Effect(as_of, before.before, after))
    with database.cursor() as cursor:
        return Preview(outcomes, Effect(as_of, figures_on(cursor, points, as_of), after))


def rehearsed(
    database: Database,
    files: Mapping[str, Prepared],
    *,
    words: Words,
    then: Callable[[Cursor, Outcomes], T],
    counts: CountsIt = lambda _file, _rehearsal: True,
    progress: Callable[[int], object] = lambda _done: None,
    asked: Collection[str] | None = None,
) -> tuple[Outcomes, T]:
    """What each file would do, or only those asked about, and the result of `then` once all that count are loaded."""
    outcomes: Outcomes = {}
    names = {id(prepared): file for file, prepared in files.items()}

    def each(cursor: Cursor, prepared: Prepared, result: list[Receipt] | Refusal) -> None:
        file = names[id(prepared)]
        if isinstance(result, Refusal):
            outcomes[file] = result
        elif asked is None or file in asked:
            outcomes[file] = rehearsal = compared(cursor, result)
            if not counts(file, rehearsal):
                hold_back(cursor, result, prepared.order)
        progress(len(outcomes))

    last = rehearse(database, list(files.values()), words=words, each=each, then=lambda cursor: then(cursor, outcomes))
    return outcomes, last


def compared(cursor: Cursor, receipts: Sequence[Receipt]) -> Rehearsal:
    """What loading a file does, in the transaction that has loaded it."""
    each = [compare(cursor, receipt.import_id, receipt.source) for receipt in receipts]
    return Rehearsal(tuple(receipts), tuple(each))


def effect_of_moment(database: Database, moment: datetime, *, as_of: date, points: tuple[Point, ...]) -> Effect:
    """What was changed at a moment (UTC), on the as-of date."""
    moments = (moment - timedelta(microseconds=1), moment)
    with database.cursor() as cursor:
        before, after = (figures_on(cursor, points, as_of, known_at=each) for each in moments)
    return Effect(as_of, before, after)


def effect_of_revoking(database: Database, import_id: int, *, as_of: date, points: tuple[Point, ...]) -> Effect:
    """What revoking an import would change, on the as-of date."""
    with database.rehearsing() as cursor:
        before = figures_on(cursor, points, as_of)
        cursor.execute(statement("revoke"), {"import_id": import_id, "who": "", "why": ""})
        after = figures_on(cursor, points, as_of)
    return Effect(as_of, before, after)


def figures_on(
    cursor: Cursor, points: tuple[Point, ...], day: date, *, known_at: datetime = EVERYTHING_KNOWN
) -> Figures:
    """The coverage of every point of each organisation on a day."""
    return tuple(coverage(cursor, points, days=[day], known_at=known_at, level="organisation"))
