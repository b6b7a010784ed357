"""docs/webhook-types.md, out of the table of messages and the states of deliveries."""

from __future__ import annotations

import json
from pathlib import Path

from models.call import CallState
from models.delivery import MEANS, SCHEDULE
from models.webhook import FIELDS, TYPES, EventType, example

PATH = Path("docs/webhook-types.md")
HEAD = """# What webhooks tell

Every message is `{"type", "timestamp", "data"}`: what happened, when, and to what. `data` holds keys, a
state, a `version` and `links` to read the thing itself, never a word, a name or a number of a call. Keys may
be added; none is renamed or removed. [webhooks.schema.json](webhooks.schema.json) is the JSON Schema, `GET
/v1/webhook-types` the same over the API. [webhooks.md](webhooks.md) says how messages are received.

| type | sent when | state |
| --- | --- | --- |
"""
KEYS = """
## What `data` holds

| key | what it is |
| --- | --- |
"""
STATES = """
## States of a delivery

| state | what it means |
| --- | --- |
"""
PAUSES = """
## When a delivery is tried again

| failed attempt | tried again after, and up to a fifth more |
| --- | --- |
"""
EXAMPLES = """
## Examples

One of each shape.
"""
MINUTE, HOUR = 60, 3600


def render() -> str:
    """Return the whole document."""
    types = "".join(f"| `{one.name}` | {one.says} | {_states(one)} |\n" for one in TYPES)
    keys = "".join(f"| `{name}` | {told.says} |\n" for name, told in FIELDS.items())
    states = "".join(f"| `{state}` | {means} |\n" for state, means in MEANS.items())
    pauses = "".join(
        f"| {number} | {_said(pause.total_seconds())} |\n" for number, pause in enumerate(SCHEDULE, 1)
    )
    last = f"| {len(SCHEDULE) + 1} | never: the delivery is dead until it is replayed |\n"
    shapes = {one.fields: one for one in reversed(TYPES)}
    examples = "".join(_example(one) for one in TYPES if one in shapes.values())
    return HEAD + types + KEYS + keys + STATES + states + PAUSES + pauses + last + EXAMPLES + examples


def _states(of: EventType) -> str:
    if set(of.states) == set(CallState):
        return "any"
    return ", ".join(f"`{state}`" for state in of.states)


def _said(seconds: float) -> str:
    for size, name in ((HOUR, "h"), (MINUTE, "min")):
        if seconds >= size:
            return f"{seconds / size:g} {name}"
    return f"{seconds:g} s"


def _example(of: EventType) -> str:
    return f"\n```json\n{json.dumps(example(of), indent=1, ensure_ascii=False)}\n```\n"
