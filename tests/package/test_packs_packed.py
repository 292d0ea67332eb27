"""Reviews with points of packs: pinned to a version, frozen whatever comes later, packed with files, counted again."""

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting import packs as installing
from compliance.declarations.packs import read_pack
from compliance.package.packing import SUMS, pack, sums
from compliance.package.year_package import message, verify_package, write_package
from compliance.review import reviewing, verifying
from compliance.review.dossier import as_json, from_json
from compliance.store import packs
from tests import packed
from tests.line import NOON
from tests.reviewed import SYSTEMS, Reviewed, at

pytestmark = pytest.mark.live

SV, EN = Language("sv"), Language("en")
DAY = date(2026, 11, 20)
# The systems of `tests.reviewed`, of which the first are critical; what they have, and what the consultants signed.
CRITICAL = "\n".join(
    f"{row.rstrip()} | {cell}"
    for row, cell in zip(SYSTEMS.strip().splitlines(), ("Verksamhetskritiskt", "Hög", "Ja", "Nej", "?"), strict=True)
)
PLANS = """
System       | Kontinuitetsplan | Senast övad
ALFA         | Ja               | 2026-06-01
Betaportalen | Ja               | 2024-06-01
"""
SIGNED = """
AD-konto | Enhet | Undertecknad
p1       | Norr  | 2026-01-01
x7       | Norr  | 2026-01-01
x8       | Söder | 2019-01-01
"""
# A point about persons, of whom some are in no staff list.
POINT = """
publisher = "others"
id = "consultants"
version = "1"
product = ">=1.0"
checked_by = "HR"
next_review = 2027-12-31
title = { sv = "Konsulter", en = "Consultants" }
short = { sv = "Konsulter", en = "Consultants" }
question = { sv = "Har konsulterna skrivit under?", en = "Have consultants signed?" }
items = { sv = "konsulter", en = "consultants" }
fulfilled = { sv = "konsulter har skrivit under", en = "consultants have signed" }
rule = { sv = "Räknar konsulter.", en = "Counts consultants." }
persons = true
needs = ["consultants"]
targets = [{ from = 2018-01-01, target = 0.95, limit = 0.80 }]
parameters = [{ from = 2018-01-01, validity_months = 36 }]
[reasons]
expired = { sv = "För gammal", en = "Too old" }
"""
STATEMENT = """-- what: Who has signed.
-- grain: one row a person
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   validity_months (integer): how long it is valid
-- columns: columns.txt

with judged as (
    select
        *,
        case when months_after(signed, $validity_months) >= $as_of then met() else unmet('expired') end as judgement
    from consultants_at(as_of := $as_of, known_at := $known_at)
)
select
    organisation,
    unit,
    employee_id as item,
    employee_id as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    cast(null as date) as due,
    false as lost,
    import_id,
    sheet,
    row
from judged
"""
SOURCE = """
id = "consultants"
order = 401
title = { sv = "Konsulter", en = "Consultants" }
system = { sv = "HR", en = "HR" }
called = ["konsult"]
unique = []
key = ["employee_id"]
rhythm_days = 92
[fields.employee_id]
title = "Employee id"
type = "id"
person = true
refers_to = "staff.employee_id"
required = true
headings = ["AD-konto"]
[fields.unit]
title = "Unit"
type = "text"
names = "unit"
compared = true
headings = ["Enhet"]
[fields.signed]
title = "Signed"
type = "date"
required = true
headings = ["Undertecknad"]
"""
CONSULTANTS = {"point.toml": POINT, "point.sql": STATEMENT, "source.toml": SOURCE, "example.toml": "as_of = 2026-01-01"}


def continuity():
    (found,) = [each for each in packed.every_pack() if each.point.id == "continuity"]
    return found


def changed(each, *, version, rule):
    """Another version of a pack, whose rule counts otherwise."""
    point = each.files["point.toml"].replace('version = "1.0"', f'version = "{version}"')
    files = {**each.files, "point.toml": point, "point.sql": each.files["point.sql"].replace(*rule)}
    assert files["point.sql"] != each.files["point.sql"]
    return read_pack(files, origin=each.name)


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    """A review with points of two packs, and the files of its package."""
    line = at("draft", tmp_path_factory.mktemp("submitted"))
    with line.held():
        for each in (continuity(), read_pack(CONSULTANTS, origin="others.consultants")):
            install(line, each)
            switch(line, each)
        with line.database.cursor() as cursor:
            line.sources = packs.declared(cursor, None).sources
        for source, table in {"systems": CRITICAL, "continuity": PLANS, "consultants": SIGNED}.items():
            line.load_table(table, name=f"{source}.csv", source=source, extract_date=date(2026, 11, 2))
        review = line.review()
        for id_ in ("continuity", "consultants"):
            line.write(review, "comment", id_, f"Om {id_}.")
            line.write(review, "assessment", id_, "partly")
        line.submit(review)
        line.content = package(line)
    line.files = files_of(line.content)
    return line


def install(line, each):
    installing.install(line.database, each, line.order())


def switch(line, each, *, on=True, from_day=date(2026, 1, 1)):
    installing.switch(
        line.database, each.name, "Förvaltningen", on=on, from_day=from_day, as_of=DAY, order=line.order()
    )


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
    assert {name for name in {*files, *after} if files.get(name) != after.get(name)} == {"frozen.duckdb", SUMS}
    # the next version of the review is of what counts then
    draft = line.correct(line.review(), anew=True)
    assert line.document(draft).answer("continuity") is None


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


@pytest.mark.parametrize("name", ["point.toml", "point.sql", "example.toml", "more.toml"])
def test_files_of_a_pack_that_are_not_the_pinned_ones_are_found_though_all_sums_are_right(submitted, tmp_path, name):
    files = {n: c for n, c in submitted.files.items() if n != "frozen.duckdb"}
    place = f"packs/compliance.continuity/{name}"
    files[place] = files.get(place, b"") + b"\n"
    result = checked(tmp_path, files)
    assert [fault.where for fault in result.faults if fault.what == "pack"] == ["packs/compliance.continuity/"]
    (told,) = [message(fault, EN) for fault in result.faults if fault.what == "pack"]
    assert told.startswith("packs/compliance.continuity/: the files are not those of the version that the review pins.")


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
