"""The exports in a store of an earlier version, and what in them must be cleaned."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from compliance.cleaning.changes import Changes
from compliance.core.masking import LOOKS_LIKE, LOST_ZERO, mask_text
from compliance.core.remembering import cached_property
from compliance.declarations.queries import statement
from compliance.declarations.sources import Field, Source, Words
from compliance.reading.recognising import known_headings
from compliance.store.database import Cursor, Rows, rows

SUSPECT: Final = {"looks_like": f"{LOOKS_LIKE}|{LOST_ZERO}"}
# A row of an export: the import, its sheet, and the row's number in it.
Key = tuple[int, int | None, int]


@dataclass
class Exports:
    """The exports of a store, and what has been found in them so far.

    By import: `masked_cells` counts identity numbers among the cells, `masked_rows` the rows and problems with some,
    `removed` the refused rows that were loaded, and `reread` the rows with other levels than before. `refused` has the
    rows that would be rejected today, each with its problems; `levels` the levels of the other rows as they are read
    today; `blanked` the problem of each cell that could be level 4, by row and column number. `renamed` has the
    imports in which a value that figures depend on was masked or emptied.
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
    removed: Counter[int] = field(default_factory=Counter)
    levels: dict[Key, dict[str, int | None]] = field(default_factory=lambda: defaultdict(dict))
    reread: Counter[int] = field(default_factory=Counter)
    blanked: dict[tuple[Key, int], dict[str, Any]] = field(default_factory=dict)
    renamed: set[int] = field(default_factory=set)

    def source_of(self, import_id: int) -> Source | None:
        """The source of an import, if it still exists."""
        return self.sources.get(self.imports.get(import_id, {}).get("source", ""))

    def day_of(self, import_id: int) -> date | None:
        """The extract date of an import."""
        day: date | None = self.imports.get(import_id, {}).get("extract_date")
        return day

    def headings_of(self, import_id: int, sheet_number: int | None) -> Rows:
        """The columns of a sheet as they were recognised. The first versions stored neither its number nor places."""
        problems = self.problems.get((import_id, sheet_number), [])
        places = {row["column"]: row["column_number"] - 1 for row in problems if row["column_number"]}
        headings = self.headings.get((import_id, sheet_number)) or self.headings.get((import_id, None), [])
        return [row if row["place"] is not None else row | {"place": places.get(row["heading"])} for row in headings]

    def fields_of(self, import_id: int, sheet_number: int | None) -> dict[int, Field]:
        """The fields that the columns of a sheet were read into, by place."""
        source = self.source_of(import_id)
        fields = {field.name: field for field in source.fields} if source else {}
        headings = self.headings_of(import_id, sheet_number)
        return {row["place"]: fields[row["field"]] for row in headings if row["field"] in fields}

    def refuse(self, key: Key, **problem: Any) -> None:
        """Record that a row would be rejected today, with its problem."""
        self.refused[key].append(_problem(key, "rejected", problem))

    def blank(self, key: Key, **problem: Any) -> None:
        """Record that a cell of a row is emptied, with its problem."""
        self.blanked[key, problem["column_number"]] = _problem(key, "warning", problem)

    def note_masked(self) -> None:
        """Record for each import how many identity numbers it had, as for a file that is read today."""
        for import_id in {*self.masked_cells, *self.masked_rows} & {*self.imports}:
            if number := self.masked_cells[import_id] or self.masked_rows[import_id]:
                fact = {"import_id": import_id, "fact": "masked", "what": "", "number": number}
                self.changes.add("import_facts", fact)

    @cached_property
    def known_headings(self) -> frozenset[str]:
        """Every heading that some source knows."""
        return known_headings(self.sources.values())


def exports_of(cursor: Cursor, changes: Changes, *, sources: Mapping[str, Source], words: Words) -> Exports:
    """The exports of a store, before anything has been found in them."""
    imports = {row["import_id"]: row for row in rows(cursor, statement("cleaning_imports"))}
    headings = _by_sheet(rows(cursor, statement("cleaning_headings")))
    problems = _by_sheet(rows(cursor, statement("cleaning_problems")))
    return Exports(sources, words, changes, imports, headings, problems)


def _problem(key: Key, kind: str, problem: Mapping[str, Any]) -> dict[str, Any]:
    names = ("import_id", "sheet_number", "row")
    texts = {name: mask_text(value)[0] if isinstance(value, str) else value for name, value in problem.items()}
    return dict(zip(names, key, strict=True)) | {"kind": kind} | texts


def _by_sheet(ungrouped: Rows) -> dict[tuple[int, int | None], Rows]:
    grouped: dict[tuple[int, int | None], Rows] = defaultdict(list)
    for row in ungrouped:
        grouped[row["import_id"], row["sheet_number"]].append(row)
    return grouped
