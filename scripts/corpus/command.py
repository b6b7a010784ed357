"""`./debrief export-corrections`: what people put right, as evaluation and training data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from models.queries import organisations
from scripts.corpus.export import Told, Wanted, export
from scripts.installation import Data, Whose, chosen_settings, installation, run

REASONS = {
    "consent_refused": "those recorded refused",
    "consent_unknown": "nobody knows whether those recorded agreed",
    "past_retention": "they may be kept no longer",
    "under_way": "work on them goes on, or they are not reviewed",
    "products_missing": "what their stages made is not there",
    "recording_missing": "their recordings are not in the store",
}
"""Why calls are left out, in words."""


def export_corrections(
    folder: Annotated[Path, typer.Argument(help="A new folder to write into.")],
    since: Annotated[
        datetime | None, typer.Option(help="Only calls corrected or approved since then (UTC).")
    ] = None,
    without_sound: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--without-sound", help="Leave the recordings out.")
    ] = False,
    organisation: Whose = "",
    data: Data = None,
) -> None:
    """Write calls that people corrected or approved, with consent, as references and training pairs."""
    told = run(_exported(data, organisation, folder, since, with_sound=not without_sound))
    typer.echo(f"{_calls(told.written)} written to {folder}")
    for why, count in sorted(told.left_out.items()):
        typer.echo(f"{_calls(count)} left out: {REASONS[why]}")


async def _exported(
    data: Path | None, organisation: str, folder: Path, since: datetime | None, *, with_sound: bool
) -> Told:
    async with installation(chosen_settings(data)) as place:
        async with place.database.system_read() as session:
            owner = await organisations.chosen(session, organisation)
        begin = None if since is None else since.replace(tzinfo=UTC)
        return await export(place, Wanted(owner.id, begin, with_sound), folder)


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"
