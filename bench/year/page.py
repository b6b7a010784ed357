"""`docs/year.md`: how the records of a year fare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.grid import Grid, number
from bench.machine import Provenance
from bench.scale.page import COLUMNS, NAMES, row
from bench.scale.timing import Timed
from bench.tables import source_lines
from bench.year.fill import Filled
from bench.year.measure import Changed, Rebuilt

REBUILD_S, APPROVAL_MS = 120.0, 1000.0
HEAD = """# A year of records

This page is written by `make year`; do not edit it by hand. An organisation of sixty reps in twelve teams
makes {calls:,} calls in a year, the same for the same seed. What is said in them is made up, some thousand
different calls, six reps listening less and less from July on; all the rest is the code of the service:
every call is measured, scored by the shipped scorecards, and decided on by a coach (80 of 100
approved, 8 corrected, 4 rejected, 8 left waiting); only then it is copied into the database in bulk.
{deals:,} deals are told of. All records are made from that; requests go one after the other to a real web
process on loopback; scores that wait are approved over the API; then scores are reopened, rejected and
approved, calls given to others, retyped, redated and deleted, deals reassigned, reopened and closed, each
by the code of the service and with the records brought up to date at once; and every cell is compared with
that of all records made anew, to the last digit.

"""


@dataclass(frozen=True, slots=True)
class Year:
    """What was measured."""

    database: str
    filled: Filled
    rebuilt: Rebuilt
    queries: Sequence[Timed]
    approvals: Timed
    changed: Changed

    @property
    def missed(self) -> list[str]:
        """Return the targets that were missed."""
        return [one[0] for one in (*_rows(self), *map(row, self.queries)) if one[-1] == "missed"]


def page(year: Year, source: Provenance) -> str:
    """Return the whole page in Markdown."""
    head = HEAD.format(calls=year.filled.calls, deals=year.filled.deals)
    return "\n".join([head + source_lines(source), *(grid.markdown() for grid in grids(year))])


def grids(year: Year) -> list[Grid]:
    """Return the tables."""
    return [
        Grid(
            f"Records, {NAMES[year.database]}", ("what", "measured", "wanted", "target"), tuple(_rows(year))
        ),
        Grid(
            f"Requests, {NAMES[year.database]}",
            COLUMNS,
            tuple(row(one) for one in year.queries),
        ),
    ]


def _rows(year: Year) -> list[tuple[str, ...]]:
    filled, made, changed = year.filled, year.rebuilt, year.changed
    approved = year.approvals
    return [
        ("calls that count, of all", f"{made.calls:,} of {filled.calls:,}", "", ""),
        ("cells of records", f"{made.cells:,}", "", ""),
        _row("all records made anew, s", made.seconds, REBUILD_S),
        ("changes after that, one by one", f"{changed.changes:,}", "", ""),
        _row("cells that then differ from all made anew once more", changed.differed, 0),
        _row("approval until the record shows it, p95, ms", approved.p95, APPROVAL_MS),
        _row("approval until the record shows it, longest, ms", approved.slowest, APPROVAL_MS),
    ]


def _row(what: str, measured: float, most: float) -> tuple[str, ...]:
    return (what, number(measured), f"at most {number(most)}", "met" if measured <= most else "missed")
