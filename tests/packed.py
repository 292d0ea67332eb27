"""Packs of others beside those of the product, installed in a store and on from a day, with an export of each source.

The sample database with all of them is made once a run; `packed` copies it.
"""

from datetime import date
from pathlib import Path

from compliance.core.places import ROOT, SAMPLES
from compliance.correcting import packs
from compliance.declarations.packs import Pack, folder_files, product_packs, read_pack
from compliance.loading.loading import Order, load, read_request
from compliance.store import packs as stored
from compliance.store.database import Database, rows
from compliance.store.file import FileDatabase
from tests import once, sampled
from tests.line import WORDS, read_here

FOLDERS = (*product_packs(), *sorted(path.parent for path in (ROOT / "tests" / "packs").glob("*/point.toml")))
SWITCHED = date(2025, 1, 1)
EXTRACTED = date(2026, 10, 31)
# What is loaded of each source that a pack of others brings: a statement of the store's own rows, with its headings.
EXPORTS = {
    "Sekretessförbindelser": """
        select employee_id as "AD-konto", name as "Namn", date '2023-03-01' + cast(hash(employee_id) % 1200 as integer)
            as "Undertecknad"
        from staff_at(date '2026-10-31', now()::timestamp)
        where hash(employee_id) % 10 > 0
    """,
    "Leverantörsgranskningar": """
        select 'G-' || n as "Granskning-ID", supplier as "Leverantör", unit as "Enhet",
            date '2026-01-08' + cast(n * 6 as integer) as "Planerad",
            case when hash(n) % 4 > 0 then "Planerad" + cast(hash(n) % 28 as integer) end as "Genomförd",
            case when n % 9 = 1 then 'Inställd' when hash(n) % 4 > 0 then 'Klar' else 'Bokad' end as "Status"
        from (
            select supplier, unit, row_number() over (order by supplier, system) as n
            from systems_at(date '2026-10-31', now()::timestamp) where supplier is not null
        )
        where n <= 45 order by n
    """,
    "Brister vid leverantörsgranskning": """
        select 'B-' || n as "Brist-ID", 'G-' || (1 + n * 7 % 45) as "Granskning",
            case when n % 3 = 0 then 'Allvarlig' else 'Observation' end as "Allvar",
            case when n % 2 = 0 then date '2026-09-01' + cast(n as integer) end as "Åtgärdad"
        from range(1, 40) as made(n)
    """,
}


def every_pack() -> list[Pack]:
    """The packs of the product, and of others."""
    return [read_pack(folder_files(folder), origin=folder.name) for folder in FOLDERS]


def install_all(database: Database, *, from_day: date = SWITCHED, packs_of: list[Pack] | None = None) -> None:
    """Install packs, all by default, and have each count in every organisation from a day on."""
    names = {row["name"] for row in _rows(database, "select name from organisation_names")}
    for pack in packs_of if packs_of is not None else every_pack():
        packs.install(database, pack, Order("test"))
        for name in sorted(names):
            packs.switch(database, pack.name, name, on=True, from_day=from_day, as_of=EXTRACTED, order=Order("test"))


def load_all(database: Database, folder: Path) -> None:
    """Load an export of each source that the packs bring, made in a folder where it is not among the samples."""
    made = [_written(database, folder / f"{title} {EXTRACTED}.csv", sql=sql) for title, sql in EXPORTS.items()]
    with database.cursor() as cursor:
        sources = stored.declared(cursor, None).sources
    [organisation] = {row["name"] for row in _rows(database, "select name from organisation_names")}
    order = Order(
        "test", extract_date=EXTRACTED, organisation=organisation, accepted=frozenset({"what", "headings", "keys"})
    )
    for path in (*sorted((SAMPLES / "packs").glob("*/*")), *made):
        request = read_request(database, order, sources=sources, words=WORDS, today=EXTRACTED)
        load(database, read_here(path, name=path.name, request=request), order, sources=sources, words=WORDS)


def beside(folder: Path) -> Path:
    """The place of a database of one's own in a folder: the samples with every pack; the samples are beside it."""
    path = sampled.beside(folder)
    path.write_bytes((once.made("packed samples", _made) / "own.duckdb").read_bytes())
    return path


def _made(folder: Path) -> None:
    path = folder / "own.duckdb"
    path.write_bytes(sampled.made().read_bytes())
    database = FileDatabase.at(path)
    install_all(database)
    load_all(database, folder)


def _written(database: Database, path: Path, *, sql: str) -> Path:
    with database.cursor() as cursor:
        cursor.sql(sql).write_csv(str(path), sep=";")
    return path


def _rows(database: Database, sql: str) -> list[dict[str, object]]:
    with database.cursor() as cursor:
        return rows(cursor, sql)
