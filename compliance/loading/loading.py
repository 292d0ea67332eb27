"""Loading a file into the database in one transaction, all of it or nothing, and revoking an import."""

import unicodedata
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Final, TypeVar

from compliance.access.audit import Act, Action
from compliance.access.permissions import User, current_user
from compliance.core.clock import local_day
from compliance.core.errors import Asked, Hindered, Refusal
from compliance.core.hints import nearest
from compliance.core.language import N_, folded
from compliance.core.lengths import LONGEST_NAME, LONGEST_TEXT, few_marks
from compliance.core.masking import mask_text
from compliance.declarations.queries import statement
from compliance.declarations.sources import Source, Words, normal, product_sources, spoken
from compliance.loading import asking, parts
from compliance.loading.asking import Accepted, Keys, Question
from compliance.loading.matching import translate_keys
from compliance.loading.meanings import meanings, with_meanings
from compliance.loading.refusing import without_refused
from compliance.loading.storing import original_rows, store_cells, store_columns, store_facts
from compliance.loading.truncating import truncate
from compliance.loading.validating import REASONS, Summary, insert_typed, validate
from compliance.reading.mapping import ColumnMapping, save, saved_mappings
from compliance.reading.markers import Marker, has_keys, is_row_number, split_marker
from compliance.reading.recognising import (
    ExtractDate,
    Match,
    as_mapping,
    data_rows,
    error_cells,
    extract_date,
    known_headings,
    organisation_named,
    recognise,
    with_values,
)
from compliance.reading.repeating import without_repeated, without_second_table
from compliance.reading.screening import ReadRequest, screened_again
from compliance.reading.sheets import Workbook
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, Rows, moment, next_number, rows, stamp, tell

FIRST_NAME: Final = "Förvaltningen"
# The reason of a revocation that nobody wrote.
REPLACED: Final = N_("replaced by later mended rows")
REPLACED_PART: Final = N_("replaced by a later file about the same")
FORMULAS: Final = N_(
    "{file} has formulas without a stored value ({n}), so their cells look empty. "
    "Open the file in Excel, save it and load it again."
)
WITHOUT_LEVELS: Final = N_(
    "{file} has no column that is read as {field}, so level 4 could be in a column that nobody knows. Connect the "
    "column, or load the file without levels."
)
TOO_LONG: Final = N_("The text has {n} characters, and {most} are the most. Shorten it.")
T = TypeVar("T")
# The number and the file of each import that another replaces.
Replaced = tuple[tuple[int, str], ...]


class AlreadyLoaded(Refusal):
    """A file whose content is loaded and counts: `import_id` is its import, of that organisation, by that name."""

    def __init__(
        self, message: str, *, import_id: int, organisation: str, is_own: bool, name: str, **values: object
    ) -> None:
        self.import_id, self.organisation, self.is_own, self.name = import_id, organisation, is_own, name
        super().__init__(message, id=import_id, **values)


class AnsweredList(Refusal):
    """A work list that a unit has answered, which is no export: it is taken on the page of imports."""


class NothingToLoad(Refusal):
    """A file that is recognised but has no row to load.

    `month_first` are the columns that are read once somebody says that their dates begin with the month: each with its
    source and field, by its heading.
    """

    def __init__(self, message: str, *, month_first: tuple[tuple[str, str, str], ...] = (), **values: object) -> None:
        self.month_first = month_first
        super().__init__(message, **values)


@dataclass(frozen=True)
class Order:
    """What the user says of a file; None is detected. `who` goes into the history, `user` into the audit trail.

    `heading_row` is the row with the headings (1 is the first). `through` is the heading, in the export that a key
    refers to, of the column with the file's own keys. `accepted` are the questions that are answered with yes.
    """

    who: str
    _: KW_ONLY
    user: User = field(default_factory=current_user)
    source: str | None = None
    organisation: str | None = None
    extract_date: date | None = None
    completes: bool = False
    through: str | None = None
    heading_row: int | None = None
    accepted: frozenset[Accepted] = frozenset()

    def answers(self, question: Question) -> bool:
        """Whether the user has answered a question about the file."""
        said = {"what": self.source, "headings": self.heading_row == question.row}
        said |= {"keys": self.completes, "parts": self.completes}
        return bool(said[question.about]) or question.about in self.accepted


@dataclass(frozen=True)
class Receipt:
    """One import as it was loaded, or would be.

    `future` says that the extract date is after today; `other_organisation` is the organisation that the file names, if
    another; `replaces` lists the imports that it replaces, and `rows_before` counts the rows of the exports whose place
    it takes; `marker` is that of a workbook of our own; `through` is the column of another export by which its keys
    were matched; `keys` are those of the exports before it; `questions` must be answered before it may be committed.
    `parts` is what the file says once, if it is one of several that are one export, and `counted` what counted before;
    no export of an earlier day has been about those that are `unheard`, if there is one.
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
    rows_before: int
    marker: Marker | None
    through: str | None
    keys: Keys | None
    questions: tuple[Question, ...] = ()
    parts: tuple[str, ...] = ()
    counted: Mapping[str, str] = field(default_factory=dict)
    unheard: tuple[str, ...] = ()

    @property
    def is_strange(self) -> bool:
        """Whether it has nothing, or less than half, of the keys of the exports before it."""
        return self.keys is not None and self.keys.strange

    @property
    def far_fewer(self) -> bool:
        """Whether it takes the place of more than twice as many rows, where its keys do not tell more."""
        return not self.is_strange and 2 * (self.summary.loaded + self.summary.rejected) < self.rows_before


def load(
    database: Database, workbook: Workbook, order: Order, *, sources: dict[str, Source], words: Words
) -> list[Receipt]:
    """Load every recognised sheet of a workbook, one import a source, and commit. A Refusal changes nothing."""
    prepared = prepare(workbook, order, sources=sources, words=words, mappings=mappings_of(database))
    return load_ready(database, prepared, words=words)


def load_ready(database: Database, file: "Prepared", *, words: Words) -> list[Receipt]:
    """Load a prepared file and commit. A Refusal, or the first Question that nobody has answered, changes nothing."""
    [result] = load_set(database, [file], words=words)
    if isinstance(result, Refusal):
        raise result
    return result


def load_set(
    database: Database,
    files: Sequence["Prepared"],
    *,
    words: Words,
    first: Callable[[Cursor], object] = lambda _cursor: None,
    then: Callable[[Cursor, int, list[Receipt]], object] = lambda _cursor, _number, _receipts: None,
) -> list[list[Receipt] | Refusal]:
    """Load the files of a set (see `in_sets`) in one transaction, and commit: the receipts of each, or its Refusal.

    What is refused is left out. If the others are asked about as it is missing, nothing of them is loaded. `first` and
    `then` are called within the transaction: before anything is loaded, and with the number of each file and its
    receipts, which it may refuse.
    """
    refused: dict[int, Refusal] = {}
    while len(refused) < len(files):
        left = {number: file for number, file in enumerate(files) if number not in refused}
        try:
            with database.writing() as cursor:
                first(cursor)
                done = _load_all(cursor, left, words=words, then=then)
        except _Refused as error:
            refused |= error.refusals
        else:
            return [refused[number] if number in refused else done[number] for number in range(len(files))]
    return [refused[number] for number in range(len(files))]


class _Refused(Exception):
    """Some of several files are refused or asked about, by their numbers: nothing of any may be committed."""

    def __init__(self, refusals: Mapping[int, Refusal]) -> None:
        self.refusals = refusals
        super().__init__(list(refusals))


def _load_all(
    cursor: Cursor,
    files: Mapping[int, "Prepared"],
    *,
    words: Words,
    then: Callable[[Cursor, int, list[Receipt]], object],
) -> dict[int, list[Receipt]]:
    """Load files inside a transaction. Raise _Refused for the first that is refused, or those that are asked about."""
    done: dict[int, list[Receipt]] = {}
    for number, file in files.items():
        try:
            done[number] = load_prepared(cursor, file, words=words)
            then(cursor, number, done[number])
        except Hindered:
            raise
        except Refusal as refusal:
            raise _Refused({number: refusal}) from refusal
        if question := _first_question(done[number]):
            raise _Refused({number: question})
    asked = dict(zip(files, with_lacking(cursor, list(files.values()), list(done.values())), strict=True))
    if questions := {n: question for n, receipts in asked.items() if (question := _first_question(receipts))}:
        raise _Refused(questions)
    return done


def _first_question(receipts: Sequence[Receipt] | Refusal) -> Question | None:
    every = () if isinstance(receipts, Refusal) else receipts
    return next((question for receipt in every for question in receipt.questions), None)


def in_sets(files: Iterable["Prepared"]) -> list[list["Prepared"]]:
    """Files in sets that are to be loaded together: those of one source, organisation and day that are parts.

    Every other file is alone.
    """
    sets: dict[object, list[Prepared]] = {}
    for file in files:
        sets.setdefault(file.set or id(file), []).append(file)
    return list(sets.values())


def with_lacking(
    cursor: Cursor, files: Sequence["Prepared"], results: Sequence[list[Receipt] | Refusal]
) -> list[list[Receipt] | Refusal]:
    """The receipts of a set that was just loaded, with the question about what counted before and is lacking now."""
    loaded = [receipt for result in results if not isinstance(result, Refusal) for receipt in result]
    told = [receipt for receipt in loaded if receipt.parts]
    if not any(receipt.counted for receipt in told):
        return list(results)
    [row] = rows(cursor, statement("import_by_number"), {"import_id": told[0].import_id})
    params = {"organisation_id": row["organisation_id"], "source": row["source"], "day": row["extract_date"]}
    counting = rows(cursor, statement("counting_imports"), params | {"known_at": EVERYTHING_KNOWN})
    waiting = {receipt.import_id for receipt in told if receipt.questions}
    now = parts.about(cursor, told[0].matches, [each for each in counting if each["import_id"] not in waiting])
    before = {key: value for receipt in told for key, value in receipt.counted.items()}
    if not (lacking := [value for key, value in sorted(before.items()) if key not in now]):
        return list(results)
    return [
        result if isinstance(result, Refusal) else [_asked_about(receipt, file, lacking, before) for receipt in result]
        for file, result in zip(files, results, strict=True)
    ]


def _asked_about(receipt: Receipt, file: "Prepared", lacking: Sequence[str], before: Container[str]) -> Receipt:
    """The receipt of a part with the question about what is lacking, unless the user has answered it."""
    is_new = not any(folded(part) in before for part in receipt.parts)
    question = parts.of_parts(lacking, receipt.extract_date.day, file.workbook, is_new=is_new)
    is_answered = not receipt.parts or file.order.answers(question)
    return receipt if is_answered else replace(receipt, questions=(*receipt.questions, question))


@dataclass(frozen=True)
class Prepared:
    """A file ready to be loaded: its sheets, and what the user or the file itself says of it.

    `day` is None if nothing says the extract date. `questions` are those about each sheet, by its number, if its
    headings were not loaded before.
    """

    workbook: Workbook
    order: Order
    matches: list[Match]
    marker: Marker | None
    day: ExtractDate | None
    questions: Mapping[int, tuple[Question, ...]] = field(default_factory=dict)

    @property
    def place(self) -> int:
        """Its place among files of other sources: those that others refer to come first."""
        return min(match.source.order for match in self.matches)

    @property
    def set(self) -> tuple[object, ...] | None:
        """What the files have in common that are one export together with it; None if it is one alone."""
        sources = {match.source.id for match in self.matches}
        if self.marker or len(sources) > 1 or not self.day or not parts.parts_of(self.matches):
            return None
        return folded(self.order.organisation), self.day.day, *sources

    @property
    def returned(self) -> bool:
        """Whether it holds corrected rows that another file had rejected."""
        return self.marker is not None and self.marker.kind == "return"

    @property
    def answered(self) -> bool:
        """Whether it holds a unit's answers, whose sheets are loaded separately."""
        return self.marker is not None and self.marker.kind == "answers"


def rehearse(
    database: Database,
    files: Sequence[Prepared],
    *,
    words: Words,
    each: Callable[[Cursor, Prepared, list[Receipt] | Refusal], None],
    then: Callable[[Cursor], T],
) -> T:
    """Load files one after the other, each at its own moment, and return the result of `then`; nothing is committed.

    `each` is given a file and its receipts. If a file is refused it is given the Refusal, and nothing of it counts.
    """
    with database.rehearsing() as cursor:
        begun = moment(cursor)
        number = 0
        for together in in_sets(in_order(files)):
            results = []
            for file in together:
                stamp(cursor, begun + timedelta(microseconds=number))
                results.append(tried(cursor, file, words, cells=False))
                number += 1
            for file, result in zip(together, with_lacking(cursor, together, results), strict=True):
                each(cursor, file, result)
        return then(cursor)


def in_order(files: Sequence[Prepared]) -> list[Prepared]:
    """Files in the order in which they are loaded: sources that others refer to first, and then the oldest."""
    return sorted(files, key=lambda file: (file.place, file.day.day if file.day else date.max))


def tried(cursor: Cursor, file: Prepared, words: Words, *, cells: bool = True) -> list[Receipt] | Refusal:
    """The receipts of a rehearsed file, or its Refusal; `cells` says whether its cells are stored as they were read."""
    first = next_number(cursor, "import")
    try:
        return load_prepared(cursor, file, words=words, cells=cells)
    except Refusal as refusal:
        for number in range(first, next_number(cursor, "import")):
            _revoke(cursor, number, why="", order=file.order)
        return refusal


def hold_back(cursor: Cursor, receipts: Sequence[Receipt], order: Order) -> None:
    """Take rehearsed imports out of the figures of the rehearsal."""
    for receipt in receipts:
        _revoke(cursor, receipt.import_id, why="", order=order)


def read_request(
    database: Database, order: Order, *, sources: dict[str, Source], words: Words, today: date
) -> ReadRequest:
    """What is known of a file before it is read. Raise Refusal if the source does not exist."""
    if order.source and order.source not in sources:
        raise unknown_source(order.source, sources)
    return request_of(order, sources=sources, words=words, today=today, mappings=mappings_of(database))


def request_of(
    order: Order, *, sources: dict[str, Source], words: Words, today: date | None, mappings: Sequence[ColumnMapping]
) -> ReadRequest:
    """What a file is read with: what is declared, what users have mapped, and what the order says of it."""
    return ReadRequest(sources, words, today, mappings, order.source, order.extract_date, order.heading_row)


def mappings_of(database: Database) -> list[ColumnMapping]:
    """The columns that users have mapped."""
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
    """The sheets to load. Sheets with a heading but no row are left out if others have rows.

    A returned workbook of our own completes what it was made from, whatever the user says.
    """
    if order.source and order.source not in sources:
        raise unknown_source(order.source, sources)
    request = request_of(order, sources=sources, words=words, today=workbook.around, mappings=mappings)
    workbook, marker = split_marker(screened_again(workbook, request))
    _refuse_work_list(workbook, marker)
    order = _as_marked(order, marker, sources)
    matches = recognise(
        workbook,
        sources,
        words,
        source_id=order.source,
        heading_row=order.heading_row,
        mappings=mappings,
        returned=marker is not None and marker.kind == "return",
    )
    if marker is None:
        _refuse_unmarked_return(workbook, matches)
    matches = _tables(matches, sources, words)
    questions = {
        match.number: asking.of_sheet(match, workbook, sources.values(), words, alone=len(matches) == 1)
        for match in matches
        if marker is None and match.mapping is None
    }
    questions = asking.with_options_of_others(matches, questions)
    return Prepared(workbook, order, matches, marker, _extract_date(workbook, matches, order, marker, words), questions)


def _tables(matches: list[Match], sources: Mapping[str, Source], words: Words) -> list[Match]:
    """The sheets with their tables alone, without what must not be stored; those that have rows, if any has."""
    known = known_headings(sources.values())
    tables = [with_values(without_second_table(without_repeated(match), known), words) for match in matches]
    tables = [truncate(without_refused(match, words, sources.values()), words) for match in tables]
    return [m for m in tables if m.second or m.withheld_rows or data_rows(m, words).num_rows] or tables


def _as_marked(order: Order, marker: Marker | None, sources: Mapping[str, Source]) -> Order:
    """The order of a file with what its marker says: a workbook of our own completes what it was made from."""
    if marker is None:
        return order
    source = order.source or (marker.source if marker.source in sources else None)
    return replace(order, completes=True, source=source)


def ordered_anew(file: Prepared, order: Order, sources: Mapping[str, Source]) -> Prepared:
    """A prepared file with another organisation, completing or not, or matched by another column.

    The source and the extract date must be those that it was prepared with.
    """
    return replace(file, order=_as_marked(order, file.marker, sources))


def organisation_of(cursor: Cursor, file: Prepared, words: Words) -> str | None:
    """The organisation that a file names, by its present name; None if it names none."""
    named = organisation_named(file.matches, words)
    return _name_on_day(cursor, named, file.day.day if file.day else date.max) if named else None


def _refuse_work_list(workbook: Workbook, marker: Marker | None) -> None:
    """Refuse a work list: it loads nothing. Without its hidden sheet nothing tells whose it is."""
    if marker and marker.kind == "worklist":
        text = N_("{file} is a work list that a unit has answered. Drop it on the page Imports.")
        raise AnsweredList(text, file=workbook.name)
    if marker is None and any(map(has_keys, workbook.sheets)):
        raise Refusal(
            N_(
                "{file} looks like an answered work list, but has lost the hidden sheet that says whose it is. Answer "
                "in the workbook that was sent out, and save it as .xlsx."
            ),
            file=workbook.name,
        )


def _refuse_unmarked_return(workbook: Workbook, matches: list[Match]) -> None:
    """Refuse returned rows without their hidden sheet: taken for a whole export, they would replace it."""
    for match in matches:
        if any(is_row_number(column.heading) for column in match.unused):
            raise Refusal(
                N_(
                    "{file} looks like corrected rows, but has lost the hidden sheet that says which file they belong "
                    "to. Correct the workbook that was sent out, and save it as .xlsx."
                ),
                file=workbook.name,
            )


def load_prepared(cursor: Cursor, file: Prepared, *, words: Words, cells: bool = True) -> list[Receipt]:
    """Load a file inside the caller's transaction; `cells` says whether its cells are stored as they were read."""
    day = _dated(file)
    organisation_id, organisation = organisation_for(cursor, file.order, day.day)
    if "levels" not in file.order.accepted:
        _refuse_without_levels(file)
    if file.returned:
        _refuse_return(cursor, file, day.day)
    job = _Job(file, words, day, organisation_id, organisation, cells)
    ordered = sorted(file.matches, key=lambda match: (match.source.order, match.number))
    receipts = [_load_source(cursor, job, list(group)) for _, group in groupby(ordered, key=lambda m: m.source.id)]
    if not any(receipt.summary.loaded for receipt in receipts):
        first = receipts[0]
        raise _nothing_to_load(file.workbook, first.source, first.problems, first.matches, first.summary.month_first)
    return receipts


def _refuse_without_levels(file: Prepared) -> None:
    """Refuse a file with a sheet that lacks a level which its source expects (rulebook, section 3, classifications)."""
    lacking = [
        field
        for match in file.matches
        for field in match.source.fields
        if field.expected and field.name not in match.columns
    ]
    if lacking:
        name, field = file.workbook.name, lacking[0].texts
        raise Asked(WITHOUT_LEVELS, about="levels", options=("--without-levels",), file=name, field=field)


def _refuse_return(cursor: Cursor, file: Prepared, day: date) -> None:
    """Refuse returned rows unless their file is loaded and counts: alone they would pass for all of it."""
    sha256 = file.marker.sha256 if file.marker else None
    counting = rows(cursor, statement("returned_to"), {"sha256": sha256, "day": day, "known_at": EVERYTHING_KNOWN})
    if not counting:
        raise Refusal(
            N_("{file} holds corrected rows of a file that is not loaded, or no longer counts. Load that file first."),
            file=file.workbook.name,
        )


@dataclass(frozen=True)
class _Job:
    """A file being loaded, and what is known of it as a whole."""

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
        """What the user says of the file."""
        return self.file.order

    def through(self, matches: list[Match]) -> str | None:
        """The column of another export by which keys are matched, from the order or else the mapping."""
        return self.order.through or next((m.mapping.through for m in matches if m.mapping), None)


def unknown_source(source_id: str, sources: dict[str, Source]) -> Refusal:
    """The refusal of a source that does not exist, with the nearest name."""
    return Refusal(
        N_("There is no “{said}”. Did you mean {near}? There are {all}."),
        said=source_id,
        near=nearest(source_id, sources, cutoff=0.4),
        all=", ".join(sources),
    )


def _extract_date(
    workbook: Workbook, matches: list[Match], order: Order, marker: Marker | None, words: Words
) -> ExtractDate | None:
    """The extract date: the user's, else the marker's, else the file's own; None if there is none."""
    if order.extract_date:
        return ExtractDate(order.extract_date, "said")
    if marker and marker.extract_date:
        return ExtractDate(marker.extract_date, "marker")
    return extract_date(workbook, matches, words)


def _dated(file: Prepared) -> ExtractDate:
    """The extract date of a file. Raise Asked if there is none."""
    if file.day:
        return file.day
    raise Asked(
        N_("{file} does not say on which day it was exported. Give its extract date."),
        about="day",
        options=("--extract-date",),
        file=file.workbook.name,
    )


def organisation_for(cursor: Cursor, order: Order, day: date) -> tuple[int, str]:
    """The organisation of an order, by its name on the day, else the only one there is on that day.

    A new database gets one, which can be renamed. Raise Refusal if the order names none and there are several.
    """
    ids = {
        row["organisation"]: row["organisation_id"]
        for row in rows(cursor, statement("organisations"), {"known_at": EVERYTHING_KNOWN})
    }
    ordered = _name_on_day(cursor, clean_name(order.organisation), day) if order.organisation else None
    existing = rows(cursor, statement("organisations_on"), {"as_of": day, "known_at": EVERYTHING_KNOWN})
    if not ordered and len(existing) > 1:
        raise Asked(
            N_("The database holds several organisations: {names}. Say which of them is meant."),
            about="organisation",
            options=("--organisation",),
            names=", ".join(row["organisation"] for row in existing),
        )
    wanted = ordered or (existing[0]["organisation"] if existing else FIRST_NAME)
    name = next((n for n in ids if folded(n) == folded(wanted)), None)
    return (ids[name], name) if name else _add_organisation(cursor, order, wanted)


def _name_on_day(cursor: Cursor, organisation: str, day: date) -> str:
    """The name on a day of an organisation that may have been renamed."""
    params = {"kind": "organisation", "name": organisation, "day": day, "known_at": EVERYTHING_KNOWN}
    name: str = cursor.execute(statement("called"), params).fetchall()[0][0]
    return name


def _add_organisation(cursor: Cursor, order: Order, name: str) -> tuple[int, str]:
    number = next_number(cursor, "organisation")
    cursor.execute(
        statement("add_organisation_name"),
        {"organisation_id": number, "name": name, "who": order.who},
    )
    return number, name


def _load_source(cursor: Cursor, job: _Job, matches: list[Match]) -> Receipt:
    source, own = matches[0].source, parts.parts_of(matches) if job.file.marker is None else ()
    _refuse_same_file(cursor, job, source, own)
    matches = with_meanings(matches, meanings(cursor, job.organisation_id))
    summary = validate(cursor, matches, job.words, date1904=job.workbook.date1904)
    if through := job.through(matches):
        translate_keys(cursor, source, through, organisation_id=job.organisation_id, day=job.day.day)
    problems = rows(cursor, statement("found_problems"))
    if not summary.loaded and not (job.file.answered and problems):
        nothing = _nothing_to_load(job.workbook, source, problems, matches, summary.month_first)
        raise next(iter(_questions_of_sheets(cursor, job, matches)), nothing)
    every = [] if job.order.completes and not own else _counting(cursor, job, source)
    counting = _replaced_by_parts(every, job, own) if own else every
    replaced = _replaced_returns(cursor, job, matches) if job.file.returned else _of_the_day(counting, job)
    import_id = _add_import(cursor, job, matches, summary, problems)
    _remember_headings(cursor, job, matches)
    earlier = [row["import_id"] for row in counting if not job.file.marker]
    keys = asking.counted_keys(cursor, source, import_id, earlier) if earlier else None
    _revoke_replaced(cursor, job, source, import_id=import_id, replaced=replaced)
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
        other_organisation=_other_organisation(cursor, job, matches),
        replaces=replaced,
        rows_before=sum(row["rows"] for row in counting),
        marker=job.file.marker,
        through=through,
        keys=keys,
        questions=_questions(cursor, job, matches, import_id, keys),
        parts=own,
        counted=parts.about(cursor, matches, every) if own and not job.order.completes else {},
        unheard=_unheard(cursor, job, matches, own),
    )


def _unheard(cursor: Cursor, job: _Job, matches: Sequence[Match], own: Sequence[str]) -> tuple[str, ...]:
    """What a file is about that nothing of an earlier day was; nothing where there is none of an earlier day."""
    params = {"organisation_id": job.organisation_id, "source": matches[0].source.id, "day": job.day.day}
    earlier = rows(cursor, statement("earlier_imports"), params | {"known_at": EVERYTHING_KNOWN}) if own else []
    heard = parts.about(cursor, matches, earlier)
    return tuple(part for part in own if heard and folded(part) not in heard)


def _replaced_by_parts(counting: Rows, job: _Job, own: Sequence[str]) -> Rows:
    """The imports that files about some things take the place of: those about the same, and whole exports.

    What completes others takes the place only of those of its day about the same.
    """
    same = [row for row in counting if parts.alike(row, own)]
    if job.order.completes:
        return [row for row in same if row["extract_date"] == job.day.day]
    return [*same, *(row for row in counting if not row["parts"] and not row["completes"])]


def _revoke_replaced(cursor: Cursor, job: _Job, source: Source, *, import_id: int, replaced: Replaced) -> None:
    """Revoke the returns that a return replaces, and those parts of the day that a part does, with their returns.

    Also parts that a whole export came after: were it revoked, both would count.
    """
    for number, _ in replaced if job.file.returned else ():
        _revoke(cursor, number, why=REPLACED, order=job.order)
    params = {"organisation_id": job.organisation_id, "source": source.id, "day": job.day.day}
    for row in rows(cursor, statement("same_parts"), params | {"import_id": import_id, "known_at": EVERYTHING_KNOWN}):
        values = {"sha256": row["sha256"], "source": source.id, "known_at": EVERYTHING_KNOWN}
        for each in [row, *rows(cursor, statement("earlier_returns"), values)]:
            _revoke(cursor, each["import_id"], why=REPLACED_PART, order=job.order)


def _other_organisation(cursor: Cursor, job: _Job, matches: list[Match]) -> str | None:
    """The organisation that the file names, by its present name, if it is another than it is loaded for."""
    named = organisation_named(matches, job.words)
    called = _name_on_day(cursor, named, job.day.day) if named else ""
    return called if called and folded(called) != folded(job.organisation) else None


def _remember_headings(cursor: Cursor, job: _Job, matches: list[Match]) -> None:
    """Map the headings of the row that the user has named, so that the next file is read by it, if another would be."""
    for match in matches if job.order.heading_row else ():
        if not match.mapping and not match.combined and _taken_row(job, match) != match.heading_row:
            save(cursor, as_mapping(match, through=None), who=job.order.who)
            add_event(cursor, job.order, "map", match.source.id, action=Action.MAPPING, told=match.source.id)


def _taken_row(job: _Job, match: Match) -> int | None:
    """The row of headings that a sheet is read by where nobody says it."""
    sources = {match.source.id: match.source}
    try:
        found = recognise(job.workbook, sources, job.words, source_id=match.source.id)
    except Refusal:
        return None
    return next((each.heading_row for each in found if each.number == match.number), None)


def _questions(
    cursor: Cursor, job: _Job, matches: list[Match], import_id: int, keys: Keys | None
) -> tuple[Question, ...]:
    """What is to be answered before an import may be committed, without what the user has answered."""
    of_sheets = _questions_of_sheets(cursor, job, matches, import_id)
    of_keys = asking.of_keys(matches[0].source, keys, job.workbook) if keys else None
    found = {question.about: question for question in (*of_sheets, of_keys) if question}
    return tuple(question for question in found.values() if not job.order.answers(question))


def _questions_of_sheets(
    cursor: Cursor, job: _Job, matches: list[Match], import_id: int | None = None
) -> list[Question]:
    """What is to be answered about sheets whose headings no other import had, without what the user has answered."""
    return [
        question
        for match in matches
        if (asked := job.file.questions.get(match.number))
        and not asking.loaded_before(cursor, match, job.organisation_id, import_id)
        for question in asked
        if not job.order.answers(question)
    ]


def _replaced_returns(cursor: Cursor, job: _Job, matches: list[Match]) -> Replaced:
    """The earlier returns of the same file that this one replaces, as it holds all of their rows.

    Refuse one that holds some of them: a row would count twice.
    """
    marker = job.file.marker
    params = {"sha256": marker.sha256 if marker else None, "source": matches[0].source.id}
    sheets = len({row["sheet_number"] for row in rows(cursor, statement("returned_columns"), params)})
    # The name of a file's only sheet may have changed when its rows come back.
    now = {(match.sheet.name if sheets > 1 else "", n) for match in matches for n in original_rows(match).values()}
    replaced = []
    for row in rows(cursor, statement("earlier_returns"), params | {"known_at": EVERYTHING_KNOWN}):
        before = {(mended["sheet"] if sheets > 1 else "", mended["row"]) for mended in row["mended"] or ()}
        if before and before <= now:
            replaced.append((row["import_id"], row["file"]))
        elif both := before & now:
            raise Refusal(
                N_("Row {row} of {file} has already been corrected, by import {id}. Revoke that import first."),
                row=min(both)[1],
                file=job.workbook.name,
                id=row["import_id"],
            )
    return tuple(replaced)


def _add_import(cursor: Cursor, job: _Job, matches: list[Match], summary: Summary, problems: Rows) -> int:
    """Store the import with everything that belongs to it, and return its number."""
    source = matches[0].source
    import_id = next_number(cursor, "import")
    whose = {"import_id": import_id, "organisation_id": job.organisation_id, "source": source.id}
    cursor.execute(statement("add_import"), whose | _record(job, matches, summary))
    cursor.execute(statement("add_problems"), {"import_id": import_id})
    store_columns(cursor, import_id, matches)
    if job.cells:
        rejected = {(p["sheet_number"], p["row"]) for p in problems if p["kind"] == "rejected"}
        store_cells(cursor, import_id, matches, rejected=rejected)
        store_facts(
            cursor,
            import_id,
            job.workbook,
            matches,
            words=job.words,
            summary=summary,
            through=job.through(matches),
            returned_to=job.file.marker.sha256 if job.file.marker and job.file.returned else None,
            rejected=rejected,
        )
    insert_typed(cursor, source, import_id=import_id)
    add_event(
        cursor,
        job.order,
        "load",
        f"import {import_id}: {source.id}, {job.workbook.name}",
        action=Action.LOAD,
        told=f"import {import_id}",
        source=source.id,
        extract_date=job.day.day,
        rows=summary.loaded,
        rejected=summary.rejected,
    )
    return import_id


def _counting(cursor: Cursor, job: _Job, source: Source) -> Rows:
    """The imports of the same source that count on the day."""
    params = {"organisation_id": job.organisation_id, "source": source.id, "day": job.day.day}
    return rows(cursor, statement("counting_imports"), params | {"known_at": EVERYTHING_KNOWN})


def _of_the_day(counting: Rows, job: _Job) -> Replaced:
    """Those of the same day, which a later one replaces."""
    return tuple((row["import_id"], row["file"]) for row in counting if row["extract_date"] == job.day.day)


def _record(job: _Job, matches: list[Match], summary: Summary) -> dict[str, object]:
    """The columns of the history for an import."""
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
        "parts": list(parts.parts_of(matches)) or None if job.file.marker is None else None,
    }


def _refuse_same_file(cursor: Cursor, job: _Job, source: Source, own_parts: Sequence[str]) -> None:
    """Refuse a file whose content is loaded, for its own organisation if it is, else for another.

    Two that only their names tell apart are about different things.
    """
    params: dict[str, object] = {"sha256": job.workbook.sha256, "source": source.id, "extract_date": job.day.day}
    params["parts"] = list(own_parts) or None
    same = rows(cursor, statement("same_file"), params | {"known_at": EVERYTHING_KNOWN})
    own = [row for row in same if folded(row["organisation"]) == folded(job.organisation)]
    if same:
        found = (own or same)[0]
        raise AlreadyLoaded(
            N_("{file} has been loaded before, as import {id} on {day}. Nothing has changed."),
            import_id=found["import_id"],
            organisation=found["organisation"],
            is_own=bool(own),
            name=found["file"],
            file=job.workbook.name,
            day=local_day(found["imported_at"]),
        )


def others_in(workbook: Workbook, sources: dict[str, Source], words: Words) -> list[Source]:
    """The sources of packs of which a file has a column that the product's own sources do not know."""
    found, known = [], known_headings(product_sources().values())
    for source in (source for id_, source in sources.items() if id_ not in product_sources()):
        with suppress(Refusal):
            matches = recognise(workbook, sources, words, source_id=source.id)
            columns = [column for match in matches for group in match.columns.values() for column in group]
            if any(normal(column.heading) not in known for column in columns):
                found.append(source)
    return found


def _nothing_to_load(
    workbook: Workbook, source: Source, problems: Rows, matches: Sequence[Match], month_first: Sequence[str]
) -> NothingToLoad:
    if workbook.formulas and (not problems or problems[0]["reason"] == "missing"):
        return NothingToLoad(FORMULAS, file=workbook.name, n=workbook.formulas)
    if not problems:
        return NothingToLoad(
            N_("{file} has the headings of {source} but no row below them. Export it again with its rows."),
            file=workbook.name,
            source=source.title,
        )
    needed = {c.heading for m in matches for f in source.required for c in m.columns[f.name]}
    first = next((p for p in problems if p["column"] in needed), problems[0])
    return NothingToLoad(
        N_(
            "No row of {file} can be loaded as {source}. The first one, row {row}, column {column}: {reason} "
            "Correct the file and load it again."
        ),
        file=workbook.name,
        source=source.title,
        row=first["row"],
        column=spoken(first["column"] or ""),
        reason=Refusal(REASONS[first["reason"]]),
        month_first=tuple((source.id, name, matches[0].columns[name][0].heading) for name in month_first),
    )


def revoke(database: Database, import_id: int, *, why: str, order: Order) -> None:
    """Take an import out of the figures from now on; it stays in the history."""
    why = clean_text(why)
    if not why:
        raise Refusal(N_("Say why the import is revoked."))
    with database.writing() as cursor:
        imports = {row["import_id"]: row for row in rows(cursor, statement("imports"), {"known_at": EVERYTHING_KNOWN})}
        if import_id not in imports:
            raise Refusal(N_("There is no import {id}. The list of imports shows their numbers."), id=import_id)
        if imports[import_id]["revoked_at"]:
            raise Refusal(N_("Import {id} has been revoked before."), id=import_id)
        _revoke(cursor, import_id, why=why, order=order)


def _revoke(cursor: Cursor, import_id: int, *, why: str, order: Order) -> None:
    cursor.execute(statement("revoke"), {"import_id": import_id, "who": order.who, "why": why})
    add_event(
        cursor, order, "revoke", f"import {import_id}: {why}", action=Action.REVOCATION, told=f"import {import_id}"
    )


def rename_organisation(database: Database, organisation_id: int, *, name: str, order: Order) -> None:
    """Give an organisation a new name, from now on."""
    name = clean_name(name)
    if not name:
        raise Refusal(N_("Write the name of the organisation."))
    with database.writing() as cursor:
        organisations = rows(cursor, statement("organisations"), {"known_at": EVERYTHING_KNOWN})
        if any(
            folded(r["organisation"]) == folded(name) for r in organisations if r["organisation_id"] != organisation_id
        ):
            raise Refusal(N_("Another organisation is called {name}. Choose a name of its own."), name=name)
        cursor.execute(
            statement("add_organisation_name"),
            {"organisation_id": organisation_id, "name": name, "who": order.who},
        )
        add_event(cursor, order, "rename", name, action=Action.RENAMING, told=f"organisation {organisation_id}")


def clean_text(text: str) -> str:
    """A user's text as one line, without invisible characters and with identity numbers masked.

    Raise Refusal, before any other work, if it is longer than any field may be.
    """
    refuse_too_long(text)
    text = unicodedata.normalize("NFC", few_marks(text))
    printable = "".join(letter for letter in text if letter.isspace() or unicodedata.category(letter)[0] != "C")
    return mask_text(" ".join(printable.split()))[0]


def refuse_too_long(text: str) -> None:
    """Raise Refusal if a text is longer than any field may be."""
    if len(text) > LONGEST_TEXT:
        raise Refusal(TOO_LONG, n=len(text), most=LONGEST_TEXT)


def clean_name(text: str) -> str:
    """A user's text as a name. Raise Refusal if it is too long for one."""
    name = clean_text(text)
    if len(name) > LONGEST_NAME:
        raise Refusal(TOO_LONG, n=len(name), most=LONGEST_NAME)
    return name


def add_event(
    cursor: Cursor, order: Order, event: str, what: str, *, action: Action, told: str, **details: object
) -> None:
    """Record a change in the history of the store, and in the audit trail just before it is committed.

    `action`, `told` and `details` are for the trail: unlike `what`, without any text that a user has written.
    """
    cursor.execute(statement("add_event"), {"who": order.who, "action": event, "what": what})
    tell(Act(order.user, action, told, details))
