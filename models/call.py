"""A call in the service: its states, and what the people who hand it in know of it."""

from __future__ import annotations

from enum import IntEnum, StrEnum


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
