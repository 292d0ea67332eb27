"""Forged year packages: whoever has one and the code changes it with right sums, and its seal tells."""

import hashlib
import io
import json
import struct
import unicodedata
import zipfile

import pytest

from compliance.access import audit
from compliance.access.audit import Action
from compliance.access.permissions import current_user
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.package import trail
from compliance.package.holding import SENTENCES, holding_sentences, known_seal
from compliance.package.packing import SUMS, pack, seal_in, unpack
from compliance.package.year_package import message, verify_package, write_package
from compliance.report.files import packed_names
from compliance.store import register
from tests.layers import first_of
from tests.line import NOON
from tests.reviewed import at

pytestmark = pytest.mark.live

EN = Language("en")
REPORT = "reports/ledningens_genomgang_2026.pdf"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An approved review whose signatures and package the audit trail tells of, and the files of that package."""
    with pytest.MonkeyPatch.context() as patched, at("draft", tmp_path_factory.mktemp("made")).held() as line:
        patched.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        line.approve(line.submit(line.review()))
        with line.database.cursor() as cursor:
            reports = {REPORT.partition("/")[2]: b"%PDF-1.7 of a test"}
            line.content = write_package(cursor, line.review(), version=None, reports=reports, say=EN)
        told = {"review": 1, "version": 1, "sha256": seal_in(line.content)}
        audit.record(current_user(), Action.PACKAGE, trail.WHAT, **told)
    with zipfile.ZipFile(io.BytesIO(line.content)) as archive:
        line.files = {name: archive.read(name) for name in archive.namelist()}
    return line


@pytest.fixture
def here(made, monkeypatch):
    """The machine on which the package was made."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(made.database.path))


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """The machine of an auditor, who has no database."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "nowhere" / "own.duckdb"))


def verified(tmp_path, content):
    path = tmp_path / "package.zip"
    path.write_bytes(content)
    return verify_package(path)


def forged(files, **changed):
    """A changed package with right sums. In a keyword, __ stands for a dot; None takes a file away."""
    changes = {name.replace("__", "."): content for name, content in changed.items()}
    return pack({n: c for n, c in {**files, **changes}.items() if c is not None and n != SUMS}, NOON)


def told(checked, given=""):
    known = known_seal(checked, given)
    return known, [*holding_sentences(checked, known, EN)]


# --- What is held -------------------------------------------------------------------------------------------------


def test_a_package_is_known_where_it_was_made_and_by_its_seal(made, here, elsewhere, tmp_path, monkeypatch):
    """signature: an entry of the trail tells of each; file: each is held by one of the two seals"""
    checked = verified(tmp_path, made.content)
    assert (checked.faults, checked.package_seal) == ((), hashlib.sha256(made.files[SUMS]).hexdigest())
    assert sorted({*checked.held, *checked.other}) == sorted(made.files.keys() - {SUMS})
    assert {"signatures.csv", "trail.csv", "README.txt", "frozen.duckdb", REPORT} <= {*checked.other}
    assert told(checked)[0] == "nothing"
    assert told(checked, f" {checked.package_seal.upper()}\n")[0] == "package"
    assert told(checked, checked.seal)[0] == "review"
    assert told(checked, checked.package_seal[1:])[0] == "neither"
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(made.database.path))
    entries = {row["action"]: row for row in register.own().rows("entries", after=0)}
    known, sentences = told(checked)
    assert (known, sentences[-1]) == ("package", SENTENCES["package"])
    for place, (action, name) in enumerate((("submission", "Ylva Nordgren"), ("approval", "Rolf Ahlberg"))):
        assert f": {name}, 2026-" in sentences[place]
        number, seal = entries[action]["number"], entries[action]["seal"]
        assert sentences[place].endswith(f"entry {number} of the audit trail with the seal {seal}.")


def test_the_page_is_given_the_seals_of_a_version_the_newest_first(made, here):
    """earlier: an entry without a seal; another: a package of another version, or of the samples"""
    for details in ({}, {"version": 2}, {"sample": True}):
        audit.record(current_user(), Action.PACKAGE, trail.WHAT, **{"review": 1, "version": 1, "bytes": 9} | details)
    for version in (1, 2):
        audit.record(current_user(), Action.PACKAGE, trail.WHAT, review=1, version=version, sha256="ab" * 32)
    seals = [each.seal for each in trail.packages_made(1, 1, sample=False)]
    assert seals == ["ab" * 32, seal_in(made.content)]
    assert trail.packages_made(1, 1, sample=True) == []


# --- Another content, with right sums -----------------------------------------------------------------------------


def renamed(files):
    return {"signatures.csv": files["signatures.csv"].replace(b"Rolf Ahlberg", b"Ylva Karlsson")}


FORGERIES = {
    "name": renamed,
    "report": lambda _: {REPORT: b"%PDF-1.7 of a forger"},
    "moment": lambda files: {"signatures.csv": files["signatures.csv"].replace(b"2026-", b"2025-")},
    "readme": lambda _: {"README.txt": b"Trust me."},
    "script": lambda files: {"sql/recount.sql": files["sql/recount.sql"] + b"copy (select 1) to 'x';"},
    "no report": lambda _: {REPORT: None},
    "another report": lambda _: {"reports/management_review_2026_to_hand_out.pdf": b"%PDF-1.7 of a forger"},
    "extract date": lambda files: {"imports.csv": files["imports.csv"].replace(b",said\r", b",file\r")},
    "no trail": lambda files: renamed(files) | {"trail.csv": None},
    "earlier form": lambda files: (
        renamed(files) | {"trail.csv": None, "README.txt": b"Sigill (SHA-256 av review.json)"}
    ),
}


@pytest.mark.parametrize("name", first_of(FORGERIES))
def test_what_only_the_seal_of_the_package_holds_is_never_said_to_be_as_it_was(name, made, here, tmp_path):
    """downgrade: presented as a package of an earlier version, whose seal is nowhere, it is said what is not held"""
    changed = FORGERIES[name](made.files)
    assert any(made.files.get(each) != content for each, content in changed.items())
    checked = verified(tmp_path, forged(made.files, **changed))
    assert (checked.seal, checked.faults) == (made.review().sha256, ())
    known, sentences = told(checked)
    assert known == ("review" if changed.get("trail.csv", b"") is None else "neither")
    assert ("It was made by a version before 0.11, or has lost trail.csv" in " ".join(sentences)) == (known == "review")
    assert told(checked, seal_in(made.content))[0] == "neither"


SIGNED = {
    "pseudonym": ("trail.csv", b"", b"", "entry"),
    "what": ("trail.csv", b"version 1", b"version 2", "entry"),
    "moment": ("trail.csv", b",2026-", b",2025-", "entry"),
    "number": ("trail.csv", b"\n2,", b"\n7,", "entry"),
    "action": ("trail.csv", b",approval,", b",submission,", "entry"),
    "version": ("signatures.csv", b"\n1,approved", b"\n2,approved", "signed"),
    "approved twice": ("signatures.csv", b"\n1,submitted", b"\n1,approved", "signed"),
    "state": ("signatures.csv", b"\n1,approved", b"\n1,blessed", "signed"),
    "seal": ("signatures.csv", b"", b"", "seal"),
    "column": ("signatures.csv", b",signed_by,", b",signed_for,", "columns"),
}


@pytest.mark.parametrize("name", first_of(SIGNED))
def test_signatures_and_entries_that_contradict_each_other_are_told(name, made, tmp_path):
    file, old, new, what = SIGNED[name]
    if name == "seal":
        old, new = made.review().sha256.encode(), b"0" * 64
    if name == "pseudonym":
        old, new = made.files[file].splitlines()[1].split(b",")[2], b"p0"
    assert old in made.files[file]
    small = made.files | {file: made.files[file].replace(old, new), "frozen.duckdb": None}
    faults = verified(tmp_path, forged(small)).faults
    assert what in {fault.what for fault in faults}
    assert all("{" not in message(fault, EN) for fault in faults)


@pytest.mark.exhaustive
def test_no_number_of_signatures_takes_long_or_is_told_one_by_one(made, tmp_path):
    small = made.files | {"frozen.duckdb": None}
    for name in ("signatures.csv", "trail.csv"):
        small[name] = small[name] + small[name].splitlines(keepends=True)[1] * 100_000
    checked = verified(tmp_path, forged(small))
    assert len(checked.faults) < 10
    assert len(told(checked)[1]) < 10


# --- Other names --------------------------------------------------------------------------------------------------

NAMES = {
    "case": ("signatures.csv", "Signatures.csv"),
    "folder": ("signatures.csv", "reports/signatures.csv"),
    "composed": (REPORT, unicodedata.normalize("NFD", "reports/ledningens_genomgång_2026.pdf")),
    "blank": ("texts.csv", "texts.csv "),
    "homoglyph": ("texts.csv", "t\u0435xts.csv"),
    "report": (REPORT, "reports/minutes.pdf"),
}


@pytest.mark.parametrize("is_added", [False, True], ids=["renamed", "added"])
@pytest.mark.parametrize("name", first_of(NAMES))
def test_a_file_by_any_other_name_is_told(name, is_added, made, tmp_path):
    old, new = NAMES[name]
    small = {**made.files, new: made.files[old], "frozen.duckdb": None}
    faults = verified(tmp_path, forged(small if is_added else small | {old: None})).faults
    assert ("extra", new) in {(fault.what, fault.where) for fault in faults}


def test_the_names_of_reports_are_a_closed_list_and_no_other_is_packed(made):
    names = packed_names(made.document(made.review()))
    assert {name.rpartition(".")[0] for name in names} == {
        "ledningens_genomgang_2026", "ledningens_genomgang_2026_att_lamna_ut",
        "management_review_2026", "management_review_2026_to_hand_out",
    }  # fmt: skip
    with made.database.cursor() as cursor, pytest.raises(ValueError, match="not the name of a report"):
        write_package(cursor, made.review(), version=None, reports={"../x.pdf": b""}, say=EN)


@pytest.mark.parametrize("lines", [b"twice", b"upper", b"open"])
def test_a_list_of_sums_that_could_be_read_in_two_ways_is_refused(lines, made, tmp_path):
    sums = made.files[SUMS]
    changed = {b"twice": sums + sums.splitlines(keepends=True)[0], b"upper": sums.upper(), b"open": sums.rstrip()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**made.files, SUMS: changed[lines]}.items():
            archive.writestr(name, content)
    with pytest.raises(Refusal, match="is no year package"):
        verified(tmp_path, target.getvalue())


# --- Beside the files ---------------------------------------------------------------------------------------------


def zipped(files, change=lambda _entry: None):
    """A zip of some files, each as a function changes its entry."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            change(entry)
            archive.writestr(entry, content)
    return target.getvalue()


def moved(content, place, more):
    """A zip with bytes put in at a place, whose directory and headers are found all the same."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries, start = archive.infolist(), archive.start_dir
    changed = bytearray(content)
    at_ = start
    for entry in entries:
        if entry.header_offset >= place:
            changed[at_ + 42 : at_ + 46] = struct.pack("<L", entry.header_offset + len(more))
        at_ += 46 + len(entry.filename.encode()) + len(entry.extra) + len(entry.comment)
    changed[-6:-2] = struct.pack("<L", start + len(more))
    return bytes(changed[:place] + more + changed[place:])


def with_tail(content, more):
    """A zip whose first file has bytes after the end of what is packed, counted as its own."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first, start = archive.infolist()[0], archive.start_dir
    size = struct.pack("<L", first.compress_size + len(more))
    changed = bytearray(content)
    changed[18:22], changed[start + 20 : start + 24] = size, size
    return moved(bytes(changed), 30 + len(first.filename) + first.compress_size, more)


def with_comment(content, comment):
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a") as archive:
        archive.comment = comment
    return target.getvalue()


def marked(**attributes):
    return lambda entry: [setattr(entry, name, value) for name, value in attributes.items()]


EXTRA = struct.pack("<HH", 0xCAFE, 4) + b"evil"
SMALL = {"a.txt": b"hello " * 9, SUMS: f"{hashlib.sha256(b'hello ' * 9).hexdigest()}  a.txt\n".encode()}
STRAYS = {
    "comment": lambda: with_comment(zipped(SMALL), b"signed by the mayor"),
    "comment of a file": lambda: zipped(SMALL, marked(comment=b"signed by the mayor")),
    "extra of a file": lambda: zipped(SMALL, marked(extra=EXTRA)),
    "link": lambda: zipped(SMALL, marked(external_attr=0o120777 << 16)),
    "before": lambda: b"#!/bin/sh\n" + zipped(SMALL),
    "before, told": lambda: moved(zipped(SMALL), 0, b"#!/bin/sh\n"),
    "a whole zip before": lambda: zipped({"a.txt": b"evil"}) + zipped(SMALL),
    "between": lambda: moved(
        zipped(SMALL), zipfile.ZipFile(io.BytesIO(zipped(SMALL))).infolist()[1].header_offset, b"x"
    ),
    "before the directory": lambda: moved(zipped(SMALL), zipfile.ZipFile(io.BytesIO(zipped(SMALL))).start_dir, b"x"),
    "after": lambda: zipped(SMALL) + b"evil",
    "after what is packed": lambda: with_tail(zipped(SMALL), b"evil"),
}


@pytest.mark.parametrize("name", STRAYS)
def test_nothing_stands_beside_the_files_of_a_package(name, tmp_path):
    path = tmp_path / "package.zip"
    path.write_bytes(zipped(SMALL))
    assert (unpack(path).strays, unpack(path).damaged) == (False, ())
    path.write_bytes(STRAYS[name]())
    assert unpack(path).strays
    with zipfile.ZipFile(path) as archive:
        assert archive.read("a.txt") == SMALL["a.txt"]  # Others read it as before.


def test_what_stands_beside_the_files_is_a_fault(made, tmp_path):
    faults = verified(tmp_path, with_comment(forged(made.files, frozen__duckdb=None), b"x")).faults
    assert [(fault.what, fault.where) for fault in faults] == [("stray", "package.zip"), ("missing", "frozen.duckdb")]


def test_a_header_that_differs_from_the_directory_is_told(tmp_path):
    """Programs that unpack from the beginning go by the headers."""
    path, whole = tmp_path / "package.zip", zipped(SMALL)
    for place in (*range(6, 10), *range(14, 30)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            unpacked = unpack(path)
        except Refusal:
            continue
        assert unpacked.strays or unpacked.damaged, place


def test_json_that_no_entry_has_does_no_harm(made, tmp_path):
    details = json.dumps({"sha256": made.review().sha256}).replace('"', '""').encode()
    assert details in made.files["trail.csv"]
    for other in (b"[" * 2000, b"[]", b"null", b"{"):
        small = made.files | {"trail.csv": made.files["trail.csv"].replace(details, other), "frozen.duckdb": None}
        assert "entry" in {fault.what for fault in verified(tmp_path, forged(small)).faults}


def test_a_stream_that_gives_more_than_is_told_is_not_read_on(tmp_path):
    path, whole = tmp_path / "package.zip", zipped(SMALL)
    size, less = struct.pack("<L", len(SMALL["a.txt"])), struct.pack("<L", 1)
    path.write_bytes(whole.replace(size, less))
    assert (unpack(path).strays, "a.txt" in unpack(path).damaged) == (True, True)
