from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bench.align import Errors
from bench.formats import Phrase
from bench.references import Reference
from bench.words import score_words, text_of, text_span
from models.transcript import Word

TWO = (
    Phrase("hello there", "A", 0.0, 1.0),
    Phrase("good day sir", "B", 2.0, 3.5),
    Phrase("bye", "A", 5.0, 5.5),
)


def reference(
    *phrases: Phrase, regions: tuple[tuple[float, float], ...] | None = None, by_channel: bool = False
) -> Reference:
    return Reference("call.wav", Path("call.wav"), None, regions, phrases, by_channel, ())


def words(text: str, speaker: str, start: float, channel: int = 0, step: float = 0.4) -> tuple[Word, ...]:
    return tuple(
        Word(start + i * step, start + (i + 1) * step, w, 1.0, channel=channel, speaker=speaker)
        for i, w in enumerate(text.split())
    )


def heard(first: str = "S1", second: str = "S2") -> tuple[Word, ...]:
    return (
        *words("Hello there", first, 0.0),
        *words("Good day, sir.", second, 2.0),
        *words("Bye!", first, 5.0),
    )


def test_what_was_said_has_no_errors() -> None:
    score = score_words(reference(*TWO), heard())
    assert score is not None
    assert score.unit == "word"
    assert {score.wer, score.wer_stated, score.cpwer, score.tcpwer} == {Errors(6, 0, 0, 0)}


def test_a_word_given_to_the_wrong_speaker_costs_cpwer_and_not_wer() -> None:
    wrong = (*words("Hello there", "S1", 0.0), *words("Good day, sir. Bye!", "S2", 2.0))
    score = score_words(reference(*TWO), wrong)
    assert score is not None
    assert score.wer == Errors(6, 0, 0, 0)
    assert score.cpwer == Errors(6, insertions=1, deletions=1)


def test_a_word_far_from_its_place_costs_tcpwer_only() -> None:
    late = (*words("Hello there", "S1", 0.0), *words("Good day, sir.", "S2", 2.0), *words("Bye!", "S1", 30.0))
    score = score_words(reference(*TWO), late)
    assert score is not None
    assert score.cpwer == Errors(6, 0, 0, 0)
    assert score.tcpwer == Errors(6, insertions=1, deletions=1)


def test_a_word_of_nobody_is_missing_from_its_speaker() -> None:
    unknown = (*heard()[:-1], replace(heard()[-1], speaker="unknown"))
    score = score_words(reference(*TWO), unknown)
    assert score is not None
    assert score.cpwer == Errors(6, insertions=1, deletions=1)


def test_optional_words_are_free_but_not_as_stated_figures_count_them() -> None:
    phrases = (Phrase("okay", "A", 0.0, 0.4, optional=True), *TWO)
    with_it = score_words(reference(*phrases), (*words("Okay", "S1", 0.0), *heard()))
    without = score_words(reference(*phrases), heard())
    assert with_it is not None
    assert without is not None
    assert with_it.wer == without.wer == Errors(6, 0, 0, 0)
    assert with_it.cpwer == without.cpwer == Errors(6, 0, 0, 0)
    assert with_it.wer_stated == Errors(6, insertions=1)
    assert without.wer_stated == Errors(6, 0, 0, 0)


def test_a_line_of_doubtful_speaker_goes_where_it_fits() -> None:
    doubtful = (*TWO[:2], replace(TWO[2], speaker="B", sure=False))
    score = score_words(reference(*doubtful), heard())
    assert score is not None
    assert score.cpwer == Errors(6, 0, 0, 0)
    certain = score_words(reference(*TWO[:2], replace(TWO[2], speaker="B")), heard())
    assert certain is not None
    assert certain.cpwer == Errors(6, insertions=1, deletions=1)


def test_words_are_scored_over_the_region_and_the_text_of_the_reference() -> None:
    limited = reference(*TWO, regions=((1.0, 5.2),))
    assert text_span(limited) == (0.0, 5.5)
    score = score_words(limited, (*heard(), *words("far outside", "S1", 9.0)))
    assert score is not None
    assert score.wer == Errors(6, 0, 0, 0)
    assert text_span(reference(*TWO)) is None


def test_numbers_and_contractions_match_across_single_word_phrases() -> None:
    single = (Phrase("twenty", "A", 0.0, 0.3), Phrase("five", "A", 0.3, 0.6), Phrase("it's", "A", 0.7, 1.0))
    score = score_words(reference(*single), words("25 it is", "S1", 0.0))
    assert score is not None
    assert score.wer == Errors(3, 0, 0, 0)
    assert score.cpwer == Errors(3, 0, 0, 0)


def test_han_is_scored_by_the_character() -> None:
    score = score_words(
        reference(Phrase("您好吗", "A", 0.0, 1.0)),
        tuple(replace(w, spaced=False) for w in words("您 坏 吗", "S1", 0.0)),
    )
    assert score is not None
    assert (score.unit, score.wer) == ("character", Errors(3, substitutions=1))


def test_channels_are_scored_each_against_its_own_words() -> None:
    channels = reference(
        Phrase("left words", "L", None, None), Phrase("right", "R", None, None), by_channel=True
    )
    right = score_words(channels, (*words("left words", "S1", 0.0), *words("right", "S2", 0.1, channel=1)))
    assert right is not None
    assert right.wer == Errors(3, 0, 0, 0)
    assert right.cpwer == Errors(3, 0, 0, 0)
    assert right.tcpwer is None
    mixed = score_words(channels, words("left words right", "S1", 0.0))
    assert mixed is not None
    assert mixed.wer is None
    assert mixed.cpwer is not None
    assert mixed.cpwer.total == 2


def test_nothing_heard_is_all_deleted_and_no_reference_gives_none() -> None:
    score = score_words(reference(*TWO), ())
    assert score is not None
    assert score.wer == score.cpwer == score.tcpwer == Errors(6, deletions=6)
    assert score_words(replace(reference(), phrases=None), heard()) is None


def test_text_has_spaces_where_the_language_puts_them() -> None:
    assert text_of([Word(0, 1, "a", 1), Word(1, 2, " b", 1), Word(2, 3, "'s", 1, spaced=False)]) == "a b's"


@given(st.permutations(["S1", "S2"]), st.lists(st.sampled_from("abcd"), min_size=1, max_size=6))
def test_cpwer_does_not_depend_on_the_names_of_speakers(names: list[str], texts: list[str]) -> None:
    spoken = [word for i, text in enumerate(texts) for word in words(text, names[i % 2], start=float(i))]
    renamed = [replace(word, speaker={"S1": "x", "S2": "y"}[word.speaker or ""]) for word in spoken]
    one, other = score_words(reference(*TWO), spoken), score_words(reference(*TWO), renamed)
    assert one == other
