"""What the last approved review says, beside the fields of a draft; its texts can be taken over into empty ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import streamlit as st

from compliance.core.language import N_
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.review import judging
from compliance.review.dossier import Dossier
from compliance.review.reviewing import GROUNDS, Kind, ReviewTexts
from compliance.screens import reads, reviews, widgets
from compliance.screens.review import texts as review_texts
from compliance.screens.reviews import Opened


def review_before(opened: Opened) -> Dossier | None:
    """The last review approved before this one, if this is a draft whose comments the reader may read."""
    if opened.review.state != "draft" or not opened.may_read:
        return None
    approved = reads.approved(opened.view.data, opened.review.organisation_id)
    return next((dossier for dossier in reversed(approved) if dossier.year < opened.review.year), None)


@dataclass(frozen=True)
class _Before:
    """A text of the last review: what it is headed with, the text, and what is said before it."""

    year: int
    label: str
    text: str
    sentence: str = ""


@contextmanager
def comment(opened: Opened, point: Point) -> Iterator[None]:
    """Draw the field of a comment, and the last comment with its verdict beside it."""
    before, free = None, point.id not in opened.dossier.written.comments
    if last := review_before(opened):
        label = review_texts.said_of_point(last, point.id, opened.say)
        before = _Before(last.year, label, last.written.comments.get(point.id, ""))
    with _beside(opened, "comment", point.id, before, free=free):
        yield


@contextmanager
def public_comment(opened: Opened, point: Point) -> Iterator[None]:
    """Draw the field of a comment to hand out, and the last one beside it."""
    free = point.id not in opened.dossier.written.public_comments
    before = _before(opened, lambda written: written.public_comments.get(point.id, ""))
    with _beside(opened, "public_comment", point.id, before, free=free):
        yield


@contextmanager
def chapter(opened: Opened, id_: str, *, text: str) -> Iterator[None]:
    """Draw the field of a chapter with its current text, and beside it what was written there last."""
    before = _before(opened, lambda written: written.chapters.get(id_, ""))
    with _beside(opened, "chapter", id_, before, free=not text):
        yield


@contextmanager
def judgement(opened: Opened) -> Iterator[None]:
    """Draw the fields of the judgement, and the last judgement beside them."""
    before, last = _before(opened, judging.grounds), review_before(opened)
    if before and last:
        before = replace(before, sentence=judging.sentence(last.written, opened.say))
    with _beside(opened, "chapter", GROUNDS, before, free=not judging.grounds(opened.dossier.written)):
        yield


def _before(opened: Opened, text: Callable[[ReviewTexts], str]) -> _Before | None:
    last = review_before(opened)
    return _Before(last.year, review_texts.in_review(last.year, opened.say), text(last.written)) if last else None


@contextmanager
def _beside(opened: Opened, kind: Kind, what: str, before: _Before | None, *, free: bool) -> Iterator[None]:
    """Draw a field, and a text of the last review beside it; one that is `free` can take the text over."""
    if before is None or not before.text:
        yield
        return
    left, right = st.columns([7, 5], gap="medium")
    with left:
        yield
    with right:
        widgets.html(charts.earlier(before.label, "\n".join(filter(None, (before.sentence, before.text)))))
        if free and reviews.may_write(opened, kind, what):
            label, args = opened.say(N_("Use the text of {year}"), year=before.year), (opened, kind, what, before.text)
            st.button(label, key=f"take over {kind} {what}", type="tertiary", on_click=reviews.take_over, args=args)
