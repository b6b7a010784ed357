"""Command-line values that need more than a type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from transcription.diarizer import SpeakerBounds


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the review of one recording is written; None writes nothing."""

    json: Path | None
    html: Path | None


def speaker_bounds(text: str) -> SpeakerBounds:
    """Return bounds from `N` or `MIN-MAX`; raises typer's BadParameter for anything else."""
    match = re.fullmatch(r"([1-9]\d?)(?:-([1-9]\d?))?", text)
    if match is None:
        raise typer.BadParameter(f"'{text}' is neither a number of speakers (2) nor a range (2-4).")
    least = int(match[1])
    most = int(match[2]) if match[2] else least
    if most < least:
        raise typer.BadParameter(f"'{text}' ends below its begin.")
    return SpeakerBounds(least, most)


def outputs(files: Sequence[Path], json: Path | None, html: Path | None) -> list[Outputs]:
    """Return where each recording's review goes: the named file, or a file in the named folder.

    A folder is what exists as one, ends with `/`, or is given for several recordings.
    """
    names = _names(files)
    return [Outputs(_target(json, f"{n}.json", files), _target(html, f"{n}.html", files)) for n in names]


def _names(files: Sequence[Path]) -> list[str]:
    """Return one distinct name per recording: `call`, and `call-2` for another of that name."""
    names: list[str] = []
    for file in files:
        stem, number = file.stem or file.name, 1
        name = stem
        while name in names:
            number += 1
            name = f"{stem}-{number}"
        names.append(name)
    return names


def _target(place: Path | None, name: str, files: Sequence[Path]) -> Path | None:
    if place is None:
        return None
    return place / name if len(files) > 1 or place.is_dir() else place
