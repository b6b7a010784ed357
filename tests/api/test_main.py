"""The web process as it is started and stopped."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from core.environment import inherited

ROOT = Path(__file__).resolve().parents[2]


UVICORNS_OWN_S = 5.0
"""How long uvicorn keeps a connection that is silent, where it is told nothing."""


@contextmanager
def started(data: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        process = subprocess.Popen(
            [sys.executable, "-m", "api", "--fd", str(listener.fileno())],
            env=inherited(DEBRIEF_DATA=str(data)),
            cwd=ROOT,
            pass_fds=[listener.fileno()],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            yield "{}:{}".format(*listener.getsockname()), process
        finally:
            process.kill()
            process.communicate()


def test_it_takes_over_a_socket_and_ends_well_with_exit_code_0(tmp_path: Path) -> None:
    with started(tmp_path) as (address, process):
        with httpx2.Client(base_url=f"http://{address}", timeout=60) as client:
            assert client.get("/v1/ready").json()["ready"] is True
            assert client.get("/metrics").status_code == 200
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors
        assert time.monotonic() - began < 10
        assert out == b""
        assert b"Traceback" not in errors


def test_a_connection_that_is_silent_for_a_while_can_be_used_again(tmp_path: Path) -> None:
    with started(tmp_path) as (address, _):
        connection = http.client.HTTPConnection(address, timeout=60)
        connection.auto_open = 0
        connection.connect()
        for pause_s in (0.0, UVICORNS_OWN_S + 1.0):
            time.sleep(pause_s)
            connection.request("GET", "/v1/health")
            assert connection.getresponse().read() == b'{"alive":true}'
        connection.close()


def test_a_misspelt_setting_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "api"]
    environment = inherited(DEBRIEF_DATTA=str(tmp_path))
    run = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "DEBRIEF_DATTA" in run.stderr
