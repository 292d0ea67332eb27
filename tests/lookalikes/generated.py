"""The look-alikes that are too long, or too much of a workbook, to be written by hand.

`python -m tests.lookalikes.generated` writes them anew; a test holds that the files are those.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from tests.files import xlsx

FOLDER = Path(__file__).with_name("files")
Table = list[Sequence[object]]
STAFF = ("AD-konto", "Namn", "Enhet", "Anställningsdatum")
COURSE = ("AD-konto", "Namn", "Kurs", "Status", "Slutfört datum", "Resultat %")
SYSTEMS = ("Systemnamn", "Enhet", "Status", "Leverantör", "Objektägare")
CASES = ("Ärendenummer", "Upptäckt", "Enhet", "Orsak", "Åtgärd", "Avslutad")
PROCESSING = (
    "Behandlings-ID", "Namn", "Enhet", "Status", "Personuppgiftsansvarig", "Dataskyddsombud", "Ändamål",
    "Kategorier registrerade", "Kategorier uppgifter", "Mottagare", "Tredjeland", "Senast granskad",
)  # fmt: skip
SECURITY, PRIVACY = "Informationssäkerhet för medarbetare", "Grundkurs i dataskydd"


def tables() -> dict[str, Table]:
    """The rows of every generated CSV, by the name of its file."""
    return {
        "personallista of 48 2026-11-01.csv": [STAFF, *((*_person(n), "Skolan", "2020-01-07") for n in range(1, 49))],
        "lms one file a course 1 2026-11-02.csv": _course(SECURITY, [(1, 15, "Godkänd"), (16, 24, "Påbörjad")]),
        "lms one file a course 2 2026-11-02.csv": _course(PRIVACY, [(1, 20, "Godkänd"), (21, 24, "Underkänd")]),
        "lms another course of others 2026-11-02.csv": _course(PRIVACY, [(25, 34, "Godkänd"), (35, 48, "Påbörjad")]),
        "lms whose courses have other names 2026-11-02.csv": [
            COURSE,
            *_course("Säker på nätet", [(1, 24, "Completed")])[1:],
            *_course("Personuppgifter i vardagen", [(1, 24, "Completed")])[1:],
        ],
        "systemregister of vård 2026-11-01.csv": _systems("V", range(1, 31)),
        "systemregister of skola 2026-11-01.csv": _systems("S", range(1, 31)),
        "systemregister that lacks 18 of 30 2026-11-15.csv": _systems("V", range(1, 13))
        + _systems("N", range(1, 10))[1:],
        "systemregister that lacks 15 of 30 2026-11-15.csv": _systems("V", range(1, 16))
        + _systems("N", range(1, 6))[1:],
        "cases of 2025 2025-12-31.csv": _cases(2025),
        "cases of 2026 2026-11-02.csv": _cases(2026),
    }


def _person(number: int) -> tuple[str, str]:
    return f"p{number:02}", f"Kim Exempel {number}"


def _course(course: str, groups: Iterable[tuple[int, int, str]]) -> Table:
    """A row for each person of each group, from the first number to the last."""
    people = [(number, status) for first, last, status in groups for number in range(first, last + 1)]
    done = {"Godkänd": ("2026-03-02", "90"), "Completed": ("2026-03-02", "90")}
    return [COURSE, *((*_person(number), course, status, *done.get(status, ("", ""))) for number, status in people)]


def _systems(letter: str, numbers: Iterable[int], *, new: int = 0) -> Table:
    names = [f"{letter}{number:02}" for number in numbers] + [f"N{number:02}" for number in range(1, new + 1)]
    return [SYSTEMS, *((name, "Hemtjänst", "I drift", "Nordlys", "Ada Exempel") for name in names)]


def _cases(year: int) -> Table:
    """A closed and documented incident a day of March."""
    days = [date(year, 3, day) for day in range(1, 25)]
    rows = [(f"IT-{year}-{day.day:02}", day, "Skolan", "Fel adress", "Rättad", day.replace(day=31)) for day in days]
    return [CASES, *rows]


def processing() -> Table:
    """A record of processing with years, months and other numbers that are no dates, and with words for no answer."""
    day = date(2026, 2, 1)
    rows = [
        _row(1, reviewed=day),
        _row(2, reviewed=2025),
        _row(3, reviewed="2026"),
        _row(4, reviewed="2026-05"),
        _row(5, reviewed=46000),
        _row(6, reviewed=17000),
        _row(7, reviewed=day, purpose="?"),
        _row(8, reviewed=day, purpose="Ej tillämpligt"),
        _row(9, reviewed=day, third_country="Vet ej"),
        _row(10, reviewed=2025, status="Avslutad"),
        _row(11, reviewed=day, recipients="Inga"),
        _row(12, reviewed=day, purpose="Uppgift saknas"),
        _row(13, reviewed=80001),
    ]
    return [PROCESSING, *rows]


def _row(
    number: int,
    *,
    reviewed: object,
    purpose: str = "Betyg",
    recipients: str = "Skolor",
    third_country: str = "Nej",
    status: str = "Pågår",
) -> Sequence[object]:
    known = (f"B-{number}", f"Behandling {number}", "Skolan", status, "Nämnden", "Ombudet", purpose)
    return (*known, "Elever", "Namn och betyg", recipients, third_country, reviewed)


PROCESSING_FILE = "register whose dates are years 2026-11-02.xlsx"


def write() -> None:
    """Write every generated file."""
    for name, table in tables().items():
        with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";", lineterminator="\n").writerows(table)
    (FOLDER / PROCESSING_FILE).write_bytes(xlsx({"Blad1": processing()}))


if __name__ == "__main__":
    write()
