"""Comparing an import with the one before: new, changed and missing rows, and signs that it is the wrong file."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from compliance.declarations.queries import statement
from compliance.declarations.sources import Field, Source, table_columns
from compliance.loading import parts
from compliance.loading.matching import Fit, best_fit, referring_fields
from compliance.store.database import EVERYTHING_KNOWN, Cursor, rows

# An export with fewer rows than this share of the one before, and fewer by at least LEAST, may be incomplete.
SHRUNK: Final = 0.75
LEAST: Final = 10
# An export that shares fewer keys than this with the one before may be another organisation's.
UNFAMILIAR: Final = 0.2
# Above this share of unknown keys the match itself may be wrong.
MANY: Final = 0.2
EXAMPLES: Final = 3


@dataclass(frozen=True)
class Unmatched:
    """Keys of an import that are missing in the export they refer to: how many of how many, and the first of them.

    `fit` is a column of that export which has more of them.
    """

    field: Field
    target: str
    missing: int
    of: int
    examples: tuple[str, ...]
    fit: Fit | None

    @property
    def many(self) -> bool:
        """Whether there are so many that the match itself may be wrong."""
        return self.missing > MANY * self.of


@dataclass(frozen=True)
class Comparison:
    """What an import changes in its source, compared with the exports in effect before it, if any.

    `rows` are those loaded and rejected. `earlier` has the number and extract date of the latest of those exports, and
    the rows of all of them. `newer` is the extract date of a later full export; `shared` how many of the keys were in
    the earlier exports; `likely_owner` another organisation that has most of them, and `known` how many; `lost` the
    fields that had a column before and have none now, with its former heading.
    """

    import_id: int
    completes: bool
    rows: int
    earlier: tuple[int, date, int] | None
    new: int
    changed: int
    gone: int
    keys: int
    shared: int
    newer: date | None
    likely_owner: str | None
    unmatched: tuple[Unmatched, ...]
    lost: tuple[tuple[Field, str], ...]
    known: int = 0

    @property
    def shrunk(self) -> bool:
        """Whether it has far fewer rows than the export before."""
        before = self.earlier[2] if self.earlier else 0
        return not self.completes and self.rows < SHRUNK * before and before - self.rows >= LEAST

    @property
    def unfamiliar(self) -> bool:
        """Whether it has hardly any key of the export before."""
        familiar = self.completes or self.keys < LEAST or self.shared >= UNFAMILIAR * self.keys
        return bool(self.earlier) and not familiar


def compare(cursor: Cursor, import_id: int, source: Source) -> Comparison:
    """Compare an import, in the database or in a rehearsal, with what was in effect before it was loaded."""
    own = rows(cursor, statement("import_by_number"), {"import_id": import_id})[0]
    before = own["imported_at"] - timedelta(microseconds=1)
    earlier = _imports_on(cursor, own, own["extract_date"], known_at=before)
    if own["parts"]:
        earlier = [row for row in earlier if not row["parts"] or parts.alike(row, own["parts"])]
    counted = _changes(cursor, source, own, [row["import_id"] for row in earlier])
    newest = max(earlier, key=lambda row: row["import_id"], default=None)
    # An import that only completes another replaces none.
    later = [r["extract_date"] for r in _imports_on(cursor, own, date.max, known_at=before) if not r["completes"]]
    owner, known = _likely_owner(cursor, source, own)
    return Comparison(
        import_id,
        own["completes"],
        own["loaded"] + own["rejected"],
        (newest["import_id"], newest["extract_date"], sum(r["rows"] for r in earlier)) if newest else None,
        new=counted["new"],
        changed=counted["changed"],
        gone=0 if own["completes"] else counted["gone"],
        keys=counted["keys"],
        shared=counted["shared"],
        newer=max((day for day in later if day > own["extract_date"]), default=None),
        likely_owner=owner,
        known=known,
        unmatched=tuple(
            entry for field in referring_fields(source) if (entry := _unmatched(cursor, source, field, own))
        ),
        lost=() if own["completes"] else _lost(cursor, source, import_id, newest),
    )


def _imports_on(cursor: Cursor, own: dict[str, Any], day: date, *, known_at: datetime) -> list[dict[str, Any]]:
    """The imports of the same source and organisation that counted on a day."""
    params = {"day": day, "known_at": known_at, "source": own["source"], "organisation_id": own["organisation_id"]}
    return rows(cursor, statement("counting_imports"), params)


def _changes(cursor: Cursor, source: Source, own: dict[str, Any], earlier: list[int]) -> dict[str, int]:
    """The numbers of new, changed and missing rows and of keys, where rows are matched by key.

    Rows with the same key are compared together by a sum of hashes, whatever their order, over the columns of both.
    """
    both = _in_both(cursor, source, [own["import_id"], *earlier]) or source.fields
    names = {field.name for field in both}
    # a column that one of them lacks would make every key another
    key = ", ".join(f"lower(cast({name} as varchar))" for name in source.key if name in names or name == source.key[0])
    every = ", ".join(name for field in both for name, _ in table_columns(field))
    return rows(
        cursor,
        f"""
        with every as (
            select import_id = $import_id as is_new, hash({key}) as row_key, hash({every}) as content
            from {source.id}
            where import_id = $import_id or list_contains($earlier, import_id)
        ),
        by_key as (
            select
                count(*) filter (where is_new) as now_rows,
                count(*) filter (where not is_new) as then_rows,
                sum(cast(content as hugeint)) filter (where is_new)
                    is distinct from sum(cast(content as hugeint)) filter (where not is_new) as differs
            from every
            group by row_key
        )
        select
            cast(coalesce(sum(now_rows) filter (where then_rows = 0), 0) as bigint) as new,
            cast(coalesce(sum(now_rows) filter (where then_rows > 0 and differs), 0) as bigint) as changed,
            cast(coalesce(sum(then_rows) filter (where now_rows = 0), 0) as bigint) as gone,
            count(*) filter (where now_rows > 0) as keys,
            count(*) filter (where now_rows > 0 and then_rows > 0) as shared
        from by_key
        """,
        {"import_id": own["import_id"], "earlier": earlier},
    )[0]


def _in_both(cursor: Cursor, source: Source, imports: list[int]) -> list[Field]:
    """The fields for which each of the imports has a column: a column that is lost has not changed every row."""
    counts = rows(cursor, statement("fields_read"), {"imports": imports})
    read = {row["field"] for row in counts if row["imports"] == len(imports)}
    return [field for field in source.fields if field.name in read]


def _likely_owner(cursor: Cursor, source: Source, own: dict[str, Any]) -> tuple[str | None, int]:
    """Another organisation whose export of the same source has most of the keys, and how many of them."""
    name = source.key[0]
    others = rows(
        cursor,
        f"""
        with keys as (
            select distinct lower(cast({name} as varchar)) as key from {source.id} where import_id = $import_id
        )
        select i.organisation, count(distinct k.key) as known, (select count(*) from keys) as of
        from imports_at(as_of := $day, known_at := $known_at) as i
        inner join {source.id} as t using (import_id)
        inner join keys as k on k.key = lower(cast(t.{name} as varchar))
        where i.organisation_id <> $organisation_id and i.source = $source
        group by i.organisation
        order by known desc, i.organisation
        limit 1
        """,
        {
            "import_id": own["import_id"],
            "day": own["extract_date"],
            "known_at": EVERYTHING_KNOWN,
            "organisation_id": own["organisation_id"],
            "source": source.id,
        },
    )
    if not others or others[0]["of"] < LEAST or 2 * others[0]["known"] <= others[0]["of"]:
        return None, 0
    return others[0]["organisation"], others[0]["known"]


def _unmatched(cursor: Cursor, source: Source, field: Field, own: dict[str, Any]) -> Unmatched | None:
    """The keys of a field missing in the export it refers to; None if none is missing or there is no such export."""
    target, name = field.refers_to or ("", "")
    keys = f"""
        select distinct lower({field.name}) as key, min({field.name}) as written
        from (
            select {_name_on_day(field, field.name)} as {field.name} from {source.id} where import_id = $import_id
        )
        where {field.name} is not null
        group by all
    """
    params = {"import_id": own["import_id"], "day": own["extract_date"], "known_at": EVERYTHING_KNOWN}
    counts = rows(
        cursor,
        f"""
        with keys as ({keys}),
        known as (
            select distinct lower({_name_on_day(field, name)}) as key
            from {target}_at(as_of := $day, known_at := $known_at)
            inner join imports_at(as_of := $day, known_at := $known_at) as i using (import_id)
            where i.organisation_id = $organisation_id
        )
        select
            count(*) as of,
            count(*) filter (where known.key is null) as missing,
            list(keys.written order by keys.key) filter (where known.key is null)[:{EXAMPLES}] as examples,
            (select count(*) from known) as existing
        from keys
        left join known using (key)
        """,
        params | {"organisation_id": own["organisation_id"]},
    )[0]
    if not counts["existing"] or not counts["missing"]:
        return None
    unmatched = Unmatched(field, target, counts["missing"], counts["of"], tuple(counts["examples"]), None)
    return _with_fit(cursor, unmatched, keys, params, own) if unmatched.many else unmatched


def _with_fit(
    cursor: Cursor, unmatched: Unmatched, keys: str, params: dict[str, Any], own: dict[str, Any]
) -> Unmatched:
    """The same with a column that has more of the keys, if the field is an id."""
    if unmatched.field.type != "id":
        return unmatched
    values = {name: value for name, value in params.items() if f"${name}" in keys}
    fit = best_fit(
        cursor, unmatched.field, keys, values, organisation_id=own["organisation_id"], day=own["extract_date"]
    )
    better = fit if fit and fit.known > unmatched.of - unmatched.missing else None
    return replace(unmatched, fit=better)


def _name_on_day(field: Field, column: str) -> str:
    """A reference under its name on the day: units and systems have aliases, persons have none."""
    renamed = field.refers_to is not None and field.names is not None
    return f"renamed('{field.names}', {column}, $day, $known_at)" if renamed else column


def _lost(
    cursor: Cursor, source: Source, import_id: int, earlier: dict[str, Any] | None
) -> tuple[tuple[Field, str], ...]:
    """The fields that had a column in the export before and have none now."""
    if earlier is None:
        return ()
    lost = rows(cursor, statement("columns_lost"), {"import_id": import_id, "earlier": earlier["import_id"]})
    fields = {field.name: field for field in source.fields}
    return tuple((fields[row["field"]], row["heading"]) for row in lost if row["field"] in fields)
