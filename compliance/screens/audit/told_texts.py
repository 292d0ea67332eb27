"""What an entry of the audit trail says, in words: what was done, about what, and its details. No Streamlit."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from compliance.access.audit import Action
from compliance.access.scopes import PARTS
from compliance.core.language import N_, Language, begun
from compliance.screens.people_texts import THEN, who

ACTIONS: Final[dict[Action, str]] = {
    Action.LOGIN: N_("Logged in"),
    Action.LOGOUT: N_("Logged out"),
    Action.REFUSAL: N_("Was refused"),
    Action.START: N_("Started the own database"),
    Action.UPLOAD: N_("Uploaded a file"),
    Action.LOAD: N_("Loaded an export"),
    Action.REVOCATION: N_("Revoked an import"),
    Action.MAPPING: N_("Connected columns"),
    Action.RENAMING: N_("Changed a name"),
    Action.ARRANGEMENT: N_("Noted"),
    Action.EXTRACT: N_("Downloaded an extract"),
    Action.FORM: N_("Made a workbook to fill in"),
    Action.REPORT: N_("Made a report"),
    Action.PACKAGE: N_("Made the year package"),
    Action.OPENING: N_("Opened a review"),
    Action.DAY: N_("Chose another day"),
    Action.COMMENT: N_("Wrote a comment"),
    Action.CHAPTER: N_("Wrote a chapter"),
    Action.ASSESSMENT: N_("Assessment"),
    Action.DECISION: N_("Recorded a decision"),
    Action.WITHDRAWAL: N_("Withdrew a decision"),
    Action.FOLLOW_UP: N_("Followed up a decision"),
    Action.ITEM_NOTE: N_("Wrote about what is left"),
    Action.SUBMISSION: N_("Submitted a review"),
    Action.SENDING_BACK: N_("Sent a review back"),
    Action.APPROVAL: N_("Approved a review"),
    Action.CORRECTION: N_("Corrected"),
    Action.CHANGE: N_("Changed"),
    Action.ROLE: N_("Changed a role"),
    Action.PURGE: N_("Purged"),
    Action.PERSON: N_("Listed or removed a person"),
    Action.BACKUP: N_("Made a backup"),
    Action.RESTORE: N_("Restored a backup"),
    Action.MOVE: N_("Moved the database"),
}
# An action of a later version.
OTHER: Final = N_("Other")
# What an entry is about, as it is written in the trail. An address, a file name or a diary number is shown as it is.
# Some, such as "comparison", are of earlier versions alone and stay for their trails.
SUBJECTS: Final = {
    "answers": N_("Questions to the units"),
    "audit": N_("Audit trail"),
    "calendar": N_("Year wheel"),
    "chapter assessment": N_("Judgement of the whole"),
    "changes": N_("Why did the figure change?"),
    "comparison": N_("Compare with others"),
    "coverage by department": N_("Coverage"),
    "coverage by organisation": N_("Coverage"),
    "coverage by unit": N_("Coverage"),
    "decisions": N_("Decisions"),
    "figures to share": N_("Compare with others"),
    "file": N_("File"),
    "findings": N_("Remarks"),
    "handout": N_("meeting handout"),
    "imports": N_("Imports"),
    "item notes": N_("Notes"),
    "items": N_("The items behind the figure"),
    "judgement effect": N_("Judgement of the whole"),
    "judgement sufficient": N_("Judgement of the whole"),
    "list": N_("Person"),
    "login": N_("Log in"),
    "mapping": N_("Columns that you have connected"),
    "meaning": N_("What words and dates mean"),
    "measures": N_("Actions"),
    "own database": N_("Start with your own exports"),
    "paragraphs": N_("To paste into other reports"),
    "problems": N_("Rejected rows and warnings"),
    "questions": N_("Questions to the units"),
    "read what was cleaned of the store": N_("What the database has been cleaned of"),
    "rejected rows": N_("Rejected rows"),
    "reminders expiring": N_("Training"),
    "reminders missing": N_("Training"),
    "report": N_("Report"),
    "report to hand out": N_("version to hand out"),
    "reviews": N_("Reviews"),
    "roles": N_("Roles"),
    "template": N_("Get template"),
    "work list": N_("Work lists"),
    "all extracts": N_("All extracts"),
    "year package": N_("Year package"),
}
# The same for what has a number or a name; the name may be that of a point, a source or a chapter.
NUMBERED: Final = {
    "assessment": N_("Assessment"),
    "chapter": N_("Text of the chapter"),
    "comment": N_("Comment"),
    "decision": N_("Decision"),
    "delivery": N_("Delivered by"),
    "department": N_("Department"),
    "import": N_("Import"),
    "organisation": N_("Organisation"),
    "public_comment": N_("Comment in the version to hand out"),
    "review": N_("review"),
    "system": N_("System"),
    "unit": N_("Unit"),
    "version": N_("Version"),
}
NAMED: Final = re.compile(r"(.+) (\S+)")
BETWEEN: Final = re.compile(r"(: |, )")
# Each detail of an entry. A part of an organisation is told as one, and what is true or false by other words.
DETAILS: Final = {
    "as_of": N_("As-of date"),
    "before": N_("older than"),
    "begin": N_("From"),
    "bytes": N_("bytes"),
    "claim": N_("part of the token"),
    "columns": N_("Columns"),
    "day": N_("Day"),
    "end": N_("To and including"),
    "extract_date": N_("Extract date"),
    "failed": N_("failed entry"),
    "format": N_("format"),
    "imported": N_("Import"),
    "items": N_("items"),
    "kind": N_("What"),
    "of": N_("Who"),
    "point": N_("Point"),
    "rejected": N_("Rejected"),
    "review": N_("review"),
    "rows": N_("Rows"),
    "sha256": N_("Seal"),
    "source": N_("Source"),
    "status": N_("Status"),
    "to": N_("Person"),
    "valid_from": N_("From"),
    "version": N_("Version"),
    "why": N_("Reason"),
    "year": N_("Year"),
}
WITHIN: Final = N_("Scope")
FLAGS: Final = {
    "filtered": (N_("searched by words"), ""),
    "given": (N_("was given"), N_("was removed")),
    "removed": (N_("was removed"), ""),
    "sample": (N_("the sample data"), ""),
}
# The details whose values are pseudonyms, and those that are numbers but not amounts.
PERSONS: Final = frozenset({"of", "to"})
NUMBERS: Final = frozenset({"failed", "imported", "review", "version", "year"})
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
Named = Mapping[str, str]


def done(action: str, say: Language) -> str:
    """What was done."""
    return say(next((words for each, words in ACTIONS.items() if each.value == action), OTHER))


def subject(what: str, named: Named, say: Language) -> str:
    """What it was about. `named` has what the codes of points, sources and the like stand for."""
    parts = BETWEEN.split(what)
    told = "".join(part if BETWEEN.fullmatch(part) else _subject(part, named, say) for part in parts)
    return begun(told) if _has_words(parts[0], named) else told


def _has_words(part: str, named: Named) -> bool:
    """Whether a part is told in words; an address or the name of a file begins as it is written."""
    numbered = NAMED.fullmatch(part)
    return part in SUBJECTS or part in named or bool(numbered and numbered[1] in NUMBERED)


def _subject(part: str, named: Named, say: Language) -> str:
    match = NAMED.fullmatch(part)
    if part in SUBJECTS:
        return _small(say(SUBJECTS[part]))
    if match and match[1] in NUMBERED:
        name = match[2]
        return f"{_small(say(NUMBERED[match[1]]))} {name if name.isdigit() else f'({named.get(name, name)})'}"
    return named.get(part, part)


def details(found: dict[str, Any], *, called: Named, named: Named, say: Language) -> str:
    """The details of an entry, such as "Was given; person: Bo Ek". `called` names persons by pseudonym."""
    return begun("; ".join(filter(None, _details(found, called, named, say))))


def _details(found: dict[str, Any], called: Named, named: Named, say: Language) -> Iterator[str]:
    why = str(found.get("why", ""))
    if parts := [str(found[name]) for name in PARTS if name in found]:
        yield f"{_small(say(WITHIN))}: {THEN.join(parts)}"
    for name, value in found.items():
        if name in PARTS or f"{{{name}}}" in why:
            continue
        if name in FLAGS and isinstance(value, bool):
            text = FLAGS[name][not value]
            yield say(text) if text else ""
        else:
            shown = _sentence(why, found, say) if name == "why" else _value(name, value, called, named, say)
            yield f"{_small(say(DETAILS[name]))}: {shown}" if name in DETAILS else shown


def _small(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _sentence(why: str, values: dict[str, Any], say: Language) -> str:
    """The sentence of a refusal, in the reader's language where it is kept with its values."""
    try:
        return say(why, **values)
    except (KeyError, IndexError, ValueError):
        return why


def _value(name: str, value: Any, called: Named, named: Named, say: Language) -> str:
    if isinstance(value, int):
        return str(value) if name in NUMBERS else say.number(value)
    text = str(value)
    if name == "kind":
        return done(text, say)
    if name in PERSONS:
        return who(text, called, say)
    return _day(text, say) if DAY.fullmatch(text) else named.get(text, text)


@lru_cache(maxsize=1_000)
def _day(text: str, say: Language) -> str:
    """A day in words, which takes longer than everything else of an entry."""
    return say.date(date.fromisoformat(text))
