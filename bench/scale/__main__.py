"""Run it: `python -m bench.scale [--database postgresql|sqlite] [--calls N] [--markdown docs/scale.md]`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shlex
import sys
import time
from pathlib import Path

import structlog
from pydantic import TypeAdapter

from bench.evaluate import settings_fingerprint
from bench.grid import wide_console
from bench.machine import provenance
from bench.scale.database import database_in
from bench.scale.load import known, load, read_once
from bench.scale.page import Result, grids, page
from bench.scale.plans import Plan, explained
from bench.scale.requests import GROUPS, Known, Sample
from bench.scale.timing import TIMES, served, timed
from core.settings import Settings

CALLS = {"postgresql": 200_000, "sqlite": 10_000}


def main() -> int:
    """Return 0 where every kind of request kept to the target."""
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    databases = [options.database] if options.database else list(CALLS)
    results = [_result(database, options) for database in databases]
    for grid in (grid for result in results for grid in grids(result)):
        grid.show(wide_console())
    if options.markdown is not None:
        source = provenance(_command(options), settings_fingerprint(Settings()))
        options.markdown.write_text(page(results, source), encoding="utf-8")
    return 1 if any(result.missed for result in results) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make scale")
    parser.add_argument("--database", choices=tuple(CALLS), help="one kind only; else each in turn")
    parser.add_argument("--calls", type=int, help="else 200,000 on PostgreSQL and 10,000 on SQLite")
    parser.add_argument("--times", type=int, default=TIMES, help="requests a kind")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="keep the databases there, and take them when there")
    parser.add_argument("--markdown", type=Path)
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    """Return the command without where things are kept, which changes no figure."""
    chosen = {name: getattr(options, name) for name in ("database", "calls", "times", "seed")}
    words = (
        word for name, value in chosen.items() if value is not None for word in (f"--{name}", str(value))
    )
    return shlex.join(["python", "-m", "bench.scale", *words])


def _result(database: str, options: argparse.Namespace) -> Result:
    """Return what one database does, filled for the purpose and gone afterwards."""
    count = options.calls or CALLS[database]
    with database_in(database, options.folder) as (settings, environment):
        asked = known(_filled(settings, count, options.seed), options.seed)
        if database == "postgresql":
            asyncio.run(read_once(settings))
        with served(environment) as address:
            groups = {
                title: [timed(address, kind, asked, options.seed, options.times) for kind in kinds]
                for title, kinds in GROUPS.items()
            }
        plans = asyncio.run(_explained(settings, asked, options.seed))
    return Result(database, count, asked.sample.rows, groups, plans)


def _filled(settings: Settings, count: int, seed: int) -> Sample:
    """Return some of what is in a database, filled now unless it was before."""
    remembered, shape = settings.data / f"sample-{count}-{seed}.json", TypeAdapter(Sample)
    if remembered.exists():
        return shape.validate_json(remembered.read_bytes())
    began = time.monotonic()
    sample = asyncio.run(load(settings, count, seed))
    remembered.write_bytes(shape.dump_json(sample))
    print(f"{count:,} calls filled in within {time.monotonic() - began:.0f} s", flush=True)
    return sample


async def _explained(settings: Settings, asked: Known, seed: int) -> list[Plan]:
    kinds = [kind for group in GROUPS.values() for kind in group if kind.explained]
    return await explained(settings, asked, kinds, seed)


if __name__ == "__main__":
    sys.exit(main())
