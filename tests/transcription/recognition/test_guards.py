"""Guards: what people say passes, what nobody says does not."""

# ruff: noqa: RUF001 - Chinese is written with its own punctuation

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.recognition import guards
from transcription.recognition.guards import Evidence, Sign

SPOKEN = Evidence(
    text="Well, I think we could start on Monday if the parts are in.",
    avg_logprob=-0.3,
    no_speech_prob=0.05,
    word_probabilities=(0.9,) * 13,
    speech_s=4.0,
    level_db=0.0,
)


def test_ordinary_speech_has_no_sign() -> None:
    assert guards.signs(SPOKEN) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "No, no, no, no, no.",
        "Yeah. Yeah. Yeah.",
        "It's one two three four five six seven eight nine ten.",
        "对对对对，好的好的。",
        "two two zero two two zero five",
    ],
)
def test_what_people_repeat_is_no_loop(text: str) -> None:
    assert not guards.loops(guards.units_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "and then we go and then we go and then we go and then we go",
        "you " * 9,
        "谢谢谢谢谢谢谢谢谢谢谢谢谢谢谢谢谢谢",
        "我是一个我是一个我是一个我是一个",
        "Okay so I mean the thing is the thing is the thing is the thing is the thing is",
    ],
)
def test_loops_are_heard_in_any_script(text: str) -> None:
    assert guards.loops(guards.units_of(text))


@given(st.lists(st.sampled_from(["alpha", "bravo", "charlie"]), min_size=1, max_size=6), st.integers(8, 20))
def test_any_phrase_said_eight_times_is_a_loop(phrase: list[str], times: int) -> None:
    assert guards.loops(phrase * times)


@given(st.permutations([f"word{i}" for i in range(30)]))
def test_different_words_never_loop(words: list[str]) -> None:
    assert not guards.loops(words)


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"text": "so good " * 40}, Sign.COMPRESSION),
        ({"avg_logprob": -1.3}, Sign.LOGPROB),
        ({"word_probabilities": (0.2,) * 13}, Sign.WORD_PROBABILITY),
        ({"no_speech_prob": 0.8}, Sign.NO_SPEECH),
        ({"speech_s": 0.3}, Sign.RATE),
        ({"speech_s": 20.0}, Sign.FEW),
        ({"speech_s": 0.3, "text": "Thank you."}, Sign.LITTLE),
        ({"level_db": -40.0}, Sign.WEAK),
        ({"text": "Thanks for watching!"}, Sign.STOCK),
        ({"text": "Subtitles by the community"}, Sign.STOCK),
        ({"text": "谢谢观看。"}, Sign.STOCK),
    ],
)
def test_each_sign_is_seen(change: dict[str, object], sign: Sign) -> None:
    assert sign in guards.signs(replace(SPOKEN, **change))  # type: ignore[arg-type]  # one field at a time


def test_no_text_has_no_sign() -> None:
    assert guards.signs(replace(SPOKEN, text=" ...", avg_logprob=-9.0, no_speech_prob=1.0)) == frozenset()


def test_text_is_removed_only_where_sound_and_another_sign_agree() -> None:
    assert guards.is_invented({Sign.NO_SPEECH, Sign.STOCK})
    assert guards.is_invented({Sign.WEAK, Sign.LOGPROB})
    assert not guards.is_invented({Sign.STOCK, Sign.LOOP})
    assert not guards.is_invented({Sign.NO_SPEECH, Sign.WEAK})
    assert not guards.is_invented({Sign.LOGPROB, Sign.STOCK})
    assert not guards.is_invented({Sign.WEAK, Sign.FEW})
    assert not guards.is_invented(())


def test_a_polite_customer_keeps_their_thanks() -> None:
    thanks = replace(SPOKEN, text="Thank you.", speech_s=0.8, word_probabilities=(0.9, 0.9))
    assert not guards.is_invented(guards.signs(thanks))


def test_a_loop_scores_below_a_doubtful_plain_text() -> None:
    assert guards.score({Sign.LOOP}, -0.1) < guards.score((), -0.9)


def test_the_same_text_alone_in_three_windows_is_seen() -> None:
    assert guards.repeated(["Thank you.", "thank you", "Thank you!", "Hello."]) == {"thank you"}
    assert guards.repeated(["", "", "", "a"]) == frozenset()


def test_every_sign_has_a_kind() -> None:
    assert set(guards.KINDS) == set(Sign)


@given(st.text(max_size=80), st.floats(0, 30))
def test_more_time_never_makes_a_rate_impossible(text: str, seconds: float) -> None:
    if guards.impossible_rate(text, seconds + 1):
        assert guards.impossible_rate(text, seconds)
