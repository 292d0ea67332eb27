"""What words and columns of exports mean: asked where a figure counts by them, with the effect before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from compliance.access.permissions import Permission
from compliance.core.errors import Refusal
from compliance.core.language import N_, folded
from compliance.correcting import saying
from compliance.correcting.previewing import Effect
from compliance.correcting.saying import Saying
from compliance.declarations.sources import Field, Source
from compliance.drawing import charts
from compliance.loading.loading import Prepared
from compliance.loading.meanings import Meaning
from compliance.screens import effects, fields, reads, saying_texts, views, widgets
from compliance.screens.views import View

SHOWN: Final = 12
# The sentence on what was saved, until it is drawn.
SAVED: Final = "meanings saved"


@dataclass(frozen=True)
class Asked:
    """A word of a field, or the heading of a column of dates, of which nobody has said what it means."""

    source: str
    field: str
    said_of: str
    rows: int


def together(asked: Sequence[Asked]) -> list[Asked]:
    """The same words of several exports as one, those of most rows first."""
    by_word: dict[tuple[str, str, str], Asked] = {}
    for each in asked:
        key = each.source, each.field, folded(each.said_of)
        rows = by_word[key].rows if key in by_word else 0
        by_word[key] = Asked(each.source, each.field, each.said_of, rows + each.rows)
    return sorted(by_word.values(), key=lambda each: (-each.rows, each.source, each.field, folded(each.said_of)))


@dataclass(frozen=True)
class About:
    """Whose exports are asked about, and a file that is not loaded yet but counts in what an answer changes.

    `day` is the one on which the organisation has the name, if not the as-of date.
    """

    organisation: str
    file: Prepared | None = None
    day: date | None = None


def form(view: View, asked: Sequence[Asked], about: About, *, key: str) -> None:
    """Draw the choice of a meaning for each word, what the chosen ones change, and the button that saves them."""
    if view.sample or not view.reader.may(Permission.LOAD_EXPORTS):
        return
    say, shown = view.say, together(asked)
    with st.container(key=f"sayings-{key}"):
        widgets.html(charts.section(say(saying_texts.TITLE), note=say(saying_texts.PURPOSE), level=3))
        left, right = st.columns(2, gap="large")
        chosen = []
        for number, each in enumerate(shown[:SHOWN]):
            with left if number % 2 == 0 else right:
                meaning = _choice(view, each, key)
            if meaning:
                chosen.append(Saying(each.source, each.field, each.said_of, meaning))
        if len(shown) > SHOWN:
            text = N_("{n} of {of} are shown.")
            widgets.html(charts.caption(say(text, n=say.number(SHOWN), of=say.number(len(shown)))))
        if chosen:
            _confirm(view, tuple(chosen), about, key=key)


def _choice(view: View, each: Asked, key: str, *, now: str | None = None) -> str | None:
    say, source, field = view.say, *_declared(view, each.source, each.field)
    return fields.choice(
        widgets.plain(saying_texts.label(source, field, each.said_of, each.rows, say)),
        {choice: saying_texts.choice(field, choice, say) for choice in saying.choices(field)},
        now=now,
        placeholder=saying_texts.unsaid(field, say),
        key=f"meaning {key} {each.source} {each.field} {each.said_of} {say.code}",
    )


def _declared(view: View, source_id: str, name: str) -> tuple[Source, Field]:
    source = reads.sources(view.data)[source_id]
    return source, source.field(name)


def change(view: View, now: Meaning) -> None:
    """Draw what was said, to be changed or taken back, what that changes, and the button that saves it."""
    each, key = Asked(now.source, now.field, now.said_of, 0), f"said {now.said_at}"
    meaning = _choice(view, each, key, now=now.meaning)
    if st.toggle(view.say(N_("Take back")), key=f"unsay {key} {each.source} {each.field} {each.said_of}"):
        meaning = None
    if meaning != now.meaning:
        said = (Saying(now.source, now.field, now.said_of, meaning),)
        _confirm(view, said, About(view.scope.organisation), key=f"said {now.field} {now.said_of}")


def confirmation() -> None:
    """Draw once what was saved."""
    if sentence := st.session_state.pop(SAVED, None):
        widgets.html(charts.answer(sentence))


def _confirm(view: View, chosen: tuple[Saying, ...], about: About, *, key: str) -> None:
    """Draw what the chosen meanings change, and the button that saves them."""
    effect = _effect(view, chosen, about, key=key)
    if isinstance(effect, Refusal):
        widgets.html(charts.note(view.say.refusal(effect)))
        return
    effects.draw(view, effect, dated=[(about.file.workbook.name, about.day)] if about.file and about.day else [])
    if st.button(view.say(N_("Save")), type="primary", key=f"save meanings {key}"):
        _save(view, chosen, about)


def _effect(view: View, chosen: tuple[Saying, ...], about: About, *, key: str) -> Effect | Refusal:
    """What the chosen meanings change, computed again only if they, the file, the day or the data differ."""
    file = about.file and (about.file.workbook.sha256, about.file.order)
    of = chosen, file, about.organisation, view.as_of, view.data.version
    kept: tuple[object, Effect | Refusal] | None = st.session_state.get(slot := f"effect of meanings {key}")
    if kept is None or kept[0] != of:
        with st.spinner(view.say(N_("This takes a moment"))):
            kept = of, _counted(view, chosen, about)
        st.session_state[slot] = kept
    return kept[1]


def _counted(view: View, chosen: tuple[Saying, ...], about: About) -> Effect | Refusal:
    try:
        return saying.effect_of_saying(
            view.database,
            about.organisation,
            chosen,
            as_of=view.as_of,
            named_on=about.day or view.as_of,
            points=reads.points(view),
            sources=reads.sources(view.data),
            words=reads.words(),
            file=about.file,
        )
    except Refusal as refusal:
        return refusal


def _save(view: View, sayings: Sequence[Saying], about: About) -> None:
    """Save what is said, read the exports that have it anew, and tell how many."""
    widgets.require(Permission.LOAD_EXPORTS)
    with widgets.showing_errors():
        anew = saying.say_what(
            view.database,
            about.organisation,
            sayings,
            as_of=about.day or view.as_of,
            sources=reads.sources(view.data),
            words=reads.words(),
            order=views.order(),
        )
        st.session_state[SAVED] = saying_texts.saved([each.changed for each in anew], view.say)
        st.rerun()
