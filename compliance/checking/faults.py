"""What is wrong with a pack: a sentence, and the file and the line that it is about."""

import re
from dataclasses import dataclass
from typing import Final

from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.declarations.closed import AT

IN: Final = N_("{file}: {why}")


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with a file of a pack; on line 0 it is about the whole file."""

    file: str
    line: int
    why: Refusal

    @property
    def sentence(self) -> Refusal:
        """The whole sentence."""
        return Refusal(AT if self.line else IN, file=self.file, line=self.line, why=self.why)


def line_of(text: str, *keys: str) -> int:
    """The line of a TOML text on which a key stands, or the nearest of the keys above it; 0 if none does."""
    lines, found = text.splitlines(), 0
    for key in keys:
        declared = re.compile(rf'(?:\[+.*\b|\s*|.*[.{{,]\s*)"?{re.escape(key)}"?\s*(?:[=.].*|\]+.*)')
        found = next(
            (n for n, line in enumerate(lines[max(0, found - 1) :], max(1, found)) if declared.match(line)), found
        )
    return found


def line_with(text: str, part: str, *, after: int = 0) -> int:
    """The first line that has a part, after a line; 0 if none has."""
    return next((n for n, line in enumerate(text.splitlines(), 1) if n > after and part in line), 0)
