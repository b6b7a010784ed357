"""The chosen sound stream, packet by packet, to its places in the canonical file (decoding child only)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from transcription.decoding.canonical import RATE, CanonicalWriter
from transcription.decoding.demux import Bounds, Source, check_rate, choose, open_sound, origin
from transcription.decoding.probe import promise
from transcription.decoding.refusals import refusal, span
from transcription.decoding.resample import Resampler, kind
from transcription.decoding.timeline import Timeline

MOST_FAILURES = 100
"""Read errors in a row after which the rest of a file is given up."""
SHORTEST_S = 0.2
LONG_GAPS_S = 1.0
"""Gaps are mentioned from this sum on; silence suppression leaves many short ones."""
CUT = "The file is cut short: it lacks its proper end, and the end of the call may be missing."
CLOCKLESS = ("mp3", "aac", "amr", "gsm", "wav")
"""Formats without time stamps: where bytes are unreadable only their number tells the time lost."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What could not be decoded: packets, and the seconds they stood for."""

    packets: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Sound:
    """What was written and what is to be said about it."""

    source: Source
    frames: int
    warnings: tuple[str, ...]


def convert(
    file: BinaryIO, size: int, target: BinaryIO, bounds: Bounds, report: Callable[[float], None]
) -> Sound:
    """Write the first usable sound stream of `file` to `target` and return what it is.

    Raises `Rejected` where there is no sound that can be reviewed.
    """
    said = promise(file, size)
    file.seek(0)
    container = open_sound(file)
    with container:
        stream, source = choose(container, bounds, said)
        session = _Session(container, stream, target, source, bounds)
        for done in session.run():
            report(done / max(size, 1))
        return session.finish()


class _Sink:
    """Takes frames in turn and writes them where they belong, each unbroken run through one resampler."""

    def __init__(self, target: BinaryIO, layout: str, channels: int, limit_s: float) -> None:
        self._writer = CanonicalWriter(target, channels)
        self._layout = layout
        self._limit_s = limit_s
        self._resampler: Resampler | None = None
        self._position = 0
        self.changes = 0
        self.channels = channels

    def take(self, frame: Any, begin: float | None) -> None:
        """Write a frame at `begin` seconds, or where the last one ended when None."""
        resampler = self._resampler
        changed = resampler is not None and resampler.kind != kind(frame)
        if resampler is None or begin is not None or changed:
            self._flush()
            self.changes += changed
            self._position = self._position if begin is None else round(begin * RATE)
            resampler = self._resampler = Resampler(frame, self._layout)
        self._put(resampler.push(frame))

    def finish(self) -> int:
        """Write the rest and the header, and return the length in frames; raises `Rejected` if too short."""
        self._flush()
        seconds = self._writer.frames / RATE
        if seconds < SHORTEST_S:
            raise refusal("too_short", what=span(seconds)) if seconds else refusal("damaged")
        return self._writer.finish().frames

    def _flush(self) -> None:
        """Bring the end of the current run to the file."""
        if self._resampler is not None:
            self._put(self._resampler.flush())
            self._resampler = None

    def _put(self, data: bytes) -> None:
        """Write sound at the current place; raises `Rejected` past the limit."""
        self._position = self._writer.put(self._position, data)
        if self._writer.frames > self._limit_s * RATE:
            raise refusal("too_long", most=span(self._limit_s))


class _Session:
    """One pass over the chosen stream: packets to frames to their places."""

    def __init__(self, container: Any, stream: Any, target: BinaryIO, source: Source, bounds: Bounds) -> None:
        self._container = container
        self._stream = stream
        self._source = source
        self._target = target
        self._limit_s = bounds.max_duration_s
        self._timeline = Timeline(origin(container), bounds.max_duration_s)
        self._sink: _Sink | None = None
        self._damage = Damage()
        self._pace = _Pace()

    def run(self) -> Iterator[int]:
        """Decode everything, yielding the position in the file, in bytes, now and then."""
        from av.stream import Discard

        self._stream.codec_context.thread_count = 1
        for other in self._container.streams:
            if other.index != self._stream.index:
                other.discard = Discard.all
        for packet in self._packets():
            for frame in self._frames(packet):
                self._take(frame)
            if packet.pos is not None:
                yield packet.pos

    def finish(self) -> Sound:
        """Finish the file and return what it holds; raises `Rejected` where that is too little."""
        if self._sink is None:
            raise refusal("damaged")
        frames = self._sink.finish()
        source = replace(self._source, channels=self._sink.channels)
        return Sound(source, frames, (*source.warnings, *self._findings(self._sink, frames / RATE)))

    def _packets(self) -> Iterator[Any]:
        """Yield the packets of the stream, reading on after errors, then the flush."""
        from av.error import FFmpegError

        for _ in range(MOST_FAILURES):
            try:
                yield from self._container.demux(self._stream)
            except FFmpegError:
                self._damage = replace(self._damage, packets=self._damage.packets + 1)
            else:
                return

    def _frames(self, packet: Any) -> list[Any]:
        """Return the frames of a packet, none where it is damaged."""
        from av.error import EOFError as Ended
        from av.error import FFmpegError

        try:
            frames: list[Any] = packet.decode()
        except Ended:
            return []
        except FFmpegError:
            self._lose(packet)
            return []
        self._pace.learn(packet)
        return frames

    def _lose(self, packet: Any) -> None:
        """Take note of a packet that cannot be decoded; its time passes in silence."""
        stated = _duration_s(packet)
        lost = self._pace.lost_s(packet) if self._source.container in CLOCKLESS else stated
        self._timeline.shift(lost - stated)
        self._damage = Damage(self._damage.packets + 1, self._damage.seconds + lost)

    def _take(self, frame: Any) -> None:
        """Put one frame where its time stamp says."""
        if not frame.samples:
            return
        check_rate(frame.sample_rate)
        stamp = float(frame.pts * frame.time_base) if frame.pts is not None else None
        begin = self._timeline.place(stamp, frame.samples / frame.sample_rate)
        if self._sink is None:
            self._sink = self._first(frame)
        self._sink.take(frame, begin)

    def _first(self, frame: Any) -> _Sink:
        """Return the sink, in the frame's own layout where its channels are as many as announced."""
        announced = self._stream.codec_context.layout
        same = frame.layout.nb_channels == announced.nb_channels or not announced.nb_channels
        layout = frame.layout if same else announced
        if not self._source.sample_rate_hz:
            self._source = replace(self._source, sample_rate_hz=frame.sample_rate)
        return _Sink(self._target, str(layout.name), layout.nb_channels, self._limit_s)

    def _findings(self, sink: _Sink, duration_s: float) -> tuple[str, ...]:
        """Return what a user should know about how the sound was read."""
        disorder = self._timeline.disorder
        found = (
            (not self._source.ended, CUT),
            (self._damage.packets, _damaged(self._damage)),
            (disorder.gaps_s - self._damage.seconds >= LONG_GAPS_S, _gaps(disorder.gaps_s)),
            (disorder.jumps, "The clock of the recording jumps; the sound was joined there."),
            (sink.changes, "The sound changes its format midway; it was brought to one."),
        )
        return (*_missing(self._source, duration_s), *(line for true, line in found if true))


class _Pace:
    """How many seconds a byte holds, learnt from the packets that could be decoded."""

    def __init__(self) -> None:
        self._bytes = 0
        self._seconds = 0.0

    def learn(self, packet: Any) -> None:
        """Take note of a good packet."""
        self._bytes += packet.size
        self._seconds += _duration_s(packet)

    def lost_s(self, packet: Any) -> float:
        """Return the seconds of sound that a bad packet stood for.

        Where the frame headers are destroyed FFmpeg's parser hands over the whole stretch as one
        packet with the duration of one frame.
        """
        return max(packet.size * self._seconds / self._bytes if self._bytes else 0.0, _duration_s(packet))


def _duration_s(packet: Any) -> float:
    """Return the duration of a packet in seconds, 0 where it is not known."""
    return float(packet.duration * packet.time_base) if packet.duration else 0.0


def _missing(source: Source, duration_s: float) -> tuple[str, ...]:
    """Return the warning for a file that ends before its header says, else nothing."""
    promised_s = source.promised_s
    if promised_s is None or promised_s - duration_s < source.slack_s:
        return ()
    said, read, lost = span(promised_s), span(duration_s), span(promised_s - duration_s)
    return (f"The file is cut short: its header promises {said}, {read} could be read ({lost} missing).",)


def _damaged(damage: Damage) -> str:
    """Return the warning for packets that could not be decoded."""
    return f"The file is damaged: {span(damage.seconds)} of it could not be decoded and is silent here."


def _gaps(gaps_s: float) -> str:
    """Return the warning for gaps in the time stamps."""
    return f"The recording has gaps, {span(gaps_s)} together; they are silent here."
