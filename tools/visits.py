"""Visits of a running server by the browser's own protocol, each timed until the last message of its script."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

PATIENCE = 120


@dataclass
class Visitor:
    """A session: the address that it is at, and the widgets of its page with the fragment that draws each."""

    socket: ClientConnection
    query: str = ""
    script: str = ""
    drawn: list[tuple[str, Any, str]] = field(default_factory=list)

    def opens(self, page: str, **query: str) -> float:
        """Seconds that a page takes."""
        self.query, self.script, self.drawn = urlencode(query), "", []
        asked = BackMsg()
        asked.rerun_script.page_name = page
        return self._runs(asked)

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

    def _runs(self, asked: BackMsg) -> float:
        asked.rerun_script.query_string = self.query
        asked.rerun_script.page_script_hash = self.script
        started = time.perf_counter()
        self.socket.send(asked.SerializeToString())
        while (said := self._hears()).WhichOneof("type") != "script_finished":
            self._keeps(said)
        assert said.script_finished != ForwardMsg.FINISHED_WITH_COMPILE_ERROR
        return time.perf_counter() - started

    def _hears(self) -> ForwardMsg:
        said = ForwardMsg()
        said.ParseFromString(self.socket.recv(timeout=PATIENCE, decode=False))
        return said

    def _keeps(self, said: ForwardMsg) -> None:
        kind = said.WhichOneof("type")
        if kind == "new_session":
            self.script = said.new_session.page_script_hash
        elif kind == "page_info_changed":
            self.query = said.page_info_changed.query_string
        elif kind == "delta" and said.delta.WhichOneof("type") == "new_element":
            element = said.delta.new_element
            name = element.WhichOneof("type")
            assert name != "exception", element.exception.message
            self.drawn.append((name, getattr(element, name), said.delta.fragment_id))


@contextmanager
def visiting(port: int) -> Iterator[Visitor]:
    at = f"127.0.0.1:{port}"
    with connect(
        f"ws://{at}/_stcore/stream", origin=f"http://{at}", subprotocols=["streamlit"], max_size=None, compression=None
    ) as socket:
        yield Visitor(socket)
