"""Sentences as said in service calls, written by hand for measuring; nothing is trained on them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal

FILE = Path(__file__).parent / "service_calls.tsv"


def calls(label: Literal["mood", "act"]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts and their moods, or their acts."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, fieldnames=("mood", "act", "text"), delimiter="\t"))
    return tuple(row["text"] for row in rows), tuple(row[label] for row in rows)
