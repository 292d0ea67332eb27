"""Files are taken whole or not at all, out of a folder in which others may do whatever they like meanwhile."""

import hashlib
import os
import random
import stat
import threading
import time
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from compliance.core.errors import Refusal
from compliance.declarations.intake import load_intake
from compliance.intake import taking
from compliance.intake.taking import Busy, alone, held_files, make_ready, take_all

DECLARED = replace(load_intake(None), quiet_seconds=0)
LONG = "å" * 120 + " 20261130.csv"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "Norra" / "in").mkdir(parents=True)
    make_ready(tmp_path / "Norra")
    return tmp_path / "Norra"


def put(folder, name, content=b"a;b\n"):
    path = folder / "in" / name
    path.write_bytes(content)
    return path


def inside(folder):
    return sorted(path.name for path in (folder / "in").iterdir())


def taken(folder, **said):
    return [file.file for file in take_all(folder, said.pop("declared", DECLARED), **said).taken]


def codes(folder, **said):
    return {left.file: left.code for left in take_all(folder, said.pop("declared", DECLARED), **said).left}


def tree(root):
    return {str(p): (p.lstat().st_mtime_ns, p.read_bytes() if p.is_file() else b"") for p in sorted(root.rglob("*"))}


def test_a_whole_file_is_copied_to_held_and_its_place_is_emptied(folder):
    put(folder, "Personal.csv", b"a;b\n1;2\n")
    [file] = take_all(folder, DECLARED).taken
    assert (file.folder, file.file, file.size) == ("Norra", "Personal.csv", 8)
    assert file.sha256 == hashlib.sha256(b"a;b\n1;2\n").hexdigest()
    assert file.path == folder / "held" / f"{file.sha256[:16]} Personal.csv"
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert inside(folder) == []
    assert held_files(folder) == [file]


def test_a_file_is_taken_once_its_entry_has_lain_still_whatever_its_time_says(folder):
    """a client that keeps times sets that of the file, not that of the entry"""
    os.utime(put(folder, "a.csv"), (0, 0))
    os.utime(put(folder, "b.csv", b"b"), (time.time() + 9e7, time.time() + 9e7))
    [first, _] = take_all(folder, replace(DECLARED, quiet_seconds=60)).left
    assert first.code == "young"
    assert 55 < first.seconds <= 60
    assert taken(folder) == ["a.csv", "b.csv"]


def test_what_others_have_put_into_held_is_judged_like_what_was_taken_and_told_if_it_is_no_file(folder):
    held = folder / "held"
    (held / "Personal.csv").write_bytes(b"a;b\n")
    (held / f"{'0' * 16} Changed.csv").write_bytes(b"c")
    (held / "mapp").mkdir()
    (held / "link.csv").symlink_to("/etc/passwd")
    assert codes(folder) == {"link.csv": "foreign", "mapp": "foreign"}
    taking.sweep(folder)
    found = {file.file: file for file in held_files(folder)}
    assert found.keys() == {"Personal.csv", f"{'0' * 16} Changed.csv"}
    assert found["Personal.csv"].path.name.startswith(found["Personal.csv"].sha256[:16])


def test_what_is_no_folder_of_an_organisation_is_told(folder):
    root = folder.parent
    (root / "Link").symlink_to(folder)
    (root / "Gone").symlink_to("/nowhere")
    (root / "Loose.csv").write_text("a")
    (root / ".hidden").write_text("a")
    (root / os.fsdecode(b"\xff")).mkdir()
    found = {(left.folder, left.file): left.code for left in taking.strays(root)}
    assert found == {
        ("", "Gone"): "outside",
        ("Link", ""): "folder_link",
        ("", "Loose.csv"): "outside",
        ("export", ""): "folder_name",
    }
    assert taking.folders(root) == [folder]


def test_a_clock_that_was_set_back_keeps_no_file_for_ever(folder, monkeypatch):
    put(folder, "a.csv")
    now = time.time()
    monkeypatch.setattr(taking, "_clock", lambda _folder: now - 3600)
    assert codes(folder) == {"a.csv": "young"}
    monkeypatch.setattr(taking, "_clock", lambda _folder: now - 2 * taking.DAY)
    assert taken(folder) == ["a.csv"]


def test_an_upload_that_broke_off_is_given_time_to_go_on(folder, monkeypatch):
    put(folder, "Tom.csv", b"")
    put(folder, "Halv.xlsx", b"PK\x03\x04" + b"x" * 100)
    put(folder, "Hel.csv")
    assert codes(folder) == {"Tom.csv": "young", "Halv.xlsx": "young"}
    now = time.time()
    monkeypatch.setattr(taking, "_clock", lambda _folder: now + taking.UNFINISHED_SECONDS + 1)
    assert taken(folder) == ["Halv.xlsx", "Tom.csv"]


@pytest.mark.parametrize("name", [".a.csv", "~$a.xlsx", "_tmp a.csv", "a.csv.FILEPART", "a.part", "a.csv~"])
def test_what_is_called_as_unfinished_is_left_and_told_of_after_a_day(folder, name, monkeypatch):
    put(folder, name)
    assert (taken(folder), codes(folder), inside(folder)) == ([], {}, [name])
    now = time.time()
    monkeypatch.setattr(taking, "_clock", lambda _folder: now + taking.DAY + 9)
    assert codes(folder) == ({name: "unfinished"} if name.startswith("a") else {})


def test_what_is_no_file_is_told_of_and_left(folder):
    (folder / "in" / "länk.csv").symlink_to("/etc/passwd")
    (folder / "in" / "död.csv").symlink_to("/nowhere")
    os.mkfifo(folder / "in" / "pipe.csv")
    (folder / "in" / "x.csv").mkdir()
    os.mknod(folder / "in" / "socket.csv", stat.S_IFSOCK | 0o600)
    with (folder / "in" / "gles.csv").open("wb") as file:
        file.truncate(1 << 40)
    (folder / "beside.csv").write_text("a")
    before = inside(folder)
    assert codes(folder) == {
        "länk.csv": "link",
        "död.csv": "link",
        "pipe.csv": "no_file",
        "x.csv": "folder",
        "socket.csv": "no_file",
        "gles.csv": "too_large",
        "beside.csv": "beside",
    }
    assert inside(folder) == before
    assert held_files(folder) == []


def test_a_name_that_becomes_a_link_after_it_was_listed_is_not_followed(folder, monkeypatch):
    put(folder, "a.csv")
    listed = taking._listed

    def then_a_link(*said, **more):
        found = listed(*said, **more)
        (folder / "in" / "a.csv").unlink()
        (folder / "in" / "a.csv").symlink_to("/etc/passwd")
        return found

    monkeypatch.setattr(taking, "_listed", then_a_link)
    assert codes(folder) == {"a.csv": "link"}


def test_a_file_that_may_not_be_read_is_told_of(folder, monkeypatch):
    put(folder, "a.csv")
    opened = os.open

    def refusing(path, *said, **more):
        if more.get("dir_fd") is not None:
            raise PermissionError(13, "Permission denied")
        return opened(path, *said, **more)

    monkeypatch.setattr(os, "open", refusing)
    assert codes(folder) == {"a.csv": "rights"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("-rf.csv", "-rf.csv"),
        ("=cmd|' C calc'!A0.csv", "=cmd|' C calc'!A0.csv"),
        ("a\nb\x1b[31m.csv", "a b[31m.csv"),
        ("a\u202ecsv.exe", "acsv.exe"),
        ("Kim 850709-1232.csv", "Kim ******-****.csv"),
        (LONG, "å" * 98 + ".csv"),
        (b"\xff\xfe.csv".decode("utf-8", "surrogateescape"), ".csv"),
    ],
)
def test_a_hostile_name_is_shown_without_what_harms_and_fits_where_it_is_kept(folder, name, shown):
    put(folder, name)
    [file] = take_all(folder, DECLARED).taken
    assert file.file == shown
    assert len(os.fsencode(file.path.name)) <= 230
    assert file.path.parent == folder / "held"
    assert inside(folder) == []


def test_a_name_of_255_bytes_is_taken(folder):
    put(folder, "b" * 251 + ".csv")
    [file] = take_all(folder, DECLARED).taken
    assert file.file.endswith("b.csv")
    assert inside(folder) == []


def test_names_that_differ_in_their_form_alone_are_two_files_and_the_same_one_twice_is_one(folder):
    for number, form in enumerate(("NFC", "NFD")):
        put(folder, unicodedata.normalize(form, "Enhet å.csv"), b"%d" % number)
    assert len(take_all(folder, DECLARED).taken) == 2
    put(folder, unicodedata.normalize("NFC", "Enhet å.csv"), b"0")
    assert len(take_all(folder, DECLARED).taken) == 1
    assert [file.file for file in held_files(folder)] == ["Enhet å.csv"] * 2
    assert inside(folder) == []


def test_a_file_that_is_changed_while_it_is_read_waits(folder, monkeypatch):
    path = put(folder, "a.csv", b"1" * 100)
    copied = taking._copied

    def meanwhile(*said, **more):
        found = copied(*said, **more)
        path.write_bytes(b"2" * 100)
        return found

    monkeypatch.setattr(taking, "_copied", meanwhile)
    assert codes(folder) == {"a.csv": "young"}
    assert (inside(folder), held_files(folder)) == (["a.csv"], [])


@pytest.mark.parametrize("third", [False, True])
def test_a_file_that_takes_the_name_of_the_copied_one_is_not_removed(folder, third, monkeypatch):
    put(folder, "a.csv", b"first")
    monkeypatch.setattr(taking, "fsync", lambda _held: put(folder, "new", b"second").replace(folder / "in" / "a.csv"))
    status = os.stat

    def then_a_third(path, **more):
        found = status(path, **more)
        if third and str(path).startswith(taking.ASIDE):
            put(folder, "a.csv", b"third")
        return found

    monkeypatch.setattr(os, "stat", then_a_third)
    assert taken(folder) == ["a.csv"]
    monkeypatch.undo()
    take_all(folder, DECLARED)
    kept = {file.path.read_bytes(): file.file for file in held_files(folder)}
    assert kept == dict.fromkeys([b"first", b"second", *([b"third"] if third else [])], "a.csv")
    assert inside(folder) == []


@pytest.mark.parametrize("at", ["_copied", "_kept", "fsync", "_empty", "unlink"])
def test_whatever_a_killed_run_leaves_is_taken_by_the_next(folder, at, monkeypatch):
    put(folder, "Personal.csv", b"a;b\n")
    place, name = (os, "unlink") if at == "unlink" else (taking, at)
    does = getattr(place, name)

    class Killed(BaseException):
        pass

    def killed(*said, **more):
        if at != "unlink" or more.get("dir_fd") is not None:
            raise Killed
        does(*said, **more)

    monkeypatch.setattr(place, name, killed)
    with pytest.raises(Killed):
        take_all(folder, DECLARED)
    monkeypatch.undo()
    taking.sweep(folder)
    take_all(folder, DECLARED)
    assert inside(folder) == []
    assert [(file.file, file.path.read_bytes()) for file in held_files(folder)] == [("Personal.csv", b"a;b\n")]
    assert [path.name for path in (folder / "held").iterdir() if path.name.startswith(".c")] == []


def test_a_run_takes_no_more_than_it_may(folder, monkeypatch):
    for number in range(3):
        put(folder, f"{number}.csv", b"%d" % number * 10)
    assert codes(folder, most=20) == {"2.csv": "later"}
    monkeypatch.setattr(taking, "MOST_NAMES", 1)
    put(folder, "1.csv", b"x")
    assert taken(folder) == ["1.csv"]


def test_little_room_on_the_disk_leaves_files_where_they_are(folder, monkeypatch):
    put(folder, "a.csv")
    monkeypatch.setattr(taking.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": 7}))
    assert codes(folder) == {"a.csv": "room"}

    def full(*_said, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.undo()
    monkeypatch.setattr(taking, "_copied", full)
    assert codes(folder) == {"a.csv": "room"}
    assert inside(folder) == ["a.csv"]


def test_a_look_at_copies_changes_nothing(folder, tmp_path):
    put(folder, "a.csv")
    copies = tmp_path / "copies"
    copies.mkdir()
    before = tree(folder)
    [file] = take_all(folder, DECLARED, into=copies).taken
    assert file.path.parent == copies
    assert tree(folder) == before


def test_a_folder_that_cannot_be_taken_from_says_why(tmp_path, monkeypatch):
    (tmp_path / "Andra").mkdir()
    with pytest.raises(Refusal, match="has no folder called in"):
        make_ready(tmp_path / "Andra")
    (tmp_path / "Andra" / "in").symlink_to("/tmp")
    with pytest.raises(Refusal, match="has no folder called in"):
        make_ready(tmp_path / "Andra")
    (tmp_path / "Norra" / "in").mkdir(parents=True)
    (tmp_path / "Norra" / "held").symlink_to("/tmp")
    with pytest.raises(Refusal, match="belong to the account"):
        make_ready(tmp_path / "Norra")
    monkeypatch.setattr(os, "access", lambda *_said: False)
    with pytest.raises(Refusal, match="may not remove files"):
        make_ready(tmp_path / "Norra")


def test_one_run_at_a_time_has_a_folder(folder):
    with alone([folder]), pytest.raises(Busy), alone([folder]):
        pass
    with alone([folder]):
        pass


# --- Attack -----------------------------------------------------------------------------------------------------------


class Writer(threading.Thread):
    """Writes files under a temporary name and renames them over whatever is there; each content is of one writer."""

    def __init__(self, folder: Path, number: int, stop: threading.Event) -> None:
        super().__init__()
        self.folder, self.number, self.stop, self.alone = folder, number, stop, set()

    def run(self) -> None:
        seed, made = random.Random(self.number), 0
        while not self.stop.is_set():
            made += 1
            body = f"{self.number}-{made};".encode() * seed.randint(1, 40_000)
            temporary = put(self.folder, f"w{self.number}.filepart", body)
            if seed.random() < 0.2:
                self.alone.add(hashlib.sha256(body).hexdigest())
                temporary.replace(self.folder / "in" / f"l{self.number}-{made}.csv")
            else:
                temporary.replace(self.folder / "in" / f"f{seed.randint(0, 3)}.csv")
            time.sleep(seed.random() * 0.02)


@pytest.mark.live
@pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.exhaustive)])
def test_no_content_is_mixed_or_lost_while_others_write_and_rename(folder, seconds):
    stop = threading.Event()
    writers = [Writer(folder, number, stop) for number in range(3)]
    for writer in writers:
        writer.start()
    end, found = time.monotonic() + seconds, 0
    quiet = replace(DECLARED, quiet_seconds=0.02)
    while time.monotonic() < end:
        found += len(take_all(folder, quiet).taken)
    stop.set()
    for writer in writers:
        writer.join()
    time.sleep(0.05)
    take_all(folder, quiet)
    assert inside(folder) == []
    assert found > 10 * seconds
    for file in held_files(folder):
        body = file.path.read_bytes()
        assert not body.replace(body[: body.index(b";") + 1], b""), file.file
    # Nobody was in the way of a name of its own, so its content must be there.
    sums = {file.sha256 for file in held_files(folder)}
    assert all(writer.alone and writer.alone <= sums for writer in writers)
