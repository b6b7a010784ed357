"""Files that are either whole or not there."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_whole(path: Path, text: str) -> Path:
    """Return `path` holding `text` as UTF-8, replaced in one step; its folder is made where absent.

    Readers see the old file or the new one, never a half. Raises `OSError` where it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f".debrief-{secrets.token_hex(8)}.part"
    try:
        with part.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path
