"""A register without identity numbers: what an earlier version kept of a login, and of the trail, as it is kept today.

A subject of the provider that is an identity number is kept as a keyed hash, so that the person is still known. The key
is in the register, which all machines of a store share.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from typing import Any, Final

from compliance.core.language import N_
from compliance.core.masking import mask_beside_hashes, mask_text

KEY_BYTES: Final = 32
# Letters alone: among digits, an identity number would sooner or later be found and masked.
LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")
# The seal before the first entry of the trail, and the columns that are sealed, in order.
FIRST: Final = "0" * 64
SEALED: Final = ("number", "at", "person", "action", "what", "details")
WHY: Final = N_(
    "Identity numbers that an earlier version kept have been removed from the register. The entries from the first one "
    "that had some on have been sealed again."
)
Row = dict[str, Any]
Tables = dict[str, list[Row]]


def new_key() -> Row:
    """A key of pseudonyms, and its id."""
    return {"id": secrets.token_hex(6).translate(LETTERS), "secret": secrets.token_hex(KEY_BYTES)}


def keyed_hash(secret: str, issuer: str, subject: str) -> str:
    """HMAC-SHA256 of a login, as 64 letters a-p."""
    login = json.dumps([issuer, subject]).encode()
    return hmac.new(secret.encode(), login, hashlib.sha256).hexdigest().translate(LETTERS)


def holds_number(text: str) -> bool:
    """Whether a text holds an identity number."""
    return mask_text(text)[1] > 0


def token_kept(token: str) -> str:
    """An ID token as it may be kept: whole if none of its parts holds an identity number, else empty."""
    return "" if any(map(_part_holds_number, token.split("."))) else token


def _part_holds_number(part: str) -> bool:
    try:
        content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        content = b""
    return holds_number(part) or holds_number(content.decode("utf-8", "replace"))


def seal_of(before: str, values: Iterable[object]) -> str:
    """The seal of an entry of the trail: SHA-256 of the seal before it and of all that the entry says."""
    text = json.dumps([before, *values], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def without_numbers(tables: Tables, *, at: str) -> Tables:
    """The rows of a register by table, without identity numbers; `at` is the moment, for the entry that tells of it.

    Entries of the trail from the first one that changes on are sealed again, but those that were altered before are
    not: they must still be recognised.
    """
    persons, keys, trail = tables["persons"], tables["keys"], tables["audit"]
    if not keys and any(holds_number(row["subject"]) for row in persons):
        keys = [{"number": 1} | new_key()]
    cleaned, masked = [_person(row, keys) for row in persons], [_masked(entry) for entry in trail]
    if cleaned == persons and masked == trail:
        return tables
    entries = sum(new != old for new, old in zip(masked, trail, strict=True))
    return tables | {"persons": cleaned, "keys": keys, "audit": _with_entry(_sealed(trail, masked), entries, at=at)}


def _person(row: Row, keys: Sequence[Row]) -> Row:
    subject = row["subject"]
    if holds_number(subject):
        subject = keyed_hash(keys[0]["secret"], row["issuer"], subject)
    return row | {"subject": subject, "name": mask_text(row["name"])[0]}


def _masked(entry: Row) -> Row:
    """An entry of the trail with its texts masked, but for the seals that it tells of; its details are JSON."""
    what, number = mask_beside_hashes(entry["what"])
    details, others = _masked_details(entry["details"])
    return entry | {"what": what, "details": details} if number or others else entry


def _masked_details(details: str) -> tuple[str, int]:
    """The details, and how many numbers there were; what is no JSON, since somebody changed it, is one text."""
    try:
        values = json.loads(details)
        masked = {name: mask_beside_hashes(text) for name, text in values.items() if isinstance(text, str)}
    except (ValueError, AttributeError, RecursionError):
        return mask_beside_hashes(details)
    texts = values | {name: text for name, (text, _) in masked.items()}
    count = sum(number for _, number in masked.values())
    return (json.dumps(texts, ensure_ascii=False, sort_keys=True), count) if count else (details, 0)


def _sealed(before: list[Row], after: list[Row]) -> list[Row]:
    """The entries after masking, each that was sealed before with its new seal."""
    sealed, was, now = [], FIRST, FIRST
    for old, new in zip(before, after, strict=True):
        is_right = seal_of(was, [old[name] for name in SEALED]) == old["seal"]
        seal = seal_of(now, [new[name] for name in SEALED]) if is_right else old["seal"]
        sealed.append(new | {"seal": seal})
        was, now = old["seal"], seal
    return sealed


def _with_entry(trail: list[Row], entries: int, *, at: str) -> list[Row]:
    """The trail with an entry that tells how many others were changed."""
    last: Row = trail[-1] if trail else {"number": 0, "at": "", "seal": FIRST}
    details = json.dumps({"rows": entries, "why": WHY}, ensure_ascii=False, sort_keys=True)
    values = (last["number"] + 1, max(at, last["at"]), "", "correction", "audit", details)
    return [*trail, dict(zip(SEALED, values, strict=True)) | {"seal": seal_of(last["seal"], values)}]
