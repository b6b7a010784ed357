from __future__ import annotations

import pytest

from bench.normalise import characters, english, fingerprint, normaliser_for, plain


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("Let's go, I'm sure!", "let us go i am sure"),
        ("Twenty-five colours", "25 colors"),
        ("100%", "100%"),
        ("one hundred percent", "100%"),
        ("Um, hmm, yeah.", "yeah"),
        ("$20 million", "$20000000"),
        ("", ""),
        ("...", ""),
    ],
)
def test_english_is_compared_after_whispers_rules(written: str, tokens: str) -> None:
    assert " ".join(english(written)) == tokens


def test_han_is_compared_by_the_character() -> None:
    normalise, unit = normaliser_for("您好、我是 Anna。")
    assert unit == "character"
    assert normalise("您好、我是 Anna。") == ("您", "好", "我", "是", "anna")
    assert normaliser_for("hello") == (english, "word")
    assert normaliser_for("guten Tag", "de") == (plain, "word")


def test_full_width_forms_and_case_are_folded() -> None:
    assert characters("\uff21\uff22\uff11") == ("ab1",)
    assert plain("Straße, Ünder!") == ("straße", "ünder")


def test_the_version_of_the_rules_is_named() -> None:
    assert fingerprint().startswith("whisper-english (transformers ")
