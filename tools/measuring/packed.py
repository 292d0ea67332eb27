"""What points of packs cost: all points with those of one, three and ten packs, beside the thirteen alone."""

import shutil
import statistics
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from compliance.counting.assessing import counts_of
from compliance.declarations.packs import folder_files, product_packs, read_pack
from compliance.declarations.points import Point
from compliance.store import installing
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database
from compliance.store.file import FileDatabase
from compliance.store.packs import declared
from tools.measuring.lines import Measured
from tools.measuring.stand import AS_OF, TREND, timed

MANY = (1, 3, 10)
# A row of a system in the export of each pack, done some time before the day of the export.
DONE = "cast(cast(i.extract_date - cast(hash(system) % 500 as integer) as date) as varchar)"
ROWS = {
    "continuity": f"[system, cast(hash(system) % 3 > 0 as varchar), {DONE}, null]",
    "authentication": f"[system, cast(hash(system) % 4 > 0 as varchar), {DONE}, null]",
    "encryption": f"[system, 'true', cast(hash(system) % 4 > 0 as varchar), {DONE}]",
}


def packs(samples: Path, folder: Path) -> Iterator[Measured]:
    database = packed_database(samples, folder)
    with database.cursor() as cursor:
        every = declared(cursor, None).points
    city, own = (tuple(point for point in every if bool(point.pack) == of_packs) for of_packs in (False, True))
    for what, days in (("on a day by unit", [AS_OF]), ("over 36 months", TREND)):
        asked = {n: (*city, *(renumbered(own, n, after=len(city)))) for n in (0, *MANY)}
        found = in_turn(database, asked, days, times=9 if len(days) == 1 else 5)
        for n in MANY:
            wished = "≤ 1.3" if n == 3 else ""
            yield Measured(
                f"All points with those of {n} pack{'s' * (n > 1)}, {what}",
                found[n],
                wished,
                other=found[0],
                beside="without them",
            )


def renumbered(points: tuple[Point, ...], n: int, *, after: int) -> Iterator[Point]:
    """So many points, the same ones again under other names."""
    for place in range(n):
        point = points[place % len(points)]
        yield replace(point, id=f"{point.id}_{place}", number=after + 1 + place)


def in_turn(
    database: Database, asked: dict[int, tuple[Point, ...]], days: list[date], *, times: int
) -> dict[int, float]:
    """The medians of counting each, in turn, so that what else the machine does is done beside all of them."""
    options = {"days": days, "known_at": EVERYTHING_KNOWN, "level": "unit" if len(days) == 1 else "organisation"}
    runs: dict[int, list[float]] = {n: [] for n in asked}
    for turn in range(times + 1):
        for n, points in asked.items():
            seconds = timed(partial(counts_of, database, points, **options))
            if turn:
                runs[n].append(seconds)
    return {n: statistics.median(each) for n, each in runs.items()}


def packed_database(samples: Path, folder: Path) -> Database:
    """The samples with the packs of the product, on everywhere, and an export of each beside every one of systems."""
    path = folder / "packed.duckdb"
    shutil.copy(samples, path)
    database = FileDatabase.at(path)
    for pack in product_packs():
        with database.writing() as cursor:
            installing.install(cursor, read_pack(folder_files(pack), origin=pack.name), who="bench")
    with database.writing() as cursor:
        organisations = cursor.execute("select distinct name from organisation_names").fetchall()
        for pack in product_packs():
            for (name,) in organisations:
                installing.switch(cursor, pack.name, name, on=True, from_day=date(2018, 1, 1), as_of=AS_OF, who="bench")
        for source, cells in ROWS.items():
            add_exports(cursor, source, cells)
    return database


def add_exports(cursor: Cursor, source: str, cells: str) -> None:
    """An export of a source for each export of systems, with a row for each of its rows."""
    cursor.execute("""
        create or replace temp table made as
        select import_id, import_id + (select max(import_id) from imports) as made
        from imports where source = 'systems'
    """)
    cursor.execute(f"""
        insert into imports
        select i.* replace (
            made as import_id, '{source}' as source, '{source}.xlsx' as file, '{source}' || made as sha256
        )
        from imports as i inner join made using (import_id)
    """)
    cursor.execute(f"""
        insert into pack_rows (import_id, sheet_number, sheet, row, source, cells)
        select made, 0, 'Blad1', t.row, '{source}', {cells}
        from systems as t inner join imports as i using (import_id) inner join made using (import_id)
    """)


GROUPS = {"packs": packs}
