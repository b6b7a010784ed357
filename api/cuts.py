"""Seconds of a playable recording as a file of their own, without a copy of them anywhere.

`transcription.decoding.render` writes MP4 (ISO/IEC 14496-12): one track of AAC, its index `moov` in front,
its packets one after another in `mdat`. A cut is an index of some of the packets, before the very bytes of
these packets in the recording's file: nothing is encoded again, nothing has to be kept or removed, and of a
call of hours only the index is read. An edit list has the sound begin and end to the sample; a packet more
goes before, since AAC needs the one before to play a packet from its start.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ingest.store import Store

FIRST_BYTES = 1 << 18
"""Read at first: holds the index of a call of an hour."""
HEAD = 8
"""Bytes before what a box holds: its length and its kind."""
INSIDE = frozenset({b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl"})
"""Boxes that hold boxes of which some change."""
LEFT_OUT = frozenset({b"udta", b"free"})
BEFORE = 1
"""Packets that one needs before it to be played from its start."""
DURATION_AT: Mapping[bytes, int] = {b"mvhd": 16, b"tkhd": 20, b"mdhd": 16}
"""Where boxes of version 0 say how long it lasts."""
SCALE_AT = 12
"""Where `mvhd` and `mdhd` of version 0 say how many units of time a second has."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cut:
    """A file: `head`, then the bytes of another from `start` up to but without `end`."""

    head: bytes
    start: int
    end: int

    @property
    def size(self) -> int:
        """Return the number of bytes."""
        return len(self.head) + self.end - self.start

    async def read(self, store: Store, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to but without `end`; the other file lies under a key."""
        if start < len(self.head):
            yield self.head[start:end]
        first = self.start + max(start - len(self.head), 0)
        last = self.start + end - len(self.head)
        if first < last:
            async for block in store.read(key, first, last):
                yield block


@dataclass(frozen=True, slots=True)
class _Track:
    """What the index says: how long each packet plays, in units of which a second has `scale`; its bytes.

    The sound begins `delay` units after the first packet does.
    """

    scale: int
    delay: int
    lengths: Numbers
    sizes: Numbers


@dataclass(frozen=True, slots=True)
class _Part:
    """Packets from `first` up to but without `last`: of their sound `length` units, from `delay` on."""

    first: int
    last: int
    delay: int
    length: int


async def cut_of(store: Store, key: str, start_s: float, end_s: float) -> Cut:
    """Return some seconds of the playable recording under a key.

    Raises `FileNotFoundError` where it is not there, `ValueError` where it is not as `render` makes it.
    """
    front = await _front(store, key)
    return await asyncio.to_thread(cut, front, start_s, end_s)


def cut(front: bytes, start_s: float, end_s: float) -> Cut:
    """Return some seconds of a file, given all of it before its packets."""
    boxes = {kind: front[at:end] for kind, at, end in _leaves(front, 0, len(front))}
    track = _track(boxes)
    packets = _at(front, len(front) - HEAD) - HEAD
    if _at(boxes[b"stco"], 8) != len(front) or int(track.sizes.sum()) != packets:
        raise ValueError("the packets are not one after another")
    part = _part(track, start_s, end_s)
    start = len(front) + int(track.sizes[: part.first].sum())
    length = int(track.sizes[part.first : part.last].sum())
    data = struct.pack(">I4s", HEAD + length, b"mdat")

    def head(at: int) -> bytes:
        return _rewritten(front, 0, len(front), {**boxes, **_index(boxes, track, part, at)}) + data

    return Cut(head(len(head(0))), start, start + length)


async def _front(store: Store, key: str) -> bytes:
    """Return all of a file before its packets."""
    held, needed = b"", FIRST_BYTES
    while len(held) < needed:
        more = b"".join([block async for block in store.read(key, len(held), needed)])
        if not more:
            raise ValueError("the file has no packets")
        held += more
        needed = _packets_at(held)
    return held[:needed]


def _packets_at(held: bytes) -> int:
    """Return where the packets of a file begin; more than is held of it where that does not tell yet."""
    at = 0
    while at + HEAD <= len(held):
        length, kind = struct.unpack_from(">I4s", held, at)
        if kind == b"mdat":
            return at + HEAD
        if length < HEAD:
            raise ValueError("the file is not made of boxes")
        at += length
    return at + HEAD


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, begin and end of what boxes hold."""
    while at + HEAD < end:
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, at + HEAD, at + length
        at += length


def _leaves(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the boxes, at any depth, that hold no boxes of which some change."""
    for kind, inner, outer in _boxes(data, at, end):
        if kind in INSIDE:
            yield from _leaves(data, inner, outer)
        elif kind not in LEFT_OUT:
            yield kind, inner, outer


def _rewritten(data: bytes, at: int, end: int, leaves: Mapping[bytes, bytes]) -> bytes:
    """Return boxes as they were, with what `leaves` says in them."""
    found = list[bytes]()
    for kind, inner, outer in _boxes(data, at, end):
        if kind not in LEFT_OUT:
            held = _rewritten(data, inner, outer, leaves) if kind in INSIDE else leaves[kind]
            found.append(struct.pack(">I4s", HEAD + len(held), kind) + held)
    return b"".join(found)


def _track(boxes: Mapping[bytes, bytes]) -> _Track:
    """Return what the index says of the packets."""
    if any(boxes[kind][0] for kind in (*DURATION_AT, b"elst")):
        raise ValueError("the index is of another version")
    lengths = _numbers(boxes[b"stts"][8:]).reshape(-1, 2)
    size, count = struct.unpack_from(">II", boxes[b"stsz"], 4)
    return _Track(
        scale=_at(boxes[b"mdhd"], SCALE_AT),
        delay=_at(boxes[b"elst"], 12),
        lengths=np.repeat(lengths[:, 1], lengths[:, 0]),
        sizes=np.full(count, size, np.int64) if size else _numbers(boxes[b"stsz"][12:]),
    )


def _part(track: _Track, start_s: float, end_s: float) -> _Part:
    """Return the packets in which some seconds of the sound lie."""
    ends = np.cumsum(track.lengths)
    begin = min(round(start_s * track.scale) + track.delay, int(ends[-1]) - 1)
    end = min(max(round(end_s * track.scale) + track.delay, begin + 1), int(ends[-1]))
    first = max(int(np.searchsorted(ends, begin, side="right")) - BEFORE, 0)
    last = int(np.searchsorted(ends, end, side="left")) + 1
    return _Part(first, last, begin - int(ends[first] - track.lengths[first]), end - begin)


def _index(boxes: Mapping[bytes, bytes], track: _Track, part: _Part, at: int) -> dict[bytes, bytes]:
    """Return the boxes that differ where the file holds a part of the packets, from a byte on."""
    lengths, sizes = track.lengths[part.first : part.last], track.sizes[part.first : part.last]
    runs = [(len(list(same)), length) for length, same in groupby(lengths.tolist())]
    shown = -(-part.length * _at(boxes[b"mvhd"], SCALE_AT) // track.scale)
    durations = {b"mvhd": shown, b"tkhd": shown, b"mdhd": int(lengths.sum())}
    count = len(sizes)
    return {
        **{kind: _with(boxes[kind], DURATION_AT[kind], value) for kind, value in durations.items()},
        b"elst": struct.pack(">5I", 0, 1, shown, part.delay, 1 << 16),
        b"stts": struct.pack(">II", 0, len(runs)) + b"".join(struct.pack(">II", *run) for run in runs),
        b"stsc": struct.pack(">5I", 0, 1, 1, count, 1),
        b"stsz": struct.pack(">III", 0, 0, count) + sizes.astype(">u4").tobytes(),
        b"stco": struct.pack(">III", 0, 1, at),
        b"sbgp": struct.pack(">I4s3I", 0, b"roll", 1, count, 1),
    }


def _at(body: bytes, at: int) -> int:
    """Return the number in a box at a byte."""
    found: int = struct.unpack_from(">I", body, at)[0]
    return found


def _with(body: bytes, at: int, value: int) -> bytes:
    """Return a box with another number at a byte."""
    return body[:at] + struct.pack(">I", value) + body[at + 4 :]


def _numbers(body: bytes) -> Numbers:
    return np.frombuffer(body, ">u4").astype(np.int64)
