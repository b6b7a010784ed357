"""The products of the stages put together: the review."""

from __future__ import annotations

from models.review import EngineUse, Review, StageTiming
from worker.case import Case
from worker.stages.attribute import ATTRIBUTED
from worker.stages.decode import DECODED
from worker.stages.diarize import DIARIZED
from worker.stages.judge import JUDGED
from worker.stages.listen import HEARD
from worker.stages.measure import MEASURED
from worker.stages.transcribe import RECOGNIZED


def review(case: Case, timings: tuple[StageTiming, ...]) -> Review:
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
        timings=timings,
        engines=_engines(case),
        warnings=_warnings(case),
        call_type=case.request.call_type,
    )


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


def _engines(case: Case) -> tuple[EngineUse, ...]:
    """Return what inferred: where channels are separate nobody told voices apart."""
    engines, separate = case.engines, case.get(HEARD).separate
    used = {
        "voice_activity": engines.voice_activity.fingerprint,
        "recognition": engines.recognizer.fingerprint,
        **({} if separate else {"diarization": engines.diarizer.fingerprint}),
        "sentiment": engines.sentiment.fingerprint,
        "acts": engines.acts.fingerprint,
    }
    return tuple(EngineUse(capability, fingerprint) for capability, fingerprint in used.items())
