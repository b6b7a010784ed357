"""Many recordings at once, from files and folders, behind all other work."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path

from core.errors import Rejected
from ingest.completion import in_thread
from ingest.files import Intake, Outcome, is_recording, take
from ingest.naming import Pattern
from models.call import CallDetails, Priority, Source


async def import_files(
    intake: Intake, paths: Iterable[Path], base: CallDetails | None = None, pattern: Pattern | None = None
) -> AsyncIterator[Outcome]:
    """Yield what became of each file, in order; folders are walked, their recordings by name.

    `base` holds for all; the name, the sidecar and the date of a file say more, so calls keep their
    dates. One that fails stops none after it, and importing again gives no call twice.
    """
    known = replace(base or CallDetails(Source.IMPORT), source=Source.IMPORT, priority=Priority.BULK)
    for given in paths:
        for path in await in_thread(_recordings, given):
            if await in_thread(path.is_file):
                yield await take(intake, path, known, pattern)
            else:
                yield Outcome(path, _missing(path))


def _recordings(given: Path) -> list[Path]:
    """Return a file, or the recordings in a folder and below it."""
    if not given.is_dir():
        return [given]
    found: list[Path] = []
    for folder, below, names in os.walk(given):
        below[:] = sorted(name for name in below if not name.startswith("."))
        found += [Path(folder, name) for name in sorted(names) if is_recording(name)]
    return found


def _missing(path: Path) -> Rejected:
    return Rejected("missing", f"There is no file at {path}.", "Check the name and the folder.")
