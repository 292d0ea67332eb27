"""A report as PDF: tagged for screen readers (PDF/UA-1), with bookmarks, and on request as an archive file (PDF/A)."""

import re
from dataclasses import replace
from datetime import UTC
from typing import Final

from compliance.report.blocks import Report, levelled, map_texts
from compliance.report.writers.office import in_utc
from compliance.report.writers.typesetting import typeset

# Characters that PDF/UA forbids: controls, byte order marks, lone surrogates, private use, non-characters.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    "\U000f0000-\U0010ffff]"
)
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def write_pdf(report: Report, *, archive: bool = False) -> bytes:
    """Write the report as PDF/UA-1, with `archive` also as PDF/A-2a. The same report always gives the same bytes."""
    allowed = map_texts(report, _allowed)
    file: bytes = typeset(
        "report.typ",
        {"report": replace(allowed, blocks=levelled(allowed.blocks))},
        format="pdf",
        # Level "a" of PDF/A is the tagged one; part 2 is the last that is compatible with PDF/UA-1.
        pdf_standards=["ua-1", "a-2a"] if archive else ["ua-1"],
        # To the second, the precision of a PDF.
        timestamp=in_utc(report.made_at).replace(microsecond=0, tzinfo=UTC),
    )
    return file


def _allowed(text: str) -> str:
    """The text with its forbidden characters replaced, and with one kind of line break."""
    return _FORBIDDEN.sub(_REPLACEMENT, re.sub("\r\n?|[\u2028\u2029]", "\n", text).replace("\t", " "))
