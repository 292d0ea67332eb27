"""The rows and the columns of an extract in words."""

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.language import Language, Texts
from compliance.counting.separated import Cells
from compliance.declarations.sources import load_sources
from compliance.extracts.declared import Column, Definition, declared
from compliance.extracts.extracting import Extract, with_column


def titled(wanted: Extract, language: Language) -> pa.Table:
    """Return the rows as a person reads them: titles instead of names, words instead of codes, Ja and Nej."""
    table = wanted.table
    yes, no = (language.pick(texts) for texts in words_of_extract(wanted, "answers").values())
    for column in wanted.definition.columns:
        values = table[column.name]
        if pa.types.is_boolean(values.type):
            table = with_column(table, column.name, pc.if_else(values, yes, no))
        elif column.words:
            table = with_column(table, column.name, _column_in_words(wanted, column, language))
    return table.rename_columns([language.pick(column.title) for column in wanted.definition.columns])


def _column_in_words(wanted: Extract, column: Column, language: Language) -> Cells:
    """The column's codes in words; each distinct code is looked up once. A code without words stays."""
    codes: Cells = wanted.table[column.name]
    # the meaning of a reason depends on its point
    if column.words == "reasons":
        point = wanted.definition.reasons_of
        codes = pc.binary_join_element_wise(point or wanted.table["id"], codes, ":")
    parts = words_of_extract(wanted, column.words or "")
    different = [code for code in pc.unique(codes).to_pylist() if code is not None]
    words = [_in_words(code.rpartition(":")[2], parts.get(code), parts=parts, language=language) for code in different]
    index: Cells = pc.index_in(codes, pa.array(different, pa.string()))
    return pc.take(pa.array(words, pa.string()), index)


def _in_words(code: str, texts: Texts | None, *, parts: dict[str, Texts], language: Language) -> str:
    """The words of a code, or of several separated by commas; an unknown code stays."""
    if texts:
        return language.pick(texts)
    return ", ".join(language.pick(parts[part]) if part in parts else part for part in code.split(", "))


def words_of_extract(wanted: Extract, name: str) -> dict[str, Texts]:
    """The words of a set of codes, by code."""
    if name == "points":
        return {point.id: point.title for point in wanted.points}
    if name == "figures":
        return {figure.id: figure.title for figure in wanted.figures}
    if name == "reasons":
        return {f"{point.id}:{code}": texts for point in wanted.points for code, texts in point.reasons.items()}
    if name == "sources":
        return {source.id: source.title for source in load_sources(None).values()}
    words: dict[str, Texts] = declared()["words"][name]
    return words


def dictionary(definition: Definition, language: Language) -> list[tuple[str, str, str, str]]:
    """The columns of an extract: title, name, type and meaning."""
    return [(language.pick(c.title), c.name, c.type, language.pick(c.meaning)) for c in definition.columns]
