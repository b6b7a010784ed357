"""Playlists over the API: one's own, or everybody's, with what may be shared."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlmodel import col

from models.access import Scope
from models.call import Consent, ConsentPolicy
from models.tables import Call, Organisation, TrailRow
from tests.api.conftest import Signed, both
from tests.api.test_clips import clip
from tests.api.test_comments import LINES, key
from tests.factories.reviews import review_of
from tests.factories.worlds import World

REVIEW = review_of(LINES, duration_s=10.0)


def playlist(client: TestClient, **said: Any) -> dict[str, Any]:
    answer = client.post("/v1/playlists", json={"name": "Openings", **said})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def made(signed: Signed, world: World, owner: str, by: str, **known: Any) -> str:
    """Return a clip of a new call of somebody."""
    call_id = str(world.reviewed(owner, REVIEW, **known))
    return str(clip(signed(by), call_id, start=1, end=3.5)["id"])


def fill(client: TestClient, found: dict[str, Any], *clips: str) -> Any:
    return client.put(f"/v1/playlists/{found['id']}/clips", json={"clips": list(clips)})


def noted(world: World, action: str = "clip.shared") -> list[tuple[str, dict[str, Any]]]:
    """Return what the trail tells of clips that are shared, or no longer."""

    async def read() -> list[tuple[str, dict[str, Any]]]:
        async with world.writing() as session:
            query = select(TrailRow).where(col(TrailRow.action) == action).order_by(col(TrailRow.number))
            return [(row.subject, row.details) for row in (await session.execute(query)).scalars()]

    return world.run(read())


@both
def test_clips_stand_in_a_playlist_in_their_order(signed: Signed, world: World) -> None:
    rep = signed("rep")
    clips = [made(signed, world, "rep", "rep") for _ in range(3)]
    found = playlist(rep, description="To begin with.")
    assert (found["clips"], found["items"], found["shared"]) == (0, [], False)
    assert (found["made_by"]["name"], found["description"]) == ("Rep", "To begin with.")
    filled = fill(rep, found, *clips).json()
    assert [one["id"] for one in filled["items"]] == clips
    assert (filled["clips"], filled["seconds"]) == (3, 7.5)
    again = fill(rep, found, clips[2], clips[0]).json()
    assert [one["id"] for one in again["items"]] == [clips[2], clips[0]]
    assert again == rep.get(f"/v1/playlists/{found['id']}").json()
    assert rep.delete(f"/v1/clips/{clips[2]}").status_code == 204
    assert [one["id"] for one in rep.get(f"/v1/playlists/{found['id']}").json()["items"]] == [clips[0]]
    assert rep.delete(f"/v1/playlists/{found['id']}").status_code == 204
    assert rep.get(f"/v1/playlists/{found['id']}").status_code == 404
    assert rep.get(f"/v1/clips/{clips[0]}").status_code == 200


@both
def test_a_playlist_is_its_makers_until_it_is_shared(signed: Signed, world: World) -> None:
    own, shared = playlist(signed("coach")), playlist(signed("coach"), name="For all", shared=True)
    for name in ("rep", "outsider", "manager", "admin"):
        client = signed(name)
        assert [one["id"] for one in client.get("/v1/playlists").json()["items"]] == [shared["id"]]
        assert client.get(f"/v1/playlists/{own['id']}").status_code == 404
        assert client.patch(f"/v1/playlists/{own['id']}", json={"name": "x"}).status_code == 404
        assert client.get(f"/v1/playlists/{shared['id']}").status_code == 200
    assert signed("foreigner").get("/v1/playlists").json()["items"] == []
    assert signed("foreigner").get(f"/v1/playlists/{shared['id']}").status_code == 404
    page = signed("coach").get("/v1/playlists", params={"limit": 1}).json()
    rest = signed("coach").get("/v1/playlists", params={"limit": 1, "cursor": page["next"]}).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == [shared["id"], own["id"]]


@both
def test_a_shared_playlist_is_changed_by_its_maker_and_by_managers(signed: Signed, world: World) -> None:
    shared = playlist(signed("coach"), shared=True)
    path = f"/v1/playlists/{shared['id']}"
    clips = [made(signed, world, owner, owner) for owner in ("rep", "outsider")]
    assert fill(signed("coach"), shared, clips[0]).status_code == 200
    for name in ("rep", "outsider"):
        for answer in (
            signed(name).patch(path, json={"name": "Mine"}),
            signed(name).delete(path),
            fill(signed(name), shared),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    renamed = signed("manager").patch(path, json={"name": "Ours", "description": None}).json()
    assert (renamed["name"], renamed["description"], renamed["clips"]) == ("Ours", "", 1)
    assert fill(signed("admin"), shared, *reversed(clips)).json()["clips"] == 2
    # What a manager does not see the call of they may move about and take out, since it was there.
    moved = fill(signed("manager"), shared, *clips)
    assert [one["id"] for one in moved.json()["items"]] == clips
    assert signed("manager").delete(path).status_code == 204


@both
def test_only_a_clip_that_one_hears_is_put_in_and_only_one_that_one_sees_is_shared(
    signed: Signed, world: World
) -> None:
    others = made(signed, world, "outsider", "outsider")
    own, shared = playlist(signed("coach")), playlist(signed("coach"), shared=True)
    for clips in ((others,), (str(uuid4()),)):
        for found in (own, shared):
            answer = fill(signed("coach"), found, *clips)
            assert (answer.status_code, answer.json()["code"]) == (422, "no_such_clip")
    theirs = playlist(signed("outsider"), shared=True)
    fill(signed("outsider"), theirs, others)
    assert fill(signed("coach"), own, others).json()["clips"] == 1  # now everybody hears it
    again = fill(signed("coach"), shared, others)
    assert (again.status_code, again.json()["code"]) == (422, "cannot_see")
    shared_too = signed("coach").patch(f"/v1/playlists/{own['id']}", json={"shared": True})
    assert (shared_too.status_code, shared_too.json()["code"]) == (422, "cannot_see")
    signed("outsider").delete(f"/v1/playlists/{theirs['id']}")
    left = signed("coach").get(f"/v1/playlists/{own['id']}").json()
    assert (left["clips"], left["items"]) == (0, [])  # nobody shares it any more


@both
def test_sharing_a_clip_is_noted_in_the_trail_once_and_without_a_word_of_it(
    signed: Signed, world: World
) -> None:
    clips = [made(signed, world, "rep", "coach") for _ in range(2)]
    own = playlist(signed("coach"), name="Secret openings")
    fill(signed("coach"), own, clips[0])
    assert noted(world) == []
    signed("coach").patch(f"/v1/playlists/{own['id']}", json={"shared": True})
    signed("coach").patch(f"/v1/playlists/{own['id']}", json={"shared": True, "name": "Openings"})
    fill(signed("coach"), own, clips[1], clips[0])
    call_ids = [signed("coach").get(f"/v1/clips/{one}").json()["call_id"] for one in clips]
    assert noted(world) == [
        (
            f"call:{call_id}",
            {"clip_id": one, "playlist_id": own["id"], "rep_id": key(world, "rep")},
        )
        for call_id, one in zip(call_ids, clips, strict=True)
    ]
    assert "opening" not in str(noted(world)).lower()


@both
def test_clips_that_are_not_for_everybody_any_more_are_noted(signed: Signed, world: World) -> None:
    clips = [made(signed, world, "rep", "coach") for _ in range(3)]
    shared = playlist(signed("coach"), shared=True)
    fill(signed("coach"), shared, *clips)
    assert noted(world, "clip.withdrawn") == []
    fill(signed("coach"), shared, *clips[1:])
    signed("coach").patch(f"/v1/playlists/{shared['id']}", json={"shared": False})
    signed("coach").patch(f"/v1/playlists/{shared['id']}", json={"shared": True})
    signed("coach").delete(f"/v1/playlists/{shared['id']}")
    told = [details["clip_id"] for _, details in noted(world, "clip.withdrawn")]
    assert told == [clips[0], *sorted(clips[1:]), *sorted(clips[1:])]


@both
def test_where_consent_is_demanded_only_those_who_agreed_are_shared(signed: Signed, world: World) -> None:
    agreed, asked = (
        made(signed, world, "rep", "rep", consent=consent) for consent in (Consent.GIVEN, Consent.UNKNOWN)
    )
    shared = playlist(signed("rep"), shared=True)
    assert fill(signed("rep"), shared, agreed, asked).status_code == 200

    async def demand(consent: Consent) -> None:
        async with world.writing() as session:
            values = {"consent_policy": ConsentPolicy.REQUIRED}
            await session.execute(update(Organisation).values(values))
            await session.execute(
                update(Call).where(col(Call.consent) != Consent.UNKNOWN).values(consent=consent)
            )

    world.run(demand(Consent.NOT_REQUIRED))
    heard = signed("outsider").get(f"/v1/playlists/{shared['id']}").json()
    assert [one["id"] for one in heard["items"]] == [agreed]
    assert signed("outsider").get(f"/v1/clips/{asked}").status_code == 404
    assert signed("coach").get(f"/v1/clips/{asked}").status_code == 200
    fill(signed("rep"), shared, agreed)
    answer = fill(signed("rep"), shared, agreed, asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_consent")
    own = playlist(signed("rep"))
    assert fill(signed("rep"), own, asked).status_code == 200
    refused = signed("rep").patch(f"/v1/playlists/{own['id']}", json={"shared": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "no_consent")
    world.run(demand(Consent.REFUSED))
    assert signed("outsider").get(f"/v1/playlists/{shared['id']}").json()["items"] == []
    assert signed("rep").get(f"/v1/playlists/{shared['id']}").json()["clips"] == 1


@pytest.mark.parametrize("said", [{"clips": ["x"]}, {"clips": None}, {}, {"clips": [str(uuid4())] * 2}])
def test_what_is_no_list_of_clips_is_refused(signed: Signed, said: dict[str, Any]) -> None:
    found = playlist(signed("rep"))
    assert signed("rep").put(f"/v1/playlists/{found['id']}/clips", json=said).status_code == 422


def test_a_program_keeps_shared_playlists(program: Signed, signed: Signed, world: World) -> None:
    client = program(world.client(Scope.COACHING_WRITE, Scope.CALLS_READ))
    found = playlist(client, shared=True)
    one = made(signed, world, "rep", "rep")
    assert fill(client, found, one).json()["clips"] == 1
    assert signed("outsider").get(f"/v1/playlists/{found['id']}").json()["clips"] == 1
    theirs = playlist(signed("coach"), shared=True)
    assert client.patch(f"/v1/playlists/{theirs['id']}", json={"name": "Ours"}).status_code == 200
