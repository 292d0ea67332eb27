"""A session as a browser holds it, without the browser: its websocket, and the files that it sends."""

import http.client
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
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


@dataclass
class Session:
    """A session on a server at `address`, and what the page that was asked for last has drawn.

    `drawn` are its elements, each with its kind and the fragment that draws it. `well` is whether the last run drew no
    error of Python. A message that a browser would keep is kept too, as the server sends it once.
    """

    address: str
    socket: ClientConnection
    id: str = ""
    query: str = ""
    script: str = ""
    page: str = ""
    shown: str = ""
    well: bool = True
    known: bool = True
    drawn: list[tuple[str, Any, str]] = field(default_factory=list)
    kept: dict[str, ForwardMsg] = field(default_factory=dict)
    patience: float = PATIENCE / 1000

    def opens(self, page: str, **query: str) -> float:
        """Seconds that a page takes, until the last message of its script."""
        self.page, self.shown, self.query, self.script = page, page, urlencode(query), ""
        self.known, self.drawn = True, []
        asked = BackMsg()
        asked.rerun_script.page_name = page
        return self._runs(asked)

    @property
    def there(self) -> bool:
        """Whether the page is there. That it is not may be forgotten where it leads on to another one at once."""
        return self.known and self.page in {"", self.shown}

    @cached_property
    def token(self) -> str:
        """What a browser shows to the server when it sends a file."""
        with closing(http.client.HTTPConnection(self.address.removeprefix("http://"))) as connection:
            connection.request("GET", "/_stcore/health")
            with connection.getresponse() as answer:
                return (answer.getheader("Set-Cookie") or "").removeprefix(f"{TOKEN}=").split(";")[0]

    @property
    def text(self) -> str:
        """The texts that are drawn."""
        return " ".join(element.body for kind, element, _ in self.drawn if kind == "markdown")

    def sets(self, kind: str, key: str = "", **value: Any) -> float:
        """Seconds that the app takes after a widget is used: the last of a kind whose id has a key."""
        _, widget, fragment = self.found(kind, key)
        asked = BackMsg()
        state = asked.rerun_script.widget_states.widgets.add(id=widget.id)
        for name, given in value.items():
            if isinstance(given, list):
                getattr(state, name).data.extend(given)
            else:
                setattr(state, name, given)
        asked.rerun_script.fragment_id = fragment
        return self._runs(asked)

    def found(self, kind: str, key: str = "") -> tuple[str, Any, str]:
        """The widget of a kind whose id has a key that was drawn last."""
        return next(each for each in reversed(self.drawn) if each[0] == kind and key in each[1].id)

    def asks(self, number: int) -> list[str]:
        """The ids for files that have been dropped."""
        asked = BackMsg()
        asked.file_urls_request.request_id = "drop"
        asked.file_urls_request.file_names.extend(f"{n}.csv" for n in range(number))
        self.socket.send(asked.SerializeToString())
        while (said := self._hears()).WhichOneof("type") != "file_urls_response":
            pass
        return [url.file_id for url in said.file_urls_response.file_urls]

    def _runs(self, asked: BackMsg) -> float:
        asked.rerun_script.query_string = self.query
        asked.rerun_script.page_script_hash = self.script
        asked.rerun_script.cached_message_hashes.extend(self.kept)
        self.well, started = True, time.perf_counter()
        self.socket.send(asked.SerializeToString())
        while not self._ends(self._hears()):
            pass
        return time.perf_counter() - started

    def _hears(self) -> ForwardMsg:
        said = ForwardMsg.FromString(self.socket.recv(timeout=self.patience, decode=False))
        if said.metadata.cacheable:
            self.kept[said.hash] = said
        return self.kept[said.ref_hash] if said.ref_hash else said

    def _ends(self, said: ForwardMsg) -> bool:
        """Take note of a message. Return whether it is the last one of a run."""
        kind = said.WhichOneof("type")
        if kind == "new_session":
            self.id, self.script = said.new_session.initialize.session_id, said.new_session.page_script_hash
        elif kind == "page_info_changed":
            self.query = said.page_info_changed.query_string
        elif kind == "page_not_found":
            self.known = False
        elif kind == "navigation":
            names = {each.page_script_hash: each.url_pathname for each in said.navigation.app_pages}
            self.shown = names[said.navigation.page_script_hash]
        elif kind == "delta" and said.delta.WhichOneof("type") == "new_element":
            name = said.delta.new_element.WhichOneof("type")
            self.well &= name != "exception"
            self.drawn.append((name, getattr(said.delta.new_element, name), said.delta.fragment_id))
        elif kind == "script_finished":
            self.well &= said.script_finished != ForwardMsg.FINISHED_WITH_COMPILE_ERROR
            return said.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

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
        headers = {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Cookie": f"{TOKEN}={self.token}",
            "X-Xsrftoken": self.token,
            **{name.replace("_", "-"): value for name, value in said.items()},
        }
        path = f"/_stcore/upload_file/{quote(self.id if session is None else session)}/{quote(file)}"
        address = self.address.removeprefix("http://")
        with closing(http.client.HTTPConnection(address, timeout=PATIENCE / 1000)) as connection:
            connection.request(method, path, content, headers, encode_chunked="Transfer-Encoding" in headers)
            with connection.getresponse() as answer:
                return answer.status, answer.read().decode()


@contextmanager
def session(address: str, *, patience: float = PATIENCE / 1000) -> Iterator[Session]:
    """A session while the block lasts, which waits some seconds for an answer; then its browser is gone."""
    stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    how: Any = {"origin": address, "subprotocols": ["streamlit"], "max_size": None, "compression": None}
    with connect(stream, **how, open_timeout=PATIENCE / 1000, close_timeout=1) as socket:
        yield Session(address, socket, patience=patience)
