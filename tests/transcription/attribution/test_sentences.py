"""Sentence ends: by their marks, in any script, not fooled by full stops inside sentences."""

# ruff: noqa: RUF001 - Chinese is written with its own punctuation

from __future__ import annotations

import pytest

from models.transcript import Word
from transcription.attribution.sentences import ends_sentence, punctuated


def _word(text: str) -> Word:
    return Word(0.0, 0.1, text, 0.9)


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("here.", "Hello"),
        ("here?", "and"),
        ("No.", "We"),
        ("好吗？", "好"),
        ("再见。", "您"),
        ("太好了！", "我"),
        ('"yes."', "She"),
        ("well...", "Anyway"),
        ("I.", "And"),
    ],
)
def test_ends(text: str, following: str) -> None:
    assert ends_sentence(_word(text), _word(following))


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("a.m.", "or"),
        ("Dr.", "Patel"),
        ("J.", "Smith"),
        ("well...", "yes"),
        ("well,", "Anna"),
        ("Anna", "Lee"),
        ("", "A"),
    ],
)
def test_goes_on(text: str, following: str) -> None:
    assert not ends_sentence(_word(text), _word(following))


def test_the_last_stop_ends_whatever_it_follows() -> None:
    assert ends_sentence(_word("Dr."), None)


@pytest.mark.parametrize(
    ("text", "marked"), [("so,", True), ("好，", True), ("end.", True), ("so", False), ("", False)]
)
def test_marks_of_a_pause(text: str, marked: bool) -> None:  # noqa: FBT001 - a parameter of the table
    assert punctuated(_word(text)) is marked
