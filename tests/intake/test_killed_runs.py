"""Wherever a run is killed, the next ones complete it: each content counts once, or is held, and none is lost."""

import hashlib
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from compliance.reading.mapping import Said
from tests.command import arguments, environment
from tests.dropping import DECEMBER, NOVEMBER, OCTOBER, Dropping, about, staff, training

pytestmark = pytest.mark.exhaustive
TICKS = os.sysconf("SC_CLK_TCK")
DROPPED = {
    "Personal nov.csv": staff(61, NOVEMBER),
    "Utbildning nov.csv": training(61, NOVEMBER, 44),
    "Personal femtedel.csv": staff(12, DECEMBER),
    "Utbildning borta.csv": training(61, DECEMBER, 5),
    "Personal okt igen.csv": staff(60, OCTOBER),
    "Lista.csv": "Namn;Enhet;Status\nAnna;Norr;Aktiv\n",
    "Skräp.pdf": "%PDF-1.4 nothing",
}
# The same list of each, which count together.
COURSES = ["Kurs A", "Kurs B", "Kurs C"]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A folder and a store before the run."""
    folder = tmp_path_factory.mktemp("begun")
    dropping = Dropping(folder)
    for name, text in DROPPED.items():
        dropping.drop(name, text)
    dropping.drop("x.csv", staff(60, NOVEMBER, first=500), into="Norrra")
    dropping.load("Södra.csv", staff(30, OCTOBER, first=500), organisation="Södra")
    dropping.say_course(Said("file", "", ""))
    for course in COURSES:
        dropping.drop(f"{course}.csv", about(first=500), into="Södra")
    return folder


@pytest.fixture(scope="module")
def whole(begun, tmp_path_factory):
    """What a run gives that nobody kills, and how much of a processor it takes."""
    dropping = copied(begun, tmp_path_factory.mktemp("whole"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with started(dropping) as process:
        assert process.wait() == 1  # one is refused
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert sorted({*dropping.lying().values()}) == ["held", "loaded", "refused"]
    return dropping, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def copied(begun, folder):
    shutil.copytree(begun, folder, dirs_exist_ok=True)
    return Dropping(folder, begun=True)


def started(dropping):
    said = environment(dropping.path, COMPLIANCE_INTAKE=str(dropping.root))
    return subprocess.Popen(arguments("intake", "--wait", 0), env=said, stdout=subprocess.DEVNULL)


def kill(dropping, seconds):
    """Kill a run once it has had so much of a processor."""
    with started(dropping) as process:
        while process.poll() is None and spent(process.pid) < seconds:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)


def spent(pid):
    try:
        with Path(f"/proc/{pid}/stat").open() as file:
            return sum(map(int, file.read().rpartition(")")[2].split()[11:13])) / TICKS
    except (OSError, ValueError):
        return float("inf")


def contents(dropping):
    """The sums of everything that lies somewhere, receipts aside."""
    paths = [path for path in dropping.root.rglob("*") if path.is_file() and path.suffix != ".txt"]
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if not path.name.startswith(".")}


@pytest.mark.parametrize("seed", range(30))
def test_wherever_a_run_is_killed_the_next_ones_complete_it(begun, whole, seed, tmp_path):
    unkilled, seconds = whole
    dropping, chance = copied(begun, tmp_path), random.Random(seed)
    before = contents(dropping)
    for _ in range(chance.randint(1, 2)):
        kill(dropping, seconds=chance.uniform(0.2, 1.0) * seconds)
        assert before <= contents(dropping) | partly_moved(dropping)
        assert dropping.parts() in ([], COURSES)
    for _ in range(4):
        done = dropping.run()
        if not {"failed", "waiting"} & done.counts.keys():
            break
    assert contents(dropping) >= before
    assert dropping.lying() == unkilled.lying()
    assert sorted(dropping.imports()) == sorted(unkilled.imports())
    assert dropping.parts() == COURSES
    states = {name: (row.state, row.why.get("code")) for name, row in dropping.recorded().items()}
    assert states == {name: (row.state, row.why.get("code")) for name, row in unkilled.recorded().items()}


def partly_moved(dropping):
    """The sums of what a killed run has set aside in `in`."""
    aside = dropping.root.glob("*/in/.taken-*")
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in aside}
