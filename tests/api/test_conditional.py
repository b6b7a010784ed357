"""What the caller has already is not sent again, and what changed is."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from models.db import Session
from models.record import Outcome
from models.tables import Deal, User
from tests.api.conftest import Signed
from tests.factories.assessing import assessed
from tests.factories.offices import Office, in_world
from tests.factories.worlds import World


def get(client: TestClient, path: str, tag: str | None = None) -> tuple[int, str]:
    """Return status and tag of an answer to who has what a tag names."""
    answer = client.get(path, headers={} if tag is None else {"if-none-match": tag})
    assert answer.status_code in {200, 304}, answer.text
    assert (answer.status_code == 304) is (answer.content == b"")
    return answer.status_code, answer.headers["etag"]


@pytest.mark.parametrize("path", ["/v1/users/{rep}", "/v1/users/{rep}/record", "/v1/teams/{east}/record"])
def test_a_person_or_record_as_before_is_not_sent_again(signed: Signed, world: World, path: str) -> None:
    client = signed("admin")
    at = path.format(rep=world.people["rep"].id, east=world.teams["east"].id)
    _, tag = get(client, at)
    assert get(client, at, tag) == (304, tag)

    async def renamed(here: Office) -> None:
        async def act(session: Session) -> None:
            (await session.get_one(User, here.id("rep"))).name = "Renamed"

        await here.change(act)

    in_world(world, renamed)
    assert get(client, at, tag)[0] == 200


def test_a_deal_as_before_is_not_sent_again(signed: Signed, world: World) -> None:
    async def told(here: Office) -> Deal:
        deal = here.deal("rep", Outcome.OPEN, "2026-03-01", None)

        async def act(session: Session) -> None:
            session.add(deal)

        await here.change(act)
        return deal

    deal = in_world(world, told)
    client, at = signed("admin"), f"/v1/deals/{deal.id}"
    _, tag = get(client, at)
    assert get(client, at, tag) == (304, tag)

    async def closed(here: Office) -> None:
        async def act(session: Session) -> None:
            (await session.get_one(Deal, deal.id)).amount = 5.0

        await here.change(act)

    in_world(world, closed)
    assert get(client, at, tag)[0] == 200


def test_a_score_is_sent_again_once_anything_was_said_to_it(signed: Signed, world: World) -> None:
    score = assessed(world, "rep")
    at = f"/v1/assessments/{score.assessment_id}"
    client, rep = signed("admin"), signed("rep")
    _, tag = get(client, at)
    assert get(client, at, tag) == (304, tag)
    answers = {"answers": [{"item": "next", "option": "yes"}]}
    assert rep.post(f"{at}/own-answers", json=answers).status_code == 200
    status, other = get(client, at, tag)
    assert (status, other != tag) == (200, True)
    taken = client.post(f"{at}/moves", json={"move": "take"}, headers={"if-match": other})
    assert taken.status_code == 200
    late = client.post(f"{at}/moves", json={"move": "approve"}, headers={"if-match": other})
    assert late.status_code == 412
