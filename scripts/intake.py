"""`./debrief import` and `./debrief watch`: recordings from the disks of this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import structlog
import typer

from core import logs
from core.errors import DebriefError, Rejected
from core.settings import Settings
from ingest.bulk import import_files
from ingest.files import Intake, Outcome
from ingest.folder import watch as watch_folder
from ingest.naming import Pattern
from ingest.receive import Received
from models.bell import Bell
from models.call import CallDetails, CallType, Consent, Source
from models.queries import organisations
from scripts.analyze import MENDABLE, complain, settings
from scripts.installation import chosen_settings, installation, run

log = structlog.get_logger()


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, or folders of them.")],
    pattern: Annotated[
        str, typer.Option(help="What file names say, for example {started_at:%Y%m%d-%H%M}_{rep}_{customer}.")
    ] = "",
    rep: Annotated[
        str | None, typer.Option(help="E-mail address of the rep, where names do not say.")
    ] = None,
    call_type: Annotated[CallType, typer.Option(help="Kind of call.")] = CallType.GENERAL,
    consent: Annotated[Consent, typer.Option(help="What those recorded agreed to.")] = Consent.UNKNOWN,
    organisation: Annotated[
        str, typer.Option(help="Whose recordings they are, where there are several.")
    ] = "",
    data: Annotated[Path | None, typer.Option(help="The service's data folder.")] = None,
) -> None:
    """Hand in many recordings at once, keeping their dates; they are reviewed after everything else."""
    base = CallDetails(Source.IMPORT, rep_email=rep, call_type=call_type, consent=consent)
    refused = run(_import(chosen_settings(data), paths, base, pattern, organisation))
    raise typer.Exit(MENDABLE if refused else 0)


async def _import(
    chosen: Settings, paths: list[Path], base: CallDetails, pattern: str, organisation: str
) -> int:
    """Print a line for every file; return how many were not taken in."""
    refused = 0
    async with _gate(chosen, organisation) as gate:
        parsed = Pattern.parse(pattern) if pattern else None
        async for outcome in import_files(gate.intake, paths, base, parsed):
            await gate.ring(outcome)
            if isinstance(outcome.result, Received):
                said = "taken in" if outcome.result.created else "here already"
                typer.echo(f"{outcome.path}: {said}, call {outcome.result.call_id}")
            else:
                refused += 1
                complain(f"{outcome.path}: {outcome.result}")
    return refused


def watch() -> None:
    """Take in what is put into the folder that DEBRIEF_FOLDER__PATH names, until stopped."""
    chosen = settings()
    if chosen.folder.path is None:
        complain("No folder is set. Set DEBRIEF_FOLDER__PATH to the one that is to be watched.")
        raise typer.Exit(MENDABLE)
    logs.configure(process="watch")
    run(_watch(chosen))


async def _watch(chosen: Settings) -> None:
    async with _gate(chosen, chosen.folder.organisation) as gate:
        await watch_folder(gate.intake, chosen.folder, gate.tell)


@dataclass(frozen=True, slots=True)
class _Gate:
    """Where recordings of this machine go in, and the bell for the workers."""

    intake: Intake
    bell: Bell | None

    async def ring(self, outcome: Outcome) -> None:
        """Wake the workers for a call that is new; without a bell they find it within half a minute."""
        if self.bell is not None and isinstance(outcome.result, Received):
            await self.bell.ring(outcome.result.lanes)

    async def tell(self, outcome: Outcome) -> None:
        """Log what became of a file, and ring."""
        await self.ring(outcome)
        match outcome.result:
            case Received(call_id=call_id, created=created):
                log.info("folder.taken_in", file=outcome.path.name, call_id=str(call_id), created=created)
            case Rejected(code=code) as refusal:
                log.warning("folder.rejected", file=outcome.path.name, code=code, reason=str(refusal))
            case DebriefError() as error:
                log.warning("folder.waits", file=outcome.path.name, reason=str(error))


@asynccontextmanager
async def _gate(chosen: Settings, organisation: str) -> AsyncIterator[_Gate]:
    """Give the way in; the first organisation is made with it."""
    async with installation(chosen) as place:
        async with place.database.system() as session:
            owner = await organisations.founded(session, organisation)
        intake = Intake(place.database, place.store, owner.id, chosen.web.max_upload_bytes)
        yield _Gate(intake, place.bell)
