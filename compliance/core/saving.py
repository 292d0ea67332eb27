"""What a disk takes and what it does not: a file appears whole or not at all, and that there is no room is told.

    save(content, Path("review_2026.pdf"))
    with temporary_folder() as folder:
        …
    refusal = refusal_of(error)

Every library says in its own way that a disk is full. Here it becomes one kind of sentence: what, where, what to do.
"""

import errno
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from compliance.core.errors import Refusal
from compliance.core.language import N_

# The whole of what the product puts into the temporary folder begins so.
PREFIX: Final = "compliance-"
# A disk is full, or a quota or a limit of the process is reached.
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NoRoom(Refusal):
    """A disk that is full: no fault of what was to be written."""


def save(content: bytes, to: Path) -> None:
    """Writes a file. It appears whole or not at all; one that is there is replaced, or stays as it is."""
    to = Path(os.path.realpath(to))
    beside = to.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(to)
    except OSError as error:
        raise _unsaved(error, to) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _unsaved(error: OSError, to: Path) -> Refusal:
    if lacks_room(error):
        return NoRoom(
            N_(
                "There is no room left for the file {file} in the folder {folder}. Free some, or choose another folder."
            ),
            file=to.name,
            folder=to.parent,
        )
    return Refusal(
        N_("The file {file} cannot be written: {error}. Choose another folder or close the program that uses it."),
        file=to.name,
        error=error.strerror or error,
    )


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards; a Refusal where it, or what is put into it, finds no room."""
    try:
        made = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
    except OSError as error:
        raise untemporary(error) from error
    with made as folder:
        try:
            yield Path(folder)
        except Exception as error:
            if lacks_room(error) and not isinstance(error, Refusal):
                raise untemporary(error) from error
            raise


def untemporary(error: BaseException) -> Refusal:
    """That nothing can be put into the temporary folder."""
    if lacks_room(error):
        return full_temporary()
    return Refusal(
        N_("Temporary files cannot be written in {folder}: {error}. Check that you may write there."),
        folder=_temporary(),
        error=getattr(error, "strerror", None) or error,
    )


def full_temporary() -> Refusal:
    """That the temporary folder is full."""
    return NoRoom(
        N_("There is no room left in the folder for temporary files, {folder}. Free some and try again."),
        folder=_temporary(),
    )


def _temporary() -> str:
    try:
        return tempfile.gettempdir()
    except OSError:
        return "TMPDIR"


def lacks_room(error: BaseException) -> bool:
    """Whether an error says that a disk is full, in whatever words; those of the system stand in most."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return True
    return any(os.strerror(code) in str(error) for code in NO_ROOM)


def refusal_of(error: BaseException) -> Refusal | None:
    """What a person is told of an error that they can mend: a Refusal, or a disk that takes no more; else None."""
    if isinstance(error, Refusal):
        return error
    for seen in behind(error):
        if lacks_room(seen) or (isinstance(seen, OSError) and seen.errno == errno.EROFS):
            return _of_the_disk(seen)
    return None


def behind(error: BaseException) -> Iterator[BaseException]:
    """An error, and one by one those that it was raised for: what is closed after a failure can fail too."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _of_the_disk(error: BaseException) -> Refusal:
    name = getattr(error, "filename", None)
    if name is not None and isinstance(error, OSError):
        return _unsaved(error, Path(os.fsdecode(name)))
    if isinstance(error, OSError):
        return untemporary(error)
    return NoRoom(
        N_("There is no room left on the disk: {error}. Free some and try again."), error=str(error).split("\n")[0]
    )
