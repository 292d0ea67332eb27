"""Why a figure changed: what it is compared with, the causes, and the items behind them."""

from functools import partial

from compliance.access.permissions import Permission
from compliance.core.language import N_
from compliance.counting.assessing import Coverage
from compliance.counting.explaining import Explanation, Moment, explain, since_frozen
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.screens import changes_texts, downloads, reads, widgets
from compliance.screens.caching import cached
from compliance.screens.views import View
from compliance.wording import changes, phrases


# those of all points for a few kinds of readers, which are counted ahead
@cached(100, words=False)
def explained(view: View, point: Point, first: Moment, last: Moment) -> Explanation:
    """Why the figure of the view's scope differs between two moments, as the reader may see it."""
    with view.database.cursor() as cursor:
        return explain(cursor, point, first, last, place=view.scope, reader=view.reader, points=reads.points(view))


def change_of(view: View, point: Point, first: Moment, last: Moment) -> None:
    """Draw why the figure of the view's scope differs between two moments."""
    say = view.say
    counted = explained(view, point, first, last)
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


def of_review(view: View) -> Moment:
    """The moment of the approved review that the figures are compared with, or else of the day."""
    return reads.compared(view.data, view.as_of, view.scope.organisation).first


def _since_frozen(view: View, explanation: Explanation) -> Explanation:
    """The explanation counted from the approved figure, if it starts at the review that figures are compared with."""
    approved = approved_before(view, explanation.after.point)
    return since_frozen(explanation, approved) if approved and explanation.first == of_review(view) else explanation


def _download(view: View, point: Point, explanation: Explanation) -> None:
    days = {"first": str(explanation.first.day), "last": str(explanation.last.day)}
    title = phrases.label(point, view.say)
    name = downloads.file_name(view.say, N_("{title} changes {first} {last}"), "csv", title=title, **days)
    key = f"changes_csv {point.id} {explanation.first} {explanation.last}"
    rows = partial(changes_texts.csv_rows, explanation, view.say)
    downloads.offer_rows(view, name, rows, key=key, what="changes", point=point.id)
