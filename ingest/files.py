"""Recordings that lie on a disk of this machine, handed in one by one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from core.errors import DebriefError, Outage, Rejected, Retryable
from ingest.completion import in_thread
from ingest.naming import SIDECAR, Pattern, details_of
from ingest.receive import Received, receive
from ingest.store import Store
from ingest.stream import of_file
from models.call import CallDetails
from models.db import Database
from models.outage import passing

NOT_RECORDINGS = (SIDECAR, ".part", ".tmp", ".reason.txt")
"""Ends of names that are no recording's: sidecars, and files that somebody still writes."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Where recordings go: whose they are, and how many bytes one may have."""

    database: Database
    store: Store
    organisation_id: UUID
    limit: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: the call it gave, or why it gave none (`Retryable`: not yet)."""

    path: Path
    result: Received | DebriefError


async def take(intake: Intake, path: Path, base: CallDetails, pattern: Pattern | None) -> Outcome:
    """Return what became of a file handed in with what its name and sidecar say.

    Errors that may pass, of the database and the disk too, come back as `Retryable`.
    """
    try:
        details = await in_thread(details_of, path, base, pattern)
        result = await receive(
            intake.database, intake.store, intake.organisation_id, of_file(path), details, intake.limit
        )
    except (Rejected, Retryable) as error:
        return Outcome(path, error)
    except (OSError, SQLAlchemyError) as error:
        if not passing(error):
            raise
        return Outcome(path, Outage(f"{path.name} could not be taken in yet: {type(error).__name__}."))
    return Outcome(path, result)


def is_recording(name: str) -> bool:
    """Return whether a file of this name may be a recording: not hidden, no sidecar, not half written."""
    return not name.startswith(".") and not name.lower().endswith(NOT_RECORDINGS)
