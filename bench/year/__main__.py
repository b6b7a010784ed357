"""Run it: `python -m bench.year [--calls N] [--markdown docs/year.md]`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shlex
import sys
from pathlib import Path

import structlog

from bench.evaluate import settings_fingerprint
from bench.grid import wide_console
from bench.machine import provenance
from bench.scale.database import database_in
from bench.scale.timing import TIMES, asked, served
from bench.year.fill import fill
from bench.year.measure import approvals, changed, rebuilt, waiting
from bench.year.page import Year, grids, page
from bench.year.requests import kinds
from core.settings import Settings


def main() -> int:
    """Return 0 where every target is kept to."""
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    found = _year(options)
    for grid in grids(found):
        grid.show(wide_console())
    if options.markdown is not None:
        source = provenance(_command(options), settings_fingerprint(Settings()))
        options.markdown.write_text(page(found, source), encoding="utf-8")
    return 1 if found.missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make year")
    parser.add_argument("--calls", type=int, default=30_000)
    parser.add_argument("--times", type=int, default=TIMES, help="requests a kind")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--markdown", type=Path)
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    names = ("calls", "times", "seed")
    words = (word for name in names for word in (f"--{name}", str(getattr(options, name))))
    return shlex.join(["python", "-m", "bench.year", *words])


def _year(options: argparse.Namespace) -> Year:
    """Return what the year does on a database of its own, gone afterwards."""
    with database_in("postgresql", None) as (settings, environment):
        filled = asyncio.run(fill(settings, options.calls, options.seed))
        print(f"{filled.calls:,} calls within {filled.seconds:.0f} s", flush=True)
        made_anew = asyncio.run(rebuilt(settings, filled.company))
        print(f"{made_anew.cells:,} cells made anew within {made_anew.seconds:.1f} s", flush=True)
        scores = asyncio.run(waiting(settings, filled.company))
        with served(environment) as address:
            queries = [
                asked(address, kind.name, kind.caller, kind.make, options.seed, options.times)
                for kind in kinds(filled.company)
            ]
            approved = approvals(address, scores)
        after = asyncio.run(changed(settings, filled.company, options.seed))
    return Year("postgresql", filled, made_anew, queries, approved, after)


if __name__ == "__main__":
    sys.exit(main())
