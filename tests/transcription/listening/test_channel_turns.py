"""Turns off the channels: nothing spoken is lost, the floor is never shared."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.transcript import Region, Turn
from tests.factories.sounds import hiss, recording, spoken
from transcription.listening.channel_turns import turns_of_channels

NOISE = recording(hiss((20 * 16_000, 3), -30.0))
Regions = st.lists(
    st.builds(
        lambda start, length, channel: Region(start, start + length, channel),
        st.floats(0, 18),
        st.floats(0.01, 2.0),
        st.integers(0, 2),
    ),
    max_size=12,
)


def covered(spans: list[tuple[float, float]]) -> float:
    """Return the length of a union."""
    total, reached = 0.0, 0.0
    for start, end in sorted(spans):
        total += max(end - max(start, reached), 0.0)
        reached = max(reached, end)
    return total


@settings(deadline=None, max_examples=60)
@given(Regions)
def test_no_speech_is_lost_and_nobody_shares_the_floor(regions: list[Region]) -> None:
    found = turns_of_channels(NOISE, tuple(regions))
    turns, exclusive = found.diarization.turns, found.diarization.exclusive
    assert all(a.end <= b.start + 1e-9 for a, b in pairwise(exclusive))
    assert sum(t.duration for t in exclusive) == pytest.approx(covered([(r.start, r.end) for r in regions]))
    assert covered([(t.start, t.end) for t in turns]) == pytest.approx(
        covered([(r.start, r.end) for r in regions])
    )
    assert all(
        any(t.start - 1e-9 <= e.start and e.end <= t.end + 1e-9 and t.speaker == e.speaker for t in turns)
        for e in exclusive
    )
    assert found.diarization.speakers == tuple(name for name, _ in found.channel_of)
    assert 0.0 <= found.diarization.confidence <= 1.0


def test_speakers_are_named_in_order_of_appearance_with_their_channel() -> None:
    speech = (Region(1.0, 2.0, 1), Region(2.5, 4.0, 0), Region(4.0, 5.0, 0))
    found = turns_of_channels(NOISE, speech)
    assert found.channel_of == (("S1", 1), ("S2", 0))
    assert found.diarization.turns == (Turn(1.0, 2.0, "S1"), Turn(2.5, 5.0, "S2"))
    assert found.diarization.exclusive == found.diarization.turns
    assert found.diarization.confidence == 1.0


def test_in_an_overlap_the_floor_is_with_the_louder_against_its_own_level() -> None:
    sound = spoken((Region(0.0, 6.0, 0), Region(4.0, 10.0, 1)), 10.0)
    sound[:, 1] *= 0.1
    sound[4 * 16_000 : 6 * 16_000, 0] *= 0.01
    found = turns_of_channels(recording(sound), (Region(0.0, 6.0, 0), Region(4.0, 10.0, 1)))
    floor = np.array([turn.duration for turn in found.diarization.exclusive if turn.speaker == "S2"])
    assert floor.sum() > 5.5
