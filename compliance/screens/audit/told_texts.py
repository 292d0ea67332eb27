"""What an entry of the audit trail says, in words: what was done, about what, and its details. No Streamlit."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from compliance.access.audit import Action
from compliance.access.scopes import PARTS
from compliance.core.language import N_, Language
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
    Action.ASSESSMENT: N_("Assessed"),
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
}
# An action of a later version.
OTHER: Final = N_("Something else")
# What an entry is about, as it is written in the trail. An address, a file name or a diary number is shown as it is.
SUBJECTS: Final = {
    "answers": N_("when and where questions are answered"),
    "audit": N_("the audit trail"),
    "calendar": N_("the calendar of the year"),
    "chapter assessment": N_("the grounds of the judgement"),
    "changes": N_("why a figure changed"),
    "comparison": N_("the comparison with others"),
    "coverage by department": N_("the coverage of the departments"),
    "coverage by organisation": N_("the coverage of the administration"),
    "coverage by unit": N_("the coverage of the units"),
    "decisions": N_("the decisions"),
    "figures to share": N_("figures for others to compare with"),
    "file": N_("a file of a page that was open"),
    "findings": N_("the remarks on the data"),
    "handout": N_("the handout of the meeting"),
    "imports": N_("the imports"),
    "item notes": N_("status and notes of items"),
    "items": N_("the items of a point"),
    "judgement effect": N_("the judgement of the effect"),
    "judgement sufficient": N_("the judgement of what is sufficient"),
    "list": N_("what is kept of a person"),
    "login": N_("the login"),
    "mapping": N_("how columns are connected"),
    "measures": N_("the measures"),
    "own database": N_("a database of one's own"),
    "paragraphs": N_("paragraphs to paste"),
    "problems": N_("rejected rows and warnings"),
    "questions": N_("questions to the units"),
    "read what was cleaned of the store": N_("what an upgrade has cleaned, as read"),
    "rejected rows": N_("rejected rows to correct"),
    "reminders expiring": N_("whose course expires soon"),
    "reminders missing": N_("those who lack a course"),
    "report": N_("the whole report"),
    "report to hand out": N_("the report to hand out"),
    "reviews": N_("the reviews"),
    "roles": N_("persons and roles"),
    "template": N_("a template to fill in"),
    "work list": N_("what is left in a unit"),
    "year package": N_("the year package"),
}
# The same for what has a number or a name; the name may be that of a point, a source or a chapter.
NUMBERED: Final = {
    "assessment": N_("assessment of {n}"),
    "chapter": N_("chapter {n}"),
    "comment": N_("comment on {n}"),
    "decision": N_("decision {n}"),
    "delivery": N_("who delivers {n}"),
    "department": N_("name of a department ({n})"),
    "import": N_("import number {n}"),
    "organisation": N_("name of an administration ({n})"),
    "public_comment": N_("comment to hand out on {n}"),
    "review": N_("review number {n}"),
    "system": N_("name of a system ({n})"),
    "unit": N_("name of a unit ({n})"),
    "version": N_("version {n}"),
}
NAMED: Final = re.compile(r"(.+) (\S+)")
BETWEEN: Final = re.compile(r"(: |, )")
# Each detail of an entry. A part of an organisation is told as one, and what is true or false by other words.
DETAILS: Final = {
    "as_of": N_("as of {value}"),
    "before": N_("older than {value}"),
    "begin": N_("from {value}"),
    "bytes": N_("{value} bytes"),
    "claim": N_("part of the token: {value}"),
    "columns": N_("{value} columns"),
    "day": N_("on {value}"),
    "end": N_("to and including {value}"),
    "extract_date": N_("extract date {value}"),
    "failed": N_("what entry {value} tells of has failed"),
    "format": N_("as {value}"),
    "imported": N_("import number {value}"),
    "items": N_("{value} items"),
    "kind": N_("only: {value}"),
    "of": N_("only of {value}"),
    "point": N_("point: {value}"),
    "rejected": N_("{value} rejected"),
    "review": N_("review number {value}"),
    "rows": N_("{value} rows"),
    "sha256": N_("seal {value}"),
    "source": N_("source: {value}"),
    "status": N_("status: {value}"),
    "to": N_("person: {value}"),
    "valid_from": N_("from {value}"),
    "version": N_("version {value}"),
    "why": N_("reason: {value}"),
    "year": N_("year {value}"),
}
WITHIN: Final = N_("within {value}")
FLAGS: Final = {
    "filtered": (N_("searched by words"), ""),
    "given": (N_("was given"), N_("was taken away")),
    "removed": (N_("was removed"), ""),
    "sample": (N_("of the sample data"), ""),
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
    return "".join(part if BETWEEN.fullmatch(part) else _subject(part, named, say) for part in BETWEEN.split(what))


def _subject(part: str, named: Named, say: Language) -> str:
    match = NAMED.fullmatch(part)
    if part in SUBJECTS:
        return say(SUBJECTS[part])
    if match and match[1] in NUMBERED:
        return say(NUMBERED[match[1]], n=named.get(match[2], match[2]))
    return named.get(part, part)


def details(found: dict[str, Any], *, called: Named, named: Named, say: Language) -> str:
    """The details of an entry, such as "was given; person: Bo Ek". `called` names persons by pseudonym."""
    return "; ".join(filter(None, _details(found, called, named, say)))


def _details(found: dict[str, Any], called: Named, named: Named, say: Language) -> Iterator[str]:
    why = str(found.get("why", ""))
    if parts := [str(found[name]) for name in PARTS if name in found]:
        yield say(WITHIN, value=THEN.join(parts))
    for name, value in found.items():
        if name in PARTS or f"{{{name}}}" in why:
            continue
        if name in FLAGS and isinstance(value, bool):
            text = FLAGS[name][not value]
            yield say(text) if text else ""
        else:
            shown = _sentence(why, found, say) if name == "why" else _value(name, value, called, named, say)
            yield say(DETAILS[name], value=shown) if name in DETAILS else shown


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
