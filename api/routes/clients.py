"""Programs that call the API."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from api import cursors
from api.auth import ClientManager, ServiceDep
from api.problems import invalid, not_found
from api.routes.paging import Cursor, Limit, cut
from api.routes.routers import MISSING, guarded
from api.schemas.people import ClientKey, ClientPage, ClientShape, NewClient
from core.clock import now
from models.queries import people
from models.secrets import hashed, new_key
from models.tables import ApiClient

router = guarded("clients", "/v1/clients")


@router.get("")
async def list_clients(
    viewer: ClientManager, service: ServiceDep, limit: Limit = 50, cursor: Cursor = None
) -> ClientPage:
    """Return the programs, oldest first; revoked ones too."""
    async with service.database.read(viewer.organisation_id) as session:
        found = await people.clients(session, cursors.key(cursor), limit + 1)
    rows, more = cut(found, limit)
    return ClientPage(
        items=[ClientShape.model_validate(row) for row in rows],
        next=cursors.of_key(rows[-1].id) if more else None,
    )


@router.post("", status_code=HTTPStatus.CREATED)
async def add_client(given: NewClient, viewer: ClientManager, service: ServiceDep) -> ClientKey:
    """Add a program; its key is in this answer and never shown again."""
    if given.expires_at is not None and given.expires_at <= now():
        raise invalid("expired", "The key would hold until a time that is past.", "Give a time to come.")
    key = new_key()
    made = ApiClient(
        organisation_id=viewer.organisation_id,
        name=given.name,
        scopes=[str(scope) for scope in dict.fromkeys(given.scopes)],
        secret_hash=hashed(key),
        expires_at=given.expires_at,
    )
    async with service.database.write(viewer.organisation_id) as session:
        session.add(made)
    return ClientKey(key=key, **ClientShape.model_validate(made).model_dump())


@router.get("/{client_id}", responses=MISSING)
async def get_client(client_id: UUID, viewer: ClientManager, service: ServiceDep) -> ClientShape:
    """Return a program."""
    async with service.database.read(viewer.organisation_id) as session:
        client = await people.client(session, client_id)
    if client is None:
        raise not_found()
    return ClientShape.model_validate(client)


@router.post("/{client_id}/revoke", responses=MISSING)
async def revoke_client(client_id: UUID, viewer: ClientManager, service: ServiceDep) -> ClientShape:
    """Revoke a program: its key and its tokens hold no longer. It stays in the list."""
    async with service.database.write(viewer.organisation_id) as session:
        client = await people.client(session, client_id)
        if client is None:
            raise not_found()
        await people.revoke(session, client, now())
    return ClientShape.model_validate(client)
