"""The year package: one zip with a frozen review, what it was counted from, how, and the reports that say so.

    content = write_package(cursor, review, version=None, reports={"report.pdf": pdf}, say=Language("sv"))
    checked = verify_package(Path("review_2026.zip"))
    problems = [told(fault, Language("sv")) for fault in checked.faults]

A package is checked with its own rows and its own statements: without any other database, and without those of this
program. Whoever made it is not trusted.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

import msgspec

from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.saving import is_disk_full, temporary_folder
from compliance.counting.separated import harmless, harmless_first
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.declarations.sources import load_sources
from compliance.package.packing import Files, Unpacked, no_package, pack, unpack
from compliance.package.readme import readme
from compliance.package.tables import COLUMNS, FIGURES, ITEMS, as_csv, as_table, cell, read_csv, tables
from compliance.report.files import every_report
from compliance.review.approving import Signed, signed
from compliance.review.dossier import FORMAT, Dossier, format_of, from_json, frozen, sealed
from compliance.review.pinning import Pinned, pinned, words, write_database
from compliance.review.recounting import Unusable, recounted, script
from compliance.review.reviewing import Review, State
from compliance.review.verifying import differing
from compliance.store.database import Cursor, Failure, Rows, rows
from compliance.store.engine import confined

README: Final = "README.txt"
REVIEW: Final = "review.json"
DATABASE: Final = "frozen.duckdb"
SIGNATURES: Final = "signatures"
# What stands in the place of a signature where the program has sealed a review anew.
SEALED_ANEW: Final = "sealed_anew"
REPORTS: Final = "reports"
# The files of SQL that are none of the frozen statements.
MADE: Final = ("schema.sql", "recount.sql")
SECONDS: Final = 60.0
# How cells are written, and how packages of the first version have them.
WRITTEN: Final[tuple[Callable[[str], object], ...]] = (harmless, harmless_first)
LONGEST: Final = 200


@dataclass(frozen=True)
class Gathered:
    """All that a package is made of, taken out of the database: the frozen document as it was sealed and as it is read,
    in which state, who has signed, and the rows that it was counted from.
    """

    content: str
    found: Dossier
    state: State
    signatures: Signed
    kept: Pinned


def gathered(cursor: Cursor, review: Review, *, version: int | None) -> Gathered:
    """What the package of a version that has been submitted or approved is made of."""
    number = version or review.version
    signatures = signed(cursor, review, number)
    if signatures.submitted_at is None:
        raise Refusal(
            N_("Version {version} of the review of {year} is a draft. Submit it before it is packed."),
            version=number,
            year=review.year,
        )
    found = frozen(cursor, review.review_id, number)
    return Gathered(
        content=_content(cursor, review, number),
        found=found,
        state=review.state if number == review.version else "approved",
        signatures=signatures,
        kept=pinned(cursor, found, load_sources(None)),
    )


def whole_package(given: Gathered, *, say: Language, template: Path | None) -> bytes:
    """The package with the reports, which are in the reader's language; the database is not needed any more."""
    of: dict[str, Any] = {"state": given.state, "signed": given.signatures, "say": say, "template": template}
    return packed(given, reports=every_report(given.found, **of), say=say)


def packed(given: Gathered, *, reports: Mapping[str, bytes], say: Language) -> bytes:
    """The package of what has been gathered."""
    seal = sealed(given.content)
    text = readme(given.found, given.signatures, seal=seal, say=say)
    files = {REVIEW: given.content.encode(), README: text.encode(), **_data(given)}
    files |= {f"{REPORTS}/{_file_name(name)}": report for name, report in reports.items()}
    return pack(files, given.signatures.changed_at)


def write_package(
    cursor: Cursor, review: Review, *, version: int | None, reports: Mapping[str, bytes], say: Language
) -> bytes:
    """The package of a version that has been submitted or approved, with reports by the names of their files.

    `say` is the language that its README begins in; the other one follows.
    """
    return packed(gathered(cursor, review, version=version), reports=reports, say=say)


def _content(cursor: Cursor, review: Review, version: int) -> str:
    """The document of a version exactly as it was sealed."""
    given = {"review_id": review.review_id, "version": version}
    content: str = rows(cursor, statement("frozen_review"), given)[0]["content"]
    return content


def _file_name(name: str) -> str:
    if PurePosixPath(name).name != name or "\\" in name:
        raise ValueError(f"not the name of a file: {name!r}")
    return name


def _data(given: Gathered) -> Files:
    """The tables, the database and the statements."""
    found, kept, told = given.found, given.kept, tables(given.found)
    by = {row["import_id"]: row["extract_date_by"] for row in kept.tables["imports"].to_pylist()}
    told["imports"] = [row | {"extract_date_by": by.get(row["import_id"])} for row in told["imports"]]
    told[SIGNATURES] = _signatures(found, given.signatures)
    files = {f"{name}.csv": as_csv(name, rows_) for name, rows_ in told.items()}
    return files | {DATABASE: _database(kept, told)} | _statements(found, kept)


def _signatures(found: Dossier, signatures: Signed) -> Rows:
    """Who signed which seal; that of a review that has been sealed anew since was signed by nobody."""
    given = [
        ("submitted", signatures.submitted_by, signatures.submitted_at, signatures.submitted_seal),
        ("approved", signatures.approved_by, signatures.approved_at, signatures.approved_seal),
    ]
    if signatures.seal != signatures.submitted_seal:
        given += [(SEALED_ANEW, "", each.at, signatures.seal) for each in found.cleaned[-1:]]
    return [
        {"version": found.version, "state": state, "signed_by": who, "signed_at": when, "sha256": seal}
        for state, who, when, seal in given
        if when
    ]


def _database(kept: Pinned, told: Mapping[str, Rows]) -> bytes:
    more = {"frozen_figures": as_table(told["figures"], FIGURES), "frozen_items": as_table(told["items"], ITEMS)}
    with temporary_folder() as folder:
        path = folder / DATABASE
        write_database(path, kept, more)
        return path.read_bytes()


def _statements(found: Dossier, kept: Pinned) -> Files:
    """The statements as they were, the tables that they read, and all of it as one file to run by hand."""
    made = ("\n".join(kept.schema.values()) + "\n", script(found))
    texts = found.statements | dict(zip(MADE, made, strict=True))
    return {f"sql/{name}": text.encode() for name, text in texts.items()}


# --- Checking -----------------------------------------------------------------------------------------------------

What = Literal[
    "damaged", "missing", "extra", "seal", "rows", "cell", "statement", "lacking", "forbidden", "database", "figure"
]  # fmt: skip
FROZEN: Final = ("frozen_figures", "frozen_items")
RECEIPT: Final = ("import_id", "source", "sha256", "extract_date", "imported_at", "loaded", "rejected", "warnings")


@dataclass(frozen=True)
class Fault:
    """Something in a package that is not as it was packed: the file, table or part of the organisation, what it was and
    what it is. `point` is that of a figure, and `explained` whether what it rests on has been cleaned.
    """

    what: What
    where: str
    was: str = ""
    now: str = ""
    point: Point | None = None
    explained: bool = False


@dataclass(frozen=True)
class Checked:
    """What was checked: how many files against their sums, how many figures were counted again, and what is wrong.

    `seal` is to be compared with the signed report: who makes a package anew can make all sums anew. `explained` are
    figures that are counted otherwise since what they rest on has been cleaned, as the `review` says itself.
    """

    organisation: str
    year: int
    as_of: date
    version: int
    state: State
    seal: str
    files: int
    figures: int
    faults: tuple[Fault, ...]
    explained: tuple[Fault, ...]
    review: Dossier


def verify_package(path: Path) -> Checked:
    """Whether a package is what was packed, and gives the figures that were frozen; a Refusal where it is none."""
    unpacked = unpack(path)
    content = unpacked.files.get(REVIEW)
    if content is None:
        raise no_package(path)
    found, expected = _understood(content, path)
    seal = sealed(content.decode())
    figures, of_database = _recounted(unpacked.files.get(DATABASE), found, expected)
    faults = [
        *_of_files(unpacked, found),
        *_of_seal(unpacked, found, seal),
        *_of_tables(unpacked.files, expected),
        *_of_statements(unpacked.files, found),
        *of_database,
    ]
    states = [row.get("state") for row in _read(unpacked.files, SIGNATURES) or ()]
    return Checked(
        organisation=_printable(found.organisation),
        year=found.year,
        as_of=found.as_of,
        version=found.version,
        state="approved" if "approved" in states else "submitted",
        seal=seal,
        files=len(unpacked.files) - len(unpacked.extra),
        figures=figures,
        faults=tuple(fault for fault in faults if not fault.explained),
        explained=tuple(fault for fault in faults if fault.explained),
        review=found,
    )


def _understood(content: bytes, path: Path) -> tuple[Dossier, dict[str, list[dict[str, str]]]]:
    """The frozen review, and the rows that the files written from it hold; a Refusal where it cannot be read."""
    try:
        told = format_of(content)
        if told == FORMAT:
            found = from_json(content.decode())
            return found, {name: [_cells(row) for row in rows_] for name, rows_ in tables(found).items()}
    except (msgspec.MsgspecError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise no_package(path) from error
    raise Refusal(
        N_("The file {file} was written by another version of this program, with format {format}. Use that version."),
        file=path.name,
        format=told,
    )


def _cells(row: Mapping[str, object]) -> dict[str, str]:
    return {name: cell(value) for name, value in row.items()}


def _read(files: Files, name: str) -> list[dict[str, str]] | None:
    """The rows of a table's file; None where it is not there or no such file."""
    try:
        return read_csv(files[f"{name}.csv"])
    except (KeyError, ValueError):
        return None


def _of_files(unpacked: Unpacked, found: Dossier) -> Iterator[Fault]:
    """Files that are damaged, missing or too many, whatever somebody has put on the list or taken off it."""
    needed = {README, REVIEW, DATABASE, *(f"{name}.csv" for name in COLUMNS)}
    needed |= {f"sql/{name}" for name in (*found.statements, *MADE)}
    there = {*unpacked.files, *unpacked.damaged}
    besides = {name for name in there - needed if not name.startswith(f"{REPORTS}/")}
    yield from (Fault("damaged", name) for name in unpacked.damaged)
    yield from (Fault("missing", name) for name in sorted({*unpacked.missing, *(needed - there)}))
    yield from (Fault("extra", name) for name in sorted({*unpacked.extra, *besides}))


def _of_seal(unpacked: Unpacked, found: Dossier, seal: str) -> Iterator[Fault]:
    """The document must be the one that was signed, or say itself that it has been sealed anew after that one."""
    signatures = _read(unpacked.files, SIGNATURES) or []
    if not signatures:
        yield Fault("rows", f"{SIGNATURES}.csv", was="1", now="0")
    before = {each.seal for each in found.cleaned}
    for row in signatures:
        if row.get("sha256") != seal and (row.get("state") == SEALED_ANEW or row.get("sha256") not in before):
            yield Fault("seal", REVIEW, was=row.get("sha256") or "", now=seal)


def _of_tables(files: Files, expected: Mapping[str, list[dict[str, str]]]) -> Iterator[Fault]:
    """The files for spreadsheets must say what the review says."""
    for name, rows_ in expected.items():
        if f"{name}.csv" in files:
            there = _read(files, name) or []
            forms = [[{key: str(form(text)) for key, text in row.items()} for row in rows_] for form in WRITTEN]
            yield from min((list(_otherwise(f"{name}.csv", was, there)) for was in forms), key=len)


def _otherwise(where: str, was: list[dict[str, str]], now: list[dict[str, str]]) -> Iterator[Fault]:
    """The first row that is otherwise than it was, by those columns that both have."""
    if len(was) != len(now):
        yield Fault("rows", where, str(len(was)), str(len(now)))
        return
    for number, (one, other) in enumerate(zip(was, now, strict=True), start=1):
        for name in one:
            if name in other and one[name] != other[name]:
                yield Fault("cell", f"{where}, {number}, {name}", one[name], other[name] or "")
                return


def _of_statements(files: Files, found: Dossier) -> Iterator[Fault]:
    """The statements beside the review must be those in it."""
    for name, text in found.statements.items():
        if files.get(f"sql/{name}", text.encode()) != text.encode():
            yield Fault("statement", f"sql/{name}")


def _recounted(
    content: bytes | None, found: Dossier, expected: Mapping[str, list[dict[str, str]]]
) -> tuple[int, list[Fault]]:
    """How many figures the package's database and statements give, and what is wrong with it and them."""
    if content is None:
        return 0, []
    with temporary_folder() as folder:
        path = folder / DATABASE
        path.write_bytes(content)
        try:
            with confined(path, seconds=SECONDS) as cursor:
                faults = [*_of_contents(cursor, found), *_of_database(cursor, found, expected)]
                figures = recounted(cursor, found)
        except Unusable as error:
            return 0, [Fault("forbidden" if error.why == "forbidden" else "lacking", f"sql/{error.name}")]
        except Failure as error:
            if is_disk_full(error):
                raise
            return 0, [Fault("database", DATABASE, now=str(error).split("\n")[0])]
    differences = differing(found, figures)
    return len(figures), [*faults, *(Fault("figure", d.where, d.was, d.now, d.point, d.explained) for d in differences)]


def _of_contents(cursor: Cursor, found: Dossier) -> Iterator[Fault]:
    """The database must hold the tables that the statements read, those that were frozen, and nothing else."""
    named = {*words(found), *FROZEN}
    there = {row["name"] for row in rows(cursor, statement("package_tables"))}
    besides = [row["name"] for row in rows(cursor, statement("package_contents"))]
    yield from (Fault("extra", f"{DATABASE}: {name}") for name in [*sorted(there - named), *besides])


def _of_database(cursor: Cursor, found: Dossier, expected: Mapping[str, list[dict[str, str]]]) -> Iterator[Fault]:
    """The frozen tables and the receipts in the database must say what the review says."""
    imports = sorted(found.imports, key=lambda used: used.import_id)
    receipts = [{name: cell(getattr(used, name)) for name in RECEIPT} for used in imports]
    given = {"frozen_figures": expected["figures"], "frozen_items": expected["items"], "imports": receipts}
    for name, was in given.items():
        now = rows(cursor, f"select * from {name} limit $most", {"most": len(was) + 1})
        yield from _otherwise(f"{DATABASE}: {name}", was, [_cells(row) for row in now])


# --- Words --------------------------------------------------------------------------------------------------------

SAID: Final[dict[What, str]] = {
    "damaged": N_("{where}: the file is another than the one that was packed."),
    "missing": N_("{where}: the file is missing."),
    "extra": N_("{where}: this does not belong to the package."),
    "seal": N_("{where}: the review is another than the one that was signed. Its seal is {now}, and {was} was signed."),
    "rows": N_("{where}: there are {now} rows, and the review has {was}."),
    "cell": N_("{where}: “{now}” stands there, and “{was}” in the review."),
    "statement": N_("{where}: the statement is another than the one that was frozen."),
    "lacking": N_("{where}: the statement is missing or cannot be used, so no figure was counted again."),
    "forbidden": N_("{where}: the statement does something else than read. It has not been run."),
    "database": N_("{where}: the database cannot be used, so no figure was counted again. {now}"),
    "figure": N_("{point}{where}: “{was}” was frozen, and “{now}” is what the rows give."),
}


def told(fault: Fault, say: Language) -> str:
    """What is wrong, as a sentence that can be printed: a package can hold any text."""
    point = f"{fault.point.number} {_printable(say.pick(fault.point.title))}" if fault.point else ""
    where = f", {fault.where}" if fault.point and fault.where else fault.where
    values = {"where": where, "was": fault.was, "now": fault.now}
    return say(SAID[fault.what], point=point, **{name: _printable(text) for name, text in values.items()})


def _printable(text: str) -> str:
    """The beginning of a text without what would steer a terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:LONGEST])
