"""One machine of the service: a process that loads files, writes texts of a review and shows figures until its end.

`python -m tools.faults.machine NAME ROWS REVIEW`; COMPLIANCE_FOLDER and COMPLIANCE_DATABASE say where. It prints what
it does, a line of JSON each. On its input it is told to `rest`, to `tell` what its copy holds, and to `go` on.
"""

import json
import os
import random
import secrets
import sys
import threading
import time
import traceback
from collections.abc import Callable
from datetime import date, timedelta
from string import ascii_lowercase
from typing import Any

from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.loading import loading
from compliance.loading.loading import Order
from compliance.review import reviewing
from compliance.store import stores
from compliance.store.database import Database, rows
from tests.line import POINTS, SOURCES, WORDS, read_here
from tools.faults.promises import HALVES, contents

READERS = 2
# A person at a page does not write all the time either.
PAUSE_SECONDS = 0.1
FIRST_DAY = date(2025, 1, 1)
HEAD = "AD-konto;Enhet;Anställningsdatum"
_saying = threading.Lock()


def say(**what: Any) -> None:
    """Print what has happened."""
    with _saying:
        print(json.dumps(what, default=str), flush=True)


def staff(key: str, number: int) -> bytes:
    """A file of people, the last of whom is rejected."""
    lines = [HEAD, *(f"{key}-{n};Enhet {n % 9};2024-01-01" for n in range(number)), f"{key}-x;Enhet;nyss"]
    return "\n".join(lines).encode()


class Machine:
    """What the threads of the process share."""

    def __init__(self, name: str, most: int, review: int) -> None:
        self.name, self.most, self.review = name, most, review
        self.store: Database = stores.own()
        self.going, self.busy = threading.Event(), threading.Semaphore(1 + READERS)
        self.chance = random.Random(name)

    def run(self) -> None:
        """Work until the input ends."""
        self.going.set()
        for target in (self.write, *[self.show] * READERS):
            threading.Thread(target=self.repeat, args=(target,), daemon=True).start()
        for order in sys.stdin:
            {"go": self.going.set, "rest": self.rest, "tell": self.tell}[order.strip()]()

    def rest(self) -> None:
        """Let what is under way end."""
        self.going.clear()
        for _ in range(1 + READERS):
            self.busy.acquire()
        self.busy.release(1 + READERS)
        say(rests=True)

    def tell(self) -> None:
        """Say what the copy holds."""
        try:
            while self.store.away_since():
                time.sleep(0.1)
            time.sleep(0.3)  # what was seen less than a moment ago is not looked for again
            with self.store.cursor() as cursor:
                held = contents(cursor)
            say(tells=held, version=self.store.version())
        except Refusal as error:
            say(tells=None, why=str(error))

    def repeat(self, work: Callable[[], None]) -> None:
        while self.going.wait():
            with self.busy:
                if self.going.is_set():
                    self.tried(work)
            time.sleep(PAUSE_SECONDS)

    def tried(self, work: Callable[[], None]) -> None:
        """Do something, and say how it was refused and how long that took."""
        begun = time.monotonic()
        try:
            work()
        except Refusal as error:
            say(refused=work.__name__, message=error.message, said=str(error), seconds=time.monotonic() - begun)
        except BaseException:
            say(broke=traceback.format_exc())

    # --- What it does

    def write(self) -> None:
        # without digits: nothing that could be taken for an identity number
        key, begun = self.name + "".join(secrets.choice(ascii_lowercase) for _ in range(10)), time.monotonic()
        kind = self.chance.choice((self.load, self.text))
        say(begun=kind.__name__, key=key)
        number = kind(key)
        say(done=kind.__name__, key=key, number=number, seconds=time.monotonic() - begun)
        self.look_for(kind.__name__, key)

    def load(self, key: str) -> int:
        """Load a file, and return the number of its import."""
        book = read_here(staff(key, self.chance.randint(1, self.most)), name=f"{key}.csv")
        order = Order("test", extract_date=FIRST_DAY + timedelta(self.chance.randrange(600)), completes=True)
        [receipt] = loading.load(self.store, book, order, sources=SOURCES, words=WORDS)
        return receipt.import_id

    def text(self, key: str) -> None:
        """Write a comment on a point of a review."""
        point = self.chance.choice(POINTS).id
        reviewing.write(self.store, self.review, kind="comment", what=point, text=key, order=Order("test"))

    def look_for(self, kind: str, key: str) -> None:
        """Say if what was just written is not shown here, though the page says that it shows the latest."""
        sql = {
            "load": "select count(*) as n from staff where employee_id = $key || '-0'",
            "text": "select count(*) as n from review_texts where text = $key",
        }
        with self.store.cursor() as cursor:
            [found] = rows(cursor, sql[kind], {"key": key})
        if not found["n"] and not self.store.away_since():
            say(unseen=key)

    def show(self) -> None:
        """Read as a page does; say so if it took long, or if it showed a half."""
        begun = time.monotonic()
        self.store.version()
        with self.store.cursor() as cursor:
            found = rows(cursor, HALVES)
        since, seconds = self.store.away_since(), time.monotonic() - begun
        if found:
            say(half=found)
        say(shown=seconds, away=since)


def put_the_clock(days: int) -> None:
    """Let the clock of this machine be so many days ahead."""
    own = clock._own
    clock._own = lambda: own() + timedelta(days)


if __name__ == "__main__":
    put_the_clock(int(os.environ.get("DAYS_AHEAD", "0")))
    Machine(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])).run()
