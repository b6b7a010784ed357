"""What the engines hear in a call of two people, made without any."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from core.settings import Settings
from models.call import CallState, RunState
from models.db import Session
from models.recording import Recording
from models.stages import StageName
from models.tables import Call, Product, StageRun
from models.transcript import Diarization, Recognition, Turn, Word
from worker import stored
from worker.case import Case, Made, Request
from worker.engines import Engines
from worker.products import Heard, Opened, Voices

SAID = (
    ("S1", "Thanks for calling Northside Plumbing, this is Dana. How can I help you?", 1.0),
    ("S2", "Hi, my water heater stopped working last night and I need someone.", 7.0),
    ("S1", "I'm sorry to hear that. Can I get your address?", 13.0),
    ("S2", "It's 14 Mill Lane.", 19.0),
)
ENGINES = {StageName.TRANSCRIBE: {"recognition": "whisper@1"}, StageName.DIARIZE: {"diarization": "voices@2"}}


def heard(*, separate: bool = False) -> Mapping[StageName, object]:
    """Return what the stages before attribution make, on a channel each where channels are separate."""
    words, turns = list[Word](), list[Turn]()
    for speaker, text, start in SAID:
        parts, channel = text.split(), int(separate and speaker == "S2")
        words += [Word(start + 0.3 * i, start + 0.3 * i + 0.25, p, 0.9, channel) for i, p in enumerate(parts)]
        turns.append(Turn(start - 0.1, start + 0.3 * len(parts), speaker))
    channels: Mapping[str, int] = {"S1": 0, "S2": 1} if separate else {}
    recording = Recording("a.wav", 30.0, 8000, 2, "0" * 64, "wav", "pcm_s16le")
    return {
        StageName.DECODE: Opened(recording, ()),
        StageName.LISTEN: Heard((0, 1) if separate else (0,), separate, (), ()),
        StageName.TRANSCRIBE: Recognition("en", 1.0, tuple(words), ()),
        StageName.DIARIZE: Voices(Diarization(tuple(turns), tuple(turns), 0.9), channels),
    }


def case(settings: Settings, request: Request, *, separate: bool = False) -> Case:
    """Return the call, ready to be attributed."""
    products = {name: Made(value, {}, 0.0) for name, value in heard(separate=separate).items()}
    return Case(Path(), Path(), request, settings, Engines(settings), products)


async def all_done(session: Session, call: Call, *, separate: bool = False) -> None:
    """Let a call be reviewed, its stages having made this."""
    runs = await session.execute(select(StageRun).where(col(StageRun.call_id) == call.id))
    for run in runs.scalars():
        run.state, run.attempt, run.queued_at = RunState.DONE, 1, None
    for name, value in heard(separate=separate).items():
        data = stored.dump(name, Made(value, ENGINES.get(name, {}), 0.1))
        session.add(_product(call, name, data))
    call.state = CallState.REVIEWED


def _product(call: Call, name: StageName, data: bytes) -> Product:
    return Product(
        organisation_id=call.organisation_id,
        call_id=call.id,
        stage=name,
        version=1,
        fingerprint=f"{name}@1",
        data=data,
    )
