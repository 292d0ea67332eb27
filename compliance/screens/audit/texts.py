"""The texts of the audit trail: what was done, about what, and its details in words. No Streamlit."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from compliance.access.audit import UNKNOWN, Action, Fault
from compliance.access.permissions import WORDS
from compliance.access.roles import BY_ID
from compliance.core import clock
from compliance.core.language import N_, Language
from compliance.drawing import charts
from compliance.screens.people_texts import who
from compliance.store.database import Rows

ACTIONS: Final[dict[Action, str]] = {
    Action.LOGIN: N_("Logged in"),
    Action.LOGOUT: N_("Logged out"),
    Action.REFUSAL: N_("Was refused"),
    Action.UPLOAD: N_("Uploaded a file"),
    Action.LOAD: N_("Loaded an export"),
    Action.REVOCATION: N_("Revoked an import"),
    Action.EXTRACT: N_("Downloaded an extract"),
    Action.REPORT: N_("Made a report"),
    Action.ASSESSMENT: N_("Assessed"),
    Action.DECISION: N_("Recorded a decision"),
    Action.SUBMISSION: N_("Submitted a review"),
    Action.APPROVAL: N_("Approved a review"),
    Action.CORRECTION: N_("Corrected"),
    Action.CHANGE: N_("Changed"),
    Action.START: N_("Started the own database"),
    Action.MAPPING: N_("Connected columns"),
    Action.RENAMING: N_("Changed a name"),
    Action.FORM: N_("Made a workbook to fill in"),
    Action.PACKAGE: N_("Made the year package"),
    Action.OPENING: N_("Opened a review"),
    Action.DAY: N_("Chose another day"),
    Action.COMMENT: N_("Wrote a comment"),
    Action.CHAPTER: N_("Wrote a chapter"),
    Action.WITHDRAWAL: N_("Withdrew a decision"),
    Action.FOLLOW_UP: N_("Followed up a decision"),
    Action.SENDING_BACK: N_("Sent a review back"),
    Action.ROLE: N_("Changed a role"),
    Action.PURGE: N_("Purged"),
    Action.PERSON: N_("Listed or removed a person"),
    Action.BACKUP: N_("Made a backup"),
    Action.RESTORE: N_("Restored a backup"),
}
# An action of a later version.
OTHER: Final = N_("Something else")
# Each detail of an entry in words.
DETAILS: Final[dict[str, str]] = {
    "as_of": N_("as-of date"),
    "bytes": N_("bytes"),
    "columns": N_("columns"),
    "day": N_("day"),
    "extract_date": N_("extract date"),
    "failed": N_("failed after entry"),
    "format": N_("format"),
    "imported": N_("import"),
    "point": N_("review point"),
    "rejected": N_("rejected"),
    "removed": N_("removed"),
    "review": N_("review"),
    "sample": N_("sample data"),
    "sha256": N_("seal"),
    "source": N_("source"),
    "status": N_("status"),
    "valid_from": N_("from"),
    "version": N_("version"),
    "year": N_("year"),
    "before": N_("older than"),
    "begin": N_("from"),
    "claim": N_("part of the token"),
    "department": N_("department"),
    "end": N_("to"),
    "filtered": N_("searched by words"),
    "given": N_("given"),
    "kind": N_("kind"),
    "of": N_("about"),
    "organisation": N_("organisation"),
    "rows": N_("rows"),
    "to": N_("person"),
    "unit": N_("unit"),
    "why": N_("why"),
}
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
# The details whose values are pseudonyms.
PERSONS: Final = frozenset({"of", "to"})
SUBJECTS: Final = {"login": N_("the login"), "audit": N_("the audit trail")}
Named = Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """An entry in words."""

    number: int
    when: str
    who: str
    done: str
    what: str
    details: str
    seal: str

    def has(self, text: str) -> bool:
        """Whether the entry says a text, whatever its case."""
        said = (self.who, self.done, self.what, self.details)
        return text.casefold() in "\n".join(said).casefold()


def codes(named: Named, say: Language) -> dict[str, str]:
    """What the codes in entries stand for. `named` adds those of points, sources and extracts."""
    roles = {id_: say(role.title) for id_, role in BY_ID.items()}
    permissions = {permission.value: say(words) for permission, words in WORDS.items()}
    return {**named, **roles, **permissions, **{id_: say(words) for id_, words in SUBJECTS.items()}}


def said(rows: Rows, *, called: Named, codes: Named, say: Language) -> list[Said]:
    """Entries in words. `called` names persons by pseudonym, and `codes` what the codes stand for."""
    return [
        Said(
            row["number"],
            moment(row["at"], say),
            who(row["person"], called, say),
            _done(row["action"], say),
            codes.get(row["what"], row["what"]),
            details(json.loads(row["details"]), called=called, codes=codes, say=say),
            row["seal"],
        )
        for row in rows
    ]


def _done(action: str, say: Language) -> str:
    return say(next((words for each, words in ACTIONS.items() if each.value == action), OTHER))


def moment(at: str, say: Language) -> str:
    """A moment of the register in local time, to the second."""
    local = clock.local(datetime.fromisoformat(at))
    return f"{say.moment(local)}{local:.%S}" if say.code == "sv" else f"{say.moment(local)}{local::%S}"


def details(found: dict[str, Any], *, called: Named, codes: Named, say: Language) -> str:
    """The details of an entry in words, such as "person: Bo Ek; given: yes"."""
    why = str(found.get("why", ""))
    in_sentence = {name for name in found if f"{{{name}}}" in why}
    parts = [_detail(name, value, called, codes, say) for name, value in found.items() if name not in in_sentence]
    return "; ".join(parts).replace(why, _sentence(why, found, say)) if why else "; ".join(parts)


def _sentence(why: str, values: dict[str, Any], say: Language) -> str:
    """The sentence of a refusal, in the reader's language where it is kept with its values."""
    try:
        return say(why, **values)
    except (KeyError, IndexError, ValueError):
        return why


def _detail(name: str, value: Any, called: Named, codes: Named, say: Language) -> str:
    label = say(DETAILS[name]) if name in DETAILS else ""
    text = _value(name, value, called, codes, say)
    return f"{label}: {text}" if label else text


def _value(name: str, value: Any, called: Named, codes: Named, say: Language) -> str:
    if isinstance(value, bool):
        return say(N_("yes")) if value else say(N_("no"))
    if isinstance(value, int):
        return say.number(value)
    if name == "kind":
        return _done(str(value), say)
    if name in PERSONS:
        return who(str(value), called, say)
    if DAY.fullmatch(str(value)):
        return say.date(date.fromisoformat(value))
    return codes.get(str(value), str(value))


def searched(person: str, called: Named, say: Language) -> str:
    """Somebody to search for; removed persons are told apart by pseudonym."""
    name = who(person, called, say)
    return name if person in called or person == UNKNOWN.person else f"{name} ({person})"


HEADS: Final = (N_("When"), N_("Who"), N_("What"), N_("Concerning"), N_("Details"))


def table(entries: Sequence[Said], say: Language) -> charts.Table:
    """The entries as a table, as they are ordered."""
    columns = [charts.Column(say(head), nowrap=place == 0, row_header=place == 0) for place, head in enumerate(HEADS)]
    return columns, [[each.when, each.who, each.done, each.what, each.details] for each in entries]


def csv_rows(entries: Sequence[Said], say: Language) -> list[dict[str, object]]:
    """The entries for a file, with their numbers and seals."""
    heads = [say(N_("Number")), *map(say, HEADS), say(N_("Seal"))]
    values = ((e.number, e.when, e.who, e.done, e.what, e.details, e.seal) for e in entries)
    return [dict(zip(heads, row, strict=True)) for row in values]


def chain(number: int, faults: Sequence[Fault], say: Language) -> list[str]:
    """Whether the trail is whole, in a sentence."""
    if faults:
        return [say(N_("The audit trail is **not whole**."))]
    if not number:
        return [say(N_("The audit trail has no entry yet."))]
    return [
        say.plural("The audit trail is whole: {n} entry.", "The audit trail is whole: {n} entries.", number),
    ]


def fault(each: Fault, say: Language) -> str:
    """A fault of the chain in a sentence."""
    return say(each.sentence, number=say.number(each.number), seal="")
