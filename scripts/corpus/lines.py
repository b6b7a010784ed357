"""Calls that people put right, as plain values: what is written of each, a line of JSON. Pure.

Nothing in them names anybody: speakers have labels, reviewers numbers; what people are called is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from models.correction import EDITS, NOTHING, Reword, difference
from models.queries.exporting import Answered, LookedAt
from models.transcript import Transcript, Word
from transcription.attribution.utterances import joined_text
from worker.transcribed import Transcribed

ANSWERS = ("option", "share", "applicable", "start", "end")
"""Parts of an answer that are written; comments may name somebody."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Seconds of one channel in which a person put other words than the machine."""

    start: float
    end: float
    channel: int
    machine: str
    person: str


def name_of(looked_at: LookedAt) -> str:
    """Return the name of a call's files: of its id, and not of what its recording was called."""
    return f"call-{looked_at.call.id.hex}"


def manifest(looked_at: LookedAt, both: Transcribed, sound: str | None) -> dict[str, Any]:
    """Return what is known of a call: where from, under which consent, what people put right."""
    call, put_right = looked_at.call, looked_at.put_right
    return {
        "name": name_of(looked_at),
        "call_id": str(call.id),
        "sound": sound,
        "corrected": looked_at.corrected,
        "approved": looked_at.approved,
        "looked_at": looked_at.at.isoformat(),
        "consent": call.consent,
        "consent_basis": call.consent_basis,
        "language": both.person.language or None,
        "call_type": call.call_type,
        "duration_s": both.person.duration_s,
        "engines": dict(both.engines),
        "correction": {
            "version": looked_at.version,
            "changes": difference(NOTHING, put_right).counts,
            "roles": dict(put_right.roles),
            "edits": EDITS.dump_python(put_right.edits, mode="json"),
        },
    }


def pair(looked_at: LookedAt, both: Transcribed) -> dict[str, Any]:
    """Return what the machine heard beside what people say was said, and by whom."""
    return {
        "name": name_of(looked_at),
        "call_id": str(looked_at.call.id),
        "language": both.person.language or None,
        "call_type": looked_at.call.call_type,
        "machine": _transcript(both.machine),
        "person": _transcript(both.person),
        "changed": [asdict(one) for one in changed(looked_at.put_right.edits, both)],
    }


def answer(looked_at: LookedAt, one: Answered, person: str) -> dict[str, Any] | None:
    """Return what a person answered beside the machine; None where they took an answer back."""
    human = {key: one.content[key] for key in ANSWERS if key in one.content}
    if not human:
        return None
    machine = one.machine
    return {
        "name": name_of(looked_at),
        "call_id": str(looked_at.call.id),
        "scorecard": one.scorecard,
        "number": one.number,
        "item": one.item,
        "kind": one.kind,
        "person": person,
        "at": one.at.isoformat(),
        "human": human,
        "machine": None
        if machine is None
        else {"share": machine.share, "value": machine.value, "reason": machine.reason},
    }


def left_out(call_id: UUID, why: str) -> dict[str, Any]:
    """Return a call that is not written, and why."""
    return {"call_id": str(call_id), "why": why}


def changed(edits: Sequence[object], both: Transcribed) -> Iterator[Changed]:
    """Yield the stretches whose words people changed, with all that is said there on the channel.

    Stretches that overlap are one; those in which the words are the machine's again are left out.
    """
    for start, end in _stretches([edit for edit in edits if isinstance(edit, Reword)]):
        machine, person = (_within(one.words, start, end) for one in (both.machine, both.person))
        for channel in sorted({word.channel for word in (*machine, *person)}):
            heard, said = _text(machine, channel), _text(person, channel)
            if heard != said:
                yield Changed(round(start, 3), round(end, 3), channel, heard, said)


def _stretches(edits: Sequence[Reword]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start, end in sorted((edit.start, edit.end) for edit in edits):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _within(words: Sequence[Word], start: float, end: float) -> tuple[Word, ...]:
    inside = (word for word in words if start <= (word.start + word.end) / 2 <= end)
    return tuple(sorted(inside, key=lambda word: word.start))


def _text(words: Sequence[Word], channel: int) -> str:
    return joined_text(tuple(word for word in words if word.channel == channel))


def _transcript(transcript: Transcript) -> dict[str, Any]:
    """Return words, turns and sides of a transcript."""
    return {
        "words": [
            {
                "start": round(word.start, 3),
                "end": round(word.end, 3),
                "text": word.text,
                "spaced": word.spaced,
                "speaker": word.speaker,
                "channel": word.channel,
                "probability": round(word.probability, 4),
            }
            for word in transcript.words
        ],
        "turns": [
            {"start": round(turn.start, 3), "end": round(turn.end, 3), "speaker": turn.speaker}
            for turn in transcript.turns
        ],
        "roles": {speaker.id: speaker.role for speaker in transcript.speakers},
    }
