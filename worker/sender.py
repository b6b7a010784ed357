"""Webhooks sent: events become deliveries, deliveries are claimed, sent and settled, many side by side.

A delivery whose sender dies is sent again under the same id once its lease has run out, by whichever worker.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars

from core.addresses import Guard
from core.errors import DebriefError
from core.settings import WebhookSettings
from core.standard_webhooks import Answer, Message, Outcome, guard, send
from core.traces import trace
from models.db import Database, database_time
from models.outage import ERRORS
from models.queries import deliveries, outbox
from models.queries.deliveries import Claim, Ended, Limits
from worker.figures import Figures
from worker.patience import patiently
from worker.stopping import cancelled, ended, told_to_stop

GRACE_S = 40.0
"""How much longer than an attempt may take a delivery stays its sender's: what came of it may have to wait
for the database."""
LAST_S = 5.0
"""How long a worker that is told to stop may take to write what came of an attempt."""

log = structlog.get_logger()


class Sender:
    """Sends what there is to send. `run` is a worker's duty; `look` and `idle` are its steps."""

    def __init__(
        self, database: Database, settings: WebhookSettings, figures: Figures, allowed: Guard | None = None
    ) -> None:
        """Send nothing yet; `allowed` takes the place of what the settings let be reached."""
        self._database = database
        self._settings = settings
        self._figures = figures
        self._allowed = allowed or guard(settings)
        self._limits = Limits(settings.at_once_each, timedelta(seconds=settings.timeout_s + GRACE_S))
        self._sending = set[asyncio.Task[None]]()
        self._freed = asyncio.Event()

    async def run(self) -> None:
        """Look again and again, and at once where something has come to its end."""
        try:
            while not told_to_stop():
                self._freed.clear()
                try:
                    await self.look()
                except (DebriefError, *ERRORS) as error:
                    log.warning("duty.failed", duty="webhooks", error=trace(error))
                await self._rest()
        finally:
            await self.close()

    async def look(self) -> None:
        """Make deliveries of what happened, and begin to send as many as may be under way."""
        if await self._spread() == outbox.AT_ONCE:
            self._freed.set()  # there is more, but what is due does not wait for all of it
        for claimed in await self._claim(self._settings.at_once - len(self._sending)):
            task = asyncio.create_task(self._deliver(claimed))
            self._sending.add(task)
            task.add_done_callback(self._done)

    @property
    def busy(self) -> bool:
        """Return whether anything is under way."""
        return bool(self._sending)

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._sending:
            await asyncio.wait(self._sending)

    async def close(self) -> None:
        """Stop what is under way; it is handed back, so that another worker sends it at once."""
        await cancelled(*self._sending)

    async def _rest(self) -> None:
        pause_s = self._settings.look_s * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._freed.wait()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._freed.set()

    async def _spread(self) -> int:
        """Make deliveries of some events; return of how many. Nothing is locked where there are none."""
        async with self._database.system_read() as session:
            if await outbox.oldest(session) is None:
                return 0
        async with self._database.system() as session:
            return await outbox.spread(session, await database_time(session))

    async def _claim(self, most: int) -> Sequence[Claim]:
        async with self._database.system_read() as session:
            if most <= 0 or not await deliveries.due(session, self._limits):
                return ()
        async with self._database.system() as session:
            return await deliveries.claim(session, most, self._limits)

    async def _deliver(self, claimed: Claim) -> None:
        """Send a delivery once and write what came of it; cancelled before that, hand it back."""
        known = {"webhook_id": str(claimed.webhook_id), "delivery_id": str(claimed.delivery_id)}
        with bound_contextvars(**known, attempt=claimed.attempt):
            try:
                answer = await self._sent(claimed)
            except asyncio.CancelledError:
                giving = asyncio.create_task(patiently(partial(self._give_back, claimed)))
                await ended(giving, LAST_S)
                raise
            await self._settled(claimed, answer)

    async def _sent(self, claimed: Claim) -> Answer:
        """Return what comes of sending a delivery once."""
        message = Message(str(claimed.delivery_id), claimed.body.encode())
        timeout_s = self._settings.timeout_s
        try:
            return await send(claimed.url, message, claimed.secrets, self._allowed, timeout_s)
        except Exception as error:  # noqa: BLE001 - the edge of the process: one message holds up no other
            log.warning("webhook.broken", error=trace(error))
            return Answer(Outcome.UNREACHABLE, 0, error="The service failed at sending it.")

    async def _settled(self, claimed: Claim, answer: Answer) -> None:
        """Write what came of an attempt, though told to stop meanwhile; unwritten, it will be sent again."""
        settling = asyncio.create_task(patiently(partial(self._settle, claimed, answer)))
        try:
            self._tell(answer, await asyncio.shield(settling))
        except asyncio.CancelledError:
            await ended(settling, LAST_S)
            raise
        except Exception as error:  # noqa: BLE001 - the edge of the process
            log.warning("webhook.unsettled", error=trace(error))

    async def _settle(self, claimed: Claim, answer: Answer) -> Ended | None:
        chance = random.random()  # noqa: S311 - no secret
        disable_after = timedelta(days=self._settings.disable_after_days)
        async with self._database.write(claimed.organisation_id) as session:
            return await deliveries.settle(session, claimed, answer, disable_after, chance)

    async def _give_back(self, claimed: Claim) -> None:
        async with self._database.write(claimed.organisation_id) as session:
            await deliveries.give_back(session, claimed)

    def _tell(self, answer: Answer, found: Ended | None) -> None:
        self._figures.attempted(answer.outcome)
        told = {"outcome": answer.outcome, "status": answer.status, "ms": answer.ms}
        log.info("webhook.sent", **told, state=None if found is None else found.state)
        if found is not None and found.disabled is not None:
            self._figures.disabled(found.disabled)
            log.warning("webhook.disabled", reason=found.disabled)
