"""Taking files out of folders that others write to.

    in/                         theirs: they may write, rename, replace, link and remove at any moment
    held/, loaded/, refused/    ours alone: what is asked, and the originals of what was loaded or refused

A file is copied into a file of ours, never renamed, and its place is emptied only if it still is the one that was
copied. Below `in` no path is followed: every call is relative to the open folder. Each step can be the last: what is
done twice is seen by its sum.
"""

import errno
import hashlib
import os
import shutil
import stat
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from compliance.core import clock
from compliance.core.errors import Refusal
from compliance.core.language import N_
from compliance.core.saving import is_disk_full
from compliance.declarations.intake import Intake
from compliance.reading.reading import MAX_BYTES, safe_name

IN: Final = "in"
HELD: Final = "held"
OURS: Final = (HELD, "loaded", "refused")
# What one look takes of a folder, and a run of all.
MOST_NAMES: Final = 1000
MOST_BYTES: Final = 2 << 30
# How many characters of the sum a name in `held` begins with.
OF_SUM: Final = 16
# A name has at most 255 bytes, among them the sum, the number of an import and what a receipt ends with.
NAME_BYTES: Final = 200
# An upload that broke off is empty, or a spreadsheet without its end: it may go on.
UNFINISHED_SECONDS: Final = 600
DAY: Final = 86_400
LOCK: Final = ".lock"
# What a file is called between the copy and its removal. A run that was killed leaves it so.
ASIDE: Final = ".taken-"

TOLD: Final = {
    "young": N_("{file} in {folder} may not be whole yet. It is taken once it has lain still."),
    "later": N_("{file} in {folder} waits for the next run: this one has taken as much as one may."),
    "room": N_("{file} in {folder} is not taken: there is too little room left on the disk. Free some."),
    "link": N_("{file} in {folder} is a link, which is not followed. Put the file itself there."),
    "folder": N_("{file} in {folder} is a folder, which is not looked into. Put the files themselves there."),
    "no_file": N_("{file} in {folder} is no file. Remove it."),
    "rights": N_("{file} in {folder} may not be read. Let the group of its folder read it, or send it again."),
    "unreadable": N_("{file} in {folder} cannot be read from the disk. Send it again."),
    "too_large": N_("{file} in {folder} has more than {megabytes} MB. Divide it, or load it another way."),
    "unfinished": N_(
        "{file} in {folder} is called as an upload that goes on, and has lain still for a day. Send it again."
    ),
    "foreign": N_(
        "{file} lies in the folder held of {folder}, and is nothing that the intake can have taken. Remove it."
    ),
    "folder_link": N_(
        "The folder {folder} is a link, which is not followed. Put the folder itself there, or mount it."
    ),
    "folder_name": N_("The name of the folder {folder} has bytes that are no text in UTF-8. Rename it."),
    "outside": N_(
        "{file} lies beside the folders of organisations, from where nothing is taken. Move it to a folder in."
    ),
    "beside": N_("{file} lies in {folder} itself, from where nothing is taken. Move it to the folder in."),
}
NO_IN: Final = N_("The folder {folder} has no folder called in, so nothing is taken from it.")
OTHER_DISK: Final = N_(
    "The folders of {folder} are on more than one disk. Put in, held, loaded and refused on the same."
)
NOT_OURS: Final = N_(
    "The folders held, loaded and refused of {folder} cannot be used: {error}. Let them belong to the account of the "
    "intake, and to nobody else."
)
NOT_EMPTIED: Final = N_(
    "Nothing is taken from {folder}: the account of the intake may not remove files from its folder in. Let that "
    "belong to a group of both accounts, which may write there, without the sticky bit."
)
BUSY: Final = N_("Another run of the intake is at work.")


class Busy(Refusal):
    """Another run is at work."""


class NoIntake(Refusal):
    """A folder is of something else."""


@dataclass(frozen=True)
class Taken:
    """A file in `held` at `path`. `file` is its name, masked; `came` is the moment (UTC) at which it last changed."""

    folder: str
    file: str
    sha256: str
    size: int
    path: Path
    came: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by: its folder, its content, and its name, which may say what the content does not."""
        return self.folder, self.sha256, self.file


@dataclass(frozen=True)
class Left:
    """What lies in a folder and was not taken; `code` says why, and `seconds` in how many it may be."""

    folder: str
    file: str
    code: str
    seconds: float = 0.0

    @property
    def refusal(self) -> Refusal:
        """Why it was not taken, and what to do."""
        return Refusal(TOLD[self.code], file=self.file, folder=self.folder, megabytes=MAX_BYTES >> 20)


@dataclass(frozen=True)
class Harvest:
    """What one look at the folder of an organisation has given."""

    taken: tuple[Taken, ...]
    left: tuple[Left, ...]


class _NotTaken(Exception):
    def __init__(self, code: str, seconds: float = 0.0) -> None:
        self.code, self.seconds = code, seconds
        super().__init__(code)


# --- Folders ----------------------------------------------------------------------------------------------------------


def folders(root: Path) -> list[Path]:
    """The folders within a folder, without links, by name; a name is a text."""
    with os.scandir(root) as entries:
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    return sorted(root / name for name in names if _is_text(name))


def strays(root: Path) -> list[Left]:
    """What lies among the folders of organisations and is none."""
    with os.scandir(root) as entries:
        found = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    left = []
    for entry in found:
        if not entry.is_dir():
            left.append(Left("", _safe(entry.name), "outside"))
        elif entry.is_symlink() or not _is_text(entry.name):
            left.append(Left(_safe(entry.name), "", "folder_link" if entry.is_symlink() else "folder_name"))
    return left


def _is_text(name: str) -> bool:
    return os.fsencode(name).decode(errors="ignore") == name


def make_ready(folder: Path, *, only_look: bool = False) -> None:
    """Make our own folders in the folder of an organisation. Raise Refusal if it is none, or cannot be used."""
    status = _status(folder / IN)
    if status is None or not stat.S_ISDIR(status.st_mode):
        raise NoIntake(NO_IN, folder=folder.name)
    if not os.access(folder / IN, os.W_OK | os.X_OK) or (
        status.st_mode & stat.S_ISVTX and os.geteuid() not in (0, status.st_uid)
    ):
        raise Refusal(NOT_EMPTIED, folder=folder.name)
    for name in () if only_look else OURS:
        try:
            (folder / name).mkdir(mode=0o700, exist_ok=True)
            ours = (folder / name).lstat()
        except OSError as error:
            raise Refusal(NOT_OURS, folder=folder.name, error=error.strerror or error) from error
        if not stat.S_ISDIR(ours.st_mode) or ours.st_uid != os.geteuid():
            raise Refusal(NOT_OURS, folder=folder.name, error=name)
        if ours.st_dev != status.st_dev:
            raise Refusal(OTHER_DISK, folder=folder.name)


@contextmanager
def alone(ready: Sequence[Path]) -> Iterator[None]:
    """No other run has any of these folders within the block. Raise Busy if one has."""
    import fcntl  # The server needs Linux; everything else does not.

    locks: list[int] = []
    try:
        for folder in ready:
            locks.append(os.open(folder / HELD / LOCK, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600))
            try:
                fcntl.flock(locks[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(BUSY) from None
        yield
    finally:
        for lock in locks:
            os.close(lock)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


# --- Looking ----------------------------------------------------------------------------------------------------------


def take_all(folder: Path, declared: Intake, *, into: Path | None = None, most: int = MOST_BYTES) -> Harvest:
    """Take what is whole in the folder of an organisation, at most so many bytes.

    `into` is a folder for copies: then nothing is taken, and what is taken otherwise is copied there.
    """
    taken: list[Taken] = []
    inside = os.open(folder / IN, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        names, left = _listed(inside, folder, declared, now=_clock(into or folder / HELD))
        for name in names:
            room = most - sum(file.size for file in taken)
            try:
                taken.append(_take(inside, name, folder, into=into, quiet=declared.quiet_seconds, room=room))
            except FileNotFoundError:
                continue  # it was removed or renamed meanwhile
            except (_NotTaken, OSError) as error:
                left.append(_left(folder, name, error))
    finally:
        os.close(inside)
    return Harvest(tuple(taken), (*left, *_beside(folder), *_foreign(folder)))


def _listed(inside: int, folder: Path, declared: Intake, *, now: float) -> tuple[list[str], list[Left]]:
    """The names of files, and what is no file or has lain half-written for a day."""
    names: list[str] = []
    left: list[Left] = []
    with os.scandir(inside) as entries:
        for entry in entries:
            with suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                code = _strange(entry.name, status, declared, now=now)
                if code:
                    left.append(Left(folder.name, _safe(entry.name), code))
                elif code is None:
                    names.append(entry.name)
    return sorted(names)[:MOST_NAMES], left


def _strange(name: str, status: os.stat_result, declared: Intake, *, now: float) -> str | None:
    """Why a name is not to be taken; None if it is, and empty if that is nothing to tell of."""
    if name.startswith(ASIDE):
        return None
    if name.casefold().startswith(declared.temporary_begins):
        return ""
    if stat.S_ISLNK(status.st_mode):
        return "link"
    if stat.S_ISDIR(status.st_mode):
        return "folder"
    if not stat.S_ISREG(status.st_mode):
        return "no_file"
    if name.casefold().endswith(declared.temporary_ends):
        return "unfinished" if now - status.st_ctime > DAY else ""
    return None


def _beside(folder: Path) -> list[Left]:
    """The files in the folder itself, where those that load at night once looked."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    return [Left(folder.name, _safe(name), "beside") for name in sorted(names) if not name.startswith(".")]


def _foreign(folder: Path) -> list[Left]:
    """What lies in `held` and is no file that can be read."""
    held = sorted((folder / HELD).glob("[!.]*"))
    return [Left(folder.name, _safe(path.name), "foreign") for path in held if not _is_readable(path)]


def _is_readable(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and os.access(path, os.R_OK)


def _left(folder: Path, name: str, error: _NotTaken | OSError) -> Left:
    if isinstance(error, _NotTaken):
        return Left(folder.name, _safe(name), error.code, error.seconds)
    if is_disk_full(error):
        return Left(folder.name, _safe(name), "room")
    codes = {errno.ELOOP: "link", errno.EACCES: "rights", errno.EPERM: "rights", errno.ENXIO: "no_file"}
    return Left(folder.name, _safe(name), codes.get(error.errno or 0, "unreadable"))


def _safe(name: str) -> str:
    """A name as it may be shown, also one that a killed run has set aside."""
    if name.startswith(ASIDE):
        name = name.partition(" ")[2]
    return safe_name(name)[0]


# --- Taking -----------------------------------------------------------------------------------------------------------


def _take(inside: int, name: str, folder: Path, *, into: Path | None, quiet: float, room: int) -> Taken:
    """Copy a whole file and empty its place, unless it is copied `into` a folder."""
    held = into or folder / HELD
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=inside)
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        _check(file, before, held, quiet=quiet, room=room)
        copy = held / f".copy-{os.getpid()}"
        try:
            sha256, size = _copied(file, copy, came=before.st_ctime_ns)
            if _mark(os.fstat(descriptor)) != _mark(before):
                raise _NotTaken("young", quiet)
            path = _kept(copy, sha256, _safe(name))
        finally:
            copy.unlink(missing_ok=True)
    if into is None:
        fsync(held)
        _empty(inside, name, before)
    return Taken(folder.name, _file_of(path), sha256, size, path, clock.moment_of(before.st_ctime))


def _check(file: BinaryIO, status: os.stat_result, held: Path, *, quiet: float, room: int) -> None:
    """Raise _NotTaken unless an open file is one, is whole, and may be taken."""
    if not stat.S_ISREG(status.st_mode):
        raise _NotTaken("no_file")
    if status.st_size > MAX_BYTES:
        raise _NotTaken("too_large")
    # Whoever uploads can set the time of a change, but not that of its entry in the folder.
    age = _clock(held) - status.st_ctime
    # One that lies a day ahead is of before the clock was set back: it must not keep the file for ever.
    least = quiet if age < quiet or _is_whole(file, status) else max(quiet, UNFINISHED_SECONDS)
    if -DAY < age < least:
        raise _NotTaken("young", least - max(age, 0.0))
    if status.st_size > room:
        raise _NotTaken("later")
    if 2 * status.st_size > shutil.disk_usage(held).free:
        raise _NotTaken("room")


def _is_whole(file: BinaryIO, status: os.stat_result) -> bool:
    """Whether a file has rows and, if it is a spreadsheet, its end."""
    begin = file.read(2)
    whole = status.st_size > 0 and (begin != b"PK" or zipfile.is_zipfile(file))
    file.seek(0)
    return whole


def _clock(folder: Path) -> float:
    """The moment by the file system's own clock, which of a share is another machine's."""
    path = folder / f".clock-{os.getpid()}"
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    try:
        os.write(descriptor, b".")
        return os.fstat(descriptor).st_ctime
    finally:
        os.close(descriptor)
        path.unlink()


def _mark(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _copied(file: BinaryIO, copy: Path, *, came: int) -> tuple[str, int]:
    """Copy a file, dated when it came, and return its sum and its size."""
    digest, size = hashlib.sha256(), 0
    copy.unlink(missing_ok=True)
    descriptor = os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        while piece := file.read(1 << 20):
            size += len(piece)
            if size > MAX_BYTES:
                raise _NotTaken("too_large")
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.utime(target.fileno(), ns=(came, came))
        os.fsync(target.fileno())
    return digest.hexdigest(), size


def _kept(copy: Path, sha256: str, shown: str) -> Path:
    """Give a copy its name, and return its path, where the same file may lie already."""
    path = copy.with_name(f"{sha256[:OF_SUM]} {_within(shown, NAME_BYTES)}")
    if not path.exists():
        copy.rename(path)
    elif sum_of(path) != sha256:
        raise _NotTaken("later")
    return path


def _empty(inside: int, name: str, was: os.stat_result) -> None:
    """Remove what was copied, unless another file has taken its name: rename, look, and put back what is another."""
    aside = _within(
        f"{ASIDE}{os.getpid()}-{time.monotonic_ns()} {name.partition(' ')[2] if name.startswith(ASIDE) else name}", 255
    )
    try:
        os.rename(name, aside, src_dir_fd=inside, dst_dir_fd=inside)
    except FileNotFoundError:
        return
    # Renaming changes the time of the entry.
    if _mark(os.stat(aside, dir_fd=inside, follow_symlinks=False))[:4] == _mark(was)[:4]:
        os.unlink(aside, dir_fd=inside)
        return
    with suppress(FileExistsError):  # a third may have the name by now: then it is taken as a file of its own next time
        os.link(aside, name, src_dir_fd=inside, dst_dir_fd=inside, follow_symlinks=False)
        os.unlink(aside, dir_fd=inside)


def _within(name: str, most: int) -> str:
    """A name of at most so many bytes, with its ending."""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(os.fsencode(ending)) > 10:
        stem, dot, ending = name, "", ""
    end = os.fsencode(dot + ending)
    return os.fsencode(stem)[: most - len(end)].decode(errors="ignore") + os.fsdecode(end)


# --- What is held -----------------------------------------------------------------------------------------------------


def held_files(folder: Path) -> list[Taken]:
    """What lies in `held` of the folder of an organisation, by name."""
    found = []
    for path in filter(_is_readable, sorted((folder / HELD).glob("[!.]*"))):
        with suppress(OSError):  # somebody may put it away meanwhile
            status, sha256 = path.stat(), sum_of(path)
            came = clock.moment_of(status.st_mtime)
            if path.name.startswith(f"{sha256[:OF_SUM]} "):
                found.append(Taken(folder.name, _file_of(path), sha256, status.st_size, path, came))
    return found


def sweep(folder: Path) -> None:
    """Remove what a killed run has left half-copied, and name by its content what others have put into `held`."""
    for path in (folder / HELD).glob(".c*-*"):
        path.unlink(missing_ok=True)
    for path in filter(_is_readable, sorted((folder / HELD).glob("[!.]*"))):
        with suppress(OSError, _NotTaken):
            sha256 = sum_of(path)
            if not path.name.startswith(f"{sha256[:OF_SUM]} "):
                _kept(path, sha256, _safe(path.name))


def sum_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fsync(folder: Path) -> None:
    """See to it that the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _file_of(path: Path) -> str:
    return path.name.partition(" ")[2]
