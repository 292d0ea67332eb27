"""The slides that are a table: all points, departments, what lapses, the other points, and the decisions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from compliance.core.language import N_, NBSP, SOFT_HYPHEN, Language, begun
from compliance.core.lengths import shortened
from compliance.counting.assessing import Coverage, Status
from compliance.report.blocks import Cell, Table, table
from compliance.report.departments import TITLE, figures_of, heat_cell, legend, weakest, weakest_first
from compliance.report.edition import FEWEST_PARTS, Edition, departments, joined, marked, year_end
from compliance.report.slides.contents import MARKS, Kind, Slide
from compliance.report.slides.fitting import Page, grid_of
from compliance.report.slides.layouts import LAYOUTS
from compliance.report.slides.material import LONGEST, decision_told, end_day, falls, mark
from compliance.review import situation, wording
from compliance.review.deciding import Decision
from compliance.review.dossier import PointAnswer
from compliance.wording import answers, outlook, phrases
from compliance.wording.phrases import DASH
from compliance.wording.tables import Column, Head

WIDTH: Final = 30.8
# So many points are named in the title of the others; of more, their number.
NAMED: Final = 2
# As many points as a heat table has room for.
MOST_POINTS: Final = 13
# The width of departments where there are many.
WIDE: Final = 10.2
# The widths of decisions: number, text, who, when, state; the second where there are too many for one slide.
ROOMY, DENSE = (2.4, 10.0, 9.3, 4.0, 5.1), (2.1, 13.8, 8.2, 3.3, 3.4)
# The name of a point that is a mandatory practice, as the seed marks them.
MANDATORY: Final = "*"


def _figure(figure: Coverage | None, say: Language) -> Cell:
    """The shape of a status and the share, in its colour."""
    text = marked(figure, MARKS, say)
    return Cell(text, figure.status if figure and text != DASH else None)


def _slides(kind: Kind, texts: dict[str, str], drawn: Table, *, most: int | None = None) -> list[Slide]:
    """A table on a slide, or if it is long on several, each with its number in the title.

    Its columns share the width of the slide. On `most` slides there may not be all of its rows.
    """
    shared = WIDTH / sum(head.width for head in drawn.columns)
    columns = tuple(replace(head, width=head.width * shared) for head in drawn.columns)
    rows = tuple(tuple(text.replace(SOFT_HYPHEN, "") for text in row) for row in drawn.rows)
    whole = Slide(kind, texts, replace(drawn, caption=texts["kicker"], columns=columns, rows=rows))
    found = grid_of(whole).pages(LAYOUTS[kind]["table"])[:most]
    return [_part(whole, page, of=len(found), number=number) for number, page in enumerate(found, 1)]


def _rows_on(slides: Sequence[Slide]) -> int:
    """How many rows of a table are on its slides."""
    return sum(len(slide.table.rows) for slide in slides if slide.table)


def _part(whole: Slide, page: Page, *, number: int, of: int) -> Slide:
    """The rows of a table that are on one slide."""
    texts, part = _numbered(whole.texts, number, of=of), whole.table
    if part:
        rows = slice(page.first, page.end)
        part = replace(part, rows=part.rows[rows], statuses=part.statuses[rows])
    return replace(whole, texts=texts, table=part, size=page.size)


def _numbered(texts: dict[str, str], number: int, *, of: int) -> dict[str, str]:
    """The texts of one of several slides, with its number in the title."""
    return texts | {"title": f"{texts['title']} ({number}/{of})"} if of > 1 else texts


# --- All points ---------------------------------------------------------------------------------------------------


def all_points(edition: Edition) -> list[Slide]:
    """All points with their full titles, their figures and those of the end of the year if nothing is done.

    How high a figure can still become is in the notes.
    """
    dossier, say = edition.dossier, edition.say
    earlier = [answer.before for answer in dossier.points if answer.before]
    since = say(N_("change since {day}"), day=say.date(earlier[0].as_of)) if earlier else ""
    texts = {
        "title": begun(f"{by_status(dossier.points, edition)}."),
        "kicker": joined((phrases.all_points(len(dossier.points), say), say.date(dossier.as_of), since)),
        "key": f"{MANDATORY} {say(N_('mandatory practice in the materiality and risk analysis'))}",
    }
    columns: tuple[Column[PointAnswer], ...] = (
        Column(N_("Review point"), _title, width=13.95),
        Column(N_("Coverage"), lambda answer, say: phrases.percent(answer.coverage, say), numeric=True, width=2.8),
        Column(
            N_("Target"), lambda answer, say: phrases.share(answer.coverage.target.target, say), numeric=True, width=2.1
        ),
        Column(N_("Status"), _status, width=5.75),
        Column(N_("Change"), _change, numeric=True, width=2.4),
        *_ahead(dossier.points, end_day(dossier, say)),
    )
    slides = _slides("table", texts, table(columns, dossier.points, say))
    best = ((phrases.label(a.point, say), outlook.at_most(a.outlook, say)) for a in dossier.points)
    notes = "\n".join(f"{label}: {text}" for label, text in best if text)
    return [replace(slide, notes=notes) for slide in slides]


def _title(answer: PointAnswer, say: Language) -> str:
    title = f"{answer.point.number} {say.plain(answer.point.title)}"
    return f"{title}{NBSP}{MANDATORY}" if answer.point.mandatory_practice else title


def _status(answer: PointAnswer, say: Language) -> Cell:
    return Cell(mark(answer.coverage, say), answer.coverage.status)


def _change(answer: PointAnswer, say: Language) -> str:
    return say.change(phrases.change(answer.coverage, answer.coverage_before)) or DASH


def _ahead(rows: Sequence[PointAnswer], day: str) -> list[Column[PointAnswer]]:
    """The column of the figures of the end of the year if nothing is done; none where no point has one."""
    return (
        [Column(day, lambda answer, say: _figure(year_end(answer), say), width=3.8)] if any(map(year_end, rows)) else []
    )


def by_status(rows: Sequence[PointAnswer], edition: Edition) -> str:
    """How many points have each status, within a sentence."""
    say, counted = edition.say, Counter(answer.coverage.status for answer in rows)
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


def by_department(edition: Edition) -> list[Slide]:
    """The departments and their points as a heat table, the weakest first; those beyond one slide are in its notes.

    As many points as one slide has no room for share several, as evenly as they can.
    """
    answers_ = [answer for answer in edition.dossier.points if departments(answer)]
    if len(weakest_first(figures_of(edition.dossier).values())) < FEWEST_PARTS:
        return []
    parts = -(-len(answers_) // MOST_POINTS)
    size = -(-len(answers_) // parts)
    slides = [_department_slide(edition, answers_[first : first + size]) for first in range(0, len(answers_), size)]
    return [replace(each, texts=_numbered(each.texts, n, of=parts)) for n, each in enumerate(slides, 1)]


def _department_slide(edition: Edition, answers_: Sequence[PointAnswer]) -> Slide:
    """The heat table of some points."""
    say, figures = edition.say, figures_of(edition.dossier)
    names = weakest_first(figures.values())
    texts = {"title": weakest(figures.values(), say), "kicker": say(TITLE)}
    whole = table(_heat(answers_, figures, say), names, say)
    [slide] = _slides("heat", texts, whole, most=1)
    if _rows_on([slide]) < len(names):
        [slide] = _slides("heat", texts, table(_heat(answers_, figures, say, numbers=True), names, say), most=1)
    shown = _rows_on([slide])
    key = legend((figure.status for figure in figures.values()), MARKS, say)
    left = len(names) - shown
    if left:
        key = say.plural("One more department is in the notes.", "{n} more departments are in the notes.", left)
    long = [name for name in names[:shown] if len(name) > LONGEST]
    rest = zip(names[shown:], whole.rows[shown:], strict=True)
    notes = "\n".join((*long, *(_in_words(name, row, whole.columns) for name, row in rest)))
    return replace(slide, texts=texts | {"key": key}, notes=notes)


def _heat(
    rows: Sequence[PointAnswer],
    figures: Mapping[tuple[str, str], Coverage],
    say: Language,
    *,
    numbers: bool = False,
) -> list[Column[str]]:
    """The columns of departments and points, by their names, or by their numbers, which leave room for more rows."""
    first = WIDE if numbers else 7.2
    heads = (str(answer.point.number) if numbers else phrases.brief(answer.point, say) for answer in rows)
    cells = (partial(heat_cell, figures=figures, point=answer.point.id, signs=MARKS) for answer in rows)
    return [
        Column(N_("Department"), lambda name, _: shortened(name, LONGEST), width=first),
        *(Column(head, cell, width=(WIDTH - first) / len(rows)) for head, cell in zip(heads, cells, strict=True)),
    ]


def _in_words(name: str, row: Sequence[str], heads: Sequence[Head]) -> str:
    """A department in a line of notes: its name, and each point with its figure."""
    return f"{name}: {', '.join(f'{head.label} {text}' for head, text in zip(heads[1:], row[1:], strict=True))}"


# --- What lapses --------------------------------------------------------------------------------------------------


def lapsing(edition: Edition) -> list[Slide]:
    """What stops being valid before the end of the year, by kind and point; none where nothing is known to."""
    dossier, say = edition.dossier, edition.say
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
    today, then = say.date(dossier.as_of, form="d MMMM"), end_day(dossier, say)
    columns: tuple[Column[PointAnswer], ...] = (
        Column(N_("Number"), lambda answer, _: answer.outlook.lapsing, numeric=True, width=2.3),
        Column(N_("What lapses"), _thing, width=7.7),
        Column(N_("Review point"), lambda answer, say: phrases.label(answer.point, say), width=11.4),
        Column(today, lambda answer, say: _figure(answer.coverage, say), width=4.7),
        Column(then, lambda answer, say: _figure(_then(answer), say), width=4.7),
    )
    ordered = sorted(rows, key=lambda answer: -answer.outlook.lapsing)
    return _slides("table", texts, table(columns, ordered, say))


def _then(answer: PointAnswer) -> Coverage:
    return year_end(answer) or answer.coverage


def _thing(answer: PointAnswer, say: Language) -> str:
    """What lapses of a point."""
    return say.plain(answer.point.lapsing.get("thing" if answer.outlook.lapsing == 1 else "things", answer.point.items))


# --- The other points ---------------------------------------------------------------------------------------------


def others(edition: Edition, rows: Sequence[PointAnswer]) -> list[Slide]:
    """The points that have no slide of their own, with where they are heading."""
    say = edition.say
    if not rows:
        return []
    texts = {
        "title": _of_others(rows, edition),
        "kicker": numbered(rows, say),
        "key": joined(_why_empty(rows, edition), " "),
    }
    columns: tuple[Column[PointAnswer], ...] = (
        Column(N_("Review point"), lambda answer, say: phrases.label(answer.point, say), width=7.7),
        Column(N_("Status"), _status, width=5.6),
        Column(N_("Coverage"), lambda answer, say: phrases.percent(answer.coverage, say), numeric=True, width=2.8),
        Column(N_("Met"), _met, numeric=True, width=4.0),
        *_ahead(rows, end_day(edition.dossier, say)),
        Column(N_("Where it is heading"), _heading, width=6.9),
    )
    slides = _slides("table", texts, table(columns, rows, say))
    comments = ((phrases.label(a.point, say), edition.comment(a)) for a in rows)
    notes = "\n\n".join(f"{label}: {text}" for label, text in comments if text)
    return [replace(slides[0], notes=notes), *slides[1:]]


def _of_others(rows: Sequence[PointAnswer], edition: Edition) -> str:
    """How many of the other points have each status, and which reach their target now but not even their limit then."""
    say = edition.say
    falling = [answer for answer in rows if answer.coverage.status is Status.GREEN and falls(answer)]
    others_ = [answer for answer in rows if answer not in falling]
    told = say(N_("The other points: {parts}."), parts=by_status(others_, edition)) if others_ else ""
    what = phrases.listed([phrases.brief(answer.point, say) for answer in falling], say)
    fall = say.plural(
        "{what} reaches its target but falls below its limit by the end of the year.",
        "{what} reach their target but fall below their limit by the end of the year.",
        len(falling),
        what=what if len(falling) <= NAMED else begun(say.in_words(len(falling))),
    )
    return joined((told, fall if falling else ""), " ")


def _why_empty(rows: Sequence[PointAnswer], edition: Edition) -> list[str]:
    """Why points have no figure, each reason once; the exports that are missing are in one sentence."""
    say, dossier = edition.say, edition.dossier
    loaded, missing, others_ = {used.source for used in dossier.imports}, dict[str, None](), dict[str, None]()
    for answer in (answer for answer in rows if answer.coverage.coverage is None):
        lacking = [id_ for id_ in answer.point.needs if id_ not in loaded]
        if answer.coverage.status is Status.NO_BASIS and lacking:
            missing |= dict.fromkeys(say.pick(answer.point.source(id_).title) for id_ in lacking)
        else:
            others_[wording.empty_texts(answer, say)[0]] = None
    return [*([phrases.not_loaded([*missing], dossier.as_of, say)] if missing else []), *others_]


def numbered(rows: Sequence[PointAnswer], say: Language) -> str:
    """Some points by their numbers: Points 1, 3 and 6."""
    return begun(phrases.points_named([answer.point.number for answer in rows], say))


def _met(answer: PointAnswer, say: Language) -> str:
    return wording.met_of(answer.coverage, say) if answer.coverage.coverage is not None else DASH


def _heading(answer: PointAnswer, say: Language) -> str:
    """Where a point is heading, else how high it can still become, else what lapses of it."""
    ahead = answer.outlook
    return answers.where_to(ahead, say) or outlook.at_most(ahead, say) or begun(outlook.lapse(ahead, say)) or DASH


# --- Decisions ----------------------------------------------------------------------------------------------------


def decided(edition: Edition, *, most: int | None = None) -> list[Slide]:
    """The decisions of this review, then those of earlier ones, the late ones first, with who and when.

    Those beyond `most` slides are in the notes of the last.
    """
    dossier, say, day = edition.dossier, edition.say, edition.dossier.as_of
    rows = [*dossier.decisions, *wording.late_first(dossier.carried, day)]
    title = joined(wording.decisions_sentences(rows, day, say), " ")
    next_ = say(N_("What the board is asked to decide is on the next slide."))
    texts = {"title": title, "kicker": say(N_("Decisions")), "key": next_}
    if not rows:
        return [Slide("table", texts)]
    slides = _slides("table", texts, _decisions(edition, rows, ROOMY), most=most)
    if len(slides) > 1 or _rows_on(slides) < len(rows):
        slides = _slides("table", texts, _decisions(edition, rows, DENSE), most=most)
    if not (rest := rows[_rows_on(slides) :]):
        return slides
    key = say.plural("One more decision is in the notes.", "{n} more decisions are in the notes.", len(rest))
    notes = "\n".join(decision_told(edition, row) for row in rest)
    return [*slides[:-1], replace(slides[-1], texts=slides[-1].texts | {"key": f"{key} {next_}"}, notes=notes)]


def _decisions(edition: Edition, rows: Sequence[Decision], widths: Sequence[float]) -> Table:
    """The decisions in columns of some widths."""
    dossier, visible = edition.dossier, edition.visible

    def state(row: Decision, say: Language) -> Cell:
        return Cell(wording.decision_state(dossier, row, say), Status.RED if row.late(dossier.as_of) else None)

    columns: tuple[Column[Decision], ...] = (
        Column(N_("No."), lambda row, _: row.name),
        Column(N_("Decision"), lambda row, _: joined((visible(row.text), visible(row.note)), "\n")),
        Column(N_("Responsible"), lambda row, _: edition.responsible(row) or DASH),
        Column(N_("To be done by"), lambda row, say: say.date(row.due, form="d MMM y").replace(" ", NBSP) or DASH),
        Column(N_("Status"), state),
    )
    wide = (replace(column, width=width) for column, width in zip(columns, widths, strict=True))
    return table(tuple(wide), rows, edition.say)
