"""Text that a person wrote, cut into words as a recogniser does."""

# ruff: noqa: RUF001 - Chinese is written with its own punctuation

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.attribution.written import cut


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It costs $40, not four.", ["It", "costs", "$40,", "not", "four."]),
        ("  well   then ", ["well", "then"]),
        ("我们，好。", ["我", "们，", "好。"]),
        ("用 iPhone 吗？", ["用", "iPhone", "吗？"]),
        ("カメラ", ["カ", "メ", "ラ"]),
        ("สวัสดี ครับ", ["สวัสดี", "ครับ"]),
        ("“Yes” – she said", ["“Yes”–", "she", "said"]),
        ("¿Qué tal?", ["¿Qué", "tal?"]),
        ("( 你", ["(你"]),
        ("", []),
        (" ... – !", []),
    ],
)
def test_words_are_cut_where_a_recogniser_cuts_them(text: str, words: list[str]) -> None:
    assert [word.text for word in cut(text)] == words


def test_a_space_is_where_one_was_written() -> None:
    assert [word.spaced for word in cut("用 iPhone吗 yes")] == [False, True, False, True]


@given(st.text(max_size=60))
def test_no_letter_is_lost(text: str) -> None:
    written = "".join(c for c in text if c.isalnum())
    assert "".join(c for word in cut(text) for c in word.text if c.isalnum()) == written
