"""The parts of the review page to write in: the walk through the points, the judgement and the chapters."""

from typing import Final

import streamlit as st

from compliance.core.language import N_
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.report.chapters import chapter_text, chapter_title
from compliance.report.edition import Edition
from compliance.report.points import assessment
from compliance.review import judging, wording
from compliance.review.dossier import PointAnswer
from compliance.review.reviewing import GROUNDS, JUDGED, Chapter
from compliance.screens import figure_texts, reviews, widgets
from compliance.screens.review import decisions, earlier
from compliance.screens.review import texts as review_texts
from compliance.screens.reviews import Opened
from compliance.wording import breaking, phrases, reasons

COMMENT_HEIGHT: Final = 140
PUBLIC_HEIGHT: Final = 80
CHAPTER_HEIGHT: Final = 220

# --- The walk -------------------------------------------------------------------------------------------------------


def points(opened: Opened) -> None:
    """Draw the list of all points, and the chosen one."""
    answer = _chosen(opened)
    # the default is the first point not discussed: without the address, finishing a point would jump to the next
    if st.query_params.get("point") != answer.point.id:
        st.query_params["point"] = answer.point.id
    with st.container(key="walk"):
        left, right = st.columns([5, 7], gap="large")
        with left:
            _list(opened, answer.point)
        with right:
            _point(opened, answer)


def _chosen(opened: Opened) -> PointAnswer:
    """The point that the address names, else the first that has not been discussed, else the first."""
    answers, named_point = opened.whole.points, st.query_params.get("point", "")
    done = opened.whole.written.discussed
    named = [answer for answer in answers if named_point in {answer.point.id, str(answer.point.number)}]
    left = [answer for answer in answers if answer.point.id not in done]
    chosen = next(iter([*named, *(left if opened.writable else []), *answers]))
    if named_point and not named:
        widgets.not_found(opened.view, named_point, breaking.label(chosen.point, opened.say))
    return chosen


def _list(opened: Opened, here: Point) -> None:
    """Draw all points, each with its figure, its verdict and whether it has been discussed."""
    say, done = opened.say, opened.whole.written.discussed
    widgets.html(charts.section(phrases.all_points(len(opened.whole.points), say)))
    with st.container(key="steps", gap=None):
        for point, step in review_texts.steps(opened.whole, done, say):
            key = "step-here" if point.id == here.id else f"step-{point.id}"
            with st.container(key=key, horizontal=True, vertical_alignment="center"):
                _link(opened, point, breaking.add_soft_hyphens(breaking.label(point, say)), key="walk to")
                widgets.html(charts.step(step))


def _link(opened: Opened, point: Point, label: str, *, key: str) -> None:
    """Draw the way to another point.

    In a draft it is a button: the click first saves the field that is left, and that run would swallow a link's click.
    """
    if opened.writable:
        going = {"part": "points", "point": point.id}
        st.button(
            widgets.plain(label),
            type="tertiary",
            key=f"{key} {point.id}",
            on_click=st.query_params.update,
            args=(going,),
        )
        return
    address = wording.address(opened.review, opened.others)
    widgets.link(opened.view, "review", widgets.plain(label), review=address, part="points", point=point.id)


def _point(opened: Opened, answer: PointAnswer) -> None:
    """Draw a point: its figure, its comments, why it is so, and its open decisions."""
    say, point = opened.say, answer.point
    widgets.html(
        charts.point_head(
            breaking.add_soft_hyphens(say.pick(point.title), [say.pick(point.short)]),
            kicker=figure_texts.point_kicker(point, [each.point for each in opened.whole.points], say),
            question=breaking.add_soft_hyphens(say.pick(point.question)),
        )
    )
    _neighbours(opened, point)
    if answer.coverage.coverage is None:
        texts = wording.empty_texts(answer, say)
        mark = answer.coverage.status, phrases.word(answer.coverage, say)
        widgets.html(charts.empty_state(*mark, title=texts[0], texts=texts[1:]))
    else:
        widgets.html(charts.hero(figure_texts.hero(answer.coverage, answer.coverage_before, say)))
    _comments(opened, point)
    if answer.coverage.coverage is not None:
        _why(opened, answer)
    widgets.link(opened.review_view, "point", say(N_("Open the point")), point=point.id)
    if opened.may_read:
        decisions.of_point(opened, point.id)


def _why(opened: Opened, answer: PointAnswer) -> None:
    """Draw what has changed, if two figures can be compared, and why the point is not met."""
    say, changed = opened.say, opened.say.pick(answer.changed)
    compared = bool(changed) and phrases.change(answer.coverage, answer.coverage_before) is not None
    left, right = st.columns(2, gap="medium")
    with left:
        if compared:
            widgets.html(charts.section(say(N_("What has changed")), level=3))
            widgets.html(charts.caption(changed))
    with right if compared else left:
        if biggest := wording.biggest_reasons(answer, say):
            widgets.html(charts.section(say(reasons.REASONS_TITLE), level=3))
            widgets.html(charts.reasons([charts.Reason(*row) for row in biggest], label=say(N_("Reasons"))))
    with left:
        if note := phrases.not_counted(answer.coverage, say):
            widgets.html(charts.caption(note))


def _neighbours(opened: Opened, point: Point) -> None:
    """Draw the ways to the previous and the next point; the style shows them if the window has no room for the list."""
    arrows = ("\N{LEFTWARDS ARROW} {}", "{} \N{RIGHTWARDS ARROW}")
    with st.container(key="narrow-neighbours", horizontal=True):
        for other, arrow in zip(_beside(opened, point), arrows, strict=True):
            if other:
                _link(opened, other, arrow.format(breaking.label(other, opened.say)), key="beside")


def _beside(opened: Opened, point: Point) -> tuple[Point | None, Point | None]:
    """The points before and after one."""
    every = [None, *(answer.point for answer in opened.whole.points), None]
    place = next(place for place, other in enumerate(every) if other and other.id == point.id)
    return every[place - 1], every[place + 1]


def _comments(opened: Opened, point: Point) -> None:
    """Draw the comments and the head's assessment, as fields in a draft, else as text."""
    say, written = opened.say, opened.dossier.written
    with st.container(border=True, key="card-said"):
        if opened.writable:
            _fields(opened, point)
            return
        if opened.assessable:
            reviews.assessment_field(opened, point)
        else:
            widgets.html(charts.answer(assessment(opened.whole, point.id, say)))
        if last := earlier.review_before(opened):
            said = last.written.comments.get(point.id, "")
            widgets.html(charts.earlier(review_texts.said_of_point(last, point.id, say), said))
        comment, public = written.comments.get(point.id), written.public_comments.get(point.id)
        if comment:
            widgets.html(charts.comment(say(N_("Comment")), comment))
        if public:
            widgets.html(charts.comment(say(N_("Comment in the version to hand out")), public))
        if opened.may_read and not comment:
            widgets.html(charts.caption(say(N_("Nothing has been written here."))))


def _fields(opened: Opened, point: Point) -> None:
    say, written, id_ = opened.say, opened.dossier.written, point.id
    with earlier.comment(opened, point):
        value = written.comments.get(id_, "")
        reviews.text_field(opened, "comment", id_, say(N_("Comment")), value=value, lines=COMMENT_HEIGHT)
    label, value = say(N_("Comment in the version to hand out")), written.public_comments.get(id_, "")
    help_ = say(N_("Without names and weaknesses of systems. Where it is empty, that version has no comment."))
    with earlier.public_comment(opened, point):
        reviews.text_field(opened, "public_comment", id_, label, value=value, lines=PUBLIC_HEIGHT, help_=help_)
    if opened.assessable:
        reviews.assessment_field(opened, point)
    with st.container(horizontal=True, vertical_alignment="center", key="saving"):
        _next_button(opened, point)
        texts = [row for row in opened.texts if row["kind"] != "chapter"]
        widgets.html(charts.caption(review_texts.saved(texts, [id_], say)))


def _next_button(opened: Opened, point: Point) -> None:
    """Draw the button to the next point, or from the last to the chapters; leaving the field saves it."""
    _, after = _beside(opened, point)
    going = {"part": "points", "point": after.id} if after else {"part": "chapters"}
    label = opened.say(N_("Save and go on"))
    st.button(label, type="primary", key="next point", on_click=st.query_params.update, args=(going,))


# --- The judgement --------------------------------------------------------------------------------------------------


def judgement(opened: Opened) -> None:
    """Draw the head's judgement of whether the work is sufficient and has the intended effect."""
    say, written = opened.say, opened.dossier.written
    widgets.html(charts.section(say(N_("Judgement of the whole"))))
    widgets.html(charts.answer(judging.sentence(written, say)))
    if opened.assessable:
        with st.container(border=True, key="card-judgement"):
            with earlier.judgement(opened):
                reviews.judgement_fields(opened)
            texts = [row for row in opened.texts if row["kind"] == "judgement" or row["what"] == GROUNDS]
            widgets.html(charts.caption(review_texts.saved(texts, [*JUDGED, GROUNDS], say)))
    elif text := judging.grounds(written):
        widgets.html(charts.comment(say(N_("Reasons")), text))


# --- The chapters ---------------------------------------------------------------------------------------------------


def chapters(opened: Opened) -> None:
    """Draw the chapters in the report's order, and which clauses of the standard the review covers."""
    say = opened.say
    widgets.html(charts.section(say(N_("Chapters")), note=review_texts.chapters_sentence(opened.dossier, say)))
    with st.container(key="chapters", gap="xsmall"):
        for chapter in judging.single_chapters(opened.dossier):
            _chapter_row(opened, chapter)
    sentence, drawn = review_texts.matrix(opened.dossier, say)
    widgets.html(charts.section("ISO/IEC 27001:2022, 9.3.2", note=sentence))
    widgets.html(charts.table(*drawn, caption=say(N_("What shall be considered")), stacked=True))


def _chapter_row(opened: Opened, chapter: Chapter) -> None:
    """Draw a chapter to open, marked with whether it is written."""
    with st.container(key=f"row of {chapter.id}", gap=None):
        widgets.html(review_texts.chapter_mark(opened.dossier, chapter, opened.say))
        # the label must not depend on the text: a changed label closes the expander being written in
        label = chapter_title(opened.dossier, chapter, opened.say)
        expander = st.expander(widgets.plain(label), key=f"chapter {chapter.id}", on_change="rerun")
        if expander.open:
            with expander:
                _chapter(opened, chapter)


def _chapter(opened: Opened, chapter: Chapter) -> None:
    """Draw the text of a chapter, and below it what the report adds."""
    say, text = opened.say, chapter_text(Edition(opened.dossier, opened.say, public=not opened.may_read), chapter)
    if opened.writable:
        label = say(N_("Text of the chapter"))
        help_ = say.pick(chapter.help)
        widgets.html(charts.caption(help_))
        with earlier.chapter(opened, chapter.id, text=text):
            reviews.text_field(opened, "chapter", chapter.id, label, value=text, lines=CHAPTER_HEIGHT)
        texts = [row for row in opened.texts if row["kind"] == "chapter"]
        widgets.html(charts.caption(review_texts.saved(texts, [chapter.id], say)))
    elif text:
        widgets.html(charts.comment("", text))
    else:
        widgets.html(charts.caption(say(N_("Nothing has been written here."))))
    for fragment in review_texts.added(opened.dossier, chapter, say):
        widgets.html(fragment)
