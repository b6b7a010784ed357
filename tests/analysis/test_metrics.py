from __future__ import annotations

import json
import math
from dataclasses import asdict, replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analysis.metrics import METRICS, exchange, measure, speech, talk
from analysis.metrics.metric import EVIDENCE, quantile
from analysis.turns import conversation
from models.review import MetricValue, Side
from models.transcript import Role
from tests.factories.calls import ROLES, Line, call, calls

quickly = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SWAPPED = {"S1": Role.CUSTOMER, "S2": Role.REP}
OPPOSITE = {Side.REP: Side.CUSTOMER, Side.CUSTOMER: Side.REP, Side.CALL: Side.CALL}

Values = dict[tuple[str, Side], float | None]


def _values(lines: tuple[Line, ...], **options: object) -> Values:
    return {(v.name, v.side): v.value for v in _measured(lines, **options)}


def _measured(lines: tuple[Line, ...], **options: object) -> tuple[MetricValue, ...]:
    return measure(conversation(call(lines, **options)))  # type: ignore[arg-type]  # options are call()'s own


def _changed(left: Values, right: Values) -> list[tuple[str, Side]]:
    """Return the keys at which two sets of measures differ."""
    assert left.keys() == right.keys()
    return [key for key, value in left.items() if right[key] != pytest.approx(value, abs=1e-6)]


def test_names_are_unique_and_complete() -> None:
    names = [m.name for m in METRICS]
    assert len(names) == len(set(names))
    assert all(m.formula and m.source and m.version and m.unit and m.label for m in METRICS)


@quickly
@given(
    lines=calls(),
    overlap=st.booleans(),
    language=st.sampled_from(("en", "zh", "de")),
    roles=st.sampled_from((ROLES, SWAPPED, {})),
)
def test_every_metric_of_every_side_is_there_finite_and_explained(
    *, lines: tuple[Line, ...], overlap: bool, language: str, roles: dict[str, Role]
) -> None:
    values = _measured(lines, overlap_detected=overlap, language=language, roles=roles)
    assert [(v.name, v.side) for v in values] == [(m.name, s) for m in METRICS for s in m.sides]
    for value in values:
        assert (value.value is None) == (value.reason is not None)
        assert value.value is None or math.isfinite(value.value)
        assert len(value.evidence) <= EVIDENCE
        assert all(0 <= e.start <= e.end + 1e-9 for e in value.evidence)
    json.dumps([asdict(v) for v in values], allow_nan=False)


@quickly
@given(calls())
def test_shares_of_talk_sum_to_one(lines: tuple[Line, ...]) -> None:
    values = _values(lines)
    rep, customer = values["talk_share", Side.REP], values["talk_share", Side.CUSTOMER]
    assert (rep is None) == (customer is None)
    assert rep is None or customer is None or rep + customer == pytest.approx(1)
    for m in METRICS:
        for side in m.sides:
            value = values[m.name, side]
            assert (
                value is None or m.name == "talk_listen_ratio" or m.unit != "ratio" or 0 <= value <= 1 + 1e-9
            )


@quickly
@given(calls(), st.integers(1, 8000))
def test_shifting_time_changes_nothing(lines: tuple[Line, ...], eighths: int) -> None:
    by = eighths / 8
    moved = tuple(replace(x, start=x.start + by, end=x.end + by) for x in lines)
    before, after = _values(lines), _values(moved)
    edge = ("silence_share_of_file", Side.CALL)  # the only one that knows where the file begins
    del before[edge], after[edge]
    assert _changed(before, after) == []


@quickly
@given(calls())
def test_swapping_roles_swaps_sides(lines: tuple[Line, ...]) -> None:
    here, there = _values(lines), _values(lines, roles=SWAPPED)
    both = {(m.name, s) for m in METRICS for s in m.sides if len(m.sides) > 1 or s is Side.CALL}
    for name, side in both:
        assert there[name, OPPOSITE[side]] == pytest.approx(here[name, side]), name


@quickly
@given(calls(), st.integers(0, 23), st.sampled_from(("mm-hm", "yeah", "uh-huh right")))
def test_a_backchannel_inside_talk_changes_no_monologue_and_no_turn(
    lines: tuple[Line, ...], at: int, text: str
) -> None:
    host = lines[at % len(lines)]
    assume(host.end - host.start > 2 and len(host.text.split()) > 3)
    assume(not any(x.start < host.end and x.end > host.start for x in lines if x is not host))
    other = "S2" if host.speaker == "S1" else "S1"
    said = Line(host.start + 0.5, host.start + 1.0, other, text)
    before, after = _values(lines), _values((*lines, said))
    for key in (
        ("longest_monologue", Side.REP),
        ("longest_customer_story", Side.CUSTOMER),
        ("median_turn", Side.REP),
        ("speaker_switches", Side.CALL),
        ("interruptions", Side.REP),
        ("interruptions", Side.CUSTOMER),
        ("response_latency_median", Side.REP),
    ):
        if before[key] is not None:  # a side that never spoke before becomes measurable by speaking
            assert after[key] == pytest.approx(before[key]), key


@quickly
@given(calls())
def test_a_call_said_twice_keeps_its_shares_and_doubles_its_counts(lines: tuple[Line, ...]) -> None:
    end = max(x.end for x in lines)
    by = math.ceil(end) + 20.0  # far enough that the halves do not touch
    twice = (*lines, *(replace(x, start=x.start + by, end=x.end + by) for x in lines))
    before, after = _values(lines), _values(twice)
    for name in ("talk_share", "words_per_minute", "filler_rate"):
        assert (
            after[name, Side.REP] == pytest.approx(before[name, Side.REP]) or before[name, Side.REP] is None
        )
    for name in ("talk_seconds", "overlap_seconds", "interruptions"):
        value = before[name, Side.CUSTOMER]
        assert value is None or after[name, Side.CUSTOMER] == pytest.approx(2 * value)


@given(st.lists(st.floats(-5, 30), min_size=1, max_size=40), st.floats(0, 1))
def test_quantiles_lie_within_and_grow(values: list[float], share: float) -> None:
    assert min(values) - 1e-9 <= quantile(values, share) <= max(values) + 1e-9
    assert quantile(values, share) <= quantile(values, 1.0) + 1e-9
    assert quantile([1, 2, 3, 4], 0.5) == 2.5


LONG = "we read every invoice and book it for you"


def test_figures_of_a_small_call() -> None:
    lines = (
        Line(1, 11, "S1", "hello this is Ann from Acme, what do you use for invoices today?"),
        Line(12, 32, "S2", "we have a system but it is too expensive and slow for our team"),
        Line(34, 44, "S1", "okay, how slow is the system for your team?"),
        Line(43, 53, "S2", "um it takes you know roughly a week"),
        Line(60, 61, "S1", "thanks"),
    )
    values = _values(lines, duration_s=70.0)
    assert values["talk_seconds", Side.REP] == 21
    assert values["talk_share", Side.REP] == pytest.approx(21 / 51)
    assert values["call_seconds", Side.CALL] == 60
    assert values["voiced_seconds", Side.CALL] == 50
    assert values["speaker_switches", Side.CALL] == 4
    assert values["switches_per_minute", Side.CALL] == 4
    assert values["silence_seconds", Side.CALL] == 7
    assert values["silence_share_of_file", Side.CALL] == pytest.approx((7 + 9) / 70)
    assert values["interruptions_per_10_min", Side.CUSTOMER] == 10
    assert values["overlap_seconds", Side.CUSTOMER] == 1
    assert values["questions", Side.REP] == 2
    assert values["open_question_share", Side.REP] == 1
    assert values["follow_up_share", Side.REP] == 0.5
    assert values["post_objection_pause", Side.REP] == 2
    assert values["filler_rate", Side.CUSTOMER] == pytest.approx(4)
    assert values["longest_customer_story", Side.CUSTOMER] == 20


def test_an_answer_ends_a_monologue_but_an_interjection_does_not() -> None:
    question = (
        Line(0, 9, "S1", "would you like the black one or the blue"),
        Line(9.5, 10.2, "S2", "black please"),
    )
    aside = (Line(0, 9, "S1", LONG), Line(9.5, 10.2, "S2", "sounds clever"))
    rest = Line(10.5, 20, "S1", LONG)
    assert talk.longest_monologue(conversation(call([*question, rest])), Side.REP).value == 9.5
    assert talk.longest_monologue(conversation(call([*aside, rest])), Side.REP).value == 20


def test_grammar_is_no_filler() -> None:
    conv = conversation(
        call([Line(0, 10, "S1", "do you know what I mean uh that is what you know is like so right")])
    )
    assert speech.filler_rate(conv, Side.REP).value == 6


def test_mandarin_is_paced_in_characters() -> None:
    values = _values(
        (Line(0, 30, "S1", "我们的系统可以自动处理发票"), Line(31, 41, "S2", "这个价格太贵了")), language="zh"
    )
    assert values["words_per_minute", Side.REP] is None
    assert values["characters_per_minute", Side.REP] == 26
    assert values["lsm", Side.CALL] is None


def test_style_matching_of_the_same_words_is_one() -> None:
    text = " ".join(["I think that the price of it is not very good for all of us and we will see"] * 6)
    values = _values((Line(0, 60, "S1", text), Line(61, 121, "S2", text)))
    assert values["lsm", Side.CALL] == pytest.approx(1)


def test_an_announced_wait_is_a_hold_and_no_slow_reply() -> None:
    lines = (
        Line(0, 5, "S2", LONG),
        Line(6, 9, "S1", "let me check, bear with me"),
        Line(29, 34, "S1", LONG),
        Line(35, 40, "S2", LONG),
    )
    values = _values(lines)
    assert values["announced_hold_seconds", Side.CALL] == 20
    assert values["longest_monologue", Side.REP] == 5


@pytest.mark.parametrize(
    "text", ["It is too expensive for us", "we already have a vendor", "I need to think about it"]
)
def test_objections_are_heard(text: str) -> None:
    assert exchange.objects(text, "en")
    assert not exchange.objects("that sounds great", "en")


def test_mandarin_objections_are_heard() -> None:
    assert exchange.objects("这个太贵了吧", "zh")
    assert not exchange.objects("好的没问题", "zh")
