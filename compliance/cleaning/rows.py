"""Cleaning the rows of exports that an earlier version stored, and their lists of problems."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa

from compliance.cleaning.exports import SUSPECT, Exports, Key
from compliance.cleaning.seals import Lost
from compliance.core.masking import mask_column
from compliance.declarations.queries import statement
from compliance.declarations.sources import Field, Source
from compliance.loading.validating import UNKEPT, table_columns
from compliance.reading.screening import kind_of
from compliance.review.pinning import kept_texts
from compliance.store.database import Cursor, Rows, rows

# A number as text, if it is an integer.
WHOLE: Final = 'case when "{0}" = floor("{0}") then cast(try_cast("{0}" as bigint) as varchar) end'
VALUES: Final = {"varchar": '"{0}"', "double": WHOLE}


def clean_rows(cursor: Cursor, exports: Exports) -> dict[int, Lost]:
    """Mask identity numbers in every stored row, and drop the rows that would be rejected today.

    Return what figures have lost, by import. The sheets must have been cleaned before.
    """
    _clean_columns(cursor, exports)
    _refuse_rejected(exports)
    for source in exports.sources.values():
        _drop_refused(cursor, exports, source)
        _reread_levels(cursor, exports, source)
        _empty_blanked(cursor, exports, source)
    _clean_problems(exports)
    receipts = {id_: _receipt(exports, id_) for id_ in _changed(exports)}
    changed = sorted({*exports.removed, *exports.reread, *exports.renamed})
    return {id_: Lost(exports.imports[id_]["source"], exports.removed[id_], receipts.get(id_, {})) for id_ in changed}


def _changed(exports: Exports) -> set[int]:
    """The imports with other rows, levels or problems than before."""
    return {*(key[0] for key in exports.refused), *(key[0] for key, _ in exports.blanked), *exports.reread}


def _clean_columns(cursor: Cursor, exports: Exports) -> None:
    """Mask the columns of the sources' rows; refuse a row whose id is an identity number."""
    columns = {
        (source.id, column): (source, field, type_)
        for source in exports.sources.values()
        for field in source.fields
        for column, type_ in table_columns(field)
        if type_ in VALUES
    }
    parts = [_column_sql("cleaning_suspects", name, column, typed[2]) for (name, column), typed in columns.items()]
    for row in rows(cursor, "\nunion all\n".join(parts) + "\norder by all", SUSPECT):
        source, field, type_ = columns[row["source"], row["column"]]
        sql = _column_sql("cleaning_field", source.id, row["column"], type_)
        values = rows(cursor, sql, {"import_id": row["import_id"]})
        for cell, text in _masked(exports, values, field, row["import_id"]):
            exports.changes.change(source.id, row["column"], cell["row_id"], text if type_ == "varchar" else None)
            exports.masked_rows[row["import_id"]] += 1
            if _affects_figures(exports, source, field):
                exports.renamed.add(row["import_id"])
            if field.required and field.type == "id":
                _refuse(exports, field, (row["import_id"], cell["sheet_number"], cell["row"]), cell["sheet"], text)


def _column_sql(name: str, source: str, column: str, type_: str) -> str:
    sql = statement(name).replace("{source}", source).replace("{column}", column)
    return sql.replace("{value}", VALUES[type_].format(column))


def _masked(
    exports: Exports, values: Rows, field: Field | None, import_id: int
) -> Iterator[tuple[dict[str, Any], Any]]:
    """The rows of a column whose text changes when masked, each with the masked text."""
    column = pa.chunked_array([[row["text"] for row in values]], pa.string())
    masked = mask_column(column, kind_of(field), exports.day_of(import_id))
    if masked.count:
        for row, text in zip(values, masked.column.to_pylist(), strict=True):
            if text != row["text"]:
                yield row, text


def _affects_figures(exports: Exports, source: Source, field: Field) -> bool:
    """Whether figures depend on a field: on a name, or on an id by which rows are told apart."""
    named = (source.id, field.name) in kept_texts(exports.sources) or field.refers_to is not None
    return named or field.type in {"id", "path"}


def _refuse(exports: Exports, field: Field, key: Key, sheet: str | None, text: str) -> None:
    headings = [row for row in exports.headings_of(key[0], key[1]) if row["field"] == field.name]
    place = headings[0]["place"] if headings else None
    exports.refuse(
        key,
        sheet=sheet,
        column_number=None if place is None else place + 1,
        column=headings[0]["heading"] if headings else None,
        value=text,
        reason="identity_number",
    )


def _refuse_rejected(exports: Exports) -> None:
    """Refuse rows that were rejected for level 4 before, even if nothing else is known of them."""
    for row in (row for listed in exports.problems.values() for row in listed):
        key = (row["import_id"], row["sheet_number"], row["row"])
        if row["reason"] == "protective_security" and key not in exports.refused:
            exports.refuse(
                key, **{name: row[name] for name in ("sheet", "column_number", "column", "reason")}, value=None
            )


def _drop_refused(cursor: Cursor, exports: Exports, source: Source) -> None:
    """Drop the rows of a source that were loaded and are refused."""
    for import_id in sorted({key[0] for key in exports.refused if exports.source_of(key[0]) is source}):
        sql = statement("cleaning_loaded").replace("{source}", source.id)
        loaded = rows(cursor, sql, {"import_id": import_id})
        gone = [row["row_id"] for row in loaded if (import_id, row["sheet_number"], row["row"]) in exports.refused]
        if gone:
            exports.changes.drop(source.id, gone)
            exports.removed[import_id] = len(gone)


def _reread_levels(cursor: Cursor, exports: Exports, source: Source) -> None:
    """Change the levels of a source's remaining rows where they are read differently today."""
    names = [field.name for field in source.fields if field.type == "level"]
    if not names or not exports.levels:
        return
    sql = statement("cleaning_levels").replace("{source}", source.id).replace("{levels}", ", ".join(names))
    for row in rows(cursor, sql):
        key = (row["import_id"], row["sheet_number"], row["row"])
        read = {} if key in exports.refused else exports.levels.get(key, {})
        changed = {name: level for name, level in read.items() if row[name] != level}
        for name, level in changed.items():
            exports.changes.change(source.id, name, row["row_id"], level)
        if changed:
            exports.reread[row["import_id"]] += 1


def _empty_blanked(cursor: Cursor, exports: Exports, source: Source) -> None:
    """Empty what was read from the cells of a source that are blanked."""
    read: dict[int, list[tuple[Key, Field]]] = defaultdict(list)
    for key, number in exports.blanked:
        field = exports.fields_of(key[0], key[1]).get(number - 1) if exports.source_of(key[0]) is source else None
        if field:
            read[key[0]].append((key, field))
    for import_id, cells in read.items():
        sql = statement("cleaning_loaded").replace("{source}", source.id)
        ids = {(r["sheet_number"], r["row"]): r["row_id"] for r in rows(cursor, sql, {"import_id": import_id})}
        for key, field in cells:
            for column, _ in table_columns(field) if key[1:] in ids else ():
                exports.changes.change(source.id, column, ids[key[1:]], None)
        if any(_affects_figures(exports, source, field) for _, field in cells):
            exports.renamed.add(import_id)


# --- Problems -----------------------------------------------------------------------------------------------------


def _clean_problems(exports: Exports) -> None:
    """Replace the problems of refused rows with the reason of the refusal, and mask the others."""
    for listed in exports.problems.values():
        for row in listed:
            if _is_obsolete(exports, row):
                exports.changes.drop("problems", [row["row_id"]])
    for problems in exports.refused.values():
        for problem in _listed(problems):
            exports.changes.add("problems", problem)
    for problem in exports.blanked.values():
        exports.changes.add("problems", problem)
    for (import_id, sheet_number), listed in exports.problems.items():
        fields = exports.fields_of(import_id, sheet_number)
        for number in {row["column_number"] for row in listed}:
            of_column = [row | {"text": row["value"]} for row in listed if row["column_number"] == number]
            field = fields.get(number - 1) if number else None
            for row, text in _masked(exports, of_column, field, import_id):
                exports.changes.change("problems", "value", row["row_id"], text)
                exports.masked_rows[import_id] += 1


def _is_obsolete(exports: Exports, row: dict[str, Any]) -> bool:
    """Whether a problem is removed. A row refused for a level keeps no other problem and another refused row no
    warning; a remaining row no longer has an unreadable level, nor anything of a cell that is emptied.
    """
    key = (row["import_id"], row["sheet_number"], row["row"])
    refused = exports.refused.get(key, [])
    if any(problem["reason"] in UNKEPT for problem in refused) or (key, row["column_number"]) in exports.blanked:
        return True
    return row["kind"] == "warning" and (bool(refused) or (row["reason"] in UNKEPT and key in exports.levels))


def _listed(problems: Rows) -> Rows:
    """The problems to list for a refused row; only the level if that is one of them."""
    return [problem for problem in problems if problem["reason"] in UNKEPT] or problems


def _receipt(exports: Exports, import_id: int) -> dict[str, int]:
    """Count an import's loaded and rejected rows and its warnings after the cleaning, and store the counts."""
    row = exports.imports[import_id]
    before = [problem for (id_, _), listed in exports.problems.items() if id_ == import_id for problem in listed]
    remaining = [problem for problem in before if not _is_obsolete(exports, problem)]
    remaining += [problem for key, own in exports.refused.items() if key[0] == import_id for problem in _listed(own)]
    remaining += [problem for (key, _), problem in exports.blanked.items() if key[0] == import_id]
    counts = {
        "loaded": row["loaded"] - exports.removed[import_id],
        "rejected": len({(each["sheet_number"], each["row"]) for each in remaining if each["kind"] == "rejected"}),
        "warnings": sum(each["kind"] == "warning" for each in remaining),
    }
    for name, number in counts.items():
        exports.changes.change("imports", name, row["row_id"], number)
    return counts
