"""The checklist of exports: what counts of each source, how old it is for its rhythm, and its texts. No Streamlit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from compliance.core import clock
from compliance.core.language import N_, Language, begun
from compliance.correcting import deliveries
from compliance.correcting.arrangements import Arrangements, Delivering
from compliance.correcting.deliveries import Delivery, State
from compliance.counting.assessing import Basis, Status
from compliance.counting.figures import Definition
from compliance.declarations.points import Point
from compliance.declarations.sources import Source
from compliance.drawing import charts
from compliance.drawing.checklist import ExportRow
from compliance.drawing.elements import Html
from compliance.loading.purges import Purged, purged_text
from compliance.store.database import Rows
from compliance.wording import phrases, rhythms

STATUS: Final[dict[State, Status]] = {
    "never": Status.NO_BASIS, "late": Status.YELLOW, "expected": Status.GREEN, "in_time": Status.GREEN,
}  # fmt: skip
WORDS: Final[dict[State, str]] = {
    "never": N_("missing"), "late": N_("late"), "expected": N_("expected"), "in_time": N_("in time"),
}  # fmt: skip
# The sources that no point reads and that the year wheel shows.
PLANNED: Final = frozenset({"activities", "deviations", "dpo_recommendations"})
# An age of fewer days is the same day or the day before, which are not so old.
OLD: Final = 2
EVERY_DAYS: Final = N_("Days between two exports (usually {n})")
Address = Callable[..., str]


@dataclass(frozen=True)
class Export:
    """A source on a day: its delivery, the import that counts, how many complete it, its age, the points it feeds."""

    delivery: Delivery
    chosen: Mapping[str, Any] | None
    completing: int
    age: int
    points: tuple[Point, ...] = ()
    purged: Purged | None = None

    @property
    def source(self) -> Source:
        """The source."""
        return self.delivery.source

    @property
    def state(self) -> State:
        """Whether it has never come, is late, or is in time."""
        return self.delivery.state

    @property
    def rank(self) -> tuple[int, bool]:
        """What needs somebody first: what is missing, what is late; of the same, what a point reads."""
        return list(WORDS).index(self.state), not self.points


def exports(
    sources: Sequence[Source],
    points: Sequence[Point],
    definitions: Sequence[Definition],
    *,
    basis: Basis,
    imports: Rows,
    organisation: str,
    as_of: date,
    arranged: Arrangements,
    late_after: int,
) -> list[Export]:
    """Every source of an organisation on a day, what is missing first; of packs only what their points read."""
    details = {row["import_id"]: row for row in imports}
    counting: dict[str, Rows] = {}
    for row in basis.of(organisation):
        counting.setdefault(row["source"], []).append(details[row["import_id"]])
    found = [
        replace(
            _export(source, counting.get(source.id, []), arranged, as_of=as_of, late_after=late_after),
            points=deliveries.readers(source, points, definitions),
            purged=basis.purged((source.id,), organisation, as_of),
        )
        for source in deliveries.wanted(sources, points, definitions)
    ]
    return sorted(found, key=lambda export: export.rank)


def _export(source: Source, rows: Rows, arranged: Arrangements, *, as_of: date, late_after: int) -> Export:
    """A source with the newest of its imports that completes no other, as the check of old exports has it."""
    newest = max(rows, key=lambda row: (not row["completes"], row["extract_date"], row["import_id"]), default=None)
    day, by = newest["extract_date"] if newest else None, arranged.deliveries.get(source.id, Delivering())
    found = deliveries.delivery(source, day, by, as_of=as_of, late_after=late_after)
    completing = sum(row["completes"] for row in rows if row is not newest)
    return Export(found, newest, completing, (as_of - day).days if day else 0)


def headline(found: Sequence[Export], say: Language) -> str:
    """How many of the exports are loaded, and how many of them are late."""
    there, late = sum(export.chosen is not None for export in found), sum(export.state == "late" for export in found)
    values = {"all": say.in_words(len(found)), "late": say.in_words(late), "there": say.in_words(there)}
    if not there:
        return say(N_("None of the {all} exports is loaded."), **values)
    loaded = say.plural("{there} of {all} exports is loaded", "{there} of {all} exports are loaded", there, **values)
    if there == len(found):
        loaded = say(N_("all {all} exports are loaded"), **values)
    old = say.plural("one is late", "{late} are late", late, **values) if late else say(N_("none is late"))
    return f"{begun(loaded)}. {begun(old)}."


def first_step(found: Sequence[Export], say: Language) -> str:
    """Which missing export makes most points countable, and which; empty if no point lacks one that it needs."""
    missing = {export.source.id: export for export in found if export.chosen is None}
    points = {point.number: point for export in missing.values() for point in export.points}
    waiting = {number: missing.keys() & set(point.needs) for number, point in points.items()}
    worth = {id_: sum(1 / len(lacks) for lacks in waiting.values() if id_ in lacks) for id_ in missing}
    best = max(worth, key=lambda id_: worth[id_], default=None)
    if best is None or not worth[best]:
        return ""
    numbers = sorted(number for number, lacks in waiting.items() if best in lacks)
    listed = phrases.listed([str(number) for number in numbers], say)
    return say.plural(
        "Begin with {source}, which point {points} needs.",
        "Begin with {source}, which points {points} need.",
        len(numbers),
        source=say.pick(missing[best].source.title),
        points=listed,
    )


def heads(say: Language) -> list[str]:
    """The headings of the list, besides those of the note and the template."""
    return [say(N_("Export")), say(N_("Feeds")), say(N_("State")), say(N_("Import that counts")), say(N_("Rows"))]


def row(export: Export, address: Address, say: Language) -> ExportRow:
    """The row of a source; `address` gives the address of a page."""
    return ExportRow(
        title=say.pick(export.source.title),
        system=say.pick(export.source.system),
        feeds=_feeds(export, address, say),
        status=STATUS[export.state],
        word=say(WORDS[export.state]),
        link=_link(export, address, say),
        counts=_counts(export, say),
        rows=say.number(export.chosen["loaded"]) if export.chosen else "",
    )


def _feeds(export: Export, address: Address, say: Language) -> list[Html]:
    if not export.points and export.source.id in PLANNED:
        return [charts.anchor(say(N_("Year wheel")), address("plan"))]
    return [
        charts.anchor(str(point.number), address("point", point=point.id), title=phrases.label(point, say))
        for point in export.points
    ]


def _link(export: Export, address: Address, say: Language) -> Html:
    """The number of the import that counts, as a link to its place in the history."""
    if export.chosen is None:
        return Html("")
    number = str(export.chosen["import_id"])
    moment = say.moment(clock.local(export.chosen["imported_at"]))
    title = say(N_("Import {id}, loaded {moment}"), id=number, moment=moment)
    return charts.anchor(number, address("imports", part="history", **{"import": number}), title=title)


def _counts(export: Export, say: Language) -> list[str]:
    """The extract date and the age of the import that counts, and how many complete it."""
    if export.chosen is None:
        return [purged_text(export.purged, say)] if export.purged else []
    text = N_("{age} old, due {often}") if export.age >= OLD else N_("exported {age}, due {often}")
    age = say(text, age=say.age(export.age), often=rhythms.often(export.delivery.rhythm, say))
    told = [say.date(export.chosen["extract_date"], form="d MMM y"), age]
    if export.delivery.due and export.state in {"late", "expected"}:
        told.append(say(N_("the next was expected on {day}"), day=say.date(export.delivery.due, form="d MMM y")))
    if export.completing:
        told.append(
            say.plural(
                "completed once", "completed {count} times", export.completing, count=say.in_words(export.completing)
            )
        )
    return told
