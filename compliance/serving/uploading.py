"""How much each session has uploaded, and whether it may upload more.

A file is taken where a file field stands on the page of somebody who may load, and only by an id that this page has
asked for. It counts from its first byte until it is loaded or taken away, or until the session ends; what the page has
read of it lies here too and is let go with it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Final

from compliance.access import permissions
from compliance.access.permissions import Permission
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.declarations import settings
from compliance.declarations.settings import MB, Limits

# So many ids a page may have asked for and not used: more than anybody drops at once.
MOST_ISSUED: Final = 1_000

TOO_LARGE: Final = N_("The file is larger than {file} MB, so it was not taken. Export fewer rows at a time.")
TOO_MANY: Final = N_(
    "At most {files} files and {session} MB lie here at a time. Load or take away some, and drop the rest after that."
)
NO_ROOM: Final = N_("The server has no room for more files just now. Try again in a while.")
TOO_SLOW: Final = N_("The file came too slowly and was not taken. Try again.")
NO_FIELD: Final = N_("No file is asked for here, so none was taken. Open the page of imports and drop it there.")
UNKNOWN: Final = N_("The page has not asked for this file. Load the page anew and drop it again.")
THERE: Final = N_("The file is here already, or on its way.")
NOT_A_FILE: Final = N_("One file is taken at a time, in the form that browsers send. This was something else.")
# What a browser tells of an answer is its number alone.
SENTENCES: Final = {413: TOO_LARGE, 429: TOO_MANY, 507: NO_ROOM, 408: TOO_SLOW, 403: NO_FIELD, 404: UNKNOWN}


class NotTaken(Refusal):
    """A file that is not taken, with the status of the answer that says so."""

    def __init__(self, status: int, message: str, limits: Limits) -> None:
        super().__init__(message, **amounts(limits))
        self.status = status


def amounts(limits: Limits) -> dict[str, int]:
    """The limits as the sentences say them."""
    return {"file": limits.file // MB, "files": limits.files, "session": limits.session // MB}


def sentences(say: Language) -> dict[int, str]:
    """What is said in a language of an answer with a status."""
    return {status: say(text, **amounts(settings.current().uploads)) for status, text in SENTENCES.items()}


@dataclass
class Session:
    """What a session has uploaded; `kept` are the files taken out of their field, each with what is read of it."""

    shown: bool = False
    drawn: bool = False
    issued: dict[str, None] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    kept: dict[str, object] = field(default_factory=dict)
    refused: dict[tuple[int, str], int] = field(default_factory=dict)


class Ledger:
    """All sessions that have been shown a file field; it is asked from the server and from the threads of pages."""

    def __init__(self, limits: Callable[[], Limits]) -> None:
        self._limits, self._sessions, self._lock, self._total = limits, dict[str, Session](), RLock(), 0

    # --- what the pages say

    def begins(self, session: str) -> None:
        """A page is about to be drawn."""
        with self._lock:
            if found := self._sessions.get(session):
                found.drawn = False

    def draws(self, session: str) -> None:
        """The page of a session has a file field."""
        with self._lock:
            found = self._sessions.setdefault(session, Session())
            found.shown = found.drawn = True

    def ends(self, session: str) -> list[str]:
        """The page is drawn: where it has no file field any more, the files that lay in one are let go and named."""
        with self._lock:
            found = self._sessions.get(session)
            if found is None or found.drawn:
                return []
            gone = [file for file in found.held if file not in found.kept]
            found.shown, found.issued, found.refused = False, {}, {}
            self.let_go(session, gone)
            return gone

    def keeps(self, session: str, files: Mapping[str, object]) -> None:
        """Files have been taken out of their field and are needed further, each with what is read of it."""
        with self._lock:
            if found := self._sessions.get(session):
                found.kept.update(files)

    def kept(self, session: str, file: str) -> object | None:
        """What is read of a file; None if it has been let go."""
        with self._lock:
            found = self._sessions.get(session)
            return found.kept.get(file) if found else None

    def let_go(self, session: str, files: Iterable[str]) -> None:
        """Files count no more."""
        with self._lock:
            if found := self._sessions.get(session):
                for file in files:
                    self._total -= found.held.pop(file, 0)
                    found.kept.pop(file, None)

    def refused(self, session: str) -> list[tuple[NotTaken, int]]:
        """Why files were not taken since the last drop, each reason with how many they were."""
        with self._lock:
            found = self._sessions.get(session)
            return [(self.not_taken(*why), number) for why, number in found.refused.items()] if found else []

    # --- what the server says

    def issue(self, session: str, files: Sequence[str]) -> None:
        """The page has asked for ids, since files have been dropped in its field; elsewhere nobody has asked."""
        with self._lock:
            found = self._sessions.get(session)
            if found and found.shown:
                asked = found.issued | dict.fromkeys(files[:MOST_ISSUED])
                found.issued, found.refused = dict(list(asked.items())[-MOST_ISSUED:]), {}

    def opens(self, session: str, file: str) -> None:
        """A file is about to come; else NotTaken."""
        with self._lock:
            found = self._sessions.get(session)
            if not found or not found.shown or not permissions.current_user().may(Permission.LOAD_EXPORTS):
                raise self.not_taken(403, NO_FIELD)
            if file in found.held:
                raise self.not_taken(409, THERE)
            if len(found.held) >= self._limits().files:
                raise self.not_taken(429, TOO_MANY)
            if file not in found.issued:
                raise self.not_taken(404, UNKNOWN)
            del found.issued[file]
            found.held[file] = 0

    def fits(self, session: str, file: str, more: int) -> None:
        """So many bytes more may come; else NotTaken, since the file, its session or the server has too many."""
        with self._lock:
            limits, found = self._limits(), self._sessions.get(session)
            if not found or file not in found.held:
                raise self.not_taken(403, NO_FIELD)
            if found.held[file] + more > limits.file:
                raise self.not_taken(413, TOO_LARGE)
            if sum(found.held.values()) + more > limits.session:
                raise self.not_taken(429, TOO_MANY)
            if self._total + more > limits.server:
                raise self.not_taken(507, NO_ROOM)

    def grows(self, session: str, file: str, more: int) -> None:
        """So many bytes more have come of a file: NotTaken where they do not fit."""
        with self._lock:
            self.fits(session, file, more)
            self._sessions[session].held[file] += more
            self._total += more

    def fails(self, session: str, file: str) -> None:
        """A file does not come any more: it counts no more, and its page may send it again."""
        with self._lock:
            found = self._sessions.get(session)
            if found and file in found.held:
                self.let_go(session, [file])
                found.issued[file] = None

    def refuses(self, session: str, refusal: NotTaken) -> None:
        """A file was not taken, which the page says as long as nothing else is dropped."""
        with self._lock:
            found = self._sessions.get(session)
            if found and found.shown:
                why = refusal.status, refusal.message
                found.refused[why] = found.refused.get(why, 0) + 1

    def lies_in_a_field(self, session: str, file: str) -> bool:
        """Whether a session has a file that has not been taken out of its field."""
        with self._lock:
            found = self._sessions.get(session)
            return found is not None and file in found.held and file not in found.kept

    def closes(self, session: str) -> None:
        """A session has ended, and all that it had with it."""
        with self._lock:
            if found := self._sessions.pop(session, None):
                self._total -= sum(found.held.values())

    def holding(self) -> list[str]:
        """The sessions that have files."""
        with self._lock:
            return [session for session, found in self._sessions.items() if found.held]

    def not_taken(self, status: int, sentence: str) -> NotTaken:
        """A refusal with the limits in its sentence."""
        return NotTaken(status, sentence, self._limits())


LEDGER: Final = Ledger(lambda: settings.current().uploads)
