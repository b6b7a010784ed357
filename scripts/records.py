"""`./debrief records`: performance records made anew from the calls and deals they rest on."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from analysis.records.cells import RULES
from core.clock import now
from models.queries import organisations, people
from models.queries import records as kept
from models.tables import Organisation
from scripts.installation import Data, Installation, chosen_settings, installation, run

SELDOM = (200_000, 20, 20)
"""When the collector of garbage looks: rows and figures come by the million and hold no circles. As often as
Python has it by itself, a third of the time goes into looking."""

records = typer.Typer(no_args_is_help=True, help="Performance records.")


@records.callback()
def _records() -> None:
    """Hold the commands on records together."""


@records.command("rebuild")
def rebuild(
    organisation: Annotated[str, typer.Option(help="Only of this organisation.")] = "",
    data: Data = None,
) -> None:
    """Make every record anew from approved calls and deals, and say how many cells were not like that.

    The service may go on meanwhile. Nothing should differ: records follow every change by themselves.
    """
    gc.set_threshold(*SELDOM)
    run(_rebuild(data, organisation))


async def _rebuild(data: Path | None, name: str) -> None:
    async with installation(chosen_settings(data)) as place:
        async with place.database.system_read() as session:
            if name:
                found = [await organisations.chosen(session, name)]
            else:
                found = list(await people.organisations(session))
        for one in found:
            await _remade(place, one)


async def _remade(place: Installation, one: Organisation) -> None:
    """Make the records of an organisation anew and print what they came to."""
    made = await kept.rebuild(place.database, RULES, one.id, now())
    typer.echo(
        f"{one.name}: {made.reps} reps, {made.calls} approved calls, {made.cells} cells, "
        f"{made.differed} of which were not like that before"
    )
