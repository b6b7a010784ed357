"""`./debrief eval` and `./debrief bench`: measured quality and speed, against references."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from core.errors import NotReady
from scripts.analyze import MENDABLE, complain, settings

Folders = Annotated[list[Path], typer.Argument(help="Folders of recordings with references beside them.")]
Json = Annotated[Path | None, typer.Option(help="Write the figures as JSON here.")]
Only = Annotated[str | None, typer.Option(help="Take only files whose name matches this pattern.")]


def _equipped() -> None:
    """Raise typer's Exit where the tools of evaluation are not installed."""
    if importlib.util.find_spec("meeteval") is None:
        complain(str(NotReady("The tools of evaluation are not installed.", "make env-dev")))
        raise typer.Exit(MENDABLE)


def evaluate(folders: Folders, json: Json = None, only: Only = None) -> None:
    """Measure quality against references: words, speakers, roles, talk ratio."""
    _equipped()
    from bench import evaluate as evaluation

    raise typer.Exit(evaluation.run(folders, settings(), json, only))


def bench(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of recordings; none: the sample call."),
    ] = None,
    json: Json = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables as Markdown here.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Short recordings only, at most three.")] = False,  # noqa: FBT002
    only: Only = None,
    long: Annotated[float | None, typer.Option(help="Also measure mixtures up to this many hours.")] = None,
    speakers: Annotated[Path | None, typer.Option(help="Folder of one-speaker clips to mix.")] = None,
) -> None:
    """Measure speed, memory and accuracy beside the reference stack, in one run."""
    _equipped()
    from bench import benchmark

    options = benchmark.Options(
        json=json, markdown=markdown, quick=quick, only=only, long_hours=long, speakers=speakers
    )
    raise typer.Exit(benchmark.run(folders or [], settings(), options))
