"""A point's figure, rule and exports as several pages draw them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from compliance.core.language import N_, NBSP, Language, bold
from compliance.counting.assessing import Coverage
from compliance.counting.outlook import Outlook, definitions_of
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.drawing import charts
from compliance.review import situation
from compliance.store.database import Rows
from compliance.wording import outlook, phrases, rules
from compliance.wording.tables import Column, Table, field, table


def point_kicker(point: Point, every: Sequence[Point], say: Language) -> str:
    """The line above a point's title: which of all it is, unless one before it is off."""
    if every[-1].number == len(every):
        text = say(N_("Review point {n} of {last}"), n=point.number, last=len(every))
    else:
        text = say(N_("Review point {n}"), n=point.number)
    return f"{text} · {say(phrases.MANDATORY)}" if point.mandatory_practice else text


def hero(figure: Coverage, before: Coverage | None, say: Language) -> charts.Hero:
    """The figure of a point drawn large, with its counts."""
    target, limit = phrases.share(figure.target.target, say), phrases.share(figure.target.limit, say)
    ring = ""
    if before and before.coverage is not None and figure.coverage is not None:
        text = N_("The ring: {share} {then}, {change} percentage points since. The tick: the target.")
        parts = {"share": phrases.percent(before, say), "change": say.change(phrases.change(figure, before))}
        ring = say(text, then=phrases.then(before, say), **parts)
    elif figure.coverage is not None:
        ring = say(N_("The tick: the target."))
    return charts.Hero(
        now=measured(figure, before, say),
        terms=say(N_("target {target}, limit {limit}"), target=target, limit=limit),
        counts=phrases.counts_sentence(figure, say, bold),
        note=ring,
    )


def measured(figure: Coverage, before: Coverage | None, say: Language, then: Coverage | None = None) -> charts.Measured:
    """A figure against its target, with the one before, and the one of the end of the year if nothing is done."""
    return charts.Measured(
        status=figure.status,
        word=phrases.word(figure, say),
        figure=phrases.percent(figure, say),
        share=figure.coverage,
        alt=phrases.sentence(figure, before, say),
        target=figure.target.target,
        last=before.coverage if before else None,
        kept=then.coverage if then else None,
    )


def signs(figures: Iterable[Coverage], say: Language, *, counts: bool = True) -> list[charts.LegendEntry]:
    """The signs of some figures for a legend, each with the number of those that have it."""
    counted = Counter((figure.status, phrases.status_text(figure)) for figure in figures)
    used = [(status, text, counted[status, text]) for status, text in phrases.SIGNS if counted[status, text]]
    return [charts.LegendEntry(status, say(text), say.number(n) if counts else "") for status, text, n in used]


def ahead(heading: Outlook, say: Language) -> charts.Ahead | None:
    """The figure of the end of the year if nothing is done; of a year's cases the highest share that it can reach."""
    if then := situation.then_of(heading):
        return charts.Ahead(phrases.percent(then, say), then.status, phrases.word(then, say))
    now = heading.now
    if heading.at_most is None or not heading.lost or now.as_of == now.as_of.replace(month=12, day=31):
        return None
    return charts.Ahead(say(N_("at most {share}"), share=outlook.highest(heading, say)).replace(" ", NBSP))


def rule_pairs(point: Point, day: date, say: Language) -> list[charts.Pair]:
    """A point's rule in words, its law, target and parameters, as in effect on a day."""
    goal = point.target(day)
    laws = [say.pick(text) for text in point.law(day)]
    targets = say(
        N_("target {target}, limit {limit}"),
        target=phrases.share(goal.target, say),
        limit=phrases.share(goal.limit, say),
    )
    return [
        charts.Pair(say(N_("Rule")), say.pick(point.rule)),
        charts.Pair(say(N_("Law")), laws[0] if laws else phrases.DASH, " ".join(laws[1:])),
        charts.Pair(say(N_("Target")), targets, rules.dated(point.targets, day, say)),
        *(charts.Pair(name, value) for name, value in rules.parameter_pairs(point, day, say)),
    ]


def outlook_pairs(point: Point, say: Language) -> list[charts.Pair]:
    """What the outlook of a point says, in plain words."""
    return [charts.Pair(say.pick(each.title), say.pick(each.definition)) for each in definitions_of(point)]


def _extract_day(extracted: date, day: date, say: Language) -> str:
    """The extract date, with how long before the as-of date it is unless they are equal."""
    return f"{extracted} ({say.age((day - extracted).days)})" if extracted < day else str(extracted)


def basis_table(imports: Rows, sources: Mapping[str, Source], day: date, say: Language, *, files: bool) -> Table:
    """The imports behind a figure: export, extract date; with `files` also file, rows and rejected rows.

    Those are about the whole organisation: a file may be called after a unit.
    """

    def title(row: Mapping[str, Any], say: Language) -> str:
        return say.pick(sources[row["source"]].title) if row["source"] in sources else row["source"]

    columns: Sequence[Column[Mapping[str, Any]]] = (
        Column(N_("Export"), title, row_header=True),
        Column(N_("File"), field("file")),
        Column(N_("Extract date"), lambda row, say: _extract_day(row["extract_date"], day, say), nowrap=True),
        Column(N_("Rows"), field("loaded"), numeric=True),
        Column(N_("Rejected"), field("rejected"), numeric=True),
    )
    return table(columns, imports, say, without=() if files else (N_("File"), N_("Rows"), N_("Rejected")))
