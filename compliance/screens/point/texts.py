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
from compliance.review.dossier import REMAINING
from compliance.review.wording import left_of, left_text, met_of
from compliance.store.database import Rows
from compliance.wording import breaking, phrases, reasons
from compliance.worklists.notes import STATUSES, Notes

FIRST_UNITS: Final = 8
# Bars of units that differ by fewer items say nothing.
TOLD_APART: Final = 2
# Fewer units than this need no scale.
FEWEST_MARKS: Final = 3


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


def trend_table(months: Sequence[Coverage], say: Language) -> charts.Table:
    """The trend as a table, the newest first."""
    columns = [
        charts.Column(say(N_("Day")), row_header=True),
        charts.Column(say(N_("Coverage")), numeric=True),
        charts.Column(say(N_("Met")), numeric=True),
        charts.Column(say(N_("Of")), numeric=True),
        charts.Column(say(N_("Status"))),
    ]
    rows = [
        [
            say.date(f.as_of),
            phrases.percent(f, say),
            *(
                (say.number(f.met), say.number(f.of))
                if f.basis and not f.few and not f.untold
                else (phrases.DASH, phrases.DASH)
            ),
            phrases.word(f, say),
        ]
        for f in reversed(months)
    ]
    return columns, rows


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


def units_table(units: Sequence[Coverage], say: Language, address: Callable[[Coverage], str]) -> charts.Table:
    """The units as a table, each with a link to its own figure."""
    columns = [
        charts.Column(say(N_("Unit")), row_header=True),
        charts.Column(say(N_("Department"))),
        charts.Column(say(N_("Coverage")), numeric=True),
        charts.Column(say(N_("Met")), numeric=True),
        charts.Column(say(N_("Of")), numeric=True),
        charts.Column(say(N_("Status"))),
    ]
    return columns, [
        [
            charts.anchor(u.unit or "", link) if (link := address(u)) else u.unit or "",
            u.department or "",
            phrases.percent(u, say),
            say.number(u.met),
            say.number(u.of),
            phrases.word(u, say),
        ]
        for u in units
    ]


ITEM_COLUMNS: Final = {
    "item": N_("Id"),
    "label": N_("Name"),
    "department": N_("Department"),
    "unit": N_("Unit"),
    "outcome": N_("Outcome"),
    "reason": N_("Reason"),
    "detail": N_("Details"),
    "status": N_("Status"),
    "note": N_("Note"),
    "due": N_("Due"),
    "file": N_("File"),
    "sheet": N_("Sheet"),
    "row": N_("Row"),
}


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
    """Items with outcome and reason in words, under translated headings."""
    return [{say(title): _item_value(point, row, name, say) for name, title in ITEM_COLUMNS.items()} for row in items]


def _item_value(point: Point, row: Mapping[str, Any], name: str, say: Language) -> object:
    if name == "outcome":
        return say(phrases.OUTCOMES[row["outcome"]])
    if name == "reason":
        return say.pick(point.reasons[row["reason"]]) if row["reason"] in point.reasons else ""
    if name == "due":
        return row["due"].isoformat() if row["due"] else ""
    if name == "status":
        return say(STATUSES[row["status"]]) if row.get("status") else ""
    if name == "detail":
        return reasons.detail_text(row["detail"], say)
    return "" if row.get(name) is None else row[name]


def written(notes: Notes, point: Point, row: Mapping[str, Any], reader: Reader) -> dict[str, str | None]:
    """The status and the note of an item that is left, as the reader may see them."""
    note = notes.seen(point, row, reader) if row["outcome"] in REMAINING else None
    return {"status": note.status, "note": note.note or None} if note else {}


def _is_told_beside(row: Mapping[str, Any]) -> bool:
    """Whether the id of an item says only what stands beside it: its name, or its unit and its name."""
    return folded(row["item"]) in map(folded, (row["label"], f"{row['unit'] or ''}/{row['label']}"))


def item_table(point: Point, items: Rows, say: Language) -> list[dict[str, object]]:
    """Items for the page: without uninformative columns, and with file, sheet and row in one column."""
    table = item_rows(point, items, say)
    place = {say(ITEM_COLUMNS[name]) for name in ("file", "sheet", "row")}
    same = {say(ITEM_COLUMNS["item"])} if all(_is_told_beside(row) for row in items) else set()
    alike = {say(ITEM_COLUMNS["outcome"])} if len({row["outcome"] for row in items}) == 1 else set()
    empty = {title for title in table[0] if all(row[title] == "" for row in table)}
    shown = [title for title in table[0] if title not in place | same | alike | empty]
    source, name = say(N_("Source")), say(ITEM_COLUMNS["item"])
    named = [row | {name: reasons.item_name(str(row[name]), say)} for row in table]
    return [
        {title: row[title] for title in shown} | {source: phrases.source_line(item, say)}
        for row, item in zip(named, items, strict=True)
    ]
