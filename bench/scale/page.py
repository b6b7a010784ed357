"""`docs/scale.md`: how lists, filters and searches fare on many calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.grid import Grid, number
from bench.machine import Provenance
from bench.scale.plans import Plan
from bench.scale.timing import Timed
from bench.tables import source_lines

TARGET_MS = 100.0
"""What 95 of 100 requests of every kind shall keep to."""
COLUMNS = ("kind", "n", "p50, ms", "p95, ms", "longest, ms", "answer, kB", "target")
NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
HEAD = """# Scale: lists, filters and searches on many calls

This page is written by `make scale`; do not edit it by hand. The calls are made up, the same for the same
seed: spread over three years, of every state, type and direction, with words drawn by Zipf's law from
60,000 English words, one call in ten in Chinese. {count} calls are those of one organisation, which is
asked; another has a tenth as many in the same tables. Requests go one after the other to a real web process
on loopback, each with other arguments; a time is from the request's first byte to the answer's last. Every
kind shall answer 95 of 100 requests within {target:.0f} ms. PostgreSQL runs with its own defaults, but for
`shared_buffers`, 2 GB instead of 128 MB, and what is searched was read once before; SQLite runs as the
service sets it up.

"""


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured on one database."""

    database: str
    calls: int
    rows: Mapping[str, int]
    groups: Mapping[str, Sequence[Timed]]
    plans: Sequence[Plan]

    @property
    def missed(self) -> list[Timed]:
        """Return the kinds that were too slow."""
        return [one for group in self.groups.values() for one in group if one.p95 > TARGET_MS]


def page(results: Sequence[Result], source: Provenance) -> str:
    """Return the whole page in Markdown."""
    head = HEAD.format(count=" or ".join(f"{result.calls:,}" for result in results), target=TARGET_MS)
    return "\n".join([head + source_lines(source), *(_section(result) for result in results)])


def grids(result: Result) -> list[Grid]:
    """Return one table a group of kinds."""
    return [
        Grid(
            f"{title}, {NAMES[result.database]}",
            COLUMNS,
            tuple(row(one) for one in group),
        )
        for title, group in result.groups.items()
    ]


def _section(result: Result) -> str:
    """Return what one database did: rows, times, plans."""
    rows = ", ".join(f"{count:,} in `{table}`" for table, count in result.rows.items() if count)
    kinds = sum(len(group) for group in result.groups.values())
    verdict = f"{kinds - len(result.missed)} of {kinds} kinds kept to the target."
    plans = [
        f"## Query plans, {NAMES[result.database]}\n",
        PLANS,
        *(plan.markdown() for plan in result.plans),
    ]
    return "\n".join(
        [
            f"## {NAMES[result.database]}, {result.calls:,} calls\n",
            f"Rows of the organisation: {rows}. {verdict}\n",
            *(grid.markdown() for grid in grids(result)),
            *plans,
        ]
    )


PLANS = """Of each request the statement that took longest, as it was executed; what it selects and long lists
of keys are left out.
"""


def row(one: Timed) -> tuple[str, ...]:
    """Return a kind of request as a row of a table: see `COLUMNS`."""
    return (
        one.kind,
        str(len(one.times_ms)),
        number(one.p50),
        number(one.p95),
        number(one.slowest),
        number(one.size / 1000),
        "met" if one.p95 <= TARGET_MS else "missed",
    )
