"""The pipeline, declared: which stages a call goes through, what each needs, where it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from core.progress import Progress
from worker.case import Case, StageName
from worker.stages import attribute, decode, diarize, judge, listen, measure, transcribe


class Lane(StrEnum):
    """What a stage occupies while it runs."""

    CPU = "cpu"
    GPU = "gpu"


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the pipeline; `timeout_s` and `tries` are policy, kept beside the function."""

    name: StageName
    run: Callable[[Case, Progress], object]
    needs: tuple[StageName, ...]
    lane: Lane
    timeout_s: float
    tries: int
    says: str


PIPELINE: tuple[Stage, ...] = (
    Stage(StageName.DECODE, decode.run, (), Lane.CPU, 900, 3, "reading the recording"),
    Stage(StageName.LISTEN, listen.run, (StageName.DECODE,), Lane.CPU, 1800, 3, "finding speech"),
    Stage(
        StageName.TRANSCRIBE,
        transcribe.run,
        (StageName.LISTEN,),
        Lane.GPU,
        7200,
        3,
        "writing down what is said",
    ),
    Stage(StageName.DIARIZE, diarize.run, (StageName.LISTEN,), Lane.GPU, 7200, 3, "telling the voices apart"),
    Stage(
        StageName.ATTRIBUTE,
        attribute.run,
        (StageName.TRANSCRIBE, StageName.DIARIZE),
        Lane.CPU,
        600,
        3,
        "giving each word its speaker",
    ),
    Stage(StageName.JUDGE, judge.run, (StageName.ATTRIBUTE,), Lane.GPU, 1800, 3, "reading the mood"),
    Stage(StageName.MEASURE, measure.run, (StageName.JUDGE,), Lane.CPU, 600, 3, "measuring"),
)
