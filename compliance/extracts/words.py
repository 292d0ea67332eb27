"""The rows and the columns of an extract in words."""

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.language import N_, Language, Texts
from compliance.counting.separated import Cells
from compliance.extracts.declared import Definition, ExtractColumn, declared
from compliance.extracts.extracting import Extract, with_values

# The types of the database in a reader's words.
TYPES: Final = {
    "varchar": N_("text"),
    "date": N_("date"),
    "timestamp": N_("date and time"),
    "boolean": N_("yes or no"),
    **dict.fromkeys(("tinyint", "integer", "bigint"), N_("whole number")),
    "double": N_("decimal number"),
}


# The sets of codes whose meaning depends on a point.
OF_POINT: Final = frozenset({"reasons", "details"})


def titled(wanted: Extract, language: Language) -> pa.Table:
    """Return the rows as a person reads them: titles instead of names, words instead of codes, Ja and Nej."""
    table = wanted.table
    yes, no = (language.pick(texts) for texts in wanted.words["answers"].values())
    for column in wanted.definition.columns:
        values = table[column.name]
        if pa.types.is_boolean(values.type):
            table = with_values(table, column.name, pc.if_else(values, yes, no))
        elif column.words:
            table = with_values(table, column.name, _column_in_words(wanted, column, language))
    return table.rename_columns([language.pick(column.title) for column in wanted.definition.columns])


def _column_in_words(wanted: Extract, column: ExtractColumn, language: Language) -> Cells:
    """The column's codes in words; each distinct code is looked up once. A code without words stays."""
    codes: Cells = wanted.table[column.name]
    parts, of_point = wanted.words[column.words or ""], column.words in OF_POINT
    if of_point:
        point = wanted.definition.reasons_of
        codes = pc.binary_join_element_wise(point or wanted.table["id"], codes, ":")
    different = [code for code in pc.unique(codes).to_pylist() if code is not None]
    words = [_in_words(*_divided(code, of_point=of_point), parts=parts, language=language) for code in different]
    index: Cells = pc.index_in(codes, pa.array(different, pa.string()))
    return pc.take(pa.array(words, pa.string()), index)


def _divided(code: str, *, of_point: bool) -> tuple[str, str]:
    """The point that a code belongs to, followed by a colon, or nothing; and the code."""
    point, colon, own = code.partition(":") if of_point else ("", "", code)
    return f"{point}{colon}", own


def _in_words(point: str, code: str, *, parts: Mapping[str, Texts], language: Language) -> str:
    """The words of a code of a point, or of several separated by commas; an unknown code stays."""
    if texts := parts.get(f"{point}{code}"):
        return language.pick(texts)
    each = ((part, parts.get(f"{point}{part}") or parts.get(part)) for part in code.split(", "))
    return ", ".join(language.pick(texts) if texts else part for part, texts in each)


def dictionary(definition: Definition, language: Language, *, codes: bool = False) -> list[tuple[str, ...]]:
    """The columns of an extract: title, name, type, and meaning with the values that it has, as a workbook has them.

    With `codes`, CSV and Parquet are described too: each value has the code that it has there in brackets.
    """
    return [
        (language.pick(each.title), each.name, type_in_words(each, language), _meaning(each, language, codes=codes))
        for each in definition.columns
    ]


def type_in_words(column: ExtractColumn, language: Language) -> str:
    """The type of a column in a reader's words."""
    return language(N_("per cent") if column.percent else TYPES[column.type])


def _meaning(column: ExtractColumn, language: Language, *, codes: bool) -> str:
    meaning, values = language.pick(column.meaning), values_of(column)
    if not values:
        return meaning
    told = [f"{language.pick(texts)} ({code})" if codes else language.pick(texts) for code, texts in values.items()]
    return f"{meaning}: {', '.join(told)}"


def values_of(column: ExtractColumn) -> Mapping[str, Texts]:
    """The few codes that a column can have, with their words; none where there are many."""
    if column.type == "boolean":
        return dict(zip(("true", "false"), declared()["words"]["answers"].values(), strict=True))
    sets: Mapping[str, Mapping[str, Texts]] = declared()["words"]
    return sets.get(column.words or "", {}) if column.words != "details" else {}
