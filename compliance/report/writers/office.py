"""What Word and PowerPoint files share: an unzipped look, a locale, properties, and reproducible bytes."""

import io
import re
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from compliance.core.zips import WINDOWS, parts_of, write_zip

LOCALES: Final = {"sv": "sv-SE", "en": "en-GB"}


@cache
def zip_folder(folder: Path) -> bytes:
    """The Office file whose parts are the files of a folder, without their XML comments."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            part = re.sub(rb"<!--.*?-->", b"", path.read_bytes(), flags=re.S)
            archive.writestr(path.relative_to(folder).as_posix(), part)
    return content.getvalue()


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a time zone already is."""
    return moment.astimezone(UTC) if moment.tzinfo else moment


def set_properties(properties: Any, *, title: str, author: str, locale: str, made_at: datetime) -> None:
    """Set the core properties of a document. A property holds 255 characters."""
    properties.title = title[:255]
    properties.author = properties.last_modified_by = author[:255]
    properties.language = locale
    properties.created = properties.modified = in_utc(made_at).replace(tzinfo=None)
    properties.revision = 1


def with_fixed_times(file: bytes, made_at: datetime) -> bytes:
    """An Office file with `made_at` as every time in it, so that the same content always gives the same bytes."""
    moment = in_utc(made_at)
    stamp = rb"\g<1>" + f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()
    parts = (
        (name, re.sub(rb'(W3CDTF">)[^<]*', stamp, part) if name == "docProps/core.xml" else part)
        for name, part in parts_of(file)
    )
    return write_zip(parts, moment, stored=lambda name: name.endswith(".png"), system=WINDOWS)
