"""A published review in the formats of other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from models.review import Review
from report.export import srt, txt, vtt
from report.reading import read
from report.text import plain
from report.wording import names as roles_as_names

MEDIA_TYPES: Mapping[str, str] = {
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "txt": "text/plain",
    "json": "application/json",
    "csv": "text/csv",
}
COLUMNS = ("start", "end", "speaker", "role", "name", "text", "sentiment", "sentiment_score", "act")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
_TEXTS: Mapping[str, Callable[[Review, Mapping[str, str]], str]] = {"vtt": vtt, "srt": srt, "txt": txt}


def export(kind: str, document: bytes, names: Mapping[str, str]) -> bytes:
    """Return a published review as `kind`, a key of `MEDIA_TYPES`; `names` are those people gave."""
    if kind == "json":
        return document
    published = json.loads(document)
    if kind == "csv":
        return _table(published, names).encode()
    return _TEXTS[kind](read(published), names).encode()


def disposition(name: str) -> str:
    """Return the header that has a browser save a file under a name (RFC 6266)."""
    shown = plain(name).replace("/", "-").replace("\\", "-")
    ascii_name = "".join(c if c.isascii() and c not in '"%' else "_" for c in shown)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(shown, safe='')}"


def _table(published: dict[str, Any], names: Mapping[str, str]) -> str:
    """Return one line an utterance (RFC 4180), nothing in it a formula."""
    roles = {one["id"]: one["role"] for one in published["speakers"]}
    called = {**roles_as_names(read(published).transcript), **names}
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(COLUMNS)
    for one in published["utterances"]:
        mood, act, speaker = one["sentiment"] or {}, one["act"] or {}, one["speaker"]
        cells = (
            one["start"],
            one["end"],
            speaker,
            roles.get(speaker, "unknown"),
            called.get(speaker, speaker),
            one["text"],
            mood.get("label"),
            mood.get("score"),
            act.get("act"),
        )
        lines.writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def harmless(value: object) -> object:
    """Return a value that no spreadsheet runs (OWASP, CSV injection)."""
    if not isinstance(value, str):
        return value
    shown = plain(value)
    return f"'{shown}" if shown.startswith(FORMULA) else shown
