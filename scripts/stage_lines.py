"""A progress line per stage, several at a time: live on a terminal, one plain line each where it is none."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from models.stages import STAGES, Stage, StageName

WIDTH = max(len(stage.says) for stage in STAGES)


class StageLines:
    """Shows the stages of one recording as they go; use as a context."""

    def __init__(self, name: str, console: Console) -> None:
        """Take the recording's name for the headline."""
        self._console = console
        self._name = name
        self._began: dict[StageName, float] = {}
        self._tasks: dict[StageName, TaskID] = {}
        self._told: set[StageName] = set()
        columns = (TextColumn("  {task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console)

    def __enter__(self) -> Self:
        """Print the headline and start the live lines."""
        self._console.print(self._name, style="bold", markup=False, highlight=False)
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the finished lines standing."""
        if self._console.is_terminal:
            self._progress.stop()

    def __call__(self, stage: Stage, fraction: float) -> None:
        """Show a stage at a fraction of its work."""
        if self._console.is_terminal:
            self._live(stage, fraction)
        else:
            self._plain(stage, fraction)

    def _live(self, stage: Stage, fraction: float) -> None:
        if stage.name not in self._tasks:
            self._tasks[stage.name] = self._progress.add_task(f"{stage.says:<{WIDTH}}", total=1.0)
        self._progress.update(self._tasks[stage.name], completed=fraction)

    def _plain(self, stage: Stage, fraction: float) -> None:
        began = self._began.setdefault(stage.name, time.perf_counter())
        if fraction == 1.0 and stage.name not in self._told:
            self._told.add(stage.name)
            seconds = time.perf_counter() - began
            self._console.print(f"  {stage.says:<{WIDTH}} {seconds:6.1f} s", highlight=False)
