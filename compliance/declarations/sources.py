"""The sources: each kind of export, its columns and how they are recognised."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.hints import nearest
from compliance.core.language import LANGUAGES, N_, Texts
from compliance.core.lengths import LONGEST_HEADING, LONGEST_ID, LONGEST_NAME, LONGEST_TEXT, few_marks
from compliance.core.places import POINTS, SOURCES, VALUES
from compliance.declarations.declared import (
    KINDS,
    LACKS,
    NONE_OF,
    UNREADABLE,
    Table,
    build,
    checked,
    read_toml,
    read_with_own,
)

# The lists of values.toml.
Words = dict[str, list[str]]
NAME = re.compile(r"[a-z][a-z0-9_]*")
FIELD_TYPES = frozenset({"text", "id", "date", "datetime", "yes_no", "number", "word", "level", "path"})
TIMES: Final = frozenset({"date", "datetime"})
# The kinds of names that can change from a day on, and that a field can hold.
NAMED: Final = ("department", "system", "unit")
# The number of characters that are stored of a text, by type, if a field declares no limit.
LIMITS: Final = {"id": LONGEST_ID, "path": LONGEST_NAME}
# The greatest repetition count of a regular expression in DuckDB; such expressions split the lists.
LONGEST_PART: Final = 1_000
# Parts of headings of columns with reasons of absence, which are never stored.
ABSENCE = ("frånvaro", "ledig", "sjuk")
COMBINED = frozenset(
    {"joined", "reason_given", "count_yes", "answered", "confidentiality_of", "integrity_of", "availability_of"}
)

# The field that identifies a person, to which others refer.
PERSON: Final = ("staff", "employee_id")
# The types whose values identify nobody by themselves.
PLAIN: Final = frozenset({"date", "datetime", "yes_no", "number", "level"})


@dataclass(frozen=True)
class Instead:
    """Other columns to compute a field from if its own is missing: a group of synonyms for each column."""

    headings: tuple[tuple[str, ...], ...]
    using: str


@dataclass(frozen=True)
class Field:
    """A column of a source: its name in the database, its type and the headings that it is recognised by.

    `title` is its English name and `heading` the Swedish one, the first heading as written. `refers_to` is the
    (source, field) that its values refer to. `words` are the words of each code, the usual one first. `help` adds to
    the type for users who fill it in by hand, and `example` is a possible value. `hints` are parts of headings that
    only suggest a column for it. `closed` means that only the listed words are valid, though the field is optional.
    `person` means that it names a person, which is shown to the coordinator only; `names` is another kind
    of name that it holds (one of `NAMED`); `compared` means that rules compare its text, so a year package holds it.
    `letter` identifies its level among several in one cell. `case_id` means that it holds case numbers, which can begin
    with a date like identity numbers. `limit` is the number of characters stored of a text, or of each name if the
    field holds `several` or is a path; a longer id (`is_id`) is rejected. `expected` means that a sheet without a
    column for it is asked about before it is loaded. `is_name` means that it holds ids or names of things or persons,
    which could be called by a word that elsewhere says that there is no answer. `empty_is` is the code that an empty
    cell, and a word that no list knows, counts as; it is stored as null. `happened` means that it dates something that
    is done, so no day to come, and `not_before` is the field whose date must come first. `decides` means that an
    outcome hangs on its word, or its yes or no.
    """

    name: str
    title: str
    type: str
    headings: tuple[str, ...]
    heading: str = ""
    required: bool = False
    refers_to: tuple[str, str] | None = None
    instead: Instead | None = None
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    help: Texts = field(default_factory=dict)
    example: str | int = ""
    hints: tuple[str, ...] = ()
    closed: bool = False
    person: bool = False
    names: str | None = None
    compared: bool = False
    letter: str | None = None
    case_id: bool = False
    limit: int = LONGEST_TEXT
    several: bool = False
    is_id: bool = field(default=False, metadata={"key": "id"})
    expected: bool = False
    is_name: bool = False
    empty_is: str | None = None
    happened: bool = False
    not_before: str | None = None
    decides: bool = False

    @property
    def listed(self) -> bool:
        """Whether only the listed words are valid."""
        return self.type == "word" and (self.required or self.closed)

    @property
    def secret(self) -> bool:
        """Whether only yes or no may be stored of it: reasons of absence are private."""
        return self.instead is not None and self.instead.using == "reason_given"

    @property
    def texts(self) -> Texts:
        """The name of the field for users."""
        return {"sv": self.heading, "en": self.title}

    @property
    def every_word(self) -> frozenset[str]:
        """Its words of any meaning, in lower case."""
        return frozenset(word.casefold() for listed in self.words.values() for word in listed)

    def word(self, code: str) -> Texts:
        """The name of one of its codes for users."""
        return {"sv": self.words[code][0], "en": code.replace("_", " ").capitalize()}


@dataclass(frozen=True)
class Source:
    """A kind of export.

    `unique` are the fields whose combination is unique within an export, `key` those that identify a row across
    exports. `lasting` are the fields that name what stands from year to year: the next export has most of it again.
    `renewed` means that a row replaces those with the same key in the earlier files that its file completes.
    `rhythm_days` is the expected number of days between exports. `called` are the beginnings of words by which a title
    names it. `levels_anywhere` means that any column may hold levels, of which 4 must not be stored.
    """

    id: str
    order: int
    title: Texts
    system: Texts
    key: tuple[str, ...]
    rhythm_days: int
    fields: tuple[Field, ...]
    unique: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()
    renewed: bool = False
    called: tuple[str, ...] = ()
    levels_anywhere: bool = False

    def field(self, name: str) -> Field:
        """The field with a name."""
        return next(field for field in self.fields if field.name == name)

    @property
    def required(self) -> tuple[Field, ...]:
        """The fields that every row must have."""
        return tuple(field for field in self.fields if field.required)


def load_sources(own: Path | None) -> dict[str, Source]:
    """The product's sources by id, in order, with the organisation's own words in the folder `own`/sources."""
    own_folder = own / "sources" if own else None
    sources = [_read(path, own_folder) for path in SOURCES.glob("*.toml")]
    by_id = {source.id: source for source in sorted(sources, key=lambda source: source.order)}
    refuse_unknown_references(by_id.values(), by_id)
    return by_id


def refuse_unknown_sources(own: Path | None, known: Collection[str]) -> None:
    """Raise Refusal if the organisation has a file for a source that is none of the known ones."""
    for path in sorted((own / "sources").glob("*.toml")) if own else ():
        if path.stem not in known:
            raise Refusal(
                N_(
                    "The file {file} is of a source that there is not; the nearest is {near}. A source of your own"
                    " belongs to a point of your own, a folder that is checked and installed: see docs/points.md."
                ),
                file=f"sources/{path.name}",
                near=nearest(path.stem, sorted(known), cutoff=0.3),
            )


@cache
def product_sources() -> dict[str, Source]:
    """The product's own sources, without those of an organisation."""
    return load_sources(None)


def _read(path: Path, own_folder: Path | None) -> Source:
    """Read a source from its file. Raise Refusal if a value has the wrong kind."""
    source = source_from(read_with_own(path, own_folder), file=path.name)
    if path.parent == SOURCES and own_folder and (own_folder / path.name).exists():
        # An additional field would have no column in the source's table.
        product_fields = read_toml(path)["fields"]
        stored = tuple(field for field in source.fields if field.name in product_fields)
        _refuse_unknown(stored, (field.name for field in source.fields), file=path.name)
    return source


def refuse_unknown_references(sources: Iterable[Source], by_id: Mapping[str, Source]) -> None:
    """Raise Refusal if a field refers to one of a source that is not there."""
    for source, referring in ((each, of_it) for each in sources for of_it in each.fields):
        if referring.refers_to is None:
            continue
        target, name = referring.refers_to
        if target not in by_id or name not in {other.name for other in by_id[target].fields}:
            raise Refusal(
                N_("The field {field} of {source} refers to {target}, which is not there. Correct it and start again."),
                field=referring.name,
                source=source.id,
                target=f"{target}.{name}",
            )


# The types of the columns of a table for each type of field; any other is text.
COLUMN_TYPES: Final = {
    "date": "date", "datetime": "timestamp", "yes_no": "boolean", "number": "double", "level": "tinyint",
}  # fmt: skip


def table_columns(field: Field) -> list[tuple[str, str]]:
    """The columns of a field in its source's table, with their types."""
    columns = [(field.name, COLUMN_TYPES.get(field.type, "varchar"))]
    if field.type == "word":
        columns.append((f"{field.name}_code", "varchar"))
    if field.type == "path":
        columns.append(("department", "varchar"))
    return columns


def person_of(source: Source) -> str | None:
    """The field of a source that identifies the person a row is about."""
    return next((field.name for field in source.fields if PERSON in ((source.id, field.name), field.refers_to)), None)


def kept_texts(sources: Mapping[str, Source]) -> frozenset[tuple[str, str]]:
    """The fields, with their source, whose texts stay in a package; what names a person is never among them."""
    return frozenset(
        (source.id, field.name)
        for source in sources.values()
        for field in source.fields
        if not field.person and (field.compared or (field.type == "id" and field.name in source.unique))
    ) - {PERSON}


def is_kept(source: Source, field: Field, kept: frozenset[tuple[str, str]]) -> bool:
    """Whether a field's text stays, because it is one of those or refers to one."""
    return (
        field.refers_to != PERSON and not field.person and ((source.id, field.name) in kept or field.refers_to in kept)
    )


def load_values(own: Path | None) -> Words:
    """The words for yes, no, an open end, an error cell and so on, in lower case."""
    table = read_with_own(VALUES, own)
    return {key: [word.casefold() for word in words] for key, words in table.items()}


# What can stand around a word for no answer.
BRACKETS: Final = "()[]{}<> "


def no_answer(field: Field, words: Words) -> list[str]:
    """The words for no answer in a field, in lower case, without those that it has a meaning for."""
    own = field.every_word
    return [word for word in words["no_answer_in_names" if field.is_name else "no_answer"] if word not in own]


def normal(heading: str) -> str:
    """A heading as compared: without case, extra white space, and a trailing colon, asterisk or parenthesis.

    >>> normal(" Vetskap\\n(datum+tid) *: ")
    'vetskap'
    """
    text = " ".join(heading.replace("\ufeff", "").replace("\u00ad", "").split())
    text = unicodedata.normalize("NFC", few_marks(text)).casefold()
    end = len(text)
    while shorter := _without_tail(text, end):
        end = shorter
    return text[:end][:LONGEST_HEADING]


def spoken(heading: str, others: Iterable[str] = ()) -> str:
    """A heading within a sentence: without what `normal` takes from its end, unless it differs from `others` in that.

    >>> spoken("AD-konto (id)*:")
    'AD-konto'
    """
    plain = heading.rstrip(" *:") or heading
    text, end = " ".join(plain.split()), len(" ".join(plain.split()))
    if sum(normal(other) == normal(heading) for other in {*others}) > 1:
        return text
    while shorter := _without_tail(text, end):
        end = shorter
    return text[:end]


def _without_tail(text: str, end: int) -> int:
    """The end of a heading without its last colon, asterisk or parenthesis; 0 if it has none, or nothing else."""
    if text[end - 1 : end] == ")":
        start = text.rfind("(", 0, end)
        end = start if start >= 0 and text.find(")", start, end - 1) < 0 else 0
    else:
        end = end - 1 if text[end - 1 : end] in {":", "*"} else 0
    return end - 1 if end and text[end - 1] == " " else end


def is_secret(heading: str) -> bool:
    """Whether a heading suggests reasons of absence, so that only yes or no may be read from its column."""
    folded = normal(heading)
    return any(word in folded for word in ABSENCE)


def source_from(table: Table, *, file: str) -> Source:
    """The source that the table of a file declares. Raise Refusal if a value has the wrong kind."""
    if "fields" not in table:
        raise Refusal(LACKS, file=file, key="fields")
    tables = checked(table["fields"], Table, file=file, key="fields")
    fields = tuple(_field(name, entry, file=file) for name, entry in tables.items())
    source = build(Source, table, file=file, fields=fields)
    checked_name(source.id, file=file)
    _refuse_one_language({"title": source.title, "system": source.system}, file=file)
    before = (field.not_before for field in fields if field.not_before)
    _refuse_unknown(fields, (*source.unique, *source.key, *source.lasting, *before), file=file)
    _check_fields(source, file=file)
    return replace(source, called=tuple(word.casefold() for word in source.called))


def _refuse_one_language(named: dict[str, Texts], *, file: str) -> None:
    for name, texts in named.items():
        if not texts.keys() >= LANGUAGES.keys():
            raise Refusal(UNREADABLE, file=file, error=f"{name} is not {KINDS[Texts]}")


def _refuse_unknown(fields: tuple[Field, ...], names: Iterable[str], *, file: str) -> None:
    """Raise Refusal if a name is no field of the source: they become part of SQL."""
    declared = {field.name for field in fields}
    for name in names:
        if name not in declared:
            raise Refusal(
                N_("The file {file} names the field {field}, which it does not have. The fields are {all}."),
                file=file,
                field=name,
                all=", ".join(sorted(declared)),
            )


def _field(name: str, table: Any, *, file: str) -> Field:
    table = checked(table, Table, file=file, key=name)
    refers_to = checked(table.get("refers_to", ""), str, file=file, key=f"{name}.refers_to")
    read = build(
        Field,
        table,
        file=file,
        at=name,
        name=checked_name(name, file=file),
        refers_to=_reference(refers_to, file=file),
    )
    _check_field(read, file=file)
    is_id = table.get("id", read.type == "id")
    return replace(
        read,
        headings=_normal(read.headings),
        heading=read.headings[0],
        instead=replace(read.instead, headings=tuple(map(_normal, read.instead.headings))) if read.instead else None,
        hints=_normal(read.hints),
        limit=table.get("limit", LIMITS.get(read.type, LONGEST_TEXT)),
        is_id=is_id,
        is_name=table.get("is_name", is_id or read.person or read.names == "system"),
        help={code: text.replace("{last_point}", _last_point()) for code, text in read.help.items()},
    )


def _normal(headings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(normal(heading) for heading in headings)


def _check_field(field: Field, *, file: str) -> None:
    """Raise Refusal if a value of a field is not among those that it can have."""
    if field.type not in FIELD_TYPES or (field.instead and field.instead.using not in COMBINED):
        known = ", ".join(sorted(FIELD_TYPES))
        raise Refusal(NONE_OF, file=file, key=f"fields.{field.name}.type", said=field.type, known=known)
    for code in field.words:
        checked_name(code, file=file)
    if field.help:
        _refuse_one_language({f"{field.name}.help": field.help}, file=file)
    wrong = {
        f"limit is not between 1 and {LONGEST_TEXT}": not 1 <= field.limit <= LONGEST_TEXT,
        f"limit is over {LONGEST_PART}": field.several and field.limit > LONGEST_PART,
        "headings is empty": not field.headings,
        "empty_is is none of its words": field.empty_is not in {None, *field.words},
        f"names is none of {', '.join(NAMED)}": field.names not in {None, *NAMED},
    }
    for error in (text for text, found in wrong.items() if found):
        raise Refusal(UNREADABLE, file=file, error=f"{field.name}.{error}")


# The types of fields that can be what a key of a field says of them.
_TEXTS: Final = frozenset({"text", "id", "path"})
_KINDS_OF: Final[dict[str, frozenset[str]]] = {
    "names": _TEXTS,
    "person": _TEXTS,
    "refers_to": _TEXTS,
    "several": _TEXTS,
    "happened": TIMES,
    "not_before": TIMES,
    "decides": frozenset({"word", "yes_no"}),
}


def _check_fields(source: Source, *, file: str) -> None:
    """Raise Refusal if a field is said to be what its type cannot be."""
    said = [(each, key) for each in source.fields for key in _KINDS_OF if getattr(each, key)]
    dated = [(source.field(str(each.not_before)), "not_before") for each in source.fields if each.not_before]
    for each, key in (*said, *dated):
        if each.type not in _KINDS_OF[key]:
            known = ", ".join(sorted(_KINDS_OF[key]))
            raise Refusal(NONE_OF, file=file, key=f"{each.name}.type", said=each.type, known=known)
    if not source.key:
        raise Refusal(UNREADABLE, file=file, error="key is empty")


@cache
def _last_point() -> str:
    """The number of the last review point, for explanations of a column that names one."""
    return str(max(point["number"] for point in read_toml(POINTS)["points"].values()))


def _reference(text: str, *, file: str) -> tuple[str, str] | None:
    if not text:
        return None
    source, _, name = text.partition(".")
    return checked_name(source, file=file), checked_name(name, file=file)


def checked_name(text: str, *, file: str) -> str:
    """A name, checked since it becomes part of SQL: only lower-case letters, digits and underscores."""
    if not NAME.fullmatch(text):
        raise Refusal(
            N_("The file {file} uses the name {name}. A name has only a–z, 0–9 and underscores."),
            file=file,
            name=text,
        )
    return text
