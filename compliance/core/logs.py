"""Logging without identity numbers, whoever quotes them."""

import logging
import sys
from typing import Any

from compliance.core.masking import mask_text


class Record(logging.LogRecord):
    """A log record that masks identity numbers in its message and its exception."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info:
            self.exc_text = mask_text(logging.Formatter().formatException(self.exc_info))[0]

    def getMessage(self) -> str:  # noqa: N802 - as logging calls it
        """The formatted message, masked."""
        return mask_text(super().getMessage())[0]


def print_lines(logger: logging.Logger) -> None:
    """Print what a logger is told, a line each and nothing else, on standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def begin() -> None:
    """Make every logger of this process use masked records."""
    logging.setLogRecordFactory(Record)
