"""An import beside the one before it: rows new, changed and gone, and what makes one doubt the file."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from compliance.declarations.queries import statement
from compliance.declarations.sources import Field, Source
from compliance.loading.matching import Fit, fitting, referring
from compliance.loading.validating import table_columns
from compliance.store.database import EVERYTHING_KNOWN, Cursor, rows

# An export with fewer rows than this share of the one before, and fewer by at least LEAST, has perhaps lost some.
SHRUNK: Final = 0.75
LEAST: Final = 10
# An export that shares fewer keys than this with the one before is perhaps another's.
STRANGE: Final = 0.2
# More keys than this share that nobody knows are many.
MANY: Final = 0.2
EXAMPLES: Final = 3


@dataclass(frozen=True)
class Unmatched:
    """Keys of an import that the export they refer to does not know: how many of how many, and the first of them.

    `fit` is a column of that export which knows them better.
    """

    field: Field
    target: str
    missing: int
    of: int
    examples: tuple[str, ...]
    fit: Fit | None

    @property
    def many(self) -> bool:
        """Whether so many that the match itself may be wrong."""
        return self.missing > MANY * self.of


@dataclass(frozen=True)
class Comparison:
    """What an import changes in its source. Rows are counted against the exports that counted before, if any did.

    `rows` are those loaded and rejected. `earlier` has the number and extract date of the latest of those exports and
    the rows of all; `newer` is the extract date of a later full one; `shared` how many of the keys the exports before
    knew; `whose` another organisation that knows most of them; `lost` the fields that had a column before and have none
    now, with its heading then.
    """

    import_id: int
    rows: int
    earlier: tuple[int, date, int] | None
    new: int
    changed: int
    gone: int
    keys: int
    shared: int
    newer: date | None
    whose: str | None
    unmatched: tuple[Unmatched, ...]
    lost: tuple[tuple[Field, str], ...]

    @property
    def shrunk(self) -> bool:
        """Whether it has far fewer rows than the export before."""
        before = self.earlier[2] if self.earlier else 0
        return self.rows < SHRUNK * before and before - self.rows >= LEAST

    @property
    def strange(self) -> bool:
        """Whether it has hardly a key of the export before."""
        return bool(self.earlier) and self.keys >= LEAST and self.shared < STRANGE * self.keys


def compare(cursor: Cursor, import_id: int, source: Source) -> Comparison:
    """An import, in the database or in a rehearsal, beside what counted before it was loaded."""
    own = rows(cursor, statement("import_by_number"), {"import_id": import_id})[0]
    before = own["imported_at"] - timedelta(microseconds=1)
    earlier = _counting(cursor, own, own["extract_date"], known_at=before)
    counted = _changes(cursor, source, own, [row["import_id"] for row in earlier])
    newest = max(earlier, key=lambda row: row["import_id"], default=None)
    # what only completes takes no export's place
    later = [r["extract_date"] for r in _counting(cursor, own, date.max, known_at=before) if not r["completes"]]
    return Comparison(
        import_id,
        own["loaded"] + own["rejected"],
        (newest["import_id"], newest["extract_date"], sum(r["rows"] for r in earlier)) if newest else None,
        new=counted["new"],
        changed=counted["changed"],
        gone=0 if own["completes"] else counted["gone"],
        keys=counted["keys"],
        shared=counted["shared"],
        newer=max((day for day in later if day > own["extract_date"]), default=None),
        whose=_whose(cursor, source, own),
        unmatched=tuple(found for field in referring(source) if (found := _unmatched(cursor, source, field, own))),
        lost=_lost(cursor, source, import_id, newest),
    )


def _counting(cursor: Cursor, own: dict[str, Any], day: date, *, known_at: datetime) -> list[dict[str, Any]]:
    """The imports of the same source and organisation that counted on a day."""
    given = {"day": day, "known_at": known_at, "source": own["source"], "organisation_id": own["organisation_id"]}
    return rows(cursor, statement("counting_imports"), given)


def _changes(cursor: Cursor, source: Source, own: dict[str, Any], earlier: list[int]) -> dict[str, int]:
    """Rows are told again by their key; those that share one are compared together, by the columns that both have."""
    key = ", ".join(f"lower(cast({name} as varchar))" for name in source.key)
    both = _in_both(cursor, source, [own["import_id"], *earlier]) or source.fields
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
    """The fields that each of some imports has a column for: a column that is gone has not changed every row."""
    found = rows(cursor, statement("fields_read"), {"imports": imports})
    read = {row["field"] for row in found if row["imports"] == len(imports)}
    return [field for field in source.fields if field.name in read]


def _whose(cursor: Cursor, source: Source, own: dict[str, Any]) -> str | None:
    """Another organisation whose export of the same source knows most of the keys."""
    name = source.key[0]
    found = rows(
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
    return (
        found[0]["organisation"]
        if found and found[0]["of"] >= LEAST and 2 * found[0]["known"] > found[0]["of"]
        else None
    )


def _unmatched(cursor: Cursor, source: Source, field: Field, own: dict[str, Any]) -> Unmatched | None:
    """The keys of a field that the export it refers to does not know; None where it knows all, or is not there."""
    target, name = field.refers_to or ("", "")
    keys = f"""
        select distinct lower({field.name}) as key, min({field.name}) as written
        from (
            select {_called(field, field.name)} as {field.name} from {source.id} where import_id = $import_id
        )
        where {field.name} is not null
        group by all
    """
    given = {"import_id": own["import_id"], "day": own["extract_date"], "known_at": EVERYTHING_KNOWN}
    found = rows(
        cursor,
        f"""
        with keys as ({keys}),
        known as (
            select distinct lower({_called(field, name)}) as key
            from {target}_at(as_of := $day, known_at := $known_at)
            inner join imports_at(as_of := $day, known_at := $known_at) as i using (import_id)
            where i.organisation_id = $organisation_id
        )
        select
            count(*) as of,
            count(*) filter (where known.key is null) as missing,
            list(keys.written order by keys.key) filter (where known.key is null)[:{EXAMPLES}] as examples,
            (select count(*) from known) as there
        from keys
        left join known using (key)
        """,
        given | {"organisation_id": own["organisation_id"]},
    )[0]
    if not found["there"] or not found["missing"]:
        return None
    answer = Unmatched(field, target, found["missing"], found["of"], tuple(found["examples"]), None)
    return _with_fit(cursor, answer, keys, given, own) if answer.many else answer


def _with_fit(cursor: Cursor, found: Unmatched, keys: str, given: dict[str, Any], own: dict[str, Any]) -> Unmatched:
    """The same with the column that knows the keys better, where the key is one that a person has."""
    if found.field.type != "id":
        return found
    values = {name: value for name, value in given.items() if f"${name}" in keys}
    fit = fitting(cursor, found.field, keys, values, organisation_id=own["organisation_id"], day=own["extract_date"])
    better = fit if fit and fit.known > found.of - found.missing else None
    return Unmatched(found.field, found.target, found.missing, found.of, found.examples, better)


def _called(field: Field, column: str) -> str:
    """A reference as it is called on the day: units and systems have aliases, persons have none."""
    renamed = field.refers_to is not None and field.names is not None
    return f"renamed('{field.names}', {column}, $day, $known_at)" if renamed else column


def _lost(
    cursor: Cursor, source: Source, import_id: int, earlier: dict[str, Any] | None
) -> tuple[tuple[Field, str], ...]:
    """The fields that had a column in the export before and have none now."""
    if earlier is None:
        return ()
    found = rows(cursor, statement("columns_lost"), {"import_id": import_id, "earlier": earlier["import_id"]})
    known = {field.name: field for field in source.fields}
    return tuple((known[row["field"]], row["heading"]) for row in found if row["field"] in known)
