"""A pack as a folder and as a zip: both give the same texts, and nothing else comes with them."""

import io
import os
import stat
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from compliance.core.errors import Refusal
from compliance.core.zips import sums
from compliance.declarations.packs import MOST_BYTES, folder_files, product_packs, read_pack
from compliance.package.packing import SUMS, seal_in
from compliance.package.packs import zip_files, zip_of

MOMENT = datetime(2026, 11, 24)
FILES = {"point.toml": b"a = 1\n", "point.sql": b"select 1\n", "example.toml": b"b = 2\n"}


def zipped(files, *, kind=zipfile.ZIP_DEFLATED, more=()):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", kind) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for entry, content in more:
            archive.writestr(entry, content)
    return target.getvalue()


def read(tmp_path, content):
    path = tmp_path / "pack.zip"
    path.write_bytes(content)
    return zip_files(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "acme.pack"
    made.mkdir()
    for name, content in FILES.items():
        (made / name).write_bytes(content)
    return made


@pytest.mark.parametrize("path", product_packs(), ids=lambda path: path.name)
def test_a_pack_comes_out_of_its_zip_as_it_went_in_and_has_the_same_sum(tmp_path, path):
    files = folder_files(path)
    content = zip_of(files, MOMENT)
    assert read(tmp_path, content) == files
    assert seal_in(content) == read_pack(files, origin=path.name).sha256
    assert zip_of(dict(reversed(files.items())), MOMENT) == content


def test_a_folder_that_a_person_has_zipped_is_read_with_or_without_its_folder(tmp_path):
    texts = {name: content.decode() for name, content in FILES.items()}
    assert read(tmp_path, zipped(FILES)) == texts
    within = {f"acme.pack/{name}": content for name, content in FILES.items()}
    assert read(tmp_path, zipped({"acme.pack/": b""} | within)) == texts


def test_a_text_from_windows_is_the_same_text(folder):
    (folder / "point.sql").write_bytes(b"\xef\xbb\xbfselect 1\r\n")
    assert folder_files(folder)["point.sql"] == "select 1\n"


def test_hidden_files_of_a_folder_are_left_alone(folder):
    (folder / ".DS_Store").write_bytes(b"\xff")
    assert set(folder_files(folder)) == {*FILES}


def link(name, target):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry, target


def forged(size):
    """A zip whose directory gives another size than its file has."""
    raw = zipped({**FILES, "source.toml": b"#" * 70_001}, kind=zipfile.ZIP_STORED)
    return raw.replace((70_001).to_bytes(4, "little"), size.to_bytes(4, "little"))


ZIPS = {
    "no zip": (b"PK", "is no zip of a pack"),
    "out of the folder": (zipped({**FILES, "../../etc/passwd": b""}), "A pack is its files, or one folder of them"),
    "absolute": (zipped({**FILES, "/etc/passwd": b""}), "A pack is its files, or one folder of them"),
    "of a parent": (
        zipped({f"../{name}": content for name, content in FILES.items()}),
        r"holds \.\./point.toml. A pack",
    ),
    "deep": (zipped({f"a/b/{name}": content for name, content in FILES.items()}), "holds a/b. A pack is"),
    "two folders": (zipped({**FILES, "a/point.toml": b""}), "holds a. A pack is"),
    "another file": (zipped({**FILES, "run.sh": b"#!"}), "run.sh is no file of a pack. There are: point.toml"),
    "a link": (zipped(FILES, more=[link("source.toml", "/etc/passwd")]), "holds source.toml. A pack is"),
    "a bomb": (zipped({**FILES, "source.toml": bytes(50_000_000)}), "needs more room when unpacked"),
    "too large": (zipped({**FILES, "source.toml": b"#" * MOST_BYTES}), "has more than 200 KB"),
    "many": (zipped({f"source-{n}.toml": b"" for n in range(60)}), "needs more room when unpacked"),
    "a size too small": (forged(1), "is no zip of a pack, or is damaged"),
    "a size too large": (forged(70_002), "is no zip of a pack, or is damaged"),
    "no text": (zipped({**FILES, "point.sql": b"select\n'\xff'"}), "point.sql, line 2 is not written in UTF-8"),
    "another sum": (zipped({**FILES, SUMS: sums({"point.toml": b"a"}).decode()}), "is no zip of a pack, or is damaged"),
}


@pytest.mark.parametrize(("content", "sentence"), ZIPS.values(), ids=ZIPS)
def test_a_zip_that_is_more_than_a_pack_is_refused(tmp_path, content, sentence):
    with pytest.raises(Refusal, match=sentence):
        read(tmp_path, content)


def test_two_entries_of_one_name_are_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        content = zipped(FILES, more=[("point.toml", b"")])
    with pytest.raises(Refusal, match="is no zip of a pack"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: (folder / "source.toml").symlink_to("/etc/passwd"), "source.toml is a link or a folder"),
        (lambda folder: (folder / "source.toml").mkdir(), "source.toml is a link or a folder"),
        (lambda folder: os.mkfifo(folder / "source.toml"), "source.toml is a link or a folder"),
        (lambda folder: (folder / "evil.py").write_text(""), "evil.py is no file of a pack"),
        (lambda folder: (folder / "source.toml").write_bytes(bytes(MOST_BYTES)), "has more than 200 KB"),
        (lambda folder: (folder / "point.sql").write_bytes(b"\n\n\xff"), "point.sql, line 3 is not written in UTF-8"),
    ],
    ids=["link", "folder", "pipe", "another file", "too large", "no text"],
)
def test_a_folder_that_is_more_than_a_pack_is_refused(folder, make, sentence):
    make(folder)
    with pytest.raises(Refusal, match=sentence):
        folder_files(folder)


def test_what_a_file_manager_adds_to_a_zip_is_left_alone(tmp_path):
    texts = {name: content.decode() for name, content in FILES.items()}
    within = {f"acme.pack/{name}": content for name, content in FILES.items()}
    added = {"acme.pack/.DS_Store": b"\xff", "__MACOSX/acme.pack/._point.toml": b"\xff", "__MACOSX/._acme.pack": b""}
    assert read(tmp_path, zipped(within | added)) == texts


def test_lines_end_alike_however_they_are_written(tmp_path):
    """A text is the same when it has been read twice, so its sum is."""
    once = read(tmp_path, zipped(FILES | {"point.toml": b"a = 1\r\r\nb = 2\r"}))
    assert once["point.toml"] == "a = 1\n\nb = 2\n"
    assert read(tmp_path, zip_of(once, MOMENT)) == once
