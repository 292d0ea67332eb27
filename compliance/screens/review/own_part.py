"""A review as a reader of a part of the organisation sees it: the figures of the part, and whom to ask for the rest."""

from dataclasses import replace

from compliance.core.language import N_
from compliance.counting.assessing import Coverage
from compliance.drawing import charts
from compliance.review.dossier import figures_of, plans_of
from compliance.screens import reads, widgets
from compliance.screens.review import texts as review_texts
from compliance.screens.reviews import Opened


def draw(opened: Opened) -> None:
    """Draw the figures of the view's part as the review has them. Texts and decisions may be about other parts."""
    say, title = opened.say, opened.view.scope.name(opened.say)
    widgets.html(charts.page_title(title, kicker=review_texts.kicker(opened.review, say)))
    caption = say(N_("Review points"))
    widgets.table(opened.view, review_texts.PART, _figures(opened), caption=caption)
    widgets.whole_only(opened.view)


def _figures(opened: Opened) -> list[Coverage]:
    """The figures of the part, one per point; none are counted where the review has none."""
    scope, review = opened.view.scope, opened.whole
    own, whole = (figures_of(review, level, scope.organisation) for level in (scope.level, "organisation"))
    # a unit stays the same if its department changes
    place = replace(scope, department=None) if scope.unit else scope
    shown = opened.view.reader.figures(own, plans_of(review, scope.organisation))
    return reads.scoped(shown, whole, place)
