"""The texts of the audit trail: what was done, about what, and its details in words. No Streamlit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from compliance.access.audit import UNKNOWN, Fault
from compliance.access.permissions import WORDS
from compliance.access.roles import BY_ID
from compliance.core import clock
from compliance.core.language import N_, Language
from compliance.review.wording import DECISION_STATUSES
from compliance.screens.audit import told_texts
from compliance.screens.people_texts import who
from compliance.store.database import Rows
from compliance.wording.tables import Column
from compliance.worklists.notes import STATUSES

Named = Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """An entry in words, but for its moment."""

    number: int
    at: str
    who: str
    done: str
    what: str
    details: str
    seal: str

    def has(self, text: str) -> bool:
        """Whether the entry says a text, whatever its case."""
        said = (self.who, self.done, self.what, self.details)
        return text.casefold() in "\n".join(said).casefold()


def with_own_codes(named: Named, say: Language) -> dict[str, str]:
    """What codes stand for: `named`, and the ids of roles, permissions and states of decisions and of what is left."""
    roles = {id_: say.pick(role.title) for id_, role in BY_ID.items()}
    permissions = {permission.value: say.pick(words) for permission, words in WORDS.items()}
    states = {state: say(words) for state, words in DECISION_STATUSES.items()}
    states |= {status: say(words) for status, words in STATUSES.items()}
    return {**named, **states, **roles, **permissions}


def entries_in_words(rows: Rows, *, called: Named, named: Named, say: Language) -> list[Said]:
    """Entries in words. `called` names persons by pseudonym, and `named` says what codes stand for."""
    return [
        Said(
            row["number"],
            row["at"],
            who(row["person"], called, say),
            told_texts.done(row["action"], say),
            told_texts.subject(row["what"], named, say),
            told_texts.details(json.loads(row["details"]), called=called, named=named, say=say),
            row["seal"],
        )
        for row in rows
    ]


def moment(at: str, say: Language) -> str:
    """A moment of the register in local time, to the second."""
    local = clock.local(datetime.fromisoformat(at))
    return f"{say.moment(local)}{local:.%S}" if say.code == "sv" else f"{say.moment(local)}{local::%S}"


def searched(person: str, called: Named, say: Language) -> str:
    """Somebody to search for; removed persons are told apart by pseudonym."""
    name = who(person, called, say)
    return name if person in called or person == UNKNOWN.person else f"{name} ({person})"


ENTRIES: Final[Sequence[Column[Said]]] = (
    Column(N_("When"), lambda each, say: moment(each.at, say), row_header=True, nowrap=True),
    Column(N_("Who"), lambda each, _: each.who),
    Column(N_("What"), lambda each, _: each.done),
    Column(N_("What it concerns"), lambda each, _: each.what),
    Column(N_("Details"), lambda each, _: each.details),
)
# The same in a file, with their numbers and seals.
IN_FILE: Final[Sequence[Column[Said]]] = (
    Column(N_("No."), lambda each, _: each.number),
    *ENTRIES,
    Column(N_("Seal"), lambda each, _: each.seal),
)


def chain(number: int, faults: Sequence[Fault], say: Language) -> str:
    """Whether the trail is whole, in a sentence."""
    if faults:
        return say(N_("The audit trail is **not whole**."))
    return say.plural("The audit trail is whole: {n} entry.", "The audit trail is whole: {n} entries.", number)


def fault(each: Fault, say: Language) -> str:
    """A fault of the chain in a sentence."""
    return say(each.sentence, number=say.number(each.number), seal="")
