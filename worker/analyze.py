"""One recording through the whole pipeline, in this process."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from core.progress import Progress
from core.settings import Settings
from models.review import Review
from models.stages import Stage
from worker import assemble
from worker.case import Case, Request
from worker.engines import Engines
from worker.pipeline import ANALYSIS

Watch = Callable[[Stage, float], None]
"""Called with a stage and the fraction of it that is done."""


def analyze(path: Path, request: Request, engines: Engines, settings: Settings, watch: Watch) -> Review:
    """Return the review of a recording.

    Raises `Rejected` for a recording that cannot be reviewed, `NotReady` where weights lack.
    """
    with tempfile.TemporaryDirectory(prefix="debrief-", ignore_cleanup_errors=True) as folder:
        case = Case(path, Path(folder), request, settings, engines)
        for work in ANALYSIS:
            watch(work.stage, 0.0)
            case = work(case, _watching(work.stage, watch))
            watch(work.stage, 1.0)
        return assemble.review(case)


def _watching(stage: Stage, watch: Watch) -> Progress:
    return lambda fraction: watch(stage, fraction)
