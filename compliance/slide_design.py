"""How the slides look: theme, master, layouts and table style, so that a slide itself holds little but its content.

Everything is made from the library's empty presentation, at 16:9, in the light palette of the pages. Who changes the
theme's colours or a layout in PowerPoint changes every slide at once.
"""

import io
import re
import zipfile
from datetime import datetime
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape

from lxml import etree
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.presentation import Presentation as Deck

from compliance.blocks import Report
from compliance.language import N_, Language
from compliance.slide_text import TYPEFACE, fitted

WIDTH, HEIGHT = 12_192_000 / 360_000, 19.05
MARGIN: Final = 1.9
ROOM: Final = WIDTH - 2 * MARGIN
# Where the content of a slide begins under a title of one line, and where it ends above the foot.
TOP, BOTTOM = 3.55, 17.3
TEXT_ROOM: Final = 25.0
COLUMN: Final = 10.6
TITLE, ANSWER, TEXT, BESIDE, SMALL, NOTE = 26.0, 30.0, 20.0, 18.0, 14.0, 12.0

# The light palette as a theme: two inks, two papers, three blues, and the three marks of status.
THEME: Final = {
    "dk1": "16202A",
    "lt1": "FBFAF8",
    "dk2": "4F5B67",
    "lt2": "DCD9D2",
    "accent1": "1F4E79",
    "accent2": "6E93B5",
    "accent3": "B9CBDB",
    "accent4": "00765A",
    "accent5": "A66B00",
    "accent6": "8F2C0C",
    "hlink": "1F4E79",
    "folHlink": "1F4E79",
}
INK, MUTE, RULE, BLUE, RUST = "tx1", "tx2", "bg2", "accent1", "accent6"
TABLE_STYLE: Final = "{6F1B2C0E-54D7-4C2B-9E0A-7D0C1A93B5E4}"
_NAMES: Final = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
LOCALES: Final = {"sv": "sv-SE", "en": "en-GB"}


class Box(NamedTuple):
    """A place on a slide, in cm."""

    left: float
    top: float
    width: float
    height: float


class Place(NamedTuple):
    """A placeholder of a layout: its kind and number for PowerPoint, its name, its box and its type."""

    kind: str
    number: int
    name: str
    box: Box
    size: float
    colour: str = INK
    bold: bool = False
    anchor: str = "t"
    align: str = "l"


_FOOT: Final = Box(MARGIN, BOTTOM - 1.0, ROOM, 1.0)
_TITLE: Final = Place("title", 0, N_("Title"), Box(MARGIN, 1.75, ROOM, 1.3), TITLE, bold=True)
_KICKER: Final = Place("body", 13, N_("Chapter"), Box(MARGIN, 0.95, ROOM - 6, 0.7), SMALL, MUTE)
_ANSWER: Final = Place("body", 14, N_("Answer"), Box(MARGIN, TOP, ROOM, 2.6), ANSWER)
_CONTENT: Final = Place("body", 1, N_("Text"), Box(MARGIN, TOP + 3, TEXT_ROOM, BOTTOM - TOP - 4.2), TEXT)
_COLUMN: Final = Place("body", 1, N_("Text"), Box(MARGIN, TOP + 3, COLUMN, BOTTOM - TOP - 4.2), BESIDE)
_CAPTION: Final = Place("body", 15, N_("Caption"), Box(MARGIN, TOP + 3, ROOM, 0.7), SMALL, MUTE)
_NOTE: Final = Place("body", 16, N_("Note"), _FOOT, NOTE, MUTE, anchor="b")
_DRAFT: Final = Place("body", 17, N_("Draft word"), Box(WIDTH - MARGIN - 5.5, 0.85, 5.5, 0.8), 16, RUST, True, "t", "r")
_FRONT: Final = Place("ctrTitle", 0, N_("Title"), Box(MARGIN + 1, 4.6, 27, 3.9), 44, bold=True, anchor="b")
_OWNER: Final = Place("subTitle", 1, N_("Organisation"), Box(MARGIN + 1, 3.2, 27, 1.0), 20, MUTE)
_FACTS: Final = Place("body", 18, N_("Facts"), Box(MARGIN + 1, 9.6, 27, 7.0), 18)
_PART: Final = Place("title", 0, N_("Title"), Box(MARGIN + 1, 5.0, 27, 4.2), 40, bold=True, anchor="b")
_ABOVE: Final = Place("body", 13, N_("Chapter"), Box(MARGIN + 1, 4.0, 27, 0.8), 16, MUTE)
_FOOTER: Final = Place("ftr", 11, N_("Footer"), Box(MARGIN, 18.0, ROOM - 4, 0.6), NOTE, MUTE, anchor="ctr")
_NUMBER: Final = Place(
    "sldNum", 12, N_("Slide number"), Box(WIDTH - MARGIN - 3, 18.0, 3, 0.6), NOTE, MUTE, False, "ctr", "r"
)
_EVERYWHERE: Final = (_DRAFT, _FOOTER, _NUMBER)

# The layouts in the order of the library's first five, and the placeholders of each by what they are for.
LAYOUTS: Final[dict[str, tuple[str, dict[str, Place]]]] = {
    "front": (N_("Title slide"), {"title": _FRONT, "owner": _OWNER, "facts": _FACTS}),
    "text": (
        N_("Answer and text"),
        {"title": _TITLE, "kicker": _KICKER, "answer": _ANSWER, "text": _CONTENT, "note": _NOTE},
    ),
    "part": (N_("Chapter"), {"title": _PART, "kicker": _ABOVE, "note": _NOTE}),
    "beside": (
        N_("Answer, text and figure"),
        {"title": _TITLE, "kicker": _KICKER, "answer": _ANSWER, "text": _COLUMN, "caption": _CAPTION, "note": _NOTE},
    ),
    "figure": (
        N_("Answer and figure"),
        {"title": _TITLE, "kicker": _KICKER, "answer": _ANSWER, "caption": _CAPTION, "note": _NOTE},
    ),
}
DRAFT, FOOTER, NUMBER = _DRAFT, _FOOTER, _NUMBER


def emu(cm: float) -> int:
    """Centimetres in the unit of the file."""
    return round(cm * 360_000)


def element(xml: str) -> Any:
    """An element from XML whose prefixes are a, c, p and r."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMES.items() if f"{prefix}:" in xml)
    return parse_xml(re.sub(r"^<([\w:]+)", rf"<\1 {declared}", xml.strip(), count=1))


def tag(name: str) -> str:
    """The full name of an element: `a:r`."""
    prefix, local = name.split(":")
    return f"{{{_NAMES[prefix]}}}{local}"


# ---------------------------------------------------------------- the empty deck


def empty_deck(report: Report) -> Deck:
    """A presentation without slides that looks as ours do and says whose it is."""
    deck = Presentation()
    size = deck.element.find(tag("p:sldSz"))
    size.attrib.clear()
    size.attrib.update({"cx": str(emu(WIDTH)), "cy": str(emu(HEIGHT))})
    _set_theme(deck)
    _set_master(deck, report)
    _set_layouts(deck, report)
    _set_table_style(deck)
    _drop_leftovers(deck)
    _set_properties(deck, report)
    return deck


def _set_theme(deck: Deck) -> None:
    part = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    colours = "".join(f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in THEME.items())
    font = f'<a:latin typeface="{TYPEFACE}"/><a:ea typeface=""/><a:cs typeface=""/>'
    fonts = f"<a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont>"
    theme = part.blob.decode("utf-8")
    theme = re.sub(r"(<a:clrScheme[^>]*>).*?(?=</a:clrScheme>)", rf"\g<1>{colours}", theme, flags=re.S)
    theme = re.sub(r"(<a:fontScheme[^>]*>).*?(?=</a:fontScheme>)", rf"\g<1>{fonts}", theme, flags=re.S)
    part.blob = theme.encode("utf-8")


def _set_master(deck: Deck, report: Report) -> None:
    master = deck.slide_master.element
    body = _CONTENT._replace(box=Box(MARGIN, TOP, ROOM, BOTTOM - TOP))
    _set_places(master, [_TITLE, body, _FOOTER, _NUMBER], report)
    tree = master.find(f".//{tag('p:spTree')}")
    tree.append(_rule())
    styles = master.find(tag("p:txStyles"))
    bullet = f'<a:buClr><a:schemeClr val="{BLUE}"/></a:buClr><a:buFont typeface="{TYPEFACE}"/><a:buChar char="•"/>'
    levels = (
        f'<a:lvl1pPr marL="0" indent="0">{_spaced(6)}<a:buNone/>{_type("mn", TEXT)}</a:lvl1pPr>'
        f'<a:lvl2pPr marL="252000" indent="-252000">{_spaced(6)}{bullet}{_type("mn", TEXT)}</a:lvl2pPr>'
    )
    title = f"<a:lvl1pPr>{_spaced(0)}<a:buNone/>{_type('mj', TITLE)}</a:lvl1pPr>"
    other = f"<a:lvl1pPr>{_type('mn', TEXT)}</a:lvl1pPr>"
    new = element(
        f"<p:txStyles><p:titleStyle>{title}</p:titleStyle><p:bodyStyle>{levels}</p:bodyStyle>"
        f"<p:otherStyle>{other}</p:otherStyle></p:txStyles>"
    )
    styles.getparent().replace(styles, new)


def _spaced(before: float) -> str:
    return f'<a:spcBef><a:spcPts val="{round(before * 100)}"/></a:spcBef>'


def _type(family: str, size: float) -> str:
    return (
        f'<a:defRPr sz="{round(size * 100)}" kern="1200"><a:solidFill><a:schemeClr val="{INK}"/></a:solidFill>'
        f'<a:latin typeface="+{family}-lt"/><a:ea typeface="+{family}-ea"/><a:cs typeface="+{family}-cs"/></a:defRPr>'
    )


def _rule() -> Any:
    """The thin rule above the footer of every slide."""
    return element(
        '<p:cxnSp><p:nvCxnSpPr><p:cNvPr id="90" name="Rule"/><p:cNvCxnSpPr/><p:nvPr userDrawn="1"/></p:nvCxnSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{emu(MARGIN)}" y="{emu(17.75)}"/><a:ext cx="{emu(ROOM)}" cy="0"/></a:xfrm>'
        '<a:prstGeom prst="line"><a:avLst/></a:prstGeom><a:ln w="9525"><a:solidFill>'
        f'<a:schemeClr val="{RULE}"/></a:solidFill></a:ln></p:spPr></p:cxnSp>'
    )


def _band() -> Any:
    """The blue edge of the slides that begin something."""
    return element(
        '<p:sp><p:nvSpPr><p:cNvPr id="91" name="Band"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr>'
        f'{_geometry(Box(0, 0, 0.55, HEIGHT))}<a:solidFill><a:schemeClr val="{BLUE}"/></a:solidFill>'
        "<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )


def _set_layouts(deck: Deck, report: Report) -> None:
    for layout in list(deck.slide_layouts)[len(LAYOUTS) :]:
        deck.slide_layouts.remove(layout)
    for layout, (name, places) in zip(deck.slide_layouts, LAYOUTS.values(), strict=True):
        _set_places(layout.element, [*places.values(), *_EVERYWHERE], report)
        layout.element.find(tag("p:cSld")).set("name", Language(report.language)(name))
        if places["title"] in (_FRONT, _PART):
            layout.element.find(f".//{tag('p:spTree')}").append(_band())
        else:
            # With placeholders of its own it is none of PowerPoint's kinds.
            layout.element.attrib.pop("type")
            layout.element.set("userDrawn", "1")


def _set_places(sheet: Any, places: list[Place], report: Report) -> None:
    """Gives a master or layout these placeholders and no others."""
    tree = sheet.find(f".//{tag('p:spTree')}")
    for shape in tree.findall(tag("p:sp")):
        tree.remove(shape)
    for number, place in enumerate(places, start=2):
        name = Language(report.language)(place.name)
        prompts = {"sldNum": number_field("‹#›"), "ftr": footer_run(report)}
        content = prompts.get(place.kind, f"<a:r><a:t>{escape(name)}</a:t></a:r>")
        tree.append(placeholder(place, number, name, content))


def footer_run(report: Report) -> str:
    """The footer's text; it stands in the layouts too, so that a new slide has it."""
    found = fitted(report.footer, sizes=(_FOOTER.size, 11, 10), room=_FOOTER.box.width, most=1)
    return f'<a:r><a:rPr sz="{round(found.size * 100)}"/><a:t>{escape(found.text)}</a:t></a:r>' if found.text else ""


def number_field(text: str) -> str:
    """The field that shows a slide's number."""
    return f'<a:fld id="{{C1FF6DA9-008F-8B48-92A6-B652298478BF}}" type="slidenum"><a:rPr/><a:t>{text}</a:t></a:fld>'


def placeholder(place: Place, number: int, name: str, content: str) -> Any:
    """A placeholder as a master or a layout has it, with runs of text as its content."""
    index = f' idx="{place.number}"' if place.number else ""
    fit = "<a:normAutofit/>" if place.kind in ("title", "ctrTitle", "body") else ""
    levels = "".join(
        f'<a:lvl{level}pPr algn="{place.align}"><a:defRPr sz="{round(place.size * 100)}" b="{int(place.bold)}">'
        f'<a:solidFill><a:schemeClr val="{place.colour}"/></a:solidFill></a:defRPr></a:lvl{level}pPr>'
        for level in ((1, 2) if place.name == _CONTENT.name else (1,))
    )
    return element(
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{escape(name)}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph type="{place.kind}"{index}/></p:nvPr></p:nvSpPr><p:spPr>{_geometry(place.box)}</p:spPr>'
        f'<p:txBody><a:bodyPr vert="horz" wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="{place.anchor}">'
        f"{fit}</a:bodyPr><a:lstStyle>{levels}</a:lstStyle><a:p>{content}</a:p></p:txBody></p:sp>"
    )


def _geometry(box: Box) -> str:
    left, top, wide, high = map(emu, box)
    return (
        f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    )


def _set_table_style(deck: Deck) -> None:
    """Thin rules and nothing else: ink under the heading row, pale under the others."""
    none = "".join(f"<a:{side}><a:ln><a:noFill/></a:ln></a:{side}>" for side in ("left", "right", "top"))
    style = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<a:tblStyleLst xmlns:a="{_NAMES["a"]}" def="{TABLE_STYLE}"><a:tblStyle styleId="{TABLE_STYLE}" '
        f'styleName="Report"><a:wholeTbl>{_cell_type(INK, bold=False)}<a:tcStyle><a:tcBdr>{none}'
        f"{_edge('bottom', RULE, 9525)}{_edge('insideH', RULE, 9525)}<a:insideV><a:ln><a:noFill/></a:ln></a:insideV>"
        "</a:tcBdr><a:fill><a:noFill/></a:fill></a:tcStyle></a:wholeTbl>"
        f"<a:firstRow>{_cell_type(INK, bold=True)}<a:tcStyle><a:tcBdr>{_edge('bottom', INK, 19050)}</a:tcBdr>"
        "</a:tcStyle></a:firstRow></a:tblStyle></a:tblStyleLst>"
    )
    deck.part.part_related_by(RELATIONSHIP_TYPE.TABLE_STYLES).blob = style.encode("utf-8")


def _cell_type(colour: str, *, bold: bool) -> str:
    weight = ' b="on"' if bold else ""
    return f'<a:tcTxStyle{weight}><a:fontRef idx="minor"/><a:schemeClr val="{colour}"/></a:tcTxStyle>'


def _edge(side: str, colour: str, wide: int) -> str:
    fill = f'<a:solidFill><a:schemeClr val="{colour}"/></a:solidFill>'
    return f'<a:{side}><a:ln w="{wide}" cmpd="sng">{fill}</a:ln></a:{side}>'


def _drop_leftovers(deck: Deck) -> None:
    """Takes away what the library's template tells of the machine that it was made on."""
    package = deck.part.package
    for owner in (deck.part, package):
        rels = owner._rels
        for rel in [rels[key] for key in rels]:
            if rel.reltype.endswith(("/printerSettings", "/thumbnail")):
                rels.pop(rel.rId)
    for part in package.iter_parts():
        if part.partname == "/docProps/app.xml":
            spaces = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
            part.blob = (
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="{spaces}"/>'.encode()
            )


def _set_properties(deck: Deck, report: Report) -> None:
    # A property holds 255 characters.
    properties = deck.core_properties
    properties.title = report.title[:255]
    properties.author = properties.last_modified_by = report.organisation[:255]
    properties.subject = properties.keywords = properties.comments = properties.category = ""
    properties.language = LOCALES[report.language]
    properties.created = properties.modified = report.made_at
    properties.revision = 1


# ---------------------------------------------------------------- the finished file


def saved(deck: Deck, report: Report) -> bytes:
    """The deck as a file; the same report always gives the same bytes."""
    _set_language(deck, LOCALES[report.language])
    for part in deck.part.package.iter_parts():
        if part.partname.startswith("/ppt/embeddings/"):
            part.blob = _timeless(part.blob, report.made_at)
    file = io.BytesIO()
    deck.save(file)
    return _timeless(file.getvalue(), report.made_at)


def _set_language(deck: Deck, locale: str) -> None:
    """Says of every run, field and chart which language it is in, so that it is read aloud and spelt in that."""
    for part in deck.part.package.iter_parts():
        root = getattr(part, "_element", None)
        if isinstance(root, etree._Element):
            _speak(root, locale)


def _speak(root: Any, locale: str) -> None:
    for run in root.iter(tag("a:r"), tag("a:fld"), tag("a:br")):
        if run.find(tag("a:rPr")) is None:
            run.insert(0, element("<a:rPr/>"))
    for properties in root.iter(tag("a:rPr"), tag("a:endParaRPr"), tag("a:defRPr")):
        properties.set("lang", locale)


def _timeless(blob: bytes, moment: datetime) -> bytes:
    """An Office file without the moments of its making: neither the zip's nor those that the library notes."""
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(blob)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb'(W3CDTF">)[^<]*', rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.compress_type = 0, zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return file.getvalue()
