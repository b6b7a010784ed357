"""Normalised text: one form for what is said, and the way back to the words."""

# ruff: noqa: RUF001 - Chinese is written with its own punctuation

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.transcript import Word
from transcription.roles.spoken_text import normalise, spoken_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("I'd like", "i would like"),
        ("I\u2019m", "i am"),
        ("CAN'T,", "can not"),
        ("Thanks!", "thank you"),
        ("What's", "what is"),
        ("Jack's", "jack"),
        ("'kay", "kay"),
        ("-", ""),
        ("請問，您好？", "请问您好"),
        ("WiFi坏了", "wifi坏了"),
    ],
)
def test_one_form(text: str, plain: str) -> None:
    assert normalise(text) == plain


@given(st.text(max_size=30))
def test_normalising_never_fails_and_leaves_no_double_space(text: str) -> None:
    assert "  " not in normalise(text)


def test_a_match_leads_back_to_its_words() -> None:
    words = tuple(Word(i, i + 0.5, text, 0.9) for i, text in enumerate(("Hi,", "-", "I'd", "like", "that.")))
    said = spoken_text(words, (0, 1, 2, 3, 4))
    first = said.text.index("would like")
    assert said.text == "hello i would like that"
    assert said.words_of(first, first + len("would like")) == (2, 3)


def test_chinese_words_are_not_spaced() -> None:
    words = tuple(
        Word(i, i + 0.5, text, 0.9, spaced=False) for i, text in enumerate(("请", "问，", "您", "好"))
    )
    said = spoken_text(words, (0, 1, 2, 3))
    assert said.text == "请问您好"
    assert said.words_of(2, 4) == (2, 3)
