"""Run it: `python -m bench.load [--only uploads polls machines streams] [--markdown docs/load.md]`."""

from __future__ import annotations

import argparse
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from bench.evaluate import settings_fingerprint
from bench.grid import Grid, wide_console
from bench.load import machines, polls, streams, uploads
from bench.machine import provenance
from bench.tables import source_lines
from core.errors import NotReady
from core.settings import Settings

PARTS: Mapping[str, Callable[[Path], Grid]] = {
    "uploads": uploads.measure,
    "polls": polls.measure,
    "machines": machines.measure,
    "streams": streams.measure,
}
HEAD = """# Load: what is measured

This page is written by `make load`; do not edit it by hand. The service runs as real processes (web
process, workers, Redis) on SQLite and local disk, and whoever asks it on the same machine. A target is what
was demanded beforehand; where nothing was, the figure stands alone.

"""
MENDABLE = 2


def main() -> int:
    """Return 0 where every target is met, 1 where one is missed."""
    options = _options()
    signal.signal(signal.SIGTERM, _told_to_stop)
    try:
        grids = _measured(options.only or tuple(PARTS), options.work)
    except NotReady as error:
        sys.stderr.write(f"{error}\n")
        return MENDABLE
    if options.markdown is not None:
        options.markdown.write_text(_page(options, grids), encoding="utf-8")
    return int(any("missed" in row for grid in grids for row in grid.rows))


def _told_to_stop(number: int, _frame: FrameType | None) -> None:
    """End as errors do, so that the processes of the service end too."""
    raise SystemExit(128 + number)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make load")
    parser.add_argument("--only", nargs="+", choices=tuple(PARTS), help="measure these alone")
    parser.add_argument("--work", type=Path, help="folder for recordings and data; else the temporary one")
    parser.add_argument("--markdown", type=Path, help="page to write")
    return parser.parse_args()


def _measured(names: Sequence[str], work: Path | None) -> list[Grid]:
    """Return a table a part, each shown as it comes; raises `NotReady` where there is no room."""
    grids = []
    with tempfile.TemporaryDirectory(prefix="debrief-load-", dir=work) as folder:
        if shutil.disk_usage(folder).free < uploads.SPARE_BYTES:
            raise NotReady(f"{folder} has too little room for long recordings.", "make load with TMPDIR set")
        for name in names:
            grids.append(PARTS[name](Path(folder)))
            grids[-1].show(wide_console())
    return grids


def _page(options: argparse.Namespace, grids: Sequence[Grid]) -> str:
    arguments = ["--only", *options.only] if options.only else []
    source = provenance(
        shlex.join(["python", "-m", "bench.load", *arguments]), settings_fingerprint(Settings())
    )
    return "\n".join([HEAD + source_lines(source), *(grid.markdown() for grid in grids)])


if __name__ == "__main__":
    sys.exit(main())
