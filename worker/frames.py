"""What a worker and the process that infers say to each other: JSON, each message after its length.

The worker says `Setup` once, then a `Job` after the other. The process answers each with any number of
`Progressed` and then one answer.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from core.errors import DebriefError, NotReady, Outage, Rejected
from core.settings import Settings
from models.stages import StageName
from worker.case import Request

LENGTH = struct.Struct(">I")
SECTIONS = frozenset(Settings.model_fields) - {
    "database",
    "redis",
    "store",
    "web",
    "worker",
    "folder",
    "trace",
}
"""Settings that inference needs; none of them is a secret."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings of the process, as plain values."""

    settings: dict[str, Any]

    @classmethod
    def of(cls, settings: Settings) -> Setup:
        """Return the message for some settings, without what inference need not know."""
        return cls(settings.model_dump(mode="json", include=set(SECTIONS)))

    def read(self) -> Settings:
        """Return the settings again."""
        return Settings(**self.settings)


@dataclass(frozen=True, slots=True)
class Job:
    """A stage of a call to be done; `products` are JSON by `worker.stored`."""

    stage: StageName
    path: Path
    folder: Path
    request: Request
    products: Mapping[StageName, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progressed:
    """How much of the stage is done, 0..1."""

    fraction: float
    kind: Literal["progressed"] = "progressed"


@dataclass(frozen=True, slots=True)
class Done:
    """What the stage made, as JSON by `worker.stored`."""

    product: str
    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class Refused:
    """The recording cannot be reviewed."""

    code: str
    reason: str
    remedy: str
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Passing:
    """It may work later. `outage`: for something around the work, which says nothing against it."""

    reason: str
    outage: bool = False
    kind: Literal["passing"] = "passing"


@dataclass(frozen=True, slots=True)
class Lacking:
    """The installation lacks something."""

    reason: str
    kind: Literal["lacking"] = "lacking"


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """The memory of the device, or of the machine, did not suffice."""

    kind: Literal["out_of_memory"] = "out_of_memory"


@dataclass(frozen=True, slots=True)
class Broken:
    """The stage raised something that nobody foresaw; `spent`: the device is in an unknown state too."""

    error: str
    trace: str
    spent: bool = False
    kind: Literal["broken"] = "broken"


@dataclass(frozen=True, slots=True)
class Late:
    """The stage took longer than it may. Said by the lane for a process that it killed."""

    timeout_s: float
    kind: Literal["late"] = "late"


@dataclass(frozen=True, slots=True)
class Died:
    """The process ended without an answer. Said by the lane."""

    status: int
    kind: Literal["died"] = "died"


Answer = Done | Refused | Passing | Lacking | OutOfMemory | Broken
Said = Annotated[Progressed | Answer, Field(discriminator="kind")]
_SAID: TypeAdapter[Progressed | Answer] = TypeAdapter(Said)
_JOB = TypeAdapter(Job)
_SETUP = TypeAdapter(Setup)


def answer_to(error: DebriefError) -> Refused | Passing | Lacking:
    """Return the answer for an error that says what to do about it."""
    match error:
        case Rejected():
            return Refused(error.code, error.reason, error.remedy)
        case NotReady():
            return Lacking(str(error))
        case _:
            return Passing(str(error), outage=isinstance(error, Outage))


def framed(message: Setup | Job | Progressed | Answer) -> bytes:
    """Return a message as it goes through a pipe."""
    match message:
        case Setup():
            text = _SETUP.dump_json(message)
        case Job():
            text = _JOB.dump_json(message)
        case _:
            text = _SAID.dump_json(message)
    return LENGTH.pack(len(text)) + text


def read_setup(text: bytes) -> Setup:
    """Return the first message to the process."""
    return _SETUP.validate_json(text)


def read_job(text: bytes) -> Job:
    """Return a later message to the process."""
    return _JOB.validate_json(text)


def read_said(text: bytes) -> Progressed | Answer:
    """Return a message of the process."""
    return _SAID.validate_json(text)
