"""A session as a browser holds it, without the browser: its websocket, and the files that it sends."""

import http.client
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.browser import PATIENCE

BOUNDARY = "----tests"
TOKEN = "_streamlit_xsrf"


def form(content: bytes, name: str = "fil.csv") -> bytes:
    """A file in the form in which a browser sends it."""
    said = f'Content-Disposition: form-data; name="{name}"; filename="{name}"\r\nContent-Type: text/csv'
    return f"--{BOUNDARY}\r\n{said}\r\n\r\n".encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def run(socket: ClientConnection, page: str) -> tuple[bool, str]:
    """Run a page as a browser asks for it. Return whether the page is there, and what it draws.

    That it is not there may be forgotten where it leads on to another one at once, before anything of it was sent.
    """
    asked, found, shown, drawn = BackMsg(), True, page, list[str]()
    asked.rerun_script.page_name = page
    socket.send(asked.SerializeToString())
    while True:
        said = ForwardMsg.FromString(socket.recv(timeout=60))
        kind = said.WhichOneof("type")
        found = found and kind != "page_not_found"
        if kind == "navigation":
            names = {each.page_script_hash: each.url_pathname for each in said.navigation.app_pages}
            shown = names[said.navigation.page_script_hash]
        if kind == "delta":
            drawn.append(said.delta.new_element.markdown.body)
        if kind == "script_finished" and said.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return found and page in {"", shown}, " ".join(drawn)


@dataclass
class Session:
    """A session on a server at `address`."""

    address: str
    socket: ClientConnection
    id: str = ""
    token: str = ""

    def opens(self, page: str, **query: str) -> None:
        """Asks for a page, and waits until its script has run."""
        asked = BackMsg()
        asked.rerun_script.query_string = urlencode(query)
        asked.rerun_script.page_name = page
        self.socket.send(asked.SerializeToString())
        while (said := self._hears()).WhichOneof("type") != "script_finished":
            if said.WhichOneof("type") == "new_session":
                self.id = said.new_session.initialize.session_id

    def asks(self, number: int) -> list[str]:
        """The ids for files that have been dropped."""
        asked = BackMsg()
        asked.file_urls_request.request_id = "drop"
        asked.file_urls_request.file_names.extend(f"{n}.csv" for n in range(number))
        self.socket.send(asked.SerializeToString())
        while (said := self._hears()).WhichOneof("type") != "file_urls_response":
            pass
        return [url.file_id for url in said.file_urls_response.file_urls]

    def _hears(self) -> ForwardMsg:
        said = ForwardMsg()
        said.ParseFromString(self.socket.recv(timeout=PATIENCE / 1000, decode=False))
        return said

    def puts(
        self, file: str, content: bytes | Iterator[bytes], *, session: str | None = None, **said: str
    ) -> tuple[int, str]:
        """Sends a file, or whatever is said to be one: the status and the words of the answer."""
        return self.sends("PUT", file, content, session=session, **said)

    def sends(
        self,
        method: str,
        file: str,
        content: bytes | Iterator[bytes] | Sequence[bytes],
        *,
        session: str | None = None,
        **said: str,
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=PATIENCE / 1000)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Cookie": f"{TOKEN}={self.token}",
            "X-Xsrftoken": self.token,
            **{name.replace("_", "-"): value for name, value in said.items()},
        }
        path = f"/_stcore/upload_file/{quote(self.id if session is None else session)}/{quote(file)}"
        try:
            connection.request(method, path, content, headers, encode_chunked="Transfer-Encoding" in headers)
            with connection.getresponse() as answer:
                return answer.status, answer.read().decode()
        finally:
            connection.close()


@contextmanager
def session(address: str) -> Iterator[Session]:
    """A session while the block lasts; then its browser is gone."""
    stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    patience = {"open_timeout": PATIENCE / 1000, "close_timeout": 1}
    with connect(
        stream, origin=address, subprotocols=["streamlit"], max_size=None, compression=None, **patience
    ) as socket:
        found = Session(address, socket)
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        connection.request("GET", "/_stcore/health")
        with connection.getresponse() as answer:
            found.token = (answer.getheader("Set-Cookie") or "").removeprefix(f"{TOKEN}=").split(";")[0]
        connection.close()
        yield found
