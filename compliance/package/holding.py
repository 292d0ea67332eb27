"""What holds each part of a year package: the seal of its review, that of the package, or nothing that is known here.

A package can be forged whole, with right sums and a seal of its own. So a seal holds only if it is known from
elsewhere: from the page of the review, which shows that of each package that was made, or from the audit trail here.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final, Literal

from compliance.access.audit import Action, entries_of
from compliance.core.errors import Refusal
from compliance.core.language import N_, Language
from compliance.package.readme import PACKS
from compliance.package.trail import entry_of, seal_told, seals_made
from compliance.package.year_package import Checked, printable
from compliance.review.approving import SIGNING
from compliance.review.wording import STATES

Known = Literal["package", "review", "nothing", "neither"]
SENTENCES: Final[dict[Known, str]] = {
    "package": N_("The seal of the package is known: every file in it and every signature is as it was packed."),
    "review": N_(
        "Only the seal of the review is known, so signatures, reports and rows could be others. Compare the seal of "
        "the package with those under Documents on the page of the review; --seal SEAL compares it here."
    ),
    "nothing": N_(
        "Nothing in it contradicts the rest. But no seal is known here, and a package can be forged whole: compare its "
        "seals with those on the page of the review; --seal SEAL compares that of the package here."
    ),
    "neither": N_(
        "The seal of the package is not one that is known: this is another package than was made, or it was changed."
    ),
}
# The folders of a package whose files are told together.
FOLDERS: Final = ("sql/points/", PACKS)
EARLIER: Final = N_(
    "It was made by a version before 0.11, or has lost trail.csv. The seal of such a package was shown nowhere, and "
    "that of the review holds neither signatures nor reports nor rows: compare the signatures and the seal of the "
    "review with its page, and the reports with those that are made there."
)


def known_seal(checked: Checked, given: str) -> Known:
    """Which seal of a package is known from elsewhere: the one that is given, else what the audit trail here tells of.

    Neither: a given one is that of something else, or the review was signed here and no such package was made.
    """
    if wanted := "".join(given.split()).lower():
        seals: dict[str, Known] = {checked.seal: "review", checked.package_seal: "package"}
        return seals.get(wanted, "neither")
    with suppress(Refusal):  # A package is verified without the register, too.
        if checked.package_seal in seals_made():
            return "package"
        if _was_signed_here(checked):
            return "review" if checked.entries is None else "neither"
    return "nothing"


def _was_signed_here(checked: Checked) -> bool:
    """Whether the audit trail here tells of the submission of this very review."""
    seals = {checked.seal, *(each.seal for each in checked.review.cleaned)}
    return not seals.isdisjoint(map(seal_told, entries_of(Action.SUBMISSION)))


def holding_sentences(checked: Checked, known: Known, say: Language) -> Iterator[str]:
    """Who signed a package by which entry of the audit trail, what each seal holds of it, and what is known of them."""
    for signature in checked.signatures:
        if signature["state"] in SIGNING:
            yield _signature(signature, checked, say)
    yield say(N_("Held by the seal of the review: {files}."), files=_listed(checked.held))
    yield say(N_("Held by the seal of the package alone: {files}."), files=_listed(checked.other))
    is_told = checked.entries is None and known in {"review", "nothing"}
    yield say(EARLIER if is_told else SENTENCES[known])


def _signature(signature: Mapping[str, str], checked: Checked, say: Language) -> str:
    """Who signed, when (UTC), and the entry that tells of it."""
    entry = entry_of(signature, checked.entries or [])
    told = N_("{state}: {name}, {moment} UTC, entry {number} of the audit trail with the seal {seal}.")
    unentered = N_("{state}: {name}, {moment} UTC, no entry of the audit trail.")
    values = {
        "state": say(STATES[signature["state"]]),
        "name": printable(signature["signed_by"]),
        "moment": printable(signature["signed_at"][:16].replace("T", " ")),
    }
    if entry is None:
        return say(unentered, **values)
    return say(told, number=printable(entry["number"]), seal=printable(entry["seal"]), **values)


def _listed(names: Iterable[str]) -> str:
    shown = (next((folder for folder in FOLDERS if name.startswith(folder)), printable(name)) for name in names)
    return ", ".join(dict.fromkeys(shown))
