"""The organisation's own settings."""

from __future__ import annotations

from api.auth import OrganisationChanger, OrganisationReader, ServiceDep
from api.records import refreshed
from api.routes.routers import guarded
from api.schemas.people import OrganisationChange, OrganisationShape
from models.queries import people

router = guarded("organisation", "/v1/organisation")


@router.get("")
async def get_organisation(viewer: OrganisationReader, service: ServiceDep) -> OrganisationShape:
    """Return what the organisation demands."""
    async with service.database.read(viewer.organisation_id) as session:
        return OrganisationShape.of(await people.own_organisation(session))


@router.patch("")
async def change_organisation(
    given: OrganisationChange, viewer: OrganisationChanger, service: ServiceDep
) -> OrganisationShape:
    """Change what the organisation demands, from now on; calls that are there keep what they have."""
    async with service.database.write(viewer.organisation_id) as session:
        found = await people.own_organisation(session, lock=True)
        await people.change_organisation(session, found, given.given, viewer.principal_id)
    await refreshed(service, viewer.organisation_id)
    return OrganisationShape.of(found)
