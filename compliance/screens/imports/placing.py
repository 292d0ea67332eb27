"""Whose the files in the inbox are. No Streamlit.

An organisation that a file names is never taken for granted: the user says once for each name whose those files are.
Files that name none follow the others; if those belong to several, the user says it of them too.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.core.remembering import cached_property

# The answer about the files that name none.
NAMELESS: Final = ""


def compared_name(name: str) -> str:
    """A name as names are compared, whatever their case and their spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def choices(named: Sequence[str], existing: Sequence[str]) -> list[str]:
    """The organisations to choose among: the named ones first, each as the database has it."""
    written = {compared_name(name): name for name in existing}
    return list(dict.fromkeys(written.get(compared_name(name), name) for name in [*named, *existing]))


@dataclass(frozen=True)
class Named:
    """A name to be asked about, as it is first written, with the number of its files."""

    name: str
    number: int


@dataclass(frozen=True)
class Places:
    """The organisation that each file names, if any, with what is chosen of the file itself, if anything.

    `answers` are the organisations of the names, compared_name; `own` is the organisation of the page.
    """

    files: tuple[tuple[str | None, str | None], ...]
    answers: Mapping[str, str]
    own: str

    @cached_property
    def asked(self) -> dict[str, Named]:
        """The names to be asked about, by how they are compared."""
        found: dict[str, Named] = {}
        for name, chosen in self.files:
            if name and not chosen and compared_name(name) != compared_name(self.own):
                before = found.get(compared_name(name), Named(name, 0))
                found[compared_name(name)] = Named(before.name, before.number + 1)
        nameless = sum(name is None and not chosen for name, chosen in self.files)
        return found | ({NAMELESS: Named("", nameless)} if nameless and len(self._organisations) > 1 else {})

    @cached_property
    def _organisations(self) -> dict[str, str]:
        """The organisations of the files that name one."""
        named = [self.answers.get(compared_name(name), name) for name, chosen in self.files if name and not chosen]
        return {compared_name(name): name for name in named}

    def is_open(self, named: str | None, chosen: str | None) -> bool:
        """Whether the user has yet to say whose such a file is."""
        if chosen:
            return False
        if named:
            return compared_name(named) in self.asked and compared_name(named) not in self.answers
        return not self.asked.keys() <= self.answers.keys()

    def of(self, named: str | None, chosen: str | None) -> str:
        """The organisation of such a file, as far as it is known."""
        if chosen or self.is_open(named, chosen):
            return chosen or self.own
        if named:
            return self.answers.get(compared_name(named), self.own)
        followed = [*self._organisations.values()]
        return followed[0] if len(followed) == 1 else self.answers.get(NAMELESS, self.own)
