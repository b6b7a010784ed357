"""Webhooks: of what other systems are told, declared in one table, and what each message holds.

From `TYPES` derive the messages themselves, docs/webhook-types.md, docs/webhooks.schema.json, `GET
/v1/webhook-types` and the `webhooks` of the OpenAPI document. A message is thin: keys, a state, a version and
where to read the rest, never a word, a name or a number of a call. Whoever gets it reads the thing itself,
with credentials that say what they may see.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from models.assessment import AssessmentState, MoveName
from models.call import CallState
from models.event import Kind


class Disabled(StrEnum):
    """Why an endpoint is sent nothing: somebody said so, it answered 410, it took nothing for days."""

    BY_HAND = "by_hand"
    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Told:
    """Something a message may hold: what it is, its JSON Schema, an example."""

    says: str
    schema: Mapping[str, Any]
    example: Any


_KEY: Mapping[str, Any] = {"type": "string", "format": "uuid"}
_STATE: Mapping[str, Any] = {"type": "string"}

FIELDS: Mapping[str, Told] = {
    "call_id": Told("the call", _KEY, "0199c2f0-5d6e-7c3a-9a51-2f6b1c9d0e42"),
    "assessment_id": Told("the score", _KEY, "0199c2f4-1a2b-7d4c-8e9f-3a7c5b1d2f60"),
    "webhook_id": Told("the endpoint", _KEY, "0199c2a0-7b8c-7e5d-9f10-4b8d6c2e3a71"),
    "state": Told("how it was after that", _STATE, CallState.REVIEWED.value),
    "version": Told(
        "grows with every change of the thing that `state` is of: a message with a lower one is older",
        {"type": "integer", "minimum": 1},
        7,
    ),
    "reason": Told("why", {"type": "string", "enum": list(Disabled)}, Disabled.FAILING.value),
}
"""What messages may hold; what is not named here is sent by none."""

_CALL = {"call": "/v1/calls/{call_id}"}
_SCORE = {"assessment": "/v1/assessments/{assessment_id}", **_CALL}
_CALLS = ("call_id", "state", "version")
_SCORES = ("call_id", "assessment_id", "state", "version")


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of message: its public name, what it says, out of which kind of event it is made.

    `only` names values that the event's data must have; `states` is for the example and the schema. No kind:
    it is not made of an event.
    """

    name: str
    says: str
    kind: Kind | None
    fields: tuple[str, ...]
    links: Mapping[str, str]
    only: Mapping[str, frozenset[Any]] = field(default_factory=dict)
    states: tuple[str, ...] = ()


def _of_call(kind: Kind, says: str, *states: CallState) -> EventType:
    return EventType(kind.value, says, kind, _CALLS, _CALL, states=tuple(states or CallState))


_DECIDED = (AssessmentState.APPROVED, AssessmentState.CORRECTED, AssessmentState.REJECTED)
_DECIDING = frozenset({MoveName.APPROVE, MoveName.CORRECT, MoveName.REJECT, MoveName.APPROVE_BY_POLICY})

TYPES: tuple[EventType, ...] = (
    _of_call(Kind.CREATED, "a recording was handed in", CallState.QUEUED),
    _of_call(Kind.CHANGED, "what is known of a call was changed"),
    _of_call(Kind.REVIEWED, "a call is reviewed: words, measures and moods can be read", CallState.REVIEWED),
    _of_call(Kind.REJECTED, "a recording cannot be reviewed as it is", CallState.REJECTED),
    _of_call(Kind.FAILED, "the review of a call failed", CallState.FAILED),
    _of_call(Kind.CANCELLED, "the review of a call was cancelled", CallState.CANCELLED),
    _of_call(Kind.CORRECTED, "a transcript was put right; what rests on it is made anew"),
    _of_call(Kind.DELETED, "a call was deleted: take out what you hold of it"),
    EventType(
        "call.scored",
        "a score was proposed, or proposed anew after a change; nobody has approved it yet",
        Kind.SCORED,
        _SCORES,
        _SCORE,
        {"trial": frozenset({False})},
        (AssessmentState.PROPOSED,),
    ),
    EventType(
        "score.reviewed",
        "a score was approved, corrected or rejected",
        Kind.ASSESSED,
        _SCORES,
        _SCORE,
        {"move": _DECIDING},
        _DECIDED,
    ),
    EventType(
        "score.reopened",
        "a score is reviewed again: until that is decided it counts no more",
        Kind.ASSESSED,
        _SCORES,
        _SCORE,
        {"move": frozenset({MoveName.REOPEN})},
        (AssessmentState.IN_REVIEW,),
    ),
    EventType(
        "webhook.disabled",
        "another endpoint of yours is sent nothing any more",
        Kind.WEBHOOK_DISABLED,
        ("webhook_id", "reason"),
        {"webhook": "/v1/webhooks/{webhook_id}"},
    ),
    EventType(
        "webhook.test",
        "somebody tries the endpoint; sent to it alone, whatever it is told of",
        None,
        ("webhook_id",),
        {"webhook": "/v1/webhooks/{webhook_id}"},
    ),
)
"""Every type of message, in the order in which documents list them."""

TYPE = {one.name: one for one in TYPES}
TEST = TYPE["webhook.test"]
PUBLISHED = frozenset(one.kind for one in TYPES if one.kind is not None)
"""Kinds of events of which anybody outside may be told."""


def type_of(kind: str, data: Mapping[str, Any]) -> EventType | None:
    """Return the type of message that an event makes; None where nobody outside is told."""
    for one in TYPES:
        if one.kind == kind and all(data.get(name) in allowed for name, allowed in one.only.items()):
            return one
    return None


def body(of: EventType, at: datetime, known: Mapping[str, Any]) -> str:
    """Return the message of a type as JSON, with what of the known it may hold."""
    data = {name: known[name] for name in of.fields if name in known}
    links = {name: path.format(**data) for name, path in of.links.items()}
    told = {"type": of.name, "timestamp": _written(at), "data": {**data, "links": links}}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def example(of: EventType) -> dict[str, Any]:
    """Return a message of a type, made up."""
    known = {name: FIELDS[name].example for name in of.fields}
    if of.states:
        known["state"] = of.states[0]
    found: dict[str, Any] = json.loads(body(of, datetime(2026, 3, 2, 9, 30, tzinfo=UTC), known))
    return found


def schema(of: EventType) -> dict[str, Any]:
    """Return the JSON Schema of a type's messages; keys may be added to them."""
    told = {name: {**FIELDS[name].schema, "description": FIELDS[name].says} for name in of.fields}
    if of.states:
        told["state"] = {**told["state"], "enum": list(of.states)}
    links = {
        "type": "object",
        "description": "paths, to be read at the service",
        "properties": {name: {"type": "string"} for name in of.links},
        "required": list(of.links),
    }
    data = {"type": "object", "properties": {**told, "links": links}, "required": [*of.fields, "links"]}
    return {
        "type": "object",
        "description": of.says,
        "properties": {
            "type": {"const": of.name},
            "timestamp": {"type": "string", "format": "date-time", "description": "when it happened"},
            "data": data,
        },
        "required": ["type", "timestamp", "data"],
    }


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
