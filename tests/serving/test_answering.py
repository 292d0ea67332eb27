"""What the web server itself does with a connection, before the app."""

import asyncio
import socket

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from compliance.serving.answering import Requests

pytestmark = pytest.mark.live


def test_a_connection_holds_back_no_message_of_a_page_until_the_one_before_is_received():
    """Streamlit's own socket leaves it to the system, which waits 40 ms for the receipt of a small message."""

    async def held_back() -> int:
        accepted = []

        class Noted(Requests):
            def connection_made(self, transport):
                super().connection_made(transport)
                accepted.append(transport.get_extra_info("socket"))

        config = Config(app=lambda *_: None, log_config=None)
        config.load()
        listening = socket.socket(family=socket.AF_INET)
        listening.bind(("127.0.0.1", 0))
        loop = asyncio.get_running_loop()
        async with await loop.create_server(lambda: Noted(config, ServerState(), {}), sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            while not accepted:
                await asyncio.sleep(0)
            writer.close()
            return accepted[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert asyncio.run(held_back()) != 0
