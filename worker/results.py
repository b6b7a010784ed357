"""Between rows and stages: what a stage is given, and what is kept of what it made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import zstandard

from core.errors import Retryable
from core.fingerprint import fingerprint
from core.settings import Settings
from models.queries.assessments import Scores
from models.queries.work import Played, Result, Start, Written
from models.stages import StageName
from report.document import json_text
from transcription.diarizer import SpeakerBounds
from worker import assemble, stored
from worker.case import Case, Made, Request
from worker.engines import Engines
from worker.frames import Job
from worker.pipeline import ANALYSIS
from worker.products import Opened, Rendered, Scored

REVIEWED = frozenset(work.stage.name for work in ANALYSIS)
"""Stages whose products make the review; whether the sound is playable yet is no part of it."""
WITHOUT_SOUND = frozenset({StageName.ATTRIBUTE, StageName.JUDGE, StageName.MEASURE, StageName.SCORE})
"""Stages that read only what others made."""


def job(stage: StageName, start: Start, path: Path, folder: Path) -> Job:
    """Return a stage of a call as the process that infers is told."""
    products = {
        name: zstandard.ZstdDecompressor().decompress(data).decode()
        for name, data in start.products.items()
        if name in REVIEWED
    }
    return Job(stage, path, folder, request(start), products)


def request(start: Start) -> Request:
    """Return what people know of a recording."""
    return Request(
        language=start.language,
        speakers=SpeakerBounds(start.speakers_least, start.speakers_most),
        rep_channel=start.rep_channel,
        roles=dict(start.put_right.roles),
        edits=start.put_right.edits,
        call_type=start.call_type,
        call_id=start.call_id,
        scorecards=start.scorecards,
        trackers=start.trackers,
    )


def made(stage: StageName, product: str, start: Start) -> Made:
    """Return what a stage made; a recording under the name it was handed in with, not that of its file.

    Raises `Retryable` where the recording that was read is not the one that was handed in.
    """
    found = stored.from_json(stage, product)
    if not isinstance(found.value, Opened):
        return found
    recording = found.value.recording
    if recording.sha256 != start.sha256:
        raise Retryable("The stored recording differs from what was handed in.")
    return replace(found, value=replace(found.value, recording=replace(recording, name=start.name)))


def result(stage: StageName, found: Made, start: Start, settings: Settings, played: Played | None) -> Result:
    """Return what is kept of what a stage made; with the last stage, the review."""
    value = Rendered(played.playback_key, played.peaks_key) if played else found.value
    return Result(
        fingerprint=fingerprint(stage, **found.engines),
        data=stored.dump(stage, replace(found, value=value)),
        opened=value.recording if isinstance(value, Opened) else None,
        played=played,
        written=_written(found, start, settings) if stage is StageName.MEASURE else None,
        scored=Scores(value.proposals, value.tracked) if isinstance(value, Scored) else None,
    )


def duration_s(found: Made, start: Start) -> float | None:
    """Return the length of the recording, as soon as it is known."""
    if not isinstance(found.value, Opened) and StageName.DECODE in start.products:
        found = stored.load(StageName.DECODE, start.products[StageName.DECODE])
    return found.value.recording.duration_s if isinstance(found.value, Opened) else None


def _written(made: Made, start: Start, settings: Settings) -> Written:
    """Return the review, put together from the products of all stages."""
    products = {**_loaded(start), StageName.MEASURE: made}
    case = Case(Path(start.name), Path(), request(start), settings, Engines(settings), products)
    review = assemble.review(case)
    text = json_text(review).encode()
    document = zstandard.ZstdCompressor(level=stored.LEVEL).compress(text)
    return Written(review, document, start.correction)


def _loaded(start: Start) -> Mapping[StageName, Made]:
    return {name: stored.load(name, data) for name, data in start.products.items() if name in REVIEWED}
