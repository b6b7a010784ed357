"""A call on its way through the pipeline: what is known of it, and what the stages made so far.

Stages never change a value, they add one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, TypeVar
from uuid import UUID

from core.settings import Settings
from models.call import CallType
from models.correction import Edits
from models.scorecard import InForce
from models.stages import StageName
from models.tracker import Watched
from models.transcript import Role
from transcription.diarizer import SpeakerBounds
from worker.engines import Engines

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """What people know of a recording; None or nothing leaves it to the recording.

    `roles` are sides that a person gave to speakers of an earlier pass, `edits` what else they put right.
    `scorecards` and `trackers` are those that apply to the call.
    """

    language: str | None = None
    speakers: SpeakerBounds = field(default_factory=SpeakerBounds)
    rep_channel: int | None = None
    rep_speaker: str | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)
    call_type: CallType = CallType.GENERAL
    call_id: UUID | None = None
    scorecards: tuple[InForce, ...] = ()
    trackers: tuple[Watched, ...] = ()
    edits: Edits = ()


@dataclass(frozen=True, slots=True)
class Product(Generic[T]):
    """What a stage makes, typed: the key under which a case holds it."""

    stage: StageName
    kind: type[T]


@dataclass(frozen=True, slots=True)
class Made:
    """What a stage made, the fingerprints of the engines it used by capability, and how long it took."""

    value: object
    engines: Mapping[str, str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Case:
    """One call on its way: the recording, what is known of it, and the products so far.

    `folder` holds the decoded sound and what is made of it; whatever is missing there is made again.
    """

    path: Path
    folder: Path
    request: Request
    settings: Settings
    engines: Engines
    made: Mapping[StageName, Made] = field(default_factory=dict)

    def get(self, product: Product[T]) -> T:
        """Return what an earlier stage made; a stage that did not declare its need fails here."""
        value = self.made[product.stage].value
        if not isinstance(value, product.kind):
            raise TypeError(f"{product.stage} made a {type(value).__name__}, not a {product.kind.__name__}")
        return value

    def having(self, stage: StageName, made: Made) -> Case:
        """Return the case with one more product."""
        return replace(self, made={**self.made, stage: made})
