"""The texts of a point requirement by requirement. No Streamlit."""

from collections.abc import Callable, Sequence
from typing import Final

from compliance.access.scopes import Scope
from compliance.core.language import N_, Language, bold
from compliance.counting.assessing import Coverage
from compliance.counting.requirements import Requirement, by_number, weakest_first
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.review.wording import left_of, met_of
from compliance.wording import breaking, phrases
from compliance.wording.reasons import reason_text
from compliance.wording.tables import Column

# So many requirements are shown at first.
FIRST: Final = 20
# The address of the point in a part, "" for the whole scope, with the items of a requirement or "" for all.
Way = Callable[[str, str], str]
# Of the outcomes of a requirement that a unit has several rows for, the one that is told.
TOLD: Final = ("unmet", "unknown", "pending", "met", "exempt")


def first(found: Sequence[Requirement]) -> list[Requirement]:
    """The requirements of which most is left, in the order of their numbers; all if they are few."""
    most = sorted(found, key=lambda each: -left_of(each.whole))[:FIRST]
    return sorted(most, key=lambda each: by_number(each.label))


def lead(found: Sequence[Requirement], scope: Scope, say: Language) -> str:
    """The requirement of which most is left, and how the table is ordered; of a lone unit how many are left."""
    left = [each for each in found if left_of(each.whole)]
    if scope.unit:
        n, of = len(left), sum(each.whole.of > 0 for each in found)
        return say(N_("{n} of {of} requirements are left."), n=say.number(n), of=say.number(of))
    order = say(N_("Coverage in per cent, the weakest part first."))
    if len(found) > FIRST:
        text = N_("The {n} of which most is left are shown.")
        order = f"{order} {say(text, n=say.number(FIRST))}"
    if not left:
        return order
    most = max(left, key=lambda each: left_of(each.whole))
    counts = {"n": say.number(left_of(most.whole)), "of": say.number(most.whole.of)}
    return f"{say(N_('Most is left of {requirement}: {n} of {of}.'), requirement=bold(most.label), **counts)} {order}"


def heat(
    shown: Sequence[Requirement], found: Sequence[Requirement], scope: Scope, say: Language, *, way: Way
) -> tuple[list[str], list[charts.HeatRow]]:
    """Requirements down; across the whole scope with its counts, then its parts, the weakest in all first."""
    names = weakest_first(found)
    heads = [scope.name(say), *(charts.anchor(breaking.add_soft_hyphens(name), way(name, "")) for name in names)]
    rows = []
    for each in shown:
        whole = _cell(each, each.whole, scope.name(say), say, text=met_of(each.whole, say), address=way("", each.label))
        parts = [_part(each, name, say, way) for name in names]
        rows.append(charts.HeatRow(breaking.add_soft_hyphens(each.label), [whole, *parts]))
    return heads, rows


def _part(each: Requirement, name: str, say: Language, way: Way) -> charts.HeatCell:
    figure = each.parts.get(name)
    if figure is None:
        nothing = Coverage(each.whole.point, each.whole.as_of, "", None, None, 0, 0, 0, 0, 0, basis=True)
        return _cell(each, nothing, name, say, text=phrases.DASH)
    return _cell(each, figure, name, say, text=phrases.whole_percent(figure, say), address=way(name, each.label))


def _cell(
    each: Requirement, figure: Coverage, name: str, say: Language, *, text: str, address: str = ""
) -> charts.HeatCell:
    word = phrases.word(figure, say)
    counts = f"{met_of(figure, say)}, " if figure.of else ""
    return charts.HeatCell(figure.status, text, word, f"{name}, {each.label}: {counts}{word.lower()}", address)


def of_unit(point: Point) -> Sequence[Column[Requirement]]:
    """The requirements of a unit, each with its outcome and the reason."""

    def reason(each: Requirement, say: Language) -> str:
        return reason_text(point, _outcome(each), each.reason, say) if each.reason else ""

    return (
        Column(point.requirements, lambda each, _: breaking.add_soft_hyphens(each.label), row_header=True),
        Column(N_("Outcome"), lambda each, say: say(phrases.OUTCOMES[_outcome(each)]), strong=True, nowrap=True),
        Column(N_("Reason"), reason),
    )


def _outcome(each: Requirement) -> str:
    return next((name for name in TOLD if getattr(each.whole, name)), "exempt")
