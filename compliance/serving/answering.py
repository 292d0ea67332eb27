"""What the web server itself says before the app is asked: refusals of what is no request, with the app's headers too.

uvicorn finds these two classes by their names, which compliance/commands/server.py gives it.
"""

from typing import Any, Final

import h11
from starlette.types import Message
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response

from compliance.serving.guarding import STREAM, Headers

# A browser says what it has done in a few kB; whatever is longer than Streamlit's own limit is not even received.
LONGEST_MESSAGE: Final = 6_000_000
# What the library of websockets reads of a handshake; on what is longer it hangs up without a word.
LONGEST_LINE: Final = 8_000
MOST_LINES: Final = 100
# Filled by the server, which knows the scripts of its pages.
HEADERS: Final[Headers] = []


class Requests(H11Protocol):
    """HTTP whose refusal of a malformed request has the headers of every answer."""

    def _should_upgrade(self) -> bool:
        """Whether a websocket is asked for where there is one; else it is a request like any other."""
        lines = [(self.scope["raw_path"], self.scope["query_string"]), *self.headers]
        read = len(lines) <= MOST_LINES and all(len(one) + len(other) <= LONGEST_LINE for one, other in lines)
        return read and self.scope["path"] == STREAM and super()._should_upgrade()

    def send_400_response(self, msg: str) -> None:
        """The refusal, after which the connection is closed."""
        plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        events = [h11.Response(status_code=400, headers=[*plain, *HEADERS]), h11.Data(data=msg.encode())]
        for event in [*events, h11.EndOfMessage()]:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class Handshakes(WebSocketsSansIOProtocol):
    """Websockets whose refused handshakes have the headers of every answer."""

    def __init__(self, config: Any, *given: Any, **named: Any) -> None:
        config.ws_max_size = LONGEST_MESSAGE
        super().__init__(config, *given, **named)
        self._respond = self.conn.send_response
        self.conn.send_response = self._with_headers  # type: ignore[method-assign]

    def _with_headers(self, response: Response) -> None:
        for name, value in HEADERS:
            if name.decode() not in response.headers:
                response.headers[name.decode()] = value.decode()
        self._respond(response)

    async def send(self, message: Message) -> None:  # type: ignore[override]
        """Says a message; what has been refused is complete, which uvicorn would log as an error of the app."""
        await super().send(message)  # type: ignore[arg-type]
        self.handshake_complete = self.handshake_complete or self.close_sent
