"""The transcript of a call from what its stages made, with what people put right or without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings
from models.correction import NOTHING, PutRight
from models.stages import StageName
from models.transcript import Transcript
from worker import stored
from worker.case import Case, Made, Request
from worker.engines import Engines
from worker.stages import attribute

NEEDED = frozenset({StageName.DECODE, StageName.LISTEN, StageName.TRANSCRIBE, StageName.DIARIZE})
"""Stages whose products a transcript is made of."""


@dataclass(frozen=True, slots=True)
class Transcribed:
    """A call as the machine heard it and as people put it right; `engines` are fingerprints by capability."""

    machine: Transcript
    person: Transcript
    engines: Mapping[str, str]


def transcribed(
    products: Mapping[StageName, bytes], rep_channel: int | None, put_right: PutRight, settings: Settings
) -> Transcribed:
    """Return both transcripts, made of the same products (compressed, by `worker.stored`)."""
    made = {name: stored.load(name, products[name]) for name in NEEDED}

    def attributed(known: PutRight) -> Transcript:
        request = Request(rep_channel=rep_channel, roles=known.roles, edits=known.edits)
        case = Case(Path(), Path(), request, settings, Engines(settings), made)
        return attribute.run(case, lambda _: None).transcript

    return Transcribed(attributed(NOTHING), attributed(put_right), _engines(made))


def _engines(made: Mapping[StageName, Made]) -> dict[str, str]:
    """Return the fingerprint of what served each capability."""
    return {capability: name for one in made.values() for capability, name in sorted(one.engines.items())}
