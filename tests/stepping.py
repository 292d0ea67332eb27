"""A store that is written anew, without its first person, by a process which is killed at one of its steps.

python -m tests.stepping STORE FOLDER STEP…

A step is a statement that writes the new file, or what is done with the two. For each STEP the store is copied to
FOLDER/STEP.duckdb and written anew by a child that ends there without any farewell; a negative STEP counts from the
last one, and `all` is each. Prints how many steps there are.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from compliance.keeping import rewriting
from compliance.store.file import FileDatabase

KILLED = 9


class Steps:
    """Counts steps, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.taken, self.last = 0, last

    def of(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """The same, as a step."""

        def stepping(*given: Any, **named: Any) -> Any:
            if self.taken == self.last:
                os._exit(KILLED)
            self.taken += 1
            return real(*given, **named)

        return stepping


class Connection:
    """A connection whose statements are steps."""

    def __init__(self, real: Any, steps: Steps) -> None:
        self.real, self.execute = real, steps.of(real.execute)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def rewrite(path: Path, last: int) -> int:
    """Write a store anew up to a step; return how many it took, if it was not killed."""
    steps, changes = Steps(last), rewriting.Changes()
    changes.drop("staff", [0])
    rewriting._flush = steps.of(rewriting._flush)
    Path.replace = steps.of(Path.replace)  # type: ignore[method-assign]
    with FileDatabase.at(path).rewriting() as (cursor, _):
        rewriting.write_anew(Connection(cursor, steps), path, changes)  # type: ignore[arg-type]
    return steps.taken


def main(store: Path, folder: Path, wanted: list[str]) -> None:
    """Write copies of the store anew in children, each up to one of the steps."""
    every = in_child(shutil.copyfile(store, folder / "whole.duckdb"), last=-1)
    for number in range(every) if wanted == ["all"] else [int(step) % every for step in wanted]:
        code = in_child(shutil.copyfile(store, folder / f"{number}.duckdb"), last=number)
        assert code == KILLED, f"step {number} of {every} ended with {code}"
    print(every)


def in_child(path: Path, *, last: int) -> int:
    """The exit code of a child: the number of steps, or that it was killed."""
    child = os.fork()
    if not child:
        os._exit(rewrite(path, last))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
