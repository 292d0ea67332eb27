"""A report as PDF: tagged for screen readers (PDF/UA-1), with bookmarks, and on request as an archive file (PDF/A).

The look is a Typst template in `data/report`. The report reaches it as JSON, so no text can become markup, and the only
folder that Typst may read holds nothing but templates.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any, Final

import matplotlib
import typst

from compliance.core.places import REPORT, STATIC
from compliance.report.blocks import (
    Beside,
    Block,
    Heading,
    LineChart,
    Report,
    Result,
    Table,
    Together,
    Topic,
    map_texts,
)
from compliance.report.writers.office import in_utc
from compliance.report.writers.paper import MARKS, TINTS, WORDS, bar_picture, picture
from compliance.wording.breaking import add_soft_hyphens

MARGIN_CM: Final = 2.2
# A report without a cover has less paper to spare.
NARROW_MARGIN_CM: Final = 2.0
PAPER_CM: Final = 21.0
# The width of a bar in a row of a table.
BAR_CM: Final = 2.3
# A shorter word is never hyphenated.
LONG_WORD: Final = 10
# Between two columns.
GAP_CM: Final = 0.9
# Characters that PDF/UA forbids: controls, byte order marks, lone surrogates, private use, non-characters.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    "\U000f0000-\U0010ffff]"
)
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def write_pdf(report: Report, *, archive: bool = False) -> bytes:
    """Write the report as PDF/UA-1, with `archive` also as PDF/A-2a. The same report always gives the same bytes."""
    return typst.compile(
        REPORT / "report.typ",
        root=REPORT,
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(_as_json(map_texts(report, _allowed)), ensure_ascii=False)},
        # Level "a" of PDF/A is the tagged one; part 2 is the last that is compatible with PDF/UA-1.
        pdf_standards=["ua-1", "a-2a"] if archive else ["ua-1"],
        # To the second, the precision of a PDF.
        timestamp=in_utc(report.made_at).replace(microsecond=0, tzinfo=UTC),
    )


@cache
def _fonts() -> typst.Fonts:
    """The product's fonts, and matplotlib's for the letters that they lack, among them a last resort for all."""
    folders = [STATIC / "fonts", Path(matplotlib.get_data_path()) / "fonts" / "ttf"]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _as_json(report: Report) -> dict[str, Any]:
    """The report as JSON values, its charts as drawings."""
    head = {name: value for name, value in vars(report).items() if name not in {"blocks", "made_at"}}
    margin = MARGIN_CM if report.opening is None else NARROW_MARGIN_CM
    blocks = list(_Blocks().of(report.blocks, PAPER_CM - 2 * margin))
    return {**head, "margin": margin, "blocks": blocks, "compounds": dict(_compounds(_texts(report)))}


def _texts(value: Any) -> Iterator[str]:
    """All texts of a report, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value):
        yield from _texts(tuple(vars(value).values()))


def _compounds(texts: Iterator[str]) -> Iterator[tuple[str, str]]:
    """The words that can be hyphenated, without and with their soft hyphens."""
    for word in sorted({word for text in texts for word in text.split() if len(word) >= LONG_WORD}):
        if (hyphenated := add_soft_hyphens(word)) != word:
            yield word, hyphenated


class _Blocks:
    """Turns blocks into JSON values with their kind. Headings without text are left out, and a heading is at most a
    level below the last, as PDF/UA requires.
    """

    def __init__(self) -> None:
        self._level = 0

    def of(self, blocks: tuple[Block, ...], width_cm: float) -> Iterator[dict[str, Any]]:
        """The blocks in a column of this width."""
        for block in blocks:
            if not isinstance(block, Heading):
                yield {"kind": type(block).__name__, **self._other(block, width_cm)}
            elif block.text.strip():
                self._level = min(block.level, self._level + 1)
                yield {"kind": "Heading", "text": block.text, "level": self._level}

    def _other(self, block: Block, width_cm: float) -> dict[str, Any]:
        if isinstance(block, LineChart):
            return _chart(block, width_cm)
        if isinstance(block, Together | Topic):
            return {**vars(block), "blocks": list(self.of(block.blocks, width_cm))}
        if isinstance(block, Beside):
            half = (width_cm - GAP_CM) / 2
            sides = {"left": list(self.of(block.left, half)), "right": list(self.of(block.right, half))}
            return {**sides, "half": half, "gap": GAP_CM}
        if isinstance(block, Result):
            return {**vars(block), "mark": MARKS[block.status], "colour": WORDS[block.status]}
        if isinstance(block, Table):
            bars = [bar_picture(bar, kind="svg", width_cm=BAR_CM).decode("utf-8") for bar in block.bars]
            tints = [[TINTS.get(status) for status in row] for row in block.statuses]
            return {**asdict(block), "bars": bars, "bar": BAR_CM, "tints": tints}
        return asdict(block)


def _chart(chart: LineChart, width_cm: float) -> dict[str, Any]:
    """A chart as a drawing; its caption stands in for a missing alternative text."""
    alt = chart.alt.strip() or chart.caption.strip() or _REPLACEMENT
    svg = picture(chart, kind="svg", width_cm=width_cm).decode("utf-8")
    return {"kind": "Chart", "caption": chart.caption, "alt": alt, "svg": svg}


def _allowed(text: str) -> str:
    """The text with its forbidden characters replaced, and with one kind of line break."""
    return _FORBIDDEN.sub(_REPLACEMENT, re.sub("\r\n?|[\u2028\u2029]", "\n", text).replace("\t", " "))
