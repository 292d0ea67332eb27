"""The meeting mode: one screen a point, and below it the fields that are written in while the point is discussed.

Notes are the comments of the review and decisions its decisions; each is kept as soon as its field is left.
"""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import permissions
from compliance.access.permissions import Permission
from compliance.access.withholding import Names
from compliance.core import clock
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_, Language
from compliance.core.lengths import LONGEST_NAME
from compliance.counting.assessing import Status
from compliance.declarations.points import Point
from compliance.drawing import charts
from compliance.drawing import meeting as drawing_meeting
from compliance.report import handouts
from compliance.report.points import assessment
from compliance.review import approving, deciding, judging, reviewing, wording
from compliance.review.deciding import Decision, DecisionContent, decisions_of
from compliance.review.dossier import PointAnswer, responsible
from compliance.screens import downloads, fields, reads, reviews, views, widgets
from compliance.screens.downloads import File
from compliance.screens.meeting import texts as meeting_texts
from compliance.screens.meeting.texts import Screen
from compliance.screens.reviews import Opened
from compliance.screens.views import View

TICK_SECONDS: Final = 20
NOTE_HEIGHT: Final = 68
GROUNDS_HEIGHT: Final = 110
# The fields of a decision, and the word of it that each holds.
FIELDS: Final = {"text": "text", "who": "responsible", "due": "due"}


def draw(view: View) -> None:
    """The review that the address names, screen by screen."""
    found = reviews.current(view)
    if found is None:
        _nothing_yet(view)
    else:
        _meeting(view, found)


def _meeting(view: View, found: Opened) -> None:
    """The screen that the address names."""
    screens = meeting_texts.screens(found.whole, view.say)
    said = st.query_params.get("screen", "")
    here = meeting_texts.chosen(screens, said)
    if said and said.lstrip("0") != str(here.number):
        widgets.not_found(view, N_("the screen"), said, view.say.number(here.number))
    names = _names(found)
    with st.container(key="meeting-top", horizontal=True, vertical_alignment="center"):
        _top(found, screens, here)
    reviews.show_unsaved()
    with st.container(key="meeting-body"):
        if here.answer:
            _point(found, here.answer, names)
        else:
            DRAWN[here.kind](found, here, names)
    with st.container(key="meeting-foot"):
        if found.writable and here.fields:
            _fields(found, here.answer.point if here.answer else None, names)
        with st.container(key="meeting-ways", horizontal=True, vertical_alignment="center"):
            if found.writable and here.answer:
                widgets.html(charts.caption(found.say(N_("The head's assessment"))))
                reviews.assessment_field(found, here.answer.point, label_shown=False)
            if found.writable and here.fields:
                _kept(found, here.answer.point if here.answer else None)
            _ways(found, here, len(screens))


def _nothing_yet(view: View) -> None:
    """What is said where there is no review to hold a meeting about, and the way there."""
    say = view.say
    widgets.html(charts.page_title(say(N_("Meeting mode"))))
    with st.container(border=True, key="card-empty"):
        title = say(N_("There is no review to hold the meeting about."))
        text = say(N_("What is said in the meeting is kept in the review, so that is opened first."))
        widgets.html(charts.empty_state(Status.NOTHING_TO_ASSESS, say(N_("No review")), title=title, texts=[text]))
        widgets.link(view, "review", say(N_("Go to the management review")))


def _names(found: Opened) -> Names:
    """The names that are withheld, found once while the data and the responsible persons stay the same."""
    whole = found.whole
    return reads.person_names(found.view.data, whole.as_of, whole.known_at, whole.organisation, responsible(whole))


# --- The top --------------------------------------------------------------------------------------------------------


def _top(found: Opened, screens: tuple[Screen, ...], here: Screen) -> None:
    """Which screen it is, the clock, the agenda, and the way out."""
    say, view = found.say, found.view
    widgets.html(meeting_texts.where(here, len(screens), say))
    until = _until()
    _clock(found.say, until)
    widgets.html(meeting_texts.which(found.review, say))
    if view.sample:
        widgets.html(charts.badge(say(N_("Sample data"))))
    # another screen has another agenda: the one that was open is closed
    agenda = st.popover(say(N_("Agenda")), type="tertiary", key=f"agenda {here.number}")
    with agenda, st.container(key="agenda", gap=None):
        for screen in screens:
            with st.container(key="agenda-here" if screen is here else f"agenda-{screen.number}", gap=None):
                widgets.link(view, "meeting", screen.title, **_address(found, screen.number))
        _end_field(found, until)
        _handout_button(found)
    review = wording.address(found.review, found.others)
    widgets.link(view, "review", say(N_("End the meeting")), review=review)


def _address(found: Opened, number: int) -> dict[str, str]:
    """A screen in the address, with the review and the end of the meeting."""
    given = {"review": wording.address(found.review, found.others), "screen": str(number)}
    return given | {"until": st.query_params.get("until", "")}


def _now() -> datetime:
    return clock.local(clock.now()).replace(tzinfo=None, second=0, microsecond=0)


def _until() -> datetime:
    """When the meeting ends, also after midnight: what the address says, else forty minutes after it was opened."""
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
    """The time, which goes on by itself."""
    widgets.html(meeting_texts.clock(_now(), until, say))


def _end_field(found: Opened, until: datetime) -> None:
    key = f"until {until:%H%M}"
    st.time_input(
        found.say(N_("The meeting ends at")), value=until.time(), step=300, key=key, on_change=_choose_end, args=(key,)
    )


def _choose_end(key: str) -> None:
    if chosen := st.session_state.get(key):
        st.query_params["until"] = chosen.strftime("%H:%M")


def _handout_button(found: Opened) -> None:
    """The same on paper, made when it is asked for."""
    name, label = handouts.file_name(found.whole.year, found.say), found.say(N_("Handout for printing (PDF)"))
    file = File(label, name, "application/pdf", key="handout", make=partial(_handout, found))
    downloads.offer(found.view, file)


def _handout(found: Opened, job: Job) -> bytes:
    permissions.require(found.view.reader.user, Permission.SEE_REVIEW)
    with found.view.database.cursor() as cursor:
        made_at = approving.signatures_of(cursor, found.review).changed_at
    given: Any = {"names": _names(found), "state": found.review.state, "made_at": made_at}
    return make_file(job, handouts.pdf, found.dossier, say=found.say, **given)


# --- The screens ----------------------------------------------------------------------------------------------------


def _point(found: Opened, answer: PointAnswer, names: Names) -> None:
    say = found.say
    widgets.html(meeting_texts.question(answer, say))
    left, right = st.columns(2, gap="large")
    with left:
        widgets.html(meeting_texts.figure(answer, say))
        if not found.writable:
            widgets.html(drawing_meeting.sentence(assessment(found.whole, answer.point.id, say)))
        decided = wording.of_point(found.decided, answer.point, found.review.year) if found.may_read else []
        given = (found.dossier, answer, decided, names, say)
        for told in meeting_texts.said_of_point(*given, writable=found.writable):
            widgets.html(told)
    with right:
        parts = (
            (N_("The trend towards the target"), meeting_texts.trend(answer, say)),
            (N_("Most left to do"), meeting_texts.worst(answer, say)),
            (N_("Why"), meeting_texts.why(answer, say)),
        )
        for title, drawn in parts:
            if drawn:
                widgets.html(charts.stack(drawing_meeting.heading(say(title)), drawn))


def _summary(found: Opened, _here: Screen, _names: Names) -> None:
    say = found.say
    widgets.html(meeting_texts.title(wording.summary_sentence(found.whole, say), say(N_("Summary"))))

    def address(number: int) -> str:
        return widgets.address(found.view, "meeting", **_address(found, number))

    widgets.html(meeting_texts.summary(found.whole, address, say))


def _earlier(found: Opened, here: Screen, names: Names) -> None:
    """What earlier reviews decided, as it stands today."""
    say, day = found.say, found.review.as_of
    ids = {row.decision_id for row in found.whole.carried}
    carried = [row for row in found.decided if row.decision_id in ids]
    if not found.may_read:
        _unread(found, here)
        return
    widgets.html(meeting_texts.title(wording.earlier_sentence(carried, day, say), here.title))
    if not carried:
        return
    widgets.html(meeting_texts.earlier_list(carried, names, day, say))
    way = charts.anchor(
        say(N_("The page of decisions says who is responsible.")), widgets.address(found.view, "decisions")
    )
    widgets.html(charts.stack(way))


def _unread(found: Opened, here: Screen) -> None:
    widgets.html(meeting_texts.title(here.title, ""))
    widgets.html(charts.caption(found.say(N_("They are shown to those who may read the review."))))


def _last(found: Opened, _here: Screen, names: Names) -> None:
    """What this review decides, beside how the head judges the whole."""
    say = found.say
    widgets.html(meeting_texts.judged(found.dossier, say))
    left, right = st.columns(2, gap="large")
    with left:
        if found.may_read:
            own = decisions_of(list(found.decided), found.review)
            title = say(N_("Decisions of this review"))
            widgets.html(meeting_texts.decision_list(title, own, names, found.review.as_of, say))
        else:
            widgets.html(charts.caption(say(N_("Decisions are shown to those who may read the review."))))
    with right:
        _judgement(found, names)


def _judgement(found: Opened, names: Names) -> None:
    """The head's answers and their grounds; grounds that name somebody are written elsewhere than on the projector."""
    drawn, text = meeting_texts.grounds(found.dossier, names, found.say), judging.grounds(found.dossier.written)
    named = names.withhold(text) != text
    if found.writable:
        reviews.judgement_fields(found, lines=GROUNDS_HEIGHT, with_grounds=not named)
    if drawn and (named or not found.writable):
        widgets.html(drawn)


# What draws the screens that are no point.
DRAWN: Final = {"earlier": _earlier, "summary": _summary, "last": _last}


# --- The fields -----------------------------------------------------------------------------------------------------


def _fields(found: Opened, point: Point | None, names: Names) -> None:
    """The note and the decision that are written while the screen is discussed."""
    if point is None:
        _decision_fields(found, None, names)
        return
    left, right = st.columns([4, 6], gap="medium")
    with left:
        _note_field(found, point)
    with right:
        _decision_fields(found, point, names)


def _note_field(found: Opened, point: Point) -> None:
    """What is noted is added to the coordinator's comment, which stands above without names."""
    say, key = found.say, f"note {found.review.review_id} {point.id}"
    if key not in st.session_state:
        st.session_state[f"kept {key}"] = ""
    fields.text(
        say(N_("Note from the meeting")),
        key=key,
        height=NOTE_HEIGHT,
        placeholder=say(N_("Is added to the comment when you leave the field.")),
        on_change=_keep_note,
        args=(found, point.id, key),
    )


def _keep_note(found: Opened, point_id: str, key: str) -> None:
    """Keeps a note when its field is left."""
    said, before = st.session_state.get(key) or "", st.session_state[f"kept {key}"]
    with reviews.keeping_unsaved(said):
        permissions.require(views.user(), Permission.WRITE_REVIEW)
        given = {"point": point_id, "note": said, "before": before, "order": reviews.order(found.view)}
        st.session_state[f"kept {key}"] = reviewing.add_note(found.view.database, found.review.review_id, **given)


def _decision_fields(found: Opened, point: Point | None, names: Names) -> None:
    """What, who and by when; a decision is kept when its text is left, and goes on with the other two fields.

    Whoever comes back to the screen goes on with the last one; its names stay away from the projector.
    """
    say, prefix = found.say, _prefix(found, point)
    made = _made(found, prefix)
    what, who, when = st.columns([4.4, 2.7, 3.1], gap="small")
    asked: Any = {"on_change": _keep}
    args = (found, point.id if point else None, prefix)
    text = made.text if made and names.withhold(made.text) == made.text else ""
    fields.line(
        say(N_("Decision")),
        at=what,
        key=f"{prefix} text",
        placeholder=say(N_("Is kept. It has a name in it.") if made and not text else N_("What is to be done?")),
        args=(*args, "text"),
        **asked,
        **_first(f"{prefix} text", text),
    )
    fields.line(
        say(N_("Responsible")),
        at=who,
        key=f"{prefix} who",
        max_chars=LONGEST_NAME,
        placeholder=say(N_("Is kept") if made and made.responsible else N_("Who?")),
        args=(*args, "who"),
        **asked,
    )
    when.date_input(
        say(N_("To be done by")),
        format="YYYY-MM-DD",
        min_value=views.FIRST_DAY,
        max_value=views.LAST_DAY,
        key=f"{prefix} due",
        args=(*args, "due"),
        **asked,
        **_first(f"{prefix} due", made.due if made else None),
    )


def _first(key: str, value: Any) -> dict[str, Any]:
    """What a field holds before anybody has written in it; afterwards the widget knows by itself."""
    return {} if key in st.session_state else {"value": value}


def _made(found: Opened, prefix: str) -> Decision | None:
    """The decision that the fields are of, as it stands."""
    number = st.session_state.get(f"number {prefix}")
    return next((row for row in decisions_of(list(found.decided), found.review) if row.number == number), None)


def _kept(found: Opened, point: Point | None) -> None:
    """Which decision is kept, and the way to one more."""
    say, made = found.say, _made(found, _prefix(found, point))
    if made is None:
        text = N_("Each field is kept when you leave it.")
        if any(st.session_state.get(f"{_prefix(found, point)} {name}") for name in FIELDS):
            text = N_("Write the decision too.")
        if st.session_state.pop(f"withdrawn {_prefix(found, point)}", False):
            text = N_("The decision is withdrawn.")
        widgets.html(charts.caption(say(text)))
        return
    widgets.html(charts.caption(say(N_("Decision {name} is kept."), name=made.name)))
    more = say(N_("One more decision"))
    st.button(more, key="one more", type="tertiary", on_click=_next_decision, args=(found, point))


def _place(point: Point | None) -> str:
    return point.id if point else "none"


def _prefix(found: Opened, point: Point | None) -> str:
    """What the keys of the decision's fields begin with; one more decision has fields of its own."""
    base = f"meeting decision {found.review.review_id} {_place(point)}"
    return f"{base} {st.session_state.get(f'turn {base}', 0)}"


def _next_decision(found: Opened, point: Point | None) -> None:
    base = f"turn meeting decision {found.review.review_id} {_place(point)}"
    st.session_state[base] = st.session_state.get(base, 0) + 1


def _keep(found: Opened, point_id: str | None, prefix: str, left: str) -> None:
    """Keeps the decision when a field of it is left; one whose text is taken away again is withdrawn."""
    said = {name: st.session_state.get(f"{prefix} {name}") for name in FIELDS}
    text = (said["text"] or "").strip()
    with reviews.keeping_unsaved(text):
        permissions.require(views.user(), Permission.WRITE_REVIEW)
        given, number = (found.view.database, found.review.review_id), _number_kept(found, prefix)
        asked: Any = {"order": reviews.order(found.view), "points": tuple(point.id for point in reads.points())}
        if number and left == "text" and not text:
            deciding.withdraw(*given, number, order=asked["order"])
            st.session_state.pop(f"number {prefix}")
            st.session_state[f"withdrawn {prefix}"] = True
        elif number:
            words = {FIELDS[left]: said[left] or (None if left == "due" else "")}
            deciding.amend(*given, number, changes=words, **asked)
        elif text:
            due = said["due"] if isinstance(said["due"], date) else None
            made = DecisionContent(text, point_id, said["who"] or "", due)
            st.session_state[f"number {prefix}"] = deciding.decide(*given, made, **asked)


def _number_kept(found: Opened, prefix: str) -> int | None:
    """The decision that the fields are of; None where there is none yet, or somebody else has withdrawn it."""
    with found.view.database.cursor() as cursor:
        there = {row.number for row in decisions_of(deciding.decisions(cursor), found.review)}
    number: int | None = st.session_state.get(f"number {prefix}")
    if number in there:
        return number
    st.session_state.pop(f"number {prefix}", None)
    return None


def _ways(found: Opened, here: Screen, of: int) -> None:
    """Back and on, also by the keys that a presenter's remote sends."""
    say = found.say
    with st.container(key="meeting-turn", horizontal=True, vertical_alignment="center", horizontal_alignment="right"):
        widgets.html(charts.caption(say(N_("PgUp and PgDn turn the page"))))
        for step, label, key in ((-1, N_("Back"), "PageUp"), (1, N_("Next"), "PageDown")):
            number = here.number + step
            st.button(
                say(label),
                key=f"turn {key}",
                shortcut=key,
                type="primary" if step > 0 else "secondary",
                disabled=not 1 <= number <= of,
                on_click=st.query_params.update,
                args=({"screen": str(number)},),
            )
