"""What is dropped by SFTP, into a real server with the configuration that comes with the product."""

import os
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from compliance.declarations.intake import load_intake
from compliance.intake.taking import IN, OURS, make_ready, take_all
from tests.delivering import ACCOUNTS, COMPLIANCE, GROUP, Server, sftp
from tests.dropping import DECEMBER, NOVEMBER, OCTOBER, Dropping, staff

pytestmark = [pytest.mark.live, pytest.mark.exhaustive]
# The number of the first of those whom each account's organisation employs.
PEOPLE = {"norra": 0, "sodra": 500}
STAFF = "Uttagen 2026-11-01\nAD-konto;Namn;Enhet;Anställningsdatum\np1;Kim;Norr;2024-01-01\n"


@pytest.fixture
def server():
    """A server in a folder that the accounts may enter, whatever the test's own allows."""
    folder = Path(tempfile.mkdtemp(prefix="compliance-sftp-"))
    folder.chmod(0o755)
    try:
        with sftp(folder) as running:
            (folder / "staff.csv").write_text(STAFF, "utf-8")
            yield running
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def confined(server):
    if not server.confined:
        pytest.skip("accounts that are confined to a folder need root")
    return server


class Delivered(Dropping):
    """A store with an export of each organisation, and the intake that a server delivers to."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.folder, begun=True)
        self.own.mkdir()
        self.declare(quiet_seconds=2)
        for account in server.accounts:
            for name in OURS if server.confined else ():  # the intake is run by whoever runs the test
                os.chown(server.dropped(account).parent / name, os.geteuid(), GROUP)
            self.load(f"Personal {account}.csv", staff(60, OCTOBER, PEOPLE[account]), organisation=ACCOUNTS[account][0])

    def written(self, name: str, text: str) -> Path:
        """A file that is to be delivered."""
        path = self.root.parent / name
        path.write_text(text, "utf-8")
        return path


def _become_compliance() -> None:
    os.setgroups([])
    os.setgid(GROUP)
    os.setuid(COMPLIANCE)


def _taken(folder: Path, quiet: int) -> list[str]:
    make_ready(folder)
    harvest = take_all(folder, replace(load_intake(None), quiet_seconds=quiet))
    return sorted(
        [f"{each.file} taken" for each in harvest.taken] + [f"{each.file} {each.code}" for each in harvest.left]
    )


def taken_by_compliance(server: Server, account: str, quiet: int = 0) -> list[str]:
    """What the account of the intake takes of the folder of an organisation, and why it leaves the rest."""
    with ProcessPoolExecutor(1, get_context("fork"), _become_compliance) as pool:
        return pool.submit(_taken, server.dropped(account).parent, quiet).result()


def names(server: Server, account: str = "norra") -> list[str]:
    return sorted(path.name for path in server.dropped(account).iterdir())


def test_an_account_sees_and_writes_its_own_folder_alone(confined):
    (confined.dropped("norra").parent / "held" / "secret.csv").write_text("x", "utf-8")
    said = confined.visit(
        "norra",
        f"put {confined.folder}/staff.csv\n-ls /held\n-get /held/secret.csv {confined.folder}/got\n-mkdir /new\n"
        f"-put {confined.folder}/staff.csv /loaded/x.csv\n-put {confined.folder}/staff.csv /x.csv\n"
        f"-get /etc/passwd {confined.folder}/got\n-rename /held /in/held\n-cd /..\n-ls -1 /\n",
    )
    assert names(confined) == ["staff.csv"]
    assert not (confined.folder / "got").exists()
    assert {path.name for path in confined.dropped("norra").parent.iterdir()} == {IN, *OURS}
    assert said.count("denied") >= 4, said
    assert "Södra" not in said
    assert confined.visit("sodra", "ls\n").count("staff") == 0
    assert confined.shell("norra").returncode != 0


def test_no_link_is_made_and_none_is_followed(confined):
    said = confined.visit(
        "norra", f"put {confined.folder}/staff.csv\n-symlink /etc/passwd a.csv\n-ln staff.csv b.csv\n"
    )
    assert names(confined) == ["staff.csv"], said
    for number, target in enumerate(["/etc/passwd", "../../Södra förvaltningen/in/staff.csv", "../held"]):
        (confined.dropped("norra") / f"{number}.csv").symlink_to(target)
    confined.visit("sodra", f"put {confined.folder}/staff.csv\n")
    harvest = taken_by_compliance(confined, "norra")
    assert harvest == ["0.csv link", "1.csv link", "2.csv link", "staff.csv taken"]
    assert names(confined, "sodra") == ["staff.csv"]


def test_a_file_whose_owner_keeps_it_to_itself_is_told_and_its_times_say_nothing(confined):
    own, ahead = confined.folder / "own.csv", confined.folder / "ahead.csv"
    for path in (own, ahead):
        path.write_text(STAFF, "utf-8")
    own.chmod(0o600)
    os.utime(ahead, (time.time() + 366 * 86_400,) * 2)
    confined.visit("norra", f"put -p {own}\nput -p {ahead}\n")
    assert taken_by_compliance(confined, "norra", quiet=3600) == ["ahead.csv young", "own.csv rights"]
    assert taken_by_compliance(confined, "norra") == ["ahead.csv taken", "own.csv rights"]
    assert names(confined) == ["own.csv"]


def test_a_slow_upload_is_taken_once_it_is_whole_and_one_with_a_name_of_its_own_once_that_is_gone(server):
    here = Delivered(server)
    slow, late = here.written("slow.csv", staff(60, NOVEMBER)), here.written("late.csv", staff(61, DECEMBER))
    account = server.accounts[0]
    server.visit(account, f"put {late} late.csv.filepart\n")
    with server.begin(account, f"put {slow}\n", "-l", "2", "-B", "400") as upload:
        while upload.poll() is None:
            done = here.run()
            assert {(outcome.file, outcome.kind) for outcome in done.outcomes} <= {("slow.csv", "waiting")}
    assert "late.csv.filepart" in names(server)
    assert [(outcome.file, outcome.kind) for outcome in here.run(wait=30.0).outcomes][-1] == ("slow.csv", "loaded")
    server.visit(account, "rename late.csv.filepart late.csv\n")
    assert [(outcome.file, outcome.kind) for outcome in here.run(wait=30.0).outcomes][-1] == ("late.csv", "loaded")
    assert here.imports()[-2:] == ["slow.csv", "late.csv"]
    assert names(server) == []


def test_what_each_account_drops_is_loaded_for_its_organisation_or_held(confined):
    here = Delivered(confined)
    right = here.written("Personal 1.csv", staff(61, NOVEMBER))
    fifth = here.written("Personal 2.csv", staff(12, NOVEMBER, PEOPLE["sodra"]))
    confined.visit("norra", f'put "{right}"\n')
    confined.visit("sodra", f'put "{fifth}"\n')
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda account: confined.visit(account, f"put {confined.folder}/staff.csv x.csv\n"), ACCOUNTS))
    found = {(outcome.organisation, outcome.file): outcome.kind for outcome in here.run(wait=30.0).outcomes}
    assert found["Norra förvaltningen", "Personal 1.csv"] == "loaded"
    assert found["Södra förvaltningen", "Personal 2.csv"] == "held"
    assert found["Norra förvaltningen", "x.csv"] == found["Södra förvaltningen", "x.csv"] == "held"
    assert names(confined) == names(confined, "sodra") == []
