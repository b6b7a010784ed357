"""Run it: `python -m bench.pull [--scores N] [--markdown docs/pull.md]`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shlex
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil
import structlog

from bench.evaluate import settings_fingerprint
from bench.grid import Grid, number, wide_console
from bench.machine import provenance
from bench.pull.stock import Stock, filled, stocked
from bench.scale.database import database_in
from bench.scale.people import Company
from bench.scale.timing import client_of, served
from bench.tables import source_lines
from bench.year.measure import approvals, waiting
from bench.year.requests import ADMIN
from core.settings import Settings
from models.feeds import STREAM

LIMIT = 1000
PAGE_MS, GROWTH_MB = 100.0, 100.0
"""Most that a page of a thousand scores takes, and that the web process grows by while it is pulled from."""
PERIOD = {"from": "2000-01-01", "to": "2100-01-01"}


@dataclass(frozen=True, slots=True)
class Pulled:
    """A pull or an export: rows, bytes, seconds of each answer, most memory of the web process, MB."""

    what: str
    rows: int | None
    size: int
    seconds: tuple[float, ...]
    memory_mb: float


class Web:
    """The web process, as its memory is seen from outside."""

    def __init__(self) -> None:
        """Find it: the only child of this process that serves."""
        children = psutil.Process().children(recursive=True)
        self._process = next(one for one in children if "api" in one.cmdline())
        self.most = 0.0

    def look(self) -> None:
        """Take in what it holds now."""
        self.most = max(self.most, self._process.memory_info().rss / 2**20)

    def taken(self) -> float:
        """Return the most that was seen since this was last asked, MB."""
        most, self.most = self.most, 0.0
        return most


def main() -> int:
    """Return 0 where every target is kept to."""
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with database_in("postgresql", None) as (settings, environment):
        made = asyncio.run(filled(settings, options.calls, options.seed))
        approved = _approved(settings, environment, made)
        found = asyncio.run(stocked(settings, made, -(-options.scores // options.calls)))
        print(f"{found.entries:,} entries told of within {found.seconds:.0f} s", flush=True)
        with served(environment) as address, client_of(address, ADMIN) as client:
            web = Web()
            pulls = [_pulled(client, web, name, {}) for name in STREAM]
            pulls.append(_pulled(client, web, "scores", {"include": "items"}))
            exports = [
                _exported(client, web, name, kind) for name in STREAM for kind in ("csv", "parquet", "ndjson")
            ]
    grids = (_told(found, approved), _grid("Pulls", pulls), _grid("Exports", exports))
    for grid in grids:
        grid.show(wide_console())
    if options.markdown is not None:
        source = source_lines(provenance(_command(options), settings_fingerprint(Settings())))
        text = "\n".join([HEAD + source, *(grid.markdown() for grid in grids)])
        options.markdown.write_text(text, encoding="utf-8")
    scores = next(one for one in pulls if one.what == "scores")
    slow = sorted(scores.seconds)[len(scores.seconds) // 2] * 1000 > PAGE_MS
    grown = max(one.memory_mb for one in (*pulls, *exports)) - pulls[0].memory_mb > GROWTH_MB
    return 1 if slow or grown else 0


HEAD = """# Pulling and exporting

This page is written by `make pull`; do not edit it by hand. The calls of a year of sixty reps
([year.md](year.md)), their scores repeated by more versions of the scorecards, are pulled from a real web
process on loopback by one client, a thousand rows a page, and exported whole. Memory is the most that the
web process held.

"""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make pull")
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--scores", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--markdown", type=Path)
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    names = ("calls", "scores", "seed")
    words = (word for name in names for word in (f"--{name}", str(getattr(options, name))))
    return shlex.join(["python", "-m", "bench.pull", *words])


def _approved(settings: Settings, environment: Mapping[str, str], made: Company) -> tuple[float, ...]:
    """Return how long approvals took until the record showed them, milliseconds."""
    scores = asyncio.run(waiting(settings, made))
    with served(environment) as address:
        return approvals(address, scores).times_ms


def _pulled(client: httpx2.Client, web: Web, stream: str, params: Mapping[str, Any]) -> Pulled:
    """Return how a stream is pulled from its beginning to its end."""
    rows, size, took = 0, 0, list[float]()
    cursor: str | None = None
    while True:
        asked = {"limit": LIMIT, **params, **({} if cursor is None else {"cursor": cursor})}
        began = time.perf_counter()
        answer = client.get(f"/v1/feeds/{stream}", params=asked).raise_for_status()
        took.append(time.perf_counter() - began)
        web.look()
        page = answer.json()
        rows, size, cursor = rows + len(page["items"]), size + len(answer.content), page["next"]
        if cursor is None:
            what = " with ".join([stream, *map(str, params.values())])
            return Pulled(what, rows, size, tuple(took), web.taken())


def _exported(client: httpx2.Client, web: Web, stream: str, kind: str) -> Pulled:
    """Return how a stream is exported."""
    size, began = 0, time.perf_counter()
    with client.stream("GET", f"/v1/exports/{stream}", params={**PERIOD, "format": kind}) as answer:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            size += len(part)
            web.look()
    return Pulled(f"{stream}, {kind}", None, size, (time.perf_counter() - began,), web.taken())


def _told(found: Stock, approved: tuple[float, ...]) -> Grid:
    rows = (
        ("entries told of at first", f"{found.entries:,}"),
        ("entries a second", f"{found.entries / found.seconds:,.0f}"),
        ("approval until the record shows it, p50, ms", number(sorted(approved)[len(approved) // 2])),
        ("approval until the record shows it, longest, ms", number(max(approved))),
    )
    return Grid("Before", ("what", "measured"), rows)


def _grid(title: str, found: list[Pulled]) -> Grid:
    columns = (
        "what",
        "rows",
        "MB",
        "seconds",
        "rows a second",
        "page p50, ms",
        "page longest, ms",
        "memory, MB",
    )
    return Grid(title, columns, tuple(tuple(_cells(one)) for one in found))


def _cells(one: Pulled) -> Iterator[str]:
    total = sum(one.seconds)
    yield one.what
    yield "" if one.rows is None else f"{one.rows:,}"
    yield number(one.size / 2**20)
    yield number(total)
    yield "" if one.rows is None else f"{one.rows / total:,.0f}"
    yield "" if one.rows is None else number(sorted(one.seconds)[len(one.seconds) // 2] * 1000)
    yield "" if one.rows is None else number(max(one.seconds) * 1000)
    yield number(one.memory_mb)


if __name__ == "__main__":
    sys.exit(main())
