"""The meeting mode: a screen per point that needs talk, with fields to fill in while the point is discussed.

Notes are added to the review's comments and decisions to its decisions. Each is saved when its field is left.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.access.withholding import Names
from compliance.core import clock, media
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_, Language
from compliance.core.lengths import LONGEST_NAME
from compliance.counting.assessing import Status
from compliance.declarations.declared import as_declared
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.drawing import meeting as drawing_meeting
from compliance.report import handouts
from compliance.report.points import assessment
from compliance.review import approving, deciding, judging, reviewing, wording
from compliance.review.deciding import Decision, DecisionContent, decisions_of
from compliance.review.dossier import PointAnswer, responsible
from compliance.review.functions import load_functions
from compliance.review.reviewing import Review
from compliance.screens import clocks, downloads, fields, reads, reviews, views, widgets, written
from compliance.screens.bodies import body
from compliance.screens.caching import Data, cached
from compliance.screens.downloads import File, FileName
from compliance.screens.meeting import order_texts
from compliance.screens.meeting import texts as meeting_texts
from compliance.screens.meeting.order_texts import Screen
from compliance.screens.meeting.texts import Listing, Public
from compliance.screens.reviews import Opened
from compliance.screens.views import View
from compliance.wording import phrases
from compliance.wording.reasons import REASONS_TITLE

TICK_SECONDS: Final = 20
NOTE_HEIGHT: Final = 68
GROUNDS_HEIGHT: Final = 110
# How many units are drawn beside the statuses of what is left.
BARS: Final = 2
# The fields of a decision, with the attribute that each holds.
FIELDS: Final = {"text": "text", "who": "responsible", "due": "due"}


@body
def draw(view: View) -> None:
    """Draw the review that the address names, one screen at a time."""
    widgets.whole_only(view)
    opened = reviews.current(view)
    if opened is None:
        _nothing_yet(view)
    else:
        _meeting(view, opened)


def _meeting(view: View, opened: Opened) -> None:
    """Draw the screen that the address names."""
    screens = _screens(view.data, opened.review, view.say.code)
    here, public = _here(view, screens), _public(opened)
    with st.container(key="meeting-top", horizontal=True, vertical_alignment="center"):
        _top(opened, screens, here)
    reviews.show_unsaved()
    with st.container(key="meeting-body"):
        if here.answer:
            _point(opened, here.answer, public)
        else:
            DRAWN[here.kind](opened, screens, here, public)
    with st.container(key="meeting-foot"):
        if opened.decidable and here.fields:
            _fields(opened, here.answer.point if here.answer else None, public.names)
        with st.container(key="meeting-ways", horizontal=True, vertical_alignment="center"):
            if opened.assessable and here.answer:
                widgets.html(charts.caption(opened.say(N_("Assessment"))))
                reviews.assessment_field(opened, here.answer.point, label_shown=False)
            if opened.decidable and here.fields:
                _save_state(opened, here.answer.point if here.answer else None)
            _ways(opened, here, len(screens))


def _here(view: View, screens: tuple[Screen, ...]) -> Screen:
    """The screen that the address names. What it names that is not there is told."""
    number, point = (st.query_params.get(name, "") for name in ("screen", "point"))
    here = order_texts.chosen(screens, number, point)
    if point and (here.answer is None or here.answer.point.id != point):
        widgets.not_found(view, point, here.title)
    elif number and number.lstrip("0") != str(here.number):
        widgets.not_found(view, number, view.say.number(here.number))
    return here


@cached(20)
def _screens(data: Data, review: Review, code: str) -> tuple[Screen, ...]:
    """The screens of a review. What is written in it while it is a draft is not in them."""
    return order_texts.screens(written.document(data, review), Language(code))


def _nothing_yet(view: View) -> None:
    """Draw that there is no review to hold a meeting about, and the link to open one."""
    say = view.say
    widgets.html(charts.page_title(say(N_("Meeting mode"))))
    with st.container(border=True, key="card-empty"):
        title = say(N_("No management review has been opened yet."))
        widgets.html(charts.empty_state(Status.NOTHING_TO_ASSESS, say(N_("Not opened")), title=title))
        widgets.link(view, "review", say(N_("Management review")))


def _public(opened: Opened) -> Public:
    """What may be shown; the names are cached while the data and the responsible persons stay the same."""
    names = reads.person_names(opened.view.data, responsible(opened.whole))
    return Public(names, as_declared(load_functions), opened.review.as_of)


# --- The top --------------------------------------------------------------------------------------------------------


def _top(opened: Opened, screens: tuple[Screen, ...], here: Screen) -> None:
    """Draw the number of the screen, the clock, the agenda, and the way out."""
    say, view = opened.say, opened.view
    widgets.brand()
    widgets.html(order_texts.where(here, len(screens), say))
    until = _until()
    _clock(opened.say, until)
    widgets.html(meeting_texts.which(opened.review, say))
    if view.sample:
        widgets.html(charts.badge(say(N_("Sample data"))))
    # the key has the place, so that an open agenda closes with its screen
    agenda = st.popover(say(N_("Agenda")), type="tertiary", key=" ".join(("agenda", *order_texts.named(here).values())))
    with agenda, st.container(key="agenda", gap=None):
        discussed, address = opened.whole.written.discussed, partial(_address, opened)
        widgets.html(order_texts.agenda(screens, here, discussed, say, address=address))
        _end_field(opened, until)
        _handout_button(opened)
    review = wording.address(opened.review, opened.others)
    widgets.link(view, "review", say(N_("End the meeting")), review=review)


def _address(opened: Opened, screen: Screen) -> str:
    """The address of a screen, with the review and the end of the meeting."""
    params = {"review": wording.address(opened.review, opened.others), **order_texts.named(screen)}
    return widgets.address(opened.view, "meeting", **params, until=st.query_params.get("until", ""))


def _now() -> datetime:
    return clock.local(clock.now()).replace(tzinfo=None, second=0, microsecond=0)


def _until() -> datetime:
    """When the meeting ends: at the time in the address, else forty minutes from now.

    The address has no day, so the day is chosen that puts the end nearest to now, even across midnight.
    """
    now = _now()
    try:
        end = datetime.strptime(st.query_params.get("until", ""), "%H:%M").time()
    except ValueError:
        end = (now + timedelta(minutes=meeting_texts.MINUTES)).time()
        st.query_params["until"] = end.strftime("%H:%M")
    days = (now + timedelta(days=step) for step in (-1, 0, 1))
    return min((datetime.combine(day.date(), end) for day in days), key=lambda moment: abs(moment - now))


@st.fragment(run_every=TICK_SECONDS)
def _clock(say: Language, until: datetime) -> None:
    """Draw the clock, which updates by itself."""
    widgets.html(meeting_texts.clock(_now(), until, say))


def _end_field(opened: Opened, until: datetime) -> None:
    key = f"until {until:%H%M}"
    st.time_input(
        opened.say(N_("The meeting ends at")), value=until.time(), step=300, key=key, on_change=_choose_end, args=(key,)
    )


def _choose_end(key: str) -> None:
    if chosen := st.session_state.get(key):
        st.query_params["until"] = chosen.strftime("%H:%M")


def _handout_button(opened: Opened) -> None:
    """Draw the download of the handout, which is made on the click."""
    name, label = (
        FileName(handouts.file_name(opened.whole.year, opened.say)),
        opened.say(N_("Handout for printing (PDF)")),
    )
    told: Any = {"action": Action.REPORT, "what": "handout", "details": reviews.told_of(opened)}
    file = File(label, name, media.PDF, key="handout", make=partial(_handout, opened), **told)
    downloads.offer(opened.view, file)


def _handout(opened: Opened, job: Job) -> bytes:
    audit.require(opened.view.reader.user, Permission.SEE_REVIEW)
    with opened.view.database.cursor() as cursor:
        made_at = approving.signatures_of(cursor, opened.review).changed_at
    public = _public(opened)
    kwargs: Any = {"names": public.names, "functions": public.functions, "state": opened.review.state}
    kwargs["made_at"] = made_at
    return make_file(job, handouts.pdf, opened.dossier, say=opened.say, **kwargs)


# --- The screens ----------------------------------------------------------------------------------------------------


def _point(opened: Opened, answer: PointAnswer, public: Public) -> None:
    say = opened.say
    widgets.html(meeting_texts.question(answer, say))
    left, right = st.columns(2, gap="large")
    with left:
        widgets.html(meeting_texts.figure(answer, say))
        if not opened.assessable:
            widgets.html(drawing_meeting.sentence(assessment(opened.whole, answer.point.id, say)))
        until = _decided(opened)
        decided = wording.of_point(until, answer.point, opened.review.year) if opened.may_read else []
        comment = meeting_texts.comment(opened.dossier, answer, public.names, say)
        for fragment in (comment, meeting_texts.decisions_of_point(decided, public, say)):
            if fragment:
                widgets.html(fragment)
    with right:
        statuses = meeting_texts.statuses(_statuses(opened, answer), say)
        # the statuses take the room of a bar
        worst = meeting_texts.worst(answer, say, most_bars=BARS if statuses else None)
        fallen = meeting_texts.fallen(answer, say)
        parts = (
            (N_("The trend towards the target"), [meeting_texts.trend(answer, say)]),
            (wording.WHY_CHANGED, [fallen]) if fallen else (N_("Most left to do"), [worst]),
            (REASONS_TITLE, [meeting_texts.why(answer, say), statuses]),
        )
        for title, drawn in parts:
            if shown := [each for each in drawn if each]:
                widgets.html(charts.stack(drawing_meeting.heading(say(title)), *shown))


def _decided(opened: Opened) -> tuple[Decision, ...]:
    """The decisions up to the review's year, of its organisation as it was on its day."""
    return written.decided_until(opened.view.data, opened.review.as_of, opened.review.organisation)


def _statuses(opened: Opened, answer: PointAnswer) -> Counter[str]:
    """How many items that are left of a point have each status, as known when the review was frozen, if it is."""
    args = (opened.view.data, opened.whole.as_of, opened.whole.organisation, answer.point.id)
    return written.item_statuses(*args, known_at=opened.whole.known_at)


def _way(opened: Opened, screens: tuple[Screen, ...], point_id: str) -> str:
    """The address of the screen that shows a point."""
    return _address(opened, order_texts.chosen(screens, None, point_id))


def _summary(opened: Opened, screens: tuple[Screen, ...], here: Screen, _public: Public) -> None:
    say, points = opened.say, opened.whole.points
    widgets.html(meeting_texts.title(wording.summary_sentence(opened.whole, say), kicker=here.title))
    listing = Listing(opened.whole, points, partial(_way, opened, screens))
    widgets.html(meeting_texts.listed(listing, say, caption=phrases.all_points(len(points), say)))


def _listing(opened: Opened, screens: tuple[Screen, ...], here: Screen, public: Public) -> Listing:
    """The points that share a screen, with the comments that the reader may read."""
    ids = [answer.point.id for answer in here.answers]
    comments = {id_: meeting_texts.commented(opened.dossier, id_, public.names) for id_ in ids}
    return Listing(opened.whole, here.answers, partial(_way, opened, screens), comments)


def _shared(opened: Opened, screens: tuple[Screen, ...], here: Screen, public: Public) -> None:
    """Draw the points that reach their target and keep it, or those without a figure."""
    say = opened.say
    sentence, drawn = {
        "reached": (wording.kept_sentence, meeting_texts.listed),
        "unmeasured": (wording.unmeasured_sentence, meeting_texts.unmeasured),
    }[here.kind]
    widgets.html(meeting_texts.title(sentence(len(here.answers), say), kicker=here.title))
    widgets.html(drawn(_listing(opened, screens, here, public), say, caption=here.title))


def _situation(opened: Opened, _screens: tuple[Screen, ...], here: Screen, public: Public) -> None:
    """Draw how things stand, next to the decisions of earlier reviews with their current state."""
    say, may_read = opened.say, opened.may_read
    widgets.html(meeting_texts.title(*wording.situation_sentences(opened.whole, say), kicker=here.title))
    left, right = st.columns(2, gap="large")
    with left:
        found = meeting_texts.facts(opened.whole, _decided(opened), opened.review.state, say, may_read=may_read)
        widgets.html(drawing_meeting.facts([*found, *_of_the_day(opened)]))
    with right:
        widgets.html(drawing_meeting.heading(say(N_("Earlier decisions"))))
        if may_read:
            _earlier(opened, public)
        else:
            widgets.html(charts.caption(say(N_("Decisions are shown to those who may read the review."))))


def _of_the_day(opened: Opened) -> list[charts.Fact]:
    """The next deadline and the open actions on the day of a draft; a frozen review keeps neither."""
    if opened.review.state != "draft":
        return []
    view = opened.review_view
    planned = reads.plan(view.data, view.reader, view.as_of, view.scope.organisation)
    states = [action.state for action in planned.actions]
    return meeting_texts.facts_of_the_day(clocks.clocks(view), states, opened.say)


def _earlier(opened: Opened, public: Public) -> None:
    say, ids = opened.say, {row.decision_id for row in opened.whole.carried}
    carried = [row for row in opened.decided if row.decision_id in ids]
    widgets.html(drawing_meeting.sentence(wording.earlier_sentence(carried, public.day, say)))
    if carried:
        widgets.html(meeting_texts.earlier_list(carried, public, say))
        widgets.html(charts.stack(charts.anchor(say(N_("Follow up")), widgets.address(opened.view, "decisions"))))


def _last(opened: Opened, _screens: tuple[Screen, ...], _here: Screen, public: Public) -> None:
    """Draw this review's decisions, next to the head's judgement of the whole."""
    say = opened.say
    widgets.html(meeting_texts.judged(opened.dossier, say))
    left, right = st.columns(2, gap="large")
    with left:
        if opened.may_read:
            own = decisions_of(list(opened.decided), opened.review)
            title = say(N_("Decisions of this review"))
            widgets.html(meeting_texts.decision_list(title, own, public, say))
        else:
            widgets.html(charts.caption(say(N_("Decisions are shown to those who may read the review."))))
    with right:
        _judgement(opened, public.names)


def _judgement(opened: Opened, names: Names) -> None:
    """Draw the head's answers and their grounds. Grounds that name somebody cannot be edited here, on the projector."""
    drawn, text = meeting_texts.grounds(opened.dossier, names, opened.say), judging.grounds(opened.dossier.written)
    named = names.withhold(text) != text
    if opened.assessable:
        reviews.judgement_fields(opened, lines=GROUNDS_HEIGHT, with_grounds=not named)
    if drawn and (named or not opened.assessable):
        widgets.html(drawn)


# The functions that draw the screens other than points.
DRAWN: Final = {
    "situation": _situation,
    "reached": _shared,
    "unmeasured": _shared,
    "summary": _summary,
    "last": _last,
}


# --- The fields -----------------------------------------------------------------------------------------------------


def _fields(opened: Opened, point: Point | None, names: Names) -> None:
    """Draw the fields of a note and of a decision."""
    if point is None or not opened.writable:
        _decision_fields(opened, point, names)
        return
    left, right = st.columns([4, 6], gap="medium")
    with left:
        _note_field(opened, point)
    with right:
        _decision_fields(opened, point, names)


def _note_field(opened: Opened, point: Point) -> None:
    """Draw the field of a note, which is added to the comment that the screen shows without names."""
    say, key = opened.say, f"note {opened.review.review_id} {point.id}"
    if key not in st.session_state:
        st.session_state[f"kept {key}"] = ""
    fields.text(
        say(N_("Note from the meeting")),
        key=key,
        height=NOTE_HEIGHT,
        placeholder=say(N_("Is added to the comment when you leave the field.")),
        on_change=_save_note,
        args=(opened, point.id, key),
    )


def _save_note(opened: Opened, point_id: str, key: str) -> None:
    """Save a note when its field is left."""
    note, before = st.session_state.get(key) or "", st.session_state[f"kept {key}"]
    with reviews.keeping_unsaved(note):
        audit.require(views.user(), Permission.WRITE_REVIEW)
        kwargs = {"point": point_id, "note": note, "before": before, "order": reviews.order(opened.view)}
        st.session_state[f"kept {key}"] = reviewing.add_note(opened.view.database, opened.review.review_id, **kwargs)


def _decision_fields(opened: Opened, point: Point | None, names: Names) -> None:
    """Draw the fields of a decision: what, who and by when. Leaving the text saves it, the others change it.

    Coming back to the screen continues with the last decision; names in it are not put on the projector.
    """
    say, prefix = opened.say, _prefix(opened, point)
    saved = _saved_decision(opened, prefix)
    what, who, when = st.columns([4.4, 2.7, 3.1], gap="small")
    callback: Any = {"on_change": _save_decision}
    args = (opened, point.id if point else None, prefix)
    text = saved.text if saved and names.withhold(saved.text) == saved.text else ""
    fields.line(
        say(N_("Decision")),
        at=what,
        value=text,
        key=f"{prefix} text",
        placeholder=say(N_("Saved")) if saved and not text else "",
        args=(*args, "text"),
        **callback,
    )
    fields.line(
        say(N_("Responsible")),
        at=who,
        key=f"{prefix} who",
        max_chars=LONGEST_NAME,
        placeholder=say(N_("Saved")) if saved and saved.responsible else "",
        args=(*args, "who"),
        **callback,
    )
    due = {"at": when, "key": f"{prefix} due", "args": (*args, "due"), **callback}
    fields.day(say(N_("To be done by")), saved.due if saved else None, **due)


def _saved_decision(opened: Opened, prefix: str) -> Decision | None:
    """The saved decision that the fields edit."""
    number = st.session_state.get(f"number {prefix}")
    return next((row for row in decisions_of(list(opened.decided), opened.review) if row.number == number), None)


def _save_state(opened: Opened, point: Point | None) -> None:
    """Draw which decision is saved, and the button for one more."""
    say, saved = opened.say, _saved_decision(opened, _prefix(opened, point))
    if saved is None:
        text = N_("What you write is saved when you leave the field.")
        if any(st.session_state.get(f"{_prefix(opened, point)} {name}") for name in FIELDS):
            text = N_("A decision needs a text: what is to be done.")
        if st.session_state.pop(f"withdrawn {_prefix(opened, point)}", False):
            text = N_("The decision has been withdrawn.")
        widgets.html(charts.caption(say(text)))
        return
    widgets.html(charts.caption(say(N_("Saved"))))
    more = say(N_("A new decision"))
    st.button(more, key="one more", type="tertiary", on_click=_next_decision, args=(opened, point))


def _prefix(opened: Opened, point: Point | None) -> str:
    """The prefix of the keys of a decision's fields; each further decision has fields of its own."""
    base = _decision_key(opened, point)
    return f"{base} {st.session_state.get(f'turn {base}', 0)}"


def _decision_key(opened: Opened, point: Point | None) -> str:
    return f"meeting decision {opened.review.review_id} {point.id if point else 'none'}"


def _next_decision(opened: Opened, point: Point | None) -> None:
    turn = f"turn {_decision_key(opened, point)}"
    st.session_state[turn] = st.session_state.get(turn, 0) + 1


def _save_decision(opened: Opened, point_id: str | None, prefix: str, left: str) -> None:
    """Save the decision when one of its fields is left. Withdraw it if its text has been removed."""
    values = {name: st.session_state.get(f"{prefix} {name}") for name in FIELDS}
    text = (values["text"] or "").strip()
    with reviews.keeping_unsaved(text):
        audit.require(views.user(), Permission.DECIDE)
        args, number = (opened.view.database, opened.review.review_id), _saved_number(opened, prefix)
        kwargs: Any = {
            "order": reviews.order(opened.view),
            "points": tuple(answer.point.id for answer in opened.whole.points),
        }
        if number and left == "text" and not text:
            deciding.withdraw(*args, number, order=kwargs["order"])
            st.session_state.pop(f"number {prefix}")
            st.session_state[f"withdrawn {prefix}"] = True
        elif number:
            words = {FIELDS[left]: values[left] or (None if left == "due" else "")}
            deciding.amend(*args, number, changes=words, **kwargs)
        elif text:
            due = values["due"] if isinstance(values["due"], date) else None
            decided = DecisionContent(text, point_id, values["who"] or "", due)
            st.session_state[f"number {prefix}"] = deciding.decide(*args, decided, **kwargs)


def _saved_number(opened: Opened, prefix: str) -> int | None:
    """The number of the decision that the fields edit; None if it is not saved yet, or withdrawn by somebody else."""
    with opened.view.database.cursor() as cursor:
        existing = {row.number for row in decisions_of(deciding.decisions(cursor), opened.review)}
    number: int | None = st.session_state.get(f"number {prefix}")
    if number in existing:
        return number
    st.session_state.pop(f"number {prefix}", None)
    return None


def _ways(opened: Opened, here: Screen, of: int) -> None:
    """Draw the buttons back and next, with the keys of a presenter's remote as shortcuts."""
    say = opened.say
    back = (here.number, N_("Back to the list")) if here.opened else (here.number - 1, N_("Back"))
    with st.container(key="meeting-turn", horizontal=True, vertical_alignment="center", horizontal_alignment="right"):
        widgets.html(charts.caption(say(N_("PgUp and PgDn turn the page"))))
        for (number, label), key in ((back, "PageUp"), ((here.number + 1, N_("Next")), "PageDown")):
            st.button(
                say(label),
                key=f"turn {key}",
                shortcut=key,
                type="primary" if key == "PageDown" else "secondary",
                disabled=not 1 <= number <= of,
                on_click=_turn,
                args=(number,),
            )


def _turn(number: int) -> None:
    """Go to a screen."""
    st.query_params.pop("point", None)
    st.query_params["screen"] = str(number)
