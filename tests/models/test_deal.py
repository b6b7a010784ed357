"""A deal told of over and over: what is left out stays, and telling the same again changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Rejected
from models.deal import DealFacts, DealGiven, Reached, told
from models.record import Outcome

AT = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
REP = uuid4()
NEW: dict[str, Any] = {"name": "Acme, four sites", "rep_id": REP, "opened_at": AT}


def days(number: int) -> datetime:
    return AT + timedelta(days=number)


def tell(before: DealFacts | None = None, at: datetime = AT, **values: Any) -> DealFacts:
    stages = values.pop("history", None)
    return told(DealGiven("d1", values, stages), before, at)


def test_what_is_left_out_stays_as_it_is() -> None:
    first = tell(**NEW, account="Acme", amount=100.0)
    assert first == DealFacts("d1", "Acme, four sites", REP, AT, account="Acme", amount=100.0)
    won = tell(first, outcome=Outcome.WON, closed_at=days(9), account=None)
    assert (won.name, won.amount, won.account, won.outcome) == (first.name, 100.0, None, Outcome.WON)


@pytest.mark.parametrize("name", ["name", "rep_id", "opened_at"])
def test_a_deal_is_not_without(name: str) -> None:
    with pytest.raises(Rejected) as refused:
        told(DealGiven("d1", {**NEW, name: None}), None, AT)
    assert refused.value.code == f"deal_without_{name}"
    with pytest.raises(Rejected):
        told(DealGiven("d1", {name: None}), tell(**NEW), AT)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"outcome": Outcome.LOST}, "deal_not_closed"),
        ({"outcome": Outcome.WON, "closed_at": days(-1)}, "deal_closed_early"),
    ],
)
def test_outcome_and_date_go_together(values: dict[str, Any], code: str) -> None:
    with pytest.raises(Rejected) as refused:
        tell(**NEW, **values)
    assert refused.value.code == code


def test_an_open_deal_may_say_when_it_is_expected_to_close() -> None:
    expected = tell(None, days(3), **NEW, closed_at=days(30), stage="Demo")
    assert (expected.closed_at, expected.settled_at) == (days(30), None)
    assert expected.stages == (Reached("Demo", days(3)),)
    assert tell(expected, outcome=Outcome.LOST).settled_at == days(30)


def test_a_stage_is_added_to_those_before_when_it_is_first_told_of() -> None:
    first = tell(**NEW, stage="Demo")
    assert first.stages == (Reached("Demo", AT),)
    second = tell(first, days(3), stage="Offer")
    assert second.stages == (Reached("Demo", AT), Reached("Offer", days(3)))
    assert tell(second, days(4), stage="Offer") == second
    back = tell(second, days(5), stage="Demo")
    assert [one.stage for one in back.stages] == ["Demo", "Offer", "Demo"]


def test_the_last_stage_of_a_closed_deal_was_reached_when_it_was_closed() -> None:
    found = tell(None, days(90), **NEW, stage="Signed", outcome=Outcome.WON, closed_at=days(9))
    assert found.stages == (Reached("Signed", days(9)),)


def test_a_whole_history_takes_the_place_of_what_was_known() -> None:
    first = tell(**NEW, stage="Talk")
    history = (Reached("Demo", days(1)), Reached("Offer", days(2)))
    second = tell(first, days(9), history=history)
    assert (second.stages, second.stage) == (history, "Offer")
    third = tell(second, days(9), history=history, stage="Contract")
    assert third.stages == (*history, Reached("Contract", days(9)))
    assert tell(third, days(20), history=history, stage="Contract") == third


def test_what_was_said_of_stages_is_not_unsaid() -> None:
    first = tell(**NEW, stage="Demo")
    assert tell(first, days(3), stage=None) == tell(first, days(3)) == first


stages = st.sampled_from(["Demo", "Offer", "Contract"])
histories = st.none() | st.lists(
    st.builds(Reached, stages, st.integers(0, 50).map(days)), min_size=1, max_size=4
).map(lambda found: tuple(sorted(found, key=lambda one: one.at)))
reps: st.SearchStrategy[UUID] = st.sampled_from([REP, uuid4()])
telling = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["A", "B"]),
        "rep_id": reps,
        "amount": st.none() | st.floats(0, 1e9),
        "account": st.none() | st.just("Acme"),
        "stage": st.none() | stages,
        "history": histories,
    },
)


@given(st.sampled_from(Outcome), st.lists(telling, max_size=5))
def test_telling_the_same_again_changes_nothing(outcome: Outcome, tellings: list[dict[str, Any]]) -> None:
    known = tell(**NEW, outcome=outcome, closed_at=days(30))
    for number, values in enumerate(tellings):
        known = tell(known, days(number), **values)
        assert tell(known, days(100), **values) == known
        assert known.stage == (known.stages[-1].stage if known.stages else None)
