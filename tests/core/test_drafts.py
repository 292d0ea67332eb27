"""A draft is opened by a mail program as it was meant, and no text in it becomes a field of the mail."""

from email import message_from_bytes
from email.policy import default

import pytest

from compliance.core.drafts import draft, is_address
from compliance.core.media import XLSX

TEXT = "I Stödenheten Fyren återstår 30 saker.\n\n.börjar med punkt\nFrom början\n" + "å" * 2_000 + "\n"


def test_a_draft_is_read_back_as_it_was_written():
    raw = draft("kim@exempel.se", "Att göra " + "å" * 100, TEXT, [("Att göra å.xlsx", b"PK\0\xff", XLSX)])
    message = message_from_bytes(raw, policy=default)
    (attached,) = message.iter_attachments()
    assert message["X-Unsent"] == "1"
    assert (message["To"], message["Subject"]) == ("kim@exempel.se", "Att göra " + "å" * 100)
    assert message.get_body().get_content().replace("\r\n", "\n") == TEXT
    assert (attached.get_filename(), attached.get_content()) == ("Att göra å.xlsx", b"PK\0\xff")
    assert not message.defects
    assert max(map(len, raw.split(b"\r\n"))) < 999
    assert raw.isascii()


@pytest.mark.parametrize(
    "to",
    [
        "",
        "anna.öberg@exempel.se",
        "a@b.se, c@d.se",
        "a@b.se\r\nBcc: c@d.se",
        "Kim <a@b.se>",
        "a b@c.se",
        "@b.se",
        "a@b",
        "a@",
    ],
)
def test_what_is_not_one_address_in_ascii_is_left_out(to):
    assert not is_address(to)
    assert message_from_bytes(draft(to, "x", "y"), policy=default)["To"] is None


def test_no_line_of_a_subject_or_a_name_becomes_a_field():
    raw = draft("a@b.se", "x\r\nBcc: c@d.se", "y", [("z\r\nX-Evil: 1.xlsx", b"", XLSX)])
    message = message_from_bytes(raw, policy=default)
    assert message["Bcc"] is None
    assert message["Subject"] == "x Bcc: c@d.se"
    assert all(part["X-Evil"] is None for part in message.walk())
