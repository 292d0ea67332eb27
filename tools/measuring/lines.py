"""What was measured, kept as numbers: beside what, beside the best of the runs before, and as a table."""

import json
import os
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

# How many runs of this machine are kept.
RUNS = 20
Numbers = dict[str, float]


@dataclass(frozen=True)
class Measured:
    """One line of a table: seconds, or megabytes, or a plain number, and the same of what it stands beside.

    `note` may differ from run to run, `what` must not: the line is found again by it.
    """

    what: str
    ours: float
    wished: str = ""
    unit: str = "s"
    note: str = ""
    other: float | None = None
    beside: str = ""
    before: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours to what stands beside it."""
        return self.ours / self.other if self.other else None


def shown(number: float, unit: str = "s") -> str:
    if unit != "s":
        return f"{number:.0f} {unit}".strip()
    return f"{number:.1f} s" if number >= 1 else f"{number * 1000:.0f} ms"


def compared(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def as_table(found: list[Measured], ratios: dict[str, float]) -> str:
    """The table, without the columns that hold nothing."""
    headings = ["what", "ours", "beside", "ratio", "the commit before", "to the best", "wished"]
    rows = [_row(name, measured, ratios) for name, measured in numbered(found)]
    filled = [place for place, column in enumerate(zip(*rows, strict=True)) if any(column)]
    return _table([headings[place] for place in filled], [[row[place] for place in filled] for row in rows])


def _row(name: str, measured: Measured, ratios: dict[str, float]) -> list[str]:
    other, before, best = measured.other, measured.before, ratios.get(name)
    return [
        titled(measured),
        shown(measured.ours, measured.unit),
        "" if other is None else f"{measured.beside}: {shown(other, measured.unit)}",
        compared(measured.ratio),
        "" if before is None else shown(before, measured.unit),
        "" if best is None else f"{best:.2f}",
        measured.wished,
    ]


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are numbers, with the machine below."""
    ruled = ["---", *["---:"] * (len(headings) - 1)]
    lines = [f"| {' | '.join(row)} |" for row in (headings, ruled, *rows)]
    return "\n".join([*lines, "", f"On {machine()}, {time.strftime('%Y-%m-%d')}."])


def machine() -> str:
    """The machine in words: its cores, its Python and how busy it was with other things."""
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    return f"{os.cpu_count()} cores, {python}, load {os.getloadavg()[1]:.1f} at the end"


def titled(measured: Measured) -> str:
    return f"{measured.what} ({measured.note})" if measured.note else measured.what


# --- Runs ---------------------------------------------------------------------------------------------------------


def numbered(found: Iterable[Measured]) -> Iterator[tuple[str, Measured]]:
    """Each line with a name of its own: one that goes on from another ("… its trend") has that one's before it."""
    head = ""
    for measured in found:
        goes_on = measured.what.startswith("…")
        head = head if goes_on else measured.what
        yield f"{head} {measured.what}" if goes_on else head, measured


def numbers(found: Iterable[Measured]) -> Numbers:
    return {name: measured.ours for name, measured in numbered(found)}


def medians(runs: Sequence[Sequence[Measured]]) -> list[Measured]:
    """The lines of several runs as one: the median of each, in the order and with the notes of the last run."""
    named = [dict(numbered(run)) for run in runs]
    return [
        replace(
            measured,
            ours=statistics.median(run[name].ours for run in named if name in run),
            other=_median(run[name].other for run in named if name in run),
        )
        for name, measured in named[-1].items()
    ]


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def beside_commit(found: Iterable[Measured], other: Iterable[Measured]) -> list[Measured]:
    """The lines with what the other commit takes; nothing where it has no such line."""
    known = numbers(other)
    return [replace(measured, before=known.get(name)) for name, measured in numbered(found)]


def kept_runs(path: Path) -> list[Numbers]:
    """The numbers of the last runs of this machine, the oldest first."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [json.loads(line)["numbers"] for line in lines]


def keep_run(path: Path, found: Iterable[Measured], *, commit: str) -> None:
    """Add a run to those of this machine, and forget those before the last twenty."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    run: dict[str, Any] = {"at": time.strftime("%Y-%m-%dT%H:%M"), "commit": commit, "numbers": numbers(found)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in [*lines, json.dumps(run, ensure_ascii=False)][-RUNS:]), "utf-8")


def to_best(found: Iterable[Measured], runs: Sequence[Numbers]) -> dict[str, float]:
    """Each line's ratio to the best of the runs before; below 1 it is the best of all. A new line has none."""
    return {
        name: measured.ours / best
        for name, measured in numbered(found)
        if (best := min((run[name] for run in runs if name in run), default=0))
    }
