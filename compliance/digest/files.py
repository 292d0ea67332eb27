"""A digest as a file: the draft of a mail, a Word file of half a page, or text."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, Literal

from compliance.core.drafts import draft
from compliance.core.language import N_, SOFT_HYPHEN, Language
from compliance.digest.digest import Digest, Section
from compliance.report.blocks import Beside, Block, Bullets, Heading, Paragraph, Report
from compliance.report.report import as_document

Kind = Literal["eml", "docx", "txt"]
KINDS: Final[tuple[Kind, ...]] = ("eml", "docx", "txt")


def write_digest(digest: Digest, kind: Kind, say: Language, *, made_at: datetime) -> bytes:
    """A digest as a file. `made_at` is the moment (UTC) that a Word file says."""
    if kind == "docx":
        return as_document(as_report(digest, say, made_at=made_at), kind="docx")
    text = as_text(digest)
    if kind == "txt":
        return text.replace("\n", "\r\n").encode("utf-8-sig")
    return draft("", f"{digest.title}, {digest.place}", text)


def as_text(digest: Digest) -> str:
    """A digest as text, a line for each of its lines."""
    head = [digest.title, digest.place, *([digest.compared] if digest.compared else [])]
    parts = ["\n".join(head), " ".join(digest.answer)]
    parts += ["\n".join([section.title, *(f"- {line}" for line in section.lines)]) for section in digest.sections]
    return _plain("\n\n".join(parts)) + "\n"


def as_report(digest: Digest, say: Language, *, made_at: datetime) -> Report:
    """A digest as a report without a cover and without contents."""
    first, *others = map(_plain, digest.answer)
    blocks: list[Block] = [Heading(first, 1), *(Paragraph(text, "answer") for text in others)]
    if digest.compared:
        blocks.append(Paragraph(digest.compared, "note"))
    left, right = (tuple(_blocks(sections)) for sections in digest.columns)
    blocks.append(Beside(left, right))
    return Report(
        language=say.code,
        title=digest.title,
        organisation=digest.place,
        facts=(),
        draft=None,
        footer=f"{digest.title} · {digest.place}",
        contents="",
        page=say(N_("Page {page} of {pages}"), page="{page}", pages="{pages}"),
        made_at=made_at,
        blocks=tuple(blocks),
    )


def _blocks(sections: Iterable[Section]) -> Iterator[Block]:
    for section in sections:
        yield Heading(section.title, 2)
        yield Bullets(tuple(_plain(str(line)) for line in section.lines))


def _plain(text: str) -> str:
    """A text without what lets words break on a page."""
    return text.replace(SOFT_HYPHEN, "")
