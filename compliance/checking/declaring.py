"""What `point.toml` and `source.toml` of a pack declare: both languages, dates, columns, and keys that there are."""

import math
import re
import string
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

from compliance import __version__
from compliance.checking.faults import Fault, line_of
from compliance.core.errors import Refusal
from compliance.core.hints import nearest
from compliance.core.language import LANGUAGES, N_
from compliance.declarations.declared import Table
from compliance.declarations.packs import POINT, STATEMENT, VERSION, Head, Pack, numbers_of, source_files
from compliance.declarations.points import COURSES, Point
from compliance.declarations.queries import without_comments
from compliance.declarations.sources import (
    Field,
    Source,
    load_values,
    person_of,
    product_sources,
    refuse_unknown_references,
    table_columns,
)
from compliance.loading.elsewhere import may_hold_levels
from compliance.loading.levels import level_fields
from compliance.store.packs import Installed

ASKED: Final = re.compile(r"(>=|<|==)\s*([0-9]+(?:\.[0-9]+)*)")
# The most letters of what a pack is called and says of itself.
LONGEST_HEAD: Final = {"publisher": 40, "id": 40, "version": 20, "product": 40, "checked_by": 120}
# Names that are no files in Windows, whatever follows after a dot.
RESERVED: Final = re.compile(r"con|nul|prn|aux|(com|lpt)[0-9]")
# What stands in braces in a text, by its key; in others nothing does.
FILLED: Final = {"each": {"n", "nth"}, "lapsing": {"n"}, "turned": {"count"}, "todo": {"detail"}}
# The most letters of a text, without soft hyphens: what columns, slides and cells of a heat table have room for.
LONGEST: Final = {
    "title": 80, "short": 60, "brief": 28, "question": 200, "items": 40, "fulfilled": 80, "each": 90, "rule": 600,
    "reasons": 60, "todo": 140, "lapsing": 80, "turned": 80, "law": 300,
}  # fmt: skip
# How many keys stand above a text, if any do.
DEPTHS: Final = {"reasons": 1, "todo": 1, "lapsing": 1, "turned": 2}
NEEDED: Final = ("title", "short", "question", "items", "fulfilled", "rule")
LAPSING: Final = ("one", "many", "thing", "things")
# Characters that are not seen, or mean something to a browser or a spreadsheet.
STRANGE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff<>]|^[=+@|-]")
# What the product counts of its own points only.
NOT_OF_PACKS: Final = {"number", "requirements", "pack", "statement", "sources", "id"}
# The columns that each relation of a source has besides its fields.
COLUMNS: Final = frozenset({"organisation", "file", "extract_date", "columns", "import_id", "sheet_number"}) | {
    "sheet", "row", "rowid", "source", "cells", "as_of", "known_at",
}  # fmt: skip
# The types of fields whose values are of a closed form, so that a heading may speak of levels.
CLOSED: Final = frozenset({"date", "datetime", "yes_no", "word"})
FIRST_ORDER, LAST_ORDER, LONGEST_RHYTHM = 100, 9_999, 1_100


def faults(pack: Pack, *, before: Installed | None) -> Iterator[Fault]:
    """What is wrong with the declarations of a pack; `before` is the version of it that is installed."""
    text, table = pack.files[POINT], tomllib.loads(pack.files[POINT])
    for keys, why in _of_point(pack, table):
        yield Fault(POINT, line_of(text, *keys), why)
    for file, source in files_of_sources(pack).items():
        text = pack.files[file]
        for keys, why in (*_of_source(source, tomllib.loads(text), pack), *_moved(source, before)):
            yield Fault(file, line_of(text, *keys), why)
    for source in before.sources.values() if before else ():
        if source.id not in pack.sources:
            gone = N_("The version that is installed has the source {source}, with rows. Keep it.")
            yield Fault(POINT, 0, Refusal(gone, source=source.id))


def files_of_sources(pack: Pack) -> dict[str, Source]:
    """The sources of a pack by the file that declares them."""
    ids = {name: tomllib.loads(pack.files[name])["id"] for name in source_files(pack.files)}
    return {name: pack.sources[id_] for name, id_ in ids.items()}


Found = Iterator[tuple[tuple[str, ...], Refusal]]


def _of_point(pack: Pack, table: Table) -> Found:
    yield from _head(pack.head)
    yield from _unknown(table, _keys(Head, Point) - NOT_OF_PACKS | {"id", "todo"}, at=())
    yield from _texts(table)
    yield from _rows(table)
    yield from _read(pack)
    yield from _left(pack, table)


# --- Who answers for it -------------------------------------------------------------------------------------------


def _head(head: Head) -> Found:
    long = [(key, most) for key, most in LONGEST_HEAD.items() if len(getattr(head, key)) > most]
    for key, most in long:
        n = len(getattr(head, key))
        yield (key,), Refusal(N_("{key} has {n} letters. There is room for {most}."), key=key, n=n, most=most)
    if long:
        return
    for key in ("publisher", "id"):
        if RESERVED.fullmatch(name := getattr(head, key)):
            yield (key,), Refusal(N_("{said} can be no folder in Windows. Choose another name."), said=name)
    if not VERSION.fullmatch(head.version):
        yield ("version",), Refusal(N_("The version {said} is not of numbers, such as 1.0."), said=head.version)
    asked = [ASKED.fullmatch(part.strip()) for part in head.product.split(",")]
    if not all(asked):
        yield (
            ("product",),
            Refusal(N_("{said} is no range of versions, such as >=1.0 or >=1.0, <2.0."), said=head.product),
        )
    elif not all(_fits(match[1], match[2]) for match in asked if match):
        yield (
            ("product",),
            Refusal(
                N_("It is written for {said} of the product, and this is {own}."), said=head.product, own=__version__
            ),
        )
    if not head.checked_by.strip() or STRANGE.search(head.checked_by):
        yield ("checked_by",), Refusal(N_("Say who has checked the rule."))


def _fits(sign: str, version: str) -> bool:
    own, asked = numbers_of(__version__), numbers_of(version)
    return {">=": own >= asked, "<": own < asked, "==": own == asked}[sign]


# --- Keys and texts -----------------------------------------------------------------------------------------------


def _keys(*kinds: Any) -> set[str]:
    return {each.metadata.get("key", each.name) for kind in kinds for each in fields(kind)}


def _unknown(table: Table, known: Collection[str], *, at: tuple[str, ...]) -> Found:
    for key in table.keys() - {*known}:
        message = N_("There is no key {said}. The nearest is {near}.")
        yield (*at, key), Refusal(message, said=key, near=nearest(key, sorted(known)))


def _texts(table: Table) -> Found:
    for key in NEEDED:
        if not table.get(key):
            yield (key,), Refusal(N_("{key} is empty. Write a text in each language."), key=key)
    for key, most in LONGEST.items():
        for at, texts in _each_text(table.get(key, {}), (key,)):
            yield from _text(texts, at, most=most)
    turned = (("turned", LAPSING[:2], part) for part in table.get("turned", {}).values())
    for key, wanted, part in (("lapsing", LAPSING, table.get("lapsing", {})), *turned):
        if part and part.keys() != {*wanted}:
            yield (key,), Refusal(N_("{key} has the texts {known}, all of them."), key=key, known=", ".join(wanted))


def _each_text(value: Any, at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """What stands in the place of a text in each language, with its keys."""
    if isinstance(value, list):
        yield from ((at, row.get("text")) for row in value if isinstance(row, dict))
    elif len(at) <= DEPTHS.get(at[0], 0) and isinstance(value, dict):
        for key, part in value.items():
            yield from _each_text(part, (*at, key))
    elif value != {} or len(at) > 1:
        yield at, value


def _text(texts: Any, at: tuple[str, ...], *, most: int) -> Found:
    key = ".".join(at)
    if not isinstance(texts, dict) or texts.keys() != LANGUAGES.keys() or not all(_is_text(t) for t in texts.values()):
        yield at, Refusal(N_("{key} is not a text in both languages, sv and en."), key=key)
        return
    for text in texts.values():
        if strange := STRANGE.search(text):
            message = N_("{key} has the character {said}, which does not belong in a text.")
            yield at, Refusal(message, key=key, said=_seen(strange[0]))
        if (long := len(text.replace("\u00ad", ""))) > most:
            yield at, Refusal(N_("{key} has {n} letters. There is room for {most}."), key=key, n=long, most=most)
        if (wrong := _braces(text, FILLED.get(at[0], set()))) is not None:
            known = ", ".join(f"{{{name}}}" for name in sorted(FILLED.get(at[0], ()))) or "–"
            yield at, Refusal(N_("{key} has {said} in braces. Known are: {known}."), key=key, said=wrong, known=known)


def _is_text(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _seen(character: str) -> str:
    return character if character.isprintable() and character.strip() else f"U+{ord(character):04X}"


def _braces(text: str, known: set[str]) -> str | None:
    """What stands in braces and is none of the known names; None if all of it is."""
    try:
        parts = [part[1:] for part in string.Formatter().parse(text) if part[1] is not None]
        names = [f"{name}{f'!{turned}' if turned else ''}{form or ''}" for name, form, turned in parts]
    except ValueError:
        return "{"
    return next((name for name in names if name not in known), None)


# --- Rows with a day ----------------------------------------------------------------------------------------------


def _rows(table: Table) -> Found:
    for key in ("targets", "law", "parameters"):
        rows = table.get(key, [])
        if key != "parameters" and not rows:
            yield (key,), Refusal(N_("{key} is empty. Write a row with the day that it holds from."), key=key)
        for row in rows:
            if type(row.get("from")) is not date:
                yield (key,), Refusal(N_("A row of {key} needs from, a day such as 2026-01-01."), key=key)
    if not all(map(_is_target, table.get("targets", []))):
        message = N_("A row of targets has from, target and limit: shares from 0 to 1, limit not above target.")
        yield ("targets",), Refusal(message)
    if any(row.keys() != {"from", "text"} for row in table.get("law", [])):
        yield ("law",), Refusal(N_("A row of law has from and text, and nothing else."))
    yield from _parameters(table.get("parameters", []))


def _is_target(row: Table) -> bool:
    if row.keys() != {"from", "target", "limit"}:
        return False
    target, limit = row["target"], row["limit"]
    return {type(target), type(limit)} <= {int, float} and bool(0 <= limit <= target <= 1)


def _parameters(rows: list[Table]) -> Found:
    for first, second in pairwise(rows):
        if _kinds(first) != _kinds(second):
            yield (
                ("parameters",),
                Refusal(N_("Each row of parameters has the same names, with values of the same kind.")),
            )
    for name, value in ((name, value) for row in rows for name, value in row.items()):
        if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name) or name in {"as_of", "known_at"}:
            message = N_("{said} is no name of a parameter. It has only a–z and underscores.")
            yield ("parameters",), Refusal(message, said=name)
        if not _is_value(value):
            message = N_("The parameter {said} is no number, text, day, true or false, or a list of texts or numbers.")
            yield ("parameters",), Refusal(message, said=name)


def _kinds(row: Table) -> dict[str, Any]:
    return {name: type(value) for name, value in row.items()}


def _is_value(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and len({type(part) for part in value}) == 1 and type(value[0]) in (str, int)
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str | int | date) and not isinstance(value, datetime)


# --- What it reads ------------------------------------------------------------------------------------------------


def _read(pack: Pack) -> Found:
    point, known = pack.point, product_sources() | pack.sources
    read = (*point.needs, *point.uses)
    if not point.needs:
        yield ("needs",), Refusal(N_("needs is empty. Its first source is that whose row an item is."))
    for id_ in read:
        if id_ not in known:
            message = N_("There is no source {said}. The nearest is {near}.")
            yield _place(point, id_), Refusal(message, said=id_, near=nearest(id_, known))
        elif read.count(id_) > 1:
            yield _place(point, id_), Refusal(N_("The source {said} is named twice."), said=id_)
    for id_ in pack.sources.keys() - {*read}:
        yield (
            ("needs",),
            Refusal(N_("The pack brings the source {said}, and names it neither under needs nor uses."), said=id_),
        )
    for id_ in sorted(point.reads_without.keys() - known.keys()):
        message = N_("There is no source {said}. The nearest is {near}.")
        yield ("reads_without",), Refusal(message, said=id_, near=nearest(id_, known))
    yield from _columns_asked(point, known)
    yield from _persons(pack, known)


def _place(point: Point, id_: str) -> tuple[str]:
    return ("needs",) if id_ in point.needs else ("uses",)


def _columns_asked(point: Point, known: Mapping[str, Source]) -> Found:
    read = [known[id_] for id_ in (*point.needs, *point.uses) if id_ in known]
    there = sorted(f"{source.id}.{field.name}" for source in read for field in source.fields)
    instead = [name for names in point.reads_without.values() for name in names]
    for key, name in (*(("reads", name) for name in point.reads), *(("reads_without", name) for name in instead)):
        if there and name not in there:
            message = N_("There is no column {said} in what the point reads. The nearest is {near}.")
            yield (key,), Refusal(message, said=name, near=nearest(name, there))


def _persons(pack: Pack, known: Mapping[str, Source]) -> Found:
    """Items that are persons are small numbers, and incidents are told apart by what a point needs."""
    point = pack.point
    named = [id_ for id_ in (*point.needs, *point.uses) if id_ in known and _names_persons(known[id_])]
    if named and not point.persons:
        message = N_("{said} is about persons, so that small numbers are to be hidden. Write persons = true.")
        yield ("persons" if "persons" in pack.files[POINT] else "needs",), Refusal(message, said=named[0])
    for id_ in {"incidents", "breaches"} & {*point.uses}:
        yield ("uses",), Refusal(N_("Name {said} under needs: what is confidential in it is hidden by that."), said=id_)
    if COURSES in point.needs and any({"codes", "names"} <= row.keys() for row in point.dated_parameters):
        yield (
            ("parameters",),
            Refusal(N_("Which courses count is said of the product's own points only. Name the parameters otherwise.")),
        )


def _names_persons(source: Source) -> bool:
    """Whether its rows are about persons: by an id that refers to one of staff, or is said to be a person's."""
    return bool(person_of(source)) or any(field.person and field.is_id for field in source.fields)


def _left(pack: Pack, table: Table) -> Found:
    """What is done about each reason that leaves something."""
    own = table.get("reasons", {})
    statement = re.sub(r"\s+", " ", without_comments(pack.files[STATEMENT]))
    left = {*re.findall(r"\b(?:unmet|unknown|pending)\(\s*'(\w+)'", statement)}
    for reason in sorted(left & own.keys() - pack.todo.keys()):
        message = N_("todo lacks {said}: what is done about an item with that reason.")
        yield ("reasons", reason), Refusal(message, said=reason)
    for reason in sorted(table.get("todo", {}).keys() - pack.point.reasons.keys()):
        yield ("todo", reason), Refusal(N_("The reason {said} is not declared under reasons."), said=reason)


# --- Sources ------------------------------------------------------------------------------------------------------


def _of_source(source: Source, table: Table, pack: Pack) -> Found:
    yield from _unknown(table, _keys(Source), at=())
    for name, entry in table["fields"].items():
        yield from _unknown(entry, _keys(Field) - {"name", "heading"}, at=("fields", name))
        yield from _field(source.field(name), entry)
    if not source.key or not {*source.unique, *source.key} & {field.name for field in source.required}:
        yield ("key",), Refusal(N_("key names no field that is required: by it a row is known in the next export."))
    if not FIRST_ORDER <= source.order <= LAST_ORDER:
        message = N_("order is {n}. It is between {first} and {last}: those below are the product's own.")
        yield ("order",), Refusal(message, n=source.order, first=FIRST_ORDER, last=LAST_ORDER)
    for key in ("title", "system"):
        yield from _text(getattr(source, key), (key,), most=LONGEST["short"])
    if not 1 <= source.rhythm_days <= LONGEST_RHYTHM:
        yield ("rhythm_days",), Refusal(N_("rhythm_days is not between 1 and {most}."), most=LONGEST_RHYTHM)
    try:
        refuse_unknown_references([source], product_sources() | pack.sources)
    except Refusal as refusal:
        yield ("fields", str(refusal.values["field"]), "refers_to"), refusal
    yield from _twice(source)
    yield from _levels(source)


def _levels(source: Source) -> Found:
    """Level 4 must not be stored under any heading, so a level is read as one."""
    words = load_values(None)
    known = {heading for own in product_sources().values() for field in level_fields(own) for heading in field.headings}
    for field in source.fields:
        for heading in field.headings if field.type != "level" else ():
            if heading in known or (field.type not in CLOSED and may_hold_levels(heading, words)):
                message = N_("The heading {said} is that of a level, and {field} is none. Give it the type level.")
                yield ("fields", field.name, "headings"), Refusal(message, said=heading, field=field.name)


def _field(field: Field, entry: Table) -> Found:
    at = ("fields", field.name)
    if field.type == "word" and not field.words:
        yield at, Refusal(N_("The field {field} has no words."), field=field.name)
    for code, words in field.words.items():
        if not words:
            yield (*at, "words"), Refusal(N_("The code {code} of {field} has no words."), code=code, field=field.name)
    if field.help:
        yield from _text(field.help, (*at, "help"), most=LONGEST["question"])
    plain = (field.title, *field.headings, *field.hints, *(word for words in field.words.values() for word in words))
    for text in plain:
        if not text.strip() or STRANGE.search(text):
            message = N_(
                "{field} has the text “{said}”, which is empty, or has a character that does not belong there."
            )
            yield at, Refusal(message, field=field.name, said=text.strip())
    if field.person and field.compared:
        message = N_(
            "{field} names a person, and is compared: its text would be in year packages. Leave one of them out."
        )
        yield (*at, "compared"), Refusal(message, field=field.name)
    for key in {"instead", "letter", "case_id"} & entry.keys():
        yield (*at, key), Refusal(N_("{said} is let in for the product's own sources only. Leave it out."), said=key)


def _twice(source: Source) -> Found:
    columns = [name for field in source.fields for name, _ in table_columns(field)]
    for name in sorted({name for name in columns if columns.count(name) > 1 or name in COLUMNS}):
        message = N_("The column {said} is there already. Give the field another name.")
        yield ("fields", name), Refusal(message, said=name)
    headings = [heading for field in source.fields for heading in field.headings]
    for heading in sorted({heading for heading in headings if headings.count(heading) > 1}):
        yield ("fields",), Refusal(N_("The heading {said} is that of two fields."), said=heading)


def _moved(source: Source, before: Installed | None) -> Found:
    """A stored row has its cells in the order of the fields."""
    old = before.sources.get(source.id) if before else None
    if old is None:
        return
    kept, now = ([pair for field in each.fields for pair in table_columns(field)] for each in (old, source))
    for place, pair in enumerate(kept):
        if now[place : place + 1] != [pair]:
            message = N_(
                "A field keeps its place: the version that is installed has {said} as number {n}. New ones are last."
            )
            yield ("fields",), Refusal(message, said=f"{pair[0]} ({pair[1]})", n=place + 1)
            return
