from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.transcript import Region, Turn
from transcription.diarization import powerset
from transcription.diarization.stitching import Assignment, near_speech, overlay, renamed, to_turns
from transcription.diarization.windows import second_of

TABLE = powerset.mapping(3, 2)


def track(*spans: tuple[int, int, int], frames: int = 200) -> NDArray[np.bool_]:
    out = np.zeros((frames, 2), dtype=np.bool_)
    for voice, begin, end in spans:
        out[begin:end, voice] = True
    return out


def test_frames_become_turns() -> None:
    turns = to_turns(track((0, 10, 60), (1, 50, 90)), 100.0)
    assert turns == (
        Turn(second_of(10), second_of(60), "S1"),
        Turn(second_of(50), second_of(90), "S2"),
    )


def test_a_short_pause_is_spoken_through_unless_another_speaks() -> None:
    assert len(to_turns(track((0, 10, 60), (0, 68, 100)), 100.0)) == 1
    assert len(to_turns(track((0, 10, 60), (1, 62, 66), (0, 68, 100)), 100.0)) == 3


def test_a_flicker_is_no_turn_and_no_turn_leaves_the_recording() -> None:
    assert to_turns(track((0, 10, 12)), 100.0) == ()
    assert to_turns(track((0, 10, 200)), 2.0)[0].end == 2.0


@given(st.integers(0, 2**32 - 1))
def test_exclusive_turns_never_overlap_and_lie_within_turns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.full(7, 0.2), size=(3, 120)).astype(np.float32)
    voices = rng.integers(0, 3, size=(3, 120, 3)).astype(np.int8)
    activity = overlay(probabilities, TABLE, Assignment(voices, 1.0), np.array([0, 50, 100]), 3)
    assert activity.exclusive.sum(axis=1).max() <= 1
    assert not (activity.exclusive & ~activity.turns).any()
    assert np.array_equal(activity.exclusive.any(axis=1), activity.turns.any(axis=1))


def test_windows_agree_on_voices_whatever_their_local_order() -> None:
    """The same voice is local 0 in the first window and local 2 in the second."""
    probabilities = np.zeros((2, 100, 7), dtype=np.float32)
    probabilities[0, :, 1] = 1.0
    probabilities[1, :, 3] = 1.0
    voices = np.zeros((2, 100, 3), dtype=np.int8)
    voices[0, :, 0] = 1
    voices[1, :, 2] = 1
    activity = overlay(probabilities, TABLE, Assignment(voices, 1.0), np.array([0, 50]), 2)
    assert activity.turns.tolist() == [[False, True]] * 150


def test_turns_far_from_speech_are_left_out() -> None:
    turns = (Turn(0.0, 1.0, "S1"), Turn(5.0, 6.0, "S2"), Turn(20.0, 21.0, "S1"))
    assert near_speech(turns, (Region(6.4, 8.0), Region(0.2, 0.4))) == turns[:2]
    assert near_speech(turns, (Region(0.0, 30.0), Region(1.0, 2.0))) == turns


def test_speakers_are_named_in_order_of_appearance() -> None:
    turns = (Turn(0.0, 1.0, "S7"), Turn(1.0, 2.0, "S2"))
    named, exclusive = renamed(turns, turns[1:])
    assert [turn.speaker for turn in named] == ["S1", "S2"]
    assert exclusive[0].speaker == "S2"


def test_second_of_rounds_trip() -> None:
    assert second_of(100) == pytest.approx(0.0225 + 100 * 0.016875)
