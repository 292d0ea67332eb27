"""Prometheus' own program reads what is told, and raises each alert of `deploy/` when it should."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import generate_latest

from compliance.core.places import ROOT
from compliance.serving import metrics
from compliance.serving.measuring import Measuring
from compliance.serving.metrics import REGISTRY
from tests import packed
from tests.serving.test_metrics import asked

PROMTOOL = shutil.which("promtool") or shutil.which("promtool", path=f"{ROOT}/build/promtool/usr/bin")
ALERTS, RAISED = ROOT / "deploy" / "alerts.yaml", Path(__file__).with_name("alerts.yaml")


def promtool(*said, text=""):
    assert PROMTOOL, "The tests of /metrics need Prometheus' promtool: make promtool"
    done = subprocess.run([PROMTOOL, *map(str, said)], input=text, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stderr


@pytest.fixture
def text(tmp_path, monkeypatch):
    """All that a server may tell, of a store with every source."""
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(packed.beside(tmp_path)))
    (tmp_path / "verified.json").write_text('{"at": "2026-11-24T03:00:00", "faults": 0}', "utf-8")
    metrics.note_page("point", 0.2)
    asked()
    measuring = Measuring(lambda: "")
    REGISTRY.register(measuring)
    measuring.measure()
    yield generate_latest(REGISTRY).decode()
    REGISTRY.unregister(measuring)


@pytest.mark.exhaustive
def test_prometheus_reads_what_is_told_and_has_nothing_to_say_of_it(text):
    assert promtool("check", "metrics", text=text) == (0, "")
    assert promtool("check", "metrics", text=text.replace("compliance_sessions", "compliance_sessions_total"))[0] == 3


@pytest.mark.exhaustive
def test_each_alert_is_raised_by_what_it_is_for():
    assert promtool("check", "rules", "--lint=all", "--lint-fatal", ALERTS) == (0, "")
    assert promtool("test", "rules", RAISED) == (0, "")


def test_each_alert_is_tried_raised_and_not():
    rules = [rule["alert"] for rule in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"][0]["rules"]]
    tried = [case for test in yaml.safe_load(RAISED.read_text("utf-8"))["tests"] for case in test["alert_rule_test"]]
    for raised in (True, False):
        assert {case["alertname"] for case in tried if bool(case["exp_alerts"]) is raised} == {*rules}
    assert len({*rules}) == len(rules) > 10


@pytest.mark.exhaustive
def test_an_alert_asks_for_what_is_told(text):
    rules = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"][0]["rules"]
    wanted = {name for rule in rules for name in re.findall(r"\b(?:compliance|process)_\w+", rule["expr"])}
    # of several machines alone
    assert wanted - {*re.findall(r"^\w+", text, re.MULTILINE)} == {"compliance_copy_age_seconds"}
