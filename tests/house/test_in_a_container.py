"""The image is made and started as its files say, as far as this machine can: it serves, loads, counts and ends."""

import json
import re
import time
import urllib.request
from contextlib import suppress
from email.parser import HeaderParser

import pytest
import yaml

from compliance.core.places import ROOT
from tests.containers import Unable, engine
from tests.ports import free_port
from tests.proxied import certificate

pytestmark = pytest.mark.exhaustive

MOMENT = 1_700_000_000
# What the installed release of tools/installing.py counts, too.
INCIDENTS = "data/samples/2026-10-31/Incidenter jan-okt.xlsx"
EXPECTED = "11,incident_handling,Förvaltningen,,,128,11,0,4,0,"
# The bytes of its files: what is linked cannot be left out, and what nobody needs must not come back.
MOST = 700_000_000
PATIENCE = 120
WRITES = """
import sys
for path in sys.argv[1:]:
    try:
        open(path, "w").close()
        print(path)
    except OSError:
        pass
"""
# What nginx answers a visit through TLS.
ASKS = """
import socket, ssl
context = ssl._create_unverified_context()
name = "efterlevnad.example.se"
with context.wrap_socket(socket.create_connection(("127.0.0.1", 443)), server_hostname=name) as visit:
    visit.sendall(f"GET / HTTP/1.1\\r\\nHost: {name}\\r\\nConnection: close\\r\\n\\r\\n".encode())
    print(visit.recv(4096).decode())
"""
MOUNTED = ("/var/lib/compliance/x", "/tmp/x")
NOT_OURS = ("/x", "/opt/compliance/x", "/etc/x", "/usr/x", "/home/x", "/var/lib/x", "/var/log/x", "/run/x")


@pytest.fixture(scope="module")
def podman(tmp_path_factory):
    """What makes and runs containers here, with the image of this tree."""
    try:
        with engine(tmp_path_factory.mktemp("containers")) as running:
            image = running.image(MOMENT)
            running.try_out(image)
            yield running, image
    except Unable as why:
        pytest.skip(f"no container is tried here: {why}")


@pytest.fixture
def composed(podman, tmp_path):
    """deploy/compose.yaml at a port of the test's own; gives the port, and what podman-compose does with the file."""
    running, _ = podman
    port, own = free_port(), tmp_path / "own.yaml"
    said = {"command": [f"--port={port}"], "environment": {"COMPLIANCE_COUNT_AHEAD": "no"}}
    own.write_text(yaml.safe_dump({"services": {"compliance": said}}), "utf-8")

    def does(*command):
        done = running.runs("podman-compose", f"--file={ROOT / 'deploy/compose.yaml'}", f"--file={own}", *command)
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        yield port, does
    finally:
        does("down", "--volumes")


def name_of(running):
    return running.says("ps", "--all", "--format={{.Names}}")


def wait_until_ready(port, running):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE) as answer:
            assert answer.status == 200
            return
        time.sleep(0.1)
    raise RuntimeError(running.says("logs", name_of(running)))


def coverage(running, name):
    said = ("coverage", "--as-of=2026-11-01", "--format=csv")
    return running.says("exec", name, "python", "-m", "compliance", *said)


def test_alone_it_serves_loads_counts_and_ends_and_its_volume_has_it_all_the_next_time(podman, composed):
    running, _ = podman
    port, does = composed
    does("up", "--detach")
    wait_until_ready(port, running)
    name = name_of(running)
    assert running.says("exec", name, "id", "-u") == "10001"
    written = running.says("exec", name, "python", "-c", WRITES, *MOUNTED, *NOT_OURS).splitlines()
    assert written == [*MOUNTED]
    assert "CapEff:\t0000000000000000" in running.says("exec", name, "cat", "/proc/1/status")
    running.says("exec", name, "python", "-m", "compliance", "load", INCIDENTS, "--extract-date=2026-10-31")
    before = coverage(running, name)
    assert EXPECTED in before
    does("stop")
    assert running.says("inspect", name, "--format={{.State.ExitCode}}") == "0", running.says("logs", name)
    does("down")
    does("up", "--detach")
    wait_until_ready(port, running)
    assert coverage(running, name_of(running)) == before


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.5, 1.0, 2.0, 4.0])
def test_told_to_stop_at_any_moment_of_a_start_it_ends(seconds, podman):
    """as the first process it ignored it while the samples were built, until it was killed"""
    running, image = podman
    started = ("--detach", "--read-only", "--network=host", f"--env=COMPLIANCE_DATABASE=/tmp/{seconds}.duckdb")
    name = running.says("run", *started, image, f"--port={free_port()}")
    try:
        time.sleep(seconds)
        running.says("kill", "--signal=TERM", name)
        done = running.runs("podman", "wait", name, seconds=PATIENCE)
        assert done.stdout.strip() in {"0", str(128 + 15)}, running.says("logs", name)
    finally:
        running.says("rm", "--force", "--volumes", "--time=0", name)


def test_it_brings_no_more_than_it_needs_and_a_bill_of_it(podman):
    running, image = podman
    assert int(running.says("image", "inspect", image, "--format={{.Size}}")) < MOST
    look = ("run", "--rm", "--network=host", "--entrypoint=cat", image)
    bill = json.loads(running.says(*look, "sbom.cdx.json"))
    system = {part["name"] for part in bill["components"] if part.get("purl", "").startswith("pkg:deb/")}
    status = running.says(*look, "/var/lib/dpkg/status").split("\n\n")
    entries = [HeaderParser().parsestr(entry) for entry in status]
    assert {entry["Package"] for entry in entries} == system
    freeze = "from importlib.metadata import distributions as d; print(*{e.metadata['Name'] for e in d()}, sep='\\n')"
    installed = running.says("run", "--rm", "--network=host", "--entrypoint=python", image, "-c", freeze).splitlines()
    names = {part["name"] for part in bill["components"]}
    assert {name.lower().replace("_", "-").replace(".", "-") for name in installed} <= names


@pytest.fixture
def pod(podman, tmp_path):
    """deploy/pod.yaml on a loopback of its own, beside which nothing is reached, so that no port here is taken."""
    running, _ = podman
    text = (ROOT / "deploy" / "pod.yaml").read_text("utf-8")
    try:
        running.stand_ins(re.findall(r"image: (docker\.io/\S+)", text))
    except Unable as why:
        pytest.skip(f"no pod is tried here: {why}")
    certificate(tmp_path)
    text = text.replace("/opt/compliance/current", str(ROOT)).replace("path: /etc/ssl/compliance", f"path: {tmp_path}")
    file, deploy = tmp_path / "pod.yaml", ROOT / "deploy"
    file.write_text(re.sub(r"^ +(ports:|- .*hostPort.*)\n", "", text, flags=re.M), "utf-8")
    running.says("kube", "play", deploy / "pod-secrets.yaml")
    try:
        running.says("kube", "play", "--network=none", f"--configmap={deploy / 'pod-settings.yaml'}", file)
        yield running
    finally:
        running.says("kube", "down", "--force", file)
        running.says("secret", "rm", "--all")


def test_with_postgresql_and_nginx_it_counts_what_is_loaded_and_lets_in_nobody_without_a_login(pod):
    def inside(code):
        return pod.runs("podman", "exec", "compliance-server", "python", "-c", code)

    until = time.monotonic() + PATIENCE
    while inside("from urllib.request import *; urlopen('http://127.0.0.1:8501/readyz')").returncode:
        assert time.monotonic() < until, pod.runs("podman", "logs", "compliance-server").stderr
        time.sleep(0.5)
    python = ("exec", "compliance-server", "python", "-m", "compliance")
    pod.says(*python, "load", INCIDENTS, "--extract-date=2026-10-31")
    assert EXPECTED in coverage(pod, "compliance-server")
    assert pod.says("exec", "compliance-server", "ls", "/var/lib/compliance/copy.duckdb")
    answer = inside(ASKS).stdout
    assert "401 Unauthorized" in answer
    assert "Server: nginx" in answer
    pod.says("stop", "compliance-server")
    assert pod.says("inspect", "compliance-server", "--format={{.State.ExitCode}}") == "0"
