"""`./debrief eval` and `./debrief bench`: measured quality and speed, against references."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from core.errors import NotReady
from scripts.analyze import MENDABLE, complain, settings


def _equipped() -> None:
    """Raise typer's Exit where the tools of evaluation are not installed."""
    if importlib.util.find_spec("meeteval") is None:
        complain(str(NotReady("The tools of evaluation are not installed.", "make env-dev")))
        raise typer.Exit(MENDABLE)


def evaluate(
    folders: Annotated[list[Path], typer.Argument(help="Folders of recordings with references beside them.")],
    json: Annotated[Path | None, typer.Option(help="Write the figures as JSON here.")] = None,
    only: Annotated[str | None, typer.Option(help="Take only files whose name matches this pattern.")] = None,
) -> None:
    """Measure quality against references: words, speakers, roles, talk ratio."""
    _equipped()
    from bench import evaluate as evaluation

    raise typer.Exit(evaluation.run(folders, settings(), json, only))
