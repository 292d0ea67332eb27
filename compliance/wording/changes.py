"""Why a figure changed, in a sentence: the biggest causes, their reasons, and the effect of a new target."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import Final

from compliance.core.language import N_, NBSP, Language, begun, tenths
from compliance.counting.assessing import Coverage, Status
from compliance.counting.explaining import COMING, Cause, CauseChanges, Change, Explanation, rounded_to
from compliance.declarations.points import Point
from compliance.wording import phrases
from compliance.wording.reasons import columns_text, reason_text

CAUSES_IN_SENTENCE: Final = 3
TENTH: Final = Fraction(1, 1000)  # a tenth of a percentage point, the step that figures are shown in


def sentence(explanation: Explanation, say: Language) -> str:
    """Return how much the coverage changed, and mainly why."""
    if explanation.recounted or explanation.withheld:
        return _sentence_alone(explanation, say)
    causes = _biggest_causes(explanation, say)
    if explanation.total is None:
        texts = [*_not_compared(explanation, say), f"{begun(causes)}." if causes else ""]
    elif causes:
        texts = [f"{_movement(explanation, say)}: {causes}."]
    else:
        texts = [f"{_movement(explanation, say)}.", "" if explanation.parts else say(N_("No item counts otherwise."))]
    return " ".join(text for text in [*texts, beside(explanation, say)] if text)


def brief(explanation: Explanation, say: Language) -> str:
    """Return the two figures and mainly why they differ, where their days are said already."""
    if explanation.total is None:
        return sentence(explanation, say)
    before, after = (phrases.percent(figure, say) for figure in (explanation.before, explanation.after))
    first = say(N_("From {before} to {after}."), before=before, after=after)
    if explanation.recounted or explanation.withheld:
        texts = [first, _why_alone(explanation, say)]
    else:
        causes = _biggest_causes(explanation, say)
        texts = [first, f"{begun(causes)}." if causes else ""]
    return " ".join(text for text in [*texts, beside(explanation, say)] if text)


def beside(explanation: Explanation, say: Language) -> str:
    """What is told beside the causes: the cases of two years, and a new target."""
    return " ".join(text for text in (_years(explanation, say), target_sentence(explanation, say)) if text)


def sizes(explanation: Explanation) -> list[int] | None:
    """The causes' sizes in tenths of a percentage point, rounded so that they add up to the shown change."""
    shares = [part.share for part in explanation.parts]
    if explanation.total is None or None in shares:
        return None
    return rounded_to([share for share in shares if share is not None], moved_tenths(explanation), step=TENTH)


def cause_line(explanation: Explanation, part: CauseChanges, say: Language) -> str:
    """A cause as the sentence tells it, on a line of its own."""
    return begun(_cause_phrase(explanation, part, say, items=say.plain(explanation.after.point.items)))


def _years(explanation: Explanation, say: Language) -> str:
    """How many cases each of the two years has, if each has its own."""
    if explanation.years is None or not shown_parts(explanation):
        return ""
    return say(
        N_("Each year's {items} are counted by themselves: {n} of {year}, {then} of {earlier}."),
        items=say.plain(explanation.after.point.items),
        n=say.number(explanation.after.of),
        then=say.number(explanation.before.of),
        year=explanation.years[1],
        earlier=explanation.years[0],
    )


def _sentence_alone(explanation: Explanation, say: Language) -> str:
    """The change without its causes: since a frozen figure that would be counted differently today, or withheld."""
    texts = _not_compared(explanation, say) if explanation.total is None else [f"{_movement(explanation, say)}."]
    why = _why_alone(explanation, say)
    return " ".join(text for text in [*texts, why, target_sentence(explanation, say)] if text)


def _why_alone(explanation: Explanation, say: Language) -> str:
    """Why a change is told without its causes."""
    text = N_("The figure of {day} is counted otherwise today, so no items are named.")
    if explanation.withheld:
        text = N_("What makes the difference since {day} concerns too few persons to be told.")
    return say(text, day=say.date(explanation.first.day))


def _movement(explanation: Explanation, say: Language) -> str:
    moved = moved_tenths(explanation)
    since = {"day": say.date(explanation.first.day), "size": say.number(abs(moved) / 10, decimals=1)}
    if not moved:
        return _unmoved(explanation, say)
    if explanation.first.day == explanation.last.day:
        text = N_("The coverage on {day} has changed by {size} percentage points")
        return say(text, day=since["day"], size=say.signed(moved))
    if moved > 0:
        return say(N_("The coverage has risen by {size} percentage points since {day}"), **since)
    return say(N_("The coverage has fallen by {size} percentage points since {day}"), **since)


def _unmoved(explanation: Explanation, say: Language) -> str:
    """That the coverage is the same, or that the difference rounds to zero."""
    text = N_("The coverage is the same as on {day}")
    if explanation.first.day == explanation.last.day:
        text = N_("The coverage on {day} is unchanged")
    return say(text, day=say.date(explanation.first.day))


def _not_compared(explanation: Explanation, say: Language) -> list[str]:
    """Why there is no percentage to compare, for each of the two days without one."""
    missing = [figure for figure in (explanation.before, explanation.after) if figure.coverage is None]
    return [*dict.fromkeys(_missing(figure, say) for figure in missing), say(N_("The coverage cannot be compared."))]


def _missing(figure: Coverage, say: Language) -> str:
    day = say.date(figure.as_of)
    if figure.purged:
        return phrases.purged_sentence(figure.purged, figure.as_of, say)
    if figure.columns:
        columns = columns_text(figure.point, figure.columns, say)
        return say(N_("On {day} the export did not have {columns}."), day=day, columns=columns)
    if figure.status is Status.NO_BASIS:
        return phrases.missing_sentence(figure, say)
    return say(N_("Nothing to assess on {day}."), day=day)


def shown_parts(explanation: Explanation) -> list[CauseChanges]:
    """The causes that are shown: none if either day has no basis, since its items mean nothing then."""
    counted = (figure.status is not Status.NO_BASIS for figure in (explanation.before, explanation.after))
    return explanation.parts if all(counted) else []


def _biggest_causes(explanation: Explanation, say: Language) -> str:
    """The causes to tell, separated by commas."""
    items = say.plain(explanation.after.point.items)
    return ", ".join(
        _cause_phrase(explanation, part, say, items="" if number else items)
        for number, part in enumerate(_told_parts(explanation))
    )


def _told_parts(explanation: Explanation) -> list[CauseChanges]:
    """The biggest causes; of persons all but who is exempt, so that points of the same persons tell them alike.

    The cases of two years are told beside.
    """
    parts = [part for part in shown_parts(explanation) if not (explanation.years and part.cause in COMING)]
    own = [part for part in parts if part.cause not in {"entered", "left"}]
    if explanation.after.point.persons and own:
        return own
    return sorted(parts, key=lambda part: (-abs(part.share or 0), -len(part.changes)))[:CAUSES_IN_SENTENCE]


def _cause_phrase(explanation: Explanation, part: CauseChanges, say: Language, *, items: str) -> str:
    n = len(part.changes)
    text = cause_text(explanation, part, f"{say.number(n)}{NBSP}{items}" if items and n > 1 else say.number(n), say)
    reason = _main_reason(explanation.after.point, part, say) if part.cause == "lapsed" else ""
    return f"{text} ({reason})" if reason else text


def cause_text(explanation: Explanation, part: CauseChanges, count: str, say: Language) -> str:
    """A cause and its number of items, in the words of the point where it has its own."""
    return _caused(explanation, part.cause, len(part.changes), count, say)


def cause_name(explanation: Explanation, part: CauseChanges, say: Language) -> str:
    """A cause of one item, as a file names it."""
    return begun(_caused(explanation, part.cause, 1, "", say).strip())


def _caused(explanation: Explanation, cause: Cause, n: int, count: str, say: Language) -> str:
    point = explanation.after.point
    if own := point.turned.get(cause, {}).get("one" if n == 1 else "many"):
        return say.plain(own).replace("{count}", count)
    if explanation.years and cause in COMING:
        year = explanation.years[1 if cause == "new" else 0]
        return say(N_("{count} of {year}"), count=count, year=year)
    if point.persons and cause == "new":
        return say.plural("{count} has joined", "{count} have joined", n, count=count)
    if point.persons and cause == "gone":
        return say.plural("{count} has left", "{count} have left", n, count=count)
    return _phrase(cause, n, count, say)


def _phrase(cause: Cause, n: int, count: str, say: Language) -> str:
    """A cause in the words of any point."""
    text = {
        "done": lambda: say.plural(
            "{count} now meets the requirement", "{count} now meet the requirement", n, count=count
        ),
        "lapsed": lambda: say.plural(
            "{count} no longer meets the requirement", "{count} no longer meet the requirement", n, count=count
        ),
        "new": lambda: say.plural("{count} has been added", "{count} have been added", n, count=count),
        "gone": lambda: say.plural("{count} is no longer there", "{count} are no longer there", n, count=count),
        "entered": lambda: say.plural("{count} is now counted", "{count} are now counted", n, count=count),
        "left": lambda: say.plural("{count} is no longer counted", "{count} are no longer counted", n, count=count),
        "rule": lambda: say.plural(
            "{count} is judged by a new rule", "{count} are judged by a new rule", n, count=count
        ),
        "corrected": lambda: say.plural("{count} has been corrected", "{count} have been corrected", n, count=count),
    }
    return text[cause]()


def _main_reason(point: Point, part: CauseChanges, say: Language) -> str:
    """Why most of the items no longer meet the requirement."""
    counted = cause_reasons(point, part, say)
    if not counted:
        return ""
    (text, n), total = counted[0], len(part.changes)
    reason = text if text[1:2].isupper() else text[:1].lower() + text[1:]
    if n == total:
        return reason
    return say(N_("mostly: {reason}"), reason=reason) if 2 * n > total else ""


def target_sentence(explanation: Explanation, say: Language) -> str:
    """That the target changed, and what the status would be under the old one."""
    if not explanation.target_changed:
        return ""
    old, new = explanation.before.target, explanation.after.target
    judged = replace(explanation.after, as_of=explanation.before.as_of)
    values = {
        "old": phrases.share(old.target, say),
        "new": phrases.share(new.target, say),
        "old_limit": phrases.share(old.limit, say),
        "new_limit": phrases.share(new.limit, say),
    }
    text = say(
        N_("The target has changed from {old} to {new} (limit {old_limit} to {new_limit}), which moves no coverage."),
        **values,
    )
    if judged.status is explanation.after.status:
        return text
    otherwise = say(N_("By the old target the status would be: {status}."), status=phrases.word(judged, say))
    return f"{text} {otherwise}"


def moved_tenths(explanation: Explanation) -> int:
    """The change of the coverage in tenths of a percentage point, as every other page shows it."""
    return tenths(phrases.change(explanation.after, explanation.before) or 0.0)


def cause_reasons(point: Point, part: CauseChanges, say: Language) -> list[tuple[str, int]]:
    """Count the reasons of a cause: from before for items now met or entered, otherwise from after."""
    counted = Counter(text for change in part.changes if (text := _reason(point, part, change, say)))
    return counted.most_common()


def _reason(point: Point, part: CauseChanges, change: Change, say: Language) -> str:
    if part.cause in {*COMING, "rule", "corrected"}:
        return ""
    if change.moved:
        return say(N_("From another unit")) if change.kind == "entered" else say(N_("To another unit"))
    row = change.before if part.cause in {"done", "entered"} else change.after
    return reason_text(point, row["outcome"], row["reason"], say) if row and row["reason"] else ""
