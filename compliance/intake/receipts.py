"""What a receipt beside an original says: what the file was loaded as, or why it was not. It names no person."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_, NBSP, Language
from compliance.intake.rows import IntakeFile
from compliance.loading.loading import Receipt
from compliance.loading.validating import no_answers_text, withheld_text
from compliance.reading.repeating import repeated_text, second_text

LOADED: Final = N_("Loaded as import {id} for {organisation}: {source}, exported on {day}.")
ARRIVED: Final = N_("The file says no day of its own. That on which it came is taken, as your intake.toml says.")
ROWS: Final = N_("Rows: {loaded} loaded, {rejected} rejected; warnings: {warnings}.")
REPLACES: Final = N_("It takes the place of import {id} of the same day.")
ANSWER: Final = N_("It is a unit's answered work list. The answer is taken: see the page Work lists.")
KNOWN: Final = N_("It was loaded before, as import {id}.")
UNKNOWN: Final = N_("Words that no list knows, to be explained on the page Data quality: {columns}.")
AMBIGUOUS: Final = N_("Dates that could be read in two ways are read as day/month: {columns}.")
MONTH_FIRST: Final = N_("Dates that can only begin with the month are not read until somebody says so: {columns}.")
DROPPED: Final = N_("Columns with personal identity numbers, which are never read: {columns}.")
DECLINED: Final = N_("It was not loaded: somebody who may load chose so on the page Imports.")
CAME: Final = N_("It came {moment}, and has the SHA-256 {sum}.")


def loaded_text(file: IntakeFile, receipts: Sequence[Receipt], say: Language, *, came: datetime | None = None) -> str:
    """The receipt of a loaded file: each import, its rows, what it takes the place of, and what is counted beside."""
    texts = [text for receipt in receipts for text in _import_texts(receipt, say)]
    if any(receipt.extract_date.by == "arrival" for receipt in receipts):
        texts.append(say(ARRIVED))
    return _text(file, texts, say, came=came)


def known_text(file: IntakeFile, say: Language, *, came: datetime | None = None) -> str:
    """The receipt of a file whose content was loaded before, or that is an answer, which is no import."""
    text = say(KNOWN, id=", ".join(map(str, file.imports))) if file.imports else say(ANSWER)
    return _text(file, [text], say, came=came)


def refused_text(file: IntakeFile, say: Language, *, came: datetime | None = None) -> str:
    """The receipt of a file that is not loaded."""
    return _text(file, [say.refusal(file.refusal or Refusal(DECLINED))], say, came=came)


def counted_texts(receipt: Receipt, say: Language) -> list[str]:
    """What is counted of an import beside its rows, in sentences."""
    texts = {
        withheld_text: receipt.summary.withheld,
        no_answers_text: receipt.summary.no_answers,
        repeated_text: sum(match.repeated for match in receipt.matches),
    }
    counted = [text(number, say) for text, number in texts.items() if number]
    second = [second_text(match.second, say) for match in receipt.matches if match.second]
    return [*counted, *second, *_unclear_texts(receipt, say)]


def _unclear_texts(receipt: Receipt, say: Language) -> list[str]:
    """The columns whose words or dates nobody has explained, and those that are not read. It tells no cell."""
    summary = receipt.summary
    headings = {name: columns[0].heading for match in receipt.matches for name, columns in match.columns.items()}
    unknown = Counter[str]()
    for name, _, number in summary.unknown_words:
        unknown[headings.get(name, name)] += number
    texts = {
        UNKNOWN: [f"{heading} ({say.number(number)})" for heading, number in unknown.items()],
        AMBIGUOUS: [headings.get(name, name) for name in summary.ambiguous],
        MONTH_FIRST: [headings.get(name, name) for name in summary.month_first],
        DROPPED: [*dict.fromkeys(column.heading for match in receipt.matches for column in match.dropped)],
    }
    return [say(text, columns=", ".join(columns)) for text, columns in texts.items() if columns]


def _import_texts(receipt: Receipt, say: Language) -> list[str]:
    summary, number = receipt.summary, receipt.import_id
    whose = {"organisation": receipt.organisation, "source": say.pick(receipt.source.title)}
    return [
        say(LOADED, id=number, day=say.date(receipt.extract_date.day), **whose),
        say(ROWS, loaded=summary.loaded, rejected=summary.rejected, warnings=summary.warnings),
        *(say(REPLACES, id=replaced) for replaced, _ in receipt.replaces),
        *counted_texts(receipt, say),
    ]


def _text(file: IntakeFile, texts: Sequence[str], say: Language, *, came: datetime | None) -> str:
    moment = say.moment(clock.local(came)) if came else ""
    last = [say(CAME, moment=moment, sum=file.sha256)] if moment else []
    return "\n".join([file.file, "", *texts, *last, ""]).replace(NBSP, " ")  # which who searches does not write
