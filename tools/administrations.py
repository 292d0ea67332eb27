"""Several administrations, each with the exports of the samples' systems. All are invented, as their names say."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from compliance.store.database import Cursor
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
# The ids that are numbers of the store; others are texts of an export.
NUMBERS: Final = ("import_id", "organisation_id")
# Where each sheet has such texts: in its rows as they were read they are told apart too.
ID_PLACES: Final = """
    (
        select list(c.place + 1)
        from import_columns as c
        where c.import_id = each.import_id and c.sheet_number = each.sheet_number and c.heading_row < each.row
            and ends_with(c.field, '_id')
    )
"""
CELLS: Final = """
    list_transform(
        cells,
        lambda cell, place:
            if(nth > 1 and cell <> '' and list_contains(id_places, place), nth || '-' || cell, cell)
    )
"""


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
    """Have a file with one administration hold as many as there are names, each with all that the first one has.

    It is as if each export had been loaded for all of them in turn, with ids and numbers of imports of their own.
    """
    with FileDatabase.at(path).writing() as cursor:
        cursor.execute("update organisation_names set name = $name", {"name": names[0]})
        found = cursor.execute("select distinct table_name, column_name from duckdb_columns() where not internal")
        columns: dict[str, list[str]] = {}
        for table, column in sorted(found.fetchall()):
            columns.setdefault(table, []).append(column)
        # the columns of the rows are looked up by the old numbers
        for table in sorted((table for table, own in columns.items() if "import_id" in own), reverse=True):
            _multiply(cursor, table, columns[table], number=len(names))
        rows = [[number, name] for number, name in enumerate(names, start=1)]
        cursor.executemany(
            "insert into organisation_names select $1, $2, named_at, named_by from organisation_names limit 1", rows[1:]
        )


def _multiply(cursor: Cursor, table: str, columns: list[str], *, number: int) -> None:
    """Have a table hold the rows of each import as many times, import by import as they would have been loaded."""
    places = ID_PLACES if "cells" in columns else "null"
    cursor.execute(
        f"create temp table origin as select *, rowid as nth_row, {places} as id_places from {table} as each"
    )
    own = {column: how for column, how in _apart(columns).items() if column in columns}
    replaced = ", ".join(f"{how} as {column}" for column, how in own.items())
    cursor.execute(f"delete from {table}")
    # all imports in one statement would be sorted on the disk
    for (import_id,) in cursor.execute("select distinct import_id from origin order by 1").fetchall():
        cursor.execute(
            f"insert into {table} select each.* exclude (nth_row, id_places) replace ({replaced})"
            f" from (select unnest(range(1, {number + 1})) as nth, {number} as many),"
            f" (select * from origin where import_id = {import_id}) as each order by nth, nth_row"
        )
    cursor.execute("drop table origin")


def _apart(columns: list[str]) -> dict[str, str]:
    """What a column holds instead, if it tells the administrations apart; the first one keeps its ids."""
    ids = [column for column in columns if column.endswith("_id") and column not in NUMBERS]
    return {
        "import_id": "(import_id - 1) * many + nth",
        "organisation_id": "nth",
        "sha256": "if(nth = 1, sha256, sha256(sha256 || nth))",
        "cells": CELLS,
        **{column: f"if(nth = 1, {column}, nth || '-' || {column})" for column in ids},
    }
