"""The texts of a point: its trend, units and items. No Streamlit."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from compliance.access.disclosure import OTHER_UNITS
from compliance.access.reader import Reader
from compliance.core.language import N_, Language, bold, folded, swedish_order
from compliance.counting.assessing import Coverage, Status
from compliance.declarations.points import Point
from compliance.drawing import charts, strip
from compliance.drawing.charts import PageLink
from compliance.review.dossier import REMAINING
from compliance.review.wording import left_of, left_text, met_of
from compliance.store.database import Rows
from compliance.wording import breaking, phrases, reasons
from compliance.wording.tables import Column, records
from compliance.worklists.notes import STATUSES, TEXTS, Notes

FIRST_UNITS: Final = 8
# Bars of units that differ by fewer items say nothing.
TOLD_APART: Final = 2
# Fewer units than this need no scale.
FEWEST_MARKS: Final = 3
# The headings of items that are left out where they tell nothing, and of where a row is from.
ITEM, OUTCOME = N_("Id"), N_("Outcome")
PLACE: Final = {"file": N_("File"), "sheet": N_("Sheet"), "row": N_("Row")}


def answer_parts(figure: Coverage, say: Language) -> list[charts.AnswerPart]:
    """The counts met, not met and unknown, for the strip; empty if nothing is counted."""
    kinds: list[tuple[charts.Answer, int, str]] = [
        ("met", figure.met, say(N_("met"))),
        ("unmet", figure.unmet, say(N_("not met"))),
        ("unknown", figure.unknown, say(N_("unknown"))),
    ]
    return [charts.AnswerPart(kind, say.number(n), text, n / figure.of) for kind, n, text in kinds] if figure.of else []


def answers_alt(figure: Coverage, say: Language) -> str:
    """The text alternative of the strip."""
    return ", ".join(f"{part.count} {part.label}" for part in answer_parts(figure, say))


def _count(name: str) -> Callable[[Coverage, Language], object]:
    """A cell with a count of a figure, where it has counts that may be shown."""
    return lambda figure, _: getattr(figure, name) if figure.told and not figure.few else None


FIGURE: Final[Sequence[Column[Coverage]]] = (
    Column(N_("Coverage"), phrases.percent, numeric=True),
    Column(N_("Met"), _count("met"), numeric=True),
    Column(N_("Of"), _count("of"), numeric=True),
    Column(N_("Status"), phrases.word),
)
# The trend as a table.
TREND: Final[Sequence[Column[Coverage]]] = (
    Column(N_("Day"), lambda figure, say: say.date(figure.as_of), row_header=True),
    *FIGURE,
)


def most_left_first(units: Sequence[Coverage]) -> list[Coverage]:
    """The units or departments with a figure, those with most left to do first; of equals the weaker one."""
    measured = [unit for unit in units if unit.coverage is not None]
    return sorted(measured, key=lambda unit: (-left_of(unit), unit.coverage or 0.0, swedish_order(_name(unit))))


def _name(part: Coverage) -> str:
    return part.unit or part.department or ""


def first_units(units: Sequence[Coverage]) -> Sequence[Coverage]:
    """The first units that have something left."""
    return [unit for unit in units if left_of(unit)][:FIRST_UNITS]


def alike(units: Sequence[Coverage]) -> bool:
    """Whether units, those with most left first, differ too little for bars to tell one from another."""
    return len(units) > 1 and left_of(units[0]) - left_of(units[-1]) < TOLD_APART


def unit_rows(
    units: Sequence[Coverage], say: Language, address: Callable[[Coverage], str], led_by: Callable[[Coverage], str]
) -> list[charts.UnitRow]:
    """Units with the number of items that are left, in proportion to the most, and who leads each."""
    most = max((left_of(unit) for unit in units), default=0) or 1
    return [
        charts.UnitRow(
            name=breaking.add_soft_hyphens(_name(unit)),
            address=address(unit),
            status=unit.status,
            left=say(N_("{n} left"), n=say.number(left_of(unit))),
            counts=met_of(unit, say),
            share=left_of(unit) / most,
            led_by=led_by(unit),
        )
        for unit in units
    ]


def furthest_behind(part: Coverage, led_by: str, say: Language) -> str:
    """Where most is left, how much, and who leads there, if that is told."""
    told = {"part": bold(_name(part)), "left": left_text(part, say)}
    if led_by:
        return say(N_("Most is left in {part}: {left}. Led by {who}."), **told, who=bold(led_by))
    return say(N_("Most is left in {part}: {left}."), **told)


def worth_a_strip(units: Sequence[Coverage]) -> bool:
    """Whether a scale tells more of units than a sentence does: they are several, and differ."""
    return len(units) >= FEWEST_MARKS and len({unit.coverage for unit in units}) > 1


def units_told(units: Sequence[Coverage], say: Language) -> str:
    """How far apart the units are, and how many reach the target, in a sentence; nothing of one or two."""
    if len(units) < FEWEST_MARKS:
        return ""
    weakest, strongest = min(units, key=_share), max(units, key=_share)
    reached, target = sum(unit.status is Status.GREEN for unit in units), units[0].target.target
    told = {"n": say.number(len(units)), "lowest": phrases.percent(weakest, say)}
    if _share(weakest) == _share(strongest):
        return say(N_("All {n} units are at {lowest}."), **told)
    text = N_("{n} units, from {lowest} to {highest}; none reaches the target, {target}.")
    if reached:
        text = N_("{n} units, from {lowest} to {highest}; at the target of {target}: {reached}.")
    return say(
        text,
        **told,
        highest=phrases.percent(strongest, say),
        reached=say.number(reached),
        target=phrases.share(target, say),
    )


def _share(part: Coverage) -> float:
    return part.coverage or 0.0


def strip_lines(units: Sequence[Coverage], say: Language, address: Callable[[Coverage], str]) -> list[strip.Line]:
    """The units of each department, the weakest department first; last those of none, and those added up."""
    others, lines = say(OTHER_UNITS), defaultdict[tuple[int, str], list[Coverage]](list)
    for unit in units:
        if unit.department:
            lines[0, unit.department].append(unit)
        else:
            lines[(2, others) if unit.unit == others else (1, say(N_("No department")))].append(unit)
    ordered = sorted(lines, key=lambda key: (key[0], _share_of(lines[key]), swedish_order(key[1])))
    # an organisation without departments
    nameless = len(ordered) == 1 and ordered[0][0] == 1
    return [
        strip.Line(
            "" if nameless else breaking.add_soft_hyphens(key[1]),
            [_mark(unit, say, address(unit)) for unit in lines[key]],
        )
        for key in ordered
    ]


def _share_of(units: Sequence[Coverage]) -> float:
    return sum(unit.met for unit in units) / sum(unit.of for unit in units)


def _mark(unit: Coverage, say: Language, address: str) -> strip.Mark:
    told = {"unit": _name(unit), "share": phrases.percent(unit, say), "counts": met_of(unit, say)}
    return strip.Mark(unit.status, _share(unit), say(N_("{unit}: {share}, {counts}"), **told), address)


def unit_columns(address: Callable[[Coverage], str]) -> Sequence[Column[Coverage]]:
    """The units as a table, each with a link to its own figure."""

    return (
        Column(N_("Unit"), lambda unit, _: charts.linked(PageLink(unit.unit or "", address(unit))), row_header=True),
        Column(N_("Department"), lambda unit, _: unit.department or ""),
        *FIGURE,
    )


@dataclass(frozen=True)
class Filter:
    """The filter of the items; None or empty matches everything."""

    outcomes: tuple[str, ...] = ()
    reason: str | None = None
    unit: str | None = None
    text: str = ""

    def lets(self, row: Mapping[str, Any]) -> bool:
        """Whether an item passes the filter."""
        return (
            (not self.outcomes or row["outcome"] in self.outcomes)
            and (self.reason is None or row["reason"] == self.reason)
            and (self.unit is None or row["unit"] == self.unit)
            and self.text.casefold().strip() in f"{row['item']} {row['label']} {row['detail'] or ''}".casefold()
        )


def item_rows(point: Point, items: Rows, say: Language) -> list[dict[str, object]]:
    """Items for a file, with outcome and reason in words, under translated headings: without anybody's own note."""
    return records([column for column in _item_columns(point) if column.heading != TEXTS["note"]], items, say)


def _item_columns(point: Point) -> Sequence[Column[Mapping[str, Any]]]:
    return (
        Column(ITEM, _text("item")),
        Column(N_("Name"), _text("label")),
        Column(N_("Department"), _text("department")),
        Column(N_("Unit"), _text("unit")),
        Column(OUTCOME, lambda row, say: say(phrases.OUTCOMES[row["outcome"]])),
        Column(N_("Reason"), lambda row, say: say.pick(point.reasons.get(row["reason"], {}))),
        Column(N_("Details"), lambda row, say: reasons.detail_text(point, row["detail"], say)),
        Column(N_("Status"), lambda row, say: say(STATUSES[row["status"]]) if row.get("status") else ""),
        *(Column(heading, _text(name)) for name, heading in TEXTS.items()),
        Column(N_("Due"), lambda row, _: row["due"].isoformat() if row["due"] else ""),
        *(Column(heading, _text(name)) for name, heading in PLACE.items()),
    )


def _text(name: str) -> Callable[[Mapping[str, Any], Language], object]:
    return lambda row, _: "" if row.get(name) is None else row[name]


def written(notes: Notes, point: Point, row: Mapping[str, Any], reader: Reader) -> dict[str, str | None]:
    """The status and the texts of an item that is left, as the reader may see them."""
    note = notes.seen(point, row, reader) if row["outcome"] in REMAINING else None
    return {"status": note.status, **{name: getattr(note, name) or None for name in TEXTS}} if note else {}


def _is_told_beside(row: Mapping[str, Any]) -> bool:
    """Whether the id of an item says only what stands beside it: its name, or its unit and its name."""
    return folded(row["item"]) in map(folded, (row["label"], f"{row['unit'] or ''}/{row['label']}"))


def item_table(point: Point, items: Rows, say: Language) -> list[dict[str, object]]:
    """Items for the page: without uninformative columns, and with file, sheet and row in one column."""
    table, told = records(_item_columns(point), items, say), {say(heading) for heading in PLACE.values()}
    source, name, outcome = say(N_("Source")), say(ITEM), say(OUTCOME)
    told |= {name} if all(_is_told_beside(row) for row in items) else set()
    told |= {outcome} if len({row["outcome"] for row in items}) == 1 else set()
    shown = [title for title in table[0] if title not in told and any(row[title] != "" for row in table)]
    named = [row | {name: reasons.item_name(str(row[name]), say)} for row in table]
    return [
        {title: row[title] for title in shown} | {source: phrases.source_line(item, say)}
        for row, item in zip(named, items, strict=True)
    ]
