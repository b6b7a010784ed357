"""Seconds cut out of a recording: the very sound, to the sample, in a file that plays and seeks."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from api import cuts
from api.cuts import cut, cut_of
from core.progress import ignore
from ingest.disk import DiskStore
from models.recording import SAMPLE_RATE, Audio
from tests.report.browser import Browser, found
from transcription.decoding.render import playback

PACKET = 1024
LENGTH_S = 30.0
EXECUTABLE = found()


def rendered(samples: NDArray[np.int16], folder: Path) -> bytes:
    """Return sound as the pipeline makes it playable."""
    return playback(Audio(folder / "made.wav", samples), folder / "playback.m4a", ignore).read_bytes()


def played(content: bytes) -> tuple[float, NDArray[np.float32]]:
    """Return how long a file says that it is, and its sound (channels, frames) as a player decodes it."""
    with av.open(io.BytesIO(content)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        return container.duration / av.time_base, np.concatenate(frames, axis=1)


def part(content: bytes, start_s: float, end_s: float) -> bytes:
    made = cut(content[: content.index(b"mdat") + 4], start_s, end_s)
    assert made.size == len(made.head) + made.end - made.start
    return made.head + content[made.start : made.end]


def alike(found: NDArray[np.float32], expected: NDArray[np.float32]) -> bool:
    """Return whether two sounds are the same, but for the noise that AAC has a player make up itself."""
    return np.allclose(found, expected, rtol=0, atol=1e-3)


class Rendered:
    """A recording as the pipeline makes it playable, and what a player makes of it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.sound = played(content)[1]


@pytest.fixture(scope="module")
def call(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """Return the sample call, in two channels, the second late."""
    with av.open(str(sample)) as container:
        mono = np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)])
    both = np.stack([mono, np.roll(mono, 4000)], axis=1)
    return Rendered(rendered(both.astype(np.int16), tmp_path_factory.mktemp("call")))


@hypothesis_settings(max_examples=60)
@given(start_s=st.floats(0, LENGTH_S - 0.5), length_s=st.floats(0.5, LENGTH_S))
def test_a_cut_is_the_very_sound_of_its_seconds(call: Rendered, start_s: float, length_s: float) -> None:
    end_s = min(start_s + length_s, LENGTH_S)
    duration_s, sound = played(part(call.content, start_s, end_s))
    assert duration_s == pytest.approx(end_s - start_s, abs=0.002)
    assert 0 <= sound.shape[1] - round((end_s - start_s) * SAMPLE_RATE) < PACKET + 1
    first = round(start_s * SAMPLE_RATE)
    expected = call.sound[:, first : first + sound.shape[1]]
    assert alike(sound[:, : expected.shape[1]], expected)


def test_a_cut_holds_the_packets_of_its_seconds_and_no_others(call: Rendered) -> None:
    made = part(call.content, 10.0, 12.0)
    with av.open(io.BytesIO(made)) as container:
        packets = [packet for packet in container.demux(audio=0) if packet.size]
    assert len(packets) == pytest.approx(2.0 * SAMPLE_RATE / PACKET, abs=2)
    assert len(made) < len(call.content) * 2.4 / LENGTH_S


def test_the_whole_can_be_cut_out_and_cut_again(call: Rendered) -> None:
    made = part(call.content, 0.0, 1000.0)
    assert np.array_equal(played(made)[1], call.sound)
    _, sound = played(part(part(call.content, 5.0, 20.0), 5.0, 6.0))
    assert alike(sound, call.sound[:, 10 * SAMPLE_RATE : 10 * SAMPLE_RATE + sound.shape[1]])


@pytest.mark.parametrize("seconds", [0.06, 1.0, 40.0])
def test_silence_is_cut_too(tmp_path: Path, seconds: float) -> None:
    content = rendered(np.zeros((round(seconds * SAMPLE_RATE), 1), np.int16), tmp_path)
    duration_s, sound = played(part(content, seconds / 4, seconds))
    assert duration_s == pytest.approx(seconds * 3 / 4, abs=0.002)
    assert not sound.any()


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"RIFF....WAVEfmt " * 8,
        b"\0\0\0\1ftyp" + bytes(40),
        b"\0\0\0\x20ftyp" + bytes(24),
    ],
)
def test_what_render_did_not_make_is_refused(tmp_path: Path, broken: bytes) -> None:
    async def act() -> None:
        store = DiskStore(tmp_path)
        (tmp_path / "derived").mkdir()
        (tmp_path / "derived" / "x").write_bytes(broken)
        with pytest.raises(ValueError, match=r"file"):
            await cut_of(store, "derived/x", 0.0, 1.0)
        with pytest.raises(FileNotFoundError):
            await cut_of(store, "derived/y", 0.0, 1.0)

    asyncio.run(act())


def test_packets_that_lie_elsewhere_are_refused(call: Rendered) -> None:
    front = call.content[: call.content.index(b"mdat") + 4]
    at = front.index(b"stco") + 12
    moved = front[:at] + (7).to_bytes(4, "big") + front[at + 4 :]
    with pytest.raises(ValueError, match="one after another"):
        cut(moved, 0.0, 1.0)
    newer = front.replace(b"mvhd\0", b"mvhd\1", 1)
    with pytest.raises(ValueError, match="another version"):
        cut(newer, 0.0, 1.0)


@pytest.mark.parametrize("first", [1, 100, 2000, 3000])
def test_an_index_longer_than_the_first_read_is_read_on(
    call: Rendered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    monkeypatch.setattr(cuts, "FIRST_BYTES", first)
    (tmp_path / "call").write_bytes(call.content)

    async def act() -> None:
        store = DiskStore(tmp_path)
        made = await cut_of(store, "call", 12.0, 22.0)
        read = [block async for block in made.read(store, "call", 0, made.size)]
        assert b"".join(read) == part(call.content, 12.0, 22.0)

    asyncio.run(act())


@given(data=st.data())
def test_any_part_of_a_cut_can_be_read(
    call: Rendered, tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    folder = tmp_path_factory.getbasetemp() / "parts"
    folder.mkdir(exist_ok=True)
    (folder / "call").write_bytes(call.content)
    expected = part(call.content, 3.0, 4.0)
    start = data.draw(st.integers(0, len(expected) - 1))
    end = data.draw(st.integers(start + 1, len(expected)))

    async def act() -> bytes:
        store = DiskStore(folder)
        made = await cut_of(store, "call", 3.0, 4.0)
        return b"".join([block async for block in made.read(store, "call", start, end)])

    assert asyncio.run(act()) == expected[start:end]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if EXECUTABLE is None:
        pytest.skip("no Chromium is installed here")
    with Browser(EXECUTABLE) as opened:
        yield opened


def test_a_browser_plays_a_cut_and_seeks_in_it(call: Rendered, tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "clip.m4a").write_bytes(part(call.content, 7.3, 15.8))
    content = base64.b64encode((tmp_path / "clip.m4a").read_bytes()).decode()
    page = tmp_path / "page.html"
    page.write_text(f'<audio id="a" preload="auto" muted src="data:audio/mp4;base64,{content}"></audio>')
    browser.open(page)
    browser.until("document.getElementById('a').readyState === 4")
    assert browser.run("document.getElementById('a').duration") == pytest.approx(8.5, abs=0.07)
    browser.run("document.getElementById('a').currentTime = 6; document.getElementById('a').play()")
    browser.until("document.getElementById('a').ended")
    assert browser.run("document.getElementById('a').error") is None
    assert browser.complaints() == []
