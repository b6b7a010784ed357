"""The organisation's own settings."""

from __future__ import annotations

from api.auth import OrganisationChanger, OrganisationReader, ServiceDep
from api.routes.routers import guarded
from api.schemas.people import OrganisationChange, OrganisationShape
from models.queries import people, records

router = guarded("organisation", "/v1/organisation")


@router.get("")
async def get_organisation(viewer: OrganisationReader, service: ServiceDep) -> OrganisationShape:
    """Return what the organisation demands."""
    async with service.database.read(viewer.organisation_id) as session:
        return OrganisationShape.model_validate(await people.own_organisation(session))


@router.patch("")
async def change_organisation(
    given: OrganisationChange, viewer: OrganisationChanger, service: ServiceDep
) -> OrganisationShape:
    """Change what the organisation demands, from now on; calls that are there keep what they have.

    In another time zone days and months of performance records are others: all records are made anew.
    """
    values = given.given
    async with service.database.system() as session:
        found = await people.organisation(session, viewer.organisation_id)
        time_zone = values.pop("time_zone", found.time_zone)
        if time_zone != found.time_zone:
            await records.move_to(session, found, time_zone)
        for name, value in values.items():
            setattr(found, name, value)
    return OrganisationShape.model_validate(found)
