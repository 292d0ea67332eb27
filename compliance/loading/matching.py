"""Keys of one system that another system does not know: the column of the other that has them, and matching by it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.declarations.queries import statement
from compliance.declarations.sources import Field, Source, normal
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows

# A column fits if it has at least this share of the keys.
FITS: Final = 0.5


@dataclass(frozen=True)
class Fit:
    """A column of the export that is referred to, and how many of the keys it has."""

    heading: str
    known: int


def referring_fields(source: Source) -> tuple[Field, ...]:
    """The fields of a source that refer to another source."""
    return tuple(field for field in source.fields if field.refers_to)


def translate_keys(cursor: Cursor, source: Source, through: str, *, organisation_id: int, day: date) -> None:
    """Replace the keys in `typed` with those of the export that they refer to, matched by its column `through`.

    A key that is ambiguous there, or missing, stays as it is.
    """
    for field in referring_fields(source):
        places = _places(cursor, field, organisation_id=organisation_id, day=day)
        wanted = [place for place in places if normal(place["heading"]) == normal(through)]
        if not wanted:
            continue
        cursor.execute(
            f"""
            update typed set {field.name} = known.own_key
            from (
                select lower(trim(r.cells[p.place + 1])) as other_key, min(trim(r.cells[p.key_place + 1])) as own_key
                from import_rows as r
                inner join (select unnest($places, recursive := true)) as p using (import_id, sheet_number)
                where r.row > p.heading_row and trim(r.cells[p.place + 1]) <> ''
                group by 1
                having count(distinct lower(trim(r.cells[p.key_place + 1]))) = 1
            ) as known
            where lower(typed.{field.name}) = known.other_key
            """,
            {"places": wanted},
        )


def best_fit(
    cursor: Cursor, field: Field, keys_sql: str, values: dict[str, object], *, organisation_id: int, day: date
) -> Fit | None:
    """The column of the export that `field` refers to with most of the keys, if it has enough of them.

    `keys_sql` is a statement that gives each key once, in lower case, as `key`.
    """
    places = _places(cursor, field, organisation_id=organisation_id, day=day)
    if not places:
        return None
    counts = rows(
        cursor,
        f"""
        with keys as ({keys_sql}),
        every as (
            select r.import_id, r.sheet_number, unnest(r.cells) as cell, generate_subscripts(r.cells, 1) - 1 as place
            from import_rows as r
            where list_contains($imports, r.import_id)
        )
        select e.import_id, e.sheet_number, e.place, count(distinct k.key) as known, (select count(*) from keys) as of
        from every as e
        inner join keys as k on lower(trim(e.cell)) = k.key
        group by all
        order by known desc, e.place
        limit 1
        """,
        values | {"imports": sorted({place["import_id"] for place in places})},
    )
    if not counts or counts[0]["known"] < FITS * counts[0]["of"]:
        return None
    best = counts[0]
    heading = next(
        (p["heading"] for p in places if all(p[n] == best[n] for n in ("import_id", "sheet_number", "place"))), None
    )
    return Fit(heading, best["known"]) if heading else None


def _places(cursor: Cursor, field: Field, *, organisation_id: int, day: date) -> Rows:
    """The columns of the exports that `field` refers to and that count on a day, each with the place of the key."""
    source, name = field.refers_to or ("", "")
    params = {"source": source, "field": name, "organisation_id": organisation_id, "day": day}
    return rows(cursor, statement("columns_beside_key"), params | {"known_at": EVERYTHING_KNOWN})
