"""What the intake holds, on the page of imports: among the dropped files, taken up, loaded, declined, or put back."""

import pytest

from compliance.access.permissions import ANALYST, COORDINATOR
from compliance.core.errors import Refusal
from compliance.intake.rows import IntakeFile, intake_files, reason, record
from compliance.intake.taking import make_ready, sum_of
from compliance.loading.loading import Order, load
from compliance.screens import written
from compliance.screens.imports.intake import HeldFile
from compliance.serving.uploading import LEDGER
from tests.apps import SESSION, listed_files, opened, press, text
from tests.arriving import table
from tests.line import SOURCES, WORDS, read_here

pytestmark = [pytest.mark.usefixtures("reads_here"), pytest.mark.live]
STAFF = """
AD-konto | Namn | Enhet | Anställningsdatum
p1       | Kim  | Norr  | 2020-01-01
p2       | Bo   | Norr  | 2020-01-01
"""
SHRUNK = reason("shrunk", Refusal("The file has {n} rows; the one before had {before}.", n=2, before=812))


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The folder of the intake, on this machine."""
    folder = tmp_path / "intake"
    monkeypatch.setenv("COMPLIANCE_INTAKE", str(folder))
    yield folder
    LEDGER.close(SESSION)


def hold(database, root, name, content, *, folder="Förvaltningen", **row):
    """A file as the intake holds it: it lies there, and the store says why."""
    (root / folder / "in").mkdir(parents=True, exist_ok=True)
    make_ready(root / folder)
    path = root / folder / "held" / "new"
    path.write_bytes(content)
    sum_ = sum_of(path)
    path.rename(path.with_name(f"{sum_[:16]} {name}"))
    organisation = 1 if folder == "Förvaltningen" else None
    file = IntakeFile(
        organisation, folder, name, sum_, len(content), "held", **({"why": SHRUNK, "who": "intake"} | row)
    )
    with database.writing() as cursor:
        record(cursor, file)
    return file


@pytest.fixture
def loaded(own):
    """A store with a staff list."""
    book = read_here(table(STAFF + "p3 | Al | Norr | 2020-01-01\n"), name="Personal 2026-09-30.csv")
    load(own, book, Order("tester"), sources=SOURCES, words=WORDS)
    return own


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
    assert files["Fil"] == ["Personal 2026-10-31.csvfrån intaget, Förvaltningen"]
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
    monkeypatch.setattr(written, "intake_files", lambda cursor: asked.append(1) or intake_files(cursor))
    assert len(listed_files(opened("imports", monkeypatch))["Fil"]) == 200
    assert asked == [1]


def test_an_opened_file_is_loaded_by_whoever_answers_and_put_away_with_its_receipt(loaded, root, monkeypatch):
    hold(loaded, root, "Personal 2026-10-31.csv", table(STAFF))
    app = opened("imports", monkeypatch)
    open_row(app, "Personal")
    assert "Därför hålls den" in text(app)
    assert "Från intaget, Förvaltningen" in text(app)
    press(app, "Läs in 2 rader")
    assert lying(root) == ["2026-10-31.csv", "2026-10-31.csv.txt"]
    assert (root / "Förvaltningen" / "loaded").iterdir()
    [_, last] = states(loaded)
    assert last[:3] == ("loaded", "2", "tester")
    assert "Intaget håller" not in text(app)


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
    press(app, "Ta upp alla två")
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
