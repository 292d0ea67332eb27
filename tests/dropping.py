"""Folders of organisations into which exports are dropped, for tests of the intake."""

from collections.abc import Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.intake.outcomes import Run
from compliance.intake.rows import IntakeFile, intake_files, reason, record
from compliance.intake.running import run
from compliance.intake.taking import make_ready, sum_of
from compliance.loading.loading import Order, load, read_request
from compliance.reading import mapping
from compliance.reading.mapping import ColumnMapping, Said, heading_keys
from compliance.store.database import EVERYTHING_KNOWN, Database, rows
from compliance.store.file import FileDatabase
from tests.line import ANSWERED, SOURCES, WORDS, read_here, reading_here

SV = Language("sv")
TODAY = clock.today()
SHRUNK = reason("shrunk", Refusal("The file has {n} rows; the one before had {before}.", n=2, before=812))
OCTOBER, NOVEMBER, DECEMBER = (TODAY - timedelta(days) for days in (20, 10, 3))


def staff(n: int, day: object, first: int = 0) -> str:
    people = "".join(f"p{i:03};Kim {i};Norr;2020-01-01\n" for i in range(first, first + n))
    return f"Uttagen {day}\nAD-konto;Namn;Enhet;Anställningsdatum\n{people}"


def training(n: int, day: object, passed: int) -> str:
    course = "Informationssäkerhet för medarbetare"
    people = "".join(f"p{i:03};{course};{'Godkänd' if i < passed else 'Påbörjad'};{OCTOBER}\n" for i in range(n))
    return f"Uttagen {day}\nAD-konto;Kurs;Status;Slutfört datum\n{people}p000;Grundkurs i dataskydd;Godkänd;{OCTOBER}\n"


def about(passed: int = 15, *, first: int = 0) -> str:
    """A file about a course that only its name tells: so many of thirty have passed it."""
    people = "".join(f"p{i:03};Kim {i};{'3/3' if i < first + passed else '0/3'}\n" for i in range(first, first + 30))
    return f"Uttagen {NOVEMBER}\nAD-konto;Namn;Slutförda\n{people}"


class Dropping:
    """A store with exports of an organisation, and the folder of the intake, where a file is whole at once."""

    def __init__(
        self,
        folder: Path,
        *,
        begun: bool = False,
        known: Sequence[str] = ("staff", "training"),
        database: Database | None = None,
    ) -> None:
        self.root, self.own = folder / "intake", folder / "store"
        self.path = self.own / "test.duckdb"
        self.database = database or FileDatabase.at(self.path)
        if begun:  # it is there already, as a copy
            return
        self.root.mkdir()
        self.own.mkdir()
        self.declare()
        self.folder("Förvaltningen")
        self.load("Personal.csv", staff(60, OCTOBER))
        if "training" in known:
            self.load("Utbildning.csv", training(60, OCTOBER, 40))

    def declare(self, quiet_seconds: int = 0, more: str = "") -> None:
        (self.own / "intake.toml").write_text(f"quiet_seconds = {quiet_seconds}\n{more}", "utf-8")

    def folder(self, name: str) -> Path:
        (self.root / name / "in").mkdir(parents=True, exist_ok=True)
        return self.root / name

    def drop(self, name: str, text: str, *, into: str = "Förvaltningen") -> Path:
        path = self.folder(into) / "in" / name
        path.write_bytes(text.encode("cp1252"))
        return path

    def load(self, name: str, text: str, **said: Any) -> int:
        """Load an export by hand."""
        order = Order("hand", accepted=ANSWERED, **said)
        request = read_request(self.database, order, sources=SOURCES, words=WORDS, today=TODAY)
        book = read_here(text.encode("cp1252"), name=name, request=request)
        return load(self.database, book, order, sources=SOURCES, words=WORDS)[0].import_id

    def say_course(self, said: Said) -> None:
        """Map the files about a course: how each says which."""
        columns = {"employee_id": "ad-konto", "name": "namn", "status": "slutförda"}
        keys = tuple(heading_keys(("AD-konto", "Namn", "Slutförda")).values())
        shares = {"status": {"all": "passed", "some": "started", "none": "not_started"}}
        courses = ColumnMapping("training", keys, columns, said={"course": said}, shares=shares)
        with self.database.writing() as cursor:
            mapping.save(cursor, courses, who="test")

    def parts(self) -> list[str]:
        """What the imports that count are about, each as it says once."""
        sql = "select parts[1] as part from live_imports(known_at := $known_at) where parts is not null"
        with self.database.cursor() as cursor:
            return sorted(row["part"] for row in rows(cursor, sql, {"known_at": EVERYTHING_KNOWN}))

    def run(self, **said: Any) -> Run:
        with reading_here():
            return run(self.database, self.root, own=self.own, say=SV, **said)

    def imports(self) -> list[str]:
        """The files of the imports, in the order in which they were loaded."""
        with self.database.cursor() as cursor:
            return [row["file"] for row in rows(cursor, "select file from imports order by import_id")]

    def recorded(self) -> dict[str, IntakeFile]:
        """What is recorded of files, by name."""
        with self.database.cursor() as cursor:
            return {row.file: row for row in intake_files(cursor)}

    def lying(self) -> dict[str, str]:
        """Where each file lies, by its name, without receipts."""
        paths = [path for path in self.root.rglob("*") if path.is_file() and not path.name.startswith(".")]
        return {
            path.name.split(" ", 2 if path.parent.name in ("loaded", "refused") else 1)[-1]
            if path.parent.name != "in"
            else path.name: path.parent.name
            for path in paths
            if path.suffix != ".txt"
        }


def hold(
    database: Database, root: Path, name: str, content: bytes, *, folder: str = "Förvaltningen", **row: Any
) -> IntakeFile:
    """A file as the intake holds it: it lies there, and the store says why."""
    (root / folder / "in").mkdir(parents=True, exist_ok=True)
    make_ready(root / folder)
    path = root / folder / "held" / "new"
    path.write_bytes(content)
    sum_ = sum_of(path)
    path.rename(path.with_name(f"{sum_[:16]} {name}"))
    organisation = 1 if folder == "Förvaltningen" else None
    file = IntakeFile(
        organisation, folder, name, sum_, len(content), "held", **({"why": SHRUNK, "who": "intake"} | row)
    )
    with database.writing() as cursor:
        record(cursor, file)
    return file


@contextmanager
def failing(where: Any, name: str, error: BaseException, *, of: str = ""):
    """Let a function raise an error, for files of a name if one is given."""
    does = getattr(where, name)

    def raising(*said: Any, **more: Any) -> Any:
        if of in repr((said, more)):
            raise error
        return does(*said, **more)

    with patch.object(where, name, raising):
        yield
