"""The fingerprint that names what produced a number: engine, weights, options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

Scalar = str | int | float | bool | None


def fingerprint(engine: str, **options: Scalar | Mapping[str, Scalar]) -> str:
    """Return `engine@<12 hex digits>` over the options, equal for equal options in any order."""
    text = json.dumps(options, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{engine}@{hashlib.sha256(text.encode()).hexdigest()[:12]}"
