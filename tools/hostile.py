"""Mutated files by the hundred, through the real reader and the real loading: each is read or refused, in time.

python -m tools.hostile [COUNT] [SEED]
"""

import io
import random
import re
import statistics
import sys
import tempfile
import threading
import time
import traceback
import warnings
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from compliance.core.errors import Refusal
from compliance.core.places import ROOT
from compliance.loading.loading import Receipt, load
from compliance.reading.reading import read
from tests import files
from tests.line import SOURCES, WORDS, Line
from tools.memory import megabytes

REFUSAL_SECONDS, GROWTH_MB = 2.0, 100.0
NUMBERS = (b"0", b"4294967296", b"1048577", b"9" * 20, b"1e999", b"-1", b"NaN")
MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"\xff\xfe", b"MIME-Version: 1")
FOREIGN = ("Årsplan\ufeff\u202e;Ö".encode("utf-16"), "Årsplan;Ö".encode("cp1252"), "\ufeffÅr;Ö".encode())
STUFFING = (bytes(50), b"<table><tr><td>" * 5000, b"<c>" * 50_000, b"x;" * 9000, b'"', *FOREIGN)
Mutation = Callable[[random.Random, bytes], bytes]


def flipped(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 4, 40))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def shortened(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data)) + 1]


def spliced(chance: random.Random, data: bytes) -> bytes:
    start, place, length = chance.randrange(len(data)), chance.randrange(len(data)), chance.randrange(1, 2000)
    return data[:place] + data[start : start + length] + data[place + chance.randrange(2000) :]


def stuffed(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.choice(STUFFING) + data[place:]


def renumbered(chance: random.Random, data: bytes) -> bytes:
    return re.sub(rb"\d+", lambda said: chance.choice(NUMBERS) if chance.random() < 0.05 else said[0], data)


def disguised(chance: random.Random, data: bytes) -> bytes:
    magic = chance.choice(MAGIC)
    return magic + data[len(magic) :]


PLAIN: tuple[Mutation, ...] = (flipped, shortened, spliced, stuffed, renumbered, disguised)


def repacked(chance: random.Random, data: bytes) -> bytes:
    """A container with one part changed, lost, duplicated or of another size, and all in another order."""
    parts = _parts(data)
    if not parts:
        return flipped(chance, data)
    place = chance.randrange(len(parts))
    name, content = parts[place]
    change = chance.choice((*PLAIN, *PLAIN, "twice", "lost", "size"))
    if callable(change):
        parts[place] = (name, change(chance, content or b"x"))
    elif change == "lost":
        del parts[place]
    elif change == "twice":
        parts.append((name, chance.choice(parts)[1]))
    chance.shuffle(parts)
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for part in parts:
            archive.writestr(*part)
    size = int(chance.choice(NUMBERS[:3])) % 2**32
    return files.forged_size(file.getvalue(), name, size) if change == "size" else file.getvalue()


def _parts(data: bytes) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(part.filename, archive.read(part)) for part in archive.infolist() if part.file_size < 1 << 20]
    except (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error):
        return []


def originals() -> list[bytes]:
    """Small samples of every kind, and what the file doctor knows."""
    samples = [path.read_bytes() for path in sorted((ROOT / "data" / "samples").glob("20*/*.*"))]
    return [data for data in (*samples, *(data for data, _ in files.doctor_files().values())) if 0 < len(data) < 40_000]


def mutated(chance: random.Random, sources: list[bytes]) -> bytes:
    """A file with one to three mutations, mostly of a container's parts, as its checksums hide what is inside."""
    data = chance.choice(sources)
    for _ in range(chance.randrange(1, 4)):
        change = repacked if data.startswith(b"PK") and chance.random() < 0.8 else chance.choice(PLAIN)
        data = change(chance, data)
    return data


@dataclass(frozen=True)
class Outcome:
    """The result for one file: `read`, `refused` or `fault`, and the seconds without waiting for another's loading."""

    name: str
    what: str
    seconds: float
    said: str

    @property
    def bad(self) -> bool:
        return self.what == "fault" or (self.what == "refused" and self.seconds > REFUSAL_SECONDS)


class Run:
    """A run over files that are all loaded into one database; the bad ones are saved in a folder."""

    def __init__(self, line: Line, seed: int, saved: Path) -> None:
        self.line, self.seed, self.saved = line, seed, saved
        self.sources, self.turn = originals(), threading.Lock()

    def one(self, number: int) -> Outcome:
        """Makes, reads and loads a file."""
        content = mutated(random.Random(f"{self.seed} {number}"), self.sources)
        outcome = self._outcome(content, f"export {self.seed}-{number}")
        if outcome.bad:
            self.saved.mkdir(parents=True, exist_ok=True)
            (self.saved / outcome.name).write_bytes(content)
            print(f"{outcome.name}: {outcome.what} after {outcome.seconds:.1f} s: {outcome.said}")
        return outcome

    def _outcome(self, content: bytes, name: str) -> Outcome:
        started, waited = time.monotonic(), 0.0
        try:
            workbook = read(content, name=name)
            before = time.monotonic()
            with self.turn:
                waited = time.monotonic() - before
                order = self.line.order(extract_date=date(2026, 11, 1))
                receipts = load(self.line.database, workbook, order, sources=SOURCES, words=WORDS)
            assert all(isinstance(receipt, Receipt) for receipt in receipts)
            what, said = "read", ""
        except Refusal as refusal:
            what, said = "refused", str(refusal)
        except BaseException:
            what, said = "fault", traceback.format_exc()
        return Outcome(name, what, time.monotonic() - started - waited, said)


def run(count: int, seed: int, *, saved: Path = ROOT / "build" / "hostile") -> tuple[list[Outcome], float]:
    """The outcomes of `count` files, and the growth of this process in MB after the first tenth of them."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder, ThreadPoolExecutor(2) as pool:
        one = Run(Line(Path(folder)), seed, saved).one
        first = list(pool.map(one, range(count // 10)))
        before = megabytes()
        return first + list(pool.map(one, range(count // 10, count))), megabytes() - before


def main(count: int = 500, seed: int = 20261125) -> int:
    """Print the outcomes. Return 1 if one was a fault or slow to be refused, or if the memory has grown."""
    outcomes, growth = run(count, seed)
    refused, slow, faults = (
        [o for o in outcomes if o.what == "refused"],
        [o for o in outcomes if o.what == "refused" and o.bad],
        [o for o in outcomes if o.what == "fault"],
    )
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    print(
        f"{count} files: {count - len(refused) - len(faults)} read, {len(refused)} refused, {len(faults)} faults; "
        f"slowest {slowest.seconds:.2f} s ({slowest.name}), median {statistics.median(o.seconds for o in outcomes):.2f}"
        f" s; {1 - len(slow) / max(len(refused), 1):.1%} refused in under 2 s; memory grew by {growth:.0f} MB"
    )
    return int(bool(faults or slow or growth > GROWTH_MB))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
