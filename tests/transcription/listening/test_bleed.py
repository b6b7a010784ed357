"""Leaks are taken out, people are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.progress import ignore
from core.settings import DecodeSettings
from models.transcript import Region
from tests.factories.sounds import Sound, delayed, hiss, recording, spoken
from transcription.decoding.decode import decode
from transcription.listening.bleed import SWITCH, BleedResult, best_states, suppress_bleed

SECONDS = 30.0
OWN = tuple(Region(6.0 * n, 6.0 * n + 2.5, 0) for n in range(5))
OTHER = tuple(Region(6.0 * n + 3.0, 6.0 * n + 5.5, 1) for n in range(5))


def heard(lag_s: float) -> tuple[Region, ...]:
    """Return the leak of `OTHER` as voice activity would report it on channel 0."""
    return tuple(Region(r.start + lag_s, r.end + lag_s, 0) for r in OTHER)


def leaking(gain_db: float, lag_s: float, talk: tuple[Region, ...] = (*OWN, *OTHER)) -> Sound:
    sound = spoken(talk, SECONDS)
    sound[:, 0] += delayed(sound[:, 1], lag_s, gain_db)
    return sound + hiss(sound.shape, -70.0)


def seconds(regions: tuple[Region, ...], inside: tuple[Region, ...], channel: int) -> float:
    """Return how many seconds of a channel's regions lie inside others."""
    pairs = ((r, i) for r in regions if r.channel == channel for i in inside)
    return sum(max(min(r.end, i.end) - max(r.start, i.start), 0.0) for r, i in pairs)


@pytest.mark.parametrize("gain_db", [-6.0, -20.0, -35.0])
@pytest.mark.parametrize("lag_s", [0.0, 0.003, 0.3])
def test_a_leak_is_removed_and_nothing_else(gain_db: float, lag_s: float) -> None:
    found = suppress_bleed(recording(leaking(gain_db, lag_s)), (*OWN, *OTHER, *heard(lag_s)))
    assert seconds(found.removed, heard(lag_s), 0) > 0.8 * 12.5
    assert seconds(found.speech, OWN, 0) > 12.5 - 0.3
    assert seconds(found.speech, OTHER, 1) == pytest.approx(12.5)
    assert [(leak.source, leak.target) for leak in found.leaks] == [(1, 0)]
    assert found.leaks[0].lag_s == pytest.approx(lag_s, abs=0.002)
    assert found.leaks[0].gain_db == pytest.approx(gain_db, abs=4.0)


def test_somebody_who_speaks_over_the_leak_keeps_the_region() -> None:
    over = tuple(Region(r.start + 0.5, r.end - 0.5, 0) for r in OTHER)
    sound = leaking(-10.0, 0.05, (*over, *OTHER))
    found = suppress_bleed(recording(sound), (*OTHER, *heard(0.05)))
    assert seconds(found.speech, over, 0) > 0.8 * 7.5
    assert seconds(found.speech, OTHER, 1) == pytest.approx(12.5)


def test_without_a_leak_nothing_changes() -> None:
    sound = spoken((*OWN, *OTHER), SECONDS)
    speech = tuple(sorted((*OWN, *OTHER), key=lambda r: r.start))
    assert suppress_bleed(recording(sound + hiss(sound.shape, -60.0)), speech) == BleedResult(
        speech, (), 0.0, ()
    )
    assert suppress_bleed(recording(sound), ()) == BleedResult((), (), 0.0, ())
    assert suppress_bleed(recording(sound), OWN) == BleedResult(OWN, (), 0.0, ())


@pytest.mark.shared
def test_nothing_is_removed_from_isolated_channels(shared: Path, tmp_path: Path) -> None:
    path = shared / "audio" / "calls" / "auto_repairs_40.stereo_agent_caller.wav"
    audio = decode(path, tmp_path, DecodeSettings(), ignore).audio
    whole = tuple(Region(0.0, audio.duration_s, channel) for channel in (0, 1))
    assert suppress_bleed(audio, whole).removed == ()


@given(st.lists(st.floats(-0.75, 0.75), min_size=1, max_size=9))
def test_the_states_found_are_the_best(evidence: list[float]) -> None:
    values = np.array(evidence)

    def worth(states: np.ndarray) -> float:
        return float(np.where(states, values, -values).sum()) - SWITCH * float(
            np.abs(np.diff(states.astype(int))).sum()
        )

    every = [np.array([bool(n >> bit & 1) for bit in range(len(values))]) for n in range(2 ** len(values))]
    assert worth(best_states(values)) == pytest.approx(max(worth(states) for states in every))
