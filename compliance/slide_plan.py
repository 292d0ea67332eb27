"""Which slides a report becomes, and what stands where on each; nothing is drawn here.

A heading begins a slide. What opens its chapter stands on it as a large sentence, then text, then the first figure if
there is room; each further figure has a slide of its own, named by its caption. What does not fit is told in full in
the speaker's notes, with its beginning on the slide; tables and lists go on on the next slide.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Final, TypeGuard

from compliance.blocks import (
    BarChart,
    Bullets,
    Chart,
    CountChart,
    Heading,
    LineChart,
    PageBreak,
    Paragraph,
    Report,
    Signatures,
    Simple,
    Table,
    in_one_column,
)
from compliance.language import N_, Language
from compliance.slide_charts import Drawing, drawings
from compliance.slide_design import (
    ANSWER,
    BESIDE,
    BOTTOM,
    COLUMN,
    LAYOUTS,
    MARGIN,
    NOTE,
    ROOM,
    SMALL,
    TEXT,
    TEXT_ROOM,
    TITLE,
    TOP,
    Box,
)
from compliance.slide_tables import Grid, paged, signature_grids, table_grids
from compliance.slide_text import Fitted, beginning, fitted, height, line_count, width

Figure = Table | BarChart | LineChart | CountChart | tuple[Signatures, ...]
Drawn = Drawing | Grid
GAP: Final = 0.55
BETWEEN: Final = 0.22
BULLET: Final = 0.7
# A figure lower than this is not put under something else.
LOWEST: Final = 3.0
# Text of at most so many lines may stand above a figure.
LEAD: Final = 3
# What stands before the meaning of a chart's strokes.
KEY: Final = "    |  "


@dataclass(frozen=True)
class Line:
    """A paragraph of a slide, or an item of a list; `goes_to` is the chapter that a click leads to.

    `key` is what the upright strokes of a chart mean, which stands after the text.
    """

    text: str
    bullet: bool = False
    goes_to: int | None = None
    key: str = ""


@dataclass(frozen=True)
class Words:
    """What stands in a placeholder, in which type, and where if not where the layout has it."""

    lines: tuple[Line, ...]
    size: float
    box: Box


@dataclass(frozen=True)
class Leaf:
    """A slide: its layout, the words of each placeholder, a figure with its place, and the speaker's notes.

    `named` is its title before it gets a number among those of the same name, `chapter` the heading it belongs to.
    """

    layout: str
    words: dict[str, Words]
    chapter: int = -1
    named: str = ""
    figure: Drawn | None = None
    box: Box | None = None
    notes: tuple[str, ...] = ()


@dataclass
class Part:
    """What stands together: a sentence, text, one figure and the small type below it."""

    answer: list[str] = field(default_factory=list)
    text: list[Line] = field(default_factory=list)
    figure: Figure | None = None
    foot: list[str] = field(default_factory=list)


@dataclass
class Section:
    """A heading with what is under it up to the next one; `above` is the heading that it belongs to."""

    number: int
    heading: Heading
    above: str
    parts: list[Part]
    comments: list[str]

    @property
    def silent(self) -> bool:
        """Whether nothing of it is large enough for a slide."""
        return not any(part.answer or part.text or part.figure for part in self.parts)

    @property
    def told(self) -> bool:
        """Whether it has something for the notes or the foot of a slide."""
        return bool(self.comments or any(part.foot for part in self.parts))


def planned(report: Report) -> list[Leaf]:
    """The slides of a report in their order; the first is its title."""
    language = Language(report.language)
    found = _sections(report)
    often = Counter(_caption(part.figure) for section in found for part in section.parts if part.figure)
    planner = _Planner(language, {caption for caption, count in often.items() if count > 1})
    leaves = [_front(report)]
    for section in _with_contents(report, found):
        leaves += _numbered(planner.leaves(section))
    return leaves


# ---------------------------------------------------------------- chapters


def _sections(report: Report) -> list[Section]:
    """The report heading by heading; what would be a slide without content belongs to the one beside it."""
    kept: list[Section] = []
    before: Section | None = None
    every = [*_every_section(report), None]
    for section, following in pairwise(every):
        if section is None or _joined(section, following):
            before = None
        elif before is None or not _folded(before, section):
            kept.append(section)
            before = section
    return kept


def _every_section(report: Report) -> list[Section]:
    groups: list[tuple[Heading, list[Simple]]] = [(Heading(report.title, 1), [])]
    for block in in_one_column(report):
        if isinstance(block, Heading):
            groups.append((block, []))
        elif not isinstance(block, PageBreak):
            groups[-1][1].append(block)
    found: list[Section] = []
    path: list[Heading] = []
    for heading, blocks in groups if groups[0][1] else groups[1:]:
        path = [*(over for over in path if over.level < heading.level), heading]
        found.append(Section(len(found), heading, path[-2].text if len(path) > 1 else "", *_parts(blocks)))
    return found


def _parts(blocks: Sequence[Simple]) -> tuple[list[Part], list[str]]:
    """The parts of a section, and what the coordinator says of it."""
    parts, comments = [Part()], []
    for block in blocks:
        if isinstance(block, Paragraph) and not block.text.strip():
            continue
        if isinstance(block, Paragraph) and block.style == "comment":
            comments.append(block.text)
        elif isinstance(block, Paragraph) and block.style == "note":
            parts[-1].foot.append(block.text)
        else:
            if parts[-1].figure and not (isinstance(block, Signatures) and isinstance(parts[-1].figure, tuple)):
                parts.append(Part())
            _put(parts[-1], block)
    return parts, comments


def _put(part: Part, block: Simple) -> None:
    """Puts a block that is seen on a slide into its part."""
    if isinstance(block, Paragraph):
        if block.style == "answer":
            part.answer.append(block.text)
        else:
            part.text.append(Line(block.text))
    elif isinstance(block, Bullets):
        part.text += [Line(item, bullet=True) for item in block.items]
    elif isinstance(block, Signatures):
        earlier = part.figure if isinstance(part.figure, tuple) else ()
        part.figure = (*earlier, block)
    elif isinstance(block, Table | BarChart | LineChart | CountChart):
        if _empty(block):
            # A chart of nothing has its sentence all the same.
            part.text.append(Line(f"{block.caption}: {block.alt}"))
        else:
            part.figure = block


def _empty(block: Table | Chart) -> TypeGuard[Chart]:
    if isinstance(block, BarChart):
        return not block.bars
    if isinstance(block, LineChart):
        return not block.moments
    return isinstance(block, CountChart) and not block.counts


def _joined(section: Section, following: Section | None) -> bool:
    """Whether a heading stands above the title of the next slide, which it leads to, and needs none of its own."""
    deeper = following is not None and following.heading.level > section.heading.level > 1
    return deeper and section.silent and not section.told


def _folded(before: Section, section: Section) -> bool:
    """Gives comments and small type under a heading of their own to the slide that they are about."""
    if not section.silent or not section.told or section.heading.level <= before.heading.level:
        return False
    before.comments.append("\n".join([section.heading.text, *section.comments]))
    before.parts[-1].foot += [text for part in section.parts for text in part.foot]
    return True


def _with_contents(report: Report, sections: list[Section]) -> list[Section]:
    """The chapters after a slide that names them and leads to them, where there are several."""
    chapters = [section for section in sections if section.heading.level == 1]
    if len(chapters) < 2:
        return sections
    lines = [Line(section.heading.text, goes_to=section.number) for section in chapters]
    return [Section(-1, Heading(report.contents, 1), "", [Part(text=lines)], []), *sections]


def _caption(figure: Figure) -> str:
    return ", ".join(block.title for block in figure) if isinstance(figure, tuple) else figure.caption


def _numbered(leaves: list[Leaf]) -> list[Leaf]:
    """The slides of a section; those of the same title are counted: (2/3)."""
    count = Counter(leaf.named for leaf in leaves)
    seen: Counter[str] = Counter()
    for index, leaf in enumerate(leaves):
        seen[leaf.named] += 1
        if count[leaf.named] > 1:
            title = _with_number(leaf.words["title"], f" ({seen[leaf.named]}/{count[leaf.named]})")
            leaves[index] = replace(leaf, words={**leaf.words, "title": title})
    return leaves


def _with_number(title: Words, number: str) -> Words:
    """A title with its number, in smaller type where it would take another line."""
    text, most = title.lines[0].text + number, round(title.box.height / height(1, size=title.size))
    sizes = (title.size, title.size - 2, title.size - 4, title.size - 6)
    return replace(title, lines=(Line(text),), size=fitted(text, sizes=sizes, room=ROOM, most=most, bold=True).size)


# ---------------------------------------------------------------- slides


def _front(report: Report) -> Leaf:
    """The first slide: whose report it is, what it is called, and the facts about it."""
    places = LAYOUTS["front"][1]
    left, _, room, _ = places["title"].box
    bottom = sum(places["title"].box[1::2])
    title = fitted(report.title, sizes=(44, 36, 30), room=room, most=3, bold=True)
    owner = fitted(report.organisation, sizes=(20,), room=room, most=2)
    top = bottom - title.height
    facts, untold = _facts(report, places["facts"].box)
    words = {
        "title": _words(title, Box(left, top, room, title.height)),
        "owner": _words(owner, Box(left, top - owner.height - 0.3, room, owner.height)),
        "facts": facts,
    }
    cut = [text for text, found in ((report.title, title), (report.organisation, owner)) if found.cut]
    return Leaf("front", {name: said for name, said in words.items() if said.lines[0].text}, notes=(*cut, *untold))


def _facts(report: Report, box: Box) -> tuple[Words, list[str]]:
    """Label and text a line, with a tab between them; where they are too many, all of them also for the notes."""
    lines = tuple(Line(f"{label}\t{text}") for label, text in report.facts) or (Line(""),)
    for size in (18.0, 16.0, 14.0):
        room = box.width - facts_indent(lines, size=size)
        high = [height(line_count(text, size=size, room=room), size=size) + BETWEEN for _, text in report.facts]
        if sum(high) <= box.height:
            return Words(lines, size, box), []
    held = sum(1 for total in accumulate(high) if total <= box.height)
    return Words(lines[: max(1, held)], size, box), [f"{label}: {text}" for label, text in report.facts]


def facts_indent(lines: Sequence[Line], *, size: float) -> float:
    """How far in the texts of the facts begin, in cm."""
    return max(width(line.text.partition("\t")[0], size=size) for line in lines) + 0.9


def _words(found: Fitted, box: Box) -> Words:
    return Words((Line(found.text),), found.size, box)


@dataclass
class _Sheet:
    """A slide that is being filled from above; `top` and `bottom` are what is still free, in cm."""

    named: str
    chapter: int
    words: dict[str, Words]
    top: float
    bottom: float = BOTTOM
    notes: list[str] = field(default_factory=list)

    @property
    def free(self) -> float:
        """The height that is left."""
        return self.bottom - self.top

    def put(self, name: str, found: Fitted, *, whole: str, room: float = ROOM, gap: float = GAP) -> None:
        """Lets a text stand at the top of what is free; what of it does not is told in the notes."""
        self.words[name] = _words(found, Box(MARGIN, self.top, room, found.height))
        self.top += found.height + gap
        if found.cut:
            self.notes.append(whole)

    def leaf(self, layout: str) -> Leaf:
        """The slide as it is, without a figure."""
        return Leaf(layout, self.words, self.chapter, self.named, notes=tuple(self.notes))


@dataclass(frozen=True)
class _Planner:
    """Lays sections out in a language; `repeated` are the captions that say too little to name a slide."""

    language: Language
    repeated: set[str]

    def leaves(self, section: Section) -> list[Leaf]:
        """The slides of a section."""
        leaves: list[Leaf] = []
        for part in section.parts:
            if part.answer or part.text or part.figure:
                leaves += self._part(section, part, first=not leaves)
        leaves = leaves or [self._divider(section)]
        leaves[0] = replace(leaves[0], notes=(*section.comments, *leaves[0].notes))
        return leaves

    def _divider(self, section: Section) -> Leaf:
        """A heading alone on its slide."""
        place, above = (LAYOUTS["part"][1][name] for name in ("title", "kicker"))
        found = fitted(section.heading.text, sizes=(40, 32, 26), room=place.box.width, most=3, bold=True)
        sheet = _Sheet(section.heading.text, section.number, {}, TOP)
        bottom = sum(place.box[1::2])
        sheet.words["title"] = _words(found, place.box._replace(top=bottom - found.height, height=found.height))
        if section.above:
            over = fitted(section.above, sizes=(16,), room=above.box.width, most=1)
            top = bottom - found.height - over.height - 0.2
            sheet.words["kicker"] = _words(over, above.box._replace(top=top, height=over.height))
        sheet.notes += [section.heading.text] if found.cut else []
        self._put_foot(sheet, [text for part in section.parts for text in part.foot])
        return sheet.leaf("part")

    def _part(self, section: Section, part: Part, *, first: bool) -> list[Leaf]:
        if part.figure is None:
            return self._texts(section, part)
        said = bool(part.answer or part.text)
        together = self._together(section, part, part.figure) if first or said else None
        if together:
            return [together]
        before = self._texts(section, replace(part, foot=[])) if said else []
        return [*before, *self._figures(section, part, part.figure, named=said or not first)]

    def _sheet(self, section: Section, *, caption: str = "") -> _Sheet:
        """A slide with its title: the heading, or the caption of its figure under the heading."""
        title, above = (caption, section.heading.text) if caption else (section.heading.text, section.above)
        if caption in self.repeated:
            title, above = f"{section.heading.text}: {caption}", section.above
        sheet = _Sheet(title, section.number, {}, LAYOUTS["text"][1]["title"].box.top)
        sheet.put("title", fitted(title, sizes=(TITLE, 22, 20), room=ROOM, most=2, bold=True), whole=title, gap=0.7)
        if above:
            place = LAYOUTS["text"][1]["kicker"].box
            over = fitted(above, sizes=(SMALL,), room=place.width, most=1)
            sheet.words["kicker"] = _words(over, place._replace(height=over.height))
            sheet.notes += [above] if over.cut else []
        return sheet

    def _put_foot(self, sheet: _Sheet, texts: Sequence[str]) -> None:
        """Small type at the foot of the slide."""
        whole = "\n".join(texts)
        if whole:
            found = fitted(whole, sizes=(NOTE,), room=ROOM, most=4)
            sheet.words["note"] = _words(found, Box(MARGIN, BOTTOM - found.height, ROOM, found.height))
            sheet.bottom = BOTTOM - found.height - GAP
            sheet.notes += [whole] if found.cut else []

    def _put_answer(self, sheet: _Sheet, answer: Sequence[str], *, alone: bool = False) -> None:
        """The large sentence; a little larger where nothing else is on the slide."""
        whole = "\n".join(answer)
        if whole:
            sizes, most = ((40, 34, 28), 6) if alone else ((ANSWER, 26, 24), 3)
            sheet.top += 1.0 if alone else 0.0
            sheet.put("answer", fitted(whole, sizes=sizes, room=ROOM, most=most), whole=whole, gap=0.8)

    # ------------------------------------------------------------ text

    def _texts(self, section: Section, part: Part) -> list[Leaf]:
        """A sentence and text, on more slides where a list needs them."""
        leaves: list[Leaf] = []
        left = list(part.text)
        while left or not leaves:
            sheet = self._sheet(section)
            self._put_foot(sheet, part.foot)
            self._put_answer(sheet, [] if leaves else part.answer, alone=not part.text)
            # A list that goes on keeps its size.
            left = self._fill(sheet, left, part.foot, sizes=(18.0,) if leaves else (TEXT, 18.0))
            leaves.append(sheet.leaf("text"))
        return leaves

    def _fill(self, sheet: _Sheet, lines: list[Line], foot: Sequence[str], *, sizes: Sequence[float]) -> list[Line]:
        """Puts text on the slide, and gives back the items of lists that had no room."""
        if not lines:
            return []
        for size in sizes:
            if _high(lines, size=size, room=TEXT_ROOM) <= sheet.free:
                sheet.words["text"] = Words(tuple(lines), size, Box(MARGIN, sheet.top, TEXT_ROOM, sheet.free))
                return []
        if not all(line.bullet for line in lines):
            self._put_foot(sheet, [*foot, self.language(N_("The whole text is in the notes to this slide."))])
        shown, told, left = _begun(lines, size=sizes[-1], free=sheet.free)
        sheet.words["text"] = Words(tuple(shown), sizes[-1], Box(MARGIN, sheet.top, TEXT_ROOM, sheet.free))
        sheet.notes += told
        return left

    # ------------------------------------------------------------ figures

    def _figures(self, section: Section, part: Part, figure: Figure, *, named: bool) -> list[Leaf]:
        """A figure on slides of its own."""
        sheet = self._sheet(section, caption=_caption(figure) if named else "")
        self._put_foot(sheet, part.foot)
        _put_caption(sheet, figure)
        return [
            self._leaf(sheet, "figure", drawn, Box(MARGIN, sheet.top, ROOM, drawn.height))
            for drawn in _drawn(figure, room=ROOM, most=sheet.free)
        ]

    def _together(self, section: Section, part: Part, figure: Figure) -> Leaf | None:
        """A sentence, text and a figure on one slide, or nothing where they have no room."""
        sheet = self._sheet(section)
        self._put_foot(sheet, part.foot)
        self._put_answer(sheet, part.answer)
        if part.text and isinstance(figure, LineChart | CountChart):
            return self._beside(sheet, part, figure)
        if part.text:
            lines = sum(line_count(line.text, size=BESIDE, room=TEXT_ROOM - BULLET) for line in part.text)
            if lines > LEAD:
                return None
            high = _high(part.text, size=BESIDE, room=TEXT_ROOM)
            sheet.words["text"] = Words(tuple(part.text), BESIDE, Box(MARGIN, sheet.top, TEXT_ROOM, high))
            sheet.top += high + GAP
        return self._below(sheet, figure, left=MARGIN, layout="beside" if part.text else "figure")

    def _beside(self, sheet: _Sheet, part: Part, figure: Figure) -> Leaf | None:
        """Text in a column at the left of a chart."""
        sizes = [size for size in (BESIDE, 16.0) if _high(part.text, size=size, room=COLUMN) <= sheet.free]
        if not sizes:
            return None
        sheet.words["text"] = Words(tuple(part.text), sizes[0], Box(MARGIN, sheet.top, COLUMN, sheet.free))
        return self._below(sheet, figure, left=MARGIN + COLUMN + 1.2, layout="beside")

    def _below(self, sheet: _Sheet, figure: Figure, *, left: float, layout: str) -> Leaf | None:
        """A figure under what the slide holds, where all of it is easily read there."""
        _put_caption(sheet, figure, left=left)
        room = MARGIN + ROOM - left
        found = _drawn(figure, room=room, most=sheet.free) if sheet.free > LOWEST else []
        whole = len(found) == 1 and found[0].size >= SMALL and not (isinstance(found[0], Grid) and found[0].untold)
        return self._leaf(sheet, layout, found[0], Box(left, sheet.top, room, found[0].height)) if whole else None

    def _leaf(self, sheet: _Sheet, layout: str, drawn: Drawn, box: Box) -> Leaf:
        """The slide with its figure; its notes say what the figure does not show."""
        untold = list(drawn.untold) if isinstance(drawn, Grid) else self._before(drawn.chart)
        leaf = sheet.leaf(layout)
        return replace(leaf, figure=drawn, box=box, notes=(*leaf.notes, *untold))

    def _before(self, chart: Chart) -> list[str]:
        """What was reached at the last review, which lying bars have no mark for."""
        known = [bar for bar in chart.bars if bar.before is not None] if isinstance(chart, BarChart) else []
        if not known or not isinstance(chart, BarChart):
            return []
        lines = [f"{bar.label}: {self.language.percent(bar.before, limits=(bar.target,))}" for bar in known]
        return ["\n".join([f"{chart.before[:1].upper()}{chart.before[1:]}:", *lines])]


def _put_caption(sheet: _Sheet, figure: Figure, *, left: float = MARGIN) -> None:
    """The figure's caption above it unless the title says it already, and what its strokes mean."""
    caption = "" if isinstance(figure, tuple) or figure.caption in sheet.named else figure.caption
    key = figure.target if isinstance(figure, BarChart) else ""
    if caption or key:
        room = MARGIN + ROOM - left
        found = fitted(caption, sizes=(SMALL,), room=room - width(f"{KEY}{key}", size=SMALL), most=2)
        line = Line(found.text, key=key)
        sheet.put("caption", found, whole=caption, gap=0.25)
        sheet.words["caption"] = Words((line,), SMALL, Box(left, sheet.top - found.height - 0.25, room, found.height))


def _drawn(figure: Figure, *, room: float, most: float) -> Sequence[Drawn]:
    if isinstance(figure, tuple):
        return signature_grids(figure, room=room, most=most)
    if isinstance(figure, Table):
        return table_grids(figure, room=room, most=most)
    return drawings(figure, room=room, most=most)


def _high(lines: Sequence[Line], *, size: float, room: float) -> float:
    return sum(_line_height(line, size=size, room=room) for line in lines)


def _line_height(line: Line, *, size: float, room: float) -> float:
    held = room - (BULLET if line.bullet else 0)
    return height(line_count(line.text, size=size, room=held), size=size) + BETWEEN


def _begun(lines: Sequence[Line], *, size: float, free: float) -> tuple[list[Line], list[str], list[Line]]:
    """What of a text stands on a slide, what is told in the notes instead, and the list that goes on on the next."""
    if all(line.bullet for line in lines):
        # A list that goes on is shared out evenly.
        first = paged([_line_height(line, size=size, room=TEXT_ROOM) for line in lines], most=free)[0]
        lines, later = lines[: len(first)], list(lines[len(first) :])
        return *_held(lines, size=size, free=free)[:2], later
    return _held(lines, size=size, free=free)


def _held(lines: Sequence[Line], *, size: float, free: float) -> tuple[list[Line], list[str], list[Line]]:
    shown: list[Line] = []
    told: list[str] = []
    for index, line in enumerate(lines):
        high = _line_height(line, size=size, room=TEXT_ROOM)
        if high <= free:
            shown.append(line)
            free -= high
            continue
        if line.bullet and shown:
            return shown, told, list(lines[index:])
        most = int((free - BETWEEN) / height(1, size=size))
        if most > 1:
            room = TEXT_ROOM - (BULLET if line.bullet else 0)
            shown.append(replace(line, text=beginning(line.text, size=size, room=room, most=most)))
        told.append(line.text)
        free = 0.0
    return shown, told, []
