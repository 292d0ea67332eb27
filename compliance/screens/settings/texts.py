"""The texts of settings: points of one's own, in which versions and where they are on. No Streamlit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from compliance.core import clock
from compliance.core.language import N_, Language, swedish_order
from compliance.correcting.packs import Offer
from compliance.declarations.packs import Pack, sums_of_product
from compliance.drawing import charts
from compliance.drawing.elements import Html
from compliance.screens.people_texts import recorded
from compliance.store.packs import Declared, Refused, Switch, Version
from compliance.wording import breaking, phrases
from compliance.wording.tables import Column

# How much of a sum is shown beside the rest of a pack.
FIRST: Final = 12
PURPOSE: Final = N_(
    "A point of your own is a folder or a ZIP with its rule, its exports and its examples. Those who run the service "
    "install it; a coordinator switches it on, from a day. It then counts like the others."
)


@dataclass(frozen=True)
class Entry:
    """A pack as it is installed, with when and by whom, and as it is offered, if that is not the same.

    `refused` is what this version of the product cannot read of what is installed.
    """

    name: str
    installed: Pack | None = None
    version: Version | None = None
    refused: Refused | None = None
    offered: Offer | None = None

    @property
    def pack(self) -> Pack | None:
        """What the page tells of: the installed version, else the one that is offered."""
        return self.installed or (self.offered.pack if self.offered else None)


@dataclass(frozen=True)
class Turn:
    """A change of packs in the history: a version that was installed, or on or off in an organisation from a day."""

    at: datetime
    who: str
    pack: str
    version: str = ""
    switch: Switch | None = None


def entries(declared: Declared, versions: Iterable[Version], offers: Iterable[Offer], say: Language) -> list[Entry]:
    """Every pack that is installed or offered: those installed in the order of their points, then the others."""
    by_name = {offer.name: offer for offer in offers}
    there = []
    for version in versions:
        offered = by_name.pop(version.pack, None)
        name, installed = version.pack, declared.packs.get(version.pack)
        if offered and offered.pack and installed and not _is_later(offered.pack, installed):
            offered = None
        entry = Entry(name, installed, version, declared.refused.get(name), offered)
        there.append(entry)
    others = (Entry(offer.name, offered=offer) for offer in by_name.values())
    return [*there, *sorted(others, key=lambda entry: swedish_order(title(entry, say)))]


def _is_later(pack: Pack, installed: Pack) -> bool:
    """Whether a pack is of a later version than the installed one; another state of the same is told as wrong."""
    return pack.order > installed.order or (pack.order == installed.order and pack.sha256 != installed.sha256)


def title(entry: Entry, say: Language) -> str:
    """What a pack is called."""
    pack = entry.pack
    return breaking.add_soft_hyphens(say.pick(pack.point.title), [say.pick(pack.point.short)]) if pack else entry.name


def in_zip(offer: Offer, there: Entry | None) -> Entry:
    """A pack in a ZIP beside the version of it that is installed."""
    if there is None or there.version is None:
        return Entry(offer.name, offered=offer)
    return replace(there, offered=offer)


# --- The answer ---------------------------------------------------------------------------------------------------


def answer(every: Sequence[Entry], on: int, organisation: str, say: Language) -> list[str]:
    """How many of the points of one's own are on in an organisation."""
    return [
        say.plural(
            "**{n}** of {of} points of your own is on in {organisation}.",
            "**{n}** of {of} points of your own are on in {organisation}.",
            on,
            of=say.number(len(every)),
            organisation=organisation,
        )
    ]


def installed_answer(every: Sequence[Entry], say: Language) -> list[str]:
    """How many of the points of one's own are installed, for who sees no figures."""
    return [
        say.plural(
            "**{n}** of {of} points of your own is installed.",
            "**{n}** of {of} points of your own are installed.",
            sum(entry.version is not None for entry in every),
            of=say.number(len(every)),
        )
    ]


# --- A card -------------------------------------------------------------------------------------------------------


def state(entry: Entry, said: Iterable[Switch], on_days: Mapping[date, bool], say: Language) -> Html:
    """Whether a pack is on in an organisation on the first of some days, and what follows, as a mark.

    `said` is what was said of it there, the last first.
    """
    if entry.version is None:
        return charts.work_mark("not_started", say(N_("Not installed")))
    (day, on), *later = on_days.items()
    begun = next((switch for switch in said if switch.from_day <= day and switch.is_on is on), None)
    words = [say(N_("since {day}"), day=say.date(begun.from_day))] if begun else []
    if turned := next((then for then, is_on in later if is_on is not on), None):
        text = N_("off from {day}") if on else N_("on from {day}")
        words.append(say(text, day=say.date(turned)))
    return charts.work_mark("done" if on else "not_started", say(N_("On") if on else N_("Off")), note=", ".join(words))


def places(entry: Entry, on: Collection[str], organisations: Sequence[str], say: Language) -> Html:
    """In how many organisations a pack is on, for who sees no figures, as a mark."""
    if entry.version is None:
        return charts.work_mark("not_started", say(N_("Not installed")))
    n = sum(name in on for name in organisations)
    text = say.plural("On in {n} of {of} organisations", "On in {n} of {of} organisations", n, of=len(organisations))
    return charts.work_mark("done" if n else "not_started", text)


def pairs(entry: Entry, pack: Pack, today: date, say: Language) -> list[charts.Pair]:
    """Who answers for a version of a pack, and which it is."""
    head = pack.head
    late = head.next_review < today
    next_review = say.date(head.next_review)
    review: str = charts.work_mark("late", next_review, note=say(N_("has passed"))) if late else next_review
    return [
        charts.Pair(say(N_("Version")), version_text(entry, pack, say)),
        *_answering(pack, say),
        charts.Pair(say(N_("Next review")), review),
        charts.Pair(say(N_("Counted from")), counted_from(pack, say)),
    ]


def _answering(pack: Pack, say: Language) -> list[charts.Pair]:
    """Who has made a pack, and who has checked its rule; the product answers for those that come with it."""
    publisher, checked_by = pack.head.publisher, pack.head.checked_by
    if pack.sha256 in sums_of_product():
        publisher, checked_by = say(N_("Comes with the product")), say(N_("The tests of the product"))
    return [charts.Pair(say(N_("Publisher")), publisher), charts.Pair(say(N_("Checked by")), checked_by)]


def version_text(entry: Entry, pack: Pack, say: Language) -> str:
    """The version of a pack, the beginning of its sum, and when and by whom it was installed."""
    version = say(N_("{version}, SHA-256 {sum}…"), version=pack.head.version, sum=pack.sha256[:FIRST])
    if entry.version is None or pack is not entry.installed:
        return version
    text = N_("{version}, installed {day} by {name}")
    return say(
        text, version=version, day=_day(entry.version.installed_at, say), name=recorded(entry.version.installed_by, say)
    )


def counted_from(pack: Pack, say: Language) -> str:
    """The exports that a point needs, those of its own marked."""
    own = say(N_("own export"))
    named = []
    for id_ in (*pack.point.needs, *pack.point.uses):
        name = say.pick(pack.point.source(id_).title)
        named.append(f"{name} ({own})" if id_ in pack.sources else name)
    return phrases.listed(named, say)


def newer(pack: Pack, say: Language) -> str:
    """That the folder has another version than the one that is installed."""
    text = N_("Version {version}, SHA-256 {sum}…, is offered and not installed.")
    return say(text, version=pack.head.version, sum=pack.sha256[:FIRST])


def wrong(n: int, entry: Entry, say: Language) -> str:
    """That a version cannot be installed, and how many things are wrong with it."""
    text = say.plural(
        "{n} thing is wrong, so it cannot be installed.", "{n} things are wrong, so it cannot be installed.", n
    )
    if not entry.version or not entry.offered or not entry.offered.pack:
        return text
    return f"{newer(entry.offered.pack, say)} {text}"


def installing(entry: Entry, *, sees_figures: bool, say: Language) -> str:
    """What installing a version does, and to whom its effect is shown."""
    if entry.version is None:
        return say(N_("It counts nowhere before a coordinator switches it on."))
    counts = say(
        N_("The version counts at once in every organisation where the point is on, in all that is not frozen.")
    )
    if sees_figures:
        return counts
    return f"{counts} {say(N_('You see no figures: what it changes is shown to coordinators, here.'))}"


# --- The history --------------------------------------------------------------------------------------------------


def _day(moment: datetime, say: Language) -> str:
    return say.date(clock.local_day(moment))


def _done(turn: Turn, say: Language) -> str:
    if turn.switch is None:
        return say(N_("Installed version {version}"), version=turn.version)
    text = (
        N_("Switched on from {day} in {organisation}")
        if turn.switch.is_on
        else N_("Switched off from {day} in {organisation}")
    )
    return say(text, day=say.date(turn.switch.from_day), organisation=turn.switch.organisation)


def history(every: Iterable[Entry]) -> Sequence[Column[Turn]]:
    """The columns of the history, which names each pack as its card does."""
    titles = {entry.name: entry for entry in every}
    return (
        Column(N_("When"), lambda turn, say: say.moment(clock.local(turn.at)), nowrap=True),
        Column(N_("Point"), lambda turn, say: title(titles.get(turn.pack, Entry(turn.pack)), say), row_header=True),
        Column(N_("What"), _done),
        Column(N_("Who"), lambda turn, say: recorded(turn.who, say)),
    )
