"""A tagged PDF read as a screen reader does: its tree of structure with the text that belongs to each element."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any

import pikepdf

Matrix = tuple[float, float, float, float, float, float]
# A hyphen at a line's end, and what keeps a number from its dots, are of the setting and not of the text.
SET = str.maketrans("", "", "\N{SOFT HYPHEN}\N{WORD JOINER}")


@dataclass
class Node:
    """An element: its tag, its dictionary, and what is in it in reading order, elements and text."""

    tag: str
    element: Any
    inside: list["Node | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.inside).translate(SET)

    @property
    def nodes(self) -> list["Node"]:
        return [part for part in self.inside if isinstance(part, Node)]

    @property
    def marks(self) -> list[int]:
        """The numbers of the element's own marked content on its page."""
        kids = self.element.get("/K", [])
        return [int(kid) for kid in (kids if isinstance(kids, pikepdf.Array) else [kids]) if isinstance(kid, int)]

    def find(self, *tags: str) -> list["Node"]:
        """The elements below with one of `tags`, in reading order."""
        below = [deeper for node in self.nodes for deeper in (node, *node.find(*tags))]
        return [node for node in below if node.tag in tags] if tags else below

    def attribute(self, name: str) -> Any:
        """What the element's attributes say under `name`."""
        given = self.element.get("/A", [])
        owners = [given] if isinstance(given, pikepdf.Dictionary) else list(given)
        return next((owner[name] for owner in owners if name in owner), None)


@dataclass
class Run:
    """A piece of text on a page: where it begins and ends from the left, its height on the page, and whose it is."""

    text: str
    left: float
    right: float
    height: float
    mcid: int | None
    artifact: str


class Tagged:
    """A PDF with its tree, and the text of each page."""

    def __init__(self, content: bytes) -> None:
        self.pdf = pikepdf.open(BytesIO(content))
        self.root = self.pdf.Root

    @cached_property
    def pages(self) -> list[list[Run]]:
        """The pieces of text of each page."""
        return [list(_Reader(page).runs()) for page in self.pdf.pages]

    @cached_property
    def tree(self) -> Node:
        """The tree of structure."""
        texts: dict[tuple[int, int], str] = defaultdict(str)
        for page, runs in zip(self.pdf.pages, self.pages, strict=True):
            for run in runs:
                if run.mcid is not None:
                    texts[page.obj.objgen[0], run.mcid] += run.text
        return self._node(self.root.StructTreeRoot, None, texts)

    def _node(self, element: Any, page: Any, texts: dict[tuple[int, int], str]) -> Node:
        page = element.get("/Pg", page)
        node = Node(str(element.get("/S", "/Root"))[1:], element)
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                node.inside.append(texts[page.objgen[0], kid])
            elif "/S" in kid:
                node.inside.append(self._node(kid, page, texts))
            elif "/MCID" in kid:
                node.inside.append(texts[kid.get("/Pg", page).objgen[0], int(kid.MCID)])
        return node

    def artifacts(self, page: int, kind: str) -> str:
        """What stands on a page as `kind`, outside of the reading order: Header, Footer, Background."""
        return "".join(run.text for run in self.pages[page] if run.artifact == kind).translate(SET)

    @cached_property
    def bookmarks(self) -> list[tuple[int, str, int]]:
        """Level, title and page of each bookmark."""
        numbers = {page.obj.objgen: number for number, page in enumerate(self.pdf.pages, start=1)}

        def below(item: Any, level: int) -> Iterator[tuple[int, str, int]]:
            while item is not None:
                yield level, str(item.Title), numbers[_target(item, self.root).objgen]
                yield from below(item.get("/First"), level + 1)
                item = item.get("/Next")

        return list(below(self.root.Outlines.get("/First"), 1))


def _target(item: Any, root: Any) -> Any:
    """The page that a bookmark leads to."""
    place = item.Dest if "/Dest" in item else item.A.D
    if isinstance(place, pikepdf.String):
        place = pikepdf.NameTree(root.Names.Dests)[str(place)]
    return (place.D if isinstance(place, pikepdf.Dictionary) else place)[0]


class _Font:
    """What the codes of a font mean and how wide they are."""

    def __init__(self, font: Any) -> None:
        cmap = font.ToUnicode.read_bytes().decode("ascii")
        self.letters = dict(_letters(cmap))
        self.widths = dict(_widths(font.DescendantFonts[0].W))
        self.usual = float(font.DescendantFonts[0].get("/DW", 1000))

    def read(self, codes: bytes) -> tuple[str, float]:
        numbers = [int.from_bytes(codes[i : i + 2], "big") for i in range(0, len(codes), 2)]
        return "".join(self.letters.get(n, "") for n in numbers), sum(self.widths.get(n, self.usual) for n in numbers)


def _letters(cmap: str) -> Iterator[tuple[int, str]]:
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.S):
        for code, text in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            yield int(code, 16), bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.S):
        for first, last, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                yield int(first, 16) + step, chr(int(text, 16) + step)


def _widths(given: Any) -> Iterator[tuple[int, float]]:
    items = list(given)
    while items:
        first, second = int(items.pop(0)), items.pop(0)
        if isinstance(second, pikepdf.Array):
            yield from ((first + step, float(width)) for step, width in enumerate(second))
        else:
            width = float(items.pop(0))
            yield from ((code, width) for code in range(first, int(second) + 1))


def _times(a: Matrix, b: Matrix) -> Matrix:
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


# Of a page's operators those that say what is written and where; the strokes of charts are forty times as many.
WRITING = "Tj TJ BDC BMC EMC q Q cm Tm Tf"


class _Reader:
    """Reads a page's operators one by one."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.fonts: dict[str, _Font] = {}
        self.font, self.size = "", 0.0
        self.place: Matrix = (1, 0, 0, 1, 0, 0)
        self.text_place: Matrix = self.place
        self.saved: list[Matrix] = []
        self.marks: list[tuple[str, Any]] = []

    def runs(self) -> Iterator[Run]:
        for operands, operator in pikepdf.parse_content_stream(self.page, WRITING):
            name = str(operator)
            if name in {"Tj", "TJ"}:
                yield self._run(operands[0])
            elif name in {"BDC", "BMC"}:
                self.marks.append((str(operands[0]), operands[1] if len(operands) > 1 else {}))
            elif name == "EMC":
                self.marks.pop()
            else:
                self._move(name, operands)

    def _move(self, name: str, operands: Any) -> None:
        if name == "q":
            self.saved.append(self.place)
        elif name == "Q":
            self.place = self.saved.pop()
        elif name == "cm":
            self.place = _times(tuple(map(float, operands)), self.place)  # type: ignore[arg-type]
        elif name == "Tm":
            self.text_place = tuple(map(float, operands))  # type: ignore[assignment]
        elif name == "Tf":
            self.font, self.size = str(operands[0]), float(operands[1])
            if self.font not in self.fonts:
                self.fonts[self.font] = _Font(self.page.Resources.Font[self.font])

    def _run(self, shown: Any) -> Run:
        texts, wide = [], 0.0
        for part in [shown] if isinstance(shown, pikepdf.String) else shown:
            if isinstance(part, pikepdf.String):
                text, width = self.fonts[self.font].read(bytes(part))
                texts.append(text)
                wide += width
            else:
                wide -= float(part)
        matrix = _times(self.text_place, self.place)
        text = self._said("".join(texts))
        right = matrix[4] + wide / 1000 * self.size * matrix[0]
        return Run(text, matrix[4], right, matrix[5], self._mcid(), self._artifact())

    def _said(self, text: str) -> str:
        """The text, or what a mark around it says in its place, once."""
        for index, (tag, said) in enumerate(self.marks):
            if "/ActualText" in said:
                actual = str(said["/ActualText"])
                self.marks[index] = (tag, {"/ActualText": ""})
                return actual
        return text

    def _mcid(self) -> int | None:
        return next((int(said["/MCID"]) for _, said in self.marks if "/MCID" in said), None)

    def _artifact(self) -> str:
        kinds = (str(said.get("/Subtype", said.get("/Type", "/"))) for tag, said in self.marks if tag == "/Artifact")
        return next(kinds, "/")[1:]
