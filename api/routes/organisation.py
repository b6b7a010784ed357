"""The organisation's own settings."""

from __future__ import annotations

from api.auth import OrganisationChanger, OrganisationReader, ServiceDep
from api.routes.routers import guarded
from api.schemas.people import OrganisationChange, OrganisationShape
from models.queries import people

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
    """Change what the organisation demands, from now on; calls that are there keep what they have."""
    async with service.database.system() as session:
        found = await people.organisation(session, viewer.organisation_id)
        for name, value in given.given.items():
            setattr(found, name, value)
    return OrganisationShape.model_validate(found)
