"""What Word and PowerPoint files share: a look that is kept unzipped, a language, bytes that stay the same."""

import io
import re
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

LOCALES: Final = {"sv": "sv-SE", "en": "en-GB"}
# A zip knows no earlier year.
EARLIEST: Final = (1980, 1, 1, 0, 0, 0)


@cache
def packed(folder: Path) -> bytes:
    """The file whose parts lie in a folder, without their comments."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            part = re.sub(rb"<!--.*?-->", b"", path.read_bytes(), flags=re.S)
            archive.writestr(path.relative_to(folder).as_posix(), part)
    return content.getvalue()


def in_utc(moment: datetime) -> datetime:
    """A moment in UTC; one without a zone is so already."""
    return moment.astimezone(UTC) if moment.tzinfo else moment


def timeless(file: bytes, made_at: datetime) -> bytes:
    """An Office file that says of all of it that it was made at that moment, so that it always has the same bytes."""
    moment, content = in_utc(made_at), io.BytesIO()
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb'(W3CDTF">)[^<]*', rb"\g<1>" + stamp, part)
            entry = zipfile.ZipInfo(name, max(moment.timetuple()[:6], EARLIEST))
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            new.writestr(entry, part)
    return content.getvalue()
