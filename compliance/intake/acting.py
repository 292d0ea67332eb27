"""What is done with files once they are judged: loaded, an export a transaction, recorded, and put away."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from compliance.core.errors import Asked, Hindered, Refusal
from compliance.core.language import N_, Language
from compliance.core.saving import refusal_of
from compliance.declarations.sources import Words
from compliance.intake.judging import Failed, Held, Loadable, Refused, There, Verdict
from compliance.intake.outcomes import Kind, Outcome
from compliance.intake.owners import Owner
from compliance.intake.rows import IntakeFile, intake_files, reason, record
from compliance.intake.settling import settle
from compliance.intake.taking import Taken
from compliance.loading.asking import Unnamed
from compliance.loading.loading import Prepared, Receipt, in_order, in_sets, load_set
from compliance.store.database import Cursor, Database, version_within

log = logging.getLogger(__name__)

WHO: Final = "intake"
# How often a file is tried that the machine could not read or load, each time by another run.
ATTEMPTS: Final = 3
# How long a load lets a page be counted first.
WAY_SECONDS: Final = 3.0
Key = tuple[str, str, str]
NOT_MOVED: Final = N_(
    "{file} is dealt with, but cannot be moved to the folder {folder}: {error}. The next run tries again."
)
FAULT: Final = N_("The product failed on {file}. Tell those who run the service: the log has it as {reference}.")


@dataclass(frozen=True)
class Lying:
    """A file that lies in `held`, or a copy of one: whose it is, and what is recorded of it."""

    taken: Taken
    owner: Owner | None
    known: IntakeFile | None

    @property
    def key(self) -> Key:
        """What it is recorded by."""
        return self.taken.key

    @property
    def attempts(self) -> int:
        """How often the machine has failed on it."""
        return int(self.known.why.get("attempts", 0)) if self.known and self.known.state == "held" else 0

    def row(self, **more: Any) -> IntakeFile:
        """What is to be recorded of it."""
        number, taken = self.owner.organisation_id if self.owner else None, self.taken
        return IntakeFile(number, taken.folder, taken.file, taken.sha256, taken.size, who=WHO, **more)

    def outcome(self, kind: Kind, **more: Any) -> Outcome:
        """What is told of it."""
        organisation = self.owner.organisation if self.owner else None
        return Outcome(kind, self.taken.folder, self.taken.file, organisation=organisation, **more)


@dataclass(frozen=True)
class Judged:
    """A file with its verdict, and its sheets if it could be read."""

    file: Lying
    verdict: Verdict
    prepared: Prepared | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What the file says of itself; of what it is, nothing if that is asked without a proposal."""
        if self.prepared is None:
            return {}
        is_unnamed = isinstance(self.verdict, Held) and isinstance(self.verdict.refusal, Unnamed)
        source = self.prepared.matches[0].source.id if self.prepared.matches and not is_unnamed else None
        return {"source": source, "extract_date": self.prepared.day.day if self.prepared.day else None}

    @property
    def outcome(self) -> Outcome:
        """What is told of it; of one to be loaded, if it is only rehearsed."""
        match self.verdict:
            case Loadable(rehearsal=rehearsal):
                return self.file.outcome("loaded", rows=rehearsal.loaded, **self.said)
            case There(import_id=number):
                return self.file.outcome("there", imports=(number,), **self.said)
            case Held(code=code, refusal=refusal):
                return self.file.outcome("held", code=code, refusal=refusal, **self.said)
            case Refused(refusal=refusal):
                return self.file.outcome("refused", code="refused", refusal=refusal)
            case Failed(refusal=refusal):
                kind: Kind = "failed" if self.file.attempts + 1 < ATTEMPTS else "held"
                return self.file.outcome(kind, code="failed", refusal=refusal, **self.said)

    def row(self, mark: str) -> IntakeFile:
        """What is recorded of it while it is held."""
        outcome = self.outcome
        more = {"attempts": self.file.attempts + 1} if isinstance(self.verdict, Failed) else {}
        why = reason(outcome.code, outcome.refusal or Refusal(""), **more)
        return self.file.row(state="held", why=why, mark=mark, **self.said)


class Changed(Exception):
    """The store is no longer what a file was judged by, or somebody has answered for the file."""


@dataclass
class Hands:
    """Loads, records and puts away. `version` is that of the store by which files were judged, and of its own loads.

    `failed` are the files on which this run has failed, and which it does not try again.
    """

    database: Database
    root: Path
    say: Language
    add: Callable[[Outcome], object]
    words: Words
    version: str
    failed: set[Key]

    def load(self, judged: Sequence[Judged]) -> list[Judged]:
        """Load what is to be loaded, the oldest days first, and return the others.

        Raise Changed if what is not loaded yet is to be judged anew.
        """
        first: dict[int, tuple[Judged, Prepared]] = {}
        others, again = [], False
        for each in judged:
            if not isinstance(each.verdict, Loadable):
                others.append(each)
            elif (key := id(each.verdict.prepared)) in first:
                again = True  # the same content, which is there once the first is loaded
            else:
                first[key] = each, each.verdict.prepared
        for together in in_sets(in_order([prepared for _, prepared in first.values()])):
            self._load([first[id(prepared)][0] for prepared in together], together)
        if again:
            raise Changed
        return others

    def _load(self, judged: Sequence[Judged], together: Sequence[Prepared]) -> None:
        """Load a file, or those that are one export together, in a transaction, and put them away."""
        loading = _Loading(self.version, [each.file for each in judged])
        self.database.give_way(seconds=WAY_SECONDS)
        try:
            results = load_set(
                self.database, together, words=self.words, first=loading.check, then=loading.record_loaded
            )
        except Changed:
            raise
        except Exception as error:
            self._not_loaded([replace(each, verdict=Failed(refusal_for(error, each.file.taken))) for each in judged])
            raise Changed from error
        held = []
        for number, result in enumerate(results):
            if isinstance(result, Refusal):
                code = result.about if isinstance(result, Asked) else "other"
                held.append(replace(judged[number], verdict=Held(code, result)))
            else:
                self.version = loading.after
                self._loaded(judged[number].file, loading.recorded[number], result)
        if held:
            self._not_loaded(held)
            raise Changed

    def _not_loaded(self, judged: Sequence[Judged]) -> None:
        """Record files that could not be loaded, though their rehearsal had loaded them."""
        self.failed |= {each.file.key for each in judged}
        self.hold(judged, mark="")

    def _loaded(self, file: Lying, row: IntakeFile, receipts: Sequence[Receipt]) -> None:
        said = {"source": row.source, "extract_date": row.extract_date, "imports": row.imports}
        self.add(file.outcome("loaded", rows=sum(receipt.summary.loaded for receipt in receipts), **said))
        self.put_away(file, row, receipts)

    def put(self, judged: Sequence[Judged], *, mark: str) -> None:
        """Record what has become of files that are not loaded now, and put away those that are not held."""
        judged = [each for each in judged if each.file.taken.path.exists()]  # else somebody has answered meanwhile
        for each in judged:
            match each.verdict:
                case There(import_id=number):
                    self._is_there(each, number)
                case Refused(refusal=refusal):
                    self._refuse(each, refusal)
        self.hold([each for each in judged if isinstance(each.verdict, Held | Failed)], mark=mark)

    def _is_there(self, judged: Judged, number: int) -> None:
        row = judged.file.row(state="loaded", imports=(number,), **judged.said)
        if self._recorded([row], [judged]):
            self.add(judged.outcome)
            self.put_away(judged.file, row)

    def _refuse(self, judged: Judged, refusal: Refusal) -> None:
        row = judged.file.row(state="refused", why=reason("refused", refusal))
        if self._recorded([row], [judged]):
            self.add(judged.outcome)
            self.put_away(judged.file, row)

    def hold(self, judged: Sequence[Judged], *, mark: str) -> None:
        """Record that files are held, or tried again, and tell of those of which that is not known."""
        self.failed |= {each.file.key for each in judged if isinstance(each.verdict, Failed)}
        news = [(each, row) for each in judged if (row := each.row(mark)) and not _is_known(row, each.file.known, mark)]
        if not news or self._recorded([row for _, row in news], [each for each, _ in news]):
            for each, row in news:
                if not _is_known(row, each.file.known):
                    self.add(each.outcome)

    def _recorded(self, rows: Sequence[IntakeFile], judged: Sequence[Judged]) -> bool:
        """Whether rows could be recorded, together; if not, the files are told of and stay for the next run."""
        known = {each.file.key: each.file.known for each in judged}
        try:
            with self.database.writing() as cursor:
                for row in rows:
                    record(cursor, row, known=known[row.key])
        except Exception as error:
            for each in judged:
                refusal = refusal_for(error, each.file.taken)
                self.failed.add(each.file.key)
                self.add(each.file.outcome("failed", code="failed", refusal=refusal))
            return False
        return True

    def put_away(self, file: Lying, row: IntakeFile, receipts: Sequence[Receipt] = ()) -> None:
        """Move a file that is loaded or refused. If that fails, the next run does it."""
        try:
            settle(self.root, row, self.say, receipts=receipts)
        except (Refusal, OSError) as error:
            values = {"file": file.taken.file, "folder": row.state, "error": getattr(error, "strerror", None) or error}
            self.add(file.outcome("failed", code="failed", refusal=refusal_of(error) or Refusal(NOT_MOVED, **values)))


# --- Parts ------------------------------------------------------------------------------------------------------------


@dataclass
class _Loading:
    """Files that are loaded and recorded in one transaction, and the version of the store that they were judged by.

    `recorded` has the row of each by its number; `after` is the version of the store with them.
    """

    version: str
    files: Sequence[Lying]
    after: str = ""
    recorded: dict[int, IntakeFile] = field(default_factory=dict)

    def check(self, cursor: Cursor) -> None:
        """Raise Changed unless the store is what files were judged by, and nothing has happened to them."""
        if version_within(cursor) != self.version or not are_unchanged(cursor, self.files):
            raise Changed

    def record_loaded(self, cursor: Cursor, number: int, receipts: Sequence[Receipt]) -> None:
        """Record that a file is loaded."""
        self.recorded[number] = _loaded_row(self.files[number], receipts)
        record(cursor, self.recorded[number])
        self.after = version_within(cursor)


def are_unchanged(cursor: Cursor, files: Sequence[Lying]) -> bool:
    """Whether nothing has happened to files since they were looked at."""
    now = {row.key: row for row in intake_files(cursor)}
    return all(now.get(file.key) == file.known and file.taken.path.exists() for file in files)


def _is_known(row: IntakeFile, known: IntakeFile | None, mark: str | None = None) -> bool:
    """Whether that a file is held, why, and if given by what it was judged, is recorded already."""
    if known is None or (known.state, known.why) != (row.state, row.why):
        return False
    return mark is None or known.mark == mark


def _loaded_row(file: Lying, receipts: Sequence[Receipt]) -> IntakeFile:
    imports = tuple(receipt.import_id for receipt in receipts)
    day = receipts[0].extract_date.day
    return file.row(state="loaded", source=receipts[0].source.id, extract_date=day, imports=imports)


def refusal_for(error: Exception, file: Taken) -> Refusal:
    """An error as a refusal. One that nobody foresaw goes to the log, and may have passed by the next run."""
    if known := refusal_of(error):
        return known
    reference = secrets.token_hex(4)
    log.error("The intake failed on a file (%s)", reference, exc_info=error)
    return Hindered(FAULT, file=file.file, reference=reference)
