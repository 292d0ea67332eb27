"""The frame of the page of the review: which one is looked at, its document, how one is opened, and its parts.

The figures of a draft take a second or two to compute. They are kept while the data stay the same; what is written in
the review is read anew at every run, so that saving a text costs nothing but its saving.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import streamlit as st

from compliance.access import permissions
from compliance.access.permissions import Permission
from compliance.core import clock, places
from compliance.core.language import N_, Language
from compliance.counting.assessing import Status
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.drawing import charts
from compliance.loading.loading import Order
from compliance.review import approving, deciding, judging, reviewing, wording
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, Named, compute, names_in
from compliance.review.reviewing import Review
from compliance.screens import fields, reads, views, widgets
from compliance.screens.review import texts as review_texts
from compliance.screens.views import View
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows
from compliance.viewing import Scope

WIDTH: Final = 460
GROUNDS_HEIGHT: Final = 140


@dataclass(frozen=True)
class Opened:
    """The review that is looked at.

    `whole` is its document, `dossier` the same as the person may see it; `decided` are the decisions of all reviews of
    the organisation as they stand today.
    """

    view: View
    review: Review
    others: tuple[Review, ...]
    whole: Dossier
    dossier: Dossier
    states: Rows
    texts: Rows
    decided: tuple[Decision, ...]

    @property
    def say(self) -> Language:
        """The reader's language."""
        return self.view.say

    @property
    def reads(self) -> bool:
        """Whether the person may read what is written and decided."""
        return self.view.user.may(Permission.READ_REVIEW)

    @property
    def writable(self) -> bool:
        """Whether the person may write, and the review can be written in."""
        return self.review.state == "draft" and self.view.user.may(Permission.WRITE_REVIEW)

    @property
    def there(self) -> View:
        """The view of the day and the organisation that the review is about, for links to its figures."""
        return replace(self.view, as_of=self.review.as_of, scope=Scope(self.view.scope.organisation))


@dataclass(frozen=True)
class Part:
    """A part of the page: its name, what one must be allowed to open it, and what draws it."""

    title: str
    permission: Permission
    draw: Callable[[Opened], None]


# --- The review -----------------------------------------------------------------------------------------------------


def of_organisation(cursor: Cursor, view: View) -> tuple[Review, ...]:
    """The reviews of the organisation that is looked at, and of those that have become it; the newest first."""
    given = {"as_of": view.as_of, "known_at": EVERYTHING_KNOWN, "organisation": view.scope.organisation}
    ids = {row["organisation_id"] for row in rows(cursor, statement("organisation_ids"), given)}
    return tuple(review for review in reviewing.reviews(cursor) if review.organisation_id in ids)


def opened(view: View) -> Opened | None:
    """The review that the address names, else the latest; None where there is none."""
    with view.database.cursor() as cursor:
        others = of_organisation(cursor, view)
        said = st.query_params.get("review")
        named = [review for review in others if wording.address(review, others) == said]
        review = next(iter([*named, *others]), None)
        if review is None:
            return None
        if said and not named:
            widgets.elsewhere(view, N_("the review"), said, wording.address(review, others))
        whole = _document(cursor, view, review)
        given = {"review_id": review.review_id}
        reads, ids = view.user.may(Permission.READ_REVIEW), {other.review_id for other in others}
        return Opened(
            view=view,
            review=review,
            others=others,
            whole=whole,
            dossier=whole if reads else wording.for_others(whole),
            states=rows(cursor, statement("review_states"), given),
            texts=rows(cursor, statement("review_texts"), given),
            decided=tuple(d for d in deciding.decisions(cursor) if d.review_id in ids),
        )


def of_version(found: Opened, version: int) -> Opened:
    """The same review in another version, as it was frozen: what has been approved stays while it is corrected."""
    if version == found.review.version:
        return found
    with found.view.database.cursor() as cursor:
        whole = approving.dossier(cursor, found.review, own=places.own_files(), version=version)
    shown = whole if found.reads else wording.for_others(whole)
    review = replace(found.review, version=version, state=review_texts.versions(found.states)[version])
    return replace(found, review=review, whole=whole, dossier=shown)


def _document(cursor: Cursor, view: View, review: Review) -> Dossier:
    own = places.own_files()
    if review.state != "draft":
        return approving.dossier(cursor, review, own=own)
    counted, named = None, None
    if review.figures_of is None:
        with st.spinner(view.say(N_("Computing the figures of the review"))):
            counted, named = _counted(view.key[:2], review)
    return compute(cursor, review, own=own, counted=counted, named=named)


@st.cache_data(show_spinner=False, max_entries=20)
def _counted(key: tuple[str, str], review: Review) -> tuple[Dossier, Named]:
    """The document of a draft with its figures, and what its exports name.

    It is the same for all: what a person may see of it is decided by who reads it.
    """
    with reads.at((*key, "")).cursor() as cursor:
        named = names_in(cursor, as_of=review.as_of, known_at=EVERYTHING_KNOWN, organisation=review.organisation)
        return compute(cursor, review, own=places.own_files(), named=named), named


def verdict(view: View) -> None:
    """What the head has judged of the year that is looked at, first on the page, once its review is approved."""
    say, found = view.say, reads.approved_in(reads.everybodys(view.key), view.as_of, view.scope.organisation)
    if found is None or not view.user.may(Permission.SEE_REVIEW):
        return
    shown = found if view.user.may(Permission.READ_REVIEW) else wording.for_others(found)
    text = N_("The review of {year}, as of {day}, has been approved.")
    kicker = say(text, year=found.year, day=say.date(found.as_of))
    with st.container(border=True, key="card-verdict", horizontal=True, horizontal_alignment="distribute"):
        widgets.html(
            charts.verdict(judging.sentence(shown.written, say), kicker=kicker, grounds=judging.grounds(shown.written))
        )
        widgets.link(view, "review", say(N_("Go to the review")), review=str(found.year), part="judgement")


# --- Doing something ------------------------------------------------------------------------------------------------


def order(view: View) -> Order:
    """An order of the person, for the organisation that is looked at."""
    return views.order(organisation=view.scope.organisation)


def today(view: View) -> date:
    """The day in Sweden; the samples' time is invented, so there it is never before that of their last import."""
    invented = [row["imported_at"] for row in reads.imports(view.key)] if view.sample else []
    return clock.local_day(max([clock.now(), *invented]))


def done(permission: Permission, action: Callable[..., object], *given: object, **named: object) -> bool:
    """Does what a person asked for, where they may; whether it was done. A refusal is told where the button stands."""
    widgets.require(permission)
    try:
        action(*given, **named)
    except Exception as error:
        widgets.tell(error)
        return False
    return True


@contextmanager
def keeping(said: str = "") -> Iterator[None]:
    """Within the block what was `said` is kept, before the page runs: `tell_unsaved` says what went wrong."""
    try:
        yield
    except Exception as error:
        st.session_state["not saved"] = error, said


def save(found: Opened, kind: reviewing.Kind, what: str, key: str, shown: str) -> None:
    """Saves a field when it is left.

    It runs also where somebody goes to another page, for fields that still hold what they have `shown`.
    """
    said = st.session_state.get(key, shown) or ""
    if said == shown:
        return
    with keeping("" if kind in reviewing.CHOSEN else said):
        permissions.require(views.user(), Permission.WRITE_REVIEW)
        id_, database = found.review.review_id, found.view.database
        reviewing.write(database, id_, kind=kind, what=what, text=said, order=order(found.view), shown=shown)
        if kind not in reviewing.CHOSEN:
            st.session_state[key] = reviewing.kept_text(said)


def tell_unsaved() -> None:
    """Why something that was written has not been saved, and the text itself, so that it can be copied."""
    error, said = st.session_state.pop("not saved", (None, ""))
    if error:
        widgets.tell(error)
    if said:
        widgets.html(charts.comment(views.language()(N_("What was not saved:")), said))


def text_field(
    found: Opened, kind: reviewing.Kind, what: str, label: str, *, value: str, lines: int, help_: str
) -> str:
    """A text that is saved when one leaves it; gives its key."""
    key = f"{kind} {found.review.review_id} {what}"
    # what has been saved is written back with its masks, and then the widget must not be given a value too
    given: Any = {} if key in st.session_state else {"value": value}
    fields.text(
        label,
        key=key,
        height=lines,
        help=help_ or None,
        on_change=save,
        args=(found, kind, what, key, value),
        **given,
    )
    return key


def assessment_field(found: Opened, point: Point, *, label_shown: bool = True) -> None:
    """The head's verdict on a point."""
    label, chosen = N_("The assessment of the head of administration"), found.dossier.written.assessments.get(point.id)
    words = {code: review_texts.verdict_word(code, found.say) for code in reviewing.VERDICTS}
    _choice(found, "assessment", point.id, words, found.say(label), chosen, label_shown=label_shown)


def _choice(
    found: Opened,
    kind: reviewing.Kind,
    what: str,
    words: Mapping[str, str],
    label: str,
    chosen: str | None,
    *,
    label_shown: bool = True,
) -> None:
    """One of a few words; nothing is chosen before somebody chooses it. It shows what is kept, whoever chose it."""
    key = f"{kind} {found.review.review_id} {what}"
    st.session_state[key] = chosen
    st.segmented_control(
        label,
        list(words),
        format_func=lambda code: words[code],
        key=key,
        on_change=save,
        args=(found, kind, what, key, chosen or ""),
        label_visibility="visible" if label_shown else "collapsed",
    )


def judgement_fields(found: Opened, *, lines: int = GROUNDS_HEIGHT, with_grounds: bool = True) -> None:
    """The head's judgement of the work as a whole: two questions, and the grounds of the answers."""
    say, said = found.say, found.dossier.written
    words = {code: say(word) for code, word in judging.WORDS.items()}
    with st.container(key="judgement", horizontal=True):
        for what in reviewing.JUDGED:
            question = say(judging.QUESTIONS[what])
            _choice(found, "judgement", what, words, question, (said.judgement or {}).get(what))
    if not with_grounds:
        return
    text_field(
        found,
        "chapter",
        reviewing.GROUNDS,
        say(N_("Grounds")),
        value=judging.grounds(said),
        lines=lines,
        help_=say(N_("What the head of administration judges the work by, in the words of the report.")),
    )


# --- The frame ------------------------------------------------------------------------------------------------------


def nothing_yet(view: View) -> None:
    """The page where no review has been opened."""
    say = view.say
    widgets.html(charts.page_title(say(N_("Management review"))))
    with st.container(border=True, key="card-empty"):
        title = say(N_("No management review has been opened yet."))
        text = N_(
            "A review is opened for a day. Point by point you write a comment and choose the head's assessment, "
            "then it is submitted, approved by somebody else and frozen."
        )
        word = say(N_("No review"))
        widgets.html(charts.empty_state(Status.NOTHING_TO_ASSESS, word, title=title, texts=[say(text)]))
        if view.user.may(Permission.WRITE_REVIEW):
            _open_form(view, ())
        else:
            widgets.html(charts.caption(say(N_("The information security coordinator opens it."))))


def _open_form(view: View, others: tuple[Review, ...]) -> None:
    say, latest = view.say, today(view)
    day = st.date_input(
        say(N_("As-of date of the review")),
        value=min(view.as_of, latest),
        format="YYYY-MM-DD",
        min_value=views.FIRST_DAY,
        max_value=latest,
        key="open day",
        width=270,
    )
    if not isinstance(day, date):
        return
    there = any(review.year == day.year for review in others)
    if there:
        widgets.html(
            charts.caption(say(N_("There is a review of {year} already. Choose a day in another year."), year=day.year))
        )
    label = say(N_("Open the review of {year}"), year=day.year)
    if st.button(label, type="primary", key="open review", disabled=there):
        asked = {"year": day.year, "as_of": day, "order": order(view), "today": latest}
        if done(Permission.WRITE_REVIEW, reviewing.open_review, view.database, **asked):
            st.query_params["review"] = str(day.year)
            st.rerun()


def header(found: Opened, parts: Mapping[str, Part]) -> Part:
    """What the review says at the top, the way to others, and its parts; gives the part that the address names."""
    say, review = found.say, found.review
    answer, who = (
        review_texts.headline(review, found.whole, say),
        review_texts.who_and_when(review, say, named=found.reads),
    )
    widgets.html(charts.page_title(answer, kicker=review_texts.kicker(review, say), question=who))
    for text in review_texts.why_here(review, found.states, say) if found.reads else ():
        widgets.html(charts.note(text))
    if part := found.view.scope.unit or found.view.scope.department:
        widgets.html(charts.note(say(N_("The review covers the whole organisation, not only {part}."), part=part)))
    allowed = {name: part for name, part in parts.items() if found.view.user.may(part.permission)}
    said = st.query_params.get("part", "")
    here = said if said in allowed else next(iter(allowed))
    with st.container(key="parts", horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        _chooser(
            say(N_("Part of the page")), {name: say(part.title) for name, part in allowed.items()}, here, "part", say
        )
        with st.container(key="ways", horizontal=True, vertical_alignment="center", width="content"):
            address = wording.address(review, found.others)
            widgets.link(found.view, "meeting", say(N_("Hold the meeting")), review=address)
            _reviews(found)
    tell_unsaved()
    return allowed[here]


def _chooser(label: str, names: dict[str, str], here: str, param: str, say: Language) -> None:
    """A row of choices whose choice goes into the address, which always wins."""
    key = f"review {param} {here} {say.code}"
    st.segmented_control(
        label,
        list(names),
        default=here,
        format_func=lambda name: names[name],
        key=key,
        on_change=_choose,
        args=(param, key),
        label_visibility="collapsed",
    )


def _choose(param: str, key: str) -> None:
    if chosen := st.session_state.get(key):
        st.query_params[param] = chosen


def _reviews(found: Opened) -> None:
    """The reviews of all years with their state, and for the coordinator another day or another review."""
    say, others = found.say, found.others
    writes = found.view.user.may(Permission.WRITE_REVIEW)
    if len(others) == 1 and not writes:
        return
    with st.popover(say(N_("Review {name}"), name=review_texts.label(found.review, say))):
        if len(others) > 1:
            _choose_review(found)
        if found.writable and found.review.figures_of is None:
            _day_form(found)
        if writes:
            widgets.html(charts.section(say(N_("Open another review")), level=3))
            _open_form(found.view, others)


def _choose_review(found: Opened) -> None:
    say, others = found.say, found.others
    names = {wording.address(review, others): review_texts.label(review, say) for review in others}
    here = wording.address(found.review, others)
    key = f"review {here} {say.code}"
    st.radio(
        say(N_("Reviews")),
        list(names),
        index=list(names).index(here),
        format_func=lambda name: names[name],
        key=key,
        on_change=_choose,
        args=("review", key),
    )


def _day_form(found: Opened) -> None:
    """Another day for a draft, of the same year."""
    widgets.html(charts.section(found.say(N_("Change the as-of date")), level=3))
    say, review, latest = found.say, found.review, today(found.view)
    day = st.date_input(
        say(N_("As-of date of the review")),
        value=review.as_of,
        format="YYYY-MM-DD",
        min_value=date(review.year, 1, 1),
        max_value=max(review.as_of, min(latest, date(review.year, 12, 31))),
        key=f"day of {review.review_id} {review.as_of}",
        width=270,
    )
    widgets.html(charts.caption(say(N_("The figures of the review are counted anew. What is written stays."))))
    if st.button(say(N_("Change the day")), key="another day", disabled=day == review.as_of):
        given, asked = (found.view.database, review.review_id), {"order": order(found.view), "today": latest}
        if done(Permission.WRITE_REVIEW, reviewing.choose_day, *given, as_of=day, **asked):
            st.rerun()
