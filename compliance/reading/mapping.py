"""What a person has said of a file that no declaration knows: its source, its columns and its words.

A mapping is remembered for files with exactly these headings. It is only ever added to or deleted; the latest counts.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from compliance.core.lengths import LONGEST_HEADING
from compliance.declarations.queries import statement
from compliance.declarations.sources import Field, Source, normal

if TYPE_CHECKING:
    from compliance.store.database import Cursor

YES_NO: Final = ("yes", "no")


@dataclass(frozen=True)
class Columns:
    """A mapping: which heading each field is read from, which words mean which code, and by what keys are matched.

    `headings` are the keys (see `heading_keys`) of all headings of the row, `written` has each as it was written where
    that is known. `through` is a heading of the export that a field refers to, whose column has what this file calls
    the key.
    """

    source: str
    headings: tuple[str, ...]
    fields: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    through: str | None = None
    written: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> str:
        """The mapping as it is kept."""
        kept = {"fields": self.fields, "words": self.words, "through": self.through, "written": self.written}
        return json.dumps(kept, ensure_ascii=False)

    @property
    def shown(self) -> dict[str, str]:
        """Each key with the heading as a person knows it, in the file's order where that is known."""
        return self.written | {key: key for key in self.headings if key not in self.written}


@dataclass(frozen=True)
class Remembered:
    """A mapping that is kept, with its number, and who made it when."""

    number: int
    columns: Columns
    made_at: datetime
    made_by: str


def heading_keys(row: Sequence[str | None]) -> dict[int, str]:
    """The headings of a row by their place, as they are compared; the second of two alike gets a number."""
    seen: Counter[str] = Counter()
    keys: dict[int, str] = {}
    for place, cell in enumerate(row):
        if cell and cell.strip():
            key = normal(cell)
            seen[key] += 1
            keys[place] = key if seen[key] == 1 else f"{key} ({seen[key]})"
    return keys


def headings_written(row: Sequence[str | None]) -> dict[str, str]:
    """The headings of a row by their key, on one line each as they were written; the second of two alike numbered."""
    found = {key: row[place] or "" for place, key in heading_keys(row).items()}
    return {key: " ".join(text.split())[:LONGEST_HEADING] + key[len(normal(text)) :] for key, text in found.items()}


def remembered(cursor: "Cursor") -> list[Remembered]:
    """The mappings that count, the newest first."""
    # Whoever reads a file needs mappings, and no database.
    from compliance.store.database import EVERYTHING_KNOWN, rows

    found = rows(cursor, statement("mappings"), {"known_at": EVERYTHING_KNOWN})
    return [
        Remembered(
            row["mapping_id"],
            Columns(row["source"], tuple(row["headings"]), **json.loads(row["mapping"])),
            row["made_at"],
            row["made_by"],
        )
        for row in found
    ]


def remember(cursor: "Cursor", columns: Columns, *, who: str) -> None:
    """Keeps a mapping for its headings, in the place of an earlier one."""
    _add(cursor, columns, columns.as_json(), who=who)


def forget(cursor: "Cursor", columns: Columns, *, who: str) -> None:
    """Makes a mapping count no longer."""
    _add(cursor, columns, None, who=who)


def _add(cursor: "Cursor", columns: Columns, kept: str | None, *, who: str) -> None:
    from compliance.store.database import next_number

    given = {"headings": sorted(columns.headings), "source": columns.source, "mapping": kept, "who": who}
    cursor.execute(statement("add_mapping"), given | {"mapping_id": next_number(cursor, "mapping")})


def with_words(source: Source, words: Iterable[Mapping[str, Mapping[str, str]]]) -> Source:
    """The source with further words: field → word → code."""
    more: dict[str, dict[str, list[str]]] = {}
    for given in words:
        for name, codes in given.items():
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
    return {code: (*own.get(code, ()), *more.get(code, ())) for code in [*own, *(c for c in more if c not in own)]}


def as_source_file(columns: Columns, source: Source) -> str:
    """The mapping as a declaration to lay over the product's: `data/store/sources/<source>.toml`."""
    lines = [f"# Headings and words of a file with the columns: {_seen(', '.join(columns.shown.values()))}."]
    if columns.through:
        lines.append(
            f"# Its keys are matched by the column {_seen(columns.through)}, which only the database remembers."
        )
    named = {*columns.fields, *columns.words}
    for field_ in source.fields:
        if field_.name not in named:
            continue
        told = _told(field_, columns)
        if told:
            lines += ["", f"[fields.{field_.name}]", *told]
    return "\n".join(lines) + "\n"


def _told(field_: Field, columns: Columns) -> list[str]:
    """What a mapping says of a field beyond what the declaration says."""
    key = columns.fields.get(field_.name)
    heading = columns.shown.get(key, key) if key else None
    lines = [f"headings = {_quoted([heading])}"] if heading and normal(heading) not in field_.headings else []
    by_code: dict[str, list[str]] = {}
    for word, code in columns.words.get(field_.name, {}).items():
        by_code.setdefault(code, []).append(word)
    return lines + [f"words.{code} = {_quoted(words)}" for code, words in sorted(by_code.items())]


def _seen(text: str) -> str:
    """A text without marks that cannot be seen, which TOML does not allow."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _quoted(texts: list[str]) -> str:
    """A list of TOML's basic strings, which JSON's are as well."""
    return json.dumps([_seen(text) for text in texts], ensure_ascii=False)
