"""Figures with their targets, and percentiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.grid import NONE, Grid, number
from bench.targets import verdict

COLUMNS = ("what", "measured", "target", "said")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, in `unit`; `limit` is the most it may be, None where nothing is demanded."""

    what: str
    value: float
    unit: str = ""
    limit: float | None = None
    digits: int = 0

    @property
    def missed(self) -> bool:
        """Return whether the value is over its limit."""
        return self.limit is not None and verdict(self.value, self.limit) != "met"

    def row(self) -> tuple[str, ...]:
        """Return what is measured, the value, the target and whether it is met."""
        if self.limit is None:
            return self.what, self._text(self.value), NONE, NONE
        said = verdict(self.value, self.limit)
        return self.what, self._text(self.value), f"at most {self._text(self.limit)}", said

    def _text(self, value: float) -> str:
        return f"{number(value, self.digits)} {self.unit}".strip()


def grid(title: str, figures: Sequence[Figure], note: str) -> Grid:
    """Return one row a figure."""
    return Grid(title, COLUMNS, tuple(figure.row() for figure in figures), note)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of all do not exceed (nearest rank); nan of none."""
    if not values:
        return math.nan
    rank = max(math.ceil(share * len(values)), 1)
    return sorted(values)[rank - 1]
