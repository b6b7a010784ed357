"""Values to the reference files that `bench.formats` reads: RTTM, UEM and CTM. Times have three decimals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench.turns import ROLE_NAMES
from models.transcript import UNKNOWN_SPEAKER, Role, Speaker, Transcript, Turn, Word


def to_rttm(turns: Sequence[Turn], name: str) -> str:
    """Return turns in NIST's RTTM."""
    rows = (f"SPEAKER {name} 1 {t.start:.3f} {_length_s(t)} <NA> <NA> {t.speaker} <NA> <NA>\n" for t in turns)
    return "".join(rows)


def to_uem(name: str, length_s: float) -> str:
    """Return that all of a recording is scored, in NIST's UEM."""
    return f"{name} 1 0.000 {length_s:.3f}\n"


def to_ctm(words: Sequence[Word], name: str) -> str:
    """Return words with their speakers, in the order of their starts: `file speaker start length word`."""
    ordered = sorted(words, key=lambda word: word.start)
    lines = ((word, "".join(word.text.split())) for word in ordered)
    return "".join(
        f"{name} {word.speaker or UNKNOWN_SPEAKER} {word.start:.3f} {_length_s(word)} {text}\n"
        for word, text in lines
        if text
    )


def reference_names(speakers: Sequence[Speaker]) -> Mapping[str, str]:
    """Return a name for each speaker from which its side is read: `rep`, `customer`, other words for more.

    One without a side keeps its label, and so does one for whom there is no word left.
    """
    free: dict[Role, list[str]] = {role: [] for role in Role}
    for name in dict.fromkeys(("rep", "customer", *ROLE_NAMES)):
        free[ROLE_NAMES[name]].append(name)
    names: dict[str, str] = {}
    for speaker in sorted(speakers, key=lambda one: -one.talk_s):
        names[speaker.id] = free[speaker.role].pop(0) if free[speaker.role] else speaker.id
    return names


def named(transcript: Transcript) -> tuple[tuple[Word, ...], tuple[Turn, ...]]:
    """Return words and turns of speakers whose names tell their sides."""
    names = reference_names(transcript.speakers)
    words = (replace(word, speaker=names.get(word.speaker or "", word.speaker)) for word in transcript.words)
    turns = (replace(turn, speaker=names.get(turn.speaker, turn.speaker)) for turn in transcript.turns)
    return tuple(words), tuple(turns)


def _length_s(one: Turn | Word) -> str:
    """Return how long it lasts, so that what is read ends where the rounded end is."""
    return f"{round(one.end, 3) - round(one.start, 3):.3f}"
