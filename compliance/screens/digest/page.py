"""The page of the digest: how things stand in half a page, as files to hand on, and the making of a new one."""

from functools import partial
from typing import Any, Final

import streamlit as st

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import Permission
from compliance.core import clock, media
from compliance.core.jobs import Job, make_file
from compliance.core.language import N_
from compliance.digest import last
from compliance.digest.digest import Line, Section
from compliance.digest.files import Kind, write_digest
from compliance.drawing import charts
from compliance.drawing.elements import Html, breakable, tag
from compliance.screens import downloads, no_data, reviews, views, widgets
from compliance.screens.bodies import body
from compliance.screens.digest import material
from compliance.screens.downloads import File
from compliance.screens.views import View

# The files that hand it on: the label and the type of each.
FILES: Final[dict[Kind, tuple[str, str]]] = {
    "eml": (N_("Mail as a draft"), media.EML),
    "docx": ("Word", media.DOCX),
    "txt": (N_("Text"), "text/plain"),
}

ahead = material.ahead


@body
def draw(view: View) -> None:
    """Draw the digest of the day, and what hands it on."""
    reviews.show_unsaved()
    told = material.digest_of(view)
    if not told.sections:
        widgets.html(charts.page_title(view.say(N_("Digest"))))
        no_data.nothing_loaded(view)
        return
    widgets.html(charts.headline(*told.answer, kicker=f"{told.title} · {told.place}"))
    widgets.html(charts.caption(told.compared))
    widgets.beside((1, 1), *(partial(_sections, view, sections) for sections in told.columns))
    _files(view)
    _new(view)


def _sections(view: View, sections: tuple[Section, ...]) -> None:
    for section in sections:
        lines = [_line(view, line) for line in section.lines]
        widgets.html(charts.stack(charts.section(section.title), charts.bullets(lines)))


def _line(view: View, line: Line) -> Html:
    """A line, whose point is a link."""
    if not line.label:
        return breakable(line.text)
    name = tag("strong", line.label)
    if line.point:
        name = charts.anchor(line.label, widgets.address(view, "point", point=line.point))
    return Html(f"{name}. {breakable(line.text)}")


def _files(view: View) -> None:
    """Draw the downloads."""
    say, title = view.say, view.say(N_("Digest"))
    told: Any = {"action": Action.REPORT, "what": "digest"}
    names = {kind: downloads.file_name(say, N_("{title} {day}"), kind, title=title, day=view.as_of) for kind in FILES}
    files = [
        File(say(label), names[kind], mime, key=f"digest {kind}", make=partial(_file, view, kind), **told)
        for kind, (label, mime) in FILES.items()
    ]
    downloads.offer(view, *files, key="digest-files")
    text = N_("Nobody is named in it, and numbers of fewer than five persons are hidden, so it can be handed on.")
    widgets.html(charts.caption(say(text)))


def _file(view: View, kind: Kind, job: Job) -> bytes:
    audit.require(view.reader.user, Permission.SEE_FIGURES)
    return make_file(job, write_digest, material.digest_of(view), kind, view.say, made_at=clock.now())


def _new(view: View) -> None:
    """Draw the button that makes a new one, for whoever loads exports."""
    if not (view.reader.whole and view.reader.may(Permission.LOAD_EXPORTS)):
        return
    say = view.say
    with st.container(horizontal=True, vertical_alignment="center", key="new-digest"):
        st.button(say(N_("Make a new digest")), key="make digest", on_click=_make, args=(view,))
        made = material.made(view).today
        text = say(N_("From the next day on, what has changed is told since this one."))
        if made:
            text = say(N_("Made {moment}."), moment=say.moment(clock.local(made.made_at))) + f" {text}"
        widgets.html(charts.caption(text))


def _make(view: View) -> None:
    with reviews.keeping_unsaved():
        audit.require(views.user(), Permission.LOAD_EXPORTS)
        last.make(view.database, view.scope.organisation, as_of=view.as_of, order=views.order())
