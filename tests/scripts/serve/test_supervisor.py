"""The whole service as one command, started for real."""

from __future__ import annotations

import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import pytest

from core.environment import inherited

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Served:
    process: subprocess.Popen[str]
    address: str
    data: Path

    def ready(self) -> int:
        return httpx2.get(f"{self.address}/v1/ready", timeout=20.0).status_code

    def children(self) -> list[psutil.Process]:
        """Return Redis, web process and both workers, once all are there."""
        while len(found := psutil.Process(self.process.pid).children(recursive=True)) < 4:
            time.sleep(0.1)
        return found

    def child(self, *words: str) -> psutil.Process:
        return next(c for c in self.children() if all(any(w in part for part in c.cmdline()) for w in words))


def start(data: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "scripts.debrief", "serve", "--data", str(data), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=inherited(PYTHONPATH=str(ROOT)),
    )


@contextmanager
def serving(data: Path) -> Iterator[Served]:
    process = start(data, "--port", "0")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:"), process.stderr and process.stderr.read()
        yield Served(process, line.split()[1], data)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("data")) as found:
        yield found


def test_a_ready_service_answers(served: Served) -> None:
    assert served.ready() == httpx2.codes.OK


def test_a_second_service_on_the_same_data_is_refused_in_one_line(served: Served) -> None:
    second = start(served.data, "--port", "0")
    _, complaint = second.communicate(timeout=60)
    assert second.returncode == 2
    assert complaint.startswith("Another service runs on ")
    assert "Traceback" not in complaint


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(tmp_path, "--port", str(taken.getsockname()[1]))
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "cannot be had" in complaint


def test_data_of_a_later_version_are_refused_in_one_line(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "debrief.db")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    process = start(tmp_path, "--port", "0")
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "later version" in complaint.splitlines()[-1]


@pytest.mark.parametrize("after_s", [0.5, 1.5, 2.5])
def test_it_stops_before_it_is_ready(tmp_path: Path, after_s: float) -> None:
    process = start(tmp_path, "--port", "0")
    time.sleep(after_s)
    under = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert not psutil.wait_procs(under, timeout=5)[1]


def test_callers_wait_through_a_death_of_the_web_process(served: Served) -> None:
    web = served.child("api", "--fd")
    web.kill()
    web.wait(10)
    assert served.ready() == httpx2.codes.OK


def test_a_redis_that_dies_comes_back(served: Served) -> None:
    redis = served.child("redis-server")
    redis.kill()
    redis.wait(10)
    deadline = time.monotonic() + 30
    while served.ready() != httpx2.codes.OK:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_it_stops_cleanly_and_leaves_nothing_running(tmp_path: Path) -> None:
    with serving(tmp_path) as found:
        children = found.children()
        found.process.send_signal(signal.SIGTERM)
        assert found.process.wait(60) == 0
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []
        assert not (tmp_path / "redis.url").exists()


def test_its_processes_end_with_it_even_when_it_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as found:
        children = found.children()
        found.process.kill()
        _, alive = psutil.wait_procs(children, timeout=30)
        assert alive == []
