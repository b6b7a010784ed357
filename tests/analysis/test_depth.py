from __future__ import annotations

import json
import math
from dataclasses import asdict
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.bands import BANDS, Band, band, distance
from analysis.depth import CURVES, LEAST_WEIGHT, PARTS, combine, customer_topics, depth
from analysis.metrics import METRICS
from analysis.responses import ResponseKind, responses
from analysis.turns import conversation
from models.call import CallType
from models.review import Act, ActJudgement, DepthPart, JudgedUtterance, Side
from tests.factories.calls import Line, call, calls

scores = st.one_of(st.none(), st.floats(0, 1))


def _parts(values: list[float | None]) -> list[DepthPart]:
    return [
        DepthPart(p.name, p.weight, v, None if v is not None else "unknown", {})
        for p, v in zip(PARTS, values, strict=True)
    ]


def test_weights_sum_to_one() -> None:
    assert math.fsum(p.weight for p in PARTS) == pytest.approx(1)


def test_every_curve_belongs_to_one_part() -> None:
    assert sorted(c for p in PARTS for c in p.curves) == sorted(CURVES)


@given(st.sampled_from(sorted(CURVES)), st.floats(-1e6, 1e6), st.floats(0, 1e3))
def test_curves_are_bounded_and_monotonic_between_knots(name: str, value: float, step: float) -> None:
    curve = CURVES[name]
    assert 0 <= curve.score(value) <= 1
    knots = curve.knots
    assert [x for x, _ in knots] == sorted({x for x, _ in knots})
    for (x0, y0), (x1, y1) in pairwise(knots):
        assert curve.score(x0) == pytest.approx(y0)
        a = min(max(value, x0), x1)
        b = min(a + step, x1)
        assert (curve.score(b) - curve.score(a)) * (y1 - y0) >= -1e-9


@given(st.lists(scores, min_size=len(PARTS), max_size=len(PARTS)))
def test_depth_is_the_mean_over_measurable_weight(values: list[float | None]) -> None:
    value, reason = combine(_parts(values))
    known = [(p.weight, v) for p, v in zip(PARTS, values, strict=True) if v is not None]
    weight = sum(w for w, _ in known)
    assert (value is None) == (weight < LEAST_WEIGHT - 1e-9)
    assert (value is None) == (reason is not None)
    if value is not None:
        assert 0 <= value <= 100
        assert value == pytest.approx(100 * sum(w * v for w, v in known) / weight)
        low, high = min(v for _, v in known), max(v for _, v in known)
        assert 100 * low - 1e-6 <= value <= 100 * high + 1e-6


@given(st.lists(scores, min_size=len(PARTS), max_size=len(PARTS)), st.integers(0, 6), st.floats(0, 1))
def test_a_better_part_never_lowers_depth(values: list[float | None], at: int, better: float) -> None:
    old = values[at]
    if old is None or better < old:
        return
    raised = [*values[:at], better, *values[at + 1 :]]
    before, after = combine(_parts(values))[0], combine(_parts(raised))[0]
    assert (before is None) == (after is None)
    assert before is None or after is None or after >= before - 1e-9


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=calls(), kind=st.sampled_from(CallType), overlap=st.booleans())
def test_depth_of_any_call_is_whole(*, lines: tuple[Line, ...], kind: CallType, overlap: bool) -> None:
    found = depth(conversation(call(lines, overlap_detected=overlap)), kind)
    assert [p.name for p in found.parts] == [p.name for p in PARTS]
    assert 0 <= found.confidence <= 1
    assert (found.value is None) == (found.reason is not None)
    for part in found.parts:
        assert (part.score is None) == (part.reason is not None)
        assert part.inputs
    if not overlap:
        assert found.parts[-1].score is None
    json.dumps(asdict(found), allow_nan=False)


DEEP = (
    Line(0, 8, "S1", "what takes most of your time when invoices come in?"),
    Line(9, 60, "S2", "our accountants type every invoice by hand and the approval waits for the director"),
    Line(61, 70, "S1", "so the approval waits, how does the director approve them?"),
    Line(71, 130, "S2", "by email and when he travels nothing moves and suppliers complain about payment"),
    Line(131, 140, "S1", "I see, and why do suppliers complain about payment first?"),
    Line(141, 180, "S2", "because we lost a discount last year, could your platform keep the discount?"),
    Line(181, 200, "S1", "yes it could, the discount date is read from every invoice"),
    Line(201, 230, "S2", "and how long would the installation take for our accountants?"),
    Line(231, 240, "S1", "about a week, what would the accountants do with the time?"),
    Line(241, 300, "S2", "they would finally look at the contracts with suppliers we never check"),
)
SHALLOW = (
    Line(0, 200, "S1", "our platform is the best and it has many features that everybody loves"),
    Line(201, 202, "S2", "maybe one day then"),
    Line(203, 280, "S1", "it won several prizes and our office has a nice view"),
    Line(281, 282, "S2", "fine by me I guess"),
    Line(283, 295, "S1", "lunch is provided as well"),
    Line(296, 298, "S2", "goodbye to you all"),
    Line(299, 300, "S1", "bye"),
)


def test_a_deep_call_scores_above_a_shallow_one() -> None:
    deep, shallow = (depth(conversation(call(x)), CallType.DISCOVERY) for x in (DEEP, SHALLOW))
    assert deep.value is not None
    assert shallow.value is not None
    assert deep.value > shallow.value + 40


def test_without_words_too_little_is_measurable() -> None:
    silent = [Line(x.start, x.end, x.speaker) for x in DEEP]
    found = depth(conversation(call(silent)), CallType.GENERAL)
    assert found.value is None
    assert found.reason is not None
    assert "60% is needed" in found.reason
    assert {part.name for part in found.parts if part.reason} >= {"rep_responsiveness", "questions"}


def test_replies_are_told_apart() -> None:
    found = responses(conversation(call(DEEP)), Side.REP)
    assert [r.kind for r in found] == [
        ResponseKind.UPTAKE,
        ResponseKind.UPTAKE,
        ResponseKind.ANSWER,
        ResponseKind.ANSWER,
    ]
    assert "approval" in found[0].shared


def test_a_reply_judged_mere_courtesy_is_none() -> None:
    lines = [Line(0, 9, "S2", "the invoices take a week"), Line(10, 12, "S1", "thanks for the invoices")]
    judged = (JudgedUtterance(1, None, ActJudgement(Act.SOCIAL, 0.95)),)
    assert responses(conversation(call(lines)), Side.REP)[0].kind is ResponseKind.UPTAKE
    assert responses(conversation(call(lines), judged), Side.REP)[0].kind is ResponseKind.NONE


def test_a_goodbye_is_no_missed_reply() -> None:
    lines = [Line(0, 9, "S2", "all right see you on Monday then"), Line(10, 11, "S1", "Bye-bye, thanks.")]
    assert responses(conversation(call(lines)), Side.REP) == ()


def test_topics_are_the_customers_own() -> None:
    topics = customer_topics(conversation(call(DEEP)))
    assert {"director", "discount"} <= set(topics)
    assert "invoic" not in topics  # the rep brought it in


def test_a_mandarin_word_is_one_topic() -> None:
    lines = [Line(0, 9, "S2", "要有室内游泳池"), Line(10, 19, "S1", "华尔顿酒店提供室内游泳池")]
    assert list(customer_topics(conversation(call(lines, language="zh")))) == ["室内"]


def test_confidence_falls_with_little_speech() -> None:
    short = [Line(x.start / 10, x.end / 10, x.speaker, x.text) for x in DEEP]
    long, brief = (depth(conversation(call(x)), CallType.GENERAL).confidence for x in (DEEP, short))
    assert long > 5 * brief


def test_bands_name_metrics_and_sources() -> None:
    sides = {(m.name, s) for m in METRICS for s in m.sides}
    assert all((name, side) in sides and b.source for (name, side, _), b in BANDS.items())
    assert all(band("talk_share", Side.REP, kind) is not None for kind in CallType)
    assert band("talk_share", Side.REP, CallType.DISCOVERY) == Band(
        0.3, 0.4, "Momentra: discovery 30-40 % [S75]"
    )
    assert band("lsm", Side.CALL, CallType.DEMO) is None


def test_distance_from_a_band() -> None:
    within = Band(0.3, 0.4, "x")
    assert [round(distance(v, within), 3) for v in (0.2, 0.3, 0.35, 0.45)] == [0.1, 0, 0, 0.05]
    assert distance(100, Band(50, None, "x")) == 0
