"""`./debrief call add`: one recording handed in, to the database of this machine or over the API."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Protocol
from uuid import UUID

import typer

from core.errors import DebriefError
from ingest.files import Intake, take
from ingest.stream import of_file
from models.call import CallDetails, CallState, CallType, Consent, Source
from models.queries import organisations
from models.tables import Call
from scripts.analyze import MENDABLE, complain
from scripts.installation import Data, Installation, Whose, chosen_settings, installation, run
from scripts.remote import Remote, remote

POLL_S = 0.5

call = typer.Typer(no_args_is_help=True, help="Calls of the service.")


@call.callback()
def _call() -> None:
    """Hold the commands on calls together."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a call is; `says` is why it was not reviewed."""

    state: CallState
    progress: float
    says: str


class Way(Protocol):
    """A way to hand a recording in and to see what becomes of it."""

    async def add(self, path: Path, details: CallDetails) -> str:
        """Return the key of the call; raises `Rejected` or `Retryable`."""
        ...

    async def state(self, call_id: str) -> State:
        """Return where a call is."""
        ...


@call.command("add")
def add(  # noqa: PLR0917 - typer passes every option by name
    file: Annotated[Path, typer.Argument(help="The recording.")],
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is reviewed.")] = False,  # noqa: FBT002 - an option
    title: Annotated[str | None, typer.Option(help="What to call it.")] = None,
    rep: Annotated[str | None, typer.Option(help="E-mail address of the rep.")] = None,
    customer: Annotated[str | None, typer.Option(help="Who was spoken to.")] = None,
    call_type: Annotated[CallType, typer.Option(help="Kind of call, for the bands.")] = CallType.GENERAL,
    consent: Annotated[Consent, typer.Option(help="What those recorded agreed to.")] = Consent.UNKNOWN,
    language: Annotated[str | None, typer.Option(help="Spoken language (en, zh, ...).")] = None,
    force: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--force", help="A new call even of a recording that is here.")
    ] = False,
    server: Annotated[str, typer.Option(help="Address of the service; else this machine's own.")] = "",
    key: Annotated[str, typer.Option(help="API key for it.", envvar="DEBRIEF_KEY")] = "",
    organisation: Whose = "",
    data: Data = None,
) -> None:
    """Hand a recording in; print the call's key. Exit code 2 where it is refused or not reviewed."""
    details = CallDetails(
        Source.UPLOAD,
        title=title,
        rep_email=rep,
        customer=customer,
        call_type=call_type,
        consent=consent,
        language=language,
        force=force,
    )
    way = _over_api(server, key) if server else _directly(data, organisation)
    found = run(_added(way, file, details, wait=wait))
    if found is not None and found.state is not CallState.REVIEWED:
        complain(f"The call is {found.state}. {found.says}".strip())
        raise typer.Exit(MENDABLE)


async def _added(way: Any, file: Path, details: CallDetails, *, wait: bool) -> State | None:
    """Hand a recording in and print its key; return where it ends where that is waited for."""
    async with way as opened:
        call_id = await opened.add(file, details)
        typer.echo(call_id)
        return await _ended(opened, call_id) if wait else None


async def _ended(way: Way, call_id: str) -> State:
    """Return the end of a call, telling how far it is whenever that changes by a tenth."""
    told = -1
    while True:
        found = await way.state(call_id)
        if found.state.ended:
            return found
        if int(found.progress * 10) != told:
            told = int(found.progress * 10)
            typer.echo(f"{time.strftime('%H:%M:%S')} {found.state} {found.progress:.0%}", err=True)
        await asyncio.sleep(POLL_S)


class Direct:
    """Into database and store of this machine."""

    def __init__(self, place: Installation, intake: Intake) -> None:
        """Take where it goes."""
        self._place, self._intake = place, intake

    async def add(self, path: Path, details: CallDetails) -> str:
        """Return the key of the call."""
        result = (await take(self._intake, path, details, None)).result
        if isinstance(result, DebriefError):
            raise result
        if self._place.bell is not None:
            await self._place.bell.ring(result.lanes)
        return str(result.call_id)

    async def state(self, call_id: str) -> State:
        """Return where a call is."""
        async with self._place.database.read(self._intake.organisation_id) as session:
            found = await session.get_one(Call, UUID(call_id))
        return State(found.state, found.progress, " ".join(filter(None, (found.reason, found.remedy))))


class OverApi:
    """Over the API, to a service anywhere."""

    def __init__(self, service: Remote) -> None:
        """Take the service."""
        self._service = service

    async def add(self, path: Path, details: CallDetails) -> str:
        """Return the key of the call."""
        said = {
            "filename": path.name,
            "title": details.title,
            "rep_email": details.rep_email,
            "customer": details.customer,
            "call_type": details.call_type,
            "consent": details.consent,
            "language": details.language,
            "force": "true" if details.force else None,
        }
        given = {name: str(value) for name, value in said.items() if value is not None}
        kind = {"content-type": "application/octet-stream"}
        answer = await self._service.asked(
            "POST", "/v1/calls", params=given, content=of_file(path), headers=kind
        )
        return str(answer["id"])

    async def state(self, call_id: str) -> State:
        """Return where a call is."""
        found = await self._service.asked("GET", f"/v1/calls/{call_id}")
        reason = found["reason"] or {}
        says = " ".join(reason[part] for part in ("reason", "remedy") if part in reason)
        return State(CallState(found["state"]), found["progress"], says)


@asynccontextmanager
async def _directly(data: Path | None, organisation: str) -> AsyncIterator[Direct]:
    async with installation(chosen_settings(data)) as place:
        async with place.database.system() as session:
            owner = await organisations.founded(session, organisation)
        limit = place.settings.web.max_upload_bytes
        yield Direct(place, Intake(place.database, place.store, owner.id, limit))


@asynccontextmanager
async def _over_api(server: str, key: str) -> AsyncIterator[OverApi]:
    async with remote(server, key) as service:
        yield OverApi(service)
