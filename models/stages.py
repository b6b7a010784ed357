"""The stages of the pipeline, declared: what each needs, where it runs, how long and how often.

What a stage does is bound to its name in `worker/pipeline.py`; the web process needs only this.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StageName(StrEnum):
    """Every stage; the name is what a user sees."""

    DECODE = "decode"
    RENDER = "render"
    LISTEN = "listen"
    TRANSCRIBE = "transcribe"
    DIARIZE = "diarize"
    ATTRIBUTE = "attribute"
    JUDGE = "judge"
    MEASURE = "measure"
    SCORE = "score"


class Lane(StrEnum):
    """What a stage occupies while it runs."""

    CPU = "cpu"
    GPU = "gpu"


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the pipeline: `timeout_s` for one try, `tries` for failures that may pass."""

    name: StageName
    needs: tuple[StageName, ...]
    lane: Lane
    timeout_s: float
    tries: int
    says: str


STAGES: tuple[Stage, ...] = (
    Stage(StageName.DECODE, (), Lane.CPU, 900, 3, "reading the recording"),
    Stage(StageName.RENDER, (StageName.DECODE,), Lane.CPU, 1800, 3, "making it playable"),
    Stage(StageName.LISTEN, (StageName.DECODE,), Lane.CPU, 1800, 3, "finding speech"),
    Stage(StageName.TRANSCRIBE, (StageName.LISTEN,), Lane.GPU, 7200, 3, "writing down what is said"),
    Stage(StageName.DIARIZE, (StageName.LISTEN,), Lane.GPU, 7200, 3, "telling the voices apart"),
    Stage(
        StageName.ATTRIBUTE,
        (StageName.TRANSCRIBE, StageName.DIARIZE),
        Lane.CPU,
        600,
        3,
        "giving each word its speaker",
    ),
    Stage(StageName.JUDGE, (StageName.ATTRIBUTE,), Lane.GPU, 1800, 3, "reading the mood"),
    Stage(StageName.MEASURE, (StageName.JUDGE,), Lane.CPU, 600, 3, "measuring"),
    Stage(StageName.SCORE, (StageName.MEASURE,), Lane.CPU, 600, 3, "scoring"),
)
"""In an order in which every stage comes after what it needs."""

STAGE = {stage.name: stage for stage in STAGES}


def downstream(name: StageName) -> frozenset[StageName]:
    """Return a stage and every stage that needs it, near or far."""
    found = {name}
    for stage in STAGES:
        if found.intersection(stage.needs):
            found.add(stage.name)
    return frozenset(found)
