"""A run takes what is whole, loads what nothing is to be asked of, holds the rest with why, and tells of each."""

import hashlib
import json
import os
import threading
from collections import Counter
from datetime import timedelta

import pytest

from compliance.core.errors import Hindered, Refusal
from compliance.correcting.renaming import add_alias
from compliance.intake import acting, running
from compliance.intake.rows import intake_files
from compliance.intake.settling import record_loaded, settle_as_refused
from compliance.intake.taking import Busy, sum_of
from compliance.loading.loading import Order, rename_organisation, revoke
from compliance.reading.mapping import Said
from compliance.store import register
from compliance.store.database import rows
from tests.command import run as command
from tests.dropping import DECEMBER, NOVEMBER, OCTOBER, SV, TODAY, Dropping, about, failing, staff, training
from tests.machines import machine

pytestmark = pytest.mark.live
HAND = Order("hand")


@pytest.fixture
def intake(tmp_path, monkeypatch):
    dropping = Dropping(tmp_path)
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(dropping.path))
    return dropping


def kinds(run):
    return {outcome.file: (outcome.kind, outcome.code) for outcome in run.outcomes}


def everything(intake):
    """What the folders of the intake and of the store hold, and when each was changed of the former."""
    paths = [(path, path.lstat().st_mtime_ns) for path in sorted(intake.root.rglob("*"))]
    paths += [(path, 0) for path in sorted(intake.own.iterdir()) if path.suffix not in (".turn", ".lock")]
    return {
        str(path): (changed, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path, changed in paths
    }


# What is dropped one night, by name: its content, what becomes of it, and where it lies then.
NIGHT = {
    "Personal nov.csv": (staff(61, NOVEMBER), "loaded", "loaded"),
    "Utbildning nov.csv": (training(61, NOVEMBER, 44), "loaded", "loaded"),
    "Personal femtedel.csv": (staff(12, DECEMBER), "held", "held"),
    "Personal okt igen.csv": (staff(60, OCTOBER), "there", "loaded"),
    "Skräp.pdf": ("%PDF-1.4 nothing", "refused", "refused"),
    "Lista.csv": ("Namn;Enhet;Status\nAnna;Norr;Aktiv\n", "held", "held"),
    "Tom.csv": ("", "waiting", "in"),
}


@pytest.fixture
def night(intake):
    """What a run has done in which some is loaded and some is not."""
    for name, (text, *_) in NIGHT.items():
        intake.drop(name, text)
    intake.drop("x.csv", staff(60, NOVEMBER), into="Norrra")
    (intake.root / "Förvaltningen" / "in" / "länk.csv").symlink_to("/etc/passwd")
    (intake.root / "utan").mkdir()
    told = []
    done = intake.run(report=told.append)
    assert tuple(told) == done.outcomes
    return done


def test_each_file_of_a_night_is_loaded_or_lies_where_what_it_is_says(intake, night):
    expected = {name: kind for name, (_, kind, _) in NIGHT.items()} | {"x.csv": "held", "länk.csv": "left", "": "left"}
    assert {file: kind for file, (kind, _) in kinds(night).items()} == expected
    assert (night.status, night.held) == (1, 3)
    assert intake.imports()[2:] == ["Personal nov.csv", "Utbildning nov.csv"]
    lies = {name: place for name, (_, _, place) in NIGHT.items()} | {"x.csv": "held", "länk.csv": "in"}
    assert intake.lying() == lies
    again = intake.run()
    assert {kind for kind, _ in kinds(again).values()} == {"waiting", "left"}
    assert (again.status, again.held) == (3, 3)


def test_each_file_of_a_night_is_told_of_in_receipt_row_line_and_trail(intake, night):
    [receipt] = (intake.root / "Förvaltningen" / "loaded").glob("3 *.txt")
    assert "Inläst som import 3 för Förvaltningen: Personallista" in receipt.read_text("utf-8")
    recorded = intake.recorded()
    assert recorded["Personal nov.csv"].imports == (3,)
    assert recorded["x.csv"].organisation_id is None
    assert "ingen förvaltning" in SV.refusal(recorded["x.csv"].refusal)
    lines = [json.loads(json.dumps(outcome.line(SV))) for outcome in night.outcomes]
    loaded = next(line for line in lines if line.get("file") == "Personal nov.csv")
    said = {"source": "staff", "extract_date": NOVEMBER.isoformat(), "imports": [3], "rows": 61}
    assert loaded.items() >= said.items()
    entries = register.own().rows("entries", after=0)
    trail = Counter((row["action"], json.loads(row["details"]).get("status")) for row in entries)
    assert trail == {("load", None): 2, ("intake", "held"): 3, ("intake", "refused"): 1}


def test_the_same_content_counts_once_however_often_and_by_whatever_name_it_comes(intake):
    for _ in range(2):
        intake.drop("Personal.csv", staff(61, NOVEMBER))
        intake.drop("Igen.csv", staff(61, NOVEMBER))
        intake.run()
    assert len(intake.imports()) == 3
    revoke(intake.database, 3, why="fel", order=HAND)
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    assert kinds(intake.run()) == {"Personal.csv": ("held", "revoked")}


def test_a_file_of_another_organisation_is_held(intake):
    intake.load("Södra.csv", staff(30, OCTOBER, first=500), organisation="Södra")
    intake.drop("Personal.csv", staff(60, OCTOBER), into="Södra")
    intake.drop("Personal nov.csv", staff(60, NOVEMBER), into="Södra")
    assert {kind for kind, _ in kinds(intake.run()).values()} == {"held"}
    assert len(intake.imports()) == 3


@pytest.mark.parametrize("form", ["FÖRVALTNINGEN", "Fo\u0308rvaltningen"])
def test_a_folder_is_of_the_organisation_whose_name_it_has_in_any_form(intake, form):
    intake.drop("Personal.csv", staff(61, NOVEMBER), into=form)
    assert [outcome.kind for outcome in intake.run().outcomes] == ["loaded"]


def test_a_renamed_organisation_is_found_by_its_old_name(intake):
    rename_organisation(intake.database, 1, name="Nämnden", order=HAND)
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    [outcome] = intake.run().outcomes
    assert (outcome.kind, outcome.organisation) == ("loaded", "Nämnden")
    intake.load("Södra.csv", staff(30, OCTOBER, first=500), organisation="Södra")
    add_alias(intake.database, kind="organisation", old="Gamla", new="Södra", valid_from=OCTOBER, order=HAND)
    intake.drop("Personal.csv", staff(31, NOVEMBER, first=500), into="Gamla")
    [outcome] = intake.run().outcomes
    assert (outcome.kind, outcome.organisation) == ("loaded", "Södra")


def test_a_folder_is_told_of_until_there_is_an_organisation_of_its_name(intake):
    intake.drop("Personal.csv", staff(30, NOVEMBER, first=500), into="Södra")
    assert kinds(intake.run()) == {"Personal.csv": ("held", "folder")}
    assert intake.run().outcomes == ()
    intake.load("Södra.csv", staff(30, OCTOBER, first=500), organisation="Södra")
    assert kinds(intake.run()) == {"Personal.csv": ("loaded", "")}


@pytest.mark.parametrize("at", ["put_away", "settle"])
def test_a_run_that_ends_between_a_load_and_the_move_is_completed_by_the_next(intake, at):
    intake.drop("Personal.csv", staff(61, NOVEMBER))

    class Killed(BaseException):
        pass

    place = acting.Hands if at == "put_away" else acting
    with failing(place, at, Killed()), pytest.raises(Killed):
        intake.run()
    assert intake.lying() == {"Personal.csv": "held"}
    assert kinds(intake.run()) == {"Personal.csv": ("there", "")}
    assert intake.lying() == {"Personal.csv": "loaded"}
    assert len(intake.imports()) == 3


def test_a_receipt_that_cannot_be_written_is_told_and_the_next_run_moves_the_file(intake):
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    with failing(acting, "settle", OSError(28, "No space left on device")):
        done = intake.run()
    assert [outcome.kind for outcome in done.outcomes] == ["loaded", "failed"]
    assert done.status == 1
    assert kinds(intake.run()) == {"Personal.csv": ("there", "")}


def test_an_original_whose_place_is_taken_stays_in_held_until_it_can_be_moved(intake):
    path = intake.drop("Personal.csv", staff(61, NOVEMBER))
    there = intake.root / "Förvaltningen" / "loaded" / f"3 {sum_of(path)[:16]} Personal.csv"
    there.mkdir(parents=True)
    there.parent.chmod(0o700)
    done = intake.run()
    assert [outcome.kind for outcome in done.outcomes] == ["loaded", "failed"]
    assert "Is a directory" in SV.refusal(done.outcomes[1].refusal)
    there.rmdir()
    assert kinds(intake.run()) == {"Personal.csv": ("there", "")}
    assert intake.lying() == {"Personal.csv": "loaded"}


def test_what_the_machine_cannot_read_is_tried_again_and_held_after_three_runs(intake):
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    intake.drop("Utbildning.csv", training(61, NOVEMBER, 44))
    with failing(running, "read", Hindered("The machine is too busy."), of="Personal.csv"):
        first, second, third, fourth = (intake.run() for _ in range(4))
    assert [kinds(run).get("Personal.csv") for run in (first, second, third, fourth)] == [
        ("failed", "failed"),
        ("failed", "failed"),
        ("held", "failed"),
        None,
    ]
    assert [run.status for run in (first, second, third, fourth)] == [1, 1, 3, 3]
    assert kinds(first)["Utbildning.csv"] == ("loaded", "")
    intake.declare(more="# changed")
    assert kinds(intake.run()) == {"Personal.csv": ("loaded", "")}


def test_what_failed_once_is_loaded_by_the_next_run(intake):
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    with failing(acting, "load_set", Hindered("The database is busy.")):
        done = intake.run()
    assert (kinds(done), done.status) == ({"Personal.csv": ("failed", "failed")}, 1)
    assert kinds(intake.run()) == {"Personal.csv": ("loaded", "")}


def test_a_store_that_cannot_be_written_leaves_everything_for_the_next_run(intake):
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    intake.drop("Lista.csv", "Namn;Enhet;Status\nAnna;Norr;Aktiv\n")
    with failing(type(intake.database), "writing", Hindered("The database is busy.")):
        done = intake.run()
    assert {kind for kind, _ in kinds(done).values()} == {"failed"}
    assert intake.recorded() == {}
    assert kinds(intake.run()) == {"Personal.csv": ("loaded", ""), "Lista.csv": ("held", "day")}


def test_a_file_on_which_the_product_fails_does_not_keep_the_others(intake, caplog):
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    intake.drop("Utbildning.csv", training(61, NOVEMBER, 44))
    with failing(running, "judge", ZeroDivisionError("x"), of="Utbildning.csv"):
        done = intake.run()
    assert kinds(done) == {"Personal.csv": ("loaded", ""), "Utbildning.csv": ("failed", "failed")}
    assert "ZeroDivisionError" in caplog.text
    with failing(running, "prepare", ZeroDivisionError("x"), of="Utbildning.csv"):
        assert kinds(intake.run()) == {"Utbildning.csv": ("failed", "failed")}


def test_what_was_judged_by_a_store_that_others_have_changed_is_judged_anew(intake, monkeypatch):
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    judge, asked = running.judge, []

    def meanwhile(*said):
        found = judge(*said)
        asked.append(len(asked))
        if len(asked) <= changes:
            intake.load(f"{len(asked)}.csv", training(60, OCTOBER + timedelta(len(asked)), 40))
        return found

    monkeypatch.setattr(running, "judge", meanwhile)
    changes = 1
    assert kinds(intake.run()) == {"Personal.csv": ("loaded", "")}
    assert len(asked) == 2
    intake.drop("Utbildning.csv", training(61, NOVEMBER, 44))
    changes = 100
    done = intake.run()
    assert kinds(done) == {"Utbildning.csv": ("waiting", "changing")}
    assert done.status == 3


def test_a_file_that_somebody_answers_for_meanwhile_is_left_to_them(intake, monkeypatch):
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    intake.drop("Lista.csv", "Namn;Enhet;Status\nAnna;Norr;Aktiv\n")
    intake.run()
    intake.declare(more="# changed")
    intake.drop("Utbildning.csv", training(61, NOVEMBER, 44))
    judge = running.judge

    def meanwhile(*said):
        found = judge(*said)
        row = intake.recorded()["Lista.csv"]
        if row.state == "held":
            settle_as_refused(intake.database, intake.root, row, {"said": "fel"}, who="Anna", say=SV)
        return found

    monkeypatch.setattr(running, "judge", meanwhile)
    assert kinds(intake.run()) == {"Utbildning.csv": ("loaded", "")}
    assert (intake.recorded()["Lista.csv"].state, intake.lying()["Lista.csv"]) == ("refused", "refused")
    intake.drop("Lista igen.csv", "Namn;Enhet;Status\nAnna;Norr;Aktiv\n")
    assert kinds(intake.run()) == {"Lista igen.csv": ("refused", "refused")}
    assert intake.lying()["Lista igen.csv"] == "refused"


def test_what_was_taken_as_an_answer_is_no_import_and_is_put_away_though_it_was_not_moved_or_comes_again(intake):
    intake.drop("Lista.csv", "Namn;Enhet;Status\nAnna;Norr;Aktiv\n")
    intake.run()
    with intake.database.writing() as cursor:
        record_loaded(cursor, intake.recorded()["Lista.csv"], [], who="Anna")
    for _ in range(2):
        assert kinds(intake.run()) == {"Lista.csv": ("there", "")}
        assert intake.lying()["Lista.csv"] == "loaded"
        intake.drop("Lista.csv", "Namn;Enhet;Status\nAnna;Norr;Aktiv\n")
    [receipt] = intake.root.rglob("*.txt")
    assert "Svaret är taget: se sidan Arbetslistor." in receipt.read_text("utf-8")


def test_a_rehearsal_tells_what_would_be_done_and_writes_nothing(intake):
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    intake.drop("Lista.csv", "Namn;Enhet;Status\nAnna;Norr;Aktiv\n")
    before = everything(intake)
    done = intake.run(rehearse=True)
    assert kinds(done) == {"Personal.csv": ("loaded", ""), "Lista.csv": ("held", "day")}
    assert everything(intake) == before
    intake.run()
    intake.drop("Personal igen.csv", staff(61, NOVEMBER))
    before = everything(intake)
    assert kinds(intake.run(rehearse=True)) == {"Personal igen.csv": ("there", ""), "Lista.csv": ("held", "day")}
    assert everything(intake) == before


def test_a_run_looks_again_while_a_file_is_young(intake, monkeypatch):
    intake.declare(quiet_seconds=1)
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    monkeypatch.setattr(running, "LEAST_SECONDS", 0.1)
    done = intake.run(wait=20)
    assert [outcome.kind for outcome in done.outcomes] == ["waiting", "loaded"]
    assert (done.status, done.counts) == (0, {"loaded": 1})


def test_an_export_that_has_not_come_is_told_of(intake):
    register = "Behandlings-ID;Namn;Enhet;Personuppgiftsansvarig;Dataskyddsombud;Ändamål\nB-1;Löner;Norr;N;Kim;Lön\n"
    intake.load("Register.csv", register, extract_date=TODAY - timedelta(200))
    [outcome] = intake.run().outcomes
    assert (outcome.kind, outcome.source, outcome.extract_date) == ("late", "processing", TODAY - timedelta(200))
    assert SV.refusal(outcome.refusal).startswith("Registerförteckning väntades")
    assert intake.run().status == 3


def test_a_declared_point_or_source_that_there_is_not_stops_a_run_before_it_takes_a_file(intake):
    (intake.own / "intake.toml").write_text("[changes]\ndpa = 0.5\n", "utf-8")
    path = intake.drop("Personal.csv", staff(61, NOVEMBER))
    with pytest.raises(Refusal, match=r"changes\.dpa"):
        intake.run()
    assert path.exists()


def test_one_run_at_a_time_is_at_work(intake, monkeypatch):
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    judge = running.judge

    def meanwhile(*said):
        with pytest.raises(Busy):
            intake.run()
        return judge(*said)

    monkeypatch.setattr(running, "judge", meanwhile)
    assert kinds(intake.run()) == {"Personal.csv": ("loaded", "")}


def test_a_folder_that_goes_away_is_told(intake, monkeypatch):
    intake.folder("Andra")
    with failing(running, "take_all", OSError(2, "No such file or directory"), of="Andra"):
        done = intake.run()
    assert [(outcome.kind, outcome.folder, outcome.code) for outcome in done.outcomes] == [
        ("failed", "Andra", "unusable")
    ]
    monkeypatch.setattr(os, "scandir", lambda _path: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(Refusal, match="cannot be looked into"):
        intake.run()


# --- Files that are one export together ---------------------------------------------------------------------------

COURSES = [f"Kurs {letter}" for letter in "ABCDEFGHIJKLMN"]


@pytest.fixture
def courses(tmp_path, monkeypatch):
    """Fourteen files about a course each, of which only two differ in content, and a store without training."""
    dropping = Dropping(tmp_path, known=("staff",))
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(dropping.path))
    dropping.say_course(Said("file", "", ""))
    for course in COURSES:
        dropping.drop(f"{course}.csv", about(16 if course == "Kurs B" else 15))
    return dropping


def test_the_files_of_a_day_are_loaded_together_also_those_that_only_their_names_tell_apart(courses):
    assert kinds(courses.run()) == {f"{course}.csv": ("loaded", "") for course in COURSES}
    assert courses.parts() == COURSES
    assert courses.lying() == {f"{course}.csv": "loaded" for course in COURSES}
    courses.drop("Kurs C.csv", about())
    courses.drop("Kurs C (2).csv", about())
    assert kinds(courses.run()) == dict.fromkeys(("Kurs C.csv", "Kurs C (2).csv"), ("there", ""))
    assert courses.parts() == COURSES


def test_of_the_files_of_a_day_all_count_or_none_wherever_a_run_ends(courses):
    class Killed(BaseException):
        pass

    with failing(acting, "record", Killed(), of="Kurs G.csv"), pytest.raises(Killed):
        courses.run()
    assert (courses.parts(), courses.recorded()) == ([], {})
    with failing(acting, "settle", Killed(), of="Kurs G.csv"), pytest.raises(Killed):
        courses.run()
    assert courses.parts() == COURSES
    assert {outcome.kind for outcome in courses.run().outcomes} == {"there"}
    assert courses.lying() == {f"{course}.csv": "loaded" for course in COURSES}


def test_what_somebody_has_said_of_one_file_is_not_taken_for_another_of_its_content(courses):
    sha256 = hashlib.sha256(about().encode("cp1252")).hexdigest()
    courses.say_course(Said("constant", sha256, value="Kurs A"))
    found = kinds(courses.run())
    assert found.pop("Kurs B.csv") == ("loaded", "")  # by the mapping that was there before
    assert found == dict.fromkeys((f"{course}.csv" for course in COURSES if course != "Kurs B"), ("held", "said"))
    courses.load("Kurs A.csv", about())
    assert kinds(courses.run()) == {"Kurs A.csv": ("there", "")}
    assert courses.recorded()["Kurs C.csv"].state == "held"
    assert courses.parts() == ["Kurs A", "Kurs B"]


def test_a_store_that_machines_share_is_loaded_and_every_machine_knows_what_is_held(postgres_database, tmp_path):
    one, other = (machine(postgres_database, tmp_path / name) for name in ("one", "other"))
    intake = Dropping(tmp_path, database=one)
    intake.say_course(Said("file", "", ""))
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    intake.drop("Lista.csv", "Namn;Enhet;Status\nAnna;Norr;Aktiv\n")
    intake.drop("Kurs A.csv", about())
    found = kinds(intake.run())
    assert found == {"Personal.csv": ("loaded", ""), "Lista.csv": ("held", "day"), "Kurs A.csv": ("held", "parts")}
    with other.cursor() as cursor:
        states = {row.file: row.state for row in intake_files(cursor)}
    assert states == {"Personal.csv": "loaded", "Lista.csv": "held", "Kurs A.csv": "held"}
    intake.database = other
    assert kinds(intake.run()) == {}


# --- The command ------------------------------------------------------------------------------------------------------


def test_the_command_prints_a_line_each_and_says_by_its_status_what_is_left(intake):
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    intake.drop("Lista.csv", "Namn;Enhet;Status\nAnna;Norr;Aktiv\n")
    where = {"COMPLIANCE_INTAKE": str(intake.root)}
    rehearsed = command(intake.path, "intake", "--rehearse", **where)
    assert rehearsed.returncode == 3
    assert "outcome" in rehearsed.stdout.splitlines()[0]
    assert len(intake.imports()) == 2
    done = command(intake.path, "intake", "--wait", 0, **where)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (3, "")
    assert [line["outcome"] for line in lines] == ["loaded", "held", "digest", "done"]
    assert {line["event"] for line in lines} == {"intake"}
    assert lines[-1] == {"event": "intake", "outcome": "done", "counts": {"loaded": 1, "held": 1}}
    assert "extract date" in lines[1]["sentence"]


def digests(intake):
    with intake.database.cursor() as cursor:
        return [(row["as_of"], row["made_by"]) for row in rows(cursor, "select as_of, made_by from digests")]


def test_a_digest_is_made_on_a_day_on_which_something_was_loaded_and_is_left_as_it_is(intake):
    where = {"COMPLIANCE_INTAKE": str(intake.root)}
    intake.drop("Lista.csv", "Namn;Enhet;Status\nAnna;Norr;Aktiv\n")
    command(intake.path, "intake", "--wait", 0, **where)
    intake.drop("Personal.csv", staff(61, NOVEMBER))
    command(intake.path, "intake", "--rehearse", **where)
    assert digests(intake) == []
    done = command(intake.path, "intake", "--wait", 0, **where)
    line = {"event": "intake", "outcome": "digest", "organisation": "Förvaltningen", "day": TODAY.isoformat()}
    assert line in [json.loads(each) for each in done.stdout.splitlines()]
    intake.drop("Utbildning.csv", training(61, NOVEMBER, 44))
    assert '"loaded"' in command(intake.path, "intake", "--wait", 0, **where).stdout
    assert digests(intake) == [(TODAY, "intake")]


def test_two_commands_at_once_load_everything_once(intake):
    for number in range(4):
        intake.drop(f"{number}.csv", staff(61 + number, TODAY - timedelta(15 - number)))
    found = []

    def one():
        found.append(command(intake.path, "intake", "--wait", 0, COMPLIANCE_INTAKE=str(intake.root)))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [done.returncode for done in found] == [0, 0]
    assert sorted(intake.imports()[2:]) == [f"{number}.csv" for number in range(4)]


def test_the_command_says_that_there_is_no_folder(intake, tmp_path):
    assert "COMPLIANCE_INTAKE" in command(intake.path, "intake").stderr
    nowhere = command(intake.path, "intake", COMPLIANCE_INTAKE=str(tmp_path / "nowhere"))
    assert (nowhere.returncode, "nowhere" in nowhere.stderr) == (1, True)
