"""The application on a real server on loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.__main__ import Server
from api.app import create_app
from core.settings import Settings


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Give the address of a server that runs the application, stopped as SIGTERM would stop it."""
    config = uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_config=None, access_log=False)
    server = Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{_port(server, thread)}"
    finally:
        server.handle_exit(15, None)
        thread.join(timeout=20)
        assert not thread.is_alive(), "the server did not stop"


def _port(server: uvicorn.Server, thread: threading.Thread) -> int:
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.02)
    return int(server.servers[0].sockets[0].getsockname()[1])
