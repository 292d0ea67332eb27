"""Extracts of several days as one long table each: the rows of a day are written before the next is counted."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.core.saving import save, written, written_folder
from compliance.extracts.declared import Definition
from compliance.extracts.extracting import Extract
from compliance.extracts.files import Kind, as_bytes
from compliance.extracts.folder import DESCRIPTION, MEDIA, Bundle, description, resource

LONG_KINDS: Final = ("csv", "swedish_csv", "parquet")


def check(definition: Definition, kind: Kind) -> None:
    """Raise Refusal if an extract has no history, or a kind of file no room for one."""
    if not definition.has_history:
        text = N_("The extract {name} has no history: it is of all months, or of no day. Leave out --months.")
        raise Refusal(text, name=definition.id)
    if kind not in LONG_KINDS:
        raise Refusal(N_("A workbook has no room for several months. Give the file a name in .csv or .parquet."))


def write_history(days: Iterable[Extract], to: Path, *, kind: Kind, language: Language) -> None:
    """Write an extract of several days to a file, whole or not at all."""
    with written(to) as file, ExitStack() as closing:
        table = _LongTable(file, kind, language)
        closing.callback(table.close)
        for each in days:
            table.add(each)


def write_histories(days: Iterable[Bundle], to: Path, *, created: datetime, language: Language) -> None:
    """Write all extracts of several days into a folder, the day that was asked for first, whole or not at all.

    Those without a history are of that day alone.
    """
    with written_folder(to) as folder:
        rest = iter(days)
        asked = next(rest)
        rows, dates = _fill(asked, rest, folder, language)
        told = [each for wanted in asked.extracts for each in _resources(wanted, folder, rows, language)]
        months = {"months": [day.isoformat() for day in sorted(dates)]}
        save(description(asked, told, created=created, language=language, more=months), folder / DESCRIPTION)


def _fill(asked: Bundle, rest: Iterable[Bundle], folder: Path, language: Language) -> tuple[dict[str, int], list[date]]:
    """Write the rows of all days. Return how many each extract has, and the days."""
    dates = [asked.as_of]
    with ExitStack() as closing:
        tables: dict[str, list[_LongTable]] = {}
        for wanted in asked.extracts:
            for kind in MEDIA:
                file = closing.enter_context(written(folder / f"{wanted.definition.id}.{kind}"))
                table = _LongTable(file, kind, language)
                closing.callback(table.close)
                tables.setdefault(wanted.definition.id, []).append(table)
                table.add(wanted)
        for bundle in rest:
            dates.append(bundle.as_of)
            for wanted in bundle.extracts:
                for table in tables[wanted.definition.id]:
                    table.add(wanted)
        rows = {name: each[0].rows for name, each in tables.items()}
    return rows, dates


class _LongTable:
    """A file to which the rows of an extract are added a day at a time, with one heading."""

    def __init__(self, file: BinaryIO, kind: Kind, language: Language) -> None:
        self.rows = 0
        self._file, self._kind, self._language = file, kind, language
        self._writer: Any = None
        self._is_begun = False

    def add(self, wanted: Extract) -> None:
        """Write the rows of an extract of one day."""
        self.rows += len(wanted.table)
        if self._kind == "parquet":
            import pyarrow.parquet as pq

            self._writer = self._writer or pq.ParquetWriter(self._file, wanted.table.schema, compression="zstd")
            self._writer.write_table(wanted.table)
            return
        self._file.write(as_bytes(wanted, kind=self._kind, language=self._language, heading=not self._is_begun))
        self._is_begun = True

    def close(self) -> None:
        """Write what stands at the end of a file."""
        if self._writer is not None:
            self._writer.close()


def _resources(wanted: Extract, folder: Path, rows: dict[str, int], language: Language) -> Iterator[dict[str, Any]]:
    for kind in MEDIA:
        path = folder / f"{wanted.definition.id}.{kind}"
        with path.open("rb") as file:
            mark = hashlib.file_digest(file, "sha256").hexdigest()
        measured: dict[str, Any] = {"rows": rows[wanted.definition.id], "size": path.stat().st_size, "mark": mark}
        yield resource(wanted, kind, language=language, **measured)
