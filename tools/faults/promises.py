"""What must hold whatever happens: nothing acknowledged is lost, there are no halves, and all copies are equal."""

import hashlib
import json
from collections import Counter
from typing import Any

from compliance.store.changes import quoted
from compliance.store.changes import tables as tables_of
from compliance.store.database import Cursor
from compliance.store.postgresql import Line

# Imports whose rows, problems, columns or event are not all there; it runs in DuckDB and in PostgreSQL.
HALVES = """
with there as (
    select import_id, 'row' as kind from staff
    union all select import_id, 'problem' from problems
    union all select import_id, 'column' from import_columns
    union all select case when what like 'import %'
        then cast(rtrim(split_part(what, ' ', 2), ':,') as integer) end, 'event' from events
)
select i.import_id, i.loaded, i.rejected, count(t.kind)
from imports as i left join there as t on t.import_id = i.import_id
group by i.import_id, i.loaded, i.rejected
having count(case when t.kind = 'row' then 1 end) <> i.loaded
    or count(case when t.kind = 'problem' then 1 end) <> i.rejected
    or count(case when t.kind = 'column' then 1 end) <> 3
    or count(case when t.kind = 'event' then 1 end) <> 1
"""


def contents(cursor: Cursor) -> dict[str, str]:
    """A fingerprint of each table of a copy, in its order."""
    found = {}
    for table, columns in tables_of().items():
        names = ", ".join(map(quoted, columns))
        found[table] = _mark(cursor.execute(f"select {names} from {quoted(table)} order by rowid").fetchall())
    return found


def kept(line: Line) -> dict[str, str]:
    """The same of PostgreSQL."""
    found = {}
    for table, columns in tables_of().items():
        names, all_rows = ", ".join(map(quoted, columns)), []
        with line.transaction(read_only=True) as run:
            for batch in run.batches(f"select {names} from {quoted(table)} order by change, nth"):
                all_rows += list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
        found[table] = _mark(all_rows)
    return found


def _mark(all_rows: list[Any]) -> str:
    return f"{len(all_rows)} {hashlib.sha256(repr(all_rows).encode()).hexdigest()}"


def halves(line: Line) -> list[Any]:
    """Imports that are not whole, and changes whose rows are not those that they say."""
    broken: list[Any] = line.rows(HALVES)
    said = {(number, table): n for number, rows in line.rows("select number, rows from changes")
            for table, n in json.loads(rows).items()}  # fmt: skip
    there = {}
    for table in tables_of():
        for number, n in line.rows(f"select change, count(*) from {quoted(table)} group by change"):
            there[number, table] = n
    numbers = sorted(number for (number,) in line.rows("select number from changes"))
    gaps = [] if numbers == [*range(1, len(numbers) + 1)] else [("numbers", numbers)]
    return broken + [key for key in said.keys() | there.keys() if said.get(key) != there.get(key)] + gaps


def lost(line: Line, done: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was acknowledged and is not there."""
    imports = {(n, person.removesuffix("-0")) for n, person in line.rows(
        "select import_id, employee_id from staff where employee_id like '%-0'")}  # fmt: skip
    texts = {text for (text,) in line.rows("select text from review_texts")}
    return [
        each
        for each in done
        if (each["key"] not in texts if each["done"] == "text" else (each["number"], each["key"]) not in imports)
    ]


def twice(line: Line, done: list[dict[str, Any]], forgotten: list[dict[str, Any]]) -> list[int]:
    """Numbers that two imports have, or that two were told; one that a failover has forgotten may be given again."""
    there = Counter(number for (number,) in line.rows("select import_id from imports"))
    told = Counter(each["number"] for each in done if each["done"] == "load" and each not in forgotten)
    return [number for counts in (there, told) for number, count in counts.items() if count > 1]


def moments_astray(line: Line) -> list[Any]:
    """Changes whose moment is not PostgreSQL's, or which lies before that of an earlier one."""
    return line.rows("""
        select number, at from (select *, lag(at) over (order by number) as before from changes) as c
        where at < before or at > clock_timestamp() at time zone 'utc'
           or at < clock_timestamp() at time zone 'utc' - interval '3 hours'
        union all
        select import_id, imported_at from imports
        where imported_at > clock_timestamp() at time zone 'utc' + interval '1 minute'
           or imported_at < clock_timestamp() at time zone 'utc' - interval '3 hours'
    """)
