"""A figure as the answer that somebody gives who is asked: how many, about, and when the target is reached.

Made from the figure, and never rounded across what it does not reach: 79.8 per cent is just under eight in ten.
"""

from typing import Final

from compliance.core.language import N_, Language, begun
from compliance.counting.assessing import Coverage
from compliance.counting.outlook import NO_CLEAR_DIRECTION, Outlook
from compliance.wording import outlook, phrases

# Of so few items, and of next to none or all, the counts themselves are said.
FEW: Final = 20
EDGE: Final = 0.05
# Up to this share it is one in so many.
THIRD: Final = 0.36
TENTHS: Final = 10
# A share is said without "just under" or "a little over" if it is this near.
EXACT: Final = 0.0005
ORDINALS: Final = {
    3: N_("third"),
    4: N_("fourth"),
    5: N_("fifth"),
    6: N_("sixth"),
    7: N_("seventh"),
    8: N_("eighth"),
    9: N_("ninth"),
    10: N_("tenth"),
}
PACES: Final = {
    "not_within_five_years": N_("The target is not reached within five years."),
    "no_change": N_("The coverage stands still."),
    "falling": N_("The coverage is falling."),
    NO_CLEAR_DIRECTION: N_("There is no clear direction."),
}


def answer(heading: Outlook, say: Language) -> str:
    """How many of a figure's items are met, and where it is heading: "Just under one system in three …"."""
    return f"{how_many(heading.now, say)} {where_to(heading, say)}".strip()


def how_many(figure: Coverage, say: Language) -> str:
    """About how many items are met, in a sentence; in digits where they are few, and "" without a figure."""
    share = figure.coverage
    if share is None:
        return ""
    if share < THIRD and figure.point.each and figure.of > FEW and share > EDGE:
        return _one_in(figure, share, say)
    n = round(share * TENTHS)
    if figure.of <= FEW or not 1 < n < TENTHS:
        return f"{phrases.counts_sentence(figure, say)}."
    fulfilled = say.plain(figure.point.fulfilled)
    told = say(N_("{word} in ten {fulfilled}"), word=say.in_words(n), fulfilled=fulfilled)
    return _about(told, share - n / TENTHS, say)


def _one_in(figure: Coverage, share: float, say: Language) -> str:
    n = min(ORDINALS, key=lambda number: abs(share - 1 / number))
    # not str.format: an organisation's own text may hold other braces
    told = say.plain(figure.point.each).replace("{n}", say.in_words(n)).replace("{nth}", say(ORDINALS[n]))
    return _about(told, share - 1 / n, say)


def _about(told: str, beyond: float, say: Language) -> str:
    """A sentence of what is told, which the figure goes so far beyond."""
    if beyond < -EXACT:
        told = say(N_("just under {share}"), share=told)
    elif beyond > EXACT:
        told = say(N_("a little over {share}"), share=told)
    return f"{begun(told)}."


def where_to(heading: Outlook, say: Language) -> str:
    """When the target is reached, or that it is not, in a short sentence; the target where nothing is known of it."""
    now, reached = heading.now, heading.reached
    if now.coverage is None or now.coverage >= now.target.target:
        return ""
    if heading.at_most is not None and heading.at_most < now.target.target:
        return say(N_("The target cannot be reached this year."))
    if reached is None or reached == "reached":
        return say(N_("The target is {share}."), share=phrases.share(now.target.target, say))
    if told := PACES.get(reached):
        return say(told)
    return say(N_("At this pace the target is reached in {month}."), month=outlook.month(reached, say))
