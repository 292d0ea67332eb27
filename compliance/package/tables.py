"""A frozen review as plain tables that any spreadsheet program can open, also in thirty years.

Column names and codes are the same in every language; titles are in both. The tables are computed from the frozen
document alone, so a file can be checked against it.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa

from compliance.core.language import LANGUAGES, Language, Texts
from compliance.counting.apart import OUTCOMES
from compliance.counting.assessing import Coverage
from compliance.counting.separated import BOM, joined
from compliance.review.deciding import Decision
from compliance.review.dossier import Dossier, PointAnswer, PointCounts
from compliance.review.judging import QUESTIONS
from compliance.review.reviewing import JUDGED
from compliance.store.database import Rows

INTEGER: Final[pa.DataType] = pa.int64()
TEXT: Final[pa.DataType] = pa.string()
NUMBER: Final[pa.DataType] = pa.float64()
FIGURES: Final = pa.schema(
    {
        "point": INTEGER,
        **dict.fromkeys(("id", "title_sv", "title_en", "kind", "level"), TEXT),
        "as_of": pa.date32(),
        **dict.fromkeys(("organisation", "department", "unit"), TEXT),
        **dict.fromkeys((*OUTCOMES, "of"), INTEGER),
        **dict.fromkeys(("coverage", "target", "warning_limit"), NUMBER),
        "status": TEXT,
        "basis": pa.bool_(),
    }
)
ITEMS: Final = pa.schema(
    {
        "point": INTEGER,
        **dict.fromkeys(("id", "outcome", "reason", "reason_sv", "reason_en"), TEXT),
        "number": INTEGER,
    }
)
TITLES: Final = ("title_sv", "title_en")
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "figures": tuple(FIGURES.names),
    "items": tuple(ITEMS.names),
    "other_figures": ("id", *TITLES, "definition_sv", "definition_en", "form", "part", "whole", "basis"),
    "decisions": (
        "kind", "decision", "text", "point", "responsible", "due", "resource", "follow_up", "status", "note",
        "followed_up_at", "why",
    ),
    "imports": (
        "import_id", "source", *TITLES, "file", "sha256", "extract_date", "imported_at", "loaded", "rejected",
        "warnings", "extract_date_by",
    ),
    "texts": ("kind", "of", *TITLES, "text"),
    "signatures": ("version", "state", "signed_by", "signed_at", "sha256"),
    "trail": ("number", "at", "person", "action", "what", "details", "before", "seal"),
}  # fmt: skip
# The last columns, which packages of earlier versions lack.
ADDED: Final = {"decisions": ("why",)}


def tables(frozen: Dossier) -> dict[str, Rows]:
    """The rows of each CSV file of a frozen review, by the file's name without `.csv`."""
    return {name: list(rows(frozen)) for name, rows in ROWS.items()}


def as_csv(name: str, rows: Rows) -> bytes:
    """The rows as CSV by RFC 4180, in UTF-8 with the byte order mark that spreadsheet programs look for."""
    heading = COLUMNS[name]
    lines = ([cell(row.get(column)) for column in heading] for row in rows)
    return BOM + joined([heading, *lines], separator=",").encode()


def read_csv(name: str, content: bytes) -> list[dict[str, str]]:
    """Read the rows of such a file. Raise ValueError if it is none, or if a row has other columns than it must have."""
    try:
        heading, *lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    except csv.Error as error:
        raise ValueError(str(error)) from error
    columns = COLUMNS[name]
    if tuple(heading) not in {columns, columns[: len(columns) - len(ADDED.get(name, ()))]}:
        raise ValueError(f"{name}: {heading}")
    return [dict(zip(heading, line, strict=True)) for line in lines]


def cell(value: Any) -> str:
    """A value as written in a file; None is an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def as_table(rows: Rows, schema: pa.Schema) -> pa.Table:
    """The rows as an Arrow table for a database."""
    return pa.Table.from_pylist(rows, schema=schema)


def _titles(name: str, texts: Texts) -> dict[str, str]:
    return {f"{name}_{code}": Language(code).pick(texts) for code in LANGUAGES}


# --- Rows by file -------------------------------------------------------------------------------------------------


def _figures(frozen: Dossier) -> Iterator[dict[str, Any]]:
    for answer in frozen.points:
        for kind, counted in _counted(answer):
            yield _figure(answer, kind, counted)
        if answer.coverage_before:
            yield _row(answer, "before", answer.coverage_before)


def _counted(answer: PointAnswer) -> Iterator[tuple[str, PointCounts]]:
    yield from (("now", counted) for counted in (answer.now, *answer.departments, *answer.units))
    yield from (("month", counted) for counted in answer.months)


def _figure(answer: PointAnswer, kind: str, counted: PointCounts) -> dict[str, Any]:
    return _row(answer, kind, answer.figure(counted))


def _row(answer: PointAnswer, kind: str, figure: Coverage) -> dict[str, Any]:
    return {
        "point": answer.point.number,
        "id": answer.point.id,
        **_titles("title", answer.point.title),
        "kind": kind,
        "level": "unit" if figure.unit else "department" if figure.department else "organisation",
        "as_of": figure.as_of,
        "organisation": figure.organisation,
        "department": figure.department,
        "unit": figure.unit,
        **{name: getattr(figure, name) for name in (*OUTCOMES, "of", "coverage")},
        "target": figure.target.target,
        "warning_limit": figure.target.limit,
        "status": figure.status.value,
        "basis": figure.basis,
    }


def _items(frozen: Dossier) -> Iterator[dict[str, Any]]:
    for answer in frozen.points:
        outcomes = [("met", "", answer.now.met), *((r.outcome, r.code, r.number) for r in answer.reasons)]
        for outcome, code, number in outcomes:
            yield {
                "point": answer.point.number,
                "id": answer.point.id,
                "outcome": outcome,
                "reason": code,
                **_titles("reason", answer.point.reasons.get(code, {"en": code})),
                "number": number,
            }


def _other_figures(frozen: Dossier) -> Iterator[dict[str, Any]]:
    for figure in frozen.figures:
        yield {
            "id": figure.id,
            **_titles("title", figure.title),
            **_titles("definition", figure.definition),
            "form": figure.form,
            "part": figure.part,
            "whole": figure.whole,
            "basis": figure.basis,
        }


def _imports(frozen: Dossier) -> Iterator[dict[str, Any]]:
    names = ("file", "sha256", "extract_date", "imported_at", "loaded", "rejected", "warnings")
    for import_ in frozen.imports:
        identity = {"import_id": import_.import_id, "source": import_.source, **_titles("title", import_.title)}
        yield identity | {name: getattr(import_, name) for name in names}


def _decisions(frozen: Dossier) -> Iterator[dict[str, Any]]:
    yield from (_decision("made", decision) for decision in frozen.decisions)
    yield from (_decision("carried", decision) for decision in frozen.carried)


def _decision(kind: str, decision: Decision) -> dict[str, Any]:
    names = ("text", "point", "responsible", "due", "resource", "follow_up", "status", "note", "followed_up_at", "why")
    return {"kind": kind, "decision": decision.name} | {name: getattr(decision, name) for name in names}


def _texts(frozen: Dossier) -> Iterator[dict[str, Any]]:
    written = frozen.written
    answers = written.judgement or {}
    for question in (question for question in JUDGED if question in answers):
        titles = {f"title_{code}": Language(code)(QUESTIONS[question]) for code in LANGUAGES}
        yield {"kind": "judgement", "of": question, **titles, "text": answers[question]}
    for kind in ("assessments", "comments", "public_comments"):
        for answer in frozen.points:
            if text := getattr(written, kind).get(answer.point.id):
                titles = _titles("title", answer.point.title)
                yield {"kind": kind[:-1], "of": answer.point.id, **titles, "text": text}
    for chapter in frozen.chapters:
        if text := written.chapters.get(chapter.id):
            yield {"kind": "chapter", "of": chapter.id, **_titles("title", _dated(chapter.title, frozen)), "text": text}


def _dated(title: Texts, frozen: Dossier) -> Texts:
    """The title of a chapter with its year. A package can hold any text, so `format` must not be applied to it."""
    years = {"{year}": frozen.year, "{year_before}": frozen.year - 1, "{next_year}": frozen.year + 1}
    for place, year in years.items():
        title = {code: text.replace(place, str(year)) for code, text in title.items()}
    return title


ROWS: Final[Mapping[str, Callable[[Dossier], Iterator[dict[str, Any]]]]] = {
    "figures": _figures,
    "items": _items,
    "other_figures": _other_figures,
    "decisions": _decisions,
    "imports": _imports,
    "texts": _texts,
}
