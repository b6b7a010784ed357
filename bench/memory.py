"""Peak memory of this process and the processes it starts, from Linux's /proc."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

EVERY_S = 0.1
PROC = Path("/proc")


def peak_mb() -> float | None:
    """Return the most memory this process ever held, MB; None where /proc does not tell.

    VmHWM begins anew with the program, unlike `ru_maxrss`, which a child inherits from its parent.
    """
    return status_mb(PROC / "self", "VmHWM")


class PeakOfTree:
    """Watches this process and all it started; `mb` is the most they held together."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.mb = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Start watching."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching; the process's own peak between two looks counts as well."""
        self._stop.set()
        self._thread.join()
        self.mb = max(self.mb, peak_mb() or 0.0)

    def _watch(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.mb = max(self.mb, _tree_mb(PROC / "self"))


def _tree_mb(process: Path) -> float:
    """Return what a process and its descendants hold now, MB; one that is gone holds nothing."""
    try:
        tasks = [task / "children" for task in (process / "task").iterdir()]
        children = [child for task in tasks for child in task.read_text(encoding="ascii").split()]
    except OSError:
        return 0.0
    return (status_mb(process, "VmRSS") or 0.0) + sum(_tree_mb(PROC / child) for child in children)


def status_mb(process: Path, field: str) -> float | None:
    """Return one field of a process's status, MB."""
    try:
        rows = (process / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    found = next((row.split()[1] for row in rows if row.startswith(f"{field}:")), None)
    return None if found is None else int(found) / 1024
