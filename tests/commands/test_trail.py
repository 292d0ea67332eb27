"""Every command that changes the store or hands something out leaves its entry in the audit trail."""

import getpass
import json
import shlex

import pytest

from compliance.access import audit, people
from compliance.commands import cli
from compliance.core.places import PACKS
from compliance.report import files
from compliance.store import register
from tests.command import run_here
from tests.reviewed import SYSTEMS, at

pytestmark = pytest.mark.exhaustive

PACK = PACKS / "compliance.continuity"
# What computes again what was handed out already, and says whether it is the same.
CHECKS = {"verify", "review verify", "audit verify"}
# The commands of keeping tell of themselves, and are tested beside it.
# Those that write nothing of the store and hand nothing of it out.
NOTHING_OF_IT = {"points new", "points check", "points pack", "points list", "check", "rehearse-upgrade", "samples"}
# Those of the intake are tested with its runs.
INTAKE = {"intake"}
KEEPING = {"backup", "restore", "move", "maintain", "purge", "person list", "person remove"}
# Every command: what it is given, the entries that it leaves, and some of their details. {y} is the year of the review,
# {f} a folder.
STEPS = (
    ("load {f}/mer.csv --extract-date 2026-11-19", ["load: import 4"], {"source": "systems", "rows": 4}),
    ("revoke 4 --why 'Fel fil'", ["revocation: import 4"], {}),
    ("coverage --as-of 2026-11-20", ["extract: coverage by organisation"], {"rows": 13}),
    ("items 4 --as-of 2026-11-20", ["extract: items"], {"rows": 4, "point": "classification"}),
    ("rejected", ["extract: problems"], {"rows": 0}),
    ("imports", ["extract: imports"], {"rows": 4}),
    ("extract items --to {f}/x.csv --as-of 2026-11-20", ["extract: items"], {"format": "csv", "day": "2026-11-20"}),
    ("worklists --to {f}/w.zip --as-of 2026-11-20", ["extract: work list"], {"day": "2026-11-20"}),
    ("digest --to {f}/l.eml --as-of 2026-11-20", ["report: digest", "report: digest"], {"day": "2026-11-20"}),
    ("review open --year 2025", ["opening: review 2"], {"year": 2025}),
    ("review list", ["extract: reviews"], {"rows": 2}),
    ("report {y} --to {f}/r.docx --public", ["report: report to hand out"], {"format": "docx", "version": 1}),
    ("review package {y} --to {f}/p.zip", ["package: year package"], {"year": 2026, "version": 1}),
    ("role list", ["extract: roles"], {"rows": 0}),
    ("role give analyst --issuer https://i --subject bo --name Bo", ["role: analyst"], {"given": True}),
    ("role take analyst --issuer https://i --subject bo", ["role: analyst"], {"given": False}),
    ("audit list", ["extract: audit"], {}),
    (f"points install {PACK} --really", [f"installation: {PACK.name}"], {"version": "1.0"}),
    (f"points switch {PACK.name} on --from 2026-11-20 --really", [f"switching: {PACK.name}"], {"on": True}),
)
REFUSED = ("revoke 4 --why Igen", "review open {y}", "extract nothing --to {f}/x.csv")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command on a submitted review, and returns its status and the entries that it has left.

    A package has no reports here, which take longer than all else.
    """
    monkeypatch.setattr(files, "every_report", lambda *_, **__: {})
    with at("submitted", tmp_path).held() as line:
        monkeypatch.setenv("COMPLIANCE_DATABASE", str(line.database.path))
        (tmp_path / "mer.csv").write_text(SYSTEMS.strip().replace("|", ";").replace("Alfa", "Ny"), "utf-8")

        def invoke(said):
            given = shlex.split(said.format(y="--year 2026", f=tmp_path))
            before = len(entries())
            done = run_here(line.database.path, *given)
            return done.returncode, entries()[before:]

        yield invoke


def entries():
    return register.own().rows("entries", after=0)


def commands(app, before=""):
    """The names of all commands."""
    names = {f"{before}{command.name}" for command in app.registered_commands}
    return names.union(*(commands(group.typer_instance, f"{group.name} ") for group in app.registered_groups))


def test_every_command_leaves_its_entries_and_what_is_refused_leaves_none(run):
    for said, expected, details in STEPS:
        status, left = run(said)
        assert (status, [f"{row['action']}: {row['what']}" for row in left]) == (0, expected), said
        assert json.loads(left[-1]["details"]).items() >= details.items(), said
    assert [run(said) for said in REFUSED] == [(1, [])] * len(REFUSED)
    done = {
        " ".join(said.split()[: 2 if said.startswith(("review ", "role ", "audit ", "points ")) else 1])
        for said, *_ in STEPS
    }
    assert done | CHECKS | KEEPING | INTAKE | NOTHING_OF_IT == commands(cli.app)
    [system] = {row["person"] for row in entries()}
    assert people.named(system).name == getpass.getuser()
    assert list(audit.verify()) == []
    told = json.dumps(entries(), ensure_ascii=False)
    assert "Fel fil" not in told
