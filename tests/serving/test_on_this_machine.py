"""The server without a login, as `make run` starts it: who reaches it, how much it holds, and what it answers."""

import random
import re
import socket
import struct
import time

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from compliance.commands import server
from compliance.core.places import ROOT
from tests import once
from tests.browser import browsing, serving, settle, visit
from tests.session import form, session

pytestmark = pytest.mark.exhaustive

SMALL = "[uploads]\nfile_mb = 1\nfiles = 3\nsession_mb = 2\nserver_mb = 3\n"
KB = b"x" * 1024


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A running server with an empty database and small limits, whom Streamlit's settings tell to answer others."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "server.toml").write_text(SMALL, "utf-8")
    (folder / ".streamlit").mkdir()
    settings = (ROOT / ".streamlit" / "config.toml").read_text("utf-8")
    opened = settings.replace('address = "127.0.0.1"', 'address = "0.0.0.0"')
    assert opened != settings
    (folder / ".streamlit" / "config.toml").write_text(opened, "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
        patched.setenv("PYTHONPATH", str(ROOT))
        # beside a database it makes no sample
        with serving(once.new(folder / "own.duckdb"), folder=folder) as running:
            yield running


def test_no_setting_of_streamlits_opens_the_server_to_others(small):
    """127.0.0.2 is this machine too, but not the address of the server."""
    port = int(small.address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)):
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port))


def test_the_server_holds_what_it_may_and_no_more(small):
    with session(small.address) as one, session(small.address) as two:
        one.opens("overview")
        assert [one.puts(file, form(KB))[0] for file in [*one.asks(1), "invented"]] == [403, 403]
        one.opens("imports")
        ids = one.asks(5)
        assert [one.puts(file, form(KB))[0] for file in ("invented", "", "a/b", ids[0], ids[0])] == [
            404,
            404,
            404,
            204,
            409,
        ]
        assert one.puts(ids[1], form(KB), session="invented")[0] == 403
        assert one.puts(ids[1], form(KB), X_Xsrftoken="invented")[0] == 403
        assert one.puts(ids[1], form(KB * 1025))[0] == 413
        chunked = {"Transfer_Encoding": "chunked"}
        assert one.puts(ids[1], (form(KB * 5000) for _ in range(1)), **chunked)[0] == 413
        assert one.puts(ids[1], iter([form(KB * 1024)]), **chunked)[0] == 204
        assert [one.puts(file, form(KB * size))[0] for file, size in ((ids[2], 1024), (ids[2], 1023), (ids[3], 0))] == [
            429, 204, 429,
        ]  # fmt: skip
        two.opens("imports")
        # without a login all windows are of one person
        assert [two.puts(file, form(KB))[0] for file in two.asks(2)] == [429, 429]
    # Both sessions have ended, which is known as soon as they are in the way.
    with session(small.address) as three:
        three.opens("imports")
        assert [three.puts(file, form(KB * 1000))[0] for file in three.asks(3)] == [204, 204, 429]


def frame(content, kind=2):
    """A message of a browser, or what is said to be one; its mask is of zeros."""
    size = bytes([0x80 | len(content)]) if len(content) < 126 else b"\xfe" + struct.pack(">H", len(content))
    return bytes([0x80 | kind]) + size + bytes(4) + content


def asked(page):
    message = BackMsg()
    message.rerun_script.page_name = page
    return frame(message.SerializeToString())


PUT = (
    "PUT /_stcore/upload_file/{id}/{file} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
    "Cookie: _streamlit_xsrf={token}\r\nX-Xsrftoken: {token}\r\n"
    "Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n--b\r\n\r\n"
)
# What somebody has sent before they are gone.
SENT = {
    "a message": [asked("imports")],
    "several": [asked("overview"), asked("imports"), asked("quality")],
    "a goodbye": [asked("imports"), frame(b"\x03\xe8", 8)],
    "a text": [frame(b"hello", 1)],
    "no text": [asked("imports"), frame(b"\xff\xfe", 1)],
    "no message": [frame(b"\xff\xff\xff")],
    "no frame": [asked("imports"), b"\xff\xff\xff\xff"],
    "half a frame": [asked("imports")[:-3]],
    "without a mask": [b"\x82\x03abc"],
}


def handshake(host):
    return (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: streamlit\r\n\r\n"
    ).encode()


def is_gone(host, pieces, *, how, pause):
    """Send pieces and be gone: reset, closed or half-closed, without having read the answers."""
    name, port = host.split(":")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.connect((name, int(port)))
        connection.settimeout(10)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        if how == "half":
            connection.shutdown(socket.SHUT_WR)
            time.sleep(0.2)
        if how != "closed":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_whoever_goes_away_in_the_midst_of_anything_leaves_a_line_in_the_log_at_most(small):
    """each abort left two tracebacks, which hid those of real errors"""
    host, log = small.address.removeprefix("http://"), small.database.with_name("server.log")
    with session(small.address) as one:
        one.opens("imports")
        put = [PUT.format(id=one.id, file=file, host=host, token=one.token).encode() for file in one.asks(3)]
        page = f"GET / HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n\r\n".encode()
        tries = [[handshake(host), *sent] for sent in SENT.values()]
        tries += [[page], [page[:20]], [b"\x16\x03\x01"], put[:1], [put[1], b"zz\r\n"], [put[2], b"0\r\n\r\n"]]
        before = len(log.read_text("utf-8"))
        for pieces in tries:
            lines = len(log.read_text("utf-8").splitlines())
            for how in ("reset", "closed", "half"):
                for pause in (0, 0.02, 0.1):
                    is_gone(host, pieces, how=how, pause=pause)
            one.opens("imports")
            said = log.read_text("utf-8").splitlines()[lines:]
            assert len(said) <= 9, (pieces, said)
    assert "Traceback" not in log.read_text("utf-8")[before:]


# Parts of requests, combined at random for requests that nobody has thought of.
PARTS = [
    "", "app", "static", "_stcore", "media", "component", "bidi-components", "upload_file", "stream", "health",
    "metrics", "host-config", "agent", "mcp", "auth", "login", "oauth2callback", "app.js", "..", "%2e%2e", "%2F", "%00",
    "%0d%0a", "%ff", "%ed%a0%80", "%C3%A5" * 150, "a" * 256, "a" * 9_000, "\\", "%5c%5c", "C:", "~", ";", "?", "#", "*",
    "?unit=", "&", "=" * 20_000, "//", "http://example.org/", "%", "%zz", "\xe5", " ",
]  # fmt: skip
METHODS = ["GET"] * 5 + ["HEAD", "OPTIONS", "PUT", "DELETE", "POST", "TRACE", "get", "BREW", "M" * 500]
FIELDS = [
    "Host: example.org", "Origin: http://example.org", "Origin: null", "Accept: text/html", "Range: bytes=5-1",
    "Range: bytes=-", "Range: bytes=0-0,2-3,1-9", "If-None-Match: *", "If-Modified-Since: never", "Content-Length: 0",
    "Content-Length: x", "Transfer-Encoding: chunked", "Upgrade: websocket", "Connection: Upgrade", "Upgrade: h2c",
    "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13", "Cookie: _streamlit_xsrf=2|x; _streamlit_session=x",
    "Referer: ?lang=en", "Referer: http://[", "X-Xsrftoken: x", "Accept-Encoding: gzip;q=x", f"X: {'y' * 40_000}",
    "Expect: 100-continue", ": x", "X",
]  # fmt: skip


def odd_request(chance, host):
    path = "/" + "/".join(chance.choices(PARTS, k=chance.randrange(6)))
    fields = [f"Host: {host}", "Connection: close", *chance.sample(FIELDS, k=chance.randrange(4))]
    return "\r\n".join([f"{chance.choice(METHODS)} {path} HTTP/1.1", *fields, "", ""]).encode("latin-1")


def answer(host, request):
    """The whole answer, without the interim 100 Continue.

    A server that refuses a head before it has read all of it resets the connection (RFC 9112, 9.6), at times before the
    client has sent the rest or read the answer. Nothing else may be cut off.
    """
    name, port = host.split(":")
    reply, is_cut = [], False
    with socket.create_connection((name, int(port)), timeout=10) as connection:
        for step in (
            lambda: connection.sendall(request),
            lambda: reply.extend(iter(lambda: connection.recv(65536), b"")),
        ):
            try:
                step()
            except (ConnectionResetError, BrokenPipeError):
                is_cut = True
    whole = re.sub(rb"^HTTP/1.1 100 \w*\r\n\r\n", b"", b"".join(reply))
    assert not is_cut or whole.startswith(b"HTTP/1.1 400 "), request
    return whole


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_asked_is_answered_with_the_headers_and_without_a_fault(seed, small):
    chance, host = random.Random(seed), small.address.removeprefix("http://")
    for _ in range(150):
        request = odd_request(chance, host)
        reply = answer(host, request)
        head = reply.partition(b"\r\n\r\n")[0].lower()
        assert re.match(rb"http/1.1 [1234]\d\d", head), request
        assert [name for name, _ in server.OURS if b"\n" + name + b":" not in head] == [], request
    assert "Traceback" not in small.database.with_name("server.log").read_text("utf-8")


DROPPED = [{"name": f"{n}.csv", "mimeType": "text/csv", "buffer": b"a;b\n"} for n in range(4)]


def test_whoever_drops_too_much_is_told_in_words(small):
    why = "Du kan ha högst 3 filer och 2 MB som väntar samtidigt, i alla dina fönster tillsammans."
    with browsing() as browser:
        page = browser.new_page()
        visit(page, f"{small.address}/imports")
        page.set_input_files("input[type=file]", DROPPED)
        page.get_by_text(f"1 fil togs inte emot. {why}").wait_for()
        settle(page)
        # Nothing is accepted now, so the page does not run again and the field itself says why.
        page.set_input_files("input[type=file]", DROPPED[:1])
        page.locator("[data-testid=stFileUploader]").get_by_text(why).wait_for()
