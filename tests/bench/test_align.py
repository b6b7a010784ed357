from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meeteval.wer import siso_word_error_rate

from bench.align import Errors, Token, align, pooled, word_errors

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)
TOKENS = st.lists(st.builds(Token, st.sampled_from(["a", "b", "c"]), st.booleans()), max_size=10)


def tokens(text: str) -> list[Token]:
    """Return words as tokens; those in brackets are optional."""
    return [Token(word.strip("[]"), word.startswith("[")) for word in text.split()]


@pytest.mark.parametrize(
    ("reference", "heard", "errors"),
    [
        ("the cat sat", "the cat sat", Errors(3, 0, 0, 0)),
        ("the cat sat", "the bat sat down", Errors(3, 1, 0, 1)),
        ("the cat sat", "", Errors(3, 0, 3, 0)),
        ("", "uh", Errors(0, 1, 0, 0)),
        ("[okay] hello", "hello", Errors(1, 0, 0, 0)),
        ("[okay] hello", "okay hello", Errors(1, 0, 0, 0)),
        ("[okay] hello", "oh hello", Errors(1, 1, 0, 0)),
        ("[okay great] hello [uh]", "hello there", Errors(1, 1, 0, 0)),
    ],
)
def test_hand_counted_errors(reference: str, heard: str, errors: Errors) -> None:
    assert align(tokens(reference.replace("okay great]", "okay] [great]")), heard.split()).errors == errors


def test_words_that_were_heard_are_marked() -> None:
    found = align(tokens("[okay] hello you [bye]"), ["hello", "me", "bye"])
    assert found.heard == (False, True, False, True)
    assert found.errors == Errors(2, 0, 0, 1)


@given(WORDS, WORDS)
def test_required_words_give_the_edit_distance(reference: list[str], heard: list[str]) -> None:
    theirs = siso_word_error_rate(" ".join(reference), " ".join(heard))
    assert word_errors(reference, heard).total == theirs.errors


@given(TOKENS)
def test_what_is_said_as_written_has_no_errors(reference: list[Token]) -> None:
    assert align(reference, [t.text for t in reference]).errors.total == 0
    assert align(reference, [t.text for t in reference if not t.optional]).errors.total == 0


@given(TOKENS, WORDS)
def test_optional_words_never_make_it_worse(reference: list[Token], heard: list[str]) -> None:
    without = [t for t in reference if not t.optional]
    assert align(reference, heard).errors.total <= align(without, heard).errors.total


@given(TOKENS, WORDS)
def test_counts_fit_together(reference: list[Token], heard: list[str]) -> None:
    found = align(reference, heard)
    matched = sum(found.heard)
    assert matched + found.errors.substitutions + found.errors.insertions == len(heard)
    required = sum(ok and not t.optional for ok, t in zip(found.heard, reference, strict=True))
    assert required + found.errors.substitutions + found.errors.deletions == found.errors.length


def test_words_are_pooled_and_rates_are_not_averaged() -> None:
    together = pooled([Errors(10, 1, 0, 0), Errors(90, 0, 9, 0)])
    assert together == Errors(100, 1, 9, 0)
    assert together.rate == pytest.approx(0.10)
    assert Errors().rate is None
