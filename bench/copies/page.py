"""`docs/copies.md`: what copies of the feeds come to, whatever happens to who makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.copies.clients import STREAMS, Copy
from bench.copies.striking import Runs
from bench.grid import Grid
from bench.machine import Provenance
from bench.tables import source_lines

HEAD = """# Copies of the feeds, kept by other people's programs

This page is written by `make copies`; do not edit it by hand. Two programs keep a copy of the feeds of an
organisation: the low-code connector [airbyte.yaml](pull/airbyte.yaml), run by `airbyte-cdk` as it comes,
and [dlt_source.py](pull/dlt_source.py), run by `dlt` as it comes, into DuckDB. Both run over and over and
are killed (SIGKILL) at random moments, while {changes:,} changes are made by the code of the service, on
PostgreSQL: scores reopened, approved and rejected, calls given to others, retyped, redated and deleted,
deals told of anew. Once nothing changes any more each runs once more, undisturbed. Its copy is then
compared with what the server has, by a pull of everything from the beginning: things that are there and not
in the copy (missed), in the copy and not there (left over, though deleted), and those that the copy has as
of another time (stale). What the pull itself finds is compared with the database by number.

"""


@dataclass(frozen=True, slots=True)
class Compared:
    """A copy beside what the server has: how many things of each stream are not as they should be."""

    client: str
    missed: int
    left_over: int
    stale: int

    @property
    def wrong(self) -> int:
        """Return how many things in all."""
        return self.missed + self.left_over + self.stale


def compared(client: str, copy: Copy, there: Copy) -> Compared:
    """Return how a copy differs from what there is."""
    missed = left_over = stale = 0
    for name in STREAMS:
        have, want = copy.get(name, {}), there[name]
        missed += len(want.keys() - have.keys())
        left_over += len(have.keys() - want.keys())
        stale += sum(have[key] != want[key] for key in have.keys() & want.keys())
    return Compared(client, missed, left_over, stale)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What happened: changes, what the server has by a pull and by its database, and each client's runs."""

    changes: int
    there: Copy
    counted: Mapping[str, int]
    runs: Sequence[Runs]
    compared: Sequence[Compared]

    @property
    def missed(self) -> bool:
        """Return whether anything is not as it should be."""
        return any("missed" in row for grid in grids(self) for row in grid.rows)


def page(pulled: Pulled, source: Provenance) -> str:
    """Return the whole page in Markdown."""
    head = HEAD.format(changes=pulled.changes) + source_lines(source)
    return "\n".join([head, *(grid.markdown() for grid in grids(pulled))])


def grids(pulled: Pulled) -> list[Grid]:
    """Return the tables."""
    return [
        Grid(
            "Copies",
            (
                "client",
                "runs that ended",
                "killed",
                "failed",
                "last run, s",
                "missed",
                "left over",
                "stale",
                "target",
            ),
            tuple(_clients(pulled)),
        ),
        Grid("What there is", ("stream", "by a pull", "by the database", "target"), tuple(_streams(pulled))),
    ]


def _clients(pulled: Pulled) -> Iterator[tuple[str, ...]]:
    for runs, found in zip(pulled.runs, pulled.compared, strict=True):
        ends = (runs.finished, runs.killed, runs.failed)
        wrong = (found.missed, found.left_over, found.stale)
        yield (
            runs.client,
            *map(str, ends),
            f"{runs.seconds:.1f}",
            *(f"{number:,}" for number in wrong),
            "missed" if found.wrong or runs.failed else "met",
        )


def _streams(pulled: Pulled) -> Iterator[tuple[str, ...]]:
    for name in STREAMS:
        found, counted = len(pulled.there[name]), pulled.counted[name]
        yield name, f"{found:,}", f"{counted:,}", "met" if found == counted else "missed"
