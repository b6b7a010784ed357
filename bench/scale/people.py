"""The made-up organisations: teams in a tree, people of every role, and the secrets they come with."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from models.access import Scope
from models.call import UserRole
from models.secrets import hashed
from models.tables import ApiClient, Organisation, SignIn, Team, TenantRow, User

REGIONS, TEAMS_A_REGION = 3, 4
REPS = 300
BEGAN = datetime(2023, 11, 1, tzinfo=UTC)
KEY = "dbr_scale"
"""The API key of a program that reads every call of the organisation."""
EXPIRES = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass
class Company:
    """An organisation and who is in it; `callers` are those with a cookie, by what they are here for."""

    organisation: Organisation
    teams: list[Team] = field(default_factory=list)
    reps: list[User] = field(default_factory=list)
    callers: dict[str, User] = field(default_factory=dict)
    others: list[TenantRow] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        """Return the organisation's key."""
        return self.organisation.id

    @property
    def leaves(self) -> list[Team]:
        """Return the teams that reps are in."""
        return self.teams[-REGIONS * TEAMS_A_REGION :]

    @property
    def people(self) -> list[User]:
        """Return everybody."""
        return list({person.id: person for person in (*self.reps, *self.callers.values())}.values())


def cookie(name: str) -> str:
    """Return the secret of the cookie that a caller is signed in with."""
    return f"scale-{name}"


def key_at(chance: random.Random, at: datetime) -> UUID:
    """Return a key as a row made at a time has: UUID version 7 (RFC 9562)."""
    milliseconds = int(at.timestamp() * 1000)
    bits = (milliseconds << 80) | (7 << 76) | (chance.getrandbits(12) << 64) | (2 << 62)
    return UUID(int=bits | chance.getrandbits(62))


def company(chance: random.Random, name: str, reps: int = REPS) -> Company:
    """Return an organisation with a tree of teams, its reps, coaches, managers and an admin."""
    made = Company(Organisation(id=key_at(chance, BEGAN), name=name, created_at=BEGAN))
    _grow(made, chance)
    for number in range(reps):
        team = made.leaves[number % len(made.leaves)]
        made.reps.append(_person(made, chance, f"rep{number}", UserRole.REP, team))
    made.callers = {
        "busy rep": made.reps[0],
        "new rep": made.reps[-1],
        "coach": _person(made, chance, "coach", UserRole.COACH, made.leaves[0]),
        "coach of a region": _person(made, chance, "regional", UserRole.COACH, made.teams[1]),
        "manager": _person(made, chance, "manager", UserRole.MANAGER, made.teams[0]),
        "admin": _person(made, chance, "admin", UserRole.ADMIN, None),
    }
    return made


def give_secrets(made: Company, chance: random.Random) -> None:
    """Let a program call for an organisation, and its callers be signed in."""
    made.others.append(
        ApiClient(
            id=key_at(chance, BEGAN),
            organisation_id=made.id,
            name="scale",
            scopes=[Scope.CALLS_READ],
            secret_hash=hashed(KEY),
            created_at=BEGAN,
        )
    )
    for name, person in made.callers.items():
        made.others.append(
            SignIn(
                id=key_at(chance, BEGAN),
                organisation_id=made.id,
                user_id=person.id,
                secret_hash=hashed(cookie(name)),
                created_at=BEGAN,
                expires_at=EXPIRES,
            )
        )


def _grow(made: Company, chance: random.Random) -> None:
    """Add a team at the top, the regions in it, and teams in each of them: parents first."""
    top = _team(made, chance, "Sales", None)
    regions = [_team(made, chance, f"Region {number}", top) for number in range(REGIONS)]
    for region in regions:
        for number in range(TEAMS_A_REGION):
            _team(made, chance, f"{region.name} team {number}", region)


def _team(made: Company, chance: random.Random, name: str, parent: Team | None) -> Team:
    key = key_at(chance, BEGAN + timedelta(seconds=len(made.teams)))
    team = Team(
        id=key,
        organisation_id=made.id,
        parent_id=parent.id if parent else None,
        name=name,
        path=f"{parent.path if parent else ''}{key.hex}/",
        created_at=BEGAN,
        updated_at=BEGAN,
    )
    made.teams.append(team)
    return team


def _person(made: Company, chance: random.Random, name: str, role: UserRole, team: Team | None) -> User:
    return User(
        id=key_at(chance, BEGAN),
        organisation_id=made.id,
        email=f"{name}@{made.organisation.name.lower()}.example",
        name=name,
        role=role,
        team_id=team.id if team else None,
        created_at=BEGAN,
        updated_at=BEGAN,
    )
