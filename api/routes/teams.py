"""Teams of the organisation, a tree."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from api.auth import PeopleChanger, PeopleReader, ServiceDep
from api.problems import conflict, not_found
from api.routes.routers import CONFLICT, MISSING, guarded
from api.schemas.people import NewTeam, TeamChange, TeamShape
from core.clock import now
from models.queries import teams

router = guarded("teams", "/v1/teams")


@router.get("")
async def list_teams(viewer: PeopleReader, service: ServiceDep) -> list[TeamShape]:
    """Return the teams the caller sees, each after the one it is in."""
    async with service.database.read(viewer.organisation_id) as session:
        found = await teams.seen(session, viewer)
    return [TeamShape.model_validate(team) for team in found]


@router.post("", status_code=HTTPStatus.CREATED)
async def add_team(given: NewTeam, viewer: PeopleChanger, service: ServiceDep) -> TeamShape:
    """Add a team."""
    async with service.database.write(viewer.organisation_id) as session:
        made = await teams.add(session, given.name, given.parent_id)
    return TeamShape.model_validate(made)


@router.get("/{team_id}", responses=MISSING)
async def get_team(team_id: UUID, viewer: PeopleReader, service: ServiceDep) -> TeamShape:
    """Return a team."""
    async with service.database.read(viewer.organisation_id) as session:
        team = await teams.team(session, viewer, team_id)
    if team is None:
        raise not_found()
    return TeamShape.model_validate(team)


@router.patch("/{team_id}", responses=MISSING)
async def change_team(
    team_id: UUID, given: TeamChange, viewer: PeopleChanger, service: ServiceDep
) -> TeamShape:
    """Rename a team, or move it with all below it."""
    async with service.database.write(viewer.organisation_id) as session:
        team = await teams.team(session, viewer, team_id)
        if team is None:
            raise not_found()
        if "name" in given.model_fields_set and team.name != given.name:
            team.name, team.updated_at = given.name, now()
        if "parent_id" in given.model_fields_set and team.parent_id != given.parent_id:
            await teams.move(session, team, given.parent_id, now())
    return TeamShape.model_validate(team)


@router.delete("/{team_id}", status_code=HTTPStatus.NO_CONTENT, responses={**MISSING, **CONFLICT})
async def remove_team(team_id: UUID, viewer: PeopleChanger, service: ServiceDep) -> None:
    """Remove a team that nothing is in."""
    async with service.database.write(viewer.organisation_id) as session:
        team = await teams.team(session, viewer, team_id)
        if team is None:
            raise not_found()
        held = await teams.in_use(session, team_id)
        if held is not None:
            raise conflict("team_in_use", f"The team has {held}.", f"Move its {held} to another team first.")
        await teams.remove(session, team)
