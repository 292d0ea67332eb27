"""A unit's list as the text of a mail, and as an address that opens the mail program with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from compliance.core.drafts import is_address
from compliance.core.language import N_, Language
from compliance.worklists import sending
from compliance.worklists.lists import Left, WorkList
from compliance.worklists.notes import Note
from compliance.worklists.sending import Sending

# Programs cut a longer address, or do not open it.
LONGEST_ADDRESS: Final = 2_000
# One address and nothing else: neither a second recipient nor a field of the mail.
EMAIL: Final = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class Mail:
    """A mail: its recipient, empty if no export has an address, its subject, and its text."""

    to: str
    subject: str
    text: str

    @property
    def link(self) -> str:
        """The address that opens it. If that is too long, it is without the text; see `whole`."""
        return self._whole if self.whole else self._short

    @property
    def whole(self) -> bool:
        """Whether the text has room in the address."""
        return len(self._whole) <= LONGEST_ADDRESS

    @property
    def _short(self) -> str:
        return f"mailto:{quote(self.to, safe='@')}?subject={quote(self.subject, safe='')}"

    @property
    def _whole(self) -> str:
        lines = self.text.replace("\n", "\r\n")
        return f"{self._short}&body={quote(lines, safe='')}"


def mail(each: WorkList, all_: Sending, say: Language) -> Mail:
    """The mail of a list."""
    email = (each.contact.email or "").strip() if each.contact else ""
    to = email if EMAIL.fullmatch(email) and is_address(email) else ""
    return Mail(to, sending.heading(each, all_, say), "\n".join(_lines(each, all_, say)))


def _lines(each: WorkList, all_: Sending, say: Language) -> Iterator[str]:
    named = each.contact and each.contact.greeted
    yield say(N_("Hello {name},"), name=_one_line(each.contact.name)) if each.contact and named else say(N_("Hello,"))
    yield ""
    yield _one_line(sending.request(each, all_, say))
    yield ""
    yield _one_line(f"{sending.origin(all_, say)} {sending.filling_in(all_, say)}")
    for title, left in sending.by_point(each, say):
        yield ""
        yield title
        for item in left:
            yield f"- {_one_line(_item(item, all_.note(item), say))}"
    yield ""
    yield _one_line(all_.asker) or say(N_("The information security coordinator"))


def _item(left: Left, note: Note | None, say: Language) -> str:
    """An item in sentences, with what is said of it to the unit."""
    said = {"name": sending.name(left, say), "missing": sending.missing(left, say)}
    text = say(N_("{name}: {missing}, since {day}."), **said, day=sending.since(left, say))
    message = say(N_("From the coordinator: {text}"), text=note.message) if note and note.message else ""
    return f"{text} {sending.todo(left, say)} {message}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
