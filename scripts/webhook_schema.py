"""docs/webhooks.schema.json, out of the table of messages: what receivers check a message against."""

from __future__ import annotations

import json
from pathlib import Path

from models.webhook import TYPES, schema

PATH = Path("docs/webhooks.schema.json")


def render() -> str:
    """Return the JSON Schema (2020-12) of every message."""
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Debrief webhook message",
        "oneOf": [schema(one) for one in TYPES],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
