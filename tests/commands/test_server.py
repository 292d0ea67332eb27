"""When the server does not start, and when it is ready."""

import ctypes
import threading
from pathlib import Path

import pytest

from compliance.commands import server
from compliance.commands.server import main
from compliance.store import stores


def test_a_setting_that_is_amiss_is_told_before_the_server_starts(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))
    monkeypatch.setenv("LC_ALL", "sv_SE.UTF-8")
    monkeypatch.setattr("sys.argv", ["server"])
    (tmp_path / "server.toml").write_text("[uploads]\nfiles = 0\n", "utf-8")
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "server.toml: files är ett heltal från 1 till 1000000.\n"


def test_a_server_does_not_start_with_a_streamlit_that_lacks_what_is_used(monkeypatch, capsys):
    changed = ["Streamlit 9: a:b is gone. It is needed so that files are kept.", "Streamlit 9: c:d does not take e."]
    monkeypatch.setattr(server.version, "changes", lambda: iter(changed))
    with pytest.raises(SystemExit) as ended:
        server.bend()
    assert (ended.value.code, capsys.readouterr().err.splitlines()) == (1, changed)


def test_what_another_version_says_otherwise_is_told_in_the_log(monkeypatch, caplog):
    monkeypatch.setattr(server.version, "changes", lambda: iter([]))
    monkeypatch.setattr(server.version, "true_for", lambda: "0.1")
    monkeypatch.setattr(server.version, "frontend_changes", lambda: iter(["Streamlit 9: nothing says “Help”."]))
    for room in (server.runs, server.files):
        monkeypatch.setattr(room, "begin", lambda: None)
    server.bend()
    assert [record.message for record in caplog.records] == ["Streamlit 9: nothing says “Help”."]


def test_memory_that_nobody_uses_is_given_back():
    """Most of it lies between blocks that are still in use."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    blocks = [libc.malloc(100_000) for _ in range(600)]
    for block in blocks:
        ctypes.memset(block, 1, 100_000)
    for place, block in enumerate(blocks):
        if place % 100 < 99:
            libc.free(block)
    before = resident()
    server.give_back()
    assert before - resident() > 30
    for block in blocks[99::100]:
        libc.free(block)


def resident():
    """The megabytes of this process."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) // 1024


# --- Who reaches it ---------------------------------------------------------------------------------------------------

LOGIN = {"COMPLIANCE_LOGIN_CLIENT_ID": "c", "COMPLIANCE_LOGIN_CLIENT_SECRET": "s", "COMPLIANCE_LOGIN_CONTACT": "Sara"}
NOT_STARTED = {
    "an address for others": (
        ["--address", "0.0.0.0"],
        {"COMPLIANCE_PUBLIC_ADDRESS": "https://efterlevnad.example.se"},
        ["svarar servern bara den här datorn, inte på 0.0.0.0", "inte på https://efterlevnad.example.se"],
    ),
    "a folder for others": (
        ["--login"],
        {**LOGIN, "COMPLIANCE_LOGIN_ISSUER": "http://127.0.0.1:9", "COMPLIANCE_PUBLIC_ADDRESS": "http://localhost:1"},
        ["Ge den rättigheterna 0700."],
    ),
}


def test_a_service_without_a_login_does_not_start(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("COMPLIANCE_DATABASE", str(tmp_path / "own.duckdb"))
    monkeypatch.setenv("LC_ALL", "sv_SE.UTF-8")
    monkeypatch.setattr("sys.argv", ["server", "--login"])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().err == "Ingen inloggning är inställd: [login] i server.toml.\n"


@pytest.mark.parametrize("case", NOT_STARTED)
def test_a_server_that_would_let_others_in_does_not_start(monkeypatch, capsys, tmp_path, case):
    arguments, environment, words = NOT_STARTED[case]
    tmp_path.chmod(0o755)
    for name, value in {
        **environment,
        "COMPLIANCE_DATABASE": str(tmp_path / "own.duckdb"),
        "LC_ALL": "sv_SE.UTF-8",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["server", "--port", "0", *arguments])
    monkeypatch.setattr(server.logs, "begin", lambda: pytest.fail("it starts"))
    with pytest.raises(SystemExit) as ended:
        main()
    error = capsys.readouterr().err
    assert (ended.value.code, [said for said in words if said not in error]) == (1, []), error
    assert [*tmp_path.iterdir()] == []


@pytest.mark.live
def test_a_server_whose_shared_store_is_away_is_ready_as_long_as_it_has_a_copy(
    postgres_database, tmp_path, monkeypatch
):
    monkeypatch.setattr(server, "WARM", threading.Event())
    server.WARM.set()
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path))
    monkeypatch.setenv("COMPLIANCE_DATABASE", postgres_database)
    with stores.own().writing() as cursor:
        cursor.execute("insert into events values (moment(), 'test', 'note', 'first')")
    assert server.unready() == ""
    monkeypatch.setenv("COMPLIANCE_DATABASE", "postgresql://nobody@127.0.0.1:1/none")
    assert server.unready() == ""
    monkeypatch.setenv("COMPLIANCE_FOLDER", str(tmp_path / "empty"))
    assert server.unready() == "the database cannot be reached, and there is no copy of it yet"
