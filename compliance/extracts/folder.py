"""All extracts of a day together, as a folder or a zip with the same names and types each time.

It is a Data Package (datapackage.org): each extract is a CSV and a Parquet file, and `datapackage.json` describes the
columns of both, so that a program such as frictionless can compare them.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from compliance.access.reader import Reader
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language, Texts
from compliance.core.masking import mask_text
from compliance.core.saving import save, save_folder
from compliance.core.zips import write_zip
from compliance.counting.assessing import basis_on
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.extracts.declared import Definition, ExtractColumn, load_extracts
from compliance.extracts.extracting import Extract, extract
from compliance.extracts.files import Kind, as_bytes
from compliance.store.database import Cursor, rows

# What is promised of the names and types; docs/analysts.md says what raises it.
SCHEMA_VERSION: Final = "1.2"
DESCRIPTION: Final = "datapackage.json"
PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
MEDIA: Final[dict[Kind, str]] = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
TYPES: Final = {
    "varchar": "string",
    "date": "date",
    "timestamp": "datetime",
    "boolean": "boolean",
    **dict.fromkeys(("tinyint", "integer", "bigint"), "integer"),
    "double": "number",
}
TIME: Final = "%Y-%m-%d %H:%M:%S"
EMPTY: Final = ("nan", "NaT")
# The sets of codes that are too many to be listed, or stand beside other values.
UNLISTED: Final = frozenset({"reasons", "details", "reports", "paces"})
# What is read of an archive that is there: a description is a hundredth of it.
MOST_DESCRIPTION: Final = 16 << 20
OF_ANOTHER: Final = N_(
    "What is in {place} is not of this database ({whose}), and stays as it is. Choose another place, or add --replace "
    "to replace it."
)
Files = dict[str, bytes]
Row = dict[str, Any]


@dataclass(frozen=True)
class Bundle:
    """The extracts of a day that a reader may have, those left out, and the organisations that there are.

    `store` is the mark of the store that they are of, None if nothing was ever in it. `newest` is its newest import of
    these organisations: `import_id`, `imported_at` (UTC) and `extract_date`; None if there is none.
    """

    extracts: tuple[Extract, ...]
    left_out: tuple[Definition, ...]
    as_of: date
    organisations: tuple[str, ...]
    store: str | None
    newest: Row | None

    @property
    def rows(self) -> int:
        """The rows of all extracts together."""
        return sum(len(each.table) for each in self.extracts)


def every_extract(
    cursor: Cursor,
    *,
    points: tuple[Point, ...],
    as_of: date,
    known_at: datetime,
    reader: Reader,
    again: bool = False,
    **options: Any,
) -> Bundle:
    """Every extract as `extract` returns it to the reader, of one organisation if given.

    `again` leaves out those without a history.
    """
    may = [each for each in load_extracts() if each.open_to(reader)]
    closed = tuple(each for each in load_extracts() if each not in may)
    day: dict[str, Any] = {"as_of": as_of, "known_at": known_at, "points": points, "reader": reader}
    known: dict[str, Any] = {}
    found = tuple(
        extract(cursor, each.id, **day, **options, known=known) for each in may if each.has_history or not again
    )
    names = reader.organisations(basis_on(cursor, days=[as_of], known_at=known_at).organisations)
    wanted = options.get("organisation")
    whose = (wanted,) if wanted else names
    newest = {"organisations": [*whose], "as_of": as_of, "known_at": known_at}
    ((mark,),) = cursor.execute(statement("store_mark")).fetchall()
    return Bundle(found, closed, as_of, whose, mark, next(iter(rows(cursor, statement("newest_import"), newest)), None))


def zipped(bundle: Bundle, *, created: datetime, language: Language) -> bytes:
    """The files in an archive."""
    return write_zip(files(bundle, created=created, language=language).items(), created)


def write_all(bundle: Bundle, to: Path, *, created: datetime, language: Language) -> None:
    """Write the files into a folder, or into an archive if its name ends in .zip, whole or not at all."""
    if is_archive(to):
        save(zipped(bundle, created=created, language=language), to)
    else:
        save_folder(files(bundle, created=created, language=language), to)


def is_archive(to: Path) -> bool:
    """Whether a name is that of an archive, and not of a folder."""
    return to.suffix.lower() == ".zip"


def check_place(to: Path, bundle: Bundle, *, replace: bool) -> None:
    """Raise Refusal if what is there would be lost: files that are no extracts, or, unless `replace`, of another store.

    An archive is replaced only where it holds extracts. Those of a store in which nothing was are no loss.
    """
    names = {path.name for path in to.iterdir()} if to.is_dir() else set()
    found = _described(to)
    if others := sorted(names - (found.files if found else set())):
        raise Refusal(
            N_("The folder {folder} holds other files, such as {file}. Choose an empty or a new one."),
            folder=to.name,
            file=others[0],
        )
    is_filled = os.path.lexists(to) if is_archive(to) else bool(names)
    if is_filled and not replace and (found is None or found.store not in (None, bundle.store)):
        whose = ", ".join(found.organisations) if found else ""
        raise Refusal(OF_ANOTHER, place=to.name, whose=mask_text(whose)[0] or "–")


@dataclass(frozen=True)
class _Described:
    """What a description says: its files with itself, the store that they are of, and the organisations."""

    files: frozenset[str]
    store: str | None
    organisations: tuple[str, ...]


def _described(to: Path) -> _Described | None:
    """What the description in a folder or an archive says; None if there is none that can be read."""
    try:
        told = json.loads(_read(to))
        paths = frozenset({DESCRIPTION, *(str(resource["path"]) for resource in told["resources"])})
        return _Described(paths, told["store"], tuple(map(str, told["organisations"])))
    except (OSError, ValueError, LookupError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None


def _read(to: Path) -> bytes:
    if not is_archive(to):
        return (to / DESCRIPTION).read_bytes()
    with zipfile.ZipFile(to) as archive, archive.open(DESCRIPTION) as file:
        return file.read(MOST_DESCRIPTION)


def files(bundle: Bundle, *, created: datetime, language: Language) -> Files:
    """The files by name, the description first. Names and codes are the same in every language."""
    made: Files = {}
    resources = [each for wanted in bundle.extracts for each in _resources(wanted, made, language)]
    return {DESCRIPTION: description(bundle, resources, created=created, language=language)} | made


def description(
    bundle: Bundle, resources: list[Row], *, created: datetime, language: Language, more: Row | None = None
) -> bytes:
    """What the file of the description says of a bundle, of the files in it, and of `more`."""
    told = {
        "$schema": PROFILE,
        "name": "compliance-extracts",
        "title": language(N_("Extracts")),
        "created": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "schema_version": SCHEMA_VERSION,
        "as_of": bundle.as_of.isoformat(),
        **(more or {}),
        "organisations": list(bundle.organisations),
        "store": bundle.store,
        "newest_import": bundle.newest and _import(bundle.newest),
        "left_out": [each.id for each in bundle.left_out],
        "resources": resources,
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _import(row: Row) -> dict[str, Any]:
    """An import as the description says it."""
    moment, day = row["imported_at"], row["extract_date"]
    return {"import_id": row["import_id"], "imported_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "extract_date": str(day)}


def _resources(wanted: Extract, made: Files, language: Language) -> Iterator[dict[str, Any]]:
    """Make the files of an extract, and describe each."""
    for kind in MEDIA:
        content = made[f"{wanted.definition.id}.{kind}"] = as_bytes(wanted, kind=kind, language=language)
        measured: Row = {"rows": len(wanted.table), "size": len(content), "mark": hashlib.sha256(content).hexdigest()}
        yield resource(wanted, kind, language=language, **measured)


def resource(wanted: Extract, kind: Kind, *, rows: int, size: int, mark: str, language: Language) -> dict[str, Any]:
    """The description of a file of an extract, of a size and with a SHA-256."""
    definition = wanted.definition
    told: dict[str, Any] = {
        "name": definition.id if kind == "csv" else f"{definition.id}_{kind}",
        "title": language.pick(definition.title),
        "description": language.pick(definition.purpose),
        "rows": rows,
    }
    file = {"path": f"{definition.id}.{kind}", "format": kind, "mediatype": MEDIA[kind]}
    fields = (_csv_fields if kind == "csv" else _parquet_fields)(wanted, language)
    marked = {"bytes": size, "hash": f"sha256:{mark}"} if kind == "csv" else {"size": size, "sha256": mark}
    return told | file | marked | fields


def _csv_fields(wanted: Extract, language: Language) -> dict[str, Any]:
    """What a reader of CSV needs: the encoding, the separator and the columns, whose times are texts."""
    fields = [field | ({"format": TIME} if field["type"] == "datetime" else {}) for field in _fields(wanted, language)]
    dialect = {"delimiter": ",", "lineTerminator": "\r\n", "header": True}
    return {"encoding": "utf-8", "dialect": dialect, "schema": {"fields": fields}}


def _parquet_fields(wanted: Extract, language: Language) -> dict[str, Any]:
    """What a reader of Parquet that goes by the description needs: the columns, and how pandas calls what is empty.

    frictionless counts no bytes of such a file, and would miss those that are declared under its own names.
    """
    fields = [
        field | ({"missingValues": ["", *EMPTY]} if field["type"] != "string" else {})
        for field in _fields(wanted, language)
    ]
    return {"schema": {"fields": fields}}


def _fields(wanted: Extract, language: Language) -> list[dict[str, Any]]:
    return [_field(each, wanted.words.get(each.words or "", {}), language) for each in wanted.definition.columns]


def _field(column: ExtractColumn, words: Mapping[str, Texts], language: Language) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": TYPES[column.type],
        "title": language.pick(column.title),
        "description": language.pick(column.meaning),
    }
    if words and column.words not in UNLISTED:
        field["categories"] = [{"value": code, "label": language.pick(texts)} for code, texts in words.items()]
    return field
