"""The departments of a review and their points: which is weakest, in a sentence and as a heat table."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from compliance.core.language import N_, Language, begun
from compliance.core.lengths import shortened
from compliance.counting.assessing import Coverage, Status
from compliance.report.blocks import SIGNS, Block, Cell, Heading, PageBreak, Paragraph, table
from compliance.report.edition import FEWEST_PARTS, Edition, departments, heat_text
from compliance.review.dossier import Dossier
from compliance.wording import phrases
from compliance.wording.phrases import DASH
from compliance.wording.tables import Column

TITLE: Final = N_("Department by department")
# So many letters of a department's name are in a sentence, and in a cell of a slide.
LONGEST: Final = 60
# So many departments that are equally weak are named, if all their names are no longer than two.
NAMED: Final = 3


def figures_of(dossier: Dossier) -> dict[tuple[str, str], Coverage]:
    """The figure of each department in each point that has one, by their names and the points' ids."""
    return {(name_of(part), answer.point.id): part for answer in dossier.points for part in departments(answer)}


def name_of(figure: Coverage) -> str:
    """The name of the department that a figure is of."""
    return figure.department or figure.unit or ""


def weakest_first(parts: Collection[Coverage]) -> list[str]:
    """The departments, those with most points below the limit first, as on the overview."""
    below = Counter(name_of(part) for part in parts if part.status is Status.RED)
    near = Counter(name_of(part) for part in parts if part.status is Status.YELLOW)
    return sorted({name_of(part) for part in parts}, key=lambda name: (-below[name], -near[name], name))


def weakest(parts: Collection[Coverage], say: Language) -> str:
    """Which department has most points below the limit, and of how many; all that have as many."""
    below = Counter(name_of(part) for part in parts if part.status is Status.RED)
    if not below:
        return say(N_("No department has a point below the limit."))
    n = max(below.values())
    names = [name for name in weakest_first(parts) if below[name] == n]
    if len(names) > 1:
        return _equally_weak(names, n, say)
    return say(
        N_("{department} has most points below the limit: {n} of {of}."),
        department=shortened(names[0], LONGEST),
        n=say.in_words(n),
        of=say.in_words(sum(name_of(part) == names[0] for part in parts)),
    )


def _equally_weak(names: Sequence[str], n: int, say: Language) -> str:
    """The departments that have as many points below the limit; only how many they are where they are too many."""
    named, each = phrases.listed([*names], say), say.in_words(n)
    if len(names) > NAMED or len(named) > 2 * LONGEST:
        many = begun(say.in_words(len(names)))
        return say(N_("{number} departments have most points below the limit: {n} each."), number=many, n=each)
    return say(N_("{departments} have most points below the limit: {n} each."), departments=named, n=each)


def legend(found: Iterable[Status], signs: Mapping[Status, str], say: Language) -> str:
    """What the shapes in a heat table mean, and what its numbers are."""
    found = set(found)
    words = [f"{signs[status]} {say(word)}" for status, word in phrases.STATUS_WORDS.items() if status in found]
    return " · ".join([*words, say(N_("per cent of what is to be met"))])


def heat_cell(
    name: str, say: Language, *, figures: Mapping[tuple[str, str], Coverage], point: str, signs: Mapping[Status, str]
) -> Cell:
    """The figure of a department in a point: the shape of its status and the whole per cent."""
    figure = figures.get((name, point))
    return Cell(heat_text(figure, signs, say), figure.status if figure else None)


def heat(edition: Edition) -> list[Block]:
    """The departments as a heat table on a page of its own, the weakest first; nothing where there is only one."""
    say, points, figures = edition.say, edition.dossier.points, figures_of(edition.dossier)
    names = weakest_first(figures.values())
    if len(names) < FEWEST_PARTS:
        return []
    columns: tuple[Column[str], ...] = (
        Column(N_("Department"), lambda name, _: name, width=4.4),
        *(
            Column(
                f"{answer.point.number} {phrases.brief(answer.point, say)}",
                partial(heat_cell, figures=figures, point=answer.point.id, signs=SIGNS),
                numeric=True,
            )
            for answer in points
        ),
    )
    drawn = replace(table(columns, names, say), upright=True)
    shapes = legend((figure.status for figure in figures.values()), SIGNS, say)
    if any(DASH in row for row in drawn.rows):
        shapes += f" · {DASH} {say(N_('no figure'))}"
    answer = Paragraph(weakest(figures.values(), say), "answer")
    return [PageBreak(), Heading(say(TITLE), 2), answer, drawn, Paragraph(shapes, "note")]
