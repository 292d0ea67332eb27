"""What the store was cleaned of, as a person is told: on the pages, on the command line and in the server's log."""

from dataclasses import dataclass
from datetime import datetime

from compliance.core.clock import local_day
from compliance.core.language import N_, Language
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event
from compliance.store.database import Cursor, Database, rows


@dataclass(frozen=True)
class Cleaning:
    """One time that the store was cleaned (UTC): in how many places an identity number stood, how many rows of exports
    were taken out, of how many others the levels were read anew, and the years whose reviews were sealed anew.

    `read` is whether somebody has read of it.
    """

    cleaned_at: datetime
    numbers: int
    taken_out: int
    read_anew: int
    years: tuple[int, ...]
    read: bool = False


def cleanings(cursor: Cursor) -> list[Cleaning]:
    """Every time that something was found, the latest first."""
    found = rows(cursor, statement("cleanings"))
    return [Cleaning(**(row | {"years": tuple(row["years"])})) for row in found]


def mark_read(database: Database, order: Order) -> None:
    """Says that somebody has read of every cleaning until now."""
    with database.writing() as cursor:
        cursor.execute(statement("add_cleaning_read"), {"who": order.who})
        add_event(cursor, order, "read cleaning", "what was cleaned of the store")


def told(cleaning: Cleaning, say: Language) -> list[str]:
    """What was found, what became of it, and what cannot be cleaned from here, a sentence each."""
    found = [
        say(N_("The database was made by an earlier version, and has been cleaned once of what must not be kept."))
    ]
    if cleaning.numbers:
        found.append(
            say.plural(
                "Personal identity numbers stood in {n} place and are masked there.",
                "Personal identity numbers stood in {n} places and are masked there.",
                cleaning.numbers,
            )
        )
    if cleaning.taken_out:
        found.append(
            say.plural(
                "{n} row that would be rejected today has been taken out: its level is 4 or cannot be read, "
                "or its id is an identity number.",
                "{n} rows that would be rejected today have been taken out: their levels are 4 or cannot be read, "
                "or their ids are identity numbers.",
                cleaning.taken_out,
            )
        )
    if cleaning.read_anew:
        found.append(
            say.plural(
                "{n} row has got levels that the earlier version could not read.",
                "{n} rows have got levels that the earlier version could not read.",
                cleaning.read_anew,
            )
        )
    years = ", ".join(map(str, cleaning.years))
    if years:
        text = N_("The frozen reviews of {years} keep their figures, and have been sealed anew.")
        found.append(say(text, years=years))
        text = N_("Reports and year packages of {years} that were handed out before still hold it: have them deleted.")
        found.append(say(text, years=years))
    text = N_("Backups and extracts from before {day} can still hold it: delete them.")
    return [*found, say(text, day=say.date(local_day(cleaning.cleaned_at)))]
