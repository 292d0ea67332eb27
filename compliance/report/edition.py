"""A review as an edition of its papers tells it, and what report, handout and slides have in common."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.core.language import N_, NBSP, Language, begun
from compliance.counting.assessing import Coverage, Status
from compliance.report.blocks import LineChart
from compliance.review import situation, wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, PointAnswer
from compliance.review.functions import Functions
from compliance.wording import phrases, trends
from compliance.wording.phrases import DASH
from compliance.wording.reasons import REASONS_TITLE, WHY_UNMET

NO_FUNCTIONS: Final = Functions((), (), ())
FEWEST_MOMENTS: Final = 3
FEWEST_PARTS: Final = 2


@dataclass(frozen=True)
class Edition:
    """A review in a language, and whether it is the edition to hand out.

    That one shows of those responsible for a decision only their `functions`.
    """

    dossier: Dossier
    say: Language
    public: bool = False
    functions: Functions = NO_FUNCTIONS

    def visible(self, text: str | None) -> str:
        """A user's text, empty if there is none; without names in the edition to hand out."""
        return self.dossier.withheld.get(text or "", text or "") if self.public else text or ""

    def comment(self, answer: PointAnswer) -> str:
        """The comment on a point; empty if there is none."""
        written = self.dossier.written
        return self.visible((written.public_comments if self.public else written.comments).get(answer.point.id))

    def responsible(self, row: Decision) -> str:
        """Who is responsible for a decision: as written, and in the edition to hand out the function alone."""
        if not self.public:
            return row.responsible
        unnamed = N_("somebody is responsible") if row.responsible.strip() else N_("nobody is responsible yet")
        return begun(self.functions.first(row.responsible) or self.say(unnamed))


def joined(texts: Iterable[str], by: str = " · ") -> str:
    """The texts that are not empty, in one."""
    return by.join(text for text in texts if text)


def departments(answer: PointAnswer) -> list[Coverage]:
    """The departments of a point that have a figure."""
    figures = [answer.figure(department) for department in answer.departments]
    return [figure for figure in figures if figure.coverage is not None]


def year_end(answer: PointAnswer) -> Coverage | None:
    """The figure of the end of the year if nothing is done; None where it is not known."""
    return situation.then_of(answer.outlook)


def marked(figure: Coverage | None, signs: Mapping[Status, str], say: Language) -> str:
    """The shape of a status and the share; a dash without one."""
    if figure is None or figure.coverage is None:
        return DASH
    return f"{signs[figure.status]}{NBSP}{phrases.percent(figure, say)}"


def heat_text(figure: Coverage | None, signs: Mapping[Status, str], say: Language) -> str:
    """The shape of a status and the whole per cent; a dash without a figure."""
    return f"{signs[figure.status]}{NBSP}{phrases.whole_percent(figure, say)}" if figure else DASH


def line_chart(answer: PointAnswer, say: Language, *, label: Callable[[date], str], name: str = "") -> LineChart | None:
    """The figure month by month; None if too few months have one."""
    months, then = [answer.figure(month) for month in answer.months], year_end(answer)
    if len([month for month in months if month.coverage is not None]) < FEWEST_MOMENTS:
        return None
    return LineChart("", trends.trend_alt(months, say, then), name, trends.trend(months, say, label, then))


def all_lost(answer: PointAnswer) -> bool:
    """Whether nothing is left to do: what is not met was late, and stays so."""
    return 0 < wording.left_of(answer.coverage) <= answer.outlook.lost


def reasons_title(answer: PointAnswer, say: Language) -> str:
    """The heading of the reasons of a point."""
    return say(WHY_UNMET if all_lost(answer) else REASONS_TITLE)
