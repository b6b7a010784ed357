"""A file opened by FFmpeg within bounds, and its sound stream chosen.

Runs in the decoding child only (`child`), which gives it an open file: no path is opened
here, and the options allow FFmpeg neither another file nor a demuxer off the list. `av` is
imported inside functions since the child sets its limits first.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Any, BinaryIO

from core.errors import Rejected
from transcription.decoding.probe import Promise
from transcription.decoding.refusals import refusal

FORMATS = "wav,w64,mp3,mov,mp4,m4a,3gp,3g2,ogg,flac,matroska,webm,aac,amr,gsm,au,aiff,caf,asf,avi,mpegts"
"""The demuxers that may open a file. None of them follows a name inside the file: references of
MOV stay off (`enable_drefs`), and playlists, lists, pictures and devices are not here."""
PROBE_BYTES = 8 << 20
"""How far the probe looks: a cover picture before the first MP3 frame may take megabytes."""
LENGTHLESS = ("mp3", "aac", "amr", "gsm", "mpegts", "ogg")
"""Formats whose length FFmpeg guesses from the bit rate or from the very bytes that are left."""
ZERO_BASED = ("mov", "matroska")
"""Formats whose time line begins at 0 by definition, so a late first sample is a late start. The
others (MPEG-TS, Ogg of a running stream ...) begin at any number and players show it as 0."""
LATE_START_S = 600.0
"""A zero-based file that begins later carries clock times; players begin it at its first sample."""
LOWEST_RATE, HIGHEST_RATE = 4_000, 384_000
ENCRYPTED_TAGS = ("enca", "drms")
"""Sample entries of protected sound: ISO/IEC 14496-12 common encryption, and FairPlay."""
EXACT_SLACK_S, SLACK_S = 0.05, 0.5
"""How much less than promised is still whole: AVI and ASF count their length in coarse units."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of `DecodeSettings` that the decoder itself keeps."""

    max_duration_s: float
    max_channels: int
    max_streams: int


@dataclass(frozen=True, slots=True)
class Source:
    """What the file says of itself. `promised_s` is None where nothing reliable is said."""

    sample_rate_hz: int
    channels: int
    container: str
    codec: str
    promised_s: float | None
    slack_s: float
    ended: bool
    warnings: tuple[str, ...]


def load_libraries() -> None:
    """Load every module of PyAV now: it imports some at first use, when no file may be opened any more."""
    import av

    for module in pkgutil.walk_packages(av.__path__, "av."):
        if module.name not in ("av.__main__", "av.datasets"):
            importlib.import_module(module.name)
    av.logging.set_level(None)


def open_sound(file: BinaryIO) -> Any:
    """Return the file opened by a demuxer of the list, chosen by content and never by name."""
    import av

    options = {
        "format_whitelist": FORMATS,
        "protocol_whitelist": "none",
        "formatprobesize": str(PROBE_BYTES),
        "enable_drefs": "0",
    }
    try:
        return av.open(file, "r", options=options, metadata_errors="replace", buffer_size=1 << 18)
    except (av.error.ArgumentError, av.error.DemuxerNotFoundError) as error:
        raise refusal("not_recognized") from error
    except av.error.FFmpegError as error:
        raise _unopened(file) from error


def _unopened(file: BinaryIO) -> Rejected:
    """Return why a file did not open: damaged where it begins like sound, else not sound."""
    file.seek(0)
    head = file.read(64)
    marks = (
        b"RIFF",
        b"RF64",
        b"OggS",
        b"fLaC",
        b"ID3",
        b"\x1aE\xdf\xa3",
        b"caff",
        b"FORM",
        b".snd",
        b"#!AMR",
    )
    known = head.startswith(marks) or head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide")
    return refusal("damaged") if known else refusal("not_recognized")


def choose(container: Any, bounds: Bounds, said: Promise) -> tuple[Any, Source]:
    """Return the first sound stream that can be decoded, and what it is; others are named in a warning."""
    streams = container.streams
    if len(streams) > bounds.max_streams:
        raise refusal("too_many_streams", what=len(streams), most=bounds.max_streams)
    if not streams.audio:
        kinds = sorted({s.type for s in streams if s.type is not None})
        raise refusal("no_sound", what=" and ".join(kinds)) if kinds else refusal("damaged")
    problems: list[Rejected] = []
    for number, stream in enumerate(streams.audio, start=1):
        problem = _problem(stream, bounds)
        if problem is None:
            return stream, _source(container, stream, number, said)
        problems.append(problem)
    raise problems[0]


def _problem(stream: Any, bounds: Bounds) -> Rejected | None:
    """Return why a sound stream cannot be used, None where it can."""
    context = stream.codec_context
    if context is None:
        return refusal("unsupported_codec", what="something unknown")
    if _tag(context) in ENCRYPTED_TAGS:
        return refusal("encrypted")
    if context.layout.nb_channels > bounds.max_channels:
        return refusal("too_many_channels", what=context.layout.nb_channels, most=bounds.max_channels)
    try:
        check_rate(context.sample_rate or LOWEST_RATE)
    except Rejected as error:
        return error
    return None


def check_rate(rate_hz: int) -> None:
    """Raise `Rejected` for a sample rate that no recording of speech has."""
    if not LOWEST_RATE <= rate_hz <= HIGHEST_RATE:
        raise refusal("sample_rate", what=rate_hz)


def _tag(context: Any) -> str:
    """Return the four characters by which the container names the codec, empty where they are no text."""
    try:
        return str(context.codec_tag)
    except UnicodeDecodeError:
        return ""


def _source(container: Any, stream: Any, number: int, said: Promise) -> Source:
    """Return what the container says of the chosen stream, the `number`-th sound stream from 1."""
    streams = len(container.streams.audio)
    warnings = (
        (f"The file holds {streams} sound streams; only stream {number} was reviewed.",)
        if streams > 1
        else ()
    )
    context = stream.codec_context
    return Source(
        sample_rate_hz=context.sample_rate,
        channels=context.layout.nb_channels,
        container=container.format.name.split(",")[0],
        codec=context.name,
        promised_s=said.seconds if said.seconds is not None else _promised(container, stream),
        slack_s=EXACT_SLACK_S if said.seconds is not None else SLACK_S,
        ended=said.ended,
        warnings=warnings,
    )


def _promised(container: Any, stream: Any) -> float | None:
    """Return the end of the stream by its header, seconds on the player's time line.

    None for formats without a length in the header.
    """
    if container.format.name.split(",")[0] in LENGTHLESS:
        return None
    if stream.duration is not None and stream.time_base is not None:
        start = max(float((stream.start_time or 0) * stream.time_base) - origin(container), 0.0)
        return start + float(stream.duration * stream.time_base)
    only = len(container.streams) == 1
    return container.duration / 1_000_000 if only and container.duration else None


def origin(container: Any) -> float:
    """Return the time stamp, in seconds, that a player shows as 0."""
    start = (container.start_time or 0) / 1_000_000
    zero = container.format.name.split(",")[0] in ZERO_BASED and start < LATE_START_S
    return 0.0 if zero else start
