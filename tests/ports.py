"""A port that nobody has, and waiting until a server is ready there."""

import socket
import subprocess
import time
import urllib.request
from contextlib import suppress

PATIENCE = 60


def free_port() -> int:
    """A port that nobody has now, for where it must be known before a server starts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server of Streamlit says that it is ready."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=PATIENCE):
            return
        time.sleep(0.05)
    raise RuntimeError("The server did not start")
