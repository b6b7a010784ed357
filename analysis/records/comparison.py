"""Two formulas side by side, before one takes the place of the other: what each makes of the same cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from analysis.correlation import rank_correlation
from analysis.records.formula import Index, index
from models.record import Cell, Formula


@dataclass(frozen=True, slots=True)
class Compared:
    """What two formulas make of a rep's cell."""

    rep_id: UUID
    calls: int
    one: Index
    other: Index

    @property
    def difference(self) -> int | None:
        """Return the other index less the one, thousandths of a point; None where either is none."""
        if self.one.points is None or self.other.points is None:
            return None
        return self.other.points - self.one.points


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two formulas make of reps, in the order given, and how alike they rank the `ranked` with both.

    `correlation` is Spearman's, -1..1 (1: in the same order); None with fewer than three reps, or where
    either formula tells none of them apart.
    """

    reps: tuple[Compared, ...]
    ranked: int
    correlation: float | None


def compared(one: Formula, other: Formula, cells: Iterable[Cell]) -> Comparison:
    """Return what two formulas make of cells, each of one rep."""
    reps = tuple(Compared(cell.rep_id, cell.calls, index(one, cell), index(other, cell)) for cell in cells)
    pairs = [
        (rep.one.points, rep.other.points)
        for rep in reps
        if rep.one.points is not None and rep.other.points is not None
    ]
    return Comparison(reps, len(pairs), rank_correlation(pairs))
