"""What the page of the review draws where it is written: the walk through the points, and the chapters."""

from typing import Final

import streamlit as st

from compliance.core.language import N_
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.report.chapters import chapter_text, chapter_title
from compliance.report.points import Reader, assessment
from compliance.review import judging, wording
from compliance.review.dossier import PointAnswer
from compliance.review.reviewing import GROUNDS, JUDGED, Chapter
from compliance.screens import figure_texts, reviews, widgets
from compliance.screens.review import decisions
from compliance.screens.review import texts as review_texts
from compliance.screens.reviews import Opened
from compliance.wording import breaking, phrases, reasons

COMMENT_HEIGHT: Final = 140
PUBLIC_HEIGHT: Final = 80
CHAPTER_HEIGHT: Final = 220

# --- The walk -------------------------------------------------------------------------------------------------------


def points(found: Opened) -> None:
    """All points in a list, and the one that is discussed."""
    answer = _chosen(found)
    # kept in the address, so that a point stays where it is when its discussion is done
    if st.query_params.get("point") != answer.point.id:
        st.query_params["point"] = answer.point.id
    with st.container(key="walk"):
        left, right = st.columns([5, 7], gap="large")
        with left:
            _list(found, answer.point)
        with right:
            _point(found, answer)


def _chosen(found: Opened) -> PointAnswer:
    """The point that the address names, else the first that has not been discussed, else the first."""
    answers, said = found.whole.points, st.query_params.get("point", "")
    done = wording.discussed(found.whole)
    named = [answer for answer in answers if said in {answer.point.id, str(answer.point.number)}]
    left = [answer for answer in answers if answer.point.id not in done]
    chosen = next(iter([*named, *(left if found.writable else []), *answers]))
    if said and not named:
        widgets.elsewhere(found.view, N_("the review point"), said, breaking.label(chosen.point, found.say))
    return chosen


def _list(found: Opened, here: Point) -> None:
    """All points, each with its figure, the verdict on it, and whether it has been discussed."""
    say, done = found.say, wording.discussed(found.whole)
    note = say(N_("{n} of {of} discussed"), n=len(done), of=len(found.whole.points))
    widgets.html(charts.section(phrases.all_points(len(found.whole.points), say), note=note))
    with st.container(key="steps", gap=None):
        for point, step in review_texts.steps(found.whole, done, say):
            key = "step-here" if point.id == here.id else f"step-{point.id}"
            with st.container(key=key, horizontal=True, vertical_alignment="center"):
                _link(found, point, breaking.add_soft_hyphens(breaking.label(point, say)), key="walk to")
                widgets.html(charts.step(step))


def _link(found: Opened, point: Point, label: str, *, key: str) -> None:
    """The way to another point. Where something is being written it is a button: it saves the field that is left, and a
    link that is clicked at once would not be followed.
    """
    if found.writable:
        going = {"part": "points", "point": point.id}
        st.button(label, type="tertiary", key=f"{key} {point.id}", on_click=st.query_params.update, args=(going,))
        return
    address = wording.address(found.review, found.others)
    widgets.link(found.view, "review", label, review=address, part="points", point=point.id)


def _point(found: Opened, answer: PointAnswer) -> None:
    """One point: its figure, what changed and why it is not met, what is said of it, and its open decisions."""
    say, point = found.say, answer.point
    widgets.html(
        charts.point_head(
            breaking.add_soft_hyphens(say.pick(point.title), [say.pick(point.short)]),
            kicker=figure_texts.point_kicker(point, len(found.whole.points), say),
            question=breaking.add_soft_hyphens(say.pick(point.question)),
        )
    )
    _neighbours(found, point)
    if answer.coverage.coverage is None:
        texts = wording.empty_texts(answer, say)
        mark = answer.coverage.status, phrases.word(answer.coverage, say)
        widgets.html(charts.empty_state(*mark, title=texts[0], texts=texts[1:]))
    else:
        _figure(found, answer)
    with st.container(key="more-point"):
        widgets.link(found.there, "point", say(N_("See trend, units and items")), point=point.id)
    _said(found, point)
    if found.reads:
        decisions.of_point(found, point.id)


def _figure(found: Opened, answer: PointAnswer) -> None:
    say, figure = found.say, answer.coverage
    left, right = st.columns(2, gap="medium")
    with left:
        widgets.html(charts.hero(figure_texts.hero(answer.coverage, answer.coverage_before, say)))
        if beside := phrases.not_counted(figure, say):
            widgets.html(charts.caption(beside))
    with right:
        if changed := say.pick(answer.changed):
            widgets.html(charts.section(say(N_("What has changed")), level=3))
            widgets.html(charts.caption(changed))
        if biggest := wording.biggest_reasons(answer, say):
            widgets.html(charts.section(reasons.reasons_title(figure, say), level=3))
            widgets.html(charts.reasons([charts.Reason(*row) for row in biggest], label=say(N_("Reasons"))))


def _neighbours(found: Opened, point: Point) -> None:
    """The way to the point before and the one after, where the window is too narrow for the list beside."""
    every = [answer.point for answer in found.whole.points]
    place = [other.id for other in every].index(point.id)
    with st.container(key="narrow-neighbours", horizontal=True):
        for step, arrow in ((-1, "\N{LEFTWARDS ARROW} {}"), (1, "{} \N{RIGHTWARDS ARROW}")):
            if 0 <= place + step < len(every):
                other = every[place + step]
                _link(found, other, arrow.format(breaking.label(other, found.say)), key="beside")


def _said(found: Opened, point: Point) -> None:
    """The comments and the head's assessment: fields in a draft, else what was written."""
    say, written = found.say, found.dossier.written
    with st.container(border=True, key="card-said"):
        if found.writable:
            _fields(found, point)
            return
        widgets.html(charts.answer(assessment(found.whole, point.id, say)))
        comment, public = written.comments.get(point.id), written.public_comments.get(point.id)
        if comment:
            widgets.html(charts.comment(say(N_("Comment")), comment))
        if public:
            widgets.html(charts.comment(say(N_("Comment in the version to hand out")), public))
        if found.reads and not comment:
            widgets.html(charts.caption(say(N_("Nothing has been written about the point."))))


def _fields(found: Opened, point: Point) -> None:
    say, written, id_ = found.say, found.dossier.written, point.id
    reviews.text_field(
        found,
        "comment",
        id_,
        say(N_("Comment")),
        value=written.comments.get(id_, ""),
        lines=COMMENT_HEIGHT,
        help_=say(N_("What lies behind the figure, and what the head of administration needs to know.")),
    )
    reviews.text_field(
        found,
        "public_comment",
        id_,
        say(N_("Comment in the version to hand out")),
        value=written.public_comments.get(id_, ""),
        lines=PUBLIC_HEIGHT,
        help_=say(N_("Without names and weaknesses of systems. Where it is empty, that version has no comment.")),
    )
    reviews.assessment_field(found, point)
    with st.container(horizontal=True, vertical_alignment="center", key="saving"):
        _next_button(found, point)
        texts = [row for row in found.texts if row["kind"] != "chapter"]
        widgets.html(charts.caption(review_texts.saved(texts, [id_], say)))


def _next_button(found: Opened, point: Point) -> None:
    """Goes on to the next point, and from the last one to the chapters; what is written is saved by then."""
    say, every = found.say, [answer.point for answer in found.whole.points]
    place = [other.id for other in every].index(point.id)
    last = place + 1 == len(every)
    label = say(N_("Save and go to the chapters")) if last else say(N_("Save and next point"))
    going = {"part": "chapters"} if last else {"part": "points", "point": every[place + 1].id}
    st.button(label, type="primary", key="next point", on_click=st.query_params.update, args=(going,))


# --- The judgement --------------------------------------------------------------------------------------------------


def judgement(found: Opened) -> None:
    """Whether the work is sufficient and has the intended effect, by the head of administration."""
    say, said = found.say, found.dossier.written
    note = say(N_("The head of administration judges the work as a whole. The review cannot be submitted without it."))
    widgets.html(charts.section(say(N_("Judgement of the whole")), note=note if found.writable else ""))
    widgets.html(charts.answer(judging.sentence(said, say)))
    if found.writable:
        with st.container(border=True, key="card-judgement"):
            reviews.judgement_fields(found)
            texts = [row for row in found.texts if row["kind"] == "judgement" or row["what"] == GROUNDS]
            widgets.html(charts.caption(review_texts.saved(texts, [*JUDGED, GROUNDS], say)))
    elif text := judging.grounds(said):
        widgets.html(charts.comment(say(N_("Grounds")), text))


# --- The chapters ---------------------------------------------------------------------------------------------------


def chapters(found: Opened) -> None:
    """The chapters in the report's order, and which clauses of the standard the review covers."""
    say = found.say
    note = say(N_("In the order of the report. What you write is saved when you leave the field."))
    widgets.html(charts.section(say(N_("Chapters")), note=note if found.writable else ""))
    if empty := review_texts.chapters_sentence(found.dossier, say):
        widgets.html(charts.caption(empty))
    with st.container(key="chapters", gap="xsmall"):
        for chapter in judging.single_chapters(found.dossier):
            # a label that changes would close what is being written in
            label = chapter_title(found.dossier, chapter, say)
            opened = st.expander(widgets.plain(label), key=f"chapter {chapter.id}", on_change="rerun")
            if opened.open:
                with opened:
                    _chapter(found, chapter)
    sentence, drawn = review_texts.matrix(found.dossier, say)
    widgets.html(charts.section("ISO/IEC 27001:2022, 9.3.2", note=sentence))
    widgets.html(charts.table(*drawn, caption=say(N_("What a management review shall consider"))))


def _chapter(found: Opened, chapter: Chapter) -> None:
    """The text of a chapter, and below it what the report adds."""
    say, text = found.say, chapter_text(found.dossier, chapter, Reader(found.say, public=not found.reads))
    if found.writable:
        label = say(N_("Text of the chapter"))
        help_ = say.pick(chapter.help)
        widgets.html(charts.caption(help_))
        reviews.text_field(found, "chapter", chapter.id, label, value=text, lines=CHAPTER_HEIGHT, help_="")
        texts = [row for row in found.texts if row["kind"] == "chapter"]
        widgets.html(charts.caption(review_texts.saved(texts, [chapter.id], say)))
    elif text:
        widgets.html(charts.comment("", text))
    else:
        widgets.html(charts.caption(say(N_("Nothing has been written here."))))
    for fragment in review_texts.added(found.dossier, chapter, say):
        widgets.html(fragment)
