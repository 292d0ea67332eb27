"""Several administrations, each with the exports of the samples' systems. All are invented, as their names say."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from compliance.store.file import FileDatabase
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


def many_times(path: Path, names: Sequence[str]) -> None:
    """Have a file with one administration hold as many as there are names, each with all that the first one has."""
    with FileDatabase.at(path).writing() as cursor:
        ((most,),) = cursor.execute("select max(import_id) from imports").fetchall()
        cursor.execute("update organisation_names set name = $name", {"name": names[0]})
        tables = "select table_name from duckdb_columns() where column_name = 'import_id' and table_name in"
        found = cursor.execute(f"{tables} (select table_name from duckdb_tables()) order by 1").fetchall()
        for table in [name for (name,) in found]:
            own = ", nth as organisation_id" if table == "imports" else ""
            numbers = f"(select unnest(range(2, {len(names) + 1})) as nth)"
            cursor.execute(
                f"insert into {table} select each.* replace (import_id + {most} * (nth - 1) as import_id{own})"
                f" from {numbers}, {table} as each order by nth, each.rowid"
            )
        rows = [[number, name] for number, name in enumerate(names, start=1)]
        cursor.executemany(
            "insert into organisation_names select $1, $2, named_at, named_by from organisation_names limit 1", rows[1:]
        )
