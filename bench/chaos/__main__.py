"""Run it: `python -m bench.chaos [--database postgresql|sqlite] [--markdown docs/reliability.md]`."""

from __future__ import annotations

import argparse
import asyncio
import random
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path

import httpx2

from bench.chaos.blows import BLOWS, Blow
from bench.chaos.callers import Accounts, hand_in
from bench.chaos.verdict import Verdict, judge, undisturbed
from bench.chaos.world import ROOT, World, world
from bench.evaluate import settings_fingerprint
from bench.grid import Grid, wide_console
from bench.machine import provenance
from bench.pieces import CALLS, cut
from bench.tables import source_lines
from core.settings import Settings

GAP_S = (1.0, 6.0)
"""Pause between two blows, drawn evenly."""
CALLERS = 3
PATIENCE_S = 1800.0
"""How long the calls may take to be reviewed after the last blow."""
HEAD = """# Reliability: what is measured

This page is written by `make chaos`; do not edit it by hand. {calls} calls of six seconds go through the
whole service (`./debrief serve`: web process, two workers, a private Redis, {database}) while it is struck
at random moments. At the end every recording that was accepted must have been reviewed exactly once, with the
same review as in an undisturbed run, every other upload must have got an error, and no file or row may be
left over.

"""


def main() -> int:
    """Return 0 where nothing was lost, doubled, changed or left over."""
    options = _options()
    chance = random.Random(options.seed)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory(prefix="debrief-calls-") as folder, world(options.database) as struck:
        calls = cut(Path(folder))
        expected = undisturbed(calls)
        began = time.monotonic()
        accounts, blows = Accounts(), Counter[str]()
        threads = hand_in(struck, _key(struck), calls, accounts, CALLERS)
        for blow in _drawn(chance):
            time.sleep(chance.uniform(*GAP_S))
            hit = blow.strike(struck)
            blows[blow.name] += hit
            print(
                f"{time.monotonic() - began:6.1f} s  {blow.name}{'' if hit else ': nothing to hit'}",
                flush=True,
            )
        for thread in threads:
            thread.join()
        _until_all_ended(struck, accounts)
        struck.stop()
        verdict = asyncio.run(judge(struck, accounts, expected))
        seconds = time.monotonic() - began
        struck.start()
    _report(options, blows, accounts, verdict, seconds)
    return 0 if verdict.good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _drawn(chance: random.Random) -> list[Blow]:
    """Return every blow as often as it is declared, in random order."""
    every = [blow for blow in BLOWS for _ in range(blow.times)]
    chance.shuffle(every)
    return every


def _key(struck: World) -> str:
    """Return an API key made with the command line."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "scripts.debrief",
        "apikey",
        "add",
        "--scopes",
        "calls:read,calls:write",
    ]
    run = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT, env=struck.environment
    )
    return run.stdout.strip()


def _until_all_ended(struck: World, accounts: Accounts) -> None:
    """Wait until every accepted call has ended; a service that is just starting anew is asked again."""
    deadline = time.monotonic() + PATIENCE_S
    key = _key(struck)
    left = set(accounts.accepted.values())
    while left and time.monotonic() < deadline:
        time.sleep(1.0)
        for call_id in sorted(left):
            if _ended(struck, key, call_id):
                left.discard(call_id)


def _ended(struck: World, key: str, call_id: str) -> bool:
    try:
        answer = httpx2.get(
            f"{struck.address}/v1/calls/{call_id}", headers={"Authorization": f"Bearer {key}"}, timeout=10.0
        )
    except httpx2.HTTPError:
        return False
    return answer.is_success and answer.json()["state"] not in {"queued", "processing"}


def _report(
    options: argparse.Namespace, blows: Counter[str], accounts: Accounts, verdict: Verdict, seconds: float
) -> None:
    """Print the tables, and write the page where that is asked for."""
    struck = Grid(
        "Blows", ("blow", "times"), (*((n, str(c)) for n, c in blows.items()), ("all", str(blows.total())))
    )
    outcome = Grid(
        "Outcome",
        ("what", "count"),
        (
            *((field.name.replace("_", " "), str(getattr(verdict, field.name))) for field in fields(Verdict)),
            ("uploads answered with an error, then tried again", str(accounts.errors)),
            ("seconds", f"{seconds:.0f}"),
        ),
    )
    for grid in (struck, outcome):
        grid.show(wide_console())
    if options.markdown is None:
        return
    arguments = shlex.join(["--database", options.database, "--seed", str(options.seed)])
    source = provenance(f"python -m bench.chaos {arguments}", settings_fingerprint(Settings()))
    head = HEAD.format(
        calls=CALLS, database={"postgresql": "PostgreSQL", "sqlite": "SQLite"}[options.database]
    )
    text = "\n".join([head + source_lines(source), struck.markdown(), outcome.markdown()])
    options.markdown.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
