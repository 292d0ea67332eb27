"""Answers of the web server itself, before the app: refusals of malformed requests, with the app's headers.

uvicorn loads these two classes by name; compliance/commands/server.py sets the names.
"""

import socket
from asyncio import Transport
from typing import Any, Final

import h11
from starlette.types import Message
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Response

from compliance.serving.guarding import STREAM, Headers

# In bytes. A browser's messages are a few kB; anything longer than Streamlit's own limit is not even received.
LONGEST_MESSAGE: Final = 6_000_000
# The code of a close for data that is not accepted (RFC 6455, section 7.4.1).
NO_TEXT: Final = 1003
# The limits of the websockets library for a handshake. Beyond them it closes the connection without an answer.
LONGEST_LINE: Final = 8_000
MOST_LINES: Final = 100
INTERNET: Final = frozenset({socket.AF_INET, socket.AF_INET6})
# Set by the server, which knows the scripts of its pages.
HEADERS: Final[Headers] = []


class Requests(H11Protocol):
    """HTTP protocol that answers a malformed request with the headers of every answer.

    What it sends leaves at once: asyncio sees to that only for sockets made with the number of their protocol, which
    Streamlit's is not. A page is many small messages, and all but the first would wait 40 ms for its receipt.
    """

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        if (connected := transport.get_extra_info("socket")) and connected.family in INTERNET:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)

    def _should_upgrade(self) -> bool:
        """Whether a request may become a websocket. If not, it is handled as an ordinary request."""
        lines = [(self.scope["raw_path"], self.scope["query_string"]), *self.headers]
        read = len(lines) <= MOST_LINES and all(len(one) + len(other) <= LONGEST_LINE for one, other in lines)
        return read and self.scope["path"] == STREAM and super()._should_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Send the refusal, unless another answer has begun, and close the connection; the app's answer is not sent."""
        plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        events = [h11.Response(status_code=400, headers=[*plain, *HEADERS]), h11.Data(data=msg.encode())]
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            for event in [*events, h11.EndOfMessage()]:
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


class Handshakes(WebSocketsSansIOProtocol):
    """Websocket protocol that refuses a handshake with the headers of every answer, and texts, which no browser sends.

    Whatever has ended the connection, to the app it has ended: who is gone is no error.
    """

    def __init__(self, config: Any, *args: Any, **kwargs: Any) -> None:
        config.ws_max_size = LONGEST_MESSAGE
        super().__init__(config, *args, **kwargs)
        self._respond = self.conn.send_response
        self.conn.send_response = self._with_headers  # type: ignore[method-assign]

    def _with_headers(self, response: Response) -> None:
        for name, value in HEADERS:
            if name.decode() not in response.headers:
                response.headers[name.decode()] = value.decode()
        self._respond(response)

    def handle_text(self, event: Frame) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Close the connection for a text: Streamlit takes bytes alone."""
        self.conn.send_close(NO_TEXT)
        self.handle_parser_exception()

    async def send(self, message: Message) -> None:  # type: ignore[override]
        """Send a message. A refused handshake counts as complete: uvicorn would log it as an error of the app."""
        if self.close_sent or self.transport.is_closing():
            raise ClientDisconnected
        await super().send(message)  # type: ignore[arg-type]
        self.handshake_complete = self.handshake_complete or self.close_sent
