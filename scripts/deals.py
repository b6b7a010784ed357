"""`./debrief deals import`: what a CRM exports, to the database of this machine or over the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import Rejected
from ingest.deals import Importer, import_deals
from ingest.stream import of_file
from models.queries import organisations
from report.text import plain
from scripts.analyze import MENDABLE, complain
from scripts.installation import Data, Whose, chosen_settings, installation, run
from scripts.remote import remote

IMPORT_S = 600.0
"""How long a service may take over the largest table."""

deals = typer.Typer(no_args_is_help=True, help="Deals, which records join with calls.")


@deals.callback()
def _deals() -> None:
    """Hold the commands on deals together."""


@deals.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The deals as CSV in UTF-8; see docs/deals.md.")],
    server: Annotated[str, typer.Option(help="Address of the service; else this machine's own.")] = "",
    key: Annotated[str, typer.Option(help="API key for it.", envvar="DEBRIEF_KEY")] = "",
    organisation: Whose = "",
    data: Data = None,
) -> None:
    """Take deals in; the same table may be handed in again. Exit code 2 where a row is refused."""
    done = run(_over_api(server, key, file) if server else _directly(data, organisation, file))
    typer.echo(" ".join(f"{done[name]} {name}" for name in ("created", "changed", "unchanged", "refused")))
    if done["ignored"]:
        typer.echo(f"Columns left out: {', '.join(map(plain, done['ignored']))}", err=True)
    for one in done["refusals"]:
        complain(f"Line {one['line']}: {one['reason']} {one['remedy']}")
    if done["refused"]:
        raise typer.Exit(MENDABLE)


async def _directly(data: Path | None, organisation: str, file: Path) -> Mapping[str, Any]:
    async with installation(chosen_settings(data)) as place:
        async with place.database.system() as session:
            owner = await organisations.founded(session, organisation)
        with _opened(file) as table:
            return asdict(await import_deals(Importer(place.database, owner.id, None), table))


async def _over_api(server: str, key: str, file: Path) -> Mapping[str, Any]:
    async with remote(server, key, IMPORT_S) as service:
        kind = {"content-type": "text/csv"}
        return await service.asked("POST", "/v1/deal-imports", content=of_file(file), headers=kind)


def _opened(file: Path) -> Any:
    try:
        return file.open("rb")
    except OSError as error:
        raise Rejected("missing", f"{file} cannot be read.", "Check the name.") from error
