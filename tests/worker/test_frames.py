from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.errors import NotReady, Outage, Rejected, Retryable
from core.settings import DatabaseSettings, RecognizerSettings, Settings
from models.call import CallType
from models.correction import Merge, Reassign, Reword
from models.stages import StageName
from models.transcript import Role
from transcription.diarizer import SpeakerBounds
from worker import frames
from worker.case import Request
from worker.frames import (
    LENGTH,
    Answer,
    Broken,
    Done,
    Job,
    Lacking,
    OutOfMemory,
    Passing,
    Progressed,
    Refused,
)


def body(frame: bytes) -> bytes:
    """Return a message without its length, which is right."""
    (length,) = LENGTH.unpack(frame[: LENGTH.size])
    text = frame[LENGTH.size :]
    assert len(text) == length
    return text


def test_a_job_arrives_as_it_was_sent() -> None:
    request = Request("en", SpeakerBounds(2, 4), 1, None, {"S1": Role.REP}, CallType.DEMO)
    edits = (Merge("S3", "S1"), Reassign("S1", 0.5, 2, "S4"), Reword("S2", 1.0, 2.5, "你好", 1, "Hi"))
    request = replace(request, edits=edits)
    job = Job(StageName.LISTEN, Path("/a b/ä.wav"), Path("/x"), request, {StageName.DECODE: '[{"ü": 1}]'})
    assert frames.read_job(body(frames.framed(job))) == job


@pytest.mark.parametrize(
    "message",
    [
        Progressed(0.5),
        Done('["é"]'),
        Refused("code", "reason", "remedy"),
        Passing("later", outage=True),
        Lacking("this is missing"),
        OutOfMemory(),
        Broken("ValueError", "trace", spent=True),
    ],
)
def test_an_answer_arrives_as_it_was_sent(message: Progressed | Answer) -> None:
    assert frames.read_said(body(frames.framed(message))) == message


def test_settings_arrive_without_secrets() -> None:
    settings = Settings(
        database=DatabaseSettings(url=SecretStr("postgresql://u:secret@host/x")),
        recognizer=RecognizerSettings(batch_size=3),
        device="cpu",
    )
    frame = frames.framed(frames.Setup.of(settings))
    assert b"secret" not in frame
    read = frames.read_setup(body(frame)).read()
    assert (read.recognizer, read.device, read.data) == (settings.recognizer, "cpu", settings.data)


def test_errors_that_steer_become_answers() -> None:
    assert frames.answer_to(Rejected("c", "r", "m")) == Refused("c", "r", "m")
    assert frames.answer_to(Retryable("later")) == Passing("later")
    assert frames.answer_to(Outage("full")) == Passing("full", outage=True)
    assert frames.answer_to(NotReady("No weights.", "make weights")) == Lacking(
        "No weights. Run: make weights"
    )
