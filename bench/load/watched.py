"""What processes take while they are watched: memory at its peak, and processor time."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

import psutil

from bench.memory import PROC, status_mb

EVERY_S = 0.01
MARKS_ANEW = "5"
"""What has the kernel begin the mark of most memory ever held (VmHWM) anew; see proc(5), clear_refs."""


class Watched:
    """Watches a process as a context; MB are of 2**20 bytes.

    `rss_mb` is the most memory resident, which the kernel keeps to the page; `anonymous_mb`, the most of
    it that no file is behind, looked at every 10 ms. Each comes with what there was `before`.
    """

    def __init__(self, pid: int) -> None:
        """Take the process, alive."""
        self._folder = PROC / str(pid)
        self._process = psutil.Process(pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.rss_before_mb = self.rss_mb = self._mb("VmRSS")
        self.anonymous_before_mb = self.anonymous_mb = self._mb("RssAnon")
        self.cpu_s = 0.0
        self._cpu_before_s = self._cpu_s()

    def __enter__(self) -> Self:
        """Start watching."""
        (self._folder / "clear_refs").write_text(MARKS_ANEW, encoding="ascii")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching."""
        self._stop.set()
        self._thread.join()
        self.rss_mb = max(self.rss_mb, self._mb("VmHWM"))
        self.cpu_s = self._cpu_s() - self._cpu_before_s

    def _look(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.anonymous_mb = max(self.anonymous_mb, self._mb("RssAnon"))

    def _mb(self, field: str) -> float:
        return status_mb(self._folder, field) or 0.0

    def _cpu_s(self) -> float:
        """Return the processor time of all its threads so far."""
        times = self._process.cpu_times()
        return float(times.user + times.system)


class Shares:
    """Shares out the processor time of the machine, as a context: to us and what we started, to others."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.wall_s = self.ours_s = self.others_s = 0.0
        self._before = self._now()

    def __enter__(self) -> Self:
        """Start counting."""
        self._before = self._now()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop counting."""
        wall_s, ours_s, busy_s = (now - before for now, before in zip(self._now(), self._before, strict=True))
        self.wall_s, self.ours_s, self.others_s = wall_s, ours_s, max(busy_s - ours_s, 0.0)

    def _now(self) -> tuple[float, float, float]:
        """Return the time, our processor time, and that of the whole machine."""
        every = psutil.cpu_times()
        me = psutil.Process()
        ours = sum(_cpu_s(process) for process in (me, *me.children(recursive=True)))
        return time.monotonic(), ours, sum(every) - every.idle - every.iowait - every.guest - every.guest_nice


def _cpu_s(process: psutil.Process) -> float:
    """Return the processor time of a process and of those it started that have ended."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
