"""The screens of the meeting in their order, which of them the address names, and the agenda. No Streamlit.

Points that need no talk share a screen, and can still be opened: those that reach their target and keep it, and those
without a figure.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from compliance.access.disclosure import OTHER_UNITS
from compliance.core.language import N_, Language, number_in
from compliance.drawing import elements, meeting
from compliance.review import wording
from compliance.review.dossier import Dossier, PointAnswer, few_added_up
from compliance.wording import breaking, phrases

Kind = Literal["situation", "point", "reached", "unmeasured", "summary", "last"]
SHARED: Final[Mapping[Kind, str]] = {"reached": N_("Reach the target"), "unmeasured": N_("Cannot be measured")}


@dataclass(frozen=True)
class Screen:
    """A screen; `number` counts from one. `answers` are the points it is about, `answer` the one that is shown."""

    number: int
    title: str
    kind: Kind
    answers: tuple[PointAnswer, ...] = ()
    answer: PointAnswer | None = None

    @property
    def fields(self) -> bool:
        """Whether the screen has fields for a decision."""
        return self.answer is not None or self.kind == "last"

    @property
    def opened(self) -> bool:
        """Whether it shows one of the points that share a screen."""
        return self.kind in SHARED and self.answer is not None


def screens(dossier: Dossier, say: Language) -> tuple[Screen, ...]:
    """The situation beside earlier decisions (ISO/IEC 27001, 9.3.2 a), the points, the summary, and the judgement."""
    answers = few_added_up(dossier, say(OTHER_UNITS)).points
    talk, kept, unmeasured = wording.by_need(answers)
    sharing: dict[Kind, tuple[PointAnswer, ...]] = {"reached": kept, "unmeasured": unmeasured}
    found = [
        Screen(0, say(N_("Situation and earlier decisions")), "situation"),
        *(Screen(0, breaking.label(answer.point, say), "point", (answer,), answer) for answer in talk),
        *(Screen(0, say(title), kind, sharing[kind]) for kind, title in SHARED.items() if sharing[kind]),
        Screen(0, say(N_("Summary")), "summary"),
        Screen(0, say(N_("Decisions and judgement")), "last"),
    ]
    return tuple(replace(screen, number=number) for number, screen in enumerate(found, 1))


def chosen(screens: Sequence[Screen], number: str | None, point: str | None = None) -> Screen:
    """The screen that the address names by a point or a number, else the first."""
    for screen in screens:
        for answer in screen.answers:
            if answer.point.id == point:
                return replace(screen, answer=answer)
    return screens[number_in(number, most=len(screens)) - 1]


def named(screen: Screen) -> dict[str, str]:
    """How the address names a screen, or the point that it has opened."""
    params = {"screen": str(screen.number)}
    return params | {"point": screen.answer.point.id} if screen.opened and screen.answer else params


def where(screen: Screen, of: int, say: Language) -> elements.Html:
    """The number of the screen, as text and as a row of dashes."""
    text = say(N_("{n} of {of}"), n=say.number(screen.number), of=say.number(of))
    return meeting.place(text, here=screen.number, of=of)


def agenda(
    screens: Sequence[Screen],
    here: Screen,
    discussed: Collection[str],
    say: Language,
    *,
    address: Callable[[Screen], str],
) -> elements.Html:
    """Every screen with its points: the status of each, whether it is discussed, and a link to it."""
    rows = []
    for screen in screens:
        if screen.kind != "point":
            rows.append(_topic(screen, here, address(screen)))
        for answer in screen.answers:
            at = replace(screen, answer=answer)
            rows.append(_point(at, answer, here, discussed, say, address=address(at)))
    return meeting.agenda(rows, label=say(N_("Agenda")))


def _topic(screen: Screen, here: Screen, address: str) -> meeting.AgendaRow:
    shown = screen.number == here.number and not here.opened
    return meeting.AgendaRow(screen.title, address, here=shown)


def _point(
    screen: Screen, answer: PointAnswer, here: Screen, discussed: Collection[str], say: Language, *, address: str
) -> meeting.AgendaRow:
    done = answer.point.id in discussed
    return meeting.AgendaRow(
        name=breaking.label(answer.point, say),
        address=address,
        here=here.answer is not None and here.answer.point.id == answer.point.id,
        within=screen.opened,
        status=answer.coverage.status,
        word=phrases.word(answer.coverage, say),
        discussed=done,
        mark=say(N_("discussed") if done else N_("not discussed")),
    )
