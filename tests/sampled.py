"""The sample database for tests: made once, kept under build/, copied to wherever a test wants it."""

from functools import cache
from pathlib import Path

from compliance.core.places import ROOT
from compliance.demo import demo
from compliance.review.approving import dossier
from compliance.review.dossier import Dossier, as_json, from_json
from compliance.review.reviewing import review_of
from compliance.store.database import Database
from compliance.store.file import FileDatabase
from tests import once
from tests.line import reading_here


@cache
def made() -> Path:
    """The sample database; made anew only when the samples, or what reads them, have changed."""
    path = ROOT / "build" / "tests" / "sample.duckdb"
    with reading_here():
        demo.build(FileDatabase.at(path))
    return path


def beside(folder: Path) -> Path:
    """The place of a database of one's own in `folder`, with the sample database beside it."""
    for path in made().parent.glob("sample.duckdb*"):
        if path.suffix in {".duckdb", ".made-of"}:
            (folder / path.name).write_bytes(path.read_bytes())
    return folder / "own.duckdb"


def draft(database: Database) -> Dossier:
    """The sample review of 2026 as one document, which takes seconds to compute."""

    def make(folder: Path) -> None:
        with database.cursor() as cursor:
            computed = dossier(cursor, review_of(cursor, 2026), own=None)
        (folder / "review.json").write_text(as_json(computed), "utf-8")

    return from_json((once.made("sample review", make) / "review.json").read_text("utf-8"))
