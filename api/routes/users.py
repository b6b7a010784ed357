"""People of the organisation."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import Response
from sqlalchemy.exc import IntegrityError

from api import cursors
from api.auth import PeopleChanger, PeopleReader, ServiceDep
from api.conditional import answered
from api.problems import Problem, conflict, not_found
from api.routes.paging import Cursor, Limit, cut
from api.routes.routers import CONFLICT, MISSING, TAGGED, guarded
from api.schemas.people import NewUser, UserChange, UserPage, UserShape
from api.service import Service
from core.clock import now
from models.call import UserRole
from models.db import Session
from models.queries import access, people
from models.tables import User

router = guarded("users", "/v1/users")


@router.get("")
async def list_users(
    viewer: PeopleReader,
    service: ServiceDep,
    team_id: Annotated[UUID | None, Query(description="Of this team and all below it.")] = None,
    role: UserRole | None = None,
    active: bool | None = None,  # noqa: FBT001 - a query parameter
    limit: Limit = 50,
    cursor: Cursor = None,
) -> UserPage:
    """Return people whom the caller sees, oldest first."""
    async with service.database.read(viewer.organisation_id) as session:
        team_ids = None if team_id is None else await access.subtree(session, team_id)
        found = await people.users(
            session,
            viewer,
            cursors.key(cursor),
            limit + 1,
            team_ids=team_ids,
            role=role,
            active=active,
        )
    rows, more = cut(found, limit)
    return UserPage(
        items=[UserShape.model_validate(row) for row in rows],
        next=cursors.of_key(rows[-1].id) if more else None,
    )


@router.post("", status_code=HTTPStatus.CREATED, responses=CONFLICT)
async def add_user(given: NewUser, viewer: PeopleChanger, service: ServiceDep) -> UserShape:
    """Add a person."""
    kept = await service.passwords.hashed(given.password.get_secret_value()) if given.password else None
    async with service.database.system_read() as system:
        if await people.email_taken(system, given.email):
            raise _taken()
    made = User(
        organisation_id=viewer.organisation_id,
        email=given.email,
        name=given.name,
        role=given.role,
        team_id=given.team_id,
        password_hash=kept,
    )
    try:
        async with service.database.write(viewer.organisation_id) as session:
            await check_team(session, given.team_id)
            session.add(made)
    except IntegrityError as error:
        raise _taken() from error
    return UserShape.model_validate(made)


@router.get("/{user_id}", responses={**MISSING, **TAGGED}, response_model=UserShape)
async def get_user(user_id: UUID, request: Request, viewer: PeopleReader, service: ServiceDep) -> Response:
    """Return a person."""
    async with service.database.read(viewer.organisation_id) as session:
        user = await people.user(session, viewer, user_id)
    if user is None:
        raise not_found()
    return answered(request, UserShape.model_validate(user).model_dump_json())


@router.patch("/{user_id}", responses={**MISSING, **CONFLICT})
async def change_user(
    user_id: UUID, given: UserChange, viewer: PeopleChanger, service: ServiceDep
) -> UserShape:
    """Change a person; with a new password, or no longer active, they are signed out everywhere."""
    values = await _values(service, given)
    async with service.database.write(viewer.organisation_id) as session:
        user = await people.user(session, viewer, user_id)
        if user is None:
            raise not_found()
        await check_team(session, values.get("team_id"))
        await _keep_an_admin(session, user, values)
        changed = {name for name, value in values.items() if getattr(user, name) != value}
        for name in changed:
            setattr(user, name, values[name])
        if changed:
            user.updated_at = now()
        if changed & {"password_hash", "active"}:
            await people.sign_out_everywhere(session, user.id)
    return UserShape.model_validate(user)


async def check_team(session: Session, team_id: UUID | None) -> None:
    """Raise `Problem` 422 for a team that the organisation does not have."""
    if team_id is not None and not await access.subtree(session, team_id):
        raise no_such_team()


def no_such_team() -> Problem:
    """Return that a team named in a request is not there, or not within reach."""
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "no_such_team",
        "There is no such team that you may use.",
        "Take the id of one that /v1/teams lists.",
    )


async def _values(service: Service, given: UserChange) -> dict[str, Any]:
    """Return what to write of a change: a password as its hash."""
    values = given.given
    if "password" in values:
        password = values.pop("password")
        kept = await service.passwords.hashed(password.get_secret_value()) if password else None
        values["password_hash"] = kept
    return values


async def _keep_an_admin(session: Session, user: User, values: dict[str, Any]) -> None:
    """Raise `Problem` 409 where the change would leave nobody who may undo it."""
    was = user.role is UserRole.ADMIN and user.active
    stays = values.get("role", user.role) is UserRole.ADMIN and values.get("active", user.active)
    if was and not stays and not await people.other_admins(session, user.id):
        raise conflict("last_admin", "This is the last admin.", "Make somebody else an admin first.")


def _taken() -> Problem:
    return conflict("email_taken", "Somebody signs in with that address already.", "Use another address.")
