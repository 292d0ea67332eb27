"""One file into the database, in one transaction: all of it or nothing. And out of the figures again."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from datetime import date
from itertools import groupby
from typing import Final, TypeVar

from compliance.core.clock import local_day
from compliance.core.errors import Refusal
from compliance.core.hints import nearest
from compliance.core.language import N_
from compliance.core.lengths import LONGEST_NAME, LONGEST_TEXT, few_marks
from compliance.core.masking import mask_text
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source
from compliance.loading.cutting import cut
from compliance.loading.keeping import keep_cells, keep_columns, keep_facts, mended_rows
from compliance.loading.levels import without_refused
from compliance.loading.matching import translate_keys
from compliance.loading.validating import REASONS, Summary, insert_typed, validate
from compliance.reading.mapping import ColumnMapping, saved_mappings
from compliance.reading.markers import Marker, is_row_number, split_marker
from compliance.reading.recognising import (
    ExtractDate,
    Match,
    Words,
    data_rows,
    error_cells,
    extract_date,
    organisation_named,
    recognise,
)
from compliance.reading.screening import ReadRequest, screened_again
from compliance.reading.sheets import Workbook
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, Rows, moment, next_number, rows

FIRST_NAME: Final = "Förvaltningen"
# Why an import no longer counts, where nobody has written it.
REPLACED: Final = N_("replaced by later mended rows")
FORMULAS: Final = N_(
    "{file} has {n} formulas without a stored value, so their cells look empty. "
    "Open the file in Excel, save it and load it again."
)
T = TypeVar("T")
# The number and the file of imports whose place another takes.
Replaced = tuple[tuple[int, str], ...]


class Undated(Refusal):
    """A file that does not say on which day it was exported."""


class NothingToLoad(Refusal):
    """A file that is recognised and has no row that can be loaded."""


@dataclass(frozen=True)
class Order:
    """What the user says of a file; what is None is found out. `who` goes into the history.

    `through` is the heading of the export that a key refers to, in whose column the file's own keys stand.
    """

    who: str
    _: KW_ONLY
    source: str | None = None
    organisation: str | None = None
    extract_date: date | None = None
    completes: bool = False
    through: str | None = None


@dataclass(frozen=True)
class Receipt:
    """One import as it was, or would be, loaded.

    `future` is an extract date after today, `other_organisation` the one that the file names where it is another,
    `replaces` the number and file of each import whose place it takes, `marker` what a workbook of our own says of
    itself, `through` the column of another export by which its keys were matched.
    """

    import_id: int
    organisation: str
    source: Source
    matches: tuple[Match, ...]
    extract_date: ExtractDate
    summary: Summary
    error_cells: int
    problems: Rows
    future: bool
    other_organisation: str | None
    replaces: Replaced
    marker: Marker | None
    through: str | None


def load(
    database: Database, workbook: Workbook, order: Order, *, sources: dict[str, Source], words: Words
) -> list[Receipt]:
    """Loads every recognised sheet of a workbook, one import a source, and commits; a Refusal changes nothing."""
    prepared = prepare(workbook, order, sources=sources, words=words, mappings=_mappings(database))
    with database.writing() as cursor:
        return load_prepared(cursor, prepared, words=words, cells=True)


def rehearse(
    database: Database,
    files: list[tuple[Workbook, Order]],
    *,
    sources: dict[str, Source],
    words: Words,
    then: Callable[[Cursor, list[Receipt]], T],
) -> tuple[list[Receipt], T]:
    """What loading some files one after the other would give, and what `then` sees after it; nothing is written."""
    mappings = _mappings(database)
    prepared = [prepare(book, order, sources=sources, words=words, mappings=mappings) for book, order in files]
    # what others refer to comes first
    prepared.sort(key=lambda file: min(match.source.order for match in file.matches))
    with database.rehearsing() as cursor:
        receipts = [receipt for file in prepared for receipt in load_prepared(cursor, file, words=words, cells=False)]
        return receipts, then(cursor, receipts)


@dataclass(frozen=True)
class Prepared:
    """A file that is going to be loaded: its sheets, and what is said of it by the user or by the file itself."""

    workbook: Workbook
    order: Order
    matches: list[Match]
    marker: Marker | None

    @property
    def returned(self) -> bool:
        """Whether it holds rejected rows of another file that somebody has mended."""
        return self.marker is not None and self.marker.kind == "return"

    @property
    def answered(self) -> bool:
        """Whether it holds a unit's answers, whose sheets are loaded each by itself."""
        return self.marker is not None and self.marker.kind == "answers"


def read_request(
    database: Database, order: Order, *, sources: dict[str, Source], words: Words, today: date
) -> ReadRequest:
    """What is known of a file before it is read."""
    if order.source and order.source not in sources:
        raise unknown_source(order.source, sources)
    return ReadRequest(sources, words, today, _mappings(database), order.source, order.extract_date)


def _mappings(database: Database) -> list[ColumnMapping]:
    if not database.exists():
        return []
    with database.cursor() as cursor:
        return [mapping.columns for mapping in saved_mappings(cursor)]


def prepare(
    workbook: Workbook,
    order: Order,
    *,
    sources: dict[str, Source],
    words: Words,
    mappings: Sequence[ColumnMapping] = (),
) -> Prepared:
    """The sheets to load; those that have a heading but no row are left out where others have rows.

    A workbook of our own that comes back filled in completes what it was made from, whatever the user says.
    """
    if order.source and order.source not in sources:
        raise unknown_source(order.source, sources)
    known = ReadRequest(sources, words, workbook.around, mappings, order.source, order.extract_date)
    workbook, marker = split_marker(screened_again(workbook, known))
    if marker:
        order = replace(
            order,
            completes=True,
            source=order.source or (marker.source if marker.source in sources else None),
        )
    returned = marker is not None and marker.kind == "return"
    matches = recognise(workbook, sources, words, source_id=order.source, mappings=mappings, returned=returned)
    if marker is None:
        _refuse_unmarked_return(workbook, matches)
    matches = [cut(without_refused(match, words, sources.values()), words) for match in matches]
    filled = [match for match in matches if match.withheld_rows or data_rows(match, words).num_rows]
    return Prepared(workbook, order, filled or matches, marker)


def _refuse_unmarked_return(workbook: Workbook, matches: list[Match]) -> None:
    """Mended rows whose hidden sheet is lost would be taken for a whole export, and replace it."""
    for match in matches:
        if any(is_row_number(column.heading) for column in match.unused):
            raise Refusal(
                N_(
                    "{file} looks like mended rows, but has lost the hidden sheet that says which file they belong to. "
                    "Mend the workbook as it was sent out, and save it as .xlsx."
                ),
                file=workbook.name,
            )


def load_prepared(cursor: Cursor, file: Prepared, *, words: Words, cells: bool = True) -> list[Receipt]:
    """Loads a file inside the caller's transaction; `cells` says whether they are kept as they were read."""
    day = _extract_date(file, words)
    organisation_id, organisation = organisation_for(cursor, file.order, day.day)
    if file.returned:
        _refuse_return(cursor, file, day.day)
    job = _Job(file, words, day, organisation_id, organisation, cells)
    ordered = sorted(file.matches, key=lambda match: (match.source.order, match.number))
    receipts = [_load_source(cursor, job, list(group)) for _, group in groupby(ordered, key=lambda m: m.source.id)]
    if not any(receipt.summary.loaded for receipt in receipts):
        raise _nothing_to_load(file.workbook, receipts[0].source, receipts[0].problems)
    return receipts


def _refuse_return(cursor: Cursor, file: Prepared, day: date) -> None:
    """Mended rows belong to a file that counts; alone they would stand for all of it."""
    sha256 = file.marker.sha256 if file.marker else None
    counting = rows(cursor, statement("returned_to"), {"sha256": sha256, "day": day, "known_at": EVERYTHING_KNOWN})
    if not counting:
        raise Refusal(
            N_("{file} holds mended rows of a file that is not loaded, or no longer counts. Load that file first."),
            file=file.workbook.name,
        )


@dataclass(frozen=True)
class _Job:
    """A file that is being loaded, and what is known of it as a whole."""

    file: Prepared
    words: Words
    day: ExtractDate
    organisation_id: int
    organisation: str
    cells: bool

    @property
    def workbook(self) -> Workbook:
        """The file's sheets."""
        return self.file.workbook

    @property
    def order(self) -> Order:
        """What is said of the file."""
        return self.file.order

    def through(self, matches: list[Match]) -> str | None:
        """The column of another export by which keys are matched, as the user says now or has said before."""
        return self.order.through or next((m.mapping.through for m in matches if m.mapping), None)


def unknown_source(said: str, sources: dict[str, Source]) -> Refusal:
    """The sentence for a source that does not exist, with the nearest that does."""
    return Refusal(
        N_("There is no source {source}. Did you mean {near}? The sources are {all}."),
        source=said,
        near=nearest(said, sources, cutoff=0.4),
        all=", ".join(sources),
    )


def _extract_date(file: Prepared, words: Words) -> ExtractDate:
    """What the user says, else the day of the file that mended rows belong to, else what the file itself says."""
    if file.order.extract_date:
        return ExtractDate(file.order.extract_date, "said")
    if file.marker and file.marker.extract_date:
        return ExtractDate(file.marker.extract_date, "marker")
    if found := extract_date(file.workbook, file.matches, words):
        return found
    raise Undated(
        N_("{file} does not say on which day it was exported. Give its extract date."), file=file.workbook.name
    )


def organisation_for(cursor: Cursor, order: Order, day: date) -> tuple[int, str]:
    """The organisation that is said, by its name on the day, else the only one there is then.

    A new database has one, which can be renamed.
    """
    known = {
        row["organisation"]: row["organisation_id"]
        for row in rows(cursor, statement("organisations"), {"known_at": EVERYTHING_KNOWN})
    }
    said = _called(cursor, as_name(order.organisation), day) if order.organisation else None
    there = rows(cursor, statement("organisations_on"), {"as_of": day, "known_at": EVERYTHING_KNOWN})
    if not said and len(there) > 1:
        raise Refusal(
            N_("The database holds several organisations: {names}. Say which of them is meant."),
            names=", ".join(row["organisation"] for row in there),
        )
    wanted = said or (there[0]["organisation"] if there else FIRST_NAME)
    name = next((n for n in known if n.casefold() == wanted.casefold()), None)
    return (known[name], name) if name else _add_organisation(cursor, order, wanted)


def _called(cursor: Cursor, organisation: str, day: date) -> str:
    """What an organisation is called on a day, where its name has changed."""
    given = {"kind": "organisation", "name": organisation, "day": day, "known_at": EVERYTHING_KNOWN}
    found: str = cursor.execute(statement("called"), given).fetchall()[0][0]
    return found


def _add_organisation(cursor: Cursor, order: Order, name: str) -> tuple[int, str]:
    number = next_number(cursor, "organisation")
    cursor.execute(
        statement("add_organisation_name"),
        {"organisation_id": number, "name": name, "who": order.who},
    )
    return number, name


def _load_source(cursor: Cursor, job: _Job, matches: list[Match]) -> Receipt:
    source = matches[0].source
    _refuse_same_file(cursor, job.workbook, source, job.day)
    summary = validate(cursor, matches, job.words, date1904=job.workbook.date1904)
    if through := job.through(matches):
        translate_keys(cursor, source, through, organisation_id=job.organisation_id, day=job.day.day)
    problems = rows(cursor, statement("found_problems"))
    if not summary.loaded and not (job.file.answered and problems):
        raise _nothing_to_load(job.workbook, source, problems)
    replaced = _mended_before(cursor, job, matches) if job.file.returned else _replaced(cursor, job, source)
    import_id = _add_import(cursor, job, matches, summary, problems)
    if job.file.returned:
        for number, _ in replaced:
            _revoke(cursor, number, why=REPLACED, order=job.order)
    named = organisation_named(matches, job.words)
    named = _called(cursor, named, job.day.day) if named else None
    return Receipt(
        import_id,
        job.organisation,
        source,
        tuple(matches),
        job.day,
        summary,
        sum(error_cells(match, job.words) for match in matches),
        problems,
        future=job.day.day > local_day(moment(cursor)),
        other_organisation=named if named and named.casefold() != job.organisation.casefold() else None,
        replaces=replaced,
        marker=job.file.marker,
        through=through,
    )


def _mended_before(cursor: Cursor, job: _Job, matches: list[Match]) -> Replaced:
    """The imports of mended rows of the same file whose place these take, as they hold all of their rows.

    Where they hold some of them, a row would count twice; so they are refused.
    """
    marker = job.file.marker
    given = {"sha256": marker.sha256 if marker else None, "source": matches[0].source.id}
    sheets = len({row["sheet_number"] for row in rows(cursor, statement("returned_columns"), given)})
    # where the file has one sheet, it does not matter what that is called when its rows come back
    now = {(match.sheet.name if sheets > 1 else "", n) for match in matches for n in mended_rows(match).values()}
    found = []
    for row in rows(cursor, statement("earlier_returns"), given | {"known_at": EVERYTHING_KNOWN}):
        before = {(mended["sheet"] if sheets > 1 else "", mended["row"]) for mended in row["mended"] or ()}
        if before and before <= now:
            found.append((row["import_id"], row["file"]))
        elif both := before & now:
            raise Refusal(
                N_("Row {row} of {file} has been mended before, by import {id}. Revoke that import first."),
                row=min(both)[1],
                file=job.workbook.name,
                id=row["import_id"],
            )
    return tuple(found)


def _add_import(cursor: Cursor, job: _Job, matches: list[Match], summary: Summary, problems: Rows) -> int:
    """Writes the import with everything that belongs to it; returns its number."""
    source = matches[0].source
    import_id = next_number(cursor, "import")
    whose = {"import_id": import_id, "organisation_id": job.organisation_id, "source": source.id}
    cursor.execute(statement("add_import"), whose | _record(job, matches, summary))
    cursor.execute(statement("add_problems"), {"import_id": import_id})
    keep_columns(cursor, import_id, matches)
    if job.cells:
        keep_cells(cursor, import_id, matches)
        keep_facts(
            cursor,
            import_id,
            job.workbook,
            matches,
            words=job.words,
            through=job.through(matches),
            returned_to=job.file.marker.sha256 if job.file.marker and job.file.returned else None,
            rejected={(p["sheet_number"], p["row"]) for p in problems if p["kind"] == "rejected"},
        )
    insert_typed(cursor, source, import_id=import_id)
    add_event(cursor, job.order, "load", f"import {import_id}: {source.id}, {job.workbook.name}")
    return import_id


def _replaced(cursor: Cursor, job: _Job, source: Source) -> Replaced:
    """The imports of the same source and day, which a later one takes the place of unless it completes them."""
    if job.order.completes:
        return ()
    given = {"organisation_id": job.organisation_id, "source": source.id, "extract_date": job.day.day}
    found = rows(cursor, statement("same_day"), given | {"known_at": EVERYTHING_KNOWN})
    return tuple((row["import_id"], row["file"]) for row in found)


def _record(job: _Job, matches: list[Match], summary: Summary) -> dict[str, object]:
    """What the history keeps of an import."""
    return {
        "file": job.workbook.name,
        "sha256": job.workbook.sha256,
        "sheets": ", ".join(match.sheet.name for match in matches if match.sheet.name),
        "extract_date": job.day.day,
        "extract_date_by": job.day.by,
        "completes": job.order.completes,
        "who": job.order.who,
        "loaded": summary.loaded,
        "rejected": summary.rejected,
        "warnings": summary.warnings,
    }


def _refuse_same_file(cursor: Cursor, workbook: Workbook, source: Source, day: ExtractDate) -> None:
    same = rows(
        cursor,
        statement("same_file"),
        {
            "sha256": workbook.sha256,
            "source": source.id,
            "extract_date": day.day,
            "known_at": EVERYTHING_KNOWN,
        },
    )
    if same:
        raise Refusal(
            N_("{file} has been loaded before, as import {id} on {day}. Nothing has changed."),
            file=workbook.name,
            id=same[0]["import_id"],
            day=local_day(same[0]["imported_at"]),
        )


def _nothing_to_load(workbook: Workbook, source: Source, problems: Rows) -> NothingToLoad:
    if workbook.formulas and (not problems or problems[0]["reason"] == "missing"):
        return NothingToLoad(FORMULAS, file=workbook.name, n=workbook.formulas)
    if not problems:
        return NothingToLoad(
            N_("{file} has the headings of {source} but no row below them. Export it again with its rows."),
            file=workbook.name,
            source=source.title,
        )
    first = problems[0]
    return NothingToLoad(
        N_(
            "No row of {file} can be loaded as {source}. The first one, row {row}, column {column}: {reason} "
            "Correct the file and load it again."
        ),
        file=workbook.name,
        source=source.title,
        row=first["row"],
        column=first["column"],
        reason=Refusal(REASONS[first["reason"]]),
    )


def revoke(database: Database, import_id: int, *, why: str, order: Order) -> None:
    """Takes an import out of the figures from now on; it stays in the history."""
    why = as_kept(why)
    if not why:
        raise Refusal(N_("Say why the import is revoked."))
    with database.writing() as cursor:
        known = {row["import_id"]: row for row in rows(cursor, statement("imports"), {"known_at": EVERYTHING_KNOWN})}
        if import_id not in known:
            raise Refusal(N_("There is no import {id}. The list of imports shows their numbers."), id=import_id)
        if known[import_id]["revoked_at"]:
            raise Refusal(N_("Import {id} has been revoked before."), id=import_id)
        _revoke(cursor, import_id, why=why, order=order)


def _revoke(cursor: Cursor, import_id: int, *, why: str, order: Order) -> None:
    cursor.execute(statement("revoke"), {"import_id": import_id, "who": order.who, "why": why})
    add_event(cursor, order, "revoke", f"import {import_id}: {why}")


def rename_organisation(database: Database, organisation_id: int, *, name: str, order: Order) -> None:
    """Gives an organisation a new name, from now on."""
    name = as_name(name)
    if not name:
        raise Refusal(N_("Write the name of the organisation."))
    with database.writing() as cursor:
        known = rows(cursor, statement("organisations"), {"known_at": EVERYTHING_KNOWN})
        if any(
            r["organisation"].casefold() == name.casefold() for r in known if r["organisation_id"] != organisation_id
        ):
            raise Refusal(N_("Another organisation is called {name}. Choose a name of its own."), name=name)
        cursor.execute(
            statement("add_organisation_name"),
            {"organisation_id": organisation_id, "name": name, "who": order.who},
        )
        add_event(cursor, order, "rename", name)


def as_kept(text: str) -> str:
    """What a person wrote as one line, without marks that cannot be seen and with identity numbers masked.

    A Refusal where it is longer than any field may be, before anything is done with it.
    """
    refuse_too_long(text)
    text = unicodedata.normalize("NFC", few_marks(text))
    seen = "".join(letter for letter in text if letter.isspace() or unicodedata.category(letter)[0] != "C")
    return mask_text(" ".join(seen.split()))[0]


def refuse_too_long(text: str) -> None:
    """A Refusal of a text that is longer than any field may be."""
    if len(text) > LONGEST_TEXT:
        raise Refusal(
            N_("The text has {n} characters, and {most} are the most. Shorten it."), n=len(text), most=LONGEST_TEXT
        )


def as_name(text: str) -> str:
    """The same of a name; a Refusal where it is so long that it is none."""
    name = as_kept(text)
    if len(name) > LONGEST_NAME:
        raise Refusal(N_("The name has {n} characters. Write one of {most} at most."), n=len(name), most=LONGEST_NAME)
    return name


def add_event(cursor: Cursor, order: Order, action: str, what: str) -> None:
    """Leaves a trace of what was done."""
    cursor.execute(statement("add_event"), {"who": order.who, "action": action, "what": what})
