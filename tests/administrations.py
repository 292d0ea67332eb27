"""Several administrations, each with the exports of the samples' systems. All are invented, as their names say."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from data.samples.make.fiction import fiction
from data.samples.make.files import write_all
from data.samples.make.layouts import layouts

NAMES: Final = tuple(
    f"{place} stadsdelsförvaltning (exempel)"
    for place in ("Björkhaga", "Ekviken", "Granlunda", "Humlesjö", "Kråkbacken", "Mossängen", "Tallåsen", "Vretaby")
)
# What the generator writes alike for all is refused as loaded before.
ALIKE: Final = ("deviations",)


def write_exports(folder: Path, name: str, days: Sequence[date]) -> list[Path]:
    """Write the exports of an administration of these days, a folder for each, and return them in order."""
    own = [each for each in layouts() if each.source not in ALIKE]
    wanted = [replace(each, dates=[day for day in each.dates if day in days]) for each in own]
    with _administration(name):
        return write_all(folder, wanted)


@contextmanager
def _administration(name: str) -> Iterator[None]:
    """The fiction is of another administration within the block: its people differ, and how well it keeps up."""
    usual = dict(fiction())
    chance = Random(name)
    goals = {point: _shifted(days, chance.uniform(0.8, 1.05)) for point, days in usual["goals"].items()}
    fiction().update(organisation=name, seed=name, goals=goals)
    try:
        yield
    finally:
        fiction().update(usual)


def _shifted(days: dict[str, float], by: float) -> dict[str, float]:
    return {day: min(goal * by, 0.99) if isinstance(goal, float) else goal for day, goal in days.items()}
