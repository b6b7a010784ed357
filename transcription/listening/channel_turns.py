"""Who spoke when, read off the channels: one party on each, nothing to be guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, ignore
from models.recording import Audio
from models.transcript import Diarization, Region, Turn
from transcription.listening.levels import FRAME_S, QUIETEST_DB, frame_levels, smooth

SMOOTH_FRAMES = 9
HOLD_DB = 3.0
"""In an overlap the floor passes to the other side when that is this much louder, each against its
own usual level; without it the floor flickers at every syllable."""
CLEAR_DB = 12.0
"""Difference from which the louder side of an overlap is beyond doubt."""


@dataclass(frozen=True, slots=True)
class ChannelTurns:
    """Turns, and the channel each speaker is on."""

    diarization: Diarization
    channel_of: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch in which one channel has the floor, and how sure that is (0.5..1)."""

    start: float
    end: float
    channel: int
    certainty: float


def turns_of_channels(audio: Audio, speech: tuple[Region, ...], progress: Progress = ignore) -> ChannelTurns:
    """Return one speaker for each channel with speech, S1 being the first to speak.

    Turns are the speech regions. Exclusive turns divide overlaps: the floor is with the channel
    that is louder relative to its own speech level. The confidence is the mean certainty over
    exclusive turns: 1 where one channel speaks alone, 0.5..1 by loudness where both do.
    """
    regions = sorted(_joined(speech), key=lambda r: (r.start, r.channel))
    names = {channel: f"S{n}" for n, channel in enumerate(dict.fromkeys(r.channel for r in regions), start=1)}
    loudness = _relative_levels(audio, regions, progress)
    pieces = list(_pieces(regions, loudness))
    spoken = sum(p.end - p.start for p in pieces)
    certain = sum((p.end - p.start) * p.certainty for p in pieces)
    diarization = Diarization(
        turns=tuple(Turn(r.start, r.end, names[r.channel]) for r in regions),
        exclusive=tuple(Turn(p.start, p.end, names[p.channel]) for p in _merged(pieces)),
        confidence=certain / spoken if spoken else 0.0,
    )
    progress(1.0)
    return ChannelTurns(diarization, tuple((name, channel) for channel, name in names.items()))


def _joined(speech: tuple[Region, ...]) -> list[Region]:
    """Return the regions with those of one channel that touch or overlap made one."""
    result: list[Region] = []
    for region in sorted(speech, key=lambda r: (r.channel, r.start)):
        last = result[-1] if result else None
        if last is not None and last.channel == region.channel and region.start <= last.end:
            result[-1] = Region(last.start, max(last.end, region.end), last.channel)
        elif region.duration > 0:
            result.append(region)
    return result


def _relative_levels(audio: Audio, regions: list[Region], progress: Progress) -> NDArray[np.float32]:
    """Return (20 ms frames, channels): dB over the channel's own median level in its speech."""
    levels = (
        smooth(frame_levels(audio, progress), SMOOTH_FRAMES) if audio.samples.shape[0] else _nothing(audio)
    )
    for channel in {region.channel for region in regions}:
        spoken = [levels[_frames(r.start, r.end), channel] for r in regions if r.channel == channel]
        heard = np.concatenate(spoken)
        levels[:, channel] -= np.median(heard) if heard.size else QUIETEST_DB
    return levels


def _nothing(audio: Audio) -> NDArray[np.float32]:
    """Return no levels, for a recording without a frame."""
    return np.zeros((0, audio.channels), np.float32)


def _frames(start: float, end: float) -> slice:
    """Return the frames of a stretch of time."""
    return slice(round(start / FRAME_S), round(end / FRAME_S))


def _pieces(regions: list[Region], loudness: NDArray[np.float32]) -> Iterator[_Piece]:
    """Yield who has the floor between all bounds of regions, in time order."""
    bounds = sorted({at for region in regions for at in (region.start, region.end)})
    waiting = 0
    open_regions: list[Region] = []
    for start, end in pairwise(bounds):
        open_regions = [r for r in open_regions if r.end > start]
        while waiting < len(regions) and regions[waiting].start <= start:
            open_regions.append(regions[waiting])
            waiting += 1
        channels = sorted({r.channel for r in open_regions})
        if len(channels) == 1:
            yield _Piece(start, end, channels[0], 1.0)
        elif channels:
            yield from _shared(start, end, channels, loudness)


def _shared(start: float, end: float, channels: list[int], loudness: NDArray[np.float32]) -> Iterator[_Piece]:
    """Yield who has the floor while several channels speak."""
    block = loudness[_frames(start, end)][:, channels]
    if not len(block):
        yield _Piece(start, end, channels[0], 0.5)
        return
    owners = _owners(block)
    top = np.sort(block, axis=1)
    certainty = 0.5 + np.clip((top[:, -1] - top[:, -2]) / (2 * CLEAR_DB), 0, 0.5)
    changes = [0, *(np.flatnonzero(np.diff(owners)) + 1).tolist(), len(owners)]
    step = (end - start) / len(owners)
    for first, last in pairwise(changes):
        until = end if last == len(owners) else start + last * step
        yield _Piece(
            start + first * step, until, channels[owners[first]], float(certainty[first:last].mean())
        )


def _owners(block: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return by frame the column that has the floor, which it keeps until another is 3 dB louder."""
    owners = np.empty(len(block), np.int64)
    owner = int(block[0].argmax())
    for frame, row in enumerate(block):
        louder = int(row.argmax())
        owner = louder if row[louder] > row[owner] + HOLD_DB else owner
        owners[frame] = owner
    return owners


def _merged(pieces: list[_Piece]) -> Iterator[_Piece]:
    """Yield the pieces with neighbours of one channel made one."""
    current: _Piece | None = None
    for piece in pieces:
        if current is not None and current.channel == piece.channel and current.end == piece.start:
            current = _Piece(current.start, piece.end, piece.channel, 1.0)
            continue
        if current is not None:
            yield current
        current = piece
    if current is not None:
        yield current
