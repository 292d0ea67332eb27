"""The sources: each kind of export, its columns and how they are recognised."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.language import LANGUAGES, N_, Texts
from compliance.core.lengths import LONGEST_HEADING, LONGEST_ID, LONGEST_NAME, LONGEST_TEXT, few_marks
from compliance.core.places import POINTS, SOURCES, VALUES
from compliance.declarations.declared import LACKS, NONE_OF, UNREADABLE, complete, read_toml, read_with_own

# The lists of values.toml.
Words = dict[str, list[str]]
NAME = re.compile(r"[a-z][a-z0-9_]*")
FIELD_TYPES = frozenset({"text", "id", "date", "datetime", "yes_no", "number", "word", "level", "path"})
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
    cell, and a word that no list knows, counts as; it is stored as null.
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
    is_id: bool = False
    expected: bool = False
    is_name: bool = False
    empty_is: str | None = None

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
    unique: tuple[str, ...]
    key: tuple[str, ...]
    rhythm_days: int
    fields: tuple[Field, ...]
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
    """All sources by id, in order, with the organisation's own files in the folder `own`/sources."""
    own_folder = own / "sources" if own else None
    files = {path.name: path for path in SOURCES.glob("*.toml")}
    if own_folder and own_folder.is_dir():
        files |= {path.name: path for path in own_folder.glob("*.toml") if path.name not in files}
    sources = [_read(path, own_folder) for path in files.values()]
    by_id = {source.id: source for source in sorted(sources, key=lambda source: source.order)}
    for source in by_id.values():
        _check_references(source, by_id)
    return by_id


@cache
def product_sources() -> dict[str, Source]:
    """The product's own sources, without those of an organisation."""
    return load_sources(None)


def _read(path: Path, own_folder: Path | None) -> Source:
    """Read a source from its file. Raise Refusal if a value has the wrong kind."""
    table = read_with_own(path, own_folder)
    try:
        _check_kinds(table)
        source = _source(table, file=path.name)
    except (TypeError, ValueError) as error:
        raise Refusal(
            UNREADABLE,
            file=path.name,
            error=error,
        ) from error
    if path.parent == SOURCES and own_folder and (own_folder / path.name).exists():
        # An additional field would have no column in the source's table.
        product_fields = read_toml(path)["fields"]
        stored = tuple(field for field in source.fields if field.name in product_fields)
        _checked_names(stored, (field.name for field in source.fields), file=path.name)
    return source


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_text_in_each_language(value: Any) -> bool:
    return isinstance(value, dict) and {*LANGUAGES} <= {*value} and _is_list([*value.values()])


# The kinds of values, as messages name them.
KINDS: Final[dict[str, Callable[[Any], bool]]] = {
    "a list of texts": _is_list,
    "a list of lists of texts": lambda value: isinstance(value, list) and all(map(_is_list, value)),
    "a table": lambda value: isinstance(value, dict),
    "a text in each language": _is_text_in_each_language,
    "a text": lambda value: isinstance(value, str),
    "a whole number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "true or false": lambda value: isinstance(value, bool),
}
OF_SOURCE: Final = {
    "id": "a text", "title": "a text in each language", "system": "a text in each language", "fields": "a table",
    "unique": "a list of texts", "key": "a list of texts", "lasting": "a list of texts", "order": "a whole number",
    "rhythm_days": "a whole number",
    "renewed": "true or false", "levels_anywhere": "true or false",
}  # fmt: skip
OF_FIELD: Final = {
    "title": "a text", "type": "a text", "headings": "a list of texts", "hints": "a list of texts", "words": "a table",
    "refers_to": "a text", "instead": "a table", "help": "a text in each language", "required": "true or false",
    "closed": "true or false", "person": "true or false", "letter": "a text", "case_id": "true or false",
    "limit": "a whole number", "several": "true or false", "id": "true or false", "names": "a text",
    "compared": "true or false", "expected": "true or false", "is_name": "true or false",
    "empty_is": "a text",
}  # fmt: skip


def _check_kinds(table: dict[str, Any]) -> None:
    """Check the kind of every value. A text in place of a list would otherwise be read letter by letter."""
    _check(table, OF_SOURCE)
    for name, field_table in table.get("fields", {}).items():
        _check({name: field_table}, {name: "a table"})
        _check(field_table, OF_FIELD, f"{name}.")
        _check(
            field_table.get("words", {}),
            dict.fromkeys(field_table.get("words", {}), "a list of texts"),
            f"{name}.words.",
        )
        _check(
            field_table.get("instead", {}),
            {"headings": "a list of lists of texts", "using": "a text"},
            f"{name}.instead.",
        )
        if not 1 <= field_table.get("limit", 1) <= LONGEST_TEXT:
            raise ValueError(f"{name}.limit is not between 1 and {LONGEST_TEXT}")
        if field_table.get("several") and field_table.get("limit", LONGEST_TEXT) > LONGEST_PART:
            raise ValueError(f"{name}.limit is over {LONGEST_PART}")
        if field_table.get("headings") == []:
            raise ValueError(f"{name}.headings is empty")
        if field_table.get("empty_is") not in {None, *field_table.get("words", {})}:
            raise ValueError(f"{name}.empty_is is none of its words")
        if field_table.get("names", NAMED[0]) not in NAMED:
            raise ValueError(f"{name}.names is none of {', '.join(NAMED)}")


def _check(table: dict[str, Any], kinds: dict[str, str], within: str = "") -> None:
    for key, kind in kinds.items():
        if key in table and not KINDS[kind](table[key]):
            raise TypeError(f"{within}{key} is not {kind}")


def _check_references(source: Source, by_id: dict[str, Source]) -> None:
    for referring in source.fields:
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


def _source(table: dict[str, Any], *, file: str) -> Source:
    with complete(LACKS, file=file):
        fields = tuple(_field(name, field_table, file=file) for name, field_table in table["fields"].items())
        return Source(
            id=_name(table["id"], file=file),
            order=table["order"],
            title=table["title"],
            system=table["system"],
            unique=_checked_names(fields, table.get("unique", ()), file=file),
            key=_checked_names(fields, table["key"], file=file),
            lasting=_checked_names(fields, table.get("lasting", ()), file=file),
            rhythm_days=table["rhythm_days"],
            fields=fields,
            renewed=table.get("renewed", False),
            called=tuple(word.casefold() for word in table.get("called", ())),
            levels_anywhere=table.get("levels_anywhere", False),
        )


def _checked_names(fields: tuple[Field, ...], names: Iterable[str], *, file: str) -> tuple[str, ...]:
    """Names of fields, checked since they become part of SQL. Raise Refusal if one is no field of the source."""
    declared = {field.name for field in fields}
    for name in names:
        if name not in declared:
            raise Refusal(
                N_("The file {file} names the field {field}, which it does not have. The fields are {all}."),
                file=file,
                field=name,
                all=", ".join(sorted(declared)),
            )
    return tuple(names)


def _field(name: str, table: dict[str, Any], *, file: str) -> Field:
    instead = table.get("instead")
    if table["type"] not in FIELD_TYPES or (instead and instead["using"] not in COMBINED):
        raise Refusal(
            NONE_OF,
            file=file,
            key=f"fields.{name}.type",
            said=table["type"],
            known=", ".join(sorted(FIELD_TYPES)),
        )
    is_id = table.get("id", table["type"] == "id")
    return Field(
        name=_name(name, file=file),
        title=table["title"],
        type=table["type"],
        headings=tuple(normal(heading) for heading in table["headings"]),
        heading=table["headings"][0],
        required=table.get("required", False),
        refers_to=_reference(table["refers_to"], file=file) if "refers_to" in table else None,
        instead=_instead(instead) if instead else None,
        words={_name(code, file=file): tuple(words) for code, words in table.get("words", {}).items()},
        hints=tuple(normal(hint) for hint in table.get("hints", ())),
        closed=table.get("closed", False),
        person=table.get("person", False),
        names=table.get("names"),
        compared=table.get("compared", False),
        letter=table.get("letter"),
        case_id=table.get("case_id", False),
        limit=table.get("limit", LIMITS.get(table["type"], LONGEST_TEXT)),
        several=table.get("several", False),
        is_id=is_id,
        expected=table.get("expected", False),
        is_name=table.get("is_name", is_id or table.get("person", False) or table.get("names") == "system"),
        empty_is=table.get("empty_is"),
        help={code: text.replace("{last_point}", _last_point()) for code, text in table.get("help", {}).items()},
        example=table.get("example", ""),
    )


@cache
def _last_point() -> str:
    """The number of the last review point, for explanations of a column that names one."""
    return str(max(point["number"] for point in read_toml(POINTS)["points"].values()))


def _reference(text: str, *, file: str) -> tuple[str, str]:
    source, _, name = text.partition(".")
    return _name(source, file=file), _name(name, file=file)


def _instead(table: dict[str, Any]) -> Instead:
    groups = tuple(tuple(normal(heading) for heading in group) for group in table["headings"])
    return Instead(headings=groups, using=table["using"])


def _name(text: str, *, file: str) -> str:
    """A name, checked since it becomes part of SQL: only lower-case letters, digits and underscores."""
    if not NAME.fullmatch(text):
        raise Refusal(
            N_("The file {file} uses the name {name}. A name has only a–z, 0–9 and underscores."),
            file=file,
            name=text,
        )
    return text
