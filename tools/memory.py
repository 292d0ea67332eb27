"""How much memory a process has."""

from pathlib import Path


def megabytes(process: int | str = "self", *, what: str = "VmRSS") -> float:
    """How many MB a process has now, or with `VmHWM` had at its highest."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / 1024
