"""Scores of calls over the API: every point with its item, its minute and its reason."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from analysis.scorecards.document import shipped
from core.clock import now
from models.call import CallType
from models.queries import assessments, scorecards
from models.queries.assessments import Scores
from models.tables import Call
from models.versions import VersionMoveName
from tests.api.conftest import Signed, both
from tests.factories.reviews import sales_call
from tests.factories.worlds import World
from worker.stages.score import scored


@both
def test_a_score_is_shown_with_items_and_minutes_that_add_up(signed: Signed, world: World) -> None:
    discovery = next(card for card in shipped() if card.key == "discovery")
    card = replace(discovery, coverage=0.0, applies=replace(discovery.applies, least_s=0.0))
    call_id = world.reviewed("rep", sales_call(), call_type=CallType.DISCOVERY)

    async def score() -> None:
        async with world.writing() as session:
            row, version = await scorecards.add(session, card, None, now())
            await scorecards.move(session, row, version, VersionMoveName.ACTIVATE, now())
            call = await session.get_one(Call, call_id)
            found = scored(sales_call(), call_id, await assessments.in_force(session, call), ())
            await assessments.propose(session, call, Scores(found.proposals, found.tracked), now())

    asyncio.run(score())
    (shown,) = signed("rep").get(f"/v1/calls/{call_id}/assessments").json()
    assert (shown["scorecard"], shown["number"], shown["state"], shown["trial"]) == (
        "discovery",
        1,
        "proposed",
        False,
    )
    assert "The score is the sum." in shown["formula"]
    points = shown["score"]["points"]
    assert shown["points"] == points / 1000
    assert points == sum(item["points"] for item in shown["score"]["items"])
    assert points == sum(part["points"] for part in shown["score"]["parts"])
    assert all(item["explanation"] for item in shown["score"]["items"])
    locked = signed("manager").get(f"/v1/scorecards/versions/{shown['version_id']}").json()
    assert (locked["locked"], locked["moves"]) == (True, ["copy", "retire"])
    assert signed("outsider").get(f"/v1/calls/{call_id}/assessments").status_code == 404
