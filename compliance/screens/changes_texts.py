"""The causes of a change with their sizes, and the items behind each, as text and rows."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from compliance.core import clock
from compliance.core.language import N_, NBSP, Language, bold
from compliance.counting.assessing import Coverage
from compliance.counting.explaining import (
    Change,
    Explanation,
    Moment,
    Part,
)
from compliance.declarations.points import Point
from compliance.drawing import charts, elements
from compliance.store.database import EVERYTHING_KNOWN
from compliance.wording import changes, phrases
from compliance.wording.reasons import detail_text, reason_text

FIRST_ITEMS: Final = 100
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


def _note(point: Point, part: Part, say: Language) -> str:
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


def _opened(explanation: Explanation, part: Part, say: Language) -> elements.Html:
    """The items of a cause as a table, or the first of many: the file has all."""
    columns, table = item_table(explanation.after.point, part.changes[:FIRST_ITEMS], say)
    drawn = charts.table(
        columns, table, caption=changes.cause_text(explanation, part, say.number(len(part.changes)), say)
    )
    if len(part.changes) <= FIRST_ITEMS:
        return drawn
    n, of = say.number(FIRST_ITEMS), say.number(len(part.changes))
    return charts.stack(drawn, charts.caption(say(N_("{n} of {of} are shown."), n=n, of=of)))


def item_table(point: Point, changes: Sequence[Change], say: Language) -> charts.Table:
    """Items before and after. The columns of ids and units are left out if they add nothing."""
    rows = [_item_row(point, change, say) for change in changes]
    names = [say(N_("Name")), say(N_("Id")), say(N_("Unit")), say(N_("Before")), say(N_("After"))]
    shown = [0, *([1] if any(row[0] != row[1] for row in rows) else []), *([2] if any(row[2] for row in rows) else [])]
    columns = [charts.Column(names[place], row_header=place == 0, nowrap=place == 1) for place in (*shown, 3, 4)]
    return columns, [[row[place] for place in (*shown, 3, 4)] for row in rows]


def _item_row(point: Point, change: Change, say: Language) -> list[str]:
    row = change.after or change.before or {}
    units = [side["unit"] or "" for side in (change.before, change.after) if side]
    unit = " \N{RIGHTWARDS ARROW} ".join(dict.fromkeys(units)) if change.moved else row["unit"] or ""
    sides = [_side(point, side, say) for side in (change.before, change.after)]
    return [row["label"] or row["item"] or "", row["item"] or "", unit, *sides]


def _side(point: Point, row: Mapping[str, Any] | None, say: Language) -> str:
    """An outcome with its reason, or that the item did not exist."""
    if row is None:
        return phrases.DASH
    outcome = say(phrases.OUTCOMES[row["outcome"]])
    reason = reason_text(point, row["outcome"], row["reason"], say) if row["reason"] else ""
    detail = detail_text(row["detail"], say)
    text = f"{outcome}: {reason}" if reason and reason != outcome else outcome
    return f"{text} ({detail})" if detail else text


def csv_rows(explanation: Explanation, say: Language) -> list[dict[str, object]]:
    """Every changed item, with its cause and its effect on the coverage."""
    point = explanation.after.point
    return [
        {
            say(N_("Cause")): changes.cause_name(explanation, part, say),
            **_csv_item(point, change, say),
            say(N_("Percentage points")): "" if change.share is None else _exactly(change.share, say, decimals=4),
        }
        for part in changes.shown_parts(explanation)
        for change in part.changes
    ]


def _csv_item(point: Point, change: Change, say: Language) -> dict[str, object]:
    names = [say(N_("Name")), say(N_("Id")), say(N_("Unit")), say(N_("Before")), say(N_("After"))]
    return dict(zip(names, _item_row(point, change, say), strict=True))


# --- Remarks ------------------------------------------------------------------------------------------------------


def remarks(explanation: Explanation, say: Language) -> list[str]:
    """The unrounded sum."""
    texts = []
    if explanation.total is not None and explanation.parts:
        text = N_("Unrounded {exact} percentage points; the parts are rounded so that they add up.")
        texts.append(say(text, exact=_exactly(explanation.total, say, decimals=2)))
    return texts


def _exactly(share: Fraction, say: Language, *, decimals: int) -> str:
    text = say.number(float(share * 100), decimals=decimals)
    return f"+{text}" if share > 0 else text
