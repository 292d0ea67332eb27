"""Typst at work: the templates in `data/report`, and the pictures of charts that they draw.

What is drawn reaches a template as JSON, so no text can become markup. The only folder that Typst may read holds
nothing but templates and fonts, and no package is ever fetched.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass
from functools import cache
from typing import Any, Final

import typst

from compliance.core.places import REPORT, STATIC
from compliance.counting.assessing import Status
from compliance.declarations import theming
from compliance.report.blocks import Bar, EffectBar, LineChart, map_texts
from compliance.wording.breaking import add_soft_hyphens

# The product's light theme, not the organisation's: a new look must not change the reports of a frozen review.
COLOURS: Final = theming.product().light
# The names of the statuses among the colours, as in the templates.
SHADES: Final[dict[Status, str]] = {
    Status.GREEN: "green",
    Status.YELLOW: "yellow",
    Status.RED: "red",
    Status.NO_BASIS: "none",
    Status.NOTHING_TO_ASSESS: "none",
}
# Sharp in print, and small enough to e-mail a file with a trend per point.
DPI: Final = 220
# A shorter word is never hyphenated.
LONG_WORD: Final = 10
# Characters that XML cannot hold, not even escaped. Users paste them unseen from elsewhere.
UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def typeset(template: str, content: dict[str, Any], **options: Any) -> Any:
    """What Typst makes of a template and its content by name: a file, or where `options` ask for pictures a list."""
    inputs = {**content, "colours": COLOURS, "compounds": dict(_compounds(tuple(content.values())))}
    return typst.compile(
        REPORT / template,
        root=REPORT,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={name: json.dumps(value, ensure_ascii=False, default=_with_kind) for name, value in inputs.items()},
        **options,
    )


def pictures(charts: Sequence[LineChart | Bar | EffectBar], *, width_cm: float) -> list[bytes]:
    """Draw trends (at least 8 cm wide) or the bars of rows as PNG. The same chart gives the same bytes."""
    content = {"charts": map_texts(tuple(charts), writable), "width": width_cm}
    drawn = typeset("picture.typ", content, format="png", ppi=DPI) if charts else []
    return [drawn] if isinstance(drawn, bytes) else list(drawn)


def writable(text: str) -> str:
    """The text as the XML of a report's files can hold it."""
    return UNWRITABLE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


@cache
def _fonts() -> typst.Fonts:
    """The product's fonts, and those for the letters that they lack, among them a last resort for all."""
    folders = [STATIC / "fonts", REPORT / "fonts"]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _with_kind(value: Any) -> dict[str, Any] | str:
    """A dataclass as a dictionary with its kind; a moment as text."""
    return {"kind": type(value).__name__, **vars(value)} if is_dataclass(value) else str(value)


def _texts(value: Any) -> Iterator[str]:
    """All texts of a content, at any depth."""
    if isinstance(value, str):
        yield value
    for inner in value if isinstance(value, tuple) else vars(value).values() if is_dataclass(value) else ():
        yield from _texts(inner)


def _compounds(content: Any) -> Iterator[tuple[str, str]]:
    """The words that can be hyphenated, without and with their soft hyphens."""
    for word in sorted({word for text in _texts(content) for word in text.split() if len(word) >= LONG_WORD}):
        if (hyphenated := add_soft_hyphens(word)) != word:
            yield word, hyphenated
