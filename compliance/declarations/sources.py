"""The sources: what each export is, which columns it has and how they are recognised."""

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
from compliance.declarations.declared import complete, read_toml, read_with_own

NAME = re.compile(r"[a-z][a-z0-9_]*")
FIELD_TYPES = frozenset({"text", "id", "date", "datetime", "yes_no", "number", "word", "level", "path"})
# What a field can name that may have another name on another day.
NAMED: Final = ("department", "system", "unit")
# How many characters of a text are kept where a field does not say it.
LIMITS: Final = {"id": LONGEST_ID, "path": LONGEST_NAME}
# What divides a list can count no further.
LONGEST_PART: Final = 1_000
# Parts of headings that say why somebody is away, which is nobody's business.
ABSENCE = ("frånvaro", "ledig", "sjuk")
COMBINED = frozenset(
    {"joined", "reason_given", "count_yes", "answered", "confidentiality_of", "integrity_of", "availability_of"}
)


@dataclass(frozen=True)
class Instead:
    """Other columns that a field is made of where its own is not there: one group of synonyms a column."""

    headings: tuple[tuple[str, ...], ...]
    using: str


@dataclass(frozen=True)
class Field:
    """One column of a source: its name in the database, its type and the headings it is known by.

    `title` is its English name and `heading` the Swedish one, the first heading as it is written. `refers_to` is the
    (source, field) whose values it names. `words` has the words of each code, the usual one first. `help` says what
    its type does not, for whoever fills it in by hand, and `example` is a value that could stand there.
    `hints` are parts of headings by which a column is guessed for it, and only that. `closed` is whether no words but
    those listed are right, though a row can do without. `person` is whether it names somebody, which is shown to the
    coordinator only; `names` is what else it names (one of `NAMED`), if anything; `compared` is whether rules compare
    its text with another or with words of their own, so that a year package holds it. `letter` is the one by which a
    level is told from others in one cell. `case_id` is whether it holds numbers of cases, which may begin with a date
    as identity numbers do. `limit` is how many characters are kept of a text, or of each name where it holds `several`
    or is a path; an id (`is_id`) that has more is rejected.
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

    @property
    def listed(self) -> bool:
        """Whether it is nothing but its list of words, so that another word is a mistake."""
        return self.type == "word" and (self.required or self.closed)

    @property
    def secret(self) -> bool:
        """Whether nothing but yes or no may be kept of it: why somebody is absent is nobody's business."""
        return self.instead is not None and self.instead.using == "reason_given"

    @property
    def texts(self) -> Texts:
        """What a person calls the field."""
        return {"sv": self.heading, "en": self.title}

    def word(self, code: str) -> Texts:
        """What a person calls one of its codes."""
        return {"sv": self.words[code][0], "en": code.replace("_", " ").capitalize()}


@dataclass(frozen=True)
class Source:
    """One kind of export.

    `unique` names the fields that may stand together only once in one export, `key` those by which a row is told
    again in the next one. `renewed` is whether a row takes the place of those with the same key in earlier files that
    it completes. `rhythm_days` is how often the source ought to be exported.
    """

    id: str
    order: int
    title: Texts
    system: Texts
    unique: tuple[str, ...]
    key: tuple[str, ...]
    rhythm_days: int
    fields: tuple[Field, ...]
    renewed: bool = False

    def field(self, name: str) -> Field:
        """The field of a name."""
        return next(field for field in self.fields if field.name == name)

    @property
    def required(self) -> tuple[Field, ...]:
        """The fields that a row cannot do without."""
        return tuple(field for field in self.fields if field.required)


def load_sources(own: Path | None) -> dict[str, Source]:
    """All sources by id, in their order, with the organisation's own words in the folder `own`/sources."""
    mine = own / "sources" if own else None
    files = {path.name: path for path in SOURCES.glob("*.toml")}
    if mine and mine.is_dir():
        files |= {path.name: path for path in mine.glob("*.toml") if path.name not in files}
    sources = [_read(path, mine) for path in files.values()]
    known = {source.id: source for source in sorted(sources, key=lambda source: source.order)}
    for source in known.values():
        _check_references(source, known)
    return known


def _read(path: Path, mine: Path | None) -> Source:
    """A source from its file; a Refusal where something in it has the wrong kind."""
    table = read_with_own(path, mine)
    try:
        _check_kinds(table)
        source = _source(table, file=path.name)
    except (TypeError, ValueError) as error:
        raise Refusal(
            N_("The file {file} says something of the wrong kind: {error}. Correct it and start again."),
            file=path.name,
            error=error,
        ) from error
    if path.parent == SOURCES and mine and (mine / path.name).exists():
        # a field more would have no column in the source's table
        with_column = read_toml(path)["fields"]
        known = tuple(field for field in source.fields if field.name in with_column)
        _of(known, (field.name for field in source.fields), file=path.name)
    return source


def _is_list(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(text, str) for text in given)


def _is_said(given: Any) -> bool:
    return isinstance(given, dict) and {*LANGUAGES} <= {*given} and _is_list([*given.values()])


# What each key of a source and of a field holds, as a person is told.
KINDS: Final[dict[str, Callable[[Any], bool]]] = {
    "a list of texts": _is_list,
    "a list of lists of texts": lambda given: isinstance(given, list) and all(map(_is_list, given)),
    "a table": lambda given: isinstance(given, dict),
    "a text in each language": _is_said,
    "a text": lambda given: isinstance(given, str),
    "a whole number": lambda given: isinstance(given, int) and not isinstance(given, bool),
    "true or false": lambda given: isinstance(given, bool),
}
OF_SOURCE: Final = {
    "id": "a text", "title": "a text in each language", "system": "a text in each language", "fields": "a table",
    "unique": "a list of texts", "key": "a list of texts", "order": "a whole number", "rhythm_days": "a whole number",
    "renewed": "true or false",
}  # fmt: skip
OF_FIELD: Final = {
    "title": "a text", "type": "a text", "headings": "a list of texts", "hints": "a list of texts", "words": "a table",
    "refers_to": "a text", "instead": "a table", "help": "a text in each language", "required": "true or false",
    "closed": "true or false", "person": "true or false", "letter": "a text", "case_id": "true or false",
    "limit": "a whole number", "several": "true or false", "id": "true or false", "names": "a text",
    "compared": "true or false",
}  # fmt: skip


def _check_kinds(table: dict[str, Any]) -> None:
    """A text where a list or a number is meant would be read letter by letter, or only fail later."""
    _check(table, OF_SOURCE)
    for name, given in table.get("fields", {}).items():
        _check({name: given}, {name: "a table"})
        _check(given, OF_FIELD, f"{name}.")
        _check(given.get("words", {}), dict.fromkeys(given.get("words", {}), "a list of texts"), f"{name}.words.")
        _check(
            given.get("instead", {}), {"headings": "a list of lists of texts", "using": "a text"}, f"{name}.instead."
        )
        if not 1 <= given.get("limit", 1) <= LONGEST_TEXT:
            raise ValueError(f"{name}.limit is not between 1 and {LONGEST_TEXT}")
        if given.get("several") and given.get("limit", LONGEST_TEXT) > LONGEST_PART:
            raise ValueError(f"{name}.limit is over {LONGEST_PART}")
        if given.get("headings") == []:
            raise ValueError(f"{name}.headings is empty")
        if given.get("names", NAMED[0]) not in NAMED:
            raise ValueError(f"{name}.names is none of {', '.join(NAMED)}")


def _check(given: dict[str, Any], kinds: dict[str, str], within: str = "") -> None:
    for key, kind in kinds.items():
        if key in given and not KINDS[kind](given[key]):
            raise TypeError(f"{within}{key} is not {kind}")


def _check_references(source: Source, known: dict[str, Source]) -> None:
    for referring in source.fields:
        if referring.refers_to is None:
            continue
        target, name = referring.refers_to
        if target not in known or name not in {other.name for other in known[target].fields}:
            raise Refusal(
                N_("The field {field} of {source} refers to {target}, which is not there. Correct it and start again."),
                field=referring.name,
                source=source.id,
                target=f"{target}.{name}",
            )


def load_values(own: Path | None) -> dict[str, list[str]]:
    """The words that mean yes, no, an open end, an error cell and so on, in lower case."""
    table = read_with_own(VALUES, own)
    return {key: [word.casefold() for word in words] for key, words in table.items()}


def normal(heading: str) -> str:
    """A heading as it is compared: case, white space, a trailing colon, asterisk or parenthesis do not count.

    >>> normal(" Vetskap\\n(datum+tid) *: ")
    'vetskap'
    """
    text = " ".join(heading.replace("\ufeff", "").replace("\u00ad", "").split())
    text = unicodedata.normalize("NFC", few_marks(text)).casefold()
    end = len(text)
    while shorter := _without_tail(text, end):
        end = shorter
    return text[:end][:LONGEST_HEADING]


def _without_tail(text: str, end: int) -> int:
    """Where a heading ends without its last colon, asterisk or parenthesis; 0 where it has none, or nothing else."""
    if text[end - 1 : end] == ")":
        start = text.rfind("(", 0, end)
        end = start if start >= 0 and text.find(")", start, end - 1) < 0 else 0
    else:
        end = end - 1 if text[end - 1 : end] in {":", "*"} else 0
    return end - 1 if end and text[end - 1] == " " else end


def is_secret(heading: str) -> bool:
    """Whether a column is called as if it said why somebody is away: nothing but yes or no may be read from it."""
    folded = normal(heading)
    return any(word in folded for word in ABSENCE)


def _source(table: dict[str, Any], *, file: str) -> Source:
    with complete(N_("The file {file} lacks the key {key}. Add it and start again."), file=file):
        fields = tuple(_field(name, given, file=file) for name, given in table["fields"].items())
        return Source(
            id=_name(table["id"], file=file),
            order=table["order"],
            title=table["title"],
            system=table["system"],
            unique=_of(fields, table.get("unique", ()), file=file),
            key=_of(fields, table["key"], file=file),
            rhythm_days=table["rhythm_days"],
            fields=fields,
            renewed=table.get("renewed", False),
        )


def _of(fields: tuple[Field, ...], names: Iterable[str], *, file: str) -> tuple[str, ...]:
    """Names of fields, which are looked up because they become part of statements."""
    known = {field.name for field in fields}
    for name in names:
        if name not in known:
            raise Refusal(
                N_("The file {file} names the field {field}, which it does not have. The fields are {all}."),
                file=file,
                field=name,
                all=", ".join(sorted(known)),
            )
    return tuple(names)


def _field(name: str, given: dict[str, Any], *, file: str) -> Field:
    other = given.get("instead")
    if given["type"] not in FIELD_TYPES or (other and other["using"] not in COMBINED):
        raise Refusal(
            N_("The file {file} gives the field {field} a type that does not exist. Choose one of {types}."),
            file=file,
            field=name,
            types=", ".join(sorted(FIELD_TYPES)),
        )
    return Field(
        name=_name(name, file=file),
        title=given["title"],
        type=given["type"],
        headings=tuple(normal(heading) for heading in given["headings"]),
        heading=given["headings"][0],
        required=given.get("required", False),
        refers_to=_reference(given["refers_to"], file=file) if "refers_to" in given else None,
        instead=_instead(other) if other else None,
        words={_name(code, file=file): tuple(words) for code, words in given.get("words", {}).items()},
        hints=tuple(normal(hint) for hint in given.get("hints", ())),
        closed=given.get("closed", False),
        person=given.get("person", False),
        names=given.get("names"),
        compared=given.get("compared", False),
        letter=given.get("letter"),
        case_id=given.get("case_id", False),
        limit=given.get("limit", LIMITS.get(given["type"], LONGEST_TEXT)),
        several=given.get("several", False),
        is_id=given.get("id", given["type"] == "id"),
        help={code: text.replace("{last_point}", _last_point()) for code, text in given.get("help", {}).items()},
        example=given.get("example", ""),
    )


@cache
def _last_point() -> str:
    """The number of the last review point, for explanations of a column that names one."""
    return str(max(point["number"] for point in read_toml(POINTS)["points"].values()))


def _reference(text: str, *, file: str) -> tuple[str, str]:
    source, _, name = text.partition(".")
    return _name(source, file=file), _name(name, file=file)


def _instead(given: dict[str, Any]) -> Instead:
    groups = tuple(tuple(normal(heading) for heading in group) for group in given["headings"])
    return Instead(headings=groups, using=given["using"])


def _name(text: str, *, file: str) -> str:
    """A name that becomes part of a statement: lower-case letters, digits and underscores only."""
    if not NAME.fullmatch(text):
        raise Refusal(
            N_("The file {file} uses the name {name}. A name has only a–z, 0–9 and underscores."),
            file=file,
            name=text,
        )
    return text
