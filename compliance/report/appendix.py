"""The appendix of a report: what remains, departments, other figures, rules, exports, and ISO/IEC 27001 clauses."""

from typing import Final

from compliance.core.language import N_, Language
from compliance.counting import figures
from compliance.report.blocks import Block, Column, Heading, PageBreak, Paragraph, Table
from compliance.report.chapters import EMPTY, covered_by
from compliance.report.points import FEWEST_PARTS, Edition, day_text, departments, without_empty
from compliance.review.dossier import Dossier, ImportUsed, PointAnswer, Remaining, ShownFigure
from compliance.wording import phrases, reasons
from compliance.wording.phrases import DASH

# How many items of a point are listed; the working list has all of them.
FIRST_REMAINING: Final = 4


def appendix(dossier: Dossier, edition: Edition) -> list[Block]:
    """The details behind the chapters. The public version lacks single items and the other figures."""
    say = edition.say
    parts = (
        (N_("What remains to be done"), [] if edition.public else _remaining(dossier, edition)),
        (N_("Department by department"), _departments(dossier, edition)),
        (N_("Figures beside the points"), [] if edition.public else _figures(dossier, edition)),
        (N_("How it is counted"), _rules(dossier, edition)),
        (N_("The exports that the figures rest on"), [_imports(dossier, edition)]),
        ("ISO/IEC 27001:2022, 9.3.2", [_clauses(dossier, edition)]),
    )
    sections = [block for title, blocks in parts if blocks for block in (Heading(say(title), 2), *blocks)]
    return [PageBreak(), Heading(say(N_("Appendix")), 1), *sections]


# --- What remains -------------------------------------------------------------------------------------------------


def _remaining(dossier: Dossier, edition: Edition) -> list[Block]:
    """The first items that remain of each point."""
    say = edition.say
    columns = (
        Column(say(N_("Point")), "right", 0.75),
        Column(say(N_("What remains to be done")), width=3.6),
        Column(say(N_("Unit")), width=2.5),
        Column(say(N_("Reason")), width=2.6),
        Column(say(N_("Due")), width=1.35),
    )
    rows = tuple(row for answer in dossier.points for row in _left(answer, edition))
    if not rows:
        return []
    note = N_("Of points about persons nobody is listed. All items are in the working list of the page Extracts.")
    return [Table("", columns, rows), Paragraph(say(note), "note")]


def _left(answer: PointAnswer, edition: Edition) -> list[tuple[str, ...]]:
    """The first items of a point. The last has the number of the others: a row of its own could begin a page."""
    say, rows = edition.say, [_item(answer, row, edition) for row in answer.remaining[:FIRST_REMAINING]]
    if more := len(answer.remaining) - len(rows):
        name, *rest = rows[-1]
        others = say(N_("and {n} more"), n=say.number(more))
        rows[-1] = (f"{name}\n{others}", *rest)
    return [(str(answer.point.number), *row) for row in rows]


def _item(answer: PointAnswer, row: Remaining, edition: Edition) -> tuple[str, ...]:
    text = reasons.reason_text(answer.point, row.outcome, row.reason, edition.say)
    more = reasons.detail_text(row.detail, edition.say)
    why = f"{text}: {more}" if more else text
    return (
        row.label or reasons.item_name(row.item, edition.say),
        row.unit or DASH,
        why,
        day_text(row.due),
    )


# --- Figures ------------------------------------------------------------------------------------------------------


def _departments(dossier: Dossier, edition: Edition) -> list[Block]:
    """Coverage of each department in each point, in whole per cent."""
    say = edition.say
    by_point = {answer.point.number: _by_name(answer, edition) for answer in dossier.points}
    names = list(dict.fromkeys(name for percents in by_point.values() for name in percents))
    if len(names) < FEWEST_PARTS:
        return []
    columns = (Column(say(N_("Department")), width=4), *(Column(str(number), "right") for number in by_point))
    rows = tuple((name, *(percents.get(name, DASH) for percents in by_point.values())) for name in names)
    return [without_empty(Table(say(N_("Department by department")), columns, rows))]


def _by_name(answer: PointAnswer, edition: Edition) -> dict[str, str]:
    """The whole per cent of each department of a point."""
    return {
        figure.department or figure.unit or "": phrases.whole_percent(figure, edition.say)
        for figure in departments(answer)
    }


def _figures(dossier: Dossier, edition: Edition) -> list[Block]:
    """The figures that are not points, each with the points it belongs to and what it counts."""
    say = edition.say
    shown = sorted((figure for figure in dossier.figures if figure.part is not None), key=lambda figure: figure.points)
    columns = (
        Column(say(N_("Point")), width=0.8),
        Column(say(N_("Other")), width=2.4),
        Column(say(N_("Number")), "right", 1.5),
        Column(say(N_("How it is counted")), width=4.6),
    )
    rows = tuple(
        (
            ", ".join(map(str, figure.points)) or DASH,
            edition.say.plain(figure.title),
            figure_text(dossier, figure, say),
            edition.say.plain(figure.definition),
        )
        for figure in shown
    )
    return [Table("", columns, rows)] if rows else []


def figure_text(dossier: Dossier, shown: ShownFigure, say: Language) -> str:
    """A frozen figure, written out as on the pages."""
    definition = figures.Definition(
        shown.id,
        shown.points,
        shown.form,  # type: ignore[arg-type]
        shown.title,
        shown.definition,
        needs=(),
        dated_parameters=(),
    )
    figure = figures.Figure(
        definition, dossier.as_of, dossier.organisation, shown.part, shown.whole, shown.basis, shown.missing
    )
    return phrases.figure_text(figure, say)


# --- How, and from what -------------------------------------------------------------------------------------------


def _rules(dossier: Dossier, edition: Edition) -> list[Block]:
    """The rule of each point in words, and the law it follows."""
    say = edition.say
    columns = (
        Column(say(N_("Review point")), width=2.1),
        Column(say(N_("How it is counted")), width=4.7),
        Column(say(N_("Law")), width=3.3),
    )
    rows = tuple(
        (
            phrases.label(answer.point, say),
            edition.say.plain(answer.point.rule),
            " ".join(say.plain(law) for law in answer.point.law(dossier.as_of)[:1]) or DASH,
        )
        for answer in dossier.points
    )
    note = say(N_("Coverage is what is met of all that is met, not met or unknown."))
    return [Table("", columns, rows), Paragraph(note, "note")]


def _imports(dossier: Dossier, edition: Edition) -> Table:
    say, named = edition.say, not edition.public
    columns = (
        Column(say(N_("Export")), width=3.3),
        Column(say(N_("Point")), width=1.1),
        *((Column(say(N_("File")), width=4.8),) if named else ()),
        Column(say(N_("Extract date")), width=1.3),
        Column(say(N_("Rows")), "right", 0.8),
        Column(say(N_("Rejected")), "right", 1.0),
    )
    rows = sorted((_import(dossier, used, edition) for used in dossier.imports), key=lambda row: row[0].casefold())
    return Table("", columns, tuple(rows))


def _import(dossier: Dossier, used: ImportUsed, edition: Edition) -> tuple[str, ...]:
    say, named = edition.say, not edition.public
    points = [a.point.number for a in dossier.points if used.source in {*a.point.needs, *a.point.uses}]
    return (
        say.plain(used.title),
        ", ".join(map(str, points)) or DASH,
        *((used.file,) if named else ()),
        used.extract_date.isoformat(),
        say.number(used.loaded),
        say.number(used.rejected),
    )


def _clauses(dossier: Dossier, edition: Edition) -> Table:
    say = edition.say
    columns = (
        Column(say(N_("Clause")), width=0.7),
        Column(say(N_("What shall be considered")), width=3.4),
        Column(say(N_("Covered by")), width=3),
    )
    rows = tuple(
        (
            f"{clause.letter})",
            edition.say.plain(clause.title),
            ", ".join(covered_by(dossier, clause.letter, say)) or say(EMPTY),
        )
        for clause in dossier.clauses
    )
    return Table(say(N_("What shall be considered")), columns, rows)
