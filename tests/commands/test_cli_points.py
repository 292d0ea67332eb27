"""The command line of points of one's own: made, checked, packed, installed, switched on and off, and listed."""

import csv
import datetime as dt
import hashlib
import io
import re

import pytest

from compliance.core.errors import Refusal
from compliance.core.zips import sums
from compliance.declarations.packs import bytes_of, folder_files, product_packs
from compliance.store import packs
from tests.command import run_here
from tests.line import reading_here

SYSTEMS = "System;Driftstatus;Organisation\nAlfa;I drift;Norr\nBeta;I drift;Norr\n"
LICENCES = "System;På plats;Senast kontrollerat\nAlfa;Ja;{checked}\n"
TODAY = "2026-11-24"


@pytest.fixture
def cli(tmp_path, monkeypatch):
    """Run a command in this process on a store of the test's own."""
    monkeypatch.setattr("compliance.core.clock.today", lambda: dt.date.fromisoformat(TODAY))
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "store" / "own.duckdb"))

    def command(*said):
        with reading_here():
            return run_here(tmp_path / "store" / "own.duckdb", *said)

    return command


@pytest.fixture
def folder(cli, tmp_path):
    """A new point, beside a store that has systems."""
    export = tmp_path / "systems 2026-11-20.csv"
    export.write_text(SYSTEMS, "utf-8")
    assert cli("load", export, "--source", "systems", "--organisation", "Norr").returncode == 0
    assert cli("points", "new", "acme.licences").returncode == 0
    return tmp_path / "store" / "points" / "acme.licences"


def changed(folder, file, was, becomes):
    path = folder / file
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes, 1), "utf-8")


def sum_of(folder):
    return hashlib.sha256(sums(bytes_of(folder_files(folder)))).hexdigest()


def said(done):
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def listed(cli):
    rows = csv.DictReader(io.StringIO(said(cli("points", "list", "--format", "csv"))))
    return {(row["pack"], row["sha256"]): row for row in rows}


def test_a_new_point_passes_its_check_and_its_sums_are_told_without_a_store(cli, tmp_path):
    made = said(cli("points", "new", "licences", "--publisher", "acme", "--to", tmp_path / "mine"))
    files, command = made.splitlines()
    assert files.endswith("mine: example.toml, point.sql, point.toml, source.toml")
    assert command == f"python -m compliance points check {tmp_path / 'mine'}"
    checked = said(cli("points", "check", tmp_path / "mine"))
    assert checked.startswith(f"acme.licences 1.0: {sum_of(tmp_path / 'mine')}\n")
    assert checked.endswith("Nothing is wrong with it.\n")
    assert not (tmp_path / "store").exists()
    again = cli("points", "new", "licences", "--to", tmp_path / "mine")
    assert (again.returncode, "is there already, and is not written over." in again.stderr) == (1, True)


def test_what_is_wrong_is_told_a_line_each_with_file_and_line(cli, folder):
    changed(folder, "point.toml", '"licences.done"', '"licences.dune"')
    changed(folder, "source.toml", "rhythm_days = 183", "rhythm_days = 0")
    done = cli("points", "check", folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert all(re.match(r"\w+\.\w+, line \d+: ", line) for line in done.stderr.splitlines())
    for command in (["pack", folder, "--to", folder.parent / "a.zip"], ["install", folder, "--really"]):
        assert cli("points", *command).stderr == done.stderr
    assert not (folder.parent / "a.zip").exists()
    assert listed(cli)["acme.licences", sum_of(folder)]["installed"] == "false"


def test_a_point_is_installed_from_its_zip_and_switched_on_after_its_figure_is_told(cli, folder, tmp_path):
    said(cli("points", "pack", folder, "--to", tmp_path / "licences.zip"))
    rehearsed = said(cli("points", "install", tmp_path / "licences.zip"))
    assert "It is on in no organisation: no figure changes" in rehearsed
    assert rehearsed.endswith("nothing is changed. Add --really to do it.\n")
    assert cli("points", "switch", "acme.licences", "on", "--from", TODAY).returncode == 1
    done = said(cli("points", "install", tmp_path / "licences.zip", "--really"))
    assert done.endswith("Installed, version 1.0.\n")
    assert listed(cli)["acme.licences", sum_of(folder)] | {"sha256": ""} == {
        "pack": "acme.licences", "version": "1.0", "installed": "true", "on_in": "", "sha256": "",
    }  # fmt: skip

    export = tmp_path / "licences 2026-11-21.csv"
    export.write_text(LICENCES.format(checked="2026-06-01"), "utf-8")
    said(cli("load", export, "--source", "licences", "--organisation", "Norr"))
    figure = f"Norr, {TODAY}: off before, 50.0% (1/2) after.\n"
    assert said(cli("points", "switch", "acme.licences", "on", "--from", "2026-11-01")).startswith(figure)
    assert "licences" not in said(cli("coverage"))
    assert said(cli("points", "switch", "acme.licences", "on", "--from", "2026-11-01", "--really")) == (
        f"{figure}On in Norr from 2026-11-01.\n"
    )
    assert listed(cli)["acme.licences", sum_of(folder)]["on_in"] == "Norr"
    assert re.search(r"^14 +licences +Norr +1 +0 +1 ", said(cli("coverage")), re.MULTILINE)

    off = said(cli("points", "switch", "acme.licences", "off", "--from", TODAY, "--really"))
    assert off == f"Norr, {TODAY}: 50.0% (1/2) before, off after.\nOff in Norr from {TODAY}.\n"
    assert "licences" not in said(cli("coverage"))
    assert "licences" in said(cli("coverage", "--as-of", "2026-11-22"))


def test_of_a_later_version_it_is_told_what_it_changes_today(cli, folder, tmp_path):
    said(cli("points", "install", folder, "--really"))
    export = tmp_path / "licences 2026-11-21.csv"
    export.write_text(LICENCES.format(checked="2026-06-01"), "utf-8")
    said(cli("load", export, "--source", "licences", "--organisation", "Norr"))
    said(cli("points", "switch", "acme.licences", "on", "--from", "2026-11-01", "--really"))
    changed(folder, "point.toml", '"Inte på plats"', '"Saknas"')
    same = cli("points", "check", folder)
    assert same.stderr == (
        "point.toml, line 4: The version 1.0 is installed with another content. Give this one another version.\n"
    )
    changed(folder, "point.toml", 'version = "1.0"', 'version = "1.1"')
    changed(folder, "point.sql", "when l.next_check >= $as_of then met()", "when l.next_check >= $as_of then met()\n")
    assert f"Norr, {TODAY}: 50.0% (1/2) before, 50.0% (1/2) after.\n" in said(cli("points", "install", folder))
    text = (folder / "source.toml").read_text("utf-8")
    begin, end = text.index("[fields.done]"), text.index("[fields.checked]")
    (folder / "source.toml").write_text(text[:begin] + text[end:], "utf-8")
    assert "A field keeps its place: the version that is installed has done" in cli("points", "install", folder).stderr


def test_a_point_is_switched_by_its_id_or_its_number_and_has_no_basis_before_its_export(cli, folder):
    asked = ("on", "--from", TODAY)
    assert cli("points", "switch", "licences", *asked).stderr == "licences is not installed. Install it first.\n"
    said(cli("points", "install", folder, "--really"))
    told = f"Norr, {TODAY}: off before, no basis: Evidence of the new point after.\n"
    for name in ("acme.licences", "licences", "14"):
        assert said(cli("points", "switch", name, *asked)).startswith(told)
    for name in ("15", "1", "acme", "licence"):
        none = cli("points", "switch", name, *asked).stderr
        assert none == f"{name} is none of the points that are installed: acme.licences.\n"


def test_the_items_of_a_point_that_is_off_are_none_and_it_is_said_how_it_is_switched_on(cli, folder):
    said(cli("points", "install", folder, "--really"))
    command = "Switch it on: python -m compliance points switch licences on --from DATE --really\n"
    text = "licences is on in no organisation on 24 November 2026."
    done = cli("items", "licences", "--format", "json")
    assert (done.returncode, done.stdout) == (0, "[]\n")
    assert done.stderr == f"{text} It was not on before. {command}"
    for on, day in (("on", "2026-11-01"), ("off", "2026-11-23")):
        said(cli("points", "switch", "licences", on, "--from", day, "--really"))
    assert cli("items", "14").stderr == f"{text} It is off since 23 November 2026. {command}"
    lacking = (
        "Norr: It takes exports of System register and Evidence of the new point. At least one of them is not loaded"
    )
    assert cli("items", "14", "--as-of", "2026-11-20").stderr.startswith(lacking)


def test_a_file_that_is_loaded_already_is_offered_as_the_export_of_a_point_of_ones_own(cli, folder, tmp_path):
    said(cli("points", "install", folder, "--really"))
    export = tmp_path / "systems 2026-11-22.csv"
    rows = "Alfa;I drift;Norr;Acme;Ja;Nej;Ja\nBeta;I drift;Norr;Acme;Nej;Ja;Nej\n"
    headings = "System;Driftstatus;Organisation;Leverantör;Verksamhetskritiskt;Personuppgifter;På plats"
    export.write_text(f"{headings}\n{rows}", "utf-8")
    said(cli("load", export, "--source", "systems", "--organisation", "Norr"))
    offered = "It has the columns of Evidence of the new point too: load it as that with --source licences."
    assert cli("load", export, "--organisation", "Norr").stderr.rstrip().endswith(offered)
    said(cli("load", export, "--source", "licences", "--organisation", "Norr"))
    again = cli("load", export, "--source", "systems", "--organisation", "Norr").stderr
    assert again.endswith("Nothing has changed.\n")


def test_the_organisation_is_asked_for_where_there_are_several(cli, folder, tmp_path):
    export = tmp_path / "others 2026-11-20.csv"
    export.write_text(SYSTEMS.replace("Norr", "Syd"), "utf-8")
    said(cli("load", export, "--source", "systems", "--organisation", "Syd"))
    said(cli("points", "install", folder, "--really"))
    asked = cli("points", "switch", "acme.licences", "on", "--from", TODAY)
    assert asked.stderr == "Name the organisation: --organisation. There are: Norr, Syd.\n"
    assert "Syd, " in said(cli("points", "switch", "acme.licences", "on", "--from", TODAY, "--organisation", "Syd"))


def test_the_points_of_the_product_are_offered(cli, folder):
    assert {path.name for path in product_packs()} <= {pack for pack, _ in listed(cli)}


def test_a_point_that_this_version_cannot_read_is_told_with_the_others(cli, folder, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise Refusal("In this version a point is otherwise.")

    assert cli("points", "install", folder, "--really").returncode == 0
    monkeypatch.setattr(packs, "_ask", refuse)
    packs._declared.cache_clear()
    done = cli("points", "list")
    packs._declared.cache_clear()
    assert (done.returncode, done.stderr.strip()) == (
        0,
        "acme.licences is installed, and this version of the product does not count it: "
        "In this version a point is otherwise.",
    )


def test_a_name_that_is_taken_by_another_pack_is_told(cli, folder, tmp_path):
    said(cli("points", "install", folder, "--really"))
    said(cli("points", "new", "other.licences", "--to", tmp_path / "other"))
    told = cli("points", "check", tmp_path / "other").stderr
    assert "point.toml, line 3: The name licences is that of another pack, acme.licences. Choose another." in told
    assert "source.toml, line 3: The name licences is that of another pack" in told
