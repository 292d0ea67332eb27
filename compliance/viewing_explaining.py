"""What is said of why a figure changed: the sentence, the causes with their sizes, and the items behind each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from compliance import viewing
from compliance.core.language import N_, NBSP, Language, bold, tenths, year_before
from compliance.counting.assessing import Coverage, Status
from compliance.counting.explaining import (
    Change,
    Explanation,
    Moment,
    Part,
    before_import,
    months_before,
    rounded_to,
    turn_of_year,
)
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.drawing import charts, elements
from compliance.store.database import EVERYTHING_KNOWN, Rows
from compliance.wording import phrases
from compliance.wording.reasons import detail_text, reason_text

TENTH: Final = Fraction(1, 1000)  # a tenth of a percentage point, the step of what is shown
FIRST_ITEMS: Final = 100
CAUSES_IN_SENTENCE: Final = 3
IMPORTS_OFFERED: Final = 20
REASONS_TOLD: Final = 3
ANOTHER_DAY: Final = "day"
SETTLED_AFTER: Final = timedelta(days=15)

# Of one item, and of more: {count} is the number, with what is counted where that is said first.
PHRASES: Final = {
    "done": (N_("{count} now meets the requirement"), N_("{count} now meet the requirement")),
    "lapsed": (N_("{count} no longer meets the requirement"), N_("{count} no longer meet the requirement")),
    "new": (N_("{count} has been added"), N_("{count} have been added")),
    "gone": (N_("{count} is no longer counted"), N_("{count} are no longer counted")),
    "entered": (N_("{count} has come into the count"), N_("{count} have come into the count")),
    "left": (N_("{count} has left the count"), N_("{count} have left the count")),
    "rule": (N_("{count} is judged otherwise by a changed rule"), N_("{count} are judged otherwise by a changed rule")),
    "corrected": (N_("{count} has been corrected afterwards"), N_("{count} have been corrected afterwards")),
}

CAUSE_NAMES: Final = {
    "done": N_("Now met"),
    "lapsed": N_("No longer met"),
    "new": N_("Added"),
    "gone": N_("No longer there"),
    "entered": N_("Came into the count"),
    "left": N_("Left the count"),
    "rule": N_("Rule changed"),
    "corrected": N_("Data corrected"),
}


# --- What to compare with -----------------------------------------------------------------------------------------


def days_offered(day: date) -> dict[str, date]:
    """The days that a figure can be compared with in one choice, by the name of the choice."""
    return {
        "year": year_before(day),
        "quarter": months_before(day, 3),
        "month": months_before(day, 1),
        "turn": turn_of_year(day),
    }


def day_text(choice: str, day: date, say: Language) -> str:
    """A day to compare with in words."""
    texts = {
        "year": N_("A year before: {day}"),
        "quarter": N_("Three months before: {day}"),
        "month": N_("A month before: {day}"),
        "turn": N_("The turn of the year: {day}"),
    }
    return say(texts[choice], day=say.date(day))


def imports_offered(point: Point, organisation: str, imports: Rows, day: date) -> Rows:
    """The imports that the point reads up to a day, the newest first."""
    return [
        row
        for row in imports
        if row["source"] in {*point.needs, *point.uses}
        and row["organisation"] == organisation
        and row["extract_date"] <= day
        and row["revoked_at"] is None
    ][:IMPORTS_OFFERED]


def import_text(row: Mapping[str, Any], sources: Mapping[str, Source], say: Language) -> str:
    """An import to compare with what was before it."""
    title = say.pick(sources[row["source"]].title) if row["source"] in sources else row["source"]
    text = N_("Before import {id}: {source}, {day}")
    return say(text, id=row["import_id"], source=title, day=say.date(row["extract_date"]))


def moment_before(row: Mapping[str, Any], imports: Rows) -> Moment:
    """The moment before an import."""
    return before_import(dict(row), imports)


def settled(day: date) -> datetime:
    """When a day's exports have come in and its figures have been told: the end of the day two weeks later, in UTC."""
    midnight = datetime.combine(day + SETTLED_AFTER, time(), ZoneInfo("Europe/Stockholm"))
    return midnight.astimezone(UTC).replace(tzinfo=None) - timedelta(microseconds=1)


def known_otherwise(point: Point, organisation: str, imports: Rows, day: date) -> bool:
    """Whether the point could be counted two weeks after a day, and something about the day has come or gone since."""
    about = [
        row
        for row in imports
        if row["source"] in {*point.needs, *point.uses}
        and row["organisation"] == organisation
        and row["extract_date"] <= day
    ]
    then = settled(day)
    known = {row["source"] for row in about if row["imported_at"] <= then}
    later = any(row["imported_at"] > then or (row["revoked_at"] or datetime.min) > then for row in about)
    return later and known.issuperset(point.needs)


# --- What others than the coordinator may see ---------------------------------------------------------------------


def hidden(found: Explanation) -> bool:
    """Whether only the coordinator may see it: one of the two figures rests on few persons, or tells one that does."""
    return any(figure.few or viewing.hidden(figure) for figure in (found.before, found.after))


def for_others(found: Explanation) -> Explanation:
    """The same without names and free texts of incidents; of persons nothing but that something changed."""
    point = found.after.point
    changes = tuple(
        replace(change, before=_for_others(point, change.before), after=_for_others(point, change.after))
        for change in found.changes
    )
    return replace(found, changes=changes, items=[])


def _for_others(point: Point, row: dict[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    if point.persons:
        return {name: row[name] if name == "outcome" else None for name in row}
    return viewing.for_others(point, [row])[0]


# --- The sentence -------------------------------------------------------------------------------------------------


def sentence(found: Explanation, say: Language) -> str:
    """The answer: how much the coverage has changed, and by what most."""
    if found.recounted:
        return _sentence_alone(found, say)
    told = _told(found, say)
    if found.total is None:
        texts = [*_not_compared(found, say), f"{told[:1].upper()}{told[1:]}." if told else ""]
    elif told:
        texts = [f"{_movement(found, say)}: {told}."]
    else:
        texts = [f"{_movement(found, say)}.", say(N_("No item counts otherwise."))]
    return " ".join(text for text in [*texts, target_sentence(found, say)] if text)


def _sentence_alone(found: Explanation, say: Language) -> str:
    """How much the coverage has changed since a figure that was frozen, and that would be counted otherwise today."""
    texts = _not_compared(found, say) if found.total is None else [f"{_movement(found, say)}."]
    why = say(
        N_("The figure of {day} is counted otherwise today, so no items are named."), day=say.date(found.first.day)
    )
    return " ".join(text for text in [*texts, why, target_sentence(found, say)] if text)


def _movement(found: Explanation, say: Language) -> str:
    moved = _moved(found)
    since = {"day": say.date(found.first.day), "size": say.number(abs(moved) / 10, decimals=1)}
    if not moved:
        return _unmoved(found, say)
    if found.first.day == found.last.day:
        if moved > 0:
            return say(N_("The coverage on {day} rose by {size} percentage points"), **since)
        return say(N_("The coverage on {day} fell by {size} percentage points"), **since)
    if moved > 0:
        return say(N_("The coverage has risen by {size} percentage points since {day}"), **since)
    return say(N_("The coverage has fallen by {size} percentage points since {day}"), **since)


def _unmoved(found: Explanation, say: Language) -> str:
    """That the coverage is the same, or so nearly that no change is seen."""
    day = say.date(found.first.day)
    if found.first.day == found.last.day:
        text = N_("The coverage on {day} stayed nearly the same") if found.total else ""
        return say(text or N_("The coverage on {day} stayed the same"), day=day)
    text = N_("The coverage is nearly the same as on {day}") if found.total else ""
    return say(text or N_("The coverage is the same as on {day}"), day=day)


def _not_compared(found: Explanation, say: Language) -> list[str]:
    """Why there is no percentage to compare, for each of the two days that has none."""
    texts = {
        Status.NO_BASIS: N_("On {day} the point had no basis, so the coverages cannot be compared."),
        Status.NOTHING_TO_ASSESS: N_("On {day} there was nothing to assess, so the coverages cannot be compared."),
    }
    missing = [figure for figure in (found.before, found.after) if figure.coverage is None]
    return list(dict.fromkeys(say(texts[figure.status], day=say.date(figure.as_of)) for figure in missing))


def told_parts(found: Explanation) -> list[Part]:
    """The causes that are told: without a basis on one of the days, what was there or not says nothing."""
    return found.parts if found.before.basis and found.after.basis else []


def _told(found: Explanation, say: Language) -> str:
    """The biggest causes in a row."""
    biggest = sorted(told_parts(found), key=lambda part: (-abs(part.share or 0), -len(part.changes)))
    point = found.after.point
    items = say.pick(point.items)
    return ", ".join(
        _phrase(point, part, say, items="" if number else items)
        for number, part in enumerate(biggest[:CAUSES_IN_SENTENCE])
    )


def _phrase(point: Point, part: Part, say: Language, *, items: str) -> str:
    n = len(part.changes)
    text = _cause(part, f"{say.number(n)}{NBSP}{items}" if items and n > 1 else say.number(n), say)
    reason = _main_reason(point, part, say) if part.cause == "lapsed" else ""
    return f"{text} ({reason})" if reason else text


def _cause(part: Part, count: str, say: Language) -> str:
    return say(PHRASES[part.cause][0 if len(part.changes) == 1 else 1], count=count)


def _main_reason(point: Point, part: Part, say: Language) -> str:
    """Why most of the items no longer meet the requirement."""
    counted = _reasons(point, part, say)
    if not counted:
        return ""
    (text, n), total = counted[0], len(part.changes)
    shown = text if text[1:2].isupper() else text[:1].lower() + text[1:]
    if n == total:
        return shown
    return say(N_("mostly: {reason}"), reason=shown) if 2 * n > total else ""


def target_sentence(found: Explanation, say: Language) -> str:
    """That another target holds, and what the status would be by the old one."""
    if not found.target_changed:
        return ""
    old, new = found.before.target, found.after.target
    judged = replace(found.after, as_of=found.before.as_of)
    values = {
        "old": phrases.share(old.target, say),
        "new": phrases.share(new.target, say),
        "old_limit": phrases.share(old.limit, say),
        "new_limit": phrases.share(new.limit, say),
    }
    text = say(
        N_("The target has changed from {old} to {new} (limit {old_limit} to {new_limit}), which moves no coverage."),
        **values,
    )
    if judged.status is found.after.status:
        return text
    otherwise = say(N_("By the old target the status would be: {status}."), status=phrases.word(judged, say))
    return f"{text} {otherwise}"


# --- The causes ---------------------------------------------------------------------------------------------------


def _moved(found: Explanation) -> int:
    """How much the coverage has changed, in tenths of a percentage point: as every other page tells it."""
    return tenths(phrases.change(found.after, found.before) or 0.0)


def sizes(found: Explanation) -> list[int] | None:
    """The causes' sizes in tenths of a percentage point, which sum up to the change as it is told."""
    shares = [part.share for part in found.parts]
    if found.total is None or None in shares:
        return None
    return rounded_to([share for share in shares if share is not None], _moved(found), step=TENTH)


def causes(found: Explanation, say: Language, *, opened: bool) -> list[charts.ChangePart]:
    """The causes as rows; `opened` is whether the items behind them may be seen."""
    rounded = sizes(found)
    return [
        charts.ChangePart(
            label=_cause(part, bold(say.number(len(part.changes))), say),
            note=_note(found.after.point, part, say),
            share=None if rounded is None else float(part.share or 0),
            figure="" if rounded is None else say.signed(rounded[number]),
            opened=_opened(found, part, say) if opened else None,
        )
        for number, part in enumerate(told_parts(found))
    ]


def ends(found: Explanation, say: Language) -> tuple[charts.Pair, charts.Pair, str]:
    """The two figures that are compared, and the change from one to the other."""
    total = ""
    if found.total is not None:
        unit = say(phrases.PERCENTAGE_POINTS)
        total = f"{say.signed(_moved(found))}{NBSP}{unit}"
    return _end(found.first, found.before, say), _end(found.last, found.after, say), total


def _end(moment: Moment, figure: Coverage, say: Language) -> charts.Pair:
    known = ""
    if moment.known_at != EVERYTHING_KNOWN:
        known = say(N_("as known {moment}"), moment=say.moment(viewing.local(moment.known_at)))
    counts = ""
    if figure.coverage is not None:
        counts = say(N_("{n} of {of}"), n=say.number(figure.met), of=say.number(figure.of))
    note = " · ".join(part for part in (counts, known) if part)
    value = phrases.percent(figure, say) if figure.coverage is not None else phrases.word(figure, say)
    return charts.Pair(say.date(moment.day), value, note)


def _note(point: Point, part: Part, say: Language) -> str:
    """What stands under a cause: how many of them meet the requirement, and the reasons."""
    met = sum((change.after or change.before or {}).get("outcome") == "met" for change in part.changes)
    texts = {
        "new": say.plural("{n} of them meets the requirement", "{n} of them meet the requirement", met),
        "gone": say.plural("{n} of them met the requirement", "{n} of them met the requirement", met),
    }
    reasons = [f"{text} {say.number(n)}" for text, n in _reasons(point, part, say)[:REASONS_TOLD]]
    told = ", ".join([*([texts[part.cause]] if part.cause in texts else []), *reasons])
    return say(N_("Before: {reasons}"), reasons=told) if told and part.cause in {"done", "entered"} else told


def _reasons(point: Point, part: Part, say: Language) -> list[tuple[str, int]]:
    """Why: the reasons before for what is met now or has come into the count, those after for what is not."""
    counted = Counter(text for change in part.changes if (text := _reason(point, part, change, say)))
    return counted.most_common()


def _reason(point: Point, part: Part, change: Change, say: Language) -> str:
    if part.cause in {"new", "gone", "rule", "corrected"}:
        return ""
    if change.moved:
        return say(N_("From another unit")) if change.kind == "entered" else say(N_("To another unit"))
    row = change.before if part.cause in {"done", "entered"} else change.after
    return reason_text(point, row["outcome"], row["reason"], say) if row and row["reason"] else ""


# --- The items behind a cause -------------------------------------------------------------------------------------


def _opened(found: Explanation, part: Part, say: Language) -> elements.Html:
    """The items of a cause as a table, and how many more there are than it shows."""
    columns, table = item_table(found.after.point, part.changes[:FIRST_ITEMS], say)
    drawn = charts.table(columns, table, caption=_cause(part, say.number(len(part.changes)), say))
    more = len(part.changes) - FIRST_ITEMS
    if more <= 0:
        return drawn
    rest = say.plural("{n} more is in the CSV below.", "{n} more are in the CSV below.", more)
    return charts.stack(drawn, charts.caption(rest))


def item_table(point: Point, changes: Sequence[Change], say: Language) -> charts.Table:
    """Items as they were and as they became; without a column for ids where those are the names."""
    rows = [_item_row(point, change, say) for change in changes]
    names = [say(N_("Name")), say(N_("Id")), say(N_("Unit")), say(N_("Before")), say(N_("After"))]
    kept = [0, *([1] if any(row[0] != row[1] for row in rows) else []), *([2] if any(row[2] for row in rows) else [])]
    columns = [charts.Column(names[place], row_header=place == 0, nowrap=place == 1) for place in (*kept, 3, 4)]
    return columns, [[row[place] for place in (*kept, 3, 4)] for row in rows]


def _item_row(point: Point, change: Change, say: Language) -> list[str]:
    row = change.after or change.before or {}
    units = [side["unit"] or "" for side in (change.before, change.after) if side]
    unit = " \N{RIGHTWARDS ARROW} ".join(dict.fromkeys(units)) if change.moved else row["unit"] or ""
    sides = [_side(point, side, say) for side in (change.before, change.after)]
    return [row["label"] or row["item"] or "", row["item"] or "", unit, *sides]


def _side(point: Point, row: Mapping[str, Any] | None, say: Language) -> str:
    """An outcome with its reason, or that the item was not there."""
    if row is None:
        return say(N_("not there")).replace(" ", NBSP)
    outcome = say(phrases.OUTCOMES[row["outcome"]])
    reason = reason_text(point, row["outcome"], row["reason"], say) if row["reason"] else ""
    detail = detail_text(row["detail"], say)
    text = f"{outcome}: {reason}" if reason and reason != outcome else outcome
    return f"{text} ({detail})" if detail else text


def csv_rows(found: Explanation, say: Language) -> list[dict[str, object]]:
    """Every item that changed, with its cause and what it did to the coverage."""
    point = found.after.point
    return [
        {
            say(N_("Cause")): say(CAUSE_NAMES[part.cause]),
            **_csv_item(point, change, say),
            say(N_("Percentage points")): "" if change.share is None else _exactly(change.share, say, decimals=4),
        }
        for part in told_parts(found)
        for change in part.changes
    ]


def _csv_item(point: Point, change: Change, say: Language) -> dict[str, object]:
    names = [say(N_("Name")), say(N_("Id")), say(N_("Unit")), say(N_("Before")), say(N_("After"))]
    return dict(zip(names, _item_row(point, change, say), strict=True))


# --- What is said below -------------------------------------------------------------------------------------------


def remarks(found: Explanation, say: Language) -> list[str]:
    """The sum unrounded, and what else the reader should know."""
    texts = []
    if found.total is not None and found.parts:
        text = N_("In percentage points. Unrounded the change is {exact}; the parts are rounded so that they add up.")
        texts.append(say(text, exact=_exactly(found.total, say, decimals=2)))
    if {part.cause for part in told_parts(found)} == {"new", "gone"}:
        texts.append(say(N_("No item is counted on both days, so all are added or no longer there.")))
    return texts


def _exactly(share: Fraction, say: Language, *, decimals: int) -> str:
    text = say.number(float(share * 100), decimals=decimals)
    return f"+{text}" if share > 0 else text
