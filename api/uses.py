"""When programs called and who looked at what, remembered so that not every request writes it down."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from models.queries.callers import USE_NOTED

AGAIN = timedelta(hours=1)
"""Whoever looks at the same thing again sooner is not noted again."""
MOST = 20_000


class Uses:
    """Remembers in this process when the use of a client was last written."""

    def __init__(self) -> None:
        """Begin with nothing noted."""
        self._noted: dict[UUID, datetime] = {}

    def due(self, client_id: UUID, at: datetime) -> bool:
        """Return whether a use is to be written down now, and take it as written."""
        noted = self._noted.get(client_id)
        if noted is not None and at - noted < USE_NOTED:
            return False
        self._noted[client_id] = at
        return True


class Sights:
    """Remembers in this process what was looked at lately, so that not every request writes it down."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._noted: OrderedDict[tuple[UUID, str, str], datetime] = OrderedDict()

    def due(self, principal_id: UUID, subject: str, what: str, at: datetime) -> bool:
        """Return whether a look is to be written down now."""
        noted = self._noted.get((principal_id, subject, what))
        return noted is None or at - noted >= AGAIN

    def take(self, principal_id: UUID, subject: str, what: str, at: datetime) -> None:
        """Take a look as written down."""
        self._noted[principal_id, subject, what] = at
        self._noted.move_to_end((principal_id, subject, what))
        if len(self._noted) > MOST:
            self._noted.popitem(last=False)
