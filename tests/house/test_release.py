"""A release brings what the product needs, under licences that somebody has read. `make release-test` installs it."""

import json
import os
import shutil
import subprocess
import sys
from email.message import Message
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

from compliance import __version__
from compliance.core.places import ROOT
from release.archive import BRINGS, files, texts_of, version
from release.bill import bill
from release.licences import licence
from tests.house.test_house import BROUGHT

# What a process does with the files of a release.
USE = """
import runpy, sys
import compliance.commands.server
for said in (
    ["load", "data/samples/2026-10-31/Incidenter jan-okt.xlsx"],
    ["coverage", "--as-of", "2026-11-01", "--format", "csv"],
):
    sys.argv = ["compliance", *said]
    try:
        runpy.run_module("compliance", run_name="__main__")
    except SystemExit as ended:
        assert not ended.code, ended.code
"""


@pytest.fixture(scope="module")
def packages() -> dict[str, Distribution]:
    return {name: distribution(name) for name in sorted(BROUGHT)}


class Stating(Distribution):
    """A package of which nothing is known but what it states of its licence."""

    def __init__(self, **fields: str) -> None:
        self.fields = {"Name": "some-package", **fields}

    @property
    def metadata(self):
        message = Message()
        for name, value in self.fields.items():
            message[name.replace("_", "-")] = value
        return message

    def read_text(self, filename):
        return None

    def locate_file(self, path):
        return path


@pytest.mark.exhaustive
def test_its_files_are_enough_to_load_to_count_and_to_serve(tmp_path):
    for path in files(ROOT):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)
    assert {path.name for path in tmp_path.iterdir()} == {Path(name).parts[0] for name in BRINGS}
    assert not any((tmp_path / left).exists() for left in ("data/store", "data/samples/make"))
    assert version(tmp_path) == __version__
    environment = {**os.environ, "COMPLIANCE_DATABASE": str(tmp_path / "own" / "own.duckdb"), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", USE], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "11,incident_handling,Förvaltningen,,,128,11,0,4,0," in done.stdout


def test_each_of_its_packages_has_a_licence_that_is_allowed_and_a_text(packages):
    told = {name: (licence(package), texts_of(name, packages)) for name, package in packages.items()}
    assert told["icalendar"][0] == "BSD-2-Clause"
    assert "Redistribution and use" in "".join(told["icalendar"][1].values())
    assert "Apache License" in "".join(told["streamlit"][1].values())


@pytest.mark.parametrize(
    "stated",
    [{}, {"License": "BSD"}, {"License_Expression": "AGPL-3.0-only"}, {"License_Expression": "MIT AND SSPL-1.0"}],
)
def test_a_licence_that_is_not_stated_or_not_allowed_stops_the_release(stated):
    with pytest.raises(SystemExit, match=r"some-package .* release/licences\.toml"):
        licence(Stating(**stated))


def test_its_bill_lists_each_package_and_what_that_needs(packages):
    told = json.loads(bill("1.0.0", packages, {name: [] for name in packages}, moment=0))
    assert {part["name"] for part in told["components"]} == BROUGHT | {"IBM Plex Sans"}
    needs = {part["ref"]: part.get("dependsOn", []) for part in told["dependencies"]}
    version_of = {name: package.version for name, package in packages.items()}
    assert f"pkg:pypi/lxml@{version_of['lxml']}" in needs[f"pkg:pypi/python-docx@{version_of['python-docx']}"]
