"""The command line: loading, checking and extracting, for schedules and for checking figures by hand.

The exit status is 0, 1 with one line per problem on stderr, or 2 for wrong usage. It acts as the coordinator.
"""

import io
import json
import os
import re
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer

from compliance import __version__
from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import current_user
from compliance.access.reader import EVERYTHING
from compliance.access.scopes import Level
from compliance.commands.arguments import Commands, masked_name
from compliance.core import clock, logs, places
from compliance.core.errors import Asked, Refusal
from compliance.core.language import LANGUAGES, N_, Language, folded, month_ends
from compliance.core.masking import mask_text
from compliance.core.saving import refusal_of
from compliance.counting.assessing import NOT_COME, Coverage, basis_on, counts_of, coverage, items
from compliance.declarations.points import COURSES, Point, point_by
from compliance.declarations.queries import statement
from compliance.declarations.sources import Words, load_values
from compliance.intake.receipts import counted_texts
from compliance.loading.asking import Accepted, told_of_keys
from compliance.loading.loading import (
    AlreadyLoaded,
    Order,
    Prepared,
    Receipt,
    in_sets,
    load_set,
    mappings_of,
    others_in,
    prepare,
    read_request,
    revoke,
)
from compliance.loading.parts import UNHEARD
from compliance.store import packs, stores
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, Rows, newest_moment, rows

WHO: Final = "command line"
SWITCH_ON: Final = "python -m compliance points switch {point} on --from DATE --really"
Counted = TypeVar("Counted")
app = Commands(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def one_of(text: str, choices: Sequence[str], option: str) -> str:
    """The value of an option. Raise BadParameter if it is none of the choices."""
    if text not in choices:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(choices)}", param_hint=option)
    return text


FORMATS: Final = ("table", "json", "csv")
Format = Annotated[
    str,
    typer.Option("--format", help="table, json or csv", callback=lambda text: one_of(text, FORMATS, "--format")),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="the day described, YYYY-MM-DD; today in Sweden")
]
KnownAt = Annotated[
    str | None,
    typer.Option(
        "--known-at", metavar="MOMENT", help="only what was loaded and said by then, such as 2026-11-24 13:05"
    ),
]
Spoken = Annotated[
    str,
    typer.Option(
        "--language",
        metavar="sv|en",
        help="the language of the file",
        callback=lambda text: one_of(text, list(LANGUAGES), "--language"),
    ),
]


def main() -> None:
    """Run `python -m compliance`. Its output is UTF-8, whatever the terminal says; its files are its user's alone."""
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file name that is not UTF-8 must not make a load fail after it was committed.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    logs.begin()
    sys.excepthook = _masked_fault
    with reporting_refusals(), buffered_output():
        app()


def _masked_fault(*fault: Any) -> None:
    """Print the traceback of an unexpected error, masked."""
    print(mask_text("".join(traceback.format_exception(*fault)))[0], file=sys.stderr, end="")


@contextmanager
def buffered_output() -> Iterator[None]:
    """Buffer what is printed within the block until its end. Raise Refusal if standard output cannot be written."""
    before = sys.stdout
    if isinstance(before, io.TextIOWrapper):
        before.flush()
        sys.stdout = _Output(before.buffer, encoding=before.encoding, errors=before.errors, newline="\n")
    try:
        yield
    finally:
        output, sys.stdout = sys.stdout, before
        if isinstance(output, _Output):
            output.flush()
            output.detach()


class _Output(io.TextIOWrapper):
    """Standard output that raises a Refusal if it cannot be written."""

    def write(self, text: str) -> int:
        """Write a text, or raise Refusal."""
        with _refusing_if_unwritable():
            return super().write(text)

    def flush(self) -> None:
        """Flush the buffer, or raise Refusal."""
        with _refusing_if_unwritable():
            super().flush()


@contextmanager
def _refusing_if_unwritable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Without this the interpreter would try to flush again at exit, and print an error of its own.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if isinstance(error, BrokenPipeError):  # The reader, such as head, has closed the pipe.
            raise SystemExit(1) from None
        raise Refusal(
            N_("The answer cannot be written: {error}. What the command has changed before is kept."),
            error=error.strerror or error,
        ) from error


@contextmanager
def reporting_refusals() -> Iterator[None]:
    """Print a refusal, or a full disk, as one line on stderr and exit with status 1."""
    try:
        yield
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        report(refusal)
        raise SystemExit(1) from None


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Load, check and extract, and write the review."""


def report(refusal: Refusal) -> None:
    """Print a refusal as one line on stderr, in the terminal's language, with the options that answer a question."""
    say = Language(places.environment_language())
    sentences = [say.refusal(refusal)]
    if isinstance(refusal, Asked) and refusal.options:
        options = say(N_(" or ")).join(refusal.options)
        sentences.append(say(N_("Answer with {options}."), options=options))
    print(" ".join(" ".join(sentences).split()), file=sys.stderr)


def day_of(text: str | None, option: str) -> date:
    """The date in an option, or today in Sweden if it is None. Raise BadParameter if it is no date."""
    if text is None:
        return clock.today()
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date: write YYYY-MM-DD", param_hint=option) from None


def past_day(text: str | None) -> date:
    """The day of figures in `--as-of`, or today. Raise Refusal if it has not come: what its figures will be is open."""
    day = day_of(text, "--as-of")
    if day > clock.today():
        raise Refusal(NOT_COME, day=day)
    return day


NO_MOMENT: Final = N_(
    "The moment {moment} has not come yet, so nobody knows what is known then. Choose now or an earlier one."
)
KNOWN_AT: Final = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?( ?(Z|[+-]\d\d:?\d\d))?)?")


def moment_of(text: str | None) -> datetime:
    """The moment (UTC) whose knowledge counts: Swedish time unless it has an offset, and of a day its end.

    Raise BadParameter if it is none, and Refusal if it has not come.
    """
    if text is None:
        return EVERYTHING_KNOWN
    try:
        if not KNOWN_AT.fullmatch(text):
            raise ValueError(text)
        moment = datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", ""))
        is_day = len(text) == len("YYYY-MM-DD")
        known = clock.moment_at(moment + timedelta(days=1) if is_day else moment)
    except (ValueError, OverflowError):
        told = f"{text!r} is not a moment: write YYYY-MM-DD HH:MM, or YYYY-MM-DD for the end of that day"
        raise typer.BadParameter(told, param_hint="--known-at") from None
    now = clock.now()
    if known > now and not (is_day and moment.date() == clock.today()):
        raise Refusal(NO_MOMENT, moment=text)
    return known


def day_and_moment(as_of: str | None, known_at: str | None) -> tuple[date, datetime]:
    """The day and the moment of `--as-of` and `--known-at`. Without a day it is that of the moment."""
    known = moment_of(known_at)
    if known_at and as_of is None:
        return min(clock.local_day(known - timedelta(microseconds=1)), clock.today()), known
    return past_day(as_of), known


@app.command("load")
def load_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    extract_date: Annotated[str | None, typer.Option("--extract-date", metavar="DATE")] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="ID")] = None,
    organisation: Annotated[str | None, typer.Option("--organisation", metavar="NAME")] = None,
    completes: Annotated[bool, typer.Option("--completes", help="count beside what is loaded of the same day")] = False,
    heading_row: Annotated[
        int | None, typer.Option("--heading-row", metavar="N", min=1, max=20, help="the row with the headings")
    ] = None,
    replaces: Annotated[
        bool, typer.Option("--replaces", help="it takes the place of an export with which it has little in common")
    ] = False,
    without_levels: Annotated[
        bool, typer.Option("--without-levels", help="load classifications that have no column for confidentiality")
    ] = False,
    move: Annotated[
        Path | None, typer.Option("--move", metavar="FOLDER", help="where to a file is moved that has been loaded")
    ] = None,
) -> None:
    """Load exports, each file all or nothing; one that fails does not stop the next."""
    if completes and replaces:
        raise typer.BadParameter("give --completes or --replaces", param_hint="load")
    day = day_of(extract_date, "--extract-date") if extract_date else None
    accepted: dict[Accepted, bool] = {"keys": replaces, "parts": replaces, "levels": without_levels}
    order = Order(
        WHO,
        source=source,
        organisation=organisation,
        extract_date=day,
        completes=completes,
        heading_row=heading_row,
        accepted=frozenset(question for question, yes in accepted.items() if yes),
    )
    waiting: list[tuple[Path, Prepared]] = []
    failed = [path for path in _with_progress(files) if not _load_one(path, order, move, waiting)]
    # Parts of one day are loaded together, so that none is missing for a while.
    paths = {id(prepared): path for path, prepared in waiting}
    for together in in_sets([prepared for _, prepared in waiting]):
        failed += _load_set({paths[id(prepared)]: prepared for prepared in together}, move)
    raise typer.Exit(1 if failed else 0)


def _with_progress(files: list[Path]) -> Iterator[Path]:
    """Yield the files, with a progress bar if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield from files
        return
    with typer.progressbar(
        files, file=sys.stderr, item_show_func=lambda path: masked_name(path) if path else ""
    ) as bar:
        yield from bar


def _load_one(path: Path, order: Order, move: Path | None, waiting: list[tuple[Path, Prepared]]) -> bool:
    """Load a file, or let it wait for others of its set; False if it is refused."""
    from compliance.reading.reading import read

    own_folder = places.own_files()
    try:
        if not _is_file(path):
            raise Refusal(N_("There is no file {file}. Check its name and folder."), file=path)
        database, words = stores.own(), load_values(own_folder)
        with database.cursor() as cursor:
            sources = packs.current(cursor).sources
        request = read_request(database, order, sources=sources, words=words, today=day_of(None, ""))
        workbook = read(path, name=path.name, request=request)
        prepared = prepare(workbook, order, sources=sources, words=words, mappings=mappings_of(database))
        if prepared.set:
            waiting.append((path, prepared))
            return True
        return not _load_set({path: prepared}, move)
    except Refusal as refusal:
        report(refusal)
        return False


def _load_set(files: Mapping[Path, Prepared], move: Path | None) -> list[Path]:
    """Load files that are one export together. Return those that are refused, or could not be moved."""
    database, words = stores.own(), load_values(places.own_files())
    failed = []
    try:
        results = load_set(database, list(files.values()), words=words)
    except Refusal as refusal:
        report(refusal)
        return list(files)
    for (path, prepared), result in zip(files.items(), results, strict=True):
        if isinstance(result, Refusal):
            report(_explained(result, database, prepared, words))
            failed.append(path)
            continue
        for receipt in result:
            _print_receipt(prepared.workbook.name, receipt, database)
        if move and not _moved(path, move, result[0].import_id):
            failed.append(path)
    return failed


def _explained(refusal: Refusal, database: Database, file: Prepared, words: Words) -> Refusal:
    """The refusal. Of a file that is loaded already it says how it becomes the export of a pack that it also is."""
    if not isinstance(refusal, AlreadyLoaded) or file.order.source:
        return refusal
    with database.cursor() as cursor:
        others = others_in(file.workbook, packs.current(cursor).sources, words)
    if not others:
        return refusal
    text = N_("{loaded} It has the columns of {sources} too: load it as that with {options}.")
    say = Language(places.environment_language())
    named, options = (
        say(N_(" or ")).join(texts)
        for texts in ([say.pick(each.title) for each in others], [f"--source {each.id}" for each in others])
    )
    return Refusal(text, loaded=refusal, sources=named, options=options)


def _print_receipt(name: str, receipt: Receipt, database: Database) -> None:
    say = Language(places.environment_language())
    print(
        f"import {receipt.import_id}: {name} as {receipt.source.id},"
        f" extract date {receipt.extract_date.day}, {receipt.summary.loaded} rows,"
        f" {receipt.summary.rejected} rejected, {receipt.summary.warnings} warnings",
        flush=True,  # A reader can use it at once, even if a later file takes long.
    )
    for text in counted_texts(receipt, say):
        print(text, flush=True)
    for text in (*_doubts(receipt, say), *_course_questions(database, receipt, say)):
        print(text, file=sys.stderr, flush=True)


def _doubts(receipt: Receipt, say: Language) -> list[str]:
    """What is told of an import about what no other was, or that could complete the exports whose place it takes."""
    if receipt.unheard:
        return [say(UNHEARD, parts=", ".join(receipt.unheard))]
    if lacks := told_of_keys(receipt.source, receipt.keys, say):
        return [f"{lacks} {say(N_('If it completes that export, revoke it and load it with --completes.'))}"]
    text = N_("It takes the place of {n} rows. If it completes them, revoke it and load it with --completes.")
    return [say(text, n=receipt.rows_before)] if receipt.far_fewer else []


def _course_questions(database: Database, receipt: Receipt, say: Language) -> list[str]:
    """What an import leaves to be said: which course of the export is that of a point. It holds no load."""
    from compliance.correcting import courses

    if receipt.source.id != COURSES:
        return []
    day = receipt.extract_date.day
    with database.cursor() as cursor:
        points = packs.current(cursor).points
        asked = courses.asked(cursor, points, receipt.organisation, as_of=day)
    return [courses.question(point, day, say) for point in asked]


def _moved(path: Path, folder: Path, import_id: int) -> bool:
    """Move a file to a folder, under the number of its import: names come again every year."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.move(path, folder / f"{import_id} {path.name}")
    except OSError as error:
        text = N_("{file} is loaded, and could not be moved to {folder}: {error}.")
        report(Refusal(text, file=path.name, folder=folder, error=error.strerror or error))
        return False
    return True


def _is_file(path: Path) -> bool:
    """Whether the file exists and may be read. A name that is too long names none."""
    try:
        return path.is_file()
    except OSError:
        return False


@app.command("coverage")
def coverage_command(
    as_of: AsOf = None,
    known_at: KnownAt = None,
    by: Annotated[str, typer.Option("--by", help="organisation, department or unit")] = "organisation",
    format: Format = "table",
) -> None:
    """Coverage of the points."""
    level: Level = one_of(by, ("organisation", "department", "unit"), "--by")  # type: ignore[assignment]
    day, known = day_and_moment(as_of, known_at)
    with stores.own().cursor() as cursor:
        points = packs.points_on(cursor, packs.current(cursor), as_of=day, organisation=None, known_at=known)
    figures = counts_of(stores.own(), points, days=[day], known_at=known, level=level).figures(level)
    told = {"day": day} | _known(known)
    show([coverage_row(figure) for figure in figures], COVERAGE_COLUMNS, format, what=f"coverage by {level}", **told)


def _known(known: datetime) -> dict[str, object]:
    """What the audit trail tells of the moment whose knowledge counts, if one was asked for."""
    return {} if known == EVERYTHING_KNOWN else {"known_at": known}


COVERAGE_COLUMNS: Final = (
    "point", "id", "organisation", "department", "unit", "met", "unmet", "unknown", "pending", "exempt",
    "coverage", "status", "basis",
)  # fmt: skip


def coverage_row(figure: Coverage) -> dict[str, Any]:
    """A figure as the command line prints it."""
    status = f"purged {figure.purged.day}" if figure.purged else figure.status.value
    said = {"point": figure.point.number, "id": figure.point.id, "status": status}
    return {name: said[name] if name in said else getattr(figure, name) for name in COVERAGE_COLUMNS}


@app.command("items")
def items_command(point: str, as_of: AsOf = None, format: Format = "table") -> None:
    """The items of a point (a number or an id), with outcome, reason and the spreadsheet row behind each."""
    day = past_day(as_of)
    with stores.own().cursor() as cursor:
        point_ = point_by(packs.current(cursor).points, point)
        table = items(cursor, point_, as_of=day, known_at=EVERYTHING_KNOWN).drop_columns(["import_id"])
        if not len(table):
            _tell_why_none(cursor, point_, day)
    show(table.to_pylist(), tuple(table.column_names), format, what="items", point=point_.id, day=day)


def _tell_why_none(cursor: Cursor, point: Point, day: date) -> None:
    """Print why a point has no items: its pack is on in no organisation, or what each of them lacks."""
    from compliance.wording.reasons import empty_sentence

    if not point.pack or any(each.pack == point.pack for each in packs.packs_on(cursor, [day])):
        say = Language(places.environment_language())
        for figure in coverage(cursor, (point,), days=[day], known_at=EVERYTHING_KNOWN, level="organisation"):
            print(f"{figure.organisation}: {empty_sentence(figure, say)}", file=sys.stderr)
        return
    said = packs.switches(cursor, as_of=day)
    begun = [switch.from_day for switch in said if switch.pack == point.pack and switch.from_day <= day]
    since = Refusal(N_("It is off since {day}."), day=max(begun)) if begun else Refusal(N_("It was not on before."))
    text = N_("{point} is on in no organisation on {day}. {since} Switch it on: {command}")
    report(Refusal(text, point=point.id, day=day, since=since, command=SWITCH_ON.format(point=point.id)))


PROBLEM_COLUMNS: Final = ("file", "sheet", "row", "column", "value", "reason", "kind", "source", "import_id")


@app.command("rejected")
def rejected_command(format: Format = "table") -> None:
    """What was rejected, or loaded as empty with a warning, of the imports that count."""
    show(_listed("problems"), PROBLEM_COLUMNS, format, what="problems")


IMPORT_COLUMNS: Final = (
    "import_id", "organisation", "source", "file", "sheets", "extract_date", "extract_date_by", "completes",
    "imported_at", "imported_by", "loaded", "rejected", "warnings", "revoked_at", "revoked_by", "why", "sha256",
)  # fmt: skip


@app.command("imports")
def imports_command(format: Format = "table") -> None:
    """Every import, the newest first, revoked ones too."""
    show(_listed("imports"), IMPORT_COLUMNS, format, what="imports")


def _listed(name: str) -> Rows:
    with stores.own().cursor() as cursor:
        return rows(cursor, statement(name), {"known_at": EVERYTHING_KNOWN})


@app.command("revoke")
def revoke_command(
    import_id: Annotated[int, typer.Argument(metavar="ID")], why: Annotated[str, typer.Option("--why")]
) -> None:
    """Take an import out of the figures; it stays in the history."""
    revoke(stores.own(), import_id, why=why, order=Order(WHO))
    print(f"import {import_id} revoked")


@app.command("extract")
def extract_command(
    name: Annotated[str | None, typer.Argument()] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="a name that ends in .csv, .xlsx or .parquet")
    ] = None,
    every: Annotated[
        Path | None, typer.Option("--all", metavar="FOLDER|FILE.zip", help="all extracts, as CSV and Parquet")
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    months: Annotated[
        int, typer.Option("--months", min=1, max=120, help="also of the ends of the months before, up to so many days")
    ] = 1,
    swedish_excel: Annotated[
        bool, typer.Option("--swedish-excel", help="Swedish words; in CSV also semicolons and decimal commas")
    ] = False,
    point: Annotated[str | None, typer.Option("--point", help="only this review point, a number or an id")] = None,
    organisation: Annotated[str | None, typer.Option("--organisation", metavar="NAME")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="with --all: replace what is there, also if it is of another database")
    ] = False,
) -> None:
    """Write a named extract to a file, or all of them to a folder or a zip."""
    day, known = day_and_moment(as_of, known_at)
    with stores.own().cursor() as cursor:
        named = organisation_named(cursor, organisation, day) if organisation else None
    asked = Request(day, known, named, months)
    if every and not (name or to or point or swedish_excel):
        made = _every_extract(every, asked, replace=replace)
    elif name and to and not (every or replace):
        made = _one_extract(name, to, asked, swedish_excel=swedish_excel, point=point)
    else:
        raise typer.BadParameter("give NAME and --to FILE, or --all FOLDER|FILE.zip alone", param_hint="extract")
    limits: dict[str, object] = {"organisation": organisation} if organisation else {}
    limits |= {"months": months} if months > 1 else {}
    hand_out(Action.EXTRACT, made.what, day=day, **_known(known), **made.details, **limits)
    made.write()
    print(made.written)


@dataclass(frozen=True)
class Request:
    """What extracts are asked for: a day, the moment whose knowledge counts, whose (or all), and of how many months."""

    day: date
    known_at: datetime
    organisation: str | None
    months: int


@dataclass(frozen=True)
class _Made:
    """What is written once the audit trail tells of it, how, and the line that says so."""

    what: str
    details: Mapping[str, object]
    write: Callable[[], None]
    written: str


def _one_extract(name: str, to: Path, asked: Request, *, swedish_excel: bool, point: str | None) -> _Made:
    from compliance.extracts import history
    from compliance.extracts.declared import extract_by
    from compliance.extracts.extracting import extract
    from compliance.extracts.files import kind_of, write

    kind = kind_of(to, swedish_excel=swedish_excel)
    definition = extract_by(name)
    if asked.months > 1:
        history.check(definition, kind)
    with stores.own().cursor() as cursor:
        only = point_by(packs.current(cursor).points, point) if point else None
    days = _each_day(asked, partial(extract, name=definition.id, point=only))
    details = {"format": kind} | ({"point": only.id} if only else {})
    language = Language("sv" if swedish_excel else places.environment_language())
    if asked.months > 1:
        writing = partial(history.write_history, days, to, kind=kind, language=language)
        return _Made(definition.id, details, writing, f"{masked_name(to)}: {asked.months} months")
    (result,) = days
    writing, count = partial(write, result, to, kind=kind, language=language), len(result.table)
    return _Made(definition.id, details | {"rows": count}, writing, f"{masked_name(to)}: {count} rows")


def _every_extract(to: Path, asked: Request, *, replace: bool) -> _Made:
    from compliance.extracts.folder import check_place, every_extract, is_archive, write_all
    from compliance.extracts.history import write_histories

    if asked.months > 1 and is_archive(to):
        raise typer.BadParameter("with --months give --all a folder, not a zip", param_hint="--all")
    days = _each_day(asked, every_extract, partial(every_extract, again=True))
    bundle = next(days)
    check_place(to, bundle, replace=replace)
    options: dict[str, Any] = {"created": clock.now(), "language": Language(places.environment_language())}
    if asked.months > 1:
        written = f"{masked_name(to)}: {len(bundle.extracts)} extracts, {asked.months} months"
        writing = partial(write_histories, chain([bundle], days), to, **options)
        return _Made("all extracts", {"format": "folder"}, writing, written)
    details = {"format": "zip" if is_archive(to) else "folder", "rows": bundle.rows}
    written = f"{masked_name(to)}: {len(bundle.extracts)} extracts, {bundle.rows} rows"
    return _Made("all extracts", details, partial(write_all, bundle, to, **options), written)


def _each_day(
    asked: Request, count: Callable[..., Counted], again: Callable[..., Counted] | None = None
) -> Iterator[Counted]:
    """What is counted for the day, then for the ends of the months before. The command line sees all.

    What is known is the same for all days, also if an export is loaded meanwhile.
    """
    with stores.own().cursor() as cursor:
        # a clock that was set back is before what is known already
        known = min(asked.known_at, max(clock.now(), newest_moment(cursor))) if asked.months > 1 else asked.known_at
    for day in reversed(month_ends(asked.day, count=asked.months)):
        with stores.own().cursor() as cursor:
            moment: dict[str, Any] = {"as_of": day, "known_at": known}
            points = packs.points_on(cursor, packs.current(cursor), organisation=asked.organisation, **moment)
            own: dict[str, Any] = {"own": places.own_files(), "reader": EVERYTHING}
            counting = again if again and day != asked.day else count
            made = counting(cursor, points=points, organisation=asked.organisation, **moment, **own)
        yield made


@app.command("worklists")
def worklists_command(
    to: Annotated[Path, typer.Option("--to", metavar="FILE.zip", help="the lists of all units")],
    mails: Annotated[bool, typer.Option("--mails", help="as drafts of mails, with the lists attached")] = False,
    as_of: AsOf = None,
    organisation: Annotated[str | None, typer.Option("--organisation", metavar="NAME")] = None,
    language: Spoken = "sv",
) -> None:
    """Write what is left in each unit, as a workbook or a mail for each."""
    from compliance.core.saving import save
    from compliance.declarations.answers import load_answers
    from compliance.worklists.lists import Asking, work_lists
    from compliance.worklists.sending import begun
    from compliance.worklists.workbooks import all_of_them, drafts

    own, day = places.own_files(), past_day(as_of)
    managers = tuple(load_values(own)["managers"])
    with stores.own().cursor() as cursor:
        name = organisation_named(cursor, organisation, day)
        every = packs.current(cursor)
        points = packs.points_on(cursor, every, as_of=day, organisation=name)
        asking = Asking(name, day, EVERYTHING_KNOWN, points, every.todo, managers)
        lists, all_ = work_lists(cursor, asking, EVERYTHING), begun(cursor, asking, today=clock.today())
    all_ = replace(all_, answers=load_answers(own))
    make = drafts if mails else all_of_them
    content = make(lists, all_, Language(language), moment=clock.local(clock.now()))
    hand_out(Action.EXTRACT, "work list", day=day, organisation=name, items=sum(len(each.left) for each in lists))
    save(content, to)
    print(f"{masked_name(to)}: {len(lists)} lists")


def organisation_named(cursor: Cursor, wanted: str | None, day: date) -> str:
    """The organisation with a name, or the only one. Raise BadParameter if it is not there, or several are."""
    names = basis_on(cursor, days=[day], known_at=EVERYTHING_KNOWN).organisations
    found = [name for name in names if wanted is None or folded(name) == folded(wanted)]
    if len(found) != 1:
        raise typer.BadParameter(f"name one of {', '.join(names)}", param_hint="--organisation")
    return found[0]


def hand_out(action: Action, what: str, **details: object) -> None:
    """Tell the audit trail what is handed out, just before it is: by the account that runs the command."""
    audit.record(current_user(), action, what, **details)


def show(records: Rows, columns: tuple[str, ...], format: str, *, what: str, **details: object) -> None:
    """Print rows as a JSON list of objects, as CSV or as a table to read; the audit trail tells `what` they are."""
    hand_out(Action.EXTRACT, what, rows=len(records), **details)
    print_rows(records, columns, format)


def print_rows(records: Rows, columns: tuple[str, ...], format: str) -> None:
    """Print rows in a format."""
    {"json": _as_json, "csv": _as_csv, "table": _as_table}[format](records, columns)


def _as_json(records: Rows, columns: tuple[str, ...]) -> None:
    picked = [{name: row[name] for name in columns} for row in records]
    json.dump(picked, sys.stdout, ensure_ascii=False, indent=1, default=str)
    print()


def _as_csv(records: Rows, columns: tuple[str, ...]) -> None:
    from compliance.counting.separated import joined

    lines = ([_plain(row[name]) for name in columns] for row in records)
    sys.stdout.write(joined([columns, *lines], separator=","))


def _plain(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _as_table(records: Rows, columns: tuple[str, ...]) -> None:
    texts = [[_short(row[name]) for name in columns] for row in records]
    widths = [max([len(name), *(len(row[i]) for row in texts)]) for i, name in enumerate(columns)]
    for row in [list(columns), *texts]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    text = "" if value is None else "".join(letter if letter.isprintable() else " " for letter in str(value))
    return text if len(text) <= 60 else f"{text[:59]}…"
