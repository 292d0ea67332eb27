"""Logging without identity numbers, whoever quotes them; as text, or as a line of JSON for each entry."""

import atexit
import io
import json
import logging
import sys
import threading
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from compliance.core.errors import Refusal
from compliance.core.masking import mask_beside_hashes, mask_text

# What is told in one line, without where in the code it was met: it is no fault of the product.
_BRIEF: Final[list[type[BaseException]]] = [Refusal]
log = logging.getLogger(__name__)


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
    handler.setFormatter(_Bare("%(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


class _Bare(logging.Formatter):
    """What makes a message the whole line, in either form of the log."""


def begin(*brief: type[BaseException]) -> None:
    """Make every logger of this process use masked records, without a traceback of what is expected."""
    _BRIEF.extend(brief)
    logging.setLogRecordFactory(Record)


# --- As JSON ----------------------------------------------------------------------------------------------------------

# The logger that what somebody prints is told by.
PRINTED: Final = "printed"


def write_json() -> None:
    """Have every line of this process be a JSON object, whoever logs or prints it, as libraries do in their own forms.

    A process that it starts has streams of its own.

    The keys are `timestamp` (UTC), `level`, `logger`, `message`, and `error` with the traceback where there is one.
    """

    def line(self: logging.Handler, record: logging.LogRecord) -> str:
        return self.formatter.format(record) if isinstance(self.formatter, _Bare) else json_of(record)

    logging.Handler.format = line  # type: ignore[method-assign]
    logging.captureWarnings(capture=True)
    sys.stdout, sys.stderr = Lines(sys.stdout, logging.INFO), Lines(sys.stderr, logging.ERROR)
    sys.excepthook = lambda *error: log.critical("An error has ended the process", exc_info=error)
    threading.excepthook = _tell_of_thread


def _tell_of_thread(told: threading.ExceptHookArgs) -> None:
    if not issubclass(told.exc_type, SystemExit):  # a thread that has ended itself
        error = told.exc_value or told.exc_type()
        log.error("An error has ended a thread", exc_info=(told.exc_type, error, told.exc_traceback))


def json_of(record: logging.LogRecord) -> str:
    """A record as a line of JSON."""
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    told = {
        "timestamp": moment.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
    }
    error = {"error": record.exc_text} if record.exc_text else {}
    return json.dumps(told | error, ensure_ascii=False)


class Lines(io.TextIOBase):
    """A stream on which each line is a JSON object: those that are go on as they are, others become the message of one.

    A line that has no end yet is kept until it has, or the process ends.
    """

    encoding, errors = "utf-8", "backslashreplace"

    def __init__(self, stream: TextIO, level: int) -> None:
        self._stream, self._level = stream, level
        self._begun, self._lock = "", threading.RLock()
        atexit.register(self._end)

    def write(self, text: str) -> int:
        """Write the lines that a text ends. Raise TypeError for bytes, by which libraries know a stream of text."""
        if not isinstance(text, str):
            raise TypeError(f"a text is written, not {type(text).__name__}")
        with self._lock:
            *lines, self._begun = f"{self._begun}{text}".split("\n")
            for line in lines:
                if line.strip():
                    self._stream.write(f"{line if _is_object(line) else self._told(line)}\n")
            self._stream.flush()
        return len(text)

    def _end(self) -> None:
        if self._begun:
            self.write("\n")

    def _told(self, line: str) -> str:
        return json_of(logging.getLogRecordFactory()(PRINTED, self._level, "", 0, line, (), None))

    def flush(self) -> None:
        """Write nothing more: lines are written at their end."""

    def fileno(self) -> int:
        """That of the stream."""
        return self._stream.fileno()


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict) if line.startswith("{") else False
    except ValueError:
        return False
