"""What a file's own header promises, where FFmpeg reports what is left instead.

FFmpeg shortens the length of a WAV to the bytes that are there, guesses that of an MP3 from its
bit rate, and knows no length for an Ogg that ends early; a cut recording would pass as whole.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

UNKNOWN_FROM = 0x7FFF_0000
"""Data sizes from here on (and 0) are what a program writes that streams without knowing the end."""
HEAD_BYTES = 1 << 16
ID3_HEADER = 10
MPEG_RATES = {0: (11_025, 12_000, 8_000), 2: (22_050, 24_000, 16_000), 3: (44_100, 48_000, 32_000)}
"""Sample rates by MPEG version bits (2.5, 2, 1), ISO/IEC 11172-3 and 13818-3."""
MPEG_FRAME = re.compile(rb"\xff(?P<version>[\xe2\xe3\xf2\xf3\xfa\xfb])(?P<rate>.)(?P<mode>.)", re.DOTALL)
"""The four bytes that begin a layer III frame, versions 2.5, 2 and 1."""
MPEG_1, MONO = 3, 3
XING_AT = {(False, False): 36, (False, True): 21, (True, False): 21, (True, True): 13}
"""Where the Xing tag begins, after the header and the side information: by half rate and mono."""
EBML, SEGMENT = b"\x1aE\xdf\xa3", b"\x18S\x80g"
W64_SIZE_AT = 16
PADDING_FRAMES = 3
"""LAME pads by at most 1105 + 1152 samples, under three frames of any version."""
OGG_PAGE = 27
OGG_PAGE_MOST = 65_307
"""Longest Ogg page, RFC 3533: 27 bytes of header, 255 of table, 255 * 255 of body."""
OGG_END = 4


@dataclass(frozen=True, slots=True)
class Promise:
    """Seconds of sound by the header (None: not said), and whether the file has its proper end."""

    seconds: float | None = None
    ended: bool = True


def promise(file: BinaryIO, size: int) -> Promise:
    """Return what the header of a WAV, MP3, Ogg, AVI, W64 or Matroska file promises, else nothing."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if head[:4] in (b"RIFF", b"RIFX") and head[8:12] == b"WAVE":
        return Promise(_wav_seconds(head))
    if head[:4] == b"OggS":
        return Promise(ended=_ogg_ended(file, size))
    declared = _declared_bytes(head)
    if declared is not None:
        return Promise(ended=declared <= size)
    skip = _id3_bytes(head)
    file.seek(skip)
    return Promise(_mp3_seconds(file.read(HEAD_BYTES)) if skip else _mp3_seconds(head))


def _wav_seconds(head: bytes) -> float | None:
    """Return the size of the `data` chunk over the byte rate of the `fmt ` chunk."""
    order = "<" if head[:4] == b"RIFF" else ">"
    position, rate = 12, 0
    while position + 8 <= len(head):
        name, size = head[position : position + 4], struct.unpack_from(f"{order}I", head, position + 4)[0]
        if name == b"fmt " and position + 20 <= len(head):
            rate = struct.unpack_from(f"{order}I", head, position + 16)[0]
        if name == b"data":
            return size / rate if rate and 0 < size < UNKNOWN_FROM else None
        position += 8 + size + size % 2
    return None


def _declared_bytes(head: bytes) -> int | None:
    """Return the file size that the outermost box of an AVI, W64 or Matroska file declares."""
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return 8 + int(struct.unpack_from("<I", head, 4)[0])
    if head[:4] == b"riff" and len(head) >= W64_SIZE_AT + 8:
        size = int(struct.unpack_from("<Q", head, W64_SIZE_AT)[0])
        return size if size < UNKNOWN_FROM << 32 else None
    return _segment_end(head) if head[:4] == EBML else None


def _segment_end(head: bytes) -> int | None:
    """Return where the Segment of a Matroska file ends, None where it says unknown (RFC 8794, 9559)."""
    start, size = _ebml_size(head, len(EBML))
    position = start + (size or 0)
    if head[position : position + 4] != SEGMENT:
        return None
    start, size = _ebml_size(head, position + len(SEGMENT))
    return None if size is None else start + size


def _ebml_size(data: bytes, position: int) -> tuple[int, int | None]:
    """Return the position after a variable-length size and the size, None where all bits say unknown."""
    if position >= len(data) or not data[position]:
        return position, None
    length = 9 - data[position].bit_length()
    value = int.from_bytes(data[position : position + length]) & ((1 << 7 * length) - 1)
    return position + length, None if value == (1 << 7 * length) - 1 else value


def _id3_bytes(head: bytes) -> int:
    """Return the length of an ID3v2 tag in front, 0 where there is none (id3.org, section 3.1)."""
    if head[:3] != b"ID3" or len(head) < ID3_HEADER:
        return 0
    a, b, c, d = head[6:10]
    return ID3_HEADER + ((a & 127) << 21 | (b & 127) << 14 | (c & 127) << 7 | (d & 127))


def _mp3_seconds(head: bytes) -> float | None:
    """Return the length by the frame count of a Xing/Info tag in the first MPEG frame.

    Less the frames that only hold the encoder's delay and padding, which no player plays.
    """
    frame = MPEG_FRAME.match(head)
    if frame is None:
        return None
    version, rate, mode = (frame["version"][0] >> 3) & 3, (frame["rate"][0] >> 2) & 3, frame["mode"][0] >> 6
    half = version != MPEG_1
    tag = head[XING_AT[half, mode == MONO] :][:12]
    if tag[:4] not in (b"Xing", b"Info") or not tag[7] & 1 or rate >= len(MPEG_RATES[version]):
        return None
    frames = max(int.from_bytes(tag[8:12]) - PADDING_FRAMES, 0)
    return frames * (576 if half else 1152) / MPEG_RATES[version][rate]


def _ogg_ended(file: BinaryIO, size: int) -> bool:
    """Return whether the last page is whole and marked as the end of its stream (RFC 3533)."""
    file.seek(max(size - OGG_PAGE_MOST, 0))
    tail = file.read(OGG_PAGE_MOST)
    start = tail.rfind(b"OggS")
    if start < 0 or start + OGG_PAGE > len(tail):
        return False
    table = tail[start + OGG_PAGE : start + OGG_PAGE + tail[start + 26]]
    whole = len(table) == tail[start + 26] and start + OGG_PAGE + len(table) + sum(table) <= len(tail)
    return whole and bool(tail[start + 5] & OGG_END)
