"""People, teams, programs and the organisation on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr, StrictBool, StrictInt

from api.passwords import LEAST, MOST
from api.schemas.shape import Change, Email, Given, Line, Moment, Taken, stored
from models import notice
from models.access import Scope
from models.call import ConsentPolicy, UserRole
from models.tables import Organisation

Password = Annotated[SecretStr, Field(min_length=LEAST, max_length=MOST)]


class SignIn(Taken):
    """Who signs in."""

    email: Email
    password: Annotated[SecretStr, Field(min_length=1, max_length=MOST)]


class PasswordChange(Taken):
    """One's own password, changed; every other browser is signed out."""

    current: Annotated[SecretStr, Field(min_length=1, max_length=MOST)]
    new: Password


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is no time zone of the IANA database, as Europe/Berlin is")
    return name


class OrganisationShape(Given):
    """The organisation and what it demands."""

    id: UUID
    name: str
    consent_policy: ConsentPolicy
    retention_days: int | None
    """Days after which calls are deleted, where a call names no other time; null: never."""
    time_zone: str
    """Where a day of the performance record begins, as the IANA time zone database names it."""
    notice: str
    """What people are told before their calls are reviewed."""
    approve_after_hours: int | None
    """Hours after which a score that nothing stands out in is approved unseen, and marked so; null: never."""
    approve_least_coverage: float
    """Share of a scorecard (0..1) that must be answered for that."""
    created_at: datetime

    @classmethod
    def of(cls, organisation: Organisation) -> Self:
        """Return the organisation as it goes out, with the notice that is in force."""
        told = {name: getattr(organisation, name) for name in cls.model_fields}
        return cls(**{**told, "notice": organisation.notice or notice.DEFAULT})


class OrganisationChange(Change):
    """What to change of the organisation; what is left out stays."""

    name: Line = ""
    consent_policy: ConsentPolicy = ConsentPolicy.NOT_CHECKED
    retention_days: Annotated[StrictInt, Field(ge=1, le=36500)] | None = None
    time_zone: Annotated[str, Field(max_length=64), AfterValidator(_zone)] = "UTC"
    notice: Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(stored)] | None = None
    """Null puts the notice that comes with Debrief in force again."""
    approve_after_hours: Annotated[StrictInt, Field(ge=0, le=8760)] | None = None
    approve_least_coverage: Annotated[float, Field(ge=0, le=1)] = 0.8


class MeShape(Given):
    """Who calls, and what they may do."""

    id: UUID
    name: str
    email: str | None
    role: UserRole | None
    """Null for a program."""
    team_id: UUID | None
    scopes: list[str] | None
    """Null for a person."""
    organisation: OrganisationShape
    notice_seen_at: datetime | None
    """When one confirmed to have read the organisation's notice as it is now; null: not yet."""
    permissions: dict[str, str]
    """How far each permission goes: own, team or all; one that is absent is not held."""


class UserShape(Given):
    """A person."""

    id: UUID
    email: str
    name: str
    role: UserRole
    team_id: UUID | None
    active: bool
    created_at: datetime
    updated_at: datetime


class PersonShape(Given):
    """Somebody, by name."""

    id: UUID
    name: str


class UserPage(Given):
    """People, and the cursor of those after them."""

    items: list[UserShape]
    next: str | None


class NewUser(Taken):
    """A person to add; without a password they cannot sign in."""

    email: Email
    name: Line
    role: UserRole
    team_id: UUID | None = None
    password: Password | None = None


class UserChange(Change):
    """What to change of a person; what is left out stays."""

    name: Line = ""
    role: UserRole = UserRole.REP
    team_id: UUID | None = None
    active: StrictBool = True
    """Who is not active cannot sign in; their calls stay."""
    password: Password | None = None
    """A new password, or null: they can no longer sign in."""


class TeamShape(Given):
    """A team."""

    id: UUID
    parent_id: UUID | None
    name: str
    created_at: datetime
    updated_at: datetime


class NewTeam(Taken):
    """A team to add, at the top or inside another."""

    name: Line
    parent_id: UUID | None = None


class TeamChange(Change):
    """What to change of a team; what is left out stays, `parent_id` null moves it to the top."""

    name: Line = ""
    parent_id: UUID | None = None


class ClientShape(Given):
    """A program that calls the API; its id is the client id of OAuth2."""

    id: UUID
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class ClientPage(Given):
    """Programs, and the cursor of those after them."""

    items: list[ClientShape]
    next: str | None


class NewClient(Taken):
    """A program to add."""

    name: Line
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    expires_at: Moment | None = None


class ClientKey(ClientShape):
    """A program just added, with its key, which is shown this once: it is also its OAuth2 client secret."""

    key: str


class TokenShape(Given):
    """An access token (RFC 6749, section 5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
