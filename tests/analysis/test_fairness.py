"""The report on fairness: groups large enough to tell of, and nothing of those that are not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.fairness import CAVEATS, DIMENSIONS, Group, report, tellable
from models.assessment import AssessmentState
from models.call import CallType, Direction
from models.fairness import ScoredCall
from models.record import LEAST_CALLS

EAST, WEST, NORTH = UUID(int=101), UUID(int=102), UUID(int=103)


def call(rep: int = 0, **known: Any) -> ScoredCall:
    made: dict[str, Any] = {
        "rep_id": UUID(int=rep),
        "team_id": EAST,
        "language": "en",
        "call_type": CallType.DEMO,
        "direction": Direction.OUTBOUND,
        "sample_rate_hz": 8000,
        "own_channels": True,
        "duration_s": 300.0,
        "sure": 0.95,
        "machine": 50_000,
        "final": 50_000,
        "state": AssessmentState.PROPOSED,
        "by_policy": False,
        "coverage": 0.8,
        **known,
    }
    return ScoredCall(**made)


def many(number: int, reps: int = 5, **known: Any) -> list[ScoredCall]:
    return [call(place % reps, **known) for place in range(number)]


def groups(name: str, calls: Sequence[ScoredCall]) -> dict[str, Group]:
    found = report(calls)
    return {group.key: group for d, parts in found.items() if d.name == name for group in parts}


@pytest.mark.parametrize(
    ("name", "known", "key"),
    [
        ("team", {"team_id": WEST}, str(WEST)),
        ("team", {"team_id": None}, "unknown"),
        ("language", {"language": "zh"}, "zh"),
        ("language", {"language": None}, "unknown"),
        ("call_type", {"call_type": CallType.RENEWAL}, "renewal"),
        ("direction", {"direction": Direction.UNKNOWN}, "unknown"),
        ("band", {"sample_rate_hz": 8000}, "telephone"),
        ("band", {"sample_rate_hz": 16_000}, "wide"),
        ("band", {"sample_rate_hz": None}, "unknown"),
        ("voices", {"own_channels": False}, "mixed"),
        ("length", {"duration_s": 119.9}, "under_2_min"),
        ("length", {"duration_s": 120.0}, "2_to_10_min"),
        ("length", {"duration_s": 1799.0}, "10_to_30_min"),
        ("length", {"duration_s": 1800.0}, "over_30_min"),
        ("length", {"duration_s": None}, "unknown"),
        ("sides", {"sure": 0.89}, "unsure"),
        ("sides", {"sure": 0.9}, "sure"),
        ("sides", {"sure": None}, "unknown"),
    ],
)
def test_calls_are_told_apart_by_what_they_are_like(name: str, known: dict[str, Any], key: str) -> None:
    assert list(groups(name, [call(**known)])) == [key]


def test_a_group_shows_what_the_machine_and_people_made_of_its_calls() -> None:
    decided = [
        *many(6, state=AssessmentState.APPROVED),
        *many(6, state=AssessmentState.CORRECTED, final=58_000),
        *many(6, state=AssessmentState.APPROVED, by_policy=True),
        *many(6, state=AssessmentState.REJECTED, final=None),
    ]
    found = groups("team", [*decided, *many(6, machine=None, final=None, coverage=0.2)])[str(EAST)]
    assert (found.calls, found.reps) == (30, 5)
    told = found.findings
    assert told is not None
    assert told.machine is not None
    assert told.final is not None
    assert told.correction is not None
    assert told.shares is not None
    assert (told.machine.mean, told.machine.n) == (50.0, 24)
    assert told.final.mean == pytest.approx(52 + 2 / 3)
    assert told.final.n == 18
    assert (told.correction.mean, told.correction.n) == (4.0, 12)  # where somebody looked
    shares = told.shares
    assert (shares.decided, shares.approved, shares.approved_by_policy) == (24, 0.25, 0.25)
    assert (shares.corrected, shares.rejected) == (0.25, 0.25)
    assert told.coverage == pytest.approx(0.68)
    assert told.without_score == 0.4
    assert told.difference is None  # there are no other calls


def test_a_large_difference_is_clear_and_none_is_not() -> None:
    chance = random.Random(3)  # noqa: S311 - made-up scores, no secret

    def scored(number: int, mean: float, **known: Any) -> list[ScoredCall]:
        return [call(n % 8, machine=round(1000 * chance.gauss(mean, 5)), **known) for n in range(number)]

    calls = [*scored(80, 60, language="en"), *scored(80, 45, language="zh")]
    calls = [
        call_ if place % 2 else ScoredCall(**{**_plain(call_), "team_id": WEST})
        for place, call_ in enumerate(calls)
    ]
    by_language, by_team = groups("language", calls), groups("team", calls)
    worse = by_language["zh"].findings
    assert worse is not None
    assert worse.difference is not None
    assert worse.difference.clear
    assert worse.difference.low < worse.difference.value < worse.difference.high < 0
    assert worse.difference.p <= worse.difference.adjusted_p < 0.05
    alike = by_team[str(WEST)].findings
    assert alike is not None
    assert alike.difference is not None
    assert not alike.difference.clear


def test_without_any_difference_hardly_a_report_calls_one_clear() -> None:
    chance, wrong, times = random.Random(11), 0, 100  # noqa: S311 - made-up scores, no secret
    for _ in range(times):
        calls = [
            call(
                chance.randrange(12),
                machine=round(1000 * chance.gauss(60, 10)),
                team_id=chance.choice((EAST, WEST, NORTH)),
                language=chance.choice(("en", "de", "zh")),
                call_type=chance.choice(tuple(CallType)),
                direction=chance.choice(tuple(Direction)),
                sample_rate_hz=chance.choice((8000, 48_000)),
            )
            for _ in range(150)
        ]
        found = [group.findings for parts in report(calls).values() for group in parts]
        wrong += any(one.difference.clear for one in found if one is not None and one.difference is not None)
    assert wrong <= 0.1 * times


@pytest.mark.parametrize(("number", "reps"), [(4, 4), (30, 2)])
def test_a_group_that_is_too_small_shows_its_size_alone(number: int, reps: int) -> None:
    calls = [*many(20), *many(20, team_id=NORTH), *many(number, reps, team_id=WEST)]
    found = groups("team", calls)
    assert (found[str(WEST)].calls, found[str(WEST)].reps) == (number, reps)
    assert found[str(WEST)].findings is None


def test_what_is_hidden_cannot_be_told_from_the_rest() -> None:
    parts = {"big": many(20), "middle": many(12), "small": many(4, 2)}
    assert tellable(parts) == {"big"}  # the middle one hides with the small one
    assert tellable({"big": many(20), "small": many(4, 2)}) == set()
    assert tellable({"big": many(20), "middle": many(12)}) == {"big", "middle"}
    parts = {"big": many(20), "one": many(4, 4), "two": many(4, 4)}
    assert tellable(parts) == {"big"}  # the two small ones are enough together


sizes = st.dictionaries(
    st.sampled_from("abcdef"), st.tuples(st.integers(1, 12), st.integers(1, 6)), max_size=6
)


@given(sizes)
def test_told_groups_are_large_enough_and_so_is_all_that_is_hidden(
    chosen: dict[str, tuple[int, int]],
) -> None:
    parts = {key: many(number, reps) for key, (number, reps) in chosen.items()}
    told = tellable(parts)
    for key in told:
        assert len(parts[key]) >= LEAST_CALLS
    hidden = [one for key, calls in parts.items() if key not in told for one in calls]
    if hidden and told:
        assert len(hidden) >= LEAST_CALLS
        assert len({one.rep_id for one in hidden}) >= 3


def test_a_report_of_no_calls_has_every_dimension_and_no_group() -> None:
    found = report([])
    assert list(found) == list(DIMENSIONS)
    assert not any(found.values())
    assert all(caveat.endswith(".") for caveat in CAVEATS)


def _plain(one: ScoredCall) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}
