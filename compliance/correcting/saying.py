"""Saying what a word of the exports means, or whether the dates of a column begin with the month.

It counts in what is loaded afterwards, and at once in what is loaded already: those exports are read anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from compliance.access.audit import Action
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.correcting.previewing import Effect, figures_on
from compliance.declarations.points import Point
from compliance.declarations.queries import statement
from compliance.declarations.sources import TIMES, Field, Source, Words, normal
from compliance.loading.loading import Order, Prepared, add_event, load_prepared, organisation_for, tried
from compliance.loading.meanings import ORDERS, Meaning, add_meaning, meanings
from compliance.loading.rereading import Anew, Rules, read_anew
from compliance.reading.mapping import YES_NO
from compliance.store.database import EVERYTHING_KNOWN, Cursor, Database, moment, rows, stamp


@dataclass(frozen=True)
class Saying:
    """What a word in a field of a source means: one of `choices`; None takes back what was said.

    Of a column of dates `said_of` is its heading.
    """

    source: str
    field: str
    said_of: str
    meaning: str | None


def choices(field: Field) -> tuple[str, ...]:
    """What can be said of a field: the codes of its words, yes and no, or which part of a date is first.

    Nothing can be said of a field of whose cells only yes or no is stored.
    """
    if field.secret:
        return ()
    if field.type in TIMES:
        return ORDERS
    return YES_NO if field.type == "yes_no" else tuple(field.words)


def meanings_in_force(cursor: Cursor, organisation: str, *, as_of: date) -> list[Meaning]:
    """What an organisation, as it is called on a day, has said and not taken back: what its next file is read by."""
    first = _numbers(cursor, organisation, as_of)[:1]
    return [meaning for id_ in first for meaning in meanings(cursor, id_)]


def say_what(
    database: Database,
    organisation: str,
    sayings: Sequence[Saying],
    *,
    as_of: date,
    sources: Mapping[str, Source],
    words: Words,
    order: Order,
) -> list[Anew]:
    """Say what words and columns mean, and read the exports that have them anew.

    Raise Refusal if one of them cannot be said; then none is.
    """
    with database.writing() as cursor:
        anew = _say(cursor, organisation, sayings, as_of=as_of, sources=sources, words=words, who=order.who)
        for each in sayings:
            what = f"{each.source}.{each.field}: {each.said_of} = {each.meaning or ''}"
            told: dict[str, Any] = {"source": each.source} | ({} if each.meaning else {"removed": True})
            add_event(cursor, order, "meaning", what, action=Action.MAPPING, told="meaning", **told)
        return anew


def effect_of_saying(
    database: Database,
    organisation: str,
    sayings: Sequence[Saying],
    *,
    as_of: date,
    points: tuple[Point, ...],
    sources: Mapping[str, Source],
    words: Words,
    file: Prepared | None = None,
    named_on: date | None = None,
) -> Effect:
    """The coverage of every point before it is said and after, on the as-of date; nothing is written.

    `file` is one that is to be loaded first, or afterwards if it cannot be before. `named_on` is the day on which the
    organisation has the name, if another.
    """
    with database.rehearsing() as cursor:
        loaded = tried(cursor, file, words=words) if file else []
        before = figures_on(cursor, points, as_of)
        stamp(cursor, moment(cursor) + timedelta(microseconds=1))
        found = rows(cursor, statement("imports_on"), {"as_of": as_of, "known_at": EVERYTHING_KNOWN})
        only = frozenset(row["import_id"] for row in found)
        named = named_on or as_of
        _say(cursor, organisation, sayings, as_of=named, sources=sources, words=words, who="", only=only)
        if file and isinstance(loaded, Refusal):
            load_prepared(cursor, file, words=words)
        return Effect(as_of, before, figures_on(cursor, points, as_of))


def _say(
    cursor: Cursor,
    organisation: str,
    sayings: Sequence[Saying],
    *,
    as_of: date,
    sources: Mapping[str, Source],
    words: Words,
    who: str,
    only: frozenset[int] | None = None,
) -> list[Anew]:
    """Say it, and read anew the imports that have it, or `only` those of them that are asked about."""
    imports: set[int] = set()
    whose = _organisations(cursor, organisation, as_of, who=who)
    for each in sayings:
        field = _field(sources, each)
        if each.meaning is not None and each.meaning not in choices(field):
            raise Refusal(N_("{word} cannot mean that."), word=each.said_of)
        said_of = normal(each.said_of) if field.type in TIMES else each.said_of
        add_meaning(cursor, whose, each.source, each.field, said_of, each.meaning, who=who)
        imports |= _imports(cursor, whose, each, field)
    imports = imports if only is None else imports & only
    return read_anew(cursor, imports, Rules(sources, words), who=who)


def _numbers(cursor: Cursor, organisation: str, as_of: date) -> list[int]:
    """The numbers of the organisations of a name, their own or that of a day; first the one whose own it is."""
    params = {"organisation": organisation, "as_of": as_of, "known_at": EVERYTHING_KNOWN}
    return [row["organisation_id"] for row in rows(cursor, statement("organisations_named"), params)]


def _organisations(cursor: Cursor, organisation: str, as_of: date, *, who: str) -> list[int]:
    """The same; a database that has none yet gets it. Raise Refusal if there are others, but none of the name."""
    if numbers := _numbers(cursor, organisation, as_of):
        return numbers
    if rows(cursor, statement("organisations"), {"known_at": EVERYTHING_KNOWN}):
        raise Refusal(N_("There is no organisation called {name}."), name=organisation)
    return [organisation_for(cursor, Order(who, organisation=organisation), as_of)[0]]


def _field(sources: Mapping[str, Source], saying: Saying) -> Field:
    source = sources.get(saying.source)
    field = next((each for each in source.fields if each.name == saying.field), None) if source else None
    if field is None or not choices(field):
        raise Refusal(N_("There is nothing to say of {word}."), word=saying.said_of)
    return field


def _imports(cursor: Cursor, organisations: list[int], saying: Saying, field: Field) -> set[int]:
    """The imports that have the word, or the column."""
    where: dict[str, Any] = {"organisations": organisations, "known_at": EVERYTHING_KNOWN}
    where |= {"source": saying.source, "field": saying.field}
    if field.type in TIMES:
        found = rows(cursor, statement("imports_with_column"), where)
        return {row["import_id"] for row in found if normal(row["heading"]) == normal(saying.said_of)}
    found = rows(cursor, statement("imports_saying"), where | {"said_of": saying.said_of})
    return {row["import_id"] for row in found}
