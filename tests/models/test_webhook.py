"""Messages: out of one table, thin, and as their schema says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from core.clock import now
from models.assessment import MoveName
from models.event import Kind
from models.webhook import FIELDS, PUBLISHED, TEST, TYPES, EventType, body, example, schema, type_of

MOST_BYTES = 20_000
"""Longest message that the specification advises."""
every_type = pytest.mark.parametrize("of", TYPES, ids=lambda of: of.name)


def validator(of: EventType) -> Draft202012Validator:
    return Draft202012Validator(schema(of), format_checker=FormatChecker())


def test_names_are_given_once_and_every_field_is_declared() -> None:
    assert len({one.name for one in TYPES}) == len(TYPES)
    assert {name for one in TYPES for name in one.fields} == set(FIELDS)


@every_type
def test_an_example_is_as_the_schema_says_and_leads_somewhere(of: EventType) -> None:
    shown = example(of)
    Draft202012Validator.check_schema(schema(of))
    validator(of).validate(shown)
    assert all(path.startswith("/v1/") and "{" not in path for path in shown["data"]["links"].values())


@every_type
def test_a_message_holds_what_is_declared_and_nothing_else(of: EventType) -> None:
    known = {name: FIELDS[name].example for name in FIELDS}
    secret = {
        "title": "Acme renewal",
        "text": "I will lie",
        "points": 71_000,
        "rep": "Ann",
        "crm": {"a": "b"},
    }
    made = json.loads(body(of, now(), {**known, **secret}))
    assert set(made) == {"type", "timestamp", "data"}
    assert set(made["data"]) == {*of.fields, "links"}


@given(st.sampled_from(TYPES), st.datetimes(datetime(1970, 1, 2), timezones=st.timezones()), st.data())  # noqa: DTZ001
def test_a_message_is_short_and_its_time_is_utc(of: EventType, at: datetime, data: st.DataObject) -> None:
    known = {name: FIELDS[name].example for name in FIELDS}
    if of.states:
        known["state"] = data.draw(st.sampled_from(of.states))
    made = body(of, at, known)
    validator(of).validate(json.loads(made))
    assert len(made.encode()) < MOST_BYTES
    assert datetime.fromisoformat(json.loads(made)["timestamp"]) == at.astimezone(UTC)
    assert json.loads(made)["timestamp"].endswith("Z")


def test_which_event_makes_which_message() -> None:
    def made(kind: Kind, **data: Any) -> str | None:
        found = type_of(kind, data)
        return None if found is None else found.name

    assert made(Kind.REVIEWED, state="reviewed") == "call.reviewed"
    assert made(Kind.SCORED, trial=False) == "call.scored"
    assert made(Kind.SCORED, trial=True) is None
    for move in (MoveName.APPROVE, MoveName.CORRECT, MoveName.REJECT, MoveName.APPROVE_BY_POLICY):
        assert made(Kind.ASSESSED, move=move) == "score.reviewed"
    assert made(Kind.ASSESSED, move="reopen") == "score.reopened"
    for move in (MoveName.TAKE, MoveName.GIVE_BACK, MoveName.ACKNOWLEDGE, MoveName.CONTEST):
        assert made(Kind.ASSESSED, move=move) is None
    for kind in (Kind.QUEUED, Kind.STARTED, Kind.COMMENTED):
        assert made(kind) is None
        assert kind not in PUBLISHED
    assert TEST.kind is None
