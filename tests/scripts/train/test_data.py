"""Labelled texts as the training commands see them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.review import Act
from scripts.train import ami
from scripts.train.calls import calls
from scripts.train.goemotions import AMBIGUOUS, EMOTIONS, NEGATIVE, POSITIVE, Comment
from scripts.train.spoken import disfluent, plain, spoken


def comment(*names: str) -> Comment:
    """Return a comment with these emotions."""
    return Comment("text", tuple(EMOTIONS.index(name) for name in names))


def test_every_emotion_is_in_one_group() -> None:
    assert sorted([*POSITIVE, *NEGATIVE, *AMBIGUOUS, "neutral"]) == sorted(EMOTIONS)


@pytest.mark.parametrize(
    ("names", "mood"),
    [
        (("joy",), "positive"),
        (("anger", "neutral"), "negative"),
        (("approval", "surprise"), "positive"),
        (("curiosity",), "neutral"),
        (("neutral",), "neutral"),
        (("love", "grief"), None),
    ],
)
def test_emotions_make_a_mood(names: tuple[str, ...], mood: str | None) -> None:
    assert comment(*names).mood == mood


def test_only_ambiguous_is_told_from_neutral() -> None:
    assert comment("surprise").only_ambiguous
    assert not comment("surprise", "neutral").only_ambiguous


@given(st.text())
def test_plain_words_have_no_punctuation_and_stay_plain(text: str) -> None:
    words = plain(text)
    assert all(character.isalnum() or character in " '" or not character.isascii() for character in words)
    assert plain(words) == words


@given(st.lists(st.sampled_from(["it's", "fine", "now"]), min_size=1), st.integers())
def test_disfluency_loses_no_word(words: list[str], seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - augmentation, not a secret
    found = iter(disfluent(" ".join(words), rng).split())
    assert all(word in found for word in words)


def test_spoken_never_returns_nothing() -> None:
    rng = random.Random(1)  # noqa: S311 - augmentation, not a secret
    assert spoken("!!!", rng, share=1.0) == "!!!"


def test_acts_are_ours() -> None:
    assert set(ami.LABELS) == {act.value for act in Act}
    assert set(ami.ACTS.values()) == set(ami.LABELS)


def test_dev_and_test_meetings_share_no_people() -> None:
    assert not ami.DEV & ami.TEST


def test_call_sentences_are_labelled() -> None:
    texts, moods = calls("mood")
    _, acts = calls("act")
    assert len(texts) == len(set(texts)) > 90
    assert set(moods) == {"negative", "neutral", "positive"}
    assert set(acts) <= {act.value for act in Act}


@pytest.mark.shared
def test_splits_hold_out_whole_series(shared: Path) -> None:
    series: dict[str, set[str]] = {"train": set(), "dev": set(), "test": set()}
    for segment in ami.read(shared / "text" / "ami-dialogue-acts"):
        series[ami.split(segment)].add(segment.meeting[:6])
    assert series["test"]
    assert series["dev"]
    assert not series["train"] & (series["dev"] | series["test"])
