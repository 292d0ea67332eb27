"""The files of containers keep what the documentation promises, and agree with each other."""

import re
from fnmatch import fnmatch
from importlib.metadata import files

import pytest
import yaml

from compliance import __version__
from compliance.core.places import ROOT
from compliance.declarations.login import TEXTS
from compliance.declarations.settings import load_settings
from release.archive import BRINGS
from release.image import NAME, PYTHON
from release.wheels import PYTHONS
from tests.house.test_deployed import UNIT

DEPLOY = ROOT / "deploy"
STORE = "/var/lib/compliance"
USER = 10001
# What nginx needs to take its ports as root and to serve as another.
OF_NGINX = {"CHOWN", "NET_BIND_SERVICE", "SETGID", "SETUID"}


def parsed(name):
    return [*yaml.safe_load_all((DEPLOY / name).read_text("utf-8"))]


@pytest.fixture(scope="module")
def steps():
    """The instructions of the Containerfile, without comments, each as its word and the rest."""
    text = re.sub(r"^#.*\n|\\\n", "", (DEPLOY / "Containerfile").read_text("utf-8"), flags=re.M)
    found = re.findall(r"^([A-Z]+) ((?:.*<<EOF\n[\s\S]*?^EOF$)|.*)$", text, re.M)
    assert {word for word, _ in found} == {
        "ARG", "FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "HEALTHCHECK", "ENTRYPOINT",
    }  # fmt: skip
    return found


@pytest.fixture(scope="module")
def alone():
    [file] = parsed("compose.yaml")
    return file


@pytest.fixture(scope="module")
def together():
    [file] = parsed("compose.service.yaml")
    return file


@pytest.fixture(scope="module")
def pod():
    [file] = parsed("pod.yaml")
    return file


@pytest.fixture(scope="module")
def containers(pod):
    return {each["name"]: each for each in pod["spec"]["containers"]}


def last(steps, word):
    return [rest for found, rest in steps if found == word][-1]


# --- The image


def test_nothing_is_fetched_while_the_image_is_built_but_its_base(steps):
    assert ("ARG", f"BASE=docker.io/library/python:{PYTHON}-slim-trixie") in steps
    assert {rest.split()[0] for word, rest in steps if word == "FROM"} == {"${BASE}"}
    [install] = [rest for word, rest in steps if "pip install" in rest]
    for said in ("--no-index", "--find-links wheelhouse", "--require-hashes", "-r requirements.lock", "--no-compile"):
        assert said in install
    assert not [rest for word, rest in steps if re.search(r"\b(apt|apt-get|curl|wget|git)\b", rest)]
    assert PYTHON in PYTHONS
    assert {"deploy", "requirements.lock"} <= {*BRINGS}


def test_the_image_runs_as_nobody_who_may_do_more_and_writes_to_its_volume_alone(steps):
    assert last(steps, "USER") == f"{USER}:{USER}"
    assert last(steps, "VOLUME") == STORE
    environment = dict(re.findall(r"(\w+)=(\S+)", last(steps, "ENV")))
    assert environment["COMPLIANCE_DATABASE"].startswith(f"{STORE}/")
    assert (environment["COMPLIANCE_FOLDER"], environment["HOME"]) == (STORE, "/tmp")
    assert environment["CREDENTIALS_DIRECTORY"] == "/run/secrets"
    assert f"--owner {USER} --group {USER} --mode 700 {STORE}" in "".join(rest for _, rest in steps)


def test_the_server_is_the_first_process_itself_so_that_it_hears_when_it_is_told_to_stop(steps):
    assert last(steps, "ENTRYPOINT") == '["python", "-m", "compliance.commands.server"]'


def test_what_is_left_out_is_there_and_nothing_that_the_product_needs(steps):
    [removed] = [rest for word, rest in steps if "rm -r wheelhouse" in rest]
    lists = [line.split()[1:] for line in removed.splitlines() if line.startswith("rm ")]
    left = [entry for each in lists for entry in each if entry not in {"-r", "wheelhouse"}]
    brought = [str(file) for name in ("pip", "pyarrow", "pydeck", "plotly", "streamlit") for file in files(name) or ()]
    assert [entry for entry in left if not any(fnmatch(path, f"{entry}*") for path in brought)] == []
    assert not any(fnmatch("pyarrow/libarrow_substrait.so.2600", entry) for entry in left), "the library links it"


# --- Containers


def test_each_file_starts_the_image_that_is_made(alone, together, containers):
    name = f"{NAME}:{__version__}"
    assert (alone["services"]["compliance"]["image"], containers["server"]["image"]) == (name, name)
    for other in ("postgres", "nginx"):
        assert together["services"][other]["image"] == containers[other]["image"]


def test_alone_it_is_confined_as_the_service_of_systemd_is(alone):
    service, unit = alone["services"]["compliance"], UNIT.read_text("utf-8")
    assert (service["read_only"], service["user"], service["cap_drop"]) == (True, f"{USER}:{USER}", ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert f"MemoryMax={service['mem_limit'].upper()}\n" in unit
    assert f"TasksMax={service['pids_limit']}\n" in unit
    assert f"LimitCORE={service['ulimits']['core']}\n" in unit
    assert [entry.partition(":")[0] for entry in service["tmpfs"]] == ["/tmp"]
    assert [entry.partition(":")[2] for entry in service["volumes"]] == [STORE]
    assert int(service["stop_grace_period"].removesuffix("s")) > load_settings(None).drain_seconds + 10


def test_without_a_login_it_answers_this_machine_alone(alone, steps):
    """the server refuses another address; nothing in the file or the image asks for one"""
    service = alone["services"]["compliance"]
    assert service["network_mode"] == "host"
    assert not {"command", "entrypoint", "ports", "environment"} & {*service}
    assert "--address" not in (DEPLOY / "Containerfile").read_text("utf-8")


def test_others_are_let_in_by_a_login_alone_and_secrets_are_files(together, containers):
    service = together["services"]["compliance"]
    assert (service["command"], containers["server"]["args"]) == (["--login"], ["--login"])
    assert {*service["secrets"], "database_password"} == {*together["secrets"]}
    assert {name for name in service["environment"] if name.startswith("COMPLIANCE_LOGIN_")} < {*TEXTS.values()}
    for each in together["services"].values():
        assert not [name for name in each.get("environment", {}) if re.search(r"SECRET|PASSWORD$", name)]
    for each in containers.values():
        assert not [said["name"] for said in each.get("env", []) if re.search(r"SECRET|PASSWORD$", said["name"])]
    given = {each["name"]: each["value"] for each in containers["postgres"]["env"]}
    for arguments in (given, together["services"]["postgres"]["environment"]):
        assert "--auth=scram-sha-256" in arguments["POSTGRES_INITDB_ARGS"].split()
    files_ = {said["name"]: said["value"] for said in containers["server"]["env"]}
    assert files_["COMPLIANCE_DATABASE_FILE"] == service["environment"]["COMPLIANCE_DATABASE_FILE"]
    [settings], [secrets] = parsed("pod-settings.yaml"), parsed("pod-secrets.yaml")
    assert {*secrets["stringData"]} == {*together["secrets"]}
    assert {*settings["data"]} == {*service["environment"]} - {"COMPLIANCE_DATABASE_FILE"}


@pytest.mark.parametrize("name", ["postgres", "nginx"])
def test_what_stands_beside_it_is_confined_too(name, together, containers):
    service, context = together["services"][name], containers[name]["securityContext"]
    assert (service["read_only"], service["cap_drop"], service["network_mode"]) == (True, ["ALL"], "host")
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    added = OF_NGINX if name == "nginx" else set()
    assert ({*service.get("cap_add", [])}, {*context["capabilities"].get("add", [])}) == (added, added)
    assert service.get("user", "root") == (f"{context['runAsUser']}:{context['runAsGroup']}" if not added else "root")


def test_the_pod_reads_its_roots_and_writes_to_volumes(pod, containers):
    for each in containers.values():
        context = each["securityContext"]
        assert (context["readOnlyRootFilesystem"], context["allowPrivilegeEscalation"]) == (True, False)
        assert context["capabilities"]["drop"] == ["ALL"]
        assert each["resources"]["limits"]["memory"]
    server = containers["server"]
    assert (server["securityContext"]["runAsUser"], server["resources"]["limits"]["memory"]) == (USER, "8Gi")
    volumes = {volume["name"]: {*volume} - {"name"} for volume in pod["spec"]["volumes"]}
    mounted = {
        mount["mountPath"]: volumes[mount["name"]] for mount in server["volumeMounts"] if not mount.get("readOnly")
    }
    assert mounted == {STORE: {"persistentVolumeClaim"}, "/tmp": {"emptyDir"}}
    assert {mount["name"] for each in containers.values() for mount in each["volumeMounts"]} == {*volumes}
    assert pod["spec"]["terminationGracePeriodSeconds"] > load_settings(None).drain_seconds + 10


def test_whether_it_is_well_is_asked_in_the_same_words_everywhere(steps, containers):
    asks = yaml.safe_load(last(steps, "HEALTHCHECK").partition("CMD ")[2])
    server = containers["server"]
    assert asks[:2] == ["python", "-c"]
    assert "http://127.0.0.1:8501/readyz" in asks[2]
    assert server["readinessProbe"]["exec"]["command"] == server["startupProbe"]["exec"]["command"] == asks


def test_nginx_has_its_own_configuration_with_the_name_of_the_service(pod, together, containers):
    """the server answers on the loopback that all share, as the file says"""
    script = together["services"]["nginx"]["command"][-1].replace("$$", "$")
    [of_pod] = containers["nginx"]["args"]
    assert of_pod == script
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    for said in ("efterlevnad.example.se", "/var/log/nginx/compliance.log", "127.0.0.1:8501", "/etc/ssl/compliance/"):
        assert said in text
    assert "efterlevnad.example.se" in script
    assert [each for each in pod["spec"]["volumes"] if each.get("hostPath", {}).get("path", "").endswith("/nginx.conf")]
    published = [port["hostPort"] for each in containers.values() for port in each.get("ports", [])]
    assert published == [80, 443], "nginx alone is reached"
