"""A figure in words: its share, its status, what it counts, and what it is compared with."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from compliance.core.language import N_, Language, begun, rounded_below
from compliance.counting.assessing import COLUMN_MISSING, Coverage, Status
from compliance.counting.figures import Figure
from compliance.declarations.points import Point
from compliance.declarations.sources import product_sources
from compliance.loading.purges import Purged, purged_text

# Marks up a part of a sentence for display: language.bold, or nothing.
Mark = Callable[[str], str]
DASH: Final = "\N{EN DASH}"
STATUS_WORDS: Final = {
    Status.GREEN: N_("Reaches the target"),
    Status.YELLOW: N_("Near target"),
    Status.RED: N_("Below the limit"),
    Status.NO_BASIS: N_("No basis"),
    Status.NOTHING_TO_ASSESS: N_("Nothing to assess"),
}
OUTCOMES: Final = {
    "met": N_("Met"),
    "unmet": N_("Not met"),
    "unknown": N_("Unknown"),
    "pending": N_("Pending"),
    "exempt": N_("Exempt"),
}
# Why the statement of a pack's point has no items.
FAILURES: Final[Mapping[str, str]] = {
    "refused": N_("Not counted: the SQL of the point is not let in."),
    "too_slow": N_("Not counted: it took too long."),
    "too_large": N_("Not counted: it takes too much memory."),
    "too_many": N_("Not counted: the point has too many items."),
    "broken": N_("Not counted: the SQL of the point does not run on the exports."),
    "answer": N_("Not counted: what the SQL of the point answers are no items."),
}
FEW: Final = N_("Too few persons")
NOT_IN_EXPORT: Final = N_("Not in the export")
FAILED: Final = N_("Could not be counted")
OFF: Final = N_("Switched off")
# Every status in words that a table of figures can have, with its sign.
SIGNS: Final = (
    *STATUS_WORDS.items(),
    (Status.NO_BASIS, NOT_IN_EXPORT),
    (Status.NO_BASIS, FAILED),
    (Status.NO_BASIS, OFF),
    (Status.NOTHING_TO_ASSESS, FEW),
)
TOO_FEW: Final = N_("The figure rests on fewer than five persons, or would tell such a figure, and is not shown.")
MANDATORY: Final = N_("mandatory practice")
PERCENTAGE_POINTS: Final = N_("pp")


# The states of an action of a plan or a recommendation.
ACTION_STATES: Final[Mapping[str, str]] = {
    "late": N_("Overdue"),
    "open": N_("Open"),
    "untold": NOT_IN_EXPORT,
    "done": N_("Completed"),
    "cancelled": N_("Called off"),
}
# Numbers above this start a sentence in digits.
LAST_IN_WORDS: Final = 12


def counted(n: int, say: Language) -> str:
    """A small number as a word, to start a sentence."""
    return say.in_words(n).capitalize() if n <= LAST_IN_WORDS else say.number(n)


def remarks(n: int, say: Language) -> str:
    """How many remarks on the exports can change a figure."""
    return say.plural(
        "{count} remark can change the figure", "{count} remarks can change the figure", n, count=counted(n, say)
    )


def all_points(number: int, say: Language) -> str:
    """The heading of all review points: The thirteen review points."""
    return say(N_("The {count} review points"), count=say.in_words(number))


def points_named(numbers: Sequence[int], say: Language) -> str:
    """Some points within a sentence, by their numbers."""
    names = listed([str(number) for number in numbers], say)
    return say.plural("point {points}", "points {points}", len(numbers), points=names)


def listed(names: Sequence[str], say: Language) -> str:
    """Join names with commas, the last two with "and"."""
    joint = say(N_("and"))
    return f" {joint} ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def shown_of(n: int, of: int, say: Language) -> str:
    """How many of some things a list shows."""
    return say(N_("{n} of {of} are shown."), n=say.number(n), of=say.number(of))


def percent(figure: Coverage, say: Language) -> str:
    """The coverage, rounded so that it never seems to reach a target that it misses."""
    return say.percent(figure.coverage, limits=(figure.target.target, figure.target.limit))


def whole_percent(figure: Coverage, say: Language) -> str:
    """The coverage as a whole number without a percent sign, for a narrow cell."""
    if figure.coverage is None:
        return DASH
    limits = (figure.target.target, figure.target.limit, 1.0)
    return say.number(rounded_below(figure.coverage, limits=limits, decimals=0) * 100)


def share(value: float, say: Language) -> str:
    """A target or a limit, with decimals only if it has any."""
    return say.percent(value, decimals=0 if round(value * 100, 6).is_integer() else 1)


def word(figure: Coverage, say: Language) -> str:
    """The status in words, or that too few persons are behind the figure to show it."""
    if figure.purged:
        return say(N_("Purged on {day}"), day=say.date(figure.purged.day))
    return say(status_text(figure))


def without_outcome(reason: str | None) -> str:
    """Why something has no outcome, not translated: its export has no column for it, or is not loaded."""
    return NOT_IN_EXPORT if reason == COLUMN_MISSING else STATUS_WORDS[Status.NO_BASIS]


def status_text(figure: Coverage) -> str:
    """The same, not translated."""
    if figure.few:
        return FEW
    if figure.failed or figure.off:
        return FAILED if figure.failed else OFF
    return NOT_IN_EXPORT if figure.columns else STATUS_WORDS[figure.status]


def label(point: Point, say: Language) -> str:
    """A point's number and short name."""
    return f"{point.number} {say.plain(point.short)}"


def brief(point: Point, say: Language) -> str:
    """A point's name where there is room for few letters."""
    return say.plain(point.brief or point.short)


def change(now: Coverage, before: Coverage | None) -> float | None:
    """The difference between two shares; None if either is missing."""
    if before is None or now.coverage is None or before.coverage is None:
        return None
    return now.coverage - before.coverage


def sentence(figure: Coverage, before: Coverage | None, say: Language) -> str:
    """The figure as a screen reader reads it, in place of its bar."""
    parts = [f"{label(figure.point, say)}: {percent(figure, say)}"]
    if figure.coverage is not None:
        counts = {"n": say.number(figure.met), "of": say.number(figure.of), "items": say.plain(figure.point.items)}
        parts.append(say(N_("{n} of {of} {items}"), **counts))
    parts.append(say(N_("target {share}"), share=share(figure.target.target, say)))
    if before and before.coverage is not None:
        parts.append(f"{then(before, say)} {percent(before, say)}")
    return ", ".join([*parts, word(figure, say).lower()])


def then(before: Coverage, say: Language) -> str:
    """When the figure compared with was counted, within a sentence."""
    day = say.date(before.as_of)
    if before.approved:
        return say(N_("in the review of {year} ({day})"), year=before.as_of.year, day=day)
    return say(N_("a year ago ({day})"), day=day)


def then_label(before: Coverage, say: Language) -> str:
    """The same as a label, next to a mark or above figures."""
    day = say.date(before.as_of)
    if before.approved:
        return say(N_("Review {year} ({day})"), year=before.as_of.year, day=day)
    return begun(then(before, say))


def reached_sentence(figures: Sequence[Coverage], say: Language) -> str:
    """How many of the measurable points reach their target."""
    measured = [figure for figure in figures if figure.coverage is not None]
    n, of = len([figure for figure in measured if figure.status is Status.GREEN]), len(measured)
    if not of:
        return say(N_("No point can be measured."))
    if n == of:
        return say.plural(
            "The only measurable point reaches its target.", "All {n} measurable points reach the target.", of
        )
    if n == 0 and of > 1:
        return say(N_("None of the {word} measurable points reaches the target."), word=say.in_words(of))
    return say.plural(
        "{n} of {of} measurable points reaches the target.",
        "{n} of {of} measurable points reach the target.",
        n,
        of=say.number(of),
    )


def counts_sentence(figure: Coverage, say: Language, strong: Mark = str) -> str:
    """Numerator and denominator in a sentence; `strong` marks up the two numbers."""
    if figure.coverage is None:
        return ""
    counts = {"n": strong(say.number(figure.met)), "of": strong(say.number(figure.of))}
    return say(N_("{n} of {of} {items}"), **counts, items=say.plain(figure.point.fulfilled))


def not_counted(figure: Coverage, say: Language) -> str:
    """The items outside the denominator: exempt and pending."""
    exempt, pending = figure.exempt, figure.pending
    parts = [
        say.plural("{n} is exempt and not counted.", "{n} are exempt and not counted.", exempt) if exempt else "",
        say.plural("{n} is not due and not counted yet.", "{n} are not due and not counted yet.", pending)
        if pending
        else "",
    ]
    return " ".join(part for part in parts if part)


def both_percentages(figure: Coverage, say: Language, strong: Mark = str) -> str:
    """The share of those answered, if the export has no answer for some; `strong` marks it up."""
    if not figure.unknown or figure.of_answered is None:
        return ""
    answered = say(N_("{share} of those answered."), share=percent_answered(figure, say))
    counts = {"n": say.number(figure.unknown), "of": say.number(figure.of), "items": say.plain(figure.point.items)}
    rest = say(N_("For {n} of {of} {items} the export does not say."), **counts)
    return f"{strong(answered)} {rest}"


def percent_answered(figure: Coverage, say: Language) -> str:
    """The share of items that the export has an answer for, rounded like the coverage."""
    return say.percent(figure.of_answered, limits=(figure.target.target, figure.target.limit))


def source_line(row: Mapping[str, Any], say: Language) -> str:
    """The location of an item: file, sheet and row."""
    values = {"file": row["file"], "sheet": row["sheet"], "row": say.number(row["row"])}
    if row["sheet"]:
        return say(N_("{file}, sheet {sheet}, row {row}"), **values)
    return say(N_("{file}, row {row}"), **values)


def stored_value(value: object, say: Language) -> str:
    """A value of a source's table as a person reads it."""
    if value is None:
        return DASH
    if isinstance(value, bool):
        return say(N_("Yes")) if value else say(N_("No"))
    if isinstance(value, float):
        return say.number(value, decimals=0 if value.is_integer() else 2)
    if isinstance(value, date):
        return say(N_("until further notice")) if str(value)[:10] == "9999-12-31" else as_read(str(value))
    return as_read(str(value))


def as_read(cell: str) -> str:
    """A cell as a person reads it: a date has no time of day. Cells that were stored earlier are not without."""
    return cell.removesuffix(" 00:00:00")


def figure_text(figure: Figure, say: Language, strong: Mark = str) -> str:
    """A figure next to a point: "61 of 312 (19,6 %)", "12" or "3,4 per 100"; `strong` marks up the numbers."""
    if figure.missing:
        return not_in_export(figure.missing, say)
    if figure.part is None:
        return DASH
    n = say.number(figure.part)
    if figure.definition.form == "count" or not figure.whole:
        return strong(n)
    if figure.definition.form == "rate":
        return say(
            N_("{rate} per 100 ({n} and {of})"),
            rate=strong(say.number(figure.per_hundred or 0, decimals=1)),
            n=n,
            of=say.number(figure.whole),
        )
    of = strong(say.number(figure.whole))
    return say(N_("{n} of {of} ({share})"), n=strong(n), of=of, share=say.percent(figure.share))


def not_in_export(fields: Sequence[str], say: Language) -> str:
    """Which columns the exports lack; a field is named as systems.object_leader."""
    sources = product_sources()
    titles = [say.pick(sources[source].field(name).texts) for source, _, name in (f.partition(".") for f in fields)]
    return say(N_("Not in the export: {columns}"), columns=listed(titles, say))


def no_basis_sentence(figure: Coverage, missing: Sequence[str], say: Language) -> str:
    """The exports that a point lacks, or that its rows were purged, with the day."""
    if figure.purged:
        return purged_sentence(figure.purged, figure.as_of, say)
    return not_loaded(missing, figure.as_of, say)


def missing_sentence(figure: Coverage, say: Language) -> str:
    """That a figure has no basis, and what is missing, with the day; or why the point of a pack is not counted."""
    if figure.off:
        return say(N_("The point was not switched on on {day}."), day=say.date(figure.as_of))
    if figure.failed:
        return say(FAILURES[figure.failed])
    if figure.no_course:
        return say(N_("No basis: the export has no row of the course on {day}."), day=say.date(figure.as_of))
    needed = [say.pick(figure.point.source(id_).title) for id_ in figure.point.needs]
    if len(needed) == 1:
        return not_loaded(needed, figure.as_of, say)
    text = N_("It takes exports of {sources}. At least one of them is not loaded up to {day}.")
    return say(text, sources=listed(needed, say), day=say.date(figure.as_of))


def not_loaded(sources: Sequence[str], day: date, say: Language) -> str:
    """That no export of some sources is loaded."""
    return say(N_("No export of {sources} is loaded up to {day}."), sources=listed(sources, say), day=say.date(day))


def nothing_loaded(day: date, say: Language) -> str:
    """That no export at all is loaded."""
    return say(N_("No export is loaded up to {day}."), day=say.date(day))


def no_rows(day: date, year: int, say: Language) -> str:
    """That an export, named by its day, is loaded and has nothing of a year."""
    return say(N_("The export of {day} has no rows for {year}."), day=say.date(day), year=year)


def purged_sentence(purged: Purged, day: date, say: Language) -> str:
    """That what a day is counted from has been purged."""
    return say(N_("The rows behind {day} were {purged}."), day=say.date(day), purged=purged_text(purged, say))


def earlier_sentence(before: Coverage | None, say: Language) -> str:
    """The earlier figure in a sentence; empty if there is none."""
    if before is None or before.coverage is None:
        return ""
    return say(N_("The coverage was {share} {then}."), share=percent(before, say), then=then(before, say))
