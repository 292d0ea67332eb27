"""A figure over time, as pages, meeting, paper and slides draw it: its moments, target and limit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from compliance.core.language import N_, Language, begun
from compliance.counting.assessing import Coverage
from compliance.loading.purges import purged_text
from compliance.wording import phrases

EXPECTED: Final = N_("{share} on {day} if nothing is done")
# What the end of the dotted line is called, before its share.
UNDONE: Final = N_("Nothing done")


@dataclass(frozen=True)
class Level:
    """A level to compare a line with, 0–1, and its name."""

    share: float
    text: str


@dataclass(frozen=True)
class TrendPoint:
    """A point of a trend: its label (two lines if it has a line break), its share 0–1 or None, and the share in words.

    A moment without a share is a gap in the line. `tooltip` is day and share. `name` is what it is called at the end of
    its line, before its share.
    """

    label: str
    share: float | None
    text: str
    tooltip: str = ""
    name: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of text at the end of its line: its name, if it has one, and its share."""
        return (self.name, self.text) if self.name else (self.text,)


@dataclass(frozen=True)
class Trend:
    """The moments of a figure, oldest first, and the target and limit in force at the last one.

    `ahead` is where it ends the year if nothing is done, `after` moments later: the dotted end of the line.
    """

    moments: tuple[TrendPoint, ...]
    target: Level
    limit: Level
    ahead: TrendPoint | None = None
    after: int = 0

    @property
    def places(self) -> int:
        """How many moments the axis has room for."""
        return len(self.moments) + self.after

    @property
    def measured(self) -> list[TrendPoint]:
        """The moments that have a share."""
        return [moment for moment in self.moments if moment.share is not None]

    def named(self, every: int, *, first: bool = False, apart: int = 0) -> "Trend":
        """Keep labels only where an axis has room: the last, each `every` before it, and with `first` the first.

        The last one goes where the end of the year is less than `apart` moments away.
        """
        last = len(self.moments) - 1
        crowded = self.ahead is not None and self.after < apart
        return replace(
            self,
            moments=tuple(
                moment
                if ((last - place) % every == 0 and not (crowded and place == last)) or (first and not place)
                else replace(moment, label="")
                for place, moment in enumerate(self.moments)
            ),
        )


def trend(
    months: Sequence[Coverage], say: Language, label: Callable[[date], str], then: Coverage | None = None
) -> Trend:
    """The trend of a figure, counted for at least one day; `label` formats a day for the axis.

    `then` is the figure of the last day of the year, if nothing is done.
    """
    target, limit = levels(months[-1], say)
    moments = (
        TrendPoint(label(month.as_of), month.coverage, text, f"{say.date(month.as_of)}: {text}")
        for month in months
        for text in (purged_text(month.purged, say) if month.purged else phrases.percent(month, say),)
    )
    drawn = Trend(tuple(moments), target, limit)
    now = months[-1]
    if then is None or then.coverage is None or now.coverage is None or then.as_of <= now.as_of:
        return drawn
    text = phrases.percent(then, say)
    day = say.date(then.as_of, form="d MMM")
    told = say(EXPECTED, day=say.date(then.as_of), share=text)
    ahead = TrendPoint(day, then.coverage, text, told, name=say(UNDONE))
    return replace(drawn, ahead=ahead, after=max(then.as_of.month - now.as_of.month, 1))


def levels(figure: Coverage, say: Language) -> tuple[Level, Level]:
    """The target and limit of a figure, as a trend names them."""
    target, limit = figure.target.target, figure.target.limit
    return (
        Level(target, say(N_("Target {share}"), share=phrases.share(target, say))),
        Level(limit, say(N_("Limit {share}"), share=phrases.share(limit, say))),
    )


def trend_alt(months: Sequence[Coverage], say: Language, then: Coverage | None = None) -> str:
    """A trend in a sentence: from, to, the target, and where it ends the year if nothing is done."""
    measured = [figure for figure in months if figure.coverage is not None]
    if not measured:
        return ""
    first, last = measured[0], measured[-1]
    told = say(
        N_("From {first} on {first_day} to {last} on {last_day}; the target is {target}."),
        first=phrases.percent(first, say),
        first_day=say.date(first.as_of),
        last=phrases.percent(last, say),
        last_day=say.date(last.as_of),
        target=phrases.share(last.target.target, say),
    )
    if then is None or then.coverage is None or then.as_of <= last.as_of:
        return told
    return f"{told} {begun(say(EXPECTED, day=say.date(then.as_of), share=phrases.percent(then, say)))}."
