"""Copies of feeds compared with what there is, and clients that are killed."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.copies import striking
from bench.copies.clients import STREAMS, Airbyte, Copy, Server
from bench.copies.page import compared
from bench.copies.striking import run_again_and_again

THERE: Copy = {name: {"a": "1", "b": "2"} for name in STREAMS}


def test_what_a_copy_lacks_has_left_over_or_has_of_another_time_is_counted() -> None:
    exact = compared("x", THERE, THERE)
    assert exact.wrong == 0
    other = compared("x", {**THERE, "scores": {"b": "1", "c": "2"}, "deals": {}}, THERE)
    assert (other.missed, other.left_over, other.stale) == (3, 1, 1)


def message(**parts: object) -> str:
    return json.dumps(parts) + "\n"


def row(key: str, at: str, *, deleted: bool = False) -> str:
    data = {"id": key, "updated_at": at, "deleted": deleted}
    return message(type="RECORD", record={"stream": "scores", "data": data})


def test_a_destination_keeps_what_came_last_and_begins_at_the_last_state(tmp_path: Path) -> None:
    client = Airbyte(Server("", ""), tmp_path, tmp_path)
    state = {"type": "STREAM", "stream": {"stream_descriptor": {"name": "scores"}, "stream_state": {}}}
    said = row("a", "1") + row("b", "2") + row("a", "3") + message(type="STATE", state=state)
    client.take(io.StringIO(said + row("b", "4", deleted=True) + '{"type": "REC'))
    assert client.copy()["scores"] == {"a": "3"}
    assert client.states == {"scores": state}


@dataclass
class Sleeper:
    """A client whose runs take their time."""

    seconds: float
    log: Path
    name: str = "sleeper"

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({self.seconds})"], text=True)

    def finish(self, process: subprocess.Popen[str]) -> int:
        return process.wait()

    def copy(self) -> Copy:
        return {}


def test_runs_are_killed_at_random_and_the_last_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("KILLED", 1.0), ("SOONEST_S", 0.0), ("LATEST_S", 0.0)):
        monkeypatch.setattr(striking, name, value)
    going = iter((True, True, True))
    runs = asyncio.run(run_again_and_again(Sleeper(0.3, tmp_path / "log"), 1, lambda: next(going, False)))
    assert (runs.finished, runs.killed, runs.failed) == (1, 3, 0)
