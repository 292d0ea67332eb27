"""A run of the intake: it takes what is whole, judges it, loads what nothing is to be asked of, and puts it away.

Wherever it is killed, a file is in `in`, or whole in `held`; what was loaded and lies there still is put away by the
next run. What the machine is the cause of is tried again by later runs, and never refused.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from compliance import __version__
from compliance.access.permissions import User, current_user
from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.saving import refusal_of, temporary_folder
from compliance.correcting.deliveries import late
from compliance.declarations.declared import marks
from compliance.declarations.intake import Intake, load_intake, refuse_unknown_ids
from compliance.declarations.queries import statement
from compliance.declarations.sources import Words, load_values
from compliance.intake.acting import ATTEMPTS, WHO, Changed, Hands, Judged, Key, Lying, refusal_for
from compliance.intake.judging import FOLDER, Failed, Held, Ready, Refused, Rules, Verdicts, judge
from compliance.intake.outcomes import Kind, Outcome, Run
from compliance.intake.owners import owner_of
from compliance.intake.rows import intake_files
from compliance.intake.settling import held_place
from compliance.intake.taking import (
    MOST_BYTES,
    Harvest,
    Left,
    NoIntake,
    Taken,
    alone,
    folders,
    held_files,
    make_ready,
    strays,
    sweep,
    take_all,
)
from compliance.loading.loading import Order, Prepared, mappings_of, prepare, request_of
from compliance.reading.mapping import ColumnMapping
from compliance.reading.reading import READERS, read
from compliance.store import packs
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, rows

# How often files are judged anew because the store is no longer what they were judged by.
ROUNDS: Final = 3
# What a look waits at least, so that a file that is written to all the time does not keep it busy.
LEAST_SECONDS: Final = 1.0
DECLINED: Final = N_("Somebody has chosen that the same content is not loaded, when it came as {file}.")
CHANGING: Final = N_("{file} waits for the next run: others have changed the database while it was judged.")
LATE: Final = N_("{source} was expected on {due}; the newest is of {newest}.")
CLOSED: Final = N_("The folder {folder} cannot be looked into: {error}.")


def run(
    database: Database,
    root: Path,
    *,
    own: Path,
    say: Language,
    rehearse: bool = False,
    wait: float = 0.0,
    report: Callable[[Outcome], object] = lambda _outcome: None,
) -> Run:
    """Take and load what lies in the folders of organisations, and look again for `wait` seconds while a file is young.

    `say` is the language of receipts. A rehearsal writes nothing. Raise Busy if another run is at work.
    """
    with ExitStack() as block:
        copies = block.enter_context(temporary_folder()) if rehearse else None
        intake = _Intake(database, root, own, say, report, copies, load_intake(own))
        intake.refuse_unknown_ids()
        ready = intake.usable_folders()
        if not rehearse:
            block.enter_context(alone(ready))
        end = time.monotonic() + wait
        while (seconds := intake.look(ready)) is not None and time.monotonic() < end:
            time.sleep(max(min(seconds, end - time.monotonic()), LEAST_SECONDS))
        intake.add_late(ready)
        return Run(tuple(intake.outcomes), 0 if rehearse else intake.held_number(ready))


@dataclass
class _Intake:
    """A run at work. `copies` is a folder for copies, if it is a rehearsal.

    `failed` are the files that the machine has failed on in this run; `told` is what was told of those not taken.
    """

    database: Database
    root: Path
    own: Path
    say: Language
    report: Callable[[Outcome], object]
    copies: Path | None
    declared: Intake
    user: User = field(default_factory=current_user)
    outcomes: list[Outcome] = field(default_factory=list)
    taken_bytes: int = 0
    failed: set[Key] = field(default_factory=set)
    told: set[tuple[str, str, str]] = field(default_factory=set)

    def refuse_unknown_ids(self) -> None:
        """Raise Refusal if what is declared names a point or a source that there is not."""
        with self.database.cursor() as cursor:
            current = packs.declared(cursor, self.own)
        refuse_unknown_ids(self.declared, points=[point.id for point in current.points], sources=current.sources)

    # --- Looking ------------------------------------------------------------------------------------------------------

    def usable_folders(self) -> list[Path]:
        """The folders of organisations; what is none, or cannot be used, is told of."""
        found = []
        try:
            names, found_beside = folders(self.root), strays(self.root)
        except OSError as error:
            raise Refusal(CLOSED, folder=self.root, error=error.strerror or error) from error
        for left in found_beside:
            self._add_left(left)
        for folder in names:
            try:
                make_ready(folder, only_look=self.copies is not None)
                found.append(folder)
            except Refusal as refusal:
                code = "no_in" if isinstance(refusal, NoIntake) else "unusable"
                self._add(Outcome("left", folder.name, code=code, refusal=refusal))
        return found

    def look(self, ready: Sequence[Path]) -> float | None:
        """Take and judge what is there, and return in how many seconds a file may be whole that is not yet."""
        harvests = [self._harvest(number, folder) for number, folder in enumerate(ready)]
        left = [each for harvest in harvests for each in harvest.left]
        for each in left:
            self._add_left(each)
        copied = [file for harvest in harvests for file in harvest.taken] if self.copies else []
        waiting: list[Lying] = []
        for _ in range(ROUNDS):
            files = self._files_to_judge([*copied, *(file for folder in ready for file in held_files(folder))])
            waiting = files if files and not self._is_done(files) else []
            if not waiting:
                break
        for file in waiting:
            self._add(file.outcome("waiting", code="changing", refusal=Refusal(CHANGING, file=file.taken.file)))
        return min((each.seconds for each in left if each.code == "young"), default=None)

    def _harvest(self, number: int, folder: Path) -> Harvest:
        into = self.copies / str(number) if self.copies else None
        try:
            if into:
                into.mkdir(exist_ok=True)
            else:
                sweep(folder)
            harvest = take_all(folder, self.declared, into=into, most=MOST_BYTES - self.taken_bytes)
        except OSError as error:
            refusal = refusal_of(error) or Refusal(CLOSED, folder=folder.name, error=error.strerror or error)
            self._add(Outcome("failed", folder.name, code="unusable", refusal=refusal))
            return Harvest((), ())
        self.taken_bytes += sum(file.size for file in harvest.taken)
        return harvest

    def _add_left(self, left: Left) -> None:
        """Tell once of what is not taken."""
        if (key := (left.folder, left.file, left.code)) not in self.told:
            self.told.add(key)
            kind: Kind = "waiting" if left.code in ("young", "later") else "left"
            self._add(Outcome(kind, left.folder, left.file, code=left.code, refusal=left.refusal))

    def _add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.report(outcome)

    def add_late(self, ready: Iterable[Path]) -> None:
        """Tell of the exports of these organisations that have not come."""
        with self.database.cursor() as cursor:
            owners = {owner: folder.name for folder in ready if (owner := owner_of(cursor, folder.name))}
            found = [
                (owner, folder, each)
                for owner, folder in owners.items()
                for each in late(cursor, owner.organisation, as_of=clock.today(), own=self.own)
            ]
        for owner, folder, each in found:
            refusal = Refusal(LATE, source=each.source.title, due=each.due, newest=each.newest)
            late_of = partial(Outcome, organisation=owner.organisation, source=each.source.id, extract_date=each.newest)
            self._add(late_of("late", folder, code="late", refusal=refusal))

    def held_number(self, ready: Iterable[Path]) -> int:
        """How many files are held."""
        with self.database.cursor() as cursor:
            held = intake_files(cursor, state="held")
        names = {folder.name for folder in ready}
        return sum(row.folder in names and held_place(self.root, row).is_file() for row in held)

    # --- What is to be judged -----------------------------------------------------------------------------------------

    def _files_to_judge(self, taken: Sequence[Taken]) -> list[Lying]:
        """The files to judge: those for which nothing has changed stay held, and what was settled is put away."""
        if not taken:
            return []
        mark = self._mark()
        with self.database.cursor() as cursor:
            known = {row.key: row for row in intake_files(cursor)}
            owners = {folder: owner_of(cursor, folder) for folder in {file.folder for file in taken}}
            files = [Lying(file, owners[file.folder], known.get(file.key)) for file in taken]
            settled = _settled(cursor, files)
        hands = self._hands(load_values(self.own)) if settled and not self.copies else None
        for file in files:
            if file.key in settled:
                self._put_away_again(file, hands)
        return [file for file in files if file.key not in settled and self._is_to_be_judged(file, mark)]

    def _is_to_be_judged(self, file: Lying, mark: str) -> bool:
        if file.key in self.failed:
            return False
        if self.copies or file.known is None or file.known.state != "held" or file.known.mark != mark:
            return True
        return 0 < file.attempts < ATTEMPTS

    def _put_away_again(self, file: Lying, hands: Hands | None) -> None:
        """Put away a file that was loaded or declined before: it was not moved then, or has come again."""
        known = file.known
        if known is None:
            return
        if known.state == "loaded":
            said = {"source": known.source, "extract_date": known.extract_date}
            self._add(file.outcome("there", imports=known.imports, **said))
        else:
            self._add(file.outcome("refused", code=str(known.why.get("code", "")), refusal=known.refusal))
        if hands:
            hands.put_away(file, known)

    def _mark(self) -> str:
        """What files are judged by: the store, what is declared, the program and the day."""
        judged_by = (self.database.version(), marks(self.own), __version__, clock.today())
        return hashlib.sha256(repr(judged_by).encode()).hexdigest()[:16]

    # --- Judging ------------------------------------------------------------------------------------------------------

    def _is_done(self, files: Sequence[Lying]) -> bool:
        """Judge files and act upon it. Return False if what is left is to be judged anew: the store has changed."""
        rules = self._rules()
        hands = self._hands(rules.words)
        judged = self._judged(files, rules)
        if self.copies:
            for each in judged:
                self._add(each.outcome)
            return True
        try:
            others = hands.load(judged)
        except Changed:
            return False
        hands.put(others, mark=self._mark())
        return True

    def _hands(self, words: Words) -> Hands:
        version = self.database.version()
        return Hands(self.database, self.root, self.say, self._add, words, version, self.failed)

    def _rules(self) -> Rules:
        with self.database.cursor() as cursor:
            current = packs.declared(cursor, self.own)
        return Rules(self.declared, current.points, current.sources, load_values(self.own), clock.today())

    def _judged(self, files: Sequence[Lying], rules: Rules) -> list[Judged]:
        """The files with their verdicts. Those that are nobody's are not even read."""
        mappings = mappings_of(self.database)
        with ThreadPoolExecutor(READERS) as pool:
            ready = [*pool.map(lambda file: self._read(file, rules, mappings), [file for file in files if file.owner])]
        declined = self._declined(ready)
        verdicts = declined | self._verdicts([each for each in ready if each.taken not in declined], rules)
        prepared = {each.taken: each.prepared for each in ready if isinstance(each.prepared, Prepared)}
        nobody = {file.taken: Held("folder", Refusal(FOLDER, folder=file.taken.folder)) for file in files}
        return [Judged(file, (nobody | verdicts)[file.taken], prepared.get(file.taken)) for file in files]

    def _read(self, file: Lying, rules: Rules, mappings: Sequence[ColumnMapping]) -> Ready:
        """A file read in a child, or why it cannot be."""
        organisation = file.owner.organisation if file.owner else None
        order, sources = Order(WHO, user=self.user, organisation=organisation), dict(rules.sources)
        request = request_of(order, sources=sources, words=rules.words, today=rules.today, mappings=mappings)
        try:
            book = read(file.taken.path, name=file.taken.file, request=request)
            prepared = prepare(book, order, sources=sources, words=rules.words, mappings=mappings)
        except Exception as error:
            return Ready(file.taken, organisation, refusal_for(error, file.taken))
        return Ready(file.taken, organisation, prepared)

    def _declined(self, files: Sequence[Ready]) -> Verdicts:
        """Files whose content somebody has declined under another name, where a name says nothing of a content."""
        with self.database.cursor() as cursor:
            declined = {row.key[:2]: row.file for row in intake_files(cursor, state="refused") if row.who != WHO}
        return {
            each.taken: Refused(Refusal(DECLINED, file=declined[each.taken.key[:2]]))
            for each in files
            if each.taken.key[:2] in declined and not _is_told_by_name(each.prepared)
        }

    def _verdicts(self, ready: Sequence[Ready], rules: Rules) -> Verdicts:
        """The verdict on each file. If the product fails, those are left out that it fails on alone."""
        if not ready:
            return {}
        try:
            return judge(self.database, ready, rules)
        except Exception as error:
            failed: Verdicts = {each.taken: Failed(refusal_for(error, each.taken)) for each in ready}
        alone = {each.taken: self._verdicts([each], rules)[each.taken] for each in ready} if len(ready) > 1 else failed
        rest = [each for each in ready if not isinstance(alone[each.taken], Failed)]
        return alone | self._verdicts(rest, rules) if 0 < len(rest) < len(ready) else failed


def _is_told_by_name(file: Prepared | Refusal) -> bool:
    """Whether the name of a file may say its day or what it is about."""
    if isinstance(file, Refusal):
        return True
    return (file.day is not None and file.day.by == "file_name") or any(match.said for match in file.matches)


def _settled(cursor: Cursor, files: Sequence[Lying]) -> set[Key]:
    """The files that are loaded and count, are taken answers, or that somebody has declined."""
    known = [file.known for file in files if file.known]
    loaded = [row for row in known if row.state == "loaded"]
    params = {"imports": [number for row in loaded for number in row.imports], "known_at": EVERYTHING_KNOWN}
    counting = {row["import_id"] for row in rows(cursor, statement("imports_in_effect"), params)}
    declined = {row.key for row in known if row.state == "refused" and row.who != WHO}
    return declined | {row.key for row in loaded if not row.imports or counting & {*row.imports}}
