"""`python -m worker --lane cpu|gpu`: a process that reviews calls."""

from __future__ import annotations

import argparse
import asyncio
import sys

from core.errors import NotReady
from core.logs import configure
from core.settings import Settings, misspelt
from models.stages import Lane
from worker.app import run

MENDABLE = 2
"""Exit code where the user can mend it."""


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m worker", description="Reviews calls, one stage at a time."
    )
    parser.add_argument("--lane", type=Lane, choices=tuple(Lane), required=True, help="what stages occupy")
    lane: Lane = parser.parse_args().lane
    wrong = misspelt()
    if wrong:
        sys.stderr.write(f"{', '.join(wrong)}: no such setting; docs/configuration.md lists them all.\n")
        return MENDABLE
    configure(process="worker", lane=lane)
    try:
        asyncio.run(run(Settings(), lane))
    except NotReady as error:
        sys.stderr.write(f"{error}\n")
        return MENDABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
