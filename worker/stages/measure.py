"""Judged words to measures, the mood of each side, and the interaction depth."""

from __future__ import annotations

from analysis.depth import depth
from analysis.metrics.registry import measure
from analysis.sentiment import summarize
from analysis.turns import conversation
from core.progress import Progress
from models.stages import StageName
from worker.case import Case, Product
from worker.products import Measured
from worker.stages.attribute import ATTRIBUTED
from worker.stages.judge import JUDGED

MEASURED = Product(StageName.MEASURE, Measured)


def run(case: Case, _progress: Progress) -> Measured:
    """Return every measure of the call."""
    transcript, judged = case.get(ATTRIBUTED).transcript, case.get(JUDGED).utterances
    talk = conversation(transcript, judged)
    return Measured(
        metrics=measure(talk),
        sentiment=summarize(transcript, judged),
        depth=depth(talk, case.request.call_type),
    )
