"""A store as an earlier version left it: made by this version, then filled by SQL with what must not be stored
today.
"""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from compliance.store.schema import CLEANED, CLEANED_BEFORE
from tests.identities import texts
from tests.reviewed import Reviewed, at

# What is planted in columns of numbers beside: of no import that there is.
NUMBERS = {"INTEGER": 999, "SMALLINT": 9}


def spellings(chance: random.Random, count: int) -> list[str]:
    """Different identity numbers in many spellings."""
    found: dict[str, None] = {}
    for given in texts(chance, 20 * count):
        if len(found) == count:
            break
        if given.is_one:
            found[given.text] = None
    return list(found)


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file opened without the program, so that nothing is cleaned; everything written stays searchable.

    It is as a version before this one has left it, which knew less of what is never kept.
    """
    with duckdb.connect(str(path), config={"force_compression": "uncompressed"}) as connection:
        connection.execute(f"delete from schema_files where name = '{CLEANED}'")
        for mark in CLEANED_BEFORE:
            connection.execute(
                f"insert into schema_files select '{mark}', max(applied_at) from schema_files"
                f" having '{mark}' not in (select name from schema_files)"
            )
        yield connection


def plant(path: Path, secrets: list[str]) -> dict[str, str]:
    """Add a row with a secret in each text column to every table; return where each secret is."""
    planted: dict[str, str] = {}
    left = iter(secrets)
    with opened(path) as connection:
        for table, columns in _tables(connection).items():
            row: dict[str, Any] = {name: NUMBERS[kind] for name, kind in columns.items() if kind in NUMBERS}
            for name, kind in columns.items():
                if kind.startswith("VARCHAR"):
                    planted[f"{table}.{name}"] = secret = next(left)
                    row[name] = [None, secret] if kind == "VARCHAR[]" else secret
            if row:
                names, places = (", ".join(form.format(name) for name in row) for form in ('"{}"', "${}"))
                connection.execute(f'insert into "{table}" ({names}) values ({places})', row)
    return planted


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Every table except the marks of upgrades, with the types of its columns."""
    found: dict[str, dict[str, str]] = {}
    sql = "select table_name, column_name, data_type from information_schema.columns order by 1, ordinal_position"
    for table, name, kind in connection.execute(sql).fetchall():
        if table != "schema_files":
            found.setdefault(table, {})[name] = kind
    return found


# --- An administration --------------------------------------------------------------------------------------------

# One that is an identity number as an earlier version kept it, and the numbers of cases that are none.
NUMBER = "850709 1232"
CASES = ("20260901-0018", "20260901-0026")
CLASSIFICATIONS = """
Objekt/System | K/R/T    | Klassad    | Informationsmängd
Alfa          | K1/R1/T1 | 2026-05-01 | Öppet
Betaportalen  | K2/R2/T2 | 2026-05-01 | Beta-hemligt
Gamma         | K0/R1    | 2026-05-01 | Gammalt
Delta         | K2/R2/T2 | 2026-05-01 | Delta-hemligt
"""
INCIDENTS = f"""
Ärende-ID  | Upptäcktes | Enhet | Orsak
{CASES[0]} | 2026-09-01 | Norr  | Okänd
{CASES[1]} | 2026-09-01 | Söder | Okänd
"""
# What stood in the cells of an earlier version, by row: each says level 4, or could.
LEVELS = {3: "K4/R2", 5: "K④ R1"}
REJECTED = {6: "IV", 7: "4/2/1"}


def build(folder: Path) -> Reviewed:
    """An administration with classifications and incidents, and an approved review."""
    line = at("loaded", folder)
    with line.held():
        line.load_table(CLASSIFICATIONS, name="klassa.csv", source="classifications")
        line.load_table(INCIDENTS, name="incidenter.csv", source="incidents")
        review = line.open()
        line.discuss(review)
        line.write(review, "comment", "incidents", "Ring Anna om SECRET i morgon")
        line.decide(review, "Tala med SECRET")
        line.approve(line.submit(review))
        line.open(2025, date(2025, 12, 31))
    return line


def age(path: Path) -> None:
    """Change the administration to what an earlier version would have left."""
    with opened(path) as connection:
        _unread_levels(connection)
        for statement in _NUMBERS.strip().split(";"):
            connection.execute(statement.replace("NUMBER", NUMBER))
        rewrite_frozen(connection, "SECRET", NUMBER)


_NUMBERS = """
update staff set name = 'Anna NUMBER' where employee_id = 'p1';
update import_rows set cells = list_transform(cells, lambda cell: replace(cell, 'Anna Berg', 'Anna NUMBER'));
insert into staff (import_id, sheet_number, row, employee_id, unit, employed_from)
select import_id, 0, 4, 'NUMBER', 'Norr', date '2024-01-01' from imports where source = 'staff';
insert into import_rows select import_id, 0, 4, ['NUMBER', 'Bo', 'Norr', 'Öst', '2024-01-01']
from imports where source = 'staff';
update imports set loaded = 3 where source = 'staff';
update review_texts set text = replace(text, 'SECRET', 'NUMBER');
update decisions set text = replace(text, 'SECRET', 'NUMBER')
"""
_LEVELS = {
    "loaded": "update import_rows set cells = [cells[1], $text] || cells[3:] where import_id = $id and row = $row",
    "rejected": "insert into import_rows values ($id, 0, $row, ['System ' || $row, $text, '2026-05-01', 'Hemligt'])",
    "problem": "insert into problems values ($id, 0, null, $row, 2, 'K/R/T', $text, $reason, $kind)",
}


def _unread_levels(connection: duckdb.DuckDBPyConnection) -> None:
    """Add rows whose levels were not read, and rejected ones, with all their cells and a problem for each level."""
    ((id_,),) = connection.execute("select import_id from imports where source = 'classifications'").fetchall()
    for row, text in {4: "K0/R1", **LEVELS, **REJECTED}.items():
        kind, reason = ("rejected", "protective_security") if row in REJECTED else ("warning", "not_a_level")
        given = {"id": id_, "row": row, "text": text}
        connection.execute(_LEVELS["rejected" if row in REJECTED else "loaded"], given)
        for _ in "KRT":
            connection.execute(_LEVELS["problem"], given | {"reason": reason, "kind": kind})
    nothing = "(confidentiality, integrity, availability) = (null, null, null)"
    connection.execute(f"update classifications set {nothing} where row <> 2")
    connection.execute("update imports set loaded = 4, rejected = 2, warnings = 9 where source = 'classifications'")


def rewrite_frozen(connection: duckdb.DuckDBPyConnection, old: str, new: str) -> None:
    """Change the text that every frozen review had when it was sealed."""
    for edition, content, seal in connection.execute("select edition, content, sha256 from frozen_reviews").fetchall():
        assert old in content
        changed = content.replace(old, new)
        given = {"content": changed, "now": hashlib.sha256(changed.encode()).hexdigest(), "edition": edition}
        connection.execute(
            "update frozen_reviews set content = $content, sha256 = $now where edition = $edition", given
        )
        seals = {"now": given["now"], "before": seal}
        connection.execute("update review_states set sha256 = $now where sha256 = $before", seals)
        connection.execute("update events set what = replace(what, $before, $now)", seals)
