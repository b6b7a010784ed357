from __future__ import annotations

from pathlib import Path

import pytest

from bench.align import Errors
from bench.formats import Phrase
from bench.hypothesis import Hypothesis
from bench.references import Reference
from bench.score import plain, score, totals
from bench.turns import Confusions
from models.transcript import Role, Turn, Word

TURNS = (Turn(0.0, 6.0, "agent"), Turn(6.0, 10.0, "caller"))
PHRASES = (Phrase("good day", "agent", 0.0, 6.0), Phrase("hello", "caller", 6.0, 10.0))


def reference(
    turns: tuple[Turn, ...] | None = TURNS, phrases: tuple[Phrase, ...] | None = PHRASES
) -> Reference:
    return Reference("call.wav", Path("call.wav"), turns, None, phrases, by_channel=False, sources=())


def found(
    *turns: Turn,
    words: tuple[Word, ...] = (),
    roles: dict[str, Role] | None = None,
    ratio: float | None = None,
) -> Hypothesis:
    return Hypothesis(20.0, "en", words, turns, roles, ratio, (("decode", 0.5),))


def test_one_recording_by_every_measure() -> None:
    words = (
        Word(0, 1, "good", 1, speaker="S1"),
        Word(1, 2, "day", 1, speaker="S1"),
        Word(6, 7, "yellow", 1, speaker="S2"),
    )
    roles = {"S1": Role.REP, "S2": Role.CUSTOMER}
    hypothesis = found(Turn(0, 6, "S1"), Turn(6, 8, "S2"), words=words, roles=roles, ratio=0.7)
    result = score(reference(), hypothesis)
    assert result.words is not None
    assert result.words.wer == Errors(3, substitutions=1)
    assert result.der == Confusions(10.0, 2.0, 0.0, 0.0)
    assert (result.speakers_found, result.speakers_true) == (2, 2)
    assert result.roles is not None
    assert (result.roles.accuracy, result.roles.abstained) == (1.0, 0.0)
    assert result.talk is not None
    assert (result.talk.truth, result.talk.found) == pytest.approx((0.6, 0.75))
    assert (result.talk.error, result.talk.reported_error) == pytest.approx((0.15, 0.1))
    assert result.invented_words is None


def test_what_a_reference_does_not_say_is_none() -> None:
    without_turns = score(reference(turns=None), found(Turn(0, 1, "S1")))
    assert (without_turns.der, without_turns.speakers_true, without_turns.roles) == (None, None, None)
    assert (without_turns.talk, without_turns.invented_words) == (None, None)
    without_words = score(reference(phrases=None), found(Turn(0, 1, "S1")))
    assert without_words.words is None
    assert without_words.roles is None


def test_words_in_a_nearly_silent_recording_are_invented() -> None:
    quiet = reference((Turn(3.0, 3.5, "A"),), (Phrase("yes", "A", 3.0, 3.5),))
    assert score(quiet, found()).invented_words == 0
    heard = tuple(Word(i, i + 1, w, 1, speaker="S1") for i, w in enumerate(["thank", "you", "yes"]))
    assert score(quiet, found(words=heard)).invented_words == 2


def test_totals_pool_words_and_seconds() -> None:
    exact = found(*(Turn(t.start, t.end, t.speaker) for t in TURNS), roles={"agent": Role.REP})
    empty = found(roles={})
    together = totals(
        [score(reference(), exact), score(reference(), empty), score(reference(None, None), empty)]
    )
    assert together.recordings == 3
    assert together.wer == Errors(6, deletions=6)
    assert together.der == Confusions(20.0, 10.0, 0.0, 0.0)
    assert (together.speakers_right, together.speakers_scored) == (1, 2)
    assert (together.roles.right_s, together.roles.abstained_s) == (6.0, 4.0)
    assert together.talk_ratio_error == pytest.approx(0.0)


def test_plain_values_carry_the_rates() -> None:
    written = plain(score(reference(), found(Turn(0, 10, "S1"))))
    assert written["words"]["wer"]["rate"] == 1.0
    assert written["der"]["rate"] == pytest.approx(0.4)
    assert written["talk"]["error"] == pytest.approx(0.4)


def test_a_hypothesis_survives_json() -> None:
    words = (Word(0, 1, "good", 0.5, channel=1, speaker="S1", overlap=True),)
    one = found(*TURNS, words=words, roles={"agent": Role.REP}, ratio=0.5)
    assert Hypothesis.from_json(one.to_json()) == one
    assert Hypothesis.from_json(found().to_json()) == found()
