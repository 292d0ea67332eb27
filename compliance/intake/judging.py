"""Which of the files that came by themselves are loaded: those of which nothing is to be asked.

All files of a run are rehearsed together, in the order of their days, on a copy of the store, so that no page waits for
it. What loads, and what is refused, is in closed lists. Whatever is in none of them is held.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from compliance.core import clock
from compliance.core.errors import Asked, Hindered, Refusal
from compliance.core.language import N_, folded
from compliance.correcting.doubts import LIKELY_OWNER, MANY_REJECTED, Code, Doubt, doubts_of_file
from compliance.correcting.previewing import Outcomes, Rehearsal, rehearsed
from compliance.declarations.intake import Intake
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, Words
from compliance.intake.limit import Limit, Mover
from compliance.intake.reasons import number, of_doubt
from compliance.intake.taking import Taken
from compliance.loading.loading import AlreadyLoaded, AnsweredList, NothingToLoad, Prepared
from compliance.loading.parts import parts_of
from compliance.reading.reading import NotRead
from compliance.reading.recognising import ExtractDate
from compliance.reading.said import form_of_name
from compliance.reading.sheets import Workbook
from compliance.store import stores
from compliance.store.database import Database, rows

FOLDER: Final = N_(
    "The folder is called {folder}, and there is no organisation of that name. Rename the folder, or load the file for "
    "the right organisation."
)
MARKER: Final = N_("{file} is a workbook that somebody was sent and has filled in.")
FOLDERS: Final = N_("The same file lies in the folder of {organisation} too, and it can be of one of them alone.")
ELSEWHERE: Final = N_(
    "The same file is loaded for {organisation}, as import {id}. If it belongs here, take that import out of the "
    "figures first; else it is not to be loaded."
)
REVOKED: Final = N_(
    "The same file was loaded as import {id}, and somebody has taken it out of the figures again. Load it if it is "
    "right nevertheless."
)
SAID_OF_ANOTHER: Final = N_(
    "{file} has the same content as {other}, of which somebody has said what it is about. If this is about something "
    "else, say so and load the file by hand."
)
OF_ONE_DAY: Final = N_(
    "There is another file of the same export and extract date, {other}. Say which of them counts, or both."
)
GARBLED: Final = N_("Å, ä and ö are garbled in {n} cells, as in FÃ¶rskola. Export the file again as UTF-8.")
# What is left of å, ä, ö and é that were written in UTF-8 and read as Windows-1252, which no text has otherwise.
GARBLED_LETTERS: Final = "Ã[¥¤¶©…„–\u0085\u0084\u0096]"
UNSETTLED: Final = N_("Figures would move too far, and it could not be found by which of the files. Load them by hand.")
# Doubts with which a file is loaded nevertheless: an older export changes only figures of days before the newer one.
HARMLESS: Final[frozenset[Code]] = frozenset({"newer"})
# Why a file cannot be read, so that nobody can answer anything. `unopened` is not among them: it may be tomorrow.
UNREADABLE: Final = frozenset({
    "empty", "damaged", "unusual", "password", "rights", "xlsb", "old_excel", "numbers", "open_office", "document",
    "slides", "pdf", "picture", "archive", "unknown", "no_table", "open_quote", "bomb", "too_large", "too_slow",
    "memory", "died",
})  # fmt: skip
# How often the rest is rehearsed anew before all of it is held.
ROUNDS: Final = 13


@dataclass(frozen=True)
class Ready:
    """A file that was taken, whose it is if that is known, and its sheets or why there are none."""

    taken: Taken
    organisation: str | None
    prepared: Prepared | Refusal


@dataclass(frozen=True)
class Loadable:
    """A file of which nothing is to be asked: what to load, and what the rehearsal says of it."""

    prepared: Prepared
    rehearsal: Rehearsal


@dataclass(frozen=True)
class Held:
    """A file that somebody must look at, why in a code, and in a sentence with its values."""

    code: str
    refusal: Refusal


@dataclass(frozen=True)
class Refused:
    """A file that can never be loaded as it is."""

    refusal: Refusal


@dataclass(frozen=True)
class There:
    """A file whose content is loaded already for its own organisation, as an import."""

    import_id: int


@dataclass(frozen=True)
class Failed:
    """A file that this machine could not read or rehearse now."""

    refusal: Refusal


Verdict = Loadable | Held | Refused | There | Failed
Verdicts = dict[Taken, Verdict]


@dataclass(frozen=True)
class Rules:
    """What files are judged by."""

    declared: Intake
    points: tuple[Point, ...]
    sources: Mapping[str, Source]
    words: Words
    today: date = field(default_factory=clock.today)


def judge(database: Database, files: Sequence[Ready], rules: Rules) -> Verdicts:
    """What is to be done with each file. The store is only copied."""
    verdicts, left = Verdicts(), list[_Candidate]()
    for file in files:
        read = _as_read(file, rules.declared)
        if isinstance(read, _Candidate):
            left.append(read)
        else:
            verdicts[file.taken] = read
    verdicts |= _in_other_folders(left)
    left = [file for file in left if file.taken not in verdicts]
    first: dict[object, _Candidate] = {}
    for each in left:
        first.setdefault(each.content, each)
    found = _on_a_copy(database, list(first.values()), rules) if left else {}
    return verdicts | {each.taken: found[first[each.content].taken] for each in left}


def _on_a_copy(database: Database, files: Sequence["_Candidate"], rules: Rules) -> Verdicts:
    """What is to be done with files that are rehearsed; if there can be no copy, all of them wait."""
    try:
        with stores.copy_of(database) as copy:
            return _rehearsed(copy, files, rules)
    except Refusal as refusal:
        return {file.taken: Failed(refusal) for file in files}


# --- Before a rehearsal -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Candidate:
    """A file that can be rehearsed."""

    taken: Taken
    organisation: str
    prepared: Prepared

    @property
    def content(self) -> object:
        """What makes two files of a run the same; their names too, if somebody has said what such files are about."""
        return self.export, folded(form_of_name(self.taken.file)) if self.is_said else ""

    @property
    def export(self) -> object:
        """Its content, whose it is, and the day and the part that its name may say."""
        return self.taken.sha256, folded(self.organisation), self.prepared.day, parts_of(self.prepared.matches)

    @property
    def is_said(self) -> bool:
        """Whether somebody has said what such files are about, and nothing in them does."""
        mappings = [match.mapping for match in self.prepared.matches if match.mapping]
        return any(said.place == "constant" for mapping in mappings for said in mapping.said.values())

    def is_called(self, name: str) -> bool:
        """Whether another name is that of the file, days aside."""
        return folded(form_of_name(name)) == folded(form_of_name(self.taken.file))

    @property
    def mover(self) -> Mover | None:
        """What it can move; None if nothing says its day, which is asked."""
        day, sources = self.prepared.day, frozenset(match.source.id for match in self.prepared.matches)
        return Mover(self.organisation, day.day, sources) if day else None


def _as_read(file: Ready, declared: Intake) -> "Verdict | _Candidate":
    """The file if it is to be rehearsed; else what is to be done with it."""
    if isinstance(file.prepared, Refusal):
        return _of_refusal(file.prepared)
    if file.organisation is None:
        return Held("folder", Refusal(FOLDER, folder=file.taken.folder))
    if file.prepared.marker:
        return Held("marker", Refusal(MARKER, file=file.taken.file))
    return _Candidate(file.taken, file.organisation, _with_day(file.prepared, file.taken.came, declared))


def _with_day(file: Prepared, came: datetime, declared: Intake) -> Prepared:
    """A file that says no day is of that on which it came, if the organisation has said so of its sources."""
    is_declared = {match.source.id for match in file.matches} <= declared.days.keys()
    return replace(file, day=ExtractDate(clock.local_day(came), "arrival")) if is_declared and not file.day else file


def _of_refusal(refusal: Refusal) -> Verdict:
    """What is to be done with a file that is refused: what nobody has thought of is held."""
    match refusal:
        case AlreadyLoaded(is_own=True):
            return There(refusal.import_id)
        case AlreadyLoaded():
            return Held("elsewhere", Refusal(ELSEWHERE, organisation=refusal.organisation, id=refusal.import_id))
        case NotRead():
            return Refused(refusal) if refusal.code in UNREADABLE else Failed(refusal)
        case Hindered():
            return Failed(refusal)
        case AnsweredList():
            return Held("answered", refusal)
        case Asked():
            return Held(refusal.about, refusal)
    return Held("nothing" if isinstance(refusal, NothingToLoad) else "other", refusal)


def _in_other_folders(files: Sequence[_Candidate]) -> Verdicts:
    """Files of which the same lies in the folder of another organisation: it can be of one alone."""
    names = defaultdict[str, dict[str, str]](dict)
    for file in files:
        names[file.taken.sha256][folded(file.organisation)] = file.organisation
    found: Verdicts = {}
    for file in files:
        others = [name for key, name in names[file.taken.sha256].items() if key != folded(file.organisation)]
        if others:
            found[file.taken] = Held("folders", Refusal(FOLDERS, organisation=others[0]))
    return found


# --- Rehearsals -------------------------------------------------------------------------------------------------------


def _rehearsed(copy: Database, files: Sequence[_Candidate], rules: Rules) -> Verdicts:
    """What is to be done with files that are rehearsed together.

    Once some are held, those of their organisation are rehearsed anew without them: what is of a later day may be
    right, and what was compared with them is compared with what is loaded.
    """
    settled, found = _revoked(copy, files), Verdicts()
    files = [file for file in files if file.taken not in settled]
    limit = Limit.of(copy, _movers(files), points=rules.points, declared=rules.declared, today=rules.today)
    for _ in range(ROUNDS):
        if not files:
            break
        found, held = _round(copy, files, limit, rules)
        again = {folded(file.organisation) for file in files if file.taken in held}
        settled |= held
        settled |= {
            file.taken: found[file.taken]
            for file in files
            if file.taken not in held and (folded(file.organisation) not in again or _stays(found[file.taken]))
        }
        files = [file for file in files if file.taken not in settled]
    unsettled = Held("limit", Refusal(UNSETTLED))
    return settled | {f.taken: unsettled if isinstance(v := found[f.taken], Loadable) else v for f in files}


def _revoked(copy: Database, files: Sequence[_Candidate]) -> Verdicts:
    """Files that were loaded before and taken out again by somebody: the same content may come every night."""
    sums = [file.taken.sha256 for file in files]
    with copy.cursor() as cursor:
        numbers = {
            row["sha256"]: row["import_id"] for row in rows(cursor, statement("revoked_contents"), {"sums": sums})
        }
    return {
        file.taken: Held("revoked", Refusal(REVOKED, id=numbers[file.taken.sha256]))
        for file in files
        if file.taken.sha256 in numbers
    }


def _stays(verdict: Verdict) -> bool:
    """Whether a file stays held without its organisation's others: those of another are not rehearsed again."""
    return isinstance(verdict, Held) and verdict.code == "likely_owner"


def _round(copy: Database, files: Sequence[_Candidate], limit: Limit, rules: Rules) -> tuple[Verdicts, Verdicts]:
    """A verdict on each file if all that are clean are loaded, and those that are held so that others are not."""
    by_key = {str(number): file for number, file in enumerate(files)}
    outcomes, after = rehearsed(
        copy,
        {key: file.prepared for key, file in by_key.items()},
        words=rules.words,
        counts=lambda key, found: isinstance(_of_rehearsal(by_key[key], found, rules), Loadable),
        then=lambda cursor, _outcomes: limit.figures(cursor, _movers(files)),
    )
    verdicts = {by_key[key].taken: _of_outcome(by_key[key], outcome, rules) for key, outcome in outcomes.items()}
    together = _of_one_day(by_key, outcomes) | _of_one_content(files, verdicts) | _of_sets(files, verdicts)
    if together := together | _said_of_one(files, verdicts):
        return verdicts, together
    clean = {file.taken: file.mover for file in files if isinstance(verdicts[file.taken], Loadable)}
    moved = limit.holds({taken: mover for taken, mover in clean.items() if mover}, after)
    return verdicts, {taken: Held("limit", refusal) for taken, refusal in moved.items()}


def _of_outcome(file: _Candidate, outcome: Rehearsal | Refusal, rules: Rules) -> Verdict:
    if isinstance(outcome, AlreadyLoaded) and outcome.is_own and file.is_said and not file.is_called(outcome.name):
        return _said_of_another(file, outcome.name)
    return _of_refusal(outcome) if isinstance(outcome, Refusal) else _of_rehearsal(file, outcome, rules)


def _of_rehearsal(file: _Candidate, rehearsal: Rehearsal, rules: Rules) -> Verdict:
    """Loadable if nothing is asked, and no doubt is left that is not known to be harmless; else the first holds.

    Whose a file seems to be comes first: that it lacks all keys of the export before is asked of it too.
    """
    doubts = [each for each in doubts_of_file(rehearsal, file.prepared.workbook) if not _is_harmless(each)]
    for doubt in sorted(doubts, key=lambda each: each.code != "likely_owner"):
        if doubt.code == "likely_owner" or not rehearsal.questions:
            return Held(doubt.code, of_doubt(doubt, rules.sources, rows=rehearsal.loaded + rehearsal.rejected))
    for question in rehearsal.questions:
        return Held(question.about, question)
    for receipt, comparison in zip(rehearsal.receipts, rehearsal.comparisons, strict=True):
        if receipt.far_fewer:  # of few rows too, which the page only tells
            fewer = Doubt("shrunk", {"n": comparison.rows, "before": receipt.rows_before})
            return Held("shrunk", of_doubt(fewer, rules.sources, rows=comparison.rows))
    if garbled := _garbled(file.prepared.workbook):
        return Held("garbled", Refusal(GARBLED, n=number(garbled)))
    return Loadable(file.prepared, rehearsal)


def _garbled(workbook: Workbook) -> int:
    """How many cells are garbled, of columns in which it is no slip in a few."""
    import pyarrow.compute as pc

    columns = [column for sheet in workbook.sheets for column in sheet.cells.columns]
    counts = [
        (pc.count(column.filter(pc.match_substring_regex(column, GARBLED_LETTERS))).as_py(), pc.count(column).as_py())
        for column in columns
    ]
    return sum(found for found, of in counts if found > MANY_REJECTED * of)


def _is_harmless(doubt: Doubt) -> bool:
    """Whether a file is loaded in spite of a doubt.

    Administrations share systems: an export is its own organisation's if that has as many of its keys as another.
    """
    is_own = doubt.code == "likely_owner" and doubt.values["shared"] >= doubt.values["known"]
    return is_own or doubt.code in HARMLESS


def _of_one_day(files: Mapping[str, _Candidate], outcomes: Outcomes) -> Verdicts:
    """Files of a run of which one would take the place of another: nothing says which of them is right."""
    done = {key: outcome for key, outcome in outcomes.items() if isinstance(outcome, Rehearsal)}
    of_import = {receipt.import_id: key for key, rehearsal in done.items() for receipt in rehearsal.receipts}
    pairs = [
        (key, of_import[number])
        for key, rehearsal in done.items()
        for receipt in rehearsal.receipts
        for number, _ in receipt.replaces
        if number in of_import
    ]
    both = [*pairs, *((other, key) for key, other in pairs)]
    return {files[key].taken: Held("of_one_day", Refusal(OF_ONE_DAY, other=files[o].taken.file)) for key, o in both}


def _of_one_content(files: Sequence[_Candidate], verdicts: Verdicts) -> Verdicts:
    """First exports whose content another organisation's file of the run has too: either may be in a wrong folder."""
    others = {
        (folded(str(verdict.refusal.values["name"])), match.source.id): file.organisation
        for file in files
        if isinstance(verdict := verdicts[file.taken], Held) and verdict.code == "likely_owner"
        for match in file.prepared.matches
    }
    held: Verdicts = {}
    for file in files:
        verdict = verdicts[file.taken]
        names = [others.get((folded(file.organisation), match.source.id)) for match in file.prepared.matches]
        other = next(filter(None, names), None)
        if other and isinstance(verdict, Loadable) and any(c.earlier is None for c in verdict.rehearsal.comparisons):
            held[file.taken] = Held("likely_owner", Refusal(LIKELY_OWNER, name=other))
    return held


def _of_sets(files: Sequence[_Candidate], verdicts: Verdicts) -> Verdicts:
    """What is held of files that are one export together: the rest may be asked about, as it lacks them."""
    sets = defaultdict[object, list[Taken]](list)
    for file in files:
        if file.prepared.set:
            sets[file.prepared.set].append(file.taken)
    return {
        taken: verdict
        for together in sets.values()
        if any(isinstance(verdicts[taken], Loadable) for taken in together)
        for taken in together
        if isinstance(verdict := verdicts[taken], Held)
    }


def _said_of_one(files: Sequence[_Candidate], verdicts: Verdicts) -> Verdicts:
    """Files of one content and unlike names, of which somebody has said what they are about: it is so of one alone."""
    alike = defaultdict[object, list[_Candidate]](list)
    for file in files:
        if file.is_said:
            alike[file.export].append(file)
    return {
        file.taken: _said_of_another(file, unlike[0])
        for file in files
        if isinstance(verdicts[file.taken], Loadable | Held)
        and (unlike := [each.taken.file for each in alike[file.export] if not file.is_called(each.taken.file)])
    }


def _said_of_another(file: _Candidate, other: str) -> Held:
    return Held("said", Refusal(SAID_OF_ANOTHER, file=file.taken.file, other=other))


def _movers(files: Sequence[_Candidate]) -> list[Mover]:
    return [mover for file in files if (mover := file.mover)]
