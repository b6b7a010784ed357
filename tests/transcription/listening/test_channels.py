"""What channels are to each other, by their sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.progress import ignore
from core.settings import DecodeSettings
from models.recording import SAMPLE_RATE
from models.transcript import Region
from tests.factories.sounds import Sound, delayed, hiss, recording, spoken, voice
from transcription.decoding.decode import decode
from transcription.listening.channels import ChannelKind, ChannelLayout, channel_layout
from transcription.listening.levels import FRAME

TALK = tuple(Region(3.0 * n, 3.0 * n + 2.5, n % 2) for n in range(10))
SECONDS = 30.0


def layout(sound: Sound) -> ChannelLayout:
    return channel_layout(recording(sound), ignore)


def parties(noise_db: float = -65.0) -> Sound:
    sound = spoken(TALK, SECONDS)
    return sound + hiss(sound.shape, noise_db)


def both(first: Sound, second: Sound) -> Sound:
    return np.stack([first, second], axis=1)


def test_one_channel_is_mono() -> None:
    found = layout(voice(5.0, 1))
    assert (found.kind, found.channels, found.evidence) == (ChannelKind.MONO, (0,), ())


def test_parties_on_their_own_channels_are_separate() -> None:
    found = layout(parties())
    assert (found.kind, found.channels) == (ChannelKind.SEPARATE, (0, 1))
    assert found.evidence[0].envelope_correlation < 0.3


@pytest.mark.parametrize("gain_db", [-6.0, -12.0, -30.0])
def test_parties_that_leak_into_each_other_are_separate(gain_db: float) -> None:
    sound = parties()
    assert layout(sound + delayed(sound[:, ::-1], 0.1, gain_db)).kind is ChannelKind.SEPARATE
    sound[:, 0] += delayed(sound[:, 1], 0.003, gain_db)
    assert layout(sound).kind is ChannelKind.SEPARATE


@pytest.mark.parametrize(
    "copy",
    [
        lambda s: s,
        lambda s: -s,
        lambda s: delayed(s, 0.0, -20.0),
        lambda s: delayed(s, 0.012, 0.0),
        lambda s: s + hiss(s.shape, -50.0),
    ],
    ids=["same", "inverted", "weaker", "later", "noisier"],
)
def test_a_copy_is_dual_mono(copy: object) -> None:
    assert callable(copy)
    mono = voice(SECONDS, 1)
    found = layout(both(mono, copy(mono)))
    assert found.kind is ChannelKind.DUAL_MONO
    assert len(found.channels) == 1


def test_a_weaker_copy_is_not_the_one_that_is_heard() -> None:
    mono = voice(SECONDS, 1)
    assert layout(both(delayed(mono, 0.0, -20.0), mono)).channels == (1,)


@pytest.mark.parametrize("level_db", [-200.0, -60.0, -45.0])
def test_a_channel_of_nothing_but_noise_is_silent(level_db: float) -> None:
    mono = voice(SECONDS, 1)
    found = layout(both(hiss(mono.shape, level_db), mono))
    assert (found.kind, found.channels, found.silent) == (ChannelKind.ONE_SILENT, (1,), (0,))


def test_a_side_that_says_one_word_is_not_silent() -> None:
    talk = (*(Region(3.0 * n, 3.0 * n + 2.5, 0) for n in range(9)), Region(27.5, 28.5, 1))
    sound = spoken(talk, SECONDS)
    assert layout(sound + hiss(sound.shape, -65.0)).kind is ChannelKind.SEPARATE


@pytest.mark.parametrize("far_db", [-3.0, -6.0])
def test_two_microphones_in_one_room_are_mixed(far_db: float) -> None:
    sound = spoken(TALK, SECONDS)
    room = sound + delayed(sound[:, ::-1], 0.002, far_db)
    found = layout(room + hiss(room.shape, -65.0))
    assert (found.kind, found.channels) == (ChannelKind.MIXED, (0, 1))


def test_of_six_channels_those_with_sound_of_their_own_are_used() -> None:
    sound = parties()
    nothing = np.zeros(len(sound), np.float32)
    found = layout(np.stack([nothing, sound[:, 0], nothing, sound[:, 1], sound[:, 0], nothing], axis=1))
    assert (found.kind, found.channels, found.silent) == (ChannelKind.SEPARATE, (1, 3), (0, 2, 5))
    assert found.warnings == (
        "The recording has 6 channels; 2, 4 of them hold sound of their own and were used.",
    )


def test_steady_sound_with_short_beats_is_told_apart_too() -> None:
    """Music whose level stands still but for beats of a frame, which no smoothed level shows."""
    steady = hiss((round(SECONDS * SAMPLE_RATE), 1), -30.0)[:, 0]
    beats = np.repeat(np.arange(len(steady) // FRAME) % 25 == 0, FRAME)
    steady[: len(beats)][beats] *= 4.0
    assert layout(both(steady, steady)).kind is ChannelKind.DUAL_MONO


def test_silence_and_the_shortest_recordings_are_mono() -> None:
    assert layout(np.zeros((16_000, 2), np.float32)).kind is ChannelKind.MONO
    assert layout(np.zeros((100, 2), np.float32)).kind is ChannelKind.MONO


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["calls/auto_repairs_40.stereo_agent_caller.wav", "clips/stereo_diarization.wav"]
)
def test_real_two_channel_calls_are_separate(name: str, shared: Path, tmp_path: Path) -> None:
    audio = decode(shared / "audio" / name, tmp_path, DecodeSettings(), ignore).audio
    assert channel_layout(audio, ignore).kind is ChannelKind.SEPARATE
