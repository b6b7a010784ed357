"""A call on its way through the pipeline: what is known of it, and what the stages made so far.

Stages never change a value, they add one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

from analysis.bands import CallType
from core.settings import Settings
from transcription.diarizer import SpeakerBounds
from worker.engines import Engines

T = TypeVar("T")


class StageName(StrEnum):
    """Every stage; the name is what a user sees."""

    DECODE = "decode"
    LISTEN = "listen"
    TRANSCRIBE = "transcribe"
    DIARIZE = "diarize"
    ATTRIBUTE = "attribute"
    JUDGE = "judge"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller knows of a recording; None leaves it to the recording."""

    language: str | None = None
    speakers: SpeakerBounds = field(default_factory=SpeakerBounds)
    rep_channel: int | None = None
    rep_speaker: str | None = None
    call_type: CallType = CallType.GENERAL


@dataclass(frozen=True, slots=True)
class Product(Generic[T]):
    """What a stage makes, typed: the key under which a case holds it."""

    stage: StageName
    kind: type[T]


@dataclass(frozen=True, slots=True)
class Case:
    """One call on its way: the recording, what is known of it, and the products so far."""

    path: Path
    folder: Path
    request: Request
    settings: Settings
    engines: Engines
    products: Mapping[StageName, object] = field(default_factory=dict)

    def get(self, product: Product[T]) -> T:
        """Return what an earlier stage made; a stage that did not declare its need fails here."""
        value = self.products[product.stage]
        if not isinstance(value, product.kind):
            raise TypeError(f"{product.stage} made a {type(value).__name__}, not a {product.kind.__name__}")
        return value

    def having(self, stage: StageName, value: object) -> Case:
        """Return the case with one more product."""
        return replace(self, products={**self.products, stage: value})
