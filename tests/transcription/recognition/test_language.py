"""The vote on languages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transcription.recognition.language import Languages, Vote, decide


def vote(speech_s: float = 10.0, **probabilities: float) -> Vote:
    return Vote(probabilities, speech_s)


def test_greeting_in_another_language_does_not_decide() -> None:
    languages = decide([vote(3.0, en=0.9, de=0.1), *[vote(20.0, de=0.95, en=0.05)] * 6])
    assert languages.main == "de"
    assert languages.spoken == {"de"}


def test_unsure_windows_take_the_main_language() -> None:
    languages = decide([*[vote(de=0.97, en=0.03)] * 5, vote(en=0.43, de=0.4)])
    assert languages.of(vote(en=0.43, de=0.4)) == "de"
    assert languages.of(vote(en=0.99, de=0.01)) == "de"


def test_two_languages_with_real_shares_are_both_kept() -> None:
    languages = decide([*[vote(en=0.95, zh=0.05)] * 4, *[vote(zh=0.95, en=0.05)] * 2])
    assert languages.spoken == {"en", "zh"}
    assert languages.of(vote(zh=0.9, en=0.1)) == "zh"
    assert languages.of(vote(zh=0.6, en=0.4)) == "en"


def test_a_scrap_of_sound_hardly_votes() -> None:
    assert decide([vote(0.3, cy=0.9, en=0.1), vote(10.0, en=0.7, cy=0.3)]).main == "en"


@given(
    st.lists(
        st.tuples(st.floats(0.1, 28), st.floats(0, 1)).map(lambda p: vote(p[0], en=p[1], zh=1 - p[1])),
        min_size=1,
    )
)
def test_the_probability_is_one_and_the_main_language_is_spoken(votes: list[Vote]) -> None:
    languages = decide(votes)
    assert 0.5 - 1e-9 <= languages.probability <= 1 + 1e-9
    assert languages.main in languages.spoken
    assert all(languages.of(v) in languages.spoken for v in votes)


def test_a_given_language_is_the_only_one() -> None:
    assert Languages("en", 1.0, frozenset({"en"})).of(vote(zh=1.0)) == "en"
