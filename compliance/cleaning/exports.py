"""The exports of a store of an earlier version, and what has been found in them that would not be kept today."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from compliance.cleaning.changes import Changes
from compliance.core.masking import LOOKS_LIKE, LOST_ZERO, mask_text
from compliance.declarations.queries import statement
from compliance.declarations.sources import Field, Source
from compliance.reading.recognising import Words, known_headings
from compliance.store.database import Cursor, Rows, rows

SUSPECT: Final = {"looks_like": f"{LOOKS_LIKE}|{LOST_ZERO}"}
# A row of an export: the import, its sheet, and the number of the row in it.
Key = tuple[int, int | None, int]


@dataclass
class Exports:
    """The exports of a store, and what has been found in them so far.

    `masked_cells` counts identity numbers among the cells as read, by import, and `masked_rows` the rows and problems
    that had some. `refused` has the rows that would be rejected today, each with what is to be listed of it; `taken`
    counts by import those of them that were loaded. `levels` has what the levels of other rows are read as today, and
    `read_anew` counts by import those that were read otherwise. `renamed` has the imports of which something that
    figures go by is called otherwise since.
    """

    sources: Mapping[str, Source]
    words: Words
    changes: Changes
    imports: Mapping[int, dict[str, Any]]
    headings: Mapping[tuple[int, int | None], Rows]
    problems: Mapping[tuple[int, int | None], Rows]
    masked_cells: Counter[int] = field(default_factory=Counter)
    masked_rows: Counter[int] = field(default_factory=Counter)
    refused: dict[Key, Rows] = field(default_factory=lambda: defaultdict(list))
    taken: Counter[int] = field(default_factory=Counter)
    levels: dict[Key, dict[str, int | None]] = field(default_factory=lambda: defaultdict(dict))
    read_anew: Counter[int] = field(default_factory=Counter)
    renamed: set[int] = field(default_factory=set)

    def source_of(self, import_id: int) -> Source | None:
        """What an import is an export of, where that is known still."""
        return self.sources.get(self.imports.get(import_id, {}).get("source", ""))

    def day_of(self, import_id: int) -> date | None:
        """The extract date of an import."""
        day: date | None = self.imports.get(import_id, {}).get("extract_date")
        return day

    def headings_of(self, import_id: int, sheet_number: int | None) -> Rows:
        """The columns of a sheet as they were recognised; the first versions kept neither its number nor places."""
        listed = self.problems.get((import_id, sheet_number), [])
        places = {row["column"]: row["column_number"] - 1 for row in listed if row["column_number"]}
        found = self.headings.get((import_id, sheet_number)) or self.headings.get((import_id, None), [])
        return [row if row["place"] is not None else row | {"place": places.get(row["heading"])} for row in found]

    def fields_of(self, import_id: int, sheet_number: int | None) -> dict[int, Field]:
        """The fields that the columns of a sheet were read into, by place."""
        source = self.source_of(import_id)
        known = {field.name: field for field in source.fields} if source else {}
        found = self.headings_of(import_id, sheet_number)
        return {row["place"]: known[row["field"]] for row in found if row["field"] in known}

    def refuse(self, key: Key, **problem: Any) -> None:
        """Says that a row would be rejected today, and what is to be listed of it."""
        names = ("import_id", "sheet_number", "row")
        texts = {name: mask_text(said)[0] if isinstance(said, str) else said for name, said in problem.items()}
        self.refused[key].append(dict(zip(names, key, strict=True)) | {"kind": "rejected"} | texts)

    def note_masked(self) -> None:
        """Records of each import how many identity numbers it had, as when a file is read today."""
        for import_id in {*self.masked_cells, *self.masked_rows} & {*self.imports}:
            if number := self.masked_cells[import_id] or self.masked_rows[import_id]:
                fact = {"import_id": import_id, "fact": "masked", "what": "", "number": number}
                self.changes.add("import_facts", fact)

    @cached_property
    def known_headings(self) -> frozenset[str]:
        """What columns of every export are called."""
        return known_headings(self.sources.values())

    @cached_property
    def level_headings(self) -> frozenset[str]:
        """What columns of levels are called, in whatever export."""
        levels = [field for source in self.sources.values() for field in source.fields if field.type == "level"]
        together = [group for field in levels if field.instead for group in field.instead.headings]
        return frozenset(heading for group in (*(field.headings for field in levels), *together) for heading in group)


def exports_of(cursor: Cursor, changes: Changes, *, sources: Mapping[str, Source], words: Words) -> Exports:
    """The exports of a store before anything has been found in them."""
    imports = {row["import_id"]: row for row in rows(cursor, statement("cleaning_imports"))}
    headings = _by_sheet(rows(cursor, statement("cleaning_headings")))
    problems = _by_sheet(rows(cursor, statement("cleaning_problems")))
    return Exports(sources, words, changes, imports, headings, problems)


def _by_sheet(found: Rows) -> dict[tuple[int, int | None], Rows]:
    grouped: dict[tuple[int, int | None], Rows] = defaultdict(list)
    for row in found:
        grouped[row["import_id"], row["sheet_number"]].append(row)
    return grouped
