"""How much each person has uploaded in all their windows, and whether they may upload more.

A session here is Streamlit's: a window. A file is accepted if the page shows a file field to a user who may fill it,
and only under an id that this page has requested. It counts from its first byte until it is loaded or removed, or the
session ends. The content that the page has read from it is held here too, and released with it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Final

from compliance.access.permissions import Permission, User
from compliance.core.errors import Refusal
from compliance.core.language import N_, NBSP, Language
from compliance.declarations import settings
from compliance.declarations.settings import MB, Limits

# The most ids that a page may have requested and not used: more than anybody drops at once.
MOST_ISSUED: Final = 1_000
# What lets a person send a file at all; which of them it takes is said by the field.
UPLOADING: Final = frozenset({Permission.LOAD_EXPORTS, Permission.INSTALL_POINTS})

TOO_LARGE: Final = N_("The file is larger than {size} and was not taken. Export fewer rows at a time.")
TOO_MANY: Final = N_(
    "At most {files} files and {session} MB of yours can wait at a time, in all your windows. Load or remove some, "
    "then drop the rest."
)
NO_ROOM: Final = N_("The server has no room for more files just now. Try again in a while.")
TOO_SLOW: Final = N_("The file did not arrive. Try again.")
UNKNOWN: Final = N_("The page has not asked for this file. Load the page anew and drop it again.")
THERE: Final = N_("The file is here already, or on its way.")
# By status, since the browser's code sees only the status of an answer.
SENTENCES: Final = {413: TOO_LARGE, 429: TOO_MANY, 507: NO_ROOM, 408: TOO_SLOW, 403: UNKNOWN, 404: UNKNOWN}


class NotTaken(Refusal):
    """The refusal of a file, with the status of the answer."""

    def __init__(self, status: int, message: str, limits: Limits) -> None:
        super().__init__(message, **amounts(limits))
        self.status = status


def amounts(limits: Limits) -> dict[str, int | str]:
    """The limits as values for the sentences."""
    return {"size": f"{limits.file // MB}{NBSP}MB", "files": limits.files, "session": limits.session // MB}


def sentences(say: Language) -> dict[int, str]:
    """The sentences for refusals, by status."""
    return {status: say(text, **amounts(settings.current().uploads)) for status, text in SENTENCES.items()}


@dataclass
class Session:
    """The uploads of a session.

    `person` is who has sent them, empty without a login. `shown` says whether its page has a file field, `needs` what
    its user must be permitted, `drawn` whether the current run has drawn one. `issued` are the ids requested and not
    used, `held` the bytes of each file, `kept` the content of files that have left their field, and `refused` the
    number of refusals by status and sentence.
    """

    person: str = ""
    shown: bool = False
    needs: Permission = Permission.LOAD_EXPORTS
    drawn: bool = False
    issued: dict[str, None] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    kept: dict[str, object] = field(default_factory=dict)
    refused: dict[tuple[int, str], int] = field(default_factory=dict)


class Ledger:
    """The uploads of every session with a file field. The server and the threads of pages use it at once."""

    def __init__(self, limits: Callable[[], Limits]) -> None:
        self._limits, self._sessions, self._lock, self._total = limits, dict[str, Session](), RLock(), 0

    @property
    def total(self) -> int:
        """How many bytes it holds."""
        return self._total

    # --- For the pages

    def begin_page(self, session: str) -> None:
        """Record that a page is about to be drawn."""
        with self._lock:
            if record := self._sessions.get(session):
                record.drawn = False

    def draw_field(self, session: str, needs: Permission = Permission.LOAD_EXPORTS) -> None:
        """Record that the page of a session has a file field, and what its user must be permitted."""
        with self._lock:
            record = self._sessions.setdefault(session, Session())
            record.shown = record.drawn = True
            record.needs = needs

    def end_page(self, session: str) -> list[str]:
        """Record that the page is drawn. If its file field is gone, release the field's files and return their ids."""
        with self._lock:
            record = self._sessions.get(session)
            if record is None or record.drawn:
                return []
            gone = [file for file in record.held if file not in record.kept]
            record.shown, record.issued, record.refused = False, {}, {}
            self.release(session, gone)
            return gone

    def keep(self, session: str, files: Mapping[str, object]) -> None:
        """Keep files that leave their field, each with the content read from it."""
        with self._lock:
            if record := self._sessions.get(session):
                record.kept.update(files)

    def take(self, session: str, file: str, size: int, *, user: User, content: object) -> None:
        """Keep a file that lies on this machine and was not sent. Raise NotTaken if there is no room for it."""
        with self._lock:
            record = self._sessions.setdefault(session, Session())
            if file in record.held:
                return
            self._refuse_too_many(user)
            record.person, record.held[file] = user.person, 0
            try:
                self.add(session, file, size)
            except NotTaken:
                del record.held[file]
                raise
            record.kept[file] = content

    def content(self, session: str, file: str) -> object | None:
        """The content read from a file, or None if it has been released."""
        with self._lock:
            record = self._sessions.get(session)
            return record.kept.get(file) if record else None

    def release(self, session: str, files: Iterable[str]) -> None:
        """Release files: they no longer count."""
        with self._lock:
            if record := self._sessions.get(session):
                for file in files:
                    self._total -= record.held.pop(file, 0)
                    record.kept.pop(file, None)

    def refusals(self, session: str) -> list[tuple[NotTaken, int]]:
        """The refusals since the last drop, each with the number of files."""
        with self._lock:
            record = self._sessions.get(session)
            return [(self.not_taken(*why), number) for why, number in record.refused.items()] if record else []

    # --- For the server

    def issue(self, session: str, files: Sequence[str]) -> None:
        """Record ids that the page requested for dropped files. Ignored for a page without a file field."""
        with self._lock:
            record = self._sessions.get(session)
            if record and record.shown:
                issued = record.issued | dict.fromkeys(files[:MOST_ISSUED])
                record.issued, record.refused = dict(list(issued.items())[-MOST_ISSUED:]), {}

    def open(self, session: str, file: str, *, user: User) -> None:
        """Begin to receive a file from a user. Raise NotTaken if it may not be sent."""
        with self._lock:
            record = self._sessions.get(session)
            if not record or not record.shown or not user.may(record.needs):
                raise self.not_taken(403, UNKNOWN)
            if file in record.held:
                raise self.not_taken(409, THERE)
            self._refuse_too_many(user)
            if file not in record.issued:
                raise self.not_taken(404, UNKNOWN)
            del record.issued[file]
            record.person, record.held[file] = user.person, 0

    def _refuse_too_many(self, user: User) -> None:
        if sum(len(each) for each in self._held_by(user.person)) >= self._limits().files:
            raise self.not_taken(429, TOO_MANY)

    def _held_by(self, person: str) -> Iterator[dict[str, int]]:
        """The bytes of each file of a person, by window."""
        return (record.held for record in self._sessions.values() if record.held and record.person == person)

    def check_room(self, session: str, file: str, more: int) -> None:
        """Raise NotTaken if this many more bytes are too much for the file, its person or the server."""
        with self._lock:
            limits, record = self._limits(), self._sessions.get(session)
            if not record or file not in record.held:
                raise self.not_taken(403, UNKNOWN)
            if record.held[file] + more > limits.file:
                raise self.not_taken(413, TOO_LARGE)
            if sum(sum(each.values()) for each in self._held_by(record.person)) + more > limits.session:
                raise self.not_taken(429, TOO_MANY)
            if self._total + more > limits.server:
                raise self.not_taken(507, NO_ROOM)

    def add(self, session: str, file: str, more: int) -> None:
        """Count more bytes of a file. Raise NotTaken if they do not fit."""
        with self._lock:
            self.check_room(session, file, more)
            self._sessions[session].held[file] += more
            self._total += more

    def abort(self, session: str, file: str) -> None:
        """Release a file that was not received to its end. Its page may send it again."""
        with self._lock:
            record = self._sessions.get(session)
            if record and file in record.held:
                self.release(session, [file])
                record.issued[file] = None

    def refuse(self, session: str, refusal: NotTaken) -> None:
        """Record a refusal, for the page to show until other files are dropped."""
        with self._lock:
            record = self._sessions.get(session)
            if record and record.shown:
                why = refusal.status, refusal.message
                record.refused[why] = record.refused.get(why, 0) + 1

    def in_field(self, session: str, file: str) -> bool:
        """Whether a session has a file that is still in its field."""
        with self._lock:
            record = self._sessions.get(session)
            return record is not None and file in record.held and file not in record.kept

    def close(self, session: str) -> None:
        """Forget a session that has ended, with everything that it held."""
        with self._lock:
            if record := self._sessions.pop(session, None):
                self._total -= sum(record.held.values())

    def holders(self, person: str | None = None) -> list[str]:
        """The sessions that hold files, or those of a person."""
        with self._lock:
            every = self._sessions.items()
            return [session for session, record in every if record.held and person in (None, record.person)]

    def not_taken(self, status: int, sentence: str) -> NotTaken:
        """A refusal with the limits in its sentence."""
        return NotTaken(status, sentence, self._limits())


LEDGER: Final = Ledger(lambda: settings.current().uploads)
