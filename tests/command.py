"""The command line as another process runs it, on a database of the test's own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from compliance.places import ROOT


def arguments(*said: object) -> list[str]:
    return [sys.executable, "-m", "compliance", *map(str, said)]


def environment(database: Path, **more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in {"LC_ALL", "LC_MESSAGES", "LANG"}}
    return {**kept, "LANG": "C.UTF-8", "COMPLIANCE_DATABASE": str(database), **more}


def run(database: Path, *said: object, **more: str) -> subprocess.CompletedProcess[str]:
    """What the command gives; whatever happens, nobody is shown a traceback."""
    done: subprocess.CompletedProcess[Any] = subprocess.run(
        arguments(*said), cwd=ROOT, env=environment(database, **more), capture_output=True, timeout=120, check=False
    )
    given = subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in given.stderr, given.stderr
    return given
