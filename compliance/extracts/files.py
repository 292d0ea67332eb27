"""The extracts as files: CSV, Excel or Parquet.

write(wanted, Path("missing.xlsx"), kind="xlsx", language=Language("sv"))
content = as_bytes(wanted, kind="swedish_csv", language=Language("sv"))
"""

import io
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.saving import save
from compliance.counting.separated import BOM, Cells, harmless_column, joined_table
from compliance.extracts.extracting import Extract
from compliance.extracts.words import titled

Kind = Literal["csv", "swedish_csv", "xlsx", "parquet"]
KINDS: Final[dict[str, Kind]] = {".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet"}
NO_TIME: Final = " 00:00:00"


def kind_of(path: Path, *, swedish_excel: bool) -> Kind:
    """Return how a file is written, by its extension. Raise Refusal if no kind has it."""
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise Refusal(
            N_("The file {file} can be written as {endings} only. Give its name one of these endings."),
            file=path.name,
            endings=", ".join(KINDS),
        )
    return "swedish_csv" if kind == "csv" and swedish_excel else kind


def write(wanted: Extract, to: Path | io.BytesIO, *, kind: Kind, language: Language) -> None:
    """Write the extract to a file."""
    content = as_bytes(wanted, kind=kind, language=language)
    if isinstance(to, io.BytesIO):
        to.write(content)
    else:
        save(content, to)


def as_bytes(wanted: Extract, *, kind: Kind, language: Language, heading: bool = True) -> bytes:
    """Return the extract as the content of a file; the same rows give the same bytes.

    `csv` and `parquet` have names and codes whatever the language; `swedish_csv` is always Swedish. Without `heading`
    the rows of a CSV file go on one that has it.
    """
    if kind == "csv":
        return joined_table(_text_columns(wanted.table), separator=",", heading=heading)
    if kind == "swedish_csv":
        table = _text_columns(titled(wanted, Language("sv")), decimal=",", dates_alone=True)
        return (BOM if heading else b"") + joined_table(table, separator=";", heading=heading)
    if kind == "parquet":
        return _parquet(wanted.table)
    from compliance.extracts.workbooks import workbook

    return workbook(wanted, language)


def _text_columns(table: pa.Table, *, decimal: str = ".", dates_alone: bool = False) -> pa.Table:
    """Return every value as CSV text. With `dates_alone`, a time at midnight is shown as a date."""
    columns = [_texts(column, decimal=decimal, dates_alone=dates_alone) for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _texts(values: Cells, *, decimal: str, dates_alone: bool) -> Cells:
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return harmless_column(pc.cast(values, pa.string()))
    if pa.types.is_boolean(kind):
        return pc.if_else(values, "true", "false")
    if pa.types.is_timestamp(kind):
        texts = pc.cast(pc.cast(values, pa.timestamp("s"), safe=False), pa.string())
        return pc.replace_substring(texts, NO_TIME, "") if dates_alone else texts
    texts = pc.cast(values, pa.string())
    return pc.replace_substring(texts, ".", decimal) if pa.types.is_floating(kind) else texts


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()
