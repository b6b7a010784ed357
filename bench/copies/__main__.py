"""Run it: `python -m bench.copies [--changes N] [--markdown docs/copies.md]`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shlex
import sys
import tempfile
from pathlib import Path

import structlog

from bench.copies import environments
from bench.copies.changing import KEY, Changer, prepare
from bench.copies.clients import Airbyte, Client, Dlt, Server
from bench.copies.page import Pulled, compared, grids, page
from bench.copies.striking import run_again_and_again
from bench.copies.truth import counted, pulled
from bench.evaluate import settings_fingerprint
from bench.grid import wide_console
from bench.machine import provenance
from bench.scale.database import database_in
from bench.scale.people import Company
from bench.scale.timing import served
from bench.year.fill import fill
from bench.year.measure import rebuilt
from core.settings import Settings

CLIENTS = {"airbyte": Airbyte, "dlt": Dlt}


def main() -> int:
    """Return 0 where every copy is what the server has."""
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    found = _pulled(options)
    for grid in grids(found):
        grid.show(wide_console())
    if options.markdown is not None:
        source = provenance(_command(options), settings_fingerprint(Settings()))
        options.markdown.write_text(page(found, source), encoding="utf-8")
    return int(found.missed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make copies")
    parser.add_argument("--calls", type=int, default=3_000)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--environments", type=Path, default=environments.ROOT / ".make" / "copies")
    parser.add_argument("--markdown", type=Path)
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    names = ("calls", "changes", "seed")
    words = (word for name in names for word in (f"--{name}", str(getattr(options, name))))
    return shlex.join(["python", "-m", "bench.copies", *words])


def _pulled(options: argparse.Namespace) -> Pulled:
    """Return how copies fare, on a database of its own that is gone afterwards."""
    programs = {name: environments.made(name, options.environments) for name in CLIENTS}
    with (
        database_in("postgresql", None) as (settings, environment),
        tempfile.TemporaryDirectory(prefix="debrief-copies-") as folder,
    ):
        filled = asyncio.run(fill(settings, options.calls, options.seed))
        asyncio.run(rebuilt(settings, filled.company))
        asyncio.run(prepare(settings, filled.company))
        with served(environment) as address:
            server, clients = Server(address, KEY), list[Client]()
            for name, kind in CLIENTS.items():
                within = Path(folder) / name
                within.mkdir()
                clients.append(kind(server, programs[name], within))
            return asyncio.run(_copied(settings, filled.company, server, clients, options))


async def _copied(
    settings: Settings,
    made: Company,
    server: Server,
    clients: list[Client],
    options: argparse.Namespace,
) -> Pulled:
    """Return how the clients' copies compare, once all is changed and each has run."""
    changer = Changer(settings, made, options.seed, options.changes)
    changing = asyncio.create_task(changer.run())
    running = [run_again_and_again(client, options.seed, lambda: not changing.done()) for client in clients]
    ran = await asyncio.gather(*running)
    await changing
    there = await asyncio.to_thread(pulled, server)
    found = [compared(client.name, await asyncio.to_thread(client.copy), there) for client in clients]
    return Pulled(changer.done, there, await counted(settings, made), ran, found)


if __name__ == "__main__":
    sys.exit(main())
