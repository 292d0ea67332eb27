"""Keys that one system gives and another does not know: which column of the other has them, and the match by it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.declarations.queries import statement
from compliance.declarations.sources import Field, Source, normal
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Rows, rows

# A column fits where it knows at least this share of the keys.
FITS: Final = 0.5


@dataclass(frozen=True)
class Fit:
    """A column of the export that is referred to, and how many of the keys stand in it."""

    heading: str
    known: int


def referring(source: Source) -> tuple[Field, ...]:
    """The fields of a source that name something of another source."""
    return tuple(field for field in source.fields if field.refers_to)


def translate_keys(cursor: Cursor, source: Source, through: str, *, organisation_id: int, day: date) -> None:
    """Makes the keys of `typed` those of the export that they refer to, matched by its column `through`.

    A key that stands there for several, or for none, stays as it is.
    """
    for field in referring(source):
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


def fitting(
    cursor: Cursor, field: Field, keys_sql: str, values: dict[str, object], *, organisation_id: int, day: date
) -> Fit | None:
    """The column of the export that `field` refers to which knows most of the keys, if it knows enough of them.

    `keys_sql` is a statement that gives each key once, in lower case, as `key`.
    """
    places = _places(cursor, field, organisation_id=organisation_id, day=day)
    if not places:
        return None
    found = rows(
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
    if not found or found[0]["known"] < FITS * found[0]["of"]:
        return None
    best = found[0]
    heading = next(
        (p["heading"] for p in places if all(p[n] == best[n] for n in ("import_id", "sheet_number", "place"))), None
    )
    return Fit(heading, best["known"]) if heading else None


def _places(cursor: Cursor, field: Field, *, organisation_id: int, day: date) -> Rows:
    """Every column of the exports that `field` refers to, as they count on a day, with the place of the key."""
    source, name = field.refers_to or ("", "")
    given = {"source": source, "field": name, "organisation_id": organisation_id, "day": day}
    return rows(cursor, statement("columns_beside_key"), given | {"known_at": EVERYTHING_KNOWN})
