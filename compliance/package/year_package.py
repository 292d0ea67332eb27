"""The year package: a zip of a frozen review, the rows and statements behind its figures, and its reports.

    content = write_package(cursor, review, version=None, reports={"report.writers.pdf": pdf}, say=Language("sv"))
    checked = verify_package(Path("review_2026.zip"))
    problems = [message(fault, Language("sv")) for fault in checked.faults]

A package is verified with its own rows and its own statements, without another database and without the statements of
this program. The maker of a package is not trusted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from compliance.access.withholding import export_names
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.saving import is_disk_full, temporary_folder
from compliance.core.zips import seal
from compliance.counting.separated import harmless, harmless_first, harmless_in_ascii
from compliance.declarations.packs import STATEMENT, bytes_of, sum_of
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.loading.purges import Purged, purged_since
from compliance.package.packing import Files, Unpacked, no_package, pack, unpack
from compliance.package.readme import PACKS, readme
from compliance.package.tables import COLUMNS, FIGURES, ITEMS, ROWS, as_csv, as_table, cell, read_csv, tables
from compliance.package.trail import false_entries, signing_entries
from compliance.report.files import every_report, packed_names
from compliance.review.approving import Signed, signatures_of
from compliance.review.dossier import (
    FORMAT,
    Dossier,
    PackUsed,
    format_of,
    from_json,
    load_frozen,
    seal_of,
    withheld_anew,
)
from compliance.review.pinning import PURGES, PackageTables, names_in_statements, package_tables, write_database
from compliance.review.recounting import Unusable, recount, script
from compliance.review.reviewing import Review, State
from compliance.review.verifying import Difference, compare_figures
from compliance.store.database import Cursor, Failure, Rows, rows
from compliance.store.engine import confined
from compliance.store.packs import declared, files_of

README: Final = "README.txt"
REVIEW: Final = "review.json"
DATABASE: Final = "frozen.duckdb"
SIGNATURES: Final = "signatures"
TRAIL: Final = "trail"
# The state in the table of signatures for a review that the program has sealed again.
SEALED_ANEW: Final = "sealed_anew"
# The states that the table of signatures can list.
SIGNED: Final = tuple(
    (*states, *anew) for states in (("submitted",), ("submitted", "approved")) for anew in ((), (SEALED_ANEW,))
)
MOST_SIGNED: Final = max(map(len, SIGNED))
REPORTS: Final = "reports"
# The SQL files that are generated, not frozen statements.
GENERATED: Final = ("schema.sql", "recount.sql")
SECONDS: Final = 60.0
# How cells are protected from being formulas: now, and in packages of earlier versions.
WRITTEN: Final[tuple[Callable[[str], object], ...]] = (harmless, harmless_in_ascii, harmless_first)
LONGEST: Final = 200
# The rows of a CSV file.
Cells = list[dict[str, str]]


@dataclass(frozen=True)
class Parts:
    """The parts of a package, read from the database: the document as sealed and as parsed, its state and signatures,
    the entries of the audit trail that tell of these, the rows that it was counted from, and the files of its packs.
    """

    content: str
    dossier: Dossier
    state: State
    signatures: Signed
    entries: Rows
    pins: PackageTables
    packs: Files


def gathered(cursor: Cursor, review: Review, *, version: int | None) -> Parts:
    """Read the parts of the package of a version. Raise Refusal if the version has not been submitted."""
    number = version or review.version
    signatures = signatures_of(cursor, review, number)
    if signatures.submitted_at is None:
        raise Refusal(
            N_("Version {version} of the review of {year} has not been submitted."), version=number, year=review.year
        )
    dossier = withheld_anew(load_frozen(cursor, review.review_id, number), export_names(cursor))
    return Parts(
        content=_content(cursor, review, number),
        dossier=dossier,
        state=review.state if number == review.version else "approved",
        signatures=signatures,
        entries=signing_entries(review.review_id, number, signatures),
        pins=package_tables(cursor, dossier, declared(cursor, None).sources),
        packs={name: content for used in dossier.packs for name, content in _files_of(cursor, used).items()},
    )


def _files_of(cursor: Cursor, used: PackUsed) -> Files:
    """The files of the version of a pack that a review pins. Raise Refusal if the store holds anything else."""
    files = files_of(cursor, used.sha256)
    if sum_of(files) != used.sha256:
        raise Refusal(
            N_("The files of {pack} {version}, which the review pins, were changed in the store. Restore a backup."),
            pack=used.pack,
            version=used.version,
        )
    return {f"{_folder(used)}{name}": content for name, content in bytes_of(files).items()}


def _folder(used: PackUsed) -> str:
    """The folder in a package of the files of a pack."""
    return f"{PACKS}{used.pack}/"


def whole_package(parts: Parts, *, say: Language, template: Path | None) -> bytes:
    """The package with every report, in the reader's language. The database is no longer needed."""
    options: dict[str, Any] = {"state": parts.state, "signed": parts.signatures, "say": say, "template": template}
    return packed(parts, reports=every_report(parts.dossier, **options), say=say)


def packed(parts: Parts, *, reports: Mapping[str, bytes], say: Language) -> bytes:
    """The package of these parts and reports."""
    seal = seal_of(parts.content)
    text = readme(parts.dossier, parts.signatures, seal=seal, say=say)
    files = {REVIEW: parts.content.encode(), README: text.encode(), **_data(parts)}
    if unknown := reports.keys() - packed_names(parts.dossier):
        raise ValueError(f"not the name of a report: {min(unknown)!r}")
    files |= {f"{REPORTS}/{name}": report for name, report in reports.items()}
    return pack(files, parts.signatures.changed_at)


def write_package(
    cursor: Cursor, review: Review, *, version: int | None, reports: Mapping[str, bytes], say: Language
) -> bytes:
    """The package of a submitted or approved version, with reports by file name.

    `say` is the first language of the README; the other one follows.
    """
    return packed(gathered(cursor, review, version=version), reports=reports, say=say)


def _content(cursor: Cursor, review: Review, version: int) -> str:
    """The document of a version exactly as sealed."""
    values = {"review_id": review.review_id, "version": version}
    content: str = rows(cursor, statement("frozen_review"), values)[0]["content"]
    return content


def _data(parts: Parts) -> Files:
    """The tables, the database and the statements, by file name."""
    dossier, pins, rows_by_file = parts.dossier, parts.pins, tables(parts.dossier)
    extract_date_by = {row["import_id"]: row["extract_date_by"] for row in pins.tables["imports"].to_pylist()}
    rows_by_file["imports"] = [
        row | {"extract_date_by": extract_date_by.get(row["import_id"])} for row in rows_by_file["imports"]
    ]
    rows_by_file |= {SIGNATURES: _signatures(dossier, parts.signatures), TRAIL: parts.entries}
    files = {f"{name}.csv": as_csv(name, rows_) for name, rows_ in rows_by_file.items()}
    return files | {DATABASE: _database(pins, rows_by_file)} | _statements(dossier, pins) | parts.packs


def _signatures(dossier: Dossier, signatures: Signed) -> Rows:
    """Who signed which seal. A seal made by the program afterwards is listed without a name."""
    signed_states = [
        ("submitted", signatures.submitted_by, signatures.submitted_at, signatures.submitted_seal),
        ("approved", signatures.approved_by, signatures.approved_at, signatures.approved_seal),
    ]
    if signatures.seal != signatures.submitted_seal:
        signed_states += [(SEALED_ANEW, "", each.at, signatures.seal) for each in dossier.cleaned[-1:]]
    return [
        {"version": dossier.version, "state": state, "signed_by": who, "signed_at": when, "sha256": seal}
        for state, who, when, seal in signed_states
        if when
    ]


def _database(pins: PackageTables, rows_by_file: Mapping[str, Rows]) -> bytes:
    more = {
        "frozen_figures": as_table(rows_by_file["figures"], FIGURES),
        "frozen_items": as_table(rows_by_file["items"], ITEMS),
    }
    with temporary_folder() as folder:
        path = folder / DATABASE
        write_database(path, pins, more)
        return path.read_bytes()


def _statements(dossier: Dossier, pins: PackageTables) -> Files:
    """The frozen statements, the schema of the tables they read, and one script to run everything by hand."""
    generated = ("\n".join(pins.schema.values()) + "\n", script(dossier))
    texts = dossier.statements | dict(zip(GENERATED, generated, strict=True))
    return {f"sql/{name}": text.encode() for name, text in texts.items()}


# --- Verification -------------------------------------------------------------------------------------------------

What = Literal[
    "damaged", "missing", "extra", "stray", "columns", "seal", "signed", "entry", "rows", "cell", "statement", "pack",
    "unlike", "lacking", "forbidden", "database", "figure", "purged",
]  # fmt: skip
# The columns in the header of a frozen statement.
FILLED_IN: Final = re.compile(r"^-- columns:\n(?:--   .*\n)+", re.MULTILINE)
FROZEN: Final = ("frozen_figures", "frozen_items")
RECEIPT: Final = ("import_id", "source", "sha256", "extract_date", "imported_at", "loaded", "rejected", "warnings")


@dataclass(frozen=True)
class Fault:
    """A difference between a package and what was packed: the file, table or part of the organisation, and the value
    then and now. `point` is that of a figure; `explained` means that the figure's data have been cleaned
    or purged since.
    """

    what: What
    where: str
    was: str = ""
    now: str = ""
    point: Point | None = None
    explained: bool = False


@dataclass(frozen=True)
class Checked:
    """The result of a verification: how many files were checked and figures counted again, and the faults.

    `seal` is that of the review and `package_seal` that of the package: a forged package can have correct sums, so both
    must be compared with what is known from elsewhere (`holding`). `held` are the files that follow from the review,
    and `other` those that the package's seal alone holds. `entries` are those of the audit trail about the
    `signatures`; None in a package of an earlier version. `explained` are figures that differ because their data have
    been cleaned, as the `review` itself records.
    """

    organisation: str
    year: int
    as_of: date
    version: int
    state: State
    seal: str
    package_seal: str
    held: tuple[str, ...]
    other: tuple[str, ...]
    signatures: Cells
    entries: Cells | None
    files: int
    figures: int
    faults: tuple[Fault, ...]
    explained: tuple[Fault, ...]
    review: Dossier


def verify_package(path: Path) -> Checked:
    """Verify that a package is unchanged and gives the frozen figures. Raise Refusal if the file is no package."""
    unpacked = unpack(path)
    content = unpacked.files.get(REVIEW)
    if content is None:
        raise no_package(path)
    dossier, expected = _parsed(content, path)
    seal = seal_of(content.decode())
    figures, database_faults = _recounted(unpacked.files.get(DATABASE), dossier, expected)
    faults = [
        *([Fault("stray", path.name)] if unpacked.strays else []),
        *_file_faults(unpacked, dossier),
        *_seal_faults(unpacked, dossier, seal),
        *_table_faults(unpacked.files, expected),
        *_statement_faults(unpacked.files, dossier),
        *_pack_faults(unpacked.files, dossier),
        *database_faults,
    ]
    signatures = _read(unpacked.files, SIGNATURES) or []
    held = _follow(unpacked, dossier)
    return Checked(
        organisation=printable(dossier.organisation),
        year=dossier.year,
        as_of=dossier.as_of,
        version=dossier.version,
        state="approved" if "approved" in [row["state"] for row in signatures] else "submitted",
        seal=seal,
        package_seal=unpacked.seal,
        held=tuple(name for name in sorted(unpacked.files) if name in held),
        other=tuple(name for name in sorted(unpacked.files) if name not in held),
        signatures=signatures,
        entries=(_read(unpacked.files, TRAIL) or []) if f"{TRAIL}.csv" in unpacked.files else None,
        files=len(unpacked.files) - len(unpacked.extra),
        figures=figures,
        faults=tuple(fault for fault in faults if not fault.explained),
        explained=tuple(fault for fault in faults if fault.explained),
        review=dossier,
    )


def _follow(unpacked: Unpacked, dossier: Dossier) -> set[str]:
    """The files all of whose content is compared with the review. Of imports.csv one column is not."""
    statements = {f"sql/{name}" for name in dossier.statements}
    of_packs = {name for used in dossier.packs for name in unpacked.files if name.startswith(_folder(used))}
    return {REVIEW, *(f"{name}.csv" for name in ROWS if name != "imports"), *statements, *of_packs} - {*unpacked.extra}


def _parsed(content: bytes, path: Path) -> tuple[Dossier, dict[str, Cells]]:
    """The frozen review, and the rows its CSV files should have. Raise Refusal if it cannot be read."""
    try:
        format_ = format_of(content)
        if format_ == FORMAT:
            dossier = from_json(content.decode())
            return dossier, {name: [_cells(row) for row in rows_] for name, rows_ in tables(dossier).items()}
    except (msgspec.MsgspecError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise no_package(path) from error
    raise Refusal(
        N_("The file {file} was written by another version of this program, with format {format}. Use that version."),
        file=path.name,
        format=format_,
    )


def _cells(row: Mapping[str, object]) -> dict[str, str]:
    return {name: cell(value) for name, value in row.items()}


def _read(files: Files, name: str) -> Cells | None:
    """The rows of a CSV file, or None if it is missing or malformed, or has other columns.

    Of signatures and their entries one more is read than there can be.
    """
    try:
        rows_ = read_csv(name, files[f"{name}.csv"])
    except (KeyError, ValueError):
        return None
    return rows_[: MOST_SIGNED + 1] if name in {SIGNATURES, TRAIL} else rows_


def _file_faults(unpacked: Unpacked, dossier: Dossier) -> Iterator[Fault]:
    """Files that are damaged, malformed, missing or unexpected, whatever the list of sums says."""
    tables_ = {f"{name}.csv": name for name in COLUMNS}
    expected = {README, REVIEW, DATABASE, *tables_, *(f"sql/{name}" for name in (*dossier.statements, *GENERATED))}
    # Packages of earlier versions have no entries of the audit trail, and fewer reports.
    optional = {f"{TRAIL}.csv", *(f"{REPORTS}/{name}" for name in packed_names(dossier))}
    # What belongs to a pack, its own seal tells.
    optional |= {name for used in dossier.packs for name in unpacked.files if name.startswith(_folder(used))}
    present = {*unpacked.files, *unpacked.damaged}
    yield from (Fault("damaged", name) for name in unpacked.damaged)
    yield from (Fault("missing", name) for name in sorted({*unpacked.missing, *(expected - optional - present)}))
    yield from (Fault("extra", name) for name in sorted({*unpacked.extra, *(present - expected - optional)}))
    for name in sorted(tables_.keys() & unpacked.files.keys()):
        if _read(unpacked.files, tables_[name]) is None:
            yield Fault("columns", name)


def _seal_faults(unpacked: Unpacked, dossier: Dossier, seal: str) -> Iterator[Fault]:
    """The document must be the one that was signed, or record the signed seal among those before its cleaning."""
    signatures = _read(unpacked.files, SIGNATURES) or []
    states = tuple(row["state"] for row in signatures if row["version"] == str(dossier.version))
    if len(states) < len(signatures) or states not in SIGNED:
        yield Fault("signed", f"{SIGNATURES}.csv")
    before = {each.seal for each in dossier.cleaned}
    for row in signatures:
        if row["sha256"] != seal and (row["state"] == SEALED_ANEW or row["sha256"] not in before):
            yield Fault("seal", REVIEW, was=row["sha256"], now=seal)
    for line in false_entries(_read(unpacked.files, TRAIL) or [], signatures):
        yield Fault("entry", f"{TRAIL}.csv, {line}")


def _table_faults(files: Files, expected: Mapping[str, Cells]) -> Iterator[Fault]:
    """The CSV files must agree with the review, in the best of the ways of writing cells."""
    for name, rows_ in expected.items():
        lines = _read(files, name)
        if lines is not None:
            forms = [[{key: str(form(text)) for key, text in row.items()} for row in rows_] for form in WRITTEN]
            yield from min((list(_first_difference(f"{name}.csv", was, lines)) for was in forms), key=len)


def _first_difference(where: str, was: Cells, now: Cells) -> Iterator[Fault]:
    """The first difference between two lists of rows, in the columns that both have."""
    if len(was) != len(now):
        yield Fault("rows", where, str(len(was)), str(len(now)))
        return
    for number, (one, other) in enumerate(zip(was, now, strict=True), start=1):
        for name in one:
            if name in other and one[name] != other[name]:
                yield Fault("cell", f"{where}, {number}, {name}", one[name], other[name] or "")
                return


def _statement_faults(files: Files, dossier: Dossier) -> Iterator[Fault]:
    """The SQL files must equal the statements in the review."""
    for name, text in dossier.statements.items():
        if files.get(f"sql/{name}", text.encode()) != text.encode():
            yield Fault("statement", f"sql/{name}")


def _pack_faults(files: Files, dossier: Dossier) -> Iterator[Fault]:
    """The files of a pack must be those of the version that the review pins, and its statement the frozen one."""
    for used in dossier.packs:
        folder = _folder(used)
        own = {name.removeprefix(folder): content for name, content in files.items() if name.startswith(folder)}
        if (now := seal(own)) != used.sha256:
            yield Fault("pack", folder, was=used.sha256, now=now)
        elif own[STATEMENT].decode() != _as_in_a_pack(dossier.statements.get(_statement_of(used), "")):
            yield Fault("unlike", f"{folder}{STATEMENT}", was=f"sql/{_statement_of(used)}")


def _statement_of(used: PackUsed) -> str:
    return f"points/{used.pack.partition('.')[2]}.sql"


def _as_in_a_pack(frozen: str) -> str:
    """A frozen statement with the line that its columns were filled in for: a later version may fill in others."""
    return FILLED_IN.sub("-- columns: columns.txt\n", frozen, count=1)


def _recounted(content: bytes | None, dossier: Dossier, expected: Mapping[str, Cells]) -> tuple[int, list[Fault]]:
    """Count the figures again from the package's database and statements. Return their number and the faults."""
    if content is None:
        return 0, []
    with temporary_folder() as folder:
        path = folder / DATABASE
        path.write_bytes(content)
        try:
            with confined(path, seconds=SECONDS) as cursor:
                faults = [*_content_faults(cursor, dossier), *_database_faults(cursor, dossier, expected)]
                figures, purged = recount(cursor, dossier), _purged(cursor, dossier)
        except Unusable as error:
            return 0, [Fault("forbidden" if error.why == "forbidden" else "lacking", f"sql/{error.name}")]
        except Failure as error:
            if is_disk_full(error):
                raise
            return 0, [Fault("database", DATABASE, now=str(error).split("\n")[0])]
    differences = compare_figures(dossier, figures, purged=purged)
    return len(figures), [*faults, *map(_figure_fault, differences)]


def _purged(cursor: Cursor, dossier: Dossier) -> dict[str, Purged]:
    """What was purged before the package was made; packages of earlier versions cannot say it."""
    if "purged_imports" not in {row["name"] for row in rows(cursor, statement("package_tables"))}:
        return {}
    return purged_since(cursor, [used.import_id for used in dossier.imports], dossier.known_at)


def _figure_fault(difference: Difference) -> Fault:
    if purged := difference.purged:
        return Fault("purged", "", purged.day.isoformat(), purged.diary, difference.point, explained=True)
    return Fault(
        "figure", difference.where, difference.was, difference.now, difference.point, explained=difference.explained
    )


def _content_faults(cursor: Cursor, dossier: Dossier) -> Iterator[Fault]:
    """The database holds tables that the statements read, the frozen ones, what was purged, and nothing else."""
    expected = {*names_in_statements(dossier), *FROZEN, *PURGES}
    present = {row["name"] for row in rows(cursor, statement("package_tables"))}
    other_objects = [row["name"] for row in rows(cursor, statement("package_contents"))]
    yield from (Fault("extra", f"{DATABASE}: {name}") for name in [*sorted(present - expected), *other_objects])


def _database_faults(cursor: Cursor, dossier: Dossier, expected: Mapping[str, Cells]) -> Iterator[Fault]:
    """The frozen tables and the imports in the database must agree with the review."""
    imports = sorted(dossier.imports, key=lambda used: used.import_id)
    receipts = [{name: cell(getattr(used, name)) for name in RECEIPT} for used in imports]
    expected_rows = {"frozen_figures": expected["figures"], "frozen_items": expected["items"], "imports": receipts}
    for name, was in expected_rows.items():
        now = rows(cursor, f"select * from {name} limit $most", {"most": len(was) + 1})
        yield from _first_difference(f"{DATABASE}: {name}", was, [_cells(row) for row in now])


# --- Messages -----------------------------------------------------------------------------------------------------

MESSAGES: Final[dict[What, str]] = {
    "damaged": N_("{where}: the file is another than the one that was packed."),
    "missing": N_("{where}: the file is missing."),
    "extra": N_("{where}: this does not belong to the package."),
    "stray": N_("{where}: there is something in the file beside the files that are packed in it."),
    "columns": N_("{where}: it does not have the columns that it must have."),
    "signed": N_("{where}: there must be one submission of this version, and no more than one approval after it."),
    "entry": N_("{where}: the entry is not what the audit trail sealed, or tells of none of the signatures."),
    "seal": N_("{where}: the review is another than the one that was signed. Its seal is {now}, and {was} was signed."),
    "rows": N_("{where}: there are {now} rows, and the review has {was}."),
    "cell": N_("{where}: “{now}” stands there, and “{was}” in the review."),
    "statement": N_("{where}: the file is another than the one that was packed."),
    "pack": N_("{where}: the files are not those of the version that the review pins. Their seal is {now}, not {was}."),
    "unlike": N_("{where}: the figures of the review were counted with another statement, {was}."),
    "lacking": N_("{where}: cannot be used, so no figure was counted again. {now}"),
    "forbidden": N_("{where}: the statement does something else than read. It has not been run."),
    "database": N_("{where}: cannot be used, so no figure was counted again. {now}"),
    "figure": N_("{point}{where}: “{was}” was frozen, and “{now}” is what the rows give."),
    "purged": N_("{point}{where}: cannot be recounted: purged on {was} (diary number {now})."),
}


def message(fault: Fault, say: Language) -> str:
    """A fault as a sentence that is safe to print: a package can hold any text."""
    point = f"{fault.point.number} {printable(say.pick(fault.point.title))}" if fault.point else ""
    where = f", {fault.where}" if fault.point and fault.where else fault.where
    values = {"where": where, "was": fault.was, "now": fault.now}
    return say(MESSAGES[fault.what], point=point, **{name: printable(text) for name, text in values.items()})


def printable(text: str) -> str:
    """The beginning of a text of a package, without characters that control a terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:LONGEST])
