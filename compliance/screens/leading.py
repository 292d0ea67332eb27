"""Who leads the unit or the department that is shown, below the head of a page."""

from compliance.core.language import bold
from compliance.drawing import charts
from compliance.drawing.elements import Html
from compliance.review.functions import load_functions
from compliance.screens import reads
from compliance.screens.views import View
from compliance.wording.leading import sentence


def line(view: View) -> Html:
    """Who leads, in a line; empty for a whole organisation, and without a staff list."""
    known = reads.leaders(view.data, view.as_of, view.scope.organisation)
    if known is None or view.scope.level == "organisation":
        return Html("")
    function = reads.declared(load_functions).first
    told = sentence(view.scope, [leader.seen(view.reader, function) for leader in known.of(view.scope)], view.say, bold)
    return charts.caption(told) if told else Html("")
