"""The slides that are a table: all points, departments, what lapses, the other points, and the decisions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from compliance.core.language import N_, NBSP, SOFT_HYPHEN, Language, begun
from compliance.core.lengths import shortened
from compliance.counting.assessing import Coverage, Status
from compliance.declarations.sources import product_sources
from compliance.report.blocks import Align, Column, Table
from compliance.report.departments import TITLE, figures_of, legend, weakest, weakest_first
from compliance.report.points import FEWEST_PARTS, departments
from compliance.report.slides.contents import MARKS, Kind, Slide
from compliance.report.slides.fitting import Page, grid_of
from compliance.report.slides.layouts import LAYOUTS
from compliance.report.slides.material import (
    LONGEST,
    Material,
    decision_told,
    end_day,
    falls,
    joined,
    mark,
    marked,
    year_end,
)
from compliance.review import situation, wording
from compliance.review.deciding import Decision
from compliance.review.dossier import PointAnswer
from compliance.wording import answers, outlook, phrases
from compliance.wording.phrases import DASH

WIDTH: Final = 30.8
# So many points are named in the title of the others; of more, their number.
NAMED: Final = 2
# The width of departments where there are many.
WIDE: Final = 10.2
# The widths of decisions: number, text, who, when, state; the second where there are too many for one slide.
ROOMY, DENSE = (2.4, 10.0, 9.3, 4.0, 5.1), (2.1, 13.8, 8.2, 3.3, 3.4)
# The name of a point that is a mandatory practice, as the seed marks them.
MANDATORY: Final = "*"


@dataclass(frozen=True)
class Cell:
    """A cell: its text, and the status that colours it."""

    text: str
    status: Status | None = None


Row = tuple[Cell, ...]


def _of(figure: Coverage | None, text: str) -> Cell:
    return Cell(text, figure.status if figure and text != DASH else None)


def _columns(*columns: tuple[str, Align, float]) -> tuple[Column, ...]:
    """Columns whose widths share that of the slide."""
    whole = sum(width for _, _, width in columns)
    return tuple(Column(heading, align, width / whole * WIDTH) for heading, align, width in columns)


def _slides(
    kind: Kind, texts: dict[str, str], columns: tuple[Column, ...], rows: Sequence[Row], *, most: int | None = None
) -> list[Slide]:
    """A table on a slide, or if it is long on several, each with its number in the title.

    On `most` slides there may not be all of its rows.
    """
    cells = tuple(tuple(cell.text.replace(SOFT_HYPHEN, "") for cell in row) for row in rows)
    table = Table(texts["kicker"], columns, cells)
    whole = Slide(kind, texts, table, statuses=tuple(tuple(cell.status for cell in row) for row in rows))
    found = grid_of(whole).pages(LAYOUTS[kind]["table"])[:most]
    return [_part(whole, page, of=len(found), number=number) for number, page in enumerate(found, 1)]


def _rows_on(slides: Sequence[Slide]) -> int:
    """How many rows of a table are on its slides."""
    return sum(len(slide.table.rows) for slide in slides if slide.table)


def _part(whole: Slide, page: Page, *, number: int, of: int) -> Slide:
    """The rows of a table that are on one slide."""
    texts, rows = whole.texts, slice(page.first, page.end)
    if of > 1:
        texts = texts | {"title": f"{texts['title']} ({number}/{of})"}
    table = replace(whole.table, rows=whole.table.rows[rows]) if whole.table else None
    return replace(whole, texts=texts, table=table, statuses=whole.statuses[rows], size=page.size)


# --- All points ---------------------------------------------------------------------------------------------------


def all_points(material: Material) -> list[Slide]:
    """All points with their full titles, their figures and those of the end of the year if nothing is done.

    How high a figure can still become is in the notes.
    """
    dossier, say = material.dossier, material.say
    earlier = [answer.before for answer in dossier.points if answer.before]
    since = say(N_("change since {day}"), day=say.date(earlier[0].as_of)) if earlier else ""
    texts = {
        "title": begun(f"{by_status(dossier.points, material)}."),
        "kicker": joined((phrases.all_points(len(dossier.points), say), say.date(dossier.as_of), since)),
        "key": f"{MANDATORY} {say(N_('mandatory practice in the materiality and risk analysis'))}",
    }
    ahead = any(map(year_end, dossier.points))
    columns = _columns(
        (say(N_("Review point")), "left", 13.95),
        (say(N_("Coverage")), "right", 2.8),
        (say(N_("Target")), "right", 2.1),
        (say(N_("Status")), "left", 5.75),
        (say(N_("Change")), "right", 2.4),
        *(((end_day(dossier, say), "left", 3.8),) if ahead else ()),
    )
    slides = _slides("table", texts, columns, [_point(material, answer, ahead=ahead) for answer in dossier.points])
    best = ((phrases.label(a.point, say), outlook.at_most(a.outlook, say)) for a in dossier.points)
    notes = "\n".join(f"{label}: {text}" for label, text in best if text)
    return [replace(slide, notes=notes) for slide in slides]


def _point(material: Material, answer: PointAnswer, *, ahead: bool) -> Row:
    say, figure = material.say, answer.coverage
    title = f"{answer.point.number} {say.plain(answer.point.title)}"
    return (
        Cell(f"{title}{NBSP}{MANDATORY}" if answer.point.mandatory_practice else title),
        Cell(phrases.percent(figure, say)),
        Cell(phrases.share(figure.target.target, say)),
        Cell(mark(figure, say), figure.status),
        Cell(say.change(phrases.change(figure, answer.coverage_before)) or DASH),
        *((_end(material, answer),) if ahead else ()),
    )


def _end(material: Material, answer: PointAnswer) -> Cell:
    """The figure of the end of the year if nothing is done."""
    return _of(then := year_end(answer), marked(then, material.say))


def by_status(rows: Sequence[PointAnswer], material: Material) -> str:
    """How many points have each status, within a sentence."""
    say, counted = material.say, Counter(answer.coverage.status for answer in rows)
    told = (_have(status, counted[status], say) for status in phrases.STATUS_WORDS if counted[status])
    return phrases.listed([*told], say)


def _have(status: Status, n: int, say: Language) -> str:
    word = say.in_words(n)
    if status is Status.GREEN:
        return say.plural("one reaches its target", "{word} reach their target", n, word=word)
    if status is Status.YELLOW:
        return say.plural("one is near its target", "{word} are near their target", n, word=word)
    if status is Status.RED:
        return say.plural("one is below its limit", "{word} are below their limit", n, word=word)
    if status is Status.NO_BASIS:
        return say.plural("one has no basis", "{word} have no basis", n, word=word)
    return say.plural("one has nothing to assess", "{word} have nothing to assess", n, word=word)


# --- Departments --------------------------------------------------------------------------------------------------


def by_department(material: Material) -> list[Slide]:
    """The departments and their points as a heat table, the weakest first; those beyond one slide are in its notes."""
    dossier, say = material.dossier, material.say
    answers_, figures = [answer for answer in dossier.points if departments(answer)], figures_of(dossier)
    names = weakest_first(figures.values())
    if len(names) < FEWEST_PARTS:
        return []
    texts = {"title": weakest(figures.values(), say), "kicker": say(TITLE)}
    columns = _heads(answers_, say)
    rows = [
        (Cell(shortened(name, LONGEST)), *(_heat(figures.get((name, a.point.id)), material) for a in answers_))
        for name in names
    ]
    slides = _slides("heat", texts, columns, rows, most=1)
    if _rows_on(slides) < len(rows):
        slides = _slides("heat", texts, _heads(answers_, say, numbers=True), rows, most=1)
    shown = _rows_on(slides)
    key = legend((figure.status for figure in figures.values()), MARKS, say)
    left = len(rows) - shown
    if left:
        key = say.plural("One more department is in the notes.", "{n} more departments are in the notes.", left)
    long = [name for name in names[:shown] if len(name) > LONGEST]
    rest = zip(names[shown:], rows[shown:], strict=True)
    notes = "\n".join((*long, *(_in_words(name, row, columns) for name, row in rest)))
    return [replace(slide, texts=texts | {"key": key}, notes=notes) for slide in slides]


def _heads(rows: Sequence[PointAnswer], say: Language, *, numbers: bool = False) -> tuple[Column, ...]:
    """The columns of departments and points, by their names, or by their numbers, which leave room for more rows."""
    first = WIDE if numbers else 7.2
    heads = (str(answer.point.number) if numbers else phrases.brief(answer.point, say) for answer in rows)
    return (
        Column(say(N_("Department")), width=first),
        *(Column(head, width=(WIDTH - first) / len(rows)) for head in heads),
    )


def _heat(figure: Coverage | None, material: Material) -> Cell:
    """The shape of a status and the whole per cent."""
    if figure is None:
        return Cell(DASH)
    return Cell(f"{MARKS[figure.status]}{NBSP}{phrases.whole_percent(figure, material.say)}", figure.status)


def _in_words(name: str, row: Row, columns: Sequence[Column]) -> str:
    """A department in a line of notes: its name, and each point with its figure."""
    cells = (f"{column.heading} {cell.text}" for column, cell in zip(columns[1:], row[1:], strict=True))
    return f"{name}: {', '.join(cells)}"


# --- What lapses --------------------------------------------------------------------------------------------------


def lapsing(material: Material) -> list[Slide]:
    """What stops being valid before the end of the year, by kind and point; none where nothing is known to."""
    dossier, say = material.dossier, material.say
    rows = [answer for answer in dossier.points if year_end(answer) and answer.outlook.lapsing]
    fact = situation.lapsing([answer.outlook for answer in dossier.points], say)
    if not rows or not fact:
        return []
    worst = max(rows, key=lambda answer: (answer.coverage.coverage or 0.0) - (_then(answer).coverage or 0.0))
    values = {"point": say.plain(worst.point.short), "now": phrases.percent(worst.coverage, say)}
    fall = say(N_("{point} falls from {now} to {then}."), **values, then=phrases.percent(_then(worst), say))
    told = say(N_("{things} will lapse before the new year."), things=fact.note.replace(SOFT_HYPHEN, ""))
    texts = {
        "title": f"{told} {fall}",
        "kicker": f"{fact.title} · {fact.value}",
        "key": say(N_("If nothing is done. What is renewed by then does not lapse.")),
    }
    columns = _columns(
        (say(N_("Number")), "right", 2.3),
        (say(N_("What lapses")), "left", 7.7),
        (say(N_("Review point")), "left", 11.4),
        (say.date(dossier.as_of, form="d MMMM"), "left", 4.7),
        (end_day(dossier, say), "left", 4.7),
    )
    ordered = sorted(rows, key=lambda answer: -answer.outlook.lapsing)
    return _slides("table", texts, columns, [_lapsing(answer, material) for answer in ordered])


def _then(answer: PointAnswer) -> Coverage:
    return year_end(answer) or answer.coverage


def _lapsing(answer: PointAnswer, material: Material) -> Row:
    say, n, words = material.say, answer.outlook.lapsing, answer.point.lapsing
    thing = words.get("thing" if n == 1 else "things", answer.point.items)
    return (
        Cell(say.number(n)),
        Cell(say.plain(thing)),
        Cell(phrases.label(answer.point, say)),
        _of(answer.coverage, marked(answer.coverage, say)),
        _of(_then(answer), marked(_then(answer), say)),
    )


# --- The other points ---------------------------------------------------------------------------------------------


def others(material: Material, rows: Sequence[PointAnswer]) -> list[Slide]:
    """The points that have no slide of their own, with where they are heading."""
    say, ahead = material.say, any(map(year_end, rows))
    if not rows:
        return []
    texts = {
        "title": _of_others(rows, material),
        "kicker": numbered(rows, say),
        "key": joined(_why_empty(rows, material), " "),
    }
    columns = _columns(
        (say(N_("Review point")), "left", 7.7),
        (say(N_("Status")), "left", 5.6),
        (say(N_("Coverage")), "right", 2.8),
        (say(N_("Met")), "right", 4.0),
        *(((end_day(material.dossier, say), "left", 3.8),) if ahead else ()),
        (say(N_("Where it is heading")), "left", 6.9),
    )
    slides = _slides("table", texts, columns, [_other(material, answer, ahead=ahead) for answer in rows])
    comments = ((phrases.label(a.point, say), material.comment(a)) for a in rows)
    notes = "\n\n".join(f"{label}: {text}" for label, text in comments if text)
    return [replace(slides[0], notes=notes), *slides[1:]]


def _of_others(rows: Sequence[PointAnswer], material: Material) -> str:
    """How many of the other points have each status, and which reach their target now but not even their limit then."""
    say = material.say
    falling = [answer for answer in rows if answer.coverage.status is Status.GREEN and falls(answer)]
    others_ = [answer for answer in rows if answer not in falling]
    told = say(N_("The other points: {parts}."), parts=by_status(others_, material)) if others_ else ""
    what = phrases.listed([phrases.brief(answer.point, say) for answer in falling], say)
    fall = say.plural(
        "{what} reaches its target but falls below its limit by the end of the year.",
        "{what} reach their target but fall below their limit by the end of the year.",
        len(falling),
        what=what if len(falling) <= NAMED else begun(say.in_words(len(falling))),
    )
    return joined((told, fall if falling else ""), " ")


def _why_empty(rows: Sequence[PointAnswer], material: Material) -> list[str]:
    """Why points have no figure, each reason once; the exports that are missing are in one sentence."""
    say, dossier = material.say, material.dossier
    loaded, missing, others_ = {used.source for used in dossier.imports}, dict[str, None](), dict[str, None]()
    for answer in (answer for answer in rows if answer.coverage.coverage is None):
        lacking = [id_ for id_ in answer.point.needs if id_ not in loaded]
        if answer.coverage.status is Status.NO_BASIS and lacking:
            missing |= dict.fromkeys(say.pick(product_sources()[id_].title) for id_ in lacking)
        else:
            others_[wording.empty_texts(answer, say)[0]] = None
    return [*([phrases.not_loaded([*missing], dossier.as_of, say)] if missing else []), *others_]


def numbered(rows: Sequence[PointAnswer], say: Language) -> str:
    """Some points by their numbers: Points 1, 3 and 6."""
    return begun(phrases.points_named([answer.point.number for answer in rows], say))


def _other(material: Material, answer: PointAnswer, *, ahead: bool) -> Row:
    say, figure = material.say, answer.coverage
    return (
        Cell(phrases.label(answer.point, say)),
        Cell(mark(figure, say), figure.status),
        Cell(phrases.percent(figure, say)),
        Cell(wording.met_of(figure, say) if figure.coverage is not None else DASH),
        *((_end(material, answer),) if ahead else ()),
        Cell(_heading(answer, say) or DASH),
    )


def _heading(answer: PointAnswer, say: Language) -> str:
    """Where a point is heading, else how high it can still become, else what lapses of it."""
    ahead = answer.outlook
    return answers.where_to(ahead, say) or outlook.at_most(ahead, say) or begun(outlook.lapse(ahead, say))


# --- Decisions ----------------------------------------------------------------------------------------------------


def decided(material: Material, *, most: int | None = None) -> list[Slide]:
    """The decisions of this review, then those of earlier ones, the late ones first, with who and when.

    Those beyond `most` slides are in the notes of the last.
    """
    dossier, say, day = material.dossier, material.say, material.dossier.as_of
    rows = [*dossier.decisions, *wording.late_first(dossier.carried, day)]
    title = joined(wording.decisions_sentences(rows, day, say), " ")
    next_ = say(N_("What the board is asked to decide is on the next slide."))
    texts = {"title": title, "kicker": say(N_("Decisions")), "key": next_}
    if not rows:
        return [Slide("table", texts)]
    heads = [say(N_("No.")), say(N_("Decision")), say(N_("Responsible")), say(N_("To be done by")), say(N_("Status"))]
    told = [_decision(material, row) for row in rows]

    def drawn(widths: Sequence[float]) -> list[Slide]:
        columns = _columns(*((head, "left", width) for head, width in zip(heads, widths, strict=True)))
        return _slides("table", texts, columns, told, most=most)

    slides = drawn(ROOMY)
    if len(slides) > 1 or _rows_on(slides) < len(rows):
        slides = drawn(DENSE)
    if not (rest := rows[_rows_on(slides) :]):
        return slides
    key = say.plural("One more decision is in the notes.", "{n} more decisions are in the notes.", len(rest))
    notes = "\n".join(decision_told(material, row) for row in rest)
    return [*slides[:-1], replace(slides[-1], texts=slides[-1].texts | {"key": f"{key} {next_}"}, notes=notes)]


def _decision(material: Material, row: Decision) -> Row:
    dossier = material.dossier
    state = wording.decision_state(dossier, row, material.say)
    return (
        Cell(row.name),
        Cell(joined((material.visible(row.text), material.visible(row.note)), "\n")),
        Cell(material.edition.responsible(row) or DASH),
        Cell(material.say.date(row.due, form="d MMM y").replace(" ", NBSP) or DASH),
        Cell(state, Status.RED if row.late(dossier.as_of) else None),
    )
