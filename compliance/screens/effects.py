"""What a change of the data does to the figures."""

from collections.abc import Iterable

from compliance.core.language import N_
from compliance.correcting.previewing import Effect
from compliance.drawing import charts
from compliance.screens import effect_texts, widgets
from compliance.screens.effect_texts import Dated
from compliance.screens.views import View


def draw(view: View, change: Effect, *, dated: Iterable[Dated] = ()) -> bool:
    """Draw the points that change, before and after. Return whether there are any.

    Of the files that are `dated` after the day it is said that they count from theirs.
    """
    say = view.say
    for text in effect_texts.later(dated, change.day, say):
        widgets.html(charts.note(text))
    changed = effect_texts.effects(change.before, change.after, say)
    if not changed:
        widgets.html(charts.caption(say(N_("No point changes on {day}."), day=say.date(change.day))))
        return False
    widgets.html(charts.dumbbells(changed, label=say(N_("The effect on the figures"))))
    text = N_("On {day}. Ring: before. Dot: after. Change in percentage points (pp).")
    widgets.html(charts.caption(say(text, day=say.date(change.day))))
    return True
