"""Processor time: how much work something is, however busy the machine."""

from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage


def spent() -> float:
    """The processor seconds used by this process and its finished children."""
    return sum(used.ru_utime + used.ru_stime for used in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))
