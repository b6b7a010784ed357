"""Stretches of time and their arithmetic: union, overlap, gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` to `end`, seconds."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        """Return the length in seconds."""
        return self.end - self.start


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return disjoint spans in time order that cover the same seconds."""
    merged: list[Span] = []
    for span in sorted(s for s in spans if s.end > s.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def intersection(left: Sequence[Span], right: Sequence[Span]) -> tuple[Span, ...]:
    """Return the seconds in both; each side disjoint and in time order, as `union` gives them."""
    shared: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i].start, right[j].start), min(left[i].end, right[j].end)
        if end > start:
            shared.append(Span(start, end))
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return tuple(shared)


def gaps(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the seconds between consecutive disjoint spans."""
    return tuple(Span(a.end, b.start) for a, b in pairwise(spans) if b.start > a.end)


def total(spans: Iterable[Span]) -> float:
    """Return the summed length in seconds."""
    return sum((span.duration for span in spans), 0.0)
