"""Calls made up for tests: lines of speech become transcripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from models.transcript import Role, Speaker, Transcript, Turn, Utterance, Word

ROLES = {"S1": Role.REP, "S2": Role.CUSTOMER}


@dataclass(frozen=True, slots=True)
class Line:
    """One speaker saying something; words are spread evenly over the time."""

    start: float
    end: float
    speaker: str
    text: str = ""


def call(
    lines: Sequence[Line],
    *,
    roles: Mapping[str, Role] = ROLES,
    language: str = "en",
    duration_s: float | None = None,
    overlap_detected: bool = True,
) -> Transcript:
    """Return the transcript of a call in which these lines were said."""
    words: list[Word] = []
    utterances: list[Utterance] = []
    ordered = sorted(lines, key=lambda x: (x.start, x.end))
    for line in ordered:
        said = _words(line, language)
        if said:
            first = len(words)
            words.extend(said)
            utterances.append(Utterance(line.start, line.end, line.speaker, line.text, first, len(words) - 1))
    speakers = sorted({x.speaker for x in lines})
    return Transcript(
        language=language,
        duration_s=max([x.end for x in lines], default=0.0) if duration_s is None else duration_s,
        speakers=tuple(_speaker(s, roles.get(s, Role.UNKNOWN), lines) for s in speakers),
        words=tuple(words),
        turns=tuple(Turn(x.start, x.end, x.speaker) for x in ordered),
        utterances=tuple(utterances),
        diarization_confidence=0.9,
        overlap_detected=overlap_detected,
    )


def _words(line: Line, language: str) -> list[Word]:
    """Return the timed words of a line."""
    spaced = language != "zh"
    parts = line.text.split() if spaced else list(line.text)
    step = (line.end - line.start) / max(len(parts), 1)
    return [
        Word(
            line.start + i * step, line.start + (i + 1) * step, part, 0.9, spaced=spaced, speaker=line.speaker
        )
        for i, part in enumerate(parts)
    ]


def _speaker(name: str, role: Role, lines: Sequence[Line]) -> Speaker:
    """Return a speaker with its talk time."""
    talk = sum(x.end - x.start for x in lines if x.speaker == name)
    return Speaker(name, role, 0.9, (), talk)


TEXTS = (
    "",
    "yeah",
    "mm-hm right",
    "no",
    "we already have a vendor for that and it is too expensive",
    "what do you use for your invoices today?",
    "okay so the invoices go through your vendor and take a week",
    "could you tell me how that works",
    "um I mean it is fine you know",
    "that makes sense, how many invoices do you send?",
    "hold on one moment please",
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Line, ...]:
    """Draw calls of up to two dozen lines, overlapping or with pauses, times on a grid of 1/8 s."""
    lines: list[Line] = []
    clock = draw(st.integers(0, 80)) / 8
    for _ in range(draw(st.integers(2, 24))):
        clock = max(clock + draw(st.integers(-16, 60)) / 8, 0.0)
        length = draw(st.integers(2, 160)) / 8
        lines.append(
            Line(clock, clock + length, draw(st.sampled_from(("S1", "S2"))), draw(st.sampled_from(TEXTS)))
        )
        clock += length
    return tuple(lines)
