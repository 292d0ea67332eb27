"""The signatures of a review: submit, approve, send back, correct and verify."""

from collections.abc import Callable

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core import clock, places
from compliance.core.language import N_, bold
from compliance.core.lengths import LONGEST_NAME
from compliance.drawing import charts
from compliance.review import approving, judging, wording
from compliance.review.verifying import resealing_sentences, verify
from compliance.review.wording import STATES
from compliance.screens import fields, reviews, views, widgets, written
from compliance.screens.review import texts as review_texts
from compliance.screens.reviews import Opened
from compliance.wording import phrases
from compliance.wording.tables import plain


def signatures(opened: Opened) -> None:
    """Draw the facts to know before signing, the next step, and the history of the review."""
    say = opened.say
    widgets.html(charts.facts(review_texts.facts(opened.whole, say)))
    widgets.html(
        charts.section(
            say(N_("Submit for approval")) if opened.review.state == "draft" else say(STATES[opened.review.state])
        )
    )
    {"draft": _draft, "submitted": _submitted, "approved": _approved}[opened.review.state](opened)
    widgets.html(charts.section(say(N_("History"))))
    changed = review_texts.history(opened.states)
    widgets.table(opened.view, review_texts.HISTORY, changed, caption=say(N_("History")), stacked=True)


def _name_field(opened: Opened, key: str) -> str:
    """Draw the name of the person who acts: that of their login, else a field for it. Return the name."""
    user = opened.view.reader.user
    if user.person:
        text = N_("You do this as {name}, as your login says.")
        widgets.html(charts.caption(opened.say(text, name=user.name or phrases.DASH)))
        return user.name
    label = opened.say(N_("First name and surname"))
    return fields.line(label, key=key, width=460, max_chars=LONGEST_NAME, autocomplete="off")


# --- A draft --------------------------------------------------------------------------------------------------------


def _draft(opened: Opened) -> None:
    """Draw what is missing, or the form that submits."""
    say = opened.say
    left = approving.missing(opened.whole.written, tuple(answer.point for answer in opened.whole.points))
    if left:
        widgets.html(charts.answer(say(approving.INCOMPLETE, points=approving.numbers_of(left))))
        with st.container(key="missing", gap="xxsmall"):
            for point in left:
                text, address = phrases.label(point, say), wording.address(opened.review, opened.others)
                widgets.link(opened.view, "review", widgets.plain(text), review=address, part="points", point=point.id)
    elif judging.missing_judgement(opened.whole.written):
        widgets.html(charts.answer(say(approving.UNJUDGED)))
        address = wording.address(opened.review, opened.others)
        widgets.link(opened.view, "review", say(N_("Judgement of the whole")), review=address, part="judgement")
    else:
        text = N_("Submitting freezes the review as it stands now.")
        widgets.html(charts.answer(say(text)))
        if opened.view.reader.may(Permission.SUBMIT_REVIEW):
            _submit_form(opened)


def _submit_form(opened: Opened) -> None:
    """Draw what the review leaves open, to be confirmed one by one, and the button that submits it."""
    say, left = opened.say, judging.concerns(opened.whole)
    ticked = []
    if left:
        widgets.html(charts.section(say(N_("Confirm one by one what stays open")), level=3))
    for concern in left:
        label = widgets.plain(review_texts.concern_text(opened.whole, concern, say))
        if st.checkbox(label, key=f"confirm {opened.review.review_id} {concern.name}"):
            ticked.append(concern.name)
    name = _name_field(opened, "submitter")
    ready = len(ticked) == len(left)
    if st.button(say(N_("Submit for approval")), type="primary", key="submit", disabled=not ready):
        with st.spinner(say(N_("This takes a moment"))):
            kwargs = {"own": places.own_files(), "confirmed": ticked}
            _sign(opened, Permission.SUBMIT_REVIEW, approving.submit, name=name, **kwargs)


def _sign(opened: Opened, permission: Permission, action: Callable[..., object], **kwargs: object) -> None:
    """Change the state of the review in the name of the user or that was given, and rerun the page if it succeeds."""
    database, id_ = opened.view.database, opened.review.review_id
    if reviews.perform(permission, action, database, id_, user=views.user(), **kwargs):
        st.rerun()


# --- Submitted ------------------------------------------------------------------------------------------------------


def _submitted(opened: Opened) -> None:
    """Draw who submitted the review, and the forms that approve it or send it back."""
    say, review = opened.say, opened.review
    day = say.date(clock.local_day(review.changed_at))
    text = N_(
        "{name} submitted the review {day}. Somebody else is to approve it. Read the report under Documents first."
    )
    widgets.html(charts.answer(say(text, name=review.submitted_by, day=day)))
    if not opened.view.reader.may(Permission.APPROVE_REVIEW):
        return
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True, key="card-approve"):
        name = _name_field(opened, "approver")
        if st.button(say(N_("Approve the review")), type="primary", key="approve"):
            _sign(opened, Permission.APPROVE_REVIEW, approving.approve, name=name)
    with right, st.container(border=True, key="card-send-back"):
        name = _name_field(opened, "sender")
        why = fields.text(say(N_("Why it is sent back")), key="why back", height=80)
        if st.button(say(N_("Send back for changes")), key="send back"):
            _sign(opened, Permission.APPROVE_REVIEW, approving.send_back, name=name, why=why)


# --- Approved -------------------------------------------------------------------------------------------------------


def _approved(opened: Opened) -> None:
    """Draw who approved the review and when, its seal, the button that verifies it, and the form that corrects it."""
    say = opened.say
    signed = written.signatures(opened.view.data, opened.review)
    moments = [(signed.submitted_by, signed.submitted_at), (signed.approved_by, signed.approved_at)]
    submitted, approved = (
        f"{bold(name)}, {say.moment(clock.local(at))}" if name and at else phrases.DASH for name, at in moments
    )
    pairs = [
        charts.Pair(say(N_("Submitted by")), submitted),
        charts.Pair(say(N_("Approved by")), approved),
        charts.Pair(say(N_("Version")), say.number(opened.review.version)),
    ]
    widgets.html(charts.pairs(pairs))
    widgets.html(charts.caption(" ".join(approving.identity_sentences(signed, say))))
    with st.expander(say(N_("Seal"))):
        text = N_(
            "SHA-256 of everything that was frozen. If the frozen review were changed, the seal would be another."
        )
        widgets.html(charts.caption(say(text)))
        st.code(opened.review.sha256 or "", language=None, wrap_lines=True)
        for message in resealing_sentences(opened.whole, say):
            widgets.html(charts.caption(message))
    _verify(opened)
    if opened.view.reader.may(Permission.WRITE_REVIEW):
        with st.expander(say(N_("Begin a correction"))):
            _correct(opened)


def _verify(opened: Opened) -> None:
    """Draw the button that computes the frozen review again from its imports, and the differences."""
    say = opened.say
    note = N_("Computes the figures again from the imports that the review rests on, with today's rules.")
    widgets.html(charts.section(say(N_("Verify the review")), note=say(note), level=3))
    if not st.button(say(N_("Verify the review")), key="verify"):
        return
    widgets.require(Permission.READ_REVIEW)
    with widgets.showing_errors(), st.spinner(say(N_("This takes a moment"))):
        with opened.view.database.cursor() as cursor:
            differences = verify(cursor, opened.whole, own=places.own_files())
        if not opened.view.reader.named:
            # a figure of few persons that differs would be told
            differences = [each for each in differences if not (each.point and each.point.persons and each.where)]
        for message in resealing_sentences(opened.whole, say):
            widgets.html(charts.note(message))
        widgets.html(charts.note(review_texts.differences_sentence(differences, say)))
        if differences:
            drawn = plain(review_texts.DIFFERENCES, wording.differences(differences, say), say)
            widgets.html(charts.table(*drawn, caption=say(N_("What has changed"))))


def _correct(opened: Opened) -> None:
    """Draw the form that begins the next version of an approved review; the approved one is not changed."""
    say = opened.say
    text = N_("The approved version stays. A correction is a new version that is submitted and approved anew.")
    widgets.html(charts.caption(say(text)))
    name = _name_field(opened, "corrector")
    why = fields.text(say(N_("What is corrected, and why")), key="why correct", height=80)
    anew = {False: say(N_("Keep them as they were approved")), True: say(N_("Count them anew"))}
    recount = fields.choice(say(N_("The figures")), anew, now=False, draw=st.radio, key=f"anew {say.code}")
    if st.button(say(N_("Begin a correction")), key="correct"):
        _sign(opened, Permission.WRITE_REVIEW, approving.correct, name=name, why=why, anew=bool(recount))
