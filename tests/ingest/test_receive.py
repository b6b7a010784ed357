"""Stages of a call: claimed, finished, failed, cancelled and done again."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from core.errors import Rejected
from core.settings import Settings
from ingest.receive import Received, receive
from ingest.store import open_store
from ingest.stream import of_file
from models.call import CallDetails, CallType, Consent, ConsentPolicy, Direction, Priority, RunState, Source
from models.queries import calls
from models.stages import STAGES, Lane
from models.tables import Call, Event, Recording, StageRun
from tests.factories.databases import Place, opened, organisation
from tests.factories.intake import DETAILS, LIMIT, handed, kept, rows


def test_a_recording_is_kept_with_its_call_and_all_work(any_service: Settings, sample: Path) -> None:
    store, content = open_store(any_service), sample.read_bytes()
    started = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)

    async def body() -> None:
        async with opened(any_service, retention_days=30) as place:
            rep = await place.add_user("Jo@Example.com".lower(), team="North")
            details = CallDetails(
                Source.URL,
                name="C:\\calls\\2024\\call.v2.wav",
                rep_email=" JO@example.com ",
                customer="李 GmbH",
                direction=Direction.INBOUND,
                call_type=CallType.RENEWAL,
                started_at=started,
                external_id="crm-7",
                crm={"opportunity": "006"},
                consent=Consent.GIVEN,
                consent_basis="announced",
                language="en",
                speakers_least=2,
                speakers_most=3,
                rep_channel=1,
                priority=Priority.URGENT,
                created_by=rep.id,
            )
            received = await receive(
                place.database, store, place.organisation.id, of_file(sample), details, LIMIT
            )
            assert (received.created, received.lanes) == (True, (Lane.CPU,))
            (recording,) = await rows(place, Recording)
            assert recording.sha256 == hashlib.sha256(content).hexdigest()
            assert (recording.bytes, recording.name) == (len(content), "call.v2.wav")
            assert await kept(store) == [recording.key]
            (call,) = await rows(place, Call)
            assert (call.id, call.recording_id) == (received.call_id, recording.id)
            assert (call.rep_id, call.team_id, call.created_by) == (rep.id, rep.team_id, rep.id)
            assert (call.title, call.customer, call.started_at) == ("call.v2", "李 GmbH", started)
            assert (call.direction, call.call_type) == (Direction.INBOUND, CallType.RENEWAL)
            assert (call.external_id, call.crm) == ("crm-7", {"opportunity": "006"})
            assert (call.consent, call.consent_basis) == (Consent.GIVEN, "announced")
            assert (call.language, call.speakers_least, call.speakers_most) == ("en", 2, 3)
            assert (call.rep_channel, call.priority, call.source) == (1, 0, Source.URL)
            assert call.retain_until == call.created_at + timedelta(days=30)
            runs = await rows(place, StageRun)
            assert {run.stage for run in runs} == {stage.name for stage in STAGES}
            assert [run.stage for run in runs if run.state is RunState.QUEUED] == ["decode"]
            assert [(event.kind, event.call_id) for event in await rows(place, Event)] == [
                ("call.created", call.id)
            ]

    asyncio.run(body())


def test_a_call_of_which_nothing_is_known(service: Settings) -> None:
    store = open_store(service)

    async def body() -> None:
        async with opened(service) as place:
            await handed(place, store, b"sound", CallDetails(Source.UPLOAD))
            (call,) = await rows(place, Call)
            assert (call.title, call.rep_id, call.team_id) == ("recording", None, None)
            assert call.retain_until is None
            assert call.started_at == call.created_at

    asyncio.run(body())


class TestTheSameBytes:
    def test_give_the_call_that_is_there(self, any_service: Settings) -> None:
        store = open_store(any_service)

        async def body() -> None:
            async with opened(any_service) as place:
                first = await handed(place, store, b"sound")
                again = await handed(place, store, b"sound", replace(DETAILS, customer="another"))
                assert again == Received(first.call_id, created=False, lanes=())
                assert len(await kept(store)) == len(await rows(place, Call)) == 1

        asyncio.run(body())

    def test_give_another_call_by_force_and_then_the_newest(self, any_service: Settings) -> None:
        store = open_store(any_service)

        async def body() -> None:
            async with opened(any_service) as place:
                first = await handed(place, store, b"sound")
                forced = await handed(place, store, b"sound", replace(DETAILS, force=True))
                assert forced.created
                assert forced.call_id != first.call_id
                assert (await handed(place, store, b"sound")).call_id == forced.call_id
                (recording,) = await rows(place, Recording)
                assert await kept(store) == [recording.key]

        asyncio.run(body())

    def test_are_another_call_to_another_organisation(self, service: Settings) -> None:
        store = open_store(service)

        async def body() -> None:
            async with opened(service) as place:
                other = Place(place.database, await organisation(place.database, "Other"))
                first = await handed(place, store, b"sound")
                second = await handed(other, store, b"sound")
                assert second.created
                assert second.call_id != first.call_id
                assert len(await kept(store)) == 2

        asyncio.run(body())

    def test_at_the_same_time_give_one_call(self, any_service: Settings) -> None:
        store = open_store(any_service)

        async def body() -> None:
            async with opened(any_service) as place:
                content = os.urandom(200_000)
                results = await asyncio.gather(*(handed(place, store, content) for _ in range(8)))
                assert len({result.call_id for result in results}) == 1
                assert sorted(result.created for result in results) == [False] * 7 + [True]
                assert len(await kept(store)) == len(await rows(place, Call)) == 1
                assert len(await rows(place, StageRun)) == len(STAGES)

        asyncio.run(body())

    def test_of_a_deleted_call_at_the_same_time_give_one_new_call(self, any_service: Settings) -> None:
        store = open_store(any_service)

        async def body() -> None:
            async with opened(any_service) as place:
                first = await handed(place, store, b"sound")
                await deleted(place, first.call_id)
                results = await asyncio.gather(*(handed(place, store, b"sound") for _ in range(6)))
                assert len({result.call_id for result in results} | {first.call_id}) == 2
                (recording,) = await rows(place, Recording)
                assert recording.key in await kept(store)

        asyncio.run(body())

    def test_of_a_deleted_call_are_a_new_call_with_a_file_of_its_own(self, service: Settings) -> None:
        store = open_store(service)

        async def body() -> None:
            async with opened(service) as place:
                details = replace(DETAILS, external_id="x")
                first = await handed(place, store, b"sound", details)
                (recording,) = await rows(place, Recording)
                await deleted(place, first.call_id)
                await store.delete(recording.key)
                second = await handed(place, store, b"sound", details)
                assert second.created
                (recording,) = await rows(place, Recording)
                assert await kept(store) == [recording.key]

        asyncio.run(body())


async def deleted(place: Place, call_id: UUID) -> None:
    async with place.database.write(place.organisation.id) as session:
        call = (await session.execute(select(Call).where(col(Call.id) == call_id))).scalar_one()
        call.deleted_at = datetime.now(UTC)


class TestExternalIds:
    def test_with_the_same_bytes_give_the_call(self, service: Settings) -> None:
        store = open_store(service)

        async def body() -> None:
            async with opened(service) as place:
                details = replace(DETAILS, external_id="x")
                first = await handed(place, store, b"sound", details)
                await handed(place, store, b"sound", replace(DETAILS, force=True))
                assert (await handed(place, store, b"sound", details)).call_id == first.call_id

        asyncio.run(body())

    @pytest.mark.parametrize(("content", "force"), [(b"other", False), (b"sound", True)])
    def test_are_of_one_call_only(self, any_service: Settings, content: bytes, *, force: bool) -> None:
        store = open_store(any_service)

        async def body() -> None:
            async with opened(any_service) as place:
                details = replace(DETAILS, external_id="x")
                await handed(place, store, b"sound", details)
                with pytest.raises(Rejected, match="The id x is that of another call") as caught:
                    await handed(place, store, content, replace(details, force=force))
                assert caught.value.code == "external_id_taken"
                assert len(await kept(store)) == len(await rows(place, Call)) == 1

        asyncio.run(body())

    def test_two_recordings_with_one_id_at_the_same_time(self, any_service: Settings) -> None:
        store = open_store(any_service)

        async def body() -> None:
            async with opened(any_service) as place:
                details = replace(DETAILS, external_id="x")
                results = await asyncio.gather(
                    *(handed(place, store, bytes([number]), details) for number in range(4)),
                    return_exceptions=True,
                )
                assert sum(isinstance(result, Received) for result in results) == 1
                assert sum(isinstance(result, Rejected) for result in results) == 3
                assert len(await kept(store)) == len(await rows(place, Call)) == 1

        asyncio.run(body())


class TestRefused:
    @pytest.mark.parametrize("consent", list(Consent))
    def test_consent_where_policy_demands_it(self, service: Settings, consent: Consent) -> None:
        store = open_store(service)

        async def body() -> None:
            async with opened(service, ConsentPolicy.REQUIRED) as place:
                details = replace(DETAILS, consent=consent)
                if consent in {Consent.GIVEN, Consent.NOT_REQUIRED}:
                    assert (await handed(place, store, b"sound", details)).created
                    return
                with pytest.raises(Rejected, match="Acme demands it") as caught:
                    await handed(place, store, b"sound", details)
                assert caught.value.code == "no_consent"
                assert await kept(store) == [] == list(await rows(place, Call))

        asyncio.run(body())

    def test_consent_is_looked_at_before_anything_is_read(self, service: Settings) -> None:
        read: list[bytes] = []

        async def content() -> AsyncIterator[bytes]:
            read.append(b"x")
            yield b"x"

        async def body() -> None:
            async with opened(service, ConsentPolicy.REQUIRED) as place:
                with pytest.raises(Rejected, match="Consent"):
                    await receive(
                        place.database, open_store(service), place.organisation.id, content(), DETAILS, LIMIT
                    )
                assert read == []

        asyncio.run(body())

    @pytest.mark.parametrize(
        ("content", "details", "code"),
        [
            (b"", DETAILS, "empty"),
            (bytes(LIMIT + 1), DETAILS, "too_large"),
            (b"x", replace(DETAILS, rep_email="nobody@example.com"), "unknown_rep"),
            (b"x", replace(DETAILS, rep_id=uuid4()), "unknown_rep"),
        ],
    )
    def test_nothing_is_kept(
        self, service: Settings, content: bytes, details: CallDetails, code: str
    ) -> None:
        store = open_store(service)

        async def body() -> None:
            async with opened(service) as place:
                with pytest.raises(Rejected) as caught:
                    await handed(place, store, content, details)
                assert caught.value.code == code
                assert await kept(store) == [] == list(await rows(place, Recording))

        asyncio.run(body())

    def test_a_rep_of_another_organisation_is_unknown(self, service: Settings) -> None:
        async def body() -> None:
            async with opened(service) as place:
                other = Place(place.database, await organisation(place.database, "Other"))
                await other.add_user("spy@example.com")
                details = replace(DETAILS, rep_email="spy@example.com")
                with pytest.raises(Rejected, match="Nobody here is known as spy"):
                    await handed(place, open_store(service), b"x", details)

        asyncio.run(body())


def test_an_e_mail_address_finds_its_user_whatever_its_case(service: Settings) -> None:
    async def body() -> None:
        async with opened(service) as place:
            user = await place.add_user("jo@example.com")
            async with place.database.read(place.organisation.id) as session:
                details = replace(DETAILS, rep_email="JO@Example.com")
                assert await calls.rep(session, details) == user
                assert await calls.rep(session, DETAILS) is None

    asyncio.run(body())
