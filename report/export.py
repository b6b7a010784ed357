"""The transcript as subtitles or plain text: WebVTT, SubRip, txt."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from core.figures import clock
from models.review import Review
from models.transcript import Utterance, Word
from report.files import write_whole
from report.text import plain
from report.wording import names

CUE_S = 7.0
"""A cue is cut at the first pause between words after this many seconds."""
CUE_LETTERS = 84
"""A cue holds at most two lines of 42 letters, as subtitlers count."""
NOBODY: Mapping[str, str] = MappingProxyType({})
_SHORTEST_S = 0.001
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Cue:
    """Text shown from `start` to `end`."""

    start: float
    end: float
    speaker: str
    text: str


def cues(review: Review, named: Mapping[str, str] = NOBODY) -> tuple[Cue, ...]:
    """Return the transcript cut into readable pieces, in order of time, each of one speaker.

    `named` are speakers' names by id, where people gave them; others go by their role.
    """
    called = {**names(review.transcript), **named}
    found = [
        Cue(
            start,
            max(end, start + _SHORTEST_S),
            plain(called.get(utterance.speaker, utterance.speaker)),
            text,
        )
        for utterance in review.transcript.utterances
        for start, end, text in _pieces(utterance, review.transcript.words)
        if text
    ]
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.end)))


def vtt(review: Review, named: Mapping[str, str] = NOBODY) -> str:
    """Return WebVTT with a voice tag a cue (W3C WebVTT 1, sections 4.1 and 4.2.2)."""
    blocks = (
        f"{_times(cue, '.')}\n<v {_voice(cue.speaker)}>{_voice(cue.text)}" for cue in cues(review, named)
    )
    return "\n\n".join(("WEBVTT", *blocks)) + "\n"


def srt(review: Review, named: Mapping[str, str] = NOBODY) -> str:
    """Return SubRip, the speaker's name first; `<`, which players read as markup, is replaced."""
    blocks = (
        f"{i}\n{_times(cue, ',')}\n{_unmarked(cue.speaker)}: {_unmarked(cue.text)}"
        for i, cue in enumerate(cues(review, named), 1)
    )
    return "\n\n".join(blocks) + "\n"


def txt(review: Review, named: Mapping[str, str] = NOBODY) -> str:
    """Return the transcript for reading: time, speaker, text, wrapped."""
    called = {**names(review.transcript), **named}
    return "".join(
        _paragraph(f"[{clock(u.start)}] {plain(called.get(u.speaker, u.speaker))}: ", plain(u.text))
        for u in review.transcript.utterances
    )


FORMATS: Mapping[str, Callable[[Review], str]] = {".vtt": vtt, ".srt": srt, ".txt": txt}
"""Writers by the ending of the file they write."""


def write_transcript(review: Review, path: Path) -> Path:
    """Return `path` holding the transcript in the format its ending names; raises `KeyError` for another."""
    return write_whole(path, FORMATS[path.suffix.lower()](review))


def _pieces(utterance: Utterance, words: tuple[Word, ...]) -> Iterable[tuple[float, float, str]]:
    """Yield (start, end, text) of an utterance in pieces short enough to read."""
    own = words[utterance.first_word : utterance.last_word + 1]
    if not own:
        yield utterance.start, utterance.end, plain(utterance.text).strip()
        return
    start, end, text = own[0].start, own[0].end, ""
    for word in own:
        piece = plain(word.text).strip()
        longer = f"{text} {piece}" if text and word.spaced else text + piece
        if text and (len(longer) > CUE_LETTERS or word.end - start > CUE_S):
            yield start, end, text
            start, longer = word.start, piece
        text, end = longer, word.end
    yield start, end, text


def _times(cue: Cue, point: str) -> str:
    """Return when a cue is shown."""
    return f"{_stamp(cue.start, point)} --> {_stamp(cue.end, point)}"


def _stamp(seconds: float, point: str) -> str:
    """Return hh:mm:ss.mmm, or with a comma as SubRip has it."""
    thousandths = round(max(seconds, 0.0) * 1000)
    whole, rest = divmod(thousandths, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{rest:03}"


def _voice(text: str) -> str:
    """Return text in which WebVTT sees no tag, and no end of the voice tag it stands in."""
    return html.escape(text, quote=False)


def _unmarked(text: str) -> str:
    """Return text in which no player sees a tag or an arrow."""
    return text.replace("<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}").replace(
        ">", "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
    )


def _paragraph(head: str, text: str) -> str:
    """Return one utterance wrapped, its later lines indented; scripts without spaces are left whole."""
    lines = textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=head,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines or [head.rstrip()]) + "\n"
