"""What an upgrade up to 0.11 cleaned the store of, in words. Later versions clean nothing."""

from dataclasses import dataclass
from datetime import datetime

from compliance.access.audit import Action
from compliance.core.clock import local_day
from compliance.core.language import N_, Language
from compliance.declarations.queries import statement
from compliance.loading.loading import Order, add_event
from compliance.loading.purges import STILL_HOLD
from compliance.store.database import Cursor, Database, rows


@dataclass(frozen=True)
class Cleaning:
    """What an upgrade did once with the store (UTC).

    A cleaning: in how many places an identity number was masked, how many rows of exports were removed, how many others
    had their levels read again, how many cells that could be level 4 were emptied, and the years whose reviews were
    sealed again. Or `exports` that were read anew by newer rules, so many of whose rows are `changed`.
    `read` is whether somebody has read of it.
    """

    cleaned_at: datetime
    numbers: int = 0
    taken_out: int = 0
    read_anew: int = 0
    blanked: int = 0
    exports: int = 0
    changed: int = 0
    years: tuple[int, ...] = ()
    read: bool = False


def cleanings(cursor: Cursor) -> list[Cleaning]:
    """Every cleaning that changed something, latest first."""
    records = rows(cursor, statement("cleanings"))
    return [Cleaning(**(row | {"years": tuple(row["years"])})) for row in records]


def mark_read(database: Database, order: Order) -> None:
    """Mark every cleaning until now as read."""
    with database.writing() as cursor:
        cursor.execute(statement("add_cleaning_read"), {"who": order.who})
        what = "what was cleaned of the store"
        add_event(cursor, order, "read cleaning", what, action=Action.CHANGE, told=f"read {what}")


def cleaning_sentences(cleaning: Cleaning, say: Language) -> list[str]:
    """What was removed, what became of it, and what cannot be cleaned from here, a sentence each."""
    if cleaning.exports:
        return _read_anew(cleaning, say)
    sentences = [
        say(N_("The database was made by an earlier version, and has been cleaned once of what must not be kept."))
    ]
    sentences += _counted(cleaning, say)
    years = ", ".join(map(str, cleaning.years))
    if years:
        text = N_("The frozen reviews of {years} keep their figures, and have been sealed anew.")
        sentences.append(say(text, years=years))
        text = N_("Reports and year packages of {years} that were handed out before still hold it: have them deleted.")
        sentences.append(say(text, years=years))
    return [*sentences, say(STILL_HOLD, day=say.date(local_day(cleaning.cleaned_at)))]


def _read_anew(cleaning: Cleaning, say: Language) -> list[str]:
    """How many exports were read anew, why, and what stays as it was, a sentence each."""
    exports = say.plural(
        "{count} export that an earlier version loaded has been read anew from its stored cells.",
        "{count} exports that an earlier version loaded have been read anew from their stored cells.",
        cleaning.exports,
        count=say.in_words(cleaning.exports).capitalize(),
    )
    changed = say.plural(
        "{count} row has other values since.",
        "{count} rows have other values since.",
        cleaning.changed,
        count=say.in_words(cleaning.changed).capitalize(),
    )
    why = N_(
        "Words such as ?, saknas and okänd now count as no answer, more forms of dates are read, and a year alone is "
        "no date. Approved reviews keep their figures."
    )
    return [exports, changed, say(why)]


def _counted(cleaning: Cleaning, say: Language) -> list[str]:
    """What was removed or read anew, a sentence each."""
    counts = {
        say.plural(
            "Personal identity numbers stood in {n} place and are masked there.",
            "Personal identity numbers stood in {n} places and are masked there.",
            cleaning.numbers,
        ): cleaning.numbers,
        say.plural(
            "{n} row that would be rejected today has been taken out: its level is 4 or cannot be read, "
            "or its id is an identity number.",
            "{n} rows that would be rejected today have been taken out: their levels are 4 or cannot be read, "
            "or their ids are identity numbers.",
            cleaning.taken_out,
        ): cleaning.taken_out,
        say.plural(
            "{n} cell that could be level 4 has been emptied; its row is kept.",
            "{n} cells that could be level 4 have been emptied; their rows are kept.",
            cleaning.blanked,
        ): cleaning.blanked,
        say.plural(
            "{n} row has got levels that the earlier version could not read.",
            "{n} rows have got levels that the earlier version could not read.",
            cleaning.read_anew,
        ): cleaning.read_anew,
    }
    return [sentence for sentence, count in counts.items() if count]
