"""Logging without identity numbers, whoever quotes them."""

import logging
import sys
from typing import Any, Final

from compliance.core.errors import Refusal
from compliance.core.masking import mask_beside_hashes, mask_text

# What is told in one line, without where in the code it was met: it is no fault of the product.
_BRIEF: Final[list[type[BaseException]]] = [Refusal]


class Record(logging.LogRecord):
    """A log record that masks identity numbers in its message and its exception."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and isinstance(self.exc_info[1], tuple(_BRIEF)):
            said, why = super().getMessage(), str(self.exc_info[1])
            self.msg, self.args = said if why in said else f"{said}: {why}", ()
            self.exc_info = None
        if self.exc_info:
            self.exc_text = mask_text(logging.Formatter().formatException(self.exc_info))[0]

    def getMessage(self) -> str:  # noqa: N802 - as logging calls it
        """The formatted message, masked."""
        return mask_beside_hashes(super().getMessage())[0]


def print_lines(logger: logging.Logger) -> None:
    """Print what a logger is told, a line each and nothing else, on standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def begin(*brief: type[BaseException]) -> None:
    """Make every logger of this process use masked records, without a traceback of what is expected."""
    _BRIEF.extend(brief)
    logging.setLogRecordFactory(Record)
