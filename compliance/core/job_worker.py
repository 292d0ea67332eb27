"""The child process that makes one file: it sets its limits first, then does the job.

Run as `python -m compliance.core.job_worker FOLDER SECONDS PARENT` with the pickled job on standard input and a file
for the answer as standard output. The answer is a line of JSON with the problem, if any, followed by the content.
"""

import json
import os
import pickle
import sys
from typing import Any, BinaryIO

from compliance.core.children import begin, where
from compliance.core.saving import refusal_of

Header = dict[str, Any]


def main(arguments: list[str]) -> None:
    """Make the file that standard input describes, within SECONDS of processor time."""
    begin(arguments)
    with _answer_file() as file:
        header, content = _make(sys.stdin.buffer)
        file.write(json.dumps(header).encode() + b"\n")
        file.write(content)


def _answer_file() -> BinaryIO:
    """The standard output, closed to libraries that print."""
    file = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    return file


def _make(order: BinaryIO) -> tuple[Header, bytes]:
    """Return the answer's header and the content, which is empty if there was a problem."""
    try:
        order.seek(0)
        make, args, kwargs = pickle.load(order)  # noqa: S301 - written by the server, where nobody else can write
        return {"problem": None}, make(*args, **kwargs)
    except MemoryError:
        return {"problem": "memory"}, b""
    except BaseException as fault:
        # A panic of a native library is a BaseException.
        return _problem(fault), b""


def _problem(fault: BaseException) -> Header:
    refusal = refusal_of(fault)
    if refusal is None:
        return {"problem": "fault", "where": where(fault)}
    return {"problem": "refused", "refusal": refusal.as_json()}


if __name__ == "__main__":
    main(sys.argv[1:])
