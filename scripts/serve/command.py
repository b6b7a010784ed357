"""`./debrief serve`: options to settings, and the errors a user can mend as one line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from core import logs
from core.errors import NotReady
from scripts.analyze import MENDABLE, complain, settings
from scripts.serve.supervisor import serve as run_service


def serve(
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of recordings, database and queue.")] = None,
) -> None:
    """Run the whole service on this machine: web process, workers, database, queue."""
    chosen = settings()
    web = {"port": port, "host": host}
    given = {name: value for name, value in web.items() if value is not None}
    chosen = chosen.model_copy(
        update={"web": chosen.web.model_copy(update=given), **({"data": data} if data else {})}
    )
    logs.configure(process="serve")
    try:
        asyncio.run(run_service(chosen))
    except NotReady as error:
        complain(str(error))
        raise typer.Exit(MENDABLE) from error
