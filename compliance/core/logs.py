"""What is written into a log: no identity number, whoever quotes it."""

import logging
from typing import Any

from compliance.core.masking import mask_text


class Record(logging.LogRecord):
    """A record that quotes no identity number, in its message or in the exception that it tells of."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        if self.exc_info:
            self.exc_text = mask_text(logging.Formatter().formatException(self.exc_info))[0]

    def getMessage(self) -> str:  # noqa: N802 - as logging calls it
        """The message with its values."""
        return mask_text(super().getMessage())[0]


def begin() -> None:
    """Lets every log of this process be written so."""
    logging.setLogRecordFactory(Record)
