"""Comparing an import with the one before: new, changed and missing rows, and signs that it is the wrong file."""

from datetime import date

import pytest
import typer

from compliance.commands import cli
from compliance.correcting.renaming import add_alias
from compliance.declarations.sources import Source
from compliance.loading import comparing
from compliance.loading.comparing import Comparison
from compliance.store.file import FileDatabase
from tests.layers import first_of
from tests.line import SOURCES, Line

pytestmark = pytest.mark.live

STAFF = "AD-konto | Anställningsnr | E-post | Enhet | Anställningsdatum\n"
TRAINING = "Användarnamn | Kurs | Status | Slutfört datum\n"
OCTOBER, NOVEMBER = date(2026, 10, 31), date(2026, 11, 15)


def compared(line, receipt) -> Comparison:
    with line.database.cursor() as cursor:
        return comparing.compare(cursor, receipt.import_id, receipt.source)


def people(n, *, start=0, unit="Norr"):
    return STAFF + "\n".join(
        f"konto{i} | {7000 + i} | p{i}@exempel.se | {unit} | 2020-01-01" for i in range(start, start + n)
    )


@pytest.mark.live
def test_the_first_export_is_compared_with_nothing(line):
    [receipt] = line.load_table(people(3), extract_date=OCTOBER)
    found = compared(line, receipt)
    assert (found.earlier, found.new, found.changed, found.gone, found.shrunk, found.unfamiliar) == (
        None, 3, 0, 0, False, False,
    )  # fmt: skip


def test_rows_are_new_changed_or_gone_by_their_key(line):
    line.load_table(people(3), extract_date=OCTOBER)
    [receipt] = line.load_table(
        STAFF
        + "KONTO0 | 7000 | p0@exempel.se | Norr | 2020-01-01\nkonto1 | 7001 | p1@exempel.se | Söder | 2020-01-01\n"
        + "konto9 | 7009 | p9@exempel.se | Norr | 2020-01-01",
        extract_date=NOVEMBER,
    )
    found = compared(line, receipt)
    # konto0 is written in capitals now, which is another text of the same key
    assert (found.new, found.changed, found.gone) == (1, 2, 1)
    assert found.earlier
    assert found.earlier[1:] == (OCTOBER, 3)


@pytest.mark.exhaustive
def test_an_unchanged_export_changes_nothing(line):
    line.load_table(people(3), extract_date=OCTOBER)
    [receipt] = line.load_table(people(3), extract_date=NOVEMBER)
    found = compared(line, receipt)
    assert (found.new, found.changed, found.gone) == (0, 0, 0)


@pytest.mark.exhaustive
def test_several_rows_of_one_key_are_compared_together(line):
    rows = "a | K1 | Klar | 2026-01-01\na | K1 | Klar | 2026-02-01"
    line.load_table(TRAINING + rows, extract_date=OCTOBER)
    [receipt] = line.load_table(TRAINING + rows.replace("02-01", "03-01"), extract_date=NOVEMBER)
    found = compared(line, receipt)
    assert (found.new, found.changed, found.gone) == (0, 2, 0)


def test_a_completing_file_removes_no_row(line):
    line.load_table(people(3), extract_date=OCTOBER)
    [receipt] = line.load_table(people(1, start=5), extract_date=NOVEMBER, completes=True)
    found = compared(line, receipt)
    assert (found.new, found.gone) == (1, 0)


def test_far_fewer_rows_are_reported(line, exhaustively):
    line.load_table(people(40), extract_date=OCTOBER)
    [receipt] = line.load_table(people(29), extract_date=NOVEMBER)
    assert compared(line, receipt).shrunk
    if exhaustively:
        [receipt] = line.load_table(people(30), extract_date=date(2026, 11, 16))
        assert not compared(line, receipt).shrunk


def test_an_export_older_than_a_loaded_one_is_reported(line):
    line.load_table(people(3), extract_date=NOVEMBER)
    [receipt] = line.load_table(people(2), extract_date=OCTOBER)
    found = compared(line, receipt)
    assert found.newer == NOVEMBER
    assert found.earlier is None


@pytest.mark.exhaustive
def test_a_newer_completing_file_replaces_no_export(line):
    line.load_table(people(2), extract_date=OCTOBER)
    line.load_table(people(1, start=5), extract_date=NOVEMBER, completes=True)
    [receipt] = line.load_table(people(3), extract_date=OCTOBER)
    assert compared(line, receipt).newer is None
    line.load_table(people(4), extract_date=NOVEMBER)
    [receipt] = line.load_table(people(5), extract_date=OCTOBER)
    assert compared(line, receipt).newer == NOVEMBER


def test_an_export_of_another_organisation_is_reported_with_its_name(line, exhaustively):
    line.load_table(people(20), extract_date=OCTOBER, organisation="Ett")
    line.load_table(people(20, start=100), extract_date=OCTOBER, organisation="Två")
    [receipt] = line.load_table(people(20, start=101), extract_date=NOVEMBER, organisation="Ett")
    found = compared(line, receipt)
    assert found.unfamiliar
    assert found.likely_owner == "Två"
    if exhaustively:
        [receipt] = line.load_table(people(20, start=1), extract_date=date(2026, 11, 1), organisation="Två")
        assert compared(line, receipt).likely_owner == "Ett"


def test_a_lost_column_is_reported_under_its_former_heading(line):
    line.load_table(people(3), extract_date=OCTOBER)
    [receipt] = line.load_table(people(3).replace("E-post", "Adress"), extract_date=NOVEMBER)
    assert [(field.name, heading) for field, heading in compared(line, receipt).lost] == [("email", "E-post")]


# --- keys that do not match --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "made"),
    first_of([("E-post", lambda i: f"P{i}@EXEMPEL.SE"), ("Anställningsnr", lambda i: 7000 + i)]),
)
def test_for_another_kind_of_id_the_matching_column_is_offered_and_used(line, column, made):
    line.load_table(people(10), extract_date=OCTOBER)
    rows = TRAINING + "\n".join(f"{made(i)} | Grundkurs i dataskydd | Klar | 2026-05-01" for i in range(8))
    [receipt] = line.load_table(rows, extract_date=OCTOBER)
    [found] = compared(line, receipt).unmatched
    assert (found.field.name, found.target, found.missing, found.of, found.many) == (
        "employee_id", "staff", 8, 8, True,
    )  # fmt: skip
    assert found.fit == comparing.Fit(column, 8)
    assert [item["outcome"] for item in line.items("2", OCTOBER)] == ["unmet"] * 10

    [receipt] = line.load_table(
        rows + "\nfrämmande | Grundkurs i dataskydd | Klar | 2026-05-01", extract_date=OCTOBER, through=column
    )
    assert line.rows("select employee_id from training where import_id = $n order by row", n=receipt.import_id)[0] == {
        "employee_id": "konto0"
    }
    [found] = compared(line, receipt).unmatched
    assert (found.missing, found.examples, found.many) == (1, ("främmande",), False)
    assert [item["outcome"] for item in line.items("2", OCTOBER)] == ["met"] * 8 + ["unmet"] * 2


def test_an_ambiguous_key_is_no_match(line):
    shared = people(2).replace("p1@", "p0@")
    line.load_table(shared, extract_date=OCTOBER)
    line.load_table(TRAINING + "p0@exempel.se | K | Klar | 2026-05-01", extract_date=OCTOBER, through="E-post")
    assert line.column("employee_id", "training") == ["p0@exempel.se"]


@pytest.mark.exhaustive
def test_actions_without_a_system_are_reported_without_a_fitting_column(line):
    line.load_table("Systemnamn | Status\nAlfa | I drift\nBeta | I drift", extract_date=OCTOBER)
    [receipt] = line.load_table(
        "Åtgärds-ID | System | Status\n1 | Alfa | Pågår\n2 | Gamma | Pågår\n3 | Delta | Pågår", extract_date=OCTOBER
    )
    [found] = compared(line, receipt).unmatched
    assert (found.missing, found.of, found.examples, found.fit) == (2, 3, ("Delta", "Gamma"), None)


def test_nothing_is_reported_if_the_other_export_is_missing(line):
    [receipt] = line.load_table(TRAINING + "a | K | Klar | 2026-05-01", extract_date=OCTOBER)
    assert compared(line, receipt).unmatched == ()


def test_what_a_field_refers_to_exists():
    for source in SOURCES.values():
        assert source.key, source.id
        for field in source.fields:
            if field.refers_to:
                target: Source = SOURCES[field.refers_to[0]]
                assert target.field(field.refers_to[1])


@pytest.mark.exhaustive
def test_a_renamed_unit_matches_by_both_its_names(line):
    line.load_table("AD-konto | Enhet | Anställningsdatum\np1 | Norr | 2020-01-01", extract_date=OCTOBER)
    add_alias(line.database, kind="unit", old="Norr", new="Nord", valid_from=OCTOBER, order=line.order())
    rows = "Ärendenummer | Enhet | Upptäckt\n1 | Norr | 2026-01-01\n2 | Nord | 2026-01-01\n3 | Väst | 2026-01-01"
    [receipt] = line.load_table(rows, extract_date=OCTOBER)
    [found] = compared(line, receipt).unmatched
    assert (found.missing, found.examples) == (1, ("Väst",))


@pytest.mark.exhaustive
def test_files_of_one_command_are_compared_one_after_the_other(tmp_path, monkeypatch):
    """Two exports of a source in one command: the second is compared with the first."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "cli.duckdb"))
    line = Line(tmp_path)
    first = line.file(people(3), name="a 2026-10-31.csv")
    second = line.file(people(4), name="b 2026-11-15.csv")
    with pytest.raises(typer.Exit):
        cli.load_command([first, second])
    with FileDatabase.at(tmp_path / "cli.duckdb").cursor() as cursor:
        found = comparing.compare(cursor, 2, SOURCES["staff"])
    assert found.earlier == (1, OCTOBER, 3)
    assert found.new == 1
