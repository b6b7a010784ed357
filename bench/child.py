"""`python -m bench.child`: one stack in a process of its own, so that its memory is its own.

Speaks JSON lines: the first line in names the stack and the settings, each further one a
recording. Every line is answered with one line: loading with `{"cost": ...}`, a recording with a
`Measured`. Whatever libraries print goes to the error stream.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from bench.machine import ROOT
from bench.measure import Cost, Measured
from bench.stacks import StackName
from core.errors import NotReady
from core.settings import Settings


class Child:
    """A stack that runs in another process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Take over a started process."""
        self._process = process

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to one line; raises `NotReady` where the child cannot start."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process was started without pipes")
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the measured process ended with code {self._process.wait()}")
        found: dict[str, Any] = json.loads(answer)
        if "not_ready" in found:
            raise NotReady(*found["not_ready"])
        return found

    def review(self, recording: Path, most_speakers: int | None = None) -> Measured:
        """Return one recording measured."""
        question = {"recording": str(recording.resolve()), "most_speakers": most_speakers}
        return Measured.from_json(self.ask(question))


@contextmanager
def started(name: StackName, settings: Settings, warm_up: Path | None) -> Iterator[tuple[Child, Cost]]:
    """Give a stack in a fresh process with its weights loaded, and what loading cost.

    `warm_up` is a recording that is reviewed once without being counted: the first inference also
    pays for memory and code that later ones reuse.
    """
    command = [sys.executable, "-m", "bench.child"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT
    ) as process:
        child = Child(process)
        try:
            chosen = settings.model_dump(mode="json")
            loaded = child.ask({"stack": name, "settings": chosen})
            if warm_up is not None:
                child.review(warm_up)
            yield child, Cost(**loaded["cost"])
        finally:
            if process.stdin is not None:
                process.stdin.close()  # the child ends at the end of its input
            process.wait()


def main() -> int:
    """Serve one stack until the input ends."""
    answers = _answers()
    first = json.loads(sys.stdin.readline())
    try:
        _serve(StackName(first["stack"]), Settings.model_validate(first["settings"]), answers)
    except NotReady as error:
        _answer(answers, {"not_ready": [error.reason, error.command]})
    return 0


def _serve(name: StackName, settings: Settings, answers: TextIO) -> None:
    """Load, then review each recording that is asked for."""
    import time

    from bench import stacks
    from bench.measure import cpu_s, measure
    from bench.memory import peak_mb

    wall, cpu = time.perf_counter(), cpu_s()
    stack = stacks.make(name, settings)
    stack.load()
    cost = Cost(time.perf_counter() - wall, cpu_s() - cpu, peak_mb() or 0.0)
    _answer(answers, {"cost": {"wall_s": cost.wall_s, "cpu_s": cost.cpu_s, "peak_mb": cost.peak_mb}})
    for line in sys.stdin:
        asked = json.loads(line)
        _answer(answers, measure(stack, Path(asked["recording"]), asked["most_speakers"]).to_json())


def _answers() -> TextIO:
    """Return the real standard output, having turned everybody else's to the error stream."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _answer(answers: TextIO, value: Mapping[str, Any]) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


if __name__ == "__main__":
    raise SystemExit(main())
