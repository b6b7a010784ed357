"""One stage of one call, from the claim to what came of it."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from structlog.contextvars import bound_contextvars

from core import telemetry
from core.errors import DebriefError
from core.settings import Settings
from core.telemetry import StageSpans
from core.traces import trace
from ingest.store import Store, derived_key
from models.bell import Bell
from models.db import Database
from models.outage import ERRORS
from models.queries import runs, work
from models.queries.runs import Claim
from models.queries.work import Played, Result, Saved, Start
from models.stages import STAGE, Lane
from worker import frames, results
from worker.case import Made
from worker.figures import Figures
from worker.frames import Broken, Died, Done, Lacking, Late, OutOfMemory, Passing, Refused
from worker.heart import Heart
from worker.lane import Child, Outcome
from worker.patience import patiently
from worker.products import Rendered
from worker.stages.render import PEAKS, PLAYBACK
from worker.stopping import ended

LAST_S = 5.0
"""How long a worker that is told to stop may take to write what it has, and again to hand back the rest."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tools:
    """What a worker works with; `name` tells it from every other."""

    settings: Settings
    database: Database
    store: Store
    bell: Bell
    child: Child
    figures: Figures
    spans: StageSpans
    name: str


class Worker:
    """Does the stages of one lane, one at a time."""

    def __init__(self, lane: Lane, tools: Tools) -> None:
        """Take up nothing yet."""
        self._lane = lane
        self._tools = tools
        self._lease = timedelta(seconds=tools.settings.worker.lease_s)

    async def look(self) -> bool:
        """Do the most urgent stage of the lane; return whether there was one.

        Cancelled, it hands the stage back, so that another worker takes it up at once.
        """
        claimed = await self._claim()
        if claimed is None:
            return False
        with (
            bound_contextvars(call_id=str(claimed.call_id), stage=claimed.stage, attempt=claimed.attempt),
            self._tools.spans.span(claimed.call_id, claimed.stage, claimed.attempt),
        ):
            try:
                await self._ring()
                await self._perform(claimed)
            except asyncio.CancelledError:
                await asyncio.shield(self._hand_back(claimed))
                raise
            except Exception as error:  # noqa: BLE001 - the edge of the process
                await self._end(claimed, None, Broken(type(error).__name__, trace(error)))
            await self._clear_up(claimed)
        await self._ring()
        return True

    async def _claim(self) -> Claim | None:
        """Return a stage that is now this worker's; one claimed while told to stop is handed back."""
        claiming = asyncio.create_task(patiently(self._claimed))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            await ended(claiming, LAST_S)
            if not claiming.cancelled() and (claimed := claiming.result()) is not None:
                await asyncio.shield(self._hand_back(claimed))
            raise

    async def _claimed(self) -> Claim | None:
        async with self._tools.database.system() as session:
            return await runs.claim(session, self._lane, self._tools.name, self._lease)

    async def _perform(self, claimed: Claim) -> None:
        """Do a stage and write what came of it, unless it is taken away meanwhile."""
        tools = self._tools
        start = await patiently(partial(self._load, claimed))
        if start is None:
            return
        log.info("stage.started")
        async with Heart(tools.database, claimed, tools.settings.worker) as heart:
            outcome = await heart.guard(self._infer(claimed, start, heart))
            if outcome is None:
                self._note(claimed, "dropped")
                log.info("stage.dropped")
                return
            settling = asyncio.create_task(self._settle(claimed, start, outcome))
            try:
                await asyncio.shield(settling)
            except asyncio.CancelledError:
                await ended(settling, LAST_S)
                raise

    async def _load(self, claimed: Claim) -> Start | None:
        async with self._tools.database.read(claimed.organisation_id) as session:
            return await work.load(session, claimed)

    async def _infer(self, claimed: Claim, start: Start, heart: Heart) -> Outcome:
        """Return what the process that infers makes of a stage."""
        folder = self._folder(claimed)
        try:
            path = await self._original(claimed, start, folder)
        except FileNotFoundError:
            return Passing("The recording is not in the store.")
        except DebriefError as error:
            return frames.answer_to(error)
        job = await asyncio.to_thread(results.job, claimed.stage, start, path, folder)
        return await self._tools.child.run(job, STAGE[claimed.stage].timeout_s, heart.progress)

    async def _original(self, claimed: Claim, start: Start, folder: Path) -> Path:
        """Return the recording as it was handed in, for stages that may need to decode it (again)."""
        if claimed.stage in results.WITHOUT_SOUND:
            return folder / start.name
        return await self._tools.store.local(start.key, folder)

    async def _settle(self, claimed: Claim, start: Start, outcome: Outcome) -> None:
        """Write what came of a stage."""
        if isinstance(outcome, Done):
            try:
                await self._keep(claimed, start, outcome)
            except DebriefError as error:
                outcome = frames.answer_to(error)
            else:
                return
        await self._end(claimed, start, outcome)

    async def _keep(self, claimed: Claim, start: Start, done: Done) -> None:
        """Write what a stage made, and remove what it replaces; nothing where it was taken away meanwhile."""
        tools = self._tools
        made = await asyncio.to_thread(results.made, claimed.stage, done.product, start)
        played = await self._published(claimed, made)
        result = await asyncio.to_thread(results.result, claimed.stage, made, start, tools.settings, played)
        saved = await patiently(partial(self._save, claimed, result))
        if saved is None:
            self._note(claimed, "dropped")
            log.info("stage.dropped")
            await self._withdraw(claimed, start, played)
            return
        self._note(claimed, "done")
        tools.figures.finished(claimed.stage, made.seconds, results.duration_s(made, start))
        log.info("stage.done", seconds=round(made.seconds, 3))
        await self._remove(*saved.replaced)

    async def _save(self, claimed: Claim, result: Result) -> Saved | None:
        async with self._tools.database.write(claimed.organisation_id) as session:
            return await work.save(session, claimed, result)

    async def _published(self, claimed: Claim, made: Made) -> Played | None:
        """Put the files that people play into the store, before any row names them."""
        if not isinstance(made.value, Rendered):
            return None
        folder, store = self._folder(claimed), self._tools.store
        playback, peaks = (
            derived_key(claimed.call_id, f"{claimed.attempt}-{name}") for name in (PLAYBACK, PEAKS)
        )
        written = await store.put_file(playback, folder / made.value.playback)
        await store.put_file(peaks, folder / made.value.peaks)
        return Played(playback, written.bytes, peaks)

    async def _withdraw(self, claimed: Claim, start: Start, played: Played | None) -> None:
        """Remove published files again, unless a row names them: the answer to a save may have got lost."""
        if played is None:
            return
        async with self._tools.database.read(claimed.organisation_id) as session:
            named = await work.names_file(session, start.recording_id, played.playback_key)
        if not named:
            await self._remove(played.playback_key, played.peaks_key)

    async def _remove(self, *keys: str) -> None:
        """Remove files; what cannot be removed now, the sweep removes later."""
        for key in keys:
            try:
                await self._tools.store.delete(key)
            except (DebriefError, OSError) as error:
                log.warning("store.not_deleted", error=type(error).__name__)

    async def _end(self, claimed: Claim, start: Start | None, outcome: Outcome) -> None:
        """Write that a try of a stage came to nothing, and whether there is another."""
        self._note(claimed, _name(outcome))
        if isinstance(outcome, Broken):
            log.error("stage.failed", error=outcome.error, trace=outcome.trace)
        else:
            log.warning("stage.failed", end=_name(outcome), reason=_reason(claimed, outcome))
        pause = timedelta(seconds=self._tools.settings.worker.retry_s)
        if not isinstance(outcome, Passing) or not outcome.outage:
            pause *= 2 ** (start.failures if start else 0)
        if await patiently(partial(self._write_end, claimed, outcome, pause)):
            await self._tools.bell.ring((self._lane,), pause)

    def _note(self, claimed: Claim, end: str) -> None:
        """Count how a try of a stage ended."""
        self._tools.figures.ended(claimed.stage, end)
        telemetry.ended(end)

    async def _write_end(self, claimed: Claim, outcome: Outcome, pause: timedelta) -> bool:
        """Write how a try of a stage ended; return whether it is tried again after the pause."""
        reason = _reason(claimed, outcome)
        async with self._tools.database.write(claimed.organisation_id) as session:
            match outcome:
                case Refused():
                    await runs.reject(session, claimed, outcome.code, outcome.reason, outcome.remedy)
                    return False
                case Died():
                    await runs.lose(session, claimed, pause)
                case Passing(outage=True):
                    await runs.postpone(session, claimed, reason, pause)
                case Broken(spent=False):
                    return await runs.fail(session, claimed, reason, None)
                case _:
                    return await runs.fail(session, claimed, reason, pause)
        return True

    async def _hand_back(self, claimed: Claim) -> None:
        """Queue a stage again that this worker will not end; where that fails its lease runs out."""
        try:
            async with (
                asyncio.timeout(LAST_S),
                self._tools.database.write(claimed.organisation_id) as session,
            ):
                lanes = await runs.release(session, claimed)
        except ERRORS as error:
            log.warning("stage.not_handed_back", error=trace(error))
            return
        if lanes:
            log.info("stage.handed_back")
            await self._tools.bell.ring(lanes)

    async def _clear_up(self, claimed: Claim) -> None:
        """Remove the folder of a call that has ended."""
        if await patiently(partial(self._over, claimed)):
            await asyncio.to_thread(shutil.rmtree, self._folder(claimed), ignore_errors=True)

    async def _over(self, claimed: Claim) -> bool:
        async with self._tools.database.read(claimed.organisation_id) as session:
            return await work.ended(session, claimed.call_id)

    async def _ring(self) -> None:
        """Wake a worker in every lane with work; each that takes some wakes the next, until all have some."""
        await self._tools.bell.ring(await patiently(self._lanes_with_work))

    async def _lanes_with_work(self) -> tuple[Lane, ...]:
        async with self._tools.database.system_read() as session:
            return await runs.lanes_with_work(session)

    def _folder(self, claimed: Claim) -> Path:
        return work_folder(self._tools.settings) / str(claimed.call_id)


def work_folder(settings: Settings) -> Path:
    """Return the folder that holds one folder for every call under way on this machine."""
    return settings.data / "work"


def _name(outcome: Outcome) -> str:
    """Return how a try ended, in one word."""
    return "postponed" if isinstance(outcome, Passing) and outcome.outage else outcome.kind


def _reason(claimed: Claim, outcome: Outcome) -> str:
    """Return why a try came to nothing, in words for people."""
    match outcome:
        case Refused() | Passing() | Lacking():
            return outcome.reason
        case Late():
            return f"It took longer than the {outcome.timeout_s:.0f} s it may."
        case Died():
            return runs.LOST
        case Broken():
            return f"A fault of the program ({outcome.error}) while {STAGE[claimed.stage].says}."
        case OutOfMemory():
            return "Memory ran out."
        case Done():
            return ""
