"""Attribution: every word to who said it, whatever speakers are called and wherever time starts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.transcript import UNKNOWN_SPEAKER, Diarization, Turn, Word
from transcription.attribution.attribute import attribute, attribute_channels

VOICES = ("S1", "S2", "S3")


def diarization(*turns: Turn) -> Diarization:
    """Return turns with an exclusive version in which the speaker who began first goes on."""
    exclusive: list[Turn] = []
    reached = 0.0
    for turn in sorted(turns, key=lambda turn: turn.start):
        if turn.end > reached:
            exclusive.append(Turn(max(turn.start, reached), turn.end, turn.speaker))
            reached = turn.end
    return Diarization(turns, tuple(exclusive), 1.0)


def said(text: str, start: float, end: float, channel: int = 0) -> tuple[Word, ...]:
    """Return the words of a text, spread evenly over a stretch."""
    parts = text.split()
    step = (end - start) / len(parts)
    return tuple(
        Word(start + i * step, start + (i + 1) * step, part, 0.9, channel=channel)
        for i, part in enumerate(parts)
    )


def speakers(words: tuple[Word, ...]) -> list[str | None]:
    return [word.speaker for word in words]


@st.composite
def calls(draw: st.DrawFn) -> tuple[tuple[Word, ...], Diarization]:
    """Return words and turns that know nothing of each other, on a grid of 1/8 s."""
    now, words = 0, []
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=25)):
        now += gap
        text = draw(st.sampled_from(("and", "yes.", "So", "well,")))
        words.append(Word(now / 8, (now + length) / 8, text, 0.9))
        now += length
    turns, begin = [], 0
    for step, length, voice in draw(
        st.lists(st.tuples(st.integers(1, 20), st.integers(1, 40), st.sampled_from(VOICES)), max_size=10)
    ):
        begin += step
        turns.append(Turn(begin / 8, (begin + length) / 8, voice))
    return tuple(words), diarization(*turns)


@given(calls())
def test_no_word_is_lost_moved_or_changed(call: tuple[tuple[Word, ...], Diarization]) -> None:
    words, turns = call
    found = attribute(words, turns)
    assert [(w.text, w.probability, w.channel) for w in found] == [
        (w.text, w.probability, w.channel) for w in words
    ]
    assert all(before.start <= word.start for before, word in pairwise(found))
    allowed = {*turns.speakers, UNKNOWN_SPEAKER}
    assert all(word.speaker in allowed and 0 <= (word.speaker_confidence or 0) <= 1 for word in found)


@given(calls(), st.integers(1, 4096))
def test_time_may_start_anywhere(call: tuple[tuple[Word, ...], Diarization], later: int) -> None:
    words, turns = call

    def shifted(turn: Turn) -> Turn:
        return Turn(turn.start + later, turn.end + later, turn.speaker)

    moved = tuple(replace(word, start=word.start + later, end=word.end + later) for word in words)
    moved_turns = Diarization(tuple(map(shifted, turns.turns)), tuple(map(shifted, turns.exclusive)), 1.0)
    first, second = attribute(words, turns), attribute(moved, moved_turns)
    for before, after in zip(first, second, strict=True):
        sure = (before.speaker_confidence or 0) > 1e-6
        assert before.speaker == after.speaker or not sure


@given(calls(), st.permutations(VOICES))
def test_names_do_not_matter(call: tuple[tuple[Word, ...], Diarization], order: list[str]) -> None:
    words, turns = call
    renamed = dict(zip(VOICES, order, strict=True)) | {UNKNOWN_SPEAKER: UNKNOWN_SPEAKER}

    def rename(turn: Turn) -> Turn:
        return Turn(turn.start, turn.end, renamed[turn.speaker])

    other = Diarization(tuple(map(rename, turns.turns)), tuple(map(rename, turns.exclusive)), 1.0)
    assert [renamed[w.speaker or ""] for w in attribute(words, turns)] == speakers(attribute(words, other))


@given(calls())
def test_one_voice_says_everything(call: tuple[tuple[Word, ...], Diarization]) -> None:
    words, _ = call
    assert set(speakers(attribute(words, diarization(Turn(0.0, 1.0, "S1"))))) <= {"S1"}


@given(calls())
def test_words_deep_inside_a_lone_turn_are_that_voice(call: tuple[tuple[Word, ...], Diarization]) -> None:
    words, turns = call
    for word in attribute(words, turns):
        near = {t.speaker for t in turns.turns if t.start < word.end + 0.31 and t.end > word.start - 0.31}
        inside = [t for t in turns.exclusive if t.start <= word.start - 0.31 and t.end >= word.end + 0.31]
        if inside and len(near) == 1:
            assert word.speaker == inside[0].speaker


def test_nothing_said_and_nobody_heard() -> None:
    assert attribute((), diarization(Turn(0.0, 1.0, "S1"))) == ()
    assert speakers(attribute(said("hello there", 0.0, 1.0), diarization())) == [UNKNOWN_SPEAKER] * 2


def test_a_word_far_from_every_turn_is_nobodys() -> None:
    turns = diarization(Turn(0.0, 2.0, "S1"), Turn(2.0, 4.0, "S2"))
    words = (*said("hello there.", 0.0, 1.0), Word(4.4, 4.6, "Near", 0.9), Word(5.0, 5.2, "Far", 0.9))
    assert speakers(attribute(words, turns)) == ["S1", "S1", "S2", UNKNOWN_SPEAKER]
    assert attribute(words, turns)[-1].speaker_confidence == 0.0


def test_a_phrase_is_not_torn_by_a_boundary_a_little_off() -> None:
    words = (*said("so how can I help you?", 0.0, 1.5), *said("My car is broken.", 1.7, 2.7))
    late = diarization(Turn(0.0, 1.95, "S1"), Turn(1.95, 2.9, "S2"))
    early = diarization(Turn(0.0, 1.2, "S1"), Turn(1.2, 2.9, "S2"))
    for turns in (late, early):
        assert speakers(attribute(words, turns)) == ["S1"] * 6 + ["S2"] * 4


def test_a_clear_back_channel_survives_inside_the_others_sentence() -> None:
    words = (
        *said("I was told that it would be ready", 0.0, 2.4),
        Word(2.7, 3.1, "Yeah.", 0.9),
        *said("by Monday at the latest", 3.4, 4.9),
    )
    turns = diarization(Turn(0.0, 2.45, "S1"), Turn(2.65, 3.15, "S2"), Turn(3.35, 5.0, "S1"))
    assert speakers(attribute(words, turns)) == ["S1"] * 8 + ["S2"] + ["S1"] * 5


def test_a_word_stretched_back_over_a_pause_is_the_next_voices() -> None:
    words = (*said("Is that fine?", 0.0, 0.9), Word(0.95, 2.9, "Yes", 0.9), *said("it is.", 2.9, 3.4))
    turns = diarization(Turn(0.0, 1.0, "S1"), Turn(2.5, 3.5, "S2"))
    assert speakers(attribute(words, turns)) == ["S1"] * 3 + ["S2"] * 3


def test_two_people_at_once_are_marked_and_leave_less_sure() -> None:
    turns = diarization(Turn(0.0, 4.0, "S1"), Turn(2.0, 6.0, "S2"))
    found = attribute(said("one two three four five six", 0.0, 6.0), turns)
    assert [word.overlap for word in found] == [False, False, True, True, False, False]
    sure = [word.speaker_confidence or 0.0 for word in found]
    assert max(sure[2:4]) < min(sure[0], sure[5])


def test_channels_name_their_words_and_keep_phrases_whole() -> None:
    left, right = said("we can come on Monday then", 0.0, 3.0, 0), said("okay great.", 1.0, 1.8, 1)
    mixed = tuple(sorted((*left, *right), key=lambda word: word.start))
    found = attribute_channels(mixed, {0: "S1", 1: "S2"})
    assert [word.text for word in found] == ["we", "can", "come", "on", "Monday", "then", "okay", "great."]
    assert speakers(found) == ["S1"] * 6 + ["S2"] * 2
    assert [word.overlap for word in found] == [False, False, True, True, False, False, True, True]
    assert {word.speaker_confidence for word in found} == {1.0}


def test_a_channel_nobody_is_on() -> None:
    assert speakers(attribute_channels(said("hello", 0.0, 1.0, 3), {0: "S1"})) == [UNKNOWN_SPEAKER]
    assert attribute_channels((), {0: "S1"}) == ()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8), st.integers(0, 2)), max_size=30))
def test_channels_lose_no_word(rows: list[tuple[int, int, int]]) -> None:
    words = tuple(
        Word(a / 4, (a + b) / 4, f"w{i}", 0.9, channel=c) for i, (a, b, c) in enumerate(sorted(rows))
    )
    found = attribute_channels(words, {0: "S1", 1: "S2"})
    for channel in range(3):
        assert [w.text for w in found if w.channel == channel] == [
            w.text for w in words if w.channel == channel
        ]


def test_three_hours_of_eight_people_take_little_time() -> None:
    turns = tuple(Turn(i * 9.0, i * 9.0 + 8.9, f"S{i % 8 + 1}") for i in range(1200))
    words = tuple(word for turn in turns for word in said("well " * 25, turn.start, turn.end))
    before = time.process_time()
    found = attribute(words, Diarization(turns, turns, 1.0))
    assert time.process_time() - before < 4.0  # 0.8 s measured; room for slow and shared machines
    assert len(found) == 30_000


def _rows(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text().splitlines()]


def _meeting(folder: Path, name: str) -> tuple[tuple[Word, ...], Mapping[float, set[str]], Diarization]:
    rows = sorted((float(r[2]), float(r[3]), r[4], r[1]) for r in _rows(folder / f"{name}.words.ctm"))
    truth: dict[float, set[str]] = {}
    for start, _, _, speaker in rows:
        truth.setdefault(start, set()).add(speaker)
    turns = [
        Turn(float(r[3]), float(r[3]) + float(r[4]), r[7])
        for r in _rows(folder / f"{name}.rttm")
        if r[0] == "SPEAKER"
    ]
    words = tuple(Word(start, start + length, text, 0.9) for start, length, text, _ in rows)
    return words, truth, diarization(*turns)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "right"), [("EN2001e", 0.95), ("EN2003a", 0.95), ("ES2003a", 0.95)])
def test_meeting_words_go_to_who_said_them(shared: Path, name: str, right: float) -> None:
    words, truth, turns = _meeting(shared / "audio" / "meetings", name)
    found = attribute(words, turns)
    hits = [word.speaker in truth[original.start] for word, original in zip(found, words, strict=True)]
    assert sum(hits) / len(hits) >= right
