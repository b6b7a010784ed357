from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from core.errors import NotReady
from core.progress import ignore
from core.settings import DiarizerSettings, Settings
from models.recording import Audio
from models.transcript import Diarization, Region, Turn
from transcription.diarizer import SpeakerBounds
from transcription.engines.pyannote import RegistryDiarizer, load_diarizer

FREE = SpeakerBounds()


class Cancelled(Exception):
    """Raised by a progress report that stops the work."""


@pytest.fixture(scope="module")
def diarizer(settings: Settings) -> RegistryDiarizer:
    return RegistryDiarizer.load(settings)


@pytest.fixture(scope="module")
def call(sample: Path) -> NDArray[np.int16]:
    samples, rate = soundfile.read(sample, dtype="int16")
    assert rate == 16_000
    return np.asarray(samples, dtype=np.int16)


@pytest.fixture(scope="module")
def found(diarizer: RegistryDiarizer, call: NDArray[np.int16]) -> Diarization:
    return diarize(diarizer, call)


def diarize(
    diarizer: RegistryDiarizer,
    samples: NDArray[np.int16],
    bounds: SpeakerBounds = FREE,
    channel: int | None = None,
) -> Diarization:
    audio = Audio(Path("in-memory"), samples[:, None] if samples.ndim == 1 else samples)
    everywhere = tuple(Region(0.0, audio.duration_s, number) for number in range(audio.channels))
    return diarizer.diarize(audio, everywhere, bounds, ignore, channel)


def annotation(turns: tuple[Turn, ...]) -> Annotation:
    out = Annotation()
    for index, turn in enumerate(turns):
        out[Segment(turn.start, turn.end), index] = turn.speaker
    return out


def error(truth: tuple[Turn, ...], turns: tuple[Turn, ...], duration_s: float) -> float:
    """Return the diarization error rate, no collar, over the whole recording."""
    scored = Timeline([Segment(0.0, duration_s)])
    return float(DiarizationErrorRate()(annotation(truth), annotation(turns), uem=scored))


def reference(sample: Path) -> tuple[Turn, ...]:
    rows = [line.split() for line in sample.with_suffix(".rttm").read_text().splitlines()]
    return tuple(Turn(float(r[3]), float(r[3]) + float(r[4]), r[7]) for r in rows)


def test_two_women_on_the_telephone(found: Diarization, sample: Path) -> None:
    assert found.speakers == ("S1", "S2")
    assert error(reference(sample), found.turns, 30.0) < 0.08
    assert 0.5 < found.confidence <= 1.0


def test_exclusive_turns_do_not_overlap_and_turns_do(found: Diarization) -> None:
    exclusive = found.exclusive
    assert all(after.start >= before.end for before, after in pairwise(exclusive))
    assert any(after.start < before.end for before, after in pairwise(found.turns))
    assert {turn.speaker for turn in exclusive} == set(found.speakers)


def test_one_voice_stays_one(diarizer: RegistryDiarizer, call: NDArray[np.int16], sample: Path) -> None:
    voice = reference(sample)[0].speaker
    alone = [t for t in reference(sample) if t.speaker == voice and t.duration > 1]
    parts = [call[round((t.start + 0.6) * 16_000) : round((t.end - 0.6) * 16_000)] for t in alone]
    assert len(diarize(diarizer, np.concatenate(parts)).speakers) == 1


def test_bounds_are_kept(diarizer: RegistryDiarizer, call: NDArray[np.int16]) -> None:
    part = call[160_000:320_000]
    assert len(diarize(diarizer, part, SpeakerBounds(1, 1)).speakers) == 1
    assert len(diarize(diarizer, part, SpeakerBounds(2, 2)).speakers) == 2


def test_silence_has_no_turns(diarizer: RegistryDiarizer) -> None:
    silence = np.zeros(16_000 * 3, dtype=np.int16)
    assert diarize(diarizer, silence).turns == ()


@pytest.mark.parametrize("samples", [0, 1, 160, 399, 400, 1700])
def test_almost_nothing_is_no_failure(diarizer: RegistryDiarizer, samples: int) -> None:
    assert diarize(diarizer, np.full(samples, 900, dtype=np.int16)).turns == ()


def test_without_speech_nothing_is_computed(diarizer: RegistryDiarizer, call: NDArray[np.int16]) -> None:
    def never(_fraction: float) -> None:
        raise Cancelled

    audio = Audio(Path("in-memory"), call.reshape(-1, 1))
    assert diarizer.diarize(audio, (), FREE, never) == Diarization((), (), 0.0)


def test_one_channel_is_heard_alone(diarizer: RegistryDiarizer, call: NDArray[np.int16]) -> None:
    part = call[160_000:320_000]
    stereo = np.stack((np.zeros_like(part), part), axis=1)
    assert diarize(diarizer, stereo, channel=0).turns == ()
    assert diarize(diarizer, stereo, channel=1).turns == diarize(diarizer, part).turns


def test_progress_never_falls_and_ends_at_one(diarizer: RegistryDiarizer, call: NDArray[np.int16]) -> None:
    seen: list[float] = []
    audio = Audio(Path("in-memory"), call[160_000:320_000].reshape(-1, 1))
    diarizer.diarize(audio, (Region(0.0, 10.0),), FREE, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_raising_in_progress_cancels(diarizer: RegistryDiarizer, call: NDArray[np.int16]) -> None:
    def stop(fraction: float) -> None:
        if fraction > 0:
            raise Cancelled

    audio = Audio(Path("in-memory"), call[160_000:320_000].reshape(-1, 1))
    with pytest.raises(Cancelled):
        diarizer.diarize(audio, (Region(0.0, 10.0),), FREE, stop)


def test_telemetry_and_network_are_off() -> None:
    from pyannote.audio.telemetry.metrics import is_metrics_enabled

    assert not is_metrics_enabled()
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_the_fingerprint_names_the_weights(diarizer: RegistryDiarizer, settings: Settings) -> None:
    assert diarizer.fingerprint.startswith("pyannote-registry@")
    assert diarizer.fingerprint == RegistryDiarizer.load(settings).fingerprint


def test_missing_weights_name_the_command(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="make weights"):
        load_diarizer(Settings(weights=tmp_path))


def test_a_missing_community_folder_names_the_setting(tmp_path: Path) -> None:
    chosen = DiarizerSettings(profile="community-1", community_path=tmp_path)
    with pytest.raises(NotReady, match="COMMUNITY_PATH"):
        load_diarizer(Settings(diarizer=chosen))


@pytest.mark.shared
def test_talk_ratio_of_a_mono_call(diarizer: RegistryDiarizer, shared: Path) -> None:
    """The isolated channels say 0.491; also DER and the number of speakers of a whole call."""
    from scipy.signal import resample_poly

    sound, rate = soundfile.read(shared / "audio/calls/auto_repairs_40.mono.wav", dtype="float32")
    samples = (resample_poly(sound, 16_000, rate).clip(-1, 1) * 32767).astype(np.int16)
    turns = diarize(diarizer, samples).turns
    rows = [line.split() for line in (shared / "audio/calls/auto_repairs_40.rttm").read_text().splitlines()]
    truth = tuple(Turn(float(r[3]), float(r[3]) + float(r[4]), r[7]) for r in rows)
    assert {turn.speaker for turn in turns} == {"S1", "S2"}
    assert error(truth, turns, len(samples) / 16_000) < 0.057
    agent = sum(turn.duration for turn in truth if turn.speaker == "agent")
    first = sum(turn.duration for turn in turns if turn.speaker == "S1")
    ratio = first / sum(turn.duration for turn in turns)
    assert ratio == pytest.approx(agent / sum(turn.duration for turn in truth), abs=0.02)
