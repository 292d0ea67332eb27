"""Doubts that a file is the right one, or that it is read correctly, as codes from a closed list.

The page has a sentence of each; what comes by itself is held by each that is not known to be harmless.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from compliance.core.language import N_
from compliance.correcting.previewing import Rehearsal
from compliance.loading.comparing import Comparison
from compliance.loading.loading import Receipt
from compliance.reading.sheets import Workbook

Code = Literal[
    "replaces",
    "other_organisation",
    "future",
    "by_chance",
    "formulas",
    "keys",
    "shrunk",
    "newer",
    "likely_owner",
    "unfamiliar",
    "lost",
    "unheard",
    "answers_alone",
    "unmatched",
    "rejected",
]
# The sentences that the page and the intake have alike.
OTHER_ORGANISATION: Final = N_("The file names another organisation: {name}.")
FUTURE: Final = N_("The extract date {day} is in the future.")
SHRUNK: Final = N_("Far fewer rows than in the export before: {n} now, {before} then. Check that the export is whole.")
LIKELY_OWNER: Final = N_("Most of it is in the export of {name} too. Check which organisation the file belongs to.")
UNFAMILIAR: Final = N_("Hardly anything is the same as in the export before. Check that it is the same kind of export.")
LOST: Final = N_(
    "Columns of the export before that are not found now: {columns}. If they are renamed, connect them below."
)
# Above this share of rejected rows the figures are hardly those of the file.
MANY_REJECTED: Final = 0.05


@dataclass(frozen=True)
class Doubt:
    """A doubt about a file, or about one import of it, and the values of its sentence."""

    code: Code
    values: Mapping[str, Any] = field(default_factory=dict)


def doubts_of_file(rehearsal: Rehearsal, workbook: Workbook) -> list[Doubt]:
    """The doubts about each import of a file, and those about the file as a whole."""
    each = zip(rehearsal.receipts, rehearsal.comparisons, strict=True)
    found = [doubt for receipt, comparison in each for doubt in doubts_of_import(receipt, comparison, workbook)]
    if rehearsal.rejected > MANY_REJECTED * (rehearsal.loaded + rehearsal.rejected):
        found.append(Doubt("rejected", {"n": rehearsal.rejected}))
    return found


def doubts_of_import(receipt: Receipt, comparison: Comparison, workbook: Workbook) -> list[Doubt]:
    """The doubts about one import of a file, in the order in which they are told."""
    alone = receipt.marker is not None and receipt.marker.kind == "answers" and comparison.earlier is None
    return [
        *_of_the_file(receipt, workbook),
        # Returned rows are only a part of an export.
        *(_against_previous(receipt, comparison) if receipt.marker is None else ()),
        *([Doubt("answers_alone", {"source": receipt.source})] if alone else ()),
        *(Doubt("unmatched", {"unmatched": each}) for each in comparison.unmatched if each.many),
    ]


def _of_the_file(receipt: Receipt, workbook: Workbook) -> list[Doubt]:
    chance = tuple(column.heading for match in receipt.matches for column in match.by_chance)
    files = tuple(file for _, file in receipt.replaces)
    found: list[tuple[object, Doubt]] = [
        (files and receipt.marker is None, Doubt("replaces", {"files": files})),
        (receipt.other_organisation, Doubt("other_organisation", {"name": receipt.other_organisation})),
        (receipt.future, Doubt("future", {"day": receipt.extract_date.day})),
        (chance, Doubt("by_chance", {"columns": chance})),
        (receipt.unheard, Doubt("unheard", {"parts": ", ".join(receipt.unheard)})),
        (workbook.formulas, Doubt("formulas", {"file": workbook.name, "n": workbook.formulas})),
    ]
    return [doubt for applies, doubt in found if applies]


def _against_previous(receipt: Receipt, comparison: Comparison) -> list[Doubt]:
    before, owner = comparison.earlier[2] if comparison.earlier else 0, comparison.likely_owner
    lost = tuple(heading for _, heading in comparison.lost)
    keys = receipt.is_strange and not receipt.source.lasting
    found: list[tuple[object, Doubt]] = [
        (keys and not owner, Doubt("keys", {"source": receipt.source, "keys": receipt.keys})),
        (comparison.shrunk and not receipt.is_strange, Doubt("shrunk", {"n": comparison.rows, "before": before})),
        (comparison.newer, Doubt("newer", {"newer": comparison.newer})),
        (owner, Doubt("likely_owner", {"name": owner, "known": comparison.known, "shared": comparison.shared})),
        (comparison.unfamiliar and not (owner or receipt.is_strange), Doubt("unfamiliar")),
        (lost, Doubt("lost", {"columns": lost})),
    ]
    return [doubt for applies, doubt in found if applies]
