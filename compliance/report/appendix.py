"""The appendix of a report: other figures, rules, exports, and ISO/IEC 27001 clauses."""

from collections.abc import Iterable

from compliance.core.language import N_, Language
from compliance.counting import figures
from compliance.report.blocks import Block, Heading, PageBreak, Paragraph, Table, table
from compliance.report.chapters import EMPTY, covered_by
from compliance.report.edition import Edition
from compliance.review.dossier import Dossier, ImportUsed, PointAnswer, ShownFigure
from compliance.review.reviewing import Clause
from compliance.wording import phrases
from compliance.wording.phrases import DASH
from compliance.wording.tables import Column


def appendix(edition: Edition) -> list[Block]:
    """The details behind the chapters. The public version lacks the other figures."""
    say = edition.say
    parts = (
        (N_("Figures beside the points"), [] if edition.public else _figures(edition.dossier, say)),
        (N_("How it is counted"), _rules(edition.dossier, say)),
        (N_("The exports that the figures rest on"), [_imports(edition)]),
        ("ISO/IEC 27001:2022, 9.3.2", [_clauses(edition.dossier, say)]),
    )
    sections = [block for title, blocks in parts if blocks for block in (Heading(say(title), 2), *blocks)]
    return [PageBreak(), Heading(say(N_("Appendix")), 1), *sections]


# --- Figures ------------------------------------------------------------------------------------------------------


def _figures(dossier: Dossier, say: Language) -> list[Block]:
    """The figures that are not points, each with the points it belongs to and what it counts."""
    shown = sorted((figure for figure in dossier.figures if figure.part is not None), key=lambda figure: figure.points)
    columns: tuple[Column[ShownFigure], ...] = (
        Column(N_("Point"), lambda figure, _: _numbers(figure.points), width=0.8),
        Column(N_("Figure"), lambda figure, say: say.plain(figure.title), width=2.4),
        Column(N_("Number"), lambda figure, say: figure_text(dossier, figure, say), numeric=True, width=1.5),
        Column(N_("How it is counted"), lambda figure, say: say.plain(figure.definition), width=4.6),
    )
    return [table(columns, shown, say)] if shown else []


def _numbers(points: Iterable[int]) -> str:
    return ", ".join(map(str, points)) or DASH


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


def _rules(dossier: Dossier, say: Language) -> list[Block]:
    """The rule of each point in words, and the law it follows."""
    columns: tuple[Column[PointAnswer], ...] = (
        Column(N_("Review point"), lambda answer, say: phrases.label(answer.point, say), width=2.1),
        Column(N_("How it is counted"), lambda answer, say: say.plain(answer.point.rule), width=4.7),
        Column(N_("Law"), lambda answer, say: _law(answer, dossier, say), width=3.3),
    )
    note = say(N_("Coverage is what is met of all that is met, not met or unknown."))
    return [table(columns, dossier.points, say), Paragraph(note, "note"), *_packs(dossier, say)]


def _packs(dossier: Dossier, say: Language) -> list[Block]:
    """The points that are not the product's own, each with the version that the review pins."""
    text = N_("{point} is counted as version {version} of {pack} says (SHA-256 {sum}).")
    used = {each.pack: each for each in dossier.packs}
    own = ((a.point, used[a.point.pack]) for a in dossier.points if a.point.pack in used)
    return [
        Paragraph(
            say(text, point=phrases.label(point, say), pack=each.pack, version=each.version, sum=each.sha256), "note"
        )
        for point, each in own
    ]


def _law(answer: PointAnswer, dossier: Dossier, say: Language) -> str:
    return " ".join(say.plain(law) for law in answer.point.law(dossier.as_of)[:1]) or DASH


def _imports(edition: Edition) -> Table:
    """The exports that are used, by their titles; the public version does not name their files."""

    def points(used: ImportUsed, _: Language) -> str:
        answers = edition.dossier.points
        return _numbers(a.point.number for a in answers if used.source in {*a.point.needs, *a.point.uses})

    file: Column[ImportUsed] = Column(N_("File"), lambda used, _: used.file, width=4.8)
    columns: tuple[Column[ImportUsed], ...] = (
        Column(N_("Export"), lambda used, say: say.plain(used.title), width=3.3),
        Column(N_("Point"), points, width=1.1),
        *(() if edition.public else (file,)),
        Column(N_("Extract date"), lambda used, _: used.extract_date, width=1.3),
        Column(N_("Rows"), lambda used, _: used.loaded, numeric=True, width=0.8),
        Column(N_("Rejected"), lambda used, _: used.rejected, numeric=True),
    )
    used = sorted(edition.dossier.imports, key=lambda used: edition.say.plain(used.title).casefold())
    return table(columns, used, edition.say)


def _clauses(dossier: Dossier, say: Language) -> Table:
    columns: tuple[Column[Clause], ...] = (
        Column(N_("Clause"), lambda clause, _: f"{clause.letter})", width=0.7),
        Column(N_("What shall be considered"), lambda clause, say: say.plain(clause.title), width=3.4),
        Column(N_("Covered by"), lambda clause, say: _covered(dossier, clause, say), width=3),
    )
    return table(columns, dossier.clauses, say)


def _covered(dossier: Dossier, clause: Clause, say: Language) -> str:
    return ", ".join(covered_by(dossier, clause.letter, say)) or say(EMPTY)
