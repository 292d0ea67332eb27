"""A pack is checked before it counts: each rule has a pack that breaks only it, and its sentence is asserted."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from compliance.checking import declaring
from compliance.checking.checking import check_files
from compliance.checking.scaffold import new_pack
from compliance.core.errors import Refusal
from compliance.declarations.packs import folder_files, product_packs
from tests.layers import first_of

TODAY = date(2026, 12, 1)
GOOD = new_pack("licences", "acme", today=TODAY)
POINT, SQL, SOURCE, EXAMPLE = "point.toml", "point.sql", "source.toml", "example.toml"


def sentences(files, **more):
    return [str(fault.sentence) for fault in check_files(files, origin="acme.licences", **more)]


def changed(file, was, becomes, files=GOOD):
    assert was in files[file], f"{file} has no {was!r}"
    return files | {file: files[file].replace(was, becomes, 1)}


def line_of(file, part):
    """The line of a file of the good pack that has a part."""
    return next(n for n, line in enumerate(GOOD[file].splitlines(), 1) if part in line)


@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("path", first_of(product_packs()), ids=lambda path: path.name)
def test_the_packs_of_the_product_have_no_faults(path, thorough):
    assert [str(f.sentence) for f in check_files(folder_files(path), origin=path.name, thorough=thorough)] == []


@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.exhaustive)])
def test_a_new_pack_has_no_faults(thorough):
    assert sentences(GOOD, thorough=thorough) == []
    assert 'publisher = "acme"' in GOOD[POINT]
    assert "next_review = 2027-12-01" in GOOD[POINT]


def test_a_new_pack_needs_a_name_that_can_be_one_of_statements():
    with pytest.raises(Refusal, match=r"Acme AB is no name of a pack. A name has only a–z, 0–9 and underscores\."):
        new_pack("licences", "Acme AB", today=TODAY)


WRONG = tomllib.loads(Path(__file__).with_name("wrong.toml").read_text("utf-8"))


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_pack_that_breaks_one_rule_is_told_so_with_file_and_line(wrong):
    file, line = wrong["file"], wrong["line"]
    found = sentences(changed(file, wrong["was"], wrong["becomes"]))
    number = line_of(file, line) if isinstance(line, str) else line
    number -= str(line).startswith("title = ") and file == EXAMPLE  # of a case its first line
    sentence = wrong["sentence"]
    told = [each for each in found if re.search(sentence, each)]
    assert told, found
    assert told[0].startswith(f"{file}, line {number}: " if number else ("" if sentence[0] == "^" else file)), found
    assert len(found) <= 8, found


def test_a_column_that_chooses_the_items_may_be_missing_without_their_vanishing():
    files = folder_files(next(path for path in product_packs() if path.name.endswith("authentication")))
    example = files[EXAMPLE].partition('\n[[case]]\ntitle = "Without a column for what chooses')[0]
    careless = changed(
        SQL, "s.required or untold('personal_data', s.columns)", "s.required", files | {EXAMPLE: example}
    )
    (told,) = sentences(careless)
    assert "no column for systems.personal_data, Alfa and others are no items any more" in told
    assert "(or untold('personal_data', columns)), and judge them undecided(['personal_data'])" in told
    assert told.startswith("point.sql, line ")


def test_a_mistake_of_the_product_is_logged_with_a_reference(monkeypatch, caplog):
    monkeypatch.setattr(declaring, "faults", lambda pack, *, before: {}["ours"])
    (found,) = sentences(GOOD)
    reference = re.search(r"give reference ([0-9a-f]{8}) to those who run the service", found)[1]
    assert f"Fault {reference}" in caplog.text
    assert "KeyError" in caplog.text
