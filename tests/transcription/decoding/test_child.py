"""The decoding process: cancelled, stopped in time, never left behind."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.factories.encodings import LIMITS, Samples, encode, refused
from transcription.decoding.decode import ROOT, decode


def test_cancelling_ends_the_decoder_and_leaves_nothing(speech: Samples, tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    def cancel(_fraction: float) -> None:
        raise Cancelled

    path = encode(tmp_path / "call", speech, "wav", "pcm_s16le", 16_000)
    with pytest.raises(Cancelled):
        decode(path, tmp_path / "out", LIMITS, cancel)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_decoder_that_takes_too_long_is_stopped(speech: Samples, tmp_path: Path) -> None:
    path = encode(tmp_path / "call", speech, "wav", "pcm_s16le", 16_000)
    assert refused(path, tmp_path / "out", timeout_s=0.01) == "timeout"


def test_progress_rises_to_one(speech: Samples, tmp_path: Path) -> None:
    seen: list[float] = []
    decode(encode(tmp_path / "call", speech, "wav", "pcm_s16le", 16_000), tmp_path, LIMITS, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_the_decoder_ends_when_its_parent_does() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "transcription.decoding.child"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(30) != 0
    assert child.stdout is not None
    child.stdout.close()


def test_the_decoder_loads_neither_torch_nor_numpy() -> None:
    script = (
        "import sys, transcription.decoding.child, transcription.decoding.demux as d; d.load_libraries();"
        "print(sorted({'torch', 'numpy', 'pydantic'} & set(sys.modules)))"
    )
    started = time.monotonic()
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
    assert time.monotonic() - started < 30
