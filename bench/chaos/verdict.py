"""What came of it: every accepted recording reviewed once and as undisturbed, nothing left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.chaos.callers import Accounts
from bench.chaos.world import World
from core.settings import Settings
from ingest.store import open_store
from models.call import CallState, RunState
from models.db import Database
from models.queries import audit
from report.document import document
from worker.analyze import analyze
from worker.case import Request
from worker.engines import Engines
from worker.sweep import sweep

BY_CHANCE = ("timings", "recording")
"""What may differ between two reviews of the same sound: how long it took, and the file's name."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts of what is wrong; all must be 0 but `accepted` and `reviewed`, which must be equal."""

    accepted: int
    reviewed: int
    not_once: int
    different: int
    calls_nobody_knows: int
    runs_not_done: int
    files_without_row: int
    rows_without_file: int

    @property
    def good(self) -> bool:
        """Return whether nothing was lost, doubled, changed or left over."""
        wrong = (
            self.not_once,
            self.different,
            self.calls_nobody_knows,
            self.runs_not_done,
            self.files_without_row,
            self.rows_without_file,
        )
        return self.accepted == self.reviewed and not any(wrong)


def undisturbed(calls: tuple[Path, ...]) -> dict[str, dict[str, Any]]:
    """Return the review of each call by name, made in this process with nothing in its way."""
    settings = Settings()
    engines = Engines(settings)
    return {
        path.name: _compared(
            document(analyze(path, Request(), engines, settings, lambda _stage, _done: None))
        )
        for path in calls
    }


async def judge(world: World, accounts: Accounts, expected: Mapping[str, dict[str, Any]]) -> Verdict:
    """Return the verdict, the sweep having had its turn."""
    database, store = Database(world.settings), open_store(world.settings)
    try:
        await sweep(database, store, world.settings)
        async with database.system_read() as session:
            found = await audit.look(session)
        kept = {key async for key in store.keys_older_than(0)}
    finally:
        await database.close()
    ids = {UUID(call_id): name for name, call_id in accounts.accepted.items()}
    states = Counter(state for call_id, state in found.states.items() if call_id in ids)
    return Verdict(
        accepted=len(ids),
        reviewed=states[CallState.REVIEWED],
        not_once=sum(found.times_reviewed.get(call_id, 0) != 1 for call_id in ids),
        different=sum(
            _compared(found.reviews.get(call_id, {})) != expected[name] for call_id, name in ids.items()
        ),
        calls_nobody_knows=len(found.states.keys() - ids.keys()),
        runs_not_done=sum(state is not RunState.DONE for state in found.runs),
        files_without_row=len(kept - found.files),
        rows_without_file=len(found.files - kept),
    )


def _compared(review: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in review.items() if name not in BY_CHANCE}
