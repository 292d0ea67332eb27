"""A unit's list as the text of a mail, and as an address that opens the mail program with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from compliance.core.language import N_, Language
from compliance.counting.separated import BOM
from compliance.worklists import sending
from compliance.worklists.lists import WorkList
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

    def as_file(self, say: Language) -> bytes:
        """It as a text file, whose first lines say to whom and about what."""
        to, subject = say(N_("To")), say(N_("Subject"))
        lines = [f"{to}: {self.to}", f"{subject}: {self.subject}", "", self.text]
        return BOM + "\r\n".join("\n".join(lines).splitlines()).encode() + b"\r\n"


def mail(each: WorkList, all_: Sending, say: Language) -> Mail:
    """The mail of a list."""
    email = (each.contact.email or "").strip() if each.contact else ""
    to = email if EMAIL.fullmatch(email) else ""
    return Mail(to, sending.heading(each, all_, say), "\n".join(_lines(each, all_, say)))


def _lines(each: WorkList, all_: Sending, say: Language) -> Iterator[str]:
    named = each.contact and each.contact.greeted
    yield say(N_("Hello {name},"), name=_one_line(each.contact.name)) if each.contact and named else say(N_("Hello,"))
    yield ""
    yield _one_line(sending.purpose(each, all_, say))
    for title, left in sending.by_point(each, say):
        yield ""
        yield title
        for item in left:
            said = {"name": sending.name(item, say), "missing": sending.missing(item, say)}
            text = say(N_("{name}: {missing}, since {day}."), **said, day=sending.since(item, say))
            yield f"- {_one_line(f'{text} {sending.todo(item, say)}')}"
    if answer := sending.answering(all_, say):
        yield ""
        yield _one_line(answer)


def _one_line(text: str) -> str:
    return " ".join(text.split())
