"""A folder that is watched: complete recordings are taken in, then put away beside it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import Outage, Rejected, Retryable
from core.settings import FolderSettings
from ingest.completion import in_thread
from ingest.disk import made
from ingest.files import Intake, Outcome, is_recording, take
from ingest.naming import Pattern, sidecar_of
from models.call import CallDetails, Source

DONE, REJECTED = "done", "rejected"
"""Folders for what was taken in and for what was not."""
REASON = ".reason.txt"
"""What the file beside a rejected one, that says why, adds to its name."""
POLL_S, PAUSE_S = 1.0, 30.0
"""How often the folder is looked at, and how long a file waits that could not be taken in yet."""

Told = Callable[[Outcome], Awaitable[None]]
"""Hears of every file, for the log and to ring the workers."""
Signature = tuple[int, ...]


async def watch(
    intake: Intake,
    folder: FolderSettings,
    told: Told,
    poll_s: float = POLL_S,
    pause_s: float = PAUSE_S,
) -> None:
    """Take in what is put into a folder, until cancelled.

    A file is complete once neither it nor its sidecar has changed for `folder.settle_s`; whoever writes
    a sidecar writes it first, or both in that time. A crash between taking in and putting away
    is harmless: the same bytes give the same call. A folder that is away is looked for again. Raises
    `Rejected` where the pattern is none.
    """
    if folder.path is None:
        raise AssertionError("a folder is watched where one is set")
    pattern = Pattern.parse(folder.pattern) if folder.pattern else None
    seen = Seen(folder.path, folder.settle_s)
    while True:
        try:
            complete = await in_thread(seen.complete)
        except OSError as error:
            await told(Outcome(folder.path, Outage(f"The folder {folder.path} cannot be read: {error}.")))
            await asyncio.sleep(pause_s)
            continue
        for path in complete:
            outcome = await _handled(intake, path, pattern)
            if isinstance(outcome.result, Retryable):
                seen.wait(path, pause_s)
            await told(outcome)
        await asyncio.sleep(poll_s)


async def _handled(intake: Intake, path: Path, pattern: Pattern | None) -> Outcome:
    """Return what became of a file, which is put away unless it has to be tried again."""
    outcome = await take(intake, path, CallDetails(Source.FOLDER), pattern)
    try:
        if not isinstance(outcome.result, Retryable):
            await in_thread(put_away, outcome)
    except OSError as error:
        return Outcome(path, Outage(f"{path.name} cannot be moved: {error.strerror}."))
    return outcome


@dataclass(slots=True)
class Seen:
    """What a folder held when it was last looked at: how each file was, and since when."""

    folder: Path
    settle_s: float
    files: dict[str, tuple[Signature, float]] = field(default_factory=dict)
    waiting: dict[str, float] = field(default_factory=dict)

    def complete(self) -> list[Path]:
        """Look at the folder; return the recordings that have not changed for long enough, by name."""
        at = time.monotonic()
        with os.scandir(self.folder) as entries:
            names = sorted(
                e.name for e in entries if is_recording(e.name) and e.is_file(follow_symlinks=False)
            )
        before, self.files = self.files, {}
        for name in names:
            try:
                signature = _signature(self.folder / name)
            except FileNotFoundError:
                continue
            last = before.get(name)
            since = last[1] if last is not None and last[0] == signature else at
            self.files[name] = (signature, since)
        self.waiting = {name: until for name, until in self.waiting.items() if until > at}
        return [
            self.folder / name
            for name, (_, since) in self.files.items()
            if at - since >= self.settle_s and name not in self.waiting
        ]

    def wait(self, path: Path, seconds: float) -> None:
        """Leave a file alone for a while."""
        self.waiting[path.name] = time.monotonic() + seconds


def put_away(outcome: Outcome) -> Path:
    """Return where a file that is done with now is, with its sidecar; a rejected one with the reason."""
    path, beside, refused = outcome.path, sidecar_of(outcome.path), isinstance(outcome.result, Rejected)
    folder = path.parent / (REJECTED if refused else DONE)
    made(folder)
    target = _free(folder, path)
    if isinstance(outcome.result, Rejected):
        target.with_name(target.name + REASON).write_text(_letter(path.name, outcome.result), "utf-8")
    path.rename(target)
    if beside is not None:
        full = beside.name.startswith(path.name)
        beside.rename(target.with_name((target.name if full else target.stem) + beside.suffix))
    return target


def _letter(name: str, refusal: Rejected) -> str:
    """Return what the person who put the file there should know."""
    return (
        f"{name} was not taken in.\n\nWhy: {refusal.reason}\nWhat to do: {refusal.remedy}\n\n"
        f"Then put it into the folder again. (Code: {refusal.code})\n"
    )


def _free(folder: Path, path: Path) -> Path:
    """Return a path in a folder that nothing has yet: the same name, or with a number."""
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    return target


def _signature(path: Path) -> Signature:
    """Return what changes when a recording or its sidecar does."""
    status, beside = path.stat(follow_symlinks=False), sidecar_of(path)
    said = beside.stat() if beside is not None else None
    changed = (said.st_size, said.st_mtime_ns) if said is not None else ()
    return (status.st_ino, status.st_size, status.st_mtime_ns, *changed)
