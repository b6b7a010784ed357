"""Utterances: one speaker, one sentence, all words."""

# ruff: noqa: RUF001 - Chinese is written with its own punctuation

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.transcript import UNKNOWN_SPEAKER, Word
from transcription.attribution.utterances import FEWEST_WORDS, MOST_WORDS, utterances


@st.composite
def _words(draw: st.DrawFn) -> tuple[Word, ...]:
    words: list[Word] = []
    now = 0.0
    for text, gap, speaker in draw(
        st.lists(
            st.tuples(
                st.sampled_from(("one", "two,", "Three", "four.", "five?")),
                st.sampled_from((0.0, 0.1, 0.5, 2.0)),
                st.sampled_from(("S1", "S1", "S1", "S2", None)),
            ),
            max_size=150,
        )
    ):
        now += gap
        words.append(Word(now, now + 0.25, text, 0.9, speaker=speaker))
        now += 0.25
    return tuple(words)


@given(_words())
def test_every_word_is_in_one_utterance_of_its_speaker(words: tuple[Word, ...]) -> None:
    found = utterances(words, "en")
    covered = [index for u in found for index in range(u.first_word, u.last_word + 1)]
    assert covered == list(range(len(words)))
    for u in found:
        own = words[u.first_word : u.last_word + 1]
        assert {word.speaker or UNKNOWN_SPEAKER for word in own} == {u.speaker}
        assert (u.start, u.end) == (own[0].start, own[-1].end)
        assert len(own) <= MOST_WORDS
        assert u.text.split() == [word.text for word in own]


def _said(text: str, gap: float = 0.0, *, spaced: bool = True) -> tuple[Word, ...]:
    parts = text.split() if spaced else list(text)
    return tuple(
        Word(i * (0.25 + gap), i * (0.25 + gap) + 0.25, part, 0.9, spaced=spaced, speaker="S1")
        for i, part in enumerate(parts)
    )


def test_each_sentence_is_an_utterance() -> None:
    found = utterances(_said("Hello there. Dr. Lee is in. Is he?"), "en")
    assert [u.text for u in found] == ["Hello there.", "Dr. Lee is in.", "Is he?"]


def test_silence_ends_an_utterance() -> None:
    assert len(utterances(_said("one two", gap=1.3), "en")) == 2


def test_chinese_is_joined_without_spaces_and_split_at_its_marks() -> None:
    words = tuple(
        Word(i / 4, i / 4 + 0.2, text, 0.9, spaced=False, speaker="S1")
        for i, text in enumerate(("您", "好。", "请", "问", "有", "空", "吗？"))
    )
    assert [u.text for u in utterances(words, "zh")] == ["您好。", "请问有空吗？"]


def test_a_long_sentence_is_cut_at_its_comma() -> None:
    words = _said(" ".join(["word"] * 29) + " comma, " + " ".join(["word"] * 30))
    assert [u.last_word for u in utterances(words, "en")] == [29, 59]


def test_a_sentence_without_pauses_is_cut_into_few_pieces() -> None:
    found = utterances(_said(" ".join(["word"] * 95)), "en")
    assert [u.last_word - u.first_word + 1 for u in found] == [40, 40, 15]
    assert all(u.last_word - u.first_word + 1 >= FEWEST_WORDS for u in found)
