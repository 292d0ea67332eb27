"""Which points a change of the data changes, before and after. No Streamlit."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from compliance.core.language import N_, NBSP, Language
from compliance.counting.assessing import Coverage
from compliance.drawing import charts
from compliance.wording import breaking, phrases

# A file with its extract date.
Dated = tuple[str, date]
NAMED_FILES: Final = 3


def later(files: Iterable[Dated], day: date, say: Language) -> list[str]:
    """Which files are dated after a day, and so count in no figure of it: a sentence for each of their days."""
    by_day: dict[date, list[str]] = {}
    for name, dated in files:
        if dated > day:
            by_day.setdefault(dated, []).append(name)
    return [
        say.plural(
            "{files} is from {day} and counts from that day.",
            "{files} are from {day} and count from that day.",
            len(names),
            files=files_named(names, say),
            day=say.date(dated, form="d MMMM" if dated.year == day.year else "d MMMM y"),
        )
        for dated, names in sorted(by_day.items())
    ]


def files_named(names: Sequence[str], say: Language) -> str:
    """The first of some files by their names, and how many more there are."""
    rest = len(names) - NAMED_FILES
    more = [say(N_("{n} more"), n=say.number(rest))] if rest > 0 else []
    return phrases.listed([*names[:NAMED_FILES], *more], say)


def effects(before: Sequence[Coverage], after: Sequence[Coverage], say: Language) -> list[charts.Dumbbell]:
    """The points whose counts or basis an import changes."""
    earlier = {(figure.point.id, figure.organisation): figure for figure in before}
    changed = [
        (old, new)
        for new in after
        if (old := earlier.get((new.point.id, new.organisation))) is None or counts(old) != counts(new)
    ]
    return [_dumbbell(old, new, say) for old, new in changed]


def counts(figure: Coverage) -> tuple[object, ...]:
    """The counts and basis of a figure, to compare two of them."""
    return (figure.met, figure.unmet, figure.unknown, figure.pending, figure.exempt, figure.basis)


def _dumbbell(old: Coverage | None, new: Coverage, say: Language) -> charts.Dumbbell:
    point, after = breaking.label(new.point, say), phrases.percent(new, say)
    before = phrases.percent(old, say) if old else phrases.DASH
    difference = phrases.change(new, old)
    moved = f"{say.change(difference)}{NBSP}{say(phrases.PERCENTAGE_POINTS)}" if difference is not None else ""
    return charts.Dumbbell(
        label=point,
        before=old.coverage if old else None,
        after=new.coverage,
        before_text=before,
        after_text=after,
        change=moved,
        alt=say(N_("{point}: {before} before, {after} after"), point=point, before=before, after=after),
    )
