"""What a file says once: fields that a mapping takes from a title, the name of a sheet or of the file, or from a user.

Such a field becomes a column behind the last one, filled in the rows of the table alone: blank rows stay blank, and
what stands below the table stays a footer. So all later steps know it as a column.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.language import folded
from compliance.core.lengths import LONGEST_TEXT, few_marks
from compliance.core.masking import mask_text
from compliance.declarations.sources import Field, Source
from compliance.reading.mapping import ColumnMapping, Said
from compliance.reading.naming import covers
from compliance.reading.sheets import Row, Sheet, Workbook, top_rows

# A row with more cells is no title, nor is a longer text; and no file needs more covers.
TITLE_CELLS: Final = 8
LONGEST_TITLE: Final = 300
COVERS: Final = 3
PLACES: Final = ("title", "sheet", "file")
# What stands behind the heading of a field that has no column, in the export as it is stored.
BEHIND: Final = {
    "constant": "(angett)",
    "title": "(ur titeln)",
    "sheet": "(ur flikens namn)",
    "file": "(ur filens namn)",
}
# Joins the cells of a row, and the rows of a title.
CELL: Final = "\t"
ROW: Final = "\n"
# Stands for what is another in each export: a day, a time, the number of a copy.
DAY: Final = "\0"
MONTH: Final = (
    r"(?:jan(?:uari|uary)?|febr?(?:uari|uary)?|mar(?:s|ch)?|apr(?:il)?|ma[jy]|ju[nl][iey]?|aug(?:usti|ust)?"
    r"|sept?(?:ember)?|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
YEAR: Final = r"(?:19|20)\d\d"
DAYS: Final = re.compile(
    rf"(?<!\d)(?:{YEAR}([-/.])\d{{1,2}}\1\d{{1,2}}|(?:19|20)?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    rf"|\d{{1,2}}([-/.])\d{{1,2}}\2{YEAR}|{YEAR}-?(?:0[1-9]|1[0-2])|\d{{1,2}}([-/])\d{{1,2}}\3\d\d|1[5-9]\d{{8}}(?:\d{{3}})?"
    rf"|\d{{1,2}}/\d{{1,2}} {YEAR}|(?:\d{{1,2}}(?:\. |[ -]))?(?<![^\W\d_]){MONTH}[ -](?:\d{{1,2}},? )?{YEAR}"
    rf"|vecka \d{{1,2}}(?: {YEAR})?|(?<![^\W_])v(?:\. ?| )\d{{1,2}},? {YEAR}"
    rf"|(?:(?<![^\W_])[QKT]|kvartal |tertial )[1-4] ?{YEAR})(?!\d)",
    re.IGNORECASE,
)
TIMES: Final = re.compile(
    rf"{DAY}[ T-]*(?:kl\.? ?)?(?:[01]?\d|2[0-3])[.:]?[0-5]\d(?:[.:]?[0-5]\d)?(?!\d)(?: ?[AP]M\b)?"
    r"|(?<!\d)(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?!\d)(?: ?[AP]M\b)?",
    re.IGNORECASE,
)
# Two days of a period, or a day with its time, are as one.
SEVERAL: Final = re.compile(rf"{DAY}(?: ?(?:[-–—,]|till|to|t\.?o\.?m\.?)? ?{DAY})+")
COPY: Final = re.compile(r"(?: ?\(\d{1,3}\)| - (?:kopia|copy))+$|^(?:kopia av|copy of) ", re.IGNORECASE)
AROUND: Final = " -–—_:,;.\"'”“»«"
# Words that say of no file what it is about.
GENERAL: Final = frozenset((
    "ark", "blad", "data", "deltagare", "deltagarlista", "export", "fil", "kurs", "kurser", "kursrapport", "lista",
    "list", "namnlös", "rapport", "report", "results", "resultat", "sheet", "statistik", "tabell", "table", "untitled",
    "users", "utbildning", "utbildningsrapport", "utdrag", "användare", "användarrapport", "alla", "all", "course",
    "courses", "training",
))  # fmt: skip
# What stands before a day and is no part of a name.
BEFORE_DAY: Final = re.compile(
    r"[ ,;(–—-]*\b(?:uttagen|uttaget|uttagsdatum|exporterad|skapad|den|per|perioden?|exported|created|as of|on)[: ]*$",
    re.IGNORECASE,
)
# A word that can tell what a text is about.
TELLING: Final = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Texts:
    """The texts that stand once in a file: the rows above the headings and of covers, and its names; without days.

    A row is its cells with tabs between. `sha256` is of the file.
    """

    title: tuple[str, ...]
    sheet: tuple[str, ...]
    file: tuple[str, ...]
    sha256: str

    def of(self, place: str) -> tuple[str, ...]:
        """The texts of a place."""
        return {"title": self.title, "sheet": self.sheet, "file": self.file}[place]

    @property
    def whole(self) -> str:
        """The title as one text, else the name of the file: what a file of another course has another of."""
        whole = ROW.join(self.title or self.file)
        return whole if len(whole) <= LONGEST_TEXT else hashlib.sha256(whole.encode()).hexdigest()


def texts_of(workbook: Workbook, number: int, heading_row: int) -> Texts:
    """The texts of a file beside the table of a sheet whose headings are in a row, from 1."""
    sheet = workbook.sheets[number]
    rows: list[Row] = top_rows(sheet)[: heading_row - 1]
    rows += [row for cover in covers(workbook)[:COVERS] if cover is not sheet for row in top_rows(cover)]
    cells = ([cell[:LONGEST_TITLE] for cell in row if cell and cell.strip()] for row in rows)
    title = (CELL.join(filter(None, map(without_days, row))) for row in cells if len(row) <= TITLE_CELLS)
    return Texts(
        tuple(filter(None, title)),
        tuple(filter(None, [COPY.sub("", without_days(sheet.name))])),
        tuple(filter(None, [form_of_name(workbook.name)])),
        workbook.sha256,
    )


def form_of_name(name: str) -> str:
    """The name of a file without its ending, days, times, and the number of a copy."""
    return without_days(COPY.sub("", (name.rpartition(".")[0] or name).replace("_", " ").strip()))


def without_days(text: str) -> str:
    """A text on one line without days, times and identity numbers."""
    text = unicodedata.normalize("NFC", few_marks(text.replace(DAY, " ")))
    text = "".join(letter if letter.isspace() or unicodedata.category(letter)[0] != "C" else "" for letter in text)
    text = DAYS.sub(DAY, mask_text(" ".join(text.split()))[0])
    return SEVERAL.sub(DAY, TIMES.sub(DAY, text))


# --- How a file says it -------------------------------------------------------------------------------------------


def pattern(texts: Texts, place: str, row: int, chosen: str) -> Said | None:
    """How a chosen part of a text is found again in files of the same form; None if it holds a day, or is not there.

    Of a title that is nothing but the part itself, its row is known among how many.
    """
    form, part = texts.of(place)[row], without_days(chosen)
    if not part or part not in form or {DAY, CELL} & {*part} or _is_general(part):
        return None
    before, _, after = form.partition(part)
    alone = place == "title" and not (before + after).strip(CELL + AROUND)
    return Said(place, before, after, "", *((row + 1, len(texts.title)) if alone else ()))


def known_part(text: str, known: Iterable[str]) -> str:
    """The longest of some known values, in lower case, that stands in a text, as it is written there; else nothing."""
    lower = folded(text)
    if len(lower) != len(text):
        return ""
    found = [(len(value), lower.index(value)) for value in known if value in lower and value.strip()]
    length, place = max(found, default=(0, 0))
    return text[place : place + length]


def likely_part(text: str) -> str:
    """The part of a text that is most likely what it is about: the longest without a day, after its colon."""
    parts = [BEFORE_DAY.sub("", part).strip(AROUND + "()[]") for part in re.split(rf"[{DAY}{CELL}]", text)]
    longest = max((part for part in parts if part + ":" not in text.split(CELL)), key=len, default="")
    after = longest.partition(": ")[2] or longest
    return re.split(r"[;|]", after)[0].strip(AROUND)


def constant(texts: Texts, value: str, *, lasts: bool) -> Said:
    """A value that a user has said: of each file with the same title or name, or of this file alone."""
    return Said("constant", texts.whole if lasts else texts.sha256, value=without_days(value).replace(DAY, "").strip())


def is_told(texts: Texts, value: str, source: Source) -> bool:
    """Whether the title or the name of a file has a word of a value, so that another one is not called the same."""
    general = {*source.called, *(heading for field in source.fields for heading in field.headings)}
    own = {word.casefold() for word in TELLING.findall(value)} - general
    return not own.isdisjoint(word.casefold() for word in TELLING.findall(texts.whole))


def value_of(said: Said, texts: Texts) -> str | None:
    """What a file says once; None if it does not say it in this form, or says two things."""
    if said.place == "constant":
        return said.value if said.before in {texts.whole, texts.sha256} else None
    every = texts.of(said.place)
    if said.row and len(every) != said.of:
        return None
    found = {_between(said, text) for text in (every[said.row - 1 : said.row] if said.row else every)} - {None}
    return found.pop() if len(found) == 1 else None


def _between(said: Said, text: str) -> str | None:
    """What stands between the texts around a value; None if it is nothing that a file can be about, or holds a day."""
    if not (text.startswith(said.before) and text.endswith(said.after)):
        return None
    inner = text[len(said.before) : len(text) - len(said.after)].strip(AROUND)
    if {DAY, CELL} & {*inner} or len(said.before + said.after) >= len(text) or _is_general(inner):
        return None
    return inner or None


def _is_general(value: str) -> bool:
    """Whether a value has words, and each could be said of any file: export, Ark1."""
    found = [word.casefold() for word in re.findall(r"[^\W\d_]+", value)]
    return bool(found) and GENERAL.issuperset(found)


def values_of(mapping: ColumnMapping, workbook: Workbook, number: int, heading_row: int) -> dict[str, str] | None:
    """What a file says once, by field; None if it is not of the form that the mapping is for."""
    if not mapping.said:
        return {}
    texts = texts_of(workbook, number, heading_row)
    found = {name: value for name, each in mapping.said.items() if (value := value_of(each, texts))}
    return found if len(found) == len(mapping.said) else None


# --- As a column --------------------------------------------------------------------------------------------------


def heading_of(field: Field, said: Said) -> str:
    """The heading of a field without a column: it tells where the field comes from."""
    return f"{field.heading} {BEHIND[said.place]}"


def is_added(heading: str) -> bool:
    """Whether a heading is that of a field without a column."""
    return heading.endswith(tuple(BEHIND.values()))


def with_room(sheet: Sheet, columns: int) -> Sheet:
    """The sheet with empty columns behind the last one."""
    cells = sheet.cells
    for _ in range(columns):
        cells = cells.append_column(f"c{cells.num_columns}", pa.nulls(cells.num_rows, pa.string()))
    return replace(sheet, cells=cells)


def filled_in(sheet: Sheet, columns: Mapping[int, tuple[str, str]], *, heading_row: int, end: int) -> Sheet:
    """The sheet with a heading and a value in each of some columns, in those rows of its table that have a cell."""
    rows = _filled_rows(sheet.cells)
    for place, (heading, value) in columns.items():
        column = [value if is_filled and heading_row <= row < end else None for row, is_filled in enumerate(rows)]
        column[heading_row - 1] = heading
        sheet = replace(sheet, cells=sheet.cells.set_column(place, f"c{place}", pa.array(column, pa.string())))
    return sheet


def _filled_rows(cells: pa.Table) -> list[bool]:
    """Of each row whether it has a cell."""
    filled: Any = pa.array([False] * cells.num_rows)
    for column in cells.columns:
        texts: Any = pc.utf8_trim_whitespace(column.combine_chunks())
        has_text: Any = pc.not_equal(texts, pa.scalar(""))
        filled = pc.or_(filled, pc.fill_null(has_text, False))
    rows: list[bool] = filled.to_pylist()
    return rows


# --- Shares -------------------------------------------------------------------------------------------------------

# 3/3, 3 av 3, 3 of 3 modules, and 3/3 (100 %).
PARTS: Final = re.compile(
    r"(\d{1,4}) ?(?:/|av|of) ?(\d{1,4})"
    r"(?: (?:moduler|delar|kapitel|avsnitt|lektioner|steg|modules|parts|chapters|lessons|steps))?(?: ?\(.{1,12}\))?",
    re.IGNORECASE,
)
PER_CENT: Final = re.compile(r"(\d{1,3})(?:[.,](\d{1,6}))? ?%")
NUMBER: Final = re.compile(r"\d{1,3}(?:[.,]\d{1,17})?")
HUNDRED: Final = 100


def shares_of(cells: Iterable[str], whole: str = "") -> dict[str, str]:
    """Of each cell that is a share whether it is all, some or none of the whole.

    Numbers without a sign are shares of `whole`; where that is not said, see `whole_of`.
    """
    texts = {cell: " ".join(cell.split()) for cell in cells if cell.strip()}
    numbers, likely = _numbers(texts), whole_of(texts)
    if whole and likely != whole and set(numbers.values()) - {0, 1}:
        numbers = {}
    most = int(whole or likely)
    found = {cell: _size(number, most) for cell, number in numbers.items() if number <= most}
    for cell, text in texts.items():
        if parts := PARTS.fullmatch(text):
            found[cell] = _size(int(parts[1]), int(parts[2]))
        elif per_cent := PER_CENT.fullmatch(text):
            found[cell] = _size(float(f"{per_cent[1]}.{per_cent[2] or 0}"), HUNDRED)
    return {cell: size for cell, size in found.items() if size}


def whole_of(cells: Iterable[str]) -> str:
    """What numbers without a sign are shares of: one where none is greater, else a hundred."""
    return "1" if max(_numbers(cells).values(), default=2) <= 1 else str(HUNDRED)


def _numbers(cells: Iterable[str]) -> dict[str, float]:
    texts = {cell: " ".join(cell.split()) for cell in cells}
    return {cell: float(text.replace(",", ".")) for cell, text in texts.items() if NUMBER.fullmatch(text)}


def _size(part: float, whole: float) -> str:
    """All, some or none of a whole; nothing if it is more than that, or nothing of nothing."""
    if not whole or part > whole:
        return ""
    return "all" if part == whole else "some" if part else "none"


def words_of_shares(mapping: ColumnMapping, cells: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """The shares among the cells of fields as words with the codes that the mapping gives them."""
    return {
        name: {
            cell: codes[size]
            for cell, size in shares_of(cells.get(name, ()), codes.get("whole", "")).items()
            if size in codes
        }
        for name, codes in mapping.shares.items()
    }
