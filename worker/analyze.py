"""One recording through the whole pipeline, in this process."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from core.settings import Settings
from models.review import Review, StageTiming
from worker import assemble
from worker.case import Case, Request
from worker.engines import Engines
from worker.pipeline import PIPELINE, Stage

Watch = Callable[[Stage, float], None]
"""Called with a stage and the fraction of it that is done."""


def analyze(path: Path, request: Request, engines: Engines, settings: Settings, watch: Watch) -> Review:
    """Return the review of a recording.

    Raises `Rejected` for a recording that cannot be reviewed, `NotReady` where weights lack.
    """
    with tempfile.TemporaryDirectory(prefix="debrief-", ignore_cleanup_errors=True) as folder:
        case = Case(path, Path(folder), request, settings, engines)
        timings: list[StageTiming] = []
        for stage in PIPELINE:
            case, timing = _timed(stage, case, watch)
            timings.append(timing)
        return assemble.review(case, tuple(timings))


def _timed(stage: Stage, case: Case, watch: Watch) -> tuple[Case, StageTiming]:
    """Return the case with the product of one stage, and how long that took."""
    began = time.perf_counter()
    watch(stage, 0.0)
    product = stage.run(case, lambda fraction: watch(stage, fraction))
    watch(stage, 1.0)
    return case.having(stage.name, product), StageTiming(stage.name, time.perf_counter() - began)
