"""Two organisations with teams, people of every role, programs and calls, to ask the API about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import zstandard

from core.clock import now
from core.settings import Settings
from models.access import Scope, Viewer
from models.call import CallState, Source, UserRole
from models.db import Database, Session
from models.queries import reviews, runs
from models.review import Review
from models.secrets import hashed
from models.tables import ApiClient, Call, Organisation, Recording, SignIn, Team, User
from report.document import json_text

T = TypeVar("T")
BEGAN = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
EVERYTHING = tuple(Scope)


@dataclass
class World:
    """What is there, by name.

    People `rep mate coach manager admin outsider foreigner`, teams `sales east support`; calls as
    tests add them.
    """

    settings: Settings
    organisations: dict[str, Organisation] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def viewer(self, name: str, **more: Any) -> Viewer:
        """Return a viewer of an organisation's everything, or as told."""
        person = self.people[name]
        known = {"team_id": person.team_id, "user_id": person.id, **more}
        return Viewer(person.organisation_id, person.id, **known)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what a coroutine returns."""
        return asyncio.run(work)

    @asynccontextmanager
    async def writing(self, organisation: str = "acme") -> AsyncIterator[Session]:
        """Give a session of an organisation, on connections of its own."""
        database = Database(self.settings)
        try:
            async with database.write(self.organisations[organisation].id) as session:
                yield session
        finally:
            await database.close()

    def call(self, owner: str | None, organisation: str = "acme", **known: Any) -> UUID:
        """Return a new call of a person, in their team, all of its work planned."""

        async def make() -> UUID:
            async with self.writing(organisation) as session:
                return (await self.add_call(session, owner, organisation, **known)).id

        return self.run(make())

    async def add_call(
        self, session: Session, owner: str | None, organisation: str = "acme", **known: Any
    ) -> Call:
        """Add a call of a person to a session."""
        organisation_id, person = self.organisations[organisation].id, self.people.get(owner or "")
        recording = Recording(
            organisation_id=organisation_id,
            sha256=uuid4().hex * 2,
            bytes=1000,
            name="call.wav",
            key=f"recordings/{uuid4()}",
        )
        session.add(recording)
        await session.flush()
        call = Call(
            organisation_id=organisation_id,
            recording_id=recording.id,
            rep_id=person.id if person else None,
            **{
                "team_id": person.team_id if person else None,
                "title": "A call",
                "started_at": BEGAN,
                "source": Source.UPLOAD,
                **known,
            },
        )
        session.add(call)
        await session.flush()
        runs.plan(session, call, now())
        await session.flush()
        return call

    def reviewed(self, owner: str | None, review: Review, organisation: str = "acme", **known: Any) -> UUID:
        """Return a new call with a review."""
        return self.all_reviewed([owner], review, organisation, **known)[0]

    def all_reviewed(
        self, owners: Sequence[str | None], review: Review, organisation: str = "acme", **known: Any
    ) -> list[UUID]:
        """Return a new call with a review for each owner."""

        async def make() -> list[UUID]:
            async with self.writing(organisation) as session:
                found = [await self.add_call(session, owner, organisation, **known) for owner in owners]
                for call in found:
                    await self.add_review(session, call, review)
                return [call.id for call in found]

        return self.run(make())

    async def add_review(self, session: Session, call: Call, review: Review) -> None:
        """Give a call a review."""
        document = zstandard.ZstdCompressor().compress(json_text(review).encode())
        await reviews.replace(session, call, review, {})
        reviews.keep(session, call, 1, document, now())
        call.state, call.progress, call.reviewed_at = CallState.REVIEWED, 1.0, now()
        call.duration_s = review.transcript.duration_s

    def client(self, *scopes: Scope, organisation: str = "acme", expires_at: datetime | None = None) -> str:
        """Return the key of a new program."""
        key = f"dbr_{uuid4().hex}"

        async def make() -> None:
            async with self.writing(organisation) as session:
                session.add(
                    ApiClient(
                        organisation_id=self.organisations[organisation].id,
                        name="a program",
                        scopes=[str(scope) for scope in scopes],
                        secret_hash=hashed(key),
                        expires_at=expires_at,
                    )
                )

        self.run(make())
        return key


def cookie(name: str) -> str:
    """Return the secret of a person's sign-in."""
    return f"cookie-of-{name}"


async def made(settings: Settings, password_hash: str | None = None) -> World:
    """Return a world in a migrated database."""
    world = World(settings)
    database = Database(settings)
    try:
        async with database.system() as session:
            for name in ("acme", "other"):
                world.organisations[name] = Organisation(name=name)
                session.add(world.organisations[name])
        async with database.write(world.organisations["acme"].id) as session:
            await _fill(world, session, password_hash)
        async with database.write(world.organisations["other"].id) as session:
            await _person(world, session, "foreigner", UserRole.ADMIN, None, password_hash, "other")
    finally:
        await database.close()
    return world


async def _fill(world: World, session: Session, password_hash: str | None) -> None:
    await _team(world, session, "sales", None)
    await _team(world, session, "east", "sales")
    await _team(world, session, "support", None)
    people = (
        ("rep", UserRole.REP, "east"),
        ("mate", UserRole.REP, "east"),
        ("outsider", UserRole.REP, "support"),
        ("coach", UserRole.COACH, "sales"),
        ("manager", UserRole.MANAGER, "sales"),
        ("admin", UserRole.ADMIN, None),
    )
    for name, role, team in people:
        await _person(world, session, name, role, team, password_hash)


async def _team(world: World, session: Session, name: str, parent: str | None) -> None:
    above = world.teams[parent] if parent else None
    team = Team(
        organisation_id=world.organisations["acme"].id,
        name=name,
        parent_id=above.id if above else None,
        path="",
    )
    team.path = f"{above.path if above else ''}{team.id.hex}/"
    world.teams[name] = team
    session.add(team)
    await session.flush()


async def _person(
    world: World,
    session: Session,
    name: str,
    role: UserRole,
    team: str | None,
    password_hash: str | None,
    organisation: str = "acme",
) -> None:
    organisation_id = world.organisations[organisation].id
    user = User(
        organisation_id=organisation_id,
        email=f"{name}@{organisation}.example",
        name=name.capitalize(),
        role=role,
        team_id=world.teams[team].id if team else None,
        password_hash=password_hash,
    )
    world.people[name] = user
    session.add(user)
    await session.flush()
    session.add(
        SignIn(
            organisation_id=organisation_id,
            user_id=user.id,
            secret_hash=hashed(cookie(name)),
            expires_at=now() + timedelta(hours=1),
        )
    )
