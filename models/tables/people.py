"""Organisations, teams, people, and the programs that call the API."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Index, Text, UniqueConstraint
from sqlmodel import Field

from core.clock import now
from models.call import ConsentPolicy, UserRole
from models.tables.base import Keyed, TenantRow, choice, of_tenant, within_tenant
from models.trail import BEGINNING


class Organisation(Keyed, table=True):
    """A customer of this installation: nothing of one is ever seen by another.

    `trail_number` and `trail_hash` are of the newest entry of its audit trail.
    """

    __tablename__ = "organisation"

    name: str
    consent_policy: ConsentPolicy = Field(default=ConsentPolicy.NOT_CHECKED, sa_type=choice(ConsentPolicy))
    retention_days: int | None = None
    time_zone: str = "UTC"
    notice: str = Field(default="", sa_type=Text)
    approve_after_hours: int | None = None
    approve_least_coverage: float = 0.8
    trail_number: int = 0
    trail_hash: str = BEGINNING
    created_at: datetime = Field(default_factory=now)


class Team(Keyed, TenantRow, table=True):
    """A team; `path` lists the keys of its ancestors and itself, so that a subtree is a prefix."""

    __tablename__ = "team"
    __table_args__ = (
        of_tenant(),
        within_tenant("parent_id", "team", "RESTRICT"),
        Index("ix_team_organisation_id_path", "organisation_id", "path"),
    )

    parent_id: UUID | None = None
    name: str
    path: str
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class User(Keyed, TenantRow, table=True):
    """A person; without a password hash nobody can sign in as them."""

    __tablename__ = "users"
    __table_args__ = (of_tenant(), within_tenant("team_id", "team", "RESTRICT"))

    email: str = Field(unique=True)
    name: str
    role: UserRole = Field(sa_type=choice(UserRole))
    team_id: UUID | None = Field(default=None, index=True)
    password_hash: str | None = None
    active: bool = True
    notice_seen_at: datetime | None = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class SignIn(Keyed, TenantRow, table=True):
    """A browser that somebody signed in with; only the hash of its secret is kept."""

    __tablename__ = "sign_in"
    __table_args__ = (within_tenant("user_id", "users"),)

    user_id: UUID = Field(index=True)
    secret_hash: str = Field(unique=True)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime = Field(index=True)


class ApiClient(Keyed, TenantRow, table=True):
    """A program that calls the API, by key or by OAuth2 client credentials."""

    __tablename__ = "api_client"
    __table_args__ = (of_tenant(),)

    name: str
    scopes: list[str] = Field(sa_type=JSON)
    secret_hash: str = Field(unique=True)
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


class AccessToken(Keyed, TenantRow, table=True):
    """A token given for client credentials; only its hash is kept."""

    __tablename__ = "access_token"
    __table_args__ = (within_tenant("client_id", "api_client"),)

    client_id: UUID = Field(index=True)
    secret_hash: str = Field(unique=True)
    scopes: list[str] = Field(sa_type=JSON)
    expires_at: datetime = Field(index=True)


class IdempotencyKey(TenantRow, table=True):
    """The answer to a request that may be sent again: `principal` says whose key it is."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("organisation_id", "principal", "key"),)

    id: UUID = Field(primary_key=True)
    principal: UUID
    key: str
    request_hash: str
    status: int | None = None
    body: str | None = None
    created_at: datetime = Field(default_factory=now, index=True)
