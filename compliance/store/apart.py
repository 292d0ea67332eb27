"""Statements of packs, apart from the store: parsed and checked, and run where there are only the rows they may see.

for fault in faults(text, given(point)):    # none where it may run
with instance(sources).cursor() as cursor, watched(cursor, seconds=5) as late:
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations import closed
from compliance.declarations.closed import Fault, Node
from compliance.declarations.given import Given
from compliance.declarations.sources import Source
from compliance.store import engine, schema
from compliance.store.database import Cursor, Failure

PLACE: Final = re.compile(r"LINE (\d+)")


@dataclass(frozen=True)
class Description:
    """What DuckDB says of a text: the kinds of its statements, and the nodes of one that selects; or why it cannot."""

    kinds: tuple[str, ...] = ()
    node: Node = field(default_factory=dict)
    error: str = ""
    line: int = 1


@cache
def _parser() -> Cursor:
    """A database with nothing in it, that parses. That of a file which is not trusted could have its own macros."""
    return engine.apart()


def parts(sql: str) -> list[Any]:
    """The statements of a text, parsed and not run. Raise Failure if it cannot be."""
    return _parser().cursor().extract_statements(sql)


def described(sql: str) -> Description:
    """What a text is. Nothing of it runs."""
    cursor = _parser().cursor()
    try:
        kinds = tuple(each.type.name for each in cursor.extract_statements(sql))
        if kinds != ("SELECT",):
            return Description(kinds)
        ((found,),) = cursor.execute("select json_serialize_sql($1::varchar)", [sql]).fetchall()
        document: dict[str, Any] = json.loads(found)
    except (Failure, UnicodeError) as error:
        told = str(error).partition("\n")[0]
        place = PLACE.search(str(error))
        return Description(error=told or type(error).__name__, line=int(place[1]) if place else 1)
    finally:
        cursor.close()
    if document["error"]:
        return Description(kinds, error=document["error_message"])
    return Description(kinds, document["statements"][0]["node"])


def only_reads(sql: str) -> bool:
    """Whether a text is one statement that reads, and does nothing else."""
    try:
        description = described(sql)
        return bool(description.node) and closed.only_reads(description.node)
    except RecursionError:
        return False


def faults(file: str, given: Given) -> list[Fault]:
    """Everything for which the statement in a file of a pack is refused; none where it may run."""
    if measured := list(closed.measured(file)):
        return measured
    text = closed.text_of(file)
    try:
        description = described(text.sql)
    except RecursionError:  # of Python, when it reads the description
        return [closed.too_deep()]
    if description.error:
        unread = N_("DuckDB cannot read the statement: {said}")
        return [Fault(_line(text, description.line), Refusal(unread, said=description.error[:200]))]
    if len(description.kinds) != 1:
        return [
            Fault(text.line(0), Refusal(N_("Found {n} statements, expected one select."), n=len(description.kinds)))
        ]
    if not description.node:
        kind = description.kinds[0].lower()
        return [Fault(text.line(0), Refusal(N_("Found {said}, expected one select."), said=kind))]
    # it is run between brackets, among the other points
    within = described(f"select * from (\n{text.sql}\n) as item")
    if not within.node:
        return [
            Fault(
                _line(text, within.line - 1),
                Refusal(N_("A semicolon or a comment ends the statement too early. Leave it out.")),
            )
        ]
    return closed.faults(description.node, text, given)


def _line(text: closed.Text, number: int) -> int:
    """The line of the file of a line of its statement."""
    return text.numbers[max(0, min(number, len(text.numbers)) - 1)] if text.numbers else 1


def instance(sources: Mapping[str, Source]) -> Cursor:
    """A new database apart from every store, with the tables and macros of one that has some sources of packs."""
    made = engine.apart()
    schema.create(made, tuple(sources.values()))
    return made
