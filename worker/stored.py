"""What a stage made, to bytes that are kept and back: JSON, compressed."""

from __future__ import annotations

from functools import cache
from types import GenericAlias
from typing import Any

import zstandard
from pydantic import TypeAdapter

from models.stages import StageName
from worker.case import Made
from worker.pipeline import WORK

LEVEL = 6


def dump(stage: StageName, made: Made) -> bytes:
    """Return what a stage made as compressed JSON."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(to_json(stage, made))


def load(stage: StageName, data: bytes) -> Made:
    """Return what was dumped, equal to what it was."""
    return from_json(stage, zstandard.ZstdDecompressor().decompress(data))


def to_json(stage: StageName, made: Made) -> bytes:
    """Return what a stage made as JSON, for a pipe."""
    return _adapter(stage).dump_json((made.value, dict(made.engines), made.seconds))


def from_json(stage: StageName, text: bytes | str) -> Made:
    """Return what was written by `to_json`."""
    value, engines, seconds = _adapter(stage).validate_json(text)
    return Made(value, engines, seconds)


@cache
def _adapter(stage: StageName) -> TypeAdapter[Any]:
    envelope: Any = GenericAlias(tuple, (WORK[stage].product.kind, dict[str, str], float))
    return TypeAdapter(envelope)
