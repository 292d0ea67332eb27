"""The causes of a change with their sizes, and the items behind each, as text and rows."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from compliance.core import clock
from compliance.core.language import N_, NBSP, Language, bold
from compliance.counting.assessing import Coverage
from compliance.counting.explaining import (
    CauseChanges,
    Change,
    Explanation,
    Moment,
)
from compliance.declarations.points import Point
from compliance.drawing import charts, elements
from compliance.store.database import EVERYTHING_KNOWN
from compliance.wording import changes, phrases
from compliance.wording.reasons import detail_text, reason_text
from compliance.wording.tables import Column, Table, records, table

FIRST_ITEMS: Final = 100
ITEM: Final = N_("Id")
REASONS_SHOWN: Final = 3


# --- The causes ---------------------------------------------------------------------------------------------------


def causes(explanation: Explanation, say: Language, *, opened: bool) -> list[charts.ChangePart]:
    """The causes as rows, with the items behind them if `opened`."""
    rounded = changes.sizes(explanation)
    return [
        charts.ChangePart(
            label=changes.cause_text(explanation, part, bold(say.number(len(part.changes))), say),
            note=_note(explanation.after.point, part, say),
            share=None if rounded is None else float(part.share or 0),
            figure="" if rounded is None else say.signed(rounded[number]),
            opened=_opened(explanation, part, say) if opened else None,
        )
        for number, part in enumerate(changes.shown_parts(explanation))
    ]


def ends(explanation: Explanation, say: Language) -> tuple[charts.Pair, charts.Pair, str]:
    """The two compared figures, and the change from the first to the second."""
    total = ""
    if explanation.total is not None:
        unit = say(phrases.PERCENTAGE_POINTS)
        total = f"{say.signed(changes.moved_tenths(explanation))}{NBSP}{unit}"
    return _end(explanation.first, explanation.before, say), _end(explanation.last, explanation.after, say), total


def _end(moment: Moment, figure: Coverage, say: Language) -> charts.Pair:
    as_known = ""
    if moment.known_at != EVERYTHING_KNOWN:
        as_known = say(N_("as known {moment}"), moment=say.moment(clock.local(moment.known_at)))
    counts = ""
    if figure.coverage is not None:
        counts = say(N_("{n} of {of}"), n=say.number(figure.met), of=say.number(figure.of))
    note = " · ".join(part for part in (counts, as_known) if part)
    value = phrases.percent(figure, say) if figure.coverage is not None else phrases.word(figure, say)
    return charts.Pair(say.date(moment.day), value, note)


def _note(point: Point, part: CauseChanges, say: Language) -> str:
    """The note on a cause: how many items meet the requirement, and the reasons of the others."""
    met = sum((change.after or change.before or {}).get("outcome") == "met" for change in part.changes)
    texts = {
        "new": say.plural("{n} of them meets the requirement", "{n} of them meet the requirement", met),
        "gone": say.plural("{n} of them met the requirement", "{n} of them met the requirement", met),
    }
    reasons = [f"{text} {say.number(n)}" for text, n in changes.cause_reasons(point, part, say)[:REASONS_SHOWN]]
    sentence = ", ".join([*([texts[part.cause]] if part.cause in texts else []), *reasons])
    return (
        say(N_("Before: {reasons}"), reasons=sentence) if sentence and part.cause in {"done", "entered"} else sentence
    )


# --- The items behind a cause -------------------------------------------------------------------------------------


def _opened(explanation: Explanation, part: CauseChanges, say: Language) -> elements.Html:
    """The items of a cause as a table, or the first of many: the file has all."""
    items = item_table(explanation.after.point, part.changes[:FIRST_ITEMS], say)
    caption = changes.cause_text(explanation, part, say.number(len(part.changes)), say)
    drawn = charts.table(*items, caption=caption)
    if len(part.changes) <= FIRST_ITEMS:
        return drawn
    return charts.stack(drawn, charts.caption(phrases.shown_of(FIRST_ITEMS, len(part.changes), say)))


def _columns(point: Point) -> Sequence[Column[Change]]:
    """Items before and after."""
    return (
        Column(N_("Name"), _name, row_header=True),
        Column(ITEM, lambda change, _: _row(change)["item"] or "", nowrap=True),
        Column(N_("Unit"), _unit),
        Column(N_("Before"), lambda change, say: _side(point, change.before, say)),
        Column(N_("After"), lambda change, say: _side(point, change.after, say)),
    )


def item_table(point: Point, changes: Sequence[Change], say: Language) -> Table:
    """Items before and after. The columns of ids and units are left out if they add nothing."""
    same = all(_name(change, say) == _row(change)["item"] for change in changes)
    without = [*([ITEM] if same else []), *([] if any(_unit(change, say) for change in changes) else [N_("Unit")])]
    return table(_columns(point), changes, say, without=without)


def _row(change: Change) -> Mapping[str, Any]:
    return change.after or change.before or {}


def _name(change: Change, _: Language) -> str:
    return _row(change)["label"] or _row(change)["item"] or ""


def _unit(change: Change, _: Language) -> str:
    units = [side["unit"] or "" for side in (change.before, change.after) if side]
    return " \N{RIGHTWARDS ARROW} ".join(dict.fromkeys(units)) if change.moved else _row(change)["unit"] or ""


def _side(point: Point, row: Mapping[str, Any] | None, say: Language) -> str:
    """An outcome with its reason, or that the item did not exist."""
    if row is None:
        return phrases.DASH
    outcome = say(phrases.OUTCOMES[row["outcome"]])
    reason = reason_text(point, row["outcome"], row["reason"], say) if row["reason"] else ""
    detail = detail_text(point, row["detail"], say)
    text = f"{outcome}: {reason}" if reason and reason != outcome else outcome
    return f"{text} ({detail})" if detail else text


def csv_rows(explanation: Explanation, say: Language) -> list[dict[str, object]]:
    """Every changed item, with its cause and its effect on the coverage."""
    point = explanation.after.point
    return [
        {
            say(N_("Cause")): changes.cause_name(explanation, part, say),
            **records(_columns(point), [change], say)[0],
            say(N_("Percentage points")): "" if change.share is None else _exactly(change.share, say, decimals=4),
        }
        for part in changes.shown_parts(explanation)
        for change in part.changes
    ]


# --- Remarks ------------------------------------------------------------------------------------------------------


def remark(explanation: Explanation, say: Language) -> str:
    """The unrounded sum; empty where there is none."""
    if explanation.total is None or not explanation.parts:
        return ""
    text = N_("Unrounded {exact} percentage points; the parts are rounded so that they add up.")
    return say(text, exact=_exactly(explanation.total, say, decimals=2))


def _exactly(share: Fraction, say: Language, *, decimals: int) -> str:
    text = say.number(float(share * 100), decimals=decimals)
    return f"+{text}" if share > 0 else text
