"""What the intake holds, on the page of imports: among the dropped files, taken up, loaded, declined, or put back."""

import io
from datetime import date

import openpyxl
import pytest

from compliance.access.permissions import ANALYST, COORDINATOR
from compliance.core.errors import Refusal
from compliance.core.language import Language
from compliance.correcting import returning
from compliance.correcting.questionnaires import Asking, questionnaire, questions
from compliance.intake.rows import IntakeFile, intake_files, record
from compliance.intake.taking import sum_of
from compliance.loading.loading import Order, load
from compliance.screens import written
from compliance.screens.imports.intake import HeldFile
from compliance.serving.uploading import LEDGER
from compliance.store.database import EVERYTHING_KNOWN
from tests.apps import SESSION, listed_files, opened, press, text
from tests.arriving import table
from tests.dropping import SHRUNK, hold
from tests.line import POINTS, SOURCES, WORDS, read_here

SV = Language("sv")
pytestmark = [pytest.mark.usefixtures("reads_here"), pytest.mark.live]
STAFF = """
AD-konto | Namn | Enhet | Anställningsdatum
p1       | Kim  | Norr  | 2020-01-01
p2       | Bo   | Norr  | 2020-01-01
"""


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The folder of the intake, on this machine."""
    folder = tmp_path / "intake"
    monkeypatch.setenv("COMPLIANCE_INTAKE", str(folder))
    yield folder
    LEDGER.close(SESSION)


@pytest.fixture
def loaded(own):
    """A store with a staff list."""
    book = read_here(table(STAFF + "p3 | Al | Norr | 2020-01-01\n"), name="Personal 2026-09-30.csv")
    load(own, book, Order("tester"), sources=SOURCES, words=WORDS)
    return own


def hold_filled(database, root, content, sheet, cell, *, said):
    """A workbook as the intake holds it, of which somebody has filled in a cell."""
    book, filled = openpyxl.load_workbook(io.BytesIO(content)), io.BytesIO()
    book[book.sheetnames[sheet]][cell] = said
    book.save(filled)
    hold(database, root, "Ifylld.xlsx", filled.getvalue())


def lying(root):
    return sorted(str(path.relative_to(root)).split(" ")[-1] for path in root.rglob("*") if path.is_file())


def states(database):
    with database.cursor() as cursor:
        return cursor.execute("select state, imports, who, why from intake_files order by edition").fetchall()


def open_row(app, name):
    app.query_params["file"] = str(next(n for n, file in enumerate(listed_files(app)["Fil"]) if name in file))
    app.run()
    assert not app.exception
    app.query_params.pop("file", None)


def test_a_held_file_is_listed_from_its_row_alone_and_read_when_it_is_opened(loaded, root, monkeypatch):
    hold(loaded, root, "Personal 2026-10-31.csv", table(STAFF), source="staff")
    monkeypatch.setattr(HeldFile, "getvalue", lambda _self: pytest.fail("It was read."))
    app = opened("imports", monkeypatch)
    files = listed_files(app)
    assert files["Läge"] == ["▽ Hålls"]
    assert files["Fil"] == ["Personal 2026-10-31.csvfrån intaget"]
    assert files["Tolkad som"] == ["Personallista"]
    assert files["Anmärkning"] == ["The file has 2 rows; the one before had 812."]
    assert "Intaget håller en fil." in text(app)
    assert lying(root) == ["2026-10-31.csv"]
    monkeypatch.undo()


def test_two_hundred_held_files_are_drawn_without_their_folder_by_one_statement(loaded, root, monkeypatch):
    root.mkdir()
    with loaded.writing() as cursor:
        for n in range(200):
            record(cursor, IntakeFile(1, "Förvaltningen", f"Fil {n}.csv", f"{n:064}", 9, "held", why=SHRUNK))
    asked = []
    monkeypatch.setattr(written, "intake_files", lambda cursor, **of: asked.append(1) or intake_files(cursor, **of))
    assert len(listed_files(opened("imports", monkeypatch))["Fil"]) == 200
    assert asked == [1]


def test_an_opened_file_is_loaded_by_whoever_answers_and_put_away_with_its_receipt(loaded, root, monkeypatch):
    hold(loaded, root, "Personal 2026-10-31.csv", table(STAFF))
    app = opened("imports", monkeypatch)
    open_row(app, "Personal")
    assert "Därför hålls den" in text(app)
    assert "Från intaget" in text(app)
    press(app, "Läs in 2 rader")
    assert lying(root) == ["2026-10-31.csv", "2026-10-31.csv.txt"]
    assert (root / "Förvaltningen" / "loaded").iterdir()
    [_, last] = states(loaded)
    assert last[:3] == ("loaded", "2", "tester")
    assert "Intaget håller" not in text(app)


def test_corrected_rows_that_came_to_the_intake_are_loaded_and_put_away(loaded, root, monkeypatch):
    rejected = read_here(table(STAFF + "p8 | Al |  | 2020-01-01\n"), name="Personal 2026-10-15.csv")
    receipts = returning.only_rejected(tuple(load(loaded, rejected, Order("tester"), sources=SOURCES, words=WORDS)))
    content = returning.return_workbook(receipts, rejected, SV)
    hold_filled(loaded, root, content, 0, "E2", said="Norr")
    app = opened("imports", monkeypatch)
    open_row(app, "Ifylld")
    press(app, "Läs in 1 rad")
    assert lying(root) == ["Ifylld.xlsx", "Ifylld.xlsx.txt"]
    assert states(loaded)[-1][:3] == ("loaded", "3", "tester")
    assert "Intaget håller" not in text(app)


def test_answered_questions_that_came_to_the_intake_are_loaded_and_put_away(loaded, root, monkeypatch):
    systems = table("Systemnamn | Enhet | Ansvarsnivå | Objektägare\nAlfa | Norr | Lokalt | Bo Ek\n")
    load(loaded, read_here(systems, name="System 2026-10-15.csv"), Order("tester"), sources=SOURCES, words=WORDS)
    asking = Asking("Förvaltningen", date(2026, 10, 31), EVERYTHING_KNOWN, tuple(POINTS), SOURCES)
    with loaded.cursor() as cursor:
        content = questionnaire("Norr", questions(cursor, asking)["Norr"], asking, SV)
    hold_filled(loaded, root, content, 1, "C4", said=date(2026, 10, 20))
    app = opened("imports", monkeypatch)
    open_row(app, "Ifylld")
    press(app, "Läs in 1 rad")
    assert lying(root) == ["Ifylld.xlsx", "Ifylld.xlsx.txt"]
    assert states(loaded)[-1][:3] == ("loaded", "3", "tester")


def test_a_file_that_nobody_loads_is_put_away_with_who_and_why(loaded, root, monkeypatch):
    hold(loaded, root, "Personal 2026-10-31.csv", table(STAFF))
    app = opened("imports", monkeypatch)
    open_row(app, "Personal")
    next(field for field in app.text_input if field.label == "Varför?").set_value("Fel lista").run()
    press(app, "Läs inte in den")
    [_, last] = states(loaded)
    assert (last[0], last[2]) == ("refused", "tester")
    assert "Fel lista" in last[3]
    assert len(list((root / "Förvaltningen" / "refused").iterdir())) == 2
    assert "Personal 2026-10-31.csv" not in text(app)


def test_a_file_that_is_put_back_stays_held(loaded, root, monkeypatch):
    hold(loaded, root, "Personal 2026-10-31.csv", table(STAFF))
    app = opened("imports", monkeypatch)
    open_row(app, "Personal")
    press(app, "Lägg tillbaka den")
    assert listed_files(app)["Läge"] == ["▽ Hålls"]
    assert len(states(loaded)) == 1


def test_of_two_persons_the_second_is_told_that_the_first_has_taken_it(loaded, root, monkeypatch):
    file = hold(loaded, root, "Personal 2026-10-31.csv", table(STAFF))
    hold(loaded, root, "Annan 2026-10-31.csv", table(STAFF + "p9 | Al | Norr | 2020-01-01\n"))
    first, second, third = (opened("imports", monkeypatch) for _ in range(3))
    open_row(second, "Personal")
    open_row(first, "Personal")
    press(first, "Läs inte in den")
    second.run()
    assert "Någon annan har tagit Personal 2026-10-31.csv." in text(second)
    third.query_params["file"] = "0"
    third.run()
    assert "Någon annan har tagit" in text(third)
    assert [row[0] for row in states(loaded)] == ["held", "held", "refused"]
    assert file.sha256


def test_all_are_taken_up_at_once(loaded, root, monkeypatch):
    for day in ("2026-10-30", "2026-10-31"):
        hold(loaded, root, f"Personal {day}.csv", table(f"{STAFF}{day} | Al | Norr | 2020-01-01\n"))
    app = opened("imports", monkeypatch)
    press(app, "Ta upp båda")
    assert "▽ Hålls" not in listed_files(app)["Läge"]
    assert len(listed_files(app)["Fil"]) == 2


def test_where_the_folder_is_not_the_row_says_so(loaded, root, tmp_path, monkeypatch):
    hold(loaded, root, "Personal 2026-10-31.csv", table(STAFF))
    monkeypatch.setenv("COMPLIANCE_INTAKE", str(tmp_path / "elsewhere"))
    app = opened("imports", monkeypatch)
    assert "Filerna ligger på den maskin där intaget går." in text(app)
    assert "Personal 2026-10-31.csv" in text(app)
    assert "v-row-link" not in text(app)


def test_a_file_whose_content_is_another_by_now_is_not_read(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"a;b")
    held = HeldFile(path, sum_of(path), "x.csv")
    assert held.getvalue() == b"a;b"
    path.write_bytes(b"c;d")
    with pytest.raises(Refusal):
        held.getvalue()


def test_who_may_not_load_sees_no_name_of_a_file(loaded, root, monkeypatch):
    hold(loaded, root, "Hemlig.csv", table(STAFF))
    assert "Hemlig.csv" in text(opened("imports", monkeypatch, role=COORDINATOR))
    for page in ("imports", "overview"):
        assert "Hemlig.csv" not in text(opened(page, monkeypatch, role=ANALYST))
