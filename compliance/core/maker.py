"""The child process that makes one file: its limits first, then what it was asked for.

Run as `python -m compliance.core.maker FOLDER SECONDS PARENT` with the order as standard input and a file for the
answer as standard output. The answer is a line of JSON that says what went wrong, and the content after it.
"""

import json
import os
import pickle
import sys
from typing import Any, BinaryIO

from compliance.core.children import begin, where
from compliance.core.saving import refusal_of

Said = dict[str, Any]


def main(arguments: list[str]) -> None:
    """Makes what standard input asks for, within SECONDS of processor time."""
    begin(arguments)
    with _answer_file() as file:
        said, content = _made(sys.stdin.buffer)
        file.write(json.dumps(said).encode() + b"\n")
        file.write(content)


def _answer_file() -> BinaryIO:
    """The standard output, which no library can write in any more."""
    file = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    return file


def _made(order: BinaryIO) -> tuple[Said, bytes]:
    """The content, or why there is none."""
    try:
        order.seek(0)
        make, given, named = pickle.load(order)  # noqa: S301 - written by the server, where nobody else can write
        return {"problem": None}, make(*given, **named)
    except MemoryError:
        return {"problem": "memory"}, b""
    except BaseException as fault:
        # What a library of another language throws is no Exception.
        return _problem(fault), b""


def _problem(fault: BaseException) -> Said:
    refusal = refusal_of(fault)
    if refusal is None:
        return {"problem": "fault", "where": where(fault)}
    values = {name: _plain(value) for name, value in refusal.values.items()}
    return {"problem": "refused", "message": refusal.message, "values": values}


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float) else str(value)


if __name__ == "__main__":
    main(sys.argv[1:])
