"""The products of the stages put together: the review."""

from __future__ import annotations

from models.review import EngineUse, Review, StageTiming
from models.stages import STAGES, StageName
from worker.case import Case
from worker.stages.attribute import ATTRIBUTED
from worker.stages.decode import DECODED
from worker.stages.diarize import DIARIZED
from worker.stages.judge import JUDGED
from worker.stages.listen import HEARD
from worker.stages.measure import MEASURED
from worker.stages.transcribe import RECOGNIZED


def review(case: Case) -> Review:
    """Return the review of a case that went through every stage."""
    attributed, judged, measured = case.get(ATTRIBUTED), case.get(JUDGED), case.get(MEASURED)
    return Review(
        recording=case.get(DECODED).recording,
        transcript=attributed.transcript,
        segments=case.get(RECOGNIZED).segments,
        judged=judged.utterances,
        sentiment=measured.sentiment,
        metrics=measured.metrics,
        depth=measured.depth,
        timings=tuple(StageTiming(name, case.made[name].seconds) for name in _order(case)),
        engines=tuple(EngineUse(*use) for name in _order(case) for use in case.made[name].engines.items()),
        warnings=_warnings(case),
        call_type=case.request.call_type,
    )


def _order(case: Case) -> tuple[StageName, ...]:
    """Return the stages that a case went through, as they are declared."""
    return tuple(stage.name for stage in STAGES if stage.name in case.made)


def _warnings(case: Case) -> tuple[str, ...]:
    """Return what the stages had to say, each once, in their order."""
    said = (
        case.get(DECODED).warnings,
        case.get(HEARD).warnings,
        case.get(RECOGNIZED).warnings,
        case.get(DIARIZED).diarization.warnings,
        case.get(ATTRIBUTED).warnings,
        case.get(JUDGED).warnings,
    )
    return tuple(dict.fromkeys(line for warnings in said for line in warnings))
