"""Records brought up to date as soon as something changes them."""

from __future__ import annotations

from uuid import UUID

from api.service import Service


async def refreshed(service: Service, organisation_id: UUID) -> None:
    """Bring the records of an organisation up to date with what is due; what fails is left to workers."""
