"""How slides look: theme, master and a layout for each kind of slide, whose every text and figure has a fixed place.

Made from the library's empty presentation, at 16:9, in the light palette of the pages. Who changes the theme's colours
or a layout in PowerPoint changes every slide at once.
"""

import io
import re
import zipfile
from datetime import datetime
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.presentation import Presentation as Deck

from compliance.language import N_, Language
from compliance.slides import Kind, Slides

WIDTH, HEIGHT = 12_192_000 / 360_000, 19.05
MARGIN: Final = 1.5
ROOM: Final = WIDTH - 2 * MARGIN
TYPEFACE: Final = "Arial"
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
LOCALES: Final = {"sv": "sv-SE", "en": "en-GB"}
_NAMES: Final = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}


class Box(NamedTuple):
    """A place on a slide, in cm."""

    left: float
    top: float
    width: float
    height: float


class Place(NamedTuple):
    """A placeholder of a layout: its number and kind for PowerPoint, its name, its box and its type.

    `hangs` is how far in, in cm, the text after a tab or a bullet begins.
    """

    number: int
    name: str
    box: Box
    size: float = 18
    colour: str = INK
    bold: bool = False
    kind: str = "body"
    anchor: str = "t"
    align: str = "l"
    hangs: float = 0.0
    bullet: bool = False


_HALF: Final = 14.3
_RIGHT: Final = MARGIN + _HALF + 1.2
_BESIDE: Final = WIDTH - MARGIN - _RIGHT
_THIRD: Final = ROOM / 3
_KICKER: Final = Place(13, N_("What the slide is about"), Box(MARGIN, 0.85, ROOM - 6, 0.9), 20, MUTE)
_TITLE: Final = Place(0, N_("Title"), Box(MARGIN, 1.75, ROOM, 2.45), 28, bold=True, kind="title")
_FIRST: Final[dict[str, Place]] = {"title": _TITLE, "kicker": _KICKER}
_TABLE: Final = Place(21, N_("Table"), Box(MARGIN, 4.3, ROOM, 12.1), 18, kind="tbl")
DRAFT: Final = Place(
    17, N_("Draft word"), Box(WIDTH - MARGIN - 5.5, 0.85, 5.5, 0.9), 18, RUST, bold=True, anchor="t", align="r"
)
FOOTER: Final = Place(11, N_("Footer"), Box(MARGIN, 17.95, ROOM - 4, 0.7), 12, MUTE, kind="ftr", anchor="ctr")
NUMBER: Final = Place(
    12, N_("Slide number"), Box(WIDTH - MARGIN - 3, 17.95, 3, 0.7), 12, MUTE, kind="sldNum", anchor="ctr", align="r"
)
_FRONT: Final = Box(MARGIN + 1.5, 5.2, 27, 4.2)
_FACTS: Final = Place(18, N_("Facts"), Box(MARGIN + 1.5, 10.2, 27, 6.4), 20, hangs=6.5)


def _fact(number: int) -> dict[str, Place]:
    """A large figure with what it is below it, one of three."""
    left = MARGIN + (number - 1) * _THIRD
    return {
        f"fact{number}": Place(30 + number, N_("Figure"), Box(left, 13.0, _THIRD - 1, 2.2), 44, bold=True),
        f"told{number}": Place(40 + number, N_("What it counts"), Box(left, 15.2, _THIRD - 1, 1.8), 18, MUTE),
    }


# The layouts, one a kind, in the place of the library's first ones; the placeholders of each by what they are for.
LAYOUTS: Final[dict[Kind, tuple[str, dict[str, Place]]]] = {
    "front": (
        N_("Title slide"),
        {
            "title": Place(0, N_("Title"), _FRONT, 44, bold=True, kind="ctrTitle", anchor="b"),
            "kicker": Place(1, N_("Organisation"), Box(MARGIN + 1.5, 3.6, 27, 1.2), 24, MUTE, kind="subTitle"),
            "facts": _FACTS,
        },
    ),
    "verdict": (
        N_("The verdict"),
        {
            "title": _TITLE._replace(box=Box(MARGIN, 1.75, ROOM, 3.2), size=36),
            "kicker": _KICKER,
            "why": Place(51, N_("Heading"), Box(MARGIN, 5.5, 15.6, 0.9), 18, MUTE),
            "grounds": Place(14, N_("The grounds"), Box(MARGIN, 6.5, 15.6, 5.9), 22),
            "far": Place(52, N_("Heading"), Box(MARGIN + 17, 5.5, ROOM - 17, 0.9), 18, MUTE),
            "worst": Place(15, N_("Furthest from the target"), Box(MARGIN + 17, 6.45, ROOM - 17, 6.0), 22, hangs=3.0),
            **_fact(1),
            **_fact(2),
            **_fact(3),
        },
    ),
    "thirteen": (
        N_("The thirteen review points"),
        {
            "title": _TITLE._replace(box=Box(MARGIN, 1.75, 25.3, 1.4)),
            "kicker": _KICKER,
            "table": _TABLE._replace(box=Box(MARGIN, 3.5, 25.5, 13.8), size=16),
            "key": Place(19, N_("Key"), Box(MARGIN + 25.6, 2.6, ROOM - 25.6, 0.8), 16, MUTE),
            "chart": Place(20, N_("Chart"), Box(MARGIN + 25.6, 3.5, ROOM - 25.6, 13.8), 14, kind="chart"),
        },
    ),
    "point": (
        N_("A review point"),
        {
            **_FIRST,
            "mark": Place(23, N_("Status"), Box(MARGIN, 4.65, _HALF, 1.1), 24, bold=True),
            "figure": Place(24, N_("Figure"), Box(MARGIN, 5.75, _HALF, 4.1), 96, bold=True),
            "counts": Place(25, N_("What it counts"), Box(MARGIN, 9.85, _HALF, 1.9), 22),
            "compared": Place(26, N_("What it is compared with"), Box(MARGIN, 12.0, _HALF, 3.1), 18, MUTE),
            "verdict": Place(27, N_("Assessment"), Box(MARGIN, 15.5, _HALF, 1.75), 20, bold=True),
            "caption": Place(28, N_("Caption"), Box(_RIGHT, 4.7, _BESIDE, 0.8), 16, MUTE),
            "chart": Place(20, N_("Chart"), Box(_RIGHT, 5.6, _BESIDE, 6.6), 16, kind="chart"),
            "weak": Place(29, N_("Most left to do"), Box(_RIGHT, 12.5, _BESIDE, 2.3), 18),
            "why": Place(30, N_("The biggest reasons"), Box(_RIGHT, 15.0, _BESIDE, 2.3), 18),
        },
    ),
    "decisions": (
        N_("Decisions"),
        {
            **_FIRST,
            "table": _TABLE,
            "more": Place(22, N_("What there is no room for"), Box(MARGIN, 16.5, ROOM, 0.8), 16, MUTE),
        },
    ),
    "steps": (
        N_("Next steps"),
        {**_FIRST, "list": Place(14, N_("Text"), Box(MARGIN, 4.3, 28, 12.9), 22, hangs=0.9, bullet=True)},
    ),
}


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


# --- The empty deck -----------------------------------------------------------------------------------------------


def empty_deck(slides: Slides, footer: str) -> Deck:
    """A presentation without slides that has our theme and layouts, and says whose it is."""
    deck, say = Presentation(), Language(slides.language)
    size = deck.element.find(tag("p:sldSz"))
    size.attrib.clear()
    size.attrib.update({"cx": str(emu(WIDTH)), "cy": str(emu(HEIGHT))})
    _set_theme(deck)
    _set_master(deck, say, footer)
    _set_layouts(deck, say, footer)
    _set_table_style(deck)
    _drop_leftovers(deck)
    _set_properties(deck, slides)
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


def _set_master(deck: Deck, say: Language, footer: str) -> None:
    master = deck.slide_master.element
    body = Place(1, N_("Text"), Box(MARGIN, 4.1, ROOM, 13), 20)
    _set_places(master, [_TITLE, body, FOOTER, NUMBER], say, footer)
    master.find(f".//{tag('p:spTree')}").append(_rule())
    styles = master.find(tag("p:txStyles"))
    levels = {"title": ("mj", _TITLE.size), "body": ("mn", 20), "other": ("mn", 20)}
    new = "".join(
        f"<p:{name}Style><a:lvl1pPr><a:buNone/>{_type(*look)}</a:lvl1pPr></p:{name}Style>"
        for name, look in levels.items()
    )
    styles.getparent().replace(styles, element(f"<p:txStyles>{new}</p:txStyles>"))


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
    """The blue edge of the first slide."""
    return element(
        '<p:sp><p:nvSpPr><p:cNvPr id="91" name="Band"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr>'
        f'{_geometry(Box(0, 0, 0.55, HEIGHT))}<a:solidFill><a:schemeClr val="{BLUE}"/></a:solidFill>'
        "<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )


def _set_layouts(deck: Deck, say: Language, footer: str) -> None:
    for layout in list(deck.slide_layouts)[len(LAYOUTS) :]:
        deck.slide_layouts.remove(layout)
    for layout, (kind, (name, places)) in zip(deck.slide_layouts, LAYOUTS.items(), strict=True):
        _set_places(layout.element, [*places.values(), DRAFT, FOOTER, NUMBER], say, footer)
        layout.element.find(tag("p:cSld")).set("name", say(name))
        if kind == "front":
            layout.element.find(f".//{tag('p:spTree')}").append(_band())
        else:
            # With placeholders of its own it is none of PowerPoint's kinds.
            layout.element.attrib.pop("type", None)
            layout.element.set("userDrawn", "1")


def _set_places(sheet: Any, places: list[Place], say: Language, footer: str) -> None:
    """Gives a master or layout these placeholders and no others."""
    tree = sheet.find(f".//{tag('p:spTree')}")
    for shape in tree.findall(tag("p:sp")):
        tree.remove(shape)
    for number, place in enumerate(places, start=2):
        prompts = {"sldNum": number_field("‹#›"), "ftr": run(footer)}
        tree.append(_placeholder(place, number, say(place.name), prompts.get(place.kind, run(say(place.name)))))


def run(text: str) -> str:
    """A text as a run, or nothing."""
    return f"<a:r><a:rPr/><a:t>{escape(text)}</a:t></a:r>" if text else ""


def number_field(text: str) -> str:
    """The field that shows a slide's number."""
    return f'<a:fld id="{{C1FF6DA9-008F-8B48-92A6-B652298478BF}}" type="slidenum"><a:rPr/><a:t>{text}</a:t></a:fld>'


def _placeholder(place: Place, number: int, name: str, content: str) -> Any:
    """A placeholder as a master or a layout has it."""
    index = f' idx="{place.number}"' if place.number else ""
    return element(
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name={quoteattr(name)}/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph type="{place.kind}"{index}/></p:nvPr></p:nvSpPr><p:spPr>{_geometry(place.box)}</p:spPr>'
        f'<p:txBody><a:bodyPr vert="horz" wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="{place.anchor}">'
        f"<a:noAutofit/></a:bodyPr><a:lstStyle>{_level(place)}</a:lstStyle><a:p>{content}</a:p></p:txBody></p:sp>"
    )


def _level(place: Place) -> str:
    """The type of a placeholder, and where its lines begin."""
    in_, bullet = emu(place.hangs), "<a:buNone/>"
    if place.bullet:
        bullet = f'<a:buClr><a:schemeClr val="{BLUE}"/></a:buClr><a:buFont typeface="{TYPEFACE}"/><a:buChar char="•"/>'
    spaced = '<a:spcBef><a:spcPts val="600"/></a:spcBef>' if place.hangs else ""
    return (
        f'<a:lvl1pPr marL="{in_}" indent="{-in_}" algn="{place.align}">{spaced}{bullet}'
        f'<a:defRPr sz="{round(place.size * 100)}" b="{int(place.bold)}">'
        f'<a:solidFill><a:schemeClr val="{place.colour}"/></a:solidFill></a:defRPr></a:lvl1pPr>'
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
        f'styleName="Report"><a:wholeTbl>{_cell_type(bold=False)}<a:tcStyle><a:tcBdr>{none}'
        f"{_edge('bottom', RULE, 9525)}{_edge('insideH', RULE, 9525)}<a:insideV><a:ln><a:noFill/></a:ln></a:insideV>"
        "</a:tcBdr><a:fill><a:noFill/></a:fill></a:tcStyle></a:wholeTbl>"
        f"<a:firstRow>{_cell_type(bold=True)}<a:tcStyle><a:tcBdr>{_edge('bottom', INK, 19050)}</a:tcBdr>"
        "</a:tcStyle></a:firstRow></a:tblStyle></a:tblStyleLst>"
    )
    deck.part.part_related_by(RELATIONSHIP_TYPE.TABLE_STYLES).blob = style.encode("utf-8")


def _cell_type(*, bold: bool) -> str:
    weight = ' b="on"' if bold else ""
    return f'<a:tcTxStyle{weight}><a:fontRef idx="minor"/><a:schemeClr val="{INK}"/></a:tcTxStyle>'


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
    spaces = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    for part in package.iter_parts():
        if part.partname == "/docProps/app.xml":
            part.blob = (
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="{spaces}"/>'.encode()
            )


def _set_properties(deck: Deck, slides: Slides) -> None:
    # A property holds 255 characters.
    properties = deck.core_properties
    properties.title = slides.title[:255]
    properties.author = properties.last_modified_by = slides.organisation[:255]
    properties.subject = properties.keywords = properties.comments = properties.category = ""
    properties.language = LOCALES[slides.language]
    properties.created = properties.modified = slides.made_at
    properties.revision = 1


# --- The finished file --------------------------------------------------------------------------------------------


def saved(deck: Deck, slides: Slides) -> bytes:
    """The deck as a file; the same slides always give the same bytes."""
    for part in deck.part.package.iter_parts():
        root = getattr(part, "_element", None)
        if isinstance(root, etree._Element):
            _speak(root, LOCALES[slides.language])
        if part.partname.startswith("/ppt/embeddings/"):
            part.blob = _timeless(part.blob, slides.made_at)
    file = io.BytesIO()
    deck.save(file)
    return _timeless(file.getvalue(), slides.made_at)


def _speak(root: Any, locale: str) -> None:
    """Says of every run and field which language it is in, so that it is read aloud and spelt in that."""
    for piece in root.iter(tag("a:r"), tag("a:fld"), tag("a:br")):
        if piece.find(tag("a:rPr")) is None:
            piece.insert(0, element("<a:rPr/>"))
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
