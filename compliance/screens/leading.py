"""Who leads the unit or the department that is shown, below the head of a page."""

from compliance.access.scopes import Scope
from compliance.core.language import bold
from compliance.counting.assessing import Coverage
from compliance.counting.leading import Leader
from compliance.declarations.declared import as_declared
from compliance.drawing import charts
from compliance.drawing.elements import Html
from compliance.review.functions import load_functions
from compliance.screens import reads
from compliance.screens.views import View
from compliance.wording.leading import brief, sentence


def line(view: View) -> Html:
    """Who leads, in a line; empty for a whole organisation, and without a staff list."""
    if (found := _of(view, view.scope)) is None:
        return Html("")
    told = sentence(view.scope, found, view.say, bold)
    return charts.answer(told) if told else Html("")


def led_by(view: View, part: Coverage) -> str:
    """Who leads a unit or department, in few words; empty if nobody is said to."""
    return brief(_of(view, Scope(part.organisation, part.department, part.unit)) or (), view.say)


def _of(view: View, scope: Scope) -> list[Leader] | None:
    """Who leads a part, as the reader may see them; None for a whole organisation, and without a staff list."""
    known = reads.leaders(view.data, view.as_of, scope.organisation)
    if known is None or scope.level == "organisation":
        return None
    function = as_declared(load_functions).first
    return [leader.seen(view.reader, function) for leader in known.of(scope)]
