"""docs/scorecard.schema.json, out of the scorecard itself: what editors check a scorecard's YAML against."""

from __future__ import annotations

import json
from pathlib import Path

from models.scorecard import SCORECARD

PATH = Path("docs/scorecard.schema.json")


def render() -> str:
    """Return the JSON Schema (2020-12) of a scorecard."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **SCORECARD.json_schema(),
        "title": "Debrief scorecard",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
