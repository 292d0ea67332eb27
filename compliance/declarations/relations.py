"""SQL that is written once and repeated for each source, name or person that the sources declare.

    -- for each name, union all
    select organisation, {name} as name from {source}_at(as_of, known_at)
    -- end

becomes, for the names in the sources staff, systems and so on:

    select organisation, unit as name from staff_at(as_of, known_at)
    union all
    select organisation, system as name from systems_at(as_of, known_at)

Without `, union all` nothing stands between the repetitions. `_each` has what can be repeated, with its values. Only
macros have such parts, so that nothing else depends on which sources there are.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final

from compliance.declarations.sources import Field, Source

PART: Final = re.compile(r"^ *-- for each ([a-z ]+?)(?:, (union all))?\n(.*?)^ *-- end\n", re.MULTILINE | re.DOTALL)
# Types that are compared as they are. Texts are compared in lower case.
EXACT: Final = frozenset({"date", "datetime", "number", "level", "yes_no"})
# What makes the relation of a source on a day.
OF_ROWS: Final = ("source", "source with unique rows", "source with renewed rows")
Values = dict[str, str]


def repeated(text: str, sources: Iterable[Source]) -> str:
    """Repeat each such part of an SQL text for some sources."""
    listed = tuple(sources)
    each = _each(listed)

    def repetitions(part: re.Match[str]) -> str:
        return _joined([values for source in listed for values in each[part[1]](source)], part[3], part[2] or "")

    return PART.sub(repetitions, text)


def relations_of(text: str, sources: Iterable[Source]) -> str:
    """Those parts of an SQL text that make the relations of the rows of a source on a day, for some sources."""
    return "".join(repeated(part[0], sources) for part in PART.finditer(text) if part[1] in OF_ROWS)


def _joined(each: list[Values], part: str, between: str) -> str:
    filled = [_with_values(part, values) for values in each]
    indent = part[: len(part) - len(part.lstrip())]
    return f"{indent}{between}\n".join(filled) if between else "".join(filled)


def _with_values(part: str, values: Values) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: values[match[1]], part)


def _plain(source: Source) -> Iterator[Values]:
    if not source.unique and not source.renewed:
        yield _source_values(source, ())


def _unique(source: Source) -> Iterator[Values]:
    if source.unique:
        yield _source_values(source, source.unique)


def _renewed(source: Source) -> Iterator[Values]:
    if source.renewed:
        yield _source_values(source, source.key)


def _source_values(source: Source, key: tuple[str, ...]) -> Values:
    """The values for a source: its id, its columns with current names of systems, and the key of its rows."""
    systems = [field.name for field in source.fields if field.names == "system" and _is_joined(field, source)]
    renamed = ", ".join(f"renamed('system', t.{name}, as_of, known_at) as {name}" for name in systems)
    key_columns = (f"t.{name}" if source.field(name).type in EXACT else f"lower(t.{name})" for name in key)
    return {
        "source": source.id,
        "columns": f"t.* replace ({renamed})" if renamed else "t.*",
        "key": ", ".join(key_columns),
    }


def _is_joined(field: Field, source: Source) -> bool:
    """Whether statements join rows on the name, so that it must be the current one."""
    return field.refers_to is not None or field.name in source.key


def _names(source: Source) -> Iterator[Values]:
    for field in source.fields:
        if field.names:
            name = f"trim(unnest(string_split_regex({field.name}, '[,;]')))" if field.several else field.name
            yield {"source": source.id, "kind": field.names, "name": name}
        if field.type == "path":
            yield {"source": source.id, "kind": "department", "name": "department"}


def _units(source: Source) -> Iterator[Values]:
    """A source whose rows name a unit, and their department if they have one."""
    field = next((field for field in source.fields if field.names == "unit"), None)
    if field:
        others = field.type == "path" or any(other.names == "department" for other in source.fields)
        yield {"source": source.id, "unit": field.name, "department": "department" if others else "null"} | _id(source)


def _id(source: Source) -> Values:
    """The id of a row of a source with unique rows, else null."""
    return {"id": " || '/' || ".join(source.unique) or "null"}


def _about(source: Source) -> Values:
    """The id of a row, and what it is about: its id, else what identifies it and is no person, else its unit.

    A row that only a person identifies is about nothing that can be said.
    """
    if source.unique:
        return _id(source) | {"about": _id(source)["id"]}
    of_unit = [field.name for field in source.fields if field.names == "unit"]
    about, *_ = [*(name for name in source.key if not source.field(name).person), *of_unit, "cast(null as varchar)"]
    return _id(source) | {"about": about}


def _done(source: Source) -> Iterator[Values]:
    """The fields that date something done."""
    for field in source.fields:
        if field.happened:
            yield {"source": source.id, "field": field.name} | _about(source)


def _ordered(source: Source) -> Iterator[Values]:
    """The fields with a date that may not be before that of another."""
    for field in source.fields:
        if field.not_before:
            yield {"source": source.id, "field": field.name, "first": field.not_before} | _about(source)


def _decisive(source: Source, type_: str) -> Iterator[Values]:
    """The fields of a type on whose value an outcome hangs."""
    for field in source.fields:
        if field.decides and field.type == type_:
            yield {"source": source.id, "field": field.name} | _id(source)


def _references(source: Source) -> Iterator[Values]:
    """The fields that refer to another source; units have a check of their own."""
    for field in source.fields:
        if field.refers_to and field.names != "unit":
            yield {"source": source.id, "wanted": field.refers_to[0], "field": field.name} | _id(source)


def _referred_to(source: Source, among: tuple[Source, ...]) -> Iterator[Values]:
    """The fields of a source that others refer to."""
    wanted = {field.refers_to for other in among for field in other.fields if field.names != "unit"}
    for field in source.fields:
        if (source.id, field.name) in wanted:
            yield {"source": source.id, "field": field.name}


def _mentions(source: Source) -> Iterator[Values]:
    """The fields that only mention a system: no rows are joined on it."""
    for field in source.fields:
        if field.names == "system" and not _is_joined(field, source):
            yield {"source": source.id, "field": field.name} | _id(source)


def _persons(source: Source) -> Iterator[Values]:
    """The fields that hold one person per row."""
    yield from _unnested(source, [field.name for field in source.fields if field.person and not field.several])


def _responsible(source: Source) -> Iterator[Values]:
    """The fields that can hold several persons, or roles."""
    yield from _unnested(source, [field.name for field in source.fields if field.person and field.several])


def _unnested(source: Source, names: list[str]) -> Iterator[Values]:
    if names:
        yield {"source": source.id, "names": ", ".join(names)}


def _each(sources: tuple[Source, ...]) -> dict[str, Callable[[Source], Iterator[Values]]]:
    """What can be repeated, with the values of a source."""
    return {
        "source": _plain,
        "source with unique rows": _unique,
        "source with renewed rows": _renewed,
        "name": _names,
        "unit": _units,
        "word that decides": partial(_decisive, type_="word"),
        "answer that decides": partial(_decisive, type_="yes_no"),
        "thing done": _done,
        "pair of dates": _ordered,
        "reference": _references,
        "key referred to": partial(_referred_to, among=sources),
        "mention of a system": _mentions,
        "person": _persons,
        "responsible": _responsible,
    }
