from __future__ import annotations

import errno
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.settings import Settings
from models.stages import StageName
from worker import frames, stored
from worker.case import Request
from worker.child import breaks_device, lacks_memory
from worker.frames import LENGTH, Answer, Done, Job, Passing, Progressed, Refused, Setup
from worker.products import Opened

ROOT = Path(__file__).resolve().parents[2]


class Process:
    """The process that infers, spoken to directly."""

    def __init__(self, settings: Settings, *options: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, *(options or ("-m", "worker.child"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        self.say(frames.framed(Setup.of(settings)))

    def say(self, frame: bytes) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(frame)
        self.popen.stdin.flush()

    def hear(self) -> Progressed | Answer:
        assert self.popen.stdout is not None
        (length,) = LENGTH.unpack(self.popen.stdout.read(LENGTH.size))
        return frames.read_said(self.popen.stdout.read(length))

    def answer(self, job: Job) -> Answer:
        self.say(frames.framed(job))
        while isinstance(said := self.hear(), Progressed):
            assert 0 <= said.fraction <= 1
        return said

    def close(self) -> int:
        assert self.popen.stdin is not None
        assert self.popen.stdout is not None
        self.popen.stdin.close()
        status = self.popen.wait(10)
        self.popen.stdout.close()
        return status


def job(path: Path, folder: Path, stage: StageName = StageName.DECODE) -> Job:
    return Job(stage, path, folder, Request())


def test_one_job_after_the_other_is_answered(settings: Settings, sample: Path, tmp_path: Path) -> None:
    child = Process(settings)
    done = child.answer(job(sample, tmp_path / "call"))
    assert isinstance(done, Done)
    opened = stored.from_json(StageName.DECODE, done.product).value
    assert isinstance(opened, Opened)
    assert opened.recording.duration_s == pytest.approx(30.0)
    no_sound = tmp_path / "a.txt"
    no_sound.write_text("no sound")
    refused = child.answer(job(no_sound, tmp_path / "other"))
    assert isinstance(refused, Refused)
    assert refused.remedy
    child.close()


def test_what_libraries_print_stays_out_of_the_answers(
    settings: Settings, sample: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    noisy = (
        "import os, worker.child as child\n"
        "from worker.engines import Engines\n"
        "init = Engines.__init__\n"
        "def loud(self, settings):\n"
        "    print('from python', flush=True)\n"
        "    os.write(1, b'from C\\n')\n"
        "    init(self, settings)\n"
        "Engines.__init__ = loud\n"
        "child.main()\n"
    )
    child = Process(settings, "-c", noisy)
    assert isinstance(child.answer(job(sample, tmp_path)), Done)
    child.close()
    assert "from python\nfrom C\n" in capfd.readouterr().err


def test_it_ends_with_its_worker_in_the_middle_of_a_stage(
    settings: Settings, sample: Path, tmp_path: Path
) -> None:
    child = Process(settings)
    assert isinstance(child.answer(job(sample, tmp_path)), Done)
    child.say(frames.framed(job(sample, tmp_path, StageName.LISTEN)))
    began = time.monotonic()
    assert child.close() == 1
    assert time.monotonic() - began < 3


def test_a_full_disk_is_an_outage_and_says_nothing_of_the_recording(
    settings: Settings, sample: Path, tmp_path: Path
) -> None:
    full = (
        "import errno, worker.child as child\n"
        "def refuse(*_):\n"
        f"    raise OSError({errno.ENOSPC}, 'No space left on device')\n"
        "child._done = refuse\n"
        "child.main()\n"
    )
    child = Process(settings, "-c", full)
    assert child.answer(job(sample, tmp_path)) == Passing("No space left on device.", outage=True)
    child.close()


def test_memory_that_ran_out_is_told_from_other_errors() -> None:
    from torch import OutOfMemoryError

    assert lacks_memory(OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"))
    assert lacks_memory(RuntimeError("CUDA failed with error out of memory"))
    assert lacks_memory(RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"))
    assert not lacks_memory(RuntimeError("CUDA error: an illegal memory access was encountered"))
    assert not lacks_memory(ValueError("out of memory"))


def test_errors_after_which_the_device_cannot_be_used() -> None:
    assert breaks_device(RuntimeError("CUDA error: an illegal memory access was encountered"))
    assert breaks_device(RuntimeError("cuDNN failed with status CUDNN_STATUS_EXECUTION_FAILED"))
    assert not breaks_device(RuntimeError("shapes do not match"))
    assert not breaks_device(ValueError("cuda"))
