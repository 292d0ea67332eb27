"""The last that happened to a file of a folder counts, which its content and its name tell apart."""

from dataclasses import replace
from datetime import date, datetime

from compliance.intake.rows import IntakeFile, intake_files, record
from compliance.store.database import EVERYTHING_KNOWN

HELD = IntakeFile(
    1, "Norra", "a.xlsx", "f00", 3, "held", "staff", date(2026, 1, 2), {"code": "day", "n": 4}, "m", who="x"
)


def test_the_last_that_happened_to_a_file_of_a_folder_counts(line):
    with line.database.writing() as cursor:
        record(cursor, HELD)
        record(cursor, replace(HELD, folder="Södra"))
        record(cursor, replace(HELD, file="b.xlsx"))
        record(cursor, replace(HELD, state="loaded", imports=(3, 14), why={}))
    with line.database.cursor() as cursor:
        found = intake_files(cursor)
        assert intake_files(cursor, known_at=datetime(2020, 1, 1)) == []
        assert intake_files(cursor, known_at=EVERYTHING_KNOWN) == found
    south, other, north = found
    assert replace(south, happened_at=None) == replace(HELD, folder="Södra")
    assert replace(other, happened_at=None) == replace(HELD, file="b.xlsx")
    assert (north.file, north.state, north.imports, north.why) == ("a.xlsx", "loaded", (3, 14), {})
