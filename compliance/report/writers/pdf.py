"""A report as PDF: tagged for screen readers (PDF/UA-1), with bookmarks; where asked for also an archive file (PDF/A).

Its look is Typst's template in `data/report`. What a report says reaches it as JSON, so no text can become markup, and
the only folder that Typst may read holds templates and nothing else.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import matplotlib
import typst

from compliance.core.places import REPORT, STATIC
from compliance.report.blocks import Beside, Block, Heading, LineChart, Report, Result, Table, Together, Topic
from compliance.report.writers.paper import MARKS, WORDS, bar_picture, picture
from compliance.wording.breaking import add_soft_hyphens

MARGIN_CM: Final = 2.2
# A report without a cover has less paper to spare.
NARROW_MARGIN_CM: Final = 2.0
PAPER_CM: Final = 21.0
# A bar in a row of a table.
BAR_CM: Final = 2.3
# A shorter word is never parted.
LONG_WORD: Final = 10
# Between two columns.
GAP_CM: Final = 0.9
# What has no sign: control characters, marks of byte order, halves of a character, private signs, non-characters.
_NO_SIGN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    "\U000f0000-\U0010ffff]"
)
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def write_pdf(report: Report, *, archive: bool = False) -> bytes:
    """The report as PDF/UA-1, with `archive` also as PDF/A-2a; the same report always gives the same bytes."""
    return typst.compile(
        REPORT / "report.typ",
        root=REPORT,
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(_plain(_shown(report)), ensure_ascii=False)},
        # Level "a" of PDF/A is the tagged one; part 2 is the last that agrees with PDF/UA-1 and needs no attachments.
        pdf_standards=["ua-1", "a-2a"] if archive else ["ua-1"],
        timestamp=_in_utc(report.made_at),
    )


@cache
def _fonts() -> typst.Fonts:
    """The product's own fonts, and those of matplotlib for the letters that they lack, up to a last resort for all."""
    folders = [STATIC / "fonts", Path(matplotlib.get_data_path()) / "fonts" / "ttf"]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _in_utc(moment: datetime) -> datetime:
    """The moment to the second, which is as exact as a PDF may say it."""
    moment = moment.replace(microsecond=0)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(report: Report) -> dict[str, Any]:
    """The report as values of JSON, its charts drawn."""
    head = {name: value for name, value in vars(report).items() if name not in {"blocks", "made_at"}}
    margin = MARGIN_CM if report.opening is None else NARROW_MARGIN_CM
    blocks = list(_Blocks().of(report.blocks, PAPER_CM - 2 * margin))
    return {**head, "margin": margin, "blocks": blocks, "compounds": dict(_compounds(_texts(report)))}


def _texts(value: Any) -> Iterator[str]:
    """All texts of a report, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value):
        yield from _texts(tuple(vars(value).values()))


def _compounds(texts: Iterator[str]) -> Iterator[tuple[str, str]]:
    """The words that have a place where a line may part them, with and without it."""
    for word in sorted({word for text in texts for word in text.split() if len(word) >= LONG_WORD}):
        if (parted := add_soft_hyphens(word)) != word:
            yield word, parted


class _Blocks:
    """Blocks as values of JSON with their kind; headings without text fall away, and none is more than a level below
    the last.
    """

    def __init__(self) -> None:
        self._level = 0

    def of(self, blocks: tuple[Block, ...], width_cm: float) -> Iterator[dict[str, Any]]:
        """The blocks in a column so wide."""
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
            drawn = (bar_picture(bar, kind="svg", width_cm=BAR_CM).decode("utf-8") for bar in block.bars)
            return {**asdict(block), "bars": list(drawn), "bar": BAR_CM}
        return asdict(block)


def _chart(chart: LineChart, width_cm: float) -> dict[str, Any]:
    """A chart as a drawing; one without alternative text is told by its caption."""
    alt = chart.alt.strip() or chart.caption.strip() or _REPLACEMENT
    drawn = picture(chart, kind="svg", width_cm=width_cm).decode("utf-8")
    return {"kind": "Chart", "caption": chart.caption, "alt": alt, "svg": drawn}


def _shown(value: Any) -> Any:
    """Texts, however deep, with a sign where PDF forbids what a character is, and one kind of line break."""
    if isinstance(value, str):
        return _NO_SIGN.sub(_REPLACEMENT, re.sub("\r\n?|[\u2028\u2029]", "\n", value).replace("\t", " "))
    if isinstance(value, tuple):
        return tuple(_shown(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{name: _shown(item) for name, item in vars(value).items()})
    return value
