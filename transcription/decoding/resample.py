"""Sound without a break to interleaved int16 at 16 kHz through libswresample (decoding child only)."""

from __future__ import annotations

from typing import Any

from transcription.decoding.canonical import RATE


class Resampler:
    """Sound without a break, in one format, to interleaved int16 at 16 kHz through libswresample."""

    def __init__(self, frame: Any, layout: str) -> None:
        import av.filter

        self.kind = kind(frame)
        self._fifo = av.AudioFifo()
        self._block = max(frame.sample_rate // 2, 1)
        self._stride = 2 * av.AudioLayout(layout).nb_channels
        self._graph = av.filter.Graph()
        self._graph.threads = 1
        nodes = (
            self._graph.add(
                "abuffer",
                sample_rate=str(frame.sample_rate),
                sample_fmt=frame.format.name,
                channel_layout=frame.layout.name,
            ),
            self._graph.add("aresample", f"{RATE}"),
            self._graph.add("aformat", sample_fmts="s16", sample_rates=f"{RATE}", channel_layouts=layout),
            self._graph.add("abuffersink"),
        )
        self._graph.link_nodes(*nodes).configure()

    def push(self, frame: Any) -> bytes:
        """Take a frame and return the sound that is ready, half a second at a time or none."""
        frame.pts = None
        self._fifo.write(frame)
        return self._drain() if self._fifo.samples >= self._block else b""

    def flush(self) -> bytes:
        """Return the rest of the sound; nothing can be pushed afterwards."""
        rest = self._drain()
        self._graph.push(None)
        return rest + self._pull()

    def _drain(self) -> bytes:
        """Return what the waiting sound resamples to."""
        block = self._fifo.read()
        if block is None:
            return b""
        block.pts = None
        self._graph.push(block)
        return self._pull()

    def _pull(self) -> bytes:
        """Return everything the graph has ready."""
        from av.error import BlockingIOError as NotYet
        from av.error import EOFError as Ended

        parts: list[bytes] = []
        while True:
            try:
                frame = self._graph.pull()
            except (NotYet, Ended):
                return b"".join(parts)
            parts.append(bytes(memoryview(frame.planes[0])[: frame.samples * self._stride]))


def kind(frame: Any) -> tuple[str, str, int]:
    """Return what must stay the same for frames to be resampled together."""
    return frame.format.name, frame.layout.name, frame.sample_rate
