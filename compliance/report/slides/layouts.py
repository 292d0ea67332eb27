"""The look of slides: a layout for each kind of slide, with a named place for every text and figure.

The look is an unzipped PowerPoint file in `data/report/slides`. The positions and type sizes of places are read from
it by their names, so a theme or a place that is changed there in PowerPoint changes every slide.
"""

import io
from typing import Any, Final, NamedTuple

from lxml import etree
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck

from compliance.core.language import N_, Language
from compliance.core.places import REPORT
from compliance.report.blocks import Report
from compliance.report.slides.contents import Kind
from compliance.report.writers.office import LOCALES, set_properties, with_fixed_times, zip_folder

CM: Final = 360_000
TABLE_STYLE: Final = "{6F1B2C0E-54D7-4C2B-9E0A-7D0C1A93B5E4}"
# The places that every slide shares.
FURNITURE: Final = ("footer", "number")
# The names that PowerPoint shows for layouts and places, in the reader's language.
KINDS: Final[dict[Kind, str]] = {
    "front": N_("Management review"),
    "verdict": N_("Judgement of the whole"),
    "table": N_("Table"),
    "heat": N_("Department by department"),
    "three": N_("Incidents and time limits"),
    "point": N_("Review point"),
    "pair": N_("Two review points"),
    "proposed": N_("The board is asked …"),
}
NAMES: Final = {
    "title": N_("Title"),
    "organisation": N_("Organisation"),
    "kicker": N_("Text"),
    "facts": N_("Text"),
    "answer": N_("Text"),
    "why": N_("Title"),
    "part": N_("Text"),
    "fact": N_("Figure"),
    "meaning": N_("How it is counted"),
    "table": N_("Table"),
    "key": N_("Text"),
    "head": N_("Title"),
    "mark": N_("Status"),
    "figure": N_("Figure"),
    "text": N_("Text"),
    "chart": N_("Chart"),
    "causes": N_("Why did the figure change?"),
    "what": N_("Title"),
    "decided": N_("Decisions"),
    "list": N_("Text"),
    "draft": N_("Draft"),
    "footer": N_("Text"),
    "number": N_("No."),
}


class Box(NamedTuple):
    """A rectangle on a slide, in cm."""

    left: float
    top: float
    width: float
    height: float


class Place(NamedTuple):
    """A placeholder of a layout: PowerPoint's number and kind, its box and its type.

    `hangs` is the hanging indent in cm: where the text after a tab or a bullet begins. `spacing` is the space above a
    paragraph, in cm.
    """

    number: int
    kind: str
    box: Box
    size: float
    bold: bool
    hangs: float
    bullets: bool
    spacing: float


def emu(cm: float) -> int:
    """Centimetres in EMU, the unit of the file."""
    return round(cm * CM)


# --- The empty deck -----------------------------------------------------------------------------------------------


def _blank() -> Deck:
    return Presentation(io.BytesIO(zip_folder(REPORT / "slides")))


def _place(shape: Any) -> Place:
    level = shape.element.find(f".//{qn('a:lvl1pPr')}")
    font, space = level.find(qn("a:defRPr")), level.find(f"{qn('a:spcBef')}/{qn('a:spcPts')}")
    return Place(
        number=shape.placeholder_format.idx,
        kind=shape.element.ph.get("type", "obj"),
        box=Box(*(length / CM for length in (shape.left, shape.top, shape.width, shape.height))),
        size=int(font.get("sz")) / 100,
        bold=font.get("b") == "1",
        hangs=int(level.get("marL", "0")) / CM,
        bullets=level.find(qn("a:buChar")) is not None,
        spacing=int(space.get("val")) / 7200 * 2.54 if space is not None else 0.0,
    )


def _places(layout: Any) -> dict[str, Place]:
    return {shape.name: _place(shape) for shape in layout.placeholders}


_ALL: Final = {layout.name: _places(layout) for layout in _blank().slide_layouts}
# The places of each kind of slide, by the key of their text.
LAYOUTS: Final[dict[Kind, dict[str, Place]]] = {
    kind: {name: place for name, place in _ALL[kind].items() if name not in FURNITURE} for kind in KINDS
}
FOOTER, NUMBER = (_ALL["front"][name] for name in FURNITURE)


def place_name(key: str, say: Language) -> str:
    """The name that PowerPoint shows for a place."""
    return say(NAMES.get(key.rstrip("123"), key))


def empty_deck(report: Report, footer: str) -> Deck:
    """A presentation without slides, with our look in the reader's language and its properties set."""
    deck, say = _blank(), Language(report.language)
    _name_places(deck.slide_master, say, footer)
    for kind in KINDS:
        layout: Any = deck.slide_layouts.get_by_name(kind)
        layout.element.cSld.set("name", say(KINDS[kind]))
        _name_places(layout, say, footer)
    author, locale = report.organisation, LOCALES[report.language]
    set_properties(deck.core_properties, title=report.title, author=author, locale=locale, made_at=report.made_at)
    return deck


def _name_places(sheet: Any, say: Language, footer: str) -> None:
    """Name the places of a master or layout, and put the names there as prompts. The slide number keeps its field."""
    for shape in sheet.placeholders:
        key, shape.name = shape.name, place_name(shape.name, say)
        if key != "number":
            shape.text_frame.text = footer if key == "footer" else shape.name


# --- The finished file --------------------------------------------------------------------------------------------


def deck_bytes(deck: Deck, report: Report) -> bytes:
    """The deck as a file. The same slides always give the same bytes."""
    for part in deck.part.package.iter_parts():
        root = getattr(part, "_element", None)
        if isinstance(root, etree._Element):
            _set_language(root, LOCALES[report.language])
        if part.partname.startswith("/ppt/embeddings/"):
            part.blob = with_fixed_times(part.blob, report.made_at)
    file = io.BytesIO()
    deck.save(file)
    return with_fixed_times(file.getvalue(), report.made_at)


def _set_language(root: Any, locale: str) -> None:
    """Set the language of every run and field, for screen readers and spell checkers."""
    for piece in root.iter(qn("a:r"), qn("a:fld"), qn("a:br")):
        piece.get_or_add_rPr()
    for properties in root.iter(qn("a:rPr"), qn("a:endParaRPr"), qn("a:defRPr")):
        properties.set("lang", locale)
