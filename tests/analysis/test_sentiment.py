from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import sentiment
from analysis.sentiment import scorable, summarize
from models.review import JudgedUtterance, Sentiment, SentimentLabel, SentimentSummary, Side
from models.transcript import Role
from tests.factories.calls import Line, call

TEXT = "we would like it very much"


def _mood(score: float) -> Sentiment:
    positive, negative = max(score, 0.0), max(-score, 0.0)
    label = SentimentLabel.POSITIVE if score > 0 else SentimentLabel.NEGATIVE
    rest = 1 - positive - negative
    return Sentiment(label, score, {"negative": negative, "neutral": rest, "positive": positive})


def _summaries(scores: list[tuple[str, float]], text: str = TEXT) -> dict[Side, SentimentSummary]:
    lines = [Line(i * 10.0, i * 10.0 + 9, who, text) for i, (who, _) in enumerate(scores)]
    judged = [JudgedUtterance(i, _mood(score), None) for i, (_, score) in enumerate(scores)]
    return {s.side: s for s in summarize(call(lines), judged)}


def test_scorable_needs_words_and_no_backchannel() -> None:
    assert scorable("that would be really great", "en")
    assert not scorable("that is great", "en")
    assert not scorable("yeah, yeah, okay, right, mm-hm, yeah", "en")
    assert scorable("这个价格太贵了", "zh")
    assert not scorable("太贵了吧", "zh")


def test_a_call_that_turns_sour() -> None:
    scores = [("S2", s) for s in (0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.0, 0.0, 0.0, -0.4, -0.4, -0.4)]
    customer = _summaries(scores)[Side.CUSTOMER]
    assert [p.score for p in customer.periods] == pytest.approx([0.8, 0.4, 0.0, -0.4])
    assert customer.trend == pytest.approx(-0.4)
    assert customer.change == pytest.approx(-1.2)
    assert customer.score == pytest.approx(0.2)


def test_sides_are_kept_apart_and_the_call_has_both() -> None:
    found = _summaries([("S1", 0.5), ("S2", -0.5)] * 3)
    assert found[Side.REP].score == pytest.approx(0.5)
    assert found[Side.CUSTOMER].score == pytest.approx(-0.5)
    assert found[Side.CALL].score == pytest.approx(0.0)


def test_too_little_is_unknown_not_neutral() -> None:
    found = _summaries([("S1", 0.5)] * 4 + [("S2", 0.9)] * 2)
    assert found[Side.CUSTOMER].score is None
    assert found[Side.CUSTOMER].reason is not None
    assert found[Side.REP].score == pytest.approx(0.5)
    assert found[Side.REP].trend is None
    assert all(p.score is None and p.reason for p in found[Side.REP].periods)


def test_the_movers_are_those_without_which_the_mean_differs_most() -> None:
    found = _summaries([("S2", s) for s in (0.1, 0.1, -0.9, 0.1, 0.8, 0.1, 0.1, 0.5)])
    assert found[Side.CUSTOMER].movers == (2, 4, 7)


def test_longer_utterances_weigh_more() -> None:
    lines = [Line(0, 9, "S2", TEXT), Line(10, 19, "S2", TEXT), Line(20, 60, "S2", " ".join([TEXT] * 4))]
    judged = [JudgedUtterance(i, _mood(s), None) for i, s in enumerate((1.0, 1.0, -1.0))]
    customer = summarize(call(lines), judged)[1]
    assert customer.score == pytest.approx((2 - 4) / 6)


def test_unknown_roles_leave_the_call() -> None:
    lines = [Line(i * 10.0, i * 10.0 + 9, "S1", TEXT) for i in range(3)]
    judged = [JudgedUtterance(i, _mood(0.3), None) for i in range(3)]
    rep, _, whole = summarize(call(lines, roles={"S1": Role.UNKNOWN}), judged)
    assert rep.reason == "Nobody knows which speaker is the rep."
    assert whole.score == pytest.approx(0.3)


def test_nothing_said_gives_empty_periods() -> None:
    found = summarize(call([], duration_s=40), ())
    assert [(p.start, p.end) for p in found[0].periods] == [(0, 10), (10, 20), (20, 30), (30, 40)]
    assert all(s.score is None for s in found)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(("S1", "S2")), st.floats(-1, 1)), min_size=1, max_size=40))
def test_scores_stay_in_bounds_and_periods_cover_everything(scores: list[tuple[str, float]]) -> None:
    for summary in _summaries(scores).values():
        known = [p.score for p in summary.periods if p.score is not None]
        assert all(-1 - 1e-9 <= s <= 1 + 1e-9 for s in known)
        own = [i for i, (who, _) in enumerate(scores) if summary.side in {Side.CALL, _side(who)}]
        assert sum(p.utterances for p in summary.periods) == len(own)
        assert set(summary.movers) <= set(own)
        assert len(summary.movers) == (min(3, len(own)) if summary.score is not None else 0)
        assert (summary.score is None) == (len(own) < sentiment.FEWEST)


def _side(who: str) -> Side:
    return Side.REP if who == "S1" else Side.CUSTOMER
