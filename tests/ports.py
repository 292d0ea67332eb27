"""A server as a process, a port that nobody has, and waiting until a server is ready there."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from compliance.core.places import ROOT

SERVER = "compliance.commands.server"
PATIENCE = 60


def free_port() -> int:
    """A port that nobody has now, for where it must be known before a server starts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def started(
    said: Sequence[str], *, folder: Path = ROOT, log: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A module of Python that runs with arguments in a folder while the block lasts. What it says goes to `log`."""
    with (log or Path(os.devnull)).open("ab") as written:
        command = [sys.executable, "-m", *said]
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(environment or {})}, stdout=written, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes], *, patience: float = PATIENCE) -> None:
    """Wait until a server of Streamlit says that it is ready."""
    until = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=patience):
            return
        time.sleep(0.05)
    raise RuntimeError("The server did not start")
