"""From cells to typed rows and problems: one statement a step, inside DuckDB.

The statements are assembled from the source's declaration, whose names are checked when it is read. Words and values
are parameters; nothing from a user's file becomes part of a statement.

    cells_1, cells_2 …  the rows below the heading of each sheet, from Arrow
    staged              all sheets, each field's cell cleaned
    typed               staged, with each field read as its type
    found_problems      what is rejected or warned about
"""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.language import N_, Language, begun
from compliance.core.lengths import LONGEST_NAME
from compliance.core.masking import MASK
from compliance.declarations.sources import (
    BRACKETS,
    COLUMN_TYPES,
    TIMES,
    Field,
    Source,
    Words,
    no_answer,
    table_columns,
)
from compliance.loading.levels import level_columns
from compliance.reading.columns import by_distinct
from compliance.reading.recognising import Match, data_rows
from compliance.store.database import Cursor
from compliance.store.packs import ROWS, table_of

# What is wrong with a value, and what to do about it.
REASONS: Final = {
    "missing": N_("The value is missing. Fill it in and load the file again."),
    "not_a_date": N_("This is not a date. Write it as 2026-10-31."),
    "month_first": N_(
        "The column writes the month before the day. Say so on the card of the file, or write its dates as 2026-10-31."
    ),
    "not_a_number": N_("This is not a number. Write digits only."),
    "not_a_level": N_(
        "This is not a level in a known form, so it could be level 4. Nothing of the row is kept. "
        "Write it as 2, K2 or K2 R1 T3 in the system that it comes from."
    ),
    "protective_security": N_(
        "Level 4 belongs to protective security. Nothing of the row is kept, "
        "and the system belongs in neither the register of systems nor this export."
    ),
    "unread_level": N_(
        "This could be level 4, so the cell is not kept; the rest of the row is. "
        "Write a level from 0 to 3, a date or Nej in the system that it comes from."
    ),
    "identity_number": N_("A personal identity number cannot be an id. Use the account or the employment number."),
    "too_long": N_(
        "The text is too long. An id may have 200 characters; of another text the beginning is kept. "
        "Shorten it in the system that it comes from."
    ),
    "duplicate": N_("The same id occurs further down. The last row counts."),
}
# The reasons for which nothing of a row is stored, and those for which nothing of the cell is.
UNKEPT: Final = frozenset({"not_a_level", "protective_security"})
UNSHOWN: Final = UNKEPT | {"unread_level"}
UNREADABLE: Final = {"date": "not_a_date", "datetime": "not_a_date", "number": "not_a_number"}
# The types of which a row needs a cell, but may say in it that there is no answer.
SPARING: Final = frozenset({"text", "word", "yes_no", "path"})
# A cell as it is compared with the words for no answer.
BARE: Final = f"trim(lower(cell), '{BRACKETS}')"
# The rows of `typed` that are loaded.
LOADED: Final = "(sheet_number, row) not in (select (sheet_number, row) from found_problems where kind = 'rejected')"
READ_TIME: Final = "read_time(cell, $date1904, $open_end, {month_first})"
# The types whose values are stored as text.
TEXTS: Final = frozenset({"text", "id", "word", "path"})


@dataclass(frozen=True)
class Summary:
    """The result of validation: rows to load, rows rejected, warnings, and hints for the preview.

    `withheld` are the rejected rows of which nothing is stored, because of a level; `no_answers` counts the cells that
    say so (?, saknas) and are read as empty; `ambiguous` are the fields whose dates could begin with the day or the
    month, `month_first` those that can only begin with the month and are not read until somebody says so.
    """

    loaded: int
    rejected: int
    withheld: int
    warnings: int
    no_answers: int
    ambiguous: tuple[str, ...]
    unknown_words: tuple[tuple[str, str, int], ...]
    month_first: tuple[str, ...] = ()

    @property
    def returnable(self) -> int:
        """How many rejected rows can be sent back for correction; withheld ones cannot."""
        return self.rejected - self.withheld


def withheld_text(n: int, say: Language) -> str:
    """How many rejected rows are withheld, and where to correct them."""
    return say.plural(
        "{count} rejected row has level 4, or a level that cannot be read and so could be 4. "
        "Nothing of it is kept or sent back; correct it in the system that it comes from.",
        "{count} rejected rows have level 4, or a level that cannot be read and so could be 4. "
        "Nothing of them is kept or sent back; correct them in the system that they come from.",
        n,
        count=say.in_words(n).capitalize(),
    )


def no_answers_text(n: int, say: Language) -> str:
    """How many cells say that there is no answer."""
    text = say.plural(
        "{count} cell says that there is no answer, and is read as empty.",
        "{count} cells say that there is no answer, and are read as empty.",
        n,
        count=say.in_words(n),
    )
    return begun(text)


def validate(cursor: Cursor, matches: list[Match], words: Words, *, date1904: bool) -> Summary:
    """Create the temporary tables `typed` and `found_problems` from the sheets of one source."""
    source = matches[0].source
    no_answers = _stage(cursor, matches, words, date1904=date1904)
    fields = _staged_fields(cursor, source)
    said = frozenset(name for match in matches for name in match.month_first)
    month_first, ambiguous = _slash_columns(cursor, fields, known=said)
    staged = _Staged(source, fields, _long_columns(cursor, fields), month_first)
    _read_values(cursor, staged, words)
    _find_problems(cursor, staged, matches)
    withheld = sum(len(match.withheld_rows) for match in matches)
    unknown = _unknown_words(cursor, fields, _parameters(source, words))
    rows, rejected, warnings = _counted(cursor)
    return Summary(
        rows - (rejected - withheld),
        rejected,
        withheld,
        warnings,
        no_answers,
        ambiguous,
        unknown,
        tuple(sorted(month_first)),
    )


@dataclass(frozen=True)
class _Staged:
    """The fields that some sheet has; those with a text above their limit, and with dates that begin with the month."""

    source: Source
    fields: tuple[Field, ...]
    long: frozenset[str]
    month_first: frozenset[str]


def _stage(cursor: Cursor, matches: list[Match], words: Words, *, date1904: bool) -> int:
    """Create the table `staged`: one row a row below a heading, each field's cell cleaned, without empty rows.

    Return how many of its cells say that there is no answer, which makes them empty; in a column that every row must
    have they are an empty text instead, so that they reject nothing, unless it holds names.
    A field of dates has its moments too, read as if dates with slashes began with the day where no mapping says that
    they begin with the month.
    """
    tables = _cleaned(cursor, [_numbered(match, words) for match in matches], words)
    no_answers = _without_answers(cursor, matches, tables, words)
    times = {"date1904": date1904, "open_end": words["open_end"]}
    for match, cells in zip(matches, _timed(cursor, matches, tables, times), strict=True):
        cursor.register(f"cells_{match.number}", cells)
    sql = "create or replace temp table staged as\n" + "\nunion all by name\n".join(map(_stage_one, matches))
    lists = {"no_reason": words["no_reason"], "yes": words["yes"], "no": words["no"]}
    lists |= _parameters(matches[0].source, words)
    cursor.execute(sql, _used(sql, {**lists, **times, **{f"sheet_{m.number}": m.sheet.name for m in matches}}))
    for match in matches:
        cursor.unregister(f"cells_{match.number}")
    return no_answers


def _numbered(match: Match, words: Words) -> pa.Table:
    """The rows below the heading with their numbers and levels, without withheld ones."""
    cells = data_rows(match, words)
    first = match.heading_row + 1
    numbers = pa.array(range(first, first + cells.num_rows), pa.int32())
    cells = cells.append_column("row_number", numbers)
    for name, levels in level_columns(match, words).items():
        cells = cells.append_column(f"level_{name}", levels.slice(match.heading_row, cells.num_rows))
    return cells.filter(pc.invert(pc.is_in(numbers, match.withheld["row"]))) if match.withheld.num_rows else cells


def _cleaned(cursor: Cursor, tables: list[pa.Table], words: Words) -> list[pa.Table]:
    """The tables with their cells cleaned."""

    def clean(texts: Any) -> Any:
        return _computed(cursor, "clean(cell, $error_cells)", texts, {"error_cells": words["error_cells"]})

    texts = [
        (number, place)
        for number, table in enumerate(tables)
        for place, kind in enumerate(table.schema.types)
        if pa.types.is_string(kind)
    ]
    columns = by_distinct((tables[number].column(place) for number, place in texts), clean)
    for (number, place), column in zip(texts, columns, strict=True):
        tables[number] = tables[number].set_column(place, f"c{place}", column)
    return tables


def _without_answers(cursor: Cursor, matches: list[Match], tables: list[pa.Table], words: Words) -> int:
    """Empty the cells of fields that say that there is no answer, in place. Return how many there were.

    Where such a word has a meaning in a field, it has it in brackets too.
    """
    alike: dict[tuple[tuple[str, ...], tuple[str, ...], bool], list[tuple[int, int]]] = {}
    for number, match in enumerate(matches):
        for name, group in match.columns.items():
            field = match.source.field(name)
            if field.type != "level":
                listed = no_answer(field, words)
                meant = [word for word in words["no_answer"] if word in field.every_word]
                rule = tuple(listed), tuple(meant), field.required and field.type in SPARING and not field.is_name
                alike.setdefault(rule, []).extend((number, column.place) for column in group)
    count = 0
    for (every, meaning, kept), places in alike.items():
        bare = f"if(list_contains($meaning, {BARE}), {BARE}, cell)" if meaning else "cell"
        expression = f"if(list_contains($every, {BARE}), {'$nothing' if kept else 'null'}, {bare})"
        values = {"every": every} | ({"meaning": meaning} if meaning else {}) | ({"nothing": ""} if kept else {})
        before = [tables[number].column(f"c{place}") for number, place in places]
        after = by_distinct(before, partial(_computed, cursor, expression, parameters=values))
        for (number, place), old, new in zip(places, before, after, strict=True):
            table = tables[number]
            tables[number] = table.set_column(table.column_names.index(f"c{place}"), f"c{place}", new)
            empty: Any = pc.equal(new, pa.scalar(""))
            count += new.null_count - old.null_count + sum(chunk.true_count for chunk in empty.chunks)
    return count


def _timed(cursor: Cursor, matches: list[Match], tables: list[pa.Table], times: dict[str, Any]) -> list[pa.Table]:
    """The tables with the moments of each field of dates that has a column of its own."""

    fields = [
        (number, field.name, match.columns[field.name][0].place)
        for number, match in enumerate(matches)
        for field in match.source.fields
        if field.type in TIMES and field.name in match.columns and field.name not in match.combined
    ]
    for first in (False, True):
        read = partial(_computed, cursor, READ_TIME.format(month_first=first), parameters=times)
        own = [each for each in fields if matches[each[0]].month_first.get(each[1], False) == first]
        columns = by_distinct((tables[number][f"c{place}"] for number, _, place in own), read) if own else []
        for (number, name, _), column in zip(own, columns, strict=True):
            tables[number] = tables[number].append_column(f"time_{name}", column)
    return tables


def _computed(cursor: Cursor, expression: str, texts: Any, parameters: dict[str, Any]) -> Any:
    """An SQL expression of `cell` for each text, in their order, which a list of many words alone would not keep."""
    cursor.register("cell_texts", pa.table({"cell": texts, "place": pa.array(range(len(texts)), pa.int32())}))
    sql = f"select {expression} as value from cell_texts order by place"
    values = cursor.sql(sql, params=parameters).to_arrow_table()["value"]
    cursor.unregister("cell_texts")
    return values


def _stage_one(match: Match) -> str:
    fields = [field for field in match.source.fields if field.name in match.columns]
    cells = [f"{_cell(match, field)} as cell_{field.name}" for field in fields]
    cells += [f"{_time(match, field)} as time_{field.name}" for field in fields if field.type in TIMES]
    every = ", ".join(f"c{place}" for place in range(match.sheet.cells.num_columns))
    return (
        f"select cast({match.number} as smallint) as sheet_number, cast($sheet_{match.number} as varchar) as sheet,"
        f" row_number as row, {', '.join(cells)} from cells_{match.number} where coalesce({every}) is not null"
    )


def _cell(match: Match, field: Field) -> str:
    """The cleaned text of a field: its own column's, or several columns combined; a level as it was read."""
    if field.type == "level":
        return f"level_{field.name}"
    cells = [f"c{column.place}" for column in match.columns[field.name]]
    if field.instead is None or field.name not in match.combined:
        return cells[0]
    yes, no = (f"${field.name}_yes", f"${field.name}_no") if field.type == "yes_no" else ("$yes", "$no")
    return f"coalesce({field.instead.using}([{', '.join(cells)}], {yes}, {no}, $no_reason), {cells[0]})"


def _time(match: Match, field: Field) -> str:
    """The moment of a field: read before, or of several columns combined."""
    if field.name not in match.combined:
        return f"time_{field.name}"
    return READ_TIME.format(month_first=False).replace("cell", _cell(match, field), 1)


def _staged_fields(cursor: Cursor, source: Source) -> tuple[Field, ...]:
    """The fields of the source that some sheet has."""
    staged = {row[0] for row in cursor.execute("describe staged").fetchall()}
    return tuple(field for field in source.fields if f"cell_{field.name}" in staged)


def _long_columns(cursor: Cursor, fields: tuple[Field, ...]) -> frozenset[str]:
    """The fields with a text above their limit; most exports have none."""
    texts = [field for field in fields if field.type in TEXTS]
    if not texts:
        return frozenset()
    lengths = ", ".join(f"max(length(cell_{field.name}))" for field in texts)
    ((*longest,),) = cursor.execute(f"select {lengths} from staged").fetchall()
    return frozenset(field.name for field, length in zip(texts, longest, strict=True) if (length or 0) > field.limit)


def _slash_columns(
    cursor: Cursor, fields: tuple[Field, ...], *, known: frozenset[str]
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The fields whose d/m/y dates can only be m/d/y, and those that could be either; of `known` a mapping says it."""
    names = [field.name for field in fields if field.type in TIMES and field.name not in known]
    if not names:
        return frozenset(), ()
    # For each field: whether any date is 5/3/2024 or 5-3-2024 (5.3.2024 is always of March), has a first part above 12
    # (a day), a second part above 12.
    parts = [
        condition
        for name in names
        for condition in (
            f"has_slashes(cell_{name}) and not regexp_matches(cell_{name}, '^\\d+\\.')",
            *(f"slash_parts(cell_{name}, {place}) > 12" for place in (1, 2)),
        )
    ]
    counts = ", ".join(f"count(*) filter (where {part}) > 0" for part in parts)
    counted = cursor.execute(f"select {counts} from staged").fetchall()[0]
    facts = {name: counted[3 * i : 3 * i + 3] for i, name in enumerate(names)}
    month_first = frozenset(name for name, (_, day, month) in facts.items() if month and not day)
    return month_first, tuple(name for name, (any_, day, month) in facts.items() if any_ and not day and not month)


def _read_values(cursor: Cursor, staged: _Staged, words: Words) -> None:
    """Create the table `typed`: `staged` with each field read as its type, and null for fields that no sheet has."""
    read = [column for field in staged.fields for column in _typed(field, staged)]
    empty = [
        f"cast(null as {kind}) as {name}"
        for field in staged.source.fields
        if field not in staged.fields
        for name, kind in table_columns(field)
    ]
    told = {*UNREADABLE, "yes_no"}
    checked = [
        f for f in staged.fields if f.required or f.listed or f.empty_is or f.name in staged.long or f.type in told
    ]
    # The cells are kept next to the values where a check or a message needs them.
    cells = [f"cell_{field.name}" for field in checked]
    columns = ["sheet_number", "sheet", "row", *cells, *read, *empty]
    sql = f"create or replace temp table typed as select {', '.join(columns)} from staged"
    cursor.execute(sql, _used(sql, _parameters(staged.source, words)))


def _parameters(source: Source, words: Words) -> dict[str, Any]:
    lists: dict[str, Any] = {
        f"{field.name}_{code}": [word.casefold() for word in listed]
        for field in source.fields
        for code, listed in field.words.items()
    }
    for field in source.fields:
        if field.type == "yes_no":
            said = {word for code in ("yes", "no") for word in lists.get(f"{field.name}_{code}", [])}
            lists |= {
                f"{field.name}_{code}": [word for word in words[code] if word not in said]
                + lists.get(f"{field.name}_{code}", [])
                for code in ("yes", "no")
            }
    return lists


def _used(sql: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters that a statement names; DuckDB refuses one too many."""
    named = set(re.findall(r"\$([a-z_0-9]+)", sql))
    return {name: value for name, value in parameters.items() if name in named}


def _typed(field: Field, staged: _Staged) -> list[str]:
    """The columns of `typed` for a field; a long text is truncated."""
    cell, long = f"cell_{field.name}", field.name in staged.long
    if field.type == "path":
        unit, department = (_text(field, f"split_part({cell}, ' / ', {part})", long=long) for part in (-1, -2))
        return [f"{unit} as {field.name}", f"nullif({department}, '') as department"]
    text = _text(field, cell, long=long)
    if field.type == "word":
        return [f"{text} as {field.name}", f"{_code(field, cell)} as {field.name}_code"]
    if field.type in TEXTS:
        return [f"{text} as {field.name}"]
    return [f"{_reading(field, month_first=field.name in staged.month_first)} as {field.name}"]


def _text(field: Field, cell: str, *, long: bool) -> str:
    """A text as it is stored."""
    text = _cut(field, cell) if long else cell
    return f"nullif({text}, '')" if field.required else text


def _cut(field: Field, cell: str) -> str:
    """The beginning of a long text, or of each that it lists."""
    return f"{'beginnings' if field.several else 'beginning'}({cell}, {field.limit})"


def _reading(field: Field, *, month_first: bool) -> str:
    kind, cell = field.type, f"cell_{field.name}"
    if kind in TIMES:
        time = f"case when not has_slashes({cell}) then time_{field.name} end" if month_first else f"time_{field.name}"
        return f"cast({time} as {COLUMN_TYPES[kind]})"
    return {
        "yes_no": f"read_yes_no({cell}, ${field.name}_yes, ${field.name}_no)",
        "number": f"read_number({cell})",
        "level": cell,
    }[kind]


def _code(field: Field, cell: str) -> str:
    cases = [
        f"when list_contains(${field.name}_{code}, lower({cell})) then '{code}'"
        for code in field.words
        if code != field.empty_is
    ]
    return f"case {' '.join(cases)} end"


def _find_problems(cursor: Cursor, staged: _Staged, matches: list[Match]) -> None:
    """Create the table `found_problems`. Whatever is wrong in a row that is rejected is one of its reasons."""
    checks = [each for field in staged.fields for each in _checks(field, month_first=field.name in staged.month_first)]
    checks += [_too_long(field) for field in staged.fields if field.name in staged.long]
    selects = "\nunion all\n".join(
        f"select sheet_number, sheet, row, '{field}' as field, {_cell_sql(field, reason)} as value, {reason} as reason,"
        f" '{kind}' as kind from typed where {condition}"
        for field, reason, kind, condition in checks
    )
    cursor.execute(
        f"""
        create or replace temp table found_problems as
        with found as ({selects or _nothing()}),
        rejected as (select distinct sheet_number, row from found where kind = 'rejected'),
        repeated as ({_repeated(staged.source)}),
        every as (
            select f.* replace (case when r.row is null then f.kind else 'rejected' end as kind)
            from found as f
            left join rejected as r using (sheet_number, row)
            union all
            select * from repeated
        )
        select e.* exclude (field), e.field, c.place + 1 as column_number, c.heading as "column"
        from every as e
        left join (select unnest($columns, recursive := true)) as c using (sheet_number, field)
        """,
        {"columns": _column_list(matches)},
    )
    for match in matches:
        _add_cells(cursor, match, match.withheld, "null as value, found.reason, 'rejected' as kind")
        _add_cells(cursor, match, match.blanked, "null as value, found.reason, coalesce(r.kind, 'warning') as kind")
        _add_cells(cursor, match, match.cut, "found.value, 'too_long' as reason, coalesce(r.kind, 'warning') as kind")


def _too_long(field: Field) -> tuple[str, str, str, str]:
    """The check for a text above its field's limit. A long id is rejected: truncated it could be another's."""
    cell = f"cell_{field.name}"
    if field.is_id:
        return field.name, "'too_long'", "rejected", f"length({cell}) > {field.limit}"
    if field.type == "path":
        longer = f"greatest(length(split_part({cell}, ' / ', -1)), length(split_part({cell}, ' / ', -2)))"
        return field.name, "'too_long'", "warning", f"{longer} > {field.limit}"
    return field.name, "'too_long'", "warning", f"{_text(field, cell, long=True)} <> {cell}"


def _add_cells(cursor: Cursor, match: Match, cells: pa.Table, columns: str) -> None:
    """Add the problems of single cells noted in earlier steps, each cell once."""
    if not cells.num_rows:
        return
    headings = {column.place: column.heading for column in match.every_column}
    cursor.register("found_cells", cells)
    cursor.execute(
        f"""
        insert into found_problems by name
        select
            cast($sheet_number as smallint) as sheet_number, $sheet as sheet, found.row,
            found.place + 1 as column_number, h.heading as "column", {columns}
        from found_cells as found
        left join (select unnest($headings, recursive := true)) as h using (place)
        left join (select distinct sheet_number, row, kind from found_problems where kind = 'rejected') as r
            on r.sheet_number = $sheet_number and r.row = found.row
        where not exists (
            select 1
            from found_problems as p
            where p.sheet_number = $sheet_number and p.row = found.row and p.column_number = found.place + 1
        )
        """,
        {
            "sheet_number": match.number,
            "sheet": match.sheet.name,
            "headings": [{"place": place, "heading": heading} for place, heading in headings.items()],
        },
    )
    cursor.unregister("found_cells")


def _checks(field: Field, *, month_first: bool) -> list[tuple[str, str, str, str]]:
    """The checks of a field: (field, reason as an SQL expression, kind, condition)."""
    cell, name = f"cell_{field.name}", field.name
    kind = "rejected" if field.required else "warning"
    checks = []
    if field.required:
        checks.append((name, "'missing'", "rejected", f"{cell} is null or {_no_date(field)}"))
    if field.required and field.type == "id":
        checks.append((name, "'identity_number'", "rejected", f"contains({cell}, '{MASK}')"))
    if reason := UNREADABLE.get(field.type):
        expression = (
            f"case when has_slashes({cell}) then 'month_first' else '{reason}' end" if month_first else f"'{reason}'"
        )
        checks.append((name, expression, kind, f"{cell} is not null and {name} is null"))
    return checks


def _cell_sql(field: str, reason: str) -> str:
    """The cell to report: all of it, or its beginning if it is too long."""
    return f"beginning(cell_{field}, {LONGEST_NAME})" if reason == "'too_long'" else f"cell_{field}"


def _no_date(field: Field) -> str:
    """Whether a value is the date that systems write for "no date"."""
    return f"{field.name} = date '1900-01-01'" if field.type in TIMES else "false"


def _nothing() -> str:
    return (
        "select cast(0 as smallint) as sheet_number, '' as sheet, 0 as row, '' as field, '' as value,"
        " '' as reason, '' as kind where false"
    )


def _repeated(source: Source) -> str:
    """The rows whose id occurs again further down, among the rows that are not rejected."""
    if not source.unique:
        return _nothing()
    keys = ", ".join(f"lower({name})" for name in source.unique)
    named = " or ".join(f"{name} is not null" for name in source.unique)
    last = source.unique[-1]
    return f"""
        select sheet_number, sheet, row, '{last}' as field, cell_{last} as value, 'duplicate' as reason,
            'warning' as kind
        from typed
        where (sheet_number, row) not in (select (sheet_number, row) from rejected) and ({named})
        qualify row_number() over (partition by {keys} order by sheet_number desc, row desc) > 1
    """


def _column_list(matches: list[Match]) -> list[dict[str, object]]:
    return [
        {"sheet_number": match.number, "field": name, "place": columns[0].place, "heading": columns[0].heading}
        for match in matches
        for name, columns in match.columns.items()
    ]


def _counted(cursor: Cursor) -> tuple[int, int, int]:
    """How many rows there are, how many of them are rejected, and how many values have a warning."""
    [counted] = cursor.execute(
        """
        select
            (select count(*) from typed),
            count(distinct (sheet_number, row)) filter (where kind = 'rejected'),
            count(*) filter (where kind = 'warning')
        from found_problems
        """
    ).fetchall()
    return counted


def _unknown_words(
    cursor: Cursor, fields: tuple[Field, ...], parameters: dict[str, Any]
) -> tuple[tuple[str, str, int], ...]:
    """(field, word, rows) of the words that are in no list, for fields that are nothing but their list."""
    read = {f.name: f"{f.name}_code" for f in fields if f.listed or f.empty_is}
    read |= {f.name: f.name for f in fields if f.type == "yes_no" and not f.secret}
    unknown = {name: f"cell_{name} <> '' and {value} is null" for name, value in read.items()}
    for field in fields:
        if field.empty_is:
            # A word for what an empty cell counts as has no code either.
            unknown[field.name] += f" and not list_contains(${field.name}_{field.empty_is}, lower(cell_{field.name}))"
    if not unknown:
        return ()
    # Nearly always all words are known; then this is the only statement.
    sql = f"select {', '.join(f'bool_or({rows})' for rows in unknown.values())} from typed"
    some = cursor.execute(sql, _used(sql, parameters)).fetchall()[0]
    counts: list[tuple[str, str, int]] = []
    for name in (name for name, found in zip(unknown, some, strict=True) if found):
        sql = (
            f"select '{name}', beginning(cell_{name}, {LONGEST_NAME}), count(*) from typed"
            f" where {unknown[name]} group by all order by 3 desc, 2 limit 20"
        )
        counts += cursor.execute(sql, _used(sql, parameters)).fetchall()
    return tuple(counts)


def insert_typed(cursor: Cursor, source: Source, *, import_id: int) -> None:
    """Copy the rows of `typed` that are not rejected into their source's table."""
    names = [name for field in source.fields for name, _ in table_columns(field)]
    values = stored_values(source)
    if table_of(source.id) == ROWS:
        place, cells = values[:3], (f"cast({value} as varchar)" for value in values[3:])
        sql = f"insert into pack_rows select $import_id, {', '.join(place)}, $source, [{', '.join(cells)}] from typed"
        cursor.execute(f"{sql} where {LOADED}", {"import_id": import_id, "source": source.id})
        return
    cursor.execute(
        f"insert into {source.id} (import_id, sheet_number, sheet, row, {', '.join(names)})"
        f" select $import_id, {', '.join(values)} from typed where {LOADED}",
        {"import_id": import_id},
    )


def stored_values(source: Source) -> list[str]:
    """The columns of `typed` as they are stored in the table of their source, in its order."""
    stored = [_stored(name, kind) for field in source.fields for name, kind in table_columns(field)]
    return ["sheet_number", "sheet", "row", *stored]


def _stored(name: str, kind: str) -> str:
    return f"nullif({name}, date '1900-01-01')" if kind in {"date", "timestamp"} else name
