"""The rows of exports that an earlier version has stored, and what it has listed of those it did not."""

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

# A number as a text, if it is a whole one.
WHOLE: Final = 'case when "{0}" = floor("{0}") then cast(try_cast("{0}" as bigint) as varchar) end'
VALUES: Final = {"varchar": '"{0}"', "double": WHOLE}


def clean_rows(cursor: Cursor, found: Exports) -> dict[int, Lost]:
    """Every stored row without identity numbers, and those taken out that would be rejected today.

    Gives what figures no longer find, by import. The sheets have been looked through before.
    """
    _clean_columns(cursor, found)
    _refuse_what_was_rejected(found)
    for source in found.sources.values():
        _take_out(cursor, found, source)
        _read_anew(cursor, found, source)
    _clean_problems(found)
    receipts = {id_: _receipt(found, id_) for id_ in {*(key[0] for key in found.refused), *found.read_anew}}
    changed = sorted({*found.taken, *found.read_anew, *found.renamed})
    return {id_: Lost(found.imports[id_]["source"], found.taken[id_], receipts.get(id_, {})) for id_ in changed}


def _clean_columns(cursor: Cursor, found: Exports) -> None:
    """The columns of the sources' rows; a row is refused whose id is an identity number."""
    columns = {
        (source.id, column): (source, field, type_)
        for source in found.sources.values()
        for field in source.fields
        for column, type_ in table_columns(field)
        if type_ in VALUES
    }
    parts = [_asked("cleaning_suspects", name, column, told[2]) for (name, column), told in columns.items()]
    for row in rows(cursor, "\nunion all\n".join(parts) + "\norder by all", SUSPECT):
        source, field, type_ = columns[row["source"], row["column"]]
        given = rows(cursor, _asked("cleaning_field", source.id, row["column"], type_), {"import_id": row["import_id"]})
        for cell, text in _masked(found, given, field, row["import_id"]):
            found.changes.change(source.id, row["column"], cell["row_id"], text if type_ == "varchar" else None)
            found.masked_rows[row["import_id"]] += 1
            if _counts(found, source, field):
                found.renamed.add(row["import_id"])
            if field.required and field.type == "id":
                _refuse(found, field, (row["import_id"], cell["sheet_number"], cell["row"]), cell["sheet"], text)


def _asked(name: str, source: str, column: str, type_: str) -> str:
    sql = statement(name).replace("{source}", source).replace("{column}", column)
    return sql.replace("{value}", VALUES[type_].format(column))


def _masked(found: Exports, given: Rows, field: Field | None, import_id: int) -> Iterator[tuple[dict[str, Any], Any]]:
    """Those of some rows of a column whose text is another without identity numbers, each with that text."""
    column = pa.chunked_array([[row["text"] for row in given]], pa.string())
    masked = mask_column(column, kind_of(field), found.day_of(import_id))
    if masked.count:
        for row, text in zip(given, masked.column.to_pylist(), strict=True):
            if text != row["text"]:
                yield row, text


def _counts(found: Exports, source: Source, field: Field) -> bool:
    """Whether figures go by what a field holds: a name, or an id by which rows are told apart."""
    named = (source.id, field.name) in kept_texts(found.sources) or field.refers_to is not None
    return named or field.type in {"id", "path"}


def _refuse(found: Exports, field: Field, key: Key, sheet: str | None, text: str) -> None:
    headings = [row for row in found.headings_of(key[0], key[1]) if row["field"] == field.name]
    place = headings[0]["place"] if headings else None
    found.refuse(
        key,
        sheet=sheet,
        column_number=None if place is None else place + 1,
        column=headings[0]["heading"] if headings else None,
        value=text,
        reason="identity_number",
    )


def _refuse_what_was_rejected(found: Exports) -> None:
    """Rows that were rejected for level 4 before, also where nothing more is known of them."""
    for row in (row for listed in found.problems.values() for row in listed):
        key = (row["import_id"], row["sheet_number"], row["row"])
        if row["reason"] == "protective_security" and key not in found.refused:
            found.refuse(
                key, **{name: row[name] for name in ("sheet", "column_number", "column", "reason")}, value=None
            )


def _take_out(cursor: Cursor, found: Exports, source: Source) -> None:
    """The rows of a source that were loaded and are refused."""
    for import_id in sorted({key[0] for key in found.refused if found.source_of(key[0]) is source}):
        sql = statement("cleaning_loaded").replace("{source}", source.id)
        loaded = rows(cursor, sql, {"import_id": import_id})
        gone = [row["row_id"] for row in loaded if (import_id, row["sheet_number"], row["row"]) in found.refused]
        if gone:
            found.changes.drop(source.id, gone)
            found.taken[import_id] = len(gone)


def _read_anew(cursor: Cursor, found: Exports, source: Source) -> None:
    """The levels of the rows of a source that stay, where they are read otherwise today."""
    names = [field.name for field in source.fields if field.type == "level"]
    if not names or not found.levels:
        return
    sql = statement("cleaning_levels").replace("{source}", source.id).replace("{levels}", ", ".join(names))
    for row in rows(cursor, sql):
        key = (row["import_id"], row["sheet_number"], row["row"])
        read = {} if key in found.refused else found.levels.get(key, {})
        otherwise = {name: level for name, level in read.items() if row[name] != level}
        for name, level in otherwise.items():
            found.changes.change(source.id, name, row["row_id"], level)
        if otherwise:
            found.read_anew[row["import_id"]] += 1


# --- What was listed ----------------------------------------------------------------------------------------------


def _clean_problems(found: Exports) -> None:
    """The list of problems: of refused rows only why they are, elsewhere without identity numbers."""
    for listed in found.problems.values():
        for row in listed:
            if _is_over(found, row):
                found.changes.drop("problems", [row["row_id"]])
    for problems in found.refused.values():
        for problem in _told(problems):
            found.changes.add("problems", problem)
    for (import_id, sheet_number), listed in found.problems.items():
        fields = found.fields_of(import_id, sheet_number)
        for number in {row["column_number"] for row in listed}:
            of_column = [row | {"text": row["value"]} for row in listed if row["column_number"] == number]
            field = fields.get(number - 1) if number else None
            for row, text in _masked(found, of_column, field, import_id):
                found.changes.change("problems", "value", row["row_id"], text)
                found.masked_rows[import_id] += 1


def _is_over(found: Exports, row: dict[str, Any]) -> bool:
    """Whether a problem is told no longer: nothing is told of a row that is refused for a level, and no warning of
    another that is refused; and of a row that stays no level is unread.
    """
    key = (row["import_id"], row["sheet_number"], row["row"])
    refused = found.refused.get(key, [])
    if any(problem["reason"] in UNKEPT for problem in refused):
        return True
    return row["kind"] == "warning" and (bool(refused) or (row["reason"] in UNKEPT and key in found.levels))


def _told(problems: Rows) -> Rows:
    """What is listed of a refused row: of one that is refused for a level nothing else."""
    return [problem for problem in problems if problem["reason"] in UNKEPT] or problems


def _receipt(found: Exports, import_id: int) -> dict[str, int]:
    """How many rows an import has loaded and rejected, and its warnings, as they are since; also in the store."""
    row = found.imports[import_id]
    listed = [row for (id_, _), listed in found.problems.items() if id_ == import_id for row in listed]
    left = [row for row in listed if not _is_over(found, row)]
    left += [problem for key, told in found.refused.items() if key[0] == import_id for problem in _told(told)]
    counted = {
        "loaded": row["loaded"] - found.taken[import_id],
        "rejected": len({(each["sheet_number"], each["row"]) for each in left if each["kind"] == "rejected"}),
        "warnings": sum(each["kind"] == "warning" for each in left),
    }
    for name, number in counted.items():
        found.changes.change("imports", name, row["row_id"], number)
    return counted
