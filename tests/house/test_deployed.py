"""The unit of systemd: the service as its documentation says, and as confined as it can be."""

import shutil
import subprocess
import sys
from configparser import ConfigParser

import pytest

from compliance.core.places import ROOT
from compliance.declarations.settings import load_settings

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


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze on this machine")
def test_systemd_knows_every_line_of_the_unit_and_finds_it_confined(service, tmp_path):
    unit, python = tmp_path / UNIT.name, service["ExecStart"].split()[0]
    unit.write_text(UNIT.read_text("utf-8").replace(python, sys.executable), "utf-8")
    for asked in (["verify"], ["security", "--offline=true", f"--threshold={EXPOSURE}"]):
        done = subprocess.run(["systemd-analyze", *asked, unit], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
