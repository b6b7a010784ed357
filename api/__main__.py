"""`python -m api`: the web process."""

from __future__ import annotations

import argparse
import gc
import signal
import socket
import sys
from collections.abc import Sequence
from types import FrameType

import uvicorn
from typing_extensions import override

from api.app import create_app
from core import logs
from core.settings import Settings, misspelt

GRACE_S = 20
"""How long requests under way may take to end after SIGTERM, seconds."""
KEEP_ALIVE_S = 75
"""How long a silent connection is kept: longer than clients and proxies mean to use it again (httpx 5 s,
nginx 60 s). Who closes second never sends a request into a connection that is just being closed."""


class Server(uvicorn.Server):
    """Ends open event streams as soon as it is told to stop: they would hold it up.

    What is there once it has started is never looked at again by the garbage collector, which else stops
    every request for a tenth of a second now and again.
    """

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.collect()
        gc.freeze()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        service = getattr(self.config.app.state, "service", None)  # type: ignore[union-attr]
        if service is not None:
            service.watch.close()
        super().handle_exit(sig, frame)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m api", description="The web process.")
    parser.add_argument("--fd", type=int, help="a listening socket to take over; else one is opened as set")
    descriptor = parser.parse_args(arguments).fd
    wrong = misspelt()
    if wrong:
        sys.stderr.write(f"{', '.join(wrong)}: no such setting; docs/configuration.md lists them all.\n")
        return 2
    settings = Settings()
    logs.configure(process="api")
    server = Server(
        uvicorn.Config(
            create_app(settings),
            host=settings.web.host,
            port=settings.web.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn raises again what it stopped for
    server.run(None if descriptor is None else [socket.socket(fileno=descriptor)])
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
