"""A new pack to begin with: a point that passes its check, to be made one's own file by file."""

import re
from datetime import date
from typing import Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.places import NEW_POINT
from compliance.declarations.packs import folder_files
from compliance.declarations.sources import NAME

# What the point, its publisher and the day of its next review are called in the files to begin with.
ID, PUBLISHER, NEXT_REVIEW = "new_point", 'publisher = "example"', "next_review = 2027-12-31"
YEAR: Final = 365


def new_pack(id_: str, publisher: str, *, today: date) -> dict[str, str]:
    """The files of a new pack with an id and a publisher, to be looked at again in a year."""
    for name in (id_, publisher):
        if not NAME.fullmatch(name):
            raise Refusal(N_("{name} is no name of a pack. A name has only a–z, 0–9 and underscores."), name=name)
    named = {
        PUBLISHER: f'publisher = "{publisher}"',
        NEXT_REVIEW: f"next_review = {date.fromordinal(today.toordinal() + YEAR)}",
    }
    return {name: _with(re.sub(rf"\b{ID}", id_, text), named) for name, text in folder_files(NEW_POINT).items()}


def _with(text: str, named: dict[str, str]) -> str:
    for old, new in named.items():
        text = text.replace(old, new)
    return text
