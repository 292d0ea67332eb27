"""Reviews with points of packs: pinned to a version, frozen whatever comes later, packed with files, counted again."""

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace

import duckdb
import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.core.zips import sums
from compliance.package.packing import SUMS, pack
from compliance.package.year_package import message, verify_package, write_package
from compliance.review import reviewing, verifying
from compliance.review.dossier import as_json, from_json
from compliance.store import packs, schema
from tests.line import NOON
from tests.pinned import broken, changed, continuity, drafted, install, switch
from tests.reviewed import Reviewed

pytestmark = pytest.mark.live

SV, EN = Language("sv"), Language("en")


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    """A review with points of two packs, and the files of its package."""
    line = drafted(tmp_path_factory.mktemp("submitted"))
    with line.held():
        line.submit(line.review())
        line.content = package(line)
    line.files = files_of(line.content)
    return line


def package(line):
    with line.database.cursor() as cursor:
        return write_package(cursor, reviewing.review_of(cursor, 2026), version=None, reports={}, say=SV)


def files_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def checked(tmp_path, files):
    path = tmp_path / "package.zip"
    path.write_bytes(files if isinstance(files, bytes) else pack({n: c for n, c in files.items() if n != SUMS}, NOON))
    return verify_package(path)


@pytest.fixture
def line(submitted, tmp_path):
    with Reviewed(tmp_path).copied_from(submitted).held() as line:
        line.sources = submitted.sources
        yield line


def counts(document, id_):
    now = document.answer(id_).now
    return now.met, now.unmet, now.unknown, now.exempt, now.basis


# --- Frozen -------------------------------------------------------------------------------------------------------


def test_a_review_pins_the_version_and_the_sum_of_a_pack_and_freezes_its_statements(submitted):
    document = submitted.document(submitted.review())
    assert counts(document, "continuity") == (1, 1, 0, 1, True)
    assert counts(document, "consultants") == (2, 1, 0, 0, True)
    assert [answer.point.number for answer in document.points] == [*range(1, 16)]
    used = {each.pack: each for each in document.packs}
    assert used["compliance.continuity"] == replace(
        used["compliance.continuity"], version="1.0", sha256=continuity().sha256
    )
    assert document.statements["points/continuity.sql"] == continuity().point.statement
    assert "macro continuity_at" in document.statements["packs/compliance.continuity.sql"]
    assert "continuity" not in document.statements["macros.sql"]
    # the statement is there once, and a source has what its words and its table need
    (frozen,) = [answer.point for answer in document.points if answer.point.id == "continuity"]
    assert (frozen.statement, frozen.source("continuity").field("plan").heading) == ("", "Kontinuitetsplan")
    assert from_json(as_json(document)) == document


def test_neither_a_later_version_nor_switching_off_changes_an_approved_review(line):
    line.approve(line.review())
    before, files = line.document(line.review()), files_of(package(line))
    later = changed(continuity(), version="2.0", rule=("unmet('outdated')", "met()"))
    install(line, later)
    with line.database.cursor() as cursor:
        assert packs.declared(cursor, None).packs[later.name].head.version == "2.0"
        assert verifying.verify(cursor, before, own=line.folder) == []
    switch(line, later, on=False)
    with line.database.cursor() as cursor:
        assert verifying.verify(cursor, before, own=line.folder) == []
    assert line.document(line.review()) == before
    after = files_of(package(line))
    assert {name for name in {*files, *after} if files.get(name) != after.get(name)} <= {"frozen.duckdb", SUMS}
    # the next version of the review is of what counts then
    draft = line.correct(line.review(), anew=True)
    assert line.document(draft).answer("continuity") is None


def test_a_correction_that_keeps_its_figures_is_submitted_with_the_points_that_it_had(line):
    line.approve(line.review())
    switch(line, continuity(), on=False)
    install(line, broken())
    switch(line, broken())
    draft = line.correct(line.review())
    line.write(draft, "comment", "continuity", "Rättat.")
    corrected = line.document(line.submit(draft))
    assert [answer.point.id for answer in corrected.points][13:] == ["continuity", "consultants"]
    assert "Rättat." in files_of(package(line))["texts.csv"].decode()


def test_a_pack_that_this_program_cannot_read_any_more_is_told_by_verifying(line):
    document = line.document(line.review())
    with line.database.writing() as cursor:
        cursor.execute("update pack_files set content = 'not toml' where file = 'point.toml'")
    packs._FILES.clear()
    packs._declared.cache_clear()
    with line.database.cursor() as cursor:
        found = verifying.verify(cursor, document, own=line.folder)
        with pytest.raises(Refusal, match=r"files of compliance\.continuity 1\.0, which the review pins"):
            write_package(cursor, line.review(), version=None, reports={}, say=SV)
    packs._FILES.clear()
    packs._declared.cache_clear()
    assert {(each.what, each.point and each.point.id) for each in found if each.point} == {
        (what, id_) for what in ("rule", "figure") for id_ in ("continuity", "consultants")
    }


@pytest.mark.parametrize("read", ["readable_sources", "nothing"])
def test_a_package_needs_no_pack_that_this_program_can_read(line, monkeypatch, read):
    """lost: of a point that a later version refuses no row of its source was in the package, or none could be made"""

    def refuse(*_, **__):
        raise Refusal("In this version a point is otherwise.")

    line.approve(line.review())
    document, before = line.document(line.review()), checked(line.folder, package(line))
    monkeypatch.setattr(packs, "read_pack", refuse)
    if read == "nothing":
        monkeypatch.setattr(packs, "readable_sources", lambda *_, **__: {})
    packs._declared.cache_clear()
    with line.database.writing() as cursor:
        cursor.execute("drop view consultants")
        schema.renew(cursor)
    result = checked(line.folder, package(line))
    with line.database.cursor() as cursor:
        differences = verifying.verify(cursor, document, own=line.folder)
        assert ("consultants" in packs.declared(cursor, None).sources) == (read != "nothing")
    packs._declared.cache_clear()
    assert (result.faults, result.figures) == ((), before.figures)
    assert {each.point.id for each in differences if each.what == "rule"} == {"continuity", "consultants"}


# --- Packed -------------------------------------------------------------------------------------------------------


def test_the_package_has_the_files_of_its_packs_and_is_counted_again_with_them_alone(submitted, tmp_path):
    result = checked(tmp_path, submitted.content)
    document = submitted.document(submitted.review())
    assert result.faults == ()
    assert result.figures == sum(1 + len(answer.departments) + len(answer.units) for answer in document.points)
    folder = "packs/compliance.continuity/"
    own = {name.removeprefix(folder): content for name, content in submitted.files.items() if name.startswith(folder)}
    assert {name: content.decode() for name, content in own.items()} == dict(continuity().files)
    assert hashlib.sha256(sums(own)).hexdigest() == continuity().sha256
    assert {f"{folder}point.sql", "sql/packs/compliance.continuity.sql"} <= {*result.held}
    readme = submitted.files["README.txt"].decode()
    assert "packs/" in readme


def test_a_person_of_a_pack_is_a_number_though_no_staff_list_has_it(submitted, tmp_path):
    path = tmp_path / "frozen.duckdb"
    path.write_bytes(submitted.files["frozen.duckdb"])
    with duckdb.connect(str(path)) as connection:
        rows = connection.execute("select employee_id, unit, year(signed) from consultants").fetchall()
        staff = connection.execute("select employee_id from staff").fetchall()
    numbers = {number for number, *_ in rows}
    assert sorted(row[1:] for row in rows) == [("Norr", 2026), ("Norr", 2026), ("Söder", 2019)]
    assert all(number.isdecimal() for number in numbers)
    assert len(numbers & {number for (number,) in staff}) == 1
    assert b"x7" not in submitted.files["frozen.duckdb"]


def test_the_figures_are_counted_by_hand_as_the_readme_says(submitted, tmp_path):
    path = tmp_path / "copy.duckdb"
    path.write_bytes(submitted.files["frozen.duckdb"])
    with duckdb.connect(str(path)) as connection:
        connection.execute(submitted.files["sql/macros.sql"].decode())
        *_, whole, _, _ = [
            connection.execute(one).fetchall()
            for one in connection.extract_statements(submitted.files["sql/recount.sql"].decode())
        ]
    rows = csv.DictReader(io.StringIO(submitted.files["figures.csv"].decode("utf-8-sig"), newline=""))
    figures = {row["point"]: row["met"] for row in rows if (row["kind"], row["level"]) == ("now", "organisation")}
    assert {str(row[1]): str(row[5]) for row in whole} == {
        point: met for point, met in figures.items() if point in {str(row[1]) for row in whole}
    }
    assert {"14", "15"} <= {str(row[1]) for row in whole}


def test_a_point_that_failed_is_as_it_was_frozen_and_is_not_counted_by_the_package(tmp_path):
    """Outside of the product there is no limit, and what is no item would be one."""
    with drafted(tmp_path, broken()).held() as line:
        line.submit(line.review())
        result, document = checked(tmp_path, package(line)), line.document(line.review())
        with line.database.cursor() as cursor:
            assert verifying.verify(cursor, document, own=line.folder) == []
    assert (result.faults, document.answer("rooms").now.failed) == ((), "answer")
    assert result.review.answer("continuity").now.met == 1


@pytest.mark.parametrize("name", ["point.toml", "point.sql", "example.toml", "more.toml"])
def test_files_of_a_pack_that_are_not_the_pinned_ones_are_found_though_all_sums_are_right(submitted, tmp_path, name):
    files = {n: c for n, c in submitted.files.items() if n != "frozen.duckdb"}
    place = f"packs/compliance.continuity/{name}"
    files[place] = files.get(place, b"") + b"\n"
    result = checked(tmp_path, files)
    assert [fault.where for fault in result.faults if fault.what == "pack"] == ["packs/compliance.continuity/"]
    (told,) = [message(fault, EN) for fault in result.faults if fault.what == "pack"]
    assert told.startswith("packs/compliance.continuity/: the files are not those of the version that the review pins.")


@pytest.mark.parametrize(
    ("changed_files", "expected"),
    [
        ({"packs/compliance.continuity/point.sql"}, {("pack", "packs/compliance.continuity/")}),
        ({"sql/points/continuity.sql"}, {("statement", "sql/points/continuity.sql")}),
        (
            {"packs/compliance.continuity/point.sql", "sql/points/continuity.sql"},
            {("pack", "packs/compliance.continuity/"), ("statement", "sql/points/continuity.sql")},
        ),
    ],
)
def test_a_statement_that_is_changed_in_one_place_or_both_is_found(submitted, tmp_path, changed_files, expected):
    files = {n: c for n, c in submitted.files.items() if n != "frozen.duckdb"}
    for name in changed_files:
        assert b"met()" in files[name]
        files[name] = files[name].replace(b"met()", b"unmet('outdated')", 1)
    found = {(fault.what, fault.where) for fault in checked(tmp_path, files).faults}
    assert {each for each in found if each[0] in {"pack", "statement", "unlike"}} == expected


def test_a_review_whose_frozen_statement_is_not_that_of_its_pack_is_found(submitted, tmp_path):
    """Though the review and its statement agree, and the files of the pack are the pinned ones."""
    files = {n: c for n, c in submitted.files.items() if n != "frozen.duckdb"}
    document, name = json.loads(files["review.json"]), "points/continuity.sql"
    document["statements"][name] = document["statements"][name].replace("met()", "unmet('outdated')", 1)
    files |= {"review.json": json.dumps(document).encode(), f"sql/{name}": document["statements"][name].encode()}
    (fault,) = [each for each in checked(tmp_path, files).faults if each.what in {"pack", "statement", "unlike"}]
    assert (fault.what, fault.where) == ("unlike", "packs/compliance.continuity/point.sql")
    assert message(fault, EN).endswith("counted with another statement, sql/points/continuity.sql.")


def test_a_missing_file_of_a_pack_and_a_folder_of_no_pack_are_found(submitted, tmp_path):
    files = {n: c for n, c in submitted.files.items() if n != "frozen.duckdb"}
    del files["packs/compliance.continuity/example.toml"]
    files["packs/others.nothing/point.toml"] = b"x"
    found = {(fault.what, fault.where) for fault in checked(tmp_path, files).faults}
    assert {("pack", "packs/compliance.continuity/"), ("extra", "packs/others.nothing/point.toml")} <= found


def test_a_macro_of_a_pack_that_does_something_else_is_not_run(submitted, tmp_path):
    document = json.loads(submitted.files["review.json"])
    document["statements"]["packs/compliance.continuity.sql"] += "\ndrop table systems;"
    files = submitted.files | {"review.json": json.dumps(document).encode()}
    found = checked(tmp_path, files)
    assert ("forbidden", "sql/packs/compliance.continuity.sql") in {(each.what, each.where) for each in found.faults}
    assert found.figures == 0
