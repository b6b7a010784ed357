"""A review as one HTML file that needs nothing else: no network, no script to be read."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from core import figures
from models.review import Evidence, Review
from report import wording
from report.files import write_whole
from report.page import FIRST_EVIDENCE, MOOD_SCALE, Page, Place, page, place, sentence
from report.text import shown
from report.transcript import DOUBTFUL

_TEMPLATES = Path(__file__).resolve().parent / "templates"


def write_html(review: Review, path: Path, audio_href: str | None = None) -> Path:
    """Return `path` holding the report as one file, written in one step.

    `audio_href` is where the recording lies as seen from the file (see `href_beside`); None leaves
    the player out.
    """
    return write_whole(path, render(review, audio_href))


def href_beside(audio: Path, report: Path) -> str:
    """Return the relative reference from a report to its recording, safe for any file name."""
    way = os.path.relpath(audio.resolve(), report.resolve().parent)
    return "./" + quote(Path(way).as_posix(), errors="surrogateescape")


def render(review: Review, audio_href: str | None = None) -> str:
    """Return the report as HTML. Raises `ValueError` for an `audio_href` that leaves the file's own place."""
    if audio_href is not None and (urlsplit(audio_href).scheme or audio_href.startswith(("/", "\\"))):
        raise ValueError(f"the recording must be named relative to the report, not as {audio_href!r}")
    style, script = _asset("report.css"), _asset("report.js")
    view = page(review)
    return (
        _environment(review)
        .get_template("report.html")
        .render(
            page=view,
            review=review,
            audio_href=audio_href,
            audio_name=shown(review.recording.name),
            style=style,
            script=script,
            policy=_policy(style, script),
            data=_data(view),
            first=FIRST_EVIDENCE,
            mood_scale=MOOD_SCALE,
            doubtful=figures.percent(DOUBTFUL),
        )
    )


def _environment(review: Review) -> Environment:
    """Return the templates with the words they use; everything from outside is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def places(evidence: Sequence[Evidence]) -> list[Place]:
        return [place(review.transcript.utterances, one) for one in evidence]

    environment.filters.update(
        clock=figures.clock,
        iso=wording.iso_duration,
        percent=figures.percent,
        signed=figures.signed,
        quantity=figures.quantity,
        plural=wording.plural,
        glyph=wording.MOOD_GLYPHS.__getitem__,
        side=wording.SIDE_NAMES.__getitem__,
        shown=shown,
        sentence=sentence,
        places=places,
    )
    return environment


def _asset(name: str) -> Markup:
    """Return a style sheet or script of ours as it is."""
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file, no value in it


def _policy(style: str, script: str) -> str:
    """Return a content security policy that runs our own style and script and loads the recording only."""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "media-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    """Return a policy source for exactly this inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _data(view: Page) -> Markup:
    """Return the times the script needs, numbers only: no text of anybody gets into a script element."""
    lines = [line for para in view.paragraphs for line in para.lines]
    data: dict[str, Any] = {
        "duration": round(view.timeline.duration_s, 2),
        "starts": [round(line.start, 2) for line in lines],
        "ends": [round(line.end, 2) for line in lines],
        # A word: hundredths of a second since the last word began, and length in UTF-16 units.
        "words": [[n for gap, size in line.steps for n in (round(100 * gap), size)] for line in lines],
    }
    return Markup(json.dumps(data, separators=(",", ":"), allow_nan=False))  # noqa: S704 - numbers only
