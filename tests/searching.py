"""Where a text stands that must stand nowhere: every value of a database, the bytes beside it, files handed out.

A compressed page hides a text from a search, so a database that is searched by its bytes is written `uncompressed`.
A test plants a text that is kept first, and sees that the search finds it.
"""

import html
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from pathlib import Path

import pikepdf

from compliance.store.database import Database
from tests.tagged import Tagged

ENCODINGS = ("utf-8", "utf-16-le", "cp1252")


@contextmanager
def uncompressed(database: Database) -> Iterator[Database]:
    """The database held open, so that whatever is written to its file meanwhile is written as it is."""
    with database.writing():
        pass
    with database.cursor() as cursor:
        cursor.execute("set force_compression = 'uncompressed'")
        yield database


def places_of(database: Database, *secrets: str) -> list[str]:
    """Where a text stands, in whatever case: `table.column` of each value, and the file of each run of bytes.

    The file is searched before a checkpoint and after it, so with the log that is still to be worked in.
    """
    folded = [secret.casefold() for secret in secrets]
    found = {f"{t}.{c}" for t, c, value in values_of(database) if any(s in value.casefold() for s in folded)}
    found |= {name for name, content in bytes_of(database.path).items() if holds(content, *secrets)}
    with database.cursor() as cursor:
        cursor.execute("checkpoint")
    return sorted(found | {name for name, content in bytes_of(database.path).items() if holds(content, *secrets)})


def values_of(database: Database) -> Iterator[tuple[str, str, str]]:
    """Every value of every table as (table, column, text); lists and structures as JSON."""
    with database.cursor() as cursor:
        for (table,) in cursor.execute("select table_name from duckdb_tables() order by 1").fetchall():
            cursor.execute(f'from "{table}"')
            columns = [column[0] for column in cursor.description or ()]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if value is not None:
                        yield table, column, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def bytes_of(path: Path) -> dict[str, bytes]:
    """The bytes of a database file and of all that its engine lays beside it (log, spilled pages), by file name."""
    beside = [file for file in path.parent.rglob("*") if file.relative_to(path.parent).parts[0].startswith(path.name)]
    return {file.relative_to(path.parent).as_posix(): file.read_bytes() for file in beside if file.is_file()}


def holds(content: bytes, *secrets: str) -> bool:
    """Whether bytes hold one of the texts, in whatever case and in any encoding that files are written in."""
    return any(secret.casefold() in text for text in _read(content) for secret in secrets)


def _read(content: bytes) -> Iterator[str]:
    """The bytes as text in each encoding; those of two bytes a letter may begin at an odd place."""
    for encoding in ENCODINGS:
        for start in (0, 1) if encoding.startswith("utf-16") else (0,):
            # XML writes letters as their numbers where it likes
            yield html.unescape(content[start:].decode(encoding, "ignore")).casefold()


def unpacked(content: bytes) -> bytes:
    """A file that is handed out with all that it packs: archives, the fields and parts of a mail, what a PDF has."""
    parts = [content]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.infolist():
                parts += [part.filename.encode(), unpacked(archive.read(part))]
    elif content.startswith(b"%PDF"):
        parts += _of_pdf(content)
    elif content.startswith(b"X-Unsent:"):
        parts += _of_mail(content)
    return b"\n".join(parts)


def _of_mail(content: bytes) -> Iterator[bytes]:
    """The fields and the parts of a draft, which its encoding hides from a search."""
    mail = message_from_bytes(content, policy=policy.default)
    for part in mail.walk():
        yield "\n".join(f"{name}: {value}" for name, value in part.items()).encode()
        if not part.is_multipart():
            yield unpacked(bytes(part.get_payload(decode=True)))


def _of_pdf(content: bytes) -> Iterator[bytes]:
    document = Tagged(content)
    for page in document.pages:
        yield "".join(run.text for run in page).encode()
    for thing in document.pdf.objects:
        if isinstance(thing, pikepdf.Stream):
            with suppress(pikepdf.PdfError):
                yield thing.read_bytes()
        elif isinstance(thing, pikepdf.Dictionary):
            yield from (str(text).encode() for text in thing.values() if isinstance(text, pikepdf.String))


def named(text: str, names: Iterable[str]) -> list[str]:
    """The names that stand in a text as words; to look for their letters first takes a tenth of the time."""
    return [name for name in names if name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
