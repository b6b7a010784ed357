"""The first command of the README: one call through the whole service."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.environment import inherited
from report.reading import read

ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "scripts.debrief", "demo", "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=inherited(PYTHONPATH=str(ROOT)),
        timeout=400,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo")
    return folder, run(folder)


def test_the_call_is_reviewed_shown_and_written(
    demo: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = demo
    assert done.returncode == 0, done.stderr
    review = read(json.loads((folder / "review.json").read_text()))
    assert {speaker.id: speaker.role for speaker in review.transcript.speakers} == {
        "S1": "rep",
        "S2": "customer",
    }
    assert "Neither did I." in done.stdout
    assert str(folder / "review.html") in done.stdout.replace("\n", "")
    assert "<audio" in (folder / "review.html").read_text()


def test_every_stage_is_told(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = demo
    for says in ("reading the recording", "writing down what is said", "measuring"):
        assert says in done.stderr


def test_a_second_time_it_is_there_already(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = demo
    before = (folder / "review.json").read_text()
    assert run(folder).returncode == 0
    assert (folder / "review.json").read_text() == before
