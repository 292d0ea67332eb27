"""Which points a change of the data changes, before and after. No Streamlit."""

from collections.abc import Sequence

from compliance.core.language import N_, NBSP, Language
from compliance.counting.assessing import Coverage
from compliance.drawing import charts
from compliance.wording import breaking, phrases


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
    before_text = phrases.percent(old, say) if old else phrases.DASH
    difference = phrases.change(new, old)
    moved = f"{say.change(difference)}{NBSP}{say(phrases.PERCENTAGE_POINTS)}" if difference is not None else ""
    return charts.Dumbbell(
        label=breaking.label(new.point, say),
        before=old.coverage if old else None,
        after=new.coverage,
        before_text=before_text,
        after_text=phrases.percent(new, say),
        change=moved,
        alt=say(
            N_("{point}: {before} before, {after} after"),
            point=breaking.label(new.point, say),
            before=before_text,
            after=phrases.percent(new, say),
        ),
    )
