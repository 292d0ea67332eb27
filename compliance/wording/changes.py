"""Why a figure changed, in a sentence: the biggest causes, their reasons, and the effect of a new target."""

from collections import Counter
from dataclasses import replace
from typing import Final

from compliance.core.language import N_, NBSP, Language, begun, tenths
from compliance.counting.assessing import Status
from compliance.counting.explaining import (
    Change,
    Explanation,
    Part,
)
from compliance.declarations.points import Point
from compliance.loading.purges import purged_text
from compliance.wording import phrases
from compliance.wording.reasons import columns_text, reason_text

CAUSES_IN_SENTENCE: Final = 3
# Singular and plural: {count} is the number, followed in the first cause by what is counted.
PHRASES: Final = {
    "done": (N_("{count} now meets the requirement"), N_("{count} now meet the requirement")),
    "lapsed": (N_("{count} no longer meets the requirement"), N_("{count} no longer meet the requirement")),
    "new": (N_("{count} has been added"), N_("{count} have been added")),
    "gone": (N_("{count} is no longer counted"), N_("{count} are no longer counted")),
    "entered": (N_("{count} has come into the count"), N_("{count} have come into the count")),
    "left": (N_("{count} has left the count"), N_("{count} have left the count")),
    "rule": (N_("{count} is judged otherwise by a changed rule"), N_("{count} are judged otherwise by a changed rule")),
    "corrected": (N_("{count} has been corrected afterwards"), N_("{count} have been corrected afterwards")),
}
CAUSE_NAMES: Final = {
    "done": N_("Now met"),
    "lapsed": N_("No longer met"),
    "new": N_("Added"),
    "gone": N_("No longer there"),
    "entered": N_("Came into the count"),
    "left": N_("Left the count"),
    "rule": N_("Rule changed"),
    "corrected": N_("Data corrected"),
}


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
        texts = [f"{_movement(explanation, say)}.", say(N_("No item counts otherwise."))]
    return " ".join(text for text in [*texts, target_sentence(explanation, say)] if text)


def _sentence_alone(explanation: Explanation, say: Language) -> str:
    """The change without its causes: since a frozen figure that would be counted differently today, or withheld."""
    texts = _not_compared(explanation, say) if explanation.total is None else [f"{_movement(explanation, say)}."]
    text = N_("The figure of {day} is counted otherwise today, so no items are named.")
    if explanation.withheld:
        text = N_("What makes the difference since {day} concerns too few persons to be told.")
    why = say(text, day=say.date(explanation.first.day))
    return " ".join(text for text in [*texts, why, target_sentence(explanation, say)] if text)


def _movement(explanation: Explanation, say: Language) -> str:
    moved = moved_tenths(explanation)
    since = {"day": say.date(explanation.first.day), "size": say.number(abs(moved) / 10, decimals=1)}
    if not moved:
        return _unmoved(explanation, say)
    if explanation.first.day == explanation.last.day:
        if moved > 0:
            return say(N_("The coverage on {day} rose by {size} percentage points"), **since)
        return say(N_("The coverage on {day} fell by {size} percentage points"), **since)
    if moved > 0:
        return say(N_("The coverage has risen by {size} percentage points since {day}"), **since)
    return say(N_("The coverage has fallen by {size} percentage points since {day}"), **since)


def _unmoved(explanation: Explanation, say: Language) -> str:
    """That the coverage is the same, or nearly the same, so that the difference rounds to zero."""
    day = say.date(explanation.first.day)
    if explanation.first.day == explanation.last.day:
        text = N_("The coverage on {day} stayed nearly the same") if explanation.total else ""
        return say(text or N_("The coverage on {day} stayed the same"), day=day)
    text = N_("The coverage is nearly the same as on {day}") if explanation.total else ""
    return say(text or N_("The coverage is the same as on {day}"), day=day)


def _not_compared(explanation: Explanation, say: Language) -> list[str]:
    """Why there is no percentage to compare, for each of the two days without one."""
    texts = {
        Status.NO_BASIS: N_("On {day} the point had no basis, so the coverages cannot be compared."),
        Status.NOTHING_TO_ASSESS: N_("On {day} there was nothing to assess, so the coverages cannot be compared."),
    }
    purged = N_("The rows behind {day} were {purged}, so the coverages cannot be compared.")
    missing = [figure for figure in (explanation.before, explanation.after) if figure.coverage is None]
    untold = N_("On {day} the export did not have {columns}, so the coverages cannot be compared.")
    sentences = (
        say(purged, day=say.date(figure.as_of), purged=purged_text(figure.purged, say))
        if figure.purged
        else say(
            untold if figure.untold else texts[figure.status],
            day=say.date(figure.as_of),
            columns=columns_text(figure.columns, say),
        )
        for figure in missing
    )
    return list(dict.fromkeys(sentences))


def shown_parts(explanation: Explanation) -> list[Part]:
    """The causes that are shown: none if either day has no basis, since its items mean nothing then."""
    counted = (figure.status is not Status.NO_BASIS for figure in (explanation.before, explanation.after))
    return explanation.parts if all(counted) else []


def _biggest_causes(explanation: Explanation, say: Language) -> str:
    """The biggest causes, separated by commas."""
    biggest = sorted(shown_parts(explanation), key=lambda part: (-abs(part.share or 0), -len(part.changes)))
    point = explanation.after.point
    items = say.plain(point.items)
    return ", ".join(
        _cause_phrase(point, part, say, items="" if number else items)
        for number, part in enumerate(biggest[:CAUSES_IN_SENTENCE])
    )


def _cause_phrase(point: Point, part: Part, say: Language, *, items: str) -> str:
    n = len(part.changes)
    text = cause_text(part, f"{say.number(n)}{NBSP}{items}" if items and n > 1 else say.number(n), say)
    reason = _main_reason(point, part, say) if part.cause == "lapsed" else ""
    return f"{text} ({reason})" if reason else text


def cause_text(part: Part, count: str, say: Language) -> str:
    """A cause and its number of items."""
    return say(PHRASES[part.cause][0 if len(part.changes) == 1 else 1], count=count)


def _main_reason(point: Point, part: Part, say: Language) -> str:
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


def cause_reasons(point: Point, part: Part, say: Language) -> list[tuple[str, int]]:
    """Count the reasons of a cause: from before for items now met or entered, otherwise from after."""
    counted = Counter(text for change in part.changes if (text := _reason(point, part, change, say)))
    return counted.most_common()


def _reason(point: Point, part: Part, change: Change, say: Language) -> str:
    if part.cause in {"new", "gone", "rule", "corrected"}:
        return ""
    if change.moved:
        return say(N_("From another unit")) if change.kind == "entered" else say(N_("To another unit"))
    row = change.before if part.cause in {"done", "entered"} else change.after
    return reason_text(point, row["outcome"], row["reason"], say) if row and row["reason"] else ""
