"""All extracts in a folder or a zip: described, whole or not at all, as a reader sees them and the docs use them."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from compliance.access.permissions import ANALYST
from compliance.access.reader import Reader
from compliance.access.scopes import Scope
from compliance.commands.cli import app
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.core.places import ROOT
from compliance.core.saving import save_folder
from compliance.core.zips import write_zip
from compliance.declarations.queries import statement
from compliance.extracts.declared import extract_names, load_extracts
from compliance.extracts.extracting import with_values
from compliance.extracts.files import Kind, as_bytes
from compliance.extracts.folder import (
    DESCRIPTION,
    SCHEMA_VERSION,
    Bundle,
    check_place,
    every_extract,
    files,
    write_all,
    zipped,
)
from compliance.screens.extracts import texts
from compliance.store import stores
from compliance.store.database import EVERYTHING_KNOWN, Database
from tests import once
from tests.layers import first_of
from tests.line import POINTS, Line
from tests.readers import MINE, THEIRS, reader

DAY = date(2026, 11, 24)
CREATED = datetime(2026, 11, 24, 8)
PROMISED = Path(__file__).with_name("promised.txt")
DOCUMENT = ROOT / "docs" / "analysts.md"
SYSTEMS = """
System  | Enhet | Centralt/lokalt
=cmd!A1 | Norr  | Lokalt
Beta    | Söder | Lokalt
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with Line(tmp_path_factory.mktemp("folder")).held() as line:
        for organisation in ("Ena", "Andra"):
            line.load_table(SYSTEMS + f"{organisation} | | Lokalt", source="systems", organisation=organisation)
        yield line


def bundle(line: Line, who: Reader = MINE, **options: Any) -> Bundle:
    asked: dict[str, Any] = {"points": POINTS, "as_of": DAY, "known_at": EVERYTHING_KNOWN}
    with line.database.cursor() as cursor:
        return every_extract(cursor, **asked, reader=who, **options)


@pytest.fixture(scope="module")
def whole(loaded: Line) -> Bundle:
    return bundle(loaded)


@pytest.fixture(scope="module")
def made(whole: Bundle) -> dict[str, bytes]:
    return files(whole, created=CREATED, language=Language("sv"))


def described(content: dict[str, bytes]) -> Any:
    return json.loads(content[DESCRIPTION])


@pytest.mark.live
def test_every_extract_is_there_twice_and_described(made: dict[str, bytes]) -> None:
    told = described(made)
    assert [*made] == [DESCRIPTION, *(f"{name}.{kind}" for name in extract_names() for kind in ("csv", "parquet"))]
    assert [resource["path"] for resource in told["resources"]] == [*made][1:]
    assert re.fullmatch("[0-9a-f]{32}", told.pop("store"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told["newest_import"].pop("imported_at"))
    about = ("schema_version", "as_of", "organisations", "newest_import", "left_out", "created")
    assert {name: told[name] for name in about} == {
        "schema_version": SCHEMA_VERSION,
        "as_of": "2026-11-24",
        "organisations": ["Ena", "Andra"],
        "newest_import": {"import_id": 2, "extract_date": "2026-11-01"},
        "left_out": [],
        "created": "2026-11-24T08:00:00Z",
    }


@pytest.mark.live
def test_the_description_is_true_of_both_files(made: dict[str, bytes]) -> None:
    kinds = {"string": "string", "integer": "int", "number": "double", "boolean": "bool", "date": "date32"}
    for resource in described(made)["resources"]:
        content = made[resource["path"]]
        fields, mark = resource["schema"]["fields"], hashlib.sha256(content).hexdigest()
        if resource["format"] == "parquet":
            assert (resource["size"], resource["sha256"]) == (len(content), mark)
            continue
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{mark}")
        typed = pq.read_table(io.BytesIO(made[f"{resource['name']}.parquet"]))
        plain = pa_csv.read_csv(io.BytesIO(content), parse_options=pa_csv.ParseOptions(newlines_in_values=True))
        assert typed.column_names == plain.column_names == [field["name"] for field in fields]
        assert len(typed) == len(plain) == resource["rows"]
        for field in fields:
            assert str(typed[field["name"]].type).startswith(kinds.get(field["type"], "timestamp")), field
            codes = {code["value"] for code in field.get("categories", [])}
            assert not codes or {*typed[field["name"]].to_pylist()} <= {None, *codes}, field


@pytest.mark.parametrize("kind", first_of([pytest.param("folder", marks=pytest.mark.live), "zip"]))
def test_frictionless_finds_both_halves_valid(whole: Bundle, made: dict[str, bytes], tmp_path: Path, kind: str) -> None:
    """The program that analysts check a Data Package with, whichever way they got it."""
    to = tmp_path / ("out.zip" if kind == "zip" else "out")
    write_all(whole, to, created=CREATED, language=Language("sv"))
    report = frictionless.validate(str(to if kind == "zip" else to / DESCRIPTION))
    assert report.flatten(["name", "rowNumber", "fieldName", "message"]) == []
    rows = {task.place: task.stats.get("rows", 0) for task in report.tasks}
    assert rows == {resource["path"]: resource["rows"] for resource in described(made)["resources"]}


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("change", ["type", "column", "names"])
def test_frictionless_finds_what_is_not_as_described(
    whole: Bundle, made: dict[str, bytes], tmp_path: Path, kind: Kind, change: str
) -> None:
    """Otherwise the test before would hold of anything."""
    told = described(made)
    (resource,) = told["resources"] = [each for each in told["resources"] if each["path"] == f"items.{kind}"]
    (items,) = (each for each in whole.extracts if each.definition.id == "items")
    table = {
        "type": lambda table: with_values(table, "due", pa.array(["soon"] * len(table))),
        "column": lambda table: table.drop_columns(["due"]),
        "names": lambda table: table.rename_columns(["other", *table.column_names[1:]]),
    }[change](items.table)
    content = as_bytes(replace(items, table=table), kind=kind, language=Language("sv"))
    for name in ("bytes", "hash"):
        resource.pop(name, None)
    save_folder({DESCRIPTION: json.dumps(told).encode(), f"items.{kind}": content}, tmp_path / "out")
    report = frictionless.validate(str(tmp_path / "out" / DESCRIPTION))
    assert ["type-error" if change == "type" else "incorrect-label"] in report.flatten(["type"])


@pytest.mark.live
def test_the_same_rows_give_the_same_zip_and_a_text_no_formula(whole: Bundle, made: dict[str, bytes]) -> None:
    content = zipped(whole, created=CREATED, language=Language("sv"))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == made
    assert b"'=cmd!A1" in made["systems.csv"]
    (systems,) = (each for each in whole.extracts if each.definition.id == "systems")
    same, _ = texts.columns(systems, Language("sv"))
    assert "Blad:" not in same
    assert "=cmd!A1" in pq.read_table(io.BytesIO(made["systems.parquet"]))["system"].to_pylist()


@pytest.mark.exhaustive
def test_a_reader_gets_what_each_extract_gives_and_is_told_what_is_left_out(loaded: Line) -> None:
    assert [each.id for each in load_extracts() if not each.open_to(THEIRS)] == ["courses", "decisions"]
    part = bundle(loaded, reader(ANALYST, limit=Scope("Ena", None, "Norr")))
    whole = {each.id for each in load_extracts() if each.whole}
    assert {each.id for each in part.left_out} == {*whole, "courses", "decisions"} >= {"imports", "trend", "year_wheel"}
    told = described(files(part, created=CREATED, language=Language("en")))
    assert (told["organisations"], told["left_out"]) == (["Ena"], [each.id for each in part.left_out])
    (systems,) = (each.table.to_pylist() for each in part.extracts if each.definition.id == "systems")
    assert [(row["organisation"], row["unit"]) for row in systems] == [("Ena", "Norr")]


def test_what_is_promised_is_kept() -> None:
    """Renaming, removing or retyping a column raises the first number of the version; a new one is added there."""
    version, *lines = PROMISED.read_text("utf-8").splitlines()
    assert version.split(".")[0] == SCHEMA_VERSION.split(".")[0]
    kept: dict[str, list[str]] = {each.id: [f"{c.name} {c.type}" for c in each.columns] for each in load_extracts()}
    for line in lines:
        name, _, columns = line.partition(": ")
        assert kept[name][: columns.count(",") + 1] == columns.split(", "), name


@pytest.mark.parametrize("fails", ["write", "rename"])
def test_a_folder_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    to = tmp_path / "out"
    save_folder({"a": b"old", "b": b"old"}, to)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    if fails == "write":
        monkeypatch.setattr("compliance.core.saving.save", full)
    else:
        rename = Path.rename
        monkeypatch.setattr(Path, "rename", lambda self, to: full() if ".part" in self.name else rename(self, to))
    with pytest.raises(Refusal, match="no room left"):
        save_folder({"a": b"new"}, to)
    assert {path.name: path.read_bytes() for path in to.iterdir()} == {"a": b"old", "b": b"old"}
    assert [*tmp_path.iterdir()] == [to]


@pytest.mark.exhaustive
def test_the_command_writes_an_archive_of_an_organisation(
    loaded: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(loaded.database.path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["extract", "--all", "a.zip", "--as-of", "2026-11-24", "--organisation", "andra"])
    assert done.output.startswith(f"a.zip: {len(extract_names())} extracts, ")
    with zipfile.ZipFile("a.zip") as packed:
        told = json.loads(packed.read(DESCRIPTION))
    assert (told["organisations"], told["newest_import"]["import_id"]) == (["Andra"], 2)


def test_the_mark_of_a_store_goes_with_its_rows_and_with_no_other(loaded: Line, whole: Bundle, tmp_path: Path) -> None:
    loaded.database.copy_to(tmp_path / "copy.duckdb")
    other = Line(tmp_path)
    once.new(other.database.path)
    assert mark_of(other.database) is None
    other.load_table(SYSTEMS, source="systems", organisation="Ena")
    assert mark_of(stores.in_file(tmp_path / "copy.duckdb")) == whole.store
    first = mark_of(other.database)
    assert first not in (None, whole.store)
    other.load_table(SYSTEMS + "Gamma | | Lokalt", source="systems", organisation="Andra")
    assert mark_of(other.database) == first


def mark_of(database: Database) -> str | None:
    with database.cursor() as cursor:
        mark: str | None = cursor.execute(statement("store_mark")).fetchall()[0][0]
        return mark


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_what_is_of_another_store_is_replaced_only_on_request(whole: Bundle, tmp_path: Path, name: str) -> None:
    to = tmp_path / name
    check_place(to, whole, replace=False)
    few = replace(whole, extracts=whole.extracts[:1])
    other = replace(few, store="of another", organisations=("Grannen", "Ena"))
    write_all(other, to, created=CREATED, language=Language("sv"))
    for mine in (whole, replace(whole, store=None)):
        with pytest.raises(Refusal, match=r"is not of this database \(Grannen, Ena\)"):
            check_place(to, mine, replace=False)
        check_place(to, mine, replace=True)
    check_place(to, other, replace=False)
    write_all(replace(few, store=None), to, created=CREATED, language=Language("sv"))
    check_place(to, whole, replace=False)


@pytest.mark.parametrize(
    "content",
    [b"", b"rubbish", b"[]", b"{}", b'{"resources": 1}', b'{"resources": [], "organisations": []}', b"[" * 100_000],
)
def test_what_says_nothing_that_can_be_read_is_not_of_this_store(whole: Bundle, tmp_path: Path, content: bytes) -> None:
    folder, archive, other = tmp_path / "out", tmp_path / "out.zip", tmp_path / "other.zip"
    folder.mkdir()
    (folder / DESCRIPTION).write_bytes(content)
    archive.write_bytes(write_zip([(DESCRIPTION, content)], CREATED))
    other.write_bytes(content)
    for to in (folder, archive, other):
        with pytest.raises(Refusal):
            check_place(to, whole, replace=False)


def test_the_command_writes_all_or_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(once.new(tmp_path / "own.duckdb")))
    assert CliRunner().invoke(app, ["extract", "--all", "b.zip", "--to", "c.csv"]).exit_code == 2


@pytest.mark.live
def test_a_folder_is_written_anew_unless_it_holds_other_files_and_the_document_is_true_of_it(
    whole: Bundle, made: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("extracts")
    for _ in range(2):
        check_place(folder, whole, replace=False)
        write_all(whole, folder, created=CREATED, language=Language("sv"))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made
    _run_the_document()
    monkeypatch.chdir(folder)
    with pytest.raises(Refusal, match="busy"):
        write_all(whole, Path(), created=CREATED, language=Language("sv"))
    monkeypatch.chdir(tmp_path)
    (folder / "mine.txt").write_text("mine", "utf-8")
    for replacing in (False, True):
        with pytest.raises(Refusal, match=r"holds other files, such as mine\.txt"):
            check_place(folder, whole, replace=replacing)


def _run_the_document() -> None:
    """The code of the document, as it stands there, beside the folder that it names."""
    text = DOCUMENT.read_text("utf-8")
    sql, _history = re.findall(r"```sql\n(.*?)```", text, re.S)
    answers = [duckdb.sql(each).fetchall() for each in sql.split(";\n") if each.strip()]
    assert len(answers) == 2
    known: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", text, re.S):
        exec(code, known)
    assert {*known["trend"].columns} == {(name, point.id) for name in ("Andra", "Ena") for point in POINTS}
    assert {*known["coverage"]["status"]} == {"Underlag saknas"}
