"""The units of systemd, as their documentation says and as confined as they can be."""

import os
import shutil
import subprocess
import sys
from configparser import ConfigParser

import pytest

from compliance.core.places import ROOT
from compliance.declarations.settings import load_settings
from compliance.intake.taking import IN

UNIT = ROOT / "deploy" / "compliance.service"
# systemd's own measure of what a service may do, from 0 to 100; below 20 is its best grade.
EXPOSURE = 15
CONFINED = {
    "User": "compliance",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "LimitCORE": "0",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "MemoryDenyWriteExecute": "yes",
    "RestrictNamespaces": "yes",
    # A child that takes too much memory is killed alone.
    "OOMPolicy": "continue",
}


@pytest.fixture(scope="module")
def service():
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(UNIT, "utf-8")
    return dict(parser["Service"])


def test_the_service_runs_with_a_login_on_a_store_that_nobody_else_enters(service):
    assert service["ExecStart"].endswith("/.venv/bin/python -m compliance.commands.server --login")
    assert service["ExecStart"].startswith(f"{service['WorkingDirectory']}/")
    assert f"COMPLIANCE_DATABASE=/var/lib/{service['StateDirectory']}/" in service["Environment"]
    assert {name: service.get(name) for name in CONFINED} == CONFINED
    assert service["MemoryMax"]
    assert int(service["TimeoutStopSec"]) > load_settings(None).drain_seconds + 10
    assert service["KillMode"] == "mixed"
    # A secret in a variable would be seen by whoever may ask systemd.
    assert service["LoadCredential"].startswith("client_secret:/etc/")
    assert "SECRET" not in UNIT.read_text("utf-8")


@pytest.mark.live
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze on this machine")
def test_systemd_knows_every_line_of_the_units_and_finds_them_confined(service, tmp_path):
    folder = tmp_path / "units"
    shutil.copytree(UNIT.parent, folder)
    python = service["ExecStart"].split()[0]
    for unit in folder.glob("*.service"):
        text = unit.read_text("utf-8").replace(python, sys.executable)
        unit.write_text(text.replace("/opt/compliance/current", str(ROOT)), "utf-8")
    services, timers = sorted(folder.glob("*.service")), sorted(folder.glob("*.timer"))
    [template] = folder.glob("*@.path")
    path = template.with_name(template.name.replace("@", f"@{escaped('Norra förvaltningen')}"))
    shutil.copy(template, path)
    assert [len(services), len(timers)] == [3, 2]
    # the path ends in a colon: systemd's own units are there too, and what holds for several is found beside them
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"}
    confined = ["security", "--offline=true", f"--threshold={EXPOSURE}"]
    for asked in (["verify", *services, *timers, path], *([*confined, unit] for unit in services)):
        done = subprocess.run(["systemd-analyze", *asked], capture_output=True, text=True, env=environment)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout


def escaped(name):
    """A name as it stands in that of a unit."""
    return subprocess.run(["systemd-escape", name], capture_output=True, text=True, check=True).stdout.strip()


def test_the_path_unit_watches_where_files_are_dropped_and_starts_what_may_run_often():
    watching, started = ((UNIT.parent / f"compliance-intake{end}").read_text("utf-8") for end in ("@.path", ".service"))
    assert f"PathChanged=/var/spool/compliance/%I/{IN}\n" in watching
    # One that asks whether a file exists would start the intake for ever while one waits.
    assert "PathExists" not in watching
    assert "StartLimitIntervalSec=0\n" in started.partition("[Service]")[0]


def test_what_holds_for_the_service_holds_for_what_runs_at_night():
    own, others = (
        [line for line in text.read_text("utf-8").splitlines() if "=" in line and not line.startswith("#")]
        for text in (UNIT, UNIT.parent / "compliance-.service.d" / "confined.conf")
    )
    lines = own[own.index("StateDirectory=compliance") : own.index("WantedBy=multi-user.target")]
    assert set(lines) <= set(others)
    assert {line for line in own if line.startswith(("User=", "Environment", "WorkingDirectory="))} <= set(others)
