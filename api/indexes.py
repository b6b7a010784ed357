"""Cells weighed by the formulas of their time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from analysis.records.formula import index
from api.schemas.records import IndexShape
from models.record import FORMULA, Cell, Formula
from models.tables import FormulaVersion
from models.versions import VersionState


@dataclass(frozen=True, slots=True)
class Weighing:
    """A version of the formula, read."""

    version: FormulaVersion
    formula: Formula

    def held(self, at: datetime) -> bool:
        """Return whether it was in use just before a moment."""
        began, ended = self.version.activated_at, self.version.retired_at
        return began is not None and began < at and (ended is None or ended >= at)


def weighings(versions: Iterable[FormulaVersion]) -> list[Weighing]:
    """Return versions of the formula that are or were in use, and the one on trial, read."""
    return [Weighing(version, FORMULA.validate_python(version.content)) for version in versions]


def in_force(known: Sequence[Weighing], at: datetime) -> Sequence[Weighing]:
    """Return the formula that was in use at a moment, if there was one."""
    return [one for one in known if one.held(at)][-1:]


def indexes(cell: Cell, known: Sequence[Weighing], at: datetime) -> list[IndexShape]:
    """Return a cell by the formula that was in use at a moment, and by the one on trial now."""
    trial = [one for one in known if one.version.state is VersionState.TRIAL]
    return [_index(cell, one) for one in (*in_force(known, at), *trial)]


def _index(cell: Cell, one: Weighing) -> IndexShape:
    trial = one.version.state is VersionState.TRIAL
    found = index(one.formula, cell)
    version = one.version
    return IndexShape.of(
        found, formula_id=version.id, number=version.number, name=one.formula.name, trial=trial
    )
