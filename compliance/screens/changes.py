"""Why a figure changed: what it is compared with, the causes, and the items behind them."""

from functools import partial

from compliance.access.permissions import Permission
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.core.language import N_
from compliance.counting.assessing import Coverage
from compliance.counting.explaining import Explanation, Moment, explain, since_frozen
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.screens import changes_texts, downloads, reads, widgets
from compliance.screens.caching import read
from compliance.screens.views import View
from compliance.store.database import Cursor
from compliance.wording import changes, phrases


# those of all points for a few kinds of readers, which are counted ahead
@read(100)
def explained(cursor: Cursor, reader: Reader, point: Point, scope: Scope, first: Moment, last: Moment) -> Explanation:
    """Why a scope's figure differs between two moments, as the reader may see it."""
    return explain(cursor, point, first, last, place=scope, reader=reader, points=reads.points())


def change_of(view: View, point: Point, first: Moment, last: Moment) -> None:
    """Draw why the figure of the view's scope differs between two moments."""
    say = view.say
    counted = explained(view.data, view.reader, point, view.scope, first, last)
    explanation = _since_frozen(view, counted)
    if any(figure.few for each in (counted, explanation) for figure in (each.before, each.after)):
        widgets.html(charts.caption(say(phrases.TOO_FEW)))
        return
    widgets.html(charts.answer(changes.sentence(explanation, say)))
    opened = view.reader.may(Permission.SEE_ITEMS) and view.reader.opens(point)
    start, end, total = changes_texts.ends(explanation, say)
    rows = changes_texts.causes(explanation, say, opened=opened)
    widgets.html(charts.changes(rows, first=start, last=end, total=total, label=say(N_("Reasons"))))
    if remark := changes_texts.remark(explanation, say):
        widgets.html(charts.caption(remark))
    if opened and rows:
        _download(view, point, explanation)


def approved_before(view: View, point: Point) -> Coverage | None:
    """The approved figure that the point is compared with; None if it is compared with a day."""
    before = reads.before(view).get(point.id)
    return before if before and before.approved else None


def _since_frozen(view: View, explanation: Explanation) -> Explanation:
    """The explanation counted from the approved figure, if it starts at the review that figures are compared with."""
    approved = approved_before(view, explanation.after.point)
    same = approved and explanation.first == reads.compared(view.data, view.as_of, view.scope.organisation).first
    return since_frozen(explanation, approved) if approved and same else explanation


def _download(view: View, point: Point, explanation: Explanation) -> None:
    days = {"first": str(explanation.first.day), "last": str(explanation.last.day)}
    title = phrases.label(point, view.say)
    name = downloads.file_name(view.say, N_("{title} changes {first} {last}"), "csv", title=title, **days)
    key = f"changes_csv {point.id} {explanation.first} {explanation.last}"
    rows = partial(changes_texts.csv_rows, explanation, view.say)
    downloads.offer_rows(view, name, rows, key=key, what="changes", point=point.id)
