"""How to read a file that no declaration covers, as a user has said it: its source, its columns and its words.

A mapping applies to files with exactly these headings, and of the form in which they say fields once. Mappings are only
added; the latest for its headings and form is in effect, and one without content deletes it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from compliance.core.lengths import LONGEST_HEADING
from compliance.declarations.queries import statement
from compliance.declarations.sources import Field, Source, normal

if TYPE_CHECKING:
    from compliance.store.database import Cursor

YES_NO: Final = ("yes", "no")


class Said(NamedTuple):
    """Where a file says a field once: `place` is constant, title, sheet or file; what stands before and after it there.

    Days and times are no part of these. Of a constant `before` is the title without them, else the file's name, or the
    SHA-256 of the only file that it holds for: a file with another title is another one. `value` is the constant. A
    title that is the field alone is the text number `row`, from 1, `of` those above the headings.
    """

    place: str
    before: str = ""
    after: str = ""
    value: str = ""
    row: int = 0
    of: int = 0


@dataclass(frozen=True)
class ColumnMapping:
    """A mapping: the heading that each field is read from, the words that mean each code, and how keys are matched.

    `headings` are the keys (see `heading_keys`) of all headings of the row; `written` has them as written, where known.
    `said` are the fields that the file says once; `shares` says what a part means in a field, by all, some and none,
    and of which `whole` numbers are parts.
    `through` is a heading of the export that a field refers to, whose column holds what this file uses as keys.
    """

    source: str
    headings: tuple[str, ...]
    fields: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    through: str | None = None
    written: dict[str, str] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    shares: dict[str, dict[str, str]] = field(default_factory=dict)

    def as_json(self) -> str:
        """The mapping as it is stored."""
        kept = {"fields": self.fields, "words": self.words, "through": self.through, "written": self.written}
        return json.dumps(kept | {"said": self.said, "shares": self.shares}, ensure_ascii=False)

    @classmethod
    def of_json(cls, source: str, headings: Sequence[str], text: str) -> Self:
        """A mapping as it was stored."""
        kept = json.loads(text)
        said = {name: Said(*each) for name, each in kept.pop("said", {}).items()}
        return cls(source, tuple(headings), said=said, **kept)

    @property
    def form(self) -> tuple[tuple[object, ...], ...]:
        """What files say once, and where, without what they say."""
        return tuple(sorted((name, *each._replace(value="")) for name, each in self.said.items()))

    @property
    def shown(self) -> dict[str, str]:
        """Each key with the heading as the user knows it, in the file's order where known."""
        return self.written | {key: key for key in self.headings if key not in self.written}


@dataclass(frozen=True)
class SavedMapping:
    """A stored mapping with its number, who made it and when."""

    number: int
    columns: ColumnMapping
    made_at: datetime
    made_by: str


def heading_keys(row: Sequence[str | None]) -> dict[int, str]:
    """The headings of a row by column, normalised for comparison. Repeated headings are numbered from the second on."""
    times: Counter[str] = Counter()
    keys: dict[int, str] = {}
    for place, cell in enumerate(row):
        if cell and cell.strip():
            key = normal(cell)
            times[key] += 1
            keys[place] = key if times[key] == 1 else f"{key} ({times[key]})"
    return keys


def headings_written(row: Sequence[str | None]) -> dict[str, str]:
    """The headings of a row by their key, each on one line as it was written; repeated ones are numbered."""
    cells = {key: row[place] or "" for place, key in heading_keys(row).items()}
    return {key: " ".join(text.split())[:LONGEST_HEADING] + key[len(normal(text)) :] for key, text in cells.items()}


def saved_mappings(cursor: "Cursor", *, known_at: datetime | None = None) -> list[SavedMapping]:
    """The mappings in effect at a moment (UTC), by default today's, newest first."""
    # Imported here, as the child that reads a file needs mappings but no database.
    from compliance.store.database import EVERYTHING_KNOWN, rows

    latest: dict[object, SavedMapping | None] = {}
    for row in rows(cursor, statement("mappings"), {"known_at": known_at or EVERYTHING_KNOWN}):
        content = row["mapping"] or "{}"
        columns = ColumnMapping.of_json(row["source"], row["headings"], content)
        entry = SavedMapping(row["mapping_id"], columns, row["made_at"], row["made_by"])
        latest.setdefault((columns.headings, columns.form), entry if "fields" in json.loads(content) else None)
    return [entry for entry in latest.values() if entry]


def save(cursor: "Cursor", columns: ColumnMapping, *, who: str) -> None:
    """Store a mapping for its headings and form, in place of an earlier one."""
    _add(cursor, columns, columns.as_json(), who=who)


def delete(cursor: "Cursor", columns: ColumnMapping, *, who: str) -> None:
    """Delete a mapping by adding one without content, which has its form at most."""
    _add(cursor, columns, json.dumps({"said": columns.said}, ensure_ascii=False) if columns.said else None, who=who)


def _add(cursor: "Cursor", columns: ColumnMapping, content: str | None, *, who: str) -> None:
    from compliance.store.database import next_number

    params = {"headings": sorted(columns.headings), "source": columns.source, "mapping": content, "who": who}
    cursor.execute(statement("add_mapping"), params | {"mapping_id": next_number(cursor, "mapping")})


def with_words(source: Source, words: Iterable[Mapping[str, Mapping[str, str]]]) -> Source:
    """The source with more words: field → word → code."""
    more: dict[str, dict[str, list[str]]] = {}
    for words_by_field in words:
        for name, codes in words_by_field.items():
            for word, code in codes.items():
                more.setdefault(name, {}).setdefault(code, []).append(word)
    if not more:
        return source
    fields = tuple(
        replace(field, words=_merged(field.words, more[field.name])) if field.name in more else field
        for field in source.fields
    )
    return replace(source, fields=fields)


def _merged(own: Mapping[str, tuple[str, ...]], more: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """The words of each code with those of a user, whose meaning takes the place of another."""
    said = {word.casefold() for words in more.values() for word in words}
    left = {code: tuple(word for word in words if word.casefold() not in said) for code, words in own.items()}
    return {code: (*left.get(code, ()), *more.get(code, ())) for code in [*own, *(c for c in more if c not in own)]}


def as_source_file(columns: ColumnMapping, source: Source) -> str:
    """The mapping as a TOML file that extends the product's declaration: `data/store/sources/<source>.toml`."""
    lines = [f"# Headings and words of a file with the columns: {_printable(', '.join(columns.shown.values()))}."]
    if columns.through:
        lines.append(
            f"# Its keys are matched by the column {_printable(columns.through)}, which only the database remembers."
        )
    if remembered := [field_.heading for field_ in source.fields if field_.name in {*columns.said, *columns.shares}]:
        what = ", ".join(remembered)
        lines.append(f"# What it says once, and what shares such as 3/3 mean, only the database remembers: {what}.")
    named = {*columns.fields, *columns.words}
    for field_ in source.fields:
        if field_.name not in named:
            continue
        entries = _entries(field_, columns)
        if entries:
            lines += ["", f"[fields.{field_.name}]", *entries]
    return "\n".join(lines) + "\n"


def _entries(field_: Field, columns: ColumnMapping) -> list[str]:
    """The lines of a field: what the mapping adds to the declaration."""
    key = columns.fields.get(field_.name)
    heading = columns.shown.get(key, key) if key else None
    lines = [f"headings = {_quoted([heading])}"] if heading and normal(heading) not in field_.headings else []
    by_code: dict[str, list[str]] = {}
    for word, code in columns.words.get(field_.name, {}).items():
        by_code.setdefault(code, []).append(word)
    return lines + [f"words.{code} = {_quoted(words)}" for code, words in sorted(by_code.items())]


def _printable(text: str) -> str:
    """A text with spaces for invisible characters, which TOML forbids."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _quoted(texts: list[str]) -> str:
    """A list of TOML basic strings, which are written like JSON strings."""
    return json.dumps([_printable(text) for text in texts], ensure_ascii=False)
