"""Speech detection on real voices, and on everything that is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.progress import ignore
from core.settings import DecodeSettings, SpeechSettings
from models.recording import SAMPLE_RATE, Audio
from models.transcript import Region
from tests.factories import noises
from transcription.decoding.decode import decode
from transcription.engines.silero import Silero
from transcription.listening.speech import FRAME, detect_speech

SETTINGS = SpeechSettings()
STEP_S = 0.01


@pytest.fixture(scope="module")
def silero() -> Silero:
    return Silero()


def spoken(regions: Iterable[tuple[float, float]], duration_s: float) -> NDArray[np.bool_]:
    """Return whether somebody speaks in each 10 ms."""
    flags = np.zeros(round(duration_s / STEP_S) + 1, bool)
    for start, end in regions:
        flags[round(start / STEP_S) : round(end / STEP_S)] = True
    return flags


def reference(path: Path, speaker: str | None = None) -> list[tuple[float, float]]:
    """Return the turns of an RTTM file, of one speaker if named."""
    rows = [line.split() for line in path.read_text().splitlines()]
    return [(float(r[3]), float(r[3]) + float(r[4])) for r in rows if speaker in {None, r[7]}]


def seconds_apart(
    audio: Audio, regions: Iterable[Region], truth: list[tuple[float, float]]
) -> tuple[float, float]:
    """Return the seconds missed and the seconds invented."""
    found = spoken([(r.start, r.end) for r in regions], audio.duration_s)
    right = spoken(truth, audio.duration_s)
    return float((right & ~found).sum() * STEP_S), float((found & ~right).sum() * STEP_S)


@pytest.mark.parametrize("level", [1.0, 0.05])
@pytest.mark.parametrize("name", noises.NOT_SPEECH)
def test_what_is_no_voice_is_no_speech(silero: Silero, name: str, level: float) -> None:
    audio = noises.audio_of(noises.NOT_SPEECH[name](12.0) * level)
    assert detect_speech(audio, silero, (0,), SETTINGS, ignore).regions == ()


def test_the_sample_call_is_found_to_a_quarter_second(silero: Silero, sample: Path) -> None:
    audio = noises.recording(sample)
    regions = detect_speech(audio, silero, (0,), SETTINGS, ignore).regions
    missed, invented = seconds_apart(audio, regions, reference(sample.with_suffix(".rttm")))
    assert missed < 0.4
    assert invented < 0.4


@pytest.mark.parametrize("gain", [0.02, 0.2, 1.5])
def test_level_does_not_matter(silero: Silero, sample: Path, gain: float) -> None:
    original = noises.recording(sample)
    heard = noises.audio_of(original.window(0, 30, 0).astype(np.float64) * gain)
    regions = detect_speech(heard, silero, (0,), SETTINGS, ignore).regions
    missed, invented = seconds_apart(heard, regions, reference(sample.with_suffix(".rttm")))
    assert missed + invented < 1.5


def test_a_quiet_voice_after_a_loud_one_is_recovered(silero: Silero, sample: Path) -> None:
    voice = noises.recording(sample).window(6.5, 16.5, 0).astype(np.float64)
    quiet = voice * 0.05
    audio = noises.audio_of(np.concatenate([voice, noises.silence(1.0), quiet, noises.silence(1.0)]))
    regions = detect_speech(audio, silero, (0,), SETTINGS, ignore).regions
    late = sum(r.duration for r in regions if r.start >= 10.5)
    assert late > 6.0


def test_channels_keep_their_own_speech(silero: Silero, sample: Path) -> None:
    voice = noises.recording(sample).window(0, 30, 0).astype(np.float64)
    audio = noises.audio_of(noises.silence(30.0), voice)
    regions = detect_speech(audio, silero, (0, 1), SETTINGS, ignore).regions
    assert {region.channel for region in regions} == {1}


def test_regions_are_in_order_apart_and_inside(silero: Silero, sample: Path) -> None:
    audio = noises.recording(sample)
    regions = detect_speech(audio, silero, (0,), SETTINGS, ignore).regions
    edges = [edge for region in regions for edge in (region.start, region.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= audio.duration_s + STEP_S


def test_progress_rises_to_one_and_may_cancel(silero: Silero, sample: Path) -> None:
    audio = noises.recording(sample)
    seen: list[float] = []
    detect_speech(audio, silero, (0,), SETTINGS, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def cancel(_fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        detect_speech(audio, silero, (0,), SETTINGS, cancel)


class Deaf:
    """Voice activity that hears nothing in long sound, only in a stretch by itself."""

    def __init__(self, inner: Silero) -> None:
        self._inner = inner

    @property
    def fingerprint(self) -> str:
        return "deaf"

    def probabilities(self, blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
        for block in blocks:
            if len(block) > 29 * SAMPLE_RATE:
                yield np.zeros(-(-len(block) // FRAME), np.float32)
            else:
                yield from self._inner.probabilities([block])


def test_loud_speech_that_voice_activity_drops_comes_back_with_a_warning(
    silero: Silero, sample: Path
) -> None:
    audio = noises.recording(sample)
    found = detect_speech(audio, Deaf(silero), (0,), SETTINGS, ignore)
    assert sum(r.duration for r in found.regions) > 15.0
    assert found.recovered
    assert "brought back" in found.warnings[0]


@pytest.mark.shared
def test_isolated_channels_give_the_talk_ratio(silero: Silero, shared: Path, tmp_path: Path) -> None:
    calls = shared / "audio" / "calls"
    source = calls / "auto_repairs_40.stereo_agent_caller.wav"
    audio = decode(source, tmp_path / "canonical.wav", DecodeSettings(), ignore).audio
    regions = detect_speech(audio, silero, (0, 1), SETTINGS, ignore).regions
    talk = [sum(r.duration for r in regions if r.channel == channel) for channel in (0, 1)]
    truth = [
        sum(end - start for start, end in reference(calls / "auto_repairs_40.rttm", speaker))
        for speaker in ("agent", "caller")
    ]
    assert talk[0] / sum(talk) == pytest.approx(truth[0] / sum(truth), abs=0.01)
    for channel, speaker in enumerate(("agent", "caller")):
        own = [r for r in regions if r.channel == channel]
        missed, invented = seconds_apart(audio, own, reference(calls / "auto_repairs_40.rttm", speaker))
        assert missed < 4.0
        assert invented < 4.0


@pytest.mark.shared
def test_a_nearly_silent_meeting_stays_so(silero: Silero, shared: Path) -> None:
    audio = noises.recording(shared / "audio" / "meetings" / "EN2001b.Mix-Headset.0-30s.wav")
    regions = detect_speech(audio, silero, (0,), SETTINGS, ignore).regions
    assert sum(region.duration for region in regions) < 1.0
