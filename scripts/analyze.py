"""`./debrief analyze`: recordings in, reviews out, in this process."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.errors import NotReady, Rejected
from core.settings import Settings, misspelt
from models.call import CallType
from models.review import Review
from report.document import write_json
from report.html import href_beside, write_html
from report.terminal import console, show
from scripts.options import Outputs, outputs, speaker_bounds
from scripts.stage_lines import StageLines
from transcription.diarizer import SpeakerBounds
from worker.analyze import analyze as analyze_one
from worker.case import Request
from worker.engines import Engines

MENDABLE = 2
"""Exit code where a recording was rejected or something is missing: the user can mend it."""


class Channel(StrEnum):
    """A channel of a two-channel recording, by the name people use."""

    LEFT = "left"
    RIGHT = "right"


class Profile(StrEnum):
    """Which weights tell the voices apart."""

    REGISTRY = "registry"
    COMMUNITY = "community-1"


def settings(profile: Profile | None = None) -> Settings:
    """Return the settings; raises typer's Exit where a variable with our prefix is no setting."""
    wrong = misspelt()
    if wrong:
        complain(f"{', '.join(wrong)}: no such setting; docs/configuration.md lists them all.")
        raise typer.Exit(MENDABLE)
    chosen = Settings()
    if profile is None:
        return chosen
    diarizer = chosen.diarizer.model_copy(update={"profile": profile.value})
    return chosen.model_copy(update={"diarizer": diarizer})


def complain(line: str) -> None:
    """Print one line on the error stream, as it is."""
    Console(stderr=True, soft_wrap=True).print(line, style="red", markup=False, highlight=False)


def analyze(  # noqa: PLR0917 - typer passes every option by name
    files: Annotated[list[Path], typer.Argument(help="Recordings: sound files, or videos with sound.")],
    json: Annotated[
        Path | None, typer.Option(help="Write the review as JSON here; a folder for several.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write the report as HTML here; a folder for several.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Spoken language (en, zh, ...); else detected.")
    ] = None,
    speakers: Annotated[str | None, typer.Option(help="How many people speak: N or MIN-MAX.")] = None,
    rep_channel: Annotated[Channel | None, typer.Option(help="The rep's channel, of two.")] = None,
    rep_speaker: Annotated[
        str | None, typer.Option(help="The rep's speaker id, as a review named it.")
    ] = None,
    call_type: Annotated[CallType, typer.Option(help="Kind of call, for the bands.")] = CallType.GENERAL,
    profile: Annotated[Profile | None, typer.Option(help="Which weights tell the voices apart.")] = None,
) -> None:
    """Review recordings: words, speakers, roles, mood, measures, depth."""
    request = Request(
        language=language,
        speakers=speaker_bounds(speakers) if speakers else SpeakerBounds(),
        rep_channel=list(Channel).index(rep_channel) if rep_channel else None,
        rep_speaker=rep_speaker,
        call_type=call_type,
    )
    chosen = settings(profile)
    engines = Engines(chosen)
    pairs = zip(files, outputs(files, json, html), strict=True)
    done = [_one(file, output, request, engines, chosen) for file, output in pairs]
    raise typer.Exit(0 if all(done) else MENDABLE)


def _one(file: Path, output: Outputs, request: Request, engines: Engines, chosen: Settings) -> bool:
    """Review one recording and show it; return whether that went well, having said why not."""
    try:
        with StageLines(file.name, Console(stderr=True)) as lines:
            review = analyze_one(file, request, engines, chosen, lines)
        _deliver(review, file, output)
    except (Rejected, NotReady) as error:
        complain(f"{file}: {error}")
    except OSError as error:
        complain(f"{file}: {error.strerror or error}: {error.filename}. Check the path and the free space.")
    else:
        return True
    return False


def _deliver(review: Review, file: Path, output: Outputs) -> None:
    """Write what was asked for, then show the review."""
    written = [write_json(review, output.json)] if output.json else []
    if output.html:
        written.append(write_html(review, output.html, href_beside(file, output.html)))
    show(review, console(), written)
