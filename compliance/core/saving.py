"""Writing files whole or not at all, and turning a full disk into a sentence.

    save(content, Path("review_2026.pdf"))
    with temporary_folder() as folder:
        …
    refusal = refusal_of(error)

Every library reports a full disk in its own way. Here it becomes one kind of Refusal: what, where, what to do.
"""

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from compliance.core.errors import Hindered, Refusal
from compliance.core.language import N_

# The prefix of everything that the product puts into the temporary folder.
PREFIX: Final = "compliance-"
# The disk is full, or a quota or a limit of the process is reached.
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL: Final = N_("There is no room left in the folder {folder}. Nothing has been changed. Free some and try again.")


class DiskFull(Hindered):
    """The disk is full; the content to be written is not at fault."""


def save(content: bytes, to: Path) -> None:
    """Write a file atomically. If it fails, an existing file stays as it was."""
    with written(to) as file:
        file.write(content)


@contextmanager
def written(to: Path, *, rights: int = 0o666) -> Iterator[BinaryIO]:
    """A file for the block to write, which takes its name when the block ends. `rights` are less those of the umask.

    If the block raises or the disk is full, an existing file stays as it was.
    """
    to = Path(os.path.realpath(to))
    part = to.with_name(f".{secrets.token_hex(8)}.part")
    try:
        part.touch(mode=rights, exist_ok=False)
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(to)
    except OSError as error:
        raise _save_refusal(error, to) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def save_folder(files: Mapping[str, bytes], to: Path) -> None:
    """Write a folder with these files alone, in the place of one that is there. If it fails, that stays as it was."""
    with written_folder(to) as folder:
        for name, content in files.items():
            save(content, folder / name)


@contextmanager
def written_folder(to: Path) -> Iterator[Path]:
    """A folder for the block to fill, which takes the place of one that is there when the block ends.

    If the block raises or the disk is full, that stays as it was.
    """
    to = Path(os.path.realpath(to))
    part, old = (to.with_name(f".{secrets.token_hex(8)}.{ending}") for ending in ("part", "old"))
    try:
        part.mkdir()
        yield part
        _swap(part, to, old)
    except OSError as error:
        raise _save_refusal(error, to) from error
    finally:
        for folder in (part, old):
            shutil.rmtree(folder, ignore_errors=True)


def _swap(part: Path, to: Path, old: Path) -> None:
    """Give a folder its name; the one that has it goes away only when that has been done."""
    if not to.is_dir():
        part.rename(to)
        return
    # whoever stands in it would go on in the old one, which is gone
    if Path.cwd().is_relative_to(to):
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
    to.rename(old)
    try:
        part.rename(to)
    except OSError:
        old.rename(to)
        raise


def _save_refusal(error: OSError, to: Path) -> Refusal:
    if is_disk_full(error):
        return DiskFull(FULL, folder=to.parent)
    return Refusal(
        N_("The file {file} cannot be written: {error}. Choose another folder or close the program that uses it."),
        file=to.name,
        error=error.strerror or error,
    )


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is removed afterwards. Raise Refusal if the folder, or anything written into it, finds no room."""
    try:
        temporary = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
    except OSError as error:
        raise temporary_refusal(error) from error
    with temporary as folder:
        try:
            yield Path(folder)
        except Exception as error:
            if is_disk_full(error) and not isinstance(error, Refusal):
                raise temporary_refusal(error) from error
            raise


def temporary_refusal(error: BaseException) -> Refusal:
    """The refusal for a temporary folder that cannot be written."""
    if is_disk_full(error):
        return full_temporary_refusal()
    return Hindered(
        N_("Temporary files cannot be written in {folder}: {error}. Check that you may write there."),
        folder=_temporary(),
        error=getattr(error, "strerror", None) or error,
    )


def full_temporary_refusal() -> Refusal:
    """The refusal for a full temporary folder."""
    return DiskFull(FULL, folder=_temporary())


def _temporary() -> str:
    try:
        return tempfile.gettempdir()
    except OSError:
        return "TMPDIR"


def is_disk_full(error: BaseException) -> bool:
    """Whether an error means that a disk is full, however the library words it; most quote the system's message."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return True
    return any(os.strerror(code) in str(error) for code in NO_ROOM)


def refusal_of(error: BaseException) -> Refusal | None:
    """The refusal to show for an error that a user can fix (a Refusal, a full or read-only disk), else None."""
    if isinstance(error, Refusal):
        return error
    for cause in causes(error):
        if is_disk_full(cause) or (isinstance(cause, OSError) and cause.errno == errno.EROFS):
            return _disk_refusal(cause)
    return None


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and the errors it was raised for, one by one: closing a file after a failure can fail too."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _disk_refusal(error: BaseException) -> Refusal:
    name = getattr(error, "filename", None)
    if name is not None and isinstance(error, OSError):
        return _save_refusal(error, Path(os.fsdecode(name)))
    if isinstance(error, OSError):
        return temporary_refusal(error)
    return DiskFull(
        N_("There is no room left on the disk: {error}. Free some and try again."), error=str(error).split("\n")[0]
    )
