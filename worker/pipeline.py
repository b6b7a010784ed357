"""What each stage of the pipeline does: the function, what it makes, and the engines it uses."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.progress import Progress
from models.stages import STAGE, Stage, StageName
from worker.case import Case, Made, Product
from worker.engines import Engines
from worker.stages import attribute, decode, diarize, judge, listen, measure, render, score, transcribe


@dataclass(frozen=True, slots=True)
class Work:
    """A stage bound to what it does; `engines` gives the fingerprints of those it used, by capability."""

    product: Product[Any]
    run: Callable[[Case, Progress], object]
    engines: Callable[[Case], Mapping[str, str]]

    @property
    def stage(self) -> Stage:
        """Return the declaration."""
        return STAGE[self.product.stage]

    def __call__(self, case: Case, progress: Progress) -> Case:
        """Return the case with what this stage makes of it."""
        began = time.perf_counter()
        value = self.run(case, progress)
        seconds = time.perf_counter() - began
        return case.having(self.stage.name, Made(value, self.engines(case), seconds))


def _none(_case: Case) -> dict[str, str]:
    return {}


def _uses(**names: Callable[[Engines], Any]) -> Callable[[Case], Mapping[str, str]]:
    return lambda case: {name: engine(case.engines).fingerprint for name, engine in names.items()}


def _diarization(case: Case) -> dict[str, str]:
    """Return what told voices apart: nothing did where the channels tell."""
    return {} if case.get(listen.HEARD).separate else {"diarization": case.engines.diarizer.fingerprint}


WORKS: tuple[Work, ...] = (
    Work(decode.DECODED, decode.run, _none),
    Work(render.RENDERED, render.run, _none),
    Work(listen.HEARD, listen.run, _uses(voice_activity=lambda e: e.voice_activity)),
    Work(transcribe.RECOGNIZED, transcribe.run, _uses(recognition=lambda e: e.recognizer)),
    Work(diarize.DIARIZED, diarize.run, _diarization),
    Work(attribute.ATTRIBUTED, attribute.run, _none),
    Work(judge.JUDGED, judge.run, _uses(sentiment=lambda e: e.sentiment, acts=lambda e: e.acts)),
    Work(measure.MEASURED, measure.run, _none),
    Work(score.SCORED, score.run, _none),
)
WORK: Mapping[StageName, Work] = {work.stage.name: work for work in WORKS}
ANALYSIS = tuple(work for work in WORKS if work.stage.name not in {StageName.RENDER, StageName.SCORE})
"""The stages of a review, without a page to play it on and without scorecards of an organisation."""
