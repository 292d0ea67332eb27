"""What a held file becomes is recorded, then it is moved with a receipt beside it that names no person."""

import hashlib
from datetime import date

import pytest

from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.intake.receipts import counted_texts
from compliance.intake.rows import IntakeFile, intake_files, reason
from compliance.intake.settling import held_path, record_loaded, settle, settle_as_refused
from compliance.intake.taking import make_ready

SV = Language("sv")


def settle_as_loaded(database, root, file, receipts, *, who, say):
    with database.writing() as cursor:
        loaded = record_loaded(cursor, file, receipts, who=who)
    settle(root, loaded, say, receipts=receipts)


STAFF = """
AD-konto | Namn | Enhet | Anställningsdatum
p1       | Kim  | Norr  | 2020-01-01
p2       | Bo   | Norr  | 2020-01-01
"""


@pytest.fixture
def held(line, tmp_path):
    """A file in held, the folder of folders, and its row."""
    root = tmp_path / "intake"
    (root / "Norra" / "in").mkdir(parents=True)
    make_ready(root / "Norra")
    path = line.file(STAFF, name="Personal.csv")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    path.rename(root / "Norra" / "held" / f"{sha256[:16]} Personal.csv")
    return root, IntakeFile(1, "Norra", "Personal.csv", sha256, 9, "held")


def lying(root):
    return sorted(str(path.relative_to(root / "Norra")) for path in root.rglob("*") if path.is_file())


def test_a_loaded_file_lies_under_its_import_with_what_it_was_loaded_as(line, held):
    root, file = held
    line.load_table(STAFF, extract_date=date(2026, 11, 30), name="Förra.csv")
    [receipt] = line.load_table(STAFF + "p3 | Al | Norr | 2020-01-01\n", extract_date=date(2026, 11, 30))
    settle_as_loaded(line.database, root, file, [receipt], who="Anna Ö", say=SV)
    name = f"loaded/2 {file.sha256[:16]} Personal.csv"
    assert lying(root) == [name, f"{name}.txt"]
    text = (root / "Norra" / f"{name}.txt").read_text("utf-8")
    assert "Inläst som import 2 för Förvaltningen: Personallista, uttagen 30 november 2026." in text
    assert "Rader: 3 inlästa, 0 avvisade; varningar: 0." in text
    assert "Den tar platsen efter import 1 av samma dag." in text
    assert file.sha256 in text
    assert "Anna" not in text
    with line.database.cursor() as cursor:
        [row] = intake_files(cursor)
    assert (row.state, row.imports, row.who) == ("loaded", (2,), "Anna Ö")
    assert held_path(root, file) is None
    settle(root, row, SV)  # by now it lies where it should


def test_a_receipt_names_columns_that_nobody_has_explained_and_no_cell(line):
    """silent: a file is loaded by itself, and nobody saw that its words and dates were not understood"""
    table = """
    Ärendenummer | Enhet | Upptäckt   | Betydande
    I1           | Norr  | 03/04/2026 | Kims egen sort
    I2           | Norr  | 05/04/2026 | Kims egen sort
    """
    receipts = line.load_table(table, source="incidents")
    texts = counted_texts(receipts[0], SV)
    assert "Datum som kan läsas på två sätt läses som dag/månad: Upptäckt." in texts
    assert "Ord som ingen lista känner, att förklara på sidan Datakvalitet: Betydande (2)." in texts
    assert not any("Kim" in text for text in texts)


def test_a_refused_file_lies_under_its_day_with_why_in_the_language_of_whoever_reads(line, held):
    root, file = held
    values = {"file": {"en": "x", "sv": "å"}, "reason": Refusal("Correct {n} rows.", n=3), "day": date(2026, 1, 2)}
    why = reason("damaged", Refusal("{file}: {reason} {day}", **values))
    settle_as_refused(line.database, root, file, why, who="intake", say=SV)
    [original, receipt] = lying(root)
    assert original.startswith("refused/20")
    assert "å: Correct 3 rows. 2 januari 2026" in (root / "Norra" / receipt).read_text("utf-8")
    with line.database.cursor() as cursor:
        [row] = intake_files(cursor)
    assert SV.refusal(row.refusal) == "å: Correct 3 rows. 2\xa0januari\xa02026"
    assert row.why["code"] == "damaged"


def test_that_somebody_would_not_load_a_file_is_said_without_who(line, held):
    root, file = held
    settle_as_refused(line.database, root, file, {"said": "Fel fil, sa Anna"}, who="Anna", say=SV)
    text = (root / "Norra" / lying(root)[1]).read_text("utf-8")
    assert "Den lästes inte in" in text
    assert "Anna" not in text


def test_another_file_of_that_name_is_not_put_away_for_it(held):
    root, file = held
    [path] = (root / "Norra" / "held").iterdir()
    path.write_text("other")
    assert held_path(root, file) is None


def test_the_first_receipt_of_an_original_is_kept(line, held):
    root, file = held
    [receipt] = line.load_table(STAFF, extract_date=date(2026, 11, 30))
    [path] = (root / "Norra" / "held").iterdir()
    content = path.read_bytes()
    settle_as_loaded(line.database, root, file, [receipt], who="intake", say=SV)
    path.write_bytes(content)
    with line.database.cursor() as cursor:
        [row] = intake_files(cursor)
    settle(root, row, SV)
    _, text = lying(root)
    assert "Personallista" in (root / "Norra" / text).read_text("utf-8")


def test_what_somebody_has_dealt_with_is_not_dealt_with_again(line, held):
    """The first receipt and the first record stay, whichever of the two acts comes second."""
    root, file = held
    settle_as_refused(line.database, root, file, {}, who="Anna", say=SV)
    with pytest.raises(Refusal):
        settle_as_refused(line.database, root, file, {}, who="Bo", say=SV)
    with pytest.raises(Refusal), line.database.writing() as cursor:
        record_loaded(cursor, file, [], who="Bo")
    assert [row["who"] for row in line.rows("from intake_files")] == ["Anna"]
