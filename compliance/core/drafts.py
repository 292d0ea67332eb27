"""A mail that is not sent yet, as a file that a mail program opens to be read and sent.

content = draft("kim@exempel.se", "Status", "Hej!", [("lista.xlsx", workbook, XLSX)])
"""

from collections.abc import Iterable
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

# The name, the content and the media type of what is attached.
Attachment = tuple[str, bytes, str]


def draft(to: str, subject: str, text: str, attachments: Iterable[Attachment] = ()) -> bytes:
    """A draft (RFC 5322, with `X-Unsent: 1`), which has neither sender nor day: the mail program adds both.

    A recipient that is not one address in ASCII is left out, for whoever sends it to write.
    """
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["X-Unsent"] = "1"
    if is_address(to):
        message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    for name, content, kind in attachments:
        main, sub = kind.split("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=" ".join(name.split()))
    return message.as_bytes()


def is_address(text: str) -> bool:
    """Whether a text is one address that every mail program can write."""
    try:
        return text.isascii() and text.isprintable() and Address(addr_spec=text).domain.count(".") > 0
    except (IndexError, MessageError, ValueError):
        return False
