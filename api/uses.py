"""When API clients were last seen, so that not every request writes it down."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from models.queries.callers import USE_NOTED


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
