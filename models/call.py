"""A call in the service: its states, and what the people who hand it in know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID


class CallType(StrEnum):
    """What the call is for."""

    DISCOVERY = "discovery"
    DEMO = "demo"
    NEGOTIATION = "negotiation"
    RENEWAL = "renewal"
    SERVICE = "service"
    GENERAL = "general"


class Direction(StrEnum):
    """Who called whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    UNKNOWN = "unknown"


class Consent(StrEnum):
    """What those recorded agreed to; where policy demands consent only GIVEN and NOT_REQUIRED pass."""

    GIVEN = "given"
    NOT_REQUIRED = "not_required"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class ConsentPolicy(StrEnum):
    """What an organisation demands before a recording is processed."""

    REQUIRED = "required"
    NOT_CHECKED = "not_checked"


class Source(StrEnum):
    """The way a recording came in."""

    UPLOAD = "upload"
    RESUMABLE = "resumable"
    URL = "url"
    FOLDER = "folder"
    IMPORT = "import"


class Priority(IntEnum):
    """Which call goes first: the lower number; within one priority the older."""

    URGENT = 0
    NORMAL = 10
    BULK = 20


class CallState(StrEnum):
    """Where a call is on its way; REVIEWED, REJECTED, FAILED and CANCELLED are ends."""

    QUEUED = "queued"
    PROCESSING = "processing"
    REVIEWED = "reviewed"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Return whether nothing happens any more unless somebody asks for it."""
        return self not in {CallState.QUEUED, CallState.PROCESSING}


class RunState(StrEnum):
    """Where one stage of a call is. WAITING: for the stages it needs."""

    WAITING = "waiting"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"


class UserRole(StrEnum):
    """What a person does here."""

    REP = "rep"
    COACH = "coach"
    MANAGER = "manager"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class CallDetails:
    """What whoever hands a recording in knows of the call; None leaves it open.

    `name` is the file's name. The rep is given by key or by e-mail address, the team is the rep's unless
    it is given; a call without `started_at` starts when it comes in. `force` makes a call of bytes that
    are here already, and `created_by` is the user or program that hands it in.
    """

    source: Source
    name: str = ""
    title: str | None = None
    rep_id: UUID | None = None
    rep_email: str | None = None
    team_id: UUID | None = None
    customer: str | None = None
    direction: Direction = Direction.UNKNOWN
    call_type: CallType = CallType.GENERAL
    started_at: datetime | None = None
    external_id: str | None = None
    crm: Mapping[str, str] = field(default_factory=dict)
    consent: Consent = Consent.UNKNOWN
    consent_basis: str | None = None
    retain_until: datetime | None = None
    language: str | None = None
    speakers_least: int | None = None
    speakers_most: int | None = None
    rep_channel: int | None = None
    priority: Priority = Priority.NORMAL
    force: bool = False
    created_by: UUID | None = None
