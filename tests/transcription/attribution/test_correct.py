"""Corrections: words and turns go where people say, and nothing else changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.correction import Edit, Merge, Reassign, Reword
from models.transcript import UNKNOWN_SPEAKER, Turn, Word
from transcription.attribution.correct import Spoken, apply, channels, correct
from transcription.attribution.coverage import union

VOICES = ("S1", "S2", "S3")
LENGTH_S = 60.0


def said(speaker: str, text: str, start: float, step: float = 0.5, channel: int = 0) -> list[Word]:
    """Return words of equal length, one after another."""
    return [
        Word(start + i * step, start + (i + 1) * step, part, 0.9, channel, speaker=speaker)
        for i, part in enumerate(text.split())
    ]


CALL = Spoken(
    (*said("S1", "Hello this is Ana", 1.0), *said("S2", "I have a question", 4.0), *said("S1", "Sure.", 7.0)),
    (Turn(0.9, 3.2, "S1"), Turn(3.9, 6.1, "S2"), Turn(6.9, 7.6, "S1")),
)


def told(spoken: Spoken) -> list[tuple[str | None, str]]:
    """Return who says which words, in their order."""
    runs: list[tuple[str | None, str]] = []
    for word in spoken.words:
        if runs and runs[-1][0] == word.speaker:
            runs[-1] = (word.speaker, f"{runs[-1][1]} {word.text}")
        else:
            runs.append((word.speaker, word.text))
    return runs


def made(edit: Edit, spoken: Spoken = CALL) -> Spoken:
    found = apply(spoken, edit)
    assert found is not None
    return found


@st.composite
def calls(draw: st.DrawFn) -> Spoken:
    """Return words in order of time on each of two channels, and turns that know nothing of them."""
    words: list[Word] = []
    for channel in (0, 1):
        now = 0
        for gap, length, voice in draw(
            st.lists(
                st.tuples(st.integers(0, 8), st.integers(0, 8), st.sampled_from((*VOICES, UNKNOWN_SPEAKER))),
                max_size=12,
            )
        ):
            now += gap
            text = draw(st.sampled_from(("and", "yes.", "我", "well,")))
            words.append(Word(now / 8, (now + length) / 8, text, 0.9, channel, speaker=voice))
            now += length
    words.sort(key=lambda word: word.start)
    spans = st.tuples(st.integers(0, 200), st.integers(1, 60), st.sampled_from(VOICES))
    turns = sorted(
        (Turn(a / 8, (a + n) / 8, who) for a, n, who in draw(st.lists(spans, max_size=10))),
        key=lambda turn: (turn.start, turn.end),
    )
    return Spoken(tuple(words), tuple(turns))


@st.composite
def moves(draw: st.DrawFn) -> Edit:
    """Return an edit that says whose words are."""
    one, other = draw(st.sampled_from((*VOICES, UNKNOWN_SPEAKER))), draw(st.sampled_from((*VOICES, "S4")))
    start, length = draw(st.integers(0, 200)), draw(st.integers(1, 80))
    stretch = Reassign(one, start / 8, (start + length) / 8, other)
    return Merge(one, other) if draw(st.booleans()) else stretch


@st.composite
def rewords(draw: st.DrawFn) -> Reword:
    """Return an edit of what is said."""
    start, length = draw(st.integers(0, 200)), draw(st.integers(1, 80))
    text = draw(st.sampled_from(("", "yes.", "and well, yes.", "我们好。", "one two three four five six")))
    channel = draw(st.sampled_from((None, 0, 1)))
    return Reword(draw(st.sampled_from(VOICES)), start / 8, (start + length) / 8, text, channel)


def talk(turns: Sequence[Turn]) -> tuple[tuple[float, float], ...]:
    """Return the seconds in which anybody speaks."""
    return union(turns)


def in_order(spoken: Spoken) -> bool:
    """Return whether each speaker's words are in order of time."""
    return all(
        before.start <= after.start
        for who in spoken.speakers
        for before, after in pairwise(word for word in spoken.words if word.speaker == who)
    )


def test_nothing_put_right_changes_nothing() -> None:
    found = correct(CALL, ())
    assert found.spoken is CALL
    assert found.idle == ()


@given(calls(), st.lists(moves() | rewords(), max_size=6))
def test_words_stay_in_order_and_within_the_call(call: Spoken, edits: list[Edit]) -> None:
    after = correct(call, edits).spoken
    assert in_order(after)
    first = min((w.start for w in call.words), default=0.0)
    last = max((w.end for w in call.words), default=0.0)
    assert all(first <= word.start <= word.end <= last for word in after.words)
    assert all(turn.end > turn.start for turn in after.turns)


@given(calls(), st.lists(moves(), max_size=6))
def test_whose_words_they_are_changes_no_word_and_no_second_of_talk(call: Spoken, edits: list[Edit]) -> None:
    after = correct(call, edits).spoken

    def plain(words: Sequence[Word]) -> list[Word]:
        bare = (replace(w, speaker=None, speaker_confidence=None, overlap=False) for w in words)
        return sorted(bare, key=lambda w: (w.start, w.end, w.channel, w.text))

    assert plain(after.words) == plain(call.words)
    assert talk(after.turns) == talk(call.turns)


@given(calls(), st.sampled_from(VOICES), st.sampled_from((*VOICES, "S4")))
def test_after_a_merge_all_of_one_is_the_others(call: Spoken, one: str, other: str) -> None:
    if one == other or one not in call.speakers:
        return
    after = made(Merge(one, other), call)
    assert after.speakers == (call.speakers - {one}) | {other}
    both = [turn for turn in call.turns if turn.speaker in {one, other}]
    assert talk([turn for turn in after.turns if turn.speaker == other]) == talk(both)


@given(calls(), moves())
def test_what_an_edit_moved_it_does_not_find_again(call: Spoken, edit: Edit) -> None:
    once = apply(call, edit)
    if once is not None and isinstance(edit, Merge) and edit.speaker != edit.into:
        assert apply(once, edit) is None


@given(calls(), rewords())
def test_other_words_leave_everybody_elses_and_all_turns(call: Spoken, edit: Reword) -> None:
    after = apply(call, edit)
    if after is None:
        assert call.text(edit) == ""
        return
    assert after.turns == call.turns
    others = [word for word in call.words if word.speaker != edit.speaker]
    assert [word for word in after.words if word.speaker != edit.speaker] == others


def test_a_stretch_becomes_anothers_by_the_middles_of_words() -> None:
    after = made(Reassign("S1", 2.0, 3.0, "S3"))
    assert told(after) == [
        ("S1", "Hello this"),
        ("S3", "is Ana"),
        ("S2", "I have a question"),
        ("S1", "Sure."),
    ]
    assert {word.speaker_confidence for word in after.words if word.speaker == "S3"} == {1.0}


def test_turns_are_cut_at_the_borders_and_leave_no_slivers() -> None:
    after = made(Reassign("S1", 2.0, 3.0, "S3"))
    assert after.turns == (
        Turn(0.9, 2.0, "S1"),
        Turn(2.0, 3.2, "S3"),
        Turn(3.9, 6.1, "S2"),
        Turn(6.9, 7.6, "S1"),
    )


def test_a_stretch_that_touches_a_turn_without_its_words_leaves_the_turn() -> None:
    after = made(Reassign("S2", 4.0, 6.0, "S1"))
    assert after.turns == (Turn(0.9, 3.2, "S1"), Turn(3.9, 6.1, "S1"), Turn(6.9, 7.6, "S1"))
    assert made(Reassign("S1", 1.0, 7.0, "S2")).turns[-1] == Turn(6.9, 7.6, "S1")


def test_a_voice_is_given_back() -> None:
    there = made(Reassign("S1", 2.0, 3.0, "S3"))
    assert made(Reassign("S3", 2.0, 3.0, "S1"), there).turns == CALL.turns


def test_words_of_nobody_get_a_speaker() -> None:
    call = Spoken(tuple(said(UNKNOWN_SPEAKER, "Excuse me", 9.0)), ())
    after = made(Reassign(UNKNOWN_SPEAKER, 9.0, 10.0, "S2"), call)
    assert told(after) == [("S2", "Excuse me")]


def test_two_channels_of_one_voice_are_told_in_order_of_time() -> None:
    words = (*said("S1", "one two three", 1.0), *said("S2", "echo", 1.2, channel=1))
    marked = tuple(replace(word, overlap=word.text in {"one", "echo"}) for word in words)
    call = Spoken(marked, (Turn(1, 2.5, "S1"), Turn(1.2, 1.7, "S2")))
    after = correct(call, (Merge("S2", "S1"),)).spoken
    assert told(after) == [("S1", "one echo two three")]
    assert after.turns == (Turn(1, 2.5, "S1"),)
    assert not any(word.overlap for word in after.words)


def test_an_overlap_with_a_third_stays_marked() -> None:
    words = tuple(replace(word, overlap=True) for word in said("S1", "well", 1.0))
    turns = (Turn(1, 2, "S1"), Turn(1, 2, "S2"), Turn(1, 2, "S3"))
    assert correct(Spoken(words, turns), (Merge("S2", "S1"),)).spoken.words[0].overlap


def test_as_many_words_keep_their_times() -> None:
    after = made(Reword("S1", 1.0, 3.0, "Hallo, das ist Anna"))
    assert [(w.start, w.end) for w in after.words] == [(w.start, w.end) for w in CALL.words]
    assert told(after)[0] == ("S1", "Hallo, das ist Anna")
    assert {w.probability for w in after.words[:4]} == {1.0}
    assert {w.probability for w in after.words[4:]} == {0.9}


def test_more_words_share_the_time_of_those_they_replace_by_their_letters() -> None:
    after = made(Reword("S1", 1.0, 3.0, "Hello this was of Ana"))
    assert [(w.text, w.start, w.end) for w in after.words[:5]] == [
        ("Hello", 1.0, 1.5),
        ("this", 1.5, 2.0),
        ("was", 2.0, pytest.approx(2.3)),
        ("of", pytest.approx(2.3), 2.5),
        ("Ana", 2.5, 3.0),
    ]


def test_a_word_that_comes_in_shares_the_time_of_its_neighbour() -> None:
    last = made(Reword("S1", 1.0, 3.0, "Hello this is Ana too"))
    assert [(w.text, w.start) for w in last.words[3:5]] == [("Ana", 2.5), ("too", 2.75)]
    first = made(Reword("S1", 1.0, 3.0, "Oh Hello this is Ana"))
    assert [(w.text, round(w.start, 3)) for w in first.words[:3]] == [
        ("Oh", 1.0),
        ("Hello", 1.143),
        ("this", 1.5),
    ]


def test_words_are_struck_out() -> None:
    after = made(Reword("S1", 7.0, 7.5, ""))
    assert told(after) == told(CALL)[:2]
    assert after.turns == CALL.turns


def test_words_around_anothers_stay_around_them() -> None:
    words = (*said("S1", "so we", 1.0), *said("S2", "yes", 1.9, 0.2), *said("S1", "start now", 2.2))
    after = made(Reword("S1", 1.0, 3.2, "we then really begin today"), Spoken(words, ()))
    assert [who for who, _ in told(after)] == ["S1", "S2", "S1"]
    assert " ".join(w.text for w in after.words if w.speaker == "S1") == "we then really begin today"


def test_characters_of_chinese_are_words_without_spaces() -> None:
    words = tuple(replace(word, spaced=False) for word in said("S1", "你 号", 1.0))
    after = made(Reword("S1", 1.0, 2.0, "你好吗?"), Spoken(words, ()))
    assert [(w.text, w.spaced) for w in after.words] == [("你", False), ("好", False), ("吗?", False)]


def test_one_channel_alone_may_be_meant() -> None:
    words = (*said("S1", "here", 1.0), *said("S1", "there", 1.1, channel=1))
    after = made(Reword("S1", 1.0, 2.0, "where", channel=1), Spoken(words, ()))
    assert [w.text for w in after.words] == ["here", "where"]


def test_shown_times_find_the_words_they_are_shown_for() -> None:
    word = Word(1.0004, 1.0004, "hm", 0.9, speaker="S1")
    assert made(Reword("S1", 1.0, 1.0, "mm"), Spoken((word,), ())).words[0].text == "mm"


def test_what_finds_nothing_is_told_and_the_rest_is_done() -> None:
    gone = Reword("S2", 20.0, 21.0, "hello")
    found = correct(CALL, (gone, Merge("S9", "S1"), Merge("S2", "S1")))
    assert found.idle == (gone, Merge("S9", "S1"))
    assert found.spoken.speakers == {"S1"}


def test_a_new_speaker_is_on_the_channel_their_words_are_on() -> None:
    edits = (Reassign("S2", 0, 1, "S3"), Reassign("S1", 0, 1, "S3"), Merge("S2", "S1"))
    assert channels({"S1": 0, "S2": 1}, edits) == {"S1": 0, "S2": 1, "S3": 1}
    assert channels({}, edits) == {}
