"""Who leads a unit or a department, in words."""

from collections.abc import Sequence
from typing import Final

from compliance.access.scopes import Scope
from compliance.core.language import N_, Language
from compliance.counting.leading import Leader
from compliance.wording.phrases import Mark, listed

# More are counted instead of listed.
MOST_LISTED: Final = 3
UNTOLD: Final = N_("The staff list does not tell who leads the unit.")


def sentence(scope: Scope, leaders: Sequence[Leader], say: Language, strong: Mark = str) -> str:
    """Who leads the unit or the department of a scope; empty for a department of which nobody is said to.

    Of whom neither name nor position may be shown, nothing is said.
    """
    leaders = [leader for leader in leaders if leader.name or leader.position]
    if not leaders:
        return say(UNTOLD) if scope.unit else ""
    part = scope.name(say)
    if len(leaders) > MOST_LISTED:
        return say(N_("By the staff list, {n} persons lead {part}."), n=say.number(len(leaders)), part=part)
    who = listed(list(dict.fromkeys(_called(leader, strong) for leader in leaders)), say)
    return say(N_("{part} is led by {who}."), part=part, who=who)


def brief(leaders: Sequence[Leader], say: Language) -> str:
    """Those who lead a part by name, else by position; empty if they are many."""
    names = [*dict.fromkeys(told for leader in leaders if (told := leader.name or leader.position))]
    return listed(names, say) if len(leaders) <= MOST_LISTED else ""


def _called(leader: Leader, strong: Mark) -> str:
    return f"{strong(leader.name)} ({leader.position})" if leader.name else strong(leader.position)
