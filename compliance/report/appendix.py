"""The appendix of a report: other figures, rules, exports, and ISO/IEC 27001 clauses."""

from compliance.core.language import N_, Language
from compliance.counting import figures
from compliance.report.blocks import Block, Column, Heading, PageBreak, Paragraph, Table
from compliance.report.chapters import EMPTY, covered_by
from compliance.report.points import Edition
from compliance.review.dossier import Dossier, ImportUsed, ShownFigure
from compliance.wording import phrases
from compliance.wording.phrases import DASH


def appendix(dossier: Dossier, edition: Edition) -> list[Block]:
    """The details behind the chapters. The public version lacks the other figures."""
    say = edition.say
    parts = (
        (N_("Figures beside the points"), [] if edition.public else _figures(dossier, edition)),
        (N_("How it is counted"), _rules(dossier, edition)),
        (N_("The exports that the figures rest on"), [_imports(dossier, edition)]),
        ("ISO/IEC 27001:2022, 9.3.2", [_clauses(dossier, edition)]),
    )
    sections = [block for title, blocks in parts if blocks for block in (Heading(say(title), 2), *blocks)]
    return [PageBreak(), Heading(say(N_("Appendix")), 1), *sections]


# --- Figures ------------------------------------------------------------------------------------------------------


def _figures(dossier: Dossier, edition: Edition) -> list[Block]:
    """The figures that are not points, each with the points it belongs to and what it counts."""
    say = edition.say
    shown = sorted((figure for figure in dossier.figures if figure.part is not None), key=lambda figure: figure.points)
    columns = (
        Column(say(N_("Point")), width=0.8),
        Column(say(N_("Figure")), width=2.4),
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
    return Table("", columns, rows)
